/*
 * handlers.h - the handlers of the operations, each defined in the file of its operation
 *
 * A handler gets a request that passed its shape and appends the reply's JSON; where the API replies with an empty body it
 * appends nothing.
 */
#ifndef DYNAPG_API_HANDLERS_H
#define DYNAPG_API_HANDLERS_H

#include "lib/stringinfo.h"

#include "base/json.h"

#define DYN_OPERATION(wire_name, c_name, access) extern void dyn_api_##c_name(const DynJson *request, StringInfo reply);
#include "api/operations.def"
#undef DYN_OPERATION

#endif							/* DYNAPG_API_HANDLERS_H */
