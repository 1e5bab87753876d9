-- Resource policies of tables and streams: kept with a revision, returned in one form, and not enforced.
\set ECHO none
\i sql/common.psql

CREATE FUNCTION pg_temp.policy(sid text, action text DEFAULT 'dynamodb:GetItem', principal text DEFAULT '{"AWS":"arn:aws:iam::000000000000:root"}')
	RETURNS text LANGUAGE sql AS $$
	SELECT format('{"Version":"2012-10-17","Statement":[{"Sid":"%s","Effect":"Allow","Principal":%s,"Action":"%s","Resource":"*"}]}', sid, principal, action)
$$;
SELECT pg_temp.answer('create_table', json_build_object('TableName', 'Guarded', 'BillingMode', 'PAY_PER_REQUEST',
	'KeySchema', '[{"AttributeName":"a","KeyType":"HASH"}]'::json, 'AttributeDefinitions', '[{"AttributeName":"a","AttributeType":"S"}]'::json,
	'StreamSpecification', '{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}'::json)::text)::json #>> '{TableDescription,TableName}';
SELECT t ->> 'LatestStreamArn' AS stream FROM (SELECT dynapg.describe_table('{"TableName":"Guarded"}') -> 'Table') AS d (t) \gset
CREATE FUNCTION pg_temp.on_arn(operation text, members json DEFAULT '{}', arn text DEFAULT 'arn:aws:dynamodb:us-east-1:000000000000:table/Guarded')
	RETURNS text LANGUAGE sql AS
	$$ SELECT pg_temp.answer(operation, (jsonb_build_object('ResourceArn', arn) || members::jsonb)::text) $$;
CREATE FUNCTION pg_temp.put(policy text, more json DEFAULT '{}') RETURNS text LANGUAGE sql AS
	$$ SELECT pg_temp.on_arn('put_resource_policy', (jsonb_build_object('Policy', policy) || more::jsonb)::json) $$;
CREATE FUNCTION pg_temp.store(policy text) RETURNS void LANGUAGE sql AS $$
	UPDATE dynapg.tables SET definition = jsonb_set(definition::jsonb, '{ResourcePolicy}', to_jsonb(policy))::json WHERE name = 'Guarded2' $$;
