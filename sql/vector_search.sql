-- SearchVectors: the order, scores, projections, conditions and errors; the same answer whatever finds it.
\set ECHO none
\i sql/vectors.psql
SELECT pg_temp.create('t:S n:N b:B', jsonb_build_array(pg_temp.index('near', dimensions => 4), pg_temp.index('cos', 't|n b', 4, 'COSINE', '{"ProjectionType":"KEYS_ONLY"}'),
  pg_temp.index('dot', '|t', 4, 'DOT_PRODUCT', '{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]}')));
SELECT count(pg_temp.put(jsonb_build_object('id', jsonb_build_object('S', 'i' || i), 't', jsonb_build_object('S', 't' || i % 2), 'n', jsonb_build_object('N', (i % 3)::text),
  'x', jsonb_build_object('S', 'text ' || i), 'y', '{"S":"hidden"}'::jsonb, 'v', pg_temp.vec(i, 0, 0, 0)))) FROM generate_series(1, 12) i;

-- distances: not squared; the cosine of what has the same direction is 0, the product may be negative
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 3);
SELECT pg_temp.search('near', pg_temp.list(10, 0, 0, 0), 1) AS same, pg_temp.search('near', pg_temp.list(19, 0, 0, 0), 1) AS seven;
SELECT pg_temp.search('dot', pg_temp.list(-1, 0, 0, 0), 3);
SELECT pg_temp.search('dot', pg_temp.list(2, 5, 0, 0), 3);
-- ties come in the order of keys
SELECT pg_temp.search('cos', pg_temp.list(3, 0, 0, 0), 4, 't = :t', '{":t":{"S":"t0"}}');
SELECT pg_temp.search('cos', pg_temp.list(-3, 0, 0, 0), 2, 't = :t', '{":t":{"S":"t1"}}');
SELECT pg_temp.search('near', pg_temp.list(0, 1, 0, 0), 100);
-- a vector of zeros is at a right angle to everything
SELECT pg_temp.put('{"id":{"S":"zero"},"t":{"S":"t9"}}' || jsonb_build_object('v', pg_temp.vec(0, 0, 0, 0)));
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 2, 't = :t', '{":t":{"S":"t9"}}');
SELECT pg_temp.search('cos', pg_temp.list(0, 0, 0, 0), 2, 't = :t', '{":t":{"S":"t1"}}');

