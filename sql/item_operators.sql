-- Operators and functions of items in SQL: paths, types, existence, containment, changes, rows, jsonb, aggregates.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
SET search_path = dynapg, public;
\set VERBOSITY terse
\pset null NULL

CREATE TEMP TABLE ops AS SELECT '{"s":{"S":"x"},"n":{"N":"1.50"},"b":{"B":"AP8="},"t":{"BOOL":true},"z":{"NULL":true},
  "l":{"L":[{"S":"first"},{"M":{"k":{"N":"2"}}},{"L":[{"N":"3"}]}]},"m":{"M":{"a.b":{"S":"dot"},"0":{"S":"zero"},"q\"r":{"S":"quote"}}},
  "ss":{"SS":["b","a"]},"ns":{"NS":["10","9"]},"bs":{"BS":["AA=="]}}'::item AS i;

-- A path is a text of DynamoDB's or a text[]; what begins with { is the latter.
SELECT p AS path, i #> p AS json, i #>> p AS text FROM ops, unnest(ARRAY['s', 'n', 'l[0]', 'l[1].k', 'l[2][0]', 'l[-1]', 'l[-4]', 'l[3]',
  'l.0', 'm."a.b"', 'm.a.b', 'm.0', 'm[0]', 'm."q""r"', 's.x', 'ss[0]', 'none', '{l,1,k}', '{l,-1,0}', '{m,a.b}', '{m,0}', '{l,x}', '{l,NULL}']) p;
SELECT i #>> '{n}' AS untyped, i #>> ARRAY['l', '1', 'k'] AS typed, i #> NULL::text AS none FROM ops;
SELECT i #> '{}' AS whole, i #>> ARRAY[]::text[] AS whole_text FROM (SELECT '{"a":{"N":"1"}}'::item AS i) t;
\set VERBOSITY default
SELECT i #> '' FROM ops;
SELECT i #> 'a[' FROM ops;
SELECT i #> 'a[x]' FROM ops;
SELECT i #> 'a..b' FROM ops;
SELECT i #> 'a b' FROM ops;
SELECT i #> '"a' FROM ops;
SELECT i #> '{a' FROM ops;
SELECT i #> '{{a},{b}}' FROM ops;
\set VERBOSITY terse
SELECT i #> repeat('a.', 40000) FROM ops;
SELECT i #> 'l[99999999999]' FROM ops;

-- By type: NULL where the attribute is missing or of another type.
SELECT item_get_numeric(i, 'n') AS n, item_get_bytea(i, 'b') AS b, item_get_boolean(i, 't') AS t, item_get_text_array(i, 'ss') AS ss,
  item_get_numeric_array(i, 'ns') AS ns, item_get_bytea_array(i, 'bs') AS bs, item_get_numeric(i, 's') AS wrong, item_get_boolean(i, 'no') AS none
  FROM ops;
SELECT item_get(i, 'at', NULL::timestamptz) AT TIME ZONE 'UTC' AS at, item_get(i, 'l', NULL::int[]) AS list, item_get(i, 's', NULL::text[]) AS set,
  item_get(i, 'n', NULL::int) AS int, item_get(i, 'n', NULL::text) AS text, item_get(i, 'at', NULL::int) AS other, item_get(i, 'm', NULL::jsonb) AS json,
  item_get(i, 'm', NULL::item) AS item, item_get(i, 'n', NULL::numeric) AS numeric, item_get(i, 'no', 1) AS none, item_get(i, 'u', NULL::uuid) AS uuid
  FROM (SELECT '{"at":{"S":"2026-01-02T03:04:05Z"},"l":{"L":[{"N":"1"},{"NULL":true}]},"s":{"SS":["x","y"]},"n":{"N":"7"},
    "m":{"M":{"k":{"N":"1"}}},"u":{"S":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}}'::item AS i) t;
