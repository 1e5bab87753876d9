"""mixes.py - YCSB's workloads, and a long mixed load whose memory is watched"""

import threading
import time

from harness import api, process, runs

TABLE = "bench_mix"
WORKLOADS = (("A", "UpdateItem=50,GetItem=50", "half reads, half updates"), ("B", "UpdateItem=5,GetItem=95", "95 % reads"),
             ("C", "GetItem=100", "reads alone"), ("D", "Insert=5,ReadLatest=95", "95 % reads of what was inserted last"),
             ("E", "Insert=5,QueryShort=95", "95 % short range reads"), ("F", "GetItem=50,ReadModifyWrite=50", "half reads, half read-modify-write"))
MIXED = "GetItem=60,PutItem=15,UpdateItem=15,Query=10"
SAMPLE_SECONDS = 5


def run_ycsb(bench, part):
    table = {"columns": ["workload", "server", "requests/s", "dynapg's ratio to it", "p50 µs", "p99 µs"], "rows": []}
    series = {}
    with bench.dynapg() as dynapg, bench.started(bench.peers(), part) as peers:
        items = {}
        for server in (dynapg, *peers):
            items[server.name] = bench.settings.items if server is dynapg else min(10_000, bench.settings.items)
            bench.load.fill(server, TABLE, items[server.name])
        dynapg.sql("VACUUM ANALYZE", "CHECKPOINT")
        inserted = dict(items)

        def one(server, mix):
            result = bench.load(server, mix, table=TABLE, items=items[server.name], first=inserted[server.name], zipf=True)
            inserted[server.name] += result["requests"] if "Insert" in mix else 0
            return result

        for letter, mix, about in WORKLOADS:
            bench.say(f"  {letter}: {about}")
            found = bench.alternate({server.name: lambda server=server: one(server, mix) for server in (dynapg, *peers)})
            part["raw"][letter] = found
            for name, its in found.items():
                ratio = runs.ratio(found["dynapg"], its)
                table["rows"].append([f"{letter}: {about}", name, runs.text(runs.spread(its, "rate")), "" if name == "dynapg" else runs.text(ratio),
                                      runs.text(runs.spread(its, "p50")), runs.text(runs.spread(its, "p99"))])
                series.setdefault(name, []).append([letter, runs.spread(its, "rate")[0]])
    part["tables"].append(table)
    part["charts"].append({"name": "ycsb", "title": "YCSB's workloads, one worker, 64 connections", "x": "", "y": "requests a second", "bars": True,
                           "series": series, "format": "%.0f"})


class Watch(threading.Thread):
    """Samples the memory of the workers, what they have allocated, and of the whole server until stopped."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.samples, self.over, self.begin = server, [], threading.Event(), time.monotonic()
        self.pids = server.worker_pids()

    def sample(self):
        workers = sum(process.own_memory(pid) for pid in self.pids)
        self.samples.append([round(time.monotonic() - self.begin), workers / 1e6, self.server.memory() / 1e6])

    def run(self):
        self.sample()
        while not self.over.wait(SAMPLE_SECONDS):
            self.sample()

    def stop(self):
        self.over.set()
        self.join()
        self.sample()


def run_mixed(bench, part):
    with bench.dynapg(more=(("autovacuum_naptime", "10s"),)) as server:
        bench.load.fill(server, TABLE, bench.settings.items)
        server.sql("VACUUM ANALYZE", "CHECKPOINT")
        peak = runs.spread([bench.load(server, MIXED, table=TABLE) for _ in range(3)], "rate")[0]
        watch = Watch(server)
        watch.start()
        result = bench.load(server, MIXED, table=TABLE, rate=peak * 0.7, seconds=bench.settings.mixed_seconds)
        watch.stop()
        vacuums = server.sql("SELECT sum(autovacuum_count), sum(autoanalyze_count) FROM pg_stat_user_tables WHERE schemaname = 'dynamodb'")
    samples = watch.samples
    quarter = samples[len(samples) // 4]
    part["raw"] = {"result": result, "peak": peak, "samples": samples}
    part["tables"].append({
        "columns": ["seconds", "requests/s", "of peak", "errors and not sent", "p50 µs", "p99 µs", "p99.9 µs", "p99 / p50", "worker MB: first, at a quarter, last",
                    "server MB: first, at a quarter, last", "autovacuum, autoanalyze"],
        "rows": [[runs.number(result["seconds"]), runs.number(result["rate"]), "70 %", result["errors"], result["p50"], result["p99"], result["p999"],
                  f"{result['p99'] / max(result['p50'], 1):.1f}", *(f"{samples[0][k]:.1f}, {quarter[k]:.1f}, {samples[-1][k]:.1f}" for k in (1, 2)),
                  vacuums.replace(" ", ", ")]]})
    part["charts"].append({"name": "mixed", "title": f"Memory during {MIXED}", "x": "seconds", "y": "MB", "log_x": False,
                           "series": {"memory that the worker has allocated": [[t, worker] for t, worker, _ in samples]}})
