# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may speak on /pa-for-node/v1: nobody where the registry names no node; then whoever has its
certificate, or comes from its network without TLS; a running server follows the registry. [W6]"""
import contextlib

import pytest
from lxml import etree

from support.authority import Authority, client_context
from support.channel import fault_code
from support.hub import COMUNE, notice_number, wait_until
from support.node import Closed, Node
from support.registry import NS

UNKNOWN = notice_number(COMUNE, 9 * 10 ** 12)
OPEN = "PAA_PAGAMENTO_SCONOSCIUTO"  # somebody was let in, and asked for what there is not


def SETTINGS(hub):
    hub.authority = Authority(hub.home / "ca")
    hub.node, hub.other = (hub.authority.client(name) for name in ("nodo", "altro"))
    hub.pem = hub.home / "server.pem"
    hub.authority.server().put(hub.pem)
    return {"serve.tls_port": 0, "serve.tls_certificate": hub.pem,
            "serve.tls_client_ca": hub.authority.crt}


@pytest.fixture
def known(hub):
    """known(*children): the registry's node is known by these, from now on; none: there is no node."""
    def put(*children, enabled="yes"):
        tree = etree.parse(str(hub.registry))
        for caller in tree.getroot().findall(f"{NS}caller[@node]"):
            tree.getroot().remove(caller)
        if children:
            node = etree.SubElement(tree.getroot(), f"{NS}caller", code="NODO-DEMO",
                                    name="Nodo", node="yes", enabled=enabled)
            for name, attributes in children:
                etree.SubElement(node, f"{NS}{name}", attributes)
        path = hub.home / "access.xml"
        tree.write(str(path), encoding="utf-8", xml_declaration=True)
        return hub.payer("registry", "import", str(path))
    return put


def asked(url, context=None):
    """The fault code, or the HTTP status that keeps out."""
    with contextlib.closing(Node(url, context=context)) as node:
        try:
            return fault_code(node.verify(COMUNE, UNKNOWN))
        except Closed as closed:
            return closed.status


def wait_asked(url, want, context=None):
    wait_until(lambda: asked(url, context) == want, f"{want} by the registry that is in force")


def certificate(made):
    return ("certificate", {"sha256": made.sha256})


def test_no_node_no_path(hub, known):
    """Closed for all, and open again, while the server runs."""
    known()
    wait_asked(hub.url, 404)
    assert asked(hub.tls_url, client_context(hub.authority, hub.node)) == 404
    known(("network", {"address": "127.0.0.1"}), enabled="no")
    wait_asked(hub.url, 404)
    known(("network", {"address": "127.0.0.1"}))
    wait_asked(hub.url, OPEN)


def test_by_certificate(hub, known):
    """[X18] [X22]"""
    known(certificate(hub.node))
    wait_asked(hub.tls_url, OPEN, client_context(hub.authority, hub.node))
    assert asked(hub.tls_url, client_context(hub.authority, hub.other)) == 403
    assert asked(hub.tls_url, client_context(hub.authority)) == 403
    assert asked(hub.url) == 403, "an address is none of its certificates"
    known(certificate(hub.node), certificate(hub.other))  # while it changes
    wait_asked(hub.tls_url, OPEN, client_context(hub.authority, hub.other))
    known(certificate(hub.other))
    wait_asked(hub.tls_url, 403, client_context(hub.authority, hub.node))


@pytest.mark.parametrize("address,want", [
    ("127.0.0.0/8", OPEN), ("127.0.0.1/32", OPEN), ("10.0.0.0/8", 403), ("127.0.0.2", 403),
    ("::1", 403)])
def test_by_network(hub, known, address, want):
    known(("network", {"address": address}))
    wait_asked(hub.url, want)
    assert asked(hub.tls_url, client_context(hub.authority, hub.other)) == 403, "over TLS: never"


def test_a_stranger_is_told_nothing_and_named(hub, known):
    """Its bytes are not even read."""
    known(certificate(hub.node))
    wait_asked(hub.url, 403)
    with contextlib.closing(Node(hub.url)) as node:
        for data in (b"<", b"<!DOCTYPE x><x/>"):
            body = node.post("paSendRT", data)
            assert node.status == 403 and b"Not allowed" in body
    assert "event=node.stranger" in hub.serve.log.read_text()


def test_the_registry_shows_it(hub, known):
    """show and diff, as of any other entry."""
    known(("network", {"address": "127.0.0.1"}))
    said = known(certificate(hub.node), ("network", {"address": "10.0.0.0/8"}))
    assert "10.0.0.0/8" in said.stdout + said.stderr
    shown = hub.payer("registry", "show", "caller", "NODO-DEMO").stdout
    assert "10.0.0.0/8" in shown and hub.node.sha256 in shown
    known(("network", {"address": "127.0.0.1"}))
