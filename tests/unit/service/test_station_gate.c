/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may wait for a station, and who is answered at once [I12] [F59]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/metric.h"
#include "service/station_gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CAP = 2, BREAKER = 3, WORKERS = 8 };
#define SLOW_US INT64_C(5000000)
#define A "77777777777_01"
#define B "88888888888_01"

static int setup(void **state)
{
    const char *const sets[] = {"serve.station_workers=2", "work.breaker=3"};
    struct buf problems = BUF_INIT(4096);
    struct station_gate *gate = NULL;
    bool fine = config_load(NULL, sets, ARRAY_LEN(sets), &problems) == ERR_NONE &&
                station_gate_open(WORKERS, &gate) == ERR_NONE;

    buf_free(&problems);
    *state = gate;
    return fine ? 0 : -1;
}

static int teardown(void **state)
{
    struct station_gate *gate = *state;

    station_gate_close(&gate);
    return gate ? -1 : 0;
}

/* The call's lane; NULL: not let in, and *out says what is answered. */
static struct station_lane *enter(struct station_gate *gate, const char *station, enum outcome *out)
{
    struct station_lane *lane = NULL;

    assert_int_equal(station_gate_enter(gate, station, &lane, out), ERR_NONE);
    assert_true((*out == OUTCOME_OK) == (lane != NULL));
    return lane;
}

/* A lane that is remembered as slow: one of its calls, still under way, is left to the caller. */
static struct station_lane *slow(struct station_gate *gate, const char *station)
{
    enum outcome o;
    struct station_lane *one = enter(gate, station, &o), *other = enter(gate, station, &o);

    station_gate_leave(gate, one, SLOW_US, OUTCOME_OK);
    return other;
}

static void test_a_slow_station_has_its_cap(void **state)
{
    struct station_gate *gate = *state;
    enum outcome o;
    struct station_lane *first = slow(gate, A), *second = enter(gate, A, &o), *other;

    assert_non_null(second);
    assert_null(enter(gate, A, &o));
    assert_int_equal(o, OUTCOME_STAZIONE_TIMEOUT);
    other = enter(gate, B, &o); /* which is nothing to another one's */
    assert_non_null(other);
    station_gate_leave(gate, second, SLOW_US, OUTCOME_OK);
    second = enter(gate, A, &o);
    assert_non_null(second);
    station_gate_leave(gate, first, SLOW_US, OUTCOME_OK);
    station_gate_leave(gate, second, SLOW_US, OUTCOME_OK);
    station_gate_leave(gate, other, SLOW_US, OUTCOME_OK);
}

static void test_all_stations_leave_workers_for_others(void **state)
{
    struct station_gate *gate = *state;
    static const char *const names[] = {"1", "2", "3", "4"};
    struct station_lane *lanes[ARRAY_LEN(names) * CAP];
    size_t n = 0;
    enum outcome o;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        lanes[n] = n < 6 ? slow(gate, names[i]) : enter(gate, names[i], &o);
        if (lanes[n]) n++;
        lanes[n] = enter(gate, names[i], &o);
        if (lanes[n]) n++;
    }
    assert_int_equal(n, 6); /* three quarters of 8 */
    assert_int_equal(o, OUTCOME_STAZIONE_TIMEOUT);
    while (n)
        station_gate_leave(gate, lanes[--n], SLOW_US, OUTCOME_OK);
}

struct asking {
    struct station_gate *gate;
    struct station_lane *lane;
    enum outcome outcome;
};

static void *ask(void *cls)
{
    struct asking *a = cls;

    if (station_gate_enter(a->gate, A, &a->lane, &a->outcome) != ERR_NONE)
        a->outcome = OUTCOME_COUNT;
    return NULL;
}

static void test_a_fast_station_is_waited_for(void **state)
{
    struct station_gate *gate = *state;
    enum outcome o;
    struct station_lane *one = enter(gate, A, &o), *two = enter(gate, A, &o);
    struct asking third = {.gate = gate};
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, ask, &third), 0);
    station_gate_leave(gate, one, 1000, OUTCOME_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(third.outcome, OUTCOME_OK);
    station_gate_leave(gate, two, 1000, OUTCOME_OK);
    station_gate_leave(gate, third.lane, 1000, OUTCOME_OK);
}

static void test_one_that_fails_is_asked_one_question_at_a_time(void **state)
{
    struct station_gate *gate = *state;
    struct station_lane *lane;
    enum outcome o;

    for (int i = 0; i < BREAKER; i++) {
        lane = enter(gate, A, &o);
        assert_non_null(lane);
        station_gate_leave(gate, lane, SLOW_US, OUTCOME_STAZIONE_IRRAGGIUNGIBILE);
    }
    lane = enter(gate, A, &o);
    assert_non_null(lane);
    assert_null(enter(gate, A, &o));
    assert_int_equal(o, OUTCOME_STAZIONE_IRRAGGIUNGIBILE);
    station_gate_leave(gate, lane, SLOW_US, OUTCOME_STAZIONE_TIMEOUT);
    lane = enter(gate, A, &o);
    assert_null(enter(gate, A, &o));
    assert_int_equal(o, OUTCOME_STAZIONE_TIMEOUT);
    station_gate_leave(gate, lane, 1000, OUTCOME_STAZIONE_ERRORE); /* a sign of life */
    lane = enter(gate, A, &o);
    station_gate_leave(gate, enter(gate, A, &o), 1000, OUTCOME_OK);
    station_gate_leave(gate, lane, 1000, OUTCOME_OK);
}

/* What the metric says now. */
static int failing(void)
{
    static const char name[] = "\npayer_stations_failing ";
    struct buf text = BUF_INIT(1 << 20);
    const char *at;
    int n = -1;

    assert_int_equal(metric_print(&text), ERR_NONE);
    at = strstr(buf_str(&text), name);
    if (at) n = (int)strtol(at + strlen(name), NULL, 10);
    buf_free(&text);
    return n;
}

static void test_a_station_that_left_fails_no_more(void **state)
{
    struct station_gate *gate = *state;
    struct registry_station stations[] = {{.code = A, .enabled = true},
                                          {.code = B, .enabled = true}};
    struct registry registry = {.stations = stations, .n_stations = ARRAY_LEN(stations)};
    struct station_lane *lane = NULL;
    enum outcome o;

    for (size_t s = 0; s < ARRAY_LEN(stations); s++)
        for (int i = 0; i < BREAKER; i++)
            station_gate_leave(gate, enter(gate, stations[s].code, &o), SLOW_US,
                               OUTCOME_STAZIONE_TIMEOUT);
    station_gate_follow(gate, &registry);
    assert_int_equal(failing(), 2);
    stations[1].enabled = false;
    lane = enter(gate, B, &o); /* asked at this moment: its answer counts no more either */
    station_gate_follow(gate, &registry);
    assert_int_equal(failing(), 1);
    station_gate_leave(gate, lane, SLOW_US, OUTCOME_STAZIONE_TIMEOUT);
    assert_int_equal(failing(), 1);
    registry.n_stations = 0;
    station_gate_follow(gate, &registry);
    assert_int_equal(failing(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_slow_station_has_its_cap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_stations_leave_workers_for_others, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_fast_station_is_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_that_fails_is_asked_one_question_at_a_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_station_that_left_fails_no_more, setup, teardown),
    };

    return cmocka_run_group_tests_name("station gate", tests, NULL, NULL);
}
