"""boto3's resource: Table objects, Decimal, Python sets, condition builders, waiters, collections."""

from decimal import Decimal

from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

from wire import equal, fails, main, resource, section

TABLE = "wire_boto3_resource"
db = resource()
table = db.Table(TABLE)


@section("a table and what it knows of itself")
def create():
    made = db.create_table(
        TableName=TABLE, ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        KeySchema=[{"AttributeName": "year", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "title", "AttributeType": "S"}])
    made.wait_until_exists()
    table.load()
    equal((table.table_status, table.item_count, table.name), ("ACTIVE", 0, TABLE))
    equal(table.key_schema, [{"AttributeName": "year", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}])
    equal(table.provisioned_throughput["ReadCapacityUnits"], 1)
    equal(TABLE in [found.name for found in db.tables.all()], True)


@section("Python's values there and back")
def values():
    item = {
        "year": 2015, "title": "The Big New Movie",
        "info": {"plot": "Nothing happens at all.", "rating": Decimal("0"), "none": None, "deep": [1, [True, {"x": Decimal("1E+30")}]]},
        "actors": {"Larry", "Moe", "Curly"}, "scores": {Decimal("1.5"), Decimal(-2)}, "blobs": {b"a", b"\x00"},
        "poster": Binary(b"\x89PNG\r\n"), "exact": Decimal("12345678901234567890123456789012345678"),
        "tiny": Decimal("1E-130"), "huge": Decimal("9.9E+36"),
    }
    table.put_item(Item=item)
    found = table.get_item(Key={"year": 2015, "title": "The Big New Movie"}, ConsistentRead=True)["Item"]
    equal(found, item)
    fails("ValidationException", "1 validation error detected: Number overflow. Attempting to store a number with magnitude larger than supported range",
          table.put_item, Item={"year": 1, "title": "x", "n": Decimal("1E+126")})


@section("conditions built of Attr, updates and their values")
def updates():
    reply = table.update_item(
        Key={"year": 2015, "title": "The Big New Movie"},
        UpdateExpression="set info.rating = info.rating + :r, info.plot = :p, info.actors = :a delete actors :gone",
        ExpressionAttributeValues={":r": Decimal("5.5"), ":p": "Everything happens all at once.", ":a": ["Larry", "Moe"], ":gone": {"Curly"}},
        ReturnValues="UPDATED_NEW")
    equal(reply["Attributes"], {"info": {"rating": Decimal("5.5"), "plot": "Everything happens all at once.", "actors": ["Larry", "Moe"]},
                                "actors": {"Larry", "Moe"}})
    error = fails("ConditionalCheckFailedException", "The conditional request failed", table.delete_item,
                  Key={"year": 2015, "title": "The Big New Movie"}, ConditionExpression=Attr("info.rating").lte(5) | Attr("info.none").ne(None))
    equal(isinstance(error, ClientError), True)
    table.update_item(Key={"year": 2015, "title": "The Big New Movie"}, UpdateExpression="REMOVE info.#a[0]",
                      ConditionExpression=Attr("actors").contains("Moe") & Attr("poster").size().eq(6) & Attr("tiny").between(Decimal(0), 1)
                      & ~Attr("gone").exists() & Attr("title").begins_with("The") & Attr("poster").attribute_type("B"),
                      ExpressionAttributeNames={"#a": "actors"})
    found = table.get_item(Key={"year": 2015, "title": "The Big New Movie"}, ProjectionExpression="info.actors")["Item"]
    equal(found, {"info": {"actors": ["Moe"]}})


