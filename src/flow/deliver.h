/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file deliver.h
 * Delivery to a directory: a subscription's files are published right into its own folder below
 * flow.dir, where the receiver (or what carries it to them) finds them. */
#ifndef FLOW_DELIVER_H
#define FLOW_DELIVER_H

#include "base/err.h"

/** The folder of a subscription's files, made when it is missing.
 * @param root      flow.dir
 * @param delivery  the registry's folder name: as of a file, no path
 * @param out       cap bytes
 * @return ERR_NONE | ERR_CONFIG for a name that is not ok | ERR_IO_WRITE | ERR_LIMIT. */
MUST_USE enum err flow_deliver_folder(const char *root, const char *delivery, char *out,
                                      size_t cap);

#endif
