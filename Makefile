# dynapg - a DynamoDB inside PostgreSQL
MODULE_big = dynapg
EXTENSION = dynapg
DATA = sql/dynapg--0.1.0.sql
SOURCES = $(sort $(wildcard src/*.c src/*/*.c))
OBJS = $(SOURCES:.c=.o)
REGRESS = $(filter-out dynapg--%,$(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql))))

# Before PostgreSQL 16 PGDLLEXPORT is empty on Unix; it has to undo -fvisibility=hidden.
PG_CPPFLAGS = -I$(CURDIR)/src '-DPGDLLEXPORT=__attribute__((visibility("default")))'
PG_CFLAGS = -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-declaration-after-statement -fvisibility=hidden -MMD -MP
SHLIB_LINK = -lcjson

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

-include $(OBJS:.o=.d)
