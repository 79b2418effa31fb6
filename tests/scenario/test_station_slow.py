# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ente's station that is slow, dead or odd: its payers are told at once or in its time, and
nobody else's wait. Nothing here is measured: a station holds its answer until the test lets it go.
[W3.15] [I12] [F59] [F60] [F61]"""
import concurrent.futures
import re
import threading

import pytest
from lxml import etree

from scenario.test_pay import pay
from support.channel import PATH, RawChannel, fault_code, new_key
from support.ente import Ente
from support.hub import ATM, CALL_CENTRE, PSP, PSP_BROKER, Creditor, wait_until
from support.registry import PASSWORD, stations_known, with_stations
from support.station import PARCO, UNIONE
from support.witness import parse

CLOCK = True
LONGER = 2
CAP = 3
SETTINGS = {"serve.workers": 8, "serve.station_workers": CAP, "work.breaker": 3,
            "payment.token_validity": "10m"}
BAD_ANSWER = "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"
UNREACHABLE = "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE"
TIMEOUT = "PPT_STAZIONE_INT_PA_TIMEOUT"
BUSY = "PPT_PAGAMENTO_IN_CORSO"


@pytest.fixture(scope="module")
def module_hub(module_hub):
    """The Unione's station has all the time in the world; the Parco's has 2 s."""
    with_stations(module_hub, timeout="50s", PARCO_timeout="2s")
    stations_known(module_hub)
    return module_hub


@pytest.fixture
def clients(hub):
    """clients(n): so many connections, each of which spoke before."""
    made = []

    def make(n, channel=ATM):
        made.extend(RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, channel, PASSWORD, timeout_s=60)
                    for _ in range(n))
        for client in made[-n:]:
            client.outcome("0" * 32)
        return made[-n:]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def held(book):
    """held(creditor, …): a debt whose questions are held; held.go() lets them go."""
    gate = threading.Event()

    def make(creditor=UNIONE, **fields):
        return book.debt(creditor, hold=gate, **fields)

    make.go = gate.set
    yield make
    gate.set()


@pytest.fixture
def aside():
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        yield pool.submit


def recovered(hub, channel, book, ente):
    """Asked until it is answered again: what failed before is forgotten."""
    wait_until(lambda: fault_code(channel.verify(ente, book.debt(ente).number)) == "OK",
               f"the station of {ente} is asked again")


@pytest.mark.parametrize("mode, code", [
    ("500", BAD_ANSWER), ("html", BAD_ANSWER), ("fault", BAD_ANSWER), ("odd", BAD_ANSWER),
    ("redirect", BAD_ANSWER), ("flood", BAD_ANSWER), ("drip", BAD_ANSWER),
    ("cut", UNREACHABLE), ("slow", TIMEOUT)])
def test_a_station_that_breaks(hub, book, clients, mode, code):
    """Verify and activate; then the same key is answered, for none was spent. [F60]"""
    [channel], debt, key = clients(1), book.debt(PARCO), new_key(PSP)
    path = f"/station-{PARCO}"
    hub.peers.behave(mode, 2, path, seconds=10)
    if mode == "cut":  # a kept connection that breaks is tried once more
        hub.peers.behave(mode, 2, path)
    assert fault_code(channel.verify(PARCO, debt.number)) == code
    assert fault_code(channel.activate(PARCO, debt.number, "12.34", key)) == code
    hub.peers.behave("ok")
    recovered(hub, channel, book, PARCO)
    assert fault_code(channel.activate(PARCO, debt.number, "12.34", key)) == "OK"


def test_slow_beside_others(hub, ente, book, held, clients, aside):
    """As many workers as it may hold wait for it; the next question is answered at once, and a
    citizen of a hosted Ente pays meanwhile. [I12]"""
    waiting = [aside(client.verify, UNIONE, held().number) for client in clients(CAP)]
    wait_until(lambda: len(book.asked()) >= CAP and hub.peers.connections, "all of them wait")
    [channel] = clients(1)
    debt = book.debt(UNIONE)
    assert fault_code(wait_until(lambda: (a := channel.verify(UNIONE, debt.number)).outcome == "KO"
                                 and a, "the station is at its cap")) == TIMEOUT
    key = new_key(PSP)
    assert fault_code(channel.activate(UNIONE, debt.number, "12.34", key)) == TIMEOUT
    for _ in range(5):
        notice = ente.position()
        assert fault_code(channel.verify(ente.code, notice.number)) == "OK"
        pay(channel, notice)
    other = book.debt(PARCO)
    assert fault_code(channel.verify(PARCO, other.number)) == "OK"
    assert not any(future.done() for future in waiting)
    held.go()
    assert [fault_code(future.result(30)) for future in waiting] == ["OK"] * CAP
    assert fault_code(channel.activate(UNIONE, debt.number, "12.34", key)) == "OK"


def test_the_same_notice_while_its_station_is_asked(hub, book, held, clients, aside):
    """Nobody else begins it, nor the same request again: whatever its key. [W4] [F26]"""
    debt, key = held(), new_key(PSP)
    [first], [again], [other] = clients(1), clients(1), clients(1, CALL_CENTRE)
    begun = aside(first.activate, UNIONE, debt.number, "12.34", key)
    wait_until(lambda: book.asked(debt), "the station is asked")
    for client, with_key in ((again, key), (again, new_key(PSP)), (other, None)):
        assert fault_code(client.activate(UNIONE, debt.number, "12.34", with_key)) == BUSY
    assert book.asked(debt) == ["paGetPayment"] and not begun.done()
    held.go()
    assert fault_code(begun.result(30)) == "OK"
    assert fault_code(again.activate(UNIONE, debt.number, "12.34", key)) == "OK"
    assert again.received == first.received
    assert [p.state for p in hub.position(debt).payments] == ["ACTIVE"]


def test_an_answer_after_its_deadline(hub, book, held, clients, aside, clock):
    """It changes nothing: no token, nothing kept; the next try asks again. [W3.15]"""
    debt, key, [channel] = held(), new_key(PSP), clients(1)
    begun = aside(channel.activate, UNIONE, debt.number, "12.34", key)
    wait_until(lambda: book.asked(debt), "the station is asked")
    clock.forward(minutes=2)
    held.go()
    assert fault_code(begun.result(30)) == TIMEOUT
    assert hub.payer("position", "show", debt.number, ok=range(256)).returncode != 0
    assert fault_code(channel.activate(UNIONE, debt.number, "12.34", key)) == "OK"


def test_an_answer_after_another_won(hub, book, held, clients, aside, clock):
    """The first one's deadline passed, another asked and reserved: that one counts. [I4] [F50]"""
    debt, [first], [second] = held(), clients(1), clients(1, CALL_CENTRE)
    begun = aside(first.activate, UNIONE, debt.number, "12.34", new_key(PSP))
    wait_until(lambda: book.asked(debt), "the station is asked")
    clock.forward(minutes=2)
    debt.hold = None
    won = second.activate(UNIONE, debt.number, "12.34", new_key(PSP))
    assert fault_code(won) == "OK"
    held.go()
    assert fault_code(begun.result(30)) == BUSY
    [payment] = hub.position(debt).payments
    assert (payment.state, payment.channel) == ("ACTIVE", CALL_CENTRE)
    assert fault_code(second.outcome(won.paymentToken)) == "OK"


