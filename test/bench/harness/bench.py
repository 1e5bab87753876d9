"""bench.py - what a part is given: settings, the load, servers, and a place for what it finds"""

import contextlib
import os

from harness import runs, servers
from harness.servers import Missing


class Bench:
    def __init__(self, settings, work, bin, programs, top):
        self.settings, self.work, self.bin, self.programs, self.top = settings, work, bin, programs, top
        self.load = runs.Load(f"{work}/load", settings)
        self._ports = settings.port

    def say(self, text):
        print(text, flush=True)

    def script(self, name):
        return f"{self.top}/{name}"

    def _next_port(self):
        self._ports += 2
        return self._ports - 2

    def dynapg(self, workers=1, name=None, bin=None, more=()):
        port = self._next_port()
        return servers.Postgres(f"{self.work}/servers/postgres-{port}", port, bin or self.bin, self.settings, workers, name, more)

    def citus_node(self):
        port = self._next_port()
        return servers.CitusNode(f"{self.work}/servers/citus-{port}", port, self.bin, self.settings)

    def nginx(self):
        return servers.Nginx(f"{self.work}/servers/nginx", self._next_port(), self.programs.get("nginx"))

    def redis(self):
        return servers.Redis(f"{self.work}/servers/redis", self._next_port(), self.programs.get("redis"))

    def peers(self):
        """Other servers of the DynamoDB API: dynalite, and those that BENCH_PEERS names, "name=port ...", which run already."""
        found = [servers.Dynalite(f"{self.work}/servers/dynalite", self._next_port(), self.programs.get("dynalite"))]
        for text in os.environ.get("BENCH_PEERS", "").split():
            name, _, port = text.partition("=")
            found.append(servers.Running(name, int(port)))
        return found

    @contextlib.contextmanager
    def started(self, candidates, part):
        """Those of the servers that can be had here; of the others the part notes why not."""
        with contextlib.ExitStack() as stack:
            running = []
            for server in candidates:
                try:
                    running.append(stack.enter_context(server))
                except (Missing, OSError) as error:
                    self.say(f"    skipped: {error}")
                    part["notes"].append(f"Skipped: {error}.")
            yield running

    def alternate(self, contenders):
        return runs.alternate(contenders, self.settings.rounds, self.say)
