/*
 * shapes_item.c - the shapes of item requests: single items, queries, batches, transactions, statements
 *
 * Enum values are in the order in which the service lists them in its messages.
 */
#include "postgres.h"

#include "api/shapes.h"
#include "api/shapes_build.h"
#include "base/limits.h"

/* Parts */

static const DynShape attribute_value = {.name = "AttributeValue", .kind = DYN_SHAPE_ATTRIBUTE_VALUE};
static const DynShape attribute_name = {.name = "AttributeName", .kind = DYN_SHAPE_STRING,
.has_max = true, .max = DYN_MAX_ATTR_NAME};
static const DynShape attribute_names = {.name = "AttributeNameList", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .element = &attribute_name};
static const DynShape attribute_values = LIST_OF("AttributeValueList", attribute_value);

static const DynShape item = {.name = "PutItemInputAttributeMap", .kind = DYN_SHAPE_ATTRIBUTE_MAP,
.key = &dyn_shape_string, .element = &attribute_value};
static const DynShape key = {.name = "Key", .kind = DYN_SHAPE_ATTRIBUTE_MAP,
.key = &dyn_shape_string, .element = &attribute_value};
static const DynShape expression_values = {.name = "ExpressionAttributeValueMap", .kind = DYN_SHAPE_ATTRIBUTE_MAP,
.key = &dyn_shape_string, .element = &attribute_value, .by_member = true};
static const DynShape expression_names = MAP_OF("ExpressionAttributeNameMap", dyn_shape_string, dyn_shape_string);

static const char *const comparison_operators[] = {"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT",
	"NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS", NULL};
static const DynShape comparison_operator = ENUM_OF("ComparisonOperator", comparison_operators);
/* The sets as the service's newer texts list them, including a value that does not exist. */
#define OPERATORS_TEXT "[ALL, OR]"
#define RETURN_VALUES_TEXT "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"

static const char *const conditional_operators[] = {"OR", "AND", NULL};
static const DynShape conditional_operator = ENUM_OF("ConditionalOperator", conditional_operators);
static const char *const attribute_actions[] = {"ADD", "DELETE", "PUT", NULL};
static const DynShape attribute_action = ENUM_OF("AttributeAction", attribute_actions);
static const char *const return_values_set[] = {"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW", NULL};
static const DynShape conditional_operator_write = {.name = "ConditionalOperator", .kind = DYN_SHAPE_STRING,
.values = conditional_operators, .values_text = OPERATORS_TEXT, .alone = DYN_ALONE_LAST};
static const DynShape conditional_operator_update = {.name = "ConditionalOperator", .kind = DYN_SHAPE_STRING,
.values = conditional_operators, .values_text = OPERATORS_TEXT, .alone = DYN_ALONE_FIRST};
static const DynShape conditional_operator_query = {.name = "ConditionalOperator", .kind = DYN_SHAPE_STRING,
.values = conditional_operators, .values_text = OPERATORS_TEXT, .alone = DYN_ALONE_FIRST, .bare = true};
static const DynShape return_values_write = {.name = "ReturnValue", .kind = DYN_SHAPE_STRING,
.values = return_values_set, .values_text = RETURN_VALUES_TEXT, .alone = DYN_ALONE_LAST};
static const DynShape return_values_update = {.name = "ReturnValue", .kind = DYN_SHAPE_STRING,
.values = return_values_set, .values_text = RETURN_VALUES_TEXT, .alone = DYN_ALONE_FIRST};
static const DynShape write_table = {.name = "TableArn", .kind = DYN_SHAPE_STRING,
.has_min = true, .min = 1, .has_max = true, .max = DYN_MAX_ARN, .alone = DYN_ALONE_FIRST};
static const char *const capacities[] = {"INDEXES", "TOTAL", "NONE", NULL};
static const DynShape return_capacity = ENUM_OF("ReturnConsumedCapacity", capacities);
static const char *const metrics[] = {"SIZE", "NONE", NULL};
static const DynShape return_metrics = ENUM_OF("ReturnItemCollectionMetrics", metrics);
static const char *const on_failure[] = {"ALL_OLD", "NONE", NULL};
static const DynShape return_on_failure = ENUM_OF("ReturnValuesOnConditionCheckFailure", on_failure);
static const char *const selects[] = {"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES",
	NULL};
static const DynShape select_shape = ENUM_OF("Select", selects);

static const DynShapeField expected_value_fields[] = {
	{"Value", &attribute_value, false},
	{"Exists", &dyn_shape_boolean, false},
	{"ComparisonOperator", &comparison_operator, false},
	{"AttributeValueList", &attribute_values, false},
};
static const DynShape expected_value = STRUCTURE_OF("ExpectedAttributeValue", expected_value_fields);
static const DynShape expected = MAP_OF("ExpectedAttributeMap", attribute_name, expected_value);

