# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels and back-offices over TLS: who speaks is told by the certificate that the registry
names, by a password, or both; what is weak, wrong or broken ends without an answer.
[X18]–[X25] [X52] [F63]"""
import contextlib
import copy
import json
import signal
import socket
import ssl
import struct

import pytest
import requests
import zeep
from lxml import etree

from support.authority import Authority, client_context
from support.channel import PATH, RawChannel, ZeepChannel, fault_code
from support.hub import (ASL, ATM, CALL_CENTRE, COMUNE, PSP, PSP_BROKER, notice_number, wait_until)
from support.registry import NS, PASSWORD

DEBT_POSITION = "/debt-position/v1"
REFUSED = (ssl.SSLError, ConnectionError)  # in TLS 1.3 a client learns of it when it reads
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def SETTINGS(hub):
    hub.authority = Authority(hub.home / "ca")
    hub.stranger = Authority(hub.home / "stranger", "Altra Autorita")
    hub.atm, hub.other, hub.caller = (hub.authority.client(name) for name in ("atm", "b", "ente"))
    hub.first = hub.authority.server()
    hub.pem = hub.home / "server.pem"
    hub.first.put(hub.pem)
    return {"serve.tls_port": 0, "serve.tls_certificate": hub.pem,
            "serve.tls_client_ca": hub.authority.crt}


@pytest.fixture(scope="module", autouse=True)
def pinned(module_hub):
    """The ATM network must show its certificate; a back-office of the Comune may show one."""
    hub, path = module_hub, module_hub.home / "pinned.xml"
    tree = etree.parse(str(hub.registry))
    channel = next(c for c in tree.iter(f"{NS}channel") if c.get("code") == ATM)
    channel.insert(0, channel.makeelement(f"{NS}certificate", sha256=hub.atm.sha256))
    caller = etree.SubElement(tree.getroot(), f"{NS}caller", code="CERTIFICATO", name="Gestionale")
    etree.SubElement(caller, f"{NS}certificate", sha256=hub.caller.sha256)
    etree.SubElement(caller, f"{NS}scope", creditor=COMUNE)
    basic = next(c for c in tree.iter(f"{NS}caller") if c.get("code") == "BACKOFFICE1")
    both = copy.deepcopy(basic)
    both.set("code", "ENTRAMBI")
    both.insert(0, both.makeelement(f"{NS}certificate", sha256=hub.other.sha256))
    caller.addnext(both)
    tree.write(str(path), encoding="utf-8", xml_declaration=True)
    hub.payer("registry", "import", str(path))
    with plain_channel(hub) as plain:
        wait_until(lambda: fault_code(plain.verify(COMUNE, notice_number(COMUNE, 1)))
                   == "PPT_AUTENTICAZIONE", "the certificate asked for")


def plain_channel(hub, code=ATM):
    """A client on the plain port, closed by `with`."""
    return contextlib.closing(RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, code, PASSWORD))


def secure(hub, certificate=None, code=ATM, version=None, ca=None, password=PASSWORD):
    """A channel's client on the TLS port."""
    context = client_context(ca or hub.authority, certificate)
    if version:
        context.minimum_version = context.maximum_version = version
    return RawChannel(f"{hub.tls_url}{PATH}", PSP, PSP_BROKER, code, password, judged=True,
                      context=context, violations=hub.violations.path)


def session(hub, certificate=None, user=None):
    made = requests.Session()
    made.verify = str(hub.authority.crt)
    made.trust_env = False
    if certificate:
        made.cert = (str(certificate.crt), str(certificate.key))
    if user:
        made.auth = user
    return made


def hang_up(hub):
    """SIGHUP, and wait until it is told what came of it."""
    before = hub.serve.log.read_text()
    hub.serve.process.send_signal(signal.SIGHUP)
    return wait_until(lambda: next(
        (line for line in hub.serve.log.read_text()[len(before):].splitlines()
         if "event=reload.done" in line or "event=reload.refused" in line), None), "the reload")


def refused_line(hub, since, why):
    """What the log says after a place in it of a handshake that failed so: a client sees its end first."""
    return wait_until(lambda: next(
        (line for line in hub.serve.log.read_text()[since:].splitlines()
         if "event=tls.refused" in line and why in line), None), f"{why}, in the log")


