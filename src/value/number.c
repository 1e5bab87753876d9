/*
 * number.c - DynamoDB numbers: text, arithmetic and numeric in and out of the encoded form
 *
 * Between the forms a number is its sign and base-100 digits aligned to the decimal point (Digits below),
 * canonical: no zero digit at either end.  Everything is exact; what needs over 38 decimal digits is
 * refused, never rounded.
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"
#include "utils/builtins.h"

#include "base/limits.h"
#include "value/number.h"

#define MAX_PAIRS		20		/* base-100 digits of a canonical number */
#define MIN_PAIR_EXP	(-65)	/* of the first digit: 1E-130 */
#define MAX_PAIR_EXP	62		/* of the first digit: 9.9E+125 */
#define MAX_DEC_EXP		125		/* of the first decimal digit */
#define MIN_DEC_EXP		(-130)
#define EXP_BIAS		65
#define ZERO_BYTE		0x80
#define NEGATIVE_END	102

/* An exponent that the digits of no text could balance; the sum of a few such exponents still fits int64. */
#define EXPONENT_CAP	INT64CONST(1000000000000000)

#define INT64_PAIRS		9		/* base-100 digits that always fit an int64 */
#define UINT64_PAIRS	10		/* base-100 digits of any uint64 */

static const char error_not_numeric[] = "The parameter cannot be converted to a numeric value";
static const char error_digits[] = "Attempting to store more than 38 significant digits in a Number";
static const char error_overflow[] = "Number overflow. Attempting to store a number with magnitude larger than supported range";
const char dyn_number_underflow[] = "Number underflow. Attempting to store a number with magnitude smaller than supported range";

/* value = (negative ? -1 : 1) * sum of pair[i] * 100^(exp - i); count 0 is zero. */
typedef struct Digits
{
	bool		negative;
	int			exp;			/* base-100 exponent of pair[0] */
	int			count;
	uint8		pair[MAX_PAIRS];
} Digits;

static inline int
count_decimals(const uint8 *pair, int count)
{
	return 2 * count - (pair[0] < 10) - (pair[count - 1] % 10 == 0);
}

static void
digits_decode(const uint8 *num, uint32 len, Digits *d)
{
	Assert(len >= 1 && len <= DYN_NUMBER_MAX_BYTES);
	d->negative = num[0] < ZERO_BYTE;
	if (d->negative)
	{
		d->exp = 0x7F - num[0] - EXP_BIAS;
		d->count = (int) len - 2;
		for (int i = 0; i < d->count; i++)
			d->pair[i] = 101 - num[i + 1];
		return;
	}
	d->exp = num[0] - ZERO_BYTE - EXP_BIAS;
	d->count = (int) len - 1;
	for (int i = 0; i < d->count; i++)
		d->pair[i] = num[i + 1] - 1;
}

/* Writes canonical digits whose exponent is in range. */
static int
digits_encode(bool negative, int exp, const uint8 *pair, int count, uint8 *dst)
{
	if (count == 0)
	{
		dst[0] = ZERO_BYTE;
		return 1;
	}
	if (!negative)
	{
		dst[0] = ZERO_BYTE + EXP_BIAS + exp;
		for (int i = 0; i < count; i++)
			dst[i + 1] = pair[i] + 1;
		return count + 1;
	}
	dst[0] = 0x7F - (EXP_BIAS + exp);
	for (int i = 0; i < count; i++)
		dst[i + 1] = 101 - pair[i];
	dst[count + 1] = NEGATIVE_END;
	return count + 2;
}

/* Checks digits without zeros at the ends against DynamoDB's limits, the range before the digits, and encodes them. */
static int
digits_encode_checked(bool negative, int exp, const uint8 *pair, int count, uint8 *dst, const char **error)
{
	if (count > 0)
	{
		*error = NULL;
		if (exp > MAX_PAIR_EXP)
			*error = error_overflow;
		else if (exp < MIN_PAIR_EXP)
			*error = dyn_number_underflow;
		else if (count_decimals(pair, count) > DYN_MAX_NUMBER_DIGITS)
			*error = error_digits;
		if (*error)
			return -1;
	}
	return digits_encode(negative, exp, pair, count, dst);
}

