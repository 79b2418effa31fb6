/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file check.h
 * Will a format run? It compiles, uses nothing that is forbidden, its files are right, and batches
 * of any size make the bytes that the whole document makes. */
#ifndef FLOW_CHECK_H
#define FLOW_CHECK_H

#include "base/buf.h"

/** @param dir       the format's folder
 * @param lib_dir    xslt/lib
 * @param scratch    an empty folder for files: emptied again
 * @param out        a line for each thing that is wrong; empty: it will run
 * @return ERR_NONE, also when something is wrong | what reading or writing files refused. */
MUST_USE enum err flow_check(const char *dir, const char *lib_dir, const char *scratch,
                             struct buf *out);

#endif
