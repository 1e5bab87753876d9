/*
 * reals.c - lists of numbers as vectors of 32-bit floating point numbers, and their distances
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "value/number.h"
#include "value/reals.h"

/*
 * A sum is kept as LANES partial sums, which the compiler puts into registers of whatever width the processor has; they are
 * added up in a fixed order at the end. A multiplication and an addition are rounded separately, since not every processor can
 * fuse them.
 */
#define LANES 16

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define VECTORISED __attribute__((optimize("O3", "fp-contract=off"), target_clones("avx512f", "avx2", "default")))
#elif !defined(__clang__)
#define VECTORISED __attribute__((optimize("O3", "fp-contract=off")))
#else
#define VECTORISED
#endif

typedef float4 Lanes __attribute__((vector_size(LANES * sizeof(float4)), aligned(4), may_alias));

/* ---- numbers ---- */

#define MAX_PAIRS	9			/* base-100 digits that fit a uint64 */
#define MAX_POWER	80			/* larger than any power that a 32-bit number needs */

static const double powers[] = {
	1e0, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12, 1e14, 1e16, 1e18, 1e20, 1e22, 1e24, 1e26, 1e28, 1e30, 1e32, 1e34, 1e36, 1e38, 1e40,
	1e42, 1e44, 1e46, 1e48, 1e50, 1e52, 1e54, 1e56, 1e58, 1e60, 1e62, 1e64, 1e66, 1e68, 1e70, 1e72, 1e74, 1e76, 1e78, 1e80
};

/*
 * Does every number within a few units in the last place of this one round to the same 32-bit number? Not near the middle
 * between two of them, nor where those have fewer digits.
 */
static bool
rounds_surely(double value)
{
	const uint64 half = UINT64CONST(0x10000000);	/* of the 29 bits that a 32-bit number lacks */
	uint64		bits;
	uint64		rest;

	if (fabs(value) < (double) FLT_MIN * 2)
		return false;
	memcpy(&bits, &value, sizeof(bits));
	rest = bits & (2 * half - 1);
	return rest < half - 8 || rest > half + 8;
}

static float4
parse(const uint8 *number, uint32 len)
{
	char		text[DYN_NUMBER_MAX_TEXT + 1];

	text[dyn_number_print(number, len, text)] = '\0';
	return strtof(text, NULL);
}

bool
dyn_real_of_number(const uint8 *number, uint32 len, float4 *real)
{
	bool		negative = number[0] < 0x80;
	int			exponent = negative ? 0x7F - number[0] : number[0] - 0x80;
	uint32		pairs = len - 1 - negative;
	uint32		used = Min(pairs, MAX_PAIRS);
	uint64		digits = 0;
	int			power;
	double		value;

	if (len == 1)
	{
		*real = 0;
		return true;
	}
	for (uint32 i = 1; i <= used; i++)
		digits = digits * 100 + (negative ? 101 - number[i] : number[i] - 1);

	/* 0.d1 d2 ... * 100^(e+1), in the form digits * 100^power */
	power = exponent - 65 + 1 - (int) used;
	if (power > MAX_POWER / 2 || power < -MAX_POWER / 2)
		value = power > 0 ? INFINITY : 0;
	else
		value = power >= 0 ? (double) digits * powers[power] : (double) digits / powers[-power];
	*real = isfinite(value) && !rounds_surely(value) ? parse(number, len) : (float4) (negative ? -value : value);
	return !isinf(*real);
}

/* Does the number surely fit 32 bits, as below 100^19? The first byte shows that; see number.h. */
static inline bool
is_small(const uint8 *number)
{
	return number[0] >= 0x7F - 65 - 18 && number[0] <= 0x80 + 65 + 18;
}

bool
dyn_reals_fit(DynValue list, uint32 count, int *at)
{
	const uint8 *entries = list.data + 4;
	const uint8 *bodies = entries + (size_t) count * 4;
	uint32		start = 0;

	*at = -1;
	if (list.tag != DYN_L || dyn_value_count(list) != count)
		return false;
	for (uint32 i = 0; i < count; i++)
	{
		uint32		tag_end = dyn_load_u32(entries + (size_t) i * 4);
		uint32		end = tag_end & DYN_END_MASK;
		float4		real;

		if (tag_end >> DYN_TAG_SHIFT != DYN_N ||
			(!is_small(bodies + start) && !dyn_real_of_number(bodies + start, end - start, &real)))
		{
			*at = i;
			return false;
		}
		start = end;
	}
	return true;
}

bool
dyn_reals_of_list(DynValue list, uint32 count, float4 *reals, int *at)
{
	const uint8 *entries = list.data + 4;
	const uint8 *bodies;
	uint32		start = 0;

	*at = -1;
	if (list.tag != DYN_L || dyn_value_count(list) != count)
		return false;
	bodies = entries + (size_t) count * 4;
	for (uint32 i = 0; i < count; i++)
	{
		uint32		tag_end = dyn_load_u32(entries + (size_t) i * 4);
		uint32		end = tag_end & DYN_END_MASK;

		if (tag_end >> DYN_TAG_SHIFT != DYN_N || !dyn_real_of_number(bodies + start, end - start, &reals[i]))
		{
			*at = i;
			return false;
		}
		start = end;
	}
	return true;
}

/* ---- distances ---- */

/* Adds up the partial sums and the contribution of the last numbers, which do not fill a Lanes. */
#define ADD_UP(result, sums, rest) \
	do { \
		(result) = (rest); \
		for (int lane = 0; lane < LANES; lane++) \
			(result) += (sums)[lane]; \
	} while (0)