/* An integer's magnitude and sign. */
static int
integer_encode(bool negative, uint64 value, uint8 *dst)
{
	uint8		pair[UINT64_PAIRS];
	int			start = UINT64_PAIRS;
	int			end = UINT64_PAIRS;
	int			exp;

	while (value > 0)
	{
		pair[--start] = value % 100;
		value /= 100;
	}
	exp = UINT64_PAIRS - start - 1;
	while (end > start && pair[end - 1] == 0)
		end--;
	return digits_encode(negative, exp, pair + start, end - start, dst);
}

int
dyn_number_encode_integer(int64 value, uint8 dst[DYN_NUMBER_MAX_BYTES])
{
	return integer_encode(value < 0, value < 0 ? 0 - (uint64) value : (uint64) value, dst);
}

static int
not_numeric(const char *text, uint32 len, const char **error)
{
	*error = len == 0 ? error_not_numeric : psprintf("%s: %.*s", error_not_numeric, (int) Min(len, INT_MAX), text);
	return -1;
}

/* What a pass over a decimal text found. */
typedef struct Scan
{
	bool		negative;
	bool		any;			/* at least one digit */
	bool		too_many;		/* over 38 significant digits */
	int			count;			/* significant digits, without zeros at the ends */
	int64		exp;			/* decimal exponent of the first digit; for zero, of its last place */
	uint8		digit[DYN_MAX_NUMBER_DIGITS];
} Scan;

/* Adds digits from p on to the scan; after_point is the number of places between the point and p. */
static const char *
scan_digits(const char *p, const char *end, bool fraction, Scan *scan, int64 *pending)
{
	int64		places = 0;

	for (; p < end && *p >= '0' && *p <= '9'; p++)
	{
		scan->any = true;
		places++;
		if (*p == '0')
		{
			if (scan->count > 0)
				(*pending)++;
			continue;
		}
		if (scan->count == 0)
			scan->exp = fraction ? -places : -places + 1;
		if (scan->count + *pending + 1 > DYN_MAX_NUMBER_DIGITS)
		{
			scan->too_many = true;
			continue;
		}
		for (; *pending > 0; (*pending)--)
			scan->digit[scan->count++] = 0;
		scan->digit[scan->count++] = *p - '0';
	}

	/* In the integer part, exp counted from the first place; now the end of that part is known. */
	if (!fraction && scan->count > 0)
		scan->exp += places - 1;
	if (fraction && scan->count == 0)
		scan->exp = -places;
	return p;
}

/* Reads "e[+-]digits" at p into exponent, capped; NULL when it is malformed. */
static const char *
scan_exponent(const char *p, const char *end, int64 *exponent)
{
	bool		negative = false;
	const char *first;

	p++;
	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	for (first = p; p < end && *p >= '0' && *p <= '9'; p++)
		if (*exponent < EXPONENT_CAP)
			*exponent = *exponent * 10 + (*p - '0');
	if (negative)
		*exponent = -*exponent;
	return p > first ? p : NULL;
}

/* False when the text is no number. */
static bool
scan_number(const char *text, uint32 len, Scan *scan)
{
	const char *p = text;
	const char *end = text + len;
	int64		pending = 0;	/* zeros since the last digit kept */
	int64		exponent = 0;

	if (p < end && (*p == '+' || *p == '-'))
		scan->negative = *p++ == '-';
	p = scan_digits(p, end, false, scan, &pending);
	if (p < end && *p == '.')
		p = scan_digits(p + 1, end, true, scan, &pending);
	if (!scan->any)
		return false;
	if (p < end && (*p == 'e' || *p == 'E'))
	{
		p = scan_exponent(p, end, &exponent);
		if (p == NULL)
			return false;
	}
	scan->exp += exponent;
	return p == end;
}

/* Reads text of up to 18 digits with an optional minus, as most numbers are. False for anything else. */
static bool
scan_integer(const char *text, uint32 len, bool *negative, uint64 *value)
{
	uint32		i = len > 0 && text[0] == '-';
	uint64		v = 0;

	*negative = i;
	if (len == i || len - i > 2 * INT64_PAIRS)
		return false;
	for (; i < len; i++)
	{
		uint8		digit = (uint8) text[i] - '0';

		if (digit > 9)
			return false;
		v = v * 10 + digit;
	}
	*value = v;
	return true;
}

