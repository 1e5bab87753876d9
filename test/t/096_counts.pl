# 096_counts.pl - ItemCount and TableSizeBytes stay near the truth on a standby, after its promotion and after a crash, where
# the server's own statistics of rows are lost.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'autovacuum = off');
$primary->start;
$primary->safe_psql('postgres', 'CREATE EXTENSION dynapg');

# Counted as $count items, of which $analyzed were there when ANALYZE ran; too large to be counted by reading it all.
my %tables = (Never => [ 6000, 0 ], Grown => [ 9000, 1500 ], Known => [ 6000, 6000 ]);
for my $name (sort keys %tables)
{
	my ($count, $analyzed) = @{ $tables{$name} };
	my $fill = sub {
		my ($first, $last) = @_;
		return qq(INSERT INTO dynamodb."$name" SELECT 'item' || i, dynapg.from_jsonb(jsonb_build_object('id', 'item' || i, 'text', repeat(md5(i::text), 40)))
			FROM generate_series($first, $last) AS i;);
	};

	$primary->safe_psql('postgres', qq(SELECT dynapg.create_table('{"TableName":"$name","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}');));
	$primary->safe_psql('postgres', $fill->(1, $analyzed) . qq(ANALYZE dynamodb."$name";)) if $analyzed > 0;
	$primary->safe_psql('postgres', $fill->($analyzed + 1, $count)) if $analyzed < $count;
}

my $standby = PostgreSQL::Test::Cluster->new('standby');
$primary->backup('copy');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;

sub check
{
	my ($node, $when) = @_;

	for my $name (sort keys %tables)
	{
		my ($items, $bytes) = split /\|/, $node->safe_psql('postgres',
			qq(SELECT t ->> 'ItemCount', t ->> 'TableSizeBytes' FROM (SELECT dynapg.describe_table('{"TableName":"$name"}') -> 'Table' AS t) AS s));
		my ($true_items, $true_bytes) = split /\|/, $node->safe_psql('postgres',
			qq(SELECT count(*), sum(dynapg.item_size(item)) FROM dynamodb."$name"));
		cmp_ok(abs($items - $true_items), '<=', $true_items / 20, "$when, $name: ItemCount is $items of $true_items");
		cmp_ok(abs($bytes - $true_bytes), '<=', $true_bytes / 20, "$when, $name: TableSizeBytes is $bytes of $true_bytes");
	}
}

check($primary, 'primary');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
check($standby, 'standby');

$primary->stop('immediate');
$standby->promote;
check($standby, 'promoted');
# The new primary counts what changes from here on, and nothing of before.
$standby->safe_psql('postgres', q(DELETE FROM dynamodb."Never" WHERE substr(pk, 5)::integer > 4000));
$standby->safe_psql('postgres', q(DELETE FROM dynamodb."Known" WHERE substr(pk, 5)::integer <= 4000));
check($standby, 'promoted and changed');

$primary->start;
check($primary, 'after a crash');

done_testing();
