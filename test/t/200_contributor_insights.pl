# 200_contributor_insights.pl - dynapg.contributor_insights: what is counted by SQL and over HTTP, by several sessions, of a table and
# its index, the two modes, who sees it, thousands of keys, and what a restart and DROP TABLE leave.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $json = JSON::PP->new->canonical;
my ($node, $port) = http_node('insights', 'dynapg.http_workers = 2', 'dynapg.insights_sample = 1');

sub ask
{
	my ($operation, $request) = @_;
	my $reply = call($port, $operation, $json->encode($request));
	return ($reply->{status}, $json->decode($reply->{body}));
}

sub does
{
	my ($operation, $request) = @_;
	my ($status, $reply) = ask($operation, $request);
	is($status, 200, "$operation is answered") or diag $json->encode($reply);
	return $reply;
}

sub sql { return $node->safe_psql('postgres', $_[0], extra_params => [ '-q' ]) }

sub rows
{
	my ($table, $condition, $role) = @_;
	$condition //= 'true';
	return sql(($role ? "SET ROLE $role;" : '') . "SELECT concat_ws('|', COALESCE(index_name, '-'), event, partition_key, COALESCE(sort_key, '-'),
		requests, error) FROM dynapg.contributor_insights WHERE table_name = '$table' AND $condition ORDER BY index_name NULLS FIRST, event, sort_key NULLS FIRST,
		requests DESC, partition_key");
}

sub switch
{
	my ($table, $action, @more) = @_;
	does('UpdateContributorInsights', { TableName => $table, ContributorInsightsAction => $action, @more });
}

sub make_table
{
	my ($name) = @_;
	my $units = { ReadCapacityUnits => 1000, WriteCapacityUnits => 1000 };
	does('CreateTable', {
		TableName => $name,
		KeySchema => [ { AttributeName => 'p', KeyType => 'HASH' }, { AttributeName => 's', KeyType => 'RANGE' } ],
		AttributeDefinitions => [ { AttributeName => 'p', AttributeType => 'S' }, { AttributeName => 's', AttributeType => 'N' }, { AttributeName => 'g', AttributeType => 'B' } ],
		ProvisionedThroughput => $units,
		GlobalSecondaryIndexes => [ { IndexName => 'by_g', KeySchema => [ { AttributeName => 'g', KeyType => 'HASH' } ],
			Projection => { ProjectionType => 'ALL' }, ProvisionedThroughput => $units } ] });
}

sub item { return { p => { S => $_[0] }, s => { N => "$_[1]" }, $_[2] ? (g => { B => $_[2] }) : () } }
sub key { return item($_[0], $_[1]) }

make_table('Hot');
my $get = { TableName => 'Hot', Key => key('a', 1) };
does('PutItem', { TableName => 'Hot', Item => item('a', 1) });
is(rows('Hot'), '', 'nothing is counted before it is switched on');

# -- accesses of each kind --

