-- Items as rows without pages, and operations with SQL arguments: query_items, scan_items, get, put, update, delete.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
\set VERBOSITY terse
\pset null NULL
\pset format unaligned
\pset tuples_only on
SELECT dynapg.create_table('{"TableName": "QOrders", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "order", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "order", "AttributeType": "N"},
    {"AttributeName": "status", "AttributeType": "S"}],
  "GlobalSecondaryIndexes": [{"IndexName": "by_status", "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"}}]}') #>> '{TableDescription,TableName}';

-- The short forms: keys and items plain, DynamoDB JSON, jsonb, json, items, rows.
SELECT dynapg.put('QOrders', '{"customer": "ada", "order": 1, "status": "open", "price": 9.50}');
SELECT dynapg.put('QOrders', '{"customer": {"S": "ada"}, "order": {"N": "2"}, "tags": {"SS": ["b", "a"]}}');
SELECT dynapg.put('QOrders', '{"customer": {"S": "ada"}, "order": {"N": "3"}}'::dynapg.item);
SELECT dynapg.put('QOrders', '{"customer": "ada", "order": 4}'::jsonb), dynapg.put('QOrders', '{"customer": "ada", "order": 5}'::json);
SELECT dynapg.put('QOrders', r) FROM (SELECT 'bob' AS customer, 1 AS "order", NULL::text AS nothing, ARRAY[1, 2] AS list) r;
SELECT dynapg.get('QOrders', '{"customer": "ada", "order": 1}'), dynapg.get('QOrders', '{"customer": "eve", "order": 1}');
SELECT dynapg.get('QOrders', key => jsonb_build_object('customer', 'ada', 'order', 2), projection => '#t, customer', names => '{"#t": "tags"}');
SELECT dynapg.update('QOrders', '{"customer": "ada", "order": 1}', 'SET price = price - :d, #s = :s', condition => '#s = :o',
  names => '{"#s": "status"}', "values" => '{":d": 0.5, ":s": {"S": "paid"}, ":o": "open"}');
SELECT dynapg.update('QOrders', '{"customer": "ada", "order": 1}', 'SET price = :p', condition => 'price = :o', "values" => '{":p": 1, ":o": 2}');
SELECT dynapg.update('QOrders', '{"customer": "new", "order": 1}', 'ADD hits :one', "values" => '{":one": 1}');
SELECT dynapg.put('QOrders', '{"customer": "ada", "order": 1}', condition => 'attribute_not_exists(customer)');
SELECT dynapg.delete('QOrders', '{"customer": "new", "order": 1}', condition => 'hits = :h', "values" => '{":h": 2}');
SELECT dynapg.delete('QOrders', '{"customer": "new", "order": 1}'), dynapg.delete('QOrders', '{"customer": "new", "order": 1}');
PREPARE put_untyped AS SELECT dynapg.put('QOrders', $1);
EXECUTE put_untyped('{"customer": "ada", "order": 6, "status": "paid"}');

-- Errors.
SELECT dynapg.put('QOrders', '{"customer": {"S": "ada"}, "order": 1}');
SELECT dynapg.put('QOrders', '[1]');
SELECT dynapg.put('QOrders', 'x');
SELECT dynapg.put('QOrders', 5);
SELECT dynapg.put('QOrders', NULL);
SELECT dynapg.put(NULL, '{}');
SELECT dynapg.put('Nowhere', '{"customer": "ada", "order": 1}');
SELECT dynapg.put('QOrders', '{"customer": 5, "order": 1}');
SELECT dynapg.get('QOrders', '{"customer": "ada"}');
SELECT dynapg.update('QOrders', '{"customer": "ada", "order": 1}', 'SET price = :p', "values" => '[1]');

-- Query: conditions, filters, projections, order, indexes, limit.
SELECT dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": "ada"}', projection => '#o', names => '{"#o": "order"}');
SELECT i OPERATOR(dynapg.->>) 'order' FROM dynapg.query_items('QOrders', 'customer = :c AND #o BETWEEN :a AND :b', filter => 'attribute_exists(#s) OR :all = :all',
  names => '{"#o": "order", "#s": "status"}', "values" => '{":c": {"S": "ada"}, ":a": 2, ":b": {"N": "4"}, ":all": true}', forward => false) i;
