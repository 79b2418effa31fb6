/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "crypto/tls.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_WAIT_S 1

static const struct door {
    enum config_key port, address, proxy; /* proxy: CONFIG_COUNT where there is none */
    const char *address_name;
    bool tls;
} doors[] = {
    {CONFIG_SERVE_PORT, CONFIG_SERVE_ADDRESS, CONFIG_SERVE_PORT_PROXY, "serve.address", false},
    {CONFIG_SERVE_TLS_PORT, CONFIG_SERVE_ADDRESS, CONFIG_SERVE_TLS_PORT_PROXY, "serve.address",
     true},
    {CONFIG_METRICS_PORT, CONFIG_METRICS_ADDRESS, CONFIG_COUNT, "metrics.address", false},
    {CONFIG_WORK_METRICS_PORT, CONFIG_METRICS_ADDRESS, CONFIG_COUNT, "metrics.address", false},
};

static const char ASK[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static void ask_plain(int fd, char *out, size_t cap)
{
    ssize_t n = -1;

    if (send(fd, ASK, strlen(ASK), MSG_NOSIGNAL) == (ssize_t)strlen(ASK))
        n = recv(fd, out, cap - 1, 0);
    if (n < 0) out[0] = '\0';
}

/* A proxy that speaks for itself: where headers are expected we may be one of the proxies. */
static bool greet(int fd)
{
    static const char local[16] = "\r\n\r\n\0\r\nQUIT\n\x20";

    return send(fd, local, sizeof local, MSG_NOSIGNAL) == (ssize_t)sizeof local;
}

/* Who holds the port? A hub that answers is as good as a free port. */
static bool hub_answers(const struct addrinfo *place, const struct door *door, bool as_proxy)
{
    const struct timeval wait = {ANSWER_WAIT_S, 0};
    int fd = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char answer[64] = "";

    if (fd < 0) return false;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
        connect(fd, place->ai_addr, place->ai_addrlen) == 0 && (!as_proxy || greet(fd))) {
        if (door->tls)
            crypto_tls_ask(fd, ASK, answer, sizeof answer);
        else
            ask_plain(fd, answer, sizeof answer);
    }
    (void)close(fd);
    return !strncmp(answer, "HTTP/1.1 200", 12);
}

/* @return 0 or the errno of bind */
static int bind_try(const struct addrinfo *place)
{
    int fd = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, error = 0;

    if (fd < 0) return errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    /* Listening too: two sockets may be bound to one address, only one may listen. */
    if (bind(fd, place->ai_addr, place->ai_addrlen) != 0 || listen(fd, 1) != 0) error = errno;
    (void)close(fd);
    return error;
}

static void place_check(const struct addrinfo *place, int64_t port, const struct door *door,
                        struct check_result *out)
{
    bool proxied = door->proxy != CONFIG_COUNT && config_int(door->proxy);
    int error = bind_try(place);

    if (error == 0)
        check_found(out, "%" PRId64 " is free", port);
    else if (error == EADDRINUSE &&
             (hub_answers(place, door, false) || (proxied && hub_answers(place, door, true))))
        check_found(out, "%" PRId64 ": a hub answers there", port);
    else {
        check_wrong(out, "%" PRId64 ": %s", port, strerror(error));
        check_cure(out, "%s",
                   error == EACCES          ? "a port below 1024 needs CAP_NET_BIND_SERVICE"
                   : error == EADDRNOTAVAIL ? "set an address that this machine has"
                                            : "end what listens there, or set another port");
    }
}

void check_port(struct cli *cli, int which, struct check_result *out)
{
    const struct door *door = &doors[0];
    const char *address;
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *place = NULL;
    int64_t port = config_int((enum config_key)which);
    char text[24];

    (void)cli;
    while (door->port != (enum config_key)which)
        door++;
    address = config_text(door->address);
    if (port <= 0) {
        check_found(out, "%s", port < 0 ? "not used" : "any free one");
        return;
    }
    (void)snprintf(text, sizeof text, "%" PRId64, port);
    if (getaddrinfo(address, text, &hints, &place) != 0) {
        check_wrong(out, "\"%s\" is not an address", address);
        check_cure(out, "set %s to an IP address", door->address_name);
        return;
    }
    place_check(place, port, door, out);
    freeaddrinfo(place);
}
