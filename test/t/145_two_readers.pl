# 145_two_readers.pl - a request has the same outcome whichever of the two readers of JSON takes it.
#
# A member that the model does not know changes nothing but the reader: the strict one of trees takes the whole request.  So
# each request is sent as it is and with such a member in front, and reply, error and items must be the same.
#
# FUZZ_SEED (1) chooses the mutated requests, READER_REQUESTS (6000) their number.
use strict;
use warnings;
use lib 'test/fuzz';
use Fuzz;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{FUZZ_SEED} || 1;
my $count = $ENV{READER_REQUESTS} || 6_000;
my $node = PostgreSQL::Test::Cluster->new('readers');
$node->init;
$node->append_conf('postgresql.conf', "statement_timeout = '300s'\nlog_min_messages = fatal\nlog_min_error_statement = fatal\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE fuzz');
$node->safe_psql('fuzz', PostgreSQL::Test::Utils::slurp_file('test/fuzz/setup.sql') . <<'SQL');
-- What a request does, all of which is undone: its reply or error, and the items after it.
CREATE FUNCTION fuzz.outcome(operation text, request bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
	detail text;
BEGIN
	BEGIN
		outcome := regexp_replace(fuzz.call(operation, request::json)::text, '"NextToken":"[^"]*"', '', 'g');	-- has a time
		outcome := outcome || (SELECT coalesce(string_agg(item::text, ' ' ORDER BY pk, sk), '') FROM dynamodb."FuzzS");
		RAISE SQLSTATE 'ZZ999';
	EXCEPTION
		WHEN SQLSTATE 'ZZ999' THEN
			RETURN outcome;
		WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
			RETURN SQLSTATE || ' ' || SQLERRM || ' ' || detail;
	END;
END $$;

-- The request with a member that no model knows; as it is where it is no object.
CREATE FUNCTION fuzz.strict(request bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	start integer := position('{'::bytea IN request);
	rest bytea := substr(request, start + 1);
	empty boolean := encode(rest, 'escape') ~ '^(\s|\\00[9a-d])*}';
BEGIN
	IF start = 0 THEN
		RETURN request;
	END IF;
	RETURN substr(request, 1, start) || convert_to('"No member":0' || CASE WHEN empty THEN '' ELSE ',' END, 'UTF8') || rest;
END $$;

CREATE FUNCTION fuzz.differing() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s: %s AND %s', number, left(encode(request, 'escape'), 400), left(one, 300), left(other, 300))
	FROM (SELECT number, request, fuzz.outcome(operation, request) AS one, fuzz.outcome(operation, fuzz.strict(request)) AS other
		FROM fuzz.requests ORDER BY number OFFSET 0) r
	WHERE one IS DISTINCT FROM other LIMIT 10
$$;
CREATE FUNCTION fuzz.taken() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM fuzz.requests WHERE fuzz.outcome(operation, request) ~ '^{' $$;
SELECT dynapg.put_item('{"TableName":"FuzzS","Item":{"pk":{"S":"p"},"sk":{"N":"1"},"n":{"N":"5"},"s":{"S":"abc"},"ss":{"SS":["a","b"]}}}');
SQL
my $dir = PostgreSQL::Test::Utils::tempdir;
my $number = 0;

# compare(title, [operation, octets]...): the requests are in the table afterwards.
sub compare
{
	my ($title, @requests) = @_;
	open my $file, '>', "$dir/requests" or die "$dir/requests: $!";
	print $file join("\t", ++$number, $_->[0], '\\\\x' . unpack('H*', $_->[1])), "\n" for @requests;
	close $file or die $!;
	$node->safe_psql('fuzz', qq(TRUNCATE fuzz.requests; COPY fuzz.requests FROM '$dir/requests'));
	is($node->safe_psql('fuzz', 'SELECT fuzz.differing()'), '', "$title (" . scalar(@requests) . ')');
}

# put(text...): requests that put an item with an attribute of that text, {"S":"x"} for instance.
sub put
{
	return map { [ 'put_item', qq({"TableName":"FuzzS","ReturnValues":"ALL_OLD","Item":{"pk":{"S":"p"},"sk":{"N":"1"},"a":$_}}) ] } @_;
}

# nested(open, close, levels): a value in lists or maps.
sub nested
{
	my ($open, $close, $levels) = @_;
	return ($open x $levels) . '{"S":"x"}' . ($close x $levels);
}

# ---- attribute values, by their kinds ----

compare('strings', put(map { qq({"S":"$_"}) } '', 'x', 'x' x 15, 'x' x 16, 'x' x 17, 'x' x 1000, '\\u0000', 'a\\u0000b', '\\u00e9', '\\u20ac',
	'\\ud83d\\ude00', '\\ud83d', '\\ude00', '\\ud83d\\ud83d', '\\ud83dx', '\\ude00\\ud83d', '\\uD83D\\uDE00', '\\"\\\\\\/\\b\\f\\n\\r\\t', '\\x', '\\u12', '\\u12g4', '\\',
	"\xc3\xa9", "\xf0\x9f\x98\x80", "\xc3", "\xa9", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "x\xc3\xa9" x 20, ('x' x 20) . "\xc3", "\\\xc3\xa9",
	"\x00", "\x01", "\x1f", "\x7f", "\n", "a\tb", ('x' x 30) . "\n"));
compare('numbers', put(map { qq({"N":"$_"}) } qw(0 -0 1 -1 +1 1.0 01 1. .5 -.5 1e5 1E+5 1e-130 9.9e125 1e126 1e400 1e-131 1e99999999999 NaN Infinity 0x1 1_0),
	'', ' 1', '1 ', '1' x 38, '1' x 39, '1' x 400, '\\u0031', '1' . '0' x 200, "1\xc3\xa9"));
compare('binary values', put(map { qq({"B":"$_"}) } qw(AA== AAA= AAAA AAAAAA== A AA AAA A=== AB== AAB= ==== AA=A), '', 'A*==', '\\u0041A==', 'AAAA' x 500, "\xc3\xa9AA", 'AA ='));
compare('booleans and null', put(map { ($_ , $_ =~ s/BOOL/NULL/r) } map { qq({"BOOL":$_}) } qw(true false null "true" 1 [] {} tru trueX TRUE)));
compare('sets', put(map { my $set = $_; map { qq({"$_":[$set]}) } qw(SS NS BS) } '', '"1"', '"1","2"', '"2","1"', '"1","1"', '"1","1.0"', 'null', '"1",null', '1', '"1",', ',"1"',
	'"1" "2"', '"AA==","AAA="', join(',', map { qq("$_") } reverse 1000 .. 1100), join(',', map { qq("$_") } 1 .. 100, 50), '["1"]', '{"S":"1"}'));
compare('containers', put('{"L":[]}', '{"M":{}}', '{"L":[{"S":"x"},{"N":"1"},{"L":[{"M":{}}]}]}', '{"L":[null]}', '{"L":[{}]}', '{"L":["x"]}', '{"L":{}}', '{"M":[]}', '{"M":null}',
	'{"M":{"b":{"S":"x"},"a":{"S":"y"}}}', '{"M":{"a":{"S":"x"},"a":{"S":"y"}}}', '{"M":{"a":{"S":"x"},"\\u0061":{"S":"y"}}}', '{"M":{"":{"S":"x"}}}',
	'{"M":{"a":null}}', '{"M":{"a":{"S":"x"},"a":5}}', '{"M":{"a":5,"a":{"S":"x"}}}', qq({"M":{"\xc3\xa9":{"S":"x"},"\xc3":{"S":"x"}}}), qq({"M":{"a\\u0000":{"S":"x"},"a":{"S":"y"}}}),
	'{"M":{' . join(',', map { qq("k$_":{"N":"$_"}) } reverse 1 .. 60) . '}}', '{"M":{' . join(',', map { qq("prefix-is-long-$_":{"N":"$_"}) } reverse 1 .. 20) . '}}',
	'{"M":{"' . ('n' x 65535) . '":{"S":"x"}}}', '{"M":{"' . ('n' x 65536) . '":{"S":"x"}}}'));
compare('depth', put((map { nested('{"L":[', ']}', $_) } 30 .. 34, 330, 499, 500, 1500), map { nested('{"M":{"a":', '}}', $_) } 30 .. 34, 330, 499, 500, 1500));
compare('types', put('{}', 'null', '[]', '"x"', '5', '{"S":"x","N":"1"}', '{"S":"x","S":"y"}', '{"S":"x","X":1}', '{"X":1}', '{"S":null}', '{"S":null,"N":"1"}', '{"S":5}', '{"S":true}',
	'{"S":{}}', '{"S":[]}', '{"\\u0053":"x"}', '{"s":"x"}', '{"BOO":true}', '{"BOOLS":true}', '{"NULLS":true}', '{"":"x"}', '{S:"x"}', '{"S" : "x" }', "{\n\"S\"\t:\r\"x\"}", "{\x0b\"S\":\"x\"}",
	"{\"S\":\xc2\xa0\"x\"}", '{"S":"x",}', '{"S":"x"', '{"S":"x"}}', '{"S"="x"}'));

# ---- the text around them ----

my $item = '{"pk":{"S":"p"},"sk":{"N":"1"},"s":{"S":"\\u00e9a"},"b":{"B":"AAA="},"t":{"BOOL":true},"z":{"NULL":true},"l":{"L":[{"N":"-1.5e3"},{"M":{"x":{"SS":["b","a"]}}}]}}';
my $put = qq({"TableName":"FuzzS","Item":$item,"ReturnValues":"ALL_OLD","ConditionExpression":"#n <> :v","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{":v":{"N":"7"}}});
my $query = '{"TableName":"FuzzS","Limit":10,"ConsistentRead":false,"KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"p"}}}';
my $batch = qq({"RequestItems":{"FuzzS":[{"PutRequest":{"Item":$item}},{"DeleteRequest":{"Key":{"pk":{"S":"q"},"sk":{"N":"1"}}}}]},"ReturnConsumedCapacity":"TOTAL"});
my $legacy = qq({"TableName":"FuzzS","Key":{"pk":{"S":"p"},"sk":{"N":"1"}},"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}}},"Expected":{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"5"},{"N":"6"}]}}});
my $transaction = qq({"ClientRequestToken":"t","TransactItems":[{"Put":{"TableName":"FuzzS","Item":$item}},{"Delete":{"TableName":"FuzzS","Key":{"pk":{"S":"q"},"sk":{"N":"1"}}}}]});
my %bases = (put_item => $put, query => $query, batch_write_item => $batch, update_item => $legacy, transact_write_items => $transaction,
	execute_statement => '{"Statement":"SELECT * FROM FuzzS WHERE pk = ? AND n > ?","Parameters":[{"S":"p"},{"N":"1"}]}');

compare('requests as a whole', map { [ 'put_item', $_ ] } '', '{}', ' {} ', '[]', 'null', '5', "\xef\xbb\xbf$put", "$put\n", "$put x", "$put$put", "$put\x00", "\n$put", "\x0b$put",
	$put =~ s/"ReturnValues"/"TableName":"FuzzB",$&/r, $put =~ s/"TableName"/"Item":5,$&/r, $put =~ s/"Item"/"Nothing":{"a":[1,{"b":null}]},$&/r,
	$put =~ s/"ALL_OLD"/null/r, $put =~ s/"ALL_OLD"/5/r, $put =~ s/"#n":"n"/"#n":"n","#n":"s"/r, $put =~ s/":v":/":v":{"S":"x"},":v":/r, $put =~ s/"#n":"n"/"#n":null/r);
compare('limits', map { [ 'query', $query =~ s/10/$_/r ] } qw(0 1 -1 1.5 1e1 1e400 -0 01 1. 99999999999999999999 "1" null true [] {}));
for my $operation (sort keys %bases)
{
	my $base = $bases{$operation};
	compare("$operation, cut", map { [ $operation, substr($base, 0, $_) ] } 0 .. length($base));
	my @bytes = ('"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', "\x00", "\xc3");
	compare("$operation, bytes replaced", map { my $at = $_; map { my $copy = $base; substr($copy, $at, 1) = $_; [ $operation, $copy ] } $bytes[$at % @bytes], $bytes[($at * 7 + 3) % @bytes] } 0 .. length($base) - 1);
	compare("$operation, bytes left out", map { my $copy = $base; substr($copy, $_, 1) = ''; [ $operation, $copy ] } 0 .. length($base) - 1);
}

# ---- requests of the fuzzer ----

my $fuzz = Fuzz->new($seed);
my @requests;
while (@requests < $count)
{
	my ($operation, $octets) = $fuzz->request;
	push @requests, [ $operation, $octets ] unless $operation eq 'twin' || $operation =~ /table/;
}
compare("mutated requests of seed $seed", @requests);
cmp_ok($node->safe_psql('fuzz', 'SELECT fuzz.taken()'), '>', $count / 20, 'good ones are among them');

$node->stop;
done_testing();
