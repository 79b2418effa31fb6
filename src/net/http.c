/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/http.h"

#include "base/config.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define CONNECT_MS_MAX 5000
#define SLOW_BYTES 16L   /* a second, */
#define SLOW_SECONDS 60L /* for so long: given up before a long timeout ends */
#define HEAD_MAX 65536   /* all of an answer's header lines */
#define HEADER_MAX 256   /* one of ours */
#define KEPT_CONNECTIONS 16L
#define AUTHORITIES_SECONDS 5L /* read anew after so long: a file that was mended counts soon */

struct net_http {
    CURL *curl;
    /* the request under way */
    const struct net_http_request *request; /* borrowed */
    struct buf *answer;                     /* borrowed */
    size_t answer_len, head_len;
    enum err failed; /* what one of the functions below stopped it for */
    char why[CURL_ERROR_SIZE];
    bool plain, refused;
};

void net_init(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    ALWAYS(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    /* NOSIGNAL leaves this to us: TLS writes to a peer that has gone. */
    ALWAYS(sigaction(SIGPIPE, &ignore, NULL) == 0);
}

enum err net_http_open(struct net_http **out)
{
    struct net_http *http = calloc(1, sizeof *http);

    if (http == NULL) return err_set(ERR_MEMORY, "HTTP handle");
    http->curl = curl_easy_init();
    if (http->curl == NULL) {
        free(http);
        return err_set(ERR_MEMORY, "HTTP handle");
    }
    *out = http;
    return ERR_NONE;
}

void net_http_close(struct net_http **http)
{
    if (*http == NULL) return;
    curl_easy_cleanup((*http)->curl);
    free(*http);
    *http = NULL;
}

/* ---- what libcurl asks while it runs ---- */

/* Plain HTTP goes to inside addresses only. */
static bool may_call(const struct net_http *http, const struct sockaddr *address)
{
    switch (net_address_class(address)) {
    case NET_ADDRESS_PUBLIC:
        return !http->plain;
    case NET_ADDRESS_INSIDE:
        return config_int(CONFIG_WORK_PEER_LOOPBACK) != 0;
    case NET_ADDRESS_NEVER:
        return false;
    }
    return false;
}

/* Each address that a name resolved to is judged here, just before the socket that calls it: what a
 * name meant earlier does not count [F61]. */
static curl_socket_t on_socket(void *cls, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct net_http *http = cls;

    if (purpose == CURLSOCKTYPE_IPCXN && may_call(http, &address->addr))
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    http->refused = true; /* the next address may be a good one */
    return CURL_SOCKET_BAD;
}

/* A connection that was kept needs no socket: what was allowed when it was opened may not be now
 * [F61]. */
static int on_connection(void *cls, char *peer, char *own, int peer_port, int own_port)
{
    struct net_http *http = cls;
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    bool allowed = false;

    (void)own, (void)peer_port, (void)own_port;
    if (inet_pton(AF_INET, peer, &v4.sin_addr) == 1)
        allowed = may_call(http, (struct sockaddr *)&v4);
    else if (inet_pton(AF_INET6, peer, &v6.sin6_addr) == 1)
        allowed = may_call(http, (struct sockaddr *)&v6);
    if (allowed) return CURL_PREREQFUNC_OK;
    http->failed = ERR_PEER_ADDRESS;
    return CURL_PREREQFUNC_ABORT;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *cls)
{
    struct net_http *http = cls;

    size *= n;
    if (size > http->request->answer_max - http->answer_len) {
        http->failed = ERR_PEER_ANSWER;
        return 0;
    }
    http->failed = buf_add(http->answer, bytes, size);
    if (http->failed != ERR_NONE) return 0;
    http->answer_len += size;
    return size;
}

static size_t on_head(char *bytes, size_t size, size_t n, void *cls)
{
    struct net_http *http = cls;

    (void)bytes;
    http->head_len += size * n;
    if (http->head_len <= HEAD_MAX) return size * n;
    http->failed = ERR_PEER_ANSWER;
    return 0;
}

/* ---- before a request ---- */

/* "Name: value" at the list's end. A value that would end its line is a fault of ours. */
static enum err add_header(struct curl_slist **list, const char *name, const char *before,
                           const char *value, const char *after)
{
    char line[HEADER_MAX];
    struct curl_slist *longer;
    int n;

    if (value == NULL) return ERR_NONE;
    n = snprintf(line, sizeof line, "%s: %s%s%s", name, before, value, after);
    if (n < 0 || n >= (int)sizeof line || strpbrk(line, "\r\n") != NULL)
        return BUG("HTTP header that cannot be sent");
    longer = curl_slist_append(*list, line);
    if (longer == NULL) return err_set(ERR_MEMORY, "HTTP headers");
    *list = longer;
    return ERR_NONE;
}

static enum err make_headers(const struct net_http_request *request, struct curl_slist **out)
{
    struct curl_slist *longer;
    enum err rc;

    TRY(add_header(out, "Content-Type", "", request->content_type, ""));
    TRY(add_header(out, "SOAPAction", "\"", request->soap_action, "\""));
    TRY(add_header(out, "Idempotency-Key", "", request->dedup_id, ""));
    longer = curl_slist_append(*out, "Expect:"); /* no waiting for a 100 that few servers send */
    if (longer == NULL)
        rc = err_set(ERR_MEMORY, "HTTP headers");
    else
        *out = longer;
out:
    return rc;
}

#define SET(option, value) (curl_easy_setopt(c, (option), (value)) == CURLE_OK)

/* Caps and refusals, the same for all requests [F60]. */
static bool set_limits(struct net_http *http)
{
    CURL *c = http->curl;
    const char *ca = config_text(CONFIG_WORK_PEER_CA);
    const char *own = config_text(CONFIG_WORK_PEER_CERTIFICATE);
    bool inside = config_int(CONFIG_WORK_PEER_LOOPBACK) != 0;

    return SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(CURLOPT_QUICK_EXIT, 1L) && /* else a lookup that hangs is waited for to its end */
           SET(CURLOPT_PROTOCOLS_STR, inside ? "https,http" : "https") &&
           SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L) &&
           SET(CURLOPT_PROXY, "") && /* none, the environment's neither */
           SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           SET(CURLOPT_SSL_VERIFYPEER, 1L) && SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
           (ca[0] == '\0' || (SET(CURLOPT_CAINFO, ca) && SET(CURLOPT_CAPATH, NULL))) &&
           SET(CURLOPT_CA_CACHE_TIMEOUT, AUTHORITIES_SECONDS) &&
           (own[0] == '\0' || (SET(CURLOPT_SSLCERT, own) && SET(CURLOPT_SSLKEY, own) &&
                               SET(CURLOPT_KEYPASSWD, ""))) && /* nobody is asked for one */
           SET(CURLOPT_ERRORBUFFER, http->why) &&
           SET(CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES) && SET(CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS) &&
           SET(CURLOPT_MAXCONNECTS, KEPT_CONNECTIONS) &&
           SET(CURLOPT_OPENSOCKETFUNCTION, on_socket) && SET(CURLOPT_OPENSOCKETDATA, http) &&
           SET(CURLOPT_PREREQFUNCTION, on_connection) && SET(CURLOPT_PREREQDATA, http) &&
           SET(CURLOPT_HEADERFUNCTION, on_head) && SET(CURLOPT_HEADERDATA, http) &&
           SET(CURLOPT_WRITEFUNCTION, on_body) && SET(CURLOPT_WRITEDATA, http) &&
           SET(CURLOPT_USERAGENT, "PayER");
}

