/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a flow of N payments that are ready in memory: transform, write, validate from disk, publish.
 * Prints: records, microseconds of all, of the checks and hashes alone, KiB at most.
 *   flow FORMAT-FOLDER LIB-FOLDER OUT-FOLDER N
 *   flow FORMAT-FOLDER LIB-FOLDER OUT-FOLDER N document     the record document of them, on stdout */
#include "base/clock.h"
#include "flow/make.h"
#include "flow/tally.h"
#include "xml/document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READY = 1000 }; /* different payments, over and over */

struct payments {
    struct flow_record *ready;
    int64_t n, next;
};

static int64_t cents(int64_t i)
{
    return i * 7919 % 100000 + 1;
}

static void payment(struct flow_record *r, int64_t i)
{
    r->amount_cents = cents(i);
    (void)snprintf(r->iuv, sizeof r->iuv, "01%015" PRId64, i);
    (void)snprintf(r->iur, sizeof r->iur, "%032" PRIx64, (uint64_t)i * UINT64_C(2654435761));
    (void)snprintf(r->notice_number, sizeof r->notice_number, "301%015" PRId64, i);
    r->index = 1;
    r->outcome = '0';
    (void)snprintf(r->paid_on, sizeof r->paid_on, "2026-03-01");
    (void)snprintf(r->psp, sizeof r->psp, "PSPPROVA");
    (void)snprintf(r->channel, sizeof r->channel, "66666666666_01");
    (void)snprintf(r->debt_type, sizeof r->debt_type, "TARI");
    (void)snprintf(r->description, sizeof r->description, "Tassa rifiuti 2026, rata %" PRId64, i);
    (void)snprintf(r->debtor_code, sizeof r->debtor_code, "RSSMRA80A01H501U");
    (void)snprintf(r->debtor_name, sizeof r->debtor_name, "Maria Città %" PRId64, i);
    r->fee_cents = 150;
}

static enum err next(void *cls, struct flow_record *batch, size_t cap, size_t *out_n)
{
    struct payments *p = cls;
    size_t n = 0;

    for (; n < cap && p->next < p->n; n++)
        batch[n] = p->ready[p->next++ % READY];
    *out_n = n;
    return ERR_NONE;
}

static void frame_fill(struct flow_frame *f, int64_t n)
{
    *f = (struct flow_frame){.id = "2026-03-02PAYER-1A2B3C",
                             .created = "2026-03-02T06:00:03",
                             .to = "2026-03-02T06:00:00",
                             .execution_date = "2026-03-02",
                             .reference = "2026-03-02PAYER-1A2B3C",
                             .sequence = 1,
                             .count = n,
                             .sender = {"PAYER", "Regione di Prova", "G"},
                             .receiver = {"77777777777", "Comune di Prova", "G"},
                             .account = {.iban = "IT36N9900101000000000000001"}};
    for (int64_t i = 0; i < n; i++)
        f->total_cents += cents(i % READY);
}

static enum err document_print(const struct flow_frame *frame, const struct flow_record *ready,
                               int64_t n)
{
    enum err rc;
    struct buf text = BUF_INIT(SIZE_MAX / 2);
    struct flow_record *records = calloc((size_t)n, sizeof *records);
    const struct flow_document d = {.format = "bench",
                                    .frame = frame,
                                    .records = records,
                                    .n_records = (size_t)n,
                                    .first = 1};

    if (records == NULL) return err_set(ERR_MEMORY, "records");
    for (int64_t i = 0; i < n; i++)
        records[i] = ready[i % READY];
    rc = flow_document_write(&d, &text);
    if (rc == ERR_NONE && fwrite(buf_str(&text), 1, text.len, stdout) != text.len)
        rc = err_set(ERR_IO_WRITE, "stdout");
    buf_free(&text);
    free(records);
    return rc;
}

/* Not ru_maxrss: it begins with what called us, from before our exec. */
static long most_kib(void)
{
    static const char name[] = "VmHWM:";
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "re");

    while (status != NULL && kib < 0 && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, name, sizeof name - 1) == 0)
            kib = strtol(line + sizeof name - 1, NULL, 10);
    if (status != NULL) (void)fclose(status);
    return kib;
}

static enum err measure(const struct flow_format *format, const struct flow_frame *frame,
                        struct flow_record *ready, int64_t n, const char *out_dir)
{
    static const struct flow_source_ops ops = {next};
    struct payments p = {.ready = ready, .n = n};
    const struct flow_source source = {.ops = &ops, .cls = &p, .threads = 2};
    enum err rc;
    struct flow_made made;
    struct hash again;
    char path[4096];
    int64_t begin = clock_monotonic_us(), end, check;
    FILE *file;

    TRY(flow_make(format, frame, &source, out_dir, "bench.out", &made));
    TRY(flow_file_publish(&made.file, &made.sha256));
    end = clock_monotonic_us();
    (void)snprintf(path, sizeof path, "%s/bench.out", out_dir);
    check = clock_monotonic_us();
    TRY(flow_tally_file(format, path, frame->count, frame->total_cents));
    file = fopen(path, "rbe");
    if (file == NULL) return err_set(ERR_IO_READ, path);
    for (int i = 0; i < 2; i++) /* once made, once to be published */
        TRY(crypto_hash_fd(fileno(file), &again));
    check = clock_monotonic_us() - check;
    (void)fclose(file);
    (void)unlink(path);
    printf("%" PRId64 " %" PRId64 " %" PRId64 " %ld\n", n, end - begin, check, most_kib());
out:
    return rc;
}

int main(int argc, char **argv)
{
    enum err rc;
    struct flow_format *format = NULL;
    struct flow_frame frame;
    struct flow_record *ready = calloc(READY, sizeof *ready);
    int64_t n;

    if (argc < 5 || ready == NULL) return 64;
    for (int64_t i = 0; i < READY; i++)
        payment(&ready[i], i);
    n = strtoll(argv[4], NULL, 10);
    xml_init();
    frame_fill(&frame, n);
    TRY(flow_format_open(argv[1], argv[2], &format));
    TRY(argc > 5 ? document_print(&frame, ready, n)
                 : measure(format, &frame, ready, n, argv[3]));
out:
    if (rc != ERR_NONE)
        (void)fprintf(stderr, "flow: %s: %s\n", err_text(rc), err_detail()->field);
    flow_format_close(&format);
    free(ready);
    return rc == ERR_NONE ? 0 : 1;
}
