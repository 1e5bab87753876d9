#!/bin/sh
# batches.sh - batches against single operations, transactions against plain SQL, updates of hot items against plain SQL
#
# Through SQL, without waiting for the disk but where a case says so; keys are random and spread over the table. Rates are
# of items for batches (B stands for bytes of an item) and of transactions for the rest. Nothing is asserted.
#
#   batch_put_new_B      BatchWriteItem of 25 new items against PutItem of new items
#   batch_put_B          the same with items that are there
#   batch_get_B          BatchGetItem of 100 keys against GetItem
#   transact             TransactWriteItems of 10 puts against BEGIN, the same 10 upserts one by one, COMMIT
#   transact_pipelined   against the same sent as one pipeline
#   transact_multi       against one INSERT of 10 rows, which SQL can say only of one table and of puts alone
#   transact_token       with a ClientRequestToken, against the pipeline
#   hot_update           UpdateItem that adds to one of 10 items, 16 connections, against UPDATE
#   hot_update_durable   the same, waiting for the disk where the server has fsync on
#   hot_transact         TransactWriteItems of two such updates against a pipelined transaction of two UPDATEs
#
#   PG_CONFIG  the PostgreSQL to measure; the extension must be installed in it (default: pg_config)
#   ITEMS      items in each table (default: 100000)
#   ROUNDS     alternations of each pair (default: 9)
#   DURATION   seconds of a run (default: 2)
#   ONLY       which of them (default: all)
#   FSYNC      off: the durable case does not wait either (default: on)
#
# With --connect it uses a running server; see common.sh.
set -eu

PG_CONFIG=${PG_CONFIG:-pg_config}
ITEMS=${ITEMS:-100000}
ROUNDS=${ROUNDS:-9}
DURATION=${DURATION:-2}
ONLY=${ONLY:-batch_put_new_100 batch_put_new_1000 batch_put_100 batch_put_1000 batch_get_100 batch_get_1000 transact transact_pipelined
	transact_multi transact_token hot_update hot_update_durable hot_transact}
FSYNC=${FSYNC:-on}

. "$(dirname "$0")/common.sh"

# ---- scripts of pgbench ----

# The beginning of a script: the number of a key among those that are there, or of a new one; a value that changes
existing="\\set p random(0, $((ITEMS / 100 - 1)))
\\set n random(1, 1000000)"
new="\\set p random(100000000, 999999999999)
\\set n random(1, 1000000)"
given="FROM (SELECT CAST(:p AS text) AS p, CAST(:n AS text) AS n) AS given;"

# note SIZE: the text that makes an item that size
note()
{
	printf "%$(($1 - 40))s" '' | tr ' ' n
}

# item GROUP SIZE: arguments of concat() that make the item, its key's number in p and a value in n
item()
{
	printf "'{\"pk\":{\"S\":\"%s-', p, '\"},\"sk\":{\"S\":\"s\"},\"cnt\":{\"N\":\"', n, '\"},\"status\":{\"S\":\"SHIPPED\"},\"note\":{\"S\":\"%s\"}}'" \
		"$1" "$(note "$2")"
}

# list COUNT FUNCTION ARGUMENT...: arguments of concat() for a JSON list of what FUNCTION NUMBER ARGUMENT... prints; nested,
# since a function has at most 100 arguments
list()
{
	count=$1
	shift
	for number in $(seq "$count"); do
		[ "$number" = 1 ] || printf ", ',', "
		printf 'concat('
		"$1" "$number" "$2"
		printf ')\n'
	done
}

put_request()
{
	printf "'{\"PutRequest\":{\"Item\":', "
	item "$@"
	printf ", '}}'"
}

put_action()
{
	printf "'{\"Put\":{\"TableName\":\"batches_%s\",\"Item\":', " "$2"
	item "$@"
	printf ", '}}'"
}

