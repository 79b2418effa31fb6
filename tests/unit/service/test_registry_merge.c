/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One document onto another: canonical form, merge, diff, secrets, kill switches. */
#include "crypto/secret.h"
#include "service/registry_document.h"
#include "xml/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "<registry xmlns=\"urn:payer:registry:1\">"
#define TAIL "</registry>"
#define BANK(c, rest) "<bank code=\"" c "\" name=\"" c "\" bic=\"AAAAITRR\" abi=\"12345\"" rest "/>"
#define ENTE(inside) "<creditor code=\"77777777777\" name=\"E\" bank=\"B1\">" inside "</creditor>"
#define ACCOUNT(n, rest) "<account iban=\"" n "\"" rest "/>"
#define OLD "2026-01-02T03:04:05.000000Z"
#define NOW "2026-03-02T09:14:07.231000Z"

struct fixture {
    struct arena arena;
    struct buf text;
};

static struct registry_entry *tree(struct fixture *f, const char *text)
{
    struct buf bytes = BUF_INIT(65536);
    struct registry_entry *root = NULL;

    assert_int_equal(buf_text(&bytes, text), ERR_NONE);
    assert_int_equal(registry_document_load(&f->arena, &bytes, &root), ERR_NONE);
    buf_free(&bytes);
    return root;
}

static struct registry_entry *merged(struct fixture *f, const char *fresh, const char *older,
                                     bool whole)
{
    struct registry_entry *root = tree(f, fresh);

    assert_int_equal(registry_merge(&f->arena, root, tree(f, older), whole, NOW), ERR_NONE);
    return root;
}

static const char *written(struct fixture *f, const struct registry_entry *root)
{
    buf_reset(&f->text);
    assert_int_equal(registry_tree_write(root, 0, &f->text), ERR_NONE);
    return buf_str(&f->text);
}

static const char *diff(struct fixture *f, const char *from, const char *to)
{
    buf_reset(&f->text);
    assert_int_equal(registry_diff(tree(f, from), tree(f, to), &f->text), ERR_NONE);
    return buf_str(&f->text);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    *f = (struct fixture){ARENA_INIT(1 << 24), BUF_INIT(1 << 20)};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    arena_free(&f->arena);
    buf_free(&f->text);
    free(f);
    return 0;
}

/* Order, defaults and layout of a document do not matter; what it says does. */
static void test_one_canonical_form(void **state)
{
    struct fixture *f = *state;
    char *first = strdup(written(f, tree(f, HEAD BANK("B2", "") BANK("B1", " enabled=\"yes\"")
                                                ENTE(ACCOUNT("IT2", "") ACCOUNT("IT1", "")) TAIL)));

    assert_string_equal(first, written(f, tree(f, HEAD ENTE(ACCOUNT("IT1", "") ACCOUNT("IT2", ""))
                                                      BANK("B1", "") BANK("B2", "") TAIL)));
    assert_string_equal(first, written(f, tree(f, first)));
    assert_string_not_equal(first, written(f, tree(f, HEAD BANK("B1", "") BANK("B2", "") TAIL)));
    free(first);
}

static void test_absent_is_disabled_and_dated(void **state)
{
    struct fixture *f = *state;
    struct registry_entry *root =
        merged(f, HEAD BANK("B2", "") TAIL, HEAD BANK("B1", "") BANK("B2", "") TAIL, true);
    const struct registry_entry *b1 = registry_tree_find(root, "bank", "B1");

    assert_non_null(b1);
    assert_false(registry_enabled(b1));
    assert_string_equal(registry_value(b1, "disabled-since"), NOW);
    assert_true(registry_enabled(registry_tree_find(root, "bank", "B2")));
}

static void test_the_date_of_disabling_stays(void **state)
{
    struct fixture *f = *state;
    const char *older = HEAD BANK("B1", " enabled=\"no\" disabled-since=\"" OLD "\"") TAIL;
    struct registry_entry *absent = merged(f, HEAD TAIL, older, true);
    struct registry_entry *said = merged(f, HEAD BANK("B1", " enabled=\"no\"") TAIL, older, true);
    struct registry_entry *again = merged(f, older, HEAD BANK("B1", "") TAIL, true);
    struct registry_entry *fresh =
        merged(f, HEAD BANK("B1", " enabled=\"no\"") TAIL, HEAD BANK("B1", "") TAIL, true);
    struct registry_entry *back =
        merged(f, HEAD BANK("B1", " disabled-since=\"" OLD "\"") TAIL, older, true);

    assert_string_equal(registry_value(registry_tree_find(absent, "bank", "B1"), "disabled-since"),
                        OLD);
    assert_string_equal(registry_value(registry_tree_find(said, "bank", "B1"), "disabled-since"),
                        OLD);
    assert_string_equal(registry_value(registry_tree_find(again, "bank", "B1"), "disabled-since"),
                        OLD);
    assert_string_equal(registry_value(registry_tree_find(fresh, "bank", "B1"), "disabled-since"),
                        NOW);
    assert_true(registry_enabled(registry_tree_find(back, "bank", "B1")));
    assert_string_equal(registry_value(registry_tree_find(back, "bank", "B1"), "disabled-since"),
                        "");
}

