/*
 * lexer.h - the tokens of DynamoDB's expression languages
 *
 * All five languages share one lexer.  Keywords are words in any case; they are never attribute names.  White
 * space separates and is otherwise skipped.  A character that starts no token is a token of its own, so that the parser's
 * errors can show it with its neighbours.
 */
#ifndef DYNAPG_EXPR_LEXER_H
#define DYNAPG_EXPR_LEXER_H

#include "base/json.h"

typedef enum DynExprTokenKind
{
	DYN_T_EOF,
	DYN_T_ID,					/* letter, then letters, digits, "_" */
	DYN_T_NAME,					/* #placeholder */
	DYN_T_VALUE,				/* :placeholder */
	DYN_T_INDEX,				/* 0, or digits without a leading zero */
	DYN_T_COMMA,
	DYN_T_LPAREN,
	DYN_T_RPAREN,
	DYN_T_DOT,
	DYN_T_LBRACKET,
	DYN_T_RBRACKET,
	DYN_T_EQ,
	DYN_T_NE,
	DYN_T_LT,
	DYN_T_LE,
	DYN_T_GT,
	DYN_T_GE,
	DYN_T_PLUS,
	DYN_T_MINUS,
	DYN_T_IN,
	DYN_T_BETWEEN,
	DYN_T_NOT,
	DYN_T_AND,
	DYN_T_OR,
	DYN_T_SET,
	DYN_T_ADD,
	DYN_T_DELETE,
	DYN_T_REMOVE,
	DYN_T_STRING,				/* a quoted literal: lexed, but no language has a place for it */
	DYN_T_UNKNOWN
} DynExprTokenKind;

typedef struct DynExprToken
{
	DynExprTokenKind kind;
	uint32		start;			/* byte offset in the text */
	uint32		end;
} DynExprToken;

/*
 * Cuts the text into tokens, palloc'd, the last one DYN_T_EOF; *count includes it.  Never fails: an unknown character is
 * DYN_T_UNKNOWN.
 */
extern DynExprToken *dyn_expr_lex(DynSlice text, uint32 *count);

#endif							/* DYNAPG_EXPR_LEXER_H */
