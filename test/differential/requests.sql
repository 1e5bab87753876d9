-- requests.sql - random requests of Query and Scan, each with the SQL that says what it asks
--
-- A request depends on its seed and number alone, so one that failed can be made again.  Creates in the schema
-- differential:
--   query_request(seed, q)  a Query
--   scan_request(seed, q)   a Scan

CREATE SCHEMA differential;

CREATE TYPE differential.request AS (
	layout oracle.layout,
	request jsonb,			-- without Limit, ExclusiveStartKey, Segment
	key_sql text,			-- rows that the key condition selects
	partition_sql text,		-- rows of the partition
	filter_sql text,		-- those of them that the filter keeps
	paths jsonb,			-- the projection, or NULL
	whole boolean,			-- ALL_ATTRIBUTES: items as in the table
	count_only boolean,
	bound boolean			-- is the sort key bound?
);

-- A filter under construction.
CREATE TYPE differential.filter AS (
	expression text,
	legacy jsonb,
	sql text,
	names jsonb,
	vals jsonb
);

CREATE TABLE differential.path (tab text, path text[]);
INSERT INTO differential.path
SELECT tab, string_to_array(p, '.') FROM (VALUES
	('app', '{PK,SK,entity,email,fullname,createdAt,score,flag,tags,address,address.city,address.geo.0,address.geo.1,address.geo,active,GSI1PK,GSI1SK,tenant,realm,orderState,amount,dueAt,note,sku,qty,price,history,history.0.by,history.1,history.2,matrix,kind,sum,payload.ms,payload.ok,payload.path.2,payload.path,payload.ip,nosuch,payload.nosuch.x,history.7}'::text[]),
	('readings', '{device,seenAt,kind,val,raw,bucket,labels,labels.0,labels.1,note,nosuch}'),
	('flat', '{id,owner,rank,payload,payload.first.0.deep,payload.first.1,nosuch}')) v(tab, paths), unnest(paths) p;

CREATE FUNCTION differential.chance(seed integer, q integer, choice text, percent integer) RETURNS boolean
	LANGUAGE sql IMMUTABLE RETURN testdata.rnd(seed, q, choice) % 100 < percent;

-- A path as an expression; adds the placeholders it uses.
CREATE FUNCTION differential.path_expression(seed integer, q integer, choice text, path text[], INOUT names jsonb, OUT expression text)
	LANGUAGE plpgsql AS $$
BEGIN
	expression := '';
	FOR i IN 1 .. cardinality(path) LOOP
		IF i > 1 AND path[i] ~ '^[0-9]+$' THEN
			expression := expression || '[' || path[i] || ']';
			CONTINUE;
		END IF;
		expression := expression || CASE WHEN i > 1 THEN '.' ELSE '' END;
		IF path[i] IN ('raw', 'bucket', 'owner', 'rank', 'sum', 'path', 'first', 'by') OR differential.chance(seed, q, choice || ' name ' || i, 40) THEN
			names := names || jsonb_build_object('#' || path[i], path[i]);
			expression := expression || '#' || path[i];
		ELSE
			expression := expression || path[i];
		END IF;
	END LOOP;
END
$$;

CREATE FUNCTION differential.value_expression(v jsonb, INOUT vals jsonb, OUT expression text)
	LANGUAGE plpgsql AS $$
BEGIN
	expression := ':v' || (SELECT count(*) FROM jsonb_object_keys(vals));
	vals := vals || jsonb_build_object(expression, v);
END
$$;

-- A document of the table or index.
CREATE FUNCTION differential.sample(l oracle.layout, seed integer, q integer, choice text) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	EXECUTE format('SELECT doc FROM %s WHERE n = $1', oracle.relation(l)) INTO result USING 1 + testdata.rnd(seed, q, choice) % l.items;
	RETURN result;
END
$$;

