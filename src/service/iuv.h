/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file iuv.h
 * New notice numbers, from blocks of 1,000 reserved in a transaction of their own: no counter is
 * touched where positions or payments are written. Gaps are allowed. Thread-safe. */
#ifndef SERVICE_IUV_H
#define SERVICE_IUV_H

#include "service/env.h"

/** The next notice number of the Ente's first archive that the hub hosts.
 * @return ERR_NONE | ERR_REGISTRY when the hub hosts none of its archives. */
MUST_USE enum err service_iuv_next(struct env *env, const struct registry_creditor *creditor,
                                   char out_notice[19], char out_iuv[36]);

#endif
