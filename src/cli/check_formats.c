/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "flow/format.h"
#include "wire/port.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static const char REINSTALL[] = "install the program's files again, or mend what you changed";

void check_contracts(struct cli *cli, int which, struct check_result *out)
{
    struct wire_port *const ports[] = {&wire_node_for_psp, &wire_debt_position, &wire_payments};

    (void)cli;
    (void)which;
    check_found(out, "%zu schemas compile", ARRAY_LEN(ports));
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        enum err rc = wire_port_open(ports[i], config_text(CONFIG_HUB_SHARE));

        wire_port_close(ports[i]);
        if (rc == ERR_NONE) continue;
        check_wrong(out, "%s: %s", err_text(rc), err_detail()->field);
        check_cure(out, "%s", REINSTALL);
        return;
    }
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
