/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Look-ups in the registry, the station of a notice, and whose data a caller sees [I13].
 */
#include "domain/cases.h"

#include "domain/registry.h"
#include "domain/scope.h"

#include <stdlib.h>
#include <string.h>

static const struct registry_certificate certificates[] = {{{1}}, {{2, 2}}};
static const struct registry_broker brokers[] = {{.code = "B1"}, {.code = "B2"}, {.code = "B3"}};
static const struct registry_broker psp_brokers[] = {{.code = "PB1"}};
static const struct registry_station stations[] = {{.code = "S0"}, {.code = "S1"}};
static const struct registry_psp psps[] = {{.code = "PSP1"}, {.code = "PSP2"}};
static const struct registry_channel channels[] = {{.code = "CH1"}, {.code = "CH2"}};
static const struct registry_association associations[] = {
    {"PSP1", "CH1"}, {"PSP1", "CH2"}, {"PSP2", "CH1"}};
static const struct registry_bank banks[] = {{.code = "TB1"}};
static const struct registry_collection collections[] = {{.code = "C1"},
                                                         {.code = "C2", .is_default = true}};
static const struct registry_caller callers[] = {
    {.code = "BO1"}, {.code = "BO2", .credential = {"", certificates, ARRAY_LEN(certificates)}}};
static const struct registry_subscription subscriptions[] = {{.code = "F1"}};
static const struct registry_archive archives[] = {
    {3, 2, "S3-02"}, {3, 47, "S3-47"}, {0, 2, "S0-02"}, {1, -1, "S1"}, {2, -1, "S2"}};
static const struct registry_debt_type debt_types[] = {{.code = "TARI"}, {.code = "MENSA"}};
static const struct registry_account accounts[] = {{.iban = "IT60X0542811101000000123456"}};
static const struct registry_creditor creditors[] = {{.code = "11111111117"},
                                                     {.code = "77777777777",
                                                      .accounts = accounts,
                                                      .n_accounts = ARRAY_LEN(accounts),
                                                      .debt_types = debt_types,
                                                      .n_debt_types = ARRAY_LEN(debt_types),
                                                      .archives = archives,
                                                      .n_archives = ARRAY_LEN(archives)}};

#define LIST(name) .name = name, .n_##name = ARRAY_LEN(name)
static const struct registry full = {LIST(brokers),       LIST(psp_brokers), LIST(stations),
                                     LIST(psps),          LIST(channels),    LIST(associations),
                                     LIST(creditors),     LIST(banks),       LIST(callers),
                                     LIST(subscriptions), LIST(collections)};
static const struct registry empty;

