# SPDX-License-Identifier: GPL-3.0-or-later
"""A payment channel (ATM network, call centre, manned desk) that speaks the node's messages.

Two clients with the same methods: ZeepChannel is what an integrator would write, from a WSDL;
RawChannel keeps one connection and makes the same XML by itself, for loads. Both keep a book of
what they did and what they took: a witness that knows nothing of the hub. Both judge each message
by the official schema when it is at hand, and note what is wrong as a violation.
"""
import base64
import datetime
import decimal
import secrets
import time
import types
import xml.sax.saxutils

from lxml import etree

from support.connection import Connection
from support.witness import Lines, cents, local, parse, schema_errors

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NFP = "http://pagopa-api.pagopa.gov.it/node/nodeForPsp.xsd"
SCHEMA = "pagopa/wsdl/xsd/nodeForPsp.xsd"
PATH = "/node-for-psp/v1"
# operation -> root of the request, root of the answer
OPERATIONS = {
    "verifyPaymentNotice": ("verifyPaymentNoticeReq", "verifyPaymentNoticeRes"),
    "activatePaymentNotice": ("activatePaymentNoticeReq", "activatePaymentNoticeRes"),
    "activatePaymentNoticeV2": ("activatePaymentNoticeV2Request",
                                "activatePaymentNoticeV2Response"),
    "sendPaymentOutcome": ("sendPaymentOutcomeReq", "sendPaymentOutcomeRes"),
    "sendPaymentOutcomeV2": ("sendPaymentOutcomeV2Request", "sendPaymentOutcomeV2Response"),
    "verificaBollettino": ("verificaBollettinoReq", "verificaBollettinoRes"),
    "demandPaymentNotice": ("demandPaymentNoticeRequest", "demandPaymentNoticeResponse"),
}
# Answers after which the hub holds the payment as collected: the second says "too late, yet taken".
TAKEN = ("OK", "PPT_TOKEN_SCADUTO")


class Answer(types.SimpleNamespace):
    """An answer's fields by name, as zeep has them: what is absent is None."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return None


class SoapFault(Exception):
    """The hub answered a SOAP Fault: the message was not one that it can read."""


def new_key(psp):
    """An idempotency key: the PSP's code and ten characters."""
    return f"{psp}_{secrets.token_hex(5)}"


REPEATED = ("transfer", "mapEntry", "paymentOptionDescription")


def read_json(value):
    """An answer that another toolkit printed: what may repeat is a list, also where it made none."""
    if isinstance(value, list):
        return [read_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: read_json(item) for name, item in value.items()}
    for name in fields.keys() & set(REPEATED):
        if not isinstance(fields[name], list):
            fields[name] = [fields[name]]
    return Answer(**fields)


def read_answer(element):
    """An element of an answer as Answer or text; the elements that may repeat become lists."""
    if len(element) == 0:
        return element.text or ""
    fields = {}
    for child in element:
        name = local(child)
        if name in REPEATED:
            fields.setdefault(name, []).append(read_answer(child))
        else:
            fields[name] = read_answer(child)
    return Answer(**fields)


def fault_code(answer):
    """"OK", or why not."""
    return "OK" if answer.outcome == "OK" else answer.fault.faultCode


