# DynapgImport.pm - a server with buckets in a folder, files in them, and imports of these: for the tests of imports and bulk puts
package DynapgImport;
use strict;
use warnings;
use Exporter 'import';
use File::Basename;
use File::Path qw(make_path);
use IO::Compress::Gzip qw(gzip $GzipError);
use JSON::PP;
use Time::HiRes qw(sleep);

our @EXPORT = qw(bucket_server put_object put_gzip get_object call ends import_request do_import errors_of items_of);

my ($node, $folder, $role);
my $json = JSON::PP->new->canonical;

# Starts a server whose role app may import; returns the node and the folder of the buckets.
sub bucket_server
{
	my ($name, %options) = @_;

	$role = 'app';
	$node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$folder = $node->basedir . '/buckets';
	make_path("$folder/source", "$folder/output");
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dynapg'\ndynapg.s3_directory = '$folder'\ndynapg.jobs_interval = '500ms'\n"
		  . ($options{settings} // ''));
	$node->start;
	$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION dynapg;
CREATE ROLE app LOGIN;
CREATE ROLE other LOGIN;
GRANT USAGE, CREATE ON SCHEMA dynamodb TO app, other;
GRANT pg_read_server_files, pg_write_server_files TO app;
SQL
	return ($node, $folder);
}

# Writes an object of the bucket "source".
sub put_object
{
	my ($key, $content) = @_;
	my $file = "$folder/source/$key";

	make_path(dirname($file));
	open my $out, '>:raw', $file or die "$file: $!";
	print $out $content;
	close $out or die "$file: $!";
	return;
}

sub put_gzip
{
	my ($key, @members) = @_;

	put_object($key, join '', map { my $packed; gzip(\$_ => \$packed) or die $GzipError; $packed } @members);
	return;
}

sub get_object
{
	my ($path) = @_;

	open my $in, '<:raw', "$folder/$path" or return;
	local $/;
	return <$in>;
}

# Calls an operation as the role: its reply, or its error as text.
sub call
{
	my ($function, $request, $as) = @_;
	my $text = $json->encode($request);
	my $reply = '';
	my $error = '';

	$node->psql('postgres', "SET ROLE " . ($as // $role) . "; SELECT dynapg.$function(\$request\$$text\$request\$::text)",
		stdout => \$reply, stderr => \$error);
	return $error =~ /ERROR:\s+(.*)/ ? $1 : $json->decode($reply);
}

# Waits until what describes a job says that it is over.
sub ends
{
	my ($function, $member, $argument, $as) = @_;

	for (1 .. 1800)
	{
		my $reply = call($function, $argument, $as);
		return $reply unless ref $reply;
		my ($description) = values %$reply;
		return $description unless $description->{$member} =~ /^(?:IN_PROGRESS|CANCELLING)$/;
		sleep 0.1;
	}
	die "the job does not end\n";
}

# A request of ImportTable: a table with the keys id (S), or as given, from the objects with the prefix.
sub import_request
{
	my ($table, $prefix, %more) = @_;

	return {
		S3BucketSource => { S3Bucket => 'source', S3KeyPrefix => $prefix },
		InputFormat => 'DYNAMODB_JSON',
		TableCreationParameters => {
			TableName => $table,
			BillingMode => 'PAY_PER_REQUEST',
			KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' } ],
			AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' } ],
			%{ delete $more{table} // {} } },
		%more };
}

# Imports and waits for the end; the description.
sub do_import
{
	my $reply = call('import_table', import_request(@_));

	return { Error => $reply } unless ref $reply;
	return ends('describe_import', 'ImportStatus', { ImportArn => $reply->{ImportTableDescription}{ImportArn} });
}

# What is listed of an import's errors, one a line.
sub errors_of
{
	my ($arn, $as) = @_;
	my ($id) = $arn =~ m{([^/]+)$};

	return $node->safe_psql('postgres', "SET ROLE " . ($as // $role) . "; SELECT object, record, message FROM dynapg.import_errors
		WHERE job = '$id' ORDER BY number");
}

# The items of a table, one a line, in the order of its keys.
sub items_of
{
	my ($table) = @_;

	return $node->safe_psql('postgres', qq(SELECT item FROM dynamodb."$table" ORDER BY pk));
}

1;
