# SPDX-License-Identifier: GPL-3.0-or-later
"""Behind a proxy: the client is whom the trusted proxy names, by a PROXY header before TLS or by
X-Forwarded-For, and credentials in plain HTTP are judged by that."""
import base64
import http.client
import socket
import ssl
import struct

import pytest

from support.authority import Authority, client_context
from support.channel import PATH, RawChannel, fault_code
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, wait_until
from support.registry import PASSWORD

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
POSITION = ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            '<d:getPosition xmlns:d="urn:payer:debt-position:1"><d:creditor>{}</d:creditor>'
            "<d:ownId>{}</d:ownId></d:getPosition></s:Body></s:Envelope>")


def SETTINGS(hub):
    hub.authority = Authority(hub.home / "ca")
    return {"serve.tls_port": 0, "serve.tls_certificate": hub.authority.server().pem,
            "serve.tls_client_ca": hub.authority.crt, "serve.tls_port_proxy": "yes",
            "serve.proxies": "192.0.2.0/24, 127.0.0.1"}


def header(client, command=0x21, family=socket.AF_INET, more=b""):
    """A PROXY v2 header for a client's address."""
    kind, me = (0x11, "127.0.0.1") if family == socket.AF_INET else (0x21, "::1")
    body = (socket.inet_pton(family, client) + socket.inet_pton(family, me)
            + struct.pack("!HH", 40000, 443) + more)
    return SIGNATURE + struct.pack("!BBH", command, kind, len(body)) + body


def port(url):
    return int(url.rpartition(":")[2])


def behind(hub, first, certificate=None):
    """A connection through a proxy that said `first`, with TLS begun in it."""
    plain = socket.create_connection(("127.0.0.1", port(hub.tls_url)), 30)
    plain.sendall(first)
    return client_context(hub.authority, certificate).wrap_socket(plain, server_hostname="localhost")


def refused_line(hub, act):
    """What the log says of a request that is refused for its form."""
    before = len(hub.serve.log.read_text())
    act()
    return wait_until(lambda: [line for line in hub.serve.log.read_text()[before:].splitlines()
                               if "event=http.refused" in line], "a refusal in the log")[0]


def nonsense(connection):
    with connection:
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 404 ")


def test_a_payment_through_a_proxy(hub, comune):
    """verify, activate, outcome on one connection: header, TLS, HTTP."""
    notice = comune.position()
    client = RawChannel(f"{hub.tls_url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD, judged=True,
                        violations=hub.violations.path)
    client.connection.sock = behind(hub, header("192.0.2.7"))
    assert fault_code(client.verify(COMUNE, notice.number)) == "OK"
    begun = client.activate(COMUNE, notice.number, notice.amount)
    assert fault_code(client.outcome(begun.paymentToken, "OK")) == "OK"
    assert hub.position(notice).state == "PAID"
    client.close()


@pytest.mark.parametrize("first, peer", [
    (header("192.0.2.7"), "192.0.2.7"),
    (header("2001:db8::7", family=socket.AF_INET6), "2001:db8::7"),
    (header("192.0.2.8", more=b"\x04\x00\x01x"), "192.0.2.8"),
    (SIGNATURE + b"\x20\x00\x00\x00", "127.0.0.1"),  # the proxy for itself: a health check
], ids=["IPv4", "IPv6", "additions", "LOCAL"])
def test_who_is_logged(hub, first, peer):
    assert f"peer={peer}" in refused_line(hub, lambda: nonsense(behind(hub, first)))


@pytest.mark.parametrize("first", [
    b"PROXY TCP4 192.0.2.7 127.0.0.1 40000 443\r\n", header("192.0.2.7", command=0x22),
    header("192.0.2.7")[:13] + b"\x12" + header("192.0.2.7")[14:],  # UDP
    header("192.0.2.7", more=b"\x04\x00\x09x"), SIGNATURE + b"\x21\x11\xff\xff",
    b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01\x00\x05hello"],
    ids=["version 1", "command", "UDP", "additions", "too long", "HTTP", "TLS"])
def test_a_malformed_header_closes(hub, first):
    """Without a byte of TLS; and the next connection is served."""
    with socket.create_connection(("127.0.0.1", port(hub.tls_url)), 30) as client:
        client.sendall(first)
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass  # what it had sent beyond the header was not read
    nonsense(behind(hub, header("192.0.2.7")))
    assert "event=proxy.header peer=127.0.0.1" in hub.serve.log.read_text()


def post(hub, notice, forwarded=None):
    """getPosition with HTTP Basic over plain HTTP: the status."""
    fields = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"getPosition"',
              "Authorization": "Basic " + base64.b64encode(
                  f"BACKOFFICE1:{PASSWORD}".encode()).decode()}
    if forwarded:
        fields["X-Forwarded-For"] = forwarded
    connection = http.client.HTTPConnection("127.0.0.1", port(hub.url), timeout=30)
    connection.request("POST", "/debt-position/v1",
                       POSITION.format(notice.creditor, notice.own_id).encode(), fields)
    answer = connection.getresponse()
    if answer.status == 200:
        assert b">open<" in answer.read()
    connection.close()
    return answer.status


