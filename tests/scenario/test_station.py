# SPDX-License-Identifier: GPL-3.0-or-later
"""Enti with a station of their own: asked live, judged in full, paid like any other. [W2] [W3.15]
[W3.16]"""
import copy

import pytest
from lxml import etree

from scenario.test_races import at_once
from support.channel import PATH, RawChannel, fault_code, new_key
from support.hub import ATM, CALL_CENTRE, COMUNE, FDR, PSP, PSP_BROKER, Creditor, wait_until
from support.registry import NS, PASSWORD, stations_known, with_stations
from support.station import ACCOUNTS, LIES, PARCO, UNIONE

MAX_MS = 600000
NARROW = f"{PSP_BROKER}_31"  # a channel that takes 50.00 at most
SETTINGS = {"payment.token_validity": "10m", "payment.token_validity_max": "10m"}
GET = {UNIONE: "paGetPayment", PARCO: "paGetPaymentV2"}
BAD_ANSWER = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"
TARI_ACCOUNT = "IT36N9900101000000000000001"
# what paVerifyPaymentNotice cannot say, and what is wrong with it alone
OF_GET = {"sum", "same number", "other notice", "a line end", "six", "unknown account",
          "unknown beneficiary"}
OF_VERIFY = {"other Ente"}
OF_REGISTRY = {"unknown account", "unknown beneficiary"}
both = pytest.mark.parametrize("ente", [UNIONE, PARCO])
versions = pytest.mark.parametrize("v2", [False, True], ids=["V1", "V2"])


@pytest.fixture(scope="module")
def module_hub(module_hub):
    tree = etree.parse(str(module_hub.registry))
    narrow = copy.deepcopy(tree.find(f"{NS}channel[@code='{ATM}']"))
    narrow.set("code", NARROW)
    narrow.set("payment-max", "50.00")
    allowed = copy.deepcopy(tree.find(f"{NS}association[@channel='{ATM}']"))
    allowed.set("channel", NARROW)
    tree.getroot().extend((narrow, allowed))
    tree.write(str(module_hub.registry))
    with_stations(module_hub, timeout="20s")
    stations_known(module_hub)
    return module_hub


@pytest.fixture
def raw(hub):
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, CALL_CENTRE, PASSWORD, judged=True,
                        violations=hub.violations.path)
    yield client
    client.close()


@both
@versions
def test_from_the_stations_debt_to_the_bank(hub, book, channel, ente, v2):
    """What the station says is told, reserved, paid; it is sent the receipt, and the flow has it."""
    debt = book.debt(ente, "12.34", options="GT", metadata={"chiave": "valore"})
    seen = channel.verify(ente, debt.number)
    assert fault_code(seen) == "OK"
    option = seen.paymentList.paymentOptionDescription[0]
    assert (str(option.amount), option.options, str(option.dueDate), option.paymentNote) == (
        "12.34", "GT", "2099-12-31", "Rata unica")
    assert (seen.paymentDescription, seen.fiscalCodePA, seen.officeName) == (
        f"Canone {debt.number}", ente, "Ufficio della stazione")

    begun = channel.activate(ente, debt.number, "12.34", new_key(PSP), v2=v2)
    assert fault_code(begun) == "OK" and begun.creditorReferenceId == debt.iuv
    assert [(t.idTransfer, str(t.transferAmount), t.fiscalCodePA, t.IBAN) for t in
            begun.transferList.transfer] == [(1, "12.34", ente, ACCOUNTS[ente])]
    if v2:
        assert [(e.key, e.value) for e in begun.metadata.mapEntry] == [("chiave", "valore")]
    assert book.asked(debt) == ["paVerifyPaymentNotice", GET[ente]]
    assert fault_code(channel.outcome(begun.paymentToken, fee="1.00", v2=v2)) == "OK"
    assert hub.position(debt).state == "PAID"

    [told] = Creditor(hub, ente).wait_told(debt)
    assert (told["receipt"], told["cents"], told["operation"]) == (
        begun.paymentToken, 1234, "paSendRT" if ente == UNIONE else "paSendRTV2")
    hub.payer("flow", "run")
    [(flow, record)] = hub.fdr(debt.iuv)
    assert record.findtext(f"{FDR}singoloImportoPagato") == "12.34"
    assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1


