# SPDX-License-Identifier: GPL-3.0-or-later
"""Money that was given back: a fact of its own, once; the notice is owed again, and what its account
was credited is taken back by a later flow. [F56] [I5]"""
import concurrent.futures
import csv
import decimal

import pytest

from scenario.test_flow import SCHEMAS
from scenario.test_pay import ASL_ACCOUNT, MULTE_ACCOUNT, pay, two_beneficiaries
from scenario.test_payments_pulled import end, page, pull, tokens  # noqa: F401
from scenario.test_positions import caller, instalment, position, submit
from support.channel import fault_code
from support.hub import ASL, COMUNE, FDR, PAIN, wait_until
from support.witness import ROOT, schema_errors

OWN_HUB = True  # what waits and what is settled is counted
USAGE, DATA = 64, 65


def reverse(hub, what, *options, reason="Addebito non dovuto", reference="REV-1", ok=(0,)):
    return hub.payer("payment", "reverse", what, "--reason", reason, "--reference", reference,
                     *options, ok=ok)


def shown(hub, what):
    [payment] = hub.json("payment", "show", what)
    return payment


def entries(hub, token):
    """[(kind, cents)] of a payment and of its reversal."""
    rows = hub.sql("SELECT e.kind, e.amount_cents FROM entry e JOIN payment y ON y.id = e.payment_id"
                   f" WHERE y.token = '{token}' ORDER BY e.id")
    return [(kind, int(cents)) for kind, cents in (row.split("\t") for row in rows)]


def run(hub):
    """Close the period; the files that are new, and what it said."""
    before = set(hub.flow_files())
    said = hub.payer("flow", "run").stderr
    return set(hub.flow_files()) - before, said


@pytest.fixture(autouse=True)
def settled(hub):
    """Each test begins with nothing due, and leaves nothing that waits."""
    hub.payer("flow", "run")
    yield
    pay(hub.channel(), hub.position_new(amount="900.00"))
    assert "reversed transfers wait" not in hub.payer("flow", "run").stderr


def test_a_reversed_payment_is_owed_again(hub, channel, ente):
    """All of it is written once: entries that sum to 0, a line, a row; the fee stays the PSP's. [I3]"""
    notice = ente.position()
    token = pay(channel, notice, fee="1.50")
    assert fault_code(channel.verify(COMUNE, notice.number)) == "PPT_PAGAMENTO_DUPLICATO"

    said = reverse(hub, token, reference="REV-17").stdout

    assert "REVERSED" in said and "REV-17: Addebito non dovuto" in said
    assert entries(hub, token) == [("collected", -1384), ("fee", 150), ("paid", 1234),
                                   ("returned", 1234), ("reversed", -1234)]
    payment = shown(hub, notice.iuv)
    assert (payment.state, payment.was, payment.reference) == ("REVERSED", "PAID", "REV-17")
    assert payment.reversed_by.startswith("operator/")
    assert "payment.reversed" in hub.payer("journal", "show", notice.number).stdout
    assert hub.position(notice).state == "OPEN"
    again = pay(channel, notice)
    assert hub.position(notice).state == "PAID" and shown(hub, notice.iuv).token == again


def test_the_same_order_is_done_once(hub, channel, ente):
    """[I2] [I6]"""
    token = pay(channel, ente.position())
    first = hub.json("payment", "reverse", token, "--reason", "r", "--reference", "R", "--key", "K1")[0]
    again = hub.json("payment", "reverse", token, "--reason", "r", "--reference", "R", "--key", "K1")[0]
    assert (first.result, again.result) == ("reversed", "known")
    assert {**vars(first), "result": ""} == {**vars(again), "result": ""}
    for options, why in (({"reason": "other", "reference": "R"}, "another reversal"),
                         ({"reason": "r", "reference": "R2"}, "another reversal")):
        assert why in reverse(hub, token, "--key", "K1", **options, ok=(DATA,)).stderr
    assert "reversed before" in reverse(hub, token, "--key", "K2", ok=(DATA,)).stderr
    assert len(entries(hub, token)) == 4


