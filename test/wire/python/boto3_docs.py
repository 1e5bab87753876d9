"""The program in Python of docs/partiql.md does what it says; all but the endpoint is the documentation's."""

import contextlib
import io
import os
import re

import wire
from wire import equal, main, section

with open(os.path.join(os.path.dirname(os.environ["DYNAPG_README"]), "docs", "partiql.md"), encoding="utf-8") as file:
    TEXT = file.read()


@section("the program")
def _():
    code = re.search(r"^```python\n(.*?)^```$", TEXT, re.M | re.S).group(1)
    equal(code.count("http://localhost:8000"), 1)
    db = wire.client()
    db.create_table(TableName="Songs", BillingMode="PAY_PER_REQUEST",
                    KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "song", "KeyType": "RANGE"}],
                    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "song")])
    db.get_waiter("table_exists").wait(TableName="Songs")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code.replace("http://localhost:8000", wire.ENDPOINT), {})
    equal(output.getvalue(), "['Three'] None\n")
    db.delete_table(TableName="Songs")


main()
