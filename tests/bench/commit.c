/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commit ceiling: autocommit INSERTs of (BIGINT, 100 bytes) over many connections, which is
 * as fast as this server makes anything durable. Knows nothing of the hub; makes a table of its
 * own in the schema and drops it.
 *
 *     commit SOCKET USER SCHEMA CONNECTIONS SECONDS      prints: COUNT MICROSECONDS
 */
#include <mysql.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTIONS_MAX 1024

static const char *server[3]; /* socket, user, schema */
static int64_t end_us;
static atomic_llong next_id;

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "commit: %s: %s\n", what, why);
    exit(1);
}

static MYSQL *server_open(void)
{
    MYSQL *db = mysql_init(NULL);

    if (!db || !mysql_real_connect(db, NULL, server[1], "", server[2], 0, server[0], 0))
        die("connect", db ? mysql_error(db) : "no memory");
    return db;
}

static void run(MYSQL *db, const char *sql)
{
    if (mysql_query(db, sql)) die(sql, mysql_error(db));
}

/* Prepared: the cheapest way to say it, so the ceiling is not flattered downwards. */
static void *insert(void *arg)
{
    MYSQL *db = arg;
    MYSQL_STMT *stmt = mysql_stmt_init(db);
    static const char sql[] = "INSERT INTO bench_commit VALUES (?, ?)";
    char bytes[100];
    long long id;
    MYSQL_BIND bind[2];

    memset(bind, 0, sizeof bind);
    memset(bytes, 'x', sizeof bytes);
    bind[0].buffer_type = MYSQL_TYPE_LONGLONG;
    bind[0].buffer = &id;
    bind[1].buffer_type = MYSQL_TYPE_STRING;
    bind[1].buffer = bytes;
    bind[1].buffer_length = sizeof bytes;
    if (!stmt || mysql_stmt_prepare(stmt, sql, sizeof sql - 1) || mysql_stmt_bind_param(stmt, bind))
        die("prepare", mysql_error(db));
    while (now_us() < end_us) {
        id = atomic_fetch_add(&next_id, 1);
        if (mysql_stmt_execute(stmt)) die("insert", mysql_stmt_error(stmt));
    }
    mysql_stmt_close(stmt);
    return NULL;
}

int main(int argc, char **argv)
{
    static pthread_t threads[CONNECTIONS_MAX];
    static MYSQL *dbs[CONNECTIONS_MAX];
    int n = argc == 6 ? atoi(argv[4]) : 0;
    int64_t start_us;
    MYSQL *own;

    if (n < 1 || n > CONNECTIONS_MAX) die("usage", "commit SOCKET USER SCHEMA CONNECTIONS SECONDS");
    memcpy(server, argv + 1, sizeof server);
    own = server_open();
    run(own, "DROP TABLE IF EXISTS bench_commit");
    run(own, "CREATE TABLE bench_commit (id BIGINT PRIMARY KEY, bytes VARBINARY(100) NOT NULL)"
             " ENGINE=InnoDB");
    for (int i = 0; i < n; i++)
        dbs[i] = server_open();
    start_us = now_us();
    end_us = start_us + (int64_t)(atof(argv[5]) * 1e6);
    for (int i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, insert, dbs[i])) die("thread", "none left");
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    printf("%lld %" PRId64 "\n", atomic_load(&next_id), now_us() - start_us);
    for (int i = 0; i < n; i++)
        mysql_close(dbs[i]);
    run(own, "DROP TABLE bench_commit");
    mysql_close(own);
    return 0;
}
