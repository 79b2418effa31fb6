# SPDX-License-Identifier: GPL-3.0-or-later
"""A channel's limits hold for all servers together, to the cent, whoever asks at once; the day is
the civil one in Europe/Rome. [W3.6b]"""
import copy
import datetime

import pytest
from lxml import etree

from scenario.test_pay import pay
from support.channel import fault_code, new_key
from support.hub import ATM, PSP, ROME, wait_until
from support.periods import clocks_change
from support.registry import NS
from support.servers import Clients, at_once, codes, servers, wait_sealed

CLOCK = True
LONGER = 4
ROUNDS = 5
DAY_MAX = "25.00"
LIMITED = [f"66666666666_{n}" for n in range(31, 45)]
OVER = "PPT_AUTORIZZAZIONE"


def registry(hub, **changes):
    """The hub's registry with a channel of its own for each test."""
    tree = etree.parse(str(hub.registry))
    atm = tree.getroot().find(f"{NS}channel[@code='{ATM}']")
    association = tree.getroot().find(f"{NS}association[@channel='{ATM}']")
    for code in LIMITED:
        channel, tie = copy.deepcopy(atm), copy.deepcopy(association)
        channel.set("code", code)
        if changes.get(code, DAY_MAX):
            channel.set("day-max", changes.get(code, DAY_MAX))
        tie.set("channel", code)
        atm.addnext(channel)
        association.addnext(tie)
    path = hub.home / "limited.xml"
    tree.write(str(path))
    hub.payer("registry", "import", str(path))


@pytest.fixture(scope="module")
def urls(module_hub):
    registry(module_hub)
    with servers(module_hub, 3) as found:
        first = Clients(found)
        for client in first(len(found), LIMITED[0]):
            wait_until(lambda c=client: fault_code(c.outcome("0" * 32)) == "PPT_TOKEN_SCONOSCIUTO",
                       "the servers know the channels")
        first.close()
        yield found


@pytest.fixture
def clients(urls):
    made = Clients(urls)
    yield made
    made.close()


def spent(said):
    assert set(said) <= {"OK", OVER}, said
    return said.count("OK")


def ask(ente, amount="10.00", **fields):
    """A new notice, and who asks to pay it."""
    notice = ente.position(amount=amount)
    return lambda client: client.activate(notice.creditor, notice.number, amount, **fields)


def test_what_is_beyond_the_day_does_not_pass(hub, ente, clients, clock):
    """Two of 10.00 are in, one of the next two is. [R3]"""
    code = LIMITED[0]
    racers = clients(6, code)
    for _ in range(ROUNDS):
        wait_sealed(hub, racers)
        clock.forward(days=1)
        results = at_once(racers[:2], *(ask(ente, "15.00") for _ in range(2)))
        assert codes(results) == ["OK", OVER]
        refused = next(answer for answer, _ in results if answer.outcome == "KO")
        assert refused.fault.description == "Limite del canale superato"
        results = at_once(racers, *(ask(ente, "5.00") for _ in range(6)))
        assert spent(codes(results)) == 2, "25.00 are reached, and not passed"
        assert fault_code(ask(ente, "0.01")(racers[0])) == OVER


def test_what_is_not_paid_is_given_back(ente, clients, clock):
    client = clients(1, LIMITED[1])[0]
    first = ask(ente, "20.00")(client).paymentToken
    assert fault_code(ask(ente)(client)) == OVER
    assert fault_code(client.outcome(first, "KO", details=False)) == "OK"
    second = ask(ente, "20.00", expiration_ms=60000)(client).paymentToken
    assert fault_code(ask(ente)(client)) == OVER
    clock.forward(minutes=2)
    wait_until(lambda: fault_code(ask(ente)(client)) == "OK", "the token's end is noted")
    assert fault_code(client.outcome(second)) == "PPT_TOKEN_SCADUTO"
    assert fault_code(ask(ente)(client)) == OVER, "money that came late counts again"


def test_an_answer_within_the_limit_is_answered_again(ente, clients):
    """The payment that reached it, asked for once more because its answer was lost. [I6] [F2]"""
    client, key = clients(1, LIMITED[2])[0], new_key(PSP)
    again = ask(ente, "25.00", key=key)
    token = again(client).paymentToken
    stored = client.received
    assert fault_code(ask(ente, key=new_key(PSP))(client)) == OVER
    assert again(client).paymentToken == token and client.received == stored
    assert fault_code(ask(ente, key=key)(client)) == OVER, "another request with that key"


def test_a_limit_that_comes_within_the_day(hub, ente, clients):
    """What was activated before it counts; what was without one in between, too."""
    code, client = LIMITED[3], clients(1, LIMITED[3])[0]
    assert fault_code(ask(ente)(client)) == "OK"
    registry(hub, **{code: ""})
    wait_until(lambda: fault_code(ask(ente, "24.00")(client)) == "OK", "no limit")
    assert fault_code(ask(ente, "5.00")(client)) == "OK"
    registry(hub)
    wait_until(lambda: fault_code(ask(ente, "0.01")(client)) == OVER, "the limit, with all of it")


@pytest.mark.parametrize("code,month", [(LIMITED[4], 3), (LIMITED[5], 10)],
                         ids=["23 hours", "25 hours"])
def test_the_day_ends_at_midnight_in_rome(hub, ente, clients, clock, code, month):
    """Also on the days on which clocks change. [F47]"""
    client, day = clients(1, code)[0], clocks_change(clock, month)

    def to(days, hour, minute):
        wait_sealed(hub, [client])
        clock.to(datetime.datetime.combine(day + datetime.timedelta(days),
                                           datetime.time(hour, minute), ROME))

    for days in (0, 1):
        to(days - 1, 23, 58)
        if days == 0:
            pay(client, ente.position(amount="25.00"))
        assert fault_code(ask(ente, "0.01")(client)) == OVER
        to(days, 0, 0)
        pay(client, ente.position(amount="25.00"))
