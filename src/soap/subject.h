/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file subject.h
 * A person or firm in the paForNode contract, made of parts that live as long as its message's
 * writing. */
#ifndef SOAP_SUBJECT_H
#define SOAP_SUBJECT_H

#include "domain/debt.h"

#include "payH.h"

struct soap_subject {
    struct pfn__ctSubject s;
    struct pfn__ctEntityUniqueIdentifier id;
};

/** NULL: there is nobody. The result borrows from both. */
struct pfn__ctSubject *soap_subject_fill(struct soap_subject *to, const struct debt_subject *from);

#endif
