/* dynapg 0.3.0 to 0.4.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.4.0'" to load this file. \quit

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
	REVOKE SELECT ON dynapg.ticks, dynapg.changes, dynapg.changes_0, dynapg.changes_1, dynapg.changes_2, dynapg.changes_3, dynapg.changes_4,
		dynapg.changes_5, dynapg.changes_6, dynapg.changes_7, dynapg.changes_8, dynapg.changes_9 FROM PUBLIC, pg_monitor;
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