-- A constant to compare the value at the path with: mostly one that occurs there.
CREATE FUNCTION differential.constant(l oracle.layout, seed integer, q integer, choice text, path text[]) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	v jsonb;
BEGIN
	IF NOT differential.chance(seed, q, choice || ' made up', 10) THEN
		FOR try IN 1 .. 4 LOOP
			v := oracle.at(differential.sample(l, seed, q, choice || ' sample ' || try), path);
			EXIT WHEN v IS NOT NULL;
		END LOOP;
	END IF;
	IF v IS NULL OR length(v::text) > 2000 THEN
		v := (ARRAY['{"N":"5"}', '{"S":"o"}', '{"B":"gA=="}', '{"N":"-0.5"}', '{"S":"DONE"}'])[1 + testdata.rnd(seed, q, choice || ' which') % 5]::jsonb;
	END IF;
	RETURN v;
END
$$;

CREATE FUNCTION differential.beginning(v jsonb, n bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE
	RETURN CASE WHEN v ? 'S' THEN jsonb_build_object('S', left(v ->> 'S', greatest(1, n)::integer))
		ELSE testdata.b(substr(oracle.bytes(v ->> 'B'), 1, greatest(1, n)::integer)) END;

CREATE FUNCTION differential.is_ordered(v jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN v ?| ARRAY['S', 'N', 'B'];

-- Adds one condition on the path to the filter: its text, its legacy form (NULL where it has none) and its SQL.
CREATE FUNCTION differential.add_condition(f differential.filter, l oracle.layout, seed integer, q integer, k integer, path text[])
	RETURNS differential.filter LANGUAGE plpgsql AS $$
DECLARE
	c text := 'condition ' || k;
	operators text[] := ARRAY['=', '<>', '<', '<=', '>', '>='];
	legacy_operators text[] := ARRAY['EQ', 'NE', 'LT', 'LE', 'GT', 'GE'];
	other text[];
	v jsonb := differential.constant(l, seed, q, c, path);
	w jsonb := differential.constant(l, seed, q, c || ' second', path);
	o integer := 1 + testdata.rnd(seed, q, c || ' operator') % CASE WHEN differential.is_ordered(v) THEN 6 ELSE 2 END;
	at_path text := format('oracle.at(seen, %L)', path);
	operand text;
	p text;
	x text;
	y text;
	legacy_args jsonb;
	legacy_op text;
BEGIN
	SELECT e.names, e.expression INTO f.names, p FROM differential.path_expression(seed, q, c, path, f.names) e;
	CASE testdata.rnd(seed, q, c || ' form') % 12
		WHEN 0, 1, 2, 3 THEN
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			f.expression := format('%s %s %s', p, operators[o], x);
			f.sql := format('oracle.compare(%s, %L, %L)', at_path, operators[o], v);
			legacy_op := legacy_operators[o];
			legacy_args := jsonb_build_array(v);
		WHEN 4 THEN
			IF NOT differential.is_ordered(v) OR oracle.order_of(v, w) IS NULL THEN
				w := v;
			ELSIF oracle.order_of(v, w) > 0 THEN
				SELECT v, w INTO w, v;
			END IF;
			IF NOT differential.is_ordered(v) THEN
				v := '{"N":"1"}';
				w := '{"N":"100"}';
			END IF;
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			SELECT e.vals, e.expression INTO f.vals, y FROM differential.value_expression(w, f.vals) e;
			f.expression := format('%s BETWEEN %s AND %s', p, x, y);
			f.sql := format('(oracle.compare(%1$s, %2$L, %3$L) AND oracle.compare(%1$s, %4$L, %5$L))', at_path, '>=', v, '<=', w);
			legacy_op := 'BETWEEN';
			legacy_args := jsonb_build_array(v, w);
		WHEN 5 THEN
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			SELECT e.vals, e.expression INTO f.vals, y FROM differential.value_expression(w, f.vals) e;
			f.expression := format('%s IN (%s, %s)', p, x, y);
			f.sql := format('(oracle.compare(%1$s, %2$L, %3$L) OR oracle.compare(%1$s, %2$L, %4$L))', at_path, '=', v, w);
			IF differential.is_ordered(v) AND oracle.type_of(v) = oracle.type_of(w) THEN
				legacy_op := 'IN';
				legacy_args := jsonb_build_array(v, w);
			END IF;
		WHEN 6 THEN
			IF differential.chance(seed, q, c || ' not', 50) THEN
				f.expression := format('attribute_not_exists(%s)', p);
				f.sql := format('%s IS NULL', at_path);
				legacy_op := 'NULL';
			ELSE
				f.expression := format('attribute_exists(%s)', p);
				f.sql := format('%s IS NOT NULL', at_path);
				legacy_op := 'NOT_NULL';
			END IF;
			legacy_args := 'null';
		WHEN 7 THEN
			v := jsonb_build_object('S', oracle.type_of(v));
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			f.expression := format('attribute_type(%s, %s)', p, x);
			f.sql := format('coalesce(oracle.type_of(%s) = %L, false)', at_path, v ->> 'S');
		WHEN 8 THEN
			IF NOT v ?| ARRAY['S', 'B'] THEN
				v := '{"S":"t"}';
			END IF;
			v := differential.beginning(v, testdata.rnd(seed, q, c || ' prefix') % 5);
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			f.expression := format('begins_with(%s, %s)', p, x);
			f.sql := format('coalesce(oracle.begins(%s, %L), false)', at_path, v);
			legacy_op := 'BEGINS_WITH';
			legacy_args := jsonb_build_array(v);
		WHEN 9 THEN
			v := CASE WHEN v ? 'SS' THEN jsonb_build_object('S', v -> 'SS' -> 0) WHEN v ? 'NS' THEN jsonb_build_object('N', v -> 'NS' -> 0)
				WHEN v ? 'BS' THEN jsonb_build_object('B', v -> 'BS' -> 0) WHEN v ? 'L' THEN v -> 'L' -> 1
				WHEN v ? 'S' THEN jsonb_build_object('S', substr(v ->> 'S', 2, 2)) ELSE v END;
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			f.expression := format('contains(%s, %s)', p, x);
			f.sql := format('oracle.contains(%s, %L)', at_path, v);
			IF differential.is_ordered(v) THEN
				legacy_op := 'CONTAINS';
				legacy_args := jsonb_build_array(v);
			END IF;
		WHEN 10 THEN
			o := 1 + testdata.rnd(seed, q, c || ' operator') % 6;
			v := coalesce(oracle.units(v), '{"N":"3"}');
			SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression(v, f.vals) e;
			f.expression := format('size(%s) %s %s', p, operators[o], x);
			f.sql := format('oracle.compare(oracle.units(%s), %L, %L)', at_path, operators[o], v);
		ELSE
			o := 1 + testdata.rnd(seed, q, c || ' operator') % 6;
			other := ARRAY[(ARRAY['createdAt', 'note', 'amount', 'val', 'nosuch'])[1 + testdata.rnd(seed, q, c || ' other') % 5]];
			IF other[1] = path[1] OR other[1] = ANY (l.hash || l.range) OR NOT oracle.is_projected(l, other[1]) THEN
				SELECT e.vals, e.expression INTO f.vals, x FROM differential.value_expression('{"N":"10"}', f.vals) e;
				operand := quote_literal('{"N":"10"}') || '::jsonb';
			ELSE
				SELECT e.names, e.expression INTO f.names, x FROM differential.path_expression(seed, q, c || ' other', other, f.names) e;
				operand := format('oracle.at(seen, %L)', other);
			END IF;
			f.expression := format('%s %s %s', x, operators[o], p);
			f.sql := format('oracle.compare(%s, %L, %s)', operand, operators[o], at_path);
	END CASE;
	f.legacy := CASE WHEN legacy_op IS NOT NULL AND cardinality(path) = 1
		THEN jsonb_build_object(path[1], jsonb_strip_nulls(jsonb_build_object('ComparisonOperator', legacy_op, 'AttributeValueList', legacy_args))) END;
	RETURN f;
END
$$;

-- A path that a filter of the request may name, as the k-th one.
CREATE FUNCTION differential.filter_path(l oracle.layout, seed integer, q integer, k integer, is_scan boolean) RETURNS text[]
	LANGUAGE sql STABLE
	RETURN (SELECT p.path FROM differential.path p WHERE p.tab = l.tab AND oracle.is_projected(l, p.path[1]) AND (is_scan OR p.path[1] <> ALL (l.hash || l.range))
		ORDER BY testdata.rnd(seed, q, 'path ' || k || ' ' || p.path::text) LIMIT 1);

-- One to four conditions with AND, OR, NOT and parentheses; precedence is the same in SQL.
CREATE FUNCTION differential.filter_expression(f differential.filter, l oracle.layout, seed integer, q integer, is_scan boolean)
	RETURNS differential.filter LANGUAGE plpgsql AS $$
DECLARE
	expression text := '';
	sql text := '';
	open boolean := false;
	conditions integer := 1 + testdata.skewed(seed, q, 'conditions', 4);
BEGIN
	FOR k IN 1 .. conditions LOOP
		f := differential.add_condition(f, l, seed, q, k, differential.filter_path(l, seed, q, k, is_scan));
		IF k > 1 THEN
			IF differential.chance(seed, q, 'and ' || k, 50) THEN
				expression := expression || ' AND ';
				sql := sql || ' AND ';
			ELSE
				expression := expression || ' OR ';
				sql := sql || ' OR ';
			END IF;
		END IF;
		IF differential.chance(seed, q, 'not ' || k, 15) THEN
			expression := expression || 'NOT ';
			sql := sql || 'NOT ';
		END IF;
		IF NOT open AND k < conditions AND differential.chance(seed, q, 'open ' || k, 30) THEN
			expression := expression || '(';
			sql := sql || '(';
			open := true;
			expression := expression || f.expression;
			sql := sql || f.sql;
		ELSE
			expression := expression || f.expression;
			sql := sql || f.sql;
			IF open THEN
				expression := expression || ')';
				sql := sql || ')';
				open := false;
			END IF;
		END IF;
	END LOOP;
	f.expression := expression;
	f.sql := sql;
	RETURN f;
END
$$;

-- Up to four paths of which none leads through another, or NULL.
CREATE FUNCTION differential.projection_paths(l oracle.layout, seed integer, q integer, top_level boolean) RETURNS jsonb
	LANGUAGE plpgsql STABLE AS $$
DECLARE
	chosen jsonb := '[]';
	p text[];
BEGIN
	FOR p IN SELECT path FROM differential.path WHERE tab = l.tab AND (l.idx = '' OR l.is_local OR oracle.is_projected(l, path[1])) AND (NOT top_level OR cardinality(path) = 1)
		ORDER BY testdata.rnd(seed, q, 'projected ' || path::text) LIMIT 1 + testdata.rnd(seed, q, 'paths') % 4
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM jsonb_array_elements(chosen) c, LATERAL (SELECT array_agg(x ORDER BY o) AS a FROM jsonb_array_elements_text(c) WITH ORDINALITY u(x, o)) e
			WHERE e.a[1 : cardinality(p)] = p OR p[1 : cardinality(e.a)] = e.a);
		chosen := chosen || jsonb_build_array(to_jsonb(p));
	END LOOP;
	RETURN nullif(chosen, '[]');
END
$$;

-- Filter, Select, projection and ConsistentRead, as Query and Scan have them.  f carries names and values used so far.
CREATE FUNCTION differential.finish(r differential.request, f differential.filter, seed integer, q integer, is_scan boolean, legacy boolean)
	RETURNS differential.request LANGUAGE plpgsql AS $$
DECLARE
	l oracle.layout := r.layout;
	p jsonb;
	path text[];
	expression text;
	parts text[] := '{}';
BEGIN
	r.filter_sql := 'true';
	r.whole := false;
	r.count_only := false;
	IF differential.chance(seed, q, 'filter', 45) THEN
		IF legacy THEN
			f.names := '{}';
			f := differential.add_condition(f, l, seed, q, 1, differential.filter_path(l, seed, q, 1, is_scan));
			IF f.legacy IS NOT NULL THEN
				r.filter_sql := f.sql;
				r.request := r.request || jsonb_build_object(CASE WHEN is_scan THEN 'ScanFilter' ELSE 'QueryFilter' END, f.legacy);
			END IF;
		ELSE
			f := differential.filter_expression(f, l, seed, q, is_scan);
			r.filter_sql := f.sql;
			r.request := r.request || jsonb_build_object('FilterExpression', f.expression);
		END IF;
	END IF;

	CASE testdata.rnd(seed, q, 'select') % 8
		WHEN 0 THEN
			r.request := r.request || '{"Select":"COUNT"}';
			r.count_only := true;
		WHEN 1 THEN
			IF l.idx = '' OR l.is_local OR l.projection = 'ALL' THEN
				r.request := r.request || '{"Select":"ALL_ATTRIBUTES"}';
				r.whole := true;
			END IF;
		WHEN 2 THEN
			IF l.idx <> '' THEN
				r.request := r.request || '{"Select":"ALL_PROJECTED_ATTRIBUTES"}';
			END IF;
		WHEN 3, 4, 5 THEN
			r.paths := differential.projection_paths(l, seed, q, legacy);
			IF r.paths IS NOT NULL AND legacy THEN
				r.request := r.request || jsonb_build_object('AttributesToGet', (SELECT jsonb_agg(e -> 0) FROM jsonb_array_elements(r.paths) e));
			ELSIF r.paths IS NOT NULL THEN
				FOR p IN SELECT jsonb_array_elements(r.paths) LOOP
					path := ARRAY(SELECT jsonb_array_elements_text(p));
					SELECT e.names, e.expression INTO f.names, expression FROM differential.path_expression(seed, q, 'projection', path, f.names) e;
					parts := parts || expression;
				END LOOP;
				r.request := r.request || jsonb_build_object('ProjectionExpression', array_to_string(parts, ', '));
			END IF;
			IF r.paths IS NOT NULL AND differential.chance(seed, q, 'specific', 30) THEN
				r.request := r.request || '{"Select":"SPECIFIC_ATTRIBUTES"}';
			END IF;
		ELSE
			NULL;
	END CASE;

	IF (l.idx = '' OR l.is_local) AND differential.chance(seed, q, 'consistent', 30) THEN
		r.request := r.request || '{"ConsistentRead":true}';
	END IF;
	IF NOT legacy THEN
		IF f.names <> '{}' THEN
			r.request := r.request || jsonb_build_object('ExpressionAttributeNames', f.names);
		END IF;
		IF f.vals <> '{}' THEN
			r.request := r.request || jsonb_build_object('ExpressionAttributeValues', f.vals);
		END IF;
	END IF;
	RETURN r;
END
$$;

CREATE FUNCTION differential.literal(v jsonb) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE oracle.type_of(v)
		WHEN 'S' THEN quote_literal(v ->> 'S')
		WHEN 'N' THEN format('%L::numeric', v ->> 'N')
		ELSE format('oracle.bytes(%L)', v ->> 'B') END;

-- Appends the condition `attribute op value` to the arrays of expressions and SQL, and to the legacy conditions.
CREATE FUNCTION differential.key_condition(seed integer, q integer, attribute text, col text, op text, v jsonb, w jsonb,
	INOUT names jsonb, INOUT vals jsonb, OUT expression text, OUT legacy jsonb, OUT sql text) LANGUAGE plpgsql AS $$
DECLARE
	p text;
	x text;
	y text;
	turned text := translate(op, '<>', '><');
BEGIN
	SELECT e.names, e.expression INTO names, p FROM differential.path_expression(seed, q, 'key ' || attribute, ARRAY[attribute], names) e;
	SELECT e.vals, e.expression INTO vals, x FROM differential.value_expression(v, vals) e;
	legacy := jsonb_build_array(v);
	CASE op
		WHEN 'BETWEEN' THEN
			SELECT e.vals, e.expression INTO vals, y FROM differential.value_expression(w, vals) e;
			expression := format('%s BETWEEN %s AND %s', p, x, y);
			sql := format('%1$s >= %2$s AND %1$s <= %3$s', col, differential.literal(v), differential.literal(w));
			legacy := jsonb_build_array(v, w);
		WHEN 'BEGINS_WITH' THEN
			expression := format('begins_with(%s, %s)', p, x);
			sql := CASE WHEN v ? 'S' THEN format('left(%s, %s) = %s', col, length(v ->> 'S'), differential.literal(v))
				ELSE format('substr(%s, 1, %s) = %s', col, length(oracle.bytes(v ->> 'B')), differential.literal(v)) END;
		ELSE
			expression := CASE WHEN differential.chance(seed, q, 'turned ' || attribute, 25) THEN format('%s %s %s', x, turned, p) ELSE format('%s %s %s', p, op, x) END;
			sql := format('%s %s %s', col, op, differential.literal(v));
	END CASE;
	IF differential.chance(seed, q, 'parentheses ' || attribute, 20) THEN
		expression := '(' || expression || ')';
	END IF;
	legacy := jsonb_build_object(attribute, jsonb_build_object('AttributeValueList', legacy, 'ComparisonOperator',
		CASE op WHEN '=' THEN 'EQ' WHEN '<' THEN 'LT' WHEN '<=' THEN 'LE' WHEN '>' THEN 'GT' WHEN '>=' THEN 'GE' ELSE op END));
END
$$;

CREATE FUNCTION differential.some_layout(seed integer, q integer) RETURNS oracle.layout LANGUAGE sql STABLE
	RETURN (SELECT l FROM oracle.layout l WHERE items > 0 ORDER BY testdata.rnd(seed, q, 'layout ' || id) / CASE WHEN tab = 'flat' THEN 1 WHEN idx = '' THEN 3 ELSE 2 END LIMIT 1);

-- Another document of the same partition.
CREATE FUNCTION differential.neighbour(l oracle.layout, key_sql text, seed integer, q integer, choice text) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
	rows bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM %s WHERE %s', oracle.relation(l), key_sql) INTO rows;
	EXECUTE format('SELECT doc FROM %s WHERE %s ORDER BY n OFFSET %s LIMIT 1', oracle.relation(l), key_sql, testdata.rnd(seed, q, choice) % greatest(rows, 1)) INTO result;
	RETURN result;
END
$$;

CREATE FUNCTION differential.query_request(seed integer, q integer) RETURNS differential.request LANGUAGE plpgsql AS $$
DECLARE
	r differential.request;
	l oracle.layout := differential.some_layout(seed, q);
	legacy boolean := cardinality(l.hash || l.range) <= 2 AND differential.chance(seed, q, 'legacy', 12);
	doc jsonb := differential.sample(l, seed, q, 'partition');
	equal integer;
	op text;
	ops text[];
	v jsonb;
	w jsonb;
	terms text[] := '{}';
	conditions text[] := '{}';
	legacy_conditions jsonb := '{}';
	f differential.filter;
	c record;
	attribute text;
BEGIN
	r.layout := l;
	r.request := jsonb_build_object('TableName', l.tab);
	IF l.idx <> '' THEN
		r.request := r.request || jsonb_build_object('IndexName', l.idx);
	END IF;
	f.names := '{}';
	f.vals := '{}';

	-- equality on the partition, and on some of the sort attributes
	equal := CASE WHEN cardinality(l.range) > 1 THEN testdata.rnd(seed, q, 'equal') % (cardinality(l.range) + 1)
		WHEN cardinality(l.range) = 1 AND differential.chance(seed, q, 'equal', 8) THEN 1 ELSE 0 END;
	FOR i IN 1 .. cardinality(l.hash) + equal LOOP
		attribute := (l.hash || l.range)[i];
		v := doc -> attribute;
		IF i > cardinality(l.hash) AND differential.chance(seed, q, 'equal to a neighbour ' || i, 20) THEN
			v := coalesce(differential.neighbour(l, array_to_string(conditions, ' AND '), seed, q, 'neighbour ' || i), doc) -> attribute;
		END IF;
		IF differential.chance(seed, q, 'nobody', 3) THEN
			v := CASE oracle.type_of(v) WHEN 'S' THEN '{"S":"nobody"}' WHEN 'N' THEN '{"N":"123456.789"}' ELSE '{"B":"AQIDBA=="}' END;
		END IF;
		SELECT * INTO c FROM differential.key_condition(seed, q, attribute, 'k' || i, '=', v, NULL, f.names, f.vals);
		f.names := c.names;
		f.vals := c.vals;
		terms := terms || c.expression;
		conditions := conditions || c.sql;
		legacy_conditions := legacy_conditions || c.legacy;
	END LOOP;

	-- a bound on the next one
	r.bound := equal > 0;
	IF equal < cardinality(l.range) AND differential.chance(seed, q, 'bound', 65) THEN
		attribute := l.range[equal + 1];
		v := coalesce(differential.neighbour(l, array_to_string(conditions, ' AND '), seed, q, 'low'), doc) -> attribute;
		w := coalesce(differential.neighbour(l, array_to_string(conditions, ' AND '), seed, q, 'high'), doc) -> attribute;
		ops := ARRAY['<', '<=', '>', '>=', 'BETWEEN', 'BEGINS_WITH', 'BEGINS_WITH'];
		op := ops[1 + testdata.rnd(seed, q, 'bound operator') % CASE WHEN v ? 'N' THEN 5 ELSE 7 END];
		IF op = 'BETWEEN' AND oracle.order_of(v, w) > 0 THEN
			SELECT v, w INTO w, v;
		ELSIF op = 'BEGINS_WITH' THEN
			v := differential.beginning(v, CASE WHEN v ? 'S' THEN testdata.rnd(seed, q, 'prefix') % (length(v ->> 'S') + 1) ELSE testdata.rnd(seed, q, 'prefix') % 5 END);
		END IF;
		SELECT * INTO c FROM differential.key_condition(seed, q, attribute, 'k' || (cardinality(l.hash) + equal + 1), op, v, w, f.names, f.vals);
		f.names := c.names;
		f.vals := c.vals;
		terms := terms || c.expression;
		conditions := conditions || c.sql;
		legacy_conditions := legacy_conditions || c.legacy;
		r.bound := true;
	END IF;

	r.key_sql := array_to_string(conditions, ' AND ');
	r.partition_sql := array_to_string(conditions[1:cardinality(l.hash)], ' AND ');
	IF legacy THEN
		r.request := r.request || jsonb_build_object('KeyConditions', legacy_conditions);
	ELSE
		SELECT array_agg(t ORDER BY testdata.rnd(seed, q, 'term ' || t)) INTO terms FROM unnest(terms) t;
		r.request := r.request || jsonb_build_object('KeyConditionExpression', array_to_string(terms, ' AND '));
	END IF;
	IF differential.chance(seed, q, 'backward', 45) THEN
		r.request := r.request || '{"ScanIndexForward":false}';
	ELSIF differential.chance(seed, q, 'forward', 30) THEN
		r.request := r.request || '{"ScanIndexForward":true}';
	END IF;
	RETURN differential.finish(r, f, seed, q, false, legacy);
END
$$;

CREATE FUNCTION differential.scan_request(seed integer, q integer) RETURNS differential.request LANGUAGE plpgsql AS $$
DECLARE
	l oracle.layout := differential.some_layout(seed, q);
	r differential.request;
	f differential.filter;
BEGIN
	r.layout := l;
	r.request := jsonb_build_object('TableName', l.tab);
	IF l.idx <> '' THEN
		r.request := r.request || jsonb_build_object('IndexName', l.idx);
	END IF;
	r.key_sql := 'true';
	f.names := '{}';
	f.vals := '{}';
	RETURN differential.finish(r, f, seed, q, true, differential.chance(seed, q, 'legacy', 12));
END
$$;
