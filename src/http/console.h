/*
 * console.h - the console in the browser: its files, and the paths of its requests
 */
#ifndef DYNAPG_HTTP_CONSOLE_H
#define DYNAPG_HTTP_CONSOLE_H

#include "postgres.h"

#include "http/reply.h"
#include "http/request.h"

/* Answers a GET or HEAD of /console and what is below it. False: dynapg.http_console is off, or it is another path. */
extern bool dyn_console_serve(const DynHttpRequest *request, DynReply *reply);

/* What follows /console/api/ in the target; without data where that is another one, or dynapg.http_console is off. */
extern DynSlice dyn_console_request_name(DynSlice target);

#endif							/* DYNAPG_HTTP_CONSOLE_H */
