# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows of 100,000 payments: two at once, in and out, at a memory that is told as a ratio of their
size and given back. [I12] [F42] [F55]"""
import concurrent.futures
import pathlib
import re

import pytest

from support.channel import SOAP
from support.reports import FlowPsp, Station, document, flow_id, number, payment
from support.wait import SANITIZER

OWN_HUB = True  # what is big is last: each audit after it looks through all of it
LONGER = 8
SETTINGS = {"serve.workers": 4, "db.log_size": "64MiB"}
PAYMENTS, RATIO = 100000, 3


def memory(hub, what):
    """KiB of the server."""
    status = pathlib.Path(f"/proc/{hub.serve.process.pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+)", status)[1])


def content(identifier):
    return document((payment(f"{n:017d}", f"{n:032x}", "1.00", index=1) for n in range(PAYMENTS)),
                    identifier)


@pytest.mark.parametrize("piece", [b"<a/>", b"<![CDATA[]]><a/>", b"<a b='' c=''/>", b"<!---->"])
def test_big_around_no_flow(hub, piece):
    """A message of any size that is no flow costs the server no more than its bytes, although it is
    read before anybody knows who sent it. [X3] [X36]"""
    psp = FlowPsp(hub.url)
    before = memory(hub, "RssAnon")
    size = 16 << 20
    psp.post("nodoInviaFlussoRendicontazione", b'<s:Envelope xmlns:s="%s"><s:Body>' % SOAP.encode()
             + piece * (size // len(piece)) + b"</s:Body></s:Envelope>")
    assert psp.status == 500
    assert SANITIZER or memory(hub, "RssAnon") - before < size >> 10


def test_two_at_once(hub, capsys):
    hub.serve.stop()  # nothing is kept of what came before
    hub.start_serve()
    small = flow_id()
    assert FlowPsp(hub.url).send(document([payment("1", "x", "1.00")], small), small) == "OK"
    before = memory(hub, "VmRSS")
    flows = {identifier: content(identifier) for identifier in (flow_id(), flow_id())}
    size = 2 * sum(len(c) for c in flows.values()) // 3 * 2 // 1024  # of both, in base64, KiB

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda f: FlowPsp(hub.url, timeout_s=200).send(f[1], f[0]), flows.items()))
        assert answers == ["OK", "OK"]
        sent = memory(hub, "VmHWM") - before
        for identifier, bytes_ in flows.items():
            assert len(hub.json("psp-flow", "lines", str(number(hub, identifier, timeout_s=150)))) == 100
        fetched = list(pool.map(lambda i: Station(hub.url, timeout_s=200).fetch(i), flows))
    assert fetched == list(flows.values())
    most, left = memory(hub, "VmHWM") - before, memory(hub, "VmRSS") - before
    with capsys.disabled():
        print(f"\n  two flows of {PAYMENTS} payments, {size >> 10} MiB of base64: {sent >> 10} MiB to take "
              f"them, {most >> 10} MiB in all, {left >> 10} MiB left")
    assert SANITIZER or (most < RATIO * size and left < size / 5)  # one keeps what was freed
    assert not list((hub.home / "var/spool").iterdir())
