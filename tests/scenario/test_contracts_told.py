# SPDX-License-Identifier: GPL-3.0-or-later
"""Contracts as documents: what a toolkit follows from GET ?wsdl, behind whatever name it found the
hub; and names that lead nowhere."""
import http.client
import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
from lxml import etree

from support.messages import fetch, paths

PUBLIC = "https://hub.example:8443/pagamenti"
SETTINGS = {"serve.public_url": PUBLIC + "/"}
XS, SOAP = "{http://www.w3.org/2001/XMLSchema}", "{http://schemas.xmlsoap.org/wsdl/soap/}"


def imported(url, seen):
    """Every document that one imports, by the rules for relative places (RFC 3986)."""
    for node in etree.fromstring(fetch(url)).iter(XS + "import"):
        place = node.get("schemaLocation")
        assert re.fullmatch(r"v1\?xsd=[A-Za-z-]+\.xsd", place), "a toolkit would look elsewhere"
        found = urllib.parse.urljoin(url, place)
        schema = etree.fromstring(fetch(found))
        assert schema.get("targetNamespace") == node.get("namespace")
        if found not in seen:
            seen.add(found)
            imported(found, seen)
    return seen


def test_imports_lead_to_schemas_by_the_name_that_was_asked(hub):
    for path in paths(hub.url):
        found = imported(f"{hub.url}{path}?wsdl", set())
        assert found and all(url.startswith(f"{hub.url}{path}?xsd=") for url in found)


def test_the_address_is_the_public_one(hub):
    for path, allowed in paths(hub.url).items():
        (address,) = etree.fromstring(fetch(f"{hub.url}{path}?wsdl")).iter(SOAP + "address")
        assert (address.get("location") == PUBLIC + path) == ("POST" in allowed)


def test_head_is_get_without_the_body(hub):
    """On one connection: what follows would be read as a body, were there one."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(hub.url).netloc, timeout=30)

    def ask(method, target):
        connection.request(method, target)
        answer = connection.getresponse()
        fields = [field for field in answer.getheaders() if field[0] != "Date"]
        return answer.status, fields, answer.read()

    for target in [*(f"{path}?wsdl" for path in paths(hub.url)), "/healthz", "/readyz"]:
        status, fields, body = ask("HEAD", target)
        assert (status, body) == (200, b"")
        assert (status, fields) == ask("GET", target)[:2]
        assert int(dict(fields)["Content-Length"]) > 0
    connection.close()


def test_a_client_starts_behind_another_name(hub, ente):
    """The public name cannot be resolved here: only what the client was given is asked."""
    notice = ente.position()
    assert hub.channel().verify(notice.creditor, notice.number).outcome == "OK"


@pytest.mark.parametrize("name", [
    "", ".", "..", "../payer/position.xsd", "..%2fpayer%2fposition.xsd", "/etc/passwd",
    "nodeForPsp.wsdl", "nodeForPsp.xsd%00", "%6eodeForPsp.xsd", "NODEFORPSP.XSD",
    "nodeForPsp.xsd&xsd=common-types.xsd", "%s%n%p", "'%20OR%201=1--", "<script>", "x" * 2000])
def test_a_name_that_is_none_leads_nowhere(hub, name):
    for path in paths(hub.url):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(f"{hub.url}{path}?xsd={name}")
        assert refused.value.code == 404 and refused.value.read() == b""
        assert fetch(f"{hub.url}{path}?wsdl")
