"""servers.py - the servers that are measured: how each starts and stops, and what it guarantees for a write that it acknowledges

A server that cannot be had here raises Missing when it starts. Each listens on 127.0.0.1 at a port of its own, on new data in a
folder of the work folder.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time

from harness import process

CONSTANT = '{"Item":{"pk":{"S":"4711"},"sk":{"S":"042"},"note":{"S":"%s"}}}' % ("n" * 420)


class Missing(Exception):
    pass


class Server:
    name = ""
    guarantee = ""

    def __init__(self, folder, port):
        self.folder, self.port, self.process, self.start_seconds = folder, port, None, None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        self.prepare()
        self.start()
        return self

    def __exit__(self, *exception):
        process.stop(self.process, self.stop_signal)
        shutil.rmtree(self.folder, ignore_errors=True)

    stop_signal = signal.SIGTERM

    def prepare(self):
        pass

    def command(self):
        raise NotImplementedError

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def start(self):
        begin = time.monotonic()
        self.process = process.start(self.command(), os.path.join(self.folder, "log"), **self.options())
        self.wait_until(self.answers, 0.002)
        self.start_seconds = time.monotonic() - begin

    def wait_until(self, condition, pause=0.05):
        """Raises Missing if the process ends meanwhile, as it does when another server has its port."""
        begin = time.monotonic()
        while not condition():
            if self.process.poll() is not None or time.monotonic() - begin > 120:
                with open(os.path.join(self.folder, "log"), errors="replace") as log:
                    raise Missing(f"{self.name} does not start: {log.read()[-500:]}")
            time.sleep(pause)

    def options(self):
        return {}

    def processor_seconds(self):
        return process.processor_seconds(self.process.pid)

    def memory(self):
        return process.memory(self.process.pid)


class Postgres(Server):
    """PostgreSQL with dynapg; bin is the folder of its programs. Serves HTTP from `workers` processes; a session by SQL needs no port."""

    name = "dynapg"
    guarantee = "on disk (fsync of the write-ahead log, shared by the requests of a moment); each request a serialised transaction"
    stop_signal = signal.SIGINT

    def __init__(self, folder, port, bin, settings, workers=1, name=None, more=()):
        super().__init__(folder, port)
        self.bin, self.settings, self.workers, self.more = bin, settings, workers, more
        self.name = name or self.name
        self.data = os.path.join(folder, "data")

    def prepare(self):
        shutil.rmtree(self.data, ignore_errors=True)
        subprocess.run([f"{self.bin}/initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8"],
                       check=True, stdout=subprocess.DEVNULL)
        lines = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "",
            "shared_buffers": self.settings.shared_buffers, "max_wal_size": "8GB", "checkpoint_timeout": "30min", "max_connections": 100,
            "shared_preload_libraries": "dynapg", "dynapg.http_port": self.port + 1, "dynapg.http_listen_addresses": "127.0.0.1",
            "dynapg.http_workers": self.workers, "dynapg.http_auth": "trust", "jit": "off", **dict(self.more)}
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def command(self):
        return [f"{self.bin}/postgres", "-D", self.data]

    @property
    def http_port(self):
        return self.port + 1

    def answers(self):
        return super().answers() and (not os.path.exists(f"{self.data}/bench-ready") or self.is_ready())

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=5)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def start(self):
        super().start()
        if os.path.exists(f"{self.data}/bench-ready"):
            return
        self.wait_for_sql()
        self.make_extensions()
        open(f"{self.data}/bench-ready", "w").close()
        self.wait_until(self.is_ready)

    def make_extensions(self):
        self.sql("CREATE EXTENSION dynapg")

    def restart(self):
        process.stop(self.process, self.stop_signal)
        self.start()

    def wait_for_sql(self):
        self.wait_until(lambda: subprocess.run(self.psql("-c", "SELECT 1"), capture_output=True).returncode == 0)

    def psql(self, *arguments):
        return [f"{self.bin}/psql", "-X", "-q", "-A", "-t", "-F", " ", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port),
                "-U", "postgres", "-d", "postgres", *arguments]

    def sql(self, *texts, variables=None, file=None):
        arguments = [x for text in texts for x in ("-c", text)]
        for name, value in (variables or {}).items():
            arguments += ["-v", f"{name}={value}"]
        if file:
            arguments += ["-f", file]
        run = subprocess.run(self.psql(*arguments), capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(run.stderr)
        return run.stdout.strip()

    def session(self):
        """A psql that stays; write to its stdin."""
        return subprocess.Popen(self.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wal_bytes(self):
        return int(self.sql("SELECT pg_current_wal_insert_lsn() - '0/0'"))

    def worker_pids(self):
        return [int(pid) for pid in self.sql("SELECT pid FROM dynapg.http_activity").split()]


class CitusNode(Postgres):
    """A node of Citus, which gets dynapg from the coordinator."""

    def __init__(self, folder, port, bin, settings):
        super().__init__(folder, port, bin, settings, more={
            "shared_preload_libraries": "citus,dynapg", "wal_level": "logical", "max_prepared_transactions": 100,
            "max_worker_processes": 32, "citus.shard_count": 6, "citus.node_conninfo": "sslmode=prefer"}.items())

    def prepare(self):
        share = subprocess.run([f"{self.bin}/pg_config", "--sharedir"], capture_output=True, text=True, check=True).stdout.strip()
        if not os.path.exists(f"{share}/extension/citus.control"):
            raise Missing("no Citus is installed for this PostgreSQL")
        super().prepare()

    def make_extensions(self):
        self.sql("CREATE EXTENSION citus")

    def is_ready(self):
        return True


class Nginx(Server):
    name = "nginx, a constant"
    guarantee = "none: it only answers; the limit of HTTP on this machine"

    def __init__(self, folder, port, program):
        super().__init__(folder, port)
        self.program = program

    def prepare(self):
        if not self.program:
            raise Missing("there is no nginx")
        with open(f"{self.folder}/conf", "w") as file:
            file.write(f"""worker_processes 1; daemon off; pid {self.folder}/pid; error_log {self.folder}/errors;
                events {{ worker_connections 4096; }}
                http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
                    client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/fastcgi;
                    uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi; default_type application/x-amz-json-1.0;
                    server {{ listen 127.0.0.1:{self.port}; location / {{ return 200 '{CONSTANT}'; }} }} }}""")

    def command(self):
        return [self.program, "-p", self.folder, "-e", f"{self.folder}/errors", "-c", f"{self.folder}/conf"]


class Redis(Server):
    name = "Redis"
    guarantee = "on disk (appendfsync always: fsync of the log, shared by the requests of a moment)"

    def __init__(self, folder, port, program):
        super().__init__(folder, port)
        self.program = program

    def prepare(self):
        if not self.program:
            raise Missing("there is no redis-server")

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", "", "--appendonly", "yes",
                "--appendfsync", "always"]

    def options(self):
        # Debian's redis-tools has the whole program under another name; it looks at the name by which it is called.
        return {"executable": self.program}


class Dynalite(Server):
    name = "dynalite"
    guarantee = "none on disk: in memory, lost with the process"

    def __init__(self, folder, port, program):
        super().__init__(folder, port)
        self.program = program

    def prepare(self):
        if not self.program or not shutil.which("node"):
            raise Missing("there is no dynalite: npm and Node.js are needed to install it")

    def command(self):
        return ["node", self.program, "--port", str(self.port), "--host", "127.0.0.1", "--createTableMs", "0", "--deleteTableMs", "0"]

    @property
    def http_port(self):
        return self.port


class Running(Server):
    """A server of the DynamoDB API that somebody else has started: its processes are not known."""

    guarantee = "as it was started"

    def __init__(self, name, port):
        super().__init__("", port)
        self.name = name

    def __enter__(self):
        if not self.answers():
            raise Missing(f"{self.name} does not answer at port {self.port}")
        return self

    def __exit__(self, *exception):
        pass

    def processor_seconds(self):
        return 0

    def memory(self):
        return 0

    @property
    def http_port(self):
        return self.port
