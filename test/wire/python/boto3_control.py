"""boto3's client: tags, Time to Live, policies, contributor insights, Kinesis destinations, limits, as infrastructure tools call them."""

import datetime
import os
import time

from wire import DISTRIBUTED, client, equal, fails, main, section

TABLE = "wire_boto3_control"
db = client()
KNOWS_POLICIES = hasattr(db, "put_resource_policy")
POLICY = ('{"Version":"2012-10-17","Statement":[{"Sid":"owners","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},'
          '"Action":"dynamodb:*","Resource":"*"}]}')


@section("a table with tags and a policy")
def create():
    global arn
    arn = db.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], Tags=[{"Key": "team", "Value": "orders"}],
        **({"ResourcePolicy": POLICY} if KNOWS_POLICIES else {}))["TableDescription"]["TableArn"]
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
    fails("ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn}x not found",
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


def wait_for(status, describe):
    """Until describe returns that status; fails after half a minute."""
    for _ in range(300):
        last = describe()
        if last == status:
            return
        time.sleep(0.1)
    equal(last, status)


@section("backups: made, listed, restored, deleted")
def backups():
    target = TABLE + "_restored"
    begun = db.create_backup(TableName=TABLE, BackupName="nightly")["BackupDetails"]
    equal((begun["BackupStatus"], begun["BackupType"], begun["BackupSizeBytes"]), ("CREATING", "USER", 0))
    backup = begun["BackupArn"]
    equal(backup.startswith(arn + "/backup/0"), True)
    wait_for("AVAILABLE", lambda: db.describe_backup(BackupArn=backup)["BackupDescription"]["BackupDetails"]["BackupStatus"])
    description = db.describe_backup(BackupArn=backup)["BackupDescription"]
    equal(description["SourceTableDetails"]["KeySchema"], [{"AttributeName": "id", "KeyType": "HASH"}])
    equal(description["SourceTableDetails"]["ItemCount"], 1)
    equal(description["SourceTableFeatureDetails"]["TimeToLiveDescription"]["AttributeName"], "expires")
    made = description["BackupDetails"]["BackupCreationDateTime"]
    pages = db.get_paginator("list_backups").paginate(TableName=TABLE, TimeRangeLowerBound=made)
    equal([summary["BackupArn"] for page in pages for summary in page["BackupSummaries"]], [backup])
    equal(db.list_backups(TableName=TABLE, TimeRangeUpperBound=made)["BackupSummaries"], [])
    restored = db.restore_table_from_backup(TargetTableName=target, BackupArn=backup)["TableDescription"]
    equal((restored["TableStatus"], restored["RestoreSummary"]["SourceBackupArn"], restored["RestoreSummary"]["RestoreInProgress"]),
          ("CREATING", backup, True))
    wait_for("ACTIVE", lambda: db.describe_table(TableName=target)["Table"]["TableStatus"])
    summary = db.describe_table(TableName=target)["Table"]["RestoreSummary"]
    equal((summary["SourceTableArn"], summary["RestoreDateTime"], summary["RestoreInProgress"]), (arn, made, False))
    equal([item["id"]["S"] for item in db.scan(TableName=target)["Items"]], ["stays"])
    fails("TableAlreadyExistsException", f"Table already exists: {target}",
          db.restore_table_from_backup, TargetTableName=target, BackupArn=backup)
    db.delete_table(TableName=target)
    equal(db.delete_backup(BackupArn=backup)["BackupDescription"]["BackupDetails"]["BackupStatus"], "DELETED")
    fails("BackupNotFoundException", f"Backup not found: {backup}", db.describe_backup, BackupArn=backup)
    fails("TableNotFoundException", f"Table not found: {target}", db.create_backup, TableName=target, BackupName="nightly")


def read_as_terraform(name):
    """What Terraform's provider calls when it plans, in its order: the table, and what other operations say of it."""
    table = db.describe_table(TableName=name)["Table"]
    continuous = db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    ttl = db.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    tags = db.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    return table, continuous, ttl, tags


def restore_as_terraform(name, arn):
    then = name + "_then"
    db.put_item(TableName=name, Item={"id": {"S": "then"}})
    restored = db.restore_table_to_point_in_time(SourceTableName=name, TargetTableName=then, UseLatestRestorableTime=True)["TableDescription"]
    equal((restored["TableStatus"], restored["RestoreSummary"]["SourceTableArn"], restored["RestoreSummary"]["RestoreInProgress"]),
          ("CREATING", arn, True))
    wait_for("ACTIVE", lambda: db.describe_table(TableName=then)["Table"]["TableStatus"])
    equal([item["id"]["S"] for item in db.scan(TableName=then)["Items"]], ["then"])
    equal(db.describe_table(TableName=then)["Table"]["RestoreSummary"]["RestoreInProgress"], False)
    latest = db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"]
    fails("TableAlreadyExistsException", f"Table already exists: {then}", db.restore_table_to_point_in_time, SourceTableName=name,
          TargetTableName=then, RestoreDateTime=latest)
    described = db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    earliest = described["EarliestRestorableDateTime"].astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        db.restore_table_to_point_in_time(SourceTableName=name, TargetTableName=name + "_never",
                                          RestoreDateTime=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc))
        equal("no error", "InvalidRestoreTimeException")
    except db.exceptions.InvalidRestoreTimeException as error:
        equal(error.response["Error"]["Message"].split(" and ")[0],
              f"RestoreDateTime '2020-01-01T00:00:00Z' must be within EarliestRestorableDateTime '{earliest}'")
    db.delete_table(TableName=then)


