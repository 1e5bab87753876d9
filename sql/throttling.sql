-- Throughput without dynapg in shared_preload_libraries: the setting is refused, nothing is counted, and who may do what
\set ECHO none
\i sql/common.psql
-- Throughput is counted in shared memory: a server that has not preloaded dynapg refuses the setting and counts nothing.
LOAD 'dynapg';
SHOW dynapg.throttling;
SET dynapg.throttling = on;
SHOW dynapg.throttling;
SET dynapg.throttling = off;
SELECT pg_temp.answer('create_table', '{"TableName":"Throttled","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}') LIKE '{"TableDescription":%';

-- Far beyond what a unit per second admits.
SELECT count(pg_temp.answer('put_item', format('{"TableName":"Throttled","Item":{"pk":{"S":"%s"}}}', i))), count(DISTINCT pg_temp.answer('put_item',
	format('{"TableName":"Throttled","Item":{"pk":{"S":"%s"}}}', i))) FROM generate_series(1, 500) i;
SELECT * FROM dynapg.throughput;
SELECT dynapg.throughput_left();

-- Who may, and what is refused.
SELECT dynapg.refill_throughput('Throttled');
SELECT dynapg.refill_throughput('Throttled', 301);
SELECT dynapg.refill_throughput('Throttled', -301);
SELECT dynapg.refill_throughput('Nothing');
SELECT dynapg.refill_throughput('x');
SELECT dynapg.refill_throughput(NULL) IS NULL;
CREATE ROLE throttled LOGIN;
SET ROLE throttled;
SELECT dynapg.refill_throughput('Throttled');
SELECT * FROM dynapg.throughput;
SET dynapg.throttling = off;
RESET ROLE;
GRANT pg_monitor TO throttled;
SET ROLE throttled;
SELECT * FROM dynapg.throughput;
RESET ROLE;
DROP ROLE throttled;
-- An ARN outside of an operation: the table of this account, one that is missing, one of another account.
SELECT dynapg.refill_throughput('arn:aws:dynamodb:us-east-1:000000000000:table/Throttled');
SELECT dynapg.refill_throughput('arn:aws:dynamodb:us-east-1:000000000000:table/None', 300);
SELECT dynapg.refill_throughput('arn:aws:dynamodb:us-east-1:111111111111:table/Throttled', 300);
SELECT pg_temp.answer('delete_table', '{"TableName":"Throttled"}') LIKE '{"TableDescription":%';
