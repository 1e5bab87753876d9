-- Conditions over items: every comparator and function with every type, missing attributes, nested paths.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
\set VERBOSITY terse

CREATE SCHEMA conditions_test;
SET search_path = conditions_test;

-- One letter for an outcome, the message for an error.
CREATE FUNCTION outcome(i text, condition text, vals text DEFAULT NULL, names text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE WHEN dynapg.item_matches(i::dynapg.item, condition, names::json, vals::json) THEN 't' ELSE 'f' END;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

CREATE TABLE samples (n int, label text, v text);
INSERT INTO samples VALUES
	(1, 'S "abc"', '{"S":"abc"}'),
	(2, 'S "abd"', '{"S":"abd"}'),
	(3, 'S ""', '{"S":""}'),
	(4, 'N -1.5', '{"N":"-1.5"}'),
	(5, 'N 10', '{"N":"10"}'),
	(6, 'N 9', '{"N":"9"}'),
	(7, 'B "abc"', '{"B":"YWJj"}'),
	(8, 'B ff', '{"B":"/w=="}'),
	(9, 'BOOL true', '{"BOOL":true}'),
	(10, 'BOOL false', '{"BOOL":false}'),
	(11, 'NULL', '{"NULL":true}'),
	(12, 'SS', '{"SS":["abc","x"]}'),
	(13, 'NS', '{"NS":["1","10"]}'),
	(14, 'BS', '{"BS":["YWJj"]}'),
	(15, 'L', '{"L":[{"S":"abc"},{"N":"10"}]}'),
	(16, 'M', '{"M":{"abc":{"N":"10"}}}');

-- Two attributes of an item: a row per left operand, a letter per right operand in the order of the samples.
SELECT x.label AS "a",
	string_agg(outcome(i, 'a = b'), '' ORDER BY y.n) AS "a = b",
	string_agg(outcome(i, 'a <> b'), '' ORDER BY y.n) AS "a <> b",
	string_agg(outcome(i, 'a < b'), '' ORDER BY y.n) AS "a < b",
	string_agg(outcome(i, 'a <= b'), '' ORDER BY y.n) AS "a <= b",
	string_agg(outcome(i, 'a > b'), '' ORDER BY y.n) AS "a > b",
	string_agg(outcome(i, 'a >= b'), '' ORDER BY y.n) AS "a >= b"
FROM samples x, samples y, format('{"a":%s,"b":%s}', x.v, y.v) i
GROUP BY x.n, x.label ORDER BY x.n;

SELECT x.label AS "a",
	string_agg(outcome(i, 'contains(a, b)'), '' ORDER BY y.n) AS "contains(a, b)",
	string_agg(outcome(i, 'begins_with(a, b)'), '' ORDER BY y.n) AS "begins_with",
	string_agg(outcome(i, 'a IN (b, nowhere)'), '' ORDER BY y.n) AS "a IN (b)",
	string_agg(outcome(i, 'a BETWEEN b AND c'), '' ORDER BY y.n) AS "b <= a <= c",
	string_agg(outcome(i, 'a BETWEEN c AND b'), '' ORDER BY y.n) AS "c <= a <= b"
FROM samples x, samples y, format('{"a":%s,"b":%s,"c":%s}', x.v, y.v, x.v) i
GROUP BY x.n, x.label ORDER BY x.n;

-- The same with a constant on the right.
SELECT x.label AS "a",
	string_agg(outcome(i, 'a = :v', w), '' ORDER BY y.n) AS "a = :v",
	string_agg(outcome(i, 'a <> :v', w), '' ORDER BY y.n) AS "a <> :v",
	string_agg(outcome(i, ':v = a', w), '' ORDER BY y.n) AS ":v = a",
	string_agg(outcome(i, 'a IN (:v)', w), '' ORDER BY y.n) AS "a IN (:v)",
	string_agg(outcome(i, 'contains(a, :v)', w), '' ORDER BY y.n) AS "contains(a, :v)"
FROM samples x, samples y, format('{"a":%s}', x.v) i, format('{":v":%s}', y.v) w
GROUP BY x.n, x.label ORDER BY x.n;

SELECT x.label AS "a",
	string_agg(outcome(i, 'a < :v', w), '' ORDER BY y.n) AS "a < :v",
	string_agg(outcome(i, 'a <= :v', w), '' ORDER BY y.n) AS "a <= :v",
	string_agg(outcome(i, 'a > :v', w), '' ORDER BY y.n) AS "a > :v",
	string_agg(outcome(i, 'a >= :v', w), '' ORDER BY y.n) AS "a >= :v",
	string_agg(outcome(i, ':v < a', w), '' ORDER BY y.n) AS ":v < a"
FROM samples x, samples y, format('{"a":%s}', x.v) i, format('{":v":%s}', y.v) w
WHERE y.n <= 8
GROUP BY x.n, x.label ORDER BY x.n;

-- Constants that have no order, no prefix.
SELECT label, outcome('{}', 'a < :v', format('{":v":%s}', v)) AS "a < :v" FROM samples WHERE n > 8 ORDER BY n;
SELECT label, outcome('{}', 'a BETWEEN :v AND :v', format('{":v":%s}', v)) AS "BETWEEN" FROM samples WHERE n > 8 ORDER BY n;
SELECT label, outcome('{}', 'begins_with(a, :v)', format('{":v":%s}', v)) AS "begins_with(a, :v)" FROM samples ORDER BY n;

-- Types and sizes.
SELECT label, string_agg(outcome(format('{"a":%s}', v), 'attribute_type(a, :t)', format('{":t":{"S":"%s"}}', t)), '' ORDER BY o)
	AS "S N B BOOL NULL SS NS BS L M"
FROM samples, unnest('{S,N,B,BOOL,"NULL",SS,NS,BS,L,M}'::text[]) WITH ORDINALITY AS types(t, o)
GROUP BY n, label ORDER BY n;
SELECT outcome('{"a":{"S":"x"}}', 'attribute_type(a, :t)', '{":t":{"S":"STRING"}}');
SELECT outcome('{"a":{"S":"x"}}', 'attribute_type(a, :t)', '{":t":{"N":"1"}}');
SELECT outcome('{}', 'attribute_type(a, :t)', '{":t":{"S":"NULL"}}');

SELECT label,
	coalesce((SELECT string_agg(k::text, ' ') FROM generate_series(0, 12) k
			  WHERE outcome(format('{"a":%s}', v), 'size(a) = :k', format('{":k":{"N":"%s"}}', k)) = 't'), 'none') AS size
FROM (SELECT * FROM samples
	UNION ALL VALUES
		(20, 'S 2 bytes a character', '{"S":"\u00e9\u00e8"}'),
		(21, 'S 4 bytes a character', '{"S":"\ud83d\ude00!"}'),
		(22, 'S 3 bytes a character', '{"S":"\u20ac\u20ac\u20ac"}'),
		(23, 'B of 4 bytes', '{"B":"/////w=="}'),
		(24, 'empty L', '{"L":[]}'),
		(25, 'empty M', '{"M":{}}'),
		(26, 'L in L', '{"L":[{"L":[{"N":"1"},{"N":"2"}]}]}')) AS all_samples (n, label, v)
ORDER BY n;
SELECT k AS size, outcome(i, 'size(a) = :k', v) AS "=", outcome(i, 'size(a) < :k', v) AS "<",
	outcome(i, 'size(a) >= :k', v) AS ">=", outcome(i, ':k = size(a)', v) AS "reversed",
	outcome(i, 'size(a) BETWEEN :k AND :big', w) AS "between", outcome(i, 'size(a) IN (:k, :big)', w) AS "in"
FROM unnest(ARRAY[0, 1, 9, 10, 99, 100, 101, 110, 1000, 9999, 10000, 10100, 123456, 300000]) k,
	format('{"a":{"S":"%s"}}', repeat('x', k)) i,
	format('{":k":{"N":"%s"}}', k) v,
	format('{":k":{"N":"%s"},":big":{"N":"1000000"}}', k) w
ORDER BY k;
-- No size: every comparison but <> is false.
SELECT e, outcome('{"a":{"N":"5"},"t":{"BOOL":true}}', e, '{":k":{"N":"1"}}')
FROM unnest(ARRAY['size(a) = :k', 'size(a) <> :k', 'size(a) < :k', 'size(a) >= :k', 'NOT size(a) = :k',
	'size(t) = :k', 'size(nowhere) < :k', 'size(nowhere) <> :k']) e;
SELECT outcome('{"a":{"S":"xyz"},"b":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]}}', 'size(a) = size(b)');
SELECT outcome('{"a":{"S":"xyz"},"n":{"N":"3.0"}}', 'size(a) = n');

-- Missing attributes.
SELECT e, outcome('{"a":{"N":"5"}}', e, CASE WHEN e ~ ':k' THEN '{":k":{"N":"5"}}' END)
FROM unnest(ARRAY['x = :k', 'x <> :k', 'x < :k', 'x <= :k', 'x > :k', 'x >= :k', ':k = x', ':k <> x', ':k < x',
	'x = y', 'x <> y', 'x < y', 'x <= y', 'x = a', 'x <> a', 'a <> x',
	'x BETWEEN :k AND a', 'a BETWEEN x AND :k', 'a BETWEEN :k AND x', 'x IN (:k)', 'a IN (x, :k)', 'x IN (y)',
	'NOT x = :k', 'NOT x <> :k', 'NOT x < :k', 'NOT x IN (:k)',
	'contains(x, :k)', 'contains(a, x)', 'NOT contains(x, :k)', 'begins_with(x, a)', 'begins_with(a, x)',
	'attribute_exists(a)', 'attribute_exists(x)', 'attribute_not_exists(a)', 'attribute_not_exists(x)']) e;

-- Nested paths.
CREATE FUNCTION nested(condition text, vals text DEFAULT NULL, names text DEFAULT NULL) RETURNS text
	LANGUAGE sql AS $$
	SELECT outcome('{"l":{"L":[{"N":"1"},{"S":"two"},{"L":[{"S":"deep"},{"NULL":true}]},{"M":{"k":{"S":"v"}}}]},
		"m":{"M":{"x":{"N":"1"},"y":{"M":{"z":{"S":"in"},"list":{"L":[{"SS":["p","q"]}]}}},"a.b":{"N":"7"}}},
		"s":{"S":"text"},"e":{"L":[]}}', condition, vals, names) $$;
SELECT p, nested(format('attribute_exists(%s)', p), NULL, CASE WHEN p ~ '#d' THEN '{"#d":"a.b"}' WHEN p ~ '#l' THEN '{"#l":"list"}' END)
	AS "exists"
FROM unnest(ARRAY['l', 'l[0]', 'l[3]', 'l[4]', 'l[99999]', 'l[2][0]', 'l[2][1]', 'l[2][2]', 'l[3].k', 'l[3].j', 'l[0].k', 'l[0][0]',
	'l.k', 'm.x', 'm.y', 'm.y.z', 'm.y.z.w', 'm.q', 'm[0]', 'm.y[0]', 'm.y.#l[0]', 'm.y.#l[1]', 'm.#d', '#d', 's.x', 's[0]',
	'e[0]', 'q.x', 'q[0]']) p;
SELECT nested('l[0] = m.x'), nested('l[1] = :v', '{":v":{"S":"two"}}'), nested('l[2] = :v', '{":v":{"L":[{"S":"deep"},{"NULL":true}]}}'),
	nested('l[3] = :v', '{":v":{"M":{"k":{"S":"v"}}}}'), nested('contains(l[2], :v)', '{":v":{"S":"deep"}}'),
	nested('contains(m.y.#l[0], :v)', '{":v":{"S":"q"}}', '{"#l":"list"}'), nested('size(m.y) = l[9]'), nested('size(l[2]) > l[0]'),
	nested('begins_with(l[3].k, :v)', '{":v":{"S":"v"}}'), nested('l[0] <> l[5]'), nested('l[6] = l[5]');

-- Logic: precedence NOT, AND, OR; parentheses.
SELECT e, outcome('{"a":{"N":"1"},"b":{"N":"2"}}', e, format('{%s}', concat_ws(',',
	CASE WHEN e ~ ':one' THEN '":one":{"N":"1"}' END, CASE WHEN e ~ ':two' THEN '":two":{"N":"2"}' END)))
FROM unnest(ARRAY['a = :one AND b = :two', 'a = :two AND b = :two', 'a = :two OR b = :two OR a = :one',
	'a = :one OR a = :two AND b = :one', '(a = :one OR a = :two) AND b = :one', 'NOT a = :one AND b = :one', 'NOT a = :one OR b = :two',
	'NOT (a = :one AND b = :one) AND NOT b = :one', 'NOT NOT a = :one AND b <> :one',
	'a = :two AND b = :two OR a = :one AND b = :two', 'a IN (:one, :two) AND b BETWEEN :one AND :two AND a < b']) e;

-- Numbers compare by value, strings and binaries by bytes, sets and maps without order, lists in order.
SELECT outcome('{"a":{"N":"1"}}', 'a = :v', '{":v":{"N":"1.000"}}') AS "1.000",
	outcome('{"a":{"N":"0"}}', 'a = :v', '{":v":{"N":"-0"}}') AS "-0",
	outcome('{"a":{"N":"-1E-130"}}', 'a < :v', '{":v":{"N":"0"}}') AS "tiny",
	outcome('{"a":{"N":"9.9999999999999999999999999999999999999E+125"}}', 'a > :v', '{":v":{"N":"9.9999999999999999999999999999999999998E+125"}}') AS "huge",
	outcome('{"a":{"N":"-100"}}', 'a < :v', '{":v":{"N":"-99.99"}}') AS "negative",
	outcome('{"a":{"S":"Z"}}', 'a < :v', '{":v":{"S":"a"}}') AS "case",
	outcome('{"a":{"S":"\uffff"}}', 'a < :v', '{":v":{"S":"\ud800\udc00"}}') AS "utf8",
	outcome('{"a":{"S":"ab"}}', 'a < :v', '{":v":{"S":"abc"}}') AS "prefix",
	outcome('{"a":{"SS":["x","y"]}}', 'a = :v', '{":v":{"SS":["y","x"]}}') AS "sets",
	outcome('{"a":{"NS":["1","2"]}}', 'a = :v', '{":v":{"NS":["2.0","1"]}}') AS "number sets",
	outcome('{"a":{"L":[{"N":"1"},{"N":"2"}]}}', 'a = :v', '{":v":{"L":[{"N":"2"},{"N":"1"}]}}') AS "lists",
	outcome('{"a":{"M":{"x":{"N":"1"},"y":{"N":"2"}}}}', 'a = :v', '{":v":{"M":{"y":{"N":"2"},"x":{"N":"1.0"}}}}') AS "maps";

-- contains: substrings, set members, list elements.
SELECT outcome('{"a":{"S":"hello"}}', 'contains(a, :v)', '{":v":{"S":"ell"}}') AS "ell",
	outcome('{"a":{"S":"hello"}}', 'contains(a, :v)', '{":v":{"S":"elo"}}') AS "elo",
	outcome('{"a":{"S":"hello"}}', 'contains(a, :v)', '{":v":{"S":""}}') AS "empty",
	outcome('{"a":{"B":"AAECAw=="}}', 'contains(a, :v)', '{":v":{"B":"AQI="}}') AS "bytes",
	outcome('{"a":{"NS":["1","2.5"]}}', 'contains(a, :v)', '{":v":{"N":"2.50"}}') AS "number",
	outcome('{"a":{"NS":["1","2.5"]}}', 'contains(a, :v)', '{":v":{"S":"1"}}') AS "other type",
	outcome('{"a":{"L":[{"L":[{"N":"1"}]}]}}', 'contains(a, :v)', '{":v":{"L":[{"N":"1"}]}}') AS "list in list",
	outcome('{"a":{"L":[{"S":"hello"}]}}', 'contains(a, :v)', '{":v":{"S":"ell"}}') AS "part of element",
	outcome('{"a":{"SS":["hello"]}}', 'contains(a, :v)', '{":v":{"SS":["hello"]}}') AS "set",
	outcome('{"a":{"M":{"x":{"S":"v"}}}}', 'contains(a, :v)', '{":v":{"S":"x"}}') AS "map";

-- U+0000 is a character like any other.
SELECT outcome('{"a":{"S":"x\u0000y"}}', 'contains(a, :v) AND size(a) = :n AND begins_with(a, :p)',
	'{":v":{"S":"\u0000y"},":n":{"N":"3"},":p":{"S":"x\u0000"}}');

-- NULL arguments.
SELECT dynapg.item_matches(NULL, 'a = b') IS NULL AS no_item, dynapg.item_matches('{}', NULL) IS NULL AS no_condition;
-- A site's last expression is kept: changing ones must not be mixed up.
SELECT x, dynapg.item_matches(format('{"a":{"N":"%s"}}', x)::dynapg.item, 'a = :v', NULL, format('{":v":{"N":"%s"}}', x / 2 * 2)::json)
FROM generate_series(1, 4) x;
SELECT dynapg.item_matches('{}', 'a = b', '[]');
SELECT dynapg.item_matches('{}', '#a = b', '{"#a":5}');

-- Compiled expressions come from the API; anything else is refused.
-- one without bytes is not a program: no condition, no update
SELECT dynapg.holds('{}', ''), dynapg.apply('{"a": {"S": "x"}}', '');
SELECT dynapg.holds('{}', '\x00');
SELECT dynapg.apply('{}', decode(repeat('00', 36), 'hex'));
SELECT dynapg.holds('{}', decode(repeat('ff', 1000), 'hex'));
SELECT dynapg.hand_over('{"a":{"N":"1"}}', '{"a":{"N":"2"}}');

-- Legacy conditions (Expected) through the API.
SELECT dynapg.create_table('{"TableName":"conditions_test","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}') ->> 'x' IS NULL AS created;
SELECT dynapg.put_item('{"TableName":"conditions_test","Item":{"pk":{"S":"k"},"n":{"N":"5"},"s":{"S":"text"},"b":{"B":"AAEC"},"t":{"BOOL":true},
	"ss":{"SS":["p","q"]},"ns":{"NS":["1","2"]},"l":{"L":[{"S":"p"},{"N":"1"}]},"m":{"M":{"x":{"N":"1"}}},"z":{"NULL":true}}}');
