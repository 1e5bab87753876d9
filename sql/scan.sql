-- Scan: tables and indexes, filters, what is shown, segments, capacity
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"scan.t","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}],
	"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"GlobalSecondaryIndexes":[{"IndexName":"all","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
		{"IndexName":"some","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["v"]}},
		{"IndexName":"keys","KeySchema":[{"AttributeName":"h","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

\echo # nothing there
SELECT dynapg.scan('{"TableName":"scan.t"}');
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"all","ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.scan('{"TableName":"scan.t","Select":"COUNT","Segment":1,"TotalSegments":2,"ReturnConsumedCapacity":"TOTAL"}');

-- twelve items: three partitions, g on half of them, h on a third
SELECT count(dynapg.put_item(('{"TableName":"scan.t","Item":{"pk":{"S":"p' || i % 3 || '"},"sk":{"N":"' || i || '"},"v":{"N":"' || i * i || '"},"w":{"S":"' || repeat('w', 400) || '"},"m":{"M":{"l":{"L":[{"N":"' || i || '"},{"BOOL":true}]}}}'
	|| CASE WHEN i % 2 = 0 THEN ',"g":{"S":"g' || i % 4 || '"}' ELSE '' END || CASE WHEN i % 3 = 0 THEN ',"h":{"N":"' || -i || '"}' ELSE '' END || '}}')::json)) FROM generate_series(1, 12) i;

-- keys found as pk:sk, the counts where they differ, the last key
CREATE FUNCTION pg_temp.scan(members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT string_agg(coalesce((i->'pk'->>'S') || ':' || (i->'sk'->>'N'), i::text), ' ' ORDER BY n) FROM json_array_elements(r->'Items') WITH ORDINALITY x(i, n)), '-')
		|| CASE WHEN r->>'Count' = r->>'ScannedCount' THEN '' ELSE ' | ' || (r->>'Count') || ' of ' || (r->>'ScannedCount') END
		|| coalesce(' | last ' || (r->'LastEvaluatedKey')::text, '')
	FROM dynapg.scan(('{"TableName":"scan.t"' || members || '}')::json) r $$;

\echo # the table
SELECT pg_temp.scan();
SELECT pg_temp.scan(',"ConsistentRead":true,"Limit":5');
SELECT pg_temp.scan(',"Limit":5,"ExclusiveStartKey":{"pk":{"S":"p1"},"sk":{"N":"1"}}');
SELECT pg_temp.scan(',"Limit":12');
SELECT pg_temp.scan(',"Limit":13');
-- a start key need not be an item's
SELECT pg_temp.scan(',"ExclusiveStartKey":{"pk":{"S":"p1"},"sk":{"N":"5.5"}}');
SELECT pg_temp.scan(',"ExclusiveStartKey":{"pk":{"S":"zzz"},"sk":{"N":"0"}}');
SELECT dynapg.scan('{"TableName":"scan.t","Select":"COUNT"}');
SELECT dynapg.scan('{"TableName":"scan.t","Limit":2,"ProjectionExpression":"v, m.l[1]"}');
SELECT dynapg.scan('{"TableName":"scan.t","Limit":2,"AttributesToGet":["g","sk","none"]}');


\echo # filters, on keys too
SELECT pg_temp.scan(',"FilterExpression":"v > :v AND attribute_exists(g)","ExpressionAttributeValues":{":v":{"N":"30"}}');
SELECT pg_temp.scan(',"FilterExpression":"pk = :p OR sk IN (:a, :b)","ExpressionAttributeValues":{":p":{"S":"p2"},":a":{"N":"1"},":b":{"N":"3"}}');
SELECT pg_temp.scan(',"FilterExpression":"m.l[0] BETWEEN :a AND :b","ExpressionAttributeValues":{":a":{"N":"2"},":b":{"N":"4"}},"Limit":7');
SELECT pg_temp.scan(',"FilterExpression":"size(w) > :v","ExpressionAttributeValues":{":v":{"N":"400"}}');
SELECT pg_temp.scan(',"ScanFilter":{"v":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]}}');
SELECT pg_temp.scan(',"ScanFilter":{"v":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]},"g":{"ComparisonOperator":"NOT_NULL"}}');
SELECT pg_temp.scan(',"ScanFilter":{"v":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"9"}]},"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p0"}]}},"ConditionalOperator":"OR"');

\echo # indexes: only the items that have their keys, in the order of the index
SELECT pg_temp.scan(',"IndexName":"all"');
SELECT pg_temp.scan(',"IndexName":"some"');
SELECT pg_temp.scan(',"IndexName":"keys"');
SELECT pg_temp.scan(',"IndexName":"local","ConsistentRead":true');
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"some","Limit":2}');
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"keys","Limit":1,"Select":"ALL_PROJECTED_ATTRIBUTES"}');
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"local","Limit":1}');
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"local","Limit":1,"ProjectionExpression":"v, h"}');
SELECT pg_temp.scan(',"IndexName":"some","Limit":2,"ExclusiveStartKey":{"g":{"S":"g0"},"pk":{"S":"p1"},"sk":{"N":"4"}}');
SELECT pg_temp.scan(',"IndexName":"some","FilterExpression":"v < :v","ExpressionAttributeValues":{":v":{"N":"50"}}');
SELECT pg_temp.scan(',"IndexName":"some","FilterExpression":"attribute_exists(w)"');
SELECT pg_temp.scan(',"IndexName":"local","FilterExpression":"attribute_exists(w) AND v > :v","ExpressionAttributeValues":{":v":{"N":"50"}}');

