-- Updates: every action on every type, and what their replies show.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.upd","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}') IS NOT NULL;
-- The item that the cases work on.
CREATE FUNCTION pg_temp.reset_item() RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.upd","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"s":{"S":"hello"},"n":{"N":"5"},"b":{"B":"AAEC"},"t":{"BOOL":true},"z":{"NULL":true},
    "l":{"L":[{"N":"1"},{"S":"two"},{"M":{"k":{"S":"v"}}}]},"m":{"M":{"k":{"S":"v"},"l":{"L":[{"N":"7"}]},"a.b":{"S":"dot"}}},
    "ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","AQ=="]},"a.b":{"S":"top"}}}')
$$;
-- An update of that item.
CREATE FUNCTION pg_temp.upd(e text, v text DEFAULT NULL, n text DEFAULT NULL, shown text DEFAULT 'UPDATED_NEW') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_temp.reset_item();
  RETURN pg_temp.answer('update_item', jsonb_strip_nulls(jsonb_build_object('TableName', 'fidelity.upd', 'Key', '{"pk":{"S":"a"},"sk":{"N":"1"}}'::jsonb, 'UpdateExpression', e,
    'ExpressionAttributeValues', v::jsonb, 'ExpressionAttributeNames', n::jsonb, 'ReturnValues', shown))::text);
