# chs: customer-success numbers inside PostgreSQL.
#
# Lines that begin with `#:` are what `make help` prints.
#
#: chs: customer-success numbers inside PostgreSQL
#:
#:   make demo          install what is missing, build, start a private throw-away
#:                      cluster, load the samples, show the main job, stop it
#:   make psql          psql in the demo's cluster; stops it when psql ends
#:   make start         the demo's cluster stays up on 127.0.0.1, with a password, for
#:                      notebooks, BI tools and drivers; make stop ends it
#:   make test          build, private cluster, the whole suite
#:   make quick         the same, only the SQL tests, without the longest one
#:   make test-clients  psql, drivers, notebook, BI tools against the samples; brings
#:                      what it needs (Debian's packages; npm's into build/)
#:   make dashboard     pages on the sample, in build/dashboard/dist   (Node.js 20, npm)
#:   make accept        take the results of TESTS="name ..." into expected/
#:   make docs-index    writes docs/functions.md from the comments in the database
#:   make lite          chs_lite, a part of chs in plain SQL, as scripts for servers
#:                      that refuse C (needs no server headers)
#:   make stop          stop every private cluster of this folder
#:   make clean         stop them, remove them and everything that was built
#:
#:   make               build only                       (needs the server headers)
#:   make install       install into the server's tree   (asks for its rights)
#:   make installcheck  the SQL tests against a running server (PGHOST, PGPORT ...)
#:   make fuzz          the random tests, for minutes instead of seconds, then libFuzzer
#:                      on every text and binary input, CHS_SECONDS (60) each
#:   make torture       random SQL: every function called with plausible and hostile
#:                      arguments in ways that must agree, and sqlsmith (an hour)
#:   make simulate      does health_fit choose well between the expert and the data?
#:                      (200 samples of each kind, a table of log losses; a quarter of an hour)
#:   make huge          limits and cancels at summaries of 1 GB (half an hour, 10 GB
#:                      of memory, 15 GB of disk)
#:   make faults        kill -9, timeouts, memory and disks that run out, standby and
#:                      replication, in loops (an hour or more; full disks: root only)
#:   make test-cassert  the SQL tests on a PostgreSQL with assertions, built from
#:                      Debian's source package
#:   make test-valgrind the same with valgrind below them (hours)
#:   make test-versions the suite on PostgreSQL 17 and 18, and upgrades to them, in
#:                      Debian systems made in a folder (root only)
#:   make test-packages makes and tries the packages for PGXN, Debian, RPM and Docker,
#:                      in Debian systems made in a folder (root only)
#:   make dist          the archive of the last commit for PGXN, in build/
#:   make bench         the benchmarks of bench/, in a private cluster
#:                      (TESTS=growth, by name only: up to 100 million rows)
#:   make format-check  is the C code in PostgreSQL's layout?
#:   make check-headers does each header compile alone?
#:   make check-links   does every link of the documents lead somewhere?
#:   make spelling      looks for misspelt words        (needs codespell)
#:   make coverage      which lines of src/ do the SQL tests run?   (gcov, or lcov)
#:   make help          this list
#:
#: Knobs, as `make test PG_CONFIG=/opt/pg17/bin/pg_config`:
#:   PG_CONFIG   which PostgreSQL to build against and to run (default: pg_config)
#:   TESTS       only these tests: "health" (SQL) or "001_basics" (Perl)
#:   WERROR      1: compiler warnings are errors (default in a git checkout; 0 elsewhere)
#:   KEEP        1: make test-clients keeps its loaded cluster for the next run
#:   PORT        of make start (default: the first free one from 5499 on)
#:   VERSIONS    which PostgreSQL make test-versions tries (default: 17 18)
#:   CHS_ROOTS   a folder that keeps the systems of test-versions and test-packages
#:               for the next run
#:   CHS_CHECKED folder in which make fuzz, test-cassert and test-valgrind keep the
#:               PostgreSQL they build (default: build/checked)
#:   PATIENCE    makes the time limits of tests n times as long, on a slow or busy machine
#:   ROUNDS      rounds of make bench that count (default: 7); SEED of its data (1)
#:   DUCK        a folder whose node_modules has @duckdb/node-api: make bench asks DuckDB, too
#:   MINUTES     of each kind of make torture (default: 30); SEED, which it prints, repeats it
#:   CHS_COLOR   1: colour even if the output is no terminal; NO_COLOR=1: never

