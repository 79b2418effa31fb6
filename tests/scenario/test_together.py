# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and keys, on one server and on three over one database: whichever is asked, there is one
effect, and each is told the same. Time is moved for all. [W4] [I2] [I4] [I6]"""
import collections
import signal

import pytest

from scenario.test_pay import pay
from support.channel import fault_code, new_key
from support.hub import ATM, CALL_CENTRE, DESK, PSP, wait_until
from support.servers import Clients, at_once, codes, servers, wait_sealed

CLOCK = True
SETTINGS = {"payment.idempotency_validity": "1m", "db.connections": 300}
LONGER = 4
ROUNDS = 6
TOOK = ("PAID", "PAID_LATE", "DUPLICATE")


@pytest.fixture(scope="module", params=[1, 3], ids=["one server", "three servers"])
def urls(module_hub, request):
    with servers(module_hub, request.param) as found:
        yield found


@pytest.fixture
def clients(urls):
    made = Clients(urls)
    yield made
    made.close()


def activation(notice, **fields):
    return lambda client: client.activate(notice.creditor, notice.number, notice.amount, **fields)


def payments(hub, notice):
    return [payment.state for payment in hub.position(notice).payments]


def test_one_key_a_hundred_times(hub, ente, clients):
    """Each is told the token, or that its first request still runs. [F2] [F19]"""
    notice, key, racers = ente.position(), new_key(PSP), clients(100, ATM)
    results = at_once(racers, activation(notice, key=key))
    said = collections.Counter(codes(results))
    assert set(said) <= {"OK", "PPT_PAGAMENTO_IN_CORSO"} and said["OK"] >= 1
    assert len({received for answer, received in results if answer.outcome == "OK"}) == 1
    assert payments(hub, notice) == ["ACTIVE"]

    token = racers[0].activate(notice.creditor, notice.number, notice.amount, key).paymentToken
    key = new_key(PSP)
    results = at_once(racers, lambda client: client.outcome(token, "OK", "1.00", key=key))
    said = collections.Counter(codes(results))
    assert set(said) <= {"OK", "PPT_PAGAMENTO_IN_CORSO"} and said["OK"] >= 1
    assert len({received for answer, received in results if answer.outcome == "OK"}) == 1
    assert payments(hub, notice) == ["PAID"]
    ente.wait_told(notice)
    assert ente.receipts(notice) == 1


def test_one_key_for_two_notices(hub, ente, clients):
    """Whichever comes first has the key; the other is refused, and begins nothing. [W3.11]"""
    racers = clients(6, ATM)
    for _ in range(ROUNDS):
        notices, key = [ente.position(), ente.position()], new_key(PSP)
        results = at_once(racers, *(activation(notice, key=key) for notice in notices))
        assert codes(results) == ["OK"] * 3 + ["PPT_ERRORE_IDEMPOTENZA"] * 3
        assert sorted(len(payments(hub, notice)) for notice in notices) == [0, 1]


def test_two_channels_on_one_notice(hub, ente, clients):
    """[W3.13] [F24]"""
    racers = clients(6, ATM, CALL_CENTRE)
    for _ in range(ROUNDS):
        notice = ente.position()
        results = at_once(racers, activation(notice))
        assert codes(results) == ["OK"] + ["PPT_PAGAMENTO_IN_CORSO"] * 5
        assert payments(hub, notice) == ["ACTIVE"]


def test_an_outcome_an_activation_and_the_tokens_end(hub, ente, clients, clock):
    """The token ends while its outcome and another activation are on their way: all money that a
    channel took is there, and one of it is the payment. [F28] [F20]"""
    paying, other = clients(1, ATM)[0], clients(3, CALL_CENTRE)
    for _ in range(2 * ROUNDS):
        notice = ente.position()
        token = paying.activate(notice.creditor, notice.number, notice.amount,
                                expiration_ms=60000).paymentToken
        clock.forward(seconds=59)

        def end(client):
            clock.forward(seconds=2)
            return client.verify(notice.creditor, notice.number)

        results = at_once([paying, *other], lambda client: client.outcome(token, "OK"),
                          activation(notice), end, activation(notice))
        first = fault_code(results[0][0])
        assert first in ("OK", "PPT_TOKEN_SCADUTO")
        begun = [answer.paymentToken for answer, _ in (results[1], results[3])
                 if answer.outcome == "OK"]
        assert len(begun) <= 1 and (first != "OK" or not begun)
        for second in begun:
            assert fault_code(other[0].outcome(second, "OK")) == "OK"
        states = payments(hub, notice)
        assert sorted(states) in ([TOOK[0]], [TOOK[1]], ["DUPLICATE", "PAID_LATE"],
                                  ["DUPLICATE", "PAID"]), states
        assert len([state for state in states if state in TOOK]) == 1 + len(begun)
        assert hub.position(notice).state == "PAID"


def test_a_key_lives_at_least_as_long_as_its_token(hub, ente, clients, clock):
    """Kept for a minute, as is set; an activation's, for the half hour of its token. [I6]"""
    notice, key, client = ente.position(), new_key(PSP), clients(1, ATM)[0]
    ask = activation(notice, key=key)
    token = ask(client).paymentToken
    clock.forward(minutes=29)
    assert ask(client).paymentToken == token
    clock.forward(minutes=2)
    assert ask(client).paymentToken not in (None, token), "the token ended, and the key with it"

    notice, key = ente.position(), new_key(PSP)
    token = pay(client, notice)
    for seconds in (0, 50, 20):
        clock.forward(seconds=seconds)
        assert fault_code(client.outcome(token, key=key)) == "PPT_ESITO_GIA_ACQUISITO"
    repeats = lambda: [getattr(line, "detail", "") == "answered before"
                       for line in hub.json("journal", "grep", "--token", token)
                       if line.outcome == "PPT_ESITO_GIA_ACQUISITO"
                       or getattr(line, "detail", "") == "answered before"]
    wait_until(lambda: repeats() == [False, True, False], "the third was answered anew")


