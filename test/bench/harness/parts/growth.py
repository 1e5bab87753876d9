"""growth.py - how the rate changes as one thing grows: each size has a table of its own, and the sizes are measured by turns"""

import os
import time

from harness import api, process, runs

SIZES = (500, 1000, 4000, 16000, 64000)
INDEXES = (0, 1, 5, 20)


def powers(first, most):
    """10, 100 ... from first to most, and most itself."""
    found = []
    while first < most:
        found.append(first)
        first *= 10
    return found + [most]


def measure(bench, part, title, unit, values, run_of, operations):
    """Measures each operation at each value; run_of(operation, value) makes one run. Adds a table and a chart."""
    table = {"title": title, "rows": [], "columns": ["operation", unit, "requests/s", "ratio to the first", "processor µs of a request",
                                                     "ratio of processor time to the first"]}
    series = {}
    for operation in operations:
        bench.say(f"  {title}: {operation}")
        found = bench.alternate({str(value): lambda value=value: run_of(operation, value) for value in values})
        part["raw"][f"{title} {operation}"] = found
        first, points = found[str(values[0])], []
        for value in values:
            its = found[str(value)]
            rate = runs.ratio(its, first)
            points.append([max(value, 0.5), rate[0]])
            table["rows"].append([operation, f"{value:,}", runs.text(runs.spread(its, "rate")), runs.text(rate), runs.text(runs.spread(its, "cpu")),
                                  runs.text(runs.ratio(its, first, "cpu"))])
        series[operation] = points
    part["tables"].append(table)
    part["charts"].append({"name": "growth_" + title.split()[-1].lower(), "title": title, "x": unit, "y": "ratio to the first", "series": series})


def by_items(bench, part, server):
    values = powers(min(10_000, bench.settings.max_items), bench.settings.max_items)
    for value in values:
        bench.load.fill(server, f"items{value}", value)
        server.sql("VACUUM ANALYZE", "CHECKPOINT")
    measure(bench, part, "Number of items", "items", values,
            lambda operation, value: bench.load(server, operation, table=f"items{value}", items=value), ("GetItem", "Query", "PutItem", "UpdateItem"))
    for value in values:
        api.call(server.http_port, "DeleteTable", {"TableName": f"items{value}"})


def by_size(bench, part, server):
    counts = {size: max(100, min(bench.settings.items, 100_000_000 // size)) for size in SIZES}
    for size, count in counts.items():
        bench.load.fill(server, f"size{size}", count, size=size)
    server.sql("VACUUM ANALYZE", "CHECKPOINT")
    measure(bench, part, "Item size", "bytes", SIZES,
            lambda operation, size: bench.load(server, operation, table=f"size{size}", items=counts[size], size=size), ("GetItem", "PutItem", "UpdateItem"))


def by_indexes(bench, part, server):
    items = min(20_000, bench.settings.items)
    for count in INDEXES:
        bench.load.fill(server, f"indexes{count}", items, indexes=count)
    server.sql("VACUUM ANALYZE", "CHECKPOINT")
    measure(bench, part, "Number of indexes", "indexes", INDEXES,
            lambda operation, count: bench.load(server, operation, table=f"indexes{count}", items=items, indexes=count),
            ("GetItem", "UpdateItem", "PutItem"))
    shares = []
    for count in INDEXES:
        text = server.sql("SELECT pg_sleep(0.6)", f"SELECT n_tup_hot_upd * 100.0 / greatest(n_tup_upd, 1) FROM pg_stat_user_tables "
                          f"WHERE relname = 'indexes{count}'").split()[-1]
        shares.append(f"{float(text):.0f} % with {count}")
    part["notes"].append("HOT updates among all of UpdateItem and PutItem: " + ", ".join(shares) + " indexes.")


def by_tables(bench, part, server):
    """Each value is a number of tables, of those that are there the first. A run before the others reads all, so that none pays for that alone."""
    most = bench.settings.max_tables
    values = powers(min(10, most), most)
    created, rates = 0, []
    for upto in sorted({*values, max(values[0], most - most // 100)}):
        if upto > created:
            run = bench.load(server, "CreateTable", table="many", first=created, last=upto, connections=1, seconds=100_000)
            rates.append([upto, run["rate"]])
            created = upto
    for value in values:
        bench.load(server, "PutItem", table="many", tables=value, items=100, seconds=max(bench.settings.seconds, value / 500))
    measure(bench, part, "Number of tables", "tables", values,
            lambda operation, value: bench.load(server, operation, table="many", tables=value, items=100), ("PutItem", "GetItem"))
    begin = time.monotonic()
    page = api.call(server.http_port, "ListTables", {"Limit": 100})
    took = (time.monotonic() - begin) * 1000
    kept = ", ".join(f"{process.own_memory(pid) / 1e6:.0f} MB" for pid in server.worker_pids())
    part["notes"].append(f"CreateTable, one connection: {rates[0][1]:.0f} a second up to {rates[0][0]:,} tables, {rates[-1][1]:.0f} for the last ones up "
                         f"to {rates[-1][0]:,}. ListTables of {len(page['TableNames'])}: {took:.1f} ms. Memory that the worker has allocated: {kept}.")
    part["raw"]["CreateTable"] = rates


def by_connections(bench, part, server):
    bench.load.fill(server, "connections", bench.settings.items)
    server.sql("VACUUM ANALYZE", "CHECKPOINT")
    values = [value for value in (1, 4, 16, 64, 256, 1024) if value <= bench.settings.max_connections]
    measure(bench, part, "Number of connections", "connections", values,
            lambda operation, value: bench.load(server, operation, table="connections", connections=value), ("GetItem", "PutItem"))


def by_workers(bench, part):
    """Servers of their own, with 1, 2, 4 ... workers, up to the number of cores."""
    values = [value for value in (1, 2, 4, 8, 16) if value <= max(2, os.cpu_count())]
    running = [bench.dynapg(workers=value) for value in values]
    with bench.started(running, part) as started:
        for one in started:
            bench.load.fill(one, "workers", bench.settings.items)
            one.sql("VACUUM ANALYZE", "CHECKPOINT")
        by_value = dict(zip(values, started))
        measure(bench, part, "Number of workers", "workers", values,
                lambda operation, value: bench.load(by_value[value], operation, table="workers"), ("GetItem", "Query", "PutItem", "UpdateItem"))


def on_server(way):
    """The part that measures so on a server of its own."""
    def run(bench, part):
        with bench.dynapg() as server:
            way(bench, part, server)
    return run