PG_CONFIG  ?= pg_config
# An archive meets compilers that are younger than it is: their new warnings must
# not stop it.
WERROR     ?= $(if $(wildcard $(at).git),1,0)
TESTS      ?=

# An out-of-tree build: mkdir b && cd b && make -f ../Makefile VPATH=..
# $(at) stands before the name of every file that is not built: nothing in the
# sources' own folder, else their folder and a slash.  The targets that work
# with private clusters (demo, test, ...) build in the sources' folder always.
FOLDER     := $(patsubst %/,%,$(if $(VPATH),$(VPATH),$(dir $(firstword $(MAKEFILE_LIST)))))
at         := $(patsubst ./,,$(FOLDER)/)

# --- what the extension is made of ------------------------------------------

EXTENSION   = chs lite/chs_lite
MODULE_big  = chs

# chs.control is the only place where the version is written by hand.
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(at)chs.control)

# Types that several families use; they come first in the install script.
SHARED      = timestamps ratio sample

# One family name names one file in every folder.  The order is the order of
# the install script: a family may use the SQL objects of those before it.
FAMILIES    = health survey retention subscription activity value lifetime \
              support payment calibration survival comparison

# Every C file is part of the library: families, the kernels they share
# (which know no family), and chs.c.
OBJS       := $(patsubst $(at)%.c,%.o,$(sort $(wildcard $(at)src/*.c $(at)src/*/*.c)))
ALL_HEADERS := $(wildcard $(at)src/*/*.h)

SQL_PARTS  := $(wildcard $(patsubst %,$(at)sql/parts/%.sql,head $(SHARED) $(FAMILIES)))
# what every type declares, in place of the line --@type of its part
SQL_TYPE    = $(at)sql/type.sql.in
SQL_BUILT   = sql/chs--$(EXTVERSION).sql
DATA_built  = $(SQL_BUILT) $(LITE_BUILT)
# upgrade scripts and the frozen base versions of earlier releases
DATA        = $(filter-out $(SQL_BUILT),$(patsubst $(at)%,%,$(wildcard $(at)sql/chs--*.sql)))

# chs_lite: a part of chs in plain SQL.  It is installed beside chs, and the two
# scripts that follow bring it to servers where no file can be installed.
LITE_PARTS  = $(patsubst %,$(at)lite/parts/%.sql,head shared rows timestamps ratio survey retention \
                subscription activity value support payment health)
LITE_BUILT  = lite/chs_lite--$(EXTVERSION).sql
LITE_SCRIPTS = lite/chs_lite.plain.sql lite/chs_lite.pgtle.sql

# --- tests ------------------------------------------------------------------

# test/sql/NAME.sql with expected/NAME.out; what a run writes goes to build/.
# pg_regress looks for sql/NAME.sql before test/sql/NAME.sql: this is why
# tools/check-house.sh keeps sql/ free of anything else.
ALL_REGRESS = $(sort $(patsubst $(at)test/sql/%.sql,%,$(wildcard $(at)test/sql/*.sql)))
REGRESS     = $(if $(TESTS),$(filter $(TESTS),$(ALL_REGRESS)),$(ALL_REGRESS))
# PostgreSQL 15 looks for expected files in the output folder, 16 and later
# where they are told.
REGRESS_OPTS = --inputdir=$(at)test --outputdir=build/regress --load-extension=chs \
               $(if $(filter 15,$(MAJORVERSION)),,--expecteddir=$(FOLDER))

# also what is left of C files that were renamed or removed
BUILT_CODE  = src/*.o src/*/*.o src/*.bc src/*/*.bc
EXTRA_CLEAN = build $(BUILT_CODE) $(LITE_SCRIPTS)

# --- compiler ---------------------------------------------------------------

# -isystem: PostgreSQL's own headers do not pass -Wextra; ours do.
PG_CPPFLAGS = -I$(at)src -isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
# -fno-semantic-interposition: no library replaces our functions at load time, so
# the compiler may inline them.
PG_CFLAGS   = -fno-semantic-interposition -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror)

