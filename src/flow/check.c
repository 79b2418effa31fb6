/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/check.h"

#include "flow/forbidden.h"
#include "flow/sample.h"
#include "xml/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 << 20, SEEDS = 3 };
static const char NAME[] = "checked";
static const size_t COUNTS[] = {0, 2, 3, 13, FLOW_SAMPLE_MAX};
static const size_t PAGES[] = {1, 2, 7, 1000};

struct trial {
    struct flow_format *format;
    const char *scratch;
    struct flow_sample *sample;
    struct buf whole, file;
    struct buf *out;
};

/* What the author is told; the errors of a format are findings, the others are errors. */
static enum err finding(struct trial *t, enum err rc, const char *when)
{
    if (rc == ERR_NONE || rc == ERR_IO_WRITE || rc == ERR_IO_READ || rc == ERR_MEMORY) return rc;
    rc = buf_printf(t->out, "%s: %s: %s: %s\n", t->format->name, when, err_text(rc),
                    err_detail()->field);
    err_clear();
    return rc;
}

static enum err whole_make(struct trial *t)
{
    enum err rc;
    struct buf text = BUF_INIT(FILE_MAX);
    struct xml_document *doc = NULL;

    buf_reset(&t->whole);
    TRY(flow_sample_write(t->sample, t->format->name, &text));
    TRY(xml_document_parse(buf_str(&text), text.len, &doc));
    TRY(xml_sheet_apply(t->format->sheet, doc, NULL, &t->whole));
out:
    xml_document_close(&doc);
    buf_free(&text);
    return rc;
}

static enum err streamed_make(struct trial *t, size_t page)
{
    enum err rc;
    struct flow_made made;
    struct flow_source source = flow_sample_source(t->sample, page);
    char path[sizeof made.file.dir + sizeof made.file.tmp_name + 1];

    buf_reset(&t->file);
    TRY(flow_make(t->format, &t->sample->frame, &source, t->scratch, NAME, &made));
    (void)snprintf(path, sizeof path, "%s/%s", made.file.dir, made.file.tmp_name);
    rc = buf_read_file(&t->file, path);
    flow_file_discard(&made.file);
out:
    return rc;
}

static enum err sample_try(struct trial *t, size_t n, uint64_t seed)
{
    enum err rc;
    char when[80];

    flow_sample_fill(t->sample, t->format->records, n, seed);
    (void)snprintf(when, sizeof when, "the whole document of %zu records", n);
    TRY(finding(t, whole_make(t), when));
    for (size_t i = 0; t->out->len == 0 && i < ARRAY_LEN(PAGES); i++) {
        (void)snprintf(when, sizeof when, "%zu records in batches of %zu", n, PAGES[i]);
        TRY(finding(t, streamed_make(t, PAGES[i]), when));
        if (t->out->len == 0 && (t->whole.len != t->file.len ||
                                 memcmp(buf_str(&t->whole), buf_str(&t->file), t->file.len) != 0))
            TRY(buf_printf(t->out,
                           "%s: %s: other bytes than the whole document makes: what is made of a "
                           "record depends on others\n",
                           t->format->name, when));
    }
out:
    return rc;
}

/* Until the first finding: one mistake shows in many samples. */
static enum err samples_try(struct trial *t)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < ARRAY_LEN(COUNTS); i++) {
        if (COUNTS[i] == 0 && !t->format->empty) continue;
        for (uint64_t seed = 1; t->out->len == 0 && seed <= SEEDS; seed++)
            TRY(sample_try(t, COUNTS[i], seed));
    }
out:
    return rc;
}

enum err flow_check(const char *dir, const char *lib_dir, const char *scratch, struct buf *out)
{
    enum err rc;
    char path[1024];
    struct trial t = {.scratch = scratch,
                      .sample = malloc(sizeof *t.sample),
                      .whole = BUF_INIT(FILE_MAX),
                      .file = BUF_INIT(FILE_MAX),
                      .out = out};

    if (t.sample == NULL) return err_set(ERR_MEMORY, dir);
    rc = flow_format_open(dir, lib_dir, &t.format);
    if (rc != ERR_NONE) {
        TRY(buf_printf(out, "%s: %s\n", err_text(rc), err_detail()->field));
        err_clear();
        goto out;
    }
    (void)snprintf(path, sizeof path, "%s/sheet.xsl", dir);
    TRY(flow_forbidden_find(path, out));
    if (out->len == 0) TRY(samples_try(&t));
out:
    flow_format_close(&t.format);
    buf_free(&t.whole);
    buf_free(&t.file);
    free(t.sample);
    return rc;
}
