# cpadmin: one Makefile.  `make help' says what there is.

BUILD   ?= build
CC      ?= gcc
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

ifeq ($(origin CC),default)
CC := gcc
endif

# What a fresh Debian 12 lacks: for building, and for testing.
PACKAGES_BUILD := gcc libc6-dev libgcrypt20-dev libarchive-dev libsqlite3-dev \
	libconfig-dev libjansson-dev libunistring-dev libpopt-dev \
	libsmartcols-dev libbsd-dev libsystemd-dev libpango1.0-dev \
	libcairo2-dev libharfbuzz-dev zlib1g-dev libqrencode-dev \
	libqpdf-dev pkg-config fonts-noto-core fonts-dejavu-core \
	fonts-droid-fallback fonts-nanum
PACKAGES_CHECK := $(PACKAGES_BUILD) check clang jq age zstd mandoc sqlite3 \
	zlib1g-dev xxd openssl strace poppler-utils qpdf zbar-tools \
	python3 xfsprogs 7zip
PACKAGES_DEMO  := $(PACKAGES_BUILD) jq age zstd poppler-utils 7zip
PACKAGES_BENCH := $(PACKAGES_CHECK) borgbackup restic groff

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
	-fstack-clash-protection -fPIE
CFLAGS   ?= -O2 -g
CPPFLAGS += -I. -I$(BUILD)/gen -D_GNU_SOURCE -DCP_VERSION='"$(VERSION)"' \
	-DCP_PREFIX='"$(PREFIX)"'
STD      := -std=c11 -pthread
LDHARDEN := -pie -Wl,-z,relro,-z,now -Wl,--as-needed -pthread
LIBS     := -lgcrypt -lsqlite3 -lconfig -ljansson -lunistring -lpopt \
	-lsmartcols -lbsd
LIBS_FULL := $(LIBS) -larchive
LIBS_PRINT := $(LIBS_FULL) -lpangocairo-1.0 -lpangoft2-1.0 -lpango-1.0 \
	-lcairo -lharfbuzz-subset -lharfbuzz -lz -lm -lgobject-2.0 \
	-lglib-2.0 -lfontconfig -lqrencode -lqpdf
# Asked for only where it is needed, when what is missing has been installed;
# the warnings are for this project's sources.
PAGES_CPPFLAGS = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags \
	pangocairo pangoft2 cairo-pdf harfbuzz fontconfig libqrencode libqpdf))

# A sanitised build must not fortify twice and wants its own flags.
ifdef SANITIZE
HARDEN   := -fno-omit-frame-pointer -fPIE -fsanitize=$(SANITIZE)
LDHARDEN += -fsanitize=$(SANITIZE)
endif

