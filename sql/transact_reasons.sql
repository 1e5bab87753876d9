-- TransactWriteItems that is cancelled: the reason of every action, by its position, and nothing written
\set ECHO none
\i sql/common.psql
SELECT count(dynapg.create_table(t)) FROM (VALUES
	('{"TableName":"txr.a","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
	"LocalSecondaryIndexes":[{"IndexName":"by-h","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}'::json),
	('{"TableName":"txr.b","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"B"}]}')) t (t);
CREATE FUNCTION pg_temp.a(pk text, sk text DEFAULT '1') RETURNS text LANGUAGE sql AS $$ SELECT '"TableName":"txr.a","Key":{"pk":{"S":"' || pk || '"},"sk":{"N":"' || sk || '"}}' $$;
CREATE FUNCTION pg_temp.b(id text) RETURNS text LANGUAGE sql AS $$ SELECT '"TableName":"txr.b","Key":{"id":{"B":"' || id || '"}}' $$;
CREATE FUNCTION pg_temp.put(pk text, attributes text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT '{"Put":{"TableName":"txr.a","Item":{"pk":{"S":"' || pk || '"},"sk":{"N":"1"}' || attributes || '}}}' $$;
CREATE FUNCTION pg_temp.set(item text, expression text, condition text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT '{"Update":{' || item || ',"UpdateExpression":"' || expression || '"' || coalesce(',"ConditionExpression":"' || condition || '"', '') ||
		coalesce((SELECT ',"ExpressionAttributeValues":{' || string_agg(DISTINCT format('"%s":%s', v, CASE v WHEN ':n' THEN '{"N":"1"}' WHEN ':s' THEN '{"S":"s"}' WHEN ':l' THEN '{"L":[]}' WHEN ':e' THEN '{"S":""}' WHEN ':ss' THEN '{"SS":["s"]}'
			WHEN ':big' THEN '{"S":"' || repeat('x', 2049) || '"}' WHEN ':huge' THEN '{"S":"' || repeat('x', 409000) || '"}' END), ',') || '}'
			FROM regexp_matches(expression || ' ' || coalesce(condition, ''), ':\w+', 'g') m, unnest(m) v), '') || '}}'
$$;
CREATE FUNCTION pg_temp.check(item text, condition text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT '{"ConditionCheck":{' || item || ',"ConditionExpression":"' || condition || '"' || more || '}}' $$;
CREATE FUNCTION pg_temp.delete(item text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT '{"Delete":{' || item || more || '}}' $$;
-- All that the tables and their indexes hold.
CREATE FUNCTION pg_temp.state() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat((SELECT string_agg(t::text, ',' ORDER BY t::text) FROM dynamodb."txr.a" t), (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM dynamodb."txr.b" t),
		dynapg.scan('{"TableName":"txr.a","IndexName":"by-g"}'), dynapg.scan('{"TableName":"txr.a","IndexName":"by-h"}')))
$$;
-- What becomes of a transaction: an error, then a reason in each line; and whether anything was written.
CREATE FUNCTION pg_temp.tx(VARIADIC actions text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	before text := pg_temp.state();
	answer text := pg_temp.answer('transact_write_items', '{"TransactItems":[' || array_to_string(actions, ',') || ']}');
	detail json := CASE WHEN answer ~ '^ND011' THEN split_part(answer, ' | ', 2) END;
BEGIN
	RETURN NEXT split_part(answer, ' | ', 1);
	RETURN QUERY SELECT concat_ws(' ', ' ', r.n, r.reason->>'Code', r.reason->>'Message', CASE WHEN length(r.reason->>'Item') > 200 THEN 'an item' ELSE r.reason->>'Item' END)
		FROM json_array_elements(detail->'CancellationReasons') WITH ORDINALITY r (reason, n);
	RETURN NEXT CASE WHEN pg_temp.state() = before THEN 'nothing written' ELSE 'written' END;
END $$;
SELECT count(dynapg.put_item(('{"TableName":"txr.a","Item":{"pk":{"S":"' || pk || '"},"sk":{"N":"1"}' || more || '}}')::json)) FROM (VALUES
	('one', ',"n":{"N":"5"},"s":{"S":"text"},"g":{"S":"g1"},"h":{"N":"1"}'), ('two', ',"l":{"L":[{"S":"x"}]},"m":{"M":{"a":{"N":"1"}}}'),
	('big', ',"n":{"N":"1"},"g":{"S":"g2"},"v":{"S":"' || repeat('v', 390000) || '"}'), ('toast', ',"n":{"N":"1"},"g":{"S":"g3"},"v":{"L":[' || (SELECT string_agg('{"S":"' || md5(i::text) || '"}', ',') FROM generate_series(1, 500) i) || ']}')) t (pk, more);
SELECT count(dynapg.put_item('{"TableName":"txr.b","Item":{"id":{"B":"AA=="},"n":{"S":"no number"}}}'));
\set ECHO all
-- an update that does not fit its item: each has its reason, those before and after it theirs
SELECT pg_temp.tx(pg_temp.put('new'), pg_temp.set(pg_temp.a('one'), 'SET s = s + :n'), pg_temp.check(pg_temp.a('toast'), 'attribute_not_exists(pk)'),
	pg_temp.set(pg_temp.a('two'), 'SET m.x.y = :n'), pg_temp.delete(pg_temp.b('AA=='), ',"ConditionExpression":"attribute_not_exists(id)"'));
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('toast'), 'SET absent = absent + :n'), pg_temp.set(pg_temp.b('AA=='), 'ADD n :n'), pg_temp.set(pg_temp.a('one'), 'ADD s :ss'), pg_temp.set(pg_temp.a('two'), 'SET l = list_append(l, m)'),
	pg_temp.set(pg_temp.a('big'), 'SET w = :huge'), pg_temp.put('new'));
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('two'), 'SET l[0].a = :s'), pg_temp.set(pg_temp.a('one'), 'REMOVE m.a'), pg_temp.set(pg_temp.a('toast'), 'DELETE n :ss'), pg_temp.set(pg_temp.b('AA=='), 'SET z = n'));
-- the condition is judged first
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('one'), 'SET s = s + :n', 'n > :n'), pg_temp.set(pg_temp.a('toast'), 'SET s = s + :n', 'n > :n'));
-- items that are missing
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('none'), 'SET n = n + :n'), pg_temp.set(pg_temp.a('none', '2'), 'SET m.a = :n'), pg_temp.set(pg_temp.a('none', '3'), 'REMOVE m.a'), pg_temp.set(pg_temp.b('AQ=='), 'SET v = :huge, w = :huge'), pg_temp.set(pg_temp.b('Ag=='), 'SET v = :n', 'attribute_exists(id)'), pg_temp.put('new'));
-- keys of indexes: wrong in the request, wrong by what is computed, empty, too long
SELECT pg_temp.tx(pg_temp.put('new', ',"g":{"N":"1"}'), pg_temp.put('other'), pg_temp.set(pg_temp.a('one'), 'SET g = :n'), pg_temp.set(pg_temp.a('two'), 'SET h = :s'));
SELECT pg_temp.tx(pg_temp.put('other'), pg_temp.set(pg_temp.a('one'), 'SET g = :n'), pg_temp.set(pg_temp.a('two'), 'SET h = :s'));
SELECT pg_temp.tx(pg_temp.put('new'), pg_temp.put('third', ',"g":{"S":""}'));
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('one'), 'SET g = n'), pg_temp.put('new', ',"g":{"S":"g9"}'), pg_temp.set(pg_temp.a('two'), 'SET h = if_not_exists(l, :n)'), pg_temp.set(pg_temp.a('toast'), 'SET g = v[1]'), pg_temp.set(pg_temp.a('big'), 'SET g = v'), pg_temp.check(pg_temp.b('AA=='), 'attribute_exists(id)'));
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('none'), 'SET g = if_not_exists(h, :n)'), pg_temp.set(pg_temp.a('one'), 'SET g = if_not_exists(x, :e)'),
	pg_temp.set(pg_temp.a('two'), 'SET g = if_not_exists(x, :big)'), pg_temp.set(pg_temp.a('none', '2'), 'SET g = :big, h = :n'), pg_temp.set(pg_temp.a('toast'), 'SET h = :n'));
