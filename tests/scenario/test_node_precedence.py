# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of checks of the national node's operations: a request that is wrong for a row and for
every later one that can be combined with it is refused by that row. [W6]"""
import re

import pytest
from lxml import etree

from scenario.test_precedence import SETTINGS, World
from scenario.test_stamps import stamped
from support.channel import fault_code
from support.hub import ASL, COMUNE, Creditor, notice_number, wait_until
from support.node import BROKER, STATION, Node, qr_code, receipt_of
from support.registry import NS
from support.witness import ROOT

__all__ = ["SETTINGS"]
OPERATIONS = {"V": "paVerifyPaymentNotice", "G": "paGetPayment", "H": "paGetPaymentV2",
              "R": "paSendRT", "S": "paSendRTV2", "D": "paDemandPaymentNotice"}
DISABLED = "99999999990_02"
# row of node_check.def, operations, [(what is wrong, fault code, description)]
# The first wrong of a row is the one that requests for earlier rows carry along.
ROWS = [
    ("W6_1", "VGHRSD", [({"station": "x" * 36}, "PAA_SINTASSI_XSD", None)]),
    ("W6_2", "VGHRSD", [({"ente": "12345678901"}, "PAA_ID_DOMINIO_ERRATO", None)]),
    ("W6_2", "VGHD", [({"ente": "55555555555"}, "PAA_ID_DOMINIO_ERRATO", None)]),
    ("W6_3", "VGHRSD", [({"broker": "NESSUNO"}, "PAA_ID_INTERMEDIARIO_ERRATO", None)]),
    ("W6_3", "VGHD", [({"broker": "44444444440"}, "PAA_ID_INTERMEDIARIO_ERRATO", None)]),
    ("W6_4", "VGHRSD", [({"station": "NESSUNA"}, "PAA_STAZIONE_INT_ERRATA", None),
                        ({"station": "77777777777_01"}, "PAA_STAZIONE_INT_ERRATA", None),
                        ({"broker": "77777777777"}, "PAA_STAZIONE_INT_ERRATA", None)]),
    ("W6_4", "VGHD", [({"station": DISABLED}, "PAA_STAZIONE_INT_ERRATA", None)]),
    ("W6_5", "VGH", [({"creditor": ASL}, "PAA_ID_DOMINIO_ERRATO", None),
                     ({"creditor": "12345678901"}, "PAA_ID_DOMINIO_ERRATO", None)]),
    ("W6_5", "RS", [({"ente": ASL}, "PAA_ID_DOMINIO_ERRATO", None),
                    ({"creditor": "12345678901"}, "PAA_ID_DOMINIO_ERRATO", None)]),
    ("W6_6", "VGH", [({"notice": "399" + "0" * 15}, "PAA_STAZIONE_INT_ERRATA", None)]),
    ("W6_7", "D", [({}, "PAA_SEMANTICA", "L'ente creditore non offre questo servizio")]),
    ("W6_8", "RS", [({"outcome": "KO"}, "PAA_SEMANTICA", "Una ricevuta ha esito OK")]),
    ("W6_8", "RS", [({"receipt": "x" * 36}, "PAA_SEMANTICA",
                     "receiptId ha da 1 a 35 caratteri ASCII visibili")]),
    ("W6_8", "RS", [({"amount": "0.00"}, "PAA_SEMANTICA",
                     "paymentAmount deve essere maggiore di zero")]),
    ("W6_9", "VGHRS", [({"notice": notice_number(COMUNE, 9 * 10 ** 12)},
                        "PAA_PAGAMENTO_SCONOSCIUTO", None)]),
    ("W6_10", "VGH", [({"notice": "live"}, "PAA_PAGAMENTO_IN_CORSO", None)]),
    ("W6_11", "VGH", [({"notice": "paid"}, "PAA_PAGAMENTO_DUPLICATO", None)]),
    ("W6_12", "VGH", [({"notice": "cancelled"}, "PAA_PAGAMENTO_ANNULLATO", None)]),
    ("W6_13", "VGH", [({"notice": "closed account"}, "PAA_SYSTEM_ERROR",
                       "Un conto beneficiario non è abilitato")]),
    ("W6_13", "G", [({"notice": "stamped"}, "PAA_SYSTEM_ERROR",
                     "Il pagamento ha una marca da bollo: usare paGetPaymentV2")]),
    ("W6_14", "RS", [({"receipt": "told"}, "PAA_SEMANTICA", "receiptId già noto con altri dati")]),
]


class NodeWorld(World):
    """The channels' world, with what only the node meets."""

    def __init__(self, hub):
        super().__init__(hub)
        self._import_disabled_station(hub)
        comune = Creditor(hub, COMUNE)
        self.notices["stamped"] = comune.position(**stamped())
        self.notices["told"] = comune.position()
        self.node = Node(hub.url, violations=hub.violations.path)
        self.data = self.node.get(COMUNE, self.notices["good"].number).data
        receipt = self.node.receipt(self.notices["told"])
        assert fault_code(self.node.tell(receipt)) == "OK"
        self.told = receipt["receiptId"]

    @staticmethod
    def _import_disabled_station(hub):
        path = hub.home / "precedence.xml"
        tree = etree.parse(str(path))
        first = tree.getroot().find(f"{NS}station")
        first.addnext(first.makeelement(f"{NS}station", code=DISABLED, broker=BROKER, hosted="yes",
                                        enabled="no"))
        tree.write(str(path), encoding="utf-8", xml_declaration=True)
        hub.payer("registry", "import", str(path))

    def ask(self, letter, changes):
        """A good request of an operation but for what is said."""
        fields = {"ente": COMUNE, "broker": BROKER, "station": STATION, "creditor": COMUNE,
                  "notice": "good", "outcome": "OK", "receipt": None, "amount": None, **changes}
        named = self.notices.get(fields["notice"])
        number = named.number if named else fields["notice"]
        who = {"idPA": fields["ente"], "idBrokerPA": fields["broker"],
               "idStation": fields["station"]}
        if letter in "VGH":
            return self.node.call(OPERATIONS[letter],
                                  {"qrCode": qr_code(fields["creditor"], number)}, COMUNE, who)
        if letter == "D":
            return self.node.demand(COMUNE, **who)
        receipt = receipt_of(
            self.data, fields["creditor"], number, outcome=fields["outcome"],
            receiptId={"told": self.told}.get(fields["receipt"], fields["receipt"] or "f" * 32),
            paymentAmount=fields["amount"] or self.data.paymentAmount)
        return self.node.call(OPERATIONS[letter], {"receipt": receipt}, COMUNE, who)


