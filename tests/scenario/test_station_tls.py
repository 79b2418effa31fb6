# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ente's station over https: to whom its certificate belongs is looked at, the hub shows its own
where one is asked for; an address that nobody may call is not called. [F60] [F61]"""
import pytest

from support.authority import peers_over_tls, server_context
from support.channel import PATH, RawChannel, fault_code
from support.hub import ATM, PSP, PSP_BROKER, wait_until
from support.registry import PASSWORD, with_stations
from support.station import PARCO, UNIONE

UNREACHABLE = "PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE"


def SETTINGS(hub):
    return {**peers_over_tls(hub), "work.breaker": 100}


@pytest.fixture(scope="module")
def module_hub(module_hub):
    with_stations(module_hub, PARCO_url="http://169.254.169.254/latest")
    return module_hub


@pytest.fixture
def raw(hub):
    hub.secrets.update(f"Debitore Canarino Stazione {n:04d}" for n in range(100))
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    known = hub.peers.book.debt(UNIONE)
    hub.peers.context = server_context(hub.good)
    wait_until(lambda: fault_code(client.verify(UNIONE, known.number)) == "OK",
               "the station is reached")
    yield client
    client.close()


def test_asked_over_tls(hub, raw):
    debt = hub.peers.book.debt(UNIONE)
    assert fault_code(raw.activate(UNIONE, debt.number, "12.34")) == "OK"
    assert hub.peers.url.startswith("https:")
    assert hub.peers.book.questions(debt)[0]["certificate"] == ""


def test_a_station_that_demands_a_certificate_sees_the_hubs(hub, raw):
    debt = hub.peers.book.debt(UNIONE)
    hub.peers.context = server_context(hub.good, clients=hub.authority)
    assert fault_code(raw.verify(UNIONE, debt.number)) == "OK"
    assert hub.peers.book.questions(debt)[0]["certificate"] == hub.certificate.sha256


@pytest.mark.parametrize("wrong", ["self-signed", "other name", "expired", "other authority",
                                   "takes another's only", "plain"])
def test_a_station_that_is_not_who_it_should_be(hub, raw, wrong):
    debt = hub.peers.book.debt(UNIONE)
    hub.peers.context = {
        "self-signed": lambda: server_context(hub.authority.server(self_signed=True)),
        "other name": lambda: server_context(hub.authority.server(names=("DNS:altro.example",))),
        "expired": lambda: server_context(hub.authority.server(expired=True)),
        "other authority": lambda: server_context(hub.stranger.server()),
        "takes another's only": lambda: server_context(hub.good, clients=hub.stranger),
        "plain": lambda: None,
    }[wrong]()
    assert fault_code(raw.verify(UNIONE, debt.number)) == UNREACHABLE
    assert hub.peers.book.questions(debt) == []
    hub.peers.context = server_context(hub.good)
    assert fault_code(raw.verify(UNIONE, debt.number)) == "OK"


def test_an_address_that_nobody_may_call(hub, raw):
    """[F61]"""
    debt = hub.peers.book.debt(PARCO)
    assert fault_code(raw.verify(PARCO, debt.number)) == UNREACHABLE
    assert "err=PEER_ADDRESS" in hub.serve.log.read_text()
