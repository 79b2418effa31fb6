/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file file.h
 * A flow's file from its first byte to its publication: written under a name of its own that
 * nobody reads, then given its final name in one step that never replaces a file. Published bytes
 * never change [I8]; names are generated here, never taken from outside; symbolic links are not
 * followed. */
#ifndef FLOW_FILE_H
#define FLOW_FILE_H

#include "crypto/hash.h"

#define FLOW_NAME_SIZE 201

struct flow_file {
    char dir[1024];
    char name[FLOW_NAME_SIZE];          /* the final one */
    char tmp_name[FLOW_NAME_SIZE + 32]; /* "" when there is no unfinished file */
};

/** Letters, digits, point, line and underscore; the first a letter or digit. */
bool flow_file_name_ok(const char *name);
/** Open an unfinished file beside the final name. What an earlier, killed try left is removed:
 * the caller holds flow_deliver_lock(), so that nobody is still at it.
 * @param out_fd  the caller's to close
 * @return ERR_NONE | ERR_IO_WRITE naming the file | ERR_BUG for a name that is not ok. */
MUST_USE enum err flow_file_begin(const char *dir, const char *name, struct flow_file *file,
                                  int *out_fd);
/** Give the finished file its name, durably. A file that is there already with the same bytes is
 * adopted: a killed try had come that far [F14].
 * @param want  hash of the bytes that were validated: they are read again
 * @return ERR_NONE | ERR_FLOW_CHANGED naming the file: other bytes are there, or were written;
 *         nothing was replaced | ERR_IO_WRITE | ERR_IO_READ. */
MUST_USE enum err flow_file_publish(struct flow_file *file, const struct hash *want);
/** Remove the unfinished file, when there is one. */
void flow_file_discard(struct flow_file *file);
/** Are a published file's bytes still those? @return ERR_NONE | ERR_IO_READ when it is not there |
 * ERR_FLOW_CHANGED. */
MUST_USE enum err flow_file_check(const char *dir, const char *name, const struct hash *want);

#endif
