/*
 * write_update.h - what an update may do, and what it makes of an item that is not there
 */
#ifndef DYNAPG_COMMAND_WRITE_UPDATE_H
#define DYNAPG_COMMAND_WRITE_UPDATE_H

#include "command/write.h"

/* UPDATE, the table and key known: checks what it does to keys, and makes the item for where there is none. */
extern void dyn_write_update_prepare(DynWriteCommand *command);

#endif							/* DYNAPG_COMMAND_WRITE_UPDATE_H */
