/*
 * printer.h - many items as DynamoDB JSON, which usually are alike
 */
#ifndef DYNAPG_VALUE_PRINTER_H
#define DYNAPG_VALUE_PRINTER_H

#include "value/value.h"

typedef struct DynPrinter DynPrinter;

/* A printer in the current memory context. */
extern DynPrinter *dyn_printer_create(void);

/* Appends what dyn_item_print appends; faster for an item whose attributes have the names and types of the one before. */
extern void dyn_printer_item(DynPrinter *printer, StringInfo out, DynValue root);

#endif							/* DYNAPG_VALUE_PRINTER_H */
