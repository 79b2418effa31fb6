/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest.h"

#include "base/err.h"

#include <string.h>

#define NAME_MAX_BYTES 63

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* Letters to insert, drop, change or swap (optimal string alignment), over three rows. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][NAME_MAX_BYTES + 1];
    size_t n = strlen(a), m = strlen(b);

    if (n > NAME_MAX_BYTES || m > NAME_MAX_BYTES) return NAME_MAX_BYTES;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3];
        const size_t *older = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                older[j - 2] + 1 < now[j])
                now[j] = older[j - 2] + 1;
        }
    }
    return rows[n % 3][m];
}

/* Near is up to a third of the letters wrong; a beginning of the name is near too. */
void nearest_offer(struct nearest *n, const char *name)
{
    size_t typed = strlen(n->typed), d = distance(n->typed, name);
    bool begins = typed >= 2 && strncmp(name, n->typed, typed) == 0;

    if (!begins && d > (typed + 2) / 3) return;
    if (n->found && d >= n->distance) return;
    n->found = name;
    n->distance = d;
}
