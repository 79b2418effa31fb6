# SPDX-License-Identifier: GPL-3.0-or-later
"""The national node as hosted Enti see it: it asks whether a notice may be paid, asks for all of it,
and tells of payments that were made elsewhere. Its receipt of a payment is the same bytes however
often it is sent. It judges each answer by the official schema when it is at hand, and notes what
is wrong as a violation.
"""
import contextlib
import secrets
import socket
import struct

from support.channel import SOAP, SoapFault, envelope, read_answer
from support.connection import Connection
from support.witness import Lines, cents, local, parse, schema_errors

PFN = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"
SCHEMA = "pagopa/wsdl/xsd/paForNode.xsd"
PATH = "/pa-for-node/v1"
BROKER, STATION = "99999999990", "99999999990_01"  # the example's, that hosts
# operation -> root of the request, root of the answer
OPERATIONS = {
    "paVerifyPaymentNotice": ("paVerifyPaymentNoticeReq", "paVerifyPaymentNoticeRes"),
    "paGetPayment": ("paGetPaymentReq", "paGetPaymentRes"),
    "paGetPaymentV2": ("paGetPaymentV2Request", "paGetPaymentV2Response"),
    "paSendRT": ("paSendRTReq", "paSendRTRes"),
    "paSendRTV2": ("paSendRTV2Request", "paSendRTV2Response"),
    "paDemandPaymentNotice": ("paDemandPaymentNoticeRequest", "paDemandPaymentNoticeResponse"),
}
# Another PSP than the registry's: whoever pays elsewhere need not be known here.
COLLECTED_BY = {"idPSP": "ALTROPSP", "pspFiscalCode": "55555555550",
                "PSPCompanyName": "Banca Lontana & Figli", "idChannel": "55555555550_07",
                "channelDescription": "app"}


def subject(code, name):
    return {"uniqueIdentifier": {"entityUniqueIdentifierType": "F",
                                 "entityUniqueIdentifierValue": code}, "fullName": name}


def receipt_of(data, creditor, notice, receipt_id=None, **changes):
    """A receipt of what paGetPayment (or V2) answered, as fields in the schema's order."""
    fields = {
        "receiptId": receipt_id or secrets.token_hex(16),
        "noticeNumber": notice,
        "fiscalCode": creditor,
        "outcome": "OK",
        "creditorReferenceId": data.creditorReferenceId,
        "paymentAmount": str(data.paymentAmount),
        "description": data.description,
        "companyName": data.companyName,
        "debtor": subject("RSSMRA80A01H501U", "Debitore della ricevuta"),
        "transferList": {"transfer": [
            {"idTransfer": t.idTransfer, "transferAmount": str(t.transferAmount),
             "fiscalCodePA": t.fiscalCodePA, "IBAN": t.IBAN,
             "remittanceInformation": t.remittanceInformation,
             "transferCategory": t.transferCategory} for t in data.transferList.transfer]},
        **{name: COLLECTED_BY[name] for name in ("idPSP", "pspFiscalCode", "PSPCompanyName",
                                                 "idChannel", "channelDescription")},
        "payer": subject("VRDLGU80A01H501X", "Versante della ricevuta"),
        "paymentMethod": "creditCard",
        "fee": "1.50",
        "paymentDateTime": "2026-03-02T09:14:07",
        "applicationDate": "2026-03-02",
        "transferDate": "2026-03-03",
        "standIn": "true",
    }
    unknown = set(changes) - set(fields)
    if unknown:
        raise TypeError(f"a receipt has no {unknown}")
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


