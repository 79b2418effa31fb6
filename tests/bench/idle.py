# SPDX-License-Identifier: GPL-3.0-or-later
"""What a keep-alive connection that waits after a request costs the server in memory: its own pages,
as the kernel counts them, not what a client or the kernel holds for it."""
import http.client
import pathlib
import re
import resource

from support.authority import Authority, client_context
from support.channel import PATH

OPEN = 2000  # connections of each kind
FIRST = 200
FILES = 3 * OPEN + 1000  # of us and of the server that we start


def settings(hub):
    """A hub's that takes so many, over TLS too."""
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       [max(FILES, now) for now in resource.getrlimit(resource.RLIMIT_NOFILE)])
    hub.authority = Authority(hub.home / "ca")
    return {"serve.tls_port": 0, "serve.tls_certificate": hub.authority.server().pem,
            "serve.connections": 3 * OPEN, "serve.peer_connections": 3 * OPEN,
            "serve.peer_handshakes": 0}


def memory(pid):
    """Bytes of a process that no file is behind."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss_Anon:\s+(\d+) kB", text, re.MULTILINE).group(1)) * 1024


def ask(connection, body):
    connection.request("POST", PATH, body=body, headers={
        "Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"verifyPaymentNotice"'})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise AssertionError(f"an idle connection's request was answered {answer.status}")


def connections(hub):
    """(kind, how one is opened)"""
    context = client_context(hub.authority)
    plain, tls = (url.rpartition(":")[2] for url in (hub.url, hub.tls_url))
    yield "plain", lambda: http.client.HTTPConnection("127.0.0.1", int(plain))
    yield "TLS", lambda: http.client.HTTPSConnection("127.0.0.1", int(tls), context=context)


def idle(hub, body):
    """[(kind, bytes that each of OPEN connections added to the server)]. Those of one kind stay while
    the next is measured: freed memory would be used again, and nothing seem to grow."""
    pid, held, found = hub.serve.process.pid, [], []
    for kind, connect in connections(hub):
        for _ in range(FIRST):  # what a worker, and the first of a kind, make once
            first = connect()
            ask(first, body)
            first.close()
        before = memory(pid)
        for _ in range(OPEN):
            held.append(connect())
            ask(held[-1], body)
        found.append((kind, (memory(pid) - before) / OPEN))
    for connection in held:
        connection.close()
    return found
