-- The type dynapg.item: input and output, order and equality, size, binary form, operators, conversions.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
RESET client_min_messages;
SET search_path = dynapg, public;
\set VERBOSITY terse

-- All ten types, nested; names and set elements come out sorted, numbers normalised.
SELECT '{"s":{"S":"text"},"n":{"N":"+1.50"},"b":{"B":"AAECAw=="},"bool":{"BOOL":true},"null":{"NULL":true},
  "l":{"L":[{"S":"x"},{"L":[]},{"M":{}}]},"m":{"M":{"z":{"N":"1"},"a":{"M":{"deep":{"L":[{"NULL":true}]}}}}},
  "ss":{"SS":["b","","a"]},"ns":{"NS":["10","-1","9.0","0"]},"bs":{"BS":["/w==","","AA=="]}}'::item;
SELECT '{}'::item AS empty, ' { "a" : { "S" : "" } , "b":{"B":""} } '::item AS spaces;

-- Names sort by bytes: upper before lower case, a prefix first, UTF-8 after ASCII.
SELECT '{"é":{"N":"1"},"b":{"N":"1"},"B":{"N":"1"},"ab":{"N":"1"},"a":{"N":"1"},"\u0000":{"N":"1"}}'::item;
-- More members than are sorted by insertion, and duplicates: the last one wins.
SELECT ('{' || string_agg(format('"k%s":{"N":"%s"}', i * 7 % 20, i), ',' ORDER BY i) || ',"k3":{"S":"last"}}')::item
  FROM generate_series(0, 19) i;
SELECT '{"a":{"N":"1"},"b":{"N":"2"},"a":{"S":"last"}}'::item, '{"a":{"S":"x","S":"y"}}'::item;
SELECT ('{"l":{"SS":[' || string_agg(format('"e%s"', i * 7 % 20), ',' ORDER BY i) || ']}}')::item
  FROM generate_series(0, 19) i;
-- Maps and sets of every length up to 70, in three disorders, with names that differ early, late, or in their length alone.
SELECT name, count(*) AS items, count(*) FILTER (WHERE ordered = shuffled) AS equal, count(*) FILTER (WHERE item_size(ordered) = size) AS sized
  FROM (SELECT name, ('{' || string_agg(member, ',' ORDER BY attribute COLLATE "C") || '}')::item AS ordered,
      ('{' || string_agg(member, ',' ORDER BY md5(attribute || round)) || '}')::item AS shuffled, sum(length(attribute) + length(value)) AS size
    FROM (SELECT name, n, round, attribute, value, format('"%s":{"S":"%s"}', attribute, value) AS member
      FROM (SELECT name, n, round, CASE name WHEN 'early' THEN md5(i::text) WHEN 'late' THEN 'attribute_' || i WHEN 'length' THEN repeat('a', i) END AS attribute, 'v' || i AS value
        FROM unnest(ARRAY['early', 'late', 'length']) name, generate_series(1, 70) n, generate_series(1, 3) round, generate_series(1, n) i) a) m
    GROUP BY name, n, round) items
  GROUP BY name ORDER BY name;
SELECT count(*) FILTER (WHERE ordered = shuffled) AS equal, count(*) FILTER (WHERE item_size(ordered) = size) AS sized
  FROM (SELECT ('{"s":{"NS":[' || string_agg(format('"%s"', i), ',' ORDER BY i) || ']}}')::item AS ordered,
      ('{"s":{"NS":[' || string_agg(format('"%s"', i), ',' ORDER BY md5(i::text)) || ']}}')::item AS shuffled, 1 + sum(item_size(format('{"n":{"N":"%s"}}', i)::item) - 1) AS size
    FROM generate_series(1, 70) n, generate_series(-n, n) i GROUP BY n) items;
