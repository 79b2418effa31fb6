# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hostile scenarios share: a connection that must outlive every answer, the verdicts of an
operation, and whether anything changed."""
import base64
import http.client
import urllib.parse

from support.channel import SOAP
from support.registry import PASSWORD
from support.rest import at_rest
from support.witness import local, parse

SYNTAX = {"PPT_SINTASSI_EXTRAXSD", "PAA_SINTASSI_XSD"}
CALLER = {"Authorization": "Basic " + base64.b64encode(f"BACKOFFICE1:{PASSWORD}".encode()).decode()}


class Line:
    """One connection, which must outlive every answer."""

    def __init__(self, hub):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", urllib.parse.urlsplit(hub.url).port, timeout=30)
        self.connection.connect()
        self.socket = self.connection.sock

    def ask(self, path, data, action=None):
        """(HTTP status, the first element of the answer's Body)"""
        headers = {"Content-Type": "text/xml; charset=utf-8", **CALLER}
        if action is not None:
            headers["SOAPAction"] = action
        self.connection.request("POST", path, body=data, headers=headers)
        answer = self.connection.getresponse()
        body = parse(answer.read()).find(f"{{{SOAP}}}Body")
        assert self.connection.sock is self.socket, "the connection was not kept"
        return answer.status, body[0]


def verdict(operation, status, answer):
    """"taken" by the operation, "refused" by it for the message's form, a SOAP "fault" of the
    sender, or what it is instead. A contract of ours refuses by a fault."""
    code = answer.findtext("fault/faultCode") or ""
    if status == 200 and answer.tag == operation.answer:
        return "refused" if code in SYNTAX else "taken"
    if status == 500 and answer.tag == f"{{{SOAP}}}Fault" and \
            answer.findtext("faultcode").endswith(":Client"):
        return "refused" if operation.own else "fault"
    return f"{status} {local(answer)} {code}"


def rows(hub):
    """How many rows each table has; of the journal those about a thing: that somebody asked is kept
    and sealed too, and changes nothing. What a test before has begun is over by then."""
    at_rest(hub)
    tables = hub.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'payer' "
                     "AND table_name NOT LIKE 'journal\\_%'")
    only = {"journal": " WHERE object_id IS NOT NULL"}
    return hub.sql(" UNION ALL ".join(f"SELECT '{t}', COUNT(*) FROM {t}{only.get(t, '')}"
                                      for t in sorted(tables)))
