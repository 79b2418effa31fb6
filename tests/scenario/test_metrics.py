# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator is woken by: each number moves when what it counts happens, and comes back."""
import http.client
import os
import signal
import threading
import urllib.parse

from scenario.test_pay import pay
from support.channel import PATH, RawChannel, fault_code
from support.hub import ATM, PSP, PSP_BROKER, wait_until
from support.registry import PASSWORD
from support.rest import at_rest

CLOCK = True  # ages of hours
SETTINGS = {"serve.workers": 1, "work.attempts": 2}
HOUR_S = 3600


def age(hub, name):
    return hub.work_metrics()[f"payer_{name}_oldest_seconds"]


def test_requests_by_operation_and_outcome_and_how_long(hub, channel, ente):
    name = "sendPaymentOutcome"
    counted = f'payer_requests_total{{operation="{name}",outcome="%s"}}'
    notice = ente.position()
    before = hub.metrics()
    token = pay(channel, notice)
    assert fault_code(channel.outcome(token, "OK")) == "PPT_ESITO_GIA_ACQUISITO"
    after = hub.metrics()

    def moved(series):
        return after[series] - before.get(series, 0)

    assert moved(counted % "OK") == moved(counted % "ESITO_GIA_ACQUISITO") == 1
    labels = f'{{operation="{name}"}}'
    assert moved(f"payer_request_seconds_count{labels}") == 2
    assert moved(f'payer_request_seconds_bucket{{operation="{name}",le="+Inf"}}') == 2
    assert 0 < moved(f"payer_request_seconds_sum{labels}") < 10


def test_refused_before_any_handler(hub):
    series = 'payer_http_refused_total{status="405"}'
    before = hub.metrics().get(series, 0)
    url = urllib.parse.urlsplit(hub.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    connection.request("DELETE", PATH)
    assert connection.getresponse().status == 405
    connection.close()
    assert hub.metrics()[series] == before + 1


def test_requests_that_wait_for_a_worker(hub, ente):
    """The only worker waits for a database that stands still."""
    notice = ente.position()
    server = hub.json("db", "status")[0].pid

    def verify():
        client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
        client.post("verifyPaymentNotice", b"<x/>")
        client.close()

    ask = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    first = threading.Thread(target=ask.verify, args=(notice.creditor, notice.number))
    others = [threading.Thread(target=verify) for _ in range(3)]
    os.kill(server, signal.SIGSTOP)
    try:
        first.start()
        wait_until(lambda: hub.metrics()["payer_connections"] >= 1, "the first request")
        for other in others:
            other.start()
        wait_until(lambda: hub.metrics()["payer_queue_length"] >= 2, "requests that wait")
    finally:
        os.kill(server, signal.SIGCONT)
    for thread in (first, *others):
        thread.join()
    ask.close()
    assert hub.metrics()["payer_queue_length"] == 0


def test_notifications_that_wait_and_those_given_up(hub, channel, asl, clock):
    sent = 'payer_outbox_sent_total{result="%s"}'
    at_rest(hub)
    hub.peers.behave("500", times=2)
    pay(channel, asl.position())
    wait_until(lambda: hub.work_metrics()["payer_outbox_parked"] == 1, "one given up")
    assert hub.work_metrics()[sent % "PARKED"] == hub.work_metrics()[sent % "READY"] == 1
    clock.forward(hours=1)
    wait_until(lambda: age(hub, "outbox") >= HOUR_S, "its age")
    hub.payer("outbox", "retry")
    wait_until(lambda: hub.work_metrics()["payer_outbox_parked"] == 0 == age(hub, "outbox"),
               "it sent in the end")
    assert hub.work_metrics()[sent % "DONE"] >= 1


def test_money_that_is_not_settled(hub, channel, ente, clock):
    pay(channel, ente.position())
    clock.forward(hours=1)
    wait_until(lambda: age(hub, "settlement") >= HOUR_S, "the age of what is not settled")
    assert age(hub, "flow") == 0
    hub.payer("flow", "run")
    wait_until(lambda: age(hub, "settlement") == 0, "all settled")


def test_flows_that_are_not_published(hub, channel, ente, clock):
    folder = hub.home / "var/flow/banca1"
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("")  # a file where the bank's flows go: none can be published
    pay(channel, ente.position())
    hub.payer("flow", "run", ok=range(1, 79))
    clock.forward(hours=1)
    wait_until(lambda: age(hub, "flow") >= HOUR_S, "the age of what is not published")
    assert age(hub, "settlement") == 0
    folder.unlink()
    aside.rename(folder)
    hub.payer("flow", "run")
    wait_until(lambda: age(hub, "flow") == 0, "all published")
