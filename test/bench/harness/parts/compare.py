"""compare.py - this tree against an earlier commit by turns: BENCH_OTHER_BIN has the programs of that one, BENCH_OTHER its name"""

import os

from harness import runs
from harness.servers import Missing

CASES = (("GetItem", 0, None), ("PutItem", 0, None), ("UpdateItem", 0, None), ("Query", 0, None), ("BatchGetItem", 0, None),
         ("PutItem", 5, None), ("UpdateItem", 5, None), ("GetItem", 0, 1), ("PutItem", 0, 1))


def run(bench, part):
    other = os.environ.get("BENCH_OTHER_BIN")
    if not other:
        raise Missing("make bench-compare REV=COMMIT runs this part")
    name = os.environ["BENCH_OTHER"]
    items = min(20_000, bench.settings.items)
    table = {"columns": ["requests", "now/s", f"{name}/s", "ratio", "ratio of processor time"], "rows": []}
    bars = {"rate": [], "processor time": []}
    with bench.dynapg(name="now") as now, bench.dynapg(name=name, bin=other) as then:
        for indexes in sorted({case[1] for case in CASES}):
            for server in (now, then):
                bench.load.fill(server, f"compare{indexes}", items, indexes=indexes)
                server.sql("VACUUM ANALYZE", "CHECKPOINT")
        for operation, indexes, connections in CASES:
            title = operation + (f", {indexes} indexes" if indexes else "") + (", 1 connection" if connections else "")
            bench.say(f"  {title}")
            found = bench.alternate({server.name: lambda server=server: bench.load(
                server, operation, table=f"compare{indexes}", items=items, indexes=indexes, connections=connections) for server in (now, then)})
            part["raw"][title] = found
            rate, cpu = runs.ratio(found["now"], found[name]), runs.ratio(found["now"], found[name], "cpu")
            table["rows"].append([title, runs.text(runs.spread(found["now"], "rate")), runs.text(runs.spread(found[name], "rate")), runs.text(rate), runs.text(cpu)])
            bars["rate"].append([title, rate[0]])
            bars["processor time"].append([title, cpu[0] if cpu else 0])
            bench.say(f"    ratio {runs.text(rate)}, of processor time {runs.text(cpu)}")
    part["tables"].append(table)
    part["charts"].append({"name": "compare", "title": f"Now against {name}: above 1 is faster now", "x": "", "y": "ratio", "bars": True, "series": bars})