SELECT item_get('{"a":{"S":"soon"}}'::item, 'a', NULL::date);
SELECT item_get('{"a":{"N":"1.5"}}'::item, 'a', NULL::int);
CREATE DOMAIN pg_temp.small AS int CHECK (VALUE < 10);
SELECT item_get('{"a":{"N":"7"}}'::item, 'a', NULL::pg_temp.small), item_get('{"a":{"N":"70"}}'::item, 'b', NULL::pg_temp.small);
SELECT item_get('{"a":{"N":"70"}}'::item, 'a', NULL::pg_temp.small);
SELECT name, type, value FROM ops, each_attribute(i);

-- Existence.
SELECT i ? 's' AS has, i ? 'x' AS lacks, i ?| '{x,n}' AS any, i ?| '{x,y,NULL}' AS none, i ?& '{s,n,NULL}' AS all_of, i ?& '{s,x}' AS not_all,
  i ?| '{}' AS any_of_none, i ?& '{}' AS all_of_none, i ? NULL AS unknown FROM ops;

-- Containment: by value; lists and sets whatever the order; types differ.
SELECT part, i @> part::item AS contains, part::item <@ i AS contained FROM ops, unnest(ARRAY['{}', '{"s":{"S":"x"}}', '{"n":{"N":"15e-1"}}', '{"n":{"S":"1.5"}}',
  '{"ss":{"SS":["a"]}}', '{"ss":{"SS":["a","c"]}}', '{"ss":{"L":[{"S":"a"}]}}', '{"l":{"L":[{"L":[]},{"S":"first"},{"S":"first"}]}}', '{"l":{"L":[{"M":{}}]}}',
  '{"l":{"L":[{"N":"3"}]}}', '{"l":{"L":[]}}', '{"m":{"M":{"0":{"S":"zero"}}}}', '{"z":{"NULL":true}}', '{"z":{"BOOL":false}}', '{"x":{"M":{}}}',
  '{"ns":{"NS":["9.0"]}}', '{"bs":{"BS":["AQ=="]}}']) part;

-- Changes.
SELECT '{"a":{"N":"1"},"b":{"N":"2"}}'::item || '{"b":{"S":"x"},"c":{"BOOL":true}}' AS joined, '{}'::item || '{}' AS empty,
  '{"a":{"N":"1"},"b":{"N":"2"}}'::item - 'a' AS without, '{"a":{"N":"1"},"b":{"N":"2"}}'::item - '{a,b,c,NULL}'::text[] AS without_all,
  '{"a":{"N":"1"}}'::item - 'x' AS same;
SELECT i - '{d,b,b,aa,"",NULL}'::text[] AS some, i - '{}'::text[] = i AS none, i - ARRAY[NULL]::text[] = i AS null_name, i - '{d,c,b,a}'::text[] AS every
  FROM (SELECT '{"a":{"N":"1"},"b":{"N":"2"},"c":{"L":[]},"d":{"S":"x"}}'::item AS i) t;
SELECT (all_of - names = half) AS removed, (all_of - names - names = half) AS again FROM (SELECT
  from_jsonb((SELECT jsonb_object_agg('n' || n, n) FROM generate_series(1, 3000) n)) AS all_of,
  from_jsonb((SELECT jsonb_object_agg('n' || n, n) FROM generate_series(1, 3000, 2) n)) AS half,
  (SELECT array_agg('n' || n ORDER BY n DESC) FROM generate_series(2, 3000, 2) n) AS names) t;
-- An attribute that is elsewhere in the next item, or nowhere.
SELECT i ->> 'b' AS text, i -> 'b' AS json, i ? 'b' AS there, item_get_numeric(i, 'b') AS number, i ->> n AS named
  FROM (VALUES ('{"a":{"N":"1"},"b":{"N":"2"}}'::item, 'a'), ('{"b":{"N":"3"}}', 'b'), ('{"a":{"N":"1"}}', 'b'), ('{}', 'b'),
  ('{"a":{"N":"1"},"aa":{"N":"5"},"b":{"N":"4"},"c":{"N":"6"}}', 'c'), ('{"bb":{"N":"7"},"b":{"S":"x"}}', 'bb')) AS t (i, n);
