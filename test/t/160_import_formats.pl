# 160_import_formats.pl - ImportTable reads DynamoDB JSON, CSV and Amazon Ion, text and binary, plain and packed; what is wrong with records
# and objects is counted and listed, and the rest is imported.
use strict;
use warnings;
use lib 'test/t/lib';
use DynapgImport;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $folder) = bucket_server('formats');

# What an import ended with, in short.
sub outcome
{
	my ($import) = @_;

	return join ' ', map { $import->{$_} // 'none' } qw(ImportStatus ProcessedItemCount ImportedItemCount ErrorCount FailureCode);
}

# ---- DynamoDB JSON ----

put_object('json/1', qq(\xEF\xBB\xBF{"Item":{"id":{"S":"a"},"n":{"N":"1"},"b":{"B":"AAE="}}}\n\n  \r\n{"Item":{"id":{"S":"b"},"s":{"SS":["y","x"]}}}\r\n));
put_object('json/2', qq({"Item":{"id":{"S":"c"},"m":{"M":{"l":{"L":[{"NULL":true},{"BOOL":false}]}}}}}));
put_object('json/3', '');
is(outcome(do_import('Json', 'json/')), 'COMPLETED 3 3 0 none', 'lines of three objects, one of them empty');
is(items_of('Json'), <<'ITEMS' =~ s/\n$//r, '.. are items');
{"b":{"B":"AAE="},"id":{"S":"a"},"n":{"N":"1"}}
{"id":{"S":"b"},"s":{"SS":["x","y"]}}
{"id":{"S":"c"},"m":{"M":{"l":{"L":[{"NULL":true},{"BOOL":false}]}}}}
ITEMS

put_object('bad/1', <<'LINES');
{"Item":{"id":{"S":"good"}}}
no JSON
{"id":{"S":"bare"}}
{"Item":{"id":{"N":"1"}}}
{"Item":{"other":{"S":"x"}}}
{"Item":{"id":{"S":""}}}
{"Item":{"id":{"S":"x"},"n":{"N":"abc"}}}
{"Item":{"id":{"S":"x"},"s":{"SS":["a","a"]}}}
{"Item":{"id":{"S":5}}}
[]
{"Item":{"id":{"S":"last"}}}
LINES
my $bad = do_import('Bad', 'bad/');
is(outcome($bad), 'FAILED 11 2 9 ItemValidationError', 'bad lines are counted');
is($bad->{FailureMessage},
	'Some of the items failed validation checks and were not imported. Please check CloudWatch error logs for more details.', '.. and said');
is(errors_of($bad->{ImportArn}), <<'ERRORS' =~ s/\n$//r, '.. and listed');
bad/1|2|The record is no JSON
bad/1|3|The record has no Item
bad/1|4|One or more parameter values were invalid: Type mismatch for key id expected: S actual: N
bad/1|5|One or more parameter values were invalid: Missing the key id in the item
bad/1|6|One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id
bad/1|7|The parameter cannot be converted to a numeric value: abc
bad/1|8|One or more parameter values were invalid: Input collection [a, a] contains duplicates.
bad/1|9|NUMBER_VALUE cannot be converted to String
bad/1|10|The record has no Item
ERRORS
is(items_of('Bad'), qq({"id":{"S":"good"}}\n{"id":{"S":"last"}}), '.. and the rest is there');
is(call('describe_table', { TableName => 'Bad' })->{Table}{TableStatus}, 'ACTIVE', '.. in a table that is ACTIVE');
is(errors_of($bad->{ImportArn}, 'other'), '', 'others do not see the errors');

put_object('long/1', qq({"Item":{"id":{"S":"before"}}}\n{"Item":{"id":{"S":") . 'x' x (17 * 1024 * 1024) . qq("}}}\n{"Item":{"id":{"S":"after"}}}\n));
my $long = do_import('Long', 'long/');
is(outcome($long), 'FAILED 3 2 1 ItemValidationError', 'a line of 17 MB is refused');
is(errors_of($long->{ImportArn}), 'long/1|2|the record is longer than 16777216 bytes', '.. and said');

put_object('large/1', qq({"Item":{"id":{"S":"x"},"v":{"S":") . 'x' x 409_600 . qq("}}}\n));
my $large = do_import('Large', 'large/');
is(errors_of($large->{ImportArn}), 'large/1|1|Item size has exceeded the maximum allowed size', 'an item over 400 KB is refused');

put_object("names/1\xFF", "no JSON\n");
my $names = do_import('Names', 'names/');
is("$names->{ImportStatus} $names->{FailureCode}: $names->{FailureMessage}", 'FAILED S3InvalidKey: The bucket has an object whose key is not UTF-8',
	'a name of a file that is no text');
is(errors_of($names->{ImportArn}), '', '.. is not listed');

# ---- packed ----

my @lines = map { qq({"Item":{"id":{"S":"p$_"}}}\n) } 1 .. 3;
put_gzip('gzip/1.gz', @lines);
is(outcome(do_import('Gzip', 'gzip/', InputCompressionType => 'GZIP')), 'COMPLETED 3 3 0 none', 'gzip of several members');

my $zstd = decode_base64('KLUv/QRYRQEAFAJ7Ikl0ZW0iOnsiaWQiOnsiUyI6InoxIn19fQoyIn19fQoBAPs3x9To8no=');
SKIP:
{
	skip 'built without libzstd', 2 unless -e '/usr/include/zstd.h';
	put_object('zstd/1', $zstd);
	put_object('zstd/2', $zstd . $zstd);
	put_object('zstd/3', substr($zstd, 0, 40));
	my $import = do_import('Zstd', 'zstd/', InputCompressionType => 'ZSTD');
	is(outcome($import), 'FAILED 6 6 1 ItemValidationError', 'zstd, of two frames and broken off');
	like(errors_of($import->{ImportArn}), qr{^zstd/3\|\|The object cannot be read further, after record \d: the data end in the middle$}, '.. said');
}

put_gzip('broken/1', join '', map { qq({"Item":{"id":{"S":"b$_"},"v":{"S":"@{[ map { int(rand(10)) } 1 .. 30 ]}"}}}\n) } 1 .. 5000);
my $whole = get_object('source/broken/1');
my $damaged = $whole;
substr($damaged, length($whole) - 2000, 100) = 'x' x 100;
put_object('broken/1', $damaged);
put_object('broken/2', substr($whole, 0, length($whole) / 2));
put_object('broken/3', 'no gzip at all');
put_gzip('broken/4', qq({"Item":{"id":{"S":"fine"}}}\n));
my $broken = do_import('Broken', 'broken/', InputCompressionType => 'GZIP');
like(outcome($broken), qr/^FAILED \d+ \d+ 3 ItemValidationError$/, 'damaged gzip ends its object');
my $broken_errors = errors_of($broken->{ImportArn});
like($broken_errors, qr{^broken/1\|\|The object cannot be read further, after record \d+: the data are no gzip, or damaged$}m, '.. damaged');
like($broken_errors, qr{^broken/2\|\|The object cannot be read further, after record \d+: the data end in the middle$}m, '.. half');
like($broken_errors, qr{^broken/3\|\|The object cannot be read further, after record 0: the data are no gzip, or damaged$}m, '.. none');
like(items_of('Broken'), qr/^{"id":{"S":"fine"}}$/m, '.. and the next object is read');

# ---- CSV ----

put_object('csv/1', qq(id,when,note,by\r\na,10,"with ""quotes"", and\nlines",x\r\n\r\nb,-2.50,,\r\n"c",1e2, spaces ,y));
my %csv_table = (table => {
	KeySchema => [ { AttributeName => 'id', KeyType => 'HASH' }, { AttributeName => 'when', KeyType => 'RANGE' } ],
	AttributeDefinitions => [ { AttributeName => 'id', AttributeType => 'S' }, { AttributeName => 'when', AttributeType => 'N' },
		{ AttributeName => 'by', AttributeType => 'S' } ],
	GlobalSecondaryIndexes => [ { IndexName => 'by-by', KeySchema => [ { AttributeName => 'by', KeyType => 'HASH' } ],
		Projection => { ProjectionType => 'ALL' } } ] });
is(outcome(do_import('Csv', 'csv/', InputFormat => 'CSV', %csv_table)), 'COMPLETED 3 3 0 none', 'CSV with a header, quotes and empty lines');
is(items_of('Csv'), <<'ITEMS' =~ s/\n$//r, '.. all strings but keys; an empty cell of an index key is no attribute');
{"by":{"S":"x"},"id":{"S":"a"},"note":{"S":"with \"quotes\", and\nlines"},"when":{"N":"10"}}
{"id":{"S":"b"},"note":{"S":""},"when":{"N":"-2.5"}}
{"by":{"S":"y"},"id":{"S":"c"},"note":{"S":" spaces "},"when":{"N":"100"}}
ITEMS
is(call('query', { TableName => 'Csv', IndexName => 'by-by', KeyConditionExpression => '#b = :b', ExpressionAttributeNames => { '#b' => 'by' },
	ExpressionAttributeValues => { ':b' => { S => 'y' } } })->{Count}, 1, '.. and the index is there');

put_object('csv2/1', "a;1\nb;2\n");
put_object('csv2/2', "c;3;4\nd\ne;\"open\nf;5\n");
my $csv = do_import('Csv2', 'csv2/', InputFormat => 'CSV', InputFormatOptions => { Csv => { Delimiter => ';', HeaderList => [ 'id', 'v' ] } });
is(outcome($csv), 'FAILED 4 2 3 ItemValidationError', 'CSV with a list of headers and a delimiter, and bad lines');
is(errors_of($csv->{ImportArn}), <<'ERRORS' =~ s/\n$//r, '.. which are listed');
csv2/2|1|the line has 3 cells, and there are 2 columns
csv2/2|2|the line has 1 cells, and there are 2 columns
csv2/2||The object cannot be read further, after record 2: a cell in quotes does not end
ERRORS
put_object('csv3/1', "id,v,id\na,b,c\n");
is(errors_of(do_import('Csv3', 'csv3/', InputFormat => 'CSV')->{ImportArn}),
	'csv3/1||The object cannot be read further, after record 0: the header has an empty name, or one name twice', 'a name twice in the header');
put_object('csv4/1', "id\tv\nx\t1\n");
is(outcome(do_import('Csv4', 'csv4/', InputFormat => 'CSV', InputFormatOptions => { Csv => { Delimiter => "\t" } })), 'COMPLETED 1 1 0 none', 'tabs');

# ---- Ion ----

my $ion = <<'ION';
$ion_1_0 {Item:{id:"b1",n:103.,neg:-12.50,big:123456789012345678901234567890d-5,i:7,ok:true,no:null,bin:{{AAEC}},ss:$dynamodb_SS::["x","y"],ns:$dynamodb_NS::[1.,2.5],bs:$dynamodb_BS::[{{AA==}}],m:{a:"z",l:[1,"two",false]},e:""}}
{Item:{id:"b2",n:0.,'odd name':"quoted"}}
ION
my $ion_items = <<'ITEMS' =~ s/\n$//r;
{"big":{"N":"1234567890123456789012345.6789"},"bin":{"B":"AAEC"},"bs":{"BS":["AA=="]},"e":{"S":""},"i":{"N":"7"},"id":{"S":"b1"},"m":{"M":{"a":{"S":"z"},"l":{"L":[{"N":"1"},{"S":"two"},{"BOOL":false}]}}},"n":{"N":"103"},"neg":{"N":"-12.5"},"no":{"NULL":true},"ns":{"NS":["1","2.5"]},"ok":{"BOOL":true},"ss":{"SS":["x","y"]}}
{"id":{"S":"b2"},"n":{"N":"0"},"odd name":{"S":"quoted"}}
ITEMS
put_object('ion/1', $ion);
is(outcome(do_import('IonText', 'ion/', InputFormat => 'ION')), 'COMPLETED 2 2 0 none', 'Ion text');
is(items_of('IonText'), $ion_items, '.. as items');

# The same in binary, as Amazon's own library writes it.
put_object('ionb/1', decode_base64(<<'BASE64'));
4AEA6u7mgYPe4oe+34RJdGVtgmlkgW6DbmVng2JpZ4Fpgm9rgm5vg2JpboJzc4wkZHluYW1vZGJfU1OCbnOMJGR5bmFtb2RiX05TgmJzjCRkeW5hbW9kYl9CU4FtgWGBbIFliG9kZCBuYW1l
3tiK3tWLgmIxjFKAZ41TwoTijl6OxQGO6Q/2w3Pg7k4/CtKPIQeQEZEPkqMAAQKT54GUtIF4gXmV6YGWtlKAAVLBGZflgZiyoQCZ3JqBepu3IQGDdHdvEJyA3pGK3o6LgmIyjFCdhnF1b3RlZA==
BASE64
is(outcome(do_import('IonBinary', 'ionb/', InputFormat => 'ION')), 'COMPLETED 2 2 0 none', 'Ion binary');
is(items_of('IonBinary'), $ion_items, '.. as items');

put_object('ion2/1', <<'ION');
// a comment, and /* another */
$ion_symbol_table::{symbols:["Item","id","with symbols"]}
{$10:{$11:'''long ''' '''string''',v:$12,hex:0xFF,binary:-0b101,under:1_000,float:1.5e2,clob:{{"bytes\xFF"}},esc:"\u00e9\n\x41\U0001F600",typed:null.string}}
{ Item : { id : "trailing", l : [1, 2,], }, }
{Item:{id:"time",t:2020-01-01T00:00:00Z}}
{Item:{id:"nan",t:nan}}
{Item:{id:"mixed",s:$dynamodb_SS::["a",1]}}
{Item:{id:"empty",s:$dynamodb_NS::[]}}
"no struct"
{Other:{id:"x"}}
{Item:{id:"fine"}}
{Item:{id:"unfinished"
ION
my $ion2 = do_import('Ion2', 'ion2/', InputFormat => 'ION');
is(outcome($ion2), 'FAILED 9 3 7 ItemValidationError', 'the rest of Ion, and what DynamoDB has not');
is(errors_of($ion2->{ImportArn}), <<'ERRORS' =~ s/\n$//r, '.. is listed');
ion2/1|3|an attribute is an Ion timestamp, which DynamoDB does not have
ion2/1|4|an attribute is an Ion float that is not a number
ion2/1|5|a set has an element of another type
ion2/1|6|One or more parameter values were invalid: An number set  may not be empty
ion2/1|7|The record has no Item
ion2/1|8|The record has no Item
ion2/1||The object cannot be read further, after record 9: the data are no Amazon Ion, or damaged
ERRORS
is(items_of('Ion2'), <<'ITEMS' =~ s/\n$//r, '.. and the rest is items');
{"id":{"S":"fine"}}
{"binary":{"N":"-5"},"clob":{"B":"Ynl0ZXP/"},"esc":{"S":"é\nA😀"},"float":{"N":"150"},"hex":{"N":"255"},"id":{"S":"long string"},"typed":{"NULL":true},"under":{"N":"1000"},"v":{"S":"with symbols"}}
{"id":{"S":"trailing"},"l":{"L":[{"N":"1"},{"N":"2"}]}}
ITEMS
put_object('ion3/1', '{Item:{id:' . '[' x 100_000);
put_object('ion3/2', '{Item:{id:$99}}');
put_object('ion3/3', "\xE0\x01\x00\xEA\xDE\xFF\xFF\xFF\xFF");
put_object('ion3/4', "\xE0\x01\x00\xEA\xEE\x8F\x81\x83\xDE");
put_object('ion3/5', '{Item:(a b)}');
put_object('ion3/6', '$ion_symbol_table::{imports:[{name:"x",version:1,max_id:5}]} {Item:{id:"x"}}');
my $ion3 = do_import('Ion3', 'ion3/', InputFormat => 'ION');
is(outcome($ion3), 'FAILED 0 0 6 ItemValidationError', 'invalid Ion');
is(errors_of($ion3->{ImportArn}) =~ s/The object cannot be read further, after record 0: //gr, <<'ERRORS' =~ s/\n$//r, '.. and why');
ion3/1||the values are nested too deep
ion3/2||the data use a symbol that no symbol table has
ion3/3||the data are no Amazon Ion, or damaged
ion3/4||the data are no Amazon Ion, or damaged
ion3/5||the data have an S-expression, which is no type of DynamoDB
ion3/6||the data need a shared symbol table
ERRORS

# ---- many bad lines ----

put_object('many/1', qq({"Item":{"id":{"S":"one"}}}\n) . "x\n" x 200_000 . qq({"Item":{"id":{"S":"two"}}}\n));
my $many = do_import('Many', 'many/');
is(outcome($many), 'FAILED 200002 2 200000 ItemValidationError', '200,000 bad lines are counted');
is(scalar(split /\n/, errors_of($many->{ImportArn})), 1000, '.. and the first thousand listed');

$node->stop;
done_testing();
