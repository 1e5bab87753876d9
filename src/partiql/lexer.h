/*
 * lexer.h - PartiQL texts as tokens
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
	DYN_PT_SYMBOL,
	DYN_PT_UNKNOWN
} DynPartiqlTokenKind;

/* Which word or symbol a token is. */
typedef enum DynPartiqlCode
{
	DYN_PC_NONE,				/* a name, or no word */
#define DYN_KEYWORD(word, reserved) DYN_PC_##word,
#include "partiql/keywords.def"
#undef DYN_KEYWORD
	DYN_PC_COMMA,
	DYN_PC_OPEN,
	DYN_PC_CLOSE,
	DYN_PC_OPEN_LIST,
	DYN_PC_CLOSE_LIST,
	DYN_PC_OPEN_MAP,
	DYN_PC_CLOSE_MAP,
	DYN_PC_DOT,
	DYN_PC_COLON,
	DYN_PC_SEMICOLON,
	DYN_PC_EQ,
	DYN_PC_LT,
	DYN_PC_GT,
	DYN_PC_PLUS,
	DYN_PC_MINUS,
	DYN_PC_STAR,
	DYN_PC_NE,
	DYN_PC_LE,
	DYN_PC_GE,
	DYN_PC_OPEN_SET,
	DYN_PC_CLOSE_SET
} DynPartiqlCode;

typedef struct DynPartiqlToken
{
	DynPartiqlTokenKind kind;
	DynPartiqlCode code;
	uint32		start;			/* offset in the text */
	DynSlice	text;			/* as written; for a name or string the text between the quotes, with doubled ones made single */
} DynPartiqlToken;

/* Must that word be quoted to be a name? */
extern bool dyn_partiql_reserved(DynPartiqlCode code);

/* Can the text be a name without quotes? */
extern bool dyn_partiql_is_bare(DynSlice text);

/*
 * All tokens of the text, the last one DYN_PT_EOF: the array is in the given context, texts that differ from what is written in
 * the current one.
 */
extern DynPartiqlToken *dyn_partiql_lex(DynSlice text, MemoryContext context);

#endif							/* DYNAPG_PARTIQL_LEXER_H */
