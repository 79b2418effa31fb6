/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/seal_head.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/folder.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "domain/calendar.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 256, SIGNATURE_TEXT = 89 };

struct head {
    int64_t seq;
    char hash[65], at[32], signature[SIGNATURE_TEXT];
    char text[LINE_MAX_BYTES]; /* what is signed */
};

/* A line without its end; false: not a head. */
static bool head_parse(const char *line, struct head *out)
{
    int end = 0;

    if (sscanf(line, "%" SCNd64 " %64[0-9a-f] %31[0-9TZ:.-] %88[A-Za-z0-9+/=]%n", &out->seq,
               out->hash, out->at, out->signature, &end) != 4 ||
        line[end] || out->seq < 1)
        return false;
    return snprintf(out->text, sizeof out->text, "%" PRId64 " %s %s", out->seq, out->hash,
                    out->at) < (int)sizeof out->text;
}

static bool head_verify(const struct head *h, const struct signer *signer)
{
    unsigned char signature[CRYPTO_SIGNATURE_SIZE];
    size_t n;

    return crypto_base64_decode(h->signature, strlen(h->signature), signature, sizeof signature,
                                &n) &&
           n == sizeof signature && crypto_sign_verify(signer, h->text, strlen(h->text), signature);
}

/* The last whole line's seq; what a crash left of one after it is cut off. */
static enum err last_read(int fd, const char *path, int64_t *out_seq)
{
    char tail[2 * LINE_MAX_BYTES + 1];
    off_t size = lseek(fd, 0, SEEK_END),
          from = size > 2 * LINE_MAX_BYTES ? size - 2 * LINE_MAX_BYTES : 0;
    ssize_t n = pread(fd, tail, sizeof tail - 1, from);
    char *end;
    struct head head;

    *out_seq = 0;
    if (size < 0 || n < 0) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    tail[n] = 0;
    end = strrchr(tail, '\n');
    if (ftruncate(fd, end ? from + (end - tail) + 1 : 0) != 0)
        return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    if (!end) return ERR_NONE;
    *end = 0;
    end = strrchr(tail, '\n');
    if (head_parse(end ? end + 1 : tail, &head)) *out_seq = head.seq;
    return ERR_NONE;
}

static enum err head_write(int fd, const char *path, int64_t seq, const unsigned char hash[32])
{
    enum err rc;
    struct signer *signer = NULL;
    struct hash h;
    unsigned char signature[CRYPTO_SIGNATURE_SIZE];
    char hex[65], at[CALENDAR_UTC_SIZE], text[LINE_MAX_BYTES], base64[SIGNATURE_TEXT];
    int n;

    memcpy(h.bytes, hash, sizeof h.bytes);
    crypto_hash_hex(&h, hex);
    calendar_utc_print(clock_wall_us(), at);
    n = snprintf(text, sizeof text, "%" PRId64 " %s %s", seq, hex, at);
    TRY(crypto_signer_open(config_text(CONFIG_JOURNAL_KEY_FILE), &signer));
    TRY(crypto_sign(signer, text, (size_t)n, signature));
    ALWAYS(crypto_base64_encode(signature, sizeof signature, base64, sizeof base64));
    if (dprintf(fd, "%s %s\n", text, base64) < 0 || fsync(fd) != 0)
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
out:
    crypto_signer_close(&signer);
    return rc;
}

enum err seal_head_add(int64_t seq, const unsigned char hash[32])
{
    enum err rc;
    const char *path = config_text(CONFIG_JOURNAL_HEADS);
    int64_t last;
    int fd = -1;

    TRY(folder_make_for(path));
    fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
        goto out;
    }
    TRY(last_read(fd, path, &last));
    if (seq > last) TRY(head_write(fd, path, seq, hash));
out:
    if (fd >= 0) close(fd);
    return rc;
}

enum err seal_heads_set_aside(void)
{
    const char *path = config_text(CONFIG_JOURNAL_HEADS);
    char at[CALENDAR_UTC_SIZE], kept[PATH_MAX];

