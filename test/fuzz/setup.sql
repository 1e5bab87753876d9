-- setup.sql - what the fuzzers use in their database: tables, ways past PostgreSQL's own checks, and the judges.
--
-- The judges return NULL for a good outcome, else what is wrong with it.

CREATE EXTENSION dynapg;
CREATE SCHEMA fuzz;
ALTER DATABASE fuzz SET search_path = public, dynapg;	-- for the operators of items

-- Lets octets reach dynapg that PostgreSQL's input function of json would refuse, as HTTP does.
CREATE CAST (bytea AS json) WITHOUT FUNCTION;

SELECT dynapg.create_table('{"TableName":"FuzzS","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},
	{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["n"]}}],
	"LocalSecondaryIndexes":[{"IndexName":"by-h","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"h","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"ALL"}}]}');
SELECT dynapg.create_table('{"TableName":"FuzzB","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"pk","AttributeType":"B"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}');

CREATE UNLOGGED TABLE fuzz.requests (number integer, operation text, request bytea);

CREATE FUNCTION fuzz.call(operation text, request json) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE operation
		WHEN 'put_item' THEN dynapg.put_item(request)
		WHEN 'get_item' THEN dynapg.get_item(request)
		WHEN 'update_item' THEN dynapg.update_item(request)
		WHEN 'delete_item' THEN dynapg.delete_item(request)
		WHEN 'query' THEN dynapg.query(request)
		WHEN 'scan' THEN dynapg.scan(request)
		WHEN 'transact_write_items' THEN dynapg.transact_write_items(request)
		WHEN 'transact_get_items' THEN dynapg.transact_get_items(request)
		WHEN 'create_table' THEN dynapg.create_table(request)
		WHEN 'update_table' THEN dynapg.update_table(request)
		WHEN 'describe_table' THEN dynapg.describe_table(request)
		WHEN 'delete_table' THEN dynapg.delete_table(request)
		WHEN 'list_tables' THEN dynapg.list_tables(request)
	END;
END $$;

CREATE UNLOGGED TABLE fuzz.outcomes (operation text, outcome text, calls bigint, PRIMARY KEY (operation, outcome));