-- conditions: values on either side, parentheses, names, filters of each type
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 9, '(:t = #t) AND (n = :n)', '{":t":{"S":"t1"},":n":{"N":"1.0"}}', '{"ExpressionAttributeNames":{"#t":"t"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 9, 't = :t AND b = :b', '{":t":{"S":"t1"},":b":{"B":"AAAA"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 9, 't = :t', '{":t":{"S":"nobody"}}');
SELECT pg_temp.search('dot', pg_temp.list(1, 0, 0, 0), 2, 't = :t', '{":t":{"S":"t1"}}');

-- what an item shows: the projection without the vector; a projection expression may name it, and gets its 32-bit numbers
SELECT dynapg.search_vectors(pg_temp.request('near', pg_temp.list(1, 0, 0, 0), 1));
SELECT dynapg.search_vectors(pg_temp.request('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t', '{":t":{"S":"t1"}}'));
SELECT dynapg.search_vectors(pg_temp.request('dot', pg_temp.list(1, 0, 0, 0), 1, NULL, NULL, '{"ReturnConsumedCapacity":"TOTAL"}'));
SELECT dynapg.search_vectors(pg_temp.request('dot', pg_temp.list(1, 0, 0, 0), 1, NULL, NULL, '{"ProjectionExpression":"x, y, v[0], nothing","ReturnConsumedCapacity":"INDEXES"}'));
SELECT pg_temp.put('{"id":{"S":"digits"}}' || jsonb_build_object('v', pg_temp.vec(0.12345678901234567890, 100, 16777217, -0.1)));
SELECT dynapg.search_vectors(pg_temp.request('near', pg_temp.list(0, 100, 16777216, 0), 1, NULL, NULL, '{"ProjectionExpression":"v"}'));
SELECT dynapg.delete_item('{"TableName":"Vectors","Key":{"id":{"S":"digits"}}}');

-- errors, those of the request before those of the table
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 0);
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 101);
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0), 1);
SELECT pg_temp.search('near', '[]', 1);
SELECT pg_temp.search('near', '[{"N":"1"},{"S":"0"},{"N":"0"},{"N":"0"}]', 1);
SELECT pg_temp.search('near', '[{"N":"1"},{"N":"1e39"},{"N":"0"},{"N":"0"}]', 1);
SELECT pg_temp.search('near', '[{"N":"1"},{"N":"NaN"},{"N":"0"},{"N":"0"}]', 1, NULL, NULL, '{"TableName":"Nobody"}');
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 101, NULL, NULL, '{"TableName":"Nobody"}');
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 1, NULL, NULL, '{"TableName":"Nobody"}');
SELECT left(pg_temp.search('near', (SELECT jsonb_agg('{"N":"1"}'::jsonb) FROM generate_series(1, 4097)), 1), 30), pg_temp.search('near', (SELECT jsonb_agg('{"N":"1"}'::jsonb) FROM generate_series(1, 4096)), 1);
SELECT pg_temp.search('none', pg_temp.list(1, 0, 0, 0), 1);
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1);
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 'n = :n', '{":n":{"N":"1"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t AND n ' || op || ' :n', '{":t":{"S":"t1"},":n":{"N":"1"}}') FROM unnest('{<,<=,>,>=,<>}'::text[]) op;
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, e, '{":t":{"S":"t1"},":n":{"N":"1"}}')
FROM unnest('{t = :t AND n BETWEEN :n AND :n,"t = :t AND n IN (:n)",t = :t OR n = :n,"NOT t = :t AND n = :n","t = :t AND begins_with(x, :t) AND n = :n",t = :t AND n = :n AND t = n}'::text[]) e;
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t AND x = :t', '{":t":{"S":"t1"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t AND v[0] = :t', '{":t":{"S":"t1"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t AND x < :t', '{":t":{"S":"t1"}}');
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 1, 'id = :t', '{":t":{"S":"i1"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t', '{":t":{"N":"1"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t AND', '{":t":{"S":"t1"}}');
SELECT pg_temp.search('cos', pg_temp.list(1, 0, 0, 0), 1, 't = :t', '{":t":{"S":"t1"},":u":{"S":"t1"}}');
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 1, NULL, '{":t":{"S":"t1"}}');
SELECT pg_temp.answer('search_vectors', '{}');

-- the table or an index of it alone: rights are those of SELECT, and row security holds
CREATE ROLE regress_searcher LOGIN;
SET ROLE regress_searcher;
SELECT left(pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 2), 60);
RESET ROLE;
GRANT SELECT ON dynamodb."Vectors" TO regress_searcher;
ALTER TABLE dynamodb."Vectors" ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON dynamodb."Vectors" FOR SELECT USING (pk <> 'i2');
SET ROLE regress_searcher;
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 2);
RESET ROLE;
SELECT pg_temp.search('near', pg_temp.list(1, 0, 0, 0), 2);

-- as rows
SELECT * FROM dynapg.search_vectors_items('Vectors', 'dot', ARRAY[1, 0, 0, 0], 2);
SELECT dynapg.item_get_text(s.item, 'id'), round(s.score::numeric, 3), length(t.pk) FROM dynapg.search_vectors_items('Vectors', 'cos', '{1,0,0,1}', 2, '#t = :t', '{":t":{"S":"t1"}}', '{"#t":"t"}') s
JOIN dynamodb."Vectors" t ON t.pk = dynapg.item_get_text(s.item, 'id');
SELECT count(*) FROM dynapg.search_vectors_items('Vectors', 'near', '{1,0,0,1}');

-- a transaction sees what it has written, and no more after a rollback
BEGIN;
SELECT pg_temp.put('{"id":{"S":"own"}}' || jsonb_build_object('v', pg_temp.vec(1, 0.5, 0, 0)));
SELECT pg_temp.search('near', pg_temp.list(1, 0.5, 0, 0), 1);
ROLLBACK;
SELECT pg_temp.search('near', pg_temp.list(1, 0.5, 0, 0), 1);
-- without its relation, and after changes and VACUUM, the answer is the same
SELECT count(pg_temp.put(jsonb_build_object('id', jsonb_build_object('S', 'i' || i), 'v', pg_temp.vec(i, 1, 0, 0)))) FROM generate_series(5, 8) i;
VACUUM dynamodb."Vectors";
SELECT pg_temp.search('near', pg_temp.list(6, 1, 0, 0), 5);
SET enable_indexscan = off;
SELECT pg_temp.search('near', pg_temp.list(6, 1, 0, 0), 5);
RESET enable_indexscan;
REINDEX TABLE dynamodb."Vectors";
SELECT pg_temp.search('near', pg_temp.list(6, 1, 0, 0), 5);
SELECT pg_temp.drop_table();
DROP ROLE regress_searcher;
