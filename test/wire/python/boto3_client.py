"""boto3's client: tables, waiters, paginators, items of every type, conditions, errors as exceptions."""

import threading
import time

from botocore.exceptions import ClientError

from wire import client, equal, fails, main, section

TABLE = "wire_boto3_client"
db = client()


def key(pk, sk):
    return {"pk": {"S": pk}, "sk": {"B": sk}}


@section("create a table, wait for it, describe it")
def create():
    reply = db.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "B"},
                              {"AttributeName": "kind", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[{"IndexName": "by_kind", "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
                                 "Projection": {"ProjectionType": "KEYS_ONLY"}}],
    )
    equal(reply["TableDescription"]["TableStatus"], "CREATING")
    equal(reply["ResponseMetadata"]["HTTPHeaders"]["content-type"], "application/x-amz-json-1.0")
    equal(len(reply["ResponseMetadata"]["RequestId"]), 52)
    db.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    table = db.describe_table(TableName=TABLE)["Table"]
    equal(table["TableStatus"], "ACTIVE")
    equal(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
    equal(abs(table["CreationDateTime"].timestamp() - time.time()) < 60, True)
    equal([(index["IndexName"], index["IndexStatus"]) for index in table["GlobalSecondaryIndexes"]], [("by_kind", "ACTIVE")])


@section("items of every type")
def items():
    item = {
        **key("types", b"\x00\xff"), "kind": {"S": "k"},
        "s": {"S": "za\u017c\u00f3\u0142\u0107 \U0001f30d \\ \" \x7f"}, "empty": {"S": ""},
        "n": {"N": "0.000000000000000000000000000001"}, "b": {"B": bytes(range(256))},
        "bool": {"BOOL": True}, "null": {"NULL": True}, "l": {"L": [{"N": "1"}, {"L": [{"M": {}}]}]},
        "m": {"M": {"a": {"M": {"b": {"S": "c"}}}}},
    }
    db.put_item(TableName=TABLE, Item={**item, "ss": {"SS": ["b", "a"]}, "ns": {"NS": ["2", "10"]}, "bs": {"BS": [b"b", b"a"]}})
    found = db.get_item(TableName=TABLE, Key=key("types", b"\x00\xff"), ConsistentRead=True)["Item"]
    equal(sorted(found.pop("ss")["SS"]), ["a", "b"])
    equal(sorted(found.pop("ns")["NS"], key=int), ["2", "10"])
    equal(sorted(found.pop("bs")["BS"]), [b"a", b"b"])
    equal(found, item)
    equal("Item" in db.get_item(TableName=TABLE, Key=key("types", b"\x00")), False)
    equal(db.get_item(TableName=TABLE, Key=key("types", b"\x00\xff"), ProjectionExpression="m.a.b, l[1], nowhere")["Item"],
          {"m": {"M": {"a": {"M": {"b": {"S": "c"}}}}}, "l": {"L": [{"L": [{"M": {}}]}]}})


@section("conditional writes, and errors as modelled exceptions")
def conditions():
    update = {
        "TableName": TABLE, "Key": key("u", b"1"),
        "UpdateExpression": "SET #n = if_not_exists(#n, :zero) + :one, l = list_append(if_not_exists(l, :none), :more)",
        "ExpressionAttributeNames": {"#n": "count"},
        "ExpressionAttributeValues": {":zero": {"N": "0"}, ":one": {"N": "1"}, ":none": {"L": []}, ":more": {"L": [{"S": "x"}]}},
        "ReturnValues": "ALL_NEW",
    }
    db.update_item(**update)
    equal(db.update_item(**update)["Attributes"],
          {**key("u", b"1"), "count": {"N": "2"}, "l": {"L": [{"S": "x"}, {"S": "x"}]}})
    equal(db.update_item(TableName=TABLE, Key=key("u", b"1"), UpdateExpression="REMOVE l[0]", ReturnValues="UPDATED_OLD")["Attributes"],
          {"l": {"L": [{"S": "x"}]}})
    # the versions of boto3 before 2023 do not know the parameter
    shape = db.meta.service_model.operation_model("DeleteItem").input_shape
    extra = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    extra = {name: value for name, value in extra.items() if name in shape.members}
    try:
        db.delete_item(TableName=TABLE, Key=key("u", b"1"), ConditionExpression="#n = :n", ExpressionAttributeNames={"#n": "count"},
                       ExpressionAttributeValues={":n": {"N": "3"}}, **extra)
        raise AssertionError("the delete succeeded")
    except db.exceptions.ConditionalCheckFailedException as error:
        equal(error.response["Error"], {"Message": "The conditional request failed", "Code": "ConditionalCheckFailedException"})
        equal(error.response.get("Item", {}).get("count"), {"N": "2"} if extra else None)
    try:
        db.get_item(TableName="wire_nowhere", Key=key("a", b"1"))
        raise AssertionError("there is no such table")
    except db.exceptions.ResourceNotFoundException as error:
        equal(error.response["Error"]["Message"], "Requested resource not found")
    try:
        db.delete_table(TableName="wire_nowhere")
        raise AssertionError("there is no such table")
    except db.exceptions.ResourceNotFoundException as error:
        equal(error.response["Error"]["Message"], "Requested resource not found: Table: wire_nowhere not found")


@section("messages of refusals")
def refusals():
    fails("ValidationException", "The provided key element does not match the schema",
          db.get_item, TableName=TABLE, Key={"pk": {"S": "a"}, "sk": {"S": "a"}})
    fails("ValidationException", "One or more parameter values were invalid: Missing the key sk in the item",
          db.put_item, TableName=TABLE, Item={"pk": {"S": "a"}})
    fails("ValidationException",
          "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
          db.put_item, TableName=TABLE, Item=key("", b"a"))
    fails("ValidationException", "Consistent reads are not supported on global secondary indexes",
          db.query, TableName=TABLE, IndexName="by_kind", ConsistentRead=True, KeyConditionExpression="kind = :k",
          ExpressionAttributeValues={":k": {"S": "k"}})
    fails("ValidationException", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
          db.put_item, TableName=TABLE, Item={**key("a", b"a"), "x": {}})
    fails("ValidationException", "The table does not have the specified index: nowhere",
          db.query, TableName=TABLE, IndexName="nowhere", KeyConditionExpression="kind = :k",
          ExpressionAttributeValues={":k": {"S": "k"}})


@section("the paginators of Query, Scan and ListTables")
def paginators():
    for number in range(30):
        db.put_item(TableName=TABLE, Item={**key("page", number.to_bytes(2, "big")), "kind": {"S": "even" if number % 2 == 0 else "odd"},
                                           "number": {"N": str(number)}})
    pages = list(db.get_paginator("query").paginate(
        TableName=TABLE, KeyConditionExpression="pk = :p AND sk >= :low", ScanIndexForward=False,
        ExpressionAttributeValues={":p": {"S": "page"}, ":low": {"B": b"\x00\x05"}}, PaginationConfig={"PageSize": 10}))
    equal([page["Count"] for page in pages], [10, 10, 5])
    equal([int(item["number"]["N"]) for page in pages for item in page["Items"]], list(range(29, 4, -1)))
    equal(pages[0]["LastEvaluatedKey"], key("page", b"\x00\x14"))

    pages = db.get_paginator("query").paginate(
        TableName=TABLE, IndexName="by_kind", KeyConditionExpression="kind = :k",
        ExpressionAttributeValues={":k": {"S": "odd"}}, PaginationConfig={"PageSize": 4, "MaxItems": 11})
    result = pages.build_full_result()
    equal(len(result["Items"]), 11)
    rest = db.get_paginator("query").paginate(
        TableName=TABLE, IndexName="by_kind", KeyConditionExpression="kind = :k",
        ExpressionAttributeValues={":k": {"S": "odd"}}, PaginationConfig={"PageSize": 4, "StartingToken": result["NextToken"]})
    equal(len(rest.build_full_result()["Items"]), 4)
    equal(sorted(result["Items"][0]), ["kind", "pk", "sk"])

    whole = db.get_paginator("scan").paginate(TableName=TABLE, PaginationConfig={"PageSize": 9}).build_full_result()
    equal((whole["Count"], whole["ScannedCount"]), (32, 32))
    filtered = list(db.get_paginator("scan").paginate(
        TableName=TABLE, FilterExpression="#n IN (:a, :b)", ExpressionAttributeNames={"#n": "number"},
        ExpressionAttributeValues={":a": {"N": "3"}, ":b": {"N": "4.0"}}, PaginationConfig={"PageSize": 5}))
    equal((len(filtered) >= 7, sum(page["Count"] for page in filtered), sum(page["ScannedCount"] for page in filtered)), (True, 2, 32))

    for number in range(5):
        db.create_table(TableName=f"{TABLE}.{number}", BillingMode="PAY_PER_REQUEST",
                        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    names = [name for page in db.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
             for name in page["TableNames"]]
    equal(names, sorted(names))
    equal([name for name in names if name.startswith(TABLE + ".")], [f"{TABLE}.{number}" for number in range(5)])
    for number in range(5):
        db.delete_table(TableName=f"{TABLE}.{number}")


@section("pages of 1 MB")
def large():
    for number in range(7):
        db.put_item(TableName=TABLE, Item={**key("large", bytes([number])), "text": {"S": "x" * 300_000}})
    pages = list(db.get_paginator("query").paginate(TableName=TABLE, KeyConditionExpression="pk = :p",
                                                    ExpressionAttributeValues={":p": {"S": "large"}}))
    equal([page["Count"] for page in pages], [4, 3])
    equal(sum(len(item["text"]["S"]) for page in pages for item in page["Items"]), 2_100_000)


@section("eight threads count to 80 with one client")
def threads():
    errors = []

    def count():
        try:
            for _ in range(10):
                db.update_item(TableName=TABLE, Key=key("count", b"0"), UpdateExpression="ADD n :one",
                               ExpressionAttributeValues={":one": {"N": "1"}})
        except ClientError as error:
            errors.append(error)
    workers = [threading.Thread(target=count) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    equal(errors, [])
    equal(db.get_item(TableName=TABLE, Key=key("count", b"0"), ConsistentRead=True)["Item"]["n"], {"N": "80"})


@section("a new index by UpdateTable, then the end of the table")
def end():
    db.update_table(
        TableName=TABLE, AttributeDefinitions=[{"AttributeName": "number", "AttributeType": "N"}, {"AttributeName": "pk", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "by_number", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}]}}])
    for _ in range(100):
        indexes = {index["IndexName"]: index["IndexStatus"] for index in db.describe_table(TableName=TABLE)["Table"]["GlobalSecondaryIndexes"]}
        if indexes["by_number"] == "ACTIVE":
            break
        time.sleep(0.2)
    equal(indexes, {"by_kind": "ACTIVE", "by_number": "ACTIVE"})
    reply = db.query(TableName=TABLE, IndexName="by_number", KeyConditionExpression="pk = :p AND #n > :n", Limit=2,
                     ExpressionAttributeNames={"#n": "number"},
                     ExpressionAttributeValues={":p": {"S": "page"}, ":n": {"N": "26"}})
    equal([item["number"]["N"] for item in reply["Items"]], ["27", "28"])
    equal(reply["LastEvaluatedKey"], {**key("page", b"\x00\x1c"), "number": {"N": "28"}})
    equal(db.delete_table(TableName=TABLE)["TableDescription"]["TableStatus"], "DELETING")
    db.get_waiter("table_not_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 20})


main()
