# chs: a PostgreSQL extension for customer-success numbers.
#
# `make help` lists what there is to do.  Knobs:
#   PG_CONFIG   which PostgreSQL to build against (default: pg_config)
#   WERROR      1 makes compiler warnings errors (default: 1); packagers set 0

EXTENSION   = chs
MODULE_big  = chs
EXTVERSION  = $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" chs.control)

# One family name names one file in every folder; kernels know no family.
FAMILIES    = ratio survey retention
KERNELS     = check summary rate ratio calendar flow
OBJS        = src/chs.o $(KERNELS:%=src/%.o) \
              src/survey.o src/retention.o

SQL_PARTS   = sql/parts/head.sql $(FAMILIES:%=sql/parts/%.sql)
SQL_BUILT   = sql/chs--$(EXTVERSION).sql
DATA_built  = $(SQL_BUILT)
EXTRA_CLEAN = $(SQL_BUILT)

REGRESS     = survey retention
REGRESS_OPTS = --inputdir=test

PG_CONFIG  ?= pg_config
WERROR     ?= 1
# -isystem: PostgreSQL's own headers do not pass -Wextra; ours do.
PG_CPPFLAGS = -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS   = -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror)

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(SQL_BUILT): $(SQL_PARTS) chs.control
	cat $(SQL_PARTS) > $@

all: $(SQL_BUILT)

# a changed header rebuilds all: there are few files
$(OBJS): $(wildcard src/*.h)
