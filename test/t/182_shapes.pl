# 182_shapes.pl - a newer model of AWS's that has a member, a value or a bound which the shapes do not have makes shapes-check fail, and it
# names the member; without a network it uses what is here.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
$ENV{DYNAPG_OFFLINE} = 1;

# Makes a botocore 99.0.0 of the newest model that is here, changed by a piece of Python; false where there is no model.
sub change_model
{
	my ($change) = @_;
	open my $out, '>', "$folder/change.py" or die $!;
	print $out <<"PYTHON";
import importlib.machinery, importlib.util, json, os, sys
loader = importlib.machinery.SourceFileLoader("check", "test/tools/shapes-check")
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
sys.dont_write_bytecode = True
loader.exec_module(check)
loaded = check.load_models()
if not loaded or check.parts_of(loaded[1]) < check.parts_of(check.KNOWN):
    sys.exit(1)
shapes = loaded[0][0]["shapes"]
$change
for service, model in zip(check.SERVICES, loaded[0]):
    os.makedirs(f"$folder/botocore/data/{service}/2012-08-10", exist_ok=True)
    json.dump(model, open(f"$folder/botocore/data/{service}/2012-08-10/service-2.json", "w"))
open("$folder/botocore/__init__.py", "w").write("__version__ = '99.0.0'\\n")
PYTHON
	close $out;
	return system("PYTHONDONTWRITEBYTECODE=1 python3 $folder/change.py") == 0;
}

sub check
{
	my $output = `PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$folder python3 test/tools/shapes-check 2>&1`;
	return ($?, $output);
}

if (system('python3 -c 1 2>/dev/null') != 0 || !change_model(''))
{
	print "# counted: shapes: skipped, there is no model as new as the one that the shapes were made from\n";
	plan skip_all => 'there is no new model';
}
my ($status, $output) = check();
is($status, 0, 'the newest model that is here fits');
like($output, qr/^ok - shapes: \d+ requests against botocore 99\.0\.0$/m, 'and it is the one that was compared');
for my $case (
	[ q(shapes["CreateTableInput"]["members"]["Novelty"] = {"shape": "String"}), 'CreateTableInput.Novelty: member: here absent, in the model present' ],
	[ q(del shapes["SearchVectorsInput"]["members"]["TopK"]), 'SearchVectorsInput.TopK: member: here present, in the model absent' ],
	[ q(shapes["VectorDistanceFunction"]["enum"].append("MANHATTAN")), 'DistanceFunction: enum' ],
	[ q(shapes["SearchVectorList"]["max"] = 8192), 'SearchVectorsInput.SearchVector: max: here 4096, in the model 8192' ])
{
	my ($change, $finding) = @$case;
	change_model($change);
	($status, $output) = check();
	isnt($status, 0, "drift fails: $finding");
	like($output, qr/\Q$finding\E/, 'and is named');
}
done_testing();
