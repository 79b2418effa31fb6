# SPDX-License-Identifier: GPL-3.0-or-later
"""The private database, its accounts and its schema, as an operator meets them: payer db and
payer check, with a real server in a folder of its own."""
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import tempfile
import threading

import pytest

from support.hub import program, wait_until
from support.registry import prepare
from support.witness import ROOT, parse

APPLIED = sorted(path.name for path in (ROOT / "db" / "migrations").glob("*.sql"))


class Database:
    """One home with its own copy of db/, so that a test may change a migration or a grant."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="payer-", dir="/tmp"))
        self.share, self.folder = self.home / "share", self.home / "db"
        shutil.copytree(ROOT / "db", self.share / "db")
        for name in ("wsdl", "xslt", "conf"):
            (self.share / name).symlink_to(ROOT / name)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("PAYER")}
        self.environment["PAYER_CONFIG"] = str(self.home / "payer.conf")
        (self.home / "payer.conf").write_text(
            f"[hub]\nhome = {self.home}\nshare = {self.share}\n[db]\ndir = db\n"
            "buffer_pool = 64MiB\nlog_size = 32MiB\n[serve]\nport = 0\n[metrics]\nport = 0\n[work]\nmetrics_port = 0\n")

    def payer(self, *arguments, status=0):
        ended = subprocess.run([program(), *arguments], env=self.environment, cwd=self.home,
                               stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def status(self, status=0):
        return json.loads(self.payer("db", "status", "--json", status=status))

    def sql(self, statement, role="migrate", status=0):
        """Run SQL as one of the hub's accounts."""
        ended = subprocess.run(
            ["mariadb", "--no-defaults", "-N", f"--user=payer_{role}",
             f"--socket={self.folder}/my.sock", "payer", "-e", statement],
            capture_output=True, text=True)
        assert (ended.returncode != 0) == (status != 0), ended.stdout + ended.stderr
        return ended.stdout.strip() + ended.stderr.strip()

    def migrations(self):
        """Put db/ back to what is shipped."""
        shutil.rmtree(self.share / "db")
        shutil.copytree(ROOT / "db", self.share / "db")
        return self.share / "db" / "migrations"

    def close(self):
        self.payer("db", "stop")
        shutil.rmtree(self.home)


@pytest.fixture(scope="module")
def made():
    database = Database()
    database.payer("db", "start")
    yield database
    database.close()


@pytest.fixture
def database(made):
    """Running, migrated, and with the shipped files."""
    made.migrations()
    made.payer("db", "start")
    made.payer("db", "migrate")
    return made


