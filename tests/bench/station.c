/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A station that answers paVerifyPaymentNotice from memory: station MILLISECONDS
 * Prints the port that it listens on, at loopback. A thread a connection, kept alive; what is asked
 * of /slow is answered after so many milliseconds, everything else at once. Ends with SIGTERM. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 16 * 1024 };

static const char BODY[] =
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
    "<n:paVerifyPaymentNoticeRes xmlns:n=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">"
    "<outcome>OK</outcome><paymentList><paymentOptionDescription><amount>12.34</amount>"
    "<options>EQ</options><dueDate>2099-12-31</dueDate><detailDescription>Rata</detailDescription>"
    "<allCCP>false</allCCP></paymentOptionDescription></paymentList>"
    "<paymentDescription>Tassa di prova</paymentDescription>"
    "<companyName>Ente con stazione</companyName></n:paVerifyPaymentNoticeRes></s:Body>"
    "</s:Envelope>";
static char answer[sizeof BODY + 256];
static size_t answer_len;
static struct timespec pause_of_slow;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* A whole request, and nothing behind it; false: the caller has gone. */
static int request_read(int fd, char *bytes)
{
    size_t have = 0, need = 0;
    const char *end, *length;

    do {
        ssize_t n = recv(fd, bytes + have, REQUEST_MAX - have, 0);

        if (n <= 0) return 0;
        have += (size_t)n;
        bytes[have] = 0;
        end = strstr(bytes, "\r\n\r\n");
        length = strstr(bytes, "Content-Length: ");
        if (end && length) need = (size_t)(end + 4 - bytes) + strtoul(length + 16, NULL, 10);
    } while (!need || have < need);
    return 1;
}

static void *serve(void *cls)
{
    int fd = (int)(intptr_t)cls;
    char *bytes = malloc(REQUEST_MAX + 1);

    while (bytes && request_read(fd, bytes)) {
        if (strncmp(bytes, "POST /slow", 10) == 0) nanosleep(&pause_of_slow, NULL);
        if (send(fd, answer, answer_len, MSG_NOSIGNAL) != (ssize_t)answer_len) break;
    }
    free(bytes);
    close(fd);
    return NULL;
}

static int door(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        fail("station");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    long ms = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    pthread_attr_t detached;
    int fd, on = 1;

    pause_of_slow = (struct timespec){ms / 1000, ms % 1000 * 1000000};
    answer_len = (size_t)snprintf(answer, sizeof answer,
                                  "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n"
                                  "Content-Length: %zu\r\n\r\n%s",
                                  sizeof BODY - 1, BODY);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    fd = door();
    for (;;) {
        pthread_t thread;
        int caller = accept(fd, NULL, NULL);

        if (caller < 0) fail("accept");
        setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (pthread_create(&thread, &detached, serve, (void *)(intptr_t)caller) != 0)
            fail("thread");
    }
}
