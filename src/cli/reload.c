/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/reload.h"

#include "base/log.h"

#include <string.h>

#define NOTES_MAX ((size_t)1 << 16)

/* One event a line of the notes. @param notes  changed
 * @return how many */
static int lines_log(enum log_level level, const char *event, const char *field, char *notes)
{
    char *end;
    int n = 0;

    for (; notes && *notes; notes = end) {
        end = notes + strcspn(notes, "\n");
        if (*end) *end++ = '\0';
        log_event(level, event, LOG_TEXT(field, notes));
        n++;
    }
    return n;
}

void cli_reload(config_apply_fn *apply, void *cls)
{
    struct buf notes = BUF_INIT(NOTES_MAX);
    int64_t level = config_int(CONFIG_LOG_LEVEL);
    enum err rc;

    err_clear();
    rc = config_reload(apply, cls, &notes);
    if (rc == ERR_NONE) {
        /* -v stays, unless another level is asked for now */
        if (level != config_int(CONFIG_LOG_LEVEL))
            log_set_level((enum log_level)config_int(CONFIG_LOG_LEVEL));
        log_event(LOG_INFO, "reload.done",
                  LOG_INT("need_restart",
                          lines_log(LOG_WARN, "reload.needs_restart", "setting", notes.bytes)));
    } else {
        (void)lines_log(LOG_ERROR, "reload.problem", "problem", notes.bytes);
        log_err("reload.refused", rc);
    }
    err_clear();
    buf_free(&notes);
}
