# SPDX-License-Identifier: GPL-3.0-or-later
"""A PSP that delivers flows of what it collected, and an Ente's station that fetches them: what an
integrator would write by hand, with http.client and lxml. Every answer is judged by the official
schema when it is at hand.
"""
import base64
import datetime
import itertools
import xml.sax.saxutils

from support.channel import SOAP
from support.connection import Connection
from support.registry import PASSWORD
from support.wait import wait_until
from support.witness import cents, euros, local, parse, schema_errors

NS = "http://ws.pagamenti.telematici.gov/"
FLOW = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/"
PSP_PATH, PA_PATH = "/nodo-per-psp/v1", "/nodo-per-pa/v1"
SCHEMAS = {"nodoInvia": "pagopa/wsdl/xsd/nodoPerPsp.xsd", "nodoChiedi": "pagopa/wsdl/xsd/nodeForPa.xsd"}
NOW = "2026-03-02T10:30:00"
_numbers = itertools.count(1)


def flow_id(psp="PSPPROVA", day="2026-03-02"):
    """One that was not given before."""
    return f"{day}{psp}-{next(_numbers):010d}"


def payment(iuv, iur, amount, index=None, outcome="0", day="2026-03-01"):
    return {"identificativoUnivocoVersamento": iuv, "identificativoUnivocoRiscossione": iur,
            "indiceDatiSingoloPagamento": index, "singoloImportoPagato": amount,
            "codiceEsitoSingoloPagamento": outcome, "dataEsitoSingoloPagamento": day}


def element(name, value, prefix="p:"):
    if value is None:
        return ""
    inner = ("".join(element(k, v, prefix) for k, v in value.items()) if isinstance(value, dict)
             else xml.sax.saxutils.escape(str(value)))
    return f"<{prefix}{name}>{inner}</{prefix}{name}>"


def document(payments, identifier, time=NOW, sender=("G", "66666666666"), receiver="77777777777",
             count=None, total=None, version="1.0", settled="2026-03-02", head="", tail=""):
    """The bytes of a FlussoRiversamento; count and total are right unless they are given."""
    payments = list(payments)
    sums = sum(cents(p["singoloImportoPagato"]) for p in payments) if total is None else None
    return "".join((
        '<?xml version="1.0" encoding="UTF-8"?>\n', head, f'<p:FlussoRiversamento xmlns:p="{FLOW}">',
        element("versioneOggetto", version), element("identificativoFlusso", identifier),
        element("dataOraFlusso", time), element("identificativoUnivocoRegolamento", "TRN-1"),
        element("dataRegolamento", settled),
        element("istitutoMittente", {"identificativoUnivocoMittente": {
            "tipoIdentificativoUnivoco": sender[0], "codiceIdentificativoUnivoco": sender[1]}}),
        element("istitutoRicevente", {"identificativoUnivocoRicevente": {
            "tipoIdentificativoUnivoco": "G", "codiceIdentificativoUnivoco": receiver}}),
        element("numeroTotalePagamenti", len(payments) if count is None else count),
        element("importoTotalePagamenti", euros(sums) if total is None else total),
        *(element("datiSingoliPagamenti", p) for p in payments), tail,
        "</p:FlussoRiversamento>")).encode()


class Caller(Connection):
    """A message a call. @param url  the hub's"""

    def __init__(self, url, path, timeout_s=25, context=None):
        super().__init__(url, path, timeout_s, context)
        self.violations = []

    def call(self, operation, fields, path=None, action=True, judged=True):
        sent = self.message(operation, fields)
        return self.read(self.post(operation if action else None, sent, path), operation, judged)

    @staticmethod
    def message(operation, fields):
        body = "".join(element(k, v, "") for k, v in fields.items())
        return (f'<s:Envelope xmlns:s="{SOAP}"><s:Body><n:{operation} xmlns:n="{NS}">{body}'
                f'</n:{operation}></s:Body></s:Envelope>').encode()

    def read(self, received, operation, judged=True):
        """The answer's element, checked."""
        (answer,) = parse(received).find(f"{{{SOAP}}}Body")
        if local(answer) == "Fault":
            raise AssertionError(f"{operation}: a SOAP Fault: {answer.findtext('faultstring')}")
        assert answer.tag == f"{{{NS}}}{operation}Risposta", answer.tag
        schema = next(path for start, path in SCHEMAS.items() if operation.startswith(start))
        assert not judged or not schema_errors(schema, answer), schema_errors(schema, answer)
        return answer


