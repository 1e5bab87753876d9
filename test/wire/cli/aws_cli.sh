#!/usr/bin/env bash
# aws_cli.sh - the AWS CLI: tables and waiters, items, queries with --query and pages, batches, transactions, errors as it
# prints them.
set -euo pipefail

table=wire_aws_cli
export AWS_PAGER='' AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=2

# version 1 takes a binary for its bytes, version 2 for base64
version=$(aws --version)
binary=AP8=
[[ $version != aws-cli/1.* ]] || binary=$(printf AP8= | base64)
printf '%s\n' "$version"

db()
{
	aws dynamodb "$@" --endpoint-url "$DYNAPG_ENDPOINT" --output json
}

# is WHAT FOUND EXPECTED: ends the program at the first difference.
is()
{
	if [ "$2" != "$3" ]; then
		printf 'FAILED: %s\nexpected %s\n   found %s\n' "$1" "$3" "$2"
		exit 1
	fi
	printf 'ok: %s\n' "$1"
}

# refused WHAT LINE COMMAND...: the command fails with this line, after which some versions say more, and with the status
# of a refused request (254; 255 in old versions).
refused()
{
	local what=$1 line=$2 output status=0
	shift 2
	output=$(db "$@" 2>&1) || status=$?
	is "$what" "$(grep -m 1 'An error occurred' <<<"$output" | sed 's/^aws: \[ERROR\]: //')" "$line"
	is "$what: status" "${status/255/254}" 254
}

is "create-table" "$(db create-table --table-name $table --billing-mode PAY_PER_REQUEST \
	--key-schema AttributeName=artist,KeyType=HASH AttributeName=song,KeyType=RANGE \
	--attribute-definitions AttributeName=artist,AttributeType=S AttributeName=song,AttributeType=S AttributeName=year,AttributeType=N \
	--local-secondary-indexes '[{"IndexName": "by_year", "Projection": {"ProjectionType": "ALL"}, "KeySchema":
		[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "year", "KeyType": "RANGE"}]}]' \
	--query TableDescription.TableStatus)" '"CREATING"'
db wait table-exists --table-name $table
is "describe-table" "$(db describe-table --table-name $table --query '[Table.TableStatus, Table.ItemCount, Table.KeySchema[1].AttributeName]' | tr -d ' \n')" \
	'["ACTIVE",0,"song"]'

for song in 1 2 3 4 5; do
	db put-item --table-name $table --item "{\"artist\": {\"S\": \"Nina\"}, \"song\": {\"S\": \"s$song\"}, \"year\": {\"N\": \"$((1970 - song))\"}, \"cover\": {\"B\": \"AP8=\"}}"
done
is "get-item" "$(db get-item --consistent-read --table-name $table --key '{"artist": {"S": "Nina"}, "song": {"S": "s3"}}' --query Item.year.N)" '"1967"'
is "get-item of nothing" "$(db get-item --table-name $table --key '{"artist": {"S": "Nina"}, "song": {"S": "none"}}')" ''
is "a binary in base64" "$(db get-item --table-name $table --key '{"artist": {"S": "Nina"}, "song": {"S": "s3"}}' --projection-expression cover --query Item.cover.B)" "\"$binary\""
is "update-item" "$(db update-item --table-name $table --key '{"artist": {"S": "Nina"}, "song": {"S": "s1"}}' \
	--update-expression 'SET #p = if_not_exists(#p, :zero) + :one ADD tags :tags' --expression-attribute-names '{"#p": "plays"}' \
	--expression-attribute-values '{":zero": {"N": "0"}, ":one": {"N": "1.50"}, ":tags": {"SS": ["live"]}}' \
	--return-values UPDATED_NEW --query '[Attributes.plays.N, Attributes.tags.SS[0]]' | tr -d ' \n')" '["1.5","live"]'
