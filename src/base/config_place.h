/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file config_place.h
 * Where relative paths start and where the program's own files lie; for config.c only. */
#ifndef BASE_CONFIG_PLACE_H
#define BASE_CONFIG_PLACE_H

/** home as an absolute path; empty: the current folder. Owned by the caller, as all below. */
char *config_place_home(const char *home);
/** path, seen from folder when it is relative. */
char *config_place_join(const char *folder, const char *path);
/** The folder that holds wsdl/: one above the program's (a build inside the checkout), else
 * ../share/payer beside it (installed); "" when there is none. */
char *config_place_share(void);

#endif
