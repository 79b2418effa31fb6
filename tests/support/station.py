# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Ente's own station answers when it is asked of a notice (paVerifyPaymentNotice,
paGetPayment, paGetPaymentV2), or for one (paDemandPaymentNotice): from a little book, by the official interface, and wrong in every way
that a book entry asks for. support/ente.py carries it, with all that a server can do wrong.

    with_stations(hub)    # of support/registry.py: two Enti more, UNIONE (V1) and PARCO (V2)
    notice = hub.peers.book.debt(UNIONE, "12.34", lie="sum")
"""
import base64
import copy
import dataclasses
import threading

from lxml import etree

from support.codes import fiscal_code, notice_number
from support.witness import cents, euros, schema_errors

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PAF = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"
SCHEMA = "pagopa/wsdl/xsd/paForNode.xsd"
UNIONE, PARCO = "33333333333", "22222222222"
ACCOUNTS = {UNIONE: "IT92T9900101000000000000007", PARCO: "IT69U9900101000000000000008"}
VERSIONS = {UNIONE: 1, PARCO: 2}
# root of the question -> operation (its SOAPAction), root of the answer
QUESTIONS = {
    f"{{{PAF}}}paVerifyPaymentNoticeReq": ("paVerifyPaymentNotice", "paVerifyPaymentNoticeRes"),
    f"{{{PAF}}}paGetPaymentReq": ("paGetPayment", "paGetPaymentRes"),
    f"{{{PAF}}}paGetPaymentV2Request": ("paGetPaymentV2", "paGetPaymentV2Response"),
    f"{{{PAF}}}paDemandPaymentNoticeRequest": ("paDemandPaymentNotice",
                                               "paDemandPaymentNoticeResponse"),
}


@dataclasses.dataclass
class Debt:
    """A notice in the station's book: what is owed, and how its answer shall be."""
    creditor: str
    number: str
    amount: str
    shares: list            # (Ente, IBAN, amount), one transfer each; "MBD:HASH": a stamp
    debtor: str
    lie: str = ""           # of LIES
    refuse: tuple = ()      # (fault code, text, description) that it is refused with
    hold: threading.Event = None  # no answer before it is set
    options: str = "EQ"
    all_ccp: bool = False
    metadata: dict = dataclasses.field(default_factory=dict)
    share_metadata: dict = dataclasses.field(default_factory=dict)  # of each transfer
    own_id: str = ""
    data: bytes = b""       # of a service: whoever says this is given the notice
    handed: tuple = ()      # (Ente, number): given in place of its own

    @property
    def iuv(self):
        return self.number[1:]


class Book:
    """The station's debts, and what it was asked."""

    def __init__(self):
        self._lock = threading.Lock()
        self._debts, self._asked, self._n = {}, [], 0

    def debt(self, creditor, amount="12.34", shares=None, **fields):
        """A new notice."""
        with self._lock:
            self._n += 1
            debt = Debt(creditor, notice_number(creditor, self._n), amount,
                        shares or [(creditor, ACCOUNTS[creditor], amount)],
                        f"Debitore Canarino Stazione {self._n:04d}", **fields)
            self._debts[creditor, debt.number] = debt
        return debt

    def find(self, creditor, number):
        with self._lock:
            return self._debts.get((creditor, number))

    def questions(self, debt=None):
        """What it was asked, in order, of one notice or of all: as read() says."""
        with self._lock:
            return [question for question in self._asked
                    if debt is None or question["notice"] == debt.number]

    def asked(self, debt=None):
        """Only the operations."""
        return [question["operation"] for question in self.questions(debt)]

    def note(self, question):
        """A demand is about the notice that is made for it."""
        with self._lock:
            for debt in self._debts.values():
                if question["data"] and (debt.creditor, debt.data) == (question["creditor"],
                                                                       question["data"]):
                    question["notice"] = debt.number
            self._asked.append(question)


