-- Moving data: dynapg.import_items, dump_items, create_table_like, a reply of DescribeTable as a request.
\set ECHO none
\i sql/common.psql

SELECT dynapg.create_table('{"TableName": "Loaded", "BillingMode": "PAY_PER_REQUEST",
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}')
	#>> '{TableDescription,TableStatus}';

-- ---- the forms of a line ----
CREATE FUNCTION pg_temp.load(line text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT dynapg.import_items('Loaded', line)) || coalesce(' ' || (SELECT string_agg(d, ' ' ORDER BY d) FROM dynapg.dump_items('Loaded') d), '');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

SELECT pg_temp.load('{"Item": {"id": {"S": "export"}, "n": {"N": "1.50"}}}');
SELECT pg_temp.load('{"id": {"S": "export"}}');
SELECT pg_temp.load('{"PutRequest": {"Item": {"id": {"S": "put"}}}}');
SELECT pg_temp.load('{"DeleteRequest": {"Key": {"id": {"S": "put"}}}}');
SELECT pg_temp.load('{"Items": [{"id": {"S": "s1"}}, {"id": {"S": "s2"}}], "Count": 2, "ScannedCount": 2, "ConsumedCapacity": null}');
SELECT pg_temp.load('{"Loaded": [{"DeleteRequest": {"Key": {"id": {"S": "s1"}}}}, {"PutRequest": {"Item": {"id": {"S": "f1"}}}}]}');
SELECT pg_temp.load('{"RequestItems": {"Loaded": [{"DeleteRequest": {"Key": {"id": {"S": "s2"}}}}, {"PutRequest": {"Item": {"id": {"S": "f2"}}}}]}}');
SELECT pg_temp.load('{"Metadata": {"WriteTimestampMicros": {"N": "1680109764000000"}}, "Keys": {"id": {"S": "f1"}}, "OldImage": {"id": {"S": "f1"}}}');
SELECT pg_temp.load('{"Metadata": {"WriteTimestampMicros": {"N": "1680109764000000"}}, "Keys": {"id": {"S": "f2"}}, "NewImage": {"id": {"S": "f2"}, "x": {"BOOL": true}}}');
SELECT pg_temp.load('[{"Item": {"id": {"S": "a"}}}, [{"id": {"S": "b"}}], {"DeleteRequest": {"Key": {"id": {"S": "f2"}}}}]');
-- Attributes may have the names of members: what is an attribute value is one.
SELECT pg_temp.load('[{"DeleteRequest": {"Key": {"id": {"S": "a"}}}}, {"DeleteRequest": {"Key": {"id": {"S": "b"}}}}, {"DeleteRequest": {"Key": {"id": {"S": "export"}}}},
	{"id": {"S": "x"}, "Item": {"S": "x"}, "Keys": {"M": {"a": {"S": "x"}}}, "PutRequest": {"L": []}, "Items": {"SS": ["x"]}, "RequestItems": {"NULL": true}, "NewImage": {"BOOL": false}}]');
SELECT pg_temp.load('{"Item": {"id": {"S": "x"}, "M": {"M": {"a": {"S": "x"}}}, "S": {"S": "x"}}}');
SELECT pg_temp.load('{"Item": {"id": {"S": "x"}}}');
-- Types in lower case, as other exports have them; attributes of these names stay as they are.
SELECT dynapg.import_items('Loaded', '{"id": {"s": "lower"}, "n": {"n": "1"}, "sS": {"sS": ["s"]}, "m": {"m": {"s": {"s": "x"}, "l": {"l": [{"bOOL": true}, {"nULLValue": true}]}}}}');
SELECT dynapg.get_item('{"TableName": "Loaded", "Key": {"id": {"S": "lower"}}}');
SELECT dynapg.import_items('Loaded', '{"DeleteRequest": {"Key": {"id": {"s": "lower"}}}}');
SELECT dynapg.import_items('Loaded', '{"id": {"s": 5}}');
-- json and jsonb, a byte order mark, many lines in one text, blank lines, a NULL.
SELECT dynapg.import_items('Loaded', '{"id": {"S": "json"}}'::json), dynapg.import_items('Loaded', '{"id": {"S": "jsonb"}}'::jsonb);
SELECT pg_temp.load(E'\uFEFF{"Item": {"id": {"S": "json"}}}\r\n\r\n  {"DeleteRequest": {"Key": {"id": {"S": "jsonb"}}}} \n');
SELECT pg_temp.load(E'\uFEFF{\n "Items": [\n {"id": {"S": "json"}, "t": {"S": "\\u0000\\n\\\\ \u00e9 \\ud83d\\ude00"}}\n]\n}\n');
SELECT dynapg.import_items('Loaded', line) FROM (VALUES (NULL), (''), ('  ')) AS lines (line);
SELECT dynapg.import_items('Loaded', NULL::text) WHERE false;

