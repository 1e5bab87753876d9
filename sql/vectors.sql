-- Vector indexes: defined with a table and later, checked, described, dropped; what is refused, with DynamoDB's texts.
\set ECHO none
\i sql/vectors.psql

-- described as they were asked for
SELECT pg_temp.create('t:S n:N', jsonb_build_array(pg_temp.index('plain'),
  pg_temp.index('tenants', 't|n', 3, 'COSINE', '{"ProjectionType":"INCLUDE","NonKeyAttributes":["b","a"]}'),
  pg_temp.index('dots', '|n', 2, 'DOT_PRODUCT', '{"ProjectionType":"KEYS_ONLY"}', 'w')));
SELECT pg_temp.described();
SELECT relation_name, key_names, partition_keys, vector FROM dynapg.indexes WHERE table_relid = 'dynamodb."Vectors"'::regclass ORDER BY position;
SELECT indexdef FROM pg_indexes WHERE tablename = 'Vectors' ORDER BY indexname;

-- the reply to CreateTable has CREATING without Backfilling; UpdateTable's has Backfilling false
SELECT (dynapg.create_table(jsonb_build_object('TableName', 'Vectors2', 'BillingMode', 'PAY_PER_REQUEST', 'KeySchema',
  '[{"AttributeName":"id","KeyType":"HASH"}]'::jsonb, 'AttributeDefinitions', pg_temp.defs('id:S'), 'VectorIndexes',
  jsonb_build_array(pg_temp.index('aaa'))))::jsonb #> '{TableDescription,VectorIndexes,0}') - 'IndexArn'::text;
SELECT r -> 'TableStatus', r #> '{VectorIndexes,3,IndexStatus}', r #> '{VectorIndexes,3,Backfilling}', r #> '{VectorIndexes,0,IndexStatus}'
FROM (SELECT dynapg.update_table(jsonb_build_object('TableName', 'Vectors', 'VectorIndexUpdates',
  jsonb_build_array(jsonb_build_object('Create', pg_temp.index('later')))))::jsonb -> 'TableDescription' AS r) AS u;
SELECT r -> 'TableStatus', r #> '{VectorIndexes,3,IndexStatus}'
FROM (SELECT dynapg.update_table('{"TableName":"Vectors","VectorIndexUpdates":[{"Delete":{"IndexName":"later"}}]}')::jsonb -> 'TableDescription' AS r) AS u;
SELECT count(*) FROM pg_temp.described();
SELECT dynapg.delete_table('{"TableName":"Vectors2"}') IS NOT NULL;

-- attributes of a SearchSchema that nothing else uses go with their index
SELECT pg_temp.update('[{"Delete":{"IndexName":"tenants"}}]');
SELECT dynapg.describe_table('{"TableName":"Vectors"}')::jsonb #> '{Table,AttributeDefinitions}';
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('by_t', 't|'))), 't:S');
SELECT dynapg.describe_table('{"TableName":"Vectors"}')::jsonb #> '{Table,AttributeDefinitions}';
-- the shape of a table with vectors goes on: a table like it, from its description too
SELECT dynapg.create_table_like('Vectors', 'Like') IS NOT NULL;
SELECT i ->> 'IndexName', i -> 'SearchSchema' FROM json_array_elements(dynapg.describe_table('{"TableName":"Like"}') #> '{Table,VectorIndexes}') AS i;
SELECT dynapg.delete_table('{"TableName":"Like"}') IS NOT NULL;

-- UpdateTable's refusals
SELECT pg_temp.update('[]');
SELECT pg_temp.update('[{}]');
SELECT pg_temp.update('[{"Delete":{"IndexName":"none"}}]');
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('plain'))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new1')), jsonb_build_object('Create', pg_temp.index('new2'))));
SELECT pg_temp.update('[{"Delete":{"IndexName":"plain"}}]', 'n:N', '{"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"gsi","KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}');
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new', 't|'))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new', attribute => 'id'))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new', attribute => 'n'))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new', attribute => 'q'))), 'q:S');
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new', dimensions => 4))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('new', 't|'))), 't:N');
SELECT pg_temp.call('update_table', '{"TableName":"Vectors","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}');
SELECT pg_temp.call('update_table', '{"TableName":"Vectors","DisassociationProtectionEnabled":true}');
SELECT pg_temp.call('update_table', '{"TableName":"Vectors","ReplicaUpdates":[{"Disassociate":{"RegionName":"eu-west-1","DisassociationMode":"NOW"}}]}');
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('four'))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('five'))));
SELECT pg_temp.update(jsonb_build_array(jsonb_build_object('Create', pg_temp.index('sixth'))));

