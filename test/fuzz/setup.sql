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
		WHEN 'batch_get_item' THEN dynapg.batch_get_item(request)
		WHEN 'batch_write_item' THEN dynapg.batch_write_item(request)
		WHEN 'transact_write_items' THEN dynapg.transact_write_items(request)
		WHEN 'transact_get_items' THEN dynapg.transact_get_items(request)
		WHEN 'execute_statement' THEN dynapg.execute_statement(request)
		WHEN 'batch_execute_statement' THEN dynapg.batch_execute_statement(request)
		WHEN 'execute_transaction' THEN dynapg.execute_transaction(request)
		WHEN 'create_table' THEN dynapg.create_table(request)
		WHEN 'update_table' THEN dynapg.update_table(request)
		WHEN 'describe_table' THEN dynapg.describe_table(request)
		WHEN 'delete_table' THEN dynapg.delete_table(request)
		WHEN 'list_tables' THEN dynapg.list_tables(request)
	END;
END $$;

CREATE UNLOGGED TABLE fuzz.outcomes (operation text, outcome text, calls bigint, PRIMARY KEY (operation, outcome));
CREATE FUNCTION fuzz.count(text, text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO fuzz.outcomes VALUES ($1, $2, 1) ON CONFLICT ON CONSTRAINT outcomes_pkey DO UPDATE SET calls = outcomes.calls + 1
$$;

-- The codes of a cancelled transaction are those of its message, and one of them at least is a reason.
CREATE FUNCTION fuzz.judge_reasons(message text, detail text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	codes text;
BEGIN
	SELECT string_agg(r->>'Code', ', ' ORDER BY n) INTO codes FROM json_array_elements(detail::json->'CancellationReasons') WITH ORDINALITY t (r, n);
	IF message NOT LIKE '%[' || codes || ']' OR codes !~ 'ValidationError|ConditionalCheckFailed|DuplicateItem' THEN
		RETURN 'reasons ' || codes || ' of: ' || message;
	END IF;
	PERFORM FROM json_array_elements(detail::json->'CancellationReasons') r WHERE (r->>'Code' = 'None') <> (r->'Message' IS NULL);
	RETURN CASE WHEN FOUND THEN 'a reason without a message, or a message without: ' || detail END;
EXCEPTION WHEN untranslatable_character THEN
	RETURN NULL;			-- U+0000 is no character of PostgreSQL's
END $$;

-- The action of an entry of a transaction; of doubled members the last one counts.
CREATE FUNCTION fuzz.action(entry json, OUT kind text, OUT action json) LANGUAGE sql AS $$
	SELECT key, value FROM json_each(entry) WITH ORDINALITY e (key, value, n)
	WHERE key IN ('Put', 'Update', 'Delete', 'ConditionCheck') AND json_typeof(value) = 'object' ORDER BY n DESC LIMIT 1
$$;

-- What the operation on one item says to an action, which it then undoes: the action's reason, as it should be.
CREATE FUNCTION fuzz.reason(entry json, OUT code text, OUT message text, OUT item text) LANGUAGE plpgsql AS $$
DECLARE
	kind text;
	action json;
	detail text;
BEGIN
	SELECT * INTO kind, action FROM fuzz.action(entry);
	PERFORM CASE kind WHEN 'Put' THEN dynapg.put_item(action) WHEN 'Update' THEN dynapg.update_item(action) ELSE dynapg.delete_item(action) END;
	RAISE SQLSTATE 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		code := 'None';
	WHEN SQLSTATE 'ND003' THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		code := 'ConditionalCheckFailed';
		message := SQLERRM;
		item := nullif(detail, '')::json->'Item';
	WHEN SQLSTATE 'ND001' THEN
		code := 'ValidationError';
		message := regexp_replace(SQLERRM, '^1 validation error detected: ', '');
END $$;

CREATE FUNCTION fuzz.state() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(item::text, ',' ORDER BY item::text)) FROM (SELECT item FROM dynamodb."FuzzS" UNION ALL SELECT item FROM dynamodb."FuzzB") t
$$;

-- What the tables hold once each action was done by the operation on one item.
CREATE FUNCTION fuzz.state_after(entries json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text;
BEGIN
	PERFORM CASE kind WHEN 'Put' THEN dynapg.put_item(action) WHEN 'Update' THEN dynapg.update_item(action) WHEN 'Delete' THEN dynapg.delete_item(action) END
	FROM json_array_elements(entries) e (entry), fuzz.action(entry);
	state := fuzz.state();
	RAISE SQLSTATE 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
	RETURN state;
END $$;

-- A transaction against the operations on one item: it does what they do, or gives each action the error that they give.  What does not
-- fit a table's keys is reported before any action is tried; names and values that nothing uses, and expressions, are refused elsewhere.
CREATE FUNCTION fuzz.judge_transaction(request json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	entries json;
	codes text[];
	messages text[];
	items text[];
	expected_state text;
	detail text;
	early boolean;
	wrong text;
BEGIN
	BEGIN
		entries := request->'TransactItems';
		SELECT array_agg(r.code ORDER BY n), array_agg(r.message ORDER BY n), array_agg(r.item ORDER BY n) INTO codes, messages, items
		FROM json_array_elements(entries) WITH ORDINALITY t (entry, n), fuzz.reason(entry) r;
		IF messages::text ~ 'can only be specified when using expressions' THEN
			RETURN NULL;
		END IF;
		IF 'None' = ALL (codes) THEN
			expected_state := fuzz.state_after(entries);
		END IF;
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE ~ '^(ND|22|54001)' THEN
			RETURN NULL;	-- not a request to compare
		END IF;
		RAISE;
	END;
	BEGIN
		PERFORM dynapg.transact_write_items(request);
		IF 'None' <> ANY (codes) THEN
			wrong := 'it should have been cancelled: ' || codes::text || messages::text;
		ELSIF request->'ClientRequestToken' IS NULL AND fuzz.state() <> expected_state THEN
			wrong := 'the tables hold something else';
		END IF;
		RAISE SQLSTATE 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			PERFORM fuzz.count('compared', 'ok');
			RETURN wrong;
		WHEN SQLSTATE 'ND011' THEN
			GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		WHEN OTHERS THEN
			IF SQLSTATE ~ '^ND' THEN
				RETURN NULL;	-- judged as any request is
			END IF;
			RAISE;
	END;
	SELECT bool_or(r->>'Message' !~ '^(The conditional request failed|The provided expression refers|An operand in the update|The document path|Item size to update|The update expression attempted)')
	INTO early FROM json_array_elements(detail::json->'CancellationReasons') r;
	SELECT concat_ws(' ', n, r, 'should be', codes[n], messages[n], items[n]) INTO wrong
	FROM json_array_elements(detail::json->'CancellationReasons') WITH ORDINALITY t (r, n)
	WHERE NOT (early AND r->>'Code' = 'None') AND
		(r->>'Code' <> codes[n] OR r->>'Message' IS DISTINCT FROM messages[n] OR (r->'Item')::text IS DISTINCT FROM items[n]);
	PERFORM fuzz.count('compared', CASE WHEN early THEN 'refused' ELSE 'cancelled' END);
	RETURN wrong;
EXCEPTION WHEN untranslatable_character THEN
	RETURN NULL;			-- U+0000 is no character of PostgreSQL's
END $$;

-- A SELECT and the native operation: the same items in the same order, or both are refused.
CREATE FUNCTION fuzz.judge_twin(request json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
	native text;
BEGIN
	BEGIN
		found := dynapg.execute_statement(request)->>'Items';
	EXCEPTION WHEN SQLSTATE 'ND001' THEN
		found := 'refused';
	END;
	BEGIN
		native := fuzz.call(request->>'Operation', request->'Native')->>'Items';
	EXCEPTION WHEN SQLSTATE 'ND001' THEN
		native := 'refused';
	END;
	PERFORM fuzz.count('twin', CASE WHEN native = 'refused' OR native = '[]' THEN native ELSE 'ok' END);
	RETURN CASE WHEN found <> native THEN 'found ' || found || ', not ' || native END;
EXCEPTION WHEN untranslatable_character THEN
	RETURN NULL;			-- U+0000 is no character of PostgreSQL's
END $$;

-- What a write says, as the native operation would say it, and what the tables hold then.  It is undone unless it stays.
CREATE FUNCTION fuzz.try_write(operation text, request json, stays boolean, OUT answer text, OUT state text) LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	detail text;
BEGIN
	reply := fuzz.call(operation, request);
	answer := concat_ws(' ', 'ok', coalesce(reply->'Items'->0, reply->'Attributes')::text, (reply->'ConsumedCapacity')::jsonb::text);
	state := fuzz.state();
	IF NOT stays THEN
		RAISE SQLSTATE 'ZZ000';
	END IF;
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		NULL;
	WHEN SQLSTATE 'ND001' THEN
		answer := 'refused';
	WHEN SQLSTATE 'ND003' OR SQLSTATE 'ND015' THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		answer := concat_ws(' ', 'failed', CASE WHEN SQLSTATE = 'ND003' AND operation NOT IN ('put_item') THEN nullif(detail, '')::json->>'Item' END);
END $$;

-- A statement that writes and the native operation: equal answers, equal tables, or both are refused.
CREATE FUNCTION fuzz.judge_twin_write(request json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	native record;
	statement record;
BEGIN
	native := fuzz.try_write(request->>'Operation', request->'Native', false);
	statement := fuzz.try_write('execute_statement', request, true);
	PERFORM fuzz.count('twin_write', split_part(statement.answer, ' ', 1)), fuzz.count('twin_write of ' || (request->>'Operation'), split_part(statement.answer, ' ', 1));
	RETURN CASE WHEN statement.answer <> native.answer THEN 'said ' || statement.answer || ', not ' || native.answer
		WHEN statement.state <> native.state THEN 'the tables hold something else' END;
EXCEPTION WHEN untranslatable_character THEN
	RETURN NULL;			-- U+0000 is no character of PostgreSQL's
END $$;

-- The explanation of a statement has lines, or DynamoDB's error.
CREATE FUNCTION fuzz.judge_explanation(request json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	lines bigint;
BEGIN
	SELECT count(*) INTO lines FROM dynapg.explain_statement(request->>'Statement', VARIADIC ARRAY(SELECT json_array_elements(request->'Parameters'))) line WHERE line <> '';
	PERFORM fuzz.count('explained', 'ok');
	RETURN CASE WHEN lines < 4 AND request->>'Statement' IS NOT NULL THEN 'an explanation of ' || lines || ' lines' END;
EXCEPTION WHEN OTHERS THEN
	PERFORM fuzz.count('explained', SQLSTATE);
	RETURN CASE WHEN SQLSTATE !~ '^(ND|22|54001)' THEN 'explained: ' || SQLSTATE || ' ' || SQLERRM END;	-- PostgreSQL's operators of json
END $$;

-- A request, as octets: an error is DynamoDB's, a reply is JSON.
CREATE FUNCTION fuzz.judge_request(operation text, request bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reply json;
	outcome text := 'ok';
	wrong text;
	detail text;
	unlike text;
BEGIN
	IF operation = 'twin' THEN
		RETURN fuzz.judge_twin(request::json);
	END IF;
	IF operation = 'twin_write' THEN
		RETURN fuzz.judge_twin_write(request::json);
	END IF;
	IF operation = 'execute_statement' THEN
		unlike := fuzz.judge_explanation(request::json);
	END IF;
	IF operation = 'transact_write_items' THEN
		unlike := fuzz.judge_transaction(request::json);
	END IF;
	BEGIN
		reply := fuzz.call(operation, request::json);
		PERFORM reply::text::json;
		IF reply IS NULL THEN
			wrong := 'the reply is NULL';
		END IF;
	EXCEPTION WHEN OTHERS THEN
		outcome := SQLSTATE;
		IF SQLSTATE = '42501' AND SQLERRM ~ '^(User: arn:.* because no resource-based policy allows the dynamodb:\w+ action|Access is denied)$' THEN
			NULL;			-- an ARN that has become another account's
		ELSIF SQLSTATE !~ '^ND' OR (SQLERRM = '' AND SQLSTATE <> 'ND002') THEN	-- malformed JSON has no message
			wrong := SQLSTATE || ' ' || SQLERRM;
		ELSIF SQLSTATE = 'ND011' THEN
			GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
			wrong := fuzz.judge_reasons(SQLERRM, detail);
		END IF;
	END;
	PERFORM fuzz.count(operation, outcome);
	RETURN coalesce(wrong, unlike);
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
EXCEPTION
	WHEN untranslatable_character THEN
		RETURN NULL;		-- U+0000 is no character of PostgreSQL's
	WHEN OTHERS THEN
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
