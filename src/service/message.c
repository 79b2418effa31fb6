/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/message.h"

#include "base/config.h"
#include "base/log.h"
#include "crypto/cipher.h"
#include "xml/blank.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *const family_names[MESSAGE_FAMILY_COUNT] = {
    [MESSAGE_CHANNELS] = "channels",
    [MESSAGE_BACK_OFFICES] = "back-offices",
    [MESSAGE_NODE] = "node",
    [MESSAGE_STATIONS] = "stations",
    [MESSAGE_NOTIFICATIONS] = "notifications",
};

/* Elements of the contracts that hold a secret, however their letters are written. */
static const char *const secret_elements[] = {"password"};

enum { KEY_NOW, KEY_BEFORE, KEY_COUNT };

/* Written once, before threads start. */
static bool kept[MESSAGE_FAMILY_COUNT];
static struct cipher *keys[KEY_COUNT];

static enum err family_read(const char *name, size_t len)
{
    for (int f = 0; f < MESSAGE_FAMILY_COUNT; f++) {
        if (strlen(family_names[f]) != len || memcmp(family_names[f], name, len) != 0) continue;
        kept[f] = true;
        return ERR_NONE;
    }
    return err_setf(ERR_CONFIG,
                    "message.keep: \"%.*s\": expected all, or some of channels, back-offices, node,"
                    " stations, notifications",
                    (int)len, name);
}

static enum err families_read(const char *list)
{
    enum err rc = ERR_NONE;
    bool all = !strcmp(list, "all");

    for (int f = 0; f < MESSAGE_FAMILY_COUNT; f++)
        kept[f] = all;
    for (size_t len; !all && *(list += strspn(list, ", ")); list += len) {
        len = strcspn(list, ", ");
        TRY(family_read(list, len));
    }
out:
    return rc;
}

static enum err keys_open(bool make)
{
    enum err rc;
    const char *now = config_text(CONFIG_MESSAGE_KEY_FILE);
    const char *before = config_text(CONFIG_MESSAGE_OLD_KEY_FILE);

    service_message_forget();
    TRY(families_read(config_text(CONFIG_MESSAGE_KEEP)));
    if (*now && (make || access(now, F_OK) == 0)) TRY(crypto_cipher_open(now, &keys[KEY_NOW]));
    if (!*before) goto out;
    if (access(before, R_OK) != 0) {
        rc = err_setf(ERR_CONFIG, "message.old_key_file: %.150s cannot be read", before);
        goto out;
    }
    TRY(crypto_cipher_open(before, &keys[KEY_BEFORE]));
out:
    return rc;
}

enum err service_message_init(void)
{
    return keys_open(true);
}

enum err service_message_look(void)
{
    return keys_open(false);
}

void service_message_forget(void)
{
    for (int i = 0; i < KEY_COUNT; i++)
        crypto_cipher_close(&keys[i]);
}

static bool is_secret(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(secret_elements); i++)
        if (strlen(secret_elements[i]) == len && !strncasecmp(secret_elements[i], name, len))
            return true;
    return false;
}

/* One stored message cannot pass for another, nor an answer for a request. */
static size_t about_write(int64_t id, const char *part, char out[40])
{
    return (size_t)snprintf(out, 40, "%lld %s", (long long)id, part);
}

static enum err part_make(int64_t id, const char *part, const void *bytes, size_t len,
                          struct buf *out)
{
    enum err rc;
    struct buf blanked = BUF_INIT(DB_MESSAGE_MAX);
    char about[40];
    size_t about_len = about_write(id, part, about);

    TRY(xml_blank(bytes, len, is_secret, keys[KEY_NOW] ? &blanked : out));
    if (keys[KEY_NOW] && blanked.len)
        TRY(crypto_encrypt(keys[KEY_NOW], about, about_len, blanked.bytes, blanked.len, out));
out:
    buf_free(&blanked);
    return rc;
}