-- The codes of a cancelled transaction are those of its message, and one of them at least is a reason.
CREATE FUNCTION fuzz.judge_reasons(message text, detail text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	codes text := (SELECT string_agg(r->>'Code', ', ' ORDER BY n) FROM json_array_elements(detail::json->'CancellationReasons') WITH ORDINALITY t (r, n));
BEGIN
	IF message NOT LIKE '%[' || codes || ']' OR codes !~ 'ValidationError|ConditionalCheckFailed' THEN
		RETURN 'reasons ' || codes || ' of: ' || message;
	END IF;
	PERFORM FROM json_array_elements(detail::json->'CancellationReasons') r WHERE (r->>'Code' = 'None') <> (r->'Message' IS NULL);
	RETURN CASE WHEN FOUND THEN 'a reason without a message, or a message without: ' || detail END;
END $$;

-- A request, as octets: an error is DynamoDB's, a reply is JSON.
CREATE FUNCTION fuzz.judge_request(operation text, request bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	outcome text := 'ok';
	wrong text;
	detail text;
BEGIN
	BEGIN
		reply := fuzz.call(operation, request::json);
		PERFORM reply::text::json;
		IF reply IS NULL THEN
			wrong := 'the reply is NULL';
		END IF;
	EXCEPTION WHEN OTHERS THEN
		outcome := SQLSTATE;
		IF SQLSTATE !~ '^ND' OR (SQLERRM = '' AND SQLSTATE <> 'ND002') THEN	-- malformed JSON has no message
			wrong := SQLSTATE || ' ' || SQLERRM;
		ELSIF SQLSTATE = 'ND011' THEN
			GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
			wrong := fuzz.judge_reasons(SQLERRM, detail);
		END IF;
	END;
	INSERT INTO fuzz.outcomes VALUES (operation, outcome, 1) ON CONFLICT ON CONSTRAINT outcomes_pkey DO UPDATE SET calls = outcomes.calls + 1;
	RETURN wrong;
END $$;

-- An item, whatever made it: every way of looking at it works, and text and binary form lead back to the same bytes.
CREATE FUNCTION fuzz.judge_item(item dynapg.item) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF item::text::dynapg.item <> item THEN
		RETURN 'the text form is of another item';
	END IF;
	PERFORM dynapg.item_size(item), dynapg.item_hash(item), item::json, item -> 'a', item ->> 'n',
		dynapg.key_s(item, 'pk'), dynapg.key_n(item, 'pk'), dynapg.key_b(item, 'pk'), dynapg.part_s(item, 'g'), dynapg.part_b(item, 'b'),
		dynapg.item_matches(item, 'a = b OR size(l) > :n OR contains(ss, :s) OR m.a < :n', NULL, '{":n":{"N":"1"},":s":{"S":"a"}}'),
		dynapg.item_project(item, 'a, l[0], l[2], m.a, n');
	BEGIN
		PERFORM dynapg.item_update(item, 'REMOVE l[0], m.a');
	EXCEPTION WHEN SQLSTATE 'ND001' THEN
		NULL;
	END;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- What the tables hold is in order.
CREATE FUNCTION fuzz.judge_tables() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT left(w, 300) FROM (
		SELECT fuzz.judge_item(item) FROM dynamodb."FuzzS"
		UNION ALL SELECT fuzz.judge_item(item) FROM dynamodb."FuzzB"
		UNION ALL SELECT 'keys of FuzzS' FROM dynamodb."FuzzS" WHERE (pk, sk) IS DISTINCT FROM (dynapg.part_s(item, 'pk'), dynapg.key_n(item, 'sk'))
		UNION ALL SELECT 'keys of FuzzB' FROM dynamodb."FuzzB" WHERE pk IS DISTINCT FROM dynapg.part_b(item, 'pk')) t (w)
	WHERE w IS NOT NULL
$$;

-- ---- binary forms ----

CREATE UNLOGGED TABLE fuzz.items (item dynapg.item);
CREATE UNLOGGED TABLE fuzz.programs (program bytea PRIMARY KEY);

-- Octets as the binary form of an item: refused, or an item like any other.  COPY writes a bytea as it reads an item.
CREATE FUNCTION fuzz.judge_binary_item(octets bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	wrong text;
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', octets, file);
	BEGIN
		EXECUTE format('COPY fuzz.items FROM %L (FORMAT binary)', file);
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLSTATE NOT IN ('22P03', '08P01', '22021') THEN SQLSTATE || ' ' || SQLERRM END;
	END;
	SELECT fuzz.judge_item(item) INTO STRICT wrong FROM fuzz.items;
	EXECUTE 'TRUNCATE fuzz.items';
	RETURN wrong;
END $$;

-- Octets as a program: refused, or run to an end.
CREATE FUNCTION fuzz.judge_program(item dynapg.item, octets bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM dynapg.holds(item, octets);
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE NOT IN ('22023', 'ND001') THEN
			RETURN 'holds: ' || SQLSTATE || ' ' || SQLERRM;
		END IF;
	END;
	BEGIN
		RETURN 'apply: ' || fuzz.judge_item(dynapg.apply(item, octets));
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLSTATE NOT IN ('22023', 'ND001') THEN 'apply: ' || SQLSTATE || ' ' || SQLERRM END;
	END;
END $$;

-- Octets with one flaw each: every byte changed in three ways, and a number of truncations.
CREATE FUNCTION fuzz.mutants(octets bytea) RETURNS SETOF bytea LANGUAGE sql AS $$
	SELECT set_byte(octets, i, (get_byte(octets, i) # mask) & 255)
	FROM generate_series(0, length(octets) - 1) i, unnest(ARRAY[1, 128, 255]) mask
	UNION ALL
	SELECT set_byte(octets, i, b) FROM generate_series(0, length(octets) - 1) i, unnest(ARRAY[0, 2, 127]) b
	UNION ALL
	SELECT substr(octets, 1, i) FROM generate_series(0, length(octets) - 1) i
	UNION ALL
	SELECT substr(octets, i) FROM generate_series(2, least(length(octets), 40)) i
	UNION ALL
	SELECT octets || '\x00'::bytea
	UNION ALL
	SELECT octets || octets
$$;
