/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/server.h"

#include "base/config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void server_configure(const char *const *sets, size_t n_sets)
{
    char path[] = "/tmp/conf-XXXXXX";
    struct buf problems = BUF_INIT(4096);
    int fd = mkstemp(path);

    ALWAYS(fd >= 0);
    if (config_load(path, sets, n_sets, &problems) != ERR_NONE) {
        (void)fprintf(stderr, "%s\n", buf_str(&problems));
        abort();
    }
    buf_free(&problems);
    (void)close(fd);
    (void)unlink(path);
}

struct server {
    int fd, port;
    pthread_t thread;
    SSL_CTX *tls; /* NULL: plain */
    atomic_int connections, stop;
    char url[128];
    char request[65536]; /* being read: the server's thread */
    size_t len;
    pthread_mutex_t lock;
    char whole[65536]; /* under lock */
    char shown[65536]; /* for who asks */
};

struct peer { /* the connection being served */
    int fd;
    SSL *ssl;
};

static ssize_t peer_read(struct peer *p, char *to, size_t n)
{
    return p->ssl != NULL ? SSL_read(p->ssl, to, (int)n) : recv(p->fd, to, n, 0);
}

static bool peer_write(struct peer *p, const char *bytes, size_t n)
{
    ssize_t done =
        p->ssl != NULL ? SSL_write(p->ssl, bytes, (int)n) : send(p->fd, bytes, n, MSG_NOSIGNAL);

    return done == (ssize_t)n;
}

static bool peer_text(struct peer *p, const char *text)
{
    return peer_write(p, text, strlen(text));
}

/* Head and body by Content-Length into s->request. */
static bool read_request(struct server *s, struct peer *p)
{
    size_t want = sizeof s->request;

    s->len = 0;
    while (s->len < want) {
        ssize_t n = peer_read(p, s->request + s->len, sizeof s->request - 1 - s->len);
        char *body, *length;

        if (n <= 0) return false;
        s->len += (size_t)n;
        s->request[s->len] = '\0';
        body = strstr(s->request, "\r\n\r\n");
        if (body == NULL) continue;
        length = strstr(s->request, "Content-Length: ");
        want = (size_t)(body + 4 - s->request) + (length ? strtoul(length + 16, NULL, 10) : 0);
    }
    (void)pthread_mutex_lock(&s->lock);
    memcpy(s->whole, s->request, s->len + 1);
    (void)pthread_mutex_unlock(&s->lock);
    return true;
}

/* Wait until the client hangs up. */
static bool answer_never(struct server *s, struct peer *p)
{
    char c;

    (void)s;
    while (peer_read(p, &c, 1) > 0)
        ;
    return false;
}

static bool answer_ok(struct server *s, struct peer *p)
{
    (void)s;
    return peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<ok/>");
}

static bool answer_500(struct server *s, struct peer *p)
{
    (void)s;
    return peer_text(p, "HTTP/1.1 500 Oops\r\nContent-Length: 8\r\n\r\n<fault/>");
}

static bool answer_redirect(struct server *s, struct peer *p)
{
    char text[256];

    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/ok\r\n"
                   "Content-Length: 4\r\n\r\ngone",
                   s->port);
    return peer_text(p, text);
}

