# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of checks: a request that is wrong for a row and for every later one that can be
combined with it is refused by that row. What each row adds is shown wrong by its own test. [W3]"""
import copy
import re

import pytest
from lxml import etree

from support.channel import PATH, Answer, RawChannel, fault_code, new_key
from support.hub import (ASL, ATM, COMUNE, PSP, PSP_BROKER, Creditor, Notice, notice_number,
                         wait_until)
from support.registry import NS, PASSWORD, peers_of, prepare, station_ente
from support.station import PARCO, UNIONE
from support.reports import FlowPsp, document, flow_id, payment
from support.witness import ROOT

MAX_MS = 600000
SETTINGS = {"payment.token_validity": "10m", "payment.token_validity_max": "10m"}
# B is checked as V is: a verify whose Ente is named by what stands for it on a postal slip.
OPERATIONS = {"V": "verifyPaymentNotice", "A": "activatePaymentNotice",
              "W": "activatePaymentNoticeV2", "O": "sendPaymentOutcome",
              "P": "sendPaymentOutcomeV2", "B": "verificaBollettino", "D": "demandPaymentNotice",
              "F": "nodoInviaFlussoRendicontazione"}
# What a demand names in place of an Ente's notice that is wrong, where the registry can be so.
SERVICES = {("55555555555", None): "ENTE8", ("44444444444", "304"): "STAZ9",
            ("44444444444", "302"): "INT10", (None, "station down"): UNIONE[:5]}
NOT_OF_A_SERVICE = ("PPT_DOMINIO_SCONOSCIUTO", "PPT_STAZIONE_INT_PA_SCONOSCIUTA")
ASL_OTHER, ASL_CLOSED = "IT28V9900201000000000000004", "IT05W9900201000000000000005"


def province(archive):
    """A notice of the Ente whose archives have stations that are wrong on purpose."""
    return {"creditor": "44444444444", "notice": archive + "0" * 15}


# row of check.def, operations, [(what is wrong, fault code, description or original code)]
# The first wrong of a row is the one that requests for earlier rows carry along.
ROWS = [
    ("W3_1", "VAWOPDF", [({"password": "corta"}, "PPT_SINTASSI_EXTRAXSD", "")]),
    ("W3_2", "VAWOPDF", [({"psp": "PSPDISAB"}, "PPT_PSP_DISABILITATO", ""),
                       ({"psp": "NESSUNO"}, "PPT_PSP_SCONOSCIUTO", "")]),
    ("W3_3", "VAWOPDF", [
        ({"broker": "66666666660"}, "PPT_INTERMEDIARIO_PSP_DISABILITATO", ""),
        ({"broker": "NESSUNO"}, "PPT_INTERMEDIARIO_PSP_SCONOSCIUTO", "")]),
    ("W3_4", "VAWOPDF", [({"channel": "66666666666_09"}, "PPT_CANALE_DISABILITATO", ""),
                       ({"channel": "NESSUNO"}, "PPT_CANALE_SCONOSCIUTO", "")]),
    ("W3_5", "VAWOPDF", [
        ({"password": "sbagliata-1"}, "PPT_AUTENTICAZIONE", ""),
        ({"channel": "66666666666_15"}, "PPT_AUTENTICAZIONE", "")]),  # presents no certificate
    ("W3_6", "VAWOPDF", [(changes, "PPT_AUTORIZZAZIONE",
                        "Configurazione intermediario-canale non corretta") for changes in (
                            {"psp": "PSPSOLO"}, {"broker": "66666666661"},
                            {"channel": "66666666666_11"})]),
    ("W3_6b", "VAWD", [({"channel": "66666666666_20"}, "PPT_AUTORIZZAZIONE",
                       "Limite del canale superato")]),
    ("W3_7", "VAWD", [({"channel": "66666666666_10"}, "PPT_AUTORIZZAZIONE",
                      "Il canale non è di tipo 'ATTIVATO_PRESSO_PSP'")]),
    ("W3_7b", "D", [
        ({"service": "CHIUS"}, "PPT_SEMANTICA", "idSoggettoServizio conosciuto ma disabilitato"),
        ({"service": "NOONE"}, "PPT_SEMANTICA", "idSoggettoServizio sconosciuto")]),
    ("W3_8", "VAWDF", [({"creditor": "55555555555"}, "PPT_DOMINIO_DISABILITATO", ""),
                     ({"creditor": "12345678901"}, "PPT_DOMINIO_SCONOSCIUTO", "")]),
    ("W3_9", "VAWD", [
        (province("304"), "PPT_STAZIONE_INT_PA_DISABILITATA", ""),
        (province("303"), "PPT_STAZIONE_INT_PA_SCONOSCIUTA", "")]),
    ("W3_10", "VAWD", [(province("302"), "PPT_INTERMEDIARIO_PA_DISABILITATO", "")]),
    ("W3_11", "AWOP", [({"key": "used"}, "PPT_ERRORE_IDEMPOTENZA", "")]),
    ("W3_6b", "VAWD", [({"channel": "66666666666_21", "notice": "live"}, "PPT_AUTORIZZAZIONE",
                       "Limite del canale superato")]),  # 100.00 are owed, 12.34 asked
    ("W3_12", "AW", [({"expiration_ms": MAX_MS + 1}, "PPT_AUTORIZZAZIONE",
                      f"expirationTime deve essere <= {MAX_MS}")]),
    ("W3_13", "VAW", [({"notice": "live"}, "PPT_PAGAMENTO_IN_CORSO", "")]),
    ("W3_14", "VAW", [({"notice": "paid"}, "PPT_PAGAMENTO_DUPLICATO", "")]),
    ("W3_15", "VAWD", [({"notice": "station down"}, "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE", "")]),
    ("W3_16", "VAW", [
        ({"notice": "cancelled"}, "PPT_ERRORE_EMESSO_DA_PAA", "PAA_PAGAMENTO_ANNULLATO"),
        ({"notice": notice_number(COMUNE, 1)}, "PPT_ERRORE_EMESSO_DA_PAA",
         "PAA_PAGAMENTO_SCONOSCIUTO")]),
    ("W3_16", "D", [
        ({"said": b"refused"}, "PPT_ERRORE_EMESSO_DA_PAA", "PAA_SEMANTICA"),
        ({"service": "PROVA"}, "PPT_ERRORE_EMESSO_DA_PAA", "PAA_SEMANTICA")]),  # hosted
    ("W3_17", "VAW", [({"notice": "closed account"}, "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE", "")]),
    ("W3_17", "D", [({"said": b"nobody's"}, "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE", "")]),
    ("W3_18", "A", [({"notice": "two"}, "PPT_MULTI_BENEFICIARIO", "")]),
]


def two(comune, iban):
    """A fine of the Comune of which the ASL gets 30.00 at an account."""
    return comune.position(
        debt_type="MULTE", amount="100.00",
        t1_creditor=COMUNE, t1_iban="IT13O9900101000000000000002", t1_amount="70.00",
        t1_taxonomy="0101114SP", t1_reason="Sanzione", t2_creditor=ASL, t2_iban=iban,
        t2_amount="30.00", t2_taxonomy="0201102SP", t2_reason="Quota")


class World:
    """A registry and notices that are wrong in as many ways at once as can be."""

    def __init__(self, hub):
        self.url = hub.url
        self.raw = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
        self._import(hub, closed=False)
        for said, fields in {
                b"good": {}, b"live": {"amount": "100.00"},
                b"refused": {"refuse": ("PAA_SEMANTICA", "errore semantico", "")},
                b"nobody's": {"handed": tuple(province("303").values())}}.items():
            hub.peers.book.debt(PARCO, data=said, **fields)
        comune = Creditor(hub, COMUNE)
        # All but the good and the last have a second beneficiary whose account is closed below.
        self.notices = {name: two(comune, ASL_CLOSED)
                        for name in ("live", "paid", "cancelled", "closed account")}
        self.notices["good"] = comune.position()
        self.notices["station down"] = Notice(UNIONE, notice_number(UNIONE, 1), "12.34", "")
        self.notices["two"] = two(comune, ASL_OTHER)
        self._pay_late("live", leave=True)
        self._pay_late("paid", leave=False)
        hub.payer("position", "cancel", self.notices["cancelled"].number, "--yes")
        self.keys = {letter: self._use_key(hub, letter) for letter in "AWOP"}
        self._import(hub, closed=True)
        closed = self.notices["closed account"]
        wait_until(lambda: fault_code(self.raw.verify(COMUNE, closed.number)) != "OK",
                   "the server sees the closed account")

    def _import(self, hub, closed):
        """The tests' registry, with what only this module needs."""
        tree = etree.parse(str(ROOT / "tests/support/registry-test.xml"))
        root = tree.getroot()
        # over its limits and of another model at once
        channel = copy.deepcopy(root.find(f"{NS}channel[@code='66666666666_10']"))
        channel.set("code", "66666666666_20")
        etree.SubElement(channel, f"{NS}only").set("creditor", ASL)
        association = root.find(f"{NS}association[@channel='66666666666_10']")
        association.addprevious(channel)
        # what is asked is within its limit, what is owed is not
        channel = copy.deepcopy(root.find(f"{NS}channel[@code='{ATM}']"))
        channel.set("code", "66666666666_21")
        channel.set("payment-max", "50.00")
        association.addprevious(channel)
        for code in ("66666666666_20", "66666666666_21"):
            association.addnext(copy.deepcopy(association))
            association.getnext().set("channel", code)
        # a disabled station of a disabled broker
        station = root.find(f"{NS}station[@code='44444444440_01']")
        station.addnext(copy.deepcopy(station))
        station.getnext().set("code", "44444444440_02")
        station.getnext().set("enabled", "no")
        archive = root.find(f".//{NS}archive[@station='44444444440_01']")
        archive.addnext(copy.deepcopy(archive))
        archive.getnext().set("code", "04")
        archive.getnext().set("station", "44444444440_02")
        service = root.find(f"{NS}service[@code='STAZ9']")
        service.set("station", "44444444440_02")
        root.extend(station_ente(UNIONE, "http://127.0.0.1:1/nessuno", "1s"))
        root.extend(station_ente(PARCO, f"{hub.peers.url}/station-{PARCO}", "5s"))
        hub.peers.peers = hub.peers.peers + [p for p in peers_of(tree) if p.creditor == PARCO]
        if closed:
            root.find(f"{NS}creditor[@code='{ASL}']/{NS}account[@iban='{ASL_CLOSED}']").set(
                "enabled", "no")
        path = hub.home / "precedence.xml"
        tree.write(str(path))
        prepare(path, path, hub.peers.url, hub.home / "secrets")
        hub.payer("registry", "import", str(path))

    def _pay_late(self, name, leave):
        """Paid by a token that had expired, while another lives; leave that one, or end it."""
        notice = self.notices[name]
        begin = lambda **fields: self.raw.activate(
            COMUNE, notice.number, notice.amount, v2=True, **fields).paymentToken
        late = begin(expiration_ms=1)
        live = wait_until(begin, "the first token has expired")
        assert fault_code(self.raw.outcome(late, v2=True)) == "PPT_TOKEN_SCADUTO"
        if not leave:
            assert fault_code(self.raw.outcome(live, "KO", details=False, v2=True)) == "OK"

    def _use_key(self, hub, letter):
        """A key of an operation, known with other content than any later request's."""
        key, other = new_key(PSP), hub.position_new(COMUNE, amount="1.00")
        if letter in "AW":
            self.raw.activate(COMUNE, other.number, "1.00", key, v2=letter == "W")
        else:
            self.raw.outcome("0" * 32, "KO", "0.00", key, details=False, v2=letter == "P")
        return key

    def ask(self, letter, changes):
        """A good request of an operation but for what is said."""
        fields = {"psp": PSP, "broker": PSP_BROKER, "channel": ATM, "password": PASSWORD,
                  "creditor": None, "notice": "good", "service": None, "said": b"good", "key": None, "expiration_ms": None,
                  **changes}
        who = {"idPSP": fields["psp"], "idBrokerPSP": fields["broker"],
               "idChannel": fields["channel"], "password": fields["password"]}
        named = self.notices.get(fields["notice"])
        number = named.number if named else fields["notice"]
        creditor = fields["creditor"] or (named.creditor if named else COMUNE)
        key = self.keys[letter] if fields["key"] else None
        if letter == "F":
            return self._deliver(creditor, *(fields[k] for k in ("psp", "broker", "channel", "password")))
        if letter == "D":
            return self._demand(fields, who)
        if letter == "V":
            return self.raw.verify(creditor, number, **who)
        if letter == "B":
            return self.raw.bollettino(f"0{creditor}", number, **who)
        if letter in "AW":
            return self.raw.activate(creditor, number, "12.34", key,
                                     fields["expiration_ms"], v2=letter == "W", **who)
        return self.raw.outcome("f" * 32, "OK", "1.00", key, v2=letter == "P", **who)

    def _demand(self, fields, who):
        """By the service that is wrong as the notice of the other operations is."""
        wrong = [service for (creditor, notice), service in SERVICES.items()
                 if creditor in (None, fields["creditor"])
                 and fields["notice"].startswith(notice or "")]
        said = b"live" if fields["notice"] == "live" else fields["said"]
        return self.raw.demand(fields["service"] or (wrong + [PARCO[:5]])[0], said, **who)

    def _deliver(self, creditor, *who):
        """A flow, good but for who sends it and for whom; its answer as the other operations'."""
        sender = FlowPsp(self.url, *who)
        identifier = flow_id(who[0])
        content = document([payment("1", "x", "1.00")], identifier, receiver=creditor)
        code = sender.send(content, identifier, creditor=creditor)
        sender.connection.close()
        fault = None if code == "OK" else Answer(faultCode=code, description=sender.description)
        return Answer(outcome="OK" if code == "OK" else "KO", fault=fault)


