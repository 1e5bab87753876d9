"""client.py - one client process: several connections, one operation at a time on each, until told to stop.

    client.py FILE NUMBER SEED END HTTP_HOST HTTP_PORTS CONNECTIONS SQL_HOST SQL_PORT USER DATABASE SQL_CONNECTIONS ACCOUNTS CLAIMS

HTTP_PORTS are those of all fronts, with commas between them; each has as large a part of the connections as the others.
FILE gets the history, a line for each beginning (written before the request leaves) and each end (after the reply came):
    i TIME NAME ATTEMPT KIND SPEC        c TIME NAME ATTEMPT OUTCOME REPLY
separated by tabs, times in nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share.  An attempt that has
no end is lost.  Kinds: T TransactWriteItems, U UpdateItem, B updates in one SQL transaction, whose SPEC are actions;
R TransactGetItems, M BatchGetItem, G GetItem, Q Query, whose SPEC are items.
"""

import heapq
import json
import os
import random
import select
import sys
import time

import model
import wire

PATIENCE = 15.0     # seconds that a reply may take
RETRY = 0.05        # seconds until a lost connection is opened again

READS = {
    "R": ("TransactGetItems", model.transact_get),
    "M": ("BatchGetItem", model.batch_get),
    "G": ("GetItem", lambda items, light: model.get_item(items[0], light)),
    "Q": ("Query", lambda items, light: model.query(items[0], light)),
}


class Operation:
    __slots__ = ("name", "kind", "spec", "requests", "token", "attempts", "after")

    def __init__(self, name, kind, spec, requests, token=None, after=None):
        self.name, self.kind, self.spec, self.requests = name, kind, spec, requests
        self.token, self.attempts, self.after = token, 0, after


