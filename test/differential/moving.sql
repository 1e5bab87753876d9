-- moving.sql - paging while the items change: what is not touched comes exactly once
--
--   differential.check_moving(seed, q)  pages through a table or index and between two pages puts, updates and deletes some of
--                                       the odd-numbered items of the same partition, and inserts new ones; undoes all of it
--   differential.page_moving(seconds)   pages through the table "moving" again and again, each page in a transaction of its own,
--                                       while other sessions change it (see create_moving); rows say what was wrong

-- One random change of an odd-numbered item that the request sees.
CREATE FUNCTION differential.disturb(r differential.request, seed integer, q integer, choice text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	l oracle.layout := r.layout;
	doc jsonb;
	other jsonb;
	sort text := coalesce(l.range[1], l.hash[1]);
BEGIN
	EXECUTE format('SELECT doc FROM %s WHERE %s AND n %% 2 = 1 ORDER BY testdata.rnd($1, n, $2) LIMIT 1', oracle.relation(l), r.key_sql)
		INTO doc USING seed, q || choice;
	EXECUTE format('SELECT doc FROM %s WHERE %s ORDER BY testdata.rnd($1, n, $2) LIMIT 1', oracle.relation(l), r.key_sql)
		INTO other USING seed, q || choice || ' other';
	IF doc IS NULL THEN
		RETURN;
	END IF;
	CASE testdata.rnd(seed, q, choice || ' kind') % 4
		WHEN 0 THEN
			PERFORM dynapg.delete_item(json_build_object('TableName', l.tab, 'Key', (SELECT json_object_agg(a, doc -> a) FROM unnest(l.base) a)));
		WHEN 1 THEN
			-- moves within an index; in the table it is a change of another attribute
			IF sort = ANY (l.base) THEN
				doc := doc || '{"moved":{"S":"elsewhere"}}';
			ELSE
				doc := doc || jsonb_build_object(sort, other -> sort);
			END IF;
			PERFORM dynapg.put_item(json_build_object('TableName', l.tab, 'Item', doc));
		WHEN 2 THEN
			PERFORM dynapg.update_item(json_build_object('TableName', l.tab, 'Key', (SELECT json_object_agg(a, doc -> a) FROM unnest(l.base) a),
				'UpdateExpression', 'SET moved = :m', 'ExpressionAttributeValues', '{":m":{"S":"wider and wider and wider and wider"}}'::json));
		ELSE
			doc := differential.beside(doc, l.base[cardinality(l.base)]) || '{"moved":{"S":"new"}}';
			PERFORM dynapg.put_item(json_build_object('TableName', l.tab, 'Item', doc, 'ConditionExpression', format('attribute_not_exists(%s)', l.base[1])));
	END CASE;
EXCEPTION
	WHEN OTHERS THEN
		-- the new one is there already, or the late index refuses what was there before it
		IF SQLERRM !~ 'The conditional request failed|Type mismatch for Index Key|index key to unsupported type|cannot contain an empty string value' THEN
			RAISE;
		END IF;
END
$$;

CREATE FUNCTION differential.check_moving(seed integer, q integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	is_scan boolean := testdata.rnd(seed, q, 'moving scan') % 3 = 0;
	r differential.request;
	l oracle.layout;
	rows_limit integer;
	total integer;
	request jsonb;
	reply jsonb;
	items jsonb[] := '{}';
	pages integer := 0;
	wrong text;
BEGIN
	r := CASE WHEN is_scan THEN differential.scan_request(seed, q) ELSE differential.query_request(seed, q) END;
	l := r.layout;
	request := r.request - ARRAY['FilterExpression', 'QueryFilter', 'ScanFilter', 'ProjectionExpression', 'AttributesToGet', 'Select',
		'ExpressionAttributeNames', 'ExpressionAttributeValues'];
	-- names and values of the key condition alone
	IF r.request ? 'KeyConditionExpression' THEN
		SELECT request || jsonb_strip_nulls(jsonb_build_object(
			'ExpressionAttributeNames', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(r.request -> 'ExpressionAttributeNames')
				WHERE r.request ->> 'KeyConditionExpression' ~ (key || '\M')),
			'ExpressionAttributeValues', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(r.request -> 'ExpressionAttributeValues')
				WHERE r.request ->> 'KeyConditionExpression' ~ (key || '\M')))) INTO request;
	END IF;
	EXECUTE format('SELECT count(*) FROM %s WHERE %s', oracle.relation(l), r.key_sql) INTO total;
	rows_limit := 1 + testdata.rnd(seed, q, 'moving limit') % greatest(total / 3, 2);
	rows_limit := greatest(rows_limit, total / 40, 1);
	request := request || jsonb_build_object('Limit', rows_limit);

	BEGIN
		LOOP
			reply := CASE WHEN is_scan THEN dynapg.scan(request::json) ELSE dynapg.query(request::json) END;
			items := items || ARRAY(SELECT jsonb_array_elements(reply -> 'Items'));
			EXIT WHEN NOT reply ? 'LastEvaluatedKey' OR pages > 200;
			request := request || jsonb_build_object('ExclusiveStartKey', reply -> 'LastEvaluatedKey');
			pages := pages + 1;
			FOR k IN 1 .. 4 LOOP
				PERFORM differential.disturb(r, seed, q, format('page %s change %s', pages, k));
			END LOOP;
		END LOOP;
		EXECUTE format('SELECT count(*) || '' untouched items did not come exactly once, such as '' || left(min(shown::text), 500) FROM
				(SELECT shown, coalesce(c.times, 0) AS times FROM %s LEFT JOIN (SELECT i, count(*) AS times FROM unnest($1) i GROUP BY i) c ON c.i = shown
					WHERE %s AND n %% 2 = 0) u WHERE times <> 1 HAVING count(*) > 0',
			oracle.relation(l), r.key_sql) INTO wrong USING items;
		RAISE EXCEPTION USING ERRCODE = 'TT001';
	EXCEPTION
		WHEN SQLSTATE 'TT001' THEN
			NULL;
		WHEN OTHERS THEN
			wrong := SQLERRM;
	END;
	RETURN format(E'moving %s of seed %s: ', q, seed) || wrong || E'\n  request ' || request::text;
