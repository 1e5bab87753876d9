"""profile.py - where the worker's time goes, by perf: the part of the kernel, of each library, and the functions that take most

An account that is not root may sample what runs outside the kernel; the kernel's part is that of the process's system time in /proc.
"""

import shutil
import subprocess
import threading

from harness.servers import Missing

OPERATIONS = ("GetItem", "PutItem", "Query")
TABLE = "bench_profile"
FUNCTIONS = 12


def _times(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])


def _report(path, sort):
    """[[percent, name], ...]"""
    run = subprocess.run(["perf", "report", "-i", path, "--stdio", "--no-children", "-t", ";", "--sort", sort], capture_output=True, text=True)
    rows = [line.split(";") for line in run.stdout.splitlines() if line.strip() and not line.startswith("#")]
    return [[float(row[0].strip().rstrip("%")), row[1].replace("[.]", "").strip()] for row in rows]


def profile(bench, server, operation):
    """(the kernel's percent, [[percent of the rest, library]], [[percent of the rest, function]]) during a load."""
    pid, seconds, path = server.worker_pids()[0], max(3, bench.settings.seconds), f"{server.folder}/perf-{operation}"
    load = threading.Thread(target=bench.load, args=(server, operation), kwargs={"table": TABLE, "seconds": seconds + 2})
    load.start()
    before = _times(pid)
    record = subprocess.run(["perf", "record", "-e", "cpu-clock:u", "-F", "1999", "-o", path, "-p", str(pid), "sleep", str(seconds)], capture_output=True, text=True)
    user, system = (after - first for after, first in zip(_times(pid), before))
    load.join()
    if record.returncode != 0:
        raise Missing(f"perf does not work here: {record.stderr[-200:]}")
    return system * 100 / max(1, user + system), _report(path, "dso"), _report(path, "symbol")


def run(bench, part):
    if not shutil.which("perf"):
        raise Missing("there is no perf")
    libraries, functions = [], []
    with bench.dynapg() as server:
        bench.load.fill(server, TABLE, bench.settings.items)
        server.sql("VACUUM ANALYZE", "CHECKPOINT")
        for operation in OPERATIONS:
            bench.say(f"  {operation}")
            kernel, by_library, by_function = profile(bench, server, operation)
            part["raw"][operation] = {"kernel": kernel, "libraries": by_library, "functions": by_function[:60]}
            rest = (100 - kernel) / 100
            shares = {name: percent * rest for percent, name in by_library}
            others = sum(shares.values()) - sum(shares.get(name, 0) for name in ("postgres", "dynapg.so", "libc.so.6"))
            libraries.append([operation, *(f"{value:.0f} %" for value in (kernel, shares.get("postgres", 0), shares.get("dynapg.so", 0),
                                                                          shares.get("libc.so.6", 0), others))])
            named = [[percent * rest, name] for percent, name in by_function if not name.startswith("0x")][:FUNCTIONS]
            functions.append([operation, ", ".join(f"`{name}` {percent:.1f} %" for percent, name in named)])
    part["tables"] += [
        {"title": "Of the worker's processor time", "columns": ["operation", "kernel", "PostgreSQL", "dynapg", "C library", "others"], "rows": libraries},
        {"title": "Functions outside the kernel that take most", "columns": ["operation", "functions, of the worker's whole time"], "rows": functions}]
