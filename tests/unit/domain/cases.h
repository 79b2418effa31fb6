/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file cases.h
 * What the domain's tests share: cmocka's includes in their order, and the reference vectors that
 * stand beside the checkout (../shared/standards), where they do. */
#ifndef TEST_DOMAIN_CASES_H
#define TEST_DOMAIN_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/** Called with each text of a list in rules/vectors.json; skips the test when it is not there. */
void vectors_each(const char *list, void (*each)(const char *text));

#endif
