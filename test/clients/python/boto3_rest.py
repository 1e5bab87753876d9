"""boto3, what its programs in test/wire leave out: a transaction whose reply is lost is sent again, and counts once; unprocessed keys."""

import boto3

from steps import ENDPOINT, LARGE, LOSSY, TABLE, equal, step, version

version("boto3")
DB = boto3.client("dynamodb", endpoint_url=ENDPOINT)
DB.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])


@step("retries")
def _():
    lossy = boto3.client("dynamodb", endpoint_url=LOSSY)
    lossy.transact_write_items(TransactItems=[{"Update": {
        "TableName": TABLE, "Key": {"pk": {"S": "a"}}, "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}}])
    reply = lossy.get_item(TableName=TABLE, Key={"pk": {"S": "a"}})
    equal((reply["Item"]["n"], reply["ResponseMetadata"]["RetryAttempts"]), ({"N": "1"}, 1))


@step("batches")
def _():
    seen, calls = set(), 0
    request = {LARGE: {"Keys": [{"pk": {"S": str(number)}} for number in range(1, 61)]}}
    while request:
        reply = DB.batch_get_item(RequestItems=request)
        seen |= {item["pk"]["S"] for item in reply["Responses"][LARGE]}
        request = reply["UnprocessedKeys"]
        calls += 1
    equal((len(seen), calls), (60, 2))


@step("waiters")
def _():
    DB.delete_table(TableName=TABLE)
    DB.get_waiter("table_not_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
