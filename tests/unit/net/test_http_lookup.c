/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name that nobody answers for: the request's time limit counts for the lookup too [F60]. The
 * system's resolver is this program's own, and answers when the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/http.h"
#include "net/server.h"

#include <errno.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

enum { HANG_S = 20 };

static sem_t answer_now, answered;
static atomic_bool waited_for;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **out)
{
    struct timespec end;
    int failed;

    (void)name, (void)service, (void)hints, (void)out;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += HANG_S;
    do
        failed = sem_timedwait(&answer_now, &end);
    while (failed && errno == EINTR);
    if (failed) atomic_store(&waited_for, true);
    (void)sem_post(&answered);
    return EAI_AGAIN;
}

static void test_a_lookup_that_hangs_holds_nobody(void **state)
{
    struct net_http_request request = {.url = "https://station.example/",
                                       .content_type = "text/xml",
                                       .timeout_ms = 50,
                                       .answer_max = 1000};
    struct net_http *http = NULL;
    struct buf answer = BUF_INIT(1000);
    int status = -1;

    (void)state;
    assert_int_equal(net_http_open(&http), ERR_NONE);
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_PEER_CONNECT);
    net_http_close(&http);
    (void)sem_post(&answer_now);
    while (sem_wait(&answered) != 0)
        ;
    assert_false(atomic_load(&waited_for));
    buf_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_lookup_that_hangs_holds_nobody)};

    (void)sem_init(&answer_now, 0, 0);
    (void)sem_init(&answered, 0, 0);
    net_init();
    server_configure(NULL, 0);
    return cmocka_run_group_tests_name("net/http lookup", tests, NULL, NULL);
}