@section("the calls of Terraform's aws_dynamodb_table: create, read, update, delete")
def terraform():
    name = TABLE + "_terraform"
    index = {"IndexName": "by-g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
    g = {"AttributeName": "g", "AttributeType": "S"}
    key = {"AttributeName": "id", "AttributeType": "S"}
    update = db.meta.service_model.operation_model("UpdateContinuousBackups").input_shape
    knows_periods = "RecoveryPeriodInDays" in update.members["PointInTimeRecoverySpecification"].members

    def describe_until_active():
        wait_for("ACTIVE", lambda: db.describe_table(TableName=name)["Table"]["TableStatus"])
        wait_for([], lambda: [i for i in db.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", [])
                              if i["IndexStatus"] != "ACTIVE"])
        table = db.describe_table(TableName=name)["Table"]
        if "WarmThroughput" in table:
            equal(table["WarmThroughput"]["Status"], "ACTIVE")

    db.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                    AttributeDefinitions=[key, g], GlobalSecondaryIndexes=[index],
                    SSESpecification={"Enabled": True, "SSEType": "KMS"}, TableClass="STANDARD", Tags=[{"Key": "team", "Value": "orders"}])
    describe_until_active()
    ttl = {"Enabled": True, "AttributeName": "expires"}
    db.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    wait_for("ENABLED", lambda: db.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"])
    point = {"PointInTimeRecoveryEnabled": True}
    if knows_periods:
        point["RecoveryPeriodInDays"] = 7
    if DISTRIBUTED:
        fails("ValidationException", "A table that is distributed over several nodes cannot have point-in-time recovery",
              db.update_continuous_backups, TableName=name, PointInTimeRecoverySpecification=point)
    else:
        recovery = db.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=point)["ContinuousBackupsDescription"]
        recovery = recovery["PointInTimeRecoveryDescription"]
        equal(recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"])

    def recovery_status():
        reply = db.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return reply["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]

    wait_for("DISABLED" if DISTRIBUTED else "ENABLED", recovery_status)
    table, continuous, described_ttl, tags = read_as_terraform(name)
    equal((table["BillingModeSummary"]["BillingMode"], table["SSEDescription"]["Status"], table["TableClassSummary"]["TableClass"]),
          ("PAY_PER_REQUEST", "ENABLED", "STANDARD"))
    equal(continuous["ContinuousBackupsStatus"], "ENABLED")
    if knows_periods and not DISTRIBUTED:
        equal(continuous["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"], 7)
    equal(described_ttl, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"})
    equal(tags, [{"Key": "team", "Value": "orders"}])

    db.update_table(TableName=name, AttributeDefinitions=[key], GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}])
    wait_for(0, lambda: len(db.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", [])))
    db.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")
    describe_until_active()
    db.update_table(TableName=name, BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
    describe_until_active()
    db.update_table(TableName=name, AttributeDefinitions=[key, g], GlobalSecondaryIndexUpdates=[
        {"Create": {**index, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}}])
    describe_until_active()
    db.update_time_to_live(TableName=name, TimeToLiveSpecification={**ttl, "Enabled": False})
    wait_for("DISABLED", lambda: db.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"])
    db.untag_resource(ResourceArn=table["TableArn"], TagKeys=["team"])
    db.tag_resource(ResourceArn=table["TableArn"], Tags=[{"Key": "stage", "Value": "test"}])
    if not DISTRIBUTED:
        restore_as_terraform(name, table["TableArn"])
    db.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})
    wait_for("DISABLED", recovery_status)
    table, continuous, described_ttl, tags = read_as_terraform(name)
    equal(continuous, {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}})
    equal((table["TableClassSummary"]["TableClass"], tags), ("STANDARD_INFREQUENT_ACCESS", [{"Key": "stage", "Value": "test"}]))
    fails("PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for table '{name}'",
          db.restore_table_to_point_in_time, SourceTableName=name, TargetTableName=name + "_then", UseLatestRestorableTime=True)
    db.delete_table(TableName=name)
    fails("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found", db.describe_table, TableName=name)
    fails("TableNotFoundException", f"Table not found: {name}", db.describe_continuous_backups, TableName=name)


@section("resource policies")
def policies():
    if not KNOWS_POLICIES:
        print("skipped: this boto3 is older than resource policies")
        return
    equal(db.get_resource_policy(ResourceArn=arn)["Policy"], POLICY)
    revision = db.put_resource_policy(ResourceArn=arn, Policy=POLICY.replace("Allow", "Deny"))["RevisionId"]
    equal(db.get_resource_policy(ResourceArn=arn)["RevisionId"], revision)
    fails("PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn: Requested update for policy with "
          f"revision id other, but the policy associated to target table {TABLE} has revision id {revision}.",
          db.delete_resource_policy, ResourceArn=arn, ExpectedRevisionId="other")
    equal(db.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=revision)["RevisionId"], revision)
    equal("RevisionId" in db.delete_resource_policy(ResourceArn=arn), False)


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
