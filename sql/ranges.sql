-- Ranges of tables and indexes: bounds, order, start keys, and which index reads them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
-- PostgreSQL counts scans of the indexes of its own node.
SET dynapg.distribute_tables = off;
RESET client_min_messages;
\set VERBOSITY terse

-- One attribute of the items of all pages, in their order; a bar between pages.
CREATE FUNCTION ranges_read(operation text, request jsonb, attribute text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply jsonb;
	result text;
BEGIN
	LOOP
		EXECUTE format('SELECT dynapg.%I($1::json)', operation) INTO reply USING request::text;
		result := concat(result || '|', (SELECT string_agg(coalesce(v #>> ARRAY[attribute, 'S'], v #>> ARRAY[attribute, 'N'], v #>> ARRAY[attribute, 'B']), ' ' ORDER BY i)
			FROM jsonb_array_elements(reply -> 'Items') WITH ORDINALITY x (v, i)));
		EXIT WHEN NOT reply ? 'LastEvaluatedKey';
		request := request || jsonb_build_object('ExclusiveStartKey', reply -> 'LastEvaluatedKey');
	END LOOP;
	RETURN result;
END
$$;

-- A query with values of the types that their names begin with.
CREATE FUNCTION ranges_query(tab text, condition text, "values" jsonb, attribute text, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT ranges_read('query', jsonb_build_object('TableName', tab, 'KeyConditionExpression', condition, 'ExpressionAttributeValues',
		(SELECT jsonb_object_agg(':' || key, jsonb_build_object(upper(left(key, 1)), value)) FROM jsonb_each_text("values"))) || more, attribute)
$$;

SELECT dynapg.create_table('{"TableName": "Ranges", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"},
		{"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"LocalSecondaryIndexes": [
		{"IndexName": "local", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}}],
	"GlobalSecondaryIndexes": [
		{"IndexName": "global", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}},
		{"IndexName": "copy", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "KEYS_ONLY"}},
		{"IndexName": "short", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}},
		{"IndexName": "parts", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}},
		{"IndexName": "turned", "KeySchema": [{"AttributeName": "s", "KeyType": "HASH"}, {"AttributeName": "p", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}}]}') -> 'TableDescription' ->> 'TableName' AS created;
CREATE FUNCTION ranges_put(i int) RETURNS int LANGUAGE sql AS $$
	SELECT 1 FROM dynapg.put_item(format('{"TableName": "Ranges", "Item": {"p": {"S": "p%s"}, "s": {"S": "s%s"}%s}}', i % 3, to_char(i, 'FM0000'),
		CASE WHEN i % 4 > 0 THEN format(', "g": {"S": "g%s"}, "n": {"N": "%s"}', i % 2, i / 10) ELSE '' END)::json)
$$;

-- What a statement reads: indexes with their scans and entries, the table where it is read whole.
CREATE FUNCTION ranges_scans() RETURNS TABLE (relation text, scans bigint, entries bigint) LANGUAGE sql VOLATILE AS $$
	SELECT relname, pg_stat_get_xact_numscans(oid), pg_stat_get_xact_tuples_returned(oid)
	FROM pg_class WHERE relnamespace = 'dynamodb'::regnamespace AND relname LIKE 'Ranges%' AND relkind IN ('r', 'i')
$$;
CREATE FUNCTION ranges_used(statement text) RETURNS TABLE (relation text, scans bigint, entries bigint) LANGUAGE plpgsql AS $$
DECLARE
	before jsonb := (SELECT jsonb_object_agg(r.relation, to_jsonb(r)) FROM ranges_scans() r);
