/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file spool.h
 * Bytes that are too many for memory: a file without a name, in a folder of ours, which the end of
 * its descriptor ends, however the process ends. What all of them hold is capped, and what those of
 * one peer hold. Knows no HTTP. */
#ifndef LISTEN_SPOOL_H
#define LISTEN_SPOOL_H

#include "listen/share.h"

/** Shared by all files: where they lie, and how much they may hold together. */
struct listen_spool {
    const char *dir;
    size_t max;
    struct listen_share share;
};

struct listen_file {
    struct listen_spool *spool; /* NULL: there is none, nothing can be added */
    uint32_t slot;              /* of whom it is: see listen/share.h */
    int fd;                     /* -1 until the first byte */
    size_t len;
    char *map; /* NULL until it is asked for */
};

#define LISTEN_FILE_INIT(of_spool, of_slot)                                                        \
    {                                                                                              \
        (of_spool), (of_slot), -1, 0, NULL                                                         \
    }
/* Without a spool. */
#define LISTEN_FILE_NONE LISTEN_FILE_INIT(NULL, LISTEN_SLOT_NONE)

/** Append. false: a cap is reached, or the disk is full. */
bool listen_file_add(struct listen_file *file, const void *bytes, size_t len);
/** All of it as memory with a NUL behind, for the file's life; pages come and go with the kernel's
 * cache, they are nobody's heap. NULL: the disk is full, or there is no room for it. */
const char *listen_file_map(struct listen_file *file);
/** Give all of it back; the file may be used anew. Takes one without bytes. */
void listen_file_close(struct listen_file *file);

#endif
