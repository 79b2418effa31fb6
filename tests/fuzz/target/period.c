/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Periods, cut-offs and networks as a registry's document says them: an end is after the instant
 * before it and is the first one, whatever the clock does in between. The input is a text for all
 * of them, and an instant. */
#include "fuzz.h"

#include "domain/calendar.h"
#include "domain/network.h"
#include "domain/period.h"

#include <stdlib.h>
#include <string.h>

#define YEAR_2100_US INT64_C(4102444800000000)
#define HOUR_US INT64_C(3600000000)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static void ends(const struct period *p, bool target, int64_t after)
{
    int64_t next, again;

    if (!period_next(p, target, after, &next)) return;
    ALWAYS(p->kind == PERIOD_TIMED && next > after && next % 60000000 == 0);
    ALWAYS(!target || calendar_target_open(calendar_rome_day_number(next)));
    ALWAYS(period_next(p, target, next - 1, &again) && again == next);
    ALWAYS(!period_next(p, target, next, &again) || again > next);
}

static void periods(const char *text, int64_t at)
{
    struct period p;
    int64_t cut;

    if (period_parse(text, &p) == ERR_NONE) {
        ends(&p, false, at);
        ends(&p, true, at);
    }
    if (period_cut_off(text, at, &cut) == ERR_NONE) ALWAYS(cut <= at && at - cut <= 25 * HOUR_US);
}

static void networks(const char *text)
{
    unsigned char address[NETWORK_BYTES];
    struct network n;
    bool one = network_address(text, address), taken = network_parse(text, &n);

    if (one) ALWAYS(taken && n.bits == 8 * NETWORK_BYTES && network_holds(&n, address));
    if (!taken) return;
    ALWAYS(n.bits <= 8 * NETWORK_BYTES && one == !strchr(text, '/'));
    memcpy(address, n.address, sizeof address);
    ALWAYS(network_holds(&n, address));
    for (unsigned bit = 0; bit < 8 * NETWORK_BYTES; bit++) {
        address[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
        ALWAYS(network_holds(&n, address) == (bit >= n.bits));
        address[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint64_t number = 0;
    char *text;

    if (len < sizeof number) return 0;
    memcpy(&number, bytes, sizeof number);
    text = fuzz_text(bytes + sizeof number, len - sizeof number);
    periods(text, (int64_t)(number % (uint64_t)YEAR_2100_US));
    networks(text);
    err_clear();
    free(text);
    return 0;
}
