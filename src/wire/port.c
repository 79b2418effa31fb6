/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/port.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "listen/prefilter.h"
#include "service/journal.h"

#include <stdio.h>
#include <string.h>

#define ENVELOPE_NS "http://schemas.xmlsoap.org/soap/envelope/"

enum err wire_port_open(struct wire_port *port, const char *share)
{
    enum err rc;
    char path[1024];

    if (port->schema) return ERR_NONE;
    if (port->lifted_path) {
        snprintf(path, sizeof path, "%s/%s", share, port->lifted_path);
        TRY(xml_schema_open(path, &port->lifted));
    }
    snprintf(path, sizeof path, "%s/%s", share, port->schema_path);
    TRY(xml_schema_open(path, &port->schema));
out:
    return rc;
}

void wire_port_close(struct wire_port *port)
{
    xml_schema_close(&port->lifted);
    xml_schema_close(&port->schema);
}

/* Some toolkits send the name, others a URI that ends with it. */
static const char *action_name(const char *action)
{
    const char *at = action + strlen(action);

    while (at > action && !strchr("/#:", at[-1]))
        at--;
    return at;
}

/* An operation, and the port that is its home. */
struct found {
    const struct wire_port *port;
    const struct wire_operation *operation;
};

static struct found by_action(const struct wire_port *port, const char *action)
{
    action = action_name(action);
    for (; port; port = port->also)
        for (size_t i = 0; i < port->n_operations; i++)
            if (!strcmp(port->operations[i].action, action))
                return (struct found){port, &port->operations[i]};
    return (struct found){NULL, NULL};
}

static bool is_root_of(const struct wire_operation *o, const struct xml_node *root)
{
    return root && !strcmp(o->root, xml_name(root)) && !strcmp(o->ns, xml_namespace(root));
}

/* Without an action the first element of a Body that is an operation's names it, however odd the
 * envelope around it is. */
static struct found by_root(const struct wire_port *port, const struct xml_document *doc)
{
    const struct xml_node *body = xml_child(xml_root(doc), NULL, "Body");

    for (; body; body = xml_next(body, NULL, "Body"))
        for (const struct xml_node *n = xml_child(body, NULL, NULL); n; n = xml_next(n, NULL, NULL))
            for (const struct wire_port *p = port; p; p = p->also)
                for (size_t i = 0; i < p->n_operations; i++)
                    if (is_root_of(&p->operations[i], n))
                        return (struct found){p, &p->operations[i]};
    return (struct found){NULL, NULL};
}

/* The first element of the first Body: the only one there is, once the shape was found right. */
static const struct xml_node *body_content(const struct xml_document *doc)
{
    const struct xml_node *body = xml_child(xml_root(doc), NULL, "Body");

    return body ? xml_child(body, NULL, NULL) : NULL;
}

static bool envelope_valid(const struct xml_document *doc)
{
    const struct xml_node *root = xml_root(doc);

    return !strcmp(xml_name(root), "Envelope") && !strcmp(xml_namespace(root), ENVELOPE_NS) &&
           xml_child(root, ENVELOPE_NS, "Body");
}

static bool must_be_understood(const struct xml_node *entry)
{
    const char *name, *value;

    for (size_t i = 0; (value = xml_attribute_at(entry, i, &name)) != NULL; i++)
        if (!strcmp(name, "mustUnderstand") && (!strcmp(value, "1") || !strcmp(value, "true")))
            return true;
    return false;
}

/* None of our contracts has a Header: what is in one is passed over, unless it may not be. */
static bool header_passable(const struct xml_document *doc)
{
    const struct xml_node *header = xml_child(xml_root(doc), ENVELOPE_NS, "Header");
    const struct xml_node *entry = header ? xml_child(header, NULL, NULL) : NULL;

    while (entry && !must_be_understood(entry))
        entry = xml_next(entry, NULL, NULL);
    return !entry;
}

/* What is wrong before the schema is asked, in words for the sender; NULL: nothing. */
static const char *shape_problem(const struct wire_operation *o, const struct xml_document *doc,
                                 const struct xml_node *root, const char *seen)
{
    if (seen) return seen;
    if (!envelope_valid(doc)) return "an Envelope of SOAP 1.1 with a Body expected";
    if (!header_passable(doc)) return "a Header that must be understood is not";
    return is_root_of(o, root) ? NULL : "the Body holds another operation than SOAPAction names";
}

void wire_port_fault(struct listen_answer *answer, int status, const char *code, const char *text)
{
    listen_answer_reset(answer);
    answer->status = status;
    if (soap_message_fault(&answer->body, code, text) != ERR_NONE) answer->status = 500;
}

/* The error's class alone decides what the caller is told: fixed texts [X71]. */
static void fault_err(struct listen_answer *answer, enum err rc)
{
    switch (err_class(rc)) {
    case ERR_CLASS_CALLER:
        wire_port_fault(answer, 500, "Client", "Message not valid");
        break;
    case ERR_CLASS_FORBIDDEN:
        answer->authenticate = "Basic realm=\"payer\", charset=\"UTF-8\"";
        wire_port_fault(answer, 401, "Client", "Not allowed");
        break;
    case ERR_CLASS_TRANSIENT:
        wire_port_fault(answer, 503, "Server", "Not available now: try again");
        break;
    case ERR_CLASS_NONE:
    case ERR_CLASS_USAGE:
    case ERR_CLASS_INPUT:
    case ERR_CLASS_PEER:
    case ERR_CLASS_INTERNAL:
    case ERR_CLASS_OUTPUT:
    case ERR_CLASS_CONFIG:
    case ERR_CLASS_COUNT:
    default:
        wire_port_fault(answer, 500, "Server", "Internal error");
        break;
    }
}

