"""Celery: results of tasks in a table that it makes itself, with Time to Live."""

import boto3
from celery import Celery

from steps import ENDPOINT, TABLE, equal, raises, step, version

version("celery")
app = Celery("tasks", broker="memory://", backend=f"dynamodb://@us-east-1/{TABLE}?ttl_seconds=600")
app.conf.update(dynamodb_endpoint_url=ENDPOINT, task_always_eager=True, task_store_eager_result=True)


@app.task
def add(x, y):
    return x + y


@app.task
def fail():
    raise ValueError("no")


@step("tables")
def _():
    app.backend.client
    equal(boto3.client("dynamodb", endpoint_url=ENDPOINT).describe_table(TableName=TABLE)["Table"]["TableStatus"], "ACTIVE")


@step("items")
def _():
    result = add.delay(2, 40)
    equal(app.AsyncResult(result.id).get(timeout=5), 42)
    failed = fail.delay()
    raises(ValueError, app.AsyncResult(failed.id).get, timeout=5)
    app.AsyncResult(result.id).forget()
    equal(app.AsyncResult(result.id).status, "PENDING")
    counter = app.backend._prepare_init_count_request("b'chord'")
    app.backend.client.put_item(**counter)
    equal([app.backend.incr(b"chord"), app.backend.incr(b"chord")], [1, 2])


@step("ttl")
def _():
    found = boto3.client("dynamodb", endpoint_url=ENDPOINT).describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    equal((found["AttributeName"], found["TimeToLiveStatus"][:6]), ("ttl", "ENABLE"))
