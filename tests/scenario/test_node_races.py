# SPDX-License-Identifier: GPL-3.0-or-later
"""Receipts of the national node at once, and against the hub's own channels, on one server and on
three over one database: of all that took money one is PAID, each other is a DUPLICATE that somebody
must look at. Audit looks after each test. [F19] [F24] [F27] [I2] [I4]"""
import pytest

from scenario.test_pa_for_node import anomalies, states
from support.channel import fault_code
from support.hub import ATM, CALL_CENTRE, COMUNE
from support.node import Node
from support.servers import Clients, at_once, codes, servers

OWN_HUB = True
SETTINGS = {"db.connections": 300}
LONGER = 3
ROUNDS = 8


@pytest.fixture(scope="module", params=[1, 3], ids=["one server", "three servers"])
def urls(module_hub, request):
    module_hub.secrets.update(("Debitore della ricevuta", "Versante della ricevuta"))
    with servers(module_hub, request.param) as found:
        yield found


@pytest.fixture
def nodes(hub, urls):
    """nodes(n): n connections, the servers in turn."""
    made = []

    def make(n):
        made.extend(Node(urls[i % len(urls)], violations=hub.violations.path) for i in range(n))
        return made[-n:]

    yield make
    for node in made:
        node.close()


@pytest.fixture
def channels(urls):
    made = Clients(urls)
    yield made
    made.close()


def test_one_receipt_a_hundred_times(hub, comune, nodes):
    notice, racers = comune.position(), nodes(100)
    receipt = racers[0].receipt(notice)
    results = at_once(racers, lambda node: node.tell(receipt))
    assert codes(results) == ["OK"] * 100
    assert len({received for _, received in results}) == 1
    assert states(hub, notice) == ["PAID"] and anomalies(hub, notice) == []
    comune.wait_told(notice)
    assert comune.receipts(notice) == 1
    hub.payer("flow", "run")
    assert len(hub.fdr(notice.iuv)) == 1


def test_two_receipts_of_one_notice(hub, comune, nodes):
    racers = nodes(2)
    for _ in range(ROUNDS):
        notice = comune.position()
        receipts = [racers[0].receipt(notice) for _ in racers]
        results = at_once(racers, *(lambda node, r=receipt: node.tell(r) for receipt in receipts))
        assert codes(results) == ["OK", "OK"]
        assert states(hub, notice) == ["DUPLICATE", "PAID"]
        assert anomalies(hub, notice) == ["duplicate"]
        comune.wait_told(notice)
        assert comune.receipts(notice) == 1


def test_a_receipt_against_an_outcome(hub, comune, nodes, channels):
    [node], [channel] = nodes(1), channels(1, ATM)
    won = set()
    for _ in range(ROUNDS):
        notice = comune.position()
        receipt = node.receipt(notice)
        token = channel.activate(COMUNE, notice.number, notice.amount).paymentToken
        results = at_once([node, channel], lambda n: n.tell(receipt), lambda c: c.outcome(token))
        assert codes(results) == ["OK", "OK"]
        assert states(hub, notice) == ["DUPLICATE", "PAID"]
        assert anomalies(hub, notice) == ["duplicate"]
        won.add(next(p.channel for p in hub.position(notice).payments if p.state == "PAID"))
        comune.wait_told(notice)
        assert comune.receipts(notice) == 1
    print(f"\n  PAID by {sorted(won)}")


def test_a_receipt_against_activations(hub, comune, nodes, channels):
    """Whoever comes after it finds the notice paid; who came before has a token, whose money is
    recorded too."""
    [node], racers = nodes(1), channels(2, ATM, CALL_CENTRE)
    for _ in range(ROUNDS):
        notice = comune.position()
        receipt = node.receipt(notice)
        results = at_once([node, *racers], lambda n: n.tell(receipt),
                          *[lambda c: c.activate(COMUNE, notice.number, notice.amount)] * 2)
        assert fault_code(results[0][0]) == "OK"
        assert set(codes(results[1:])) <= {"OK", "PPT_PAGAMENTO_IN_CORSO", "PPT_PAGAMENTO_DUPLICATO"}
        for answer, _ in results[1:]:
            if answer.outcome == "OK":
                assert fault_code(racers[0].outcome(answer.paymentToken)) == "OK"
        assert states(hub, notice).count("PAID") == 1
        assert set(states(hub, notice)) <= {"PAID", "DUPLICATE"}


def test_a_receipt_against_a_withdrawal(hub, comune, nodes):
    """Paid, or withdrawn with the money in suspense: never both."""
    [node] = nodes(1)
    for _ in range(4):
        notice = comune.position()
        receipt = node.receipt(notice)
        results = at_once([node, Operator(hub)], lambda n: n.tell(receipt),
                          lambda o: o.cancel(notice))
        assert fault_code(results[0][0]) == "OK"
        assert (hub.position(notice).state, states(hub, notice)) in (
            ("PAID", ["PAID"]), ("CANCELLED", ["DUPLICATE"]))


class Operator:
    received = b""

    def __init__(self, hub):
        self.hub = hub

    def cancel(self, notice):
        return self.hub.payer("position", "cancel", notice.number, "--yes", ok=range(256))
