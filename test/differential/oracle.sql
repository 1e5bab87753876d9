-- oracle.sql - the answers of Query and Scan worked out in plain SQL over the decoded items
--
-- Creates the schema oracle, which uses nothing of dynapg: items are jsonb documents, key attributes are columns of
-- PostgreSQL's own types, an index is one more plain table of the documents as the index shows them.
--
--   oracle.build(size, seed)  makes those tables from testdata.items
--   oracle.size(value)        bytes of a value as DynamoDB counts them
--   oracle.at, compare, type_is, begins, contains, units
--                             the operands and conditions of filters
--   oracle.project            what a projection leaves of a document
--   oracle.is_projected       whether an index shows an attribute

CREATE SCHEMA oracle;

-- A table (idx '') or index: its key attributes, types by name, and what it projects.
CREATE TABLE oracle.layout (
	id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	tab text NOT NULL,
	idx text NOT NULL,
	is_local boolean NOT NULL DEFAULT false,
	hash text[] NOT NULL,
	range text[] NOT NULL,
	base text[] NOT NULL,
	types jsonb NOT NULL,
	projection text NOT NULL DEFAULT 'ALL',
	include text[] NOT NULL DEFAULT '{}',
	items bigint
);

INSERT INTO oracle.layout (tab, idx, is_local, hash, range, base, types, projection, include) VALUES
	('app', '', false, '{PK}', '{SK}', '{PK,SK}', '{"PK":"S","SK":"S"}', 'ALL', '{}'),
	('app', 'byCreated', true, '{PK}', '{createdAt}', '{PK,SK}', '{"PK":"S","SK":"S","createdAt":"N"}', 'ALL', '{}'),
	('app', 'byState', true, '{PK}', '{orderState}', '{PK,SK}', '{"PK":"S","SK":"S","orderState":"S"}', 'KEYS_ONLY', '{}'),
	('app', 'gsi1', false, '{GSI1PK}', '{GSI1SK}', '{PK,SK}', '{"PK":"S","SK":"S","GSI1PK":"S","GSI1SK":"S"}', 'ALL', '{}'),
	('app', 'multi', false, '{tenant,realm}', '{orderState,amount,SK}', '{PK,SK}',
		'{"PK":"S","SK":"S","tenant":"S","realm":"S","orderState":"S","amount":"N"}', 'INCLUDE', '{entity,payload,score}'),
	('app', 'bySku', false, '{sku}', '{}', '{PK,SK}', '{"PK":"S","SK":"S","sku":"S"}', 'KEYS_ONLY', '{}'),
	('app', 'late', false, '{flag}', '{score}', '{PK,SK}', '{"PK":"S","SK":"S","flag":"S","score":"N"}', 'ALL', '{}'),
	('readings', '', false, '{device}', '{seenAt}', '{device,seenAt}', '{"device":"B","seenAt":"N"}', 'ALL', '{}'),
	('readings', 'byRaw', true, '{device}', '{raw}', '{device,seenAt}', '{"device":"B","seenAt":"N","raw":"B"}', 'INCLUDE', '{kind}'),
	('readings', 'byValue', true, '{device}', '{val}', '{device,seenAt}', '{"device":"B","seenAt":"N","val":"N"}', 'KEYS_ONLY', '{}'),
	('readings', 'kindVal', false, '{kind}', '{val}', '{device,seenAt}', '{"device":"B","seenAt":"N","kind":"S","val":"N"}', 'ALL', '{}'),
	('readings', 'bucketRaw', false, '{bucket}', '{raw}', '{device,seenAt}', '{"device":"B","seenAt":"N","bucket":"N","raw":"B"}', 'KEYS_ONLY', '{}'),
	('readings', 'rawKind', false, '{raw,bucket}', '{kind,val}', '{device,seenAt}',
		'{"device":"B","seenAt":"N","raw":"B","bucket":"N","kind":"S","val":"N"}', 'INCLUDE', '{labels}'),
	('flat', '', false, '{id}', '{}', '{id}', '{"id":"N"}', 'ALL', '{}'),
	('flat', 'byOwner', false, '{owner}', '{}', '{id}', '{"id":"N","owner":"S"}', 'KEYS_ONLY', '{}'),
	('flat', 'ownerRank', false, '{owner}', '{rank}', '{id}', '{"id":"N","owner":"S","rank":"N"}', 'ALL', '{}');

CREATE FUNCTION oracle.type_of(v jsonb) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (SELECT k FROM jsonb_object_keys(v) k LIMIT 1);