def shown(hub):
    """The certificate that the server shows now."""
    with socket.create_connection(("127.0.0.1", int(hub.tls_url.rpartition(":")[2])), 30) as plain:
        with client_context(hub.authority).wrap_socket(plain, server_hostname="localhost") as tls:
            return tls.getpeercert(binary_form=True)


def der(certificate):
    return ssl.PEM_cert_to_DER_cert(certificate.crt.read_text())


# --- channels ---------------------------------------------------------------------------------

def test_a_payment_by_certificate(hub, comune):
    """As an integrator does it: zeep from ?wsdl, everything over TLS."""
    notice = comune.position()
    client = ZeepChannel(f"{hub.tls_url}{PATH}?wsdl", PSP, PSP_BROKER, ATM, PASSWORD,
                         address=f"{hub.tls_url}{PATH}", session=session(hub, hub.atm),
                         book=hub.home / "book.jsonl", violations=hub.violations.path)
    assert fault_code(client.verify(COMUNE, notice.number)) == "OK"
    begun = client.activate(COMUNE, notice.number, notice.amount)
    assert fault_code(client.outcome(begun.paymentToken, "OK")) == "OK"
    assert hub.position(notice).state == "PAID"
    comune.wait_told(notice)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("who, code", [
    ("the channel's", "OK"), ("another of the authority", "PPT_AUTENTICAZIONE"),
    ("none", "PPT_AUTENTICAZIONE")])
def test_which_certificate_a_channel_shows(hub, comune, version, who, code):
    """[W3.5] [X22] [X52]: each operation, with the right password."""
    certificate = {"the channel's": hub.atm, "another of the authority": hub.other}.get(who)
    notice = comune.position()
    client = secure(hub, certificate, version=version)
    assert fault_code(client.verify(COMUNE, notice.number)) == code
    begun = client.activate(COMUNE, notice.number, notice.amount)
    assert fault_code(begun) == code
    token = begun.paymentToken or "0" * 32
    assert fault_code(client.outcome(token, "OK")) == code
    assert hub.position(notice).state == ("PAID" if code == "OK" else "OPEN")
    client.close()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("who, why", [
    ("expired", "certificate has expired"), ("of another authority", "unable to get local issuer"),
    ("self-signed", "self-signed certificate"), ("a server's", "unsuitable certificate purpose")])
def test_a_certificate_that_is_not_good_ends_the_handshake(hub, version, who, why):
    """[X19] [X20] [X24]; and the operator can read why. The next honest client is answered."""
    certificate = {
        "expired": lambda: hub.authority.client(expired=True), "of another authority":
        hub.stranger.client, "self-signed": lambda: hub.authority.client(self_signed=True),
        "a server's": hub.authority.server}[who]()
    before = hub.metrics().get("payer_tls_refused_total", 0)
    logged = len(hub.serve.log.read_text())
    client = secure(hub, certificate, version=version)
    with pytest.raises(REFUSED):
        client.verify(COMUNE, notice_number(COMUNE, 1))
    assert "peer=127.0.0.1" in refused_line(hub, logged, why)
    assert hub.metrics()["payer_tls_refused_total"] == before + 1
    assert fault_code(secure(hub, hub.atm).verify(COMUNE, "3" + "0" * 17)) != "PPT_AUTENTICAZIONE"


def test_the_right_certificate_does_not_replace_the_password(hub, ente):
    notice = ente.position()
    client = secure(hub, hub.atm, password="sbagliata-9")
    assert fault_code(client.verify(COMUNE, notice.number)) == "PPT_AUTENTICAZIONE"


def test_the_plain_port_knows_no_certificate(hub, ente):
    notice = ente.position()
    with plain_channel(hub) as client:
        assert fault_code(client.verify(COMUNE, notice.number)) == "PPT_AUTENTICAZIONE"
    with plain_channel(hub, CALL_CENTRE) as client:
        assert fault_code(client.verify(COMUNE, notice.number)) == "OK"


