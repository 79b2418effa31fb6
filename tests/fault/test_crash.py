# SPDX-License-Identifier: GPL-3.0-or-later
"""The program dies by SIGKILL between each two steps of a payment; started again, and asked again
as a client would, it has one effect and lost nothing. Runs the program with crash points (`make
crash`); the real one has none. [I1] [I2] [I6] [I7] [I8]"""
import contextlib
import http.client
import os
import pathlib
import re

import pytest

from scenario.test_flow import SCHEMAS
from scenario.test_pay import pay
from support.channel import PATH, RawChannel, fault_code, new_key
from support.hub import ATM, COMUNE, FDR, PSP, PSP_BROKER, Hub, program, wait_until
from support.node import Node
from support.registry import PASSWORD, rename, with_stations
from support.reports import FlowPsp, Station, document, flow_id, payment
from support.station import UNIONE
from support.witness import ROOT, parse, schema_errors

KILLED = -9
REAL = program()
ACTIVATE, OUTCOME = ("S2.pre", "S2.post"), ("S7.pre", "S7.post")
STATION = ("S1.claimed", "S1.asked")
TOLD = ("N2.pre", "N2.post")
SEND = ("S9.post", "S10.post")
FLOW = ("S12.joined", "S12.reversed", "S12.post", "S12.planned", "S13.made", "S13.written",
        "S13.renamed", "S13.post")


REVERSAL = ("V2.pre", "V2.post")
REPORT, MATCH = ("P1.filled", "P2.post"), ("P3.matched",)


def crash_program():
    build = os.environ.get("PAYER_BUILD") or ROOT / "build"
    given = os.environ.get("PAYER_CRASH_BIN")
    return pathlib.Path(given or f"{build}-crash/bin/payer")


