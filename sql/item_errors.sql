-- Malformed text forms of dynapg.item, each with its error.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
SET search_path = dynapg, public;
\set VERBOSITY terse

-- What reading the text gives: the item, or SQLSTATE and message of the error (and the hint, on request).
CREATE FUNCTION pg_temp.try(source text, hints boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  hint text;
BEGIN
  RETURN source::item::text;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || ': ' || left(SQLERRM, 200) || CASE WHEN hints THEN hint ELSE '' END;
END $$;
-- The same for one attribute value.
CREATE FUNCTION pg_temp.try_value(source text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try('{"a":' || source || '}')
$$;

-- Malformed JSON: DynamoDB's SerializationException has no message; the hint is ours.
SELECT t, pg_temp.try(t, true) FROM unnest(ARRAY[
  '', ' ', '{', '}', '{"a"}', '{"a":}', '{"a":{"S":"x"}', '{"a":{"S":"x"}}}', '{"a":{"S":"x"}} x', '{"a":{"S":"x"}},', '{"a":{"S":"x"},}',
  '{,}', '{1:{"S":"x"}}', '{a:{"S":"x"}}', '{''a'':{"S":"x"}}', '{"a":{"S":"x}}', '{"a":{"S":"x"]}', '[[]', '{"a":{"L":[1,]}}', '{"a":{"L":[,1]}}',
  '{"a" {"S":"x"}}', '{"a":{"S":"x" "N":"1"}}', '{"a":{"BOOL":True}}', '{"a":{"BOOL":tru}}', '{"a":{"BOOL":truex}}', '{"a":{"NULL":nul}}',
  'undefined', 'NaN', '{"a":{"X":NaN}}', '{"a":{"X":-Infinity}}', '/* */{}', '{}//']) t;
-- Numbers in JSON that are not JSON's.
SELECT t, pg_temp.try('{"a":{"S":"x","X":' || t || '}}', true) FROM unnest(ARRAY[
  '01', '-', '-01', '+1', '.5', '-.5', '1.', '1.e5', '1e', '1e+', '0x10', '1.2.3', '1 2', '--1', '1e5e5', '1_000']) t;
SELECT t, pg_temp.try('{"a":{"S":"x","X":' || t || '}}') FROM unnest(ARRAY[
  '0', '-0', '1.5', '-1.5e+10', '1E-5', repeat('9', 100)]) t;
-- Strings: escapes, control characters, lone surrogates.
SELECT t, pg_temp.try_value('{"S":"' || t || '"}') FROM unnest(ARRAY[
  E'a\nb', E'a\tb', E'a\x01b', '\x41', '\u12', '\u12G4', '\U0041', '\', '\ud83d', '\ude00', '\ud83d\u0041', '\ud83d\ud83d', '\\\u0000']) t;
SELECT pg_temp.try(E'\u00a0{}'), pg_temp.try(E'\x0b{}'), pg_temp.try(E'{}\x7f'), pg_temp.try(E'\t\r\n {}\n');
-- Invalid UTF-8 and NUL bytes cannot reach a text value of PostgreSQL; deep nesting can.
SELECT pg_temp.try(repeat('[', 1000), true);
SELECT pg_temp.try(repeat('[', 1001), true);
SELECT pg_temp.try(repeat('{"a":', 100000), true);
SELECT pg_temp.try(repeat('[', 1000) || repeat(']', 1000));

-- Wrong JSON types: SerializationException, before any value is looked at.
SELECT t, pg_temp.try(t) FROM unnest(ARRAY[
  'null', 'true', '1', '"x"', '[]', '{"a":"x"}', '{"a":1}', '{"a":true}', '{"a":[]}', '{"a":{"N":"bad"},"b":5}']) t;
SELECT t, pg_temp.try_value(t) FROM unnest(ARRAY[
  '{"S":true}', '{"S":false}', '{"S":5}', '{"S":-5}', '{"S":5.5}', '{"S":5e1}', '{"S":[]}', '{"S":{}}',
  '{"N":true}', '{"N":5}', '{"N":5.5}', '{"N":["1"]}', '{"N":{}}',
  '{"B":true}', '{"B":5}', '{"B":5.5}', '{"B":[]}', '{"B":{}}',
  '{"BOOL":"true"}', '{"BOOL":1}', '{"BOOL":1.5}', '{"BOOL":[]}', '{"BOOL":{}}',
  '{"NULL":"true"}', '{"NULL":0}', '{"NULL":[]}', '{"NULL":{}}',
  '{"SS":"x"}', '{"SS":5}', '{"SS":true}', '{"SS":{}}', '{"SS":[5]}', '{"SS":[true]}', '{"SS":[["x"]]}', '{"SS":[{}]}',
  '{"NS":"1"}', '{"NS":[1]}', '{"NS":[1.5]}', '{"NS":[{}]}',
  '{"BS":"AA=="}', '{"BS":[5]}', '{"BS":["AA"]}', '{"BS":[[]]}', '{"BS":[{}]}',
  '{"L":"x"}', '{"L":5}', '{"L":{}}', '{"L":["x"]}', '{"L":[5]}', '{"L":[[]]}', '{"L":[{"S":5}]}',
  '{"M":"x"}', '{"M":5}', '{"M":[]}', '{"M":{"k":"x"}}', '{"M":{"k":[]}}', '{"M":{"k":{"N":1}}}']) t;
-- Base64.
SELECT t, pg_temp.try_value('{"B":"' || t || '"}') FROM unnest(ARRAY[
  'A', 'AA', 'AAA', 'AAAAA', '23456', '====', 'A===', 'AA=A', '=AAA', '=+/=', '+/+=', 'AB==', 'AAB=', 'AA-_', 'AA A', 'AA!=', 'AAé', 'AAAAA===',
  'AAAAéé', 'AA==AAAA', '', 'AA==', 'AAA=', 'AAAA', '+/+/']) t;

-- Exactly one type.
SELECT t, pg_temp.try_value(t) FROM unnest(ARRAY[
  '{}', '{"X":"a"}', '{"s":"a"}', '{"S":null}', 'null', '{"L":[null]}', '{"L":[{}]}', '{"M":{"k":{}}}', '{"M":{"k":null}}',
  '{"S":"a","N":"1"}', '{"L":[{"S":"a","B":"AA=="}]}', '{"S":"a","NULL":true}', '{"S":"a","N":"bad"}']) t;
SELECT t, pg_temp.try_value(t) FROM unnest(ARRAY['{"NULL":false}', '{"L":[{"NULL":false}]}']) t;
-- Numbers.
SELECT t, pg_temp.try_value('{"N":"' || t || '"}') FROM unnest(ARRAY[
  '', ' ', 'abc', ' 1', '1 ', '1 2', '--1', '+-1', '1e', 'e1', '.', '1.2.3', '0x10', '1,5', '1_0', 'NaN', 'Infinity', '-Infinity', '١', '1\u0000',
  '1e999', '-1e999', '1e126', '-1e126', '9.99999999999999999999999999999999999999e125', '1e-131', '-1e-131', '1e-999999999999', '1e999999999999',
  '0e125', '123456789012345678901234567890123456789', '0.123456789012345678901234567890123456789',
  '1000000000000000000000000000000000000000000', '0.00000000000000000000000000000000000000000000001']) t;
SELECT pg_temp.try_value('{"N":"1e' || repeat('9', 100000) || '"}'), pg_temp.try_value('{"N":"' || repeat('0', 100000) || '1"}');
-- Sets.
SELECT t, pg_temp.try_value(t) FROM unnest(ARRAY[
  '{"SS":[]}', '{"NS":[]}', '{"BS":[]}', '{"L":[{"SS":[]}]}', '{"SS":["a","b","a"]}', '{"SS":["",""]}', '{"NS":["1","2","1"]}', '{"NS":["1","1.0"]}',
  '{"NS":["0","-0"]}', '{"NS":["1","x"]}', '{"BS":["AA==","AQ==","AA=="]}', '{"BS":["",""]}', '{"SS":[null]}', '{"NS":["1",null]}', '{"BS":[null]}']) t;
-- Names.
SELECT pg_temp.try('{"":{"S":"x"}}'), pg_temp.try_value('{"M":{"":{"S":"x"}}}');
SELECT length(pg_temp.try('{"' || repeat('x', 65535) || '":{"S":""}}')) AS longest,
  pg_temp.try('{"' || repeat('x', 65536) || '":{"S":""}}') AS too_long,
  pg_temp.try('{"' || repeat('é', 32768) || '":{"S":""}}') AS too_many_bytes,
  pg_temp.try_value('{"M":{"' || repeat('x', 65536) || '":{"S":""}}}') AS nested;
-- Nesting: 31 lists and maps around a value, not 32.
SELECT left(pg_temp.try_value(repeat('{"L":[', 31) || '{"S":"x"}' || repeat(']}', 31)), 30) AS lists_31,
  pg_temp.try_value(repeat('{"L":[', 32) || '{"S":"x"}' || repeat(']}', 32)) AS lists_32;
SELECT left(pg_temp.try_value(repeat('{"M":{"k":', 31) || '{"S":"x"}' || repeat('}}', 31)), 30) AS maps_31,
  pg_temp.try_value(repeat('{"M":{"k":', 32) || '{"S":"x"}' || repeat('}}', 32)) AS maps_32;
SELECT pg_temp.try_value(repeat('{"M":{"k":', 400) || '{"S":"x"}' || repeat('}}', 400)) AS maps_400;

-- A literal at the prompt.
SELECT '{"a":{"N":"1e999"}}'::item;

-- The setting that ARNs take their region from.
SET dynapg.region = 'no_such';
SET dynapg.region = '';
SET dynapg.region = 'eu-west-2';
SHOW dynapg.region;
RESET dynapg.region;
SHOW dynapg.region;

-- A database of another encoding is refused.
SELECT current_database() AS db \gset
CREATE DATABASE dynapg_item_latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
\c dynapg_item_latin1
CREATE EXTENSION dynapg;
\c :db
DROP DATABASE dynapg_item_latin1;
