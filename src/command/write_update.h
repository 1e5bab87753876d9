/*
 * write_update.h - what an update may do, and its effect on a missing item
 */
#ifndef DYNAPG_COMMAND_WRITE_UPDATE_H
#define DYNAPG_COMMAND_WRITE_UPDATE_H

#include "command/write.h"

/* For an UPDATE with its table and key: checks its effect on keys, and makes the item to insert if there is none. */
extern void dyn_write_update_prepare(DynWriteCommand *command);

#endif							/* DYNAPG_COMMAND_WRITE_UPDATE_H */
