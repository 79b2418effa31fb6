/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/credential.h"

#include "crypto/secret.h"

#include <stdio.h>

enum { SUBJECT_MAX = 80 };

enum outcome service_credential_check(const struct registry_credential *want, const char *kind,
                                      const char *code, const unsigned char *certificate,
                                      const char *password)
{
    static const enum outcome answers[] = {[CRYPTO_SECRET_WRONG] = OUTCOME_AUTENTICAZIONE,
                                           [CRYPTO_SECRET_RIGHT] = OUTCOME_OK,
                                           [CRYPTO_SECRET_BUSY] = OUTCOME_SYSTEM_ERROR};
    char subject[SUBJECT_MAX];

    if (want->n_certificates && !(certificate && registry_certificate_listed(want, certificate)))
        return OUTCOME_AUTENTICAZIONE;
    snprintf(subject, sizeof subject, "%s/%s", kind, code);
    return answers[crypto_secret_check(subject, want->password_hash, password)];
}
