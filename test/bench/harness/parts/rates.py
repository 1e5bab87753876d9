"""rates.py - latency at 50, 70 and 90 % of the peak, by an open loop: nothing that the server delays is left out

The peak is measured just before by a closed loop with the same mix. nginx and Redis show what the machine itself does to latencies.
"""

from harness import runs
from harness.servers import Missing

MIX = "GetItem=70,PutItem=20,Query=10"
PARTS_OF_PEAK = (0.5, 0.7, 0.9)
TABLE = "bench_open"


def cases_of(bench, servers):
    for server in servers:
        if server.name == "dynapg":
            yield from ((server, mix, title) for mix, title in (("GetItem", "dynapg, GetItem"), ("PutItem", "dynapg, PutItem"), (MIX, "dynapg, " + MIX)))
        elif server.name.startswith("nginx"):
            yield server, "Constant", server.name
        else:
            yield from ((server, mix, f"{server.name}, {mix}") for mix in ("RedisGet", "RedisSet"))


def measure(bench, server, mix):
    """{part of the peak: [run of each round]}; each round begins with its own peak."""
    found = {part: [] for part in PARTS_OF_PEAK}
    for _ in range(bench.settings.rounds):
        peak = bench.load(server, mix, table=TABLE)["rate"]
        for part in PARTS_OF_PEAK:
            run = bench.load(server, mix, table=TABLE, rate=peak * part, seconds=bench.settings.open_seconds)
            run["ratio"] = run["p99"] / max(run["p50"], 1)
            found[part].append({**run, "peak": peak})
    return found


def run(bench, part):
    table = {"columns": ["server", "of peak", "requests/s", "p50 µs", "p99 µs", "p99.9 µs", "p99 / p50"], "rows": []}
    series = {}
    with bench.started([bench.dynapg(), bench.nginx(), bench.redis()], part) as servers:
        if not servers or servers[0].name != "dynapg":
            raise Missing("there is no dynapg")
        bench.load.fill(servers[0], TABLE, bench.settings.items)
        servers[0].sql("VACUUM ANALYZE", "CHECKPOINT")
        for server in servers[1:]:
            if server.name == "Redis":
                bench.load(server, "RedisLoad", seconds=100_000, last=bench.settings.items)
        for server, mix, title in cases_of(bench, servers):
            bench.say(f"  {title}")
            found = measure(bench, server, mix)
            part["raw"][title] = {str(key): value for key, value in found.items()}
            for at, its in found.items():
                values = [runs.text(runs.spread(its, field)) for field in ("rate", "p50", "p99", "p999", "ratio")]
                table["rows"].append([title, f"{at * 100:.0f} %", *values])
                series.setdefault(title, []).append([at * 100, runs.spread(its, "p99")[0]])
    part["tables"].append(table)
    part["charts"].append({"name": "open", "title": "99th percentile at a fixed rate", "x": "% of the peak", "y": "microseconds", "series": series,
                           "log_x": False, "log_y": True})