CREATE FUNCTION expected(attribute text, operator text, arguments text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.update_item(format('{"TableName":"conditions_test","Key":{"pk":{"S":"k"}},"Expected":{"%s":{"ComparisonOperator":"%s"%s}}}',
		attribute, operator, ',"AttributeValueList":[' || arguments || ']')::json);
	RETURN 't';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN sqlerrm = 'The conditional request failed' THEN 'f' ELSE sqlstate || ' ' || sqlerrm END;
END $$;
SELECT o AS operator, string_agg(expected(a, o, '{"N":"5"}'), '' ORDER BY i) AS "n s b t ss ns l m z none"
FROM unnest('{EQ,NE,LT,LE,GT,GE,IN,CONTAINS,NOT_CONTAINS}'::text[]) WITH ORDINALITY AS os(o, k),
	unnest('{n,s,b,t,ss,ns,l,m,z,none}'::text[]) WITH ORDINALITY AS attributes(a, i)
GROUP BY k, o ORDER BY k;
SELECT o AS operator, string_agg(expected(a, o), '' ORDER BY i) AS "n s b t ss ns l m z none"
FROM unnest(ARRAY['NULL', 'NOT_NULL']) WITH ORDINALITY AS os(o, k),
	unnest('{n,s,b,t,ss,ns,l,m,z,none}'::text[]) WITH ORDINALITY AS attributes(a, i)
GROUP BY k, o ORDER BY k;
SELECT expected('n', 'BETWEEN', '{"N":"1"},{"N":"9"}'), expected('n', 'BETWEEN', '{"N":"6"},{"N":"9"}'), expected('none', 'BETWEEN', '{"N":"1"},{"N":"9"}'),
	expected('s', 'BEGINS_WITH', '{"S":"te"}'), expected('s', 'BEGINS_WITH', '{"S":"x"}'), expected('none', 'BEGINS_WITH', '{"S":"x"}'),
	expected('ss', 'CONTAINS', '{"S":"p"}'), expected('l', 'CONTAINS', '{"N":"1"}'), expected('s', 'CONTAINS', '{"S":"ex"}'),
	expected('s', 'NOT_CONTAINS', '{"S":"ex"}'), expected('ss', 'NOT_CONTAINS', '{"S":"r"}'), expected('n', 'IN', '{"N":"1"},{"N":"5"}');
SELECT dynapg.delete_table('{"TableName":"conditions_test"}') ->> 'x' IS NULL AS deleted;

SET client_min_messages = warning;
DROP SCHEMA conditions_test CASCADE;