-- Lists and maps count 3 bytes and 1 for each child, null and booleans 1.
SELECT item_size('{"l":{"L":[]}}'), item_size('{"m":{"M":{}}}'), item_size('{"l":{"L":[{"NULL":true},{"BOOL":false},{"S":""}]}}'),
  item_size('{"m":{"M":{"ab":{"L":[{"M":{"c":{"S":"xyz"}}}]},"d":{"B":"AAEC"}}}}'), item_size('{"s":{"SS":["a","bc",""]},"b":{"BS":["AAEC",""]}}');

-- Unknown type tags and null members count as absent beside a known one; names are case-sensitive.
SELECT '{"a":{"X":"a","S":"b","N":null,"s":5}}'::item;

-- Strings: escapes, U+0000, surrogate pairs, control characters.
\a
SELECT '{"a":{"S":"q\" b\\ s\/ \b\f\n\r\t \u0000\u001f\u007f \u00e9 \ud83d\ude00 \\u0000"}}'::item;
\a
SELECT '{"a":{"S":"x\u0000y"}}'::item = '{"a":{"S":"x"}}'::item AS cut,
  item_size('{"a":{"S":"x\u0000y"}}') AS size, item_size('{"a":{"S":"\\u0000"}}') AS escaped_backslash;

-- Numbers as DynamoDB prints them.
SELECT n, ('{"n":{"N":"' || n || '"}}')::item ->> 'n' AS printed
  FROM unnest(ARRAY['0', '-0', '0.0', '007', '1e2', '1E+2', '.5', '5.', '-1.2300', '100', '0.00001', '1e-130',
    '9.9999999999999999999999999999999999999e125', '12345678901234567890123456789012345678']) n;

-- Equal items, whatever the spelling.
SELECT '{"a":{"N":"1.0"},"b":{"NS":["2","1e0"]}}'::item = '{"b":{"NS":["1","2.0"]},"a":{"N":"1"}}'::item AS equal,
  '{"a":{"N":"1"}}'::item <> '{"a":{"S":"1"}}'::item AS types_differ,
  '{"a":{"L":[{"S":"x"},{"S":"y"}]}}'::item = '{"a":{"L":[{"S":"y"},{"S":"x"}]}}'::item AS lists_are_ordered;

CREATE TEMP TABLE item_t (id int, i item);
INSERT INTO item_t SELECT n, format('{"n":{"N":"%s"},"p":{"S":"%s"}}', n % 3, repeat('x', n % 2))::item
  FROM generate_series(1, 12) n;
SELECT count(DISTINCT i) FROM item_t;
SELECT i, count(*) FROM item_t GROUP BY i ORDER BY item_to_json(i)::text COLLATE "C";
SELECT count(*) FROM item_t a JOIN item_t b USING (i);
SET enable_hashjoin = off;
SELECT count(*) FROM item_t a JOIN item_t b USING (i);
RESET enable_hashjoin;
CREATE UNIQUE INDEX ON item_t (i, id);
SET enable_seqscan = off;
SELECT id FROM item_t WHERE i = '{"p":{"S":"x"},"n":{"N":"1"}}' ORDER BY id;
RESET enable_seqscan;
SELECT bool_and((a.i < b.i) = (item_cmp(a.i, b.i) < 0) AND (a.i <= b.i) = (item_cmp(a.i, b.i) <= 0)
  AND (a.i > b.i) = (item_cmp(b.i, a.i) < 0) AND (a.i >= b.i) = (item_cmp(b.i, a.i) <= 0)
  AND (a.i = b.i) = (item_cmp(a.i, b.i) = 0) AND (a.i <> b.i) = (item_cmp(a.i, b.i) <> 0)) AS consistent
  FROM item_t a, item_t b;

