/*
 * limits.h - DynamoDB's limits, each with its unit and where AWS states it
 *
 * "Quotas" is the developer guide's page "Quotas in Amazon DynamoDB"; "API" is the API reference.
 */
#ifndef DYNAPG_BASE_LIMITS_H
#define DYNAPG_BASE_LIMITS_H

#define DYN_MAX_ITEM_SIZE			409600	/* bytes of an item, names and values; Quotas, "Items" */
#define DYN_MAX_PK_SIZE				2048	/* bytes of a partition key value; Quotas, "Partition keys" */
#define DYN_MAX_SK_SIZE				1024	/* bytes of a sort key value; Quotas, "Sort keys" */
#define DYN_MAX_NESTING				32		/* levels of lists and maps; Quotas, "Attributes" */
#define DYN_MAX_ATTR_NAME			65535	/* bytes of an attribute name; Quotas, "Attributes" */
#define DYN_MAX_KEY_NAME			255		/* characters of a key attribute's name; Quotas, "Attributes" */
#define DYN_MAX_LIST_INDEX			4294967294U	/* index of an element in a path; not documented, the service's answers */
#define DYN_MAX_EXPR_SIZE			4096	/* bytes of one expression; Quotas, "Expression parameters" */
#define DYN_MAX_EXPR_OPERATORS		300		/* operators and functions in one expression; Quotas */
#define DYN_MAX_EXPR_VARIABLES		2097152 /* bytes of names and values together; Quotas */
#define DYN_MAX_IN_OPERANDS			100		/* operands of IN; Quotas, "Expression parameters" */
#define DYN_MAX_NUMBER_DIGITS		38		/* significant digits; Quotas, "Data types" */
#define DYN_MIN_TABLE_NAME			3		/* characters; API, CreateTable */
#define DYN_MAX_TABLE_NAME			255		/* characters; API, CreateTable */
#define DYN_MAX_ARN					1024	/* characters of a TableName member, ARN or name; API */
#define DYN_MAX_LIST_TABLES			100		/* names in a page; API, ListTables */
#define DYN_MIN_BACKUP_ARN			37	/* characters; API */
#define DYN_MAX_LISTED_BACKUPS		100	/* of one ListBackups; API */
#define DYN_MAX_RECOVERY_PERIOD		35	/* days of point-in-time recovery; API */
#define DYN_MAX_RESOURCE_ARN		1283	/* characters of a ResourceArn; API, TagResource */
#define DYN_MAX_POLICY				20480	/* bytes of a resource policy; Quotas */
#define DYN_MAX_LIST_INSIGHTS		100		/* summaries in a page; API, ListContributorInsights */
#define DYN_MAX_TAGS				50		/* tags of a table; Quotas */
#define DYN_MAX_TAG_KEY				128		/* characters of a tag's key; API, Tag */
#define DYN_MAX_TAG_VALUE			256		/* characters of a tag's value; API, Tag */
#define DYN_MAX_GSI					20		/* global secondary indexes of a table; Quotas */
#define DYN_MAX_LSI					5		/* local secondary indexes of a table; Quotas */
#define DYN_MAX_VECTOR_INDEXES		5		/* vector indexes of a table; Quotas */
#define DYN_MAX_DIMENSIONS			4096	/* of a vector; Quotas */
#define DYN_MAX_SEARCH_FILTERS		18		/* INLINE_FILTER elements of a SearchSchema; Quotas */
#define DYN_MAX_TOP_K				100		/* results of SearchVectors; API */
#define DYN_MAX_INDEX_KEY_ATTRS		8		/* 4 partition and 4 sort attributes; developer guide */
#define DYN_MAX_PROJECTED_ATTRS		100		/* NonKeyAttributes over all indexes; Quotas */
#define DYN_MAX_PAGE_BYTES			1048576 /* bytes read by one Query or Scan; API, Query */
#define DYN_MAX_BATCH_GETS			100		/* keys of BatchGetItem over all tables; API */
#define DYN_MAX_BATCH_WRITES		25		/* requests of BatchWriteItem over all tables; API */
#define DYN_MAX_BATCH_BYTES			16777216	/* bytes of items in a reply to BatchGetItem; API */
#define DYN_MAX_TRANSACTION_BYTES	4194304 /* bytes of items in a transaction; API, TransactWriteItems */
#define DYN_MAX_TOKEN_SECONDS		600		/* that a ClientRequestToken is remembered; API, TransactWriteItems */
#define DYN_MAX_REQUEST_BYTES		16777216	/* bytes of a request body */
#define DYN_MAX_STREAM_RECORDS		1000	/* records of a reply; API, GetRecords */
#define DYN_MAX_STREAM_BYTES		1048576 /* bytes of items in a reply; API, GetRecords */
#define DYN_MAX_STREAM_PAGE			100		/* streams or shards of a reply; API, ListStreams, DescribeStream */
#define DYN_MAX_ITERATOR_SECONDS	900		/* that a shard iterator is good for; API, GetShardIterator */
#define DYN_MAX_STREAM_RETENTION	86400	/* seconds that records are kept; API, GetRecords */

#define DYN_MAX_S3_BUCKET			255		/* characters of a bucket's name; API, ImportTable */
#define DYN_MAX_S3_PREFIX			1024	/* characters of a key prefix; API, ImportTable */
#define DYN_MAX_EXPORTS				300		/* that are at work at a time; Quotas */
#define DYN_MAX_LISTED_EXPORTS		25		/* of one ListExports; API */
#define DYN_MAX_KMS_KEY				2048	/* characters of a key's id; API, ExportTableToPointInTime */
#define DYN_MAX_EXPORT_HOURS		24		/* of an incremental export; ExportTableToPointInTime */
#define DYN_MAX_S3_OBJECTS			50000	/* objects of an import or bulk operation; Quotas */
#define DYN_MAX_IMPORTS				50		/* that are at work at a time; Quotas */
#define DYN_LISTED_JOBS				10		/* of one ListExports, ListImports that names no number */
#define DYN_MAX_LISTED_JOBS			25		/* of one ListImports, ListBulkOperations; API */
#define DYN_MIN_IMPORT_TOKEN		112		/* characters of a NextToken; API, ListImports */
#define DYN_MAX_JOB_TOKEN			1024	/* characters of a NextToken; API, ListImports */

#define DYN_MAX_STREAM_SHARDS		64		/* of a stream at a time; ours */
#define DYN_MAX_REGION				63		/* characters of an AWS region; ours */
#define DYN_MAX_NAMESPACE_KEY		128		/* characters of a namespace without its region; IAM's API, AccessKey */
#define DYN_MAX_HTTP_HEADERS		100		/* header fields of a request; ours */
#define DYN_MAX_HTTP_HEADER_BYTES	16384	/* bytes of a request's line and headers; ours */
#define DYN_MAX_HTTP_CONNECTIONS	100000	/* connections of a worker; ours */
#define DYN_MAX_HTTP_COUNTERS		2000	/* pairs of operation and table with statistics; ours */
#define DYN_MAX_HTTP_METRICS		200		/* pairs of operation and table in /metrics; ours */
#define DYN_MIN_HTTP_MEMORY			32768	/* kilobytes of a worker's buffers: the largest request must find room; ours */
#define DYN_MAX_HTTP_WORKERS		64		/* processes of the HTTP front; ours */
#define DYN_MAX_INSIGHTS			64		/* tables and indexes whose most used keys are counted; ours */
#define DYN_MAX_THROTTLED			4096	/* tables and indexes whose use of throughput is remembered; ours */

#endif							/* DYNAPG_BASE_LIMITS_H */
