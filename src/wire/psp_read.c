/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/psp.h"

#include "crypto/hash.h"
#include "domain/amount.h"
#include "wire/field.h"

#include <stdlib.h>
#include <string.h>

#include "payH.h"

static enum err who_read(struct psp_call *call, const char *psp, const char *broker,
                         const char *channel, const char *password, const char *key)
{
    enum err rc;

    TRY(COPY(call->psp, psp));
    TRY(COPY(call->broker, broker));
    TRY(COPY(call->channel, channel));
    TRY(COPY(call->password, password));
    TRY(COPY(call->key, key));
out:
    return rc;
}

static enum err notice_read(struct psp_call *call, const struct nfp__ctQrCode *qr)
{
    enum err rc;

    TRY(COPY(call->fiscal_code, qr->fiscalCode));
    TRY(COPY(call->notice_number, qr->noticeNumber));
out:
    return rc;
}

/* Below 1 is row 1, like a facet [W4]; above the maximum, row 12. Nothing is clipped. */
static enum err expiration_read(struct psp_call *call, const char *text)
{
    call->expiration_ms = text ? strtoll(text, NULL, 10) : 0;
    if (text && call->expiration_ms < 1) call->valid = false;
    return ERR_NONE;
}

/* What activate says it would pay. */
static enum err offer_read(struct psp_call *call, const char *expiration, const char *amount,
                           const char *due, const char *note)
{
    enum err rc;

    TRY(expiration_read(call, expiration));
    TRY(amount_parse_or_zero(amount, &call->amount_cents));
    TRY(wire_field_date(call->due_date, due));
    TRY(COPY(call->note, note));
out:
    return rc;
}

static enum err payer_read(struct psp_call *call, struct soap *soap, const struct nfp__ctSubject *s)
{
    enum err rc;
    struct debt_subject *to = &call->payer;

    if (!s) return ERR_NONE;
    TRY(COPY(to->kind, soap_nfp__stEntityUniqueIdentifierType2s(
                           soap, s->uniqueIdentifier->entityUniqueIdentifierType)));
    TRY(COPY(to->code, s->uniqueIdentifier->entityUniqueIdentifierValue));
    TRY(COPY(to->name, s->fullName));
    TRY(COPY(to->street, s->streetName));
    TRY(COPY(to->civic, s->civicNumber));
    TRY(COPY(to->postal_code, s->postalCode));
    TRY(COPY(to->city, s->city));
    TRY(COPY(to->province, s->stateProvinceRegion));
    TRY(COPY(to->country, s->country));
    TRY(COPY(to->email, s->e_mail));
out:
    return rc;
}

static enum err details_read(struct psp_call *call, struct soap *soap, int method,
                             const enum nfp__stPaymentChannel *channel, const char *fee,
                             const struct nfp__ctSubject *payer, const char *application,
                             const char *transfer)
{
    enum err rc;

    TRY(COPY(call->method, soap_nfp__stPaymentMethod2s(soap, (enum nfp__stPaymentMethod)method)));
    if (channel) TRY(COPY(call->payment_channel, soap_nfp__stPaymentChannel2s(soap, *channel)));
    TRY(amount_parse_or_zero(fee, &call->fee_cents));
    TRY(payer_read(call, soap, payer));
    TRY(wire_field_date(call->application_date, application));
    TRY(wire_field_date(call->transfer_date, transfer));
out:
    return rc;
}

static enum err verify_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__verifyPaymentNoticeReq *q =
        soap_get_nfp__verifyPaymentNoticeReq(soap, NULL, "nfp:verifyPaymentNoticeReq", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "verifyPaymentNoticeReq");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, NULL));
    TRY(notice_read(call, q->qrCode));
out:
    return rc;
}

static enum err activate_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__activatePaymentNoticeReq *q =
        soap_get_nfp__activatePaymentNoticeReq(soap, NULL, "nfp:activatePaymentNoticeReq", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "activatePaymentNoticeReq");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, q->idempotencyKey));
    TRY(notice_read(call, q->qrCode));
    TRY(offer_read(call, q->expirationTime, q->amount, q->dueDate, q->paymentNote));
out:
    return rc;
}

static enum err activate_v2_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__activatePaymentNoticeV2Request *q =
        soap_get_nfp__activatePaymentNoticeV2Request(soap, NULL,
                                                     "nfp:activatePaymentNoticeV2Request", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "activatePaymentNoticeV2Request");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, q->idempotencyKey));
    TRY(notice_read(call, q->qrCode));
    TRY(offer_read(call, q->expirationTime, q->amount, q->dueDate, q->paymentNote));
    if (q->paymentMethod)
        TRY(COPY(call->method, soap_nfp__stPaymentMethodFee2s(soap, *q->paymentMethod)));
    if (q->touchPoint)
        TRY(COPY(call->touch_point, soap_nfp__stTouchpointFee2s(soap, *q->touchPoint)));
out:
    return rc;
}

static enum err outcome_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__sendPaymentOutcomeReq *q =
        soap_get_nfp__sendPaymentOutcomeReq(soap, NULL, "nfp:sendPaymentOutcomeReq", NULL);
    const struct nfp__ctOutcomeDetails *d;

    if (!q) return err_set(ERR_XML_INVALID, "sendPaymentOutcomeReq");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, q->idempotencyKey));
    TRY(COPY(call->tokens[call->n_tokens++], q->paymentToken));
    call->ok = q->outcome == ppc__stOutcome__OK;
    d = q->details;
    if (d)
        TRY(details_read(call, soap, (int)d->paymentMethod, d->paymentChannel, d->fee, d->payer,
                         d->applicationDate, d->transferDate));
