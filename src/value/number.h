/*
 * number.h - DynamoDB numbers as byte strings that memcmp orders
 *
 * Form (the same digits and range as DynamoDB's 38 digits and 1E-130 .. 9.99..9E+125):
 *
 *		zero		0x80
 *		positive	0x80 + 65 + e, then base-100 digits d as bytes d + 1 (1..100), most significant first
 *		negative	0x7F - (65 + e), then base-100 digits as bytes 101 - d (2..101), then 102
 *
 * where the value is 0.d1 d2 d3 ... * 100^(e+1) with d1 <> 0 and the last digit <> 0: e is -65 .. 62.  The
 * digit pairs are aligned to the decimal point, so up to 38 decimal digits take at most 20 bytes.
 * Equal numbers are equal bytes; memcmp with the shorter prefix first is numeric order.  The length of
 * the encoding is DynamoDB's size of the number.
 */
#ifndef DYNAPG_VALUE_NUMBER_H
#define DYNAPG_VALUE_NUMBER_H

#include "postgres.h"

#include "utils/numeric.h"

#define DYN_NUMBER_MAX_BYTES	22	/* sign/exponent byte, 20 digit pairs, terminator */
#define DYN_NUMBER_MAX_TEXT		172 /* characters of the longest printed number with its NUL */

/*
 * Encodes decimal text (as DynamoDB accepts it: optional sign, digits with optional point, optional
 * exponent; no white space) into dst.  Returns the encoded length, or -1 with *error set to DynamoDB's
 * text (palloc'd or static) for the first that applies: not a number, overflow, underflow, over 38 significant digits; zeros at
 * either end do not count as digits.  A zero has the magnitude of its last
 * place: 0e126 overflows.  Cost is linear in len whatever the exponent.  On success *error is undefined.
 */
extern int	dyn_number_encode(const char *text, uint32 len, uint8 dst[DYN_NUMBER_MAX_BYTES], const char **error);

/* The text for a number too close to zero. */
extern const char dyn_number_underflow[];

/*
 * Does the magnitude of this number, which is out of range, exceed 32 bits although its exponent does not? The service's older
 * operations count in 32 bits; there it wraps around and becomes the smallest one.
 */
extern bool dyn_number_wraps(const char *text, uint32 len);

/* Encodes an integer of any size (a count, a time); returns the length. */
extern int	dyn_number_encode_integer(int64 value, uint8 dst[DYN_NUMBER_MAX_BYTES]);

/*
 * Prints as DynamoDB prints it into dst (not NUL-terminated): plain decimal notation without exponent,
 * without superfluous zeros, "0." before a fraction.  Returns the length.
 */
extern int	dyn_number_print(const uint8 *num, uint32 len, char dst[DYN_NUMBER_MAX_TEXT]);

/* False for bytes that dyn_number_encode cannot have made. */
extern bool dyn_number_valid(const uint8 *num, uint32 len);

/*
 * dst = a + b, or a - b when subtract; exact, so a result that needs over 38 digits is an error, not rounded.
 * Returns the encoded length, or -1 with *error set to DynamoDB's text: overflow, underflow, too many
 * digits, whichever comes first. dst may be a or b.
 */
extern int	dyn_number_add(const uint8 *a, uint32 alen, const uint8 *b, uint32 blen, bool subtract,
						   uint8 dst[DYN_NUMBER_MAX_BYTES], const char **error);

/*
 * Conversions for the numeric key columns and SQL casts.  To numeric: palloc'd, its display scale is the
 * number's.  From numeric: as dyn_number_encode, of the numeric's text (NaN and infinities are not numbers).
 */
extern Numeric dyn_number_to_numeric(const uint8 *num, uint32 len);
extern int	dyn_number_from_numeric(Numeric value, uint8 dst[DYN_NUMBER_MAX_BYTES], const char **error);

#endif							/* DYNAPG_VALUE_NUMBER_H */
