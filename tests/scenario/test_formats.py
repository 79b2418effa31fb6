# SPDX-License-Identifier: GPL-3.0-or-later
"""What the author of a sheet does: sample, xsltproc, check, try; and what an operator sends again.
[X55] [F13] [I8]"""
import csv
import shutil
import subprocess

import pytest
from lxml import etree

from scenario.test_pay import ASL_ACCOUNT, MULTE_ACCOUNT, pay
from support.hub import ASL, COMUNE
from support.periods import flows
from support.registry import rename
from support.witness import PARSER, ROOT

OURS = sorted(path.parent.name for path in (ROOT / "xslt/flow").glob("*/flow.xml"))
MANIFEST = """<flow-format xmlns="urn:payer:flow-format:1" name="mine" direction="out"
 audience="ente" records="payment" grouping="none" media-type="{media}" encoding="UTF-8"
 file-name="{{id}}"><title>t</title>{check}</flow-format>"""
TABLE = MANIFEST.format(media="text/csv",
                        check='<table separator=";" decimal="." columns="2" amount="2"/>')
XML = MANIFEST.format(media="application/xml", check='<totals within="/r" count="n" sum="t"'
                      ' record="p" amount="p/a"/>')
XSD = ('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r"/></xs:schema>')
HEAD = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:f="urn:payer:flow:1" xmlns:exsl="http://exslt.org/common" exclude-result-prefixes="f exsl">
<xsl:import href="../../lib/flow.xsl"/>
"""
TEXT = HEAD + """<xsl:output method="text" encoding="UTF-8"/>
<xsl:template match="f:flow">a;b<xsl:text>&#13;&#10;</xsl:text>
<xsl:call-template name="records"/></xsl:template>
<xsl:template match="f:record">
{record}
<xsl:text>&#13;&#10;</xsl:text></xsl:template></xsl:stylesheet>"""
GOOD = '<xsl:value-of select="concat(@n, \';\', @amount)"/>'
TREE = HEAD + """<xsl:template match="f:flow"><r><n><xsl:value-of select="@count"/></n>
<t><xsl:value-of select="@total"/></t>{frame}<xsl:call-template name="records"/></r></xsl:template>
<xsl:template match="f:record"><p><a><xsl:value-of select="@amount"/></a>{record}</p></xsl:template>
</xsl:stylesheet>"""

VARYING = ("@paid-on", "@outcome", "@psp", "@channel", "@debt-type", "@fee", "f:debtor/@code",
           "f:debtor/@name", "@description", "@index")


@pytest.fixture
def work(hub):
    """An author's folder, as `payer flow sample --dir` lays it."""
    folder = hub.home / "sheets"
    hub.payer("flow", "sample", "--dir", str(folder))
    yield folder
    shutil.rmtree(folder)


def write(work, sheet, manifest=TABLE):
    folder = work / "flow" / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "flow.xml").write_text(manifest)
    (folder / "sheet.xsl").write_text(sheet)
    (folder / "output.xsd").write_text(XSD)
    return folder


def test_samples_are_valid_and_ours_run_on_them(hub, work):
    """What is printed is what is laid; plain xsltproc makes of it what the engine does."""
    schema = etree.XMLSchema(etree.parse(str(ROOT / "xslt/lib/flow.xsd"), PARSER))
    for kind in ("payment", "settlement"):
        text = hub.payer("flow", "sample", kind).stdout
        assert (work / f"{kind}.xml").read_text(encoding="utf-8") == text
        assert schema.validate(etree.ElementTree(etree.fromstring(text.encode(), PARSER)))
    for name in OURS:
        shutil.copytree(ROOT / "xslt/flow" / name, work / "flow" / name)
        kind = "settlement" if name.startswith("pain") else "payment"
        done = subprocess.run(["xsltproc", "--nonet", work / "flow" / name / "sheet.xsl",
                               work / f"{kind}.xml"], capture_output=True, check=True)
        hub.payer("flow", "try", str(work / "flow" / name), "-o", str(hub.home / "tried"))
        assert (hub.home / "tried").read_bytes() == done.stdout
    assert "expected payment" in hub.payer("flow", "sample", "x", ok=(64,)).stderr


@pytest.mark.parametrize("name", OURS)
def test_ours_pass(hub, name):
    assert "it will run" in hub.payer("flow", "check", str(ROOT / "xslt/flow" / name)).stdout


FORBIDDEN = [
    ("""<xsl:value-of select="document('x.xml')"/>""", ":8: document"),
    ("""<xsl:value-of select="concat(@n, document ('/etc/passwd')//x)"/>""", ":8: document"),
    ("""<x y="{document('x.xml')}"/>""", ":8: document"),
    ("""<x y="{concat('}', generate-id())}"/>""", ":8: generate-id"),
    ("""<xsl:value-of select="exsl:node-set(@n)"/>""", ":8: exsl:node-set"),
    ("""<exsl:document href="x" xsl:extension-element-prefixes="exsl"/>""",
     ":8: extension-element-prefixes"),
    ("""<xsl:document href="x"/>""", ":8: xsl:document"),
    ("""<xsl:value-of select="generate-id()"/>""", ":8: generate-id"),
]


