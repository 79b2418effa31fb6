/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file debt.h
 * What is owed: a position with its options, instalments and transfers, as the Ente sends them
 * and as the database holds them. Fixed-size values, sizes from the contracts (characters of up to
 * four bytes). Must not know SQL or a message. */
#ifndef DOMAIN_DEBT_H
#define DOMAIN_DEBT_H

#include "domain/payment.h"

#include <stdbool.h>
#include <stdint.h>

#define DEBT_CHARS(n) ((n)*4 + 1) /* room for n characters in UTF-8 */
enum {
    DEBT_TRANSFERS_MAX = 5,
    DEBT_OPTIONS_MAX = 8,
    DEBT_PLAN_MAX = 60, /* instalments of one option */
    DEBT_INSTALMENTS_MAX = DEBT_OPTIONS_MAX * DEBT_PLAN_MAX,
    DEBT_BASE64_MAX = 16384, /* characters of a sold stamp, of a service's data */
    DEBT_METADATA_MAX = 15,  /* entries, as many as a message takes */
    DEBT_METADATA_SIZE = DEBT_METADATA_MAX * 2 * DEBT_CHARS(140) + 1,
};

/* Asks for a digital revenue stamp (marca da bollo) on a document. */
struct debt_stamp {
    char hash[73]; /* of the document, base64; "": no stamp is asked for */
    char type[3], province[3];
};

struct debt_transfer {
    int number; /* 1 to 5 */
    char creditor[36];
    char iban[35]; /* "" where a stamp is asked for: whoever sells it has the money */
    struct debt_stamp stamp;
    int64_t amount_cents;
    char taxonomy[DEBT_CHARS(140)];
    char remittance[DEBT_CHARS(140)];
    const char *metadata; /* key TAB value LF; NULL: none */
};

struct debt_subject {
    char kind[2];              /* F person, G firm */
    char code[DEBT_CHARS(16)]; /* ASCII of a debtor; of a payer whatever the channel says */
    char name[DEBT_CHARS(70)];
    char street[DEBT_CHARS(70)], civic[DEBT_CHARS(16)], postal_code[DEBT_CHARS(16)];
    char city[DEBT_CHARS(35)], province[DEBT_CHARS(35)], country[3];
    char email[257];
};

struct debt_instalment {
    int64_t id, option_id, position_id;
    int number;
    char notice_number[19]; /* "" until the hub gives one */
    bool numbered;          /* by the hub: another number is as good */
    char iuv[36];
    int64_t amount_cents;
    char due_date[11];      /* YYYY-MM-DD */
    char payable_until[11]; /* "" = for ever */
    char description[DEBT_CHARS(140)];
    const char *metadata; /* NULL: none */
    enum position_state state;
    bool live; /* somebody is paying it; read by db_position_live() */
    int ver;
    struct debt_transfer transfers[DEBT_TRANSFERS_MAX];
    int n_transfers;
};

struct debt_option {
    int64_t id;
    int number;
    char kind[9]; /* single, plan */
    int64_t amount_cents;
    int n_instalments;
    int first; /* index of its first instalment in the position's list */
};

struct debt_position {
    int64_t id;
    char creditor[36];
    char own_id[DEBT_CHARS(35)];
    unsigned char content_hash[32];
    char debt_type[36];
    struct debt_subject debtor;
    char description[DEBT_CHARS(140)];
    char office[DEBT_CHARS(140)];
    enum position_state state;
    int ver;
    int64_t begun_option;
    int live_count, paid_count, reversed_count;
    struct debt_option options[DEBT_OPTIONS_MAX];
    int n_options;
    struct debt_instalment *instalments; /* n_instalments of them, the options' in order */
    int n_instalments;
    char metadata[DEBT_METADATA_SIZE]; /* key TAB value LF; last, as most have none */
};

#endif
