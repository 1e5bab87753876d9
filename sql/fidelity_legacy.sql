-- Expected, ConditionalOperator, AttributeUpdates, AttributesToGet: what they mean and what they refuse.
\set ECHO none
\i sql/common.psql
SELECT dynapg.create_table('{"TableName":"fidelity.leg","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
  "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}') IS NOT NULL;
-- The item that the cases work on.
CREATE FUNCTION pg_temp.reset_item() RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.answer('put_item', '{"TableName":"fidelity.leg","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"s":{"S":"hello"},"n":{"N":"5"},"b":{"B":"AAEC"},"t":{"BOOL":true},"z":{"NULL":true},
    "l":{"L":[{"N":"1"},{"S":"two"},{"M":{"k":{"S":"v"}}}]},"m":{"M":{"k":{"S":"v"},"l":{"L":[{"N":"7"}]},"a.b":{"S":"dot"}}},
    "ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"bs":{"BS":["AA==","AQ=="]},"a.b":{"S":"top"}}}')
$$;
CREATE FUNCTION pg_temp.on_item(operation text, parameter text, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_temp.reset_item();
  RETURN replace(pg_temp.answer(operation, '{"TableName":"fidelity.leg","' || CASE operation WHEN 'put_item' THEN 'Item' ELSE 'Key' END || '":{"pk":{"S":"a"},"sk":{"N":"1"}},"' || parameter || '":' || value || '}'),
    'ND003: The conditional request failed', 'no');
END $$;
SELECT v, pg_temp.on_item('put_item', 'Expected', v) FROM unnest(ARRAY[
  '{}', '{"s":{}}', '{"s":{"Exists":true}}', '{"s":{"Exists":false}}', '{"nope":{"Exists":false}}', '{"nope":{"Exists":false,"Value":{"S":"x"}}}',
  '{"s":{"Value":{"S":"hello"}}}', '{"s":{"Exists":true,"Value":{"S":"hello"}}}', '{"s":{"Value":{"S":"hello"},"ComparisonOperator":"EQ"}}',
  '{"s":{"Value":{"S":"hello"},"AttributeValueList":[{"S":"hello"}],"ComparisonOperator":"EQ"}}', '{"s":{"AttributeValueList":[{"S":"hello"}]}}',
  '{"s":{"ComparisonOperator":"EQ"}}', '{"s":{"ComparisonOperator":"EQ","AttributeValueList":[]}}', '{"s":{"ComparisonOperator":"NULL","AttributeValueList":[]}}',
  '{"s":{"ComparisonOperator":"NOT_NULL","AttributeValueList":[{"S":"a"}]}}', '{"s":{"ComparisonOperator":"NOT_NULL","Value":{"S":"a"}}}',
  '{"s":{"ComparisonOperator":"EQ","Exists":true}}', '{"s":{"ComparisonOperator":"EQ","Exists":false,"Value":{"S":"x"}}}', '{"s":{"ComparisonOperator":"FOO"}}',
  '{"s":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"hello"},{"S":"x"}]}}', '{"s":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"hello"},{"N":"1"}]}}',
  '{"s":{"ComparisonOperator":"IN","AttributeValueList":[]}}', '{"s":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"a"}]}}',
  '{"s":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"z"},{"S":"a"}]}}', '{"s":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"z"},{"N":"1"}]}}',
  '{"s":{"ComparisonOperator":"LT","AttributeValueList":[{"BOOL":true}]}}', '{"s":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"N":"1"}]}}',
  '{"s":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"L":[]}]}}', '{"s":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"BOOL":true}]}}',
  '{"s":{"ComparisonOperator":"IN","AttributeValueList":[{"SS":["a"]}]}}', '{"ss":{"ComparisonOperator":"EQ","AttributeValueList":[{"SS":["b","a"]}]}}',
  '{"ss":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"a"}]}}', '{"ss":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"a"}]}}',
  '{"nope":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"a"}]}}', '{"nope":{"ComparisonOperator":"NE","AttributeValueList":[{"S":"a"}]}}',
  '{"nope":{"ComparisonOperator":"NULL"}}', '{"s":{"ComparisonOperator":"LE","AttributeValueList":[{"N":"1"}]}}', '{"s":{"Value":{"N":"x"}}}', '{"s":{"Value":{}}}',
  '{"s":{"Value":{"S":"hello"}},"n":{"Value":{"N":"6"}}}', '{"s":[]}', '{"s":{"Exists":"x"}}', '{"s":{"AttributeValueList":{}}}', '[]', '{"a.b":{"Value":{"S":"top"}}}',
  '{"":{"Value":{"S":"top"}}}', '{"s":null}']) v;
-- the same in DeleteItem
SELECT v, pg_temp.on_item('delete_item', 'Expected', v) FROM unnest(ARRAY['{"s":{}}', '{"s":{"Value":{"S":"hello"}}}', '{"s":{"Exists":false}}', '{"":{"Exists":false}}', '{"s":{"ComparisonOperator":"EQ"}}']) v;
SELECT v, pg_temp.on_item('put_item', 'ConditionalOperator', v) FROM unnest(ARRAY['"OR","Expected":{"s":{"Value":{"S":"hello"}}}', '"OR","Expected":{}', '"XOR"', '"OR","Expected":{"s":{"Value":{"S":"hello"}},"n":{"Value":{"N":"6"}}}',
  '"AND","Expected":{"s":{"Value":{"S":"hello"}},"n":{"Value":{"N":"6"}}}', 'null,"Expected":{"s":{"Value":{"S":"hello"}},"n":{"Value":{"N":"5"}}}']) v;
\echo == AttributeUpdates
SELECT v, pg_temp.on_item('update_item', 'AttributeUpdates', v || ',"ReturnValues":"UPDATED_NEW"') FROM unnest(ARRAY[
  '{}', '{"s":{}}', '{"s":{"Action":"PUT"}}', '{"s":{"Action":"ADD"}}', '{"s":{"Action":"DELETE"}}', '{"s":{"Action":"X","Value":{"S":"y"}}}', '{"s":{"Value":{"S":"y"}}}',
  '{"s":{"Action":"ADD","Value":{"S":"y"}}}', '{"s":{"Action":"ADD","Value":{"N":"1"}}}', '{"n":{"Action":"ADD","Value":{"N":"1"}}}',
  '{"l":{"Action":"ADD","Value":{"L":[{"S":"z"}]}}}', '{"newl":{"Action":"ADD","Value":{"L":[{"S":"z"}]}}}', '{"s":{"Action":"ADD","Value":{"L":[{"S":"z"}]}}}',
  '{"ss":{"Action":"ADD","Value":{"SS":["z"]}}}', '{"ss":{"Action":"ADD","Value":{"NS":["1"]}}}', '{"ss":{"Action":"DELETE","Value":{"SS":["a","b"]}}}',
  '{"ss":{"Action":"DELETE","Value":{"SS":["a"]}}}', '{"ss":{"Action":"DELETE","Value":{"NS":["1"]}}}', '{"s":{"Action":"DELETE","Value":{"S":"hello"}}}',
  '{"l":{"Action":"DELETE","Value":{"L":[]}}}', '{"m":{"Action":"ADD","Value":{"M":{}}}}', '{"t":{"Action":"ADD","Value":{"BOOL":true}}}',
  '{"t":{"Action":"ADD","Value":{"NULL":true}}}', '{"t":{"Action":"ADD","Value":{"B":"AA=="}}}', '{"pk":{"Value":{"S":"y"}}}', '{"pk":{"Action":"DELETE"}}',
  '{"a.b":{"Value":{"S":"y"}}}', '{"s":{"Value":{}}}', '{"s":{"Value":{"SS":[]}}}', '{"s":null}', '[]', '{"s":[]}', '{"":{"Value":{"S":"x"}}}']) v;
-- a name has 1 to 65,535 bytes
SELECT n, left(pg_temp.on_item('update_item', 'AttributeUpdates', '{"' || repeat('é', n) || '":{"Value":{"S":"x"}}}'), 110) FROM unnest('{32767,32768}'::int[]) n;
\echo == AttributesToGet
SELECT v, pg_temp.on_item('get_item', 'AttributesToGet', v) FROM unnest(ARRAY['[]', '["s"]', '["s","s"]', '["s","n","nope"]', '["a.b"]', '["m.k"]', '["l[0]"]', '[""]', '[null]', '["name"]', '"s"', '[1]', '{}']) v;
SELECT dynapg.delete_table('{"TableName":"fidelity.leg"}') IS NOT NULL;
