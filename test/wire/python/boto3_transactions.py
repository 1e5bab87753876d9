"""boto3's client: batches that come back in parts, transactions, their reasons, tokens and conflicts."""

import json
import threading
import uuid

import boto3
from botocore.config import Config

from wire import ENDPOINT, PSQL, client, database, equal, fails, main, resource, section

TABLE = "wire_boto3_transactions"
ORDERS = "wire_boto3_transactions.orders"
TOKEN = str(uuid.uuid4())[:30]      # tokens are kept for ten minutes: the next run has others
db = client()


def key(pk):
    return {"pk": {"S": pk}}


def order(number):
    return {"customer": {"S": "c"}, "number": {"N": str(number)}}


def put(item, table=TABLE, **members):
    return {"Put": {"TableName": table, "Item": item, **members}}


def delete(pk, **members):
    return {"Delete": {"TableName": TABLE, "Key": key(pk), **members}}


def add(pk, amount, **members):
    return {"Update": {"TableName": TABLE, "Key": key(pk), "UpdateExpression": "ADD n :n",
                       "ExpressionAttributeValues": {":n": {"N": str(amount)}}, **members}}


def check(pk, condition, **members):
    return {"ConditionCheck": {"TableName": TABLE, "Key": key(pk), "ConditionExpression": condition, **members}}


def read(pk):
    return db.get_item(TableName=TABLE, Key=key(pk), ConsistentRead=True).get("Item")


def reasons(error):
    return [reason["Code"] for reason in error.response["CancellationReasons"]]


def cancelled(codes, **arguments):
    text = "Transaction cancelled, please refer cancellation reasons for specific reasons [" + ", ".join(codes) + "]"
    error = fails("TransactionCanceledException", text, db.transact_write_items, **arguments)
    equal(isinstance(error, db.exceptions.TransactionCanceledException), True)
    equal(reasons(error), codes)
    equal(error.response["ResponseMetadata"]["RetryAttempts"], 0)
    return error.response["CancellationReasons"]


@section("create two tables")
def create():
    db.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    db.create_table(TableName=ORDERS, BillingMode="PAY_PER_REQUEST",
                    KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}],
                    AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "number", "AttributeType": "N"}])
    for table in (TABLE, ORDERS):
        db.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


@section("batches until nothing is unprocessed")
def batches():
    requests = [{"PutRequest": {"Item": {**order(number), "text": {"S": "x" * 390_000}}}} for number in range(45)]
    for start in range(0, 45, 25):
        left = {ORDERS: requests[start:start + 25]}
        while left:
            left = db.batch_write_item(RequestItems=left)["UnprocessedItems"]
    left = {ORDERS: {"Keys": [order(number) for number in range(50)], "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "number"},
                     "ConsistentRead": True}}
    found, replies = [], 0
    while left:
        reply = db.batch_get_item(RequestItems=left)
        replies += 1
        found += [int(item["number"]["N"]) for item in reply["Responses"][ORDERS]]
        if reply["UnprocessedKeys"]:
            equal({**reply["UnprocessedKeys"][ORDERS], "Keys": None}, {**left[ORDERS], "Keys": None})
        left = reply["UnprocessedKeys"]
    equal((sorted(found), replies), (list(range(45)), 2))
    table = resource().Table(ORDERS)
    with table.batch_writer() as batch:
        for number in range(45):
            batch.delete_item(Key={"customer": "c", "number": number})
    equal(db.scan(TableName=ORDERS, Select="COUNT")["Count"], 0)


@section("what batches refuse")
def batch_refusals():
    one = {"PutRequest": {"Item": key("a")}}
    fails("ValidationException", "The provided key element does not match the schema",
          db.batch_write_item, RequestItems={TABLE: [one, {"PutRequest": {"Item": {"pk": {"N": "1"}}}}]})
    fails("ValidationException", "Provided list of item keys contains duplicates",
          db.batch_write_item, RequestItems={TABLE: [one, {"DeleteRequest": {"Key": key("a")}}]})
    fails("ValidationException", "Too many items requested for the BatchWriteItem call",
          db.batch_write_item, RequestItems={TABLE: [{"PutRequest": {"Item": key(str(number))}} for number in range(25)],
                                             ORDERS: [{"PutRequest": {"Item": order(1)}}]})
    fails("ValidationException", "Item size has exceeded the maximum allowed size",
          db.batch_write_item, RequestItems={TABLE: [one, {"PutRequest": {"Item": {**key("b"), "v": {"S": "v" * 409600}}}}]})
    fails("ResourceNotFoundException", "Requested resource not found",
          db.batch_write_item, RequestItems={TABLE: [one], "wire_nowhere": [one]})
    equal(db.scan(TableName=TABLE, Select="COUNT")["Count"], 0)


