/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file message.h
 * Which messages are kept as they came and went, and how: passwords blanked always, all encrypted
 * where there is a key. */
#ifndef SERVICE_MESSAGE_H
#define SERVICE_MESSAGE_H

#include "db/message.h"
#include "service/env.h"

/** Families of operations, by who is at the other end; as message.keep names them. */
enum message_family {
    MESSAGE_CHANNELS,
    MESSAGE_BACK_OFFICES,
    MESSAGE_NODE,
    MESSAGE_STATIONS,
    MESSAGE_NOTIFICATIONS,
    MESSAGE_FAMILY_COUNT
};

/** From the configuration, once, before threads start: what is kept, and the keys.
 * @return ERR_NONE | ERR_CONFIG | what a key file answers */
MUST_USE enum err service_message_init(void);
/** The same for who only looks: a key that is not there is not made. */
MUST_USE enum err service_message_look(void);
void service_message_forget(void); /**< wipe the keys */
/** An exchange as it is to be stored under its line's id; NULL where its family is not kept, or
 * where it cannot be (too big), which is told to the log: nothing else fails for it.
 * @param answer  empty: none came */
struct db_message *service_message_make(enum message_family family, const struct exchange *exchange,
                                        const struct buf *answer);
void service_message_free(struct db_message **m);
/** The stored exchange of a line, readable.
 * @return ERR_NONE | ERR_NOT_FOUND | ERR_CONFIG: encrypted with a key that is not at hand */
MUST_USE enum err service_message_read(struct db *db, int64_t id, struct db_message *out);
/** Can the oldest and the newest that are kept be read with the keys at hand?
 * @return as service_message_read(); ERR_NONE, too, when there is none */
MUST_USE enum err service_message_try(struct db *db);

#endif
