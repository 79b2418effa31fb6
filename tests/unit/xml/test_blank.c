/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "xml/blank.h"

#include <string.h>

static bool is_secret(const char *name, size_t len)
{
    return len == 8 && memcmp(name, "password", len) == 0;
}

static const struct {
    const char *from, *to;
} cases[] = {
    {"", ""},
    {"<a>1</a>", "<a>1</a>"},
    {"<a><password>s3cr3t</password>b</a>", "<a><password>***</password>b</a>"},
    {"<n:password x='1'>s3cr3t</n:password>", "<n:password x='1'>***</n:password>"},
    {"<password\n\t>s3cr3t</password\n>", "<password\n\t>***</password\n>"},
    {"<password/><b>1</b>", "<password/><b>1</b>"},
    {"<password></password>", "<password>***</password>"},
    {"<passwords>1</passwords><apassword>2</apassword>",
     "<passwords>1</passwords><apassword>2</apassword>"},
    {"<password>s3<!-- </password> -->cr3t</password>.", "<password>***</password>."},
    {"<password><![CDATA[s3</password>]]>cr3t</password>.", "<password>***</password>."},
    {"<password>a<password>s3cr3t</password>b<c/>d</password>.", "<password>***</password>."},
    {"<password>s&lt;3</password><password>4</password>",
     "<password>***</password><password>***</password>"},
    {"<a x='>'><password>s3cr3t</password></a>", "<a x='>'><password>***</password></a>"},
    {"<a x=\"'>\"><password>s3cr3t</password></a>", "<a x=\"'>\"><password>***</password></a>"},
    {"<!-- > <a> --><password>s3cr3t</password>", "<!-- > <a> --><password>***</password>"},
    {"<?xml version='1.0'?><password>s3cr3t</password>",
     "<?xml version='1.0'?><password>***</password>"},
    /* what is no XML, from there on */
    {"<a>1<password>s3cr3t", "<a>1<password>***"},
    {"<a>1<b x='<password>s3cr3t</password>'>", "<a>1"},
    {"<a>1<!-- <password>s3cr3t</password>", "<a>1"},
    {"a<<password>s3cr3t</password>", "a"},
    {"1 > 0", "1 > 0"},
};

static void test_what_lies_in_it_is_left_out(void **state)
{
    struct buf out = BUF_INIT(4096);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_reset(&out);
        assert_int_equal(xml_blank(cases[i].from, strlen(cases[i].from), is_secret, &out),
                         ERR_NONE);
        if (strcmp(buf_str(&out), cases[i].to) != 0)
            fail_msg("%s: %s", cases[i].from, buf_str(&out));
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_lies_in_it_is_left_out)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
