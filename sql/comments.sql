-- Every object of the extension has a comment, which \df+, \dT+, \d+, \do+, \dx+ and their like show, and so has every column of its views and
-- tables; the numbered tables have the columns of the one that they inherit from.  Every setting says what it is for.
\set ECHO none
\i sql/common.psql
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'dynapg'
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)) IS NULL
	AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND (t.typelem <> 0 OR t.typrelid <> 0))
ORDER BY 1;
SELECT c.oid::regclass, a.attname
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'dynapg'
JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'v')
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND col_description(c.oid, a.attnum) IS NULL
ORDER BY 1, 2;
SELECT count(*) > 100, count(DISTINCT classid) > 8, obj_description((SELECT oid FROM pg_extension WHERE extname = 'dynapg'), 'pg_extension') <> ''
FROM pg_depend WHERE refobjid = (SELECT oid FROM pg_extension WHERE extname = 'dynapg');
SELECT name FROM pg_settings WHERE name LIKE 'dynapg.%' AND short_desc = '';
