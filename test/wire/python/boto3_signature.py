"""boto3 with keys that are wrong, unknown or absent, with a clock that is wrong, and with a presigned request."""

import datetime
import json
import os
import sys
import urllib.error
import urllib.request
from unittest import mock

import boto3
import botocore.auth
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from wire import ENDPOINT, client, equal, fails, main, section

KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]
ONCE = {"retries": {"max_attempts": 0}}


def signed_with(key=KEY, secret=SECRET, token=None):
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, config=Config(**ONCE), aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token)


def unsigned():
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, config=Config(signature_version=UNSIGNED, **ONCE))


@section("the key that was given is good")
def good():
    equal("TableNames" in client().list_tables(), True)


@section("a wrong secret, an unknown key, an unknown token, no signature")
def wrong():
    fails("InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS "
          "Secret Access Key and signing method. Consult the service documentation for details.", signed_with(secret=SECRET + "x").list_tables)
    fails("UnrecognizedClientException", "The security token included in the request is invalid.",
          signed_with(key="AKIA" + "A" * 16).list_tables)
    fails("UnrecognizedClientException", "The security token included in the request is invalid.", signed_with(token="token").list_tables)
    fails("MissingAuthenticationTokenException", "Request is missing Authentication Token", unsigned().list_tables)


@section("a clock that is an hour late")
def late():
    class Late(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(hours=1)

    # newer versions ask a function of botocore, older ones the class
    place = "botocore.auth.get_current_datetime"
    patch = mock.patch(place, lambda remove_tzinfo=True: Late.utcnow()) if hasattr(botocore.auth, "get_current_datetime") \
        else mock.patch("botocore.auth.datetime.datetime", Late)
    # signed by botocore's own class: a client may sign with the CRT, which asks the system's clock
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest(method="POST", url=ENDPOINT + "/", headers=headers, data=b"{}")
    with patch:
        botocore.auth.SigV4Auth(Credentials(KEY, SECRET), "dynamodb", "us-east-1").add_auth(request)
    prepared = urllib.request.Request(request.url, data=b"{}", headers=dict(request.headers), method="POST")
    try:
        urllib.request.urlopen(prepared, timeout=20)
    except urllib.error.HTTPError as error:
        reply = json.load(error)
        equal((error.code, reply["__type"].split("#")[1], reply["message"][:19]),
              (400, "InvalidSignatureException", "Signature expired: "))
        return
    raise AssertionError("the signature was accepted")


@section("a presigned request")
def presigned():
    # without a body: botocore moves one to the query string
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest(method="POST", url=ENDPOINT + "/", headers=headers)
    botocore.auth.SigV4QueryAuth(Credentials(KEY, SECRET), "dynamodb", "us-east-1", expires=60).add_auth(request)
    equal("X-Amz-Signature=" in request.url, True)
    prepared = urllib.request.Request(request.url, data=b"", headers=headers, method="POST")
    with urllib.request.urlopen(prepared, timeout=20) as reply:
        equal("TableNames" in json.load(reply), True)


def trusting():
    try:
        unsigned().list_tables()
    except ClientError:
        return False
    return True


if trusting():
    print("skipped: the server checks no signatures")
    sys.exit(77)
main()