def test_what_took_no_money_is_not_reversed(hub, channel, ente):
    notice = ente.position()
    token = channel.activate(COMUNE, notice.number, notice.amount).paymentToken
    assert "took no money" in reverse(hub, token, ok=(DATA,)).stderr
    channel.outcome(token, "KO")
    assert "took no money" in reverse(hub, notice.iuv, ok=(DATA,)).stderr
    assert reverse(hub, "x" * 32, ok=(DATA,)).stdout == ""
    assert hub.position(notice).payments[0].state == "FAILED"


def test_money_is_given_back_when_somebody_says_so(hub, channel, ente):
    """And says who collected it, and why."""
    notice = ente.position()
    token = pay(channel, notice)
    order = ["payment", "reverse", token, "--reason", "r", "--reference", "R"]
    assert "say --yes" in hub.payer(*order, ok=(USAGE,), yes=False).stderr
    assert "--reason" in hub.payer(*order[:3], "--reference", "R", ok=(USAGE,)).stderr
    assert "--reference" in hub.payer(*order[:5], ok=(USAGE,)).stderr
    assert "--reference" in hub.payer(*order[:6], "R" * 36, ok=(USAGE,)).stderr
    would, = hub.json(*order, "--dry-run")
    assert (would.result, would.state) == ("would", "PAID")
    assert shown(hub, token).state == "PAID" and len(entries(hub, token)) == 2


def test_options_that_were_closed_are_open_again(hub, channel):
    """While something of a plan is paid the other way to pay is closed. [I4]"""
    options = [{"kind": "single", "instalment": [instalment("30.00")]},
               {"kind": "plan", "instalment": [instalment("10.00", n) for n in (1, 2, 3)]}]
    single, first, second, _ = (n.noticeNumber for n in submit(
        caller(hub), position("REVERSED-1", options=options))[0].notice)
    tokens = []
    for notice in (first, second):
        tokens.append(channel.activate(COMUNE, notice, "10.00").paymentToken)
        channel.outcome(tokens[-1])
    reverse(hub, tokens[0])
    assert fault_code(channel.verify(COMUNE, first)) == "OK"
    assert fault_code(channel.verify(COMUNE, single)) != "OK"
    reverse(hub, tokens[1])
    token = channel.activate(COMUNE, single, "30.00").paymentToken
    assert fault_code(channel.outcome(token)) == "OK"


def test_a_reversed_position_keeps_what_its_receipts_tell(hub, channel):
    """It may be paid again or withdrawn, but not changed: its receipts would change too."""
    row = hub.row()
    hub.load([row])
    token = channel.activate(COMUNE, row["notice_number"], "12.34").paymentToken
    channel.outcome(token)
    reverse(hub, token)
    refused = hub.load([{**row, "amount": "20.00"}], verb="update", ok=(1,))
    assert "a payment of it was reversed" in refused.rejects
    hub.payer("position", "cancel", row["notice_number"], "--yes")
    assert fault_code(channel.verify(COMUNE, row["notice_number"])) == "PPT_ERRORE_EMESSO_DA_PAA"


def test_what_was_paid_twice_goes_back(hub, channel, ente):
    """It was the Ente's never: nothing of it is in any flow, and nobody need look any more. [I4]"""
    notice = ente.position()
    late = channel.activate(COMUNE, notice.number, notice.amount, expiration_ms=1).paymentToken
    token = pay(channel, notice)
    channel.outcome(late)
    anomaly = "SELECT a.kind, a.state, a.reason FROM anomaly a JOIN payment y ON y.id = a.payment_id" \
              f" WHERE y.token = '{late}'"
    assert shown(hub, late).state == "DUPLICATE" and hub.sql(anomaly) == ["duplicate\tOPEN\tNULL"]

    assert "several payments" in reverse(hub, notice.iuv, ok=(USAGE,)).stderr
    reverse(hub, late)

    assert hub.sql(anomaly) == ["duplicate\tCLOSED\trefunded"]
    assert entries(hub, late) == [("collected", -1234), ("suspense", 1234),
                                  ("returned", 1234), ("refunded", -1234)]
    assert hub.position(notice).state == "PAID" and shown(hub, token).state == "PAID"
    run(hub)
    assert len(hub.fdr(notice.iuv)) == 1


