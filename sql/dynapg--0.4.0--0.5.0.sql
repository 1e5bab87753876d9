/* dynapg 0.4.0 to 0.5.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.5.0'" to load this file. \quit

-- One ALTER EXTENSION may run several update scripts in its transaction. What the scripts before this one made already has the rights
-- that they gave it, and keeps them: see the end.
SELECT pg_catalog.set_config('dynapg_update.made_before', pg_catalog.string_agg(d.objid::pg_catalog.text, ' '), true)
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid AND e.extname OPERATOR(pg_catalog.=) 'dynapg'
WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
	AND d.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid;

/* ---- tags as rows ---- */

CREATE VIEW dynapg.tags AS
	SELECT t.name AS table_name, g.tag OPERATOR(pg_catalog.->>) 'Key' AS key, g.tag OPERATOR(pg_catalog.->>) 'Value' AS value
	FROM dynapg.tables t
	JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
	CROSS JOIN LATERAL pg_catalog.json_array_elements(t.definition OPERATOR(pg_catalog.->) 'Tags') AS g (tag);
COMMENT ON VIEW dynapg.tags IS 'the tags of tables, as rows; TagResource and UntagResource write them';
GRANT SELECT ON dynapg.tags TO PUBLIC;

/* ---- tables in namespaces ---- */

CREATE OR REPLACE FUNCTION dynapg.dump_items(table_name text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	space text := pg_catalog.current_setting('dynapg.namespace', true);
	relation text;
BEGIN
	SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) INTO relation
		FROM dynapg.tables AS t
		JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.relid::pg_catalog.oid
		JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
		WHERE t.name OPERATOR(pg_catalog.=) (pg_catalog.concat(NULLIF(space, '') OPERATOR(pg_catalog.||) '/') OPERATOR(pg_catalog.||) table_name)
			AND pg_catalog.strpos(table_name, '/') OPERATOR(pg_catalog.=) 0;
	IF relation IS NULL THEN
		RAISE EXCEPTION 'Requested resource not found: Table: % not found', table_name USING ERRCODE = 'ND004';
	END IF;
	RETURN QUERY EXECUTE 'SELECT pg_catalog.concat(''{"Item":'', dynapg.item_to_json(d.item), ''}'') FROM '
		OPERATOR(pg_catalog.||) relation OPERATOR(pg_catalog.||) ' AS d';
END
$$;

/* ---- tables on several nodes ---- */

CREATE FUNCTION dynapg.node_write(old dynapg.item, given dynapg.item, program bytea, wishes integer) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_node_write' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.node_write(dynapg.item, dynapg.item, bytea, integer) IS
	'what a row of a distributed table becomes by a write; node_outcome returns in the same statement what it found';

CREATE FUNCTION dynapg.node_outcome(item dynapg.item) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_node_outcome' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.node_outcome(dynapg.item) IS 'what node_write found in this statement: the condition''s verdict, and items';

CREATE FUNCTION dynapg.distribute(table_name text, colocate_with text DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_distribute' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.distribute(text, text) IS
	'distributes a table over the nodes of Citus by its partition key; colocate_with: another table, beside whose shards its own lie, or none';

CREATE FUNCTION dynapg.inform_nodes() RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_inform_nodes' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.inform_nodes() IS
	'informs the other nodes of Citus of the distributed tables that the user owns, which nodes that were added later do not know; returns the number of tables';

CREATE FUNCTION dynapg.accept_table(relation regclass, table_row json, index_rows json) RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_accept_table' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.accept_table(regclass, json, json) IS
	'what the coordinator of Citus says to another node of a distributed table: its rows of dynapg.tables and dynapg.indexes';

-- Read and written by src/store/node_tokens.c, by statements of the request's role, as Citus connects to nodes as that role; each role sees
-- its own rows. No grants until it is distributed. Not dumped: tokens live for ten minutes.
CREATE TABLE dynapg.node_tokens (
	hash bigint NOT NULL,
	role name COLLATE "C" NOT NULL,
	token bytea NOT NULL,
	expires_at timestamptz NOT NULL,
	digest bytea NOT NULL,
	note bytea,
	PRIMARY KEY (hash, role, token)
) USING heap;
COMMENT ON TABLE dynapg.node_tokens IS
	'ClientRequestToken of transactions on distributed tables, which every node of Citus has to know; itself distributed there';
COMMENT ON COLUMN dynapg.node_tokens.hash IS 'of role and token; the column by which Citus distributes';
COMMENT ON COLUMN dynapg.node_tokens.role IS 'the name of the role that sent the request';
COMMENT ON COLUMN dynapg.node_tokens.token IS 'in UTF-8; bytes, since it may contain U+0000';
COMMENT ON COLUMN dynapg.node_tokens.expires_at IS 'when the token may be used again';
COMMENT ON COLUMN dynapg.node_tokens.digest IS 'of the request';
COMMENT ON COLUMN dynapg.node_tokens.note IS 'as in dynapg.tokens';
ALTER TABLE dynapg.node_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON dynapg.node_tokens USING (role OPERATOR(pg_catalog.=) CURRENT_USER);

/* ---- open transactions ---- */

CREATE VIEW dynapg.open_transactions AS
	SELECT 'session' AS kind, a.pid, a.usename::pg_catalog.text AS role, a.application_name AS name, a.state, a.xact_start AS started,
		GREATEST(pg_catalog.age(a.backend_xmin), pg_catalog.age(a.backend_xid)) AS transactions
	FROM pg_catalog.pg_stat_activity a
	WHERE (a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() OR a.backend_type OPERATOR(pg_catalog.=) 'walsender')
		AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum v WHERE v.pid OPERATOR(pg_catalog.=) a.pid)
	UNION ALL
	SELECT 'prepared transaction', NULL, p.owner::pg_catalog.text, p.gid, NULL, p.prepared, pg_catalog.age(p.transaction)
	FROM pg_catalog.pg_prepared_xacts p
	WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database()
	UNION ALL
	SELECT 'replication slot', s.active_pid, NULL, s.slot_name::pg_catalog.text, NULL, NULL, pg_catalog.age(s.xmin)
	FROM pg_catalog.pg_replication_slots s
	WHERE s.xmin IS NOT NULL;
COMMENT ON VIEW dynapg.open_transactions IS 'who keeps old versions of items from being removed, and for how many transactions';
COMMENT ON COLUMN dynapg.open_transactions.kind IS 'session, prepared transaction or replication slot';
COMMENT ON COLUMN dynapg.open_transactions.pid IS 'its process; NULL if it has none';
COMMENT ON COLUMN dynapg.open_transactions.role IS 'whose it is';
COMMENT ON COLUMN dynapg.open_transactions.name IS 'the application, the prepared transaction or the slot';
COMMENT ON COLUMN dynapg.open_transactions.state IS 'what the session is doing, as in pg_stat_activity';
COMMENT ON COLUMN dynapg.open_transactions.started IS 'when the transaction began';
COMMENT ON COLUMN dynapg.open_transactions.transactions IS 'how many transactions have begun since the oldest whose versions it keeps';
GRANT SELECT ON dynapg.open_transactions TO PUBLIC;

/* ---- checks of rows ---- */

/*
 * What CHECK constraints of data tables ask of each row. "any" is the type of a key column: text, numeric or bytea. A key attribute is
 * one text, its type and its name, as PostgreSQL reads the constants of a constraint again for each statement.
 */

