/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file server.h
 * The private database's server process: a mariadbd of its own folder, reached by a unix socket,
 * without network. The folder, mode 0700, is the lock: who cannot enter it cannot connect. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include "base/err.h"

#include <sys/types.h>

struct cli;

#define SERVER_PATH_SIZE 1024

/** @return ERR_NONE | ERR_USAGE: db.host names another server, which is not ours */
MUST_USE enum err server_private_only(void);
/** Remove a folder of ours with all that is in it. @param log  where rm's complaints go */
MUST_USE enum err server_folder_remove(const char *path, const char *log);
/** Make the folder and hold its lock until this process ends, and whoever it waits for: two starts
 * at once are one after the other, also where the first was killed while it made the tables.
 * @return ERR_NONE | ERR_CONFIG: it cannot be ours alone */
MUST_USE enum err server_lock(void);
/** Start it if it does not run, wait until it answers, and say so; its folder is locked by us. */
MUST_USE enum err server_up(struct cli *cli);
/** Start the server detached, after making its tables if there are none. It does not answer yet. */
MUST_USE enum err server_start(pid_t *out_pid);

/** The running server, by its pid file and only if that process is really ours; 0: none. */
pid_t server_find(void);
/** Has the process ended? Also for our child, and where nobody collects the dead. */
bool server_ended(pid_t pid);
/** Ask it to end. @return ERR_NONE | ERR_FORBIDDEN */
MUST_USE enum err server_end(pid_t pid);
/** Print the end of its error log on stderr. */
void server_log_show(void);
/** The server's administrator: who made it, known by the socket. */
const char *server_administrator(void);
/** The path of a file in the database's folder. */
void server_path(char out[SERVER_PATH_SIZE], const char *name);

#endif
