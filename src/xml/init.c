/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/internal.h"

#include <libxml/parserInternals.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OURS_MAX = 1 << 20, PATH_SIZE = 4096 };

/* The file that this thread compiles: those beside it may be loaded. */
static _Thread_local const char *compiled;

const char *xml_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

void xml_allow_beside(const char *path)
{
    compiled = path;
}

/* The only way to a file or a peer that the parser has: shut, except for bare names of files of
 * ours beside the one that is being compiled [X26] [X57]. */
static xmlParserInputPtr load(const char *url, const char *id, xmlParserCtxtPtr context)
{
    char path[PATH_SIZE];
    int folder_len;

    (void)id;
    if (compiled == NULL || url == NULL || strchr(url, '/') != NULL) return NULL;
    folder_len = (int)(xml_base_name(compiled) - compiled);
    if (snprintf(path, sizeof path, "%.*s%s", folder_len, compiled, url) >= PATH_SIZE) return NULL;
    return xmlNewInputFromFile(context, path);
}

enum err xml_read_ours(const char *path, const char *url, xmlDictPtr dict, xmlDocPtr *out)
{
    enum err rc;
    struct buf bytes = BUF_INIT(OURS_MAX);

    TRY(buf_read_file(&bytes, path));
    TRY(xml_parse(buf_str(&bytes), bytes.len, url, dict, out));
out:
    buf_free(&bytes);
    return rc;
}

static void say_nothing(void *cls, const char *fmt, ...)
{
    (void)cls;
    (void)fmt;
}

void xml_init(void)
{
    xml_memory_init();
    xmlInitParser();
    xmlSetExternalEntityLoader(load);
    xmlSetGenericErrorFunc(NULL, say_nothing);
    xmlThrDefSetGenericErrorFunc(NULL, say_nothing);
    xml_sheet_init();
}

enum err xml_file_open(const char *path, int *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */

    if (fd < 0) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_setf(ERR_IO_READ, "%s: not a regular file", path);
    }
    *out = fd;
    return ERR_NONE;
}
