/*
 * settings.h - what ALTER DATABASE ... SET and ALTER ROLE ... SET give to a session, for the HTTP front
 *
 * Layer 3 (api).
 */
#ifndef DYNAPG_API_SETTINGS_H
#define DYNAPG_API_SETTINGS_H

#include "store/settings.h"

#endif							/* DYNAPG_API_SETTINGS_H */
