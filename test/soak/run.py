"""run.py - the soak: client processes on a server of their own, which is killed in parts and as a whole meanwhile.

Every few seconds a client process is killed and replaced, or a backend or an HTTP worker terminated; now and then a
worker is killed, which makes the server recover as from a crash, or the server is stopped at once and started again.
The histories, and a last read of everything, are left in a folder for check.py.

With --node for each node of Citus the server is their coordinator and the table is distributed.  Clients then use the fronts of all, what is
killed is of any of them, and shards move between the nodes meanwhile.  A distributed table has no stream, so nobody follows it.
"""

import argparse
import itertools
import os
import pwd
import random
import select
import signal
import subprocess
import sys
import time

import model
import streams
import wire

# A shard of the table that is on the node of one port goes to that of another.
MOVE = f"""SELECT citus_move_shard_placement(shardid, from_name, {{source}}, to_name, {{target}}, shard_transfer_mode => '{{mode}}')
    FROM (SELECT s.shardid, a.nodename AS from_name, b.nodename AS to_name
        FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid) JOIN pg_dist_node a USING (groupid) JOIN pg_dist_node b ON b.nodeport = {{target}}
        WHERE s.logicalrelid = 'dynamodb."{model.TABLE}"'::regclass AND a.nodeport = {{source}} ORDER BY random() LIMIT 1) m"""

# What clients, and Citus for them, have in a server.
SESSIONS = "(application_name = 'soak' OR application_name LIKE 'citus_internal%')"

HERE = os.path.dirname(os.path.abspath(__file__))


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True, help="an empty folder for the histories")
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--sql-host", required=True)
    parser.add_argument("--sql-port", type=int, required=True)
    parser.add_argument("--user", default=pwd.getpwuid(os.getuid()).pw_name, help="a superuser, as whom the HTTP front runs, too")
    parser.add_argument("--database", default="postgres")
    parser.add_argument("--data", required=True, help="the server's data directory")
    parser.add_argument("--pg-ctl", default="pg_ctl")
    parser.add_argument("--log", default="/dev/null", help="the server's log, for pg_ctl")
    parser.add_argument("--node", action="append", default=[], help="SQL_PORT:HTTP_PORT:DATA:LOG of a node")
    parser.add_argument("--move-every", type=float, default=1.0, help="seconds between moves of shards between the nodes")
    parser.add_argument("--move-mode", action="append", help="one of the modes of moves; by default both")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=4, help="client processes")
    parser.add_argument("--connections", type=int, default=6, help="of each client over HTTP")
    parser.add_argument("--sql-connections", type=int, default=1, help="of each client over SQL")
    parser.add_argument("--followers", type=int, default=2, help="readers of the table's stream")
    parser.add_argument("--accounts", type=int, default=24)
    parser.add_argument("--claims", type=int, default=8)
    parser.add_argument("--kill-every", type=float, default=1.5, help="seconds between kills; 0: none")
    parser.add_argument("--crash-every", type=float, help="seconds between crashes; 0: none; by default 20, with nodes 12, less in a short run")
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--plant", action="store_true", help="change an item behind the API's back, for check.py to find")
    options = parser.parse_args()
    if options.crash_every is None:
        options.crash_every = min(12, options.seconds / 6) if options.node else min(20, options.seconds / 3)
    if options.node:
        options.followers = 0
    return options


class Server:
    """One of the servers: where it listens, its data directory and its log."""

    def __init__(self, sql_port, http_port, data, log):
        self.sql_port, self.http_port, self.data, self.log = int(sql_port), int(http_port), data, log


