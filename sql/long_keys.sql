-- Keys up to DynamoDB's limits: 2,048 bytes of a partition key, 1,024 of a sort key, whatever a btree's entry can hold.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
\set VERBOSITY terse

CREATE FUNCTION long_keys_base64(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT translate(encode(bytes, 'base64'), E'\n', '') $$;

-- n characters that do not compress
CREATE FUNCTION long_keys_noise(seed text, n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT left(string_agg(encode(sha256(convert_to(seed || i, 'UTF8')), 'base64'), ''), n) FROM generate_series(1, n / 44 + 1) i
$$;

-- The items of all pages, each with the number of its page.
CREATE FUNCTION long_keys_walk(operation text, request jsonb) RETURNS TABLE (page int, item jsonb) LANGUAGE plpgsql AS $$
DECLARE
	reply jsonb;
BEGIN
	page := 1;
	LOOP
		EXECUTE format('SELECT dynapg.%I($1::json)', operation) INTO reply USING request::text;
		FOR item IN SELECT * FROM jsonb_array_elements(reply -> 'Items') LOOP
			RETURN NEXT;
		END LOOP;
		EXIT WHEN NOT reply ? 'LastEvaluatedKey';
		request := request || jsonb_build_object('ExclusiveStartKey', reply -> 'LastEvaluatedKey');
		page := page + 1;
	END LOOP;
END
$$;

SELECT dynapg.create_table('{"TableName": "LongKeys", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"},
		{"AttributeName": "g", "AttributeType": "S"}, {"AttributeName": "h", "AttributeType": "S"},
		{"AttributeName": "b", "AttributeType": "B"}, {"AttributeName": "n", "AttributeType": "N"}, {"AttributeName": "m", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"LocalSecondaryIndexes": [
		{"IndexName": "local", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "h", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}}],
	"GlobalSecondaryIndexes": [
		{"IndexName": "global", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}, {"AttributeName": "h", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}},
		{"IndexName": "binary", "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}],
			"Projection": {"ProjectionType": "ALL"}},
		{"IndexName": "many", "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}, {"AttributeName": "m", "KeyType": "HASH"},
			{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "h", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}}]}') -> 'TableDescription' ->> 'TableStatus' AS status;

-- Items whose partition keys differ only after their first 2,000 bytes; sort keys, too.
CREATE FUNCTION long_keys_put(p text, s text, attributes jsonb) RETURNS int LANGUAGE sql AS $$
	SELECT 1 FROM dynapg.put_item(jsonb_build_object('TableName', 'LongKeys', 'Item',
		jsonb_build_object('p', jsonb_build_object('S', p), 's', jsonb_build_object('S', s)) || attributes)::text::json)
$$;
CREATE FUNCTION long_keys_p(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT long_keys_noise('p', 2047) || i $$;
CREATE FUNCTION long_keys_s(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT long_keys_noise('s', 1023) || i $$;

SELECT count(long_keys_put(long_keys_p(p), long_keys_s(s), '{}')) FROM generate_series(1, 3) p, generate_series(1, 3) s;
SELECT length(pk), length(sk), count(*), count(DISTINCT pk), bool_and(pk = dynapg.part_s(item, 'p')) AS pk, bool_and(sk = dynapg.key_s(item, 's')) AS sk,
	bool_and(left(pk, 447) = left(dynapg.item_get_text(item, 'p'), 447)) AS readable,
	bool_and(right(pk, 64) = encode(sha256(convert_to(dynapg.item_get_text(item, 'p'), 'UTF8')), 'hex')) AS hashed
	FROM dynamodb."LongKeys" GROUP BY 1, 2;

-- one item
SELECT dynapg.get_item(format('{"TableName": "LongKeys", "Key": {"p": {"S": "%s"}, "s": {"S": "%s"}}}', long_keys_p(2), long_keys_s(2))::json)
	-> 'Item' -> 'p' ->> 'S' = long_keys_p(2) AS got;
SELECT dynapg.get_item(format('{"TableName": "LongKeys", "Key": {"p": {"S": "%s"}, "s": {"S": "%s"}}}', long_keys_p(4), long_keys_s(2))::json) AS none;
SELECT dynapg.update_item(format('{"TableName": "LongKeys", "Key": {"p": {"S": "%s"}, "s": {"S": "%s"}}, "UpdateExpression": "ADD c :one",
	"ConditionExpression": "attribute_exists(p)", "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "UPDATED_NEW"}',
	long_keys_p(2), long_keys_s(2))::json) AS updated;
SELECT dynapg.put_item(format('{"TableName": "LongKeys", "Item": {"p": {"S": "%s"}, "s": {"S": "%s"}}, "ConditionExpression": "attribute_not_exists(p)"}',
	long_keys_p(2), long_keys_s(2))::json);
SELECT dynapg.delete_item(format('{"TableName": "LongKeys", "Key": {"p": {"S": "%s"}, "s": {"S": "%s"}}, "ReturnValues": "ALL_OLD"}',
	long_keys_p(3), long_keys_s(3))::json) -> 'Attributes' -> 's' ->> 'S' = long_keys_s(3) AS deleted;
SELECT count(*) FROM dynamodb."LongKeys";

-- ranges
SELECT page, item -> 's' ->> 'S' = long_keys_s(page) AS in_order FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys',
	'Limit', 1, 'KeyConditionExpression', 'p = :p', 'ExpressionAttributeValues', jsonb_build_object(':p', jsonb_build_object('S', long_keys_p(1)))));
SELECT page, right(item -> 's' ->> 'S', 1) AS s FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'ScanIndexForward', false,
	'KeyConditionExpression', 'p = :p AND begins_with(s, :s)', 'ExpressionAttributeValues', jsonb_build_object(':p', jsonb_build_object('S', long_keys_p(2)),
	':s', jsonb_build_object('S', long_keys_noise('s', 1023)))));
