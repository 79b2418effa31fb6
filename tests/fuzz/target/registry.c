/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A registry document: what is read without a problem is written in a form that is read again as
 * the same, also when it is merged onto nothing and onto itself. */
#include "fuzz.h"

#include "service/registry_document.h"
#include "xml/document.h"

#include <string.h>

enum { REPORT_MAX = 1 << 20 };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_init();
    fuzz_settings();
    return 0;
}

static void written(const struct registry_entry *root, struct buf *out)
{
    buf_reset(out);
    ALWAYS(registry_tree_write(root, 1, out) == ERR_NONE);
}

static void check_taken(struct arena *arena, struct registry_entry *root)
{
    struct registry_entry *again, *empty = registry_tree_new(arena);
    struct buf first = BUF_INIT(REGISTRY_DOCUMENT_MAX), second = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct buf diff = BUF_INIT(REPORT_MAX);

    written(root, &first);
    ALWAYS(empty && registry_document_load(arena, &first, &again) == ERR_NONE);
    written(again, &second);
    ALWAYS(strcmp(buf_str(&first), buf_str(&second)) == 0);
    ALWAYS(registry_diff(root, again, &diff) == ERR_NONE && diff.len == 0);
    ALWAYS(registry_merge(arena, again, root, true, "2026-03-02T00:00:00Z") == ERR_NONE);
    ALWAYS(registry_diff(root, again, &diff) == ERR_NONE && diff.len == 0);
    ALWAYS(registry_merge(arena, empty, root, true, "2026-03-02T00:00:00Z") == ERR_NONE);
    registry_stop(empty, "station 77777777777_01\nente 1\n\nchannel");
    buf_free(&first);
    buf_free(&second);
    buf_free(&diff);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf problems = BUF_INIT(REPORT_MAX), warnings = BUF_INIT(REPORT_MAX);
    const struct registry_report report = {"r.xml", &problems, &warnings};
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_document document;
    enum err rc;

    rc = registry_document_read(&arena, (const char *)bytes, len, &report, &document);
    if (rc == ERR_NONE) {
        const char *scope = *document.scope ? document.scope : NULL;

        rc = registry_check(document.root, scope, NULL, &report);
        ALWAYS(rc == ERR_NONE || rc == ERR_LIMIT);
        if (problems.len == 0) check_taken(&arena, document.root);
    } else {
        ALWAYS(rc == ERR_REGISTRY || rc == ERR_LIMIT);
    }
    ALWAYS(err_bug_count() == 0);
    err_clear();
    buf_free(&problems);
    buf_free(&warnings);
    arena_free(&arena);
    return 0;
}