-- DynamoDB's size: names and values in bytes.
SELECT j AS item, item_size(j::item) FROM unnest(ARRAY[
  '{}',
  '{"a":{"S":""}}',
  '{"é":{"S":"né"}}',
  '{"a":{"B":"AAEC"}}',
  '{"a":{"NULL":true}}',
  '{"a":{"BOOL":false}}',
  '{"a":{"N":"0"}}',
  '{"a":{"N":"7"}}',
  '{"a":{"N":"-7"}}',
  '{"a":{"N":"100"}}',
  '{"a":{"N":"12.5"}}',
  '{"a":{"N":"123.45"}}',
  '{"a":{"N":"12345678901234567890123456789012345678"}}',
  '{"a":{"N":"1.2345678901234567890123456789012345678"}}',
  '{"a":{"SS":["x","yz"]}}',
  '{"a":{"NS":["1","-22"]}}',
  '{"a":{"BS":["AA==","AAE="]}}',
  '{"a":{"L":[]}}',
  '{"a":{"L":[{"S":"x"},{"BOOL":true}]}}',
  '{"a":{"M":{}}}',
  '{"a":{"M":{"bc":{"N":"1"}}}}']) j;

-- One attribute: as DynamoDB JSON, as text, as a key.
SELECT k, i -> k AS json, i ->> k AS text
  FROM (SELECT '{"s":{"S":"x \"y\""},"n":{"N":"1.50"},"b":{"B":"/w=="},"t":{"BOOL":true},"f":{"BOOL":false},
    "z":{"NULL":true},"l":{"L":[{"S":"x"}]},"m":{"M":{"k":{"S":"v"}}},"ss":{"SS":["x"]}}'::item AS i) t,
    unnest(ARRAY['s', 'n', 'b', 't', 'f', 'z', 'l', 'm', 'ss', 'none', '']) k;
SELECT key_s(i, 's') AS s, key_n(i, 'n') AS n, key_b(i, 'b') AS b, key_s(i, 'n') AS wrong_type, key_n(i, 'none') AS absent,
  encode(convert_to(key_s(i, 'nul'), 'UTF8'), 'hex') AS escaped
  FROM (SELECT '{"s":{"S":"x"},"n":{"N":"15e-1"},"b":{"B":"/w=="},"nul":{"S":"a\u0000\u0001\u0002"}}'::item AS i) t;
SELECT '{"a":{"S":"x\u0000"}}'::item ->> 'a';

-- Conversions.
SELECT '{"a":{"S":"x"}}'::json::item, ('{"a":{"N":"1.0"}}'::item)::json;
SELECT to_jsonb('{"s":{"S":"x"},"n":{"N":"-1.50"},"b":{"B":"/w=="},"t":{"BOOL":true},"z":{"NULL":true},"l":{"L":[{"N":"1"},{"L":[]}]},
  "m":{"M":{"k":{"S":"v"}}},"ss":{"SS":["y","x"]},"ns":{"NS":["2","1"]},"bs":{"BS":["AA=="]}}'::item);
SELECT ('{"n":{"N":"9.9999999999999999999999999999999999999E+125"}}'::item)::jsonb;
SELECT from_jsonb('{"s":"x","n":-1.50,"big":1e125,"t":true,"f":false,"z":null,"a":[1,"x",[],{}],"o":{"k":{"l":null}}}');
SELECT from_jsonb(to_jsonb('{"a":{"L":[{"M":{"b":{"S":"c"}}}]},"n":{"N":"1e-130"}}'::item));
SELECT from_jsonb('[1]');
SELECT from_jsonb('{"a":1e126}');
SELECT from_jsonb('{"a":{"":1}}');
SELECT from_jsonb((repeat('{"a":', 32) || '1' || repeat('}', 32))::jsonb) IS NOT NULL AS nested_31;
SELECT from_jsonb((repeat('{"a":', 33) || '1' || repeat('}', 33))::jsonb);
SELECT to_jsonb('{"a":{"S":"\u0000"}}'::item);

-- A large item is compressed and moved out of line; it comes back whole.
CREATE TEMP TABLE item_big (id int, i item);
INSERT INTO item_big
  SELECT 1, format('{"pk":{"S":"k"},"a":{"S":"%s"}}', string_agg(md5(n::text), '') || repeat('x', 28))::item
  FROM generate_series(1, 12799) n;
