/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows on the wire: a PSP delivers them, an Ente's station lists and fetches them. Their messages
 * are small around a document of any size, which is never whole in memory: they are read from the
 * checked tree without it, and written by xml/writer into an answer that spills
 * (docs/adr/0017-flows-in-pieces.md). */
#include "wire/port.h"

#include "base/config.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "domain/text.h"
#include "service/psp_flow.h"
#include "service/station_flow.h"
#include "xml/writer.h"

#include <stdio.h>
#include <string.h>

#define NS "http://ws.pagamenti.telematici.gov/"
#define ENVELOPE "http://schemas.xmlsoap.org/soap/envelope/"

enum { LIST_MEMORY = 4 * 1024 * 1024, SPILL_AT = 1024 * 1024 };

static const struct xml_lift lift = {
    {"Envelope", "Body", "nodoInviaFlussoRendicontazione", "xmlRendicontazione"}};

/* ---- what both contracts share ---- */

/* The schema was checked before; what may have any length is cut, and then is no known id. */
static void text_take(const struct xml_node *root, const char *name, char *to, size_t cap)
{
    const char *text = xml_child_text(root, "", name);

    text_copy(text ? text : "", to, cap);
}
#define TAKE(name, to) text_take(call->root, (name), (to), sizeof(to))

static void answer_begin(struct xml_writer *w, struct buf *out, const char *root)
{
    xml_writer_begin(w, out, true);
    xml_open(w, "SOAP-ENV:Envelope");
    xml_attr(w, "xmlns:SOAP-ENV", ENVELOPE);
    xml_open(w, "SOAP-ENV:Body");
    xml_open(w, root);
    xml_attr(w, "xmlns:ppt", NS);
}

static void answer_fault(struct xml_writer *w, enum outcome outcome)
{
    if (outcome == OUTCOME_OK) return;
    xml_open(w, "fault");
    xml_leaf(w, "faultCode", outcome_code(outcome));
    xml_leaf(w, "faultString", outcome_text(outcome));
    xml_leaf(w, "id", config_text(CONFIG_HUB_NODE_ID));
    xml_leaf_opt(w, "description", outcome_description(outcome));
    xml_close(w);
}

static enum err answer_end(struct xml_writer *w)
{
    for (int i = 0; i < 3; i++)
        xml_close(w);
    return xml_writer_end(w);
}

/* ---- nodoInviaFlussoRendicontazione ---- */

static enum err pour(void *cls, xml_lift_fn *piece, void *piece_cls)
{
    const struct listen_request *request = cls;
    struct xml_document *doc = NULL;
    enum err rc = xml_lift_parse(request->body, request->body_len, &lift, piece, piece_cls, &doc);

    xml_document_close(&doc);
    return rc;
}

static void flow_take(const struct wire_call *call, struct psp_flow_call *out)
{
    char creditor[DEBT_CHARS(35)];

    TAKE("identificativoPSP", out->who.psp);
    TAKE("identificativoIntermediarioPSP", out->who.broker);
    TAKE("identificativoCanale", out->who.channel);
    TAKE("password", out->who.password);
    TAKE("identificativoFlusso", out->flow_id);
    TAKE("dataOraFlusso", out->time);
    TAKE("identificativoDominio", creditor);
    if (strlen(creditor) < sizeof out->who.fiscal_code)
        memcpy(out->who.fiscal_code, creditor, strlen(creditor) + 1);
}

static enum err receipt_write(enum outcome outcome, struct buf *out)
{
    struct xml_writer w;

    answer_begin(&w, out, "ppt:nodoInviaFlussoRendicontazioneRisposta");
    answer_fault(&w, outcome);
    xml_leaf(&w, "esito", outcome == OUTCOME_OK ? "OK" : "KO");
    return answer_end(&w);
}

static enum err flow_receive(struct wire_call *call, struct listen_answer *answer, int variant,
                             const char **out_outcome)
{
    enum err rc;
    struct env env = {.db = call->worker->db, .registry = call->worker->registry};
    struct listen_request request = *call->request;
    struct psp_flow_call in = {
        .who = {.operation = PSP_FLOW, .valid = call->valid, .exchange = &call->exchange},
        .schema = wire_nodo_per_psp.lifted,
        .pour = pour,
        .pour_cls = &request,
        .write = receipt_write,
        .answer = &answer->body};
    enum outcome outcome = OUTCOME_OK;

    (void)variant;
    in.who.has_certificate = request.has_certificate;
    memcpy(in.who.certificate, request.certificate.bytes, sizeof in.who.certificate);
    if (call->valid) flow_take(call, &in);
    TRY(service_psp_flow_receive(&env, &in, &outcome));
    call->line.written = true;
    *out_outcome = outcome_name(outcome);
out:
    crypto_wipe(in.who.password, sizeof in.who.password);
    return rc;
}

static const struct wire_operation psp_operations[] = {
    {"nodoInviaFlussoRendicontazione", "nodoInviaFlussoRendicontazione", NS, flow_receive, 0},
};

struct wire_port wire_nodo_per_psp = {
    .schema_path = "wsdl/node/nodoPerPsp.xsd",
    .family = MESSAGE_CHANNELS,
    .operations = psp_operations,
    .n_operations = ARRAY_LEN(psp_operations),
    .lift = &lift,
    .lifted_path = "xslt/flow/flusso-riversamento-1.0/output.xsd",
};

