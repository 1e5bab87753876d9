/* dynapg 0.3.0 to 0.4.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.4.0'" to load this file. \quit

/* ---- point-in-time recovery ---- */

-- What is kept of tables with point-in-time recovery (src/changes/recovery.h). Not dumped: transaction ids mean nothing elsewhere.
-- No grants: the history of a table is read by dynapg.recovery_rows, by who may read the table.
CREATE SEQUENCE dynapg.recovery_number;
CREATE TABLE dynapg.recoveries (
	recovery_id integer PRIMARY KEY DEFAULT pg_catalog.nextval('dynapg.recovery_number'),
	relid regclass NOT NULL UNIQUE,
	days integer NOT NULL,
	since timestamptz NOT NULL,
	since_xid bigint NOT NULL
) USING heap;
COMMENT ON TABLE dynapg.recoveries IS 'tables with point-in-time recovery';
ALTER SEQUENCE dynapg.recovery_number OWNED BY dynapg.recoveries.recovery_id;

CREATE TABLE dynapg.moments (LIKE dynapg.ticks, PRIMARY KEY (tick)) USING heap;
ALTER TABLE dynapg.moments REPLICA IDENTITY NOTHING;
CREATE INDEX moments_created_at ON dynapg.moments (created_at);
COMMENT ON TABLE dynapg.moments IS 'ticks that are kept for longer, one of ten seconds';

CREATE TABLE dynapg.history_commits (
	xid bigint PRIMARY KEY,
	committed_at timestamptz NOT NULL,
	prepared boolean NOT NULL
) USING heap;
ALTER TABLE dynapg.history_commits REPLICA IDENTITY NOTHING;
COMMENT ON TABLE dynapg.history_commits IS 'when transactions committed that took longer than a moment; prepared: when it was prepared, as its commit is not known yet';

CREATE TABLE dynapg.history (
	recovery_id integer NOT NULL,
	number bigint NOT NULL,
	xid bigint NOT NULL,
	created_at timestamptz NOT NULL,
	event "char" NOT NULL,
	within boolean NOT NULL,
	pk text COLLATE "C" NOT NULL,
	sk text COLLATE "C",
	old_item dynapg.item
) USING heap;
COMMENT ON TABLE dynapg.history IS 'old rows of tables with point-in-time recovery; they are in the forty tables that inherit from it';

DO $$
BEGIN
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('CREATE TABLE dynapg.history_%s (PRIMARY KEY (recovery_id, number)) INHERITS (dynapg.history) USING heap', i);
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.history_%s REPLICA IDENTITY NOTHING', i);
		EXECUTE pg_catalog.format('COMMENT ON TABLE dynapg.history_%s IS ''old rows of one day out of forty''', i);
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.history_%s ENABLE ROW LEVEL SECURITY', i);
	END LOOP;
END
$$;
DO $$
BEGIN
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.history_%s ALTER old_item SET COMPRESSION lz4', i);
	END LOOP;
EXCEPTION WHEN feature_not_supported THEN
	NULL;	-- this PostgreSQL has no lz4
END
$$;

ALTER TABLE dynapg.backups ADD COLUMN expires_at timestamptz;
COMMENT ON COLUMN dynapg.backups.expires_at IS 'when it goes by itself; such a backup was made as its table was deleted';

-- Nobody but the owner of the history and superusers meets its rows with SQL.
ALTER TABLE dynapg.recoveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.moments ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.history_commits ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.history ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION dynapg.record_history() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_record_history';
COMMENT ON FUNCTION dynapg.record_history() IS 'keeps the old rows of a table with point-in-time recovery';

CREATE FUNCTION dynapg.recovery_rows(relation regclass, cut bytea, until bytea)
	RETURNS TABLE (pk text, sk text, item dynapg.item, changed_at timestamptz)
	AS 'MODULE_PATHNAME', 'dynapg_recovery_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.recovery_rows(regclass, bytea, bytea) IS
	'what rows of a table that were written later were at a moment; for queries that dynapg makes';

CREATE VIEW dynapg.recovery_list WITH (security_barrier) AS
	SELECT t.name AS table_name, r.days, r.since, GREATEST(r.since, pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
		pg_catalog.make_interval(secs => r.days OPERATOR(pg_catalog.*) 86400)) AS earliest, h.records, h.bytes
	FROM dynapg.recoveries r JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) r.relid
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.relid::pg_catalog.oid
		CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS records,
			COALESCE(pg_catalog.sum(110 OPERATOR(pg_catalog.+) pg_catalog.octet_length(h.pk) OPERATOR(pg_catalog.+)
				COALESCE(pg_catalog.octet_length(h.sk), 0) OPERATOR(pg_catalog.+) COALESCE(pg_catalog.pg_column_size(h.old_item), 0)), 0) AS bytes
			FROM dynapg.history h WHERE h.recovery_id OPERATOR(pg_catalog.=) r.recovery_id) h
	WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW dynapg.recovery_list IS 'point-in-time recovery of the tables that the user owns: period in days, the oldest moment to restore to, and what is kept, which is counted';
GRANT SELECT ON dynapg.recovery_list TO PUBLIC;

