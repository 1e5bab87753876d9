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

/*
 * The rows of data tables: those that do not fit, the constraints on them, making them from items.
 */

CREATE FUNCTION dynapg.add_checks(relation regclass, validate boolean DEFAULT true) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_add_checks' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.add_checks(regclass, boolean) IS
	'gives a data table the CHECK constraints that it lacks, and validates those that are not valid: are all of them valid?';

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
	REVOKE SELECT ON dynapg.scan_bounds, dynapg.tokens, dynapg.access_keys, dynapg.access_secrets, dynapg.jobs, dynapg.long_jobs,
		dynapg.s3_credentials FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.load_errors FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.ticks, dynapg.changes, dynapg.changes_0, dynapg.changes_1, dynapg.changes_2, dynapg.changes_3, dynapg.changes_4,
		dynapg.changes_5, dynapg.changes_6, dynapg.changes_7, dynapg.changes_8, dynapg.changes_9 FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.recoveries, dynapg.moments, dynapg.history_commits, dynapg.history FROM PUBLIC, pg_monitor;
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('REVOKE SELECT ON dynapg.history_%s FROM PUBLIC, pg_monitor', i);
	END LOOP;
	REVOKE SELECT ON dynapg.throughput, dynapg.stat_operations, dynapg.http_activity FROM PUBLIC;
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

-- Other sessions learn from this that the version has changed: see src/store/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
