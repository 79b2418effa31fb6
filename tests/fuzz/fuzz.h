/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fuzz.h
 * What the fuzz targets share. A target is one file: it feeds any bytes to one reader and says with
 * ALWAYS() what must hold whatever they are. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** libFuzzer's names, which replay.c calls too. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/** Where to cut an input: nowhere, after each byte, or anywhere, by the input itself. */
enum fuzz_cut { FUZZ_WHOLE, FUZZ_BYTES, FUZZ_RANDOM, FUZZ_CUTS };
struct fuzz_cutter {
    enum fuzz_cut cut;
    uint64_t state;
};
struct fuzz_cutter fuzz_cutter(enum fuzz_cut cut, const uint8_t *bytes, size_t len);
/** How long the next piece is, of what is left: 1..left. */
size_t fuzz_piece(struct fuzz_cutter *cutter, size_t left);

/** The same bytes where the memory checker sees a read past them; freed by the caller. */
char *fuzz_copy(const void *bytes, size_t len);
/** The same, and a NUL. */
char *fuzz_text(const void *bytes, size_t len);
/** The path of a regular file that holds the bytes, until the next call. */
const char *fuzz_file(const void *bytes, size_t len);
/** Settings with hub.share = ".": the programs run in the project's folder. */
void fuzz_settings(void);

#endif