CREATE FUNCTION dynapg.items_at(table_name text, moment timestamptz) RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_items_at' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.items_at(text, timestamptz) IS 'the items of a table with point-in-time recovery as they were at that moment';

CREATE FUNCTION dynapg.changes_between(table_name text, from_moment timestamptz, to_moment timestamptz)
	RETURNS TABLE (old_item dynapg.item, new_item dynapg.item, changed_at timestamptz)
	AS 'MODULE_PATHNAME', 'dynapg_changes_between' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.changes_between(text, timestamptz, timestamptz) IS
	'the items of a table with point-in-time recovery that were written between two moments, as they were at each';

COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(json) IS 'Makes a table as another one was at a moment: the API operation RestoreTableToPointInTime';
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(jsonb) IS 'Makes a table as another one was at a moment: the API operation RestoreTableToPointInTime';
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(text) IS 'Makes a table as another one was at a moment: the API operation RestoreTableToPointInTime';
COMMENT ON FUNCTION dynapg.update_continuous_backups(json) IS 'Switches point-in-time recovery of a table on or off: the API operation UpdateContinuousBackups';
COMMENT ON FUNCTION dynapg.update_continuous_backups(jsonb) IS 'Switches point-in-time recovery of a table on or off: the API operation UpdateContinuousBackups';
COMMENT ON FUNCTION dynapg.update_continuous_backups(text) IS 'Switches point-in-time recovery of a table on or off: the API operation UpdateContinuousBackups';
COMMENT ON FUNCTION dynapg.describe_continuous_backups(json) IS 'Describes point-in-time recovery of a table: the API operation DescribeContinuousBackups';
COMMENT ON FUNCTION dynapg.describe_continuous_backups(jsonb) IS 'Describes point-in-time recovery of a table: the API operation DescribeContinuousBackups';
COMMENT ON FUNCTION dynapg.describe_continuous_backups(text) IS 'Describes point-in-time recovery of a table: the API operation DescribeContinuousBackups';

/* ---- long jobs ---- */

-- Written by the frame of long jobs (src/jobs/job.c). A row says as whom a background worker runs, and its failure may hold an item's
-- values: the trigger lets nobody but the owner of the catalog write it, and only a view shows the rows, to the role that asked. Not dumped.
CREATE TABLE dynapg.long_jobs (
	id text COLLATE "C" PRIMARY KEY,
	kind text NOT NULL,
	role regrole NOT NULL,
	relation regclass,
	table_name text COLLATE "C" NOT NULL,
	table_id uuid,
	token text,
	request json NOT NULL,
	notes json,
	state text NOT NULL DEFAULT 'IN_PROGRESS' CHECK (state IN ('IN_PROGRESS', 'CANCELLING', 'CANCELLED', 'COMPLETED', 'FAILED')),
	pid integer,
	attempts integer NOT NULL DEFAULT 0,
	tried_at timestamptz,
	items bigint NOT NULL DEFAULT 0,
	bytes bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	total_items bigint,
	total_bytes bigint,
	created_at timestamptz NOT NULL,
	started_at timestamptz,
	finished_at timestamptz,
	failure_code text,
	failure text,
	UNIQUE (role, kind, token)
) USING heap;
COMMENT ON TABLE dynapg.long_jobs IS 'one row per long job: what was asked, by whom, how far it is and how it ended';
COMMENT ON COLUMN dynapg.long_jobs.id IS 'the last part of its ARN';
COMMENT ON COLUMN dynapg.long_jobs.role IS 'that asked, and that the job runs as';
COMMENT ON COLUMN dynapg.long_jobs.token IS 'the ClientToken of the request, for eight hours';
COMMENT ON COLUMN dynapg.long_jobs.notes IS 'where to go on, and what came out, as the kind of job has it';
COMMENT ON COLUMN dynapg.long_jobs.attempts IS 'attempts since it last got further';
CREATE FUNCTION dynapg.on_long_jobs_change() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME', 'dynapg_on_long_jobs_change';
COMMENT ON FUNCTION dynapg.on_long_jobs_change() IS 'refuses changes of dynapg.long_jobs by SQL';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.long_jobs
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_long_jobs_change();
ALTER TABLE dynapg.long_jobs ENABLE ALWAYS TRIGGER guard;
ALTER TABLE dynapg.long_jobs ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.long_jobs FROM PUBLIC;

