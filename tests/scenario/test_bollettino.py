# SPDX-License-Identifier: GPL-3.0-or-later
"""verificaBollettino: a notice asked for by what a postal slip says. The account printed on it
stands for the Ente; the rest is a verify."""
import pytest
from lxml import etree

from support.channel import fault_code
from support.hub import ASL, COMUNE, notice_number, wait_until
from support.registry import NS, with_stations
from support.station import UNIONE

OWN_HUB = True  # its registry is changed
JUDGED = True
SLIP = "077777777777"  # of the Comune, in the example
POSTAL_IBAN = "IT44M0760103200000099900101"


@pytest.fixture(scope="module")
def module_hub(module_hub):
    with_stations(module_hub)
    return module_hub


@pytest.fixture
def document(hub):
    """The registry in force, to be changed; it is put back."""
    yield etree.fromstring(hub.payer("registry", "export").stdout.encode())
    hub.payer("registry", "import", str(hub.registry))


def take(hub, root, ok=(0,)):
    path = hub.home / "changed.xml"
    path.write_bytes(etree.tostring(root))
    return hub.payer("registry", "import", str(path), ok=ok)


def ente_of(root, code):
    return root.find(f"{NS}creditor[@code='{code}']")


def test_a_slip_is_looked_up_and_paid(hub, channel, comune):
    """What verify says of the notice, with the notice's number and whether all of it is postal."""
    notice = comune.position(amount="12.34")
    seen, verified = channel.bollettino(SLIP, notice.number), channel.verify(COMUNE, notice.number)

    assert fault_code(seen) == "OK"
    (option,) = seen.paymentBollettinoList.paymentOptionDescription
    (same,) = verified.paymentList.paymentOptionDescription
    assert (option.amount, option.options, option.dueDate, option.paymentNote) == (
        same.amount, same.options, same.dueDate, same.paymentNote)
    assert str(option.amount) == "12.34" and option.allCCP is False
    assert (seen.fiscalCodePA, seen.noticeNumber) == (COMUNE, notice.number)
    assert (seen.companyName, seen.officeName, seen.paymentDescription) == (
        verified.companyName, verified.officeName, verified.paymentDescription)

    token = channel.activate(seen.fiscalCodePA, seen.noticeNumber, "12.34").paymentToken
    assert fault_code(channel.bollettino(SLIP, notice.number)) == "PPT_PAGAMENTO_IN_CORSO"
    assert fault_code(channel.outcome(token)) == "OK"
    assert fault_code(channel.bollettino(SLIP, notice.number)) == "PPT_PAGAMENTO_DUPLICATO"
    lines = lambda: hub.sql("SELECT creditor, outcome FROM journal WHERE notice_number = "
                            f"'{notice.number}' AND event = 'verificaBollettino'")
    told = wait_until(lambda: len(lines()) == 3 and lines(), "three lines of the journal")
    assert set(told) == {f"{COMUNE}\t{code}" for code in (
        "OK", "PPT_PAGAMENTO_IN_CORSO", "PPT_PAGAMENTO_DUPLICATO")}


def test_all_of_it_to_postal_accounts(hub, channel, comune, document):
    account = etree.Element(f"{NS}account", iban=POSTAL_IBAN)
    ente_of(document, COMUNE).insert(0, account)
    take(hub, document)
    fine = {"debt_type": "MULTE", "amount": "100.00", "t1_creditor": COMUNE,
            "t1_iban": POSTAL_IBAN, "t1_amount": "100.00", "t1_taxonomy": "0101114SP",
            "t1_reason": "Sanzione"}
    split = {**fine, "t1_amount": "70.00", "t2_creditor": ASL,
             "t2_iban": "IT28V9900201000000000000004", "t2_amount": "30.00",
             "t2_taxonomy": "0201102SP", "t2_reason": "Quota"}
    notices = [comune.position(**fields) for fields in (fine, split)]
    wait_until(lambda: fault_code(channel.verify(COMUNE, notices[0].number)) == "OK",
               "the server sees the new account")
    told = [channel.bollettino(SLIP, n.number).paymentBollettinoList.paymentOptionDescription[0].allCCP
            for n in notices]
    assert told == [True, False]


