/*
 * touched.h - which relations the current request has read and written, for the HTTP front
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_TOUCHED_H
#define DYNAPG_API_TOUCHED_H

#include "store/touched.h"

#endif							/* DYNAPG_API_TOUCHED_H */
