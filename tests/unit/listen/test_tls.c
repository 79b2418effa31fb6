/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener over TLS: who the client is. Certificates are made here, by the openssl program. */
#include "listen/fixture.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define POST_ANY "POST /any HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
#define HELLO " hello"

static char dir[] = "/tmp/payer-tls-XXXXXX";
static struct listen_fixture f;

/* All of it in one throwaway folder: a server, an authority with a good, an expired and a server's
 * certificate, and one that signed itself with the good one's name. */
static const char script[] =
    "cd \"$0\" || exit 1\n"
    "key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }\n"
    "self() { key $1; openssl req -x509 -key $1.key -subj /CN=$2 -days 2 -out $1.crt; }\n"
    "signed() { key $1; openssl req -new -key $1.key -subj /CN=good -out $1.csr\n"
    "  openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days $2 \\\n"
    "    -extfile $3.ext -out $1.crt; cat $1.crt $1.key > $1.pem; }\n"
    "echo extendedKeyUsage=clientAuth > client.ext; echo extendedKeyUsage=serverAuth > server.ext\n"
    "exec > log 2>&1; set -e\n"
    "self server localhost; cat server.crt server.key > server.pem\n"
    "self second localhost; cat second.crt second.key > second.pem\n"
    "self ca authority; self stranger good; cat stranger.crt stranger.key > stranger.pem\n"
    "signed good 2 client; signed expired -1 client; signed other 2 server\n"
    "openssl x509 -in good.crt -outform der | sha256sum | cut -c1-64 > good.sha256\n"
    "crl() { : > $1.db; test -z \"$2\" || printf 'R\\t350101000000Z\\t240101000000Z\\t%s\\t"
    "unknown\\t/CN=good\\n' $(openssl x509 -in $2.crt -noout -serial | cut -d= -f2) > $1.db\n"
    "  printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=%s\\ndefault_md=sha256\\n' $1.db > $1.cnf\n"
    "  openssl ca -config $1.cnf -gencrl -cert $4.crt -keyfile $4.key \\\n"
    "    -crl_lastupdate 20240101000000Z -crl_nextupdate $3 -out $1.crl; }\n"
    "signed revoked 2 client\n"
    "long=20990101000000Z; crl empty \"\" $long ca; crl one revoked $long ca\n"
    "crl stale \"\" 20250101000000Z ca; crl foreign \"\" $long stranger\n"
    "cat one.crl foreign.crl > both.crl\n"
    "head -c 300 one.crl | cat empty.crl - > cut.crl\n"
    "openssl pkey -in server.key -aes256 -passout pass:x -out locked.key\n"
    "cat server.crt locked.key > locked.pem; cat server.crt ca.key > mixed.pem\n";

static const char *path(const char *name)
{
    static char paths[4][sizeof dir + 32];
    static unsigned turn;
    char *p = paths[turn++ % 4];

    snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}

static int run_shell(const char *text)
{
    char command[sizeof dir + 64];

    snprintf(command, sizeof command, "sh -c \"$TEST_SCRIPT\" %s", dir);
    return setenv("TEST_SCRIPT", text, 1) == 0 ? system(command) : -1;
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(dir) || run_shell(script) != 0) return -1;
    listen_fixture_init(&f);
    f.options.tls_port = 0;
    f.options.tls.certificate = path("server.pem");
    f.options.tls.client_ca = path("ca.crt");
    f.options.spool_dir = dir;
    f.options.spool_max = 16 << 20;
    listen_fixture_start(&f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    run_shell("rm -r \"$0\"");
    return listen_fixture_stop(&f) == ERR_NONE ? 0 : -1;
}

/* A client's connection; pem NULL: without a certificate. */
struct client {
    SSL_CTX *ctx;
    SSL *ssl;
    int fd;
};

static void client_open(struct client *c, const char *pem, int version_max)
{
    c->ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(c->ctx);
    SSL_CTX_set_security_level(c->ctx, 0); /* or the library would not even try what is too old */
    SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(c->ctx, version_max);
    if (pem) {
        assert_int_equal(SSL_CTX_use_certificate_chain_file(c->ctx, pem), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey_file(c->ctx, pem, SSL_FILETYPE_PEM), 1);
    }
    c->fd = listen_client_open(listen_tls_port(f.server));
    c->ssl = SSL_new(c->ctx);
    assert_non_null(c->ssl);
    assert_int_equal(SSL_set_fd(c->ssl, c->fd), 1);
}

static void client_close(struct client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
    close(c->fd);
}

/* Send and read until the text holds want or the end comes; in TLS 1.3 a refused client learns
 * of it at its first read. */