put_item()
{
	printf '\\set g random(1, 25)\n'
	printf "SELECT dynapg.put_item(concat('{\"TableName\":\"batches_%s\",\"Item\":{\"pk\":{\"S\":\"', CAST(:g AS text), '-" "$1"
	item '' "$1" | sed "s/^[^-]*-//"
	printf ", '}')::json)\n%s\n" "$given"
}

batch_put()
{
	printf "SELECT dynapg.batch_write_item(concat('{\"RequestItems\":{\"batches_%s\":[', " "$1"
	list 25 put_request "$1"
	printf ", ']}}')::json)\n%s\n" "$given"
}

get_item()
{
	printf "\\\\set g random(0, 99)\nSELECT dynapg.get_item(concat('{\"TableName\":\"batches_%s\",\"Key\":{\"pk\":{\"S\":\"', CAST(:g AS text), '-', " "$1"
	printf "CAST(:p AS text), '\"},\"sk\":{\"S\":\"s\"}}}')::json);\n"
}

# The requests of a batch of gets are 10 texts, made at the beginning of a run: as a client would send them
batch_get()
{
	printf '\\if :first\n\\set first 0\nSELECT '
	for request in $(seq 0 9); do
		[ "$request" = 0 ] || printf ', '
		printf "'{\"RequestItems\":{\"batches_%s\":{\"Keys\":[' || string_agg(key, ',') FILTER (WHERE request = %s) || ']}}}' AS r%s" "$1" "$request" "$request"
	done
	printf "\nFROM (SELECT request, '{\"pk\":{\"S\":\"' || number || '-' || CAST(random() * %s AS int) || '\"},\"sk\":{\"S\":\"s\"}}' AS key\n" $((ITEMS / 100 - 1))
	printf "\tFROM generate_series(0, 9) request, generate_series(0, 99) number) keys"
	printf ' \\gset\n\\endif\n\\set r random(0, 9)\n'
	for request in $(seq 0 9); do
		[ "$request" = 0 ] && printf '\\if' || printf '\\elif'
		printf ' :r = %s\nSELECT dynapg.batch_get_item(CAST(:r%s AS json));\n' "$request" "$request"
	done
	printf '\\endif\n'
}

# transact MEMBERS: MEMBERS are arguments of concat() for further members of the request
transact()
{
	printf "SELECT dynapg.transact_write_items(concat('{\"TransactItems\":[', "
	list 10 put_action 500
	printf ", ']'%s, '}')::json)\n%s\n" "$1" "$given"
}

row()
{
	printf "('%s-' || :p, 's', ('{\"cnt\":' || :n || ',\"status\":\"SHIPPED\",\"note\":\"%s\"}')::jsonb)" "$1" "$(note 500)"
}

upserts()
{
	for number in $(seq 10); do
		printf 'INSERT INTO batches_plain VALUES %s ON CONFLICT (pk, sk) DO UPDATE SET doc = excluded.doc;\n' "$(row "$number")"
	done
}

multi_upsert()
{
	printf 'INSERT INTO batches_plain VALUES '
	for number in $(seq 10); do
		[ "$number" = 1 ] || printf ', '
		row "$number"
	done
	printf ' ON CONFLICT (pk, sk) DO UPDATE SET doc = excluded.doc;\n'
}

# update VARIABLE: members of a request that adds to the hot item of that number; \u003a is a colon, which pgbench would
# take for its own
update()
{
	printf '{"TableName":"batches_500","Key":{"pk":{"S":"'"'"' || :%s || '"'"'-0"},"sk":{"S":"s"}},"UpdateExpression":"ADD cnt \\u003an",' "$1"
	printf '"ExpressionAttributeValues":{"\\u003an":{"N":"1"}}}'
}

plain_update()
{
	printf "UPDATE batches_plain SET doc = jsonb_set(doc, '{cnt}', to_jsonb((doc->>'cnt')::numeric + 1)) WHERE pk = :%s || '-0' AND sk = 's';\n" "$1"
}

