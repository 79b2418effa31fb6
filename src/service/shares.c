/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/shares.h"

#include "crypto/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHARE_MAX = 256 };

static void shares_hash(const struct db_payment *p, const struct debt_instalment *i,
                        unsigned char out[sizeof p->shares])
{
    struct hash hash;
    char text[DEBT_TRANSFERS_MAX * SHARE_MAX];
    size_t len = 0;

    for (int t = 0; t < i->n_transfers; t++) {
        const struct debt_transfer *x = &i->transfers[t];

        len += (size_t)snprintf(text + len, sizeof text - len, "%d %s %s %" PRId64 " %s\n",
                                x->number, x->creditor, strcmp(p->settles, "hub") ? x->iban : "",
                                x->amount_cents, x->stamp.hash);
        ALWAYS(len < sizeof text);
    }
    crypto_hash(text, len, &hash);
    memcpy(out, hash.bytes, sizeof p->shares);
}

void service_shares_keep(struct db_payment *p, const struct debt_instalment *i)
{
    shares_hash(p, i, p->shares);
}

bool service_shares_same(const struct db_payment *p, const struct debt_instalment *i)
{
    static const unsigned char none[sizeof p->shares];
    unsigned char now[sizeof p->shares];

    if (!memcmp(p->shares, none, sizeof none)) return true;
    shares_hash(p, i, now);
    return !memcmp(p->shares, now, sizeof now);
}
