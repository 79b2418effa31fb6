# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker dies by SIGKILL while it closes a period; the next one goes on with the same period, its
own cut-off and the same bytes. Runs the program with crash points. [F13] [F14] [F48] [I8]"""
import pytest

from fault.test_crash import FLOW, KILLED, crash_at, crash_program, raw
from scenario.test_pay import pay
from support.hub import FDR, Hub, wait_until
from support.periods import flows, instant, period, subscribe, wait_begun, wait_closed

CLOCK = True
BANK, ENTE = "BANCA1-PAIN", "77777777777-FDR"


@pytest.fixture(scope="module")
def module_hub():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYER_BIN", str(crash_program()))
        hub = Hub(clock=True)
        try:
            hub.start()
            subscribe(hub, {BANK: {"period": "daily 06:00"}})
            wait_begun(hub, BANK, "daily 06:00")
            yield hub
        finally:
            hub.stop()


@pytest.mark.parametrize("name", FLOW)
def test_period(hub, comune, clock, name):
    first, second = comune.position(amount="1.05"), comune.position(amount="2.10")
    end = period(hub, BANK).next_end
    hub.work.stop()
    pay(raw(hub), first)
    clock.to(instant(end))
    pay(raw(hub), second)  # after the cut-off, before anybody closed the period
    with crash_at(hub, name):
        hub.start_work(to_die=True)
        assert hub.work.process.wait(60) == KILLED
    seen = {path: path.read_bytes() for path in hub.flow_files()}
    made = {f.id: f for f in flows(hub, ENTE)}
    assert period(hub, BANK).state in ("OPEN", "PLANNED")
    clock.forward(minutes=10)
    hub.start_work()
    wait_closed(hub, BANK, end)
    assert {path: path.read_bytes() for path in seen} == seen
    for f in flows(hub, ENTE):
        before = made.get(f.id)
        assert before is None or (f.message_id, f.created_at) == (before.message_id,
                                                                  before.created_at)
    [(flow, _)] = hub.fdr(first.iuv)
    assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1
    assert hub.fdr(second.iuv) == []
    hub.payer("flow", "verify")


def test_a_line_left_open_is_sealed_days_later(hub, comune, clock):
    """It was saved after a younger one was sealed, and no worker ran since. [I10]"""
    hub.work.stop()
    # The last sealed line whose number's neighbour is free: lines of one millisecond follow each other.
    left = int(hub.sql("SELECT MAX(journal_id) - 1 FROM journal_seal"
                       " WHERE journal_id - 1 NOT IN (SELECT id FROM journal)")[0])
    hub.sql("INSERT INTO journal (id, at, actor, event, outcome)"
            f" VALUES ({left}, UTC_TIMESTAMP(6), 'operator/test', 'test.left', 'OK')")
    clock.forward(hours=25)
    pay(raw(hub), comune.position())
    hub.start_work()
    wait_until(lambda: hub.sql(f"SELECT seq FROM journal_seal WHERE journal_id = {left}"), "its seal")
