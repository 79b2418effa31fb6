/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/audit_files.h"

#include "base/arena.h"
#include "base/config.h"
#include "db/audit.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_MAX ((size_t)256 << 20)
#define PATH_SIZE 2048

struct list {
    const char **texts;
    size_t n, room;
};
struct looking {
    struct arena arena;
    struct list paths, names; /* of files there are; of flows */
    char name[201];
};

static enum err list_add(struct looking *l, struct list *to, const char *text)
{
    if (to->n == to->room) {
        size_t room = to->room ? 2 * to->room : 256;
        const char **more = arena_alloc(&l->arena, room * sizeof *more);

        if (!more) return err_set(ERR_LIMIT, "published files");
        if (to->n) memcpy(more, to->texts, to->n * sizeof *more);
        to->texts = more;
        to->room = room;
    }
    to->texts[to->n] = arena_strdup(&l->arena, text);
    return to->texts[to->n++] ? ERR_NONE : err_set(ERR_LIMIT, "published files");
}

static enum err name_row(void *cls)
{
    struct looking *l = cls;

    return list_add(l, &l->names, l->name);
}

/* What lies in one folder; hidden files are the program's own, under way. */
static enum err folder_list(struct looking *l, const char *folder, struct list *out)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    char path[PATH_SIZE];
    enum err rc = ERR_NONE;

    if (!dir && (errno == ENOENT || errno == ENOTDIR)) return ERR_NONE;
    if (!dir) return err_setf(ERR_IO_READ, "%s: %s", folder, strerror(errno));
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        TRY(list_add(l, out, path));
    }
out:
    (void)closedir(dir);
    return rc;
}

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void unknown_tell(struct looking *l, struct service_audit *audit)
{
    for (size_t i = 0; i < l->paths.n; i++) {
        const char *path = l->paths.texts[i], *name = strrchr(path, '/') + 1;
        const struct service_audit_finding f = {
            "F45", "a published file that the database does not know", "flow", 0, path};

        if (l->names.n &&
            bsearch(&name, l->names.texts, l->names.n, sizeof *l->names.texts, text_compare))
            continue;
        audit->findings++;
        audit->tell(audit->cls, &f);
    }
}

/* The files first: a flow's row is committed before its file is made, so each has one by then. */
enum err service_audit_files(struct db *db, struct service_audit *audit)
{
    struct looking l = {.arena = ARENA_INIT(MEMORY_MAX)};
    struct list folders = {NULL, 0, 0};
    enum err rc;

    TRY(folder_list(&l, config_text(CONFIG_FLOW_DIR), &folders));
    for (size_t i = 0; i < folders.n; i++)
        TRY(folder_list(&l, folders.texts[i], &l.paths));
    TRY(db_audit_flow_names(db, l.name, sizeof l.name, name_row, &l));
    if (l.names.n) qsort(l.names.texts, l.names.n, sizeof *l.names.texts, text_compare);
    unknown_tell(&l, audit);
out:
    arena_free(&l.arena);
    return rc;
}
