"""scale_out.py - a table that Citus distributes against a local one: from the coordinator, and on the node that has the shard

Tables: near is local, far has shards on two nodes, own has one shard on one of them.  All servers share this machine, so the ratios
say what a request costs, not how far it scales.
"""

import contextlib
import dataclasses

from harness import runs

OPERATIONS = (("GetItem", "distributed/get_item.sql"), ("PutItem", "distributed/put_item.sql"), ("UpdateItem, ALL_NEW", "distributed/update_item.sql"))
TABLES = ("near", "far", "own")


@dataclasses.dataclass(frozen=True)
class Asked:
    """A server that is asked, for the load; the processor's time is that of all servers."""

    server: object
    cluster: list

    @property
    def port(self):
        return self.server.port

    @property
    def bin(self):
        return self.server.bin

    def processor_seconds(self):
        return sum(server.processor_seconds() for server in self.cluster)


def join(cluster):
    coordinator, *nodes = cluster
    coordinator.sql(f"SELECT citus_set_coordinator_host('127.0.0.1', {coordinator.port})",
                    *(f"SELECT citus_add_node('127.0.0.1', {node.port})" for node in nodes), "CREATE EXTENSION dynapg")


def load(bench, cluster):
    """The tables; returns the node that has own."""
    coordinator = cluster[0]
    for table in TABLES:
        coordinator.sql(file=bench.script("distributed/load.sql"), variables={"items": bench.settings.items, "table": table})
    coordinator.sql("SELECT dynapg.distribute('far', colocate_with => 'none')", "SET citus.shard_count = 1",
                    "SELECT dynapg.distribute('own', colocate_with => 'none')")
    coordinator.sql("VACUUM ANALYZE")
    port = int(coordinator.sql("SELECT n.nodeport FROM pg_dist_shard s JOIN pg_dist_placement USING (shardid) JOIN pg_dist_node n USING (groupid) "
                               "WHERE s.logicalrelid = 'dynamodb.own'::regclass"))
    return next(server for server in cluster if server.port == port)


def run(bench, part):
    table = {"columns": ["operation", "clients", "local table/s", "coordinator/s", "ratio", "of processor time", "the shard's node/s", "ratio",
                         "of processor time"], "rows": []}
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(bench.started([bench.citus_node() for _ in range(3)], part))
        if len(cluster) < 3:
            return
        join(cluster)
        owner = load(bench, cluster)
        contenders = (("near", cluster[0]), ("far", cluster[0]), ("own", owner))
        for title, script in OPERATIONS:
            for clients in (1, 4):
                bench.say(f"  {title}, {clients} clients")
                found = bench.alternate({
                    name: lambda name=name, server=server: bench.load.pgbench(
                        Asked(server, cluster), bench.script(script), clients, bench.settings.items, variables={"table": f'"{name}"'})
                    for name, server in contenders})
                part["raw"][f"{title} {clients}"] = found
                near = found["near"]
                row = [title, clients, runs.text(runs.spread(near, "rate"))]
                for name in ("far", "own"):
                    row += [runs.text(runs.spread(found[name], "rate")), runs.text(runs.ratio(found[name], near)),
                            runs.text(runs.ratio(found[name], near, "cpu"))]
                table["rows"].append(row)
    part["tables"].append(table)
