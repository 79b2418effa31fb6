# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions by our own contract and by file: each its own outcome, safe to repeat, and nobody
else's to see [I13]."""
import datetime
import decimal

import pytest
import requests
import zeep
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

from support.codes import fiscal_code, notice_number
from support.hub import ASL, COMUNE
from support.registry import PASSWORD

DEBTOR = {"kind": "F", "code": fiscal_code(4711), "name": "Debitore Prova 4711"}


def caller(hub, user="BACKOFFICE1", password=PASSWORD):
    session = requests.Session()
    session.auth = HTTPBasicAuth(user, password)
    url = f"{hub.url}/debt-position/v1"
    return zeep.Client(f"{url}?wsdl", transport=Transport(session=session, timeout=20)).service


def instalment(amount="12.34", number=1, **more):
    return {"number": number, "amount": decimal.Decimal(amount),
            "dueDate": datetime.date(2027, 3, 31), **more}


def position(own_id, creditor=COMUNE, debt_type="TARI", options=None, **more):
    return {"ownId": own_id, "creditor": creditor, "debtType": debt_type, "debtor": DEBTOR,
            "description": "Tassa rifiuti 2027",
            "option": options or [{"kind": "single", "instalment": [instalment()]}], **more}


def submit(service, *positions):
    return service.submitPositions(position=list(positions))


def test_submit_is_safe_to_repeat(hub):
    service = caller(hub)
    first, = submit(service, position("SOAP-1"))
    again, = submit(service, position("SOAP-1"))
    assert (first.outcome, again.outcome) == ("created", "unchanged")
    assert len(first.notice) == 1 and first.notice[0].noticeNumber.startswith("301")
    assert again.notice[0].noticeNumber == first.notice[0].noticeNumber
    assert first.notice[0].iuv == first.notice[0].noticeNumber[1:]


def test_other_content_is_refused_and_the_difference_named(hub):
    service = caller(hub)
    submit(service, position("SOAP-2"))
    other = position("SOAP-2", options=[{"kind": "single", "instalment": [instalment("12.35")]}])
    refused, = submit(service, other)
    assert refused.outcome == "refused" and refused.refusal.code == "OTHER_CONTENT"
    assert refused.refusal.field == "option[1]/instalment[1]/amount"


def test_good_ones_go_in_whatever_the_others_are(hub):
    service = caller(hub)
    results = submit(service, position("SOAP-3"), position("SOAP-4", debt_type="NIENTE"),
                     position("SOAP-5"), position("SOAP-3"))
    assert [r.outcome for r in results] == ["created", "refused", "created", "unchanged"]
    assert results[1].refusal.code == "DEBT_TYPE_UNKNOWN"


def test_a_plan_and_a_single_option(hub):
    service = caller(hub)
    options = [{"kind": "single", "instalment": [instalment("30.00")]},
               {"kind": "plan", "instalment": [instalment("16.00"), instalment("15.00", 2)]}]
    made, = submit(service, position("SOAP-6", options=options))
    assert [(n.option, n.instalment) for n in made.notice] == [(1, 1), (2, 1), (2, 2)]
    seen = service.getPosition(creditor=COMUNE, noticeNumber=made.notice[2].noticeNumber)
    assert seen.outcome == "OK" and seen.state == "open" and seen.position.ownId == "SOAP-6"
    assert [str(i.amount) for i in seen.position.option[1].instalment] == ["16.00", "15.00"]


def test_beginning_one_option_closes_the_other(hub, channel):
    """[I4]"""
    service = caller(hub)
    options = [{"kind": "single", "instalment": [instalment("30.00")]},
               {"kind": "plan", "instalment": [instalment("16.00"), instalment("15.00", 2)]}]
    single, first, second = (n.noticeNumber for n in
                             submit(service, position("SOAP-7", options=options))[0].notice)
    token = channel.activate(COMUNE, first, "16.00").paymentToken
    assert channel.activate(COMUNE, single, "30.00").fault.faultCode == "PPT_PAGAMENTO_IN_CORSO"
    other = channel.activate(COMUNE, second, "15.00").paymentToken  # of the same plan
    assert channel.outcome(token).outcome == "OK"
    fault = channel.activate(COMUNE, single, "30.00").fault
    assert (fault.faultCode, fault.originalFaultCode) == ("PPT_ERRORE_EMESSO_DA_PAA",
                                                          "PAA_PAGAMENTO_ANNULLATO")
    assert channel.outcome(other).outcome == "OK"
    assert service.getPosition(creditor=COMUNE, ownId="SOAP-7").state == "paid"


