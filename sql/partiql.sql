-- PartiQL: SELECT in all its forms, INSERT, UPDATE, DELETE, parameters, paging, what is refused
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"partiql","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"l","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"LocalSecondaryIndexes":[{"IndexName":"by-l","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
	"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"partiql.hash","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- a statement's whole reply, or its error
CREATE FUNCTION pg_temp.run(statement text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('execute_statement', '{"Statement":' || to_json(statement) || members || '}') $$;

-- pk and sk of the items that it finds; what makes a page
CREATE FUNCTION pg_temp.find(statement text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT string_agg((i->'pk'->>'S') || (i->'sk'->>'N'), ' ' ORDER BY n) FROM json_array_elements(r->'Items') WITH ORDINALITY x(i, n)), '-')
		|| coalesce(' | last ' || (r->'LastEvaluatedKey')::text, '') || coalesce(' | ' || (r->'ConsumedCapacity')::text, '')
	FROM dynapg.execute_statement(('{"Statement":' || to_json(statement) || members || '}')::json) r $$;

-- the same over all pages: a page each line
CREATE FUNCTION pg_temp.pages(statement text, members text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r json;
	token text := '';
BEGIN
	LOOP
		r := dynapg.execute_statement(('{"Statement":' || to_json(statement) || members || token || '}')::json);
		RETURN NEXT coalesce((SELECT string_agg((i->'pk'->>'S') || (i->'sk'->>'N'), ' ' ORDER BY n) FROM json_array_elements(r->'Items') WITH ORDINALITY x(i, n)), '-');
		EXIT WHEN r->>'NextToken' IS NULL;
		token := ',"NextToken":"' || (r->>'NextToken') || '"';
	END LOOP;
END $$;

\echo # INSERT: literals of every type
SELECT pg_temp.run($$INSERT INTO partiql VALUE {'pk':'a','sk':1,'s':'it''s','n':-1.50e2,'t':TRUE,'f':false,'z':null,'l':3,'list':[1,'x',[true]],'m':{'a b':{'c':[10,20,30]}},'ss':<<'x','y'>>,'ns':<<2,1>>,'g':'u'}$$);
SELECT pg_temp.run($$SELECT * FROM partiql WHERE pk='a' AND sk=1$$);
SELECT pg_temp.run($$INSERT INTO partiql VALUE {'pk':'a','sk':1}$$);
SELECT pg_temp.run($$insert into "partiql" value {'pk':?,'sk':?,'b':?,'l':?}$$, ',"Parameters":[{"S":"a"},{"N":"2"},{"B":"AAE="},{"N":"2"}]');
SELECT pg_temp.run($$INSERT INTO partiql VALUE ?$$, ',"Parameters":[{"M":{"pk":{"S":"a"},"sk":{"N":"3"},"l":{"N":"1"},"g":{"S":"u"},"s":{"S":"three"}}}]');
SELECT pg_temp.run($$INSERT INTO partiql VALUE {'pk':'b','sk':1,'g':'v','l':9,'n':5}$$);
SELECT pg_temp.run($$INSERT INTO partiql VALUE {'pk':'c','sk':1,'n':7}$$, ',"ReturnConsumedCapacity":"INDEXES"');
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'sk':1}$$);
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'pk':1,'sk':1}$$);
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'pk':'','sk':1}$$);
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'pk':'x','sk':1,'e':<<>>}$$);
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'pk':'x','sk':1,'e':<<1,'1'>>}$$);
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'pk':'x','sk':1,'e':<<1,1.0>>}$$);
SELECT pg_temp.run($$INSERT INTO "partiql" VALUE {'pk':'x','sk':1,'e':1e200}$$);