/* ---- nodoChiediElencoFlussiRendicontazione, nodoChiediFlussoRendicontazione ---- */

static void station_take(struct wire_call *call, struct flow_ask *out)
{
    char actor[sizeof "station/" + sizeof out->station];

    memset(out, 0, sizeof *out);
    out->valid = call->valid;
    out->has_certificate = call->request->has_certificate;
    memcpy(out->certificate, call->request->certificate.bytes, sizeof out->certificate);
    if (!call->valid) return;
    TAKE("identificativoIntermediarioPA", out->broker);
    TAKE("identificativoStazioneIntermediarioPA", out->station);
    TAKE("password", out->password);
    TAKE("identificativoDominio", out->creditor);
    TAKE("identificativoPSP", out->psp);
    TAKE("identificativoFlusso", out->flow_id);
    snprintf(actor, sizeof actor, "station/%s", out->station);
    text_copy(actor, call->line.actor, sizeof call->line.actor);
    text_copy(out->creditor, call->line.creditor, sizeof call->line.creditor);
}

static const char *outcome_said(enum outcome outcome)
{
    return outcome == OUTCOME_OK ? "OK" : outcome_code(outcome);
}

static enum err flows_list(struct wire_call *call, struct listen_answer *answer, int variant,
                           const char **out_outcome)
{
    enum err rc;
    struct env env = {.db = call->worker->db, .registry = call->worker->registry};
    struct flow_ask in;
    struct arena arena = ARENA_INIT(LIST_MEMORY);
    struct db_flow_name *list = NULL;
    size_t n = 0;
    enum outcome outcome = OUTCOME_OK;
    struct xml_writer w;
    char count[24];

    (void)variant;
    station_take(call, &in);
    TRY(service_station_flows(&env, &in, &arena, &outcome, &list, &n));
    *out_outcome = outcome_said(outcome);
    answer_begin(&w, &answer->body, "ppt:nodoChiediElencoFlussiRendicontazioneRisposta");
    answer_fault(&w, outcome);
    if (outcome == OUTCOME_OK) {
        snprintf(count, sizeof count, "%zu", n);
        xml_open(&w, "elencoFlussiRendicontazione");
        xml_leaf(&w, "totRestituiti", count);
        for (size_t i = 0; i < n; i++) {
            xml_open(&w, "idRendicontazione");
            xml_leaf(&w, "identificativoFlusso", list[i].flow_id);
            xml_leaf(&w, "dataOraFlusso", list[i].time);
            xml_close(&w);
        }
        xml_close(&w);
    }
    TRY(answer_end(&w));
out:
    arena_free(&arena);
    crypto_wipe(in.password, sizeof in.password);
    return rc;
}

/* An answer that is written around a flow, as far as it was told. */
struct fetching {
    struct listen_answer *answer;
    struct xml_writer writer;
    bool begun;
};

static void fetch_begin(struct fetching *f)
{
    answer_begin(&f->writer, &f->answer->body, "ppt:nodoChiediFlussoRendicontazioneRisposta");
    f->begun = true;
}

static enum err on_part(void *cls, const char *bytes, size_t len)
{
    enum err rc = ERR_NONE;
    struct fetching *f = cls;
    char text[PSP_FLOW_PART / 3 * 4 + 1];

    if (!f->begun) {
        fetch_begin(f);
        xml_open(&f->writer, "xmlRendicontazione");
    }
    if (!crypto_base64_encode(bytes, len, text, sizeof text)) return BUG("a part too long");
    xml_content(&f->writer, text);
    if (f->answer->body.len > SPILL_AT) TRY(listen_answer_spill(f->answer));
out:
    return rc;
}

static enum err flow_fetch(struct wire_call *call, struct listen_answer *answer, int variant,
                           const char **out_outcome)
{
    enum err rc;
    struct env env = {.db = call->worker->db, .registry = call->worker->registry};
    struct flow_ask in;
    struct fetching f = {.answer = answer};
    enum outcome outcome = OUTCOME_OK;

    (void)variant;
    station_take(call, &in);
    rc = service_station_flow(&env, &in, &outcome, on_part, &f);
    if (rc == ERR_FLOW_CHANGED || rc == ERR_IO_READ) { /* of ours: an operator must look */
        log_err("nodoChiediFlussoRendicontazione", rc);
        listen_answer_reset(answer);
        f.begun = false;
        outcome = OUTCOME_SYSTEM_ERROR;
        rc = ERR_NONE;
    }
    TRY(rc);
    *out_outcome = outcome_said(outcome);
    if (f.begun)
        xml_close(&f.writer);
    else
        fetch_begin(&f);
    answer_fault(&f.writer, outcome);
    TRY(answer_end(&f.writer));
out:
    crypto_wipe(in.password, sizeof in.password);
    return rc;
}

static const struct wire_operation pa_operations[] = {
    {"nodoChiediElencoFlussiRendicontazione", "nodoChiediElencoFlussiRendicontazione", NS,
     flows_list, 0},
    {"nodoChiediFlussoRendicontazione", "nodoChiediFlussoRendicontazione", NS, flow_fetch, 0},
};

struct wire_port wire_node_for_pa = {
    .schema_path = "wsdl/node/nodeForPa.xsd",
    .family = MESSAGE_STATIONS,
    .operations = pa_operations,
    .n_operations = ARRAY_LEN(pa_operations),
};
