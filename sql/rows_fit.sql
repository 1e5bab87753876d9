-- Rows that plain SQL writes: what the CHECK constraints of data tables refuse, on every way in, and that the API does not pay for it
\set ECHO none
\i sql/common.psql
\set VERBOSITY default
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  count bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS count = ROW_COUNT;
  RETURN count || ' rows';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || left(SQLERRM, 300);
END $$;
CREATE FUNCTION pg_temp.make(name text, pk text, sk text DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS boolean LANGUAGE sql AS $$
  SELECT dynapg.create_table((jsonb_build_object('TableName', name, 'BillingMode', 'PAY_PER_REQUEST',
    'AttributeDefinitions', jsonb_build_array(jsonb_build_object('AttributeName', 'p', 'AttributeType', pk)) ||
      CASE WHEN sk IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('AttributeName', 's', 'AttributeType', sk)) END || coalesce(more -> 'defs', '[]'),
    'KeySchema', '[{"AttributeName":"p","KeyType":"HASH"}]' || CASE WHEN sk IS NULL THEN '[]'::jsonb ELSE '[{"AttributeName":"s","KeyType":"RANGE"}]' END)
    || (more - 'defs'))::json) IS NOT NULL
$$;
CREATE FUNCTION pg_temp.insert_item(name text, item dynapg.item) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format('INSERT INTO dynamodb.%1$I (%3$s) SELECT %3$s FROM dynapg.table_row(NULL::dynamodb.%1$I, %2$L) r', name, item, string_agg(a.attname, ', ')))
  FROM pg_attribute a WHERE a.attrelid = format('dynamodb.%I', name)::regclass AND a.attnum > 0 AND a.attgenerated = ''