VECTORISED static double
inner_product(const float4 *a, const float4 *b, uint32 count)
{
	Lanes		even = {0};
	Lanes		odd = {0};
	float4		rest = 0;
	double		result;
	uint32		i = 0;

	for (; i + 2 * LANES <= count; i += 2 * LANES)
	{
		even += *(const Lanes *) (a + i) * *(const Lanes *) (b + i);
		odd += *(const Lanes *) (a + i + LANES) * *(const Lanes *) (b + i + LANES);
	}
	for (; i < count; i++)
		rest += a[i] * b[i];
	even += odd;
	ADD_UP(result, even, rest);
	return result;
}

VECTORISED static double
squared_distance(const float4 *a, const float4 *b, uint32 count)
{
	Lanes		even = {0};
	Lanes		odd = {0};
	float4		rest = 0;
	double		result;
	uint32		i = 0;

	for (; i + 2 * LANES <= count; i += 2 * LANES)
	{
		Lanes		x = *(const Lanes *) (a + i) - *(const Lanes *) (b + i);
		Lanes		y = *(const Lanes *) (a + i + LANES) - *(const Lanes *) (b + i + LANES);

		even += x * x;
		odd += y * y;
	}
	for (; i < count; i++)
		rest += (a[i] - b[i]) * (a[i] - b[i]);
	even += odd;
	ADD_UP(result, even, rest);
	return result;
}

/* The inner products of a with b and of b with itself. */
VECTORISED static void
products(const float4 *a, const float4 *b, uint32 count, double *ab, double *bb)
{
	Lanes		even = {0};
	Lanes		odd = {0};
	Lanes		even_squares = {0};
	Lanes		odd_squares = {0};
	float4		rest = 0;
	float4		rest_squares = 0;
	uint32		i = 0;

	for (; i + 2 * LANES <= count; i += 2 * LANES)
	{
		Lanes		x = *(const Lanes *) (b + i);
		Lanes		y = *(const Lanes *) (b + i + LANES);

		even += *(const Lanes *) (a + i) * x;
		odd += *(const Lanes *) (a + i + LANES) * y;
		even_squares += x * x;
		odd_squares += y * y;
	}
	for (; i < count; i++)
	{
		rest += a[i] * b[i];
		rest_squares += b[i] * b[i];
	}
	even += odd;
	even_squares += odd_squares;
	ADD_UP(*ab, even, rest);
	ADD_UP(*bb, even_squares, rest_squares);
}

/* The same without 32-bit sums, for vectors whose squares 32 bits do not hold. */
static double
slow_product(const float4 *a, const float4 *b, uint32 count)
{
	double		result = 0;

	for (uint32 i = 0; i < count; i++)
		result += (double) a[i] * b[i];
	return result;
}

static double
slow_squared_distance(const float4 *a, const float4 *b, uint32 count)
{
	double		result = 0;

	for (uint32 i = 0; i < count; i++)
		result += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
	return result;
}

/* Is a sum of squares so small or so large that 32 bits have lost precision? */
static inline bool
is_doubtful(double squares)
{
	return !(squares > 1e-20 && squares < 1e37);
}

static double
cosine_distance(const DynProbe *probe, const float4 *b)
{
	const float4 *a = probe->reals;
	double		ab;
	double		bb;
	double		aa = probe->squares;
	double		cosine;

	products(a, b, probe->count, &ab, &bb);
	if (is_doubtful(aa) || is_doubtful(bb))
	{
		aa = slow_product(a, a, probe->count);
		bb = slow_product(b, b, probe->count);
		ab = slow_product(a, b, probe->count);
	}
	if (aa == 0 || bb == 0)
		return 1;
	cosine = ab / (sqrt(aa) * sqrt(bb));
	return 1 - Max(-1.0, Min(1.0, cosine));
}

DynProbe
dyn_reals_probe(DynMetric metric, const float4 *reals, uint32 count)
{
	return (DynProbe) {metric, reals, count, metric == DYN_METRIC_COSINE ? inner_product(reals, reals, count) : 0};
}

double
dyn_reals_distance(const DynProbe *probe, const float4 *b)
{
	double		result;

	switch (probe->metric)
	{
		case DYN_METRIC_COSINE:
			return cosine_distance(probe, b);
		case DYN_METRIC_DOT_PRODUCT:
			result = inner_product(probe->reals, b, probe->count);
			return 0 - (isfinite(result) ? result : slow_product(probe->reals, b, probe->count));
		case DYN_METRIC_EUCLIDEAN:
			result = squared_distance(probe->reals, b, probe->count);
			return sqrt(is_doubtful(result) ? slow_squared_distance(probe->reals, b, probe->count) : result);
	}
	pg_unreachable();
}

bool
dyn_reals_normalize(float4 *reals, uint32 count)
{
	double		length = sqrt(slow_product(reals, reals, count));

	if (length == 0)
		return false;
	for (uint32 i = 0; i < count; i++)
		reals[i] = (float4) (reals[i] / length);
	return true;
}

/* ---- names ---- */

static const char *const metric_names[] = {"COSINE", "DOT_PRODUCT", "EUCLIDEAN"};

const char *
dyn_metric_name(DynMetric metric)
{
	return metric_names[metric];
}

bool
dyn_metric_from_name(const char *name, uint32 len, DynMetric *metric)
{
	for (int i = 0; i < DYN_METRICS; i++)
	{
		if (strlen(metric_names[i]) != len || memcmp(metric_names[i], name, len) != 0)
			continue;
		*metric = (DynMetric) i;
		return true;
	}
	return false;
}