class Workload:
    """Chooses operations.  Follow-ups of an operation are chosen from its reply."""

    def __init__(self, number, seed, accounts, claims):
        self.random = random.Random(f"{seed} {number}")
        self.number, self.count, self.seed = number, 0, seed
        self.accounts = [model.account(i) for i in range(accounts)]
        self.claims = [model.claim(i) for i in range(claims)]
        order = self.accounts[:]
        random.Random(seed).shuffle(order)          # the same hot ones for all processes
        total, self.cumulated = 0.0, []
        for rank in range(accounts):
            total += 1.0 / (rank + 2)
            self.cumulated.append(total)
        self.order = order
        self.kinds, self.weights = zip(
            (self.transfer, 26), (self.touch, 12), (self.move, 8), (self.block, 3), (self.pinned, 8), (self.claiming, 6),
            (self.snapshot, 12), (self.everything, 2), (self.get, 14), (self.query, 4), (self.batch, 5))

    def name(self):
        self.count += 1
        return f"{self.number}.{self.count}"

    def one(self):
        return self.random.choices(self.order, cum_weights=self.cumulated)[0]

    def some(self, count):
        found = set()
        while len(found) < count:
            found.add(self.one())
        found = list(found)
        self.random.shuffle(found)
        return found

    def next(self, kind):
        while True:
            chosen = self.random.choices(self.kinds, self.weights)[0]
            if kind == "sql" or chosen != self.block:
                return chosen()

    def write(self, actions, after=None):
        name = self.name()
        token = f"{self.seed[-12:]}-{name}" if self.random.random() < 0.5 else None
        return Operation(name, "T", " ".join(actions), [("TransactWriteItems", model.transact_write(name, actions, token))], token)

    def giving(self, item, amount, others):
        """The actions that take an amount from an account and keep its pair's rule."""
        mate = model.partner(item)
        if mate not in others and self.random.random() < 0.6:
            return [f"u:{item}:-{amount}:0:b{amount}", f"c:{mate}:::b{model.LINE}"]
        return [f"u:{item}:-{amount}:0:b{amount + model.LINE}"]

    def transfer(self):
        """One gives, one to four receive."""
        giver, *receivers = self.some(self.random.choice((2, 2, 2, 3, 3, 4, 5)))
        amounts = [self.random.randint(1, 60) for _ in receivers]
        actions = self.giving(giver, sum(amounts), receivers)
        actions += [f"u:{item}:{amount}:0:" for item, amount in zip(receivers, amounts)]
        self.random.shuffle(actions)
        return self.write(actions)

    def touch(self):
        """Changes no balance; shows the whole item."""
        name = self.name()
        spec = f"f:{self.one()}:0:0:z" if self.random.random() < 0.6 else f"u:{self.one()}:0:0:"
        return Operation(name, "U", spec, [("UpdateItem", model.update_item(name, spec, "ALL_NEW"))])

    def move(self):
        """Moves money within one account."""
        name, amount = self.name(), self.random.randint(1, 200)
        back = self.random.random() < 0.5
        spec = f"u:{self.one()}:{amount}:-{amount}:" if back else f"u:{self.one()}:-{amount}:{amount}:b{amount + model.LINE}"
        return Operation(name, "U", spec, [("UpdateItem", model.update_item(name, spec, "UPDATED_NEW"))])

    def block(self):
        """UpdateItem after UpdateItem in one SQL transaction, which now and then takes longer than the HTTP front waits for a lock."""
        name = self.name()
        giver, *receivers = self.some(self.random.choice((2, 3)))
        amounts = [self.random.randint(1, 60) for _ in receivers]
        actions = [f"u:{giver}:-{sum(amounts)}:0:b{sum(amounts) + model.LINE}"]
        actions += [f"u:{item}:{amount}:0:" for item, amount in zip(receivers, amounts)]
        actions.sort(key=lambda action: action.split(":")[1])
        requests = [("UpdateItem", model.update_item(name, action, "NONE")) for action in actions]
        if self.random.random() < 0.02:
            requests.insert(1, ("Pause", 0.7))
        return Operation(name, "B", " ".join(actions), requests)

    def read(self, kind, items, light, after=None):
        operation, body = READS[kind]
        return Operation(self.name(), kind, " ".join(items), [(operation, body(items, light))], after=after)

    def light(self):
        return self.random.random() < 0.8

    def snapshot(self):
        items = self.some(self.random.randint(2, 5))
        if self.random.random() < 0.3:
            items.append(self.random.choice(self.claims))
        return self.read("R", items, self.light())

    def everything(self):
        return self.read("R", self.accounts, True)

    def get(self):
        return self.read("G", [self.one() if self.random.random() < 0.9 else self.random.choice(self.claims)], self.light())

    def query(self):
        return self.read("Q", [self.one()], self.light())

    def batch(self):
        return self.read("M", self.some(self.random.randint(2, 5)), self.light())

    def pinned(self):
        """Reads some accounts, then changes one of them if the others are still as they were."""
        return self.read("R", self.some(self.random.choice((2, 2, 3))), True, self.pinned_write)

    def pinned_write(self, seen):
        (item, image), *others = [(item, image) for item, image in seen.items() if image]
        if not others:
            return None
        actions = [f"c:{other}:::={of_other['c']['S']}" for other, of_other in others]
        if self.random.random() < 0.5:
            actions.append(f"u:{item}:0:0:={image['c']['S']}")
        else:
            actions.append(f"u:{item}:-1:1:b{model.LINE + 1}")
        self.random.shuffle(actions)
        return self.write(actions)

    def claiming(self):
        return self.read("R", self.random.sample(self.claims, 2) + [self.one()], True, self.claim_write)

    def claim_write(self, seen):
        """Puts a claim, or one of two if the other is missing; deletes one; or looks whether it is there."""
        item, other, _ = seen
        note = f"u:{self.one()}:0:0:"
        if not seen[item] and not seen[other] and self.random.random() < 0.5:
            return self.write([f"p:{item}:::!", f"c:{other}:::!", note])
        if seen[item]:
            verb = "d" if self.random.random() < 0.7 else "c"
            return self.write([f"{verb}:{item}:::={seen[item]['c']['S']}", note])
        if self.random.random() < 0.7:
            return self.write([f"p:{item}:::!", note])
        return self.write([f"c:{item}:::!", note])