def fault_of(answer):
    return answer.findtext("fault/faultCode") or "OK"


class FlowPsp(Caller):
    """Delivers flows, as they should be or with changes."""

    def __init__(self, url, psp="PSPPROVA", broker="66666666666", channel="66666666666_01",
                 password=PASSWORD, path=PSP_PATH, **how):
        super().__init__(url, path, **how)
        self.who = {"identificativoPSP": psp, "identificativoIntermediarioPSP": broker,
                    "identificativoCanale": channel, "password": password}

    def fields(self, content, identifier, time=NOW, creditor="77777777777", **changes):
        text = content if isinstance(content, str) else base64.b64encode(content).decode()
        return {**self.who, "identificativoDominio": creditor, "identificativoFlusso": identifier,
                "dataOraFlusso": time, "xmlRendicontazione": text, **changes}

    def send(self, content, identifier, path=None, action=True, **how):
        """Deliver bytes, or base64 text; the fault's code or OK."""
        answer = self.call("nodoInviaFlussoRendicontazione", self.fields(content, identifier, **how),
                           path, action)
        self.description = answer.findtext("fault/description")
        code = fault_of(answer)
        assert answer.findtext("esito") == ("OK" if code == "OK" else "KO")
        return code

    def deliver(self, payments, identifier=None, time=NOW, creditor="77777777777", how=None, **document_):
        """Make a flow of payments and deliver it; its id and the code."""
        identifier = identifier or flow_id(self.who["identificativoPSP"])
        content = document(payments, identifier, time=time, **{"receiver": creditor, **document_})
        return identifier, self.send(content, identifier, time=time, creditor=creditor, **(how or {}))


class Station(Caller):
    """Lists and fetches."""

    def __init__(self, url, code="77777777777_01", broker="77777777777", password=PASSWORD,
                 path=PA_PATH, **how):
        super().__init__(url, path, **how)
        self.who = {"identificativoIntermediarioPA": broker,
                    "identificativoStazioneIntermediarioPA": code, "password": password}

    def ask(self, operation, creditor="77777777777", psp=None, **more):
        path = more.pop("path", None)
        return self.call(operation, {**self.who, "identificativoDominio": creditor,
                                     "identificativoPSP": psp, **more}, path)

    def list(self, **how):
        """{id: time}"""
        answer = self.ask("nodoChiediElencoFlussiRendicontazione", **how)
        assert fault_of(answer) == "OK", fault_of(answer)
        names = [(r.findtext("identificativoFlusso"), r.findtext("dataOraFlusso"))
                 for r in answer.iter("idRendicontazione")]
        assert answer.findtext("elencoFlussiRendicontazione/totRestituiti") == str(len(names))
        return dict(names)

    def fetch(self, identifier, **how):
        """A flow's bytes, or the fault's code."""
        answer = self.ask("nodoChiediFlussoRendicontazione", identificativoFlusso=identifier, **how)
        text = answer.findtext("xmlRendicontazione")
        return base64.b64decode(text, validate=True) if text else fault_of(answer)


def later(time, minutes=1):
    return (datetime.datetime.fromisoformat(time) + datetime.timedelta(minutes=minutes)).isoformat()


def paid(channel, ente, amount="12.34"):
    notice = ente.position(amount=amount)
    token = channel.activate(notice.creditor, notice.number, amount).paymentToken
    assert channel.outcome(token).outcome == "OK"
    return notice, token


def number(hub, identifier, state="LIVE", timeout_s=20):
    """The hub's own id of a flow, once its lines are matched."""
    def found():
        after = ()
        while rows := hub.json("psp-flow", "list", *after):
            for row in rows:
                if row.flow_id == identifier and row.state == state and row.matching == "DONE":
                    return row.id
            after = ("--after", str(rows[-1].id))
        return None
    return wait_until(found, f"{identifier} {state} and matched", timeout_s)


def lines(hub, identifier):
    return [line.state for line in hub.json("psp-flow", "lines", str(number(hub, identifier)))]
