-- ItemCount and TableSizeBytes of tables too large to be counted: never far from the truth, whatever PostgreSQL knows of them
\set ECHO none
\i sql/common.psql
-- A distributed table is counted by the first blocks of its shards, whatever PostgreSQL knows: test/t/266_citus_sql.pl.
SET dynapg.distribute_tables = off;
SELECT dynapg.create_table('{"TableName":"Counted","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"all","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"keys","KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}')
	#>> '{TableDescription,TableStatus}';
-- Autovacuum must not decide what the tests see.
ALTER TABLE dynamodb."Counted" SET (autovacuum_enabled = off, toast.autovacuum_enabled = off);
-- items that are not in the index, as they are older
ALTER TABLE dynamodb."Counted" DROP CONSTRAINT "dynapg index all", DROP CONSTRAINT IF EXISTS "dynapg index keys";
-- Pieces of what cannot be compressed, and of what can.
CREATE FUNCTION pg_temp.noise(n integer, pieces integer) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, pieces) AS i$$;
CREATE FUNCTION pg_temp.fill(first integer, last integer, filler text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('INSERT INTO dynamodb."Counted" SELECT pk, dynapg.from_jsonb(jsonb_build_object(''id'', pk, ''g'', i %% 7, ''text'', %s)
		|| CASE WHEN i %% 7 = 0 THEN jsonb_build_object(''g'', ''seven'') ELSE ''{}'' END || jsonb_build_object(''h'', ''h'' || i %% 10))
		FROM generate_series(%s, %s) AS i, LATERAL (SELECT ''item'' || i AS pk) AS k', filler, first, last);
END $$;
-- Each figure of DescribeTable, and whether it is within a tenth of the truth.
CREATE FUNCTION pg_temp.near(name text, figure text, truth numeric) RETURNS text LANGUAGE sql AS $$
	SELECT name || CASE WHEN abs(figure::numeric - truth) <= truth / 10 THEN ' near' ELSE format(' %s instead of %s', figure, truth) END $$;
CREATE FUNCTION pg_temp.check() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	d json := dynapg.describe_table('{"TableName":"Counted"}') -> 'Table';
	i json;
	t record;
BEGIN
	SELECT count(*) AS n, sum(dynapg.item_size(item)) AS b, count(*) FILTER (WHERE a) AS an, sum(dynapg.item_size(item)) FILTER (WHERE a) AS ab,
		sum(dynapg.item_size(dynapg.item_project(item, 'id, h'))) AS kb
		FROM (SELECT item, item OPERATOR(dynapg.->>) 'g' = 'seven' AS a FROM dynamodb."Counted") AS s INTO t;
	RETURN NEXT pg_temp.near('ItemCount', d ->> 'ItemCount', t.n);
	RETURN NEXT pg_temp.near('TableSizeBytes', d ->> 'TableSizeBytes', t.b);
	FOR i IN SELECT json_array_elements(d -> 'GlobalSecondaryIndexes') LOOP
		IF i ->> 'IndexName' = 'all' THEN
			RETURN NEXT pg_temp.near('all: ItemCount', i ->> 'ItemCount', t.an);
			RETURN NEXT pg_temp.near('all: IndexSizeBytes', i ->> 'IndexSizeBytes', t.ab);
		ELSE
			RETURN NEXT pg_temp.near('keys: ItemCount', i ->> 'ItemCount', t.n);
			RETURN NEXT pg_temp.near('keys: IndexSizeBytes', i ->> 'IndexSizeBytes', t.kb);
		END IF;
	END LOOP;
END $$;

-- 1,500 items of 1.5 KB, which nothing has looked at yet
SELECT pg_temp.fill(1, 1500, 'pg_temp.noise(i, 46)');
SELECT pg_relation_size('dynamodb."Counted"') > 256 * 8192 AS too_large_to_count, reltuples FROM pg_class WHERE oid = 'dynamodb."Counted"'::regclass;
SELECT pg_temp.check();

-- What ANALYZE found is old: ten times as many items, then three quarters of them are deleted, then all is bloated by updates
ANALYZE dynamodb."Counted";
SELECT pg_temp.check();
SELECT pg_temp.fill(1501, 15000, 'pg_temp.noise(i, 46)');
SELECT pg_temp.check();
DELETE FROM dynamodb."Counted" WHERE substr(pk, 5)::integer % 4 <> 0;
SELECT pg_temp.check();
VACUUM (ANALYZE) dynamodb."Counted";
UPDATE dynamodb."Counted" SET item = dynapg.item_update(item, 'SET n = :n', NULL, '{":n":{"N":"1"}}');
UPDATE dynamodb."Counted" SET item = dynapg.item_update(item, 'SET n = :n', NULL, '{":n":{"N":"2"}}');
SELECT pg_temp.check();
VACUUM (ANALYZE) dynamodb."Counted";
SELECT pg_temp.check();

-- Items that compress well: their bytes are not those of the heap
TRUNCATE dynamodb."Counted";
SELECT pg_temp.fill(1, 10000, 'repeat(''x'', 5000)');
SELECT pg_temp.check();
-- Items out of line: their bytes are not in the heap
TRUNCATE dynamodb."Counted";
SELECT pg_temp.fill(1, 25000, 'CASE WHEN i % 5 = 0 THEN pg_temp.noise(i, 100) ELSE repeat(pg_temp.noise(i, 1), 2) END');
SELECT pg_temp.check();
ANALYZE dynamodb."Counted";
SELECT pg_temp.check();

-- What VACUUM has counted is reported as it is, without what the caller's transaction deletes
VACUUM dynamodb."Counted";
SELECT dynapg.describe_table('{"TableName":"Counted"}') #>> '{Table,ItemCount}';
BEGIN;
DELETE FROM dynamodb."Counted" WHERE substr(pk, 5)::integer > 5000;
SELECT pg_temp.check();
ROLLBACK;
DELETE FROM dynamodb."Counted";
SELECT dynapg.describe_table('{"TableName":"Counted"}') #>> '{Table,ItemCount}', dynapg.describe_table('{"TableName":"Counted"}') #>> '{Table,TableSizeBytes}';

-- Who may not read the table gets PostgreSQL's figures
TRUNCATE dynamodb."Counted";
SELECT pg_temp.fill(1, 3000, 'pg_temp.noise(i, 46)');
CREATE ROLE regress_dynapg_counter LOGIN;
VACUUM (ANALYZE) dynamodb."Counted";
SET ROLE regress_dynapg_counter;
SELECT t ->> 'ItemCount', (t ->> 'TableSizeBytes')::bigint = pg_relation_size('dynamodb."Counted"')
	FROM (SELECT dynapg.describe_table('{"TableName":"Counted"}') -> 'Table') AS s (t);
RESET ROLE;
DROP ROLE regress_dynapg_counter;
SELECT dynapg.delete_table('{"TableName":"Counted"}') #>> '{TableDescription,TableStatus}';
