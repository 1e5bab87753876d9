"""boto3's client and resource: PartiQL statements, their pages, batches and transactions, as the service model parses them."""

import json
from decimal import Decimal

from wire import client, equal, fails, main, resource, section

TABLE = "wire_boto3_partiql"
db = client()
tables = client()
values = resource().meta.client


def compare_with_model(http_response, parsed, **_):
    """What the model knows is all that is sent: the parser drops other members.  Errors and bytes look different there."""
    sent = json.loads(http_response.content)
    if http_response.status_code != 200 or "Blob" in http_response.text:
        return
    equal({name: value for name, value in parsed.items() if name != "ResponseMetadata"}, sent)


db.meta.events.register("after-call.dynamodb", compare_with_model)


def run(statement, *parameters, **more):
    if parameters:
        more["Parameters"] = list(parameters)
    return db.execute_statement(Statement=statement.replace("TABLE", TABLE), **more)


def found(reply):
    return [(item["Artist"]["S"], item["Song"]["S"]) for item in reply["Items"]]


@section("a table with an index")
def _():
    if TABLE in tables.list_tables()["TableNames"]:
        tables.delete_table(TableName=TABLE)
        tables.get_waiter("table_not_exists").wait(TableName=TABLE)
    tables.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("Artist", "Song", "Genre")],
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Song", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[{"IndexName": "genres", "KeySchema": [{"AttributeName": "Genre", "KeyType": "HASH"}],
                                 "Projection": {"ProjectionType": "ALL"}}])
    tables.get_waiter("table_exists").wait(TableName=TABLE)


@section("what a statement writes is what GetItem reads, and the other way around")
def _():
    equal(run("INSERT INTO TABLE VALUE {'Artist': 'Acme', 'Song': 'One', 'Genre': 'pop', 'Awards': 1, 'Tags': <<'a', 'b'>>, 'Deep': {'list': [1, NULL, TRUE]}}")["Items"], [])
    item = db.get_item(TableName=TABLE, Key={"Artist": {"S": "Acme"}, "Song": {"S": "One"}})["Item"]
    equal(item, {"Artist": {"S": "Acme"}, "Song": {"S": "One"}, "Genre": {"S": "pop"}, "Awards": {"N": "1"}, "Tags": {"SS": ["a", "b"]},
                 "Deep": {"M": {"list": {"L": [{"N": "1"}, {"NULL": True}, {"BOOL": True}]}}}})
    equal(run("SELECT * FROM TABLE WHERE Artist = ? AND Song = ?", {"S": "Acme"}, {"S": "One"})["Items"], [item])
    tables.put_item(TableName=TABLE, Item={"Artist": {"S": "Acme"}, "Song": {"S": "Two"}, "Blob": {"B": b"\x00\x01"}, "Genre": {"S": "pop"}})
    equal(tables.execute_statement(Statement=f"SELECT Blob FROM {TABLE} WHERE Artist = 'Acme' AND Blob = ?", Parameters=[{"B": b"\x00\x01"}])["Items"],
          [{"Blob": {"B": b"\x00\x01"}}])
    fails("DuplicateItemException", "Duplicate primary key exists in table", run, statement="INSERT INTO TABLE VALUE {'Artist': 'Acme', 'Song': 'One'}")


@section("updates and deletes, what they return, what they refuse")
def _():
    reply = run("UPDATE TABLE SET Awards = Awards + ?, Deep.list = list_append(Deep.list, ?) REMOVE Genre WHERE Artist = 'Acme' AND Song = 'One' "
                "RETURNING MODIFIED NEW *", {"N": "41"}, {"L": [{"S": "end"}]}, ReturnConsumedCapacity="INDEXES")
    equal(reply["Items"], [{"Awards": {"N": "42"}, "Deep": {"M": {"list": {"L": [{"N": "1"}, {"NULL": True}, {"BOOL": True}, {"S": "end"}]}}}}])
    equal(reply["ConsumedCapacity"], {"TableName": TABLE, "CapacityUnits": 2.0, "Table": {"CapacityUnits": 1.0},
                                      "GlobalSecondaryIndexes": {"genres": {"CapacityUnits": 1.0}}})
    fails("ConditionalCheckFailedException", "The conditional request failed", run, statement="UPDATE TABLE SET Awards = 1 WHERE Artist = 'nobody' AND Song = 'One'")
    fails("ConditionalCheckFailedException", "The conditional request failed", run, statement="DELETE FROM TABLE WHERE Artist = 'Acme' AND Song = 'Two' AND Awards > 1")
    equal(run("DELETE FROM TABLE WHERE Artist = 'Acme' AND Song = 'Two' RETURNING ALL OLD *")["Items"],
          [{"Artist": {"S": "Acme"}, "Song": {"S": "Two"}, "Blob": {"B": b"\x00\x01"}, "Genre": {"S": "pop"}}])
    equal(run("DELETE FROM TABLE WHERE Artist = 'Acme' AND Song = 'Two'")["Items"], [])


