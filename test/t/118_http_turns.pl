# 118_http_turns.pl - clients that have sent many requests at once, whose replies are large and need no key, take turns with all others: one request of
# somebody else is answered long before theirs all are
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgHttp;
use IO::Select;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant { CLIENTS => 40, REQUESTS => 150 };

my ($node, $port) = http_node('turns', 'dynapg.http_console = on');
my $get = "GET /console/console.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
my $reply = exchange(dial($port), $get);
is($reply->{status}, 200, 'a large reply');

my @many = map { dial($port) } 1 .. CLIENTS;
my $one = dial($port);
my $total = CLIENTS * REQUESTS * length $reply->{body};
my $received = 0;
my $select = IO::Select->new(map { $_->{socket} } @many, $one);
send_text($_, $get x REQUESTS) for @many;
send_text($one, request_text('ListTables', '{}'));
while ($received < $total && (my @ready = $select->can_read(30)))
{
	for my $socket (@ready)
	{
		if ($socket == $one->{socket})
		{
			is(read_reply($one)->{status}, 200, 'one request is answered');
			cmp_ok($received, '<', $total / 2, 'before half of the replies to the many have come');
			$select->remove($socket);
			next;
		}
		my $count = sysread $socket, my $data, 1 << 20;
		$count ? ($received += $count) : $select->remove($socket);
	}
}
cmp_ok($received, '>=', $total, 'the many get all of theirs');

$node->stop;
done_testing();
