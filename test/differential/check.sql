-- check.sql - random requests through dynapg and through the oracle, and what differs
--
--   differential.check_query(seed, q)  runs the q-th Query page by page to its end; NULL, or what was wrong
--   differential.check_scan(seed, q)   the same for a Scan, in several segments sometimes
--   differential.run(seed, q_from, q_to, scans)  a range of them; what was wrong
--
-- Both checks take the name of a falsification as a last argument: they then falsify the first reply before they compare
-- it and return 'found' or 'missed', or NULL where there was nothing to falsify.

CREATE FUNCTION differential.output(r differential.request) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN r.paths IS NOT NULL THEN format('oracle.project(%s, %L)', CASE WHEN (r.layout).is_local THEN 'doc' ELSE 'shown' END, r.paths)
		WHEN r.whole THEN 'doc'
		ELSE 'shown' END;

-- Does a local index have to fetch the items?
CREATE FUNCTION differential.fetches(r differential.request) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN (r.layout).is_local AND ((r.layout).projection <> 'ALL' AND r.whole
			OR EXISTS (SELECT FROM jsonb_array_elements(r.paths) p WHERE NOT oracle.is_projected(r.layout, p ->> 0)));

-- Bytes that are charged: those of whole units.
CREATE FUNCTION differential.charged(bytes integer) RETURNS integer LANGUAGE sql IMMUTABLE
	RETURN (bytes + 4095) / 4096 * 4096;

-- The SQL expression of a row's LastEvaluatedKey.
CREATE FUNCTION differential.position(l oracle.layout) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (SELECT 'jsonb_build_object(' || string_agg(format('%1$L, doc -> %1$L', a), ', ') || ')' FROM (SELECT DISTINCT unnest(l.hash || l.range || l.base) AS a) s);

-- Index keys after those bound by equality, then the table's.  Equal ones do no harm in an ORDER BY.
CREATE FUNCTION differential.sort_columns(l oracle.layout) RETURNS text[] LANGUAGE sql IMMUTABLE
	RETURN ARRAY(SELECT 'k' || k FROM generate_series(1, cardinality(l.hash || l.range)) k) || ARRAY(SELECT 't' || t FROM generate_series(1, cardinality(l.base)) t);

CREATE FUNCTION differential.order_by(l oracle.layout, backward boolean) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (SELECT string_agg(c || CASE WHEN backward THEN ' DESC' ELSE '' END, ', ') FROM unnest(differential.sort_columns(l)) c);

-- Changes a reply in one respect; as it is where it has nothing of that sort.
CREATE FUNCTION differential.falsify(reply jsonb, how text) RETURNS jsonb LANGUAGE sql IMMUTABLE
	RETURN CASE how
		WHEN 'lose an item' THEN CASE WHEN jsonb_array_length(reply -> 'Items') > 0 THEN jsonb_set(reply, '{Items}', (reply -> 'Items') - 0) ELSE reply END
		WHEN 'repeat an item' THEN CASE WHEN jsonb_array_length(reply -> 'Items') > 0 THEN jsonb_insert(reply, '{Items,0}', reply -> 'Items' -> 0) ELSE reply END
		WHEN 'swap items' THEN CASE WHEN jsonb_array_length(reply -> 'Items') > 1
			THEN jsonb_set(jsonb_set(reply, '{Items,0}', reply -> 'Items' -> 1), '{Items,1}', reply -> 'Items' -> 0) ELSE reply END
		WHEN 'change a value' THEN CASE WHEN jsonb_array_length(reply -> 'Items') > 0 THEN jsonb_set(reply, '{Items,0,planted}', '{"N":"1"}') ELSE reply END
		WHEN 'miscount' THEN jsonb_set(reply, '{Count}', to_jsonb((reply ->> 'Count')::integer + 1))
		WHEN 'miscount the scanned' THEN jsonb_set(reply, '{ScannedCount}', to_jsonb((reply ->> 'ScannedCount')::integer + 1))
		WHEN 'end too early' THEN reply - 'LastEvaluatedKey'
		WHEN 'end too late' THEN reply || '{"LastEvaluatedKey":{"planted":{"S":"x"}}}'
		ELSE reply END;