def test_cancel(hub, channel):
    service = caller(hub)
    notice = submit(service, position("SOAP-8"))[0].notice[0].noticeNumber
    assert service.cancelPosition(creditor=COMUNE, ownId="SOAP-8").outcome == "OK"
    assert service.cancelPosition(creditor=COMUNE, ownId="SOAP-8").outcome == "OK"
    fault = channel.activate(COMUNE, notice, "12.34").fault
    assert fault.originalFaultCode == "PAA_PAGAMENTO_ANNULLATO"
    assert service.getPosition(creditor=COMUNE, ownId="SOAP-8").state == "cancelled"


def test_what_is_being_paid_or_paid_is_not_cancelled(hub, channel):
    service = caller(hub)
    notice = submit(service, position("SOAP-9"))[0].notice[0].noticeNumber
    token = channel.activate(COMUNE, notice, "12.34").paymentToken
    refused = service.cancelPosition(creditor=COMUNE, ownId="SOAP-9")
    assert (refused.outcome, refused.refusal.code) == ("KO", "PAYMENT_LIVE")
    channel.outcome(token)
    refused = service.cancelPosition(creditor=COMUNE, ownId="SOAP-9")
    assert (refused.outcome, refused.refusal.code) == ("KO", "POSITION_PAID")


def test_another_entes_positions_do_not_exist(hub):
    """[I13] what one may not see is answered as what is not there."""
    own = caller(hub)
    submit(own, position("SOAP-10"))
    other = caller(hub, "BACKOFFICE2")
    for answer in (other.getPosition(creditor=COMUNE, ownId="SOAP-10"),
                   other.cancelPosition(creditor=COMUNE, ownId="SOAP-10"),
                   own.getPosition(creditor=COMUNE, ownId="NEVER-SENT")):
        assert (answer.outcome, answer.refusal.code) == ("KO", "POSITION_UNKNOWN")
    stranger, = submit(other, position("SOAP-11"))
    assert stranger.refusal.code == "CREDITOR_UNKNOWN"
    assert own.getPosition(creditor=COMUNE, ownId="SOAP-10").state == "open"


@pytest.mark.parametrize("user, password", [
    ("BACKOFFICE1", "sbagliata-1"), ("NESSUNO", PASSWORD), ("", "")])
