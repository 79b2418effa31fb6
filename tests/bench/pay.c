/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many payers at once: each connection activates a notice and tells its outcome, one notice after
 * the other, over SOAP and keep-alive. Knows the node's messages and nothing of the hub.
 *
 *     pay PORT NOTICES FROM COUNT CONNECTIONS SECONDS    prints: PAID MICROSECONDS P50_US P99_US
 *
 * NOTICES holds a line "CREDITOR NOTICE AMOUNT" each; lines FROM … FROM + COUNT - 1 are paid, as
 * many as there is time for. An answer that is not OK ends the program with status 1.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NOTICES_MAX 200000
#define CONNECTIONS_MAX 1024
#define WHO                                                                                        \
    "<idPSP>PSPPROVA</idPSP><idBrokerPSP>66666666666</idBrokerPSP>"                                \
    "<idChannel>66666666666_01</idChannel><password>prova-12345</password>"
#define BEGIN(root)                                                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                   \
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"                   \
    "<n:" root " xmlns:n=\"http://pagopa-api.pagopa.gov.it/node/nodeForPsp.xsd\">" WHO
#define END(root) "</n:" root "></s:Body></s:Envelope>"

struct notice {
    char creditor[12], number[19], amount[13];
};

struct wire {
    int fd;
    char sent[4096], answer[32768];
};

static struct notice notices[NOTICES_MAX];
static int64_t taken_us[NOTICES_MAX];
static long from, until;
static atomic_long next_notice, paid;
static int64_t end_us;
static int port;
static char day[11];
static unsigned run_id;

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "pay: %s: %s\n", what, why);
    exit(1);
}

static void notices_read(const char *path)
{
    FILE *file = fopen(path, "r");
    long n = 0;

    if (!file) die(path, "cannot be read");
    while (n < NOTICES_MAX && fscanf(file, "%11s %18s %12s", notices[n].creditor, notices[n].number,
                                     notices[n].amount) == 3)
        n++;
    fclose(file);
    if (until > n) until = n;
}

static void wire_open(struct wire *w)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&to, sizeof to)) die("connect", "refused");
    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* The whole answer, by its Content-Length. */
static void answer_read(struct wire *w)
{
    size_t have = 0, whole = sizeof w->answer;

    while (have < whole) {
        ssize_t n = recv(w->fd, w->answer + have, sizeof w->answer - 1 - have, 0);
        const char *head, *length;

        if (n <= 0) die("answer", "the connection ended");
        have += (size_t)n;
        w->answer[have] = '\0';
        head = strstr(w->answer, "\r\n\r\n");
        if (!head || whole < sizeof w->answer) continue;
        length = strstr(w->answer, "Content-Length: ");
        if (!length || length > head) die("no Content-Length", w->answer);
        whole = (size_t)(head + 4 - w->answer) + strtoul(length + 16, NULL, 10);
        if (whole >= sizeof w->answer) die("answer", "too long");
    }
}

static void post(struct wire *w, const char *action, const char *body, int length)
{
    int n = snprintf(w->sent, sizeof w->sent,
                     "POST /node-for-psp/v1 HTTP/1.1\r\nHost: localhost\r\n"
                     "Content-Type: text/xml; charset=utf-8\r\nSOAPAction: \"%s\"\r\n"
                     "Content-Length: %d\r\n\r\n%s",
                     action, length, body);

    if (n >= (int)sizeof w->sent || send(w->fd, w->sent, (size_t)n, MSG_NOSIGNAL) != n)
        die(action, "not sent");
    answer_read(w);
    if (!strstr(w->answer, "<outcome>OK</outcome>")) die(action, w->answer);
}

static void pay(struct wire *w, long i)
{
    char body[2048], token[64];
    const struct notice *notice = &notices[i];
    const char *at;
    int n = snprintf(
        body, sizeof body,
        BEGIN("activatePaymentNoticeReq") "<idempotencyKey>66666666666_a%03x%06lx"
                                          "</idempotencyKey><qrCode><fiscalCode>%s</"
                                          "fiscalCode><noticeNumber>%s"
                                          "</noticeNumber></qrCode><amount>%s</amount>" END(
                                              "activatePaymentNoticeReq"),
        run_id, (unsigned long)i, notice->creditor, notice->number, notice->amount);

    post(w, "activatePaymentNotice", body, n);
    at = strstr(w->answer, "<paymentToken>");
    if (!at || sscanf(at, "<paymentToken>%63[^<]", token) != 1) die("no token", w->answer);
    n = snprintf(
        body, sizeof body,
        BEGIN("sendPaymentOutcomeReq") "<idempotencyKey>66666666666_b%03x%06lx"
                                       "</idempotencyKey><paymentToken>%s</"
                                       "paymentToken><outcome>OK</outcome><details>"
                                       "<paymentMethod>cash</paymentMethod><paymentChannel>atm</"
                                       "paymentChannel>"
                                       "<fee>1.00</fee><applicationDate>%s</"
                                       "applicationDate><transferDate>%s"
                                       "</transferDate></details>" END("sendPaymentOutcomeReq"),
        run_id, (unsigned long)i, token, day, day);
    post(w, "sendPaymentOutcome", body, n);
}

static void *payer(void *arg)
{
    struct wire *w = arg;
    int64_t start_us = now_us();

    while (start_us < end_us) {
        long i = atomic_fetch_add(&next_notice, 1);
        int64_t done_us;

        if (i >= until) break;
        pay(w, i);
        done_us = now_us();
        taken_us[atomic_fetch_add(&paid, 1)] = done_us - start_us;
        start_us = done_us;
    }
    close(w->fd);
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void arguments(int argc, char **argv)
{
    time_t now = time(NULL);
    struct tm utc;

    if (argc != 7) die("usage", "pay PORT NOTICES FROM COUNT CONNECTIONS SECONDS");
    port = atoi(argv[1]);
    from = atol(argv[3]);
    until = from + atol(argv[4]);
    notices_read(argv[2]);
    atomic_store(&next_notice, from);
    run_id = (unsigned)getpid() & 0xfff;
    strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&now, &utc));
}

int main(int argc, char **argv)
{
    static pthread_t threads[CONNECTIONS_MAX];
    static struct wire wires[CONNECTIONS_MAX];
    int64_t start_us;
    long count;
    int n;

    arguments(argc, argv);
    n = atoi(argv[5]);
    if (n < 1 || n > CONNECTIONS_MAX) die("usage", "too many connections");
    for (int i = 0; i < n; i++)
        wire_open(&wires[i]);
    start_us = now_us();
    end_us = start_us + (int64_t)(atof(argv[6]) * 1e6);
    for (int i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, payer, &wires[i])) die("thread", "none left");
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    start_us = now_us() - start_us;
    count = atomic_load(&paid);
    qsort(taken_us, (size_t)count, sizeof *taken_us, by_time);
    printf("%ld %" PRId64 " %" PRId64 " %" PRId64 "\n", count, start_us, taken_us[count / 2],
           taken_us[count * 99 / 100]);
    return 0;
}
