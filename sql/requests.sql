-- A request may be json, jsonb, text, a literal, a parameter or absent; the reply is json. Plain JSON as an item gets a hint.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"Requests","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}'::jsonb)
	#>> '{TableDescription,TableName}';

-- Each type of the request, and a literal
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"json"}}}'::json);
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"jsonb"},"n":{"N":"1.50"}}}'::jsonb);
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"text"}}}'::text);
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"varchar"}}}'::varchar);
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"literal"}}}');
SELECT dynapg.put_item(request => '{"TableName":"Requests","Item":{"id":{"S":"named"}}}');
SELECT dynapg.put_item(jsonb_build_object('TableName', 'Requests', 'Item', jsonb_build_object('id', jsonb_build_object('S', 'built'))));
SELECT dynapg.put_item(format('{"TableName":"Requests","Item":{"id":{"S":"%s"}}}', 'formatted'));
SELECT dynapg.put_item(r) FROM (SELECT '{"TableName":"Requests","Item":{"id":{"S":"column"}}}' AS r) AS s;
SELECT string_agg(i #>> '{id,S}', ' ' ORDER BY i #>> '{id,S}')
	FROM json_array_elements(dynapg.scan('{"TableName":"Requests"}'::jsonb) -> 'Items') AS i;
-- jsonb's order of members and spaces do not matter; a compressed and an out-of-line request are read, too
SELECT dynapg.get_item('{"Key":{"id":{"S":"jsonb"}},"TableName":"Requests"}'::jsonb);
CREATE TEMPORARY TABLE kept (j json, b jsonb, t text);
INSERT INTO kept SELECT r, r, r FROM (SELECT concat('{"TableName":"Requests","Item":{"id":{"S":"kept"},"a":{"S":"', repeat('x', 9000),
	'"},"b":{"S":"', string_agg(md5(i::text), ''), '"}}}')::json AS r FROM generate_series(1, 200) AS i) AS s;
SELECT dynapg.put_item(j), dynapg.put_item(b), dynapg.put_item(t) FROM kept;
SELECT length(i #>> '{Item,a,S}'), length(i #>> '{Item,b,S}')
	FROM dynapg.get_item('{"TableName":"Requests","Key":{"id":{"S":"kept"}}}') AS i;

-- Parameters: without a type, as drivers send strings, and of each type
PREPARE untyped AS SELECT dynapg.get_item($1);
EXECUTE untyped('{"TableName":"Requests","Key":{"id":{"S":"json"}}}');
EXECUTE untyped('{"TableName":"Requests","Key":{"id":{"S":"text"}}}'::json);
EXECUTE untyped('{"TableName":"Requests","Key":{"id":{"S":"text"}}}'::jsonb);
PREPARE p_json(json) AS SELECT dynapg.get_item($1);
EXECUTE p_json('{"TableName":"Requests","Key":{"id":{"S":"json"}}}');
PREPARE p_jsonb(jsonb) AS SELECT dynapg.get_item($1);
EXECUTE p_jsonb('{"TableName":"Requests","Key":{"id":{"S":"jsonb"}}}');
PREPARE p_text(text) AS SELECT dynapg.get_item($1);
EXECUTE p_text('{"TableName":"Requests","Key":{"id":{"S":"text"}}}');
PREPARE p_varchar(varchar) AS SELECT dynapg.get_item($1);
EXECUTE p_varchar('{"TableName":"Requests","Key":{"id":{"S":"varchar"}}}');
PREPARE cast_to_json AS SELECT dynapg.get_item($1::json);
SELECT name, parameter_types FROM pg_prepared_statements WHERE name IN ('cast_to_json', 'untyped') ORDER BY name;
DEALLOCATE ALL;

-- No request, NULL and {} are one; an operation that needs a table says so
SELECT dynapg.list_tables()::text = ALL (ARRAY[dynapg.list_tables('{}')::text, dynapg.list_tables(NULL)::text,
	dynapg.list_tables('{}'::jsonb)::text, dynapg.list_tables(NULL::jsonb)::text, dynapg.list_tables(NULL::text)::text]);
SELECT dynapg.list_tables() ->> 'TableNames' LIKE '%"Requests"%';
SELECT dynapg.describe_table();
SELECT dynapg.describe_table('{}'::jsonb);

-- Every operation has all three, and one default
SELECT p.proname, string_agg(pg_get_function_arguments(p.oid), ', ' ORDER BY pg_get_function_arguments(p.oid)), string_agg(DISTINCT format_type(prorettype, NULL), ' ')
	FROM pg_proc AS p WHERE p.pronamespace = 'dynapg'::regnamespace AND p.proargnames[1] = 'request'
	GROUP BY 1 HAVING count(*) <> 3 OR bool_or(prorettype <> 'json'::regtype);
SELECT pg_get_function_arguments(p.oid) FROM pg_proc AS p WHERE p.oid::regproc::text = 'dynapg.update_item' ORDER BY 1;

-- Malformed text is what the cast to json calls it; a request that is no object is the operation's error
\set VERBOSITY default
SELECT dynapg.get_item('{"TableName":');
SELECT dynapg.get_item('{"TableName":'::json);
\set VERBOSITY terse
-- so is an empty text, or one that ends too early, goes on too long, or has two byte order marks; one mark is skipped
SELECT dynapg.get_item('');
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"a"}}');
SELECT dynapg.put_item('{"TableName":"Requests","Item":{"id":{"S":"a"}}} x');
SELECT dynapg.get_item(U&'\FEFF\FEFF{}');
SELECT dynapg.create_table('{"TableName":');
SELECT dynapg.get_item('[]'::jsonb);
SELECT dynapg.get_item('[]'::json);
SELECT dynapg.get_item('"x"'::jsonb);
SELECT dynapg.get_item('"x"');

-- Plain JSON as an item
\set VERBOSITY default
SELECT '{"id": "x", "n": 1}'::dynapg.item;
SELECT '{"id": {"S": "x"}, "address": {"city": "Rome"}}'::json::dynapg.item;
SELECT '{"id": {"S": "x"}, "nothing": null}'::dynapg.item;
INSERT INTO dynamodb."Requests" VALUES ('x', '{"id": "x", "list": [1]}');
-- DynamoDB JSON with a mistake, and what is no document
SELECT '{"id": {"S": 5}}'::dynapg.item;
SELECT '{"id": {"N": "x"}}'::dynapg.item;
SELECT '["id"]'::dynapg.item;
\set VERBOSITY terse
SELECT dynapg.from_jsonb('{"id": "x", "n": 1}');

SELECT dynapg.delete_table('{"TableName":"Requests"}'::text) #>> '{TableDescription,TableStatus}';
