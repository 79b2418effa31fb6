# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden pairs: tests/xslt/<format>/<case>.in.xml through the format's sheet is <case>.out.xml (or
.csv, .txt). XML is valid by our output.xsd and by the official schema where it is at hand, and our
schema is nowhere wider than the official one: what is changed at random and still valid by ours is
by both. Texts are read by programs that are not ours.

Another look at an intended change: PAYER_GOLDEN=write tests/run xslt, then read the diff.
"""
import copy
import csv
import io
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
# Of texts: what their files end with, and their characters' code.
TEXT = {
    "csv-rendicontazione": ("csv", "utf-8"),
    "csv-rendicontazione-it": ("csv", "windows-1252"),
    "fixed-rendicontazione": ("txt", "windows-1252"),
}
CASES = sorted(HERE.glob("*/*.in.xml"))
XML_CASES = [path for path in CASES if path.parent.name in OFFICIAL]
TABLE_CASES = [path for path in CASES if path.parent.name.startswith("csv-")]
FIXED_CASES = [path for path in CASES if path.parent.name.startswith("fixed-")]
FLOW = "{urn:payer:flow:1}"
MANIFEST = "{urn:payer:flow-format:1}"
MUTATIONS = 3000
RUNS = "=+-@\t\r\n＝＋－＠"  # what begins so, a program for tables may run
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


def out_of(path):
    """The other half of a pair."""
    end = TEXT.get(path.parent.name, ("xml",))[0]
    return path.with_name(path.name.replace(".in.xml", f".out.{end}"))


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
    assert formats == set(OFFICIAL) | set(TEXT) == {path.parent.name for path in CASES}


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_golden(path):
    name, want = path.parent.name, out_of(path)
    assert_valid(schema(ROOT / "xslt/lib/flow.xsd"), etree.parse(str(path), PARSER).getroot())
    got = transform(name, path)
    if os.environ.get("PAYER_GOLDEN") == "write":
        want.write_bytes(got)
    code = TEXT[name][1] if name in TEXT else "utf-8"
    assert got.decode(code) == want.read_bytes().decode(code)
    if name in OFFICIAL:
        assert_valid(schema(folder(name) / "output.xsd"), etree.fromstring(got, PARSER))


def rows_of(path):
    """Flow and rows of a table, as Python's reader has them."""
    name = path.parent.name
    table = etree.parse(str(folder(name) / "flow.xml"), PARSER).getroot().find(MANIFEST + "table")
    text = transform(name, path).decode(TEXT[name][1])
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=table.get("separator"),
                               strict=True))
    return etree.parse(str(path), PARSER).getroot(), rows, table


@pytest.mark.parametrize("path", TABLE_CASES, ids=name_of)
def test_a_table_holds_what_the_records_say(path):
    flow, rows, table = rows_of(path)
    code = TEXT[path.parent.name][1]
    records = list(flow.iter(FLOW + "record"))
    assert len(rows) == len(records) == int(flow.get("count"))
    total = Decimal(0)
    for row, record in zip(rows, records):
        assert len(row) == int(table.get("columns")) and None not in row and None not in row.values()
        total += Decimal(row["amount"].replace(table.get("decimal"), "."))
        debtor = record.find(FLOW + "debtor")
        wanted = {"n": record.get("n"), "iuv": record.get("iuv"), "iur": record.get("iur"),
                  "description": record.get("description"),
                  "debtor_name": debtor.get("name") if debtor is not None else ""}
        for column, value in wanted.items():
            value = (value or "").encode(code, "replace").decode(code)
            assert row[column] == ("'" if value[:1] and value[0] in RUNS else "") + value
    assert total == Decimal(flow.get("total"))


@pytest.mark.parametrize("path", TABLE_CASES, ids=name_of)
def test_no_cell_is_a_formula(path):
    """[X70] Whoever a program for tables believes: no debtor's name runs."""
    _, rows, _ = rows_of(path)
    for row in rows:
        for cell in row.values():
            assert cell[:1] not in set(RUNS) or re.fullmatch(r"-\d+[.,]\d\d", cell), cell


@pytest.mark.parametrize("path", FIXED_CASES, ids=name_of)
def test_lines_have_one_width(path):
    """As its README says them: kinds, widths, count and sum."""
    flow = etree.parse(str(path), PARSER).getroot()
    lines = transform(path.parent.name, path).split(b"\r\n")
    assert lines.pop() == b"" and {len(line) for line in lines} == {500}
    head, *records, tail = lines
    assert head[:4] == b"RH01" and tail[:2] == b"RT" and {r[:2] for r in records} <= {b"RP"}
    cents = sum(int(record[108:120]) for record in records)
    assert len(records) == int(tail[2:10]) == int(flow.get("count"))
    assert cents == int(tail[10:25]) == Decimal(flow.get("total")) * 100


@pytest.mark.parametrize("path", XML_CASES, ids=name_of)
def test_golden_is_valid_by_the_official_schema(path):
    out = out_of(path)
    assert_valid(official_schema(path.parent.name), etree.parse(str(out), PARSER).getroot())


@pytest.mark.parametrize("path", XML_CASES, ids=name_of)
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
            if row.get("minus"):  # the guide's outcome is the sign
                what, _, is_minus = row.get("minus").partition("=")
                amounts = [-a if sign.text == is_minus else a
                           for a, sign in zip(amounts, find(element, what), strict=True)]
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
