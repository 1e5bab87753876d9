/*
 * guc.h - the settings of dynapg
 *
 * Layer 0.
 */
#ifndef DYNAPG_BASE_GUC_H
#define DYNAPG_BASE_GUC_H

#include "postgres.h"

/* dynapg.region: the AWS region that ARNs name.  Letters, digits and hyphens, never empty. */
extern char *dyn_guc_region;

/* Defines the settings; once, from _PG_init. */
extern void dyn_guc_init(void);

#endif							/* DYNAPG_BASE_GUC_H */
