-- PartiQL: bad input of every kind, and forms at its edge that are good
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"pbad","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.run(statement text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT left(pg_temp.answer('execute_statement', '{"Statement":' || to_json(statement) || members || '}'), 170) $$;
-- statements, each with what becomes of it
CREATE FUNCTION pg_temp.each(statements text[], OUT statement text, OUT answer text) RETURNS SETOF record LANGUAGE sql AS $$
	SELECT s, pg_temp.run(s) FROM unnest(statements) WITH ORDINALITY x(s, n) ORDER BY n $$;
SELECT pg_temp.run($$INSERT INTO pbad VALUE {'pk':'a','sk':1,'n':5,'s':'x','z':NULL,'l':[1,[2]],'m':{'select':{'from':1}},'ss':<<'a'>>}$$);

\echo # a statement begins with what it does: there is no form that begins with FROM
SELECT * FROM pg_temp.each(ARRAY[$$FROM pbad WHERE pk='a' AND sk=1 SET n = 6$$, $$FROM pbad SET n = 6 WHERE pk='a' AND sk=1$$, $$UPDATE pbad WHERE pk='a' AND sk=1 SET n = 6$$, 'REPLACE INTO pbad', 'UPSERT INTO pbad', 'BEGIN', 'CREATE TABLE x', '(SELECT * FROM pbad)', '1', '''x''', '?', ';', '--', '/*',
	'WITH x AS (SELECT * FROM pbad) SELECT * FROM x', 'VALUES (1)', 'EXPLAIN SELECT * FROM pbad', 'INSERT pbad VALUE {}', 'DELETE * FROM pbad', 'SELECT FROM pbad', 'SELECT *, s FROM pbad', 'SELECT s, FROM pbad', 'SELECT s n FROM pbad', 'SELECT s AS x FROM pbad', 'SELECT VALUE s FROM pbad', 'SELECT 1 FROM pbad', 'SELECT ''s'' FROM pbad', 'SELECT ? FROM pbad']);

\echo # SQL that PartiQL does not have
SELECT * FROM pg_temp.each(ARRAY['SELECT * FROM pbad, pbad', 'SELECT * FROM pbad JOIN pbad', 'SELECT * FROM pbad GROUP BY s', 'SELECT * FROM pbad WHERE pk=''a'' GROUP BY s', 'SELECT * FROM pbad HAVING s=1', 'SELECT * FROM pbad OFFSET 1', 'SELECT * FROM pbad UNION SELECT * FROM pbad', 'SELECT * FROM (SELECT * FROM pbad)', 'SELECT * FROM pbad AS p', 'SELECT * FROM pbad WHERE pk IN (SELECT pk FROM pbad)',
	'SELECT * FROM pbad WHERE EXISTS(SELECT * FROM pbad)', 'SELECT * FROM pbad WHERE s LIKE ''x%''', 'SELECT * FROM pbad WHERE CASE WHEN s=1 THEN 1 END', 'SELECT * FROM pbad WHERE CAST(s AS int)=1', 'SELECT * FROM pbad WHERE s || s = ''xx''', 'SELECT * FROM pbad WHERE n * 2 = 10', 'SELECT * FROM pbad WHERE n / 2 = 10', 'SELECT * FROM pbad WHERE n % 2 = 1', 'SELECT * FROM pbad WHERE n = `x`', 'SELECT * FROM pbad WHERE n = 5::int',
	'SELECT MAX(n) FROM pbad', 'SELECT upper(s) FROM pbad', 'SELECT * FROM pbad WHERE upper(s) = ''X''', 'SELECT l[*] FROM pbad', 'SELECT m.* FROM pbad', 'SELECT l[-1] FROM pbad', 'SELECT l[s] FROM pbad', 'SELECT l[''s''] FROM pbad', 'SELECT l[] FROM pbad', 'SELECT m..s FROM pbad', 'SELECT .m FROM pbad', 'SELECT m. FROM pbad', 'SELECT l[99999999999] FROM pbad', 'INSERT INTO pbad SELECT * FROM pbad', 'INSERT INTO pbad VALUE {''pk'':''x'',''sk'':1} ON CONFLICT DO NOTHING',
	'UPDATE pbad SET n += 1 WHERE pk=''a'' AND sk=1', 'UPDATE pbad SET n = 1 AND s = 2 WHERE pk=''a'' AND sk=1', 'UPDATE pbad SET 5 = 1 WHERE pk=''a'' AND sk=1', 'UPDATE pbad SET n WHERE pk=''a'' AND sk=1', 'UPDATE pbad ADD n 1 WHERE pk=''a'' AND sk=1', 'UPDATE pbad SET n = if_not_exists(n, 1) WHERE pk=''a'' AND sk=1', 'DELETE FROM pbad WHERE pk=''a'' AND sk=1 LIMIT 1']);

