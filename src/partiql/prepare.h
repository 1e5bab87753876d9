/*
 * prepare.h - from a request's statement and parameters to a statement that is ready to be lowered
 */
#ifndef DYNAPG_PARTIQL_PREPARE_H
#define DYNAPG_PARTIQL_PREPARE_H

#include "partiql/bind.h"

/*
 * Parses an object's Statement and reads its Parameters, then checks what needs no table.  Raises ValidationException with
 * DynamoDB's text.
 */
extern DynPartiqlBound *dyn_partiql_bind(const DynJson *object);

#endif							/* DYNAPG_PARTIQL_PREPARE_H */