    calendar_utc_print(clock_wall_us(), at);
    if (snprintf(kept, sizeof kept, "%s.%s", path, at) >= (int)sizeof kept)
        return err_set(ERR_IO_WRITE, "journal.heads: path too long");
    if (rename(path, kept) != 0 && errno != ENOENT)
        return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    return ERR_NONE;
}

/* ---- comparing ---- */

struct seal_heads {
    FILE *in;
    struct signer *signer;
    struct head head; /* the next one; seq 0: none any more */
    long end;         /* of what is read: more may be added meanwhile */
    int64_t n;
    const char *wrong; /* about the file itself */
};

/* Heads come in the chain's order: one that does not, or that is not signed, is told once and
 * passed over. */
static void heads_next(struct seal_heads *heads)
{
    char line[LINE_MAX_BYTES];
    int64_t before = heads->head.seq;

    heads->head.seq = 0;
    while (ftell(heads->in) < heads->end && fgets(line, sizeof line, heads->in)) {
        struct head head;

        line[strcspn(line, "\n")] = 0;
        heads->n++;
        if (!head_parse(line, &head) || !head_verify(&head, heads->signer))
            heads->wrong = "a line of journal.heads was not signed by this hub's key";
        else if (head.seq <= before)
            heads->wrong = "the lines of journal.heads are not in their order";
        else {
            heads->head = head;
            return;
        }
    }
}

enum err seal_heads_open(struct seal_heads **out)
{
    enum err rc = ERR_NONE;
    const char *path = config_text(CONFIG_JOURNAL_HEADS);
    FILE *in = fopen(path, "re");
    struct seal_heads *heads = NULL;

    if (!in && errno == ENOENT) return ERR_NONE;
    if (!in) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    heads = calloc(1, sizeof *heads);
    if (!heads) {
        rc = err_set(ERR_MEMORY, "heads");
        goto out;
    }
    heads->in = in;
    in = NULL;
    if (fseek(heads->in, 0, SEEK_END) != 0 || (heads->end = ftell(heads->in)) < 0 ||
        fseek(heads->in, 0, SEEK_SET) != 0) {
        rc = err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
        goto out;
    }
    TRY(crypto_signer_open(config_text(CONFIG_JOURNAL_KEY_FILE), &heads->signer));
    heads_next(heads);
    *out = heads;
    heads = NULL;
out:
    if (in) fclose(in);
    seal_heads_close(&heads);
    return rc;
}

void seal_heads_close(struct seal_heads **heads)
{
    if (!*heads) return;
    crypto_signer_close(&(*heads)->signer);
    fclose((*heads)->in);
    free(*heads);
    *heads = NULL;
}

static const char *wrong_take(struct seal_heads *heads)
{
    const char *wrong = heads->wrong;

    heads->wrong = NULL;
    return wrong;
}

enum err seal_heads_pass(struct seal_heads *heads, int64_t seq, const unsigned char hash[32],
                         const char **out_wrong)
{
    struct hash h;
    char hex[65];

    *out_wrong = wrong_take(heads);
    while (heads->head.seq && heads->head.seq <= seq) {
        memcpy(h.bytes, hash, sizeof h.bytes);
        crypto_hash_hex(&h, hex);
        if (heads->head.seq < seq || strcmp(hex, heads->head.hash) != 0)
            *out_wrong = "the chain is not the one that was signed";
        heads_next(heads);
    }
    if (ferror(heads->in)) return err_set(ERR_IO_READ, "journal.heads");
    return ERR_NONE;
}

enum err seal_heads_end(struct seal_heads *heads, int64_t *out_n, int64_t *out_beyond,
                        const char **out_wrong)
{
    *out_beyond = 0;
    for (; heads->head.seq; heads_next(heads))
        *out_beyond = heads->head.seq;
    *out_n = heads->n;
    *out_wrong = wrong_take(heads);
    if (ferror(heads->in)) return err_set(ERR_IO_READ, "journal.heads");
    return ERR_NONE;
}
