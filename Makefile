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

FOLDERS := common catalog transcript prober features rules model evaluation survey \
	report review
PACKAGES := libevent_core libcares openssl zlib sqlite3 libpcre2-8 libhs yajl \
	libidn2 libpsl

SOURCES := $(sort $(wildcard $(addsuffix /*.c,$(FOLDERS))))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
LIBRARY := $(B)/libmxprint.a
TOOL_OBJECTS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tools/*.c)))
PROGRAM := $(B)/mxprint
UNIT_TESTS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/unit/test_*.c)))
BENCHES := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/bench/bench_*.c)))
FARM := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/farm/*.c)))
SCRIPT_TESTS := $(sort $(wildcard tests/cli/*.sh tests/dialog/*.sh))
CHECKS := $(sort $(wildcard tests/check/*.sh))

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
	$(PACKAGES)) -lsvm -lm -pthread)$(PACKAGE_LIBS)
LINK = $(CC) $(CFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

# make V=1 shows the commands themselves.
Q := $(if $(V),,@)
say = @$(if $(V),:,echo "  $(1)	$(2)")

# What scripts under tests/ and training-data/ are told.
export MXPRINT = $(abspath $(PROGRAM))
export BUILD = $(abspath $(B))
export MXPRINT_CACHE = $(abspath $(B))/cache

.PHONY: all
all: mxprint mxprint.model ## build ./mxprint and train the shipped model

mxprint: $(PROGRAM)
	@ln -sf $(PROGRAM) $@

$(PROGRAM): $(TOOL_OBJECTS) $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(LINK) -o $@ $(TOOL_OBJECTS) $(LIBRARY) $(PACKAGE_LIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(call say,ar,$@)
	$(Q)$(AR) rcs $@ $(OBJECTS)

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,cc,$<)
	$(Q)$(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(LINK) -o $@ $< $(LIBRARY) -lcmocka $(PACKAGE_LIBS)

$(B)/tests/farm/%: $(B)/tests/farm/%.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(LINK) -o $@ $< $(LIBRARY) -levent_openssl -levent $(PACKAGE_LIBS)

# jansson is only measured against (docs/measurements.md)
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(LIBRARY)
	$(call say,link,$@)
	$(Q)$(LINK) -o $@ $< $(LIBRARY) -ljansson $(PACKAGE_LIBS)

.PRECIOUS: $(B)/%.o

include $(wildcard Makefile.fuzz Makefile.lab Makefile.evaluation)

# --- the shipped model: the same bytes from the same training data

TRAINING := $(sort $(wildcard training-data/transcripts/*.jsonl.gz))
LEARNER := $(wildcard features/*.[ch] model/*.[ch] rules/*.rules) \
	rules/measured.tsv catalog/products.tsv
mxprint.model: $(TRAINING) $(LEARNER) | $(PROGRAM)
ifneq ($(SANITIZE),) # the same bytes, ten times slower
	$(Q)$(MAKE) --no-print-directory SANITIZE= $@
else
	$(call say,train,$@)
	$(Q)$(PROGRAM) train --output $@ $(TRAINING)
endif

# What rules promise, measured: to be run when rules or transcripts change.
.PHONY: measured
measured: $(PROGRAM) ## measure the rules anew: rules/measured.tsv
	$(Q)$(PROGRAM) rules measure $(TRAINING) >$(B)/measured.tsv; told=$$?; \
	if [ -s $(B)/measured.tsv ]; then cp $(B)/measured.tsv rules/; fi; \
	exit $$told

# --- the manual: the commands' own help in the hand-written page

MANUAL := $(B)/mxprint.1
$(MANUAL): docs/mxprint.1.in docs/manual.sh $(PROGRAM)
	$(call say,manual,$@)
	$(Q)docs/manual.sh $(PROGRAM) $(VERSION) <$< >$@.tmp && mv $@.tmp $@

# --- the two commands for a fresh machine

.PHONY: demo
demo: ## install what is needed, build, survey a small internet on loopback
	./bootstrap.sh demo
	$(MAKE) --no-print-directory all $(B)/tests/farm/replay_farm
	training-data/demo/run.sh

.PHONY: test
test: ## install what is needed, build, run all tests
	./bootstrap.sh test
	$(MAKE) --no-print-directory run-tests

.PHONY: run-tests
run-tests: all $(MANUAL) $(UNIT_TESTS) $(B)/tests/bench/bench_rules $(FARM) $(REPLAYS) ## the tests alone
	tests/run $(UNIT_TESTS) $(REPLAYS) $(SCRIPT_TESTS) $(CHECKS)

.PHONY: unit
unit: $(UNIT_TESTS) ## the unit tests alone
	tests/run $(UNIT_TESTS)

.PHONY: check
check: $(PROGRAM) $(MANUAL) ## style: layers, banned calls, format, rules' examples
	tests/run $(CHECKS)

.PHONY: format
format: ## clang-format everything
	clang-format -i $(shell git ls-files '*.c' '*.h')

.PHONY: bench
bench: all $(BENCHES) $(FARM) ## measure; prints ratios
	@for b in $(BENCHES); do echo "== $$b"; $$b || exit 1; done

# --- install

BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share/mxprint
MANDIR = $(DESTDIR)$(PREFIX)/share/man
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/mxprint
MAN1 := $(MANUAL)
MAN5 := $(wildcard docs/*.5)
SCHEMAS := $(wildcard docs/schema/*.json)

.PHONY: install
install: all $(MANUAL) ## install to $(DESTDIR)$(PREFIX)
	install -d $(BINDIR) $(SHAREDIR)/catalog $(SHAREDIR)/rules \
		$(SHAREDIR)/schema $(MANDIR)/man1 $(MANDIR)/man5 $(DOCDIR)
	install -m 755 $(PROGRAM) $(BINDIR)/mxprint
	install -m 644 mxprint.model $(SHAREDIR)/
	install -m 644 catalog/products.tsv $(SHAREDIR)/catalog/
	install -m 644 rules/*.rules rules/measured.tsv $(SHAREDIR)/rules/
	install -m 644 $(SCHEMAS) $(SHAREDIR)/schema/
	install -m 644 $(MAN1) $(MANDIR)/man1/
	install -m 644 $(MAN5) $(MANDIR)/man5/
	install -m 644 README.md LICENSE $(DOCDIR)/

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(BINDIR)/mxprint $(addprefix $(MANDIR)/man1/,$(notdir $(MAN1))) \
		$(addprefix $(MANDIR)/man5/,$(notdir $(MAN5)))
	rm -rf $(SHAREDIR) $(DOCDIR)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## */  \1\t/p' $(MAKEFILE_LIST) | \
		expand -t 18

.PHONY: clean
clean: ## remove what was built
	rm -rf build mxprint mxprint.model

-include $(OBJECTS:.o=.d) $(TOOL_OBJECTS:.o=.d) $(UNIT_TESTS:=.d) $(FARM:=.d) \
	$(BENCHES:=.d)
