"""runs.py - one run of a load, runs of several contenders in turn, and what is said of them

A run is a dictionary: rate, p50 and so on (microseconds), errors, and cpu, the microseconds of the server's processor that a request
took. That last figure is the steadiest on a machine that does other work, too; its inverse is the rate of one whole core.
"""

import json
import statistics
import subprocess
import time

from harness import api

# Sessions of pgbench end a moment after it; one that ends while its time is read would be lost.
SESSIONS_END = 0.5
HEADERS = "".join(f"{name}: {value}\r\n" for name, value in api.HEADERS.items())


class Load:
    """Runs load.c and pgbench."""

    def __init__(self, program, settings):
        self.program, self.settings = program, settings
        self.seed = 0

    def __call__(self, server, mix, port=None, seconds=None, connections=None, table=None, items=None, rate=0, size=None, indexes=0, tables=1,
                 first=None, last=None, zipf=False):
        settings = self.settings
        self.seed += 1
        arguments = [self.program, "-p", port or getattr(server, "http_port", server.port), "-d", seconds or settings.seconds,
                     "-c", connections or settings.connections, "-n", items or settings.items, "-S", self.seed, "-i", indexes, "-t", tables,
                     "-H", HEADERS]
        for letter, value in (("-r", rate), ("-s", size), ("-f", first), ("-l", last), ("-T", table)):
            if value:
                arguments += [letter, value]
        arguments += ["-z"] * zipf + [mix]
        before = server.processor_seconds()
        run = subprocess.run(list(map(str, arguments)), capture_output=True, text=True)
        used = server.processor_seconds() - before
        if not run.stdout:
            raise RuntimeError(f"{server.name}, {mix}: {run.stderr}")
        result = json.loads(run.stdout)
        if result["errors"] and not rate:
            raise RuntimeError(f"{server.name}, {mix}: {result['errors']} errors, the first: {result['first_error']}")
        return _with_cpu(result, used)

    def fill(self, server, table, items, indexes=0, size=None):
        """A new table with that number of items."""
        api.create_table(server.http_port, table, indexes)
        return self(server, "Load", table=table, items=items, last=items, seconds=100_000, connections=min(16, max(1, items // 25)),
                    indexes=indexes, size=size)

    def pgbench(self, server, script, clients, items, seconds=None, variables=None):
        seconds = seconds or self.settings.seconds
        more = [text for name, value in (variables or {}).items() for text in ("-D", f"{name}={value}")]
        before = server.processor_seconds()
        run = subprocess.run([f"{server.bin}/pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 4)), "-T",
                              str(max(1, round(seconds))), "-D", f"items={items}", "-D", "first=1", *more, "-f", script, "-h", "127.0.0.1", "-p",
                              str(server.port), "-U", "postgres", "postgres"], capture_output=True, text=True)
        time.sleep(SESSIONS_END)
        used = server.processor_seconds() - before
        values = dict(line.split(" = ", 1) for line in run.stdout.splitlines() if " = " in line)
        counts = [line.rpartition(":")[2] for line in run.stdout.splitlines() if "actually processed" in line]
        if run.returncode != 0 or "tps" not in values:
            raise RuntimeError(run.stderr)
        latency = float(values["latency average"].split()[0]) * 1000
        return _with_cpu({"rate": float(values["tps"].split()[0]), "requests": int(counts[0].split("/")[0]), "errors": 0, "mean": latency}, used)


def _with_cpu(result, used):
    result["cpu"] = used * 1e6 / result["requests"] if used and result["requests"] else None
    return result


def alternate(contenders, rounds, say=print):
    """Runs each of {name: function} once a round; every second round in the opposite order. Returns {name: [run of each round]}."""
    runs = {name: [] for name in contenders}
    for round in range(rounds):
        order = list(contenders.items())
        for name, run in order if round % 2 == 0 else reversed(order):
            runs[name].append(run())
    for name in contenders:
        say(f"    {name}: {text(spread(runs[name], 'rate'))} a second")
    return runs


def spread(runs, field):
    """(median, minimum, maximum) of a field, or None."""
    values = [run[field] for run in runs if run.get(field) is not None]
    return (statistics.median(values), min(values), max(values)) if values else None


def ratio(ours, others, field="rate"):
    """The same of the ratios of neighbouring runs. Of "cpu", which is a cost, the inverse: above 1 ours is better."""
    pairs = [(a[field], b[field]) for a, b in zip(ours, others) if a.get(field) and b.get(field)]
    if field == "cpu":
        pairs = [(b, a) for a, b in pairs]
    values = [a / b for a, b in pairs]
    return (statistics.median(values), min(values), max(values)) if values else None


def number(value):
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 20 else f"{value:.2f}"


def text(values):
    """"median (minimum to maximum)"."""
    if values is None:
        return ""
    if values[1] == values[2]:
        return number(values[0])
    return f"{number(values[0])} ({number(values[1])} to {number(values[2])})"