class Client:
    def __init__(self, arguments):
        (path, number, seed, end, http_host, http_ports, connections, sql_host, sql_port, user, database, sql_connections, accounts,
         claims) = arguments
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.workload = Workload(int(number), seed, int(accounts), int(claims))
        self.random = random.Random(f"{number} {seed}")
        self.end = int(end)
        self.again = []         # operations to send once more with their token
        self.poll = select.epoll()
        self.running = {}       # descriptor: [connection, operation, attempt, deadline]
        self.reconnect = []     # (time, number, how)
        ports = [int(port) for port in http_ports.split(",")]
        for i in range(int(connections)):
            self.reconnect.append((0.0, i, lambda port=ports[(i + int(number)) % len(ports)]: wire.Http((http_host, port))))
        for i in range(int(sql_connections)):
            self.reconnect.append((0.0, -1 - i, lambda: wire.Sql((sql_host, int(sql_port)), user, database)))

    def begin(self, connection, how, operation):
        attempt = operation.attempts
        operation.attempts += 1
        spec = f"{operation.kind}\t{operation.spec}" if attempt == 0 else "\t"
        os.write(self.file, f"i\t{time.monotonic_ns()}\t{operation.name}\t{attempt}\t{spec}\n".encode())
        self.running[connection.socket.fileno()] = [connection, operation, attempt, time.monotonic() + PATIENCE, how]
        connection.send(operation.requests)
        if operation.token and attempt < 2 and self.random.random() < 0.08:
            self.again.append(operation)        # the next free connection sends it, too

    def finish(self, operation, attempt, outcome, text):
        os.write(self.file, f"c\t{time.monotonic_ns()}\t{operation.name}\t{attempt}\t{outcome}\t{text}\n".encode())
        if outcome == "lost" and operation.token and operation.attempts < 4 and self.random.random() < 0.7:
            self.again.append(operation)

    def images(self, operation, text):
        """What a TransactGetItems saw."""
        replies = json.loads(text)["Responses"]
        return {item: reply.get("Item") for item, reply in zip(operation.spec.split(" "), replies)}

    def proceed(self, connection, how, operation=None, text=None):
        """The next operation of a connection that is free."""
        if time.monotonic_ns() >= self.end:
            self.drop(connection)
            return
        following = None
        if self.again and self.random.random() < 0.5:
            following = self.again.pop()
        if following is None and operation and operation.after:
            following = operation.after(self.images(operation, text))
        self.begin(connection, how, following or self.workload.next(connection.kind))

    def drop(self, connection):
        self.running.pop(connection.socket.fileno(), None)
        self.poll.unregister(connection.socket.fileno())
        connection.close()

    def lose(self, entry):
        connection, operation, attempt, _, how = entry
        self.drop(connection)
        if operation:
            self.finish(operation, attempt, "lost", "{}")
        heapq.heappush(self.reconnect, (time.monotonic() + RETRY, self.random.random(), how))

    def connect(self):
        now = time.monotonic()
        while self.reconnect and self.reconnect[0][0] <= now and time.monotonic_ns() < self.end:
            _, number, how = heapq.heappop(self.reconnect)
            try:
                connection = how()
            except OSError:
                heapq.heappush(self.reconnect, (now + RETRY, number, how))
                continue
            self.poll.register(connection.socket.fileno(), select.EPOLLIN)
            entry = [connection, None, 0, 0.0, how]
            self.running[connection.socket.fileno()] = entry
            self.guard(entry, lambda: self.proceed(connection, how))

    def guard(self, entry, action):
        try:
            action()
        except OSError:
            self.lose(self.running.get(entry[0].socket.fileno(), entry))

    def receive(self, descriptor):
        connection, operation, attempt, _, how = entry = self.running[descriptor]

        def act():
            reply = connection.take()
            if reply is None:
                return
            entry[1] = None
            self.finish(operation, attempt, *reply)
            self.proceed(connection, how, operation if reply[0] == "ok" else None, reply[1])

        self.guard(entry, act)

    def run(self):
        checked = 0.0
        while self.running or time.monotonic_ns() < self.end:
            if self.reconnect:
                self.connect()
            for descriptor, _ in self.poll.poll(0.02 if self.reconnect else 0.5):
                if descriptor in self.running:
                    self.receive(descriptor)
            now = time.monotonic()
            if now > checked + 1:
                checked = now
                for entry in [entry for entry in self.running.values() if entry[1] and entry[3] < now]:
                    self.lose(entry)


if __name__ == "__main__":
    Client(sys.argv[1:]).run()
