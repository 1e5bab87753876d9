#!/bin/sh
# vectors.sh - SearchVectors and writes of vectors against plain pgvector
#
# Loads vectors that lie in clusters, as those of texts do, into a DynamoDB table with a vector index and into plain
# (id text PRIMARY KEY, v vector), both with an HNSW index of the same parameters, and prints rates and their ratios:
#
#   search        the 10 nearest by the HNSW index against pgvector's query for the same on the same table
#   exact         the 10 nearest of all vectors against pgvector's scan of plain, which may use parallel workers
#   put           PutItem of an item with a vector against an upsert into plain
#   recall        the share of the exact answer that `search` finds, as a line of its own
#
# Nothing is asserted. Without the extension vector (Debian 13: postgresql-17-pgvector) it says so and ends.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      vectors in each table (default: 100000)
#   DIMENSIONS of each vector (default: 384)
#   ROUNDS     alternations of each pair (default: 5)
#   DURATION   seconds of a run (default: 3)
#   CLIENTS    numbers of clients (default: "1")
#   ONLY       which of them (default: all)
#   EF         dynapg.hnsw_ef_search (default: 160)
#   FSYNC      on: writes wait for the disk (default: off, so that the work of the processor is what counts)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-100000}
DIMENSIONS=${DIMENSIONS:-384}
ROUNDS=${ROUNDS:-5}
DURATION=${DURATION:-3}
CLIENTS=${CLIENTS:-1}
ONLY=${ONLY:-recall search exact put}
EF=${EF:-160}
FSYNC=${FSYNC:-off}
SHARED_BUFFERS=${SHARED_BUFFERS:-2GB}

. "$(dirname "$0")/common.sh"
if [ "$(sql -c "SELECT pg_catalog.count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'vector'")" = 0 ]; then
	echo "vectors: skipped, there is no extension vector (on Debian 13: postgresql-17-pgvector)"
	exit 0
fi
sql -v items="$ITEMS" -v dimensions="$DIMENSIONS" -f "$here/vectors/load.sql"
for script in "$here"/vectors/*.sql; do
	sed "s/DIMENSIONS/$DIMENSIONS/g; s/EF/$EF/g" "$script" > "$dir/$(basename "$script")"
done

printf '%s vectors of %s dimensions, ef_search %s, median of %s runs of %s s, fsync %s, %s, pgvector %s\n' "$ITEMS" "$DIMENSIONS" "$EF" \
	"$ROUNDS" "$DURATION" "$(sql -c 'SHOW fsync')" "PostgreSQL $(sql -c 'SHOW server_version')" \
	"$(sql -c "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector'")"
printf '%-38s %7s %12s %12s %7s\n' operation clients dynapg/s other/s ratio
for op in $ONLY; do
	if [ "$op" = recall ]; then
		printf '%-38s %s\n' "recall@10" "$(sql -f "$dir/recall.sql" | tail -n 1)"
		continue
	fi
	for clients in $CLIENTS; do
		compare "$op" "$clients" "$dir/$op" "$dir/plain_$op"
	done
done