static enum err make(enum message_family family, const struct exchange *exchange,
                     const struct buf *answer, struct db_message **out)
{
    enum err rc;
    struct db_message *m = calloc(1, sizeof *m);

    if (!m) return err_set(ERR_MEMORY, "a message to keep");
    *m = (struct db_message){.id = exchange->line_id,
                             .days = config_int(CONFIG_MESSAGE_DAYS),
                             .encrypted = keys[KEY_NOW] != NULL,
                             .request = BUF_INIT(DB_MESSAGE_MAX),
                             .answer = BUF_INIT(DB_MESSAGE_MAX)};
    snprintf(m->family, sizeof m->family, "%s", family_names[family]);
    if (m->encrypted) crypto_cipher_id(keys[KEY_NOW], m->key_id);
    TRY(part_make(m->id, "request", exchange->request, exchange->request_len, &m->request));
    if (answer->len) TRY(part_make(m->id, "answer", answer->bytes, answer->len, &m->answer));
    *out = m;
    m = NULL;
out:
    service_message_free(&m);
    return rc;
}

struct db_message *service_message_make(enum message_family family, const struct exchange *exchange,
                                        const struct buf *answer)
{
    struct db_message *m = NULL;
    enum err rc;

    if (!kept[family]) return NULL;
    if (exchange->request_len > DB_MESSAGE_MAX || answer->len > DB_MESSAGE_MAX) {
        log_event(LOG_INFO, "message.big", LOG_TEXT("family", family_names[family]),
                  LOG_INT("request", (int64_t)exchange->request_len),
                  LOG_INT("answer", (int64_t)answer->len));
        return NULL; /* flows are that big: they are kept where they are told from */
    }
    rc = make(family, exchange, answer, &m);
    if (rc != ERR_NONE) log_err("message.keep", rc);
    err_clear();
    return m;
}

void service_message_free(struct db_message **m)
{
    if (!*m) return;
    buf_free(&(*m)->request);
    buf_free(&(*m)->answer);
    free(*m);
    *m = NULL;
}

static const struct cipher *key_find(const unsigned char id[CRYPTO_CIPHER_ID_SIZE])
{
    unsigned char own[CRYPTO_CIPHER_ID_SIZE];

    for (int i = 0; i < KEY_COUNT; i++) {
        if (!keys[i]) continue;
        crypto_cipher_id(keys[i], own);
        if (memcmp(own, id, sizeof own) == 0) return keys[i];
    }
    return NULL;
}

static enum err part_read(const struct cipher *key, int64_t id, const char *part, struct buf *b)
{
    enum err rc;
    struct buf clear = BUF_INIT(DB_MESSAGE_MAX), sealed = *b;
    char about[40];
    size_t about_len = about_write(id, part, about);

    if (!b->len) return ERR_NONE;
    TRY(crypto_decrypt(key, about, about_len, b->bytes, b->len, &clear));
    *b = clear;
    clear = sealed;
out:
    buf_free(&clear);
    return rc;
}

enum err service_message_read(struct db *db, int64_t id, struct db_message *out)
{
    enum err rc;
    const struct cipher *key;
    bool found;

    TRY(db_message_get(db, id, out, &found));
    if (!found) {
        rc = err_setf(ERR_NOT_FOUND, "a message of line %" PRId64 " that is kept", id);
        goto out;
    }
    if (!out->encrypted) goto out;
    key = key_find(out->key_id);
    if (!key) {
        rc = err_set(ERR_CONFIG, "it is encrypted with a key that is neither message.key_file nor"
                                 " message.old_key_file");
        goto out;
    }
    TRY(part_read(key, id, "request", &out->request));
    TRY(part_read(key, id, "answer", &out->answer));
out:
    return rc;
}

enum err service_message_try(struct db *db)
{
    enum err rc;
    struct db_message m = {.id = 0};
    int64_t ends[2] = {0, 0};

    TRY(db_message_ends(db, &ends[0], &ends[1]));
    for (size_t i = 0; i < ARRAY_LEN(ends) && ends[i]; i++) {
        rc = service_message_read(db, ends[i], &m);
        buf_free(&m.request);
        buf_free(&m.answer);
        if (rc == ERR_NOT_FOUND) rc = ERR_NONE; /* it outlived its time at this moment */
        if (rc != ERR_NONE) goto out;
    }
out:
    return rc;
}
