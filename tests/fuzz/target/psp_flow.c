/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PSP's flow: the bytes as its document, then as the base64 text of one, in small pieces, and as
 * the message around it. What is read keeps its limits, and every line is told in order. */
#include "fuzz.h"

#include "crypto/hash.h"
#include "service/psp_flow_read.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 7 };

static const struct xml_lift lift = {
    {"Envelope", "Body", "nodoInviaFlussoRendicontazione", "xmlRendicontazione"}};
static struct xml_schema *schema;

struct poured {
    const char *text;
    size_t len;
    int64_t lines, bytes, cents;
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_init();
    ALWAYS(xml_schema_open("xslt/flow/flusso-riversamento-1.0/output.xsd", &schema) == ERR_NONE);
    return 0;
}

static enum err pour(void *cls, xml_lift_fn *piece, void *piece_cls)
{
    const struct poured *p = cls;
    enum err rc = ERR_NONE;

    for (size_t at = 0; at < p->len && rc == ERR_NONE; at += PIECE)
        rc = piece(piece_cls, p->text + at, p->len - at < PIECE ? p->len - at : PIECE);
    return rc;
}

static enum err on_line(void *cls, const struct db_psp_flow_line *line)
{
    struct poured *p = cls;

    ALWAYS(line->n == ++p->lines && line->amount_cents > 0 && strlen(line->paid_on) == 10);
    ALWAYS(*line->iuv && *line->iur && strlen(line->outcome) == 1);
    p->cents += line->amount_cents;
    return ERR_NONE;
}

static enum err on_part(void *cls, const char *bytes, size_t len)
{
    struct poured *p = cls;

    ALWAYS(len <= PSP_FLOW_PART && bytes != NULL);
    p->bytes += (int64_t)len;
    return ERR_NONE;
}

static void read_text(const char *text, size_t len)
{
    struct poured p = {.text = text, .len = len};
    const struct psp_flow_reader reader = {.pour = pour,
                                           .pour_cls = &p,
                                           .schema = schema,
                                           .line = on_line,
                                           .part = on_part,
                                           .cls = &p};
    struct psp_flow_head head;
    enum err rc = psp_flow_read(&reader, &head);

    ALWAYS(rc == ERR_NONE || err_class(rc) == ERR_CLASS_CALLER || rc == ERR_LIMIT);
    if (rc == ERR_NONE)
        ALWAYS(head.count == p.lines && head.count > 0 && head.size == p.bytes &&
               head.total_cents == p.cents && strlen(head.settled_on) == 10);
    ALWAYS(err_bug_count() == 0);
    err_clear();
}

static enum err on_piece(void *cls, const char *text, size_t len)
{
    struct poured *p = cls;

    ALWAYS(text != NULL);
    p->bytes += (int64_t)len;
    return ERR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *copy = fuzz_text(bytes, len);
    size_t cap = len / 3 * 4 + 8;
    char *text = malloc(cap);
    struct poured p = {.text = copy, .len = len};
    struct xml_document *doc = NULL;

    ALWAYS(text != NULL && crypto_base64_encode(copy, len, text, cap));
    read_text(text, strlen(text));
    read_text(copy, len);
    if (xml_lift_parse(copy, len, &lift, on_piece, &p, &doc) == ERR_NONE)
        ALWAYS(p.bytes <= (int64_t)len);
    xml_document_close(&doc);
    err_clear();
    free(text);
    free(copy);
    return 0;
}