def unknown(hub, debt):
    """Nothing of a notice is in the hub."""
    return hub.payer("position", "show", debt.number, ok=range(256)).returncode != 0


def test_a_verify_leaves_nothing(hub, book, channel):
    debt = book.debt(UNIONE)
    assert fault_code(channel.verify(UNIONE, debt.number)) == "OK"
    assert unknown(hub, debt)


@both
@pytest.mark.parametrize("lie", sorted(set(LIES) - OF_GET))
def test_a_verify_that_is_answered_wrong(hub, book, raw, ente, lie):
    """[W3.15] [F12]"""
    debt = book.debt(ente, lie=lie)
    assert fault_code(raw.verify(ente, debt.number)) == BAD_ANSWER
    assert book.asked(debt) == ["paVerifyPaymentNotice"]
    debt.lie = ""
    assert fault_code(raw.verify(ente, debt.number)) == "OK"


@both
@pytest.mark.parametrize("lie", sorted(set(LIES) - OF_VERIFY - OF_REGISTRY))
def test_an_activation_that_is_answered_wrong(hub, book, raw, ente, lie):
    """No token, nothing kept; the key is not spent on it: asked again, it is answered. [W3.15]
    [W4]"""
    debt, key = book.debt(ente, lie=lie), new_key(PSP)
    for _ in range(2):
        assert fault_code(raw.activate(ente, debt.number, "12.34", key)) == BAD_ANSWER
    assert unknown(hub, debt)
    debt.lie = ""
    assert fault_code(raw.activate(ente, debt.number, "12.34", key)) == "OK"
    first = raw.received
    assert fault_code(raw.activate(ente, debt.number, "12.34", key)) == "OK"
    assert raw.received == first and book.asked(debt) == [GET[ente]] * 3


@both
@pytest.mark.parametrize("lie", sorted(OF_REGISTRY))
def test_money_for_whom_the_registry_does_not_know(hub, book, raw, ente, lie):
    """[W3.17]"""
    debt, key = book.debt(ente, lie=lie), new_key(PSP)
    assert fault_code(raw.activate(ente, debt.number, "12.34", key)) == BAD_ANSWER
    assert unknown(hub, debt)


def test_what_went_wrong_is_in_the_log(hub, book, raw):
    """Which promise was broken, without what was said."""
    debt = book.debt(UNIONE, lie="sum")
    raw.activate(UNIONE, debt.number, "12.34")
    log = hub.serve.log.read_text()
    assert "event=station.failed" in log and f"station={UNIONE}_01 operation=paGetPayment" in log
    assert "the transfers do not add up to paymentAmount" in log and "99999.99" not in log


@both
def test_the_station_refuses(hub, book, raw, ente):
    """Its own fault is told as it was; the answer is kept under the key. [W3.16] [I6]"""
    refuse = ("PAA_PAGAMENTO_SCADUTO", "Pagamento scaduto", "oltre il 31 dicembre: <chiedere>")
    debt, key = book.debt(ente, refuse=refuse), new_key(PSP)
    for ask in (lambda: raw.verify(ente, debt.number),
                lambda: raw.activate(ente, debt.number, "12.34", key)):
        fault = ask().fault
        assert fault.faultCode == "PPT_ERRORE_EMESSO_DA_PAA" and fault.id == ente
        assert (fault.originalFaultCode, fault.originalFaultString,
                fault.originalDescription) == refuse
    told, debt.refuse = raw.received, ()
    raw.activate(ente, debt.number, "12.34", key)
    assert raw.received == told and book.asked(debt) == ["paVerifyPaymentNotice", GET[ente]]
    assert fault_code(raw.activate(ente, debt.number, "12.34", new_key(PSP))) == "OK"


