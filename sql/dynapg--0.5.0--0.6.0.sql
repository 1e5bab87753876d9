/* dynapg 0.5.0 to 0.6.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.6.0'" to load this file. \quit

-- Other sessions learn from this that the version has changed: see src/database/installation.c. It stays the last statement of
-- each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
