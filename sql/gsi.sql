-- Indexes of tables: created, described, added and dropped within the transaction; what an index holds.
\set ECHO none
\i sql/common.psql
-- The answer; descriptions are not shown.
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.answer(operation, request), '^.*"TableDescription".*$', 'done')
$$;
-- Attributes by type, "a:S b:N", as AttributeDefinitions; "a b|c" as KeySchema: HASH before the bar, RANGE behind.
CREATE FUNCTION pg_temp.defs(list text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('AttributeName', split_part(d, ':', 1), 'AttributeType', split_part(d, ':', 2)) ORDER BY o), '[]')
  FROM unnest(string_to_array(list, ' ')) WITH ORDINALITY x(d, o)
$$;
CREATE FUNCTION pg_temp.keys(list text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_agg(jsonb_build_object('AttributeName', d, 'KeyType', CASE WHEN b THEN 'RANGE' ELSE 'HASH' END) ORDER BY b, o)
  FROM (SELECT d, o, false FROM unnest(string_to_array(split_part(list, '|', 1), ' ')) WITH ORDINALITY x(d, o)
    UNION ALL SELECT d, o, true FROM unnest(string_to_array(nullif(split_part(list, '|', 2), ''), ' ')) WITH ORDINALITY x(d, o)) y(d, o, b)
$$;
CREATE FUNCTION pg_temp.index(name text, key text, projection jsonb DEFAULT '{"ProjectionType":"ALL"}', more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('IndexName', name, 'KeySchema', pg_temp.keys(key), 'Projection', projection) || more
$$;
CREATE FUNCTION pg_temp.change(VARIADIC changes jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('GlobalSecondaryIndexUpdates', to_jsonb(changes))
$$;
CREATE FUNCTION pg_temp.add(name text, key text, projection jsonb DEFAULT '{"ProjectionType":"ALL"}', more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT pg_temp.change(jsonb_build_object('Create', pg_temp.index(name, key, projection, more)))
$$;
CREATE FUNCTION pg_temp.drop(name text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT pg_temp.change(jsonb_build_object('Delete', jsonb_build_object('IndexName', name)))
$$;
CREATE FUNCTION pg_temp.update(defs text, changes jsonb, tab text DEFAULT 'gsi.table') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('update_table', (jsonb_build_object('TableName', tab) || changes ||
    CASE WHEN defs IS NULL THEN '{}' ELSE jsonb_build_object('AttributeDefinitions', pg_temp.defs(defs)) END)::text)
$$;
CREATE FUNCTION pg_temp.create(defs text, key text, more jsonb DEFAULT '{}', tab text DEFAULT 'gsi.table') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('create_table', (jsonb_build_object('TableName', tab, 'BillingMode', 'PAY_PER_REQUEST', 'KeySchema', pg_temp.keys(key),
    'AttributeDefinitions', pg_temp.defs(defs)) || more)::text)
$$;
CREATE FUNCTION pg_temp.drop_table(tab text DEFAULT 'gsi.table') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('delete_table', json_build_object('TableName', tab)::text)
$$;
CREATE FUNCTION pg_temp.put(item text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.call('put_item', json_build_object('TableName', 'gsi.table', 'Item', item::json)::text)
$$;
-- What DescribeTable says of the indexes.
CREATE FUNCTION pg_temp.show() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT kind || ' ' || concat_ws(' ', i ->> 'IndexName', coalesce(i ->> 'IndexStatus', 'local'), i ->> 'Backfilling', i ->> 'ItemCount', i ->> 'IndexSizeBytes',
    (SELECT string_agg(concat(k ->> 'AttributeName', ' ', k ->> 'KeyType'), ', ' ORDER BY o) FROM json_array_elements(i -> 'KeySchema') WITH ORDINALITY x(k, o)),
    i -> 'Projection', i ->> 'IndexArn')
  FROM dynapg.describe_table('{"TableName":"gsi.table"}') d, (VALUES ('L', 'LocalSecondaryIndexes'), ('G', 'GlobalSecondaryIndexes')) m(kind, member),
    json_array_elements(d -> 'Table' -> member) i ORDER BY 1
$$;
CREATE FUNCTION pg_temp.definitions() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat(d ->> 'AttributeName', ':', d ->> 'AttributeType'), ' ' ORDER BY o)
  FROM json_array_elements(dynapg.describe_table('{"TableName":"gsi.table"}') -> 'Table' -> 'AttributeDefinitions') WITH ORDINALITY x(d, o)
$$;
-- Keys that the index holds, in its order.
CREATE FUNCTION pg_temp.entries(index text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(i -> 'pk' ->> 'S', ' ' ORDER BY o)
  FROM json_array_elements(dynapg.scan(json_build_object('TableName', 'gsi.table', 'IndexName', index)) -> 'Items') WITH ORDINALITY x(i, o)
$$;

-- Local and global indexes at the creation, multi-attribute keys, all projections
SELECT pg_temp.create('pk:S sk:N a:S b:N c:B d:S e:N', 'pk|sk', jsonb_build_object(
  'LocalSecondaryIndexes', jsonb_build_array(pg_temp.index('l.keys', 'pk|a', '{"ProjectionType":"KEYS_ONLY"}'), pg_temp.index('l.all', 'pk|b')),
  'GlobalSecondaryIndexes', jsonb_build_array(pg_temp.index('g.multi', 'a b c d|e sk pk', '{"ProjectionType":"INCLUDE","NonKeyAttributes":["x","y"]}'),
    pg_temp.index('g.hash', 'c'), pg_temp.index('g.table', 'sk|pk', '{"ProjectionType":"KEYS_ONLY"}'))));
SELECT pg_temp.show();
SELECT pg_temp.put('{"pk":{"S":"p"},"sk":{"N":"1"}}');
SELECT pg_temp.put('{"pk":{"S":"p"},"sk":{"N":"2"},"a":{"S":"aa"},"b":{"N":"1"},"c":{"B":"AAEC"},"d":{"S":"d"},"e":{"N":"7"},"x":{"S":"xx"},"z":{"S":"zzzz"}}');
SELECT pg_temp.put('{"pk":{"S":"p"},"sk":{"N":"3"},"a":{"S":"aa"},"b":{"N":"1"},"c":{"B":"AAEC"},"d":{"S":"d"}}');
SELECT pg_temp.show();
-- keys of local indexes are checked as those of global ones
SELECT pg_temp.put('{"pk":{"S":"p"},"sk":{"N":"4"},"b":{"S":"1"}}');
SELECT pg_temp.put('{"pk":{"S":"p"},"sk":{"N":"4"},"a":{"S":""}}');
SELECT pg_temp.put('{"pk":{"S":"p"},"sk":{"N":"4"},"c":{"B":""}}');
-- a local index cannot be dropped
SELECT pg_temp.update(NULL, pg_temp.drop('l.all'));
SELECT pg_temp.update(NULL, pg_temp.drop('g.hash'));
SELECT pg_temp.update(NULL, pg_temp.drop('g.multi'));
SELECT pg_temp.definitions();
SELECT pg_temp.drop_table();
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'dynamodb' AND c.relname LIKE 'gsi.table%';

-- An index on a filled table: items without the attribute, with one of another type, empty or too long are left out
SELECT pg_temp.create('pk:S', 'pk');
SELECT pg_temp.put('{"pk":{"S":"good"},"g":{"S":"x"},"r":{"N":"2"}}'), pg_temp.put('{"pk":{"S":"better"},"g":{"S":"x"},"r":{"N":"1"}}'),
  pg_temp.put('{"pk":{"S":"absent"}}'), pg_temp.put('{"pk":{"S":"number"},"g":{"N":"1"},"r":{"N":"1"}}'),
  pg_temp.put('{"pk":{"S":"null"},"g":{"NULL":true}}'), pg_temp.put('{"pk":{"S":"list"},"g":{"L":[{"S":"x"}]}}'),
  pg_temp.put('{"pk":{"S":"empty"},"g":{"S":""},"r":{"N":"1"}}'), pg_temp.put('{"pk":{"S":"half"},"g":{"S":"x"}}'),
  pg_temp.put(json_build_object('pk', '{"S":"longest"}'::json, 'g', json_build_object('S', repeat('y', 2048)), 'r', '{"N":"1"}'::json)::text),
  pg_temp.put(json_build_object('pk', '{"S":"long"}'::json, 'g', json_build_object('S', repeat('y', 2049)), 'r', '{"N":"1"}'::json)::text);
SELECT pg_temp.update('g:S r:N', pg_temp.add('by-g', 'g|r', '{"ProjectionType":"KEYS_ONLY"}'));
SELECT pg_temp.show();
SELECT pg_temp.definitions();
SELECT pg_temp.entries('by-g');
-- from now on such items are refused
SELECT pg_temp.put('{"pk":{"S":"number"},"g":{"N":"1"},"r":{"N":"1"}}');
SELECT pg_temp.put('{"pk":{"S":"null"},"g":{"NULL":true}}');
SELECT pg_temp.put('{"pk":{"S":"empty"},"g":{"S":""},"r":{"N":"1"}}');
SELECT pg_temp.put(json_build_object('pk', '{"S":"long"}'::json, 'g', json_build_object('S', repeat('y', 2049)))::text);
-- those that are there cannot be written again without a key that fits, whatever the write changes
SELECT pg_temp.call('update_item', '{"TableName":"gsi.table","Key":{"pk":{"S":"number"}},"UpdateExpression":"SET x = :x","ExpressionAttributeValues":{":x":{"N":"1"}}}');
SELECT pg_temp.call('update_item', '{"TableName":"gsi.table","Key":{"pk":{"S":"number"}}}');
SELECT pg_temp.call('update_item', '{"TableName":"gsi.table","Key":{"pk":{"S":"number"}},"AttributeUpdates":{"x":{"Action":"DELETE"}}}');
SELECT pg_temp.call('transact_write_items', '{"TransactItems":[{"Update":{"TableName":"gsi.table","Key":{"pk":{"S":"number"}},"UpdateExpression":"REMOVE x"}}]}');
SELECT pg_temp.call('execute_statement', '{"Statement":"UPDATE \"gsi.table\" SET x=1 WHERE pk=''number''"}');
SELECT pg_temp.call('update_item', '{"TableName":"gsi.table","Key":{"pk":{"S":"number"}},"UpdateExpression":"SET g = :x","ExpressionAttributeValues":{":x":{"S":"now"}}}');
SELECT pg_temp.entries('by-g');
-- a second index adds its new attributes, known ones stay
SELECT pg_temp.update('pk:S r:N s:B', pg_temp.add('by-r', 'r|s'));
SELECT pg_temp.definitions();
SELECT pg_temp.update(NULL, pg_temp.drop('by-g'));
SELECT pg_temp.definitions();
SELECT pg_temp.show();

-- What UpdateTable refuses
SELECT pg_temp.update('r:N', pg_temp.add('by-r', 'r'));
SELECT pg_temp.update('r:S', pg_temp.add('by-r2', 'r'));
SELECT pg_temp.update('pk:S', pg_temp.add('by-t', 't'));
SELECT pg_temp.update(NULL, pg_temp.add('by-t', 't'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't|u'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't|t'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't', '{}'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't', '{"ProjectionType":"INCLUDE"}'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't', '{"ProjectionType":"KEYS_ONLY","NonKeyAttributes":["x"]}'));
SELECT pg_temp.update('t:S t:N', pg_temp.add('by-t', 't'));
SELECT pg_temp.update('t:S', pg_temp.add('by t', 't'));
SELECT pg_temp.update('t:S', pg_temp.add('t', 't'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't', more => '{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}'));
-- the words are those of an update, CreateTable has others
SELECT count(dynapg.create_table('{"TableName":"gsi_units","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"GlobalSecondaryIndexes":[{"IndexName":"by-a","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}]}'));
SELECT pg_temp.answer('update_table', '{"TableName":"gsi_units","GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-b","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
	"Projection":{"ProjectionType":"ALL"}}}],"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]}');
SELECT pg_temp.answer('update_table', '{"TableName":"gsi_units","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"by-a","OnDemandThroughput":{"MaxReadRequestUnits":1}}}]}');
-- the end of provisioned units has a time
SELECT count(dynapg.update_table('{"TableName":"gsi_units","BillingMode":"PAY_PER_REQUEST"}'));
SELECT regexp_replace(t ->> 'ProvisionedThroughput', '\d+\.\d+', 'T'), regexp_replace(t #>> '{GlobalSecondaryIndexes,0,ProvisionedThroughput}', '\d+\.\d+', 'T')
	FROM (SELECT dynapg.describe_table('{"TableName":"gsi_units"}') -> 'Table') AS d (t);
SELECT count(dynapg.delete_table('{"TableName":"gsi_units"}'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't', more => '{"OnDemandThroughput":{"MaxReadRequestUnits":0}}'));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't', more => '{"WarmThroughput":{"ReadUnitsPerSecond":1}}'));
SELECT pg_temp.update(NULL, pg_temp.drop('no-such-index'));
SELECT pg_temp.update(NULL, pg_temp.change('{"Update":{"IndexName":"no-such-index","WarmThroughput":{"ReadUnitsPerSecond":13000}}}'));
SELECT pg_temp.update('t:S', pg_temp.change(jsonb_build_object('Create', pg_temp.index('by-t', 't')), '{"Delete":{"IndexName":"by-r"}}'));
SELECT pg_temp.update('t:S', pg_temp.change(jsonb_build_object('Create', pg_temp.index('by-t', 't')), '{"Update":{"IndexName":"by-t"}}'));
SELECT pg_temp.update('t:S', pg_temp.change(jsonb_build_object('Create', pg_temp.index('by-t', 't'), 'Delete', '{"IndexName":"by-t"}'::jsonb)));
SELECT pg_temp.update('t:S', pg_temp.add('by-t', 't'), 'gsi.no-table');
SELECT pg_temp.definitions();
-- one is added and another one's settings are changed in one request
SELECT pg_temp.update('t:S', pg_temp.change(jsonb_build_object('Create', pg_temp.index('by-t', 't')), '{"Update":{"IndexName":"by-r","WarmThroughput":{"ReadUnitsPerSecond":13000}}}'));
SELECT i ->> 'IndexName', i -> 'WarmThroughput' FROM json_array_elements(dynapg.describe_table('{"TableName":"gsi.table"}') -> 'Table' -> 'GlobalSecondaryIndexes') i;

-- 20 indexes, 100 projected attributes
SELECT DISTINCT pg_temp.update('t:S', pg_temp.add('more' || i, 't', jsonb_build_object('ProjectionType', 'INCLUDE', 'NonKeyAttributes',
  (SELECT jsonb_agg('n' || n) FROM generate_series(1, 20) n)))) FROM generate_series(1, 5) i;
SELECT pg_temp.update('t:S', pg_temp.add('more6', 't', '{"ProjectionType":"INCLUDE","NonKeyAttributes":["n"]}'));
SELECT DISTINCT pg_temp.update('t:S', pg_temp.add('more' || i, 't')) FROM generate_series(6, 18) i;
SELECT count(*), string_agg(DISTINCT status, ' ') FROM dynapg.indexes WHERE table_relid = 'dynamodb."gsi.table"'::regclass;
SELECT pg_temp.update('t:S', pg_temp.add('more19', 't'));
SELECT pg_temp.put('{"pk":{"S":"many"},"t":{"S":"x"}}'), pg_temp.entries('more1'), pg_temp.entries('more18');

-- Within a transaction: usable at once, and gone with it
BEGIN;
SELECT pg_temp.update(NULL, pg_temp.drop('more18'));
SELECT pg_temp.update('v:S', pg_temp.add('by-v', 'v'));
SELECT pg_temp.put('{"pk":{"S":"v"},"v":{"S":"x"}}'), pg_temp.entries('by-v');
ROLLBACK;
SELECT pg_temp.call('scan', '{"TableName":"gsi.table","IndexName":"by-v"}');
SELECT pg_temp.entries('more18');
SELECT pg_temp.definitions();

-- DROP INDEX by hand drops the index of the API
SELECT pg_temp.update('v:S', pg_temp.drop('more17'));
SELECT pg_temp.update('v:S', pg_temp.add('by-v', 'v'));
SELECT pg_temp.put('{"pk":{"S":"v"},"v":{"S":"x"}}'), pg_temp.entries('by-v');
BEGIN;
DROP INDEX dynamodb."gsi.table:by-v";
SELECT pg_temp.call('scan', '{"TableName":"gsi.table","IndexName":"by-v"}');
ROLLBACK;
SELECT pg_temp.entries('by-v');
REINDEX INDEX CONCURRENTLY dynamodb."gsi.table:by-v";
SELECT pg_temp.entries('by-v');
DROP INDEX CONCURRENTLY dynamodb."gsi.table:by-v";
SELECT pg_temp.call('scan', '{"TableName":"gsi.table","IndexName":"by-v"}');
SELECT pg_temp.definitions();
SELECT pg_temp.update('v:N', pg_temp.add('by-v', 'v'));
SELECT pg_temp.update(NULL, pg_temp.drop('by-v'));

-- A name longer than an identifier
SELECT pg_temp.update('v:S', pg_temp.drop('more18'));
SELECT pg_temp.update('v:S', pg_temp.add(repeat('long', 63), 'v'));
SELECT pg_temp.put('{"pk":{"S":"v"},"v":{"S":"x"}}'), pg_temp.entries(repeat('long', 63));
SELECT pg_temp.update(NULL, pg_temp.drop(repeat('long', 63)));

-- Rights: the owner's, and CREATE on the schema as CREATE INDEX demands it
CREATE ROLE regress_gsi_user LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."gsi.table" TO regress_gsi_user;
SET ROLE regress_gsi_user;
SELECT pg_temp.update('v:S', pg_temp.add('by-v', 'v'));
SELECT pg_temp.update(NULL, pg_temp.drop('by-t'));
SELECT pg_temp.entries('by-t');
RESET ROLE;
GRANT CREATE ON SCHEMA dynamodb TO regress_gsi_user;
ALTER TABLE dynamodb."gsi.table" OWNER TO regress_gsi_user;
REVOKE CREATE ON SCHEMA dynamodb FROM regress_gsi_user;
SET ROLE regress_gsi_user;
SELECT pg_temp.update('v:S', pg_temp.add('by-v', 'v'));
SET dynapg.index_build = background;
SELECT pg_temp.update('v:S', pg_temp.add('by-v', 'v'));
RESET dynapg.index_build;
RESET ROLE;
GRANT CREATE ON SCHEMA dynamodb TO regress_gsi_user;
SET ROLE regress_gsi_user;
SELECT pg_temp.update('v:S', pg_temp.add('by-v', 'v'));
SELECT pg_temp.update(NULL, pg_temp.drop('by-t'));
UPDATE dynapg.indexes SET status = 'CREATING';
RESET ROLE;
SELECT pg_temp.drop_table();
REVOKE CREATE ON SCHEMA dynamodb FROM regress_gsi_user;
DROP ROLE regress_gsi_user;
SELECT count(*) FROM dynapg.indexes WHERE name LIKE 'more%';
