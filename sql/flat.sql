-- The index access method dynapg_flat: the same rows in the same order as a sort, with any size of vectors, through changes and VACUUM.
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.random_vector(dimensions int, seed int) RETURNS real[] LANGUAGE sql AS
$$ SELECT array_agg((sin(seed * 12.9898 + i * 78.233) * 43758.5453 - floor(sin(seed * 12.9898 + i * 78.233) * 43758.5453) - 0.5)::real ORDER BY i) FROM generate_series(1, dimensions) i $$;
-- How many rows an index returns, and whether they and their distances, in order, are those of a sort.
CREATE FUNCTION pg_temp.compare(operator text, dimensions int, condition text DEFAULT 'true') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	near text := quote_literal(pg_temp.random_vector(dimensions, 0)::text) || '::real[]';
	query text := format('SELECT id, v OPERATOR(dynapg.%s) %s AS d FROM flat WHERE %s ORDER BY v OPERATOR(dynapg.%1$s) %2$s LIMIT 2000', operator, near, condition);
	sums text := format('SELECT row(count(*), array_agg(d), (SELECT array_agg(id ORDER BY id) FROM (%s) s))::text FROM (%1$s) s', query);
	plan text;
	by_index text;
	by_sort text;
BEGIN
	SET LOCAL enable_indexscan = on;
	SET LOCAL enable_seqscan = off;
	SET LOCAL enable_bitmapscan = off;
	EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || query INTO plan;
	EXECUTE sums INTO by_index;
	SET LOCAL enable_seqscan = on;
	SET LOCAL enable_indexscan = off;
	EXECUTE sums INTO by_sort;
	RETURN format('%s rows by %s: %s', substring(by_index FROM '\d+'), substring(plan FROM '"Index Name": "(\w+)"'), by_index = by_sort);
