# SPDX-License-Identifier: GPL-3.0-or-later
"""Periods end by the clock, without anybody asking: each fact is in one of them, whatever was down,
late or twice there. The time is moved for server, worker and database. [I8] [F47] [F48] [F49]"""
import datetime
import shutil
import threading

import pytest

from scenario.test_flow import FDR
from scenario.test_pay import pay
from support.channel import PATH, RawChannel
from support.cutter import Cutter
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, Daemon, program, wait_until
from support.periods import (clocks_change, flows, instant, period, rome, subscribe, wait_begun,
                             wait_closed)
from support.registry import PASSWORD
from support.rest import at_rest
from support.witness import ROOT

CLOCK = True
BANK, ENTE = "BANCA1-PAIN", f"{COMUNE}-FDR"
CSV = {"party": COMUNE, "audience": "ente", "holds": "paid", "delivery": "ente-csv"}


@pytest.fixture
def cutter(hub):
    """Between the server and its database."""
    cutter = Cutter(hub.json("db", "status")[0].socket, hub.home / "cut.sock")
    hub.environment["PAYER_DB_SOCKET"] = str(cutter.path)
    hub.serve.stop()
    hub.start_serve()
    yield cutter
    del hub.environment["PAYER_DB_SOCKET"]
    hub.serve.stop()
    hub.start_serve()
    cutter.close()


def pay_told(hub, channel, notice):
    """Before the clock leaps: what is on its way meanwhile leaves a line of the journal a day too late
    to be sealed."""
    pay(channel, notice)
    at_rest(hub)


def restore(hub):
    """The registry that the hub was started with; seen, so that what comes next begins anew."""
    hub.work.stop()  # it may hold the one before for a second
    hub.payer("registry", "import", str(hub.registry))
    hub.payer("work", "--once")
    hub.start_work()


@pytest.fixture
def daily(hub, clock):
    """The bank's subscription ends each day at six, whichever days banks settle; where it stands."""
    clock.forward(hours=2)  # away from what a test before has closed
    subscribe(hub, {BANK: {"period": "daily 06:00", "enabled": "yes", "cut-off": "06:00"}})
    yield wait_begun(hub, BANK, "daily 06:00")
    restore(hub)


def test_a_period_closes_unasked(hub, channel, comune, clock, daily):
    """Bank and Ente agree, as when an operator asks; what is paid after the end waits. [M15]"""
    first, second = comune.position(amount="3.01"), comune.position(amount="4.02")
    pay_told(hub, channel, first)
    clock.to(instant(daily))
    pay_told(hub, channel, second)
    wait_closed(hub, BANK, daily)
    [(flow, _)] = hub.fdr(first.iuv)
    flow_id = flow.findtext(f"{FDR}identificativoFlusso")
    [(_, transfer)] = hub.transfers(flow_id)
    assert "3.01" in [e.text for e in transfer.iter()]
    assert hub.fdr(second.iuv) == []
    later = period(hub, BANK).next_end
    clock.to(instant(later))
    wait_closed(hub, BANK, later)
    assert len(hub.fdr(second.iuv)) == len(hub.fdr(first.iuv)) == 1


def caught_up(hub, *codes):
    wait_until(lambda: all(instant(period(hub, code).next_end) > hub.clock.now() for code in codes),
               "all ends that were missed", 20)


def test_days_down_are_made_up_for_in_order(hub, channel, comune, clock, daily):
    """One flow for each end that was missed, the oldest first, and one for a day without payments
    where a subscription wants it."""
    subscribe(hub, {"COMUNE-CSV": {**CSV, "format": "csv-rendicontazione", "period": "daily 07:00",
                                   "empty": "yes", "enabled": "yes"}})
    wait_begun(hub, "COMUNE-CSV", "daily 07:00")
    before = len(flows(hub, ENTE)), len(flows(hub, "COMUNE-CSV"))
    hub.work.stop()
    notices = []
    for day in range(5):
        if day != 2:
            notices.append(comune.position(amount=f"{day + 1}.00"))
            pay(channel, notices[-1])
        clock.forward(days=1)
    hub.start_work()
    caught_up(hub, BANK, "COMUNE-CSV")
    at_rest(hub)
    clock.to(instant(period(hub, BANK).next_end))  # a weekend's payments wait for Monday
    caught_up(hub, BANK)
    clock.to(instant(period(hub, "COMUNE-CSV").next_end))
    caught_up(hub, BANK, "COMUNE-CSV")
    at_rest(hub)
    held = [hub.fdr(notice.iuv) for notice in notices]
    assert [len(found) for found in held] == [1] * 4
    ids = [flow.findtext(f"{FDR}identificativoFlusso") for [(flow, _)] in held]
    made = flows(hub, ENTE)[before[0]:]
    # ends fell between most of them; those that banks' closed days moved share one, in order
    assert ids == sorted(ids, key=[f.message_id for f in made].index)
    assert len(made) == len(set(ids)) > 1
    tables = flows(hub, "COMUNE-CSV")[before[1]:]
    texts = [(hub.home / f"var/flow/ente-csv/{f.name}").read_bytes() for f in tables]
    assert sum(f.count for f in tables) >= 4 and 0 in [f.count for f in tables]
    assert [f.seq for f in tables] == list(range(tables[0].seq, tables[0].seq + len(tables)))
    for f, text in zip(tables, texts):
        assert text.count(b"\r\n") == 1 + f.count
    subscribe(hub, {"COMUNE-CSV": {"enabled": "no"}})


