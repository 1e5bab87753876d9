-- Transactions of DynamoDB inside those of PostgreSQL: what a caller's transaction sees, keeps and loses
\set ECHO none
\i sql/common.psql
SELECT count(dynapg.create_table(format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}', t)::json)) FROM unnest('{txc.a,txc.b}'::text[]) t;
CREATE TABLE txc_ledger (entry integer PRIMARY KEY, note text CHECK (note <> 'bad'));
-- A transfer between item x of both tables, which must not leave less than nothing.
CREATE FUNCTION pg_temp.request(n integer, more text) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"TransactItems":[
		{"Update":{"TableName":"txc.a","Key":{"id":{"S":"x"}},"UpdateExpression":"SET n = n - :n","ConditionExpression":"n >= :n","ExpressionAttributeValues":{":n":{"N":"%1$s"}}}},
		{"Update":{"TableName":"txc.b","Key":{"id":{"S":"x"}},"UpdateExpression":"SET g = :g ADD n :n","ExpressionAttributeValues":{":n":{"N":"%1$s"},":g":{"S":"g%1$s"}}}},
		{"Put":{"TableName":"txc.b","Item":{"id":{"S":"log%1$s"},"v":{"S":"%2$s"}}}}%3$s]}', n, repeat(md5(n::text), 200), more)
$$;
CREATE FUNCTION pg_temp.transfer(n integer, more text DEFAULT '') RETURNS json LANGUAGE sql AS $$ SELECT dynapg.transact_write_items(pg_temp.request(n, more)::json) $$;
-- The same, or its error.
CREATE FUNCTION pg_temp.try(n integer, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.answer('transact_write_items', pg_temp.request(n, more)) $$;
CREATE FUNCTION pg_temp.balances() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce(r->'Item'->'n'->>'N', '-'), ' ' ORDER BY o) || ' ' || (SELECT string_agg(pk, ' ' ORDER BY pk) FROM dynamodb."txc.b") || ' ' ||
		(dynapg.query('{"TableName":"txc.b","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g1"}}}')->>'Count') || ' ' || (SELECT count(*) FROM txc_ledger)
	FROM json_array_elements(dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"txc.a","Key":{"id":{"S":"x"}}}},{"Get":{"TableName":"txc.b","Key":{"id":{"S":"x"}}}}]}')->'Responses') WITH ORDINALITY t (r, o)
$$;
SELECT count(dynapg.put_item(format('{"TableName":"%s","Item":{"id":{"S":"x"},"n":{"N":"100"}}}', t)::json)) FROM unnest('{txc.a,txc.b}'::text[]) t;
\set ECHO all
-- each line: the balances of both items, the keys of txc.b, how many its index has under g1, rows of the ledger
SELECT pg_temp.balances();
-- seen inside, undone by ROLLBACK
BEGIN;
SELECT pg_temp.transfer(1);
SELECT pg_temp.balances();
SELECT dynapg.get_item('{"TableName":"txc.a","Key":{"id":{"S":"x"}}}')->'Item'->'n', (SELECT dynapg.key_n(item, 'n') FROM dynamodb."txc.a");
ROLLBACK;
SELECT pg_temp.balances();
-- undone by ROLLBACK TO SAVEPOINT, made again, and kept with rows of other tables
BEGIN;
INSERT INTO txc_ledger VALUES (1, 'first');
SAVEPOINT s;
SELECT pg_temp.transfer(1);
INSERT INTO txc_ledger VALUES (2, 'second');
SELECT pg_temp.balances();
ROLLBACK TO SAVEPOINT s;
SELECT pg_temp.balances();
SELECT pg_temp.transfer(2);
SAVEPOINT s;
SELECT pg_temp.transfer(3);
RELEASE SAVEPOINT s;
SELECT pg_temp.balances();
COMMIT;
SELECT pg_temp.balances();
-- the same item again and again in one transaction, each seeing the one before
BEGIN;
SELECT pg_temp.transfer(10);
SELECT pg_temp.transfer(10);
SELECT pg_temp.try(80);
SELECT pg_temp.transfer(75);
SELECT pg_temp.balances();
ROLLBACK;
-- a cancelled one ends the caller's transaction, as any error does
BEGIN;
INSERT INTO txc_ledger VALUES (3, 'third');
SELECT pg_temp.transfer(1000);
SELECT pg_temp.balances();
COMMIT;
SELECT pg_temp.balances();
-- an exception block catches it, with what it wrote undone and the rest kept
BEGIN;
INSERT INTO txc_ledger VALUES (3, 'third');
SELECT pg_temp.try(1000);
SELECT pg_temp.try(4, ',{"Update":{"TableName":"txc.a","Key":{"id":{"S":"x2"}},"UpdateExpression":"SET n = n"}}');
SELECT pg_temp.transfer(5);
COMMIT;
SELECT pg_temp.balances();
-- a row that is refused takes the items along, in one statement and in several
INSERT INTO txc_ledger SELECT 4, CASE WHEN pg_temp.transfer(6) IS NOT NULL THEN 'bad' END;
BEGIN;
SELECT pg_temp.transfer(6);
INSERT INTO txc_ledger VALUES (4, 'bad');
COMMIT;
SELECT pg_temp.balances();
-- a trigger of a relational table that writes items, in one transaction with its row
CREATE FUNCTION txc_mirror() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.transact_write_items(format('{"TransactItems":[{"Put":{"TableName":"txc.a","Item":{"id":{"S":"e%1$s"}},"ConditionExpression":"attribute_not_exists(id)"}},{"Put":{"TableName":"txc.b","Item":{"id":{"S":"e%1$s"}}}}]}', NEW.entry)::json);
	RETURN NEW;
