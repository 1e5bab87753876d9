-- job_progress: the view of long work shows each role its own, and nobody writes the catalog behind it
\set ECHO none
\i sql/common.psql

CREATE ROLE regress_jobs_a LOGIN;
CREATE ROLE regress_jobs_b LOGIN;
CREATE ROLE regress_jobs_writer LOGIN BYPASSRLS;
GRANT pg_write_all_data, pg_read_all_data TO regress_jobs_writer;

\echo == work on tables that somebody else owns is not shown
SELECT dynapg.create_table('{"TableName":"JobsA","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}')
	IS NOT NULL AS created;
ALTER TABLE dynamodb."JobsA" OWNER TO regress_jobs_a;
BEGIN;
UPDATE dynapg.indexes SET status = 'CREATING', failures = 1, failed_at = pg_catalog.now(), failure = 'no room'
	WHERE table_relid = 'dynamodb."JobsA"'::regclass;
INSERT INTO dynapg.long_jobs (id, kind, role, table_name, request, items, total_items, created_at, started_at)
	VALUES ('01700000000000-0000000a', 'export', 'regress_jobs_a', 'JobsA', '{}', 1000, 3000, now(), clock_timestamp() - interval '1000 s'),
		('01700000000000-0000000b', 'export', 'regress_jobs_b', 'Other', '{}', 1, NULL, now(), now());
SET LOCAL ROLE regress_jobs_a;
SELECT id, kind, table_name, state, items, total_items, errors, items_per_second, time_left BETWEEN '1900 s' AND '2100 s' AS time_left, failure
	FROM dynapg.job_progress WHERE table_name IN ('JobsA', 'Other') ORDER BY 1;
SET LOCAL ROLE regress_jobs_b;
SELECT id, kind, table_name, state FROM dynapg.job_progress WHERE table_name IN ('JobsA', 'Other') ORDER BY 1;

\echo == nobody else cancels a job
SAVEPOINT before;
SELECT dynapg.cancel_job('01700000000000-0000000a');
ROLLBACK TO before;
SELECT dynapg.cancel_job('01700000000000-0000000b');
SELECT id, state FROM dynapg.job_progress WHERE table_name IN ('JobsA', 'Other') ORDER BY 1;
ROLLBACK;

\echo == the catalog names the role that a worker runs as: SQL cannot write it
SET ROLE regress_jobs_writer;
INSERT INTO dynapg.long_jobs (id, kind, role, table_name, request, created_at)
	VALUES ('01700000000000-0000000c', 'export', 'regress_jobs_a', 'JobsA', '{}', now());
RESET ROLE;
SET ROLE regress_jobs_a;
SELECT * FROM dynapg.long_jobs;
RESET ROLE;

SELECT dynapg.delete_table('{"TableName":"JobsA"}') IS NOT NULL AS deleted;
DROP ROLE regress_jobs_a;
DROP ROLE regress_jobs_b;
DROP ROLE regress_jobs_writer;

-- What jobs add to their statements: a condition that holds, for whoever calls it.
CREATE ROLE regress_pace LOGIN;
SET ROLE regress_pace;
SELECT count(*) FROM generate_series(1, 3) i WHERE dynapg.pace_job();
RESET ROLE;
DROP ROLE regress_pace;
