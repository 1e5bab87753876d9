"""The program of docs/application.md does what it says; all but endpoint and key is the documentation's."""

import contextlib
import io
import os
import re
import time

import wire
from wire import equal, main, section

with open(os.path.join(os.path.dirname(os.environ["DYNAPG_README"]), "docs", "application.md"), encoding="utf-8") as file:
    TEXT = file.read()


@section("the program")
def _():
    code = re.search(r"^```python\n(.*?)^```$", TEXT, re.M | re.S).group(1)
    expected = re.search(r"^It prints\n\n```text\n(.*?)^```$", TEXT, re.M | re.S).group(1)
    equal(code.count("http://localhost:8000"), 2)
    key = 'aws_access_key_id="any", aws_secret_access_key="any", '
    equal(code.count(key), 1)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code.replace("http://localhost:8000", wire.ENDPOINT).replace(key, ""), {})
    equal(output.getvalue(), expected)
    db = wire.client()
    for _ in range(300):
        backup = db.list_backups(TableName="Tickets")["BackupSummaries"][0]
        if backup["BackupStatus"] == "AVAILABLE":
            break
        time.sleep(0.1)
    equal(backup["BackupStatus"], "AVAILABLE")
    db.delete_backup(BackupArn=backup["BackupArn"])
    db.delete_table(TableName="Tickets")


main()
