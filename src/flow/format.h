/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file format.h
 * A format: a folder with flow.xml (what it is and asks for: xslt/lib/manifest.xsd), sheet.xsl
 * (record document to file) and, for XML, output.xsd (what the file must be). Opened once,
 * read-only after, shared by threads. */
#ifndef FLOW_FORMAT_H
#define FLOW_FORMAT_H

#include "domain/registry.h"
#include "flow/record.h"

struct xml_schema;
struct xml_sheet;

#define FLOW_TOTALS_MAX 4
#define FLOW_PATH_SIZE 512

enum flow_records { FLOW_RECORDS_PAYMENT, FLOW_RECORDS_SETTLEMENT };
enum flow_grouping { FLOW_GROUPING_NONE, FLOW_GROUPING_ACCOUNT_DATE };

/** Where a file says how many records it has and their sum; paths of local names from the root. */
struct flow_totals {
    char within[FLOW_PATH_SIZE], count[FLOW_PATH_SIZE], sum[FLOW_PATH_SIZE];
    char record[FLOW_PATH_SIZE], amount[FLOW_PATH_SIZE];
    char minus[FLOW_PATH_SIZE], minus_is[36]; /* "": amounts have their signs */
};

/** A table (RFC 4180). */
struct flow_table {
    char separator, decimal;
    size_t columns, amount; /* amount: which is summed, from 1 */
};
/** Positions in a line, from 1, the last one in it. */
struct flow_span {
    size_t from, to;
};
/** Lines of one width: a head, the records, a tail. */
struct flow_fixed {
    size_t width;
    char head[5], record[5], tail[5]; /* what each kind of line begins with */
    struct flow_span amount, count, sum;
};

enum flow_shape { FLOW_SHAPE_XML, FLOW_SHAPE_TABLE, FLOW_SHAPE_FIXED };

struct flow_format {
    char name[36];
    char title[DEBT_CHARS(140)];
    char file_name[101]; /* template */
    char media_type[64];
    enum flow_audience audience;
    enum flow_records records;
    enum flow_grouping grouping;
    int64_t max_records; /* 0: no cap */
    bool empty;          /* may a file have no record? */
    enum flow_shape shape;
    struct flow_totals totals[FLOW_TOTALS_MAX]; /* of XML */
    size_t n_totals;
    struct flow_table table;
    struct flow_fixed fixed;
    struct xml_sheet *sheet;
    struct xml_schema *output; /* of XML, else NULL */
};

/** @param dir      the format's folder; its last part is the format's name
 * @param lib_dir  xslt/lib
 * @return ERR_NONE | ERR_FLOW_FORMAT, ERR_XML_SHEET and others naming the file. */
MUST_USE enum err flow_format_open(const char *dir, const char *lib_dir, struct flow_format **out);
void flow_format_close(struct flow_format **format);
/** The name of the file that a flow gets; the same for the same flow for ever [F13].
 * @param out  FLOW_NAME_SIZE bytes (flow/file.h)
 * @return ERR_NONE | ERR_FLOW_FORMAT when it is no name for a file. */
MUST_USE enum err flow_format_file_name(const struct flow_format *format,
                                        const struct flow_frame *frame, char *out);

#endif
