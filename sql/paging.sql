-- Pages of Query and Scan: where they end, how they go on, what happens between them
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"paging","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"all","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"keys","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- an item of exactly that number of bytes: names and keys first, the rest is v
CREATE FUNCTION pg_temp.put(pk text, sk int, bytes int, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.put_item(('{"TableName":"paging","Item":{"pk":{"S":"' || pk || '"},"sk":{"N":"' || sk || '"}' || members || ',"v":{"S":"' || repeat('v', bytes - own.size - 1) || '"}}}')::json)
	FROM (SELECT dynapg.item_size(('{"pk":{"S":"' || pk || '"},"sk":{"N":"' || sk || '"}' || members || '}')::dynapg.item)) own(size) $$;

-- reads to the end; pages as counts of items, then what was found as pk:sk
CREATE FUNCTION pg_temp.walk(operation text, members text, OUT pages text, OUT items text[]) LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	start text := '';
BEGIN
	items := '{}';
	LOOP
		EXECUTE format('SELECT dynapg.%I($1)', operation) INTO reply USING ('{"TableName":"paging"' || members || start || '}')::json;
		pages := concat_ws(' ', pages, (reply->>'Count') || CASE WHEN reply->>'Count' = reply->>'ScannedCount' THEN '' ELSE '/' || (reply->>'ScannedCount') END);
		items := items || array(SELECT (i->'pk'->>'S') || ':' || (i->'sk'->>'N') FROM json_array_elements(reply->'Items') i);
		EXIT WHEN reply->'LastEvaluatedKey' IS NULL;
		start := ',"ExclusiveStartKey":' || (reply->'LastEvaluatedKey');
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.query(members text, condition text DEFAULT 'pk = :p', value text DEFAULT 'big', OUT pages text, OUT items text[]) LANGUAGE sql AS $$
	SELECT * FROM pg_temp.walk('query', ',"KeyConditionExpression":"' || condition || '","ExpressionAttributeValues":{":p":{"S":"' || value || '"}}' || members) $$;

\echo # a page ends with the item that fills 1 MB
SELECT count(pg_temp.put('big', i, 100000, ',"g":{"S":"g"},"h":{"N":"' || -i || '"}')) FROM generate_series(1, 25) i;
SELECT DISTINCT dynapg.item_size(item) FROM dynamodb.paging WHERE pk = 'big';
SELECT pages FROM pg_temp.query('');
SELECT pages, items[1], items[25] FROM pg_temp.query(',"ScanIndexForward":false');
SELECT pages FROM pg_temp.query(',"Select":"COUNT"');
SELECT pages, cardinality(items) FROM pg_temp.query(',"Limit":10');
SELECT pages FROM pg_temp.query(',"Limit":11');
SELECT pages FROM pg_temp.query(',"Limit":12');
SELECT pages FROM pg_temp.walk('scan', '');
-- before filter and projection
SELECT pages, items FROM pg_temp.query(',"FilterExpression":"h = :h","ExpressionAttributeValues":{":p":{"S":"big"},":h":{"N":"-13"}}');
SELECT pages FROM pg_temp.query(',"FilterExpression":"attribute_not_exists(v)"');
SELECT pages FROM pg_temp.query(',"ProjectionExpression":"pk, sk"');
-- an index counts what it shows; a local one what it fetches, too
SELECT pages FROM pg_temp.query(',"IndexName":"all"', 'g = :p', 'g');
SELECT pages FROM pg_temp.query(',"IndexName":"keys"', 'g = :p', 'g');
SELECT pages FROM pg_temp.query(',"IndexName":"local"');
SELECT pages, items[1] FROM pg_temp.query(',"IndexName":"local","Select":"ALL_ATTRIBUTES"');
SELECT pages FROM pg_temp.walk('scan', ',"IndexName":"all"');
SELECT dynapg.query('{"TableName":"paging","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"big"}},"Select":"COUNT","ReturnConsumedCapacity":"TOTAL"}');

\echo # exactly 1 MB, and one byte less
SELECT count(pg_temp.put('even', i, 262144)) FROM generate_series(1, 8) i;
SELECT pages FROM pg_temp.query('', 'pk = :p', 'even');
SELECT count(pg_temp.put('even', 4, 262143));
SELECT pages FROM pg_temp.query('', 'pk = :p', 'even');
-- one item of the greatest size at least
SELECT count(pg_temp.put('huge', i, 409600)) FROM generate_series(1, 4) i;
SELECT pages FROM pg_temp.query('', 'pk = :p', 'huge');
SELECT dynapg.query('{"TableName":"paging","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"huge"}},"Select":"COUNT","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true}');
-- A statement over the rows of a distributed table would call the operation on their nodes, where it cannot be.
CREATE FUNCTION pg_temp.delete_items(condition text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	keys json[];
BEGIN
	EXECUTE 'SELECT array_agg(json_build_object(''pk'', item OPERATOR(dynapg.->) ''pk'', ''sk'', item OPERATOR(dynapg.->) ''sk'')) FROM dynamodb.paging WHERE ' || condition INTO keys;
	RETURN (SELECT count(dynapg.delete_item(json_build_object('TableName', 'paging', 'Key', key))) FROM unnest(keys) AS key);
END $$;
SELECT pg_temp.delete_items('true');

\echo # every limit finds the same, forward and backward, also where all index keys are equal
SELECT count(pg_temp.put('p' || i % 3, i, 60, ',"g":{"S":"tied"},"h":{"N":"7"}')) FROM generate_series(1, 30) i;
SELECT l, pages, items = array(SELECT 'p1:' || i FROM generate_series(1, 30, 3) i) FROM unnest('{1,3,9,10,11}'::int[]) l, pg_temp.query(',"Limit":' || l, 'pk = :p', 'p1');
SELECT l, pages, items = array(SELECT 'p1:' || i FROM generate_series(28, 1, -3) i) FROM unnest('{1,3,9,10,11}'::int[]) l, pg_temp.query(',"ScanIndexForward":false,"Limit":' || l, 'pk = :p', 'p1');
SELECT l, pages, items = array(SELECT 'p' || p || ':' || i FROM generate_series(0, 2) p, generate_series(1, 30) i WHERE i % 3 = p ORDER BY p, i) FROM unnest('{1,7,30}'::int[]) l, pg_temp.walk('scan', ',"Limit":' || l);
SELECT x, l, pages, items = array(SELECT 'p' || p || ':' || i FROM generate_series(0, 2) p, generate_series(1, 30) i WHERE i % 3 = p ORDER BY p, i) FROM unnest('{all,keys}'::text[]) x, unnest('{1,7,30}'::int[]) l, pg_temp.query(',"IndexName":"' || x || '","Limit":' || l, 'g = :p', 'tied');
SELECT x, l, pages, items = array(SELECT 'p' || p || ':' || i FROM generate_series(0, 2) p, generate_series(1, 30) i WHERE i % 3 = p ORDER BY p DESC, i DESC) FROM unnest('{all,keys}'::text[]) x, unnest('{1,7,30}'::int[]) l, pg_temp.query(',"ScanIndexForward":false,"IndexName":"' || x || '","Limit":' || l, 'g = :p', 'tied');
SELECT l, pages, items = array(SELECT 'p1:' || i FROM generate_series(1, 30, 3) i) FROM unnest('{1,4}'::int[]) l, pg_temp.query(',"IndexName":"local","Limit":' || l, 'pk = :p', 'p1');
SELECT x, pages, cardinality(items), (SELECT count(DISTINCT i) FROM unnest(items) i) FROM unnest('{all,keys,local}'::text[]) x, pg_temp.walk('scan', ',"Limit":7,"IndexName":"' || x || '"');
-- within every kind of bound
SELECT c, l, pages, items FROM unnest(ARRAY['sk > :a', 'sk >= :a', 'sk < :a', 'sk <= :a', 'sk = :a', 'sk BETWEEN :a AND :a']) c, unnest('{2,20}'::int[]) l,
	pg_temp.walk('query', ',"KeyConditionExpression":"pk = :p AND ' || c || '","ExpressionAttributeValues":{":p":{"S":"p1"},":a":{"N":"13"}},"Limit":' || l);
SELECT c, pages, items FROM unnest(ARRAY['sk > :a', 'sk >= :a', 'sk < :a', 'sk <= :a', 'sk = :a', 'sk BETWEEN :a AND :a']) c,
	pg_temp.walk('query', ',"ScanIndexForward":false,"KeyConditionExpression":"pk = :p AND ' || c || '","ExpressionAttributeValues":{":p":{"S":"p1"},":a":{"N":"13"}},"Limit":2');
-- a limit counts evaluated items: pages may be empty
SELECT pages, items FROM pg_temp.walk('scan', ',"Limit":4,"FilterExpression":"sk = :s","ExpressionAttributeValues":{":s":{"N":"17"}}');

\echo # changes between pages: an item that nobody touches is there exactly once
CREATE FUNCTION pg_temp.disturbed(operation text, members text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	start text := '';
	items text[] := '{}';
	page int := 0;
BEGIN
	PERFORM pg_temp.put('d', i * 10, 60, ',"g":{"S":"d"},"h":{"N":"' || i % 4 || '"}') FROM generate_series(1, 40) i;
	LOOP
		EXECUTE format('SELECT dynapg.%I($1)', operation) INTO reply USING ('{"TableName":"paging","Limit":3' || members || start || '}')::json;
		items := items || array(SELECT (i->'pk'->>'S') || ':' || (i->'sk'->>'N') FROM json_array_elements(reply->'Items') i);
		EXIT WHEN reply->'LastEvaluatedKey' IS NULL;
		start := ',"ExclusiveStartKey":' || (reply->'LastEvaluatedKey');
		page := page + 1;
		-- the item where the page ended goes; others come before, behind and around it, and move in the index
		PERFORM dynapg.delete_item(json_build_object('TableName', 'paging', 'Key', json_build_object('pk', reply->'LastEvaluatedKey'->'pk', 'sk', reply->'LastEvaluatedKey'->'sk')));
		PERFORM pg_temp.put('d', (reply->'LastEvaluatedKey'->'sk'->>'N')::int + delta, 60, ',"g":{"S":"d"},"h":{"N":"' || page % 4 || '"}') FROM unnest('{-1,1,2}'::int[]) delta
			WHERE ((reply->'LastEvaluatedKey'->'sk'->>'N')::int + delta) % 10 <> 0;
		PERFORM pg_temp.put('d', 10 * page + 5, 100, ',"g":{"S":"d"},"h":{"N":"' || (page + 2) % 4 || '"}');
		EXIT WHEN page > 200;
	END LOOP;
	PERFORM pg_temp.delete_items('pk = ''d''');
	RETURN (SELECT count(*) || ' of 40, ' || count(*) FILTER (WHERE n <> 1) || ' not once' FROM (SELECT count(*) FROM unnest(items) i WHERE i ~ '^d:\d+0$' GROUP BY i) x(n));
END $$;
SELECT pg_temp.disturbed('query', ',"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"d"}}');
SELECT pg_temp.disturbed('query', ',"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"d"}},"ScanIndexForward":false');
SELECT pg_temp.disturbed('scan', '');
SELECT pg_temp.disturbed('query', ',"IndexName":"keys","KeyConditionExpression":"g = :p","ExpressionAttributeValues":{":p":{"S":"d"}}');
SELECT pg_temp.disturbed('query', ',"IndexName":"all","KeyConditionExpression":"g = :p","ExpressionAttributeValues":{":p":{"S":"d"}}');
SELECT pg_temp.disturbed('query', ',"IndexName":"local","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"d"}},"ScanIndexForward":false');

SELECT dynapg.delete_table('{"TableName":"paging"}')->'TableDescription'->>'TableName';
