-- Conditions: white space, precedence, paths, every operator against every type.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.cond","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}') IS NOT NULL;
-- The item that the cases work on.
CREATE FUNCTION pg_temp.reset_item() RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.cond","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"s":{"S":"hello"},"n":{"N":"5"},"b":{"B":"AAEC"},"t":{"BOOL":true},"z":{"NULL":true},
    "l":{"L":[{"N":"1"},{"S":"two"},{"M":{"k":{"S":"v"}}}]},"m":{"M":{"k":{"S":"v"},"l":{"L":[{"N":"7"}]},"a.b":{"S":"dot"}}},
    "ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","AQ=="]},"a.b":{"S":"top"}}}')
$$;
-- A condition on it: {} where it holds, "no" where it does not.
CREATE FUNCTION pg_temp.holds(e text, v text DEFAULT NULL, n text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT replace(pg_temp.answer('update_item', jsonb_strip_nulls(jsonb_build_object('TableName', 'fidelity.cond', 'Key', '{"pk":{"S":"a"},"sk":{"N":"1"}}'::jsonb, 'ConditionExpression', e,
    'ExpressionAttributeValues', v::jsonb, 'ExpressionAttributeNames', n::jsonb))::text), 'ND003: The conditional request failed', 'no')
$$;
SELECT pg_temp.reset_item();
\echo == types: attribute_type, size, contains
SELECT a, (SELECT string_agg(ty, ',') FROM unnest('{S,N,B,BOOL,"NULL",L,M,SS,NS,BS}'::text[]) ty WHERE pg_temp.holds(format('attribute_type(%s, :t)', a), format('{":t":{"S":"%s"}}', ty)) = '{}'),
  pg_temp.holds(format('size(%s) >= :z', a), '{":z":{"N":"0"}}') FROM unnest('{s,n,b,t,z,l,m,ss,ns,bs,nope}'::text[]) a;
SELECT e, v, pg_temp.holds(e, v) FROM (VALUES
  ('contains(s,:v)','{":v":{"S":"ell"}}'), ('contains(s,:v)','{":v":{"S":""}}'), ('contains(s,:v)','{":v":{"N":"1"}}'), ('contains(n,:v)','{":v":{"N":"5"}}'),
  ('contains(b,:v)','{":v":{"B":"AQI="}}'), ('contains(l,:v)','{":v":{"M":{"k":{"S":"v"}}}}'), ('contains(l,:v)','{":v":{"N":"1.0"}}'), ('contains(m,:v)','{":v":{"S":"k"}}'),
  ('contains(ss,:v)','{":v":{"S":"a"}}'), ('contains(ss,:v)','{":v":{"SS":["a"]}}'), ('contains(ns,:v)','{":v":{"N":"2.0"}}'), ('contains(bs,:v)','{":v":{"B":"AA=="}}'),
  ('contains(:v,s)','{":v":{"S":"say hello"}}'), ('contains(:v,n)','{":v":{"L":[{"N":"5"}]}}'), ('contains(:v,n)','{":v":{"N":"5"}}'), ('contains(:v,:v)','{":v":{"S":"5"}}'),
  ('contains(s, size(s))','{":v":{"S":"5"}}'), ('contains(l, size(m.l))',null), ('begins_with(s,:v)','{":v":{"S":""}}'), ('begins_with(n,:v)','{":v":{"S":"5"}}'),
  ('begins_with(:v,s)','{":v":{"S":"hello world"}}'), ('begins_with(b,:v)','{":v":{"B":"AAE="}}')) AS c (e, v);
\echo == every comparator against every type of constant: what holds, what is refused
SELECT op, (SELECT string_agg(a || ':' || left(pg_temp.holds(format('%s %s :v', a, op), format('{":v":%s}', v)), 5), ' ') FROM (VALUES ('s', '{"S":"hello"}'), ('n', '{"N":"5.0"}'), ('b', '{"B":"AAEC"}'), ('t', '{"BOOL":true}'), ('z', '{"NULL":true}'),
    ('l', '{"L":[{"N":"1.0"},{"S":"two"},{"M":{"k":{"S":"v"}}}]}'), ('m', '{"M":{"l":{"L":[{"N":"7"}]},"a.b":{"S":"dot"},"k":{"S":"v"}}}'), ('ss', '{"SS":["b","a"]}'), ('ns', '{"NS":["2.0","1e0"]}'), ('bs', '{"BS":["AQ==","AA=="]}'),
    ('n', '{"S":"5"}'), ('nope', '{"N":"5"}')) AS x (a, v)) FROM unnest('{=,<>,<,<=,>,>=}'::text[]) op;
\echo == spelling, order, paths
SELECT e, pg_temp.holds(e, v, n) FROM (VALUES
  ('size (l) = :n','{":n":{"N":"3"}}',null), ('s IN(:s)','{":s":{"S":"hello"}}',null), ('s  IN  ( :s , :s )','{":s":{"S":"hello"}}',null),
  ('#a=:v','{":v":{"S":"hello"}}','{"#a":"s"}'), (':v=#a','{":v":{"S":"hello"}}','{"#a":"s"}'), ('n<:v','{":v":{"N":"6"}}',null), ('n<>:v','{":v":{"N":"6"}}',null),
  ('n< >:v','{":v":{"N":"6"}}',null), ('n> =:v','{":v":{"N":"6"}}',null), ('NOT(n=:v)','{":v":{"N":"6"}}',null), ('NOTn=:v','{":v":{"N":"6"}}',null),
  ('not attribute_exists (nope)',null,null), ('attribute_exists(#a.#b[0])',null,'{"#a":"m","#b":"l"}'), ('attribute_exists(#a.#b[0].c)',null,'{"#a":"m","#b":"l"}'),
  ('(n=:v)OR(n<>:v)','{":v":{"N":"6"}}',null), ('n=:v OR NOT n=:v AND n<>:v','{":v":{"N":"6"}}',null),
  ('attribute_exists(n) and not attribute_exists(nn) or attribute_exists(nnn)',null,null),
  ('n between :a and :b and s = :s','{":a":{"N":"1"},":b":{"N":"9"},":s":{"S":"hello"}}',null), ('n between :a and :b','{":a":{"N":"5"},":b":{"N":"5"}}',null),
  ('n between m.l[0] and :b','{":b":{"N":"9"}}',null), ('m.l[0] between n and :b','{":b":{"N":"9"}}',null), (':b between n and m.l[0]','{":b":{"N":"6"}}',null),
  ('n between n and :b','{":b":{"N":"9"}}',null), ('size(s) between :b and :b','{":b":{"N":"5"}}',null), ('size(s) in (:b, n)','{":b":{"N":"7"}}',null),
  ('n in (size(s))',null,null), ('size(s) = size(l)',null,null), ('size(s) = size(s)',null,null), ('size(s) > size(l)',null,null),
  ('size(#é)=:b','{":b":{"N":"7"}}','{"#é":"s"}'), ('s = :b AND s = :B','{":b":{"S":"hello"},":B":{"S":"hello"}}',null), ('attribute_type(s, :t)','{":t":{"S":"s"}}',null),
  ('attribute_type(s, :t)','{":t":{"S":"STRING"}}',null), ('attribute_type(s, :t)','{":t":{"S":""}}',null), ('attribute_type(nope, :t)','{":t":{"S":"NULL"}}',null),
  ('attribute_type(size(s), :t)','{":t":{"S":"N"}}',null), ('ss = :v','{":v":{"SS":["b","a"]}}',null), ('ns = :v','{":v":{"NS":["2.0","1e0"]}}',null),
  ('l = :v','{":v":{"L":[{"N":"1.0"},{"S":"two"},{"M":{"k":{"S":"v"}}}]}}',null), ('m = :v','{":v":{"M":{"l":{"L":[{"N":"7"}]},"a.b":{"S":"dot"},"k":{"S":"v"}}}}',null),
  ('t = :v','{":v":{"BOOL":true}}',null), ('z = :v','{":v":{"NULL":true}}',null), ('b = :v','{":v":{"B":"AAEC"}}',null), ('b < :v','{":v":{"B":"/w=="}}',null),
  ('s < :v','{":v":{"S":"hellp"}}',null), ('s < :v','{":v":{"N":"1"}}',null), ('s <> :v','{":v":{"N":"1"}}',null), ('nope <> :v','{":v":{"N":"1"}}',null),
  ('nope = nope2',null,null), ('nope <> nope2',null,null), ('nope <> n',null,null), ('NOT nope = n',null,null), ('nope < :v','{":v":{"N":"1"}}',null),
  ('NOT nope < :v','{":v":{"N":"1"}}',null), ('l[0] = :v','{":v":{"N":"1"}}',null), ('l[9] = :v','{":v":{"N":"1"}}',null), ('l[2].k = :v','{":v":{"S":"v"}}',null),
  ('attribute_not_exists(l[3])',null,null), ('attribute_exists(m.k.x)',null,null), ('contains(m.l, :v)','{":v":{"N":"7"}}',null), ('s in (:v)','{":v":{"L":[]}}',null),
  ('l in (:v)','{":v":{"L":[]}}',null), ('t in (:v)','{":v":{"BOOL":true}}',null), ('t > :v','{":v":{"BOOL":false}}',null), ('n > t',null,null),
  ('n > :v AND s > :v','{":v":{"N":"1"}}',null)) AS c (e, v, n);
\echo == NOT before AND before OR; no comments, no other signs
SELECT e, pg_temp.holds(e, '{":t":{"S":"hello"},":f":{"S":"no"}}') FROM unnest(ARRAY['s=:t or s=:f and s=:f','(s=:t or s=:f) and s=:f','not s=:f and s=:t','not (s=:f and s=:t)','not not s=:t AND s<>:f','not s=:f or s=:t','s = :t AND NOT s = :f OR s = :f','s IN (:f,:t)','s in (:t) and s<>:f',E'\ts\n=\r:t and s<>:f','s=:t AND s between :f and :t or s<>:f','s=:t And(s<>:f)','s=:t AND(NOT(s=:f))','(s)=(:t) and s <> (:f)','s=:t -- comment','s=:t /* c */ and s<>:f','s=:t && s<>:f','s==:t','s!=:f', 's = :t AND s <> :f;','S=:t and s<>:f', E's\f=:t and s<>:f', E's\u00a0=:t and s<>:f']) e;
SELECT dynapg.delete_table('{"TableName":"fidelity.cond"}') IS NOT NULL;