SELECT i #- p AS removed FROM (SELECT '{"l":{"L":[{"N":"1"},{"N":"2"},{"M":{"k":{"S":"v"}}}]},"m":{"M":{"x":{"N":"1"}}}}'::item AS i) t,
  unnest(ARRAY['l', 'l[0]', 'l[-1]', 'l[9]', 'l[2].k', 'm.x', 'm.y', 'none.x', '{l,0}', '{l,x}', '{}']) p;
SELECT item_set(i, p, 5) AS set FROM (SELECT '{"l":{"L":[{"N":"1"}]},"m":{"M":{"x":{"N":"1"}}},"s":{"SS":["a"]}}'::item AS i) t,
  unnest(ARRAY['l', 'new', 'l[0]', 'l[7]', 'l[-7]', 'm.x', 'm."y z"', 'none.x', 's[0]', '{l,0}', '{}']) p;
SELECT item_set('{"a":{"L":[]}}', '{a,x}', 5);
SELECT item_set('{}', '{""}', 5);
SELECT item_set('{"a":{"N":"1"}}', 'b', 2, false) AS absent, item_set('{"a":{"N":"1"}}', 'a', 2, false) AS present,
  item_set('{}', 'a', NULL::int) AS null_type, item_set('{}', 'a', 'x') AS untyped, item_set('{}', 'a', '{"SS":["x"]}') AS set,
  item_set('{}', 'a', '{"k":1}'::jsonb) AS plain, item_set('{}', 'a', '\x00ff'::bytea) AS bytes, item_set('{}', 'a', true) AS bool,
  item_set('{}', 'a', ARRAY[[1,2],[3,NULL]]) AS lists, item_set('{}', 'a', date '2026-01-02') AS date, item_set('{}', 'a', '{"b":{"N":"1"}}'::item) AS map,
  item_set(NULL, 'a', 1) AS none, item_set('{}', 'a', ROW(1, 'x', NULL)) AS row;
SELECT item_set('{}', 'a', 'NaN'::float8);
SELECT item_set('{}', 'a', 'Infinity'::numeric);
SELECT item_set('{}', 'a', 1e126);
SELECT item_set(i, 'a' || repeat('.a', 30), '{"a":{"a":1}}'::jsonb) FROM (SELECT from_jsonb((repeat('{"a":', 32) || '1' || repeat('}', 32))::jsonb) AS i) t;

-- Rows both ways.
CREATE TYPE pg_temp.position AS (sku text, quantity int);
CREATE TEMP TABLE orders (customer text, n int, price numeric(6,2), paid boolean, at timestamptz, tags text[], positions pg_temp.position[], raw bytea, doc jsonb, gone int);
ALTER TABLE orders DROP COLUMN gone;
SET timezone = 'UTC';
INSERT INTO orders VALUES ('ada', 1, 9.5, true, '2026-01-02 03:04:05+00', '{b,a}', ARRAY[('A', 2)::pg_temp.position], '\x00ff', '{"a":[1,{"S":"x"}]}');
SELECT item(o) FROM orders o;
SELECT (populate(NULL::orders, item(o))) = o AS same FROM orders o;
SELECT (populate(NULL::orders, '{"customer":{"S":"bob"},"price":{"N":"1.005"},"tags":{"SS":["x","y"]},"other":{"S":"z"}}')).*;
SELECT (populate(o, '{"price":{"N":"2"},"paid":{"NULL":true}}')).* FROM orders o;
SELECT populate(NULL::orders, '{"n":{"S":"many"}}');
SELECT populate(NULL::orders, '{"n":{"N":"99999999999"}}');
SELECT populate(1, '{}');
SELECT populate(NULL::record, '{}');
SELECT populate(NULL::orders, NULL) IS NULL AS none, (populate(ROW(1), '{}'))::text AS anonymous;
SELECT item(ROW('x'::text, 2)) AS anonymous, item(NULL::orders) AS none;

