/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/make.h"

#include "base/clock.h"
#include "flow/tally.h"
#include "xml/sheet.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The record document marks the place of each group's records before and after; the sheet's library
 * hands the marks through. So a result has pieces: 0 the frame before group 0's records, 1 those
 * records, 2 the frame up to group 1's, and so on, and last the frame's end. The mark holds a
 * random number, because a text of somebody's may look like one where the format does not escape.
 */
enum { DOCUMENT_MAX = 32 << 20, RESULT_MAX = 64 << 20 };

struct piece {
    const char *bytes; /* borrowed from the result */
    size_t len;
};

struct result {
    struct buf bytes;
    struct piece *pieces; /* n_pieces of struct make */
};

struct sum {
    int64_t count, total_cents;
};

struct make {
    const struct flow_format *format;
    const struct flow_frame *frame;
    size_t n_places, n_pieces; /* groups, or one where there are none */
    char mark[17], cut[32];    /* the random number; the whole mark as it stands in results */
    struct buf document;
    struct result empty, filled; /* the frame alone, and around a batch */
    struct flow_record *batch;
    struct sum *sums; /* of each place */
    int64_t n;        /* records so far */
    size_t place;     /* whose records are being written */
    int fd;
};

static enum err file_write(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_setf(ERR_IO_WRITE, "flow file: %s", strerror(errno));
        bytes += n;
        len -= (size_t)n;
    }
    return ERR_NONE;
}

static enum err result_split(const struct make *m, struct result *r)
{
    const char *at = buf_str(&r->bytes);
    size_t i = 0;

    for (; i < m->n_pieces; i++) {
        const char *cut = strstr(at, m->cut);

        r->pieces[i].bytes = at;
        r->pieces[i].len = cut == NULL ? strlen(at) : (size_t)(cut - at);
        if (cut == NULL) break;
        at = cut + strlen(m->cut);
    }
    if (i + 1 != m->n_pieces)
        return err_setf(ERR_FLOW_FORMAT, "%s: records must be called once in each place",
                        m->format->name);
    return ERR_NONE;
}

/* The sheet's result for the frame and these records, in pieces. */
static enum err render(struct make *m, size_t n_records, struct result *r)
{
    enum err rc;
    struct xml_document *doc = NULL;
    const struct flow_document d = {.format = m->format->name,
                                    .frame = m->frame,
                                    .records = m->batch,
                                    .n_records = n_records,
                                    .first = m->n + 1,
                                    .cut = m->mark};

    buf_reset(&m->document);
    buf_reset(&r->bytes);
    TRY(flow_document_write(&d, &m->document));
    TRY(xml_document_parse(buf_str(&m->document), m->document.len, &doc));
    TRY(xml_sheet_apply(m->format->sheet, doc, NULL, &r->bytes));
    TRY(result_split(m, r));
out:
    xml_document_close(&doc);
    return rc;
}

/* Where the frame's own text depends on records, batches cannot be joined. */
static enum err frame_check(const struct make *m, const struct result *r, bool empty)
{
    for (size_t i = 0; i < m->n_pieces; i++) {
        const struct piece *a = &r->pieces[i], *b = &m->empty.pieces[i];
        bool of_records = i % 2 == 1;

        if (of_records ? empty && a->len > 0
                       : a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0)
            return err_setf(ERR_FLOW_FORMAT, "%s: the frame depends on the records",
                            m->format->name);
    }
    return ERR_NONE;
}

/* The frame up to the records of a place; n_places: to its end. */
static enum err frame_write(struct make *m, size_t place)
{
    enum err rc = ERR_NONE;

    for (; m->place < place; m->place++) {
        const struct piece *p = &m->empty.pieces[2 * m->place + 2];

        TRY(file_write(m->fd, p->bytes, p->len));
    }
out:
    return rc;
}

/* Records that are out of order or not the frame's would make a file that lies. */
static enum err batch_count(struct make *m, size_t n_records)
{
    size_t before = m->place;

    for (size_t i = 0; i < n_records; i++) {
        const struct flow_record *r = &m->batch[i];

        if (r->group < before || r->group >= m->n_places)
            return err_setf(ERR_DATA, "flow %s: record %" PRId64 " is not in its group's place",
                            m->frame->id, m->n + (int64_t)i + 1);
        before = r->group;
        m->sums[r->group].count++;
        m->sums[r->group].total_cents += r->amount_cents;
    }
    return ERR_NONE;
}

static enum err batch_write(struct make *m, size_t n_records)
{
    enum err rc;

    TRY(batch_count(m, n_records));
    TRY(render(m, n_records, &m->filled));
    TRY(frame_check(m, &m->filled, false));
    for (size_t i = 0; i < m->n_places; i++) {
        const struct piece *p = &m->filled.pieces[2 * i + 1];

        if (p->len == 0) continue;
        TRY(frame_write(m, i));
        TRY(file_write(m->fd, p->bytes, p->len));
    }
    m->n += (int64_t)n_records;
out:
    return rc;
}

