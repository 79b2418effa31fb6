# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal as an operator reads it: payer journal show and grep; and its seal, which leaves out
no line, whatever the order in which transactions end. [I10]"""
import datetime
import subprocess

import pytest

from scenario.test_pay import pay
from support.channel import fault_code
from support.hub import ATM, COMUNE, wait_until

STORY = ["position.created", "verifyPaymentNotice", "activatePaymentNotice", "sendPaymentOutcome"]
TOLD = {"paSendRT", "notifyPayment"}  # to the Ente's two destinations, in any order


@pytest.fixture
def paid(hub, channel, comune):
    """A notice that was looked up and paid, and its token; what only looked is written too."""
    notice = comune.position()
    channel.verify(COMUNE, notice.number)
    token = pay(channel, notice)
    wait_until(lambda: len([line for line in hub.json("journal", "show", notice.number)
                            if hasattr(line, "seal")]) == len(STORY) + len(TOLD),
               "the story, sealed")
    return notice, token


def test_one_story_under_each_of_its_names(hub, paid):
    notice, token = paid
    lines = hub.json("journal", "show", notice.number)
    assert [line.event for line in lines[:4]] == STORY
    assert {line.event for line in lines[4:]} == TOLD
    assert all(line.outcome == "OK" for line in lines)
    assert all(line.notice_number == notice.number for line in lines[:4])
    assert [line.actor for line in lines[1:]] == [f"channel/{ATM}"] * 3 + ["worker"] * 2
    assert hub.json("journal", "show", notice.iuv) == lines
    assert hub.json("journal", "show", token) == lines[2:]
    assert hub.json("journal", "show", str(lines[2].object)) == lines[2:]
    text = hub.payer("journal", "show", notice.number).stdout
    assert len(text.splitlines()) == len(STORY) + len(TOLD) and token not in text


def test_a_name_that_nobody_has(hub):
    for name in ("301999999999999999", "99999999999999999", "no-such-token", "999999999"):
        assert "in the journal" in hub.payer("journal", "show", name, ok=(65,)).stderr


def test_what_fits_all_options(hub, channel, paid):
    notice, token = paid
    grep = lambda *options: hub.json("journal", "grep", *options)
    events = lambda *options: [line.event for line in grep(*options)]

    assert events("--notice", notice.number, "--event", "verifyPaymentNotice") == STORY[1:2]
    assert events("--token", token, "--since", "5m") == STORY[3:]
    assert events("--notice", notice.number, "--channel", ATM, "--creditor", COMUNE) == STORY[1:]
    assert not events("--notice", notice.number, "--outcome", "PPT_AUTENTICAZIONE")
    assert not events("--notice", notice.number, "--until", "1h")
    today = datetime.datetime.now(datetime.timezone.utc)
    since = (today - datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert events("--notice", notice.number, "--since", since) == STORY

    assert fault_code(channel.verify(COMUNE, "301000000000000000")) != "OK"
    refused = wait_until(lambda: grep("--notice", "301000000000000000"), "the refusal's line")
    assert refused[0].outcome.startswith("PPT_") and not hasattr(refused[0], "object")


def test_an_iuv_with_the_other_options(hub, channel, paid):
    """The lines of its notice; where two Enti have the same one, --creditor tells them apart."""
    notice, _ = paid
    grep = lambda *options: hub.json("journal", "grep", "--iuv", notice.iuv, *options)

    assert grep() == hub.json("journal", "grep", "--notice", notice.number)
    assert [line.event for line in grep("--channel", ATM, "--event", "sendPaymentOutcome")] == STORY[3:]
    assert not grep("--until", "1h")
    elsewhere, other = "99999999999", f"1{notice.iuv}"
    assert fault_code(channel.verify(elsewhere, other)) != "OK"
    line, = wait_until(lambda: grep("--creditor", elsewhere), "the other Ente's line")
    assert (line.creditor, line.notice_number) == (elsewhere, other)
    assert [line.event for line in grep("--creditor", COMUNE)] == STORY
    assert [line.event for line in grep()] == [*STORY, "verifyPaymentNotice"]
    said = hub.payer("journal", "grep", "--iuv", "01999999999999999")
    assert said.stdout == "" and "no such lines" in said.stderr


def test_an_import_says_which_version_it_made(hub):
    newest = hub.json("registry", "history")[0].version
    (line,) = hub.json("journal", "show", str(newest))
    assert (line.event, line.object) == ("registry.import", newest)


def test_a_page_at_a_time(hub, comune):
    """An IUV's in order of time, whichever of its notices a line is of."""
    notice = comune.position()
    hub.sql("INSERT INTO journal (id, at, actor, event, notice_number, outcome) SELECT"
            " (SELECT MAX(id) FROM journal) + seq, UTC_TIMESTAMP(6), 'operator/test', 'test.page',"
            f" CONCAT(ELT(seq % 5 + 1, '1', '3', '3', '3', '3'), '{notice.iuv}'), 'OK' FROM seq_1_to_150")
    for options, n in ((("--notice", notice.number), 120), (("--iuv", notice.iuv), 150)):
        asked = ("journal", "grep", *options, "--event", "test.page")
        first = hub.payer(*asked)
        rest = hub.payer(*asked, "--after", first.stderr.split()[-1])
        assert len(first.stdout.splitlines()) == 100 and "more:" not in rest.stderr
        ids = [int(line.split()[0]) for line in (first.stdout + rest.stdout).splitlines()]
        assert len(ids) == n and ids == sorted(set(ids))


@pytest.mark.parametrize("options,says", [
    (("--since", "yesterday"), "expected 2026-11-26"),
    (("--until", "2026-13-01"), "expected 2026-11-26"),
    (("--after", "x"), "--after"),
    (("--notice", "01000000000000123"), "expected 18 digits; of an IUV: --iuv"),
    (("--iuv", "301000000000000123"), "expected 15 or 17 digits; of a notice number: --notice"),
    (("--iuv", "0100000000000012"), "expected 15 or 17 digits"),
    (("--iuv", ""), "expected 15 or 17 digits"),
    (("--iuv", "01000000000000123", "--notice", "301000000000000123"), "expected one of them"),
    (("--state", "OPEN"), "--state"),
])
def test_a_wrong_option_is_named(hub, options, says):
    assert says in hub.payer("journal", "grep", *options, ok=(2, 64)).stderr


def test_a_line_that_is_saved_late_is_sealed_too(hub, comune):
    """Its id is older than that of lines which were sealed before it was there."""
    socket = hub.json("db", "status")[0].socket
    with subprocess.Popen(["mariadb", f"--socket={socket}", "--unbuffered", "payer"], text=True,
                          stdin=subprocess.PIPE, env=hub.environment) as late:
        old = int(hub.sql("SELECT MAX(id) + 1 FROM journal")[0])
        late.stdin.write("START TRANSACTION; INSERT INTO journal (id, at, actor, event, outcome)"
                         f" VALUES ({old}, UTC_TIMESTAMP(6), 'operator/test', 'test.late', 'OK');\n")
        late.stdin.flush()
        comune.position()
        sealed = lambda: hub.sql(f"SELECT seq FROM journal_seal WHERE journal_id > {old}")
        wait_until(sealed, "a seal on a younger line")
        late.stdin.write("COMMIT;\n")
        late.stdin.flush()
        own = lambda: hub.sql(f"SELECT seq FROM journal_seal WHERE journal_id = {old}")
        wait_until(own, "the late line's seal", 20)
        assert int(own()[0]) > int(sealed()[0])
