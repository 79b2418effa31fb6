# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzing of everything that reads what others sent: one target a file of tests/fuzz/target/, in
# three builds. $(BUILD)/fuzz/T: clang, libFuzzer, sanitizers. T-planted: the same with one line
# broken (tests/fuzz/fuzz.py says which), to prove that it would be found. T-replay: gcc, counts
# the lines that the kept inputs in tests/fuzz/corpus/T run.
FUZZ := $(BUILD)/fuzz
FUZZ_TARGETS := $(patsubst tests/fuzz/target/%.c,%,$(sort $(wildcard tests/fuzz/target/*.c)))
FUZZ_SOURCES := $(sort $(wildcard src/base/*.c src/domain/*.c src/xml/*.c) src/crypto/hash.c \
                  src/listen/http_head.c src/listen/http_chunks.c src/listen/prefilter.c \
                  src/listen/proxy_header.c src/flow/file.c \
                  $(filter-out %_build.c %_cache.c %_formats.c %_secret.c %_switch.c, \
                  $(wildcard src/service/registry_*.c)) src/service/position_csv.c \
                  src/service/position_metadata.c src/service/position_row.c \
                  src/service/position_xml.c src/service/psp_flow_read.c \
                  src/service/station_judge.c src/soap/fill.c src/soap/message.c \
                  src/soap/pa_demand.c src/soap/pa_get_payment.c src/soap/pa_verify.c \
                  src/soap/take.c src/wire/field.c \
                  src/wire/node_read.c src/wire/psp_read.c)
FUZZ_CLANG := clang -std=c11 -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
              -fno-sanitize-recover=all
FUZZ_GCC := $(CC) -std=c11 -g -O0 --coverage
FUZZ_FLAGS := -Wall -Wextra -Wmissing-prototypes $(WERROR) -pthread -Itests/fuzz $(CPPFLAGS)
FUZZ_LIBS := -Wl,--as-needed -lgsoapssl -lssl -lxslt -lxml2 -lcrypto -lz -lm
# What sees generated code, which itself is compiled as for the program.
FUZZ_SOAP := src/soap/fill src/soap/message src/soap/pa_demand src/soap/pa_get_payment \
             src/soap/pa_verify src/soap/take
SECONDS ?= 60

# $(call fuzz_library,FOLDER,COMPILER): $(FUZZ)/FOLDER/lib.a of the sources and what targets share
define fuzz_library
$(FUZZ)/$(1)/%.o: %.c $(BUILD)/flags.txt
	@mkdir -p $$(@D)
	$$(call say,CC)
	$$(Q)$(2) $$(FUZZ_FLAGS) -MMD -MP -c -o $$@ $$<
$(FUZZ_SOAP:%=$(FUZZ)/$(1)/%.o): private FUZZ_FLAGS += -isystem $(GEN) $(GEN_CFLAGS)
$(FUZZ_SOAP:%=$(FUZZ)/$(1)/%.o): | $(GEN_HEADERS)
$(FUZZ)/$(1)/lib.a: $(FUZZ_SOURCES:%.c=$(FUZZ)/$(1)/%.o) $(FUZZ)/$(1)/tests/fuzz/fuzz.o $(GEN_OBJS)
	@rm -f $$@
	$$(call say,AR)
	$$(Q)ar qcs $$@ $$^
-include $(patsubst %.c,$(FUZZ)/$(1)/%.d,$(FUZZ_SOURCES) $(wildcard tests/fuzz/*.c tests/fuzz/target/*.c))
endef
$(eval $(call fuzz_library,clang,$(FUZZ_CLANG)))
$(eval $(call fuzz_library,gcc,$(FUZZ_GCC)))

$(FUZZ_TARGETS:%=$(FUZZ)/%): $(FUZZ)/%: $(FUZZ)/clang/tests/fuzz/target/%.o $(FUZZ)/clang/lib.a
	$(call say,LD)
	$(Q)$(FUZZ_CLANG:fuzzer-no-link%=fuzzer%) -fsanitize=fuzzer -pthread -o $@ $^ $(FUZZ_LIBS)

$(FUZZ)/%-replay: $(FUZZ)/gcc/tests/fuzz/target/%.o $(FUZZ)/gcc/tests/fuzz/replay.o $(FUZZ)/gcc/lib.a
	$(call say,LD)
	$(Q)$(FUZZ_GCC) -pthread -o $@ $^ $(FUZZ_LIBS)

# The broken copy defines all that the library's own would: the linker does not take that one.
$(FUZZ)/planted/%.c: tests/fuzz/fuzz.py $(FUZZ_SOURCES)
	@mkdir -p $(@D)
	$(call say,PLANT)
	$(Q)PYTHONDONTWRITEBYTECODE=1 tests/fuzz/fuzz.py break $* > $@

$(FUZZ)/node_message-planted $(FUZZ)/psp_message-planted $(FUZZ)/station_answer-planted: private FUZZ_FLAGS += -isystem $(GEN) $(GEN_CFLAGS)
$(FUZZ)/%-planted: $(FUZZ)/planted/%.c $(FUZZ)/clang/tests/fuzz/target/%.o $(FUZZ)/clang/lib.a
	$(call say,LD)
	$(Q)$(FUZZ_CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)

.SECONDARY: $(FUZZ_TARGETS:%=$(FUZZ)/planted/%.c)
# Kept, so that the next build need not make them again, and make does not list them at its end.
.SECONDARY: $(foreach t,$(FUZZ_TARGETS),$(FUZZ)/clang/tests/fuzz/target/$(t).o \
            $(FUZZ)/gcc/tests/fuzz/target/$(t).o $(FUZZ)/planted/$(t).c) $(FUZZ)/gcc/tests/fuzz/replay.o
.PHONY: fuzz fuzz-programs fuzz-keep
fuzz-programs: $(foreach t,$(FUZZ_TARGETS),$(FUZZ)/$(t) $(FUZZ)/$(t)-planted $(FUZZ)/$(t)-replay)

fuzz_each = @printf '%s\n' $(FUZZ_TARGETS) | PYTHONDONTWRITEBYTECODE=1 xargs -P $(JOBS) -I T tests/fuzz/fuzz.py

fuzz: $(FUZZ_TARGETS:%=$(FUZZ)/%) ## fuzz each target of tests/fuzz for SECONDS=60, JOBS side by side
	$(fuzz_each) fuzz $(BUILD) T $(SECONDS)

fuzz-keep: $(FUZZ_TARGETS:%=$(FUZZ)/%) ## replace tests/fuzz/corpus by the least that runs as much
	$(fuzz_each) keep $(BUILD) T