-- jsonb both ways; the two forms are distinguished.
\set VERBOSITY default
SELECT item_to_jsonb(i) AS dynamodb, to_jsonb(i) AS plain, item_from_jsonb(item_to_jsonb(i)) = i AS same
  FROM (SELECT '{"a":{"N":"1.0"},"s":{"SS":["x"]}}'::item AS i) t;
SELECT item_from_jsonb('{"a":1}');
SELECT '{"a":1}'::item;
SELECT from_jsonb(j) FROM (VALUES ('{"a":{"S":"x"},"b":{"N":"1"}}'::jsonb), ('{"a":{"S":"x"}}')) v (j);
SELECT from_jsonb('{"a":{"S":"x"},"b":1}'), from_jsonb('{"a":{"S":1}}'), from_jsonb('{}');
\set VERBOSITY terse

-- Aggregates.
SELECT item_agg(k, v) FROM (VALUES ('a', 1), ('b', NULL), ('a', 3)) t (k, v);
SELECT item_agg(k, v) FROM (VALUES ('a', '{"SS":["x"]}'::json), ('b', '5')) t (k, v);
SELECT item_agg(NULL, 1);
SELECT item_agg('', 1);
SELECT item_agg('a', 1) FILTER (WHERE false) AS none, set_agg(NULL::text) AS only_nulls;
SELECT set_agg(v) AS strings FROM unnest('{b,a,b,NULL}'::text[]) v;
SELECT set_agg(v) AS numbers FROM unnest('{10,9,9.0,NULL}'::numeric[]) v;
SELECT set_agg(v) AS binaries FROM unnest('{"\\x00","\\x"}'::bytea[]) v;
SELECT item_agg('tags', set_agg) FROM (SELECT set_agg(v) FROM unnest('{b,a}'::text[]) v) t;
SELECT set_agg('NaN'::numeric);
SELECT length(set_agg((n % 5)::text)::text) AS few_of_many, item_size(item_agg('k' || n % 1000, n)) AS size FROM generate_series(1, 100000) n;
SELECT i, item_agg('k' || i, i) OVER (ORDER BY i) FROM generate_series(1, 3) i;
CREATE TABLE item_ops_many AS SELECT n, ('{"a":{"N":"' || n % 100 || '"},"t":{"S":"' || n % 7 || '"}}')::item AS i FROM generate_series(1, 20000) n;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ANALYZE item_ops_many;
EXPLAIN (COSTS OFF) SELECT sum((i ->> 'a')::numeric), set_agg(i ->> 't'), item_agg('k' || n % 10, n % 10), count(*) FILTER (WHERE i @> '{"a":{"N":"5"}}')
  FROM item_ops_many;
SELECT sum((i ->> 'a')::numeric), set_agg(i ->> 't'), item_agg('k' || n % 10, n % 10), count(*) FILTER (WHERE i @> '{"a":{"N":"5"}}') FROM item_ops_many;
DROP TABLE item_ops_many;

-- All of it is named, described and usable where dynapg is not in the search_path.
RESET search_path;
SELECT i OPERATOR(dynapg.->>) 's' AS text, i OPERATOR(dynapg.@>) '{"t":{"BOOL":true}}'::dynapg.item AS contains FROM ops;
SELECT i ->> 's' FROM ops;
SELECT p.oid::regprocedure AS without_comment FROM pg_proc p WHERE pronamespace = 'dynapg'::regnamespace
  AND obj_description(p.oid, 'pg_proc') IS NULL;
-- Vectors of the catalogs are no arrays: a list with NULLs would be read past its end.
SELECT dynapg.item_get('{"a": {"L": []}, "b": {"L": [{"NULL": true}]}}', 'a', NULL::oidvector) IS NULL AS empty,
  dynapg.item_get('{"b": {"L": [{"NULL": true}, {"NULL": true}]}}', 'b', NULL::int2vector) IS NULL AS nulls,
  dynapg.item_get('{"c": {"S": "1 2"}}', 'c', NULL::oidvector) AS oids;
