# 174_docs.pl - every command of README and docs is run: blocks of SQL here, in one session and one database per page, with the output that
# the page shows; other blocks by a test that a comment in the page names.
#
# Readers do not see these comments.  Each stands on the line before a block:
#
#     <!-- test: NAME -->      the test of this name runs the block
#     <!-- no test: WHY -->    no test can run it
#
# Pages that another test reads are left to that test, apart from blocks with such a comment.
#
# Settings (ini) have to exist.  Blocks of text and JSON show something and are not run, except text right after SQL: that is its output.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Pages that other tests read, and so run: test by page.
my %reader;
for my $test (grep { !/174_docs|001_readme/ } glob 'test/t/*.pl')
{
	my ($name) = $test =~ m{([^/]+)\.pl$};
	my $text = slurp_file($test);
	$reader{$_} = $name for $text =~ m{slurp_file\('(docs/[\w-]+\.md)'\)}g;
	$reader{"docs/$_"} = $name for $text =~ m{^my \$page = '([\w-]+\.md)'}mg;
}

my $orders = q(SELECT dynapg.create_table('{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST",
	"KeySchema":[{"AttributeName":"customer","KeyType":"HASH"},{"AttributeName":"order","KeyType":"RANGE"}],
	"AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"},{"AttributeName":"order","AttributeType":"N"}]}');
SELECT dynapg.put('Orders', '{"customer": "ann", "order": 1}');
);
my $docs = q(SELECT dynapg.create_table('{"TableName":"Docs","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"tenant","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}], "VectorIndexes":[{"IndexName":"by-meaning","VectorAttribute":{"AttributeName":"embedding"},
	"Dimensions":3,"DistanceFunction":"COSINE","Projection":{"ProjectionType":"ALL"},"SearchSchema":[{"AttributeName":"tenant","SearchSchemaElementType":"HASH"}]}]}');
SELECT dynapg.put('Docs', '{"id":"1","tenant":"acme","text":"tea","embedding":[0.9,0.1,0]}');
);

# What a page takes for granted, besides an hour in which it is read: SQL that runs before its first block that matches.
my $folder = PostgreSQL::Test::Utils::tempdir;
my %setup = (
	'docs/backups.md' => [ [ qr/create_backup/, $orders ] ],
	'docs/capacity.md' => [ [ qr/update_contributor_insights/, $orders ] ],
	'docs/operations.md' => [ [ qr/dynapg\.explain/, $orders ] ],
	'docs/faq.md' => [ [ qr/attach_table/, $orders . q(BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM dynapg.tables; COMMIT;) ] ],
	'docs/point-in-time-recovery.md' => [ [ qr/update_continuous_backups/, $orders ], [ qr/restore_table/, 'SELECT pg_sleep(2);' ] ],
	'docs/security.md' => [ [ qr/import_access_key/, '\set secret a-secret-that-clients-have-already-got' ] ],
	'docs/sql.md' => [ [ qr/store_index_keys/, $orders . 'CREATE TABLE legacy_orders (customer text, "order" int); INSERT INTO legacy_orders VALUES (\'eve\', 7);' ] ],
	'docs/vectors.md' => [ [ qr/update_table/, $docs ] ],
	'docs/export-import.md' => [
		[ qr/s3_directory/, 'CREATE ROLE app;' . $orders ],
		[ qr/update_continuous_backups/, 'ALTER SYSTEM RESET dynapg.s3_endpoint; SELECT pg_reload_conf(); SELECT pg_sleep(1);' ],
		[ qr/import_table/, q(SELECT dynapg.delete_table('{"TableName":"Orders"}');) ],
		[ qr/apply_export/, q(DO $$ BEGIN WHILE EXISTS (SELECT FROM dynapg.job_progress WHERE finished_at IS NULL) LOOP PERFORM pg_sleep(0.1); END LOOP; END $$;
			DROP TABLE IF EXISTS dynamodb."Orders";) . $orders ] ]);

# Blocks of a page: line, language, text, the comment before it, and the output that follows it.
sub blocks_of
{
	my ($file) = @_;
	my (@blocks, $block, $comment);
	my $line = 0;

	for (split /^/, slurp_file($file))
	{
		$line++;
		if ($block && /^```$/)
		{
			my $shows = @blocks && $block->{language} eq 'text' && $blocks[-1]{language} eq 'sql' && $blocks[-1]{end} == $block->{line} - 1;
			if ($shows)
			{
				$blocks[-1]{output} = $block->{text};
			}
			else
			{
				push @blocks, { %$block, end => $line };
			}
			($block, $comment) = (undef, undef);
		}
		elsif ($block)
		{
			$block->{text} .= $_;
		}
		elsif (/^```(\w*)$/)
		{
			$block = { line => $line, language => $1, text => '', comment => $comment };
		}
		else
		{
			$comment = /^<!-- (.*) -->$/ ? $1 : undef;
		}
	}
	ok(!$block, "$file: every block ends");
	return @blocks;
}