@pytest.fixture
def restarted(hub):
    """A function that starts serve with other settings; the module's are back after the test."""
    before = dict(hub.settings)

    def restart(**changes):
        hub.settings.update({name.replace("__", "."): value for name, value in changes.items()})
        hub.write_config()
        hub.serve.stop()
        hub.start_serve()

    yield restart
    hub.settings.clear()
    hub.settings.update(before)
    restart()


def test_credentials_in_plain_http(hub, comune, restarted):
    """From this machine only, unless the administrator says otherwise; who comes through a proxy is
    from elsewhere, whatever it claims. [I11]"""
    notice = comune.position()
    for forwarded in (None, "192.0.2.7", "127.0.0.1", "192.0.2.7, 127.0.0.1"):
        assert post(hub, notice, forwarded) == 401, forwarded
    restarted(serve__proxies="")
    assert post(hub, notice) == 200
    assert post(hub, notice, "192.0.2.7") == 200  # nobody is believed: the client is on this machine
    restarted(serve__proxies="127.0.0.1", serve__plain_remote="yes")
    assert post(hub, notice, "192.0.2.7") == 200


def test_x_forwarded_for_is_the_trusted_proxys(hub):
    def ask(fields):
        with socket.create_connection(("127.0.0.1", port(hub.url)), 30) as client:
            client.sendall(b"GET /nowhere HTTP/1.1\r\nHost: h\r\n" + fields + b"\r\n")
            return client.recv(4096).split(b" ")[1]

    for fields, peer in [(b"X-Forwarded-For: 192.0.2.1, 192.0.2.9\r\n", "192.0.2.9"),
                         (b"X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 2001:db8::9\r\n",
                          "2001:db8::9"), (b"", "127.0.0.1")]:
        line = refused_line(hub, lambda: ask(fields))
        assert f"status=404 peer={peer}" in line
    assert ask(b"X-Forwarded-For: unknown\r\n") == b"400"
    assert ask(b"X-Forwarded-For: 192.0.2.1\x1b[2J\r\n") == b"400"  # [X9]


def test_the_cap_is_the_clients(hub, restarted):
    """One client at its cap is refused, another behind the same proxy is not. [I12] [X15]"""
    restarted(serve__peer_connections=2, serve__tls_port_proxy="yes")
    held = [behind(hub, header("192.0.2.7")) for _ in range(2)]
    with pytest.raises((ssl.SSLError, ConnectionError)):
        behind(hub, header("192.0.2.7"))
    nonsense(behind(hub, header("192.0.2.8")))
    assert "event=http.refused status=503 peer=192.0.2.7" in hub.serve.log.read_text()
    for connection in held:
        connection.close()
    wait_until(lambda: hub.metrics()["payer_connections"] == 0, "the connections gone")
    nonsense(behind(hub, header("192.0.2.7")))


def test_the_rate_of_handshakes_is_the_clients(hub, restarted):
    """One client that connects again and again is closed, another behind the same proxy is not, nor
    is the proxy when it asks for itself. [X25]"""
    restarted(serve__peer_handshakes=1, serve__tls_port_proxy="yes")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        for _ in range(60):
            behind(hub, header("192.0.2.7")).close()
    nonsense(behind(hub, header("192.0.2.8")))
    for _ in range(20):
        behind(hub, SIGNATURE + b"\x20\x00\x00\x00").close()
    assert "event=tls.refused peer=192.0.2.7 " in hub.serve.log.read_text()


def test_check_finds_the_hub_behind_its_proxy(hub):
    said = hub.payer("check", "--set", f"serve.tls_port={port(hub.tls_url)}", ok=(0, 1)).stdout
    assert f"{port(hub.tls_url)}: a hub answers there" in said
    said = hub.payer("check", "--set", "serve.proxies=", ok=(0, 1)).stdout
    assert "serve.proxies names nobody" in said