\echo # RETURNING
SELECT c, pg_temp.run($$UPDATE pbad SET n = 5 WHERE pk='a' AND sk=1 RETURNING $$ || c), pg_temp.run($$DELETE FROM pbad WHERE pk='a' AND sk=2 RETURNING $$ || c) FROM unnest(ARRAY['', '*', 'ALL', 'ALL *', 'ALL OLD', 'OLD *', 'n', 'ALL OLD n', 'ALL OLD *, ALL NEW *', 'all old *', 'MODIFIED NEW *']) c;
SELECT * FROM pg_temp.each(ARRAY[$$SELECT * FROM pbad WHERE pk='a' RETURNING ALL OLD *$$, $$INSERT INTO pbad VALUE {'pk':'r','sk':1} RETURNING ALL NEW *$$]);

\echo # brackets and quotes that are not closed, or not opened; doubled ones
SELECT * FROM pg_temp.each(ARRAY['SELECT * FROM pbad WHERE (n=5', 'SELECT * FROM pbad WHERE ((n=5) AND s=''x''', 'SELECT * FROM pbad WHERE n=5)', 'SELECT * FROM pbad WHERE n IN (5', 'SELECT * FROM pbad WHERE n IN [5', 'SELECT * FROM pbad WHERE n IN (5]', 'SELECT * FROM pbad WHERE n IN [5)', 'SELECT * FROM pbad WHERE n IN 5', 'SELECT * FROM pbad WHERE size(s = 1', 'SELECT * FROM pbad WHERE l = [1', 'SELECT * FROM pbad WHERE l = [1,]', 'SELECT * FROM pbad WHERE l = [,1]', 'SELECT * FROM pbad WHERE m = {''a'':1', 'SELECT * FROM pbad WHERE m = {''a''}', 'SELECT * FROM pbad WHERE m = {a:1}', 'SELECT * FROM pbad WHERE m = {''a'':1,}',
	'SELECT * FROM pbad WHERE ss = <<''a''', 'SELECT * FROM pbad WHERE ss = <<''a''>', 'SELECT * FROM pbad WHERE ss = <''a''>', 'SELECT * FROM pbad WHERE s = ''x', 'SELECT * FROM pbad WHERE s = ''x''''', 'SELECT * FROM pbad WHERE "s = ''x''', 'SELECT * FROM "pbad', 'SELECT * FROM ''pbad''', 'SELECT "" FROM pbad', 'SELECT * FROM "pbad".""', 'SELECT * FROM pbad WHERE s = "x"', 'SELECT * FROM pbad WHERE s = x''x''']);
