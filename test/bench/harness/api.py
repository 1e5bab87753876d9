"""api.py - requests of the DynamoDB API that prepare a measurement, for any server that speaks it"""

import http.client
import json
import time

# For servers that want a signature and do not check it.
HEADERS = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, "
                     "SignedHeaders=host;x-amz-date, Signature=0",
    "X-Amz-Date": "20260101T000000Z",
}
KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


class Refused(Exception):
    pass


def call(port, operation, request, timeout=600):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", "/", json.dumps(request), {
            **HEADERS, "X-Amz-Target": "DynamoDB_20120810." + operation, "Content-Type": "application/x-amz-json-1.0"})
        reply = connection.getresponse()
        body = reply.read().decode()
    finally:
        connection.close()
    if reply.status != 200:
        raise Refused(f"{operation}: {body}")
    return json.loads(body)


def _strings(names):
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def create_table(port, name, indexes=0):
    """A table as load.c fills it; the keys of its indexes are the attributes g1 and r1, g2 and r2, and so on."""
    request = {"TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": KEYS, "AttributeDefinitions": _strings(["pk", "sk"])}
    for k in range(1, indexes + 1):
        request["AttributeDefinitions"] += _strings([f"g{k}", f"r{k}"])
        request.setdefault("GlobalSecondaryIndexes", []).append({
            "IndexName": f"index{k}", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": f"g{k}", "KeyType": "HASH"}, {"AttributeName": f"r{k}", "KeyType": "RANGE"}]})
    call(port, "CreateTable", request)
    while call(port, "DescribeTable", {"TableName": name})["Table"]["TableStatus"] != "ACTIVE":
        time.sleep(0.05)
