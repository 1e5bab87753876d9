"""README's program in Python does what it says; all but the endpoint is README's."""

import contextlib
import io
import os
import re

import wire
from wire import equal, main, section

with open(os.environ["DYNAPG_README"], encoding="utf-8") as file:
    README = file.read()


@section("the program")
def _():
    code = re.search(r"^```python\n(.*?)^```$", README, re.M | re.S).group(1)
    equal(code.count("http://localhost:8000"), 1)
    wire.client().create_table(TableName="Notes", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                               AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code.replace("http://localhost:8000", wire.ENDPOINT), {})
    equal(output.getvalue(), "from Python\n")
    wire.client().delete_table(TableName="Notes")


main()
