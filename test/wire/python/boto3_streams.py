"""boto3's clients of streams and of Time to Live: the loop of a consumer, its errors, and what it sees of the wire."""

import time

import boto3

from wire import CONFIG, ENDPOINT, client, equal, fails, main, section

TABLE = "wire_boto3_streams"
db = client()
streams = boto3.client("dynamodbstreams", endpoint_url=ENDPOINT, config=CONFIG)


def create():
    if TABLE in db.list_tables()["TableNames"]:
        db.delete_table(TableName=TABLE)
    reply = db.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    return reply["TableDescription"]["LatestStreamArn"]


def shards(arn):
    found, more = [], {}
    while True:
        page = streams.describe_stream(StreamArn=arn, **more)["StreamDescription"]
        found += page["Shards"]
        if "LastEvaluatedShardId" not in page:
            return found
        more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}


def read(arn, limit=1000):
    """All records of all shards, parents first."""
    records = []
    for shard in shards(arn):
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=limit)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return records


@section("a consumer reads what was written, in order and in pages")
def consumer():
    arn = create()
    for number in range(25):
        db.put_item(TableName=TABLE, Item={"pk": {"S": "a"}, "n": {"N": str(number)}, "b": {"B": b"\x00\xff"}})
    db.delete_item(TableName=TABLE, Key={"pk": {"S": "a"}})
    for limit in (1, 7, 1000):
        records = read(arn, limit)
        equal([record["eventName"] for record in records], ["INSERT"] + ["MODIFY"] * 24 + ["REMOVE"])
        equal([record["dynamodb"]["NewImage"]["n"]["N"] for record in records[:-1]], [str(number) for number in range(25)])
    equal(records[0]["dynamodb"]["NewImage"]["b"]["B"], b"\x00\xff")
    equal(records[3]["dynamodb"]["OldImage"], records[2]["dynamodb"]["NewImage"])
    equal(sorted(int(record["dynamodb"]["SequenceNumber"]) for record in records), [int(record["dynamodb"]["SequenceNumber"]) for record in records])
    equal(len({record["eventID"] for record in records}), 26)
    equal(records[0]["dynamodb"]["Keys"], {"pk": {"S": "a"}})
    equal("userIdentity" in records[-1], False)
    age = time.time() - records[0]["dynamodb"]["ApproximateCreationDateTime"].timestamp()
    equal(-2 < age < 60, True)


@section("positions in a shard")
def positions():
    arn = create()
    shard = shards(arn)[0]["ShardId"]

    def iterator(kind, **more):
        return streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]

    def numbers(start):
        return [record["dynamodb"]["SequenceNumber"] for record in streams.get_records(ShardIterator=start)["Records"]]

    db.put_item(TableName=TABLE, Item={"pk": {"S": "x"}})
    latest = iterator("LATEST")
    db.put_item(TableName=TABLE, Item={"pk": {"S": "y"}})
    db.put_item(TableName=TABLE, Item={"pk": {"S": "z"}})
    first, second, third = numbers(iterator("TRIM_HORIZON"))
    equal(numbers(latest), [second, third])
    equal(numbers(iterator("AT_SEQUENCE_NUMBER", SequenceNumber=second)), [second, third])
    equal(numbers(iterator("AFTER_SEQUENCE_NUMBER", SequenceNumber=second)), [third])
    equal(numbers(iterator("AT_SEQUENCE_NUMBER", SequenceNumber=shards(arn)[0]["SequenceNumberRange"]["StartingSequenceNumber"])), [first, second, third])
    equal(streams.list_streams(TableName=TABLE)["Streams"][-1]["StreamArn"], arn)


@section("a disabled stream ends, and another one begins")
def disabled():
    arn = create()
    db.put_item(TableName=TABLE, Item={"pk": {"S": "x"}})
    db.update_table(TableName=TABLE, StreamSpecification={"StreamEnabled": False})
    db.put_item(TableName=TABLE, Item={"pk": {"S": "unseen"}})
    description = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    equal(description["StreamStatus"], "DISABLED")
    equal(all("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in description["Shards"]), True)
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=description["Shards"][0]["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    page = streams.get_records(ShardIterator=iterator)
    equal([record["dynamodb"]["Keys"]["pk"]["S"] for record in page["Records"]], ["x"])
    equal("NextShardIterator" in page, False)
    other = db.update_table(TableName=TABLE, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})["TableDescription"]["LatestStreamArn"]
    equal(other != arn, True)
    db.put_item(TableName=TABLE, Item={"pk": {"S": "seen"}})
    equal([(record["dynamodb"]["Keys"]["pk"]["S"], "NewImage" in record["dynamodb"]) for record in read(other)], [("seen", False)])


@section("errors")
def errors():
    arn = create()
    missing = arn[:-3] + "999" if not arn.endswith("999") else arn[:-3] + "998"
    fails("ResourceNotFoundException", f"Requested resource not found: Stream: {missing} not found", streams.describe_stream, StreamArn=missing)
    fails("ResourceNotFoundException", "Requested resource not found: Shard does not exist", streams.get_shard_iterator, StreamArn=arn,
          ShardId="shardId-00000001414562045508-2bac9cd2", ShardIteratorType="LATEST")
    fails("ValidationException", "Invalid ShardIterator", streams.get_records, ShardIterator="nonsense")
    fails("ValidationException", f"Table already has an enabled stream: TableName: {TABLE}", db.update_table, TableName=TABLE,
          StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})


def wait_for(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


@section("the record of an item that has expired names the service")
def time_to_live():
    arn = create()
    db.update_time_to_live(TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    db.put_item(TableName=TABLE, Item={"pk": {"S": "old"}, "expires": {"N": str(int(time.time()) - 60)}})
    db.put_item(TableName=TABLE, Item={"pk": {"S": "new"}, "expires": {"N": str(int(time.time()) + 600)}})
    wait_for(lambda: db.scan(TableName=TABLE)["Count"] == 1)
    last = read(arn)[-1]
    equal((last["eventName"], last["dynamodb"]["Keys"]), ("REMOVE", {"pk": {"S": "old"}}))
    equal(last["userIdentity"], {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"})
    db.delete_table(TableName=TABLE)


main()
