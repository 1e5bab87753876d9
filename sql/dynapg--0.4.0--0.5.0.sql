/* dynapg 0.4.0 to 0.5.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.5.0'" to load this file. \quit

-- One ALTER EXTENSION may run several update scripts in its transaction. What the scripts before this one made already has the rights
-- that they gave it, and keeps them: see the end.
SELECT pg_catalog.set_config('dynapg_update.made_before', pg_catalog.string_agg(d.objid::pg_catalog.text, ' '), true)
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid AND e.extname OPERATOR(pg_catalog.=) 'dynapg'
WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
	AND d.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid;

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

-- Other sessions learn from this that the version has changed: see src/store/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
