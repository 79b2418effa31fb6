/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file operator.h
 * The operator at the command line, as a caller of services. */
#ifndef CLI_OPERATOR_H
#define CLI_OPERATOR_H

#include "cli/cli.h"
#include "domain/calendar.h"
#include "service/env.h"

#define CLI_TIME_SIZE CALENDAR_UTC_SIZE

struct cli_operator {
    struct env env;
    struct scope scope; /* everything: whoever may run this may */
    char actor[70];     /* operator/<login name> */
    struct registry *registry;
};

/** operator/<login name>, for the journal. */
void cli_actor(char *out, size_t cap);
/** Connect as the worker's account and load the registry. */
MUST_USE enum err cli_operator_open(struct cli *cli, struct cli_operator *out);
void cli_operator_close(struct cli_operator *o);
/** Of an Ente that nobody knows an empty list is no answer. @return ERR_NONE | ERR_NOT_FOUND */
MUST_USE enum err cli_ente_check(const struct cli_operator *o, const char *ente);
/** The same for an empty list that needed no registry. @param ente  NULL: it was of any */
MUST_USE enum err cli_ente_empty(struct cli *cli, const char *ente);
/** An instant: for people YYYY-MM-DDTHH:MM:SS as clocks in Rome show it, with --json in UTC with
 * its fraction and Z, as an hour comes twice in Rome; "" for 0. */
void cli_time(const struct cli *cli, int64_t us, char out[CLI_TIME_SIZE]);
/** "2h": so long ago; a civil day: its beginning; else an xs:dateTime, without a zone
 * Europe/Rome's.
 * @param option  "--since", for the message */
MUST_USE enum err cli_time_read(const char *option, const char *text, int64_t *out_us);

#endif