class Channel:
    """What both clients share: who speaks, the requests' fields, the book."""

    def __init__(self, psp, broker, channel, password, book=None, violations=None):
        self.psp, self.broker, self.channel, self.password = psp, broker, channel, password
        self.book = Lines(book) if book else None
        self.violations = Lines(violations) if violations else None
        self.sent = self.received = b""  # of the last call
        self._open = {}  # token -> what was activated with it

    def call(self, operation, fields):
        raise NotImplementedError

    def verify(self, creditor, notice, **changes):
        answer = self._ask("verifyPaymentNotice",
                           {"qrCode": self._qr_code(creditor, notice)}, changes)
        self._note("verify", answer, creditor=creditor, notice=notice)
        return answer

    def bollettino(self, cc_post, notice, **changes):
        """A verify by what a postal slip says."""
        answer = self._ask("verificaBollettino", {"ccPost": cc_post, "noticeNumber": notice},
                           changes)
        self._note("bollettino", answer, cc_post=cc_post, notice=notice)
        return answer

    def demand(self, service, data, **changes):
        """A notice for a service. @param data  bytes: what the payer said"""
        answer = self._ask("demandPaymentNotice", {
            "idSoggettoServizio": service,
            "datiSpecificiServizio": base64.b64encode(data).decode()}, changes)
        self._note("demand", answer, service=service)
        return answer

    def activate(self, creditor, notice, amount, key=None, expiration_ms=None, due_date=None,
                 note=None, v2=False, method=None, touch_point=None, **changes):
        fields = {
            "idempotencyKey": key,
            "qrCode": self._qr_code(creditor, notice),
            "expirationTime": expiration_ms,
            "amount": amount,
            "dueDate": due_date,
            "paymentNote": note,
        }
        if v2:
            fields.update(paymentMethod=method, touchPoint=touch_point)
        answer = self._ask("activatePaymentNoticeV2" if v2 else "activatePaymentNotice",
                           fields, changes)
        transfers = [] if answer.transferList is None else [
            {"creditor": t.fiscalCodePA, "iban": t.IBAN or "", "cents": cents(t.transferAmount)}
            for t in answer.transferList.transfer]
        if answer.outcome == "OK":
            self._check_activation(answer, transfers)
            self._open[answer.paymentToken] = {
                "creditor": creditor, "notice": notice, "transfers": transfers,
                "amount_cents": cents(answer.totalAmount)}
        self._note("activate", answer, creditor=creditor, notice=notice, key=key,
                   token=answer.paymentToken, transfers=transfers)
        if expiration_ms == 1:  # whoever asks so means a token that has ended
            time.sleep(0.002)
        return answer

    def outcome(self, token, outcome="OK", fee="0.00", key=None, details=True, v2=False,
                method="cash", payment_channel="other", payer=None, day=None, pa_fee=None,
                bundles=(None, None), stamps=(), **changes):
        """@param token   a list of them by V2
        @param stamps  [(token, transfer's number, base64)], by V2"""
        day = day or datetime.date.today().isoformat()
        tokens = token if isinstance(token, list) else [token]
        v2 = v2 or isinstance(token, list)
        more = {"primaryCiIncurredFee": pa_fee, "idBundle": bundles[0],
                "idCiBundle": bundles[1]} if v2 else {}
        fields = {
            "idempotencyKey": key,
            **({"paymentTokens": {"paymentToken": tokens}} if v2 else {"paymentToken": token}),
            "outcome": outcome,
            "details": {
                "paymentMethod": method,
                "paymentChannel": payment_channel,
                "fee": fee,
                **more,
                "payer": payer,
                "applicationDate": day,
                "transferDate": day,
                **({"marcheDaBollo": {"marcaDaBollo": [
                    {"paymentToken": t, "idTransfer": n, "MBDAttachment": data}
                    for t, n, data in stamps]}} if stamps else {}),
            } if details else None,
        }
        answer = self._ask("sendPaymentOutcomeV2" if v2 else "sendPaymentOutcome", fields, changes)
        for one in tokens:
            paid = outcome == "OK" and one == tokens[0]
            self._note("outcome", answer, token=one, key=key, outcome=outcome,
                       fee_cents=cents(fee) if paid else 0, **self._open.get(one, {}))
        return answer

    @staticmethod
    def _qr_code(creditor, notice):
        return {"fiscalCode": creditor, "noticeNumber": notice}

    def _ask(self, operation, fields, changes):
        who = {"idPSP": self.psp, "idBrokerPSP": self.broker, "idChannel": self.channel,
               "password": self.password}
        unknown = set(changes) - set(who) - set(fields)
        if unknown:
            raise TypeError(f"{operation} has no {unknown}")
        return self.call(operation, {**who, **fields, **changes})

    def _note(self, event, answer, **fields):
        if self.book:
            answered = fault_code(answer)
            taken = event == "outcome" and fields.get("outcome") == "OK" and answered in TAKEN
            self.book.add(channel=self.channel, event=event, answer=answered, taken=taken, **fields)

    def _check_activation(self, answer, transfers):
        if not answer.paymentToken:
            self._violation("activate answered OK without a token")
        if sum(t["cents"] for t in transfers) != cents(answer.totalAmount):
            self._violation("the transfers do not add up to totalAmount")

    def _violation(self, what):
        if self.violations:
            self.violations.add(who=self.channel, what=what)

    def judge(self, sent, received):
        """Keep the bytes of a call and check both envelopes by the official schema."""
        self.sent, self.received = sent, received
        for side, data in (("request", sent), ("answer", received)):
            try:
                body = parse(data).find(f"{{{SOAP}}}Body")
            except etree.XMLSyntaxError as error:
                self._violation(f"{side}: {error}")
                continue
            if body is None or len(body) != 1:
                self._violation(f"{side}: not one element in a Body")
                continue
            if etree.QName(body[0]).namespace == SOAP:
                continue  # a Fault: the caller of the test says whether it is right
            for error in schema_errors(SCHEMA, body[0]):
                self._violation(f"{side}: {local(body[0])}: {error}")