@pytest.fixture(scope="module")
def module_hub():
    """A hub of its own, of the program with crash points; claims of the dead end within 1 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYER_BIN", str(crash_program()))
        hub = Hub({"work.lease": "1s"})
        try:
            hub.start()
            with_stations(hub)
            yield hub
        finally:
            hub.stop(keep=bool(os.environ.get("KEEP")))


@contextlib.contextmanager
def crash_at(hub, name):
    """What is started inside dies at this place."""
    hub.environment["PAYER_CRASH"] = name
    try:
        yield
    finally:
        del hub.environment["PAYER_CRASH"]


def raw(hub):
    return RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)


def serve_until_killed(hub, name, ask):
    """Ask a server that dies at a place, then start a sound one; a client of it."""
    hub.serve.stop()
    with crash_at(hub, name):
        hub.start_serve()
    with pytest.raises((OSError, http.client.HTTPException)):
        ask(raw(hub))
    assert hub.serve.process.wait(60) == KILLED
    hub.start_serve()
    return raw(hub)


def payments(hub, notice):
    """How many payments of a notice there are."""
    return len(hub.position(notice).payments)


@pytest.mark.parametrize("name", ACTIVATE)
def test_activate(hub, ente, name):
    """[F1] [F2]"""
    notice, key = ente.position(), new_key(PSP)
    ask = lambda client: client.activate(notice.creditor, notice.number, notice.amount, key)
    client = serve_until_killed(hub, name, ask)
    assert payments(hub, notice) == {"S2.pre": 0, "S2.post": 1}[name]

    answer = ask(client)
    assert fault_code(answer) == "OK"
    first = client.received
    ask(client)
    assert client.received == first and payments(hub, notice) == 1
    other = client.activate(notice.creditor, notice.number, notice.amount, new_key(PSP))
    assert fault_code(other) == "PPT_PAGAMENTO_IN_CORSO"
    assert fault_code(client.outcome(answer.paymentToken)) == "OK"
    assert hub.position(notice).state == "PAID"


@pytest.mark.parametrize("name", STATION)
def test_activate_at_a_station(hub, name):
    """The station is not asked yet, or its answer is lost: no token is out, and once the dead one's
    time is over the notice can be begun. [F1] [F50]"""
    debt, key = hub.peers.book.debt(UNIONE), new_key(PSP)
    hub.secrets.add(debt.debtor)
    ask = lambda client: client.activate(UNIONE, debt.number, "12.34", key)
    client = serve_until_killed(hub, name, ask)
    assert len(hub.peers.book.asked(debt)) == {"S1.claimed": 0, "S1.asked": 1}[name]
    assert fault_code(ask(client)) == "PPT_PAGAMENTO_IN_CORSO"
    assert hub.payer("position", "show", debt.number, ok=range(256)).returncode != 0

    hub.sql("UPDATE station_call SET until = '2000-01-01'")
    answer = ask(client)
    assert fault_code(answer) == "OK"
    first = client.received
    ask(client)
    assert client.received == first and payments(hub, debt) == 1
    assert fault_code(client.outcome(answer.paymentToken)) == "OK"


@pytest.mark.parametrize("with_key", [True, False], ids=["key", "no key"])
@pytest.mark.parametrize("name", OUTCOME)
def test_outcome(hub, ente, name, with_key):
    """[F7] [F8]"""
    notice, key = ente.position(), new_key(PSP) if with_key else None
    token = raw(hub).activate(notice.creditor, notice.number, notice.amount).paymentToken
    ask = lambda client: client.outcome(token, "OK", "1.00", key)
    client = serve_until_killed(hub, name, ask)
    assert hub.position(notice).state == {"S7.pre": "OPEN", "S7.post": "PAID"}[name]

    known = name == "S7.post" and not with_key
    assert fault_code(ask(client)) == ("PPT_ESITO_GIA_ACQUISITO" if known else "OK")
    assert hub.position(notice).state == "PAID" and payments(hub, notice) == 1
    ente.wait_told(notice)
    assert ente.receipts(notice) == 1
    hub.payer("flow", "run")
    assert len(hub.fdr(notice.iuv)) == 1


@pytest.mark.parametrize("name", OUTCOME)
def test_outcome_of_several(hub, ente, asl, name):
    """All of them or none, and once. [F7] [F8]"""
    notices, key = [ente.position(), asl.position(), ente.position()], new_key(PSP)
    client = raw(hub)
    tokens = [client.activate(n.creditor, n.number, n.amount, v2=True).paymentToken
              for n in notices]
    ask = lambda client: client.outcome(tokens, "OK", "1.00", key)
    client = serve_until_killed(hub, name, ask)
    states = lambda: {hub.position(n).state for n in notices}
    assert states() == {{"S7.pre": "OPEN", "S7.post": "PAID"}[name]}

    assert fault_code(ask(client)) == "OK" and states() == {"PAID"}
    for notice in notices:
        assert payments(hub, notice) == 1


@pytest.mark.parametrize("name", TOLD)
def test_receipt_of_the_node(hub, ente, name):
    """It was not answered, and sends its receipt again. [F7] [F8] [F27]"""
    notice = ente.position()
    with contextlib.closing(Node(hub.url)) as node:
        receipt = node.receipt(notice)

    def tell(_):
        with contextlib.closing(Node(hub.url, violations=hub.violations.path)) as again:
            return again.tell(receipt)

    client = serve_until_killed(hub, name, tell)
    assert hub.position(notice).state == {"N2.pre": "OPEN", "N2.post": "PAID"}[name]
    for _ in range(2):
        assert fault_code(tell(client)) == "OK"
    assert hub.position(notice).state == "PAID" and payments(hub, notice) == 1
    ente.wait_told(notice)
    assert ente.receipts(notice) == 1


@pytest.mark.parametrize("name", SEND)
def test_send(hub, asl, name):
    """Claimed and never sent, or sent and not noted: the same bytes go out again. [F10] [F11]"""
    notice = asl.position()
    hub.work.stop()
    pay(raw(hub), notice)
    with crash_at(hub, name):
        hub.start_work(to_die=True)
    assert hub.work.process.wait(60) == KILLED
    before = {"S9.post": 0, "S10.post": 1}[name]
    assert len(hub.peers.attempts(notice.number)) == before

    hub.start_work()
    wait_until(lambda: len(hub.peers.attempts(notice.number)) == before + 1, "sent again")
    assert len(asl.told(notice)) == 1
    assert len({a["sha256"] for a in hub.peers.attempts(notice.number)}) == 1


@pytest.mark.parametrize("name", FLOW)
def test_flow(hub, comune, asl, name):
    """Paid is in one flow of each audience; a file once visible never changes. [I8]"""
    notices = [comune.position(amount="1.05"), asl.position(amount="2.10")]
    for notice in notices:
        pay(raw(hub), notice)
    with crash_at(hub, name):
        hub.payer("flow", "run", ok=(KILLED,))
    seen = {path: path.read_bytes() for path in hub.flow_files()}
    visible = name in ("S13.renamed", "S13.post")
    assert [bool(hub.fdr(notice.iuv)) for notice in notices] == [visible, visible]

    hub.payer("flow", "run")
    hub.payer("flow", "verify")
    assert {path: path.read_bytes() for path in seen} == seen
    for notice in notices:
        [(flow, _)] = hub.fdr(notice.iuv)
        assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1
    for path in hub.flow_files():
        root = parse(path.read_bytes())
        assert schema_errors(SCHEMAS[root.tag], root) == []


@pytest.mark.parametrize("name", FLOW)
def test_flow_and_another_registry(hub, comune, name):
    """Before the next run the Ente's name changed: what is visible stays, and nothing is stuck. [F14]"""
    notice = comune.position(amount="1.05")
    pay(raw(hub), notice)
    with crash_at(hub, name):
        hub.payer("flow", "run", ok=(KILLED,))
    seen = {path: path.read_bytes() for path in hub.flow_files()}
    rename(hub, COMUNE, f"Comune di {name}")
    hub.payer("flow", "run")
    hub.payer("flow", "verify")
    assert {path: path.read_bytes() for path in seen} == seen
    [(flow, _)] = hub.fdr(notice.iuv)
    assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1


