/*
 * utf8.h - is a text valid UTF-8?
 */
#ifndef DYNAPG_BASE_UTF8_H
#define DYNAPG_BASE_UTF8_H

#include "postgres.h"

/* Is it valid UTF-8? U+0000 is allowed; surrogates, overlong forms and what is above U+10FFFF are not. */
extern bool dyn_utf8_valid(const void *text, size_t len);

#endif							/* DYNAPG_BASE_UTF8_H */
