/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/cases.h"

#include <stdio.h>
#include <string.h>

#define VECTORS "../shared/standards/rules/vectors.json"

/* The file's lists hold plain texts without escapes: from the list's name, quoted pieces up to ']'.
 */
void vectors_each(const char *list, void (*each)(const char *text))
{
    static char json[65536];
    char name[64], text[256];
    FILE *f = fopen(VECTORS, "r");
    char *at, *end, *close;

    if (f == NULL) {
        print_message("%s is not there\n", VECTORS);
        skip();
    }
    json[fread(json, 1, sizeof json - 1, f)] = '\0';
    (void)fclose(f);
    (void)snprintf(name, sizeof name, "\"%s\": [", list);
    at = strstr(json, name);
    assert_non_null(at);
    at += strlen(name);
    end = strchr(at, ']');
    assert_non_null(end);
    for (at = strchr(at, '"'); at != NULL && at < end; at = strchr(close + 1, '"')) {
        close = strchr(at + 1, '"');
        assert_non_null(close);
        assert_in_range(close - at - 1, 1, sizeof text - 1);
        (void)snprintf(text, sizeof text, "%.*s", (int)(close - at - 1), at + 1);
        each(text);
    }
}