@pytest.mark.parametrize("postal", [False, True])
def test_of_an_ente_with_a_station_the_station_says(hub, channel, postal):
    """Asked live as by a verify: its amount, its options, and whether all of it is postal."""
    debt = hub.peers.book.debt(UNIONE, "12.34", options="GT", all_ccp=postal)
    slip = f"0{UNIONE}"
    seen = wait_until(lambda: (said := channel.bollettino(slip, debt.number)).outcome == "OK" and said,
                      "the server knows the new registry")
    (option,) = seen.paymentBollettinoList.paymentOptionDescription
    assert (str(option.amount), option.options, option.allCCP) == ("12.34", "GT", postal)
    assert (seen.fiscalCodePA, seen.paymentDescription) == (UNIONE, f"Canone {debt.number}")
    assert hub.peers.book.asked(debt) == ["paVerifyPaymentNotice"]
    refused = hub.peers.book.debt(UNIONE, refuse=("PAA_SEMANTICA", "no", ""))
    answer = channel.bollettino(slip, refused.number)
    assert fault_code(answer) == "PPT_ERRORE_EMESSO_DA_PAA"
    assert answer.fault.originalFaultCode == "PAA_SEMANTICA"


@pytest.mark.parametrize("slip, creditor, code", [
    ("0" * 12, COMUNE, "PPT_DOMINIO_SCONOSCIUTO"),                       # [W3.8]
    (SLIP, ASL, "PPT_STAZIONE_INT_PA_SCONOSCIUTA"),                      # [W3.9]: another's notice
    (SLIP, COMUNE, "PPT_ERRORE_EMESSO_DA_PAA"),                          # [W3.16]
    (SLIP[:-1], COMUNE, "PPT_SINTASSI_EXTRAXSD"),                        # [W3.1]
    (SLIP[1:] + "x", COMUNE, "PPT_SINTASSI_EXTRAXSD"),
])
def test_what_leads_nowhere(raw, slip, creditor, code):
    raw.violations = None  # what it sends is wrong on purpose
    answer = raw.bollettino(slip, notice_number(creditor, 9_999_999_999_999))
    assert fault_code(answer) == code and answer.fault.faultString


def test_a_slip_s_account_is_of_one_ente(hub, document):
    """Neither a whole document nor a part for one Ente may give it to a second."""
    double = etree.Element(f"{NS}postal-account", number=SLIP)
    ente_of(document, ASL).append(double)
    said = take(hub, document, ok=(78,)).stderr
    assert f"postal-account {SLIP}: creditor {COMUNE} has it too" in said

    part = etree.Element(f"{NS}registry", scope=f"ente:{ASL}", nsmap={None: NS[1:-1]})
    part.append(ente_of(document, ASL))
    assert f"creditor {COMUNE} has it too" in take(hub, part, ok=(78,)).stderr


def test_a_slip_s_account_moves_to_another_ente(hub, raw, document):
    """Left out it is disabled and known no longer; then another Ente may have it."""
    comune, asl = ente_of(document, COMUNE), ente_of(document, ASL)
    asl.append(comune.find(f"{NS}postal-account"))  # lxml moves it
    shown = take(hub, document).stdout
    assert f"- postal-account {SLIP}: disabled" in shown and f"+ postal-account {SLIP}" in shown
    show = hub.payer("registry", "show", "ente", ASL).stdout
    assert f"postal-account {SLIP}" in show
    number = notice_number(ASL, 9_999_999_999_999)
    wait_until(lambda: fault_code(raw.bollettino(SLIP, number)) == "PPT_ERRORE_EMESSO_DA_PAA",
               "the slip is the ASL's")
