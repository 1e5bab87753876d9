"""boto3's client: ConsumedCapacity and ItemCollectionMetrics of each operation, as the service model parses them."""

import json

from wire import client, equal, main, section

TABLE = "wire_boto3_capacity"
db = client()
tables = client()
size = {"ReturnItemCollectionMetrics": "SIZE"}
arms = {"ReturnConsumedCapacity": "INDEXES"}


def compare_with_model(http_response, parsed, **_):
    """What the model knows is all that is sent: the parser drops other members."""
    equal({name: value for name, value in parsed.items() if name != "ResponseMetadata"}, json.loads(http_response.content))


db.meta.events.register("after-call.dynamodb", compare_with_model)


def key(artist, song):
    return {"Artist": {"S": artist}, "Song": {"S": song}}


def item(artist, song, album, **more):
    return {**key(artist, song), "Album": {"S": album}, **{name: {"S": value} for name, value in more.items()}}


def units(value, use=None):
    return {"CapacityUnits": value} | ({use + "CapacityUnits": value} if use else {})


def used(total, table, genres=None, albums=None, use=None):
    """ConsumedCapacity: the sum, the table's, the global and the local index's; use: what a transaction adds."""
    capacity = {"TableName": TABLE, **units(total, use), "Table": units(table, use)}
    if genres is not None:
        capacity["GlobalSecondaryIndexes"] = {"genres": units(genres, use)}
    if albums is not None:
        capacity["LocalSecondaryIndexes"] = {"albums": units(albums, use)}
    return capacity


def collection(artist):
    return {"ItemCollectionKey": {"Artist": {"S": artist}}, "SizeEstimateRangeGB": [0.0, 1.0]}


@section("create a table with a global and a local index")
def _():
    if TABLE in tables.list_tables()["TableNames"]:
        tables.delete_table(TableName=TABLE)
        tables.get_waiter("table_not_exists").wait(TableName=TABLE)
    tables.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("Artist", "Song", "Album", "Genre")],
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Song", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[{"IndexName": "genres", "KeySchema": [{"AttributeName": "Genre", "KeyType": "HASH"}],
                                 "Projection": {"ProjectionType": "ALL"}}],
        LocalSecondaryIndexes=[{"IndexName": "albums", "Projection": {"ProjectionType": "KEYS_ONLY"}, "KeySchema": [
            {"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Album", "KeyType": "RANGE"}]}])


@section("writes of one item")
def _():
    # enters both indexes
    reply = db.put_item(TableName=TABLE, Item=item("a", "1", "x", Genre="g"), **arms, **size)
    equal((reply["ConsumedCapacity"], reply["ItemCollectionMetrics"]), (used(3, 1, 1, 1), collection("a")))
    # moves in the local one, changes in place in the global one
    reply = db.update_item(TableName=TABLE, Key=key("a", "1"), UpdateExpression="SET Album = :a", ExpressionAttributeValues={":a": {"S": "y"}}, **arms, **size)
    equal((reply["ConsumedCapacity"], reply["ItemCollectionMetrics"]), (used(4, 1, 1, 2), collection("a")))
    reply = db.put_item(TableName=TABLE, Item=item("a", "2", "x"), ReturnConsumedCapacity="TOTAL")
    equal(reply["ConsumedCapacity"], {"TableName": TABLE, "CapacityUnits": 2.0})
    reply = db.delete_item(TableName=TABLE, Key=key("a", "2"), **arms, **size)
    equal((reply["ConsumedCapacity"], reply["ItemCollectionMetrics"]), (used(2, 1, albums=1), collection("a")))
    reply = db.delete_item(TableName=TABLE, Key=key("a", "2"))
    equal("ConsumedCapacity" in reply or "ItemCollectionMetrics" in reply, False)


@section("reads")
def _():
    equal(db.get_item(TableName=TABLE, Key=key("a", "1"), **arms)["ConsumedCapacity"], used(0.5, 0.5))
    equal(db.get_item(TableName=TABLE, Key=key("a", "1"), ConsistentRead=True, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"],
          {"TableName": TABLE, "CapacityUnits": 1.0})
    equal(db.scan(TableName=TABLE, ConsistentRead=True, **arms)["ConsumedCapacity"], used(1, 1))
    equal(db.scan(TableName=TABLE, IndexName="genres", **arms)["ConsumedCapacity"], used(0.5, 0, genres=0.5))
    query = {"TableName": TABLE, "KeyConditionExpression": "Artist = :a", "ExpressionAttributeValues": {":a": {"S": "a"}}, **arms}
    equal(db.query(**query)["ConsumedCapacity"], used(0.5, 0.5))
    equal(db.query(IndexName="albums", **query)["ConsumedCapacity"], used(0.5, 0, albums=0.5))
    # the item is fetched as well
    equal(db.query(IndexName="albums", Select="ALL_ATTRIBUTES", ConsistentRead=True, **query)["ConsumedCapacity"], used(2, 1, albums=1))


@section("batches")
def _():
    reply = db.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item("b", "1", "x")}}, {"PutRequest": {"Item": item("b", "2", "x", Genre="g")}},
                                                      {"DeleteRequest": {"Key": key("a", "9")}}]}, **arms, **size)
    equal((reply["ConsumedCapacity"], reply["ItemCollectionMetrics"]), ([used(6, 3, 1, 2)], {TABLE: [collection("a"), collection("b")]}))
    reply = db.batch_get_item(RequestItems={TABLE: {"Keys": [key("b", "1"), key("b", "2"), key("b", "9")]}}, **arms)
    equal(reply["ConsumedCapacity"], [used(1.5, 1.5)])


@section("transactions")
def _():
    # the table's and the local index's units are doubled
    reply = db.transact_write_items(TransactItems=[
        {"Put": {"TableName": TABLE, "Item": item("c", "1", "x", Genre="g")}},
        {"ConditionCheck": {"TableName": TABLE, "Key": key("b", "1"), "ConditionExpression": "attribute_exists(Song)"}},
        {"Delete": {"TableName": TABLE, "Key": key("b", "2")}}], **arms, **size)
    equal((reply["ConsumedCapacity"], reply["ItemCollectionMetrics"]),
          ([used(12, 6, 2, 4, "Write")], {TABLE: [collection("b"), collection("c")]}))
    gets = [{"Get": {"TableName": TABLE, "Key": key("c", song)}} for song in ("1", "9")]
    equal(db.transact_get_items(TransactItems=gets, **arms)["ConsumedCapacity"], [used(4, 4, use="Read")])
    equal(db.transact_get_items(TransactItems=gets, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"],
          [{"TableName": TABLE, "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}])


@section("delete the table")
def _():
    tables.delete_table(TableName=TABLE)


main()
