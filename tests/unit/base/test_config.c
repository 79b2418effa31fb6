/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: every problem is told at once with its place and the nearest right name; later sources
 * win; what is wrong changes nothing. */
#include "xml/scratch.h"

#include "base/config_value.h"
#include "base/log.h"

extern char **environ;

static struct buf problems = BUF_INIT(65536);

/* The tests' own environment must not be read as settings. */
static int setup(void **state)
{
    char name[128];

    (void)state;
    for (char **e = environ; *e;) {
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(*e, "="), *e);
        if (strncmp(name, "PAYER_", 6) != 0)
            e++;
        else
            (void)unsetenv(name); /* environ moves up */
    }
    buf_reset(&problems);
    err_clear();
    (void)scratch_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove();
    buf_free(&problems);
    return 0;
}

static enum err load(const char *path)
{
    buf_reset(&problems);
    err_clear();
    return config_load(path, NULL, 0, &problems);
}

static void test_defaults_are_values(void **state)
{
    (void)state;
    assert_int_equal(load(""), ERR_NONE);
    assert_string_equal(buf_str(&problems), "");
    assert_int_equal(config_int(CONFIG_SERVE_PORT), 8080);
    assert_int_equal(config_int(CONFIG_SERVE_QUEUE_WAIT), 2000);
    assert_int_equal(config_int(CONFIG_SERVE_BODY_MEMORY), 268435456);
    assert_int_equal(config_int(CONFIG_IDEMPOTENCY), 1);
    assert_int_equal(config_int(CONFIG_LOG_LEVEL), LOG_INFO);
    assert_string_equal(config_origin(CONFIG_SERVE_PORT), "default");
}

static void test_all_problems_are_told_at_once(void **state)
{
    const char *path = scratch_write("payer.conf", "port = 1\n"
                                                   "[serve]\n"
                                                   "porrt = 1\n"
                                                   "; a comment\n"
                                                   "port = 80a\n"
                                                   "loops = 17\r\n"
                                                   "queue_wait = 30\n"
                                                   "what is this\n"
                                                   "[srve]\n"
                                                   "port = 1\n"
                                                   "[log]\n"
                                                   "level = loud\n"
                                                   "level = info\n"
                                                   "[log\n");
    static const char *const wanted[] = {
        ":1: \"port\" stands before the first [section]\n",
        ":3: serve: unknown key \"porrt\": did you mean \"port\"?\n",
        ":5: serve.port \"80a\": expected a whole number, from -1 to 65535\n",
        ":6: serve.loops \"17\": expected a whole number, from 1 to 16\n",
        ":7: serve.queue_wait \"30\": expected a time like 30s, from 100ms to 1m\n",
        ":8: expected key = value, found \"what is this\"\n",
        ":9: unknown section \"srve\": did you mean \"serve\"?\n",
        ":12: log.level \"loud\": expected debug, info, warn or error\n",
        ":13: log.level is set twice, first in line 12\n",
        ":14: expected [section], found \"[log\"\n",
    };
    const char *at;

    (void)state;
    assert_int_equal(load(path), ERR_CONFIG);
    at = buf_str(&problems);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        assert_int_equal(strncmp(at, path, strlen(path)), 0);
        at += strlen(path);
        if (strncmp(at, wanted[i], strlen(wanted[i])) != 0)
            fail_msg("wanted \"%s\", found \"%.100s\"", wanted[i], at);
        at += strlen(wanted[i]);
    }
    assert_string_equal(at, "");
}

static void test_what_is_wrong_changes_nothing(void **state)
{
    const char *good = scratch_write("good.conf", "[serve]\nport = 81\n");
    const char *bad = scratch_write("bad.conf", "[serve]\nport = 82\nloops = 0\n");

    (void)state;
    assert_int_equal(load(good), ERR_NONE);
    assert_int_equal(load(bad), ERR_CONFIG);
    assert_int_equal(config_int(CONFIG_SERVE_PORT), 81);
}

static void test_a_list_of_problems_that_is_cut_still_fails(void **state)
{
    struct buf small = BUF_INIT(4);

    (void)state;
    (void)setenv("PAYER_SERVE_PORT", "x", 1);
    assert_int_equal(config_load("", NULL, 0, &small), ERR_CONFIG);
    (void)unsetenv("PAYER_SERVE_PORT");
    buf_free(&small);
}

