/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* A pipe is read once, and a load looks at its first byte and then begins: it is kept first. */
static enum err keep(FILE *from, const char *name, FILE *to)
{
    static char bytes[64 * 1024];
    size_t n;

    while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
        if (fwrite(bytes, 1, n, to) != n) break;
    if (ferror(from)) return err_setf(ERR_IO_READ, "%s: %s", name, strerror(errno));
    if (ferror(to) || fflush(to) != 0)
        return err_setf(ERR_IO_WRITE, "%s in a temporary file: %s", name, strerror(errno));
    return ERR_NONE;
}

static bool is_pipe(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

enum err cli_input_open(const char *operand, struct cli_input *out)
{
    bool standard = strcmp(operand, "-") == 0;
    FILE *from = stdin;
    enum err rc;

    *out = (struct cli_input){.path = operand};
    if (!standard && !is_pipe(operand)) return ERR_NONE;
    out->kept = tmpfile();
    if (!out->kept) return err_setf(ERR_IO_WRITE, "a temporary file: %s", strerror(errno));
    (void)snprintf(out->name, sizeof out->name, "/proc/self/fd/%d", fileno(out->kept));
    out->path = out->name;
    if (!standard && !(from = fopen(operand, "rbe")))
        return err_setf(ERR_IO_READ, "%s: %s", operand, strerror(errno));
    rc = keep(from, standard ? "standard input" : operand, out->kept);
    if (!standard) (void)fclose(from);
    return rc;
}

bool cli_input_is(const struct cli_input *in, const char *path)
{
    struct stat read, other;

    return stat(in->path, &read) == 0 && stat(path, &other) == 0 && read.st_dev == other.st_dev &&
           read.st_ino == other.st_ino;
}

void cli_input_close(struct cli_input *in)
{
    if (in->kept) (void)fclose(in->kept);
    in->kept = NULL;
}
