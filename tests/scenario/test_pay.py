# SPDX-License-Identifier: GPL-3.0-or-later
"""One payment from the debt to the treasury bank, over the node's messages, and what a channel
may do twice. [W4]"""
import concurrent.futures

import pytest

from support.channel import fault_code, new_key
from support.hub import ASL, CALL_CENTRE, COMUNE, FDR, PAIN, PSP, wait_until
from support.witness import official

MULTE_ACCOUNT, ASL_ACCOUNT = "IT13O9900101000000000000002", "IT05W9900201000000000000005"


def pay(channel, notice, fee="0.00", **changes):
    """Activate and pay; the token."""
    begun = channel.activate(notice.creditor, notice.number, notice.amount, **changes)
    assert fault_code(begun) == "OK"
    v2 = changes.get("v2", False)
    assert fault_code(channel.outcome(begun.paymentToken, "OK", fee, v2=v2)) == "OK"
    return begun.paymentToken


def two_beneficiaries(comune, amount="100.00"):
    """A fine of the Comune of which the ASL gets 30.00."""
    ours = f"{int(amount[:-3]) - 30}.00"
    return comune.position(
        debt_type="MULTE", amount=amount, t1_creditor=COMUNE, t1_iban=MULTE_ACCOUNT,
        t1_amount=ours, t1_taxonomy="0101114SP", t1_reason="Sanzione", t2_creditor=ASL,
        t2_iban=ASL_ACCOUNT, t2_amount="30.00", t2_taxonomy="0201102SP", t2_reason="Quota")


def test_from_debt_to_bank(hub, channel, comune):
    """verify, activate, outcome; told at each destination; one FdR, one transfer. [I7] [I8]"""
    notice = comune.position(amount="12.34")

    seen = channel.verify(COMUNE, notice.number)
    assert fault_code(seen) == "OK"
    option = seen.paymentList.paymentOptionDescription[0]
    assert (str(option.amount), option.options) == ("12.34", "EQ")
    assert seen.companyName == "Comune di Prova (ente fittizio)"

    begun = channel.activate(COMUNE, notice.number, "12.34")
    assert fault_code(begun) == "OK" and begun.creditorReferenceId == notice.iuv
    assert [(t.idTransfer, str(t.transferAmount), t.fiscalCodePA) for t in
            begun.transferList.transfer] == [(1, "12.34", COMUNE)]
    assert fault_code(channel.outcome(begun.paymentToken, "OK", fee="1.00")) == "OK"
    assert hub.position(notice).state == "PAID"

    told = comune.wait_told(notice)
    assert {m["operation"] for m in told} == {"paSendRT", "notifyPayment"}
    assert {(m["receipt"], m["cents"]) for m in told} == {(begun.paymentToken, 1234)}

    hub.payer("flow", "run")
    [(flow, record)] = hub.fdr(notice.iuv)
    assert record.findtext(f"{FDR}singoloImportoPagato") == "12.34"
    assert record.findtext(f"{FDR}identificativoUnivocoRiscossione") == begun.paymentToken
    flow_id = flow.findtext(f"{FDR}identificativoFlusso")
    [(order, transfer)] = hub.transfers(flow_id)
    assert transfer.findtext(f"{PAIN}Amt/{PAIN}InstdAmt") == flow.findtext(
        f"{FDR}importoTotalePagamenti")
    assert order.findtext(f"{PAIN}CstmrCdtTrfInitn/{PAIN}GrpHdr/{PAIN}NbOfTxs") == str(
        len(list(order.iter(f"{PAIN}CdtTrfTxInf"))))


@pytest.mark.skipif(not official("pagopa/wsdl/nodeForPsp.wsdl"), reason="no official WSDL here")
def test_from_the_official_wsdl_with_only_the_address_changed(hub, ente):
    channel = hub.channel(wsdl=official("pagopa/wsdl/nodeForPsp.wsdl"))
    notice = ente.position()
    assert fault_code(channel.verify(notice.creditor, notice.number)) == "OK"
    pay(channel, notice)
    assert hub.position(notice).state == "PAID"


@pytest.mark.parametrize("code, name", [
    ("è" * 16, "é" * 70), ("ab", "\U0001f4b6" * 70), ("\U0001f4b6" * 16, "X")])
