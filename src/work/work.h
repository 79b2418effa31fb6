/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file work.h
 * `payer work`: what has to be done without anybody asking. Any number of these processes run over
 * one database. It must not know SQL or a message. */
#ifndef WORK_WORK_H
#define WORK_WORK_H

#include "base/err.h"

struct work_options {
    bool once;            /* until there is nothing to do, then return */
    void (*hangup)(void); /* SIGHUP came; called on the thread of work_run() */
    /* The work goes on from now; metrics_port as in struct listen_options, the one that was bound.
     */
    void (*started)(void *cls, int metrics_port);
    void *cls;
};

/** Until SIGTERM or SIGINT; what is in hand is finished, which takes a peer's timeout at most. */
MUST_USE enum err work_run(const struct work_options *options);

#endif