-- ---- bad lines ----
SELECT jsonb_pretty(dynapg.import_items('Loaded', line ORDER BY n)::jsonb) FROM (VALUES
	(1, '{"id": {"S": "ok1"}}'), (2, 'not json'), (3, '{"Item": {"id": {"N": "1"}}}'), (4, '{"Item": {"other": {"S": "x"}}}'), (5, '17'),
	(6, '{"id": {"S": "ok2"}, "n": {"N": "abc"}}'), (7, '{"id": "plain"}'), (8, '{"Other": [{"PutRequest": {"Item": {"id": {"S": "x"}}}}]}'),
	(9, '{"Items": [{"id": {"S": "ok3"}}, {"id": {"S": ""}}, null]}'), (10, '{"PutRequest": {"Key": {}}}'), (11, '{"Item": {"id": {"S": "cut'),
	(12, '{"RequestItems": {"Loaded": 5}}'), (13, '{"id": {"S": "ok4"}}'), (14, '{}')) AS lines (n, line);
SELECT d FROM dynapg.dump_items('Loaded') d WHERE d ~ 'ok' ORDER BY 1;
-- Of many errors a hundred are listed. An entry's text is cut between characters.
SELECT r ->> 'ErrorCount', json_array_length(r -> 'Errors'), length(r #>> '{Errors,99,Text}'), octet_length(r #>> '{Errors,99,Text}')
	FROM (SELECT dynapg.import_items('Loaded', repeat('é', 500)) AS r FROM generate_series(1, 1000)) s;
-- An item that is too large, and the last one of a key wins.
SELECT r ->> 'ImportedItemCount', r ->> 'ErrorCount', r #>> '{Errors,0,Line}', r #>> '{Errors,0,Message}'
	FROM (SELECT dynapg.import_items('Loaded', line ORDER BY n) AS r FROM (VALUES (1, '{"id": {"S": "twice"}, "v": {"N": "1"}}'),
	(2, '{"id": {"S": "large"}, "v": {"S": "' || repeat('x', 410000) || '"}}'), (3, '{"id": {"S": "twice"}, "v": {"N": "2"}}')) AS lines (n, line)) s;
SELECT d FROM dynapg.dump_items('Loaded') d WHERE d ~ 'twice|large';
-- Constraints and triggers of the table's owner judge entry by entry; batches are cut by themselves.
ALTER TABLE dynamodb."Loaded" ADD CONSTRAINT no_seven CHECK (pk <> 'k7');
CREATE FUNCTION public.import_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'I refuse'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON dynamodb."Loaded" FOR EACH ROW WHEN (NEW.pk = 'k77') EXECUTE FUNCTION public.import_refuse();
SELECT r #- '{Errors,0,Message}' FROM (SELECT dynapg.import_items('Loaded', entries)::jsonb AS r FROM (SELECT json_build_object('Loaded', json_agg(json_build_object(
	'PutRequest', json_build_object('Item', json_build_object('id', json_build_object('S', 'k' || i)))))) AS entries FROM generate_series(1, 100) i) f) s;
SELECT count(*) FROM dynapg.dump_items('Loaded') d WHERE d ~ '"k';
DROP TRIGGER refuse ON dynamodb."Loaded";
DROP FUNCTION public.import_refuse;

