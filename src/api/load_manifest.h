/*
 * load_manifest.h - the objects of a load: all below a prefix, or those of an export's manifest
 */
#ifndef DYNAPG_API_LOAD_MANIFEST_H
#define DYNAPG_API_LOAD_MANIFEST_H

#include "bucket/bucket.h"

typedef struct DynLoadObject
{
	char	   *key;
	int64		size;
	int64		items;			/* that the manifest counts; -1: there is none */
	char	   *md5;			/* base64; NULL: there is none */
} DynLoadObject;

typedef struct DynLoadObjects
{
	int			count;
	DynLoadObject *objects;
	int64		bytes;
	int64		items;			/* that the manifest counts; -1: there is none */
	bool		manifest;		/* there is one: the next two members are from it */
	bool		incremental;	/* an incremental export */
	bool		ion;			/* outputFormat of the manifest */
} DynLoadObjects;

/* Lists the objects, in the current memory context.  Raises a failure for an invalid manifest. */
extern void dyn_load_manifest_list(DynS3Bucket *bucket, const char *prefix, DynLoadObjects *found);

#endif							/* DYNAPG_API_LOAD_MANIFEST_H */
