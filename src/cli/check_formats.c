/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "flow/format.h"
#include "wire/contract.h"
#include "wire/port.h"
#include "wire/route.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static const char REINSTALL[] = "install the program's files again, or mend what you changed";

/* Those of every path that takes messages, and what a path tells of itself. */
static enum err contracts_try(const char *share, size_t *out_schemas)
{
    enum err rc;
    struct wire_contracts *told = NULL;
    const char *public = config_text(CONFIG_SERVE_PUBLIC_URL);

    for (size_t i = 0; i < WIRE_ROUTE_COUNT; i++) {
        if (!wire_routes[i].port || wire_routes[i].port->schema) continue;
        TRY(wire_port_open(wire_routes[i].port, share));
        ++*out_schemas;
    }
    TRY(wire_contract_open(share, *public ? public : "http://localhost", &told));
out:
    wire_contract_close(&told);
    return rc;
}

void check_contracts(struct cli *cli, int which, struct check_result *out)
{
    size_t n = 0;
    enum err rc = contracts_try(config_text(CONFIG_HUB_SHARE), &n);

    (void)cli;
    (void)which;
    for (size_t i = 0; i < WIRE_ROUTE_COUNT; i++)
        if (wire_routes[i].port) wire_port_close(wire_routes[i].port);
    check_found(out, "%zu schemas compile", n);
    if (rc == ERR_NONE) return;
    check_wrong(out, "%s: %s", err_text(rc), err_detail()->field);
    check_cure(out, "%s",
               rc == ERR_CONFIG ? "set serve.public_url to the URL that clients see" : REINSTALL);
}

/* @return false: it does not compile */
static bool format_try(const char *share, const char *name, struct check_result *out)
{
    char dir[CHECK_PATH_SIZE], lib[CHECK_PATH_SIZE];
    struct flow_format *format = NULL;
    enum err rc;

    (void)snprintf(dir, sizeof dir, "%s/xslt/flow/%s", share, name);
    (void)snprintf(lib, sizeof lib, "%s/xslt/lib", share);
    rc = flow_format_open(dir, lib, &format);
    flow_format_close(&format);
    if (rc == ERR_NONE) return true;
    check_wrong(out, "%s: %s: %s", name, err_text(rc), err_detail()->field);
    check_cure(out, "%s", REINSTALL);
    return false;
}

void check_formats(struct cli *cli, int which, struct check_result *out)
{
    const char *share = config_text(CONFIG_HUB_SHARE);
    char path[CHECK_PATH_SIZE];
    const struct dirent *entry;
    size_t n = 0;
    DIR *dir;

    (void)cli;
    (void)which;
    (void)snprintf(path, sizeof path, "%s/xslt/flow", share);
    dir = opendir(path);
    if (!dir) {
        check_wrong(out, "%s: %s", path, strerror(errno));
        check_cure(out, "%s", REINSTALL);
        return;
    }
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.') continue;
        if (!format_try(share, entry->d_name, out)) goto out;
        n++;
    }
    check_found(out, "%zu sheets compile", n);
out:
    (void)closedir(dir);
}
