/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_metadata.h
 * Facts that an Ente lets the hub keep and hand back unread: text of entries, each a key, a TAB, a
 * value and a line end. */
#ifndef SERVICE_POSITION_METADATA_H
#define SERVICE_POSITION_METADATA_H

#include "base/arena.h"

/** NULL: they may be stored; else what is expected instead.
 * @param beside  entries that are told together with them: 15 in all, each key once */
const char *position_metadata_wrong(const char *beside, const char *metadata);
/** From a cell of a file: key=value, with | between several.
 * @param out  from the arena; NULL where the cell is empty
 * @return ERR_NONE | ERR_LIMIT */
MUST_USE enum err position_metadata_read(const char *cell, struct arena *arena, const char **out);

#endif
