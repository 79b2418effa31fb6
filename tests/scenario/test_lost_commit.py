# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to the database breaks at a COMMIT: before it was heard, carried out and its
answer lost, or heard only when it is tried again. Who asked gets the answer that is true, and there is one fact. [F3] [F31] [I1] [I2]"""
import pytest

from scenario.test_positions import caller, position, submit
from scenario.test_pay import pay
from support.channel import PATH, RawChannel, fault_code, new_key
from support.cutter import ANSWER, LATE, REQUEST, SILENCE, Cutter
from support.hub import ATM, COMUNE, FDR, PSP, PSP_BROKER, wait_until
from support.registry import PASSWORD

SETTINGS = {"db.timeout": "1s", "work.lease": "1s"}
COMMITS_MAX = 60  # more than any of the operator's commands has
# Before it was heard is what tests/fault/test_calls.py does at each message.
carried_out = pytest.mark.parametrize("where", [ANSWER, LATE])
each_way = pytest.mark.parametrize("where", [REQUEST, ANSWER, LATE])


@pytest.fixture(scope="module")
def cutter(module_hub):
    """Between the hub's server, worker and commands and their database."""
    hub = module_hub
    cutter = Cutter(hub.json("db", "status")[0].socket, hub.home / "cut.sock")
    hub.environment["PAYER_DB_SOCKET"] = str(cutter.path)
    for daemon in (hub.serve, hub.work):
        daemon.stop()
    hub.start_serve()
    hub.start_work()
    yield cutter
    del hub.environment["PAYER_DB_SOCKET"]
    for daemon in (hub.serve, hub.work):
        daemon.stop()
    cutter.close()


@pytest.fixture
def raw(hub, cutter):
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    yield client
    client.close()


@pytest.fixture
def idle(hub, cutter):
    """No worker whose COMMITs would be among those that are counted."""
    hub.work.stop()
    yield
    hub.start_work()


def keys():
    return pytest.mark.parametrize("key", [True, False], ids=["key", "no key"])


@each_way
@keys()
def test_activate(hub, ente, cutter, raw, where, key):
    """The token that was saved is the one that is answered, with and without a key. [I6]"""
    notice, key = ente.position(), new_key(PSP) if key else None
    ask = lambda: raw.activate(notice.creditor, notice.number, notice.amount, key)
    with cutter.cut(where, holds="INTO payment "):
        answer = ask()
    assert len(cutter.cuts) == 1
    assert fault_code(answer) == "OK" and len(hub.position(notice).payments) == 1
    first = raw.received
    again = ask()
    if key:
        assert raw.received == first
    else:
        assert fault_code(again) == "PPT_PAGAMENTO_IN_CORSO"
    assert fault_code(raw.outcome(answer.paymentToken)) == "OK"
    assert hub.position(notice).state == "PAID" and len(hub.position(notice).payments) == 1


@each_way
@keys()
def test_outcome(hub, ente, cutter, raw, where, key):
    """The first is told OK, for it was; its repeat without a key, that it is known. [F8] [W4]"""
    notice, key = ente.position(), new_key(PSP) if key else None
    token = raw.activate(notice.creditor, notice.number, notice.amount).paymentToken
    ask = lambda: fault_code(raw.outcome(token, "OK", "1.00", key))
    with cutter.cut(where, holds="INTO receipt "):
        assert ask() == "OK"
    assert len(cutter.cuts) == 1
    assert ask() == ("OK" if key else "PPT_ESITO_GIA_ACQUISITO")
    assert hub.position(notice).state == "PAID"
    ente.wait_told(notice)
    assert ente.receipts(notice) == 1


@each_way
def test_positions(hub, cutter, raw, where):
    """By SOAP: created, not unchanged, for it is new to who sent it; cancelled once."""
    service, own_id = caller(hub), f"CUT-{where}"
    with cutter.cut(where, holds="INTO position "):
        made, = submit(service, position(own_id))
    assert len(cutter.cuts) == 1 and made.outcome == "created"
    assert submit(service, position(own_id))[0].outcome == "unchanged"
    with cutter.cut(where, holds="UPDATE position"):
        assert service.cancelPosition(creditor=COMUNE, ownId=own_id).outcome == "OK"
    assert len(cutter.cuts) == 1
    assert service.cancelPosition(creditor=COMUNE, ownId=own_id).outcome == "OK"