/* Importing what is in force, or importing twice, changes nothing. */
static void test_merge_is_stable(void **state)
{
    struct fixture *f = *state;
    const char *older = HEAD BANK("B1", "") BANK("B3", "") ENTE(ACCOUNT("IT1", "")) TAIL;
    const char *fresh = HEAD BANK("B1", "") ENTE(ACCOUNT("IT2", "")) TAIL;
    char *first = strdup(written(f, merged(f, fresh, older, true)));

    assert_string_equal(first, written(f, merged(f, fresh, first, true)));
    assert_string_equal(first, written(f, merged(f, first, first, true)));
    assert_non_null(strstr(first, "<account iban=\"IT1\" enabled=\"no\" disabled-since=\"" NOW));
    free(first);
}

static void test_a_part_replaces_one_ente_only(void **state)
{
    struct fixture *f = *state;
    const char *older =
        HEAD BANK("B1", "") "<creditor code=\"88888888888\" name=\"F\" bank=\"B1\"/>" ENTE(
            ACCOUNT("IT1", "")) TAIL;
    struct registry_entry *root = merged(f, HEAD ENTE(ACCOUNT("IT2", "")) TAIL, older, false);
    const struct registry_entry *ente = registry_tree_find(root, "creditor", "77777777777");

    assert_true(registry_enabled(registry_tree_find(root, "bank", "B1")));
    assert_true(registry_enabled(registry_tree_find(root, "creditor", "88888888888")));
    assert_int_equal(ente->parts[0].n, 2);
    assert_false(registry_enabled(ente->parts[0].entries[0]));
    assert_true(registry_enabled(ente->parts[0].entries[1]));
}

/* A certificate or a scope that is taken away is gone at once: no trace that could let in. */
static void test_certificates_and_scopes_are_not_kept(void **state)
{
    struct fixture *f = *state;
    struct registry_entry *root =
        merged(f, HEAD "<caller code=\"C\" name=\"C\"/>" TAIL,
               HEAD "<caller code=\"C\" name=\"C\"><certificate sha256=\"00\"/>"
                    "<scope creditor=\"77777777777\"/></caller>" TAIL,
               true);
    const struct registry_entry *c = registry_tree_find(root, "caller", "C");

    assert_int_equal(c->parts[0].n, 0);
    assert_int_equal(c->parts[1].n, 0);
}

static void test_diff_names_each_change(void **state)
{
    struct fixture *f = *state;

    assert_string_equal(diff(f, HEAD BANK("B1", "") TAIL, HEAD BANK("B1", "") TAIL), "");
    assert_string_equal(diff(f, HEAD TAIL, HEAD BANK("B1", "") TAIL),
                        "+ bank B1 name=\"B1\" bic=\"AAAAITRR\" abi=\"12345\"\n");
    assert_string_equal(diff(f, HEAD BANK("B1", "") TAIL, HEAD BANK("B1", " enabled=\"no\"") TAIL),
                        "- bank B1: disabled\n");
    assert_string_equal(diff(f, HEAD BANK("B1", " enabled=\"no\"") TAIL, HEAD BANK("B1", "") TAIL),
                        "~ bank B1\n    enabled: \"no\" -> \"yes\"\n");
    assert_string_equal(
        diff(f,
             HEAD BANK("B0", "") "<creditor code=\"77777777777\" name=\"A\" bank=\"B1\">" ACCOUNT(
                 "IT1", "") ACCOUNT("IT2", "") "</creditor>" TAIL,
             HEAD BANK("B0", "") "<creditor code=\"77777777777\" name=\"E\" bank=\"B1\">" ACCOUNT(
                 "IT2", " bank=\"B2\"") ACCOUNT("IT3", "") "</creditor>" TAIL),
        "~ creditor 77777777777\n"
        "    name: \"A\" -> \"E\"\n"
        "    - account IT1\n"
        "    ~ account IT2\n"
        "        bank: \"\" -> \"B2\"\n"
        "    + account IT3\n");
    assert_string_equal(diff(f, HEAD ENTE("") TAIL, HEAD ENTE(ACCOUNT("IT1", "")) TAIL),
                        "~ creditor 77777777777\n    + account IT1\n");
}

/* [I11] */
static void test_diff_shows_no_hash(void **state)
{
    struct fixture *f = *state;
    const char *text =
        diff(f, HEAD "<caller code=\"C\" name=\"C\" password-hash=\"OLD-HASH\"/>" TAIL,
             HEAD "<caller code=\"C\" name=\"C\" password-hash=\"NEW-HASH\"/>"
                  "<caller code=\"D\" name=\"D\" password-hash=\"NEW-HASH\"/>" TAIL);

    assert_null(strstr(text, "HASH"));
    assert_non_null(strstr(text, "password-hash: changed"));
}