CREATE VIEW dynapg.job_progress WITH (security_barrier) AS
	SELECT w.id, w.kind, w.table_name, w.state, w.items, w.total_items, w.bytes, w.total_bytes, w.errors,
		pg_catalog.round(w.items OPERATOR(pg_catalog./) NULLIF(w.seconds, 0)) AS items_per_second,
		CASE WHEN w.finished_at IS NULL AND w.items OPERATOR(pg_catalog.>) 0 AND w.total_items OPERATOR(pg_catalog.>=) w.items
			THEN pg_catalog.make_interval(secs => pg_catalog.round(w.seconds OPERATOR(pg_catalog.*)
				(w.total_items OPERATOR(pg_catalog.-) w.items) OPERATOR(pg_catalog./) w.items)::pg_catalog.float8) END AS time_left,
		w.created_at, w.started_at, w.finished_at, w.failure_code, w.failure
	FROM (
		SELECT j.id, j.kind, j.table_name, j.state, GREATEST(j.items, p.tuples_processed) AS items, j.total_items,
			GREATEST(j.bytes, p.bytes_processed) AS bytes, j.total_bytes, GREATEST(j.errors, p.tuples_excluded) AS errors,
			pg_catalog.date_part('epoch', COALESCE(j.finished_at, pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.-) j.started_at)::numeric
				AS seconds,
			j.created_at, j.started_at, j.finished_at, j.failure_code, j.failure
		FROM dynapg.long_jobs j
		LEFT JOIN pg_catalog.pg_stat_progress_copy p ON p.pid OPERATOR(pg_catalog.=) j.pid
			AND p.relid OPERATOR(pg_catalog.=) COALESCE(j.relation::pg_catalog.oid, 0::pg_catalog.oid)
		WHERE pg_catalog.pg_has_role(j.role::pg_catalog.oid, 'USAGE')
		UNION ALL
		SELECT i.name, 'index', t.name, i.status, p.tuples_done, p.tuples_total, NULL, NULL, i.failures,
			NULL, NULL, NULL, i.failed_at, NULL, i.failure
		FROM dynapg.indexes i
		JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) i.table_relid
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.table_relid
		LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.relid OPERATOR(pg_catalog.=) c.oid
			AND i.status OPERATOR(pg_catalog.=) 'CREATING'
		WHERE i.status OPERATOR(pg_catalog.<>) 'ACTIVE' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
		UNION ALL
		SELECT b.id, 'backup', b.table_name, 'CREATING', NULL, NULL, NULL, NULL, b.failures,
			NULL, b.created_at, NULL, b.failed_at, NULL, b.failure
		FROM dynapg.backups b JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) b.source
		WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
	) w;
COMMENT ON VIEW dynapg.job_progress IS 'long work that the user has asked for, and that goes on for the tables that the user owns';
GRANT SELECT ON dynapg.job_progress TO PUBLIC;

CREATE FUNCTION dynapg.cancel_job(id text) RETURNS boolean
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_cancel_job';
COMMENT ON FUNCTION dynapg.cancel_job(text) IS 'cancels a long job that the user has asked for; false where it is over';

/* ---- buckets ---- */

-- Of the endpoint that dynapg.s3_endpoint names. Only superusers read and write it; workers of jobs read it as its owner. Not dumped.
CREATE TABLE dynapg.s3_credentials (
	bucket text COLLATE "C" PRIMARY KEY DEFAULT '',
	access_key_id text NOT NULL,
	secret_access_key text NOT NULL,
	session_token text,
	region text
) USING heap;
COMMENT ON TABLE dynapg.s3_credentials IS 'the keys that requests to dynapg.s3_endpoint are signed with';
COMMENT ON COLUMN dynapg.s3_credentials.bucket IS 'empty: all buckets that have no row';
COMMENT ON COLUMN dynapg.s3_credentials.region IS 'if it is not dynapg.region';
ALTER TABLE dynapg.s3_credentials ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.s3_credentials FROM PUBLIC;

/* ---- PartiQL: parameters of any type, explanations ---- */

-- What views and functions of users call stays, under another name: with both, a call with literals would be ambiguous.
ALTER FUNCTION dynapg.partiql(text, json[]) RENAME TO partiql_json;
COMMENT ON FUNCTION dynapg.partiql_json(text, json[]) IS 'What dynapg.partiql returns; its parameters are DynamoDB JSON alone';

CREATE FUNCTION dynapg.partiql(statement text) RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_partiql' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.partiql(text) IS 'The items that a PartiQL statement finds or returns, of all its pages';

CREATE FUNCTION dynapg.partiql(statement text, VARIADIC parameters "any") RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_partiql' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.partiql(text, "any") IS 'The items that a PartiQL statement finds or returns, of all its pages; its parameters are SQL values';

CREATE FUNCTION dynapg.explain_statement(statement text) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain_statement(text) IS 'What a PartiQL statement becomes, in words, and PostgreSQL''s plan of it; nothing is run';

CREATE FUNCTION dynapg.explain_statement(statement text, VARIADIC parameters "any") RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain_statement(text, "any") IS 'What a PartiQL statement becomes, in words, and PostgreSQL''s plan of it; nothing is run';

/* ---- Import and bulk operations ---- */

ALTER TABLE dynapg.tables ADD COLUMN filled_by text COLLATE "C";
COMMENT ON COLUMN dynapg.tables.filled_by IS 'the job that fills the table; until it is done the table is CREATING, and only the job finds it';

-- Written by imports and bulk operations (src/store/load_errors.c). A record may hold anything: only a view shows it, to those who see
-- the job. Not dumped.
CREATE TABLE dynapg.load_errors (
	job text COLLATE "C" NOT NULL REFERENCES dynapg.long_jobs ON DELETE CASCADE,
	number bigint NOT NULL,
	object text NOT NULL,
	record bigint,
	message text NOT NULL,
	record_text text NOT NULL,
	PRIMARY KEY (job, number)
) USING heap;
COMMENT ON TABLE dynapg.load_errors IS 'the first errors of each import and bulk operation';
ALTER TABLE dynapg.load_errors ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.load_errors FROM PUBLIC;