int
dyn_number_encode(const char *text, uint32 len, uint8 dst[DYN_NUMBER_MAX_BYTES], const char **error)
{
	Scan		scan;
	uint64		integer;
	uint8		pair[MAX_PAIRS];
	int			count = 0;
	int			i = 0;

	if (scan_integer(text, len, &scan.negative, &integer))
		return integer_encode(scan.negative, integer, dst);

	memset(&scan, 0, offsetof(Scan, digit));
	if (!scan_number(text, len, &scan))
		return not_numeric(text, len, error);
	*error = scan.exp > MAX_DEC_EXP ? error_overflow :
		scan.exp < MIN_DEC_EXP ? dyn_number_underflow :
		scan.too_many ? error_digits : NULL;
	if (*error)
		return -1;
	if (scan.count == 0)
		return digits_encode(false, 0, NULL, 0, dst);

	/* A pair begins at every odd decimal exponent: an even one has the first digit alone. */
	if ((scan.exp & 1) == 0)
		pair[count++] = scan.digit[i++];
	for (; i < scan.count; i += 2)
		pair[count++] = scan.digit[i] * 10 + (i + 1 < scan.count ? scan.digit[i + 1] : 0);
	return digits_encode(scan.negative, (int) (scan.exp >= 0 ? scan.exp / 2 : (scan.exp - 1) / 2), pair, count, dst);
}

/*
 * There is one digit more before the point than the exponent of the first digit says; even an exponent of 2^31 gives a 32-bit
 * scale.
 */
bool
dyn_number_wraps(const char *text, uint32 len)
{
	Scan		scan;

	memset(&scan, 0, offsetof(Scan, digit));
	return scan_number(text, len, &scan) && scan.exp >= PG_INT32_MAX && scan.exp <= (int64) PG_INT32_MAX + 1;
}

/*
 * Plain decimal notation over the whole range: what GetItem gives back for 1e100 is a 1 and a hundred zeros
 * (boto3's issues 2500 and 4636 show replies of the service), though clients may send an exponent.
 */
int
dyn_number_print(const uint8 *num, uint32 len, char dst[DYN_NUMBER_MAX_TEXT])
{
	Digits		d;
	char	   *p = dst;
	int			i = 0;

	digits_decode(num, len, &d);
	if (d.count == 0)
	{
		dst[0] = '0';
		return 1;
	}
	if (d.negative)
		*p++ = '-';

	if (d.exp < 0)
		*p++ = '0';
	for (; i <= d.exp; i++)
	{
		uint8		pair = i < d.count ? d.pair[i] : 0;

		if (i > 0 || pair >= 10)
			*p++ = '0' + pair / 10;
		*p++ = '0' + pair % 10;
	}
	if (i >= d.count)
		return p - dst;

	*p++ = '.';
	for (int zeros = -1 - d.exp; zeros > 0; zeros--)
	{
		*p++ = '0';
		*p++ = '0';
	}
	for (; i < d.count; i++)
	{
		*p++ = '0' + d.pair[i] / 10;
		*p++ = '0' + d.pair[i] % 10;
	}
	if (p[-1] == '0')
		p--;
	return p - dst;
}

bool
dyn_number_valid(const uint8 *num, uint32 len)
{
	Digits		d;

	if (len < 1 || len > DYN_NUMBER_MAX_BYTES)
		return false;
	if (num[0] < ZERO_BYTE)
	{
		if (len < 3 || num[len - 1] != NEGATIVE_END)
			return false;
		for (uint32 i = 1; i < len - 1; i++)
			if (num[i] < 2 || num[i] > 101)
				return false;
	}
	else
	{
		if (len == 1)
			return num[0] == ZERO_BYTE;
		if (len - 1 > MAX_PAIRS)
			return false;
		for (uint32 i = 1; i < len; i++)
			if (num[i] < 1 || num[i] > 100)
				return false;
	}
	digits_decode(num, len, &d);
	return d.pair[0] != 0 && d.pair[d.count - 1] != 0 && count_decimals(d.pair, d.count) <= DYN_MAX_NUMBER_DIGITS;
}

