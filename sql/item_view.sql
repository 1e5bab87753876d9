-- Typed views of tables: create_view, reading with the primary key, writing, rights.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
-- Citus writes no rows through views: test/t/266_citus_sql.pl has what such a view of a distributed table does.
SET dynapg.distribute_tables = off;
RESET client_min_messages;
\set VERBOSITY terse
\pset null NULL
SELECT dynapg.create_table('{"TableName": "VOrders", "BillingMode": "PAY_PER_REQUEST",
  "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "order", "KeyType": "RANGE"}],
  "AttributeDefinitions": [{"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "order", "AttributeType": "N"}]}') #>> '{TableDescription,TableName}';
SELECT dynapg.create_view('VOrders', '{"price": "numeric(8,2)", "status": "text", "paid": "boolean", "tags": "text[]", "at": "timestamptz", "it''s \"odd\"": "int",
  "doc": "jsonb", "raw": "bytea"}');
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '"VOrders"'::regclass AND attnum > 0 ORDER BY attnum;

-- Write and read; NULL is an attribute that is missing.
INSERT INTO "VOrders" (customer, "order", price, status, tags, "it's ""odd""", doc, raw) VALUES
  ('ada', 1, 9.5, 'open', '{b,a}', 7, '{"k": [1, {"S": "x"}]}', '\x00ff'), ('ada', 2, NULL, 'paid', NULL, NULL, NULL, NULL), ('bob', 1, 3, NULL, NULL, NULL, NULL, NULL)
  RETURNING customer, "order", price;
SELECT item FROM dynamodb."VOrders" ORDER BY pk, sk;
SELECT * FROM "VOrders" WHERE customer = 'ada' ORDER BY "order";
UPDATE "VOrders" SET price = price * 2, status = NULL, paid = true, at = '2026-01-02 03:04:05+00' WHERE customer = 'ada' AND "order" = 1;
SELECT item FROM dynamodb."VOrders" WHERE pk = 'ada' AND sk = 1;
UPDATE "VOrders" SET status = 'seen' RETURNING customer, "order", status;
DELETE FROM "VOrders" WHERE price < 4 RETURNING customer;
SELECT count(*) FROM dynamodb."VOrders";

-- An array takes the place of a set as a set; what is not changed stays as it is, whatever its type.
SELECT dynapg.put('VOrders', '{"customer": {"S": "set"}, "order": {"N": "1"}, "tags": {"SS": ["x", "y"]}, "price": {"S": "n/a"}, "other": {"L": []}, "status": {"NULL": true}}');
SELECT customer, price, status, tags FROM "VOrders" WHERE customer = 'set';
UPDATE "VOrders" SET tags = tags || '{z,x}', paid = false WHERE customer = 'set';
SELECT item FROM dynamodb."VOrders" WHERE pk = 'set';
UPDATE "VOrders" SET price = 1, status = 'x', tags = NULL WHERE customer = 'set';
SELECT item FROM dynamodb."VOrders" WHERE pk = 'set';

-- COPY, and statements that fail as they do on tables.
COPY "VOrders" (customer, "order", price) FROM STDIN;
copied	1	1.25
copied	2	\N
\.
SELECT customer, "order", price FROM "VOrders" WHERE customer = 'copied' ORDER BY 2;
DO $$ BEGIN INSERT INTO "VOrders" (customer, "order") VALUES ('ada', 1); EXCEPTION WHEN unique_violation THEN RAISE NOTICE '%: %', SQLSTATE, SQLERRM; END $$;
DO $$ BEGIN INSERT INTO "VOrders" (customer) VALUES ('ada'); EXCEPTION WHEN not_null_violation THEN RAISE NOTICE '%: %', SQLSTATE, SQLERRM; END $$;
\set VERBOSITY terse
UPDATE "VOrders" SET "order" = 5 WHERE customer = 'ada';
UPDATE "VOrders" SET price = 'NaN'::float8::numeric WHERE customer = 'ada';
INSERT INTO "VOrders" (customer, "order") VALUES ('', 1);
INSERT INTO "VOrders" (customer, "order", status) VALUES ('big', 1, repeat('x', 500000));
INSERT INTO "VOrders" (customer, "order") VALUES (repeat('long', 200), 1);
UPDATE "VOrders" SET price = 1 WHERE customer LIKE 'long%';
DELETE FROM "VOrders" WHERE customer LIKE 'long%';
SELECT dynapg.delete('VOrders', jsonb_build_object('customer', repeat('long', 200), 'order', 1)) IS NOT NULL AS gone;

-- Conditions on the key use the primary key.
EXPLAIN (COSTS OFF) SELECT price FROM "VOrders" WHERE customer = 'ada' AND "order" > 1;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) UPDATE "VOrders" SET price = 1 WHERE customer = 'ada' AND "order" = 1;
RESET enable_seqscan;

-- Names and types from outside run nothing.
SELECT dynapg.create_view('VOrders', '{"a": "int); DROP TABLE x; --"}', 'v1');
SELECT dynapg.create_view('VOrders', '{"a": "anyelement"}', 'v1');
SELECT dynapg.create_view('VOrders', '{"a": "varchar(3)"}', 'v1');
SELECT dynapg.create_view('VOrders', '{"a": 5}', 'v1');
SELECT dynapg.create_view('VOrders', '[]', 'v1');
SELECT dynapg.create_view('VOrders', '{"order": "text"}', 'v1');
SELECT dynapg.create_view('VOrders', jsonb_build_object(repeat('n', 64), 'text'), 'v1');
SELECT dynapg.create_view('VOrders', '{}', 'a.b.c.d');
SELECT dynapg.create_view('VOrders', '{}', '"VOrders"');
SELECT dynapg.create_view('Nowhere', '{}');
SELECT dynapg.create_view('VOrders', '{"order": "numeric", "x'';--": "pg_temp.no"}', 'v1');
SELECT dynapg.create_view('VOrders', '{"order": "numeric", "x'');--\\": "pg_catalog.text"}', '"odd "" view"');
INSERT INTO "odd "" view" VALUES ('odd', 1, 'value');
SELECT * FROM "odd "" view" WHERE customer = 'odd';
ALTER VIEW "odd "" view" RENAME COLUMN "x');--\" TO renamed;
UPDATE "odd "" view" SET renamed = 'again' WHERE customer = 'odd';
SELECT item FROM dynamodb."VOrders" WHERE pk = 'odd';

-- The view gives nobody a right that he lacks, not its owner's either.
CREATE ROLE regress_view_reader LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON "VOrders" TO regress_view_reader;
SET ROLE regress_view_reader;
SELECT count(*) FROM "VOrders";
INSERT INTO "VOrders" (customer, "order") VALUES ('eve', 1);
RESET ROLE;
GRANT SELECT ON dynamodb."VOrders" TO regress_view_reader;
SET ROLE regress_view_reader;
SELECT count(*) > 1 AS all_rows FROM "VOrders";
INSERT INTO "VOrders" (customer, "order") VALUES ('eve', 1);
UPDATE "VOrders" SET price = 7;
DELETE FROM "VOrders";
RESET ROLE;
GRANT INSERT, UPDATE, DELETE ON dynamodb."VOrders" TO regress_view_reader;
SET ROLE regress_view_reader;
INSERT INTO "VOrders" (customer, "order") VALUES ('eve', 1);
DELETE FROM "VOrders" WHERE customer = 'eve';
RESET ROLE;

-- What asks instead before PostgreSQL 15.
ALTER TABLE dynamodb."VOrders" ENABLE ROW LEVEL SECURITY;
SELECT dynapg.view_may_read('dynamodb."VOrders"');
SET ROLE regress_view_reader;
SELECT dynapg.view_may_read('dynamodb."VOrders"');
RESET ROLE;
DROP OWNED BY regress_view_reader;
SET ROLE regress_view_reader;
SELECT dynapg.view_may_read('dynamodb."VOrders"');
RESET ROLE;
DROP ROLE regress_view_reader;

-- The trigger's function by hand; a view that was changed; a table whose key has changed.
SELECT dynapg.write_view();
CREATE VIEW by_hand AS SELECT 'x'::text AS customer, 1 AS other;
CREATE TRIGGER by_hand INSTEAD OF INSERT ON by_hand FOR EACH ROW EXECUTE FUNCTION dynapg.write_view('VOrders', 'customer');
INSERT INTO by_hand VALUES ('x', 1);
DROP TRIGGER by_hand ON by_hand;
CREATE TRIGGER by_hand INSTEAD OF INSERT ON by_hand FOR EACH ROW EXECUTE FUNCTION dynapg.write_view('VOrders', 'customer', 'other');
INSERT INTO by_hand VALUES ('x', 1);
DROP TRIGGER by_hand ON by_hand;
CREATE TRIGGER by_hand INSTEAD OF INSERT ON by_hand FOR EACH ROW EXECUTE FUNCTION dynapg.write_view();
INSERT INTO by_hand VALUES ('x', 1);
-- Columns of the key that are of another type, as in a view of the user's own, or where the table was made again.
CREATE VIEW by_hand_types AS SELECT 1234567::bigint AS customer, 1::numeric AS "order";
CREATE TRIGGER by_hand INSTEAD OF INSERT OR UPDATE OR DELETE ON by_hand_types FOR EACH ROW EXECUTE FUNCTION dynapg.write_view('VOrders', 'customer', 'order');
DELETE FROM by_hand_types;
INSERT INTO by_hand_types VALUES (1, 1);
UPDATE by_hand_types SET "order" = 2;
DROP VIEW by_hand_types;
CREATE VIEW by_hand_types AS SELECT 'ada'::text AS customer, 'x'::text AS "order";
CREATE TRIGGER by_hand INSTEAD OF INSERT OR UPDATE OR DELETE ON by_hand_types FOR EACH ROW EXECUTE FUNCTION dynapg.write_view('VOrders', 'customer', 'order');
DELETE FROM by_hand_types;
DROP VIEW by_hand_types;
DROP VIEW by_hand, "odd "" view", "VOrders";
SELECT dynapg.delete_table('{"TableName": "VOrders"}') #>> '{TableDescription,TableName}';