def test_nobody_knows_the_notice(hub, book, raw):
    known = book.debt(UNIONE)
    number = known.number[:-2] + f"{(int(known.number[-2:]) + 1) % 93:02d}"
    fault = raw.verify(UNIONE, number).fault
    assert (fault.faultCode, fault.originalFaultCode) == (
        "PPT_ERRORE_EMESSO_DA_PAA", "PAA_PAGAMENTO_SCONOSCIUTO")


def test_the_stations_amount_wins(hub, book, raw):
    """It is told what would be paid, and says what is owed. [W2]"""
    debt = book.debt(UNIONE, "99.90")
    begun = raw.activate(UNIONE, debt.number, "12.34", due_date="2099-01-31", note="per la zia")
    assert (begun.totalAmount, begun.transferList.transfer[0].transferAmount) == ("99.90", "99.90")
    [question] = book.questions(debt)
    assert (question["amount"], question["due"], question["note"]) == (
        "12.34", "2099-01-31", "per la zia")
    assert [i.amount_cents for i in hub.position(debt).instalments] == [9990]


@both
def test_a_share_of_another_ente(hub, book, raw, ente):
    """V1 takes one beneficiary [W3.18]; with V2 each gets what is its own, and is told."""
    debt = book.debt(ente, "100.00", shares=[(ente, ACCOUNTS[ente], "70.00"),
                                             (COMUNE, TARI_ACCOUNT, "30.00")])
    assert fault_code(raw.activate(ente, debt.number, "100.00")) == "PPT_MULTI_BENEFICIARIO"
    assert unknown(hub, debt)
    begun = raw.activate(ente, debt.number, "100.00", v2=True)
    assert [(t.fiscalCodePA, t.IBAN, t.transferAmount) for t in begun.transferList.transfer] == [
        (creditor, iban, amount) for creditor, iban, amount in debt.shares]
    assert fault_code(raw.outcome(begun.paymentToken, v2=True)) == "OK"
    for creditor in (ente, COMUNE):
        told = Creditor(hub, creditor).wait_told(debt)
        assert {m["receipt"] for m in told} == {begun.paymentToken}


def test_a_stamp_that_the_station_asks_for(hub, book, raw):
    """paGetPaymentV2 may ask for a marca da bollo, and tell facts of each transfer."""
    debt = book.debt(PARCO, "26.00", share_metadata={"pratica": "17"}, shares=[
        (PARCO, ACCOUNTS[PARCO], "10.00"), (PARCO, "MBD:" + "aGFzaA==", "16.00")])
    assert fault_code(raw.activate(PARCO, debt.number, "26.00")) == "PPT_MULTI_BENEFICIARIO"
    begun = raw.activate(PARCO, debt.number, "26.00", v2=True)
    assert fault_code(begun) == "OK"
    account, stamp = begun.transferList.transfer
    assert (account.IBAN, stamp.IBAN) == (ACCOUNTS[PARCO], None)
    assert (stamp.richiestaMarcaDaBollo.hashDocumento, stamp.richiestaMarcaDaBollo.tipoBollo,
            stamp.richiestaMarcaDaBollo.provinciaResidenza) == ("aGFzaA==", "01", "RM")
    assert [[(e.key, e.value) for e in t.metadata.mapEntry] for t in (account, stamp)] == [
        [("pratica", "17")]] * 2
    assert fault_code(raw.outcome(begun.paymentToken, "KO", details=False, v2=True)) == "OK"


