/*
 * lexer.c - PartiQL texts as tokens
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

/* The text between quotes, with doubled quotes made single. */
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

static DynPartiqlCode
single_code(char c)
{
	switch (c)
	{
		case ',':
			return DYN_PC_COMMA;
		case '(':
			return DYN_PC_OPEN;
		case ')':
			return DYN_PC_CLOSE;
		case '[':
			return DYN_PC_OPEN_LIST;
		case ']':
			return DYN_PC_CLOSE_LIST;
		case '{':
			return DYN_PC_OPEN_MAP;
		case '}':
			return DYN_PC_CLOSE_MAP;
		case '.':
			return DYN_PC_DOT;
		case ':':
			return DYN_PC_COLON;
		case ';':
			return DYN_PC_SEMICOLON;
		case '=':
			return DYN_PC_EQ;
		case '<':
			return DYN_PC_LT;
		case '>':
			return DYN_PC_GT;
		case '+':
			return DYN_PC_PLUS;
		case '-':
			return DYN_PC_MINUS;
		case '*':
			return DYN_PC_STAR;
		default:
			return DYN_PC_NONE;
	}
}

static uint32
lex_symbol(DynSlice text, uint32 pos, DynPartiqlToken *token)
{
	static const struct
	{
		char		symbol[3];
		DynPartiqlCode code;
	}			pairs[] = {
		{"<>", DYN_PC_NE},
		{"!=", DYN_PC_NE},
		{"<=", DYN_PC_LE},
		{">=", DYN_PC_GE},
		{"<<", DYN_PC_OPEN_SET},
		{">>", DYN_PC_CLOSE_SET}
	};
	char		c = text.data[pos];

	token->kind = DYN_PT_SYMBOL;
	if (c == '<' || c == '>' || c == '!')
	{
		for (int i = 0; i < lengthof(pairs); i++)
		{
			if (c != pairs[i].symbol[0] || at(text, pos + 1) != pairs[i].symbol[1])
				continue;
			token->code = pairs[i].code;
			return pos + 2;
		}
	}
	token->code = single_code(c);
	if (token->code != DYN_PC_NONE)
		return pos + 1;
	token->kind = DYN_PT_UNKNOWN;
	return Min(pos + pg_utf_mblen((const unsigned char *) text.data + pos), text.len);
}

typedef struct Keyword
{
	const char *word;
	uint8		len;
	bool		reserved;
} Keyword;

static const Keyword keywords[] = {
#define DYN_KEYWORD(word, reserved) {#word, sizeof(#word) - 1, reserved},
#include "partiql/keywords.def"
#undef DYN_KEYWORD
};

#define LONGEST_KEYWORD 9

/* The first keyword with at least that number of characters. */
static int
first_keyword(uint32 len)
{
	static uint8 first[LONGEST_KEYWORD + 1];
	static bool known = false;

	if (!known)
	{
		for (int n = LONGEST_KEYWORD; n >= 0; n--)
		{
			first[n] = 0;
			while (first[n] < lengthof(keywords) && keywords[first[n]].len < n)
				first[n]++;
		}
		known = true;
	}
	return first[len];
}

static DynPartiqlCode
word_code(DynSlice word)
{
	char		upper[LONGEST_KEYWORD];

	if (word.len > LONGEST_KEYWORD)
		return DYN_PC_NONE;
	for (uint32 i = 0; i < word.len; i++)
		upper[i] = word.data[i] >= 'a' && word.data[i] <= 'z' ? word.data[i] - ('a' - 'A') : word.data[i];
	for (int i = first_keyword(word.len); i < lengthof(keywords) && keywords[i].len == word.len; i++)
	{
		if (keywords[i].word[0] == upper[0] && memcmp(keywords[i].word, upper, word.len) == 0)
			return (DynPartiqlCode) (i + 1);
	}
	return DYN_PC_NONE;
}

bool
dyn_partiql_reserved(DynPartiqlCode code)
{
	return code > DYN_PC_NONE && code <= lengthof(keywords) && keywords[code - 1].reserved;
}

bool
dyn_partiql_is_bare(DynSlice text)
{
	if (text.len == 0 || !is_word_start(text.data[0]) || dyn_partiql_reserved(word_code(text)))
		return false;
	for (uint32 i = 1; i < text.len; i++)
	{
		if (!is_word(text.data[i]))
			return false;
	}
	return true;
}

static uint32
lex_one(DynSlice text, uint32 pos, DynPartiqlToken *token)
{
	char		c = text.data[pos];
	uint32		end = pos + 1;

	token->start = pos;
	token->code = DYN_PC_NONE;
	token->text = (DynSlice) {NULL, 0};
	if (c == '\'' || c == '"')
		end = lex_quoted(text, pos, token);
	else if (is_word_start(c))
	{
		token->kind = DYN_PT_WORD;
		while (is_word(at(text, end)))
			end++;
		token->code = word_code((DynSlice) {text.data + pos, end - pos});
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
dyn_partiql_lex(DynSlice text, MemoryContext context)
{
	uint32		room = text.len / 4 + 8;
	uint32		count = 0;
	uint32		pos = 0;
	DynPartiqlToken *tokens = MemoryContextAlloc(context, sizeof(DynPartiqlToken) * room);

	while ((pos = skip(text, pos)) < text.len)
	{
		if (count + 1 == room)
			tokens = repalloc(tokens, sizeof(DynPartiqlToken) * (room *= 2));
		pos = lex_one(text, pos, &tokens[count++]);
	}
	tokens[count] = (DynPartiqlToken) {.kind = DYN_PT_EOF, .start = text.len, .text = {text.data + text.len, 0}};
	return tokens;
}
