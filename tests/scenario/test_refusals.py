# SPDX-License-Identifier: GPL-3.0-or-later
"""Each check of the channel's wire refuses with its own code. Their order is tested elsewhere."""
import pytest

from support.channel import NFP, SOAP, SoapFault, fault_code
from support.hub import ATM, COMUNE, notice_number, wait_until
from support.witness import parse

WRONG_WHO = [
    ({"idPSP": "NESSUNO"}, "PPT_PSP_SCONOSCIUTO"),                             # [W3.2]
    ({"idBrokerPSP": "NESSUNO"}, "PPT_INTERMEDIARIO_PSP_SCONOSCIUTO"),         # [W3.3]
    ({"idChannel": "NESSUNO"}, "PPT_CANALE_SCONOSCIUTO"),                      # [W3.4]
    ({"password": "sbagliata-1"}, "PPT_AUTENTICAZIONE"),                       # [W3.5]
    ({"password": "corta"}, "PPT_SINTASSI_EXTRAXSD"),                          # [W3.1]
]


@pytest.mark.parametrize("changes, code", WRONG_WHO)
def test_who_speaks(raw, ente, changes, code):
    notice = ente.position()
    assert fault_code(raw.verify(COMUNE, notice.number, **changes)) == code
    assert fault_code(raw.activate(COMUNE, notice.number, "12.34", **changes)) == code
    assert fault_code(raw.outcome("0" * 32, **changes)) == code


def test_a_wrong_password_does_not_lock_the_right_one_out(raw, ente):
    notice = ente.position()
    for _ in range(3):
        refused = raw.verify(COMUNE, notice.number, password="sbagliata-2")
        assert fault_code(refused) == "PPT_AUTENTICAZIONE"
    assert fault_code(raw.verify(COMUNE, notice.number)) == "OK"


@pytest.mark.parametrize("character", ["è", "€", "\U0001f4b6"])
def test_who_is_unknown_breaks_no_line_of_the_journal(hub, raw, ente, character):
    """Whatever a stranger calls itself, what happened is written down. [I12]"""
    names = [prefix + character * (35 - len(prefix)) for prefix in ("", "a", "ab", "abc")]
    notice = ente.position()
    for name in names:
        refused = raw.verify(COMUNE, notice.number, idChannel=name)
        assert fault_code(refused) == "PPT_CANALE_SCONOSCIUTO"
    assert fault_code(raw.verify(COMUNE, notice.number)) == "OK"
    lines = lambda: hub.sql("SELECT actor FROM journal WHERE event = 'verifyPaymentNotice'"
                            f" AND notice_number = '{notice.number}'")
    told = wait_until(lambda: len(lines()) == 5 and lines(), "five lines in the journal")
    assert all(any(f"channel/{name}".startswith(line) for name in [*names, ATM]) for line in told)


@pytest.mark.parametrize("creditor, notice, code, original", [
    ("12345678901", notice_number(COMUNE, 1), "PPT_DOMINIO_SCONOSCIUTO", None),          # [W3.8]
    (COMUNE, "355" + "0" * 15, "PPT_STAZIONE_INT_PA_SCONOSCIUTA", None),                 # [W3.9]
    (COMUNE, notice_number(COMUNE, 9_999_999_999_999), "PPT_ERRORE_EMESSO_DA_PAA", "PAA_PAGAMENTO_SCONOSCIUTO"),
    (COMUNE, "30100000000000000", "PPT_SINTASSI_EXTRAXSD", None),                        # [W3.1]
])
def test_what_is_asked_for(raw, creditor, notice, code, original):
    for answer in (raw.verify(creditor, notice), raw.activate(creditor, notice, "12.34")):
        assert (fault_code(answer), answer.fault.originalFaultCode) == (code, original)
        assert answer.fault.id and answer.fault.faultString


@pytest.mark.parametrize("fields", [
    {"amount": "12,34"}, {"amount": "12.3"}, {"expiration_ms": 0}, {"expiration_ms": 1800001},
    {"key": "senza trattino"}, {"due_date": "2026-02-30"}, {"note": "x" * 211},
    {"amount": " 12.34"}, {"amount": "12.34\n"}])  # a schema drops blanks, nobody else does
def test_what_the_schema_forbids(raw, ente, fields):
    """[W3.1] [X39]"""
    notice = ente.position()
    answer = raw.activate(COMUNE, notice.number, **{"amount": "12.34", **fields})
    assert fault_code(answer) == "PPT_SINTASSI_EXTRAXSD"


def test_days_that_a_schema_takes(raw, ente):
    """A year that does not exist here is row 1 too, and the token can still be told. [X40]"""
    notice = ente.position()
    token = raw.activate(COMUNE, notice.number, "12.34").paymentToken
    for day in ("1899-12-31", " 2026-03-02", "-2026-03-02"):
        answer = raw.outcome(token, day=day)
        assert fault_code(answer) == "PPT_SINTASSI_EXTRAXSD", day
    assert fault_code(raw.outcome(token)) == "OK"


def envelope(body):
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize("data", [
    envelope(""),
    envelope(f'<v xmlns="{NFP}"/>'),
    envelope(f'<n:verifyPaymentNoticeReq xmlns:n="{NFP}"><x/></n:verifyPaymentNoticeReq>'),
    envelope(f'<n:verifyPaymentNoticeReq xmlns:n="{NFP}"/>' * 2),
    envelope("").replace(b"schemas.xmlsoap.org", b"example.org"),
], ids=["empty body", "unknown root", "unknown element", "two bodies", "other envelope"])
def test_wrong_but_well_formed_is_answered_by_its_operation(raw, data):
    """SOAPAction names the operation, so it answers, with row 1. [W3.1]"""
    root = parse(raw.post("verifyPaymentNotice", data)).find(f"{{{SOAP}}}Body")[0]
    assert raw.status == 200 and root.tag == f"{{{NFP}}}verifyPaymentNoticeRes"
    assert root.findtext("outcome") == "KO"
    assert root.findtext("fault/faultCode") == "PPT_SINTASSI_EXTRAXSD"


@pytest.mark.parametrize("action, data", [
    ("verifyPaymentNotice", b"<s:Envelope"),
    ("verifyPaymentNotice", b'<!DOCTYPE s [<!ENTITY e "x">]>' + envelope("<v/>")),
    ("verifyPaymentNotice", b"<?pi x?>" + envelope("<v/>")),
    ("verifyPaymentNotice", envelope("<v>\xff</v>").decode().encode("latin-1")),
    ("nessuna", envelope("<v/>")),
], ids=["not well-formed", "doctype", "instruction", "not utf-8", "no operation"])
def test_what_cannot_be_read_is_a_soap_fault(raw, action, data):
    root = parse(raw.post(action, data)).find(f"{{{SOAP}}}Body")[0]
    assert raw.status == 500 and root.tag == f"{{{SOAP}}}Fault"
    assert root.findtext("faultcode").endswith(":Client")


def test_zeep_sees_a_refusal_as_an_answer(channel):
    """A business KO is HTTP 200: no client's library raises on it."""
    try:
        answer = channel.verify("12345678901", notice_number(COMUNE, 1))
    except SoapFault:
        pytest.fail("a refusal came as a SOAP Fault")
    assert channel.status == 200 and answer.outcome == "KO"
