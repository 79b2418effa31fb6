# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that make TLS itself dear, or say things twice by it: handshakes without end,
renegotiation, early data. [X25]"""
import collections
import contextlib
import itertools
import re
import signal
import socket
import ssl
import subprocess

import pytest

from support.authority import Authority, client_context
from support.hub import wait_until

RATE, BURST = 1, 10  # a second; in seconds of it
FLOODER, OTHER = "127.0.0.3", "127.0.0.2"
REFUSED = (ssl.SSLError, ConnectionError)
ASK = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def SETTINGS(hub):
    hub.authority = Authority(hub.home / "ca")
    hub.server = hub.authority.server()
    return {"serve.tls_port": 0, "serve.tls_certificate": hub.server.pem, "serve.peer_handshakes": 0}


def port(hub):
    return int(hub.tls_url.rpartition(":")[2])


@pytest.fixture
def rate(hub):
    """Set serve.peer_handshakes while the hub runs; nobody is refused after the test."""
    def to(handshakes):
        done = hub.serve.log.read_text().count("event=reload.done need_restart=0")
        hub.settings["serve.peer_handshakes"] = handshakes
        hub.write_config()
        hub.serve.process.send_signal(signal.SIGHUP)
        wait_until(lambda: hub.serve.log.read_text().count("event=reload.done need_restart=0") > done,
                   "the reload")
    yield to
    to(0)


def is_served(hub, address):
    """A new connection from an address, a handshake, a request."""
    with socket.create_connection(("127.0.0.1", port(hub)), 5, (address, 0)) as plain:
        try:
            with client_context(hub.authority).wrap_socket(plain, server_hostname="localhost") as tls:
                tls.sendall(ASK.encode())
                return tls.recv(4096).startswith(b"HTTP/1.1 200 ")
        except REFUSED:
            return False


def refusals(hub):
    return hub.metrics().get("payer_tls_refused_total", 0)


def test_a_flood_of_handshakes(hub, rate):
    """Beyond its rate a peer is closed before the handshake, and told of in the log seldom; another
    is served meanwhile, and the peer itself once it rests."""
    for _ in range(3 * BURST):
        assert is_served(hub, FLOODER)  # no rate is set
    rate(RATE)
    before, logged = refusals(hub), len(hub.serve.log.read_text())
    taken = list(itertools.takewhile(lambda _: is_served(hub, FLOODER), range(6 * BURST)))
    assert BURST * RATE <= len(taken) < 6 * BURST
    refused = 1
    for _ in range(5):
        refused += sum(not is_served(hub, FLOODER) for _ in range(40))
        assert is_served(hub, OTHER)
    assert refused > 1 and refusals(hub) == before + refused
    lines = re.findall(r"ts=(\S+?)\.\d+Z \S+ event=tls.refused (.*)",
                       hub.serve.log.read_text()[logged:])
    assert {told for _, told in lines} == {
        f'peer={FLOODER} why="more handshakes than serve.peer_handshakes"'}
    # One a second of the server's clock, which may lie in one of the log's with another.
    assert max(collections.Counter(second for second, _ in lines).values()) <= 2
    wait_until(lambda: is_served(hub, FLOODER), "the flooder served again")


def client(where, *arguments):
    """openssl's, to be spoken to and read."""
    return subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{where}", "-servername", "localhost",
         *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)


def said(hub, *arguments):
    """What it says of a connection on which it asks, until the hub ends it."""
    with client(port(hub), "-ign_eof", *arguments) as asking:
        return asking.communicate(ASK)[0]


def test_renegotiation_is_refused(hub):
    """A handshake within a connection would cost the same, and no gate sees it."""
    for _ in range(5):
        with client(port(hub), "-tls1_2") as asking:
            asking.stdin.write("R\n")
            asking.stdin.flush()
            answer = asking.stdout.read()  # it gives up by itself
        assert "RENEGOTIATING" in answer and "no renegotiation" in answer
    assert "HTTP/1.1 200 " in said(hub, "-tls1_2")


@contextlib.contextmanager
def early_server(certificate):
    """A server that takes early data: its port."""
    with subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1_3", "-early_data",
             "-cert", certificate.crt, "-key", certificate.key], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield next(line.rpartition(":")[2].strip() for line in process.stdout
                       if line.startswith("ACCEPT "))
        finally:
            process.terminate()


def test_early_data_is_not_taken(hub):
    """Who records it may send it again: no session to begin it with is handed out, and what comes
    with another's is dropped unread; the request after the handshake is answered."""
    session, early = hub.home / "session", hub.home / "early"
    assert "HTTP/1.1 200 " in said(hub, "-tls1_3", "-sess_out", session)
    assert not session.exists()
    with early_server(hub.server) as there, client(there, "-tls1_3", "-sess_out", session) as other:
        wait_until(lambda: session.exists() and "END" in session.read_text(), "a session")
        other.terminate()
    early.write_text("GET /early HTTP/1.1\r\nHost: h\r\n\r\n")
    answer = said(hub, "-tls1_3", "-sess_in", session, "-early_data", early)
    assert "Early data was rejected" in answer
    assert answer.count("HTTP/1.1 ") == 1 and "HTTP/1.1 200 " in answer
    assert hub.metrics().get('payer_http_refused_total{status="404"}', 0) == 0
