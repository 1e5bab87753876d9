-- generate.sql - items shaped like those of real single-table designs, the same for the same size and seed
--
-- Creates the schema testdata.  What it generates depends on nothing but its arguments: every choice is a hash of
-- the seed, the item's number and the name of the choice, so it is the same on every machine and PostgreSQL version.
--
--   testdata.items(size, seed)  the items, about `size` of them, with distinct keys, as DynamoDB JSON
--   testdata.create_tables()    the DynamoDB tables they belong to, with their indexes
--   testdata.load(size, seed)   fills those tables through dynapg.put_item, then adds the index that only exists later
--
-- Tables:
--   app       PK (S), SK (S): users, orders, order lines, events of tenants (few large partitions, many small ones),
--             wide documents, keys from the corners of Unicode, keys as long as they may be
--   readings  device (B), seenAt (N): binary ids, numeric sort keys of every form and magnitude
--   flat      id (N): no sort key
-- Items miss attributes that indexes are made of; the attribute of the late index is of the wrong type on some.
-- Numbers are written in different forms ("1.50", "15e-1").

CREATE SCHEMA testdata;

-- A number from 0 to 2^31 - 1.
CREATE FUNCTION testdata.rnd(seed integer, i bigint, choice text) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (('x' || pg_catalog.substr(pg_catalog.md5(seed::text || ' ' || i::text || ' ' || choice), 1, 8))::bit(32)::bigint & 2147483647);

-- A number from 0 to n - 1, small ones far more often.
CREATE FUNCTION testdata.skewed(seed integer, i bigint, choice text, n bigint) RETURNS bigint
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (((((testdata.rnd(seed, i, choice) * testdata.rnd(seed, i, choice)) >> 31) * testdata.rnd(seed, i, choice)) >> 31) * n) >> 31;

CREATE FUNCTION testdata.pick(seed integer, i bigint, choice text, VARIADIC among text[]) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN among[1 + testdata.rnd(seed, i, choice) % pg_catalog.cardinality(among)];

