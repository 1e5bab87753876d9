-- Every schema, function, type, table, view and operator of the extension has a comment, which \df+, \dT+, \d+ and \do+ show.
\set ECHO none
\i sql/common.psql
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'dynapg'
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND (d.classid IN ('pg_namespace'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass)
		OR EXISTS (SELECT FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'v'))
		OR EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typelem = 0 AND t.typrelid = 0))
	AND obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)) IS NULL
ORDER BY 1;
SELECT count(*) > 100, obj_description((SELECT oid FROM pg_extension WHERE extname = 'dynapg'), 'pg_extension') <> ''
FROM pg_depend WHERE refobjid = (SELECT oid FROM pg_extension WHERE extname = 'dynapg');