def test_outdated_keys_are_purged(hub, ente, clients, clock):
    """A day after their end, by a worker."""
    notice, key, all_of_them = ente.position(), new_key(PSP), clients(3, ATM)
    activation(notice, key=key)(all_of_them[0])
    kept = lambda: hub.sql(f"SELECT COUNT(*) FROM idempotency WHERE ikey = '{key}'") == ["1"]
    wait_sealed(hub, all_of_them)  # a worker looks for old keys when it starts, then each minute
    assert kept()
    clock.forward(days=1, minutes=31)
    hub.work.stop()
    hub.start_work()
    wait_until(lambda: not kept(), "the key is gone")


def test_a_notice_that_is_being_paid_says_so(hub, ente, clients, clock):
    """To other channels, and to an operator: who, and for how long still. [W3.13]"""
    notice, desk, atm = ente.position(), clients(1, DESK)[0], clients(1, ATM)[0]
    atm.activate(notice.creditor, notice.number, notice.amount)
    clock.forward(minutes=10, seconds=5)
    assert fault_code(desk.verify(notice.creditor, notice.number)) == "PPT_PAGAMENTO_IN_CORSO"
    assert fault_code(activation(notice)(desk)) == "PPT_PAGAMENTO_IN_CORSO"
    live, = hub.position(notice).payments
    assert (live.state, live.channel) == ("ACTIVE", ATM) and 1100 < live.seconds_left <= 1200
    shown = hub.payer("position", "show", notice.number).stdout
    assert f"at {ATM}" in shown and "19 min" in shown
    clock.forward(minutes=20)
    assert fault_code(desk.verify(notice.creditor, notice.number)) == "OK"
    wait_until(lambda: payments(hub, notice) == ["EXPIRED"], "the token's end is noted")
    assert not hasattr(hub.position(notice).payments[0], "seconds_left")


def test_keys_can_be_switched_off(hub, ente, clients, clock):
    """While it is off, a repeat is another request; what was stored before is not asked for."""
    notice, key, client = ente.position(), new_key(PSP), clients(1, ATM)[0]
    ask = activation(notice, key=key)
    token = ask(client).paymentToken
    assert ask(client).paymentToken == token
    hub.settings["payment.idempotency"] = "no"
    hub.write_config()
    hub.serve.process.send_signal(signal.SIGHUP)
    try:
        wait_until(lambda: fault_code(ask(client)) == "PPT_PAGAMENTO_IN_CORSO", "keys are off")
        other = ente.position()
        assert fault_code(activation(other, key=key)(client)) == "OK"
        assert payments(hub, notice) == payments(hub, other) == ["ACTIVE"]
    finally:
        del hub.settings["payment.idempotency"]
        hub.write_config()
        hub.serve.process.send_signal(signal.SIGHUP)
    wait_until(lambda: ask(client).paymentToken == token, "keys are on again")
