/*
 * page_request.h - what Query and Scan share of their requests
 */
#ifndef DYNAPG_API_PAGE_REQUEST_H
#define DYNAPG_API_PAGE_REQUEST_H

#include "api/params.h"
#include "command/result_page.h"
#include "expr/key_terms.h"

/* How the two operations differ. */
typedef struct DynPageKind
{
	DynParams	params;
	const char *filter;			/* the legacy parameter: "QueryFilter" */
	const char *envelope;		/* what precedes the messages about Select */
} DynPageKind;

/*
 * Reads a request: raises an error for parameters that exclude each other, and compiles, including *key (NULL: the operation has
 * none).
 */
extern void dyn_page_request_read(DynResultPage *page, const DynPageKind *kind, const DynJson *request, DynKeyCondition *key);

#endif							/* DYNAPG_API_PAGE_REQUEST_H */