static void test_later_sources_win(void **state)
{
    const char *path =
        scratch_write("payer.conf", "[serve]\nport=1\nloops=2\nqueue=3\nworkers=4\n");
    const char *const sets[] = {"serve.workers=8"};
    char place[600];

    (void)state;
    (void)scratch_write("payer.conf.d/50.conf", "[serve]\nqueue = 4\n");
    (void)scratch_write("payer.conf.d/10.conf", "[serve]\nloops = 6\nqueue = 4\n");
    (void)scratch_write("payer.conf.d/90.conf", "[serve]\nqueue = 5\n");
    (void)scratch_write("payer.conf.d/20.conf", "[serve]\nqueue = 4\n");
    (void)scratch_write("payer.conf.d/70.conf", "[serve]\nqueue = 4\n");
    (void)scratch_write("payer.conf.d/30.txt", "[serve]\nport = no\n");
    (void)setenv("PAYER_SERVE_WORKERS", "7", 1);
    (void)setenv("PAYER_SERVE_CONNECTIONS", "7", 1);
    assert_int_equal(config_load(path, sets, 1, &problems), ERR_NONE);
    (void)unsetenv("PAYER_SERVE_WORKERS");
    (void)unsetenv("PAYER_SERVE_CONNECTIONS");
    assert_int_equal(config_int(CONFIG_SERVE_PORT), 1);
    assert_int_equal(config_int(CONFIG_SERVE_LOOPS), 6);
    assert_int_equal(config_int(CONFIG_SERVE_QUEUE), 5);
    assert_int_equal(config_int(CONFIG_SERVE_CONNECTIONS), 7);
    assert_int_equal(config_int(CONFIG_SERVE_WORKERS), 8);
    (void)snprintf(place, sizeof place, "%s:2", path);
    assert_string_equal(config_origin(CONFIG_SERVE_PORT), place);
    assert_string_equal(config_origin(CONFIG_SERVE_CONNECTIONS), "environment");
    assert_string_equal(config_origin(CONFIG_SERVE_WORKERS), "command line");
}

static void test_variables_of_others_are_left_alone(void **state)
{
    (void)state;
    (void)setenv("PAYER_BUILD", "x", 1);
    assert_int_equal(load(""), ERR_NONE);
    (void)setenv("PAYER_SERVE_PROT", "1", 1);
    assert_int_equal(load(""), ERR_CONFIG);
    assert_string_equal(buf_str(&problems), "environment: unknown variable PAYER_SERVE_PROT: did "
                                            "you mean PAYER_SERVE_PORT?\n");
    (void)unsetenv("PAYER_SERVE_PROT");
    (void)unsetenv("PAYER_BUILD");
}

static void test_sets_must_be_section_key_value(void **state)
{
    static const char *const sets[] = {"port=1", "serve.port", "serve.porrt=1", "serve.port=x"};

    (void)state;
    assert_int_equal(config_load("", sets, ARRAY_LEN(sets), &problems), ERR_CONFIG);
    assert_string_equal(
        buf_str(&problems),
        "command line: --set \"port=1\": expected section.key=value\n"
        "command line: --set \"serve.port\": expected section.key=value\n"
        "command line: serve: unknown key \"porrt\": did you mean \"port\"?\n"
        "command line: serve.port \"x\": expected a whole number, from -1 to 65535\n");
}

static void test_paths_become_absolute(void **state)
{
    static const char *const sets[] = {"hub.home=/srv/hub", "flow.dir=out", "db.dir=/data/db"};
    static const char *const socket[] = {"hub.home=/srv/hub", "db.socket=run/my.sock"};
    char here[512], wanted[600];

    (void)state;
    assert_int_equal(config_load("", sets, ARRAY_LEN(sets), &problems), ERR_NONE);
    assert_string_equal(config_text(CONFIG_FLOW_DIR), "/srv/hub/out");
    assert_string_equal(config_text(CONFIG_HUB_KEY_FILE), "/srv/hub/var/hub.key");
    assert_string_equal(config_text(CONFIG_DB_SOCKET), "/data/db/my.sock");
    assert_string_equal(config_text(CONFIG_WORK_PEER_CA), "");
    assert_int_equal(config_load("", socket, ARRAY_LEN(socket), &problems), ERR_NONE);
    assert_string_equal(config_text(CONFIG_DB_SOCKET), "/srv/hub/run/my.sock");
    assert_int_equal(load(""), ERR_NONE);
    assert_non_null(getcwd(here, sizeof here));
    assert_string_equal(config_text(CONFIG_HUB_HOME), here);
    (void)snprintf(wanted, sizeof wanted, "%s/var/flow", here);
    assert_string_equal(config_text(CONFIG_FLOW_DIR), wanted);
}

static void test_a_file_that_was_asked_for_must_be_there(void **state)
{
    (void)state;
    assert_int_equal(load(scratch_path("none.conf")), ERR_CONFIG);
    assert_non_null(strstr(buf_str(&problems), "none.conf: No such file"));
}

/* What cannot be looked into may hold settings that somebody relies on: here a link that leads
 * nowhere, which nobody asked for. */
