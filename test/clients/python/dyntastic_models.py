"""dyntastic: Pydantic models, indexes, conditions, batches, transactions."""

from decimal import Decimal
from typing import Optional

from botocore.exceptions import ClientError
from dyntastic import A, DoesNotExist, Dyntastic, Index, transaction

from steps import ENDPOINT, LARGE, TABLE, equal, raises, step, version

version("dyntastic")


class Row(Dyntastic):
    __table_name__ = TABLE
    __table_host__ = ENDPOINT
    __table_region__ = "us-east-1"
    __hash_key__ = "pk"
    __range_key__ = "sk"

    pk: str
    sk: int
    kind: Optional[str] = None
    n: Optional[Decimal] = None
    tags: Optional[set[str]] = None
    deep: Optional[dict] = None


class Large(Dyntastic):
    __table_name__ = LARGE
    __table_host__ = ENDPOINT
    __table_region__ = "us-east-1"
    __hash_key__ = "pk"

    pk: str
    text: str


@step("tables")
def _():
    Row.create_table(Index("kind", "sk", index_name="by_kind"), wait=True)


@step("items")
def _():
    row = Row(pk="a", sk=1, n=Decimal("1.5"), tags={"x"}, deep={"list": [1, {"two": "ü"}]})
    row.save()
    equal(Row.get("a", 1), row)
    row.update(A.n.set(A.n + 1))
    row.update(A.tags.add({"y"}))
    row.refresh()
    equal((row.n, row.tags), (Decimal("2.5"), {"x", "y"}))
    row.delete()
    equal(Row.safe_get("a", 1), None)


@step("conditions")
def _():
    Row(pk="once", sk=1, n=1).save(condition=A.pk.not_exists())
    error = raises(ClientError, Row(pk="once", sk=1, n=2).save, condition=A.pk.not_exists())
    equal(error.response["Error"]["Code"], "ConditionalCheckFailedException")
    Row.get("once", 1).update(A.n.set(9), condition=A.n == 5, require_condition=False)
    equal(Row.get("once", 1).n, 1)


@step("errors")
def _():
    raises(DoesNotExist, Row.get, "none", 1)


@step("batches")
def _():
    with Row.batch_writer():
        for number in range(1, 31):
            Row(pk="page", sk=number, kind="odd" if number % 2 else "even").save()
    equal(len(Row.batch_get([("page", 1), ("page", 30), ("page", 31)])), 2)
    equal(len(Large.batch_get([str(number) for number in range(1, 61)])), 60)


@step("paging")
def _():
    equal([row.sk for row in Row.query("page", range_key_condition=A.sk > 5, per_page=7)], list(range(6, 31)))
    equal(len(list(Row.query(A.kind == "odd", index="by_kind", per_page=4))), 15)
    page = Row.query_page("page", per_page=10)
    equal((len(page.items), page.has_more), (10, True))
    equal(len(list(Row.scan(A.kind == "even", per_page=6))), 15)


@step("transactions")
def _():
    with transaction():
        Row(pk="t", sk=1).save()
        Row(pk="t", sk=2, n=5).save()

    def failing():
        with transaction():
            Row(pk="t", sk=3).save()
            Row(pk="t", sk=1).save(condition=A.pk.not_exists())
    error = raises(ClientError, failing)
    equal([reason["Code"] for reason in error.response["CancellationReasons"]], ["None", "ConditionalCheckFailed"])
    equal(Row.safe_get("t", 3), None)
