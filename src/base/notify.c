/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/notify.h"

#include "base/log.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path ? strlen(path) : 0;
    bool sent;
    int fd;

    if (len == 0 || len >= sizeof to.sun_path) return;
    memcpy(to.sun_path, path, len);
    if (*path == '@') to.sun_path[0] = '\0'; /* of the abstract namespace */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sent = fd >= 0 && sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
                             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) >= 0;
    if (!sent)
        log_event(LOG_WARN, "notify.failed", LOG_TEXT("state", state),
                  LOG_TEXT("why", strerror(errno)));
    if (fd >= 0) (void)close(fd);
}

/* The watchdog may be meant for the process that started us. */
int64_t notify_watchdog_us(void)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

    if (!us || (pid && strtoll(pid, NULL, 10) != (long long)getpid())) return 0;
    return strtoll(us, NULL, 10) > 0 ? strtoll(us, NULL, 10) : 0;
}
