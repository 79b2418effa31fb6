/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/dealing.h"

#include "domain/text.h"
#include "service/journal_story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_MAX = 256 * 1024 * 1024 };

void *dealing_make(struct soap *soap, size_t n, size_t size)
{
    void *p = soap_malloc(soap, n * size);

    if (p) memset(p, 0, n * size);
    return p;
}

int64_t dealing_number(const struct xml_node *node, const char *ns, const char *name,
                       int64_t otherwise)
{
    const char *text = xml_child_text(node, ns, name);

    return text ? strtoll(text, NULL, 10) : otherwise;
}

struct dpo__refusal *dealing_refusal(struct soap *soap, const struct position_refusal *from)
{
    struct dpo__refusal *r = dealing_make(soap, 1, sizeof *r);

    if (!r) return NULL;
    r->code = soap_fill_text(from->code);
    r->field = soap_fill_opt(from->field);
    r->text = soap_fill_text(*from->expected ? from->expected : "there is no such position");
    return r;
}

static void line_copy(const struct xml_node *root, const char *name, char *to, size_t cap)
{
    const char *text = xml_child_text(root, NULL, name);

    if (text && !*to) text_copy(text, to, cap);
}

/* What is asked about, as far as the message itself says it. */
static void line_fill(const struct xml_node *root, struct wire_line *line)
{
    const char *receipt = xml_child_text(root, NULL, "receiptId");

    line_copy(root, "creditor", line->creditor, sizeof line->creditor);
    line_copy(root, "beneficiary", line->creditor, sizeof line->creditor);
    line_copy(root, "noticeNumber", line->notice_number, sizeof line->notice_number);
    if (receipt) service_journal_token(receipt, line->token_hash);
}

bool dealing_admit(const struct wire_port *port, struct wire_call *call,
                   struct listen_answer *answer)
{
    enum err rc = wire_caller_get(call->worker, call->request, &call->office);

    if (rc == ERR_NONE)
        text_copy(call->office.actor, call->line.actor, sizeof call->line.actor);
    else
        wire_port_refuse(port, call, answer, rc);
    return rc == ERR_NONE;
}

enum err dealing_answer(struct wire_call *call, struct listen_answer *answer, dealing_fn *run,
                        const char **out_outcome)
{
    struct dealing d = {.call = call,
                        .env = {.db = call->worker->db, .registry = call->worker->registry},
                        .soap = soap_message_soap(call->worker->message),
                        .arena = ARENA_INIT(MEMORY_MAX)};
    char text[400];
    enum err rc;

    if (call->valid) line_fill(call->root, &call->line);
    if (!call->valid) { /* our own contract: the sender is told where and what */
        xml_problem_hide_value(&call->problem);
        if (call->problem.line > 0)
            snprintf(text, sizeof text, "Message not valid: line %ld, element %s: %s",
                     call->problem.line, call->problem.element, call->problem.text);
        else
            snprintf(text, sizeof text, "Message not valid: %s", call->problem.text);
        answer->status = 500;
        *out_outcome = "INVALID";
        TRY(soap_message_fault(&answer->body, "Client", text));
        goto out;
    }
    TRY(run(&d, answer, out_outcome));
out:
    arena_free(&d.arena);
    return rc;
}
