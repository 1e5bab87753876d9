-- The same items of about 500 bytes in a DynamoDB table and in a plain one, a hundred per partition; the index "by_group" holds
-- the same hundred together.  Then a table with five global indexes, and a plain one with five indexes on the same attributes.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
SELECT dynapg.create_table('{"TableName":"reads","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"grp","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by_group","KeySchema":[{"AttributeName":"grp","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"ALL"}}]}') \g /dev/null
CREATE TABLE plain_reads (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk)) WITH (fillfactor = 90);

INSERT INTO plain_reads
SELECT (i / 100)::text, lpad((i % 100)::text, 3, '0'), jsonb_build_object('customer', 'customer number ' || i, 'status', 'SHIPPED', 'cnt', i, 'total', i * 1.25,
	'created', '2024-03-01T12:00:00.000Z', 'paid', true, 'tags', jsonb_build_array('red', 'green', 'blue'), 'grp', 'g' || i / 100,
	'address', jsonb_build_object('street', 'Via Appia 1', 'city', 'Rome', 'zip', '00184'), 'note', repeat(md5(i::text), 6))
FROM generate_series(0, :items - 1) i;

SELECT count(dynapg.put_item(json_build_object('TableName', 'reads', 'Item', json_build_object('pk', json_build_object('S', (i / 100)::text),
	'sk', json_build_object('S', lpad((i % 100)::text, 3, '0')), 'grp', json_build_object('S', 'g' || i / 100),
	'customer', json_build_object('S', 'customer number ' || i), 'status', json_build_object('S', 'SHIPPED'), 'cnt', json_build_object('N', i::text),
	'total', json_build_object('N', (i * 1.25)::text), 'created', json_build_object('S', '2024-03-01T12:00:00.000Z'), 'paid', json_build_object('BOOL', true),
	'tags', '{"L":[{"S":"red"},{"S":"green"},{"S":"blue"}]}'::json, 'address', '{"M":{"street":{"S":"Via Appia 1"},"city":{"S":"Rome"},"zip":{"S":"00184"}}}'::json,
	'note', json_build_object('S', repeat(md5(i::text), 6))))))
FROM generate_series(0, :items - 1) i \g /dev/null

SELECT dynapg.create_table(json_build_object('TableName', 'five', 'BillingMode', 'PAY_PER_REQUEST',
	'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]'::json,
	'AttributeDefinitions', (SELECT json_agg(json_build_object('AttributeName', a, 'AttributeType', 'S'))
		FROM unnest(ARRAY['pk', 'sk', 'g1', 'r1', 'g2', 'r2', 'g3', 'r3', 'g4', 'r4', 'g5', 'r5']) a),
	'GlobalSecondaryIndexes', (SELECT json_agg(json_build_object('IndexName', 'index' || i, 'KeySchema', json_build_array(
		json_build_object('AttributeName', 'g' || i, 'KeyType', 'HASH'), json_build_object('AttributeName', 'r' || i, 'KeyType', 'RANGE')),
		'Projection', '{"ProjectionType":"ALL"}'::json)) FROM generate_series(1, 5) i))) \g /dev/null
CREATE TABLE plain_five (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk)) WITH (fillfactor = 90);
SELECT format('CREATE INDEX ON plain_five (((doc ->> ''g%1$s'') COLLATE "C"), ((doc ->> ''r%1$s'') COLLATE "C"), pk, sk)
	WHERE doc ->> ''g%1$s'' IS NOT NULL AND doc ->> ''r%1$s'' IS NOT NULL', i) FROM generate_series(1, 5) i \gexec

-- As whole scans from SQL: the pages one after the other; where the next begins is read from the end of the reply.
CREATE FUNCTION scan_pages(request text, stop_at integer DEFAULT NULL, start text DEFAULT NULL) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	reply text;
	next text := start;
	pages integer := 0;
BEGIN
	LOOP
		reply := dynapg.scan((request || coalesce(',"ExclusiveStartKey":' || next, '') || '}')::json);
		pages := pages + 1;
		next := substring(right(reply, 200) FROM '"LastEvaluatedKey":(\{.*\})\}$');
		IF next IS NULL OR pages = stop_at THEN
			RETURN pages;
		END IF;
	END LOOP;
END
$$;
VACUUM ANALYZE;
CHECKPOINT;
