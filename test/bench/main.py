"""main.py - the driver of `make bench`: runs the parts that are asked for, and writes the report

    main.py WORK BIN NAME=PROGRAM... -- PART...      measures; test/tools/bench calls it
    main.py --document OUT FILE                      puts the tables and charts in folder OUT into the document FILE

WORK is a folder of the account that runs it, with the load generator in it; BIN has PostgreSQL's programs. The report goes to WORK/out.
"""

import os
import platform
import resource
import signal
import subprocess
import sys
import time
import traceback

from harness import parts, report, settings
from harness.bench import Bench


def draw_function():
    try:
        from harness import charts
    except ImportError:
        print("no charts: there is no matplotlib for this Python", flush=True)
        return None
    return charts.draw


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release().partition('-')[0]}"


def measure(name, bench):
    """The part's result; an error in it is its note, and the other parts go on."""
    begin, load = time.time(), os.getloadavg()[0]
    title, about, run = parts.PARTS[name]
    part = {"title": title, "about": about, "tables": [], "charts": [], "notes": [], "raw": {}, "failed": False}
    bench.say(f"{name}: {title}")
    try:
        run(bench, part)
    except Exception as error:
        traceback.print_exc()
        part["failed"] = True
        part["notes"].append(f"This part did not finish: {error}")
    part["when"] = time.strftime("%Y-%m-%d", time.gmtime(begin))
    part["seconds"] = round(time.time() - begin)
    part["load"] = [round(load, 1), round(os.getloadavg()[0], 1)]
    part["commit"] = os.environ.get("BENCH_COMMIT", "unknown")
    version = subprocess.run([f"{bench.bin}/postgres", "--version"], capture_output=True, text=True).stdout.split()
    part["machine"] = f"PostgreSQL {version[2]}, {machine()}"
    bench.say(f"{name}: {part['seconds']} s")
    return part


def main(arguments):
    if arguments[:1] == ["--document"]:
        report.document(arguments[1], parts.PARTS, arguments[2])
        return 0
    at = arguments.index("--")
    work, bin, *programs = arguments[:at]
    names = arguments[at + 1:]
    out = f"{work}/out"
    os.makedirs(out, exist_ok=True)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    bench = Bench(settings.from_environment(), work, bin, dict(text.split("=", 1) for text in programs), os.path.dirname(os.path.abspath(__file__)))
    failed = 0
    for name in names:
        part = measure(name, bench)
        failed += part["failed"]
        report.write_part(out, name, part)
        report.write(out, parts.PARTS, draw_function())
    return 1 if failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))     # whose servers stop on the way out
    sys.exit(main(sys.argv[1:]))
