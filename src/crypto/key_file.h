/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file key_file.h
 * A key of the hub's own: 32 random bytes in a file that only its user may read. */
#ifndef CRYPTO_KEY_FILE_H
#define CRYPTO_KEY_FILE_H

#include "base/err.h"

#define CRYPTO_KEY_SIZE 32

/** Read a key, making it (0600, and its folder) where there is none.
 * @return ERR_IO_READ | ERR_IO_WRITE | ERR_CONFIG (not such a file, or others may read it) */
MUST_USE enum err crypto_key_file(const char *path, unsigned char out[CRYPTO_KEY_SIZE]);

#endif
