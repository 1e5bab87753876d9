"""The parts of `make bench`, in the order in which they run: {name: (title, what it is about, function)}"""

from harness.parts import compare, footprint, goals, growth, http, jobs, mixes, profile, rates, scale_out, sql, upkeep

PARTS = {
    "sql": ("SQL functions against plain SQL", "The same work by `dynapg.get_item` and its like and by plain SQL on jsonb, in one server, "
            "by pgbench with prepared statements.", sql.run),
    "http": ("HTTP against its limits and its peers", "One worker process under load by 64 connections, against plain SQL by pgbench, nginx "
             "that answers a constant, Redis, and other servers of the DynamoDB API.", http.run),
    "growth_items": ("Growth: items", "Tables with ever more items, a hundred in each partition.", growth.on_server(growth.by_items)),
    "growth_size": ("Growth: item size", "Tables with ever larger items.", growth.on_server(growth.by_size)),
    "growth_indexes": ("Growth: indexes", "Tables with ever more secondary indexes on attributes that UpdateItem leaves alone.",
                       growth.on_server(growth.by_indexes)),
    "growth_connections": ("Growth: connections", "Ever more connections that all ask as fast as they are answered.",
                           growth.on_server(growth.by_connections)),
    "growth_tables": ("Growth: tables", "Requests to ever more tables by turns, in one worker.", growth.on_server(growth.by_tables)),
    "growth_workers": ("Growth: workers", "Servers with ever more workers, which share the cores with the load generator.", growth.by_workers),
    "open": ("Latency at a fixed rate", "Requests fall due at random moments at a rate that is a part of the peak, whether or not the server "
             "keeps up; latency counts from the moment that a request was due.", rates.run),
    "mixed": ("A long mixed load", "Reads and writes at 70 % of the peak with autovacuum on: latency, and memory from beginning to end.",
              mixes.run_mixed),
    "ycsb": ("YCSB's workloads", "The mixes A to F of YCSB with Zipf's distribution of keys.", mixes.run_ycsb),
    "footprint": ("Footprint", "Memory, time to start, disk and write-ahead log.", footprint.run),
    "upkeep": ("Checkpoints and old transactions", "What full-page writes after a checkpoint and an old open transaction cost, and what helps.",
               upkeep.run),
    "jobs": ("Jobs beside requests", "Latency at a third of the peak while an export, a backup, a restore or an import runs, and while PostgreSQL's own "
             "commands do the same.", jobs.run),
    "scale_out": ("Distributed tables", "A table that Citus distributes against a local one, by the SQL functions: a coordinator and two nodes, "
                  "all on this machine. The ratios are to the local table of the coordinator.", scale_out.run),
    "profile": ("Where the time goes", "Samples of one worker under load by 64 connections, by perf.", profile.run),
    "compare": ("Against an earlier commit", "The same requests to this tree and to an earlier commit by turns.", compare.run),
    "goals": ("Goals", "The goals for speed, from the parts above.", goals.run),
}
