-- The same items in a DynamoDB table and in a plain one: ten per partition, about 500 bytes each.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
SELECT dynapg.create_table('{"TableName":"bench","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}') \g /dev/null
CREATE TABLE plain (pk text COLLATE "C", sk text COLLATE "C", doc jsonb, PRIMARY KEY (pk, sk));
ALTER TABLE plain SET (fillfactor = 90);

INSERT INTO plain
SELECT (i / 10)::text, (i % 10)::text, jsonb_build_object('customer', 'customer number ' || i, 'status', 'SHIPPED', 'cnt', i, 'total', i * 1.25,
	'created', '2024-03-01T12:00:00.000Z', 'paid', true, 'tags', jsonb_build_array('red', 'green', 'blue'),
	'address', jsonb_build_object('street', 'Via Appia 1', 'city', 'Rome', 'zip', '00184'), 'note', repeat(md5(i::text), 6))
FROM generate_series(0, :items - 1) i;

SELECT count(dynapg.put_item(json_build_object('TableName', 'bench', 'Item', json_build_object('pk', json_build_object('S', (i / 10)::text), 'sk', json_build_object('S', (i % 10)::text),
	'customer', json_build_object('S', 'customer number ' || i), 'status', json_build_object('S', 'SHIPPED'), 'cnt', json_build_object('N', i::text), 'total', json_build_object('N', (i * 1.25)::text),
	'created', json_build_object('S', '2024-03-01T12:00:00.000Z'), 'paid', json_build_object('BOOL', true), 'tags', '{"L":[{"S":"red"},{"S":"green"},{"S":"blue"}]}'::json,
	'address', '{"M":{"street":{"S":"Via Appia 1"},"city":{"S":"Rome"},"zip":{"S":"00184"}}}'::json, 'note', json_build_object('S', repeat(md5(i::text), 6))))))
FROM generate_series(0, :items - 1) i \g /dev/null
VACUUM ANALYZE;
CHECKPOINT;