CREATE FUNCTION differential.brief(v jsonb) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE WHEN length(v::text) > 1500 THEN left(v::text, 1500) || ' ...' ELSE v::text END;

-- What differs between two pages, with the first item that does.
CREATE FUNCTION differential.difference(expected jsonb, got jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	member text;
BEGIN
	FOR member IN SELECT key FROM jsonb_object_keys(expected || got) key LOOP
		IF expected -> member IS NOT DISTINCT FROM got -> member THEN
			CONTINUE;
		END IF;
		IF member = 'Items' AND got ? 'Items' AND expected ? 'Items' THEN
			FOR i IN 0 .. greatest(jsonb_array_length(expected -> 'Items'), jsonb_array_length(got -> 'Items')) LOOP
				IF expected -> 'Items' -> i IS DISTINCT FROM got -> 'Items' -> i THEN
					RETURN format(E'item %s (of %s, %s)\n  expected %s\n  got      %s', i, jsonb_array_length(expected -> 'Items'), jsonb_array_length(got -> 'Items'),
						differential.brief(expected -> 'Items' -> i), differential.brief(got -> 'Items' -> i));
				END IF;
			END LOOP;
		END IF;
		RETURN format(E'%s\n  expected %s\n  got      %s', member, differential.brief(expected -> member), differential.brief(got -> member));
	END LOOP;
	RETURN NULL;
END
$$;

-- A start key that need not belong to an item: the sort key of one, a little larger.
CREATE FUNCTION differential.beside(start jsonb, attribute text) RETURNS jsonb LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN start -> attribute ? 'S' AND octet_length(start -> attribute ->> 'S') < 1000
			THEN jsonb_set(start, ARRAY[attribute, 'S'], to_jsonb((start -> attribute ->> 'S') || chr(5)))
		WHEN start -> attribute ? 'N' AND abs((start -> attribute ->> 'N')::numeric) BETWEEN 0.001 AND 1e15
			THEN jsonb_set(start, ARRAY[attribute, 'N'], to_jsonb(((start -> attribute ->> 'N')::numeric + 0.0005)::text))
		ELSE start END;

CREATE FUNCTION differential.check_query(seed integer, q integer, falsification text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r differential.request := differential.query_request(seed, q);
	l oracle.layout := r.layout;
	backward boolean := coalesce(r.request -> 'ScanIndexForward' = 'false', false);
	fetches boolean := differential.fetches(r);
	sizes integer[];
	fetched integer[];
	kept boolean[];
	outs jsonb[];
	positions jsonb[];
	total integer;
	rows_limit integer;
	next integer := 1;
	last integer;
	bytes integer;
	fetched_bytes integer;
	page_bytes integer;
	beyond boolean;
	start jsonb;
	after text := 'true';
	page integer := 0;
	request jsonb;
	expected jsonb;
	got jsonb;
	found text;
BEGIN
	EXECUTE format('SELECT coalesce(array_agg(size), ''{}''), coalesce(array_agg(fetched), ''{}''), coalesce(array_agg(kept), ''{}''), coalesce(array_agg(out), ''{}''), coalesce(array_agg(pos), ''{}'') FROM
			(SELECT size, %s AS fetched, kept, CASE WHEN kept THEN %s END AS out, %s AS pos FROM
				(SELECT *, %s AS kept FROM (SELECT *, shown AS seen FROM %s WHERE %s) a) b ORDER BY %s) c',
		CASE WHEN fetches THEN 'differential.charged(oracle.document_size(doc))' ELSE '0' END, differential.output(r), differential.position(l),
		r.filter_sql, oracle.relation(l), r.key_sql, differential.order_by(l, backward))
		INTO sizes, fetched, kept, outs, positions;
	total := cardinality(sizes);

	-- begin in the middle sometimes, at an item or beside one
	IF total > 0 AND differential.chance(seed, q, 'start', 15) THEN
		next := (1 + testdata.rnd(seed, q, 'start at') % total)::integer;
		start := positions[next];
		IF l.idx = '' AND cardinality(l.range) = 1 AND NOT r.bound AND differential.chance(seed, q, 'beside', 60) THEN
			start := differential.beside(start, l.range[1]);
			EXECUTE format('SELECT count(*) FROM %s WHERE %s AND t2 %s %s', oracle.relation(l), r.key_sql, CASE WHEN backward THEN '>=' ELSE '<=' END,
				differential.literal(start -> l.range[1])) INTO next;
		END IF;
		next := next + 1;
	END IF;

	IF differential.chance(seed, q, 'limit', 60) THEN
		rows_limit := greatest(1 + testdata.skewed(seed, q, 'limit of', total + 2), total / 25)::integer;
	END IF;

	LOOP
		request := r.request;
		IF rows_limit IS NOT NULL THEN
			request := request || jsonb_build_object('Limit', rows_limit);
		END IF;
		IF start IS NOT NULL THEN
			request := request || jsonb_build_object('ExclusiveStartKey', start);
		END IF;

		-- what the page has to be: up to Limit items or a megabyte, of what is charged where items are fetched
		last := next - 1;
		bytes := 0;
		fetched_bytes := 0;
		page_bytes := 0;
		WHILE last < total AND (rows_limit IS NULL OR last - next + 1 < rows_limit) AND page_bytes < 1048576 LOOP
			last := last + 1;
			bytes := bytes + sizes[last];
			fetched_bytes := fetched_bytes + fetched[last];
			page_bytes := CASE WHEN fetches THEN differential.charged(bytes) + fetched_bytes ELSE bytes END;
		END LOOP;
		expected := jsonb_build_object('ScannedCount', last - next + 1,
			'Count', (SELECT count(*) FROM unnest(kept[next:last]) k WHERE k));
		IF NOT r.count_only THEN
			expected := expected || jsonb_build_object('Items',
				(SELECT coalesce(jsonb_agg(o ORDER BY n), '[]') FROM unnest(outs[next:last]) WITH ORDINALITY u(o, n) WHERE o IS NOT NULL));
		END IF;
		-- a page that ends with its range has no key where an item of the partition follows, which the sort key's condition leaves out
		beyond := false;
		IF last = total AND r.bound AND (last - next + 1 = rows_limit OR page_bytes >= 1048576) THEN
			EXECUTE format('SELECT beyond FROM (SELECT %s AS pos, lead(true, 1, false) OVER (ORDER BY %s) AS beyond FROM %s WHERE %s) o WHERE pos = $1',
				differential.position(l), differential.order_by(l, backward), oracle.relation(l), r.partition_sql) INTO beyond USING positions[last];
		END IF;
		IF (last - next + 1 = rows_limit OR page_bytes >= 1048576) AND NOT beyond THEN
			expected := expected || jsonb_build_object('LastEvaluatedKey', positions[last]);
		END IF;

		BEGIN
			got := dynapg.query(request::json);
		EXCEPTION WHEN OTHERS THEN
			RETURN format(E'query %s of seed %s, page %s: %s\n  request %s', q, seed, page, SQLERRM, request);
		END;
		IF falsification IS NOT NULL THEN
			IF differential.falsify(got, falsification) IS NOT DISTINCT FROM got THEN
				RETURN NULL;
			END IF;
			found := differential.difference(expected, differential.falsify(got, falsification));
			RETURN CASE WHEN found IS NULL THEN 'missed' ELSE 'found' END;
		END IF;
		found := differential.difference(expected, got);
		IF found IS NOT NULL THEN
			RETURN format(E'query %s of seed %s, page %s: %s\n  request %s', q, seed, page, found, request);
		END IF;
		EXIT WHEN NOT got ? 'LastEvaluatedKey';
		start := got -> 'LastEvaluatedKey';
		next := last + 1;
		page := page + 1;
	END LOOP;
	RETURN NULL;
END
$$;

-- One segment, or a whole scan, to its end: all items and the sum of ScannedCount; a page that is wrong by itself is reported.
-- whole: the items that come are all that were read, so the page's size shows.
CREATE FUNCTION differential.scan_pages(request jsonb, rows_limit integer, whole boolean, falsification text,
	OUT items jsonb[], OUT scanned bigint, OUT wrong text, OUT falsified boolean) LANGUAGE plpgsql AS $$
DECLARE
	reply jsonb;
	got jsonb;
	count integer;
	bytes bigint;
	last_bytes integer;
	page integer := 0;
BEGIN
	items := '{}';
	scanned := 0;
	falsified := false;
	LOOP
		BEGIN
			reply := dynapg.scan(request::json);
		EXCEPTION WHEN OTHERS THEN
			wrong := format('page %s: %s', page, SQLERRM);
			RETURN;
		END;
		got := CASE WHEN page = 0 AND falsification IS NOT NULL THEN differential.falsify(reply, falsification) ELSE reply END;
		falsified := falsified OR got <> reply;
		count := got -> 'ScannedCount';
		scanned := scanned + count;
		IF got ? 'Items' THEN
			items := items || ARRAY(SELECT jsonb_array_elements(got -> 'Items'));
		ELSE
			items := items || array_fill(NULL::jsonb, ARRAY[(got ->> 'Count')::integer]);
		END IF;
		IF got ? 'Items' AND jsonb_array_length(got -> 'Items') <> (got ->> 'Count')::integer THEN
			wrong := format('page %s: Count is not the number of items', page);
		ELSIF (got ->> 'Count')::integer > count THEN
			wrong := format('page %s: more were kept than were scanned', page);
		ELSIF count > rows_limit THEN
			wrong := format('page %s: more than Limit', page);
		ELSIF count = rows_limit AND NOT got ? 'LastEvaluatedKey' THEN
			wrong := format('page %s: stopped at Limit without LastEvaluatedKey', page);
		ELSIF whole AND got ? 'LastEvaluatedKey' AND count IS DISTINCT FROM rows_limit THEN
			SELECT sum(size), (array_agg(size ORDER BY o DESC))[1] INTO bytes, last_bytes
				FROM (SELECT o, oracle.document_size(item) AS size FROM jsonb_array_elements(got -> 'Items') WITH ORDINALITY u(item, o)) x;
			IF bytes < 1048576 OR bytes - last_bytes >= 1048576 THEN
				wrong := format('page %s: stopped at %s bytes, the last item being %s of them', page, bytes, last_bytes);
			END IF;
		END IF;
		EXIT WHEN wrong IS NOT NULL OR NOT got ? 'LastEvaluatedKey';
		IF request -> 'ExclusiveStartKey' = got -> 'LastEvaluatedKey' THEN
			wrong := format('page %s: made no progress', page);
			RETURN;
		END IF;
		request := request || jsonb_build_object('ExclusiveStartKey', got -> 'LastEvaluatedKey');
		page := page + 1;
	END LOOP;
END
$$;

-- Scan does not define the order of partitions; the rest is compared: what comes, how often, and the order in a partition.
CREATE FUNCTION differential.compare_scan(r differential.request, seed integer, q integer, falsification text, OUT wrong text, OUT falsified boolean)
	LANGUAGE plpgsql AS $$
DECLARE
	l oracle.layout := r.layout;
	segments integer;
	rows_limit integer;
	items jsonb[] := '{}';
	scanned bigint := 0;
	expected jsonb[];
	total bigint;
	s record;
BEGIN
	falsified := false;
	IF differential.chance(seed, q, 'limit', 50) THEN
		rows_limit := greatest(1 + testdata.rnd(seed, q, 'limit of') % 1000, l.items / 30)::integer;
		r.request := r.request || jsonb_build_object('Limit', rows_limit);
	END IF;
	IF differential.chance(seed, q, 'parallel', 50) THEN
		segments := 1 + testdata.skewed(seed, q, 'segments', 60);
		r.request := r.request || jsonb_build_object('TotalSegments', segments);
	END IF;

	FOR segment IN 0 .. coalesce(segments, 1) - 1 LOOP
		s := differential.scan_pages(r.request || CASE WHEN segments IS NULL THEN '{}' ELSE jsonb_build_object('Segment', segment) END, rows_limit,
			r.filter_sql = 'true' AND r.paths IS NULL AND NOT r.count_only AND (l.projection = 'ALL' OR NOT r.whole),
			CASE WHEN segment = 0 THEN falsification END);
		scanned := scanned + s.scanned;
		items := items || s.items;
		falsified := falsified OR s.falsified;
		wrong := s.wrong;
		IF wrong IS NULL AND r.paths IS NULL AND NOT r.count_only THEN
			wrong := differential.out_of_order(l, s.items);
		END IF;
		IF wrong IS NOT NULL THEN
			wrong := format('segment %s, %s', segment, wrong);
			RETURN;
		END IF;
	END LOOP;

	EXECUTE format('SELECT coalesce(array_agg(out) FILTER (WHERE kept), ''{}''), count(*) FROM
			(SELECT CASE WHEN kept THEN %s END AS out, kept FROM (SELECT *, %s AS kept FROM (SELECT *, shown AS seen FROM %s) a) b) c',
		differential.output(r), r.filter_sql, oracle.relation(l)) INTO expected, total;
	IF scanned <> total THEN
		wrong := format('ScannedCount is %s in all, expected %s', scanned, total);
	ELSIF cardinality(items) <> cardinality(expected) THEN
		wrong := format('%s items, expected %s', cardinality(items), cardinality(expected));
	ELSIF NOT r.count_only THEN
		SELECT format(E'%s items are not as expected, such as\n  %s', count(*), differential.brief(jsonb_agg(o) -> 0)) INTO wrong
			FROM (SELECT o FROM (SELECT o, 1 AS n FROM unnest(items) o UNION ALL SELECT o, -1 FROM unnest(expected) o) b GROUP BY o HAVING sum(n) <> 0) d
			HAVING count(*) > 0;
	END IF;
END
$$;

CREATE FUNCTION differential.check_scan(seed integer, q integer, falsification text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r differential.request := differential.scan_request(seed, q);
	c record := differential.compare_scan(r, seed, q, falsification);
BEGIN
	IF falsification IS NOT NULL THEN
		RETURN CASE WHEN c.falsified THEN CASE WHEN c.wrong IS NULL THEN 'missed' ELSE 'found' END END;
	END IF;
	RETURN format(E'scan %s of seed %s: ', q, seed) || c.wrong || E'\n  request ' || r.request::text;
END
$$;

-- Partitions must come whole, their items in the order of the sort attributes.
CREATE FUNCTION differential.out_of_order(l oracle.layout, items jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
	partition text := (SELECT 'jsonb_build_array(' || string_agg(format('doc -> %L', a), ', ') || ')' FROM unnest(l.hash) a);
	sort text := (SELECT string_agg(oracle.key_sql(a, l.types ->> a), ', ') FROM unnest(l.range) a);
BEGIN
	EXECUTE format('SELECT ''a partition comes in pieces: '' || p::text FROM (SELECT p, lag(p) OVER (ORDER BY o) AS before FROM
			(SELECT o, %s AS p FROM unnest($1) WITH ORDINALITY u(doc, o)) a) b WHERE p IS DISTINCT FROM before GROUP BY p HAVING count(*) > 1 LIMIT 1', partition)
		INTO found USING items;
	IF found IS NULL AND sort IS NOT NULL THEN
		EXECUTE format('SELECT ''not in order: '' || left(doc::text, 500) FROM (SELECT doc, o - first_value(o) OVER (PARTITION BY %1$s ORDER BY o) AS came,
				rank() OVER (PARTITION BY %1$s ORDER BY %2$s) AS low, count(*) OVER (PARTITION BY %1$s ORDER BY %2$s) AS high
				FROM unnest($1) WITH ORDINALITY u(doc, o)) a WHERE came + 1 NOT BETWEEN low AND high LIMIT 1', partition, sort)
			INTO found USING items;
	END IF;
	RETURN found;
END
$$;

CREATE FUNCTION differential.run(seed integer, q_from integer, q_to integer, scans boolean) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT wrong FROM (SELECT CASE WHEN scans THEN differential.check_scan(seed, q) ELSE differential.check_query(seed, q) END AS wrong
		FROM generate_series(q_from, q_to) q OFFSET 0) r WHERE wrong IS NOT NULL
$$;

-- Falsifies a reply of each request in turn: how many falsifications were found and how many missed.
CREATE FUNCTION differential.falsified(seed integer, q_to integer, how text, scans boolean, OUT found bigint, OUT missed bigint) LANGUAGE sql AS $$
	SELECT count(*) FILTER (WHERE verdict = 'found'), count(*) FILTER (WHERE verdict <> 'found') FROM
		(SELECT CASE WHEN scans THEN differential.check_scan(seed, q, how) ELSE differential.check_query(seed, q, how) END AS verdict FROM generate_series(1, q_to) q OFFSET 0) r
$$;
