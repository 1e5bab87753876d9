"""django-dynamodb-cache: a cache of Django in a table, and Django's sessions in that cache."""

import time

import boto3
import django
from django.conf import settings
from django.core.management import call_command

from steps import ENDPOINT, TABLE, equal, step, version

version("django-dynamodb-cache")
# the library takes no endpoint; its clients read it from the environment
import os
os.environ["AWS_ENDPOINT_URL"] = ENDPOINT

settings.configure(
    INSTALLED_APPS=["django.contrib.sessions", "django_dynamodb_cache"], SECRET_KEY="x", SESSION_ENGINE="django.contrib.sessions.backends.cache",
    CACHES={"default": {"BACKEND": "django_dynamodb_cache.backend.DjangoCacheBackend", "LOCATION": TABLE, "TIMEOUT": 120}})
django.setup()


@step("tables")
def _():
    call_command("createcachetable")
    equal(boto3.client("dynamodb").describe_table(TableName=TABLE)["Table"]["TableStatus"], "ACTIVE")


@step("items")
def _():
    from django.contrib.sessions.backends.cache import SessionStore
    from django.core.cache import cache
    cache.set("a", {"list": [1, None, "ü"]})
    equal(cache.get("a"), {"list": [1, None, "ü"]})
    equal(cache.get("none", "absent"), "absent")
    equal((cache.add("a", 2), cache.add("b", 2)), (False, True))
    equal(cache.incr("b", 40), 42)
    cache.set("short", 1, timeout=1)
    time.sleep(1.2)
    equal(cache.get("short"), None)
    cache.delete("a")
    equal(cache.get("a"), None)
    session = SessionStore()
    session["user"] = "ada"
    session.save()
    equal(SessionStore(session.session_key)["user"], "ada")
    session.delete()


@step("batches")
def _():
    from django.core.cache import cache
    cache.set_many({f"many{number}": number for number in range(30)})
    equal(cache.get_many([f"many{number}" for number in range(0, 35)]), {f"many{number}": number for number in range(30)})
    cache.delete_many([f"many{number}" for number in range(30)])
    equal(cache.get("many3"), None)
