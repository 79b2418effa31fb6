/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/key_file.h"

#include "base/clock.h"
#include "base/folder.h"
#include "crypto/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err key_write(int fd, const char *path)
{
    unsigned char made[CRYPTO_KEY_SIZE];
    enum err rc = ERR_NONE;

    clock_random(made, sizeof made);
    if (write(fd, made, sizeof made) != (ssize_t)sizeof made || fsync(fd) != 0)
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    crypto_wipe(made, sizeof made);
    return rc;
}

/* Written beside and linked to its name: of two processes that start at once, one makes the key
 * and none reads half of it. */
static enum err key_make(const char *path)
{
    char token[33], beside[PATH_MAX];
    int fd = -1;
    enum err rc;

    clock_token_new(token);
    if (snprintf(beside, sizeof beside, "%s.%s", path, token) >= (int)sizeof beside)
        return err_set(ERR_IO_WRITE, "path of the key file: too long");
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    TRY(key_write(fd, path));
    if (link(beside, path) != 0 && errno != EEXIST)
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
out:
    (void)close(fd);
    (void)unlink(beside);
    return rc;
}

static enum err key_read(int fd, const char *path, unsigned char *out)
{
    struct stat st;

    if (fstat(fd, &st) != 0) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    if ((st.st_mode & 077) != 0)
        return err_setf(ERR_CONFIG, "%s: others may read it; chmod 600 it", path);
    if (!S_ISREG(st.st_mode) || st.st_size != CRYPTO_KEY_SIZE ||
        read(fd, out, CRYPTO_KEY_SIZE) != CRYPTO_KEY_SIZE)
        return err_setf(ERR_CONFIG, "%s: not a file of %d bytes", path, CRYPTO_KEY_SIZE);
    return ERR_NONE;
}

enum err crypto_key_file(const char *path, unsigned char out[CRYPTO_KEY_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum err rc;

    if (fd < 0 && errno == ENOENT) {
        rc = folder_make_for(path);
        if (rc == ERR_NONE) rc = key_make(path);
        if (rc != ERR_NONE) return rc;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    rc = key_read(fd, path, out);
    (void)close(fd);
    return rc;
}
