# SPDX-License-Identifier: GPL-3.0-or-later
"""A region has more Enti than a page of rows, or a transaction, has room for. [I8]"""
import copy

from lxml import etree

from scenario.test_pay import pay
from support.hub import COMUNE
from support.registry import NS, prepare
from support.witness import ROOT

OWN_HUB = True  # its registry is another
MANY = 230


def test_a_run_publishes_every_flow(hub, channel, ente):
    tree = etree.parse(str(ROOT / "conf/registry-example.xml"))
    first = tree.find(f"{NS}subscription[@party='{COMUNE}']")
    for n in range(MANY):
        other = copy.deepcopy(first)
        first.addnext(other)
        other.set("code", f"MOLTI-{n:03d}")
        other.set("delivery", f"molti-{n:03d}")
    path = hub.home / "many.xml"
    tree.write(str(path))
    prepare(path, path, hub.peers.url, hub.home / "secrets")
    hub.payer("registry", "import", str(path))
    pay(channel, ente.position())
    told = hub.json("flow", "run")
    assert len(told) == MANY + 2  # with the bank's and the Ente's own
    assert len({flow.path for flow in told}) == MANY + 2
    assert len(hub.flow_files()) == MANY + 2
    assert hub.json("flow", "list", "--state", "MADE") == []
    assert hub.json("flow", "run") == []
