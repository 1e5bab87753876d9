-- Who may do what: privileges on the data table, row security, plain SQL beside the operations, savepoints.
\set ECHO none
\i sql/common.psql
-- An operation on the item of that key, with more members.
CREATE FUNCTION public.fidelity_item(operation text, key text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer(operation, '{"TableName":"fidelity.rights","Key":{"pk":{"S":"' || key || '"}}' || members || '}')
$$;
CREATE FUNCTION public.fidelity_put(item text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.rights","Item":' || item || members || '}')
$$;
SELECT pg_temp.answer('create_table', '{"TableName":"fidelity.rights","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}') LIKE '{%';
SELECT public.fidelity_put('{"pk":{"S":"p"},"o":{"S":"alice"},"name":{"S":"Al"}}');
CREATE ROLE regress_fidelity_reader LOGIN;
CREATE ROLE regress_fidelity_writer LOGIN;
CREATE ROLE regress_fidelity_inserter LOGIN;
CREATE ROLE regress_fidelity_nobody LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO regress_fidelity_reader, regress_fidelity_writer, regress_fidelity_inserter;
GRANT SELECT ON dynamodb."fidelity.rights" TO regress_fidelity_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."fidelity.rights" TO regress_fidelity_writer;
GRANT INSERT ON dynamodb."fidelity.rights" TO regress_fidelity_inserter;
\echo == SELECT: gets, and nothing else; a condition that fails changes nothing of that
SET ROLE regress_fidelity_reader;
SELECT public.fidelity_item('get_item', 'p');
SELECT public.fidelity_put('{"pk":{"S":"p"}}'), public.fidelity_put('{"pk":{"S":"p"}}', ',"ConditionExpression":"attribute_exists(q)"');
SELECT public.fidelity_item('update_item', 'p'), public.fidelity_item('delete_item', 'p'), public.fidelity_item('delete_item', 'none');
SELECT pg_temp.answer('create_table', '{"TableName":"fidelity.rights2","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}'),
  pg_temp.answer('update_table', '{"TableName":"fidelity.rights","DeletionProtectionEnabled":true}'), pg_temp.answer('delete_table', '{"TableName":"fidelity.rights"}'),
  pg_temp.answer('describe_table', '{"TableName":"fidelity.rights"}') LIKE '{"Table":%';
\echo == all four: every item operation, not those of the table
SET ROLE regress_fidelity_writer;
SELECT public.fidelity_put('{"pk":{"S":"w"}}'), public.fidelity_item('update_item', 'w', ',"UpdateExpression":"SET a = pk"'), public.fidelity_item('delete_item', 'w', ',"ReturnValues":"ALL_OLD"'),
  pg_temp.answer('update_table', '{"TableName":"fidelity.rights","DeletionProtectionEnabled":true}'), pg_temp.answer('delete_table', '{"TableName":"fidelity.rights"}');
\echo == a put may replace: INSERT alone is not enough; no right at all; a missing table is reported in any case
SET ROLE regress_fidelity_inserter;
SELECT public.fidelity_put('{"pk":{"S":"i"}}'), public.fidelity_item('get_item', 'p');
SET ROLE regress_fidelity_nobody;
SELECT public.fidelity_item('get_item', 'p'), pg_temp.answer('get_item', '{"TableName":"fidelity.none","Key":{"pk":{"S":"p"}}}');
RESET ROLE;
\echo == rights on columns: those of the key and of item are enough for items, and an index needs SELECT on keys, which a table gets that moves there
SET dynapg.store_index_keys = off;
SELECT pg_temp.answer('create_table', '{"TableName":"fidelity.columns","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
  "GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}') LIKE '{%';
RESET dynapg.store_index_keys;
CREATE ROLE "regress fidelity columns" LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO "regress fidelity columns";
GRANT SELECT (pk, item), INSERT (pk, item), UPDATE (pk, item), DELETE ON dynamodb."fidelity.columns" TO "regress fidelity columns";
CREATE FUNCTION public.fidelity_columns() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT operation || ': ' || pg_temp.answer(operation, '{"TableName":"fidelity.columns"' || members || '}') FROM (VALUES
    ('put_item', ',"Item":{"pk":{"S":"c"},"g":{"S":"x"}},"ReturnValues":"ALL_OLD"'), ('get_item', ',"Key":{"pk":{"S":"c"}}'),
    ('update_item', ',"Key":{"pk":{"S":"c"}},"UpdateExpression":"SET v = g","ReturnValues":"UPDATED_NEW"'),
    ('query', ',"Select":"COUNT","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"c"}}'), ('scan', ',"Select":"COUNT"'),
    ('query', ',"IndexName":"by-g","Select":"COUNT","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}'),
    ('delete_item', ',"Key":{"pk":{"S":"c"}}')) o (operation, members);
$$;
SET ROLE "regress fidelity columns";
SELECT public.fidelity_columns();
RESET ROLE;
SELECT dynapg.store_index_keys('dynamodb."fidelity.columns"');
SET ROLE "regress fidelity columns";
SELECT public.fidelity_columns();
RESET ROLE;
REVOKE SELECT (keys) ON dynamodb."fidelity.columns" FROM "regress fidelity columns";
SET ROLE "regress fidelity columns";
SELECT public.fidelity_columns();
RESET ROLE;
SELECT pg_temp.answer('delete_table', '{"TableName":"fidelity.columns"}') LIKE '{%';
DROP FUNCTION public.fidelity_columns;
DROP OWNED BY "regress fidelity columns";
DROP ROLE "regress fidelity columns";
\echo == row security: items of others are not there to read, and cannot be taken
SET search_path = public, dynapg;
CREATE POLICY own ON dynamodb."fidelity.rights" TO regress_fidelity_writer USING (item ->> 'o' = current_user) WITH CHECK (item ->> 'o' = current_user);
ALTER TABLE dynamodb."fidelity.rights" ENABLE ROW LEVEL SECURITY;
RESET search_path;
SET ROLE regress_fidelity_writer;
SELECT public.fidelity_item('get_item', 'p');
SELECT public.fidelity_put('{"pk":{"S":"q"},"o":{"S":"regress_fidelity_writer"}}'), public.fidelity_put('{"pk":{"S":"q"},"o":{"S":"regress_fidelity_writer"},"v":{"N":"1"}}', ',"ReturnValues":"ALL_OLD"'), public.fidelity_item('get_item', 'q');
SELECT public.fidelity_put('{"pk":{"S":"r"},"o":{"S":"other"}}'), public.fidelity_put('{"pk":{"S":"p"},"o":{"S":"regress_fidelity_writer"}}');
SELECT public.fidelity_put('{"pk":{"S":"p"},"o":{"S":"regress_fidelity_writer"}}', ',"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"');
SELECT public.fidelity_item('update_item', 'p', ',"UpdateExpression":"SET o = :o","ExpressionAttributeValues":{":o":{"S":"regress_fidelity_writer"}},"ReturnValues":"ALL_OLD"');
SELECT public.fidelity_item('update_item', 'p', ',"UpdateExpression":"SET o = :o","ConditionExpression":"attribute_exists(pk)","ExpressionAttributeValues":{":o":{"S":"x"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"');
SELECT public.fidelity_item('update_item', 'q', ',"UpdateExpression":"SET o = :o","ExpressionAttributeValues":{":o":{"S":"other"}}');
SELECT public.fidelity_item('delete_item', 'p', ',"ReturnValues":"ALL_OLD"'), public.fidelity_item('delete_item', 'p', ',"ConditionExpression":"attribute_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"'),
  public.fidelity_item('delete_item', 'q', ',"ReturnValues":"ALL_OLD"');
RESET ROLE;
ALTER TABLE dynamodb."fidelity.rights" DISABLE ROW LEVEL SECURITY;
DROP POLICY own ON dynamodb."fidelity.rights";
\echo == plain SQL: joins, indexes, rows that SQL writes
SET search_path = public, dynapg;
CREATE TEMP TABLE cities (n text, city text);
INSERT INTO cities VALUES ('Al', 'X');
SELECT t.pk, c.city, t.item -> 'name' FROM dynamodb."fidelity.rights" t JOIN cities c ON c.n = t.item ->> 'name';
CREATE INDEX ON dynamodb."fidelity.rights" ((item ->> 'name'));
RESET search_path;
SELECT t.item OPERATOR(dynapg.->>) 'name', t.item::json, t.item::jsonb FROM dynamodb."fidelity.rights" t;
INSERT INTO dynamodb."fidelity.rights" VALUES ('sql', '{"pk":{"S":"sql"},"x":{"N":"1.0"}}');
SELECT public.fidelity_item('get_item', 'sql');
INSERT INTO dynamodb."fidelity.rights" VALUES ('null', NULL);
INSERT INTO dynamodb."fidelity.rights" VALUES ('bad', '{"a":1}');
ALTER TABLE dynamodb."fidelity.rights" ADD CONSTRAINT keys CHECK (pk IS NOT DISTINCT FROM dynapg.part_s(item, 'pk'));
INSERT INTO dynamodb."fidelity.rights" VALUES ('other', '{"pk":{"S":"sql"}}');
INSERT INTO dynamodb."fidelity.rights" VALUES ('none', '{"x":{"S":"sql"}}');
SELECT public.fidelity_put('{"pk":{"S":"' || repeat('k', 2000) || '"}}'), public.fidelity_put('{"pk":{"S":"\u0000\u0001"}}');
\echo == wrong use
SELECT dynapg.get_item();
SELECT dynapg.get_item(NULL);
\echo == savepoints and errors of DynamoDB in one transaction
BEGIN;
SELECT public.fidelity_put('{"pk":{"S":"tx"},"v":{"N":"1"}}');
SAVEPOINT s;
SELECT dynapg.put_item('{"TableName":"fidelity.rights","Item":{"pk":{"S":"tx"}},"ConditionExpression":"attribute_not_exists(pk)"}');
SELECT dynapg.get_item('{"TableName":"fidelity.rights","Key":{"pk":{"S":"tx"}}}');
ROLLBACK TO s;
SELECT public.fidelity_item('get_item', 'tx');
ROLLBACK;
SELECT public.fidelity_item('get_item', 'tx');
DROP OWNED BY regress_fidelity_reader, regress_fidelity_writer, regress_fidelity_inserter, regress_fidelity_nobody;
DROP ROLE regress_fidelity_reader, regress_fidelity_writer, regress_fidelity_inserter, regress_fidelity_nobody;
SELECT pg_temp.answer('delete_table', '{"TableName":"fidelity.rights"}') LIKE '{%';
DROP FUNCTION public.fidelity_put, public.fidelity_item;
