/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/checksum.h"

char checksum_odd_even(const char *text, size_t n)
{
    static const int odd[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    int sum = 0;

    for (size_t i = 0; i < n; i++) {
        int value = text[i] >= 'A' ? text[i] - 'A' : text[i] - '0';

        sum += i % 2 == 0 ? odd[value] : value; /* counted from 1, the first place is odd */
    }
    return (char)('A' + sum % 26);
}
