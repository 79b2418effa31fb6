/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reload.h
 * What serve and work do on SIGHUP. */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

#include "base/config.h"

/** Load the settings again, take them into use, and log what came of it: reload.done, or
 * reload.refused with each problem, and then nothing has changed [F63].
 * @param apply  see config_reload(); the log's level is seen to here. */
void cli_reload(config_apply_fn *apply, void *cls);

#endif
