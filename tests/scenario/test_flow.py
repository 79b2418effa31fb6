# SPDX-License-Identifier: GPL-3.0-or-later
"""The period's end: each fact in one flow, files that never change, audiences that agree. [I8]"""
import decimal
import os
import pty
import subprocess

import pytest

from scenario.test_pay import pay
from support.hub import ASL, COMUNE, FDR, PAIN, program
from support.witness import parse, schema_errors

SCHEMAS = {f"{FDR}FlussoRiversamento": "pagopa/xsd-common/FlussoRiversamento_1_0_4.xsd",
           f"{PAIN}Document": "iso20022/xsd/pain.001.001.03.xsd"}


def test_each_payment_is_in_one_flow(hub, channel, comune, asl):
    paid = []
    for _ in range(2):
        notices = [comune.position(amount="1.05"), asl.position(amount="2.10")]
        for notice in notices:
            pay(channel, notice)
        hub.payer("flow", "run")
        paid += notices
    flows = [flow for notice in paid for flow, _ in hub.fdr(notice.iuv)]
    ids = [flow.findtext(f"{FDR}identificativoFlusso") for flow in flows]
    assert len(ids) == 4 and len(set(ids)) == 4
    messages = [root.findtext(f"{PAIN}CstmrCdtTrfInitn/{PAIN}GrpHdr/{PAIN}MsgId")
                for root in map(parse, {path.read_bytes() for path in hub.flow_files()})
                if root.tag == f"{PAIN}Document"]
    assert len(messages) > 1 and len(set(messages)) == len(messages)  # [F52]


def test_nothing_new_makes_nothing_new(hub, channel, ente):
    pay(channel, ente.position())
    hub.payer("flow", "run")
    before = {path: path.read_bytes() for path in hub.flow_files()}
    hub.payer("flow", "run")
    assert {path: path.read_bytes() for path in hub.flow_files()} == before


def test_money_is_ordered_when_somebody_says_so(hub, channel, ente):
    """Where nobody can be asked, --yes is needed."""
    notice = ente.position()
    pay(channel, notice)
    for options in ([], ["--no-input"], ["--json"]):
        assert "say --yes" in hub.payer("flow", "run", *options, ok=(64,), yes=False).stderr
    assert hub.fdr(notice.iuv) == []
    hub.payer("flow", "run")
    assert len(hub.fdr(notice.iuv)) == 1


@pytest.mark.parametrize("answer, status, files", [("n", 64, 0), ("y", 0, 1)])
def test_at_a_terminal_it_asks(hub, channel, ente, answer, status, files):
    notice = ente.position()
    pay(channel, notice)
    operator, terminal = pty.openpty()
    with subprocess.Popen([program(), "flow", "run"], env=hub.environment, cwd=hub.home,
                          stdin=terminal, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
        os.write(operator, f"{answer}\n".encode())
        said = run.stderr.read().decode()
    os.close(operator)
    os.close(terminal)
    assert run.returncode == status and said.startswith("Order from the banks")
    assert len(hub.fdr(notice.iuv)) == files
    hub.payer("flow", "run")


def test_files_are_valid_and_add_up(hub, channel, comune, asl):
    """Official schemas, counts, sums; bank and Ente agree on id and total. [M15]"""
    for notice in (comune.position(), comune.position(debt_type="MENSA"), asl.position()):
        pay(channel, notice)
    hub.payer("flow", "run")
    roots = [parse(path.read_bytes()) for path in hub.flow_files()]
    assert {root.tag for root in roots} == set(SCHEMAS)
    totals = {}
    for root in roots:
        assert schema_errors(SCHEMAS[root.tag], root) == []
        if root.tag == f"{PAIN}Document":
            check_order(root)
            continue
        amounts = [decimal.Decimal(e.text) for e in root.iter(f"{FDR}singoloImportoPagato")]
        total = root.findtext(f"{FDR}importoTotalePagamenti")
        assert sum(amounts) == decimal.Decimal(total)
        assert len(amounts) == int(root.findtext(f"{FDR}numeroTotalePagamenti"))
        totals[root.findtext(f"{FDR}identificativoFlusso")] = total
    for flow_id, total in totals.items():
        [(_, transfer)] = hub.transfers(flow_id)
        assert transfer.findtext(f"{PAIN}Amt/{PAIN}InstdAmt") == total


def check_order(root):
    amounts = [decimal.Decimal(e.text) for e in root.iter(f"{PAIN}InstdAmt")]
    head = root.find(f"{PAIN}CstmrCdtTrfInitn/{PAIN}GrpHdr")
    assert int(head.findtext(f"{PAIN}NbOfTxs")) == len(amounts)
    assert decimal.Decimal(head.findtext(f"{PAIN}CtrlSum")) == sum(amounts)


def test_verify_sees_a_changed_file(hub, channel, ente):
    """[F67]"""
    pay(channel, ente.position())
    hub.payer("flow", "run")
    hub.payer("flow", "verify")
    path = hub.flow_files()[-1]
    good = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(good.replace(b"1", b"2", 1))
    try:
        assert hub.payer("flow", "verify", ok=range(1, 79)).returncode != 0
    finally:
        path.write_bytes(good)
    hub.payer("flow", "verify")


def test_each_ente_finds_its_own_money_only(hub, channel, comune, asl):
    """[I13]"""
    notices = {COMUNE: comune.position(), ASL: asl.position()}
    for notice in notices.values():
        pay(channel, notice)
    hub.payer("flow", "run")
    for code, notice in notices.items():
        [(flow, _)] = hub.fdr(notice.iuv)
        assert flow.findtext(f"{FDR}istitutoRicevente/{FDR}identificativoUnivocoRicevente/"
                             f"{FDR}codiceIdentificativoUnivoco") == code
