-- Items whose attributes have the same names, types or neither: each is printed as it is printed alone.
\set ECHO none
\i sql/common.psql

SELECT dynapg.create_table('{"TableName":"Alike","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"}]}') #>> '{TableDescription,TableStatus}';

-- Puts an item with these attributes under the next sort key of the partition.
CREATE FUNCTION pg_temp.add(partition text, attributes json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	items bigint := (SELECT count(*) FROM dynamodb."Alike" WHERE pk = partition);
BEGIN
	RETURN dynapg.put_item(json_build_object('TableName', 'Alike', 'Item', attributes::jsonb || jsonb_build_object('p', jsonb_build_object('S', partition),
		's', jsonb_build_object('N', items::text))))::text;
END $$;

CREATE TEMP TABLE alone (s numeric, item text);
-- How many items a partition has, and how many of them GetItem, Query, Scan and BatchGetItem print in another way than the type does, in a
-- session that knows no item of the table yet.
CREATE FUNCTION pg_temp.compare(partition text, OUT items bigint, OUT get bigint, OUT query bigint, OUT scan bigint, OUT batch bigint) LANGUAGE plpgsql AS $$
DECLARE
	keys json;
BEGIN
	TRUNCATE alone;
	INSERT INTO alone SELECT sk, item::text FROM dynamodb."Alike" WHERE pk = partition;
	SELECT json_agg(json_build_object('p', json_build_object('S', partition), 's', json_build_object('N', s::text))) FROM alone INTO keys;
	SELECT count(*) FROM alone INTO items;
	ANALYZE dynamodb."Alike";
	SELECT count(*) FROM json_array_elements(keys) AS key JOIN alone ON alone.s = (key #>> '{s,N}')::numeric
		WHERE alone.item <> (dynapg.get_item(json_build_object('TableName', 'Alike', 'Key', key))::json ->> 'Item') INTO get;
	ANALYZE dynamodb."Alike";
	SELECT count(*) FROM json_array_elements(dynapg.query(json_build_object('TableName', 'Alike', 'KeyConditionExpression', 'p = :p',
			'ExpressionAttributeValues', json_build_object(':p', json_build_object('S', partition)))) -> 'Items') AS page (item)
		LEFT JOIN alone ON alone.s = (page.item #>> '{s,N}')::numeric WHERE alone.item IS DISTINCT FROM page.item::text INTO query;
	SELECT count(*) FROM json_array_elements(dynapg.scan('{"TableName":"Alike"}') -> 'Items') AS page (item)
		JOIN alone ON alone.s = (page.item #>> '{s,N}')::numeric WHERE page.item #>> '{p,S}' = partition AND alone.item <> page.item::text INTO scan;
	ANALYZE dynamodb."Alike";
	SELECT count(*) FROM json_array_elements(dynapg.batch_get_item(json_build_object('RequestItems', json_build_object('Alike',
			json_build_object('Keys', keys)))) #> '{Responses,Alike}') AS page (item)
		LEFT JOIN alone ON alone.s = (page.item #>> '{s,N}')::numeric WHERE alone.item IS DISTINCT FROM page.item::text INTO batch;
END $$;
\set ECHO all

-- every type, with values that need escapes or none
SELECT count(pg_temp.add('same', json_build_object('a', json_build_object('S', repeat('"\' || chr(9) || 'x', n)), 'b', json_build_object('N', n::text),
	'bin', json_build_object('B', translate(encode(decode(repeat('ff', n), 'hex'), 'base64'), E'\n', '')), 'bool', json_build_object('BOOL', n % 2 = 0),
	'l', '{"L":[{"S":"x"},{"M":{"y":{"N":"1"}}}]}'::json, 'm', '{"M":{"a":{"S":"z"}}}'::json, 'n', '{"NULL":true}'::json, 'ss', '{"SS":["a","b"]}'::json)))
	FROM generate_series(1, 20) AS n;
SELECT * FROM pg_temp.compare('same');

-- the same names with other types
SELECT count(pg_temp.add('types', json_build_object('a', CASE n % 3 WHEN 0 THEN '{"S":"1"}' WHEN 1 THEN '{"N":"1"}' ELSE '{"L":[]}' END::json,
	'b', CASE WHEN n > 5 THEN '{"M":{}}' ELSE '{"BOOL":true}' END::json))) FROM generate_series(1, 12) AS n;
SELECT * FROM pg_temp.compare('types');

-- as many names, which are together the same letters, but end elsewhere
SELECT count(pg_temp.add('ends', json_build_object(left('abcdefgh', n), '{"S":"x"}'::json, substr('abcdefgh', n + 1), '{"N":"2"}'::json))) FROM generate_series(1, 7) AS n;
SELECT dynapg.query('{"TableName":"Alike","KeyConditionExpression":"p = :p AND s < :s","ExpressionAttributeValues":{":p":{"S":"ends"},":s":{"N":"3"}}}');
SELECT * FROM pg_temp.compare('ends');

-- other names, more, fewer, long ones, ones with bytes to escape, many
SELECT count(pg_temp.add('names', json_build_object('a' || n / 2, '{"S":"x"}'::json))) FROM generate_series(1, 40) AS n;
SELECT count(pg_temp.add('names', json_build_object(repeat('long', 2 * n), '{"S":"x"}'::json, repeat('zz', n), '{"N":"1"}'::json))) FROM generate_series(1, 8) AS n;
SELECT count(pg_temp.add('long', json_build_object(repeat('n', 5 + 5 * (n / 2)), '{"S":"x"}'::json, 'q"\', '{"S":"y"}'::json, 'z', '{"S":"z"}'::json))) FROM generate_series(1, 12) AS n;
SELECT count(pg_temp.add('many', (SELECT json_object_agg('m' || m, '{"N":"7"}'::json) FROM generate_series(1, 55 + n) AS m))) FROM generate_series(1, 9) AS n;
SELECT * FROM pg_temp.compare('names');
SELECT * FROM pg_temp.compare('long');
SELECT * FROM pg_temp.compare('many');

-- maps in maps, alike or not, deep ones, one that has become another type
SELECT count(pg_temp.add('maps', json_build_object('m', json_build_object('M', json_build_object('a', json_build_object('S', 'x"' || n), 'q"', '{"N":"1"}'::json,
	'm', json_build_object('M', json_build_object('b' || n / 9, json_build_object('N', n::text), 'c', '{"M":{"d":{"M":{"e":{"S":"\\"}}}}}'::json)),
	'e', '{"M":{}}'::json)), 'n', CASE n % 4 WHEN 0 THEN '{"M":{"x":{"BOOL":true}}}' WHEN 1 THEN '{"S":"M"}' ELSE '{"M":{"y":{"NULL":true},"z":{"M":{"a":{"N":"5"}}}}}' END::json)))
	FROM generate_series(1, 30) AS n;
SELECT * FROM pg_temp.compare('maps');
-- strings of each length, with a byte to escape in each place
SELECT count(pg_temp.add('lengths', (SELECT json_object_agg('v' || at, json_build_object('S', left(repeat('a', at) || '"' || repeat('ü', n), n))) FROM generate_series(0, n) AS at)))
	FROM generate_series(0, 35) AS n;
SELECT * FROM pg_temp.compare('lengths');
SELECT count(*), count(*) FILTER (WHERE item::text::jsonb #>> ARRAY['v' || n, 'S'] IS DISTINCT FROM dynapg.to_jsonb(item) ->> ('v' || n)) AS wrong
	FROM dynamodb."Alike", generate_series(0, 35) AS n WHERE pk = 'lengths';

-- what a session keeps of a table has a bound, also where names are long
SELECT dynapg.create_table('{"TableName":"AlikeLong","AttributeDefinitions":[{"AttributeName":"p","AttributeType":"N"}],"KeySchema":[{"AttributeName":"p","KeyType":"HASH"}],
	"BillingMode":"PAY_PER_REQUEST"}') #>> '{TableDescription,TableName}';
SELECT count(dynapg.put_item(json_build_object('TableName', 'AlikeLong', 'Item', json_build_object('p', json_build_object('N', n::text), repeat('n', 60000), '{"S":"x"}'::json,
	'm', json_build_object('M', json_build_object(repeat('m', 60000), '{"S":"x"}'::json)))))) FROM generate_series(1, 4) AS n;
SELECT count(dynapg.put_item(json_build_object('TableName', 'AlikeLong', 'Item', (SELECT json_object_agg('m' || m, json_build_object('M', json_build_object(repeat('m', 3000), '{"S":"x"}'::json)))::jsonb
	|| jsonb_build_object('p', jsonb_build_object('N', n::text)) FROM generate_series(1, 40) AS m)))) FROM generate_series(11, 30) AS n;
SELECT dynapg.scan('{"TableName":"AlikeLong"}') ->> 'Count';
SELECT max(total_bytes) < 65536 AS bounded FROM pg_backend_memory_contexts WHERE name = 'dynapg table' AND ident = 'AlikeLong';
SELECT dynapg.delete_table('{"TableName":"AlikeLong"}') #>> '{TableDescription,TableName}';

-- an index that projects a part: items as they are shown
SELECT dynapg.update_table('{"TableName":"Alike","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by_a",
	"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["b"]}}}]}') #>> '{TableDescription,TableName}';
SELECT dynapg.query('{"TableName":"Alike","IndexName":"by_a","KeyConditionExpression":"a = :a","ExpressionAttributeValues":{":a":{"S":"1"}}}') ->> 'Items';

SELECT dynapg.delete_table('{"TableName":"Alike"}') #>> '{TableDescription,TableName}';
