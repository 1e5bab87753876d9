# 095_requests.pl - requests as drivers send them: parameters without a type, of type json, jsonb, text; and an update of the
# extension keeps from the new functions whom the administrator kept from the old ones.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('requests');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');
$node->safe_psql('postgres', q(SELECT dynapg.create_table('{"TableName":"Sent","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}')));

# pgbench sends its variables as parameters without a type in the two extended modes, and as parts of the text in the simple one.
my $n = 0;
for my $mode (qw(extended prepared))
{
	for my $type ('', '::json', '::jsonb', '::text')
	{
		my $id = "$mode$n";
		my $file = $node->basedir . "/sent$n.sql";

		$n++;
		append_to_file($file, "SELECT dynapg.put_item(:request$type);\n");
		$node->command_ok([ 'pgbench', '-n', '-t', '2', '-M', $mode, '-f', $file, '-D', qq(request={"TableName":"Sent","Item":{"id":{"S":"$id"}}}), 'postgres' ],
			"$mode: put_item(\$1$type)");
		is($node->safe_psql('postgres', qq(SELECT dynapg.get_item('{"TableName":"Sent","Key":{"id":{"S":"$id"}}}'))), qq({"Item":{"id":{"S":"$id"}}}),
			"$mode: $type stored");
	}
}

# What an administrator revoked and granted holds for the overloads that the update adds.
$node->safe_psql('postgres', 'CREATE DATABASE before; CREATE ROLE "Clerk"; CREATE ROLE boss; CREATE ROLE guest');
$node->safe_psql('before', q(
	CREATE EXTENSION dynapg VERSION '0.1.0';
	REVOKE EXECUTE ON FUNCTION dynapg.delete_table(json), dynapg.scan(json) FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION dynapg.delete_table(json) TO "Clerk";
	GRANT EXECUTE ON FUNCTION dynapg.delete_table(json) TO boss WITH GRANT OPTION;
	ALTER EXTENSION dynapg UPDATE;
));
is($node->safe_psql('before', q(
	SELECT p.oid::regprocedure, string_agg(r.rolname || CASE WHEN has_function_privilege(r.oid, p.oid, 'EXECUTE WITH GRANT OPTION') THEN '*' ELSE '' END, ' ' ORDER BY r.rolname)
	FROM pg_proc AS p LEFT JOIN pg_roles AS r ON r.rolname IN ('Clerk', 'boss', 'guest') AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
	WHERE p.pronamespace = 'dynapg'::regnamespace AND p.proname IN ('delete_table', 'scan', 'query') GROUP BY p.oid ORDER BY p.proname, p.oid::regprocedure::text)),
	"dynapg.delete_table(json)|Clerk boss*\ndynapg.delete_table(jsonb)|Clerk boss*\ndynapg.delete_table(text)|Clerk boss*\n"
	  . "dynapg.query(json)|Clerk boss guest\ndynapg.query(jsonb)|Clerk boss guest\ndynapg.query(text)|Clerk boss guest\n"
	  . "dynapg.scan(json)|\ndynapg.scan(jsonb)|\ndynapg.scan(text)|",
	'privileges of an operation hold for all its functions after the update');

done_testing();
