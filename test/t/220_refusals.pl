# Constraints, triggers, policies and foreign keys of a table's owner, over HTTP: what they refuse is a ValidationException that names
# the constraint, at the action or statement that it concerns; the author's text reaches the client where the author raises an exception
# of the API; PostgreSQL's own text never does; and an error at COMMIT reaches its own request, and no other.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::MD5 qw(md5_hex);
use DynapgHttp;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $port) = http_node('main', "dynapg.http_trust_role = 'app'", "dynapg.http_lock_timeout = 500");
my $invalid = 'One or more parameter values were invalid:';

sub sql
{
	my ($text) = @_;
	return $node->safe_psql('postgres', $text);
}

sub told
{
	my ($reply) = @_;
	my $body = eval { decode_json($reply->{body}) } or return "$reply->{status}, which is no JSON: $reply->{body}";
	return "$reply->{status} $reply->{body}" if $reply->{status} == 200;
	my $text = $body->{message} // $body->{Message};
	return "$reply->{status} " . ($body->{__type} =~ s/.*#//r) . ": $text";
}

sub ask
{
	my ($operation, $body, %headers) = @_;
	return told(call($port, $operation, $body, %headers));
}

# The reasons of a cancelled transaction as "Code: Message", or the answer.
sub reasons
{
	my ($operation, $body) = @_;
	my $reply = call($port, $operation, $body);
	my $all = decode_json($reply->{body})->{CancellationReasons} or return told($reply);
	return join '; ', map { $_->{Code} . ($_->{Message} ? ": $_->{Message}" : '') } @$all;
}

sub item
{
	my ($customer, $more) = @_;
	return sprintf '{"customer":{"S":"%s"}%s}', $customer, $more ? ",$more" : '';
}

sub put
{
	my ($customer, $more) = @_;
	return sprintf '{"TableName":"Orders","Item":%s}', item($customer, $more);
}

sub price { return sprintf '"price":{"N":"%s"}', $_[0]; }
sub keys_there { return sql('SELECT string_agg(pk, $$ $$ ORDER BY pk) FROM dynamodb."Orders"'); }

sql(q{CREATE ROLE app LOGIN; GRANT CREATE ON SCHEMA dynamodb, public TO app});
like(ask('CreateTable', '{"TableName":"Orders","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"customer","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"customer","AttributeType":"S"}]}'), qr/^200/, 'a table');
sql(q{SET ROLE app; SET search_path = dynapg, public;
CREATE TABLE public.customers (email text PRIMARY KEY);
INSERT INTO public.customers VALUES ('ada'), ('bob'), ('eve'), ('kay');
ALTER TABLE dynamodb."Orders" ADD CONSTRAINT price_positive CHECK ((item ->> 'price')::numeric > 0);
ALTER TABLE dynamodb."Orders" ADD CONSTRAINT known_customer FOREIGN KEY (pk) REFERENCES public.customers (email) ON DELETE CASCADE;
CREATE UNIQUE INDEX one_email ON dynamodb."Orders" ((item ->> 'email'));
ALTER TABLE dynamodb."Orders" ADD CONSTRAINT one_room EXCLUDE (((item ->> 'room')) WITH =) WHERE (item ->> 'room' <> 'hall');
});

# ---- single writes: the constraint's name, and no text of PostgreSQL's ----

is(ask('PutItem', put('ada', price(5) . ',"email":{"S":"a@example.com"},"room":{"S":"1"}')), '200 {}', 'an item that all of it takes');
my %of = (
	'a CHECK constraint' => [ put('ada', price(-5)), 'price_positive' ],
	'a foreign key' => [ put('stranger', price(5)), 'known_customer' ],
	'a unique index' => [ put('bob', price(5) . ',"email":{"S":"a@example.com"}'), 'one_email' ],
	'an exclusion constraint' => [ put('bob', price(5) . ',"room":{"S":"1"}'), 'one_room' ]);
for my $name (sort keys %of)
{
	my ($request, $constraint) = @{ $of{$name} };
	is(ask('PutItem', $request), qq(400 ValidationException: $invalid the constraint "$constraint" of the database refuses them), "PutItem: $name");
}
is(ask('PutItem', put('ada', '"price":{"S":"cheap"}')),
	"400 ValidationException: $invalid an index, constraint or trigger of the database cannot take them", 'a value that the expression cannot take');
is(ask('PutItem', put('bob', '"email":{"S":"' . join('', map { md5_hex($_) } 1 .. 600) . '"}')),
	"400 ValidationException: $invalid an index, constraint or trigger of the database cannot take them", 'a value that is too long for an index');
is(ask('UpdateItem', '{"TableName":"Orders","Key":' . item('ada') . ',"UpdateExpression":"SET price = price - :n","ExpressionAttributeValues":{":n":{"N":"9"}}}'),
	qq(400 ValidationException: $invalid the constraint "price_positive" of the database refuses them), 'UpdateItem');
is(ask('ExecuteStatement', q({"Statement":"INSERT INTO Orders VALUE {'customer': 'bob', 'price': 0}"})),
	qq(400 ValidationException: $invalid the constraint "price_positive" of the database refuses them), 'ExecuteStatement');
is(keys_there(), 'ada', 'nothing was written');

# ---- many writes ----

sub batch { return sprintf '{"RequestItems":{"Orders":[%s]}}', join ',', map { sprintf '{"PutRequest":{"Item":%s}}', $_ } @_; }
sub transaction { return sprintf '{"TransactItems":[%s]}', join ',', @_; }
sub action { return sprintf '{"Put":{"TableName":"Orders","Item":%s}}', $_[0]; }

is(ask('BatchWriteItem', batch(item('bob', price(1)), item('eve', price(-1)))),
	qq(400 ValidationException: $invalid the constraint "price_positive" of the database refuses them), 'BatchWriteItem as a whole');
is(keys_there(), 'ada', 'nothing of it was written');
is(reasons('TransactWriteItems', transaction(action(item('bob', price(1))), action(item('eve', price(-1))))),
	qq(None; ValidationError: $invalid the constraint "price_positive" of the database refuses them), 'TransactWriteItems: the reason of its action');
like(ask('TransactWriteItems', transaction(action(item('bob', price(1))), action(item('eve', price(-1))))),
	qr/^400 TransactionCanceledException: .* \[None, ValidationError\]$/, 'in a cancelled transaction');
is(reasons('ExecuteTransaction', q({"TransactStatements":[{"Statement":"INSERT INTO Orders VALUE {'customer': 'bob', 'price': 1}"},
	{"Statement":"INSERT INTO Orders VALUE {'customer': 'nobody', 'price': 1}"}]})),
	qq(None; ValidationError: $invalid the constraint "known_customer" of the database refuses them), 'ExecuteTransaction: a check at the end of its statement');
is(keys_there(), 'ada', 'nothing of it was written');
my $responses = decode_json(call($port, 'BatchExecuteStatement', q({"Statements":[{"Statement":"INSERT INTO Orders VALUE {'customer': 'bob', 'price': 1}"},
	{"Statement":"INSERT INTO Orders VALUE {'customer': 'eve', 'price': 0}"}, {"Statement":"INSERT INTO Orders VALUE {'customer': 'kay', 'price': 2}"}]}))->{body})->{Responses};
is_deeply($responses, [ { TableName => 'Orders' },
		{ TableName => 'Orders', Error => { Code => 'ValidationError', Message => qq($invalid the constraint "price_positive" of the database refuses them) } },
		{ TableName => 'Orders' } ], 'BatchExecuteStatement: each statement by itself');
is(keys_there(), 'ada bob kay', 'the others are written');
is(sql(q{DELETE FROM public.customers WHERE email = 'kay' RETURNING email}), 'kay', 'a customer goes');
is(keys_there(), 'ada bob', 'with the items, by the foreign key');

# ---- a foreign key to the item table ----

sql(q{SET ROLE app; CREATE TABLE public.bills (customer text CONSTRAINT bills_have_orders REFERENCES dynamodb."Orders" (pk)); INSERT INTO public.bills VALUES ('bob')});
is(ask('DeleteItem', '{"TableName":"Orders","Key":' . item('bob') . '}'),
	qq(400 ValidationException: $invalid the constraint "bills_have_orders" of the database refuses them), 'an item that a row refers to stays');
is(reasons('TransactWriteItems', transaction('{"Delete":{"TableName":"Orders","Key":' . item('bob') . '}}', action(item('ada', price(7))))),
	qq(ValidationError: $invalid the constraint "bills_have_orders" of the database refuses them; None), 'also in a transaction');
is(ask('PutItem', put('bob', price(3))), '200 {}', 'replacing it leaves the key');
is(sql('DELETE FROM public.bills RETURNING 1'), '1', 'the row goes');
is(ask('DeleteItem', '{"TableName":"Orders","Key":' . item('bob') . '}'), '200 {}', 'and then the item may');

# ---- NOT NULL, and a text of the author's ----

sql(q{SET ROLE app;
ALTER TABLE dynamodb."Orders" ADD COLUMN shop text GENERATED ALWAYS AS (dynapg.item_get_text(item, 'shop')) STORED;
CREATE FUNCTION public.judge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE how text := dynapg.item_get_text(NEW.item, 'how'); BEGIN
	CASE how
		WHEN 'plain' THEN RAISE 'private text';
		WHEN 'check' THEN RAISE check_violation USING MESSAGE = 'private text', CONSTRAINT = 'opening_hours';
		WHEN 'long' THEN RAISE check_violation USING MESSAGE = 'private text', CONSTRAINT = repeat('ü', 500);
		WHEN 'quoted' THEN RAISE check_violation USING MESSAGE = 'private text', CONSTRAINT = E'a "b"\n';
		WHEN 'public' THEN RAISE 'We are closed on Sundays: "%"', 'sorry' USING ERRCODE = 'ND001';
		WHEN 'condition' THEN RAISE 'not now' USING ERRCODE = 'ND003', DETAIL = '{"Item":{"customer":{"S":"ada"}}}';
		WHEN 'detail' THEN RAISE 'no JSON' USING ERRCODE = 'ND001', DETAIL = '{"a":}';
		WHEN 'type' THEN RAISE 'two types' USING ERRCODE = 'ND001', DETAIL = '{"__type":"x#OtherException"}';
		WHEN 'denied' THEN RAISE 'private text' USING ERRCODE = '42501';
		WHEN 'busy' THEN RAISE 'private text' USING ERRCODE = '40001';
		WHEN 'busy2' THEN RAISE 'come back' USING ERRCODE = 'ND018';
		ELSE RETURN NEW;
	END CASE;
END $$;
CREATE TRIGGER judge BEFORE INSERT OR UPDATE ON dynamodb."Orders" FOR EACH ROW EXECUTE FUNCTION public.judge();
CREATE CONSTRAINT TRIGGER judge_late AFTER INSERT OR UPDATE ON dynamodb."Orders" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.judge();
ALTER TABLE dynamodb."Orders" DISABLE TRIGGER judge_late;
});
sub how { return put('ada', sprintf '"how":{"S":"%s"}', $_[0]); }
my %words = (
	plain => "400 ValidationException: $invalid a constraint or trigger of the database refuses them",
	check => qq(400 ValidationException: $invalid the constraint "opening_hours" of the database refuses them),
	long => qq(400 ValidationException: $invalid the constraint ") . "\x{fc}" x 31 . '" of the database refuses them',
	quoted => qq(400 ValidationException: $invalid the constraint "a "b"\n" of the database refuses them),
	public => '400 ValidationException: We are closed on Sundays: "sorry"',
	condition => '400 ConditionalCheckFailedException: not now',
	detail => '400 ValidationException: no JSON',
	type => '400 ValidationException: two types',
	denied => qr/^400 AccessDeniedException: User: \S+ is not authorized to perform: dynamodb:PutItem on resource: \S+\/Orders/,
	busy => '400 TransactionConflictException: Transaction is ongoing for the item',
	busy2 => '400 ThrottlingException: come back');
for my $trigger ('judge', 'judge_late')
{
	sql('SET ROLE app; ' . join '; ', map { qq(ALTER TABLE dynamodb."Orders" ) . ($_ eq $trigger ? 'ENABLE' : 'DISABLE') . " TRIGGER $_" } 'judge', 'judge_late');
	for my $how (sort keys %words)
	{
		my $answer = ask('PutItem', how($how));
		ref $words{$how} ? like($answer, $words{$how}, "$trigger: $how") : is($answer, $words{$how}, "$trigger: $how");
		unlike($answer, qr/private/, "$trigger: $how: not PostgreSQL's text");
	}
	is(reasons('TransactWriteItems', transaction(action(item('ada', '"how":{"S":"public"}')), action(item('bob')))),
		$trigger eq 'judge' ? 'ValidationError: We are closed on Sundays: "sorry"; None' : '400 ValidationException: We are closed on Sundays: "sorry"',
		"$trigger: TransactWriteItems has the author's text");
}
is(decode_json(call($port, 'PutItem', how('condition'))->{body})->{Item}{customer}{S}, 'ada', 'a detail that is an object adds members');
like(slurp_file($node->logfile), qr/LOG:  HTTP request PutItem failed: private text/, 'the log has the text');
like(slurp_file($node->logfile), qr/LOG:  an action of TransactWriteItems failed: new row for relation "Orders" violates check constraint "price_positive"/, 'also of an action');
like(slurp_file($node->logfile), qr/LOG:  a statement of BatchExecuteStatement failed: new row/, 'and of a statement');
unlike(slurp_file($node->logfile), qr/Failing row contains|DETAIL:  Key \(/, 'but no rows');
is(ask('GetItem', '{"TableName":"Orders","Key":' . item('ada') . ',"ProjectionExpression":"how"}'), '200 {"Item":{}}', 'nothing was written');

sql(q{SET ROLE app; DROP FUNCTION public.judge CASCADE; ALTER TABLE dynamodb."Orders" ADD CONSTRAINT has_shop CHECK (shop <> '') NOT VALID});
sql(q{SET ROLE app; DELETE FROM dynamodb."Orders"; ALTER TABLE dynamodb."Orders" DROP CONSTRAINT has_shop, ALTER shop SET NOT NULL});
is(ask('PutItem', put('ada', price(1))), qq(400 ValidationException: $invalid the column "shop" of the database does not take NULL), 'a column that is not null');
is(ask('PutItem', put('ada', price(1) . ',"shop":{"S":"x"}')), '200 {}', 'and one that has its value');
sql(q{SET ROLE app; ALTER TABLE dynamodb."Orders" DROP shop});

# ---- an error at COMMIT reaches its own request: a deferred foreign key, among requests that share a flush ----

sql(q{SET ROLE app; ALTER TABLE dynamodb."Orders" DROP CONSTRAINT known_customer,
	ADD CONSTRAINT known_at_last FOREIGN KEY (pk) REFERENCES public.customers (email) DEFERRABLE INITIALLY DEFERRED;
	INSERT INTO public.customers SELECT 'c' || n FROM generate_series(1, 200) n});
my $refused = qq(400 ValidationException: $invalid the constraint "known_at_last" of the database refuses them);
my @connections = map { dial($port) } 1 .. 8;
my (@expected, @got);
for my $n (0 .. $#connections)
{
	my @names = map { ($_ + $n) % 3 ? 'c' . ($n * 20 + $_) : "x$n.$_" } 1 .. 20;
	push @expected, [ map { /^c/ ? '200 {}' : $refused } @names ];
	send_text($connections[$n], join '', map { request_text('PutItem', put($_, price(1))) } @names);
}
push @got, [ map { told(read_reply($_)) } ($_) x 20 ] for @connections;
is_deeply(\@got, \@expected, 'each of 160 pipelined requests on 8 connections has its own answer');
is(sql(q{SELECT count(*) FILTER (WHERE pk LIKE 'c%'), count(*) FILTER (WHERE pk LIKE 'x%') FROM dynamodb."Orders"}),
	(grep { $_ eq '200 {}' } map { @$_ } @expected) . '|0', 'what was acknowledged is there, and nothing else');
is(reasons('TransactWriteItems', transaction(action(item('ada', price(1))), action(item('nobody', price(1))))), $refused,
	'at COMMIT of TransactWriteItems no action is at fault: the request is');
is(ask('BatchExecuteStatement', q({"Statements":[{"Statement":"INSERT INTO Orders VALUE {'customer': 'nobody', 'price': 1}"}]})), $refused,
	'and not a statement of BatchExecuteStatement');
sql(q{SET ROLE app; DELETE FROM dynamodb."Orders" WHERE pk LIKE 'c%'});

# ---- an owner's trigger that calls the API by SQL gets PostgreSQL's errors, and may catch them ----

sql(q{SET ROLE app; CREATE FUNCTION public.inner_call() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.pk = 'ada' THEN
		BEGIN
			PERFORM dynapg.transact_write_items('{"TransactItems":[{"Put":{"TableName":"Orders","Item":{"customer":{"S":"bob"},"price":{"N":"-1"}}}}]}');
		EXCEPTION WHEN check_violation THEN
			PERFORM dynapg.put_item('{"TableName":"Orders","Item":{"customer":{"S":"bob"},"price":{"N":"1"}}}');
		END;
	END IF;
	RETURN NULL; END $$;
CREATE TRIGGER inner_call AFTER INSERT OR UPDATE ON dynamodb."Orders" FOR EACH ROW EXECUTE FUNCTION public.inner_call()});
is(ask('PutItem', put('ada', price(2))), '200 {}', 'a trigger catches the error of a call within');
is(keys_there(), 'ada bob', 'and goes on');
sql(q{SET ROLE app; DROP FUNCTION public.inner_call CASCADE});

# ---- row security: what is hidden is not there, what may not be written is denied as by IAM's conditions ----

sql(q{CREATE ROLE shop LOGIN; GRANT USAGE ON SCHEMA dynamodb TO shop; GRANT SELECT, INSERT, UPDATE, DELETE ON dynamodb."Orders" TO shop;
	GRANT SELECT ON public.customers TO shop;
	SET ROLE app; ALTER TABLE dynamodb."Orders" ENABLE ROW LEVEL SECURITY;
	CREATE POLICY seen ON dynamodb."Orders" FOR SELECT USING (pk <> 'bob');
	CREATE POLICY made ON dynamodb."Orders" FOR INSERT WITH CHECK (dynapg.item_get_text(item, 'price')::numeric < 100);
	CREATE POLICY changed ON dynamodb."Orders" FOR UPDATE USING (pk <> 'eve') WITH CHECK (dynapg.item_get_text(item, 'price')::numeric < 100);
	CREATE POLICY gone ON dynamodb."Orders" FOR DELETE USING (pk <> 'eve')});
is(ask('PutItem', put('eve', price(3))), '200 {}', "the owner's item");
$node->append_conf('postgresql.conf', "dynapg.http_trust_role = 'shop'");
$node->reload;
for (1 .. 100)
{
	last if ask('GetItem', '{"TableName":"Orders","Key":' . item('bob') . '}') eq '200 {}';
	sleep 0.1;
}
my $denied = qr/^400 AccessDeniedException: User: \S+ is not authorized to perform: dynamodb:\w+ on resource: \S+/;
is(ask('GetItem', '{"TableName":"Orders","Key":' . item('bob') . '}'), '200 {}', 'a hidden item is not there');
is(ask('Scan', '{"TableName":"Orders","Select":"COUNT"}'), '200 {"Count":2,"ScannedCount":2}', 'and a Scan does not count it');
is(ask('PutItem', put('ada', price(99))), '200 {}', 'a value that the policy takes');
like(ask('PutItem', put('ada', price(100))), $denied, 'WITH CHECK of an update');
like(ask('PutItem', put('kay', price(100))), $denied, 'WITH CHECK of an insert');
like(ask('PutItem', put('bob', price(1))), $denied, 'a hidden item is not replaced');
like(ask('UpdateItem', '{"TableName":"Orders","Key":' . item('eve') . ',"UpdateExpression":"SET a = :n","ExpressionAttributeValues":{":n":{"N":"1"}}}'), $denied,
	'and an item that may only be read is not updated');
is(ask('DeleteItem', '{"TableName":"Orders","Key":' . item('bob') . '}'), '200 {}', 'a delete of a hidden item does nothing');
like(ask('BatchWriteItem', batch(item('ada', price(1)), item('kay', price(100)))), $denied, 'BatchWriteItem');
like(ask('TransactWriteItems', transaction(action(item('ada', price(1))), action(item('kay', price(100))))), $denied, 'TransactWriteItems');
$responses = decode_json(call($port, 'BatchExecuteStatement', q({"Statements":[{"Statement":"UPDATE Orders SET price = 100 WHERE customer = 'ada'"},
	{"Statement":"UPDATE Orders SET price = 98 WHERE customer = 'ada'"}]}))->{body});
is($responses->{__type}, 'com.amazon.coral.validate#ValidationException', 'two statements on one item are no batch');
$responses = decode_json(call($port, 'BatchExecuteStatement', q({"Statements":[{"Statement":"UPDATE Orders SET price = 100 WHERE customer = 'ada'"}]}))->{body})->{Responses};
is($responses->[0]{Error}{Code}, 'AccessDenied', 'BatchExecuteStatement');
unlike($responses->[0]{Error}{Message}, qr/row-level|violates/, "not in PostgreSQL's words");
is(sql(q{SELECT pk || dynapg.item_get_text(item, 'price') FROM dynamodb."Orders" ORDER BY pk COLLATE "C"}), "ada99\nbob1\neve3", 'nothing else was written');
sql(q{SET ROLE app; ALTER TABLE dynamodb."Orders" DISABLE ROW LEVEL SECURITY});

# ---- a deadlock with SQL, which PostgreSQL ends by cancelling either side ----

$node->append_conf('postgresql.conf', "dynapg.http_trust_role = 'app'\ndynapg.http_lock_timeout = 20000\ndeadlock_timeout = 100");
$node->reload;
sleep 1;
my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query(q{SET deadlock_timeout = '60s'; BEGIN});
$session->query(q{UPDATE dynamodb."Orders" SET item = item WHERE pk = 'bob'});
my $waiting = dial($port);
send_text($waiting, request_text('TransactWriteItems', transaction(action(item('ada', price(5))), action(item('bob', price(5))))));
ok($node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_locks WHERE NOT granted}), 'the request waits for the session');
$session->query_until(qr//, qq(UPDATE dynamodb."Orders" SET item = item WHERE pk = 'ada';\n));
my $reply = read_reply($waiting);
is(join('; ', map { $_->{Code} } @{ decode_json($reply->{body})->{CancellationReasons} // [] }), 'None; TransactionConflict', 'a deadlock is a conflict at the action that waited');
unlike($reply->{body}, qr/deadlock/i, "not in PostgreSQL's words");
$session->query('ROLLBACK');
$session->quit;

is(ask('PutItem', put('ada', price(1))), '200 {}', 'the front goes on');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no crash in the log');
$node->stop;
done_testing();
