/*
 * policy_text.c - the text of a resource policy
 *
 * Policies are not enforced here (see resource_policy.c), so actions, ARNs and conditions in them have no check.
 */
#include "postgres.h"

#include "api/policy_text.h"

#include "base/errors.h"
#include "base/jsonout.h"
#include "base/limits.h"
#include "base/request.h"

#define ACCOUNT_DIGITS 12

static void invalid(const char *reason) pg_attribute_noreturn();

static void
invalid(const char *reason)
{
	dyn_validation(DYN_INVALID_PARAMETER "Invalid policy document: %s", reason);
}

static void
require_member(const DynJson *object, const char *name, const char *instead)
{
	if (!dyn_json_member(object, name) && !dyn_json_member(object, instead))
		invalid(psprintf("Missing required field %s", name));
}

/* "*", or a list that has it. */
static bool
is_anybody(const DynJson *principal)
{
	if (dyn_json_kind(principal) != DYN_JSON_ARRAY)
		return dyn_slice_is(dyn_json_string(principal), "*");
	for (const DynJson *one = dyn_json_first(principal); one; one = dyn_json_next(one))
		if (dyn_slice_is(dyn_json_string(one), "*"))
			return true;
	return false;
}

/* The effect that a text in any case stands for; NULL: none. */
static const char *
effect_of(DynSlice text)
{
	static const char *const effects[] = {"Allow", "Deny"};

	for (int i = 0; i < lengthof(effects); i++)
		if (text.data && text.len == strlen(effects[i]) && pg_strncasecmp(text.data, effects[i], text.len) == 0)
			return effects[i];
	return NULL;
}

/* Does the statement allow something to everybody, without a condition? */
static bool
is_unbounded(const DynJson *statement)
{
	const DynJson *principal = dyn_json_member(statement, "Principal");
	const char *effect = effect_of(dyn_request_string(statement, "Effect"));

	if (!effect || strcmp(effect, "Allow") != 0 || !principal || dyn_json_member(statement, "Condition"))
		return false;
	if (dyn_json_kind(principal) == DYN_JSON_OBJECT)
		principal = dyn_json_member(principal, "AWS");
	return principal && is_anybody(principal);
}

static void
check_statement(const DynJson *statement)
{
	if (dyn_json_kind(statement) != DYN_JSON_OBJECT)
		invalid("This policy contains invalid Json");
	require_member(statement, "Effect", "Effect");
	require_member(statement, "Principal", "NotPrincipal");
	require_member(statement, "Action", "NotAction");
	require_member(statement, "Resource", "NotResource");
}

/* The first statement: of the list, or the only one. */
static const DynJson *
first_statement(const DynJson *document)
{
	const DynJson *statements = dyn_json_member(document, "Statement");

	return dyn_json_kind(statements) == DYN_JSON_ARRAY ? dyn_json_first(statements) : statements;
}

/* The statement after it; the only one has no list to go on in. */
static const DynJson *
next_statement(const DynJson *document, const DynJson *statement)
{
	return dyn_json_kind(dyn_json_member(document, "Statement")) == DYN_JSON_ARRAY ? dyn_json_next(statement) : NULL;
}

static void
check_document(const DynJson *document)
{
	require_member(document, "Statement", "Statement");
	if (!first_statement(document))
		invalid("Could not parse the policy: Statement is empty!");
	for (const DynJson *one = first_statement(document); one; one = next_statement(document, one))
	{
		DynSlice	sid;

		check_statement(one);
		sid = dyn_request_string(one, "Sid");
		for (const DynJson *other = first_statement(document); other != one; other = next_statement(document, other))
			if (dyn_slice_equal(sid, dyn_request_string(other, "Sid")))
				invalid("The Statement Ids in the policy are not unique");
	}
	for (const DynJson *one = first_statement(document); one; one = next_statement(document, one))
		if (is_unbounded(one))
			dyn_validation("Resource-based policy grants unbounded access in one or more elements. Please revise the policy to "
						   "ensure least-privilege form of access");
}

static const char *const document_members[] = {"Version", "Id", "Statement"};
static const char *const statement_members[] = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
"NotResource", "Condition"};

static bool
is_among(DynSlice name, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (dyn_slice_is(name, names[i]))
			return true;
	return false;
}

static void print_object(StringInfo out, const DynJson *object, const char *const *order, int count);

/* An account's id, which stands for its root. */
static bool
is_account(DynSlice text)
{
	return text.len == ACCOUNT_DIGITS && strspn(text.data, "0123456789") == text.len;
}

