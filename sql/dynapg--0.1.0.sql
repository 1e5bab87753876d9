/* dynapg 0.1.0: install script. Run by CREATE EXTENSION dynapg. */
\echo Use "CREATE EXTENSION dynapg" to load this file. \quit

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
	CHECK ((sk_name IS NULL) = (sk_type IS NULL))
);
COMMENT ON TABLE dynapg.tables IS 'DynamoDB tables: their data table, key attributes and what the API describes back';

-- relation_name is no regclass: pg_restore fills this table before it creates the indexes.
CREATE TABLE dynapg.indexes (
	table_relid regclass NOT NULL,
	name text COLLATE "C" NOT NULL,
	relation_name name NOT NULL,
	is_global boolean NOT NULL,
	partition_keys integer NOT NULL CHECK (partition_keys BETWEEN 1 AND pg_catalog.cardinality(key_names)),
	key_names text[] NOT NULL,
	key_types text[] NOT NULL CHECK (pg_catalog.cardinality(key_types) = pg_catalog.cardinality(key_names)),
	projection text NOT NULL CHECK (projection IN ('ALL', 'KEYS_ONLY', 'INCLUDE')),
	include text[] NOT NULL,
	definition json NOT NULL,
	PRIMARY KEY (table_relid, name)
);
COMMENT ON TABLE dynapg.indexes IS 'secondary indexes of DynamoDB tables; key attributes in order, partition attributes first';

GRANT SELECT ON dynapg.tables, dynapg.indexes TO PUBLIC;

-- Rows of relations that are gone are not dumped: their numbers could mean anything elsewhere.
SELECT pg_catalog.pg_extension_config_dump('dynapg.tables', 'WHERE relid IN (SELECT oid FROM pg_catalog.pg_class)');
SELECT pg_catalog.pg_extension_config_dump('dynapg.indexes', 'WHERE table_relid IN (SELECT oid FROM pg_catalog.pg_class)');

CREATE FUNCTION dynapg.on_sql_drop() RETURNS event_trigger
	LANGUAGE c SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'dynapg_on_sql_drop';
COMMENT ON FUNCTION dynapg.on_sql_drop() IS 'removes the catalog rows of data tables that were dropped';
CREATE EVENT TRIGGER dynapg_on_sql_drop ON sql_drop EXECUTE FUNCTION dynapg.on_sql_drop();

/* ---- operations ---- */

/*
 * Operations of the API: request and reply as on the wire. NULL is the empty request. A failed operation raises an error
 * whose SQLSTATE tells the exception and whose message is DynamoDB's.
 */

CREATE FUNCTION dynapg.delete_item(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(json) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.get_item(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(json) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.put_item(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(json) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.update_item(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(json) IS 'Changes an item or creates it: the API operation UpdateItem';