/* The frame said how many before the first one was read. */
static enum err sums_check(const struct make *m)
{
    const struct flow_frame *f = m->frame;
    struct sum all = {0, 0};
    bool right = true;

    for (size_t i = 0; i < m->n_places; i++) {
        if (f->n_groups > 0 && (m->sums[i].count != f->groups[i].count ||
                                m->sums[i].total_cents != f->groups[i].total_cents))
            right = false;
        all.count += m->sums[i].count;
        all.total_cents += m->sums[i].total_cents;
    }
    if (right && all.count == f->count && all.total_cents == f->total_cents) return ERR_NONE;
    return err_setf(
        ERR_DATA, "flow %s: %" PRId64 " records of %" PRId64 " cents, not %" PRId64 " of %" PRId64,
        f->id, all.count, all.total_cents, f->count, f->total_cents);
}

static enum err body_write(struct make *m, const struct flow_source *source)
{
    enum err rc;
    size_t n;

    TRY(render(m, 0, &m->empty));
    TRY(frame_check(m, &m->empty, true));
    TRY(file_write(m->fd, m->empty.pieces[0].bytes, m->empty.pieces[0].len));
    do {
        memset(m->batch, 0, FLOW_BATCH * sizeof *m->batch);
        n = 0;
        TRY(source->ops->next(source->cls, m->batch, FLOW_BATCH, &n));
        ALWAYS(n <= FLOW_BATCH);
        if (n > 0) TRY(batch_write(m, n));
    } while (n > 0);
    TRY(sums_check(m));
    TRY(frame_write(m, m->n_places));
out:
    return rc;
}

static enum err make_init(struct make *m)
{
    uint64_t random;

    clock_random(&random, sizeof random);
    (void)snprintf(m->mark, sizeof m->mark, "%016" PRIx64, random);
    (void)snprintf(m->cut, sizeof m->cut, "<?cut %s?>", m->mark);
    m->n_places = m->frame->n_groups > 0 ? m->frame->n_groups : 1;
    m->n_pieces = 2 * m->n_places + 1;
    m->batch = calloc(FLOW_BATCH, sizeof *m->batch);
    m->sums = calloc(m->n_places, sizeof *m->sums);
    m->empty.pieces = calloc(m->n_pieces, sizeof *m->empty.pieces);
    m->filled.pieces = calloc(m->n_pieces, sizeof *m->filled.pieces);
    if (!m->batch || !m->sums || !m->empty.pieces || !m->filled.pieces)
        return err_set(ERR_MEMORY, "flow");
    return ERR_NONE;
}

static void make_fini(struct make *m)
{
    free(m->batch);
    free(m->sums);
    free(m->empty.pieces);
    free(m->filled.pieces);
    buf_free(&m->document);
    buf_free(&m->empty.bytes);
    buf_free(&m->filled.bytes);
}

/* To disk, and from there: what is hashed and checked is what was kept. */
static enum err made_check(const struct make *m, struct flow_made *made)
{
    enum err rc;
    struct stat st;
    char path[sizeof made->file.dir + sizeof made->file.tmp_name + 1];

    if (fsync(m->fd) != 0 || fstat(m->fd, &st) != 0)
        return err_setf(ERR_IO_WRITE, "%s: %s", made->file.name, strerror(errno));
    made->size = st.st_size;
    (void)snprintf(path, sizeof path, "%s/%s", made->file.dir, made->file.tmp_name);
    TRY(flow_tally_file(m->format, path, m->frame->count, m->frame->total_cents));
    TRY(crypto_hash_fd(m->fd, &made->sha256));
out:
    return rc;
}

enum err flow_make(const struct flow_format *format, const struct flow_frame *frame,
                   const struct flow_source *source, const char *dir, const char *name,
                   struct flow_made *out)
{
    enum err rc;
    struct make m = {.format = format,
                     .frame = frame,
                     .document = BUF_INIT(DOCUMENT_MAX),
                     .empty = {.bytes = BUF_INIT(RESULT_MAX)},
                     .filled = {.bytes = BUF_INIT(RESULT_MAX)},
                     .fd = -1};

    memset(out, 0, sizeof *out);
    if (frame->count < 0 || (frame->count == 0 && !format->empty))
        return err_setf(ERR_DATA, "flow %s: no records", frame->id);
    if (format->max_records > 0 && frame->count > format->max_records)
        return err_setf(ERR_DATA, "flow %s: more records than %s takes", frame->id, format->name);
    TRY(make_init(&m));
    TRY(flow_file_begin(dir, name, &out->file, &m.fd));
    TRY(body_write(&m, source));
    TRY(made_check(&m, out));
out:
    if (m.fd >= 0) close(m.fd);
    if (rc != ERR_NONE) flow_file_discard(&out->file);
    make_fini(&m);
    return rc;
}
