#!/bin/bash
# Runs once, when the container of ../../Dockerfile makes its data: the extension, the role of the application, and its access key.
#
# DYNAPG_ACCESS_KEY_ID and DYNAPG_SECRET_ACCESS_KEY fix the key, for tests; without them create one with
# dynapg.create_access_key. DYNAPG_HTTP_PORT is the port (8000).
set -euo pipefail

sql()
{
	psql -X -q -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}" "$@"
}

sql <<-'SQL'
	CREATE EXTENSION IF NOT EXISTS dynapg;
	CREATE ROLE app LOGIN;
	GRANT CREATE ON SCHEMA dynamodb TO app;
SQL
# The server that runs now is for this script alone; the next one reads these settings and serves.
sql -v database="${POSTGRES_DB:-${POSTGRES_USER:-postgres}}" -v port="${DYNAPG_HTTP_PORT:-8000}" <<-'SQL'
	ALTER SYSTEM SET shared_preload_libraries = dynapg;
	LOAD 'dynapg';
	ALTER SYSTEM SET dynapg.http_database = :'database';
	ALTER SYSTEM SET dynapg.http_port = :'port';
	ALTER SYSTEM SET dynapg.http_listen_addresses = '*';
SQL

if [ -n "${DYNAPG_ACCESS_KEY_ID:-}" ]; then
	sql -v id="$DYNAPG_ACCESS_KEY_ID" -v secret="${DYNAPG_SECRET_ACCESS_KEY:?has to be set with DYNAPG_ACCESS_KEY_ID}" <<-'SQL'
		SELECT dynapg.import_access_key('app', :'id', :'secret') \g /dev/null
	SQL
fi
