/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/deliver.h"

#include "flow/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Make one folder, durably: its name is in the folder above, which is synced. */
static enum err folder_make(char *path, size_t len)
{
    char *slash;
    char saved = path[len];
    int above = -1;
    enum err rc = ERR_NONE;

    path[len] = '\0';
    if (mkdir(path, 0750) == 0) {
        slash = strrchr(path, '/');
        if (slash != NULL && slash != path) *slash = '\0';
        above = open(slash == NULL   ? "."
                     : slash == path ? "/"
                                     : path,
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (slash != NULL) *slash = '/';
        if (above < 0 || fsync(above) != 0)
            rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
        if (above >= 0) close(above);
    } else if (errno != EEXIST) {
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    }
    path[len] = saved;
    return rc;
}

enum err flow_deliver_folder(const char *root, const char *delivery, char *out, size_t cap)
{
    enum err rc = ERR_NONE;
    size_t len;

    if (!flow_file_name_ok(delivery)) return err_setf(ERR_CONFIG, "delivery folder %s", delivery);
    if (snprintf(out, cap, "%s/%s", root, delivery) >= (int)cap) return err_set(ERR_LIMIT, root);
    len = strlen(out);
    for (size_t i = 1; i <= len; i++)
        if ((out[i] == '/' && out[i - 1] != '/') || out[i] == '\0') TRY(folder_make(out, i));
out:
    return rc;
}