.DEFAULT_GOAL := all

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq (,$(wildcard $(PGXS)))
include $(PGXS)
# VPATH would also find what an earlier build in the sources' folder left there.
override VPATH :=
srcdir := $(FOLDER)
vpath %.c $(FOLDER)
vpath %.control $(FOLDER)
else
# No PostgreSQL yet: demo, test and help work: they bring what is missing.
all install installcheck:
	@echo "chs: $(PG_CONFIG) knows no PostgreSQL server headers (PGXS)." >&2
	@echo "     make demo and make test install what is missing, or name it:" >&2
	@echo "     make PG_CONFIG=/path/to/pg_config" >&2
	@exit 1

clean:
	rm -rf $(EXTRA_CLEAN) $(SQL_BUILT) $(LITE_BUILT) chs.so
endif

# --- rules ------------------------------------------------------------------

# What objects and script depend on besides their sources: written anew only
# when it changes, so that another server, another flag or a new file rebuilds.
# Then all objects go, those of renamed and removed files with them.
BUILT_WITH := $(PG_CONFIG) $(shell $(PG_CONFIG) --version 2>/dev/null) \
              WERROR=$(WERROR) $(COPT) $(PROFILE) $(OBJS) $(SQL_PARTS)

build/built-with: FORCE
	@mkdir -p build
	@echo '$(BUILT_WITH)' | cmp -s - $@ || { rm -f $(BUILT_CODE) && echo '$(BUILT_WITH)' > $@; }

# Every object depends on every header: coarse, and never wrong.
$(OBJS) $(OBJS:.o=.bc): $(ALL_HEADERS) build/built-with | $(sort $(dir $(OBJS)))
$(sort $(dir $(OBJS))):
	@mkdir -p $@

$(SQL_BUILT): $(SQL_TYPE) $(SQL_PARTS) $(at)tools/expand-sql.awk $(at)chs.control build/built-with
	@mkdir -p $(@D)
	awk -f $(at)tools/expand-sql.awk $(SQL_TYPE) $(SQL_PARTS) > $@ || { rm -f $@; exit 1; }

# For test/t/061_upgrade.pl, as nothing is released yet: a version "base" without the
# last family, and the upgrade from it, which brings that family.
upgrade-scripts: $(SQL_BUILT)
	@mkdir -p build/upgrade
	awk -f $(at)tools/expand-sql.awk $(SQL_TYPE) $(filter-out %/$(lastword $(FAMILIES)).sql,$(SQL_PARTS)) > build/upgrade/chs--base.sql
	awk -f $(at)tools/expand-sql.awk $(SQL_TYPE) $(at)sql/parts/head.sql $(at)sql/parts/$(lastword $(FAMILIES)).sql > build/upgrade/chs--base--$(EXTVERSION).sql

$(LITE_BUILT): $(SQL_TYPE) $(LITE_PARTS) $(at)tools/expand-sql.awk $(at)chs.control
	@mkdir -p $(@D)
	awk -f $(at)tools/expand-sql.awk $(SQL_TYPE) $(LITE_PARTS) > $@ || { rm -f $@; exit 1; }

lite: $(LITE_SCRIPTS)
$(LITE_SCRIPTS): $(LITE_BUILT) $(at)tools/lite-script.sh $(at)lite/chs_lite.control
	@sh $(at)tools/lite-script.sh $@ $< $(at)lite/chs_lite.control > $@ || { rm -f $@; exit 1; }

all: check-house lite
check-house:
	@sh $(at)tools/check-house.sh $(SHARED) $(FAMILIES)

# Each header compiles alone, behind postgres.h.
check-headers: $(patsubst $(at)src/%.h,build/headers/%,$(ALL_HEADERS))
build/headers/%: $(at)src/%.h $(ALL_HEADERS) build/built-with
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) $(CPPFLAGS) -fsyntax-only -include postgres.h -x c $<
	@touch $@