static bool set_request(CURL *c, const struct net_http_request *request, struct curl_slist *headers)
{
    int64_t connect_ms =
        request->timeout_ms < CONNECT_MS_MAX ? request->timeout_ms : CONNECT_MS_MAX;

    return SET(CURLOPT_URL, request->url) && SET(CURLOPT_HTTPHEADER, headers) &&
           SET(CURLOPT_POST, 1L) &&
           SET(CURLOPT_POSTFIELDS, request->body_len > 0 ? request->body : "") &&
           SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms) &&
           SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms) &&
           SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->answer_max) &&
           (request->user == NULL ||
            (SET(CURLOPT_HTTPAUTH, CURLAUTH_BASIC) && SET(CURLOPT_USERNAME, request->user) &&
             SET(CURLOPT_PASSWORD, request->password)));
}

/* ---- after it ---- */

/* ADDRESS, CONNECT and TLS promise that nothing of the request was sent; read_result() sees to it.
 */
static enum err error_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum err err;
    } errors[] = {
        {CURLE_UNSUPPORTED_PROTOCOL, ERR_PEER_ADDRESS},
        {CURLE_URL_MALFORMAT, ERR_PEER_ADDRESS},
        {CURLE_LOGIN_DENIED, ERR_PEER_ADDRESS}, /* credentials in the URL */
        {CURLE_COULDNT_RESOLVE_HOST, ERR_PEER_CONNECT},
        {CURLE_COULDNT_CONNECT, ERR_PEER_CONNECT},
        {CURLE_SSL_CONNECT_ERROR, ERR_PEER_TLS},
        {CURLE_PEER_FAILED_VERIFICATION, ERR_PEER_TLS},
        {CURLE_SSL_CACERT_BADFILE, ERR_TLS_FILE},
        {CURLE_SSL_CERTPROBLEM, ERR_TLS_FILE},
        {CURLE_SEND_ERROR, ERR_PEER_LOST},
        {CURLE_RECV_ERROR, ERR_PEER_LOST},
        {CURLE_GOT_NOTHING, ERR_PEER_LOST},
        {CURLE_OPERATION_TIMEDOUT, ERR_PEER_TIMEOUT},
        {CURLE_OUT_OF_MEMORY, ERR_MEMORY},
    };

    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        if (errors[i].code == code) return errors[i].err;
    return ERR_PEER_ANSWER;
}