@each_way
def test_registry(hub, ente, cutter, raw, where):
    """The operator is told of the version that was made."""
    before = [row.version for row in hub.json("registry", "history")]
    text = hub.registry.read_text(encoding="utf-8")
    changed = hub.home / "changed.xml"
    changed.write_text(text.replace("Comune di Prova", f"Comune di Prova {where}"),
                       encoding="utf-8")
    with cutter.cut(where):
        said = hub.payer("registry", "import", str(changed))
    assert len(cutter.cuts) == 1
    after = [row.version for row in hub.json("registry", "history")]
    assert len(after) == len(before) + 1 and f"Version {max(after)} is in force." in said.stdout + said.stderr
    with cutter.cut(where):
        said = hub.payer("stop", "ente", COMUNE, "--reason", "prova")
    assert len(cutter.cuts) == 1 and "Stopped:" in said.stdout + said.stderr
    hub.payer("start", "ente", COMUNE)
    hub.payer("registry", "import", str(hub.registry))
    notice = ente.position()
    wait_until(lambda: fault_code(raw.verify(COMUNE, notice.number)) == "OK", "the server knows of it")


@pytest.mark.parametrize("first", [1, 2])
@carried_out
def test_flow(hub, comune, asl, cutter, raw, idle, where, first):
    """Each COMMIT of a run in turn, until a run has none left to cut. What is paid at that moment
    is in this flow or in the next one. [I8] [F48]"""
    paid = []
    for nth in range(first, COMMITS_MAX, 2):
        notices = [comune.position(amount="1.05"), asl.position(amount="2.10"),
                   comune.position(amount="3.00")]
        for notice in notices[:2]:
            pay(raw, notice)
        with cutter.cut(where, nth, then=lambda: pay(raw, notices[2])):
            hub.payer("flow", "run")
        if not cutter.cuts:
            break
        hub.payer("flow", "run")
        paid += notices
    assert 4 < nth < COMMITS_MAX - 2
    hub.payer("flow", "verify")
    for notice in paid:
        [(flow, _)] = hub.fdr(notice.iuv)
        assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1


@carried_out
def test_send(hub, asl, cutter, raw, idle, where):
    """Each COMMIT of a worker in turn: told, with the same bytes when told again. [I7] [F11]"""
    for nth in range(1, COMMITS_MAX):
        notice = asl.position()
        pay(raw, notice)
        with cutter.cut(where, nth):
            hub.payer("work", "--once")
        if not cutter.cuts:
            break
        wait_until(lambda: hub.payer("work", "--once") and asl.told(notice), "a lease that ended")
        assert asl.receipts(notice) == 1
        assert len({a["sha256"] for a in hub.peers.attempts(notice.number)}) == 1
    assert 2 < nth < COMMITS_MAX - 1


def test_locks_of_a_silent_connection_end(hub, asl, cutter, raw):
    """The server is not told that its client is gone: it does not keep the row for hours. [F38] [R16]"""
    notice = asl.position()
    with cutter.cut(SILENCE, holds="SET state = 'CLAIMED'"):
        pay(raw, notice)
        wait_until(lambda: cutter.cuts, "a claim")
    asl.wait_told(notice)
    assert asl.receipts(notice) == 1


def test_the_journal_goes_on(hub, ente, cutter, raw):
    """Lines of what only looked go in batches: one that was saved before the database went away for
    longer than a transaction is tried is not in the way of what comes after it."""
    failed = lambda: hub.serve.log.read_text().count("event=journal.flush")
    notice = ente.position()
    with cutter.cut(ANSWER, holds="INTO journal", then=cutter.refuse):
        raw.verify(COMUNE, notice.number)
        wait_until(lambda: cutter.cuts and failed(), "a batch that could not be saved")
    cutter.accept()
    raw.verify(COMUNE, notice.number)
    before = failed()
    hub.serve.stop()  # saves what is left
    assert failed() == before
    hub.start_serve()