END $$;
SELECT e, pg_temp.upd(e, v, n) FROM (VALUES
  ('SET l = list_append(l, :v)','{":v":{"L":[{"N":"9"}]}}',null), ('SET l = list_append(:v, l)','{":v":{"L":[{"N":"9"}]}}',null),
  ('SET l = list_append(:v, :v)','{":v":{"L":[{"N":"9"}]}}',null), ('SET q = list_append(q, :v)','{":v":{"L":[{"N":"9"}]}}',null),
  ('SET q = list_append(if_not_exists(q, :e), :v)','{":v":{"L":[{"N":"9"}]},":e":{"L":[]}}',null),
  ('SET q = list_append(:v, if_not_exists(q, :v))','{":v":{"L":[{"N":"9"}]}}',null), ('SET l = list_append(l, l)',null,null),
  ('SET l = list_append(list_append(l, :v), :v)','{":v":{"L":[{"N":"9"}]}}',null), ('SET l = list_append(l, s)',null,null),
  ('SET l = list_append(l, :v)','{":v":{"S":"9"}}',null), ('SET l = list_append(l)',null,null), ('SET l = list_append(l, :v, :v)','{":v":{"L":[]}}',null),
  ('SET l[1] = list_append(l, :v)','{":v":{"L":[]}}',null), ('SET n = if_not_exists(n, :v) + :v','{":v":{"N":"1"}}',null),
  ('SET q = if_not_exists(q, :v) + :v','{":v":{"N":"1"}}',null), ('SET q = if_not_exists(q, if_not_exists(r, :v))','{":v":{"N":"1"}}',null),
  ('SET q = if_not_exists(q, r)',null,null), ('SET q = if_not_exists(s, r)',null,null), ('SET q = if_not_exists(:v, s)','{":v":{"N":"1"}}',null),
  ('SET q = if_not_exists(m.zz, :v)','{":v":{"N":"1"}}',null), ('SET q = if_not_exists(m.k, :v)','{":v":{"N":"1"}}',null), ('SET s = if_not_exists(s, s)',null,null),
  ('SET n = n + n',null,null), ('SET n = n - n',null,null), ('SET n = :v - n','{":v":{"N":"1.5"}}',null), ('SET n = s + n',null,null),
  ('SET n = :v + n','{":v":{"S":"1.5"}}',null), ('SET n = size(s)',null,null), ('SET n = n*n',null,null),
  ('SET n = n + :v','{":v":{"N":"9.9999999999999999999999999999999999999E+125"}}',null),
  ('SET n = :w + :v','{":v":{"N":"9.9999999999999999999999999999999999999E+125"},":w":{"N":"9E125"}}',null), ('SET n = :w + :v','{":v":{"N":"1E38"},":w":{"N":"0.1"}}',null),
  ('SET n = :w + :v','{":v":{"N":"1E37"},":w":{"N":"1"}}',null), ('SET n = :w + :v','{":v":{"N":"1E38"},":w":{"N":"1"}}',null),
  ('SET n = :w - :v','{":v":{"N":"1.1E-130"},":w":{"N":"1E-130"}}',null), ('ADD n :v','{":v":{"N":"1"}}',null), ('ADD q :v','{":v":{"N":"1"}}',null),
  ('ADD m.q :v','{":v":{"N":"1"}}',null), ('ADD m.l[0] :v','{":v":{"N":"1"}}',null), ('ADD m.l[5] :v','{":v":{"N":"1"}}',null), ('ADD l[0] :v','{":v":{"N":"1"}}',null),
  ('ADD q.r :v','{":v":{"N":"1"}}',null), ('ADD s :v','{":v":{"N":"1"}}',null), ('ADD ss :v','{":v":{"N":"1"}}',null), ('ADD ss :v','{":v":{"NS":["1"]}}',null),
  ('ADD ss :v','{":v":{"SS":["b","c"]}}',null), ('ADD l :v','{":v":{"L":[]}}',null), ('ADD s :v','{":v":{"S":"x"}}',null), ('ADD z :v','{":v":{"M":{}}}',null),
  ('ADD z :v','{":v":{"NULL":true}}',null), ('ADD z :v','{":v":{"BOOL":true}}',null), ('ADD z :v','{":v":{"B":"AA=="}}',null), ('ADD n n',null,null),
  ('DELETE ss :v','{":v":{"SS":["b","c"]}}',null), ('DELETE ss :v','{":v":{"SS":["b","a"]}}',null), ('DELETE ss :v','{":v":{"NS":["1"]}}',null),
  ('DELETE q :v','{":v":{"NS":["1"]}}',null), ('DELETE q.r :v','{":v":{"NS":["1"]}}',null), ('DELETE n :v','{":v":{"N":"1"}}',null),
  ('DELETE s :v','{":v":{"SS":["1"]}}',null), ('DELETE s :v','{":v":{"S":"1"}}',null), ('REMOVE q',null,null), ('REMOVE q.r',null,null), ('REMOVE m.q.r',null,null),
  ('REMOVE m.q',null,null), ('REMOVE l[9]',null,null), ('REMOVE l[0], l[1]',null,null), ('REMOVE l[0].x',null,null), ('REMOVE s.x',null,null), ('REMOVE s[0]',null,null),
  ('REMOVE m[0]',null,null), ('REMOVE l.x',null,null), ('SET q.r = :v','{":v":{"N":"1"}}',null), ('SET s.r = :v','{":v":{"N":"1"}}',null),
  ('SET l.r = :v','{":v":{"N":"1"}}',null), ('SET m[0] = :v','{":v":{"N":"1"}}',null), ('SET q[0] = :v','{":v":{"N":"1"}}',null), ('SET l[9] = :v','{":v":{"N":"1"}}',null),
  ('SET l[4294967294] = :v, l[2147483648] = s','{":v":{"N":"1"}}',null), ('SET l[9] = :v, l[4] = s','{":v":{"N":"1"}}',null), ('SET l[0] = :v','{":v":{"N":"1"}}',null), ('SET l[2].k = :v','{":v":{"N":"1"}}',null),
  ('SET l[1], l[2] = :v','{":v":{"N":"1"}}',null), ('SET m.#x = :v','{":v":{"N":"1"}}','{"#x":"a.b"}'), ('SET m.l[0] = :v, m.k = l[0]','{":v":{"N":"1"}}',null),
  ('SET a = :v SET b = :v','{":v":{"N":"1"}}',null), ('SET s = :v REMOVE s','{":v":{"N":"1"}}',null), ('SET s = :v, s = :v','{":v":{"N":"1"}}',null),
  ('SET m.k = :v REMOVE m','{":v":{"N":"1"}}',null), ('SET l[0] = :v REMOVE l.a','{":v":{"N":"1"}}',null), ('SET pk = :v','{":v":{"S":"1"}}',null),
  ('SET sk = :v','{":v":{"S":"1"}}',null), ('SET pk.x = :v','{":v":{"S":"1"}}',null), ('REMOVE pk',null,null), ('ADD sk :v','{":v":{"N":"1"}}',null),
  ('SET sk = :v, pk = :v','{":v":{"S":"1"}}',null), ('set s=:v remove n add q :w delete ss :x','{":v":{"S":"x"},":w":{"N":"1"},":x":{"SS":["a"]}}',null),
  ('SETs=:v','{":v":{"S":"x"}}',null), ('SET s=:v,','{":v":{"S":"x"}}',null), ('SET s=:v;','{":v":{"S":"x"}}',null), ('SET size = :v','{":v":{"S":"x"}}',null),
  ('SET status = :v','{":v":{"S":"x"}}',null), ('SET s = :v WHERE n = :v','{":v":{"S":"x"}}',null), ('',null,null), ('SET',null,null), ('FOO a',null,null),
  ('SET s = :v','{}',null), ('SET #a = :v','{":v":{"S":"x"}}','{}'), ('SET #a = :v','{":v":{"S":"x"}}','{"#a":""}')) AS c (e, v, n);
