/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of trusted proxies: how they are read, and who is in them. */
#include "listen/trust.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct listen_trust trust;

static bool has(const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
        return listen_trust_has(&trust, (struct sockaddr *)&in);
    assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
    return listen_trust_has(&trust, (struct sockaddr *)&in6);
}

static const struct {
    const char *list, *address;
    bool want;
} cases[] = {
    {"", "127.0.0.1", false},
    {" , ", "0.0.0.0", false},
    {"127.0.0.1", "127.0.0.1", true},
    {"127.0.0.1", "127.0.0.2", false},
    {"127.0.0.1", "::ffff:127.0.0.1", true},
    {"192.0.2.1,127.0.0.1", "127.0.0.1", true},
    {" 192.0.2.1 , 127.0.0.1 ", "192.0.2.1", true},
    {"10.0.0.0/8", "10.255.0.1", true},
    {"10.0.0.0/8", "11.0.0.1", false},
    {"192.0.2.128/25", "192.0.2.128", true},
    {"192.0.2.128/25", "192.0.2.127", false},
    {"192.0.2.1/32", "192.0.2.1", true},
    {"192.0.2.1/32", "192.0.2.0", false},
    {"0.0.0.0/0", "203.0.113.9", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"::/0", "2001:db8::1", true},
    {"2001:db8::/33", "2001:db8:7fff::1", true},
    {"2001:db8::/33", "2001:db8:8000::1", false},
    {"::1", "::1", true},
    {"::1", "127.0.0.1", false},
};

static void test_who_is_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(listen_trust_read(cases[i].list, &trust), ERR_NONE);
        if (has(cases[i].address) != cases[i].want)
            fail_msg("\"%s\" and %s", cases[i].list, cases[i].address);
    }
}

static void test_what_cannot_be_read(void **state)
{
    static const char *const lists[] = {
        "proxy.example",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/8x",
        "10.0.0.0/+8",
        "10.0.0/8",
        "::1/129",
        "1.2.3.4;::1",
        "::1/1/1",
        "1111111111111111111111111111111111111111111111111111111111111111111111111"};
    char many[LISTEN_TRUST_MAX * 4 + 8] = "";

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        char list[200];

        (void)snprintf(list, sizeof list, "::1, %s", lists[i]);
        if (listen_trust_read(list, &trust) != ERR_CONFIG) fail_msg("%s", list);
        if (!strstr(err_detail()->field, "\"1111") && !strstr(err_detail()->field, lists[i]))
            fail_msg("%s: %s", list, err_detail()->field);
        err_clear();
    }
    for (int i = 0; i <= LISTEN_TRUST_MAX; i++)
        strcat(many, "::1,");
    assert_int_equal(listen_trust_read(many, &trust), ERR_CONFIG);
    err_clear();
    many[LISTEN_TRUST_MAX * 4] = '\0';
    assert_int_equal(listen_trust_read(many, &trust), ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_in),
        cmocka_unit_test(test_what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
