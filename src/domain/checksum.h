/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file checksum.h
 * The check letter that fiscal codes of persons and Italian account numbers (CIN) share. */
#ifndef DOMAIN_CHECKSUM_H
#define DOMAIN_CHECKSUM_H

#include <stddef.h>

/** The check letter of n digits and upper-case letters (the caller has made sure that they are):
 * odd places by the ministry's table, even places by face value, modulo 26. Thread-safe.
 * Source: D.M. 23-12-1976, art. 5; ABI, coordinate bancarie (CIN). */
char checksum_odd_even(const char *text, size_t n);

#endif
