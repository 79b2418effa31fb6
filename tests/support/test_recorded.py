# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of a database's record tells what is a statement of the program from what is not."""
import types

from support import recorded
from support.recorded import Recorder, known

HEAD = "Time                 Id Command    Argument\n261126 18:00:00\t     3 Connect\t{}@localhost on payer\n"
CHECK = ("IF ROW_COUNT() <> 1 THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 45000,"
         " MESSAGE_TEXT = 'x'; END IF; ")


def strangers(tmp_path, text, user="payer_serve"):
    path = tmp_path / recorded.FILE
    path.write_text(HEAD.format(user) + text + "\t\t     3 Quit\t\n\t\t")
    recorder = Recorder(types.SimpleNamespace(
        sql=lambda sql, schema: [str(tmp_path)] if "datadir" in sql else []))
    recorder.begin()
    return recorder.strangers()


def test_ours_are_known(tmp_path):
    one, two = list(known())[:2]
    lines = next(text for text in known() if "\n" in text)
    assert strangers(tmp_path, (
        f"\t\t     3 Prepare\t{one}\n"
        f"\t\t     3 Prepare\t{lines}\n"
        f"\t\t     3 Execute\t{one} 'a\nb' Prepare\tDROP TABLE payment\n"
        f"\t\t     3 Prepare\tBEGIN NOT ATOMIC START TRANSACTION; {one}; END\n"
        f"\t\t     3 Prepare\tBEGIN NOT ATOMIC {one}; {CHECK}{two}; COMMIT; END\n"
        "\t\t     3 Query\tSET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ\n")) == []
    assert {known()[one], known()[two], known()[lines]} <= recorded.RAN


def test_a_stranger_is_told(tmp_path):
    for asked in ("Prepare\tSELECT * FROM payment", "Query\tSELECT 1",
                  f"Prepare\tBEGIN NOT ATOMIC {list(known())[0]}; DELETE FROM payment; COMMIT; END"):
        assert len(strangers(tmp_path, f"\t\t     3 {asked}\n")) == 1, asked


def test_others_are_not_looked_at(tmp_path):
    assert strangers(tmp_path, "\t\t     3 Query\tSHOW TABLES\n", user="root") == []
