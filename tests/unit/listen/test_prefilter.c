/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as bytes, and the prefilter's verdict. */
#include "listen/prefilter.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OK PREFILTER_OK
#define SHAPE PREFILTER_SHAPE
#define BROKEN PREFILTER_BROKEN

#define BYTES(text) text, sizeof(text) - 1
#define OPEN "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
#define CLOSE "</s:Body></s:Envelope>"
#define SOAP(inner) BYTES(OPEN inner CLOSE)
#define VALUE(inner) SOAP("<op><v>" inner "</v></op>")

static const struct {
    const char *bytes;
    size_t len;
    enum prefilter want;
} cases[] = {
    /* whole */
    {SOAP("<op/>"), OK},
    {SOAP("<op a='1' xmlns:b=\"c\" ><v>1</v></op >"), OK},
    {BYTES("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->" OPEN "<op/>" CLOSE
           "\n<!-- y -->\n"),
     OK},
    {BYTES("<?xml version='1.0' encoding='utf-8' standalone='yes'?>" OPEN "<op/>" CLOSE), OK},
    {BYTES("<?xml version=\"1.0\"?>" OPEN "<op/>" CLOSE), OK},
    {BYTES("<Envelope>\n <Header><a>1</a></Header>\n <Body>\n <op/>\n </Body>\n</Envelope>"), OK},
    {BYTES("<Envelope><Header/><Body><op/></Body></Envelope>"), OK},
    {VALUE("a &lt;&gt;&amp;&quot;&apos; &#65; &#x1F600; &#9;"), OK},
    {VALUE("<![CDATA[ <not> & a ]] > tag ]]>"), OK},
    {VALUE("perch\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), OK},
    {SOAP("<!-- c --><op><!-- c --><v>1</v></op>"), OK},

    /* well-formed, but not Envelope > Header? > Body > one operation [X38] */
    {BYTES("<a/>"), SHAPE},
    {BYTES("<Env><Body><op/></Body></Env>"), SHAPE},
    {BYTES("<xEnvelope><Body><op/></Body></xEnvelope>"), SHAPE},
    {BYTES("<Envelope/>"), SHAPE},
    {BYTES("<Envelope><Header/></Envelope>"), SHAPE},
    {SOAP(""), SHAPE},
    {BYTES("<Envelope><Body/></Envelope>"), SHAPE},
    {SOAP("<op/><op/>"), SHAPE},
    {BYTES("<Envelope><Body><op/></Body><Body/></Envelope>"), SHAPE},
    {BYTES("<Envelope><Body/><Body><op/></Body></Envelope>"), SHAPE},
    {BYTES("<Envelope><Header/><Header/><Body><op/></Body></Envelope>"), SHAPE},
    {BYTES("<Envelope><Body><op/></Body><Header/></Envelope>"), SHAPE},
    {BYTES("<Envelope><x/><Body><op/></Body></Envelope>"), SHAPE},
    {BYTES("<Envelope><Body><op/></Body><x/></Envelope>"), SHAPE},
    {BYTES("<Envelope>x<Body><op/></Body></Envelope>"), SHAPE},
    {BYTES("<Envelope><Body>x<op/></Body></Envelope>"), SHAPE},
    {BYTES("<Envelope><Body><op/>&#32;</Body></Envelope>"), SHAPE},
    {BYTES("<Envelope><Body><![CDATA[ ]]><op/></Body></Envelope>"), SHAPE},
    {VALUE("10<!---->0"), SHAPE}, /* [X37] */
    {VALUE("<!-- c -->100"), SHAPE},
    {VALUE("<!-- c --><![CDATA[100]]>"), SHAPE},

    /* not well-formed, whatever its shape */
    {BYTES(""), BROKEN},
    {BYTES("  \n"), BROKEN},
    {BYTES("x"), BROKEN},
    {BYTES("{\"a\": 1}"), BROKEN},
    {BYTES("--boundary"), BROKEN},
    {BYTES("\x1F\x8B\x08"), BROKEN},
    {BYTES(OPEN "<op/>" CLOSE "x"), BROKEN},
    {BYTES(OPEN "<op/>" CLOSE "<a/>"), BROKEN},
    {BYTES(OPEN "<op/>" CLOSE OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<![CDATA[x]]>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES(OPEN "<op/>"), BROKEN},
    {BYTES(OPEN "<op>" CLOSE), BROKEN},
    {SOAP("<op></oq>"), BROKEN},
    {SOAP("<op></op"), BROKEN},
    {SOAP("<op></opp>"), BROKEN},
    {SOAP("<opp></op>"), BROKEN},
    {SOAP("</op>"), BROKEN},
    {BYTES("</a>"), BROKEN},
    {BYTES("<Envelope><x></y></Envelope>"), BROKEN},
    {SOAP("<op a></op>"), BROKEN},
    {SOAP("<op a=1></op>"), BROKEN},
    {SOAP("<op a=\"1></op>"), BROKEN},
    {SOAP("<op a=\"<\"/>"), BROKEN},
    {SOAP("<op a=\"1\"b=\"2\"/>"), BROKEN},
    {SOAP("<op a=\"&x;\"/>"), BROKEN},
    {SOAP("<op / >"), BROKEN},
    {SOAP("<op /a>"), BROKEN},
    {SOAP("< op/>"), BROKEN},
    {SOAP("<1/>"), BROKEN},
    {SOAP("<op><v></op></v>"), BROKEN},
    {BYTES("<"), BROKEN},
    {BYTES("<a"), BROKEN},
    {BYTES("<a/"), BROKEN},

    /* declarations, entities, instructions [X26] [X27] [X28] [X29] [X30] */
    {BYTES("<!DOCTYPE a>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" OPEN
           "<op/>" CLOSE),
     BROKEN},
    {SOAP("<!ENTITY a \"b\"><op/>"), BROKEN},
    {VALUE("&a;"), BROKEN},
    {VALUE("&"), BROKEN},
    {VALUE("&;"), BROKEN},
    {VALUE("&lt"), BROKEN},
    {VALUE("&LT;"), BROKEN},
    {SOAP("<?php x?><op/>"), BROKEN},
    {BYTES("<?xml-stylesheet href=\"a\"?>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES(" <?xml version=\"1.0\"?>" OPEN "<op/>" CLOSE), BROKEN},
    {VALUE("<!-- a -- b -->"), BROKEN},
    {VALUE("<!--->"), BROKEN},
    {VALUE("<!-- a"), BROKEN},
    {VALUE("<![CDATA[ a ]]"), BROKEN},

    /* characters [X31] */
    {VALUE("\0"), BROKEN},
    {VALUE("\x01"), BROKEN},
    {VALUE("&#0;"), BROKEN},
    {VALUE("&#1;"), BROKEN},
    {VALUE("&#xD800;"), BROKEN},
    {VALUE("&#xFFFF;"), BROKEN},
    {VALUE("&#x7fffffff;"), BROKEN},
    {VALUE("&#x110000;"), BROKEN},
    {VALUE("&#4294967361;"), BROKEN},
    {VALUE("&#;"), BROKEN},
    {VALUE("&#x;"), BROKEN},
    {VALUE("&#X41;"), BROKEN},
    {VALUE("&#a;"), BROKEN},
    {VALUE("&#65"), BROKEN},

    /* encodings [X32] */
    {VALUE("\xC0\xAF"), BROKEN},
    {VALUE("\xE0\x80\xAF"), BROKEN},
    {VALUE("\xF0\x80\x80\xAF"), BROKEN},
    {VALUE("\xED\xA0\x80"), BROKEN},
    {VALUE("\xEF\xBF\xBE"), BROKEN},
    {VALUE("\xF4\x90\x80\x80"), BROKEN},
    {VALUE("\xFF\xFE"), BROKEN},
    {VALUE("\xE8"), BROKEN},
    {BYTES(OPEN "<op/>" CLOSE "\xC3"), BROKEN},
    {BYTES("\xFF\xFE<\0E\0"), BROKEN},
    {BYTES("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<?xml version=\"1.0\" encoding=\"UTF-16\"?>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<?xml version=\"1.0\" encoding=\"UTF-8859\"?>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<?xml version=\"1.0\" encoding=UTF-8?>" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<?xml version=\"1.0\"" OPEN "<op/>" CLOSE), BROKEN},
    {BYTES("<?xml version=\"1.0\">" OPEN "<op/>" CLOSE), BROKEN},
};

/* The verdict on a copy without slack: a sanitizer sees a byte read too far. */
static enum prefilter verdict(const char *bytes, size_t len, const char **why)
{
    char *copy = malloc(len ? len : 1);
    enum prefilter got;

    assert_non_null(copy);
    if (len > 0) memcpy(copy, bytes, len);
    got = listen_prefilter(copy, len, why);
    assert_true((got == OK) == (*why == NULL));
    free(copy);
    return got;
}

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *why;
        enum prefilter got = verdict(cases[i].bytes, cases[i].len, &why);

        if (got != cases[i].want)
            fail_msg("\"%s\": %d (%s), not %d", cases[i].bytes, (int)got, why ? why : "-",
                     (int)cases[i].want);
    }
}

/* A message that is cut is broken, wherever it is cut. */
static void test_cut_is_broken(void **state)
{
    static const char text[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Envelope a='1'><Header/>"
                               "<Body><op x=\"&amp;\"><!-- c --><v>&#65;\xC3\xA9</v>"
                               "<w><![CDATA[x]]></w></op></Body></Envelope>";
    const char *why;

    (void)state;
    assert_int_equal(verdict(text, sizeof text - 1, &why), OK);
    for (size_t len = 0; len < sizeof text - 1; len++)
        if (verdict(text, len, &why) != BROKEN) fail_msg("cut at %zu", len);
}

static void repeat(struct buf *b, unsigned n, const char *text)
{
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(buf_text(b, text), ERR_NONE);
}

/* open before n times, then n times close, in a message of one operation. */
static enum prefilter verdict_of(unsigned n, const char *before, const char *open,
                                 const char *close, const char *after)
{
    struct buf b = BUF_INIT(1 << 22);
    const char *why;
    enum prefilter got;

    repeat(&b, 1, before);
    repeat(&b, n, open);
    repeat(&b, close ? n : 0, close ? close : "");
    repeat(&b, 1, after);
    got = verdict(b.bytes, b.len, &why);
    buf_free(&b);
    return got;
}

/* [X33] [X35] */
static void test_caps(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(30, OPEN, "<a>", "</a>", CLOSE), OK);
    assert_int_equal(verdict_of(31, OPEN, "<a>", "</a>", CLOSE), BROKEN);
    assert_int_equal(verdict_of(200000, OPEN, "<a>", "</a>", CLOSE), BROKEN);
    assert_int_equal(verdict_of(200000, "", "<a>", NULL, ""), BROKEN);
    assert_int_equal(verdict_of(64, OPEN "<op", " a='1'", NULL, "/>" CLOSE), OK);
    assert_int_equal(verdict_of(65, OPEN "<op", " a='1'", NULL, "/>" CLOSE), BROKEN);
    assert_int_equal(verdict_of(16, OPEN "<op", " xmlns:a='1'", NULL, "/>" CLOSE), OK);
    assert_int_equal(verdict_of(17, OPEN "<op", "\nxmlns='1'", NULL, "/>" CLOSE), BROKEN);
    assert_int_equal(verdict_of(17, OPEN "<op", "\nxmlns:a = '1'", NULL, "/>" CLOSE), BROKEN);
    assert_int_equal(verdict_of(17, OPEN "<op", " xmlnsa='1'", NULL, "/>" CLOSE), OK);
    assert_int_equal(verdict_of(15000, OPEN "<op>", "<a/>", NULL, "</op>" CLOSE), OK);
    assert_int_equal(verdict_of(200000, OPEN "<op>", "<a/>", NULL, "</op>" CLOSE), BROKEN);
    assert_int_equal(verdict_of(200000, OPEN "<op>", "<a b=''/>", NULL, "</op>" CLOSE), BROKEN);
    assert_int_equal(verdict_of(200000, OPEN "<op>", "<!---->", NULL, "</op>" CLOSE), BROKEN);
    assert_int_equal(verdict_of(100000, OPEN "<op>", "<name>1</name>\n ", NULL, "</op>" CLOSE), OK);
    assert_int_equal(verdict_of(1, "<?xml version='1.0'", "", NULL, " ?>" OPEN "<op/>" CLOSE), OK);
    assert_int_equal(verdict_of(200, "<?xml version='1.0'", " ", NULL, "?>" OPEN "<op/>" CLOSE),
                     BROKEN);
}

/* Long text takes the fast path of 16 bytes a step: a bad byte is found at each offset. */
static void test_text_at_each_offset(void **state)
{
    unsigned char text[80];

    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(listen_prefilter_text(text, sizeof text));
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = 0x1F;
        assert_false(listen_prefilter_text(text, sizeof text));
        text[i] = 0xC3;
        assert_false(listen_prefilter_text(text, sizeof text));
        if (i + 1 < sizeof text) {
            text[i + 1] = 0xA9;
            assert_true(listen_prefilter_text(text, sizeof text));
            text[i + 1] = 'a';
        }
        text[i] = '\t';
        assert_true(listen_prefilter_text(text, sizeof text));
        text[i] = 'a';
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_cut_is_broken),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_text_at_each_offset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