-- ---- what stops an import: it undoes all of it ----
SELECT dynapg.import_items('Missing', '{"id": {"S": "x"}}');
SELECT dynapg.import_items('no good', '{"id": {"S": "x"}}');
CREATE ROLE regress_reader LOGIN;
GRANT SELECT ON dynamodb."Loaded" TO regress_reader;
SET ROLE regress_reader;
SELECT dynapg.import_items('Loaded', '{"id": {"S": "x"}}');
SELECT count(*) > 90 FROM dynapg.dump_items('Loaded');
RESET ROLE;
REVOKE SELECT ON dynamodb."Loaded" FROM regress_reader;
SET ROLE regress_reader;
SELECT count(*) FROM dynapg.dump_items('Loaded');
DO $$ BEGIN PERFORM dynapg.create_table_like('Loaded', 'Mine'); EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%: %', SQLSTATE, SQLERRM; END $$;
RESET ROLE;
SELECT dynapg.dump_items('Missing');
BEGIN READ ONLY;
SELECT dynapg.import_items('Loaded', '{"id": {"S": "x"}}');
ROLLBACK;
-- An import is no window function, and its parts are no functions for SQL.
SELECT dynapg.import_items('Loaded', '{"id": {"S": "x"}}') OVER ();
-- Functions and tables of the same names in front of the search path are not taken.
CREATE SCHEMA front;
CREATE FUNCTION front.concat(VARIADIC "any") RETURNS text LANGUAGE internal AS 'text_concat';
CREATE FUNCTION front.format(text, VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'front' $$;
CREATE FUNCTION front.json_build_object(text, text) RETURNS json LANGUAGE sql AS $$ SELECT '{}'::json $$;
CREATE TABLE front."Loaded" (item text);
CREATE TEMPORARY TABLE "Loaded" (item text);
SET search_path = front, pg_catalog, dynamodb;
SELECT count(*) > 90 FROM dynapg.dump_items('Loaded');
RESET search_path;
DROP TABLE pg_temp."Loaded";
SET client_min_messages = warning;
DROP SCHEMA front CASCADE;
RESET client_min_messages;

-- ---- tables as the lines name them, and rows with their table ----
SELECT dynapg.create_table_like('Loaded', 'Second') #>> '{TableDescription,TableName}';
SELECT dynapg.import_items(NULL, '{"Loaded": [{"PutRequest": {"Item": {"id": {"S": "named"}}}}], "Second": [{"PutRequest": {"Item": {"id": {"S": "named"}}}}]}');
SELECT dynapg.import_items(NULL, '{"id": {"S": "x"}}');
SELECT dynapg.import_items(t, '{"id": {"S": "by row"}}') FROM (VALUES ('Loaded'), ('Second'), ('Loaded')) AS rows (t);
SELECT d FROM dynapg.dump_items('Second') d ORDER BY d;
-- What is dumped loads again.
SELECT dynapg.delete_table('{"TableName": "Second"}') #>> '{TableDescription,TableStatus}';
SELECT dynapg.create_table_like('Loaded', 'Second') #>> '{TableDescription,TableStatus}';
SELECT r ->> 'ErrorCount' FROM (SELECT dynapg.import_items('Second', d) AS r FROM dynapg.dump_items('Loaded') d) s;
SELECT count(*) FROM ((SELECT * FROM dynapg.dump_items('Loaded') EXCEPT SELECT * FROM dynapg.dump_items('Second')) UNION ALL
	(SELECT * FROM dynapg.dump_items('Second') EXCEPT SELECT * FROM dynapg.dump_items('Loaded'))) d;

-- ---- tables like others ----
SELECT dynapg.create_table('{"TableName": "Rich", "BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
	"KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
	"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}, {"AttributeName": "b", "AttributeType": "N"}, {"AttributeName": "c", "AttributeType": "B"}],
	"LocalSecondaryIndexes": [{"IndexName": "local", "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "c", "KeyType": "RANGE"}],
		"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}}],
	"GlobalSecondaryIndexes": [{"IndexName": "global", "KeySchema": [{"AttributeName": "c", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"},
		"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}}],
	"SSESpecification": {"Enabled": true, "SSEType": "KMS"}, "TableClass": "STANDARD_INFREQUENT_ACCESS",
	"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}}') #>> '{TableDescription,TableStatus}';
SELECT dynapg.create_table_like('Rich', 'RichCopy') #>> '{TableDescription,TableStatus}';
CREATE FUNCTION pg_temp.description(name text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(dynapg.describe_table(json_build_object('TableName', name))::text, '"TableId":"[^"]*"|\d+(\.\d+)?E?\d*(?=,"LastUpdate|,"Table|})', '', 'g'),
		'"(CreationDateTime|LastUpdateDateTime|LatestStreamLabel|LatestStreamArn)":("[^"]*"|[0-9.E]+)|' || name, '', 'g') $$;
SELECT pg_temp.description('RichCopy') = pg_temp.description('Rich');
SELECT pg_temp.description('Rich') ~ 'STANDARD_INFREQUENT_ACCESS.*' AND pg_temp.description('Rich') ~ '"ReadCapacityUnits":5' AND pg_temp.description('Rich') ~ 'KEYS_ONLY';
-- A reply of DescribeTable, as AWS gives it, is a request of CreateTable; a TableName beside it is the new name.
SELECT t -> 'TableName', t -> 'KeySchema', t #> '{BillingModeSummary,BillingMode}', t #> '{GlobalSecondaryIndexes,0,IndexName}',
	json_array_length(t -> 'GlobalSecondaryIndexes'), t -> 'AttributeDefinitions', t -> 'OnDemandThroughput', t #> '{SSEDescription,KMSMasterKeyArn}'
	FROM (SELECT dynapg.create_table('{"Table": {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "g", "AttributeType": "S"},
		{"AttributeName": "gone", "AttributeType": "S"}],
	"TableName": "FromAws", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "TableStatus": "ACTIVE", "CreationDateTime": "2024-05-06T07:08:09.123000+02:00",
	"ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}, "TableSizeBytes": 123, "ItemCount": 4,
	"TableArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/FromAws", "TableId": "11111111-2222-3333-4444-555555555555",
	"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": 1.7e9},
	"OnDemandThroughput": {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": -1},
	"GlobalSecondaryIndexes": [{"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}, "IndexStatus": "ACTIVE",
		"ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}, "IndexSizeBytes": 0, "ItemCount": 0, "IndexArn": "arn:x",
		"WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}},
		{"IndexName": "leaves", "KeySchema": [{"AttributeName": "gone", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}, "IndexStatus": "DELETING"}],
	"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/66666666-7777-8888-9999-000000000000"},
	"DeletionProtectionEnabled": false, "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}}}'::json) -> 'TableDescription' AS t) s;
SELECT pg_temp.answer('create_table', '{"TableName": "Renamed", "Table": {"TableName": "FromAws", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}], "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8}}}')::json
	#>> '{TableDescription,ProvisionedThroughput}';
SELECT pg_temp.answer('create_table', '{"Table": {"TableName": "Bad", "KeySchema": {"AttributeName": "id"}}}');
SELECT pg_temp.answer('create_table', '{"Table": {"TableName": "Bad", "BillingModeSummary": [1]}}');
SELECT pg_temp.answer('create_table', '{"Table": {}}');
SELECT pg_temp.answer('create_table', '{"Table": []}');
SELECT dynapg.create_table_request(dynapg.describe_table('{"TableName": "Loaded"}'));
SELECT dynapg.create_table_request('{"TableName": "Loaded"}');
SELECT dynapg.create_table_request('[]');
SELECT dynapg.create_table_like('Missing', 'Copy');
SELECT dynapg.create_table_like('Loaded', 'Rich');

-- A request may begin with a byte order mark.
SELECT dynapg.get_item(E'\uFEFF{"TableName": "Loaded", "Key": {"id": {"S": "named"}}}');

SELECT count(dynapg.delete_table(json_build_object('TableName', name))) FROM unnest('{Loaded,Second,Rich,RichCopy,FromAws,Renamed}'::text[]) AS name;
DROP ROLE regress_reader;