installcheck: build/regress/expected
build/regress/expected:
	@mkdir -p build/regress
	@ln -sfn "$$(cd $(at)expected && pwd -P)" $@

demo psql start stop test test-clients test-versions test-packages dashboard bench docs-index:
	@cd $(FOLDER) && exec bash tools/$@.sh

# the SQL tests without health_oracle, which takes as long as all others together
quick:
	@cd $(FOLDER) && exec env CHS_QUICK=1 TESTS="$(filter-out health_oracle,$(REGRESS))" bash tools/test.sh

coverage:
	@cd $(FOLDER) && exec env CHS_COVERAGE=1 bash tools/test.sh

accept:
	@cd $(FOLDER) && exec bash tools/accept.sh

spelling:
	@cd $(FOLDER) && codespell $$(git ls-files 2>/dev/null)

dist:
	@cd $(FOLDER) && mkdir -p build && git archive --format=zip --prefix=chs-$(EXTVERSION)/ \
		-o build/chs-$(EXTVERSION).zip HEAD && echo build/chs-$(EXTVERSION).zip

# the random tests that TESTS names, and the targets of libFuzzer (they have a dot)
FUZZ_TESTS   = $(patsubst $(at)test/t/%.pl,%,$(wildcard $(at)test/t/*_fuzz.pl))
FUZZ_WANTED  = $(if $(TESTS),$(filter $(FUZZ_TESTS),$(TESTS)),$(FUZZ_TESTS))
FUZZ_TARGETS = $(filter-out $(FUZZ_TESTS),$(TESTS))

# CHS_SEED=n repeats a run
fuzz:
	@cd $(FOLDER) && $(if $(FUZZ_WANTED),CHS_FUZZ=$${CHS_FUZZ:-100000} TESTS="$(FUZZ_WANTED)" bash tools/test.sh,:) \
		$(if $(FUZZ_TARGETS)$(if $(TESTS),,all),&& TESTS="$(FUZZ_TARGETS)" bash tools/fuzz-inputs.sh)

test-cassert:
	@cd $(FOLDER) && exec env CHS_CASSERT=1 bash tools/test.sh

test-valgrind:
	@cd $(FOLDER) && exec env CHS_VALGRIND=1 bash tools/test.sh

# TESTS=typed or TESTS=sqlsmith; SEED=n CASE=m repeats the case m of the typed calls
torture:
	@cd $(FOLDER) && bash tools/torture.sh

# test/simulate in place of the suite; CHS_REPETITIONS=n repetitions, CHS_SEED=n another seed
simulate:
	@cd $(FOLDER) && exec env CHS_SIMULATE=1 bash tools/test.sh

# test/huge in place of the suite
huge:
	@cd $(FOLDER) && exec env CHS_HUGE=1 bash tools/test.sh

# test/faults in place of the suite; CHS_ROUNDS=n kills of each kind (50), CHS_SEED=n other moments
faults:
	@cd $(FOLDER) && CHS_FAULTS=1 bash tools/test.sh

ifeq ($(FOLDER),.)
clean: remove-clusters
endif
remove-clusters:
	@bash tools/stop.sh --remove

format-check:
	@perl $(at)tools/format-check.pl $(wildcard $(patsubst %,$(at)%,src/*.c src/*/*.[ch] test/*/*.[ch]))

check-links:
	@cd $(FOLDER) && perl tools/check-links.pl $$(git ls-files '*.md' 2>/dev/null || ls *.md */*.md)

help:
	@sed -n 's/^#: \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

# the scripts of tools/ read these
export PG_CONFIG WERROR TESTS VERSIONS CHS_ROOTS CHS_CHECKED
export CHS_MAKE := $(MAKE)

FORCE:
.PHONY: FORCE all lite upgrade-scripts check-house check-headers demo psql start stop test test-clients test-cassert test-valgrind test-versions dashboard test-packages dist quick accept bench docs-index fuzz torture simulate huge faults coverage spelling remove-clusters format-check check-links help
