/*
 * report.h - what the console shows beyond the API: the caller's role, statistics of the server
 *
 * Each function appends one JSON object. Its statement runs as the current role and so shows what that role may see; what it
 * may not see is null.
 */
#ifndef DYNAPG_IAM_REPORT_H
#define DYNAPG_IAM_REPORT_H

#include "postgres.h"

#include "lib/stringinfo.h"

/*
 * The role, its access keys and those that it manages, and its rights on tables, in the order of their names after `after` (NULL: from the
 * first one on); at most DYN_MAX_REPORT_TABLES of them, and then the last one's name as LastTableName.
 */
#define DYN_MAX_REPORT_TABLES	1000
extern void dyn_report_role(StringInfo out, const char *after);

/* What dynapg.http_statistics() and dynapg.http_workers() return, and positions in the write-ahead log. */
extern void dyn_report_statistics(StringInfo out);

#endif							/* DYNAPG_IAM_REPORT_H */
