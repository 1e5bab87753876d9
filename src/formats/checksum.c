/*
 * checksum.c - the MD5 checksum of an object that is read, over several transactions
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "utils/memutils.h"

#include "base/base64.h"
#include "base/compat.h"
#include "formats/checksum.h"

struct DynChecksum
{
	EVP_MD_CTX *context;		/* in malloc's memory */
	MemoryContextCallback callback;
};

static void
free_context(void *arg)
{
	EVP_MD_CTX_free(((DynChecksum *) arg)->context);
}

static void
check(int result)
{
	if (result != 1)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute an MD5 checksum")));
}

DynChecksum *
dyn_checksum_begin(void)
{
	DynChecksum *checksum = palloc0_object(DynChecksum);

	checksum->callback = (MemoryContextCallback) {.func = free_context, .arg = checksum};
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &checksum->callback);
	checksum->context = EVP_MD_CTX_new();
	check(checksum->context != NULL && EVP_DigestInit_ex(checksum->context, EVP_md5(), NULL) == 1);
	return checksum;
}

void
dyn_checksum_add(DynChecksum *checksum, const void *data, size_t len)
{
	check(EVP_DigestUpdate(checksum->context, data, len));
}

char *
dyn_checksum_end(DynChecksum *checksum)
{
	uint8		digest[EVP_MAX_MD_SIZE];
	unsigned int size;
	char	   *text;

	check(EVP_DigestFinal_ex(checksum->context, digest, &size));
	text = palloc0(4 * ((size + 2) / 3) + 1);
	(void) dyn_base64_encode(digest, size, text);
	return text;
}
