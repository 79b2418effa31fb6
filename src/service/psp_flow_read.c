/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_flow_read.h"

#include "crypto/hash.h"
#include "domain/amount.h"
#include "domain/calendar.h"
#include "domain/text.h"
#include "xml/walk.h"

#include <stdlib.h>
#include <string.h>

enum { QUADS = PSP_FLOW_PART / 3 * 4 };

struct reading {
    const struct psp_flow_reader *reader;
    struct psp_flow_head *head;
    struct db_psp_flow_line line;
    char amount[16], day[32], index[8];
    struct xml_walk *walk;
    struct hash_stream *hash;
    bool ended; /* after padding nothing may follow */
    size_t n_text;
    char text[QUADS];
    char bytes[PSP_FLOW_PART];
};

#define ROOT "/FlussoRiversamento"
#define PAYMENT ROOT "/datiSingoliPagamenti"
#define TO_HEAD(field)                                                                             \
    offsetof(struct psp_flow_head, field), sizeof(((struct psp_flow_head *)0)->field)
#define TO_LINE(field) offsetof(struct reading, field), sizeof(((struct reading *)0)->field)

/* Where an element's text is kept. What is longer was found not valid, or is cut. */
static const struct {
    const char *path;
    size_t at, size;
    bool of_line;
} fields[] = {
    {PAYMENT "/identificativoUnivocoVersamento", TO_LINE(line.iuv), true},
    {PAYMENT "/identificativoUnivocoRiscossione", TO_LINE(line.iur), true},
    {PAYMENT "/indiceDatiSingoloPagamento", TO_LINE(index), true},
    {PAYMENT "/singoloImportoPagato", TO_LINE(amount), true},
    {PAYMENT "/codiceEsitoSingoloPagamento", TO_LINE(line.outcome), true},
    {PAYMENT "/dataEsitoSingoloPagamento", TO_LINE(day), true},
    {ROOT "/identificativoFlusso", TO_HEAD(id), false},
    {ROOT "/dataOraFlusso", TO_HEAD(time), false},
    {ROOT "/identificativoUnivocoRegolamento", TO_HEAD(reference), false},
    {ROOT "/dataRegolamento", TO_LINE(day), true},
    {ROOT "/istitutoMittente/identificativoUnivocoMittente/tipoIdentificativoUnivoco",
     TO_HEAD(sender_kind), false},
    {ROOT "/istitutoMittente/identificativoUnivocoMittente/codiceIdentificativoUnivoco",
     TO_HEAD(sender), false},
    {ROOT "/istitutoRicevente/identificativoUnivocoRicevente/codiceIdentificativoUnivoco",
     TO_HEAD(receiver), false},
    {ROOT "/numeroTotalePagamenti", TO_HEAD(said_count), false},
    {ROOT "/importoTotalePagamenti", TO_HEAD(said_total), false},
};

static enum err day_read(const char *text, char out[11])
{
    enum err rc;
    int32_t day;

    TRY(calendar_xml_date_parse(text, &day));
    calendar_date_print(day, out);
out:
    return rc;
}

static enum err line_end(struct reading *r)
{
    enum err rc;
    struct db_psp_flow_line *line = &r->line;

    TRY(amount_parse(r->amount, &line->amount_cents));
    TRY(day_read(r->day, line->paid_on));
    line->index = (int)strtol(r->index, NULL, 10);
    line->n = (int)++r->head->count;
    r->head->total_cents += line->amount_cents; /* as many as fit a body: no overflow */
    if (r->reader->line) TRY(r->reader->line(r->reader->cls, line));
    memset(line, 0, sizeof *line);
    r->index[0] = '\0';
out:
    return rc;
}

static enum err on_close(void *cls, const char *path, const char *text)
{
    struct reading *r = cls;

    if (!strcmp(path, PAYMENT)) return line_end(r);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (strcmp(path, fields[i].path) != 0) continue;
        text_copy(text, (fields[i].of_line ? (char *)r : (char *)r->head) + fields[i].at,
                  fields[i].size);
        if (!strcmp(path, ROOT "/dataRegolamento")) return day_read(text, r->head->settled_on);
        if (!strcmp(path, ROOT "/dataOraFlusso"))
            return calendar_xml_time_parse(text, &r->head->time_us);
    }
    return ERR_NONE;
}

/* All that is waiting, decoded; a middle without padding, so that pieces join. */
static enum err text_decode(struct reading *r)
{
    enum err rc = ERR_NONE;
    size_t len = 0;

    if (r->n_text == 0) goto out;
    if (r->ended || !crypto_base64_decode(r->text, r->n_text, r->bytes, sizeof r->bytes, &len)) {
        rc = err_set(ERR_DATA, "base64");
        goto out;
    }
    r->ended = len < r->n_text / 4 * 3;
    r->n_text = 0;
    r->head->size += (int64_t)len;
    crypto_hash_add(r->hash, r->bytes, len);
    TRY(xml_walk_feed(r->walk, r->bytes, len));
    if (r->reader->part) TRY(r->reader->part(r->reader->cls, r->bytes, len));
out:
    return rc;
}

/* White space may stand anywhere: some toolkits break lines. */
static enum err on_piece(void *cls, const char *text, size_t len)
{
    struct reading *r = cls;
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') continue;
        if (r->n_text == sizeof r->text) TRY(text_decode(r));
        r->text[r->n_text++] = text[i];
    }
out:
    return rc;
}

enum err psp_flow_read(const struct psp_flow_reader *reader, struct psp_flow_head *out)
{
    static const struct xml_walker walker = {.close = on_close};
    enum err rc;
    struct xml_problem problem;
    struct reading *r = calloc(1, sizeof *r);

    memset(out, 0, sizeof *out);
    if (!r) return err_set(ERR_MEMORY, "flow");
    r->reader = reader;
    r->head = out;
    TRY(crypto_hash_begin(&r->hash));
    TRY(xml_walk_open(reader->schema, &walker, r, &problem, &r->walk));
    TRY(reader->pour(reader->pour_cls, on_piece, r));
    TRY(text_decode(r));
    TRY(xml_walk_end(r->walk));
out:
    xml_walk_close(&r->walk);
    if (r->hash) crypto_hash_end(&r->hash, &out->sha256);
    free(r);
    return rc;
}
