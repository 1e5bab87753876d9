"""upkeep.py - what full-page writes after a checkpoint and an old open transaction cost, and what helps against them"""

from harness import runs

TABLE = "bench_upkeep"
HOT_ITEMS = 10
OLD_STEPS = 5


def reload(server, **values):
    for name, value in values.items():
        server.sql(f"ALTER SYSTEM SET {name} = '{value}'")
    server.sql("SELECT pg_reload_conf()", "SELECT pg_sleep(0.2)")


def one_run(bench, server, compression, checkpoint):
    """A run of PutItem over random items, with its WAL; with checkpoint each page that it touches is written whole first."""
    reload(server, wal_compression=compression, full_page_writes="on" if checkpoint else "off")
    server.sql("CHECKPOINT")
    before = server.wal_bytes()
    result = bench.load(server, "PutItem", table=TABLE)
    result["wal"] = (server.wal_bytes() - before) / result["requests"]
    return result


def full_pages(bench, part, server):
    bench.load.fill(server, TABLE, bench.settings.items)
    server.sql("VACUUM ANALYZE")
    known = server.sql("SELECT unnest(enumvals) FROM pg_settings WHERE name = 'wal_compression'").split() or ["on"]    # PostgreSQL 14
    methods = [value for value in ("pglz", "lz4", "zstd") if value in known] or ["on"]
    cases = {"no page images": ("off", False)}
    cases.update({f"after a checkpoint, wal_compression = {value}": (value, True) for value in ("off", *methods)})
    bench.say("  full-page writes")
    found = bench.alternate({title: lambda case=case: one_run(bench, server, *case) for title, case in cases.items()})
    part["raw"]["full pages"] = found
    base = found["no page images"]
    part["tables"].append({
        "title": f"PutItem over random ones of {bench.settings.items:,} items, runs of {bench.settings.seconds:g} s",
        "columns": ["", "puts/s", "ratio", "WAL bytes of a put", "processor µs of a put"],
        "rows": [[title, runs.text(runs.spread(its, "rate")), runs.text(runs.ratio(its, base)), runs.text(runs.spread(its, "wal")),
                  runs.text(runs.spread(its, "cpu"))] for title, its in found.items()]})
    part["charts"].append({"name": "upkeep_wal", "title": "Write-ahead log of a PutItem", "x": "", "y": "bytes", "bars": True, "format": "%.0f",
                           "series": {"bytes": [[title, runs.spread(its, "wal")[0]] for title, its in found.items()]}})
    reload(server, wal_compression="off", full_page_writes="on")


def hot_runs(bench, server):
    """{operation: a run} on the hot items."""
    return {operation: bench.load(server, operation, table="bench_hot", items=HOT_ITEMS, connections=16) for operation in ("UpdateItem", "GetItem")}


def old_transaction(bench, part, server):
    bench.load.fill(server, "bench_hot", HOT_ITEMS)
    steps = [("none", hot_runs(bench, server))]
    session = server.session()
    try:
        session.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;\n")
        session.stdin.flush()
        session.stdout.readline()
        for step in range(1, OLD_STEPS + 1):
            steps.append((f"{step * 2 * bench.settings.seconds:g} s", hot_runs(bench, server)))
    finally:
        session.stdin.close()
        session.wait()
    hot_runs(bench, server)
    steps.append(("after its end", hot_runs(bench, server)))
    part["raw"]["old transaction"] = steps
    first = steps[0][1]
    columns = ["open for"]
    for operation in first:
        columns += [f"{operation}: ratio of rates", f"{operation}: processor µs"]
    rows = [[title, *(text for operation, its in found.items() for text in (f"{its['rate'] / first[operation]['rate']:.2f}", runs.number(its["cpu"])))]
            for title, found in steps]
    part["tables"].append({"title": f"An open transaction with a snapshot, and {HOT_ITEMS} items that are updated all the time", "columns": columns, "rows": rows})
    part["charts"].append({
        "name": "upkeep_transaction", "title": "An old open transaction", "x": "", "y": "processor µs of a request", "bars": True, "format": "%.0f",
        "series": {operation: [[title, found[operation]["cpu"]] for title, found in steps] for operation in first}})


def run(bench, part):
    with bench.dynapg() as server:
        full_pages(bench, part, server)
        bench.say("  an old transaction")
        old_transaction(bench, part, server)
