/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_check.h"

#include "domain/period.h"
#include "flow/file.h"

#include <stdlib.h>
#include <string.h>

typedef void check_fn(struct registry_check *c, const struct registry_entry *e);

static bool given(const struct registry_entry *e, const char *attribute)
{
    return *registry_value(e, attribute) != '\0';
}

static void station_check(struct registry_check *c, const struct registry_entry *e)
{
    if (registry_is(e, "hosted", "yes") && given(e, "url"))
        PROBLEM(c, e,
                "hosted=\"yes\" and a url: the hub answers for it, or it is called, not both");
    if (registry_is(e, "hosted", "no") && !given(e, "url"))
        PROBLEM(c, e, "url is missing: it is not hosted");
}

static void archive_check(struct registry_check *c, const struct registry_entry *e)
{
    bool coded = registry_is(e, "aux-digit", "0") || registry_is(e, "aux-digit", "3");

    if (coded && !given(e, "code")) PROBLEM(c, e, "code is missing: aux digits 0 and 3 have one");
    if (!coded && given(e, "code")) PROBLEM(c, e, "code: aux digits 1 and 2 have none");
}

/* A hub that answers for the notices knows of the payments; a station does when it is told [I7]. */
static void creditor_check(struct registry_check *c, const struct registry_entry *e)
{
    const struct registry_list *archives = registry_list_of(e, "archive");
    const struct registry_list *destinations = registry_list_of(e, "destination");

    for (size_t i = 0; i < destinations->n; i++)
        if (registry_enabled(destinations->entries[i])) return;
    for (size_t i = 0; i < archives->n; i++) {
        const struct registry_entry *archive = archives->entries[i];
        const struct registry_entry *station =
            registry_check_target(c, "station", registry_value(archive, "station"));

        if (registry_enabled(archive) && station != NULL && registry_is(station, "hosted", "no"))
            WARNING(c, archive,
                    "station=\"%s\": is asked of notices, but no destination tells it of payments",
                    registry_value(archive, "station"));
    }
}

/* Which station makes the notices must not depend on the order of archives. */
static void service_check(struct registry_check *c, const struct registry_entry *e)
{
    const struct registry_entry *ente =
        registry_check_target(c, "creditor", registry_value(e, "creditor"));
    const struct registry_list *archives = ente ? registry_list_of(ente, "archive") : NULL;
    const char *one = NULL;

    if (given(e, "station") || !archives || !registry_enabled(e)) return;
    for (size_t i = 0; i < archives->n; i++) {
        const char *station = registry_value(archives->entries[i], "station");

        if (!registry_enabled(archives->entries[i])) continue;
        if (one != NULL && strcmp(one, station) != 0) {
            PROBLEM(c, e, "station is missing: the archives of its creditor name several");
            return;
        }
        one = station;
    }
    if (one == NULL) PROBLEM(c, e, "station is missing: its creditor has no archive");
}

static void destination_check(struct registry_check *c, const struct registry_entry *e)
{
    bool notify = registry_is(e, "kind", "notify");
    const char *wanted = notify ? "url" : "station", *other = notify ? "station" : "url";
    const struct registry_entry *station =
        registry_check_target(c, "station", registry_value(e, "station"));

    if (!given(e, wanted)) PROBLEM(c, e, "%s is missing", wanted);
    if (given(e, other)) PROBLEM(c, e, "%s: a %s has none", other, registry_value(e, "kind"));
    if (!notify && (given(e, "user") || given(e, "password-file")))
        PROBLEM(c, e, "user and password-file: the station has its own");
    if (given(e, "user") != given(e, "password-file"))
        PROBLEM(c, e, "user and password-file go together");
    if (station != NULL && registry_is(station, "hosted", "yes"))
        PROBLEM(c, e, "station=\"%s\": is hosted, so nothing can be sent to it",
                registry_value(e, "station"));
}

/* What proves who it is: a channel always says a password, a caller may show a certificate. */
static void password_check(struct registry_check *c, const struct registry_entry *e)
{
    bool hash = given(e, "password-hash"), file = given(e, "password-file");
    bool channel = strcmp(e->kind->name, "channel") == 0, certificate = e->parts[0].n > 0;

    if (hash && file) PROBLEM(c, e, "password-hash and password-file: give one of them");
    if (hash || file || !registry_enabled(e)) return;
    if (channel)
        PROBLEM(c, e, "password-hash or password-file is missing");
    else if (!certificate && registry_is(e, "node", "no"))
        PROBLEM(c, e, "a certificate, password-hash or password-file is missing");
}