$$;
\echo == the constraints of a table
SELECT pg_temp.make('fit', 'S', 'N', '{"defs":[{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"},{"AttributeName":"b","AttributeType":"B"}],
  "GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
    {"IndexName":"many","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
  "VectorIndexes":[{"IndexName":"near","VectorAttribute":{"AttributeName":"v"},"Dimensions":2,"DistanceFunction":"COSINE","Projection":{"ProjectionType":"ALL"},
    "SearchSchema":[{"AttributeName":"g","SearchSchemaElementType":"HASH"}]}]}');
SELECT conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'dynamodb.fit'::regclass AND contype = 'c' ORDER BY conname;
\echo == rows that fit, and those that do not
INSERT INTO dynamodb.fit VALUES ('a', 1, '{"p":{"S":"a"},"s":{"N":"1"}}'), ('a', 2.00, '{"p":{"S":"a"},"s":{"N":"2.0"},"g":{"S":"g"}}'),
  (E'\x01\x02', 3, '{"p":{"S":"\u0001"},"s":{"N":"3"}}'), ('a', -1e125, '{"p":{"S":"a"},"s":{"N":"-1e125"},"v":{"L":[{"N":"1"},{"N":"0"}]}}');
INSERT INTO dynamodb.fit VALUES ('b', 1, '{"p":{"S":"a"},"s":{"N":"1"}}');
SELECT t, pg_temp.try('INSERT INTO dynamodb.fit VALUES ' || t) FROM unnest(ARRAY[
  $$('a', 3, '{"p":{"S":"a"},"s":{"N":"4"}}')$$, $$('a', 'NaN', '{"p":{"S":"a"},"s":{"N":"4"}}')$$, $$('a', 'Infinity', '{"p":{"S":"a"},"s":{"N":"4"}}')$$,
  $$('a', 3, '{}')$$, $$('a', 3, '{"p":{"S":"a"}}')$$, $$('1', 3, '{"p":{"N":"1"},"s":{"N":"3"}}')$$, $$('a', 3, '{"p":{"S":"a"},"s":{"S":"3"}}')$$,
  $$('', 3, '{"p":{"S":""},"s":{"N":"3"}}')$$, $$('A', 3, '{"p":{"S":"a"},"s":{"N":"3"}}')$$, $$('a', NULL, '{"p":{"S":"a"},"s":{"N":"3"}}')$$, $$('a', 3, NULL)$$]) t;
\echo == keys of other types, and their lengths: 2,048 and 1,024 bytes, as columns hold them
SELECT pg_temp.make('fitNB', 'N', 'B'), pg_temp.make('fitBS', 'B', 'S'), pg_temp.make('fitS', 'S'), pg_temp.make('fitB', 'B');
SELECT pg_temp.insert_item('fitS', format('{"p":{"S":"%s"}}', repeat('k', n))::dynapg.item) FROM unnest('{1,512,513,2047,2048,2049}'::int[]) n;
SELECT pg_temp.insert_item('fitBS', format('{"p":{"B":"AA=="},"s":{"S":"%s"}}', repeat('k', n))::dynapg.item) FROM unnest('{1,1023,1024,1025}'::int[]) n;
SELECT length(pk), count(*) FROM dynamodb."fitS" GROUP BY 1 ORDER BY 1;
SELECT pg_temp.try(format('INSERT INTO dynamodb."fitS" VALUES (%L, %L)', repeat('k', n), format('{"p":{"S":"%s"}}', repeat('k', n)))) FROM unnest('{512,600,2049}'::int[]) n;
SELECT pg_temp.try($$INSERT INTO dynamodb."fitNB" VALUES (1, '\x00', '{"p":{"N":"1"},"s":{"B":"AA=="}}')$$), pg_temp.try($$INSERT INTO dynamodb."fitNB" VALUES (1, '\x01', '{"p":{"N":"1"},"s":{"B":"AA=="}}')$$),
  pg_temp.try($$INSERT INTO dynamodb."fitNB" VALUES (1, '', '{"p":{"N":"1"},"s":{"B":""}}')$$), pg_temp.try($$INSERT INTO dynamodb."fitNB" VALUES (2, '\x00', '{"p":{"B":"AA=="},"s":{"B":"AA=="}}')$$);
\echo == items over 400 KB; one of exactly as much
SELECT n, pg_temp.insert_item('fitS', format('{"p":{"S":"large"},"x":{"S":"%s"}}', repeat('x', 409600 - 7 - n))::dynapg.item) FROM unnest('{0,-1}'::int[]) n;
SELECT pg_temp.answer('get_item', '{"TableName":"fitS","Key":{"p":{"S":"large"}}}') LIKE '{"Item":%';
\echo == attributes that are keys of indexes, and vectors: with the texts of the API
SELECT i, pg_temp.insert_item('fit', ('{"p":{"S":"i"},"s":{"N":"1"},' || i || '}')::dynapg.item) = r AS same, r FROM (
  SELECT i, '23514: ' || regexp_replace(pg_temp.answer('put_item', '{"TableName":"fit","Item":{"p":{"S":"i"},"s":{"N":"1"},' || i || '}}'), '^[^:]*: ', '') AS r
  FROM unnest(ARRAY['"g":{"N":"1"}', '"g":{"S":""}', '"h":{"S":"1"}', '"b":{"S":"AA"}', '"b":{"B":""}', '"v":{"S":"x"}', '"v":{"L":[]}', '"v":{"L":[{"N":"1"}]}',
    '"v":{"L":[{"N":"1"},{"S":"2"}]}', '"v":{"L":[{"N":"1"},{"N":"1e39"}]}', '"v":{"NS":["1","2"]}']) i) a;
SELECT pg_temp.insert_item('fit', format('{"p":{"S":"i"},"s":{"N":"1"},"g":{"S":"%s"},"b":{"B":"AA=="}}', repeat('g', n))::dynapg.item) FROM unnest('{2047,2048,2049}'::int[]) n;
SELECT pg_temp.insert_item('fit', '{"p":{"S":"none"},"s":{"N":"1"}}'), pg_temp.insert_item('fit', '{"p":{"S":"all"},"s":{"N":"1"},"g":{"S":"g"},"h":{"N":"1"},"b":{"B":"AA=="},"v":{"L":[{"N":"0"},{"N":"0"}]}}');
\echo == the form of items: canonical and no deeper than 32 levels, on every way to the type
SELECT pg_temp.try(format('SELECT %L::dynapg.item', '{"p":' || repeat('{"L":[', n) || '{"S":"x"}' || repeat(']}', n) || '}')) FROM unnest('{31,32}'::int[]) n;
SELECT pg_temp.try(format('SELECT dynapg.from_jsonb(%L)', '{"p":' || repeat('[', n) || '1' || repeat(']', n) || '}')) FROM unnest('{31,32}'::int[]) n;
SELECT pg_temp.try(format('SELECT dynapg.item_update(%L, ''SET a = :a'', NULL, %L)', '{}', '{":a":' || repeat('{"L":[', n) || '{"S":"x"}' || repeat(']}', n) || '}')) FROM unnest('{31,32}'::int[]) n;
\echo == UPDATE of a key column, of the key attribute, of both; ON CONFLICT; a cast from jsonb
SELECT s, pg_temp.try(s) FROM unnest(ARRAY[
  $$UPDATE dynamodb.fit SET pk = 'z' WHERE pk = 'none'$$, $$UPDATE dynamodb.fit SET sk = sk + 1 WHERE pk = 'none'$$,
  $$UPDATE dynamodb.fit SET item = dynapg.item_update(item, 'SET p = :z', NULL, '{":z":{"S":"z"}}') WHERE pk = 'none'$$,
  $$UPDATE dynamodb.fit SET item = dynapg.item_update(item, 'REMOVE s') WHERE pk = 'none'$$,
  $$UPDATE dynamodb.fit SET pk = 'z', item = dynapg.item_update(item, 'SET p = :z', NULL, '{":z":{"S":"z"}}') WHERE pk = 'none'$$,
  $$UPDATE dynamodb.fit SET item = dynapg.item_update(item, 'SET note = :z', NULL, '{":z":{"S":"z"}}') WHERE pk = 'z'$$,
  $$INSERT INTO dynamodb.fit VALUES ('z', 1, '{"p":{"S":"z"},"s":{"N":"1"}}') ON CONFLICT (pk, sk) DO UPDATE SET item = '{"p":{"S":"y"},"s":{"N":"1"}}'$$,
  $$INSERT INTO dynamodb.fit VALUES ('z', 1, '{"p":{"S":"z"},"s":{"N":"1"}}') ON CONFLICT (pk, sk) DO UPDATE SET item = EXCLUDED.item$$,
  $$INSERT INTO dynamodb.fit VALUES ('j', 1, dynapg.from_jsonb('{"p": "j", "s": "1"}'))$$, $$INSERT INTO dynamodb.fit VALUES ('j', 1, dynapg.from_jsonb('{"p": "j", "s": 1}'))$$]) s;
UPDATE dynamodb.fit SET item = dynapg.item_update(item, 'SET p = :z', NULL, '{":z":{"S":"z"}}') WHERE pk = 'all';
\echo == COPY, as text
COPY dynamodb.fit (pk, sk, item) FROM stdin;
c	1	{"p":{"S":"d"},"s":{"N":"1"}}
\.
COPY dynamodb.fit (pk, sk, item) FROM stdin;
c	1	{"p":{"S":"c"},"s":{"N":"1"}}
\.
\echo == rows from items: the key columns are those of the item, for any number of items; other tables are refused
INSERT INTO dynamodb.fit (pk, sk, item) SELECT r.pk, r.sk, r.item FROM generate_series(1, 100) n, dynapg.table_row(NULL::dynamodb.fit, format('{"p":{"S":"made"},"s":{"N":"%s"}}', n)::dynapg.item) r
  ON CONFLICT DO NOTHING;
SELECT count(*), sum(sk) FROM dynamodb.fit WHERE pk = 'made';
SELECT pg_temp.answer('query', '{"TableName":"fit","Select":"COUNT","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"made"}}}');
SELECT pg_temp.insert_item('fit', i::dynapg.item) FROM unnest(ARRAY['{}', '{"p":{"S":"a"}}', '{"p":{"N":"1"},"s":{"N":"1"}}', '{"p":{"S":""},"s":{"N":"1"}}']) i;
SELECT pg_temp.try('SELECT dynapg.table_row(NULL::pg_class, ''{}'')'), pg_temp.try('SELECT dynapg.table_row(1, ''{}'')'), dynapg.table_row(NULL::dynamodb.fit, NULL) IS NULL;
\echo == the functions by themselves: wrong arguments are errors
SELECT s, pg_temp.try('SELECT ' || s) FROM unnest(ARRAY[$$dynapg.row_fits('{"id":{"S":"x"}}', 'x'::text, 'S id')$$, $$dynapg.row_fits('{"id":{"S":"x"}}', 5, 'S id')$$,
  $$dynapg.row_fits('{"id":{"S":"x"}}', 'x'::name, 'S id')$$, $$dynapg.row_fits('{"id":{"S":"x"}}', 'x'::text, 'SS id')$$, $$dynapg.row_fits('{"id":{"S":"x"}}', 'x'::text, '')$$,
  $$dynapg.row_fits('{"id":{"S":"x"}}', 'x'::text, NULL)$$, $$dynapg.row_fits(NULL, 'x'::text, 'S id')$$, $$dynapg.row_fits('{"id":{"S":"x"}}', NULL::text, 'S id')$$,
  $$dynapg.row_fits('{"id":{"N":"1"}}', 1::bigint, 'N id')$$, $$dynapg.index_fits('{}', 'i', 0, 'S', 'a')$$, $$dynapg.index_fits('{}', 'i', 1, 'S')$$, $$dynapg.index_fits('{}', 'i', 1, 'M', 'a')$$,
  $$dynapg.index_fits('{}', 'i', 1, VARIADIC '{S,a,S,a,S,a,S,a,S,a,S,a,S,a,S,a,S,a}')$$, $$dynapg.index_fits('{}', 'i', 1, VARIADIC '{{S,a},{N,NULL}}')$$,
  $$dynapg.vector_fits('{"v":{"L":[]}}', 'i', 'v', -1, true, VARIADIC '{}')$$, $$dynapg.vector_fits('{"v":{"L":[]}}', 'i', 'v', 100000000, true, 'S', 'x')$$]) s;
\echo == an index that comes later: items that do not fit it stay, the API changes them, SQL has to mend them; it goes with the index
-- a distributed table has no constraint that its rows violate: test/t/266_citus_sql.pl
SELECT pg_temp.keep_local('fitS');
SELECT pg_temp.answer('update_table', '{"TableName":"fitS","AttributeDefinitions":[{"AttributeName":"x","AttributeType":"N"}],
  "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-x","KeySchema":[{"AttributeName":"x","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}}]}') LIKE '{%';
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'dynamodb."fitS"'::regclass AND contype = 'c' ORDER BY conname;
SELECT pk, sk, left(problem, 90) FROM dynapg.unfit_rows('dynamodb."fitS"');
SELECT dynapg.add_checks('dynamodb."fitS"');
SELECT pg_temp.answer('update_item', '{"TableName":"fitS","Key":{"p":{"S":"large"}},"UpdateExpression":"SET x = :x, y = :y","ExpressionAttributeValues":{":x":{"S":"no"},":y":{"S":"yes"}}}'),
  pg_temp.answer('update_item', '{"TableName":"fitS","Key":{"p":{"S":"large"}},"UpdateExpression":"REMOVE z"}'),
  pg_temp.try($$UPDATE dynamodb."fitS" SET item = dynapg.item_update(item, 'REMOVE z') WHERE pk = 'large'$$),
  pg_temp.try($$UPDATE dynamodb."fitS" SET item = dynapg.item_update(item, 'SET x = :x', NULL, '{":x":{"N":"1"}}') WHERE pk = 'large'$$);
SELECT count(*) FROM dynapg.unfit_rows('dynamodb."fitS"');
SELECT dynapg.add_checks('dynamodb."fitS"');
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'dynamodb."fitS"'::regclass AND contype = 'c' ORDER BY conname;
SELECT pg_temp.answer('update_table', '{"TableName":"fitS","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-x"}}]}') LIKE '{%';
SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'dynamodb."fitS"'::regclass AND contype = 'c' ORDER BY conname;
\echo == a constraint that the owner drops comes back, and one that says something else is replaced
ALTER TABLE dynamodb."fitS" DROP CONSTRAINT "dynapg fits";
INSERT INTO dynamodb."fitS" VALUES ('wrong', '{"p":{"S":"right"}}');
SELECT dynapg.add_checks('dynamodb."fitS"');
SELECT * FROM dynapg.unfit_rows('dynamodb."fitS"');
DELETE FROM dynamodb."fitS" WHERE pk = 'wrong';
ALTER TABLE dynamodb."fitS" DROP CONSTRAINT "dynapg fits";
ALTER TABLE dynamodb."fitS" ADD CONSTRAINT "dynapg fits" CHECK (dynapg.row_fits(item, pk, 'S other')) NOT VALID;
SELECT dynapg.add_checks('dynamodb."fitS"');
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'dynamodb."fitS"'::regclass AND conname = 'dynapg fits';
SELECT pg_temp.try('SELECT dynapg.add_checks(''pg_class'')'), pg_temp.try('SELECT dynapg.unfit_rows(''pg_class'')'), pg_temp.try('SELECT dynapg.add_checks(1)');
CREATE ROLE regress_fit LOGIN;
SET ROLE regress_fit;
SELECT pg_temp.try('SELECT dynapg.add_checks(''dynamodb."fitS"'')'), pg_temp.try('SELECT dynapg.unfit_rows(''dynamodb."fitS"'')');
RESET ROLE;
DROP ROLE regress_fit;
\echo == constraints of the user are evaluated as ever, and ours after a trigger that changes rows
CREATE FUNCTION public.fit_swap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.item := '{"p":{"S":"swapped"}}'; RETURN NEW; END $$;
SELECT pg_temp.make('fitOwn', 'S');
ALTER TABLE dynamodb."fitOwn" ADD CONSTRAINT own CHECK (dynapg.item_matches(item, 'attribute_not_exists(bad)'));
SELECT pg_temp.answer('put_item', '{"TableName":"fitOwn","Item":{"p":{"S":"a"}}}'), pg_temp.answer('put_item', '{"TableName":"fitOwn","Item":{"p":{"S":"b"},"bad":{"S":"x"}}}'),
  pg_temp.answer('update_item', '{"TableName":"fitOwn","Key":{"p":{"S":"a"}},"UpdateExpression":"SET bad = :x","ExpressionAttributeValues":{":x":{"S":"x"}}}');
CREATE TRIGGER swap BEFORE INSERT OR UPDATE ON dynamodb."fitOwn" FOR EACH ROW EXECUTE FUNCTION public.fit_swap();
SELECT pg_temp.answer('put_item', '{"TableName":"fitOwn","Item":{"p":{"S":"c"}}}'), pg_temp.answer('put_item', '{"TableName":"fitOwn","Item":{"p":{"S":"swapped"}}}'),
  pg_temp.answer('update_item', '{"TableName":"fitOwn","Key":{"p":{"S":"a"}},"UpdateExpression":"SET x = :x","ExpressionAttributeValues":{":x":{"S":"x"}}}');
\echo == what a rule adds to a statement is judged, and so is a constraint of a user that calls our functions
SELECT pg_temp.make('fitRule', 'S');
-- Citus has no rules
SELECT pg_temp.keep_local(name) FROM unnest('{fitRule,fitOwn}'::text[]) AS name;
SELECT pg_temp.answer('put_item', '{"TableName":"fitRule","Item":{"p":{"S":"a"}}}');
CREATE RULE more AS ON DELETE TO dynamodb."fitRule" DO ALSO INSERT INTO dynamodb."fitOwn" VALUES ('wrong', OLD.item);
DROP TRIGGER swap ON dynamodb."fitOwn";
SELECT pg_temp.answer('delete_item', '{"TableName":"fitRule","Key":{"p":{"S":"a"}}}');
SELECT * FROM dynapg.unfit_rows('dynamodb."fitOwn"');
ALTER TABLE dynamodb."fitOwn" ADD CONSTRAINT strict CHECK (dynapg.index_fits(item, 'own', 1, VARIADIC ARRAY['S', 'strict']));
SELECT pg_temp.answer('put_item', '{"TableName":"fitOwn","Item":{"p":{"S":"d"},"strict":{"N":"1"}}}');
\echo == EXPLAIN without ANALYZE leaves nothing behind
SELECT count(*) > 0 FROM dynapg.explain('DeleteItem', '{"TableName":"fitRule","Key":{"p":{"S":"a"}}}');
SELECT pg_temp.answer('delete_table', '{"TableName":"fitRule"}') LIKE '{%';
SELECT pg_temp.answer('put_item', '{"TableName":"fitOwn","Item":{"p":{"S":"e"}}}');
\echo == an error while rows are validated ends no transaction but its own
SELECT pg_temp.make('fitEvent', 'S');
SELECT format('ALTER TABLE dynamodb."fitEvent" DROP CONSTRAINT %I', conname) FROM pg_constraint WHERE conrelid = 'dynamodb."fitEvent"'::regclass AND contype = 'c' \gexec
CREATE FUNCTION public.fit_refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
	IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'dynamodb."fitEvent"'::regclass AND contype = 'c' AND convalidated) THEN RAISE 'not now'; END IF;
END $$;
CREATE EVENT TRIGGER fit_refuse ON ddl_command_end WHEN tag IN ('ALTER TABLE') EXECUTE FUNCTION public.fit_refuse();
SELECT pg_temp.try('SELECT dynapg.add_checks(''dynamodb."fitEvent"'')'), pg_current_xact_id() IS NOT NULL;
SELECT pg_current_xact_id_if_assigned() IS NULL AS ended;
DROP EVENT TRIGGER fit_refuse;
DROP FUNCTION public.fit_refuse;
\echo == tables made from others have them, too
SELECT pg_temp.answer('create_backup', '{"TableName":"fit","BackupName":"fit"}') LIKE '{%';
SELECT count(pg_temp.answer('delete_table', format('{"TableName":"%s"}', t))) FROM unnest('{fit,fitNB,fitBS,fitS,fitB,fitOwn,fitEvent}'::text[]) t;
DROP FUNCTION public.fit_swap;
