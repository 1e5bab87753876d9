/*
 * session.h - what the HTTP front needs of its session beyond calling operations
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_SESSION_H
#define DYNAPG_API_SESSION_H

#include "store/session.h"

#endif							/* DYNAPG_API_SESSION_H */