@section("pages, in the order asked for, by the index, too")
def _():
    for number in range(25):
        run("INSERT INTO TABLE VALUE {'Artist': ?, 'Song': ?, 'Genre': 'rock', 'No': ?}", {"S": f"A{number % 2}"}, {"S": f"{number:02}"}, {"N": str(number)})
    for statement in ("SELECT * FROM TABLE WHERE Artist = 'A0' ORDER BY Song DESC", "SELECT * FROM TABLE WHERE No >= 0 AND No < 25",
                      "SELECT * FROM TABLE WHERE Artist IN ['A1', 'A0']", "SELECT * FROM TABLE.genres WHERE Genre = 'rock'"):
        all_found = []
        more = {}
        while True:
            reply = run(statement, Limit=7, **more)
            equal(len(reply["Items"]) <= 7, True)
            equal("NextToken" in reply, "LastEvaluatedKey" in reply)
            all_found += found(reply)
            if "NextToken" not in reply:
                break
            more = {"NextToken": reply["NextToken"]}
        expected = [("A0", f"{number:02}") for number in range(0, 25, 2)]
        if "DESC" in statement:
            equal(all_found, expected[::-1])
        else:
            equal(sorted(all_found), expected + [("A1", f"{number:02}") for number in range(1, 25, 2)])
    fails("ValidationException", "Invalid NextToken", run, statement="SELECT * FROM TABLE", NextToken="nothing")
    fails("ValidationException", "Statement wasn't well formed, can't be processed: Expected data manipulation", run, statement="DROP TABLE x")
    fails("ResourceNotFoundException", "Requested resource not found", run, statement="SELECT * FROM nobody_has_it")


@section("a batch has an answer to each statement")
def _():
    statements = [{"Statement": f"INSERT INTO {TABLE} VALUE {{'Artist': 'B', 'Song': ?}}", "Parameters": [{"S": song}]} for song in ("x", "y", "y2")]
    statements.append({"Statement": f"INSERT INTO {TABLE} VALUE {{'Artist': 'Acme', 'Song': 'One'}}"})
    statements.append({"Statement": "INSERT INTO nobody_has_it VALUE {'Artist': 'Acme', 'Song': 'One'}"})
    reply = db.batch_execute_statement(Statements=statements)["Responses"]
    equal(reply[:3], [{"TableName": TABLE}] * 3)
    equal(reply[3], {"TableName": TABLE, "Error": {"Code": "DuplicateItem", "Message": "Duplicate primary key exists in table"}})
    equal(reply[4], {"Error": {"Code": "ResourceNotFound", "Message": "Requested resource not found"}})
    reply = db.batch_execute_statement(Statements=[
        {"Statement": f"SELECT Song FROM {TABLE} WHERE Artist = 'B' AND Song = '{song}'"} for song in ("x", "none")])["Responses"]
    equal(reply, [{"TableName": TABLE, "Item": {"Song": {"S": "x"}}}, {"TableName": TABLE}])


@section("a transaction is done as a whole, and once")
def _():
    def transact(*statements, **more):
        return db.execute_transaction(TransactStatements=[{"Statement": statement.replace("TABLE", TABLE)} for statement in statements], **more)

    for _ in range(2):
        equal(transact("UPDATE TABLE SET Awards = Awards + 1 WHERE Artist = 'Acme' AND Song = 'One'", "DELETE FROM TABLE WHERE Artist = 'B' AND Song = 'x'",
                       "EXISTS(SELECT * FROM TABLE WHERE Artist = 'B' AND Song = 'y' AND Awards IS MISSING)", ClientRequestToken="a token")["Responses"], [{}, {}, {}])
    equal([answer.get("Item") for answer in transact("SELECT Awards FROM TABLE WHERE Artist = 'Acme' AND Song = 'One'",
                                                     "SELECT * FROM TABLE WHERE Artist = 'B' AND Song = 'x'")["Responses"]], [{"Awards": {"N": "43"}}, None])
    try:
        transact("INSERT INTO TABLE VALUE {'Artist': 'B', 'Song': 'z'}", "INSERT INTO TABLE VALUE {'Artist': 'B', 'Song': 'y'}",
                 "UPDATE TABLE SET Awards = 1 WHERE Artist = 'B' AND Song = 'y2' AND Awards = 5")
        raise AssertionError("no error")
    except db.exceptions.TransactionCanceledException as error:
        equal([reason["Code"] for reason in error.response["CancellationReasons"]], ["None", "DuplicateItem", "ConditionalCheckFailed"])
    equal(found(run("SELECT * FROM TABLE WHERE Artist = 'B'")), [("B", "y"), ("B", "y2")])


@section("the resource's client: Python's values as parameters and in items")
def _():
    statement = f"INSERT INTO {TABLE} VALUE {{'Artist': ?, 'Song': ?, 'Rate': ?, 'Who': ?, 'List': ?}}"
    values.execute_statement(Statement=statement, Parameters=["R", "1", Decimal("1.5"), {"a", "b"}, [1, None, {"deep": True}]])
    equal(values.execute_statement(Statement=f"SELECT * FROM {TABLE} WHERE Artist = ? AND Rate > ?", Parameters=["R", 1])["Items"],
          [{"Artist": "R", "Song": "1", "Rate": Decimal("1.5"), "Who": {"a", "b"}, "List": [1, None, {"deep": True}]}])
    equal(values.batch_execute_statement(Statements=[{"Statement": f"SELECT Who FROM {TABLE} WHERE Artist = ? AND Song = ?", "Parameters": ["R", "1"]}])["Responses"][0]["Item"],
          {"Who": {"a", "b"}})


@section("the end")
def _():
    tables.delete_table(TableName=TABLE)


main()
