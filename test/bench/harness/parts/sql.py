"""sql.py - the SQL functions against the same statements in plain SQL; the scripts of items/ and reads/"""

from harness import runs

PAIRS = (("GetItem", "items/get_item", "items/plain_get_item"), ("PutItem", "items/put_item", "items/plain_put_item"),
         ("UpdateItem", "items/update_item", "items/plain_update_item"), ("Query of 100", "reads/query", "reads/plain_query"),
         ("Query, all filtered out", "reads/filter", "reads/plain_filter"), ("PutItem, 5 indexes", "reads/put_five", "reads/plain_put_five"))


def load_items(bench, server):
    server.sql(file=bench.script("items/load.sql"), variables={"items": bench.settings.items})


def load_reads(bench, server):
    server.sql(file=bench.script("reads/load.sql"), variables={"items": bench.settings.query_items})


def run(bench, part):
    table = {"columns": ["operation", "clients", "dynapg/s", "plain SQL/s", "ratio", "ratio of processor time"], "rows": []}
    bars = []
    with bench.dynapg() as server:
        load_items(bench, server)
        load_reads(bench, server)
        for title, ours, plain in PAIRS:
            items = bench.settings.query_items if ours.startswith("reads/") else bench.settings.items
            for clients in (1, 4):
                bench.say(f"  {title}, {clients} clients")
                found = bench.alternate({
                    name: lambda script=script: bench.load.pgbench(server, bench.script(script + ".sql"), clients, items)
                    for name, script in (("dynapg", ours), ("plain", plain))})
                part["raw"][f"{title} {clients}"] = found
                rates = runs.ratio(found["dynapg"], found["plain"])
                table["rows"].append([title, clients, runs.text(runs.spread(found["dynapg"], "rate")), runs.text(runs.spread(found["plain"], "rate")),
                                      runs.text(rates), runs.text(runs.ratio(found["dynapg"], found["plain"], "cpu"))])
                if clients == 1:
                    bars.append([title, rates[0]])
    part["tables"].append(table)
    part["charts"].append({"name": "sql", "title": "SQL functions, one client: plain SQL is 1", "x": "", "y": "ratio of rates", "bars": True,
                           "series": {"dynapg": bars}})
