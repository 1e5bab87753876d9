"""client.py - the readers that test/bench/streams.sh measures.

    client.py PORT TABLE read              reads the whole stream, and prints records a second in calls of GetRecords
    client.py PORT TABLE follow SECONDS    polls every 100 ms, and prints the median and the 99th percentile, in milliseconds, of how
                                           long after its beginning a write was read: items have the time of it in "at"
    client.py PORT TABLE put SECONDS       puts items one after the other, and prints the 99th percentile in milliseconds
"""

import http.client
import json
import sys
import time


class Client:
    def __init__(self, port, table):
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port))
        self.table = table

    def post(self, operation, request):
        service = "DynamoDBStreams" if operation in ("DescribeStream", "GetShardIterator", "GetRecords") else "DynamoDB"
        version = "20120810"
        self.connection.request("POST", "/", json.dumps(request), {"X-Amz-Target": f"{service}_{version}.{operation}",
                                                                   "Content-Type": "application/x-amz-json-1.0"})
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            sys.exit(f"{operation}: {body.decode()}")
        return body

    def iterators(self, kind):
        arn = json.loads(self.post("DescribeTable", {"TableName": self.table}))["Table"]["LatestStreamArn"]
        for shard in json.loads(self.post("DescribeStream", {"StreamArn": arn}))["StreamDescription"]["Shards"]:
            if kind == "TRIM_HORIZON" or "EndingSequenceNumber" not in shard["SequenceNumberRange"]:
                yield json.loads(self.post("GetShardIterator", {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": kind}))["ShardIterator"]

    def read(self):
        records = spent = 0
        for iterator in self.iterators("TRIM_HORIZON"):
            while iterator:
                begin = time.monotonic()
                body = self.post("GetRecords", {"ShardIterator": iterator})
                spent += time.monotonic() - begin
                page = json.loads(body)
                records += len(page["Records"])
                iterator = page.get("NextShardIterator") if page["Records"] else None
        return records / spent

    def follow(self, seconds):
        iterator, = self.iterators("LATEST")
        lags, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            page = json.loads(self.post("GetRecords", {"ShardIterator": iterator}))
            now, iterator = time.time(), page["NextShardIterator"]
            lags += [now - float(record["dynamodb"]["NewImage"]["at"]["N"]) for record in page["Records"] if "at" in record["dynamodb"]["NewImage"]]
            # a page that is nearly full is followed by the next one at once
            if len(page["Records"]) < 300:
                time.sleep(max(0, 0.1 - (time.monotonic() - begin)))
        return [1000 * part(lags, share) for share in (0.5, 0.99)]

    def put(self, seconds):
        times, end = [], time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            self.post("PutItem", {"TableName": self.table, "Item": {"pk": {"S": f"foreground{len(times) % 100}"}, "n": {"N": str(len(times))}}})
            times.append(time.monotonic() - begin)
        return 1000 * part(times, 0.99)


def part(numbers, share):
    return sorted(numbers)[int(len(numbers) * share)] if numbers else 0


if __name__ == "__main__":
    client = Client(*sys.argv[1:3])
    if sys.argv[3] == "read":
        print(f"{client.read():.0f}")
    elif sys.argv[3] == "follow":
        print("%.0f %.0f" % tuple(client.follow(float(sys.argv[4]))))
    else:
        print(f"{client.put(float(sys.argv[4])):.2f}")
