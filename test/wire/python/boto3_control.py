"""boto3's client: tags, Time to Live, policies, contributor insights, Kinesis destinations, limits, as infrastructure tools call them."""

import os
import time

from wire import client, equal, fails, main, section

TABLE = "wire_boto3_control"
db = client()
KNOWS_POLICIES = hasattr(db, "put_resource_policy")


@section("a table with tags and a policy")
def create():
    global arn
    arn = db.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], Tags=[{"Key": "team", "Value": "orders"}],
        **({"ResourcePolicy": "{}"} if KNOWS_POLICIES else {}))["TableDescription"]["TableArn"]
    db.get_waiter("table_exists").wait(TableName=TABLE)


@section("tags: two replies have an empty body")
def tags():
    reply = db.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "sales"}])
    equal(reply["ResponseMetadata"]["HTTPHeaders"]["content-length"], "0")
    equal(db.list_tags_of_resource(ResourceArn=arn)["Tags"],
          [{"Key": "team", "Value": "sales"}, {"Key": "stage", "Value": "test"}])
    db.untag_resource(ResourceArn=arn, TagKeys=["stage"])
    pages = db.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    equal([tag for page in pages for tag in page["Tags"]], [{"Key": "team", "Value": "sales"}])
    fails("ResourceNotFoundException", f"Requested resource not found: ResourcArn: {arn}x not found",
          db.list_tags_of_resource, ResourceArn=arn + "x")


@section("Time to Live, as infrastructure tools switch it")
def time_to_live():
    equal(db.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"], {"TimeToLiveStatus": "DISABLED"})
    specification = {"Enabled": True, "AttributeName": "expires"}
    reply = db.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=specification)
    equal(reply["TimeToLiveSpecification"], specification)
    for _ in range(300):
        description = db.describe_time_to_live(TableName=arn)["TimeToLiveDescription"]
        if description["TimeToLiveStatus"] == "ENABLED":
            break
        time.sleep(0.1)
    equal(description, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"})
    db.put_item(TableName=TABLE, Item={"id": {"S": "gone"}, "expires": {"N": str(int(time.time()) - 1)}})
    db.put_item(TableName=TABLE, Item={"id": {"S": "stays"}, "expires": {"N": str(int(time.time()) + 3600)}})
    for _ in range(300):
        left = [item["id"]["S"] for item in db.scan(TableName=TABLE)["Items"]]
        if left == ["stays"]:
            break
        time.sleep(0.1)
    equal(left, ["stays"])
    fails("ValidationException", "TimeToLive is already enabled",
          db.update_time_to_live, TableName=TABLE, TimeToLiveSpecification=specification)


@section("resource policies")
def policies():
    if not KNOWS_POLICIES:
        print("skipped: this boto3 is older than resource policies")
        return
    equal(db.get_resource_policy(ResourceArn=arn)["Policy"], "{}")
    revision = db.put_resource_policy(ResourceArn=arn, Policy='{"Version": "2012-10-17"}')["RevisionId"]
    equal(db.get_resource_policy(ResourceArn=arn)["RevisionId"], revision)
    fails("PolicyNotFoundException", f"Resource-based policy not found for the provided ResourceArn: {arn}",
          db.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="other")
    equal(db.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=revision)["RevisionId"], revision)


@section("contributor insights")
def insights():
    equal(db.describe_contributor_insights(TableName=TABLE)["ContributorInsightsStatus"], "DISABLED")
    db.update_contributor_insights(TableName=TABLE, ContributorInsightsAction="ENABLE")
    equal(len(db.describe_contributor_insights(TableName=TABLE)["ContributorInsightsRuleList"]), 2)
    equal(db.list_contributor_insights(TableName=TABLE)["ContributorInsightsSummaries"][0]["TableName"], TABLE)


@section("Kinesis destinations fail in the open")
def kinesis():
    stream = "arn:aws:kinesis:us-east-1:000000000000:stream/changes"
    equal(db.enable_kinesis_streaming_destination(TableName=TABLE, StreamArn=stream)["DestinationStatus"], "ENABLING")
    destination, = db.describe_kinesis_streaming_destination(TableName=TABLE)["KinesisDataStreamDestinations"]
    equal((destination["StreamArn"], destination["DestinationStatus"]), (stream, "ENABLE_FAILED"))


@section("limits, endpoints, global tables")
def limits():
    equal(db.describe_limits()["TableMaxReadCapacityUnits"], 40000)
    endpoint, = db.describe_endpoints()["Endpoints"]
    equal("http://" + endpoint["Address"], os.environ["DYNAPG_ENDPOINT"])
    equal(db.list_global_tables()["GlobalTables"], [])
    fails("GlobalTableNotFoundException", f"Global table not found: Global table with name: '{TABLE}' does not exist.",
          db.describe_global_table, GlobalTableName=TABLE)


@section("clean up")
def delete():
    db.delete_table(TableName=TABLE)


main()