SELECT pg_temp.run($$INSERT INTO pbad VALUE {'pk':'quotes','sk':1,'it''s "x"':'"it''''s"','''':''}$$), pg_temp.run($$SELECT "it's ""x""", "'" FROM pbad WHERE pk='quotes' AND sk=1$$);

\echo # reserved words are names only in quotes
SELECT w, pg_temp.run('SELECT ' || w || ' FROM pbad WHERE pk=''a'''), pg_temp.run('SELECT m.' || w || ' FROM pbad WHERE pk=''a'''), pg_temp.run('SELECT "' || w || '" FROM pbad WHERE pk=''a''') FROM unnest(ARRAY['select', 'From', 'WHERE', 'and', 'missing', 'null', 'true', 'in', 'limit', 'group', 'as', 'order']) w;
SELECT pg_temp.run('SELECT m."select"."from", size, value, old, date, count, "user" FROM pbad WHERE pk=''a''');

\echo # NULL and MISSING
SELECT c, pg_temp.run('SELECT sk FROM pbad WHERE pk=''a'' AND ' || c) FROM unnest(ARRAY['x IS MISSING', 's IS MISSING', 'x = MISSING', 's = MISSING', 's <> MISSING', 's != missing', 'NOT x = MISSING', 'z IS NULL', 'x IS NULL', 'z = NULL', 'NOT (x IS NOT NULL)', 'l[5] IS MISSING', 'm.a.b IS NOT MISSING',
	'x < MISSING', 'x IN (MISSING)', 'MISSING = x', '5 IS MISSING', '''s'' IS NULL', 'size(s) IS MISSING', 's IS', 's IS NOT', 's IS TRUE', 's IS STRING', 's IS MISSING MISSING', 'MISSING']) c;
SELECT * FROM pg_temp.each(ARRAY[$$INSERT INTO pbad VALUE {'pk':'m','sk':1,'x':MISSING}$$, $$UPDATE pbad SET x = MISSING WHERE pk='a' AND sk=1$$]);

\echo # numbers
SELECT c, pg_temp.run('UPDATE pbad SET x = ' || c || ' WHERE pk=''a'' AND sk=1 RETURNING MODIFIED NEW *') FROM unnest(ARRAY['+7', '- 7', '.5', '5.', '1e3', '1E-3', '007', '--7', '+-7', '1e', '1e+', '0x1F', '1_000', 'NaN', 'Infinity', '1.2.3', '1e126', '1e-131', repeat('9', 38), repeat('9', 39), '-0', '2-1', '2 -1', '1+2-3+n']) c;

\echo # types: of operands, of parameters, of keys
SELECT c, pg_temp.run('SELECT sk FROM pbad WHERE ' || c) FROM unnest(ARRAY['s < TRUE', 's >= NULL', 's > [1]', 's <= {''a'':1}', 's < <<1>>', 'nosuch.a BETWEEN 1 AND [2]', 'begins_with(5, s)', 'begins_with(s, TRUE)', 'begins_with(s)', 'begins_with(s, ''x'', ''y'')', 'contains(''x'', s)', 'attribute_type(s, 5)', 'attribute_type(s, s)', 'attribute_type(s, ''STRING'')', 'size(s)', 'size() = 1', 'size(size(s)) = 1', 'size(5) = 1',
	's = s = s', 's AND n', 'NOT s', '(s = ''x'') = TRUE', 's = (n = 5)', 'set_add(ss, <<1>>) = ss', 'n + 1 = 6', 'pk = 5', 'pk = ''''', 'sk = ''1'' AND pk=''a''', 'pk=''a'' AND sk > ''1''', 'pk=''a'' AND begins_with(sk, ''1'')', 'pk IN (''a'', 5)', 'pk = NULL', 'pk = <<''a''>>']) c;
SELECT c, pg_temp.run('SELECT sk FROM pbad WHERE pk=? AND s=?', ',"Parameters":' || c) FROM unnest(ARRAY['null', '[]', '{}', '"x"', '[null,null]', '["a","x"]', '[{"S":"a"}]', '[{"S":"a"},{"S":"x"},{"S":"y"}]', '[{"S":"a"},{}]', '[{"S":"a"},{"S":"x","N":"1"}]', '[{"S":"a"},{"Q":"x"}]', '[{"S":"a"},{"N":"x"}]', '[{"S":"a"},{"N":""}]', '[{"S":"a"},{"SS":[]}]', '[{"S":"a"},{"SS":["x","x"]}]', '[{"S":"a"},{"NULL":false}]', '[{"S":"a"},{"B":"!"}]',
	'[{"N":"1"},{"S":"x"}]', '[{"S":""},{"S":"x"}]', '[{"S":"a"},{"S":"x"}]']) c;
SELECT pg_temp.run('SELECT * FROM pbad WHERE pk=''a''', ',"Parameters":[{"S":"a"}]');
SELECT pg_temp.run('SELECT * FROM ? WHERE pk=''a''', ',"Parameters":[{"S":"pbad"}]'), pg_temp.run('SELECT s FROM pbad WHERE ? = ''a''', ',"Parameters":[{"S":"pk"}]'), pg_temp.run('INSERT INTO pbad VALUE {?:1}', ',"Parameters":[{"S":"pk"}]');
-- a parameter may stand wherever a value may
SELECT pg_temp.run('INSERT INTO pbad VALUE {''pk'':?,''sk'':?,''l'':[?,[?]],''m'':{''k'':?},''ss'':<<?,?>>,''n'':?}', ',"Parameters":[{"S":"p"},{"N":"1"},{"S":"x"},{"NULL":true},{"M":{}},{"S":"b"},{"S":"a"},{"N":"1"}]');
SELECT pg_temp.run('UPDATE pbad SET n = n + ?, l[0] = ?, l = list_append(?, l) WHERE pk=? AND sk=?', ',"Parameters":[{"N":"1"},{"S":"y"},{"L":[]},{"S":"p"},{"N":"1"}]');
SELECT pg_temp.run('UPDATE pbad SET n = n + ? - ?, l[0] = ?, ss = set_add(ss, ?) REMOVE m WHERE pk=? AND sk=? AND n IN (?, ?) AND n BETWEEN ? AND ? AND begins_with(l[0], ?) RETURNING ALL NEW *', ',"Parameters":[{"N":"5"},{"N":"1"},{"S":"y"},{"SS":["c"]},{"S":"p"},{"N":"1"},{"N":"1"},{"N":"2"},{"N":"0"},{"N":"9"},{"S":"x"}]');

\echo # missing tables and indexes
SELECT * FROM pg_temp.each(ARRAY['SELECT * FROM nosuch', 'SELECT * FROM pba', 'SELECT * FROM PBAD', 'SELECT * FROM "pb/ad"', 'SELECT * FROM pbad.nosuch', 'SELECT * FROM "pbad.nosuch"', 'SELECT * FROM pbad.nosuch.x', 'INSERT INTO nosuch VALUE {''pk'':''a''}', 'UPDATE nosuch SET x = 1 WHERE pk=''a''', 'DELETE FROM nosuch WHERE pk=''a''', 'UPDATE pbad.i SET x = 1 WHERE pk=''a'' AND sk=1', 'DELETE FROM pbad.i WHERE pk=''a'' AND sk=1', 'INSERT INTO pbad.i VALUE {''pk'':''a'',''sk'':1}',
	'SELECT * FROM "arn:aws:dynamodb:us-east-1:000000000000:table/pbad" WHERE pk=''a'' AND sk=1']);

\echo # long and deep statements, quickly
SELECT pg_temp.run('SELECT * FROM pbad WHERE s = ''' || repeat('x', n) || '''') FROM unnest(ARRAY[8192 - 31, 8193 - 31]) n;
SELECT pg_temp.run('SELECT * FROM pbad WHERE s = ''' || repeat('ü', n) || '''') FROM unnest(ARRAY[8192 - 31, 8193 - 31]) n;
SELECT n, pg_temp.run('SELECT ' || repeat('a.', n - 1) || 'b FROM pbad WHERE pk=''none'''), pg_temp.run('SELECT * FROM pbad WHERE a' || repeat('[0]', n - 1) || ' = 1'), pg_temp.run('UPDATE pbad REMOVE ' || repeat('a.', n - 1) || 'b WHERE pk=''a'' AND sk=1') FROM unnest(ARRAY[32, 33, 2000]) n;
SELECT n, pg_temp.run('UPDATE pbad SET x = n' || repeat('+1', n) || ' WHERE pk=''a'' AND sk=1 RETURNING MODIFIED NEW *') FROM unnest(ARRAY[300, 301, 4000]) n;
SELECT n, pg_temp.run('SELECT sk FROM pbad WHERE n = 5' || repeat('+0', n)) FROM unnest(ARRAY[300, 4000]) n;
SELECT pg_temp.run('UPDATE pbad SET x = ' || repeat('list_append([],', n) || '[]' || repeat(')', n) || ' WHERE pk=''a'' AND sk=1') FROM unnest(ARRAY[199, 201, 500]) n;
SELECT pg_temp.run('SELECT * FROM pbad WHERE ' || repeat(w, n) || 'n=5' || repeat(c, n)) FROM (VALUES ('(', ')'), ('NOT ', ''), ('NOT (', ')'), ('size(', ')')) v(w, c), unnest(ARRAY[201, 1200]) n;
SELECT pg_temp.run('SELECT * FROM pbad WHERE l = ' || repeat(w, n) || '1' || repeat(c, n)) FROM (VALUES ('[', ']'), ('{''a'':', '}'), ('<<', '>>')) v(w, c), unnest(ARRAY[33, 1300]) n;
SELECT pg_temp.run('SELECT * FROM pbad WHERE pk=''a''' || repeat(' AND n=5', n)) FROM unnest(ARRAY[300, 1000]) n;
SELECT pg_temp.run('UPDATE pbad SET ' || (SELECT string_agg('a' || i || '=1', ',') FROM generate_series(1, 1000) i) || ' WHERE pk=''none'' AND sk=1');
SELECT pg_temp.run('SELECT ' || repeat('a,', 4000) || 'a FROM pbad WHERE pk=''none''');
SELECT pg_temp.run('SELECT * FROM pbad WHERE n IN (' || repeat('5,', n - 1) || '5)') FROM unnest(ARRAY[100, 101]) n;

\echo # other characters: NUL, control characters, spaces, letters beyond ASCII
SELECT left(pg_temp.answer('execute_statement', '{"Statement":"SELECT * FROM pbad WHERE s = ' || c || '"}'), 120) FROM unnest(ARRAY['''x\u0000''', '\u0000', '''x''\u0000', '''x'' \u0001', '\"\u0000\"', '''x''\u00a0', '''x'';;', '''\u0000'' -- \u0000']) c;
SELECT pg_temp.run(E'\t\nSELECT\r\n*\fFROM\x0bpbad WHERE/**/pk=''none''-- end'), pg_temp.run('SELECT ü FROM pbad'), pg_temp.run('SELECT "ü", "日本" FROM pbad WHERE pk=''none'''), pg_temp.run('SELECT ＊ FROM pbad'), pg_temp.run('SELECT * FROM pbad WHERE s = ‘x’'), pg_temp.run('SELECT * FROM pbad WHERE a#b = 1'), pg_temp.run('SELECT * FROM pbad WHERE _a$1 = 1 AND pk=''none''');

\echo # batches and transactions: kinds, sizes, the same item twice, members that fail
CREATE FUNCTION pg_temp.batch(statements text[], members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT left(pg_temp.answer('batch_execute_statement', '{"Statements":' || (SELECT json_agg(json_build_object('Statement', s)) FROM unnest(statements) s)::text || members || '}'), 400) $$;
CREATE FUNCTION pg_temp.transact(statements text[], members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT left(pg_temp.answer('execute_transaction', '{"TransactStatements":' || (SELECT json_agg(json_build_object('Statement', s)) FROM unnest(statements) s)::text || members || '}'), 400) $$;
SELECT n, pg_temp.batch(s), pg_temp.transact(s) FROM (VALUES
	(1, ARRAY[$$SELECT * FROM pbad WHERE pk='a' AND sk=1$$, $$INSERT INTO pbad VALUE {'pk':'b','sk':1}$$]),
	(2, ARRAY[$$SELECT * FROM pbad WHERE pk='a' AND sk=1$$, $$SELECT s FROM pbad WHERE sk=1 AND pk='a' AND n=5$$]),
	(3, ARRAY[$$INSERT INTO pbad VALUE {'pk':'b','sk':1}$$, $$DELETE FROM pbad WHERE pk='b' AND sk=1.0$$]),
	(4, ARRAY[$$SELECT * FROM pbad WHERE pk='a'$$]), (5, ARRAY[$$SELECT * FROM pbad WHERE pk='a' AND sk=1 OR pk='b' AND sk=1$$]), (6, ARRAY[$$SELECT * FROM pbad WHERE pk IN ('a') AND sk=1$$]),
	(7, ARRAY[$$SELECT * FROM pbad.i WHERE pk='a' AND sk=1$$]), (8, ARRAY['nonsense']), (9, ARRAY['']), (10, ARRAY[repeat('x', 8193)]), (11, ARRAY[$$SELECT * FROM pbad WHERE pk=? AND sk=1$$]),
	(12, ARRAY[$$DELETE FROM pbad WHERE pk='none' AND sk=1 RETURNING ALL OLD *$$]), (13, ARRAY[$$EXISTS(SELECT * FROM pbad WHERE pk='a' AND sk=1 AND n=5)$$]), (14, ARRAY[$$EXISTS(SELECT * FROM pbad WHERE pk='a' AND sk=1)$$]), (15, ARRAY[$$EXISTS(SELECT * FROM pbad WHERE pk='a' AND n=5)$$]),
	(16, ARRAY[$$SELECT * FROM pbad WHERE pk='a' AND sk=1 ORDER BY sk$$])) v(n, s) ORDER BY n;
SELECT pg_temp.batch(ARRAY[$$SELECT sk FROM pbad WHERE pk='a' AND sk=1$$], m), pg_temp.transact(ARRAY[$$SELECT sk FROM pbad WHERE pk='a' AND sk=1$$], m), pg_temp.run($$SELECT sk FROM pbad WHERE pk='a' AND sk=1$$, m) FROM unnest(ARRAY[',"ReturnConsumedCapacity":"ALL"', ',"ReturnConsumedCapacity":5', ',"ReturnConsumedCapacity":"NONE"']) m;
SELECT pg_temp.transact(ARRAY[$$DELETE FROM pbad WHERE pk='none' AND sk=1$$], m) FROM unnest(ARRAY[',"ClientRequestToken":""', ',"ClientRequestToken":"' || repeat('x', 37) || '"', ',"ClientRequestToken":5']) m;
SELECT pg_temp.answer('batch_execute_statement', b), pg_temp.answer('execute_transaction', replace(b, 'Statements', 'TransactStatements')) FROM unnest(ARRAY['{}', '{"Statements":null}', '{"Statements":{}}', '{"Statements":[]}', '{"Statements":[{}]}', '{"Statements":["SELECT"]}', '{"Statements":[{"Statement":"SELECT * FROM pbad WHERE pk=? AND sk=1","Parameters":[]}]}', '{"Statements":[{"Statement":5}]}']) b;
SELECT pg_temp.run($$DELETE FROM pbad WHERE pk='none' AND sk=1$$, m) FROM unnest(ARRAY[',"Limit":0', ',"Limit":-1', ',"Limit":"5"', ',"Limit":5', ',"NextToken":""', ',"NextToken":"x"', ',"ReturnValuesOnConditionCheckFailure":"ALL_NEW"', ',"ConsistentRead":"x"', ',"ConsistentRead":true', ',"Unknown":1']) m;
SELECT count(*), string_agg(item::text, ' ' ORDER BY pk) FILTER (WHERE pk IN ('b', 'm', 'r')) FROM dynamodb.pbad;
SELECT dynapg.delete_table('{"TableName":"pbad"}')->'TableDescription'->>'TableStatus';