# The same of the landing page, of which only SQL and its output are marked.
sub blocks_of_html
{
	my ($file) = @_;
	my $html = slurp_file($file);
	my @blocks;

	while ($html =~ m{<code class="(sql|text)">(.*?)</code>}sg)
	{
		my ($language, $text) = ($1, $2);
		my $line = substr($html, 0, $-[0]) =~ tr/\n// + 1;
		$text =~ s/&(lt|gt|quot|amp);/{lt => '<', gt => '>', quot => '"', amp => '&'}->{$1}/ge;
		if ($language eq 'text')
		{
			$blocks[-1]{output} = $text;
		}
		else
		{
			push @blocks, { line => $line, language => $language, text => "$text\n" };
		}
	}
	return @blocks;
}

sub is_test
{
	my ($name) = @_;
	return scalar grep { -e $_ } "test/t/$name.pl", "sql/$name.sql", "test/wire/python/$name.py", "test/wire/cli/$name.sh", "test/wire/js/$name.mjs";
}

my ($node, $port) = http_node('docs');
my $settings = $node->safe_psql('postgres', 'SELECT name FROM pg_settings');
mkdir "$folder/my-bucket" or die $!;
mkdir "$folder/my-bucket/orders" or die $!;
append_to_file("$folder/my-bucket/orders/1.json", qq({"Item":{"customer":{"S":"ada"}}}\n));

# Runs the blocks of SQL of a page in one session.
sub run_page
{
	my ($file, @blocks) = @_;
	my $name = "page $file";
	my @setup = @{ $setup{$file} // [] };
	my $session = "\\set VERBOSITY terse\n";

	$node->safe_psql('postgres', qq(CREATE DATABASE "$name"));
	$node->safe_psql($name, 'CREATE EXTENSION dynapg');
	for my $block (@blocks)
	{
		my @before = grep { $block->{text} =~ $_->[0] } @setup;
		@setup = grep { my $one = $_; !grep { $_ == $one } @before } @setup;
		my $text = join("\n", map { $_->[1] } @before) . "\\echo START OF BLOCK\n\\warn START OF BLOCK\n$block->{text}\\echo END OF BLOCK\n\\warn END OF BLOCK\n";
		$text =~ s{/srv/dynapg}{$folder}g;
		$text =~ s{interval '1 hour'}{interval '1 second'}g;
		$session .= $text;
	}
	is(scalar @setup, 0, "$file: every preparation is for a block");
	my ($status, $out, $err) = $node->psql($name, $session, on_error_stop => 0, extra_params => [ '-q', '-t', '-A' ]);
	$err =~ s/^psql:<stdin>:\d+: //mg;
	my @out = $out =~ /^START OF BLOCK\n(.*?)^END OF BLOCK$/msg;
	my @err = $err =~ /^START OF BLOCK\n(.*?)^END OF BLOCK$/msg;
	for my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		my ($first_line) = $block->{text} =~ /^(.*)/;
		my $title = "$file:$block->{line}: $first_line";
		if (defined $block->{output})
		{
			is(($out[$i] // '') . ($err[$i] // ''), $block->{output}, $title);
		}
		else
		{
			unlike($err[$i] // 'ERROR: it did not run', qr/ERROR|FATAL/, $title);
		}
	}
	$node->safe_psql('postgres', $_) for 'ALTER SYSTEM RESET ALL', 'SELECT pg_reload_conf()';
	unlike($err =~ s/^START OF BLOCK\n.*?^END OF BLOCK$//msgr, qr/ERROR|FATAL/, "$file: the preparations succeed");
	return;
}

for my $file ('README.md', sort glob('docs/*.md docs/*.html'))
{
	my @sql;
	for my $block ($file =~ /html$/ ? blocks_of_html($file) : blocks_of($file))
	{
		my $where = "$file:$block->{line}";
		my $comment = $block->{comment} // '';
		if ($comment =~ /^test: (.*)$/)
		{
			ok(is_test($_), "$where is run by $_") for split /, /, $1;
		}
		elsif ($comment =~ /^no test: \S/)
		{
			pass("$where: $comment");
		}
		elsif ($reader{$file})
		{
			pass("$where is run by $reader{$file}");
		}
		elsif ($block->{language} eq 'sql')
		{
			push @sql, $block;
		}
		elsif ($block->{language} eq 'ini')
		{
			like($settings, qr/^\Q$_\E$/m, "$where: setting $_") for $block->{text} =~ /^([\w.]+) = /mg;
		}
		else
		{
			like($block->{language}, qr/^(?:text|json)$/, "$where: a block that no test runs says why, and every block has a language");
		}
	}
	run_page($file, @sql) if @sql;
}

# The landing page loads nothing from elsewhere, and what it links of the repository exists.
my $landing = slurp_file('docs/index.html');
unlike($landing, qr/<(?:script|link|iframe|img)\b|url\(|\@import/, 'docs/index.html stands alone');
ok(-e $_, "docs/index.html links to $_") for $landing =~ m{/dynapg/blob/main/([^"#]+)}g;

$node->stop;
done_testing();
