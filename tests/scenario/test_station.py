# SPDX-License-Identifier: GPL-3.0-or-later
"""Enti with a station of their own: asked live, judged in full, paid like any other. [W2] [W3.15]
[W3.16]"""
import concurrent.futures
import threading

import pytest

from support.channel import PATH, RawChannel, fault_code, new_key
from support.hub import ASL, ATM, CALL_CENTRE, COMUNE, FDR, PSP, PSP_BROKER, Creditor, wait_until
from support.registry import PASSWORD, with_stations
from support.station import ACCOUNTS, LIES, PARCO, UNIONE

SETTINGS = {"serve.workers": 16, "serve.station_workers": 3, "work.breaker": 3}
GET = {UNIONE: "paGetPayment", PARCO: "paGetPaymentV2"}
BAD_ANSWER = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"
UNREACHABLE = "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE"
TIMEOUT = "PPT_STAZIONE_INT_PA_TIMEOUT"
both = pytest.mark.parametrize("ente", [UNIONE, PARCO])
versions = pytest.mark.parametrize("v2", [False, True], ids=["V1", "V2"])


@pytest.fixture(scope="module")
def module_hub(module_hub):
    with_stations(module_hub)
    channel = module_hub.channel(ATM)
    known = module_hub.peers.book.debt(UNIONE)
    wait_until(lambda: fault_code(channel.verify(UNIONE, known.number)) == "OK",
               "the server knows the new registry")
    return module_hub


@pytest.fixture
def book(hub):
    hub.secrets.update(f"Debitore Canarino Stazione {n:04d}" for n in range(400))
    return hub.peers.book


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