\echo # what a SELECT reads: an item, a range, several ranges, all
SELECT pg_temp.find($$SELECT * FROM partiql WHERE sk=1 AND pk='a'$$, ',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE ((pk='a')) AND (1=sk AND n = -150)$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a' AND sk=1 AND n=0$$, ',"ReturnConsumedCapacity":"TOTAL","ConsistentRead":true');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a'$$, ',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a'$$, ',"Limit":2');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a' ORDER BY sk DESC$$, ',"Limit":2');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a' ORDER BY pk, sk ASC$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a' AND $$ || c) FROM unnest(ARRAY['sk<2', 'sk<=2', 'sk>2', 'sk>=2', '2<sk', '2>=sk', 'sk BETWEEN 2 AND 3', 'sk NOT BETWEEN 2 AND 3', 'sk<>2', 'sk!=2', 'sk IN (1,3)', 'sk IN [3]', 'sk>1 AND sk<3', 'NOT sk=1', 'sk=1 AND sk=2', 'sk = 1+1']) c;
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk IN ('b','a')$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='b' OR pk='a' OR pk='b'$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk IN ['b','a'] AND sk=1 ORDER BY pk DESC$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk IN ['b','a'] ORDER BY pk, sk DESC$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='a' AND sk=1 OR pk='b' AND sk=1$$, ',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE n > 0$$);
SELECT count(*) FROM json_array_elements(dynapg.execute_statement('{"Statement":"SELECT * FROM partiql"}')->'Items');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='nobody'$$);

\echo # conditions
SELECT c, pg_temp.find($$SELECT * FROM partiql WHERE pk IN ['a','b','c'] AND $$ || c) FROM unnest(ARRAY['s IS MISSING', 's IS NOT MISSING', 'z IS NULL', 'z IS NOT NULL', 'z = NULL', $$s <> 'three'$$, $$NOT s = 'three'$$,
	$$NOT (s <> 'three')$$, $$begins_with(s, 'th')$$, $$NOT begins_with(s, 'th')$$, $$contains(ss, 'x')$$, $$contains("list", 1)$$, $$contains(s, 's')$$, $$attribute_type(n, 'N')$$, $$attribute_type("ss", 'SS')$$,
	'size(s) = 5', 'size(ss) > size(s)', $$m."a b".c[1] = 20$$, 'm."a b".c = [10,20,30]', $$ss = <<'y','x'>>$$, $$ns = <<1,2>>$$, $$"list"[2][0] = true$$, 't', 'n > 0 OR t = TRUE AND f = FALSE', '(n > 0 OR t = TRUE) AND f = FALSE',
	'n BETWEEN 5 AND 6', 'n = l', $$ 'three' = s $$, $$m = {'a b':{'c':[10,20,30]}}$$, 'begins_with(s, 5)', 's < [1]', 'b = ?']) c
	WHERE c NOT IN ('t', 'begins_with(s, 5)', 's < [1]', 'b = ?');
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk=? AND b = ?$$, ',"Parameters":[{"S":"a"},{"B":"AAE="}]');
SELECT pg_temp.run('SELECT * FROM partiql WHERE ' || c) FROM unnest(ARRAY['t', 'begins_with(s, 5)', 's < [1]', 's BETWEEN true AND 5', $$attribute_type(s, 'X')$$, 'size(n) > 1 AND size(5) = 1', 'a + b = 3', 'contains(s)', 'nosuch(s)', 'list_append(a, b) = 1']) c;

\echo # what is shown
SELECT pg_temp.run($$SELECT s, m."a b".c[1], "list"[2], m."a b", nothing FROM partiql WHERE pk='a' AND sk=1$$);
SELECT pg_temp.run($$SELECT nothing FROM partiql WHERE pk='a' AND sk=1$$);
SELECT pg_temp.run($$SELECT pk, m."a b".c[0] FROM partiql WHERE pk='a'$$);