write_scripts()
{
	for size in 100 1000; do
		{ printf '%s\n' "$new"; put_item "$size"; } > "$dir/put_new_$size.sql"
		{ printf '%s\n' "$new"; batch_put "$size"; } > "$dir/batch_put_new_$size.sql"
		{ printf '%s\n' "$existing"; put_item "$size"; } > "$dir/put_$size.sql"
		{ printf '%s\n' "$existing"; batch_put "$size"; } > "$dir/batch_put_$size.sql"
		{ printf '%s\n' "$existing"; get_item "$size"; } > "$dir/get_$size.sql"
		batch_get "$size" > "$dir/batch_get_$size.sql"
	done
	{ printf '%s\n' "$existing"; transact ''; } > "$dir/transact.sql"
	{ printf '%s\n' "$existing"; printf '%s\n' '\set t random(1, 1000000000000000000)'; transact ", ',\"ClientRequestToken\":\"', CAST(:t AS text), '\"'"; } > "$dir/transact_token.sql"
	{ printf '%s\n' "$existing"; echo 'BEGIN;'; upserts; echo 'COMMIT;'; } > "$dir/plain_transact.sql"
	{ printf '%s\n' "$existing"; printf '%s\n' '\startpipeline' 'BEGIN;'; upserts; printf '%s\n' 'COMMIT;' '\endpipeline'; } > "$dir/plain_pipelined.sql"
	{ printf '%s\n' "$existing"; multi_upsert; } > "$dir/plain_multi.sql"

	one='\set a random(0, 9)'
	two='\set a random(0, 8)
\set b random(:a + 1, 9)'
	{ printf '%s\n' "$one"; printf '%s\n' "SELECT dynapg.update_item(('$(update a)')::json);"; } > "$dir/hot_update.sql"
	{ printf '%s\n' "$one"; plain_update a; } > "$dir/plain_hot_update.sql"
	{ printf '%s\n' "$two"; printf '%s\n' "SELECT dynapg.transact_write_items(('{\"TransactItems\":[{\"Update\":$(update a)},{\"Update\":$(update b)}]}')::json);"; } > "$dir/hot_transact.sql"
	{ printf '%s\n' "$two"; printf '%s\n' '\startpipeline' 'BEGIN;'; plain_update a; plain_update b; printf '%s\n' 'COMMIT;' '\endpipeline'; } > "$dir/plain_hot_transact.sql"
}

# ---- measuring ----

# wait_for_disk on|off: do commits?  A server that is not our own keeps its setting of fsync
wait_for_disk()
{
	if [ -n "$own_server" ]; then
		[ "$FSYNC" = on ] || return 0
		sql -c "ALTER SYSTEM SET fsync = $1"
		sql -c "SELECT pg_reload_conf()" > "$dir/out"
		sleep 0.2
	else
		PGOPTIONS="-c synchronous_commit=$1"
		export PGOPTIONS
	fi
}

sql -v items="$ITEMS" -f "$here/batches/load.sql"
write_scripts

printf '%s items, median of %s runs of %s s, %s\n' "$ITEMS" "$ROUNDS" "$DURATION" "PostgreSQL $(sql -c 'SHOW server_version')"
printf '%-38s %7s %12s %12s %7s\n' operation clients dynapg/s other/s ratio
for op in $ONLY; do
	ours=$op clients=1 items=1 wait=off
	case $op in
		batch_put_*) other=${op#batch_} items=25 ;;
		batch_get_*) other=${op#batch_} items=100 ;;
		transact) other=plain_transact ;;
		transact_pipelined) ours=transact other=plain_pipelined ;;
		transact_multi) ours=transact other=plain_multi ;;
		transact_token) other=plain_pipelined ;;
		hot_update | hot_transact) other=plain_$op clients=16 ;;
		hot_update_durable) ours=hot_update other=plain_hot_update clients=16 wait=on ;;
		*) echo "batches.sh: no operation $op" >&2; exit 1 ;;
	esac
	wait_for_disk "$wait"
	compare "$op / $other" "$clients" "$dir/$ours" "$dir/$other" "$items"
done