static bool client_ask(struct client *c, const char *text, const char *want, char *out, size_t cap)
{
    size_t len = 0;

    out[0] = '\0';
    if (SSL_connect(c->ssl) != 1) return false;
    if (SSL_write(c->ssl, text, (int)strlen(text)) <= 0) return false;
    while (len + 1 < cap && !strstr(out, want)) {
        int n = SSL_read(c->ssl, out + len, (int)(cap - len - 1));

        if (n <= 0) return false;
        len += (size_t)n;
        out[len] = '\0';
    }
    return true;
}

static bool ask_as(const char *name, int version_max, char *out, size_t cap)
{
    struct client c;
    bool answered;

    out[0] = '\0';
    client_open(&c, name ? path(name) : NULL, version_max);
    answered = client_ask(&c, POST_ANY, "body=hi", out, cap);
    client_close(&c);
    return answered;
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* The handler gets the SHA-256 of exactly this certificate. [X24] */
static void test_client_certificate(void **state)
{
    struct buf want = BUF_INIT(100);
    char out[4096];

    (void)state;
    assert_int_equal(buf_read_file(&want, path("good.sha256")), ERR_NONE);
    assert_int_equal(want.len, 65);
    want.bytes[64] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        assert_true(ask_as("good.pem", versions[i], out, sizeof out));
        assert_non_null(strstr(out, "tls=1 cert=1 body=hi"));
        assert_non_null(strstr(out, want.bytes));
    }
    buf_free(&want);
}

/* One without a certificate is taken, and is nobody. */
static void test_no_certificate(void **state)
{
    char out[4096];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        assert_true(ask_as(NULL, versions[i], out, sizeof out));
        assert_non_null(strstr(out, "tls=1 cert=0 body=hi"));
    }
}

/* [X19] [X20] [X24] */
static void test_untrusted(void **state)
{
    static const char *const names[] = {"stranger.pem", "expired.pem", "other.pem"};
    char out[4096];

    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(names); n++)
        for (size_t i = 0; i < ARRAY_LEN(versions); i++)
            if (ask_as(names[n], versions[i], out, sizeof out)) fail_msg("%s: %s", names[n], out);
    assert_true(ask_as("good.pem", TLS1_3_VERSION, out, sizeof out));
}

/* [X21] */
static void test_old_protocols(void **state)
{
    char out[4096];
    ssize_t n;
    int fd;

    (void)state;
    assert_false(ask_as("good.pem", TLS1_1_VERSION, out, sizeof out));
    fd = listen_client_open(listen_tls_port(f.server));
    listen_client_send(fd, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n");
    while ((n = recv(fd, out, sizeof out, 0)) > 0)
        assert_memory_not_equal(out, "HTTP", 4);
    assert_int_equal(n, 0); /* an end in order, no reset */
    close(fd);
    assert_true(ask_as("good.pem", TLS1_3_VERSION, out, sizeof out));
}

/* What is weak is not agreed to, also where the client has nothing else. [X21] */
static void test_ciphers(void **state)
{
    static const struct {
        const char *list;
        bool taken;
    } ciphers[] = {
        {"ECDHE+AESGCM", true},
        {"ECDHE+CHACHA20", true},
        {"ECDHE+AES:!AESGCM", false},
        {"aRSA+AES:!kECDHE:!kDHE", false},
        {"eNULL", false},
        {"aNULL+AES", false},
    };
    char out[4096];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
        struct client c;
        bool taken;

        client_open(&c, NULL, TLS1_2_VERSION);
        assert_int_equal(SSL_set_cipher_list(c.ssl, ciphers[i].list), 1);
        taken = client_ask(&c, POST_ANY, "body=hi", out, sizeof out);
        if (taken != ciphers[i].taken) fail_msg("%s: taken %d", ciphers[i].list, taken);
        client_close(&c);
    }
}

/* A refused client reads why, and an end in order, although it had said more already. */
static void test_alert(void **state)
{
    char out[4096];
    struct client c;

    (void)state;
    client_open(&c, path("expired.pem"), TLS1_3_VERSION);
    assert_int_equal(SSL_connect(c.ssl), 1); /* the client's part is over before the verdict */
    assert_true(SSL_write(c.ssl, POST_ANY, sizeof POST_ANY - 1) > 0);
    assert_true(SSL_read(c.ssl, out, sizeof out) <= 0);
    assert_int_equal(ERR_GET_REASON(ERR_peek_error()), SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED);
    ERR_clear_error();
    assert_int_equal(recv(c.fd, out, sizeof out, 0), 0);
    client_close(&c);
}

static enum err reload(const char *certificate, const char *crl)
{
    struct listen_options o = f.options;

    o.tls = (struct tls_files){path(certificate), path("ca.crt"), crl ? path(crl) : NULL};
    return listen_reload(f.server, &o);
}

