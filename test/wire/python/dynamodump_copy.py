"""dynamodump: dumps tables with an index into files, and restores them under another name; every item comes back."""

import os
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

from wire import ENDPOINT, client, equal, main, section

TABLE = "wire_dynamodump"
COPY = "wire_dynamodump_copy"
db = client()


def dynamodump(*arguments):
    endpoint = urlsplit(ENDPOINT)
    subprocess.run([sys.executable, "-c", "import sys; from dynamodump.dynamodump import main; sys.exit(main())", "-r", "local",
                    "--host", endpoint.hostname, "--port", str(endpoint.port), "--accessKey", os.environ["AWS_ACCESS_KEY_ID"],
                    "--secretKey", os.environ["AWS_SECRET_ACCESS_KEY"], *arguments], check=True, cwd=folder.name)


def items(name):
    found = [item for page in db.get_paginator("scan").paginate(TableName=name) for item in page["Items"]]
    return sorted(found, key=lambda item: (item["id"]["S"], int(item["n"]["N"])))


@section("a table")
def _():
    global folder
    folder = tempfile.TemporaryDirectory()
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}]
    db.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=keys,
                    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"},
                                          {"AttributeName": "g", "AttributeType": "S"}],
                    GlobalSecondaryIndexes=[{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                                             "Projection": {"ProjectionType": "ALL"}}])
    db.get_waiter("table_exists").wait(TableName=TABLE)
    for n in range(60):
        db.put_item(TableName=TABLE, Item={"id": {"S": f"i{n % 7}"}, "n": {"N": str(n)}, "g": {"S": "g"}, "text": {"S": "grün \" \\ \n"},
                                           "list": {"L": [{"BOOL": True}, {"NULL": True}, {"M": {"s": {"SS": ["a", "b"]}}}]}})


@section("dumped")
def _():
    dynamodump("-m", "backup", "-s", TABLE)


@section("restored under another name")
def _():
    dynamodump("-m", "restore", "-s", TABLE, "-d", COPY, "--noConfirm", "--billingMode", "PAY_PER_REQUEST")
    equal(items(COPY), items(TABLE))
    equal(len(items(COPY)), 60)
    indexes = db.describe_table(TableName=COPY)["Table"]["GlobalSecondaryIndexes"]
    equal([(index["IndexName"], index["Projection"]) for index in indexes], [("by_g", {"ProjectionType": "ALL"})])
    for name in TABLE, COPY:
        db.delete_table(TableName=name)


main()