\echo == what is shown of nested paths and lists
SELECT shown, pg_temp.upd('SET m.k = :v, l[0] = :l, q = :m REMOVE s DELETE ss :ss', '{":v":{"N":"1"},":l":{"L":[{"S":"q"}]},":m":{"M":{"x":{"N":"1"}}},":ss":{"SS":["a","b"]}}', NULL, shown) FROM unnest('{UPDATED_OLD,UPDATED_NEW}'::text[]) shown;
SELECT e, shown, pg_temp.upd(e, CASE WHEN e LIKE '%:v%' THEN '{":v":{"N":"1"}}' END, NULL, shown) FROM unnest(ARRAY['REMOVE l[0], m.l[0]', 'REMOVE s', 'SET s = s', 'SET m.l[0] = :v, m.l[3] = :v', 'ADD n :v']) e, unnest('{UPDATED_OLD,UPDATED_NEW}'::text[]) shown;
\echo == on a missing item
SELECT shown, pg_temp.answer('update_item', '{"TableName":"fidelity.upd","Key":{"pk":{"S":"new' || shown || '"},"sk":{"N":"1"}},"UpdateExpression":"SET a=:v","ExpressionAttributeValues":{":v":{"N":"1"}},"ReturnValues":"' || shown || '"}'),
  pg_temp.answer('update_item', '{"TableName":"fidelity.upd","Key":{"pk":{"S":"key' || shown || '"},"sk":{"N":"1"}},"ReturnValues":"' || shown || '"}') FROM unnest('{NONE,UPDATED_OLD,UPDATED_NEW,ALL_OLD,ALL_NEW}'::text[]) shown;
SELECT e, pg_temp.answer('update_item', jsonb_strip_nulls(jsonb_build_object('TableName', 'fidelity.upd', 'Key', '{"pk":{"S":"missing"},"sk":{"N":"1"}}'::jsonb, 'UpdateExpression', e, 'ReturnValues', 'ALL_NEW',
  'ExpressionAttributeValues', CASE WHEN e LIKE '%:v%' THEN '{":v":{"SS":["1"]}}'::jsonb END))::text) FROM unnest(ARRAY['SET a.b = :v', 'REMOVE a.b', 'REMOVE a', 'DELETE a.b :v', 'DELETE a :v', 'REMOVE a[0]', 'SET a = pk', 'SET a = b']) e;
