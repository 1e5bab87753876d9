-- A table with the items of items/load.sql: ten per partition, about 500 bytes each.
SET client_min_messages = warning;
SELECT dynapg.create_table(json_build_object('TableName', :'table', 'BillingMode', 'PAY_PER_REQUEST',
	'KeySchema', '[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}]'::json)) \g /dev/null
SELECT count(dynapg.put_item(json_build_object('TableName', :'table', 'Item', json_build_object('pk', json_build_object('S', (i / 10)::text), 'sk', json_build_object('S', (i % 10)::text),
	'customer', json_build_object('S', 'customer number ' || i), 'status', json_build_object('S', 'SHIPPED'), 'cnt', json_build_object('N', i::text), 'total', json_build_object('N', (i * 1.25)::text),
	'created', json_build_object('S', '2024-03-01T12:00:00.000Z'), 'paid', json_build_object('BOOL', true), 'tags', '{"L":[{"S":"red"},{"S":"green"},{"S":"blue"}]}'::json,
	'address', '{"M":{"street":{"S":"Via Appia 1"},"city":{"S":"Rome"},"zip":{"S":"00184"}}}'::json, 'note', json_build_object('S', repeat(md5(i::text), 6))))))
FROM generate_series(0, :items - 1) i \g /dev/null
