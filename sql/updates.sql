-- Updates and projections of items: every action with every type, nested paths, lists, every error.
\set ECHO none
\i sql/common.psql
CREATE SCHEMA updates_test;
SET search_path = updates_test;

-- The new item, or SQLSTATE and message.
CREATE FUNCTION u(update text, vals text DEFAULT NULL, i text DEFAULT NULL, names text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN dynapg.item_update(coalesce(i, '{"n":{"N":"5"},"s":{"S":"text"},"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]},
		"m":{"M":{"x":{"N":"1"},"y":{"M":{"z":{"S":"in"}}},"l":{"L":[{"N":"0"},{"M":{"k":{"N":"8"}}}]}}},
		"ns":{"NS":["1","2"]}}')::dynapg.item, update, names::json, vals::json);
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

CREATE FUNCTION p(projection text, i text, names text DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN dynapg.item_project(i::dynapg.item, projection, names::json);
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

-- SET: attributes of every type, replaced and new; right sides read the old item.
SELECT u('SET a = :v, b = :v', v, '{"a":{"S":"old"}}')
FROM unnest(ARRAY['{":v":{"S":""}}', '{":v":{"N":"-1.50"}}', '{":v":{"B":"AAEC"}}', '{":v":{"BOOL":false}}', '{":v":{"NULL":true}}',
	'{":v":{"SS":["y","x"]}}', '{":v":{"NS":["2","1.0"]}}', '{":v":{"BS":["/w==","AA=="]}}', '{":v":{"L":[{"L":[]},{"M":{}}]}}',
	'{":v":{"M":{"q":{"M":{"r":{"N":"1"}}}}}}']) v;
SELECT u('SET a = b, b = a', NULL, '{"a":{"N":"1"},"b":{"N":"2"}}');
SELECT u('SET a = b, c = a REMOVE b', NULL, '{"a":{"N":"1"},"b":{"N":"2"}}');
SELECT u('SET a = a + :one, b = a', '{":one":{"N":"1"}}', '{"a":{"N":"1"}}');
SELECT u('SET cp = m.y, m.y.z = n, m.z = m.x', NULL);
SELECT u('SET a = nowhere');
SELECT u('SET a = m.y.nowhere');
SELECT u('SET a = l[3]');

-- Arithmetic: exact decimals, both operands numbers.
SELECT u('SET a = n + :v', v, '{"n":{"N":"5"}}')
FROM unnest(ARRAY['{":v":{"N":"0.1"}}', '{":v":{"N":"-5"}}', '{":v":{"N":"99999999999999999999999999999999999990"}}', '{":v":{"N":"1E20"}}']) v;
SELECT u('SET a = n - :v', v, '{"n":{"N":"0.3"}}') FROM unnest(ARRAY['{":v":{"N":"0.1"}}', '{":v":{"N":"0.3"}}', '{":v":{"N":"-1E-10"}}']) v;
SELECT u('SET a = :v - n, b = :v + :w, c = n + n', '{":v":{"N":"1"},":w":{"N":"2"}}', '{"n":{"N":"0.3"}}');
SELECT u('SET n = if_not_exists(n, :z) + :one, k = if_not_exists(k, :z) + :one', '{":z":{"N":"0"},":one":{"N":"1"}}', '{"n":{"N":"41"}}');
SELECT u('SET a = n + :v', '{":v":{"N":"9.9999999999999999999999999999999999999E+125"}}', '{"n":{"N":"9E+125"}}');
SELECT u('SET a = n - :v', '{":v":{"N":"9.9999999999999999999999999999999999999E+125"}}', '{"n":{"N":"-9E+125"}}');
SELECT u('SET a = n + :v', '{":v":{"N":"1E-40"}}', '{"n":{"N":"1"}}');
SELECT u('SET a = n - :v', '{":v":{"N":"1E-130"}}', '{"n":{"N":"1.5E-130"}}');
SELECT u('SET a = s + :v', '{":v":{"N":"1"}}');
SELECT u('SET a = nowhere + :v', '{":v":{"N":"1"}}');
SELECT u('SET a = :v + nowhere', '{":v":{"N":"1"}}');
SELECT u('SET a = l + n');
SELECT u('SET a = n + ns');
SELECT u('SET a = n + :v', '{":v":{"S":"1"}}');

-- if_not_exists.
SELECT u('SET a = if_not_exists(a, :v), s = if_not_exists(s, :v), m.q = if_not_exists(m.x, :v), m.r = if_not_exists(m.q, s)', '{":v":{"S":"default"}}');
SELECT u('SET a = if_not_exists(b, c)');
SELECT u('SET a = if_not_exists(n, nowhere)');
SELECT u('SET a = if_not_exists(b, if_not_exists(c, :v))', '{":v":{"N":"1"}}', '{}');

-- list_append: both operands lists, order as written.
SELECT u('SET l = list_append(l, :v)', '{":v":{"L":[{"N":"1"},{"N":"2"}]}}', '{"l":{"L":[{"S":"a"}]}}');
SELECT u('SET l = list_append(:v, l)', '{":v":{"L":[{"N":"1"},{"N":"2"}]}}', '{"l":{"L":[{"S":"a"}]}}');
SELECT u('SET l = list_append(if_not_exists(l, :empty), :v)', '{":v":{"L":[{"N":"1"}]},":empty":{"L":[]}}', '{}');
SELECT u('SET l = list_append(list_append(:v, l), :v)', '{":v":{"L":[{"N":"1"}]}}', '{"l":{"L":[{"S":"a"}]}}');
SELECT u('SET m.l = list_append(m.l, l), k = list_append(l, l)');
SELECT u('SET l = list_append(l, :v)', '{":v":{"S":"a"}}', '{"l":{"L":[{"S":"a"}]}}');
SELECT u('SET l = list_append(s, :v)', '{":v":{"L":[{"N":"1"}]}}');
SELECT u('SET l = list_append(nowhere, :v)', '{":v":{"L":[{"N":"1"}]}}');

-- SET in documents: the parent must be there and of the kind that the path says.
SELECT u('SET m.x = :v, m.#new = :v, m.y.z = :v, l[1] = :v, m.l[1].k = :v', '{":v":{"BOOL":true}}', NULL, '{"#new":"a.b"}');
SELECT u(e, '{":v":{"N":"1"}}') FROM unnest(ARRAY['SET q.x = :v', 'SET q[0] = :v', 'SET s.x = :v', 'SET s[0] = :v', 'SET l.x = :v', 'SET m[0] = :v',
	'SET m.q.r = :v', 'SET l[0].x = :v', 'SET l[3].x = :v', 'SET ns[0] = :v', 'SET m.y.z.w = :v']) e;

-- Lists: replaced, set past the end (appended in the order of their indices), removed by old positions.
SELECT u('SET l[0] = :v', '{":v":{"N":"1"}}', '{"l":{"L":[{"S":"a"},{"S":"b"}]}}');
SELECT u('SET l[2] = :v', '{":v":{"N":"1"}}', '{"l":{"L":[{"S":"a"},{"S":"b"}]}}');
SELECT u('SET l[100] = :v', '{":v":{"N":"1"}}', '{"l":{"L":[{"S":"a"},{"S":"b"}]}}');
SELECT u('SET l[0] = :v', '{":v":{"N":"1"}}', '{"l":{"L":[]}}');
SELECT u('SET l[9] = :x, l[5] = :y, l[7] = :z, l[1] = :x', '{":x":{"N":"9"},":y":{"N":"5"},":z":{"N":"7"}}', '{"l":{"L":[{"S":"a"},{"S":"b"}]}}');
SELECT u('REMOVE l[0], l[2]', NULL, '{"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"d"}]}}');
SELECT u('REMOVE l[2], l[0], l[7]', NULL, '{"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"d"}]}}');
SELECT u('REMOVE l[0]', NULL, '{"l":{"L":[{"S":"a"}]}}');
SELECT u('SET l[1] = :v, l[9] = :v REMOVE l[0]', '{":v":{"N":"1"}}', '{"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]}}');
SELECT u('SET l[0][0] = :v, l[0][5] = :v, l[1][5] = :v REMOVE l[1][0], l[2]', '{":v":{"N":"1"}}', '{"l":{"L":[{"L":[{"S":"a"}]},{"L":[{"S":"b"},{"S":"c"}]},{"S":"d"}]}}');
SELECT u('SET a = l[0], l[0] = l[1], l[1] = l[0] REMOVE l[2]');
SELECT u('REMOVE l[1].x, l[0]', NULL, '{"l":{"L":[{"S":"a"},{"M":{"x":{"N":"1"},"y":{"N":"2"}}}]}}');

-- REMOVE: nothing to remove is no error, a missing parent is one.
SELECT u('REMOVE s, n, l, ns, m');
SELECT u('REMOVE nowhere, m.nowhere, m.y.z, l[50], m.l[1].k', NULL);
SELECT u(e) FROM unnest(ARRAY['REMOVE q.x', 'REMOVE q[0]', 'REMOVE s.x', 'REMOVE l.x', 'REMOVE m[0]', 'REMOVE m.q.r', 'REMOVE l[9].x']) e;

-- ADD: numbers and sets, missing attributes begin with the operand.
SELECT u('ADD n :v, k :v, m.x :v, m.q :v, m.l[0] :v, m.l[9] :v', '{":v":{"N":"2.5"}}');
SELECT u('ADD n :v', '{":v":{"N":"-5"}}');
SELECT u('ADD a :v, b :v', '{":v":{"SS":["c","a"]}}', '{"a":{"SS":["b","a"]}}');
SELECT u('ADD a :v, b :v', '{":v":{"NS":["10","2"]}}', '{"a":{"NS":["3","2.0"]}}');
SELECT u('ADD a :v, b :v', '{":v":{"BS":["/w=="]}}', '{"a":{"BS":["AA=="]}}');
SELECT u(e, '{":v":{"N":"1"}}') FROM unnest(ARRAY['ADD s :v', 'ADD ns :v', 'ADD l :v', 'ADD m :v', 'ADD q.x :v', 'ADD s.x :v', 'ADD l.x :v']) e;
SELECT u('ADD ns :v', '{":v":{"SS":["a"]}}'), u('ADD n :v', '{":v":{"NS":["1"]}}');
SELECT u('ADD n :v', v) FROM unnest(ARRAY['{":v":{"S":"1"}}', '{":v":{"L":[]}}', '{":v":{"M":{}}}', '{":v":{"BOOL":true}}', '{":v":{"NULL":true}}', '{":v":{"B":"AA=="}}']) v;
SELECT u('ADD n :v', '{":v":{"N":"9.9999999999999999999999999999999999999E+125"}}', '{"n":{"N":"9.9999999999999999999999999999999999999E+125"}}');

-- DELETE: set difference; an empty rest removes the attribute.
SELECT u('DELETE a :v', '{":v":{"SS":["b","z"]}}', '{"a":{"SS":["a","b","c"]}}');
SELECT u('DELETE a :v', '{":v":{"NS":["1.0","2"]}}', '{"a":{"NS":["1","2"]},"b":{"N":"1"}}');
SELECT u('DELETE m.a :v', '{":v":{"BS":["AA=="]}}', '{"m":{"M":{"a":{"BS":["AA==","/w=="]}}}}');
SELECT u('DELETE l[0] :v', '{":v":{"SS":["a"]}}', '{"l":{"L":[{"SS":["a"]},{"S":"b"}]}}');
SELECT u('DELETE nowhere :v, m.nowhere :v, l[9] :v', '{":v":{"SS":["a"]}}');
SELECT u(e, '{":v":{"SS":["a"]}}') FROM unnest(ARRAY['DELETE s :v', 'DELETE ns :v', 'DELETE n :v', 'DELETE l :v', 'DELETE q.x :v', 'DELETE s.x :v']) e;
SELECT u('DELETE ns :v', v) FROM unnest(ARRAY['{":v":{"S":"1"}}', '{":v":{"N":"1"}}', '{":v":{"L":[]}}', '{":v":{"M":{}}}', '{":v":{"BOOL":true}}']) v;

-- All clauses together.
SELECT u('SET n = n + :one, q = s REMOVE s, m.y ADD ns :three, c :one DELETE d :x', '{":one":{"N":"1"},":three":{"NS":["3"]},":x":{"SS":["x"]}}');

-- Nesting: 31 containers around a value, no more.
SELECT length(u(format('SET a%s = :v', repeat('[0]', k)), '{":v":{"L":[{"N":"1"}]}}', '{"a":' || repeat('{"L":[', 30) || '{"S":"x"}' || repeat(']}', 30) || '}')) > 150 AS fits
FROM generate_series(29, 30) k;
SELECT u('SET a' || repeat('[0]', 30) || ' = :v', '{":v":{"L":[{"L":[{"N":"1"}]}]}}', '{"a":' || repeat('{"L":[', 30) || '{"S":"x"}' || repeat(']}', 30) || '}');
SELECT u('SET a[0] = a', NULL, '{"a":' || repeat('{"L":[', 31) || '{"S":"x"}' || repeat(']}', 31) || '}');

-- The size limit: 409,600 bytes of names and values.
SELECT length(u('SET b = :v', format('{":v":{"S":"%s"}}', repeat('x', 99998)), format('{"a":{"S":"%s"}}', repeat('x', 309600))));
SELECT u('SET b = :v', format('{":v":{"S":"%s"}}', repeat('x', 99999)), format('{"a":{"S":"%s"}}', repeat('x', 309600)));

-- NULL arguments.
SELECT dynapg.item_update(NULL, 'REMOVE a') IS NULL, dynapg.item_update('{}', NULL) IS NULL,
	dynapg.item_project(NULL, 'a') IS NULL, dynapg.item_project('{}', NULL) IS NULL;

-- Projections: lists close up in order, parents appear only with something in them.
\set doc '{"a":{"N":"1"},"l":{"L":[{"S":"zero"},{"S":"one"},{"M":{"x":{"N":"1"},"y":{"N":"2"}}},{"L":[{"S":"in"},{"S":"out"}]}]},"m":{"M":{"x":{"N":"1"},"y":{"M":{"z":{"S":"deep"},"w":{"NULL":true}}},"a.b":{"N":"7"}}}}'
SELECT p(e, :'doc', CASE WHEN e ~ '#d' THEN '{"#d":"a.b"}' END)
FROM unnest(ARRAY['a', 'a, m', 'nowhere', 'a, nowhere', 'm.x', 'm.y.z, m.x', 'm.#d', '#d', 'm.nowhere', 'm.y.nowhere, m.x', 'a.x', 'a[0]',
	'l[0]', 'l[2], l[0]', 'l[1], l[9]', 'l[9]', 'l[2].y, l[2].x, l[3][1]', 'l[3][1], l[3][0], l[0]', 'l[2].q', 'l.x', 'm[0]',
	'm.y, l[3], a']) e;
SELECT p('a', '{}');

-- Through the API: what UPDATED_OLD and UPDATED_NEW show of a change.
SELECT dynapg.create_table('{"TableName":"updates_test","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}') ->> 'x' IS NULL;

-- Puts the item, updates it, gives the old and the new part.
CREATE FUNCTION shown(parameters text) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
DECLARE
	kind text;
BEGIN
	FOREACH kind IN ARRAY '{UPDATED_OLD,UPDATED_NEW}'::text[] LOOP
		PERFORM dynapg.put_item('{"TableName":"updates_test","Item":{"pk":{"S":"k"},"n":{"N":"5"},"s":{"S":"text"},
			"l":{"L":[{"S":"x"},{"S":"y"},{"M":{"k":{"N":"1"},"j":{"N":"2"}}}]},"m":{"M":{"a":{"M":{"b":{"S":"old"},"c":{"N":"1"}}},"keep":{"S":"k"}}},
			"ss":{"SS":["p","q"]}}}');
		RETURN NEXT coalesce(dynapg.update_item(format('{"TableName":"updates_test","Key":{"pk":{"S":"k"}},"ReturnValues":"%s",%s}',
			kind, parameters)::json) ->> 'Attributes', 'no Attributes');
	END LOOP;
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT sqlstate || ' ' || sqlerrm;
END $$;

\set v ',"ExpressionAttributeValues":{":v":{"N":"9"}}'
SELECT shown('"UpdateExpression":"SET n = :v, fresh = :v"' || :'v');
SELECT shown('"UpdateExpression":"SET m.a.b = :v"' || :'v');
SELECT shown('"UpdateExpression":"SET m.a.b = :v, m.fresh = :v, m.a.c = :v"' || :'v');
SELECT shown('"UpdateExpression":"SET l[0] = :v, l[2].k = :v"' || :'v');
SELECT shown('"UpdateExpression":"SET l[9] = :v"' || :'v');
SELECT shown('"UpdateExpression":"REMOVE s, m.a.b"');
SELECT shown('"UpdateExpression":"REMOVE l[0]"');
SELECT shown('"UpdateExpression":"SET n = n REMOVE l[0], l[2].j"');
SELECT shown('"UpdateExpression":"ADD n :v, m.a.c :v, c :v"' || :'v');
SELECT shown('"UpdateExpression":"DELETE ss :v","ExpressionAttributeValues":{":v":{"SS":["p"]}}');
SELECT shown('"UpdateExpression":"DELETE ss :v","ExpressionAttributeValues":{":v":{"SS":["p","q"]}}');
SELECT shown('"UpdateExpression":"REMOVE nothing"');
SELECT shown('"UpdateExpression":"SET nothing.x = :v"' || :'v');

-- AttributeUpdates.
SELECT shown('"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"2.5"}},"ss":{"Action":"ADD","Value":{"SS":["r"]}},
	"fresh":{"Action":"ADD","Value":{"N":"1"}},"s":{"Action":"PUT","Value":{"L":[]}},"m":{"Value":{"NULL":true}}}');
SELECT shown('"AttributeUpdates":{"l":{"Action":"ADD","Value":{"L":[{"S":"z"}]}},"k":{"Action":"ADD","Value":{"L":[{"S":"z"}]}}}');
SELECT shown('"AttributeUpdates":{"ss":{"Action":"DELETE","Value":{"SS":["p"]}},"n":{"Action":"DELETE"},"nothing":{"Action":"DELETE"}}');
SELECT shown('"AttributeUpdates":{"ss":{"Action":"DELETE","Value":{"SS":["p","q"]}},"nothing":{"Action":"DELETE","Value":{"SS":["p"]}}}');
SELECT shown('"AttributeUpdates":{"s":{"Action":"ADD","Value":{"N":"1"}}}');
SELECT shown('"AttributeUpdates":{"s":{"Action":"ADD","Value":{"L":[]}}}');
SELECT shown('"AttributeUpdates":{"ss":{"Action":"ADD","Value":{"NS":["1"]}}}');
SELECT shown('"AttributeUpdates":{"ss":{"Action":"DELETE","Value":{"NS":["1"]}}}');
SELECT shown('"AttributeUpdates":{"s":{"Action":"DELETE","Value":{"SS":["1"]}}}');

-- The size limit counts what the update writes, too: 3, 19 for what is set, 1 and its name for each that is removed.
SELECT shown(format('"UpdateExpression":"REMOVE l, m, s, ss SET n = :v","ExpressionAttributeValues":{":v":{"S":"%s"}}', repeat('x', 409600 - 4 - 19 - 9)))
	~ '^.{100,}$' AS large_enough;
SELECT shown(format('"UpdateExpression":"REMOVE l, m, s, ss SET n = :v","ExpressionAttributeValues":{":v":{"S":"%s"}}', repeat('x', 409600 - 4 - 19 - 8)));

SELECT dynapg.delete_table('{"TableName":"updates_test"}') ->> 'x' IS NULL;

SET client_min_messages = warning;
DROP SCHEMA updates_test CASCADE;