CREATE FUNCTION pg_temp.masked(reply text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(reply, '\d{13}', 'REVISION', 'g') $$;

-- without one
SELECT pg_temp.on_arn('get_resource_policy');
SELECT pg_temp.on_arn('delete_resource_policy');
SELECT pg_temp.on_arn('delete_resource_policy', '{"ExpectedRevisionId":"1"}');
SELECT pg_temp.put(pg_temp.policy('one'), '{"ExpectedRevisionId":"1"}');

-- a revision stays with a policy that says the same, and an expected one has to be the present one
SELECT pg_temp.put(pg_temp.policy('one'), '{"ExpectedRevisionId":"NO_POLICY"}')::json ->> 'RevisionId' AS revision \gset
SELECT :'revision' ~ '^\d{13}$';
SELECT pg_temp.put(pg_temp.policy('one'))::json ->> 'RevisionId' = :'revision';
SELECT pg_temp.put(E' {"Statement" : [ {"Resource":"*", "Action":"dynamodb:GetItem","Principal":{"AWS":"arn:aws:iam::000000000000:root"},\n"Effect":"Allow","Sid":"one"}],
	"Version":"2012-10-17"}')::json ->> 'RevisionId' = :'revision';
SELECT pg_temp.on_arn('get_resource_policy')::json ->> 'Policy';
SELECT pg_temp.put(pg_temp.policy('one', 'dynamodb:GetItem', principal))::json ->> 'RevisionId' = :'revision' FROM unnest(ARRAY['{"AWS":"000000000000"}',
	'{"AWS":["000000000000"]}']) principal;
SELECT pg_temp.put(replace(pg_temp.policy('one'), '"dynamodb:GetItem"', '["dynamodb:GetItem"]'))::json ->> 'RevisionId' = :'revision';
SELECT pg_temp.masked(pg_temp.put(pg_temp.policy('two'), '{"ExpectedRevisionId":"NO_POLICY"}'));
SELECT pg_temp.masked(pg_temp.put(pg_temp.policy('two'), '{"ExpectedRevisionId":"1"}'));
SELECT pg_temp.put(pg_temp.policy('two'), json_build_object('ExpectedRevisionId', :'revision'))::json ->> 'RevisionId' AS second \gset
SELECT :'second'::bigint > :'revision'::bigint;
SELECT pg_temp.masked(pg_temp.on_arn('delete_resource_policy', '{"ExpectedRevisionId":"1"}'));
SELECT pg_temp.on_arn('delete_resource_policy', json_build_object('ExpectedRevisionId', :'second'))::json ->> 'RevisionId' = :'second';
SELECT pg_temp.on_arn('get_resource_policy');

-- what is no policy
SELECT text, pg_temp.put(text) FROM unnest(ARRAY['', 'no JSON', '[]', '"x"', 'null', '{}', '{"Version":"2012-10-17"}', '{"Statement":[]}', '{"Statement":[{}]}', '{"Statement":["x"]}', '{"Statement":1}',
	'{"Statement":{"Effect":"Allow"}}', '{"Statement":[{"Effect":"Allow","Principal":"*"}]}', '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}',
	replace(pg_temp.policy('s'), '}]}', '},{"Sid":"s","Effect":"Deny","NotPrincipal":"*","NotAction":"*","NotResource":"*"}]}')]) text;
SELECT pg_temp.put('{"a":"' || repeat('x', 20480) || '"}');
SELECT pg_temp.put(pg_temp.policy(repeat('x', 20480 - length(pg_temp.policy('')))))::json ->> 'RevisionId' ~ '^\d{13}$', pg_temp.put(pg_temp.policy(repeat('x', 20481 - length(pg_temp.policy('')))));
-- everybody, unless under a condition; to refuse everybody is no grant
SELECT principal, pg_temp.put(pg_temp.policy('all', 'dynamodb:*', principal)) FROM unnest(ARRAY['"*"', '{"AWS":"*"}', '{"AWS":["arn:aws:iam::000000000000:root","*"]}']) principal;
SELECT pg_temp.masked(pg_temp.put(replace(pg_temp.policy('all', 'dynamodb:*', '"*"'), '"Resource"', '"Condition":{"StringEquals":{"aws:SourceAccount":"000000000000"}},"Resource"')));
SELECT pg_temp.masked(pg_temp.put(replace(pg_temp.policy('all', 'dynamodb:*', '"*"'), 'Allow', 'Deny')));
-- an effect in any case; a policy without a version comes back with the oldest, which is another policy
SELECT effect, pg_temp.put(replace(pg_temp.policy('all', 'dynamodb:*', '"*"'), 'Allow', effect)) FROM unnest(ARRAY['allow', 'ALLOW']) effect;
SELECT pg_temp.put('{"Statement":[{"Effect":"deny","Principal":"*","Action":"*","Resource":"*"}]}')::json ->> 'RevisionId' AS unversioned \gset
SELECT pg_temp.on_arn('get_resource_policy')::json ->> 'Policy' AS read \gset
SELECT :'read';
SELECT pg_temp.put('{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}')::json ->> 'RevisionId' = :'unversioned';
SELECT pg_temp.put(:'read')::json ->> 'RevisionId' = :'unversioned';
-- lists stay lists where they are longer
SELECT pg_temp.masked(pg_temp.put('{"Statement":[{"Effect":"Deny","NotPrincipal":{"Service":["a.amazonaws.com","b.amazonaws.com"],"AWS":["000000000000","arn:aws:iam::000000000000:user/u"]},
	"NotAction":["a","b"],"NotResource":["x"],"Condition":{"Bool":{"aws:SecureTransport":["false"]}}},{"Effect":"Deny","Principal":["*"],"Action":[],"Resource":7}]}'));
SELECT pg_temp.on_arn('get_resource_policy')::json ->> 'Policy';
-- one statement is a list of one, and what is not known stays where it is
SELECT pg_temp.masked(pg_temp.put('{"Statement":{"More":[1, 2],"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"},"Other":{"b":1,"a":2}}'));
SELECT pg_temp.on_arn('get_resource_policy')::json ->> 'Policy';