def test_begun_again_by_what_the_station_says_then(hub, book, raw):
    """The token ended: the station is asked anew, and the copy in the hub follows. [F4]"""
    debt = book.debt(PARCO, "10.00")
    first = raw.activate(PARCO, debt.number, "10.00", expiration_ms=1)
    debt.amount, debt.shares = "11.00", [(PARCO, ACCOUNTS[PARCO], "6.00"),
                                         (PARCO, ACCOUNTS[PARCO], "5.00")]
    second = wait_until(lambda: (a := raw.activate(PARCO, debt.number, "10.00")).outcome == "OK"
                        and a, "the first token has ended")
    assert (second.totalAmount, len(second.transferList.transfer)) == ("11.00", 2)
    assert second.paymentToken != first.paymentToken
    assert [i.amount_cents for i in hub.position(debt).instalments] == [1100]

    # Money by the first token is money all the same: too late, and of another amount. [W4]
    assert fault_code(raw.outcome(first.paymentToken)) == "PPT_TOKEN_SCADUTO"
    assert fault_code(raw.outcome(second.paymentToken)) == "OK"
    assert sorted(p.state for p in hub.position(debt).payments) == ["DUPLICATE", "PAID"]
    Creditor(hub, PARCO).wait_told(debt)


def test_late_money_of_the_same_amount(hub, book, raw):
    """[W4] [F20]"""
    debt = book.debt(UNIONE)
    token = raw.activate(UNIONE, debt.number, "12.34", expiration_ms=1).paymentToken
    wait_until(lambda: fault_code(raw.outcome(token)) != "OK", "the token has ended")
    assert [p.state for p in hub.position(debt).payments] == ["PAID_LATE"]
    assert fault_code(raw.activate(UNIONE, debt.number, "12.34")) == "PPT_PAGAMENTO_DUPLICATO"
    assert book.asked(debt) == ["paGetPayment"]
    Creditor(hub, UNIONE).wait_told(debt)


@pytest.mark.parametrize("shares, state", [
    ([(UNIONE, ACCOUNTS[UNIONE], "10.00"), (UNIONE, ACCOUNTS[UNIONE], "2.34")], "PAID_LATE"),
    ([(UNIONE, ACCOUNTS[UNIONE], "2.34"), (UNIONE, ACCOUNTS[UNIONE], "10.00")], "DUPLICATE"),
    ([(UNIONE, ACCOUNTS[UNIONE], "12.34")], "DUPLICATE")], ids=["same", "others", "one"])
def test_late_money_of_shares_that_changed(hub, book, raw, shares, state):
    """The station names other shares of the same amount to the next payer: late money of the first is
    on its way to whom it was owed then, and no share that holds now was paid. A person says whose it
    is; the notice stays open. [I3] [W4]"""
    debt = book.debt(UNIONE, "12.34", shares=[(UNIONE, ACCOUNTS[UNIONE], "10.00"),
                                              (UNIONE, ACCOUNTS[UNIONE], "2.34")])
    first = raw.activate(UNIONE, debt.number, "12.34", expiration_ms=1).paymentToken
    debt.shares = shares
    second = wait_until(lambda: raw.activate(UNIONE, debt.number, "12.34", expiration_ms=1
                                             ).paymentToken, "the first token has ended")
    assert fault_code(raw.outcome(first)) == "PPT_TOKEN_SCADUTO"
    late = hub.sql(f"SELECT state FROM payment WHERE token = '{first}'")
    booked = hub.sql("SELECT kind, e.amount_cents FROM entry e JOIN payment y ON y.id = e.fact_id WHERE"
                     f" y.token = '{first}' AND kind IN ('paid', 'suspense') ORDER BY transfer_number")
    assert late == [state]
    assert booked == (["paid\t1000", "paid\t234"] if state == "PAID_LATE" else ["suspense\t1234"])
    # What is owed now is paid by who was asked for it.
    assert fault_code(raw.outcome(second)) == "PPT_TOKEN_SCADUTO"
    assert sorted(p.state for p in hub.position(debt).payments) == ["DUPLICATE", "PAID_LATE"]


