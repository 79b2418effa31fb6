/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input.h"

#include <errno.h>
#include <string.h>

/* A pipe is read once, and a load looks at its first byte and then begins: it is kept first. */
static enum err keep(FILE *to)
{
    static char bytes[64 * 1024];
    size_t n;

    while ((n = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        if (fwrite(bytes, 1, n, to) != n) break;
    if (ferror(stdin)) return err_setf(ERR_IO_READ, "standard input: %s", strerror(errno));
    if (ferror(to) || fflush(to) != 0)
        return err_setf(ERR_IO_WRITE, "standard input in a temporary file: %s", strerror(errno));
    return ERR_NONE;
}

enum err cli_input_open(const char *operand, struct cli_input *out)
{
    *out = (struct cli_input){.path = operand};
    if (strcmp(operand, "-") != 0) return ERR_NONE;
    out->kept = tmpfile();
    if (!out->kept) return err_setf(ERR_IO_WRITE, "a temporary file: %s", strerror(errno));
    (void)snprintf(out->name, sizeof out->name, "/proc/self/fd/%d", fileno(out->kept));
    out->path = out->name;
    return keep(out->kept);
}

void cli_input_close(struct cli_input *in)
{
    if (in->kept) (void)fclose(in->kept);
    in->kept = NULL;
}
