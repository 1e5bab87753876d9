# 113_statement_settings.pl - what the documentation says of pg_stat_statements: SQL calls are entries of the operation, HTTP requests are entries of
# the table, DDL is entries of its own; its settings keep them out.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'this PostgreSQL has no pg_stat_statements'
  unless -e (`pg_config --sharedir` =~ s/\n//r) . '/extension/pg_stat_statements.control';
my ($node, $port) = http_node('statement_settings', "shared_preload_libraries = 'dynapg, pg_stat_statements'", 'autovacuum = off');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
my $serial = 0;

# What the database's requests leave, about tables: entries that name one, and DDL.
sub entries
{
	my (@requests) = @_;
	$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
	$_->() for @requests;
	return $node->safe_psql('postgres', q(SELECT count(*) FILTER (WHERE query ~ '^(SELECT|INSERT|UPDATE|DELETE).*(FROM|INTO|UPDATE) dynamodb\.'),
		count(*) FILTER (WHERE query ~ '^(CREATE|ALTER|DROP) .*dynamodb\.') FROM pg_stat_statements)) =~ s/\|/ and /r;
}

sub over_http
{
	my ($operation, $body) = @_;
	return sub { my $reply = call($port, $operation, $body); die "$operation: $reply->{body}" if $reply->{status} != 200; };
}

sub by_sql
{
	my ($operation, $body) = @_;
	my $name = lcfirst($operation) =~ s/([A-Z])/_\L$1/gr;
	return sub { $node->safe_psql('postgres', "SELECT dynapg.$name('$body')") };
}

# Six operations on items of each of three tables.
sub on_items
{
	my ($way, @tables) = @_;
	return map {
		my $key = qq("TableName":"$_","Key":{"pk":{"S":"a"}});
		($way->('PutItem', qq({"TableName":"$_","Item":{"pk":{"S":"a"}}})), $way->('GetItem', "{$key}"),
			$way->('UpdateItem', qq({$key,"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}})),
			$way->('Query', qq({"TableName":"$_","KeyConditionExpression":"pk = :k","ExpressionAttributeValues":{":k":{"S":"a"}}})),
			$way->('Scan', qq({"TableName":"$_"})), $way->('DeleteItem', "{$key}"))
	} @tables;
}

sub make
{
	my ($way) = @_;
	return map { $way->('CreateTable', qq({"TableName":"Made$serial$_","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]})) } 1 .. 3;
}

create_table($port, $_) for qw(One Two Three);
my @tables = qw(One Two Three);
is(entries(on_items(\&by_sql, @tables)), '0 and 0', 'SQL: nothing for each table');
# From 18 on an entry goes by the alias of a table, which all have in the four statements on a key.
my $many = $node->safe_psql('postgres', 'SHOW server_version_num') >= 180000 ? 10 : 18;
is(entries(on_items(\&over_http, @tables)), "$many and 0", 'HTTP: an entry for each operation and table');
is(entries(on_items(\&over_http, @tables), on_items(\&over_http, @tables)), "$many and 0", 'and no more of them for more requests');
is(entries(make(\&over_http)), '0 and 3', 'HTTP: DDL is an entry for each table that is made');

$node->append_conf('postgresql.conf', 'pg_stat_statements.track_utility = off');
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('pg_stat_statements.track_utility') = 'off'});
wait_for_http($port);
$serial++;
is(entries(make(\&over_http)), '0 and 0', 'track_utility = off: no DDL');

$node->safe_psql('postgres', q{ALTER DATABASE postgres SET pg_stat_statements.track = 'none'});
$node->restart;
wait_for_http($port);
is(entries(on_items(\&over_http, @tables)), '0 and 0', 'track = none of the database: nothing of the front');
ok($node->poll_query_until('postgres', q{SELECT sum(calls) = 18 FROM dynapg.stat_operations WHERE table_name IN ('One', 'Two', 'Three')}), 'which counts by itself');
$node->stop;
done_testing();