def test_not_taken(hub, book, raw):
    """Outcome KO: the notice is free again, and its station is asked again."""
    debt = book.debt(UNIONE)
    for _ in range(2):
        token = raw.activate(UNIONE, debt.number, "12.34").paymentToken
        assert fault_code(raw.outcome(token, "KO", details=False)) == "OK"
    assert book.asked(debt) == ["paGetPayment"] * 2
    assert [p.state for p in hub.position(debt).payments] == ["FAILED"] * 2


def test_withdrawn_in_the_hub(hub, book, raw):
    """An operator's word counts, whatever the station says."""
    debt = book.debt(UNIONE)
    token = raw.activate(UNIONE, debt.number, "12.34").paymentToken
    raw.outcome(token, "KO", details=False)
    hub.payer("position", "cancel", debt.number, "--yes")
    assert raw.activate(UNIONE, debt.number, "12.34").fault.originalFaultCode == \
        "PAA_PAGAMENTO_ANNULLATO"


def test_two_channels_at_once(hub, book):
    """One asks the station and reserves; the other is told so. [F24] [I4]"""
    racers = [RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, channel, PASSWORD)
              for channel in (ATM, CALL_CENTRE)]
    for racer in racers:
        racer.outcome("0" * 32)
    for _ in range(8):
        debt = book.debt(PARCO)
        results = at_once(racers, lambda client, debt=debt: client.activate(
            PARCO, debt.number, "12.34", new_key(PSP)))
        assert sorted(fault_code(answer) for answer, _ in results) == [
            "OK", "PPT_PAGAMENTO_IN_CORSO"]
        assert [p.state for p in hub.position(debt).payments] == ["ACTIVE"]
        assert book.asked(debt) == ["paGetPaymentV2"]
    for racer in racers:
        racer.close()


def test_connections_are_kept(hub, book, raw):
    """One a worker at most, and one a sender of receipts, however much is asked."""
    before = hub.peers.connections
    for _ in range(30):
        assert fault_code(raw.verify(UNIONE, book.debt(UNIONE).number)) == "OK"
    assert hub.peers.connections - before <= 8 + 4


def test_the_first_row_that_is_wrong_answers(hub, book, raw):
    """Wrong for a row and for every later one that can be with it: what the hub knows comes before
    what the station would say, and that before what the registry says of it. [W3]"""
    shares = [(UNIONE, ACCOUNTS[UNIONE], "70.00"), (COMUNE, TARI_ACCOUNT, "30.00")]
    live, paid, lying, refused, account, several = (
        book.debt(UNIONE, "100.00", shares=shares) for _ in range(6))
    ask = lambda debt, **more: raw.activate(UNIONE, debt.number, "12.34", **more)
    ask(live, v2=True)
    raw.outcome(ask(paid, v2=True).paymentToken, v2=True)
    Creditor(hub, UNIONE).wait_told(paid)
    for debt in (live, paid, account):
        debt.lie = "unknown account"
    for debt in (live, paid, refused):
        debt.refuse = ("PAA_SYSTEM_ERROR", "guasto", "")
    lying.lie = "sum"
    assert fault_code(ask(live, expiration_ms=MAX_MS + 1)) == "PPT_AUTORIZZAZIONE"  # 12
    assert fault_code(ask(live)) == "PPT_PAGAMENTO_IN_CORSO"                         # 13
    assert fault_code(ask(paid)) == "PPT_PAGAMENTO_DUPLICATO"                        # 14
    assert fault_code(ask(lying)) == BAD_ANSWER                                      # 15
    assert ask(refused).fault.originalFaultCode == "PAA_SYSTEM_ERROR"                # 16
    limited = raw.activate(UNIONE, account.number, "12.34", idChannel=NARROW)
    assert limited.fault.description == "Limite del canale superato"                 # 6b, owed
    assert fault_code(ask(account)) == BAD_ANSWER                                    # 17
    assert fault_code(ask(several)) == "PPT_MULTI_BENEFICIARIO"                      # 18
