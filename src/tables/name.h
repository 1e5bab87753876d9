/*
 * name.h - table names, index names and their ARNs
 *
 * A TableName member may hold a name or `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`; an index is
 * `.../table/NAME/index/INDEX`.  The region is that of the namespace, or the setting dynapg.region, the account is always
 * DYN_ACCOUNT_ID: an ARN of another one names a table that the request cannot have.
 *
 * What comes out of names and ARNs is the full name (base/namespace_text.h) of a table of the current namespace; what goes into ARNs and
 * texts for clients is a full name, of which they show the name.
 */
#ifndef DYNAPG_TABLES_NAME_H
#define DYNAPG_TABLES_NAME_H

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "base/json.h"
#include "tables/table.h"

#define DYN_ACCOUNT_ID	"000000000000"

/* What an operation works on: it decides how a missing table is reported. */
typedef enum DynNameUse
{
	DYN_NAME_DATA,				/* items: GetItem, Query ... */
	DYN_NAME_CONTROL			/* tables: CreateTable, DescribeTable ... */
} DynNameUse;

/*
 * The full name for a TableName member: of the name itself, or the one in the ARN.  The slice may borrow the
 * member's bytes; the name has 3 to 255 valid characters.  Raises DynamoDB's ValidationException for
 * what is neither a name nor a table ARN, and its errors for an ARN of another region or account.
 */
extern DynSlice dyn_name_table(DynSlice table_name);

/* Does it begin as an ARN does? */
extern bool dyn_name_is_arn(DynSlice text);

/* The parts of arn:PARTITION:VENDOR:REGION:ACCOUNT:KIND/NAME, and of PART/ID after that, whose slices are NULL where there is none. */
typedef struct DynArn
{
	DynSlice	partition;
	DynSlice	vendor;
	DynSlice	region;
	DynSlice	account;
	DynSlice	kind;
	DynSlice	name;
	DynSlice	part;
	DynSlice	id;
} DynArn;

/* Splits an ARN, without a look at the values of its parts; they borrow the text.  False: it has another form. */
extern bool dyn_name_split_arn(DynSlice text, DynArn *arn);

/* Is it a name that a table can have? */
extern bool dyn_name_fits_table(DynSlice name);

/* Is it made of a-z A-Z 0-9 _ . - only, and not empty? */
extern bool dyn_name_is_legal(const char *name, uint32 len);

/* Appends the ARN of a table, of its index, of its stream (label as LatestStreamLabel). Not JSON-quoted. */
extern void dyn_name_table_arn(StringInfo out, const char *table);
extern void dyn_name_index_arn(StringInfo out, const char *table, const char *index);
extern void dyn_name_stream_arn(StringInfo out, const char *table, const char *label);

/* Appends the ARN of a backup of a table. */
extern void dyn_name_backup_arn(StringInfo out, const char *table, const char *id);

/*
 * Appends the ARN of a KMS key that a request named by id, alias or ARN; NULL is the service's own key.  An alias gets an
 * invented key id, since there is no KMS.
 */
extern void dyn_name_kms_key_arn(StringInfo out, const char *key);

/* The table that a TableName member names; raises as dyn_name_table does, and where there is none. */
extern DynTable *dyn_name_find_table(DynSlice table_name, DynNameUse use);

/* Raises ResourceNotFoundException as DynamoDB words it for that use. */
extern void dyn_name_not_found(DynSlice full_name, DynNameUse use) pg_attribute_noreturn();

#endif							/* DYNAPG_TABLES_NAME_H */