-- an item that grows too large, and one that was large already
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('toast'), 'SET v = :huge, w = :big'), pg_temp.set(pg_temp.a('big'), 'SET n = :n'), pg_temp.check(pg_temp.a('one'), 'n = s'));
-- the item that failed, on request; never for a missing one or another reason
SELECT pg_temp.tx(pg_temp.check(pg_temp.a('one'), 'attribute_not_exists(pk)', ',"ReturnValuesOnConditionCheckFailure":"ALL_OLD"'), pg_temp.delete(pg_temp.a('two'), ',"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"'),
	pg_temp.check(pg_temp.a('none'), 'attribute_exists(pk)', ',"ReturnValuesOnConditionCheckFailure":"ALL_OLD"'), pg_temp.check(pg_temp.b('AA=='), 'attribute_not_exists(id)', ',"ReturnValuesOnConditionCheckFailure":"NONE"'),
	pg_temp.check(pg_temp.a('toast'), 'attribute_not_exists(pk)', ',"ReturnValuesOnConditionCheckFailure":"ALL_OLD"'));
SELECT pg_temp.tx('{"Put":{"TableName":"txr.b","Item":{"id":{"B":"AA=="}},"ConditionExpression":"attribute_not_exists(id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}',
	'{"Update":{' || pg_temp.a('one') || ',"UpdateExpression":"REMOVE s","ConditionExpression":"attribute_not_exists(s)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}',
	'{"Update":{' || pg_temp.a('two') || ',"UpdateExpression":"REMOVE m.a.b","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}',
	'{"Update":{' || pg_temp.a('none') || ',"UpdateExpression":"SET s = s","ConditionExpression":"attribute_exists(s)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}',
	'{"Put":{"TableName":"txr.b","Item":{"id":{"B":"AQ=="}},"ConditionExpression":"attribute_exists(id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}');