static void test_a_file_that_cannot_be_read_is_told(void **state)
{
    char before[4096];

    (void)state;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch_folder), 0);
    assert_int_equal(symlink("/nowhere/payer.conf", "payer.conf"), 0);
    assert_int_equal(load(NULL), ERR_CONFIG);
    assert_non_null(strstr(buf_str(&problems), "payer.conf: No such file"));
    assert_int_equal(chdir(before), 0);
}

static void test_a_folder_that_cannot_be_read_is_a_problem(void **state)
{
    const char *path = scratch_write("payer.conf", "[serve]\nport = 1\n");

    (void)state;
    (void)scratch_write("payer.conf.d", "not a folder");
    assert_int_equal(load(path), ERR_CONFIG);
    assert_non_null(strstr(buf_str(&problems), "payer.conf.d: Not a directory"));
}

static const struct {
    enum config_key key;
    const char *text;
    int64_t want; /* -2: refused */
} values[] = {
    {CONFIG_SERVE_QUEUE_WAIT, "100ms", 100},
    {CONFIG_SERVE_QUEUE_WAIT, "1m", 60000},
    {CONFIG_SERVE_QUEUE_WAIT, "99ms", -2},
    {CONFIG_SERVE_QUEUE_WAIT, "61s", -2},
    {CONFIG_SERVE_QUEUE_WAIT, "1 s", -2},
    {CONFIG_SERVE_QUEUE_WAIT, "9223372036854775807d", -2},
    {CONFIG_DB_BUFFER_POOL, "0", 0},
    {CONFIG_DB_BUFFER_POOL, "64KiB", 65536},
    {CONFIG_DB_BUFFER_POOL, "12", 12},
    {CONFIG_DB_BUFFER_POOL, "17179869184GiB", -2},
    {CONFIG_DB_BUFFER_POOL, "64kb", -2},
    {CONFIG_SERVE_TLS_PORT, "-1", -1},
    {CONFIG_SERVE_TLS_PORT, "-2", -2},
    {CONFIG_SERVE_TLS_PORT, "", -2},
    {CONFIG_SERVE_TLS_PORT, "+1", -2},
    {CONFIG_SERVE_TLS_PORT, "1.0", -2},
    {CONFIG_SERVE_TLS_PORT, "99999999999999999999", -2},
    {CONFIG_IDEMPOTENCY, "no", 0},
    {CONFIG_IDEMPOTENCY, "true", -2},
    {CONFIG_LOG_LEVEL, "error", LOG_ERROR},
    {CONFIG_HUB_NODE_ID, "a\tb", -2},
};

static void test_values_have_types_and_ranges(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        char why[CONFIG_WHY_MAX];
        int64_t got;
        bool ok = config_value_parse(&config_settings[values[i].key], values[i].text, &got, why);

        if (ok != (values[i].want != -2) || (ok && got != values[i].want))
            fail_msg("\"%s\": %s, %lld", values[i].text, ok ? "taken" : "refused", (long long)got);
    }
}

/* What `config example` prints, with every setting made active, is what the defaults are. */
static void test_the_example_is_the_defaults(void **state)
{
    struct buf example = BUF_INIT(65536), active = BUF_INIT(65536);
    const char *path;

    (void)state;
    assert_int_equal(config_example(&example), ERR_NONE);
    for (const char *line = buf_str(&example); *line; line += strcspn(line, "\n") + 1) {
        if (line[0] == '#' && line[1] == ' ') continue;
        if (line[0] == '#') line++;
        assert_int_equal(buf_add(&active, line, strcspn(line, "\n") + 1), ERR_NONE);
    }
    path = scratch_write("payer.conf", buf_str(&active));
    if (load(path) != ERR_NONE) fail_msg("%s", buf_str(&problems));
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        assert_int_equal(strncmp(config_origin((enum config_key)i), path, strlen(path)), 0);
    assert_int_equal(config_int(CONFIG_SERVE_PORT), 8080);
    buf_free(&example);
    buf_free(&active);
}

static void test_describe_tells_value_and_origin(void **state)
{
    static const char *const sets[] = {"serve.port=8081"};
    struct buf text = BUF_INIT(65536);

    (void)state;
    assert_int_equal(config_load("", sets, 1, &problems), ERR_NONE);
    assert_int_equal(config_describe(&text, false), ERR_NONE);
    assert_non_null(strstr(buf_str(&text), "\nport = 8081\n"));
    assert_non_null(strstr(buf_str(&text), "number from -1 to 65535; default 8080; from command"));
    assert_non_null(strstr(buf_str(&text), "from default; SIGHUP changes it\n"));
    buf_reset(&text);
    assert_int_equal(config_describe(&text, true), ERR_NONE);
    assert_non_null(strstr(buf_str(&text), "\"section\":\"serve\",\"key\":\"port\""));
    assert_non_null(strstr(buf_str(&text), "\"reload\":false,\"value\":\"8081\",\"origin\":"
                                           "\"command line\"}"));
    buf_free(&text);
}

