-- One transaction over API calls and relational tables, with savepoints: ROLLBACK TO takes back items, rows, records of streams, tokens,
-- tables with what the session keeps of them; what came before and comes after stays.
\set ECHO none
\i sql/common.psql
\set ECHO none
CREATE TABLE public.save_rows (who text PRIMARY KEY, balance int CHECK (balance >= 0));
INSERT INTO public.save_rows VALUES ('ada', 10);
SELECT dynapg.create_table('{"TableName":"Save","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"GlobalSecondaryIndexes":[{"IndexName":"byg","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}') IS NULL;
CREATE FUNCTION pg_temp.put(key text, more text DEFAULT '') RETURNS json LANGUAGE sql AS $$
	SELECT dynapg.put_item(format('{"TableName":"Save","Item":{"pk":{"S":"%s"},"g":{"S":"x"}%s},"ReturnConsumedCapacity":"TOTAL"}', key, more)::json) #> '{ConsumedCapacity,CapacityUnits}' $$;
CREATE FUNCTION pg_temp.keys() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(pk, ' ' ORDER BY pk) FROM dynamodb."Save" $$;
CREATE FUNCTION pg_temp.queried() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(i #>> '{pk,S}', ' ' ORDER BY i #>> '{pk,S}') FROM json_array_elements(
	dynapg.query('{"TableName":"Save","IndexName":"byg","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}}') -> 'Items') i $$;
CREATE FUNCTION pg_temp.records() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(event || ' ' || (keys::json #>> '{pk,S}'), ', ' ORDER BY sequence_number) FROM dynapg.stream_records('Save', after => 0) $$;
CREATE FUNCTION pg_temp.transfer(key text, token text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('transact_write_items', format(
	'{"ClientRequestToken":"%s","TransactItems":[{"Put":{"TableName":"Save","Item":{"pk":{"S":"%s"}}}}]}', token, key)) $$;
\set ECHO all

-- items and rows, with a savepoint after each step; a step of a nested level goes with the outer one
BEGIN;
SELECT pg_temp.put('one');
UPDATE public.save_rows SET balance = balance - 1;
SAVEPOINT a;
SELECT pg_temp.put('two');
UPDATE public.save_rows SET balance = balance - 1;
SAVEPOINT b;
SELECT pg_temp.put('three');
SELECT dynapg.delete_item('{"TableName":"Save","Key":{"pk":{"S":"one"}}}');
RELEASE b;
SELECT pg_temp.keys(), pg_temp.queried(), balance FROM public.save_rows;
ROLLBACK TO a;
SELECT pg_temp.keys(), pg_temp.queried(), balance FROM public.save_rows;
SELECT pg_temp.put('four');
COMMIT;
SELECT pg_temp.keys(), pg_temp.queried(), balance FROM public.save_rows;
SELECT pg_temp.records();

-- an error of either side ends the transaction, and a savepoint saves it: capacity is counted by itself each time
BEGIN;
SELECT pg_temp.put('five');
SAVEPOINT a;
SELECT dynapg.put_item('{"TableName":"Save","Item":{"pk":{"S":"five"}},"ConditionExpression":"attribute_not_exists(pk)"}');
SELECT pg_temp.keys();
ROLLBACK TO a;
UPDATE public.save_rows SET balance = -1;
ROLLBACK TO a;
SELECT pg_temp.put('five'), pg_temp.put('five', ',"a":{"S":"b"}');
COMMIT;
SELECT pg_temp.keys();
SELECT pg_temp.records();

-- tokens: one that was taken back may be used again, for something else, too; one that stays may not
BEGIN;
SAVEPOINT a;
SELECT pg_temp.transfer('six', 'token');
ROLLBACK TO a;
SELECT pg_temp.transfer('seven', 'token');
SAVEPOINT a;
SELECT pg_temp.transfer('eight', 'token');
ROLLBACK TO a;
COMMIT;
SELECT pg_temp.transfer('seven', 'token'), pg_temp.transfer('eight', 'token');
SELECT pg_temp.keys();

-- a table made and taken back leaves nothing that the session keeps: the next one of its name has a key of another type
BEGIN;
SAVEPOINT a;
SELECT dynapg.create_table('{"TableName":"Saved","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}') IS NULL;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"pk":{"S":"a"}}}');
ROLLBACK TO a;
SELECT pg_temp.answer('put_item', '{"TableName":"Saved","Item":{"pk":{"S":"a"}}}');
SELECT dynapg.create_table('{"TableName":"Saved","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"}],
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}') IS NULL;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"id":{"N":"1"}}}');
SAVEPOINT a;
SELECT dynapg.delete_table('{"TableName":"Saved"}') IS NULL;
SELECT pg_temp.answer('put_item', '{"TableName":"Saved","Item":{"id":{"N":"2"}}}');
ROLLBACK TO a;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"id":{"N":"2"}}}');
SAVEPOINT a;
ALTER TABLE dynamodb."Saved" RENAME TO saved_elsewhere;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"id":{"N":"3"}}}');
ROLLBACK TO a;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"id":{"N":"4"}}}');
COMMIT;
SELECT pk FROM dynamodb."Saved" ORDER BY pk;
-- an index that was taken back serves nobody, and one whose deletion was taken back does
BEGIN;
SAVEPOINT a;
SELECT dynapg.update_table('{"TableName":"Save","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byg"}}]}') IS NULL;
SELECT pg_temp.answer('query', '{"TableName":"Save","IndexName":"byg","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}}');
ROLLBACK TO a;
SELECT pg_temp.queried();
COMMIT;

-- a stream switched on and taken back records nothing; a distributed table has none
SELECT pg_temp.keep_local('Saved');
BEGIN;
SAVEPOINT a;
SELECT dynapg.update_table('{"TableName":"Saved","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}') IS NULL;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"id":{"N":"5"}}}');
ROLLBACK TO a;
SELECT dynapg.put_item('{"TableName":"Saved","Item":{"id":{"N":"6"}}}');
COMMIT;
SELECT count(*) FROM dynapg.stream_list WHERE table_name = 'Saved';

-- PL/pgSQL: each exception block is a savepoint
DO $$
BEGIN
	FOR n IN 1 .. 3 LOOP
		BEGIN
			PERFORM dynapg.put_item(format('{"TableName":"Save","Item":{"pk":{"S":"block %s"}},"ConditionExpression":"attribute_not_exists(pk)"}', n / 2)::json);
			UPDATE public.save_rows SET balance = balance - n;
		EXCEPTION
			WHEN SQLSTATE 'ND003' THEN RAISE NOTICE 'there already: %', n;
			WHEN check_violation THEN RAISE NOTICE 'no balance: %', n;
		END;
	END LOOP;
END $$;
SELECT pg_temp.keys(), balance FROM public.save_rows;
\set ECHO none
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{Save,Saved}'::text[]) t;
DROP TABLE public.save_rows;
