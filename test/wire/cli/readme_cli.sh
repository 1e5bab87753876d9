#!/usr/bin/env bash
# readme_cli.sh - the lines of README and docs/partiql.md for the AWS CLI, as they are pasted into a shell; all but endpoint and key are
# theirs.
set -euo pipefail

lines=$(sed -n '/^## Point your SDK here/,/^## In psql/p' "$DYNAPG_README" | sed -n '/^```sh$/,/^```$/p' | sed '/^```/d')
[[ $lines == *'AWS_ENDPOINT_URL=http://localhost:8000 AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1'* ]]
lines=${lines//http:\/\/localhost:8000/$DYNAPG_ENDPOINT}
lines=${lines//export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any/}

unset AWS_REGION AWS_DEFAULT_REGION
output=$(AWS_PAGER='' bash -eu -c "$lines")
printf '%s\n' "$output"
[[ $output == *'"TableStatus": "CREATING"'*'"Notes"'*'"hello"'* ]]
aws dynamodb delete-table --endpoint-url "$DYNAPG_ENDPOINT" --region us-east-1 --table-name Notes

line=$(sed -n '/^```sh$/,/^```$/p' "${DYNAPG_README%/*}/docs/partiql.md" | sed '/^```/d')
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
table=(--endpoint-url "$DYNAPG_ENDPOINT" --table-name Songs)
aws dynamodb create-table "${table[@]}" --billing-mode PAY_PER_REQUEST --key-schema AttributeName=artist,KeyType=HASH \
	--attribute-definitions AttributeName=artist,AttributeType=S >/dev/null
aws dynamodb put-item "${table[@]}" --item '{"artist": {"S": "Acme"}, "song": {"S": "One"}}'
output=$(AWS_PAGER='' bash -eu -c "${line//http:\/\/localhost:8000/$DYNAPG_ENDPOINT}")
[[ $output == *'"One"'* ]]
aws dynamodb delete-table "${table[@]}" >/dev/null