INSERT INTO item_big SELECT 2, i::text::item FROM item_big;
SELECT id, item_size(i), length(i ->> 'a'), md5(i ->> 'a') = md5((SELECT i FROM item_big WHERE id = 1) ->> 'a') AS same
  FROM item_big ORDER BY id;
SELECT a.i = b.i AS equal FROM item_big a, item_big b WHERE a.id = 1 AND b.id = 2;

-- Binary form: version, then the stored form in network order.
SELECT item_send('{"a":{"S":"x"},"l":{"L":[{"N":"1"},{"SS":["p","q"]}]}}');

-- COPY BINARY of one row with the given bytes as the item.
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS item LANGUAGE plpgsql AS $$
DECLARE
  file bytea := '\x5047434f50590aff0d0a00'::bytea || '\x00000000'::bytea || '\x00000000'::bytea
    || '\x0001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
  octal text;
  result item;
BEGIN
  SELECT string_agg('\' || lpad(to_octal, 3, '0'), '' ORDER BY n) INTO octal
    FROM (SELECT n, (b / 64)::text || (b / 8 % 8)::text || (b % 8)::text AS to_octal
      FROM (SELECT n, get_byte(file, n) AS b FROM generate_series(0, length(file) - 1) n) bytes) digits;
  CREATE TEMP TABLE IF NOT EXISTS item_received (i item);
  TRUNCATE item_received;
  EXECUTE format('COPY item_received FROM PROGRAM %L (FORMAT binary)', 'printf ''' || octal || '''');
  SELECT i INTO result FROM item_received;
  RETURN result;
END $$;
CREATE TEMP TABLE item_sample AS SELECT '{"pk":{"S":"né\u0000"},"n":{"N":"-12.5"},"b":{"B":"AP8="},"t":{"BOOL":true},"z":{"NULL":true},
  "l":{"L":[{"S":"x"},{"M":{"k":{"L":[]}}}]},"ss":{"SS":["a","b"]},"ns":{"NS":["-1","2"]},"bs":{"BS":["","AA=="]}}'::item AS i;
SET client_min_messages = warning;
SELECT pg_temp.receive(item_send(i)) = i AS same FROM item_sample;
SELECT pg_temp.receive('\x');
SELECT pg_temp.receive('\x0100000000');
SELECT pg_temp.receive('\x020000000000000000');
SELECT pg_temp.receive('\x010000000000000001');
SELECT pg_temp.receive('\x010000000100000000');
SELECT pg_temp.receive('\x0100000003000000010000000140000001' || '\x6162ff'::bytea);
SELECT pg_temp.receive('\x01ffffffffffffffff');

-- No change of a byte and no truncation crashes: an error, or an item that is as good as any.
CREATE FUNCTION pg_temp.corrupt(OUT tried int, OUT survived int, OUT good int, OUT other_errors text)
LANGUAGE plpgsql AS $$
DECLARE
  sample bytea := (SELECT item_send(i) FROM item_sample);
  broken bytea;
  got item;
BEGIN
  tried := 0; survived := 0; good := 0;
  FOR n IN 0 .. length(sample) - 1 LOOP
    FOREACH broken IN ARRAY ARRAY[set_byte(sample, n, get_byte(sample, n) # 1), set_byte(sample, n, get_byte(sample, n) # 255),
        substr(sample, 1, n)] LOOP
      tried := tried + 1;
      BEGIN
        got := pg_temp.receive(broken);
        survived := survived + 1;
        good := good + (got::text::item = got AND item_send(got) = broken)::int;
      EXCEPTION
        WHEN invalid_binary_representation THEN
          NULL;
        WHEN OTHERS THEN
          other_errors := concat_ws(', ', other_errors, SQLERRM);
      END;
    END LOOP;
  END LOOP;
END $$;
SELECT tried > 500 AS tried, survived < tried / 4 AS mostly_refused, survived = good AS survivors_are_items, other_errors
  FROM pg_temp.corrupt();
RESET client_min_messages;

DROP TABLE item_t, item_big, item_sample;
