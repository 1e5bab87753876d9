-- PartiQL: BatchExecuteStatement and ExecuteTransaction
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"partiql.b","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"partiql.c","KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- statements are either texts, or objects as the API has them
CREATE FUNCTION pg_temp.entries(statements text[]) RETURNS text LANGUAGE sql AS $$
	SELECT '[' || string_agg(CASE WHEN s LIKE '{"Statement"%' THEN s ELSE '{"Statement":' || to_json(s) || '}' END, ',' ORDER BY n) || ']' FROM unnest(statements) WITH ORDINALITY x(s, n) $$;

-- a batch: an entry of the reply each line
CREATE FUNCTION pg_temp.batch(statements text[], members text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	reply text := pg_temp.answer('batch_execute_statement', '{"Statements":' || pg_temp.entries(statements) || members || '}');
BEGIN
	IF left(reply, 1) <> '{' THEN
		RETURN NEXT reply;
		RETURN;
	END IF;
	RETURN QUERY SELECT e::text FROM json_array_elements(reply::json->'Responses') e;
	IF reply::json->'ConsumedCapacity' IS NOT NULL THEN
		RETURN NEXT reply::json->>'ConsumedCapacity';
	END IF;
END $$;
CREATE FUNCTION pg_temp.transact(statements text[], members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('execute_transaction', '{"TransactStatements":' || pg_temp.entries(statements) || members || '}') $$;
-- all items, by key
CREATE FUNCTION pg_temp.state() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT string_agg(item::text, ' ' ORDER BY pk) FROM dynamodb."partiql.b"), '-') || ' / ' || coalesce((SELECT string_agg(item::text, ' ' ORDER BY pk, sk) FROM dynamodb."partiql.c"), '-') $$;

\echo # a batch of writes: each by itself, with its own error
SELECT pg_temp.batch(ARRAY[$$INSERT INTO "partiql.b" VALUE {'id':'b','g':'x','v':1}$$, $$INSERT INTO "partiql.b" VALUE {'id':'a'}$$, $$INSERT INTO "partiql.c" VALUE {'id':'c','n':1}$$,
	'{"Statement":"INSERT INTO \"partiql.c\" VALUE {''id'':?,''n'':?}","Parameters":[{"S":"c"},{"N":"2"}]}'], ',"ReturnConsumedCapacity":"INDEXES"');