def test_late_money_after_a_reversal_is_a_payment(hub, channel, ente):
    notice = ente.position()
    late = channel.activate(COMUNE, notice.number, notice.amount, expiration_ms=1).paymentToken
    reverse(hub, pay(channel, notice))
    assert fault_code(channel.outcome(late)) == "PPT_TOKEN_SCADUTO"
    assert shown(hub, late).state == "PAID_LATE" and hub.position(notice).state == "PAID"


def test_a_channel_that_contradicts_what_was_reversed_is_heard(hub, channel, ente):
    """[F20]"""
    token = pay(channel, ente.position())
    reverse(hub, token)
    assert [fault_code(channel.outcome(token, o)) for o in ("OK", "KO")] == [
        "PPT_ESITO_GIA_ACQUISITO"] * 2
    assert hub.sql("SELECT a.kind FROM anomaly a JOIN payment y ON y.id = a.payment_id WHERE"
                   f" y.token = '{token}' AND a.state = 'OPEN'") == ["outcome-contradicts"]


def lines(flow, iuv):
    """[(outcome, amount)] of an IUV in a FlussoRiversamento."""
    return [(r.findtext(f"{FDR}codiceEsitoSingoloPagamento"), r.findtext(f"{FDR}singoloImportoPagato"))
            for r in flow.iter(f"{FDR}datiSingoliPagamenti")
            if r.findtext(f"{FDR}identificativoUnivocoVersamento") == iuv]


def check(hub, flow):
    """A flow that is valid, adds up, and whose money the bank is ordered to transfer."""
    assert schema_errors(SCHEMAS[flow.tag], flow) == []
    signed = [decimal.Decimal(r.findtext(f"{FDR}singoloImportoPagato"))
              * (-1 if r.findtext(f"{FDR}codiceEsitoSingoloPagamento") == "3" else 1)
              for r in flow.iter(f"{FDR}datiSingoliPagamenti")]
    assert len(signed) == int(flow.findtext(f"{FDR}numeroTotalePagamenti"))
    total = flow.findtext(f"{FDR}importoTotalePagamenti")
    assert sum(signed) == decimal.Decimal(total) > 0
    [(order, transfer)] = hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))
    assert schema_errors(SCHEMAS[order.tag], order) == []
    assert transfer.findtext(f"{PAIN}Amt/{PAIN}InstdAmt") == total


def test_what_was_credited_is_taken_back_when_there_is_more(hub, channel, ente):
    """A transfer is of more than nothing: until then the reversal waits, is seen to, and whole. [F56]"""
    notice = ente.position(amount="30.00")
    token = pay(channel, notice)
    run(hub)
    [(first, _)] = hub.fdr(notice.iuv)
    kept = {path: path.read_bytes() for path in hub.flow_files()}
    reverse(hub, token)

    files, said = run(hub)
    assert files == set() and "1 reversed transfers wait" in said and "credited, 30.00" in said
    wait_until(lambda: hub.work_metrics()["payer_reversal_waiting_cents"] == 3000, "it is told")
    for amount in ("20.00", "30.00"):  # too little, and as much
        other = ente.position(amount=amount)
        pay(channel, other)
        files, said = run(hub)
        [(flow, _)] = hub.fdr(other.iuv)
        assert lines(flow, notice.iuv) == [] and "1 reversed transfers wait" in said
        check(hub, flow)
    more = [ente.position(amount="20.00"), ente.position(amount="10.01")]
    for other in more:
        pay(channel, other)
    _, said = run(hub)

    assert "reversed transfers wait" not in said
    [(flow, _)] = hub.fdr(more[0].iuv)
    assert lines(flow, notice.iuv) == [("3", "30.00")]
    assert flow.findtext(f"{FDR}importoTotalePagamenti") == "0.01"
    check(hub, flow)
    assert lines(first, notice.iuv) == [("0", "30.00")]
    assert {path: path.read_bytes() for path in kept} == kept
    assert [r.findtext(f"{FDR}identificativoUnivocoRiscossione")
            for _, r in hub.fdr(notice.iuv)] == [token] * 2


