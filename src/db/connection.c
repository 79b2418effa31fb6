/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "db/internal.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "db/migrate.h"
#include "db/private.h"

#include <errmsg.h>
#include <errno.h>
#include <inttypes.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const db_role_names[DB_ROLE_COUNT] = {"serve", "work", "audit", "migrate"};

/* Codes without a name in Connector/C's headers. */
enum { ER_WSREP_NOT_READY = 1047, ER_CHECKREAD_CHANGED = 1020, ER_TIMEOUT_STATEMENT = 1969 };
enum {
    ER_KILLED_CONNECTION = 1927,
    CR_SERVER_GONE = 2006,
    CR_LOST = 2013,
    CR_TLS = 2026,
    CR_LOST_MORE = 2055
};

/* A time limit may fire a moment before it. */
#define SILENCE_EARLY_US INT64_C(100000)
enum {
    SILENT_PART = 5, /* of db.timeout, to reach a server that was silent */
    PATIENT_S = 3600
};

/* Money must survive a crash, and a lost update must be an error, not a loss [R6] [R15]. */
static const struct {
    const char *name, *wanted, *unless; /* unless: a variable that, when 0, makes this one moot */
} server_settings[] = {
    {"innodb_flush_log_at_trx_commit", "1", NULL},
    {"sync_binlog", "1", "log_bin"},
    {"innodb_doublewrite", "1", NULL},
    {"innodb_snapshot_isolation", "1", NULL},
    {"autocommit", "1", NULL},
    {"character_set_client", "utf8mb4", NULL},
    {"tx_isolation", "REPEATABLE-READ", NULL},
};

enum err db_password_read(enum db_role role, struct buf *out)
{
    enum err rc;
    char path[1024];

    if (!*config_text(CONFIG_DB_PASSWORD_DIR)) return ERR_NONE;
    snprintf(path, sizeof path, "%s/%s", config_text(CONFIG_DB_PASSWORD_DIR), db_role_names[role]);
    TRY(buf_read_file(out, path));
    while (out->len && (out->bytes[out->len - 1] == '\n' || out->bytes[out->len - 1] == '\r'))
        out->bytes[--out->len] = 0;
out:
    return rc;
}

void db_asks(struct db *db)
{
    db->asked_us = clock_monotonic_us();
}

/* One that kept silent is looked for with less patience: whoever waits for us has waited already.
 */
static unsigned connect_s(const struct db *db)
{
    unsigned seconds = (unsigned)(config_int(CONFIG_DB_TIMEOUT) / 1000);

    if (!db->silent) return seconds;
    return seconds > SILENT_PART ? seconds / SILENT_PART : 1;
}

/* A silence, if what is lost was waited for as long as may be; a link that broke says so at once.
 */
static void silence_note(struct db *db, int64_t waited_s)
{
    if (clock_monotonic_us() - db->asked_us >= waited_s * 1000000 - SILENCE_EARLY_US)
        db->silent = true;
}

