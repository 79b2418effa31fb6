/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fiscal_code.h
 * Italian fiscal codes: of persons (16 characters, or 11 digits while provisional) and of firms and
 * Enti (11 digits). Knows check characters, omocodia and birth dates; must not know who anybody is.
 * The wire itself asks less, see fiscal_code_check_party(). All functions are thread-safe; no error
 * detail ever holds the code. Source: D.M. 23-12-1976 (persons: check character and omocodia). */
#ifndef DOMAIN_FISCAL_CODE_H
#define DOMAIN_FISCAL_CODE_H

#include "base/err.h"

#define FISCAL_CODE_MAX 16

/** A person's 16 characters, upper case: layout, omocodia (letters for digits are valid), birth day
 * and month that exist, check character [X43]. @return ERR_NONE | ERR_FISCAL_CODE_SYNTAX. */
MUST_USE enum err fiscal_code_check_person(const char *text);
/** 11 digits. The check digit is not demanded: the field's registered test Enti fail it [X41].
 * @return ERR_NONE | ERR_FISCAL_CODE_SYNTAX. */
MUST_USE enum err fiscal_code_check_firm(const char *text);
/** Is it 11 digits with a right check digit (Luhn)? For a warning about a firm or Ente. */
bool fiscal_code_firm_has_check(const char *text);
/** Who owes: 2 to 16 digits and capital letters, which takes in the field's placeholder "ANONIMO",
 * provisional and foreign codes; a person's ('F') 16 characters must be a right fiscal code [X43].
 * @return ERR_NONE | ERR_FISCAL_CODE_SYNTAX, for a kind other than 'F' and 'G' too.
 * Source: wsdl/payer/position.xsd, partyCode; within paForNode.xsd, stEntityUniqueIdentifierValue.
 */
MUST_USE enum err fiscal_code_check_party(char kind, const char *text);

#endif