def test_what_was_not_credited_yet_never_is(hub, channel, ente):
    """Alone it would be a transfer of nothing: both records wait, and go with other money."""
    notice, other = ente.position(amount="30.00"), ente.position(amount="0.05")
    reverse(hub, pay(channel, notice))
    files, said = run(hub)
    assert files == set() and "of money that was credited, 0.00" in said
    pay(channel, other)
    run(hub)
    [(flow, _)] = hub.fdr(other.iuv)
    assert lines(flow, notice.iuv) == [("0", "30.00"), ("3", "30.00")]
    assert flow.findtext(f"{FDR}importoTotalePagamenti") == "0.05"
    check(hub, flow)


def waits(hub, *options):
    """{IUV: the reversed transfers of it that wait}."""
    rows = hub.json("payment", "reversals", *options)
    return {row.iuv: [r for r in rows if r.iuv == row.iuv] for row in rows}


def close(hub, row, reason="bonifico del 2/3", **how):
    return hub.payer("payment", "close-reversal", str(row.id), "--reason", reason, **how)


def test_what_waits_is_listed(hub, channel, comune):
    """Of which account, and what of it the Ente was credited and owes."""
    notice, other = two_beneficiaries(comune), comune.position(amount="3.00")
    token = pay(channel, notice, v2=True)
    run(hub)
    reverse(hub, token, reference="REV-8")
    reverse(hub, pay(channel, other))

    listed = waits(hub)
    assert [(r.creditor, r.account, r.amount_cents, r.owed_cents, r.reference)
            for r in listed[notice.iuv]] == [(COMUNE, MULTE_ACCOUNT, 7000, 7000, "REV-8"),
                                             (ASL, ASL_ACCOUNT, 3000, 3000, "REV-8")]
    assert [(r.amount_cents, r.owed_cents) for r in listed[other.iuv]] == [(300, 0)]
    assert [r.account for r in waits(hub, "--creditor", ASL)[notice.iuv]] == [ASL_ACCOUNT]
    first, *rest = hub.json("payment", "reversals")
    assert hub.json("payment", "reversals", "--after", str(first.id)) == rest
    assert shown(hub, token).waiting_cents == 10000
    assert "100.00 of it waits" in hub.payer("payment", "show", token).stdout
    assert "payer payment reversals lists them" in run(hub)[1]
    for _ in range(2):
        pay(channel, two_beneficiaries(comune), v2=True)
    pay(channel, comune.position(amount="5.00"))
    run(hub)
    assert waits(hub) == {} and shown(hub, token).waiting_cents == 0
    assert "no reversed transfer waits" in hub.payer("payment", "reversals").stderr