CREATE VIEW dynapg.import_errors WITH (security_barrier) AS
	SELECT j.id AS job, j.kind, j.table_name, e.number, e.object, e.record, e.message, e.record_text
	FROM dynapg.load_errors e JOIN dynapg.long_jobs j ON j.id OPERATOR(pg_catalog.=) e.job
	WHERE pg_catalog.pg_has_role(j.role::pg_catalog.oid, 'USAGE');
COMMENT ON VIEW dynapg.import_errors IS 'what was wrong with the records of imports and bulk operations that the user has asked for';
COMMENT ON COLUMN dynapg.import_errors.job IS 'the last part of the ARN of the import or bulk operation';
COMMENT ON COLUMN dynapg.import_errors.object IS 'key of the object in the bucket';
COMMENT ON COLUMN dynapg.import_errors.record IS 'number of the record in the object, from 1 on; NULL: the rest of the object was not read';
COMMENT ON COLUMN dynapg.import_errors.record_text IS 'the beginning of the record';
GRANT SELECT ON dynapg.import_errors TO PUBLIC;

CREATE FUNCTION dynapg.apply_export(table_name text, bucket text, prefix text DEFAULT NULL) RETURNS text
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_apply_export';
COMMENT ON FUNCTION dynapg.apply_export(text, text, text) IS 'starts a job that puts the items of an export into a table, and those of an incremental export, whose deletes it does, too; returns its id';

CREATE FUNCTION dynapg.import_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_table(json) IS 'Imports a new table from files in a bucket: the API operation ImportTable';

CREATE FUNCTION dynapg.import_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_table(jsonb) IS 'Imports a new table from files in a bucket: the API operation ImportTable';

CREATE FUNCTION dynapg.import_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_table(text) IS 'Imports a new table from files in a bucket: the API operation ImportTable';

