# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation leaves its line in the journal, whoever calls whom: who, what, about what, what
came of it, how long it took, and the hashes of both messages. [I10]"""
import hashlib

import requests

from scenario.test_pay import pay
from scenario.test_payments_pulled import pull  # noqa: F401
from support.hub import ATM, COMUNE, wait_until
from support.registry import PASSWORD, with_stations
from support.rest import at_rest
from support.station import UNIONE

SETTINGS = {"work.attempts": 2, "work.backoff": "50ms"}
SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>'


def lines(hub, event, **fits):
    """What the journal has of an operation, once it has some."""
    def found():
        return [line for line in hub.json("journal", "grep", "--event", event, "--since", "5m")
                if all(getattr(line, name, None) == value for name, value in fits.items())]
    return wait_until(found, f"a line of {event} with {fits}")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_a_channels_operations(hub, raw, comune):
    notice = comune.position()
    raw.verify(COMUNE, notice.number)
    asked = [("verifyPaymentNotice", raw.sent, raw.received)]
    token = raw.activate(COMUNE, notice.number, notice.amount).paymentToken
    asked.append(("activatePaymentNotice", raw.sent, raw.received))
    raw.activate(COMUNE, notice.number, notice.amount)
    refused = raw.sent, raw.received
    raw.outcome(token)
    asked.append(("sendPaymentOutcome", raw.sent, raw.received))
    for event, sent, received in asked:
        line, = lines(hub, event, notice_number=notice.number, outcome="OK")
        assert (line.request_sha256, line.answer_sha256) == (sha256(sent), sha256(received))
        assert line.actor == f"channel/{ATM}" and line.creditor == COMUNE
        assert 0 < line.duration_us < 10_000_000
    line, = lines(hub, "activatePaymentNotice", notice_number=notice.number,
                  outcome="PPT_PAGAMENTO_IN_CORSO")
    assert (line.request_sha256, line.answer_sha256) == tuple(map(sha256, refused))


def test_what_a_station_is_asked(hub, raw):
    """What it said, or what was said for it; its own fault by its own code."""
    with_stations(hub)
    book = hub.peers.book
    good = book.debt(UNIONE)
    wait_until(lambda: raw.verify(UNIONE, good.number).outcome == "OK", "the new registry")
    hub.secrets.add(good.debtor)
    raw.activate(UNIONE, good.number, "12.34")
    for event in ("paVerifyPaymentNotice", "paGetPayment"):
        line, = lines(hub, event, notice_number=good.number)
        assert (line.actor, line.creditor, line.outcome) == (f"station/{UNIONE}_01", UNIONE, "OK")
        assert len(line.request_sha256) == len(line.answer_sha256) == 64 and line.duration_us > 0
    refused = book.debt(UNIONE, refuse=("PAA_PAGAMENTO_ANNULLATO", "annullato", ""))
    lying = book.debt(UNIONE, lie="sum")
    for debt, outcome in ((refused, "PAA_PAGAMENTO_ANNULLATO"),
                          (lying, "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE")):
        raw.activate(UNIONE, debt.number, "12.34")
        lines(hub, "paGetPayment", notice_number=debt.number, outcome=outcome)


def test_what_the_ente_is_sent(hub, raw, comune):
    """Each attempt has a line, in the transaction that notes what came of it."""
    notice = comune.position()
    at_rest(hub)
    hub.peers.behave("500", times=2)
    pay(raw, notice)
    comune.wait_told(notice)
    payment, = hub.position(notice).payments
    sent = [line for event in ("paSendRT", "notifyPayment")
            for line in lines(hub, event, object=payment.id)]
    attempts = hub.peers.attempts(notice.number)
    assert sorted(line.request_sha256 for line in sent) == sorted(a["sha256"] for a in attempts)
    assert sorted(line.outcome for line in sent) == ["OK"] * 2 + ["PEER_ANSWER"] * 2
    assert all(line.actor == "worker" and line.creditor == COMUNE and line.duration_us > 0
               and "try" in line.detail and hasattr(line, "answer_sha256") for line in sent)


def test_a_back_offices_operations(hub, pull, raw, comune):  # noqa: F811
    notice = comune.position()
    token = pay(raw, notice)
    service = pull()
    service.listPayments(beneficiary=COMUNE, after=0)
    service.getPayment(beneficiary=COMUNE, receiptId=token)
    service.getPayment(beneficiary=COMUNE, receiptId="nessuna")
    assert lines(hub, "listPayments", actor="caller/BACKOFFICE1", creditor=COMUNE, outcome="OK")
    for outcome in ("OK", "RECEIPT_UNKNOWN"):
        line, = lines(hub, "getPayment", actor="caller/BACKOFFICE1", outcome=outcome)
        assert line.creditor == COMUNE and hasattr(line, "request_sha256")
        assert hasattr(line, "answer_sha256") and line.duration_us > 0
    assert "getPayment" in {line.event for line in hub.json("journal", "grep", "--token", token)}


def test_who_may_not_and_what_is_no_message(hub):
    """A stranger's try, and a caller's odd one."""
    body = SOAP % '<d:getPosition xmlns:d="urn:payer:debt-position:1"><odd/></d:getPosition>'
    send = lambda auth: requests.post(
        f"{hub.url}/debt-position/v1", body, auth=auth, timeout=20,
        headers={"Content-Type": "text/xml", "SOAPAction": '"getPosition"'})
    assert send(("BACKOFFICE1", "sbagliata")).status_code == 401
    assert lines(hub, "getPosition", actor="?", outcome="FORBIDDEN",
                 request_sha256=sha256(body.encode()))
    assert send(("BACKOFFICE1", PASSWORD)).status_code == 500
    assert lines(hub, "getPosition", actor="caller/BACKOFFICE1", outcome="INVALID")


def test_what_an_operator_sends_again(hub, raw, comune):
    at_rest(hub)
    hub.peers.behave("500", times=4)
    pay(raw, comune.position())
    parked = wait_until(lambda: [row for row in hub.json("outbox", "list", "--state", "PARKED")],
                        "parked notifications")
    hub.payer("outbox", "retry", str(parked[0].id))
    line, = lines(hub, "outbox.retry", object=parked[0].id)
    assert line.actor.startswith("operator/") and line.outcome == "OK"
    wait_until(lambda: not hub.payer("outbox", "retry").stdout.startswith("0 ")
               or hub.json("outbox", "stats")[0].waiting == 0, "the rest sent again")


def test_a_line_that_the_database_refuses(hub, raw, comune):
    """It keeps no other out of the journal, and is told and counted. The payment's own line, which
    is in its transaction, is none of them. [F40]"""
    wrong = "301999999999999999"
    good = [comune.position() for _ in range(4)]
    hub.sql("ALTER TABLE journal ADD CONSTRAINT refuse CHECK"
            f" (COALESCE(notice_number, '') <> '{wrong}')")
    try:
        raw.verify(COMUNE, good[0].number)
        for notice in good[1:]:
            raw.verify(COMUNE, wrong)
            raw.verify(COMUNE, notice.number)
        for notice in good:
            assert lines(hub, "verifyPaymentNotice", notice_number=notice.number)
        wait_until(lambda: hub.metrics().get("payer_journal_refused_total") == 3, "counted")
        log = hub.serve.log.read_text()
        assert log.count("event=journal.refused") == 3 and "operation=verifyPaymentNotice" in log
        assert not hub.json("journal", "grep", "--notice", wrong)
    finally:
        hub.sql("ALTER TABLE journal DROP CONSTRAINT refuse")
