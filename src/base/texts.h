/*
 * texts.h - DynamoDB's texts that stand in several places
 */
#ifndef DYNAPG_BASE_TEXTS_H
#define DYNAPG_BASE_TEXTS_H

/* How texts of ValidationException about parameters begin. */
#define DYN_INVALID_PARAMETER "One or more parameter values were invalid: "

/* Others, of backups, exports and imports. */
#define DYN_INVALID_REQUEST "Invalid Request: "

/* Another transaction has the item: the text of TransactionConflictException and of the cancellation reason. */
#define DYN_ITEM_ONGOING "Transaction is ongoing for the item"

/* Two keys of one batch are the same. */
#define DYN_DUPLICATE_KEYS "Provided list of item keys contains duplicates"

/* What precedes a violation where one is reported, as requests' shapes report theirs. */
#define DYN_ENVELOPE "1 validation error detected: "

/* The others say what they are for. */
#define DYN_ACCESS_DENIED "Access is denied"
#define DYN_OTHER_ACCOUNT "This action is only supported by accounts that match the resource owner\u2019s account."
#define DYN_INVALID_NEXT_TOKEN "Invalid NextToken"
#define DYN_OPERAND_TYPE "Condition parameter type does not match schema type"
#define DYN_KEY_CONDITION_MISSED "Query condition missed key schema element: %s"
#define DYN_TABLE_EXISTS "Table already exists: %s"
#define DYN_TABLE_UNKNOWN "Table not found: %s"
#define DYN_INDEX_UNKNOWN "The table does not have the specified index: %.*s"
#define DYN_RECOVERY_IS_OFF "Point in time recovery is not enabled for table '%s'"
#define DYN_EXISTS_ELSEWHERE "EXISTS is only supported in ExecuteTransaction"
#define DYN_ITEM_TWICE "Transaction request cannot include multiple operations on one item"
#define DYN_NAME_TOO_LARGE "Attribute name is too large, must be less than %d bytes"
#define DYN_ITEM_TOO_LARGE "Item size has exceeded the maximum allowed size"
#define DYN_KEY_MISFIT "The provided key element does not match the schema"
#define DYN_TYPE_NAME_UNKNOWN "Invalid attribute type name found; type: %.*s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
#define DYN_ANY_TYPE "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
#define DYN_UNEXPECTED_TYPE "Unexpected field type"
#define DYN_UNEXPECTED_START "Start of structure or map found where not expected"

#endif							/* DYNAPG_BASE_TEXTS_H */