/* libcurl's words, which may quote the peer's certificate: only printable ASCII of it. In TLS 1.3 a
 * peer judges our certificate when for us all is well: it may say so, or be gone before we read. */
static enum err tell(struct net_http *http, CURLcode code, enum err err)
{
    const char *hint = err == ERR_PEER_LOST && !http->plain
                           ? "does it take our certificate (work.peer_certificate)? "
                           : "";

    for (char *c = http->why; *c; c++)
        if (*c < ' ' || *c > '~') *c = '?';
    return err_setf(err, "%s%s", hint, http->why[0] ? http->why : curl_easy_strerror(code));
}

static enum err read_result(struct net_http *http, CURLcode code, int *out_status)
{
    curl_off_t sent_us = 0;
    long status = 0;
    enum err err;

    if (code == CURLE_OK) {
        (void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
        *out_status = (int)status;
        return ERR_NONE;
    }
    err = http->failed != ERR_NONE ? http->failed : error_of(code);
    if (code == CURLE_COULDNT_CONNECT && http->refused) err = ERR_PEER_ADDRESS;
    (void)curl_easy_getinfo(http->curl, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    if (sent_us == 0 && err == ERR_PEER_TIMEOUT) err = ERR_PEER_CONNECT;
    if (sent_us > 0 && (err == ERR_PEER_CONNECT || err == ERR_PEER_TLS)) err = ERR_PEER_LOST;
    if (err == ERR_PEER_LOST && http->head_len > 0) err = ERR_PEER_ANSWER; /* half of one */
    if (sent_us > 0 && err == ERR_PEER_ADDRESS) err = ERR_PEER_ANSWER;     /* not HTTP */
    return tell(http, code, err);
}

static void begin(struct net_http *http, const struct net_http_request *request, struct buf *answer)
{
    curl_easy_reset(http->curl); /* options go, connections stay */
    http->request = request;
    http->answer = answer;
    http->answer_len = http->head_len = 0;
    http->failed = ERR_NONE;
    http->refused = false;
    http->why[0] = '\0';
    http->plain = strncasecmp(request->url, "https:", 6) != 0;
}

enum err net_http_post(struct net_http *http, const struct net_http_request *request,
                       struct buf *answer, int *out_status)
{
    struct curl_slist *headers = NULL;
    const size_t before = answer->len;
    enum err rc;

    if (request->timeout_ms <= 0) return BUG("HTTP request without a time limit");
    begin(http, request, answer);
    TRY(make_headers(request, &headers));
    if (!set_limits(http) || !set_request(http->curl, request, headers)) {
        rc = err_set(ERR_MEMORY, "HTTP options");
        goto out;
    }
    rc = read_result(http, curl_easy_perform(http->curl), out_status);
out:
    if (rc != ERR_NONE && answer->len > before) { /* no half answers */
        answer->len = before;
        answer->bytes[before] = '\0';
    }
    curl_slist_free_all(headers);
    curl_easy_reset(http->curl); /* forgets the password, and what was borrowed */
    return rc;
}

enum err net_http_status(int status)
{
    if (status == 200) return ERR_NONE;
    return err_setf(status == 502 || status == 503 || status == 504 ? ERR_PEER_CONNECT
                                                                    : ERR_PEER_ANSWER,
                    "HTTP status %d", status);
}

static bool set_reach(CURL *c)
{
    return SET(CURLOPT_POST, 0L) && SET(CURLOPT_NOBODY, 1L) && SET(CURLOPT_CONNECT_ONLY, 1L) &&
           SET(CURLOPT_FRESH_CONNECT, 1L); /* a kept one proves nothing about now */
}

enum err net_http_reach(struct net_http *http, const char *url, int64_t timeout_ms)
{
    const struct net_http_request request = {.url = url, .timeout_ms = timeout_ms};
    int status;
    enum err rc;

    begin(http, &request, NULL);
    if (set_limits(http) && set_request(http->curl, &request, NULL) && set_reach(http->curl))
        rc = read_result(http, curl_easy_perform(http->curl), &status);
    else
        rc = err_set(ERR_MEMORY, "HTTP options");
    curl_easy_reset(http->curl);
    return rc;
}