def test_several_workers(hub, channel, comune, asl, clock, daily):
    """[F49] Audit looks for double and missing ones, in settlements, flows and numbers."""
    others = [Daemon(f"work{i}", [program(), "work", "--set", "work.metrics_port=-1"],
                     hub.environment, hub.home) for i in range(3)]
    try:
        for other in others:
            other.first_line()
        notices = [comune.position(), asl.position(), comune.position(debt_type="MENSA")]
        subscribe(hub, {"BANCA2-PAIN": {"period": "daily 06:00", "enabled": "yes"}})
        wait_begun(hub, "BANCA2-PAIN", "daily 06:00")
        for notice in notices:
            pay_told(hub, channel, notice)
        end = period(hub, BANK).next_end
        clock.to(instant(end))
        for code in (BANK, "BANCA2-PAIN"):
            wait_closed(hub, code, end)
        assert [len(hub.fdr(notice.iuv)) for notice in notices] == [1, 1, 1]
    finally:
        for other in others:
            assert other.stop() == 0
    hub.payer("flow", "verify")


def test_a_transaction_held_open_across_the_cut_off(hub, comune, cutter, clock, daily):
    """It began before the end and is saved after the flow: it is in the next one. [F48]"""
    raw = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    early, late = comune.position(amount="5.05"), comune.position(amount="6.06")
    clock.to(instant(daily) - datetime.timedelta(minutes=5))  # its token does not end meanwhile
    pay(raw, early)
    token = raw.activate(late.creditor, late.number, late.amount).paymentToken
    go, answers = threading.Event(), []
    with cutter.cut(None, holds="INTO entry", then=lambda: go.wait(9)):
        payer = threading.Thread(target=lambda: answers.append(raw.outcome(token, "OK")))
        payer.start()
        wait_until(lambda: cutter.cuts, "the payment's COMMIT")
        clock.to(instant(daily))
        wait_closed(hub, BANK, daily)
        assert len(hub.fdr(early.iuv)) == 1
        go.set()
        payer.join(60)
    assert answers[0].outcome == "OK" and hub.fdr(late.iuv) == []
    end = period(hub, BANK).next_end
    clock.to(instant(end))
    wait_closed(hub, BANK, end)
    assert len(hub.fdr(early.iuv)) == len(hub.fdr(late.iuv)) == 1
    raw.close()


def test_the_clock_goes_back(hub, channel, comune, clock, daily):
    """What was closed stays closed, and nothing is closed twice. [F47]"""
    notice = comune.position()
    pay_told(hub, channel, notice)
    clock.to(instant(daily))
    wait_closed(hub, BANK, daily)
    made = [f.id for f in flows(hub, ENTE)]
    clock.forward(hours=-1)
    hub.payer("work", "--once")
    assert [f.id for f in flows(hub, ENTE)] == made and period(hub, BANK).last_end == daily
    clock.forward(hours=1)


def test_one_that_cannot_be_made_is_not_in_the_way(hub, channel, comune, clock, daily):
    """A subscription to a format that this machine does not have: said in the log; the bank is
    served."""
    other = hub.home / "other-machine"
    shutil.copytree(ROOT / "conf", other / "conf")
    shutil.copytree(ROOT / "xslt", other / "xslt")
    folder = other / "xslt/flow/csv-rendicontazione"
    theirs = folder.rename(folder.with_name("nobodys-format")) / "flow.xml"
    theirs.write_text(theirs.read_text().replace('"csv-rendicontazione"', '"nobodys-format"'))
    subscribe(hub, {"BROKEN": {**CSV, "format": "nobodys-format", "period": "daily 05:00",
                               "enabled": "yes"}}, "--set", f"hub.share={other}")
    wait_begun(hub, "BROKEN", "daily 05:00")
    notice = comune.position()
    pay_told(hub, channel, notice)
    end = period(hub, BANK).next_end
    clock.to(instant(end))
    wait_closed(hub, BANK, end)
    assert len(hub.fdr(notice.iuv)) == 1
    assert "nobodys-format" in hub.work.log.read_text()
    subscribe(hub, {"BROKEN": {"enabled": "no"}})


@pytest.mark.parametrize("month", [3, 10], ids=["March", "October"])
def test_both_changes_of_the_clock(hub, channel, comune, clock, month):
    """A time of the night that does not exist, or is there twice: one end each day. [F47]"""
    change = clocks_change(clock, month)
    clock.to(instant(f"{change}T00:30:00"))
    subscribe(hub, {ENTE: {"period": "daily 02:30"}, BANK: {"period": "every 4h"}})
    wait_begun(hub, BANK, "every 4h")
    first = wait_begun(hub, ENTE, "daily 02:30")
    assert rome(first) == f"{change} 0{3 if month == 3 else 2}:30"
    notice = comune.position()
    pay_told(hub, channel, notice)
    clock.to(instant(first))
    wait_closed(hub, ENTE, first)
    assert rome(period(hub, ENTE).next_end)[11:] == "02:30"
    clock.forward(hours=8)  # a Sunday: the bank's end is Monday's
    hub.payer("work", "--once")
    assert hub.fdr(notice.iuv) == []
    monday = period(hub, BANK).next_end
    assert rome(monday)[11:] == "00:00" and instant(monday) - instant(first) > datetime.timedelta(
        hours=20)
    clock.to(instant(monday))
    wait_closed(hub, BANK, monday)
    end = period(hub, ENTE).next_end
    clock.to(instant(end))
    wait_closed(hub, ENTE, end)
    assert len(hub.fdr(notice.iuv)) == 1
    restore(hub)
