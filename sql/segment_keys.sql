-- The bounds of parallel scans are keys of items: they reveal nothing to roles that may not see these items.
\set ECHO none
\i sql/common.psql
SELECT pg_temp.answer('create_table', '{"TableName":"segment.keys","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
  "GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}') LIKE '{%';
SELECT count(dynapg.put_item(format('{"TableName":"segment.keys","Item":{"pk":{"S":"%s%s"},"g":{"S":"g%s"},"of":{"S":"%s"}}}', tenant, i, i, tenant)::json))
  FROM unnest('{alice,bob}'::text[]) tenant, generate_series(100, 199) i;
-- The segment, out of 4, that takes the key as a start, or the error that each of them gives.
CREATE FUNCTION public.segment_of(pk text, index_name text DEFAULT NULL, g text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(DISTINCT CASE WHEN reply LIKE '{%' THEN segment::text ELSE segment || ': ' || reply END, ', ')
  FROM generate_series(0, 3) segment, pg_temp.answer('scan', format('{"TableName":"segment.keys","Limit":1,"TotalSegments":4,"Segment":%s,%s}', segment,
    CASE WHEN index_name IS NULL THEN format('"ExclusiveStartKey":{"pk":{"S":"%s"}}', pk)
      ELSE format('"IndexName":"%s","ExclusiveStartKey":{"pk":{"S":"%s"},"g":{"S":"%s"}}', index_name, pk, g) END)) reply
  WHERE reply NOT LIKE '%with correct Segment%'
$$;
-- How many of those keys and the ones before them are of different segments: that number of bounds can be found by trying.
CREATE FUNCTION public.bounds_found(VARIADIC bounds text[]) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FILTER (WHERE public.segment_of(b) <> public.segment_of(left(b, -1) || chr(ascii(right(b, 1)) - 1) || 'z')) FROM unnest(bounds) b
$$;
CREATE FUNCTION public.index_bounds_found(VARIADIC bounds text[]) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FILTER (WHERE public.segment_of('bob', 'by-g', b) <> public.segment_of('bob', 'by-g', left(b, -1) || chr(ascii(right(b, 1)) - 1) || 'z')) FROM unnest(bounds) b
$$;
CREATE FUNCTION public.visible() RETURNS text LANGUAGE sql AS $$
  SELECT count(*) || ' items, ' || count(DISTINCT item ->> 'pk') || ' different' FROM generate_series(0, 3) segment,
    jsonb_array_elements(pg_temp.answer('scan', format('{"TableName":"segment.keys","TotalSegments":4,"Segment":%s}', segment))::jsonb -> 'Items') item
$$;
\echo == the owner of the table makes the bounds, three for the table and three for the index
SELECT public.visible();
SELECT public.segment_of('x', 'by-g', 'x');
CREATE VIEW public.stored AS SELECT index_name, convert_from(substr(bound, 5, get_byte(bound, 3)), 'UTF8') AS bound
  FROM dynapg.scan_bounds, unnest(bounds) bound WHERE relation = 'dynamodb."segment.keys"'::regclass;
SELECT array_agg(bound ORDER BY bound) FILTER (WHERE index_name = '') AS of_table, array_agg(bound ORDER BY bound) FILTER (WHERE index_name = 'by-g') AS of_index FROM public.stored \gset
SELECT cardinality(:'of_table'::text[]), cardinality(:'of_index'::text[]);
SELECT public.bounds_found(VARIADIC :'of_table'), public.index_bounds_found(VARIADIC :'of_index');
CREATE ROLE regress_segment_nobody LOGIN;
CREATE ROLE regress_segment_alice LOGIN;
CREATE ROLE regress_segment_columns LOGIN;
CREATE ROLE regress_segment_all LOGIN;
GRANT INSERT, UPDATE, DELETE ON dynamodb."segment.keys" TO regress_segment_nobody;
GRANT SELECT ON dynamodb."segment.keys" TO regress_segment_alice, regress_segment_all;
GRANT SELECT (pk, item, keys) ON dynamodb."segment.keys" TO regress_segment_columns;
\echo == without SELECT the segment of a start key says nothing of the bounds
SET ROLE regress_segment_nobody;
SELECT public.segment_of('a'), public.segment_of('z'), public.segment_of('a', 'by-g', 'a'), public.bounds_found(VARIADIC :'of_table'), public.index_bounds_found(VARIADIC :'of_index');
\echo == a role that sees all rows uses the bounds, also with grants on all columns
SET ROLE regress_segment_all;
SELECT public.bounds_found(VARIADIC :'of_table'), public.visible();
SET ROLE regress_segment_columns;
SELECT public.bounds_found(VARIADIC :'of_table'), public.visible();
RESET ROLE;
\echo == with row security the segments hold what is visible, once, and reveal nothing of the rest
ALTER TABLE dynamodb."segment.keys" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON dynamodb."segment.keys" TO regress_segment_alice USING (pk LIKE 'alice%');
SET ROLE regress_segment_alice;
SELECT public.visible(), public.bounds_found(VARIADIC :'of_table'), public.index_bounds_found(VARIADIC :'of_index');
SELECT pg_temp.answer('scan', '{"TableName":"segment.keys","Select":"COUNT","TotalSegments":5,"Segment":2}') LIKE '{"Count":%';
RESET ROLE;
SELECT count(*) FROM dynapg.scan_bounds WHERE total_segments = 5;
\echo == the owner, and roles that bypass row security, use the bounds as before
SELECT public.visible(), public.bounds_found(VARIADIC :'of_table');
ALTER ROLE regress_segment_alice BYPASSRLS;
SET ROLE regress_segment_alice;
SELECT public.visible(), public.bounds_found(VARIADIC :'of_table'), public.index_bounds_found(VARIADIC :'of_index');
RESET ROLE;
\echo == the stored bounds themselves: no grant, and row security for those who may read all tables
GRANT pg_read_all_data, pg_write_all_data TO regress_segment_nobody;
SET ROLE regress_segment_nobody;
SELECT (SELECT count(*) FROM dynapg.scan_bounds), (SELECT count(*) FROM dynamodb."segment.keys");
DELETE FROM dynapg.scan_bounds;
INSERT INTO dynapg.scan_bounds VALUES ('dynamodb."segment.keys"', '', 4, 'x', 1, '{}');
RESET ROLE;
SELECT count(*) FROM dynapg.scan_bounds WHERE relation = 'dynamodb."segment.keys"'::regclass;
DROP VIEW public.stored;
DROP FUNCTION public.visible, public.bounds_found, public.index_bounds_found, public.segment_of;
SELECT pg_temp.answer('delete_table', '{"TableName":"segment.keys"}') LIKE '{%';
DROP ROLE regress_segment_nobody, regress_segment_alice, regress_segment_columns, regress_segment_all;
