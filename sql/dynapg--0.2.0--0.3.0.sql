/* dynapg 0.2.0 to 0.3.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.3.0'" to load this file. \quit

/* ---- Time to Live, and what is done in the background ---- */

CREATE FUNCTION dynapg.describe_time_to_live(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_time_to_live' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_time_to_live(json) IS 'Describes the Time to Live of a table: the API operation DescribeTimeToLive';

CREATE FUNCTION dynapg.describe_time_to_live(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_time_to_live_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_time_to_live(jsonb) IS 'Describes the Time to Live of a table: the API operation DescribeTimeToLive';

CREATE FUNCTION dynapg.describe_time_to_live(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_time_to_live_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_time_to_live(text) IS 'Describes the Time to Live of a table: the API operation DescribeTimeToLive';

CREATE FUNCTION dynapg.update_time_to_live(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_time_to_live' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_time_to_live(json) IS 'Enables or disables Time to Live for a table: the API operation UpdateTimeToLive';

CREATE FUNCTION dynapg.update_time_to_live(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_time_to_live_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_time_to_live(jsonb) IS 'Enables or disables Time to Live for a table: the API operation UpdateTimeToLive';

CREATE FUNCTION dynapg.update_time_to_live(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_time_to_live_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_time_to_live(text) IS 'Enables or disables Time to Live for a table: the API operation UpdateTimeToLive';

-- Written by the housekeeper (src/changes/housekeeper.c). The text of a failure may hold an item's values, so that only a table's owner
-- sees its rows, in the view. Not dumped.
CREATE TABLE dynapg.jobs (
	relation regclass NOT NULL,
	kind text NOT NULL CHECK (kind IN ('ttl')),
	items bigint NOT NULL,
	done_at timestamptz,
	failures integer NOT NULL,
	failure text,
	failed_at timestamptz,
	PRIMARY KEY (relation, kind)
) USING heap;
COMMENT ON TABLE dynapg.jobs IS 'what background jobs have done to data tables';
COMMENT ON COLUMN dynapg.jobs.items IS 'items that the job has deleted so far';
COMMENT ON COLUMN dynapg.jobs.done_at IS 'when it last deleted some';
COMMENT ON COLUMN dynapg.jobs.failures IS 'failures since then';
COMMENT ON COLUMN dynapg.jobs.failure IS 'why the last one failed, at failed_at';
ALTER TABLE dynapg.jobs ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.jobs FROM PUBLIC;

CREATE VIEW dynapg.job_list WITH (security_barrier) AS
	SELECT t.name AS table_name, j.kind, j.items, j.done_at, j.failures, j.failure, j.failed_at
	FROM dynapg.jobs j JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) j.relation
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) j.relation::pg_catalog.oid
	WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW dynapg.job_list IS 'what background jobs have done to the tables that the user owns';
GRANT SELECT ON dynapg.job_list TO PUBLIC;

CREATE FUNCTION dynapg.run_jobs() RETURNS bigint
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_run_jobs';
COMMENT ON FUNCTION dynapg.run_jobs() IS 'does what the background worker does: deletes the expired items of the tables that the user owns, and returns their number; looks after streams';

--
-- The catalogs of tables and indexes: who changes their rows
--

-- Grants such as those of pg_write_all_data are not enough: see src/store/guard.c.
CREATE FUNCTION dynapg.on_catalog_change() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_catalog_change';
COMMENT ON FUNCTION dynapg.on_catalog_change() IS 'refuses rows of tables that the user does not own';
REVOKE ALL ON FUNCTION dynapg.on_catalog_change() FROM PUBLIC;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.tables
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('relid');
ALTER TABLE dynapg.tables ENABLE ALWAYS TRIGGER guard;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.indexes
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('table_relid');
ALTER TABLE dynapg.indexes ENABLE ALWAYS TRIGGER guard;

CREATE FUNCTION dynapg.on_ddl_command_end() RETURNS event_trigger
	LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'dynapg_on_ddl_command_end';
COMMENT ON FUNCTION dynapg.on_ddl_command_end() IS 'follows indexes that get another name, and has the schemas keep theirs';
CREATE EVENT TRIGGER dynapg_on_ddl_command_end ON ddl_command_end WHEN TAG IN ('ALTER INDEX', 'ALTER TABLE', 'ALTER SCHEMA')
	EXECUTE FUNCTION dynapg.on_ddl_command_end();

/* ---- data tables that the catalogs do not know ---- */

CREATE FUNCTION dynapg.attach_table(relation regclass, description json DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_attach_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.attach_table(regclass, json) IS
	'makes a table of schema dynamodb that the API does not know, as after restoring it alone, a DynamoDB table; description: the request of its CreateTable, else made out from the table';

--
-- PartiQL
--

CREATE FUNCTION dynapg.execute_statement(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_statement(json) IS 'Runs a PartiQL statement: the API operation ExecuteStatement';

CREATE FUNCTION dynapg.execute_statement(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_statement_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_statement(jsonb) IS 'Runs a PartiQL statement: the API operation ExecuteStatement';

CREATE FUNCTION dynapg.execute_statement(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_statement_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_statement(text) IS 'Runs a PartiQL statement: the API operation ExecuteStatement';

CREATE FUNCTION dynapg.batch_execute_statement(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_execute_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_execute_statement(json) IS 'Runs PartiQL statements, each by itself: the API operation BatchExecuteStatement';

CREATE FUNCTION dynapg.batch_execute_statement(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_execute_statement_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_execute_statement(jsonb) IS 'Runs PartiQL statements, each by itself: the API operation BatchExecuteStatement';

CREATE FUNCTION dynapg.batch_execute_statement(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_execute_statement_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_execute_statement(text) IS 'Runs PartiQL statements, each by itself: the API operation BatchExecuteStatement';

CREATE FUNCTION dynapg.execute_transaction(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_transaction' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_transaction(json) IS 'Runs PartiQL statements, all or none: the API operation ExecuteTransaction';

CREATE FUNCTION dynapg.execute_transaction(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_transaction_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_transaction(jsonb) IS 'Runs PartiQL statements, all or none: the API operation ExecuteTransaction';

CREATE FUNCTION dynapg.execute_transaction(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_transaction_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_transaction(text) IS 'Runs PartiQL statements, all or none: the API operation ExecuteTransaction';

CREATE FUNCTION dynapg.partiql_items(statement text, parameters json[]) RETURNS dynapg.item[]
	AS 'MODULE_PATHNAME', 'dynapg_partiql_items' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.partiql_items(text, json[]) IS 'What dynapg.partiql returns, as an array';

CREATE FUNCTION dynapg.partiql(statement text, VARIADIC parameters json[] DEFAULT '{}') RETURNS SETOF dynapg.item
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	BEGIN ATOMIC SELECT pg_catalog.unnest(dynapg.partiql_items(statement, parameters)); END;
COMMENT ON FUNCTION dynapg.partiql(text, json[]) IS 'The items that a PartiQL statement finds or returns, of all its pages';

--
-- The change log and DynamoDB Streams
--

-- Streams and shards are what DescribeStream tells. relid is null-free and may be of a table that is gone; owner is known of streams
-- that are disabled. Dumped is what is enabled: it begins again with new shards elsewhere, where transaction ids mean other things.
-- The sequence is not dumped, as the owner of a database may not read it: a number that a stream has already is passed over.
CREATE SEQUENCE dynapg.stream_number;
CREATE TABLE dynapg.streams (
	stream_id integer PRIMARY KEY DEFAULT pg_catalog.nextval('dynapg.stream_number'),
	table_name text COLLATE "C" NOT NULL,
	label text COLLATE "C" NOT NULL,
	relid regclass NOT NULL,
	owner oid NOT NULL DEFAULT 0,
	view text NOT NULL CHECK (view IN ('KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES')),
	pk_name text NOT NULL,
	pk_type text NOT NULL,
	sk_name text,
	sk_type text,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	disabled_at timestamptz,
	UNIQUE (table_name, label)
);
COMMENT ON TABLE dynapg.streams IS 'the streams of tables';
CREATE UNIQUE INDEX streams_enabled ON dynapg.streams (relid) WHERE disabled_at IS NULL;
ALTER SEQUENCE dynapg.stream_number OWNED BY dynapg.streams.stream_id;

-- A shard has records of the ticks above from_tick up to to_tick; while these are unknown, they are the first ticks that see from_xid
-- and to_xid.
CREATE TABLE dynapg.shards (
	stream_id integer NOT NULL,
	shard_id text COLLATE "C" NOT NULL,
	parent_id text COLLATE "C",
	slot integer NOT NULL,
	slots integer NOT NULL,
	from_tick bigint,
	from_xid bigint NOT NULL,
	to_tick bigint,
	to_xid bigint,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	closed_at timestamptz,
	PRIMARY KEY (stream_id, shard_id)
);
COMMENT ON TABLE dynapg.shards IS 'the shards of streams';

-- Read and written by src/changes directly. No grants: records are read as DynamoDB Streams, by who may read the table.
CREATE SEQUENCE dynapg.change_number;
CREATE TABLE dynapg.ticks (
	tick bigint PRIMARY KEY,
	oldest_xid bigint NOT NULL,
	next_xid bigint NOT NULL,
	open_xids bigint[] NOT NULL,
	number_before bigint NOT NULL,
	number_after bigint NOT NULL,
	created_at timestamptz NOT NULL,
	complete boolean NOT NULL
) USING heap;
ALTER TABLE dynapg.ticks REPLICA IDENTITY NOTHING;
COMMENT ON TABLE dynapg.ticks IS 'which transactions were visible when: the order of changes';

CREATE TABLE dynapg.changes (
	stream_id integer NOT NULL,
	number bigint NOT NULL,
	xid bigint NOT NULL,
	created_at timestamptz NOT NULL,
	event "char" NOT NULL,
	by_service boolean NOT NULL,
	hash integer NOT NULL,
	keys dynapg.item NOT NULL,
	old_item dynapg.item,
	new_item dynapg.item
) USING heap;
COMMENT ON TABLE dynapg.changes IS 'changes of tables with a stream; they are in the ten tables that inherit from it';
CREATE TABLE dynapg.changes_0 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_0 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_1 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_1 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_2 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_2 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_3 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_3 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_4 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_4 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_5 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_5 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_6 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_6 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_7 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_7 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_8 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_8 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_9 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_9 IS 'changes of three hours out of thirty';

DO $$
BEGIN
	FOR i IN 0 .. 9 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.changes_%s ALTER old_item SET COMPRESSION lz4, ALTER new_item SET COMPRESSION lz4', i);
	END LOOP;
EXCEPTION WHEN feature_not_supported THEN
	NULL;	-- this PostgreSQL has no lz4
END
$$;

GRANT SELECT ON dynapg.streams, dynapg.shards TO PUBLIC;

-- Grants such as that of pg_write_all_data are not enough: whose table a stream is of decides who reads its records. Nobody but the owner
-- of the log and superusers meets its rows with SQL.
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.streams
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('relid');
ALTER TABLE dynapg.streams ENABLE ALWAYS TRIGGER guard;
ALTER TABLE dynapg.shards ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON dynapg.shards FOR SELECT USING (true);
ALTER TABLE dynapg.ticks ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.changes ENABLE ROW LEVEL SECURITY;
DO $$
BEGIN
	FOR i IN 0 .. 9 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.changes_%s ENABLE ROW LEVEL SECURITY', i);
	END LOOP;
END
$$;
SELECT pg_catalog.pg_extension_config_dump('dynapg.streams',
	'WHERE disabled_at IS NULL AND relid IN (SELECT oid FROM pg_catalog.pg_class)');

CREATE FUNCTION dynapg.capture() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_capture';
COMMENT ON FUNCTION dynapg.capture() IS 'records the changes of a table with a stream';

CREATE FUNCTION dynapg.stream_records(table_name text, after numeric DEFAULT NULL, "limit" integer DEFAULT 1000)
	RETURNS TABLE (sequence_number numeric, event text, keys dynapg.item, old_item dynapg.item, new_item dynapg.item,
		created_at timestamptz, by_service boolean)
	AS 'MODULE_PATHNAME', 'dynapg_stream_records' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.stream_records(text, numeric, integer) IS
	'the records of the latest stream of a table in their order, from after a sequence number on';

CREATE FUNCTION dynapg.describe_stream(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_stream' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_stream(json) IS 'Describes a stream and its shards, paged: the API operation DescribeStream';

CREATE FUNCTION dynapg.describe_stream(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_stream_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_stream(jsonb) IS 'Describes a stream and its shards, paged: the API operation DescribeStream';

CREATE FUNCTION dynapg.describe_stream(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_stream_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_stream(text) IS 'Describes a stream and its shards, paged: the API operation DescribeStream';

CREATE FUNCTION dynapg.get_records(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_records' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_records(json) IS 'Reads records of a shard of a stream: the API operation GetRecords';

CREATE FUNCTION dynapg.get_records(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_records_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_records(jsonb) IS 'Reads records of a shard of a stream: the API operation GetRecords';

CREATE FUNCTION dynapg.get_records(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_records_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_records(text) IS 'Reads records of a shard of a stream: the API operation GetRecords';

CREATE FUNCTION dynapg.get_shard_iterator(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_shard_iterator' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_shard_iterator(json) IS 'Returns where to begin to read a shard of a stream: the API operation GetShardIterator';

CREATE FUNCTION dynapg.get_shard_iterator(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_shard_iterator_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_shard_iterator(jsonb) IS 'Returns where to begin to read a shard of a stream: the API operation GetShardIterator';

CREATE FUNCTION dynapg.get_shard_iterator(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_shard_iterator_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_shard_iterator(text) IS 'Returns where to begin to read a shard of a stream: the API operation GetShardIterator';

CREATE FUNCTION dynapg.list_streams(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_streams' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_streams(json) IS 'Lists streams, paged: the API operation ListStreams';

CREATE FUNCTION dynapg.list_streams(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_streams_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_streams(jsonb) IS 'Lists streams, paged: the API operation ListStreams';

CREATE FUNCTION dynapg.list_streams(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_streams_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_streams(text) IS 'Lists streams, paged: the API operation ListStreams';

/* ---- backups ---- */

-- Written by src/store/backup.c. As dynapg.tables it holds names and settings, and no items: those are in the copies, which their owners
-- alone read. The owner of a database who is no superuser dumps it, so that everybody may read it.
CREATE TABLE dynapg.backups (
	id text COLLATE "C" PRIMARY KEY,
	name text NOT NULL,
	table_name text COLLATE "C" NOT NULL,
	table_id uuid NOT NULL,
	source regclass,
	copy regclass,
	created_at timestamptz NOT NULL,
	items bigint NOT NULL DEFAULT 0,
	item_bytes bigint NOT NULL DEFAULT 0,
	copy_bytes bigint NOT NULL DEFAULT 0,
	definition json NOT NULL,
	failures integer NOT NULL DEFAULT 0,
	failed_at timestamptz,
	failure text,
	CHECK ((source IS NULL) OPERATOR(pg_catalog.<>) (copy IS NULL))
) USING heap;
COMMENT ON TABLE dynapg.backups IS 'one row per backup of a DynamoDB table';
COMMENT ON COLUMN dynapg.backups.id IS 'the last part of its ARN';
COMMENT ON COLUMN dynapg.backups.source IS 'the data table, until the backup is made';
COMMENT ON COLUMN dynapg.backups.copy IS 'the table with its items';
COMMENT ON COLUMN dynapg.backups.definition IS 'keys, indexes and settings of the table as they were';
COMMENT ON COLUMN dynapg.backups.failures IS 'attempts to make it that failed';
COMMENT ON COLUMN dynapg.backups.failure IS 'why the last one failed, at failed_at';
CREATE INDEX ON dynapg.backups (source) WHERE source IS NOT NULL;
CREATE INDEX ON dynapg.backups (copy) WHERE copy IS NOT NULL;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.backups
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('copy');
ALTER TABLE dynapg.backups ENABLE ALWAYS TRIGGER guard;
GRANT SELECT ON dynapg.backups TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('dynapg.backups', 'WHERE copy IN (SELECT oid FROM pg_catalog.pg_class)');

CREATE FUNCTION dynapg.create_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_backup(json) IS 'Makes a backup of a table: the API operation CreateBackup';

CREATE FUNCTION dynapg.create_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_backup(jsonb) IS 'Makes a backup of a table: the API operation CreateBackup';

CREATE FUNCTION dynapg.create_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_backup(text) IS 'Makes a backup of a table: the API operation CreateBackup';

CREATE FUNCTION dynapg.delete_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_backup(json) IS 'Deletes a backup: the API operation DeleteBackup';

CREATE FUNCTION dynapg.delete_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_backup(jsonb) IS 'Deletes a backup: the API operation DeleteBackup';

CREATE FUNCTION dynapg.delete_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_backup(text) IS 'Deletes a backup: the API operation DeleteBackup';

CREATE FUNCTION dynapg.describe_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_backup(json) IS 'Describes a backup: the API operation DescribeBackup';

CREATE FUNCTION dynapg.describe_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_backup(jsonb) IS 'Describes a backup: the API operation DescribeBackup';

CREATE FUNCTION dynapg.describe_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_backup(text) IS 'Describes a backup: the API operation DescribeBackup';

CREATE FUNCTION dynapg.describe_continuous_backups(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_continuous_backups' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_continuous_backups(json) IS 'Describes the point-in-time recovery that was asked for a table: the API operation DescribeContinuousBackups';

CREATE FUNCTION dynapg.describe_continuous_backups(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_continuous_backups_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_continuous_backups(jsonb) IS 'Describes the point-in-time recovery that was asked for a table: the API operation DescribeContinuousBackups';

CREATE FUNCTION dynapg.describe_continuous_backups(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_continuous_backups_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_continuous_backups(text) IS 'Describes the point-in-time recovery that was asked for a table: the API operation DescribeContinuousBackups';

CREATE FUNCTION dynapg.list_backups(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_backups' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_backups(json) IS 'Lists backups, paged: the API operation ListBackups';

CREATE FUNCTION dynapg.list_backups(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_backups_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_backups(jsonb) IS 'Lists backups, paged: the API operation ListBackups';

CREATE FUNCTION dynapg.list_backups(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_backups_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_backups(text) IS 'Lists backups, paged: the API operation ListBackups';

CREATE FUNCTION dynapg.restore_table_from_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_from_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_from_backup(json) IS 'Makes a table of a backup: the API operation RestoreTableFromBackup';

CREATE FUNCTION dynapg.restore_table_from_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_from_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_from_backup(jsonb) IS 'Makes a table of a backup: the API operation RestoreTableFromBackup';

CREATE FUNCTION dynapg.restore_table_from_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_from_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_from_backup(text) IS 'Makes a table of a backup: the API operation RestoreTableFromBackup';

CREATE FUNCTION dynapg.restore_table_to_point_in_time(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_to_point_in_time' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(json) IS 'Refuses, as there is no point-in-time recovery of a table: the API operation RestoreTableToPointInTime';

CREATE FUNCTION dynapg.restore_table_to_point_in_time(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_to_point_in_time_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(jsonb) IS 'Refuses, as there is no point-in-time recovery of a table: the API operation RestoreTableToPointInTime';

CREATE FUNCTION dynapg.restore_table_to_point_in_time(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_to_point_in_time_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(text) IS 'Refuses, as there is no point-in-time recovery of a table: the API operation RestoreTableToPointInTime';

CREATE FUNCTION dynapg.update_continuous_backups(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_continuous_backups' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_continuous_backups(json) IS 'Keeps the setting of point-in-time recovery of a table: the API operation UpdateContinuousBackups';

CREATE FUNCTION dynapg.update_continuous_backups(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_continuous_backups_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_continuous_backups(jsonb) IS 'Keeps the setting of point-in-time recovery of a table: the API operation UpdateContinuousBackups';

CREATE FUNCTION dynapg.update_continuous_backups(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_continuous_backups_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_continuous_backups(text) IS 'Keeps the setting of point-in-time recovery of a table: the API operation UpdateContinuousBackups';

--
-- Moving data in and out
--

CREATE FUNCTION dynapg.import_line(state internal, table_name text, line text) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_import_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_line(internal, text, text) IS 'takes a line, for dynapg.import_items';

CREATE FUNCTION dynapg.import_line(state internal, table_name text, line json) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_import_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_line(internal, text, json) IS 'takes a line, for dynapg.import_items';

CREATE FUNCTION dynapg.import_line(state internal, table_name text, line jsonb) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_import_line_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_line(internal, text, jsonb) IS 'takes a line, for dynapg.import_items';

CREATE FUNCTION dynapg.import_result(state internal) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_result' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_result(internal) IS 'writes the last lines, and returns the result of dynapg.import_items';

CREATE AGGREGATE dynapg.import_items(table_name text, line text) (
	SFUNC = dynapg.import_line, STYPE = internal, FINALFUNC = dynapg.import_result, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = UNSAFE
);
COMMENT ON AGGREGATE dynapg.import_items(text, text) IS
	'writes the items of lines into a table, or into the tables that the lines name, and returns counts and errors';

CREATE AGGREGATE dynapg.import_items(table_name text, line json) (
	SFUNC = dynapg.import_line, STYPE = internal, FINALFUNC = dynapg.import_result, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = UNSAFE
);
COMMENT ON AGGREGATE dynapg.import_items(text, json) IS
	'writes the items of lines into a table, or into the tables that the lines name, and returns counts and errors';

CREATE AGGREGATE dynapg.import_items(table_name text, line jsonb) (
	SFUNC = dynapg.import_line, STYPE = internal, FINALFUNC = dynapg.import_result, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = UNSAFE
);
COMMENT ON AGGREGATE dynapg.import_items(text, jsonb) IS
	'writes the items of lines into a table, or into the tables that the lines name, and returns counts and errors';

CREATE FUNCTION dynapg.dump_items(table_name text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	relation text;
BEGIN
	SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) INTO relation
		FROM dynapg.tables AS t
		JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relid::pg_catalog.oid
		JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
		WHERE t.name OPERATOR(pg_catalog.=) table_name;
	IF relation IS NULL THEN
		RAISE EXCEPTION 'Requested resource not found: Table: % not found', table_name USING ERRCODE = 'ND004';
	END IF;
	RETURN QUERY EXECUTE 'SELECT pg_catalog.concat(''{"Item":'', dynapg.item_to_json(d.item), ''}'') FROM '
		OPERATOR(pg_catalog.||) relation OPERATOR(pg_catalog.||) ' AS d';
END
$$;
COMMENT ON FUNCTION dynapg.dump_items(text) IS 'the items of a table as the lines of an export, in any order';

CREATE FUNCTION dynapg.create_table_request(description json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_request' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.create_table_request(json) IS 'the request of CreateTable that makes a table like the one that a reply of DescribeTable describes';

CREATE FUNCTION dynapg.create_table_like(source text, target text) RETURNS json
	LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
	BEGIN ATOMIC
		SELECT dynapg.create_table(pg_catalog.json_build_object('TableName', target, 'Table',
			dynapg.describe_table(pg_catalog.json_build_object('TableName', source)) OPERATOR(pg_catalog.->) 'Table'));
	END;
COMMENT ON FUNCTION dynapg.create_table_like(text, text) IS 'creates an empty table with the keys, indexes and settings of another one';

CREATE FUNCTION dynapg.import_workbench(model json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_workbench' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_workbench(json) IS 'creates the tables of a model of NoSQL Workbench, and writes their sample data';

CREATE FUNCTION dynapg.create_tables_from_cloudformation(template json, parameters json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_tables_from_cloudformation' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_tables_from_cloudformation(json, json) IS 'creates the tables of a template of CloudFormation';

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
	REVOKE SELECT ON dynapg.scan_bounds, dynapg.tokens, dynapg.access_keys, dynapg.access_secrets, dynapg.jobs FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.ticks, dynapg.changes, dynapg.changes_0, dynapg.changes_1, dynapg.changes_2, dynapg.changes_3, dynapg.changes_4,
		dynapg.changes_5, dynapg.changes_6, dynapg.changes_7, dynapg.changes_8, dynapg.changes_9 FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.throughput, dynapg.stat_operations, dynapg.http_activity FROM PUBLIC;
	REVOKE CREATE ON SCHEMA dynapg FROM PUBLIC, pg_monitor;
END
$$;

-- Who may not call an operation with json may not call it with another type either. That concerns functions that an update from 0.1.0 has
-- made in this transaction: the loop above took their rights, too.
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

/* ---- bounds of parallel scans: key values, which pg_read_all_data must not see through row security ---- */

ALTER TABLE dynapg.scan_bounds ENABLE ROW LEVEL SECURITY;

/* ---- streams that were only described so far begin ---- */

DO $$
DECLARE
	described record;
BEGIN
	FOR described IN
		SELECT t.relid, t.name, t.definition OPERATOR(pg_catalog.->>) 'LatestStreamLabel' AS label,
			t.definition OPERATOR(pg_catalog.->) 'StreamSpecification' OPERATOR(pg_catalog.->>) 'StreamViewType' AS view,
			t.pk_name, t.pk_type, t.sk_name, t.sk_type
		FROM dynapg.tables AS t JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relid
		WHERE c.relkind OPERATOR(pg_catalog.=) 'r'
			AND t.definition OPERATOR(pg_catalog.->) 'StreamSpecification' OPERATOR(pg_catalog.->>) 'StreamEnabled' OPERATOR(pg_catalog.=) 'true'
	LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER "!dynapg_capture" AFTER INSERT OR UPDATE OR DELETE ON %s '
			'FOR EACH ROW EXECUTE FUNCTION dynapg.capture()', described.relid);
		EXECUTE pg_catalog.format('CREATE TRIGGER "!dynapg_capture_truncate" BEFORE TRUNCATE ON %s '
			'FOR EACH STATEMENT EXECUTE FUNCTION dynapg.capture()', described.relid);
		INSERT INTO dynapg.streams (table_name, label, relid, view, pk_name, pk_type, sk_name, sk_type)
			VALUES (described.name, described.label, described.relid, described.view, described.pk_name, described.pk_type,
				described.sk_name, described.sk_type);
	END LOOP;
END
$$;

/* ---- replies that wait for synchronous standbys ---- */

CREATE OR REPLACE VIEW dynapg.http_activity AS
	SELECT worker, pid, started, last_active, connections, idle, receiving, sending, closing, requests, buffered_bytes, unflushed_lsn, waiting
	FROM pg_catalog.json_to_recordset(dynapg.http_workers()) AS w (worker integer, pid integer, started timestamptz,
		last_active timestamptz, connections integer, idle integer, receiving integer, sending integer, closing integer, requests bigint,
		buffered_bytes bigint, unflushed_lsn pg_lsn, waiting integer);

-- Other sessions learn from this that the version has changed: see src/store/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
