# SPDX-License-Identifier: GPL-3.0-or-later
"""Everybody at once: one effect, and each is answered. Audit looks after each test. [I2] [I4]"""
import concurrent.futures
import contextlib
import threading

import pytest

from scenario.test_pay import pay
from support.channel import PATH, RawChannel, fault_code, new_key
from support.hub import ATM, CALL_CENTRE, COMUNE, DESK, FDR, PSP, PSP_BROKER, Notice
from support.registry import PASSWORD

ROUNDS = 8  # of the races whose window is small


@pytest.fixture
def clients(hub):
    """clients(n, channel…): n connections, the channels in turn; each has spoken once before, so
    that no password is checked for the first time within a race."""
    with contextlib.ExitStack() as stack:
        def make(n, *channels):
            made = [RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, channels[i % len(channels)],
                               PASSWORD) for i in range(n)]
            for client in made:
                stack.callback(client.close)
                client.outcome("0" * 32)
            return made
        yield make


@pytest.fixture
def notices(hub):
    """One for each round."""
    rows = [hub.row() for _ in range(ROUNDS)]
    hub.load(rows)
    return [Notice(COMUNE, row["notice_number"], row["amount"], row["own_id"]) for row in rows]


def at_once(clients, ask):
    """ask(client) of all at the same moment; [(answer, its bytes)] in their order."""
    gate = threading.Barrier(len(clients))

    def run(client):
        gate.wait(60)
        answer = ask(client)
        return answer, client.received

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(run, clients))


def codes(results):
    return sorted(fault_code(answer) for answer, _ in results)


def test_two_channels_activate_one_notice(hub, notices, clients):
    """Two citizens, or one at two places. [F24] [R4]"""
    racers = clients(2, ATM, CALL_CENTRE)
    for notice in notices:
        results = at_once(racers, lambda client: client.activate(
            notice.creditor, notice.number, notice.amount, new_key(PSP)))
        assert codes(results) == ["OK", "PPT_PAGAMENTO_IN_CORSO"]
        assert [p.state for p in hub.position(notice).payments] == ["ACTIVE"]


def test_many_activate_one_notice(hub, ente, clients):
    """[F24]"""
    notice = ente.position()
    results = at_once(clients(12, ATM, CALL_CENTRE, DESK), lambda client: client.activate(
        notice.creditor, notice.number, notice.amount))
    assert codes(results) == ["OK"] + ["PPT_PAGAMENTO_IN_CORSO"] * 11
    assert len(hub.position(notice).payments) == 1


def test_one_channel_retries_with_a_new_key(hub, notices, clients):
    """It gave up waiting while its first request still ran. [F26]"""
    racers = clients(2, ATM)
    for notice in notices:
        ask = lambda client: client.activate(
            notice.creditor, notice.number, notice.amount, new_key(PSP))
        assert codes(at_once(racers, ask)) == ["OK", "PPT_PAGAMENTO_IN_CORSO"]
        assert fault_code(ask(racers[0])) == "PPT_PAGAMENTO_IN_CORSO"
        assert len(hub.position(notice).payments) == 1


def test_one_key_many_times(hub, ente, clients):
    """[I6]"""
    notice, key = ente.position(), new_key(PSP)
    results = at_once(clients(20, ATM), lambda client: client.activate(
        notice.creditor, notice.number, notice.amount, key))
    assert codes(results) == ["OK"] * 20
    assert len({received for _, received in results}) == 1
    assert len(hub.position(notice).payments) == 1


def test_one_outcome_many_times(hub, ente, clients):
    """[F19]"""
    notice, racers = ente.position(amount="10.00"), clients(30, ATM)
    token = racers[0].activate(notice.creditor, notice.number, notice.amount).paymentToken
    results = at_once(racers, lambda client: client.outcome(token, "OK", "1.00"))
    assert codes(results) == ["OK"] + ["PPT_ESITO_GIA_ACQUISITO"] * 29
    assert {answer.fault.description for answer, _ in results if answer.outcome != "OK"} == {
        "Outcome already acquired"}
    assert hub.position(notice).state == "PAID"
    ente.wait_told(notice)
    assert ente.receipts(notice) == 1
    hub.payer("flow", "run")
    [(_, record)] = hub.fdr(notice.iuv)
    assert record.findtext(f"{FDR}singoloImportoPagato") == "10.00"


def test_one_late_outcome_many_times(hub, ente, clients):
    """Its anomaly, too, is written once, and with all the rest. [F19] [W4]"""
    notice, racers = ente.position(amount="10.00"), clients(12, ATM)
    token = racers[0].activate(notice.creditor, notice.number, notice.amount,
                               expiration_ms=1).paymentToken
    results = at_once(racers, lambda client: client.outcome(token, "OK", "1.00"))
    assert codes(results) == ["PPT_ESITO_GIA_ACQUISITO"] * 11 + ["PPT_TOKEN_SCADUTO"]
    assert [p.state for p in hub.position(notice).payments] == ["PAID_LATE"]
    ente.wait_told(notice)
    assert ente.receipts(notice) == 1


def test_contrary_outcomes(hub, notices, clients):
    """Which comes first decides; the other is told so. [F20] [I5]"""
    racers = clients(2, ATM)
    for notice in notices:
        token = racers[0].activate(notice.creditor, notice.number, notice.amount).paymentToken
        says = dict(zip(racers, ("OK", "KO")))
        results = at_once(racers, lambda client: client.outcome(token, says[client]))
        assert codes(results) == ["OK", "PPT_ESITO_GIA_ACQUISITO"]
        won = results[0][0].outcome == "OK"
        assert hub.position(notice).state == ("PAID" if won else "OPEN")


def test_many_close_the_period(hub, notices, clients):
    """Operators and a schedule at once, while citizens pay: each flow is published once, each
    payment is in one. [I8] [F14]"""
    racers = clients(2, ATM)
    for notice in notices:
        pay(racers[0], notice)
        paying = hub.position_new()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            paid = pool.submit(pay, racers[1], paying)
            runs = list(pool.map(lambda _: hub.json("flow", "run"), range(3)))
            paid.result()
        flows = [flow.id for run in runs for flow in run]
        assert len(flows) == len(set(flows)) >= 2, "published by two, or by nobody"
        assert len(hub.fdr(notice.iuv)) == 1
    hub.payer("flow", "run")
    hub.payer("flow", "verify")


def test_all_channels_first_words_at_once(hub, ente):
    """After a restart no password is remembered: each waits its turn to be checked, none is called wrong."""
    notice = ente.position()
    for _ in range(ROUNDS):
        assert hub.serve.stop() == 0
        hub.start_serve()
        with contextlib.ExitStack() as stack:
            racers = [stack.enter_context(contextlib.closing(
                RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, channel, PASSWORD)))
                for channel in (ATM, CALL_CENTRE, DESK)]
            results = at_once(racers, lambda client: client.verify(notice.creditor, notice.number))
            assert codes(results) == ["OK"] * 3
