# SPDX-License-Identifier: GPL-3.0-or-later
"""demandPaymentNotice: a notice for a service of an Ente that a payer chose. The Ente's own station
makes it; the hub asks, judges and hands it on, and keeps nothing. [W1] [W3.7b] [W3.15] [W3.16]
[W3.17]"""
import base64

import pytest
from lxml import etree

from scenario.test_messages_kept import kept, line_of
from scenario.test_station import unknown
from support.channel import PATH, RawChannel, fault_code, new_key
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, Creditor, wait_until
from support.registry import NS, PASSWORD, stations_known, with_stations
from support.station import PARCO, UNIONE

OWN_HUB = True  # its registry is changed
JUDGED = True
SETTINGS = {"message.keep": "all"}
BAD_ANSWER = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"
SAID = "<sosta targa='AA000AA'>un'ora, così</sosta>".encode()
# what an answer that hands a notice over can be wrong in
LIES_OF_IT = ("other Ente", "nothing told", "KO without fault", "amount", "unknown element",
              "other operation", "other namespace", "twice", "two bodies", "no envelope",
              "cut", "DTD", "huge")


@pytest.fixture(scope="module")
def module_hub(module_hub):
    tree = etree.parse(str(module_hub.registry))
    etree.SubElement(tree.getroot(), f"{NS}service", {
        "code": "OSPIT", "id-servizio": "00001", "creditor": COMUNE})
    tree.write(str(module_hub.registry))
    with_stations(module_hub, timeout="20s")
    stations_known(module_hub)
    return module_hub


def lines(hub, notice):
    """(actor, event, outcome) of the journal about a notice."""
    return [tuple(line.split("\t")) for line in hub.sql(
        f"SELECT actor, event, outcome FROM journal WHERE notice_number = '{notice}'")]


@pytest.mark.parametrize("ente", [UNIONE, PARCO])
def test_a_notice_is_made_and_paid(hub, book, raw, ente):
    """What the payer said comes to the station as it was; what it made is told, verified, paid."""
    debt = book.debt(ente, "7.50", data=SAID + ente.encode(), options="GT")
    given = raw.demand(ente[:5], debt.data)

    assert fault_code(given) == "OK"
    assert (given.qrCode.fiscalCode, given.qrCode.noticeNumber) == (ente, debt.number)
    (option,) = given.paymentList.paymentOptionDescription
    assert (option.amount, option.options, option.dueDate, option.paymentNote) == (
        "7.50", "GT", "2099-12-31", "Rata unica")
    assert (given.paymentDescription, given.fiscalCodePA, given.companyName, given.officeName) == (
        f"Canone {debt.number}", ente, f"Ente {ente} di Prova", "Ufficio della stazione")
    (question,) = book.questions(debt)
    assert (question["operation"], question["service"], question["data"]) == (
        "paDemandPaymentNotice", ("00042", ente[:5]), debt.data)
    assert unknown(hub, debt), "a demand keeps nothing"

    begun = raw.activate(ente, debt.number, "7.50", new_key(PSP))
    assert fault_code(raw.outcome(begun.paymentToken)) == "OK"
    assert hub.position(debt).state == "PAID"
    Creditor(hub, ente).wait_told(debt)


def test_the_journal_says_who_asked_whom(hub, book, raw):
    debt = book.debt(UNIONE, data=b"journal")
    raw.demand(UNIONE[:5], b"journal")
    wait_until(lambda: sorted(lines(hub, debt.number)) == [
        (f"channel/{ATM}", "demandPaymentNotice", "OK"),
        (f"station/{UNIONE}_01", "paDemandPaymentNotice", "OK")], "both lines are written")
    assert hub.metrics()[
        'payer_station_calls_total{operation="paDemandPaymentNotice",outcome="OK"}'] >= 1


def test_both_messages_are_kept_where_asked_for(hub, book, raw):
    debt = book.debt(UNIONE, data=b"kept")
    raw.demand(UNIONE[:5], b"kept")
    for event, family in (("demandPaymentNotice", "channels"), ("paDemandPaymentNotice", "stations")):
        message = kept(hub, line_of(hub, event, notice_number=debt.number))
        assert base64.b64encode(b"kept").decode() in message.request
        assert debt.number in message.answer and PASSWORD not in message.request
        assert message.family == family


