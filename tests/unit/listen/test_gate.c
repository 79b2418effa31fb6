/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Peers' addresses and the caps on their connections. */
#include "listen/gate.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *address, *text;
    bool loopback;
} cases[] = {
    {"127.0.0.1", "127.0.0.1", true},
    {"127.9.9.9", "127.9.9.9", true},
    {"10.0.0.1", "10.0.0.1", false},
    {"128.0.0.1", "128.0.0.1", false},
    {"::1", "::1", true},
    {"2001:db8::1", "2001:db8::1", false},
    {"::ffff:127.0.0.1", "127.0.0.1", true},
    {"::ffff:192.0.2.1", "192.0.2.1", false},
};

static struct listen_peer peer_of(const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct listen_peer peer;

    if (inet_pton(AF_INET, address, &in.sin_addr) == 1) {
        listen_peer_read((struct sockaddr *)&in, 7, &peer);
    } else {
        assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
        listen_peer_read((struct sockaddr *)&in6, 7, &peer);
    }
    return peer;
}

static void test_peer(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct listen_peer peer = peer_of(cases[i].address);

        if (strcmp(peer.text, cases[i].text) != 0 || peer.loopback != cases[i].loopback)
            fail_msg("%s: %s, %d", cases[i].address, peer.text, peer.loopback);
        assert_true(peer.slot < LISTEN_GATE_SLOTS);
    }
}

static void test_slots(void **state)
{
    (void)state;
    assert_int_equal(peer_of("192.0.2.1").slot, peer_of("::ffff:192.0.2.1").slot);
    assert_int_equal(peer_of("2001:db8::1").slot, peer_of("2001:db8::2").slot);
    assert_int_not_equal(peer_of("2001:db8::1").slot, peer_of("2001:db8:0:1::1").slot);
    assert_int_not_equal(peer_of("192.0.2.1").slot, peer_of("192.0.2.2").slot);
}

/* As proxies write it; anything else is no address. */
static void test_parse(void **state)
{
    static const char *const wrong[] = {"",
                                        "unknown",
                                        "192.0.2.1:80",
                                        "[::1]",
                                        "192.0.2",
                                        " ::1",
                                        "192.0.2.256",
                                        "11111111111111111111111111111111111111111111111111111"};
    struct listen_peer got;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct listen_peer want = peer_of(cases[i].address);

        assert_true(listen_peer_parse(cases[i].address, strlen(cases[i].address), 7, &got));
        assert_memory_equal(&got, &want, sizeof got);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (listen_peer_parse(wrong[i], strlen(wrong[i]), 7, &got)) fail_msg("%s", wrong[i]);
}

/* [X15] */
static void test_caps(void **state)
{
    static struct listen_gate gate = {.max = 3, .peer_max = 2};
    struct listen_peer a = peer_of("192.0.2.1"), b = peer_of("192.0.2.2");

    (void)state;
    assert_true(listen_gate_enter(&gate, &a));
    assert_true(listen_gate_enter(&gate, &a));
    assert_false(listen_gate_enter(&gate, &a));
    assert_true(listen_gate_enter(&gate, &b));
    assert_false(listen_gate_enter(&gate, &b)); /* in all */
    listen_gate_leave(&gate, &a);
    assert_true(listen_gate_enter(&gate, &b)); /* what was refused was not counted */
    listen_gate_leave(&gate, &b);
    listen_gate_leave(&gate, &b);
    listen_gate_leave(&gate, &a);
    assert_int_equal(gate.open, 0);
    assert_int_equal(gate.peers[a.slot], 0);
}

/* [X25]: a burst, then the rate; each peer its own; what was refused costs nothing later. */
static void test_handshakes(void **state)
{
    enum { RATE = 4, BURST = 40, SECOND = 1000000 };
    static struct listen_gate gate = {.peer_handshakes = RATE};
    struct listen_peer a = peer_of("192.0.2.1"), b = peer_of("192.0.2.2");
    int64_t now = 77 * (int64_t)SECOND;

    (void)state;
    for (int i = 0; i < BURST; i++)
        assert_true(listen_gate_shake(&gate, &a, now));
    for (int i = 0; i < BURST; i++)
        assert_false(listen_gate_shake(&gate, &a, now));
    assert_true(listen_gate_shake(&gate, &b, now));
    assert_false(listen_gate_shake(&gate, &a, now + SECOND / RATE - 1));
    assert_true(listen_gate_shake(&gate, &a, now + SECOND / RATE));
    assert_false(listen_gate_shake(&gate, &a, now + SECOND / RATE));
    now += 1000 * (int64_t)SECOND; /* rest earns a burst, not more */
    for (int i = 0; i < BURST; i++)
        assert_true(listen_gate_shake(&gate, &a, now));
    assert_false(listen_gate_shake(&gate, &a, now));
    gate.peer_handshakes = 0;
    assert_true(listen_gate_shake(&gate, &a, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer),       cmocka_unit_test(test_slots),
        cmocka_unit_test(test_parse),      cmocka_unit_test(test_caps),
        cmocka_unit_test(test_handshakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