#define assert_finds(kind, list)                                                                   \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < ARRAY_LEN(list); i_++)                                            \
            assert_ptr_equal(registry_##kind##_find(&full, (list)[i_].code), &(list)[i_]);         \
        assert_null(registry_##kind##_find(&full, "none"));                                        \
        assert_null(registry_##kind##_find(&full, ""));                                            \
        assert_null(registry_##kind##_find(&full, NULL));                                          \
        assert_null(registry_##kind##_find(&empty, (list)[0].code));                               \
    } while (0)

static void test_each_kind_is_found_by_code(void **state)
{
    (void)state;
    assert_finds(broker, brokers);
    assert_finds(psp_broker, psp_brokers);
    assert_finds(station, stations);
    assert_finds(psp, psps);
    assert_finds(channel, channels);
    assert_finds(creditor, creditors);
    assert_finds(bank, banks);
    assert_finds(caller, callers);
    assert_finds(subscription, subscriptions);
    assert_null(registry_psp_find(&full, "psp1")); /* codes have one spelling */
    assert_null(registry_psp_find(&full, "PSP1 "));
}

static void test_associations_are_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(associations); i++)
        assert_true(registry_associated(&full, associations[i].psp, associations[i].channel));
    assert_false(registry_associated(&full, "PSP2", "CH2"));
    assert_false(registry_associated(&full, "CH1", "PSP1"));
    assert_false(registry_associated(&full, NULL, "CH1"));
    assert_false(registry_associated(&full, "PSP1", NULL));
    assert_false(registry_associated(&empty, "PSP1", "CH1"));
}

static void test_the_archive_of_a_notice(void **state)
{
    static const struct {
        const char *notice, *station; /* NULL: none */
    } cases[] = {
        {"302000100440009424", "S3-02"}, {"347000100440009424", "S3-47"},
        {"002000100440009424", "S0-02"}, {"102000100440009424", "S1"},
        {"202000100440009424", "S2"},    {"303000100440009424", NULL},
        {"047000100440009424", NULL},    {"402000100440009424", NULL},
        {"30200010044000942", NULL},     {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct registry_archive *a = registry_archive_find(&creditors[1], cases[i].notice);

        if (cases[i].station == NULL)
            assert_null(a);
        else
            assert_string_equal(a->station, cases[i].station);
    }
    assert_null(registry_archive_find(&creditors[1], NULL));
    assert_null(registry_archive_find(&creditors[0], "302000100440009424"));
}

static void test_a_creditors_own_lists(void **state)
{
    (void)state;
    assert_ptr_equal(registry_debt_type_find(&creditors[1], "MENSA"), &debt_types[1]);
    assert_null(registry_debt_type_find(&creditors[1], "mensa"));
    assert_null(registry_debt_type_find(&creditors[1], NULL));
    assert_null(registry_debt_type_find(&creditors[0], "MENSA"));
    assert_ptr_equal(registry_account_find(&creditors[1], accounts[0].iban), &accounts[0]);
    assert_null(registry_account_find(&creditors[1], "IT00"));
    assert_null(registry_account_find(&creditors[1], NULL));
    assert_null(registry_account_find(&creditors[0], accounts[0].iban));
}

static void test_certificates_and_the_default_account(void **state)
{
    static const unsigned char unknown[32] = {2, 2, 3};

    (void)state;
    assert_ptr_equal(registry_caller_by_certificate(&full, certificates[1].sha256), &callers[1]);
    assert_null(registry_caller_by_certificate(&full, unknown));
    assert_true(registry_certificate_listed(&callers[1].credential, certificates[0].sha256));
    assert_false(registry_certificate_listed(&callers[0].credential, certificates[0].sha256));
    assert_ptr_equal(registry_collection_default(&full), &collections[1]);
    assert_null(registry_collection_default(&empty));
}

static void test_channel_kinds_have_names(void **state)
{
    (void)state;
    for (int k = CHANNEL_NONE; k < CHANNEL_COUNT; k++)
        assert_non_null(channel_kind_name((enum channel_kind)k));
    assert_string_equal(channel_kind_name(CHANNEL_ATM), "atm");
    assert_string_equal(channel_kind_name(CHANNEL_CALL_CENTRE), "call-centre");
    assert_string_equal(channel_kind_name(CHANNEL_COUNT), "none");
}

static void test_a_registry_is_freed_once(void **state)
{
    struct registry *r = calloc(1, sizeof *r);

    (void)state;
    assert_non_null(r);
    r->arena.max = 1024;
    assert_non_null(arena_strdup(&r->arena, "text"));
    registry_free(&r);
    assert_null(r);
    registry_free(&r);
}

static void test_scope_allows_only_what_is_in_it(void **state)
{
    static const char *const mine[] = {"11111111117", "77777777777"};
    const struct scope some = {"caller/BO1", mine, ARRAY_LEN(mine), false};
    const struct scope none = {"caller/BO2", NULL, 0, false};
    const struct scope all = {"operator/root", NULL, 0, true};

    (void)state;
    assert_true(scope_allows(&some, "77777777777"));
    assert_false(scope_allows(&some, "77777777778"));
    assert_false(scope_allows(&some, "7777777777"));
    assert_false(scope_allows(&none, "77777777777"));
    assert_true(scope_allows(&all, "77777777777"));
    assert_false(scope_allows(&all, "")); /* a row without an Ente is nobody's */
    assert_false(scope_allows(&all, NULL));
    assert_false(scope_allows(&some, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_is_found_by_code),
        cmocka_unit_test(test_associations_are_pairs),
        cmocka_unit_test(test_the_archive_of_a_notice),
        cmocka_unit_test(test_a_creditors_own_lists),
        cmocka_unit_test(test_certificates_and_the_default_account),
        cmocka_unit_test(test_channel_kinds_have_names),
        cmocka_unit_test(test_a_registry_is_freed_once),
        cmocka_unit_test(test_scope_allows_only_what_is_in_it),
    };

    return cmocka_run_group_tests_name("domain/registry", tests, NULL, NULL);
}