def test_what_an_account_never_takes_back_is_settled_by_a_person(hub, channel, ente):
    """The Ente gave it back itself: no flow does it again, nothing waits, and it is told who said
    so. What was not credited leaves with what was paid. [I8] [I10]"""
    notice, other = ente.position(amount="30.00"), ente.position(amount="4.00")
    token = pay(channel, notice)
    run(hub)
    reverse(hub, token)
    reverse(hub, pay(channel, other))
    listed = waits(hub)
    [credited], [uncredited] = listed[notice.iuv], listed[other.iuv]
    asked = close(hub, credited, ok=(USAGE,), yes=False).stderr
    assert f"Take 30.00 back from {credited.account} of {COMUNE} by no flow" in asked
    assert "say --yes" in asked and waits(hub) == listed

    for row in (credited, uncredited):
        said = [close(hub, row).stdout for _ in range(2)]
        assert said == [f"reversed transfer {row.id} is closed\n",
                        f"reversed transfer {row.id} is closed already\n"]
    assert "with another reason: bonifico del 2/3" in close(hub, credited, "altro", ok=(DATA,)).stderr
    assert waits(hub) == {} and shown(hub, token).waiting_cents == 0
    assert hub.payer("journal", "show", notice.number).stdout.count("reversal.closed") == 1
    more = ente.position(amount="99.00")
    pay(channel, more)
    _, said = run(hub)
    [(flow, _)] = hub.fdr(more.iuv)
    assert "wait" not in said and flow.findtext(f"{FDR}importoTotalePagamenti") == "99.00"
    assert lines(flow, notice.iuv) == lines(flow, other.iuv) == [] == hub.fdr(other.iuv)


@pytest.mark.parametrize("arguments, status, what", [
    (("4711", "--reason", "x"), DATA, "there is no such thing: reversed transfer 4711 that waits"),
    (("x", "--reason", "x"), USAGE, "the id of a reversed transfer expected"),
    (("4711",), USAGE, "--reason: 1 to 140 characters, how it was settled"),
    (("4711", "--reason", "x" * 141), USAGE, "--reason: 1 to 140 characters"),
    (("4711", "--reason", "carta 4111 1111 1111 1111"), USAGE, "the number of a card"),
])
def test_what_is_wrong_with_a_closing_is_named(hub, arguments, status, what):
    assert what in hub.payer("payment", "close-reversal", *arguments, ok=(status,)).stderr


def test_closings_beside_a_run(hub, channel, ente):
    """A flow takes it back, or a person settled it: never both. [R3] [I8]"""
    tokens = [pay(channel, ente.position(amount="1.00")) for _ in range(8)]
    run(hub)
    for token in tokens:
        reverse(hub, token)
    rows = hub.json("payment", "reversals")
    pay(channel, ente.position(amount="100.00"))
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        runs = threads.submit(lambda: [hub.payer("flow", "run") for _ in range(2)])
        done = list(threads.map(lambda row: close(hub, row, ok=(0, DATA)).returncode, rows))
        runs.result()
    closed = hub.sql("SELECT c.entry_id FROM reversal_closed c LEFT JOIN settlement_entry j"
                     " ON j.entry_id = c.entry_id WHERE j.entry_id IS NULL AND c.entry_id IN ("
                     f"{','.join(str(row.id) for row in rows)})")
    assert len(closed) == done.count(0)
    pay(channel, ente.position(amount="100.00"))
    run(hub)
    assert waits(hub) == {}


def test_each_beneficiary_gives_its_own_back(hub, channel, comune):
    notice = two_beneficiaries(comune)
    token = pay(channel, notice, v2=True)
    run(hub)
    reverse(hub, token)
    for _ in range(2):
        pay(channel, two_beneficiaries(comune), v2=True)
    run(hub)
    back = [(transfer.findtext(f".//{PAIN}IBAN"), lines(flow, notice.iuv))
            for flow, record in hub.fdr(notice.iuv)
            if record.findtext(f"{FDR}codiceEsitoSingoloPagamento") == "3"
            for _, transfer in hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))]
    assert sorted(back) == sorted([(MULTE_ACCOUNT, [("3", "70.00")]), (ASL_ACCOUNT, [("3", "30.00")])])