/* [X23] */
static void test_revoked(void **state)
{
    char out[4096];

    (void)state;
    assert_true(ask_as("revoked.pem", TLS1_3_VERSION, out, sizeof out));
    assert_int_equal(reload("server.pem", "one.crl"), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        assert_false(ask_as("revoked.pem", versions[i], out, sizeof out));
        assert_true(ask_as("good.pem", versions[i], out, sizeof out));
        assert_true(ask_as(NULL, versions[i], out, sizeof out));
    }
    assert_int_equal(reload("server.pem", "empty.crl"), ERR_NONE);
    assert_true(ask_as("revoked.pem", TLS1_3_VERSION, out, sizeof out));
    assert_int_equal(reload("server.pem", "stale.crl"), ERR_NONE); /* nobody knows: nobody enters */
    assert_false(ask_as("good.pem", TLS1_3_VERSION, out, sizeof out));
    assert_true(ask_as(NULL, TLS1_3_VERSION, out, sizeof out));
    assert_int_equal(reload("server.pem", NULL), ERR_NONE);
    assert_true(ask_as("good.pem", TLS1_3_VERSION, out, sizeof out));
}

/* The certificate that the server shows; SHA-256 in hexadecimal. */
static void server_certificate(SSL *ssl, char out[65])
{
    unsigned char bytes[32];
    unsigned len = sizeof bytes;
    X509 *shown = SSL_get1_peer_certificate(ssl);

    assert_non_null(shown);
    assert_int_equal(X509_digest(shown, EVP_sha256(), bytes, &len), 1);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    X509_free(shown);
}

static void certificate_now(char out[65])
{
    struct client c;

    client_open(&c, NULL, TLS1_3_VERSION);
    assert_int_equal(SSL_connect(c.ssl), 1);
    server_certificate(c.ssl, out);
    client_close(&c);
}

/* New connections get the new certificate, old ones go on; what is broken changes nothing [F63]. */
static void test_reload(void **state)
{
    static const char *const broken[][2] = {{"locked.pem", NULL},
                                            {"mixed.pem", NULL},
                                            {"none.pem", NULL},
                                            {"server.pem", "foreign.crl"},
                                            {"server.pem", "cut.crl"}};
    char first[65], now[65], out[4096];
    struct client old;

    (void)state;
    client_open(&old, path("good.pem"), TLS1_3_VERSION);
    assert_true(client_ask(&old, POST_ANY, "body=hi", out, sizeof out));
    server_certificate(old.ssl, first);
    assert_int_equal(reload("second.pem", NULL), ERR_NONE);
    certificate_now(now);
    assert_string_not_equal(first, now);
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        assert_int_equal(reload(broken[i][0], broken[i][1]), ERR_TLS_FILE);
        err_clear();
        certificate_now(out);
        assert_string_equal(out, now);
    }
    assert_true(client_ask(&old, POST_ANY, "body=hi", out, sizeof out));
    client_close(&old);
    assert_int_equal(reload("server.pem", NULL), ERR_NONE);
    certificate_now(now);
    assert_string_equal(first, now);
}

/* More than one record and one read-ahead, twice on one connection. */
static void test_long_body(void **state)
{
    enum { LEN = 60000 };
    static char text[LEN + 200], out[LEN + 1000];
    struct client c;

    (void)state;
    snprintf(
        text, sizeof text,
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n",
        LEN);
    memset(text + strlen(text), 'a', LEN - 1);
    strcat(text, "b");
    client_open(&c, NULL, TLS1_3_VERSION);
    assert_true(client_ask(&c, text, "aab", out, sizeof out));
    assert_true(client_ask(&c, text, "aab", out, sizeof out));
    client_close(&c);
}

/* What is too big for memory comes and goes over TLS too: the body three times, and a point. */
static void test_spilled(void **state)
{
    enum { LEN = 2000000 };
    static char text[LEN + 200], out[3 * LEN + 1000];
    struct client c;

    (void)state;
    snprintf(text, sizeof text,
             "POST /spool HTTP/1.1\r\nHost: h\r\nSOAPAction: spill\r\nContent-Length: %d\r\n\r\n",
             LEN);
    memset(text + strlen(text), 'a', LEN - 1);
    strcat(text, "b");
    client_open(&c, NULL, TLS1_3_VERSION);
    for (int i = 0; i < 2; i++) {
        assert_true(client_ask(&c, text, "aab.", out, sizeof out));
        assert_true(strlen(strstr(out, "\r\n\r\n")) == 4 + 3 * LEN + 1);
    }
    client_close(&c);
}

/* The client's socket is shut for writing, with and without a farewell of TLS: its requests are
 * whole by their lengths, and it waits for the answers. [X17] */
