# SPDX-License-Identifier: GPL-3.0-or-later
# PayER's build. `make help` lists what you can ask for.
#
# Variables that you may set on the command line:
#   BUILD=dir            where everything that is made goes (default: build)
#   SAN=address|thread   the same with a sanitizer, in $(BUILD)-$(SAN)
#   CRASH=1              the same with crash points compiled in, in $(BUILD)-crash (tests only)
#   FOLDERS='base domain' only these folders of src/ and tests/unit/ (for `make unit`, `make lib`)
#   WERROR=              let warnings be warnings
#   V=1                  show whole commands
#   JOBS=n               how many commands `make demo` and `make test` run side by side

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

BUILD ?= build
SAN ?=
CRASH ?=
FOLDERS ?= *
V ?=
WERROR ?= -Werror
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
CC := gcc

# $(call say,WORD) shows what is being made; with V=1 the command itself shows instead.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@)

# Where this run builds: the sanitizer and the crash points never mix with the real program.
BUILD_BASE := $(BUILD)
override BUILD := $(BUILD_BASE)$(if $(SAN),-$(SAN))$(if $(CRASH),-crash)

comma := ,

# --- flags ---------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wvla -Wformat=2 \
            -Wundef -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
ifeq ($(SAN),)
HARDENING := -O2 -g -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
else
HARDENING := -O1 -g -fPIE -fno-omit-frame-pointer -fsanitize=$(SAN)$(if $(filter address,$(SAN)),$(comma)undefined) -fno-sanitize-recover=all
endif
LIBRARIES := libxml-2.0 libxslt libmariadb openssl libcrypt libcurl zlib
CPPFLAGS := -D_POSIX_C_SOURCE=200809L -Isrc $(if $(CRASH),-DCRASHPOINTS) \
            $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null))
CFLAGS := -std=c11 $(WARNINGS) $(HARDENING) -fvisibility=hidden -pthread
LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed \
           $(filter -fsanitize=% -fno-sanitize-recover=%,$(HARDENING))
LDLIBS := -lgsoapssl -lxslt -lxml2 -lmariadb -levent_openssl -levent_core -lcurl -lssl -lcrypto \
          -lcrypt -lz -lm

# --- code that gSOAP generates ---------------------------------------------------------------
# mk/soap.mk makes $(BUILD)/gen/ and sets
#   GEN_OBJS      objects of generated code, built by its own rules with CFLAGS_GEN
#   GEN_HEADERS   generated headers that must exist before src/soap and src/wire are compiled
#   GEN_CFLAGS    flags of every file that includes gSOAP headers (they change struct soap)
CFLAGS_GEN := -std=gnu11 -w $(HARDENING) -fvisibility=hidden -pthread
GEN_OBJS :=
GEN_HEADERS :=
GEN_CFLAGS :=
-include mk/soap.mk

# --- what there is ---------------------------------------------------------------------------
MAIN := src/cli/main.c
SOURCES := $(filter-out $(MAIN),$(sort $(wildcard $(FOLDERS:%=src/%/*.c) $(FOLDERS:%=src/%/*/*.c))))
UNITS := $(sort $(wildcard $(FOLDERS:%=tests/unit/%/test_*.c)))
UNIT_HELPERS := $(filter-out $(UNITS),$(sort $(wildcard $(FOLDERS:%=tests/unit/%/*.c))))
SOAP_USERS := src/soap/% src/wire/% tests/unit/soap/% tests/unit/wire/%

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
# tests/unit/<folder>/test_<name>.c -> $(BUILD)/unit/<folder>-<name>
unit_program = $(BUILD)/unit/$(notdir $(patsubst %/,%,$(dir $(1))))-$(patsubst test_%.c,%,$(notdir $(1)))

LIB := $(BUILD)/libpayer.a
LIB_OBJS := $(call objects,$(SOURCES)) $(GEN_OBJS)
PROGRAM := $(BUILD)/bin/payer
UNIT_PROGRAMS := $(foreach u,$(UNITS),$(call unit_program,$(u)))

# --- build -----------------------------------------------------------------------------------
.PHONY: all lib
all: $(PROGRAM) ## build build/bin/payer
lib: $(LIB)

$(PROGRAM): $(call objects,$(MAIN)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Made anew each time: names may repeat between folders, and a deleted source must leave it.
$(LIB): $(LIB_OBJS) $(BUILD)/objects.txt
	@rm -f $@
	$(call say,AR)
	$(Q)ar qcs $@ $(LIB_OBJS)

# Written only when their text changes, so that what depends on them is rebuilt exactly then.
.PHONY: FORCE
define remember
	@mkdir -p $(@D)
	@printf '%s\n' '$(strip $(1))' | cmp -s - $@ || printf '%s\n' '$(strip $(1))' > $@
endef
$(BUILD)/objects.txt: FORCE
	$(call remember,$(LIB_OBJS))
$(BUILD)/flags.txt: FORCE
	$(call remember,$(CC) $(CPPFLAGS) $(CFLAGS) $(GEN_CFLAGS))

SOAP_OBJS := $(filter $(call objects,$(patsubst %,%.c,$(SOAP_USERS))),\
               $(call objects,$(SOURCES) $(UNITS) $(UNIT_HELPERS)))
$(SOAP_OBJS): private CPPFLAGS += -isystem $(BUILD)/gen $(GEN_CFLAGS)
$(SOAP_OBJS): | $(GEN_HEADERS)

$(BUILD)/obj/%.o: %.c $(BUILD)/flags.txt
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/unit/%.o: private CPPFLAGS += -Itests/unit

-include $(patsubst %.o,%.d,$(call objects,$(MAIN) $(SOURCES) $(UNITS) $(UNIT_HELPERS)))

# --- unit tests ------------------------------------------------------------------------------
# A helper beside the tests of a folder is linked into that folder's programs.
define unit_rule
$(call unit_program,$(1)): $(call objects,$(1) $(filter $(dir $(1))%,$(UNIT_HELPERS))) $(LIB)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ -lcmocka $$(LDLIBS)
endef
$(foreach u,$(UNITS),$(eval $(call unit_rule,$(u))))

.PHONY: unit units
units: $(UNIT_PROGRAMS)
unit: $(if $(filter *,$(FOLDERS)),$(PROGRAM)) units ## run the unit tests (those of db/ start a database of their own)
	@tests/run --build $(BUILD) unit

include $(sort $(filter-out mk/soap.mk,$(wildcard mk/*.mk)))