out:
    return rc;
}

/* Money that is taken twice for one token cannot be told from a slip: row 1 [W4]. */
static enum err tokens_read(struct psp_call *call, const struct nfp__stPaymentTokens *list)
{
    enum err rc = ERR_NONE;

    if (list->__sizepaymentToken > PSP_TOKENS_MAX) return BUG("tokens over their facet");
    for (int i = 0; i < list->__sizepaymentToken; i++) {
        TRY(COPY(call->tokens[i], list->paymentToken[i]));
        for (int k = 0; k < i; k++)
            if (!strcmp(call->tokens[k], call->tokens[i])) call->valid = false;
        call->n_tokens++;
    }
out:
    return rc;
}

static enum err outcome_v2_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__sendPaymentOutcomeV2Request *q = soap_get_nfp__sendPaymentOutcomeV2Request(
        soap, NULL, "nfp:sendPaymentOutcomeV2Request", NULL);
    const struct nfp__ctOutcomeDetailsV2 *d;

    if (!q) return err_set(ERR_XML_INVALID, "sendPaymentOutcomeV2Request");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, q->idempotencyKey));
    TRY(tokens_read(call, q->paymentTokens));
    call->ok = q->outcome == ppc__stOutcome__OK;
    d = q->details;
    if (!d) goto out;
    TRY(details_read(call, soap, (int)d->paymentMethod, d->paymentChannel, d->fee, d->payer,
                     d->applicationDate, d->transferDate));
    if (d->primaryCiIncurredFee)
        TRY(amount_parse_or_zero(d->primaryCiIncurredFee, &call->pa_fee_cents));
    TRY(COPY(call->bundle, d->idBundle));
    TRY(COPY(call->ci_bundle, d->idCiBundle));
out:
    return rc;
}

static enum err bollettino_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__verificaBollettinoReq *q =
        soap_get_nfp__verificaBollettinoReq(soap, NULL, "nfp:verificaBollettinoReq", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "verificaBollettinoReq");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, NULL));
    TRY(COPY(call->cc_post, q->ccPost));
    TRY(COPY(call->notice_number, q->noticeNumber));
out:
    return rc;
}

static enum err demand_read(struct soap *soap, struct psp_call *call)
{
    enum err rc;
    const struct nfp__demandPaymentNoticeRequest *q = soap_get_nfp__demandPaymentNoticeRequest(
        soap, NULL, "nfp:demandPaymentNoticeRequest", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "demandPaymentNoticeRequest");
    TRY(who_read(call, q->idPSP, q->idBrokerPSP, q->idChannel, q->password, NULL));
    TRY(COPY(call->service, q->idSoggettoServizio));
out:
    return rc;
}

enum err wire_psp_read(struct soap_message *m, const char *bytes, size_t len, struct psp_call *call)
{
    static enum err (*const readers[PSP_OPERATION_COUNT])(struct soap *, struct psp_call *) = {
        [PSP_VERIFY] = verify_read,           [PSP_ACTIVATE] = activate_read,
        [PSP_ACTIVATE_V2] = activate_v2_read, [PSP_OUTCOME] = outcome_read,
        [PSP_OUTCOME_V2] = outcome_v2_read,   [PSP_BOLLETTINO] = bollettino_read,
        [PSP_DEMAND] = demand_read,
    };
    enum err rc;

    TRY(soap_message_read(m, bytes, len));
    TRY(readers[call->operation](soap_message_soap(m), call));
    TRY(soap_message_end_read(m));
out:
    return rc;
}

static int token_find(const struct psp_call *call, const char *token)
{
    for (int i = 0; i < call->n_tokens; i++)
        if (!strcmp(call->tokens[i], token)) return i;
    return -1;
}

/* A stamp is for one transfer of one of the tokens, and one alone: else row 1. */
static void stamps_read(const struct xml_node *root, struct psp_call *call)
{
    const struct xml_node *details = xml_child(root, NULL, "details");
    const struct xml_node *list = details ? xml_child(details, NULL, "marcheDaBollo") : NULL;

    for (const struct xml_node *s = list ? xml_child(list, NULL, NULL) : NULL; s;
         s = xml_next(s, NULL, NULL)) {
        int token = token_find(call, xml_child_text(s, NULL, "paymentToken"));
        long transfer = strtol(xml_child_text(s, NULL, "idTransfer"), NULL, 10);

        ALWAYS(transfer >= 1 && transfer <= DEBT_TRANSFERS_MAX);
        if (token < 0 || call->stamps[token][transfer])
            call->valid = false;
        else
            call->stamps[token][transfer] = xml_child_text(s, NULL, "MBDAttachment");
    }
}

/* The schema's check counts padding, but passes over what is no base64, as mail does; a station's
 * need not [W3.1]. */
static bool is_base64(const char *text)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789+/= \t\r\n";

    return text[strspn(text, characters)] == '\0';
}

void wire_psp_borrow(const struct xml_node *root, struct psp_call *call)
{
    stamps_read(root, call);
    call->service_data = xml_child_text(root, NULL, "datiSpecificiServizio");
    if (call->service_data && !is_base64(call->service_data)) call->valid = false;
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
