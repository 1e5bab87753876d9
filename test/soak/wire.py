"""wire.py - connections of the soak that wait for nobody: DynamoDB over HTTP, and SQL over PostgreSQL's protocol.

Both take one request at a time.  send() begins it; take() reads what has come and returns None, or the reply as
(outcome, text): "ok"; "no" (definitely not done); "lost" (done or not, nobody knows); "bad" (an error that
nothing here should cause).  An end of the connection raises OSError.

SQL clients see what HTTP workers have committed a moment before it is durable.  So that a reply tells durable things only,
as over HTTP, each read ends with a commit of its own, and so does a failure.
"""

import re
import socket
import struct

TIMEOUT = 2.0

# What an operation may fail with when nothing is wrong: nothing was done.
REFUSALS = {
    "ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException",
    "TransactionInProgressException", "ThrottlingException",
}
# ... and their SQLSTATEs, with those that are PostgreSQL's own.
SQL_REFUSALS = {
    "ND003": "ConditionalCheckFailedException", "ND011": "TransactionCanceledException", "ND012": "TransactionConflictException",
    "ND013": "TransactionInProgressException", "ND018": "ThrottlingException", "55P03": "lock not available", "40P01": "deadlock",
    "40001": "serialization failure",
}
# Of Citus, which has no SQLSTATE for a node's connection that ends.
CITUS_LOST = re.compile(r"^(could not commit transaction for shard \d+ on at least one active node$|server closed the connection unexpectedly)")
SQL_LOST = re.compile(r"^(57P0|08|53|57014)")       # shutdowns, connections, resources
DURABLE = "SELECT pg_catalog.pg_logical_emit_message(true, 'soak', '');"


# What HTTP clients may read when the outcome is open: errors that SDKs repeat, without a text of PostgreSQL or Citus.
HTTP_LOST = re.compile(r'^\{"__type":"com\.amazonaws\.dynamodb\.v20120810#InternalServerError","message":"The request could not be completed\.( Please try again\.)?"\}$'
                       r'|^\{"__type":"com\.amazon\.coral\.service#ServiceUnavailableException",')


class Http:
    """HTTP/1.1 on one kept connection."""
    kind = "http"

    def __init__(self, address):
        self.socket = socket.create_connection(address, TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = b""

    def send(self, requests):
        (operation, body), = requests
        data = (f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"
                f"X-Amz-Target: DynamoDB_20120810.{operation}\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()
        if self.socket.send(data) != len(data):
            raise OSError("a request does not fit into the socket")

    def take(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise OSError("closed")
        self.buffer = buffer = self.buffer + data if self.buffer else data
        head = buffer.find(b"\r\n\r\n")
        if head < 0:
            return None
        at = buffer.lower().find(b"\r\ncontent-length:", 0, head)
        end = head + 4 + int(buffer[at + 17:buffer.index(b"\r\n", at + 17)])
        if len(buffer) < end:
            return None
        self.buffer = buffer[end:]
        text = buffer[head + 4:end].decode()
        status = buffer[9:12]
        if status == b"200":
            return "ok", text
        if status[:1] == b"5":
            return "lost" if HTTP_LOST.match(text) else "bad", text
        found = re.search(r'"__type":"[^"]*#(\w+)"', text)
        return ("no" if found and found[1] in REFUSALS else "bad"), text

    def close(self):
        self.socket.close()


FUNCTIONS = {
    "GetItem": "get_item", "Query": "query", "BatchGetItem": "batch_get_item", "TransactGetItems": "transact_get_items",
    "TransactWriteItems": "transact_write_items", "UpdateItem": "update_item",
}


class Sql:
    """The simple query protocol, without a password.  A request's statements are one transaction."""
    kind = "sql"

    def __init__(self, address, user, database):
        """The address is (host, port), or a folder and a port for a socket in the file system."""
        host, port = address
        if host.startswith("/"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(TIMEOUT)
            self.socket.connect(f"{host}/.s.PGSQL.{port}")
        else:
            self.socket = socket.create_connection(address, TIMEOUT)
        self.buffer = b""
        words = b"".join(word.encode() + b"\0" for word in ("user", user, "database", database, "application_name", "soak"))
        body = struct.pack("!i", 196608) + words + b"\0"
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.begin()
        while self.reply is None:
            self.receive()
        if self.error:
            raise OSError(str(self.error))
        self.socket.setblocking(False)

    def begin(self):
        self.rows, self.error, self.reply, self.failure = [], None, None, None

    def query(self, text):
        self.begin()
        data = text.encode() + b"\0"
        data = b"Q" + struct.pack("!i", len(data) + 4) + data
        if self.socket.send(data) != len(data):
            raise OSError("a request does not fit into the socket")

    def send(self, requests):
        """The operation Pause holds up the transaction for some seconds."""
        statements = "".join([f"SELECT dynapg.{FUNCTIONS[operation]}($soak${body}$soak$);" if operation != "Pause" else
                              f"SELECT pg_catalog.pg_sleep({body});" for operation, body in requests])
        reading = all(operation.endswith(("GetItem", "GetItems", "Query")) for operation, body in requests)
        self.query((DURABLE if reading else "") + statements)

    def receive(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise OSError("closed")
        self.buffer += data
        at = 0
        while len(self.buffer) >= at + 5:
            kind = self.buffer[at:at + 1]
            length = struct.unpack_from("!i", self.buffer, at + 1)[0]
            if len(self.buffer) < at + 1 + length:
                break
            self.message(kind, self.buffer[at + 5:at + 1 + length])
            at += 1 + length
        self.buffer = self.buffer[at:]

    def message(self, kind, body):
        if kind == b"D":
            length = struct.unpack_from("!i", body, 2)[0]
            self.rows.append(None if length < 0 else body[6:6 + length].decode())
        elif kind == b"E":
            self.error = {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}
        elif kind == b"Z":
            self.reply = True

    def take(self):
        self.receive()
        if self.reply is None:
            return None
        if self.failure:
            return self.failure if not self.error else ("no", '{"__type":"#refused"}')
        if not self.error:
            return "ok", self.rows[-1]
        code, text = self.error["C"], self.error.get("D") or "{}"
        if code in SQL_REFUSALS:
            text = f'{{"__type":"#{SQL_REFUSALS[code]}"' + ("," + text[1:] if code[:2] == "ND" and text != "{}" else "}")
            self.query(DURABLE)
            self.failure = "no", text
            return None
        if SQL_LOST.match(code) or CITUS_LOST.match(self.error["M"]):
            return "lost", "{}"
        return "bad", f'{code} {self.error["M"]} {text}'.replace("\n", " ").replace("\t", " ")

    def close(self):
        self.socket.close()
