# SPDX-License-Identifier: GPL-3.0-or-later
"""The national node uses the hub as a hosted Ente's station: it asks, and tells of payments that
were made elsewhere. [W6]"""
import pytest

from scenario.test_pay import pay, two_beneficiaries
from scenario.test_positions import caller, instalment, position, submit
from support.channel import fault_code
from support.hub import ASL, COMUNE, FDR, notice_number, wait_until
from support.node import COLLECTED_BY, Node

ALREADY = "PAA_PAGAMENTO_DUPLICATO"


@pytest.fixture
def node(hub):
    hub.secrets.update(("Debitore della ricevuta", "Versante della ricevuta"))
    node = Node(hub.url, violations=hub.violations.path)
    yield node
    node.close()


def states(hub, notice):
    return sorted(payment.state for payment in hub.position(notice).payments)


def anomalies(hub, notice):
    return hub.sql("SELECT a.kind FROM anomaly a JOIN payment y ON y.id = a.payment_id JOIN"
                   " instalment i ON i.id = y.instalment_id WHERE i.notice_number ="
                   f" '{notice.number}' ORDER BY a.kind")


# --- what it asks ------------------------------------------------------------------------------

def test_verify(node, comune):
    notice = comune.position(amount="12.34")
    seen = node.verify(COMUNE, notice.number)
    assert fault_code(seen) == "OK"
    [option] = seen.paymentList.paymentOptionDescription
    assert (option.amount, option.options, option.dueDate, option.allCCP) == (
        "12.34", "EQ", "2099-12-31", "false")
    assert (seen.fiscalCodePA, seen.companyName, seen.officeName) == (
        COMUNE, "Comune di Prova (ente fittizio)", "Ufficio Tributi")


@pytest.mark.parametrize("v2", [False, True], ids=["V1", "V2"])
def test_get(node, comune, v2):
    notice = two_beneficiaries(comune)
    data = node.get(COMUNE, notice.number, v2, amount="1.00").data
    assert (data.creditorReferenceId, data.paymentAmount, data.lastPayment) == (
        notice.iuv, "100.00", "true")
    assert [(t.idTransfer, t.transferAmount, t.fiscalCodePA, t.transferCategory)
            for t in data.transferList.transfer] == [
        ("1", "70.00", COMUNE, "0101114SP"), ("2", "30.00", ASL, "0201102SP")]
    assert data.transferList.transfer[1].companyName == (
        "Azienda Sanitaria di Prova (ente fittizio)" if v2 else None)
    assert data.debtor.fullName.startswith("Debitore Canarino")


def test_get_reserves_nothing(hub, node, channel, comune):
    """The token is the node's: it may ask again, and a channel of the hub may still pay. [F24]"""
    notice = comune.position()
    for _ in range(3):
        assert fault_code(node.get(COMUNE, notice.number)) == "OK"
    pay(channel, notice)
    assert fault_code(node.get(COMUNE, notice.number)) == ALREADY
    assert fault_code(node.verify(COMUNE, notice.number)) == ALREADY


def test_while_a_channel_pays(node, channel, comune):
    notice = comune.position()
    token = channel.activate(COMUNE, notice.number, notice.amount).paymentToken
    for ask in (node.verify, node.get):
        assert fault_code(ask(COMUNE, notice.number)) == "PAA_PAGAMENTO_IN_CORSO"
    channel.outcome(token, "KO", details=False)
    assert fault_code(node.verify(COMUNE, notice.number)) == "OK"


def test_last_payment_of_a_plan(hub, node, channel):
    options = [{"kind": "plan", "instalment": [instalment("10.00", n) for n in (1, 2)]}]
    first, second = (n.noticeNumber for n in
                     submit(caller(hub), position("NODE-PLAN", options=options))[0].notice)
    assert node.get(COMUNE, first).data.lastPayment == "false"
    channel.outcome(channel.activate(COMUNE, first, "10.00").paymentToken)
    assert node.get(COMUNE, second).data.lastPayment == "true"


def test_no_hosted_ente_offers_a_service(node):
    answer = node.demand(COMUNE)
    assert fault_code(answer) == "PAA_SEMANTICA" and answer.fault.id == COMUNE
    assert answer.fault.description == "L'ente creditore non offre questo servizio"


# --- what it tells -----------------------------------------------------------------------------

@pytest.mark.parametrize("v2", [False, True], ids=["V1", "V2"])
def test_a_receipt_pays(hub, node, comune, v2):
    """Paid by receipt: each destination is told, with what the receipt says of who collected; the
    money reaches the Ente by itself, so that no bank is asked for it. [F27] [I7] [I8]"""
    notice = comune.position(amount="12.34")
    receipt = node.receipt(notice, v2)
    assert fault_code(node.tell(receipt, v2)) == "OK"
    assert hub.position(notice).state == "PAID" and states(hub, notice) == ["PAID"]
    told = comune.wait_told(notice)
    assert {(m["receipt"], m["cents"]) for m in told} == {(receipt["receiptId"], 1234)}
    [paid] = hub.json("receipt", "show", COMUNE, receipt["receiptId"])
    assert (paid.psp, paid.channel, paid.paid_at) == (
        COLLECTED_BY["idPSP"], COLLECTED_BY["idChannel"], "2026-03-02T08:14:07.000000Z")
    hub.payer("flow", "run")
    [(flow, record)] = hub.fdr(notice.iuv)
    assert record.findtext(f"{FDR}identificativoUnivocoRiscossione") == receipt["receiptId"]
    assert hub.transfers(flow.findtext(f"{FDR}identificativoFlusso")) == []