def test_a_channel_with_a_password_only(hub, comune):
    """The call centre has no certificate in the registry: one that it shows does not matter."""
    for certificate in (None, hub.other):
        notice = comune.position()
        client = secure(hub, certificate, code=CALL_CENTRE)
        begun = client.activate(COMUNE, notice.number, notice.amount)
        assert fault_code(client.outcome(begun.paymentToken, "OK")) == "OK"
        assert hub.position(notice).state == "PAID"


# --- our own contracts ------------------------------------------------------------------------

def ask(hub, notice, user=None, certificate=None, url=None):
    """getPosition by zeep: the state; an int is the HTTP status that refused."""
    url = f"{url or hub.tls_url}{DEBT_POSITION}"
    made = session(hub, certificate, user)
    client = zeep.Client(f"{url}?wsdl", transport=zeep.Transport(session=made))
    service = client.create_service(next(iter(client.wsdl.bindings)), url)
    status = []
    made.hooks["response"].append(lambda response, **_: status.append(response.status_code))
    try:
        return service.getPosition(creditor=notice.creditor, ownId=notice.own_id).state
    except zeep.exceptions.Fault:
        return status[-1]


def test_who_may_call_our_own_contracts(hub, comune, asl):
    """By certificate, by HTTP Basic; each sees its own Ente only. [I13] [X22]"""
    ours, theirs = comune.position(), asl.position()
    basic, wrong = ("BACKOFFICE1", PASSWORD), ("BACKOFFICE1", "sbagliata-1")
    assert ask(hub, ours, basic) == "open"
    assert ask(hub, ours, certificate=hub.caller) == "open"
    assert ask(hub, ours, basic, hub.atm) == "open"  # a certificate that is no caller's
    assert ask(hub, ours, wrong) == 401
    assert ask(hub, ours) == 401
    assert ask(hub, ours, certificate=hub.other) == 401
    assert ask(hub, ours, certificate=hub.atm) == 401  # a channel's is no caller's
    assert ask(hub, ours, ("BACKOFFICE1", PASSWORD), url=hub.url) == "open"  # on this machine
    foreign = ask(hub, theirs, certificate=hub.caller)
    assert foreign == ask(hub, theirs, basic) and foreign != "open"


def test_who_has_both_shows_both(hub, comune):
    """A stolen password is of no use without the certificate, nor the other way round. [X18]"""
    ours = comune.position()
    assert ask(hub, ours, ("ENTRAMBI", PASSWORD), hub.other) == "open"
    assert ask(hub, ours, ("ENTRAMBI", PASSWORD)) == 401
    assert ask(hub, ours, ("ENTRAMBI", PASSWORD), url=hub.url) == 401
    assert ask(hub, ours, ("ENTRAMBI", "sbagliata-1"), hub.other) == 401
    assert ask(hub, ours, ("BACKOFFICE1", PASSWORD), hub.other) == 401  # another's password
    assert ask(hub, ours, certificate=hub.other) == 401


# --- what is weak, and what is not TLS at all -------------------------------------------------