static void test_half_close(void **state)
{
    static const char both[] = POST_ANY POST_ANY;
    char out[8192];
    struct client c;

    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(versions); i++) {
        size_t len = 0;
        int n;

        client_open(&c, NULL, versions[i / 2]);
        assert_int_equal(SSL_connect(c.ssl), 1);
        assert_true(SSL_write(c.ssl, both, sizeof both - 1) > 0);
        if (i % 2) assert_int_equal(SSL_shutdown(c.ssl), 0);
        assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
        while ((n = SSL_read(c.ssl, out + len, (int)(sizeof out - 1 - len))) > 0)
            len += (size_t)n;
        out[len] = '\0';
        assert_non_null(strstr(out, "body=hi"));
        assert_non_null(strstr(strstr(out, "body=hi") + 1, "body=hi"));
        client_close(&c);
    }
}

/* A refusal reaches a client that is still sending, and the end is a clean one. */
static void test_refusal(void **state)
{
    static char body[100000], out[4096];
    struct client c;
    int n;

    (void)state;
    client_open(&c, NULL, TLS1_3_VERSION);
    assert_int_equal(SSL_connect(c.ssl), 1);
    n = snprintf(body, sizeof body,
                 "POST /any HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\n");
    memset(body + n, 'a', sizeof body - (size_t)n);
    assert_true(SSL_write(c.ssl, body, sizeof body) > 0);
    assert_true(SSL_read(c.ssl, out, sizeof out - 1) > 0);
    assert_memory_equal(out, "HTTP/1.1 413 ", 13);
    n = SSL_read(c.ssl, out, sizeof out);
    assert_int_equal(SSL_get_error(c.ssl, n), SSL_ERROR_ZERO_RETURN);
    client_close(&c);
}

static void test_files(void **state)
{
    static const struct {
        const char *pem, *client_ca, *names;
    } cases[] = {
        {"none.pem", NULL, "none.pem"},         {"server.key", NULL, "server.key"},
        {"server.crt", NULL, "server.crt"},     {"mixed.pem", NULL, "mixed.pem"},
        {"locked.pem", NULL, "locked.pem"}, /* and nobody is asked for its password */
        {"server.pem", "none.crt", "none.crt"}, {"server.pem", "server.key", "server.key"}};
    static const struct {
        const char *client_ca, *crl, *says;
    } lists[] = {{"ca.crt", "none.crl", "No such file"}, {"ca.crt", "server.pem", "no start line"},
                 {"ca.crt", "cut.crl", "cut.crl: "},     {"ca.crt", "foreign.crl", "no authority"},
                 {"ca.crt", "both.crl", "no authority"}, {NULL, "one.crl", "no authority"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct tls_context *context = NULL;
        enum err got = crypto_tls_open(
            &(struct tls_files){.certificate = path(cases[i].pem),
                                .client_ca = cases[i].client_ca ? path(cases[i].client_ca) : NULL},
            &context);

        if (got != ERR_TLS_FILE || !strstr(err_detail()->field, path(cases[i].names)))
            fail_msg("%s: %d, %s", cases[i].pem, (int)got, err_detail()->field);
        assert_null(context);
        err_clear();
    }
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct tls_context *context = NULL;
        const struct tls_files files = {path("server.pem"),
                                        lists[i].client_ca ? path(lists[i].client_ca) : NULL,
                                        path(lists[i].crl)};

        assert_int_equal(crypto_tls_open(&files, &context), ERR_TLS_FILE);
        if (!strstr(err_detail()->field, path(lists[i].crl)) ||
            !strstr(err_detail()->field, lists[i].says))
            fail_msg("%s", err_detail()->field);
        err_clear();
    }
}

static void test_validity(void **state)
{
    struct tls_files files = {path("server.pem"), path("ca.crt"), path("one.crl")};
    struct tls_context *context = NULL;
    struct tls_validity v;

    (void)state;
    assert_int_equal(crypto_tls_open(&files, &context), ERR_NONE);
    crypto_tls_validity(context, &v);
    assert_int_equal(v.certificate_days, 1); /* two, less a moment */
    assert_true(v.has_crl && v.crl_days > 20000);
    crypto_tls_close(&context);
    files = (struct tls_files){path("expired.pem"), path("ca.crt"), path("stale.crl")};
    assert_int_equal(crypto_tls_open(&files, &context), ERR_NONE);
    crypto_tls_validity(context, &v);
    assert_true(v.certificate_days == -2 || v.certificate_days == -1);
    assert_true(v.has_crl && v.crl_days < 0);
    crypto_tls_close(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_certificate),
        cmocka_unit_test(test_no_certificate),
        cmocka_unit_test(test_untrusted),
        cmocka_unit_test(test_old_protocols),
        cmocka_unit_test(test_long_body),
        cmocka_unit_test(test_spilled),
        cmocka_unit_test(test_half_close),
        cmocka_unit_test(test_refusal),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_ciphers),
        cmocka_unit_test(test_alert),
        cmocka_unit_test(test_revoked),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_validity),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
