# SPDX-License-Identifier: GPL-3.0-or-later
"""A big file, and a load that is killed again and again: run until it ends, it leaves what an
unbroken one leaves, rows and report, at constant memory. LOAD_RECORDS and LOAD_KILLS make it
bigger. [R1] [R13] [I12]"""
import csv
import hashlib
import os
import random
import re
import subprocess

import pytest

from support.codes import COLUMNS, fiscal_code, notice_number
from support.hub import ASL, COMUNE, program, run_measured, wait_until
from support.wait import SANITIZER

OWN_HUB = True  # its tables are emptied
RECORDS = int(os.environ.get("LOAD_RECORDS", "3000"))
KILLS = int(os.environ.get("LOAD_KILLS", "4"))
LONGER = max(1, RECORDS // 3000)
MEMORY_MIB = 64
EMPTY = ("position", "payment_option", "instalment", "transfer", "journal", "journal_seal")
# Everything but ids and times, which no two loads have in common.
ROWS = """SELECT p.creditor, p.own_id, HEX(p.content_hash), p.debt_type, p.debtor_kind, p.debtor_code,
 p.debtor_name, p.description, p.state, p.ver, o.number, o.kind, o.amount_cents, o.instalment_count,
 i.number, i.notice_number, i.iuv, i.amount_cents, i.due_date, i.description, i.state, i.ver,
 t.number, t.creditor, t.iban, t.amount_cents, t.taxonomy, t.remittance,
 (SELECT COUNT(*) FROM journal j WHERE j.object_id = p.id AND j.event = 'position.created')
 FROM position p JOIN payment_option o ON o.position_id = p.id JOIN instalment i ON i.option_id = o.id
 JOIN transfer t ON t.instalment_id = i.id
 ORDER BY p.creditor, p.own_id, o.number, i.number, t.number"""


def records(count):
    """Good ones of two Enti; among them broken ones, and ones that name what others named."""
    for n in range(count):
        creditor, debt_type = (ASL, "TICKET") if n // 40 % 5 == 4 else (COMUNE, "TARI")
        row = {"creditor": creditor, "own_id": f"BIG-{n}", "debt_type": debt_type,
               "debtor_kind": "F", "debtor_code": fiscal_code(n), "debtor_name": f"Debitore {n}",
               "description": f"Carico {n}", "amount": f"{n % 900 + 1}.10",
               "due_date": "2031-01-31", "notice_number": notice_number(creditor, 10 ** 9 + n)}
        yield {**row, "amount": "12,3"} if n % 50 == 7 else row
        if n % 97 == 3:  # again
            yield row
        if n % 101 == 5:  # again, with other content
            yield {**row, "amount": "1.11"}
        if n % 103 == 11:  # another's notice number
            yield {**row, "own_id": f"OTHER-{n}"}


def write(path, count):
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(records(count))
    return path


@pytest.fixture(scope="module")
def file(module_hub):
    return write(module_hub.home / "big.csv", RECORDS)


def command(hub, file):
    return [program(), "position", "load", str(file), "--rejects", str(hub.home / "big-rejects.csv")]


def load(hub, file):
    """To its end: (what it printed, its biggest memory in MiB)."""
    with (hub.home / "big.out").open("w+") as out:
        process = subprocess.Popen(command(hub, file), env=hub.environment, cwd=hub.home, stdout=out)
        memory = run_measured(process)
        out.seek(0)
        assert process.returncode == 1, out.read()
        out.seek(0)
        return out.read(), memory


def loaded(hub):
    return int(hub.sql("SELECT COUNT(*) FROM position")[0])


def empty(hub):
    """What was loaded never was: nor does the journal know of it."""
    hub.work.stop()
    for table in EMPTY:
        hub.sql(f"TRUNCATE TABLE {table}")
    hub.sql("DELETE FROM sequencer WHERE name = 'seal'")
    (hub.home / "var/journal.heads").unlink(missing_ok=True)
    hub.start_work()


def left(hub):
    """What a load leaves: its rows, and its report."""
    rows = "\n".join(hub.sql(ROWS, timeout_s=40 * LONGER)).encode()
    return (hashlib.sha256(rows).hexdigest(), rows.count(b"\n") + 1,
            hashlib.sha256((hub.home / "big-rejects.csv").read_bytes()).hexdigest())


def test_a_load_that_is_told_to_stop_ends_after_its_batch(hub):
    """It says how to go on, and the next one does. [F62]"""
    count = 15000
    whole, file = count * 9 // 10, write(hub.home / "stop.csv", count)
    with subprocess.Popen(command(hub, file), env=hub.environment, cwd=hub.home, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(lambda: loaded(hub) > 0, "a batch", 20)
        process.terminate()
        out, said = process.communicate()
    assert process.returncode in (0, 1) and "run the same command again" in said
    assert 0 < loaded(hub) < whole and out.startswith(f"{loaded(hub)} created")
    load(hub, file)
    assert loaded(hub) > whole
    empty(hub)


def test_loads_of_one_file_at_once(hub):
    """Who comes second finds what the first one stored: no report refuses it. [I2]"""
    file, reports = write(hub.home / "at-once.csv", 1500), [hub.home / f"at-once-{n}" for n in range(4)]
    started = [subprocess.Popen([program(), "position", "load", str(file), "--rejects", str(report)],
                                env=hub.environment, cwd=hub.home, text=True, stdout=subprocess.PIPE)
               for report in reports]
    said = [re.findall(r"\d+", process.communicate()[0])[:3] for process in started]
    whole = loaded(hub)
    assert sum(int(created) for created, _, _ in said) == whole
    assert {int(created) + int(unchanged) for created, unchanged, _ in said} == {whole}
    load(hub, file)
    assert {report.read_bytes() for report in reports} == {(hub.home / "big-rejects.csv").read_bytes()}
    empty(hub)


def test_a_load_that_is_killed_leaves_what_an_unbroken_one_leaves(hub, file):
    hub.work.stop()
    said, memory = load(hub, file)
    whole = left(hub)
    assert whole[1] > RECORDS * 9 // 10
    if not SANITIZER:
        assert 1 < memory <= MEMORY_MIB, f"{memory:.0f} MiB"
    empty(hub)
    hub.work.stop()
    luck = random.Random(seed := random.randrange(1 << 30))
    print(f"{seed=}")
    for kill in range(KILLS):
        wanted = (whole[1] * kill + luck.randrange(whole[1])) // KILLS
        process = subprocess.Popen(command(hub, file), env=hub.environment, cwd=hub.home,
                                   stdout=subprocess.DEVNULL)
        wait_until(lambda: process.poll() is not None or loaded(hub) >= wanted,
                   f"{wanted} positions", 20 * LONGER)
        process.kill()
        process.wait()
    assert load(hub, file)[0] != said and left(hub) == whole  # some were there already
    again = load(hub, file)[0]
    assert again.startswith("0 created") and left(hub) == whole
    hub.start_work()
