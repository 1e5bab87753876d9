"""Flask-Session: sessions of Flask in a table that it makes itself."""

import boto3
from flask import Flask, session
from flask_session import Session

from steps import ENDPOINT, TABLE, equal, step, version

version("flask-session")
app = Flask(__name__)
RESOURCE = boto3.resource("dynamodb", endpoint_url=ENDPOINT)


@app.get("/count")
def count():
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


@app.get("/leave")
def leave():
    session.clear()
    return "left"


@step("tables")
def _():
    app.config.update(SESSION_TYPE="dynamodb", SESSION_DYNAMODB=RESOURCE, SESSION_DYNAMODB_TABLE=TABLE)
    Session(app)
    # a second process finds the table
    Session(app)


@step("items")
def _():
    one, two = app.test_client(), app.test_client()
    equal([one.get("/count").text, one.get("/count").text, two.get("/count").text, one.get("/count").text], ["1", "2", "1", "3"])
    equal(RESOURCE.Table(TABLE).scan(Select="COUNT")["Count"], 2)
    one.get("/leave")
    equal(one.get("/count").text, "1")
