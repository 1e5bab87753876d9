/*
 * scan.c - Scan
 */
#include "postgres.h"

#include "api/handlers.h"
#include "api/item_rows.h"
#include "api/page_request.h"
#include "base/errors.h"
#include "base/request.h"

static const char *const expressions[] = {"ProjectionExpression", "FilterExpression", NULL};
static const char *const legacy[] = {"AttributesToGet", "ScanFilter", "ConditionalOperator", NULL};

static const DynPageKind scan_kind = {
	.params = {expressions, legacy, ": FilterExpression is null", &dyn_wording_older},
	.filter = "ScanFilter",
	.envelope = ""
};

/* Segment and TotalSegments: both or neither. */
static void
read_segment(DynResultPage *page, const DynJson *request)
{
	bool		has_segment = dyn_request_member(request, "Segment") != NULL;
	bool		has_total = dyn_request_member(request, "TotalSegments") != NULL;
	int			segment = (int) dyn_request_integer(request, "Segment", 0);
	int			total = (int) dyn_request_integer(request, "TotalSegments", 0);

	if (has_segment && !has_total)
		dyn_validation("The TotalSegments parameter is required but was not present in the request "
					   "when Segment parameter is present");
	if (has_total && !has_segment)
		dyn_validation("The Segment parameter is required but was not present in the request "
					   "when parameter TotalSegments is present");
	if (has_segment && segment >= total)
		dyn_validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: "
					   "Segment: %d is not less than TotalSegments: %d", segment, total);
	page->range.segment = segment;
	page->range.total_segments = total;
}

static void
prepare(DynResultPage *page, const DynJson *request)
{
	dyn_page_request_read(page, &scan_kind, request, NULL);
	page->scans = true;
	read_segment(page, request);
	dyn_result_page_find(page);
	dyn_result_page_start(page, page->range.index == NULL);
	dyn_result_page_check_paths(page);
}

void
dyn_api_scan(const DynJson *request, StringInfo reply)
{
	DynResultPage page;

	prepare(&page, request);
	dyn_result_page_reply(&page, reply);
}

void
dyn_api_scan_rows(const DynJson *request, StringInfo reply)
{
	DynResultPage page;

	prepare(&page, request);
	dyn_result_page_stream(&page, ((DynItemRows *) reply)->consumer, reply);
}
