-- Items of 100 and 1,000 bytes in DynamoDB tables, of 500 bytes in a DynamoDB table and in a plain one: 100 groups, keys GROUP-NUMBER.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
SELECT dynapg.create_table(json_build_object('TableName', 'batches_' || size, 'BillingMode', 'PAY_PER_REQUEST',
	'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}]'::json))
FROM unnest(ARRAY[100, 500, 1000]) size \g /dev/null
CREATE TABLE batches_plain (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk)) WITH (fillfactor = 90);

SELECT count(dynapg.put_item(json_build_object('TableName', 'batches_' || size, 'Item', json_build_object('pk', json_build_object('S', i % 100 || '-' || i / 100),
	'sk', json_build_object('S', 's'), 'cnt', json_build_object('N', i::text), 'status', json_build_object('S', 'SHIPPED'),
	'note', json_build_object('S', repeat('n', size - 40))))))
FROM unnest(ARRAY[100, 500, 1000]) size, generate_series(0, :items - 1) i \g /dev/null
INSERT INTO batches_plain
SELECT i % 100 || '-' || i / 100, 's', jsonb_build_object('cnt', i, 'status', 'SHIPPED', 'note', repeat('n', 500 - 40))
FROM generate_series(0, :items - 1) i;
VACUUM ANALYZE;
CHECKPOINT;