SELECT right(item -> 's' ->> 'S', 1) AS s FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys',
	'KeyConditionExpression', 'p = :p AND s > :s', 'ExpressionAttributeValues', jsonb_build_object(':p', jsonb_build_object('S', long_keys_p(2)),
	':s', jsonb_build_object('S', long_keys_s(1)))));
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('scan', '{"TableName": "LongKeys", "Limit": 2}');

-- indexes, entries with equal keys among them: a page each
DELETE FROM dynamodb."LongKeys";
SELECT count(long_keys_put(long_keys_p(p), long_keys_s(s), jsonb_build_object('g', jsonb_build_object('S', long_keys_noise('g', 2048)),
	'h', jsonb_build_object('S', long_keys_noise('h', 1024)), 'b', jsonb_build_object('B', long_keys_base64(convert_to(long_keys_noise('b', 2048), 'UTF8'))))))
	FROM generate_series(1, 3) p, generate_series(1, 3) s;
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'global', 'Limit', 1,
	'KeyConditionExpression', 'g = :g AND h = :h', 'ExpressionAttributeValues', jsonb_build_object(
	':g', jsonb_build_object('S', long_keys_noise('g', 2048)), ':h', jsonb_build_object('S', long_keys_noise('h', 1024)))));
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'global', 'Limit', 4,
	'ScanIndexForward', false, 'KeyConditionExpression', 'g = :g AND begins_with(h, :h)', 'ExpressionAttributeValues', jsonb_build_object(
	':g', jsonb_build_object('S', long_keys_noise('g', 2048)), ':h', jsonb_build_object('S', long_keys_noise('h', 1000)))));
SELECT count(*) FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'global',
	'KeyConditionExpression', 'g = :g', 'ExpressionAttributeValues', jsonb_build_object(':g', jsonb_build_object('S', long_keys_noise('g', 2047)))));
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'local', 'Limit', 1,
	'KeyConditionExpression', 'p = :p AND h >= :h', 'ExpressionAttributeValues', jsonb_build_object(
	':p', jsonb_build_object('S', long_keys_p(2)), ':h', jsonb_build_object('S', long_keys_noise('h', 1024)))));
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'binary', 'Limit', 2,
	'KeyConditionExpression', 'b = :b', 'ExpressionAttributeValues', jsonb_build_object(
	':b', jsonb_build_object('B', long_keys_base64(convert_to(long_keys_noise('b', 2048), 'UTF8'))))));
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('scan', '{"TableName": "LongKeys", "IndexName": "global", "Limit": 2}');
SELECT sum(n), bool_and(n = d) FROM generate_series(0, 3) segment, LATERAL (SELECT count(*), count(DISTINCT item) FROM long_keys_walk('scan',
	jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'global', 'Limit', 1, 'Segment', segment, 'TotalSegments', 4))) AS x (n, d);

