/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a target once over each file that it is given: any compiler does, no fuzzer. */
#include "fuzz.h"

#include "base/buf.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        struct buf input = BUF_INIT((size_t)1 << 20);

        if (buf_read_file(&input, argv[i]) != ERR_NONE) {
            fprintf(stderr, "%s\n", err_detail()->field);
            return 66;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)buf_str(&input), input.len);
        buf_free(&input);
    }
    return 0;
}
