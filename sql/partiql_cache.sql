-- PartiQL: parsed statements are kept, within bounds, and never hide changes of tables or other parameters
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"pcache","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
CREATE FUNCTION pg_temp.run(statement text, members text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.answer('execute_statement', '{"Statement":' || to_json(statement) || members || '}') $$;
-- what the cache holds: statements, and whether their memory is within its bound and the hash table's
CREATE FUNCTION pg_temp.cached(OUT statements bigint, OUT bounded boolean) LANGUAGE sql AS $$
	SELECT count(*) FILTER (WHERE name = 'dynapg PartiQL statement'), sum(total_bytes) < 4.5 * 1024 * 1024
	FROM pg_backend_memory_contexts WHERE name LIKE 'dynapg PartiQL%' $$;

\echo # one statement with other parameters, other types of them, and another table of that name
SELECT pg_temp.run('INSERT INTO pcache VALUE {''id'':?,''v'':?}', ',"Parameters":[{"S":"a"},' || v || ']') FROM unnest(ARRAY['{"N":"1"}', '{"N":"x"}', '{"S":"one"}', '{"M":{"x":{"N":"1"}}}']) v;
SELECT pg_temp.run('SELECT * FROM pcache WHERE id=? AND v=?', ',"Parameters":[{"S":"a"},' || v || ']') FROM unnest(ARRAY['{"N":"1"}', '{"S":"1"}', '{"N":"1.0"}']) v;
SELECT pg_temp.run('UPDATE pcache SET v=? WHERE id=?', ',"Parameters":[' || v || ',{"S":"a"}]') FROM unnest(ARRAY['{"N":"2"}', '{"L":[]}']) v;
SELECT pg_temp.run('SELECT v FROM pcache WHERE id=?', ',"Parameters":[{"S":"a"}]');
SELECT pg_temp.run('SELECT v FROM pcache WHERE id=?', m) FROM unnest(ARRAY['', ',"Parameters":[{"S":"a"},{"S":"b"}]']) m;
SELECT dynapg.delete_table('{"TableName":"pcache"}')->'TableDescription'->>'TableStatus';
SELECT pg_temp.run('SELECT v FROM pcache WHERE id=?', ',"Parameters":[{"S":"a"}]');
SELECT dynapg.create_table('{"TableName":"pcache","KeySchema":[{"AttributeName":"v","KeyType":"HASH"},{"AttributeName":"id","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"},{"AttributeName":"v","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')->'TableDescription'->>'TableStatus';
SELECT pg_temp.run('INSERT INTO pcache VALUE {''id'':?,''v'':?}', ',"Parameters":[{"N":"1"},{"S":"b"}]');
SELECT pg_temp.run('SELECT v FROM pcache WHERE id=?', ',"Parameters":[{"N":"1"}],"ReturnConsumedCapacity":"TOTAL"');
SELECT pg_temp.run('UPDATE pcache SET v=? WHERE id=?', ',"Parameters":[{"N":"2"},{"S":"a"}]');

\echo # texts that differ in anything are different statements; those that do not parse are not kept
SELECT pg_temp.run('SELECT id FROM pcache WHERE v=''b''' || s) FROM unnest(ARRAY['', ' ', ';', ' AND id=2', ' AND']) s;
SELECT pg_temp.run('SELECT id FROM pcache WHERE v=''b'' AND') FROM generate_series(1, 2);

\echo # bounds: of statements, of bytes
SELECT count(pg_temp.run('SELECT * FROM pcache WHERE v=''b'' AND id=' || n)) FROM generate_series(1, 1500) n;
SELECT statements, bounded FROM pg_temp.cached();
SELECT count(pg_temp.run('SELECT * FROM pcache WHERE v=''b'' AND id=' || n || ' AND x IN (' || repeat('''some text'',', 99) || '1)')) FROM generate_series(1, 1200) n;
SELECT statements BETWEEN 50 AND 1023, bounded FROM pg_temp.cached();
SELECT count(pg_temp.answer('execute_statement', '{"Statement":"SELECT x' || n || ' FROM"}')) FROM generate_series(1, 2000) n;
SELECT statements BETWEEN 50 AND 1023, bounded FROM pg_temp.cached();

\echo # a statement under way stays, whatever runs inside it; nothing may run inside one on the nodes of Citus
SELECT pg_temp.keep_local('pcache');
CREATE FUNCTION pg_temp.many() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.execute_statement(json_build_object('Statement', 'SELECT * FROM pcache WHERE v=''b'' AND id=' || n)) FROM generate_series(3000, 5000) n;
	RETURN NEW;
END $$;
CREATE TRIGGER many BEFORE INSERT OR UPDATE ON dynamodb.pcache FOR EACH ROW EXECUTE FUNCTION pg_temp.many();
SELECT pg_temp.run('UPDATE pcache SET w=[1,''two''] WHERE v=''b'' AND id=1 RETURNING MODIFIED NEW *');
SELECT pg_temp.answer('batch_execute_statement', '{"Statements":[{"Statement":"UPDATE pcache SET w=1 WHERE v=''b'' AND id=1 RETURNING MODIFIED OLD *"},{"Statement":"INSERT INTO pcache VALUE {''v'':''b'',''id'':2}"},{"Statement":"INSERT INTO pcache VALUE {''v'':''b'',''id'':''x''}"}]}');
SELECT pg_temp.answer('execute_transaction', '{"TransactStatements":[{"Statement":"UPDATE pcache SET w=2 WHERE v=''b'' AND id=1"},{"Statement":"INSERT INTO pcache VALUE {''v'':''b'',''id'':3}"}]}');
DROP TRIGGER many ON dynamodb.pcache;
SELECT statements, bounded FROM pg_temp.cached();
SELECT dynapg.delete_table('{"TableName":"pcache"}')->'TableDescription'->>'TableStatus';
