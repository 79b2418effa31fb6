/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings from a file, the environment and the command line: either each is taken, within its
 * range, or nothing is and each problem is told on a line of its own. The input is the file, then
 * after bytes 0x1E the texts of --set (with a '.') and of the environment. An empty one is not
 * there.
 */
#include "fuzz.h"

#include "base/config_loader.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_MAX = 16, PROBLEMS_MAX = 1 << 16, SEPARATOR = 0x1E };

extern char **environ;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

struct texts {
    const char *sets[TEXTS_MAX];
    char *variables[TEXTS_MAX + 1]; /* ends with NULL */
    size_t n_sets, n_variables;
};

/* The texts after the file's, cut in place. */
static void split(char *text, struct texts *out)
{
    while (text && out->n_sets < TEXTS_MAX && out->n_variables < TEXTS_MAX) {
        char *next = strchr(text, SEPARATOR);

        if (next) *next++ = '\0';
        if (strchr(text, '.'))
            out->sets[out->n_sets++] = text;
        else
            out->variables[out->n_variables++] = text;
        text = next;
    }
}

static void check_taken(void)
{
    struct buf text = BUF_INIT(PROBLEMS_MAX);

    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const struct config_setting *s = &config_settings[i];
        int64_t number = config_int((enum config_key)i);

        ALWAYS(config_text((enum config_key)i) && *config_origin((enum config_key)i));
        ALWAYS((s->min == 0 && s->max == 0) || (number >= s->min && number <= s->max));
    }
    ALWAYS(config_describe(&text, false) == ERR_NONE);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const uint8_t *end = len ? memchr(bytes, SEPARATOR, len) : NULL;
    size_t file_len = end ? (size_t)(end - bytes) : len;
    char *rest = end ? fuzz_text(end + 1, len - file_len - 1) : NULL;
    struct buf problems = BUF_INIT(PROBLEMS_MAX);
    struct texts texts = {.n_sets = 0};
    char **before = environ;
    enum err rc;

    split(rest, &texts);
    environ = texts.variables;
    rc = config_load(file_len ? fuzz_file(bytes, file_len) : "/nowhere/payer.conf", texts.sets,
                     texts.n_sets, &problems);
    environ = before;
    ALWAYS(rc == ERR_NONE ? problems.len == 0 : rc == ERR_CONFIG && problems.len > 0);
    ALWAYS(problems.len == 0 || problems.bytes[problems.len - 1] == '\n');
    if (rc == ERR_NONE) check_taken();
    err_clear();
    buf_free(&problems);
    free(rest);
    return 0;
}
