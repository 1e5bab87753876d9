/*
 * refusal.c - what a table's owner has made refuses a request
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/refusal.h"
#include "base/texts.h"

/* A name that the author of an exception has given may be of any length. */
static char *
clipped(const char *name)
{
	int			len = strlen(name);

	return pnstrdup(name, len < NAMEDATALEN ? len : pg_mbcliplen(name, len, NAMEDATALEN - 1));
}

static const char *
constraint_text(const ErrorData *error)
{
	if (error->constraint_name != NULL && error->constraint_name[0] != '\0')
		return psprintf(DYN_INVALID_PARAMETER "the constraint \"%s\" of the database refuses them", clipped(error->constraint_name));
	if (error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION && error->column_name != NULL)
		return psprintf(DYN_INVALID_PARAMETER "the column \"%s\" of the database does not take NULL", clipped(error->column_name));
	return DYN_INVALID_PARAMETER "a constraint or trigger of the database refuses them";
}

const char *
dyn_refusal_text(const ErrorData *error, bool writes)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_TO_CATEGORY(ERRCODE_WITH_CHECK_OPTION_VIOLATION):
		case ERRCODE_TO_CATEGORY(ERRCODE_RAISE_EXCEPTION):
			return constraint_text(error);
		case ERRCODE_DATA_EXCEPTION:
			break;
		default:
			if (error->sqlerrcode != ERRCODE_PROGRAM_LIMIT_EXCEEDED)
				return NULL;
	}
	return writes ? DYN_INVALID_PARAMETER "an index, constraint or trigger of the database cannot take them" : NULL;
}

/* Those details hold rows and values, the client's items among them. */
static bool
detail_holds_items(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION || category == ERRCODE_DATA_EXCEPTION ||
		category == ERRCODE_TO_CATEGORY(ERRCODE_WITH_CHECK_OPTION_VIOLATION);
}

void
dyn_refusal_log(const ErrorData *error, const char *what)
{
	bool		with_detail = error->detail && !detail_holds_items(error);

	ereport(LOG_SERVER_ONLY,
			errmsg("%s failed: %s", what, error->message),
			with_detail ? errdetail_internal("%s", error->detail) : 0,
			error->hint ? errhint("%s", error->hint) : 0,
			error->context ? errcontext("%s", error->context) : 0,
			errhidestmt(true));
}
