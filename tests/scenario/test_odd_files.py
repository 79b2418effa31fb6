# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of positions as people and programs leave them: one odd record, or an odd file, says what is
wrong with it and keeps nothing else out."""
import csv
import os
import subprocess
import threading

import pytest

from support.codes import COLUMNS
from support.hub import COMUNE, program, wait_until

MANY = 2_000_000


def rejected(done):
    return list(csv.DictReader(done.rejects.splitlines()))


@pytest.mark.parametrize("field, value", [
    ("description", "x" * 20_000), ("own_id", "x" * 20_000), ("amount", '"' * 9_000),
    ("debtor_name", "è" * 20_000)], ids=["text", "id", "quotes", "accents"])
def test_a_value_of_any_length_is_one_records_matter(hub, field, value):
    """A load that its report could not hold ended there, each time. [R13]"""
    done = hub.load([hub.row(**{field: value}), hub.row()], ok=(1,))
    assert done.stdout.startswith("1 created, 0 unchanged, 1 refused")
    one, = rejected(done)
    assert one["field"] == field and 500 < len(one["value"]) <= 1024
    assert value.startswith(one["value"])


def test_the_report_is_text_whatever_the_file_holds(hub):
    path, rejects = hub.home / "bytes.csv", hub.home / "bytes-rejects.csv"
    row = hub.row(description="@@")
    text = ",".join(COLUMNS) + "\r\n" + ",".join(row.get(c, "") for c in COLUMNS) + "\r\n"
    path.write_bytes(text.encode().replace(b"@@", b"Citt\xe0 \x1b[2J\xff"))
    hub.payer("position", "load", str(path), "--rejects", str(rejects), ok=(1,))
    assert "description,Citt? ?[2J?," in rejects.read_text(encoding="utf-8")


def test_the_report_is_another_file(hub):
    """It would empty the file before it is read."""
    path, link = hub.home / "same.csv", hub.home / "link.csv"
    path.write_text("creditor\n")
    link.symlink_to(path)
    for verb in ("load", "update", "cancel-file"):
        for report in (path, link):
            yes = ["--yes"] if verb == "cancel-file" else []
            done = hub.payer("position", verb, str(path), "--rejects", str(report), *yes, ok=(64,))
            assert "another file" in done.stderr and path.read_text() == "creditor\n"


def test_a_pipe_with_a_name_is_read_like_a_file(hub):
    rows = [hub.row() for _ in range(3)]
    text = "\r\n".join([",".join(COLUMNS), *(",".join(r.get(c, "") for c in COLUMNS) for r in rows)])
    path = hub.home / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(text,))
    writer.start()
    done = hub.payer("position", "load", str(path))
    writer.join()
    assert done.stdout.startswith("3 created, 0 unchanged, 0 refused")


@pytest.mark.parametrize("verb, head, record", [
    ("load", ",".join(COLUMNS[:12]), "x,y"), ("cancel-file", "creditor,own_id", f"{COMUNE},")],
    ids=["load", "cancel-file"])
def test_a_file_of_nothing_but_refusals_is_told_to_stop(hub, verb, head, record):
    """No batch ended, and so nobody looked. [F62]"""
    path, rejects = hub.home / "refused.csv", hub.home / "refused-rejects.csv"
    path.write_text(head + "\r\n" + f"{record}\r\n" * MANY)
    rejects.unlink(missing_ok=True)
    yes = ["--yes"] if verb == "cancel-file" else []
    with subprocess.Popen(
            [program(), "position", verb, str(path), "--rejects", str(rejects), *yes],
            env=hub.environment, cwd=hub.home, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE) as process:
        wait_until(lambda: rejects.exists() and rejects.stat().st_size > 0, "a refusal")
        process.terminate()
        out, said = process.communicate()
    assert process.returncode == 1 and "run the same command again" in said
    assert 0 < int(out.split()[4]) < MANY


@pytest.mark.parametrize("text, said", [
    ("creditor,own_id\r\n".encode("utf-16"), "UTF-8 expected"),
    (b"creditor,own_id\r" * 200, "a CR without LF"),
    (b"creditor,own_id,\x1b[2J\x9b\r\n", 'unknown column "?[2J?"')],
    ids=["UTF-16", "CR", "a terminal's commands"])
def test_what_is_no_such_file_is_named(hub, text, said):
    path = hub.home / "odd.csv"
    path.write_bytes(text)
    done = hub.payer("position", "load", str(path), ok=(65,))
    assert "line 1: " in done.stderr and said in done.stderr


def test_columns_that_slipped_withdraw_nothing(hub):
    one, other = hub.row(), hub.row()
    hub.load([one, other])
    path, rejects = hub.home / "slipped.csv", hub.home / "slipped-rejects.csv"
    path.write_text(f"creditor,own_id,own_id\r\n{COMUNE},{one['own_id']},{other['own_id']}\r\n")
    done = hub.payer("position", "cancel-file", str(path), "--yes", ok=(65,))
    assert 'column "own_id" twice' in done.stderr
    path.write_text(f"creditor,own_id,debtor_name\r\n{COMUNE},{one['own_id']},Rossi, Mario\r\n")
    done = hub.payer("position", "cancel-file", str(path), "--yes", "--rejects", str(rejects), ok=(1,))
    assert done.stdout.startswith("0 cancelled, 0 unchanged, 1 refused")
    assert "as many fields as the header has" in rejects.read_text()
