# DynapgHttp.pm - what the tests of the HTTP front share: a server with the front, and HTTP over bare sockets
package DynapgHttp;
use strict;
use warnings;
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(http_configure http_node wait_for_http dial request_text send_text read_reply exchange call is_closed
  create_table worker_pids memory_of);

use constant PATIENCE => 30;    # seconds

# The settings of the front, with those given after them.  Returns its port.
sub http_configure
{
	my ($node, @settings) = @_;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	$node->append_conf('postgresql.conf', join "\n", "shared_preload_libraries = 'dynapg'", "dynapg.http_port = $port",
		"dynapg.http_listen_addresses = '127.0.0.1'", "dynapg.http_workers = 1", "dynapg.http_auth = 'trust'", @settings, '');
	return $port;
}

# A running server with the extension and the front, whose port comes second.
sub http_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	my $port = http_configure($node, @settings);
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
	wait_for_http($port);
	return ($node, $port);
}

# Until ListTables, sent with those headers, is answered with that status.
sub wait_for_http
{
	my ($port, $status, %headers) = @_;
	my $end = time + PATIENCE;
	while (time < $end)
	{
		my $reply = eval { call($port, 'ListTables', '{}', %headers) };
		return 1 if $reply && $reply->{status} == ($status // 200);
		sleep 0.05;
	}
	diag 'the HTTP front does not answer';
	return 0;
}

sub dial
{
	my ($port) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => PATIENCE)
	  or die "cannot connect: $!";
	$socket->autoflush(1);
	binmode $socket;
	return { socket => $socket, buffer => '' };
}

# The text of a request of the API; headers may replace the usual ones, undef leaves one out.
sub request_text
{
	my ($operation, $body, %headers) = @_;
	my %all = (
		'Host' => 'localhost',
		'Content-Type' => 'application/x-amz-json-1.0',
		'X-Amz-Target' => "DynamoDB_20120810.$operation",
		'Content-Length' => length $body,
		%headers);
	return join('', "POST / HTTP/1.1\r\n", (map { defined $all{$_} ? "$_: $all{$_}\r\n" : () } sort keys %all), "\r\n", $body);
}

sub send_text
{
	my ($connection, $text) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $sent = 0;
	while ($sent < length $text)
	{
		my $count = syswrite $connection->{socket}, $text, length($text) - $sent, $sent;
		return 0 unless defined $count;
		$sent += $count;
	}
	return 1;
}

# More bytes into the buffer: false at the end of the stream; dies when nothing comes.
sub fill
{
	my ($connection) = @_;
	IO::Select->new($connection->{socket})->can_read(PATIENCE) or die "no reply within ${\PATIENCE} seconds";
	my $count = sysread $connection->{socket}, $connection->{buffer}, 65536, length $connection->{buffer};
	return $count;
}

# The next reply: status, headers (names in lower case) and body; undef when the stream ends before one.
sub read_reply
{
	my ($connection, %options) = @_;
	until ($connection->{buffer} =~ /\r\n\r\n/)
	{
		fill($connection) or return;
	}
	my ($head, $rest) = split /\r\n\r\n/, $connection->{buffer}, 2;
	my ($line, @lines) = split /\r\n/, $head;
	my ($status) = $line =~ m{^HTTP/1\.1 (\d+) } or die "no status line: $line";
	my %headers = map { /^([^:]+): (.*)$/ ? (lc $1 => $2) : () } @lines;
	my $length = $options{head} ? 0 : $headers{'content-length'} // 0;
	while (length $rest < $length)
	{
		$connection->{buffer} = $rest;
		fill($connection) or return;
		$rest = $connection->{buffer};
	}
	$connection->{buffer} = substr $rest, $length;
	return { status => $status, headers => \%headers, body => substr($rest, 0, $length) };
}

# Sends the text and reads one reply.
sub exchange
{
	my ($connection, $text, %options) = @_;
	send_text($connection, $text);
	return read_reply($connection, %options);
}

# One operation on a connection of its own.
sub call
{
	my ($port, $operation, $body, %headers) = @_;
	return exchange(dial($port), request_text($operation, $body, %headers));
}

# Does the server close the connection, without sending anything else?
sub is_closed
{
	my ($connection) = @_;
	return $connection->{buffer} eq '' && !fill($connection) && $connection->{buffer} eq '';
}

sub create_table
{
	my ($port, $name) = @_;
	my $reply = call($port, 'CreateTable', qq({"TableName":"$name","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}));
	is($reply->{status}, 200, "table $name is created");
	return;
}

sub worker_pids
{
	my ($node) = @_;
	return split /\n/, $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'dynapg http' ORDER BY pid});
}

# Private memory of a process, in bytes.
sub memory_of
{
	my ($pid) = @_;
	open my $in, '<', "/proc/$pid/smaps_rollup" or return 0;
	my $sum = 0;
	while (my $line = <$in>)
	{
		$sum += $1 * 1024 if $line =~ /^Private_\w+:\s+(\d+) kB/;
	}
	return $sum;
}

1;
