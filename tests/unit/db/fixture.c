/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "db/fixture.h"

#include "base/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char home[] = "/tmp/payer-unit-XXXXXX";
struct db *db;

static int payer(const char *verb)
{
    char command[2048];
    const char *program = getenv("PAYER");

    snprintf(command, sizeof command, "%s --config %s/payer.conf %s > %s/log 2>&1",
             program ? program : "build/bin/payer", home, verb, home);
    return system(command);
}

static char path[64];

const char *db_fixture_config(void)
{
    return path;
}

int db_fixture_start(void **state)
{
    char here[1024];
    struct buf problems = BUF_INIT(4096);
    FILE *f;

    (void)state;
    if (!mkdtemp(home) || !getcwd(here, sizeof here)) return -1;
    snprintf(path, sizeof path, "%s/payer.conf", home);
    f = fopen(path, "w");
    if (!f) return -1;
    fprintf(f, "[hub]\nhome = %s\nshare = %s\n[db]\nbuffer_pool = 32MiB\nlog_size = 16MiB\n", home,
            here);
    fclose(f);
    if (payer("db start") || payer("db migrate")) return -1;
    if (config_load(path, NULL, 0, &problems) != ERR_NONE) return -1;
    return db_open(DB_ROLE_WORK, &db) == ERR_NONE ? 0 : -1;
}

int db_fixture_stop(void **state)
{
    char command[64];

    (void)state;
    db_close(&db);
    payer("db stop");
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command);
}
