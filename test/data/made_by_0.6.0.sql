-- What CreateTable, PutItem and create_access_key of dynapg 0.6.0 leave in a database, for the test of updates: a table with a
-- local and a global secondary index, three items, a bound of a parallel scan, a token and an access key.
DO $$ BEGIN CREATE ROLE keeper LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT CREATE ON SCHEMA dynamodb TO keeper;
SET ROLE keeper;
CREATE TABLE dynamodb."Kept" (
	pk text NOT NULL COLLATE pg_catalog."C",
	sk numeric NOT NULL,
	item dynapg.item NOT NULL,
	keys dynapg.item GENERATED ALWAYS AS (dynapg.index_keys(item, 'id,other'::text)) STORED,
	CONSTRAINT "Kept primary key" PRIMARY KEY (pk, sk),
	CONSTRAINT "dynapg fits" CHECK (dynapg.row_fits(item, pk, 'S id'::text, sk, 'N n'::text)),
	CONSTRAINT "dynapg index by_n" CHECK (dynapg.index_fits(item, 'by_n'::text, 1, VARIADIC ARRAY['S'::text, 'id'::text, 'S'::text,
		'other'::text])),
	CONSTRAINT "dynapg index by_other" CHECK (dynapg.index_fits(item, 'by_other'::text, 1, VARIADIC ARRAY['S'::text, 'other'::text]))
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE dynamodb."Kept" ALTER COLUMN keys SET STORAGE MAIN;
INSERT INTO dynamodb."Kept" VALUES ('a', 1, '{"id":{"S":"a"},"n":{"N":"1"},"other":{"S":"x"}}');
INSERT INTO dynamodb."Kept" VALUES ('b', 2, '{"id":{"S":"b"},"n":{"N":"2"},"other":{"S":"x"}}');
INSERT INTO dynamodb."Kept" VALUES ('c', 2, '{"id":{"S":"c"},"n":{"N":"2"}}');
CREATE INDEX "Kept:by_n" ON dynamodb."Kept" (pk, dynapg.key_s(keys, 'other'::text) COLLATE "C", sk)
	WHERE dynapg.in_index(keys, 1, VARIADIC ARRAY['S'::text, 'id'::text, 'S'::text, 'other'::text]);
CREATE INDEX "Kept:by_other" ON dynamodb."Kept" (dynapg.part_s(keys, 'other'::text) COLLATE "C", pk, sk)
	WHERE dynapg.in_index(keys, 1, VARIADIC ARRAY['S'::text, 'other'::text]);
RESET ROLE;
REVOKE CREATE ON SCHEMA dynamodb FROM keeper;
INSERT INTO dynapg.tables VALUES ('Kept', 'dynamodb."Kept"', '4524805f-9a60-4e06-903e-731159a6284f',
	'2026-11-26 08:02:25.831421+00', 'id', 'S', 'n', 'N', false,
	'[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"},{"AttributeName":"other","AttributeType":"S"}]',
	'{"BillingMode":"PAY_PER_REQUEST","LastUpdateToPayPerRequestDateTime":1795680145.831,"ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0}}');
INSERT INTO dynapg.indexes VALUES
	('dynamodb."Kept"', 'by_n', 'Kept:by_n', false, 1, '{id,other}', '{S,S}', 'KEYS_ONLY', '{}', '{}', 'ACTIVE', 0, NULL, NULL, 1),
	('dynamodb."Kept"', 'by_other', 'Kept:by_other', true, 1, '{other}', '{S}', 'ALL', '{}',
	 '{"ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0}}', 'ACTIVE', 0, NULL, NULL, 2);
INSERT INTO dynapg.access_keys (access_key_id, secret, role) VALUES ('AKIAKEPT', 'kept secret of forty characters or fewer', 'keeper');
-- A table with a stream, which has no record yet.
CREATE TABLE dynamodb."Streamed" (pk text NOT NULL COLLATE pg_catalog."C", item dynapg.item NOT NULL,
	CONSTRAINT "Streamed primary key" PRIMARY KEY (pk), CONSTRAINT "dynapg fits" CHECK (dynapg.row_fits(item, pk, 'S id'::text))) WITH (fillfactor = 90);
INSERT INTO dynapg.tables VALUES ('Streamed', 'dynamodb."Streamed"', '4524805f-9a60-4e06-903e-731159a62850', now(), 'id', 'S', NULL, NULL, false,
	'[{"AttributeName":"id","AttributeType":"S"}]', '{"BillingMode":"PAY_PER_REQUEST","ProvisionedThroughput":{"ReadCapacityUnits":0,
	"WriteCapacityUnits":0},"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},"LatestStreamLabel":"2026-01-02T03:04:05.678"}');
CREATE TRIGGER "!dynapg_capture" AFTER INSERT OR UPDATE OR DELETE ON dynamodb."Streamed" FOR EACH ROW EXECUTE FUNCTION dynapg.capture();
CREATE TRIGGER "!dynapg_capture_truncate" BEFORE TRUNCATE ON dynamodb."Streamed" FOR EACH STATEMENT EXECUTE FUNCTION dynapg.capture();
INSERT INTO dynapg.streams (table_name, label, relid, view, pk_name, pk_type)
	VALUES ('Streamed', '2026-01-02T03:04:05.678', 'dynamodb."Streamed"', 'KEYS_ONLY', 'id', 'S');
