"""What the Python clients share: connections to the server under test, and assertions on errors.

A program is a list of sections; the first difference ends it with status 1. A section that needs an operation which the
server does not have is skipped, with a line that says so.
"""

import os
import sys
import traceback

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["DYNAPG_ENDPOINT"]
CONFIG = Config(retries={"max_attempts": 2, "mode": "standard"}, connect_timeout=5, read_timeout=20)

SECTIONS = []


def client():
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, config=CONFIG)


def resource():
    return boto3.resource("dynamodb", endpoint_url=ENDPOINT, config=CONFIG)


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r}\n     found {found!r}")


def fails(code, message, call, **arguments):
    """Asserts that the call fails with this error and exactly this message; returns the whole reply."""
    try:
        result = call(**arguments)
    except ClientError as error:
        equal((error.response["Error"]["Code"], error.response["Error"]["Message"]), (code, message))
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        return error
    raise AssertionError(f"{code} expected, but the call succeeded: {result!r}")


def section(title, *needs):
    def register(function):
        SECTIONS.append((title, needs, function))
        return function
    return register


def has(operation):
    """Does the server have the operation? An empty request gets another error then."""
    probe = client()
    def retarget(params, **_):
        params["headers"]["X-Amz-Target"] = "DynamoDB_20120810." + operation
        params["body"] = b"{}"
    probe.meta.events.register("before-call.dynamodb.ListTables", retarget)
    try:
        probe.list_tables()
    except ClientError as error:
        return error.response["Error"]["Code"] != "UnknownOperationException"
    return True


def main():
    print("boto3", boto3.__version__)
    for title, needs, function in SECTIONS:
        missing = [operation for operation in needs if not has(operation)]
        if missing:
            print(f"skipped: {title}: the server has no {', '.join(missing)}")
            continue
        try:
            function()
        except Exception:
            print("FAILED:", title)
            traceback.print_exc(file=sys.stdout)
            sys.exit(1)
        print("ok:", title)
