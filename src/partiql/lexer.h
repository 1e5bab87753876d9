/*
 * lexer.h - PartiQL texts as tokens
 *
 * Layer 4 (partiql).
 */
#ifndef DYNAPG_PARTIQL_LEXER_H
#define DYNAPG_PARTIQL_LEXER_H

#include "postgres.h"

#include "base/json.h"

typedef enum DynPartiqlTokenKind
{
	DYN_PT_EOF,
	DYN_PT_WORD,				/* a name without quotes, or a keyword */
	DYN_PT_NAME,				/* "name" */
	DYN_PT_STRING,				/* 'text' */
	DYN_PT_NUMBER,
	DYN_PT_PARAMETER,			/* ? */
	DYN_PT_SYMBOL,				/* , ( ) [ ] { } . : ; = <> != < <= > >= + - * << >> */
	DYN_PT_UNKNOWN
} DynPartiqlTokenKind;

typedef struct DynPartiqlToken
{
	DynPartiqlTokenKind kind;
	uint32		start;			/* offset in the text */
	DynSlice	text;			/* as written; of a name or string what is between the quotes, doubled ones made single */
} DynPartiqlToken;

/* All tokens of the text, the last one DYN_PT_EOF. */
extern DynPartiqlToken *dyn_partiql_lex(DynSlice text);

#endif							/* DYNAPG_PARTIQL_LEXER_H */