END
$$;

-- A small table of four partitions; items with even numbers stay as they are.
CREATE FUNCTION differential.create_moving() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dynapg.create_table('{"TableName":"moving","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"},
			{"AttributeName":"r","AttributeType":"N"}],
		"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
		"GlobalSecondaryIndexes":[{"IndexName":"byR","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"r","KeyType":"RANGE"}],
			"Projection":{"ProjectionType":"ALL"}}]}');
	PERFORM differential.put_moving(i, i / 7) FROM generate_series(0, 1999) i;
END
$$;

CREATE FUNCTION differential.put_moving(i integer, r integer) RETURNS void LANGUAGE sql AS $$
	SELECT dynapg.put_item(json_build_object('TableName', 'moving', 'Item', json_build_object('p', json_build_object('S', 'p' || i % 4 / 2),
		's', json_build_object('N', i::text), 'g', json_build_object('S', 'g' || i % 3 / 2), 'r', json_build_object('N', r::text),
		'note', json_build_object('S', repeat('x', r % 700)))))
$$;

-- What another session does: one change of a random odd item.
CREATE FUNCTION differential.change_moving(dice double precision, which double precision) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	i integer := 2 * floor(which * 1000) + 1;
	key json := json_build_object('p', json_build_object('S', 'p' || i % 4 / 2), 's', json_build_object('N', i::text));
BEGIN
	IF dice < 0.3 THEN
		PERFORM dynapg.delete_item(json_build_object('TableName', 'moving', 'Key', key));
	ELSIF dice < 0.6 THEN
		PERFORM differential.put_moving(i, (dice * 1000)::integer);
	ELSE
		PERFORM dynapg.update_item(json_build_object('TableName', 'moving', 'Key', key, 'UpdateExpression', 'SET r = :r, g = :g',
			'ExpressionAttributeValues', json_build_object(':r', json_build_object('N', (dice * 300)::text), ':g', json_build_object('S', 'g' || floor(dice * 10)::integer % 2))));
	END IF;
END
$$;

CREATE TABLE differential.moving_result (requests integer, wrong text);

-- Repeats until the time is over: all items by a scan (in segments), a partition of the table, a partition of the index.
CREATE PROCEDURE differential.page_moving(seconds integer) LANGUAGE plpgsql AS $$
DECLARE
	until timestamptz := clock_timestamp() + make_interval(secs => seconds);
	q integer := 0;
	operation integer;
	request jsonb;
	reply jsonb;
	seen integer[];
	expected integer[];
	segments integer;
	errors text := NULL;
BEGIN
	WHILE clock_timestamp() < until AND errors IS NULL LOOP
		q := q + 1;
		operation := q % 5;
		seen := '{}';
		segments := 1;
		request := jsonb_build_object('TableName', 'moving', 'Limit', 5 + testdata.rnd(1, q, 'limit') % 200);
		CASE operation
			WHEN 0 THEN
				segments := 3;
				request := request || '{"TotalSegments":3}';
				expected := ARRAY(SELECT i FROM generate_series(0, 1998, 2) i);
			WHEN 1, 2 THEN
				request := request || jsonb_build_object('KeyConditionExpression', 'p = :p', 'ExpressionAttributeValues', '{":p":{"S":"p1"}}'::jsonb,
					'ScanIndexForward', operation = 1);
				expected := ARRAY(SELECT i FROM generate_series(0, 1998, 2) i WHERE i % 4 / 2 = 1);
			ELSE
				request := request || jsonb_build_object('IndexName', 'byR', 'KeyConditionExpression', 'g = :g', 'ExpressionAttributeValues', '{":g":{"S":"g0"}}'::jsonb,
					'ScanIndexForward', operation = 3);
				expected := ARRAY(SELECT i FROM generate_series(0, 1998, 2) i WHERE i % 3 / 2 = 0);
		END CASE;
		FOR segment IN 0 .. segments - 1 LOOP
			request := request - 'ExclusiveStartKey';
			IF segments > 1 THEN
				request := request || jsonb_build_object('Segment', segment);
			END IF;
			LOOP
				reply := CASE WHEN operation = 0 THEN dynapg.scan(request::json) ELSE dynapg.query(request::json) END;
				COMMIT;
				seen := seen || ARRAY(SELECT (i -> 's' ->> 'N')::integer FROM jsonb_array_elements(reply -> 'Items') i WHERE (i -> 's' ->> 'N')::integer % 2 = 0);
				EXIT WHEN NOT reply ? 'LastEvaluatedKey';
				request := request || jsonb_build_object('ExclusiveStartKey', reply -> 'LastEvaluatedKey');
			END LOOP;
		END LOOP;
		SELECT format('%s: item %s came %s times', request, i, count) INTO errors FROM
			(SELECT i, count(s) FROM unnest(expected) i LEFT JOIN unnest(seen) s ON s = i GROUP BY i HAVING count(s) <> 1 LIMIT 1) x;
	END LOOP;
	INSERT INTO differential.moving_result VALUES (q, errors);
END
$$;
