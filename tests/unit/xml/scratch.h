/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file scratch.h
 * A folder of its own for a test, and files in it. What fails, fails the test. All in the header,
 * because a helper's .c is linked into the programs of its own folder alone. */
#ifndef TEST_XML_SCRATCH_H
#define TEST_XML_SCRATCH_H

#include "base/buf.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char scratch_folder[64];

/** Make a new folder; its path stays valid until the next call. */
static inline const char *scratch_new(void)
{
    (void)snprintf(scratch_folder, sizeof scratch_folder, "/tmp/payer-unit-XXXXXX");
    assert_non_null(mkdtemp(scratch_folder));
    return scratch_folder;
}

static inline void scratch_empty(const char *path, int levels)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char name[512];

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        assert_true(snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name);
        if (unlink(name) != 0 && levels > 0) {
            scratch_empty(name, levels - 1);
            assert_int_equal(rmdir(name), 0);
        }
    }
    closedir(dir);
}

/** Remove the folder with all that is in it. */
static inline void scratch_remove(void)
{
    scratch_empty(scratch_folder, 3);
    assert_int_equal(rmdir(scratch_folder), 0);
}

/** For cmocka: a folder for each test. */
static inline int scratch_setup(void **state)
{
    (void)state;
    (void)scratch_new();
    return 0;
}

static inline int scratch_teardown(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

/** The path of a name in the folder; each call uses one of 8 buffers. */
static inline const char *scratch_path(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", scratch_folder, name);
    return path;
}

/** Write a file in it and return its path. A folder in name is made. */
static inline const char *scratch_write(const char *name, const char *text)
{
    const char *path = scratch_path(name);
    char parent[512];
    char *slash;
    size_t len = strlen(text);
    int fd;

    (void)snprintf(parent, sizeof parent, "%s", path);
    slash = strrchr(parent, '/');
    *slash = '\0';
    (void)mkdir(parent, 0700);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    assert_int_equal(close(fd), 0);
    return path;
}

#endif
