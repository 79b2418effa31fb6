# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications over https: to whom the Ente's certificate belongs is looked at each time, what is
wrong with it is written down, and once it is mended the Ente is told. [F60] [I7]"""
import signal

import pytest

from scenario.test_pay import pay
from support.authority import peers_over_tls, server_context
from support.hub import wait_until

BACK_OFFICE = "77777777777-NOTIFICA"


def SETTINGS(hub):
    return {**peers_over_tls(hub), "work.attempts": 100, "work.backoff": "100ms",
            "work.breaker": 100}  # each alone


@pytest.fixture
def peers(hub):
    """The simulated Enti, with a good certificate again after the test."""
    yield hub.peers
    hub.peers.context = server_context(hub.good)


def waiting(hub, notice, tries=2):
    """The notifications of a payment that failed so often: rows of `payer outbox list`."""
    rows = [row for row in hub.json("outbox", "list", ok=(0, 1))
            if row.state == "READY" and row.attempts >= tries]
    return rows if len(rows) == 2 and hub.peers.attempts(notice.number) == [] else None


def test_told_over_tls(hub, channel, comune):
    """With the hub's certificate shown to nobody who did not ask."""
    notice = comune.position()
    pay(channel, notice)
    told = comune.wait_told(notice)
    assert {m["certificate"] for m in told} == {""} and len(told) == 2
    assert hub.peers.url.startswith("https:")


@pytest.mark.parametrize("wrong, says", [
    ("self-signed", "self-signed certificate"),
    ("other name", "127.0.0.1"),
    ("expired", "certificate has expired"),
    ("other authority", "unable to get local issuer certificate"),
    ("client's", "unsuitable certificate purpose"),
    ("plain", "wrong version number"),
])
def test_told_once_the_certificate_is_mended(hub, channel, comune, peers, wrong, says):
    notice = comune.position()
    made = {
        "self-signed": lambda: hub.authority.server(self_signed=True),
        "other name": lambda: hub.authority.server(names=("DNS:altro.example",)),
        "expired": lambda: hub.authority.server(expired=True),
        "other authority": hub.stranger.server,
        "client's": hub.authority.client,
        "plain": lambda: None,
    }[wrong]()
    peers.context = server_context(made) if made else None
    pay(channel, notice)

    rows = wait_until(lambda: waiting(hub, notice), "two notifications that failed twice")
    for row in rows:
        assert "no TLS connection with the peer" in row.last_error and says in row.last_error, row.last_error
        assert row.creditor == notice.creditor
    log = hub.work.log.read_text()
    assert f"event=outbox.retry ente={notice.creditor} destination={BACK_OFFICE}" in log
    assert "err=PEER_TLS" in log

    peers.context = server_context(hub.good)
    comune.wait_told(notice, 20)
    assert comune.receipts(notice) == 1 and len(comune.told(notice)) == 2


def test_a_peer_that_demands_a_certificate_sees_the_hubs(hub, channel, comune, peers):
    notice = comune.position()
    peers.context = server_context(hub.good, clients=hub.authority)
    pay(channel, notice)
    told = comune.wait_told(notice)
    assert {m["certificate"] for m in told} == {hub.certificate.sha256} and len(told) == 2


def test_a_peer_that_takes_another_certificate_only(hub, channel, comune, peers):
    """Its alert comes when the handshake is over for us, and may not be read any more."""
    notice = comune.position()
    peers.context = server_context(hub.good, clients=hub.stranger)
    pay(channel, notice)
    for row in wait_until(lambda: waiting(hub, notice), "two notifications that failed twice"):
        assert "the peer ended the connection without an answer: does it take our certificate" \
            in row.last_error, row.last_error
    peers.context = server_context(hub.good, clients=hub.authority)
    comune.wait_told(notice, 20)
    assert comune.receipts(notice) == 1


def test_the_worker_takes_new_settings_on_sighup(hub, channel, comune, peers):
    """The Enti move to another authority: the administrator names it, and SIGHUP. [F63]"""
    notice = comune.position()
    peers.context = server_context(hub.stranger.server())
    pay(channel, notice)
    wait_until(lambda: waiting(hub, notice), "two notifications that failed twice")
    hub.settings["work.peer_ca"] = hub.stranger.crt
    hub.settings["work.tick"] = "soon"
    try:
        hub.write_config()
        hub.work.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "event=reload.refused" in hub.work.log.read_text(), "a refused reload")
        assert 'work.tick \\"soon\\": expected a time' in hub.work.log.read_text()
        del hub.settings["work.tick"]
        hub.write_config()
        tries = max(row.attempts for row in hub.json("outbox", "list", ok=(0, 1)))
        rows = wait_until(lambda: waiting(hub, notice, tries + 1), "the old authorities in force")
        assert all("unable to get local issuer" in row.last_error for row in rows)
        hub.work.process.send_signal(signal.SIGHUP)
        comune.wait_told(notice, 20)
        assert "event=reload.done need_restart=0" in hub.work.log.read_text()
    finally:
        hub.settings["work.peer_ca"] = hub.authority.crt
        hub.settings.pop("work.tick", None)
        hub.write_config()
        hub.work.process.send_signal(signal.SIGHUP)


def test_a_certificate_of_the_hubs_that_cannot_be_used(hub, channel, comune, peers):
    """Told by `payer check`, and in each attempt; nothing is dropped."""
    hub.work.stop()
    notice = comune.position()
    pay(channel, notice)
    broken = ("--set", f"work.peer_certificate={hub.authority.crt}")  # no key in it
    hub.payer("work", "--once", *broken, "--set", "work.attempts=1")
    parked = [row for row in hub.json("outbox", "list", ok=(0, 1)) if row.state == "PARKED"]
    assert len(parked) == 2
    assert all("a certificate or key file cannot be used" in row.last_error for row in parked)
    assert "work.peer_certificate" in hub.payer("check", *broken, ok=(1,)).stdout
    for row in parked:
        hub.payer("outbox", "retry", str(row.id))
    hub.start_work()
    comune.wait_told(notice, 20)
