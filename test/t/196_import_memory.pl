# 196_import_memory.pl - an object that is small while it is packed, and large or damaged inside, does not fill the memory of the job
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgImport;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'memory is read from /proc' unless -e '/proc/self/status';

my ($node, $folder) = bucket_server('import_memory');
my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];

# The most memory of its own, in kB, that a job of the server has now.
sub memory_of_jobs
{
	my $most = 0;
	for my $path (glob '/proc/[0-9]*')
	{
		open(my $status, '<', "$path/status") or next;
		my %status = map { /^(\w+):\s+(\d+)/ ? ($1 => $2) : () } <$status>;
		next unless ($status{PPid} // 0) == $postmaster;
		open(my $line, '<', "$path/cmdline") or next;
		next unless (<$line> // '') =~ /dynapg job/;
		$most = $status{RssAnon} if ($status{RssAnon} // 0) > $most;
	}
	return $most;
}

# Imports with a second process that looks at the job's memory; the most that it had, in MB, and how the import ended.
sub watch
{
	my ($table, $prefix, %more) = @_;
	my $most = 0;
	pipe(my $reader, my $writer) or die $!;
	my $child = fork // die $!;
	if ($child == 0)
	{
		my $end = 0;
		local $SIG{TERM} = sub { $end = 1 };
		while (!$end)
		{
			my $now = memory_of_jobs();
			$most = $now if $now > $most;
			select undef, undef, undef, 0.02;
		}
		syswrite $writer, int($most / 1024);
		require POSIX;
		POSIX::_exit(0);
	}
	my $import = do_import($table, $prefix, InputCompressionType => 'GZIP', %more);
	kill 'TERM', $child;
	close $writer;
	my $megabytes = <$reader>;
	waitpid $child, 0;
	return ($megabytes, $import);
}

my ($megabytes, $import);

put_gzip('lines/1', "id,a\n" . "x\n" x 3_000_000);
($megabytes, $import) = watch('Lines', 'lines/', InputFormat => 'CSV');
is($import->{ErrorCount}, 3_000_000, 'lines of CSV with too few cells');
cmp_ok($megabytes, '<', 200, '.. in little memory');

put_gzip('symbols/1', '$ion_1_0 ' . '$ion_symbol_table::{symbols:[]} ' x 1_500_000 . '{Item:{id:"x"}}');
($megabytes, $import) = watch('Symbols', 'symbols/', InputFormat => 'ION');
is("$import->{ImportStatus} $import->{ImportedItemCount}", 'COMPLETED 1', 'symbol tables of Ion');
cmp_ok($megabytes, '<', 200, '.. in little memory');

put_gzip('growing/1', '$ion_1_0 ' . ('$ion_symbol_table::{imports:$ion_symbol_table,symbols:["' . 'x' x 1_000_000 . '"]} ') x 300);
($megabytes, $import) = watch('Growing', 'growing/', InputFormat => 'ION');
is(errors_of($import->{ImportArn}), 'growing/1||The object cannot be read further, after record 0: a symbol table has too many symbols',
	'a symbol table that grows');
cmp_ok($megabytes, '<', 200, '.. has an end');

put_gzip('header/1', join ',', map { $_ . 'x' x 1_000_000 } 1 .. 300);
($megabytes, $import) = watch('Header', 'header/', InputFormat => 'CSV');
is(errors_of($import->{ImportArn}), 'header/1||The object cannot be read further, after record 0: the header is too long', 'a header of 300 MB');
cmp_ok($megabytes, '<', 200, '.. has an end');

done_testing();