SELECT pg_temp.answer('get_item', '{"TableName":"fidelity.upd","Key":{"pk":{"S":"missing"},"sk":{"N":"1"}}}');
\echo == the size limit: 409,600 bytes of the item, and of what the update writes by itself
-- An item of the key, 9 bytes, and more attributes, then an update; x(n) is a string of n bytes.
CREATE FUNCTION pg_temp.x(n int) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('S', repeat('x', n)) $$;
CREATE FUNCTION pg_temp.sized(item jsonb, e text, v jsonb DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  put text := pg_temp.answer('put_item', jsonb_build_object('TableName', 'fidelity.upd', 'Item', '{"pk":{"S":"big"},"sk":{"N":"1"}}' || item)::text);
BEGIN
  RETURN put || ' ' || pg_temp.answer('update_item', jsonb_strip_nulls(jsonb_build_object('TableName', 'fidelity.upd', 'Key', '{"pk":{"S":"big"},"sk":{"N":"1"}}'::jsonb, 'UpdateExpression', e, 'ExpressionAttributeValues', v))::text);
END $$;
-- unchanged attributes do not count: the item may become full by a counter, a new attribute, one that is replaced
SELECT n, pg_temp.sized(jsonb_build_object('u', pg_temp.x(409600 - 9 - 1 - 3 + n), 'c', '{"N":"1"}'::jsonb), 'SET c = c + :o', '{":o":{"N":"1"}}') FROM unnest('{0,1}'::int[]) n;
SELECT n, pg_temp.sized(jsonb_build_object('u', pg_temp.x(409600 - 9 - 1 - 2 + n)), 'SET v = :v', '{":v":{"S":"x"}}') FROM unnest('{0,1}'::int[]) n;
SELECT n, pg_temp.sized(jsonb_build_object('u', pg_temp.x(409590 - 9 - 1 - 2), 'f', pg_temp.x(1)), 'SET f = :f', jsonb_build_object(':f', pg_temp.x(11 + n))) FROM unnest('{0,1}'::int[]) n;
SELECT pg_temp.sized(jsonb_build_object('u', pg_temp.x(409600 - 10)), 'REMOVE q'), pg_temp.sized(jsonb_build_object('u', pg_temp.x(409600 - 10)), 'REMOVE u');
-- what is written counts 3, and 19 with its name and value: 409,577 bytes are the most
SELECT n, pg_temp.sized('{}', 'SET b = :pad', jsonb_build_object(':pad', pg_temp.x(409600 - 3 - 19 - 1 + n))) FROM unnest('{0,1}'::int[]) n;
SELECT n, pg_temp.sized(jsonb_build_object('u', pg_temp.x(409600 - 3 - 19 - 1 + n)), 'SET u = u') FROM unnest('{0,1}'::int[]) n;
SELECT n, pg_temp.sized('{}', 'ADD b :pad', jsonb_build_object(':pad', jsonb_build_object('SS', jsonb_build_array(repeat('x', 409600 - 3 - 19 - 1 + n))))) FROM unnest('{0,1}'::int[]) n;
-- so does what a clause more than SET b = :pad costs: 3, 8, 2, 26
SELECT clause, n, pg_temp.sized('{"rr":{"S":"r"},"l":{"L":[{"N":"1"}]},"s":{"SS":["a","b"]}}', CASE WHEN clause LIKE 'SET%' THEN 'SET b = :pad,' || substr(clause, 4) ELSE 'SET b = :pad ' || clause END,
  jsonb_build_object(':pad', pg_temp.x(409600 - 3 - 19 - 1 - cost + n)) || v) FROM (VALUES ('REMOVE rr', 3, '{}'::jsonb), ('REMOVE l[10]', 8, '{}'), ('DELETE s :o', 2, '{":o":{"SS":["a"]}}'), ('SET l[0] = :c', 26, '{":c":{"S":"c"}}')) AS c (clause, cost, v), unnest('{0,1}'::int[]) n;
-- three that set: 3, 19 each, their names and values
SELECT n, pg_temp.sized('{}', 'SET v = :v, w = :v, y = :pad', jsonb_build_object(':v', pg_temp.x(1), ':pad', pg_temp.x(409600 - 3 - 3 * 19 - 3 - 2 + n))) FROM unnest('{0,1}'::int[]) n;
-- in a transaction the item alone is measured
CREATE FUNCTION pg_temp.moved(n int) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer('transact_write_items', jsonb_build_object('TransactItems', jsonb_build_array(jsonb_build_object('Update', jsonb_build_object('TableName', 'fidelity.upd', 'Key', '{"pk":{"S":"big"},"sk":{"N":"1"}}'::jsonb,
    'UpdateExpression', 'SET b = :pad', 'ExpressionAttributeValues', jsonb_build_object(':pad', pg_temp.x(n - 10))))))::text) $$;
SELECT n, pg_temp.moved(n) FROM unnest('{409592,409593,409600,409601}'::int[]) n;
SELECT dynapg.delete_table('{"TableName":"fidelity.upd"}') IS NOT NULL;
