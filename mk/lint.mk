# SPDX-License-Identifier: GPL-3.0-or-later
# What the project looks like: each check is a target of its own, `make lint` runs them all.
C_FILES = $(sort $(wildcard src/*/*.[ch] src/*/*/*.[ch] tests/unit/*.[ch] tests/unit/*/*.[ch] \
                    tests/fuzz/*.[ch] tests/fuzz/*/*.c))
SH_FILES = $(sort .ci/run db/generate deps/install tests/run tests/newcomer tests/package \
             $(wildcard demo/*.sh tests/*/*.sh tests/*/run conf/*.sh))
LINTS := lint-boundaries lint-format lint-cppcheck lint-xml lint-shell lint-gates

.PHONY: lint tidy format $(LINTS)
lint: $(LINTS) ## architecture, layout, static analysis, XML, shell, house rules

lint-boundaries:
	@tests/lint/boundaries.sh

lint-format:
	@clang-format --dry-run -Werror $(C_FILES)

# One process a CPU; results are kept, so that only what changed is read again.
lint-cppcheck:
	@mkdir -p $(BUILD)/cppcheck
	@cppcheck --quiet -j $(JOBS) --cppcheck-build-dir=$(BUILD)/cppcheck --std=c11 \
	    --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppressions-list=tests/lint/cppcheck.txt --template=gcc -Isrc -D_POSIX_C_SOURCE=200809L \
	    $(filter %.c,$(filter src/%,$(C_FILES)))

lint-xml:
	@tests/lint/xml.sh

lint-shell:
	@shellcheck $(wildcard $(SH_FILES))

lint-gates:
	@PYTHONDONTWRITEBYTECODE=1 tests/lint/gates.py
	@tests/lint/checks_table.py

tidy: all ## clang-tidy, for people: minutes
	@clang-tidy --quiet $(filter src/%.c,$(C_FILES)) -- $(CPPFLAGS) -std=c11 \
	    -isystem $(BUILD)/gen $(GEN_CFLAGS)

format: ## lay out the C sources
	@clang-format -i $(C_FILES)