@section("a transaction of every kind of action, on two tables, and one read together")
def transaction():
    db.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": {**key(pk), "n": {"N": "10"}}}} for pk in ("kept", "old", "changed")]})
    reply = db.transact_write_items(ReturnConsumedCapacity="TOTAL", TransactItems=[
        put({**order(1), "what": {"S": "tea"}}, ORDERS, ConditionExpression="attribute_not_exists(customer)"),
        add("changed", 5, ConditionExpression="n = :was", ExpressionAttributeValues={":n": {"N": "5"}, ":was": {"N": "10"}}),
        add("made", 1), delete("old", ConditionExpression="attribute_exists(pk)"), delete("nothing"),
        check("kept", "#n BETWEEN :low AND :high", ExpressionAttributeNames={"#n": "n"},
              ExpressionAttributeValues={":low": {"N": "1"}, ":high": {"N": "10"}})])
    equal({part["TableName"]: part["CapacityUnits"] for part in reply["ConsumedCapacity"]}, {ORDERS: 2.0, TABLE: 10.0})
    reply = db.transact_get_items(ReturnConsumedCapacity="TOTAL", TransactItems=[
        {"Get": {"TableName": TABLE, "Key": key("changed"), "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "n"}}},
        {"Get": {"TableName": ORDERS, "Key": order(1)}}, {"Get": {"TableName": TABLE, "Key": key("old")}},
        {"Get": {"TableName": TABLE, "Key": key("made"), "ProjectionExpression": "nowhere"}}])
    equal(reply["Responses"], [{"Item": {"n": {"N": "15"}}}, {"Item": {**order(1), "what": {"S": "tea"}}}, {}, {}])
    equal({part["TableName"]: part["CapacityUnits"] for part in reply["ConsumedCapacity"]}, {ORDERS: 2.0, TABLE: 6.0})


@section("100 actions at once")
def hundred():
    db.transact_write_items(TransactItems=[put({**order(number), "v": {"S": "v" * number}}, ORDERS) for number in range(100, 200)])
    equal(db.query(TableName=ORDERS, KeyConditionExpression="customer = :c", ExpressionAttributeValues={":c": {"S": "c"}})["Count"], 101)
    replies = db.transact_get_items(TransactItems=[{"Get": {"TableName": ORDERS, "Key": order(number)}} for number in range(199, 99, -1)])
    equal([len(reply["Item"]["v"]["S"]) for reply in replies["Responses"]], list(range(199, 99, -1)))


@section("the reasons of a cancelled transaction, by position")
def cancellations():
    found = cancelled(["None", "ConditionalCheckFailed", "ValidationError", "ConditionalCheckFailed", "ConditionalCheckFailed"], TransactItems=[
        put(key("new")),
        delete("kept", ConditionExpression="n > :n", ExpressionAttributeValues={":n": {"N": "10"}}, ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        {"Update": {"TableName": TABLE, "Key": key("made"), "UpdateExpression": "SET x = nowhere"}},
        check("none", "attribute_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
        put({**key("changed")}, ConditionExpression="attribute_not_exists(pk)")])
    equal(found[1], {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": {**key("kept"), "n": {"N": "10"}}})
    equal(found[2]["Message"], "The provided expression refers to an attribute that does not exist in the item")
    equal(["Message" in found[0], "Item" in found[3], "Item" in found[4]], [False, False, False])
    equal((read("new"), read("kept")["n"]["N"], read("changed")["n"]["N"]), (None, "10", "15"))
    # the first key that does not fit is the only reason
    number, half = put({"pk": {"N": "1"}}), {"Delete": {"TableName": ORDERS, "Key": {"customer": {"S": "c"}}}}
    for first, second, message in [
            (number, half, "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"),
            (half, number, "The provided key element does not match the schema")]:
        found = cancelled(["None", "ValidationError", "None"], TransactItems=[put(key("new")), first, second])
        equal([reason.get("Message") for reason in found], [None, message, None])
    error = fails("TransactionCanceledException",
                  "Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError, None]",
                  db.transact_get_items, TransactItems=[{"Get": {"TableName": TABLE, "Key": {"pk": {"N": "1"}}}},
                                                        {"Get": {"TableName": TABLE, "Key": key("kept")}}])
    equal(reasons(error), ["ValidationError", "None"])


@section("what transactions refuse as a whole")
def refusals():
    def refused(message, *actions, code="ValidationException"):
        fails(code, message, db.transact_write_items, TransactItems=[put(key("new")), *actions])

    refused("Transaction request cannot include multiple operations on one item", delete("new"))
    refused("TransactItems can only contain one of Check, Put, Update or Delete", {**put(key("a")), **delete("b")})
    refused("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request", {})
    refused("Item size has exceeded the maximum allowed size", put({**key("a"), "v": {"S": "v" * 409600}}))
    refused("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
            put(key("")))
    refused('Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("', delete("a", ConditionExpression="attribute_exists("))
    refused("Requested resource not found", put(key("a"), "wire_nowhere"), code="ResourceNotFoundException")
    fails("ValidationException", "Transaction request cannot include multiple operations on one item",
          db.transact_get_items, TransactItems=[{"Get": {"TableName": TABLE, "Key": key("kept")}}] * 2)
    equal(read("new"), None)


@section("a token makes a transaction happen once")
def tokens():
    once = {"TransactItems": [add("once", 1), check("kept", "attribute_exists(pk)")], "ClientRequestToken": TOKEN + "-once"}
    first = db.transact_write_items(**once, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    again = db.transact_write_items(**once, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    equal(read("once")["n"], {"N": "1"})
    equal(first, [{"TableName": TABLE, "CapacityUnits": 4.0, "WriteCapacityUnits": 4.0}])
    equal(again, [{"TableName": TABLE, "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}])
    error = fails("IdempotentParameterMismatchException",
                  "The request uses the same client token as a previous, but non-identical request. "
                  "Do not reuse a client token with different requests, unless the requests are identical",
                  db.transact_write_items, TransactItems=[add("once", 2)], ClientRequestToken=TOKEN + "-once")
    equal(isinstance(error, db.exceptions.IdempotentParameterMismatchException), True)
    for _ in range(2):          # without a token boto3 makes one for each call
        db.transact_write_items(TransactItems=[add("twice", 1)])
    equal((read("once")["n"], read("twice")["n"]), ({"N": "1"}, {"N": "2"}))
    fails("ValidationException",
          "1 validation error detected: Value '" + "t" * 37 + "' at 'clientRequestToken' failed to satisfy constraint: "
          "Member must have length less than or equal to 36", boto3.client("dynamodb", endpoint_url=ENDPOINT, config=Config(parameter_validation=False))
          .transact_write_items, TransactItems=[add("once", 1)], ClientRequestToken="t" * 37)


@section("one token from eight threads")
def same_token():
    errors = []

    def send():
        try:
            client().transact_write_items(TransactItems=[add("threads", 1)], ClientRequestToken=TOKEN + "-many")
        except Exception as error:      # whatever it is, it is shown below
            errors.append(error)
    workers = [threading.Thread(target=send) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # a request that is under way is an error that boto3 repeats, but not for ever
    equal([error for error in errors if type(error).__name__ != "TransactionInProgressException"], [])
    equal(read("threads")["n"], {"N": "1"})


@section("a token and items that a transaction of the database holds")
def held():
    if not PSQL:
        print("skipped: conflicts: there is no psql session to make them")
        return
    busy = {"TransactItems": [add("busy", 1)], "ClientRequestToken": TOKEN + "-busy"}
    with database() as session:
        session.run("BEGIN")
        session.run("SELECT dynapg.transact_write_items('%s')" % json.dumps({
            "TransactItems": [delete("held")], "ClientRequestToken": TOKEN + "-busy"}))
        for mode in ("standard", "legacy"):
            config = Config(retries={"max_attempts": 1, "mode": mode}, read_timeout=20)
            error = fails("TransactionInProgressException", "Transaction from previous request is still in progress",
                          boto3.client("dynamodb", endpoint_url=ENDPOINT, config=config).transact_write_items, **busy)
            equal(error.response["ResponseMetadata"]["RetryAttempts"], 1)
        timer = threading.Timer(0.3, session.run, ["ROLLBACK"])
        timer.start()
        config = Config(retries={"max_attempts": 10, "mode": "legacy"}, read_timeout=20)
        boto3.client("dynamodb", endpoint_url=ENDPOINT, config=config).transact_write_items(**busy)
        timer.join()
        equal(read("busy")["n"], {"N": "1"})

        session.run("BEGIN")
        session.run("SELECT item FROM dynamodb.\"%s\" WHERE pk = 'kept' FOR UPDATE" % TABLE)
        found = cancelled(["None", "TransactionConflict", "None"], TransactItems=[put(key("new")), add("kept", 1), delete("made")])
        equal(found[1]["Message"], "Transaction is ongoing for the item")
        error = fails("TransactionConflictException", "Transaction is ongoing for the item", db.put_item, TableName=TABLE, Item=key("kept"))
        equal((isinstance(error, db.exceptions.TransactionConflictException), error.response["ResponseMetadata"]["RetryAttempts"]), (True, 0))
        session.run("ROLLBACK")
    equal((read("new"), read("kept")["n"], read("made")["n"]), (None, {"N": "10"}, {"N": "1"}))


@section("drop the tables")
def drop():
    for table in (TABLE, ORDERS):
        db.delete_table(TableName=table)


main()
