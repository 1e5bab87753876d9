/*
 * table_copy.h - a reply of DescribeTable as a request of CreateTable
 */
#ifndef DYNAPG_API_TABLE_COPY_H
#define DYNAPG_API_TABLE_COPY_H

#include "lib/stringinfo.h"

/*
 * If the text is {"Table": {...}}, as DescribeTable replies, appends the request that makes such a table; a TableName beside Table
 * is the new table's.  Else returns false.
 */
extern bool dyn_table_copy_request(const char *text, size_t len, StringInfo request);

#endif							/* DYNAPG_API_TABLE_COPY_H */
