# SPDX-License-Identifier: GPL-3.0-or-later
# Code that gSOAP generates from the contracts in wsdl/: the C types of their messages and their
# serializers, and nothing else. No dispatcher and no stubs: requests are dispatched by the route
# table, and libcurl carries what is sent. From the schemas alone, because the WSDL files add
# only operations. Needs BUILD and CC; made anew when a contract changes; never edited.

GEN := $(BUILD)/gen
GEN_SCHEMAS := $(wildcard wsdl/node/*.xsd wsdl/payer/*.xsd)
GEN_ROOTS := wsdl/node/nodeForPsp.xsd wsdl/node/paForNode.xsd wsdl/payer/debt-position.xsd \
             wsdl/payer/back-office.xsd wsdl/payer/payments.xsd
GEN_HEADERS := $(GEN)/payH.h $(GEN)/payStub.h
GEN_OBJS := $(GEN)/payC.o
# The library's own flags: they change struct soap, so every file that sees it needs them.
GEN_CFLAGS := $(filter -D%,$(shell pkg-config --cflags gsoapssl)) -DWITH_NONAMESPACES
CFLAGS_GEN ?= -std=gnu11 -w -O2 -fPIE

# Both tools talk much; what they say is shown when they fail.
gen_run = $(Q)$(1) > $(GEN)/$(2).log 2>&1 || { cat $(GEN)/$(2).log >&2; exit 1; }

$(GEN)/pay.h: $(GEN_SCHEMAS) wsdl/typemap.dat
	@mkdir -p $(GEN)
	$(call say,WSDL)
	$(call gen_run,wsdl2h -c -g -j -L -P -u -x -t wsdl/typemap.dat -o $@ $(GEN_ROOTS),wsdl2h)

# &: one run makes all three, also under -j.
$(GEN)/payC.c $(GEN)/payH.h $(GEN)/payStub.h &: $(GEN)/pay.h
	$(call say,SOAP)
	$(call gen_run,soapcpp2 -c -CS -L -w -x -p pay -d $(GEN) $<,soapcpp2)

# The library calls back into generated code by name, so that code must stay visible.
$(GEN)/payC.o: $(GEN)/payC.c $(GEN_HEADERS)
	$(call say,CC)
	$(Q)$(CC) $(GEN_CFLAGS) $(CFLAGS_GEN) -fvisibility=default -c -o $@ $<