-- CreateTable's
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa'), pg_temp.index('bbb'), pg_temp.index('ccc'), pg_temp.index('ddd'), pg_temp.index('eee'), pg_temp.index('fff')), tab => 'No1');
SELECT pg_temp.create('', '[]', tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa'), pg_temp.index('aaa')), tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa')), '{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}', 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa', 't|')), tab => 'No1');
SELECT pg_temp.create('v:S', jsonb_build_array(pg_temp.index('aaa')), tab => 'No1');
SELECT pg_temp.create('t:S', jsonb_build_array(pg_temp.index('aaa')), tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa', dimensions => 4097)), tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa', dimensions => 0)), tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa', distance => 'MANHATTAN')), tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa'), pg_temp.index('bbb', dimensions => 4)), tab => 'No1');
SELECT pg_temp.create('a:S b:S', jsonb_build_array(pg_temp.index('aaa', 'a b|')), tab => 'No1');
SELECT pg_temp.create('a:S', jsonb_build_array(pg_temp.index('aaa', 'a|a')), tab => 'No1');
SELECT pg_temp.create((SELECT string_agg('f' || i || ':S', ' ') FROM generate_series(1, 19) i),
  jsonb_build_array(pg_temp.index('aaa', '|' || (SELECT string_agg('f' || i, ' ') FROM generate_series(1, 19) i))), tab => 'No1');
SELECT pg_temp.create('f:S', jsonb_build_array(pg_temp.index('aaa', '|' || repeat('f ', 19) || 'f')), tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa') - 'Projection' - 'Dimensions')::jsonb, tab => 'No1');
SELECT pg_temp.create('', jsonb_build_array(pg_temp.index('aaa', projection => '{"ProjectionType":"INCLUDE"}')), tab => 'No1');
-- the largest: 4,096 dimensions, a HASH and 18 filters
SELECT pg_temp.create((SELECT string_agg('f' || i || ':S', ' ') FROM generate_series(0, 18) i),
  jsonb_build_array(pg_temp.index('most', 'f0|' || (SELECT string_agg('f' || i, ' ') FROM generate_series(1, 18) i), 4096)), tab => 'Most');
SELECT dynapg.delete_table('{"TableName":"Most"}') IS NOT NULL;
-- the vector and each filter count as projected attributes
SELECT pg_temp.create((SELECT string_agg('f' || i || ':S', ' ') FROM generate_series(1, 18) i), (SELECT jsonb_agg(pg_temp.index('i.' || j,
  '|' || (SELECT string_agg('f' || i, ' ') FROM generate_series(1, 18) i), projection => jsonb_build_object('ProjectionType', 'INCLUDE', 'NonKeyAttributes', '["x","y"]'::jsonb)))
  FROM generate_series(1, 5) j), tab => 'No1');

-- Query, Scan and PartiQL do not read them
SELECT pg_temp.answer('query', '{"TableName":"Vectors","IndexName":"plain","KeyConditionExpression":"id = :i","ExpressionAttributeValues":{":i":{"S":"1"}}}');
SELECT pg_temp.answer('scan', '{"TableName":"Vectors","IndexName":"plain"}');
SELECT pg_temp.answer('execute_statement', '{"Statement":"SELECT * FROM \"Vectors\".\"plain\""}');

-- an index that is dropped by hand is gone from the API
DROP INDEX dynamodb."Vectors:plain";
SELECT count(*) FROM pg_temp.described();
ALTER INDEX dynamodb."Vectors:four" RENAME TO other;
SELECT relation_name FROM dynapg.indexes WHERE name = 'four';
SELECT pg_temp.drop_table();
SELECT count(*) FROM dynapg.indexes;