def test_whoever_paid_the_money_is_taken(hub, channel, ente, code, name):
    """The contract gives a payer's code and name lengths, and any characters. [W4]"""
    notice = ente.position()
    token = channel.activate(notice.creditor, notice.number, notice.amount).paymentToken
    payer = {"uniqueIdentifier": {"entityUniqueIdentifierType": "F",
                                  "entityUniqueIdentifierValue": code}, "fullName": name}
    assert fault_code(channel.outcome(token, "OK", "1.00", payer=payer)) == "OK"
    ente.wait_told(notice)
    assert hub.position(notice).state == "PAID" and ente.receipts(notice) == 1


def test_same_key_same_answer_to_the_byte(hub, channel, ente):
    """A repeat is answered as the first was and has no effect. [I2] [I6]"""
    notice, keys = ente.position(), [new_key(PSP), new_key(PSP)]
    token = channel.activate(notice.creditor, notice.number, notice.amount, keys[0]).paymentToken
    first = channel.received
    channel.activate(notice.creditor, notice.number, notice.amount, keys[0])
    assert channel.received == first

    channel.outcome(token, "OK", "1.00", keys[1])
    first = channel.received
    assert fault_code(channel.outcome(token, "OK", "1.00", keys[1])) == "OK"
    assert channel.received == first
    ente.wait_told(notice)
    log = lambda: hub.sql("SELECT event FROM journal WHERE detail = 'answered before'"
                          f" AND token_hash = LEFT(UNHEX(SHA2('{token}', 256)), 8)")
    assert wait_until(log, "the repeat is in the log") == ["sendPaymentOutcome"]
    hub.payer("flow", "run")
    assert ente.receipts(notice) == 1 and len(hub.fdr(notice.iuv)) == 1


def test_same_key_other_content_is_refused(hub, channel, ente):
    """[W3.11] [I6]"""
    notice, other, key = ente.position(), ente.position(), new_key(PSP)
    token = channel.activate(notice.creditor, notice.number, notice.amount, key).paymentToken
    for number, amount in ((notice.number, "99.99"), (other.number, notice.amount)):
        answer = channel.activate(notice.creditor, number, amount, key)
        assert fault_code(answer) == "PPT_ERRORE_IDEMPOTENZA"
    assert fault_code(channel.outcome(token)) == "OK"
    assert hub.position(other).state == "OPEN"


def test_one_live_token_a_notice(hub, channel, ente):
    """[W3.13] [I4] [F26]"""
    notice = ente.position()
    token = channel.activate(notice.creditor, notice.number, notice.amount).paymentToken
    for client in (channel, hub.channel(CALL_CENTRE)):
        for key in (None, new_key(PSP)):
            answer = client.activate(notice.creditor, notice.number, notice.amount, key)
            assert fault_code(answer) == "PPT_PAGAMENTO_IN_CORSO"
    assert fault_code(channel.outcome(token)) == "OK"


def test_a_race_has_one_winner(hub, ente):
    """Ten at once on one notice: one token, the others are told to wait. [I4] [F24]"""
    notice = ente.position()
    clients = [hub.channel() for _ in range(10)]
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda c: fault_code(
            c.activate(notice.creditor, notice.number, notice.amount)), clients))
    assert sorted(codes) == ["OK"] + ["PPT_PAGAMENTO_IN_CORSO"] * 9


def test_paid_is_paid(channel, ente):
    """[W3.14]"""
    notice = ente.position()
    pay(channel, notice)
    assert fault_code(channel.verify(notice.creditor, notice.number)) == "PPT_PAGAMENTO_DUPLICATO"
    assert fault_code(channel.activate(notice.creditor, notice.number, notice.amount)
                      ) == "PPT_PAGAMENTO_DUPLICATO"


@pytest.mark.parametrize("first, second, says", [
    ("OK", "OK", "Outcome already acquired"), ("KO", "KO", "Outcome already acquired"),
    ("OK", "KO", "Esito discorde"), ("KO", "OK", "Esito discorde")])
