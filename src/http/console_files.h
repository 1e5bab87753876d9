/*
 * console_files.h - the files of the console in the browser
 *
 * src/console/build.mjs makes console_files.c of the sources beside it.
 */
#ifndef DYNAPG_HTTP_CONSOLE_FILES_H
#define DYNAPG_HTTP_CONSOLE_FILES_H

#include "postgres.h"

typedef struct DynConsoleFile
{
	const char *path;			/* below /console/; empty: the page itself */
	const char *content_type;
	const char *etag;			/* of the content, with its quotes */
	const unsigned char *gzip;	/* the content, compressed */
	uint32		len;
} DynConsoleFile;

extern const DynConsoleFile dyn_console_files[];
extern const int dyn_console_files_count;

#endif							/* DYNAPG_HTTP_CONSOLE_FILES_H */