static void line_set(struct db_journal_row *row, const struct wire_operation *o,
                     const struct wire_call *call, const struct buf *answer, const char *outcome)
{
    const struct wire_line *l = &call->line;

    db_journal_set(row, *l->actor ? l->actor : "?", o->action, l->creditor, l->notice_number,
                   outcome);
    memcpy(row->token_hash, l->token_hash, sizeof row->token_hash);
    row->object_id = l->object_id;
    service_journal_exchange(row, &call->exchange, answer);
}

/* Each operation leaves its line; one that ended by an error says so. */
static void line_note(const struct wire_port *port, const struct wire_operation *o,
                      const struct wire_call *call, const struct listen_answer *answer,
                      const char *outcome, enum err failed)
{
    static const struct buf none = BUF_INIT(0);
    const struct buf *body = answer->file.len ? &none : &answer->body; /* not what was spilled */
    struct db_journal_row row;
    struct db_message *message = service_message_make(port->family, &call->exchange, body);
    bool written = call->line.written && failed == ERR_NONE;
    enum err rc;

    if (written && !message) return;
    if (!written) line_set(&row, o, call, body, failed == ERR_NONE ? outcome : err_name(failed));
    rc = service_journal_keep(call->worker->db, written ? NULL : &row, message);
    if (rc != ERR_NONE) log_err("journal.keep", rc);
}

static void measure(const struct wire_operation *o, const struct wire_call *call,
                    const char *outcome)
{
    char label[64];

    snprintf(label, sizeof label, "%.30s:%.30s", o->action, outcome);
    metric_add(METRIC_REQUEST, label, 1);
    metric_observe_us(METRIC_REQUEST_TIME, o->action,
                      clock_monotonic_us() - call->request->received_us);
}

/* By the operation that the action names; of bytes that nobody looked at none are kept. */
void wire_port_refuse(const struct wire_port *port, struct wire_call *call,
                      struct listen_answer *answer, enum err rc)
{
    static const struct wire_operation unnamed = {.action = "?"};
    const struct wire_operation *o = by_action(port, call->request->action).operation;
    struct db_journal_row row;

    if (log_quiet_pass(&call->worker->refused_log, WIRE_REFUSED_LINES))
        log_err(o ? o->action : "caller.refused", rc);
    if (!o) o = &unnamed;
    fault_err(answer, rc);
    line_set(&row, o, call, &answer->body, err_name(rc));
    rc = service_journal_keep(call->worker->db, &row, NULL);
    if (rc != ERR_NONE) log_err("journal.keep", rc);
    measure(o, call, "ERROR");
}

static void operation_run(const struct wire_port *port, const struct wire_operation *o,
                          struct wire_call *call, struct listen_answer *answer)
{
    enum err rc;
    const char *outcome = "ERROR";
    struct wire_worker *w = call->worker;

    TRY(o->answer(call, answer, o->variant, &outcome));
out:
    soap_message_reset(w->message);
    if (rc != ERR_NONE) {
        log_err(o->action, rc);
        fault_err(answer, rc);
    }
    line_note(port, o, call, answer, outcome, rc);
    measure(o, call, outcome);
}

/* What an action does not tell may still be an operation with a text to be kept out. */
static enum err message_parse(const struct wire_port *port, struct found found,
                              const struct listen_request *request, struct xml_document **out)
{
    const struct xml_lift *lift = found.port ? found.port->lift : NULL;

    for (const struct wire_port *p = port; p && !found.port && !lift; p = p->also)
        lift = p->lift;
    return lift ? xml_lift_parse(request->body, request->body_len, lift, NULL, NULL, out)
                : xml_document_parse(request->body, request->body_len, out);
}

static void message_run(const struct wire_port *port, struct found found,
                        const struct xml_document *doc, const char *seen, struct wire_call *call,
                        struct listen_answer *answer)
{
    const char *why;

    call->root = body_content(doc);
    if (!found.operation) found = by_root(port, doc);
    if (!found.operation) {
        wire_port_fault(answer, 500, "Client", "Operation not served here");
        return;
    }
    why = shape_problem(found.operation, doc, call->root, seen);
    if (why)
        snprintf(call->problem.text, sizeof call->problem.text, "%s", why);
    else
        call->valid =
            xml_schema_check_node(found.port->schema, call->root, &call->problem) == ERR_NONE;
    err_clear();
    operation_run(found.port, found.operation, call, answer);
}

/* From bytes to the operation that they name. */
static void message_take(const struct wire_port *port, struct wire_call *call,
                         struct listen_answer *answer)
{
    const struct listen_request *request = call->request;
    struct xml_document *doc = NULL;
    const struct found found = by_action(port, request->action);
    const char *why = NULL;
    enum prefilter seen = listen_prefilter(request->body, request->body_len, &why);

    if (seen == PREFILTER_BROKEN)
        wire_port_fault(answer, 500, "Client", why);
    else if (message_parse(port, found, request, &doc) != ERR_NONE)
        wire_port_fault(answer, 500, "Client", "Not well-formed XML");
    else
        message_run(port, found, doc, why, call, answer);
    xml_document_close(&doc);
}

void wire_port_post(void *worker, const struct listen_request *request,
                    struct listen_answer *answer, void *cls)
{
    const struct wire_port *port = cls;
    struct wire_worker *w = worker;
    struct wire_call call = {.worker = w, .request = request};
    char id[33];

    clock_token_new(id);
    id[12] = 0;
    log_set_request(id);
    err_clear();
    call.exchange =
        (struct exchange){clock_id_new(), request->received_us, request->body, request->body_len};
    w->registry = service_registry_current(w->cache, w->db);
    if (!port->admit || port->admit(port, &call, answer)) message_take(port, &call, answer);
    service_registry_release(w->cache, w->registry);
    w->registry = NULL;
    log_set_request("");
}
