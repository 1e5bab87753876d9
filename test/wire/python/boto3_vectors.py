"""boto3 of today: vector indexes and SearchVectors, and the program of docs/vectors.md. Gets that boto3 from PyPI where the installed one is older and pip can."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile

import boto3


def knows_vectors():
    return hasattr(boto3.client("dynamodb", region_name="us-east-1"), "search_vectors")


if not knows_vectors():
    if os.environ.get("DYNAPG_BOTO3"):
        print("skipped: boto3", boto3.__version__, "has no SearchVectors")
        sys.exit(77)
    folder = tempfile.mkdtemp()
    try:
        got = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder, "boto3>=1.44"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False).returncode == 0
        if not got:
            print("skipped: boto3", boto3.__version__, "has no SearchVectors, and pip cannot get a newer one")
            sys.exit(77)
        sys.exit(subprocess.run([sys.executable, os.path.abspath(__file__)], env={**os.environ, "PYTHONPATH": folder, "DYNAPG_BOTO3": folder},
                                check=False).returncode)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

from wire import ENDPOINT, client, equal, fails, main, resource, section  # noqa: E402

TABLE = "wire_boto3_vectors"
db = client()


def numbers(*vector):
    return [{"N": str(number)} for number in vector]


def search(index, vector, top_k=3, **more):
    return db.search_vectors(TableName=TABLE, IndexName=index, SearchVector=numbers(*vector), TopK=top_k, **more)


def found(reply):
    return [result["Item"]["id"]["S"] for result in reply["SearchResults"]]


@section("a table with vector indexes")
def _():
    if TABLE in db.list_tables()["TableNames"]:
        db.delete_table(TableName=TABLE)
        db.get_waiter("table_not_exists").wait(TableName=TABLE)
    described = db.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in (("id", "S"), ("tenant", "S"), ("year", "N"))],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        VectorIndexes=[
            {"IndexName": "near", "VectorAttribute": {"AttributeName": "v"}, "Dimensions": 4, "DistanceFunction": "EUCLIDEAN",
             "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": "tenants", "VectorAttribute": {"AttributeName": "v"}, "Dimensions": 4, "DistanceFunction": "COSINE",
             "Projection": {"ProjectionType": "KEYS_ONLY"},
             "SearchSchema": [{"AttributeName": "tenant", "SearchSchemaElementType": "HASH"},
                              {"AttributeName": "year", "SearchSchemaElementType": "INLINE_FILTER"}]}])["TableDescription"]
    equal([(index["IndexName"], index["IndexStatus"]) for index in described["VectorIndexes"]], [("near", "CREATING"), ("tenants", "CREATING")])
    db.get_waiter("table_exists").wait(TableName=TABLE)
    indexes = db.describe_table(TableName=TABLE)["Table"]["VectorIndexes"]
    equal([(index["IndexStatus"], "Backfilling" in index, index["Dimensions"]) for index in indexes], [("ACTIVE", False, 4)] * 2)
    equal(indexes[1]["SearchSchema"], [{"AttributeName": "tenant", "SearchSchemaElementType": "HASH"},
                                       {"AttributeName": "year", "SearchSchemaElementType": "INLINE_FILTER"}])


@section("writes, by every operation")
def _():
    table = resource().Table(TABLE)
    capacity = db.put_item(TableName=TABLE, ReturnConsumedCapacity="INDEXES",
                           Item={"id": {"S": "1"}, "tenant": {"S": "a"}, "year": {"N": "2025"}, "text": {"S": "one"}, "v": {"L": numbers(1, 0, 0, 0)}})
    equal({name: used["VectorWriteRequestBytes"] for name, used in capacity["ConsumedCapacity"]["VectorIndexes"].items()}, {"near": 1024.0, "tenants": 1024.0})
    with table.batch_writer() as batch:
        for i in range(2, 11):
            batch.put_item(Item={"id": str(i), "tenant": "ab"[i % 2], "year": 2020 + i % 3, "text": f"number {i}", "v": [i, 0, 0, 0]})
    db.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": {"id": {"S": "11"}, "v": {"L": numbers(11, 0, 0, 0)}}}}])
    db.execute_statement(Statement=f"INSERT INTO {TABLE} VALUE {{'id': '12', 'v': [12, 0, 0, 0]}}")
    db.update_item(TableName=TABLE, Key={"id": {"S": "12"}}, UpdateExpression="SET v[1] = :n", ExpressionAttributeValues={":n": {"N": "1"}})
    fails("ValidationException", "One or more parameter values were invalid. Invalid size for parameter v, Expected: 4, Actual: 1. IndexName: near",
          db.put_item, TableName=TABLE, Item={"id": {"S": "x"}, "v": {"L": numbers(1)}})


@section("searches")
def _():
    equal([(result["Item"]["id"]["S"], result["Score"]) for result in search("near", (10, 0, 0, 0))["SearchResults"]], [("10", 0.0), ("11", 1.0), ("9", 1.0)])
    equal(search("near", (1, 0, 0, 0), 1)["SearchResults"], [
        {"Item": {"id": {"S": "1"}, "tenant": {"S": "a"}, "year": {"N": "2025"}, "text": {"S": "one"}}, "Score": 0.0}])
    reply = search("tenants", (1, 0, 0, 0), 9, SearchConditionExpression="tenant = :t AND #y = :y", ExpressionAttributeNames={"#y": "year"},
                   ExpressionAttributeValues={":t": {"S": "a"}, ":y": {"N": "2022"}}, ReturnConsumedCapacity="TOTAL")
    equal(found(reply), ["2", "8"])
    equal(list(reply["ConsumedCapacity"]), ["VectorSearchRequestBytes"])
    equal(search("near", (12, 1, 0, 0), 1, ProjectionExpression="v")["SearchResults"], [{"Item": {"v": {"L": numbers(12, 1, 0, 0)}}, "Score": 0.0}])
    equal(resource().meta.client.search_vectors(TableName=TABLE, IndexName="near", TopK=1, SearchVector=[2, 0, 0, 0])["SearchResults"][0]["Item"]["id"], "2")


@section("errors")
def _():
    fails("ValidationException", "The table does not have the specified index: none", search, index="none", vector=(1, 0, 0, 0))
    fails("ValidationException", "SearchConditionExpression must be provided when SearchSchema has a HASH key", search, index="tenants", vector=(1, 0, 0, 0))
    fails("ValidationException", "Input search vector dimension 2 does not match vector index dimension 4", search, index="near", vector=(1, 0))
    fails("ValidationException", "Query operation not supported on this index type", db.query, TableName=TABLE, IndexName="near",
          KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": {"S": "1"}})


@section("an index that comes and goes")
def _():
    def status():
        return {index["IndexName"]: index["IndexStatus"] for index in db.describe_table(TableName=TABLE)["Table"]["VectorIndexes"]}

    def wait(wanted):
        for _ in range(600):
            if status() == wanted:
                return
            __import__("time").sleep(0.1)
        equal(status(), wanted)

    index = {"IndexName": "products", "VectorAttribute": {"AttributeName": "v"}, "Dimensions": 4, "DistanceFunction": "DOT_PRODUCT",
             "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]}}
    reply = db.update_table(TableName=TABLE, VectorIndexUpdates=[{"Create": index}])["TableDescription"]["VectorIndexes"][2]
    equal((reply["IndexStatus"], reply["Backfilling"]), ("CREATING", False))
    wait({"near": "ACTIVE", "tenants": "ACTIVE", "products": "ACTIVE"})
    equal(found(search("products", (1, 0, 0, 0), 2)), ["12", "11"])
    db.update_table(TableName=TABLE, VectorIndexUpdates=[{"Delete": {"IndexName": "products"}}])
    wait({"near": "ACTIVE", "tenants": "ACTIVE"})


@section("the program of docs/vectors.md does what it says; all but the endpoint is the documentation's")
def _():
    with open(os.path.join(os.path.dirname(os.environ["DYNAPG_README"]), "docs", "vectors.md"), encoding="utf-8") as file:
        code = re.search(r"^```python\n(.*?)^```$", file.read(), re.M | re.S).group(1)
    equal(code.count("http://localhost:8000"), 1)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code.replace("http://localhost:8000", ENDPOINT), {})
    equal([line.split()[0] for line in output.getvalue().splitlines()], ["tea", "coffee"])
    db.delete_table(TableName="Docs")


@section("delete the table")
def _():
    db.delete_table(TableName=TABLE)
    db.get_waiter("table_not_exists").wait(TableName=TABLE)


main()