-- several partition attributes of an index: 2,048 bytes and 1,024 of its sort attribute all together
DELETE FROM dynamodb."LongKeys";
SELECT count(long_keys_put(long_keys_noise('p', 1000 + i), long_keys_s(i), jsonb_build_object('n', '{"N": "99999999999999999999999999999999999999"}'::jsonb,
	'm', jsonb_build_object('S', long_keys_noise('m', 1000)), 'h', jsonb_build_object('S', long_keys_noise('h', 1024))))) FROM generate_series(1, 3) i;
SELECT length(item -> 'p' ->> 'S') FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeys', 'IndexName', 'many',
	'KeyConditionExpression', 'm = :m AND n = :n AND p = :p', 'ExpressionAttributeValues', jsonb_build_object(
	':m', jsonb_build_object('S', long_keys_noise('m', 1000)), ':n', '{"N": "99999999999999999999999999999999999999"}'::jsonb,
	':p', jsonb_build_object('S', long_keys_noise('p', 1002)))));
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('scan', '{"TableName": "LongKeys", "IndexName": "many", "Limit": 1}');
SELECT dynapg.delete_table('{"TableName": "LongKeys"}') -> 'TableDescription' ->> 'TableName' AS deleted;

-- The table's keys the other way round in an index, which asks for the order of partition keys.  Characters of
-- several bytes, U+0000 and U+0001 where a value is cut.
SELECT dynapg.create_table('{"TableName": "LongKeysTurned", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"GlobalSecondaryIndexes": [
		{"IndexName": "turned", "KeySchema": [{"AttributeName": "s", "KeyType": "HASH"}, {"AttributeName": "p", "KeyType": "RANGE"}],
			"Projection": {"ProjectionType": "ALL"}}]}') -> 'TableDescription' ->> 'TableName' AS created;
CREATE FUNCTION long_keys_turned(p text, s text, number int) RETURNS int LANGUAGE sql AS $$
	SELECT 1 FROM dynapg.put_item(format('{"TableName": "LongKeysTurned", "Item": {"p": {"S": "%s"}, "s": {"S": "%s"}, "n": {"N": "%s"}}}', p, s, number)::json)
$$;
SELECT count(long_keys_turned(repeat('x', 1000) || i, long_keys_s(1), i)) FROM generate_series(1, 5) i;
SELECT item -> 'n' ->> 'N' AS n FROM long_keys_walk('query', jsonb_build_object('TableName', 'LongKeysTurned', 'IndexName', 'turned', 'Limit', 2,
	'KeyConditionExpression', 's = :s AND p BETWEEN :a AND :z', 'ExpressionAttributeValues', jsonb_build_object(
	':s', jsonb_build_object('S', long_keys_s(1)), ':a', jsonb_build_object('S', repeat('x', 1000) || '2'),
	':z', jsonb_build_object('S', repeat('x', 1000) || '4'))));
SELECT long_keys_turned(repeat('x', 1025), 's', 0);

