-- Parallel scans: segments hold every item once, are about equal, and stay what they are.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
\set VERBOSITY terse

-- The items of one segment, page by page; between pages a statement runs.
CREATE FUNCTION segments_scan(request jsonb, segment int, total int, meanwhile text DEFAULT NULL) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
	reply jsonb;
BEGIN
	request := request || jsonb_build_object('Segment', segment, 'TotalSegments', total);
	LOOP
		reply := dynapg.scan(request::text::json);
		RETURN QUERY SELECT * FROM jsonb_array_elements(reply -> 'Items');
		EXIT WHEN NOT reply ? 'LastEvaluatedKey';
		IF meanwhile IS NOT NULL THEN
			EXECUTE meanwhile;
		END IF;
		request := request || jsonb_build_object('ExclusiveStartKey', reply -> 'LastEvaluatedKey');
	END LOOP;
END
$$;

-- How many items all segments have together, how many different ones, and the smallest and largest segment.
CREATE FUNCTION segments_sum(request jsonb, total int, OUT items bigint, OUT distinct_items bigint, OUT smallest bigint, OUT largest bigint) LANGUAGE sql AS $$
	WITH scans AS (SELECT segment, item FROM generate_series(0, total - 1) segment LEFT JOIN LATERAL segments_scan(request, segment, total) item ON true),
		counts AS (SELECT count(item) AS n FROM scans GROUP BY segment)
	SELECT (SELECT count(item) FROM scans), (SELECT count(DISTINCT item) FROM scans), min(n), max(n) FROM counts
$$;