def test_the_ente_hears_what_the_receipt_says(hub, node, comune):
    """Its own station gets the name of a PSP that the registry does not know."""
    notice = comune.position()
    node.tell(node.receipt(notice))
    comune.wait_told(notice)
    bodies = {path.read_text() for path in (hub.home / "ente" / "received").iterdir()
              if notice.number in path.read_text()}
    [rt] = [b for b in bodies if "paSendRTReq" in b]
    [notify] = [b for b in bodies if "notifyPayment" in b]
    assert "<PSPCompanyName>Banca Lontana &amp; Figli</PSPCompanyName>" in rt
    assert "<channelDescription>app</channelDescription>" in rt
    assert "<paymentDateTime>2026-03-02T09:14:07</paymentDateTime>" in rt
    assert ">national-node<" in notify and ">Banca Lontana &amp; Figli<" in notify


def test_told_again(hub, node, comune):
    """Whether the answer was lost or not; as the other version too. [I2] [F8]"""
    notice = comune.position()
    receipt = node.receipt(notice)
    node.tell(receipt)
    first = node.received
    for _ in range(3):
        assert fault_code(node.again("paSendRT", "paSendRTRes")) == "OK"
        assert node.received == first
    assert fault_code(node.tell(receipt, v2=True)) == "OK"
    assert states(hub, notice) == ["PAID"] and anomalies(hub, notice) == []
    comune.wait_told(notice)
    assert comune.receipts(notice) == 1


def test_told_to_each_ente(hub, node, comune, asl):
    """The node sends a receipt to each Ente that money goes to: it is one payment."""
    notice = two_beneficiaries(comune)
    receipt = node.receipt(notice)
    assert fault_code(node.tell(receipt, ente=ASL)) == "OK"
    assert fault_code(node.tell(receipt)) == "OK"
    assert states(hub, notice) == ["PAID"]
    comune.wait_told(notice)
    asl.wait_told(notice)
    assert (comune.receipts(notice), asl.receipts(notice)) == (1, 1)


def test_sent_and_not_heard(hub, node, comune):
    """The node's connection ends before the answer: the same bytes come again. [F8] [X17]"""
    notice = comune.position()
    receipt = node.receipt(notice)
    node.tell(receipt, idStation="NESSUNA")  # makes the bytes, changes nothing
    data = node.sent.replace(b"NESSUNA", b"99999999990_01")
    with node.unheard("paSendRT", data):
        wait_until(lambda: hub.position(notice).state == "PAID", "the receipt taken")
    node.sent = data
    assert fault_code(node.again("paSendRT", "paSendRTRes")) == "OK"
    assert states(hub, notice) == ["PAID"]


def test_two_different_receipts(hub, node, comune):
    """Both took money: the second is a duplicate, and somebody must look. [F24] [I4]"""
    notice = comune.position()
    receipts = [node.receipt(notice) for _ in range(2)]
    for receipt in receipts:
        assert fault_code(node.tell(receipt)) == "OK"
    assert states(hub, notice) == ["DUPLICATE", "PAID"] and anomalies(hub, notice) == ["duplicate"]
    assert fault_code(node.tell(receipts[1])) == "OK"
    assert states(hub, notice) == ["DUPLICATE", "PAID"]


def test_receipt_then_outcome(hub, node, channel, comune):
    """A channel of the hub was paying when the receipt came. [F24]"""
    notice = comune.position()
    receipt = node.receipt(notice)
    token = channel.activate(COMUNE, notice.number, notice.amount).paymentToken
    assert fault_code(node.tell(receipt)) == "OK"
    assert fault_code(channel.outcome(token)) == "OK"
    assert states(hub, notice) == ["DUPLICATE", "PAID"] and anomalies(hub, notice) == ["duplicate"]
    comune.wait_told(notice)
    assert comune.receipts(notice) == 1


def test_outcome_then_receipt(hub, node, channel, comune):
    """[F24]"""
    notice = comune.position()
    receipt = node.receipt(notice)
    pay(channel, notice)
    assert fault_code(node.tell(receipt)) == "OK"
    assert states(hub, notice) == ["DUPLICATE", "PAID"] and anomalies(hub, notice) == ["duplicate"]