static void test_switches_disable(void **state)
{
    struct fixture *f = *state;
    struct registry_entry *root =
        tree(f, HEAD ENTE("") BANK("B1", "") "<channel code=\"X_1\"/><channel code=\"X_2\"/>" TAIL);

    registry_stop(root, "channel X_2\nente 77777777777\ngateway G\nchannel X_3");
    assert_true(registry_enabled(registry_tree_find(root, "channel", "X_1")));
    assert_false(registry_enabled(registry_tree_find(root, "channel", "X_2")));
    assert_false(registry_enabled(registry_tree_find(root, "creditor", "77777777777")));
    assert_true(registry_enabled(registry_tree_find(root, "bank", "B1")));
}

/* ---- passwords by file ---- */

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_passwords_become_hashes(void **state)
{
    struct fixture *f = *state;
    char dir[] = "/tmp/payer-unit-XXXXXX", path[64], key[64], text[512];
    struct buf problems = BUF_INIT(65536), warnings = BUF_INIT(65536);
    const struct registry_report report = {"r.xml", &problems, &warnings};
    struct registry_entry *first, *again, *other, *none = tree(f, HEAD TAIL);
    const char *hash;

    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/password", dir);
    (void)snprintf(key, sizeof key, "%s/key", dir);
    (void)snprintf(text, sizeof text,
                   HEAD "<caller code=\"C\" name=\"C\" password-file=\"%s\"/>"
                        "<caller code=\"D\" name=\"D\" password-file=\"%s/none\"/>" TAIL,
                   path, dir);
    assert_int_equal(crypto_secret_init(key), ERR_NONE);
    file_write(path, "prova-12345\nsecond line\n");

    first = tree(f, text);
    assert_int_equal(registry_secrets_take(&f->arena, first, none, &report), ERR_NONE);
    hash = registry_value(registry_tree_find(first, "caller", "C"), "password-hash");
    assert_int_equal(crypto_secret_check("c", hash, "prova-12345"), CRYPTO_SECRET_RIGHT);
    assert_null(strstr(written(f, first), "password-file=\""));
    assert_null(strstr(written(f, first), "prova-12345"));
    assert_non_null(strstr(buf_str(&problems), "caller D: password-file="));
    assert_null(strstr(buf_str(&problems), "caller C"));

    /* the same password: the older hash stays */
    again = tree(f, text);
    assert_int_equal(registry_secrets_take(&f->arena, again, first, &report), ERR_NONE);
    assert_string_equal(registry_value(registry_tree_find(again, "caller", "C"), "password-hash"),
                        hash);
    file_write(path, "another\n");
    other = tree(f, text);
    assert_int_equal(registry_secrets_take(&f->arena, other, first, &report), ERR_NONE);
    assert_string_not_equal(
        registry_value(registry_tree_find(other, "caller", "C"), "password-hash"), hash);

    (void)unlink(path);
    (void)unlink(key);
    (void)rmdir(dir);
    buf_free(&problems);
    buf_free(&warnings);
}

/* What the hub sends is read when the registry is loaded; the path is what is stored. */
static void test_outgoing_password_is_read_when_loaded(void **state)
{
    struct fixture *f = *state;
    char dir[] = "/tmp/payer-unit-XXXXXX", path[64], text[512];
    struct registry *r = NULL;
    struct registry_entry *root;

    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/password", dir);
    (void)snprintf(
        text, sizeof text,
        HEAD "<station code=\"S\" broker=\"B\" url=\"http://h/\" password-file=\"%s\"/>"
             "<station code=\"T\" broker=\"B\" url=\"http://h/\" password-file=\"%s/x\"/>" TAIL,
        path, dir);
    file_write(path, "segreta\n");
    root = tree(f, text);
    assert_non_null(strstr(written(f, root), path));
    assert_int_equal(registry_build(root, 7, &r), ERR_NONE);
    assert_int_equal(r->version, 7);
    assert_string_equal(registry_station_find(r, "S")->password, "segreta");
    assert_int_equal(registry_station_find(r, "S")->timeout_ms, 10000);
    assert_string_equal(registry_station_find(r, "T")->password, ""); /* logged; the rest lives */
    registry_free(&r);
    (void)unlink(path);
    (void)rmdir(dir);
}

static int once(void **state)
{
    (void)state;
    xml_init();
    return 0;
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_one_canonical_form),
        TEST(test_absent_is_disabled_and_dated),
        TEST(test_the_date_of_disabling_stays),
        TEST(test_merge_is_stable),
        TEST(test_a_part_replaces_one_ente_only),
        TEST(test_certificates_and_scopes_are_not_kept),
        TEST(test_diff_names_each_change),
        TEST(test_diff_shows_no_hash),
        TEST(test_switches_disable),
        TEST(test_passwords_become_hashes),
        TEST(test_outgoing_password_is_read_when_loaded),
    };

    return cmocka_run_group_tests(tests, once, NULL);
}
