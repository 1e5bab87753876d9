# DynapgSign.pm - requests of several roles: access keys, and Signature Version 4
package DynapgSign;
use strict;
use warnings;
use Digest::SHA qw(sha256_hex hmac_sha256 hmac_sha256_hex);
use DynapgHttp;
use Exporter 'import';
use POSIX qw(strftime);

our @EXPORT = qw(new_key signed_text signed_call answer_of);

# An access key for the role: its id and its secret.
sub new_key
{
	my ($node, $role, $database) = @_;
	return split /\|/, $node->safe_psql($database // 'postgres', "SELECT * FROM dynapg.create_access_key('$role')");
}

# The text of a request, signed with the key; the headers given are signed, too. A path given is another one than the API's, a region another
# one than us-east-1.
sub signed_text
{
	my ($id, $secret, $operation, $body, %headers) = @_;
	my $path = delete $headers{path} // '/';
	my $region = delete $headers{region} // 'us-east-1';
	my $time = strftime('%Y%m%dT%H%M%SZ', gmtime);
	my $date = substr $time, 0, 8;
	my %all = (%headers, 'Host' => 'localhost', 'X-Amz-Date' => $time, 'X-Amz-Target' => "DynamoDB_20120810.$operation");
	my %value = map { lc $_ => $all{$_} } keys %all;
	my $signed = join ';', sort keys %value;
	my $canonical = join "\n", 'POST', $path, '', (map { "$_:$value{$_}" } sort keys %value), '', $signed, sha256_hex($body);
	my $scope = "$date/$region/dynamodb/aws4_request";
	my $key = "AWS4$secret";
	$key = hmac_sha256($_, $key) for $date, $region, 'dynamodb', 'aws4_request';
	my $signature = hmac_sha256_hex(join("\n", 'AWS4-HMAC-SHA256', $time, $scope, sha256_hex($canonical)), $key);
	my $text = request_text($operation, $body, %all,
		'Authorization' => "AWS4-HMAC-SHA256 Credential=$id/$scope, SignedHeaders=$signed, Signature=$signature");
	return $text =~ s{^POST / }{POST $path }r;
}

# One signed operation on a connection of its own.
sub signed_call
{
	my ($port, $id, $secret, $operation, $body, %headers) = @_;
	return exchange(dial($port), signed_text($id, $secret, $operation, $body, %headers));
}

# A reply in a line: "200 {...}", or "400 SomeException: message".
sub answer_of
{
	my ($reply) = @_;
	my ($type) = $reply->{body} =~ /"__type":"[^"#]*#(\w+)"/;
	my ($message) = $reply->{body} =~ /"[mM]essage":"((?:[^"\\]|\\.)*)"/;
	return defined $type ? "$reply->{status} $type: " . ($message // '') : "$reply->{status} $reply->{body}";
}

1;