def test_receipt_on_what_was_withdrawn(hub, node, comune):
    """[F24]"""
    notice = comune.position()
    receipt = node.receipt(notice)
    hub.payer("position", "cancel", notice.number, "--yes")
    assert fault_code(node.verify(COMUNE, notice.number)) == "PAA_PAGAMENTO_ANNULLATO"
    assert fault_code(node.tell(receipt)) == "OK"
    assert states(hub, notice) == ["DUPLICATE"] and anomalies(hub, notice) == ["duplicate"]
    assert hub.position(notice).state == "CANCELLED"


def other_amount(receipt):
    [transfer] = receipt["transferList"]["transfer"]
    return {**receipt, "paymentAmount": "10.00",
            "transferList": {"transfer": [{**transfer, "transferAmount": "10.00"}]}}


def other_account(receipt):
    [transfer] = receipt["transferList"]["transfer"]
    return {**receipt, "transferList": {"transfer": [
        {**transfer, "IBAN": "IT13O9900101000000000000002"}]}}


def other_ente_credited(receipt):
    [transfer] = receipt["transferList"]["transfer"]
    return {**receipt, "transferList": {"transfer": [{**transfer, "fiscalCodePA": ASL}]}}


def another_transfer(receipt):
    [transfer] = receipt["transferList"]["transfer"]
    return {**receipt, "transferList": {"transfer": [
        transfer, {**transfer, "idTransfer": 2, "transferAmount": "1.00"}]}}


def other_iuv(receipt):
    return {**receipt, "creditorReferenceId": "9" * 17}


@pytest.mark.parametrize("change", [other_amount, other_account, other_ente_credited,
                                    another_transfer, other_iuv])
def test_a_receipt_of_something_else(hub, node, comune, change):
    """The money moved: it is recorded, in suspense; the notice stays to be paid. [F22]"""
    notice = comune.position()
    receipt = change(node.receipt(notice))
    for _ in range(2):
        assert fault_code(node.tell(receipt)) == "OK"
    assert states(hub, notice) == ["DUPLICATE"]
    assert anomalies(hub, notice) == ["duplicate", "receipt-differs"]
    assert hub.position(notice).state == "OPEN"
    assert fault_code(node.verify(COMUNE, notice.number)) == "OK"


def test_one_id_for_two_things(hub, node, channel, comune):
    """Nothing is paid by it; the payment that has the id is named. [F22] [I6]"""
    notices = [comune.position() for _ in range(2)]
    first = node.receipt(notices[0])
    second = node.receipt(notices[1], receiptId=first["receiptId"])
    assert fault_code(node.tell(first)) == "OK"
    for receipt in (second, other_amount(first), second):
        answer = node.tell(receipt)
        assert (fault_code(answer), answer.fault.description) == (
            "PAA_SEMANTICA", "receiptId già noto con altri dati")
    assert anomalies(hub, notices[0]) == ["receipt-differs"]
    assert hub.position(notices[1]).state == "OPEN" and states(hub, notices[1]) == []


def test_the_id_of_a_token_of_ours(hub, node, channel, comune):
    """While its outcome is awaited the receipt is refused and named; after it, it is no news."""
    notice = comune.position()
    receipt = node.receipt(notice)
    token = channel.activate(COMUNE, notice.number, notice.amount).paymentToken
    ours = {**receipt, "receiptId": token}
    assert fault_code(node.tell(ours)) == "PAA_SEMANTICA"
    assert anomalies(hub, notice) == ["receipt-differs"]
    assert fault_code(channel.outcome(token)) == "OK"
    assert fault_code(node.tell(ours)) == "OK"
    assert states(hub, notice) == ["PAID"]


@pytest.mark.parametrize("changes,code", [
    ({"outcome": "KO"}, "PAA_SEMANTICA"),
    ({"paymentAmount": "0.00"}, "PAA_SEMANTICA"),
    ({"receiptId": "x" * 36}, "PAA_SEMANTICA"),
    ({"receiptId": ""}, "PAA_SEMANTICA"),
    ({"receiptId": "due parole"}, "PAA_SEMANTICA"),
    ({"receiptId": "perché"}, "PAA_SEMANTICA"),
    ({"noticeNumber": notice_number(COMUNE, 9 * 10 ** 12)}, "PAA_PAGAMENTO_SCONOSCIUTO"),
    ({"fiscalCode": "12345678901"}, "PAA_ID_DOMINIO_ERRATO"),
    ({"fiscalCode": ASL}, "PAA_PAGAMENTO_SCONOSCIUTO"),
], ids=str)
def test_a_receipt_that_is_refused(hub, node, comune, changes, code):
    """The node keeps it; the hub's journal says that it came. [F22]"""
    notice = comune.position()
    receipt = {**node.receipt(notice), **changes}
    assert fault_code(node.tell(receipt, ente=COMUNE)) == code
    assert hub.position(notice).state == "OPEN" and states(hub, notice) == []
    wait_until(lambda: hub.sql("SELECT 1 FROM journal WHERE event = 'paSendRT' AND outcome ="
                               f" '{code}' AND notice_number = '{receipt['noticeNumber']}'"),
               "the journal's line")