\echo # indexes
SELECT pg_temp.run($$SELECT * FROM "partiql"."by-g" WHERE g='u' AND l>1$$, ',"ReturnConsumedCapacity":"INDEXES"');
SELECT pg_temp.find($$SELECT * FROM "partiql"."by-g"$$);
SELECT pg_temp.find($$SELECT * FROM "partiql"."by-g" WHERE pk='a'$$);
SELECT pg_temp.find($$SELECT * FROM "partiql"."by-g" WHERE g='u' ORDER BY l DESC$$, ',"Limit":1');
SELECT pg_temp.find($$SELECT * FROM "partiql"."by-l" WHERE pk='a' ORDER BY l$$);
SELECT pg_temp.run($$SELECT s, l FROM "partiql"."by-l" WHERE pk='a' AND l < 2$$, ',"ReturnConsumedCapacity":"INDEXES","ConsistentRead":true');
SELECT pg_temp.run($$SELECT s FROM "partiql"."by-g" WHERE g='u'$$);
SELECT pg_temp.run($$SELECT * FROM "partiql"."by-g" WHERE g='u' AND s='three'$$);
SELECT pg_temp.find($$SELECT * FROM "partiql"."by-g" WHERE s='three'$$);
SELECT pg_temp.run($$SELECT * FROM "partiql"."by-x" WHERE g='u'$$);
SELECT pg_temp.run($$SELECT * FROM "partiql"."by-g" WHERE g='u'$$, ',"ConsistentRead":true');
SELECT pg_temp.run($$SELECT * FROM "partiql"."by-x" WHERE g='u'$$, ',"ConsistentRead":true');

\echo # ORDER BY
SELECT pg_temp.run('SELECT * FROM partiql ' || c) FROM unnest(ARRAY['ORDER BY sk', 'WHERE n=1 ORDER BY sk', $$WHERE pk='a' ORDER BY n$$, $$WHERE pk IN ['a','b'] ORDER BY sk$$, $$WHERE pk='a' ORDER sk$$]) c;

