# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels written with the toolkits that the field uses, each from our ?wsdl and from the official
WSDL with only the address changed: every operation. JAX-WS judges each message by the schema, both
ways. [W1]"""
import decimal
import secrets

import pytest

from support import foreign
from support.channel import OPERATIONS, PATH, ZeepChannel, fault_code, new_key
from support.hub import ATM, COMUNE, PSP, PSP_BROKER
from support.registry import PASSWORD, stations_known, with_stations
from support.station import UNIONE
from support.witness import official

OWN_HUB = True  # its registry is changed
LONGER = 4  # a client is made by wsimport and javac
OFFICIAL = official("pagopa/wsdl/nodeForPsp.wsdl")
SLIP = f"0{COMUNE}"


@pytest.fixture(scope="module")
def module_hub(module_hub):
    with_stations(module_hub)
    stations_known(module_hub)
    return module_hub


def zeep(wsdl, address, folder, *who, **files):
    client = ZeepChannel(wsdl, *who, address=address, **files)
    client.close = lambda: None
    return client


TOOLKITS = {"zeep": zeep, "php": foreign.php, "jaxws": foreign.jaxws, "node": foreign.node}


@pytest.fixture(scope="module", params=[
    pytest.param((toolkit, source), id=f"{toolkit}-{source}")
    for toolkit in TOOLKITS for source in ("ours", "official")])
def client(request, module_hub, tmp_path_factory):
    toolkit, source = request.param
    why = foreign.missing(toolkit)
    if why:
        pytest.skip(why)
    if source == "official" and not OFFICIAL:
        pytest.skip("no official WSDL here")
    address = f"{module_hub.url}{PATH}"
    made = TOOLKITS[toolkit](
        f"{address}?wsdl" if source == "ours" else OFFICIAL, address,
        tmp_path_factory.mktemp(toolkit), PSP, PSP_BROKER, ATM, PASSWORD,
        book=module_hub.home / "book.jsonl")
    yield made
    made.close()


def amount_of(text):
    return decimal.Decimal(str(text)).quantize(decimal.Decimal("0.01"))


def verify(client, ente, hub):
    notice = ente.position(amount="12.30")
    seen = client.verify(COMUNE, notice.number)
    (option,) = seen.paymentList.paymentOptionDescription
    assert amount_of(option.amount) == amount_of("12.30") and option.options == "EQ"
    assert "ente fittizio" in seen.companyName


def bollettino(client, ente, hub):
    notice = ente.position(amount="12.30")
    seen = client.bollettino(SLIP, notice.number)
    (option,) = seen.paymentBollettinoList.paymentOptionDescription
    assert amount_of(option.amount) == amount_of("12.30") and str(option.allCCP).lower() == "false"
    assert (seen.fiscalCodePA, seen.noticeNumber) == (COMUNE, notice.number)


def demand(client, ente, hub):
    """What the payer said reaches the Ente as it was, and a notice comes back that can be paid."""
    said = f"<parcheggio targa='{secrets.token_hex(4)}'>è ora</parcheggio>".encode()
    debt = hub.peers.book.debt(UNIONE, "7.50", data=said)
    given = client.demand(UNIONE[:5], said)
    (option,) = given.paymentList.paymentOptionDescription
    assert amount_of(option.amount) == amount_of("7.50") and option.options == "EQ"
    assert (given.qrCode.fiscalCode, given.qrCode.noticeNumber) == (UNIONE, debt.number)
    begun = client.activate(UNIONE, debt.number, "7.50", new_key(PSP))
    assert fault_code(client.outcome(begun.paymentToken)) == "OK"


def pay(v2):
    def run(client, ente, hub):
        """Reserve, pay, and hear that it cannot be done twice."""
        notice = ente.position(amount="12.30")
        begun = client.activate(COMUNE, notice.number, "12.30", new_key(PSP), due_date=None, v2=v2)
        assert fault_code(begun) == "OK" and amount_of(begun.totalAmount) == amount_of("12.30")
        (transfer,) = begun.transferList.transfer
        assert (str(transfer.idTransfer), transfer.fiscalCodePA) == ("1", COMUNE)
        assert fault_code(client.outcome(begun.paymentToken, fee="1.00", v2=v2)) == "OK"
        assert hub.position(notice).state == "PAID"
        again = client.activate(COMUNE, notice.number, "12.30", v2=v2)
        assert (again.outcome, again.fault.faultCode) == ("KO", "PPT_PAGAMENTO_DUPLICATO")
    return run


# An activation is tried with its outcome.
USES = {
    "verifyPaymentNotice": verify,
    "verificaBollettino": bollettino,
    "demandPaymentNotice": demand,
    "activatePaymentNotice": pay(v2=False),
    "sendPaymentOutcome": pay(v2=False),
    "activatePaymentNoticeV2": pay(v2=True),
    "sendPaymentOutcomeV2": pay(v2=True),
}


def test_no_operation_is_forgotten():
    assert set(USES) == set(OPERATIONS)


@pytest.mark.parametrize("operation", ["verifyPaymentNotice", "verificaBollettino",
                                       "demandPaymentNotice", "sendPaymentOutcome",
                                       "sendPaymentOutcomeV2"])
def test_an_operation_by_a_toolkit(client, hub, ente, operation):
    """Of a payment the outcome's: it activates before."""
    USES[operation](client, ente, hub)
