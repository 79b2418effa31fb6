# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's table closes when seven witnesses agree, and says so when one is a cent away."""
import json
import os
import subprocess

import pytest

from support.codes import COLUMNS, notice_number
from support.witness import ROOT

COMUNE = "77777777777"
NOTICE = notice_number(COMUNE, 7)
IUV = NOTICE[1:]
FLOW = "2026-03-02PAYER-1"
FDR = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/"
WITNESSES = ("input", "book", "office", "station", "fdr", "pain", "entry")


def lay_out(folder, amounts):
    """One payment as each witness writes it down, with an amount for each."""
    for name in ("books", "ente/received", "flow", "bin"):
        (folder / name).mkdir(parents=True)
    row = {name: "" for name in COLUMNS}
    row.update(creditor=COMUNE, own_id="T-1", debt_type="TARI", amount=amounts["input"],
               notice_number=NOTICE)
    (folder / "input.csv").write_text(f"{','.join(row)}\r\n{','.join(row.values())}\r\n")
    (folder / "books" / "c.jsonl").write_text(json.dumps({
        "event": "outcome", "taken": True, "token": "T", "notice": NOTICE, "fee_cents": 100,
        "transfers": [{"creditor": COMUNE, "cents": int(amounts["book"].replace(".", ""))}]}))
    soap = ("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{}"
            "</s:Body></s:Envelope>")
    (folder / "ente/received/a.xml").write_text(soap.format(
        '<b:notifyPayment xmlns:b="urn:payer:back-office:1" xmlns:p="urn:payer:position:1">'
        f"<b:beneficiary>{COMUNE}</b:beneficiary><b:iuv>{IUV}</b:iuv><b:transfer>"
        f"<p:amount>{amounts['office']}</p:amount></b:transfer></b:notifyPayment>"))
    (folder / "ente/received/b.xml").write_text(soap.format(
        '<n:paSendRTReq xmlns:n="http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd">'
        f"<idPA>{COMUNE}</idPA><receipt><noticeNumber>{NOTICE}</noticeNumber>"
        f"<fiscalCode>{COMUNE}</fiscalCode><companyName>Comune di Prova</companyName>"
        f"<transfer><fiscalCodePA>{COMUNE}</fiscalCodePA><transferAmount>{amounts['station']}"
        "</transferAmount></transfer></receipt></n:paSendRTReq>"))
    (folder / "flow/fdr.xml").write_text(
        f'<FlussoRiversamento xmlns="{FDR}"><identificativoFlusso>{FLOW}</identificativoFlusso>'
        "<istitutoRicevente><codiceIdentificativoUnivoco>77777777777"
        "</codiceIdentificativoUnivoco></istitutoRicevente>"
        f"<importoTotalePagamenti>{amounts['fdr']}</importoTotalePagamenti><datiSingoliPagamenti>"
        f"<identificativoUnivocoVersamento>{IUV}</identificativoUnivocoVersamento>"
        f"<singoloImportoPagato>{amounts['fdr']}</singoloImportoPagato></datiSingoliPagamenti>"
        "</FlussoRiversamento>")
    (folder / "flow/pain.xml").write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><MsgId>1</MsgId>'
        f"<CdtTrfTxInf><Amt><InstdAmt>{amounts['pain']}</InstdAmt></Amt><CdtrAcct><Id><IBAN>IT1"
        f"</IBAN></Id></CdtrAcct><Ustrd>/PUR/LGPE-RIVERSAMENTO/URI/{FLOW}</Ustrd></CdtTrfTxInf>"
        "</Document>")
    entries = f"{COMUNE}\\t{IUV}\\t{amounts['entry'].replace('.', '')}\\nfee\\t{IUV}\\t100\\n"
    client = folder / "bin" / "mariadb"  # in place of the database's own
    client.write_text(f"#!/bin/sh\nprintf '{entries}'\n")
    client.chmod(0o755)


def table(folder, *options):
    return subprocess.run(
        ["/usr/bin/python3", str(ROOT / "demo" / "table.py"), "--input", "input.csv", "--books",
         "books", "--ente", "ente", "--flows", "flow", "--socket", "none", "--back-office",
         COMUNE, *options], cwd=folder, capture_output=True, text=True, timeout=20, check=False,
        env={**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"})


def test_it_closes_when_all_agree(tmp_path):
    lay_out(tmp_path, dict.fromkeys(WITNESSES, "1234.56"))
    done = table(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It closes" in done.stdout and done.stdout.count("1,234.56") >= 14
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("witness", WITNESSES)
def test_one_cent_anywhere_is_seen(tmp_path, witness):
    lay_out(tmp_path, {**dict.fromkeys(WITNESSES, "1234.56"), witness: "1234.57"})
    done = table(tmp_path)
    assert done.returncode == 1 and "DOES NOT CLOSE" in done.stdout


@pytest.mark.parametrize("gone", ["ente/received/a.xml", "ente/received/b.xml", "flow/fdr.xml",
                                  "flow/pain.xml", "books/c.jsonl"])
def test_a_silent_witness_is_seen(tmp_path, gone):
    lay_out(tmp_path, dict.fromkeys(WITNESSES, "1234.56"))
    (tmp_path / gone).unlink()
    done = table(tmp_path)
    assert done.returncode == 1 and "DOES NOT CLOSE" in done.stdout


def paid_by_hand(folder, amounts):
    """The same payment, of somebody who tried the hub between two demos."""
    lay_out(folder, amounts)
    (folder / "books/c.jsonl").write_text("")


def test_what_people_paid_by_hand_is_told_apart(tmp_path):
    paid_by_hand(tmp_path, dict.fromkeys(WITNESSES, "1234.56"))
    assert table(tmp_path).returncode == 1
    done = table(tmp_path, "--visitors")
    assert done.returncode == 0 and "1 of them by hand, 1,234.56" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("witness", [name for name in WITNESSES if name != "book"])
def test_one_cent_of_what_people_paid_is_seen(tmp_path, witness):
    paid_by_hand(tmp_path, {**dict.fromkeys(WITNESSES, "1234.56"), witness: "1234.57"})
    assert table(tmp_path, "--visitors").returncode == 1
