# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists for people and for programs. A list that is asked for what cannot be says so: an empty one is read as good news."""
import datetime
import zoneinfo

import pytest

from scenario.test_pay import pay
from support.hub import ASL, COMUNE, wait_until

LISTS = [("position", "list", COMUNE), ("outbox", "list"), ("flow", "list")]


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
@pytest.mark.parametrize("option, value", [
    ("--state", "parked"), ("--state", ""), ("--state", "PAR"), ("--after", "abc"),
    ("--after", "-1"), ("--after", "99999999999999999999")])
def test_what_cannot_be_is_refused(hub, words, option, value):
    said = hub.payer(*words, option, value, ok=(64,)).stderr
    assert option in said and "expected" in said and f'"{value}"' in said


@pytest.mark.parametrize("options, named", [
    (["--debtor", "x' OR 1=1"], "--debtor"), (["--debtor", "A" * 17], "--debtor"),
    (["--type", "NESSUNO"], "--type"), (["--due-from", "2/1/2032"], "--due-from"),
    (["--due-from", "2032-01-02", "--due-to", "2032-01-01"], "--due-to"),
    (["--created-from", "2/1/2032"], "--created-from"),
    (["--created-from", "2032-01-02", "--created-to", "2032-01-01"], "--created-to")])
def test_what_no_position_has_is_refused(hub, options, named):
    said = hub.payer("position", "list", COMUNE, *options, ok=(64,))
    assert f"{named}: expected" in said.stderr and said.stdout == ""


def test_a_fiscal_code_is_found_however_it_is_typed(hub):
    row = hub.row()
    hub.load([row])
    found, = hub.json("position", "list", COMUNE, "--debtor", row["debtor_code"].lower())
    assert found.own_id == row["own_id"]


@pytest.mark.parametrize("words, states", [
    (LISTS[0], ("OPEN", "PAID", "CANCELLED")), (LISTS[2], ("MADE", "PUBLISHED")),
    (LISTS[1], ("READY", "CLAIMED", "DONE", "PARKED"))], ids=lambda words: words[0])
def test_every_state_is_taken(hub, ente, words, states):
    ente.position()
    for state in states:
        assert all(row.state == state for row in hub.json(*words, "--state", state))


@pytest.mark.parametrize("words", LISTS, ids=lambda words: words[0])
def test_a_person_reads_the_id_that_a_program_reads(hub, channel, ente, words):
    pay(channel, ente.position())
    hub.payer("flow", "run")
    lines = hub.payer(*words).stdout.splitlines()
    assert lines and [line.split()[0] for line in lines] == [
        str(row.id) for row in hub.json(*words)]


@pytest.mark.parametrize("words", [
    ("outbox", "show", "abc"), ("outbox", "show", "0"), ("outbox", "retry", "12x"),
    ("flow", "show", "BANCA1-PAIN")])
def test_an_id_is_a_number(hub, words):
    assert f'"{words[2]}": the id of a' in hub.payer(*words, ok=(64,)).stderr


@pytest.mark.parametrize("words, named", [
    (("flow", "show", "99"), "flow 99"),
    (("outbox", "show", "98"), "notification 98"),
    (("outbox", "retry", "97"), "notification 97"),
    (("position", "show", "NESSUNA"), "position NESSUNA"),
    (("position", "show", "301000000000000000", "--creditor", COMUNE), "position 301000000000000000"),
    (("receipt", "show", COMUNE, "ffff"), f"receipt ffff of {COMUNE}"),
    (("receipt", "list", "1"), "Ente 1"),
    (("position", "list", "1"), "Ente 1"),
    (("anomaly", "list", "--creditor", "1"), "Ente 1"),
    (("payment", "reversals", "--creditor", "1"), "Ente 1"),
    (("flow", "list", "NESSUNA"), "subscription NESSUNA")])
def test_what_is_not_there_is_named(hub, words, named):
    done = hub.payer(*words, ok=(65,))
    assert f"there is no such thing: {named}" in done.stderr and done.stdout == ""
    kind = named.split()[0].lower()
    asked = f"registry show {kind}" if kind in ("ente", "subscription") else f"{words[0]} list"
    assert f"those that there are: payer {asked}" in done.stderr