def test_who_does_not_say_who_is_told_nothing(hub, user, password):
    url = f"{hub.url}/debt-position/v1"
    body = (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            b'<getPosition xmlns="urn:payer:debt-position:1"><creditor>77777777777</creditor>'
            b'<ownId>X</ownId></getPosition></e:Body></e:Envelope>')
    answer = requests.post(url, data=body, auth=(user, password) if user else None, timeout=20,
                           headers={"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status_code == 401 and b"Not allowed" in answer.content
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("path", ["/debt-position/v1", "/payments/v1"])
def test_no_parser_sees_what_a_stranger_sends(hub, path):
    """Before anything is said of its message, whatever it is. [X33]"""
    for data in (b"no XML", b"<a>" * 5000, b"<!DOCTYPE a [<!ENTITY e 'x'>]><a/>"):
        answer = requests.post(f"{hub.url}{path}", data=data, timeout=20,
                               headers={"Content-Type": "text/xml", "SOAPAction": '"%s%n"'})
        assert answer.status_code == 401 and b"Not allowed" in answer.content


def test_a_wrong_message_is_told_where(hub):
    with pytest.raises(zeep.exceptions.Fault, match="amount"):
        submit(caller(hub), position("SOAP-12", options=[
            {"kind": "single", "instalment": [{**instalment(), "amount": "12,3"}]}]))


@pytest.mark.parametrize("body, said", [
    ("<s:Body>{0}{0}</s:Body>", "More than one"), ("<s:Body>{0}</s:Body><x/>", "Element"),
    ('<s:Body><cancelPosition xmlns="urn:payer:debt-position:1"/></s:Body>', "SOAPAction")])
def test_a_wrong_envelope_is_told_what(hub, body, said):
    """[X38]"""
    get = ('<getPosition xmlns="urn:payer:debt-position:1"><creditor>77777777777</creditor>'
           '<ownId>X</ownId></getPosition>')
    data = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f'{body.format(get)}</s:Envelope>')
    answer = requests.post(f"{hub.url}/debt-position/v1", data=data.encode(), timeout=20,
                           auth=("BACKOFFICE1", PASSWORD), headers={
                               "Content-Type": "text/xml; charset=utf-8",
                               "SOAPAction": '"getPosition"'})
    assert answer.status_code == 500 and "line 0" not in answer.text and said in answer.text


def test_files_say_line_field_value_and_what_was_expected(hub):
    rows = [hub.row(amount="10.00"), hub.row(amount="12,3"), hub.row(due_date="2027-02-30")]
    for said in ("1 created, 0 unchanged, 2 refused", "0 created, 1 unchanged, 2 refused"):
        done = hub.load(rows, ok=(1,))  # the same file again changes nothing
        assert said in done.stdout
        lines = done.rejects.splitlines()
        assert lines[1].startswith(f"3,{rows[1]['own_id']},amount,\"12,3\",")
        assert lines[2].startswith(f"4,{rows[2]['own_id']},due_date,2027-02-30,")


def test_a_dry_run_stores_nothing(hub):
    hub.load([hub.row(creditor=ASL)])
    dry = hub.home / "dry.csv"
    row = {**hub.row(creditor=ASL), "own_id": "DRY-1"}
    dry.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    said, = hub.json("position", "load", str(dry), "--dry-run")
    assert said.created == 1 and said.dry_run
    hub.payer("position", "show", "DRY-1", "--creditor", ASL, ok=(65,))


def test_xml_files_load_too(hub):
    row = hub.row()
    file = hub.home / "positions.xml"
    file.write_text(f"""<positions xmlns="urn:payer:position:1">
<position><ownId>XML-1</ownId><creditor>{COMUNE}</creditor><debtType>TARI</debtType>
<debtor><kind>F</kind><code>{row['debtor_code']}</code><name>Debitore Prova</name></debtor>
<description>Tassa rifiuti</description><option><kind>single</kind><instalment><number>1</number>
<amount>12.30</amount><dueDate>2027-01-31</dueDate></instalment></option></position>
<position><ownId>XML-2</ownId><creditor>{COMUNE}</creditor></position>
</positions>""", encoding="utf-8")
    rejects = hub.home / "xml-rejects.csv"
    said, = hub.json("position", "load", str(file), "--rejects", str(rejects), ok=(1,))
    assert (said.created, said.refused) == (1, 1)
    assert rejects.read_text(encoding="utf-8").splitlines()[1].startswith("6,XML-2,")
    shown, = hub.json("position", "show", "XML-1", "--creditor", COMUNE)
    assert shown.instalments[0].amount_cents == 1230


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_a_dash_is_standard_input(hub, kind):
    """A pipe, which can be read once only."""
    row = hub.row()
    text = {"csv": ",".join(row) + "\n" + ",".join(row.values()) + "\n",
            "xml": f"""<positions xmlns="urn:payer:position:1"><position><ownId>{row['own_id']}</ownId>
<creditor>{COMUNE}</creditor><debtType>TARI</debtType><debtor><kind>F</kind>
<code>{row['debtor_code']}</code><name>Debitore Prova</name></debtor><description>Tassa</description>
<option><kind>single</kind><instalment><number>1</number><amount>12.30</amount>
<dueDate>2027-01-31</dueDate></instalment></option></position></positions>"""}[kind]
    for said in ("1 created, 0 unchanged", "0 created, 1 unchanged"):
        assert said in hub.payer("position", "load", "-", stdin=text).stdout
    shown, = hub.json("position", "show", row["own_id"], "--creditor", COMUNE)
    assert shown.own_id == row["own_id"]
    hub.payer("position", "load", "-", stdin="", ok=(65,))


def test_a_number_that_the_ente_gave_before_is_not_given_again(hub):
    """The hub's next numbers are the Ente's already: it finds one that is free."""
    service = caller(hub)
    number = submit(service, position("SOAP-20"))[0].notice[0].noticeNumber
    taken = [notice_number(COMUNE, int(number[3:16]) + n) for n in (1, 2)]
    hub.load([hub.row(notice_number=n) for n in taken])
    made, = submit(service, position("SOAP-21"))
    assert made.outcome == "created" and made.notice[0].noticeNumber not in [number, *taken]
