/* dynapg 0.7.0: install script. Run by CREATE EXTENSION dynapg. */
\echo Use "CREATE EXTENSION dynapg" to load this file. \quit

/* ================================ the type dynapg.item ================================ */

DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') OPERATOR(pg_catalog.<>) 'UTF8' THEN
		RAISE EXCEPTION 'dynapg needs a database with encoding UTF8'
			USING HINT = 'DynamoDB strings are Unicode, keys sort by their UTF-8 bytes.', ERRCODE = 'feature_not_supported';
	END IF;
END
$$;

/*
 * Nothing that others may have made before is used. A schema dynapg may exist, as restoring a dump creates it first, but it has
 * to be empty and owned by a superuser.
 */
DO $$
DECLARE
	schema pg_catalog.pg_namespace;
	reason text;
BEGIN
	SELECT * INTO STRICT schema FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'dynapg';
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid OPERATOR(pg_catalog.=) schema.nspowner AND r.rolsuper) THEN
		reason := 'its owner is not a superuser';
	ELSIF EXISTS (SELECT FROM pg_catalog.aclexplode(schema.nspacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
			WHERE a.privilege_type OPERATOR(pg_catalog.=) 'CREATE' AND r.rolsuper IS NOT TRUE) THEN
		reason := 'others may create objects in it';
	ELSIF EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
			AND d.refobjid OPERATOR(pg_catalog.=) schema.oid
			AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass) THEN
		reason := 'there are objects in it';
	END IF;
	IF reason IS NOT NULL THEN
		RAISE EXCEPTION 'schema dynapg exists, and %', reason
			USING HINT = 'Drop or rename the schema: CREATE EXTENSION dynapg makes one.', ERRCODE = 'duplicate_schema';
	END IF;
	IF EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) 'dynamodb') THEN
		RAISE EXCEPTION 'schema dynamodb exists'
			USING HINT = 'Drop or rename the schema: CREATE EXTENSION dynapg makes one.', ERRCODE = 'duplicate_schema';
	END IF;
END
$$;

CREATE TYPE dynapg.item;

CREATE FUNCTION dynapg.item_in(cstring) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_in(cstring) IS 'input: DynamoDB JSON of an item';

CREATE FUNCTION dynapg.item_out(dynapg.item) RETURNS cstring
	AS 'MODULE_PATHNAME', 'dynapg_item_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_out(dynapg.item) IS 'output: DynamoDB JSON of the item';

CREATE FUNCTION dynapg.item_recv(internal) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_recv(internal) IS 'binary input, completely verified';

CREATE FUNCTION dynapg.item_send(dynapg.item) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_item_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_send(dynapg.item) IS 'binary output, the same on every machine';