@section("queries and scans with built conditions")
def reads():
    for year in (1990, 1991):
        for letter in "abcdefghij":
            table.put_item(Item={"year": year, "title": letter * 3, "length": ord(letter), "tags": {letter, "all"}})
    reply = table.query(KeyConditionExpression=Key("year").eq(1990) & Key("title").between("c", "g"))
    equal([item["title"] for item in reply["Items"]], ["ccc", "ddd", "eee", "fff"])
    reply = table.query(KeyConditionExpression=Key("year").eq(1991) & Key("title").gte("c"), Limit=3, ScanIndexForward=False,
                        FilterExpression=Attr("tags").contains("i"))
    equal(([item["title"] for item in reply["Items"]], reply["ScannedCount"]), (["iii"], 3))
    equal(reply["LastEvaluatedKey"], {"year": Decimal(1991), "title": "hhh"})
    found, start = [], {}
    while True:
        reply = table.scan(FilterExpression=Attr("length").is_in([98, 99]) & Attr("year").gt(1990), Limit=4, **start)
        found += reply["Items"]
        if "LastEvaluatedKey" not in reply:
            break
        start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}
    equal(sorted(item["title"] for item in found), ["bbb", "ccc"])
    equal(found[0]["length"] in (98, 99), True)
    equal(table.scan(Select="COUNT")["Count"], 21)


@section("batch_writer, batch_get_item")
def batches():
    with table.batch_writer(overwrite_by_pkeys=["year", "title"]) as batch:
        for number in range(60):
            batch.put_item(Item={"year": 3000 + number % 2, "title": f"{number % 55:03}", "number": number})
        batch.delete_item(Key={"year": 1990, "title": "aaa"})
    equal("Item" in table.get_item(Key={"year": 1990, "title": "aaa"}), False)
    equal(table.query(KeyConditionExpression=Key("year").eq(3000))["Count"] + table.query(KeyConditionExpression=Key("year").eq(3001))["Count"], 60)
    reply = db.batch_get_item(RequestItems={TABLE: {
        "Keys": [{"year": 3000, "title": "002"}, {"year": 1991, "title": "bbb"}, {"year": 1, "title": "nobody"}],
        "ProjectionExpression": "title, #l", "ExpressionAttributeNames": {"#l": "length"}}})
    equal(sorted(reply["Responses"][TABLE], key=lambda item: item["title"]), [{"title": "002"}, {"title": "bbb", "length": Decimal(98)}])
    equal(reply["UnprocessedKeys"], {})
    fails("ValidationException", "Provided list of item keys contains duplicates", db.batch_write_item,
          RequestItems={TABLE: [{"DeleteRequest": {"Key": {"year": 1, "title": "a"}}}, {"PutRequest": {"Item": {"year": 1, "title": "a"}}}]})


@section("transactions")
def transactions():
    client = db.meta.client
    client.transact_write_items(TransactItems=[
        {"Put": {"TableName": TABLE, "Item": {"year": 1, "title": "one", "n": 1}, "ConditionExpression": "attribute_not_exists(title)"}},
        {"Update": {"TableName": TABLE, "Key": {"year": 1, "title": "two"}, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": 2}}},
        {"Delete": {"TableName": TABLE, "Key": {"year": 1, "title": "three"}}}])
    reply = client.transact_get_items(TransactItems=[
        {"Get": {"TableName": TABLE, "Key": {"year": 1, "title": title}}} for title in ("one", "none", "two")])
    equal([response.get("Item", {}).get("n") for response in reply["Responses"]], [1, None, 2])
    error = fails("TransactionCanceledException",
                  "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
                  client.transact_write_items, TransactItems=[
                      {"Delete": {"TableName": TABLE, "Key": {"year": 1, "title": "one"}}},
                      {"ConditionCheck": {"TableName": TABLE, "Key": {"year": 1, "title": "two"}, "ConditionExpression": "n = :n",
                                          "ExpressionAttributeValues": {":n": 3}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}])
    reasons = error.response["CancellationReasons"]
    equal([reason["Code"] for reason in reasons], ["None", "ConditionalCheckFailed"])
    equal(reasons[1]["Message"], "The conditional request failed")
    # boto3 makes Python values of results, not of errors
    equal(reasons[1]["Item"]["n"], {"N": "2"})
    equal("Item" in table.get_item(Key={"year": 1, "title": "one"}), True)


@section("the end of the table")
def end():
    table.delete()
    table.wait_until_not_exists()
    fails("ResourceNotFoundException", f"Requested resource not found: Table: {TABLE} not found", table.load)


main()
