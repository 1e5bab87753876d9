/*
 * cancellation.c - what TransactGetItems and TransactWriteItems share: why a transaction was cancelled
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/call.h"
#include "base/errors.h"
#include "base/jsonout.h"
#include "base/refusal.h"
#include "store/cancellation.h"
#include "value/member.h"

static const char *
code_of(const DynReason *reason)
{
	return reason->code != NULL ? reason->code : "None";
}

static void
append_reason(StringInfo detail, const DynReason *reason)
{
	appendStringInfo(detail, "{\"Code\":\"%s\"", code_of(reason));
	if (reason->item != NULL)
		dyn_member_item(detail, "Item", reason->item);
	if (reason->message != NULL)
	{
		dyn_jsonout_member(detail, "Message");
		dyn_jsonout_string(detail, reason->message, strlen(reason->message));
	}
	appendStringInfoChar(detail, '}');
}

bool
dyn_cancellation_is_due(const DynReason *reasons, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (reasons[i].code != NULL)
			return true;
	}
	return false;
}

void
dyn_cancellation_raise(const DynReason *reasons, int count)
{
	StringInfoData detail;
	StringInfoData codes;

	if (!dyn_cancellation_is_due(reasons, count))
		return;
	initStringInfo(&detail);
	initStringInfo(&codes);
	appendStringInfoString(&detail, "{\"CancellationReasons\":[");
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(&detail, ',');
		append_reason(&detail, &reasons[i]);
		appendStringInfo(&codes, i > 0 ? ", %s" : "%s", code_of(&reasons[i]));
	}
	appendStringInfoString(&detail, "]}");
	dyn_error_detail(DYN_E_TRANSACTION_CANCELED, detail.data,
					 "Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", codes.data);
}

void
dyn_cancellation_too_large(void)
{
	dyn_validation("The aggregate size of the items in the transaction cannot exceed 4 MB");
}

/* Does another transaction hold the item? */
static bool
is_conflict(int sqlstate)
{
	return sqlstate == dyn_error_info(DYN_E_TRANSACTION_CONFLICT)->sqlstate || sqlstate == ERRCODE_LOCK_NOT_AVAILABLE;
}

/* The refusal of an owner's constraint or trigger, for a client of the wire; other errors are raised again. */
static void
catch_refusal(const ErrorData *error, DynReason *reason, bool writes)
{
	const char *text = dyn_refusal_text(error, writes);

	if (text == NULL)
		PG_RE_THROW();
	FlushErrorState();
	dyn_refusal_log(error, psprintf("an action of %s", dyn_call_operation()));
	*reason = (DynReason) {.code = "ValidationError", .message = text};
}

void
dyn_cancellation_catch(DynReason *reason, bool writes)
{
	int			code = geterrcode();
	bool		conflict = is_conflict(code);
	ErrorData  *error;

	if (!conflict && !dyn_call_is_remote() && code != dyn_error_info(DYN_E_VALIDATION)->sqlstate)
		PG_RE_THROW();
	error = CopyErrorData();
	if (!conflict && code != dyn_error_info(DYN_E_VALIDATION)->sqlstate)
	{
		catch_refusal(error, reason, writes);
		return;
	}
	/* an empty value for a key is an error of the whole request */
	if (!conflict && dyn_error_is_rule(error, DYN_RULE_KEY_NOT_EMPTY))
		PG_RE_THROW();
	FlushErrorState();
	reason->code = conflict ? "TransactionConflict" : "ValidationError";
	reason->message = conflict ? DYN_ITEM_ONGOING : error->message;
}