is "query with pages" "$(db query --table-name $table --page-size 2 --key-condition-expression 'artist = :a AND song > :s' --no-scan-index-forward \
	--expression-attribute-values '{":a": {"S": "Nina"}, ":s": {"S": "s1"}}' --query 'Items[].song.S' | tr -d ' \n')" '["s5","s4","s3","s2"]'
is "query of an index" "$(db query --table-name $table --index-name by_year --key-condition-expression 'artist = :a AND #y BETWEEN :f AND :t' \
	--expression-attribute-names '{"#y": "year"}' --expression-attribute-values '{":a": {"S": "Nina"}, ":f": {"N": "1966"}, ":t": {"N": "1968"}}' \
	--query 'Items[].song.S' | tr -d ' \n')" '["s4","s3","s2"]'
page=$(db scan --table-name $table --max-items 3)
is "scan: first items" "$(grep -c '"song"' <<<"$page")" 3
token=$(sed -n 's/.*"NextToken": "\(.*\)".*/\1/p' <<<"$page")
is "scan: the rest" "$(db scan --table-name $table --starting-token "$token" --query 'length(Items)')" 2
is "scan: count" "$(db scan --table-name $table --select COUNT --filter-expression 'attribute_exists(tags)' --query '[Count, ScannedCount]' | tr -d ' \n')" '[1,5]'
is "list-tables" "$(db list-tables --query "contains(TableNames, '$table')")" true

# batches; a write is sent again until nothing is left of it ("" is how some versions print an empty map)
batch=$(mktemp)
trap 'rm -f "$batch"' EXIT
left="{\"$table\": [$(for song in 1 2 3; do printf '{"PutRequest": {"Item": {"artist": {"S": "Miles"}, "song": {"S": "m%s"}}}}, ' $song; done)
	{\"DeleteRequest\": {\"Key\": {\"artist\": {\"S\": \"Nina\"}, \"song\": {\"S\": \"s5\"}}}}]}"
while [[ -n $left && $left != '{}' ]]; do
	printf '%s' "$left" >"$batch"
	left=$(db batch-write-item --request-items "file://$batch" --query UnprocessedItems)
done
is "batch-write-item, batch-get-item" "$(db batch-get-item --query "[Responses.$table[].song.S, UnprocessedKeys]" --request-items \
	"{\"$table\": {\"Keys\": [{\"artist\": {\"S\": \"Miles\"}, \"song\": {\"S\": \"m3\"}}, {\"artist\": {\"S\": \"Nina\"}, \"song\": {\"S\": \"s5\"}}]}}" \
	| tr -d ' \n')" '[["m3"],{}]'

# transactions
miles='"TableName": "'$table'", "Key": {"artist": {"S": "Miles"}, "song": {"S":'
cat >"$batch" <<-JSON
	[{"Put": {"TableName": "$table", "Item": {"artist": {"S": "Miles"}, "song": {"S": "m4"}}, "ConditionExpression": "attribute_not_exists(artist)"}},
	 {"Update": {$miles "m1"}}, "UpdateExpression": "ADD plays :n", "ExpressionAttributeValues": {":n": {"N": "3"}}}},
	 {"Delete": {$miles "m2"}}}},
	 {"ConditionCheck": {$miles "m3"}}, "ConditionExpression": "attribute_exists(artist)"}}]
JSON
once=$(date +%s)-$$
for units in Write Read; do
	is "transact-write-items with a token: ${units,} units" "$(db transact-write-items --transact-items "file://$batch" --client-request-token "$once" \
		--return-consumed-capacity TOTAL --query "ConsumedCapacity[0].${units}CapacityUnits")" 8.0
done
is "transact-write-items twice with one token" "$(db query --table-name $table --key-condition-expression 'artist = :a' \
	--expression-attribute-values '{":a": {"S": "Miles"}}' --query 'Items[].[song.S, plays.N]' | tr -d ' \n')" '[["m1","3"],["m3",null],["m4",null]]'
