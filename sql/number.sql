-- Numbers: what text is one, how it comes back, limits, order.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS dynapg;
\set VERBOSITY terse

-- The number as an item gives it back, or the error.
CREATE FUNCTION number_back(number text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN dynapg.item_get_text(json_build_object('n', json_build_object('N', number))::text::dynapg.item, 'n');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- The set of numbers as an item gives it back, in stored order, or the error.
CREATE FUNCTION numbers_back(VARIADIC numbers text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN dynapg.item_get_json(json_build_object('n', json_build_object('NS', numbers))::text::dynapg.item, 'n') -> 'NS';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- Every form that is accepted, and its one form of output.
SELECT number, number_back(number)
FROM unnest(ARRAY['0', '-0', '+0', '0.000', '-0.0e5', '5', '+5', '-5', '05', '.5', '-.5', '5.', '5.0', '5.50',
	'1.e5', '1E5', '1e5', '1e+5', '1E-5', '10', '100', '1000', '0100', '0.1', '0.01', '0.001', '0.0100', '99', '101',
	'1234567890', '-1234567890', '12345.6789', '-123.45', '9223372036854775807', '-9223372036854775808',
	'999999999999999999', '1000000000000000000', '1E18', '18446744073709551616', '3.14159265358979323846',
	'1.5E1', '15E-1', '0.00015E4', '100E-2', '1E0', '1e-0', '1e00005']) WITH ORDINALITY AS t (number, i)
ORDER BY i;

-- The range, in plain notation.
SELECT number, number_back(number)
FROM unnest(ARRAY['1E125', '-1E125', '9.9999999999999999999999999999999999999E+125',
	'-9.9999999999999999999999999999999999999E+125', '1E-130', '-1E-130', '1.5E-130', '0.1E-129', '10E124',
	'1E100', '1.00000000000000007629769841092E+50']) WITH ORDINALITY AS t (number, i)
ORDER BY i;
SELECT number, number_back(number)
FROM unnest(ARRAY['1E126', '-1E126', '10E125', '9.99E126', '1e999', '1E999999999999', '1E99999999999999999999999999999',
	'-1e2147483648', '1E-131', '9.9E-131', '-1E-131', '1e-999', '1E-999999999999', '0.1E-130']) WITH ORDINALITY AS t (number, i)
ORDER BY i;

-- A zero has the magnitude of its last place.
SELECT number, number_back(number)
FROM unnest(ARRAY['0e125', '-0e125', '000e125', '0.0e126', '0.00e127', '.0e126', '0.e125', '0e-130', '0.0e-129', '0.' || repeat('0', 130),
	'0e126', '-0e126', '000e126', '0.0e127', '.0e127', '0.e126', '0E999999999', '0e2147483647', '-0.00e99999999999999999999',
	'0e-131', '-0e-131', '000e-131', '0.0e-130', '0.' || repeat('0', 131), '0E-999999999', '-0.00e-99999999999999999999']) WITH ORDINALITY AS t (number, i)
ORDER BY i;

-- 38 significant digits; zeros at either end do not count.
SELECT number, number_back(number)
FROM unnest(ARRAY['12345678901234567890123456789012345678', '-12345678901234567890123456789012345678',
	'1.2345678901234567890123456789012345678', '.12345678901234567890123456789012345678',
	'0000123456789012345678901234567890123456780000', '0.00012345678901234567890123456789012345678000',
	'1.0000000000000000000000000000000000001', '123456789012345678901234567890123456789',
	'-1.23456789012345678901234567890123456789', '100000000000000000000000000000000000001',
	'1.00000000000000000000000000000000000001', '123456789012345678901234567890123456789e100']) WITH ORDINALITY AS t (number, i)
ORDER BY i;

-- Not numbers.
SELECT '[' || number || ']' AS number, number_back(number)
FROM unnest(ARRAY['', ' ', ' 1', '1 ', '1 000', E'1\t', E'1\n', 'abc', 'NaN', 'Infinity', '-Infinity', 'inf', '0x1', '0b1', '1e', '1e+',
	'e5', '.e5', '.', '-', '+', '--1', '+-1', '1-', '1.2.3', '1..2', '1e5.5', '1e5e5', '1,000', '1_000', '1f', '1d',
	'٣', 'é', '½', '−1', 'true', 'null', '"1"']) WITH ORDINALITY AS t (number, i)
ORDER BY i;

-- Long texts cost their length only.
SELECT number_back(repeat('0', 1000000) || '7' || repeat('0', 1000000) || 'E-1000000') AS zeros_around,
	number_back('0.' || repeat('0', 1000000) || '7E1000001') AS zeros_after_point,
	number_back('7' || repeat('0', 1000000)) AS too_large,
	number_back('0.' || repeat('0', 1000000) || '7') AS too_small,
	number_back(repeat('0', 1000000) || '.' || repeat('0', 1000000) || 'E' || repeat('9', 1000000)) AS zero;

-- Equal numbers are equal values; different ones are not.
SELECT count(*) AS equal
FROM unnest(ARRAY['1', '1.0', '+1', '01', '10e-1', '0.1E1', '1.']) AS t (number)
WHERE format('{"n":{"N":"%s"}}', number)::dynapg.item OPERATOR(dynapg.=) '{"n":{"N":"1"}}'::dynapg.item;
SELECT '{"n":{"N":"1"}}'::dynapg.item OPERATOR(dynapg.=) '{"n":{"N":"1.0000000000000000000000000000000000001"}}'::dynapg.item AS equal,
	'{"n":{"N":"1"}}'::dynapg.item OPERATOR(dynapg.=) '{"n":{"N":"-1"}}'::dynapg.item AS equal,
	'{"n":{"N":"1"}}'::dynapg.item OPERATOR(dynapg.=) '{"n":{"N":"100"}}'::dynapg.item AS equal;

-- Elements of a set are kept in the order of their stored bytes: the numeric order.
SELECT numbers_back('1', '-1', '0', '10', '9', '99', '100', '101', '-9', '-10', '-99', '-100', '-101', '0.1', '0.09', '0.11', '-0.1',
	'-0.09', '-0.11', '1E-130', '-1E-130', '1E125', '-1E125', '1.5', '-1.5', '1.05', '-1.05', '2', '-2');
SELECT count(*) AS sets, bool_and(numbers_back(VARIADIC shuffled) = sorted) AS ordered
FROM (SELECT array_agg(number ORDER BY md5(number)) AS shuffled, '["' || string_agg(number, '","' ORDER BY number::numeric) || '"]' AS sorted
	FROM generate_series(1, 2000) AS i,
	LATERAL (SELECT trim_scale(format('%s%sE%s', (ARRAY['', '-'])[1 + i % 7 % 2], i * 7919 % 10007, i % 41 - 20)::numeric)::text) AS t (number)
	GROUP BY i % 20) AS u;

-- Precision is kept in sets; a bad element gets the error of a bad number.
SELECT numbers_back('12345678901234567890123456789012345678', '12345678901234567890123456789012345677', '0.1', '0.10000000000000000000000000000000000001');
SELECT numbers_back('1', 'abc');
SELECT numbers_back('1', '');
SELECT numbers_back('1', '1e126');
SELECT numbers_back('1', '1e-131');
SELECT numbers_back('1', '123456789012345678901234567890123456789');

-- Numbers of all lengths and magnitudes come back as PostgreSQL's numeric has them.
SELECT count(*) AS numbers, count(*) FILTER (WHERE number_back(number) IS DISTINCT FROM trim_scale(number::numeric)::text) AS wrong
FROM generate_series(1, 20000) AS i,
LATERAL (SELECT translate(md5(i::text), 'abcdef', '014680')) AS t (digits),
LATERAL (SELECT format('%s%s.%sE%s', (ARRAY['', '-', '+'])[1 + i % 3], left(digits, i % 7), left(reverse(digits), 1 + i % 31), i % 230 - 110)) AS u (number);

-- Sizes: a byte, one for every two digits on either side of the point, one for the sign of a negative number; and one for the name.
SELECT number, dynapg.item_size(format('{"n":{"N":"%s"}}', number)::dynapg.item) AS size
FROM unnest(ARRAY['0', '1', '99', '100', '101', '1000', '-1', '-100', '0.1', '0.01', '1.5', '12345.678', '1E125', '-1E-130',
	'12345678901234567890123456789012345678', '1234567890123456789012345678901234567.8',
	'-1234567890123456789012345678901234567.8']) WITH ORDINALITY AS t (number, i)
ORDER BY i;

-- Arithmetic is exact: a result that does not fit is an error, never rounded.
CREATE FUNCTION number_calc(a text, operator text, b text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN dynapg.item_get_text(dynapg.item_update(format('{"n":{"N":"%s"}}', a)::dynapg.item,
		format('SET n = n %s :b', operator), "values" => format('{":b":{"N":"%s"}}', b)::json), 'n');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT a, operator, b, number_calc(a, operator, b)
FROM (VALUES
	('1', '+', '1'), ('99', '+', '1'), ('1', '-', '1'), ('0', '-', '1'), ('-1', '+', '1'), ('5', '+', '0'), ('0', '-', '0'),
	('0.1', '+', '0.2'), ('0.3', '-', '0.1'), ('1', '-', '0.01'), ('-1', '-', '-0.99'), ('1000', '-', '1'), ('-1000', '+', '1'),
	('9999999999', '+', '1'), ('100000000000000000000.00000001', '-', '1'), ('9223372036854775807', '+', '1'),
	('1E125', '-', '1E125'), ('1E125', '+', '1E88'), ('1E-130', '+', '1E-93'), ('1E-130', '-', '1E-130'),
	('99999999999999999999999999999999999999', '+', '1'), ('99999999999999999999999999999999999999', '+', '2'),
	('99999999999999999999999999999999999999', '-', '-0.1'), ('1', '+', '1E-37'), ('1', '+', '1E-38'), ('1E125', '+', '1'),
	('1', '+', '1E-130'), ('-1E125', '+', '1E-130'),
	('9.9999999999999999999999999999999999999E+125', '+', '1E+125'), ('9.9999999999999999999999999999999999999E+125', '+', '1E+88'),
	('-9E+125', '-', '1E+125'), ('1.1E-130', '-', '1E-130'), ('1.5E-130', '+', '-1.4E-130')) AS v (a, operator, b);
SELECT count(*) AS sums, count(*) FILTER (WHERE number_calc(a, '+', b) IS DISTINCT FROM trim_scale(a::numeric + b::numeric)::text
	OR number_calc(a, '-', b) IS DISTINCT FROM trim_scale(a::numeric - b::numeric)::text) AS wrong
FROM generate_series(1, 3000) AS i,
LATERAL (SELECT translate(md5(i::text), 'abcdef', '014680')) AS t (digits),
LATERAL (SELECT format('%s%sE%s', (ARRAY['', '-'])[1 + i % 2], left(digits, 1 + i % 17), i % 13 - 6),
	format('%s%sE%s', (ARRAY['', '-'])[1 + i / 2 % 2], right(digits, 1 + i % 15), i % 11 - 5)) AS u (a, b);

DROP FUNCTION number_back(text), numbers_back(text[]), number_calc(text, text, text);
