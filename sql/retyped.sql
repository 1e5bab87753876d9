-- A trigger that gives a column another type within a request: the rest of the request reports it, and reads no bytes as an item.
\set ECHO none
\i sql/common.psql
-- On the nodes of Citus a trigger cannot alter a table.
SET dynapg.distribute_tables = off;

SELECT pg_temp.answer('create_table', json_build_object('TableName', name, 'BillingMode', 'PAY_PER_REQUEST',
	'KeySchema', '[{"AttributeName":"id","KeyType":"HASH"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"id","AttributeType":"S"}]'::json)::text)::json #>> '{TableDescription,TableName}'
	FROM unnest(ARRAY['Retyper', 'Retyped']) name;
SELECT pg_temp.answer('put_item', '{"TableName":"Retyped","Item":{"id":{"S":"b"}}}');

CREATE FUNCTION retype() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE dynamodb."Retyped" DROP CONSTRAINT "dynapg fits", ALTER COLUMN item TYPE %s', TG_ARGV[0]);
	RETURN NEW;
END $$;

-- A number taken for a pointer, bytes with a length of their own, a document.
CREATE FUNCTION pg_temp.tries(type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	put text := '{"TableName":"Retyper","Item":{"id":{"S":"a"}}}';
	request text;
BEGIN
	EXECUTE format('CREATE TRIGGER retype BEFORE INSERT ON dynamodb."Retyper" FOR EACH ROW EXECUTE FUNCTION public.retype(%L)', type);
	FOREACH request IN ARRAY ARRAY[
		'{"Update":{"TableName":"Retyped","Key":{"id":{"S":"b"}},"UpdateExpression":"SET n = :n","ExpressionAttributeValues":{":n":{"N":"1"}}}}',
		'{"Put":{"TableName":"Retyped","Item":{"id":{"S":"b"}},"ConditionExpression":"attribute_exists(id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}',
		'{"Delete":{"TableName":"Retyped","Key":{"id":{"S":"b"}}}}',
		'{"ConditionCheck":{"TableName":"Retyped","Key":{"id":{"S":"b"}},"ConditionExpression":"attribute_not_exists(x)"}}']
	LOOP
		RETURN NEXT left(pg_temp.answer('transact_write_items', format('{"TransactItems":[{"Put":%s},%s]}', put, request)), 100);
		RETURN NEXT left(pg_temp.answer('transact_write_items', format('{"TransactItems":[%s,{"Put":%s}]}', request, put)), 100);
	END LOOP;
	RETURN NEXT left(pg_temp.answer('batch_write_item', '{"RequestItems":{"Retyper":[{"PutRequest":{"Item":{"id":{"S":"a"}}}}],
		"Retyped":[{"PutRequest":{"Item":{"id":{"S":"b"}}}}]},"ReturnConsumedCapacity":"INDEXES"}'), 100);
	RETURN NEXT left(pg_temp.answer('batch_write_item', '{"RequestItems":{"Retyper":[{"PutRequest":{"Item":{"id":{"S":"a"}}}}],
		"Retyped":[{"DeleteRequest":{"Key":{"id":{"S":"b"}}}}]},"ReturnConsumedCapacity":"INDEXES"}'), 100);
	DROP TRIGGER retype ON dynamodb."Retyper";
END $$;
SELECT pg_temp.tries('int8 USING 5');
SELECT pg_temp.tries('bytea USING ''\xffffff7f00''');
SELECT pg_temp.tries('jsonb USING ''{}''');
SELECT pg_temp.answer('get_item', '{"TableName":"Retyped","Key":{"id":{"S":"b"}}}');

SELECT pg_temp.answer('delete_table', json_build_object('TableName', name)::text) LIKE '{"TableDescription"%'
	FROM unnest(ARRAY['Retyper', 'Retyped']) name;
DROP FUNCTION retype();
