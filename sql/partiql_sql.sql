-- PartiQL from SQL: dynapg.partiql with SQL values, in joins, over all pages; dynapg.explain_statement
\set ECHO none
\i sql/common.psql
SET search_path = public, dynapg;
SELECT dynapg.create_table('{"TableName":"psql","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"l","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN left(SQLSTATE || ': ' || SQLERRM, 150);
END $$;

\echo # SQL types of parameters
CREATE DOMAIN regress_price AS numeric(10, 2);
CREATE TYPE regress_mood AS ENUM ('glad', 'sad');
SET datestyle = 'German';
SELECT * FROM dynapg.partiql($$INSERT INTO psql VALUE {'pk':'types','sk':?,'text':?,'varchar':?,'untyped':?,'typed':?,'bigint':?,'float':?,'numeric':?,'domain':?,'true':?,'null':?,'bytea':?,'uuid':?,'enum':?,'date':?,'stamp':?,'texts':?,'numbers':?,'none':?,'json':?,'jsonb':?,'set':?,'item':?}$$,
	1, 'it''s "x"'::text, 'v'::varchar(5), 'plain', '{"SS":["b","a"]}', 9223372036854775807, 1.5e20::float8, 1.10, 2::regress_price, true, NULL::text, '\x00ff'::bytea,
	'00000000-0000-0000-0000-000000000001'::uuid, 'sad'::regress_mood, '2024-02-29'::date, '2024-02-29 12:00:00.5'::timestamp, ARRAY['a', NULL], ARRAY[1, 2.5], '{}'::int[],
	'[1, "x", null, true, {"a": {"S": "deep", "N": 1}}]'::json, '{"b": [1e2], "a": {}}'::jsonb, '{"NS":["1","2"]}'::jsonb, '{"k":{"S":"v"}}'::dynapg.item);
RESET datestyle;
SELECT key, value FROM dynapg.partiql($$SELECT * FROM psql WHERE pk=? AND sk=?$$, 'types'::text, 1) item, json_each(item::json) ORDER BY key COLLATE "C";
-- a text is a string, whatever it looks like
SELECT dynapg.partiql($$INSERT INTO psql VALUE {'pk':'types','sk':2,'v':?}$$, '{"N":"5"}'::text);
SELECT item -> 'v' FROM dynapg.partiql($$SELECT v FROM psql WHERE pk='types' AND v=?$$, '{"N":"5"}'::text) item;
SELECT pg_temp.error_of(s) FROM unnest(ARRAY[
	$$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?', ARRAY[ARRAY[1]])$$, $$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?', 'NaN'::float8)$$, $$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?', 1)$$,
	$$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?')$$, $$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?', 'a', 'b')$$, $$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?', '{"S":5}'::json)$$,
	$$SELECT dynapg.partiql('SELECT * FROM psql WHERE pk=?', '')$$, $$SELECT dynapg.partiql('')$$, $$SELECT dynapg.partiql(repeat('x', 8193))$$]) s;
SELECT count(*) FROM dynapg.partiql(NULL), dynapg.explain_statement(NULL);
-- lists of parameters
SELECT item -> 'sk' FROM dynapg.partiql('SELECT * FROM psql WHERE pk=? AND sk=?', VARIADIC ARRAY['{"S":"types"}','{"N":"2"}']::json[]) item;
SELECT item -> 'sk' FROM dynapg.partiql('SELECT * FROM psql WHERE pk IN (?, ?) AND sk = 2', VARIADIC ARRAY['types', 'x']) item;
SELECT item -> 'sk' FROM dynapg.partiql_json('SELECT * FROM psql WHERE pk=? AND sk=?', '{"S":"types"}', '{"N":"2"}') item;
PREPARE find(text, int) AS SELECT item -> 'sk' FROM dynapg.partiql('SELECT * FROM psql WHERE pk=? AND sk=?', $1, $2) item;
EXECUTE find('types', 2);
EXECUTE find('types', 3);

\echo # all pages: of 1 MB, of ten items; nothing is read in advance
SELECT FROM generate_series(1, 39) n, dynapg.partiql($$INSERT INTO psql VALUE {'pk':?,'sk':?,'x':?}$$, 'big' || n % 3, n, repeat('x', 100000));
SELECT count(*), count(DISTINCT dynapg.key_n(item, 'sk')), min(length(item ->> 'x')) FROM dynapg.partiql($$SELECT * FROM psql WHERE begins_with(pk, ?)$$, 'big') item;
SELECT string_agg(item ->> 'pk' || (item ->> 'sk'), ' ' ORDER BY n) FROM dynapg.partiql($$SELECT pk, sk FROM psql WHERE pk IN ('big1', 'big0') ORDER BY pk, sk DESC$$) WITH ORDINALITY x(item, n);
SELECT dynapg.partiql($$SELECT sk FROM psql WHERE pk = 'big0'$$) LIMIT 2;

