-- A session that reads one item again and again gets what the table has, with the rights that its role has, whatever happens to the table
-- in between.
\set ECHO none
\i sql/common.psql

SELECT dynapg.create_table('{"TableName":"Points","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},
	{"AttributeName":"s","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"B"}]}') #>> '{TableDescription,TableStatus}';
SELECT dynapg.create_table('{"TableName":"Numbers","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"n","AttributeType":"N"}]}') #>> '{TableDescription,TableStatus}';
CREATE ROLE dynapg_point_reader LOGIN;
GRANT USAGE ON SCHEMA dynapg, dynamodb TO dynapg_point_reader;

CREATE FUNCTION pg_temp.put(s text, v text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('put_item', format('{"TableName":"Points","Item":{"p":{"S":"x"},"s":{"B":"%s"},"v":{"S":"%s"}}}', s, v)) $$;
-- The item's attribute v: its first bytes and its length.
CREATE FUNCTION pg_temp.v(s text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(left(reply::json #>> '{Item,v,S}', 10) || ' ' || length(reply::json #>> '{Item,v,S}'), reply)
	FROM (SELECT CASE WHEN answer LIKE '{%' THEN answer ELSE to_json(answer)::text END AS reply FROM pg_temp.answer('get_item',
		format('{"TableName":"Points","Key":{"p":{"S":"x"},"s":{"B":"%s"}}}', s)) AS answer) AS a $$;
\set ECHO all

SELECT pg_temp.put('AA==', 'one'), pg_temp.put('AAA=', 'two'), pg_temp.put('/w==', 'three');
SELECT pg_temp.v('AA=='), pg_temp.v('AAA='), pg_temp.v('/w=='), pg_temp.v('/wA='), pg_temp.v('AA==');
SELECT dynapg.put_item('{"TableName":"Numbers","Item":{"n":{"N":"1.50"}}}'), dynapg.put_item('{"TableName":"Numbers","Item":{"n":{"N":"-1e100"}}}');
SELECT pg_temp.answer('get_item', format('{"TableName":"Numbers","Key":{"n":{"N":"%s"}}}', n)) FROM unnest('{1.5,15e-1,-1e100,1.51}'::text[]) AS n;

-- a transaction sees what it has written, in the same statement, too, and no more after it is rolled back
BEGIN;
SELECT pg_temp.put('AA==', 'changed'), pg_temp.v('AA==');
SAVEPOINT s;
SELECT dynapg.delete_item('{"TableName":"Points","Key":{"p":{"S":"x"},"s":{"B":"AA=="}}}'), pg_temp.v('AA==');
ROLLBACK TO s;
SELECT pg_temp.v('AA==');
ROLLBACK;
SELECT pg_temp.v('AA==');

-- items that are stored compressed, and out of line
SELECT pg_temp.put('AQ==', repeat('c', 100000)), pg_temp.put('Ag==', (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) AS n));
SELECT pg_temp.v('AQ=='), pg_temp.v('Ag==');

-- rights
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA==');
RESET ROLE;
GRANT SELECT (pk, sk) ON dynamodb."Points" TO dynapg_point_reader;
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA==');
RESET ROLE;
GRANT SELECT (item) ON dynamodb."Points" TO dynapg_point_reader;
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA=='), pg_temp.v('AA==');
RESET ROLE;
REVOKE SELECT (sk) ON dynamodb."Points" FROM dynapg_point_reader;
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA==');
RESET ROLE;
GRANT SELECT ON dynamodb."Points" TO dynapg_point_reader;
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA=='), pg_temp.v('AA==');
RESET ROLE;

-- row security
CREATE POLICY part ON dynamodb."Points" USING (sk <> '\x00');
ALTER TABLE dynamodb."Points" ENABLE ROW LEVEL SECURITY;
SELECT pg_temp.v('AA==');
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA=='), pg_temp.v('AAA='), pg_temp.v('AA=='), pg_temp.v('AAA=');
RESET ROLE;
SELECT pg_temp.v('AA==');
DROP POLICY part ON dynamodb."Points";
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AAA='), pg_temp.v('AAA=');
RESET ROLE;
ALTER TABLE dynamodb."Points" DISABLE ROW LEVEL SECURITY;
SET ROLE dynapg_point_reader;
SELECT pg_temp.v('AA=='), pg_temp.v('AA==');
RESET ROLE;

-- the table and its index, made again or changed
VACUUM FULL dynamodb."Points";
SELECT pg_temp.v('AA=='), pg_temp.v('Ag==');
REINDEX TABLE CONCURRENTLY dynamodb."Points";
SELECT pg_temp.v('AA=='), pg_temp.v('Ag==');
ALTER TABLE dynamodb."Points" ADD COLUMN more int DEFAULT 1;
SELECT pg_temp.v('AA=='), pg_temp.v('AA==');
ALTER TABLE dynamodb."Points" DROP COLUMN more;
SELECT pg_temp.v('AA=='), pg_temp.v('AA==');
DO $$
DECLARE
	key text = (SELECT conname FROM pg_constraint WHERE conrelid = 'dynamodb."Points"'::regclass AND contype = 'p');
BEGIN
	EXECUTE format('ALTER TABLE dynamodb."Points" DROP CONSTRAINT %I', key);
	ALTER TABLE dynamodb."Points" ADD PRIMARY KEY (sk, pk);
END $$;
SELECT pg_temp.v('AA=='), pg_temp.v('AAA='), pg_temp.v('/w==');

-- a child's rows belong to the table; a distributed one has none
SELECT pg_temp.keep_local('Points');
CREATE TABLE point_child () INHERITS (dynamodb."Points");
INSERT INTO point_child (pk, sk, item) VALUES ('x', '\x05', '{"p":{"S":"x"},"s":{"B":"BQ=="},"v":{"S":"child"}}');
SELECT pg_temp.v('BQ=='), pg_temp.v('AA=='), pg_temp.v('BQ==');
DROP TABLE point_child;
SELECT pg_temp.v('BQ=='), pg_temp.v('AA==');

-- a request that is explained after others
SELECT bool_or(line ~ 'Index Scan using') FROM dynapg.explain('GetItem', '{"TableName":"Numbers","Key":{"n":{"N":"1.5"}}}') AS line;

SELECT dynapg.delete_table(json_build_object('TableName', t)) #>> '{TableDescription,TableName}' FROM unnest('{Points,Numbers}'::text[]) AS t;
SELECT pg_temp.v('AA==');
DROP OWNED BY dynapg_point_reader;
DROP ROLE dynapg_point_reader;
