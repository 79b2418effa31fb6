/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of positions: what its schema takes, the reader takes, but for its limits. */
#include "fuzz.h"

#include "domain/amount.h"
#include "service/position_xml.h"
#include "xml/reader.h"
#include "xml/schema.h"

#include <string.h>

static struct xml_schema *schema;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_init();
    ALWAYS(xml_schema_open("wsdl/payer/position.xsd", &schema) == ERR_NONE);
    return 0;
}

/* 0: it stood among blanks, which the schema takes; the position is refused later [X39]. */
static void check_amount(int64_t cents)
{
    ALWAYS(cents >= 0 && cents <= AMOUNT_CENTS_MAX);
}

static void check_taken(const struct debt_position *p)
{
    int instalments = 0;

    ALWAYS(p->n_options > 0 && p->n_options <= DEBT_OPTIONS_MAX);
    for (int o = 0; o < p->n_options; o++) {
        ALWAYS(p->options[o].first == instalments);
        instalments += p->options[o].n_instalments;
    }
    ALWAYS(instalments == p->n_instalments && *p->own_id && *p->creditor);
    for (int i = 0; i < p->n_instalments; i++) {
        const struct debt_instalment *one = &p->instalments[i];

        check_amount(one->amount_cents);
        ALWAYS(one->n_transfers <= DEBT_TRANSFERS_MAX);
        for (int t = 0; t < one->n_transfers; t++)
            check_amount(one->transfers[t].amount_cents);
    }
}

static void take(const struct xml_node *node)
{
    struct arena arena = ARENA_INIT((size_t)16 << 20);
    struct debt_position position;
    struct xml_problem problem;
    enum err rc;

    if (strcmp(xml_name(node), "position") == 0 &&
        xml_schema_check_node(schema, node, &problem) == ERR_NONE) {
        rc = position_xml_read(node, &arena, &position);
        ALWAYS(rc == ERR_NONE || rc == ERR_LIMIT || rc == ERR_DATA);
        if (rc == ERR_NONE) check_taken(&position);
    }
    ALWAYS(err_bug_count() == 0);
    err_clear();
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct xml_reader *reader = NULL;
    const struct xml_node *node = NULL;
    enum err rc = xml_reader_open(fuzz_file(bytes, len), &reader);

    if (rc == ERR_NONE) {
        ALWAYS(*xml_name(xml_reader_root(reader)));
        while ((rc = xml_reader_next(reader, &node)) == ERR_NONE && node)
            take(node);
        if (rc != ERR_NONE) ALWAYS(xml_reader_next(reader, &node) == rc && !node);
    }
    ALWAYS(rc == ERR_NONE || rc == ERR_XML_SYNTAX);
    err_clear();
    xml_reader_close(&reader);
    return 0;
}
