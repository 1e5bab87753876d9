-- Expression texts: what parses, and the error of each class of what does not.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"expr_syntax","BillingMode":"PAY_PER_REQUEST",
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
  "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}') IS NOT NULL;
SELECT dynapg.put_item('{"TableName":"expr_syntax","Item":{"pk":{"S":"1"},"a":{"S":"x"},"n":{"N":"5"},
  "l":{"L":[{"N":"1"},{"N":"2"}]},"m":{"M":{"k":{"S":"v"}}}}}');

-- The reply, or the error's text; what writes put before it is tested with the operations.
CREATE FUNCTION pg_temp.try(operation text, request json) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.answer(operation, request::text), '^ND[0-9]{3}: (1 validation error detected: )?', '')
$$;

CREATE FUNCTION pg_temp.request(parts jsonb) RETURNS json LANGUAGE sql AS $$
  SELECT jsonb_strip_nulls('{"TableName":"expr_syntax","Key":{"pk":{"S":"1"}}}' || parts)::json
$$;

-- A condition on the item: {} where it holds.
CREATE FUNCTION pg_temp.cond(expression text, vals json DEFAULT NULL, names json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try('update_item', pg_temp.request(jsonb_build_object('ConditionExpression', expression,
    'ExpressionAttributeNames', names, 'ExpressionAttributeValues', vals)))
$$;

-- An update of a copy of the item: what it changed.
CREATE FUNCTION pg_temp.upd(expression text, vals json DEFAULT NULL, names json DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  result := pg_temp.try('update_item', pg_temp.request(jsonb_build_object('UpdateExpression', expression,
    'ExpressionAttributeNames', names, 'ExpressionAttributeValues', vals, 'ReturnValues', 'UPDATED_NEW')));
  PERFORM dynapg.put_item('{"TableName":"expr_syntax","Item":{"pk":{"S":"1"},"a":{"S":"x"},"n":{"N":"5"},
    "l":{"L":[{"N":"1"},{"N":"2"}]},"m":{"M":{"k":{"S":"v"}}}}}');
  RETURN result;
END $$;

CREATE FUNCTION pg_temp.proj(expression text, names json DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try('get_item', pg_temp.request(jsonb_build_object('ProjectionExpression', expression,
    'ExpressionAttributeNames', names)))
$$;

\echo == conditions that parse: white space, case of keywords, parentheses, precedence
SELECT pg_temp.cond(e, '{":x":{"S":"x"},":n":{"N":"5"}}') FROM unnest(ARRAY[
  'a = :x AND n = :n', E'a=:x\n\tand\r\nn=:n', 'NOT a <> :x and n = :n', '(a = :x) AND (n = :n)', '(a = :x AND n = :n)',
  '(a) = (:x) AND ((n) = :n)', 'a IN (:x, :n) AND NOT n IN (:x)  ', 'n BETWEEN :n AND :n AND a = :x',
  'a <> :x AND n <> :n OR a = :x', 'n = :n OR a <> :x AND n <> :n', '(size(l)) < :n AND (attribute_exists(a)) and a = :x',
  'NOT (NOT a = :x) AND n >= :n', ':x = a AND :n = n', 'contains(:x, a) AND begins_with(:x, a) AND n = :n']) e;
SELECT pg_temp.cond('#0.ab_1 = :0 OR #0[0] = :0 OR l[1] < :0', '{":0":{"N":"9"}}', '{"#0":"l"}');
SELECT pg_temp.cond('attribute_type(a, :s) AND attribute_type(:s, :s)', '{":s":{"S":"S"}}');

\echo == syntax errors of conditions: the token, and what is near it
SELECT pg_temp.cond(e) FROM unnest(ARRAY[
  'a-b', 'a b', 'a = = b', 'a =', '=', 'a', '(a)', '(a', 'a = b)', 'a = b AND', 'AND', 'a AND b = c', 'NOT', 'NOT a', 'a NOT IN (b)',
  'a IN b', 'a IN ()', 'a IN (b,)', 'a BETWEEN b', 'a BETWEEN b AND', 'a BETWEEN b OR c', 'a == b', 'a != b', 'a =< b',
  'a.', 'a..b', '.a', 'a[', 'a[]', 'a[x]', 'a[-1]', 'a[01]', 'a[1', '[0]', 'a[:v] = b', 'a.1 = b', '1 = a', 'a = 1', 'a = 1.5', 'a = "x"',
  'a = ''x y''', 'a = "x', '_a = b', 'a$ = b', '# = a', 'a = :', ':v.a = b', 'f()', 'f(a', 'f(a,)', 'f(a = b)', 'f (a) g', 'size(a) =',
  'a = b, c = d', 'SET a = b', 'add = a', 'a = ü', 'a   attribute_exists   b', '(a = b) = c', '(a = b OR c) = d', 'a + b = c']) e;
SELECT pg_temp.cond(e) FROM unnest(ARRAY['', '((a = b))', '(((a = b) OR c = d))', '((a)) = b', 'a = ((b))', 'size(((a))) = b', '((attribute_exists(a)))',
  'NOT ((a = b))', repeat('(', 2000) || 'a = b' || repeat(')', 2000)]) e;

\echo == functions
SELECT pg_temp.cond(e, '{":v":{"S":"x"}}') FROM unnest(ARRAY[
  'foo(a) AND a = :v', 'SIZE(a) = :v', 'Attribute_Exists(a) AND a = :v', 'if_not_exists(a, :v)', 'list_append(a, :v) = a', 'a = foo(:v)', 'size(:v)',
  'size(a) AND a = :v', 'NOT size(a) OR a = :v', 'a = contains(a, :v)', 'begins_with(contains(a, :v), :v)', 'attribute_exists(a) = :v',
  'attribute_exists(a, :v)', 'attribute_type(a) AND a = :v', 'contains(a, n, :v)', 'size(a, n) = :v', 'begins_with(a) AND a = :v',
  'attribute_exists(:v)', 'attribute_not_exists(:v)', 'attribute_exists(size(a)) AND a = :v', 'attribute_type(a, n) AND a = :v', 'attribute_type(a, size(n)) AND a = :v',
  'attribute_type(a, :v)']) e;

\echo == operands: types of constants, distinct operands, bounds
SELECT pg_temp.cond(replace('n OP :v', 'OP', op), ('{":v":' || v || '}')::json)
FROM unnest(ARRAY['<', '<=', '>', '>=']) op, unnest(ARRAY['{"BOOL":true}', '{"NULL":true}', '{"SS":["a"]}', '{"NS":["1"]}', '{"BS":["YQ=="]}', '{"L":[]}', '{"M":{}}']) v;
SELECT pg_temp.cond(e, '{":v":{"N":"1"}}') FROM unnest(ARRAY['begins_with(a, :v)', 'begins_with(:v, a)', 'begins_with(size(a), :v)', 'size(:v) = :v', 'size(size(a)) = :v', 'attribute_type(a, :v)']) e;
SELECT pg_temp.cond('n BETWEEN :v AND n', '{":v":{"BOOL":true}}');
SELECT pg_temp.cond('n BETWEEN :a AND :b', v::json) FROM unnest(ARRAY['{":a":{"N":"5.0"},":b":{"N":"1"}}', '{":a":{"S":"b"},":b":{"S":"a"}}',
  '{":a":{"B":"Yg=="},":b":{"B":"YQ=="}}', '{":a":{"N":"1"},":b":{"S":"2"}}', '{":a":{"N":"1"},":b":{"N":"1.0"}}']) v;
SELECT pg_temp.cond(e, NULL, '{"#a":"a"}') FROM unnest(ARRAY['a = #a', '#a.b[1] <> a.b[1]', 'contains(#a, a)', 'begins_with(a, #a)', '#a IN (n, a)', 'n = m AND #a BETWEEN a AND n']) e;
SELECT pg_temp.cond('a IN (' || string_agg(':v', ',') || ')', '{":v":{"S":"x"}}') FROM generate_series(1, 100);
SELECT pg_temp.cond('a IN (' || string_agg(':v', ',') || ')', '{":v":{"S":"x"}}') FROM generate_series(1, 101);

\echo == reserved words, in any case, as written; not as function names or placeholders
SELECT pg_temp.cond(e, '{":v":{"S":"x"}}', '{"#name":"name"}') FROM unnest(ARRAY['name = :v OR #name = :v', 'a.Status = :v OR #name = :v', 'NOT (#name = :v) AND attribute_exists(a.b[1].TtL)', 'ZONE = abort OR #name = :v', 'attribute_not_exists(zones) AND NOT #name = :v']) e;

\echo == placeholders
SELECT pg_temp.cond('#x = :v AND :w = a', '{":v":{"S":"x"}}');
SELECT pg_temp.cond('a = :w AND #x = :v', '{":v":{"S":"x"}}');
SELECT pg_temp.cond('a = :v', '{":v":{"S":"x"},":b":{"S":"y"}}');
SELECT pg_temp.cond('a = :v', '{":v":{"S":"x"}}', '{"#b":"b"}');
SELECT pg_temp.cond('a = :v', '{":v":{"S":"x"},":b":{"S":"y"}}', '{"#b":"b","#c":"c"}');
SELECT pg_temp.cond('a = :v', '{":b":{"S":"y"},":v":{"S":"x"},":a":{"S":"y"}}');
SELECT pg_temp.cond('attribute_exists(a)', v::json, n::json) FROM (VALUES ('{}', NULL), (NULL, '{}'), ('{"v":{"S":"x"}}', NULL), ('{":":{"S":"x"}}', NULL), ('{":a-b":{"S":"x"}}', NULL), (NULL, '{"a":"a"}'),
  (NULL, '{"#":"a"}'), (NULL, '{"#a.b":"a"}'), (NULL, '{"#a":""}'), ('{":v":{}}', NULL), ('{":v":{"S":"x","N":"1"}}', NULL), ('{":v":{"N":"abc"}}', NULL), ('{":v":{"SS":[]}}', NULL),
  ('{":v":{"NULL":false}}', NULL), ('{"v":{"N":"abc"}}', '{"b":"c"}'), ('{":v":{"N":"abc"}}', '{"#b":""}')) AS t (v, n);
SELECT pg_temp.cond('a = :v', json_build_object(':' || repeat('v', 255), json_build_object('S', 'x')));
SELECT pg_temp.try('update_item', pg_temp.request('{"ExpressionAttributeNames":{"#a":"a"}}'));
SELECT pg_temp.try('update_item', pg_temp.request('{"ExpressionAttributeValues":{":a":{"S":"a"}}}'));
SELECT pg_temp.try('get_item', pg_temp.request('{"ExpressionAttributeNames":{"#a":"a"}}'));
SELECT left(pg_temp.cond('attribute_exists(a)', json_object_agg(':v' || i, json_build_object('S', repeat('x', 1024)))), 100) FROM generate_series(1, 2048) i;
-- many placeholders are looked up as few are
SELECT pg_temp.cond('a IN (' || string_agg(':v' || i, ',') || ')', json_object_agg(':v' || i, json_build_object('S', CASE i WHEN 99 THEN 'x' ELSE i::text END))) FROM generate_series(1, 99) i;
SELECT pg_temp.cond('a IN (' || string_agg(':v' || i, ',') || ')', json_object_agg(':v' || i, json_build_object('N', i::text)) FILTER (WHERE i < 40)) FROM generate_series(1, 42) i;

\echo == sizes: bytes of the text, operators, list indexes, levels of a path
SELECT pg_temp.cond(rpad('a = :v', 4096), '{":v":{"S":"x"}}');
SELECT pg_temp.cond(rpad('a = :v', 4097), '{":v":{"S":"x"}}');
SELECT pg_temp.cond(string_agg('a=:v', ' AND '), '{":v":{"S":"x"}}') FROM generate_series(1, 150);
SELECT pg_temp.cond(string_agg('a=:v', ' AND '), '{":v":{"S":"x"}}') FROM generate_series(1, 151);
SELECT pg_temp.cond(repeat('NOT ', 298) || 'a = :v', '{":v":{"S":"x"}}');
SELECT pg_temp.cond(repeat('NOT ', 300) || 'a = :v', '{":v":{"S":"x"}}');
SELECT pg_temp.proj('l[4294967294]');
SELECT pg_temp.proj('l[4294967295]');
SELECT pg_temp.proj('l[99999999999999999999]');
SELECT pg_temp.proj('a' || repeat('.b', 31));
SELECT pg_temp.proj('a' || repeat('.b', 32));
SELECT pg_temp.proj('a' || repeat('[0]', 32));

\echo == updates that parse
SELECT pg_temp.upd(e, '{":v":{"N":"2"}}') FROM unnest(ARRAY['SET b = :v', E'set\nb=:v', 'SET n = n + :v', 'SET n = n-:v', 'SET n = (n) + (:v)', 'SET n = (n + :v)', 'SET n = (:v)',
  'SET b = if_not_exists(b, :v) + :v', 'SET b = :v REMOVE a ADD n :v', 'ADD n :v SET b = :v', 'SET l[0] = :v, l[1] = l[0], m.k = n', 'REMOVE l[0] SET l[5] = :v', 'SET a = list_append(l, l), b = :v']) e;

\echo == syntax errors of updates
SELECT pg_temp.upd(e) FROM unnest(ARRAY['', 'INVALID SYNTAX HERE', 'SET', 'SET a', 'SET a =', 'SET a = b c', 'SET a b :v', 'SET a = b,', 'SET ,a = b', 'SET a = b + ', 'SET a = b + c + d', 'SET a = b + (c + d)',
  'SET a = b * c', 'SET a = -b', 'SET a = b AND c = d', 'SET a == b', 'SET a = f(b + c)', 'SET (a) = b', 'SET :v = a', 'SET a = b, SET c = d', 'REMOVE', 'REMOVE a b', 'REMOVE a = b', 'REMOVE :v', 'REMOVE (a)', 'ADD a', 'ADD a b', 'ADD a = :v',
  'ADD a (:v)', 'ADD a :v + :v', 'DELETE a', 'DELETE a b', 'ADD hits : incr', 'SET a = 5', 'SET a = :v WHERE b = c', 'UPDATE SET a = b', 'a = b', 'SET a = (b', 'SET a = ((b))', 'SET a = ((b + c))']) e;

\echo == sections, functions and operands of updates
SELECT pg_temp.upd(e, '{":v":{"S":"x"}}') FROM unnest(ARRAY['SET a = :v SET b = :v', 'REMOVE a REMOVE b', 'ADD a :v SET b = :v ADD c :v', 'DELETE a :v DELETE b :v', 'SET a = foo(:v)', 'SET a = size(:v)', 'SET a = attribute_exists(b)',
  'SET a = if_not_exists(b)', 'SET a = list_append(b, l, :v)', 'SET a = if_not_exists(:v, :v)', 'SET a = list_append(l, :v)', 'SET n = n + :v', 'SET n = :v - n', 'SET n = n + list_append(l, l)', 'ADD a :v', 'DELETE a :v',
  'SET name = :v', 'SET a = :v, value = b', 'SET a = #b', 'SET #b = :v', 'SET a = :w', 'REMOVE a']) e;
SELECT pg_temp.upd('ADD n :v', ('{":v":' || v || '}')::json), pg_temp.upd('DELETE n :v', ('{":v":' || v || '}')::json)
FROM unnest(ARRAY['{"B":"YQ=="}', '{"BOOL":true}', '{"NULL":true}', '{"L":[]}', '{"M":{}}']) v;
SELECT pg_temp.upd('DELETE n :v', '{":v":{"N":"1"}}');

\echo == paths of updates: overlap, conflict, keys
SELECT pg_temp.upd(e, NULL, '{"#a":"a"}') FROM unnest(ARRAY['SET a = n, #a = m', 'SET #a = n, a.b = m', 'SET a.b = n, #a = m', 'REMOVE a[1], #a[1].c', 'SET a.b = n, #a[0] = m', 'REMOVE #a[0], a.b', 'SET #a.b = n REMOVE a.b', 'REMOVE #a[0], a[1], a[0]']) e;
SELECT pg_temp.upd(e, NULL, '{"#p":"pk"}') FROM unnest(ARRAY['SET #p = a', 'REMOVE a, #p', 'SET #p.b = a', 'SET #p[0] = a']) e;

\echo == projections
SELECT pg_temp.proj('a, m.k');
SELECT pg_temp.proj('l[1], l[0]');
SELECT pg_temp.proj('zz');
SELECT pg_temp.proj(e) FROM unnest(ARRAY['', 'a,', ',a', 'a,,b', 'a b', 'a b, c', '(a)', 'size(a)', ':v', 'a.*', '*', '!!', 'a, a', 'a, a.b', 'a.b, a', 'a[0], a.b', 'a.b, a.c, a[1]', '#x', 'date', 'a = b']) e;
SELECT pg_temp.proj('a', '{"#b":"b"}');
SELECT pg_temp.proj('#b, a', '{"#b":"a"}');

\echo == which of several errors
SELECT pg_temp.upd('SET name = foo(:w)');
SELECT pg_temp.upd('SET name = :w SET b = :w');
SELECT pg_temp.upd('SET a = :w, a = :x');
SELECT pg_temp.try('update_item', pg_temp.request('{"UpdateExpression":"SET a = :v","ConditionExpression":"b = :w AND","ExpressionAttributeValues":{":v":{"N":"1"},":x":{"N":"1"}}}'));
SELECT pg_temp.try('update_item', pg_temp.request('{"UpdateExpression":"SET a = :u","ConditionExpression":"b = :w AND","ExpressionAttributeValues":{":v":{"N":"1"}}}'));
SELECT pg_temp.cond('foo(a) AND ((a = b))');
SELECT pg_temp.cond('foo(a) AND name = :v');
SELECT pg_temp.cond('a < :v AND b = :w', '{":v":{"BOOL":true}}');

\echo == a text seen before means the same again, with other placeholders too
SELECT pg_temp.cond('#k = :v', v::json, n::json) FROM (VALUES ('{":v":{"S":"x"}}', '{"#k":"a"}'), ('{":v":{"N":"5"}}', '{"#k":"n"}'), ('{":v":{"N":"6"}}', '{"#k":"n"}'), ('{":v":{"S":"x"}}', '{"#k":"a"}'), ('{":w":{"S":"x"}}', '{"#k":"a"}')) AS t (v, n);
-- more texts than the cache holds
SELECT count(*) FILTER (WHERE pg_temp.cond('a = :v AND n > :n' || i, json_build_object(':v', json_build_object('S', 'x'), ':n' || i, json_build_object('N', '1'))) = '{}') FROM generate_series(1, 1500) i;
SELECT pg_temp.cond('a = :v AND n > :n1', '{":v":{"S":"x"},":n1":{"N":"1"}}');

SELECT dynapg.delete_table('{"TableName":"expr_syntax"}') IS NOT NULL;