def read(element):
    """(what a question says, what is wrong with it)."""
    text = lambda path: element.findtext(path) or ""
    wrong = [f"{etree.QName(element).localname}: {e}" for e in schema_errors(SCHEMA, element)]
    demand = etree.QName(element).localname == "paDemandPaymentNoticeRequest"
    if not demand and text("idPA") != text("qrCode/fiscalCode"):
        wrong.append("the notice of an Ente was asked of another")
    return {"operation": QUESTIONS[element.tag][0], "amount": text("amount"),
            "note": text("paymentNote"), "due": text("dueDate"),
            "to": (text("idPA"), text("idBrokerPA"), text("idStation")),
            "service": (text("idServizio"), text("idSoggettoServizio")),
            "data": base64.b64decode(text("datiSpecificiServizioRequest")),
            "creditor": text("idPA"), "notice": text("qrCode/noticeNumber")}, wrong


def envelope(*elements):
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Body").extend(elements)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def answer(question, debt, paid):
    """The bytes of an answer. @param debt  None: nobody knows the notice"""
    operation = question["operation"]
    root = etree.Element(f"{{{PAF}}}{dict(QUESTIONS.values())[operation]}", nsmap={"n": PAF})
    refuse = debt.refuse if debt else ("PAA_PAGAMENTO_SCONOSCIUTO", "pagamento sconosciuto", "")
    if paid and not refuse:
        refuse = ("PAA_PAGAMENTO_DUPLICATO", "pagamento duplicato", "")
    if refuse:
        add(root, "outcome", "KO")
        fault = etree.SubElement(root, "fault")
        for name, value in zip(("faultCode", "faultString", "id", "description"),
                               (refuse[0], refuse[1], question["creditor"], refuse[2])):
            if value:
                add(fault, name, value)
    elif operation in ("paVerifyPaymentNotice", "paDemandPaymentNotice"):
        add(root, "outcome", "OK")
        if operation == "paDemandPaymentNotice":
            code = etree.SubElement(root, "qrCode")
            for name, value in zip(("fiscalCode", "noticeNumber"),
                                   debt.handed or (debt.creditor, debt.number)):
                add(code, name, value)
        tell_option(root, debt)
    else:
        add(root, "outcome", "OK")
        tell_payment(etree.SubElement(root, "data"), debt, operation == "paGetPaymentV2")
    if debt and debt.lie:
        return LIES[debt.lie](root)
    return envelope(root)


def add(parent, name, text):
    etree.SubElement(parent, name).text = text


def tell_option(root, debt):
    option = etree.SubElement(etree.SubElement(root, "paymentList"), "paymentOptionDescription")
    for name, value in (("amount", debt.amount), ("options", debt.options),
                        ("dueDate", "2099-12-31"), ("detailDescription", "Rata unica"),
                        ("allCCP", "true" if debt.all_ccp else "false")):
        add(option, name, value)
    for name, value in (("paymentDescription", f"Canone {debt.number}"),
                        ("fiscalCodePA", debt.handed[0] if debt.handed else debt.creditor),
                        ("companyName", "Ente con stazione"),
                        ("officeName", "Ufficio della stazione")):
        add(root, name, value)


def tell_payment(data, debt, v2):
    for name, value in (("creditorReferenceId", debt.iuv), ("paymentAmount", debt.amount),
                        ("dueDate", "2099-12-31"), ("description", f"Canone {debt.number}"),
                        ("companyName", "Ente con stazione"),
                        ("officeName", "Ufficio della stazione")):
        add(data, name, value)
    debtor = etree.SubElement(data, "debtor")
    unique = etree.SubElement(debtor, "uniqueIdentifier")
    add(unique, "entityUniqueIdentifierType", "F")
    add(unique, "entityUniqueIdentifierValue", fiscal_code(int(debt.number[3:16])))
    add(debtor, "fullName", debt.debtor)
    transfers = etree.SubElement(data, "transferList")
    for n, (creditor, iban, amount) in enumerate(debt.shares, 1):
        transfer = etree.SubElement(transfers, "transfer")
        for name, value in (("idTransfer", str(n)), ("transferAmount", amount),
                            ("fiscalCodePA", creditor),
                            *([("companyName", "Ente beneficiario")] if v2 else []),
                            ("IBAN", iban), ("remittanceInformation", f"/RFB/{debt.iuv}"),
                            ("transferCategory", "0101101IM")):
            if value.startswith("MBD:"):
                tell_stamp(transfer, value[4:])
            else:
                add(transfer, name, value)
        tell_metadata(transfer, debt.share_metadata)
    tell_metadata(data, debt.metadata)