/* What apply() saw, and what it says. */
struct applying {
    enum err says;
    int64_t attempts;
    char ca[600];
    int calls;
};

static enum err apply(void *cls)
{
    struct applying *a = cls;

    a->calls++;
    a->attempts = config_int(CONFIG_WORK_ATTEMPTS);
    (void)snprintf(a->ca, sizeof a->ca, "%s", config_text(CONFIG_WORK_PEER_CA));
    return a->says;
}

static void test_a_reload_changes_what_may_change(void **state)
{
    const char *path = scratch_write("payer.conf", "[work]\nattempts = 3\npeer_ca = /a\n");
    static const char *const sets[] = {"work.backoff=1s"};
    struct applying a = {ERR_NONE, 0, "", 0};
    const char *before;

    (void)state;
    assert_int_equal(config_load(path, sets, 1, &problems), ERR_NONE);
    before = config_text(CONFIG_WORK_PEER_CA);
    (void)scratch_write("payer.conf", "[work]\nattempts = 4\npeer_ca = /b\nbackoff = 9s\n"
                                      "[serve]\nport = 9\nloops = 2\n");
    assert_int_equal(config_reload(apply, &a, &problems), ERR_NONE);
    assert_int_equal(a.calls, 1);
    assert_int_equal(a.attempts, 4);
    assert_string_equal(a.ca, "/b");
    assert_string_equal(config_text(CONFIG_WORK_PEER_CA), "/b");
    assert_string_equal(before, "/a");                       /* who holds the old text may go on */
    assert_int_equal(config_int(CONFIG_WORK_BACKOFF), 1000); /* the command line still wins */
    assert_int_equal(config_int(CONFIG_SERVE_PORT), 8080);
    assert_string_equal(buf_str(&problems), "serve.port\nserve.loops\n");
}

/* The home is where it was until a restart, for every path that starts from it. */
static void test_a_reload_does_not_move_the_home(void **state)
{
    const char *path = scratch_write("payer.conf", "[hub]\nhome = /a\n");
    struct applying a = {ERR_NONE, 0, "", 0};

    (void)state;
    assert_int_equal(load(path), ERR_NONE);
    (void)scratch_write("payer.conf", "[hub]\nhome = /b\n[work]\npeer_ca = ca.pem\n");
    assert_int_equal(config_reload(apply, &a, &problems), ERR_NONE);
    assert_string_equal(config_text(CONFIG_WORK_PEER_CA), "/a/ca.pem");
    assert_string_equal(config_text(CONFIG_HUB_HOME), "/a");
    assert_string_equal(buf_str(&problems), "hub.home\n");
}

/* [F63] */
static void test_a_reload_that_fails_changes_nothing(void **state)
{
    const char *path = scratch_write("payer.conf", "[work]\nattempts = 3\npeer_ca = /a\n");
    struct applying a = {ERR_TLS_FILE, 0, "", 0};

    (void)state;
    assert_int_equal(load(path), ERR_NONE);
    (void)scratch_write("payer.conf", "[work]\nattempts = 4\npeer_ca = /b\ntick = x\n");
    assert_int_equal(config_reload(apply, &a, &problems), ERR_CONFIG);
    assert_non_null(strstr(buf_str(&problems), ":4: work.tick \"x\""));
    assert_int_equal(a.calls, 0);
    (void)scratch_write("payer.conf", "[work]\nattempts = 4\npeer_ca = /b\n");
    assert_int_equal(config_reload(apply, &a, &problems), ERR_TLS_FILE);
    assert_int_equal(a.attempts, 4);
    assert_int_equal(config_int(CONFIG_WORK_ATTEMPTS), 3);
    assert_string_equal(config_text(CONFIG_WORK_PEER_CA), "/a");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_defaults_are_values),
        CASE(test_all_problems_are_told_at_once),
        CASE(test_what_is_wrong_changes_nothing),
        CASE(test_a_list_of_problems_that_is_cut_still_fails),
        CASE(test_later_sources_win),
        CASE(test_variables_of_others_are_left_alone),
        CASE(test_sets_must_be_section_key_value),
        CASE(test_paths_become_absolute),
        CASE(test_a_file_that_was_asked_for_must_be_there),
        CASE(test_a_file_that_cannot_be_read_is_told),
        CASE(test_a_folder_that_cannot_be_read_is_a_problem),
        CASE(test_values_have_types_and_ranges),
        CASE(test_the_example_is_the_defaults),
        CASE(test_describe_tells_value_and_origin),
        CASE(test_a_reload_changes_what_may_change),
        CASE(test_a_reload_does_not_move_the_home),
        CASE(test_a_reload_that_fails_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
