# SPDX-License-Identifier: GPL-3.0-or-later
"""A back-office that asks instead of being told: nothing is passed over, whatever commits when,
nothing comes twice, and it is what the others are told. [I7] [I13]"""
import concurrent.futures
import subprocess

import pytest
import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

from scenario.test_pay import pay, two_beneficiaries
from support.hub import ASL, COMUNE, wait_until
from support.registry import PASSWORD
from support.rest import at_rest


@pytest.fixture
def pull(hub):
    """pull(user) is a client of the contract, made from ?wsdl. What tests before have paid has its
    number: it would come among ours."""
    at_rest(hub)

    def make(user="BACKOFFICE1"):
        session = requests.Session()
        session.auth = HTTPBasicAuth(user, PASSWORD)
        return zeep.Client(f"{hub.url}/payments/v1?wsdl",
                           transport=Transport(session=session, timeout=20)).service
    return make


def page(service, after=0, beneficiary=COMUNE, **more):
    answer = service.listPayments(beneficiary=beneficiary, after=after, **more)
    assert answer.outcome == "OK"
    return answer


def end(service, beneficiary=COMUNE):
    """The number of the last payment that there is."""
    after, more = 0, True
    while more:
        answer = page(service, after, beneficiary)
        after, more = answer.last, answer.more
    return after


def tokens(answer):
    return [p.notification.receiptId for p in answer.payment]


@pytest.fixture
def held(hub):
    """held(notice): a transaction that holds its position, so that its payment cannot commit; the
    process, which lets go when its input ends."""
    started = []

    def make(notice):
        socket = hub.json("db", "status")[0].socket
        holder = subprocess.Popen(
            ["mariadb", "--no-defaults", "--unbuffered", "-N", f"--socket={socket}", "payer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(holder)
        holder.stdin.write("START TRANSACTION; SELECT own_id FROM position WHERE creditor ="
                           f" '{COMUNE}' AND own_id = '{notice.own_id}' FOR UPDATE;\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == notice.own_id
        return holder

    yield make
    for holder in started:
        holder.communicate(timeout=60)


def test_what_commits_late_is_not_passed_over(hub, channel, comune, pull, held):
    """The first of two payments is held open while the second is numbered and asked for."""
    service = pull()
    late, soon = comune.position(), comune.position()
    begun = channel.activate(COMUNE, late.number, late.amount).paymentToken
    before = end(service)
    holder = held(late)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(hub.channel().outcome, begun)
        soon_token = pay(channel, soon)
        first = wait_until(lambda: (a := page(service, before)).payment and a, "the second payment")
        assert tokens(first) == [soon_token] and not answer.done()
        assert page(service, first.last).payment == []
        holder.communicate("ROLLBACK;\n", timeout=60)
        assert answer.result(60).outcome == "OK"
    second = wait_until(lambda: (a := page(service, first.last)).payment and a, "the first payment")
    assert tokens(second) == [begun] and second.last > first.last
    assert tokens(page(service, before)) == [soon_token, begun]


def test_page_by_page_each_once(hub, channel, comune, pull):
    service = pull()
    after = end(service)
    paid = [pay(channel, comune.position()) for _ in range(5)]
    wait_until(lambda: len(page(service, after).payment) == 5, "five numbers")
    seen, pages = [], 0
    while True:
        answer = page(service, after, limit=2)
        seen += tokens(answer)
        after, pages = answer.last, pages + 1
        if not answer.more:
            break
    assert (sorted(seen), pages) == (sorted(paid), 3)
    assert page(service, after).payment == [] and page(service, after).last == after


def test_it_is_what_back_offices_are_told(hub, channel, comune, pull):
    """[F11] the same receipt by either way."""
    notice = two_beneficiaries(comune)
    token = pay(channel, notice, v2=True)
    told, = [m for m in comune.wait_told(notice) if m["operation"] == "notifyPayment"]
    got = pull().getPayment(beneficiary=COMUNE, receiptId=token).payment.notification
    assert (got.receiptId, got.noticeNumber, got.ownId, got.debtType) == (
        told["receipt"], notice.number, told["own_id"], told["debt_type"])
    assert [(t.creditor, t.iban, int(t.amount * 100)) for t in got.transfer] == [
        (t["creditor"], t["iban"], t["cents"]) for t in told["transfers"]]
    assert (got.iur, str(got.amount), got.channel.kind) == (token, "100.00", "atm")
    other = pull("BACKOFFICE2").getPayment(beneficiary=ASL, receiptId=token).payment.notification
    assert ([str(t.amount) for t in other.transfer], other.debtor, other.ownId) == (
        ["30.00"], None, None)  # whose fine it is, is the Comune's to know


def test_another_entes_payments_do_not_exist(hub, channel, comune, asl, pull):
    own, other = pay(channel, comune.position()), pull("BACKOFFICE2")
    for ask in (lambda: other.listPayments(beneficiary=COMUNE),
                lambda: other.getPayment(beneficiary=COMUNE, receiptId=own)):
        answer = ask()
        assert (answer.outcome, answer.refusal.code) == ("KO", "BENEFICIARY_UNKNOWN")
        assert not answer.payment
    for receipt in (own, "never-given"):
        answer = other.getPayment(beneficiary=ASL, receiptId=receipt)
        assert (answer.outcome, answer.refusal.code) == ("KO", "RECEIPT_UNKNOWN")
    url = f"{hub.url}/payments/v1"
    body = (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            b'<listPayments xmlns="urn:payer:payments:1"><beneficiary>77777777777</beneficiary>'
            b'</listPayments></e:Body></e:Envelope>')
    answer = requests.post(url, data=body, timeout=20,
                           headers={"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status_code == 401


def test_the_operator_sees_the_same(hub, channel, comune, pull):
    service, notice = pull(), comune.position(amount="7.77")
    after = end(service)
    token = pay(channel, notice)
    wait_until(lambda: page(service, after).payment, "its number")
    options = ["--after", str(after)] if after else []
    line, = hub.json("receipt", "list", COMUNE, *options)
    assert (line.receipt_id, line.amount_cents, line.own_id) == (token, 777, notice.own_id)
    assert hub.json("receipt", "show", COMUNE, token)[0] == line
    hub.payer("receipt", "show", ASL, token, ok=(65,))
