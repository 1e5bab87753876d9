/*
 * query.c - Query
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/item_rows.h"
#include "api/page_request.h"
#include "base/errors.h"
#include "base/request.h"
#include "command/key_range.h"

static const char *const expressions[] = {"ProjectionExpression", "FilterExpression", "KeyConditionExpression", NULL};
static const char *const legacy[] = {"AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions", NULL};

/* KeyConditions are older than key condition expressions: they may be combined with other expressions. */
static const char *const legacy_but_key[] = {"AttributesToGet", "QueryFilter", "ConditionalOperator", NULL};

static const DynPageKind query_kind = {
	.params = {expressions, legacy, ": FilterExpression and KeyConditionExpression are null", &dyn_wording_read},
	.filter = "QueryFilter",
	.envelope = DYN_ENVELOPE
};
static const DynPageKind legacy_key_kind = {
	.params = {expressions, legacy_but_key, ": FilterExpression and KeyConditionExpression are null", &dyn_wording_read},
	.filter = "QueryFilter",
	.envelope = DYN_ENVELOPE
};

/* Conditions on the key belong into the key condition; the filter must not name key attributes, nor what an index does not project. */
static void
check_filter(const DynResultPage *page, bool is_legacy)
{
	for (int i = 0; i < page->nkeys; i++)
	{
		if (dyn_result_page_filter_names(page, page->keys[i]))
			dyn_validation("%s can only contain non-primary key attributes: Primary key attribute: %s",
						   is_legacy ? "QueryFilter" : "Filter Expression", page->keys[i]->name);
	}
	dyn_result_page_check_filtered(page);
}

/* Does what comes before the page is read. */
static void
prepare(DynResultPage *page, const DynJson *request)
{
	bool		has_key_expression = dyn_request_member(request, "KeyConditionExpression") != NULL;
	bool		has_key_conditions = dyn_request_member(request, "KeyConditions") != NULL;
	DynKeyCondition key = {0};

	dyn_page_request_read(page, has_key_conditions && !has_key_expression ? &legacy_key_kind : &query_kind, request, &key);
	if (!has_key_expression && !has_key_conditions)
		dyn_validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
	page->range.backward = !dyn_request_bool(request, "ScanIndexForward", true);
	dyn_result_page_find(page);
	dyn_result_page_start(page, false);
	dyn_key_range_make(page, &key);
	dyn_result_page_check_paths(page);
	check_filter(page, dyn_request_member(request, "QueryFilter") != NULL);
}

void
dyn_api_query(const DynJson *request, StringInfo reply)
{
	DynResultPage page;

	prepare(&page, request);
	dyn_result_page_reply(&page, reply);
}

void
dyn_api_query_rows(const DynJson *request, StringInfo reply)
{
	DynResultPage page;

	prepare(&page, request);
	dyn_result_page_stream(&page, ((DynItemRows *) reply)->consumer, reply);
}
