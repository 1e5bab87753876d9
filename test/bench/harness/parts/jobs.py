"""jobs.py - what jobs cost the requests beside them, and what the same work by PostgreSQL's own commands costs them

The foreground is an open loop at a third of the peak. Beside it the same work is done again and again: nothing, then COPY and CREATE TABLE AS,
then an export, a backup, a restore and an import.
"""

import json
import os
import shutil
import threading
import time

from harness import api, runs

MIX = "GetItem=70,PutItem=20,Query=10"
PART_OF_PEAK = 0.3
TABLE, SOURCE, BUCKET = "bench_jobs", "bench_jobs_source", "bench-jobs"
POLL_SECONDS = 0.1


class Failed(Exception):
    pass


def call(server, operation, request, path):
    """Calls an operation by SQL, and returns that member of its reply."""
    text = json.dumps(request).replace("'", "''")
    return server.sql(f"SELECT dynapg.{operation}('{text}') #>> '{{{path}}}'")


def wait(server, operation, request, path, done):
    while True:
        state = call(server, operation, request, path)
        if state == done:
            return
        if state in ("FAILED", "CANCELLED"):
            raise Failed(f"{operation}: {state}")
        time.sleep(POLL_SECONDS)


# -- the work --

def copy_out(server):
    server.sql(f'COPY dynamodb."{SOURCE}" (item) TO PROGRAM \'gzip > /dev/null\'')


def create_table_as(server):
    server.sql(f'CREATE TABLE bench_copy AS TABLE dynamodb."{SOURCE}"', "DROP TABLE bench_copy")


def create_table_and_key(server):
    server.sql(f'CREATE TABLE bench_copy AS TABLE dynamodb."{SOURCE}"', "ALTER TABLE bench_copy ADD PRIMARY KEY (pk, sk)", "DROP TABLE bench_copy")


def export_to(server, prefix):
    """Runs an export to its end, and returns its ARN."""
    table = call(server, "describe_table", {"TableName": SOURCE}, "Table,TableArn")
    arn = call(server, "export_table_to_point_in_time", {"TableArn": table, "S3Bucket": BUCKET, "S3Prefix": prefix}, "ExportDescription,ExportArn")
    wait(server, "describe_export", {"ExportArn": arn}, "ExportDescription,ExportStatus", "COMPLETED")
    return arn


def export(server):
    export_to(server, "beside")


def backup(server):
    arn = call(server, "create_backup", {"TableName": SOURCE, "BackupName": "beside"}, "BackupDetails,BackupArn")
    wait(server, "describe_backup", {"BackupArn": arn}, "BackupDescription,BackupDetails,BackupStatus", "AVAILABLE")
    return arn


def backup_and_delete(server):
    call(server, "delete_backup", {"BackupArn": backup(server)}, "BackupDescription")


def drop_made(server, name):
    wait(server, "describe_table", {"TableName": name}, "Table,TableStatus", "ACTIVE")
    call(server, "delete_table", {"TableName": name}, "TableDescription,TableName")


def restore_from(arn):
    def restore(server):
        call(server, "restore_table_from_backup", {"TargetTableName": "bench_jobs_restored", "BackupArn": arn}, "TableDescription,TableName")
        drop_made(server, "bench_jobs_restored")
    return restore


def import_from(prefix):
    def import_table(server):
        call(server, "import_table", {
            "S3BucketSource": {"S3Bucket": BUCKET, "S3KeyPrefix": prefix}, "InputFormat": "DYNAMODB_JSON", "InputCompressionType": "GZIP",
            "TableCreationParameters": {
                "TableName": "bench_jobs_imported", "BillingMode": "PAY_PER_REQUEST", "KeySchema": api.KEYS,
                "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]}},
             "ImportTableDescription,ImportStatus")
        drop_made(server, "bench_jobs_imported")
    return import_table


class Beside(threading.Thread):
    """Does the work again and again until it is stopped; a work that fails ends the measurement."""

    def __init__(self, server, work):
        super().__init__(daemon=True)
        self.server, self.work, self.over, self.times, self.error = server, work, threading.Event(), [], None

    def run(self):
        try:
            while not self.over.is_set():
                begin = time.monotonic()
                self.work(self.server)
                self.times.append(time.monotonic() - begin)
        except Exception as error:      # of another thread: shown by stop()
            self.error = error

    def stop(self):
        self.over.set()
        self.join()
        if self.error:
            raise self.error
        return self.times


def one_run(bench, server, rate, work):
    beside = Beside(server, work) if work else None
    if beside:
        beside.start()
    result = bench.load(server, MIX, table=TABLE, rate=rate, seconds=bench.settings.open_seconds)
    if beside:
        times = beside.stop()
        result["work"] = sum(times) / len(times)
    return result


def prepare(bench, server):
    """The tables, the export that imports read, and the backup that restores read; returns {title: work}."""
    for table in (TABLE, SOURCE):
        bench.load.fill(server, table, bench.settings.items)
    call(server, "update_continuous_backups", {
        "TableName": SOURCE, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}, "ContinuousBackupsDescription")
    server.sql("SELECT dynapg.run_jobs()")
    server.sql("VACUUM ANALYZE", "CHECKPOINT")
    arn = export_to(server, "once")
    return {
        "nothing": None, "COPY to gzip": copy_out, "export": export, "CREATE TABLE AS": create_table_as, "backup": backup_and_delete,
        "CREATE TABLE AS and its key": create_table_and_key, "restore": restore_from(backup(server)),
        "import": import_from(f"once/AWSDynamoDB/{arn.rpartition('/')[2]}/data/")}


# What does the same without dynapg's jobs.
LIKE = {"export": "COPY to gzip", "backup": "CREATE TABLE AS", "restore": "CREATE TABLE AS and its key", "import": "CREATE TABLE AS and its key"}


def run(bench, part):
    folder = f"{bench.work}/servers/bucket"
    os.makedirs(f"{folder}/{BUCKET}", exist_ok=True)
    more = (("dynapg.s3_directory", folder), ("dynapg.index_build", "background"), ("max_worker_processes", 16))
    table = {"columns": ["beside the requests", "requests/s", "p50 µs", "p99 µs", "p99 over that beside nothing", "p99 over that of PostgreSQL's own",
                         "seconds of one"], "rows": []}
    try:
        with bench.dynapg(more=more) as server:
            works = prepare(bench, server)
            peak = runs.spread([bench.load(server, MIX, table=TABLE) for _ in range(3)], "rate")[0]
            found = bench.alternate({title: lambda work=work: one_run(bench, server, peak * PART_OF_PEAK, work) for title, work in works.items()})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    part["raw"] = found
    for title, its in found.items():
        own = found.get(LIKE.get(title))
        table["rows"].append([title, *(runs.text(runs.spread(its, field)) for field in ("rate", "p50", "p99")),
                              runs.text(runs.ratio(its, found["nothing"], "p99")), runs.text(runs.ratio(its, own, "p99")) if own else "",
                              runs.text(runs.spread(its, "work"))])
    part["tables"].append(table)
    part["charts"].append({"name": "jobs", "title": "99th percentile of requests beside other work", "x": "", "y": "microseconds", "bars": True,
                           "format": "%.0f", "series": {"p99": [[title, runs.spread(its, "p99")[0]] for title, its in found.items()]}})
