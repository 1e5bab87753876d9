/* dynapg 0.1.0 to 0.2.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.2.0'" to load this file. \quit

/* ---- operations: jsonb and text, and no request at all ---- */

CREATE OR REPLACE FUNCTION dynapg.create_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.delete_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.describe_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.list_tables(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.update_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.delete_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.get_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.put_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.batch_get_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.batch_write_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.transact_get_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.transact_write_items(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.query(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.scan(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE OR REPLACE FUNCTION dynapg.update_item(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item' LANGUAGE C VOLATILE PARALLEL UNSAFE;

CREATE FUNCTION dynapg.create_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(jsonb) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.create_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_table(text) IS 'Creates a table: the API operation CreateTable';

CREATE FUNCTION dynapg.delete_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(jsonb) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.delete_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_table(text) IS 'Deletes a table with its items: the API operation DeleteTable';

CREATE FUNCTION dynapg.describe_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(jsonb) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.describe_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table(text) IS 'Describes a table: the API operation DescribeTable';

CREATE FUNCTION dynapg.list_tables(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(jsonb) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.list_tables(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tables_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tables(text) IS 'Lists the names of tables, paged: the API operation ListTables';

CREATE FUNCTION dynapg.update_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(jsonb) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.update_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table(text) IS 'Changes the settings of a table: the API operation UpdateTable';

CREATE FUNCTION dynapg.delete_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(jsonb) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.delete_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_item(text) IS 'Deletes an item: the API operation DeleteItem';

CREATE FUNCTION dynapg.get_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(jsonb) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.get_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_item(text) IS 'Reads an item by its key: the API operation GetItem';

CREATE FUNCTION dynapg.put_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(jsonb) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.put_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_item(text) IS 'Stores an item, replacing one of the same key: the API operation PutItem';

CREATE FUNCTION dynapg.batch_get_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(jsonb) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_get_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_get_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_get_item(text) IS 'Reads items of several tables by their keys: the API operation BatchGetItem';

CREATE FUNCTION dynapg.batch_write_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(jsonb) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.batch_write_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_batch_write_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.batch_write_item(text) IS 'Stores and deletes items of several tables: the API operation BatchWriteItem';

CREATE FUNCTION dynapg.transact_get_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(jsonb) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_get_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_get_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_get_items(text) IS 'Reads items as they are at one moment: the API operation TransactGetItems';

CREATE FUNCTION dynapg.transact_write_items(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(jsonb) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.transact_write_items(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_transact_write_items_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.transact_write_items(text) IS 'Writes and checks several items, all or none: the API operation TransactWriteItems';

CREATE FUNCTION dynapg.query(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(jsonb) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.query(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_query_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.query(text) IS 'Reads items of one partition of a table or index, paged: the API operation Query';

CREATE FUNCTION dynapg.scan(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(jsonb) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.scan(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_scan_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.scan(text) IS 'Reads all items of a table or index, paged: the API operation Scan';

CREATE FUNCTION dynapg.update_item(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(jsonb) IS 'Changes an item or creates it: the API operation UpdateItem';

CREATE FUNCTION dynapg.update_item(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_item_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_item(text) IS 'Changes an item or creates it: the API operation UpdateItem';

/* ---- operations about tables beside the data ---- */

CREATE FUNCTION dynapg.create_global_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(json) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.create_global_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(jsonb) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.create_global_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(text) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.delete_resource_policy(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(json) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.delete_resource_policy(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(jsonb) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.delete_resource_policy(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(text) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.describe_contributor_insights(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(json) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_contributor_insights(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(jsonb) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_contributor_insights(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(text) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_endpoints(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(json) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_endpoints(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(jsonb) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_endpoints(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(text) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_global_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(json) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(jsonb) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(text) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table_settings(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(json) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_global_table_settings(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(jsonb) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_global_table_settings(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(text) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(json) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(jsonb) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(text) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_limits(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(json) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_limits(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(jsonb) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_limits(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(text) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(json) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(jsonb) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(text) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(json) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(jsonb) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(text) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(json) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(jsonb) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(text) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.get_resource_policy(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(json) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.get_resource_policy(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(jsonb) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.get_resource_policy(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(text) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.list_contributor_insights(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(json) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_contributor_insights(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(jsonb) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_contributor_insights(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(text) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_global_tables(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(json) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_global_tables(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(jsonb) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_global_tables(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(text) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_tags_of_resource(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(json) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.list_tags_of_resource(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(jsonb) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.list_tags_of_resource(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(text) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.put_resource_policy(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(json) IS 'Keeps a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.put_resource_policy(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(jsonb) IS 'Keeps a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.put_resource_policy(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(text) IS 'Keeps a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.tag_resource(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(json) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.tag_resource(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(jsonb) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.tag_resource(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(text) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.untag_resource(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(json) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.untag_resource(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(jsonb) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.untag_resource(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(text) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.update_contributor_insights(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(json) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_contributor_insights(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(jsonb) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_contributor_insights(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(text) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_global_table(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(json) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(jsonb) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(text) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table_settings(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(json) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_global_table_settings(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(jsonb) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_global_table_settings(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(text) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(json) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(jsonb) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(text) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request json DEFAULT '{}') RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(json) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request jsonb) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling_jsonb' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(jsonb) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request text) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling_text' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(text) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';
--
-- Secrets of access keys get a table of their own
--

-- Read and written by src/store/secrets.c directly, so that no statement has a secret and logical decoding sees none.
CREATE TABLE dynapg.access_secrets (
	access_key_id text COLLATE "C" PRIMARY KEY,
	secret text COLLATE "C" NOT NULL
) USING heap;
COMMENT ON TABLE dynapg.access_secrets IS 'the secrets of the access keys';
ALTER TABLE dynapg.access_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE dynapg.access_secrets REPLICA IDENTITY NOTHING;
ALTER TABLE dynapg.access_secrets ALTER secret SET STATISTICS 0;
REVOKE ALL ON dynapg.access_secrets FROM PUBLIC;

CREATE FUNCTION dynapg.on_access_secrets_change() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_access_secrets_change';
COMMENT ON FUNCTION dynapg.on_access_secrets_change() IS 'refuses SQL that writes secrets';
REVOKE ALL ON FUNCTION dynapg.on_access_secrets_change() FROM PUBLIC;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON dynapg.access_secrets
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_secrets_change();
ALTER TABLE dynapg.access_secrets ENABLE ALWAYS TRIGGER refuse;

CREATE FUNCTION dynapg.on_access_key_secret() RETURNS trigger
	LANGUAGE c AS 'MODULE_PATHNAME', 'dynapg_on_access_key_secret';
COMMENT ON FUNCTION dynapg.on_access_key_secret() IS 'keeps the secret of a key in dynapg.access_secrets';
REVOKE ALL ON FUNCTION dynapg.on_access_key_secret() FROM PUBLIC;
CREATE TRIGGER keep_secret BEFORE INSERT OR UPDATE ON dynapg.access_keys
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret();
CREATE TRIGGER forget_secret AFTER DELETE ON dynapg.access_keys
	FOR EACH ROW EXECUTE FUNCTION dynapg.on_access_key_secret();
CREATE TRIGGER forget_secrets AFTER TRUNCATE ON dynapg.access_keys
	EXECUTE FUNCTION dynapg.on_access_key_secret();
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER keep_secret;
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER forget_secret;
ALTER TABLE dynapg.access_keys ENABLE ALWAYS TRIGGER forget_secrets;

-- The trigger moves them. The table's former statistics and identity could show them, too.
ALTER TABLE dynapg.access_keys REPLICA IDENTITY DEFAULT;
ALTER TABLE dynapg.access_keys DROP CONSTRAINT access_keys_secret_check;
ALTER TABLE dynapg.access_keys ALTER secret DROP NOT NULL;
UPDATE dynapg.access_keys SET enabled = enabled;
ALTER TABLE dynapg.access_keys ADD CONSTRAINT access_keys_secret_check CHECK (secret IS NULL);
DELETE FROM pg_catalog.pg_statistic WHERE starelid OPERATOR(pg_catalog.=) 'dynapg.access_keys'::pg_catalog.regclass;
COMMENT ON TABLE dynapg.access_keys IS 'keys that sign HTTP requests, and the roles that these run as';
COMMENT ON COLUMN dynapg.access_keys.secret IS 'only to be written: it is kept in dynapg.access_secrets';
REVOKE ALL ON dynapg.access_keys FROM PUBLIC;

CREATE OR REPLACE VIEW dynapg.access_key_list WITH (security_barrier) AS
	SELECT k.access_key_id, k.role, k.enabled, k.created_at
	FROM dynapg.access_keys k JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) k.role::pg_catalog.oid
	WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER OR pg_catalog.pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION');

CREATE FUNCTION dynapg.import_access_key(role regrole, access_key_id text, secret_access_key text) RETURNS void
	LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'dynapg_import_access_key';
COMMENT ON FUNCTION dynapg.import_access_key(regrole, text, text) IS
	'a key with an id and a secret that clients have already; the arguments may get into logs, as those of any statement';
REVOKE ALL ON FUNCTION dynapg.import_access_key(regrole, text, text) FROM PUBLIC;

--
-- Whom default privileges have given rights
--

/*
 * ALTER DEFAULT PRIVILEGES of the installing role concerns what is made above, too. It may mean the role's tables, not catalogs.
 * What was there before keeps the rights that were granted on it.
 */
DO $$
DECLARE
	object record;
BEGIN
	FOR object IN
		SELECT CASE d.classid WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN 'TABLE '
				WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN 'FUNCTION '
				WHEN 'pg_catalog.pg_type'::pg_catalog.regclass THEN 'TYPE ' ELSE 'SCHEMA ' END
				OPERATOR(pg_catalog.||) (pg_catalog.pg_identify_object(d.classid, d.objid, 0)).identity AS name,
			pg_catalog.quote_ident(r.rolname) AS grantee
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON e.oid OPERATOR(pg_catalog.=) d.refobjid AND e.extname OPERATOR(pg_catalog.=) 'dynapg'
		LEFT JOIN pg_catalog.pg_class c ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
			AND c.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_proc p ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
			AND p.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_type t ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
			AND t.oid OPERATOR(pg_catalog.=) d.objid
		LEFT JOIN pg_catalog.pg_namespace n ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
			AND n.oid OPERATOR(pg_catalog.=) d.objid
		CROSS JOIN LATERAL (SELECT DISTINCT a.grantee
			FROM pg_catalog.aclexplode(COALESCE(c.relacl, p.proacl, t.typacl, n.nspacl)) a
			WHERE a.grantee OPERATOR(pg_catalog.<>) COALESCE(c.relowner, p.proowner, t.typowner, n.nspowner)) a
		JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) a.grantee AND r.rolname OPERATOR(pg_catalog.<>) 'pg_monitor'
		WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
			AND d.xmin OPERATOR(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid
			AND (c.relkind IS NULL OR c.relkind OPERATOR(pg_catalog.=) ANY ('{r,v}'))
	LOOP
		EXECUTE 'REVOKE ALL ON ' OPERATOR(pg_catalog.||) object.name OPERATOR(pg_catalog.||) ' FROM ' OPERATOR(pg_catalog.||) object.grantee;
	END LOOP;
	REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA dynapg FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.scan_bounds, dynapg.tokens, dynapg.access_keys, dynapg.access_secrets FROM PUBLIC, pg_monitor;
	REVOKE SELECT ON dynapg.throughput, dynapg.stat_operations, dynapg.http_activity FROM PUBLIC;
	REVOKE CREATE ON SCHEMA dynapg FROM PUBLIC, pg_monitor;
END
$$;

-- Who may not call an operation with json may not call it with another type either.
DO $$
DECLARE
	operation record;
	granted record;
	overload pg_catalog.regprocedure;
BEGIN
	FOR operation IN
		SELECT p.proname AS name, p.proowner AS owner, p.proacl AS acl FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace OPERATOR(pg_catalog.=) 'dynapg'::pg_catalog.regnamespace
			AND pg_catalog.pg_get_function_arguments(p.oid) OPERATOR(pg_catalog.~) '^request json '
			AND p.proacl IS NOT NULL
	LOOP
		FOREACH overload IN ARRAY ARRAY[pg_catalog.format('dynapg.%I(text)', operation.name)::pg_catalog.regprocedure,
			pg_catalog.format('dynapg.%I(jsonb)', operation.name)::pg_catalog.regprocedure]
		LOOP
			EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', overload);
			FOR granted IN
				SELECT CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'PUBLIC'
					ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS role,
					CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END AS option
				FROM pg_catalog.aclexplode(operation.acl) AS a
				WHERE a.grantee OPERATOR(pg_catalog.<>) operation.owner
			LOOP
				EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s %s', overload, granted.role, granted.option);
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;

/* ---- tables with secondary indexes: autovacuum comes more often, unless their owner has said how often ---- */

DO $$
DECLARE
	indexed pg_catalog.regclass;
BEGIN
	FOR indexed IN
		SELECT c.oid::pg_catalog.regclass FROM pg_catalog.pg_class AS c
		WHERE c.oid IN (SELECT i.table_relid::pg_catalog.oid FROM dynapg.indexes AS i) AND c.relkind OPERATOR(pg_catalog.=) 'r'
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) AS o
				WHERE o.option_name OPERATOR(pg_catalog.=) 'autovacuum_vacuum_scale_factor')
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0.05)', indexed);
	END LOOP;
END
$$;

-- Tells other sessions that the version is another one: see src/store/installation.c. It stays the last statement of each script.
GRANT SELECT ON dynapg.tables TO PUBLIC;