BEGIN
	EXECUTE statement;
	RETURN QUERY SELECT r.relation, r.scans - (before #>> ARRAY[r.relation, 'scans'])::bigint, r.entries - (before #>> ARRAY[r.relation, 'entries'])::bigint
		FROM ranges_scans() r WHERE r.scans > (before #>> ARRAY[r.relation, 'scans'])::bigint ORDER BY r.relation COLLATE "C";
END
$$;

-- from the first row on, without ANALYZE
SELECT ranges_put(1);
CREATE FUNCTION ranges_each() RETURNS TABLE (by_table text, parts text, "local" text, "global" text, copy text, short text, turned text) LANGUAGE sql AS $$
	SELECT ranges_query('Ranges', 'p = :s', '{"s": "p1"}', 's', '{"Limit": 2}'), ranges_query('Ranges', 'p = :s', '{"s": "p1"}', 's', '{"IndexName": "parts"}'),
		ranges_query('Ranges', 'p = :s', '{"s": "p1"}', 's', '{"IndexName": "local"}'),
		ranges_query('Ranges', 'g = :s', '{"s": "g1"}', 's', '{"IndexName": "global"}'), ranges_query('Ranges', 'g = :s', '{"s": "g1"}', 's', '{"IndexName": "copy"}'),
		ranges_query('Ranges', 'g = :s', '{"s": "g1"}', 's', '{"IndexName": "short"}'), ranges_query('Ranges', 's = :s', '{"s": "s0001"}', 's', '{"IndexName": "turned"}')
$$;
SELECT * FROM ranges_each();
SELECT * FROM ranges_used('SELECT ranges_each()');

-- the same plans when it has grown, and no more entries than the page has
SELECT sum(ranges_put(i)) FROM generate_series(2, 1500) i;
SELECT * FROM ranges_used('SELECT ranges_each()');
SELECT * FROM ranges_used($$SELECT ranges_query('Ranges', 'p = :s AND s > :s2', '{"s": "p1", "s2": "s1400"}', 's', '{"Limit": 10}')$$);
SELECT * FROM ranges_used($$SELECT ranges_read('scan', '{"TableName": "Ranges", "Limit": 500}', 's')$$);
SELECT * FROM ranges_used($$SELECT ranges_read('scan', '{"TableName": "Ranges", "Limit": 500, "IndexName": "copy"}', 's')$$);
SELECT * FROM ranges_used($$SELECT dynapg.query('{"TableName": "Ranges", "IndexName": "global", "KeyConditionExpression": "g = :g AND n < :n",
	"Limit": 2, "ScanIndexForward": false, "ExpressionAttributeValues": {":g": {"S": "g1"}, ":n": {"N": "75"}},
	"ExclusiveStartKey": {"g": {"S": "g1"}, "n": {"N": "74"}, "p": {"S": "p1"}, "s": {"S": "s0745"}}}')$$);
SELECT * FROM ranges_used($$SELECT dynapg.get_item('{"TableName": "Ranges", "Key": {"p": {"S": "p1"}, "s": {"S": "s0007"}}}'),
	dynapg.put_item('{"TableName": "Ranges", "Item": {"p": {"S": "p1"}, "s": {"S": "s0007"}, "g": {"S": "g1"}, "n": {"N": "0"}}, "ConditionExpression": "n = :n",
		"ExpressionAttributeValues": {":n": {"N": "0"}}}'),
	dynapg.delete_item('{"TableName": "Ranges", "Key": {"p": {"S": "none"}, "s": {"S": "s0007"}}}')$$);

-- every operator in both directions
SELECT more ->> 'ScanIndexForward' IS NULL AS forward, condition, ranges_query('Ranges', 'p = :s AND ' || condition, v, 's', more || '{"Limit": 2}')
	FROM unnest('{"{}", "{\"ScanIndexForward\": false}"}'::jsonb[]) more, (VALUES
		('s = :s2', '{"s": "p1", "s2": "s0007"}'::jsonb), ('s = :s2', '{"s": "p1", "s2": "s0008"}'), ('s < :s2', '{"s": "p1", "s2": "s0007"}'),
		('s <= :s2', '{"s": "p1", "s2": "s0007"}'), ('s > :s2', '{"s": "p1", "s2": "s1490"}'), ('s >= :s2', '{"s": "p1", "s2": "s1492"}'),
		('s BETWEEN :s2 AND :s3', '{"s": "p1", "s2": "s0010", "s3": "s0016"}'), ('begins_with(s, :s2)', '{"s": "p1", "s2": "s001"}')) x (condition, v);
SELECT more ->> 'ScanIndexForward' IS NULL AS forward, condition, ranges_query('Ranges', 'g = :s AND ' || condition, v, 's', more || '{"Limit": 3, "IndexName": "global"}')
	FROM unnest('{"{}", "{\"ScanIndexForward\": false}"}'::jsonb[]) more, (VALUES
		('n = :n', '{"s": "g1", "n": "7"}'::jsonb), ('n < :n', '{"s": "g1", "n": "1.5"}'), ('n <= :n', '{"s": "g1", "n": "1"}'), ('n > :n', '{"s": "g1", "n": "148.9"}'),
		('n >= :n', '{"s": "g1", "n": "149"}'), ('n BETWEEN :n AND :n2', '{"s": "g1", "n": "12", "n2": "13"}')) x (condition, v);

-- Rows that come and go between pages: a start key is a place, not an item.
SELECT dynapg.query('{"TableName": "Ranges", "IndexName": "global", "KeyConditionExpression": "g = :g AND n = :n", "Limit": 2, "ProjectionExpression": "s",
	"ExpressionAttributeValues": {":g": {"S": "g1"}, ":n": {"N": "20"}}}') AS page;
SELECT dynapg.delete_item('{"TableName": "Ranges", "Key": {"p": {"S": "p1"}, "s": {"S": "s0205"}}}'),
	dynapg.put_item('{"TableName": "Ranges", "Item": {"p": {"S": "p0"}, "s": {"S": "s0200"}, "g": {"S": "g1"}, "n": {"N": "20"}}}'),
	dynapg.put_item('{"TableName": "Ranges", "Item": {"p": {"S": "p1"}, "s": {"S": "s0206"}, "g": {"S": "g1"}, "n": {"N": "20"}}}');
SELECT dynapg.query('{"TableName": "Ranges", "IndexName": "global", "KeyConditionExpression": "g = :g AND n = :n", "Limit": 9, "ProjectionExpression": "s",
	"ExpressionAttributeValues": {":g": {"S": "g1"}, ":n": {"N": "20"}},
	"ExclusiveStartKey": {"g": {"S": "g1"}, "n": {"N": "20"}, "p": {"S": "p1"}, "s": {"S": "s0205"}}}') AS page;

-- An index that was made in this very transaction, after its rows were changed in place, cannot serve the transaction's
-- snapshot; one that was renamed by hand is found by the planner; one that was dropped by hand, and
-- unseen, is sorted for.
BEGIN;
SELECT dynapg.create_table('{"TableName": "RangesNew", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}]}') -> 'TableDescription' ->> 'TableName' AS created;
SELECT count(dynapg.put_item(format('{"TableName": "RangesNew", "Item": {"p": {"S": "%s"}, "g": {"S": "a"}}}', i)::json)) FROM generate_series(1, 5) i;
SELECT count(dynapg.put_item(format('{"TableName": "RangesNew", "Item": {"p": {"S": "%s"}, "g": {"S": "b"}}}', i)::json)) FROM generate_series(1, 5) i;
SELECT dynapg.update_table('{"TableName": "RangesNew", "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}], "GlobalSecondaryIndexUpdates":
	[{"Create": {"IndexName": "late", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}]}')
	-> 'TableDescription' ->> 'TableName' AS updated;
SELECT ranges_query('RangesNew', 'g = :s', '{"s": "b"}', 'p', '{"IndexName": "late", "Limit": 2}') AS b, ranges_query('RangesNew', 'g = :s', '{"s": "a"}', 'p', '{"IndexName": "late"}') AS a;
COMMIT;
SELECT ranges_query('RangesNew', 'g = :s', '{"s": "b"}', 'p', '{"IndexName": "late", "Limit": 2}') AS b, ranges_query('RangesNew', 'g = :s', '{"s": "a"}', 'p', '{"IndexName": "late"}') AS a;
ALTER INDEX dynamodb."RangesNew:late" RENAME TO "RangesNew:other";
SELECT * FROM ranges_used($$SELECT ranges_query('RangesNew', 'g = :s', '{"s": "b"}', 'p', '{"IndexName": "late", "Limit": 9}')$$);
SET session_replication_role = replica;
DROP INDEX dynamodb."RangesNew:other";
RESET session_replication_role;
SELECT ranges_query('RangesNew', 'g = :s', '{"s": "b"}', 'p', '{"IndexName": "late", "Limit": 2}') AS b;
SELECT dynapg.delete_table('{"TableName": "RangesNew"}') -> 'TableDescription' ->> 'TableName' AS deleted;

-- the index as a dump restores it
SELECT pg_get_indexdef('dynamodb."Ranges:global"'::regclass) AS definition \gset
SET session_replication_role = replica;
DROP INDEX dynamodb."Ranges:global";
RESET session_replication_role;
:definition;
SELECT * FROM ranges_used($$SELECT ranges_query('Ranges', 'g = :s AND n < :n', '{"s": "g1", "n": "1"}', 's', '{"IndexName": "global"}')$$);

-- the caller's rights and row security, with kept plans of another role
CREATE ROLE ranges_reader LOGIN;
SET ROLE ranges_reader;
SELECT ranges_query('Ranges', 'p = :s', '{"s": "p1"}', 's');
RESET ROLE;
GRANT SELECT ON dynamodb."Ranges" TO ranges_reader;
CREATE POLICY ranges_even ON dynamodb."Ranges" FOR SELECT TO ranges_reader USING (right(sk, 1) IN ('0', '2', '4', '6', '8'));
ALTER TABLE dynamodb."Ranges" ENABLE ROW LEVEL SECURITY;
SELECT ranges_query('Ranges', 'p = :s AND s < :s2', '{"s": "p1", "s2": "s0020"}', 's');
SET ROLE ranges_reader;
SELECT ranges_query('Ranges', 'p = :s AND s < :s2', '{"s": "p1", "s2": "s0020"}', 's'),
	ranges_query('Ranges', 'g = :s AND n < :n', '{"s": "g0", "n": "1"}', 's', '{"IndexName": "global"}');
SELECT * FROM ranges_used($$SELECT ranges_query('Ranges', 'p = :s AND s < :s2', '{"s": "p1", "s2": "s0020"}', 's'),
	ranges_query('Ranges', 'g = :s', '{"s": "g0"}', 's', '{"IndexName": "short"}')$$);
RESET ROLE;
SELECT ranges_query('Ranges', 'p = :s AND s < :s2', '{"s": "p1", "s2": "s0020"}', 's');
DROP POLICY ranges_even ON dynamodb."Ranges";
SELECT dynapg.delete_table('{"TableName": "Ranges"}') -> 'TableDescription' ->> 'TableName' AS deleted;
DROP ROLE ranges_reader;

-- Order and prefixes: of strings by their UTF-8 bytes, of numbers by value, of binaries by unsigned bytes.
SELECT count(dynapg.create_table(format('{"TableName": "RangesOf%1$s", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [
	{"AttributeName": "p", "AttributeType": "%1$s"}, {"AttributeName": "s", "AttributeType": "%1$s"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}]}', t)::json)) FROM unnest('{S,N,B}'::text[]) t;
SELECT count(dynapg.put_item(format('{"TableName": "RangesOfS", "Item": {"p": {"S": "p"}, "s": {"S": "%s"}}}', s)::json))
	FROM unnest(ARRAY['a', 'B', 'ab', 'ä', 'z', 'zz', '퟿', '퟿a', chr(57344), '￿', '😀', chr(1114111), chr(1114111) || chr(1114111), chr(1114111) || 'a', 'a!']) s;
\a
SELECT ranges_query('RangesOfS', 'p = :s', '{"s": "p"}', 's') AS strings;
\a
SELECT prefix, ranges_query('RangesOfS', 'p = :s AND begins_with(s, :s2)', jsonb_build_object('s', 'p', 's2', prefix), 's')
	FROM unnest(ARRAY['a', 'z', '퟿', chr(1114111), chr(1114111) || chr(1114111), 'ab']) prefix;
SELECT count(dynapg.put_item(format('{"TableName": "RangesOfS", "Item": {"p": {"S": "nul"}, "s": {"S": "%s"}, "n": {"N": "%s"}}}', s, i)::json))
	FROM unnest('{a,a\\u0000,a\\u0000\\u0000,a\\u0000\\u0001,a\\u0000b,a\\u0001,a\\u0001\\u0000,a\\u0001\\u0001,a\\u0002,aa,b}'::text[]) WITH ORDINALITY x (s, i);
SELECT prefix, (SELECT string_agg(item -> 'n' ->> 'N', ' ' ORDER BY i) FROM json_array_elements(dynapg.query(format('{"TableName": "RangesOfS", "ProjectionExpression": "n",
	"KeyConditionExpression": "p = :p AND begins_with(s, :s)", "ExpressionAttributeValues": {":p": {"S": "nul"}, ":s": {"S": "%s"}}}', prefix)::json) -> 'Items')
	WITH ORDINALITY x (item, i)) AS numbers FROM unnest('{a,a\\u0000,a\\u0000\\u0000,a\\u0001,a\\u0002}'::text[]) prefix;
SELECT count(dynapg.put_item(format('{"TableName": "RangesOfN", "Item": {"p": {"N": "1"}, "s": {"N": "%s"}}}', s)::json))
	FROM unnest('{0,1,-1,10,9,-10,-9,1.5,1e-130,-1e-130,9.9999999999999999999999999999999999999e125,-9.9999999999999999999999999999999999999e125,100,0.001}'::text[]) s;
SELECT ranges_query('RangesOfN', 'p = :n', '{"n": "1.0"}', 's', '{"Limit": 5}') AS numbers;
SELECT ranges_query('RangesOfN', 'p = :n AND s BETWEEN :n2 AND :n3', '{"n": "1", "n2": "-9.0", "n3": "9.5"}', 's', '{"ScanIndexForward": false, "Limit": 2}') AS numbers;
SELECT count(dynapg.put_item(format('{"TableName": "RangesOfB", "Item": {"p": {"B": "cA=="}, "s": {"B": "%s"}}}', encode(s, 'base64'))::json))
	FROM unnest('{"\\x00","\\x7f","\\x80","\\xff","\\xff00","\\xffff","\\xffffff","\\xfe","\\xfeff","\\x0000"}'::bytea[]) s;
SELECT (SELECT string_agg(encode(decode(s, 'base64'), 'hex'), ' ' ORDER BY i) FROM regexp_split_to_table(ranges_query('RangesOfB', 'p = :b', '{"b": "cA=="}', 's'), ' ') WITH ORDINALITY x (s, i)) AS binaries;
SELECT prefix, (SELECT string_agg(encode(decode(s, 'base64'), 'hex'), ' ' ORDER BY i) FROM regexp_split_to_table(ranges_query('RangesOfB', 'p = :b AND begins_with(s, :b2)',
	jsonb_build_object('b', 'cA==', 'b2', encode(prefix, 'base64')), 's'), ' ') WITH ORDINALITY x (s, i)) AS binaries
	FROM unnest('{"\\x00","\\xfe","\\xff","\\xffff","\\xff00"}'::bytea[]) prefix;
SELECT count(dynapg.delete_table(format('{"TableName": "RangesOf%s"}', t)::json)) FROM unnest('{S,N,B}'::text[]) t;

-- Many attributes in an index: every condition that it allows in both directions, over more shapes than plans are kept.
SELECT dynapg.create_table(('{"TableName": "RangesMany", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"},'
	|| string_agg(format('{"AttributeName": "k%s", "AttributeType": "%s"}', i, CASE i % 2 WHEN 0 THEN 'N' ELSE 'S' END), ',')
	|| '], "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}], "GlobalSecondaryIndexes": [{"IndexName": "many", "Projection": {"ProjectionType": "ALL"}, "KeySchema": ['
	|| string_agg(format('{"AttributeName": "k%s", "KeyType": "%s"}', i, CASE WHEN i > 4 THEN 'RANGE' ELSE 'HASH' END), ',' ORDER BY i)
	|| ']}]}')::json) -> 'TableDescription' ->> 'TableName' AS created FROM generate_series(1, 8) i;
SELECT count(dynapg.put_item(format('{"TableName": "RangesMany", "Item": {"p": {"S": "%s"}, %s}}', i,
	(SELECT string_agg(format('"k%s": {"%s": "%s"}', k, CASE k % 2 WHEN 0 THEN 'N' ELSE 'S' END, CASE WHEN k > 4 THEN i / (1 << (8 - k)) % 2 + 1 ELSE k END), ', ')
		FROM generate_series(1, 8) k))::json)) FROM generate_series(0, 31) i;
CREATE FUNCTION ranges_many(nequal int, operator text, forward boolean) RETURNS text LANGUAGE sql AS $$
	SELECT ranges_query('RangesMany', string_agg(format(CASE WHEN k <= nequal THEN 'k%1$s = :%2$s%1$s' WHEN operator = 'BETWEEN' THEN 'k%1$s BETWEEN :%2$s%1$s AND :%2$s%1$s'
			WHEN operator = 'begins_with' THEN 'begins_with(k%1$s, :%2$s%1$s)' ELSE 'k%1$s ' || operator || ' :%2$s%1$s' END, k, CASE k % 2 WHEN 0 THEN 'n' ELSE 's' END), ' AND ' ORDER BY k),
		jsonb_object_agg(CASE k % 2 WHEN 0 THEN 'n' ELSE 's' END || k, CASE WHEN k <= 4 THEN k ELSE 2 END::text), 'p',
		jsonb_build_object('IndexName', 'many', 'ScanIndexForward', forward, 'Limit', 5))
	FROM generate_series(1, nequal + CASE operator WHEN '' THEN 0 ELSE 1 END) k
$$;
SELECT nequal, operator, ranges_many(nequal, operator, true) AS forward, ranges_many(nequal, operator, false) AS backward
	FROM generate_series(4, 8) nequal, unnest(ARRAY['', '<', '<=', '>', '>=', 'BETWEEN', 'begins_with']) WITH ORDINALITY o (operator, i)
	WHERE (nequal < 8 OR operator = '') AND (operator <> 'begins_with' OR nequal % 2 = 0) ORDER BY nequal, i;
SELECT dynapg.delete_table('{"TableName": "RangesMany"}') -> 'TableDescription' ->> 'TableName' AS deleted;

DROP FUNCTION ranges_many, ranges_used, ranges_each, ranges_scans, ranges_put, ranges_query, ranges_read;