SELECT pg_temp.batch(ARRAY[$$INSERT INTO "partiql.b" VALUE {'id':'b'}$$, $$UPDATE "partiql.b" SET v = v + 1 WHERE id='a' RETURNING ALL NEW *$$, $$UPDATE "partiql.b" SET w = 5 WHERE id='none'$$,
	$$DELETE FROM "partiql.c" WHERE id='c' AND n=1 RETURNING ALL OLD *$$, $$DELETE FROM "partiql.c" WHERE id='c'$$, $$DELETE FROM "partiql.c" WHERE id='none' AND n=1$$, $$INSERT INTO nosuch VALUE {'id':'b'}$$, $$INSRT$$,
	$$UPDATE "partiql.c" SET w = 5 WHERE id='c' AND n=2 RETURNING MODIFIED NEW *$$, $$UPDATE "partiql.b" SET g = 5 WHERE id='d'$$, $$INSERT INTO "partiql.b" VALUE {'id':'e','g':5}$$, $$INSERT INTO "partiql.b" VALUE {'id':?}$$, $$EXISTS(SELECT * FROM "partiql.b" WHERE id='z')$$],
	',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.state();
SELECT pg_temp.batch(ARRAY[$$INSERT INTO "partiql.b" VALUE {'id':'b'}$$], ',"ReturnConsumedCapacity":"TOTAL"');

\echo # a batch of reads
SELECT pg_temp.batch(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$SELECT v FROM "partiql.b" WHERE id='none'$$, $$SELECT w, nothing FROM "partiql.c" WHERE n=2 AND id='c'$$, $$SELECT nothing FROM "partiql.b" WHERE id='a'$$, $$SELECT * FROM "partiql.c" WHERE id='c'$$,
	$$SELECT * FROM "partiql.b"."by-g" WHERE g='x'$$, $$SELECT * FROM nosuch WHERE id='x'$$, $$SELECT * FROM "partiql.c" WHERE id='c' AND n=3 AND v=1$$, $$SELECT * FROM "partiql.c" WHERE id='c' AND n='x'$$], ',"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.batch(ARRAY['{"Statement":"SELECT v FROM \"partiql.b\" WHERE id=?","Parameters":[{"S":"b"}],"ConsistentRead":true}', $$SELECT * FROM "partiql.b" WHERE id='a' AND v = 7$$], ',"ReturnConsumedCapacity":"TOTAL"');

\echo # rights that are missing, in the words of the API alone
CREATE ROLE regress_dynapg_partiql LOGIN;
GRANT SELECT ON dynamodb."partiql.c" TO regress_dynapg_partiql;
CREATE FUNCTION public.partiql_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE insufficient_privilege USING MESSAGE = 'secret of the owner'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON dynamodb."partiql.c" FOR EACH ROW EXECUTE FUNCTION public.partiql_refuse();
SELECT pg_temp.batch(ARRAY[$$INSERT INTO "partiql.c" VALUE {'id':'z','n':1}$$]);
DROP TRIGGER refuse ON dynamodb."partiql.c";
DROP FUNCTION public.partiql_refuse;
SET ROLE regress_dynapg_partiql;
SELECT pg_temp.batch(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$SELECT id FROM "partiql.c" WHERE n=2 AND id='c'$$, $$SELECT * FROM nosuch WHERE id='x'$$]);
SELECT pg_temp.batch(ARRAY[$$INSERT INTO "partiql.b" VALUE {'id':'z'}$$, $$UPDATE "partiql.c" SET v = 1 WHERE n=2 AND id='c'$$, $$DELETE FROM "partiql.c" WHERE n=3 AND id='c'$$]);
RESET ROLE;
REVOKE ALL ON dynamodb."partiql.c" FROM regress_dynapg_partiql;
DROP ROLE regress_dynapg_partiql;

