# DynapgExports - exports as a client sees them, and their files
package DynapgExports;
use strict;
use warnings;
use Digest::MD5 ();
use Exporter 'import';
use IO::Uncompress::Gunzip ();
use JSON::PP ();
use MIME::Base64 ();
use Time::HiRes qw(sleep);

our @EXPORT = qw(arn_of export describe finished files_of check_files lines_of);

sub arn_of
{
	return "arn:aws:dynamodb:us-east-1:000000000000:table/$_[0]";
}

# Calls an operation as that role; its reply, or its error.
sub call
{
	my ($node, $role, $operation, $request) = @_;
	my ($status, $out, $err) = $node->psql('postgres', ($role ? "SET ROLE $role; " : '') . "SELECT dynapg.$operation(\$\$$request\$\$)");
	return $status == 0 ? $out : $err =~ s/^psql:<stdin>:\d+: ERROR: +//r;
}

# Begins an export; its ARN, or the error.
sub export
{
	my ($node, $table, $more, $role) = @_;
	my $reply = call($node, $role, 'export_table_to_point_in_time', '{"TableArn":"' . arn_of($table) . qq(",$more}));
	return $reply =~ /"ExportArn":"([^"]+)"/ ? $1 : $reply;
}

sub describe
{
	my ($node, $arn, $role) = @_;
	return call($node, $role, 'describe_export', qq({"ExportArn":"$arn"}));
}

# The description of an export that is over.
sub finished
{
	my ($node, $arn, $role) = @_;
	my $reply = '';
	for (1 .. 600)
	{
		$reply = describe($node, $arn, $role);
		last unless $reply =~ /"ExportStatus":"IN_PROGRESS"/;
		sleep 0.1;
	}
	return $reply =~ /^\{/ ? JSON::PP::decode_json($reply)->{ExportDescription} : $reply;
}

# All files below a folder: path => content.
sub files_of
{
	my ($folder) = @_;
	my %files;
	my @folders = ('');
	while (defined(my $path = shift @folders))
	{
		opendir(my $handle, "$folder/$path") or next;
		for my $name (grep { $_ ne '.' && $_ ne '..' } readdir $handle)
		{
			my $key = $path eq '' ? $name : "$path/$name";
			if (-d "$folder/$key") { push @folders, $key; next }
			open(my $file, '<:raw', "$folder/$key") or die "$key: $!";
			local $/ = undef;
			$files{$key} = <$file>;
		}
	}
	return \%files;
}

sub lines_of
{
	my ($content) = @_;
	my $text = '';
	IO::Uncompress::Gunzip::gunzip(\$content => \$text, MultiStream => 1) or die $IO::Uncompress::Gunzip::GunzipError;
	return split /\n/, $text;
}

# Checks manifests and checksums of the export whose summary has that key, as a loader does; its lines, or what is wrong.
sub check_files
{
	my ($files, $summary_key) = @_;
	my $md5 = sub { MIME::Base64::encode_base64(Digest::MD5::md5($_[0]), '') };
	my $summary = JSON::PP::decode_json($files->{$summary_key} // return "no $summary_key");
	my $folder = $summary_key =~ s/manifest-summary\.json$//r;
	my $list = $files->{ $summary->{manifestFilesS3Key} } // return 'no list of files';
	my ($count, @lines) = (0);
	return 'no _started' unless ($files->{"${folder}_started"} // 'x') eq '';
	return 'checksum of the summary' unless $files->{"${folder}manifest-summary.md5"} eq $md5->($files->{$summary_key});
	return 'checksum of the list' unless $files->{"${folder}manifest-files.md5"} eq $md5->($list);
	for my $entry (map { JSON::PP::decode_json($_) } split /\n/, $list)
	{
		my $content = $files->{ $entry->{dataFileS3Key} } // return "no $entry->{dataFileS3Key}";
		my @found = lines_of($content);
		return "checksum of $entry->{dataFileS3Key}" unless $entry->{md5Checksum} eq $md5->($content);
		return "etag of $entry->{dataFileS3Key}" unless $entry->{etag} =~ /-\d+$/ || $entry->{etag} eq Digest::MD5::md5_hex($content);
		return "items of $entry->{dataFileS3Key}" unless @found == $entry->{itemCount};
		$count += $entry->{itemCount};
		push @lines, @found;
	}
	return "$count items, not $summary->{itemCount}" unless $count == $summary->{itemCount};
	return \@lines;
}

1;
