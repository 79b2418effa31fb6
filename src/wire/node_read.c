/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/node.h"

#include "domain/amount.h"
#include "domain/calendar.h"
#include "wire/field.h"

#include <stdlib.h>
#include <string.h>

#define TEXT(name, member) WIRE_TEXT(name, struct node_call, member)
#define CENTS(name, member) WIRE_CENTS(name, struct node_call, member)
#define DATE(name, member) WIRE_DATE(name, struct node_call, member)

/* The contract takes any text; what cannot be a payment's token is left out and refused by its
 * row. */
static enum err receipt_id_take(const struct wire_field *field, const struct xml_node *node,
                                void *to)
{
    struct node_call *call = to;
    const char *text = xml_text(node);
    size_t len = strlen(text);

    (void)field;
    if (len > REGISTRY_CODE_MAX) return ERR_NONE;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~') return ERR_NONE;
    memcpy(call->receipt_id, text, len + 1);
    return ERR_NONE;
}

static enum err paid_at_take(const struct wire_field *field, const struct xml_node *node, void *to)
{
    (void)field;
    return calendar_xml_time_parse(xml_text(node), &((struct node_call *)to)->told.paid_us);
}

static enum err transfer_amount_take(const struct wire_field *field, const struct xml_node *node,
                                     void *to)
{
    (void)field;
    return amount_parse(xml_text(node), &((struct debt_transfer *)to)->amount_cents);
}

static enum err transfer_number_take(const struct wire_field *field, const struct xml_node *node,
                                     void *to)
{
    int number = (int)strtol(xml_text(node), NULL, 10);

    (void)field;
    ALWAYS(number >= 1 && number <= DEBT_TRANSFERS_MAX);
    ((struct debt_transfer *)to)->number = number;
    return ERR_NONE;
}

/* One that cannot be an account is none that was asked for: the checks see it. */
static enum err iban_take(const struct wire_field *field, const struct xml_node *node, void *to)
{
    struct debt_transfer *transfer = to;
    const char *text = xml_text(node);

    (void)field;
    if (strlen(text) < sizeof transfer->iban) memcpy(transfer->iban, text, strlen(text) + 1);
    return ERR_NONE;
}

static const struct wire_field TRANSFER_FIELDS[] = {
    WIRE_OWN("idTransfer", transfer_number_take),
    WIRE_OWN("transferAmount", transfer_amount_take),
    WIRE_TEXT("fiscalCodePA", struct debt_transfer, creditor),
    WIRE_OWN("IBAN", iban_take),
    WIRE_END,
};

static enum err transfer_take(const struct wire_field *field, const struct xml_node *node, void *to)
{
    enum err rc;
    struct node_call *call = to;
    struct debt_transfer *transfer = &call->transfers[call->n_transfers];
    const char *attachment = xml_child_text(node, NULL, "MBDAttachment");

    (void)field;
    if (call->n_transfers == DEBT_TRANSFERS_MAX) return BUG("more transfers than the contract has");
    call->n_transfers++;
    TRY(wire_fields_read(node, TRANSFER_FIELDS, transfer));
    if (attachment && strlen(attachment) > DEBT_BASE64_MAX) call->valid = false;
    call->stamps[transfer->number] = attachment;
out:
    return rc;
}

static const struct wire_field TRANSFERS_FIELDS[] = {WIRE_OWN("transfer", transfer_take), WIRE_END};

static const struct wire_field RECEIPT_FIELDS[] = {
    WIRE_OWN("receiptId", receipt_id_take),
    TEXT("noticeNumber", notice_number),
    TEXT("fiscalCode", creditor),
    WIRE_OK("outcome", struct node_call, ok),
    TEXT("creditorReferenceId", iuv),
    CENTS("paymentAmount", amount_cents),
    WIRE_FIELDS("transferList", TRANSFERS_FIELDS),
    TEXT("idPSP", psp),
    TEXT("pspFiscalCode", told.psp_fiscal_code),
    TEXT("pspPartitaIVA", told.psp_vat),
    TEXT("PSPCompanyName", told.psp_name),
    TEXT("idChannel", channel),
    TEXT("channelDescription", told.channel_description),
    WIRE_SUBJECT("payer", struct node_call, payer),
    TEXT("paymentMethod", method),
    CENTS("fee", fee_cents),
    CENTS("primaryCiIncurredFee", pa_fee_cents),
    TEXT("idBundle", bundle),
    TEXT("idCiBundle", ci_bundle),
    TEXT("paymentNote", note),
    WIRE_OWN("paymentDateTime", paid_at_take),
    DATE("applicationDate", application_date),
    DATE("transferDate", transfer_date),
    WIRE_END,
};

static const struct wire_field QR_FIELDS[] = {
    TEXT("fiscalCode", creditor),
    TEXT("noticeNumber", notice_number),
    WIRE_END,
};

/* The elements of all requests: what a name means is the same in each that has it. */
static const struct wire_field FIELDS[] = {
    TEXT("idPA", ente),
    TEXT("idBrokerPA", broker),
    TEXT("idStation", station),
    WIRE_FIELDS("qrCode", QR_FIELDS),
    WIRE_OWN("amount", wire_check_cents),
    WIRE_OWN("dueDate", wire_check_date),
    WIRE_FIELDS("receipt", RECEIPT_FIELDS),
    WIRE_END,
};
#undef TEXT
#undef CENTS
#undef DATE

enum err wire_node_read(const struct xml_node *root, struct node_call *call)
{
    return wire_fields_read(root, FIELDS, call);
}