@pytest.fixture(scope="module")
def world(module_hub):
    world = NodeWorld(module_hub)
    yield world
    world.node.close()
    world.raw.close()


def test_the_rows_are_these():
    """A row that is added, removed, moved or asked of others must be so here too."""
    source = (ROOT / "src/service/node_check.def").read_text(encoding="utf-8")
    found = re.findall(r'^CHECK\((\w+), \w+, \w+, "([VGHRSD]+)", ".*"\)$', source, re.M)
    assert found == [(row, operations) for row, operations, _ in ROWS]


@pytest.mark.parametrize("n", range(len(ROWS)), ids=[row for row, _, _ in ROWS])
def test_the_first_row_that_is_wrong_answers(hub, world, n):
    """Wrong for this row and the later ones; the first of them that is asked answers."""
    _, operations, wrongs = ROWS[n]
    for letter in operations:
        later = {}
        for _, asked_of, (first, *_) in reversed(ROWS[n + 1:]):
            if letter in asked_of:
                later.update(first[0])
        for changes, code, says in wrongs:
            answer = world.ask(letter, {**later, **changes})
            assert (fault_code(answer), answer.fault.description) == (code, says), (
                OPERATIONS[letter], later, changes)


@pytest.mark.parametrize("letter", "VGHRS")
def test_without_a_wrong_none_refuses(hub, world, letter):
    """Else a row could be thought to refuse what another one did."""
    if letter in "RS":
        world.notices["good"] = Creditor(hub, COMUNE).position()
        world.data = world.node.get(COMUNE, world.notices["good"].number).data
        assert fault_code(world.ask(letter, {"receipt": f"una-ricevuta-{letter}"})) == "OK"
    else:
        assert fault_code(world.ask(letter, {})) == "OK"


def test_what_is_disabled_refuses_no_receipt(hub, world):
    """The money moved."""
    world.notices["good"] = Creditor(hub, COMUNE).position()
    world.data = world.node.get(COMUNE, world.notices["good"].number).data
    tell = lambda: world.ask("R", {"station": DISABLED, "receipt": "una-ricevuta-tarda"})
    wait_until(lambda: fault_code(tell()) == "OK", "a server that follows the import says OK")
