# SPDX-License-Identifier: GPL-3.0-or-later
# Packages, tests, measures and the demo. What builds things again after `deps` is a make of its
# own, because the first one looked for the libraries before they were there.
AGAIN = $(MAKE) --no-print-directory BUILD=$(BUILD_BASE) $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))
# Under a sanitizer only what runs the program; its tests are slower, and each has its limit.
SUITES := $(if $(SAN),unit scenario,unit contract xslt support fuzz scenario install fault)

.PHONY: deps test test-now bench demo stop check-all crash
deps: ## install what is missing of deps/debian.txt (nothing, and no network, when all is there)
	@deps/install

test: deps ## build, run unit, contract, XSLT, fuzz, scenario and crash tests, and print their summaries
	@+$(AGAIN) test-now

ifeq ($(CRASH),)
test-now: all units $(if $(SAN),,crash fuzz-programs)
	@PAYER_SAN=$(SAN) tests/run --build $(BUILD) $(SUITES)
else # the tests run the real program beside the one with crash points
test-now:
	@+$(AGAIN) CRASH= test-now
endif

# The toolkits of some channels are too much for every machine: what is pinned goes under build/.
CLIENTS := $(BUILD_BASE)/clients
.PHONY: clients
clients: $(CLIENTS)/made ## bring JAX-WS and npm's soap, so that the tests try them too (160 MB)

$(CLIENTS)/made: tests/clients/package.json tests/clients/package-lock.json
	@deps/install client
	@command -v npm > /dev/null || { echo "npm is missing: apt-get install npm" >&2; exit 69; }
	@mkdir -p $(CLIENTS) && cp $^ $(CLIENTS)
	$(call say,NPM)
	$(Q)npm ci --prefix $(CLIENTS) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

crash: ## build the program with crash points, for the tests that kill it
	@+$(AGAIN) CRASH=1 all

# Where threads meet: the listener and its workers, several at one payment, one thing read by all.
THREADED := hostile_http or hostile_slow or stop or tls or proxied or races or together or \
            station_slow or pay or registry or metrics or notify_lanes
check-all: clients ## test, fuzz, test under the address and the thread sanitizer, systemd, then the package (an hour)
	@+$(AGAIN) test
	@+$(AGAIN) fuzz
	@LOAD_RECORDS=100000 LOAD_KILLS=20 PYTEST_ADDOPTS='-k killed_leaves' tests/run --build $(BUILD_BASE) scenario
	@+$(AGAIN) SAN=address test-now
	@+PYTEST_ADDOPTS='-k "$(THREADED)"' $(AGAIN) SAN=thread test-now
	@tests/systemd --build $(BUILD_BASE) || [ $$? -eq 77 ] # 77: not here
	@tests/package

bench: deps ## measure against the limits of the same machine; writes build/bench.json
	@+$(AGAIN) all
	@tests/bench/run --build $(BUILD)

demo: deps ## install, build, start everything, pay 1,000 notices and show where the money went
	@+$(AGAIN) all
	@demo/run.sh

stop: ## stop what `make demo` left running
	@demo/stop.sh

.PHONY: generated
generated: all ## write anew what is committed but made: db/schema.sql, conf/payer.conf.example
	@db/generate $(PROGRAM)

.PHONY: help clean
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

clean: ## remove everything that was built (not var/: that is data)
	rm -rf $(BUILD_BASE) $(BUILD_BASE)-address $(BUILD_BASE)-thread $(BUILD_BASE)-crash \
		$(BUILD_BASE)-address-crash $(BUILD_BASE)-thread-crash
