# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions that are there already: changed or withdrawn as long as nobody pays them, and whoever
asks is told what became of each. [I4] [R3] [R5]"""
import concurrent.futures
import csv
import datetime

import pytest

from scenario.test_pay import two_beneficiaries
from scenario.test_positions import DEBTOR, caller, instalment, position, submit
from support.channel import PATH, RawChannel, fault_code
from support.hub import ASL, ATM, COMUNE, PSP, PSP_BROKER
from support.registry import PASSWORD

ROUNDS = 12


def single(amount="12.34", **more):
    return [{"kind": "single", "instalment": [instalment(amount, **more)]}]


def plan(*amounts):
    return [{"kind": "plan", "instalment": [instalment(a, n + 1) for n, a in enumerate(amounts)]}]


def update(service, *positions, version=None):
    return service.updatePositions(update=[{"version": version, "position": p} for p in positions])


def refusals(results):
    return [(r.outcome, r.refusal and (r.refusal.code, r.refusal.field)) for r in results]


def test_a_change_is_what_a_payer_meets(hub, channel):
    service = caller(hub)
    notice = submit(service, position("CH-1"))[0].notice[0].noticeNumber
    other = {**DEBTOR, "name": "Altro Debitore"}
    new = position("CH-1", debtor=other, description="Tassa rifiuti, rettifica",
                   options=single("20.00", payableUntil=datetime.date(2098, 1, 1)))
    changed, = update(service, new)
    assert (changed.ownId, changed.outcome, changed.version) == ("CH-1", "changed", 1)
    seen = service.getPosition(creditor=COMUNE, ownId="CH-1")
    assert (seen.position.debtor.name, seen.position.description) == (
        "Altro Debitore", "Tassa rifiuti, rettifica")
    assert seen.position.option[0].instalment[0].payableUntil == datetime.date(2098, 1, 1)
    assert seen.position.option[0].instalment[0].noticeNumber == notice
    verified = channel.verify(COMUNE, notice).paymentList.paymentOptionDescription[0]
    assert str(verified.amount) == "20.00"
    begun = channel.activate(COMUNE, notice, "20.00")
    assert [str(t.transferAmount) for t in begun.transferList.transfer] == ["20.00"]
    assert channel.outcome(begun.paymentToken).outcome == "OK"


def test_the_same_again_is_a_success(hub):
    service = caller(hub)
    submit(service, position("CH-2"))
    new = position("CH-2", options=single("13.00"))
    first, = update(service, new, version=0)
    again, = update(service, new, version=0)  # its answer was lost, the version is old
    assert [(r.outcome, r.version) for r in (first, again)] == [("changed", 1), ("unchanged", 1)]
    assert submit(service, new)[0].outcome == "unchanged"
    assert submit(service, position("CH-2"))[0].refusal.code == "OTHER_CONTENT"


def test_a_change_of_what_was_changed_meanwhile(hub):
    service = caller(hub)
    submit(service, position("CH-3"))
    update(service, position("CH-3", options=single("13.00")))
    assert refusals(update(service, position("CH-3", options=single("14.00")), version=0)) == [
        ("refused", ("VERSION_OTHER", "version"))]
    version = service.getPosition(creditor=COMUNE, ownId="CH-3").version
    assert update(service, position("CH-3", options=single("14.00")),
                  version=version)[0].outcome == "changed"


def test_what_is_being_paid_or_paid_stays(hub, channel):
    service = caller(hub)
    given = submit(service, position("CH-4", options=plan("10.00", "11.00", "12.00")))[0].notice
    token = channel.activate(COMUNE, given[0].noticeNumber, "10.00").paymentToken
    live = [update(service, position("CH-4", **change))[0] for change in (
        {"options": plan("10.01", "11.00", "12.00")},
        {"options": plan("10.00", "11.00", "12.00"), "description": "Altro"},
        {"options": plan("10.00", "11.01", "12.00")})]
    assert refusals(live) == [("refused", ("PAYMENT_LIVE", "option[1]/instalment[1]/amount")),
                              ("refused", ("PAYMENT_LIVE", "description")), ("changed", None)]
    assert channel.outcome(token).outcome == "OK"
    paid = [update(service, position("CH-4", **change))[0] for change in (
        {"options": plan("10.01", "11.01", "12.00")},
        {"options": plan("10.00", "11.01", "12.00"), "debtor": {**DEBTOR, "name": "Altro"}},
        {"options": plan("10.00", "11.01", "15.00")})]
    assert refusals(paid) == [("refused", ("INSTALMENT_PAID", "option[1]/instalment[1]/amount")),
                              ("refused", ("POSITION_PAID", "debtor")), ("changed", None)]
    for notice, amount in zip(given[1:], ("11.01", "15.00")):
        token = channel.activate(COMUNE, notice.noticeNumber, amount).paymentToken
        assert channel.outcome(token).outcome == "OK"
    assert refusals(update(service, position("CH-4"))) == [("refused", ("POSITION_PAID", None))]


def test_other_options_are_another_position(hub):
    service = caller(hub)
    number = submit(service, position("CH-5"))[0].notice[0].noticeNumber
    other = str(int(number[:16]) + 1)
    other += f"{int(other) % 93:02d}"
    service.cancelPosition(creditor=COMUNE, ownId=submit(service, position("CH-6"))[0].ownId)
    results = update(
        service, position("CH-5", options=plan("6.00", "6.34")),
        position("CH-5", options=single(noticeNumber=other)),
        position("CH-5", options=single("7.00", noticeNumber=number)),
        position("CH-5", debt_type="NIENTE"), position("CH-6", options=single("9.00")),
        position("NEVER-SENT"))
    assert refusals(results) == [
        ("refused", ("OPTIONS_OTHER", "option")),
        ("refused", ("NOTICE_CHANGED", "option[1]/instalment[1]/noticeNumber")), ("changed", None),
        ("refused", ("DEBT_TYPE_UNKNOWN", "debtType")),
        ("refused", ("POSITION_CANCELLED", None)), ("refused", ("POSITION_UNKNOWN", "ownId"))]


def test_beneficiaries_change_with_the_amount(hub, comune, channel):
    notice = two_beneficiaries(comune)
    service = caller(hub)
    seen = service.getPosition(creditor=COMUNE, ownId=notice.own_id).position
    new = position(notice.own_id, debt_type="MULTE", options=single("50.00"),
                   debtor={"kind": "F", "code": seen.debtor.code, "name": seen.debtor.name})
    assert update(service, new)[0].outcome == "changed"
    begun = channel.activate(COMUNE, notice.number, "50.00")
    assert [(t.fiscalCodePA, str(t.transferAmount)) for t in begun.transferList.transfer] == [
        (COMUNE, "50.00")]
    assert channel.outcome(begun.paymentToken).outcome == "OK"


def test_a_change_and_a_payer_at_once(hub):
    """Whoever comes second meets what the first one did. [R3] [R5]"""
    service = caller(hub)
    notices = [r.notice[0].noticeNumber for r in submit(
        service, *(position(f"RACE-{n}") for n in range(ROUNDS)))]
    payer = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    payer.outcome("0" * 32)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for n, notice in enumerate(notices):
            begun = pool.submit(payer.activate, COMUNE, notice, "12.34")
            change = pool.submit(update, service, position(f"RACE-{n}", options=single("9.99")))
            (changed,), answer = change.result(), begun.result()
            now = service.getPosition(creditor=COMUNE, ownId=f"RACE-{n}").position.option[0]
            assert str(now.instalment[0].amount) == (
                "9.99" if changed.outcome == "changed" else "12.34")
            if fault_code(answer) == "OK":
                assert str(answer.totalAmount) == str(now.instalment[0].amount)
                assert fault_code(payer.outcome(answer.paymentToken)) == "OK"
    payer.close()


def test_many_are_withdrawn_each_with_its_outcome(hub, channel):
    service = caller(hub)
    made = submit(service, *(position(f"WD-{n}") for n in range(4)))
    token = channel.activate(COMUNE, made[2].notice[0].noticeNumber, "12.34").paymentToken
    keys = [{"creditor": COMUNE, "ownId": "WD-0"},
            {"creditor": COMUNE, "noticeNumber": made[1].notice[0].noticeNumber},
            {"creditor": COMUNE, "ownId": "WD-2"}, {"creditor": COMUNE, "ownId": "WD-0"},
            {"creditor": COMUNE, "ownId": "NEVER-SENT"}]
    results = service.cancelPositions(key=keys)
    assert refusals(results) == [
        ("changed", None), ("changed", None), ("refused", ("PAYMENT_LIVE", None)),
        ("unchanged", None), ("refused", ("POSITION_UNKNOWN", None))]
    assert (results[0].ownId, results[1].noticeNumber) == ("WD-0", made[1].notice[0].noticeNumber)
    assert [service.getPosition(creditor=COMUNE, ownId=f"WD-{n}").state for n in range(4)] == [
        "cancelled", "cancelled", "open", "open"]
    channel.outcome(token)


def test_another_entes_positions_are_not_changed(hub):
    """[I13]"""
    own, other = caller(hub), caller(hub, "BACKOFFICE2")
    submit(own, position("CH-7"))
    assert refusals(update(other, position("CH-7", options=single("1.00")))) == [
        ("refused", ("CREDITOR_UNKNOWN", "creditor"))]
    assert refusals(other.cancelPositions(key=[{"creditor": COMUNE, "ownId": "CH-7"}])) == [
        ("refused", ("POSITION_UNKNOWN", None))]
    seen = own.getPosition(creditor=COMUNE, ownId="CH-7")
    assert (seen.state, seen.version) == ("open", 0)


def test_a_file_changes_positions(hub):
    rows = [hub.row() for _ in range(130)]
    hub.load(rows)
    new = [{**row, "amount": "99.00"} for row in rows]
    wrong = [{**hub.row(), "own_id": "NEVER-LOADED"}, {**rows[0], "due_date": "2027-02-30"}]
    for options, said in ((["--dry-run"], "dry run: 130 updated, 0 unchanged, 2 refused"),
                          ([], "130 updated, 0 unchanged, 2 refused"),
                          ([], "0 updated, 130 unchanged, 2 refused")):
        done = hub.load(new + wrong, ok=(1,), verb="update", options=options)
        assert said in done.stdout
        assert [(int(r["line"]), r["field"]) for r in csv.DictReader(done.rejects.splitlines())] \
            == [(132, "own_id"), (133, "due_date")]
    shown, = hub.json("position", "show", rows[129]["notice_number"])
    assert shown.instalments[0].amount_cents == 9900


@pytest.mark.parametrize("columns", [("creditor", "own_id"), ("notice_number", "creditor")])
def test_a_file_withdraws_positions(hub, channel, columns):
    rows = [hub.row() for _ in range(120)] + [hub.row(ASL)]
    hub.load(rows)
    token = channel.activate(COMUNE, rows[3]["notice_number"], rows[3]["amount"]).paymentToken
    path, rejects = hub.home / "wrong.csv", hub.home / "not-cancelled.csv"
    path.write_text("".join(",".join(line) + "\r\n" for line in [
        columns, *([row[c] for c in columns] for row in rows), [COMUNE], ["", ""]]))
    command = ["position", "cancel-file", str(path), "--rejects", str(rejects)]
    for options, taken, unchanged in ((["--dry-run"], 120, 0), (["--yes"], 120, 0),
                                      (["--yes"], 0, 120)):
        said, = hub.json(*command, *options, ok=(1,))
        assert (said.cancelled, said.unchanged, said.refused) == (taken, unchanged, 3)
        found = list(csv.DictReader(rejects.read_text().splitlines()))
        assert sorted(int(r["line"]) for r in found) == [5, 123, 124]
        assert next(r for r in found if r["line"] == "5")["expected"] == (
            "a position that nobody is paying just now")
    channel.outcome(token)
    hub.payer(*command, ok=(64,))  # nobody there to be asked


def test_a_file_that_names_two_positions_in_one_row(hub):
    """A column that slipped: the own id of one, the notice of another. Neither is withdrawn."""
    one, other = hub.row(), hub.row()
    hub.load([one, other])
    mixed = {**one, "notice_number": other["notice_number"]}
    done = hub.load([mixed], verb="cancel-file", options=("--yes",), ok=(1,))
    assert done.stdout.startswith("0 cancelled, 0 unchanged, 1 refused")
    rejected, = csv.DictReader(done.rejects.splitlines())
    assert (rejected["own_id"], rejected["value"]) == (one["own_id"], other["notice_number"])
    assert hub.load([one], verb="cancel-file", options=("--yes",)).stdout.startswith("1 cancelled")
    states = {p.own_id: p.state for p in hub.json("position", "list", COMUNE, "--debtor",
                                                  other["debtor_code"])}
    assert states == {other["own_id"]: "OPEN"}
