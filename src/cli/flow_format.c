/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For who writes a format: sample, check, try; and resend. */
#include "base/config.h"
#include "base/folder.h"
#include "cli/operator.h"
#include "cli/page.h"
#include "flow/check.h"
#include "flow/sample.h"
#include "service/flow.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 2048, SAMPLE_RECORDS = 20, TEXT_MAX = 1 << 20, FILE_SIZE_MAX = 1 << 20 };

static const char ID[] = "the id of a flow";

static void lib_path(char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s/xslt/lib", config_text(CONFIG_HUB_SHARE));
}

static enum err sample_text(enum flow_records records, const char *format, struct buf *out)
{
    struct flow_sample *s = malloc(sizeof *s);
    enum err rc;

    if (!s) return err_set(ERR_MEMORY, "sample");
    flow_sample_fill(s, records, SAMPLE_RECORDS, 1);
    rc = flow_sample_write(s, format, out);
    free(s);
    return rc;
}

/* ---- sample ---- */

static enum err file_write(const char *dir, const char *name, const struct buf *bytes)
{
    char path[PATH_SIZE];
    FILE *file;
    bool ok;

    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return err_set(ERR_LIMIT, dir);
    file = fopen(path, "wxe");
    if (!file) return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    ok = fwrite(buf_str(bytes), 1, bytes->len, file) == bytes->len;
    ok = fclose(file) == 0 && ok;
    return ok ? ERR_NONE : err_set(ERR_IO_WRITE, path);
}

/* As the installed one: a sheet beside imports ../../lib/NAME. */
static enum err lib_lay(const char *dir)
{
    enum err rc = ERR_NONE;
    char from[PATH_SIZE], path[PATH_SIZE + 300], to[PATH_SIZE];
    struct buf bytes = BUF_INIT(FILE_SIZE_MAX);
    const struct dirent *entry;
    DIR *list;

    lib_path(from);
    snprintf(to, sizeof to, "%s/lib", dir);
    list = opendir(from);
    if (!list) return err_set(ERR_IO_READ, from);
    TRY(folder_make(to, 0755));
    while ((entry = readdir(list))) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", from, entry->d_name);
        buf_reset(&bytes);
        TRY(buf_read_file(&bytes, path));
        TRY(file_write(to, entry->d_name, &bytes));
    }
out:
    closedir(list);
    buf_free(&bytes);
    return rc;
}

static const struct {
    const char *name, *file;
    enum flow_records records;
} KINDS[] = {{"payment", "payment.xml", FLOW_RECORDS_PAYMENT},
             {"settlement", "settlement.xml", FLOW_RECORDS_SETTLEMENT}};

static enum err samples_lay(struct cli *cli, const char *dir)
{
    enum err rc;
    struct buf text = BUF_INIT(TEXT_MAX);
    char flow[PATH_SIZE];

    TRY(lib_lay(dir));
    snprintf(flow, sizeof flow, "%s/flow", dir);
    TRY(folder_make(flow, 0755));
    for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
        buf_reset(&text);
        TRY(sample_text(KINDS[i].records, "sample", &text));
        TRY(file_write(dir, KINDS[i].file, &text));
    }
    cli_say(cli, "write %s/NAME/sheet.xsl, then: xsltproc %s/NAME/sheet.xsl %s/payment.xml", flow,
            flow, dir);
out:
    buf_free(&text);
    return rc;
}

enum err cli_flow_sample(struct cli *cli)
{
    enum err rc;
    struct buf text = BUF_INIT(TEXT_MAX);
    const char *kind = cli->n_operands ? cli->operands[0] : "payment";
    size_t i = 0;

