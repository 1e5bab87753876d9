/*
 * policy_text.h - the text of a resource policy
 */
#ifndef DYNAPG_API_POLICY_TEXT_H
#define DYNAPG_API_POLICY_TEXT_H

#include "base/json.h"

/*
 * Checks the form of a policy and returns it as the service does: without white space, the known members in one order. Raises
 * ValidationException for what is no policy, and for one that allows something to everybody.
 */
extern char *dyn_policy_text(DynSlice policy);

#endif							/* DYNAPG_API_POLICY_TEXT_H */