CREATE FUNCTION dynapg.describe_import(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_import' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_import(json) IS 'Describes an import: the API operation DescribeImport';

CREATE FUNCTION dynapg.describe_import(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_import_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_import(jsonb) IS 'Describes an import: the API operation DescribeImport';

CREATE FUNCTION dynapg.describe_import(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_import_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_import(text) IS 'Describes an import: the API operation DescribeImport';

CREATE FUNCTION dynapg.list_imports(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_imports' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_imports(json) IS 'Lists imports: the API operation ListImports';

CREATE FUNCTION dynapg.list_imports(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_imports_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_imports(jsonb) IS 'Lists imports: the API operation ListImports';

CREATE FUNCTION dynapg.list_imports(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_imports_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_imports(text) IS 'Lists imports: the API operation ListImports';

CREATE FUNCTION dynapg.start_bulk_put_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_start_bulk_put_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.start_bulk_put_items(json) IS 'Puts the items of files in a bucket into a table: the API operation StartBulkPutItems';

CREATE FUNCTION dynapg.start_bulk_put_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_start_bulk_put_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.start_bulk_put_items(jsonb) IS 'Puts the items of files in a bucket into a table: the API operation StartBulkPutItems';

CREATE FUNCTION dynapg.start_bulk_put_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_start_bulk_put_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.start_bulk_put_items(text) IS 'Puts the items of files in a bucket into a table: the API operation StartBulkPutItems';

CREATE FUNCTION dynapg.describe_bulk_operation(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_bulk_operation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_bulk_operation(json) IS 'Describes a bulk operation: the API operation DescribeBulkOperation';

CREATE FUNCTION dynapg.describe_bulk_operation(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_bulk_operation_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_bulk_operation(jsonb) IS 'Describes a bulk operation: the API operation DescribeBulkOperation';

CREATE FUNCTION dynapg.describe_bulk_operation(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_bulk_operation_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_bulk_operation(text) IS 'Describes a bulk operation: the API operation DescribeBulkOperation';

CREATE FUNCTION dynapg.list_bulk_operations(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_bulk_operations' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_bulk_operations(json) IS 'Lists bulk operations: the API operation ListBulkOperations';

CREATE FUNCTION dynapg.list_bulk_operations(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_bulk_operations_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_bulk_operations(jsonb) IS 'Lists bulk operations: the API operation ListBulkOperations';

CREATE FUNCTION dynapg.list_bulk_operations(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_bulk_operations_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_bulk_operations(text) IS 'Lists bulk operations: the API operation ListBulkOperations';

CREATE FUNCTION dynapg.cancel_bulk_operation(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_cancel_bulk_operation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.cancel_bulk_operation(json) IS 'Cancels a bulk operation: the API operation CancelBulkOperation';

CREATE FUNCTION dynapg.cancel_bulk_operation(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_cancel_bulk_operation_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.cancel_bulk_operation(jsonb) IS 'Cancels a bulk operation: the API operation CancelBulkOperation';

CREATE FUNCTION dynapg.cancel_bulk_operation(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_cancel_bulk_operation_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.cancel_bulk_operation(text) IS 'Cancels a bulk operation: the API operation CancelBulkOperation';

/* ---- comments in plain words ---- */

COMMENT ON FUNCTION dynapg.hand_over(dynapg.item, dynapg.item) IS 'the new item; reports to the API which item a write replaced';
COMMENT ON COLUMN dynapg.indexes.status IS 'CREATING and DELETING: a background worker is working on it, or will be when the table is described';
COMMENT ON COLUMN dynapg.indexes.position IS 'the order in which indexes are described: as the request listed them';
COMMENT ON COLUMN dynapg.tokens.note IS 'the read units of each action, for the reply when the request comes again; NULL if it does not ask for them';
COMMENT ON COLUMN dynapg.tokens.token IS 'in UTF-8; bytes, since it may contain U+0000';
COMMENT ON FUNCTION dynapg.on_ddl_command_end() IS 'follows indexes that are renamed, and refuses to rename the schemas';
COMMENT ON VIEW dynapg.access_key_list IS 'the access keys of the roles that the user manages: its own, and those on which it has the ADMIN option';
COMMENT ON FUNCTION dynapg.refill_throughput(text, integer) IS 'sets what a table and its global secondary indexes have left to the throughput of that number of seconds; below zero it is a debt';
COMMENT ON FUNCTION dynapg.http_statistics() IS 'what stat_operations shows, as JSON; NULL if there is no HTTP front';
COMMENT ON FUNCTION dynapg.stat_operations_reset() IS 'sets the counts of stat_operations to zero';
COMMENT ON FUNCTION dynapg.http_workers() IS 'what http_activity shows, as JSON; NULL if there is no HTTP front';
COMMENT ON VIEW dynapg.http_activity IS 'the workers of the HTTP front and what they are doing';
COMMENT ON COLUMN dynapg.access_keys.secret IS 'write-only: the value is kept in dynapg.access_secrets';
COMMENT ON TABLE dynapg.tables IS 'DynamoDB tables: their data table, key attributes and what the API describes';

/* ---- exports ---- */

CREATE FUNCTION dynapg.describe_export(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_export' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_export(json) IS 'Describes an export: the API operation DescribeExport';

CREATE FUNCTION dynapg.describe_export(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_export_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_export(jsonb) IS 'Describes an export: the API operation DescribeExport';

CREATE FUNCTION dynapg.describe_export(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_export_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_export(text) IS 'Describes an export: the API operation DescribeExport';

CREATE FUNCTION dynapg.export_table_to_point_in_time(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_export_table_to_point_in_time' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.export_table_to_point_in_time(json) IS 'Exports the items of a table to a bucket: the API operation ExportTableToPointInTime';

CREATE FUNCTION dynapg.export_table_to_point_in_time(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_export_table_to_point_in_time_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.export_table_to_point_in_time(jsonb) IS 'Exports the items of a table to a bucket: the API operation ExportTableToPointInTime';

CREATE FUNCTION dynapg.export_table_to_point_in_time(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_export_table_to_point_in_time_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.export_table_to_point_in_time(text) IS 'Exports the items of a table to a bucket: the API operation ExportTableToPointInTime';

CREATE FUNCTION dynapg.list_exports(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_exports' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_exports(json) IS 'Lists exports, paged: the API operation ListExports';

CREATE FUNCTION dynapg.list_exports(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_exports_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_exports(jsonb) IS 'Lists exports, paged: the API operation ListExports';

CREATE FUNCTION dynapg.list_exports(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_exports_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_exports(text) IS 'Lists exports, paged: the API operation ListExports';

/* ---- vector indexes ---- */

ALTER TABLE dynapg.indexes ADD COLUMN vector json;
ALTER TABLE dynapg.indexes DROP CONSTRAINT indexes_check;
ALTER TABLE dynapg.indexes ADD CONSTRAINT indexes_check
	CHECK (partition_keys BETWEEN CASE WHEN vector IS NULL THEN 1 ELSE 0 END AND pg_catalog.cardinality(key_names));
COMMENT ON COLUMN dynapg.indexes.vector IS 'of a vector index: attribute, dimensions and distance; its keys are the search schema';

/*
 * Vectors: lists of numbers as 32-bit floating point numbers, their distances, and the index access method for exact search. The
 * functions of items are LEAKPROOF as those of keys are. They cost what reading a long item costs.
 */

CREATE FUNCTION dynapg.item_reals(item dynapg.item, attribute text) RETURNS real[]
	AS 'MODULE_PATHNAME', 'dynapg_item_reals' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 500;
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text) IS 'a list of numbers as a vector, or NULL for what is none';

CREATE FUNCTION dynapg.item_reals(item dynapg.item, attribute text, dimensions integer) RETURNS real[]
	AS 'MODULE_PATHNAME', 'dynapg_item_reals_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 500;
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text, integer) IS 'a list of that many numbers as a vector, or NULL for what is none';

CREATE FUNCTION dynapg.item_unit_reals(item dynapg.item, attribute text, dimensions integer) RETURNS real[]
	AS 'MODULE_PATHNAME', 'dynapg_item_unit_reals' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 500;
COMMENT ON FUNCTION dynapg.item_unit_reals(dynapg.item, text, integer) IS 'the same with length 1; NULL for zeros, too';

CREATE FUNCTION dynapg.item_tag(item dynapg.item, attribute text, type text) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_item_tag' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.item_tag(dynapg.item, text, text) IS 'a number that stands for the value of an attribute in a vector index, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.cosine_distance(a real[], b real[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'dynapg_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dynapg.cosine_distance(real[], real[]) IS '1 - cosine of the angle between two vectors';

CREATE FUNCTION dynapg.euclidean_distance(a real[], b real[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'dynapg_euclidean_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dynapg.euclidean_distance(real[], real[]) IS 'the distance between two vectors';

CREATE FUNCTION dynapg.negative_inner_product(a real[], b real[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'dynapg_negative_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dynapg.negative_inner_product(real[], real[]) IS 'the inner product of two vectors, negated: the lower, the nearer';

CREATE OPERATOR dynapg.<=> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = dynapg.cosine_distance, COMMUTATOR = OPERATOR(dynapg.<=>));
CREATE OPERATOR dynapg.<-> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = dynapg.euclidean_distance, COMMUTATOR = OPERATOR(dynapg.<->));
CREATE OPERATOR dynapg.<#> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = dynapg.negative_inner_product, COMMUTATOR = OPERATOR(dynapg.<#>));

CREATE FUNCTION dynapg.flat_handler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'dynapg_flat_handler' LANGUAGE C;
COMMENT ON FUNCTION dynapg.flat_handler(internal) IS 'the functions of the index access method dynapg_flat';
CREATE ACCESS METHOD dynapg_flat TYPE INDEX HANDLER dynapg.flat_handler;
COMMENT ON ACCESS METHOD dynapg_flat IS 'vectors one after the other, for exact search';

CREATE OPERATOR CLASS dynapg.flat_cosine_ops FOR TYPE real[] USING dynapg_flat AS
	OPERATOR 1 dynapg.<=> (real[], real[]) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 dynapg.cosine_distance(real[], real[]);
CREATE OPERATOR CLASS dynapg.flat_euclidean_ops FOR TYPE real[] USING dynapg_flat AS
	OPERATOR 1 dynapg.<-> (real[], real[]) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 dynapg.euclidean_distance(real[], real[]);
CREATE OPERATOR CLASS dynapg.flat_dot_product_ops FOR TYPE real[] USING dynapg_flat AS
	OPERATOR 1 dynapg.<#> (real[], real[]) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 dynapg.negative_inner_product(real[], real[]);
CREATE OPERATOR CLASS dynapg.flat_tag_ops DEFAULT FOR TYPE integer USING dynapg_flat AS
	OPERATOR 1 pg_catalog.= (integer, integer);

CREATE FUNCTION dynapg.search_vectors(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_search_vectors' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.search_vectors(json) IS 'Finds the items with the nearest vectors: the API operation SearchVectors';

CREATE FUNCTION dynapg.search_vectors(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_search_vectors_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.search_vectors(jsonb) IS 'Finds the items with the nearest vectors: the API operation SearchVectors';

CREATE FUNCTION dynapg.search_vectors(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_search_vectors_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.search_vectors(text) IS 'Finds the items with the nearest vectors: the API operation SearchVectors';

CREATE FUNCTION dynapg.search_vectors_items(table_name text, index_name text, search_vector real[], top_k integer DEFAULT 10,
	condition text DEFAULT NULL, condition_values json DEFAULT NULL, condition_names json DEFAULT NULL)
	RETURNS TABLE (item dynapg.item, score double precision)
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
	SELECT dynapg.item_from_json(r.value OPERATOR(pg_catalog.->) 'Item'),
		(r.value OPERATOR(pg_catalog.->>) 'Score')::pg_catalog.float8
	FROM pg_catalog.json_array_elements(dynapg.search_vectors(pg_catalog.json_build_object(
		'TableName', $1, 'IndexName', $2, 'TopK', $4,
		'SearchVector', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('N', v.real::pg_catalog.text) ORDER BY v.ordinality)
			FROM pg_catalog.unnest($3) WITH ORDINALITY AS v (real, ordinality)),
		'SearchConditionExpression', $5, 'ExpressionAttributeValues', $6, 'ExpressionAttributeNames', $7))
		OPERATOR(pg_catalog.->) 'SearchResults') WITH ORDINALITY AS r (value, ordinality)
	ORDER BY r.ordinality
$$;
COMMENT ON FUNCTION dynapg.search_vectors_items(text, text, real[], integer, text, json, json) IS
	'the items with the nearest vectors as rows, the nearest first, as dynapg.search_vectors finds them';

/* ---- streams and jobs in views ---- */

ALTER TABLE dynapg.streams ADD COLUMN channel text;
COMMENT ON COLUMN dynapg.streams.channel IS 'what a transaction notifies that writes records; NULL: nothing';

ALTER TABLE dynapg.jobs DROP CONSTRAINT jobs_kind_check;
ALTER TABLE dynapg.jobs ADD CONSTRAINT jobs_kind_check CHECK (kind IN ('ttl', 'streams'));
ALTER TABLE dynapg.jobs ADD COLUMN rate real;
COMMENT ON TABLE dynapg.jobs IS 'what background jobs have done to data tables, and to dynapg.changes';
COMMENT ON COLUMN dynapg.jobs.rate IS 'items a second that the last transaction deleted';

CREATE FUNCTION dynapg.jobs_next_look() RETURNS timestamptz
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_jobs_next_look';
COMMENT ON FUNCTION dynapg.jobs_next_look() IS 'when the background worker looks for what is due; NULL if none works in this database';

-- A job that failed pauses as src/changes/housekeeper.c says.
CREATE OR REPLACE VIEW dynapg.job_list WITH (security_barrier) AS
	SELECT w.name AS table_name, w.kind, COALESCE(j.items, 0) AS items, j.done_at, COALESCE(j.failures, 0) AS failures, j.failure, j.failed_at,
		j.rate, GREATEST(dynapg.jobs_next_look(), CASE WHEN j.failures OPERATOR(pg_catalog.>) 0 THEN j.failed_at OPERATOR(pg_catalog.+)
			LEAST('10 s'::interval OPERATOR(pg_catalog.*) (2::double precision OPERATOR(pg_catalog.^) LEAST(j.failures OPERATOR(pg_catalog.-) 1, 20)::double precision), '1 h') END) AS next_run
	FROM (SELECT t.relid, t.name, 'ttl' AS kind, (t.definition OPERATOR(pg_catalog.#>>) '{TimeToLive,Enabled}') OPERATOR(pg_catalog.=) 'true' AS wanted
			FROM dynapg.tables t
			UNION ALL SELECT 'dynapg.changes'::regclass, NULL, 'streams', true) w
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) w.relid::pg_catalog.oid
		LEFT JOIN dynapg.jobs j ON j.relation OPERATOR(pg_catalog.=) w.relid AND j.kind OPERATOR(pg_catalog.=) w.kind
	WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE') AND (w.wanted OR j.kind IS NOT NULL);
COMMENT ON VIEW dynapg.job_list IS 'what background jobs do to the tables that the user owns; streams, for superusers';
COMMENT ON COLUMN dynapg.job_list.next_run IS 'when it runs next; NULL: there is no background worker';
GRANT SELECT ON dynapg.job_list TO PUBLIC;

CREATE FUNCTION dynapg.ttl_statistics()
	RETURNS TABLE (relation regclass, attribute text, status text, backlog bigint, oldest timestamptz)
	LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10
	AS 'MODULE_PATHNAME', 'dynapg_ttl_statistics';
COMMENT ON FUNCTION dynapg.ttl_statistics() IS 'the tables that the user owns whose items expire, for ttl_list';
CREATE VIEW dynapg.ttl_list WITH (security_barrier) AS
	SELECT t.name AS table_name, s.attribute, s.status, s.backlog, s.oldest AS oldest_backlog, COALESCE(j.items, 0) AS deleted, j.rate, j.done_at
	FROM dynapg.ttl_statistics() s JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) s.relation
		LEFT JOIN dynapg.jobs j ON j.relation OPERATOR(pg_catalog.=) s.relation AND j.kind OPERATOR(pg_catalog.=) 'ttl';
COMMENT ON VIEW dynapg.ttl_list IS 'Time to Live of the tables that the user owns';
COMMENT ON COLUMN dynapg.ttl_list.backlog IS 'items that have expired and that are still there; NULL unless the status is ENABLED';
COMMENT ON COLUMN dynapg.ttl_list.rate IS 'items a second that the last transaction deleted';
GRANT SELECT ON dynapg.ttl_list TO PUBLIC;

CREATE FUNCTION dynapg.stream_notify(table_name text, channel text) RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_stream_notify' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.stream_notify(text, text) IS
	'has each transaction that writes records of a table''s stream notify a channel, with the name of the table; NULL: no more';

CREATE FUNCTION dynapg.stream_statistics()
	RETURNS TABLE (table_name text, label text, stream_arn text, view_type text, status text, open_shards integer, records bigint,
		bytes bigint, oldest_record timestamptz, lag interval, channel text)
	AS 'MODULE_PATHNAME', 'dynapg_stream_statistics' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100;
COMMENT ON FUNCTION dynapg.stream_statistics() IS 'the rows of stream_list';
CREATE VIEW dynapg.stream_list AS SELECT * FROM dynapg.stream_statistics();
COMMENT ON VIEW dynapg.stream_list IS 'streams, and what those hold whose records the user may read';
COMMENT ON COLUMN dynapg.stream_list.records IS 'records in the log, with those that are too old and not yet removed';
COMMENT ON COLUMN dynapg.stream_list.bytes IS 'what they take on disk, estimated from the newest 1,000';
COMMENT ON COLUMN dynapg.stream_list.lag IS 'how long changes have waited since the last look by a reader or the background worker; 0: none do';
GRANT SELECT ON dynapg.stream_list TO PUBLIC;

--
-- Whom default privileges have given rights
--

/*
 * ALTER DEFAULT PRIVILEGES of the installing role concerns what is made above, too. It may mean the role's tables, not catalogs.
 * What was there before keeps the rights that were granted on it.
 */
DO $$
DECLARE
	object record;
BEGIN
	FOR object IN
		SELECT CASE d.classid WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN 'TABLE '
				WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN 'FUNCTION '
				WHEN 'pg_catalog.pg_type'::pg_catalog.regclass THEN 'TYPE ' ELSE 'SCHEMA ' END
				OPERATOR(pg_catalog.||) (pg_catalog.pg_identify_object(d.classid, d.objid, 0)).identity AS name,
			pg_catalog.quote_ident(r.rolname) AS grantee
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid AND e.extname OPERATOR(pg_catalog.=) 'dynapg'
		LEFT JOIN pg_catalog.pg_class c ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
			AND c.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_proc p ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
			AND p.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_type t ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
			AND t.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_namespace n ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
			AND n.oid OPERATOR(pg_catalog.=) d.objid
		CROSS JOIN LATERAL (SELECT DISTINCT a.grantee
			FROM pg_catalog.aclexplode(COALESCE(c.relacl, p.proacl, t.typacl, n.nspacl)) a
			WHERE a.grantee OPERATOR(pg_catalog.<>) COALESCE(c.relowner, p.proowner, t.typowner, n.nspowner)) a
		JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee AND r.rolname OPERATOR(pg_catalog.<>) 'pg_monitor'
		WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
			AND d.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid
			AND (c.relkind IS NULL OR c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v}'))
	LOOP
		EXECUTE 'REVOKE ALL ON ' OPERATOR(pg_catalog.||) object.name OPERATOR(pg_catalog.||) ' FROM ' OPERATOR(pg_catalog.||) object.grantee;
	END LOOP;
	REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA dynapg FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.scan_bounds, dynapg.tokens, dynapg.access_keys, dynapg.access_secrets, dynapg.jobs, dynapg.long_jobs,
		dynapg.s3_credentials FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.load_errors FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.ticks, dynapg.changes, dynapg.changes_0, dynapg.changes_1, dynapg.changes_2, dynapg.changes_3, dynapg.changes_4,
		dynapg.changes_5, dynapg.changes_6, dynapg.changes_7, dynapg.changes_8, dynapg.changes_9 FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.recoveries, dynapg.moments, dynapg.history_commits, dynapg.history FROM PUBLIC, pg_monitor;
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('REVOKE SELECT ON dynapg.history_%s FROM PUBLIC, pg_monitor', i);
	END LOOP;
	REVOKE SELECT ON dynapg.throughput, dynapg.stat_operations, dynapg.http_activity FROM PUBLIC;
	REVOKE CREATE ON SCHEMA dynapg FROM PUBLIC, pg_monitor;
END
$$;

-- Who may not call an operation with json may not call it with another type either. That concerns functions that this update has
-- made: the loop above took their rights, too.
DO $$
DECLARE
	operation record;
	granted record;
	overload pg_catalog.regprocedure;
BEGIN
	FOR operation IN
		SELECT p.proname AS name, p.proowner AS owner, p.proacl AS acl FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace OPERATOR(pg_catalog.=) 'dynapg'::pg_catalog.regnamespace
			AND pg_catalog.pg_get_function_arguments(p.oid) OPERATOR(pg_catalog.~) '^request json '
			AND p.proacl IS NOT NULL
	LOOP
		FOREACH overload IN ARRAY ARRAY[pg_catalog.format('dynapg.%I(text)', operation.name)::pg_catalog.regprocedure,
			pg_catalog.format('dynapg.%I(jsonb)', operation.name)::pg_catalog.regprocedure]
		LOOP
			CONTINUE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_proc AS o WHERE o.oid OPERATOR(pg_catalog.=) overload::pg_catalog.oid
				AND o.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid);
			EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', overload);
			FOR granted IN
				SELECT CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'PUBLIC'
					ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS role,
					CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END AS option
				FROM pg_catalog.aclexplode(operation.acl) AS a
				WHERE a.grantee OPERATOR(pg_catalog.<>) operation.owner
			LOOP
				EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s %s', overload, granted.role, granted.option);
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;

-- Nor may who could not call dynapg.partiql before call what has that name now.
DO $$
DECLARE
	overload pg_catalog.regprocedure;
	acl pg_catalog.aclitem[] := (SELECT p.proacl FROM pg_catalog.pg_proc AS p
		WHERE p.oid OPERATOR(pg_catalog.=) 'dynapg.partiql_json(text, json[])'::pg_catalog.regprocedure::pg_catalog.oid);
	granted record;
BEGIN
	FOREACH overload IN ARRAY ARRAY['dynapg.partiql(text)', 'dynapg.partiql(text, "any")']::pg_catalog.regprocedure[] LOOP
		CONTINUE WHEN acl IS NULL;
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', overload);
		FOR granted IN
			SELECT CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'PUBLIC'
				ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS role,
				CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END AS option
			FROM pg_catalog.aclexplode(acl) AS a
			JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) overload::pg_catalog.oid
				AND p.proowner OPERATOR(pg_catalog.<>) a.grantee
		LOOP
			EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s %s', overload, granted.role, granted.option);
		END LOOP;
	END LOOP;
END
$$;

-- Other sessions learn from this that the version has changed: see src/store/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