switch('Hot', 'ENABLE');
does('GetItem', $get) for 1 .. 5;
does('PutItem', { TableName => 'Hot', Item => item('b', 1) });
does('UpdateItem', { TableName => 'Hot', Key => key('b', 1), UpdateExpression => 'SET x = :x', ExpressionAttributeValues => { ':x' => { S => 'y' } } });
does('DeleteItem', { TableName => 'Hot', Key => key('b', '2.50') });
does('Query', { TableName => 'Hot', KeyConditionExpression => 'p = :p', ExpressionAttributeValues => { ':p' => { S => 'q' } } });
does('Scan', { TableName => 'Hot' });
does('BatchGetItem', { RequestItems => { Hot => { Keys => [ key('a', 1), key('c', 1) ] } } });
does('BatchWriteItem', { RequestItems => { Hot => [ { PutRequest => { Item => item('c', 1) } }, { DeleteRequest => { Key => key('c', 2) } } ] } });
does('TransactGetItems', { TransactItems => [ { Get => $get } ] });
does('TransactWriteItems', { TransactItems => [ { Delete => { TableName => 'Hot', Key => key('d', 1) } } ] });
does('ExecuteStatement', { Statement => q(SELECT * FROM "Hot" WHERE p = 'a' AND s = 1) });
does('ExecuteStatement', { Statement => q(SELECT * FROM "Hot" WHERE p = 'q') });
does('BatchExecuteStatement', { Statements => [ { Statement => q(SELECT * FROM "Hot" WHERE p = 'a' AND s = 1) } ] });
sql(q(SELECT dynapg.get_item('{"TableName": "Hot", "Key": {"p": {"S": "a"}, "s": {"N": "1"}}}')));
is(rows('Hot'), join("\n", '-|accessed|a|-|10|0', '-|accessed|b|-|3|0', '-|accessed|c|-|3|0', '-|accessed|q|-|2|0', '-|accessed|d|-|1|0',
	'-|accessed|a|1|10|0', '-|accessed|b|1|2|0', '-|accessed|c|1|2|0', '-|accessed|d|1|1|0',
	'-|accessed|c|2|1|0', '-|accessed|b|2.5|1|0'), 'accesses, by SQL and over HTTP, by partition keys and whole keys');

# -- an index --

switch('Hot', 'ENABLE', IndexName => 'by_g');
does('PutItem', { TableName => 'Hot', Item => item('e', 1, 'AAEC') });
does('PutItem', { TableName => 'Hot', Item => item('e', 2) });
does('BatchWriteItem', { RequestItems => { Hot => [ { PutRequest => { Item => item('e', 3, 'AAEC') } } ] } });
does('BatchWriteItem', { RequestItems => { Hot => [ { DeleteRequest => { Key => key('e', 3) } } ] } });
does('UpdateItem', { TableName => 'Hot', Key => key('e', 1), UpdateExpression => 'SET x = :x', ExpressionAttributeValues => { ':x' => { S => 'y' } } });
does('TransactWriteItems', { TransactItems => [ { Delete => { TableName => 'Hot', Key => key('e', 1) } } ] });
does('Query', { TableName => 'Hot', IndexName => 'by_g', KeyConditionExpression => 'g = :g', ExpressionAttributeValues => { ':g' => { B => 'AAEC' } } });
is(rows('Hot', 'index_name IS NOT NULL'), 'by_g|accessed|AAEC|-|6|0', 'accesses of an index, by reads and by writes of its items');

# -- refusals --

switch('Hot', 'ENABLE', ContributorInsightsMode => 'THROTTLED_KEYS');
is(rows('Hot', 'index_name IS NULL'), '', 'switching on again begins again');
sql('ALTER SYSTEM SET dynapg.throttling = on');
sql('SELECT pg_reload_conf()');
$node->poll_query_until('postgres', "SELECT current_setting('dynapg.throttling') = 'on'");
sql(q(SELECT dynapg.refill_throughput('Hot', -300)));
sub refused
{
	my ($operation, $request) = @_;
	for (1 .. 100)
	{
		my ($status, $reply) = ask($operation, $request);
		return 1 if $status == 400;
		sleep 1;
	}
	return 0;
}
ok(refused('GetItem', $get), 'a read is refused');
switch('Hot', 'DISABLE');
switch('Hot', 'ENABLE', ContributorInsightsMode => 'THROTTLED_KEYS');
for (1 .. 3)
{
	my ($status) = ask('GetItem', $get);
	is($status, 400, 'and again');
}
is((ask('PutItem', { TableName => 'Hot', Item => item('w', 1) }))[0], 400, 'a write');
is((ask('Query', { TableName => 'Hot', KeyConditionExpression => 'p = :p', ExpressionAttributeValues => { ':p' => { S => 'q' } } }))[0], 400, 'a Query');
is((ask('TransactGetItems', { TransactItems => [ { Get => $get } ] }))[0], 400, 'a transaction');
is((ask('BatchWriteItem', { RequestItems => { Hot => [ { PutRequest => { Item => item('w', 1) } } ] } }))[0], 400, 'a batch');
is((ask('Query', { TableName => 'Hot', IndexName => 'by_g', KeyConditionExpression => 'g = :g', ExpressionAttributeValues => { ':g' => { B => 'AAEC' } } }))[0],
	400, 'a Query of the index');
