/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file spawn.h
 * Other programs, run without a shell. */
#ifndef CLI_SPAWN_H
#define CLI_SPAWN_H

#include "base/err.h"

#include <sys/types.h>

/** Look a program up in PATH and where servers lie.
 * @return ERR_NONE | ERR_CONFIG naming the program and the package that has it */
MUST_USE enum err spawn_find(const char *name, const char *package, char *out, size_t size);
/** Start argv[0] in a session of its own, so that no signal meant for us reaches it; its output
 * is added to the file log, its input is empty. argv ends with NULL. */
MUST_USE enum err spawn_start(char *const *argv, const char *log, pid_t *out_pid);
/** The same, and wait for its end; it keeps what is open without O_CLOEXEC, so that a lock lasts as
 * long as it works, whatever becomes of us. @return ERR_NONE only for exit status 0 */
MUST_USE enum err spawn_wait(char *const *argv, const char *log);

#endif
