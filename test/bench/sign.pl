# sign.pl - writes signed GetItem requests for http.lua to replay: wrk itself could not sign them as fast as they are answered
#
# Usage: perl sign.pl KEY_ID SECRET PORT ITEMS
#
# One request for each item, as whole texts that each end in a NUL.  They are good for 15 minutes.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex sha256_hex);
use POSIX qw(strftime);

@ARGV == 4 or die "usage: sign.pl KEY_ID SECRET PORT ITEMS\n";
my ($id, $secret, $port, $items) = @ARGV;
my $time = strftime('%Y%m%dT%H%M%SZ', gmtime);
my $scope = substr($time, 0, 8) . '/us-east-1/dynamodb/aws4_request';
my $key = "AWS4$secret";
$key = hmac_sha256($_, $key) for split m{/}, $scope;

# sorted by name, as the signature has them
my @headers = (
	[ 'content-type', 'application/x-amz-json-1.0' ],
	[ 'host', "127.0.0.1:$port" ],
	[ 'x-amz-date', $time ],
	[ 'x-amz-target', 'DynamoDB_20120810.GetItem' ]);
my $signed = join ';', map { $_->[0] } @headers;
my $canonical_headers = join '', map { "$_->[0]:$_->[1]\n" } @headers;
my $sent_headers = join '', map { "$_->[0]: $_->[1]\r\n" } @headers;

binmode STDOUT;
for my $i (0 .. $items - 1)
{
	my $body = sprintf '{"TableName":"bench","Key":{"pk":{"S":"%d"},"sk":{"S":"%d"}}}', $i / 10, $i % 10;
	my $canonical = "POST\n/\n\n$canonical_headers\n$signed\n" . sha256_hex($body);
	my $signature = hmac_sha256_hex("AWS4-HMAC-SHA256\n$time\n$scope\n" . sha256_hex($canonical), $key);

	print "POST / HTTP/1.1\r\n${sent_headers}Authorization: AWS4-HMAC-SHA256 Credential=$id/$scope, SignedHeaders=$signed, ",
		"Signature=$signature\r\nContent-Length: ", length $body, "\r\n\r\n$body\0";
}