SELECT dynapg.create_table('{"TableName": "Segments", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "N"},
		{"AttributeName": "g", "AttributeType": "N"}, {"AttributeName": "b", "AttributeType": "B"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
	"LocalSecondaryIndexes": [{"IndexName": "local", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
		"Projection": {"ProjectionType": "ALL"}}],
	"GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}]}')
	-> 'TableDescription' ->> 'TableName' AS created;
SELECT segments_sum('{"TableName": "Segments"}', 4) AS nothing;
DELETE FROM dynapg.scan_bounds;

-- most items in one partition; half of them in the index
SELECT count(dynapg.put_item(format('{"TableName": "Segments", "Item": {"p": {"S": "%s"}, "s": {"N": "%s"}%s}}', CASE WHEN i <= 500 THEN 'hot' ELSE 'p' || i END, i,
	CASE WHEN i % 2 = 0 THEN format(', "g": {"N": "%s"}, "b": {"B": "%s"}', i % 7 - 3, encode(int4send(i), 'base64')) ELSE '' END)::json)) FROM generate_series(1, 600) i;
SELECT total, by_table, global, local FROM unnest('{1,2,3,4,7,100}'::int[]) total, segments_sum('{"TableName": "Segments"}', total) AS by_table,
	segments_sum('{"TableName": "Segments", "IndexName": "global", "Limit": 9}', total) AS global, segments_sum('{"TableName": "Segments", "IndexName": "local", "Limit": 9}', total) AS local;
SELECT relation, index_name, total_segments, columns, cardinality(bounds) FROM dynapg.scan_bounds WHERE relation = 'dynamodb."Segments"'::regclass ORDER BY 2, 3;

-- The bounds are the same from page to page whatever is written meanwhile: every older item comes exactly once.
SELECT count(*), count(DISTINCT item ->> 'p' || (item ->> 's')) FROM generate_series(0, 3) segment, segments_scan('{"TableName": "Segments", "Limit": 40}', segment, 4,
	$$SELECT dynapg.put_item(format('{"TableName": "Segments", "Item": {"p": {"S": "hot"}, "s": {"N": "%s"}, "new": {"BOOL": true}}}', random() * 600)::json)
		FROM generate_series(1, 50)$$) item WHERE NOT item ? 'new';
DELETE FROM dynamodb."Segments" WHERE dynapg.item_get_text(item, 'new') = 'true';

-- far more segments than items: each item in a segment, the others empty
SELECT count(*), count(DISTINCT item) FROM generate_series(0, 599) k, segments_scan('{"TableName": "Segments"}', (k * 1000000 + 599) / 600, 1000000) item;
SELECT segment, (SELECT count(*) FROM segments_scan('{"TableName": "Segments"}', segment, 1000000)) FROM unnest('{1,1666,1667,1668,999999}'::int[]) segment;

-- a start key of another segment
SELECT dynapg.scan('{"TableName": "Segments", "Segment": 0, "TotalSegments": 4, "ExclusiveStartKey": {"p": {"S": "p600"}, "s": {"N": "600"}}}');
SELECT dynapg.scan('{"TableName": "Segments", "Segment": 3, "TotalSegments": 4, "ExclusiveStartKey": {"p": {"S": "p600"}, "s": {"N": "600"}}}');
SELECT dynapg.scan('{"TableName": "Segments", "Segment": 3, "TotalSegments": 1000000, "ExclusiveStartKey": {"p": {"S": "p600"}, "s": {"N": "600"}}}');
SELECT dynapg.scan('{"TableName": "Segments", "Segment": 0, "TotalSegments": 1, "ExclusiveStartKey": {"p": {"S": "p600"}, "s": {"N": "600"}}}');

-- Bounds that nobody used for a day are replaced when the table has doubled, but not under a scan that goes on.
DELETE FROM dynapg.scan_bounds WHERE relation = 'dynamodb."Segments"'::regclass AND index_name = '' AND total_segments = 3;
SELECT segments_sum('{"TableName": "Segments", "Limit": 100}', 3);
UPDATE dynapg.scan_bounds SET used_at = now() - interval '2 days' WHERE relation = 'dynamodb."Segments"'::regclass AND index_name = '' AND total_segments < 4;
UPDATE dynapg.scan_bounds SET pages = pages / 3 WHERE relation = 'dynamodb."Segments"'::regclass AND index_name = '' AND total_segments = 2;
SELECT count(dynapg.put_item(format('{"TableName": "Segments", "Item": {"p": {"S": "z"}, "s": {"N": "%s"}, "new": {"BOOL": true}}}', i)::json)) FROM generate_series(1, 200) i;
CREATE TABLE segments_before AS SELECT * FROM dynapg.scan_bounds WHERE relation = 'dynamodb."Segments"'::regclass AND index_name = '';
CREATE VIEW segments_changes AS
	SELECT a.total_segments AS total, a.bounds <> b.bounds AS changed, a.used_at > now() - interval '1 hour' AS used
	FROM dynapg.scan_bounds a JOIN segments_before b USING (relation, index_name, total_segments) WHERE total_segments < 4 ORDER BY 1;
SELECT json_array_length(dynapg.scan('{"TableName": "Segments", "Segment": 1, "TotalSegments": 2, "ExclusiveStartKey": {"p": {"S": "z"}, "s": {"N": "199"}}}') -> 'Items');
SELECT * FROM segments_changes;
UPDATE dynapg.scan_bounds SET used_at = now() - interval '2 days' WHERE relation = 'dynamodb."Segments"'::regclass AND index_name = '' AND total_segments < 4;
SELECT total, segments_sum('{"TableName": "Segments", "Limit": 100}', total) FROM unnest('{2,3}'::int[]) total;
SELECT * FROM segments_changes;
DROP VIEW segments_changes;
DELETE FROM dynamodb."Segments" WHERE dynapg.item_get_text(item, 'new') = 'true';

-- another index of that name
SELECT dynapg.update_table('{"TableName": "Segments", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "global"}}]}') -> 'TableDescription' ->> 'TableName' AS updated;
SELECT dynapg.update_table('{"TableName": "Segments", "AttributeDefinitions": [{"AttributeName": "s", "AttributeType": "N"}], "GlobalSecondaryIndexUpdates":
	[{"Create": {"IndexName": "global", "KeySchema": [{"AttributeName": "s", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}}]}')
	-> 'TableDescription' ->> 'TableName' AS updated;
SELECT segments_sum('{"TableName": "Segments", "IndexName": "global", "Limit": 90}', 4);

-- Nothing is stored in a read-only transaction, and not beyond a certain number of segment counts: bounds without data.
BEGIN READ ONLY;
SELECT total, by_table, global FROM unnest('{4,5,1000}'::int[]) total, segments_sum('{"TableName": "Segments"}', total) AS by_table,
	segments_sum('{"TableName": "Segments", "IndexName": "global"}', total) AS global;
COMMIT;
INSERT INTO dynapg.scan_bounds SELECT 'dynamodb."Segments"', '', i, 'x', 1, '{}' FROM generate_series(1001, 1200) i;
SELECT segments_sum('{"TableName": "Segments"}', 11);
SELECT count(*) FROM dynapg.scan_bounds WHERE relation = 'dynamodb."Segments"'::regclass AND total_segments = 11;
UPDATE dynapg.scan_bounds SET used_at = now() - interval '2 days' WHERE total_segments > 1000;
SELECT segments_sum('{"TableName": "Segments"}', 11);
SELECT total_segments FROM dynapg.scan_bounds WHERE relation = 'dynamodb."Segments"'::regclass AND index_name = '' AND total_segments > 10 ORDER BY 1;

-- Who may read the table may scan its segments, and read no bounds, which are other people's keys.
CREATE ROLE segments_reader LOGIN;
GRANT SELECT ON dynamodb."Segments" TO segments_reader;
SET ROLE segments_reader;
SELECT segments_sum('{"TableName": "Segments"}', 6);
SELECT count(*) FROM dynapg.scan_bounds;
RESET ROLE;
REVOKE SELECT ON dynamodb."Segments" FROM segments_reader;
SET ROLE segments_reader;
SELECT segments_sum('{"TableName": "Segments"}', 6);
RESET ROLE;
DROP ROLE segments_reader;

SELECT dynapg.delete_table('{"TableName": "Segments"}') -> 'TableDescription' ->> 'TableName' AS deleted;
SELECT count(*) FROM dynapg.scan_bounds;

-- every type of key, with data and without
SELECT count(dynapg.create_table(format('{"TableName": "SegmentsOf%1$s", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [
	{"AttributeName": "p", "AttributeType": "%1$s"}, {"AttributeName": "s", "AttributeType": "%2$s"}],
	"KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}]}', t, translate(t, 'SNB', 'NBS'))::json)) FROM unnest('{S,N,B}'::text[]) t;
SELECT count(dynapg.put_item(format('{"TableName": "SegmentsOfS", "Item": {"p": {"S": "%s"}, "s": {"N": "%s"}}}', p, s)::json))
	FROM unnest('{a,ä,😀,\\u0001,\\u0002,\\u0001\\u0002,Z,~," ",p}'::text[]) p, unnest('{-1,0,1e125,-1e-130}'::text[]) s;
SELECT count(dynapg.put_item(format('{"TableName": "SegmentsOfN", "Item": {"p": {"N": "%s"}, "s": {"B": "%s"}}}', p, encode(s, 'base64'))::json))
	FROM unnest('{-9.9999999999999999999999999999999999999e125,-1e16,-999,-1,-0.001,0,1e-130,0.01,0.5,1,99,100,1e16,9.9999999999999999999999999999999999999e125}'::text[]) p,
	unnest('{"\\x00","\\xff","\\x0103"}'::bytea[]) s;
SELECT count(dynapg.put_item(format('{"TableName": "SegmentsOfB", "Item": {"p": {"B": "%s"}, "s": {"S": "%s"}}}', encode(p, 'base64'), s)::json))
	FROM unnest('{"\\x00","\\xff","\\x80","\\x0103","\\xffffffffff","\\x01020304050607"}'::bytea[]) p, unnest('{a,\\u0001,\\u0002,é}'::text[]) s;
BEGIN READ ONLY;
SELECT t, total, segments_sum(jsonb_build_object('TableName', 'SegmentsOf' || t, 'Limit', 2), total) FROM unnest('{S,N,B}'::text[]) t, unnest('{2,10,999}'::int[]) total;
COMMIT;
SELECT t, total, segments_sum(jsonb_build_object('TableName', 'SegmentsOf' || t, 'Limit', 2), total) FROM unnest('{S,N,B}'::text[]) t, unnest('{2,10,999}'::int[]) total;
SELECT count(dynapg.delete_table(format('{"TableName": "SegmentsOf%s"}', t)::json)) FROM unnest('{S,N,B}'::text[]) t;

DROP TABLE segments_before;
DROP FUNCTION segments_sum, segments_scan;
