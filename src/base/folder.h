/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file folder.h
 * Folders that the program makes for itself. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/err.h"

#include <sys/types.h>

/** Make a folder and those above it that are missing (0755); one that is there stays as it is.
 * @param mode  of the last one
 * @return ERR_NONE | ERR_IO_WRITE naming the one that cannot be made. */
MUST_USE enum err folder_make(const char *path, mode_t mode);
/** The same for the folder that a file is to lie in; all of them 0755. */
MUST_USE enum err folder_make_for(const char *file);

#endif