def reverse(hub, token, ok=(0,)):
    return hub.payer("payment", "reverse", token, "--reason", "r", "--reference", "R", ok=ok)


@pytest.mark.parametrize("name", REVERSAL)
def test_reversal(hub, comune, name):
    """Said again after the end, it is done once: the notice is owed, and paid, once. [I2] [I5]"""
    notice = comune.position()
    token = pay(raw(hub), notice)
    with crash_at(hub, name):
        reverse(hub, token, ok=(KILLED,))
    assert hub.position(notice).state == {"V2.pre": "PAID", "V2.post": "OPEN"}[name]
    for _ in range(2):
        assert "REVERSED" in reverse(hub, token).stdout
    assert hub.sql("SELECT COUNT(*) FROM reversal r JOIN payment y ON y.id = r.payment_id"
                   f" WHERE y.token = '{token}'") == ["1"]
    pay(raw(hub), notice)
    assert hub.position(notice).state == "PAID"


@pytest.mark.parametrize("name", FLOW)
def test_reversed_between_joining_and_file(hub, comune, name):
    """What joined stays in its flow, with the bytes that it had; what takes it back is in a later
    one. [F56] [I8]"""
    notice, other = comune.position(amount="5.00"), comune.position(amount="9.00")
    token = pay(raw(hub), notice)
    with crash_at(hub, name):
        hub.payer("flow", "run", ok=(KILLED,))
    seen = {path: path.read_bytes() for path in hub.flow_files()}
    reverse(hub, token)
    pay(raw(hub), other)

    hub.payer("flow", "run")
    hub.payer("flow", "verify")
    assert {path: path.read_bytes() for path in seen} == seen
    told = {record.findtext(f"{FDR}codiceEsitoSingoloPagamento"):
            flow.findtext(f"{FDR}identificativoFlusso") for flow, record in hub.fdr(notice.iuv)}
    assert sorted(told) == ["0", "3"] and len(set(told.values())) == 2
    [(flow, _)] = hub.fdr(other.iuv)
    assert flow.findtext(f"{FDR}identificativoFlusso") == told["3"]
    assert [len(hub.transfers(flow_id)) for flow_id in told.values()] == [1, 1]


@pytest.mark.parametrize("name", REPORT)
def test_report(hub, name):
    """A PSP's flow that was cut off is seen by nobody and may be sent again; one whose answer was lost
    is there, once. [F1] [F2] [W5]"""
    identifier = flow_id()
    content = document((payment(f"RF{n}", "x", "1.00") for n in range(2000)), identifier)
    hub.serve.stop()
    with crash_at(hub, name):
        hub.start_serve()
    with pytest.raises((OSError, http.client.HTTPException)):
        FlowPsp(hub.url).send(content, identifier)
    assert hub.serve.process.wait(60) == KILLED
    hub.start_serve()
    assert (identifier in Station(hub.url).list()) == (name == "P2.post")

    again = FlowPsp(hub.url).send(content, identifier)
    assert again == {"P1.filled": "OK", "P2.post": "PPT_SEMANTICA"}[name]
    assert Station(hub.url).fetch(identifier) == content


@pytest.mark.parametrize("name", MATCH)
def test_match(hub, name):
    """A batch of lines is looked at as a whole, once. [F18]"""
    identifier = flow_id()
    hub.work.stop()
    assert FlowPsp(hub.url).deliver([payment(f"RF{n}", "x", "1.00") for n in range(500)],
                                    identifier)[1] == "OK"
    with crash_at(hub, name):
        hub.start_work(to_die=True)
    assert hub.work.process.wait(60) == KILLED
    states = ("SELECT l.state, COUNT(*) FROM psp_flow f JOIN psp_flow_line l ON l.flow_id = f.id"
              f" WHERE f.flow_id = '{identifier}' AND f.state = 'LIVE' GROUP BY l.state")
    assert hub.sql(states) == ["NEW\t500"]
    hub.start_work()
    wait_until(lambda: hub.sql(states) == ["UNKNOWN\t500"], "all of its lines are looked at")


def test_each_place_has_its_test():
    found = {name for path in ROOT.glob("src/*/*.c")
             for name in re.findall(r'CRASHPOINT\("([^"]+)"\)', path.read_text(encoding="utf-8"))}
    assert found == {*ACTIVATE, *STATION, *OUTCOME, *SEND, *FLOW, *REPORT, *MATCH, *TOLD, *REVERSAL}


def test_the_real_program_has_none():
    assert b"PAYER_CRASH" in crash_program().read_bytes()
    assert b"PAYER_CRASH" not in REAL.read_bytes()
