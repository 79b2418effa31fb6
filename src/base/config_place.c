/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config_place.h"

#include "base/err.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *copy(const char *text)
{
    char *out = strdup(text);

    ALWAYS(out);
    return out;
}

char *config_place_join(const char *folder, const char *path)
{
    size_t size = strlen(folder) + strlen(path) + 2;
    char *out;

    if (*path == '/') return copy(path);
    out = malloc(size);
    if (out) snprintf(out, size, "%s%s%s", folder, strcmp(folder, "/") ? "/" : "", path);
    ALWAYS(out);
    return out;
}

char *config_place_home(const char *home)
{
    char here[PATH_MAX];

    if (*home == '/') return copy(home);
    ALWAYS(getcwd(here, sizeof here));
    return *home ? config_place_join(here, home) : copy(here);
}

static bool holds_contracts(const char *folder)
{
    char path[PATH_MAX + 32];
    struct stat st;

    snprintf(path, sizeof path, "%s/wsdl/node", folder);
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *config_place_share(void)
{
    char folder[PATH_MAX], shared[PATH_MAX + 16];
    ssize_t len = readlink("/proc/self/exe", folder, sizeof folder - 1);
    char *slash;

    folder[len > 0 ? len : 0] = '\0';
    while ((slash = strrchr(folder, '/'))) {
        *slash = '\0';
        if (holds_contracts(folder)) return copy(folder);
        snprintf(shared, sizeof shared, "%s/share/payer", folder);
        if (holds_contracts(shared)) return copy(shared);
    }
    return copy("");
}