-- 441 to 452 bytes before the character that is cut, or not
SELECT count(long_keys_turned(repeat('x', i) || repeat(c, 40), 'cut', i)) FROM generate_series(441, 452) i, unnest(ARRAY['ä', '€', '😀', '\u0000', '\u0001']) c;
SELECT count(*), count(DISTINCT pk), max(octet_length(pk)), bool_and(pk = dynapg.part_s(item, 'p')) AS same FROM dynamodb."LongKeysTurned" WHERE sk = 'cut';
SELECT count(*) FILTER (WHERE dynapg.get_item(format('{"TableName": "LongKeysTurned", "Key": {"p": {"S": "%s"}, "s": {"S": "cut"}}, "ProjectionExpression": "n"}',
	repeat('x', i) || repeat(c, 40))::json) #>> '{Item,n,N}' = i::text) AS found
	FROM generate_series(441, 452) i, unnest(ARRAY['ä', '€', '😀', '\u0000', '\u0001']) c;

-- the longest keys that take two bytes in place of one
CREATE FUNCTION long_keys_controls(seed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg('\u000' || (get_byte(sha256(convert_to(seed || i, 'UTF8')), 0) & 1), '' ORDER BY i) FROM generate_series(1, 1024) i
$$;
SELECT long_keys_turned(long_keys_controls('p'), long_keys_controls('s'), 0);
SELECT length(sk), count(*) FROM dynamodb."LongKeysTurned" WHERE sk <> 'cut' GROUP BY 1 ORDER BY 1;

-- An index of the user's own that cannot hold an entry.
CREATE INDEX long_keys_own ON dynamodb."LongKeysTurned" (dynapg.item_get_text(item, 'x'), dynapg.item_get_text(item, 'y'));
SELECT dynapg.put_item(format('{"TableName": "LongKeysTurned", "Item": {"p": {"S": "own"}, "s": {"S": "s"}, "x": {"S": "%s"}, "y": {"S": "%s"}}}',
	long_keys_noise('x', 1500), long_keys_noise('y', 1500))::json);
SELECT dynapg.delete_table('{"TableName": "LongKeysTurned"}') -> 'TableDescription' ->> 'TableName' AS deleted;

-- binary keys, which hold any bytes, also those that mark a cut value
SELECT dynapg.create_table('{"TableName": "LongKeysBinary", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "B"}, {"AttributeName": "s", "AttributeType": "B"}, {"AttributeName": "g", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}') -> 'TableDescription' ->> 'TableName' AS created;
CREATE FUNCTION long_keys_binary(p bytea, s bytea) RETURNS int LANGUAGE sql AS $$
	SELECT 1 FROM dynapg.put_item(format('{"TableName": "LongKeysBinary", "Item": {"p": {"B": "%s"}, "s": {"B": "%s"}, "g": {"S": "g"}}}',
		long_keys_base64(p), long_keys_base64(s))::json)
$$;
WITH keys AS (SELECT convert_to(long_keys_noise('p', 2047), 'UTF8') || substring('\xff00'::bytea FROM i FOR 1) AS key FROM generate_series(1, 2) i),
	lookalikes AS (SELECT substring(key FOR 447) || '\x0103'::bytea || convert_to(encode(sha256(key), 'hex'), 'UTF8') AS key FROM keys)
SELECT count(long_keys_binary(key, substring(key FOR 1024))) FROM (SELECT key FROM keys UNION ALL SELECT key FROM lookalikes) k;
SELECT length(pk), length(sk), bool_and(pk = dynapg.part_b(item, 'p')) AS same, count(*), count(DISTINCT pk) FROM dynamodb."LongKeysBinary" GROUP BY 1, 2 ORDER BY 2;
SELECT count(*), count(DISTINCT item), max(page) FROM long_keys_walk('query', '{"TableName": "LongKeysBinary", "IndexName": "global", "Limit": 1,
	"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "g"}}}');
SELECT dynapg.delete_table('{"TableName": "LongKeysBinary"}') -> 'TableDescription' ->> 'TableName' AS deleted;

-- the functions by themselves
SELECT length(dynapg.tie(repeat('a', 128))), length(dynapg.tie(repeat('a', 129))), left(dynapg.tie(repeat('ä', 100)), 31) = repeat('ä', 31) AS prefix,
	octet_length(dynapg.tie(repeat('ä', 100))), length(dynapg.tie(decode(repeat('00', 128), 'hex'))), length(dynapg.tie(decode(repeat('00', 129), 'hex')));
SELECT dynapg.key_s(i, 'empty') AS empty, dynapg.key_s(i, 'wrong') AS wrong, dynapg.part_s(i, 'none') AS "none", length(dynapg.key_s(i, 's1024')) AS s1024,
	dynapg.key_s(i, 's1025') AS s1025, length(dynapg.part_s(i, 's1025')) AS p1025, dynapg.part_s(i, 's2049') AS p2049,
	dynapg.in_index(i, 1, 'S', 's1024', 'S', 's1024') AS fits, dynapg.in_index(i, 1, 'S', 's1024', 'S', 's1024', 'S', 'a') AS too_long,
	dynapg.in_index(i, 2, 'S', 's1024', 'S', 's1024', 'S', 'a') AS fits, dynapg.in_index(i, 1, 'S', 'none') AS "none",
	dynapg.in_index(i, 1, 'N', 's1024') AS wrong, dynapg.in_index(i, 1, 'S', 'empty') AS empty
	FROM (SELECT format('{"empty": {"S": ""}, "wrong": {"N": "1"}, "a": {"S": "a"}, "s1024": {"S": "%s"}, "s1025": {"S": "%s"}, "s2049": {"S": "%s"}}',
		repeat('x', 1024), repeat('x', 1025), repeat('x', 2049))::dynapg.item AS i) x;

DROP FUNCTION long_keys_binary, long_keys_controls, long_keys_turned, long_keys_put, long_keys_p, long_keys_s, long_keys_walk, long_keys_noise, long_keys_base64;
