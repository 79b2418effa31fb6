/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow.h"
#include "service/registry_tree.h"

enum err registry_formats_check(const struct registry_entry *root,
                                const struct registry_report *report)
{
    const struct registry_list *list = registry_list_of(root, "subscription");
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < list->n; i++) {
        const struct registry_entry *e = list->entries[i];
        bool bank = registry_is(e, "audience", "bank");
        const char *format = registry_value(e, "format"), *why;

        if (e->invalid || !registry_enabled(e)) continue;
        why = service_flow_misfit(format, bank ? FLOW_AUDIENCE_BANK : FLOW_AUDIENCE_ENTE,
                                  registry_is(e, "empty", "yes"));
        if (*why)
            registry_complain(report, report->problems, e, &rc, "format=\"%s\": %s", format, why);
    }
    return rc;
}
