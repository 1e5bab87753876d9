# dynapg - DynamoDB inside PostgreSQL.  `make help` lists the targets.
#
# all, install, installcheck, clean and their like are PGXS's; run, check, bench and the rest are scripts in
# test/tools, which call this Makefile again once everything it needs is installed.  PGXS is therefore included
# only when one of its own targets is asked for: run and check work before there is a pg_config.

all:

OWN_GOALS = help setup run start stop status check check-data check-sanitize check-asan fuzz soak clients check-style bench bench-compare console format \
	dist deb
GOALS = $(or $(MAKECMDGOALS),all)
PGXS_GOALS = $(filter-out $(OWN_GOALS),$(GOALS))

MODULE_big = dynapg
EXTENSION = dynapg
# The command that starts a server in the background; it lies beside PostgreSQL's programs.
SCRIPTS = src/cli/dynapg
DATA = $(sort $(wildcard sql/dynapg--*.sql))
SOURCES = $(sort $(wildcard src/*.c src/*/*.c))
OBJS = $(SOURCES:.c=.o)
EXTRA_CLEAN = $(SOURCES:.c=.d) src/.flags src/.flags.pg_config

REGRESS = $(filter-out dynapg--%,$(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql))))
REGRESS_OPTS = --encoding=UTF8
ISOLATION = $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --encoding=UTF8
TAP_TESTS = 1
PROVE_TESTS = test/t/*.pl

# Paths are relative, so that the tree may lie in a folder with spaces in its name.
# Before PostgreSQL 16 PGDLLEXPORT is empty on Unix; it has to undo -fvisibility=hidden.
# The module serves an extension of its own version alone.
DYNAPG_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" dynapg.control)
PG_CPPFLAGS = -Isrc -I$(libpq_srcdir) '-DDYN_VERSION="$(DYNAPG_VERSION)"' '-DPGDLLEXPORT=__attribute__((visibility("default")))'
# Warnings are errors for developers alone (make check, make check-style, or WERROR=1): another compiler has others.
PG_CFLAGS = -std=gnu11 -Wall -Wextra $(if $(WERROR),-Werror) -Wno-unused-parameter -Wno-sign-compare \
	-Wno-missing-field-initializers -Wno-declaration-after-statement \
	-fvisibility=hidden -MMD -MP $(EXTRA_CFLAGS)
SHLIB_LINK = $(libpq) -lcjson -lssl -lcrypto -lz -ldeflate -lrt $(LLHTTP_LINK) $(EXTRA_LDFLAGS)

# llhttp, the HTTP parser: a library where there is one, else (Debian 12) the C sources that the package node-llhttp
# ships, compiled from where they are.
LLHTTP_SOURCES = $(if $(wildcard /usr/include/llhttp.h),,$(wildcard /usr/share/llhttp/*.c))
ifeq ($(LLHTTP_SOURCES),)
LLHTTP_LINK = -lllhttp
else
LLHTTP_OBJS = $(LLHTTP_SOURCES:/usr/share/llhttp/%.c=src/llhttp-%.o)
OBJS += $(LLHTTP_OBJS)
EXTRA_CLEAN += $(LLHTTP_OBJS)
PG_CPPFLAGS += -isystem /usr/share/include/llhttp
endif

# libzstd, which imports of objects packed by zstd need: without it they are refused.
ifneq ($(wildcard /usr/include/zstd.h),)
PG_CPPFLAGS += -DDYN_ZSTD=1
SHLIB_LINK += -lzstd
endif

# No LLVM bitcode: it doubles the build, and nothing of this module is worth inlining into a JIT-compiled query.
override with_llvm = no

ifeq ($(filter $(OWN_GOALS),$(GOALS)),)

# The PostgreSQL: PG_CONFIG, else what make run would take.  What goes into it is what was built: sudo forgets PG_CONFIG and
# much of the PATH, so the goals that install remember it, and neither look at the compiler's flags nor build again for them.
INSTALL_GOALS = install uninstall installcheck installdirs
ENV_SH = $(shell PG_CONFIG="$(PG_CONFIG)" bash -c '. test/tools/env.sh && $(1)' 2>/dev/null)
ONLY_INSTALL := $(if $(filter-out $(INSTALL_GOALS),$(GOALS)),,yes)
BUILT_FOR := $(if $(wildcard dynapg.so),$(if $(wildcard src/.flags.pg_config),$(file <src/.flags.pg_config)))
AS_BUILT :=
ifeq ($(PG_CONFIG),)
AS_BUILT := $(if $(ONLY_INSTALL),$(shell test -x "$(BUILT_FOR)" && echo yes))
override PG_CONFIG := $(if $(AS_BUILT),$(BUILT_FOR),$(or $(call ENV_SH,find_pg_config),pg_config))
endif
REAL_PG_CONFIG := $(call ENV_SH,real_pg_config "$$PG_CONFIG")
ifeq ($(AS_BUILT),yes)
$(info PG_CONFIG=$(PG_CONFIG), for which dynapg was built)
else ifneq ($(filter-out $(REAL_PG_CONFIG),$(if $(ONLY_INSTALL),$(BUILT_FOR))),)
$(info dynapg was built for PG_CONFIG=$(BUILT_FOR); it is built again for $(PG_CONFIG))
endif

PGXS := $(shell "$(PG_CONFIG)" --pgxs 2>/dev/null)
ifeq ($(shell test -f "$(PGXS)" && test -f "$$("$(PG_CONFIG)" --includedir-server)/postgres.h" && echo yes),)
$(error PostgreSQL's server headers are missing (PG_CONFIG=$(PG_CONFIG) leads to no postgres.h): install postgresql-server-dev-NN, or "make setup" on Debian and Ubuntu)
endif
include $(PGXS)

# Objects depend on the headers they include and on the compiler's flags, which tell PostgreSQL's version too.
-include $(SOURCES:.c=.d)
ifeq ($(if $(EXTRA_CFLAGS)$(EXTRA_LDFLAGS),,$(AS_BUILT)),)
$(file >src/.flags.new,$(VERSION) $(includedir_server) $(CC) $(CPPFLAGS) $(CFLAGS))
$(shell cmp -s src/.flags.new src/.flags && rm src/.flags.new || mv src/.flags.new src/.flags)
$(file >src/.flags.new,$(REAL_PG_CONFIG))
$(shell cmp -s src/.flags.new src/.flags.pg_config && rm src/.flags.new || mv src/.flags.new src/.flags.pg_config)
endif
$(OBJS): src/.flags

src/llhttp-%.o: /usr/share/llhttp/%.c
	$(CC) $(CFLAGS) $(CPPFLAGS) -w -DLLHTTP_STRICT_MODE=1 -c -o $@ $<

else ifneq ($(PGXS_GOALS),)

# Goals of both kinds at once: one after the other.
.NOTPARALLEL:
.PHONY: $(GOALS)
$(GOALS):
	@$(MAKE) --no-print-directory $@

else

.PHONY: $(OWN_GOALS)

# What the scripts take: see README.
export PG_CONFIG PGPORT HTTP_PORT DATADIR TESTS DISTRIBUTED
export DATA_SIZE QUERIES SCANS SEED GROWTH RECORD

help:
	@echo "make               build the extension"
	@echo "make install       install it into the PostgreSQL that PG_CONFIG names"
	@echo "make installcheck  test the installed extension in a running server"
	@echo "make run           start a private PostgreSQL with the extension (PGPORT, HTTP_PORT, DATADIR)"
	@echo "make start         the same in the background; make stop ends it, make status says how to reach it"
	@echo "make check         run every test against a private PostgreSQL (TESTS=\"name ...\" to choose)"
	@echo "make check-sanitize  the same with assertions and the undefined behaviour sanitizer"
	@echo "make check-data    requests and plans on large tables (DATA_SIZE, QUERIES, SCANS, SEED, GROWTH)"
	@echo "make check-asan    the same with the address sanitizer, too, preloaded into the server"
	@echo "make fuzz          a long run of the fuzzer (FUZZ_SEED, FUZZ_REQUESTS)"
	@echo "make soak          a long run of transactions among kills and crashes, and its proof (SECONDS, CLIENTS)"
	@echo "make clients       run SDKs and libraries of many languages, as far as this machine has them (CLIENTS=\"name ...\", RECORD=yes)"
	@echo "make check-style   the rules of the source tree alone"
	@echo "make bench         measure speed and growth (PARTS=\"sql http ...\", ROUNDS, SECONDS, ITEMS, MAX_ITEMS): docs/performance.md"
	@echo "make bench-compare REV=COMMIT  the speed of this tree and of that commit by turns"
	@echo "make dist          a tar and a zip file of the last commit, in build/package; the second is for PGXN"
	@echo "make deb           Debian packages in build/package"
	@echo "make console       build the console's files again from src/console, which needs npm"
	@echo "make format        clang-format over the sources that changed"
	@echo "make setup         install what is missing with apt-get; run and check do it by themselves"
	@echo "make clean         remove what make built; build/ holds the private servers and their data"

setup:
	@bash test/tools/setup

run:
	@bash test/tools/run

start stop status:
	@bash test/tools/service $@

check:
	@bash test/tools/check

check-sanitize:
	@EXTRA_CFLAGS="-DUSE_ASSERT_CHECKING=1 -fsanitize=undefined -fno-sanitize-recover=all" \
		EXTRA_LDFLAGS="-fsanitize=undefined" bash test/tools/check

check-data:
	@TESTS="030_differential 031_plans" DATA_SIZE="$(or $(DATA_SIZE),300000)" QUERIES="$(or $(QUERIES),10000)" \
		GROWTH="$(or $(GROWTH),1000000)" bash test/tools/check

check-asan:
	@EXTRA_CFLAGS="-g -O1 -fno-omit-frame-pointer -DUSE_ASSERT_CHECKING=1 -fsanitize=address,undefined -fno-sanitize-recover=undefined" \
		EXTRA_LDFLAGS="-fsanitize=address,undefined" CHECK_ASAN=1 bash test/tools/check

fuzz:
	@FUZZ_SEED=$${FUZZ_SEED:-$$$$} FUZZ_REQUESTS=$${FUZZ_REQUESTS:-1000000} TESTS=040_fuzz bash test/tools/check

soak:
	@SOAK_SECONDS="$(or $(SECONDS),600)" SOAK_CLIENTS="$(or $(CLIENTS),4)" TESTS=070_soak bash test/tools/check

clients:
	@bash test/clients/run $(CLIENTS)

check-style:
	@bash test/tools/check-style

# Settings of test/bench/harness/settings.py have the environment's names BENCH_...; the common ones have short names, too.
BENCH = BENCH_ROUNDS="$(or $(ROUNDS),$(BENCH_ROUNDS))" BENCH_SECONDS="$(or $(SECONDS),$(BENCH_SECONDS))" \
	BENCH_ITEMS="$(or $(ITEMS),$(BENCH_ITEMS))" BENCH_MAX_ITEMS="$(or $(MAX_ITEMS),$(BENCH_MAX_ITEMS))" bash test/tools/bench

bench:
	@$(BENCH) $(PARTS)

bench-compare:
	@REV="$(REV)" $(BENCH) --compare

dist deb:
	@bash test/tools/package $@

console:
	@bash test/tools/console build

format:
	@bash test/tools/format

endif
