/*
 * reals_array.c - vectors as arrays of PostgreSQL: real[]
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/array.h"

#include "base/limits.h"
#include "value/reals_array.h"

#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

const float4 *
dyn_reals_array_of_datum(Datum array, uint32 *count)
{
	ArrayType  *reals = DatumGetArrayTypeP(array);

	if (ARR_NDIM(reals) > 1 || ARR_HASNULL(reals) || ARR_ELEMTYPE(reals) != FLOAT4OID)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("a vector is a real[] with one dimension and without NULL")));
	*count = ARR_NDIM(reals) == 0 ? 0 : ARR_DIMS(reals)[0];
	return (const float4 *) ARR_DATA_PTR(reals);
}

struct varlena *
dyn_reals_array_new(uint32 count, float4 **reals)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(float4) * (Size) count;
	ArrayType  *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT4OID;
	ARR_DIMS(array)[0] = count;
	ARR_LBOUND(array)[0] = 1;
	*reals = (float4 *) ARR_DATA_PTR(array);
	return (struct varlena *) array;
}

int32
dyn_reals_array_tag(DynValue value)
{
	uint32		hash = DatumGetUInt32(hash_any(value.data, value.len));

	return hash == 0 ? 1 : (int32) hash;
}

/* ---- functions of items ---- */

/* The attribute, or a value with tag 0. */
static DynValue
attribute(FunctionCallInfo fcinfo)
{
	const text *name = PG_GETARG_TEXT_PP(1);

	return dyn_map_get(dyn_item_root(PG_GETARG_VARLENA_PP(0)), VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/* The attribute as a vector with that number of dimensions, or NULL. */
static struct varlena *
attribute_reals(FunctionCallInfo fcinfo, uint32 count, float4 **reals)
{
	DynValue	list = attribute(fcinfo);
	struct varlena *array;
	int			at;

	if (list.tag != DYN_L || dyn_value_count(list) != count || count == 0)
		return NULL;
	array = dyn_reals_array_new(count, reals);
	return dyn_reals_of_list(list, count, *reals, &at) ? array : NULL;
}

/* (item, attribute): a list of numbers as a vector of any valid length. */
SQL_FUNCTION(dynapg_item_reals);
Datum
dynapg_item_reals(PG_FUNCTION_ARGS)
{
	DynValue	list = attribute(fcinfo);
	struct varlena *array;
	float4	   *reals;

	if (list.tag != DYN_L || dyn_value_count(list) > DYN_MAX_DIMENSIONS)
		PG_RETURN_NULL();
	array = attribute_reals(fcinfo, dyn_value_count(list), &reals);
	if (array == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(array);
}

/* (item, attribute, dimensions) */
SQL_FUNCTION(dynapg_item_reals_of);
Datum
dynapg_item_reals_of(PG_FUNCTION_ARGS)
{
	int32		count = PG_GETARG_INT32(2);
	struct varlena *array;
	float4	   *reals;

	if (count < 1 || count > DYN_MAX_DIMENSIONS)
		PG_RETURN_NULL();
	array = attribute_reals(fcinfo, count, &reals);
	if (array == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(array);
}

/* (item, attribute, dimensions): the vector with length 1; a vector of zeros has none. */
SQL_FUNCTION(dynapg_item_unit_reals);
Datum
dynapg_item_unit_reals(PG_FUNCTION_ARGS)
{
	int32		count = PG_GETARG_INT32(2);
	struct varlena *array;
	float4	   *reals;

	if (count < 1 || count > DYN_MAX_DIMENSIONS)
		PG_RETURN_NULL();
	array = attribute_reals(fcinfo, count, &reals);
	if (array == NULL || !dyn_reals_normalize(reals, count))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(array);
}

/* (item, attribute, type) */
SQL_FUNCTION(dynapg_item_tag);
Datum
dynapg_item_tag(PG_FUNCTION_ARGS)
{
	DynValue	value = attribute(fcinfo);
	const text *type = PG_GETARG_TEXT_PP(2);

	if (value.tag == 0 || value.tag != dyn_tag_from_name(VARDATA_ANY(type), VARSIZE_ANY_EXHDR(type)))
		PG_RETURN_NULL();
	PG_RETURN_INT32(dyn_reals_array_tag(value));
}

/* ---- distances ---- */

static double
distance(FunctionCallInfo fcinfo, DynMetric metric)
{
	uint32		na;
	uint32		nb;
	const float4 *a = dyn_reals_array_of_datum(PG_GETARG_DATUM(0), &na);
	const float4 *b = dyn_reals_array_of_datum(PG_GETARG_DATUM(1), &nb);
	DynProbe	probe;

	if (na != nb)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("vectors of different dimensions: %u and %u", na, nb)));
	probe = dyn_reals_probe(metric, a, na);
	return dyn_reals_distance(&probe, b);
}

#define DISTANCE_FUNCTION(name, metric) \
	SQL_FUNCTION(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_FLOAT8(distance(fcinfo, metric)); \
	}

DISTANCE_FUNCTION(dynapg_cosine_distance, DYN_METRIC_COSINE)
DISTANCE_FUNCTION(dynapg_negative_inner_product, DYN_METRIC_DOT_PRODUCT)
DISTANCE_FUNCTION(dynapg_euclidean_distance, DYN_METRIC_EUCLIDEAN)
