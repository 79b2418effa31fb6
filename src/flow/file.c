/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/file.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char NAME_CHARACTERS[] = "abcdefghijklmnopqrstuvwxyz"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
static const char TMP_END[] = ".part";

bool flow_file_name_ok(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len < FLOW_NAME_SIZE && strchr("._-", name[0]) == NULL &&
           strspn(name, NAME_CHARACTERS) == len;
}

static enum err failed(enum err code, const char *name)
{
    return err_setf(code, "%s: %s", name, strerror(errno));
}

static enum err dir_open(const char *path, int *out)
{
    *out = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *out < 0 ? failed(ERR_IO_READ, path) : ERR_NONE;
}

static void close_opt(int fd)
{
    if (fd >= 0) close(fd);
}

/* The hash of a regular file. */
static enum err hash_at(int dir, const char *name, struct hash *out)
{
    struct stat st;
    enum err rc;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) return failed(ERR_IO_READ, name);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        rc = err_setf(ERR_FLOW_CHANGED, "%s: not a regular file", name);
    else
        rc = crypto_hash_fd(fd, out);
    close(fd);
    return rc;
}

static enum err expect_at(int dir, const char *name, const struct hash *want)
{
    struct hash have;
    enum err rc;

    TRY(hash_at(dir, name, &have));
    if (!crypto_hash_equal(&have, want)) rc = err_set(ERR_FLOW_CHANGED, name);
out:
    return rc;
}

/* Is it an unfinished file of this final name: ".NAME.<random>.part"? */
static bool is_leftover(const char *entry, const char *name)
{
    size_t len = strlen(entry), name_len = strlen(name), end_len = sizeof TMP_END - 1;

    return len > name_len + 2 + end_len && entry[0] == '.' &&
           strncmp(entry + 1, name, name_len) == 0 && entry[1 + name_len] == '.' &&
           strcmp(entry + len - end_len, TMP_END) == 0;
}

static enum err leftovers_remove(int dir, const char *name)
{
    const struct dirent *entry;
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    enum err rc = ERR_NONE;

    if (list == NULL) {
        rc = failed(ERR_IO_READ, name);
        close_opt(copy);
        return rc;
    }
    while ((entry = readdir(list)) != NULL)
        if (is_leftover(entry->d_name, name)) (void)unlinkat(dir, entry->d_name, 0);
    closedir(list);
    return rc;
}

enum err flow_file_begin(const char *dir, const char *name, struct flow_file *file, int *out_fd)
{
    enum err rc;
    uint64_t random;
    int dir_fd = -1;

    *out_fd = -1;
    memset(file, 0, sizeof *file);
    if (!flow_file_name_ok(name)) return BUG("name of a flow's file");
    if (snprintf(file->dir, sizeof file->dir, "%s", dir) >= (int)sizeof file->dir)
        return err_set(ERR_LIMIT, dir);
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    TRY(dir_open(dir, &dir_fd));
    TRY(leftovers_remove(dir_fd, name));
    clock_random(&random, sizeof random);
    (void)snprintf(file->tmp_name, sizeof file->tmp_name, ".%s.%016llx%s", name,
                   (unsigned long long)random, TMP_END);
    *out_fd =
        openat(dir_fd, file->tmp_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (*out_fd < 0) {
        rc = failed(ERR_IO_WRITE, file->tmp_name);
        file->tmp_name[0] = '\0';
    }
out:
    close_opt(dir_fd);
    return rc;
}

/* A second name is given and the first one taken away, because a rename would replace what is
 * there. A sync that failed is not tried again: the file is written anew. */
static enum err publish_at(int dir, struct flow_file *file, const struct hash *want)
{
    enum err rc;

    TRY(expect_at(dir, file->tmp_name, want));
    if (linkat(dir, file->tmp_name, dir, file->name, 0) != 0) {
        if (errno != EEXIST) {
            rc = failed(ERR_IO_WRITE, file->name);
            goto out;
        }
        TRY(expect_at(dir, file->name, want)); /* [F14] */
    }
    if (unlinkat(dir, file->tmp_name, 0) == 0) file->tmp_name[0] = '\0';
    if (fsync(dir) != 0) rc = failed(ERR_IO_WRITE, file->dir);
out:
    return rc;
}

enum err flow_file_publish(struct flow_file *file, const struct hash *want)
{
    enum err rc;
    int dir = -1;

    TRY(dir_open(file->dir, &dir));
    TRY(publish_at(dir, file, want));
out:
    close_opt(dir);
    return rc;
}

void flow_file_discard(struct flow_file *file)
{
    int dir;

    if (file->tmp_name[0] == '\0') return;
    dir = open(file->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0) return;
    (void)unlinkat(dir, file->tmp_name, 0); /* what stays is removed by the next try */
    file->tmp_name[0] = '\0';
    close(dir);
}

enum err flow_file_check(const char *dir, const char *name, const struct hash *want)
{
    enum err rc;
    int fd = -1;

    TRY(dir_open(dir, &fd));
    TRY(expect_at(fd, name, want));
out:
    close_opt(fd);
    return rc;
}
