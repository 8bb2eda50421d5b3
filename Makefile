# mxprint: see README.md. `make help` lists the targets.

PREFIX   ?= /usr/local
DESTDIR  ?=
SANITIZE ?=
CC       ?= cc
CFLAGS   ?= -O2 -g
PKG_CONFIG ?= pkg-config

VERSION := 0.1.0

comma := ,
variant := $(if $(SANITIZE),$(subst $(comma),-,$(SANITIZE)),release)
B := build/$(variant)

FOLDERS := common catalog transcript prober features rules model survey \
	report review
PACKAGES := libevent_core libcares openssl zlib sqlite3 libpcre2-8 libhs yajl \
	libidn2 libpsl

SOURCES := $(sort $(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
LIBRARY := $(B)/libmxprint.a
TOOL_OBJECTS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/*.c)))
PROGRAM := $(B)/mxprint
UNIT_TESTS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
BENCHES := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/bench/bench_*.c)))

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wpointer-arith -Wwrite-strings \
	-Wundef -Wformat=2 -Wimplicit-fallthrough -Wcast-qual
# No contraction: the same training data gives the same bytes of model.
OUR_CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARNINGS) -ffp-contract=off \
	-fstack-protector-strong -fno-strict-overflow \
	-DMXPRINT_VERSION='"$(VERSION)"' \
	-DMXPRINT_DATADIR='"$(PREFIX)/share/mxprint"' \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-fno-sanitize-recover=all) $(PACKAGE_CFLAGS)
# Only asked for in a recipe: `make help` and `make demo` work before bootstrap.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $$(shell $(PKG_CONFIG) --cflags \
	$(PACKAGES)))$(PACKAGE_CFLAGS)
PACKAGE_LIBS = $(eval PACKAGE_LIBS := $$(shell $(PKG_CONFIG) --libs \
	$(PACKAGES)) -lsvm -lm)$(PACKAGE_LIBS)
LINK = $(CC) $(CFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

.PHONY: all
all: mxprint ## build ./mxprint and the shipped model
-include $(wildcard Makefile.model)

mxprint: $(PROGRAM)
	@ln -sf $(PROGRAM) $@

$(PROGRAM): $(TOOL_OBJECTS) $(LIBRARY)
	$(LINK) -o $@ $(TOOL_OBJECTS) $(LIBRARY) $(PACKAGE_LIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $(OBJECTS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIBRARY)
	$(LINK) -o $@ $< $(LIBRARY) -lcmocka $(PACKAGE_LIBS)

$(B)/tests/bench/%: $(B)/tests/bench/%.o $(LIBRARY)
	$(LINK) -o $@ $< $(LIBRARY) $(PACKAGE_LIBS)

# A fuzz target is linked twice: with libFuzzer, and with a main() that
# replays the corpus in every test run.
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(LIBRARY)
	$(LINK) -o $@ $< $(B)/tests/fuzz/replay.o $(LIBRARY) $(PACKAGE_LIBS)

.PRECIOUS: $(B)/%.o

.PHONY: unit
unit: $(UNIT_TESTS)
	tests/run $(UNIT_TESTS)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## */  \1\t/p' Makefile Makefile.* \
		2>/dev/null | expand -t 18

.PHONY: clean
clean: ## remove what was built
	rm -rf build mxprint mxprint.model

-include $(OBJECTS:.o=.d) $(TOOL_OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
