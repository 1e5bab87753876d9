/*
 * models.h - tables from files of tools: what workbench.c and cloudformation.c share
 */
#ifndef DYNAPG_API_MODELS_H
#define DYNAPG_API_MODELS_H

#include "lib/stringinfo.h"

#include "api/shapes.h"

/* A model of NoSQL Workbench. */
extern const DynShape dyn_shape_workbench;

/* Calls an operation by its name; drops the reply. */
extern void dyn_workbench_call(const char *operation, const StringInfoData *request);

/* Appends "name":value, unless the value is NULL. */
extern void dyn_workbench_copy(StringInfo out, const char *name, const DynJson *value);

#endif							/* DYNAPG_API_MODELS_H */
