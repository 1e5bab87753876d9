-- ConsumedCapacity and ItemCollectionMetrics of transactions.  What is expected is worked out in the comment above each request, from the
-- sizes of the items; pg_temp.costs says whether all three reports agree with it.  "6r", "6w": reported as ReadCapacityUnits, as
-- WriteCapacityUnits as well.
\set ECHO none
\i sql/common.psql
\i sql/capacity.psql
CREATE FUNCTION pg_temp.gets(gets text[], expected text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.costs('transact_get_items', '{"TransactItems":[' || array_to_string(gets, ',') || ']}', expected) $$;
CREATE FUNCTION pg_temp.get(tab text, p text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT '{"Get":{"TableName":"' || tab || '","Key":' || pg_temp.key(p) || more || '}}' $$;
CREATE FUNCTION pg_temp.writes(actions text[], expected text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.costs('transact_write_items', '{"TransactItems":[' || array_to_string(actions, ',') || ']}', expected) $$;
CREATE FUNCTION pg_temp.put(tab text, item text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT '{"Put":{"TableName":"' || tab || '","Item":' || item || more || '}}' $$;
CREATE FUNCTION pg_temp.delete(tab text, p text) RETURNS text LANGUAGE sql AS $$
	SELECT '{"Delete":{"TableName":"' || tab || '","Key":' || pg_temp.key(p) || '}}' $$;
CREATE FUNCTION pg_temp.check(tab text, p text, condition text) RETURNS text LANGUAGE sql AS $$
	SELECT '{"ConditionCheck":{"TableName":"' || tab || '","Key":' || pg_temp.key(p) || ',"ConditionExpression":"' || condition || '"}}' $$;
CREATE FUNCTION pg_temp.update(tab text, p text, expression text, x text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT '{"Update":{"TableName":"' || tab || '","Key":' || pg_temp.key(p) || ',"UpdateExpression":"' || expression || '"' ||
		coalesce(',"ExpressionAttributeValues":{":x":{"S":"' || x || '"}}', '') || '}}' $$;
\set ECHO all
SELECT pg_temp.make('captx.t');
SELECT pg_temp.make('captx.g', '{g}', NULL, pg_temp.index('g-all', 'g') || ',' || pg_temp.index('g-key', 'g', NULL, '"ProjectionType":"KEYS_ONLY"'));
SELECT pg_temp.make('captx.l', '{a}', pg_temp.index('loc', 'p', 'a') || ',' || pg_temp.index('lok', 'p', 'a', '"ProjectionType":"KEYS_ONLY"'));

\echo # each item is written twice and rounded for itself
-- three items of 500 bytes: 3 * 2 * 1
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.t', pg_temp.item(500, 'a')), pg_temp.put('captx.t', pg_temp.item(500, 'b')), pg_temp.put('captx.t', pg_temp.item(500, 'c'))], 'captx.t 6w = Table 6w');
-- 1,025 bytes: 2 * 2; replaced by 100: the larger one again; and a condition costs nothing
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.t', pg_temp.item(1025, 'a'))], 'captx.t 4w = Table 4w');
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.t', pg_temp.item(100, 'a'), ',"ConditionExpression":"attribute_exists(f)"')], 'captx.t 4w = Table 4w');
-- an update that grows 100 bytes by x (1 + 3,000) to 3,101, 4; one that shrinks it again
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.t', 'a', 'SET x = :x', repeat('x', 3000))], 'captx.t 8w = Table 8w');
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.t', 'a', 'REMOVE x')], 'captx.t 8w = Table 8w');
-- a check reads 3,000 bytes as if it wrote them: 3 * 2; one of nothing as the smallest item; so are a delete of nothing and an update
-- that makes nothing
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.t', pg_temp.item(3000, 'd'))], 'captx.t 6w = Table 6w');
SELECT pg_temp.writes(ARRAY[pg_temp.check('captx.t', 'd', 'attribute_exists(p)')], 'captx.t 6w = Table 6w');
SELECT pg_temp.writes(ARRAY[pg_temp.check('captx.t', 'x', 'attribute_not_exists(p)')], 'captx.t 2w = Table 2w');
SELECT pg_temp.writes(ARRAY[pg_temp.delete('captx.t', 'x')], 'captx.t 2w = Table 2w');
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.t', 'x', 'REMOVE y')], 'captx.t 2w = Table 2w');
-- a delete pays for what it deletes: 3,000 bytes
SELECT pg_temp.writes(ARRAY[pg_temp.delete('captx.t', 'd')], 'captx.t 6w = Table 6w');
-- an update that makes p, s and x of 1 + 1,020: 1,025 bytes
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.t', 'd', 'SET x = :x', repeat('x', 1020))], 'captx.t 4w = Table 4w');

\echo # global indexes follow the transaction: they cost what they do outside of one
-- enters both: in g-all 2,000 bytes, 2; in g-key p, s and g
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.g', pg_temp.item(2000, 'a', more => ',"g":{"S":"x"}', others => 2))], 'captx.g 7w = Table 4w + global g-all 2w + global g-key 1w');
-- changes what g-all shows; then moves: 2 + 2 and 1 + 1; a check changes nothing
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.g', 'a', 'SET w = :x', 'w')], 'captx.g 6w = Table 4w + global g-all 2w');
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.g', 'a', 'SET g = :x', 'y')], 'captx.g 10w = Table 4w + global g-all 4w + global g-key 2w');
SELECT pg_temp.writes(ARRAY[pg_temp.check('captx.g', 'a', 'attribute_exists(g)')], 'captx.g 4w = Table 4w');
-- two items in one transaction: b enters (10 bytes: 2, 1, 1), a leaves (4, 2, 1)
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.g', pg_temp.item(10, 'b', more => ',"g":{"S":"x"}', others => 2)), pg_temp.delete('captx.g', 'a')], 'captx.g 11w = Table 6w + global g-all 3w + global g-key 2w');

\echo # local indexes are written within it: doubled as the table
-- enters both (2,000 bytes in loc); changes loc in place; moves in both
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.l', pg_temp.item(2000, 'a', more => ',"a":{"S":"x"}', others => 2))], 'captx.l 10w = Table 4w + local loc 4w + local lok 2w');
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.l', 'a', 'SET w = :x', 'w')], 'captx.l 8w = Table 4w + local loc 4w');
SELECT pg_temp.writes(ARRAY[pg_temp.update('captx.l', 'a', 'SET a = :x', 'y')], 'captx.l 16w = Table 4w + local loc 8w + local lok 4w');

\echo # a member per table, in the order in which the request names them; by name and by ARN it is one table
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.l', pg_temp.item(10, 'k')), pg_temp.put('captx.t', pg_temp.item(10, 'k')), pg_temp.check('captx.g', 'k', 'attribute_not_exists(p)'), pg_temp.put('captx.l', pg_temp.item(1025, 'l'))],
	'captx.l 6w = Table 6w; captx.t 2w = Table 2w; captx.g 2w = Table 2w');
SELECT pg_temp.writes(ARRAY[pg_temp.put(arn, pg_temp.item(10, 'm')), pg_temp.put('captx.t', pg_temp.item(10, 'n'))], arn || ' 4w = Table 4w'),
	pg_temp.gets(ARRAY[pg_temp.get(arn, 'm'), pg_temp.get('captx.t', 'n')], arn || ' 4r = Table 4r')
	FROM (SELECT dynapg.describe_table('{"TableName":"captx.t"}')->'Table'->>'TableArn') x(arn);
-- a cancelled one has no reply that could show it
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[' || pg_temp.check('captx.t', 'k', 'attribute_not_exists(p)') || '],"ReturnConsumedCapacity":"INDEXES"}');

\echo # each item is read twice, and rounded for itself: three of 500 bytes; 4,096 and 4,097; nothing
-- written: 2 * (1 + 4 + 5)
SELECT pg_temp.writes(ARRAY[pg_temp.put('captx.t', pg_temp.item(500, 'a')), pg_temp.put('captx.t', pg_temp.item(4096, 'e')), pg_temp.put('captx.t', pg_temp.item(4097, 'f'))], 'captx.t 20w = Table 20w');
SELECT pg_temp.gets(ARRAY[pg_temp.get('captx.t', 'a'), pg_temp.get('captx.t', 'b'), pg_temp.get('captx.t', 'c')], 'captx.t 6r = Table 6r');
SELECT pg_temp.gets(ARRAY[pg_temp.get('captx.t', 'e')], 'captx.t 2r = Table 2r'), pg_temp.gets(ARRAY[pg_temp.get('captx.t', 'f')], 'captx.t 4r = Table 4r'), pg_temp.gets(ARRAY[pg_temp.get('captx.t', 'x')], 'captx.t 2r = Table 2r');
-- a projection does not matter
SELECT pg_temp.gets(ARRAY[pg_temp.get('captx.t', 'f', ',"ProjectionExpression":"p"')], 'captx.t 4r = Table 4r');
SELECT pg_temp.gets(ARRAY[pg_temp.get('captx.l', 'k'), pg_temp.get('captx.t', 'f'), pg_temp.get('captx.l', 'x'), pg_temp.get('captx.g', 'b')], 'captx.l 4r = Table 4r; captx.t 4r = Table 4r; captx.g 2r = Table 2r');

\echo # as replies show it
SELECT dynapg.transact_get_items(('{"TransactItems":[' || pg_temp.get('captx.t', 'x') || '],"ReturnConsumedCapacity":"' || r || '"}')::json) FROM unnest('{NONE,TOTAL,INDEXES}'::text[]) r;
SELECT dynapg.transact_write_items(('{"TransactItems":[' || pg_temp.put('captx.g', pg_temp.item(10, r, more => ',"g":{"S":"x"}', others => 2)) || '],"ReturnConsumedCapacity":"' || r || '"}')::json) FROM unnest('{NONE,TOTAL,INDEXES}'::text[]) r;

\echo # ItemCollectionMetrics: of tables with a local index, each collection that was written once
SELECT dynapg.transact_write_items(('{"TransactItems":[' || concat_ws(',', pg_temp.put('captx.t', pg_temp.item(10, 'a')), pg_temp.put('captx.l', pg_temp.item(10, 'b', '1')), pg_temp.update('captx.l', 'a', 'SET w = :x', '2'), pg_temp.put('captx.l', pg_temp.item(10, 'b', '2')), pg_temp.check('captx.l', 'c', 'attribute_not_exists(p)'), pg_temp.delete('captx.l', 'd')) ||
	'],"ReturnItemCollectionMetrics":"' || r || '"}')::json) FROM unnest('{NONE,SIZE}'::text[]) r;
SELECT dynapg.transact_write_items(('{"TransactItems":[' || pg_temp.check('captx.l', 'c', 'attribute_not_exists(p)') || ',' || pg_temp.put('captx.g', pg_temp.item(10, 'z')) || '],"ReturnItemCollectionMetrics":"SIZE"}')::json);
-- an update that moves the key of a local index, 2 * (1 + 2), and a delete, 2 * (1 + 1)
SELECT dynapg.create_table('{"TableName":"captx.music","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"SongTitle","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"Artist","AttributeType":"S"},{"AttributeName":"SongTitle","AttributeType":"S"},{"AttributeName":"AlbumTitle","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"AlbumTitleIndex","KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"AlbumTitle","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["Genre","Year"]}}]}')->'TableDescription'->>'TableStatus';
SELECT dynapg.batch_write_item('{"RequestItems":{"captx.music":[{"PutRequest":{"Item":{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"Call Me Today"},"AlbumTitle":{"S":"Somewhat Famous"}}}},{"PutRequest":{"Item":{"Artist":{"S":"Acme Band"},"SongTitle":{"S":"Happy Day"},"AlbumTitle":{"S":"Songs About Life"}}}}]}}');
SELECT dynapg.transact_write_items('{"TransactItems":[{"Update":{"Key":{"Artist":{"S":"Acme Band"},"SongTitle":{"S":"Happy Day"}},"UpdateExpression":"SET AlbumTitle = :newval","ExpressionAttributeValues":{":newval":{"S":"Updated Album Title"}},"TableName":"captx.music","ConditionExpression":"attribute_not_exists(Rating)"}},
	{"Delete":{"Key":{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"Call Me Today"}},"TableName":"captx.music","ConditionExpression":"attribute_not_exists(Rating)"}}],"ReturnConsumedCapacity":"TOTAL","ReturnItemCollectionMetrics":"SIZE"}');

SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{captx.t,captx.g,captx.l,captx.music}'::text[]) t;
