-- ClientRequestToken of TransactWriteItems
\set ECHO none
\i sql/common.psql
-- An action of each kind on tok.t, and a request of actions with token and more members.
CREATE FUNCTION pg_temp.put(id text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT format('{"Put":{"TableName":"tok.t","Item":{"id":{"S":"%s"}%s}}}', id, more) $$;
CREATE FUNCTION pg_temp.act(kind text, id text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT format('{"%s":{"TableName":"tok.t","Key":{"id":{"S":"%s"}}%s}}', kind, id, more) $$;
CREATE FUNCTION pg_temp.count(id text, step text DEFAULT '1') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.act('Update', id, format(',"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"%s"}}', step)) $$;
CREATE FUNCTION pg_temp.tx(token text, actions text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('transact_write_items', format('{"TransactItems":[%s]%s,"ClientRequestToken":"%s"}', actions, more, token)) $$;
CREATE FUNCTION pg_temp.n(id text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(dynapg.get_item(format('{"TableName":"tok.t","Key":{"id":{"S":"%s"}}}', id)::json)->'Item'->'n'->>'N', 'nothing') $$;
\set ECHO all
SELECT dynapg.create_table('{"TableName":"tok.t","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT dynapg.create_table('{"TableName":"tok.lsi","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"S"},{"AttributeName":"l","AttributeType":"S"}],
	"LocalSecondaryIndexes":[{"IndexName":"by-l","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';

-- A request is done once; without a token each time.
SELECT pg_temp.tx('once', pg_temp.count('a')) FROM generate_series(1, 3);
SELECT pg_temp.n('a');
SELECT dynapg.transact_write_items(format('{"TransactItems":[%s]}', pg_temp.count('a'))::json) FROM generate_series(1, 2);
SELECT pg_temp.n('a');

-- When it comes again nothing is checked: not conditions, not whether an update fits the present item.
SELECT pg_temp.tx('condition', pg_temp.put('c', ',"n":{"N":"1"}') || ',' || pg_temp.act('ConditionCheck', 'd', ',"ConditionExpression":"attribute_not_exists(id)"'));
SELECT dynapg.put_item('{"TableName":"tok.t","Item":{"id":{"S":"d"}}}');
SELECT dynapg.delete_item('{"TableName":"tok.t","Key":{"id":{"S":"c"}}}');
SELECT pg_temp.tx('condition', pg_temp.put('c', ',"n":{"N":"1"}') || ',' || pg_temp.act('ConditionCheck', 'd', ',"ConditionExpression":"attribute_not_exists(id)"'));
SELECT pg_temp.n('c');

-- The same request: members in any order, at any depth, null and unknown members, escapes, space, the last of members of one name.
SELECT dynapg.transact_write_items('{"ClientRequestToken":"order","TransactItems":[
	{"Put":{"TableName":"tok.t","Item":{"id":{"S":"o"},"n":{"N":"1"},"m":{"M":{"x":{"S":"1"},"y":{"L":[{"M":{"a":{"BOOL":true},"b":{"SS":["p","q"]}}}]}}}},
		"ConditionExpression":"#n = :n OR attribute_not_exists(#i)","ExpressionAttributeNames":{"#n":"n","#i":"id"},"ExpressionAttributeValues":{":n":{"N":"1"}}}},
	{"Delete":{"TableName":"tok.t","Key":{"id":{"S":"none"}}}}]}');
SELECT dynapg.put_item('{"TableName":"tok.t","Item":{"id":{"S":"o"},"n":{"N":"2"}}}');
SELECT dynapg.transact_write_items('{"unknown":{"x":[1]},"ReturnConsumedCapacity":null,"TransactItems":[
	{"Update":null,"Put":{"ExpressionAttributeValues":{":n":{"N":"1"}},"ExpressionAttributeNames":{"#i":"id","#n":"n"},"ConditionExpression":"#n = :n OR attribute_not_exists(#i)",
		"Item":{"m":{"M":{"y":{"L":[{"M":{"b":{"SS":["p","q"]},"a":{"BOOL":true}}}]},"x":{"S":"\u0031","N":null}}},"n":{"N":"0","N":"1"},"id":{"S":"o"}},"TableName":"tok.t"}},
	{"Delete":{"Key":{"id":{"S":"none"}},"Unknown":true,"TableName":"tok.t"}}],"ClientRequestToken":"order"}');
SELECT pg_temp.n('o');

-- Another request.
SELECT pg_temp.tx('once', pg_temp.count('a', '2'));
SELECT pg_temp.tx('once', pg_temp.count('a', '1.0')) LIKE 'ND014%' AS "a number written otherwise";
SELECT pg_temp.tx('once', pg_temp.count('b')) LIKE 'ND014%' AS "another item";
SELECT pg_temp.tx('once', pg_temp.count('a') || ',' || pg_temp.count('b')) LIKE 'ND014%' AS "one more action";
SELECT pg_temp.tx('once', replace(pg_temp.count('a'), 'tok.t', 'arn:aws:dynamodb:us-east-1:000000000000:table/tok.t')) LIKE 'ND014%' AS "an ARN for the name";
SELECT pg_temp.tx('once', replace(pg_temp.count('a'), '"UpdateExpression"', '"ReturnValuesOnConditionCheckFailure":"NONE","UpdateExpression"')) LIKE 'ND014%' AS "another parameter of an action";
SELECT pg_temp.tx('once', pg_temp.count('a'), ',"ReturnConsumedCapacity":"TOTAL"') LIKE 'ND014%' AS "another parameter";
SELECT pg_temp.tx('once', pg_temp.count('a'), ',"ReturnItemCollectionMetrics":"SIZE"') LIKE 'ND014%' AS "and another one";
SELECT pg_temp.tx('two', pg_temp.put('p', ',"s":{"SS":["a","b"]}') || ',' || pg_temp.put('q'));
SELECT pg_temp.tx('two', pg_temp.put('q') || ',' || pg_temp.put('p', ',"s":{"SS":["a","b"]}')) LIKE 'ND014%' AS "another order of actions";
SELECT pg_temp.tx('two', pg_temp.put('p', ',"s":{"SS":["b","a"]}') || ',' || pg_temp.put('q')) LIKE 'ND014%' AS "a set written otherwise";
SELECT pg_temp.tx('two', pg_temp.put('p', ',"s":{"L":["a","b"]}') || ',' || pg_temp.put('q')) LIKE 'ND0%' AS "not a request at all";
SELECT pg_temp.tx('two', pg_temp.put('p', ',"s":{"S":"ab"}') || ',' || pg_temp.put('q')) LIKE 'ND014%' AS "another type";
SELECT pg_temp.n('a');

-- Mistakes in the request itself, and a missing table, are reported before its token is looked at; conditions after.
SELECT pg_temp.tx('once', pg_temp.count('a') || ',' || pg_temp.count('a'));
SELECT pg_temp.tx('once', pg_temp.act('Update', 'a', ',"UpdateExpression":"bad"'));
SELECT pg_temp.tx('once', replace(pg_temp.count('a'), 'tok.t', 'tok.none'));
SELECT pg_temp.tx('once', replace(pg_temp.count('a'), '"S"', '"N"'));
SELECT pg_temp.tx('once', pg_temp.put('a', '},"ConditionExpression":"attribute_not_exists(id)","ExpressionAttributeNames":{"#i":"id"')) LIKE '%unused%' AS "unused name";
SELECT pg_temp.tx('once', '{"Put":{"TableName":"tok.t","Item":{"id":{"S":"a"}},"ConditionExpression":"attribute_not_exists(id)"}}') LIKE 'ND014%' AS "another request, whose condition is false";

-- A request that fails keeps no token.
SELECT pg_temp.tx('failed', '{"Put":{"TableName":"tok.t","Item":{"id":{"S":"a"}},"ConditionExpression":"attribute_not_exists(id)"}}') FROM generate_series(1, 2);
SELECT pg_temp.tx('failed', pg_temp.count('f') || ',' || pg_temp.count('f'));
SELECT pg_temp.tx('failed', replace(pg_temp.count('f'), 'tok.t', 'tok.none'));
SELECT pg_temp.tx('failed', pg_temp.act('Update', 'a', ',"UpdateExpression":"SET n = absent + :n","ExpressionAttributeValues":{":n":{"N":"1"}}'));
SELECT pg_temp.tx('failed', pg_temp.count('f')) FROM generate_series(1, 2);
SELECT pg_temp.n('f');

-- The token: 1 to 36 characters, of any kind.
SELECT pg_temp.tx('', pg_temp.count('l'));
SELECT pg_temp.tx(repeat('t', 37), pg_temp.count('l'));
SELECT pg_temp.tx(token, pg_temp.count('l')) FROM unnest(ARRAY[repeat('t', 36), repeat('t', 35), repeat('ü', 36), '\u0000', 'a', 'a\u0000', 'a\u0000b', 'A', ' ', '''; --', repeat('t', 36)]) WITH ORDINALITY t (token, i) ORDER BY i;
SELECT pg_temp.n('l');
SELECT dynapg.transact_write_items(format('{"TransactItems":[%s],"ClientRequestToken":null}', pg_temp.count('l'))::json) FROM generate_series(1, 2);
SELECT pg_temp.n('l');
SELECT pg_temp.answer('transact_write_items', format('{"TransactItems":[%s],"ClientRequestToken":7}', pg_temp.count('l')));

-- Capacity.  The first time that of the writes, 2 units for each KB; then that of reading what there was, 2 units for each 4 KB:
--   id "big" (2 + 3) and v (1 + 4092): 4,098 bytes: 5 KB are written, 2 units of 4 KB read
--   id "u" (2 + 1), n (1 + 2): 6 bytes: 1 and 1; id "gone" with v (1 + 8200) before it is deleted, 8,207 bytes: 9 and 3;
--   id "nobody" that is not there: 1 and 1.  Together 2 * (5 + 1 + 9 + 1) = 32 and 2 * (2 + 1 + 3 + 1) = 14.
--   tok.lsi: p "a", s "b": 4 bytes: 2 * 1 written, 2 * 1 read.
SELECT dynapg.put_item(format('{"TableName":"tok.t","Item":{"id":{"S":"gone"},"v":{"S":"%s"}}}', repeat('v', 8200))::json);
SELECT pg_temp.put('big', format(',"v":{"S":"%s"}', repeat('v', 4092))) || ',' || pg_temp.count('u') || ',{"Put":{"TableName":"tok.lsi","Item":{"p":{"S":"a"},"s":{"S":"b"}}}},' ||
	pg_temp.act('Delete', 'gone') || ',' || pg_temp.act('ConditionCheck', 'nobody', ',"ConditionExpression":"attribute_not_exists(id)"') AS actions \gset
SELECT pg_temp.tx('units', :'actions', ',"ReturnConsumedCapacity":"TOTAL"');
-- What the items have become since then does not matter.
SELECT dynapg.put_item(format('{"TableName":"tok.t","Item":{"id":{"S":"u"},"v":{"S":"%s"}}}', repeat('v', 8200))::json);
SELECT pg_temp.tx('units', :'actions', ',"ReturnConsumedCapacity":"TOTAL"') FROM generate_series(1, 2);
-- Reading an item reads no index.  Nothing is changed, so no item collection is reported.
SELECT pg_temp.put('big', ',"g":{"S":"x"}') || ',{"Delete":{"TableName":"tok.lsi","Key":{"p":{"S":"a"},"s":{"S":"b"}}}}' AS actions, ',"ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE"' AS more \gset indexes_
SELECT pg_temp.tx('indexes', :'indexes_actions', :'indexes_more') LIKE '%ItemCollectionMetrics%GlobalSecondaryIndexes%';
SELECT pg_temp.tx('indexes', :'indexes_actions', :'indexes_more');
SELECT pg_temp.tx('none', pg_temp.put('big'), ',"ReturnConsumedCapacity":"NONE","ReturnItemCollectionMetrics":"NONE"') FROM generate_series(1, 2);
-- One of the tables is gone.
SELECT dynapg.delete_table('{"TableName":"tok.lsi"}')->'TableDescription'->>'TableName';
SELECT pg_temp.tx('units', :'actions', ',"ReturnConsumedCapacity":"TOTAL"');

-- In a transaction of the caller the token is there as long as what it did is.
BEGIN;
SELECT pg_temp.tx('inside', pg_temp.count('i')) FROM generate_series(1, 2);
SELECT pg_temp.n('i');
ROLLBACK;
SELECT pg_temp.n('i');
BEGIN;
SAVEPOINT s;
SELECT pg_temp.tx('inside', pg_temp.count('i'));
ROLLBACK TO s;
SELECT pg_temp.tx('inside', pg_temp.count('i', '5')) FROM generate_series(1, 2);
SAVEPOINT s;
SELECT pg_temp.tx('inside', pg_temp.count('i'));
RELEASE s;
COMMIT;
SELECT pg_temp.tx('inside', pg_temp.count('i', '5'));
SELECT pg_temp.n('i');
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT pg_temp.tx('strict', pg_temp.count('i')) FROM generate_series(1, 2);
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.tx('strict', pg_temp.count('i'));
COMMIT;
SELECT pg_temp.n('i');
-- It locks nothing of the users' own.
BEGIN;
SELECT pg_temp.tx('locks', pg_temp.count('i'));
SELECT bool_and(objsubid NOT IN (1, 2)) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
COMMIT;
-- Where nothing can be written, nothing is reported and nothing is done.
BEGIN READ ONLY;
SELECT pg_temp.tx('inside', pg_temp.count('i', '5'));
SELECT pg_temp.tx('new', pg_temp.count('i', '5'));
COMMIT;

-- Every role has tokens of its own, and nobody reads them.
SET client_min_messages = warning;
DROP ROLE IF EXISTS dynapg_tokens_a, dynapg_tokens_b;
RESET client_min_messages;
CREATE ROLE dynapg_tokens_a LOGIN;
CREATE ROLE dynapg_tokens_b LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."tok.t" TO dynapg_tokens_a;
GRANT pg_read_all_data, pg_write_all_data TO dynapg_tokens_b;
SET ROLE dynapg_tokens_a;
SELECT pg_temp.tx('once', pg_temp.count('r')) FROM generate_series(1, 2);
SELECT pg_temp.tx('once', pg_temp.count('r', '2')) LIKE 'ND014%' AS "another request";
SELECT count(*) FROM dynapg.tokens;
INSERT INTO dynapg.tokens VALUES (1, now(), 1, '', '');
UPDATE dynapg.tokens SET expires_at = now();
DELETE FROM dynapg.tokens;
TRUNCATE dynapg.tokens;
SET ROLE dynapg_tokens_b;
SELECT pg_temp.tx('once', pg_temp.count('r', '10')) FROM generate_series(1, 2);
SELECT count(*) FROM dynapg.tokens;
INSERT INTO dynapg.tokens VALUES (1, now(), 1, '', '');
WITH gone AS (DELETE FROM dynapg.tokens RETURNING 1) SELECT count(*) FROM gone;
RESET ROLE;
SELECT pg_temp.n('r');
SELECT role::regrole, convert_from(token, 'UTF8') FROM dynapg.tokens WHERE token = 'once' ORDER BY 1;
DROP OWNED BY dynapg_tokens_a, dynapg_tokens_b;
DROP ROLE dynapg_tokens_a, dynapg_tokens_b;
SELECT count(*) FROM dynapg.tokens WHERE token = 'once';

-- What a trigger does inside a request: with the token of that request it is one of a request under way; the token is
-- kept for the role that gave it. On the nodes of Citus a trigger cannot make requests.
SELECT pg_temp.keep_local('tok.t');
CREATE ROLE dynapg_tokens_a LOGIN;
CREATE FUNCTION public.tok_inside() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.pk = 'outer' THEN
		RAISE NOTICE 'inside: %', pg_temp.tx('inner', pg_temp.put('inner'));
		RAISE NOTICE 'inside: %', pg_temp.tx('outer', pg_temp.put('inner'));
		PERFORM dynapg.transact_write_items(format('{"TransactItems":[%s],"ClientRequestToken":"outer"}', pg_temp.put('inner'))::json);
	END IF;
	IF NEW.pk = 'role' THEN PERFORM set_config('role', 'dynapg_tokens_a', true); END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER inside BEFORE INSERT ON dynamodb."tok.t" FOR EACH ROW EXECUTE FUNCTION public.tok_inside();
SELECT pg_temp.tx('outer', pg_temp.put('outer'));
SELECT pg_temp.tx('role', pg_temp.put('role'));
SELECT count(*) FILTER (WHERE role = current_user::regrole), count(*) FROM dynapg.tokens WHERE token IN ('inner', 'outer', 'role');
DROP FUNCTION public.tok_inside CASCADE;
SELECT pg_temp.tx('role', pg_temp.put('role')), pg_temp.tx('role', pg_temp.put('other')) LIKE 'ND014%', pg_temp.tx('outer', pg_temp.put('outer'));
DROP ROLE dynapg_tokens_a;

-- Ten minutes later it is a new request, which may be another one.
SELECT DISTINCT expires_at > now() AND expires_at <= now() + interval '10 minutes' FROM dynapg.tokens;
UPDATE dynapg.tokens SET expires_at = now() + interval '1 minute' WHERE token = 'once';
SELECT pg_temp.tx('once', pg_temp.count('a', '100')) LIKE 'ND014%' AS "still known";
UPDATE dynapg.tokens SET expires_at = expires_at - interval '2 minutes';
SELECT pg_temp.n('a');
SELECT pg_temp.tx('once', pg_temp.count('a', '100')) FROM generate_series(1, 2);
SELECT pg_temp.tx('once', pg_temp.count('a')) LIKE 'ND014%' AS "now this one is known";
SELECT pg_temp.n('a');

-- Requests with tokens remove expired ones, a few at a time.
SELECT count(pg_temp.tx('old' || i, pg_temp.count('s' || i))) FROM generate_series(1, 200) i;
UPDATE dynapg.tokens SET expires_at = expires_at - interval '1 day';
SELECT count(*) > 100 FROM dynapg.tokens WHERE expires_at <= now();
SELECT count(pg_temp.tx('sweep' || i, pg_temp.count('s' || i))) FROM generate_series(1, 1000) i;
SELECT count(*) FROM dynapg.tokens WHERE expires_at <= now();
SELECT pg_temp.n('s1'), pg_temp.n('s300');

SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{tok.t}'::text[]) t;