def tell_stamp(transfer, document_hash):
    stamp = etree.SubElement(transfer, "richiestaMarcaDaBollo")
    for name, value in (("hashDocumento", document_hash), ("tipoBollo", "01"),
                        ("provinciaResidenza", "RM")):
        add(stamp, name, value)


def tell_metadata(parent, entries):
    if not entries:
        return
    metadata = etree.SubElement(parent, "metadata")
    for key, value in entries.items():
        entry = etree.SubElement(metadata, "mapEntry")
        add(entry, "key", key)
        add(entry, "value", value)


# --- lies: each takes an answer and gives the bytes that are sent ---------------------------------

def lie(change):
    """A change of the answer's element, sent as it is then."""
    def told(root):
        change(root)
        return envelope(root)
    return told


def first(root, name):
    return next(root.iter(name))


def more(root, change=lambda transfer, n: None, n=2):
    """Transfers up to n, each a copy of the first; the amount is theirs, if nobody changes it."""
    model = first(root, "transfer")
    for i in range(2, n + 1):
        transfer = copy.deepcopy(model)
        transfer.find("idTransfer").text = str(i)
        change(transfer, i)
        model.getparent().append(transfer)
    total = sum(cents(e.text) for e in root.iter("transferAmount"))
    first(root, "paymentAmount").text = euros(total)


def set_text(name, text):
    return lambda root: setattr(first(root, name), "text", text)


LIES = {
    # outside its promise, within its schema
    "sum": lie(set_text("paymentAmount", "99999.99")),
    "same number": lie(lambda root: more(
        root, lambda transfer, _: setattr(transfer.find("idTransfer"), "text", "1"))),
    "other notice": lie(set_text("creditorReferenceId", "99999999999999999")),
    "other Ente": lie(set_text("fiscalCodePA", "77777777777")),
    "a line end": lie(set_text("description", "prima riga\nseconda riga")),
    "nothing told": lie(lambda root: [root.remove(child) for child in list(root)[1:]]),
    "KO without fault": lie(lambda root: (set_text("outcome", "KO")(root), [
        root.remove(child) for child in list(root)[1:]])),
    # outside its schema
    "six": lie(lambda root: more(root, n=6)),
    "amount": lie(lambda root: setattr(
        next(e for e in root.iter("amount", "paymentAmount")), "text", "12,34")),
    "unknown element": lie(lambda root: add(root, "sconosciuto", "x")),
    "other operation": lambda root: envelope(etree.Element(f"{{{PAF}}}paSendRTRes")),
    "other namespace": lambda root: envelope(
        etree.fromstring(etree.tostring(root).replace(PAF.encode(), b"urn:altro"))),
    "twice": lambda root: envelope(root, copy.deepcopy(root)),
    "two bodies": lambda root: envelope(root).replace(b"</s:Envelope>", b"<s:Body/></s:Envelope>"),
    "no envelope": etree.tostring,
    "cut": lambda root: envelope(root)[:-30],
    "DTD": lambda root: b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + envelope(root).partition(b"?>")[2],
    "huge": lambda root: envelope(root) + b"<!--" + b"x" * (1 << 20) + b"-->",
    # a registry's business
    "unknown account": lie(set_text("IBAN", "IT76L9900101000000000000010")),
    "unknown beneficiary": lie(lambda root: setattr(
        next(root.iter("transfer")).find("fiscalCodePA"), "text", "12345678901")),
}
