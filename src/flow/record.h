/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file record.h
 * What a flow holds, before a format makes a file of it: the frame (everything but the records)
 * and records, and their text as the hub's record document (xslt/lib/flow.xsd says what each field
 * means; names here are the same). flow/ turns records into files in other people's formats; it
 * must not know SQL, where records come from, or what a format looks like: that is the sheet's. */
#ifndef FLOW_RECORD_H
#define FLOW_RECORD_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/debt.h"

/** A field that is "" (or a number that is 0, where 0 means nothing) is not written. */
struct flow_party {
    char code[36];
    char name[DEBT_CHARS(140)];
    char kind[2]; /* G legal person, A bank's ABI, B bank's BIC */
};
struct flow_account {
    char iban[35];
    char bic[12];
    char holder[DEBT_CHARS(140)];
    char id[36]; /* of the holder at its bank: CUC, or fiscal code */
};
/** Bank flows: the transfers ordered from one account for one day. */
struct flow_group {
    char key[36]; /* unique in the flow */
    int64_t count, total_cents;
    char execution_date[11];
    struct flow_account account;
};
/** Totals are known before the first record is read. */
struct flow_frame {
    char id[36];      /* identificativoFlusso, or the bank's message id */
    char created[20]; /* stored when the flow was made, never now() [F13]; Europe/Rome, no zone */
    char from[20], to[20];
    char execution_date[11];
    char reference[36]; /* Ente flows: of the credit transfer that this flow explains */
    int64_t sequence, count, total_cents;
    struct flow_party sender, receiver;
    struct flow_account account;     /* Ente flows: where the money goes */
    const struct flow_group *groups; /* borrowed */
    size_t n_groups;                 /* 0: the records lie right below the flow */
};

struct flow_record {
    size_t group; /* index of its group; records come in their groups' order */
    int64_t amount_cents;
    /* one payment's transfer */
    char iuv[36], iur[36], notice_number[19];
    int index;    /* 1 to 5: the transfer's number in its payment */
    char outcome; /* '0' paid, '3' revoked, '9' paid without a request */
    char paid_on[11];
    char psp[36], channel[36], debt_type[36];
    char description[DEBT_CHARS(140)];
    char debtor_code[17], debtor_name[DEBT_CHARS(70)];
    int64_t fee_cents;
    /* one settlement, ordered as one credit transfer */
    char flow_id[36];
    char iban[35]; /* the account that is credited */
    char creditor_code[36], creditor_name[DEBT_CHARS(140)];
    int64_t count; /* payments in it */
};

/** A record document to write: records in their groups' order, numbered from first. */
struct flow_document {
    const char *format; /* its name */
    const struct flow_frame *frame;
    const struct flow_record *records;
    size_t n_records;
    int64_t first;   /* the first record's n: 1, or more for a batch */
    const char *cut; /* in marks before and after the place of each group's records; NULL: none */
};

/** Append the document. @return ERR_NONE | ERR_LIMIT | ERR_MEMORY | ERR_TEXT_SYNTAX naming the
 * field | ERR_BUG when the records are not in their groups' order. */
MUST_USE enum err flow_document_write(const struct flow_document *d, struct buf *out);
/** The same document in memory, without its text; its nodes lie in the arena. */
struct xml_document;
MUST_USE enum err flow_document_build(const struct flow_document *d, struct arena *arena,
                                      struct xml_document **out);

#endif
