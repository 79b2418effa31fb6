/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station_judge.h
 * What makes a station's answer count: first its bytes, then what it promises. Pure: must not know
 * who asked, nor what becomes of it. */
#ifndef SERVICE_STATION_JUDGE_H
#define SERVICE_STATION_JUDGE_H

#include "soap/station.h"
#include "xml/schema.h"

/** One envelope with the answer alone, valid against its schema: a Fault, HTML or another operation
 * is no answer [F12].
 * @param schema  of the paForNode contract · @param answer  the element's name
 * @return ERR_NONE | ERR_PEER_ANSWER, which says what it is instead | ERR_MEMORY. */
MUST_USE enum err station_judge_message(const struct xml_schema *schema, const char *bytes,
                                        size_t len, const char *answer);
/** NULL, or which promise is broken: a literal. */
const char *station_judge_verify(const struct soap_station_said *said, const char *creditor);
const char *station_judge_get(const struct soap_station_said *said, const char *notice_number);

#endif
