/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server that neither answers nor ends: it is looked for once, whoever waits is answered, and
 * what comes later finds it again [F38] [R16]. Counted: connections, nothing is measured. */
#include "db/fixture.h"

#include "base/config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct db_stmt LOOK = {"test_look", "SELECT 1", 0};

/* Connections are made and never answered: as by a process that is stopped, whose kernel goes on.
 */
struct deaf {
    char path[100];
    int fd;
};

static void deaf_open(struct deaf *d)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(d->path, sizeof d->path, "%s.deaf", config_text(CONFIG_DB_SOCKET));
    memcpy(address.sun_path, d->path, strlen(d->path) + 1);
    d->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(d->fd >= 0);
    assert_int_equal(bind(d->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(d->fd, 64), 0);
}

static void deaf_close(struct deaf *d)
{
    close(d->fd);
    unlink(d->path);
}

/* How many have connected since it was last asked. */
static int deaf_count(const struct deaf *d)
{
    struct pollfd one = {d->fd, POLLIN, 0};
    int n = 0, client;

    for (; poll(&one, 1, 0) == 1; n++) {
        client = accept(d->fd, NULL, NULL);
        assert_true(client >= 0);
        close(client);
    }
    return n;
}

static void settings_use(const char *socket)
{
    static char set[200];
    const char *const sets[] = {set, "db.timeout=1s"};
    struct buf problems = BUF_INIT(4096);

    snprintf(set, sizeof set, "db.socket=%s", socket);
    assert_int_equal(config_load(db_fixture_config(), sets, ARRAY_LEN(sets), &problems), ERR_NONE);
    buf_free(&problems);
}

static pid_t server_pid(void)
{
    char path[1024];
    long pid = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/my.pid", config_text(CONFIG_DB_DIR));
    f = fopen(path, "re");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld", &pid), 1);
    fclose(f);
    return (pid_t)pid;
}

static enum err look(struct db *d)
{
    int one = 0;
    bool found;

    return db_row_find(d, &LOOK, DB_NONE_IN, DB_OUT(DB_GET_INT(one)), &found);
}

static enum err look_tx(struct db *d, void *cls)
{
    (void)cls;
    return look(d);
}

static void test_a_server_that_freezes_is_looked_for_once(void **state)
{
    char socket[100];
    struct deaf deaf;
    struct db *own = NULL;
    pid_t server = server_pid();

    (void)state;
    snprintf(socket, sizeof socket, "%s", config_text(CONFIG_DB_SOCKET));
    settings_use(socket);
    assert_int_equal(db_open(DB_ROLE_WORK, &own), ERR_NONE);
    deaf_open(&deaf);
    settings_use(deaf.path);
    assert_int_equal(kill(server, SIGSTOP), 0);

    assert_int_equal(db_tx_run(own, "look", look_tx, NULL), ERR_DB_OPEN);
    assert_int_equal(deaf_count(&deaf), 1); /* after the statement that was not answered */
    err_clear();
    assert_int_equal(db_tx_run(own, "look", look_tx, NULL), ERR_DB_OPEN);
    assert_int_equal(deaf_count(&deaf), 1);
    err_clear();
    assert_int_equal(look(own), ERR_DB_OPEN);
    assert_int_equal(deaf_count(&deaf), 1);
    err_clear();

    assert_int_equal(kill(server, SIGCONT), 0);
    settings_use(socket);
    assert_int_equal(db_tx_run(own, "look", look_tx, NULL), ERR_NONE);
    db_close(&own);
    deaf_close(&deaf);
}

/* Also when the test failed: a server that is stopped does not end. */
static int thaw(void **state)
{
    (void)state;
    return kill(server_pid(), SIGCONT);
}

/* Only the connection is dead: what asked is answered by a new one. */
static void test_a_connection_that_is_dead_is_replaced(void **state)
{
    char socket[100];
    struct deaf deaf;
    struct db *own = NULL;

    (void)state;
    snprintf(socket, sizeof socket, "%s", config_text(CONFIG_DB_SOCKET));
    settings_use(socket);
    assert_int_equal(db_open(DB_ROLE_WORK, &own), ERR_NONE);
    deaf_open(&deaf);
    settings_use(deaf.path);
    assert_int_equal(db_script(own, "DO SLEEP(3)"), ERR_DB_LOST); /* longer than db.timeout */
    err_clear();
    settings_use(socket);
    assert_int_equal(db_tx_run(own, "look", look_tx, NULL), ERR_NONE);
    assert_int_equal(deaf_count(&deaf), 0);
    db_close(&own);
    deaf_close(&deaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_server_that_freezes_is_looked_for_once, thaw),
        cmocka_unit_test(test_a_connection_that_is_dead_is_replaced),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_stop);
}
