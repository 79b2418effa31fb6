# SPDX-License-Identifier: GPL-3.0-or-later
"""Each message to the database fails once, the 1st, the 2nd, … of an operation until it passes
untouched: who asked has an answer that says what is, nothing is half done, and asking again works.
Runs the program with fault points (`make crash`); the real one has none. [F31] [F32] [F33] [R1]
[R2]"""
import contextlib

import pytest

from fault.test_crash import crash_program
from scenario.test_positions import caller, position, submit
from support.channel import SoapFault, fault_code, new_key
from support.hub import COMUNE, FDR, PSP, Hub, wait_until
from support.registry import with_stations
from support.station import UNIONE

LOST, DEADLOCK, LOCK_WAIT = NUMBERS = 2013, 1213, 1205
CALLS_MAX = 300  # more than any operation has
OPENING = 3  # calls that a command needs to open its connection
AGAIN = 75  # exit status: not now, try again
errors = pytest.mark.parametrize("number", NUMBERS, ids=["lost", "deadlock", "lock wait"])


@pytest.fixture(scope="module")
def module_hub():
    """One server thread, so that all calls of a request are in one row; no worker but by hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYER_BIN", str(crash_program()))
        hub = Hub({"serve.workers": 1, "work.lease": "1s"})
        hub.fault = Fault(hub.home / "fault")
        hub.environment["PAYER_FAULT"] = str(hub.fault.path)
        try:
            hub.start()
            with_stations(hub)
            hub.work.stop()
            yield hub
        finally:
            hub.stop()


class Fault:
    """What the program reads on each call, and counts down."""

    def __init__(self, path):
        self.path = path
        self._write(0, 0)

    def _write(self, nth, number):
        self.path.write_text(f"{nth:08} {number:08}\n")

    @contextlib.contextmanager
    def at(self, nth, number):
        self._write(nth, number)
        try:
            yield
        finally:
            self.fired = self.path.read_text().startswith("00000000")
            self._write(0, 0)

    def each(self, number=None, first=1, step=1):
        """A context for each call that is to fail, until one had not so many.
        @param number  None: another one each time"""
        for self.nth in range(first, CALLS_MAX, step):
            self.number = number or NUMBERS[self.nth // step % len(NUMBERS)]
            yield self.at(self.nth, self.number)
            if not self.fired:
                assert self.nth > first, "no call at all"
                return
        raise AssertionError("no end")

    def went_on(self, done):
        """A command whose connection was lost goes on with another one, once it has begun."""
        return done.returncode == 0 or self.number != LOST or self.nth <= OPENING


def fault_or(ask):
    """An operation's answer, or the SOAP Fault that says: try again."""
    try:
        return fault_code(ask())
    except SoapFault as fault:
        assert "try again" in str(fault), fault
        return "again"


@errors
def test_verify(hub, ente, raw, number):
    """A lost connection, which a restart of the database leaves behind, is nobody's answer."""
    notice = ente.position()
    ask = lambda: raw.verify(notice.creditor, notice.number)
    for failing in hub.fault.each(number):
        with failing:
            answer = fault_or(ask)
        assert answer == "OK" or (answer == "again" and number != LOST)
        assert fault_code(ask()) == "OK"


