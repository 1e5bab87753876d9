-- dynapg.explain: how PostgreSQL carries an operation out; without run => true nothing runs, with it all of it is rolled back.
\set ECHO none
\i sql/common.psql
\set ECHO none
SELECT dynapg.create_table('{"TableName":"Plan","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[{"IndexName":"byg","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}') IS NULL;
SELECT count(dynapg.put_item(format('{"TableName":"Plan","Item":{"pk":{"S":"a"},"sk":{"N":"%1$s"},"g":{"S":"x"},"v":{"N":"%1$s"}}}', n)::json)) FROM generate_series(1, 5) n;
CREATE FUNCTION pg_temp.plan(operation text, request text, run boolean DEFAULT false) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(line, '(time=|ime: |: time=)[0-9.]+(\.\.[0-9.]+)?', '\1T', 'g'), ' rows=(\d+)\.00', ' rows=\1', 'g')
	FROM dynapg.explain(operation, request, run) line WHERE line !~ '^ *(Buffers|I/O Timings|Heap Fetches|Index Searches|Trigger|Planning)' $$;
CREATE FUNCTION pg_temp.refused(operation text, request text, run boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	PERFORM dynapg.explain(operation, request, run); RETURN 'explained';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ': ' || SQLERRM; END $$;
\set ECHO all

-- each operation on items, not run
SELECT pg_temp.plan('GetItem', '{"TableName":"Plan","Key":{"pk":{"S":"it''s"},"sk":{"N":"1.50"}}}');
SELECT pg_temp.plan('Query', '{"TableName":"Plan","KeyConditionExpression":"pk = :p AND sk > :n","FilterExpression":"v <> :n","ExpressionAttributeValues":{":p":{"S":"a"},":n":{"N":"2"}},"ScanIndexForward":false}');
SELECT pg_temp.plan('Query', '{"TableName":"Plan","IndexName":"byg","KeyConditionExpression":"g = :p","ExpressionAttributeValues":{":p":{"S":"x"}}}');
SELECT pg_temp.plan('Scan', '{"TableName":"Plan"}');
SELECT pg_temp.plan('PutItem', '{"TableName":"Plan","Item":{"pk":{"S":"a"},"sk":{"N":"9"}}}');
SELECT pg_temp.plan('UpdateItem', '{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET a = :a","ConditionExpression":"attribute_exists(pk)","ExpressionAttributeValues":{":a":{"S":"b"}}}');
SELECT pg_temp.plan('DeleteItem', '{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');
SELECT pg_temp.plan('BatchGetItem', '{"RequestItems":{"Plan":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}},{"pk":{"S":"a"},"sk":{"N":"2"}}]}}}');
SELECT pg_temp.plan('BatchWriteItem', '{"RequestItems":{"Plan":[{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}}]}}');
SELECT pg_temp.plan('TransactWriteItems', '{"TransactItems":[{"Delete":{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}}]}');
SELECT pg_temp.plan('TransactGetItems', '{"TransactItems":[{"Get":{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}}]}');
SELECT pg_temp.plan('ExecuteStatement', '{"Statement":"DELETE FROM Plan WHERE pk = ''a'' AND sk = 3"}');
SELECT pg_temp.plan('BatchExecuteStatement', '{"Statements":[{"Statement":"DELETE FROM Plan WHERE pk = ''a'' AND sk = 3"}]}');
SELECT count(*) FROM dynamodb."Plan";

-- run: counts, capacity, every statement; nothing stays, no record of the stream either
SELECT pg_temp.plan('Query', '{"TableName":"Plan","KeyConditionExpression":"pk = :p","FilterExpression":"v < :four","ExpressionAttributeValues":{":p":{"S":"a"},":four":{"N":"4"}}}', true);
SELECT pg_temp.plan('Query', '{"TableName":"Plan","KeyConditionExpression":"pk = :p","FilterExpression":"v = :two","Limit":2,"ExpressionAttributeValues":{":p":{"S":"a"},":two":{"N":"2"}},"ReturnConsumedCapacity":"NONE"}', true);
SELECT pg_temp.plan('TransactWriteItems', '{"TransactItems":[{"Delete":{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}},{"Put":{"TableName":"Plan","Item":{"pk":{"S":"a"},"sk":{"N":"7"}}}}]}', true);
SELECT pg_temp.plan('DeleteItem', '{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnValues":"ALL_OLD"}', true);
SELECT count(*), (SELECT count(*) FROM dynapg.stream_records('Plan', after => 0)) FROM dynamodb."Plan";
SELECT bool_or(line LIKE '%Buffers: %') FROM dynapg.explain('Scan', '{"TableName":"Plan"}', true) line;

-- errors are those of the operation, and the session goes on; other operations are refused
SELECT pg_temp.refused('GetItem', '{"TableName":"Plan","Key":{"pk":{"S":"a"}}}'), pg_temp.refused('GetItem', '{"TableName":"Plans","Key":{"pk":{"S":"a"}}}');
SELECT pg_temp.refused('PutItem', '{"TableName":"Plan","Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk)"}', true);
SELECT pg_temp.refused('DeleteTable', '{"TableName":"Plan"}'), pg_temp.refused('getitem', '{}'), pg_temp.refused('GetItem', '{');
SELECT pg_temp.refused('GetItem', '{}', true);
SELECT count(*) FROM dynapg.explain('Scan', '{"TableName":"Plan"}'::json), dynapg.explain('Scan', '{"TableName":"Plan"}'::jsonb, run => true) again WHERE false;
SELECT dynapg.get_item('{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');

-- a trigger cannot explain inside
CREATE FUNCTION pg_temp.explains() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM dynapg.explain('Scan', '{"TableName":"Plan"}'::text); RETURN NEW; END$$;
CREATE TRIGGER explains AFTER UPDATE ON dynamodb."Plan" FOR EACH ROW EXECUTE FUNCTION pg_temp.explains();
SELECT pg_temp.refused('PutItem', '{"TableName":"Plan","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}', true);
DROP TRIGGER explains ON dynamodb."Plan";
SELECT pg_temp.refused('PutItem', '{"TableName":"Plan","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}', true);

-- rights are those of the operation
CREATE ROLE regress_explainer LOGIN;
GRANT USAGE ON SCHEMA dynamodb TO regress_explainer;
GRANT SELECT ON dynamodb."Plan" TO regress_explainer;
SET ROLE regress_explainer;
SELECT pg_temp.refused('Scan', '{"TableName":"Plan"}'), pg_temp.refused('DeleteItem', '{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}');
SELECT pg_temp.refused('DeleteItem', '{"TableName":"Plan","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}', true);
RESET ROLE;

-- statements that a trigger runs as another role are not shown
SELECT dynapg.create_table('{"TableName":"Hidden","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}') IS NULL;
CREATE FUNCTION public.explain_audit() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.put_item('{"TableName":"Hidden","Item":{"pk":{"S":"secret"}}}');
	RETURN NEW;
END$$;
CREATE TRIGGER audit BEFORE INSERT ON dynamodb."Plan" FOR EACH ROW EXECUTE FUNCTION public.explain_audit();
GRANT INSERT, UPDATE ON dynamodb."Plan" TO regress_explainer;
SET ROLE regress_explainer;
SELECT count(*) FILTER (WHERE line ~ '^Statement'), count(*) FILTER (WHERE line ~ 'Trigger audit'), count(*) FILTER (WHERE line ~ 'secret|Hidden')
	FROM dynapg.explain('PutItem', '{"TableName":"Plan","Item":{"pk":{"S":"b"},"sk":{"N":"1"}}}', true) line;
RESET ROLE;
DROP TRIGGER audit ON dynamodb."Plan";
DROP FUNCTION public.explain_audit;
SELECT dynapg.delete_table('{"TableName":"Hidden"}') IS NULL;
REVOKE SELECT, INSERT, UPDATE ON dynamodb."Plan" FROM regress_explainer;
SET ROLE regress_explainer;
SELECT pg_temp.refused('Scan', '{"TableName":"Plan"}'), pg_temp.refused('Scan', '{"TableName":"Plan"}', true);
RESET ROLE;
\set ECHO none
DROP OWNED BY regress_explainer;
DROP ROLE regress_explainer;
SELECT dynapg.delete_table('{"TableName":"Plan"}') IS NULL;
