/*
 * lexer.c - PartiQL texts as tokens
 *
 * Layer 4 (partiql).
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "partiql/lexer.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool
is_word(char c)
{
	return is_word_start(c) || is_digit(c);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* The byte at pos, or NUL behind the end. */
static char
at(DynSlice text, uint32 pos)
{
	return pos < text.len ? text.data[pos] : '\0';
}

/* Steps over white space and comments; a comment that is not closed goes to the end. */
static uint32
skip(DynSlice text, uint32 pos)
{
	for (;;)
	{
		while (pos < text.len && is_space(text.data[pos]))
			pos++;
		if (at(text, pos) == '-' && at(text, pos + 1) == '-')
		{
			while (pos < text.len && text.data[pos] != '\n')
				pos++;
		}
		else if (at(text, pos) == '/' && at(text, pos + 1) == '*')
		{
			pos += 2;
			while (pos < text.len && !(text.data[pos] == '*' && at(text, pos + 1) == '/'))
				pos++;
			pos = Min(pos + 2, text.len);
		}
		else
			return pos;
	}
}

/* What stands between quotes, doubled quotes made single. */
static DynSlice
unquote(DynSlice text, uint32 start, uint32 end, uint32 doubled)
{
	char		quote = text.data[start - 1];
	char	   *copy;
	uint32		len = 0;

	if (doubled == 0)
		return (DynSlice) {text.data + start, end - start};
	copy = palloc(end - start);
	for (uint32 i = start; i < end; i++)
	{
		copy[len++] = text.data[i];
		if (text.data[i] == quote)
			i++;
	}
	return (DynSlice) {copy, len};
}

/* A quoted token that starts at pos; returns its end. */
static uint32
lex_quoted(DynSlice text, uint32 pos, DynPartiqlToken *token)
{
	char		quote = text.data[pos];
	uint32		doubled = 0;

	for (uint32 i = pos + 1; i < text.len; i++)
	{
		if (text.data[i] != quote)
			continue;
		if (at(text, i + 1) == quote && i + 1 < text.len)
		{
			doubled++;
			i++;
			continue;
		}
		token->kind = quote == '\'' ? DYN_PT_STRING : DYN_PT_NAME;
		token->text = unquote(text, pos + 1, i, doubled);
		return i + 1;
	}
	token->kind = DYN_PT_UNKNOWN;
	return text.len;
}

/* Digits with a point and an exponent; a word must not follow at once. */
static uint32
lex_number(DynSlice text, uint32 pos, DynPartiqlToken *token)
{
	uint32		end = pos;

	while (is_digit(at(text, end)))
		end++;
	if (at(text, end) == '.' && (is_digit(at(text, end + 1)) || end > pos))
	{
		end++;
		while (is_digit(at(text, end)))
			end++;
	}
	if (at(text, end) == 'e' || at(text, end) == 'E')
	{
		uint32		digits = end + 1 + (at(text, end + 1) == '+' || at(text, end + 1) == '-');

		if (is_digit(at(text, digits)))
		{
			end = digits;
			while (is_digit(at(text, end)))
				end++;
		}
	}
	token->kind = is_word_start(at(text, end)) ? DYN_PT_UNKNOWN : DYN_PT_NUMBER;
	return end;
}

static uint32
lex_symbol(DynSlice text, uint32 pos, DynPartiqlToken *token)
{
	static const char *const pairs[] = {"<>", "!=", "<=", ">=", "<<", ">>"};

	token->kind = DYN_PT_SYMBOL;
	for (int i = 0; i < lengthof(pairs); i++)
	{
		if (at(text, pos) == pairs[i][0] && at(text, pos + 1) == pairs[i][1])
			return pos + 2;
	}
	if (text.data[pos] != '\0' && strchr(",()[]{}.:;=<>+-*", text.data[pos]) != NULL)
		return pos + 1;
	token->kind = DYN_PT_UNKNOWN;
	return Min(pos + pg_utf_mblen((const unsigned char *) text.data + pos), text.len);
}

static uint32
lex_one(DynSlice text, uint32 pos, DynPartiqlToken *token)
{
	char		c = text.data[pos];
	uint32		end = pos + 1;

	token->start = pos;
	token->text = (DynSlice) {NULL, 0};
	if (c == '\'' || c == '"')
		end = lex_quoted(text, pos, token);
	else if (is_word_start(c))
	{
		token->kind = DYN_PT_WORD;
		while (is_word(at(text, end)))
			end++;
	}
	else if (is_digit(c) || (c == '.' && is_digit(at(text, pos + 1))))
		end = lex_number(text, pos, token);
	else if (c == '?')
		token->kind = DYN_PT_PARAMETER;
	else
		end = lex_symbol(text, pos, token);
	if (token->text.data == NULL)
		token->text = (DynSlice) {text.data + pos, end - pos};
	return end;
}

DynPartiqlToken *
dyn_partiql_lex(DynSlice text)
{
	uint32		room = text.len / 4 + 8;
	uint32		count = 0;
	uint32		pos = 0;
	DynPartiqlToken *tokens = palloc(sizeof(DynPartiqlToken) * room);

	while ((pos = skip(text, pos)) < text.len)
	{
		if (count + 1 == room)
			tokens = repalloc(tokens, sizeof(DynPartiqlToken) * (room *= 2));
		pos = lex_one(text, pos, &tokens[count++]);
	}
	tokens[count] = (DynPartiqlToken) {.kind = DYN_PT_EOF, .start = text.len, .text = {text.data + text.len, 0}};
	return tokens;
}