static void options_set(const struct db *db, MYSQL *link)
{
    unsigned seconds = (unsigned)(config_int(CONFIG_DB_TIMEOUT) / 1000), connect = connect_s(db);
    unsigned read = db->patient ? PATIENT_S : seconds;
    my_bool off = 0;
    unsigned zero = 0;

    /* A frozen server blocks for ever without these [R16] [F38]. */
    mysql_optionsv(link, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    mysql_optionsv(link, MYSQL_OPT_READ_TIMEOUT, &read);
    mysql_optionsv(link, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    mysql_optionsv(link, MYSQL_OPT_RECONNECT, &off);
    mysql_optionsv(link, MYSQL_OPT_LOCAL_INFILE, &zero);
    mysql_optionsv(link, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

/* A database on another machine is spoken to by TLS or not at all: who sits between would read and
 * change everything, and a server that offers none may be that one. By TCP also to "localhost",
 * which means the system's own socket to the library. */
static enum err remote_set(MYSQL *link)
{
    const char *ca = config_text(CONFIG_DB_TLS_CA);
    unsigned tcp = MYSQL_PROTOCOL_TCP;
    my_bool on = 1;

    if (*ca && access(ca, R_OK) != 0)
        return err_setf(ERR_TLS_FILE, "db.tls_ca: %s: %s", ca, strerror(errno));
    mysql_optionsv(link, MYSQL_OPT_PROTOCOL, &tcp);
    mysql_optionsv(link, MYSQL_OPT_SSL_ENFORCE, &on);
    mysql_optionsv(link, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
    mysql_optionsv(link, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3");
    if (*ca) mysql_optionsv(link, MYSQL_OPT_SSL_CA, ca);
    return ERR_NONE;
}

static enum err session_set(struct db *db)
{
    enum err rc;
    char idle[64];

    TRY(db_text_run(db, "SET SESSION time_zone = '+00:00', autocommit = 1, "
                        "innodb_snapshot_isolation = ON, "
                        "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,"
                        "NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'"));
    TRY(db_text_run(db, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    /* We wait no longer for an answer: by then nobody is there whose locks these are [F38]. */
    snprintf(idle, sizeof idle, "SET SESSION idle_transaction_timeout = %" PRId64,
             config_int(CONFIG_DB_TIMEOUT) / 1000);
    TRY(db_text_run(db, idle));
out:
    return rc;
}

/* What the server said before TLS stood; the library's long warning of that would hide it. */
static const char *refusal_words(MYSQL *link)
{
    static const char warning[] = "cannot be verified: ";
    const char *said = mysql_error(link), *server = strstr(said, warning);

    return server ? server + strlen(warning) : said;
}

enum err db_connect(struct db *db)
{
    enum err rc;
    char user[32];
    struct buf password = BUF_INIT(256);
    bool remote = *config_text(CONFIG_DB_HOST) != 0;
    const char *host = remote ? config_text(CONFIG_DB_HOST) : "localhost";
    const char *path = remote ? NULL : config_text(CONFIG_DB_SOCKET);

    snprintf(user, sizeof user, "payer_%s", db_role_names[db->role]);
    TRY(db_password_read(db->role, &password));
    db->link = mysql_init(NULL);
    ALWAYS(db->link);
    options_set(db, db->link);
    if (remote) TRY(remote_set(db->link));
    db_asks(db);
    if (!mysql_real_connect(db->link, host, user, buf_str(&password), config_text(CONFIG_DB_NAME),
                            (unsigned)config_int(CONFIG_DB_PORT), path, 0)) {
        silence_note(db, connect_s(db));
        rc = err_setf(ERR_DB_OPEN, "%s as %s: %s", remote ? host : path, user,
                      refusal_words(db->link));
        goto out;
    }
    TRY(session_set(db));
    db->silent = false;
out:
    if (password.bytes) explicit_bzero(password.bytes, password.len);
    buf_free(&password);
    if (rc != ERR_NONE) db_disconnect(db);
    return rc;
}

void db_disconnect(struct db *db)
{
    for (size_t i = 0; i < DB_STMT_SLOTS; i++) {
        if (db->prepared[i].handle) mysql_stmt_close(db->prepared[i].handle);
        db->prepared[i] = (struct db_prepared){0};
    }
    for (size_t i = 0; i < DB_GROUPS_MAX; i++) {
        if (db->groups[i].handle) mysql_stmt_close(db->groups[i].handle);
        free(db->groups[i].parts);
        db->groups[i] = (struct db_group){0};
    }
    if (db->link) mysql_close(db->link);
    db->link = NULL;
    db->in_tx = db->begin_owed = false;
}

enum err db_open(enum db_role role, struct db **out)
{
    enum err rc;
    struct db *db = calloc(1, sizeof *db);

    if (!db) return err_set(ERR_MEMORY, "database connection");
    db->role = role;
    TRY(db_connect(db));
    *out = db;
    db = NULL;
out:
    free(db);
    return rc;
}

enum err db_wait_long(struct db *db)
{
    db->patient = true;
    db_disconnect(db);
    return db_connect(db);
}

void db_close(struct db **db)
{
    if (!*db) return;
    db_disconnect(*db);
    buf_free(&(*db)->queue.bytes);
    free(*db);
    *db = NULL;
}

static enum err error_of(struct db *db, unsigned number, const char *what, const char *message)
{
    enum err rc;

    switch (number) {
    case ER_DUP_ENTRY:
        return ERR_DB_DUPLICATE; /* a normal answer: no detail [R4] */
    case DB_ERROR_ROWS:
        return err_setf(ERR_DB_CONFLICT, "%.100s", message);
    case ER_LOCK_DEADLOCK:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_CHECKREAD_CHANGED:
    case ER_QUERY_INTERRUPTED:
    case ER_TIMEOUT_STATEMENT:
        return err_setf(ERR_DB_REPLAY, "%s: error %u", what, number);
    case ER_OPTION_PREVENTS_STATEMENT: /* read_only: a new connection may lead to the writer */
    case ER_READ_ONLY_MODE:
        rc = err_setf(ERR_DB_LOST, "%s: error %u: %.100s", what, number, message);
        db_disconnect(db); /* with it goes the message */
        return rc;
    case CR_SERVER_GONE:
    case CR_LOST:
    case CR_TLS: /* over TLS a time limit and a broken connection both come as this */
    case CR_LOST_MORE:
    case ER_WSREP_NOT_READY:
    case ER_MAX_PREPARED_STMT_COUNT_REACHED: /* those of this connection end with it */
    case ER_SERVER_SHUTDOWN:
    case ER_KILLED_CONNECTION:
        silence_note(db, config_int(CONFIG_DB_TIMEOUT) / 1000);
        db_disconnect(db);
        return err_setf(ERR_DB_LOST, "%s: error %u", what, number);
    case ER_DISK_FULL:
    case ER_ERROR_ON_WRITE:
    case ER_RECORD_FILE_FULL:
        return err_setf(ERR_DB_FULL, "%s: error %u", what, number);
    default:
        return err_setf(ERR_DB_SQL, "%s: error %u: %.100s", what, number, message);
    }
}

/* After an error the server may have taken back all or part of the transaction, or know nothing of
 * it any more: a caller who goes on must not save the rest [R2]. */
enum err db_fail(struct db *db, unsigned number, const char *what, const char *message)
{
    bool in_tx = db->in_tx;
    enum err rc = error_of(db, number, what, message);

    if (in_tx) db->failed = rc;
    return rc;
}

enum err db_text_run(struct db *db, const char *sql)
{
    unsigned fault = DB_FAULT(db);

    db->statements++;
    if (fault) return db_fail(db, fault, "text statement", "fault point");
    db_asks(db);
    if (mysql_real_query(db->link, sql, (unsigned long)strlen(sql)))
        return db_fail(db, mysql_errno(db->link), "text statement", mysql_error(db->link));
    return ERR_NONE;
}

enum err db_script(struct db *db, const char *sql)
{
    enum err rc = ERR_NONE;
    MYSQL_RES *rows;

    if (!db->link) TRY(db_connect(db));
    TRY(db_text_run(db, sql));
    rows = mysql_store_result(db->link);
    if (rows)
        mysql_free_result(rows);
    else if (mysql_errno(db->link))
        rc = db_fail(db, mysql_errno(db->link), "text statement", mysql_error(db->link));
out:
    return rc;
}

static const struct db_stmt VARIABLE = {
    "server_variable",
    "SELECT CAST(variable_value AS CHAR(100)) FROM information_schema.session_variables"
    " WHERE variable_name = ?",
    0,
};

static enum err variable_read(struct db *db, const char *name, char *out, size_t cap)
{
    enum err rc;
    bool found = false;
    char value[101];

    TRY(db_row_find(db, &VARIABLE, DB_IN(db_text(name)), DB_OUT(DB_GET_TEXT(value)), &found));
    snprintf(out, cap, "%s", found ? value : "");
    if (!strcmp(out, "ON")) snprintf(out, cap, "1");
    if (!strcmp(out, "OFF")) snprintf(out, cap, "0");
out:
    return rc;
}

enum err db_check(struct db *db)
{
    enum err rc;
    char value[101];

    for (size_t i = 0; i < ARRAY_LEN(server_settings); i++) {
        if (server_settings[i].unless) {
            TRY(variable_read(db, server_settings[i].unless, value, sizeof value));
            if (!strcmp(value, "0")) continue;
        }
        TRY(variable_read(db, server_settings[i].name, value, sizeof value));
        if (strcmp(value, server_settings[i].wanted) != 0) {
            rc = err_setf(ERR_DB_SETTINGS, "%s is '%s': set it to %s", server_settings[i].name,
                          value, server_settings[i].wanted);
            goto out;
        }
    }
    TRY(db_schema_check(db));
out:
    return rc;
}

unsigned long db_statement_count(const struct db *db)
{
    return db->statements;
}
