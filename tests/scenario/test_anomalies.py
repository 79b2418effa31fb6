# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person must look at is worked with `payer anomaly`: taken, given back, noted, closed with a
reason. What a person closed stays closed, however often flows are matched again. [I5] [I10]"""
import concurrent.futures
import os
import pty
import pwd
import subprocess

import pytest

from support.hub import COMUNE, program, wait_until
from support.reports import NOW, FlowPsp, flow_id, later, lines, number, payment

OWN_HUB = True
ME = f"operator/{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture
def psp(hub):
    return FlowPsp(hub.url)


@pytest.fixture
def anomaly(hub, channel, ente):
    """Money that came late."""
    notice = ente.position(amount="12.34")
    token = channel.activate(COMUNE, notice.number, "12.34", expiration_ms=1).paymentToken
    channel.outcome(token)
    return newest(hub, "late")


def every(hub, *filters):
    rows = hub.json("anomaly", "list", *filters)
    while rows and (more := hub.json("anomaly", "list", *filters, "--after", str(rows[-1].id))):
        rows += more
    return rows


def newest(hub, kind):
    return every(hub, "--kind", kind, "--state", "OPEN")[-1]


def show(hub, row):
    shown, *notes = hub.json("anomaly", "show", str(row.id))
    return shown, notes


def told(hub, row):
    return [(j.event, j.actor, j.detail) for j in hub.json("journal", "show", str(row.id))]


def test_one_is_worked_from_its_opening_to_its_end(hub, anomaly):
    """Each step is done once, says so when it was done before, and is in the journal."""
    identifier = str(anomaly.id)
    assert (anomaly.state, anomaly.owner, anomaly.amount_cents) == ("OPEN", None, 1234)
    said = [hub.payer("anomaly", "take", identifier).stdout for _ in range(2)]
    assert said == [f"anomaly {identifier} is yours\n", f"anomaly {identifier} is yours already\n"]
    for _ in range(2):
        hub.payer("anomaly", "note", identifier, "chiesto al PSP: è così")
    for _ in range(2):
        hub.payer("anomaly", "close", identifier, "--reason", "accepted")
    shown, notes = show(hub, anomaly)
    assert (shown.state, shown.owner, shown.reason, shown.closed_by) == ("CLOSED", ME, "accepted", ME)
    assert shown.closed_at and [(n.author, n.text) for n in notes] == [(ME, "chiesto al PSP: è così")]
    assert told(hub, anomaly) == [("anomaly.take", ME, "late"), ("anomaly.note", ME, "late"),
                                  ("anomaly.close", ME, "late: accepted")]
    assert "anomaly.close" in hub.payer("journal", "show", shown.notice_number).stdout
    page = hub.payer("anomaly", "show", identifier).stdout
    assert "To do: " in page and "Closed: it is right as it stands" in page and "è così" in page

    for _ in range(2):
        hub.payer("anomaly", "reopen", identifier)
    shown, _ = show(hub, anomaly)
    assert (shown.state, shown.owner, shown.reason, shown.closed_at) == ("OPEN", ME, None, None)
    assert told(hub, anomaly)[3:] == [("anomaly.reopen", ME, "late")]


def taken_by(hub, row, who, since):
    """As if somebody with another login had taken it."""
    hub.sql(f"UPDATE anomaly SET owner = 'operator/{who}', taken_at = {since}, ver = ver + 1"
            f" WHERE id = {row.id}")


def test_one_is_given_back(hub, anomaly):
    identifier = str(anomaly.id)
    hub.payer("anomaly", "take", identifier)
    assert show(hub, anomaly)[0].taken_at.startswith("20")
    assert f"{ME} since 20" in hub.payer("anomaly", "list", "--after", str(anomaly.id - 1)).stdout
    said = [hub.payer("anomaly", "release", identifier).stdout for _ in range(2)]
    assert said == [f"anomaly {identifier} is nobody's\n",
                    f"anomaly {identifier} is nobody's already\n"]
    shown, _ = show(hub, anomaly)
    assert (shown.state, shown.owner, shown.taken_at) == ("OPEN", None, None)
    assert anomaly.id in [row.id for row in every(hub, "--owner", "-")]
    assert told(hub, anomaly) == [("anomaly.take", ME, "late"), ("anomaly.release", ME, "late")]


@pytest.mark.parametrize("since, words", [("'2026-03-02 08:14:07'", " since 2026-03-02T09:14:07"),
                                          ("NULL", "")])
def test_what_somebody_else_has_is_taken_over_only_if_that_is_meant(hub, anomaly, since, words):
    """Who has it, and since when (where that is known), is said first; the journal keeps it."""
    identifier, has = str(anomaly.id), f"operator/anna has anomaly {anomaly.id}{words}: "
    taken_by(hub, anomaly, "anna", since)
    assert f"say --yes, as nobody can be asked here: {has}take it over?" in \
        hub.payer("anomaly", "take", identifier, ok=(64,)).stderr
    assert has + "take it first" in hub.payer("anomaly", "release", identifier, ok=(65,)).stderr
    assert show(hub, anomaly)[0].owner == "operator/anna"
    assert "in the journal" in hub.payer("journal", "show", identifier, ok=(65,)).stderr

    said = [hub.payer("anomaly", "take", identifier, "--yes").stdout for _ in range(2)]
    assert said == [f"anomaly {identifier} is yours\n", f"anomaly {identifier} is yours already\n"]
    assert show(hub, anomaly)[0].owner == ME
    assert told(hub, anomaly) == [("anomaly.take", ME, "late: from operator/anna")]


@pytest.mark.parametrize("answer, status, words", [("y", 65, "operator/berta has"),
                                                   ("n", 64, "nothing was done")])
def test_it_is_taken_from_whom_the_question_named(hub, anomaly, answer, status, words):
    """While somebody thinks about it, it becomes another's."""
    taken_by(hub, anomaly, "anna", "UTC_TIMESTAMP(6)")
    terminal, end = pty.openpty()
    with subprocess.Popen([program(), "anomaly", "take", str(anomaly.id)], env=hub.environment,
                          cwd=hub.home, stdin=end, stderr=subprocess.PIPE, text=True) as asked:
        question = ""
        while not question.endswith("[y/N] "):
            question += asked.stderr.read(1)
        taken_by(hub, anomaly, "berta", "UTC_TIMESTAMP(6)")
        os.write(terminal, f"{answer}\n".encode())
        said = asked.stderr.read()
    for descriptor in (terminal, end):
        os.close(descriptor)
    assert "operator/anna has" in question and words in said and asked.returncode == status
    assert show(hub, anomaly)[0].owner == "operator/berta"