@pytest.fixture(scope="module")
def world(module_hub):
    world = World(module_hub)
    yield world
    world.raw.close()


def test_the_rows_are_these():
    """A row that is added, removed, moved or asked of others must be so here too."""
    source = (ROOT / "src/service/check.def").read_text(encoding="utf-8")
    found = re.findall(r'^CHECK\((\w+), \w+, \w+, "([A-Z]+)", ".*"\)$', source, re.M)
    assert found == [(row, operations) for row, operations, _ in ROWS]


@pytest.mark.parametrize("n", range(len(ROWS)), ids=[row for row, _, _ in ROWS])
def test_the_first_row_that_is_wrong_answers(hub, world, n):
    """Wrong for this row and the later ones; the first of them that is asked answers."""
    _, operations, wrongs = ROWS[n]
    for letter in operations.replace("V", "VB"):
        later = {}
        for _, asked_of, (first, *_) in reversed(ROWS[n + 1:]):
            if letter.replace("B", "V") in asked_of:
                later.update(first[0])
        for changes, code, says in wrongs:
            if letter == "D" and code in NOT_OF_A_SERVICE:
                continue  # its Ente and its station are of the registry
            answer = world.ask(letter, {**later, **changes})
            assert fault_code(answer) == code, (OPERATIONS[letter], later, changes)
            assert says in ("", answer.fault.description, answer.fault.originalFaultCode)


@pytest.mark.parametrize("letter", OPERATIONS)
def test_without_a_wrong_none_refuses(hub, world, letter):
    """Else a row could be thought to refuse what another one did."""
    expected = "PPT_TOKEN_SCONOSCIUTO" if letter in "OP" else "OK"
    answer = world.ask(letter, {})
    assert fault_code(answer) == expected
    if letter in "AW":
        world.raw.outcome(answer.paymentToken, "KO", details=False, v2=letter == "W")