CREATE TYPE dynapg.item (
	INPUT = dynapg.item_in,
	OUTPUT = dynapg.item_out,
	RECEIVE = dynapg.item_recv,
	SEND = dynapg.item_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE dynapg.item IS 'a DynamoDB item: attributes by name, each of one of the ten DynamoDB types';

/* Comparison: equal items are equal bytes; the order of others is total but has no meaning of its own. */

CREATE FUNCTION dynapg.item_eq(dynapg.item, dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_eq(dynapg.item, dynapg.item) IS 'do both items have equal attributes?';

CREATE FUNCTION dynapg.item_ne(dynapg.item, dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_ne(dynapg.item, dynapg.item) IS 'do the items differ?';

CREATE FUNCTION dynapg.item_lt(dynapg.item, dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_lt(dynapg.item, dynapg.item) IS 'order of stored bytes, for sorting';

CREATE FUNCTION dynapg.item_le(dynapg.item, dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_le(dynapg.item, dynapg.item) IS 'order of stored bytes, for sorting';

CREATE FUNCTION dynapg.item_ge(dynapg.item, dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_ge(dynapg.item, dynapg.item) IS 'order of stored bytes, for sorting';

CREATE FUNCTION dynapg.item_gt(dynapg.item, dynapg.item) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_item_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_gt(dynapg.item, dynapg.item) IS 'order of stored bytes, for sorting';

CREATE FUNCTION dynapg.item_cmp(dynapg.item, dynapg.item) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_item_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_cmp(dynapg.item, dynapg.item) IS 'order of stored bytes: negative, zero or positive';

CREATE FUNCTION dynapg.item_hash(dynapg.item) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_item_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_hash(dynapg.item) IS 'hash of the item';

CREATE FUNCTION dynapg.item_hash_extended(dynapg.item, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'dynapg_item_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_hash_extended(dynapg.item, bigint) IS 'hash of the item, with a seed';

CREATE OPERATOR dynapg.= (
	LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_eq,
	COMMUTATOR = OPERATOR(dynapg.=), NEGATOR = OPERATOR(dynapg.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR dynapg.<> (
	LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_ne,
	COMMUTATOR = OPERATOR(dynapg.<>), NEGATOR = OPERATOR(dynapg.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR dynapg.< (
	LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_lt,
	COMMUTATOR = OPERATOR(dynapg.>), NEGATOR = OPERATOR(dynapg.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR dynapg.<= (
	LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_le,
	COMMUTATOR = OPERATOR(dynapg.>=), NEGATOR = OPERATOR(dynapg.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR dynapg.>= (
	LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_ge,
	COMMUTATOR = OPERATOR(dynapg.<=), NEGATOR = OPERATOR(dynapg.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR dynapg.> (
	LEFTARG = dynapg.item, RIGHTARG = dynapg.item, FUNCTION = dynapg.item_gt,
	COMMUTATOR = OPERATOR(dynapg.<), NEGATOR = OPERATOR(dynapg.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS dynapg.item_ops DEFAULT FOR TYPE dynapg.item USING btree AS
	OPERATOR 1 dynapg.<,
	OPERATOR 2 dynapg.<=,
	OPERATOR 3 dynapg.=,
	OPERATOR 4 dynapg.>=,
	OPERATOR 5 dynapg.>,
	FUNCTION 1 dynapg.item_cmp(dynapg.item, dynapg.item);

CREATE OPERATOR CLASS dynapg.item_ops DEFAULT FOR TYPE dynapg.item USING hash AS
	OPERATOR 1 dynapg.=,
	FUNCTION 1 dynapg.item_hash(dynapg.item),
	FUNCTION 2 dynapg.item_hash_extended(dynapg.item, bigint);

/* Attributes of an item. */

CREATE FUNCTION dynapg.item_size(item dynapg.item) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_item_size' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_size(dynapg.item) IS 'the item''s size in bytes as DynamoDB counts it';

CREATE FUNCTION dynapg.item_get_json(item dynapg.item, attribute text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_item_get_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_json(dynapg.item, text) IS 'an attribute as DynamoDB JSON, or NULL';

CREATE FUNCTION dynapg.item_get_text(item dynapg.item, attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_item_get_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_get_text(dynapg.item, text) IS 'an attribute as text: B as base64, lists, maps and sets as DynamoDB JSON; or NULL';

CREATE OPERATOR dynapg.-> (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_get_json);
CREATE OPERATOR dynapg.->> (LEFTARG = dynapg.item, RIGHTARG = text, FUNCTION = dynapg.item_get_text);

/*
 * Key columns and the columns of secondary indexes. LEAKPROOF, so that row level security does not keep a key condition from
 * its index: none of them reveals a value by an error.
 */

CREATE FUNCTION dynapg.key_s(item dynapg.item, attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_key_s' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.key_s(dynapg.item, text) IS 'a string attribute as a sort key column holds it, or NULL when it is absent, of another type, empty or too long';

CREATE FUNCTION dynapg.key_n(item dynapg.item, attribute text) RETURNS numeric
	AS 'MODULE_PATHNAME', 'dynapg_key_n' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.key_n(dynapg.item, text) IS 'a number attribute as a sort key column holds it, or NULL when it is absent or of another type; a partition key as well';

CREATE FUNCTION dynapg.key_b(item dynapg.item, attribute text) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_key_b' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.key_b(dynapg.item, text) IS 'a binary attribute as a sort key column holds it, or NULL when it is absent, of another type, empty or too long';

CREATE FUNCTION dynapg.part_s(item dynapg.item, attribute text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_part_s' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.part_s(dynapg.item, text) IS 'a string attribute as a partition key column holds it, one over 512 bytes cut and with its hash, or NULL when it is absent, of another type, empty or too long';

CREATE FUNCTION dynapg.part_b(item dynapg.item, attribute text) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_part_b' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.part_b(dynapg.item, text) IS 'a binary attribute as a partition key column holds it, one over 512 bytes cut and with its hash, or NULL when it is absent, of another type, empty or too long';

CREATE FUNCTION dynapg.tie(key text) RETURNS text
	AS 'MODULE_PATHNAME', 'dynapg_tie_s' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.tie(text) IS 'a key column, cut and with its hash if longer than 128 bytes; distinguishes index entries with equal keys';

CREATE FUNCTION dynapg.tie(key bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_tie_b' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.tie(bytea) IS 'a key column, cut and with its hash if longer than 128 bytes; distinguishes index entries with equal keys';

CREATE FUNCTION dynapg.in_index(item dynapg.item, partition_keys integer, VARIADIC keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'dynapg_in_index' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.in_index(dynapg.item, integer, text[]) IS
	'does a secondary index hold the item? keys: type and name of each key attribute, partition keys first';

CREATE FUNCTION dynapg.index_keys(item dynapg.item, names text) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_index_keys' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.index_keys(dynapg.item, text) IS
	'those of the attributes that secondary indexes can have as keys, or NULL where the item has none; names: with commas between them, in ascending order';

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
 * Vectors: lists of numbers as 32-bit floating point numbers, their distances, and the index access method for exact search. The
 * functions of items are LEAKPROOF like those of keys. Their cost is that of reading a long item.
 */

CREATE FUNCTION dynapg.item_reals(item dynapg.item, attribute text) RETURNS real[]
	AS 'MODULE_PATHNAME', 'dynapg_item_reals' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 500;
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text) IS 'a list of numbers as a vector, or NULL for anything else';

CREATE FUNCTION dynapg.item_reals(item dynapg.item, attribute text, dimensions integer) RETURNS real[]
	AS 'MODULE_PATHNAME', 'dynapg_item_reals_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 500;
COMMENT ON FUNCTION dynapg.item_reals(dynapg.item, text, integer) IS 'a list of that length of numbers as a vector, or NULL for anything else';

CREATE FUNCTION dynapg.item_unit_reals(item dynapg.item, attribute text, dimensions integer) RETURNS real[]
	AS 'MODULE_PATHNAME', 'dynapg_item_unit_reals' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 500;
COMMENT ON FUNCTION dynapg.item_unit_reals(dynapg.item, text, integer) IS 'the same, scaled to length 1; also NULL for a vector of zeros';

CREATE FUNCTION dynapg.item_tag(item dynapg.item, attribute text, type text) RETURNS integer
	AS 'MODULE_PATHNAME', 'dynapg_item_tag' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
COMMENT ON FUNCTION dynapg.item_tag(dynapg.item, text, text) IS 'a number that stands for the value of an attribute in a vector index, or NULL when it is absent or of another type';

CREATE FUNCTION dynapg.cosine_distance(a real[], b real[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'dynapg_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dynapg.cosine_distance(real[], real[]) IS '1 - cosine of the angle between two vectors';

CREATE FUNCTION dynapg.euclidean_distance(a real[], b real[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'dynapg_euclidean_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dynapg.euclidean_distance(real[], real[]) IS 'the distance between two vectors';

CREATE FUNCTION dynapg.negative_inner_product(a real[], b real[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'dynapg_negative_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION dynapg.negative_inner_product(real[], real[]) IS 'the inner product of two vectors, negated: the lower, the nearer';

CREATE OPERATOR dynapg.<=> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = dynapg.cosine_distance, COMMUTATOR = OPERATOR(dynapg.<=>));
CREATE OPERATOR dynapg.<-> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = dynapg.euclidean_distance, COMMUTATOR = OPERATOR(dynapg.<->));
CREATE OPERATOR dynapg.<#> (LEFTARG = real[], RIGHTARG = real[], FUNCTION = dynapg.negative_inner_product, COMMUTATOR = OPERATOR(dynapg.<#>));

CREATE FUNCTION dynapg.flat_handler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'dynapg_flat_handler' LANGUAGE C;
COMMENT ON FUNCTION dynapg.flat_handler(internal) IS 'the functions of the index access method dynapg_flat';
CREATE ACCESS METHOD dynapg_flat TYPE INDEX HANDLER dynapg.flat_handler;
COMMENT ON ACCESS METHOD dynapg_flat IS 'vectors in sequence, for exact search';

CREATE OPERATOR CLASS dynapg.flat_cosine_ops FOR TYPE real[] USING dynapg_flat AS
	OPERATOR 1 dynapg.<=> (real[], real[]) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 dynapg.cosine_distance(real[], real[]);
CREATE OPERATOR CLASS dynapg.flat_euclidean_ops FOR TYPE real[] USING dynapg_flat AS
	OPERATOR 1 dynapg.<-> (real[], real[]) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 dynapg.euclidean_distance(real[], real[]);
CREATE OPERATOR CLASS dynapg.flat_dot_product_ops FOR TYPE real[] USING dynapg_flat AS
	OPERATOR 1 dynapg.<#> (real[], real[]) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 dynapg.negative_inner_product(real[], real[]);
CREATE OPERATOR CLASS dynapg.flat_tag_ops DEFAULT FOR TYPE integer USING dynapg_flat AS
	OPERATOR 1 pg_catalog.= (integer, integer);

/* Conversions. */

CREATE FUNCTION dynapg.item_to_json(item dynapg.item) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_item_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_to_json(dynapg.item) IS 'the item as DynamoDB JSON';

CREATE FUNCTION dynapg.item_from_json(item json) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_item_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.item_from_json(json) IS 'an item from DynamoDB JSON';

CREATE FUNCTION dynapg.to_jsonb(item dynapg.item) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'dynapg_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.to_jsonb(dynapg.item) IS 'the item as a plain JSON document: sets become arrays, binaries base64 text';

CREATE FUNCTION dynapg.from_jsonb(document jsonb) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.from_jsonb(jsonb) IS 'an item from a plain JSON object: strings S, numbers N, booleans BOOL, null NULL, arrays L, objects M';

CREATE CAST (dynapg.item AS json) WITH FUNCTION dynapg.item_to_json(dynapg.item) AS ASSIGNMENT;
CREATE CAST (json AS dynapg.item) WITH FUNCTION dynapg.item_from_json(json) AS ASSIGNMENT;
CREATE CAST (dynapg.item AS jsonb) WITH FUNCTION dynapg.to_jsonb(dynapg.item);

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

/* ================================ expressions ================================ */

CREATE FUNCTION dynapg.holds(item dynapg.item, program bytea) RETURNS boolean
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_holds';
COMMENT ON FUNCTION dynapg.holds(dynapg.item, bytea) IS 'does the condition of a compiled expression hold for the item?';

CREATE FUNCTION dynapg.apply(item dynapg.item, program bytea) RETURNS dynapg.item
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_apply';
COMMENT ON FUNCTION dynapg.apply(dynapg.item, bytea) IS 'the item with the update of a compiled expression applied';

CREATE FUNCTION dynapg.hand_over(old dynapg.item, new dynapg.item) RETURNS dynapg.item
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_hand_over';
COMMENT ON FUNCTION dynapg.hand_over(dynapg.item, dynapg.item) IS 'the new item; reports to the API which item a write replaced';

/* ---- tables on several nodes ---- */

CREATE FUNCTION dynapg.node_write(old dynapg.item, given dynapg.item, program bytea, wishes integer) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_node_write' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.node_write(dynapg.item, dynapg.item, bytea, integer) IS
	'what a row of a distributed table becomes by a write; node_outcome returns in the same statement what it found';

CREATE FUNCTION dynapg.node_outcome(item dynapg.item) RETURNS bytea
	AS 'MODULE_PATHNAME', 'dynapg_node_outcome' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.node_outcome(dynapg.item) IS 'what node_write found in this statement: the condition''s verdict, and items';

CREATE FUNCTION dynapg.node_item(table_name text, key dynapg.item) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_node_item' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.node_item(text, dynapg.item) IS
	'the stored item of a key, or NULL: what one node of Citus asks another that has the item; key: an item of the key''s attributes';

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

CREATE FUNCTION dynapg.item_matches(item dynapg.item, condition text, names json DEFAULT NULL, "values" json DEFAULT NULL)
	RETURNS boolean
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_item_matches';
COMMENT ON FUNCTION dynapg.item_matches(dynapg.item, text, json, json) IS
	'does a condition expression hold for the item? names and values as ExpressionAttributeNames and -Values';

CREATE FUNCTION dynapg.item_update(item dynapg.item, update text, names json DEFAULT NULL, "values" json DEFAULT NULL)
	RETURNS dynapg.item
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_item_update';
COMMENT ON FUNCTION dynapg.item_update(dynapg.item, text, json, json) IS
	'the item with an update expression applied; names and values as ExpressionAttributeNames and -Values';

CREATE FUNCTION dynapg.item_project(item dynapg.item, projection text, names json DEFAULT NULL) RETURNS dynapg.item
	LANGUAGE c IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_item_project';
COMMENT ON FUNCTION dynapg.item_project(dynapg.item, text, json) IS
	'the part of the item that a projection expression names; names as ExpressionAttributeNames';

/* ---- catalogs ---- */

CREATE SCHEMA dynamodb;
COMMENT ON SCHEMA dynamodb IS 'the data tables of dynapg, one per DynamoDB table';
GRANT USAGE ON SCHEMA dynapg, dynamodb TO PUBLIC;

CREATE TABLE dynapg.tables (
	name text COLLATE "C" PRIMARY KEY,
	relid regclass NOT NULL UNIQUE,
	table_id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	pk_name text COLLATE "C" NOT NULL,
	pk_type text NOT NULL CHECK (pk_type IN ('S', 'N', 'B')),
	sk_name text COLLATE "C",
	sk_type text CHECK (sk_type IN ('S', 'N', 'B')),
	deletion_protection boolean NOT NULL,
	attribute_definitions json NOT NULL,
	definition json NOT NULL,
	filled_by text COLLATE "C",
	CHECK ((sk_name IS NULL) = (sk_type IS NULL))
);
COMMENT ON TABLE dynapg.tables IS 'DynamoDB tables: their data table, key attributes and what the API describes';
COMMENT ON COLUMN dynapg.tables.filled_by IS 'the job that fills the table; until it is done the table is CREATING, and only the job finds it';

-- relation_name is not a regclass: pg_restore fills this table before it creates the indexes.
CREATE TABLE dynapg.indexes (
	table_relid regclass NOT NULL,
	name text COLLATE "C" NOT NULL,
	relation_name name NOT NULL,
	is_global boolean NOT NULL,
	partition_keys integer NOT NULL CONSTRAINT indexes_check
		CHECK (partition_keys BETWEEN CASE WHEN vector IS NULL THEN 1 ELSE 0 END AND pg_catalog.cardinality(key_names)),
	key_names text[] NOT NULL,
	key_types text[] NOT NULL CHECK (pg_catalog.cardinality(key_types) = pg_catalog.cardinality(key_names)),
	projection text NOT NULL CHECK (projection IN ('ALL', 'KEYS_ONLY', 'INCLUDE')),
	include text[] NOT NULL,
	definition json NOT NULL,
	status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'CREATING', 'DELETING')),
	failures integer NOT NULL DEFAULT 0,
	failed_at timestamptz,
	failure text,
	position integer NOT NULL,
	vector json,
	PRIMARY KEY (table_relid, name)
);
COMMENT ON COLUMN dynapg.indexes.vector IS 'of a vector index: attribute, dimensions and distance; its keys are the search schema';
COMMENT ON TABLE dynapg.indexes IS 'secondary indexes of DynamoDB tables; key attributes in order, partition attributes first';
COMMENT ON COLUMN dynapg.indexes.status IS 'CREATING and DELETING: a background worker is working on it, or will be when the table is described';
COMMENT ON COLUMN dynapg.indexes.position IS 'the order in which indexes are described: as the request listed them';
COMMENT ON COLUMN dynapg.indexes.failures IS 'failed attempts to finish the work in status';
COMMENT ON COLUMN dynapg.indexes.failure IS 'why the last one failed, at failed_at';

-- Holds key values, also of items that row security hides: no grants, and row security without policies, which holds for
-- pg_read_all_data, too. Made again where it is missing, so it is not dumped.
CREATE TABLE dynapg.scan_bounds (
	relation regclass NOT NULL,
	index_name text COLLATE "C" NOT NULL,
	total_segments integer NOT NULL,
	columns text NOT NULL,
	pages bigint NOT NULL,
	bounds bytea[] NOT NULL,
	used_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (relation, index_name, total_segments)
);
COMMENT ON TABLE dynapg.scan_bounds IS 'where the segments of parallel scans meet; index_name is empty for the table itself';
ALTER TABLE dynapg.scan_bounds ENABLE ROW LEVEL SECURITY;

-- Read and written by src/store/tokens.c directly, so it is of the access method heap and has no triggers. No grants, and row
-- security without policies: anybody who knows a token can use it. Not dumped: tokens live for ten minutes.
CREATE TABLE dynapg.tokens (
	hash bigint NOT NULL,
	expires_at timestamptz NOT NULL,
	role oid NOT NULL,
	token bytea NOT NULL,
	digest bytea NOT NULL,
	note bytea,
	PRIMARY KEY (hash, expires_at)
) USING heap WITH (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE dynapg.tokens IS 'ClientRequestToken of transactions of the last ten minutes, with a digest of the request';
COMMENT ON COLUMN dynapg.tokens.hash IS 'of role and token';
COMMENT ON COLUMN dynapg.tokens.token IS 'in UTF-8; bytes, since it may contain U+0000';
COMMENT ON COLUMN dynapg.tokens.note IS 'the read units of each action, for the reply to a repeated request; NULL if it does not ask for them';
ALTER TABLE dynapg.tokens ENABLE ROW LEVEL SECURITY;

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

GRANT SELECT ON dynapg.tables, dynapg.indexes TO PUBLIC;

-- Rows of relations that are gone are not dumped: their numbers could mean anything elsewhere.
SELECT pg_catalog.pg_extension_config_dump('dynapg.tables', 'WHERE relid IN (SELECT oid FROM pg_catalog.pg_class)');
SELECT pg_catalog.pg_extension_config_dump('dynapg.indexes', 'WHERE table_relid IN (SELECT oid FROM pg_catalog.pg_class)');

CREATE FUNCTION dynapg.on_sql_drop() RETURNS event_trigger
	LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'dynapg_on_sql_drop';
COMMENT ON FUNCTION dynapg.on_sql_drop() IS 'removes the catalog rows of data tables and indexes that were dropped';
CREATE EVENT TRIGGER dynapg_on_sql_drop ON sql_drop EXECUTE FUNCTION dynapg.on_sql_drop();

-- Grants such as those of pg_write_all_data are not enough: see src/tables/guard.c.
CREATE FUNCTION dynapg.on_catalog_change() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_catalog_change';
COMMENT ON FUNCTION dynapg.on_catalog_change() IS 'refuses rows of tables that the user does not own';
REVOKE ALL ON FUNCTION dynapg.on_catalog_change() FROM PUBLIC;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.tables
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('relid');
ALTER TABLE dynapg.tables ENABLE ALWAYS TRIGGER guard;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.indexes
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('table_relid');
ALTER TABLE dynapg.indexes ENABLE ALWAYS TRIGGER guard;

CREATE FUNCTION dynapg.on_ddl_command_end() RETURNS event_trigger
	LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'dynapg_on_ddl_command_end';
COMMENT ON FUNCTION dynapg.on_ddl_command_end() IS 'follows indexes that are renamed, and refuses to rename the schemas';
CREATE EVENT TRIGGER dynapg_on_ddl_command_end ON ddl_command_end WHEN TAG IN ('ALTER INDEX', 'ALTER TABLE', 'ALTER SCHEMA')
	EXECUTE FUNCTION dynapg.on_ddl_command_end();

/* ---- data tables that the catalogs do not know ---- */

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

CREATE FUNCTION dynapg.attach_table(relation regclass, description json DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_attach_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.attach_table(regclass, json) IS
	'makes a table of schema dynamodb that the API does not know, as after restoring only this table, a DynamoDB table; description: the request of its CreateTable, else derived from the table';

/* ---- access keys ---- */

-- No grants, and row security without policies, since roles such as pg_read_all_data need no grants. Not dumped. Column secret is
-- there to be written by SQL: a trigger moves what is written to dynapg.access_secrets, and it is NULL in every row.
CREATE TABLE dynapg.access_keys (
	access_key_id text COLLATE "C" PRIMARY KEY CHECK (access_key_id OPERATOR(pg_catalog.~) '^[A-Za-z0-9_]{1,128}$'),
	secret text COLLATE "C" CHECK (secret IS NULL),
	role regrole NOT NULL,
	enabled boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	of_coordinator boolean NOT NULL DEFAULT false
) USING heap;
COMMENT ON TABLE dynapg.access_keys IS 'keys that sign HTTP requests, and the roles that these run as';
COMMENT ON COLUMN dynapg.access_keys.secret IS 'write-only: the value is kept in dynapg.access_secrets';
COMMENT ON COLUMN dynapg.access_keys.of_coordinator IS 'was made on the coordinator of Citus, which this node follows';
ALTER TABLE dynapg.access_keys ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.access_keys FROM PUBLIC;

-- Read and written by src/iam/secret.c directly, so that no statement has a secret and logical decoding sees none.
CREATE TABLE dynapg.access_secrets (
	access_key_id text COLLATE "C" PRIMARY KEY,
	secret text COLLATE "C" NOT NULL
) USING heap;
COMMENT ON TABLE dynapg.access_secrets IS 'the secrets of the access keys';
ALTER TABLE dynapg.access_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.access_secrets REPLICA IDENTITY NOTHING;
ALTER TABLE dynapg.access_secrets ALTER secret SET STATISTICS 0;
REVOKE ALL ON dynapg.access_secrets FROM PUBLIC;

CREATE FUNCTION dynapg.on_access_secrets_change() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_access_secrets_change';
COMMENT ON FUNCTION dynapg.on_access_secrets_change() IS 'refuses SQL that writes secrets';
REVOKE ALL ON FUNCTION dynapg.on_access_secrets_change() FROM PUBLIC;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON dynapg.access_secrets
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_secrets_change();
ALTER TABLE dynapg.access_secrets ENABLE ALWAYS TRIGGER refuse;

CREATE FUNCTION dynapg.on_access_key_secret() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_access_key_secret';
COMMENT ON FUNCTION dynapg.on_access_key_secret() IS 'moves the secret of a key to dynapg.access_secrets';
REVOKE ALL ON FUNCTION dynapg.on_access_key_secret() FROM PUBLIC;
CREATE TRIGGER keep_secret BEFORE INSERT OR UPDATE ON dynapg.access_keys
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret();
CREATE TRIGGER forget_secret AFTER DELETE ON dynapg.access_keys
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret();
CREATE TRIGGER forget_secrets AFTER TRUNCATE ON dynapg.access_keys
	EXECUTE FUNCTION dynapg.on_access_key_secret();
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER keep_secret;
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER forget_secret;
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER forget_secrets;

CREATE FUNCTION dynapg.on_access_keys_change() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_access_keys_change';
COMMENT ON FUNCTION dynapg.on_access_keys_change() IS 'makes every session forget the keys that it has read';
CREATE TRIGGER on_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON dynapg.access_keys
	EXECUTE FUNCTION dynapg.on_access_keys_change();
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER on_change;

CREATE VIEW dynapg.access_key_list WITH (security_barrier) AS
	SELECT k.access_key_id, k.role, k.enabled, k.created_at
	FROM dynapg.access_keys k JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) k.role::pg_catalog.oid
	WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER OR pg_catalog.pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION');
COMMENT ON VIEW dynapg.access_key_list IS 'the access keys of the roles that the user manages: its own, and those on which it has the ADMIN option';
GRANT SELECT ON dynapg.access_key_list TO PUBLIC;

CREATE FUNCTION dynapg.create_access_key(role regrole, OUT access_key_id text, OUT secret_access_key text)
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_create_access_key';
COMMENT ON FUNCTION dynapg.create_access_key(regrole) IS
	'a new key whose requests over HTTP run as the role; its secret cannot be read again';

CREATE FUNCTION dynapg.import_access_key(role regrole, access_key_id text, secret_access_key text) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_import_access_key';
COMMENT ON FUNCTION dynapg.import_access_key(regrole, text, text) IS
	'a key with an id and a secret that clients already have; the arguments may get into logs, as with any statement';
REVOKE ALL ON FUNCTION dynapg.import_access_key(regrole, text, text) FROM PUBLIC;

CREATE FUNCTION dynapg.disable_access_key(access_key_id text) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_disable_access_key';
COMMENT ON FUNCTION dynapg.disable_access_key(text) IS 'requests with the key are refused until it is enabled';

CREATE FUNCTION dynapg.enable_access_key(access_key_id text) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_enable_access_key';
COMMENT ON FUNCTION dynapg.enable_access_key(text) IS 'allows requests with the key again';

CREATE FUNCTION dynapg.drop_access_key(access_key_id text) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_drop_access_key';
COMMENT ON FUNCTION dynapg.drop_access_key(text) IS 'deletes the key';

CREATE FUNCTION dynapg.node_access_keys(known text) RETURNS bytea
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_node_access_keys';
COMMENT ON FUNCTION dynapg.node_access_keys(text) IS
	'the access keys with their secrets, packed, for another node of Citus; NULL where their state is the one that is known';
REVOKE ALL ON FUNCTION dynapg.node_access_keys(text) FROM PUBLIC;

/* ---- operations ---- */

/*
 * Operations of the API: request and reply as over HTTP. NULL is the empty request. A failed operation raises an error whose
 * SQLSTATE stands for the exception and whose message is DynamoDB's.
 *
 * Each takes json, jsonb and text. A literal and a parameter without a type are text for PostgreSQL: with only json and jsonb
 * they would be ambiguous. Only json has a default, since a call without arguments would be ambiguous otherwise.
 */

CREATE FUNCTION dynapg.create_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(json) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.create_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(jsonb) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.create_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(text) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.delete_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(json) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.delete_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(jsonb) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.delete_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(text) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.describe_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(json) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.describe_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(jsonb) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.describe_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(text) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.list_tables(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(json) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.list_tables(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(jsonb) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.list_tables(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(text) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.update_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(json) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.update_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(jsonb) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.update_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(text) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.delete_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(json) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.delete_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(jsonb) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.delete_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(text) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.get_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(json) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.get_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(jsonb) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.get_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(text) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.put_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(json) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.put_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(jsonb) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.put_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(text) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.batch_get_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(json) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_get_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(jsonb) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_get_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(text) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_write_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(json) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.batch_write_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(jsonb) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.batch_write_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(text) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.transact_get_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(json) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_get_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(jsonb) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_get_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(text) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_write_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(json) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.transact_write_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(jsonb) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.transact_write_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(text) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.query(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(json) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.query(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(jsonb) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.query(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(text) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.scan(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(json) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.scan(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(jsonb) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.scan(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(text) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.search_vectors(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_search_vectors' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.search_vectors(json) IS 'Finds the items with the nearest vectors: the API operation SearchVectors';

CREATE FUNCTION dynapg.search_vectors(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_search_vectors_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.search_vectors(jsonb) IS 'Finds the items with the nearest vectors: the API operation SearchVectors';

CREATE FUNCTION dynapg.search_vectors(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_search_vectors_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.search_vectors(text) IS 'Finds the items with the nearest vectors: the API operation SearchVectors';

CREATE FUNCTION dynapg.search_vectors_items(table_name text, index_name text, search_vector real[], top_k integer DEFAULT 10,
	condition text DEFAULT NULL, condition_values json DEFAULT NULL, condition_names json DEFAULT NULL)
	RETURNS TABLE (item dynapg.item, score double precision)
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1
AS $$
	SELECT dynapg.item_from_json(r.value OPERATOR(pg_catalog.->) 'Item'),
		(r.value OPERATOR(pg_catalog.->>) 'Score')::pg_catalog.float8
	FROM pg_catalog.json_array_elements(dynapg.search_vectors(pg_catalog.json_build_object(
		'TableName', $1, 'IndexName', $2, 'TopK', $4,
		'SearchVector', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('N', v.real::pg_catalog.text) ORDER BY v.ordinality)
			FROM pg_catalog.unnest($3) WITH ORDINALITY AS v (real, ordinality)),
		'SearchConditionExpression', $5, 'ExpressionAttributeValues', $6, 'ExpressionAttributeNames', $7))
		OPERATOR(pg_catalog.->) 'SearchResults') WITH ORDINALITY AS r (value, ordinality)
	ORDER BY r.ordinality
$$;
COMMENT ON FUNCTION dynapg.search_vectors_items(text, text, real[], integer, text, json, json) IS
	'the items with the nearest vectors as rows, the nearest first, as dynapg.search_vectors finds them';

CREATE FUNCTION dynapg.update_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(json) IS 'Changes an item or creates it: the API operation UpdateItem';

CREATE FUNCTION dynapg.update_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(jsonb) IS 'Changes an item or creates it: the API operation UpdateItem';

CREATE FUNCTION dynapg.update_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(text) IS 'Changes an item or creates it: the API operation UpdateItem';

/* Operations on tables, apart from their data: tags, policies, insights, destinations, limits, global tables. */

CREATE FUNCTION dynapg.create_global_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(json) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.create_global_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(jsonb) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.create_global_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(text) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.delete_resource_policy(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(json) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.delete_resource_policy(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(jsonb) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.delete_resource_policy(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(text) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.describe_contributor_insights(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(json) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_contributor_insights(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(jsonb) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_contributor_insights(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(text) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_endpoints(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(json) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_endpoints(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(jsonb) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_endpoints(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(text) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_global_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(json) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(jsonb) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(text) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table_settings(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(json) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_global_table_settings(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(jsonb) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_global_table_settings(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(text) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(json) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(jsonb) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(text) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_limits(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(json) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_limits(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(jsonb) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_limits(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(text) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(json) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(jsonb) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(text) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(json) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(jsonb) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(text) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(json) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(jsonb) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(text) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.get_resource_policy(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(json) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.get_resource_policy(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(jsonb) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.get_resource_policy(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(text) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.list_contributor_insights(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(json) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_contributor_insights(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(jsonb) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_contributor_insights(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(text) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_global_tables(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(json) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_global_tables(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(jsonb) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_global_tables(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(text) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_tags_of_resource(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(json) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.list_tags_of_resource(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(jsonb) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.list_tags_of_resource(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(text) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.put_resource_policy(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(json) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.put_resource_policy(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(jsonb) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.put_resource_policy(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(text) IS 'Stores a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.tag_resource(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(json) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.tag_resource(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(jsonb) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.tag_resource(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(text) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.untag_resource(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(json) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.untag_resource(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(jsonb) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.untag_resource(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(text) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.update_contributor_insights(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(json) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_contributor_insights(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(jsonb) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_contributor_insights(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(text) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_global_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(json) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(jsonb) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(text) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table_settings(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(json) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_global_table_settings(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(jsonb) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_global_table_settings(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(text) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(json) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(jsonb) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(text) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(json) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(jsonb) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(text) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';

CREATE VIEW dynapg.tags AS
	SELECT t.name AS table_name, g.tag OPERATOR(pg_catalog.->>) 'Key' AS key, g.tag OPERATOR(pg_catalog.->>) 'Value' AS value
	FROM dynapg.tables t
	JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
	CROSS JOIN LATERAL pg_catalog.json_array_elements(t.definition OPERATOR(pg_catalog.->) 'Tags') AS g (tag);
COMMENT ON VIEW dynapg.tags IS 'the tags of tables, as rows; TagResource and UntagResource write them';
GRANT SELECT ON dynapg.tags TO PUBLIC;

--
-- Throughput
--

CREATE FUNCTION dynapg.throughput_left() RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_throughput_left' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.throughput_left() IS 'the content of dynapg.throughput as JSON';
REVOKE ALL ON FUNCTION dynapg.throughput_left() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dynapg.throughput_left() TO pg_monitor;

CREATE VIEW dynapg.throughput AS
	SELECT t.name AS table_name, i.name AS index_name, l.kind, l.units_per_second, l.units
	FROM pg_catalog.json_to_recordset(dynapg.throughput_left()) AS l (relid oid, kind text, units_per_second bigint,
		units double precision)
	JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relid
	LEFT JOIN pg_catalog.pg_index x ON x.indexrelid OPERATOR(pg_catalog.=) c.oid
	JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) COALESCE(x.indrelid, c.oid)
	LEFT JOIN dynapg.indexes i ON i.table_relid OPERATOR(pg_catalog.=) x.indrelid AND i.relation_name OPERATOR(pg_catalog.=) c.relname;
COMMENT ON VIEW dynapg.throughput IS 'the remaining throughput of tables and global secondary indexes that were used since the server started';
GRANT SELECT ON dynapg.throughput TO pg_monitor;

CREATE FUNCTION dynapg.refill_throughput(table_name text, seconds integer DEFAULT 300) RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_refill_throughput' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.refill_throughput(text, integer) IS 'sets the remaining throughput of a table and its global secondary indexes to that of a number of seconds; a negative number is a debt';
REVOKE ALL ON FUNCTION dynapg.refill_throughput(text, integer) FROM PUBLIC;

CREATE FUNCTION dynapg.contributors(OUT table_name text, OUT index_name text, OUT event text, OUT partition_key text,
	OUT sort_key text, OUT requests bigint, OUT error bigint, OUT since timestamp with time zone) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'dynapg_contributors' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.contributors() IS 'what dynapg.contributor_insights shows';

CREATE VIEW dynapg.contributor_insights AS SELECT * FROM dynapg.contributors();
COMMENT ON VIEW dynapg.contributor_insights IS 'the keys of your tables and indexes that are accessed and throttled most, where UpdateContributorInsights has it on';
GRANT SELECT ON dynapg.contributor_insights TO PUBLIC;

--
-- Statistics of the HTTP front
--

CREATE FUNCTION dynapg.http_statistics() RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_http_statistics' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.http_statistics() IS 'the content of stat_operations as JSON; NULL without an HTTP front';
REVOKE ALL ON FUNCTION dynapg.http_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dynapg.http_statistics() TO pg_monitor;

CREATE VIEW dynapg.stat_operations AS
	SELECT operation, table_name, calls, errors, seconds, items, bytes_in, bytes_out
	FROM pg_catalog.json_to_recordset(dynapg.http_statistics()) AS s (operation text, table_name text, calls bigint, errors json,
		seconds double precision, items bigint, bytes_in bigint, bytes_out bigint);
COMMENT ON VIEW dynapg.stat_operations IS 'requests over HTTP since the start of the server or the last reset, by operation and table';
GRANT SELECT ON dynapg.stat_operations TO pg_monitor;

CREATE FUNCTION dynapg.stat_operations_reset() RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_stat_operations_reset' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.stat_operations_reset() IS 'sets the counts of stat_operations to zero';
REVOKE ALL ON FUNCTION dynapg.stat_operations_reset() FROM PUBLIC;

CREATE FUNCTION dynapg.http_workers() RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_http_workers' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.http_workers() IS 'the content of http_activity as JSON; NULL without an HTTP front';
REVOKE ALL ON FUNCTION dynapg.http_workers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dynapg.http_workers() TO pg_monitor;

CREATE VIEW dynapg.http_activity AS
	SELECT worker, pid, started, last_active, connections, idle, receiving, sending, closing, requests, buffered_bytes, unflushed_lsn, waiting
	FROM pg_catalog.json_to_recordset(dynapg.http_workers()) AS w (worker integer, pid integer, started timestamptz,
		last_active timestamptz, connections integer, idle integer, receiving integer, sending integer, closing integer, requests bigint,
		buffered_bytes bigint, unflushed_lsn pg_lsn, waiting integer);
COMMENT ON VIEW dynapg.http_activity IS 'the workers of the HTTP front and what they are doing';
GRANT SELECT ON dynapg.http_activity TO pg_monitor;

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

/* ---- Time to Live, and what is done in the background ---- */

CREATE FUNCTION dynapg.describe_time_to_live(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_time_to_live' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_time_to_live(json) IS 'Describes the Time to Live of a table: the API operation DescribeTimeToLive';

CREATE FUNCTION dynapg.describe_time_to_live(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_time_to_live_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_time_to_live(jsonb) IS 'Describes the Time to Live of a table: the API operation DescribeTimeToLive';

CREATE FUNCTION dynapg.describe_time_to_live(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_time_to_live_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_time_to_live(text) IS 'Describes the Time to Live of a table: the API operation DescribeTimeToLive';

CREATE FUNCTION dynapg.update_time_to_live(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_time_to_live' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_time_to_live(json) IS 'Enables or disables Time to Live for a table: the API operation UpdateTimeToLive';

CREATE FUNCTION dynapg.update_time_to_live(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_time_to_live_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_time_to_live(jsonb) IS 'Enables or disables Time to Live for a table: the API operation UpdateTimeToLive';

CREATE FUNCTION dynapg.update_time_to_live(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_time_to_live_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_time_to_live(text) IS 'Enables or disables Time to Live for a table: the API operation UpdateTimeToLive';

-- Written by the housekeeper (src/jobs/housekeeper.c). The text of a failure may hold an item's values, so that only a table's owner
-- sees its rows, in the view. Not dumped.
CREATE TABLE dynapg.jobs (
	relation regclass NOT NULL,
	kind text NOT NULL CHECK (kind IN ('ttl', 'streams')),
	items bigint NOT NULL,
	done_at timestamptz,
	failures integer NOT NULL,
	failure text,
	failed_at timestamptz,
	rate real,
	PRIMARY KEY (relation, kind)
) USING heap;
COMMENT ON TABLE dynapg.jobs IS 'what background jobs have done to data tables, and to dynapg.changes';
COMMENT ON COLUMN dynapg.jobs.items IS 'items that the job has deleted so far';
COMMENT ON COLUMN dynapg.jobs.done_at IS 'when it last deleted some';
COMMENT ON COLUMN dynapg.jobs.failures IS 'failures since then';
COMMENT ON COLUMN dynapg.jobs.failure IS 'why the last one failed, at failed_at';
COMMENT ON COLUMN dynapg.jobs.rate IS 'items a second that the last transaction deleted';
ALTER TABLE dynapg.jobs ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.jobs FROM PUBLIC;

CREATE FUNCTION dynapg.run_jobs() RETURNS bigint
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_run_jobs';
COMMENT ON FUNCTION dynapg.run_jobs() IS 'does the work of the background worker: deletes the expired items of the tables that the user owns, and returns their number; maintains streams';

CREATE FUNCTION dynapg.pace_job() RETURNS boolean
	LANGUAGE c VOLATILE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'dynapg_pace_job';
COMMENT ON FUNCTION dynapg.pace_job() IS 'true; in a background job it waits for the disk while others commit';

CREATE FUNCTION dynapg.version() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'dynapg_version';
COMMENT ON FUNCTION dynapg.version() IS 'the version of the module that the server has loaded';

--
-- PartiQL
--

CREATE FUNCTION dynapg.execute_statement(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_statement(json) IS 'Runs a PartiQL statement: the API operation ExecuteStatement';

CREATE FUNCTION dynapg.execute_statement(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_statement_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_statement(jsonb) IS 'Runs a PartiQL statement: the API operation ExecuteStatement';

CREATE FUNCTION dynapg.execute_statement(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_statement_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_statement(text) IS 'Runs a PartiQL statement: the API operation ExecuteStatement';

CREATE FUNCTION dynapg.batch_execute_statement(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_execute_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_execute_statement(json) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';

CREATE FUNCTION dynapg.batch_execute_statement(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_execute_statement_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_execute_statement(jsonb) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';

CREATE FUNCTION dynapg.batch_execute_statement(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_execute_statement_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_execute_statement(text) IS 'Runs PartiQL statements, each on its own: the API operation BatchExecuteStatement';

CREATE FUNCTION dynapg.execute_transaction(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_transaction' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_transaction(json) IS 'Runs PartiQL statements, all or none: the API operation ExecuteTransaction';

CREATE FUNCTION dynapg.execute_transaction(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_transaction_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_transaction(jsonb) IS 'Runs PartiQL statements, all or none: the API operation ExecuteTransaction';

CREATE FUNCTION dynapg.execute_transaction(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_execute_transaction_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.execute_transaction(text) IS 'Runs PartiQL statements, all or none: the API operation ExecuteTransaction';

CREATE FUNCTION dynapg.partiql_items(statement text, parameters json[]) RETURNS dynapg.item[]
	AS 'MODULE_PATHNAME', 'dynapg_partiql_items' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.partiql_items(text, json[]) IS 'What dynapg.partiql returns, as an array';

CREATE FUNCTION dynapg.partiql_json(statement text, VARIADIC parameters json[] DEFAULT '{}') RETURNS SETOF dynapg.item
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	BEGIN ATOMIC SELECT pg_catalog.unnest(dynapg.partiql_items(statement, parameters)); END;
COMMENT ON FUNCTION dynapg.partiql_json(text, json[]) IS 'What dynapg.partiql returns; its parameters are DynamoDB JSON only';

CREATE FUNCTION dynapg.partiql(statement text) RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_partiql' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.partiql(text) IS 'The items that a PartiQL statement finds or returns, of all its pages';

CREATE FUNCTION dynapg.partiql(statement text, VARIADIC parameters "any") RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_partiql' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.partiql(text, "any") IS 'The items that a PartiQL statement finds or returns, of all its pages; its parameters are SQL values';

CREATE FUNCTION dynapg.explain_statement(statement text) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain_statement(text) IS 'The operation that a PartiQL statement becomes, in words, and PostgreSQL''s plan; runs nothing';

CREATE FUNCTION dynapg.explain_statement(statement text, VARIADIC parameters "any") RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'dynapg_explain_statement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.explain_statement(text, "any") IS 'The operation that a PartiQL statement becomes, in words, and PostgreSQL''s plan; runs nothing';

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

--
-- The change log and DynamoDB Streams
--

-- Streams and shards have what DescribeStream reports. relid is never null and may be that of a dropped table; disabled streams
-- have an owner. Enabled streams are dumped: they begin again with new shards elsewhere, where transaction ids mean something
-- else. The sequence is not dumped, as the owner of a database may not read it: a number that a stream already has is skipped.
CREATE SEQUENCE dynapg.stream_number;
CREATE TABLE dynapg.streams (
	stream_id integer PRIMARY KEY DEFAULT pg_catalog.nextval('dynapg.stream_number'),
	table_name text COLLATE "C" NOT NULL,
	label text COLLATE "C" NOT NULL,
	relid regclass NOT NULL,
	owner oid NOT NULL DEFAULT 0,
	view text NOT NULL CHECK (view IN ('KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES')),
	pk_name text NOT NULL,
	pk_type text NOT NULL,
	sk_name text,
	sk_type text,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	disabled_at timestamptz,
	channel text,
	UNIQUE (table_name, label)
);
COMMENT ON TABLE dynapg.streams IS 'the streams of tables';
COMMENT ON COLUMN dynapg.streams.channel IS 'the channel that a transaction notifies when it writes records; NULL: none';
CREATE UNIQUE INDEX streams_enabled ON dynapg.streams (relid) WHERE disabled_at IS NULL;
ALTER SEQUENCE dynapg.stream_number OWNED BY dynapg.streams.stream_id;

-- A shard has records of the ticks above from_tick up to to_tick; while these are unknown, they are the first ticks that see from_xid
-- and to_xid.
CREATE TABLE dynapg.shards (
	stream_id integer NOT NULL,
	shard_id text COLLATE "C" NOT NULL,
	parent_id text COLLATE "C",
	slot integer NOT NULL,
	slots integer NOT NULL,
	from_tick bigint,
	from_xid bigint NOT NULL,
	to_tick bigint,
	to_xid bigint,
	created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	closed_at timestamptz,
	PRIMARY KEY (stream_id, shard_id)
);
COMMENT ON TABLE dynapg.shards IS 'the shards of streams';

-- Read and written by src/changes directly. No grants: roles that may read the table read the records through DynamoDB Streams.
CREATE SEQUENCE dynapg.change_number;
CREATE TABLE dynapg.ticks (
	tick bigint PRIMARY KEY,
	oldest_xid bigint NOT NULL,
	next_xid bigint NOT NULL,
	open_xids bigint[] NOT NULL,
	number_before bigint NOT NULL,
	number_after bigint NOT NULL,
	created_at timestamptz NOT NULL,
	complete boolean NOT NULL
) USING heap;
ALTER TABLE dynapg.ticks REPLICA IDENTITY NOTHING;
COMMENT ON TABLE dynapg.ticks IS 'which transactions were visible when: the order of changes';

CREATE TABLE dynapg.changes (
	stream_id integer NOT NULL,
	number bigint NOT NULL,
	xid bigint NOT NULL,
	created_at timestamptz NOT NULL,
	event "char" NOT NULL,
	by_service boolean NOT NULL,
	hash integer NOT NULL,
	keys dynapg.item NOT NULL,
	old_item dynapg.item,
	new_item dynapg.item
) USING heap;
COMMENT ON TABLE dynapg.changes IS 'changes of tables with a stream; they are in the ten tables that inherit from it';
CREATE TABLE dynapg.changes_0 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_0 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_1 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_1 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_2 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_2 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_3 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_3 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_4 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_4 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_5 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_5 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_6 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_6 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_7 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_7 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_8 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_8 IS 'changes of three hours out of thirty';
CREATE TABLE dynapg.changes_9 (PRIMARY KEY (stream_id, number)) INHERITS (dynapg.changes) USING heap;
COMMENT ON TABLE dynapg.changes_9 IS 'changes of three hours out of thirty';

DO $$
BEGIN
	FOR i IN 0 .. 9 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.changes_%s ALTER old_item SET COMPRESSION lz4, ALTER new_item SET COMPRESSION lz4', i);
	END LOOP;
EXCEPTION WHEN feature_not_supported THEN
	NULL;	-- this PostgreSQL has no lz4
END
$$;

GRANT SELECT ON dynapg.streams, dynapg.shards TO PUBLIC;

-- Grants such as that of pg_write_all_data are not enough: the owner of a stream's table decides who reads its records. Only
-- the owner of the log and superusers can access its rows with SQL.
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.streams
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('relid');
ALTER TABLE dynapg.streams ENABLE ALWAYS TRIGGER guard;
ALTER TABLE dynapg.shards ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON dynapg.shards FOR SELECT USING (true);
ALTER TABLE dynapg.ticks ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.changes ENABLE ROW LEVEL SECURITY;
DO $$
BEGIN
	FOR i IN 0 .. 9 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.changes_%s ENABLE ROW LEVEL SECURITY', i);
	END LOOP;
END
$$;
SELECT pg_catalog.pg_extension_config_dump('dynapg.streams',
	'WHERE disabled_at IS NULL AND relid IN (SELECT oid FROM pg_catalog.pg_class)');

CREATE FUNCTION dynapg.capture() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_capture';
COMMENT ON FUNCTION dynapg.capture() IS 'records the changes of a table with a stream';

CREATE FUNCTION dynapg.stream_records(table_name text, after numeric DEFAULT NULL, "limit" integer DEFAULT 1000)
	RETURNS TABLE (sequence_number numeric, event text, keys dynapg.item, old_item dynapg.item, new_item dynapg.item,
		created_at timestamptz, by_service boolean)
	AS 'MODULE_PATHNAME', 'dynapg_stream_records' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.stream_records(text, numeric, integer) IS
	'the records of the latest stream of a table in their order, from after a sequence number on';

CREATE FUNCTION dynapg.stream_notify(table_name text, channel text) RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_stream_notify' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.stream_notify(text, text) IS
	'makes each transaction that writes records of a table''s stream notify a channel, with the name of the table; NULL ends that';

CREATE FUNCTION dynapg.stream_statistics()
	RETURNS TABLE (table_name text, label text, stream_arn text, view_type text, status text, open_shards integer, records bigint,
		bytes bigint, oldest_record timestamptz, lag interval, channel text)
	AS 'MODULE_PATHNAME', 'dynapg_stream_statistics' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100;
COMMENT ON FUNCTION dynapg.stream_statistics() IS 'the rows of stream_list';
CREATE VIEW dynapg.stream_list AS SELECT * FROM dynapg.stream_statistics();
COMMENT ON VIEW dynapg.stream_list IS 'streams; with the size of those whose records the user may read';
COMMENT ON COLUMN dynapg.stream_list.records IS 'records in the log, including old ones that are not yet removed';
COMMENT ON COLUMN dynapg.stream_list.bytes IS 'their size on disk, estimated from the newest 1,000';
COMMENT ON COLUMN dynapg.stream_list.lag IS 'how long changes have waited for a reader or the background worker; 0: none wait';
GRANT SELECT ON dynapg.stream_list TO PUBLIC;

CREATE FUNCTION dynapg.jobs_next_look() RETURNS timestamptz
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_jobs_next_look';
COMMENT ON FUNCTION dynapg.jobs_next_look() IS 'when the background worker next runs due jobs; NULL if none works in this database';

-- A job that failed pauses as described in src/jobs/housekeeper.c.
CREATE VIEW dynapg.job_list WITH (security_barrier) AS
	SELECT w.name AS table_name, w.kind, COALESCE(j.items, 0) AS items, j.done_at, COALESCE(j.failures, 0) AS failures, j.failure, j.failed_at,
		j.rate, GREATEST(dynapg.jobs_next_look(), CASE WHEN j.failures OPERATOR(pg_catalog.>) 0 THEN j.failed_at OPERATOR(pg_catalog.+)
			LEAST('10 s'::interval OPERATOR(pg_catalog.*) (2::double precision OPERATOR(pg_catalog.^) LEAST(j.failures OPERATOR(pg_catalog.-) 1, 20)::double precision), '1 h') END) AS next_run
	FROM (SELECT t.relid, t.name, 'ttl' AS kind, (t.definition OPERATOR(pg_catalog.#>>) '{TimeToLive,Enabled}') OPERATOR(pg_catalog.=) 'true' AS wanted
			FROM dynapg.tables t
			UNION ALL SELECT 'dynapg.changes'::regclass, NULL, 'streams', true) w
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) w.relid::pg_catalog.oid
		LEFT JOIN dynapg.jobs j ON j.relation OPERATOR(pg_catalog.=) w.relid AND j.kind OPERATOR(pg_catalog.=) w.kind
	WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE') AND (w.wanted OR j.kind IS NOT NULL);
COMMENT ON VIEW dynapg.job_list IS 'what background jobs do to the tables that the user owns; streams, for superusers';
COMMENT ON COLUMN dynapg.job_list.next_run IS 'when it runs next; NULL without a background worker';
GRANT SELECT ON dynapg.job_list TO PUBLIC;

CREATE FUNCTION dynapg.ttl_statistics()
	RETURNS TABLE (relation regclass, attribute text, status text, backlog bigint, oldest timestamptz)
	LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 10
	AS 'MODULE_PATHNAME', 'dynapg_ttl_statistics';
COMMENT ON FUNCTION dynapg.ttl_statistics() IS 'the tables that the user owns whose items expire, for ttl_list';
CREATE VIEW dynapg.ttl_list WITH (security_barrier) AS
	SELECT t.name AS table_name, s.attribute, s.status, s.backlog, s.oldest AS oldest_backlog, COALESCE(j.items, 0) AS deleted, j.rate, j.done_at
	FROM dynapg.ttl_statistics() s JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) s.relation
		LEFT JOIN dynapg.jobs j ON j.relation OPERATOR(pg_catalog.=) s.relation AND j.kind OPERATOR(pg_catalog.=) 'ttl';
COMMENT ON VIEW dynapg.ttl_list IS 'Time to Live of the tables that the user owns';
COMMENT ON COLUMN dynapg.ttl_list.backlog IS 'expired items that are not yet deleted; NULL unless the status is ENABLED';
COMMENT ON COLUMN dynapg.ttl_list.rate IS 'items a second that the last transaction deleted';
GRANT SELECT ON dynapg.ttl_list TO PUBLIC;

CREATE FUNCTION dynapg.describe_stream(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_stream' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_stream(json) IS 'Describes a stream and its shards, paged: the API operation DescribeStream';

CREATE FUNCTION dynapg.describe_stream(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_stream_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_stream(jsonb) IS 'Describes a stream and its shards, paged: the API operation DescribeStream';

CREATE FUNCTION dynapg.describe_stream(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_stream_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_stream(text) IS 'Describes a stream and its shards, paged: the API operation DescribeStream';

CREATE FUNCTION dynapg.get_records(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_records' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_records(json) IS 'Reads records of a shard of a stream: the API operation GetRecords';

CREATE FUNCTION dynapg.get_records(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_records_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_records(jsonb) IS 'Reads records of a shard of a stream: the API operation GetRecords';

CREATE FUNCTION dynapg.get_records(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_records_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_records(text) IS 'Reads records of a shard of a stream: the API operation GetRecords';

CREATE FUNCTION dynapg.get_shard_iterator(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_shard_iterator' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_shard_iterator(json) IS 'Returns where to begin to read a shard of a stream: the API operation GetShardIterator';

CREATE FUNCTION dynapg.get_shard_iterator(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_shard_iterator_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_shard_iterator(jsonb) IS 'Returns where to begin to read a shard of a stream: the API operation GetShardIterator';

CREATE FUNCTION dynapg.get_shard_iterator(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_shard_iterator_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_shard_iterator(text) IS 'Returns where to begin to read a shard of a stream: the API operation GetShardIterator';

CREATE FUNCTION dynapg.list_streams(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_streams' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_streams(json) IS 'Lists streams, paged: the API operation ListStreams';

CREATE FUNCTION dynapg.list_streams(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_streams_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_streams(jsonb) IS 'Lists streams, paged: the API operation ListStreams';

CREATE FUNCTION dynapg.list_streams(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_streams_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_streams(text) IS 'Lists streams, paged: the API operation ListStreams';

/* ---- point-in-time recovery ---- */

-- What is kept of tables with point-in-time recovery (src/changes/recovery.h). Not dumped: transaction ids mean nothing elsewhere.
-- No grants: roles that may read the table read its history through dynapg.recovery_rows.
CREATE SEQUENCE dynapg.recovery_number;
CREATE TABLE dynapg.recoveries (
	recovery_id integer PRIMARY KEY DEFAULT pg_catalog.nextval('dynapg.recovery_number'),
	relid regclass NOT NULL UNIQUE,
	days integer NOT NULL,
	since timestamptz NOT NULL,
	since_xid bigint NOT NULL
) USING heap;
COMMENT ON TABLE dynapg.recoveries IS 'tables with point-in-time recovery';
ALTER SEQUENCE dynapg.recovery_number OWNED BY dynapg.recoveries.recovery_id;

CREATE TABLE dynapg.moments (LIKE dynapg.ticks, PRIMARY KEY (tick)) USING heap;
ALTER TABLE dynapg.moments REPLICA IDENTITY NOTHING;
CREATE INDEX moments_created_at ON dynapg.moments (created_at);
COMMENT ON TABLE dynapg.moments IS 'ticks that are kept for longer, one of ten seconds';

CREATE TABLE dynapg.history_commits (
	xid bigint PRIMARY KEY,
	committed_at timestamptz NOT NULL,
	prepared boolean NOT NULL
) USING heap;
ALTER TABLE dynapg.history_commits REPLICA IDENTITY NOTHING;
COMMENT ON TABLE dynapg.history_commits IS 'commit times of longer transactions; prepared: when it was prepared, as its commit time is not known yet';

CREATE TABLE dynapg.history (
	recovery_id integer NOT NULL,
	number bigint NOT NULL,
	xid bigint NOT NULL,
	created_at timestamptz NOT NULL,
	event "char" NOT NULL,
	within boolean NOT NULL,
	pk text COLLATE "C" NOT NULL,
	sk text COLLATE "C",
	old_item dynapg.item
) USING heap;
COMMENT ON TABLE dynapg.history IS 'old rows of tables with point-in-time recovery; they are in the forty tables that inherit from it';

DO $$
BEGIN
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('CREATE TABLE dynapg.history_%s (PRIMARY KEY (recovery_id, number)) INHERITS (dynapg.history) USING heap', i);
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.history_%s REPLICA IDENTITY NOTHING', i);
		EXECUTE pg_catalog.format('COMMENT ON TABLE dynapg.history_%s IS ''old rows of one day out of forty''', i);
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.history_%s ENABLE ROW LEVEL SECURITY', i);
	END LOOP;
END
$$;
DO $$
BEGIN
	FOR i IN 0 .. 39 LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dynapg.history_%s ALTER old_item SET COMPRESSION lz4', i);
	END LOOP;
EXCEPTION WHEN feature_not_supported THEN
	NULL;	-- this PostgreSQL has no lz4
END
$$;

-- Only the owner of the history and superusers can access its rows with SQL.
ALTER TABLE dynapg.recoveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.moments ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.history_commits ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.history ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION dynapg.record_history() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_record_history';
COMMENT ON FUNCTION dynapg.record_history() IS 'keeps the old rows of a table with point-in-time recovery';

CREATE FUNCTION dynapg.recovery_rows(relation regclass, cut bytea, until bytea)
	RETURNS TABLE (pk text, sk text, item dynapg.item, changed_at timestamptz)
	AS 'MODULE_PATHNAME', 'dynapg_recovery_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.recovery_rows(regclass, bytea, bytea) IS
	'what rows of a table that were written later were at a moment; for queries that dynapg makes';

CREATE VIEW dynapg.recovery_list WITH (security_barrier) AS
	SELECT t.name AS table_name, r.days, r.since, GREATEST(r.since, pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
		pg_catalog.make_interval(secs => r.days OPERATOR(pg_catalog.*) 86400)) AS earliest, h.records, h.bytes
	FROM dynapg.recoveries r JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) r.relid
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.relid::pg_catalog.oid
		CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS records,
			COALESCE(pg_catalog.sum(110 OPERATOR(pg_catalog.+) pg_catalog.octet_length(h.pk) OPERATOR(pg_catalog.+)
				COALESCE(pg_catalog.octet_length(h.sk), 0) OPERATOR(pg_catalog.+) COALESCE(pg_catalog.pg_column_size(h.old_item), 0)), 0) AS bytes
			FROM dynapg.history h WHERE h.recovery_id OPERATOR(pg_catalog.=) r.recovery_id) h
	WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW dynapg.recovery_list IS 'point-in-time recovery of the tables that the user owns: period in days, the oldest moment to restore to, and the number of rows kept';
GRANT SELECT ON dynapg.recovery_list TO PUBLIC;

CREATE FUNCTION dynapg.items_at(table_name text, moment timestamptz) RETURNS SETOF dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_items_at' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.items_at(text, timestamptz) IS 'the items of a table with point-in-time recovery as they were at that moment';

CREATE FUNCTION dynapg.changes_between(table_name text, from_moment timestamptz, to_moment timestamptz)
	RETURNS TABLE (old_item dynapg.item, new_item dynapg.item, changed_at timestamptz)
	AS 'MODULE_PATHNAME', 'dynapg_changes_between' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION dynapg.changes_between(text, timestamptz, timestamptz) IS
	'the items of a table with point-in-time recovery that were written between two moments, as they were at each';

/* ---- backups ---- */

-- Written by src/store/backup.c. Like dynapg.tables it holds names and settings, but no items: those are in the copies, which
-- only their owners can read. Everybody may read it, since the owner of a database, without being a superuser, has to dump it.
CREATE TABLE dynapg.backups (
	id text COLLATE "C" PRIMARY KEY,
	name text NOT NULL,
	table_name text COLLATE "C" NOT NULL,
	table_id uuid NOT NULL,
	source regclass,
	copy regclass,
	created_at timestamptz NOT NULL,
	items bigint NOT NULL DEFAULT 0,
	item_bytes bigint NOT NULL DEFAULT 0,
	copy_bytes bigint NOT NULL DEFAULT 0,
	definition json NOT NULL,
	failures integer NOT NULL DEFAULT 0,
	failed_at timestamptz,
	failure text,
	expires_at timestamptz,
	CHECK ((source IS NULL) OPERATOR(pg_catalog.<>) (copy IS NULL))
) USING heap;
COMMENT ON TABLE dynapg.backups IS 'one row per backup of a DynamoDB table';
COMMENT ON COLUMN dynapg.backups.id IS 'the last part of its ARN';
COMMENT ON COLUMN dynapg.backups.source IS 'the data table, until the backup is made';
COMMENT ON COLUMN dynapg.backups.copy IS 'the table with its items';
COMMENT ON COLUMN dynapg.backups.definition IS 'keys, indexes and settings of the table as they were';
COMMENT ON COLUMN dynapg.backups.failures IS 'attempts to make it that failed';
COMMENT ON COLUMN dynapg.backups.failure IS 'why the last one failed, at failed_at';
COMMENT ON COLUMN dynapg.backups.expires_at IS 'when it is deleted automatically; such a backup was made when its table was deleted';
CREATE INDEX ON dynapg.backups (source) WHERE source IS NOT NULL;
CREATE INDEX ON dynapg.backups (copy) WHERE copy IS NOT NULL;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.backups
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_catalog_change('copy');
ALTER TABLE dynapg.backups ENABLE ALWAYS TRIGGER guard;
GRANT SELECT ON dynapg.backups TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('dynapg.backups', 'WHERE copy IN (SELECT oid FROM pg_catalog.pg_class)');

CREATE FUNCTION dynapg.create_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_backup(json) IS 'Makes a backup of a table: the API operation CreateBackup';

CREATE FUNCTION dynapg.create_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_backup(jsonb) IS 'Makes a backup of a table: the API operation CreateBackup';

CREATE FUNCTION dynapg.create_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_backup(text) IS 'Makes a backup of a table: the API operation CreateBackup';

CREATE FUNCTION dynapg.delete_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_backup(json) IS 'Deletes a backup: the API operation DeleteBackup';

CREATE FUNCTION dynapg.delete_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_backup(jsonb) IS 'Deletes a backup: the API operation DeleteBackup';

CREATE FUNCTION dynapg.delete_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_backup(text) IS 'Deletes a backup: the API operation DeleteBackup';

CREATE FUNCTION dynapg.describe_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_backup(json) IS 'Describes a backup: the API operation DescribeBackup';

CREATE FUNCTION dynapg.describe_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_backup(jsonb) IS 'Describes a backup: the API operation DescribeBackup';

CREATE FUNCTION dynapg.describe_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_backup(text) IS 'Describes a backup: the API operation DescribeBackup';

CREATE FUNCTION dynapg.describe_continuous_backups(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_continuous_backups' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_continuous_backups(json) IS 'Describes point-in-time recovery of a table: the API operation DescribeContinuousBackups';

CREATE FUNCTION dynapg.describe_continuous_backups(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_continuous_backups_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_continuous_backups(jsonb) IS 'Describes point-in-time recovery of a table: the API operation DescribeContinuousBackups';

CREATE FUNCTION dynapg.describe_continuous_backups(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_continuous_backups_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_continuous_backups(text) IS 'Describes point-in-time recovery of a table: the API operation DescribeContinuousBackups';

CREATE FUNCTION dynapg.list_backups(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_backups' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_backups(json) IS 'Lists backups, paged: the API operation ListBackups';

CREATE FUNCTION dynapg.list_backups(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_backups_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_backups(jsonb) IS 'Lists backups, paged: the API operation ListBackups';

CREATE FUNCTION dynapg.list_backups(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_backups_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_backups(text) IS 'Lists backups, paged: the API operation ListBackups';

CREATE FUNCTION dynapg.restore_table_from_backup(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_from_backup' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_from_backup(json) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';

CREATE FUNCTION dynapg.restore_table_from_backup(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_from_backup_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_from_backup(jsonb) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';

CREATE FUNCTION dynapg.restore_table_from_backup(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_from_backup_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_from_backup(text) IS 'Makes a table from a backup: the API operation RestoreTableFromBackup';

CREATE FUNCTION dynapg.restore_table_to_point_in_time(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_to_point_in_time' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(json) IS 'Makes a table as another one was at a moment: the API operation RestoreTableToPointInTime';

CREATE FUNCTION dynapg.restore_table_to_point_in_time(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_to_point_in_time_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(jsonb) IS 'Makes a table as another one was at a moment: the API operation RestoreTableToPointInTime';

CREATE FUNCTION dynapg.restore_table_to_point_in_time(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_restore_table_to_point_in_time_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.restore_table_to_point_in_time(text) IS 'Makes a table as another one was at a moment: the API operation RestoreTableToPointInTime';

CREATE FUNCTION dynapg.update_continuous_backups(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_continuous_backups' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_continuous_backups(json) IS 'Switches point-in-time recovery of a table on or off: the API operation UpdateContinuousBackups';

CREATE FUNCTION dynapg.update_continuous_backups(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_continuous_backups_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_continuous_backups(jsonb) IS 'Switches point-in-time recovery of a table on or off: the API operation UpdateContinuousBackups';

CREATE FUNCTION dynapg.update_continuous_backups(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_continuous_backups_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_continuous_backups(text) IS 'Switches point-in-time recovery of a table on or off: the API operation UpdateContinuousBackups';

--
-- Long jobs
--

-- Written by the frame of long jobs (src/jobs/job.c). A row decides which role a background worker runs as, and its failure may
-- hold an item's values: the trigger lets only the owner of the catalog write it, and only a view shows the rows, to the
-- requesting role. Not dumped.
CREATE TABLE dynapg.long_jobs (
	id text COLLATE "C" PRIMARY KEY,
	kind text NOT NULL,
	role regrole NOT NULL,
	relation regclass,
	table_name text COLLATE "C" NOT NULL,
	table_id uuid,
	token text,
	request json NOT NULL,
	notes json,
	state text NOT NULL DEFAULT 'IN_PROGRESS' CHECK (state IN ('IN_PROGRESS', 'CANCELLING', 'CANCELLED', 'COMPLETED', 'FAILED')),
	pid integer,
	attempts integer NOT NULL DEFAULT 0,
	tried_at timestamptz,
	items bigint NOT NULL DEFAULT 0,
	bytes bigint NOT NULL DEFAULT 0,
	errors bigint NOT NULL DEFAULT 0,
	total_items bigint,
	total_bytes bigint,
	created_at timestamptz NOT NULL,
	started_at timestamptz,
	finished_at timestamptz,
	failure_code text,
	failure text,
	UNIQUE (role, kind, token)
) USING heap;
COMMENT ON TABLE dynapg.long_jobs IS 'one row per long job: the request, its role, the progress and the result';
COMMENT ON COLUMN dynapg.long_jobs.id IS 'the last part of its ARN';
COMMENT ON COLUMN dynapg.long_jobs.role IS 'the role that requested the job, and that it runs as';
COMMENT ON COLUMN dynapg.long_jobs.token IS 'the ClientToken of the request, for eight hours';
COMMENT ON COLUMN dynapg.long_jobs.notes IS 'where to continue, and results, in the form of the kind of job';
COMMENT ON COLUMN dynapg.long_jobs.attempts IS 'attempts since the last progress';
CREATE FUNCTION dynapg.on_long_jobs_change() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME', 'dynapg_on_long_jobs_change';
COMMENT ON FUNCTION dynapg.on_long_jobs_change() IS 'refuses changes of dynapg.long_jobs by SQL';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON dynapg.long_jobs
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_long_jobs_change();
ALTER TABLE dynapg.long_jobs ENABLE ALWAYS TRIGGER guard;
ALTER TABLE dynapg.long_jobs ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.long_jobs FROM PUBLIC;

CREATE VIEW dynapg.job_progress WITH (security_barrier) AS
	SELECT w.id, w.kind, w.table_name, w.state, w.items, w.total_items, w.bytes, w.total_bytes, w.errors,
		pg_catalog.round(w.items OPERATOR(pg_catalog./) NULLIF(w.seconds, 0)) AS items_per_second,
		CASE WHEN w.finished_at IS NULL AND w.items OPERATOR(pg_catalog.>) 0 AND w.total_items OPERATOR(pg_catalog.>=) w.items
			THEN pg_catalog.make_interval(secs => pg_catalog.round(w.seconds OPERATOR(pg_catalog.*)
				(w.total_items OPERATOR(pg_catalog.-) w.items) OPERATOR(pg_catalog./) w.items)::pg_catalog.float8) END AS time_left,
		w.created_at, w.started_at, w.finished_at, w.failure_code, w.failure
	FROM (
		SELECT j.id, j.kind, j.table_name, j.state, GREATEST(j.items, p.tuples_processed) AS items, j.total_items,
			GREATEST(j.bytes, p.bytes_processed) AS bytes, j.total_bytes, GREATEST(j.errors, p.tuples_excluded) AS errors,
			pg_catalog.date_part('epoch', COALESCE(j.finished_at, pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.-) j.started_at)::numeric
				AS seconds,
			j.created_at, j.started_at, j.finished_at, j.failure_code, j.failure
		FROM dynapg.long_jobs j
		LEFT JOIN pg_catalog.pg_stat_progress_copy p ON p.pid OPERATOR(pg_catalog.=) j.pid
			AND p.relid OPERATOR(pg_catalog.=) COALESCE(j.relation::pg_catalog.oid, 0::pg_catalog.oid)
		WHERE pg_catalog.pg_has_role(j.role::pg_catalog.oid, 'USAGE')
		UNION ALL
		SELECT i.name, 'index', t.name, i.status, p.tuples_done, p.tuples_total, NULL, NULL, i.failures,
			NULL, NULL, NULL, i.failed_at, NULL, i.failure
		FROM dynapg.indexes i
		JOIN dynapg.tables t ON t.relid OPERATOR(pg_catalog.=) i.table_relid
		JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.table_relid
		LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.relid OPERATOR(pg_catalog.=) c.oid
			AND i.status OPERATOR(pg_catalog.=) 'CREATING'
		WHERE i.status OPERATOR(pg_catalog.<>) 'ACTIVE' AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
		UNION ALL
		SELECT b.id, 'backup', b.table_name, 'CREATING', NULL, NULL, NULL, NULL, b.failures,
			NULL, b.created_at, NULL, b.failed_at, NULL, b.failure
		FROM dynapg.backups b JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) b.source
		WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
	) w;
COMMENT ON VIEW dynapg.job_progress IS 'long work that the user has requested, or that runs for tables that the user owns';
GRANT SELECT ON dynapg.job_progress TO PUBLIC;

CREATE FUNCTION dynapg.cancel_job(id text) RETURNS boolean
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_cancel_job';
COMMENT ON FUNCTION dynapg.cancel_job(text) IS 'cancels a long job that the user has requested; false if it is over';

--
-- Buckets
--

-- For the endpoint in dynapg.s3_endpoint. Only superusers read and write it; workers of jobs read it as its owner. Not dumped.
CREATE TABLE dynapg.s3_credentials (
	bucket text COLLATE "C" PRIMARY KEY DEFAULT '',
	access_key_id text NOT NULL,
	secret_access_key text NOT NULL,
	session_token text,
	region text
) USING heap;
COMMENT ON TABLE dynapg.s3_credentials IS 'the keys that requests to dynapg.s3_endpoint are signed with';
COMMENT ON COLUMN dynapg.s3_credentials.bucket IS 'empty: all buckets that have no row';
COMMENT ON COLUMN dynapg.s3_credentials.region IS 'if it is not dynapg.region';
ALTER TABLE dynapg.s3_credentials ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.s3_credentials FROM PUBLIC;

--
-- Exports
--

CREATE FUNCTION dynapg.describe_export(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_export' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_export(json) IS 'Describes an export: the API operation DescribeExport';

CREATE FUNCTION dynapg.describe_export(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_export_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_export(jsonb) IS 'Describes an export: the API operation DescribeExport';

CREATE FUNCTION dynapg.describe_export(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_export_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_export(text) IS 'Describes an export: the API operation DescribeExport';

CREATE FUNCTION dynapg.export_table_to_point_in_time(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_export_table_to_point_in_time' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.export_table_to_point_in_time(json) IS 'Exports the items of a table to a bucket: the API operation ExportTableToPointInTime';

CREATE FUNCTION dynapg.export_table_to_point_in_time(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_export_table_to_point_in_time_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.export_table_to_point_in_time(jsonb) IS 'Exports the items of a table to a bucket: the API operation ExportTableToPointInTime';

CREATE FUNCTION dynapg.export_table_to_point_in_time(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_export_table_to_point_in_time_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.export_table_to_point_in_time(text) IS 'Exports the items of a table to a bucket: the API operation ExportTableToPointInTime';

CREATE FUNCTION dynapg.list_exports(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_exports' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_exports(json) IS 'Lists exports, paged: the API operation ListExports';

CREATE FUNCTION dynapg.list_exports(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_exports_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_exports(jsonb) IS 'Lists exports, paged: the API operation ListExports';

CREATE FUNCTION dynapg.list_exports(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_exports_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_exports(text) IS 'Lists exports, paged: the API operation ListExports';

--
-- Import and bulk operations
--

-- Written by imports and bulk operations (src/store/load_errors.c). A record may hold anything: only a view shows it, to those who see
-- the job. Not dumped.
CREATE TABLE dynapg.load_errors (
	job text COLLATE "C" NOT NULL REFERENCES dynapg.long_jobs ON DELETE CASCADE,
	number bigint NOT NULL,
	object text NOT NULL,
	record bigint,
	message text NOT NULL,
	record_text text NOT NULL,
	PRIMARY KEY (job, number)
) USING heap;
COMMENT ON TABLE dynapg.load_errors IS 'the first errors of each import and bulk operation';
ALTER TABLE dynapg.load_errors ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON dynapg.load_errors FROM PUBLIC;

CREATE VIEW dynapg.import_errors WITH (security_barrier) AS
	SELECT j.id AS job, j.kind, j.table_name, e.number, e.object, e.record, e.message, e.record_text
	FROM dynapg.load_errors e JOIN dynapg.long_jobs j ON j.id OPERATOR(pg_catalog.=) e.job
	WHERE pg_catalog.pg_has_role(j.role::pg_catalog.oid, 'USAGE');
COMMENT ON VIEW dynapg.import_errors IS 'errors in records of imports and bulk operations that the user has requested';
COMMENT ON COLUMN dynapg.import_errors.job IS 'the last part of the ARN of the import or bulk operation';
COMMENT ON COLUMN dynapg.import_errors.object IS 'key of the object in the bucket';
COMMENT ON COLUMN dynapg.import_errors.record IS 'number of the record in the object, from 1 on; NULL: the rest of the object was not read';
COMMENT ON COLUMN dynapg.import_errors.record_text IS 'the beginning of the record';
GRANT SELECT ON dynapg.import_errors TO PUBLIC;

CREATE FUNCTION dynapg.apply_export(table_name text, bucket text, prefix text DEFAULT NULL) RETURNS text
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_apply_export';
COMMENT ON FUNCTION dynapg.apply_export(text, text, text) IS 'starts a job that applies an export to a table: puts its items and, for an incremental export, also deletes items; returns its id';

CREATE FUNCTION dynapg.import_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_table(json) IS 'Imports a new table from files in a bucket: the API operation ImportTable';

CREATE FUNCTION dynapg.import_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_table(jsonb) IS 'Imports a new table from files in a bucket: the API operation ImportTable';

CREATE FUNCTION dynapg.import_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_table(text) IS 'Imports a new table from files in a bucket: the API operation ImportTable';

CREATE FUNCTION dynapg.describe_import(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_import' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_import(json) IS 'Describes an import: the API operation DescribeImport';

CREATE FUNCTION dynapg.describe_import(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_import_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_import(jsonb) IS 'Describes an import: the API operation DescribeImport';

CREATE FUNCTION dynapg.describe_import(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_import_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_import(text) IS 'Describes an import: the API operation DescribeImport';

CREATE FUNCTION dynapg.list_imports(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_imports' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_imports(json) IS 'Lists imports: the API operation ListImports';

CREATE FUNCTION dynapg.list_imports(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_imports_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_imports(jsonb) IS 'Lists imports: the API operation ListImports';

CREATE FUNCTION dynapg.list_imports(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_imports_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_imports(text) IS 'Lists imports: the API operation ListImports';

CREATE FUNCTION dynapg.start_bulk_put_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_start_bulk_put_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.start_bulk_put_items(json) IS 'Puts the items of files in a bucket into a table: the API operation StartBulkPutItems';

CREATE FUNCTION dynapg.start_bulk_put_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_start_bulk_put_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.start_bulk_put_items(jsonb) IS 'Puts the items of files in a bucket into a table: the API operation StartBulkPutItems';

CREATE FUNCTION dynapg.start_bulk_put_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_start_bulk_put_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.start_bulk_put_items(text) IS 'Puts the items of files in a bucket into a table: the API operation StartBulkPutItems';

CREATE FUNCTION dynapg.describe_bulk_operation(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_bulk_operation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_bulk_operation(json) IS 'Describes a bulk operation: the API operation DescribeBulkOperation';

CREATE FUNCTION dynapg.describe_bulk_operation(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_bulk_operation_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_bulk_operation(jsonb) IS 'Describes a bulk operation: the API operation DescribeBulkOperation';

CREATE FUNCTION dynapg.describe_bulk_operation(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_bulk_operation_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_bulk_operation(text) IS 'Describes a bulk operation: the API operation DescribeBulkOperation';

CREATE FUNCTION dynapg.list_bulk_operations(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_bulk_operations' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_bulk_operations(json) IS 'Lists bulk operations: the API operation ListBulkOperations';

CREATE FUNCTION dynapg.list_bulk_operations(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_bulk_operations_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_bulk_operations(jsonb) IS 'Lists bulk operations: the API operation ListBulkOperations';

CREATE FUNCTION dynapg.list_bulk_operations(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_bulk_operations_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_bulk_operations(text) IS 'Lists bulk operations: the API operation ListBulkOperations';

CREATE FUNCTION dynapg.cancel_bulk_operation(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_cancel_bulk_operation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.cancel_bulk_operation(json) IS 'Cancels a bulk operation: the API operation CancelBulkOperation';

CREATE FUNCTION dynapg.cancel_bulk_operation(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_cancel_bulk_operation_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.cancel_bulk_operation(jsonb) IS 'Cancels a bulk operation: the API operation CancelBulkOperation';

CREATE FUNCTION dynapg.cancel_bulk_operation(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_cancel_bulk_operation_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.cancel_bulk_operation(text) IS 'Cancels a bulk operation: the API operation CancelBulkOperation';

--
-- Moving data in and out
--

CREATE FUNCTION dynapg.import_line(state internal, table_name text, line text) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_import_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_line(internal, text, text) IS 'takes a line, for dynapg.import_items';

CREATE FUNCTION dynapg.import_line(state internal, table_name text, line json) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_import_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_line(internal, text, json) IS 'takes a line, for dynapg.import_items';

CREATE FUNCTION dynapg.import_line(state internal, table_name text, line jsonb) RETURNS internal
	AS 'MODULE_PATHNAME', 'dynapg_import_line_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_line(internal, text, jsonb) IS 'takes a line, for dynapg.import_items';

CREATE FUNCTION dynapg.import_result(state internal) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_result' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_result(internal) IS 'writes the last lines, and returns the result of dynapg.import_items';

CREATE AGGREGATE dynapg.import_items(table_name text, line text) (
	SFUNC = dynapg.import_line, STYPE = internal, FINALFUNC = dynapg.import_result, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = UNSAFE
);
COMMENT ON AGGREGATE dynapg.import_items(text, text) IS
	'writes the items of lines into a table, or into the tables that the lines name, and returns counts and errors';

CREATE AGGREGATE dynapg.import_items(table_name text, line json) (
	SFUNC = dynapg.import_line, STYPE = internal, FINALFUNC = dynapg.import_result, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = UNSAFE
);
COMMENT ON AGGREGATE dynapg.import_items(text, json) IS
	'writes the items of lines into a table, or into the tables that the lines name, and returns counts and errors';

CREATE AGGREGATE dynapg.import_items(table_name text, line jsonb) (
	SFUNC = dynapg.import_line, STYPE = internal, FINALFUNC = dynapg.import_result, FINALFUNC_MODIFY = READ_WRITE, PARALLEL = UNSAFE
);
COMMENT ON AGGREGATE dynapg.import_items(text, jsonb) IS
	'writes the items of lines into a table, or into the tables that the lines name, and returns counts and errors';

CREATE FUNCTION dynapg.dump_items(table_name text) RETURNS SETOF text
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
COMMENT ON FUNCTION dynapg.dump_items(text) IS 'the items of a table as the lines of an export, in any order';

CREATE FUNCTION dynapg.create_table_request(description json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_request' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.create_table_request(json) IS 'the request of CreateTable that makes a table like the one that a reply of DescribeTable describes';

CREATE FUNCTION dynapg.create_table_like(source text, target text) RETURNS json
	LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
	BEGIN ATOMIC
		SELECT dynapg.create_table(pg_catalog.json_build_object('TableName', target, 'Table',
			dynapg.describe_table(pg_catalog.json_build_object('TableName', source)) OPERATOR(pg_catalog.->) 'Table'));
	END;
COMMENT ON FUNCTION dynapg.create_table_like(text, text) IS 'creates an empty table with the keys, indexes and settings of another one';

CREATE FUNCTION dynapg.import_workbench(model json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_import_workbench' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.import_workbench(json) IS 'creates the tables of a NoSQL Workbench model, and writes their sample data';

CREATE FUNCTION dynapg.create_tables_from_cloudformation(template json, parameters json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_tables_from_cloudformation' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_tables_from_cloudformation(json, json) IS 'creates the tables of a CloudFormation template';

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

CREATE FUNCTION dynapg.recorded_calls_reset() RETURNS void
	AS 'MODULE_PATHNAME', 'dynapg_recorded_calls_reset' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION dynapg.recorded_calls_reset() IS 'forgets what dynapg.recorded_calls shows, in all databases';
REVOKE ALL ON FUNCTION dynapg.recorded_calls_reset() FROM PUBLIC;

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
			COALESCE(pg_catalog.quote_ident(r.rolname), 'PUBLIC') AS grantee
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
		LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee
		WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
			AND (c.relkind IS NULL OR c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v,S}'))
			AND (c.relkind OPERATOR(pg_catalog.=) 'S' OR r.rolname OPERATOR(pg_catalog.<>) 'pg_monitor')
	LOOP
		EXECUTE 'REVOKE ALL ON ' OPERATOR(pg_catalog.||) object.name OPERATOR(pg_catalog.||) ' FROM ' OPERATOR(pg_catalog.||) object.grantee;
	END LOOP;
	REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA dynapg FROM PUBLIC, pg_monitor;
	-- PostgreSQL 17 has a privilege that earlier versions cannot read.
	IF pg_catalog.current_setting('server_version_num')::integer OPERATOR(pg_catalog.>=) 170000 THEN
		EXECUTE 'REVOKE MAINTAIN ON ALL TABLES IN SCHEMA dynapg FROM PUBLIC, pg_monitor';
	END IF;
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
	REVOKE CREATE ON SCHEMA dynapg, dynamodb FROM PUBLIC, pg_monitor;
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

-- Other sessions learn from this that the version has changed: see src/database/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