def test_what_may_not_be_done_changes_nothing(hub, anomaly):
    identifier = str(anomaly.id)
    hub.payer("anomaly", "close", identifier, "--reason", "refunded")
    lines_before = told(hub, anomaly)
    for verb, *more in (("take",), ("release",), ("close", "--reason", "accepted")):
        said = hub.payer("anomaly", verb, identifier, *more, ok=(65,)).stderr
        assert f"{ME} closed anomaly {identifier} as refunded: reopen it first" in said
    assert told(hub, anomaly) == lines_before
    assert (show(hub, anomaly)[0].owner, show(hub, anomaly)[0].reason) == (None, "refunded")


@pytest.mark.parametrize("arguments, status, what", [
    (("close", "{id}"), 64, "--reason: expected one of refunded accepted collector-error ente-settled"),
    (("close", "{id}", "--reason", "REFUNDED"), 64, "--reason: expected one of"),
    (("note", "{id}", ""), 64, "a note has 1 to 1000 characters"),
    (("note", "{id}", "x" * 1001), 64, "a note has 1 to 1000 characters"),
    (("note", "{id}", "a\nb"), 64, "a note has 1 to 1000 characters"),
    (("note", "{id}", "pagato con 4111 1111 1111 1111"), 64, "the number of a card"),
    (("take", "4712"), 65, "there is no such thing: anomaly 4712"),
    (("show", "4712"), 65, "there is no such thing: anomaly 4712"),
    (("show", "x"), 64, "the id of an anomaly expected"),
    (("list", "--kind", "LATE"), 64, "reported-not-paid reported-twice reported-revoked\n"),
    (("list", "--state", "DONE"), 64, "expected one of OPEN CLOSED"),
])
def test_what_is_wrong_is_named(hub, anomaly, arguments, status, what):
    """A card number in a note is refused. [X66]"""
    said = hub.payer("anomaly", *(a.format(id=anomaly.id) for a in arguments), ok=(status,)).stderr
    assert what in said
    assert show(hub, anomaly)[0].state == "OPEN"
    assert "in the journal" in hub.payer("journal", "show", str(anomaly.id), ok=(65,)).stderr


def test_it_is_found(hub, anomaly):
    """By kind, Ente, state, owner and age, in order of ids."""
    def there(*filters):
        rows = hub.json("anomaly", "list", *filters, "--after", str(anomaly.id - 1))
        assert rows == sorted(rows, key=lambda row: row.id)
        return anomaly.id in [row.id for row in rows]

    hub.payer("anomaly", "take", str(anomaly.id))
    owner = ME.removeprefix("operator/")
    for filters, is_there in (
            ((), True), (("--kind", "late"), True), (("--kind", "duplicate"), False),
            (("--creditor", COMUNE), True), (("--creditor", "88888888888"), False),
            (("--state", "OPEN"), True), (("--state", "CLOSED"), False),
            (("--owner", owner), True), (("--owner", "-"), False), (("--owner", "nobody"), False),
            (("--since", "1h"), True), (("--until", "1h"), False),
            (("--state", "OPEN", "--owner", owner, "--kind", "late", "--since", "1h"), True)):
        assert there(*filters) == is_there, filters


def test_many_that_close_it_close_it_once(hub, anomaly):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: hub.payer("anomaly", "close", str(anomaly.id), "--reason",
                                          "accepted"), range(6)))
    assert [event for event, *_ in told(hub, anomaly)] == ["anomaly.close"]
    assert hub.sql(f"SELECT ver FROM anomaly WHERE id = {anomaly.id}") == ["1"]


