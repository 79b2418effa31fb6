/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an Ente's station answers, as whoever asked reads it: libxml2, schema, gSOAP, promises. What
 * counts fits its place, and its transfers add up. */
#include "fuzz.h"

#include "service/station_judge.h"
#include "soap/message.h"
#include "soap/station.h"

#include <stdlib.h>
#include <string.h>

#define ENTE "33333333333"
#define NOTICE "303000000000000107"

static struct xml_schema *schema;
static struct soap_message *message;
static struct soap_station_said said;

/* The questions, once: they depend on no input. */
static void ask(void)
{
    const struct soap_station_question q = {.creditor = ENTE,
                                            .broker = ENTE,
                                            .station = ENTE "_01",
                                            .notice_number = NOTICE,
                                            .amount_cents = 1234,
                                            .note = "nota",
                                            .due_date = "2099-12-31",
                                            .service_id = "00042",
                                            .service = "33333",
                                            .service_data = "QQ ==\n"};
    struct buf out = BUF_INIT(65536);

    ALWAYS(soap_pa_verify_write(message, &q, &out) == ERR_NONE);
    buf_reset(&out);
    for (int version = 1; version <= 2; version++) {
        ALWAYS(soap_pa_get_payment_write(message, &q, version, &out) == ERR_NONE);
        buf_reset(&out);
    }
    ALWAYS(soap_pa_demand_write(message, &q, &out) == ERR_NONE);
    soap_message_reset(message);
    buf_free(&out);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_init();
    ALWAYS(xml_schema_open("wsdl/node/paForNode.xsd", &schema) == ERR_NONE);
    ALWAYS(soap_message_open(&message) == ERR_NONE);
    ask();
    return 0;
}

static void check_taken(const char *breaks)
{
    const struct debt_instalment *i = &said.instalment;
    int64_t sum = 0;

    ALWAYS(i->n_transfers >= 0 && i->n_transfers <= DEBT_TRANSFERS_MAX);
    for (int t = 0; t < i->n_transfers; t++) {
        ALWAYS(strnlen(i->transfers[t].iban, sizeof i->transfers[t].iban) <
               sizeof i->transfers[t].iban);
        ALWAYS(i->transfers[t].number >= 1 && i->transfers[t].number <= DEBT_TRANSFERS_MAX);
        sum += i->transfers[t].amount_cents;
    }
    if (*said.fault.code) return;
    ALWAYS(i->amount_cents > 0);
    if (!breaks && i->n_transfers) ALWAYS(sum == i->amount_cents);
}

static void read_as(const char *bytes, size_t len, const char *answer, int version)
{
    enum err rc;

    if (station_judge_message(schema, bytes, len, answer) != ERR_NONE) return;
    rc = version ? soap_pa_get_payment_read(message, bytes, len, version, &said)
                 : soap_pa_verify_read(message, bytes, len, &said);
    ALWAYS(rc == ERR_NONE || rc == ERR_PEER_ANSWER);
    if (rc == ERR_NONE)
        check_taken(version ? station_judge_get(&said, NOTICE) : station_judge_verify(&said, ENTE));
    soap_message_reset(message);
    ALWAYS(err_bug_count() == 0);
}

static void read_demand(const char *bytes, size_t len)
{
    enum err rc;

    if (station_judge_message(schema, bytes, len, "paDemandPaymentNoticeResponse") != ERR_NONE)
        return;
    rc = soap_pa_demand_read(message, bytes, len, &said);
    ALWAYS(rc == ERR_NONE || rc == ERR_PEER_ANSWER);
    if (rc == ERR_NONE) check_taken(NULL);
    if (rc == ERR_NONE && !*said.fault.code)
        ALWAYS(strlen(said.creditor) == 11 && strlen(said.notice_number) == 18);
    soap_message_reset(message);
    ALWAYS(err_bug_count() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *copy = fuzz_text(bytes, len);

    read_as(copy, len, "paVerifyPaymentNoticeRes", 0);
    err_clear();
    read_as(copy, len, "paGetPaymentRes", 1);
    err_clear();
    read_as(copy, len, "paGetPaymentV2Response", 2);
    err_clear();
    read_demand(copy, len);
    err_clear();
    free(copy);
    return 0;
}
