# SPDX-License-Identifier: GPL-3.0-or-later
"""A back-office that is down for days: the others notice nothing, it is tried rarely, and when it is
back it is told everything, once, in order. [F58] [F59] [I7] [I12]"""
import pytest

from scenario.test_pay import pay
from support.hub import wait_until

# Own hub: few attempts, so that a notification which is held would be parked if tries counted.
SETTINGS = {"work.attempts": 4, "work.backoff": "50ms", "work.backoff_max": "1s",
            "work.catch_up": 200, "work.lease": "6s"}
N = 25


@pytest.fixture
def dead(hub, comune):
    """dead(mode): from now on the Comune's back-office answers so; its station does not."""
    path, = {p.path for p in comune.destinations() if p.operation == "notifyPayment"}

    def make(mode):
        hub.peers.behave(mode, times=10 ** 9, path=path)
        return path

    yield make
    hub.peers.behave("ok")


def owed(hub, n):
    rows = [hub.row() for _ in range(n)]
    hub.load(rows)
    return rows


def pay_all(channel, rows):
    for row in rows:
        token = channel.activate(row["creditor"], row["notice_number"],
                                 row["amount"]).paymentToken
        assert channel.outcome(token).outcome == "OK"


def stats(hub):
    return hub.json("outbox", "stats", ok=(0, 1))[0]


def held(hub):
    return [row for row in hub.json("outbox", "list", "--state", "HELD")]


def taken(hub, rows):
    """The places in rows of what the back-office took, in the order in which it took them."""
    places = {row["notice_number"]: i for i, row in enumerate(rows)}
    return [places[a["notice"]] for a in hub.peers.attempts()
            if a["taken"] and a["notice"] in places and a["operation"] == "notifyPayment"]


@pytest.mark.parametrize("mode", ["cut", "500"])
def test_three_days_down(hub, channel, asl, dead, mode):
    dead(mode)
    rows = owed(hub, N)
    pay_all(channel, rows)
    wait_until(lambda: len(held(hub)) >= N - 4, "what waits is held")
    free = asl.position()
    pay(channel, free)
    asl.wait_told(free)  # the others notice nothing
    wait_until(lambda: stats(hub).destinations[0].failures >= 9, "tried again and again", 20)
    hub.work.kill()  # and it forgets nothing
    hub.start_work()
    seen = stats(hub)
    lane, = seen.destinations
    assert lane.destination == "77777777777-NOTIFICA" and lane.held >= N - 8
    assert (lane.waiting, seen.waiting) == (N, N)
    metrics = wait_until(lambda: (m := hub.work_metrics())["payer_outbox_destinations_failing"]
                         and m, "the failing destination in the metrics")
    assert metrics["payer_outbox_destinations_failing"] == 1
    hub.peers.behave("ok")
    if mode == "cut":  # nobody answered: no notification's fault
        assert seen.parked == 0
    else:
        hub.payer("outbox", "retry")
    wait_until(lambda: len(set(taken(hub, rows))) == N, "all of them told", 25)
    order = taken(hub, rows)
    assert len(order) == N  # each once
    late = order if mode == "cut" else []
    # the one whose turn it was, and those that were on their way, may come out of their place
    assert sum(a > b for a, b in zip(late, late[1:])) <= 4
    wait_until(lambda: not held(hub) and stats(hub).waiting == 0, "nothing waits")
    assert [d.failures for d in stats(hub).destinations] == []


def test_an_operator_knows_that_it_is_back(hub, channel, dead):
    """The next try would be in a minute; a retry of what is held makes it now."""
    hub.work.stop()
    hub.settings.update({"work.backoff": "1m", "work.backoff_max": "1m"})
    hub.write_config()
    hub.start_work()
    try:
        dead("cut")
        rows = owed(hub, 6)
        pay_all(channel, rows)
        waiting = wait_until(lambda: held(hub), "what waits is held")
        hub.peers.behave("ok")
        hub.payer("outbox", "retry", str(waiting[-1].id))
        wait_until(lambda: len(set(taken(hub, rows))) >= 4, "the held ones told")
        for row in hub.json("outbox", "list", "--state", "READY"):
            hub.payer("outbox", "retry", str(row.id), ok=(0, 65))  # it may be on its way by now
        wait_until(lambda: len(set(taken(hub, rows))) == 6, "all of them told")
    finally:
        hub.work.stop()
        hub.settings.update(SETTINGS)
        hub.write_config()
        hub.start_work()


def test_how_long_deliveries_take(hub, channel, comune):
    notice = comune.position()
    pay(channel, notice)
    comune.wait_told(notice)
    seen = wait_until(lambda: (s := stats(hub)).waiting == 0 and s, "nothing waits")
    assert 0 < seen.p50_ms <= seen.p95_ms and seen.destinations == []
    name = 'payer_outbox_delivery_seconds{share="%s"}'
    metrics = wait_until(lambda: (m := hub.work_metrics()).get(name % "0.95") and m, "the metrics")
    assert 0 < metrics[name % "0.5"] <= metrics[name % "0.95"]
