/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry.h"

#include "base/config.h"
#include "cli/operator.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ACTOR_SIZE = 70,
    FILE_MAX = 16 << 20,
    OUTPUT_MAX = 64 << 20,
    PASSWORD_MAX = 512,
    HASH_SIZE = 256
};

static enum err version_parse(const char *what, const char *text, int64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *out >= 0) return ERR_NONE;
    return err_setf(ERR_USAGE, "%s \"%.40s\": expected a version's number", what, text);
}

/* ---- import ---- */

static enum err document_read(const char *path, struct buf *out)
{
    char piece[8192];
    ssize_t n = 0;
    enum err rc = ERR_NONE;

    if (strcmp(path, "-") != 0) return buf_read_file(out, path);
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0)
        TRY(buf_add(out, piece, (size_t)n));
    if (n < 0) rc = err_setf(ERR_IO_READ, "stdin: %s", strerror(errno));
out:
    return rc;
}

static void import_say(struct cli *cli, const struct service_registry_import_in *in,
                       const struct service_registry_import_out *out)
{
    bool first = out->version == (in->dry_run ? 0 : 1);

    /* Into an empty registry: all of the document is new, and the reader has it. */
    if (!first || cli->verbose) cli_write(cli, buf_str(&out->diff), out->diff.len);
    if (out->changed)
        cli_say(cli, "%" PRId64 " added, %" PRId64 " changed, %" PRId64 " removed%s.", out->added,
                out->altered, out->taken,
                first && !cli->verbose ? " (each of them: --verbose)" : "");
    if (!out->changed)
        cli_say(cli, "Nothing changed: version %" PRId64 " stays in force.", out->version);
    else if (in->dry_run)
        cli_say(cli, "Nothing was stored; version %" PRId64 " stays in force.", out->version);
    else
        cli_say(cli, "Version %" PRId64 " is in force.", out->version);
    if (out->changed && !out->based && out->version > 1)
        cli_say(cli, "The document named no base: what others changed meanwhile was not looked "
                     "at. `payer registry export` writes one.");
}

/* What was found wrong, before the error that ends the command. */
static enum err import_fail(const struct service_registry_import_out *out, enum err rc)
{
    if (rc == ERR_REGISTRY_BASE) {
        (void)fprintf(stderr, "%s", buf_str(&out->diff));
        (void)fprintf(stderr, "Above is what changed since. Export the version in force, make "
                              "your changes there, import that.\n");
    }
    if (out->problems.len == 0) return rc;
    (void)fprintf(stderr, "%s", buf_str(&out->problems));
    err_clear();
    return err_set(rc, "nothing was taken: see above");
}

/* What is taken away pays and is paid no more, from the next second on: an empty document would be
 * the end of all. */
static enum err import_ask(struct cli *cli, const struct service_registry_import_out *out)
{
    char question[160];

    (void)fprintf(stderr, "%s", buf_str(&out->diff));
    (void)snprintf(question, sizeof question,
                   "It takes away %" PRId64 " of the %" PRId64 " entries in force (marked - above)."
                   " Import it",
                   out->taken, out->had);
    return cli_confirm(cli, question);
}

/* @param out  freed by the caller */
static enum err import_run(struct cli *cli, struct db *db, struct service_registry_import_in *in,
                           struct service_registry_import_out *out)
{
    enum err rc;
    bool based;

    TRY(service_registry_import(db, in, out));
    if (!out->asks || in->dry_run) goto out;
    TRY(import_ask(cli, out));
    based = out->based;
    in->base = out->version; /* what was shown is what is stored */
    in->may_take = true;
    service_registry_import_free(out);
    TRY(service_registry_import(db, in, out));
    out->based = based;
out:
    return rc;
}

enum err cli_registry_import(struct cli *cli)
{
    struct buf document = BUF_INIT(FILE_MAX);
    struct service_registry_import_in in = {.name = cli->operands[0],
                                            .base = -1,
                                            .dry_run = cli->dry_run,
                                            .may_take = cli_has(cli, CLI_OPTION_YES)};
    struct service_registry_import_out out = {0};
    char actor[ACTOR_SIZE];
    struct db *db;
    enum err rc;

