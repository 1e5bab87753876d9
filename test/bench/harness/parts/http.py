"""http.py - one HTTP worker against what limits it (plain SQL, nginx, Redis) and against other servers of the DynamoDB API"""

from harness import api, runs
from harness.parts import sql

TABLE = "bench_http"
CLIENTS = 16    # of pgbench
OPERATIONS = ("GetItem", "PutItem", "UpdateItem", "Query", "BatchGetItem")
PLAIN = {"GetItem": "items/plain_get_item", "PutItem": "items/plain_put_item", "UpdateItem": "items/plain_update_item",
         "Query": "reads/plain_query"}
REDIS = {"GetItem": "RedisGet", "PutItem": "RedisSet"}


def contenders_of(bench, operation, servers, items):
    """{name: a function that makes a run} of each server that can do the operation or has a counterpart of it."""
    found = {}
    for server in servers:
        if server.name.startswith("Redis"):
            mix = REDIS.get(operation)
        elif server.name.startswith("nginx"):
            mix = "Constant" if operation == "GetItem" else None
        else:
            mix = operation
        if mix:
            found[server.name] = lambda server=server, mix=mix: bench.load(server, mix, table=TABLE, items=items[server.name])
    plain = PLAIN.get(operation)
    if plain:
        count = bench.settings.query_items if plain.startswith("reads/") else bench.settings.items
        found["plain SQL"] = lambda: bench.load.pgbench(servers[0], bench.script(plain + ".sql"), CLIENTS, count)
    return found


def fill(bench, servers, part):
    """The same items in each server; peers that are slow get fewer, for which the part has a note. Returns {server: number of items}."""
    items = {}
    for server in servers:
        items[server.name] = bench.settings.items
        if server.name.startswith("Redis"):
            bench.load(server, "RedisLoad", seconds=100_000, last=bench.settings.items)
        elif hasattr(server, "http_port"):
            if server is not servers[0]:
                items[server.name] = min(10_000, bench.settings.items)
            try:
                bench.load.fill(server, TABLE, items[server.name])
            except (RuntimeError, api.Refused, OSError) as error:
                part["notes"].append(f"{server.name} could not be filled: {error}")
                del items[server.name]
    return items


def run(bench, part):
    table = {"columns": ["operation", "server", "requests/s", "dynapg's ratio to it", "requests/s of a whole core of the server",
                         "dynapg's ratio to it, per core", "median µs"], "rows": []}
    rates, cores = {}, {}
    with bench.dynapg() as dynapg:
        sql.load_items(bench, dynapg)
        sql.load_reads(bench, dynapg)
        with bench.started([bench.nginx(), bench.redis(), *bench.peers()], part) as others:
            servers = [dynapg, *others]
            items = fill(bench, servers, part)
            servers = [server for server in servers if server.name in items]
            dynapg.sql("VACUUM ANALYZE", "CHECKPOINT")
            for operation in OPERATIONS:
                bench.say(f"  {operation}")
                found = bench.alternate(contenders_of(bench, operation, servers, items))
                part["raw"][operation] = found
                for name, its in found.items():
                    ratio, core = runs.ratio(found["dynapg"], its), runs.ratio(found["dynapg"], its, "cpu")
                    table["rows"].append([operation, name, runs.text(runs.spread(its, "rate")), "" if name == "dynapg" else runs.text(ratio),
                                          core_rate(its), "" if name == "dynapg" else runs.text(core), runs.number((runs.spread(its, "p50") or [None])[0])])
                    if name != "dynapg":
                        rates.setdefault(name, []).append([operation, ratio[0]])
                        cores.setdefault(name, []).append([operation, core[0] if core else 0])
            part["tables"] += [table, guarantees(servers)]
    for key, what, series in (("http", "ratio of rates", rates), ("http_cores", "ratio of rates per core of the server", cores)):
        limits = {name: points for name, points in series.items() if name in ("plain SQL", "nginx, a constant", "Redis")}
        bars = [[f"{operation}: {name}", y] for name, points in limits.items() for operation, y in points if y]
        part["charts"].append({"name": key, "title": "dynapg over HTTP, one worker: the other is 1", "x": "", "y": what, "bars": True,
                               "series": {"dynapg": bars}})


def core_rate(its):
    spread = runs.spread(its, "cpu")
    return runs.number(1e6 / spread[0]) if spread else ""


def guarantees(servers):
    rows = [[server.name, server.guarantee] for server in servers]
    rows.insert(1, ["plain SQL", "on disk (fsync of the write-ahead log, shared by the sessions that commit at one moment)"])
    return {"title": "What each guarantees for a write that it acknowledges", "columns": ["server", "guarantee"], "rows": rows}
