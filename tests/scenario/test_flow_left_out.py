# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ente's own format, or its folder, that breaks on a real flow holds nobody else's money up. [I12]"""
import shutil

import pytest

from scenario.test_pay import pay
from support.hub import COMUNE
from support.periods import flows, subscribe
from support.witness import ROOT

OWN_HUB = True  # its formats are its own
SHEET = "xslt/flow/broken/sheet.xsl"
STOPS = '<xsl:if test="contains(@description, \'BOOM\')"><xsl:message terminate="yes"/></xsl:if>'


@pytest.fixture
def share(hub):
    """Formats of this machine, with one whose sheet stops at a certain word."""
    share = hub.home / "share"
    for folder in ("conf", "xslt"):
        shutil.copytree(ROOT / folder, share / folder)
    shutil.copytree(ROOT / "xslt/flow/csv-rendicontazione", share / "xslt/flow/broken")
    manifest, sheet = share / "xslt/flow/broken/flow.xml", share / SHEET
    manifest.write_text(manifest.read_text().replace('"csv-rendicontazione"', '"broken"'))
    place = '<xsl:template match="f:record">'
    sheet.write_text(sheet.read_text().replace(place, place + STOPS))
    yield share
    shutil.rmtree(share)


def run(hub, share, ok):
    return hub.payer("flow", "run", "--set", f"hub.share={share}", ok=ok)


@pytest.mark.parametrize("what", ["sheet", "folder"])
def test_what_one_ente_broke(hub, channel, comune, asl, share, what):
    ours = {"party": COMUNE, "audience": "ente", "holds": "paid", "period": "follow",
            "format": "broken", "delivery": f"broken-{what}", "enabled": "yes"}
    subscribe(hub, {f"BROKEN-{what}": ours}, "--set", f"hub.share={share}")
    in_the_way = hub.home / f"var/flow/broken-{what}"
    if what == "folder":
        in_the_way.parent.mkdir(exist_ok=True)
        in_the_way.write_text("a file where the folder is to be")
    word = "BOOM" if what == "sheet" else "tassa"
    notice, other = comune.position(description=word), asl.position()
    for paid in (notice, other):
        pay(channel, paid)
    said = run(hub, share, (1,)).stderr
    assert "1 flows could not be made" in said and f"BROKEN-{what}" in said
    assert len(hub.fdr(notice.iuv)) == len(hub.fdr(other.iuv)) == 1  # and the bank's, as always
    left, = hub.json("flow", "list", "--state", "MADE")
    assert left.subscription == f"BROKEN-{what}"
    run(hub, share, (1,))
    if what == "sheet":
        (share / SHEET).write_text((share / SHEET).read_text().replace(STOPS, ""))
    else:
        in_the_way.unlink()
    run(hub, share, (0,))
    made, = flows(hub, f"BROKEN-{what}")
    assert made.state == "PUBLISHED" and notice.iuv in (in_the_way / made.name).read_text()
    subscribe(hub, {f"BROKEN-{what}": {"enabled": "no"}}, "--set", f"hub.share={share}")
