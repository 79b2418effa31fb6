# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ente's side: stations that are asked of notices (support/station.py) and take receipts
(paSendRT, paSendRTV2), and back-offices that take notifyPayment, in one HTTP server. It behaves as a real peer: it checks who is meant, who speaks
and what is said, takes each message once, and keeps every byte. It can be told to misbehave.

Files in its folder: attempts.jsonl (each request, taken or not), violations.jsonl (each breach of
a contract), received/ (each message once, as it came).

    POST /control {"mode": "500", "times": 2}       the next two requests are answered so
    GET  /attempts                                  what came so far
"""
import base64
import collections
import contextlib
import dataclasses
import hashlib
import http.server
import json
import pathlib
import socket
import ssl
import sys
import threading

from lxml import etree

from support import station
from support.ports import free_port
from support.witness import Lines, cents, local, parse, schema_errors

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PAF = "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"
BACK_OFFICE = "urn:payer:back-office:1"
STATION_SCHEMA = "pagopa/wsdl/xsd/paForNode.xsd"
# root of the request -> operation (its SOAPAction), root of the answer
OPERATIONS = {
    f"{{{PAF}}}paSendRTReq": ("paSendRT", f"{{{PAF}}}paSendRTRes"),
    f"{{{PAF}}}paSendRTV2Request": ("paSendRTV2", f"{{{PAF}}}paSendRTV2Response"),
    f"{{{BACK_OFFICE}}}notifyPayment": ("notifyPayment",
                                        f"{{{BACK_OFFICE}}}notifyPaymentResponse"),
}
# How it can be told to misbehave. "lost" takes the message and answers nothing [F11].
MODES = ("ok", "ko", "slow", "drip", "flood", "cut", "lost", "500", "html", "odd", "fault",
         "redirect")
BODY_MAX = 1 << 20


@dataclasses.dataclass(frozen=True)
class Peer:
    """One address at which an Ente listens, and what it expects there."""
    creditor: str
    path: str
    operation: str          # the only one that it serves
    broker: str = ""        # stations
    station: str = ""
    user: str = ""          # HTTP Basic, when it asks for it
    password: str = ""

    def authorization(self):
        """The Authorization field that it asks for, None when it asks for none."""
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return f"Basic {pair}" if self.user else None

    def address(self):
        """Whom a message must name to be for it."""
        return (self.creditor, self.broker, self.station) if self.station else (self.creditor,)


class Ente:
    """The server, for use within a process. @param peers  whom it plays, a list of Peer"""

    def __init__(self, folder, peers, port=0):
        self.folder = pathlib.Path(folder)
        (self.folder / "received").mkdir(parents=True, exist_ok=True)
        self.peers = peers
        self.log = Lines(self.folder / "attempts.jsonl")
        self.violations = Lines(self.folder / "violations.jsonl")
        self.stopping = threading.Event()
        self._thread = None
        self._lock = threading.Lock()
        self._modes = collections.deque()  # [mode, times left, path or None, seconds]
        self._attempts = []
        self._digests = {}  # message key -> SHA-256 of its first bytes
        self._taken = collections.Counter()
        for line in self.log.read():  # a restart goes on where it was
            self._remember(line)
        self.book = station.Book()
        self.connections = 0
        self.context = None  # of TLS; a change counts for the next connection
        self.server = Server(("127.0.0.1", port or free_port()), Handler)
        self.server.daemon_threads = True
        self.server.ente = self
        self.server.open = []
        self.port = self.server.server_address[1]

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def start(self):
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self):
        self.stopping.set()
        if self._thread:
            self.server.shutdown()
        self.server.server_close()
        for connection in self.server.open:  # kept ones too: nobody is answered any more
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def behave(self, mode, times=1, path=None, seconds=3600):
        """Answer so the next `times` requests (on a path); "ok" forgets what was asked before."""
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r}: {', '.join(MODES)}")
        with self._lock:
            if mode == "ok":
                self._modes.clear()
            else:
                self._modes.append([mode, times, path, seconds])

    def attempts(self, notice=None):
        """Each request that named a payment, in order: dicts as in attempts.jsonl."""
        with self._lock:
            return [a for a in self._attempts if notice in (None, a["notice"])]

    def receipts(self, notice=None, creditor=None, operation=None):
        """Messages taken, each once however often it came."""
        return [a for a in self.attempts(notice)
                if a["taken"] and not a["repeat"]
                and creditor in (None, a["creditor"]) and operation in (None, a["operation"])]

    def violation(self, what, **fields):
        self.violations.add(who="ente", what=what, **fields)

    def next_mode(self, path):
        with self._lock:
            for mode in self._modes:
                if mode[2] in (None, path):
                    mode[1] -= 1
                    if mode[1] <= 0:
                        self._modes.remove(mode)
                    return mode[0], mode[3]
        return "ok", 0

    def note(self, mode, data, message):
        """Write an attempt down; a repeat must be the same bytes as the first [I7]."""
        line = {**message, "mode": mode, "taken": mode in ("ok", "lost"),
                "sha256": hashlib.sha256(data).hexdigest()}
        with self._lock:
            line["repeat"] = line["taken"] and self._taken[self._key(line)] > 0
            before = self._digests.get(self._key(line))
            self._remember(line)
        if before not in (None, line["sha256"]):
            self.violation("a message was repeated with other bytes", notice=line["notice"])
        if line["taken"] and not line["repeat"]:
            name = "-".join(self._key(line)[1:]).replace("/", "_") + ".xml"
            (self.folder / "received" / name).write_bytes(data)
        self.log.add(**line)

    @staticmethod
    def _key(line):
        return line["path"], line["operation"], line["creditor"], line["receipt"]

    def _remember(self, line):
        self._attempts.append(line)
        self._digests.setdefault(self._key(line), line["sha256"])
        self._taken[self._key(line)] += line["taken"]


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        connection, address = super().get_request()
        self.ente.connections += 1
        self.open.append(connection)
        if self.ente.context:  # the handshake is the handler thread's: it may take long, or fail
            connection = self.ente.context.wrap_socket(connection, server_side=True,
                                                       do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if isinstance(error, ssl.SSLError):
            self.linger(request)
        if not isinstance(error, OSError):  # TLS errors are OSErrors: no bug of ours
            super().handle_error(request, client_address)

    @staticmethod
    def linger(connection):
        """Let the caller read our alert: a close with its request unread would be a reset."""
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            while connection.recv(65536):
                pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120
    wbufsize = -1  # head and body in one packet: two of them wait 40 ms for an acknowledgement
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    @property
    def ente(self):
        return self.server.ente

    def do_GET(self):
        self.answer(200, json.dumps(self.ente.attempts()).encode(), "application/json")

    def do_POST(self):
        data = self.body()
        if data is None:
            return
        if self.path == "/control":
            self.ente.behave(**json.loads(data))
            self.answer(200, b"{}", "application/json")
            return
        peers = self.peers_here()
        if not peers:
            return
        message, element = self.read(data, peers)
        mode, seconds = self.ente.next_mode(self.path)
        if message is not None:
            message["certificate"] = self.client_certificate()
        asked = message is not None and element.tag in station.QUESTIONS
        if asked:
            self.ente.book.note(message)
        elif message is not None:
            self.ente.note(mode, data, message)
        if asked and mode == "ok":
            self.answer(200, self.told(message))
        else:
            self.behave(mode, seconds, element)

    def told(self, question):
        """The answer to a question, when the book says so."""
        debt = self.ente.book.find(question["creditor"], question["notice"])
        if debt and debt.hold:
            debt.hold.wait(60)
        paid = any(a["taken"] and a["of"] == question["creditor"]
                   for a in self.ente.attempts(question["notice"]))
        return station.answer(question, debt, paid)

    def client_certificate(self):
        """SHA-256 of the one that the caller showed; "" when none."""
        der = self.ente.context and self.connection.getpeercert(binary_form=True)
        return hashlib.sha256(der).hexdigest() if der else ""

    def body(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.violation("no usable Content-Length")
            self.close_connection = True
            self.answer(411, b"", "text/plain")
            return None
        return self.rfile.read(int(length))

    def peers_here(self):
        """Who listens at this path and knows the caller; nobody when the request was refused."""
        here = [peer for peer in self.ente.peers if peer.path == self.path]
        if not here:
            self.violation("nobody listens at this path")
            self.answer(404, b"", "text/plain")
        known = [peer for peer in here if self.headers.get("Authorization") == peer.authorization()]
        if here and not known:
            self.violation("wrong user and password, or some where none are asked for")
            self.answer(401, b"", "text/plain")
        return known

    def read(self, data, peers):
        """(what a request says, its element), noting each breach of the contract."""
        content_type = self.headers.get("Content-Type", "").replace(" ", "").lower()
        if content_type.replace('"', "") != "text/xml;charset=utf-8":
            self.violation(f"Content-Type is {content_type!r}")
        try:
            root = parse(data)
        except etree.XMLSyntaxError as error:
            self.violation(f"not well-formed: {error}")
            return None, None
        body = root.find(f"{{{SOAP}}}Body")
        if root.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) != 1:
            self.violation("not a SOAP 1.1 envelope with one element in its Body")
            return None, None
        element = body[0]
        known = {**OPERATIONS, **station.QUESTIONS}
        if element.tag not in known:
            self.violation(f"unknown operation {element.tag}")
            return None, None
        operation = known[element.tag][0]
        if self.headers.get("SOAPAction") != f'"{operation}"':
            self.violation(f"SOAPAction is {self.headers.get('SOAPAction')!r} for {operation}")
        asked = element.tag in station.QUESTIONS
        check = {"notifyPayment": check_notify}.get(operation, station.read if asked
                                                    else check_receipt)
        message, wrong = check(element)
        stamp = element.find(".//MBDAttachment") is not None  # paSendRT has no place for it
        if message["to"] not in [peer.address() for peer in peers
                                 if asked and peer.station or operation == (
                "paSendRTV2" if stamp and peer.operation == "paSendRT" else peer.operation)]:
            wrong.append(f"{operation} for {message['to']}: nobody of that kind is here")
        for what in wrong:
            self.violation(what, notice=message["notice"])
        del message["to"]
        return {"path": self.path, "operation": operation, **message}, element

    def behave(self, mode, seconds, element):
        if mode in ("cut", "lost"):
            self.close_connection = True
            self.connection.close()
        elif mode == "slow":
            self.ente.stopping.wait(seconds)
            self.close_connection = True
        elif mode == "500":
            self.answer(500, b"Internal Server Error", "text/plain")
        elif mode == "html":
            self.answer(200, b"<!DOCTYPE html><title>Manutenzione</title>", "text/html")
        elif mode == "odd":
            self.answer(200, envelope(f"<a{'è' * 200}/>".encode()))
        elif mode == "fault" or element is None:
            self.answer(200 if mode == "fault" else 500, envelope(
                b"<s:Fault><faultcode>s:Server</faultcode>"
                b"<faultstring>guasto di prova</faultstring></s:Fault>"))
        elif mode == "redirect":
            self.answer(302, b"", "text/plain", Location=self.path)
        elif mode in ("drip", "flood"):
            self.trickle(mode, seconds)
        else:
            self.answer(200, answer_to(element, "KO" if mode == "ko" else "OK"))

    def trickle(self, mode, seconds):
        """A body without an end: a byte each second, or as fast as it goes [F60]."""
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        piece, pause = (b" ", 1) if mode == "drip" else (b" " * 65536, 0)
        self.close_connection = True
        try:
            for _ in range(seconds if mode == "drip" else 1 << 20):
                self.wfile.write(piece)
                self.wfile.flush()
                if self.ente.stopping.wait(pause):
                    return
        except OSError:
            pass  # the caller had enough, which is right

    def answer(self, status, data, content_type="text/xml; charset=utf-8", **headers):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        if self.ente.context:  # each handshake is by the certificate of its time
            self.close_connection = True
            self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def violation(self, what, **fields):
        self.ente.violation(what, path=self.path, **fields)


def envelope(body):
    return (b'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="%s"><s:Body>%s</s:Body>'
            b"</s:Envelope>" % (SOAP.encode(), body))


def answer_to(element, outcome):
    root = etree.QName(OPERATIONS[element.tag][1])
    if root.namespace == BACK_OFFICE:  # our own contract: every element in its namespace
        why = "" if outcome == "OK" else "<text>rifiuto di prova</text>"
        return envelope((f'<{root.localname} xmlns="{BACK_OFFICE}"><outcome>{outcome}</outcome>'
                         f"{why}</{root.localname}>").encode())
    why = "" if outcome == "OK" else (
        "<fault><faultCode>PAA_SYSTEM_ERROR</faultCode><faultString>Errore generico."
        "</faultString><id>ente</id></fault>")
    return envelope((f'<n:{root.localname} xmlns:n="{PAF}"><outcome>{outcome}</outcome>{why}'
                     f"</n:{root.localname}>").encode())


def check_receipt(element):
    """paSendRT and paSendRTV2: (what it says, what is wrong with it)."""
    text = lambda path: element.findtext(path) or ""
    wrong = [f"{local(element)}: {error}" for error in schema_errors(STATION_SCHEMA, element)]
    transfers = [{"creditor": t.findtext("fiscalCodePA"), "iban": t.findtext("IBAN") or "",
                  "cents": amount(t.findtext("transferAmount"), wrong)}
                 for t in element.iterfind("receipt/transferList/transfer")]
    ids = [t.findtext("idTransfer") for t in element.iterfind("receipt/transferList/transfer")]
    message = {
        "to": (text("idPA"), text("idBrokerPA"), text("idStation")),
        "creditor": text("idPA"), "receipt": text("receipt/receiptId"),
        "notice": text("receipt/noticeNumber"), "of": text("receipt/fiscalCode"),
        "cents": amount(text("receipt/paymentAmount"), wrong), "transfers": transfers,
        "facts": leaves(element.find("receipt")),
    }
    wrong += check_sums(message, ids)
    if text("receipt/outcome") != "OK":
        wrong.append("a receipt whose outcome is not OK")
    if not message["notice"].endswith(text("receipt/creditorReferenceId") or "none"):
        wrong.append("creditorReferenceId is not the notice number's")
    return message, wrong


# notifyPayment's elements in their order, as its documentation has them; True: always there.
NOTIFICATION = (("notificationId", True), ("beneficiary", True), ("creditor", True),
                ("ownId", False), ("debtType", False), ("noticeNumber", True), ("iuv", True),
                ("iur", True), ("receiptId", True), ("amount", True), ("paidAt", True),
                ("applicationDate", False), ("transferDate", False), ("fee", False),
                ("debtor", False), ("payer", False), ("note", False), ("channel", True),
                ("transfer", True), ("metadata", False), ("stamp", False))


def check_notify(element):
    """notifyPayment of our own contract, read by its documentation and not by its schema."""
    text = lambda path: element.findtext(path) or ""
    wrong = []
    names = [local(child) for child in element]
    order = [name for name, _ in NOTIFICATION]
    if [n for n in order for _ in range(names.count(n))] != names:
        wrong.append(f"notifyPayment holds {names}")
    wrong += [f"no {name}" for name, always in NOTIFICATION if always and name not in names]
    transfers = [{"creditor": t.findtext("{*}creditor"), "iban": t.findtext("{*}iban"),
                  "cents": amount(t.findtext("{*}amount"), wrong)}
                 for t in element.iterfind("{*}transfer")]
    message = {
        "to": (text("{*}beneficiary"),),
        "creditor": text("{*}beneficiary"), "receipt": text("{*}receiptId"),
        "notice": text("{*}noticeNumber"), "of": text("{*}creditor"),
        "cents": amount(text("{*}amount"), wrong), "transfers": transfers,
        "id": text("{*}notificationId"), "own_id": text("{*}ownId"),
        "debt_type": text("{*}debtType"), "facts": leaves(element),
    }
    if not message["notice"].endswith(text("{*}iuv") or "none"):
        wrong.append("iuv is not the notice number's")
    if any(t["creditor"] != message["creditor"] for t in transfers):
        wrong.append("another Ente's share in a notification")
    if sum(t["cents"] for t in transfers) > message["cents"]:
        wrong.append("a beneficiary's shares are more than the amount")
    if not text("{*}paidAt").endswith("Z"):
        wrong.append(f"paidAt is not UTC: {text('{*}paidAt')}")
    return message, wrong


def leaves(element):
    """{path: [texts]} of what has no children; people's names and codes left out."""
    found = {}
    for child in element.iter("{*}*"):
        path = "/".join([local(a) for a in child.iterancestors()
                         if a is not element and element in a.iterancestors()][::-1]
                        + [local(child)])
        if len(child) == 0 and not path.startswith(("debtor", "payer/")):
            found.setdefault(path, []).append(child.text or "")
    return found


def check_sums(message, ids):
    wrong = []
    if not message["receipt"]:
        wrong.append("no receiptId")
    if not 1 <= len(ids) <= 5 or len(set(ids)) != len(ids):
        wrong.append(f"transfers have ids {ids}")
    if sum(t["cents"] for t in message["transfers"]) != message["cents"]:
        wrong.append("the transfers do not add up to the amount")
    if message["creditor"] not in [message["of"], *(t["creditor"] for t in message["transfers"])]:
        wrong.append("sent to an Ente that has no part in it")
    return wrong


def amount(text, wrong):
    try:
        return cents(text)
    except ValueError as error:
        wrong.append(str(error))
        return 0
