/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_WAIT_MS 1000

static const char ASK[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/* Who holds the port? A hub that answers is as good as a free port. */
static bool hub_answers(const struct addrinfo *place)
{
    int fd = socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pollfd ready = {fd, POLLIN, 0};
    char answer[64] = "";
    bool healthy = false;

    if (fd < 0) return false;
    if (connect(fd, place->ai_addr, place->ai_addrlen) == 0 &&
        send(fd, ASK, strlen(ASK), MSG_NOSIGNAL) == (ssize_t)strlen(ASK) &&
        poll(&ready, 1, ANSWER_WAIT_MS) == 1 && recv(fd, answer, sizeof answer - 1, 0) > 0)
        healthy = !strncmp(answer, "HTTP/1.1 200", 12);
    (void)close(fd);
    return healthy;
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

static void place_check(const struct addrinfo *place, int64_t port, struct check_result *out)
{
    int error = bind_try(place);

    if (error == 0)
        check_found(out, "%" PRId64 " is free", port);
    else if (error == EADDRINUSE && hub_answers(place))
        check_found(out, "%" PRId64 ": a hub answers there", port);
    else {
        check_wrong(out, "%" PRId64 ": %s", port, strerror(error));
        check_cure(out, "end what listens there, or set another port");
    }
}

void check_port(struct cli *cli, int which, struct check_result *out)
{
    bool metrics = which == CONFIG_METRICS_PORT;
    const char *address = config_text(metrics ? CONFIG_METRICS_ADDRESS : CONFIG_SERVE_ADDRESS);
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *place = NULL;
    int64_t port = config_int((enum config_key)which);
    char text[24];

    (void)cli;
    if (port <= 0) {
        check_found(out, "%s", port < 0 ? "not used" : "any free one");
        return;
    }
    (void)snprintf(text, sizeof text, "%" PRId64, port);
    if (getaddrinfo(address, text, &hints, &place) != 0) {
        check_wrong(out, "\"%s\" is not an address", address);
        check_cure(out, "set %s.address to an IP address", metrics ? "metrics" : "serve");
        return;
    }
    place_check(place, port, out);
    freeaddrinfo(place);
}
