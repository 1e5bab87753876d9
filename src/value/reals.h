/*
 * reals.h - lists of numbers as vectors of 32-bit floating point numbers, and their distances
 *
 * A vector attribute is a list of numbers.  The item keeps all their digits; comparisons use the nearest 32-bit numbers.
 * A number is rounded once, to the nearest, as strtof would do.
 *
 * Every score is computed here, on 32-bit numbers, in the same order of additions on every machine: an index, a statement and
 * a reply that look at the same vectors see the same score, to the last bit.
 */
#ifndef DYNAPG_VALUE_REALS_H
#define DYNAPG_VALUE_REALS_H

#include "value/value.h"

/* What "near" means for an index. */
typedef enum DynMetric
{
	DYN_METRIC_COSINE,
	DYN_METRIC_DOT_PRODUCT,
	DYN_METRIC_EUCLIDEAN
} DynMetric;

#define DYN_METRICS (DYN_METRIC_EUCLIDEAN + 1)

/* The number as a 32-bit one; false where it is too large to be one.  A number too small to be one is 0. */
extern bool dyn_real_of_number(const uint8 *number, uint32 len, float4 *real);

/*
 * Reads a list of exactly count numbers.  False for anything else; *at is then the first element that does not fit 32 bits, or
 * -1 if it is not a list or has another length.
 */
extern bool dyn_reals_of_list(DynValue list, uint32 count, float4 *reals, int *at);

/* The same without reading them. */
extern bool dyn_reals_fit(DynValue list, uint32 count, int *at);

/* A vector that others are compared with; reals must outlive it. */
typedef struct DynProbe
{
	DynMetric	metric;
	const float4 *reals;
	uint32		count;
	double		squares;		/* COSINE: of its length */
} DynProbe;

extern DynProbe dyn_reals_probe(DynMetric metric, const float4 *reals, uint32 count);

/*
 * The distance of another vector of the same length: the lower, the nearer.  1 - cosine of the angle (a vector of zeros has 1
 * to
 * everything), the inner product negated, the Euclidean distance.
 */
extern double dyn_reals_distance(const DynProbe *probe, const float4 *reals);

/* The same as the API's Score, where a higher inner product is nearer. */
static inline double
dyn_reals_score(DynMetric metric, double distance)
{
	/* 0 - x, so that a product of zero does not become -0 */
	return metric == DYN_METRIC_DOT_PRODUCT ? 0 - distance : distance;
}

/* Makes the vector one of length 1 in the same direction; false for one of zeros, which is left alone. */
extern bool dyn_reals_normalize(float4 *reals, uint32 count);

/* "COSINE", ... and back; false for no such name. */
extern const char *dyn_metric_name(DynMetric metric);
extern bool dyn_metric_from_name(const char *name, uint32 len, DynMetric *metric);

#endif							/* DYNAPG_VALUE_REALS_H */
