/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "crypto/sign.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define KEY_BYTES 32
#define OWN_FILES 64 /* listeners, log, loops, journal */
#define SPACE_MIN (UINT64_C(1) << 30)

void check_files(struct cli *cli, int which, struct check_result *out)
{
    static const char *const wanted[] = {"wsdl/node",         "wsdl/payer",    "xslt/flow",
                                         "conf/registry.xsd", "db/migrations", "db/grants"};
    const char *share = config_text(CONFIG_HUB_SHARE);
    char path[CHECK_PATH_SIZE];

    (void)cli;
    (void)which;
    check_found(out, "%s", share);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", share, wanted[i]);
        if (access(path, R_OK) == 0) continue;
        check_wrong(out, "%s/%s: %s", share, wanted[i], strerror(errno));
        check_cure(out, "set hub.share to the folder that holds wsdl/, xslt/, db/ and conf/");
        return;
    }
}

bool check_can_write(const char *path, char out_where[CHECK_PATH_SIZE])
{
    struct stat st;

    (void)snprintf(out_where, CHECK_PATH_SIZE, "%s", path);
    while (stat(out_where, &st) != 0 && errno == ENOENT && strrchr(out_where + 1, '/'))
        *strrchr(out_where, '/') = '\0';
    return access(out_where, W_OK | X_OK) == 0;
}

bool check_secret_file(const char *path, bool group_too, struct check_result *r)
{
    struct stat st;

    if (stat(path, &st) != 0 || access(path, R_OK) != 0) {
        check_wrong(r, "%s: %s", path, strerror(errno));
        check_cure(r, "put it there, for this user to read");
        return false;
    }
    if ((st.st_mode & (group_too ? 07 : 077)) == 0) return true;
    check_wrong(r, "%s: other users may read it", path);
    check_cure(r, "chmod %s %.150s", group_too ? "0440" : "0400", path);
    return false;
}

void check_key(struct cli *cli, int which, struct check_result *out)
{
    const char *path = config_text(CONFIG_HUB_KEY_FILE);
    char where[CHECK_PATH_SIZE];
    struct stat st;

    (void)cli;
    (void)which;
    if (stat(path, &st) == 0) {
        check_found(out, "%s", path);
        if (st.st_size != KEY_BYTES || access(path, R_OK) != 0) {
            check_wrong(out, "%s: not %d readable bytes", path, KEY_BYTES);
            check_cure(out,
                       "take it away: a new one is made, remembered passwords are checked anew");
            return;
        }
        (void)check_secret_file(path, false, out);
        return;
    }
    check_found(out, "%s: made at the first start", path);
    if (check_can_write(path, where)) return;
    check_wrong(out, "%s: cannot be made: %s", path, strerror(errno));
    check_cure(out, "set hub.key_file to a place that this user may write");
}

/* A folder, or a file, that is there or can be made. */
static void place_check(const char *setting, const char *path, struct check_result *out)
{
    char where[CHECK_PATH_SIZE];
    struct stat st;

    check_found(out, "%s", path);
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        if (access(path, W_OK) == 0) return;
        (void)snprintf(where, sizeof where, "%s", path);
    } else if (check_can_write(path, where)) {
        return;
    }
    check_wrong(out, "%s: %s", where, strerror(errno));
    check_cure(out, "set %s to a place that this user may write", setting);
}

void check_flow(struct cli *cli, int which, struct check_result *out)
{
    (void)cli;
    (void)which;
    place_check("flow.dir", config_text(CONFIG_FLOW_DIR), out);
}

void check_spool(struct cli *cli, int which, struct check_result *out)
{
    (void)cli;
    (void)which;
    place_check("serve.spool_dir", config_text(CONFIG_SERVE_SPOOL_DIR), out);
}

/* The signed ends of the chain are proof only with the key that signed them. */
void check_journal(struct cli *cli, int which, struct check_result *out)
{
    const char *key = config_text(CONFIG_JOURNAL_KEY_FILE),
               *heads = config_text(CONFIG_JOURNAL_HEADS);
    struct signer *signer = NULL;

    (void)cli;
    (void)which;
    if (access(key, F_OK) != 0 && access(heads, F_OK) == 0) {
        check_wrong(out, "%s is not there, and %s is signed with it", key, heads);
        check_cure(out, "put it back from the backup of the hub's files");
        return;
    }
    place_check("journal.heads", heads, out);
    if (out->wrong) return;
    if (access(key, F_OK) != 0) {
        place_check("journal.key_file", key, out);
        return;
    }
    if (crypto_signer_open(key, &signer) == ERR_NONE) {
        crypto_signer_close(&signer);
        return;
    }
    check_wrong(out, "%s", err_detail()->field);
    check_cure(out, "journal.key_file: 32 bytes, mode 0600, of this user");
}

void check_descriptors(struct cli *cli, int which, struct check_result *out)
{
    struct rlimit limit;
    int64_t wanted =
        config_int(CONFIG_SERVE_CONNECTIONS) + 4 * config_int(CONFIG_SERVE_WORKERS) + OWN_FILES;

    (void)cli;
    (void)which;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    check_found(out, "%" PRIu64 " may be open here", (uint64_t)limit.rlim_max);
    if (limit.rlim_max == RLIM_INFINITY || (int64_t)limit.rlim_max >= wanted) return;
    check_wrong(out, "%" PRIu64 " may be open here, serve.connections asks for %" PRId64,
                (uint64_t)limit.rlim_max, wanted);
    check_cure(out, "raise it (LimitNOFILE of the unit, ulimit -n), or lower serve.connections");
}

/* A full disk stops payments, so it is said before. */
void check_space(struct cli *cli, int which, struct check_result *out)
{
    const char *path = config_text((enum config_key)which);
    char where[CHECK_PATH_SIZE];
    struct statvfs disk;
    uint64_t free_bytes;

    (void)cli;
    if (which == CONFIG_DB_DIR && *config_text(CONFIG_DB_HOST)) {
        check_found(out, "not ours: the database is at %s", config_text(CONFIG_DB_HOST));
        return;
    }
    (void)check_can_write(path, where);
    if (statvfs(where, &disk) != 0) {
        check_wrong(out, "%s: %s", where, strerror(errno));
        check_cure(out, "make the folder reachable for this user");
        return;
    }
    free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    check_found(out, "%" PRIu64 " MiB free at %s", free_bytes >> 20, where);
    if (free_bytes >= SPACE_MIN) return;
    out->wrong = true;
    check_cure(out, "keep 1 GiB free: make room, or move the folder to a bigger disk");
}
