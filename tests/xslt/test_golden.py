# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden pairs: tests/xslt/<format>/<case>.in.xml through the format's sheet is <case>.out.xml, and
that is valid by our output.xsd and by the official schema where it is at hand. And our schema is
nowhere wider than the official one: what is changed at random and still valid by ours is by both.

Another look at an intended change: PAYER_GOLDEN=write tests/run xslt, then read the diff.
"""
import copy
import os
import pathlib
import random
import re
import subprocess
from decimal import Decimal

import pytest
from lxml import etree
from support.witness import PARSER, ROOT, official

HERE = pathlib.Path(__file__).resolve().parent
OFFICIAL = {
    "flusso-riversamento-1.0": "pagopa/xsd-common/FlussoRiversamento_1_0_4.xsd",
    "pain.001.001.03": "iso20022/xsd/pain.001.001.03.xsd",
}
CASES = sorted(HERE.glob("*/*.in.xml"))
FLOW = "{urn:payer:flow:1}"
MANIFEST = "{urn:payer:flow-format:1}"
MUTATIONS = 3000
# Values at the edges of what some facet allows.
EDGES = ["", " ", "a", "ab", "abc", "a" * 35, "a" * 36, "a" * 70, "a" * 71, "a" * 140, "a" * 141,
         "è", "😀" * 35, "_", "/", "a//b", "/PUR/LGPE-RIVERSAMENTO/URI/a", "0", "1", "2", "3", "5",
         "6", "9", "-1", "01", "1.0", "1.1", "0.00", "0.01", "0.001", "-0.01", "+1.00", "1.5",
         "1.50", "999999999.99", "1000000000.00", "9" * 15, "9" * 16, "9" * 17 + ".99", "1e2", "INF",
         "2026-03-02", "2026-02-30", "2026-03-02Z", "2026-03-02T18:00:00", "2026-03-02T25:00:00",
         "G", "A", "B", "C", "g", "TRF", "CHK", "SEPA", "SLEV", "SHAR", "PRVAITR1XXX", "PRVAITR1",
         "PRVAITR1XX", "PRVAIT1OXXX", "prvaitr1xxx", "IT36N9900101000000000000001", "IT3", "it36n1"]


def name_of(path):
    return f"{path.parent.name}/{path.name.removesuffix('.in.xml')}"


def folder(name):
    return ROOT / "xslt" / "flow" / name


def schema(path):
    return etree.XMLSchema(etree.parse(str(path), PARSER))


def official_schema(name):
    path = official(OFFICIAL[name])
    if path is None:
        pytest.skip(f"the official schema {OFFICIAL[name]} is not at hand")
    return schema(path)


def transform(name, path):
    """What plain xsltproc makes, as an integrator would run it: no network, nothing written."""
    done = subprocess.run(["xsltproc", "--nonet", "--nowrite", folder(name) / "sheet.xsl", path],
                          capture_output=True, check=False, timeout=20)
    assert done.returncode == 0 and done.stderr == b"", done.stderr.decode()
    return done.stdout


def assert_valid(checker, root):
    document = etree.ElementTree(etree.fromstring(etree.tostring(root), PARSER))
    assert checker.validate(document), checker.error_log


def test_every_format_has_cases():
    formats = {path.name for path in folder("").iterdir() if path.is_dir()}
    assert formats == set(OFFICIAL) == {path.parent.name for path in CASES}


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_golden(path):
    name, want = path.parent.name, path.with_name(path.name.replace(".in.xml", ".out.xml"))
    assert_valid(schema(ROOT / "xslt/lib/flow.xsd"), etree.parse(str(path), PARSER).getroot())
    got = transform(name, path)
    if os.environ.get("PAYER_GOLDEN") == "write":
        want.write_bytes(got)
    assert got.decode() == want.read_bytes().decode()
    assert_valid(schema(folder(name) / "output.xsd"), etree.fromstring(got, PARSER))


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_golden_is_valid_by_the_official_schema(path):
    out = path.with_name(path.name.replace(".in.xml", ".out.xml"))
    assert_valid(official_schema(path.parent.name), etree.parse(str(out), PARSER).getroot())


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_the_file_says_what_it_holds(path):
    """Count and sum at each level are those of the records, and those of the flow."""
    flow = etree.parse(str(path), PARSER).getroot()
    root = etree.fromstring(transform(path.parent.name, path), PARSER)
    manifest = etree.parse(str(folder(path.parent.name) / "flow.xml"), PARSER).getroot()

    def find(element, path):
        return element.xpath(re.sub(r"[^/]+", r"*[local-name()='\g<0>']", path))

    for number, row in enumerate(manifest.iter(MANIFEST + "totals")):
        elements = find(root, row.get("within"))
        assert elements
        for element in elements:
            amounts = [Decimal(a.text) for a in find(element, row.get("amount"))]
            assert len(find(element, row.get("record"))) == len(amounts)
            assert find(element, row.get("count"))[0].text == str(len(amounts))
            assert Decimal(find(element, row.get("sum"))[0].text) == sum(amounts)
        if number == 0:
            assert (str(len(amounts)), str(sum(amounts))) == (flow.get("count"), flow.get("total"))
            assert len(list(flow.iter(FLOW + "record"))) == len(amounts)


def mutate(root, luck):
    """Change one thing: a text, an attribute, or which elements there are."""
    element = luck.choice(list(root.iter()))
    kind = luck.randrange(6)
    if kind == 0 and element is not root:
        element.getparent().remove(element)
    elif kind == 1 and element is not root:
        element.addnext(copy.deepcopy(element))
    elif kind == 2 and element.attrib:
        element.set(luck.choice(element.keys()), luck.choice(EDGES + ["EUR", "USD"]))
    else:
        leaves = [leaf for leaf in root.iter() if len(leaf) == 0]
        luck.choice(leaves).text = luck.choice(EDGES)


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_our_schema_is_nowhere_wider(name):
    ours, theirs = schema(folder(name) / "output.xsd"), official_schema(name)
    luck = random.Random(name)
    roots = [etree.parse(str(path), PARSER).getroot() for path in HERE.glob(f"{name}/*.out.xml")]
    valid = 0
    for _ in range(MUTATIONS):
        root = copy.deepcopy(luck.choice(roots))
        mutate(root, luck)
        document = etree.ElementTree(etree.fromstring(etree.tostring(root), PARSER))
        if ours.validate(document):
            valid += 1
            assert theirs.validate(document), (theirs.error_log, etree.tostring(root))
    assert valid > MUTATIONS // 100  # else it proves nothing


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_no_record_is_no_file(name):
    """[F55] A flow without records is valid nowhere."""
    ours = schema(folder(name) / "output.xsd")
    root = etree.parse(str(HERE / name / "one.out.xml"), PARSER).getroot()
    manifest = etree.parse(str(folder(name) / "flow.xml"), PARSER).getroot()
    record = manifest.find(MANIFEST + "totals").get("record").split("/")[-1]
    for element in root.xpath(f"//*[local-name()='{record}']"):
        element.getparent().remove(element)
    assert not ours.validate(etree.ElementTree(root))
