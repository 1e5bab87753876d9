/*
 * policy_text.h - the text of a resource policy
 */
#ifndef DYNAPG_API_POLICY_TEXT_H
#define DYNAPG_API_POLICY_TEXT_H

#include "base/json.h"

/*
 * Checks the form of a policy and returns it as the service does: without white space, the known members in one order, a list of one
 * as its element, an account by the ARN of its root, the effect with a capital.  Raises ValidationException for what is not a policy, and
 * for one that allows something to everybody.
 */
extern char *dyn_policy_text(DynSlice policy);

#endif							/* DYNAPG_API_POLICY_TEXT_H */
