"""PynamoDB: models, indexes, conditions, batches, transactions."""

from datetime import datetime, timedelta, timezone

from pynamodb.attributes import JSONAttribute, ListAttribute, MapAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, GetError, PutError, TransactWriteError, UpdateError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from steps import ENDPOINT, LARGE, LOSSY, TABLE, equal, raises, step, version

version("pynamodb")


class ByKind(GlobalSecondaryIndex):
    class Meta:
        index_name = "by_kind"
        projection = AllProjection()
        billing_mode = "PAY_PER_REQUEST"

    kind = UnicodeAttribute(hash_key=True)
    sk = NumberAttribute(range_key=True)


class Address(MapAttribute):
    city = UnicodeAttribute()


class Row(Model):
    class Meta:
        table_name = TABLE
        host = ENDPOINT
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"
        stream_view_type = "NEW_AND_OLD_IMAGES"

    pk = UnicodeAttribute(hash_key=True)
    sk = NumberAttribute(range_key=True)
    kind = UnicodeAttribute(null=True)
    n = NumberAttribute(null=True)
    tags = UnicodeSetAttribute(null=True)
    names = ListAttribute(of=UnicodeAttribute, null=True)
    address = Address(null=True)
    extra = JSONAttribute(null=True)
    when = UTCDateTimeAttribute(null=True)
    expires = TTLAttribute(null=True)
    by_kind = ByKind()


class Large(Model):
    class Meta:
        table_name = LARGE
        host = ENDPOINT
        region = "us-east-1"

    pk = UnicodeAttribute(hash_key=True)
    text = UnicodeAttribute()


class LossyRow(Row):
    class Meta:
        table_name = TABLE
        host = LOSSY
        region = "us-east-1"


@step("tables")
def _():
    equal(Row.exists(), False)
    Row.create_table(wait=True)
    equal(Row.exists(), True)
    equal(Row.describe_table()["GlobalSecondaryIndexes"][0]["IndexStatus"], "ACTIVE")


@step("items")
def _():
    when = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    Row("a", 1, kind="k", n=1.5, tags={"x", "y"}, names=["ü", ""], address=Address(city="Rome"), extra={"q": [1, None]}, when=when).save()
    row = Row.get("a", 1, consistent_read=True)
    equal((row.kind, row.n, row.tags, row.names, row.address.city, row.extra, row.when), ("k", 1.5, {"x", "y"}, ["ü", ""], "Rome", {"q": [1, None]}, when))
    row.update(actions=[Row.n.set(Row.n + 1), Row.names.set(Row.names.append(["z"])), Row.tags.delete({"x"}), Row.address.city.set("Oslo"), Row.extra.remove()])
    row.refresh()
    equal((row.n, row.names, row.tags, row.address.city, row.extra), (2.5, ["ü", "", "z"], {"y"}, "Oslo", None))
    row.delete()


@step("conditions")
def _():
    Row("once", 1, n=1).save(Row.pk.does_not_exist())
    error = raises(PutError, Row("once", 1, n=2).save, Row.pk.does_not_exist())
    equal((error.cause_response_code, error.cause_response_message), ("ConditionalCheckFailedException", "The conditional request failed"))
    row = Row.get("once", 1)
    equal(raises(UpdateError, row.update, actions=[Row.n.set(3)], condition=Row.n > 1).cause_response_code, "ConditionalCheckFailedException")
    equal(raises(DeleteError, row.delete, Row.n.between(5, 6) | Row.kind.startswith("x") | ~Row.n.is_in(1, 2)).cause_response_code,
          "ConditionalCheckFailedException")


@step("errors")
def _():
    raises(DoesNotExist, Row.get, "none", 1)

    class Nowhere(Large):
        class Meta:
            table_name = "clients_nowhere"
            host = ENDPOINT
            region = "us-east-1"
    error = raises(GetError, Nowhere.get, "a")
    equal((error.cause_response_code, error.cause_response_message), ("ResourceNotFoundException", "Requested resource not found"))


@step("batches")
def _():
    with Row.batch_write() as batch:
        for number in range(1, 31):
            batch.save(Row("page", number, kind="odd" if number % 2 else "even"))
    equal(len(list(Row.batch_get([("page", number) for number in range(1, 31)]))), 30)
    # the reply holds 16 MB, the rest comes by a second request
    equal({large.pk for large in Large.batch_get([str(number) for number in range(1, 61)])}, {str(number) for number in range(1, 61)})


@step("paging")
def _():
    equal([int(row.sk) for row in Row.query("page", Row.sk > 5, scan_index_forward=False, page_size=7)], list(range(30, 5, -1)))
    equal([int(row.sk) for row in Row.by_kind.query("odd", page_size=4)], list(range(1, 31, 2)))
    first = Row.query("page", limit=10)
    equal(len(list(first)), 10)
    equal(len(list(Row.query("page", last_evaluated_key=first.last_evaluated_key))), 20)
    equal(len(list(Row.scan(Row.kind == "even", page_size=3))), 15)
    equal(Row.count("page", Row.sk.between(1, 4)), 4)


@step("transactions")
def _():
    connection = Connection(region="us-east-1", host=ENDPOINT)
    with TransactWrite(connection=connection, client_request_token="pynamodb") as transaction:
        transaction.save(Row("t", 1, n=1), condition=Row.pk.does_not_exist())
        transaction.update(Row("t", 2), actions=[Row.n.add(5)])

    def failing():
        with TransactWrite(connection=connection) as transaction:
            transaction.condition_check(Row, "t", 2, condition=Row.n == 6)
            transaction.delete(Row("t", 1))
            transaction.save(Row("t", 3))
    error = raises(TransactWriteError, failing)
    equal([reason and reason.code for reason in error.cancellation_reasons], ["ConditionalCheckFailed", None, None])
    with TransactGet(connection=connection) as transaction:
        one, missing = transaction.get(Row, "t", 2), transaction.get(Row, "t", 3)
    equal(one.get().n, 5)
    raises(DoesNotExist, missing.get)


@step("ttl")
def _():
    # create_table did it
    equal(Row._get_connection().connection.client.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]["AttributeName"], "expires")
    Row("expires", 1, expires=timedelta(hours=1)).save()
    equal(Row.get("expires", 1).expires > datetime.now(timezone.utc), True)


@step("retries")
def _():
    LossyRow("retried", 1, n=1).save()
    equal(LossyRow.get("retried", 1).n, 1)


@step("waiters")
def _():
    Row.delete_table()
    equal(Row.exists(), False)