def test_every_format_shows_it(hub, channel, ente):
    """With its sign, where the format has one."""
    notice, other = ente.position(amount="30.00"), ente.position(amount="50.00")
    reverse(hub, pay(channel, notice, fee="1.00"))
    pay(channel, other)
    run(hub)
    flow = max(f.id for f in hub.json("flow", "list") if f.count == 3)

    def tried(name):
        return hub.payer("flow", "try", str(ROOT / "xslt/flow" / name), str(flow)).stdout

    for name, separator, amounts in (("csv-rendicontazione", ",", ["30.00", "-30.00"]),
                                     ("csv-rendicontazione-it", ";", ["30,00", "-30,00"])):
        table = csv.DictReader(tried(name).splitlines(), delimiter=separator)
        rows = [row for row in table if row["iuv"] == notice.iuv]
        assert [row["amount"] for row in rows] == amounts
        assert [row["outcome"] for row in rows] == ["0", "3"] and rows[1]["fee"] == ""
    records = [line for line in tried("fixed-rendicontazione").splitlines() if notice.iuv in line]
    assert [line[99] + line[108:120] for line in records] == ["0000000003000", "3-00000003000"]


def test_who_asks_hears_of_it(hub, channel, comune, pull):
    """It comes once more, after all that came before; why is for the Ente of the notice. [I7] [I13]"""
    token = pay(channel, two_beneficiaries(comune), v2=True)
    readers = {COMUNE: pull("BACKOFFICE1"), ASL: pull("BACKOFFICE2")}
    ends = {ente: end(service, ente) for ente, service in readers.items()}
    assert tokens(page(readers[COMUNE], 0)).count(token) == 1
    reverse(hub, token, reference="REV-9")

    for ente, service in readers.items():
        [told] = wait_until(lambda e=ente, s=service: page(s, ends[e], e).payment, "it is numbered")
        assert told.notification.receiptId == token and told.seq > ends[ente]
        assert told.reversal.reference == "REV-9"
        assert told.reversal.reason == {COMUNE: "Addebito non dovuto", ASL: None}[ente]
        assert page(service, told.seq, ente).payment == []
        asked = service.getPayment(beneficiary=ente, receiptId=token).payment
        assert asked.reversal.reversedAt == told.reversal.reversedAt
        assert "reversed: REV-9" in hub.payer("receipt", "list", ente).stdout
    whole = page(readers[COMUNE], 0)
    assert tokens(whole).count(token) == 1
    assert sum(p.reversal is not None for p in whole.payment) == len(hub.sql(
        "SELECT r.id FROM receipt r JOIN reversal z ON z.payment_id = r.payment_id"
        f" WHERE r.creditor = '{COMUNE}'"))
    pay(channel, two_beneficiaries(comune), v2=True)


def test_two_operators_at_once(hub, channel, ente):
    """[R3] [R4]"""
    for n in range(4):
        token = pay(channel, ente.position())
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            done = list(threads.map(lambda k, t=token: reverse(
                hub, t, "--key", f"{t}-{k}", ok=(0, DATA)).returncode, range(4)))
        assert sorted(done) == [0, DATA, DATA, DATA], n
        assert len(entries(hub, token)) == 4


def test_reversals_beside_a_run(hub, channel, ente):
    """Whichever is first: what was credited is taken back, what was not never goes. [I8]"""
    tokens = [pay(channel, ente.position(amount="1.00")) for _ in range(12)]
    pay(channel, ente.position(amount="100.00"))
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        runs = threads.submit(lambda: [hub.payer("flow", "run") for _ in range(4)])
        list(threads.map(lambda token: reverse(hub, token), tokens))
        runs.result()
    assert [shown(hub, token).state for token in tokens] == ["REVERSED"] * 12


def test_late_money_beside_a_reversal(hub, ente):
    """Whichever is first: one of them is paid at most, and none is lost. [I4] [W4]"""
    for _ in range(4):
        notice, clients = ente.position(), [hub.channel() for _ in range(2)]
        late = clients[0].activate(COMUNE, notice.number, notice.amount, expiration_ms=1).paymentToken
        token = pay(clients[1], notice)
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            outcome = threads.submit(clients[0].outcome, late)
            reverse(hub, token)
            assert fault_code(outcome.result()) == "PPT_TOKEN_SCADUTO"
        assert shown(hub, token).state == "REVERSED"
        state = shown(hub, late).state
        assert (state, hub.position(notice).state) in {("DUPLICATE", "OPEN"), ("PAID_LATE", "PAID")}