SELECT i OPERATOR(dynapg.->>) 'order' FROM dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": "ada"}', "limit" => 2) i;
SELECT count(*) FROM dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": "ada"}', "limit" => 0);
SELECT dynapg.query_items('QOrders', '#s = :s', names => '{"#s": "status"}', "values" => '{":s": "paid"}', index_name => 'by_status');
SELECT dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": "ada"}', "limit" => -1);
SELECT dynapg.query_items('QOrders', 'customer > :c', "values" => '{":c": "ada"}');
SELECT dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": 5}');
SELECT dynapg.query_items('QOrders', 'customer = :c', filter => 'customer = :c', "values" => '{":c": "ada"}');
SELECT dynapg.query_items('QOrders', 'status = :c', "values" => '{":c": "x"}', index_name => 'none');
SELECT dynapg.query_items('QOrders', NULL);

-- Joins, LATERAL, COPY.
SELECT c.name, i OPERATOR(dynapg.->>) 'order' FROM (VALUES ('ada', 'Ada'), ('bob', 'Bob'), ('eve', 'Eve')) c (id, name)
  LEFT JOIN LATERAL dynapg.query_items('QOrders', 'customer = :c', "values" => jsonb_build_object(':c', c.id), "limit" => 2) i ON true;
COPY (SELECT i OPERATOR(dynapg.->>) 'customer', i OPERATOR(dynapg.->>) 'order' FROM dynapg.scan_items('QOrders', filter => '#o < :n',
  names => '{"#o": "order"}', "values" => '{":n": 3}') i ORDER BY 1, 2) TO STDOUT;

-- Far more than a page of 1 MB; segments together are the table; memory spills.
INSERT INTO dynamodb."QOrders" SELECT 'many', n, format('{"customer":{"S":"many"},"order":{"N":"%s"},"text":{"S":"%s"}}', n, repeat('x', 500))::dynapg.item
  FROM generate_series(1, 6000) n;
SET work_mem = '64kB';
SELECT count(*), sum(dynapg.item_size(i)) FROM dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": "many"}') i;
SELECT count(*) FROM dynapg.scan_items('QOrders');
SELECT sum(n) FROM (SELECT count(*) AS n FROM generate_series(0, 3) s, dynapg.scan_items('QOrders', segment => s, total_segments => 4)) t;
RESET work_mem;
SELECT string_agg(i OPERATOR(dynapg.->>) 'order', ',') FROM dynapg.query_items('QOrders', 'customer = :c', filter => 'size(#t) = :n', names => '{"#t": "text"}',
  "values" => '{":c": "many", ":n": 500}', "limit" => 3) i;

-- Rights are those of the API: SELECT on the table, row security.
CREATE ROLE regress_items_reader LOGIN;
SET ROLE regress_items_reader;
SELECT count(*) FROM dynapg.scan_items('QOrders');
SELECT dynapg.get('QOrders', '{"customer": "ada", "order": 1}');
RESET ROLE;
GRANT SELECT ON dynamodb."QOrders" TO regress_items_reader;
ALTER TABLE dynamodb."QOrders" ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON dynamodb."QOrders" FOR SELECT TO regress_items_reader USING (pk = 'bob');
SET ROLE regress_items_reader;
SELECT dynapg.scan_items('QOrders');
SELECT count(*) FROM dynapg.query_items('QOrders', 'customer = :c', "values" => '{":c": "ada"}');
SELECT dynapg.get('QOrders', '{"customer": "ada", "order": 1}');
SELECT dynapg.put('QOrders', '{"customer": "bob", "order": 9}');
RESET ROLE;
DROP OWNED BY regress_items_reader;
DROP ROLE regress_items_reader;
SELECT dynapg.delete_table('{"TableName": "QOrders"}') #>> '{TableDescription,TableName}';