-- a stream has a policy of its own, until the table gets another one
SELECT pg_temp.on_arn('get_resource_policy', '{}', :'stream') LIKE 'ND029: Resource-based policy not found for the provided ResourceArn: ' || :'stream';
SELECT pg_temp.masked(pg_temp.on_arn('put_resource_policy', json_build_object('Policy', pg_temp.policy('stream', 'dynamodb:GetRecords')), :'stream'));
SELECT pg_temp.on_arn('get_resource_policy', '{}', :'stream')::json ->> 'Policy' = pg_temp.policy('stream', 'dynamodb:GetRecords'), pg_temp.on_arn('get_resource_policy') LIKE '%Other%';
SELECT pg_temp.on_arn(operation, json_build_object('Policy', pg_temp.policy('x')), 'arn:aws:dynamodb:us-east-1:000000000000:table/Guarded/stream/2020-01-31T23:59:59.999')
	FROM unnest(ARRAY['get_resource_policy', 'put_resource_policy', 'delete_resource_policy']) operation;
SELECT count(dynapg.update_table(format('{"TableName":"Guarded","StreamSpecification":%s}', stream)::json)) FROM unnest(ARRAY['{"StreamEnabled":false}', '{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}']) stream;
SELECT pg_temp.on_arn('get_resource_policy', '{}', dynapg.describe_table('{"TableName":"Guarded"}') #>> '{Table,LatestStreamArn}') LIKE 'ND029: %';

-- ARNs of something else
SELECT arn, pg_temp.on_arn('get_resource_policy', '{}', arn) FROM unnest(ARRAY[
	'Guarded',
	'arn:aws:s3:us-east-1:000000000000:table/Guarded',
	'arn:aws:dynamodb:us-east-1:000000000000:table/Guarded/backup/01576616366715-b4e58d3a',
	'arn:aws:dynamodb:us-east-1:000000000000:table/Guarded/index/x',
	'arn:aws:dynamodb:us-east-1:111111111111:table/Guarded',
	'arn:aws:dynamodb:eu-west-1:000000000000:table/Guarded',
	'arn:aws-cn:dynamodb:us-east-1:000000000000:table/Guarded',
	'arn:aws:dynamodb:us-east-1:000000000000:table/None']) arn;

-- only the owner changes it, anybody may read it
CREATE ROLE policy_guest LOGIN;
SET ROLE policy_guest;
SELECT pg_temp.on_arn('get_resource_policy') LIKE '%Other%';
SELECT pg_temp.on_arn(operation, json_build_object('Policy', '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}')) FROM unnest(ARRAY['put_resource_policy', 'delete_resource_policy']) operation;
RESET ROLE;
DROP ROLE policy_guest;

-- one that is given with CreateTable
SELECT pg_temp.answer('create_table', json_build_object('TableName', 'Guarded2', 'BillingMode', 'PAY_PER_REQUEST', 'KeySchema', '[{"AttributeName":"a","KeyType":"HASH"}]'::json,
	'AttributeDefinitions', '[{"AttributeName":"a","AttributeType":"S"}]'::json, 'ResourcePolicy', policy)::text)::json #>> '{TableDescription,TableName}'
	FROM (SELECT pg_temp.policy('born')) AS p (policy);
SELECT pg_temp.on_arn('get_resource_policy', '{}', 'arn:aws:dynamodb:us-east-1:000000000000:table/Guarded2')::json ->> 'Policy' = pg_temp.policy('born');
-- those that early versions have stored as they were given
SELECT given, pg_temp.masked(pg_temp.on_arn('get_resource_policy', '{}', 'arn:aws:dynamodb:us-east-1:000000000000:table/Guarded2')) AS reply
	FROM unnest(ARRAY['{ "Version" : "2012-10-17", "Statement" : [] }', E'{\n\t"Id": "any"\n}', ' {"Statement": []}', '{ }', ' {}']) AS given,
		LATERAL (SELECT pg_temp.store(given)) AS stored;
SELECT pg_temp.answer('delete_table', json_build_object('TableName', name)::text)::json #>> '{TableDescription,TableStatus}' FROM unnest(ARRAY['Guarded', 'Guarded2']) name;
