/*
 * lexer.c - cutting expression texts into tokens
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "expr/lexer.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static DynExprTokenKind
word_kind(const char *word, uint32 len)
{
	static const struct
	{
		const char *word;
		DynExprTokenKind kind;
	}			keywords[] = {
		{"IN", DYN_T_IN}, {"BETWEEN", DYN_T_BETWEEN}, {"NOT", DYN_T_NOT}, {"AND", DYN_T_AND}, {"OR", DYN_T_OR},
		{"SET", DYN_T_SET}, {"ADD", DYN_T_ADD}, {"DELETE", DYN_T_DELETE}, {"REMOVE", DYN_T_REMOVE}
	};

	for (int i = 0; i < lengthof(keywords); i++)
	{
		if (strlen(keywords[i].word) == len && pg_strncasecmp(word, keywords[i].word, len) == 0)
			return keywords[i].kind;
	}
	return DYN_T_ID;
}

/* End of the quoted literal that starts at pos, or 0 when it is not closed. */
static uint32
string_end(DynSlice text, uint32 pos)
{
	char		quote = text.data[pos];

	for (uint32 i = pos + 1; i < text.len; i++)
	{
		if (text.data[i] == '\\' && i + 1 < text.len && text.data[i + 1] == quote)
			i++;
		else if (text.data[i] == quote)
			return i + 1;
	}
	return 0;
}

/* The token that starts at pos, where there is no white space. */
static DynExprToken
next_token(DynSlice text, uint32 pos)
{
	const char *s = text.data;
	char		c = s[pos];
	char		after = pos + 1 < text.len ? s[pos + 1] : '\0';
	uint32		end = pos + 1;
	DynExprTokenKind kind = DYN_T_UNKNOWN;

	if (is_letter(c))
	{
		while (end < text.len && is_word(s[end]))
			end++;
		return (DynExprToken) {word_kind(s + pos, end - pos), pos, end};
	}
	if ((c == '#' || c == ':') && is_word(after))
	{
		while (end < text.len && is_word(s[end]))
			end++;
		return (DynExprToken) {c == '#' ? DYN_T_NAME : DYN_T_VALUE, pos, end};
	}
	if (is_digit(c))
	{
		while (c != '0' && end < text.len && is_digit(s[end]))
			end++;
		return (DynExprToken) {DYN_T_INDEX, pos, end};
	}

	switch (c)
	{
		case ',':
			kind = DYN_T_COMMA;
			break;
		case '(':
			kind = DYN_T_LPAREN;
			break;
		case ')':
			kind = DYN_T_RPAREN;
			break;
		case '.':
			kind = DYN_T_DOT;
			break;
		case '[':
			kind = DYN_T_LBRACKET;
			break;
		case ']':
			kind = DYN_T_RBRACKET;
			break;
		case '=':
			kind = DYN_T_EQ;
			break;
		case '+':
			kind = DYN_T_PLUS;
			break;
		case '-':
			kind = DYN_T_MINUS;
			break;
		case '<':
			kind = after == '>' ? DYN_T_NE : after == '=' ? DYN_T_LE : DYN_T_LT;
			end += kind != DYN_T_LT;
			break;
		case '>':
			kind = after == '=' ? DYN_T_GE : DYN_T_GT;
			end += kind != DYN_T_GT;
			break;
		case '"':
		case '\'':
			if (string_end(text, pos) != 0)
			{
				kind = DYN_T_STRING;
				end = string_end(text, pos);
			}
			break;
		default:
			end = pos + pg_utf_mblen((const unsigned char *) s + pos);
			if (end > text.len)
				end = text.len;
			break;
	}
	return (DynExprToken) {kind, pos, end};
}

DynExprToken *
dyn_expr_lex(DynSlice text, uint32 *count)
{
	/* every token takes at least one byte, and the end is one more */
	DynExprToken   *tokens = palloc(sizeof(DynExprToken) * ((Size) text.len + 1));
	uint32		n = 0;
	uint32		pos = 0;

	for (;;)
	{
		while (pos < text.len && is_space(text.data[pos]))
			pos++;
		if (pos >= text.len)
			break;
		tokens[n] = next_token(text, pos);
		pos = tokens[n++].end;
	}
	tokens[n++] = (DynExprToken) {DYN_T_EOF, text.len, text.len};
	*count = n;
	return tokens;
}
