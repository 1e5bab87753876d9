"""footprint.py - memory, time to start, disk and write-ahead log per item"""

import socket
import statistics

from harness import api, process

INDEXES = (0, 1, 5)


def starts(bench, part, server):
    times = []
    for _ in range(bench.settings.rounds):
        server.restart()
        times.append(server.start_seconds * 1000)
    part["raw"]["start"] = times
    return f"{statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})"


def allocated(server):
    return sum(process.own_memory(pid) for pid in server.worker_pids()) / 1e6


def idle_connections(server, count):
    """Memory that the worker has allocated with that number of connections that ask nothing, in MB."""
    open_ones = [socket.create_connection(("127.0.0.1", server.http_port)) for _ in range(count)]
    try:
        server.sql("SELECT pg_sleep(1)")
        return allocated(server)
    finally:
        for one in open_ones:
            one.close()


def memory(bench, part, server):
    bench.load.fill(server, "memory", bench.settings.items)
    server.restart()
    rows = [["time from start to the first answer", starts(bench, part, server)], ["whole server, idle", f"{server.memory() / 1e6:.0f} MB"],
            ["a worker, idle: allocated", f"{allocated(server):.1f} MB"]]
    count = min(1000, bench.settings.max_connections)
    rows.append([f"the same with {count:,} idle connections", f"{idle_connections(server, count):.1f} MB"])
    bench.load(server, "GetItem=50,PutItem=30,Query=20", table="memory")
    rows += [["a worker, after load by 64 connections: allocated", f"{allocated(server):.1f} MB"],
             ["whole server, after it, with the shared buffers that it used", f"{server.memory() / 1e6:.0f} MB"]]
    part["tables"].append({"title": "Memory and start", "columns": ["what", "how much"], "rows": rows})


def wal_of(bench, server, mix, **options):
    """WAL of a request in bytes, with no page image in it: each page has been written since the checkpoint."""
    for _ in range(2):
        before = server.wal_bytes()
        result = bench.load(server, mix, **options)
        used = (server.wal_bytes() - before) / result["requests"]
    return used


def disk(bench, part, server):
    items = min(20_000, bench.settings.items)
    rows = []
    server.sql("SET synchronous_commit = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
    for count in INDEXES:
        table = f"disk{count}"
        before = server.wal_bytes()
        bench.load.fill(server, table, items, indexes=count)
        insert = (server.wal_bytes() - before) / items
        size, keys = map(int, server.sql(f"SELECT pg_table_size('dynamodb.{table}'), pg_indexes_size('dynamodb.{table}')").split())
        rows.append([count, f"{size / items:.0f}", f"{keys / items:.0f}", f"{insert:.0f}",
                     *(f"{wal_of(bench, server, mix, table=table, items=items, indexes=count):.0f}" for mix in ("PutItem", "UpdateItem"))])
    part["tables"].append({
        "title": "Bytes of an item of 500 bytes of JSON", "rows": rows,
        "columns": ["indexes", "table", "its indexes", "WAL: BatchWriteItem of new items", "WAL: PutItem over an item", "WAL: UpdateItem, no key"]})
    part["notes"].append("The write-ahead log is measured without full-page writes: the part upkeep has these.")
    plain = f"CREATE TABLE plain_disk (pk text COLLATE \"C\", sk text COLLATE \"C\", doc jsonb, PRIMARY KEY (pk, sk))"
    server.sql(plain, "INSERT INTO plain_disk SELECT t.pk, t.sk, dynapg.to_jsonb(t.item) FROM dynamodb.disk0 t")
    size, keys = map(int, server.sql("SELECT pg_table_size('plain_disk'), pg_indexes_size('plain_disk')").split())
    part["notes"].append(f"The same items as jsonb in a plain table: {size / items:.0f} bytes, and {keys / items:.0f} of its primary key.")


def peers(bench, part):
    rows = []
    with bench.started([bench.redis(), bench.nginx(), *bench.peers()], part) as servers:
        for server in servers:
            rows.append([server.name, f"{server.start_seconds * 1000:.0f} ms" if server.start_seconds else "", f"{server.memory() / 1e6:.0f} MB"])
    part["tables"].append({"title": "Others, started and idle", "columns": ["server", "start", "memory"], "rows": rows})


def run(bench, part):
    with bench.dynapg() as server:
        memory(bench, part, server)
    with bench.dynapg() as server:
        disk(bench, part, server)
    peers(bench, part)