    if (cli_has(cli, CLI_OPTION_DIR)) return samples_lay(cli, cli->values[CLI_OPTION_DIR]);
    while (i < ARRAY_LEN(KINDS) && strcmp(KINDS[i].name, kind) != 0)
        i++;
    if (i == ARRAY_LEN(KINDS))
        return err_setf(ERR_USAGE, "\"%.40s\": expected payment or settlement", kind);
    TRY(sample_text(KINDS[i].records, "sample", &text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

/* ---- check and try: files in a folder that nobody else sees ---- */

static enum err scratch_make(char out[PATH_SIZE])
{
    const char *tmp = getenv("TMPDIR");

    snprintf(out, PATH_SIZE, "%s/payer-flow-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(out) ? ERR_NONE : err_setf(ERR_IO_WRITE, "%s: %s", out, strerror(errno));
}

/* A folder without its last slashes: its last part is the format's name. */
static enum err folder_name(const char *operand, char out[PATH_SIZE])
{
    size_t len;

    if (snprintf(out, PATH_SIZE, "%s", operand) >= PATH_SIZE) return err_set(ERR_LIMIT, operand);
    for (len = strlen(out); len > 1 && out[len - 1] == '/'; len--)
        out[len - 1] = '\0';
    if (access(out, F_OK) != 0)
        return err_setf(ERR_IO_READ, "%.100s: %s", operand, strerror(errno));
    return ERR_NONE;
}

enum err cli_flow_check(struct cli *cli)
{
    enum err rc;
    char dir[PATH_SIZE], lib[PATH_SIZE], scratch[PATH_SIZE] = "";
    struct buf found = BUF_INIT(TEXT_MAX);

    TRY(folder_name(cli->operands[0], dir));
    lib_path(lib);
    TRY(scratch_make(scratch));
    TRY(flow_check(dir, lib, scratch, &found));
    cli->findings = found.len > 0;
    if (found.len > 0)
        cli_write(cli, buf_str(&found), found.len);
    else
        cli_print(cli, "%s: it will run\n", dir);
out:
    if (*scratch) (void)rmdir(scratch);
    buf_free(&found);
    return rc;
}

static enum err made_print(struct cli *cli, const struct flow_made *made)
{
    char path[sizeof made->file.dir + sizeof made->file.tmp_name + 1], bytes[65536];
    FILE *file;
    size_t n;
    enum err rc;

    snprintf(path, sizeof path, "%s/%s", made->file.dir, made->file.tmp_name);
    file = fopen(path, "rbe");
    if (!file) return err_set(ERR_IO_READ, path);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        cli_write(cli, bytes, n);
    rc = ferror(file) ? err_set(ERR_IO_READ, path) : ERR_NONE;
    (void)fclose(file);
    return rc;
}

static enum err sample_make(const struct flow_format *format, const char *scratch,
                            struct flow_made *out)
{
    struct flow_sample *s = malloc(sizeof *s);
    struct flow_source source;
    enum err rc;

    if (!s) return err_set(ERR_MEMORY, "sample");
    flow_sample_fill(s, format->records, SAMPLE_RECORDS, 1);
    source = flow_sample_source(s, FLOW_BATCH);
    rc = flow_make(format, &s->frame, &source, scratch, "tried", out);
    free(s);
    return rc;
}

enum err cli_flow_try(struct cli *cli)
{
    enum err rc;
    char dir[PATH_SIZE], lib[PATH_SIZE], scratch[PATH_SIZE] = "";
    struct flow_format *format = NULL;
    struct flow_made made = {.size = 0};
    struct cli_operator o = {.registry = NULL};
    int64_t id = 0;

    if (cli->n_operands > 1) TRY(cli_id(cli->operands[1], ID, &id));
    TRY(folder_name(cli->operands[0], dir));
    lib_path(lib);
    TRY(flow_format_open(dir, lib, &format));
    TRY(scratch_make(scratch));
    if (!id) {
        TRY(sample_make(format, scratch, &made));
    } else {
        TRY(cli_operator_open(cli, &o));
        TRY(service_flow_try(&o.env, id, format, scratch, &made));
    }
    TRY(made_print(cli, &made));
out:
    flow_file_discard(&made.file);
    if (*scratch) (void)rmdir(scratch);
    flow_format_close(&format);
    cli_operator_close(&o);
    return rc;
}

/* ---- resend ---- */

enum err cli_flow_resend(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    char path[FLOW_TARGET_SIZE];
    bool there;
    int64_t id;

    TRY(cli_id(cli->operands[0], ID, &id));
    TRY(cli_operator_open(cli, &o));
    TRY(service_flow_resend(&o.env, o.actor, id, path, &there));
    cli_print(cli, "%s\n", path);
    cli_say(cli, there ? "it was there, as it was published" : "made anew, with the same bytes");
out:
    cli_operator_close(&o);
    return rc;
}
