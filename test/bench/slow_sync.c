/*
 * slow_sync.c - a disk whose every sync takes SYNC_MICROSECONDS (default: 1000), for LD_PRELOAD
 *
 * Nothing is written out, so that the time is this alone, whatever the disk below is like.  For measurements only: what is
 * "durable" under it does not survive.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int
slow(void)
{
	const char *text = getenv("SYNC_MICROSECONDS");
	long		microseconds = text ? atol(text) : 1000;
	struct timespec left = {microseconds / 1000000, microseconds % 1000000 * 1000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
	return 0;
}

int
fsync(int fd)
{
	(void) fd;
	return slow();
}

int
fdatasync(int fd)
{
	(void) fd;
	return slow();
}
