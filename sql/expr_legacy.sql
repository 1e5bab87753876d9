-- Legacy parameters: Expected, ConditionalOperator, AttributeUpdates, AttributesToGet, and their errors.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"expr_legacy","BillingMode":"PAY_PER_REQUEST",
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
  "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}') IS NOT NULL;

-- The item that all begin with.
CREATE FUNCTION pg_temp.reset() RETURNS json LANGUAGE sql AS $$
  SELECT dynapg.put_item('{"TableName":"expr_legacy","Item":{"pk":{"S":"1"},"a":{"S":"abc"},"n":{"N":"5"},"b":{"B":"YWJj"},
    "ss":{"SS":["x","y"]},"ns":{"NS":["1","2"]},"l":{"L":[{"S":"x"},{"N":"5"}]},"m":{"M":{"k":{"S":"v"}}},"t":{"BOOL":true}}}')
$$;

-- The reply, or the error's text; what writes put before it is tested with the operations.
CREATE FUNCTION pg_temp.try(operation text, request jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.answer(operation, ('{"TableName":"expr_legacy","Key":{"pk":{"S":"1"}}}' || request)::text),
    '^ND[0-9]{3}: (1 validation error detected: )?', '')
$$;

-- Does the condition hold? {} where it does.
CREATE FUNCTION pg_temp.expect(conditions text, operator text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try('update_item', jsonb_strip_nulls(jsonb_build_object('Expected', conditions::jsonb, 'ConditionalOperator', operator)))
$$;

-- What an update makes of the item's other attributes.
CREATE FUNCTION pg_temp.upd(updates text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  result := pg_temp.try('update_item', jsonb_build_object('AttributeUpdates', updates::jsonb, 'ReturnValues', 'UPDATED_NEW'));
  PERFORM pg_temp.reset();
  RETURN result;
END $$;

SELECT pg_temp.reset();

\echo == Expected with Value and Exists
SELECT e, pg_temp.expect(e) FROM unnest(ARRAY['{"a":{"Value":{"S":"abc"}}}', '{"a":{"Value":{"S":"abd"}}}', '{"a":{"Exists":true,"Value":{"S":"abc"}}}', '{"z":{"Exists":false}}', '{"a":{"Exists":false}}',
  '{"n":{"Value":{"N":"5.0"}}}', '{"ss":{"Value":{"SS":["y","x"]}}}', '{"z":{"Value":{"S":"abc"}}}', '{"a":{"Value":{"S":"abc"}},"z":{"Exists":false}}', '{"a":{"Value":{"S":"abc"}},"n":{"Exists":false}}', '{}']) e;

\echo == every operator where it holds, and where it does not
SELECT attribute, op, list, pg_temp.expect(format('{"%s":{"ComparisonOperator":"%s","AttributeValueList":[%s]}}', attribute, op, list))
FROM (VALUES ('a', 'EQ', '{"S":"abc"}'), ('a', 'EQ', '{"S":"x"}'), ('m', 'EQ', '{"M":{"k":{"S":"v"}}}'), ('l', 'EQ', '{"L":[{"S":"x"},{"N":"5"}]}'), ('t', 'EQ', '{"BOOL":true}'),
  ('a', 'NE', '{"S":"x"}'), ('a', 'NE', '{"S":"abc"}'), ('a', 'NE', '{"N":"1"}'),
  ('n', 'LT', '{"N":"6"}'), ('n', 'LT', '{"N":"5"}'), ('n', 'LE', '{"N":"5"}'), ('n', 'LE', '{"N":"4"}'), ('n', 'GT', '{"N":"4"}'), ('n', 'GT', '{"N":"5"}'), ('n', 'GE', '{"N":"5"}'), ('n', 'GE', '{"N":"6"}'),
  ('n', 'LT', '{"S":"6"}'), ('b', 'GT', '{"B":"YWI="}'), ('n', 'BETWEEN', '{"N":"5"},{"N":"6"}'), ('n', 'BETWEEN', '{"N":"6"},{"N":"7"}'), ('n', 'IN', '{"N":"1"},{"N":"5"}'), ('n', 'IN', '{"N":"1"},{"N":"2"}'),
  ('a', 'BEGINS_WITH', '{"S":"ab"}'), ('a', 'BEGINS_WITH', '{"S":"b"}'), ('b', 'BEGINS_WITH', '{"B":"YWI="}'),
  ('a', 'CONTAINS', '{"S":"bc"}'), ('a', 'CONTAINS', '{"S":"bd"}'), ('ss', 'CONTAINS', '{"S":"x"}'), ('ns', 'CONTAINS', '{"N":"2.0"}'), ('ns', 'CONTAINS', '{"S":"2"}'), ('l', 'CONTAINS', '{"N":"5"}'), ('b', 'CONTAINS', '{"B":"Yg=="}'),
  ('a', 'NOT_CONTAINS', '{"S":"bd"}'), ('a', 'NOT_CONTAINS', '{"S":"bc"}'), ('ss', 'NOT_CONTAINS', '{"S":"z"}'), ('ss', 'NOT_CONTAINS', '{"S":"x"}'),
  ('a', 'NOT_NULL', ''), ('z', 'NOT_NULL', ''), ('z', 'NULL', ''), ('a', 'NULL', '')) AS t (attribute, op, list);
SELECT pg_temp.expect('{"n":{"ComparisonOperator":"GT","Value":{"N":"4"}}}'), pg_temp.expect('{"z":{"ComparisonOperator":"NULL"}}');

\echo == missing attributes
SELECT op, pg_temp.expect(format('{"z":{"ComparisonOperator":"%s","AttributeValueList":[%s]}}', op, CASE op WHEN 'BETWEEN' THEN '{"S":"a"},{"S":"b"}' ELSE '{"S":"a"}' END))
FROM unnest(ARRAY['EQ', 'NE', 'LT', 'LE', 'GT', 'GE', 'BETWEEN', 'IN', 'BEGINS_WITH', 'CONTAINS', 'NOT_CONTAINS']) op;

\echo == ConditionalOperator
SELECT pg_temp.expect('{"a":{"Value":{"S":"abc"}},"n":{"Value":{"N":"6"}}}', op) FROM unnest(ARRAY['AND', 'OR', NULL]) op;
SELECT pg_temp.expect('{"a":{"Value":{"S":"x"}},"n":{"Value":{"N":"6"}}}', 'OR');
SELECT pg_temp.expect('{"a":{"Value":{"S":"abc"}}}', 'OR');
SELECT pg_temp.expect('{}', 'AND');
SELECT pg_temp.try('update_item', '{"ConditionalOperator":"OR"}');
SELECT pg_temp.try('put_item', '{"Item":{"pk":{"S":"2"}},"ConditionalOperator":"AND"}');

\echo == wrong combinations of members
SELECT e, pg_temp.expect(e) FROM unnest(ARRAY['{"a":{}}', '{"a":{"Exists":true}}', '{"a":{"Exists":false,"Value":{"S":"x"}}}', '{"a":{"AttributeValueList":[{"S":"x"}]}}', '{"a":{"Value":{"S":"x"},"AttributeValueList":[{"S":"x"}]}}',
  '{"a":{"Value":{"S":"x"},"AttributeValueList":[{"S":"x"}],"ComparisonOperator":"EQ"}}', '{"a":{"Exists":true,"ComparisonOperator":"EQ","Value":{"S":"x"}}}', '{"a":{"Exists":false,"ComparisonOperator":"NULL"}}', '{"a":{"ComparisonOperator":"EQ"}}', '{"a":{"ComparisonOperator":"BETWEEN"}}',
  '{"a":{"Exists":false,"AttributeValueList":[{"S":"x"}]}}']) e;

\echo == wrong arguments
SELECT op, n, pg_temp.expect(format('{"a":{"ComparisonOperator":"%s","AttributeValueList":[%s]}}', op, rtrim(repeat('{"S":"x"},', n), ',')))
FROM (VALUES ('EQ', 0), ('EQ', 2), ('NE', 2), ('LT', 0), ('GE', 2), ('IN', 0), ('BETWEEN', 1), ('BETWEEN', 3), ('NULL', 1), ('NOT_NULL', 1), ('CONTAINS', 2), ('NOT_CONTAINS', 0), ('BEGINS_WITH', 2)) AS t (op, n);
SELECT op, v, pg_temp.expect(format('{"a":{"ComparisonOperator":"%s","AttributeValueList":[%s]}}', op, v))
FROM (VALUES ('LT', '{"SS":["a"]}'), ('GE', '{"BOOL":true}'), ('LE', '{"NULL":true}'), ('GT', '{"L":[]}'), ('IN', '{"M":{}}'), ('BETWEEN', '{"NS":["1"]},{"NS":["1"]}'), ('BEGINS_WITH', '{"N":"1"}'), ('CONTAINS', '{"SS":["a"]}'), ('NOT_CONTAINS', '{"L":[]}'),
  ('BETWEEN', '{"S":"b"},{"S":"a"}'), ('BETWEEN', '{"N":"10"},{"N":"9"}'), ('BETWEEN', '{"N":"9"},{"S":"a"}'), ('IN', '{"N":"9"},{"S":"a"}')) AS t (op, v);
SELECT pg_temp.expect('{"a":{"Value":{}}}');
SELECT pg_temp.expect('{"a":{"Value":{"N":"x"}}}');
SELECT pg_temp.expect('{"a":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"a"},{"SS":[]}]}}');
SELECT pg_temp.expect('{"a":{"ComparisonOperator":"XX","AttributeValueList":[{"S":"a"}]}}');

\echo == AttributeUpdates
SELECT u, pg_temp.upd(u) FROM unnest(ARRAY['{"a":{"Value":{"S":"new"}}}', '{"a":{"Action":"PUT","Value":{"L":[]}},"z":{"Value":{"N":"1"}}}', '{"n":{"Action":"ADD","Value":{"N":"2.5"}}}', '{"z":{"Action":"ADD","Value":{"N":"2"}}}',
  '{"ss":{"Action":"ADD","Value":{"SS":["z","x"]}}}', '{"z":{"Action":"ADD","Value":{"NS":["1"]}}}', '{"l":{"Action":"ADD","Value":{"L":[{"S":"end"}]}}}', '{"z":{"Action":"ADD","Value":{"L":[{"S":"end"}]}}}',
  '{"ss":{"Action":"DELETE","Value":{"SS":["x"]}}}', '{"ss":{"Action":"DELETE","Value":{"SS":["x","y"]}}}', '{"z":{"Action":"DELETE","Value":{"SS":["x"]}}}', '{"a":{"Action":"DELETE"},"n":{"Value":{"N":"1"}}}', '{"z":{"Action":"DELETE"}}', '{}']) u;
SELECT u, pg_temp.upd(u) FROM unnest(ARRAY['{"a":{}}', '{"a":{"Action":"PUT"}}', '{"a":{"Action":"ADD"}}', '{"a":{"Action":"ADD","Value":{"S":"x"}}}', '{"a":{"Action":"ADD","Value":{"BOOL":true}}}', '{"a":{"Action":"ADD","Value":{"M":{}}}}',
  '{"a":{"Action":"DELETE","Value":{"S":"x"}}}', '{"n":{"Action":"DELETE","Value":{"N":"1"}}}', '{"l":{"Action":"DELETE","Value":{"L":[]}}}', '{"a":{"Action":"XX","Value":{"S":"x"}}}', '{"a":{"Value":{"SS":[]}}}',
  '{"a":{"Action":"ADD","Value":{"N":"1"}}}', '{"ss":{"Action":"ADD","Value":{"NS":["1"]}}}', '{"n":{"Action":"DELETE","Value":{"NS":["1"]}}}', '{"pk":{"Value":{"S":"2"}}}', '{"pk":{"Action":"DELETE"}}']) u;
SELECT pg_temp.try('update_item', '{"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}}},"Expected":{"n":{"Value":{"N":"5"}}},"ReturnValues":"ALL_NEW"}');
SELECT pg_temp.try('update_item', '{"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}}},"Expected":{"n":{"Value":{"N":"5"}}},"ReturnValues":"ALL_NEW"}');

\echo == AttributesToGet
SELECT pg_temp.try('get_item', '{"AttributesToGet":["n","a","zz"]}');
SELECT pg_temp.try('get_item', '{"AttributesToGet":["zz"]}');
SELECT pg_temp.try('get_item', '{"AttributesToGet":["a","n","a"]}');
-- reserved words and any characters are names here, paths are not paths
SELECT pg_temp.upd('{"name":{"Value":{"N":"1"}},"m.k":{"Value":{"N":"2"}},"l[0]":{"Value":{"N":"3"}}}');
SELECT pg_temp.try('get_item', '{"AttributesToGet":["m.k","l[0]"]}');

\echo == not together with expressions
SELECT pg_temp.try('update_item', '{"Expected":{"a":{"Exists":false}},"UpdateExpression":"SET a = b"}');
SELECT pg_temp.try('update_item', '{"AttributeUpdates":{},"ConditionExpression":"a = b"}');
SELECT pg_temp.try('get_item', '{"AttributesToGet":["a"],"ProjectionExpression":"a"}');
SELECT pg_temp.try('delete_item', '{"ConditionalOperator":"OR","Expected":{"a":{"Exists":false}},"ConditionExpression":"a = b"}');

SELECT dynapg.delete_table('{"TableName":"expr_legacy"}') IS NOT NULL;