@pytest.mark.parametrize("record,says", FORBIDDEN, ids=[says for _, says in FORBIDDEN])
def test_what_is_forbidden_is_named_with_its_line(hub, work, record, says):
    folder = write(work, TEXT.format(record=GOOD + record.replace("\n", " ")))
    said = hub.payer("flow", "check", str(folder), ok=(1,)).stdout
    assert f"sheet.xsl{says}" in said


def test_words_that_only_look_forbidden(hub, work):
    """In a text, in an attribute that is no expression, in a name."""
    record = GOOD + """<xsl:if test="@iuv = 'document(x)'"><y a="document(x)" b="{{document(x)}}"
        /><xsl:variable name="document" select="@n"/></xsl:if>"""
    assert "it will run" in hub.payer("flow", "check", str(write(work, TEXT.format(
        record=record)))).stdout


@pytest.mark.parametrize("sheet,manifest,says", [
    (TEXT.format(record='<xsl:value-of select="concat(position(), \';\', @amount)"/>'), TABLE,
     "depends on others"),
    (TEXT.format(record='<xsl:value-of select="concat(@n, \';\', @amount, @iuv)"/>'), TABLE,
     "an amount that is too long"),
    (TEXT.format(record=f"{GOOD}<xsl:text>;</xsl:text>"), TABLE, "another number of cells"),
    (TEXT.format(record='<xsl:value-of select="concat(@description, \';\', @amount)"/>'), TABLE,
     "a quote"),
    (TEXT.format(record='<xsl:value-of select="concat(&quot;=&quot;, @n, \';\', @amount)"/>'),
     TABLE, "a cell that begins as a formula does"),
    (TEXT.format(record=GOOD).replace("../../lib/flow.xsl", "/etc/flow.xsl"), TABLE, "flow.xsl"),
    (TEXT.format(record="<xsl:value-of select='@n' <"), TABLE, "sheet.xsl"),
    (TREE.format(frame='<s><xsl:value-of select="sum(f:record/@cents)"/></s>', record=""), XML,
     "depends on the records"),
    (TREE.format(frame='<xsl:for-each select="f:record"/>', record='<b><xsl:value-of select='
                 '"preceding-sibling::f:record[1]/@n"/></b>'), XML, "depends on others"),
    *((TEXT.format(record=f"{GOOD}<xsl:if test='{field} != preceding::f:record[1]/{field}'>!</xsl:if>"),
       TABLE, "depends on others") for field in VARYING),
    (TREE.format(frame="", record="<a>1.00</a>"), XML, "/r/t says"),
    (TEXT.format(record=GOOD + '<xsl:call-template name="loop"/>').replace(
        "</xsl:stylesheet>", '<xsl:template name="loop"><xsl:call-template name="loop"/>'
        "</xsl:template></xsl:stylesheet>"), TABLE, "sheet"),
], ids=lambda value: value if len(value) < 50 else "")
def test_what_does_not_stream_or_lies(hub, work, sheet, manifest, says):
    folder = write(work, sheet, manifest)
    assert says in hub.payer("flow", "check", str(folder), ok=(1,)).stdout


def test_a_format_is_tried_on_a_real_flow(hub, channel, comune, work):
    """The records are those of the flow; nothing is published."""
    hub.payer("flow", "run")  # what was paid before
    notice = comune.position(amount="7.07")
    pay(channel, notice)
    hub.payer("flow", "run")
    flow = [f for f in flows(hub, f"{COMUNE}-FDR")][-1]
    before = hub.flow_files()
    folder = write(work, TEXT.format(record='<xsl:value-of select="concat(@iuv, \';\', @amount)"/>'))
    assert hub.payer("flow", "try", str(folder), str(flow.id)).stdout.splitlines() == [
        "a;b", f"{notice.iuv};7.07"]
    again = hub.home / "again.xml"
    hub.payer("flow", "try", str(ROOT / "xslt/flow/flusso-riversamento-1.0"), str(flow.id), "-o",
              str(again))
    published = hub.home / f"var/flow/ente-{COMUNE}/{flow.name}"
    assert again.read_bytes() == published.read_bytes()
    assert hub.flow_files() == before
    pain = str(ROOT / "xslt/flow/pain.001.001.03")
    assert "the id of a flow" in hub.payer("flow", "try", str(folder), f"{flow.id}x", ok=(64,)).stderr
    assert "other records" in hub.payer("flow", "try", pain, str(flow.id), ok=(65,)).stderr