class RawChannel(Channel, Connection):
    """XML by hand. @param judged  check each message by the official schema (slower)"""

    def __init__(self, url, *who, judged=False, timeout_s=30, context=None, **files):
        Channel.__init__(self, *who, **files)
        Connection.__init__(self, url, PATH, timeout_s, context)
        self.judged = judged

    def call(self, operation, fields):
        request, answer_root = OPERATIONS[operation]
        sent = envelope(request, fields)
        received = self.post(operation, sent)
        if self.judged:
            self.judge(sent, received)
        self.sent, self.received = sent, received
        body = parse(received).find(f"{{{SOAP}}}Body")
        if body is None or len(body) != 1:
            raise ValueError("the answer has not one element in its Body")
        if body[0].tag == f"{{{SOAP}}}Fault":
            raise SoapFault(body[0].findtext("faultstring"))
        if body[0].tag != f"{{{NFP}}}{answer_root}":
            raise ValueError(f"{operation} was answered by {body[0].tag}")
        return read_answer(body[0])


class ZeepChannel(Channel):
    """A client as an integrator writes it, from `?wsdl` or from a WSDL file.
    @param wsdl     URL or path
    @param address  where to send; None: where the WSDL says
    @param session  of requests: its certificates"""

    def __init__(self, wsdl, *who, address=None, session=None, timeout_s=30, **files):
        super().__init__(*who, **files)
        import zeep  # late: the raw client must not need it
        from zeep.transports import Transport

        channel = self

        class Witness(Transport):
            def post(self, address, message, headers):
                response = super().post(address, message, headers)
                channel.status = response.status_code
                channel.judge(message, response.content)
                return response

        self._fault = zeep.exceptions.Fault
        self.client = zeep.Client(str(wsdl), transport=Witness(
            session=session, timeout=timeout_s, operation_timeout=timeout_s))
        self.service = self.client.service
        if address:
            binding = next(iter(self.client.wsdl.bindings))
            self.service = self.client.create_service(binding, address)

    def call(self, operation, fields):
        try:
            return self.service[operation](**typed(fields))
        except self._fault as fault:
            raise SoapFault(fault.message) from fault


def typed(fields):
    """Fields as zeep takes them: no empty ones, amounts as exact decimals, dates as dates."""
    result = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            value = typed(value)
        elif isinstance(value, list):
            value = [typed(item) if isinstance(item, dict) else item for item in value]
        elif name in ("MBDAttachment", "datiSpecificiServizio"):
            value = base64.b64decode(value)
        elif name in ("amount", "fee", "primaryCiIncurredFee") and value is not None:
            value = decimal.Decimal(value)
        elif name in ("dueDate", "applicationDate", "transferDate") and value is not None:
            value = datetime.date.fromisoformat(value)
        if value is not None:
            result[name] = value
    return result


def envelope(root, fields, namespace=NFP):
    """A SOAP 1.1 envelope of a request; fields in the schema's order, None left out."""
    parts = []

    def write(values):
        for name, value in values.items():
            for item in value if isinstance(value, list) else [value]:
                if item is None:
                    continue
                parts.append(f"<{name}>")
                if isinstance(item, dict):
                    write(item)
                else:
                    parts.append(xml.sax.saxutils.escape(str(item)))
                parts.append(f"</{name}>")

    write(fields)
    return (f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body>'
            f'<n:{root} xmlns:n="{namespace}">{"".join(parts)}</n:{root}></s:Body></s:Envelope>'
            ).encode()


def taken(book_lines):
    """What a book says was collected: one entry a token, its first outcome that counts."""
    found = {}
    for line in book_lines:
        if line["event"] == "outcome" and line["taken"]:
            found.setdefault(line["token"], line)
    return found


__all__ = ["Answer", "Channel", "RawChannel", "SoapFault", "ZeepChannel", "envelope", "euros",
           "fault_code", "new_key", "taken"]
