# SPDX-License-Identifier: GPL-3.0-or-later
"""A region has more Enti than a page of rows, or a transaction, has room for. [I8]"""
import copy
import shutil

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


def test_each_may_have_a_format_of_its_own(hub, channel, ente):
    """More formats than any region's banks and programs for accounting have between them."""
    share = hub.home / "formats"
    for folder in ("conf", "xslt"):
        shutil.copytree(ROOT / folder, share / folder)
    tree = etree.fromstring(hub.payer("registry", "export").stdout.encode())
    for n in range(40):
        name, folder = f"own-{n}", share / f"xslt/flow/own-{n}"
        shutil.copytree(ROOT / "xslt/flow/csv-rendicontazione", folder)
        manifest = folder / "flow.xml"
        manifest.write_text(manifest.read_text().replace('"csv-rendicontazione"', f'"{name}"'))
        etree.SubElement(tree, f"{NS}subscription", code=f"OWN-{n}", party=COMUNE, audience="ente",
                         format=name, holds="paid", delivery=f"own-{n}", period="follow")
    path = hub.home / "own.xml"
    path.write_bytes(etree.tostring(tree))
    hub.payer("registry", "import", str(path), "--set", f"hub.share={share}")
    pay(channel, ente.position())
    hub.payer("flow", "run", "--set", f"hub.share={share}")
    assert len(list(hub.home.glob("var/flow/own-*/*.csv"))) == 40
