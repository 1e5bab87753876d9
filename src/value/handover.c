/*
 * handover.c - the statement that is being watched, if any
 */
#include "postgres.h"

#include "value/handover.h"

DynHandover *dyn_handover = NULL;