CREATE FUNCTION dynapg.row_fits(item dynapg.item, pk "any", pk_attribute text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_row_fits' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_fits(dynapg.item, "any", text) IS
	'raises an error unless the row is one of a table with a partition key; the attribute is given as its type and name, "S id"';

CREATE FUNCTION dynapg.row_fits(item dynapg.item, pk "any", pk_attribute text, sk "any", sk_attribute text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_row_fits' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_fits(dynapg.item, "any", text, "any", text) IS
	'raises an error unless the row is one of a table with a partition and a sort key; attributes are given as their types and names, "S id"';

CREATE FUNCTION dynapg.row_problem(item dynapg.item, pk "any", pk_attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_row_problem' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_problem(dynapg.item, "any", text) IS
	'what is wrong with a row of a table with a partition key, or NULL';

CREATE FUNCTION dynapg.row_problem(item dynapg.item, pk "any", pk_attribute text, sk "any", sk_attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_row_problem' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.row_problem(dynapg.item, "any", text, "any", text) IS
	'what is wrong with a row of a table with a partition and a sort key, or NULL';

CREATE FUNCTION dynapg.index_fits(item dynapg.item, index text, partition_keys integer, VARIADIC keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_index_fits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.index_fits(dynapg.item, text, integer, text[]) IS
	'raises an error for an item whose attributes cannot be keys of the index; keys: type and name of each key attribute, partition keys first';

CREATE FUNCTION dynapg.index_problem(item dynapg.item, index text, partition_keys integer, VARIADIC keys text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_index_problem' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.index_problem(dynapg.item, text, integer, text[]) IS
	'why attributes of an item cannot be keys of the index, or NULL';

CREATE FUNCTION dynapg.vector_fits(item dynapg.item, index text, attribute text, dimensions integer, has_hash boolean, VARIADIC keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_vector_fits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.vector_fits(dynapg.item, text, text, integer, boolean, text[]) IS
	'raises an error for an item that a vector index cannot have; keys: type and name of each attribute of its SearchSchema';

CREATE FUNCTION dynapg.vector_problem(item dynapg.item, index text, attribute text, dimensions integer, has_hash boolean, VARIADIC keys text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_vector_problem' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.vector_problem(dynapg.item, text, text, integer, boolean, text[]) IS
	'why a vector index cannot have an item, or NULL';

/* What secondary indexes index, in a column of its own. */

CREATE FUNCTION dynapg.index_keys(item dynapg.item, names text) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_index_keys' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.index_keys(dynapg.item, text) IS
	'those of the attributes that secondary indexes can have as keys, or NULL where the item has none; names: with commas between them, in ascending order';

/*
 * The rows of data tables: those that do not fit, the constraints on them, making them from items.
 */

CREATE FUNCTION dynapg.add_checks(relation regclass, validate boolean DEFAULT true) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_add_checks' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.add_checks(regclass, boolean) IS
	'gives a data table the CHECK constraints that it lacks, and validates those that are not valid: are all of them valid?';

CREATE FUNCTION dynapg.store_index_keys(relation regclass) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_store_index_keys' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.store_index_keys(regclass) IS
	'rewrites a data table with its column of index keys, and makes its indexes over it; false where nothing is to be done';

CREATE FUNCTION dynapg.unfit_rows(relation regclass, OUT pk text, OUT sk text, OUT problem text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_unfit_rows' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.unfit_rows(regclass) IS 'rows of a data table that its CHECK constraints refuse, and why';

CREATE FUNCTION dynapg.table_row(row_type anyelement, item dynapg.item) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'dynapg_table_row' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.table_row(anyelement, dynapg.item) IS
	'the row of a data table that holds the item: table_row(NULL::dynamodb."Name", item)';

/* ---- items in SQL ---- */

/*
 * Attributes by path. A path is a text as DynamoDB writes it, a.b[0].c, or a text[] as jsonb has it; a text that begins with { is the
 * text form of the latter.
 */

CREATE FUNCTION dynapg.item_get_json_path(item dynapg.item, path text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_item_path_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_json_path(dynapg.item, text) IS 'the value at a document path as DynamoDB JSON, or NULL';

CREATE FUNCTION dynapg.item_get_json_path(item dynapg.item, path text[]) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_item_path_json_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_json_path(dynapg.item, text[]) IS 'the value at a path as DynamoDB JSON, or NULL';

CREATE FUNCTION dynapg.item_get_text_path(item dynapg.item, path text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_item_path_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_text_path(dynapg.item, text) IS 'the value at a document path as text, or NULL';

CREATE FUNCTION dynapg.item_get_text_path(item dynapg.item, path text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_item_path_text_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_text_path(dynapg.item, text[]) IS 'the value at a path as text, or NULL';

CREATE OPERATOR dynapg.#> (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_get_json_path);
COMMENT ON OPERATOR dynapg.#> (dynapg.item, text) IS 'the value at a document path as DynamoDB JSON';
CREATE OPERATOR dynapg.#> (LEFTARG = dynapg.item, RIGHTARG = text[], FUNCTION = dynapg.item_get_json_path);
COMMENT ON OPERATOR dynapg.#> (dynapg.item, text[]) IS 'the value at a path as DynamoDB JSON';
CREATE OPERATOR dynapg.#>> (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_get_text_path);
COMMENT ON OPERATOR dynapg.#>> (dynapg.item, text) IS 'the value at a document path as text';
CREATE OPERATOR dynapg.#>> (LEFTARG = dynapg.item, RIGHTARG = text[], FUNCTION = dynapg.item_get_text_path);
COMMENT ON OPERATOR dynapg.#>> (dynapg.item, text[]) IS 'the value at a path as text';
COMMENT ON OPERATOR dynapg.-> (dynapg.item, text) IS 'an attribute as DynamoDB JSON';
COMMENT ON OPERATOR dynapg.->> (dynapg.item, text) IS 'an attribute as text';

/* Attributes by type: NULL where there is none, and where it is of another type. */

CREATE FUNCTION dynapg.item_get_numeric(item dynapg.item, attribute text) RETURNS numeric
	AS 'MODULE_PATHNAME', 'dynapg_item_get_numeric' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_numeric(dynapg.item, text) IS 'a number attribute, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.item_get_bytea(item dynapg.item, attribute text) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_item_get_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_bytea(dynapg.item, text) IS 'a binary attribute, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.item_get_boolean(item dynapg.item, attribute text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_get_boolean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_boolean(dynapg.item, text) IS 'a boolean attribute, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.item_get_text_array(item dynapg.item, attribute text) RETURNS text[]
	AS 'MODULE_PATHNAME', 'dynapg_item_get_text_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_text_array(dynapg.item, text) IS 'a set of strings, sorted, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.item_get_numeric_array(item dynapg.item, attribute text) RETURNS numeric[]
	AS 'MODULE_PATHNAME', 'dynapg_item_get_numeric_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_numeric_array(dynapg.item, text) IS 'a set of numbers, sorted, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.item_get_bytea_array(item dynapg.item, attribute text) RETURNS bytea[]
	AS 'MODULE_PATHNAME', 'dynapg_item_get_bytea_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_bytea_array(dynapg.item, text) IS 'a set of binaries, sorted, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.item_get(item dynapg.item, attribute text, type anyelement) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'dynapg_item_get' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get(dynapg.item, text, anyelement) IS
	'an attribute as the third argument''s type, as in item_get(item, ''at'', NULL::timestamptz); NULL when it is absent or of a type that cannot be that';

CREATE FUNCTION dynapg.each_attribute(item dynapg.item, OUT name text, OUT type text, OUT value json) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_each_attribute' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION dynapg.each_attribute(dynapg.item) IS 'the attributes in order of their names, each with its DynamoDB type and its value as DynamoDB JSON';

/* Existence and containment. */

CREATE FUNCTION dynapg.item_exists(item dynapg.item, attribute text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_exists' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_exists(dynapg.item, text) IS 'has the item the attribute?';

CREATE FUNCTION dynapg.item_exists_any(item dynapg.item, attributes text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_exists_any' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_exists_any(dynapg.item, text[]) IS 'has the item any of the attributes?';

CREATE FUNCTION dynapg.item_exists_all(item dynapg.item, attributes text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_exists_all' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_exists_all(dynapg.item, text[]) IS 'has the item all of the attributes?';

CREATE FUNCTION dynapg.item_contains(item dynapg.item, part dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_contains' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_contains(dynapg.item, dynapg.item) IS
	'does the first item contain the second: maps member by member, lists and sets whatever the order?';

CREATE FUNCTION dynapg.item_contained(part dynapg.item, item dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_contained' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_contained(dynapg.item, dynapg.item) IS 'does the second item contain the first?';

CREATE OPERATOR dynapg.? (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_exists,
	RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR dynapg.? (dynapg.item, text) IS 'has the item the attribute?';
CREATE OPERATOR dynapg.?| (LEFTARG = dynapg.item, RIGHTARG = text[], FUNCTION = dynapg.item_exists_any,
	RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR dynapg.?| (dynapg.item, text[]) IS 'has the item any of the attributes?';
CREATE OPERATOR dynapg.?& (LEFTARG = dynapg.item, RIGHTARG = text[], FUNCTION = dynapg.item_exists_all,
	RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR dynapg.?& (dynapg.item, text[]) IS 'has the item all of the attributes?';
CREATE OPERATOR dynapg.@> (LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_contains,
	COMMUTATOR = OPERATOR(dynapg.<@), RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR dynapg.@> (dynapg.item, dynapg.item) IS 'contains';
CREATE OPERATOR dynapg.<@ (LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_contained,
	COMMUTATOR = OPERATOR(dynapg.@>), RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR dynapg.<@ (dynapg.item, dynapg.item) IS 'is contained by';

/* GIN: item_path_ops for @>; item_ops, which is larger, for ?, ?| and ?& as well. */

CREATE FUNCTION dynapg.gin_extract_paths(dynapg.item, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_gin_extract_paths' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.gin_extract_paths(dynapg.item, internal) IS 'GIN support: keys of an item, item_path_ops';
CREATE FUNCTION dynapg.gin_extract(dynapg.item, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_gin_extract' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.gin_extract(dynapg.item, internal) IS 'GIN support: keys of an item, item_ops';
CREATE FUNCTION dynapg.gin_extract_query(dynapg.item, internal, smallint, internal, internal, internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_gin_extract_query' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.gin_extract_query(dynapg.item, internal, smallint, internal, internal, internal, internal) IS 'GIN support: keys of a search';
CREATE FUNCTION dynapg.gin_consistent(internal, smallint, dynapg.item, integer, internal, internal, internal, internal) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_gin_consistent' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.gin_consistent(internal, smallint, dynapg.item, integer, internal, internal, internal, internal) IS 'GIN support: may a row match?';
CREATE FUNCTION dynapg.gin_triconsistent(internal, smallint, dynapg.item, integer, internal, internal, internal) RETURNS "char"
	AS 'MODULE_PATHNAME', 'dynapg_gin_triconsistent' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.gin_triconsistent(internal, smallint, dynapg.item, integer, internal, internal, internal) IS 'GIN support: may a row match?';

CREATE OPERATOR CLASS dynapg.item_path_ops DEFAULT FOR TYPE dynapg.item USING gin AS
	OPERATOR 7 dynapg.@>,
	FUNCTION 1 pg_catalog.btint4cmp(integer, integer),
	FUNCTION 2 dynapg.gin_extract_paths(dynapg.item, internal),
	FUNCTION 3 dynapg.gin_extract_query(dynapg.item, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 dynapg.gin_consistent(internal, smallint, dynapg.item, integer, internal, internal, internal, internal),
	FUNCTION 6 dynapg.gin_triconsistent(internal, smallint, dynapg.item, integer, internal, internal, internal),
	STORAGE integer;
COMMENT ON OPERATOR CLASS dynapg.item_path_ops USING gin IS 'containment of items: @>';

CREATE OPERATOR CLASS dynapg.item_ops FOR TYPE dynapg.item USING gin AS
	OPERATOR 7 dynapg.@>,
	OPERATOR 9 dynapg.? (dynapg.item, text),
	OPERATOR 10 dynapg.?| (dynapg.item, text[]),
	OPERATOR 11 dynapg.?& (dynapg.item, text[]),
	FUNCTION 1 pg_catalog.btint4cmp(integer, integer),
	FUNCTION 2 dynapg.gin_extract(dynapg.item, internal),
	FUNCTION 3 dynapg.gin_extract_query(dynapg.item, internal, smallint, internal, internal, internal, internal),
	FUNCTION 4 dynapg.gin_consistent(internal, smallint, dynapg.item, integer, internal, internal, internal, internal),
	FUNCTION 6 dynapg.gin_triconsistent(internal, smallint, dynapg.item, integer, internal, internal, internal),
	STORAGE integer;
COMMENT ON OPERATOR CLASS dynapg.item_ops USING gin IS 'containment of items and existence of attributes: @>, ?, ?|, ?&';

/* Items made of others. */

CREATE FUNCTION dynapg.item_concat(a dynapg.item, b dynapg.item) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_concat(dynapg.item, dynapg.item) IS 'an item with the attributes of both; of those that both have, the second one''s';

CREATE FUNCTION dynapg.item_without(item dynapg.item, attribute text) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_without' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_without(dynapg.item, text) IS 'the item without an attribute';

CREATE FUNCTION dynapg.item_without(item dynapg.item, attributes text[]) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_without_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_without(dynapg.item, text[]) IS 'the item without attributes';

CREATE FUNCTION dynapg.item_delete_path(item dynapg.item, path text) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_delete_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_delete_path(dynapg.item, text) IS 'the item without what is at a document path';

CREATE FUNCTION dynapg.item_delete_path(item dynapg.item, path text[]) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_delete_path_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_delete_path(dynapg.item, text[]) IS 'the item without what is at a path';

CREATE FUNCTION dynapg.item_set(item dynapg.item, path text, value "any", create_missing boolean DEFAULT true) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_set' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_set(dynapg.item, text, "any", boolean) IS
	'the item with a value of any SQL type, or of DynamoDB JSON, at a document path; jsonb_set is its model';

CREATE FUNCTION dynapg.item_set(item dynapg.item, path text[], value "any", create_missing boolean DEFAULT true) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_set_array' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_set(dynapg.item, text[], "any", boolean) IS
	'the item with a value of any SQL type, or of DynamoDB JSON, at a path; jsonb_set is its model';

CREATE OPERATOR dynapg.|| (LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_concat);
COMMENT ON OPERATOR dynapg.|| (dynapg.item, dynapg.item) IS 'the attributes of both; of those that both have, the right one''s';
CREATE OPERATOR dynapg.- (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_without);
COMMENT ON OPERATOR dynapg.- (dynapg.item, text) IS 'the item without an attribute';
CREATE OPERATOR dynapg.- (LEFTARG = dynapg.item, RIGHTARG = text[], FUNCTION = dynapg.item_without);
COMMENT ON OPERATOR dynapg.- (dynapg.item, text[]) IS 'the item without attributes';
CREATE OPERATOR dynapg.#- (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_delete_path);
COMMENT ON OPERATOR dynapg.#- (dynapg.item, text) IS 'the item without what is at a document path';
CREATE OPERATOR dynapg.#- (LEFTARG = dynapg.item, RIGHTARG = text[], FUNCTION = dynapg.item_delete_path);
COMMENT ON OPERATOR dynapg.#- (dynapg.item, text[]) IS 'the item without what is at a path';

/* Rows and jsonb. */

CREATE FUNCTION dynapg.item("row" record) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_of_row' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item(record) IS 'an item of a row: an attribute for each column that is not NULL';

CREATE FUNCTION dynapg.populate(base anyelement, item dynapg.item) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'dynapg_populate' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.populate(anyelement, dynapg.item) IS
	'a row of the first argument''s type, as in populate(NULL::orders, item): columns are attributes of their names, else those of base';

CREATE FUNCTION dynapg.item_from_jsonb(item jsonb) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_from_jsonb(jsonb) IS 'an item from DynamoDB JSON as jsonb; dynapg.from_jsonb takes plain JSON';

CREATE FUNCTION dynapg.item_to_jsonb(item dynapg.item) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'dynapg_item_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_to_jsonb(dynapg.item) IS 'the item as DynamoDB JSON in a jsonb; dynapg.to_jsonb makes plain JSON';

/* Aggregates. */

CREATE FUNCTION dynapg.item_agg_step(internal, text, "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_item_agg_step' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_agg_step(internal, text, "any") IS 'aggregate support';
CREATE FUNCTION dynapg.item_agg_final(internal) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_agg_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_agg_final(internal) IS 'aggregate support';
CREATE FUNCTION dynapg.set_agg_step(internal, text) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_set_agg_step_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.set_agg_step(internal, text) IS 'aggregate support';
CREATE FUNCTION dynapg.set_agg_step(internal, numeric) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_set_agg_step_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.set_agg_step(internal, numeric) IS 'aggregate support';
CREATE FUNCTION dynapg.set_agg_step(internal, bytea) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_set_agg_step_bytea' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.set_agg_step(internal, bytea) IS 'aggregate support';
CREATE FUNCTION dynapg.set_agg_final(internal) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_set_agg_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.set_agg_final(internal) IS 'aggregate support';
CREATE FUNCTION dynapg.agg_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_agg_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.agg_combine(internal, internal) IS 'aggregate support';
CREATE FUNCTION dynapg.agg_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_agg_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.agg_serialize(internal) IS 'aggregate support';
CREATE FUNCTION dynapg.agg_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_agg_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.agg_deserialize(bytea, internal) IS 'aggregate support';

CREATE AGGREGATE dynapg.item_agg(name text, value "any") (SFUNC = dynapg.item_agg_step, STYPE = internal, FINALFUNC = dynapg.item_agg_final,
	COMBINEFUNC = dynapg.agg_combine, SERIALFUNC = dynapg.agg_serialize, DESERIALFUNC = dynapg.agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE dynapg.item_agg(text, "any") IS 'an item of names and values of any SQL type or of DynamoDB JSON; of one name, the last value';
CREATE AGGREGATE dynapg.set_agg(value text) (SFUNC = dynapg.set_agg_step, STYPE = internal, FINALFUNC = dynapg.set_agg_final,
	COMBINEFUNC = dynapg.agg_combine, SERIALFUNC = dynapg.agg_serialize, DESERIALFUNC = dynapg.agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE dynapg.set_agg(text) IS 'the set of strings as DynamoDB JSON, {"SS": [...]}';
CREATE AGGREGATE dynapg.set_agg(value numeric) (SFUNC = dynapg.set_agg_step, STYPE = internal, FINALFUNC = dynapg.set_agg_final,
	COMBINEFUNC = dynapg.agg_combine, SERIALFUNC = dynapg.agg_serialize, DESERIALFUNC = dynapg.agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE dynapg.set_agg(numeric) IS 'the set of numbers as DynamoDB JSON, {"NS": [...]}';
CREATE AGGREGATE dynapg.set_agg(value bytea) (SFUNC = dynapg.set_agg_step, STYPE = internal, FINALFUNC = dynapg.set_agg_final,
	COMBINEFUNC = dynapg.agg_combine, SERIALFUNC = dynapg.agg_serialize, DESERIALFUNC = dynapg.agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE dynapg.set_agg(bytea) IS 'the set of binaries as DynamoDB JSON, {"BS": [...]}';

/* ---- items as rows, and operations with SQL arguments ---- */

/*
 * Values of expressions are plain JSON or DynamoDB JSON, each by itself. Keys and items are a dynapg.item, a row, json, jsonb or text, in either
 * form. The overloads with text are for literals and parameters without a type.
 */

CREATE FUNCTION dynapg.query_items(table_name text, key_condition text, filter text DEFAULT NULL, names jsonb DEFAULT NULL,
	"values" jsonb DEFAULT NULL, index_name text DEFAULT NULL, forward boolean DEFAULT true, projection text DEFAULT NULL, "limit" bigint DEFAULT NULL)
	RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_query_items' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100;
COMMENT ON FUNCTION dynapg.query_items(text, text, text, jsonb, jsonb, text, boolean, text, bigint) IS
	'the items of a partition of a table or index as rows, without pages: the API operation Query; limit counts what the filter lets through';

CREATE FUNCTION dynapg.scan_items(table_name text, filter text DEFAULT NULL, names jsonb DEFAULT NULL, "values" jsonb DEFAULT NULL,
	index_name text DEFAULT NULL, projection text DEFAULT NULL, segment integer DEFAULT NULL, total_segments integer DEFAULT NULL, "limit" bigint DEFAULT NULL)
	RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_scan_items' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.scan_items(text, text, jsonb, jsonb, text, text, integer, integer, bigint) IS
	'all items of a table or index as rows, without pages: the API operation Scan; limit counts what the filter lets through';

CREATE FUNCTION dynapg.get(table_name text, key text, projection text DEFAULT NULL, names jsonb DEFAULT NULL) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_get' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get(text, text, text, jsonb) IS 'the item with that key, or NULL: the API operation GetItem';

CREATE FUNCTION dynapg.put(table_name text, item text, condition text DEFAULT NULL, names jsonb DEFAULT NULL, "values" jsonb DEFAULT NULL)
	RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_put' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put(text, text, text, jsonb, jsonb) IS
	'stores an item, replacing one of the same key, and returns it: the API operation PutItem';

CREATE FUNCTION dynapg.update(table_name text, key text, expression text, condition text DEFAULT NULL, names jsonb DEFAULT NULL,
	"values" jsonb DEFAULT NULL) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_update' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update(text, text, text, text, jsonb, jsonb) IS
	'changes an item, or makes one, and returns what it has become: the API operation UpdateItem';

CREATE FUNCTION dynapg.delete(table_name text, key text, condition text DEFAULT NULL, names jsonb DEFAULT NULL, "values" jsonb DEFAULT NULL)
	RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_delete' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete(text, text, text, jsonb, jsonb) IS
	'deletes an item and returns it, or NULL where there was none: the API operation DeleteItem';

CREATE FUNCTION dynapg.get(table_name text, key "any", projection text DEFAULT NULL, names jsonb DEFAULT NULL) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_get' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get(text, "any", text, jsonb) IS 'the item with that key, or NULL: the API operation GetItem';

CREATE FUNCTION dynapg.put(table_name text, item "any", condition text DEFAULT NULL, names jsonb DEFAULT NULL, "values" jsonb DEFAULT NULL)
	RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_put' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put(text, "any", text, jsonb, jsonb) IS
	'stores an item, replacing one of the same key, and returns it: the API operation PutItem';

CREATE FUNCTION dynapg.update(table_name text, key "any", expression text, condition text DEFAULT NULL, names jsonb DEFAULT NULL,
	"values" jsonb DEFAULT NULL) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_update' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update(text, "any", text, text, jsonb, jsonb) IS
	'changes an item, or makes one, and returns what it has become: the API operation UpdateItem';

CREATE FUNCTION dynapg.delete(table_name text, key "any", condition text DEFAULT NULL, names jsonb DEFAULT NULL, "values" jsonb DEFAULT NULL)
	RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_delete' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete(text, "any", text, jsonb, jsonb) IS
	'deletes an item and returns it, or NULL where there was none: the API operation DeleteItem';

CREATE FUNCTION dynapg.view_may_read(relation regclass) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_view_may_read' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.view_may_read(regclass) IS 'true, or an error unless the user may read the table by itself: in views of create_view before PostgreSQL 15';

CREATE FUNCTION dynapg.write_view() RETURNS trigger
	AS 'MODULE_PATHNAME', 'dynapg_write_view' LANGUAGE C;
COMMENT ON FUNCTION dynapg.write_view() IS 'writes what is written to a view of create_view';

CREATE FUNCTION dynapg.create_view(table_name text, columns jsonb, view_name text DEFAULT NULL) RETURNS regclass
	AS 'MODULE_PATHNAME', 'dynapg_create_view' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_view(text, jsonb, text) IS
	'a view of a table with attributes as columns, {"price": "numeric"}, to read and write with the rights of who uses it';

/* ---- contributor insights ---- */

CREATE FUNCTION dynapg.contributors(OUT table_name text, OUT index_name text, OUT event text, OUT partition_key text,
	OUT sort_key text, OUT requests bigint, OUT error bigint, OUT since timestamp with time zone) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_contributors' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.contributors() IS 'what dynapg.contributor_insights shows';

CREATE VIEW dynapg.contributor_insights AS SELECT * FROM dynapg.contributors();
COMMENT ON VIEW dynapg.contributor_insights IS 'the keys of your tables and indexes that are accessed and throttled most, where UpdateContributorInsights has it on';
GRANT SELECT ON dynapg.contributor_insights TO PUBLIC;

/* ---- version ---- */

CREATE FUNCTION dynapg.version() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_version';
COMMENT ON FUNCTION dynapg.version() IS 'the version of the module that the server has loaded';

/* ---- comments in plainer words ---- */

COMMENT ON FUNCTION dynapg.attach_table(regclass, json) IS
	'makes a table of schema dynamodb that the API does not know, as after restoring only this table, a DynamoDB table; description: the request of its CreateTable, else derived from the table';
COMMENT ON FUNCTION dynapg.import_access_key(regrole, text, text) IS
	'a key with an id and a secret that clients already have; the arguments may get into logs, as with any statement';
COMMENT ON FUNCTION dynapg.stream_notify(text, text) IS
	'makes each transaction that writes records of a table''s stream notify a channel, with the name of the table; NULL ends that';
COMMENT ON FUNCTION dynapg.item_get_text(dynapg.item, text) IS 'an attribute as text: B as base64, lists, maps and sets as DynamoDB JSON; or NULL';
COMMENT ON FUNCTION dynapg.tie(text) IS 'a key column, cut and with its hash if longer than 128 bytes; distinguishes index entries with equal keys';
COMMENT ON FUNCTION dynapg.tie(bytea) IS 'a key column, cut and with its hash if longer than 128 bytes; distinguishes index entries with equal keys';
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text) IS 'a list of numbers as a vector, or NULL for anything else';
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text, integer) IS 'a list of that length of numbers as a vector, or NULL for anything else';
COMMENT ON FUNCTION dynapg.item_unit_reals(dynapg.item, text, integer) IS 'the same, scaled to length 1; also NULL for a vector of zeros';
COMMENT ON ACCESS METHOD dynapg_flat IS 'vectors in sequence, for exact search';
COMMENT ON COLUMN dynapg.indexes.failures IS 'failed attempts to finish the work in status';
COMMENT ON TABLE dynapg.tokens IS 'ClientRequestToken of transactions of the last ten minutes, with a digest of the request';
COMMENT ON COLUMN dynapg.tokens.note IS 'the read units of each action, for the reply to a repeated request; NULL if it does not ask for them';
COMMENT ON FUNCTION dynapg.on_access_key_secret() IS 'moves the secret of a key to dynapg.access_secrets';
COMMENT ON FUNCTION dynapg.enable_access_key(text) IS 'allows requests with the key again';
COMMENT ON FUNCTION dynapg.drop_access_key(text) IS 'deletes the key';
COMMENT ON FUNCTION dynapg.put_resource_policy(json) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';
COMMENT ON FUNCTION dynapg.put_resource_policy(jsonb) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';
COMMENT ON FUNCTION dynapg.put_resource_policy(text) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';
COMMENT ON FUNCTION dynapg.throughput_left() IS 'the content of dynapg.throughput as JSON';
COMMENT ON VIEW dynapg.throughput IS 'the remaining throughput of tables and global secondary indexes that were used since the server started';
COMMENT ON FUNCTION dynapg.refill_throughput(text, integer) IS 'sets the remaining throughput of a table and its global secondary indexes to that of a number of seconds; a negative number is a debt';
COMMENT ON FUNCTION dynapg.http_statistics() IS 'the content of stat_operations as JSON; NULL without an HTTP front';
COMMENT ON FUNCTION dynapg.http_workers() IS 'the content of http_activity as JSON; NULL without an HTTP front';
COMMENT ON FUNCTION dynapg.run_jobs() IS 'does the work of the background worker: deletes the expired items of the tables that the user owns, and returns their number; maintains streams';
COMMENT ON FUNCTION dynapg.batch_execute_statement(json) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';
COMMENT ON FUNCTION dynapg.batch_execute_statement(jsonb) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';
COMMENT ON FUNCTION dynapg.batch_execute_statement(text) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';
COMMENT ON FUNCTION dynapg.partiql_json(text, json[]) IS 'What dynapg.partiql returns; its parameters are DynamoDB JSON only';
COMMENT ON FUNCTION dynapg.explain_statement(text) IS 'The operation that a PartiQL statement becomes, in words, and PostgreSQL''s plan; runs nothing';
COMMENT ON FUNCTION dynapg.explain_statement(text, "any") IS 'The operation that a PartiQL statement becomes, in words, and PostgreSQL''s plan; runs nothing';
COMMENT ON COLUMN dynapg.streams.channel IS 'the channel that a transaction notifies when it writes records; NULL: none';
COMMENT ON VIEW dynapg.stream_list IS 'streams; with the size of those whose records the user may read';
COMMENT ON COLUMN dynapg.stream_list.records IS 'records in the log, including old ones that are not yet removed';
COMMENT ON COLUMN dynapg.stream_list.bytes IS 'their size on disk, estimated from the newest 1,000';
COMMENT ON COLUMN dynapg.stream_list.lag IS 'how long changes have waited for a reader or the background worker; 0: none wait';
COMMENT ON FUNCTION dynapg.jobs_next_look() IS 'when the background worker next runs due jobs; NULL if none works in this database';
COMMENT ON COLUMN dynapg.job_list.next_run IS 'when it runs next; NULL without a background worker';
COMMENT ON COLUMN dynapg.ttl_list.backlog IS 'expired items that are not yet deleted; NULL unless the status is ENABLED';
COMMENT ON TABLE dynapg.history_commits IS 'commit times of longer transactions; prepared: when it was prepared, as its commit time is not known yet';
COMMENT ON VIEW dynapg.recovery_list IS 'point-in-time recovery of the tables that the user owns: period in days, the oldest moment to restore to, and the number of rows kept';
COMMENT ON COLUMN dynapg.backups.expires_at IS 'when it is deleted automatically; such a backup was made when its table was deleted';
COMMENT ON FUNCTION dynapg.restore_table_from_backup(json) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';
COMMENT ON FUNCTION dynapg.restore_table_from_backup(jsonb) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';
COMMENT ON FUNCTION dynapg.restore_table_from_backup(text) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';
COMMENT ON TABLE dynapg.long_jobs IS 'one row per long job: the request, its role, the progress and the result';
COMMENT ON COLUMN dynapg.long_jobs.role IS 'the role that requested the job, and that it runs as';
COMMENT ON COLUMN dynapg.long_jobs.notes IS 'where to continue, and results, in the form of the kind of job';
COMMENT ON COLUMN dynapg.long_jobs.attempts IS 'attempts since the last progress';
COMMENT ON VIEW dynapg.job_progress IS 'long work that the user has requested, or that runs for tables that the user owns';
COMMENT ON FUNCTION dynapg.cancel_job(text) IS 'cancels a long job that the user has requested; false if it is over';
COMMENT ON VIEW dynapg.import_errors IS 'errors in records of imports and bulk operations that the user has requested';
COMMENT ON FUNCTION dynapg.apply_export(text, text, text) IS 'starts a job that applies an export to a table: puts its items and, for an incremental export, also deletes items; returns its id';
COMMENT ON FUNCTION dynapg.import_workbench(json) IS 'creates the tables of a NoSQL Workbench model, and writes their sample data';
COMMENT ON FUNCTION dynapg.create_tables_from_cloudformation(json, json) IS 'creates the tables of a CloudFormation template';

/* ---- explain ---- */

CREATE FUNCTION dynapg.explain(operation text, request json, run boolean DEFAULT false) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain(text, json, boolean) IS 'How PostgreSQL carries an operation out; with run => true all of it runs, and is rolled back';

CREATE FUNCTION dynapg.explain(operation text, request jsonb, run boolean DEFAULT false) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_jsonb' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain(text, jsonb, boolean) IS 'How PostgreSQL carries an operation out; with run => true all of it runs, and is rolled back';

CREATE FUNCTION dynapg.explain(operation text, request text, run boolean DEFAULT false) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_text' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain(text, text, boolean) IS 'How PostgreSQL carries an operation out; with run => true all of it runs, and is rolled back';

--
-- What tests do to all tables
--

-- Written by src/fixtures/snapshot.c. A row decides what is deleted when a snapshot is restored: no grants, and row security without policies,
-- which holds for roles such as pg_write_all_data, too. Not dumped.
CREATE SEQUENCE dynapg.snapshot_number;
CREATE TABLE dynapg.snapshots (
	snapshot_id integer PRIMARY KEY DEFAULT pg_catalog.nextval('dynapg.snapshot_number'),
	name text COLLATE "C" NOT NULL,
	role oid NOT NULL,
	saved_at timestamptz NOT NULL,
	UNIQUE (role, name)
) USING heap;
COMMENT ON TABLE dynapg.snapshots IS 'snapshots of all tables of a role';
ALTER SEQUENCE dynapg.snapshot_number OWNED BY dynapg.snapshots.snapshot_id;
ALTER TABLE dynapg.snapshots ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.snapshots FROM PUBLIC;

CREATE TABLE dynapg.snapshot_tables (
	snapshot_id integer NOT NULL,
	table_name text COLLATE "C" NOT NULL,
	relid oid NOT NULL,
	created_at timestamptz NOT NULL,
	copy oid NOT NULL,
	items bigint NOT NULL,
	change_number bigint NOT NULL,
	system bigint NOT NULL,
	filenode oid NOT NULL,
	blocks bigint NOT NULL,
	lsn bigint NOT NULL,
	table_row json NOT NULL,
	index_rows json NOT NULL,
	PRIMARY KEY (snapshot_id, table_name)
) USING heap;
COMMENT ON TABLE dynapg.snapshot_tables IS 'the tables of snapshots';
COMMENT ON COLUMN dynapg.snapshot_tables.copy IS 'the table with its items; 0: somebody has dropped it';
COMMENT ON COLUMN dynapg.snapshot_tables.change_number IS 'the last record of a stream that is older than the snapshot';
COMMENT ON COLUMN dynapg.snapshot_tables.lsn IS 'until when the blocks of the table have the rows of the snapshot; 0: unknown';
ALTER TABLE dynapg.snapshot_tables ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.snapshot_tables FROM PUBLIC;

CREATE FUNCTION dynapg.reset(tables text DEFAULT 'empty', even_protected boolean DEFAULT false) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_reset' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.reset(text, boolean) IS
	'removes the items of all tables of the user in the namespace, or with tables => ''drop'' the tables; returns their number';

CREATE FUNCTION dynapg.save_snapshot(name text) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_save_snapshot' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.save_snapshot(text) IS 'saves all tables of the user in the namespace under a name; returns their number';

CREATE FUNCTION dynapg.restore_snapshot(name text, even_protected boolean DEFAULT false) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_restore_snapshot' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_snapshot(text, boolean) IS
	'makes all tables of the user in the namespace what they were in a snapshot; returns the number of those that had changed';

CREATE FUNCTION dynapg.drop_snapshot(name text) RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_drop_snapshot' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.drop_snapshot(text) IS 'removes a snapshot';

CREATE VIEW dynapg.snapshot_list WITH (security_barrier) AS
	SELECT s.name, pg_catalog.pg_get_userbyid(s.role) AS role, s.saved_at, pg_catalog.count(t.table_name) AS tables,
		COALESCE(pg_catalog.sum(t.items), 0) AS items, COALESCE(pg_catalog.sum(pg_catalog.pg_total_relation_size(t.copy)), 0) AS bytes
	FROM dynapg.snapshots s LEFT JOIN dynapg.snapshot_tables t ON t.snapshot_id OPERATOR(pg_catalog.=) s.snapshot_id
	WHERE pg_catalog.pg_has_role(s.role, 'USAGE')
	GROUP BY s.snapshot_id, s.name, s.role, s.saved_at;
COMMENT ON VIEW dynapg.snapshot_list IS 'the snapshots of the user and of roles that it is a member of';
GRANT SELECT ON dynapg.snapshot_list TO PUBLIC;
COMMENT ON SEQUENCE dynapg.snapshot_number IS 'numbers of snapshots';
COMMENT ON COLUMN dynapg.snapshots.snapshot_id IS 'its number';
COMMENT ON COLUMN dynapg.snapshots.name IS 'its name, one of those of the role';
COMMENT ON COLUMN dynapg.snapshots.role IS 'the role that saved it';
COMMENT ON COLUMN dynapg.snapshots.saved_at IS 'when it was saved';
COMMENT ON COLUMN dynapg.snapshot_tables.snapshot_id IS 'the snapshot';
COMMENT ON COLUMN dynapg.snapshot_tables.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.snapshot_tables.relid IS 'the data table, when it was saved or last restored';
COMMENT ON COLUMN dynapg.snapshot_tables.created_at IS 'when the table was created';
COMMENT ON COLUMN dynapg.snapshot_tables.items IS 'number of items';
COMMENT ON COLUMN dynapg.snapshot_tables.system IS 'the cluster of which filenode, blocks and lsn are';
COMMENT ON COLUMN dynapg.snapshot_tables.filenode IS 'the file of the data table';
COMMENT ON COLUMN dynapg.snapshot_tables.blocks IS 'number of its blocks';
COMMENT ON COLUMN dynapg.snapshot_tables.table_row IS 'what the catalogs have of the table';
COMMENT ON COLUMN dynapg.snapshot_tables.index_rows IS 'what they have of its indexes';
COMMENT ON COLUMN dynapg.snapshot_list.name IS 'name of the snapshot';
COMMENT ON COLUMN dynapg.snapshot_list.role IS 'the role that saved it';
COMMENT ON COLUMN dynapg.snapshot_list.saved_at IS 'when it was saved';
COMMENT ON COLUMN dynapg.snapshot_list.tables IS 'number of tables';
COMMENT ON COLUMN dynapg.snapshot_list.items IS 'number of items';
COMMENT ON COLUMN dynapg.snapshot_list.bytes IS 'space of the copies on disk';

CREATE FUNCTION dynapg.recorded(OUT operation text, OUT parameter text, OUT calls bigint, OUT first_seen timestamp with time zone,
	OUT last_seen timestamp with time zone, OUT difference text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_recorded' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.recorded() IS 'what dynapg.recorded_calls shows';
REVOKE ALL ON FUNCTION dynapg.recorded() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dynapg.recorded() TO pg_monitor;

CREATE VIEW dynapg.recorded_calls AS SELECT * FROM dynapg.recorded();
COMMENT ON VIEW dynapg.recorded_calls IS 'operations and parameters that requests have used while dynapg.recorder was on, and what differs from DynamoDB';
COMMENT ON COLUMN dynapg.recorded_calls.operation IS 'the operation of the API';
COMMENT ON COLUMN dynapg.recorded_calls.parameter IS 'path of the parameter; NULL: the operation itself';
COMMENT ON COLUMN dynapg.recorded_calls.calls IS 'how often it was there';
COMMENT ON COLUMN dynapg.recorded_calls.first_seen IS 'when it was there first';
COMMENT ON COLUMN dynapg.recorded_calls.last_seen IS 'when it was there last';
COMMENT ON COLUMN dynapg.recorded_calls.difference IS 'what differs from DynamoDB; NULL: nothing that dynapg knows of';
GRANT SELECT ON dynapg.recorded_calls TO pg_monitor;

CREATE FUNCTION dynapg.pace_job() RETURNS boolean
	LANGUAGE c VOLATILE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'dynapg_pace_job';
COMMENT ON FUNCTION dynapg.pace_job() IS 'true; in a background job it waits for the disk while others commit';

CREATE FUNCTION dynapg.recorded_calls_reset() RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_recorded_calls_reset' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.recorded_calls_reset() IS 'forgets what dynapg.recorded_calls shows, in all databases';
REVOKE ALL ON FUNCTION dynapg.recorded_calls_reset() FROM PUBLIC;
CREATE FUNCTION dynapg.http_explain(operation text, request text, run boolean DEFAULT false) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_http_explain' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.http_explain(text, text, boolean) IS 'the reply to a request over HTTP with X-Dynapg-Explain; roles that may call it may send that header';
REVOKE ALL ON FUNCTION dynapg.http_explain(text, text, boolean) FROM PUBLIC;

/* ---- comments of operators ---- */

COMMENT ON OPERATOR dynapg.= (dynapg.item, dynapg.item) IS 'the same attributes with the same values';
COMMENT ON OPERATOR dynapg.<> (dynapg.item, dynapg.item) IS 'not the same attributes and values';
COMMENT ON OPERATOR dynapg.< (dynapg.item, dynapg.item) IS 'before, in the order of stored bytes, which serves sorting alone';
COMMENT ON OPERATOR dynapg.<= (dynapg.item, dynapg.item) IS 'before or the same, in the order of stored bytes';
COMMENT ON OPERATOR dynapg.> (dynapg.item, dynapg.item) IS 'after, in the order of stored bytes';
COMMENT ON OPERATOR dynapg.>= (dynapg.item, dynapg.item) IS 'after or the same, in the order of stored bytes';
COMMENT ON OPERATOR dynapg.<-> (real[], real[]) IS 'euclidean distance of two vectors';
COMMENT ON OPERATOR dynapg.<#> (real[], real[]) IS 'negative inner product of two vectors';
COMMENT ON OPERATOR dynapg.<=> (real[], real[]) IS 'cosine distance of two vectors';

--
-- Whom default privileges have given rights
--

/*
 * ALTER DEFAULT PRIVILEGES of the installing role concerns what is made above, too. It may mean the role's tables, not catalogs.
 * What was there before keeps the rights that were granted on it.
 */
DO $$
DECLARE
	object record;
BEGIN
	FOR object IN
		SELECT CASE d.classid WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN 'TABLE '
				WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN 'FUNCTION '
				WHEN 'pg_catalog.pg_type'::pg_catalog.regclass THEN 'TYPE ' ELSE 'SCHEMA ' END
				OPERATOR(pg_catalog.||) (pg_catalog.pg_identify_object(d.classid, d.objid, 0)).identity AS name,
			pg_catalog.quote_ident(r.rolname) AS grantee
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid AND e.extname OPERATOR(pg_catalog.=) 'dynapg'
		LEFT JOIN pg_catalog.pg_class c ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
			AND c.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_proc p ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
			AND p.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_type t ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
			AND t.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_namespace n ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
			AND n.oid OPERATOR(pg_catalog.=) d.objid
		CROSS JOIN LATERAL (SELECT DISTINCT a.grantee
			FROM pg_catalog.aclexplode(COALESCE(c.relacl, p.proacl, t.typacl, n.nspacl)) a
			WHERE a.grantee OPERATOR(pg_catalog.<>) COALESCE(c.relowner, p.proowner, t.typowner, n.nspowner)) a
		JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee AND r.rolname OPERATOR(pg_catalog.<>) 'pg_monitor'
		WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
			AND d.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid
			AND NOT d.objid::pg_catalog.text OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(COALESCE(
				pg_catalog.current_setting('dynapg_update.made_before', true), ''), ' '))
			AND (c.relkind IS NULL OR c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v}'))
	LOOP
		EXECUTE 'REVOKE ALL ON ' OPERATOR(pg_catalog.||) object.name OPERATOR(pg_catalog.||) ' FROM ' OPERATOR(pg_catalog.||) object.grantee;
	END LOOP;
	REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA dynapg FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.scan_bounds, dynapg.tokens, dynapg.node_tokens, dynapg.access_keys, dynapg.access_secrets, dynapg.jobs,
		dynapg.long_jobs, dynapg.s3_credentials FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.load_errors, dynapg.snapshots, dynapg.snapshot_tables FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.ticks, dynapg.changes, dynapg.changes_0, dynapg.changes_1, dynapg.changes_2, dynapg.changes_3, dynapg.changes_4,
		dynapg.changes_5, dynapg.changes_6, dynapg.changes_7, dynapg.changes_8, dynapg.changes_9 FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.recoveries, dynapg.moments, dynapg.history_commits, dynapg.history FROM PUBLIC, pg_monitor;
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('REVOKE SELECT ON dynapg.history_%s FROM PUBLIC, pg_monitor', i);
	END LOOP;
	REVOKE SELECT ON dynapg.throughput, dynapg.stat_operations, dynapg.http_activity, dynapg.recorded_calls FROM PUBLIC;
	REVOKE CREATE ON SCHEMA dynapg FROM PUBLIC, pg_monitor;
END
$$;

-- Who may not call an operation with json may not call it with another type either. That concerns functions that this update has
-- made: the loop above took their rights, too.
DO $$
DECLARE
	operation record;
	granted record;
	overload pg_catalog.regprocedure;
BEGIN
	FOR operation IN
		SELECT p.proname AS name, p.proowner AS owner, p.proacl AS acl FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace OPERATOR(pg_catalog.=) 'dynapg'::pg_catalog.regnamespace
			AND pg_catalog.pg_get_function_arguments(p.oid) OPERATOR(pg_catalog.~) '^request json '
			AND p.proacl IS NOT NULL
	LOOP
		FOREACH overload IN ARRAY ARRAY[pg_catalog.format('dynapg.%I(text)', operation.name)::pg_catalog.regprocedure,
			pg_catalog.format('dynapg.%I(jsonb)', operation.name)::pg_catalog.regprocedure]
		LOOP
			CONTINUE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_proc AS o WHERE o.oid OPERATOR(pg_catalog.=) overload::pg_catalog.oid
				AND o.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid);
			EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', overload);
			FOR granted IN
				SELECT CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'PUBLIC'
					ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS role,
					CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END AS option
				FROM pg_catalog.aclexplode(operation.acl) AS a
				WHERE a.grantee OPERATOR(pg_catalog.<>) operation.owner
			LOOP
				EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s %s', overload, granted.role, granted.option);
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;

/*
 * The tables that are there get the constraints that new ones have. Rows are looked at here where there are few, as nobody can use the
 * table until the update commits; elsewhere the constraint is asked of what is written from now on, and dynapg.add_checks validates it
 * while others go on. No table keeps the extension from being updated.
 */
DO $$
DECLARE
	data record;
	valid boolean;
BEGIN
	FOR data IN
		SELECT c.oid::pg_catalog.regclass AS relation, pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.<) 67108864 AS is_small
		FROM dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
		WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}')
	LOOP
		BEGIN
			valid := dynapg.add_checks(data.relation, data.is_small);
			IF NOT valid AND NOT data.is_small THEN
				RAISE NOTICE 'the CHECK constraints of table % are not valid yet', data.relation
					USING HINT = pg_catalog.format('SELECT dynapg.add_checks(%L) validates them while others use the table.', data.relation);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING 'table % gets no CHECK constraints: %', data.relation, SQLERRM
				USING HINT = pg_catalog.format('SELECT dynapg.add_checks(%L) tries it again.', data.relation);
		END;
	END LOOP;
END
$$;

-- What \d+, \do+, \dAc+, \dC+ and \dy+ show of casts, operator classes, event triggers, sequences and columns.
COMMENT ON CAST (dynapg.item AS json) IS 'an item as DynamoDB JSON';
COMMENT ON CAST (json AS dynapg.item) IS 'an item of DynamoDB JSON';
COMMENT ON CAST (dynapg.item AS jsonb) IS 'an item as plain JSON, without the types';
COMMENT ON EVENT TRIGGER dynapg_on_sql_drop IS 'removes tables and indexes that DROP has dropped from the catalogs';
COMMENT ON EVENT TRIGGER dynapg_on_ddl_command_end IS 'follows tables and indexes that ALTER has renamed';
COMMENT ON OPERATOR FAMILY dynapg.item_ops USING btree IS 'order of items by their bytes';
COMMENT ON OPERATOR CLASS dynapg.item_ops USING btree IS 'order of items by their bytes: DISTINCT, GROUP BY, unique indexes';
COMMENT ON OPERATOR FAMILY dynapg.item_ops USING hash IS 'equality of items';
COMMENT ON OPERATOR CLASS dynapg.item_ops USING hash IS 'equality of items: hash joins and hash aggregates';
COMMENT ON OPERATOR FAMILY dynapg.item_ops USING gin IS 'containment of items and existence of attributes';
COMMENT ON OPERATOR FAMILY dynapg.item_path_ops USING gin IS 'containment of items';
COMMENT ON OPERATOR FAMILY dynapg.flat_cosine_ops USING dynapg_flat IS 'vectors by cosine distance';
COMMENT ON OPERATOR CLASS dynapg.flat_cosine_ops USING dynapg_flat IS 'vectors by cosine distance: ORDER BY a <=> b';
COMMENT ON OPERATOR FAMILY dynapg.flat_euclidean_ops USING dynapg_flat IS 'vectors by Euclidean distance';
COMMENT ON OPERATOR CLASS dynapg.flat_euclidean_ops USING dynapg_flat IS 'vectors by Euclidean distance: ORDER BY a <-> b';
COMMENT ON OPERATOR FAMILY dynapg.flat_dot_product_ops USING dynapg_flat IS 'vectors by inner product';
COMMENT ON OPERATOR CLASS dynapg.flat_dot_product_ops USING dynapg_flat IS 'vectors by inner product: ORDER BY a <#> b';
COMMENT ON OPERATOR FAMILY dynapg.flat_tag_ops USING dynapg_flat IS 'equality of the attributes that filter vectors';
COMMENT ON OPERATOR CLASS dynapg.flat_tag_ops USING dynapg_flat IS 'equality of the attributes that filter vectors, as numbers of dynapg.item_tag';
COMMENT ON SEQUENCE dynapg.stream_number IS 'numbers of streams';
COMMENT ON SEQUENCE dynapg.change_number IS 'numbers of records, taken under the lock of the row';
COMMENT ON SEQUENCE dynapg.recovery_number IS 'numbers of tables with point-in-time recovery';
COMMENT ON COLUMN dynapg.tables.name IS 'the name in the API, in a namespace NAMESPACE/NAME';
COMMENT ON COLUMN dynapg.tables.relid IS 'the data table';
COMMENT ON COLUMN dynapg.tables.table_id IS 'the TableId of DescribeTable';
COMMENT ON COLUMN dynapg.tables.created_at IS 'when CreateTable ran';
COMMENT ON COLUMN dynapg.tables.pk_name IS 'the attribute of the partition key';
COMMENT ON COLUMN dynapg.tables.pk_type IS 'its type: S, N or B';
COMMENT ON COLUMN dynapg.tables.sk_name IS 'the attribute of the sort key; NULL without one';
COMMENT ON COLUMN dynapg.tables.sk_type IS 'its type: S, N or B';
COMMENT ON COLUMN dynapg.tables.deletion_protection IS 'whether DeleteTable is refused';
COMMENT ON COLUMN dynapg.tables.attribute_definitions IS 'AttributeDefinitions, as the API describes them';
COMMENT ON COLUMN dynapg.tables.definition IS 'all other settings: billing, throughput, stream, Time to Live, tags, policy';
COMMENT ON COLUMN dynapg.indexes.table_relid IS 'the data table';
COMMENT ON COLUMN dynapg.indexes.name IS 'the name in the API';
COMMENT ON COLUMN dynapg.indexes.relation_name IS 'the PostgreSQL index, in the schema of the data table';
COMMENT ON COLUMN dynapg.indexes.is_global IS 'true for a global index, false for a local one';
COMMENT ON COLUMN dynapg.indexes.partition_keys IS 'the number of partition attributes';
COMMENT ON COLUMN dynapg.indexes.key_names IS 'attributes of the key: partition attributes, then sort attributes';
COMMENT ON COLUMN dynapg.indexes.key_types IS 'their types: S, N or B';
COMMENT ON COLUMN dynapg.indexes.projection IS 'ALL, KEYS_ONLY or INCLUDE';
COMMENT ON COLUMN dynapg.indexes.include IS 'the attributes of INCLUDE';
COMMENT ON COLUMN dynapg.indexes.definition IS 'all other settings: throughput, contributor insights';
COMMENT ON COLUMN dynapg.indexes.failed_at IS 'when the last attempt failed';
COMMENT ON COLUMN dynapg.scan_bounds.relation IS 'the data table';
COMMENT ON COLUMN dynapg.scan_bounds.index_name IS 'the index in the API; empty for the table itself';
COMMENT ON COLUMN dynapg.scan_bounds.total_segments IS 'TotalSegments of the scans';
COMMENT ON COLUMN dynapg.scan_bounds.columns IS 'the key that the bounds are of';
COMMENT ON COLUMN dynapg.scan_bounds.pages IS 'the size of the table when the bounds were made';
COMMENT ON COLUMN dynapg.scan_bounds.bounds IS 'the keys at which segments meet';
COMMENT ON COLUMN dynapg.scan_bounds.used_at IS 'when a scan last used them';
COMMENT ON COLUMN dynapg.tokens.expires_at IS 'ten minutes after the request';
COMMENT ON COLUMN dynapg.tokens.role IS 'the role that gave the token';
COMMENT ON COLUMN dynapg.tokens.digest IS 'of the request';
COMMENT ON COLUMN dynapg.access_keys.access_key_id IS 'the id that signed requests name';
COMMENT ON COLUMN dynapg.access_keys.role IS 'the role that requests run as';
COMMENT ON COLUMN dynapg.access_keys.enabled IS 'whether the key may be used';
COMMENT ON COLUMN dynapg.access_keys.created_at IS 'when the key was created';
COMMENT ON COLUMN dynapg.access_secrets.access_key_id IS 'the key';
COMMENT ON COLUMN dynapg.access_secrets.secret IS 'its secret';
COMMENT ON COLUMN dynapg.jobs.relation IS 'the data table, or dynapg.changes for streams';
COMMENT ON COLUMN dynapg.jobs.kind IS 'ttl or streams';
COMMENT ON COLUMN dynapg.jobs.failed_at IS 'when the last attempt failed';
COMMENT ON COLUMN dynapg.streams.stream_id IS 'the number of the stream';
COMMENT ON COLUMN dynapg.streams.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.streams.label IS 'the last part of its ARN';
COMMENT ON COLUMN dynapg.streams.relid IS 'the data table';
COMMENT ON COLUMN dynapg.streams.owner IS 'who may read the stream after the table was dropped; 0 while it exists';
COMMENT ON COLUMN dynapg.streams.view IS 'the StreamViewType';
COMMENT ON COLUMN dynapg.streams.pk_name IS 'the attribute of the partition key';
COMMENT ON COLUMN dynapg.streams.pk_type IS 'its type: S, N or B';
COMMENT ON COLUMN dynapg.streams.sk_name IS 'the attribute of the sort key; NULL without one';
COMMENT ON COLUMN dynapg.streams.sk_type IS 'its type: S, N or B';
COMMENT ON COLUMN dynapg.streams.created_at IS 'when the stream was enabled';
COMMENT ON COLUMN dynapg.streams.disabled_at IS 'when it was disabled; NULL while it is enabled';
COMMENT ON COLUMN dynapg.shards.stream_id IS 'the stream';
COMMENT ON COLUMN dynapg.shards.shard_id IS 'the ShardId of the API';
COMMENT ON COLUMN dynapg.shards.parent_id IS 'the shard that it follows';
COMMENT ON COLUMN dynapg.shards.slot IS 'which part of the partition keys it holds, from 0 on';
COMMENT ON COLUMN dynapg.shards.slots IS 'the number of these parts';
COMMENT ON COLUMN dynapg.shards.from_tick IS 'the tick that it begins at';
COMMENT ON COLUMN dynapg.shards.from_xid IS 'the first transaction whose records may be in it';
COMMENT ON COLUMN dynapg.shards.to_tick IS 'the tick that it ends at; NULL while it is open';
COMMENT ON COLUMN dynapg.shards.to_xid IS 'the first transaction whose records are in its children; NULL while it is open';
COMMENT ON COLUMN dynapg.shards.created_at IS 'when it was opened';
COMMENT ON COLUMN dynapg.shards.closed_at IS 'when it was closed; NULL while it is open';
COMMENT ON COLUMN dynapg.ticks.tick IS 'the number of the tick';
COMMENT ON COLUMN dynapg.ticks.oldest_xid IS 'all transactions before this one had ended';
COMMENT ON COLUMN dynapg.ticks.next_xid IS 'no transaction from this one on had ended';
COMMENT ON COLUMN dynapg.ticks.open_xids IS 'the transactions between these two that had not ended';
COMMENT ON COLUMN dynapg.ticks.number_before IS 'transactions from next_xid on have numbers above this one';
COMMENT ON COLUMN dynapg.ticks.number_after IS 'records of transactions that had ended have numbers up to this one';
COMMENT ON COLUMN dynapg.ticks.created_at IS 'when the snapshot was taken';
COMMENT ON COLUMN dynapg.ticks.complete IS 'whether open_xids has all transactions that had taken a number';
COMMENT ON COLUMN dynapg.changes.stream_id IS 'the stream';
COMMENT ON COLUMN dynapg.changes.number IS 'the record''s number, in the order of the writes of its item';
COMMENT ON COLUMN dynapg.changes.xid IS 'the transaction that wrote it';
COMMENT ON COLUMN dynapg.changes.created_at IS 'when it was written';
COMMENT ON COLUMN dynapg.changes.event IS 'what happened: I for INSERT, M for MODIFY, R for REMOVE';
COMMENT ON COLUMN dynapg.changes.by_service IS 'whether Time to Live deleted the item';
COMMENT ON COLUMN dynapg.changes.hash IS 'the hash of the partition key, which chooses the shard';
COMMENT ON COLUMN dynapg.changes.keys IS 'the key of the item';
COMMENT ON COLUMN dynapg.changes.old_item IS 'the item before, if the stream keeps it';
COMMENT ON COLUMN dynapg.changes.new_item IS 'the item afterwards, if the stream keeps it';
COMMENT ON COLUMN dynapg.recoveries.recovery_id IS 'the number of the recovery';
COMMENT ON COLUMN dynapg.recoveries.relid IS 'the data table';
COMMENT ON COLUMN dynapg.recoveries.days IS 'the period to which the table can be restored, in days';
COMMENT ON COLUMN dynapg.recoveries.since IS 'when recovery was enabled';
COMMENT ON COLUMN dynapg.recoveries.since_xid IS 'the first transaction whose changes are kept';
COMMENT ON COLUMN dynapg.moments.tick IS 'the number of the tick';
COMMENT ON COLUMN dynapg.moments.oldest_xid IS 'all transactions before this one had ended';
COMMENT ON COLUMN dynapg.moments.next_xid IS 'no transaction from this one on had ended';
COMMENT ON COLUMN dynapg.moments.open_xids IS 'the transactions between these two that had not ended';
COMMENT ON COLUMN dynapg.moments.number_before IS 'transactions from next_xid on have numbers above this one';
COMMENT ON COLUMN dynapg.moments.number_after IS 'records of transactions that had ended have numbers up to this one';
COMMENT ON COLUMN dynapg.moments.created_at IS 'when the snapshot was taken';
COMMENT ON COLUMN dynapg.moments.complete IS 'whether open_xids has all transactions that had taken a number';
COMMENT ON COLUMN dynapg.history_commits.xid IS 'the transaction';
COMMENT ON COLUMN dynapg.history_commits.committed_at IS 'when it committed';
COMMENT ON COLUMN dynapg.history_commits.prepared IS 'whether it was only prepared by then';
COMMENT ON COLUMN dynapg.history.recovery_id IS 'the recovery';
COMMENT ON COLUMN dynapg.history.number IS 'the row''s number, in the order of the writes of its item';
COMMENT ON COLUMN dynapg.history.xid IS 'the transaction that replaced the item';
COMMENT ON COLUMN dynapg.history.created_at IS 'when it was replaced';
COMMENT ON COLUMN dynapg.history.event IS 'what happened: I for INSERT, M for MODIFY, R for REMOVE';
COMMENT ON COLUMN dynapg.history.within IS 'whether the same transaction had written the old item, too';
COMMENT ON COLUMN dynapg.history.pk IS 'the partition key, as text';
COMMENT ON COLUMN dynapg.history.sk IS 'the sort key, as text';
COMMENT ON COLUMN dynapg.history.old_item IS 'the item before; NULL where there was none';
COMMENT ON COLUMN dynapg.backups.name IS 'BackupName';
COMMENT ON COLUMN dynapg.backups.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.backups.table_id IS 'its TableId';
COMMENT ON COLUMN dynapg.backups.created_at IS 'when CreateBackup ran';
COMMENT ON COLUMN dynapg.backups.items IS 'the number of items';
COMMENT ON COLUMN dynapg.backups.item_bytes IS 'their size, as DynamoDB counts it';
COMMENT ON COLUMN dynapg.backups.copy_bytes IS 'the size of the copy on disk';
COMMENT ON COLUMN dynapg.backups.failed_at IS 'when the last attempt failed';
COMMENT ON COLUMN dynapg.long_jobs.kind IS 'the kind of work: import, export, restore and others';
COMMENT ON COLUMN dynapg.long_jobs.relation IS 'the data table, if there is one';
COMMENT ON COLUMN dynapg.long_jobs.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.long_jobs.table_id IS 'its TableId';
COMMENT ON COLUMN dynapg.long_jobs.request IS 'the request';
COMMENT ON COLUMN dynapg.long_jobs.state IS 'IN_PROGRESS, CANCELLING, CANCELLED, COMPLETED or FAILED';
COMMENT ON COLUMN dynapg.long_jobs.pid IS 'the worker that runs it; NULL: none';
COMMENT ON COLUMN dynapg.long_jobs.tried_at IS 'when the last attempt began';
COMMENT ON COLUMN dynapg.long_jobs.items IS 'items processed';
COMMENT ON COLUMN dynapg.long_jobs.bytes IS 'bytes processed';
COMMENT ON COLUMN dynapg.long_jobs.errors IS 'errors so far';
COMMENT ON COLUMN dynapg.long_jobs.total_items IS 'items in all, if known';
COMMENT ON COLUMN dynapg.long_jobs.total_bytes IS 'bytes in all, if known';
COMMENT ON COLUMN dynapg.long_jobs.created_at IS 'when it was requested';
COMMENT ON COLUMN dynapg.long_jobs.started_at IS 'when work on it began';
COMMENT ON COLUMN dynapg.long_jobs.finished_at IS 'when it ended';
COMMENT ON COLUMN dynapg.long_jobs.failure_code IS 'the FailureCode of the API, if it failed';
COMMENT ON COLUMN dynapg.long_jobs.failure IS 'why it failed, or why the last attempt did';
COMMENT ON COLUMN dynapg.s3_credentials.access_key_id IS 'the key';
COMMENT ON COLUMN dynapg.s3_credentials.secret_access_key IS 'its secret';
COMMENT ON COLUMN dynapg.s3_credentials.session_token IS 'the token of temporary credentials';
COMMENT ON COLUMN dynapg.load_errors.job IS 'the last part of the ARN of the import or bulk operation';
COMMENT ON COLUMN dynapg.load_errors.number IS 'the number of the error';
COMMENT ON COLUMN dynapg.load_errors.object IS 'key of the object in the bucket';
COMMENT ON COLUMN dynapg.load_errors.record IS 'number of the record in the object, from 1 on; NULL: the rest of the object was not read';
COMMENT ON COLUMN dynapg.load_errors.message IS 'what is wrong with it';
COMMENT ON COLUMN dynapg.load_errors.record_text IS 'the beginning of the record';
COMMENT ON COLUMN dynapg.access_key_list.access_key_id IS 'the id that signed requests name';
COMMENT ON COLUMN dynapg.access_key_list.role IS 'the role that requests run as';
COMMENT ON COLUMN dynapg.access_key_list.enabled IS 'whether the key may be used';
COMMENT ON COLUMN dynapg.access_key_list.created_at IS 'when the key was created';
COMMENT ON COLUMN dynapg.tags.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.tags.key IS 'the key of the tag';
COMMENT ON COLUMN dynapg.tags.value IS 'its value';
COMMENT ON COLUMN dynapg.throughput.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.throughput.index_name IS 'the global secondary index; NULL for the table itself';
COMMENT ON COLUMN dynapg.throughput.kind IS 'read or write';
COMMENT ON COLUMN dynapg.throughput.units_per_second IS 'the units that it gets in each second';
COMMENT ON COLUMN dynapg.throughput.units IS 'the units that are left; negative: a debt';
COMMENT ON COLUMN dynapg.contributor_insights.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.contributor_insights.index_name IS 'the index; NULL for the table itself';
COMMENT ON COLUMN dynapg.contributor_insights.event IS 'accessed or throttled';
COMMENT ON COLUMN dynapg.contributor_insights.partition_key IS 'the partition key; several attributes are separated by commas';
COMMENT ON COLUMN dynapg.contributor_insights.sort_key IS 'the sort key; NULL in rows about whole partitions';
COMMENT ON COLUMN dynapg.contributor_insights.requests IS 'the number of requests, at most';
COMMENT ON COLUMN dynapg.contributor_insights.error IS 'by how much requests may be too high';
COMMENT ON COLUMN dynapg.contributor_insights.since IS 'when counting began';
COMMENT ON COLUMN dynapg.stat_operations.operation IS 'the operation of the API';
COMMENT ON COLUMN dynapg.stat_operations.table_name IS 'the table; NULL for requests that name none, several or a missing one';
COMMENT ON COLUMN dynapg.stat_operations.calls IS 'the number of requests';
COMMENT ON COLUMN dynapg.stat_operations.errors IS 'the number of errors by exception';
COMMENT ON COLUMN dynapg.stat_operations.seconds IS 'the time that they took';
COMMENT ON COLUMN dynapg.stat_operations.items IS 'items returned by reads and written by writes';
COMMENT ON COLUMN dynapg.stat_operations.bytes_in IS 'bytes of request bodies';
COMMENT ON COLUMN dynapg.stat_operations.bytes_out IS 'bytes of reply bodies';
COMMENT ON COLUMN dynapg.http_activity.worker IS 'the number of the worker';
COMMENT ON COLUMN dynapg.http_activity.pid IS 'its process';
COMMENT ON COLUMN dynapg.http_activity.started IS 'when it started';
COMMENT ON COLUMN dynapg.http_activity.last_active IS 'when it last did something';
COMMENT ON COLUMN dynapg.http_activity.connections IS 'connections that it has';
COMMENT ON COLUMN dynapg.http_activity.idle IS 'connections without a request';
COMMENT ON COLUMN dynapg.http_activity.receiving IS 'connections with a part of a request';
COMMENT ON COLUMN dynapg.http_activity.sending IS 'connections whose client reads the reply slowly';
COMMENT ON COLUMN dynapg.http_activity.closing IS 'connections that are being closed';
COMMENT ON COLUMN dynapg.http_activity.requests IS 'requests answered';
COMMENT ON COLUMN dynapg.http_activity.buffered_bytes IS 'bytes of incomplete requests and unsent replies';
COMMENT ON COLUMN dynapg.http_activity.unflushed_lsn IS 'the WAL position that has to be durable before waiting replies leave; NULL: none wait';
COMMENT ON COLUMN dynapg.http_activity.waiting IS 'connections whose reply waits for synchronous standbys';
COMMENT ON COLUMN dynapg.stream_list.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.stream_list.label IS 'the last part of its ARN';
COMMENT ON COLUMN dynapg.stream_list.stream_arn IS 'the ARN';
COMMENT ON COLUMN dynapg.stream_list.view_type IS 'the StreamViewType';
COMMENT ON COLUMN dynapg.stream_list.status IS 'the StreamStatus';
COMMENT ON COLUMN dynapg.stream_list.open_shards IS 'shards that get new records';
COMMENT ON COLUMN dynapg.stream_list.oldest_record IS 'when the oldest record in the log was written';
COMMENT ON COLUMN dynapg.stream_list.channel IS 'the channel that writers notify; NULL: none';
COMMENT ON COLUMN dynapg.job_list.table_name IS 'the table in the API; NULL for streams';
COMMENT ON COLUMN dynapg.job_list.kind IS 'ttl or streams';
COMMENT ON COLUMN dynapg.job_list.items IS 'items deleted so far';
COMMENT ON COLUMN dynapg.job_list.done_at IS 'when some were last deleted';
COMMENT ON COLUMN dynapg.job_list.failures IS 'failures since then';
COMMENT ON COLUMN dynapg.job_list.failure IS 'why the last attempt failed';
COMMENT ON COLUMN dynapg.job_list.failed_at IS 'when it failed';
COMMENT ON COLUMN dynapg.job_list.rate IS 'items a second that the last transaction deleted';
COMMENT ON COLUMN dynapg.ttl_list.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.ttl_list.attribute IS 'the attribute with the time of expiry';
COMMENT ON COLUMN dynapg.ttl_list.status IS 'the TimeToLiveStatus';
COMMENT ON COLUMN dynapg.ttl_list.oldest_backlog IS 'the earliest time of expiry among them';
COMMENT ON COLUMN dynapg.ttl_list.deleted IS 'items deleted so far';
COMMENT ON COLUMN dynapg.ttl_list.done_at IS 'when some were last deleted';
COMMENT ON COLUMN dynapg.recovery_list.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.recovery_list.days IS 'the period, in days';
COMMENT ON COLUMN dynapg.recovery_list.since IS 'when recovery was enabled';
COMMENT ON COLUMN dynapg.recovery_list.earliest IS 'the oldest moment that the table can be restored to';
COMMENT ON COLUMN dynapg.recovery_list.records IS 'rows of its history';
COMMENT ON COLUMN dynapg.recovery_list.bytes IS 'their size, estimated';
COMMENT ON COLUMN dynapg.job_progress.id IS 'the last part of its ARN, or the name of the index';
COMMENT ON COLUMN dynapg.job_progress.kind IS 'the kind of work: import, export, restore, backup, index and others';
COMMENT ON COLUMN dynapg.job_progress.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.job_progress.state IS 'how it stands: IN_PROGRESS, COMPLETED, FAILED, CANCELLED; CREATING and DELETING of indexes';
COMMENT ON COLUMN dynapg.job_progress.items IS 'items processed';
COMMENT ON COLUMN dynapg.job_progress.total_items IS 'items in all, if known';
COMMENT ON COLUMN dynapg.job_progress.bytes IS 'bytes processed';
COMMENT ON COLUMN dynapg.job_progress.total_bytes IS 'bytes in all, if known';
COMMENT ON COLUMN dynapg.job_progress.errors IS 'errors so far';
COMMENT ON COLUMN dynapg.job_progress.items_per_second IS 'the average rate';
COMMENT ON COLUMN dynapg.job_progress.time_left IS 'estimated from the rate';
COMMENT ON COLUMN dynapg.job_progress.created_at IS 'when it was requested';
COMMENT ON COLUMN dynapg.job_progress.started_at IS 'when work on it began';
COMMENT ON COLUMN dynapg.job_progress.finished_at IS 'when it ended, or last failed';
COMMENT ON COLUMN dynapg.job_progress.failure_code IS 'the FailureCode of the API, if it failed';
COMMENT ON COLUMN dynapg.job_progress.failure IS 'why it failed, or why the last attempt did';
COMMENT ON COLUMN dynapg.import_errors.kind IS 'the kind of work: an import or a bulk operation';
COMMENT ON COLUMN dynapg.import_errors.table_name IS 'the table in the API';
COMMENT ON COLUMN dynapg.import_errors.number IS 'the number of the error';
COMMENT ON COLUMN dynapg.import_errors.message IS 'what is wrong with the record';

-- Other sessions learn from this that the version has changed: see src/store/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