@errors
@pytest.mark.parametrize("v2", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("with_key", [True, False], ids=["key", "no key"])
def test_pay(hub, ente, raw, number, v2, with_key):
    """Run again, in one request: activation and outcome are as if nothing had been. [F1] [F7]"""
    keys = lambda: (new_key(PSP), new_key(PSP)) if with_key else (None, None)
    for failing in hub.fault.each(number):
        notice, (key, _) = ente.position(), keys()
        with failing:
            answer = raw.activate(notice.creditor, notice.number, notice.amount, key, v2=v2)
        assert fault_code(answer) == "OK"
        assert [p.state for p in hub.position(notice).payments] == ["ACTIVE"]
        if with_key:
            first = raw.received
            raw.activate(notice.creditor, notice.number, notice.amount, key, v2=v2)
            assert raw.received == first
        hub.payer("audit")
    for failing in hub.fault.each(number):
        notice, (_, key) = ente.position(), keys()
        token = raw.activate(notice.creditor, notice.number, notice.amount, v2=v2).paymentToken
        ask = lambda: fault_code(raw.outcome(token, "OK", "1.00", key, v2=v2))
        with failing:
            assert ask() == "OK"
        assert [p.state for p in hub.position(notice).payments] == ["PAID"]
        assert ask() == ("OK" if with_key else "PPT_ESITO_GIA_ACQUISITO")
        hub.payer("audit")


@errors
def test_pay_together(hub, ente, asl, raw, number):
    """Whichever message of a set fails: all are paid, once, in one request. [F1] [F7]"""
    for failing in hub.fault.each(number):
        notices, key = [ente.position(), asl.position(), ente.position()], new_key(PSP)
        tokens = [raw.activate(n.creditor, n.number, n.amount, v2=True).paymentToken
                  for n in notices]
        ask = lambda: fault_code(raw.outcome(tokens, "OK", "1.00", key))
        with failing:
            assert ask() == "OK"
        assert [[p.state for p in hub.position(n).payments] for n in notices] == [["PAID"]] * 3
        assert ask() == "OK"
        hub.payer("audit")


@errors
@pytest.mark.parametrize("with_key", [True, False], ids=["key", "no key"])
def test_begin_at_a_station(hub, raw, number, with_key):
    """Between claim and decision lies a call: the station is asked once, one token is out. [F3]"""
    book = hub.peers.book
    known = book.debt(UNIONE)
    wait_until(lambda: fault_code(raw.verify(UNIONE, known.number)) == "OK", "the new registry")
    for failing in hub.fault.each(number):
        debt, key = book.debt(UNIONE), new_key(PSP) if with_key else None
        with failing:
            answer = raw.activate(UNIONE, debt.number, "12.34", key)
        assert fault_code(answer) == "OK" and book.asked(debt) == ["paGetPayment"]
        assert [p.state for p in hub.position(debt).payments] == ["ACTIVE"]
        if with_key:
            first = raw.received
            raw.activate(UNIONE, debt.number, "12.34", key)
            assert raw.received == first
        assert fault_code(raw.outcome(answer.paymentToken)) == "OK"
        hub.payer("audit")


@errors
def test_positions(hub, number):
    """Created or to be sent again, cancelled or still there."""
    service = caller(hub)
    again = lambda fault: "try again" in str(fault)
    for n, failing in enumerate(hub.fault.each(number)):
        own_id, made = f"CALL-{number}-{n}", None
        with failing:
            try:
                made = submit(service, position(own_id))[0].outcome
            except Exception as fault:  # zeep's
                assert again(fault)
        assert made == "created" or number != LOST
        assert submit(service, position(own_id))[0].outcome == ("unchanged" if made else "created")
        hub.payer("audit")
    for n, failing in enumerate(hub.fault.each(number)):
        own_id, gone = f"GONE-{number}-{n}", None
        submit(service, position(own_id))
        with failing:
            try:
                gone = service.cancelPosition(creditor=COMUNE, ownId=own_id).outcome
            except Exception as fault:  # zeep's
                assert again(fault)
        assert gone == "OK" or number != LOST
        assert service.getPosition(creditor=COMUNE, ownId=own_id).state == (
            "cancelled" if gone else "open")
        assert service.cancelPosition(creditor=COMUNE, ownId=own_id).outcome == "OK"
        hub.payer("audit")


@errors
def test_registry(hub, number):
    text = hub.registry.read_text(encoding="utf-8")
    changed = hub.home / "changed.xml"
    for n, failing in enumerate(hub.fault.each(number)):
        changed.write_text(text.replace("Comune di Prova", f"Comune {number} {n}"),
                           encoding="utf-8")
        before = len(hub.json("registry", "history"))
        with failing:
            done = hub.payer("registry", "import", str(changed), ok=(0, AGAIN))
        assert hub.fault.went_on(done)
        assert len(hub.json("registry", "history")) == before + (done.returncode == 0)
        hub.payer("registry", "import", str(changed))
        assert len(hub.json("registry", "history")) == before + 1


@errors
def test_load(hub, number):
    for failing in hub.fault.each(number):
        row = hub.row()
        with failing:
            done = hub.load([row], ok=(0, AGAIN))
        assert hub.fault.went_on(done)
        hub.load([row])
        assert hub.json("position", "show", row["notice_number"])[0].state == "OPEN"


def test_send(hub, asl, raw):
    """The worker says what went wrong and goes on. [F9] [F10]"""
    for failing in hub.fault.each():
        notice = asl.position()
        token = raw.activate(notice.creditor, notice.number, notice.amount).paymentToken
        raw.outcome(token)
        with failing:
            hub.payer("work", "--once", ok=(0, AGAIN))
        wait_until(lambda: hub.payer("work", "--once") and asl.told(notice), "told")
        assert asl.receipts(notice) == 1
        assert len({a["sha256"] for a in hub.peers.attempts(notice.number)}) == 1


@errors
def test_reversal(hub, ente, raw, number):
    """All of it or nothing, and said again it is done once. [F3] [F31]"""
    for failing in hub.fault.each(number):
        notice = ente.position()
        token = raw.activate(notice.creditor, notice.number, notice.amount).paymentToken
        raw.outcome(token)
        order = ("payment", "reverse", token, "--reason", "r", "--reference", "R")
        with failing:
            done = hub.payer(*order, ok=(0, AGAIN))
        assert hub.fault.went_on(done)
        assert [p.state for p in hub.position(notice).payments] == [
            "PAID" if done.returncode else "REVERSED"]
        assert "REVERSED" in hub.payer(*order).stdout
        assert hub.sql("SELECT COUNT(*) FROM reversal r JOIN payment y ON y.id = r.payment_id"
                       f" WHERE y.token = '{token}'") == ["1"]
        hub.payer("audit")


@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_flow(hub, comune, asl, raw, first):
    """Settled and published in whole steps: what a run left is in the next one's. [I8]"""
    paid = []
    for failing in hub.fault.each(first=first, step=4):
        notices = [comune.position(amount="1.05"), asl.position(amount="2.10")]
        for notice in notices:
            raw.outcome(raw.activate(notice.creditor, notice.number, notice.amount).paymentToken)
        with failing:
            done = hub.payer("flow", "run", ok=(0, AGAIN))
        assert hub.fault.went_on(done)
        paid += notices
    hub.payer("flow", "run")
    hub.payer("flow", "verify")
    for notice in paid:
        [(flow, _)] = hub.fdr(notice.iuv)
        assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1


def test_the_real_program_has_none():
    assert b"PAYER_FAULT" in crash_program().read_bytes()
