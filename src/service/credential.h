/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file credential.h
 * Is who speaks in a message the one that it says? What is registered is demanded: a certificate, a
 * password, or both [X18]. */
#ifndef SERVICE_CREDENTIAL_H
#define SERVICE_CREDENTIAL_H

#include "domain/outcome.h"
#include "domain/registry.h"

/** @param kind         "channel" or "station", of which code is one
 * @param certificate  SHA-256 of the one shown, or NULL
 * @return OUTCOME_SYSTEM_ERROR when too many passwords are checked at once: to be said again */
enum outcome service_credential_check(const struct registry_credential *want, const char *kind,
                                      const char *code, const unsigned char *certificate,
                                      const char *password);

#endif
