/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file deliver.h
 * Delivery to a directory: a subscription's files are published right into its own folder below
 * flow.dir, where the receiver (or what carries it to them) finds them. */
#ifndef FLOW_DELIVER_H
#define FLOW_DELIVER_H

#include "base/err.h"

#include <stdint.h>

/** The folder of a subscription's files, made when it is missing.
 * @param root      flow.dir
 * @param delivery  the registry's folder name: as of a file, no path
 * @param out       cap bytes
 * @return ERR_NONE | ERR_CONFIG for a name that is not ok | ERR_IO_WRITE | ERR_LIMIT. */
MUST_USE enum err flow_deliver_folder(const char *root, const char *delivery, char *out,
                                      size_t cap);
/** Be the only one who makes files below this folder, on every machine that has it mounted; ends
 * with the process at the latest. The folder is made when it is missing.
 * @param wait_ms  how long another may hold it
 * @param out_fd   for flow_deliver_unlock(); -1 on an error
 * @return ERR_NONE | ERR_FLOW_BUSY naming the lock's file | ERR_IO_WRITE | ERR_LIMIT. */
MUST_USE enum err flow_deliver_lock(const char *root, int64_t wait_ms, int *out_fd);
void flow_deliver_unlock(int *fd);

#endif
