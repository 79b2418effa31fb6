# SPDX-License-Identifier: GPL-3.0-or-later
# make install, with the usual variables. Everything below DESTDIR; what is installed finds its files
# by where it lies (hub.share). Manual pages and completion are printed by the program that is
# installed. Settings that are there stay; data is never touched.
#   PREFIX=/usr/local SYSCONFDIR=/etc SYSTEMDDIR=$(PREFIX)/lib/systemd/system DESTDIR=
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
SYSTEMDDIR ?= $(PREFIX)/lib/systemd/system
DESTDIR ?=

SHARE := $(PREFIX)/share/payer
UNITS_SYSTEMD := serve work db
SHIPPED := $(sort $(shell find wsdl xslt db/migrations db/grants -type f ! -name typemap.dat ! -name README.md)) \
           conf/registry.xsd
DOCS := README.md CHANGELOG.md NOTICE $(wildcard docs/*.md docs/adr/*.md xslt/flow/*/README.md)
EXAMPLES := conf/registry-example.xml conf/payer.conf.example conf/prometheus/payer.rules.yml
MANUALS := man/man1/payer.1 man/man5/payer.conf.5
INSTALLED := $(PREFIX)/bin/payer $(addprefix $(SHARE)/,$(SHIPPED)) \
             $(addprefix $(PREFIX)/share/,$(MANUALS) bash-completion/completions/payer) \
             $(addprefix $(PREFIX)/share/doc/payer/,$(DOCS) $(addprefix examples/,$(notdir $(EXAMPLES)))) \
             $(UNITS_SYSTEMD:%=$(SYSTEMDDIR)/payer-%.service) \
             $(PREFIX)/lib/sysusers.d/payer.conf $(PREFIX)/lib/tmpfiles.d/payer.conf

# $(call put,FILE,PLACE)
put = @install -D -m 0644 $(1) $(DESTDIR)$(2)

.PHONY: install uninstall
install: all ## install below $(PREFIX), settings below $(SYSCONFDIR); DESTDIR=dir for packages
	@install -D -m 0755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/payer
	@for file in $(SHIPPED); do install -D -m 0644 $$file $(DESTDIR)$(SHARE)/$$file || exit 1; done
	@mkdir -p $(BUILD)/docs
	@$(PROGRAM) docs man -o $(BUILD)/docs/payer.1
	@$(PROGRAM) docs conf -o $(BUILD)/docs/payer.conf.5
	@$(PROGRAM) docs completion -o $(BUILD)/docs/payer
	$(call put,$(BUILD)/docs/payer.1,$(PREFIX)/share/man/man1/payer.1)
	$(call put,$(BUILD)/docs/payer.conf.5,$(PREFIX)/share/man/man5/payer.conf.5)
	$(call put,$(BUILD)/docs/payer,$(PREFIX)/share/bash-completion/completions/payer)
	@for file in $(DOCS); do \
	    install -D -m 0644 $$file $(DESTDIR)$(PREFIX)/share/doc/payer/$$file || exit 1; done
	@install -d $(DESTDIR)$(PREFIX)/share/doc/payer/examples
	@install -m 0644 $(EXAMPLES) $(DESTDIR)$(PREFIX)/share/doc/payer/examples
	@for unit in $(UNITS_SYSTEMD); do \
	    sed 's,@bindir@,$(PREFIX)/bin,' conf/systemd/payer-$$unit.service.in \
	        > $(BUILD)/docs/payer-$$unit.service && \
	    install -D -m 0644 -t $(DESTDIR)$(SYSTEMDDIR) $(BUILD)/docs/payer-$$unit.service || exit 1; \
	done
	$(call put,conf/systemd/payer.sysusers,$(PREFIX)/lib/sysusers.d/payer.conf)
	$(call put,conf/systemd/payer.tmpfiles,$(PREFIX)/lib/tmpfiles.d/payer.conf)
	$(call put,conf/logrotate/payer,$(SYSCONFDIR)/logrotate.d/payer)
	@test -e $(DESTDIR)$(SYSCONFDIR)/payer/payer.conf || \
	    install -D -m 0644 conf/payer.conf $(DESTDIR)$(SYSCONFDIR)/payer/payer.conf

uninstall: ## take away what `make install` put there, but settings and data
	@rm -f $(addprefix $(DESTDIR),$(INSTALLED) $(SYSCONFDIR)/logrotate.d/payer)
	@find $(DESTDIR)$(SHARE) $(DESTDIR)$(PREFIX)/share/doc/payer -depth -type d -empty -delete

# From a copy: dpkg-buildpackage builds where the sources are.
DEB := $(BUILD)/deb
.PHONY: deb
deb: ## build build/deb/payer_*.deb, installing what that needs
	@deps/install run build deb
	@rm -rf $(DEB) && mkdir -p $(DEB)/payer
	@tar -cf - --exclude-vcs --exclude='./build*' --exclude=./var . | tar -xf - -C $(DEB)/payer
	@cd $(DEB)/payer && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage --no-sign --build=binary -j$(JOBS)