\echo # joins with tables, one call for each row, writes from a query
CREATE TEMP TABLE prices (id text, price numeric);
INSERT INTO prices VALUES ('big0', 1), ('big1', 2), ('none', 3);
SELECT p.id, sum(p.price * dynapg.key_n(item, 'sk')) FROM prices p JOIN dynapg.partiql($$SELECT pk, sk FROM psql$$) item ON item ->> 'pk' = p.id GROUP BY p.id ORDER BY p.id;
SELECT p.id, count(item) FROM prices p LEFT JOIN LATERAL dynapg.partiql($$SELECT sk FROM psql WHERE pk = ? AND sk > ?$$, p.id, 30 + p.price) item ON true GROUP BY p.id ORDER BY p.id;
SELECT p.id, item -> 'price' FROM prices p, LATERAL dynapg.partiql($$UPDATE psql SET price = ? WHERE pk = ? AND sk = ? RETURNING MODIFIED NEW *$$, p.price, p.id, 3 + p.price - 1) item WHERE p.id <> 'none' ORDER BY p.id;
CREATE FUNCTION pg_temp.spend(who text, amount numeric) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT item ->> 'price' FROM dynapg.partiql('UPDATE psql SET price = price - ? WHERE pk = ? AND sk = 3 AND price >= ? RETURNING ALL NEW *', amount, who, amount) item);
EXCEPTION WHEN SQLSTATE 'ND003' THEN
	RETURN 'not enough';
END $$;
SELECT pg_temp.spend('big0', 0.25), pg_temp.spend('big0', 5);

\echo # explanations
-- PostgreSQL's plans are those of one node
SELECT pg_temp.keep_local('psql');
SELECT dynapg.explain_statement($$SELECT * FROM psql WHERE sk=? AND pk=? AND x <> 'it''s'$$, 1, 'a');
SELECT dynapg.explain_statement($$SELECT pk, m."a b"[1] FROM psql WHERE pk='a' AND sk BETWEEN 1 AND ? AND (x=1 OR NOT y IN (TRUE, NULL) AND z IS NOT MISSING) ORDER BY sk DESC$$, 2.50);
SELECT dynapg.explain_statement($$SELECT * FROM psql WHERE pk IN ('a',?) AND begins_with(x, ?)$$, 'b', '\x01'::bytea);
SELECT dynapg.explain_statement($$SELECT * FROM psql WHERE pk='a' OR x IS NULL$$);
SELECT dynapg.explain_statement($$SELECT * FROM psql$$);
SELECT dynapg.explain_statement($$SELECT * FROM psql."by-g" WHERE g='a' AND l>=5 AND sk=1$$);
SELECT dynapg.explain_statement($$SELECT * FROM psql."by-g" WHERE l=5$$);
SELECT dynapg.explain_statement($$INSERT INTO psql VALUE {'pk':?,'sk':1,'x':<<1,2>>}$$, repeat('long ', 50) || E'\n');
SELECT dynapg.explain_statement($$UPDATE psql SET x = x + ?, l = list_append(l, [1,'b',{'c':?}]) REMOVE m.a[0] SET s = set_add(s, <<'x'>>) WHERE pk='a' AND sk=1 AND size(x) < 5 RETURNING MODIFIED OLD *$$, 1, true);
SELECT dynapg.explain_statement($$UPDATE psql SET x = 1 WHERE pk='a' AND sk=1$$);
SELECT dynapg.explain_statement($$DELETE FROM psql WHERE pk='a' AND sk=1 AND attribute_type(x, 'S') RETURNING ALL OLD *$$);
-- nothing is run; errors are those of ExecuteStatement
SELECT count(*) FROM dynamodb.psql WHERE pk = 'a';
SELECT pg_temp.error_of(format('SELECT dynapg.explain_statement(%L)', s)) = pg_temp.error_of(format('SELECT dynapg.execute_statement(%L::json)', json_build_object('Statement', s))), pg_temp.error_of(format('SELECT dynapg.explain_statement(%L)', s))
	FROM unnest(ARRAY['', 'x', 'SELECT * FROM nosuch', 'SELECT * FROM psql.nosuch', 'SELECT * FROM psql WHERE pk=?', 'SELECT * FROM psql WHERE pk=5', 'SELECT * FROM psql ORDER BY pk', 'DELETE FROM psql WHERE pk=''a''', 'INSERT INTO psql VALUE {''pk'':''a''}',
		'UPDATE psql SET sk=1 WHERE pk=''a'' AND sk=1', 'EXISTS(SELECT * FROM psql WHERE pk=''a'')', repeat('x', 8193)]) s;
-- rights are those of what a statement does
CREATE ROLE regress_dynapg_psql LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO regress_dynapg_psql;
GRANT SELECT ON dynamodb.psql TO regress_dynapg_psql;
SET ROLE regress_dynapg_psql;
SELECT count(*) FROM dynapg.explain_statement($$SELECT * FROM psql WHERE pk='a'$$);
SELECT pg_temp.error_of(format('SELECT dynapg.explain_statement(%L)', s)) FROM unnest(ARRAY[$$INSERT INTO psql VALUE {'pk':'a','sk':1}$$, $$UPDATE psql SET x=1 WHERE pk='a' AND sk=1$$, $$DELETE FROM psql WHERE pk='a' AND sk=1$$]) s;
RESET ROLE;
REVOKE SELECT ON dynamodb.psql FROM regress_dynapg_psql;
SET ROLE regress_dynapg_psql;
SELECT pg_temp.error_of(format('SELECT dynapg.explain_statement(%L)', s)) FROM unnest(ARRAY[$$SELECT * FROM psql WHERE pk='a' AND sk=1$$, $$SELECT * FROM psql$$]) s;
RESET ROLE;
DROP OWNED BY regress_dynapg_psql;
DROP ROLE regress_dynapg_psql;
DROP TYPE regress_mood;
DROP DOMAIN regress_price;
SELECT dynapg.delete_table('{"TableName":"psql"}')->'TableDescription'->>'TableStatus';
