/* dynapg 0.1.0 to 0.2.0: update script. Run by ALTER EXTENSION dynapg UPDATE. */
\echo Use "ALTER EXTENSION dynapg UPDATE TO '0.2.0'" to load this file. \quit

/* ---- operations about tables beside the data ---- */

CREATE FUNCTION dynapg.create_global_table(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_create_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.create_global_table(json) IS 'Refuses, as there are no global tables: the API operation CreateGlobalTable';

CREATE FUNCTION dynapg.delete_resource_policy(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_delete_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.delete_resource_policy(json) IS 'Deletes the resource policy of a table: the API operation DeleteResourcePolicy';

CREATE FUNCTION dynapg.describe_contributor_insights(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_contributor_insights(json) IS 'Describes the contributor insights of a table or index: the API operation DescribeContributorInsights';

CREATE FUNCTION dynapg.describe_endpoints(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_endpoints' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_endpoints(json) IS 'Names the endpoint that the request was sent to: the API operation DescribeEndpoints';

CREATE FUNCTION dynapg.describe_global_table(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table(json) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTable';

CREATE FUNCTION dynapg.describe_global_table_settings(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_global_table_settings' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_global_table_settings(json) IS 'Finds nothing, as there are no global tables: the API operation DescribeGlobalTableSettings';

CREATE FUNCTION dynapg.describe_kinesis_streaming_destination(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_kinesis_streaming_destination(json) IS 'Describes the Kinesis destinations of a table: the API operation DescribeKinesisStreamingDestination';

CREATE FUNCTION dynapg.describe_limits(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_limits' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_limits(json) IS 'Returns the quotas of an account in us-east-1: the API operation DescribeLimits';

CREATE FUNCTION dynapg.describe_table_replica_auto_scaling(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_describe_table_replica_auto_scaling' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.describe_table_replica_auto_scaling(json) IS 'Refuses, as tables have no replicas: the API operation DescribeTableReplicaAutoScaling';

CREATE FUNCTION dynapg.disable_kinesis_streaming_destination(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_disable_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.disable_kinesis_streaming_destination(json) IS 'Refuses, as no Kinesis destination is ever active: the API operation DisableKinesisStreamingDestination';

CREATE FUNCTION dynapg.enable_kinesis_streaming_destination(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_enable_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.enable_kinesis_streaming_destination(json) IS 'Adds a Kinesis destination, whose state will be ENABLE_FAILED: the API operation EnableKinesisStreamingDestination';

CREATE FUNCTION dynapg.get_resource_policy(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_get_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.get_resource_policy(json) IS 'Returns the resource policy of a table: the API operation GetResourcePolicy';

CREATE FUNCTION dynapg.list_contributor_insights(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_contributor_insights(json) IS 'Lists tables and indexes with contributor insights, paged: the API operation ListContributorInsights';

CREATE FUNCTION dynapg.list_global_tables(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_global_tables' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_global_tables(json) IS 'Lists nothing, as there are no global tables: the API operation ListGlobalTables';

CREATE FUNCTION dynapg.list_tags_of_resource(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_list_tags_of_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.list_tags_of_resource(json) IS 'Lists the tags of a table: the API operation ListTagsOfResource';

CREATE FUNCTION dynapg.put_resource_policy(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_put_resource_policy' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.put_resource_policy(json) IS 'Keeps a resource policy of a table, which is not enforced: the API operation PutResourcePolicy';

CREATE FUNCTION dynapg.tag_resource(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_tag_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.tag_resource(json) IS 'Adds tags to a table or replaces their values: the API operation TagResource';

CREATE FUNCTION dynapg.untag_resource(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_untag_resource' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.untag_resource(json) IS 'Removes tags from a table: the API operation UntagResource';

CREATE FUNCTION dynapg.update_contributor_insights(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_contributor_insights' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_contributor_insights(json) IS 'Switches contributor insights of a table or index on or off: the API operation UpdateContributorInsights';

CREATE FUNCTION dynapg.update_global_table(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table(json) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTable';

CREATE FUNCTION dynapg.update_global_table_settings(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_global_table_settings' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_global_table_settings(json) IS 'Finds nothing, as there are no global tables: the API operation UpdateGlobalTableSettings';

CREATE FUNCTION dynapg.update_kinesis_streaming_destination(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_kinesis_streaming_destination' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_kinesis_streaming_destination(json) IS 'Refuses, as no Kinesis destination is ever active: the API operation UpdateKinesisStreamingDestination';

CREATE FUNCTION dynapg.update_table_replica_auto_scaling(request json) RETURNS json
	AS 'MODULE_PATHNAME', 'dynapg_update_table_replica_auto_scaling' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION dynapg.update_table_replica_auto_scaling(json) IS 'Refuses, as tables have no replicas: the API operation UpdateTableReplicaAutoScaling';