def test_they_are_counted(hub, anomaly):
    name = 'payer_anomalies_open{kind="late"}'

    def counted():
        return hub.work_metrics().get(name)

    n = len(every(hub, "--kind", "late", "--state", "OPEN"))
    wait_until(lambda: counted() == n, f"{n} that came late")
    assert hub.work_metrics()["payer_anomaly_oldest_seconds"] >= 0
    hub.payer("anomaly", "close", str(anomaly.id), "--reason", "accepted")
    wait_until(lambda: counted() == n - 1, "one less")


def reported(hub, psp, notice, token, amount="12.34"):
    """A flow with one line that nobody knows yet; its id, and its anomaly."""
    identifier, code = psp.deliver([payment(notice.iuv, token, amount)])
    assert code == "OK" and lines(hub, identifier) == ["UNKNOWN"]
    return identifier, newest(hub, "reported-not-paid")


def test_what_a_person_closed_stays_closed(hub, channel, ente, psp):
    """Its line is looked at again, and is still not what was paid: another look changes nothing."""
    notice = ente.position(amount="12.34")
    token = channel.activate(COMUNE, notice.number, "12.34").paymentToken
    identifier, row = reported(hub, psp, notice, token, "12.00")
    hub.payer("anomaly", "close", str(row.id), "--reason", "collector-error")
    assert channel.outcome(token).outcome == "OK"
    wait_until(lambda: lines(hub, identifier) == ["DIFFERS"], "it is paid by now")
    shown, _ = show(hub, row)
    assert (shown.state, shown.reason, shown.line_state) == ("CLOSED", "collector-error", "DIFFERS")
    said = hub.payer("anomaly", "reopen", str(row.id), ok=(65,)).stderr
    assert "was about is DIFFERS by now" in said
    differs = newest(hub, "reported-differs")
    assert differs.flow_id == identifier
    hub.payer("anomaly", "close", str(differs.id), "--reason", "accepted")


def test_what_is_looked_at_again_is_open_again_unless_a_person_closed_it(hub, channel, ente, psp):
    """Four flows report one payment; the first is taken back, the second is the first now, and the
    others only come second still."""
    notice = ente.position(amount="12.34")
    token = channel.activate(COMUNE, notice.number, "12.34").paymentToken
    channel.outcome(token)
    mine = [payment(notice.iuv, token, "12.34")]
    first, *others = (psp.deliver(mine)[0] for _ in range(4))
    assert [lines(hub, o) for o in others] == [["TWICE"]] * 3
    second, third, fourth = [r for r in every(hub, "--kind", "reported-twice")
                             if r.flow_id in others]
    hub.payer("anomaly", "close", str(third.id), "--reason", "accepted")
    assert psp.deliver([payment("RF1", "y", "2.00")], first, later(NOW))[1] == "OK"
    wait_until(lambda: lines(hub, others[0]) == ["MATCHED"], "what came second is first now")
    wait_until(lambda: show(hub, fourth)[0].state == "OPEN" and lines(hub, others[2]) == ["TWICE"],
               "the others were looked at again")
    assert [show(hub, r)[0].reason for r in (second, third)] == [None, "accepted"]
    assert [show(hub, r)[0].state for r in (second, third)] == ["CLOSED", "CLOSED"]


def test_the_hub_closes_what_later_facts_settle(hub, channel, ente, psp):
    notice = ente.position(amount="12.34")
    token = channel.activate(COMUNE, notice.number, "12.34").paymentToken
    identifier, row = reported(hub, psp, notice, token)
    channel.outcome(token)
    wait_until(lambda: lines(hub, identifier) == ["MATCHED"], "it is paid by now")
    shown, _ = show(hub, row)
    assert (shown.state, shown.reason, shown.closed_by) == ("CLOSED", None, None) and shown.closed_at
    for verb, *more in (("reopen",), ("close", "--reason", "accepted"), ("take",)):
        said = hub.payer("anomaly", verb, str(row.id), *more, ok=(65,)).stderr
        assert f"the hub closed anomaly {row.id}: later facts agree" in said


def test_a_revision_settles_what_its_former_asked(hub, psp):
    identifier = flow_id()
    twice = [payment("RF1", "x", "1.00"), payment("RF2", "y", "2.00")]
    assert psp.deliver(twice, identifier)[1] == "OK"
    report = number(hub, identifier)
    first, second = [r for r in every(hub, "--kind", "reported-not-paid") if r.psp_flow == report]
    hub.payer("anomaly", "close", str(first.id), "--reason", "ente-settled")
    assert psp.deliver([payment("RF3", "z", "3.00")], identifier, later(NOW))[1] == "OK"
    wait_until(lambda: show(hub, second)[0].state == "CLOSED", "it is no line any longer")
    assert (show(hub, first)[0].reason, show(hub, second)[0].reason) == ("ente-settled", None)
    said = hub.payer("anomaly", "reopen", str(first.id), ok=(65,)).stderr
    assert "was about is REPLACED by now" in said
