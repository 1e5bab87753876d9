/* dynapg 0.1.0 to 0.2.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.2.0'" to load this file. \quit

/* ---- operations: jsonb and text, and no request at all ---- */

CREATE OR REPLACE FUNCTION dynapg.create_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.delete_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.describe_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.list_tables(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.update_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.delete_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.get_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.put_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.batch_get_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.batch_write_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.transact_get_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.transact_write_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.query(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.scan(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.update_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;

CREATE FUNCTION dynapg.create_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(jsonb) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.create_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(text) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.delete_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(jsonb) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.delete_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(text) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.describe_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(jsonb) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.describe_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(text) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.list_tables(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(jsonb) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.list_tables(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(text) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.update_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(jsonb) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.update_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(text) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.delete_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(jsonb) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.delete_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(text) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.get_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(jsonb) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.get_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(text) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.put_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(jsonb) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.put_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(text) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.batch_get_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(jsonb) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_get_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(text) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_write_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(jsonb) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.batch_write_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(text) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.transact_get_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(jsonb) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_get_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(text) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_write_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(jsonb) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.transact_write_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(text) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.query(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(jsonb) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.query(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(text) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.scan(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(jsonb) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.scan(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(text) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.update_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(jsonb) IS 'Changes an item or creates it: the API operation UpdateItem';

CREATE FUNCTION dynapg.update_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(text) IS 'Changes an item or creates it: the API operation UpdateItem';

-- Who may not call an operation with json may not call it with another type either.
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

/* ---- tables with secondary indexes: autovacuum comes more often, unless their owner has said how often ---- */

DO $$
DECLARE
	indexed pg_catalog.regclass;
BEGIN
	FOR indexed IN
		SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class AS c
		WHERE c.oid IN (SELECT i.table_relid::pg_catalog.oid FROM dynapg.indexes AS i) AND c.relkind OPERATOR(pg_catalog.=) 'r'
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
				WHERE o.option_name OPERATOR(pg_catalog.=) 'autovacuum_vacuum_scale_factor')
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0.05)', indexed);
	END LOOP;
END
$$;
