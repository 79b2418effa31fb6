# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulators against each other and against the official schemas: a witness that cannot see
a wrong message is worth nothing."""
import dataclasses
import http.client

import pytest
import zeep
from lxml import etree

from support import registry, station, witness
from support.channel import OPERATIONS, SCHEMA, Channel, envelope, read_answer, typed
from support.ente import BACK_OFFICE, SOAP, Ente
from support.hub import ASL, COMUNE, Notice, fiscal_code, notice_number

WHO = ("PSPPROVA", "66666666666", "66666666666_01", "prova-12345")
RECEIPT = """<n:{root} xmlns:n="http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"><idPA>{to}</idPA>
<idBrokerPA>{to}</idBrokerPA><idStation>{to}_01</idStation><receipt><receiptId>R{notice}</receiptId>
<noticeNumber>{notice}</noticeNumber><fiscalCode>77777777777</fiscalCode><outcome>OK</outcome>
<creditorReferenceId>{iuv}</creditorReferenceId><paymentAmount>12.34</paymentAmount>
<description>prova</description><companyName>Comune di Prova (ente fittizio)</companyName><debtor>
<uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>
<entityUniqueIdentifierValue>{code}</entityUniqueIdentifierValue></uniqueIdentifier>
<fullName>Debitore Prova</fullName></debtor><transferList><transfer><idTransfer>1</idTransfer>
<transferAmount>{share}</transferAmount><fiscalCodePA>77777777777</fiscalCodePA>
<IBAN>IT36N9900101000000000000001</IBAN><remittanceInformation>prova</remittanceInformation>
<transferCategory>0101101IM</transferCategory></transfer></transferList><idPSP>PSPPROVA</idPSP>
<PSPCompanyName>PSP di Prova</PSPCompanyName><idChannel>66666666666_01</idChannel>
<channelDescription>atm</channelDescription></receipt></n:{root}>"""
NOTIFY = """<b:notifyPayment xmlns:b="urn:payer:back-office:1" xmlns:p="urn:payer:position:1">
<b:notificationId>N{notice}</b:notificationId><b:beneficiary>77777777777</b:beneficiary>
<b:creditor>77777777777</b:creditor><b:ownId>T-1</b:ownId><b:debtType>TARI</b:debtType>
<b:noticeNumber>{notice}</b:noticeNumber><b:iuv>{iuv}</b:iuv><b:iur>R1</b:iur>
<b:receiptId>R{notice}</b:receiptId><b:amount>12.34</b:amount>
<b:paidAt>2026-03-02T09:14:07Z</b:paidAt>
<b:channel><b:psp>PSPPROVA</b:psp><b:id>66666666666_01</b:id><b:kind>atm</b:kind></b:channel>
<b:transfer><p:number>1</p:number><p:creditor>77777777777</p:creditor>
<p:iban>IT36N9900101000000000000001</p:iban><p:amount>{share}</p:amount>
<p:taxonomy>0101101IM</p:taxonomy><p:remittance>prova</p:remittance></b:transfer>
</b:notifyPayment>"""
NOTICE = notice_number(COMUNE, 1)


@pytest.fixture
def ente(tmp_path):
    peers = registry.prepare(witness.ROOT / "conf" / "registry-example.xml",
                             tmp_path / "registry.xml", "http://127.0.0.1:1",
                             tmp_path / "secrets")
    server = Ente(tmp_path / "ente", peers).start()
    yield server
    server.stop()


def receipt(root="paSendRTReq", to=COMUNE, share="12.34", notice=NOTICE):
    return RECEIPT.format(root=root, to=to, share=share, notice=notice, iuv=notice[1:],
                          code=fiscal_code(1))


def send(ente, body, action="paSendRT", path="/station", authorization=None):
    data = (f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body>{body}'
            "</s:Body></s:Envelope>").encode()
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    if authorization:
        headers["Authorization"] = authorization
    connection = http.client.HTTPConnection("127.0.0.1", ente.port, timeout=30)
    try:
        connection.request("POST", path, data, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def wrongs(ente):
    return [violation["what"] for violation in ente.violations.read()]


def test_receipt_is_taken_once_however_often_it_comes(ente):
    answers = {send(ente, receipt()) for _ in range(3)}
    assert len(answers) == 1 and b"<outcome>OK</outcome>" in answers.pop()[1]
    assert len(ente.receipts(NOTICE)) == 1 and len(ente.attempts(NOTICE)) == 3
    assert wrongs(ente) == []


def test_both_versions_and_a_notification_are_right(ente):
    send(ente, receipt())
    send(ente, receipt("paSendRTV2Request", ASL).replace(
        "<fiscalCodePA>77777777777", "<fiscalCodePA>88888888888"), "paSendRTV2")
    peer = next(p for p in ente.peers if p.operation == "notifyPayment")
    status, answer = send(ente, NOTIFY.format(notice=NOTICE, iuv=NOTICE[1:], share="12.34"),
                          "notifyPayment", peer.path, peer.authorization())
    root = witness.parse(answer).find(f"{{{SOAP}}}Body")[0]
    assert (status, root.tag) == (200, f"{{{BACK_OFFICE}}}notifyPaymentResponse")
    assert root.findtext(f"{{{BACK_OFFICE}}}outcome") == "OK"
    assert wrongs(ente) == [] and len(ente.receipts(NOTICE)) == 3


@pytest.mark.parametrize("body, action, path, what", [
    (receipt(share="12.33"), "paSendRT", "/station", "do not add up"),
    (receipt(to=ASL), "paSendRT", "/station", "nobody of that kind"),
    (receipt(), "paSendRTV2", "/station", "SOAPAction"),
    (receipt(), "paSendRT", "/elsewhere", "nobody listens"),
    (receipt(), "paSendRT", "/back-office", "wrong user"),
    (receipt().replace("<outcome>OK", "<outcome>KO"), "paSendRT", "/station", "not OK"),
    (receipt().replace("paSendRTReq", "paSendRT"), "paSendRT", "/station", "unknown operation"),
    ("", "paSendRT", "/station", "not a SOAP 1.1 envelope"),
])
def test_what_is_wrong_is_written_down(ente, body, action, path, what):
    send(ente, body, action, path)
    assert any(what in wrong for wrong in wrongs(ente)), wrongs(ente)


def test_repeat_with_other_bytes_is_seen(ente):
    send(ente, receipt())
    send(ente, receipt().replace("prova", "altro"))
    assert wrongs(ente) == ["a message was repeated with other bytes"]


@pytest.mark.skipif(not witness.official(SCHEMA), reason="the official schemas are not here")
def test_receipt_is_judged_by_the_official_schema(ente):
    send(ente, receipt().replace("<companyName>Comune di Prova (ente fittizio)</companyName>", ""))
    assert any("companyName" in wrong for wrong in wrongs(ente))


def test_it_misbehaves_as_told_and_recovers(ente):
    answers = {"500": (500, b"Internal"), "html": (200, b"<!DOCTYPE"), "fault": (200, b"s:Fault"),
               "ko": (200, b"<outcome>KO"), "redirect": (302, b"")}
    for mode, (status, begins) in answers.items():
        ente.behave(mode)
        got = send(ente, receipt())
        assert got[0] == status and begins in got[1], mode
    assert ente.receipts(NOTICE) == []
    for mode, taken in (("cut", 0), ("lost", 1)):
        ente.behave(mode)
        with pytest.raises((http.client.HTTPException, OSError)):
            send(ente, receipt())
        assert len(ente.receipts(NOTICE)) == taken
    assert send(ente, receipt())[0] == 200 and len(ente.receipts(NOTICE)) == 1
    assert wrongs(ente) == []


def test_a_restarted_ente_knows_what_it_took(ente, tmp_path):
    send(ente, receipt())
    again = Ente(tmp_path / "ente", ente.peers).start()
    send(again, receipt())
    again.stop()
    assert len(again.receipts(NOTICE)) == 1 and len(again.attempts(NOTICE)) == 2


def requests():
    """Every request that a channel makes, as (operation, fields)."""
    made = []

    class Recorder(Channel):
        def call(self, operation, fields):
            made.append((operation, fields))
            return read_answer(etree.fromstring(
                "<r><outcome>KO</outcome><fault><faultCode>X</faultCode></fault></r>"))

    channel = Recorder(*WHO)
    key = "PSPPROVA_0123456789"
    payer = {"uniqueIdentifier": {"entityUniqueIdentifierType": "F",
                                  "entityUniqueIdentifierValue": fiscal_code(7)},
             "fullName": "Pagatore <&> Prova"}
    channel.verify(COMUNE, NOTICE)
    channel.activate(COMUNE, NOTICE, "12.30")
    channel.activate(COMUNE, NOTICE, "12.30", key, 60000, "2026-12-31", "nota")
    channel.activate(COMUNE, NOTICE, "12.30", key, v2=True, method="PO", touch_point="ATM")
    channel.outcome("t", "OK", "1.50", key, payer=payer)
    channel.outcome("t", "KO", details=False)
    channel.outcome("t", "OK", "0.00", v2=True)
    return made


@pytest.mark.skipif(not witness.official(SCHEMA), reason="the official schemas are not here")
@pytest.mark.parametrize("operation, fields", requests())
def test_channel_requests_are_valid_and_zeep_makes_the_same(operation, fields):
    raw = witness.parse(envelope(OPERATIONS[operation][0], fields))[0][0]
    assert witness.schema_errors(SCHEMA, raw) == []
    client = zeep.Client(str(witness.official("pagopa/wsdl/nodeForPsp.wsdl")))
    made = client.create_message(client.service, operation, **typed(fields))[0][0]
    assert witness.schema_errors(SCHEMA, made) == []
    values = lambda root: [(witness.local(e), (e.text or "").strip()) for e in root.iter()]
    assert values(raw) == values(made)


def test_taken_money_is_counted_once_a_token():
    from support.channel import taken
    line = {"event": "outcome", "taken": True, "token": "t", "amount_cents": 1}
    assert taken([line, line, {**line, "taken": False, "token": "u"}]) == {"t": line}


def test_notice_numbers_and_codes_have_right_check_digits():
    assert int(NOTICE[:16]) % 93 == int(NOTICE[16:]) and len(NOTICE) == 18
    assert fiscal_code(12345) == fiscal_code(12345) and len(fiscal_code(12345)) == 16
    assert dataclasses.astuple(Notice(COMUNE, NOTICE, "1.00", "x"))[1][1:] == NOTICE[1:]


QUESTIONS = ("paVerifyPaymentNotice", "paGetPayment", "paGetPaymentV2")


@pytest.mark.parametrize("operation", QUESTIONS)
@pytest.mark.parametrize("refuse", [(), ("PAA_SEMANTICA", "errore", "di prova")])
def test_a_stations_answers_are_valid(operation, refuse):
    debt = station.Book().debt(station.UNIONE, metadata={"a": "b"}, refuse=refuse)
    data = station.answer({"operation": operation, "creditor": debt.creditor}, debt, False)
    body = witness.parse(data).find(f"{{{SOAP}}}Body")
    assert len(body) == 1 and witness.schema_errors(station.SCHEMA, body[0]) == []


@pytest.mark.parametrize("lie", sorted(station.LIES))
def test_a_lie_is_told(lie):
    """Of the operations that can tell it at least one does, and says something else."""
    changed = []
    for operation in QUESTIONS:
        debt = station.Book().debt(station.UNIONE)
        question = {"operation": operation, "creditor": debt.creditor}
        honest = station.answer(question, debt, False)
        debt.lie = lie
        try:
            changed.append(station.answer(question, debt, False) != honest)
        except StopIteration:  # its answer has no such element
            pass
    assert changed and all(changed)