/* Adds sign * d to the sums, whose first one has the exponent top. */
static void
accumulate(int16 *sum, int top, const Digits *d, int sign)
{
	for (int i = 0; i < d->count; i++)
		sum[top - d->exp + i] += sign * d->pair[i];
}

/* Reduces each of the n sums to 0..99; returns the carry of the first one (-1, 0). */
static int
carry(int16 *sum, int n)
{
	int			over = 0;

	for (int i = n - 1; i >= 0; i--)
	{
		int			v = sum[i] + over;

		over = v < 0 ? -1 : v >= 100;
		sum[i] = v - over * 100;
	}
	return over;
}

int
dyn_number_add(const uint8 *a, uint32 alen, const uint8 *b, uint32 blen, bool subtract,
			   uint8 dst[DYN_NUMBER_MAX_BYTES], const char **error)
{
	Digits		x;
	Digits		y;
	int16		sum[MAX_PAIR_EXP - MIN_PAIR_EXP + MAX_PAIRS + 2];
	uint8		pair[lengthof(sum)];
	bool		negative = false;
	int			first = 0;

	digits_decode(a, alen, &x);
	digits_decode(b, blen, &y);
	if (y.count == 0)
		return digits_encode(x.negative, x.exp, x.pair, x.count, dst);
	if (subtract)
		y.negative = !y.negative;
	if (x.count == 0)
		return digits_encode(y.negative, y.exp, y.pair, y.count, dst);

	/* One place more at the top takes the carry. */
	int			top = Max(x.exp, y.exp) + 1;
	int			bottom = Min(x.exp - x.count, y.exp - y.count) + 1;
	int			n = top - bottom + 1;

	memset(sum, 0, n * sizeof(sum[0]));
	accumulate(sum, top, &x, x.negative ? -1 : 1);
	accumulate(sum, top, &y, y.negative ? -1 : 1);
	if (carry(sum, n) < 0)
	{
		/* The sums are 100^n too large: a negative result.  Its magnitude is the complement. */
		negative = true;
		for (int i = 0; i < n; i++)
			sum[i] = -sum[i];
		carry(sum, n);
	}

	while (first < n && sum[first] == 0)
		first++;
	while (n > first && sum[n - 1] == 0)
		n--;
	for (int i = first; i < n; i++)
		pair[i] = (uint8) sum[i];
	return digits_encode_checked(negative, top - first, pair + first, n - first, dst, error);
}

/* The number as integer / 10^scale with the least scale >= 0; false when the integer has more than 18 digits. */
static bool
digits_to_scaled(const Digits *d, int64 *integer, int *scale)
{
	int			places = Max(d->exp + 1, d->count); /* pairs of the integer */
	int64		v = 0;

	if (d->exp < -INT64_PAIRS || places > INT64_PAIRS)
		return false;
	for (int i = 0; i < places; i++)
		v = v * 100 + (i < d->count ? d->pair[i] : 0);
	*scale = Max(0, 2 * (d->count - 1 - d->exp));
	if (*scale > 0 && v % 10 == 0)
	{
		v /= 10;
		(*scale)--;
	}
	*integer = d->negative ? -v : v;
	return true;
}

Numeric
dyn_number_to_numeric(const uint8 *num, uint32 len)
{
	Digits		d;
	int64		integer = 0;
	int			scale = 0;
	char		text[DYN_NUMBER_MAX_TEXT];

	digits_decode(num, len, &d);
	if (d.count == 0)
		return int64_to_numeric(0);
	if (digits_to_scaled(&d, &integer, &scale))
		return scale == 0 ? int64_to_numeric(integer) : int64_div_fast_to_numeric(integer, scale);

	text[dyn_number_print(num, len, text)] = '\0';
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

int
dyn_number_from_numeric(Numeric value, uint8 dst[DYN_NUMBER_MAX_BYTES], const char **error)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value)));
	size_t		text_len = strlen(text);
	int			len;

	/* The scale of a zero only says how PostgreSQL displays it. */
	if (strspn(text, "-0.") == text_len)
		len = dyn_number_encode_integer(0, dst);
	else
		len = dyn_number_encode(text, text_len, dst, error);
	pfree(text);
	return len;
}
