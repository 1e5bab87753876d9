/*
 * request_statement.h - an object of a request with a PartiQL statement: decoded, and ready to be lowered
 */
#ifndef DYNAPG_API_REQUEST_STATEMENT_H
#define DYNAPG_API_REQUEST_STATEMENT_H

#include "partiql/bind.h"

/*
 * Parses an object's Statement and reads its Parameters, then checks what needs no table; reads what the object says beside them.
 * Raises ValidationException with DynamoDB's text.
 */
extern DynPartiqlBound *dyn_request_statement_read(const DynJson *object);

#endif							/* DYNAPG_API_REQUEST_STATEMENT_H */
