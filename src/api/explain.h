/*
 * explain.h - an operation explained in place of its reply, over HTTP
 */
#ifndef DYNAPG_API_EXPLAIN_H
#define DYNAPG_API_EXPLAIN_H

#include "api/operation.h"

#define DYN_EXPLAIN_HEADER "X-Dynapg-Explain"

/*
 * Explains the operation in place of carrying it out: appends {"Explain": [line, ...]}.  how is the header's value: plan or run.
 * Raises the operation's errors, AccessDeniedException where the role may not ask, ValidationException where the operation is none on
 * items or the value is another one.  The session is the role's.
 */
extern void dyn_api_explain(const DynOperation *operation, DynSlice request, DynSlice how, Oid role, StringInfo reply);

#endif							/* DYNAPG_API_EXPLAIN_H */
