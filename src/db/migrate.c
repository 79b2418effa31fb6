/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/migrate.h"

#include "base/config.h"
#include "db/script.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define VERIFY "-- verify: "

/* Who applies: server and connection, so that a claim whose connection is gone can be taken over.
 */
#define ME "CONCAT(@@hostname, ':', CONNECTION_ID())"

static const char LEDGER[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
                             " version INT NOT NULL,"
                             " name VARCHAR(100) NOT NULL COMMENT 'the file',"
                             " checksum CHAR(64) NOT NULL COMMENT 'SHA-256 of the file',"
                             " state VARCHAR(8) NOT NULL COMMENT 'applying, done',"
                             " claimed_by VARCHAR(120) NOT NULL COMMENT 'server and connection',"
                             " claimed_at DATETIME(6) NOT NULL,"
                             " applied_at DATETIME(6) NULL,"
                             " PRIMARY KEY (version)"
                             ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
                             " COMMENT='steps of the schema: claimed by the row, then applied'";

static const struct db_stmt LEDGER_THERE = {
    "schema_ledger_there",
    "SELECT COUNT(*) FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name = 'schema_migration'",
    0,
};
static const struct db_stmt SERVER = {"schema_server", "SELECT SUBSTRING(VERSION(), 1, 63)", 0};
static const struct db_stmt LAST = {"schema_last",
                                    "SELECT COALESCE(MAX(version), 0) FROM schema_migration", 0};
static const struct db_stmt STEP_FIND = {
    "schema_step_find",
    "SELECT state = 'done', checksum = SHA2(?, 256) FROM schema_migration WHERE version = ?",
    0,
};
static const struct db_stmt STEP_CLAIM = {
    "schema_step_claim",
    "INSERT INTO schema_migration (version, name, checksum, state, claimed_by, claimed_at)"
    " VALUES (?, ?, SHA2(?, 256), 'applying', " ME ", UTC_TIMESTAMP(6))",
    0,
};
/* The file may have been mended since it stopped midway: its new checksum counts. */
static const struct db_stmt STEP_TAKE_OVER = {
    "schema_step_take_over",
    "UPDATE schema_migration SET name = ?, checksum = SHA2(?, 256), claimed_by = " ME ","
    " claimed_at = UTC_TIMESTAMP(6) WHERE version = ? AND state = 'applying'"
    " AND SUBSTRING_INDEX(claimed_by, ':', 1) = @@hostname"
    " AND SUBSTRING_INDEX(claimed_by, ':', -1) NOT IN"
    " (SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID())",
    0,
};
static const struct db_stmt STEP_DONE = {
    "schema_step_done",
    "UPDATE schema_migration SET state = 'done', applied_at = UTC_TIMESTAMP(6)"
    " WHERE version = ? AND state = 'applying' AND claimed_by = " ME,
    0,
};

struct step {
    int64_t version;
    const char *name; /* borrowed from the folder's list */
    struct buf text;
};

struct steps {
    struct dirent **entries; /* owned, in order */
    int count;
    char folder[1024];
};

static int is_step(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t len = strlen(name);

    for (int i = 0; i < 4; i++)
        if (!isdigit((unsigned char)name[i])) return 0;
    return name[4] == '-' && len > 9 && strcmp(name + len - 4, ".sql") == 0;
}

static int64_t version_of(const struct dirent *entry)
{
    return strtol(entry->d_name, NULL, 10);
}

static void steps_close(struct steps *s)
{
    for (int i = 0; i < s->count; i++)
        free(s->entries[i]);
    free(s->entries);
    *s = (struct steps){NULL, 0, ""};
}

static enum err steps_open(struct steps *out)
{
    snprintf(out->folder, sizeof out->folder, "%s/db/migrations", config_text(CONFIG_HUB_SHARE));
    out->count = scandir(out->folder, &out->entries, is_step, alphasort);
    if (out->count <= 0) {
        out->count = 0;
        return err_setf(ERR_DB_SCHEMA, "no migrations in %s: see hub.share", out->folder);
    }
    for (int i = 1; i < out->count; i++)
        if (version_of(out->entries[i]) == version_of(out->entries[i - 1]))
            return err_setf(ERR_DB_SCHEMA, "%s: its number is taken by %.60s",
                            out->entries[i]->d_name, out->entries[i - 1]->d_name);
    return ERR_NONE;
}

static enum err step_load(const struct steps *steps, int i, struct step *out)
{
    char path[2048];
    enum err rc;

    out->version = version_of(steps->entries[i]);
    out->name = steps->entries[i]->d_name;
    buf_reset(&out->text);
    snprintf(path, sizeof path, "%s/%s", steps->folder, out->name);
    TRY(buf_read_file(&out->text, path));
    if (strncmp(buf_str(&out->text), VERIFY, strlen(VERIFY)) != 0)
        rc =
            err_setf(ERR_DB_SCHEMA, "%s: the first line must begin with \"" VERIFY "\"", out->name);
out:
    return rc;
}

/* IF NOT EXISTS also accepts a wrong table: the verify statement says that it is the right one. */
static enum err step_run(struct db *db, const struct step *step)
{
    struct buf verify = BUF_INIT(FILE_MAX_BYTES);
    const char *from = buf_str(&step->text) + strlen(VERIFY);
    enum err rc;

    TRY(db_script_run(db, buf_str(&step->text)));
    TRY(buf_add(&verify, from, strcspn(from, "\n")));
    TRY(db_script(db, buf_str(&verify)));
    TRY(db_row_change(db, &STEP_DONE, DB_IN(db_i64(step->version))));
out:
    buf_free(&verify);
    return rc;
}

/* The row is the lock: whoever inserts it applies the step. */
static enum err step_claim(struct db *db, const struct step *step)
{
    const char *text = buf_str(&step->text);
    int64_t rows = 0;
    enum err rc = db_exec(db, &STEP_CLAIM,
                          DB_IN(db_i64(step->version), db_text(step->name), db_text(text)), NULL);

    if (rc != ERR_DB_DUPLICATE) return rc;
    TRY(db_exec(db, &STEP_TAKE_OVER,
                DB_IN(db_text(step->name), db_text(text), db_i64(step->version)), &rows));
    if (rows != 1)
        rc = err_setf(ERR_DB_SCHEMA, "%s is being applied by another connection: wait for it",
                      step->name);
out:
    return rc;
}

static enum err step_find(struct db *db, const struct step *step, bool *out_done)
{
    int done = 0, same = 0;
    bool found = false;
    enum err rc;

    TRY(db_row_find(db, &STEP_FIND, DB_IN(db_text(buf_str(&step->text)), db_i64(step->version)),
                    DB_OUT(DB_GET_INT(done), DB_GET_INT(same)), &found));
    if (found && done && !same)
        rc = err_setf(ERR_DB_SCHEMA,
                      "%s was changed after it was applied: put it back, and add a new step",
                      step->name);
    *out_done = found && done;
out:
    return rc;
}

static enum err last_version(struct db *db, int64_t *out)
{
    int64_t tables = 0;
    bool found;
    enum err rc;

    *out = 0;
    TRY(db_row_find(db, &LEDGER_THERE, DB_NONE_IN, DB_OUT(DB_GET_I64(tables)), &found));
    if (tables > 0) TRY(db_row_find(db, &LAST, DB_NONE_IN, DB_OUT(DB_GET_I64(*out)), &found));
out:
    return rc;
}

static enum err newer_refuse(struct db *db, const struct steps *steps)
{
    int64_t last = 0, known = version_of(steps->entries[steps->count - 1]);
    enum err rc;

    TRY(last_version(db, &last));
    if (last > known)
        rc = err_setf(ERR_DB_SCHEMA,
                      "it is at version %" PRId64 ", this program knows %" PRId64
                      ": use the program that made it, or a newer one",
                      last, known);
out:
    return rc;
}

enum err db_migrate(struct db *db, db_migrated_fn *migrated, void *cls)
{
    struct steps steps = {NULL, 0, ""};
    struct step step = {0, NULL, BUF_INIT(FILE_MAX_BYTES)};
    bool done;
    enum err rc;

    TRY(db_wait_long(db)); /* a step may rewrite a table */
    TRY(steps_open(&steps));
    TRY(db_script(db, LEDGER));
    TRY(newer_refuse(db, &steps));
    for (int i = 0; i < steps.count; i++) {
        TRY(step_load(&steps, i, &step));
        TRY(step_find(db, &step, &done));
        if (done) continue;
        TRY(step_claim(db, &step));
        TRY(step_run(db, &step));
        migrated(cls, step.name);
    }
out:
    buf_free(&step.text);
    steps_close(&steps);
    return rc;
}

/* @param out_missing  how many steps are not done
 * @param out_first    the first of them; NULL: not wanted */
static enum err missing_count(struct db *db, const struct steps *steps, int64_t *out_missing,
                              char out_first[64])
{
    struct step step = {0, NULL, BUF_INIT(FILE_MAX_BYTES)};
    int64_t last = 0;
    enum err rc;
    bool done;

    *out_missing = 0;
    TRY(last_version(db, &last));
    for (int i = 0; i < steps->count; i++) {
        TRY(step_load(steps, i, &step));
        done = false;
        if (last > 0) TRY(step_find(db, &step, &done));
        if (done) continue;
        if (*out_missing == 0) snprintf(out_first, 64, "%.63s", step.name);
        ++*out_missing;
    }
out:
    buf_free(&step.text);
    return rc;
}

enum err db_schema_read(struct db *db, struct db_schema *out)
{
    struct steps steps = {NULL, 0, ""};
    char first[64];
    bool found;
    enum err rc;

    memset(out, 0, sizeof *out);
    TRY(steps_open(&steps));
    out->known = version_of(steps.entries[steps.count - 1]);
    TRY(db_row_find(db, &SERVER, DB_NONE_IN, DB_OUT(DB_GET_TEXT(out->server)), &found));
    TRY(last_version(db, &out->applied));
    TRY(missing_count(db, &steps, &out->missing, first));
out:
    steps_close(&steps);
    return rc;
}

enum err db_schema_check(struct db *db)
{
    struct steps steps = {NULL, 0, ""};
    char first[64] = "";
    int64_t missing = 0;
    enum err rc;

    TRY(steps_open(&steps));
    TRY(newer_refuse(db, &steps));
    TRY(missing_count(db, &steps, &missing, first));
    if (missing > 0)
        rc = err_setf(ERR_DB_SCHEMA, "%" PRId64 " steps are missing, first %s: payer db migrate",
                      missing, first);
out:
    steps_close(&steps);
    return rc;
}
