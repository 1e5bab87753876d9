#!/bin/sh
# streams.sh - what a stream and Time to Live cost, and how fast they are
#
# Starts a private server in a temporary folder and measures, in short alternating runs where two things are compared:
#
#   put                PutItem of 1 KB items in SQL, of a table with a stream of both images, and of one that had a stream, against one without
#   put over HTTP      the same with one worker under wrk, durable
#   log                bytes of the log per record, against those of its images
#   GetRecords         records a second, over HTTP
#   lag                of a reader that polls every 100 ms while RATE items a second are put, and while a transaction stays open
#   Time to Live       items a second, and the 99th percentile of PutItem over HTTP meanwhile, against that before
#   trimming           records a second
#
# Nothing is asserted.  Needs wrk and python3.
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   HTTP_PORT  a free port (default: 8009)
#   ROUNDS     alternations of each pair (default: 5)
#   DURATION   seconds of a run (default: 3)
#   RATE       items a second behind which the reader polls (default: 5000)
#   OPEN       seconds that the transaction stays open (default: 30)
#   EXPIRED    items that expire (default: 1000000)
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
HTTP_PORT=${HTTP_PORT:-8009}
ROUNDS=${ROUNDS:-5}
DURATION=${DURATION:-3}
RATE=${RATE:-5000}
OPEN=${OPEN:-30}
EXPIRED=${EXPIRED:-1000000}
FSYNC=on
ITEMS=10000

command -v wrk >/dev/null || { echo "streams.sh: there is no wrk" >&2; exit 1; }
command -v python3 >/dev/null || { echo "streams.sh: there is no python3" >&2; exit 1; }
. "$(dirname "$0")/common.sh"

as_owner "cat >> data/postgresql.conf" <<-CONF
	shared_preload_libraries = 'dynapg'
	dynapg.http_port = $HTTP_PORT
	dynapg.http_listen_addresses = '127.0.0.1'
	dynapg.http_workers = 1
	dynapg.http_auth = trust
	dynapg.jobs_interval = 1000
CONF
as_owner "'$bin/pg_ctl' -D '$dir/data' -l '$dir/log' -w restart" >/dev/null
sql -c "CREATE EXTENSION dynapg"

create()
{
	sql -c "SELECT dynapg.create_table('{\"TableName\":\"$1\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],
		\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"}]${2:-}}')" >/dev/null
}

stream=',"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}'
note=$(awk 'BEGIN { srand(1); for (i = 0; i < 900; i++) printf "%c", 97 + int(26 * rand()) }')
create without
create with "$stream"
create had "$stream"
sql -c "SELECT dynapg.update_table('{\"TableName\":\"had\",\"StreamSpecification\":{\"StreamEnabled\":false}}')" >/dev/null
for table in without with had; do
	cat > "$dir/$table.sql" <<-SQL
		\set i random(1, :items)
		\set n random(1, 1000000)
		SELECT dynapg.put_item(('{"TableName":"$table","Item":{"pk":{"S":"' || :i || '"},"n":{"N":"' || :n || '"},"note":{"S":"$note"}}}')::json);
	SQL
	cat > "$dir/$table.lua" <<-LUA
		local note = "$note"
		request = function()
			return wrk.format("POST", "/", {["X-Amz-Target"] = "DynamoDB_20120810.PutItem", ["Content-Type"] = "application/x-amz-json-1.0"}, '{"TableName":"$table","Item":{"pk":{"S":"' ..
				math.random(1, $ITEMS) .. '"},"n":{"N":"' .. math.random(1, 1000000) .. '"},"note":{"S":"' .. note .. '"}}}')
		end
	LUA
done
cat > "$dir/timed.sql" <<-SQL
	\set i random(1, :items)
	SELECT dynapg.put_item(('{"TableName":"with","Item":{"pk":{"S":"' || :i || '"},"at":{"N":"' || extract(epoch FROM clock_timestamp()) || '"},"note":{"S":"$note"}}}')::json);
SQL

run_http()
{
	wrk -t 1 -c 64 -d "$DURATION" -s "$dir/$1.lua" "http://127.0.0.1:$HTTP_PORT/" > "$dir/wrk"
	! grep -q 'Non-2xx' "$dir/wrk" || { cat "$dir/wrk" >&2; exit 1; }
	sed -n 's/^Requests\/sec: *//p' "$dir/wrk"
}

compare_http()
{
	: > "$dir/ours"; : > "$dir/other"
	for round in $(seq "$ROUNDS"); do
		run_http "$2" >> "$dir/ours"
		run_http "$3" >> "$dir/other"
	done
	paste "$dir/ours" "$dir/other" | awk '{ print $1 / $2 }' > "$dir/ratios"
	printf '%-38s %7d %12.0f %12.0f %7.2f\n' "$1" 64 "$(median "$dir/ours")" "$(median "$dir/other")" "$(median "$dir/ratios")"
}

client()
{
	python3 "$here/streams/client.py" "$HTTP_PORT" "$@"
}

