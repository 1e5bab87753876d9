-- Namespaces by SQL: what dynapg.namespace may be, full names in the catalogs, views, attached tables, streams, resets.
\set ECHO none
\i sql/common.psql
CREATE FUNCTION pg_temp.make(name text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT dynapg.create_table(format('{"TableName": "%s", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]%s}', name, more)::json) #>> '{TableDescription,TableArn}' $$;
\set ECHO all

-- What a namespace may be; the module is there with the first of its functions.
SELECT dynapg.version() IS NOT NULL;
SET dynapg.namespace = 'gw0/x';
SET dynapg.namespace = '@';
SET dynapg.namespace = 'gw0@';
SET dynapg.namespace = 'gw0@eu@west';
SET dynapg.namespace = '@eu_west';
SET dynapg.namespace = 'ü';
SELECT set_config('dynapg.namespace', repeat('k', 129), false);
SELECT set_config('dynapg.namespace', '@' || repeat('r', 64), false);
SELECT length(set_config('dynapg.namespace', repeat('k', 128) || '@' || repeat('r', 63), false));
RESET dynapg.namespace;

-- One name in several namespaces.
SELECT pg_temp.make('NsOne');
SET dynapg.namespace = 'gw0';
SELECT pg_temp.make('NsOne');
SELECT pg_temp.make('NsOne');
SET dynapg.namespace = '@eu-west-1';
SELECT pg_temp.make('NsOne', ', "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}');
SELECT name, relid FROM dynapg.tables WHERE name LIKE '%NsOne' ORDER BY name;
SELECT dynapg.put('NsOne', '{"id": "1", "v": "of the region"}');
RESET dynapg.namespace;
SELECT dynapg.get('NsOne', '{"id": "1"}') IS NULL;
SELECT pg_temp.answer('get_item', '{"TableName": "gw0/NsOne", "Key": {"id": {"S": "1"}}}');
SELECT pg_temp.answer('get_item', '{"TableName": "arn:aws:dynamodb:eu-west-1:000000000000:table/NsOne", "Key": {"id": {"S": "1"}}}');
SELECT pg_temp.answer('list_tables', '{"ExclusiveStartTableName": "NsOnd", "Limit": 1}');

-- A short or long name leads to one relation.
SELECT set_config('dynapg.namespace', repeat('k', 128) || '@' || repeat('r', 63), false) IS NOT NULL;
SELECT right(pg_temp.make(repeat('T', 255)), 20);
SELECT length(name), length(relid::text) FROM dynapg.tables WHERE name LIKE 'kkk%';
SELECT dynapg.put(repeat('T', 255), '{"id": "long"}');
SELECT pg_temp.answer('list_tables', '{}') LIKE '{"TableNames":["TTT%';
SELECT dynapg.reset('drop');
SELECT pg_temp.answer('list_tables', '{}');

-- A view is of a table, wherever it is written. Citus writes no rows through views.
SELECT pg_temp.keep_local('gw0/NsOne');
SET dynapg.namespace = 'gw0';
SELECT dynapg.create_view('NsOne', '{"v": "text"}', 'ns_view');
RESET dynapg.namespace;
INSERT INTO ns_view (id, v) VALUES ('2', 'by the view');
SHOW dynapg.namespace;
UPDATE ns_view SET v = 'changed' WHERE id = '2';
SELECT item FROM dynamodb."gw0/NsOne";
INSERT INTO ns_view (id, v) VALUES ('2', 'twice');
SHOW dynapg.namespace;
DELETE FROM ns_view;
SELECT count(*) FROM dynamodb."gw0/NsOne";
DROP VIEW ns_view;

-- Streams.
SELECT dynapg.stream_records('NsOne');
SELECT dynapg.stream_notify('@eu-west-1/NsOne', 'ns');
SET dynapg.namespace = '@eu-west-1';
SELECT count(*) FROM dynapg.stream_records('NsOne');
SELECT dynapg.stream_notify('NsOne', 'ns');
SELECT table_name, split_part(stream_arn, '/stream', 1) FROM dynapg.stream_list WHERE channel = 'ns';
SELECT json_array_length(dynapg.list_streams() -> 'Streams');
RESET dynapg.namespace;
SELECT json_array_length(dynapg.list_streams('{"TableName": "NsOne"}') -> 'Streams');
SELECT split_part(stream_arn, '/stream', 1) FROM dynapg.stream_list WHERE channel = 'ns';

-- What else takes the name of a table.
SELECT dynapg.items_at('@eu-west-1/NsOne', now());
SET dynapg.namespace = '@eu-west-1';
SELECT dynapg.items_at('NsOne', now());
SELECT dynapg.import_items('NsOne', '{"Item": {"id": {"S": "2"}}}') #>> '{}';
SELECT dynapg.create_table_like('NsOne', 'NsTwo') #>> '{TableDescription,TableName}';
SELECT i FROM dynapg.scan_items('NsOne') i ORDER BY 1;
SELECT count(*) FROM dynapg.explain('GetItem', '{"TableName": "NsOne", "Key": {"id": {"S": "2"}}}') e WHERE e LIKE '%"@eu-west-1/NsOne primary key"%';
SELECT pg_temp.answer('update_table', '{"TableName": "NsOne", "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}}');
SELECT name FROM dynapg.tables WHERE name LIKE '%NsTwo';
RESET dynapg.namespace;

-- A table whose rows of the catalogs are lost.
SET dynapg.namespace = 'gw0';
SELECT dynapg.put('NsOne', '{"id": "1"}') IS NOT NULL;
DELETE FROM dynapg.tables WHERE name = 'gw0/NsOne';
RESET dynapg.namespace;
SELECT dynapg.attach_table('dynamodb."gw0/NsOne"');
SET dynapg.namespace = 'gw0';
SELECT dynapg.attach_table('dynamodb."gw0/NsOne"') #>> '{TableDescription,TableName}';
SELECT name FROM dynapg.tables WHERE relid = 'dynamodb."gw0/NsOne"'::regclass;

-- The catalogs take names of such tables only.
CREATE ROLE ns_app LOGIN;
GRANT UPDATE, SELECT ON dynapg.tables TO ns_app;
ALTER TABLE dynamodb."gw0/NsOne" OWNER TO ns_app;
SET ROLE ns_app;
\set VERBOSITY default
UPDATE dynapg.tables SET name = 'gw0//NsOne' WHERE name = 'gw0/NsOne';
UPDATE dynapg.tables SET name = '/NsOne' WHERE name = 'gw0/NsOne';
UPDATE dynapg.tables SET name = 'gw0/a' WHERE name = 'gw0/NsOne';
UPDATE dynapg.tables SET name = 'gw0@eu_west/NsOne' WHERE name = 'gw0/NsOne';
\set VERBOSITY terse
UPDATE dynapg.tables SET name = 'gw1@eu-west-1/NsOne' WHERE name = 'gw0/NsOne';
UPDATE dynapg.tables SET name = 'gw0/NsOne' WHERE name = 'gw1@eu-west-1/NsOne';
RESET ROLE;
ALTER TABLE dynamodb."gw0/NsOne" OWNER TO CURRENT_USER;
REVOKE ALL ON dynapg.tables FROM ns_app;
DROP ROLE ns_app;

-- Resets.
SELECT dynapg.save_snapshot('ns');
SELECT dynapg.reset();
SELECT dynapg.restore_snapshot('ns');
SELECT dynapg.get('NsOne', '{"id": "1"}');
SELECT name FROM dynapg.snapshot_list WHERE name LIKE '%ns';
SELECT dynapg.drop_snapshot('ns');
SELECT dynapg.reset('drop');
SET dynapg.namespace = '@eu-west-1';
SELECT dynapg.get('NsOne', '{"id": "1"}');
SELECT dynapg.reset('drop');
RESET dynapg.namespace;
SELECT dynapg.delete_table('{"TableName": "NsOne"}') #>> '{TableDescription,TableStatus}';