def test_an_activation_while_a_token_ends(hub, book, held, clients, aside, clock):
    """The first token ends while the station is asked for the second: one lives at a time. [F4]"""
    debt, [channel] = book.debt(UNIONE), clients(1)
    first = channel.activate(UNIONE, debt.number, "12.34").paymentToken
    assert fault_code(channel.activate(UNIONE, debt.number, "12.34")) == BUSY
    clock.forward(minutes=11)
    debt.hold = held().hold
    second = aside(channel.activate, UNIONE, debt.number, "12.34")
    wait_until(lambda: len(book.asked(debt)) == 2, "the station is asked again")
    [late] = clients(1)
    assert fault_code(late.outcome(first)) == "PPT_TOKEN_SCADUTO"  # its money was taken, first
    held.go()
    assert fault_code(second.result(30)) == "PPT_PAGAMENTO_DUPLICATO"
    assert [p.state for p in hub.position(debt).payments] == ["PAID_LATE"]


def test_a_station_that_dies_before_its_receipt(hub, book, clients):
    """It is down when the money comes: the receipt waits, and it has it once it is up. [I7]"""
    debt, [channel] = book.debt(PARCO), clients(1)
    token = channel.activate(PARCO, debt.number, "12.34").paymentToken
    peers = hub.peers
    peers.stop()
    try:
        assert fault_code(channel.outcome(token)) == "OK"
        wait_until(lambda: any(row.attempts > 1 for row in hub.json("outbox", "list", ok=(0, 1))),
                   "the receipt was tried twice")
        assert fault_code(channel.verify(PARCO, book.debt(PARCO).number)) == UNREACHABLE
    finally:
        hub.peers = Ente(peers.folder, peers.peers, port=peers.port)
        hub.peers.book = book
        hub.peers.start()
    [told] = Creditor(hub, PARCO).wait_told(debt, 20)
    assert told["receipt"] == token
    assert channel.activate(PARCO, debt.number, "12.34").fault.faultCode == \
        "PPT_PAGAMENTO_DUPLICATO"
    recovered(hub, channel, book, PARCO)


