/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { ABOVE_MODE = 0755 };

static enum err make_one(const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0 || errno == EEXIST) return ERR_NONE;
    return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
}

enum err folder_make_for(const char *file)
{
    char part[PATH_MAX];
    enum err rc = ERR_NONE;

    for (size_t i = 1; file[i]; i++) {
        if (file[i] != '/') continue;
        if (i >= sizeof part) return err_set(ERR_IO_WRITE, "a path that is too long");
        (void)snprintf(part, sizeof part, "%.*s", (int)i, file);
        TRY(make_one(part, ABOVE_MODE));
    }
out:
    return rc;
}

enum err folder_make(const char *path, mode_t mode)
{
    enum err rc;

    TRY(folder_make_for(path));
    TRY(make_one(path, mode));
out:
    return rc;
}