\echo # what refuses a batch
SELECT pg_temp.batch(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$DELETE FROM "partiql.b" WHERE id='a'$$]);
SELECT pg_temp.batch(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$SELECT v FROM "partiql.b" WHERE id='b'$$]);
SELECT pg_temp.batch(ARRAY[$$DELETE FROM "partiql.b" WHERE id='b'$$, $$INSERT INTO "partiql.b" VALUE {'id':'b'}$$]);
SELECT pg_temp.batch(ARRAY[]::text[]);
SELECT left(string_agg(b, ' '), 48) FROM pg_temp.batch(ARRAY(SELECT 'DELETE FROM "partiql.b" WHERE id=''' || n || '''' FROM generate_series(1, 26) n)) b;
SELECT count(*) FROM pg_temp.batch(ARRAY(SELECT 'DELETE FROM "partiql.b" WHERE id=''' || n || '''' FROM generate_series(1, 25) n));
SELECT pg_temp.state();

\echo # a transaction of writes
SELECT pg_temp.transact(ARRAY[$$UPDATE "partiql.b" SET v = v + 10 WHERE id='b'$$, $$INSERT INTO "partiql.c" VALUE {'id':'t','n':1}$$, $$EXISTS(SELECT * FROM "partiql.b" WHERE id='new' AND v IS MISSING)$$, $$DELETE FROM "partiql.c" WHERE id='c' AND n=2$$], ',"ReturnConsumedCapacity":"INDEXES"');
SELECT pg_temp.state();
SELECT pg_temp.transact(ARRAY[$$INSERT INTO "partiql.b" VALUE {'id':'x'}$$, $$INSERT INTO "partiql.c" VALUE {'id':'t','n':1}$$, $$UPDATE "partiql.b" SET v = 1 WHERE id='none'$$, $$DELETE FROM "partiql.b" WHERE id='b' AND v = 1$$, $$EXISTS(SELECT * FROM "partiql.b" WHERE id='a' AND v = 2)$$, $$UPDATE "partiql.c" SET v = nothing WHERE id='t' AND n=2$$]);
SELECT pg_temp.transact(ARRAY['{"Statement":"UPDATE \"partiql.b\" SET v = ? WHERE id=''b'' AND v = ?","Parameters":[{"N":"1"},{"N":"2"}],"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}', $$INSERT INTO "partiql.b" VALUE {'id':'x','g':5}$$]);
SELECT pg_temp.state();

\echo # a transaction of reads
SELECT pg_temp.transact(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$SELECT nothing FROM "partiql.b" WHERE id='a'$$, $$SELECT * FROM "partiql.c" WHERE id='t' AND n=7$$, $$SELECT * FROM "partiql.c" WHERE id='t' AND n=1 AND v=1$$], ',"ReturnConsumedCapacity":"TOTAL"');

\echo # what refuses a transaction
SELECT pg_temp.transact(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$DELETE FROM "partiql.b" WHERE id='a'$$]);
SELECT pg_temp.transact(ARRAY[$$SELECT * FROM "partiql.b" WHERE id='b'$$, $$SELECT * FROM "partiql.b" WHERE id='b'$$]);
SELECT pg_temp.transact(ARRAY[$$DELETE FROM "partiql.b" WHERE id='b'$$, $$EXISTS(SELECT * FROM "partiql.b" WHERE id='b' AND v=1)$$]);
SELECT pg_temp.transact(ARRAY[s]) FROM unnest(ARRAY[$$DELETE FROM "partiql.b" WHERE id='b' RETURNING ALL OLD *$$, $$SELECT * FROM "partiql.c" WHERE id='t'$$, $$SELECT * FROM "partiql.b"."by-g" WHERE id='b'$$, $$EXISTS(SELECT * FROM "partiql.b" WHERE id='b')$$, $$EXISTS(SELECT * FROM "partiql.b" WHERE v=1)$$,
	$$EXISTS(DELETE FROM "partiql.b" WHERE id='b')$$, $$INSRT$$, $$DELETE FROM nosuch WHERE id='b'$$, $$DELETE FROM "partiql.b" WHERE id=''$$, $$DELETE FROM "partiql.b" WHERE id=5$$]) s;
SELECT left(pg_temp.transact(ARRAY(SELECT 'DELETE FROM "partiql.b" WHERE id=''' || n || '''' FROM generate_series(1, 101) n)), 40), length(pg_temp.transact(ARRAY(SELECT 'DELETE FROM "partiql.b" WHERE id=''' || n || '''' FROM generate_series(1, 100) n)));
SELECT pg_temp.state();

\echo # tokens: once, and apart from those of TransactWriteItems
SELECT pg_temp.transact(ARRAY[$$UPDATE "partiql.b" SET v = v + 1 WHERE id='b'$$], ',"ClientRequestToken":"one","ReturnConsumedCapacity":"TOTAL"') FROM generate_series(1, 2);
SELECT pg_temp.transact(ARRAY[$$UPDATE "partiql.b" SET v = v + 2 WHERE id='b'$$], ',"ClientRequestToken":"one"');
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Put":{"TableName":"partiql.b","Item":{"id":{"S":"y"}}}}],"ClientRequestToken":"one"}');
SELECT pg_temp.state();

\echo # an error of no member leaves the session as it was
SET default_transaction_read_only = on;
SELECT dynapg.batch_execute_statement('{"Statements":[{"Statement":"INSERT INTO \"partiql.b\" VALUE {''id'':''ro''}"}]}');
SELECT 1 AS goes_on;
RESET default_transaction_read_only;
SELECT dynapg.delete_table('{"TableName":"partiql.b"}')->'TableDescription'->>'TableStatus', dynapg.delete_table('{"TableName":"partiql.c"}')->'TableDescription'->>'TableStatus';
