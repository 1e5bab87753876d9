"""What the Python clients share: connections to the server under test, and assertions on errors.

A program is a list of sections; the first difference ends it with status 1.
"""

import os
import subprocess
import sys
import traceback

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["DYNAPG_ENDPOINT"]
CONFIG = Config(retries={"max_attempts": 2, "mode": "standard"}, connect_timeout=5, read_timeout=20)

# a psql, and a connection string for it, of a role that may write to the programs' tables; empty without one
PSQL = os.environ.get("DYNAPG_PSQL", "")
DATABASE = os.environ.get("DYNAPG_DATABASE", "")

# are new tables distributed over the nodes of Citus (make check DISTRIBUTED=1)?
DISTRIBUTED = bool(os.environ.get("DISTRIBUTED"))

SECTIONS = []


def client():
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, config=CONFIG)


def resource():
    return boto3.resource("dynamodb", endpoint_url=ENDPOINT, config=CONFIG)


class database:
    """A psql session for the time of a `with`."""

    def __enter__(self):
        self.psql = subprocess.Popen([PSQL, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", DATABASE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.psql.communicate()

    def run(self, statement):
        """Returns when the statement is done."""
        self.psql.stdin.write(statement + ";\n\\echo done\n")
        self.psql.stdin.flush()
        for line in self.psql.stdout:
            if line == "done\n":
                return
        raise AssertionError("psql ended in: " + statement)


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


def section(title):
    def register(function):
        SECTIONS.append((title, function))
        return function
    return register


def main():
    print("boto3", boto3.__version__)
    for title, function in SECTIONS:
        try:
            function()
        except Exception:
            print("FAILED:", title)
            traceback.print_exc(file=sys.stdout)
            sys.exit(1)
        print("ok:", title)