LIB_SRC  := $(sort $(wildcard archive/*.c lifecycle/*/*.c))
CMD_SRC  := $(sort $(wildcard cpadmin/cmd_*.c))
FRONT_SRC := $(sort $(filter-out $(CMD_SRC) cpadmin/cpschedd.c,\
	$(wildcard cpadmin/*.c)))
# A command that reads or writes packages says CP_NEEDS_ARCHIVE.  Those live
# in a second program, which the first one executes: libarchive brings
# libxml2 and ICU, whose loading would cost every other command 2 ms.  The files
# beside a command, NAME_*.c, go where it goes.  A source that sets pages says
# CP_NEEDS_PAGES and lives, with all others, in a third: Pango and what it
# brings would cost every other verb as much again.
TOP_SRC   := $(CMD_SRC) $(FRONT_SRC)
with = $(1) $(foreach c,$(filter cpadmin/cmd_%,$(1)),\
	$(filter $(patsubst cpadmin/cmd_%.c,cpadmin/%,$(c))_%,$(2)))
TOP_PAGES := $(if $(TOP_SRC),$(shell grep -l CP_NEEDS_PAGES $(TOP_SRC)))
TOP_FULL  := $(filter-out $(call with,$(TOP_PAGES),$(TOP_SRC)),$(TOP_SRC))
TOP_ARCHIVE := $(if $(TOP_FULL),$(shell grep -l CP_NEEDS_ARCHIVE $(TOP_FULL)))
TOP_LIGHT := $(filter-out $(call with,$(TOP_ARCHIVE),$(TOP_FULL)),$(TOP_FULL))
SQL_SRC   := $(sort $(wildcard lifecycle/store/sql/*.sql))
SCHEMA_SRC := $(sort $(wildcard lifecycle/store/schema/*.sql))
UNIT_SRC  := $(sort $(wildcard tests/unit/test_*.c))
TOOL_SRC  := $(sort $(wildcard tests/population/*.c))
MODEL_SRC := $(sort $(wildcard tests/model/*.c))
CANARY_SRC := $(sort $(wildcard tests/canary/*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
LETTERS_SRC := $(sort $(wildcard tests/letters/*.c))

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJ := $(call obj,$(LIB_SRC)) $(BUILD)/obj/gen/sql.o
TABLES := light full print
GEN := $(BUILD)/gen/sql_ids.h $(BUILD)/gen/sql.c \
	$(TABLES:%=$(BUILD)/gen/commands_%.c)
PROGRAMS := $(BUILD)/cpadmin $(BUILD)/cpadmin-full $(BUILD)/cpadmin-print \
	$(BUILD)/cpschedd
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
TOOLS := $(BUILD)/population $(BUILD)/fault.so
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))

# `make V=1' shows the commands themselves.
Q := $(if $(V),,@)
COMPILE = $(CC) $(STD) $(CPPFLAGS) $(CFLAGS) $(WARN) $(HARDEN) -MMD -MP

.PHONY: all help clean install uninstall demo check check-unit \
	check-behaviour check-fault check-house check-clang bench asan deps-% lint

all: $(PROGRAMS)

help:
	@echo 'make             build $(BUILD)/cpadmin and $(BUILD)/cpschedd'
	@echo 'make demo        eight years of 62,000 children, under both policies'
	@echo 'make check       all tests (installs what they need)'
	@echo 'make bench       measurements, as ratios'
	@echo 'make asan        the tests under AddressSanitizer and UBSan'
	@echo 'make install     DESTDIR= PREFIX=$(PREFIX)'
	@echo 'make clean       remove $(BUILD)'

# ---- generated sources ------------------------------------------------------
$(BUILD)/gen/sql_ids.h: $(SQL_SRC) $(SCHEMA_SRC) lifecycle/store/embed.awk
	@mkdir -p $(@D)
	@echo '  GEN    $@'
	$(Q)awk -v want=ids -f lifecycle/store/embed.awk $(SQL_SRC) >$@.tmp
	$(Q)mv $@.tmp $@
$(BUILD)/gen/sql.c: $(SQL_SRC) $(SCHEMA_SRC) lifecycle/store/embed.awk
	@mkdir -p $(@D)
	@echo '  GEN    $@'
	$(Q)awk -v want=text -f lifecycle/store/embed.awk $(SQL_SRC) \
	    $(SCHEMA_SRC) >$@.tmp
	$(Q)mv $@.tmp $@
HAS_light :=
HAS_full := archive
HAS_print := archive pages
$(TABLES:%=$(BUILD)/gen/commands_%.c): $(BUILD)/gen/commands_%.c: $(CMD_SRC) \
		cpadmin/commands.awk Makefile
	@mkdir -p $(@D)
	@echo '  GEN    $@'
	$(Q)awk -v has='$(HAS_$*)' -f cpadmin/commands.awk $(CMD_SRC) >$@.tmp
	$(Q)mv $@.tmp $@

# ---- objects and programs ---------------------------------------------------
$(BUILD)/obj/gen/%.o: $(BUILD)/gen/%.c
	@mkdir -p $(@D)
	@echo '  CC     $<'
	$(Q)$(COMPILE) -c -o $@ $<
$(BUILD)/obj/%.o: %.c | $(BUILD)/gen/sql_ids.h
	@mkdir -p $(@D)
	@echo '  CC     $<'
	$(Q)$(COMPILE) -c -o $@ $<
$(BUILD)/libcpadmin.a: $(LIB_OBJ)
	@echo '  AR     $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(call obj,$(wildcard lifecycle/duties/letter*.c tests/unit/test_letter*.c \
	tests/bench/letters*.c) tests/unit/test_page.c \
		tests/unit/test_press.c): \
	CPPFLAGS += $(PAGES_CPPFLAGS)
$(BUILD)/cpadmin: $(call obj,$(TOP_LIGHT)) \
		$(BUILD)/obj/gen/commands_light.o $(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS)
$(BUILD)/cpadmin-full: $(call obj,$(TOP_FULL)) \
		$(BUILD)/obj/gen/commands_full.o $(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS_FULL)
$(BUILD)/cpadmin-print: $(call obj,$(TOP_SRC)) \
		$(BUILD)/obj/gen/commands_print.o $(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS_PRINT)
# Of the front it takes what it uses; it has no commands of its own.
$(BUILD)/libfront.a: $(call obj,$(filter-out cpadmin/main.c $(CMD_SRC),\
		$(TOP_LIGHT)))
	@echo '  AR     $@'
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/cpschedd: $(call obj,cpadmin/cpschedd.c) $(BUILD)/libfront.a \
		$(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS) -lsystemd

# ---- test programs ----------------------------------------------------------
$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libcpadmin.a
	@mkdir -p $(@D)
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $(filter %.o,$^) $(BUILD)/libcpadmin.a \
	    -lcheck -lsubunit -lm -lrt $(LIBS_PRINT) -lz
$(BUILD)/unit/test_out: $(call obj,$(wildcard cpadmin/call_ask.c cpadmin/out*.c))
$(BUILD)/unit/test_chart: $(call obj,cpadmin/chart.c)
$(BUILD)/population: $(call obj,$(TOOL_SRC))
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ -lm
$(BUILD)/model: $(call obj,$(MODEL_SRC)) $(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS_FULL)
$(BUILD)/letters: $(call obj,$(LETTERS_SRC)) $(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS_PRINT)
# It drives the library as the model does.
$(BUILD)/canary: $(call obj,$(CANARY_SRC) cpadmin/shield_check_find.c \
		$(filter-out tests/model/main.c,$(MODEL_SRC))) \
		$(BUILD)/libcpadmin.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS_FULL)
$(BUILD)/fault.so: tests/fault/shim.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -fPIC -shared \
	    -o $@ $< -ldl
$(BUILD)/notified: $(BUILD)/obj/tests/notify/notified.o
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^
$(BUILD)/bench/letters%: LIBS_FULL := $(LIBS_PRINT)
$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/libcpadmin.a
	@mkdir -p $(@D)
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDHARDEN) -o $@ $^ $(LIBS_FULL)

# ---- what users and tests call ----------------------------------------------
deps-%:
	@sh tests/deps.sh $(or $(PACKAGES_$(shell echo '$*' | tr a-z A-Z)),\
	    $(error no list of packages for $*))

# One authority, eight years, every night: tests/demo/run.sh.
demo: deps-demo
	@DEMO_BEGAN=$$(date +%s%6N) && export DEMO_BEGAN && \
	    $(MAKE) -j2 all $(BUILD)/population && \
	    BUILD='$(BUILD)' bash tests/demo/run.sh

# PREFIX and VERSION are compiled in: those who name them follow a change.
STAMPED := $(call obj,$(if $(LIB_SRC)$(TOP_SRC),$(shell grep -lE \
	'CP_PREFIX|CP_VERSION' $(LIB_SRC) $(TOP_SRC) \
	cpadmin/cpschedd.c)))
$(STAMPED): $(BUILD)/gen/stamp
$(BUILD)/gen/stamp: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX) $(VERSION)' | cmp -s - $@ || \
	    echo '$(PREFIX) $(VERSION)' >$@

# All that a kind of test needs, built; and all objects, for a second compiler.
.PHONY: FORCE programs-unit programs-behaviour programs-fault objects clang
programs-unit: $(UNIT)
programs-behaviour: $(PROGRAMS) $(BUILD)/notified $(if $(TOOL_SRC),$(BUILD)/population) \
	$(if $(MODEL_SRC),$(BUILD)/model) $(if $(CANARY_SRC),$(BUILD)/canary) \
	$(BUILD)/letters
programs-fault: programs-behaviour $(BUILD)/fault.so
objects: $(LIB_OBJ) $(call obj,$(TOP_SRC) $(UNIT_SRC) \
	cpadmin/cpschedd.c tests/notify/notified.c \
	$(TOOL_SRC) $(MODEL_SRC) $(CANARY_SRC) $(LETTERS_SRC) $(BENCH_SRC)) \
	$(BUILD)/fault.so \
	$(TABLES:%=$(BUILD)/obj/gen/commands_%.o)
# For its warnings: what it would make of them is not run.
clang:
	$(MAKE) BUILD=$(BUILD)/clang CC=clang CFLAGS='-O0 -g0' \
	    HARDEN='-fPIE' objects

RUN_TESTS = BUILD='$(BUILD)' bash tests/run.sh

check: deps-check
	$(MAKE) -j2 programs-unit programs-fault clang
	$(RUN_TESTS) unit behaviour fault house
check-unit: deps-check
	$(MAKE) -j2 programs-unit
	$(RUN_TESTS) unit
check-behaviour: deps-check
	$(MAKE) -j2 programs-behaviour
	$(RUN_TESTS) behaviour
check-fault: deps-check
	$(MAKE) -j2 programs-fault
	$(RUN_TESTS) fault
check-house: deps-check
	$(MAKE) -j2 programs-behaviour
	$(RUN_TESTS) house
check-clang: deps-check
	$(MAKE) -j2 clang

# PARTS=... measures a part of it; the files are in $(BUILD)/bench/work.
bench: deps-bench
	$(MAKE) -j2 $(PROGRAMS) $(BUILD)/population $(BUILD)/letters \
	    $(BENCHES)
	BUILD='$(BUILD)' bash tests/bench/all.sh

# A slower build needs patience, and must stop at the first finding.
SAN_ENV := ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1 \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
asan: deps-check
	$(MAKE) -j2 BUILD=$(BUILD)/asan SANITIZE=address,undefined \
	    programs-unit programs-behaviour
	$(SAN_ENV) CK_TIMEOUT_MULTIPLIER=10 BUILD='$(BUILD)/asan' \
	    bash tests/run.sh unit behaviour

lint:
	@bash tests/lint.sh

# cpadmin-NAME are symbolic links, so that sudoers can name one duty.
BIN := $(DESTDIR)$(PREFIX)/bin
SBIN := $(DESTDIR)$(PREFIX)/sbin
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd/system
LIBEXEC := $(DESTDIR)$(PREFIX)/libexec/cpadmin
SHARE := $(DESTDIR)$(PREFIX)/share
MAN := $(SHARE)/man
COMPLETION := $(SHARE)/bash-completion/completions
COMMANDS := $(patsubst cpadmin/cmd_%.c,%,$(CMD_SRC))
MAN_SRC := $(sort $(wildcard man/*.[1-9]))
POLICY_SRC := $(sort $(wildcard policies/*))

install: $(PROGRAMS)
	install -d $(BIN) $(SBIN) $(LIBEXEC) $(SHARE)/cpadmin $(UNITS)
	install -m 755 $(BUILD)/cpadmin $(BIN)/cpadmin
	install -m 755 $(BUILD)/cpadmin-full $(LIBEXEC)/cpadmin-full
	install -m 755 $(BUILD)/cpadmin-print $(LIBEXEC)/cpadmin-print
	install -m 755 $(BUILD)/cpschedd $(SBIN)/cpschedd
	sed 's|@SBIN@|$(PREFIX)/sbin|' cpadmin/cpschedd.service \
	    >$(UNITS)/cpschedd.service
	chmod 644 $(UNITS)/cpschedd.service
	for c in $(COMMANDS); do ln -sf cpadmin $(BIN)/cpadmin-$$c || exit 1; done
	if test -n '$(POLICY_SRC)'; then install -d $(SHARE)/cpadmin/policies && \
	    cp -R $(POLICY_SRC) $(SHARE)/cpadmin/policies/ && \
	    chmod -R u=rwX,go=rX $(SHARE)/cpadmin/policies; fi
	for m in $(MAN_SRC); do d=$(MAN)/man$${m##*.}; \
	    install -d $$d && install -m 644 $$m $$d/ || exit 1; done
	if test -f cpadmin/completion.bash; then install -d $(COMPLETION) && \
	    install -m 644 cpadmin/completion.bash $(COMPLETION)/cpadmin && \
	    ln -sf cpadmin $(COMPLETION)/cpschedd; fi

uninstall:
	rm -f $(BIN)/cpadmin $(COMMANDS:%=$(BIN)/cpadmin-%)
	rm -f $(LIBEXEC)/cpadmin-full $(LIBEXEC)/cpadmin-print
	rm -f $(COMPLETION)/cpadmin
	rm -f $(SBIN)/cpschedd $(UNITS)/cpschedd.service
	rm -f $(COMPLETION)/cpschedd
	rm -rf $(SHARE)/cpadmin
	for m in $(MAN_SRC); do rm -f $(MAN)/man$${m##*.}/$${m##*/}; done
	rmdir $(LIBEXEC) 2>/dev/null || true

clean:
	rm -rf $(BUILD)

-include $(shell test -d $(BUILD) && find $(BUILD)/obj -name '*.d' 2>/dev/null)