@pytest.mark.parametrize("highest, ciphers, why", [
    (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", "protocol"),
    (ssl.TLSVersion.TLSv1_2, "ECDHE+AES:!AESGCM:!AESCCM:@SECLEVEL=0", "cipher"),
    (ssl.TLSVersion.TLSv1_2, "AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0", "cipher"),
], ids=["TLS 1.1", "CBC", "RSA key exchange"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_weak_tls_is_refused(hub, highest, ciphers, why):
    """[X21]"""
    logged = len(hub.serve.log.read_text())
    context = client_context(hub.authority, hub.atm)
    context.set_ciphers(ciphers)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, highest
    with socket.create_connection(("127.0.0.1", port(hub.tls_url)), 30) as plain:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="localhost")
    refused_line(hub, logged, why)


def port(url):
    return int(url.rpartition(":")[2])


def told(where, data):
    """Everything that comes back until the end; a reset or no end fails."""
    with socket.create_connection(("127.0.0.1", where), 5) as client:
        client.sendall(data)
        got = b""
        while piece := client.recv(4096):
            got += piece
        return got


def hello():
    """A client's first bytes of TLS."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("data", [
    b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
    b"POST /node-for-psp/v1 HTTP/1.1\r\nHost: h\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000,
    b"\x80\x2e\x01\x00\x02" + bytes(43),  # the hello of SSL 2
    struct.pack("!BHH", 22, 0x0301, 16384) + bytes(16384),
    bytes(1000), b"\xff" * 1000], ids=["GET", "POST", "SSL 2", "junk", "zeros", "ones"])
def test_what_is_not_tls_on_the_tls_port(hub, data):
    """[X21] The end comes in order, with an alert at most, and without HTTP."""
    assert b"HTTP" not in told(port(hub.tls_url), data)
    assert fault_code(secure(hub, hub.atm).verify(COMUNE, "3" + "0" * 17)) != "PPT_AUTENTICAZIONE"


def test_a_hello_that_trickles(hub):
    """[X14] It meets the deadline of the handshake, which no byte renews; others are served."""
    with socket.create_connection(("127.0.0.1", port(hub.tls_url)), 30) as client:
        client.settimeout(0.1)
        for byte in hello():  # of more bytes than the deadline has tenths of a second
            try:
                client.send(bytes([byte]))
                if client.recv(4096) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("the handshake went on to its end")
    assert fault_code(secure(hub, hub.atm).verify(COMUNE, "3" + "0" * 17)) != "PPT_AUTENTICAZIONE"


def test_tls_on_the_plain_port(hub):
    answer = told(port(hub.url), hello())
    assert answer.startswith(b"HTTP/1.1 400 ") and b"Connection: close" in answer


@pytest.mark.parametrize("name", ["nessuno.example", "a." * 100 + "it", "xn--caff-8oa.it", ""])
def test_odd_names_and_protocols_asked_for(hub, name):
    """[X25] One certificate for all of them; nothing is agreed on that we do not speak."""
    context = client_context(hub.authority, hub.atm)
    context.check_hostname = False
    context.set_alpn_protocols(["h2", "x" * 200, "spdy/3"])
    with socket.create_connection(("127.0.0.1", port(hub.tls_url)), 30) as plain:
        with context.wrap_socket(plain, server_hostname=name or None) as tls:
            tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            assert tls.recv(4096).startswith(b"HTTP/1.1 200 ")
            assert tls.selected_alpn_protocol() is None


# --- SIGHUP -----------------------------------------------------------------------------------

@pytest.fixture
def settings(hub):
    """The hub's settings, as they were again after the test."""
    before = dict(hub.settings)
    yield hub.settings
    hub.settings.clear()
    hub.settings.update(before)
    hub.first.put(hub.pem)
    hub.write_config()
    assert "reload.done" in hang_up(hub)


def test_a_new_certificate_by_sighup(hub, comune, settings):
    """New connections get it, one that is open goes on; a broken file changes nothing. [F63]"""
    notice = comune.position()
    old = secure(hub, hub.atm)
    assert fault_code(old.verify(COMUNE, notice.number)) == "OK"
    second = hub.authority.server()
    second.put(hub.pem)
    assert shown(hub) == der(hub.first)
    assert "reload.done need_restart=0" in hang_up(hub)
    assert shown(hub) == der(second)

    key_of_another = second.crt.read_text() + hub.first.key.read_text()
    for broken in ("", "no certificate\n", second.crt.read_text(), key_of_another):
        hub.pem.write_text(broken)
        refused = hang_up(hub)
        assert "reload.refused err=TLS_FILE" in refused and str(hub.pem) in refused
        assert "level=error" in refused
        assert shown(hub) == der(second)
    begun = old.activate(COMUNE, notice.number, notice.amount)  # on the very same connection
    assert fault_code(old.outcome(begun.paymentToken, "OK")) == "OK"


def test_broken_settings_by_sighup(hub, settings):
    """All problems are told; what was right in the same file is not taken either. [F63]"""
    hub.authority.server().put(hub.pem)
    settings.update({"serve.queue_wait": "5", "serve.proxies": "nessuno"})
    hub.write_config()
    assert "reload.refused err=CONFIG" in hang_up(hub)
    assert 'serve.queue_wait \\"5\\": expected a time' in hub.serve.log.read_text()
    assert shown(hub) == der(hub.first)
    del settings["serve.queue_wait"]
    hub.write_config()
    refused = hang_up(hub)
    assert "reload.refused err=CONFIG" in refused and 'proxies: \\"nessuno\\"' in refused
    assert shown(hub) == der(hub.first)


def test_what_needs_a_restart_is_named(hub, settings):
    settings.update({"serve.workers": 9, "serve.peer_connections": 900})
    hub.write_config()
    assert "reload.done need_restart=1" in hang_up(hub)
    assert "event=reload.needs_restart setting=serve.workers" in hub.serve.log.read_text()


def test_a_cap_is_taken_at_once(hub, settings):
    """[X15] And lifted again."""
    settings["serve.peer_connections"] = 1
    with socket.create_connection(("127.0.0.1", port(hub.url)), 30):
        wait_until(lambda: hub.metrics()["payer_connections"] >= 1, "the connection counted")
        hub.write_config()
        hang_up(hub)
        assert told(port(hub.url), b"").startswith(b"HTTP/1.1 503 ")
        settings["serve.peer_connections"] = 100
        hub.write_config()
        hang_up(hub)
        answer = told(port(hub.url), b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 ")


def opened(hub, certificate):
    plain = socket.create_connection(("127.0.0.1", port(hub.tls_url)), 30)
    return client_context(hub.authority, certificate).wrap_socket(plain, server_hostname="localhost")


def asked(tls):
    tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
    return int(tls.recv(4096)[9:12])


def test_a_revoked_certificate(hub, comune, settings):
    """[X23] Refused from the reload on, also where it is connected already; a list that ran out refuses everybody's; passwords go on."""
    notice = comune.position()
    verify = lambda certificate, **more: fault_code(
        secure(hub, certificate, **more).verify(COMUNE, notice.number))
    assert verify(hub.atm) == "OK"
    hub.authority.revoke(hub.other)
    settings["serve.tls_client_crl"] = hub.authority.crl()
    hub.write_config()
    assert "reload.done" in hang_up(hub)
    assert verify(hub.atm) == "OK"
    for version in VERSIONS:
        with pytest.raises(REFUSED):
            verify(hub.other, version=version)
    assert "certificate revoked" in hub.serve.log.read_text()

    hub.authority.revoke(hub.atm)
    hub.authority.crl()  # the file alone changes nothing
    assert verify(hub.atm) == "OK"
    with opened(hub, hub.atm) as revoked, opened(hub, hub.caller) as right:
        assert asked(revoked) == asked(right) == 200
        hang_up(hub)
        assert (asked(revoked), revoked.recv(1), asked(right)) == (403, b"", 200)
    with pytest.raises(REFUSED):
        verify(hub.atm)
    hub.authority.crl(expired=True)
    hang_up(hub)
    with pytest.raises(REFUSED):
        verify(hub.caller)
    assert verify(None, code=CALL_CENTRE) == "OK"
    found = {row["check"]: row for row in json.loads(hub.payer("check", "--json", ok=(1,)).stdout)}
    assert "revocation list" in found["TLS certificate"]["cure"]

    hub.stranger.crl(hub.authority.folder / "ca.crl")
    refused = hang_up(hub)
    assert "reload.refused err=TLS_FILE" in refused and "no authority of the clients" in refused


# --- the administrator ------------------------------------------------------------------------

def test_check_looks_at_certificates_and_ports(hub):
    def found(*sets):
        done = hub.payer("check", "--json", *(p for s in sets for p in ("--set", s)), ok=(0, 1))
        return {row["check"]: row for row in json.loads(done.stdout)}

    rows = found(f"serve.tls_port={port(hub.tls_url)}", f"serve.port={port(hub.url)}")
    assert "a hub answers there" in rows["serve.tls_port"]["found"]
    assert "a hub answers there" in rows["serve.port"]["found"]
    assert rows["TLS certificate"]["ok"] and "ends in 29 days" in rows["TLS certificate"]["found"]
    ended = found(f"serve.tls_certificate={hub.authority.server(expired=True).pem}")
    assert not ended["TLS certificate"]["ok"] and "new certificate" in ended["TLS certificate"]["cure"]
    assert "no file with a certificate" in found("serve.tls_certificate=")["TLS certificate"]["found"]
