"""follow.py - one reader of the stream of the soak's table, from its beginning to its end, whatever is killed.

    follow.py FILE HTTP_HOST HTTP_PORT LAST

FILE gets a line for each record, in the order in which they were read:
    SHARD NUMBER EVENT_ID EVENT ITEM NEW_N NEW_C OLD_N OLD_C
separated by tabs, "-" where there is no image or no n.  A reader that takes the place of one that was killed goes on after the last line of
each shard.  A shard is read when its parent has been read to its end.  It ends by itself when there is a file LAST, and nothing more to read.
"""

import http.client
import json
import os
import sys
import time

import model

TIMEOUT = 5.0
PAUSE = 0.1         # seconds between two passes
RETRY = 0.05        # seconds until a lost connection is opened again
PATIENCE = 60.0     # seconds without any reply


def fields_of(image):
    if not image:
        return "-", "-"
    return image["n"]["N"] if "n" in image else "-", image["c"]["S"]


class Follower:
    def __init__(self, path, host, port, last):
        self.address, self.last = (host, int(port)), last
        self.connection = None
        self.read_to = {}       # shard: the last number that is written down
        self.iterators = {}     # shard that is being read: where to go on
        self.ended = set()      # shards that were read to their ends
        self.recover(path)
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def recover(self, path):
        """What a former reader has written; half a line goes."""
        if not os.path.exists(path):
            return
        with open(path, "r+b") as file:
            data = file.read()
            end = data.rfind(b"\n") + 1
            file.truncate(end)
        for line in data[:end].decode().splitlines():
            shard, number = line.split("\t")[:2]
            self.read_to[shard] = number

    # -- requests --

    def try_call(self, operation, request):
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=TIMEOUT)
            service = "DynamoDB_20120810" if operation == "DescribeTable" else "DynamoDBStreams_20120810"
            self.connection.request("POST", "/", json.dumps(request), {"Content-Type": "application/x-amz-json-1.0",
                                                                       "X-Amz-Target": f"{service}.{operation}"})
            reply = self.connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            if self.connection:
                self.connection.close()
            self.connection = None
            return None, b""

    def call(self, operation, request):
        """Repeated until there is an answer.  An error that is no fault of the server's ends the process."""
        end = time.monotonic() + PATIENCE
        while True:
            status, body = self.try_call(operation, request)
            if status == 200:
                return json.loads(body)
            if status is not None and status < 500 or time.monotonic() > end:
                sys.exit(f"{operation} {request} was answered with {status} {body.decode()}")
            time.sleep(RETRY)

    # -- reading --

    def shards(self):
        found, more = [], {}
        while True:
            page = self.call("DescribeStream", {"StreamArn": self.arn, "Limit": 10, **more})["StreamDescription"]
            found += page["Shards"]
            if "LastEvaluatedShardId" not in page:
                return found
            more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}

    def start(self, shard):
        request = {"StreamArn": self.arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        if shard in self.read_to:
            request.update(ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=self.read_to[shard])
        self.iterators[shard] = self.call("GetShardIterator", request)["ShardIterator"]

    def write(self, shard, records):
        lines = []
        for record in records:
            change = record["dynamodb"]
            lines.append("\t".join((shard, change["SequenceNumber"], record["eventID"], record["eventName"], change["Keys"]["id"]["S"],
                                    *fields_of(change.get("NewImage")), *fields_of(change.get("OldImage")))) + "\n")
        os.write(self.file, "".join(lines).encode())

    def read(self, shard):
        """Reads on in a shard; returns how many records there were."""
        count = 0
        while True:
            page = self.call("GetRecords", {"ShardIterator": self.iterators[shard]})
            self.write(shard, page["Records"])
            count += len(page["Records"])
            if "NextShardIterator" not in page:
                self.ended.add(shard)
                del self.iterators[shard]
                return count
            self.iterators[shard] = page["NextShardIterator"]
            if not page["Records"]:
                return count

    def look(self):
        """One pass over all shards; returns whether there was anything new."""
        news = False
        shards = self.shards()
        names = {shard["ShardId"] for shard in shards}
        for shard in shards:
            name, parent = shard["ShardId"], shard.get("ParentShardId")
            if name in self.ended or parent in names and parent not in self.ended:
                continue
            if name not in self.iterators:
                self.start(name)
                news = True
            news = self.read(name) > 0 or news
        return news

    def run(self):
        self.arn = self.call("DescribeTable", {"TableName": model.TABLE})["Table"]["LatestStreamArn"]
        while True:
            over = os.path.exists(self.last)
            if not self.look() and over:
                return
            time.sleep(PAUSE)


if __name__ == "__main__":
    Follower(*sys.argv[1:]).run()