class Soak:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.numbers = 0
        self.last = os.path.join(options.out, "last")
        self.clients = []
        self.followers = []
        self.counts = {}
        self.coordinator = Server(options.sql_port, options.http_port, options.data, options.log)
        self.nodes = [Server(*text.split(":")) for text in options.node]
        self.servers = [self.coordinator] + self.nodes
        self.move = None

    # -- the servers --

    def wait_for(self, connection, seconds):
        """A reply on a connection that waits for nobody."""
        end = time.monotonic() + seconds
        reply = None
        while reply is None:
            if not select.select([connection.socket], [], [], max(0, end - time.monotonic()))[0]:
                raise OSError("no reply")
            reply = connection.take()
        return reply

    def sql(self, text, server=None):
        port = (server or self.coordinator).sql_port
        connection = wire.Sql((self.options.sql_host, port), self.options.user, self.options.database)
        try:
            connection.query(text)
            outcome, reply = self.wait_for(connection, 10)
        except IndexError:
            return []
        finally:
            connection.close()
        if outcome != "ok":
            raise OSError(f"{text}: {reply}")
        return connection.rows

    def call(self, operation, body, seconds=60):
        """One operation over HTTP, repeated until the server answers."""
        end = time.monotonic() + seconds
        while True:
            try:
                connection = wire.Http(("127.0.0.1", self.options.http_port))
                connection.send([(operation, body)])
                outcome, text = self.wait_for(connection, 10)
                connection.close()
                if outcome == "ok":
                    return text
                problem = text
            except OSError as error:
                problem = str(error)
            if time.monotonic() > end:
                sys.exit(f"{operation} fails: {problem}")
            time.sleep(0.1)

    def prepare(self):
        self.call("CreateTable", model.create_table(stream=self.options.followers > 0))
        for statement in model.PAUSES:
            self.sql(statement)
        for number in range(self.options.accounts):
            self.call("PutItem", model.new_account(model.account(number)))

    # -- clients --

    def start_client(self):
        self.numbers += 1
        options = self.options
        arguments = [os.path.join(options.out, f"client-{self.numbers:03d}"), self.numbers, options.seed, self.end, "127.0.0.1",
                     ",".join(str(server.http_port) for server in self.servers), options.connections, options.sql_host, options.sql_port, options.user, options.database,
                     options.sql_connections, options.accounts, options.claims]
        self.clients.append(subprocess.Popen([sys.executable, os.path.join(HERE, "client.py"), *map(str, arguments)]))

    def start_follower(self, number):
        arguments = [os.path.join(self.options.out, f"{streams.NAME}{number}"), "127.0.0.1", self.options.http_port, self.last]
        return subprocess.Popen([sys.executable, os.path.join(HERE, "follow.py"), *map(str, arguments)])

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    # -- kills --

    def kill_client(self):
        client = self.clients.pop(self.random.randrange(len(self.clients)))
        client.kill()
        client.wait()
        self.count("clients killed")
        self.start_client()

    def kill_follower(self):
        """The next one goes on where it was."""
        number = self.random.randrange(len(self.followers))
        self.followers[number].kill()
        self.followers[number].wait()
        self.followers[number] = self.start_follower(number)
        self.count("readers of the stream killed")

    def any_server(self):
        """The coordinator as often as all nodes together."""
        return self.random.choice(self.nodes) if self.nodes and self.random.random() < 0.5 else self.coordinator

    def of_server(self, what, server):
        return f"{what} on nodes" if server in self.nodes else what

    def backends(self, condition, server):
        return [int(pid) for pid in self.sql(f"SELECT pid FROM pg_catalog.pg_stat_activity WHERE {condition} AND pid <> pg_backend_pid()", server)]

    def terminate(self, condition, what):
        server = self.any_server()
        pids = self.backends(condition, server)
        if pids:
            self.sql(f"SELECT pg_catalog.pg_terminate_backend({self.random.choice(pids)})::text", server)
            self.count(self.of_server(what, server))

    def terminate_worker(self):
        self.terminate("backend_type = 'dynapg http'", "workers terminated")

    def terminate_session(self):
        self.terminate(SESSIONS, "sessions terminated")

    def crash(self, server):
        """A process that is killed makes the server end all others and recover."""
        pids = self.backends(f"backend_type = 'dynapg http' OR {SESSIONS}", server)
        if pids:
            os.kill(self.random.choice(pids), signal.SIGKILL)
            self.count(self.of_server("crashes", server))

    def restart(self, server):
        # A server that has PGAPPNAME in its environment names its subscriptions' connections so. From those Citus hides its shards, and a
        # move of a shard, which is such a subscription, loses what is written meanwhile.
        environment = {name: value for name, value in os.environ.items() if name != "PGAPPNAME"}
        subprocess.run([self.options.pg_ctl, "-D", server.data, "-m", "immediate", "-w", "stop"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([self.options.pg_ctl, "-D", server.data, "-l", server.log, "-w", "start"], check=True, stdout=subprocess.DEVNULL, env=environment)
        self.count(self.of_server("immediate stops", server))

    # -- moves --

    def start_move(self):
        """A shard goes to another node, in a process of its own, since it takes a while."""
        mode = self.random.choice(self.options.move_mode or ("block_writes", "force_logical"))
        source, target = self.random.sample([node.sql_port for node in self.nodes], 2)
        command = ["psql", "-X", "-q", "-h", self.options.sql_host, "-p", self.options.sql_port, "-U", self.options.user, "-d", self.options.database,
                   "-v", "ON_ERROR_STOP=1", "-c", MOVE.format(source=source, target=target, mode=mode)]
        self.move = mode, subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end_move(self):
        """True if none is under way."""
        if self.move is None:
            return True
        mode, process = self.move
        if process.poll() is None:
            return False
        self.count(f"moves by {mode}" if process.returncode == 0 else "moves that failed")
        self.move = None
        return True

    def plant(self):
        self.sql(f"""UPDATE dynamodb."{model.TABLE}" SET item = dynapg.item_update(item, 'SET bal = bal + :x', NULL, '{{":x":{{"N":"1"}}}}')
            WHERE pk = '{model.account(0)}' RETURNING pk""")
        self.count("plants")

    def attempt(self, action):
        try:
            action()
        except OSError:
            self.count("kills that found no server")

    # -- the run --

    def run(self):
        self.prepare()
        self.followers = [self.start_follower(number) for number in range(self.options.followers)]
        try:
            self.let_run()
            self.read_all()
            for follower in self.followers:
                if follower.wait(timeout=120) != 0:
                    sys.exit(f"a reader of the stream failed, status {follower.returncode}")
        finally:
            for process in self.clients + self.followers + ([self.move[1]] if self.move else []):
                process.kill()
        return self.counts

    def let_run(self):
        options = self.options
        start = time.monotonic()
        self.end = time.monotonic_ns() + int(options.seconds * 1e9)
        for _ in range(options.clients):
            self.start_client()
        kills = (self.kill_client, self.terminate_worker, self.terminate_session) + ((self.kill_follower,) if self.followers else ())
        crashes = itertools.cycle([lambda crash=crash, servers=servers: crash(self.random.choice(servers))
                                   for servers in ([self.coordinator], self.nodes) if servers for crash in (self.crash, self.restart)])
        planted = not options.plant
        next_move = start if self.nodes else float("inf")
        next_kill = start + (options.kill_every or float("inf"))
        next_crash = start + (options.crash_every * 0.6 or float("inf"))
        while time.monotonic() < start + options.seconds - 1:
            time.sleep(0.1)
            now = time.monotonic()
            if now >= next_crash:
                self.attempt(next(crashes))
                next_crash = now + options.crash_every * self.random.uniform(0.8, 1.2)
            elif now >= next_kill:
                self.attempt(self.random.choice(kills))
                next_kill = now + options.kill_every * self.random.uniform(0.5, 1.5)
            elif now >= next_move and self.end_move():
                self.start_move()
                next_move = now + options.move_every
            elif not planted and now >= start + options.seconds / 2:
                self.plant()
                planted = True
            for client in [client for client in self.clients if client.poll() is not None and time.monotonic_ns() < self.end]:
                sys.exit(f"a client ended by itself, status {client.returncode}")
            for follower in [follower for follower in self.followers if follower.poll() is not None]:
                sys.exit(f"a reader of the stream ended by itself, status {follower.returncode}")
        if self.move:
            self.move[1].wait()
            self.end_move()
        for client in self.clients:
            if client.wait(timeout=60) != 0:
                sys.exit(f"a client failed, status {client.returncode}")

    def read_all(self):
        """The last word on every item, as one more operation in a history of its own."""
        items = [model.account(i) for i in range(self.options.accounts)] + [model.claim(i) for i in range(self.options.claims)]
        begin = time.monotonic_ns()
        text = self.call("TransactGetItems", model.transact_get(items, False))
        with open(self.last, "w", encoding="utf-8") as file:
            file.write(f"i\t{begin}\t0.1\t0\tR\t{' '.join(items)}\nc\t{time.monotonic_ns()}\t0.1\t0\tok\t{text}\n")


if __name__ == "__main__":
    soak = Soak(parse())
    print(f"seed {soak.options.seed}")
    counts = soak.run()
    print(", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "nothing was killed")