static void
print_one(StringInfo out, const DynJson *value, bool of_aws)
{
	DynSlice	text = dyn_json_string(value);

	if (of_aws && dyn_json_kind(value) == DYN_JSON_STRING && is_account(text))
		appendStringInfo(out, "\"arn:aws:iam::%.*s:root\"", (int) text.len, text.data);
	else
		dyn_jsonout_tree(out, value);
}

/* A value, or a list of values: one value stands without a list. */
static void
print_values(StringInfo out, const DynJson *values, bool of_aws)
{
	if (dyn_json_kind(values) != DYN_JSON_ARRAY || dyn_json_count(values) == 1)
	{
		print_one(out, dyn_json_kind(values) == DYN_JSON_ARRAY ? dyn_json_first(values) : values, of_aws);
		return;
	}
	appendStringInfoChar(out, '[');
	for (const DynJson *value = dyn_json_first(values); value; value = dyn_json_next(value))
	{
		if (value != dyn_json_first(values))
			appendStringInfoChar(out, ',');
		print_one(out, value, of_aws);
	}
	appendStringInfoChar(out, ']');
}

static void
print_principal(StringInfo out, const DynJson *principal)
{
	if (dyn_json_kind(principal) != DYN_JSON_OBJECT)
	{
		print_values(out, principal, false);
		return;
	}
	appendStringInfoChar(out, '{');
	for (const DynJson *kind = dyn_json_first(principal); kind; kind = dyn_json_next(kind))
	{
		dyn_jsonout_named(out, dyn_json_name(kind));
		print_values(out, kind, dyn_slice_is(dyn_json_name(kind), "AWS"));
	}
	appendStringInfoChar(out, '}');
}

static void
print_member(StringInfo out, const DynJson *member)
{
	static const char *const principals[] = {"Principal", "NotPrincipal"};
	static const char *const lists[] = {"Action", "NotAction", "Resource", "NotResource"};
	DynSlice	name = dyn_json_name(member);
	const char *effect = dyn_slice_is(name, "Effect") ? effect_of(dyn_json_string(member)) : NULL;

	dyn_jsonout_named(out, name);
	if (effect)
		dyn_jsonout_string(out, effect, strlen(effect));
	else if (is_among(name, principals, lengthof(principals)))
		print_principal(out, member);
	else if (is_among(name, lists, lengthof(lists)))
		print_values(out, member, false);
	else
		dyn_jsonout_tree(out, member);
}

static void
print_statements(StringInfo out, const DynJson *document)
{
	dyn_jsonout_member(out, "Statement");
	appendStringInfoChar(out, '[');
	for (const DynJson *one = first_statement(document); one; one = next_statement(document, one))
	{
		if (one != first_statement(document))
			appendStringInfoChar(out, ',');
		print_object(out, one, statement_members, lengthof(statement_members));
	}
	appendStringInfoChar(out, ']');
}

/* The members of that order, then the others. */
static void
print_object(StringInfo out, const DynJson *object, const char *const *order, int count)
{
	appendStringInfoChar(out, '{');
	for (int i = 0; i < count; i++)
	{
		const DynJson *member = dyn_json_member(object, order[i]);

		if (member && order == document_members && strcmp(order[i], "Statement") == 0)
			print_statements(out, object);
		else if (member)
			print_member(out, member);
	}
	for (const DynJson *member = dyn_json_first(object); member; member = dyn_json_next(member))
		if (!is_among(dyn_json_name(member), order, count))
			print_member(out, member);
	appendStringInfoChar(out, '}');
}

char *
dyn_policy_text(DynSlice policy)
{
	const DynJson *document;
	StringInfoData text;

	if (policy.len > DYN_MAX_POLICY)
		dyn_validation(DYN_INVALID_PARAMETER "Maximum policy size of %d bytes exceeded", DYN_MAX_POLICY);
	document = memchr(policy.data, '\0', policy.len) ? NULL : dyn_json_try(policy.data, policy.len);
	if (document && dyn_json_kind(document) == DYN_JSON_NULL)
		invalid("This text appears not to be a policy");
	if (!document || dyn_json_kind(document) != DYN_JSON_OBJECT)
		invalid("This policy contains invalid Json");
	if (dyn_json_count(document) == 0)
		invalid("Syntax error at position (1,3)");
	check_document(document);
	initStringInfo(&text);
	print_object(&text, document, document_members, lengthof(document_members));
	return text.data;
}