-- Attribute values.  NULL makes no attribute: testdata.item drops it.
CREATE FUNCTION testdata.s(v text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN v IS NOT NULL THEN pg_catalog.jsonb_build_object('S', v) END;
CREATE FUNCTION testdata.n(v text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN v IS NOT NULL THEN pg_catalog.jsonb_build_object('N', v) END;
CREATE FUNCTION testdata.b(v bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN v IS NOT NULL THEN pg_catalog.jsonb_build_object('B', pg_catalog.replace(pg_catalog.encode(v, 'base64'), E'\n', '')) END;

CREATE FUNCTION testdata.item(VARIADIC parts jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (SELECT pg_catalog.jsonb_object_agg(parts[k] #>> '{}', parts[k + 1])
			FROM pg_catalog.generate_series(1, pg_catalog.cardinality(parts), 2) k WHERE parts[k + 1] IS NOT NULL);

-- The bytes of a made-up id: any length up to 16, zeros and 0xff among them.
CREATE FUNCTION testdata.bytes(seed integer, i bigint, choice text, len integer) RETURNS bytea
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN pg_catalog.substr(pg_catalog.decode(pg_catalog.md5(seed::text || ' ' || i::text || ' ' || choice), 'hex'), 1, len);

CREATE FUNCTION testdata.moment(seconds numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN pg_catalog.to_char(timestamp '2024-01-01' + pg_catalog.make_interval(secs => seconds::double precision), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- An amount with two digits after the point, in one of the ways to write it; refunds are negative.
CREATE FUNCTION testdata.amount(seed integer, i bigint, choice text, cents bigint) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE testdata.rnd(seed, i, choice || ' form') % 8
		WHEN 0 THEN cents || 'e-2'
		WHEN 1 THEN (cents / 100.0)::numeric(20, 4)::text
		WHEN 2 THEN CASE WHEN cents >= 0 THEN '+00' ELSE '-00' END || (pg_catalog.abs(cents) / 100.0)::numeric(20, 2)::text
		WHEN 3 THEN (-cents / 100.0)::numeric(20, 2)::text
		ELSE (cents / 100.0)::numeric(20, 2)::text END;

-- Keys must be distinct, and differ in the tables' key types: "1.0" and "1" are one number.
CREATE FUNCTION testdata.items(size integer, seed integer) RETURNS TABLE (tab text, item jsonb)
	LANGUAGE plpgsql STABLE SET search_path = testdata, pg_catalog AS $$
DECLARE
	users bigint := greatest(size / 25, 2);
	orders bigint := greatest(size / 7, 3);
	lines bigint := greatest(size / 3, 5);
	events bigint := greatest(size / 5, 5);
	corners text[] := ARRAY[chr(1), chr(2), chr(9), ' ', '"', '\', '#', 'A', 'a', 'aa', '~', chr(127), chr(128), 'é', chr(2047), chr(2048),
		chr(55295), chr(57344), chr(65533), chr(65535), chr(65536), chr(128512), chr(1114111)];
	given text[] := ARRAY['anna', 'björn', 'Ωmega', '川口', '😀joy', 'ádám', 'O''Neil', 'zoë', 'Ångström', 'دانا'];
BEGIN
	-- users
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s('USER#' || email), '"SK"', s('PROFILE'), '"entity"', s('user'),
			'"email"', s(email), '"fullname"', s(given[1 + i % 10] || ' ' || initcap(given[1 + i % 7])),
			'"createdAt"', n((1704067200 + rnd(seed, i, 'since') % 31536000)::text),
			'"score"', CASE rnd(seed, i, 'score') % 9
				WHEN 0 THEN NULL WHEN 1 THEN s('not rated') ELSE n(amount(seed, i, 'user score', rnd(seed, i, 'points') % 20000 - 5000)) END,
			'"flag"', CASE rnd(seed, i, 'flag') % 8 WHEN 0 THEN n('1') WHEN 1 THEN '{"BOOL":true}' WHEN 2 THEN '{"NULL":true}' WHEN 3 THEN s('')
				WHEN 4 THEN NULL ELSE s(pick(seed, i, 'flag value', 'red', 'green', 'blue')) END,
			'"tags"', CASE WHEN i % 3 > 0 THEN jsonb_build_object('SS', (SELECT jsonb_agg(t) FROM unnest(ARRAY['vip', 'new', 'eu', 'ü', 'b2b']) WITH ORDINALITY u(t, o)
				WHERE rnd(seed, i, 'tag ' || t) % 2 = 0 OR o = 1)) END,
			'"address"', jsonb_build_object('M', jsonb_build_object('street', s('Via Appia ' || i % 90), 'city', s(pick(seed, i, 'city', 'Rome', 'Zürich', '東京', 'Oslo')),
				'geo', jsonb_build_object('L', jsonb_build_array(n(((rnd(seed, i, 'lat') % 1800000) / 10000.0 - 90)::text), n(((rnd(seed, i, 'lon') % 3600000) / 10000.0 - 180)::text))))),
			'"active"', jsonb_build_object('BOOL', rnd(seed, i, 'active') % 4 > 0),
			'"GSI1PK"', s('EMAIL#' || email), '"GSI1SK"', s('USER'),
			'"tenant"', s('t' || skewed(seed, i, 'tenant', 20)), '"realm"', CASE WHEN i % 11 > 0 THEN s(pick(seed, i, 'realm', 'eu', 'us', 'ap')) END)
		FROM (SELECT i, given[1 + i % 10] || i || '@example.com' AS email FROM generate_series(0, users - 1) i) u;

	-- their orders
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s('USER#' || given[1 + u % 10] || u || '@example.com'), '"SK"', s('ORDER#' || at || '#' || i), '"entity"', s('order'),
			'"createdAt"', n(amount(seed, i, 'created', 170406720000 + (rnd(seed, i, 'day') % 365) * 8640000)),
			'"orderState"', CASE WHEN i % 13 > 0 THEN s(pick(seed, i, 'state', 'OPEN', 'PAID', 'SHIPPED', 'DONE', 'DONE', 'RETURNED')) END,
			'"amount"', CASE WHEN i % 17 > 0 THEN n(amount(seed, i, 'amount', rnd(seed, i, 'cents') % 50000 - 2000)) END,
			'"dueAt"', CASE WHEN i % 2 = 0 THEN s(moment(rnd(seed, i, 'due') % 63072000)) END,
			'"score"', CASE WHEN i % 4 = 0 THEN n((rnd(seed, i, 'score') % 10)::text) WHEN i % 4 = 1 THEN s('7') END,
			'"flag"', CASE WHEN i % 6 < 3 THEN s(pick(seed, i, 'flag', 'red', 'green', 'blue', 'white')) WHEN i % 6 = 3 THEN n('2') END,
			'"GSI1PK"', CASE WHEN i % 5 > 0 THEN s('STATE#' || pick(seed, i, 'state', 'OPEN', 'PAID', 'SHIPPED', 'DONE', 'DONE', 'RETURNED')) END,
			'"GSI1SK"', s(left(at, 10)),
			'"tenant"', s('t' || skewed(seed, u, 'tenant', 20)), '"realm"', CASE WHEN u % 11 > 0 THEN s(pick(seed, u, 'realm', 'eu', 'us', 'ap')) END,
			'"note"', CASE WHEN i % 9 = 0 THEN s(repeat(given[1 + i % 10] || ' ', (1 + i % 40)::integer)) END)
		FROM (SELECT i, skewed(seed, i, 'customer', users) AS u, moment(rnd(seed, i, 'at') % 31536000 + 0.001 * (i % 1000)) AS at FROM generate_series(0, orders - 1) i) o;

	-- order lines: many of one product in one order share their index keys
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s('ORDER#' || o), '"SK"', s('LINE#' || lpad(i::text, 7, '0')), '"entity"', s('line'),
			'"sku"', s('SKU-' || skewed(seed, i, 'sku', 200)), '"qty"', n((1 + rnd(seed, i, 'qty') % 9)::text), '"price"', n(amount(seed, i, 'price', rnd(seed, i, 'price') % 10000)),
			'"createdAt"', n((1704067200 + o)::text),
			'"GSI1PK"', s('SKU#' || skewed(seed, i, 'sku', 200)), '"GSI1SK"', s('ORDER#' || o),
			'"history"', jsonb_build_object('L', jsonb_build_array(jsonb_build_object('M', jsonb_build_object('at', s(moment(i % 100000)), 'by', s(pick(seed, i, 'by', 'web', 'app', 'shop')))),
				n((i % 7)::text), '{"NULL":true}'::jsonb)),
			'"matrix"', CASE WHEN i % 5 = 0 THEN jsonb_build_object('NS', jsonb_build_array((i % 12 + 12)::text, (i % 12 * 10)::text || '.50', '-' || (i % 3 + 1)::text || 'e1')) END,
			'"note"', s(repeat(md5(i::text), (rnd(seed, i, 'note') % 9)::integer)))
		FROM (SELECT i, skewed(seed, i, 'order', orders) AS o FROM generate_series(0, lines - 1) i) l;

	-- events: two of twenty tenants have most of them
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s('TENANT#' || skewed(seed, i, 'hot', 20)), '"SK"', s('EVENT#' || moment(i * 37.123 + rnd(seed, i, 'jitter') % 1000) || '#' || i), '"entity"', s('event'),
			'"kind"', s(pick(seed, i, 'kind', 'login', 'logout', 'view', 'click', 'buy')), '"createdAt"', n((1704067200 + i * 37)::text),
			'"sum"', b(bytes(seed, i, 'sum', (rnd(seed, i, 'sum') % 17)::integer)),
			'"payload"', jsonb_build_object('M', jsonb_build_object('ip', s('10.0.' || i % 256 || '.' || i % 251), 'ms', n((rnd(seed, i, 'ms') % 100000)::text || 'e-3'),
				'ok', jsonb_build_object('BOOL', i % 7 > 0), 'path', jsonb_build_object('L', jsonb_build_array(s('shop'), s('item'), n((i % 50)::text))))),
			'"tenant"', s('t' || skewed(seed, i, 'hot', 20)), '"realm"', s(pick(seed, i, 'realm', 'eu', 'us', 'ap')), '"orderState"', s(pick(seed, i, 'state', 'OPEN', 'DONE')),
			'"amount"', CASE WHEN i % 3 = 0 THEN n((rnd(seed, i, 'amount') % 30 - 10)::text) END)
		FROM generate_series(0, events - 1) i;

	-- wide documents: a few to a page
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s('DOC#' || i % 3), '"SK"', s('v' || lpad(i::text, 6, '0')), '"entity"', s('document'),
			'"GSI1PK"', s('DOCS'), '"GSI1SK"', s('v' || i % 10), '"createdAt"', n(i::text), '"orderState"', s(CASE i % 4 WHEN 0 THEN 'OPEN' ELSE 'DONE' END),
			'"body"', s(repeat(md5(i::text) || given[1 + i % 10], (200 + rnd(seed, i, 'body') % 7000)::integer)), '"note"', s(pick(seed, i, 'kind of document', 'draft', 'final')))
		FROM generate_series(0, greatest(size / 400, 20) - 1) i;

	-- sort keys from the corners of Unicode
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s('corners'), '"SK"', s(a.c || coalesce(b.c, '')), '"entity"', s('corner'),
			'"GSI1PK"', s('corner' || coalesce(b.c, '')), '"GSI1SK"', s(a.c), '"sku"', s(coalesce(b.c || a.c, a.c)), '"flag"', s(a.c), '"score"', n(a.o::text), '"note"', s(a.c || a.c))
		FROM unnest(corners) WITH ORDINALITY a(c, o), (SELECT unnest(corners) AS c UNION ALL SELECT NULL) b
		WHERE a.c <> 'a' OR b.c NOT IN ('a', 'aa') OR b.c IS NULL;

	-- keys as long as they may be: many begin alike
	RETURN QUERY SELECT 'app', testdata.item('"PK"', s(left(repeat(CASE WHEN i < 8 THEN 'x' ELSE 'ab😀' END, 2048), CASE WHEN i < 8 THEN 2040 ELSE 1020 END) || 'part' || i), '"SK"', s(repeat('k', 1020) || lpad(j::text, 4, '0')),
			'"entity"', s('long'), '"GSI1PK"', s(repeat('g', 2040) || i % 3), '"GSI1SK"', s(repeat('é', 500) || lpad((j * 10 + i)::text, 4, '0')), '"createdAt"', n((i * j)::text))
		FROM generate_series(0, 9) i, generate_series(0, least(size / 1000, 40)) j;

	-- readings
	RETURN QUERY SELECT DISTINCT ON (r.device, r.at::numeric) 'readings', testdata.item('"device"', b(r.device), '"seenAt"', n(r.at),
			'"kind"', CASE WHEN i % 10 > 0 THEN s(pick(seed, i, 'kind', 'temp', 'temp', 'hum', 'volt', 'Ω')) END,
			'"val"', CASE WHEN i % 8 > 0 THEN n(amount(seed, i, 'val', rnd(seed, i, 'val') % 4000 - 2000)) END,
			'"raw"', CASE WHEN i % 6 > 0 THEN b(bytes(seed, i / 2, 'raw', 1 + (i % 16)::integer)) END,
			'"bucket"', CASE WHEN i % 7 > 0 THEN n((skewed(seed, i, 'bucket', 40) - 5)::text || pick(seed, i, 'bucket form', '', '.0', 'e0')) END,
			'"labels"', CASE WHEN i % 4 = 0 THEN jsonb_build_object('BS', jsonb_build_array('/w==', 'AA==', 'AAE=')) WHEN i % 4 = 1 THEN jsonb_build_object('L', jsonb_build_array(s('a'), n('1.0'))) END,
			'"note"', CASE WHEN i % 3 = 0 THEN s(md5(i::text)) END)
		FROM (SELECT i, CASE skewed(seed, i, 'device', 60) WHEN 0 THEN '\x00'::bytea WHEN 1 THEN '\xff'::bytea WHEN 2 THEN '\xffff'::bytea WHEN 3 THEN '\x0000'::bytea
				ELSE bytes(seed, skewed(seed, i, 'device', 60), 'device', 1 + (skewed(seed, i, 'device', 60) % 16)::integer) END AS device,
			CASE rnd(seed, i, 'at form') % 10
				WHEN 0 THEN '-' || (rnd(seed, i, 'at') % 100000)::text
				WHEN 1 THEN '-' || (rnd(seed, i, 'at') % 1000)::text || '.' || (rnd(seed, i, 'fraction') % 1000)::text
				WHEN 2 THEN (1 + rnd(seed, i, 'at') % 99)::text || 'E-' || (rnd(seed, i, 'exponent') % 130)::text
				WHEN 3 THEN pick(seed, i, 'sign', '-', '+') || (1 + rnd(seed, i, 'at') % 9)::text || '.' || (1 + rnd(seed, i, 'fraction') % 99999)::text || 'e' || (rnd(seed, i, 'exponent') % 126)::text
				WHEN 4 THEN pick(seed, i, 'sign', '-', '') || '9' || lpad(rnd(seed, i, 'at')::text, 18, '7') || '.' || rpad(rnd(seed, i, 'fraction')::text, 18, '3')
				WHEN 5 THEN (rnd(seed, i, 'at') % 50)::text || pick(seed, i, 'zeros', '', '.0', '.00', 'e0')
				WHEN 6 THEN '0.' || (rnd(seed, i, 'at') % 100000)::text
				ELSE (1704067200000 + i * 977)::text END AS at
			FROM generate_series(0, greatest(size / 4, 10) - 1) i) r
		ORDER BY r.device, r.at::numeric, i;

	-- no sort key
	RETURN QUERY SELECT 'flat', testdata.item('"id"', n(CASE i % 4 WHEN 0 THEN i::text || '.0' WHEN 1 THEN '-' || i::text WHEN 2 THEN i::text || 'e-3' ELSE i::text || 'E40' END),
			'"owner"', CASE WHEN i % 12 > 0 THEN s('o' || skewed(seed, i, 'owner', 25)) END, '"rank"', CASE WHEN i % 5 > 0 THEN n((rnd(seed, i, 'rank') % 40 - 20)::text) END,
			'"payload"', jsonb_build_object('M', jsonb_build_object('first', jsonb_build_object('L', jsonb_build_array(jsonb_build_object('M', jsonb_build_object('deep', n(i::text)))))))) FROM generate_series(0, greatest(size / 20, 8) - 1) i;
END
$$;

CREATE FUNCTION testdata.create_tables() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.create_table('{"TableName":"app","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},{"AttributeName":"SK","AttributeType":"S"},{"AttributeName":"createdAt","AttributeType":"N"},
			{"AttributeName":"orderState","AttributeType":"S"},{"AttributeName":"GSI1PK","AttributeType":"S"},{"AttributeName":"GSI1SK","AttributeType":"S"},
			{"AttributeName":"tenant","AttributeType":"S"},{"AttributeName":"realm","AttributeType":"S"},{"AttributeName":"amount","AttributeType":"N"},{"AttributeName":"sku","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"SK","KeyType":"RANGE"}],
		"LocalSecondaryIndexes":[
			{"IndexName":"byCreated","KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"createdAt","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"byState","KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"orderState","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
		"GlobalSecondaryIndexes":[
			{"IndexName":"gsi1","KeySchema":[{"AttributeName":"GSI1PK","KeyType":"HASH"},{"AttributeName":"GSI1SK","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"multi","KeySchema":[{"AttributeName":"tenant","KeyType":"HASH"},{"AttributeName":"realm","KeyType":"HASH"},{"AttributeName":"orderState","KeyType":"RANGE"},
				{"AttributeName":"amount","KeyType":"RANGE"},{"AttributeName":"SK","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["entity","payload","score"]}},
			{"IndexName":"bySku","KeySchema":[{"AttributeName":"sku","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}');
	PERFORM dynapg.create_table('{"TableName":"readings","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"device","AttributeType":"B"},{"AttributeName":"seenAt","AttributeType":"N"},{"AttributeName":"kind","AttributeType":"S"},
			{"AttributeName":"val","AttributeType":"N"},{"AttributeName":"raw","AttributeType":"B"},{"AttributeName":"bucket","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"device","KeyType":"HASH"},{"AttributeName":"seenAt","KeyType":"RANGE"}],
		"LocalSecondaryIndexes":[
			{"IndexName":"byRaw","KeySchema":[{"AttributeName":"device","KeyType":"HASH"},{"AttributeName":"raw","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["kind"]}},
			{"IndexName":"byValue","KeySchema":[{"AttributeName":"device","KeyType":"HASH"},{"AttributeName":"val","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
		"GlobalSecondaryIndexes":[
			{"IndexName":"kindVal","KeySchema":[{"AttributeName":"kind","KeyType":"HASH"},{"AttributeName":"val","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"bucketRaw","KeySchema":[{"AttributeName":"bucket","KeyType":"HASH"},{"AttributeName":"raw","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
			{"IndexName":"rawKind","KeySchema":[{"AttributeName":"raw","KeyType":"HASH"},{"AttributeName":"bucket","KeyType":"HASH"},{"AttributeName":"kind","KeyType":"RANGE"},
				{"AttributeName":"val","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["labels"]}}]}');
	PERFORM dynapg.create_table('{"TableName":"flat","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"},{"AttributeName":"owner","AttributeType":"S"},{"AttributeName":"rank","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"GlobalSecondaryIndexes":[
			{"IndexName":"byOwner","KeySchema":[{"AttributeName":"owner","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}},
			{"IndexName":"ownerRank","KeySchema":[{"AttributeName":"owner","KeyType":"HASH"},{"AttributeName":"rank","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}');
END
$$;

-- The index comes after the items, since a put with a key attribute of the wrong type is refused once it is there.
CREATE FUNCTION testdata.add_late_index() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.update_table('{"TableName":"app","AttributeDefinitions":[{"AttributeName":"flag","AttributeType":"S"},{"AttributeName":"score","AttributeType":"N"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"late","KeySchema":[{"AttributeName":"flag","KeyType":"HASH"},{"AttributeName":"score","KeyType":"RANGE"}],
			"Projection":{"ProjectionType":"ALL"}}}]}');
END
$$;

CREATE FUNCTION testdata.load(size integer, seed integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	loaded bigint;
BEGIN
	PERFORM testdata.create_tables();
	SELECT count(dynapg.put_item(json_build_object('TableName', i.tab, 'Item', i.item))) INTO loaded FROM testdata.items(size, seed) i;
	PERFORM testdata.add_late_index();
	RETURN loaded;
END
$$;