\echo # pages
SELECT pg_temp.pages('SELECT * FROM partiql WHERE pk=''a''', ',"Limit":2');
SELECT count(*) FROM pg_temp.pages('SELECT * FROM partiql', ',"Limit":1');
SELECT pg_temp.pages($$SELECT * FROM partiql WHERE pk IN ('c','a','b')$$, ',"Limit":2');
SELECT pg_temp.pages($$SELECT * FROM partiql WHERE pk IN ('c','a','b') AND n > 0 ORDER BY pk DESC, sk DESC$$, ',"Limit":1');
SELECT pg_temp.pages($$SELECT * FROM partiql WHERE pk IN ('c','a','b') AND sk <= 1$$, ',"Limit":1');
SELECT count(pg_temp.run('INSERT INTO partiql VALUE {''pk'':''page'',''sk'':?}', ',"Parameters":[{"N":"' || n || '"}]')) FROM generate_series(1, 12) n;
SELECT pg_temp.pages($$SELECT * FROM partiql WHERE pk IN ('page','b')$$);
SELECT dynapg.execute_statement('{"Statement":"SELECT * FROM partiql WHERE pk=''a''","Limit":1}')->>'NextToken' AS token \gset
SELECT pg_temp.find('SELECT * FROM partiql WHERE pk=''a''', ',"NextToken":"' || :'token' || '"');
SELECT pg_temp.run('SELECT * FROM partiql WHERE pk=''b''', ',"NextToken":"' || :'token' || '"');
SELECT pg_temp.run('SELECT * FROM partiql WHERE pk=?', ',"Parameters":[{"S":"a"}],"NextToken":"' || :'token' || '"');
SELECT pg_temp.run('SELECT * FROM partiql WHERE pk=''a''', ',"NextToken":"' || t || '"') FROM unnest(ARRAY['x', 'AAAA', overlay(:'token' placing 'zz' from 60), left(:'token', 40)]) t;
-- no byte of a token can be another one
SELECT DISTINCT pg_temp.run('SELECT * FROM partiql WHERE pk=''a''', ',"NextToken":"' || translate(encode(set_byte(t, i, get_byte(t, i) # 1), 'base64'), E'\n', '') || '"')
	FROM decode(:'token', 'base64') t, generate_series(0, length(t) - 1) i;
SET dynapg.partiql_token_lifetime = 1;
SELECT FROM pg_sleep(1.1);
SELECT pg_temp.run('SELECT * FROM partiql WHERE pk=''a''', ',"NextToken":"' || :'token' || '"');
SET dynapg.partiql_token_lifetime = 0;
SELECT pg_temp.find('SELECT * FROM partiql WHERE pk=''a''', ',"NextToken":"' || :'token' || '"');
RESET dynapg.partiql_token_lifetime;
SELECT pg_temp.run('SELECT * FROM partiql WHERE pk=''a''', ',"Limit":0');

\echo # items as rows, of all pages
SELECT count(*), count(DISTINCT dynapg.key_n(item, 'sk')) FROM dynapg.partiql($$SELECT * FROM partiql WHERE pk IN ('page','b')$$) item;
SELECT dynapg.partiql($$SELECT sk, l FROM partiql WHERE pk=? AND sk<? ORDER BY sk DESC$$, '{"S":"a"}', '{"N":"3"}');
SELECT dynapg.partiql($$INSERT INTO partiql VALUE ?$$, '{"M":{"pk":{"S":"row"},"sk":{"N":"1"},"z":{"S":"\u0000"}}}');
SELECT dynapg.partiql($$DELETE FROM partiql WHERE pk='row' AND sk=1 RETURNING ALL OLD *$$);
SELECT dynapg.partiql('nonsense');

\echo # UPDATE
SELECT pg_temp.run($$UPDATE partiql SET n = n + 1, x = [1,2], m.y = 'deep' REMOVE s SET ss = set_add(ss, <<'z'>>) SET ns = set_delete(ns, <<1>>) WHERE pk='a' AND sk=1 RETURNING ALL NEW *$$);
SELECT pg_temp.run($$UPDATE partiql SET x = list_append(x, [3]), n = 10 - n WHERE pk='a' AND sk=1 RETURNING MODIFIED NEW *$$);
SELECT pg_temp.run($$UPDATE partiql SET x[9] = 'end', x[0] = m.y REMOVE x[1] WHERE pk='a' AND sk=1 RETURNING MODIFIED OLD *$$);
SELECT pg_temp.run($$UPDATE partiql REMOVE x WHERE pk='a' AND sk=1 RETURNING MODIFIED NEW *$$);
SELECT pg_temp.run($$UPDATE partiql SET ns = set_delete(ns, <<2>>) WHERE pk='a' AND sk=1 RETURNING ALL OLD *$$);
SELECT pg_temp.run($$UPDATE partiql SET new = set_add(new, <<?>>) WHERE sk=? AND pk=? RETURNING MODIFIED NEW *$$, ',"Parameters":[{"S":"p"},{"N":"1"},{"S":"a"}]');
SELECT pg_temp.run($$UPDATE partiql SET l = 4 WHERE pk='a' AND sk=1$$, ',"ReturnConsumedCapacity":"INDEXES"');
SELECT pg_temp.run($$UPDATE partiql SET l = 5 WHERE pk='a' AND sk=1 AND l = 3$$);
SELECT pg_temp.run($$UPDATE partiql SET l = 5 WHERE pk='a' AND sk=2 AND l = 3$$, ',"ReturnValuesOnConditionCheckFailure":"ALL_OLD"');
SELECT pg_temp.run($$UPDATE partiql SET l = 5 WHERE pk='nobody' AND sk=1$$);
SELECT pg_temp.run($$UPDATE partiql SET l = 5 WHERE pk='nobody' AND sk=1 AND l IS MISSING$$);
SELECT pg_temp.find($$SELECT * FROM partiql WHERE pk='nobody'$$);
SELECT pg_temp.run('UPDATE partiql ' || c) FROM unnest(ARRAY['SET l = 5 WHERE pk=''a''', 'SET l = 5', 'SET l = 5 WHERE pk=''a'' AND (sk=1 OR sk=2)', 'SET l = 5 WHERE pk=''a'' AND sk>1', 'SET l = 5 WHERE pk=1 AND sk=1', 'SET sk = 5 WHERE pk=''a'' AND sk=1', 'REMOVE pk WHERE pk=''a'' AND sk=1',
	'SET n = nothing WHERE pk=''a'' AND sk=1', 'SET n = n + ''x'' WHERE pk=''a'' AND sk=1', 'SET g = 5 WHERE pk=''a'' AND sk=1', 'SET no.place = 5 WHERE pk=''a'' AND sk=1', 'SET a = 1, a.b = 2 WHERE pk=''a'' AND sk=1',
	'SET ss = set_add(other, <<1>>) WHERE pk=''a'' AND sk=1', 'SET ss = set_add(ss, 1.5) WHERE pk=''a'' AND sk=1', 'SET ss = set_delete(ss, ''x'') WHERE pk=''a'' AND sk=1', 'SET n = size(ss) WHERE pk=''a'' AND sk=1', 'SET n = list_append(x, 1) WHERE pk=''a'' AND sk=1']) c;
SELECT pg_temp.run($$UPDATE "partiql"."by-g" SET n = 1 WHERE pk='a' AND sk=1$$);

\echo # DELETE
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='b' AND sk=1 AND n = 4$$);
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='b' AND sk=1 AND n = 5 RETURNING ALL OLD *$$);
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='b' AND sk=1 AND n = 5 RETURNING ALL OLD *$$);
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='c' AND sk=1$$, ',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='c' AND sk=1$$, ',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='a' AND sk=1 RETURNING ALL NEW *$$);
SELECT pg_temp.run($$DELETE FROM partiql WHERE pk='a'$$);