def test_what_was_published_is_sent_again(hub, channel, comune):
    """The receiver took the file away, or lost it: it comes back with the same bytes; a file that
    was changed is left alone."""
    notice = comune.position()
    pay(channel, notice)
    hub.payer("flow", "run")
    for flow in (flows(hub, f"{COMUNE}-FDR")[-1], flows(hub, "BANCA1-PAIN")[-1]):
        [path] = [p for p in hub.flow_files() if p.name == flow.name]
        bytes_before = path.read_bytes()
        assert "it was there" in hub.payer("flow", "resend", str(flow.id)).stderr
        path.unlink()
        said = hub.payer("flow", "resend", str(flow.id))
        assert "made anew" in said.stderr and said.stdout.strip().endswith(flow.name)
        assert path.read_bytes() == bytes_before
        path.write_bytes(b"changed")
        hub.payer("flow", "resend", str(flow.id), ok=range(1, 100))
        assert path.read_bytes() == b"changed"
        path.write_bytes(bytes_before)
        assert "the id of a flow" in hub.payer("flow", "resend", f"{flow.id}x", ok=(64,)).stderr
    hub.payer("flow", "verify")
    hub.payer("flow", "resend", "1", ok=range(1, 100))


def test_what_was_published_stays_what_it_was(hub, channel, comune):
    """The Ente has another name since: its lost file comes back with the one of then, and the next
    flow has the new one. [I8]"""
    notice, later = comune.position(), comune.position()
    pay(channel, notice)
    hub.payer("flow", "run")
    flow = flows(hub, f"{COMUNE}-FDR")[-1]
    [path] = [p for p in hub.flow_files() if p.name == flow.name]
    before = path.read_bytes()
    rename(hub, COMUNE, "Comune dal nome nuovo")
    path.unlink()
    assert "made anew" in hub.payer("flow", "resend", str(flow.id)).stderr
    assert path.read_bytes() == before and b"nome nuovo" not in before
    pay(channel, later)
    hub.payer("flow", "run")
    [path] = [p for p in hub.flow_files() if p.name == flows(hub, f"{COMUNE}-FDR")[-1].name]
    assert b"Comune dal nome nuovo" in path.read_bytes()
    hub.payer("registry", "import", str(hub.registry))


def tables(hub, notice):
    """{Ente: [its lines of a notice]} of the last flows, as tables; the same as lines of fixed width."""
    hub.payer("flow", "run")
    tried = {}
    for ente in (COMUNE, ASL):
        flow = str([f for f in flows(hub, f"{ente}-FDR") if f.total_cents in (7000, 3000)][-1].id)
        table, lines = (hub.payer("flow", "try", str(ROOT / "xslt/flow" / name), flow).stdout
                        for name in ("csv-rendicontazione", "fixed-rendicontazione"))
        rows = [r for r in csv.DictReader(table.splitlines()) if r["iuv"] == notice.iuv]
        tried[ente] = rows, [line for line in lines.splitlines() if notice.iuv in line]
    return tried


def test_a_share_of_anothers_notice(hub, channel, comune):
    """Whose debt it was is for the Ente of the notice, as when it is told at once; who has a share of it
    reads what that was for. The payment has one fee, whoever sums the tables of all. [I13]"""
    notice = comune.position(
        debt_type="MULTE", amount="100.00", debtor_name="Maria Canarina",
        t1_creditor=COMUNE, t1_iban=MULTE_ACCOUNT, t1_amount="30.00", t1_taxonomy="0101114SP",
        t1_reason="Sanzione", t2_creditor=ASL, t2_iban=ASL_ACCOUNT, t2_amount="30.00",
        t2_taxonomy="0201102SP", t2_reason="Quota sanitaria", t3_creditor=COMUNE,
        t3_iban=MULTE_ACCOUNT, t3_amount="40.00", t3_taxonomy="0101114SP", t3_reason="Spese")
    pay(channel, notice, v2=True, fee="1.50")
    tried = tables(hub, notice)

    rows, lines = tried[COMUNE]
    assert [(r["transfer"], r["amount"], r["fee"]) for r in rows] == [
        ("1", "30.00", "1.50"), ("3", "40.00", "")]
    assert {(r["debt_type"], r["debtor_name"]) for r in rows} == {("MULTE", "Maria Canarina")}
    assert [int(line[120:132]) for line in lines] == [150, 0]
    [row], [line] = tried[ASL]
    assert (row["amount"], row["fee"], row["description"]) == ("30.00", "", "Quota sanitaria")
    assert row["debt_type"] == row["debtor_code"] == row["debtor_name"] == ""
    assert int(line[120:132]) == 0 and line[132:167].strip() == line[307:393].strip() == ""


def test_a_name_is_no_formula(hub, channel, comune):
    """[X70] From the position that an Ente loaded to the cell that its accountant opens."""
    notice = comune.position(amount="8.08", description='=HYPERLINK("http://x";"paga")',
                             debtor_name="@SUM(1+1)*cmd")
    pay(channel, notice)
    hub.payer("flow", "run")
    flow = flows(hub, f"{COMUNE}-FDR")[-1]
    for name, code in (("csv-rendicontazione", "utf-8"), ("csv-rendicontazione-it", "cp1252")):
        out = hub.home / "tried.csv"
        hub.payer("flow", "try", str(ROOT / "xslt/flow" / name), str(flow.id), "-o", str(out))
        text = out.read_bytes().decode(code)
        assert '"\'=HYPERLINK(""http://x"";""paga"")"' in text and "'@SUM(1+1)*cmd" in text