def test_of_who_is_known_there_may_be_nothing(hub):
    for words in (("anomaly", "list", "--creditor", ASL, "--kind", "stamp-differs"),
                  ("payment", "reversals", "--creditor", ASL),
                  ("flow", "list", f"{ASL}-FDR", "--state", "MADE")):
        done = hub.payer(*words)
        assert done.stdout == "" and done.stderr.startswith("no ")


@pytest.mark.parametrize("words, says", [
    (("payment", "show", "301999999999999999"), "of a notice number say the IUV, 01999999999999999"),
    (("anomaly", "list", "--kind", "LATE"), "expected one of late duplicate"),
    (("registry", "show", "ENTE"), "expected one of collection bank"),
    (("flow", "check", "/nowhere"), "cannot read: /nowhere: No such file or directory"),
    (("position", "cancel-file", "x" * 500), "say --yes")])
def test_what_to_say_instead_is_said(hub, words, says):
    """However long what was typed is."""
    assert says in hub.payer(*words, ok=(64, 65, 66)).stderr


def test_what_two_enti_call_the_same_is_not_guessed(hub):
    """An own id may look like a notice number, too. [I13]"""
    own_id = "123456789012345678"
    hub.load([hub.row(COMUNE, own_id=own_id)])
    assert hub.json("position", "show", own_id)[0].creditor == COMUNE
    hub.load([hub.row(ASL, own_id=own_id)])
    for words in (("show", own_id), ("cancel", own_id, "--yes")):
        said = hub.payer("position", *words, ok=(64,)).stderr
        assert f"{own_id}: 2 Enti have one: say --creditor" in said
    for creditor in (COMUNE, ASL):
        [shown] = hub.json("position", "show", own_id, "--creditor", creditor)
        assert (shown.creditor, shown.state) == (creditor, "OPEN")


def test_what_was_published_is_told_as_it_is(hub, channel, ente):
    pay(channel, ente.position())
    flows = hub.json("flow", "run")
    assert {flow.state for flow in flows} == {"PUBLISHED"}
    assert flows[0].published_at == hub.json("flow", "show", str(flows[0].id))[0].published_at


def test_a_notification_is_shown_whole(hub, channel, ente):
    notice = ente.position()
    pay(channel, notice)
    ente.wait_told(notice)
    ids = [int(line) for line in hub.sql("SELECT id FROM outbox WHERE payload LIKE "
                                         f"'%{notice.number}%'")]
    assert len(ids) == 2
    for number in ids:
        shown, = hub.json("outbox", "show", str(number))
        assert f">{notice.number}<" in shown.message
        text = shown.message.replace("\r\n", "\n")
        assert text in hub.payer("outbox", "show", str(number)).stdout


def test_a_program_is_told_instants_in_utc(hub, ente):
    """An hour comes twice in Rome each October; what a person reads is Rome's clock."""
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
    notice = ente.position()
    rows = hub.json("position", "list", COMUNE)
    while rows[-1].own_id != notice.own_id:
        rows = hub.json("position", "list", COMUNE, "--after", str(rows[-1].id))
    made = datetime.datetime.fromisoformat(rows[-1].created_at.replace("Z", "+00:00"))
    assert before < made < before + datetime.timedelta(seconds=60)
    shown = hub.payer("position", "list", COMUNE, "--after", str(rows[-1].id - 1)).stdout
    rome = made.astimezone(zoneinfo.ZoneInfo("Europe/Rome"))
    assert f"  {rome:%Y-%m-%dT%H:%M:%S}  " in shown


def test_a_receipt_has_the_clock_of_its_reader(hub, channel, ente):
    token = pay(channel, ente.position())
    wait_until(lambda: hub.json("receipt", "show", COMUNE, token, ok=(0, 65)), "a number")
    paid_at, = (row.paid_at for row in hub.json("receipt", "show", COMUNE, token))
    rome = datetime.datetime.fromisoformat(paid_at.replace("Z", "+00:00")).astimezone(
        zoneinfo.ZoneInfo("Europe/Rome"))
    assert f"  {rome:%Y-%m-%dT%H:%M:%S}  {token}  " in hub.payer(
        "receipt", "show", COMUNE, token).stdout


def test_an_ente_that_nobody_knows_is_no_empty_list(hub):
    assert "Ente 12345678901" in hub.payer("position", "list", "12345678901", ok=(65,)).stderr
