# SPDX-License-Identifier: GPL-3.0-or-later
"""What a channel may send, and may be answered, stands in its integrator's page: nothing is
dropped in silence."""
import re

import pytest
from lxml import etree

from support.channel import OPERATIONS
from support.witness import ROOT

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMAS = [etree.parse(str(ROOT / "wsdl" / "node" / name)).getroot()
           for name in ("nodeForPsp.xsd", "common-types.xsd")]
TYPES = {kind.get("name"): kind for schema in SCHEMAS for kind in schema.iter(f"{XS}complexType")}
ELEMENTS = {e.get("name"): e for schema in SCHEMAS for e in schema.iterchildren(f"{XS}element")}
PAGE = (ROOT / "docs" / "channel-integrator.md").read_text(encoding="utf-8")
TABLES = PAGE.partition("<!-- elements of")[2].partition("<!-- end of the elements -->")[0].partition("\n\n| in an")


def names(kind, seen=frozenset()):
    """Every element that a type may hold, however deep."""
    kind = kind.rpartition(":")[2]
    if kind not in TYPES or kind in seen:
        return set()
    found = set()
    for base in TYPES[kind].iter(f"{XS}extension"):
        found |= names(base.get("base"), seen | {kind})
    for element in TYPES[kind].iter(f"{XS}element"):
        found |= {element.get("name")} | names(element.get("type"), seen | {kind})
    return found


@pytest.mark.parametrize("side, table", [(0, TABLES[0]), (1, TABLES[2])], ids=["request", "answer"])
def test_each_element_is_listed(side, table):
    listed = set(re.findall(r"`([^`]+)`", table))
    assert len(listed) > 20
    held = set().union(*(names(ELEMENTS[roots[side]].get("type")) for roots in OPERATIONS.values()))
    assert held - listed == set()
