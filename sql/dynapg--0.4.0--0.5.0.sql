/* dynapg 0.4.0 to 0.5.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.5.0'" to load this file. \quit

-- One ALTER EXTENSION may run several update scripts in its transaction. What the scripts before this one made already has the rights
-- that they gave it, and keeps them: see the end.
SELECT pg_catalog.set_config('dynapg_update.made_before', pg_catalog.string_agg(d.objid::pg_catalog.text, ' '), true)
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid AND e.extname OPERATOR(pg_catalog.=) 'dynapg'
WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
	AND d.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid;

/* ---- tags as rows ---- */

CREATE VIEW dynapg.tags AS
	SELECT t.name AS table_name, g.tag OPERATOR(pg_catalog.->>) 'Key' AS key, g.tag OPERATOR(pg_catalog.->>) 'Value' AS value
	FROM dynapg.tables t
	JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
	CROSS JOIN LATERAL pg_catalog.json_array_elements(t.definition OPERATOR(pg_catalog.->) 'Tags') AS g (tag);
COMMENT ON VIEW dynapg.tags IS 'the tags of tables, as rows; TagResource and UntagResource write them';
GRANT SELECT ON dynapg.tags TO PUBLIC;

/* ---- checks of rows ---- */

/*
 * What CHECK constraints of data tables ask of each row. "any" is the type of a key column: text, numeric or bytea. A key attribute is
 * one text, its type and its name, as PostgreSQL reads the constants of a constraint again for each statement.
 */

