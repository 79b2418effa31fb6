/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/make.h"

#include "flow/render.h"
#include "flow/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sum {
    int64_t count, total_cents;
};

struct make {
    struct flow_render render;
    struct flow_lanes *lanes;
    struct flow_batch empty; /* the frame alone */
    size_t batch;            /* records of a batch */
    struct sum *sums;        /* of each place */
    int64_t n;               /* records read so far */
    size_t last_place;       /* of the last record that was read */
    size_t place;            /* whose records are being written */
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

/* Where the frame's own text depends on records, batches cannot be joined. */
static enum err frame_check(const struct make *m, const struct flow_batch *b, bool empty)
{
    for (size_t i = 0; i < m->render.n_pieces; i++) {
        const struct flow_piece *x = &b->pieces[i], *y = &m->empty.pieces[i];
        bool of_records = i % 2 == 1;

        if (of_records ? empty && x->len > 0
                       : x->len != y->len || memcmp(x->bytes, y->bytes, x->len) != 0)
            return err_setf(ERR_FLOW_FORMAT, "%s: the frame depends on the records",
                            m->render.format->name);
    }
    return ERR_NONE;
}

/* The frame up to the records of a place; n_places: to its end. */
static enum err frame_write(struct make *m, size_t place)
{
    enum err rc = ERR_NONE;

    for (; m->place < place; m->place++) {
        const struct flow_piece *p = &m->empty.pieces[2 * m->place + 2];

        TRY(file_write(m->fd, p->bytes, p->len));
    }
out:
    return rc;
}

/* Records that are out of order or not the frame's would make a file that lies. */
static enum err batch_count(struct make *m, const struct flow_batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct flow_record *r = &b->records[i];

        if (r->group < m->last_place || r->group >= m->render.n_places)
            return err_setf(ERR_DATA, "flow %s: record %" PRId64 " is not in its group's place",
                            m->render.frame->id, b->first + (int64_t)i);
        m->last_place = r->group;
        m->sums[r->group].count++;
        m->sums[r->group].total_cents += r->amount_cents;
    }
    return ERR_NONE;
}

static enum err batch_write(struct make *m, const struct flow_batch *b)
{
    enum err rc;

    TRY(frame_check(m, b, false));
    for (size_t i = 0; i < m->render.n_places; i++) {
        const struct flow_piece *p = &b->pieces[2 * i + 1];

        if (p->len == 0) continue;
        TRY(frame_write(m, i));
        TRY(file_write(m->fd, p->bytes, p->len));
    }
out:
    return rc;
}

/* Read the next batch and have it rendered. */
static enum err batch_read(struct make *m, const struct flow_source *source, struct flow_batch *b,
                           bool *out_end)
{
    enum err rc;

    b->n = 0;
    b->first = m->n + 1;
    TRY(source->ops->next(source->cls, b->records, m->batch, &b->n));
    ALWAYS(b->n <= m->batch);
    *out_end = b->n == 0;
    if (*out_end) goto out;
    TRY(batch_count(m, b));
    m->n += (int64_t)b->n;
    flow_lanes_submit(m->lanes);
out:
    return rc;
}

/* Batches are read as long as one is free, and written in the order in which they were read. */
static enum err batches_write(struct make *m, const struct flow_source *source)
{
    enum err rc = ERR_NONE;
    bool end = false;

    for (;;) {
        struct flow_batch *b = end ? NULL : flow_lanes_free(m->lanes);

        if (b != NULL) {
            TRY(batch_read(m, source, b, &end));
            continue;
        }
        TRY(flow_lanes_take(m->lanes, &b));
        if (b == NULL) break;
        TRY(batch_write(m, b));
    }
out:
    return rc;
}

/* The frame said how many before the first one was read. */
static enum err sums_check(const struct make *m)
{
    const struct flow_frame *f = m->render.frame;
    struct sum all = {0, 0};
    bool right = true;

    for (size_t i = 0; i < m->render.n_places; i++) {
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

    TRY(flow_render_batch(&m->render, &m->empty));
    TRY(frame_check(m, &m->empty, true));
    TRY(file_write(m->fd, m->empty.pieces[0].bytes, m->empty.pieces[0].len));
    TRY(batches_write(m, source));
    TRY(sums_check(m));
    TRY(frame_write(m, m->render.n_places));
out:
    return rc;
}

static enum err make_init(struct make *m, const struct flow_source *source)
{
    enum err rc;
    bool one = m->render.frame->count <= (int64_t)(source->batch ? source->batch : FLOW_BATCH);

    m->batch = source->batch ? source->batch : FLOW_BATCH;
    m->sums = calloc(m->render.n_places, sizeof *m->sums);
    if (m->sums == NULL) return err_set(ERR_MEMORY, "flow");
    TRY(flow_batch_init(&m->empty, &m->render, 1));
    TRY(flow_lanes_open(&m->render, m->batch, one ? 1 : source->threads, &m->lanes));
out:
    return rc;
}

static void make_fini(struct make *m)
{
    flow_lanes_close(&m->lanes);
    flow_batch_fini(&m->empty);
    free(m->sums);
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
    TRY(flow_tally_file(m->render.format, path, m->render.frame->count,
                        m->render.frame->total_cents));
    TRY(crypto_hash_fd(m->fd, &made->sha256));
out:
    return rc;
}

enum err flow_make(const struct flow_format *format, const struct flow_frame *frame,
                   const struct flow_source *source, const char *dir, const char *name,
                   struct flow_made *out)
{
    enum err rc;
    struct make m = {.fd = -1};

    memset(out, 0, sizeof *out);
    if (frame->count < 0 || (frame->count == 0 && !format->empty))
        return err_setf(ERR_DATA, "flow %s: no records", frame->id);
    if (format->max_records > 0 && frame->count > format->max_records)
        return err_setf(ERR_DATA, "flow %s: more records than %s takes", frame->id, format->name);
    flow_render_init(&m.render, format, frame);
    TRY(make_init(&m, source));
    TRY(flow_file_begin(dir, name, &out->file, &m.fd));
    TRY(body_write(&m, source));
    TRY(made_check(&m, out));
out:
    if (m.fd >= 0) close(m.fd);
    if (rc != ERR_NONE) flow_file_discard(&out->file);
    make_fini(&m);
    return rc;
}