is "transact-get-items" "$(db transact-get-items --return-consumed-capacity TOTAL \
	--transact-items "[{\"Get\": {$miles \"m1\"}}}}, {\"Get\": {$miles \"m2\"}}}}]" \
	--query '[Responses[].Item.plays.N, ConsumedCapacity[0].CapacityUnits]' | tr -d ' \n')" '[["3"],4.0]'
refused "a token of another transaction" "An error occurred (IdempotentParameterMismatchException) when calling the TransactWriteItems operation: \
The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, \
unless the requests are identical" transact-write-items --client-request-token "$once" --transact-items "[{\"Delete\": {$miles \"m1\"}}}}]"
refused "a cancelled transaction" "An error occurred (TransactionCanceledException) when calling the TransactWriteItems operation: \
Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]" \
	transact-write-items --transact-items "[{\"Delete\": {$miles \"m1\"}}}},
		{\"ConditionCheck\": {$miles \"m9\"}}, \"ConditionExpression\": \"attribute_exists(artist)\"}}]"
refused "one item twice" "An error occurred (ValidationException) when calling the TransactGetItems operation: \
Transaction request cannot include multiple operations on one item" \
	transact-get-items --transact-items "[{\"Get\": {$miles \"m1\"}}}}, {\"Get\": {$miles \"m1\"}}}}]"

# PartiQL
is "execute-statement: insert" "$(db execute-statement --statement "INSERT INTO $table VALUE {'artist': 'PartiQL', 'song': ?}" --parameters '[{"S": "p1"}]' \
	--query 'Items')" '[]'
is "execute-statement: select" "$(db execute-statement --statement "SELECT song FROM $table WHERE artist = 'PartiQL' AND begins_with(song, 'p')" \
	--query 'Items' | tr -d ' \n')" '[{"song":{"S":"p1"}}]'
is "batch-execute-statement" "$(db batch-execute-statement --statements "[{\"Statement\": \"SELECT song FROM $table WHERE artist = 'PartiQL' AND song = 'p1'\"}, \
	{\"Statement\": \"SELECT song FROM $table WHERE artist = 'PartiQL'\"}]" --query 'Responses[].[Item.song.S, Error.Code]' | tr -d ' \n')" '[["p1",null],[null,"ValidationError"]]'
token=$(db execute-statement --statement "SELECT song FROM $table WHERE artist = 'Nina'" --limit 1 --query NextToken | tr -d '"')
is "execute-statement: the next page" "$(db execute-statement --statement "SELECT song FROM $table WHERE artist = 'Nina'" --limit 1 --next-token "$token" --query 'length(Items) <= `1`')" 'true'
is "execute-transaction" "$(db execute-transaction --transact-statements "[{\"Statement\": \"DELETE FROM $table WHERE artist = 'PartiQL' AND song = 'p1'\"}]" \
	--query 'Responses' | tr -d ' \n')" '[{}]'
refused "a malformed statement" "An error occurred (ValidationException) when calling the ExecuteStatement operation: \
Statement wasn't well formed, can't be processed: Expected data manipulation" execute-statement --statement "DROP TABLE $table"

refused "a failed condition" 'An error occurred (ConditionalCheckFailedException) when calling the DeleteItem operation: The conditional request failed' \
	delete-item --table-name $table --key '{"artist": {"S": "Nina"}, "song": {"S": "s1"}}' --condition-expression 'attribute_not_exists(artist)'
refused "a missing table" 'An error occurred (ResourceNotFoundException) when calling the DescribeTable operation: Requested resource not found: Table: wire_nowhere not found' \
	describe-table --table-name wire_nowhere
refused "a wrong key" 'An error occurred (ValidationException) when calling the GetItem operation: The provided key element does not match the schema' \
	get-item --table-name $table --key '{"artist": {"S": "Nina"}}'

is "delete-item" "$(db delete-item --table-name $table --key '{"artist": {"S": "Nina"}, "song": {"S": "s1"}}' --return-values ALL_OLD --query Attributes.year.N)" '"1969"'
is "delete-table" "$(db delete-table --table-name $table --query TableDescription.TableStatus)" '"DELETING"'
db wait table-not-exists --table-name $table
