# 041_memory.pl - a session's memory does not grow: not by good calls, not by failing ones, not by tables that come and go.
#
# Every call of the list runs once to fill the caches, then many times; what PostgreSQL reports for the memory contexts that outlive
# a transaction must stay the same.  MEMORY_ROUNDS (600) sets how many times.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{MEMORY_ROUNDS} || 600;

my $node = PostgreSQL::Test::Cluster->new('memory');
$node->init;
# Vacuum and analyze would make sessions look up tables again in the middle of a comparison.
$node->append_conf('postgresql.conf', "autovacuum = off\nlog_min_messages = fatal\nlog_min_error_statement = fatal\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION dynapg');

my $table = q({"TableName":"NAME","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
	{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
	"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
	"GlobalSecondaryIndexes":[{"IndexName":"by-g","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]});
my $key = q("Key":{"pk":{"S":"a"},"sk":{"N":"1"}});
my $one = q("ExpressionAttributeValues":{":o":{"N":"1"}});
my $range = q("ExpressionAttributeValues":{":p":{"S":"a"},":s":{"N":"0"}});
my $four = q("Key":{"pk":{"S":"a"},"sk":{"N":"4"}});

# The actions of a transaction, each on the table.
sub tx
{
	my @actions;
	while (my ($kind, $action) = splice @_, 0, 2)
	{
		push @actions, qq({"$kind":{"TableName":"Memory",$action}});
	}
	return '"TransactItems":[' . join(',', @actions) . ']';
}

# Operation, the SQLSTATE it ends with, request; %s is another number in each round, so that no two expressions are the same.
my @calls = (
	[ 'put_item', 'ok', q("Item":{"pk":{"S":"a"},"sk":{"N":"1"},"g":{"S":"x%s"}},"ReturnValues":"ALL_OLD") ],
	[ 'put_item', 'ND003', q("Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_exists(x%s)") ],
	[ 'put_item', 'ND003', q("Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD") ],
	[ 'put_item', 'ND001', q("Item":{"pk":{"S":"a"},"sk":{"N":"x"}}) ],
	[ 'put_item', 'ND002', q("Item":{"pk":{"S":1}}) ],
	[ 'put_item', 'ND001', q("Item":{"pk":{"S":"a"},"sk":{"N":"1"},"g":{"N":"1"}}) ],
	[ 'put_item', 'ND001', q("Item":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"a%s = = b") ],
	[ 'get_item', 'ok', qq($key,"ProjectionExpression":"g, x%s","ReturnConsumedCapacity":"INDEXES") ],
	[ 'get_item', 'ND001', q("Key":{"pk":{"S":"a"}}) ],
	[ 'update_item', 'ok', qq($key,"UpdateExpression":"SET n%s = :o ADD n :o REMOVE n%s0","ReturnValues":"ALL_NEW",$one) ],
	[ 'update_item', 'ok', qq($key,"UpdateExpression":"REMOVE n%s","ReturnConsumedCapacity":"INDEXES","ReturnValues":"UPDATED_OLD") ],
	[ 'update_item', 'ND001', qq($key,"UpdateExpression":"SET a.b%s = :o",$one) ],
	[ 'update_item', 'ND001', qq($key,"UpdateExpression":"SET g = :o",$one) ],
	[ 'update_item', 'ND003', qq($key,"AttributeUpdates":{"q":{"Action":"ADD","Value":{"N":"1"}}},"Expected":{"g":{"Exists":false}}) ],
	[ 'delete_item', 'ok', q("Key":{"pk":{"S":"a"},"sk":{"N":"2"}},"ReturnValues":"ALL_OLD") ],
	[ 'delete_item', 'ND003', qq($key,"ConditionExpression":"n < :o",$one) ],
	[ 'query', 'ok', qq("KeyConditionExpression":"pk = :p AND sk > :s",$range,"FilterExpression":"attribute_exists(x%s)","ProjectionExpression":"g, x%s") ],
	[ 'query', 'ok', q("IndexName":"by-g","KeyConditionExpression":"g = :p","ExpressionAttributeValues":{":p":{"S":"x%s"}}) ],
	[ 'query', 'ND001', qq("KeyConditionExpression":"pk = :p AND x%s > :s",$range) ],
	[ 'query', 'ND001', q("IndexName":"none","KeyConditionExpression":"g = :p","ExpressionAttributeValues":{":p":{"S":"x"}}) ],
	[ 'scan', 'ok', q("Limit":1,"ScanFilter":{"g":{"ComparisonOperator":"NOT_NULL"}}) ],
	[ 'scan', 'ok', q("Segment":1,"TotalSegments":4) ],
	[ 'scan', 'ND001', q("Segment":4,"TotalSegments":4) ],
	[ 'transact_write_items', 'ok', tx(
			Put => q("Item":{"pk":{"S":"a"},"sk":{"N":"3"},"g":{"S":"x%s"}}), Update => qq($four,"UpdateExpression":"SET n%s = :o ADD n :o REMOVE n%s0",$one),
			Delete => q("Key":{"pk":{"S":"a"},"sk":{"N":"5"}}), ConditionCheck => qq($key,"ConditionExpression":"attribute_not_exists(x%s)")) . ',"ClientRequestToken":"t%s","ReturnConsumedCapacity":"INDEXES"' ],
	[ 'transact_write_items', 'ok', tx(Update => qq($four,"UpdateExpression":"REMOVE n%s"), ConditionCheck => q("Key":{"pk":{"S":"a"},"sk":{"N":"6"}},"ConditionExpression":"attribute_not_exists(pk)")) ],
	[ 'transact_write_items', 'ND014', tx(Delete => $four) . ',"ClientRequestToken":"t%s"' ],
	[ 'transact_write_items', 'ND011', tx(
			Put => q("Item":{"pk":{"S":"a"},"sk":{"N":"6"}}), Update => qq($four,"UpdateExpression":"SET a.b%s = :o",$one), Delete => q("Key":{"pk":{"S":"a"},"sk":{"N":"5"}}),
			ConditionCheck => qq($key,"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD")) ],
	[ 'transact_write_items', 'ND011', tx(Put => q("Item":{"pk":{"S":"a"},"sk":{"S":"%s"}}), Delete => $four) ],
	[ 'transact_write_items', 'ND001', tx(Put => q("Item":{"pk":{"S":"a"},"sk":{"N":"4"}}), Delete => $four) ],
	[ 'transact_write_items', 'ND001', tx(Put => q("Item":{"pk":{"S":"a"},"sk":{"N":"4"}},"ConditionExpression":"a%s = = b"), Delete => $four) ],
	[ 'transact_get_items', 'ok', tx(Get => qq($key,"ProjectionExpression":"g, x%s"), Get => $four, Get => q("Key":{"pk":{"S":"x%s"},"sk":{"N":"1"}})) . ',"ReturnConsumedCapacity":"TOTAL"' ],
	[ 'transact_get_items', 'ND011', tx(Get => $key, Get => q("Key":{"pk":{"S":"x%s"}})) ],
	[ 'transact_get_items', 'ND001', tx(Get => $key, Get => $key) ],
	[ 'describe_table', 'ok', q("Unknown":1) ]);

my $values = join(",\n", map { sprintf(q((%d, '%s', '%s', '{"TableName":"Memory",%s}')), $_, @{ $calls[$_] }) } 0 .. $#calls);
my $sql = <<"SQL";
CREATE TEMP TABLE calls (id integer, operation text, outcome text, request text);
INSERT INTO calls VALUES $values;
CREATE FUNCTION pg_temp.call(operation text, request text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	EXECUTE format('SELECT dynapg.%s(\$1)', operation) USING request::json;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END \$\$;

-- Everything that is left when a statement is over, and was there before.  CacheMemoryContext's own bytes come and go with PostgreSQL's caches.
CREATE FUNCTION pg_temp.kept(OUT top bigint, OUT ours bigint, OUT plans bigint) LANGUAGE sql AS \$\$
	SELECT sum(total_bytes) FILTER (WHERE name = 'TopMemoryContext'), sum(total_bytes) FILTER (WHERE name LIKE 'dynapg%'),
		count(*) FILTER (WHERE name LIKE 'CachedPlan%') FROM pg_backend_memory_contexts
\$\$;
CREATE PROCEDURE pg_temp.rounds(first integer, last integer) LANGUAGE plpgsql AS \$\$
DECLARE
	c record;
	outcome text;
BEGIN
	FOR i IN first .. last LOOP
		FOR c IN SELECT * FROM calls ORDER BY id LOOP
			outcome := pg_temp.call(c.operation, replace(c.request, '%s', i::text));
			IF outcome <> c.outcome THEN
				RAISE '% ends with %: %', c.operation, outcome, c.request;
			END IF;
		END LOOP;
		IF i % 20 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END \$\$;
SQL

my $made = $table =~ s/NAME/Memory/r;
$node->safe_psql('postgres', qq(SELECT dynapg.create_table('$made')));
my $middle = 400 + $rounds;
my $last = 400 + 3 * $rounds;
my @kept = split /\n/, $node->safe_psql('postgres', <<"SQL");
$sql
SELECT (pg_temp.kept()).top IS NULL;
CALL pg_temp.rounds(1, $middle);
SELECT pg_temp.kept();
CALL pg_temp.rounds($middle + 1, $last);
SELECT pg_temp.kept();
SQL
is($kept[2], $kept[1], "as much is kept after $last rounds as after $middle");

# Tables that are made, used and dropped.
my $request = $table =~ s/NAME/Table-%s/r;
$request =~ s/'/''/g;
@kept = split /\n/, $node->safe_psql('postgres', <<"SQL");
$sql
CREATE PROCEDURE pg_temp.tables(first integer, last integer) LANGUAGE plpgsql AS \$\$
BEGIN
	FOR i IN first .. last LOOP
		PERFORM dynapg.create_table(replace('$request', '%s', i::text)::json);
		PERFORM dynapg.put_item(format('{"TableName":"Table-%s","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}', i)::json);
		COMMIT;
		PERFORM dynapg.scan(format('{"TableName":"Table-%s"}', i)::json);
		IF i % 2 = 0 THEN
			PERFORM dynapg.delete_table(format('{"TableName":"Table-%s"}', i)::json);
		ELSE
			EXECUTE format('DROP TABLE dynamodb."Table-%s"', i);
		END IF;
		COMMIT;
	END LOOP;
END \$\$;
SELECT (pg_temp.kept()).top IS NULL;
CALL pg_temp.tables(1, 30);
SELECT ours, plans FROM pg_temp.kept();
CALL pg_temp.tables(31, 180);
SELECT ours, plans FROM pg_temp.kept();
SQL
is($kept[2], $kept[1], 'tables that are gone leave nothing behind');

$node->stop;
done_testing();
