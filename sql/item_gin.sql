-- GIN operator classes of items: indexes find what a scan of the table finds, the planner uses them, operators agree with jsonb's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
SET search_path = dynapg, public;
\set VERBOSITY terse

-- Plain documents without sets and binaries, of few names and values: many contain each other; the same as jsonb.
CREATE FUNCTION pg_temp.random_value(level int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN level > 2 OR r < 0.6 THEN (ARRAY['1', '1.50', '-2', '"x"', '"y"', '""', 'true', 'false', 'null', '[]', '{}'])[1 + floor(random() * 11)::int]::jsonb
    WHEN r < 0.8 THEN jsonb_build_array(pg_temp.random_value(level + 1), pg_temp.random_value(level + 1))
    ELSE jsonb_build_object('a', pg_temp.random_value(level + 1), (ARRAY['b', 'c'])[1 + floor(random() * 2)::int], pg_temp.random_value(level + 1)) END
  FROM (SELECT random() AS r) t
$$;
SELECT setseed(0.15) \gset seed_
CREATE TABLE gin_items AS SELECT n, from_jsonb(j) AS i, j
  FROM (SELECT n, jsonb_build_object((ARRAY['a', 'b', 'c', 'd'])[1 + floor(random() * 4)::int], pg_temp.random_value(0), 'e', pg_temp.random_value(0),
    'k' || n % 50, n % 10) AS j FROM generate_series(1, 1000) n OFFSET 0) t;
CREATE TABLE gin_parts AS SELECT n, i, j FROM (SELECT n, i, j FROM gin_items WHERE n <= 20 UNION ALL
  SELECT 100 + n, from_jsonb(j), j FROM (SELECT n, CASE n % 3 WHEN 0 THEN jsonb_build_object('e', pg_temp.random_value(1)) WHEN 1 THEN
    jsonb_build_object('a', pg_temp.random_value(1)) ELSE jsonb_build_object('e', jsonb_build_array(pg_temp.random_value(2))) END AS j
    FROM generate_series(1, 150) n OFFSET 0) t UNION ALL SELECT 999, '{}', '{}') t;

-- Every operator as jsonb's on the same documents. An array contains a bare scalar only in jsonb at the top, which no item has.
SELECT count(*) > 10000 AS some, count(*) FILTER (WHERE (t.i @> p.i) <> (t.j @> p.j)) AS contains_differs,
  count(*) FILTER (WHERE (t.i <@ p.i) <> (t.j <@ p.j)) AS contained_differs, count(*) FILTER (WHERE (t.i = p.i) <> (t.j = p.j)) AS equals_differs,
  count(*) FILTER (WHERE to_jsonb(t.i || p.i) <> t.j || p.j) AS joined_differs FROM gin_items t, gin_parts p WHERE t.n <= 300;
SELECT count(*) FILTER (WHERE (i ? 'a') <> (j ? 'a') OR (i ?| '{a,b}') <> (j ?| '{a,b}') OR (i ?& '{a,e}') <> (j ?& '{a,e}')) AS exists_differs,
  count(*) FILTER (WHERE (i ->> 'e') IS DISTINCT FROM (j ->> 'e') AND jsonb_typeof(j -> 'e') IN ('string', 'boolean')) AS text_differs,
  count(*) FILTER (WHERE item_get(i, 'e', NULL::jsonb) IS DISTINCT FROM nullif(j -> 'e', 'null')) AS value_differs,
  count(*) FILTER (WHERE item_get_numeric(i, 'e') IS DISTINCT FROM CASE jsonb_typeof(j -> 'e') WHEN 'number' THEN (j -> 'e')::numeric END) AS number_differs,
  count(*) FILTER (WHERE to_jsonb(i - 'e') <> j - 'e' OR to_jsonb(i - '{a,e}'::text[]) <> j - '{a,e}'::text[]) AS removed_differs
  FROM gin_items;
SELECT count(*) > 3000 AS some, count(*) FILTER (WHERE (i #>> p) IS DISTINCT FROM (j #>> p) AND jsonb_typeof(j #> p) IN ('string', 'boolean')) AS path_differs,
  count(*) FILTER (WHERE ((i #> p) IS NULL) <> ((j #> p) IS NULL)) AS presence_differs,
  count(*) FILTER (WHERE p[1] <> 'zz' AND to_jsonb(i #- p) <> j #- p) AS removed_differs,
  count(*) FILTER (WHERE to_jsonb(item_set(i, p, 7)) <> jsonb_set(j, p, '7')) AS set_differs
  FROM gin_items, (VALUES ('{e}'::text[]), ('{e,a}'), ('{e,0}'), ('{e,-1}'), ('{e,1,a}'), ('{a,b,0}'), ('{zz}'), ('{zz,a}'), ('{e,0,0}')) v (p)
  WHERE (p[2] ~ '\d' AND jsonb_typeof(j #> p[1:1]) = 'object') IS NOT TRUE AND (p[2] ~ '[ab]' AND jsonb_typeof(j #> p[1:1]) = 'array') IS NOT TRUE
    AND (p[3] ~ '\d' AND jsonb_typeof(j #> p[1:2]) = 'object') IS NOT TRUE AND (p[3] ~ '[ab]' AND jsonb_typeof(j #> p[1:2]) = 'array') IS NOT TRUE;

-- Indexes find what the table's scan finds.
CREATE FUNCTION pg_temp.found(OUT n int, OUT contains bigint, OUT has bigint, OUT any_of bigint, OUT all_of bigint) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  FOR n IN SELECT p.n FROM gin_parts p LOOP
    EXECUTE format('SELECT sum(t.n) FROM gin_items t WHERE t.i @> %L', (SELECT i FROM gin_parts p WHERE p.n = found.n)) INTO contains;
    found.n := n;
    EXECUTE format('SELECT count(*) FROM gin_items t WHERE t.i ? %L', 'k' || n % 60) INTO has;
    EXECUTE format('SELECT count(*) FROM gin_items t WHERE t.i ?| %L', ARRAY['k' || n % 60, 'a']) INTO any_of;
    EXECUTE format('SELECT count(*) FROM gin_items t WHERE t.i ?& %L', ARRAY['k' || n % 50, 'a']) INTO all_of;
    RETURN NEXT;
  END LOOP;
END $$;
CREATE TEMP TABLE by_scan AS SELECT * FROM pg_temp.found();
SET enable_seqscan = off;
CREATE INDEX gin_items_paths ON gin_items USING gin (i);
EXPLAIN (COSTS OFF) SELECT * FROM gin_items WHERE i @> '{"e":{"S":"x"}}';
EXPLAIN (COSTS OFF) SELECT * FROM gin_items WHERE '{"e":{"S":"x"}}' <@ i;
SELECT (SELECT count(*) FROM by_scan) > 100 AS some, count(*) AS differ FROM (TABLE by_scan EXCEPT SELECT * FROM pg_temp.found()) d;
DROP INDEX gin_items_paths;
CREATE INDEX gin_items_all ON gin_items USING gin (i item_ops) WITH (fastupdate = off);
EXPLAIN (COSTS OFF) SELECT * FROM gin_items WHERE i ? 'k1';
EXPLAIN (COSTS OFF) SELECT * FROM gin_items WHERE i ?& '{k1,a}' AND i @> '{"k1":{"N":"1"}}';
SELECT count(*) AS differ FROM (TABLE by_scan EXCEPT SELECT * FROM pg_temp.found()) d;

-- Searches for nothing, and for what has no key; sets by their elements; rows that come later.
SELECT count(*) FILTER (WHERE true) AS everything FROM gin_items WHERE i @> '{}';
SELECT count(*) AS nothing FROM gin_items WHERE i ?| '{}';
SELECT count(*) AS everything FROM gin_items WHERE i ?& '{}';
INSERT INTO gin_items VALUES (5001, '{"tags":{"SS":["p","q"]},"l":{"L":[{"M":{}}]}}'), (5002, '{"tags":{"L":[{"S":"p"},{"S":"q"}]}}'), (5003, '{}');
SELECT n FROM gin_items WHERE i @> '{"tags":{"SS":["q"]}}';
SELECT n FROM gin_items WHERE i @> '{"tags":{"L":[{"S":"q"}]}}';
SELECT n FROM gin_items WHERE i @> '{"l":{"L":[{"M":{}}]}}';
DROP INDEX gin_items_all;

-- Without settings the planner takes the index where it is worth it.
RESET enable_seqscan;
CREATE INDEX ON gin_items USING gin (i);
INSERT INTO gin_items SELECT n, ('{"only":{"N":"' || n || '"},"p":{"S":"' || repeat('x', 200) || '"}}')::item FROM generate_series(10000, 20000) n;
ANALYZE gin_items;
EXPLAIN (COSTS OFF) SELECT * FROM gin_items WHERE i @> '{"only":{"N":"12345"}}';
SELECT n FROM gin_items WHERE i @> '{"only":{"N":"12345"}}';
-- An index on an expression, and equality by hash and btree.
CREATE INDEX ON gin_items (((i ->> 'only')::numeric));
CREATE INDEX gin_items_hash ON gin_items USING hash (i);
ANALYZE gin_items;
EXPLAIN (COSTS OFF) SELECT n FROM gin_items WHERE (i ->> 'only')::numeric = 12345;
EXPLAIN (COSTS OFF) SELECT n FROM gin_items WHERE i = '{"tags":{"SS":["p","q"]},"l":{"L":[{"M":{}}]}}';
SELECT n FROM gin_items WHERE i = '{"tags":{"SS":["q","p"]},"l":{"L":[{"M":{}}]}}';
SELECT count(DISTINCT item_hash_extended(i, 1)) = count(*) AS wide, count(DISTINCT item_hash_extended(i, 2) & 65535) > 8000 AS low_bits_too,
  bool_or(item_hash_extended(i, 1) = item_hash_extended(i, 2)) AS seed_is_ignored FROM gin_items WHERE n >= 10000;
DROP TABLE gin_items, gin_parts;
