-- Very large, deep and long requests: refused in DynamoDB's words or done, never PostgreSQL's stack, memory or
-- conversion errors.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
SET search_path = dynapg, public;
\set VERBOSITY terse

SELECT dynapg.create_table('{"TableName":"Limits","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}') IS NOT NULL;

-- The end of an operation, and how long its reply is; texts that are long are cut.
CREATE FUNCTION pg_temp.try(operation text, request text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
BEGIN
	EXECUTE format('SELECT dynapg.%s($1)', operation) INTO reply USING request::json;
	RETURN 'ok, ' || length(reply::text);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || CASE WHEN length(SQLERRM) > 200 THEN left(SQLERRM, 50) || ' ... ' || right(SQLERRM, 70) ELSE SQLERRM END;
END $$;
CREATE FUNCTION pg_temp.put(value text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try('put_item', '{"TableName":"Limits","Item":{"pk":{"S":"a"},"v":' || value || '}}')
$$;
CREATE FUNCTION pg_temp.update(expression text, names text DEFAULT NULL, "values" text DEFAULT '":v":{"N":"1"}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try('update_item', '{"TableName":"Limits","Key":{"pk":{"S":"a"}},"UpdateExpression":' || to_json(expression)
		|| coalesce(',"ExpressionAttributeNames":{' || names || '}', '') || coalesce(',"ExpressionAttributeValues":{' || "values" || '}', '') || '}')
$$;
CREATE FUNCTION pg_temp.condition(expression text, "values" text DEFAULT '":v":{"N":"1"}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try('delete_item', '{"TableName":"Limits","Key":{"pk":{"S":"none"}},"ConditionExpression":' || to_json(expression)
		|| coalesce(',"ExpressionAttributeValues":{' || "values" || '}', '') || '}')
$$;
CREATE FUNCTION pg_temp.projection(expression text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try('get_item', '{"TableName":"Limits","Key":{"pk":{"S":"a"}},"ProjectionExpression":' || to_json(expression) || '}')
$$;

-- Depth.
SELECT n, pg_temp.put(repeat('{"L":[', n) || '{"S":"x"}' || repeat(']}', n)) FROM unnest(ARRAY[30, 31, 32, 1000, 5000]) n;
SELECT n, pg_temp.put(repeat('{"M":{"a":', n) || '{"S":"x"}' || repeat('}}', n)) FROM unnest(ARRAY[30, 31, 32, 1000, 5000]) n;
SELECT n, pg_temp.condition('v = :v', '":v":' || repeat('{"M":{"a":', n) || '{"S":"x"}' || repeat('}}', n)) FROM unnest(ARRAY[31, 32, 3000]) n;
-- An item may grow to 32 levels by updates, not beyond.
SELECT pg_temp.put('{"M":{}}');
SELECT n, ended FROM (SELECT n, pg_temp.update('SET v' || repeat('.a', n) || ' = :v', NULL, '":v":{"M":{}}') AS ended FROM generate_series(1, 33) n OFFSET 0) t
	WHERE n IN (1, 2) OR n > 29;

-- Width: elements, sets, attributes, names.
SELECT n, pg_temp.put('{"L":[' || (SELECT string_agg('{"N":"1"}', ',') FROM generate_series(1, n)) || ']}') FROM unnest(ARRAY[1000, 50000, 102000, 140000]) n;
SELECT n, pg_temp.put('{"NS":[' || (SELECT string_agg('"' || i || '"', ',') FROM generate_series(1, n) i) || ']}') FROM unnest(ARRAY[1000, 50000, 140000]) n;
SELECT n, pg_temp.put('{"SS":[' || (SELECT string_agg('"s' || i % (n - 1) || '"', ',') FROM generate_series(1, n) i) || ']}') FROM unnest(ARRAY[1000, 50000]) n;
SELECT n, pg_temp.put('{"M":{' || (SELECT string_agg('"a' || i || '":{"NULL":true}', ',') FROM generate_series(1, n) i) || '}}') FROM unnest(ARRAY[1000, 50000]) n;
SELECT n, pg_temp.put('{"M":{"' || repeat('n', n) || '":{"NULL":true}}}') FROM unnest(ARRAY[255, 256, 65535, 65536, 300000]) n;
SELECT n, pg_temp.try('put_item', '{"TableName":"Limits","Item":{"pk":{"S":"a"},"' || repeat('n', n) || '":{"NULL":true}}}') FROM unnest(ARRAY[65535, 65536]) n;
SELECT n, pg_temp.put('{"S":"' || repeat('x', n) || '"}') FROM unnest(ARRAY[409595, 409596, 409597, 16000000]) n;
SELECT n, pg_temp.put('{"B":"' || repeat('AAAA', n) || '"}') FROM unnest(ARRAY[136531, 136533, 4000000]) n;
SELECT n, pg_temp.put('{"S":"' || repeat('\u0000', n) || '"}') FROM unnest(ARRAY[409596, 409597]) n;
SELECT n, pg_temp.try('put_item', '{"TableName":"Limits","Item":{"pk":{"S":"' || repeat('k', n) || '"}}}') FROM unnest(ARRAY[2048, 2049, 1000000]) n;

-- Numbers.
SELECT left(n, 20), length(n), pg_temp.put('{"N":"' || n || '"}') FROM (VALUES (repeat('9', 38)), (repeat('9', 39)), (repeat('0', 1000000) || '7'),
	('0.' || repeat('0', 129) || '1'), ('0.' || repeat('0', 130) || '1'), ('1' || repeat('0', 125)), ('1' || repeat('0', 126)),
	('1.' || repeat('0', 1000000)), ('1e' || repeat('9', 1000000)), ('1e-' || repeat('9', 1000000)), ('0e' || repeat('9', 1000000)),
	(repeat('1', 1000000)), ('1e' || repeat('0', 1000000) || '5'), (repeat('-', 1000)), ('1e2147483648'), ('1e-9223372036854775809')) t (n);
SELECT pg_temp.put('{"N":"9.9999999999999999999999999999999999999E125"}');
SELECT pg_temp.update('ADD v :v', NULL, '":v":{"N":"1E88"}');
SELECT pg_temp.update('SET v = v + v', NULL, NULL);
SELECT pg_temp.update('SET v = v - :v', NULL, '":v":{"N":"1E-130"}');

-- Expressions.
SELECT n, pg_temp.condition(array_to_string(array_fill('v = :v'::text, ARRAY[n]), ' OR ')) FROM unnest(ARRAY[100, 150, 151, 300, 400]) n;
SELECT n, pg_temp.condition(repeat('NOT ', n) || 'v = :v') FROM unnest(ARRAY[100, 298, 299, 300, 301, 1000]) n;
SELECT n, pg_temp.condition(repeat('(', n) || 'v = :v' || repeat(')', n)) FROM unnest(ARRAY[1, 2, 300, 2000, 2100]) n;
SELECT n, pg_temp.condition(repeat('(v = :v AND ', n) || 'v = :v' || repeat(')', n)) FROM unnest(ARRAY[100, 149, 150, 300]) n;
SELECT n, pg_temp.condition('v IN (' || array_to_string(array_fill(':v'::text, ARRAY[n]), ',') || ')') FROM unnest(ARRAY[1, 100, 101, 1000]) n;
SELECT n, pg_temp.condition('attribute_exists(v' || repeat('.v', n) || ')', NULL) FROM unnest(ARRAY[31, 32, 300, 2000, 2100]) n;
SELECT n, pg_temp.condition('attribute_exists(v' || repeat('[0]', n) || ')', NULL) FROM unnest(ARRAY[31, 32, 300, 1300, 1400]) n;
SELECT i, pg_temp.condition('attribute_exists(v[' || i || '])', NULL) FROM unnest(ARRAY['0', '2147483648', '4294967294', '4294967295', '99999999999999999999', '-1', '1.5']) i;
SELECT n, pg_temp.condition('v = ' || repeat('x', n), NULL) FROM unnest(ARRAY[4092, 4093, 100000]) n;
SELECT n, pg_temp.update('SET v = ' || repeat('if_not_exists(v, ', n) || ':v' || repeat(')', n)) FROM unnest(ARRAY[30, 200, 299, 300]) n;
SELECT n, pg_temp.update('SET v = ' || repeat('list_append(', n) || 'w' || repeat(', w)', n), NULL, NULL) FROM unnest(ARRAY[10, 200]) n;
SELECT n, pg_temp.update('REMOVE ' || (SELECT string_agg('v' || i, ', ') FROM generate_series(1, n) i), NULL, NULL) FROM unnest(ARRAY[100, 300, 301, 500]) n;
SELECT n, pg_temp.update('SET ' || (SELECT string_agg('v' || i || '=:v', ',') FROM generate_series(1, n) i)) FROM unnest(ARRAY[100, 299, 300, 301, 350]) n;
SELECT n, pg_temp.projection((SELECT string_agg('v' || i, ',') FROM generate_series(1, n) i)) FROM unnest(ARRAY[100, 500, 700]) n;
SELECT n, pg_temp.update('SET #n = :v', '"#n":"' || repeat('n', n) || '"') FROM unnest(ARRAY[255, 65535, 65536, 1000000]) n;
SELECT o, pg_temp.try(o, '{"TableName":"Limits","Key":{"pk":{"S":"a"}},"ProjectionExpression":"#n","ExpressionAttributeNames":{"#n":"' || repeat('n', 65536) || '"}}') FROM unnest(ARRAY['get_item', 'scan']) o;
SELECT o, pg_temp.try(o, '{"TableName":"Limits","Key":{"' || repeat('n', 65536) || '":{"S":"a"}}}') FROM unnest(ARRAY['get_item', 'update_item', 'delete_item']) o;
SELECT n, pg_temp.try('scan', '{"TableName":"Limits","FilterExpression":"' || rpad('v = :v', n) || '","ExpressionAttributeValues":{":v":{"S":"none"}}}'),
	pg_temp.try('scan', '{"TableName":"Limits","ProjectionExpression":"' || rpad('v', n) || '"}'),
	pg_temp.try('query', '{"TableName":"Limits","KeyConditionExpression":"pk = :v","FilterExpression":"' || rpad('v = :v', n) || '","ExpressionAttributeValues":{":v":{"S":"none"}}}') FROM unnest(ARRAY[4096, 4097]) n;
SELECT n, pg_temp.update('SET v = :v', NULL, '":v":{"S":"' || repeat('x', n) || '"}') FROM unnest(ARRAY[409596, 409597, 2097140, 2097160]) n;
SELECT n, pg_temp.update('SET v = :' || repeat('v', n), NULL, '":' || repeat('v', n) || '":{"N":"1"}') FROM unnest(ARRAY[254, 255, 4000]) n;

-- Values that grow in the item.
SELECT pg_temp.put('{"L":[{"S":"x"}]}');
SELECT i, ended FROM (SELECT i, pg_temp.update('SET v = list_append(v, v)', NULL, NULL) AS ended FROM generate_series(1, 18) i OFFSET 0) t
	WHERE i > 15 OR i < 3;
SELECT i, pg_temp.update('SET v[' || i || '] = :v') FROM unnest(ARRAY['4', '2147483647']) i;
SELECT pg_temp.projection('v[0], v[3], v[4], v[5]');

-- Requests.
SELECT pg_temp.try('get_item', '{"TableName":"Limits","Key":{"pk":{"S":"a"}},"Unknown":"' || repeat('x', 16000000) || '"}') ~ '^ok';
SELECT pg_temp.try('get_item', '{"TableName":"' || repeat('x', 1000000) || '","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.try('get_item', '{' || (SELECT string_agg('"Unknown' || i || '":' || i, ',') FROM generate_series(1, 200000) i) || ',"TableName":"Limits","Key":{"pk":{"S":"a"}}}') ~ '^ok';
SELECT pg_temp.try('list_tables', '{"Unknown":' || repeat('[', n) || repeat(']', n) || '}') FROM unnest(ARRAY[500, 5000]) n;
SELECT pg_temp.try('list_tables', '{"Limit":' || n || '}') FROM unnest(ARRAY['1e2', '100.0', '1e400', '99999999999999999999', '-0', '1.5']) n;

SELECT dynapg.delete_table('{"TableName":"Limits"}') IS NOT NULL;
