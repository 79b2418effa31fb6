/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/psp.h"

#include "crypto/hash.h"
#include "wire/field.h"

#include <stdlib.h>
#include <string.h>

/* Below 1 is row 1, like a facet [W4]; above the maximum, row 12. Nothing is clipped. */
static enum err expiration_take(const struct wire_field *field, const struct xml_node *node,
                                void *to)
{
    struct psp_call *call = to;

    (void)field;
    call->expiration_ms = strtoll(xml_text(node), NULL, 10);
    if (call->expiration_ms < 1) call->valid = false;
    return ERR_NONE;
}

static int token_find(const struct psp_call *call, const char *token)
{
    for (int i = 0; i < call->n_tokens; i++)
        if (!strcmp(call->tokens[i], token)) return i;
    return -1;
}

/* Money that is taken twice for one token cannot be told from a slip: row 1 [W4]. */
static enum err token_take(const struct wire_field *field, const struct xml_node *node, void *to)
{
    enum err rc;
    struct psp_call *call = to;
    struct wire_field one = *field;

    if (call->n_tokens == PSP_TOKENS_MAX) return BUG("tokens over their facet");
    if (token_find(call, xml_text(node)) >= 0) call->valid = false;
    one.at = offsetof(struct psp_call, tokens[0]) + (size_t)call->n_tokens * sizeof call->tokens[0];
    one.cap = sizeof call->tokens[0];
    TRY(wire_take_text(&one, node, to));
    call->n_tokens++;
out:
    return rc;
}

/* A stamp is for one transfer of one of the tokens, and one alone: else row 1. */
static enum err stamp_take(const struct wire_field *field, const struct xml_node *node, void *to)
{
    struct psp_call *call = to;
    int token = token_find(call, xml_child_text(node, NULL, "paymentToken"));
    long transfer = strtol(xml_child_text(node, NULL, "idTransfer"), NULL, 10);
    const char *attachment = xml_child_text(node, NULL, "MBDAttachment");

    (void)field;
    ALWAYS(transfer >= 1 && transfer <= DEBT_TRANSFERS_MAX);
    if (token < 0 || call->stamps[token][transfer] || strlen(attachment) > DEBT_BASE64_MAX)
        call->valid = false;
    else
        call->stamps[token][transfer] = attachment;
    return ERR_NONE;
}

/* The schema's check counts padding, but passes over what is no base64, as mail does; a station's
 * need not [W3.1]. */
static bool is_base64(const char *text)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789+/= \t\r\n";

    return text[strspn(text, characters)] == '\0';
}

static enum err service_data_take(const struct wire_field *field, const struct xml_node *node,
                                  void *to)
{
    struct psp_call *call = to;

    (void)field;
    call->service_data = xml_text(node);
    if (strlen(call->service_data) > DEBT_BASE64_MAX || !is_base64(call->service_data))
        call->valid = false;
    return ERR_NONE;
}

/* The elements of all requests: what a name means is the same in each that has it. */
#define TEXT(name, member) WIRE_TEXT(name, struct psp_call, member)
#define CENTS(name, member) WIRE_CENTS(name, struct psp_call, member)
#define DATE(name, member) WIRE_DATE(name, struct psp_call, member)
static const struct wire_field QR_FIELDS[] = {
    TEXT("fiscalCode", fiscal_code),
    TEXT("noticeNumber", notice_number),
    WIRE_END,
};

static const struct wire_field TOKENS_FIELDS[] = {WIRE_OWN("paymentToken", token_take), WIRE_END};
static const struct wire_field STAMPS_FIELDS[] = {WIRE_OWN("marcaDaBollo", stamp_take), WIRE_END};

static const struct wire_field DETAILS_FIELDS[] = {
    TEXT("paymentMethod", method),
    TEXT("paymentChannel", payment_channel),
    CENTS("fee", fee_cents),
    CENTS("primaryCiIncurredFee", pa_fee_cents),
    TEXT("idBundle", bundle),
    TEXT("idCiBundle", ci_bundle),
    WIRE_SUBJECT("payer", struct psp_call, payer),
    DATE("applicationDate", application_date),
    DATE("transferDate", transfer_date),
    WIRE_FIELDS("marcheDaBollo", STAMPS_FIELDS),
    WIRE_END,
};

static const struct wire_field FIELDS[] = {
    TEXT("idPSP", psp),
    TEXT("idBrokerPSP", broker),
    TEXT("idChannel", channel),
    TEXT("password", password),
    TEXT("idempotencyKey", key),
    WIRE_FIELDS("qrCode", QR_FIELDS),
    TEXT("noticeNumber", notice_number),
    TEXT("ccPost", cc_post),
    TEXT("idSoggettoServizio", service),
    WIRE_OWN("datiSpecificiServizio", service_data_take),
    WIRE_OWN("expirationTime", expiration_take),
    CENTS("amount", amount_cents),
    DATE("dueDate", due_date),
    TEXT("paymentNote", note),
    TEXT("paymentMethod", method),
    TEXT("touchPoint", touch_point),
    WIRE_OWN("paymentToken", token_take),
    WIRE_FIELDS("paymentTokens", TOKENS_FIELDS),
    WIRE_OK("outcome", struct psp_call, ok),
    WIRE_FIELDS("details", DETAILS_FIELDS),
    WIRE_END,
};
#undef TEXT
#undef CENTS
#undef DATE

enum err wire_psp_read(const struct xml_node *root, struct psp_call *call)
{
    return wire_fields_read(root, FIELDS, call);
}

static void hash_element(struct hash_stream *s, const struct xml_node *node)
{
    const struct xml_node *child = xml_child(node, NULL, NULL);

    if (!strcmp(xml_name(node), "password")) return;
    crypto_hash_add_text(s, xml_name(node));
    if (!child) crypto_hash_add_text(s, xml_text(node));
    for (; child; child = xml_next(child, NULL, NULL))
        hash_element(s, child); /* as deep as the prefilter lets a message be */
    crypto_hash_add_text(s, "/");
}

enum err wire_psp_hash(const struct xml_node *root, struct psp_call *call)
{
    enum err rc;
    struct hash_stream *s = NULL;
    struct hash h;

    TRY(crypto_hash_begin(&s));
    hash_element(s, root);
    crypto_hash_end(&s, &h);
    memcpy(call->content_hash, h.bytes, sizeof call->content_hash);
out:
    return rc;
}
