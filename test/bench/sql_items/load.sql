-- Orders of a shop: about 400 bytes, strings, numbers, a boolean, a map, a list of maps, and an array (in both, as jsonb has no sets).
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
DROP TABLE IF EXISTS bench_items, bench_jsonb;
CREATE TABLE bench_jsonb (pk text COLLATE "C" PRIMARY KEY, item jsonb NOT NULL);
CREATE TABLE bench_items (pk text COLLATE "C" PRIMARY KEY, item dynapg.item NOT NULL);
INSERT INTO bench_jsonb SELECT 'order ' || n, jsonb_build_object('id', 'order ' || n, 'customer', 'customer ' || n % 10000,
	'status', (ARRAY['open', 'paid', 'shipped', 'done'])[1 + n % 4], 'price', n % 100000 / 100.0, 'paid', n % 3 = 0, 'at', 1700000000 + n,
	'address', jsonb_build_object('street', n % 500 || ' Long Street', 'city', 'City ' || n % 200, 'zip', lpad((n % 90000)::text, 5, '0')),
	'positions', jsonb_build_array(jsonb_build_object('sku', 'A-' || n % 1000, 'quantity', n % 7 + 1, 'price', n % 500 / 10.0),
		jsonb_build_object('sku', 'B-' || n % 3000, 'quantity', n % 3 + 1, 'price', n % 900 / 10.0)),
	'tags', jsonb_build_array('tag ' || n % 10, 'tag ' || n % 33)) FROM generate_series(1, :items) n;
INSERT INTO bench_items SELECT pk, dynapg.from_jsonb(item) FROM bench_jsonb;
CREATE INDEX bench_jsonb_gin ON bench_jsonb USING gin (item jsonb_path_ops);
CREATE INDEX bench_items_gin ON bench_items USING gin (item);
VACUUM ANALYZE bench_jsonb, bench_items;
