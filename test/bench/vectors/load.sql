-- The tables of vectors.sh: "Vectors" and plain, and queries with vectors that are in neither.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
CREATE EXTENSION IF NOT EXISTS vector;
SELECT setseed(0.5);

CREATE FUNCTION pg_temp.near(center real[], width float8) RETURNS real[] LANGUAGE sql VOLATILE AS
$$ SELECT array_agg((c + (random() - 0.5) * width)::real ORDER BY i) FROM unnest(center) WITH ORDINALITY AS u (c, i) $$;

CREATE TEMPORARY TABLE centers AS
SELECT k, pg_temp.near(array_fill(0::real, ARRAY[:dimensions]), 1 + 0 * k) AS center FROM generate_series(0, 999) AS k;
CREATE TEMPORARY TABLE vectors AS
SELECT i AS id, pg_temp.near(c.center, 0.5 + 0 * i) AS v FROM generate_series(1, :items) AS i JOIN centers AS c ON c.k = i % 1000;
CREATE UNLOGGED TABLE queries AS
SELECT i, pg_temp.near(c.center, 0.5 + 0 * i) AS reals FROM generate_series(0, 999) AS i JOIN centers AS c ON c.k = i;
ALTER TABLE queries ADD v vector, ADD item json, ADD search json;
UPDATE queries SET v = reals::vector(:dimensions),
	item = (SELECT json_build_object('L', json_agg(json_build_object('N', r::text) ORDER BY o)) FROM unnest(reals) WITH ORDINALITY AS u (r, o));
UPDATE queries SET search = json_build_object('TableName', 'Vectors', 'IndexName', 'near', 'TopK', 10, 'SearchVector', item -> 'L');
ALTER TABLE queries ADD PRIMARY KEY (i), ADD put text, ALTER search SET STORAGE EXTERNAL, ALTER put SET STORAGE EXTERNAL;
UPDATE queries SET search = search::text::json,
	put = '{"TableName":"Vectors","Item":{"id":{"S":"@"},"title":{"S":"a new text"},"v":' || item || '}}';

SELECT dynapg.create_table('{"TableName": "Vectors", "BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}') \gset ignored_
INSERT INTO dynamodb."Vectors" (pk, item)
SELECT id::text, ('{"id":{"S":"' || id || '"},"title":{"S":"the text number ' || id || '"},"v":{"L":['
	|| (SELECT string_agg('{"N":"' || r || '"}', ',' ORDER BY o) FROM unnest(v) WITH ORDINALITY AS u (r, o)) || ']}}')::dynapg.item
FROM vectors;
VACUUM ANALYZE dynamodb."Vectors";
CREATE TABLE plain (id text PRIMARY KEY, title text, v vector(:dimensions));
ALTER TABLE plain ALTER v SET STORAGE PLAIN;
INSERT INTO plain SELECT id::text, 'the text number ' || id, v FROM vectors;
VACUUM ANALYZE plain;
SET maintenance_work_mem = '2GB';
SELECT dynapg.update_table(json_build_object('TableName', 'Vectors', 'VectorIndexUpdates', json_build_array(json_build_object('Create',
	json_build_object('IndexName', 'near', 'VectorAttribute', '{"AttributeName": "v"}'::json, 'Dimensions', :dimensions,
		'DistanceFunction', 'COSINE', 'Projection', '{"ProjectionType": "ALL"}'::json))))) \gset ignored_
CREATE INDEX ON plain USING hnsw (v vector_cosine_ops) WITH (m = 16, ef_construction = 64);
VACUUM ANALYZE dynamodb."Vectors";
VACUUM ANALYZE plain;
CREATE SEQUENCE new_id START 10000000;
