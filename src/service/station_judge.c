/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/station_judge.h"

#include "domain/notice.h"

#include <string.h>

#define ENVELOPE_NS "http://schemas.xmlsoap.org/soap/envelope/"
#define PFN_NS "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"

/* The one element of the one Body, when it is the answer; NULL: a Fault, or anything else. */
static const struct xml_node *answer_find(const struct xml_document *doc, const char *name)
{
    const struct xml_node *root = xml_root(doc), *body, *answer;

    if (strcmp(xml_name(root), "Envelope") != 0 || strcmp(xml_namespace(root), ENVELOPE_NS) != 0)
        return NULL;
    body = xml_child(root, ENVELOPE_NS, "Body");
    if (!body) return NULL;
    answer = xml_child(body, NULL, NULL);
    if (!answer || xml_next(answer, NULL, NULL) || strcmp(xml_name(answer), name) != 0 ||
        strcmp(xml_namespace(answer), PFN_NS) != 0)
        return NULL;
    return answer;
}

enum err station_judge_message(const struct xml_schema *schema, const char *bytes, size_t len,
                               const char *answer)
{
    enum err rc;
    struct xml_document *doc = NULL;
    const struct xml_node *found;
    struct xml_problem problem;

    rc = xml_document_parse(bytes, len, &doc);
    if (rc == ERR_XML_SYNTAX) {
        err_clear();
        rc = err_set(ERR_PEER_ANSWER, "not well-formed XML");
    }
    TRY(rc);
    found = answer_find(doc, answer);
    if (!found) {
        rc = err_setf(ERR_PEER_ANSWER, "a Fault or another message than %s", answer);
        goto out;
    }
    rc = xml_schema_check_node(schema, found, &problem);
    if (rc == ERR_XML_INVALID) {
        err_clear();
        xml_problem_hide_value(&problem);
        rc = err_setf(ERR_PEER_ANSWER, "%s: %s", problem.element, problem.text);
    }
out:
    xml_document_close(&doc);
    return rc;
}

const char *station_judge_verify(const struct soap_station_said *said, const char *creditor)
{
    if (*said->fault.code || !*said->creditor || !strcmp(said->creditor, creditor)) return NULL;
    return "fiscalCodePA is another Ente";
}

static const char *transfers_judge(const struct debt_instalment *i)
{
    unsigned seen = 0;
    int64_t sum = 0;

    for (int t = 0; t < i->n_transfers; t++) {
        unsigned bit = 1u << i->transfers[t].number;

        if (seen & bit) return "two transfers with one idTransfer";
        seen |= bit;
        sum += i->transfers[t].amount_cents;
    }
    return sum == i->amount_cents ? NULL : "the transfers do not add up to paymentAmount";
}

const char *station_judge_get(const struct soap_station_said *said, const char *notice_number)
{
    struct notice notice;

    if (*said->fault.code) return NULL;
    if (!notice_split(notice_number, &notice) || strcmp(said->instalment.iuv, notice.iuv) != 0)
        return "creditorReferenceId is not the notice's";
    return transfers_judge(&said->instalment);
}