END $$;
\set ECHO all
CREATE TABLE flat (id int PRIMARY KEY, t int, v real[]);
INSERT INTO flat SELECT i, i % 7, pg_temp.random_vector(24, i) FROM generate_series(1, 1500) i;
INSERT INTO flat SELECT i, CASE WHEN i % 2 = 0 THEN 0 END, NULL FROM generate_series(2001, 2010) i;
INSERT INTO flat SELECT i, CASE WHEN i % 2 = 0 THEN 0 END, pg_temp.random_vector(24, 7) FROM generate_series(3001, 3400) i;
CREATE INDEX flat_cosine ON flat USING dynapg_flat (v dynapg.flat_cosine_ops, t);
CREATE INDEX CONCURRENTLY flat_euclidean ON flat USING dynapg_flat (v dynapg.flat_euclidean_ops);
CREATE INDEX flat_product ON flat USING dynapg_flat (v dynapg.flat_dot_product_ops);
SELECT pg_temp.compare(o, 24, 'v IS NOT NULL') FROM unnest('{<=>,<->,<#>}'::text[]) o;
SELECT pg_temp.compare('<=>', 24, c) FROM unnest('{t = 3,t = 0 AND v IS NOT NULL,t = 99}'::text[]) c;
-- changes, a rollback and VACUUM, after which places are used again
DELETE FROM flat WHERE id % 3 = 0;
UPDATE flat SET v = pg_temp.random_vector(24, id + 5000), t = t + 1 WHERE id % 3 = 1;
BEGIN;
INSERT INTO flat SELECT i, 1, pg_temp.random_vector(24, i) FROM generate_series(4001, 4100) i;
ROLLBACK;
SELECT pg_temp.compare(o, 24, 'v IS NOT NULL') FROM unnest('{<=>,<->,<#>}'::text[]) o;
VACUUM flat;
SELECT pg_temp.compare(o, 24, 'v IS NOT NULL') FROM unnest('{<=>,<->,<#>}'::text[]) o;
SELECT pg_relation_size('flat_euclidean') AS before \gset
INSERT INTO flat SELECT i, 1, pg_temp.random_vector(24, i) FROM generate_series(5001, 5500) i;
SELECT pg_relation_size('flat_euclidean') <= :before AS used_again;
SELECT pg_temp.compare(o, 24, 'v IS NOT NULL') FROM unnest('{<=>,<->,<#>}'::text[]) o;
-- vectors of another length, of none, and of NULLs
INSERT INTO flat VALUES (-1, 1, '{1,2}');
INSERT INTO flat VALUES (-1, 1, '{}');
INSERT INTO flat VALUES (-1, 1, ARRAY[NULL]::real[]);
SELECT id FROM flat ORDER BY v OPERATOR(dynapg.<->) '{1,2}' LIMIT 1;
TRUNCATE flat;
-- an empty index takes any; a page and more for a vector
INSERT INTO flat SELECT i, i % 3, pg_temp.random_vector(4096, i) FROM generate_series(1, 60) i;
SELECT pg_temp.compare(o, 4096) FROM unnest('{<=>,<->,<#>}'::text[]) o;
SELECT pg_temp.compare('<=>', 4096, 't = 1');
DELETE FROM flat WHERE id > 30;
VACUUM flat;
INSERT INTO flat SELECT i, i % 3, pg_temp.random_vector(4096, i) FROM generate_series(61, 80) i;
SELECT pg_temp.compare(o, 4096) FROM unnest('{<=>,<->,<#>}'::text[]) o;
-- what it cannot do
CREATE INDEX ON flat USING dynapg_flat (v);
CREATE UNIQUE INDEX ON flat USING dynapg_flat (v dynapg.flat_cosine_ops);
CREATE INDEX ON flat USING dynapg_flat (v dynapg.flat_cosine_ops) WITH (fillfactor = 50);
CREATE INDEX ON flat USING dynapg_flat (t);
CREATE INDEX ON flat USING dynapg_flat (t, v dynapg.flat_cosine_ops);
CREATE INDEX ON flat USING dynapg_flat (v dynapg.flat_cosine_ops, v dynapg.flat_cosine_ops);
DROP TABLE flat;
-- NaN distances come last, each row once
CREATE TABLE flat (id int, t int, v real[]);
CREATE INDEX flat_euclidean ON flat USING dynapg_flat (v dynapg.flat_euclidean_ops);
INSERT INTO flat SELECT i, 1, ARRAY[CASE WHEN i % 3 = 0 THEN i ELSE 'NaN'::real END, CASE i % 5 WHEN 0 THEN 'Infinity'::real ELSE i END]::real[] FROM generate_series(1, 1500) i;
SELECT pg_temp.compare('<->', 2);
DROP TABLE flat;
-- unlogged and temporary tables have one, too
CREATE UNLOGGED TABLE flat (id int, t int, v real[]);
CREATE INDEX flat_cosine ON flat USING dynapg_flat (v dynapg.flat_cosine_ops, t);
INSERT INTO flat SELECT i, i % 7, pg_temp.random_vector(24, i) FROM generate_series(1, 100) i;
SELECT pg_temp.compare('<=>', 24);
DROP TABLE flat;
-- distances
SELECT dynapg.cosine_distance('{1,0}', '{0,1}'), dynapg.cosine_distance('{1,0}', '{-2,0}'), dynapg.cosine_distance('{0,0}', '{1,0}'),
	dynapg.euclidean_distance('{1,0,0,0}', '{10,0,0,0}'), dynapg.negative_inner_product('{1,2}', '{3,-1}'), dynapg.negative_inner_product('{1,0}', '{0,1}');
SELECT dynapg.euclidean_distance('{3e38,0}', '{-3e38,0}'), dynapg.cosine_distance('{3e38,3e38}', '{3e38,0}'), dynapg.cosine_distance('{1e-40,1e-40}', '{1e-40,0}'), dynapg.negative_inner_product('{3e38}', '{3e38}');
SELECT dynapg.euclidean_distance('{1}', '{1,2}');