END $$;
CREATE TRIGGER mirror AFTER INSERT ON txc_ledger FOR EACH ROW EXECUTE FUNCTION txc_mirror();
INSERT INTO txc_ledger VALUES (5, 'fifth'), (6, 'sixth');
SELECT pg_temp.balances();
DELETE FROM txc_ledger WHERE entry = 6;
INSERT INTO txc_ledger VALUES (7, 'seventh'), (6, 'sixth');
SELECT pg_temp.balances();
-- stricter levels, and a transaction that only reads
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.transfer(7);
SELECT pg_temp.balances();
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT pg_temp.transfer(8);
SELECT pg_temp.balances();
ROLLBACK;
-- from here on not distributed: reads of a transaction lock rows there, nodes have no common snapshot, and triggers cannot make requests
SELECT pg_temp.keep_local(t) FROM unnest('{txc.a,txc.b}'::text[]) t;
BEGIN READ ONLY;
SELECT pg_temp.balances();
SELECT pg_temp.try(9);
SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"ConditionCheck":{"TableName":"txc.a","Key":{"id":{"S":"x"}},"ConditionExpression":"attribute_exists(id)"}}]}');
ROLLBACK;
SELECT pg_temp.balances();
-- a cursor that is open shows what there was
BEGIN;
DECLARE c CURSOR FOR SELECT dynapg.key_n(item, 'n') FROM dynamodb."txc.a" WHERE pk = 'x';
SELECT pg_temp.transfer(9);
FETCH c;
ROLLBACK;
-- a transaction inside an action of another one, by a trigger; it is undone with it, and its cancellation is the other's error
CREATE FUNCTION txc_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.transact_write_items(format('{"TransactItems":[{"Update":{"TableName":"txc.b","Key":{"id":{"S":"audit"}},"UpdateExpression":"ADD %s :n","ExpressionAttributeValues":{":n":{"N":"1"}}}},{"ConditionCheck":{"TableName":"txc.b","Key":{"id":{"S":"closed"}},"ConditionExpression":"attribute_not_exists(id)"}}]}', NEW.pk)::json);
	RETURN NEW;
END $$;
CREATE TRIGGER audit BEFORE INSERT OR UPDATE ON dynamodb."txc.a" FOR EACH ROW EXECUTE FUNCTION txc_audit();
CREATE FUNCTION pg_temp.both(x text, y text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('transact_write_items', '{"TransactItems":[{"Update":{"TableName":"txc.a","Key":{"id":{"S":"x"}},"UpdateExpression":"ADD ' || x || ' :n","ExpressionAttributeValues":{":n":{"N":"1"}}}},{"Update":{"TableName":"txc.a","Key":{"id":{"S":"y"}},"UpdateExpression":"ADD ' || y || ' :n","ExpressionAttributeValues":{":n":{"N":"1"}}}}]}')
$$;
SELECT pg_temp.both('n', 'n'), pg_temp.both('n', 'n');
SELECT pg_temp.both('n', 'id2'), pg_temp.both('n', 'n');
SELECT pg_temp.answer('update_item', '{"TableName":"txc.a","Key":{"id":{"S":"y"}},"UpdateExpression":"SET n = id"}');
SELECT pg_temp.both('n', 'n');
SELECT dynapg.transact_get_items('{"TransactItems":[{"Get":{"TableName":"txc.a","Key":{"id":{"S":"x"}}}},{"Get":{"TableName":"txc.a","Key":{"id":{"S":"y"}}}},{"Get":{"TableName":"txc.b","Key":{"id":{"S":"audit"}}}}]}');
SELECT pg_temp.answer('put_item', '{"TableName":"txc.b","Item":{"id":{"S":"closed"}}}');
SELECT pg_temp.both('n', 'id2');
SELECT dynapg.get_item('{"TableName":"txc.b","Key":{"id":{"S":"audit"}}}');
DROP TRIGGER audit ON dynamodb."txc.a";
DROP FUNCTION txc_audit();
-- a trigger that deletes another table of the transaction
CREATE FUNCTION txc_drop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM dynapg.delete_table('{"TableName":"txc.b"}'); RETURN NEW; END $$;
CREATE TRIGGER drops AFTER INSERT ON dynamodb."txc.a" FOR EACH ROW EXECUTE FUNCTION txc_drop();
SELECT pg_temp.answer(op, request) FROM (VALUES
	('transact_write_items', '{"TransactItems":[{"Put":{"TableName":"txc.a","Item":{"id":{"S":"drop"}}}},{"Delete":{"TableName":"txc.b","Key":{"id":{"S":"closed"}}}}]}'),
	('batch_write_item', '{"RequestItems":{"txc.a":[{"PutRequest":{"Item":{"id":{"S":"drop"}}}}],"txc.b":[{"DeleteRequest":{"Key":{"id":{"S":"closed"}}}}]}}'),
	('transact_get_items', '{"TransactItems":[{"Get":{"TableName":"txc.a","Key":{"id":{"S":"drop"}}}},{"Get":{"TableName":"txc.b","Key":{"id":{"S":"closed"}}}}]}')) t (op, request);
DROP FUNCTION txc_drop CASCADE;
-- from a function, row by row
SELECT count(pg_temp.transfer(i)) FROM generate_series(11, 13) i;
SELECT pg_temp.balances();
\set ECHO none
DROP TABLE txc_ledger;
DROP FUNCTION txc_mirror();
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{txc.a,txc.b}'::text[]) t;
