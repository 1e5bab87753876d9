"""aiodynamo: an asynchronous client with signatures of its own."""

import asyncio

from aiodynamo.client import Client, URL
from aiodynamo.credentials import Credentials
from aiodynamo.errors import ConditionalCheckFailed, ItemNotFound, TableNotFound, TransactionCanceled
from aiodynamo.expressions import F, HashKey, RangeKey
from aiodynamo.http.httpx import HTTPX
from aiodynamo.models import BatchGetRequest, BatchWriteRequest, GlobalSecondaryIndex, KeySchema, KeySpec, KeyType, PayPerRequest, Projection, ProjectionType
from aiodynamo.operations import Put, Update
import httpx

from steps import ENDPOINT, TABLE, equal, step, version

version("aiodynamo")


def with_table(function):
    async def run():
        # The library signs the name of the host without its port, so that is what the header has to say.
        async with httpx.AsyncClient(headers={"Host": URL(ENDPOINT).host}) as session:
            client = Client(HTTPX(session), Credentials.auto(), "us-east-1", URL(ENDPOINT))
            await function(client, client.table(TABLE))
    return lambda: asyncio.run(run())


async def refused(kind, call):
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} expected")


@step("tables")
@with_table
async def _(client, table):
    by_kind = GlobalSecondaryIndex("by_kind", KeySchema(KeySpec("kind", KeyType.string), KeySpec("sk", KeyType.number)),
                                   Projection(ProjectionType.all), None)
    await client.create_table(TABLE, PayPerRequest(), KeySchema(KeySpec("pk", KeyType.string), KeySpec("sk", KeyType.number)),
                              gsis=[by_kind], wait_for_active=True)
    equal(await table.exists(), True)


@step("items")
@with_table
async def _(client, table):
    item = {"pk": "a", "sk": 1, "n": 1.5, "s": "ü", "b": b"\x00", "yes": True, "nil": None, "l": [1, {}], "ss": {"x"}}
    await table.put_item(item)
    equal(await table.get_item({"pk": "a", "sk": 1}), item)
    await table.update_item({"pk": "a", "sk": 1}, F("n").add(1) & F("s").remove())
    equal((await table.get_item({"pk": "a", "sk": 1}, projection=F("n") & F("s"))), {"n": 2.5})
    await table.delete_item({"pk": "a", "sk": 1})


@step("conditions")
@with_table
async def _(client, table):
    await table.put_item({"pk": "once", "sk": 1}, condition=F("pk").does_not_exist())
    await refused(ConditionalCheckFailed, table.put_item({"pk": "once", "sk": 1}, condition=F("pk").does_not_exist()))


@step("errors")
@with_table
async def _(client, table):
    await refused(ItemNotFound, table.get_item({"pk": "none", "sk": 1}))
    await refused(TableNotFound, client.describe_table("clients_nowhere"))


@step("batches")
@with_table
async def _(client, table):
    result = await client.batch_write({TABLE: BatchWriteRequest(items_to_put=[{"pk": "page", "sk": number, "kind": "k"} for number in range(1, 26)])})
    equal(bool(result), False)
    found = await client.batch_get({TABLE: BatchGetRequest(keys=[{"pk": "page", "sk": 1}, {"pk": "page", "sk": 99}])})
    equal(found.items[TABLE], [{"pk": "page", "sk": 1, "kind": "k"}])


@step("paging")
@with_table
async def _(client, table):
    page = await table.query_single_page(HashKey("pk", "page") & RangeKey("sk").gt(5), limit=7)
    rest = [item["sk"] async for item in table.query(HashKey("pk", "page"), start_key=page.last_evaluated_key)]
    equal([item["sk"] for item in page.items] + rest, list(range(6, 26)))
    equal(len([item async for item in table.query(HashKey("kind", "k"), index="by_kind")]), 25)
    equal(await table.count(HashKey("pk", "page")), 25)
    equal(len([item async for item in table.scan(filter_expression=F("kind").equals("k"))]), 25)


@step("transactions")
@with_table
async def _(client, table):
    await client.transact_write_items(items=[Put(table=TABLE, item={"pk": "t", "sk": 1}),
                                             Update(table=TABLE, key={"pk": "t", "sk": 2}, expression=F("n").set(5))])
    error = await refused(TransactionCanceled, client.transact_write_items(items=[
        Put(table=TABLE, item={"pk": "t", "sk": 3}),
        Put(table=TABLE, item={"pk": "t", "sk": 1}, condition=F("pk").does_not_exist())]))
    equal([reason and reason.code for reason in error.cancellation_reasons], [None, "ConditionalCheckFailed"])
    await refused(ItemNotFound, table.get_item({"pk": "t", "sk": 3}))


@step("ttl")
@with_table
async def _(client, table):
    await table.time_to_live.enable("expires", wait_for_enabled=True)
    equal((await table.time_to_live.describe()).attribute, "expires")


@step("waiters")
@with_table
async def _(client, table):
    await table.delete(wait_for_disabled=True)