def test_a_dead_station_is_asked_one_question_at_a_time(hub, book, held, clients, aside):
    """After failures in a row; the others are answered at once as the last one was, until one of
    them is answered. [F59]"""
    [channel] = clients(1)
    path = f"/station-{PARCO}"
    hub.peers.behave("500", 1, path)  # an answer, if a bad one, is a sign of life
    hub.peers.behave("slow", 3, path, seconds=10)
    codes = [fault_code(channel.verify(PARCO, book.debt(PARCO).number)) for _ in range(4)]
    assert codes == [BAD_ANSWER] + [TIMEOUT] * 3
    assert hub.metrics()["payer_stations_failing"] == 1
    assert re.search(f"event=station.failing .*station={PARCO}_01", hub.serve.log.read_text())

    one = held(PARCO)
    asked = len(book.asked())
    probe = aside(clients(1)[0].verify, PARCO, one.number)
    wait_until(lambda: book.asked(one), "one question is asked")
    assert fault_code(channel.verify(PARCO, book.debt(PARCO).number)) == TIMEOUT
    assert len(book.asked()) == asked + 1
    held.go()
    assert fault_code(probe.result(30)) in ("OK", TIMEOUT)
    recovered(hub, channel, book, PARCO)
    assert hub.metrics()["payer_stations_failing"] == 0
    assert re.search(f"event=station.answers .*station={PARCO}_01", hub.serve.log.read_text())


def test_a_dead_station_that_leaves_the_registry(hub, book, clients):
    """Nobody will see it answer, nor asks anything meanwhile: the alert ends all the same."""
    [channel] = clients(1)
    hub.peers.behave("slow", 3, f"/station-{PARCO}", seconds=10)
    codes = [fault_code(channel.verify(PARCO, book.debt(PARCO).number)) for _ in range(3)]
    assert codes == [TIMEOUT] * 3 and hub.metrics()["payer_stations_failing"] == 1
    tree = parse(hub.registry.read_bytes())
    for entry in tree.findall("*"):
        if PARCO in (entry.get("code"), entry.get("broker"), entry.get("creditor"),
                     entry.get("party")):
            tree.remove(entry)
    without = hub.home / "without.xml"
    without.write_bytes(etree.tostring(tree))
    hub.payer("registry", "import", str(without))
    wait_until(lambda: hub.metrics()["payer_stations_failing"] == 0, "no station fails")
    hub.payer("registry", "import", str(hub.registry))
    recovered(hub, channel, book, PARCO)