-- an UpdateItem of its own still raises
SELECT pg_temp.answer('update_item', '{' || pg_temp.a('one') || ',"UpdateExpression":"SET absent = absent"}');
-- a request of one action has one reason; the last of a hundred stands at its place
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('one'), 'SET x = x'));
SELECT line FROM pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.put('n' || i)) FROM generate_series(1, 98) i) || ARRAY[pg_temp.delete(pg_temp.b('AA==')), pg_temp.set(pg_temp.a('one'), 'SET x = x')]) WITH ORDINALITY t (line, n) WHERE n > 99;
-- what others put on the table stays what it is: a constraint, a trigger
ALTER TABLE dynamodb."txr.a" ADD CONSTRAINT small CHECK (dynapg.key_n(item, 'n') < 100);
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('two'), 'SET absent = absent'), pg_temp.put('new', ',"n":{"N":"100"}'), pg_temp.delete(pg_temp.b('AA==')));
CREATE FUNCTION public.txr_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE division_by_zero USING MESSAGE = 'not this row'; END $$;
CREATE TRIGGER refuse BEFORE DELETE ON dynamodb."txr.b" FOR EACH ROW EXECUTE FUNCTION public.txr_refuse();
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('one'), 'SET absent = absent'), pg_temp.delete(pg_temp.b('AA==')));
-- a trigger sees the row that the update did not fit as it was, and is undone, too; one on the nodes of Citus writes nothing here
SELECT pg_temp.keep_local('txr.a');
CREATE TEMP TABLE seen (same boolean);
CREATE FUNCTION pg_temp.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (NEW.item = OLD.item); RETURN NEW; END $$;
CREATE TRIGGER see BEFORE UPDATE ON dynamodb."txr.a" FOR EACH ROW EXECUTE FUNCTION pg_temp.see();
SET search_path = dynapg, pg_catalog;
SELECT pg_temp.tx(pg_temp.set(pg_temp.a('toast'), 'SET absent = absent'));
SELECT count(*) FROM pg_temp.seen;
RESET search_path;
\set ECHO none
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{txr.a,txr.b}'::text[]) t;
DROP FUNCTION public.txr_refuse;
