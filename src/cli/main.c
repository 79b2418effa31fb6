/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/parse.h"
#include "net/http.h"
#include "xml/document.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Keys and passwords must not end in a core file or in another process of the same user. A
 * sanitizer looks at its own process from outside, so there it stays visible. */
static void process_hide(void)
{
#ifndef __SANITIZE_ADDRESS__
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int main(int argc, char **argv)
{
    process_hide();
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that hangs up is an error code, not the end */
    xml_init();
    net_init();
    return cli_run(argc, argv);
}