printf 'median of %s runs of %s s, fsync on, PostgreSQL %s\n' "$ROUNDS" "$DURATION" "$(sql -c 'SHOW server_version')"
printf '%-38s %7s %12s %12s %7s\n' operation clients stream/s without/s ratio
run "$dir/without" 4 >/dev/null
run "$dir/had" 4 >/dev/null
run "$dir/with" 4 >/dev/null
compare "put, had a stream" 4 "$dir/had" "$dir/without"
compare "put, both images" 4 "$dir/with" "$dir/without"
compare_http "put over HTTP, both images" with without

size="SELECT round(sum(pg_relation_size(c.oid)) FILTER (WHERE relname !~ 'pkey') * 1.0 / (SELECT sum(pg_column_size(old_item) + pg_column_size(new_item)) FROM dynapg.changes), 2),
	round((sum(pg_relation_size(c.oid)) + sum(pg_relation_size(reltoastrelid)) FILTER (WHERE reltoastrelid <> 0)) * 1.0 / (SELECT sum(pg_column_size(old_item) + pg_column_size(new_item)) FROM dynapg.changes), 2)
	FROM pg_class c WHERE relnamespace = 'dynapg'::regnamespace AND relname ~ '^changes_'"
sql -F ' ' -c "$size" | { read -r rows all; echo "log: $rows of its images in tables, $all with indexes"; }
echo "GetRecords: $(client with read) records a second"

follow()
{
	pgbench_log=$dir/pgbench
	"$bin/pgbench" -n -M prepared -c 4 -j 1 -R "$RATE" -T "$(($2 + 3))" -D items="$ITEMS" -f "$dir/timed.sql" >"$pgbench_log" 2>&1 &
	writer=$!
	sleep 2
	client with follow "$2" | { read -r half most; printf '%s: %s ms behind, p99 %s ms' "$1" "$half" "$most"; }
	wait "$writer"
	sed -n 's/^tps = \([0-9]*\).*/, at \1 a second/p' "$pgbench_log"
}

follow "reader" 10
sql -c "BEGIN; SELECT dynapg.put_item('{\"TableName\":\"with\",\"Item\":{\"pk\":{\"S\":\"long\"}}}'); SELECT pg_sleep($((OPEN + 5))); COMMIT" >/dev/null &
follow "reader, with a transaction open" "$OPEN"
wait

create expiring "$stream"
sql -c "INSERT INTO dynamodb.expiring SELECT n::text, ('{\"pk\":{\"S\":\"' || n || '\"},\"v\":{\"S\":\"what a session is about\"},\"until\":{\"N\":\"' ||
	(extract(epoch FROM now())::bigint - 100 - n % 1000) || '\"}}')::dynapg.item FROM generate_series(1, $EXPIRED) n"
sql -c "CHECKPOINT"
before=$(client without put 10)
sql -c "SET dynapg.index_build = immediate" -c "SELECT dynapg.update_time_to_live('{\"TableName\":\"expiring\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"until\"}}')" >/dev/null
begin=$(date +%s.%N)
(while [ "$(sql -c "SELECT backlog FROM dynapg.ttl_list")" != 0 ]; do sleep 0.5; done; date +%s.%N) > "$dir/end" &
meanwhile=$(client without put 10)
wait
echo "$begin $(cat "$dir/end") $before $meanwhile" | awk -v items="$EXPIRED" \
	'{ printf "Time to Live, with a stream: %.0f items a second; p99 of PutItem %.2f ms, before %.2f ms, ratio %.2f\n", items / ($2 - $1), $4, $3, $4 / $3 }'

# records are trimmed when their table's turn is long over
records=$(sql -c "SELECT count(*) FROM dynapg.changes")
turn=$(sql -c "SELECT (floor(extract(epoch FROM now()) / 10800)::int - 10957 * 8 - 2) % 10")
sql -c "WITH moved AS (DELETE FROM dynapg.changes RETURNING *) INSERT INTO dynapg.changes_$turn SELECT * FROM moved" >/dev/null
sql -c "ALTER SYSTEM SET dynapg.jobs_interval = 0" -c "ALTER SYSTEM SET dynapg.stream_retention = '1s'" -c "SELECT pg_reload_conf()" >/dev/null
sleep 3
client without put 1 >/dev/null
sql -c "SELECT dynapg.put_item('{\"TableName\":\"with\",\"Item\":{\"pk\":{\"S\":\"last\"}}}')" -c "SELECT count(*) FROM dynapg.stream_records('with', 0, 0)" >/dev/null 2>&1 || true
sleep 2
begin=$(date +%s.%N)
sql -c "SELECT dynapg.run_jobs()" >/dev/null
end=$(date +%s.%N)
left=$(sql -c "SELECT count(*) FROM dynapg.changes_$turn")
echo "$begin $end $records $left" | awk '{ printf "trimming: %.0f records a second (%d of %d left)\n", ($3 - $4) / ($2 - $1), $4, $3 }'
