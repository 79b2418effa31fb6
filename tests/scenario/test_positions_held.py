# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever way a position comes in, it is held to what later goes out of the hub, and one that is
wrong never takes the others with it."""
import copy
import csv

import pytest
import requests
from lxml import etree

from scenario.test_positions import DEBTOR, caller, instalment, position, submit
from support.codes import notice_number
from support.hub import COMUNE
from support.registry import NS, PASSWORD, prepare
from support.witness import ROOT

OWN_HUB = True  # its registry is another
ENVELOPE = ('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            '<submitPositions xmlns="urn:payer:debt-position:1">%s</submitPositions>'
            '</e:Body></e:Envelope>')
POSITION = """<position xmlns="urn:payer:position:1"><ownId>{own_id}</ownId>
<creditor>77777777777</creditor><debtType>TARI</debtType><debtor><kind>F</kind><code>{code}</code>
<name>Debitore Prova</name></debtor><description>Tassa rifiuti</description>
<metadata><entry><key>{key}</key><value>{value}</value></entry></metadata><option>
<kind>single</kind><instalment><number>1</number><amount>{amount}</amount><dueDate>{day}</dueDate>
</instalment></option></position>"""


def xml(own_id, amount="12.30", day="2027-01-31", key="a", value="b"):
    return POSITION.format(own_id=own_id, code=DEBTOR["code"], amount=amount, day=day, key=key,
                           value=value)


def refused(done):
    """Line, field and value of each row of --rejects."""
    return [(int(r["line"]), r["field"], r["value"])
            for r in csv.DictReader(done.rejects.splitlines())]


def plan(hub, n):
    own_id = hub.row()["own_id"]
    return [{**hub.row(amount="1.00", option="plan", instalment=str(i + 1)), "own_id": own_id}
            for i in range(n)]


@pytest.mark.parametrize("field, value", [
    ("debtor_email", "non una posta"), ("debtor_email", "a@b."), ("debtor_email", "@comune.example"),
    ("debtor_code", "FOXDRA26C24H872A"), ("debtor_code", "anonimo"), ("debtor_code", "A-1"),
    ("instalment", "4294967297"), ("instalment", " 1")])
def test_a_file_is_held_to_what_receipts_may_say(hub, field, value):
    """[X43]"""
    done = hub.load([hub.row(**{field: value}), hub.row(debtor_email="a.b+c@comune.example")],
                    ok=(1,))
    assert "1 created, 0 unchanged, 1 refused" in done.stdout
    shown = f"'{value}" if value[0] in "=+-@" else value  # no cell of ours is a formula [X70]
    assert refused(done) == [(2, field, shown)]


@pytest.mark.parametrize("name, content, says", [
    ("gone.csv", None, "gone.csv: No such file or directory"),
    ("gone.xml", None, "gone.xml: No such file or directory"),
    ("it.csv", b"creditor;own_id;amount\n77777777777;X-1;1,00\n", "commas expected"),
    ("other.xml", b"<positions/>", "positions of urn:payer:position:1 expected"),
    ("other.xml", b"<x xmlns='urn:payer:position:1'/>", "positions of urn:payer:position:1 expected")])
def test_a_file_of_another_kind_is_told_so_and_counts_nothing(hub, name, content, says):
    path = hub.home / name
    if content is not None:
        path.write_bytes(content)
    done = hub.payer("position", "load", str(path), ok=(65, 66))
    path.unlink(missing_ok=True)
    assert says in done.stderr and done.stdout == ""


def test_what_a_table_program_writes_in_another_encoding_is_named(hub):
    path, rejects = hub.home / "latin.csv", hub.home / "rejects.csv"
    row = hub.row(debtor_name="Nicolò")
    path.write_bytes((",".join(row) + "\n" + ",".join(row.values()) + "\n").encode("latin-1"))
    hub.payer("position", "load", str(path), "--rejects", str(rejects), ok=(1,))
    assert b'debtor_name,Nicol' in rejects.read_bytes() and b"UTF-8" in rejects.read_bytes()


@pytest.mark.parametrize("n", [61, 481, 700])
def test_a_plan_that_is_too_long_is_refused_whole(hub, n):
    rows = plan(hub, n)
    done = hub.load([*rows, hub.row()], ok=(1,))
    assert "1 created, 0 unchanged, 1 refused" in done.stdout
    assert [r[1] for r in refused(done)] == ["instalment"]
    assert f",{rows[0]['own_id']},instalment," in done.rejects
    hub.payer("position", "show", rows[0]["own_id"], "--creditor", COMUNE, ok=(65,))


def test_a_long_plan_is_loaded(hub):
    rows = plan(hub, 60)
    hub.load(rows)
    shown, = hub.json("position", "show", rows[0]["own_id"], "--creditor", COMUNE)
    assert len(shown.instalments) == 60
    seen = caller(hub).getPosition(creditor=COMUNE, ownId=rows[0]["own_id"])  # zeep checks it
    assert len(seen.position.option[0].instalment) == 60


def test_a_file_of_bad_rows_is_read_to_its_end(hub):
    """Memory does not grow with what is refused. [I12]"""
    done = hub.load([hub.row(amount="12,3") for _ in range(6000)] + [hub.row()], ok=(1,))
    assert "1 created, 0 unchanged, 6000 refused" in done.stdout


def test_a_comma_that_nobody_quoted_is_told(hub):
    file = hub.home / "comma.csv"
    row = {**hub.row(), "debtor_name": "Prova, Maria"}
    before = ",".join(hub.row().values())
    file.write_text(f"{','.join(row)}\n{before}\n{','.join(row.values())}\n", encoding="utf-8")
    said = hub.payer("position", "load", str(file), "--rejects", str(hub.home / "c.csv"), ok=(1,))
    assert "1 created, 0 unchanged, 1 refused" in said.stdout
    assert f'3,{row["own_id"]},,,"as many fields as the header has, not 13;' in (hub.home / "c.csv").read_text(encoding="utf-8")


def test_one_notice_number_twice_in_a_position(hub):
    number = notice_number(COMUNE, 987654321)
    twice = [{"kind": "plan", "instalment": [instalment("1.00", n, noticeNumber=number)
                                             for n in (1, 2)]}]
    results = submit(caller(hub), position("HELD-1", options=twice), position("HELD-2"))
    assert [r.outcome for r in results] == ["refused", "created"]
    assert (results[0].refusal.code, results[0].refusal.field) == (
        "NOTICE_TAKEN", "option[1]/instalment[2]/noticeNumber")


@pytest.fixture(scope="module")
def province(module_hub):
    """An Ente with two archives whose numbers may hold the same IUV, and one that the hub numbers
    nothing for."""
    tree = etree.parse(str(ROOT / "tests/support/registry-test.xml"))
    first = tree.find(f".//{NS}archive[@aux-digit='0']")
    first.addnext(copy.deepcopy(first))
    first.getnext().set("code", "08")
    comune = tree.find(f"{NS}creditor[@code='{COMUNE}']")
    other = copy.deepcopy(tree.find(f"{NS}creditor[@code='44444444444']"))
    comune.addnext(other)
    other.set("code", "33333333333")
    for gone in [*other.findall(f"{NS}archive")[:-1], *other.findall(f"{NS}destination"),
                 *other.findall(f"{NS}postal-account")]:
        other.remove(gone)
    path = module_hub.home / "held.xml"
    tree.write(str(path))
    prepare(path, path, module_hub.peers.url, module_hub.home / "secrets")
    module_hub.payer("registry", "import", str(path))
    return module_hub


def test_one_iuv_in_two_notice_numbers(province):
    """The second is refused, and what came with it goes in."""
    rows = [{**province.row(), "creditor": "44444444444", "debt_type": "VARIE",
             "notice_number": code + "000000000000123"}
            for code in ("007", "008")]
    done = province.load([*rows, province.row()], ok=(1,))
    assert "2 created, 0 unchanged, 1 refused" in done.stdout
    assert refused(done) == [(3, "notice_number", rows[1]["notice_number"])]


def test_an_ente_that_the_hub_numbers_nothing_for(province):
    rows = [{**province.row(), "creditor": "33333333333", "debt_type": "VARIE",
             "notice_number": ""}, province.row()]
    done = province.load(rows, ok=(1,))
    assert "1 created, 0 unchanged, 1 refused" in done.stdout
    assert refused(done) == [(2, "notice_number", "")]


@pytest.mark.parametrize("field, changes", [
    ("amount", {"amount": " 12.30"}), ("amount", {"amount": "12.30\n"}),
    ("dueDate", {"day": " 2027-01-31"}), ("dueDate", {"day": "1899-12-31"})])
def test_what_a_schema_takes_and_money_does_not(hub, field, changes):
    """Blanks around a value are the schema's to drop, and nobody's here. [X39] [X40]"""
    file = hub.home / "blanks.xml"
    file.write_text(f'<positions xmlns="urn:payer:position:1">{xml("HELD-X1", **changes)}'
                    f'{xml("HELD-X2")}</positions>', encoding="utf-8")
    said, = hub.json("position", "load", str(file), "--rejects", str(hub.home / "b.csv"), ok=(1,))
    assert said.refused == 1
    row = list(csv.DictReader((hub.home / "b.csv").read_text(encoding="utf-8").splitlines()))[0]
    assert (row["own_id"], row["field"]) == ("HELD-X1", f"option[1]/instalment[1]/{field}")
    answer = requests.post(f"{hub.url}/debt-position/v1", auth=("BACKOFFICE1", PASSWORD),
                           data=(ENVELOPE % xml("HELD-X1", **changes)).encode(), timeout=20,
                           headers={"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status_code == 200 and f"instalment[1]/{field}<" in answer.text


@pytest.mark.parametrize("right, wrong, said", [
    (DEBTOR["code"], "rssmra45c12f205c", "code: [facet 'pattern'] The value is not accepted by"),
    ("<kind>F", "<kind>PERSONA", "kind: [facet 'enumeration'] The value is not an element of"),
    ("12.30", "dodici", "amount: is not a valid value of the atomic type 'amount'"),
    ("HELD-X3", "X' is 1' is not", "ownId: [facet 'pattern'] The value is not accepted by"),
    ("HELD-X3", "X " + "x" * 250, "ownId: [facet 'pattern'] The value<")])
def test_a_fault_repeats_no_value(hub, right, wrong, said):
    """It may be a person's: the sender has it, whoever else reads the Fault has not. [I11]"""
    answer = requests.post(f"{hub.url}/debt-position/v1", auth=("BACKOFFICE1", PASSWORD),
                           data=(ENVELOPE % xml("HELD-X3").replace(right, wrong)).encode(),
                           timeout=20, headers={"Content-Type": "text/xml; charset=utf-8"})
    assert answer.status_code == 500 and f"element {said}" in answer.text
    assert wrong.split(">")[-1] not in answer.text