/* The node's messages have no password: where it speaks from, or its certificate, is all. */
static void caller_check(struct registry_check *c, const struct registry_entry *e)
{
    bool node = registry_is(e, "node", "yes"), certificate = e->parts[0].n > 0,
         network = e->parts[1].n > 0;

    password_check(c, e);
    if (node && !certificate && !network && registry_enabled(e))
        PROBLEM(c, e, "a certificate or a network is missing: node=\"yes\" is known by them");
    if (!node && network) PROBLEM(c, e, "network: only with node=\"yes\"");
}

static void channel_check(struct registry_check *c, const struct registry_entry *e)
{
    long from = strtol(registry_value(e, "hour-from"), NULL, 10);
    long to = strtol(registry_value(e, "hour-to"), NULL, 10);

    password_check(c, e);
    if (from >= to && to != 0) PROBLEM(c, e, "hour-from must be before hour-to");
    if (from > 0 && to == 0) PROBLEM(c, e, "hour-to is missing: hour-from has no end");
}

static void period_check(struct registry_check *c, const struct registry_entry *e)
{
    struct period p;
    int64_t ends_us;

    if (period_parse(registry_value(e, "period"), &p) != ERR_NONE) {
        PROBLEM(c, e, "%s", err_detail()->field);
        err_clear();
        return;
    }
    if (p.kind == PERIOD_TIMED && !period_next(&p, false, 0, &ends_us))
        PROBLEM(c, e, "period=\"%s\": never ends, in no year", registry_value(e, "period"));
    if (p.kind == PERIOD_FOLLOW && registry_is(e, "audience", "bank"))
        PROBLEM(c, e, "period: a bank's subscription follows no other");
    if (p.kind != PERIOD_TIMED && given(e, "cut-off"))
        PROBLEM(c, e, "cut-off: only for a period that ends by the clock");
    if (registry_is(e, "empty", "yes") &&
        (p.kind != PERIOD_TIMED || registry_is(e, "audience", "bank")))
        PROBLEM(c, e, "empty: only for an Ente's period that ends by the clock");
}

/* The money of an account is settled for one bank's subscription: which, nobody shall guess. */
static void bank_once_check(struct registry_check *c, const struct registry_entry *e)
{
    const struct registry_list *list = registry_list_of(c->root, "subscription");

    for (size_t i = 0; i < list->n && list->entries[i] != e; i++) {
        const struct registry_entry *other = list->entries[i];

        if (registry_enabled(other) && registry_is(other, "audience", "bank") &&
            registry_is(other, "party", registry_value(e, "party")))
            PROBLEM(c, e, "party=\"%s\": subscription %s settles this bank's money already",
                    registry_value(e, "party"), registry_value(other, "code"));
    }
}

static void subscription_check(struct registry_check *c, const struct registry_entry *e)
{
    const char *party = registry_value(e, "party");
    bool bank = registry_is(e, "audience", "bank");

    registry_check_reference(c, e, "party", bank ? "bank" : "creditor", party);
    period_check(c, e);
    if (!registry_enabled(e)) return;
    if (!flow_file_name_ok(party))
        PROBLEM(c, e,
                "party=\"%s\": it stands in file names: letters, digits, point, hyphen and "
                "underscore expected",
                party);
    if (bank) bank_once_check(c, e);
    if (registry_check_collections(c) == 0)
        PROBLEM(c, e, "there is no enabled collection: flows say from which account money comes");
}

static const struct {
    const char *element;
    check_fn *check;
} CHECKS[] = {
    {"station", station_check},           {"creditor", creditor_check}, {"archive", archive_check},
    {"destination", destination_check},   {"channel", channel_check},   {"caller", caller_check},
    {"subscription", subscription_check}, {"service", service_check},
};

void registry_check_kind(struct registry_check *c, const struct registry_entry *e)
{
    for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++)
        if (strcmp(CHECKS[i].element, e->kind->name) == 0) CHECKS[i].check(c, e);
}
