/* dynapg 0.6.0 to 0.7.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.7.0'" to load this file. \quit

CREATE FUNCTION dynapg.node_item(table_name text, key dynapg.item) RETURNS dynapg.item
	AS 'MODULE_PATHNAME', 'dynapg_node_item' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.node_item(text, dynapg.item) IS
	'the stored item of a key, or NULL: what one node of Citus asks another that has the item; key: an item of the key''s attributes';

ALTER TABLE dynapg.access_keys ADD COLUMN of_coordinator boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN dynapg.access_keys.of_coordinator IS 'was made on the coordinator of Citus, which this node follows';

CREATE FUNCTION dynapg.node_access_keys(known text) RETURNS bytea
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_node_access_keys';
COMMENT ON FUNCTION dynapg.node_access_keys(text) IS
	'the access keys with their secrets, packed, for another node of Citus; NULL where their state is the one that is known';
REVOKE ALL ON FUNCTION dynapg.node_access_keys(text) FROM PUBLIC;

/*
 * Tables from before 0.5.0 get the constraints that the update to 0.5.0 gives where it is the last step: with a newer module it gives
 * none.  As there, rows are looked at where there are few.
 */
DO $$
DECLARE
	data record;
	valid boolean;
BEGIN
	FOR data IN
		SELECT c.oid::pg_catalog.regclass AS relation, pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.<) 67108864 AS is_small
		FROM dynapg.tables t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.relid
		WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}') AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
			WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.conname OPERATOR(pg_catalog.=) 'dynapg fits')
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

-- Other sessions learn from this that the version has changed: see src/database/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