/* Without a length, for ever. */
static bool answer_huge(struct server *s, struct peer *p)
{
    static const char piece[4096] = "much ";

    if (!peer_text(p, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")) return false;
    while (!s->stop && peer_write(p, piece, sizeof piece))
        ;
    return false;
}

static bool answer_long(struct server *s, struct peer *p)
{
    (void)peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nx");
    return answer_never(s, p);
}

static bool answer_head(struct server *s, struct peer *p)
{
    static const char line[] =
        "X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";

    if (!peer_text(p, "HTTP/1.1 200 OK\r\n")) return false;
    while (!s->stop && peer_text(p, line))
        ;
    return false;
}

/* Part of what was announced. */
static bool answer_cut(struct server *s, struct peer *p)
{
    (void)s;
    (void)peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<half");
    return false;
}

static bool answer_nothing(struct server *s, struct peer *p)
{
    (void)s;
    (void)p;
    return false;
}

static bool answer_no_http(struct server *s, struct peer *p)
{
    (void)s;
    (void)peer_text(p, "SSH-2.0-something\r\n");
    return false;
}

static bool answer_drip(struct server *s, struct peer *p)
{
    const struct timespec pause = {0, 20000000};

    if (!peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")) return false;
    while (!s->stop && peer_write(p, "x", 1))
        (void)nanosleep(&pause, NULL);
    return false;
}

/* The answer's end decides whether the connection is kept. */
static const struct {
    const char *path;
    bool (*answer)(struct server *s, struct peer *p);
} answers[] = {
    {"/ok ", answer_ok},     {"/500 ", answer_500},         {"/redirect ", answer_redirect},
    {"/huge ", answer_huge}, {"/long ", answer_long},       {"/head ", answer_head},
    {"/cut ", answer_cut},   {"/nothing ", answer_nothing}, {"/no-http ", answer_no_http},
    {"/drip ", answer_drip}, {"/never ", answer_never},
};

static void serve(struct server *s, struct peer *p)
{
    bool keep = true;

    while (keep && read_request(s, p)) {
        const char *path = strchr(s->request, ' ');

        keep = false;
        for (size_t i = 0; path != NULL && i < ARRAY_LEN(answers); i++)
            if (strncmp(path + 1, answers[i].path, strlen(answers[i].path)) == 0)
                keep = answers[i].answer(s, p);
    }
}

static void *server_main(void *cls)
{
    struct server *s = cls;

    for (;;) {
        const struct timeval wait = {5, 0};
        struct peer p = {accept(s->fd, NULL, NULL), NULL};

        if (p.fd < 0 || s->stop) {
            if (p.fd >= 0) (void)close(p.fd);
            return NULL;
        }
        s->connections++;
        (void)setsockopt(p.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        (void)setsockopt(p.fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
        if (s->tls != NULL) {
            p.ssl = SSL_new(s->tls);
            (void)SSL_set_fd(p.ssl, p.fd);
        }
        if (p.ssl == NULL || SSL_accept(p.ssl) == 1) serve(s, &p);
        SSL_free(p.ssl);
        (void)close(p.fd);
    }
}

static void listen_loopback(struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    ALWAYS(bind(s->fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(s->fd, 16) == 0);
    ALWAYS(getsockname(s->fd, (struct sockaddr *)&at, &len) == 0);
    s->port = ntohs(at.sin_port);
}

/* A certificate for an IP address, signed by itself. */
static void make_certificate(struct server *s, const char *host, const char *path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_EXTENSION *name;
    char text[64];
    FILE *f = fopen(path, "a");

    ALWAYS(key != NULL && cert != NULL && f != NULL);
    (void)snprintf(text, sizeof text, "IP:%s", host);
    name = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
    ALWAYS(name != NULL && X509_set_version(cert, 2) == 1);
    ALWAYS(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    ALWAYS(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                      (const unsigned char *)"test", -1, -1, 0) == 1);
    ALWAYS(X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1);
    ALWAYS(X509_set_pubkey(cert, key) == 1 && X509_add_ext(cert, name, -1) == 1);
    ALWAYS(X509_sign(cert, key, EVP_sha256()) > 0 && PEM_write_X509(f, cert) == 1);
    s->tls = SSL_CTX_new(TLS_server_method());
    ALWAYS(SSL_CTX_use_certificate(s->tls, cert) == 1 && SSL_CTX_use_PrivateKey(s->tls, key) == 1);
    (void)fclose(f);
    X509_EXTENSION_free(name);
    X509_free(cert);
    EVP_PKEY_free(key);
}

struct server *server_open(const char *host, const char *cert_path)
{
    struct server *s = calloc(1, sizeof *s);

    ALWAYS(s != NULL);
    ALWAYS(pthread_mutex_init(&s->lock, NULL) == 0);
    if (host != NULL) make_certificate(s, host, cert_path);
    listen_loopback(s);
    ALWAYS(pthread_create(&s->thread, NULL, server_main, s) == 0);
    return s;
}

void server_close(struct server **server)
{
    struct server *s = *server;

    s->stop = 1;
    (void)shutdown(s->fd, SHUT_RDWR); /* accept() returns */
    (void)pthread_join(s->thread, NULL);
    (void)close(s->fd);
    SSL_CTX_free(s->tls);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
    *server = NULL;
}

int server_port(const struct server *server)
{
    return server->port;
}

const char *server_url(struct server *server, const char *path)
{
    (void)snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%d%s",
                   server->tls != NULL ? "https" : "http", server->port, path);
    return server->url;
}

int server_connections(const struct server *server)
{
    return server->connections;
}

const char *server_request(struct server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    memcpy(server->shown, server->whole, sizeof server->shown);
    (void)pthread_mutex_unlock(&server->lock);
    return server->shown;
}