\echo # names, quotes, comments, parameters in text
SELECT pg_temp.run($$INSERT INTO "partiql.hash" VALUE {'id':'?','?':'a ? b','q"q':1,'order':2}$$);
SELECT pg_temp.run($$/* all */ select "?", "q""q", "order" -- here
	from "partiql.hash" where id = '?';$$);
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE "?" = 'a ? b' AND "q""q" IN (?, 1)$$, ',"Parameters":[{"N":"0"}]');
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = ?$$);
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = '?'$$, ',"Parameters":[{"S":"x"}]');
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = ?$$, ',"Parameters":[]');
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = ?$$, ',"Parameters":[{"X":"x"}]');
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = ?$$, ',"Parameters":[{"N":"x"}]');
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = ?$$, ',"Parameters":[{"N":"1"}]');
SELECT pg_temp.run($$SELECT * FROM "partiql.hash" WHERE id = ''$$);

\echo # invalid statements
SELECT c, pg_temp.run(c) FROM unnest(ARRAY['', 'x', 'DROP TABLE partiql', 'SELECT', 'SELECT * partiql', 'SELECT * FROM', 'SELECT * FROM a-b', 'UPDATE a-b SET c = 1', 'SELECT COUNT(*) FROM partiql', E'SELECT a,\n COUNT(*) FROM partiql',
	'SELECT * FROM partiql LIMIT 1', 'SELECT * FROM partiql p', 'SELECT DISTINCT a FROM partiql', 'SELECT * FROM partiql WHERE', 'SELECT * FROM partiql WHERE a =', 'SELECT * FROM partiql WHERE a = ''x', 'SELECT * FROM partiql WHERE a LIKE ''x''', 'SELECT * FROM partiql WHERE (a = 1',
	'SELECT * FROM partiql WHERE a = 1)', 'SELECT * FROM partiql WHERE a = 1 AND', 'SELECT * FROM partiql WHERE a == 1', 'SELECT * FROM partiql WHERE a = 1x', 'SELECT * FROM partiql WHERE a IN ()', 'SELECT * FROM partiql WHERE a IS 5', 'SELECT a[x] FROM partiql', 'SELECT a[1.5] FROM partiql',
	'SELECT * FROM partiql; SELECT * FROM partiql', 'INSERT INTO partiql VALUES {''pk'':''x''}', 'INSERT INTO partiql (pk) VALUES (''x'')', 'INSERT INTO partiql VALUE <<{''pk'':''x''}>>', 'INSERT INTO partiql VALUE {"pk":''x''}', 'INSERT INTO partiql VALUE {''pk'':x}', 'INSERT INTO partiql VALUE 5',
	'INSERT INTO partiql."by-g" VALUE {''pk'':''x''}', 'UPDATE partiql WHERE pk = 1', 'UPDATE partiql SET WHERE pk = 1', 'DELETE partiql', 'EXISTS(SELECT * FROM partiql WHERE pk=''a'')', 'SELECT * FROM partiql WHERE a = \', 'SELECT * FROM ""', 'SELECT * FROM ab', 'SELECT * FROM nosuch', 'SELECT * FROM "no such"']) c;
SELECT left(pg_temp.run('SELECT * FROM partiql WHERE a = ''' || repeat('x', n) || ''''), 120) FROM unnest(ARRAY[8158, 8159]) n;
SELECT left(pg_temp.run('SELECT * FROM partiql WHERE ' || repeat('(', n) || 'pk=''b''' || repeat(')', n)), 120) FROM unnest(ARRAY[150, 4000]) n;
SELECT left(pg_temp.run('SELECT * FROM partiql WHERE ' || repeat('NOT ', n) || 'pk=''b'''), 120) FROM unnest(ARRAY[100, 2000]) n;
SELECT left(pg_temp.run('SELECT * FROM partiql WHERE a = ' || repeat('[', n) || repeat(']', n)), 120) FROM unnest(ARRAY[32, 33, 4000]) n;
SELECT left(pg_temp.run('INSERT INTO partiql VALUE {''pk'':''deep'',''sk'':' || n || ',''x'':' || repeat('{''a'':', n) || '1' || repeat('}', n) || '}'), 120) FROM unnest(ARRAY[31, 32]) n;
SELECT left(pg_temp.run('INSERT INTO partiql VALUE {''pk'':''deep'',''sk'':' || n || ',''x'':' || repeat('[', n) || '?' || repeat(']', n) || '}', ',"Parameters":[{"L":[{"L":[]}]}]'), 120) FROM unnest(ARRAY[30, 31]) n;
SELECT left(pg_temp.run('SELECT * FROM partiql WHERE pk=''b'' AND (a=1' || repeat(' OR a=1', n) || ')'), 120) FROM unnest(ARRAY[148, 149, 1000]) n;
SELECT left(pg_temp.run('SELECT * FROM partiql WHERE ' || c || ' IN (''0''' || (SELECT string_agg(',''' || i || '''', '') FROM generate_series(1, n - 1) i) || ')'), 120) FROM (VALUES ('pk', 50), ('pk', 51), ('x', 100), ('x', 101)) v(c, n);
SELECT left(pg_temp.run('INSERT INTO partiql VALUE {''pk'':''big'',''sk'':1,''x'':?}', ',"Parameters":[{"S":"' || repeat('x', n) || '"}]'), 120) FROM unnest(ARRAY[409588, 409590, 409591, 409592]) n;
SELECT pg_temp.run($$UPDATE partiql SET y = 'one more' WHERE pk='big' AND sk=1$$);

\echo # rights are those of what a statement does
CREATE ROLE regress_partiql LOGIN;
GRANT USAGE ON SCHEMA dynapg, dynamodb TO regress_partiql;
GRANT SELECT ON dynamodb."partiql.hash" TO regress_partiql;
SET ROLE regress_partiql;
SELECT pg_temp.run($$SELECT "order" FROM "partiql.hash" WHERE id='?'$$);
SELECT pg_temp.run($$INSERT INTO "partiql.hash" VALUE {'id':'x'}$$);
RESET ROLE;
DROP OWNED BY regress_partiql;
DROP ROLE regress_partiql;
SELECT dynapg.delete_table('{"TableName":"partiql"}')->'TableDescription'->>'TableStatus', dynapg.delete_table('{"TableName":"partiql.hash"}')->'TableDescription'->>'TableStatus';
