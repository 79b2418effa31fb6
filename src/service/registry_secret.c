/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_tree.h"

#include "crypto/hash.h"
#include "crypto/secret.h"

#include <string.h>

enum { PASSWORD_FILE_MAX = 1024, HASH_SIZE = 256 };

enum err registry_password_read(struct arena *arena, const char *path, const char **out)
{
    struct buf file = BUF_INIT(PASSWORD_FILE_MAX);
    enum err rc;

    TRY(buf_read_file(&file, path));
    *out = arena_strndup(arena, buf_str(&file), strcspn(buf_str(&file), "\r\n"));
    if (*out == NULL) rc = err_set(ERR_LIMIT, "the registry");
out:
    if (file.bytes != NULL) crypto_wipe(file.bytes, file.len);
    buf_free(&file);
    return rc;
}

/* The same password has another hash each time that it is made: the older one stays where it fits,
 * so that importing the same document twice changes nothing. */
static enum err hash_take(struct arena *arena, struct registry_entry *e, const char *password,
                          const struct registry_entry *older)
{
    int at = registry_attribute_index(e->kind, "password-hash");
    const char *had = older ? registry_value(older, "password-hash") : "";
    char made[HASH_SIZE];
    enum err rc = ERR_NONE;

    if (*had != '\0' && crypto_secret_check(e->values[0], had, password) == CRYPTO_SECRET_RIGHT) {
        e->values[at] = had;
        goto out;
    }
    TRY(crypto_secret_hash(password, made, sizeof made));
    e->values[at] = arena_strdup(arena, made);
    if (e->values[at] == NULL) rc = err_set(ERR_LIMIT, "the registry document");
out:
    return rc;
}

static enum err file_take(struct arena *arena, struct registry_entry *e, size_t at,
                          const struct registry_entry *older, const struct registry_report *report)
{
    const char *path = e->values[at], *password = "";
    enum err rc, complained = ERR_NONE;

    rc = registry_password_read(arena, path, &password);
    if (rc != ERR_NONE || *password == '\0') {
        registry_complain(report, report->problems, e, &complained, "%s=\"%s\": %s",
                          e->kind->attributes[at].name, path,
                          rc != ERR_NONE ? err_text(rc) : "its first line is empty");
        err_clear();
        return complained;
    }
    if (e->kind->attributes[at].type == REGISTRY_SECRET_FILE) return ERR_NONE;
    return hash_take(arena, e, password, older);
}

static enum err entry_take(struct arena *arena, struct registry_entry *e,
                           const struct registry_entry *older, const struct registry_report *report)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < e->kind->n_attributes; i++) {
        enum registry_type type = e->kind->attributes[i].type;

        if (e->values[i] == NULL) continue;
        if (type != REGISTRY_SECRET_FILE && type != REGISTRY_SECRET_ONCE) continue;
        TRY(file_take(arena, e, i, older, report));
    }
out:
    return rc;
}

enum err registry_secrets_take(struct arena *arena, struct registry_entry *root,
                               const struct registry_entry *older,
                               const struct registry_report *report)
{
    enum err rc = ERR_NONE;

    for (size_t p = 0; p < root->kind->n_parts; p++) {
        for (size_t i = 0; i < root->parts[p].n; i++) {
            struct registry_entry *e = root->parts[p].entries[i];
            const struct registry_entry *had =
                registry_tree_find(older, e->kind->name, registry_value(e, "code"));

            TRY(entry_take(arena, e, had, report));
            for (size_t q = 0; q < e->kind->n_parts; q++)
                for (size_t k = 0; k < e->parts[q].n; k++)
                    TRY(entry_take(arena, e->parts[q].entries[k], NULL, report));
        }
    }
out:
    return rc;
}
