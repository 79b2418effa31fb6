/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which addresses may be called [F61]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#define P NET_ADDRESS_PUBLIC
#define I NET_ADDRESS_INSIDE
#define N NET_ADDRESS_NEVER

static const struct {
    const char *text;
    enum net_address is;
} cases[] = {
    {"127.0.0.1", I},
    {"127.255.255.255", I},
    {"10.0.0.1", I},
    {"10.255.255.255", I},
    {"172.16.0.0", I},
    {"172.31.255.255", I},
    {"192.168.0.1", I},
    {"100.64.0.1", I},
    {"100.127.255.255", I},
    {"0.0.0.0", N},
    {"0.1.2.3", N},
    {"169.254.169.254", N},
    {"192.0.0.1", N},
    {"198.18.0.1", N},
    {"198.19.255.255", N},
    {"224.0.0.1", N},
    {"239.255.255.255", N},
    {"240.0.0.1", N},
    {"255.255.255.255", N},
    {"8.8.8.8", P},
    {"1.1.1.1", P},
    {"9.255.255.255", P},
    {"11.0.0.0", P},
    {"126.255.255.255", P},
    {"128.0.0.0", P},
    {"172.15.255.255", P},
    {"172.32.0.0", P},
    {"192.167.255.255", P},
    {"192.169.0.0", P},
    {"100.63.255.255", P},
    {"100.128.0.0", P},
    {"169.253.255.255", P},
    {"169.255.0.0", P},
    {"198.17.255.255", P},
    {"198.20.0.0", P},
    {"223.255.255.255", P},
    {"192.0.1.0", P},
    {"::1", I},
    {"fc00::1", I},
    {"fdff::1", I},
    {"::", N},
    {"::2", N},
    {"::7f00:1", N},
    {"::ffff:127.0.0.1", N},
    {"::ffff:8.8.8.8", N},
    {"::ffff:0:8.8.8.8", N},
    {"64:ff9b::7f00:1", N},
    {"64:ff9b:1::1", N},
    {"2001::1", N},
    {"2002:7f00:1::", N},
    {"fe80::1", N},
    {"febf::1", N},
    {"fec0::1", N},
    {"ff02::1", N},
    {"2001:4860:4860::8888", P},
    {"2a00::1", P},
    {"fbff::1", P},
    {"fe00::1", P},
    {"2003::1", P},
};

static enum net_address class_of(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return net_address_class((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return net_address_class((const struct sockaddr *)&v6);
}

static void test_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum net_address got = class_of(cases[i].text);

        if (got != cases[i].is) fail_msg("%s: %d, want %d", cases[i].text, got, cases[i].is);
    }
}

static void test_other_families_are_never_called(void **state)
{
    const struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/x"};

    (void)state;
    assert_int_equal(net_address_class((const struct sockaddr *)&local), NET_ADDRESS_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class),
        cmocka_unit_test(test_other_families_are_never_called),
    };

    return cmocka_run_group_tests_name("net/address", tests, NULL, NULL);
}
