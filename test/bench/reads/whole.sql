-- Whole scans: the first tenth of the pages, the last tenth, all of them, all of them in four segments, a seventh of the table in
-- plain SQL.  Times in milliseconds, each the least of three.
SET client_min_messages = notice;
DO $$
DECLARE
	base text := '{"TableName":"reads"';
	pages integer := scan_pages(base);
	at timestamptz;
	took numeric;
	best numeric[] := array_fill(1e9, ARRAY[4]);
	last_start text;
BEGIN
	SELECT format('{"pk":{"S":"%s"},"sk":{"S":"%s"}}', pk, sk) INTO last_start
		FROM (SELECT pk, sk FROM plain_reads ORDER BY pk DESC, sk DESC OFFSET (SELECT count(*) / 10 FROM plain_reads) LIMIT 1) p;
	FOR round IN 1 .. 3 LOOP
		FOR what IN 1 .. 4 LOOP
			at := clock_timestamp();
			CASE what
				WHEN 1 THEN PERFORM scan_pages(base, pages / 10);
				WHEN 2 THEN PERFORM scan_pages(base, pages / 10, last_start);
				WHEN 3 THEN PERFORM scan_pages(base);
				WHEN 4 THEN PERFORM scan_pages(base || ',"TotalSegments":4,"Segment":' || s) FROM generate_series(0, 3) s;
			END CASE;
			took := extract(epoch FROM clock_timestamp() - at) * 1000;
			best[what] := least(best[what], took);
		END LOOP;
	END LOOP;
	RAISE NOTICE '% pages in % ms; the last tenth costs % times the first; four segments cost % times one scan',
		pages, round(best[3]), round(best[2] / best[1], 2), round(best[4] / best[3], 2);
END
$$;