\echo # segments: together each item once, whatever their number, paged or not
CREATE FUNCTION pg_temp.segments(total int, members text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	start text;
	items text[] := '{}';
BEGIN
	FOR segment IN 0 .. total - 1 LOOP
		start := '';
		LOOP
			reply := dynapg.scan(('{"TableName":"scan.t","Segment":' || segment || ',"TotalSegments":' || total || members || start || '}')::json);
			items := items || array(SELECT (i->'pk'->>'S') || ':' || (i->'sk'->>'N') FROM json_array_elements(reply->'Items') i);
			EXIT WHEN reply->'LastEvaluatedKey' IS NULL;
			start := ',"ExclusiveStartKey":' || (reply->'LastEvaluatedKey');
		END LOOP;
	END LOOP;
	RETURN cardinality(items) || ' items, ' || (SELECT count(DISTINCT i) FROM unnest(items) i) || ' distinct';
END $$;
SELECT total, pg_temp.segments(total) FROM unnest('{1,2,3,7,100}'::int[]) total;
SELECT total, pg_temp.segments(total, ',"Limit":1') FROM unnest('{1,2,5}'::int[]) total;
SELECT total, pg_temp.segments(total, ',"IndexName":"all"') FROM unnest('{1,4}'::int[]) total;
SELECT total, pg_temp.segments(total, ',"IndexName":"local","Limit":2') FROM unnest('{1,4}'::int[]) total;
-- a start key of another segment
SELECT dynapg.scan(('{"TableName":"scan.t","Segment":1,"TotalSegments":2,"ExclusiveStartKey":' || (dynapg.scan('{"TableName":"scan.t","Segment":0,"TotalSegments":2,"Limit":1}')->'LastEvaluatedKey') || '}')::json);
SELECT dynapg.scan('{"TableName":"scan.t","Select":"COUNT","Segment":999999,"TotalSegments":1000000}')->>'LastEvaluatedKey' IS NULL;

\echo # capacity: what was read, filtered or not
SELECT sum(dynapg.item_size(item)) FROM dynamodb."scan.t";
SELECT dynapg.scan('{"TableName":"scan.t","Select":"COUNT","ReturnConsumedCapacity":"TOTAL"}')->'ConsumedCapacity';
SELECT dynapg.scan('{"TableName":"scan.t","Select":"COUNT","ReturnConsumedCapacity":"INDEXES","ConsistentRead":true}')->'ConsumedCapacity';
SELECT dynapg.scan('{"TableName":"scan.t","FilterExpression":"attribute_exists(nothing)","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true}');
SELECT dynapg.scan('{"TableName":"scan.t","Limit":1,"Select":"COUNT","ReturnConsumedCapacity":"TOTAL"}')->'ConsumedCapacity';
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"all","Select":"COUNT","ReturnConsumedCapacity":"INDEXES"}')->'ConsumedCapacity';
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"local","Select":"COUNT","ReturnConsumedCapacity":"INDEXES","ConsistentRead":true}')->'ConsumedCapacity';
SELECT dynapg.scan('{"TableName":"scan.t","IndexName":"local","ProjectionExpression":"v","ReturnConsumedCapacity":"INDEXES","ConsistentRead":true}')->'ConsumedCapacity';

SELECT dynapg.delete_table('{"TableName":"scan.t"}')->'TableDescription'->>'TableName';
