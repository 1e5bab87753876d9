-- ConsumedCapacity and ItemCollectionMetrics of single operations, reads of ranges and batches.  What is expected is worked out in
-- the comment above each request, from the sizes of the items; pg_temp.costs says whether all three reports agree with it.
\set ECHO none
\i sql/common.psql
\i sql/capacity.psql
CREATE FUNCTION pg_temp.put(tab text, item text, expected text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.costs('put_item', '{"TableName":"' || tab || '","Item":' || item || '}', expected) $$;
CREATE FUNCTION pg_temp.get(more text, expected text, s text DEFAULT '1') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.costs('get_item', '{"TableName":"cap.t","Key":' || pg_temp.key(s => s) || more || '}', expected) $$;
CREATE FUNCTION pg_temp.delete(tab text, expected text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.costs('delete_item', '{"TableName":"' || tab || '","Key":' || pg_temp.key() || '}', expected) $$;
-- an update by an expression whose values are strings, ":x=text :y=text"
CREATE FUNCTION pg_temp.update(tab text, expression text, vals text, expected text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.costs('update_item', '{"TableName":"' || tab || '","Key":' || pg_temp.key() || ',"UpdateExpression":"' || expression || '"' ||
		coalesce(',"ExpressionAttributeValues":{' || (SELECT string_agg('"' || split_part(v, '=', 1) || '":{"S":"' || split_part(v, '=', 2) || '"}', ',') FROM unnest(string_to_array(nullif(vals, ''), ' ')) v) || '}', '') || '}', expected) $$;
-- a query of partition p
CREATE FUNCTION pg_temp.query(tab text, p text, more text, expected text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.costs('query', '{"TableName":"' || tab || '","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"' || p || '"}}' || more || '}', expected) $$;
CREATE FUNCTION pg_temp.scan(tab text, more text, expected text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.costs('scan', '{"TableName":"' || tab || '"' || more || '}', expected) $$;
CREATE FUNCTION pg_temp.fill(tab text, items text[]) RETURNS bigint LANGUAGE sql AS $$ SELECT count(dynapg.put_item(('{"TableName":"' || tab || '","Item":' || i || '}')::json)) FROM unnest(items) i $$;
\set ECHO all
SELECT pg_temp.make('cap.t');

\echo # the larger image of a write, in units of 1,024 bytes, rounded up
-- 1,024 / 1,024 = 1
SELECT pg_temp.put('cap.t', pg_temp.item(1024), '1 = Table 1');
-- 1,025 / 1,024 = 1.001, rounded up 2
SELECT pg_temp.put('cap.t', pg_temp.item(1025), '2 = Table 2');
-- replaces 1,025 bytes by 100: the larger is the old one
SELECT pg_temp.put('cap.t', pg_temp.item(100), '2 = Table 2');
-- an update that grows 100 bytes by x (1 + 1,000): 1,101 bytes, 2
SELECT pg_temp.update('cap.t', 'SET x = :x', ':x=' || repeat('x', 1000), '2 = Table 2');
-- an update that shrinks them again: before 1,101, after 100
SELECT pg_temp.update('cap.t', 'REMOVE x', '', '2 = Table 2');
-- an update of one small attribute pays for the whole item: 409,599 / 1,024, 400
SELECT pg_temp.put('cap.t', pg_temp.item(409599), '400 = Table 400');
SELECT pg_temp.update('cap.t', 'REMOVE nothing', '', '400 = Table 400');
-- a delete pays for what it deletes, one of nothing for the smallest item
SELECT pg_temp.delete('cap.t', '400 = Table 400');
SELECT pg_temp.delete('cap.t', '1 = Table 1');
-- an update that makes no item
SELECT pg_temp.update('cap.t', 'REMOVE x', '', '1 = Table 1');
-- one that makes it: p, s and x of 1,020 + 1: 4 + 1,021 = 1,025, 2
SELECT pg_temp.update('cap.t', 'SET x = :x', ':x=' || repeat('x', 1020), '2 = Table 2');
-- a failed condition has no reply that could show it
SELECT pg_temp.answer('put_item', '{"TableName":"cap.t","Item":' || pg_temp.item(10) || ',"ConditionExpression":"attribute_exists(y)","ReturnConsumedCapacity":"INDEXES"}');

\echo # the size of an item: names and values
-- p, s: 4; é is 2 bytes, B is as decoded (3), true and null 1, a number 1 and 1 for each two digits: 1 + 2 + 1 for -12.5,
-- a set the sum of its members (2 + 2), a list or map 3 and 1 for each member and what they are: L 3 + 2 + (2 + 1), M 3 + 1 + (1 + 1);
-- eight names of 1 byte.  4 + 8 + 2 + 3 + 1 + 1 + (1 + 1 + 1 + 1) + 4 + 8 + 6 = 41; with z (1 + 982): 1,024, with one byte more 1,025
SELECT pg_temp.put('cap.t', '{"p":{"S":"a"},"s":{"S":"2"},"a":{"S":"é"},"b":{"B":"AAEC"},"c":{"BOOL":true},"d":{"NULL":true},"e":{"N":"-12.5"},"g":{"NS":["1","22"]},"h":{"L":[{"N":"7"},{"BOOL":false}]},"i":{"M":{"x":{"S":"y"}}},"z":{"S":"' || repeat('z', 982 + more) || '"}}', CASE more WHEN 0 THEN '1 = Table 1' ELSE '2 = Table 2' END) FROM generate_series(0, 1) more;

\echo # one item read: units of 4,096 bytes, rounded up, half of that unless consistent; a projection does not matter
SELECT pg_temp.fill('cap.t', ARRAY[pg_temp.item(4096, s => '4'), pg_temp.item(4097, s => '5'), pg_temp.item(409600, s => '6')]);
SELECT pg_temp.get('', '0.5 = Table 0.5', '4'), pg_temp.get(',"ConsistentRead":true', '1 = Table 1', '4');
SELECT pg_temp.get('', '1 = Table 1', '5'), pg_temp.get(',"ConsistentRead":true', '2 = Table 2', '5'), pg_temp.get(',"ProjectionExpression":"p"', '1 = Table 1', '5');
-- 409,600 / 4,096 = 100
SELECT pg_temp.get('', '50 = Table 50', '6'), pg_temp.get(',"ConsistentRead":true,"ProjectionExpression":"x"', '100 = Table 100', '6');
-- nothing is as much as the smallest item
SELECT pg_temp.get('', '0.5 = Table 0.5', '9'), pg_temp.get(',"ConsistentRead":true', '1 = Table 1', '9');

\echo # ranges: the sum is rounded, not each item
SELECT pg_temp.make('cap.q', '{a,g}', pg_temp.index('loc', 'p', 'a', '"ProjectionType":"INCLUDE","NonKeyAttributes":["v"]'), pg_temp.index('g-all', 'g', NULL) || ',' || pg_temp.index('g-key', 'g', 'a', '"ProjectionType":"KEYS_ONLY"'));
SELECT pg_temp.query('cap.q', 'a', '', '0.5 = Table 0.5'), pg_temp.query('cap.q', 'a', ',"ConsistentRead":true', '1 = Table 1'), pg_temp.scan('cap.q', '', '0.5 = Table 0.5'), pg_temp.scan('cap.q', ',"ConsistentRead":true', '1 = Table 1');
-- 10 items of 4,178 bytes: 41,780 / 4,096 = 10.2, 11; each rounded it would be 20
SELECT pg_temp.fill('cap.q', array_agg(pg_temp.item(4178, 't', s::text))) FROM generate_series(0, 9) s;
SELECT pg_temp.query('cap.q', 't', '', '5.5 = Table 5.5'), pg_temp.query('cap.q', 't', ',"ConsistentRead":true', '11 = Table 11'), pg_temp.scan('cap.q', ',"ConsistentRead":true', '11 = Table 11');
-- filter, projection and count do not change what is read
SELECT pg_temp.query('cap.q', 't', ',"FilterExpression":"attribute_exists(absent)"', '5.5 = Table 5.5'), pg_temp.query('cap.q', 't', ',"ProjectionExpression":"p"', '5.5 = Table 5.5'), pg_temp.query('cap.q', 't', ',"Select":"COUNT"', '5.5 = Table 5.5'), pg_temp.scan('cap.q', ',"FilterExpression":"attribute_exists(absent)","Select":"COUNT"', '5.5 = Table 5.5');
-- a limit does: 3 * 4,178 = 12,534 / 4,096 = 3.1, 4
SELECT pg_temp.query('cap.q', 't', ',"Limit":3', '2 = Table 2'), pg_temp.scan('cap.q', ',"Limit":3,"ConsistentRead":true', '4 = Table 4');
-- 1,500 items of 64 bytes (s of 4 bytes, 3 more than item() counts): 96,000 / 4,096 = 23.4, 24
SELECT pg_temp.fill('cap.q', array_agg(pg_temp.item(64, 'm', (1000 + s)::text, '', 3))) FROM generate_series(1, 1500) s;
SELECT pg_temp.query('cap.q', 'm', ',"Select":"COUNT"', '12 = Table 12'), pg_temp.query('cap.q', 'm', ',"Select":"COUNT","ConsistentRead":true', '24 = Table 24');
-- both partitions: 96,000 + 41,780 = 137,780 / 4,096 = 33.6, 34
SELECT pg_temp.scan('cap.q', ',"Select":"COUNT"', '17 = Table 17');

\echo # global indexes: what they show, never the table
-- 8 items of 2,000 bytes: 16,000 / 4,096 = 3.9, 4, halved; an entry of g-key is p, s, a and g: 8 * 8 = 64 bytes
SELECT pg_temp.fill('cap.q', array_agg(pg_temp.item(2000, 'g', s::text, ',"g":{"S":"x"},"a":{"S":"y"}', 4))) FROM generate_series(1, 8) s;
SELECT pg_temp.costs('query', '{"TableName":"cap.q","IndexName":"' || i || '","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"' || g || '"}}' || more || '}', expected)
	FROM (VALUES ('g-all', 'x', '', '2 = Table 0 + global g-all 2'), ('g-key', 'x', '', '0.5 = Table 0 + global g-key 0.5'), ('g-all', 'x', ',"Select":"COUNT"', '2 = Table 0 + global g-all 2'), ('g-all', 'nobody', '', '0.5 = Table 0 + global g-all 0.5')) x(i, g, more, expected);
SELECT pg_temp.scan('cap.q', ',"IndexName":"g-all","ProjectionExpression":"p"', '2 = Table 0 + global g-all 2'), pg_temp.scan('cap.q', ',"IndexName":"g-key"', '0.5 = Table 0 + global g-key 0.5');

\echo # local indexes: what they show; where they do not show what is wanted, each whole item of the table too
-- 4 items of 300 bytes, of which the index has 200 (p, s, a, v: 2 + 2 + 2 + 194): 800 / 4,096, 1; fetched 4 times 300 / 4,096, 1
SELECT pg_temp.fill('cap.q', array_agg(pg_temp.item(300, 'l', s::text, ',"a":{"S":"k"},"v":{"S":"' || repeat('v', 193) || '"}', 196))) FROM generate_series(1, 4) s;
SELECT pg_temp.query('cap.q', 'l', ',"IndexName":"loc"', '0.5 = Table 0 + local loc 0.5'), pg_temp.query('cap.q', 'l', ',"IndexName":"loc","ConsistentRead":true', '1 = Table 0 + local loc 1'), pg_temp.query('cap.q', 'l', ',"IndexName":"loc","Select":"COUNT"', '0.5 = Table 0 + local loc 0.5'), pg_temp.query('cap.q', 'l', ',"IndexName":"loc","ProjectionExpression":"v, s"', '0.5 = Table 0 + local loc 0.5');
SELECT pg_temp.query('cap.q', 'l', ',"IndexName":"loc","ConsistentRead":true' || more, '5 = Table 4 + local loc 1'), pg_temp.query('cap.q', 'l', ',"IndexName":"loc"' || more, '2.5 = Table 2 + local loc 0.5')
	FROM unnest(ARRAY[',"Select":"ALL_ATTRIBUTES"', ',"ProjectionExpression":"v, f"']) more;
-- a filter does not fetch
SELECT pg_temp.answer('query', '{"TableName":"cap.q","IndexName":"loc","KeyConditionExpression":"p = :p","FilterExpression":"attribute_exists(f)",
  "ExpressionAttributeValues":{":p":{"S":"l"}}}');
-- what the filter takes away was fetched; nothing found, nothing fetched
SELECT pg_temp.query('cap.q', 'nobody', ',"IndexName":"loc","Select":"ALL_ATTRIBUTES"', '0.5 = Table 0 + local loc 0.5');
-- a scan of it finds those 4 and the 8 of partition g with a (6 bytes each in the index): 848 bytes, 1; 4 + 8 items, each 1
SELECT pg_temp.scan('cap.q', ',"IndexName":"loc","ConsistentRead":true', '1 = Table 0 + local loc 1'), pg_temp.scan('cap.q', ',"IndexName":"loc","ConsistentRead":true,"Select":"ALL_ATTRIBUTES"', '13 = Table 12 + local loc 1');
-- the 1 MB of a page: 300 items (s of 3 bytes), whose entries of 200 bytes count together and whose items count 4,096 each;
-- 243: 49,152 + 995,328 = 1,044,480, and with the next 49,152 + 999,424 = 1,048,576: full.  244 * 200 / 4,096 = 11.9, 12
SELECT pg_temp.fill('cap.q', array_agg(pg_temp.item(300, 'h', (100 + s)::text, ',"a":{"S":"k"},"v":{"S":"' || repeat('v', 191) || '"}', 196))) FROM generate_series(1, 300) s;
SELECT pg_temp.query('cap.q', 'h', ',"IndexName":"loc","Select":"ALL_ATTRIBUTES","ConsistentRead":true', '256 = Table 244 + local loc 12'), pg_temp.query('cap.q', 'h', ',"IndexName":"loc","ConsistentRead":true', '15 = Table 0 + local loc 15');

\echo # writes and indexes: an arm for each index whose entry changes
SELECT pg_temp.make('cap.i', '{a,g,h}', pg_temp.index('loc', 'p', 'a') || ',' || pg_temp.index('lok', 'p', 'a', '"ProjectionType":"KEYS_ONLY"'),
	pg_temp.index('g-all', 'g') || ',' || pg_temp.index('g-inc', 'g', NULL, '"ProjectionType":"INCLUDE","NonKeyAttributes":["v"]') || ',' || pg_temp.index('g-key', 'g', 'h', '"ProjectionType":"KEYS_ONLY"'));
-- no index has it
SELECT pg_temp.put('cap.i', pg_temp.item(10), '1 = Table 1');
SELECT pg_temp.update('cap.i', 'SET w = :x', ':x=1', '1 = Table 1');
-- enters g-all and g-inc; g-key needs h as well
SELECT pg_temp.update('cap.i', 'SET g = :x', ':x=x', '3 = Table 1 + global g-all 1 + global g-inc 1');
-- enters g-key, changes in place in g-all, which shows all; g-inc does not show h
SELECT pg_temp.update('cap.i', 'SET h = :x', ':x=y', '3 = Table 1 + global g-all 1 + global g-key 1');
SELECT pg_temp.update('cap.i', 'SET w = :x', ':x=2', '2 = Table 1 + global g-all 1');
SELECT pg_temp.update('cap.i', 'SET v = :x', ':x=1', '3 = Table 1 + global g-all 1 + global g-inc 1');
-- the same again changes nothing
SELECT pg_temp.update('cap.i', 'SET v = :x', ':x=1', '1 = Table 1');
SELECT pg_temp.costs('put_item', json_build_object('TableName', 'cap.i', 'Item', dynapg.get_item(('{"TableName":"cap.i","Key":' || pg_temp.key() || '}')::json)->'Item')::text, '1 = Table 1');
-- enters both local indexes, changes g-all in place
SELECT pg_temp.update('cap.i', 'SET a = :x', ':x=k', '4 = Table 1 + global g-all 1 + local loc 1 + local lok 1');
SELECT pg_temp.update('cap.i', 'SET w = :x', ':x=3', '3 = Table 1 + global g-all 1 + local loc 1');
-- a key moves: the old entry and the new one
SELECT pg_temp.update('cap.i', 'SET a = :x', ':x=m', '6 = Table 1 + global g-all 1 + local loc 2 + local lok 2');
SELECT pg_temp.update('cap.i', 'SET g = :x', ':x=z', '8 = Table 1 + global g-all 2 + global g-inc 2 + global g-key 2 + local loc 1');
SELECT pg_temp.update('cap.i', 'SET h = :x', ':x=q', '5 = Table 1 + global g-all 1 + global g-key 2 + local loc 1');
-- leaves g-key, then g-all and g-inc, then the local ones
SELECT pg_temp.update('cap.i', 'REMOVE h', '', '4 = Table 1 + global g-all 1 + global g-key 1 + local loc 1');
SELECT pg_temp.update('cap.i', 'REMOVE g', '', '4 = Table 1 + global g-all 1 + global g-inc 1 + local loc 1');
SELECT pg_temp.update('cap.i', 'REMOVE a', '', '3 = Table 1 + local loc 1 + local lok 1');
-- equal values are the same however they are written: numbers, order in sets
SELECT pg_temp.put('cap.i', '{"p":{"S":"a"},"s":{"S":"1"},"g":{"S":"x"},"n":{"N":"1"},"t":{"SS":["a","b"]},"v":{"M":{"x":{"S":"1"}}}}', '3 = Table 1 + global g-all 1 + global g-inc 1');
SELECT pg_temp.put('cap.i', '{"v":{"M":{"x":{"S":"1"}}},"p":{"S":"a"},"s":{"S":"1"},"g":{"S":"x"},"n":{"N":"1.00"},"t":{"SS":["b","a"]}}', '1 = Table 1');
-- a change deep in what g-inc includes
SELECT pg_temp.update('cap.i', 'SET v.x = :x', ':x=2', '3 = Table 1 + global g-all 1 + global g-inc 1');
SELECT pg_temp.delete('cap.i', '3 = Table 1 + global g-all 1 + global g-inc 1');
SELECT pg_temp.delete('cap.i', '1 = Table 1');

\echo # sizes of entries
-- 3,000 bytes: 3 in the table and in g-all; in g-inc p, s and g only, 6 bytes
SELECT pg_temp.put('cap.i', pg_temp.item(3000, more => ',"g":{"S":"x"}', others => 2), '7 = Table 3 + global g-all 3 + global g-inc 1');
-- v of 1 + 1,100: 4,101 bytes, 5; in g-inc 6 before, 1,107 after, 2
SELECT pg_temp.update('cap.i', 'SET v = :x', ':x=' || repeat('v', 1100), '12 = Table 5 + global g-all 5 + global g-inc 2');
-- back to 100 bytes: the larger ones again
SELECT pg_temp.put('cap.i', pg_temp.item(100, more => ',"g":{"S":"x"}', others => 2), '12 = Table 5 + global g-all 5 + global g-inc 2');
-- to 3,000: g-inc shows the same
SELECT pg_temp.put('cap.i', pg_temp.item(3000, more => ',"g":{"S":"x"}', others => 2), '6 = Table 3 + global g-all 3');
-- to 1,500 with another key: in g-all the old entry's 3 and the new one's 2, in g-inc 1 and 1
SELECT pg_temp.put('cap.i', pg_temp.item(1500, more => ',"g":{"S":"y"}', others => 2), '10 = Table 3 + global g-all 5 + global g-inc 2');
SELECT pg_temp.delete('cap.i', '5 = Table 2 + global g-all 2 + global g-inc 1');

\echo # batches: each item is rounded; a member per table in the order of the request
-- 1.5 KB and 6.5 KB: 1,536 -> 1, 6,656 -> 2; a missing one 1; the other table eventually: 4,178 -> 2 and 64 -> 1, halved
SELECT pg_temp.fill('cap.t', ARRAY[pg_temp.item(1536, 'b', '1'), pg_temp.item(6656, 'b', '2')]);
SELECT pg_temp.costs('batch_get_item', '{"RequestItems":{"cap.t":{"ConsistentRead":true,"Keys":[' || pg_temp.key('b', '1') || ',' || pg_temp.key('b', '2') || ',' || pg_temp.key('b', '3') || ']},"cap.q":{"ProjectionExpression":"p","Keys":[' || pg_temp.key('t', '1') || ',' || pg_temp.key('m', '1001') || ']}}}',
	'cap.t 4 = Table 4; cap.q 1.5 = Table 1.5');
SELECT pg_temp.costs('batch_get_item', '{"RequestItems":{"cap.q":{"Keys":[' || pg_temp.key('nobody') || ']},"cap.t":{"Keys":[' || pg_temp.key('b', '2') || ']}}}', 'cap.q 0.5 = Table 0.5; cap.t 1 = Table 1');
-- 500 bytes -> 1 and 3.5 KB, 3,584 bytes -> 4; a delete of 6,656 bytes -> 7, one of nothing 1: 13
-- cap.i: x enters g-all and g-inc (2,000 bytes: 2 and 2; 6 bytes: 1), y none of them (1)
SELECT pg_temp.costs('batch_write_item', '{"RequestItems":{"cap.t":[{"PutRequest":{"Item":' || pg_temp.item(500, 'w', '1') || '}},{"DeleteRequest":{"Key":' || pg_temp.key('b', '2') || '}},{"DeleteRequest":{"Key":' || pg_temp.key('b', '9') || '}},{"PutRequest":{"Item":' || pg_temp.item(3584, 'w', '2') || '}}],"cap.i":[{"PutRequest":{"Item":' || pg_temp.item(2000, 'x', '1', ',"g":{"S":"x"}', 2) || '}},{"PutRequest":{"Item":' || pg_temp.item(10, 'y') || '}}]}}',
	'cap.t 13 = Table 13; cap.i 6 = Table 3 + global g-all 2 + global g-inc 1');
-- replaced by 10 bytes with another key: the old ones' 2 in the table; g-all 2 + 1, g-inc 1 + 1
SELECT pg_temp.costs('batch_write_item', '{"RequestItems":{"cap.i":[{"PutRequest":{"Item":' || pg_temp.item(10, 'x', '1', ',"g":{"S":"y"}', 2) || '}},{"DeleteRequest":{"Key":' || pg_temp.key('y') || '}}]}}', 'cap.i 8 = Table 3 + global g-all 3 + global g-inc 2');

\echo # as replies show it; a request with an ARN gets the ARN back
SELECT dynapg.get_item(('{"TableName":"cap.t","Key":' || pg_temp.key(s => '9') || ',"ReturnConsumedCapacity":"' || r || '"}')::json) FROM unnest('{NONE,TOTAL,INDEXES}'::text[]) r;
SELECT dynapg.query('{"TableName":"cap.q","IndexName":"loc","Select":"COUNT","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"l"}},"ReturnConsumedCapacity":"INDEXES"}');
SELECT dynapg.put_item(('{"TableName":"cap.i","Item":' || pg_temp.item(14, more => ',"g":{"S":"x"},"a":{"S":"x"}', others => 4) || ',"ReturnConsumedCapacity":"' || r || '"}')::json) FROM unnest('{INDEXES,TOTAL}'::text[]) r;
SELECT pg_temp.costs('batch_get_item', '{"RequestItems":{"' || arn || '":{"Keys":[' || pg_temp.key('nobody') || ']}}}', arn || ' 0.5 = Table 0.5'),
	dynapg.get_item(('{"TableName":"' || arn || '","Key":' || pg_temp.key() || ',"ReturnConsumedCapacity":"TOTAL"}')::json)->'ConsumedCapacity'->>'TableName' = arn
	FROM (SELECT dynapg.describe_table('{"TableName":"cap.t"}')->'Table'->>'TableArn') x(arn);

\echo # ItemCollectionMetrics: of tables with a local index, each collection once
SELECT dynapg.create_table('{"TableName":"cap.music","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"SongTitle","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"Artist","AttributeType":"S"},{"AttributeName":"SongTitle","AttributeType":"S"},{"AttributeName":"AlbumTitle","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"AlbumTitleIndex","KeySchema":[{"AttributeName":"Artist","KeyType":"HASH"},{"AttributeName":"AlbumTitle","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["Genre","Year"]}}]}')->'TableDescription'->>'TableStatus';
-- three items that enter the index: 3 + 3
SELECT dynapg.batch_write_item(('{"RequestItems":{"cap.music":[{"PutRequest":{"Item":{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"Call Me Today"},"AlbumTitle":{"S":"Somewhat Famous"}}}},{"PutRequest":{"Item":{"Artist":{"S":"Acme Band"},"SongTitle":{"S":"Happy Day"},"AlbumTitle":{"S":"Songs About Life"}}}},{"PutRequest":{"Item":{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"Scared of My Shadow"},"AlbumTitle":{"S":"Blue Sky Blues"}}}}],
	"cap.t":[{"DeleteRequest":{"Key":' || pg_temp.key('w') || '}}]},"ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE"}')::json);
-- an update that moves the index's key: 1 + 2; a delete: 1 + 1
SELECT dynapg.update_item('{"TableName":"cap.music","Key":{"Artist":{"S":"Acme Band"},"SongTitle":{"S":"Happy Day"}},"UpdateExpression":"SET #Y = :y, #AT = :t","ExpressionAttributeNames":{"#Y":"Year","#AT":"AlbumTitle"},"ExpressionAttributeValues":{":y":{"N":"2015"},":t":{"S":"Louder Than Ever"}},"ReturnConsumedCapacity":"TOTAL","ReturnItemCollectionMetrics":"SIZE"}');
SELECT dynapg.delete_item('{"TableName":"cap.music","Key":{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"Scared of My Shadow"}},"ReturnConsumedCapacity":"TOTAL","ReturnItemCollectionMetrics":"SIZE"}');
SELECT dynapg.put_item('{"TableName":"cap.music","Item":{"Artist":{"S":"\u00fc"},"SongTitle":{"S":"x"}},"ReturnItemCollectionMetrics":"SIZE"}'),
	dynapg.put_item('{"TableName":"cap.music","Item":{"Artist":{"S":"a"},"SongTitle":{"S":"x"}},"ReturnItemCollectionMetrics":"NONE"}'), dynapg.put_item('{"TableName":"cap.t","Item":{"p":{"S":"a"},"s":{"S":"x"}},"ReturnItemCollectionMetrics":"SIZE"}');

SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{cap.t,cap.q,cap.i,cap.music}'::text[]) t;
