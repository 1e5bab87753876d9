"""PyDynamoDB: the DB-API (PEP 249) and the SQLAlchemy dialect, which speak PartiQL alone."""

import logging
import os
from urllib.parse import quote_plus

import sqlalchemy
from pydynamodb import connect
from pydynamodb.error import OperationalError
from sqlalchemy import Column, MetaData, Table, types

from wire import CONFIG, ENDPOINT, client, equal, main, section

TABLE = "wire_pydynamodb"
KEY = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
tables = client()
logging.disable(logging.CRITICAL)


def connected():
    return connect(region_name="us-east-1", aws_access_key_id=KEY[0], aws_secret_access_key=KEY[1], endpoint_url=ENDPOINT, config=CONFIG)


connection = connected()


def fetch(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@section("a table")
def _():
    if TABLE in tables.list_tables()["TableNames"]:
        tables.delete_table(TableName=TABLE)
        tables.get_waiter("table_not_exists").wait(TableName=TABLE)
    tables.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "sort", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "sort", "AttributeType": "N"}])
    tables.get_waiter("table_exists").wait(TableName=TABLE)


@section("DB-API: insert, select, update, delete")
def _():
    insert = f"INSERT INTO {TABLE} VALUE {{'id': ?, 'sort': ?, 'name': ?, 'tags': ?}}"
    fetch(insert, ["a", 1, "it's", ["x", 2]])
    with connection.cursor() as cursor:
        for first in (2, 16):  # a batch each
            cursor.executemany(insert, [["a", number, f"n{number}", []] for number in range(first, first + 14)])
    equal(fetch(f"SELECT sort, name, tags FROM {TABLE} WHERE id = ? AND sort = ?", ["a", 1]), [(1, "it's", ["x", 2])])
    equal(fetch(f"SELECT sort FROM {TABLE} WHERE id = 'a' AND sort BETWEEN 3 AND 5"), [(3,), (4,), (5,)])
    equal(len(fetch(f"SELECT sort FROM {TABLE} WHERE id = 'a'")), 29)
    fetch(f"UPDATE {TABLE} SET name = ? WHERE id = ? AND sort = ?", ["new", "a", 2])
    equal(fetch(f"SELECT name FROM {TABLE} WHERE id = 'a' AND sort = 2"), [("new",)])
    fetch(f"DELETE FROM {TABLE} WHERE id = ? AND sort = ?", ["a", 2])
    equal(fetch(f"SELECT name FROM {TABLE} WHERE id = 'a' AND sort = 2"), [])


@section("DB-API: errors, transactions")
def _():
    try:
        fetch(f"INSERT INTO {TABLE} VALUE {{'id': 'a', 'sort': 1}}")
        raise AssertionError("no error")
    except OperationalError as error:
        equal("DuplicateItemException" in str(error), True)
    transaction = connected()  # a commit looks at all cursors that there were
    transaction.begin()
    with transaction.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} VALUE {{'id': 't', 'sort': 1}}")
        cursor.execute(f"INSERT INTO {TABLE} VALUE {{'id': 't', 'sort': 2}}")
        equal("Item" in tables.get_item(TableName=TABLE, Key={"id": {"S": "t"}, "sort": {"N": "1"}}), False)
        transaction.commit()
    equal(fetch(f"SELECT sort FROM {TABLE} WHERE id = 't'"), [(1,), (2,)])


@section("SQLAlchemy's dialect")
def _():
    url = f"dynamodb://{quote_plus(KEY[0])}:{quote_plus(KEY[1])}@dynamodb.us-east-1.amazonaws.com:443?endpoint_url={quote_plus(ENDPOINT)}"
    engine = sqlalchemy.create_engine(url, connect_args={"config": CONFIG})
    songs = Table(TABLE, MetaData(), Column("id", types.String), Column("sort", types.Integer), Column("name", types.String))
    with engine.connect() as session:
        session.execute(songs.insert().values(id="s", sort=1, name="one"))
        session.execute(songs.insert().values(id="s", sort=2, name="two"))
        rows = session.execute(sqlalchemy.select(songs.c.sort, songs.c.name).where(songs.c.id == "s").where(songs.c.sort >= 1)).fetchall()
        equal([tuple(row) for row in rows], [(1, "one"), (2, "two")])
        rows = session.execute(sqlalchemy.text(f"SELECT name FROM {TABLE} WHERE id = 's' AND sort = 2")).fetchall()
        equal([tuple(row) for row in rows], [("two",)])
    equal(TABLE in sqlalchemy.inspect(engine).get_table_names(), True)


@section("the end")
def _():
    tables.delete_table(TableName=TABLE)


main()