CREATE FUNCTION oracle.bytes(base64 text) RETURNS bytea LANGUAGE sql IMMUTABLE
	RETURN decode(base64, 'base64');

-- One form for equal values: numbers without superfluous digits, sets in order.
CREATE FUNCTION oracle.canonical(v jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	type text := oracle.type_of(v);
BEGIN
	CASE type
		WHEN 'N' THEN
			RETURN jsonb_build_object(type, trim_scale((v ->> type)::numeric)::text);
		WHEN 'NS' THEN
			RETURN (SELECT jsonb_build_object(type, jsonb_agg(trim_scale(n::numeric)::text ORDER BY n::numeric)) FROM jsonb_array_elements_text(v -> type) n);
		WHEN 'SS' THEN
			RETURN (SELECT jsonb_build_object(type, jsonb_agg(s ORDER BY s COLLATE "C")) FROM jsonb_array_elements_text(v -> type) s);
		WHEN 'BS' THEN
			RETURN (SELECT jsonb_build_object(type, jsonb_agg(b ORDER BY oracle.bytes(b))) FROM jsonb_array_elements_text(v -> type) b);
		WHEN 'L' THEN
			RETURN (SELECT jsonb_build_object(type, coalesce(jsonb_agg(oracle.canonical(e) ORDER BY o), '[]'))
					FROM jsonb_array_elements(v -> type) WITH ORDINALITY u(e, o));
		WHEN 'M' THEN
			RETURN jsonb_build_object(type, oracle.canonical_document(v -> type));
		ELSE
			RETURN v;
	END CASE;
END
$$;

CREATE FUNCTION oracle.canonical_document(doc jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
	RETURN (SELECT coalesce(jsonb_object_agg(key, oracle.canonical(value)), '{}') FROM jsonb_each(doc));

-- A number takes a byte, one for each pair of digits (aligned to the point; pairs of zeros at the ends are free), and
-- one if it is negative.
CREATE FUNCTION oracle.number_size(n numeric) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	whole text := split_part(trim_scale(abs(n))::text, '.', 1);
	fraction text := split_part(trim_scale(abs(n))::text, '.', 2);
	pairs text;
BEGIN
	IF length(whole) % 2 = 1 THEN
		whole := '0' || whole;
	END IF;
	IF length(fraction) % 2 = 1 THEN
		fraction := fraction || '0';
	END IF;
	pairs := regexp_replace(regexp_replace(whole || fraction, '^(00)+', ''), '(00)+$', '');
	WHILE length(pairs) % 2 = 1 LOOP
		pairs := pairs || '0';
	END LOOP;
	RETURN 1 + length(pairs) / 2 + CASE WHEN n < 0 THEN 1 ELSE 0 END;
END
$$;

CREATE FUNCTION oracle.size(v jsonb) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	type text := oracle.type_of(v);
BEGIN
	CASE type
		WHEN 'S' THEN RETURN octet_length(v ->> type);
		WHEN 'N' THEN RETURN oracle.number_size((v ->> type)::numeric);
		WHEN 'B' THEN RETURN length(oracle.bytes(v ->> type));
		WHEN 'SS' THEN RETURN (SELECT sum(octet_length(s)) FROM jsonb_array_elements_text(v -> type) s);
		WHEN 'NS' THEN RETURN (SELECT sum(oracle.number_size(n::numeric)) FROM jsonb_array_elements_text(v -> type) n);
		WHEN 'BS' THEN RETURN (SELECT sum(length(oracle.bytes(b))) FROM jsonb_array_elements_text(v -> type) b);
		WHEN 'L' THEN RETURN (SELECT 3 + coalesce(sum(1 + oracle.size(e)), 0) FROM jsonb_array_elements(v -> type) e);
		WHEN 'M' THEN RETURN (SELECT 3 + coalesce(sum(1 + octet_length(key) + oracle.size(value)), 0) FROM jsonb_each(v -> type));
		ELSE RETURN 1;
	END CASE;
END
$$;

CREATE FUNCTION oracle.document_size(doc jsonb) RETURNS integer LANGUAGE sql IMMUTABLE
	RETURN (SELECT sum(octet_length(key) + oracle.size(value)) FROM jsonb_each(doc));

CREATE FUNCTION oracle.is_projected(l oracle.layout, attribute text) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN l.projection = 'ALL' OR attribute = ANY (l.hash || l.range || l.base || l.include);

CREATE FUNCTION oracle.shown(l oracle.layout, doc jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
	RETURN CASE WHEN l.projection = 'ALL' THEN doc
		ELSE (SELECT jsonb_object_agg(key, value) FROM jsonb_each(doc) WHERE oracle.is_projected(l, key)) END;

-- The SQL expression of a key attribute as a value of PostgreSQL's type, NULL where it cannot be a key.
CREATE FUNCTION oracle.key_sql(attribute text, type text) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN format(CASE type
		WHEN 'S' THEN '(nullif(doc -> %1$L ->> ''S'', '''') COLLATE "C")'
		WHEN 'N' THEN '(doc -> %1$L ->> ''N'')::numeric'
		ELSE 'nullif(oracle.bytes(doc -> %1$L ->> ''B''), '''')' END, attribute);

CREATE FUNCTION oracle.relation(l oracle.layout) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN format('oracle.%I', 'at ' || l.tab || ' ' || l.idx);

-- Columns k1, k2, ... are the key attributes, t1 (t2) those of the table; n numbers the rows for random choice.
CREATE PROCEDURE oracle.build_layout(l oracle.layout) LANGUAGE plpgsql AS $$
DECLARE
	keys text[] := l.hash || l.range;
	columns text := '';
	present text := 'true';
	rows bigint;
BEGIN
	FOR i IN 1 .. cardinality(keys) LOOP
		columns := columns || format(', %s AS k%s', oracle.key_sql(keys[i], l.types ->> keys[i]), i);
		present := present || format(' AND k%s IS NOT NULL', i);
	END LOOP;
	FOR i IN 1 .. cardinality(l.base) LOOP
		columns := columns || format(', %s AS t%s', oracle.key_sql(l.base[i], l.types ->> l.base[i]), i);
	END LOOP;
	EXECUTE format('CREATE TABLE %s AS SELECT row_number() OVER () AS n, x.*, oracle.document_size(shown) AS size FROM
			(SELECT d.* %s, oracle.shown($1, doc) AS shown FROM oracle.documents d WHERE tab = $2) x WHERE %s',
		oracle.relation(l), columns, present) USING l, l.tab;
	GET DIAGNOSTICS rows = ROW_COUNT;
	UPDATE oracle.layout SET items = rows WHERE id = l.id;
	EXECUTE format('CREATE UNIQUE INDEX ON %s (n)', oracle.relation(l));
	EXECUTE format('CREATE INDEX ON %s USING hash (k1)', oracle.relation(l));
	EXECUTE format('ANALYZE %s', oracle.relation(l));
END
$$;

CREATE PROCEDURE oracle.build(size integer, seed integer) LANGUAGE plpgsql AS $$
DECLARE
	l oracle.layout;
BEGIN
	CREATE TABLE oracle.documents AS
		SELECT tab, oracle.canonical_document(item) AS doc, item AS given FROM testdata.items(size, seed);
	FOR l IN SELECT * FROM oracle.layout LOOP
		CALL oracle.build_layout(l);
	END LOOP;
END
$$;

-- What a path leads to: names, and numbers for list elements.  NULL where it leads nowhere.
CREATE FUNCTION oracle.at(doc jsonb, path text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	v jsonb := doc -> path[1];
BEGIN
	FOR i IN 2 .. cardinality(path) LOOP
		v := CASE WHEN path[i] ~ '^[0-9]+$' THEN v -> 'L' -> path[i]::integer ELSE v -> 'M' -> path[i] END;
	END LOOP;
	RETURN v;
END
$$;

-- -1, 0 or 1 for two strings, numbers or binaries; NULL for what has no order.
CREATE FUNCTION oracle.order_of(a jsonb, b jsonb) RETURNS integer LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN a ? 'N' AND b ? 'N' THEN sign((a ->> 'N')::numeric - (b ->> 'N')::numeric)::integer
		WHEN a ? 'S' AND b ? 'S' THEN CASE WHEN a ->> 'S' = b ->> 'S' THEN 0 WHEN (a ->> 'S') COLLATE "C" < b ->> 'S' THEN -1 ELSE 1 END
		WHEN a ? 'B' AND b ? 'B' THEN CASE WHEN oracle.bytes(a ->> 'B') = oracle.bytes(b ->> 'B') THEN 0
			WHEN oracle.bytes(a ->> 'B') < oracle.bytes(b ->> 'B') THEN -1 ELSE 1 END
	END;

CREATE FUNCTION oracle.equal(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN coalesce(oracle.canonical(a) = oracle.canonical(b), false);

-- A missing operand is unequal to everything and in no order.
CREATE FUNCTION oracle.compare(a jsonb, op text, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN CASE op
		WHEN '=' THEN oracle.equal(a, b)
		WHEN '<>' THEN NOT oracle.equal(a, b)
		WHEN '<' THEN coalesce(oracle.order_of(a, b) < 0, false)
		WHEN '<=' THEN coalesce(oracle.order_of(a, b) <= 0, false)
		WHEN '>' THEN coalesce(oracle.order_of(a, b) > 0, false)
		ELSE coalesce(oracle.order_of(a, b) >= 0, false) END;

CREATE FUNCTION oracle.begins(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN a ? 'S' AND b ? 'S' THEN left(a ->> 'S', length(b ->> 'S')) = b ->> 'S'
		WHEN a ? 'B' AND b ? 'B' THEN substr(oracle.bytes(a ->> 'B'), 1, length(oracle.bytes(b ->> 'B'))) = oracle.bytes(b ->> 'B')
		ELSE false END;

CREATE FUNCTION oracle.contains(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN coalesce(CASE
		WHEN a ? 'S' AND b ? 'S' THEN position(b ->> 'S' IN a ->> 'S') > 0
		WHEN a ? 'B' AND b ? 'B' THEN position(oracle.bytes(b ->> 'B') IN oracle.bytes(a ->> 'B')) > 0
		WHEN a ? 'SS' AND b ? 'S' THEN a -> 'SS' ? (b ->> 'S')
		WHEN a ? 'NS' AND b ? 'N' THEN (SELECT bool_or(n::numeric = (b ->> 'N')::numeric) FROM jsonb_array_elements_text(a -> 'NS') n)
		WHEN a ? 'BS' AND b ? 'B' THEN (SELECT bool_or(oracle.bytes(e) = oracle.bytes(b ->> 'B')) FROM jsonb_array_elements_text(a -> 'BS') e)
		WHEN a ? 'L' THEN (SELECT bool_or(oracle.equal(e, b)) FROM jsonb_array_elements(a -> 'L') e)
		ELSE false END, false);

-- size(): UTF-16 code units, bytes, or elements; NULL for what has no size.
CREATE FUNCTION oracle.units(a jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
	RETURN (SELECT jsonb_build_object('N', n::text) FROM (SELECT CASE oracle.type_of(a)
			WHEN 'S' THEN length(a ->> 'S') + (SELECT count(*) FROM regexp_matches(a ->> 'S', '[\U00010000-\U0010FFFF]', 'g'))
			WHEN 'B' THEN length(oracle.bytes(a ->> 'B'))
			WHEN 'M' THEN (SELECT count(*) FROM jsonb_object_keys(a -> 'M'))
			WHEN 'L' THEN jsonb_array_length(a -> 'L')
			WHEN 'SS' THEN jsonb_array_length(a -> 'SS')
			WHEN 'NS' THEN jsonb_array_length(a -> 'NS')
			WHEN 'BS' THEN jsonb_array_length(a -> 'BS') END) s(n) WHERE n IS NOT NULL);

-- A document with all of the paths (as text arrays in JSON), nested as they were; elements of lists move together.
CREATE FUNCTION oracle.project(doc jsonb, paths jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	name text;
	result jsonb := '{}';
	below jsonb;
	v jsonb;
	part jsonb;
	e record;
BEGIN
	FOR name IN SELECT DISTINCT p ->> 0 FROM jsonb_array_elements(paths) p LOOP
		v := doc -> name;
		CONTINUE WHEN v IS NULL;
		SELECT jsonb_agg(p - 0) INTO below FROM jsonb_array_elements(paths) p WHERE p ->> 0 = name;
		IF below @> '[[]]' AND EXISTS (SELECT FROM jsonb_array_elements(below) b WHERE b = '[]') THEN
			result := result || jsonb_build_object(name, v);
		ELSIF v ? 'M' THEN
			part := oracle.project(v -> 'M', below);
			IF part <> '{}' THEN
				result := result || jsonb_build_object(name, jsonb_build_object('M', part));
			END IF;
		ELSIF v ? 'L' THEN
			part := '{}';
			FOR e IN SELECT (o - 1)::text AS i, x FROM jsonb_array_elements(v -> 'L') WITH ORDINALITY u(x, o) LOOP
				part := part || jsonb_build_object(e.i, e.x);
			END LOOP;
			part := oracle.project(part, below);
			IF part <> '{}' THEN
				result := result || jsonb_build_object(name, jsonb_build_object('L', (SELECT jsonb_agg(value ORDER BY key::integer) FROM jsonb_each(part))));
			END IF;
		END IF;
	END LOOP;
	RETURN result;
END
$$;