is(rows('Hot', "index_name IS NULL"), join("\n", '-|throttled|a|-|4|0', '-|throttled|w|-|2|0', '-|throttled|q|-|1|0',
	'-|throttled|a|1|4|0', '-|throttled|w|1|2|0'), 'refusals, and no accesses');
is(rows('Hot', "index_name = 'by_g' AND event = 'throttled'"), 'by_g|throttled|AAEC|-|1|0', 'refusals of the index');
sql('ALTER SYSTEM RESET dynapg.throttling');
sql('SELECT pg_reload_conf()');
switch('Hot', 'DISABLE');
switch('Hot', 'DISABLE', IndexName => 'by_g');
is(rows('Hot'), '', 'nothing is shown when it is switched off');

# -- who sees it --

$node->safe_psql('postgres', q(CREATE ROLE shop; CREATE ROLE reader; CREATE ROLE watcher; CREATE ROLE stranger; GRANT pg_monitor TO watcher;
	GRANT CREATE ON SCHEMA dynamodb TO shop; SET ROLE shop;
	SELECT dynapg.create_table('{"TableName": "Secret", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
		"AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}]}');
	SELECT dynapg.update_contributor_insights('{"TableName": "Secret", "ContributorInsightsAction": "ENABLE"}');
	GRANT SELECT ON dynamodb."Secret" TO reader;));
sql(q(SELECT dynapg.put_item('{"TableName": "Secret", "Item": {"p": {"S": "card 4711"}}}')));
is(rows('Secret', 'true', 'shop'), '-|accessed|card 4711|-|1|0', 'the owner sees the keys');
is(rows('Secret', 'true', $_), '', "$_ does not") for qw(reader watcher stranger);
sql('GRANT SELECT ON dynamodb."Secret" TO watcher');
is(rows('Secret', 'true', 'watcher'), '-|accessed|card 4711|-|1|0', 'pg_monitor does with SELECT');
sql('ALTER TABLE dynamodb."Secret" ENABLE ROW LEVEL SECURITY');
is(rows('Secret', 'true', 'watcher'), '', 'but not below row level security');
is(sql(q(SET ROLE stranger; SELECT count(*) FROM dynapg.contributors())), '0', 'the function below the view shows no more');
is(($node->psql('postgres', 'SET ROLE shop; SET dynapg.insights_sample = 5'))[0], 3, 'only superusers set the sample');

# -- names, and tables that go --

sql(q(ALTER TABLE dynamodb."Secret" RENAME TO "Other"));
is(rows('Secret', 'true', 'shop'), '-|accessed|card 4711|-|1|0', 'renaming the data table changes nothing');
sql('DROP TABLE dynamodb."Other"');
is(sql(q(SELECT count(*) FROM dynapg.contributor_insights WHERE partition_key = 'card 4711')), '0', 'a dropped table shows nothing');

# -- thousands of keys, in two sessions at once --

make_table('Many');
switch('Many', 'ENABLE');
my $load = q(DO $$ BEGIN FOR i IN 1 .. 3000 LOOP
	PERFORM dynapg.get_item(json_build_object('TableName', 'Many', 'Key', json_build_object('p', json_build_object('S', 'cold ' || i || ' of ' || pg_backend_pid()), 's', json_build_object('N', '1'))));
	PERFORM dynapg.get_item('{"TableName": "Many", "Key": {"p": {"S": "hot"}, "s": {"N": "1"}}}');
	END LOOP; END $$);
my @handles;
for (1 .. 2)
{
	my ($out, $err) = ('', '');
	push @handles, IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', $load ], '>', \$out, '2>', \$err);
}
$_->finish for @handles;
is(sql(q(SELECT count(*) FROM dynapg.contributor_insights WHERE table_name = 'Many')), '128', 'of thousands of keys, 64 partition keys and 64 keys are kept');
is(sql(q(SELECT partition_key FROM dynapg.contributor_insights WHERE table_name = 'Many' AND sort_key IS NULL ORDER BY requests DESC LIMIT 1)), 'hot',
	'the one that half of the requests are for is the first');
is(sql(q(SELECT requests - error <= 6000 AND requests >= 6000 FROM dynapg.contributor_insights WHERE table_name = 'Many' AND sort_key = '1' AND partition_key = 'hot')), 't',
	'its count is right within the error, and no request of two sessions is lost');
is(sql(q(SELECT sum(requests) FROM dynapg.contributor_insights WHERE table_name = 'Many' AND sort_key IS NULL)), '12000', 'the counts are those of all requests');

# -- long and odd keys --

my $long = '\u00e4' x 500;
sql(qq(SELECT dynapg.get_item('{"TableName": "Many", "Key": {"p": {"S": "$long"}, "s": {"N": "1"}}}') FROM generate_series(1, 1000)));
is(sql(q(SELECT partition_key = repeat('ä', 64) FROM dynapg.contributor_insights WHERE table_name = 'Many' AND sort_key IS NULL AND partition_key LIKE 'ää%')), 't', 'long keys are cut between characters');
sql(q(SELECT dynapg.get_item('{"TableName": "Many", "Key": {"p": {"S": "nul\u0000nul"}, "s": {"N": "1"}}}') FROM generate_series(1, 1000)));
is(sql(q(SELECT count(*) FROM dynapg.contributor_insights WHERE table_name = 'Many' AND sort_key IS NULL AND partition_key = 'nul nul')), '1', 'U+0000 is shown as a space');

# -- sampling --

make_table('Sampled');
switch('Sampled', 'ENABLE');
sql(q(SET dynapg.insights_sample = 10; SELECT dynapg.get_item('{"TableName": "Sampled", "Key": {"p": {"S": "x"}, "s": {"N": "1"}}}') FROM generate_series(1, 5000)));
is(sql(q(SELECT requests % 10 = 0 AND requests BETWEEN 3500 AND 6500 FROM dynapg.contributor_insights WHERE table_name = 'Sampled' AND sort_key IS NULL)), 't',
	'one of ten accesses is counted, as ten');

# -- more tables than there is room for --

sql(q(SELECT dynapg.create_table(json_build_object('TableName', 'More' || i, 'BillingMode', 'PAY_PER_REQUEST',
	'KeySchema', json '[{"AttributeName": "p", "KeyType": "HASH"}]', 'AttributeDefinitions', json '[{"AttributeName": "p", "AttributeType": "S"}]')) FROM generate_series(1, 80) i));
sql(q(SELECT dynapg.update_contributor_insights(json_build_object('TableName', 'More' || i, 'ContributorInsightsAction', 'ENABLE')) FROM generate_series(1, 80) i));
sql(q(SELECT dynapg.get_item(json_build_object('TableName', 'More' || i, 'Key', json '{"p": {"S": "k"}}')) FROM generate_series(1, 80) i));
is(sql(q(SELECT count(*) || ' ' || min(substr(table_name, 5)::int) || ' ' || max(substr(table_name, 5)::int) FROM dynapg.contributor_insights WHERE table_name LIKE 'More%')),
	'64 17 80', 'those that were used longest ago are forgotten');

# -- a restart --

$node->restart;
wait_for_http($port);
is(rows('More80'), '', 'a restart forgets the counts');
does('GetItem', { TableName => 'More80', Key => { p => { S => 'k' } } });
is(rows('More80'), '-|accessed|k|-|1|0', 'and goes on counting');
is(does('DescribeContributorInsights', { TableName => 'More80' })->{ContributorInsightsStatus}, 'ENABLED', 'since the setting is kept');
$node->stop;
done_testing();