def test_long_data_in_lines(hub, book, raw):
    """As much as is taken, with the blanks that base64 may have: the station gets the same."""
    said = bytes(range(256)) * 46
    text = base64.encodebytes(said).decode().replace("\n", " \n\t")
    book.debt(UNIONE, data=said)
    answer = raw.demand(UNIONE[:5], b"", datiSpecificiServizio=text)
    assert fault_code(answer) == "OK"
    answer = raw.demand(UNIONE[:5], bytes(3 * 4096 + 1))
    assert fault_code(answer) == "PPT_SINTASSI_EXTRAXSD"


def test_no_data(hub, book, raw):
    """An empty element is base64, too: the Ente says what it thinks of it."""
    assert fault_code(raw.demand(UNIONE[:5], b"")) == "PPT_ERRORE_EMESSO_DA_PAA"
    assert book.questions()[-1]["data"] == b""


def test_a_service_that_is_not(raw):
    """[W3.7b]"""
    fault = raw.demand("NOONE", SAID).fault
    assert (fault.faultCode, fault.description) == (
        "PPT_SEMANTICA", "idSoggettoServizio sconosciuto")


def test_a_hosted_ente_offers_none(raw):
    """The hub answers as it answers the national node. [W3.16]"""
    fault = raw.demand("OSPIT", SAID).fault
    assert (fault.faultCode, fault.originalFaultCode, fault.originalDescription, fault.id) == (
        "PPT_ERRORE_EMESSO_DA_PAA", "PAA_SEMANTICA", "L'ente creditore non offre questo servizio",
        COMUNE)


def test_the_station_refuses(book, raw):
    """[W3.16]"""
    book.debt(UNIONE, data=b"no", refuse=("PAA_SEMANTICA", "errore", "targa sconosciuta"))
    fault = raw.demand(UNIONE[:5], b"no").fault
    assert (fault.faultCode, fault.originalFaultCode, fault.originalFaultString,
            fault.originalDescription, fault.id) == (
                "PPT_ERRORE_EMESSO_DA_PAA", "PAA_SEMANTICA", "errore", "targa sconosciuta", UNIONE)


@pytest.mark.parametrize("lie", LIES_OF_IT)
def test_a_demand_that_is_answered_wrong(hub, book, raw, lie):
    """[W3.15] [F12]"""
    debt = book.debt(UNIONE, data=lie.encode(), lie=lie)
    assert fault_code(raw.demand(UNIONE[:5], debt.data)) == BAD_ANSWER
    debt.lie = ""
    assert fault_code(raw.demand(UNIONE[:5], debt.data)) == "OK"


@pytest.mark.parametrize("handed, code", [
    ((PARCO, "3"), "OK"),  # of another Ente that the hub knows
    (("12345678901", "303000000000000100"), BAD_ANSWER),
    ((UNIONE, "399000000000000100"), BAD_ANSWER),
    ((UNIONE, "003000000000000100"), BAD_ANSWER)])
def test_whose_notice_is_handed_over(book, raw, handed, code):
    """[W3.17]"""
    if handed == (PARCO, "3"):
        handed = (PARCO, book.debt(PARCO).number)
    book.debt(UNIONE, data=repr(handed).encode(), handed=handed)
    given = raw.demand(UNIONE[:5], repr(handed).encode())
    assert fault_code(given) == code
    if code == "OK":
        assert (given.qrCode.fiscalCode, given.fiscalCodePA, given.companyName) == (
            PARCO, PARCO, f"Ente {PARCO} di Prova")


@pytest.mark.parametrize("text", ["è", "QQ=", "QQ", "QU!JD", "QQ==QQ==", "Q===", "QR==", "QQ-_"])
def test_no_base64_is_no_message(hub, text):
    """Also where libxml2 takes it. [W3.1]"""
    unjudged = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    answer = unjudged.demand(UNIONE[:5], b"", datiSpecificiServizio=text)
    unjudged.close()
    assert fault_code(answer) == "PPT_SINTASSI_EXTRAXSD"