CREATE FUNCTION dynapg.row_fits(item dynapg.item, pk "any", pk_attribute text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_row_fits' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_fits(dynapg.item, "any", text) IS
	'raises an error unless the row is one of a table with a partition key; the attribute is given as its type and name, "S id"';

CREATE FUNCTION dynapg.row_fits(item dynapg.item, pk "any", pk_attribute text, sk "any", sk_attribute text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_row_fits' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_fits(dynapg.item, "any", text, "any", text) IS
	'raises an error unless the row is one of a table with a partition and a sort key; attributes are given as their types and names, "S id"';

CREATE FUNCTION dynapg.row_problem(item dynapg.item, pk "any", pk_attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_row_problem' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_problem(dynapg.item, "any", text) IS
	'what is wrong with a row of a table with a partition key, or NULL';

CREATE FUNCTION dynapg.row_problem(item dynapg.item, pk "any", pk_attribute text, sk "any", sk_attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_row_problem' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_problem(dynapg.item, "any", text, "any", text) IS
	'what is wrong with a row of a table with a partition and a sort key, or NULL';

CREATE FUNCTION dynapg.index_fits(item dynapg.item, index text, partition_keys integer, VARIADIC keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_index_fits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.index_fits(dynapg.item, text, integer, text[]) IS
	'raises an error for an item whose attributes cannot be keys of the index; keys: type and name of each key attribute, partition keys first';

CREATE FUNCTION dynapg.index_problem(item dynapg.item, index text, partition_keys integer, VARIADIC keys text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_index_problem' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.index_problem(dynapg.item, text, integer, text[]) IS
	'why attributes of an item cannot be keys of the index, or NULL';

CREATE FUNCTION dynapg.vector_fits(item dynapg.item, index text, attribute text, dimensions integer, has_hash boolean, VARIADIC keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_vector_fits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.vector_fits(dynapg.item, text, text, integer, boolean, text[]) IS
	'raises an error for an item that a vector index cannot have; keys: type and name of each attribute of its SearchSchema';

CREATE FUNCTION dynapg.vector_problem(item dynapg.item, index text, attribute text, dimensions integer, has_hash boolean, VARIADIC keys text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_vector_problem' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.vector_problem(dynapg.item, text, text, integer, boolean, text[]) IS
	'why a vector index cannot have an item, or NULL';

/*
 * The rows of data tables: those that do not fit, the constraints on them, making them from items.
 */

CREATE FUNCTION dynapg.add_checks(relation regclass, validate boolean DEFAULT true) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_add_checks' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.add_checks(regclass, boolean) IS
	'gives a data table the CHECK constraints that it lacks, and validates those that are not valid: are all of them valid?';

CREATE FUNCTION dynapg.unfit_rows(relation regclass, OUT pk text, OUT sk text, OUT problem text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_unfit_rows' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.unfit_rows(regclass) IS 'rows of a data table that its CHECK constraints refuse, and why';

CREATE FUNCTION dynapg.table_row(row_type anyelement, item dynapg.item) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'dynapg_table_row' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.table_row(anyelement, dynapg.item) IS
	'the row of a data table that holds the item: table_row(NULL::dynamodb."Name", item)';

/* ---- contributor insights ---- */

CREATE FUNCTION dynapg.contributors(OUT table_name text, OUT index_name text, OUT event text, OUT partition_key text,
	OUT sort_key text, OUT requests bigint, OUT error bigint, OUT since timestamp with time zone) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_contributors' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.contributors() IS 'what dynapg.contributor_insights shows';

CREATE VIEW dynapg.contributor_insights AS SELECT * FROM dynapg.contributors();
COMMENT ON VIEW dynapg.contributor_insights IS 'the keys of your tables and indexes that are accessed and throttled most, where UpdateContributorInsights has it on';
GRANT SELECT ON dynapg.contributor_insights TO PUBLIC;

/* ---- version ---- */

CREATE FUNCTION dynapg.version() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_version';
COMMENT ON FUNCTION dynapg.version() IS 'the version of the module that the server has loaded';

/* ---- comments in plainer words ---- */

COMMENT ON FUNCTION dynapg.attach_table(regclass, json) IS
	'makes a table of schema dynamodb that the API does not know, as after restoring only this table, a DynamoDB table; description: the request of its CreateTable, else derived from the table';
COMMENT ON FUNCTION dynapg.import_access_key(regrole, text, text) IS
	'a key with an id and a secret that clients already have; the arguments may get into logs, as with any statement';
COMMENT ON FUNCTION dynapg.stream_notify(text, text) IS
	'makes each transaction that writes records of a table''s stream notify a channel, with the name of the table; NULL ends that';
COMMENT ON FUNCTION dynapg.item_get_text(dynapg.item, text) IS 'an attribute as text: B as base64, lists, maps and sets as DynamoDB JSON; or NULL';
COMMENT ON FUNCTION dynapg.tie(text) IS 'a key column, cut and with its hash if longer than 128 bytes; distinguishes index entries with equal keys';
COMMENT ON FUNCTION dynapg.tie(bytea) IS 'a key column, cut and with its hash if longer than 128 bytes; distinguishes index entries with equal keys';
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text) IS 'a list of numbers as a vector, or NULL for anything else';
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text, integer) IS 'a list of that length of numbers as a vector, or NULL for anything else';
COMMENT ON FUNCTION dynapg.item_unit_reals(dynapg.item, text, integer) IS 'the same, scaled to length 1; also NULL for a vector of zeros';
COMMENT ON ACCESS METHOD dynapg_flat IS 'vectors in sequence, for exact search';
COMMENT ON COLUMN dynapg.indexes.failures IS 'failed attempts to finish the work in status';
COMMENT ON TABLE dynapg.tokens IS 'ClientRequestToken of transactions of the last ten minutes, with a digest of the request';
COMMENT ON COLUMN dynapg.tokens.note IS 'the read units of each action, for the reply to a repeated request; NULL if it does not ask for them';
COMMENT ON FUNCTION dynapg.on_access_key_secret() IS 'moves the secret of a key to dynapg.access_secrets';
COMMENT ON FUNCTION dynapg.enable_access_key(text) IS 'allows requests with the key again';
COMMENT ON FUNCTION dynapg.drop_access_key(text) IS 'deletes the key';
COMMENT ON FUNCTION dynapg.put_resource_policy(json) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';
COMMENT ON FUNCTION dynapg.put_resource_policy(jsonb) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';
COMMENT ON FUNCTION dynapg.put_resource_policy(text) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';
COMMENT ON FUNCTION dynapg.throughput_left() IS 'the content of dynapg.throughput as JSON';
COMMENT ON VIEW dynapg.throughput IS 'the remaining throughput of tables and global secondary indexes that were used since the server started';
COMMENT ON FUNCTION dynapg.refill_throughput(text, integer) IS 'sets the remaining throughput of a table and its global secondary indexes to that of a number of seconds; a negative number is a debt';
COMMENT ON FUNCTION dynapg.http_statistics() IS 'the content of stat_operations as JSON; NULL without an HTTP front';
COMMENT ON FUNCTION dynapg.http_workers() IS 'the content of http_activity as JSON; NULL without an HTTP front';
COMMENT ON FUNCTION dynapg.run_jobs() IS 'does the work of the background worker: deletes the expired items of the tables that the user owns, and returns their number; maintains streams';
COMMENT ON FUNCTION dynapg.batch_execute_statement(json) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';
COMMENT ON FUNCTION dynapg.batch_execute_statement(jsonb) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';
COMMENT ON FUNCTION dynapg.batch_execute_statement(text) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';
COMMENT ON FUNCTION dynapg.partiql_json(text, json[]) IS 'What dynapg.partiql returns; its parameters are DynamoDB JSON only';
COMMENT ON FUNCTION dynapg.explain_statement(text) IS 'The operation that a PartiQL statement becomes, in words, and PostgreSQL''s plan; runs nothing';
COMMENT ON FUNCTION dynapg.explain_statement(text, "any") IS 'The operation that a PartiQL statement becomes, in words, and PostgreSQL''s plan; runs nothing';
COMMENT ON COLUMN dynapg.streams.channel IS 'the channel that a transaction notifies when it writes records; NULL: none';
COMMENT ON VIEW dynapg.stream_list IS 'streams; with the size of those whose records the user may read';
COMMENT ON COLUMN dynapg.stream_list.records IS 'records in the log, including old ones that are not yet removed';
COMMENT ON COLUMN dynapg.stream_list.bytes IS 'their size on disk, estimated from the newest 1,000';
COMMENT ON COLUMN dynapg.stream_list.lag IS 'how long changes have waited for a reader or the background worker; 0: none wait';
COMMENT ON FUNCTION dynapg.jobs_next_look() IS 'when the background worker next runs due jobs; NULL if none works in this database';
COMMENT ON COLUMN dynapg.job_list.next_run IS 'when it runs next; NULL without a background worker';
COMMENT ON COLUMN dynapg.ttl_list.backlog IS 'expired items that are not yet deleted; NULL unless the status is ENABLED';
COMMENT ON TABLE dynapg.history_commits IS 'commit times of longer transactions; prepared: when it was prepared, as its commit time is not known yet';
COMMENT ON VIEW dynapg.recovery_list IS 'point-in-time recovery of the tables that the user owns: period in days, the oldest moment to restore to, and the number of rows kept';
COMMENT ON COLUMN dynapg.backups.expires_at IS 'when it is deleted automatically; such a backup was made when its table was deleted';
COMMENT ON FUNCTION dynapg.restore_table_from_backup(json) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';
COMMENT ON FUNCTION dynapg.restore_table_from_backup(jsonb) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';
COMMENT ON FUNCTION dynapg.restore_table_from_backup(text) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';
COMMENT ON TABLE dynapg.long_jobs IS 'one row per long job: the request, its role, the progress and the result';
COMMENT ON COLUMN dynapg.long_jobs.role IS 'the role that requested the job, and that it runs as';
COMMENT ON COLUMN dynapg.long_jobs.notes IS 'where to continue, and results, in the form of the kind of job';
COMMENT ON COLUMN dynapg.long_jobs.attempts IS 'attempts since the last progress';
COMMENT ON VIEW dynapg.job_progress IS 'long work that the user has requested, or that runs for tables that the user owns';
COMMENT ON FUNCTION dynapg.cancel_job(text) IS 'cancels a long job that the user has requested; false if it is over';
COMMENT ON VIEW dynapg.import_errors IS 'errors in records of imports and bulk operations that the user has requested';
COMMENT ON FUNCTION dynapg.apply_export(text, text, text) IS 'starts a job that applies an export to a table: puts its items and, for an incremental export, also deletes items; returns its id';
COMMENT ON FUNCTION dynapg.import_workbench(json) IS 'creates the tables of a NoSQL Workbench model, and writes their sample data';
COMMENT ON FUNCTION dynapg.create_tables_from_cloudformation(json, json) IS 'creates the tables of a CloudFormation template';

/* ---- explain ---- */

CREATE FUNCTION dynapg.explain(operation text, request json, run boolean DEFAULT false) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain(text, json, boolean) IS 'How PostgreSQL carries an operation out; with run => true all of it runs, and is rolled back';

CREATE FUNCTION dynapg.explain(operation text, request jsonb, run boolean DEFAULT false) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_jsonb' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain(text, jsonb, boolean) IS 'How PostgreSQL carries an operation out; with run => true all of it runs, and is rolled back';

CREATE FUNCTION dynapg.explain(operation text, request text, run boolean DEFAULT false) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_text' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain(text, text, boolean) IS 'How PostgreSQL carries an operation out; with run => true all of it runs, and is rolled back';

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
			AND NOT d.objid::pg_catalog.text OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(COALESCE(
				pg_catalog.current_setting('dynapg_update.made_before', true), ''), ' '))
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

/*
 * The tables that are there get the constraints that new ones have. Rows are looked at here where there are few, as nobody can use the
 * table until the update commits; elsewhere the constraint is asked of what is written from now on, and dynapg.add_checks validates it
 * while others go on. No table keeps the extension from being updated.
 */
DO $$
DECLARE
	data record;
	valid boolean;
BEGIN
	FOR data IN
		SELECT c.oid::pg_catalog.regclass AS relation, pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.<) 67108864 AS is_small
		FROM dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
		WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}')
	LOOP
		BEGIN
			valid := dynapg.add_checks(data.relation, data.is_small);
			IF NOT valid AND NOT data.is_small THEN
				RAISE NOTICE 'the CHECK constraints of table % are not valid yet', data.relation
					USING HINT = pg_catalog.format('SELECT dynapg.add_checks(%L) validates them while others use the table.', data.relation);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING 'table % gets no CHECK constraints: %', data.relation, SQLERRM
				USING HINT = pg_catalog.format('SELECT dynapg.add_checks(%L) tries it again.', data.relation);
		END;
	END LOOP;
END
$$;

-- Other sessions learn from this that the version has changed: see src/store/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
