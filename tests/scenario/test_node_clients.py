# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that toolkits make, as whoever plays the national node would: from the hub's ?wsdl, and
from the official contract with only the address changed. All six operations. [W1]"""
import decimal
import json
import subprocess

import pytest
import zeep

from support.hub import COMUNE
from support.node import BROKER, PATH, STATION, subject
from support.witness import ROOT, STANDARDS

OFFICIAL = STANDARDS / "pagopa/wsdl/paForNode.wsdl"
SAID = {"paVerifyPaymentNotice": "OK", "paGetPayment": "OK", "paGetPaymentV2": "OK",
        "paSendRT": "OK", "paSendRTV2": "OK", "paDemandPaymentNotice": "PAA_SEMANTICA"}


@pytest.fixture(params=["?wsdl", "official"])
def wsdl(hub, request):
    """(the WSDL, the address where it does not say the hub's)"""
    if request.param == "?wsdl":
        return f"{hub.url}{PATH}?wsdl", ""
    if not OFFICIAL.exists():
        pytest.skip(f"the official contract is not at {OFFICIAL}")
    return str(OFFICIAL), f"{hub.url}{PATH}"


def test_zeep(hub, comune, wsdl):
    place, address = wsdl
    client = zeep.Client(place)
    service = client.create_service(next(iter(client.wsdl.bindings)), address) if address \
        else client.service
    notice = comune.position(amount="12.30")
    who = {"idPA": COMUNE, "idBrokerPA": BROKER, "idStation": STATION}
    qr = {"fiscalCode": COMUNE, "noticeNumber": notice.number}
    said = {}

    def call(operation, **fields):
        answer = service[operation](**who, **fields)
        said[operation] = answer.outcome if answer.outcome == "OK" else answer.fault.faultCode
        return answer

    call("paVerifyPaymentNotice", qrCode=qr)
    data = call("paGetPayment", qrCode=qr).data
    assert data.paymentAmount == decimal.Decimal("12.30")
    call("paGetPaymentV2", qrCode=qr)
    receipt = {
        "receiptId": f"Z{notice.number}", "noticeNumber": notice.number, "fiscalCode": COMUNE,
        "outcome": "OK", "creditorReferenceId": data.creditorReferenceId,
        "paymentAmount": data.paymentAmount, "description": data.description,
        "companyName": data.companyName, "debtor": subject("RSSMRA80A01H501U", "Debitore"),
        "idPSP": "ALTROPSP", "PSPCompanyName": "Banca Lontana", "idChannel": "ALTROCANALE",
        "channelDescription": "app", "transferList": {"transfer": [
            {name: t[name] for name in ("idTransfer", "transferAmount", "fiscalCodePA", "IBAN",
                                        "remittanceInformation", "transferCategory")}
            for t in data.transferList.transfer]}}
    call("paSendRT", receipt=receipt)
    call("paSendRTV2", receipt=receipt)
    call("paDemandPaymentNotice", idServizio="00001", idSoggettoServizio="00001",
         datiSpecificiServizioRequest=b"<targa/>")
    assert said == SAID
    assert hub.position(notice).state == "PAID" and len(hub.position(notice).payments) == 1


def test_php(hub, comune, wsdl):
    notice = comune.position(amount="12.30")
    done = subprocess.run(["php", str(ROOT / "tests/support/node.php"), *wsdl, COMUNE, BROKER,
                           STATION, notice.number], capture_output=True, text=True, timeout=25,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == {**SAID, "total": "12.30"}
    assert hub.position(notice).state == "PAID" and len(hub.position(notice).payments) == 1