/* PutItem */

static const DynShapeField put_item_fields[] = {
	{"TableName", &write_table, true},
	{"Item", &item, true},
	{"Expected", &expected, false},
	{"ReturnValues", &return_values_write, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ReturnItemCollectionMetrics", &return_metrics, false},
	{"ConditionalOperator", &conditional_operator_write, false},
	{"ConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
const DynShape dyn_shape_put_item = STRUCTURE_OF("PutItemInput", put_item_fields);

/* GetItem */

static const DynShapeField get_item_fields[] = {
	{"TableName", &dyn_shape_table_arn, true},
	{"Key", &key, true},
	{"AttributesToGet", &attribute_names, false},
	{"ConsistentRead", &dyn_shape_boolean, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
};
const DynShape dyn_shape_get_item = STRUCTURE_OF("GetItemInput", get_item_fields);

/* DeleteItem */

static const DynShapeField delete_item_fields[] = {
	{"TableName", &write_table, true},
	{"Key", &key, true},
	{"Expected", &expected, false},
	{"ConditionalOperator", &conditional_operator_write, false},
	{"ReturnValues", &return_values_write, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ReturnItemCollectionMetrics", &return_metrics, false},
	{"ConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
const DynShape dyn_shape_delete_item = STRUCTURE_OF("DeleteItemInput", delete_item_fields);

/* UpdateItem */

static const DynShapeField attribute_update_fields[] = {
	{"Value", &attribute_value, false},
	{"Action", &attribute_action, false},
};
static const DynShape attribute_update = STRUCTURE_OF("AttributeValueUpdate", attribute_update_fields);
static const DynShape attribute_updates = MAP_OF("AttributeUpdates", attribute_name, attribute_update);

static const DynShapeField update_item_fields[] = {
	{"TableName", &write_table, true},
	{"Key", &key, true},
	{"AttributeUpdates", &attribute_updates, false},
	{"Expected", &expected, false},
	{"ConditionalOperator", &conditional_operator_update, false},
	{"ReturnValues", &return_values_update, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ReturnItemCollectionMetrics", &return_metrics, false},
	{"UpdateExpression", &dyn_shape_string, false},
	{"ConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
const DynShape dyn_shape_update_item = STRUCTURE_OF("UpdateItemInput", update_item_fields);

/* Query and Scan */

static const DynShape positive_integer = {.name = "PositiveIntegerObject", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 1};
static const DynShape query_limit = {.name = "PositiveIntegerObject", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 1, .alone = DYN_ALONE_FIRST};
static const DynShape total_segments = {.name = "ScanTotalSegments", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 1, .has_max = true, .max = 1000000};
static const DynShape segment = {.name = "ScanSegment", .kind = DYN_SHAPE_INTEGER,
.has_min = true, .min = 0, .has_max = true, .max = 999999};

static const DynShapeField condition_fields[] = {
	{"AttributeValueList", &attribute_values, false},
	{"ComparisonOperator", &comparison_operator, true},
};
static const DynShape condition = STRUCTURE_OF("Condition", condition_fields);
static const DynShape key_conditions = MAP_OF("KeyConditions", attribute_name, condition);
static const DynShape filter_conditions = MAP_OF("FilterConditionMap", attribute_name, condition);

static const DynShapeField query_fields[] = {
	{"TableName", &dyn_shape_table_arn, true},
	{"IndexName", &dyn_shape_index_name, false},
	{"Select", &select_shape, false},
	{"AttributesToGet", &attribute_names, false},
	{"Limit", &query_limit, false},
	{"ConsistentRead", &dyn_shape_boolean, false},
	{"KeyConditions", &key_conditions, false},
	{"QueryFilter", &filter_conditions, false},
	{"ConditionalOperator", &conditional_operator_query, false},
	{"ScanIndexForward", &dyn_shape_boolean, false},
	{"ExclusiveStartKey", &key, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"FilterExpression", &dyn_shape_string, false},
	{"KeyConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
};
const DynShape dyn_shape_query = STRUCTURE_OF("QueryInput", query_fields);

static const DynShapeField scan_fields[] = {
	{"TableName", &dyn_shape_table_arn, true},
	{"IndexName", &dyn_shape_index_name, false},
	{"AttributesToGet", &attribute_names, false},
	{"Limit", &positive_integer, false},
	{"Select", &select_shape, false},
	{"ScanFilter", &filter_conditions, false},
	{"ConditionalOperator", &conditional_operator, false},
	{"ExclusiveStartKey", &key, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"TotalSegments", &total_segments, false},
	{"Segment", &segment, false},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"FilterExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ConsistentRead", &dyn_shape_boolean, false},
};
const DynShape dyn_shape_scan = STRUCTURE_OF("ScanInput", scan_fields);

/* SearchVectors */

static const DynShape search_vector = BOUNDED_LIST_OF("SearchVectorList", attribute_value, 1, DYN_MAX_DIMENSIONS);
static const DynShape top_k = {.name = "TopKInteger", .kind = DYN_SHAPE_INTEGER, .has_min = true, .min = 1, .alone = DYN_ALONE_LAST};
static const DynShapeField search_vectors_fields[] = {
	{"TableName", &dyn_shape_table_arn, true},
	{"IndexName", &dyn_shape_index_name, true},
	{"SearchVector", &search_vector, true},
	{"TopK", &top_k, true},
	{"SearchConditionExpression", &dyn_shape_string, false},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
};
const DynShape dyn_shape_search_vectors = STRUCTURE_OF("SearchVectorsInput", search_vectors_fields);

/* BatchGetItem and BatchWriteItem */

/* Messages show a write request with its members, including one that the API does not have. */
#define HIDDEN_MEMBER ", workloadProfileName=null"

/* A table that a batch names, by its name or its ARN. */
static const DynShape batch_table = NAME_OR_ARN_OF("TableArn");
static const DynShape keys = {.name = "KeyList", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .has_max = true, .max = 100, .element = &key, .alone = DYN_ALONE_FIRST};
static const DynShapeField keys_and_attributes_fields[] = {
	{"Keys", &keys, true},
	{"AttributesToGet", &attribute_names, false},
	{"ConsistentRead", &dyn_shape_boolean, false},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
};
static const DynShape keys_and_attributes = STRUCTURE_OF("KeysAndAttributes", keys_and_attributes_fields);
static const DynShape batch_get = {.name = "BatchGetRequestMap", .kind = DYN_SHAPE_MAP, .has_min = true, .min = 1,
.has_max = true, .max = 100, .key = &batch_table, .element = &keys_and_attributes, .alone = DYN_ALONE_FIRST};
static const DynShapeField batch_get_item_fields[] = {
	{"RequestItems", &batch_get, true},
	{"ReturnConsumedCapacity", &return_capacity, false},
};
const DynShape dyn_shape_batch_get_item = STRUCTURE_OF("BatchGetItemInput", batch_get_item_fields);

static const DynShapeField put_request_fields[] = {
	{"Item", &item, true},
};
static const DynShape put_request = SHOWN_STRUCTURE_OF("PutRequest", put_request_fields, HIDDEN_MEMBER);
static const DynShapeField delete_request_fields[] = {
	{"Key", &key, true},
};
static const DynShape delete_request = SHOWN_STRUCTURE_OF("DeleteRequest", delete_request_fields, HIDDEN_MEMBER);
static const DynShapeField write_request_fields[] = {
	{"PutRequest", &put_request, false},
	{"DeleteRequest", &delete_request, false},
};
static const DynShape write_request = SHOWN_STRUCTURE_OF("WriteRequest", write_request_fields, "");
static const DynShape write_requests = BOUNDED_LIST_OF("WriteRequests", write_request, 1, 25);
static const DynShape batch_write = BOUNDED_MAP_OF("BatchWriteItemRequestMap", batch_table, write_requests, 1, 25);
static const DynShapeField batch_write_item_fields[] = {
	{"RequestItems", &batch_write, true},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ReturnItemCollectionMetrics", &return_metrics, false},
};
const DynShape dyn_shape_batch_write_item = STRUCTURE_OF("BatchWriteItemInput", batch_write_item_fields);

/* TransactGetItems and TransactWriteItems */

static const DynShapeField transact_get_action_fields[] = {
	{"Key", &key, true},
	{"TableName", &dyn_shape_table_arn, true},
	{"ProjectionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
};
static const DynShape transact_get_action = STRUCTURE_OF("Get", transact_get_action_fields);
static const DynShapeField transact_get_fields[] = {
	{"Get", &transact_get_action, true},
};
static const DynShape transact_get = STRUCTURE_OF("TransactGetItem", transact_get_fields);
static const DynShape transact_gets = BOUNDED_LIST_OF("TransactGetItemList", transact_get, 1, 100);
static const DynShapeField transact_get_items_fields[] = {
	{"TransactItems", &transact_gets, true},
	{"ReturnConsumedCapacity", &return_capacity, false},
};
const DynShape dyn_shape_transact_get_items = STRUCTURE_OF("TransactGetItemsInput", transact_get_items_fields);

static const DynShapeField check_action_fields[] = {
	{"Key", &key, true},
	{"TableName", &dyn_shape_table_arn, true},
	{"ConditionExpression", &dyn_shape_string, true},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
static const DynShape check_action = STRUCTURE_OF("ConditionCheck", check_action_fields);
static const DynShapeField put_action_fields[] = {
	{"Item", &item, true},
	{"TableName", &dyn_shape_table_arn, true},
	{"ConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
static const DynShape put_action = STRUCTURE_OF("Put", put_action_fields);
static const DynShapeField delete_action_fields[] = {
	{"Key", &key, true},
	{"TableName", &dyn_shape_table_arn, true},
	{"ConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
static const DynShape delete_action = STRUCTURE_OF("Delete", delete_action_fields);
static const DynShapeField update_action_fields[] = {
	{"Key", &key, true},
	{"UpdateExpression", &dyn_shape_string, true},
	{"TableName", &dyn_shape_table_arn, true},
	{"ConditionExpression", &dyn_shape_string, false},
	{"ExpressionAttributeNames", &expression_names, false},
	{"ExpressionAttributeValues", &expression_values, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
static const DynShape update_action = STRUCTURE_OF("Update", update_action_fields);
static const DynShapeField transact_write_fields[] = {
	{"ConditionCheck", &check_action, false},
	{"Put", &put_action, false},
	{"Delete", &delete_action, false},
	{"Update", &update_action, false},
};
static const DynShape transact_write = STRUCTURE_OF("TransactWriteItem", transact_write_fields);
static const DynShape transact_writes = BOUNDED_LIST_OF("TransactWriteItemList", transact_write, 1, 100);
static const DynShape client_token = STRING_OF("ClientRequestToken", 1, 36);
static const DynShapeField transact_write_items_fields[] = {
	{"TransactItems", &transact_writes, true},
	{"ClientRequestToken", &client_token, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"ReturnItemCollectionMetrics", &return_metrics, false},
};
const DynShape dyn_shape_transact_write_items = STRUCTURE_OF("TransactWriteItemsInput", transact_write_items_fields);

/* ExecuteStatement, BatchExecuteStatement, ExecuteTransaction */

static const DynShape statement = STRING_OF("PartiQLStatement", 1, 8192);
static const DynShape next_token = STRING_OF("PartiQLNextToken", 1, 32768);
static const DynShape parameters = {.name = "PreparedStatementParameters", .kind = DYN_SHAPE_LIST,
.has_min = true, .min = 1, .element = &attribute_value};
static const DynShapeField execute_statement_fields[] = {
	{"Statement", &statement, true},
	{"Parameters", &parameters, false},
	{"ConsistentRead", &dyn_shape_boolean, false},
	{"NextToken", &next_token, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
	{"Limit", &positive_integer, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
const DynShape dyn_shape_execute_statement = STRUCTURE_OF("ExecuteStatementInput", execute_statement_fields);

static const DynShapeField batch_statement_fields[] = {
	{"Statement", &statement, true},
	{"Parameters", &parameters, false},
	{"ConsistentRead", &dyn_shape_boolean, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
static const DynShape batch_statement = STRUCTURE_OF("BatchStatementRequest", batch_statement_fields);
static const DynShape batch_statements = BOUNDED_LIST_OF("PartiQLBatchRequest", batch_statement, 1, 25);
static const DynShapeField batch_execute_statement_fields[] = {
	{"Statements", &batch_statements, true},
	{"ReturnConsumedCapacity", &return_capacity, false},
};
const DynShape dyn_shape_batch_execute_statement = STRUCTURE_OF("BatchExecuteStatementInput", batch_execute_statement_fields);

static const DynShapeField parameterized_statement_fields[] = {
	{"Statement", &statement, true},
	{"Parameters", &parameters, false},
	{"ReturnValuesOnConditionCheckFailure", &return_on_failure, false},
};
static const DynShape parameterized_statement = STRUCTURE_OF("ParameterizedStatement", parameterized_statement_fields);
static const DynShape parameterized_statements = BOUNDED_LIST_OF("ParameterizedStatements", parameterized_statement, 1, 100);
static const DynShapeField execute_transaction_fields[] = {
	{"TransactStatements", &parameterized_statements, true},
	{"ClientRequestToken", &client_token, false},
	{"ReturnConsumedCapacity", &return_capacity, false},
};
const DynShape dyn_shape_execute_transaction = STRUCTURE_OF("ExecuteTransactionInput", execute_transaction_fields);