def test_an_outcome_is_taken_once(hub, channel, ente, first, second, says):
    """[F20]"""
    notice = ente.position()
    token = channel.activate(notice.creditor, notice.number, notice.amount).paymentToken
    assert fault_code(channel.outcome(token, first)) == "OK"
    answer = channel.outcome(token, second)
    assert fault_code(answer) == "PPT_ESITO_GIA_ACQUISITO" and says in answer.fault.description
    assert hub.position(notice).state == {"OK": "PAID", "KO": "OPEN"}[first]


def test_ko_frees_the_notice(channel, ente):
    notice = ente.position()
    token = channel.activate(notice.creditor, notice.number, notice.amount).paymentToken
    assert fault_code(channel.outcome(token, "KO", details=False)) == "OK"
    pay(channel, notice)


def test_unknown_token(channel):
    answer = channel.outcome("0" * 32)
    assert fault_code(answer) == "PPT_TOKEN_SCONOSCIUTO"
    assert "token unknown" in answer.fault.description


def test_version_two(hub, channel, ente):
    notice = ente.position()
    pay(channel, notice, v2=True, method="PO", touch_point="ATM")
    assert hub.position(notice).state == "PAID" and ente.wait_told(notice)


def test_two_beneficiaries(hub, channel, comune, asl):
    """V1 cannot carry them; by V2 each Ente is told and gets its share. [W3.18] [I7] [I8]"""
    notice = two_beneficiaries(comune)
    refused = channel.activate(COMUNE, notice.number, notice.amount)
    assert fault_code(refused) == "PPT_MULTI_BENEFICIARIO"
    pay(channel, notice, v2=True)

    share = lambda message, code: sum(
        t["cents"] for t in message["transfers"] if t["creditor"] == code)
    assert {share(m, COMUNE) for m in comune.wait_told(notice)} == {7000}
    assert {share(m, ASL) for m in asl.wait_told(notice)} == {3000}
    hub.payer("flow", "run")
    found = {root.findtext(f"{FDR}istitutoRicevente/{FDR}identificativoUnivocoRicevente/"
                           f"{FDR}codiceIdentificativoUnivoco"):
             record.findtext(f"{FDR}singoloImportoPagato") for root, record in hub.fdr(notice.iuv)}
    assert found == {COMUNE: "70.00", ASL: "30.00"}


def test_transfers_keep_the_numbers_that_the_ente_gave(hub, channel, comune, asl):
    """They are distinct, from 1 to 5; nothing says that none is left out. [I7]"""
    notice = comune.position(
        debt_type="MULTE", amount="100.00", t2_creditor=COMUNE, t2_iban=MULTE_ACCOUNT,
        t2_amount="70.00", t2_taxonomy="0101114SP", t2_reason="Sanzione", t5_creditor=ASL,
        t5_iban=ASL_ACCOUNT, t5_amount="30.00", t5_taxonomy="0201102SP", t5_reason="Quota")
    begun = channel.activate(COMUNE, notice.number, "100.00", v2=True)
    assert [(t.idTransfer, str(t.transferAmount)) for t in begun.transferList.transfer] == [
        (2, "70.00"), (5, "30.00")]
    assert fault_code(channel.outcome(begun.paymentToken, "OK", v2=True)) == "OK"
    told, = (m for m in comune.wait_told(notice) if m["operation"] == "paSendRT")
    assert [t["cents"] for t in told["transfers"]] == [7000, 3000]


def test_options_exclude_one_another(hub, channel, ente):
    """At once or by instalments: beginning one closes the other. [I4] [R5]"""
    single = hub.row(amount="30.00")
    same = {name: single[name] for name in ("own_id", "debtor_code", "debtor_name", "description")}
    plan = [{**hub.row(amount="10.00"), **same, "option": "plan", "instalment": str(n)}
            for n in (1, 2, 3)]
    hub.load([single, *plan])
    activate = lambda row: channel.activate(COMUNE, row["notice_number"], row["amount"])

    token = activate(plan[0]).paymentToken
    assert fault_code(activate(single)) == "PPT_PAGAMENTO_IN_CORSO"
    assert fault_code(channel.outcome(token)) == "OK"
    refused = activate(single)
    assert fault_code(refused) == "PPT_ERRORE_EMESSO_DA_PAA"
    assert refused.fault.originalFaultCode == "PAA_PAGAMENTO_ANNULLATO"
    for row in plan[1:]:
        assert fault_code(channel.outcome(activate(row).paymentToken)) == "OK"