    if (cli_has(cli, CLI_OPTION_BASE))
        TRY(version_parse("--base", cli->values[CLI_OPTION_BASE], &in.base));
    TRY(document_read(cli->operands[0], &document));
    TRY(crypto_secret_init(config_text(CONFIG_HUB_KEY_FILE)));
    cli_actor(actor, sizeof actor);
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    in.bytes = buf_str(&document);
    in.len = document.len;
    in.by = actor;
    rc = import_run(cli, db, &in, &out);
    if (!cli->quiet) (void)fprintf(stderr, "%s", buf_str(&out.warnings));
    if (rc == ERR_NONE)
        import_say(cli, &in, &out);
    else
        rc = import_fail(&out, rc);
out:
    service_registry_import_free(&out);
    buf_free(&document);
    return rc;
}

/* ---- export, show, history ---- */

enum err cli_registry_export(struct cli *cli)
{
    struct buf text = BUF_INIT(OUTPUT_MAX);
    int64_t version = 0;
    struct db *db;
    enum err rc;

    if (cli_has(cli, CLI_OPTION_REGISTRY_VERSION))
        TRY(version_parse("--registry-version", cli->values[CLI_OPTION_REGISTRY_VERSION],
                          &version));
    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(service_registry_export(db, version, &text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

enum err cli_registry_show(struct cli *cli)
{
    const char *kind = cli->n_operands > 0 ? cli->operands[0] : NULL;
    const char *code = cli->n_operands > 1 ? cli->operands[1] : NULL;
    struct buf text = BUF_INIT(OUTPUT_MAX);
    struct db *db;
    enum err rc;

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(service_registry_show(db, kind, code, cli->json, &text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

static enum err version_print(void *cls, const struct db_registry_version *v)
{
    struct cli *cli = cls;
    struct buf text = BUF_INIT(4096);
    struct json j = JSON_INIT(&text);
    struct hash hash;
    char at[CLI_TIME_SIZE], hex[65];
    enum err rc = ERR_NONE;

    memcpy(hash.bytes, v->sha256, sizeof hash.bytes);
    crypto_hash_hex(&hash, hex);
    cli_time(cli, v->imported_at_us, at);
    if (!cli->json) {
        cli_print(cli, "%6" PRId64 "  %s  %-20s  from %-6" PRId64 "  %.16s\n", v->version, at,
                  v->imported_by, v->base, hex);
        goto out;
    }
    json_object(&j, NULL);
    json_int(&j, "version", v->version);
    json_int(&j, "base", v->base);
    json_text(&j, "imported_at", at);
    json_text(&j, "imported_by", v->imported_by);
    json_text(&j, "sha256", hex);
    json_end(&j);
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    return rc;
}

enum err cli_registry_history(struct cli *cli)
{
    struct db *db;
    enum err rc;

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(db_registry_each(db, version_print, cli));
out:
    return rc;
}

/* ---- hash-password ---- */

enum err cli_registry_hash(struct cli *cli)
{
    char password[PASSWORD_MAX] = "", hash[HASH_SIZE];
    enum err rc;

    if (isatty(STDIN_FILENO))
        cli_say(cli, "Type the password and press Enter (it will be seen: better from a file).");
    if (fgets(password, sizeof password, stdin) == NULL) password[0] = '\0';
    if (strlen(password) == sizeof password - 1) {
        rc = err_setf(ERR_USAGE, "the password is too long: at most %d bytes", PASSWORD_MAX - 2);
        goto out;
    }
    password[strcspn(password, "\r\n")] = '\0';
    if (password[0] == '\0') {
        rc = err_set(ERR_USAGE, "no password on stdin");
        goto out;
    }
    TRY(crypto_secret_hash(password, hash, sizeof hash));
    cli_print(cli, "%s\n", hash);
out:
    crypto_wipe(password, sizeof password);
    return rc;
}
