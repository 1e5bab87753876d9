-- The limits of transactions: 400 KB of an item, 4 MB of all, 100 actions
\set ECHO none
\i sql/common.psql
SELECT count(dynapg.create_table(format('{"TableName":"%s","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}', t)::json)) FROM unnest('{txl.a,txl.b}'::text[]) t;
-- Table of the i-th action.
CREATE FUNCTION pg_temp.t(i integer) RETURNS text LANGUAGE sql AS $$ SELECT CASE WHEN i % 2 = 0 THEN '"TableName":"txl.a"' ELSE '"TableName":"txl.b"' END $$;
-- An item of this number of bytes: 2 of "id", 3 of its value, 1 of "v", the rest its value.
CREATE FUNCTION pg_temp.item(i integer, bytes integer) RETURNS text LANGUAGE sql AS $$ SELECT format('{"id":{"S":"%s"},"v":{"S":"%s"}}', to_char(i, 'FM000'), repeat('v', bytes - 6)) $$;
CREATE FUNCTION pg_temp.act(what text, i integer, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT format('{"%s":{%s,"Key":{"id":{"S":"%s"}}%s}}', what, pg_temp.t(i), to_char(i, 'FM000'), more) $$;
CREATE FUNCTION pg_temp.put(i integer, bytes integer) RETURNS text LANGUAGE sql AS $$ SELECT format('{"Put":{%s,"Item":%s}}', pg_temp.t(i), pg_temp.item(i, bytes)) $$;
CREATE FUNCTION pg_temp.check(i integer) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.act('ConditionCheck', i, ',"ConditionExpression":"attribute_exists(id)"') $$;
CREATE FUNCTION pg_temp.cut(i integer) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.act('Update', i, ',"UpdateExpression":"REMOVE v"') $$;
CREATE FUNCTION pg_temp.grow(i integer, bytes integer) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.act('Update', i, ',"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"S":"' || repeat('w', bytes - 6) || '"}}') $$;
CREATE FUNCTION pg_temp.state() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', count(*), sum(dynapg.item_size(item)), md5(string_agg(item::text, ',' ORDER BY pk))) FROM (TABLE dynamodb."txl.a" UNION ALL TABLE dynamodb."txl.b") t $$;
-- What becomes of a transaction, and whether it wrote anything.
CREATE FUNCTION pg_temp.tx(VARIADIC actions text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before text := pg_temp.state();
	outcome text;
BEGIN
	outcome := pg_temp.answer('transact_write_items', '{"TransactItems":[' || array_to_string(actions, ',') || ']}');
	RETURN left(outcome, 300) || CASE WHEN pg_temp.state() = before THEN ' - nothing written' ELSE ' - written' END;
END $$;
CREATE FUNCTION pg_temp.get(low integer, high integer, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(pg_temp.answer('transact_get_items', '{"TransactItems":[' || string_agg(pg_temp.act('Get', i, more), ',' ORDER BY i) || ']}'), 'v{10,}', 'v...', 'g') FROM generate_series(low, high) i
$$;
\set ECHO all
-- an item of 409,600 bytes, and one of a byte more: the whole request is refused, before any condition
SELECT pg_temp.tx(pg_temp.put(1, 409600), pg_temp.put(2, 100));
SELECT pg_temp.tx(pg_temp.put(3, 100), pg_temp.put(4, 409601), pg_temp.check(5));
-- an update that makes an item too large is the reason of its action; the item alone is measured
SELECT pg_temp.tx(pg_temp.put(3, 100), pg_temp.grow(2, 409600), pg_temp.check(1));
SELECT pg_temp.tx(pg_temp.put(3, 100), pg_temp.grow(2, 409601), pg_temp.grow(4, 409601), pg_temp.check(1), pg_temp.check(5));
-- puts of 4 MB (4,194,304 bytes), and one byte more
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.put(i, 409600)) FROM generate_series(1, 10) i) || pg_temp.put(11, 98304));
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.put(i, 409600)) FROM generate_series(21, 30) i) || pg_temp.put(31, 98305));
-- what other actions find counts: checks, deletes
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.check(i)) FROM generate_series(1, 11) i));
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.check(i)) FROM generate_series(1, 11) i) || pg_temp.put(31, 100));
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(CASE WHEN i % 2 = 0 THEN pg_temp.check(i) ELSE pg_temp.act('Delete', i) END) FROM generate_series(1, 11) i) || pg_temp.put(31, 100));
-- also for an item that fails its condition: the size is reported
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.act('ConditionCheck', i, ',"ConditionExpression":"attribute_not_exists(id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"')) FROM generate_series(1, 11) i) || pg_temp.put(31, 100));
-- what an update finds, if it was larger, and what it makes
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.cut(i)) FROM generate_series(1, 11) i) || pg_temp.put(31, 100));
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.grow(i, 409583)) FROM generate_series(21, 30) i) || pg_temp.grow(31, 98475));
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.grow(i, 409583)) FROM generate_series(21, 30) i) || pg_temp.grow(31, 98474));
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.act('Update', i, ',"UpdateExpression":"SET w = :w","ExpressionAttributeValues":{":w":{"S":"' || repeat('w', 10) || '"}}')) FROM generate_series(21, 30) i) || pg_temp.grow(31, 98475));
-- missing items count nothing
SELECT pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.put(i, 409600)) FROM generate_series(1, 10) i) || pg_temp.act('Delete', 40) || pg_temp.act('Delete', 41) || pg_temp.cut(42));
-- ReturnConsumedCapacity does not change that
SELECT left(pg_temp.answer('transact_write_items', '{"ReturnConsumedCapacity":"INDEXES","TransactItems":[' || string_agg(pg_temp.check(i), ',') || ']}'), 300) FROM generate_series(1, 12) i;
-- reads: ten of 409,600 bytes and 98,304 are 4 MB, a byte more is refused; a projection makes them no smaller
SELECT length(pg_temp.get(1, 11)) BETWEEN 200 AND 2000;
SELECT pg_temp.tx(pg_temp.put(11, 98305));
SELECT pg_temp.get(1, 11);
SELECT pg_temp.get(1, 11, ',"ProjectionExpression":"id"');
SELECT pg_temp.get(2, 11, ',"ProjectionExpression":"id"');
SELECT pg_temp.get(50, 149) = '{"Responses":[' || repeat('{},', 99) || '{}]}';
-- a hundred and one actions
SELECT left(pg_temp.tx(VARIADIC (SELECT array_agg(pg_temp.put(i, 100)) FROM generate_series(1, 101) i)), 60);
SELECT left(pg_temp.get(1, 101), 60);
\set ECHO none
SELECT count(dynapg.delete_table(('{"TableName":"' || t || '"}')::json)) FROM unnest('{txl.a,txl.b}'::text[]) t;