class Node(Connection):
    """@param url, context  as Connection has them · @param violations  file"""

    def __init__(self, url, violations=None, context=None, timeout_s=30, ente="77777777777"):
        super().__init__(url, PATH, timeout_s, context)
        self.violations = Lines(violations) if violations else None
        self.ente = ente
        self.sent = self.received = b""

    # --- what it asks -------------------------------------------------------------------------

    def verify(self, creditor, notice, **who):
        return self.call("paVerifyPaymentNotice", {"qrCode": qr_code(creditor, notice)}, creditor,
                         who)

    def get(self, creditor, notice, v2=False, amount=None, **who):
        return self.call("paGetPaymentV2" if v2 else "paGetPayment",
                         {"qrCode": qr_code(creditor, notice), "amount": amount}, creditor, who)

    def demand(self, creditor, **who):
        return self.call("paDemandPaymentNotice", {
            "idServizio": "00001", "idSoggettoServizio": "00001",
            "datiSpecificiServizioRequest": "PHRhcmdhLz4="}, creditor, who)

    # --- what it tells ------------------------------------------------------------------------

    def receipt(self, notice, v2=False, **changes):
        """A receipt of a payment of a Notice that is still to be paid: asks for its data."""
        answer = self.get(notice.creditor, notice.number, v2)
        assert answer.outcome == "OK", answer
        return receipt_of(answer.data, notice.creditor, notice.number, **changes)

    def tell(self, receipt, v2=False, ente=None, **who):
        """@param ente  who is told, where it is not the Ente of the notice"""
        return self.call("paSendRTV2" if v2 else "paSendRT", {"receipt": receipt},
                         ente or receipt["fiscalCode"], who)

    # --- bytes --------------------------------------------------------------------------------

    def call(self, operation, fields, ente, who):
        request, answer_root = OPERATIONS[operation]
        names = {"idPA": ente, "idBrokerPA": BROKER, "idStation": STATION}
        unknown = set(who) - set(names)
        if unknown:
            raise TypeError(f"{operation} has no {unknown}")
        self.sent = envelope(request, {**names, **who, **fields}, PFN)
        self.received = self.post(operation, self.sent)
        return self.read(answer_root)

    def again(self, action, answer_root):
        """The bytes of the last call once more."""
        self.received = self.post(action, self.sent)
        return self.read(answer_root)

    @contextlib.contextmanager
    def unheard(self, action, data):
        """Send a message whole; at the end of `with` the connection breaks, the answer unheard."""
        head = (f"POST {PATH} HTTP/1.1\r\nHost: {self.url.netloc}\r\nSOAPAction: \"{action}\"\r\n"
                f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {len(data)}\r\n\r\n")
        with socket.create_connection((self.url.hostname, self.url.port), 30) as plain:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            plain.sendall(head.encode() + data)
            yield

    def read(self, answer_root):
        if self.status in (403, 404):
            raise Closed(self.status)
        body = parse(self.received).find(f"{{{SOAP}}}Body")
        if body is None or len(body) != 1:
            self._violation("not one element in a Body")
            raise ValueError("the answer has not one element in its Body")
        if body[0].tag == f"{{{SOAP}}}Fault":
            raise SoapFault(body[0].findtext("faultstring"))
        if body[0].tag != f"{{{PFN}}}{answer_root}":
            self._violation(f"{body[0].tag} in place of {answer_root}")
        for error in schema_errors(SCHEMA, body[0]):
            self._violation(f"{local(body[0])}: {error}")
        answer = read_answer(body[0])
        if (answer.outcome == "OK") != (answer.fault is None):
            self._violation("a fault with outcome OK, or KO without one")
        if answer.fault and not answer.fault.faultCode.startswith("PAA_"):
            self._violation(f"an Ente does not say {answer.fault.faultCode}")
        if answer.data:
            self._check_data(answer.data)
        return answer

    def _check_data(self, data):
        """The promise of a station: 1 to 5 transfers with numbers of their own, that add up."""
        transfers = data.transferList.transfer
        if len({t.idTransfer for t in transfers}) != len(transfers):
            self._violation("two transfers with one number")
        if sum(cents(t.transferAmount) for t in transfers) != cents(data.paymentAmount):
            self._violation("the transfers do not add up to paymentAmount")

    def _violation(self, what):
        if self.violations:
            self.violations.add(who="node", what=what)


class Closed(Exception):
    """The hub lets nobody speak here (404), or not this caller (403)."""

    def __init__(self, status):
        super().__init__(f"HTTP {status}")
        self.status = status


def qr_code(creditor, notice):
    return {"fiscalCode": creditor, "noticeNumber": notice}