def test_metadata_as_long_as_it_may_be(hub, channel):
    entries = [{"key": f"{n:02d}" + "k" * 138, "value": "è" * 140} for n in range(15)]
    service = caller(hub)
    made, = submit(service, position("HELD-M1", metadata={"entry": entries}))
    assert made.outcome == "created"
    seen = service.getPosition(creditor=COMUNE, ownId="HELD-M1")
    assert [e.value for e in seen.position.metadata.entry] == ["è" * 140] * 15
    answer = channel.activate(COMUNE, made.notice[0].noticeNumber, "12.34", v2=True)
    assert len(answer.metadata.mapEntry) == 15
    assert channel.outcome(answer.paymentToken).outcome == "OK"


def test_metadata_of_two_lines_is_told_where(hub):
    file = hub.home / "lines.xml"
    file.write_text(f'<positions xmlns="urn:payer:position:1">{xml("HELD-M2", value="b&#10;c")}'
                    f'{xml("HELD-M3")}</positions>', encoding="utf-8")
    said, = hub.json("position", "load", str(file), "--rejects", str(hub.home / "m.csv"), ok=(1,))
    assert (said.created, said.refused) == (1, 1)
    assert ",HELD-M2,value," in (hub.home / "m.csv").read_text(encoding="utf-8")