def test_two_starts_at_once_make_one_server(database):
    database.payer("db", "stop")
    said = []
    starts = [threading.Thread(target=lambda: said.append(database.payer("db", "start")))
              for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert sorted("already" in text for text in said) == [False, True]
    assert f"process {database.status()['pid']}" in said[0] + said[1]


def test_a_start_that_was_killed_while_it_made_the_tables():
    """Its installer works on: the next start waits for it, and begins anew."""
    database = Database()
    try:
        first = subprocess.Popen([program(), "db", "start"], env=database.environment,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((database.folder / "data.new" / "mysql").exists, "tables being made")
        first.kill()
        first.wait()
        database.payer("db", "start")
        database.payer("db", "migrate")
        assert database.status()["schema_missing"] == 0
    finally:
        database.close()


def test_start_and_stop_may_be_repeated(database):
    pid = database.status()["pid"]
    assert f"already: process {pid}" in database.payer("db", "start")
    assert f"has ended: process {pid}" in database.payer("db", "stop")
    assert "not running" in database.payer("db", "stop")
    assert not os.path.exists(f"/proc/{pid}/exe")
    assert database.status(status=1) | {"schema_known": 0} == {
        "private": True, "pid": 0, "socket": f"{database.folder}/my.sock", "answers": False,
        "server": None, "schema_version": 0, "schema_known": 0, "schema_missing": 0}
    assert "payer db start" in database.payer("db", "migrate", status=75)


def test_start_after_a_kill_and_with_a_foreign_pid_in_the_file(database):
    pid = database.status()["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}/exe"), "the killed server gone")
    (database.folder / "my.pid").write_text(f"{os.getpid()}\n")

    assert "not running" in database.payer("db", "stop")  # and this process lives on
    database.payer("db", "start")
    status = database.status()
    assert status["pid"] not in (pid, os.getpid()) and status["schema_missing"] == 0


def test_nobody_else_reaches_the_socket(database):
    database.payer("db", "stop")
    database.folder.chmod(0o755)
    database.payer("db", "start")
    assert stat.S_IMODE(database.folder.stat().st_mode) == 0o700
    assert "db.socket must lie in db.dir" in database.payer(
        "db", "start", "--set", f"db.socket={database.home}/my.sock", status=78)
    assert "longer than 107" in database.payer(
        "db", "start", "--set", f"db.dir={database.home}/{'x' * 100}", status=78)
    assert database.sql("SELECT @@skip_networking") == "1"


def test_a_server_that_cannot_start_says_why(database):
    other = database.home / "other"
    (other / "data").mkdir(parents=True)
    said = database.payer("db", "start", "--set", f"db.dir={other}", status=78)
    assert "[ERROR]" in said and "the private database does not start" in said


def test_the_server_is_durable_strict_and_in_utc(database):
    """[R6] [R15]"""
    wanted = {"innodb_flush_log_at_trx_commit": "1", "innodb_doublewrite": "ON", "sync_binlog": "1",
              "innodb_snapshot_isolation": "ON", "tx_isolation": "REPEATABLE-READ",
              "time_zone": "+00:00", "character_set_server": "utf8mb4", "local_infile": "OFF"}
    found = database.sql("SELECT CONCAT_WS('|', " +
                         ", ".join(f"@@global.{name}" for name in wanted) + ")").split("|")
    assert dict(zip(wanted, found)) == wanted
    assert "STRICT_ALL_TABLES" in database.sql("SELECT @@global.sql_mode")


def test_migrate_applies_what_is_missing_in_order_and_once(database):
    folder = database.migrations()
    (folder / "9001-extra.sql").write_text(
        "-- verify: SELECT a, b FROM extra WHERE 0\n"
        "CREATE TABLE IF NOT EXISTS extra (a INT PRIMARY KEY);\n"
        "ALTER TABLE extra ADD COLUMN IF NOT EXISTS b INT;\n")
    assert "1 steps would be applied" in database.payer("db", "migrate", "--dry-run")
    assert "1 steps are missing, first 9001-extra.sql" in database.payer("check", status=1)
    assert "applied 9001-extra.sql" in database.payer("db", "migrate")
    assert "applied" not in database.payer("db", "migrate")
    assert database.sql("SELECT CONCAT(version, state) FROM schema_migration WHERE name LIKE"
                        " '9001%'") == "9001done"
    assert database.sql("SELECT GROUP_CONCAT(name ORDER BY version) FROM schema_migration"
                        ).split(",") == [*APPLIED, "9001-extra.sql"]

    database.migrations()  # a program that does not know it
    assert "it is at version 9001, this program knows" in database.payer(
        "db", "migrate", status=78)
    assert "this program knows" in database.payer("check", status=1)
    database.sql("DROP TABLE extra; DELETE FROM schema_migration WHERE version = 9001")


@pytest.mark.parametrize("command, path", [("db schema", "db/schema.sql"),
                                           ("config example", "conf/payer.conf.example")])
def test_what_is_committed_for_readers_is_what_the_program_prints(database, command, path):
    """Stale: make generated."""
    assert database.payer(*command.split()) == (ROOT / path).read_text(), f"{path}: make generated"


def test_a_changed_step_is_refused(database):
    first = database.migrations() / APPLIED[0]
    first.write_text(first.read_text() + "-- changed\n")
    assert f"{APPLIED[0]} was changed after it was applied" in database.payer(
        "db", "migrate", status=78)
    assert "was changed" in database.payer("check", status=1)


def test_a_step_that_stopped_midway_is_run_again_when_its_connection_is_gone(database):
    """[R14]"""
    step = database.migrations() / "9001-half.sql"
    step.write_text("-- verify: SELECT b FROM half WHERE 0\n"
                    "CREATE TABLE IF NOT EXISTS half (a INT PRIMARY KEY);\nALTER TABL half;\n")
    assert "error 1064" in database.payer("db", "migrate", status=70)
    assert "1 steps are missing" in database.payer("check", status=1)
    step.write_text(step.read_text().replace("ALTER TABL half", "ALTER TABLE half ADD a2 INT"))
    assert "error 1054" in database.payer("db", "migrate", status=70)  # verify: no column b
    database.sql("ALTER TABLE half DROP COLUMN a2")
    step.write_text(step.read_text().replace("a2 INT", "b INT"))

    holder = subprocess.Popen(  # somebody else who is at it: the claim's connection lives
        ["mariadb", "--no-defaults", "-N", "--unbuffered", "--user=payer_migrate",
         f"--socket={database.folder}/my.sock", "payer"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    try:
        holder.stdin.write("UPDATE schema_migration SET claimed_by = CONCAT(@@hostname, ':',"
                           " CONNECTION_ID()) WHERE version = 9001; SELECT 'held';\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        assert "is being applied by another connection" in database.payer(
            "db", "migrate", status=78)
    finally:
        holder.communicate()
    wait_until(lambda: database.sql("SELECT COUNT(*) FROM information_schema.processlist") == "1",
               "the other connection gone")
    assert "applied 9001-half.sql" in database.payer("db", "migrate")
    database.sql("DROP TABLE half; DELETE FROM schema_migration WHERE version = 9001")


def test_a_step_may_take_longer_than_a_payer_waits(database):
    """It rewrites a table of a year's rows."""
    (database.migrations() / "9001-long.sql").write_text("-- verify: SELECT 1\nDO SLEEP(3);\n")
    assert "applied 9001-long.sql" in database.payer("db", "migrate", "--set", "db.timeout=1s")
    database.sql("DELETE FROM schema_migration WHERE version = 9001")


def test_a_step_without_verify_is_refused(database):
    (database.migrations() / "9001-bare.sql").write_text("SELECT 1;\n")
    assert 'must begin with "-- verify: "' in database.payer("db", "migrate", status=78)


def test_accounts_may_do_what_their_role_needs(database):
    """No DDL for serve and work, the ledger and the journal only grow, audit reads."""
    for role, statement in [
            ("serve", "CREATE TABLE x (a INT)"), ("work", "DROP TABLE journal"),
            ("serve", "UPDATE entry SET amount_cents = 0"), ("serve", "DELETE FROM journal"),
            ("work", "DELETE FROM entry"), ("work", "UPDATE journal SET id = 0"),
            ("serve", "DELETE FROM message_outdated"), ("serve", "UPDATE message SET id = 0"),
            ("work", "DELETE FROM message"), ("work", "UPDATE message SET keep_until = at"),
            ("audit", "DELETE FROM idempotency"), ("migrate", "SELECT * FROM mysql.global_priv")]:
        assert "denied" in database.sql(statement, role, status=1), (role, statement)
    assert database.sql("SELECT COUNT(*) FROM entry", "audit") == "0"


def test_a_kept_message_is_deleted_only_when_its_time_is_over(database):
    """By the only account that may, through all that it sees of them."""
    database.sql("INSERT INTO message (id, at, keep_until, family, request, answer) SELECT seq,"
                 " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL IF(seq = 1, -1, 60) SECOND,"
                 " 'channels', 'x', '' FROM seq_1_to_2")
    database.sql("DELETE FROM message_outdated", "work")
    assert database.sql("SELECT id FROM message") == "2"
    database.sql("DELETE FROM message")


def test_a_right_that_a_file_no_longer_names_is_taken_away(database):
    grants = database.migrations().parent / "grants" / "audit.sql"
    database.sql("GRANT DELETE ON journal TO 'payer_audit'@'localhost'")
    grants.write_text("-- changed\n" + grants.read_text())
    database.payer("db", "migrate")
    assert "denied" in database.sql("DELETE FROM journal", "audit", status=1)
    assert database.sql("SELECT COUNT(*) FROM journal", "audit") == "0"


def test_check_names_each_thing_and_its_cure(database):
    found = {row["check"]: row
             for row in json.loads(database.payer("check", "--json", status=1))}
    assert [name for name, row in found.items() if not row["ok"]] == ["registry"], found
    assert found["registry"]["cure"] == "payer registry import FILE"
    key = database.home / "var" / "hub.key"
    key.parent.mkdir(exist_ok=True)
    key.write_bytes(bytes(32))
    key.chmod(0o644)
    said = database.payer("check", "--set", "payment.token_validity=31m", "--set",
                          "hub.share=/nonexistent", status=1)
    assert "other users may read it" in said and "chmod 0400" in said
    assert "payment.token_validity is above" in said
    assert "/nonexistent/wsdl/node: No such file" in said
    key.unlink()


def test_the_first_registry_is_counted_not_listed(database):
    path = database.home / "registry.xml"
    prepare(ROOT / "conf" / "registry-example.xml", path,
            "http://127.0.0.1:9", database.home / "secrets")
    entries = [e for top in parse(path.read_bytes()) for e in top.iter("*")]
    (database.home / "var").mkdir(exist_ok=True)
    listed = database.payer("registry", "import", str(path), "--dry-run", "--verbose")
    assert "+ creditor 77777777777" in listed
    said = database.payer("registry", "import", str(path)).splitlines()[-2:]
    assert said == [f"{len(entries)} added, 0 changed, 0 removed (each of them: --verbose).",
                    "Version 1 is in force."]
    path.write_text(path.read_text().replace("Comune di Prova (ente fittizio)", "Comune nuovo"))
    said = database.payer("registry", "import", str(path), "--base", "1").splitlines()
    assert "~ creditor 77777777777" in said and "0 added, 2 changed, 0 removed." in said
