"""X-Dynapg-Explain with boto3: the program of docs/http.md, and what its client gets without the right."""

import contextlib
import io
import os
import re
import subprocess

import wire
from wire import equal, fails, main, section

with open(os.path.join(os.path.dirname(os.environ["DYNAPG_README"]), "docs", "http.md"), encoding="utf-8") as file:
    CODE = re.search(r"^```python\n(.*?)^```$", file.read(), re.M | re.S).group(1)


def grant(statement):
    subprocess.run([wire.PSQL, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", wire.DATABASE.replace("user=wire", "user=postgres"), "-c", statement], check=True)


def run():
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(CODE.replace("http://localhost:8000", wire.ENDPOINT), {})
    return output.getvalue()


@section("the program")
def _():
    equal(CODE.count("http://localhost:8000"), 1)
    wire.client().create_table(TableName="Notes", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                               AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    wire.client().put_item(TableName="Notes", Item={"id": {"S": "1"}})
    try:
        fails("AccessDeniedException", "You are not authorized to use X-Dynapg-Explain: the role of this access key lacks EXECUTE on the function "
              "dynapg.http_explain", run)
        if wire.PSQL:
            grant("GRANT EXECUTE ON FUNCTION dynapg.http_explain TO wire")
            lines = run().split("\n")
            # a range of a distributed table has a limit, as Citus collects a result whole
            equal(lines[:2], ["Query: run, and rolled back", "Statement 1: $1 = '1'" + (", $2 = '100'" if wire.DISTRIBUTED else "")])
            equal("Items: 1 read, 0 passed over by the filter, 1 returned" in lines, True)
            grant("REVOKE EXECUTE ON FUNCTION dynapg.http_explain FROM wire")
    finally:
        wire.client().delete_table(TableName="Notes")


@section("an answer with the explanation is read without errors")
def _():
    db = wire.client()
    db.meta.events.register("before-call.dynamodb.ListTables", lambda params, **_: params["headers"].update({"X-Dynapg-Explain": "plan"}))
    fails("AccessDeniedException", "You are not authorized to use X-Dynapg-Explain: the role of this access key lacks EXECUTE on the function "
          "dynapg.http_explain", db.list_tables)


main()
