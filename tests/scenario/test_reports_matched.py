# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of PSPs' flows against what is paid here: before, while and after it is; by IUR, else by IUV
where one payment alone can be meant. [W5] [F57]"""
import concurrent.futures
import subprocess
import time

import pytest

from support.channel import fault_code
from support.hub import ASL, wait_until
from support.node import Node
from support.reports import NOW, FlowPsp, later, lines, number, paid, payment


@pytest.fixture
def psp(hub):
    return FlowPsp(hub.url)


def test_reported_before_it_is_paid(hub, channel, ente, psp):
    """The flow is faster than the outcome: its line waits for a person no longer than that."""
    notice = ente.position(amount="12.34")
    token = channel.activate(notice.creditor, notice.number, "12.34").paymentToken
    identifier, code = psp.deliver([payment(notice.iuv, token, "12.34"),
                                    payment("RF18999", "ALTRO", "1.00")])
    assert code == "OK" and lines(hub, identifier) == ["UNKNOWN", "UNKNOWN"]
    assert channel.outcome(token).outcome == "OK"
    wait_until(lambda: lines(hub, identifier) == ["MATCHED", "UNKNOWN"], "it is paid by now")
    waiting = ("SELECT line FROM anomaly WHERE state = 'OPEN' AND flow_id ="
               f" {number(hub, identifier)}")
    assert hub.sql(waiting) == ["2"]


def test_reported_before_its_receipt(hub, ente, psp):
    """The same of a payment that was made elsewhere, which nobody here knew of."""
    notice = ente.position(amount="12.34")
    node = Node(hub.url, violations=hub.violations.path)
    receipt = node.receipt(notice, idPSP="PSPPROVA")
    identifier, _ = psp.deliver([payment(notice.iuv, receipt["receiptId"], "12.34")])
    assert lines(hub, identifier) == ["UNKNOWN"]
    assert fault_code(node.tell(receipt)) == "OK"
    wait_until(lambda: lines(hub, identifier) == ["MATCHED"], "it is known by now")
    node.close()


def test_money_in_suspense_is_money(hub, channel, ente, psp):
    """What came twice for a notice was collected all the same: it is ours, whoever reports it."""
    notice, first, second = twice(hub, channel, ente)
    assert channel.outcome(second).outcome == "OK"
    assert fault_code(channel.outcome(first)) == "PPT_TOKEN_SCADUTO"
    assert hub.sql(f"SELECT state FROM payment WHERE token = '{first}'") == ["DUPLICATE"]
    identifier, _ = psp.deliver([payment(notice.iuv, first, "12.34", index=1),
                                 payment(notice.iuv, second, "12.34"),
                                 payment(notice.iuv, first, "12.34")])
    assert lines(hub, identifier) == ["MATCHED", "MATCHED", "TWICE"]


def twice(hub, channel, ente, amount="12.34"):
    """A notice with two tokens, of which the first ended."""
    notice = ente.position(amount=amount)
    first = channel.activate(notice.creditor, notice.number, amount, expiration_ms=1).paymentToken
    second = wait_until(lambda: channel.activate(notice.creditor, notice.number, amount).paymentToken,
                        "the first token ended")
    return notice, first, second


def test_money_in_suspense_reported_before_it_came(hub, channel, ente, psp):
    """It has no receipt that would tell: its line is looked at again all the same."""
    notice, first, second = twice(hub, channel, ente)
    identifier, _ = psp.deliver([payment(notice.iuv, first, "12.34"),
                                 payment(notice.iuv, second, "12.34")])
    assert lines(hub, identifier) == ["UNKNOWN", "UNKNOWN"]
    channel.outcome(second)
    channel.outcome(first)
    assert hub.sql(f"SELECT state FROM payment WHERE token = '{first}'") == ["DUPLICATE"]
    wait_until(lambda: lines(hub, identifier) == ["MATCHED", "MATCHED"], "both came by now")
    assert hub.sql("SELECT COUNT(*) FROM psp_flow_again") == ["0"]


class Held:
    """A row that another transaction holds for as long as `with` lasts."""

    def __init__(self, hub, select):
        socket = hub.json("db", "status")[0].socket
        self.session = subprocess.Popen(
            ["mariadb", f"--socket={socket}", "--skip-column-names", "--batch", "--unbuffered", "payer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=hub.environment)
        self.session.stdin.write(f"BEGIN; {select} FOR UPDATE;\n")
        self.session.stdin.flush()
        assert self.session.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.communicate("ROLLBACK;\n", timeout=60)


@pytest.mark.parametrize("suspended", [False, True])
def test_paid_while_it_is_matched(hub, channel, ente, psp, suspended):
    """Whoever matches the line began before the money came, and ends after another worker looked
    which lines wait for it: it must not stay UNKNOWN. [R3]"""
    notice, first, second = twice(hub, channel, ente)
    token = first if suspended else second
    if suspended:
        channel.outcome(second)
    hub.work.stop()
    hub.payer("work", "--once")
    identifier, _ = psp.deliver([payment(notice.iuv, token, "12.34")])
    [row] = hub.sql(f"SELECT id FROM psp_flow WHERE flow_id = '{identifier}'")
    waits = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"

    def waiting(n):
        def asked():
            time.sleep(0.15)  # whoever asks more often than each 0.1 s is told the same again
            return int(hub.sql(waits)[0]) >= n
        return asked

    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            with Held(hub, f"SELECT id FROM psp_flow WHERE id = {row}"):
                matches = pool.submit(hub.payer, "work", "--once")
                wait_until(waiting(1), "it matches, and waits", 30)
                channel.outcome(token)
                hub.sql("UPDATE sequencer SET lease_until = UTC_TIMESTAMP() WHERE name = 'receipt'")
                looks = pool.submit(hub.payer, "work", "--once")
                left = ("psp_flow_again" if suspended else "receipt WHERE seq IS NULL")
                wait_until(lambda: waiting(2)() or hub.sql(f"SELECT COUNT(*) FROM {left}") == ["0"],
                           "another looks which lines wait for the money", 30)
            matches.result()
            looks.result()
    finally:
        hub.start_work()
    wait_until(lambda: lines(hub, identifier) == ["MATCHED"], "it is paid by now")


def by(hub, identifier):
    return [(line.state, line.matched_by) for line in
            hub.json("psp-flow", "lines", str(number(hub, identifier)))]


def test_an_iur_that_nobody_knows(hub, channel, ente, psp):
    """The PSP gives a number of its own: the IUV and the amount say what it means, where they can mean
    one payment only, and the line says that it was they. What has its own line is not taken. [F57]"""
    notice, _ = paid(channel, ente)
    other, other_token = paid(channel, ente)
    identifier, code = psp.deliver([
        payment(notice.iuv, "CRO-1", "12.34"),                # the one payment of that amount
        payment(notice.iuv, "CRO-2", "12.34"),                # and there is no other
        payment(notice.iuv, "CRO-3", "12.34", outcome="3"),
        payment(other.iuv, "CRO-4", "12.34"),                 # has its own line
        payment(other.iuv, other_token, "12.34", index=1)])
    assert code == "OK"
    assert by(hub, identifier) == [("MATCHED", "IUV"), ("UNKNOWN", None), ("REVOKED", None),
                                   ("UNKNOWN", None), ("MATCHED", "IUR")]


@pytest.mark.parametrize("amount, index, state", [
    ("12.34", None, "MATCHED"), ("12.34", 1, "MATCHED"), ("12.34", 2, "UNKNOWN"),
    ("12.33", None, "UNKNOWN"), ("24.68", None, "UNKNOWN")])
def test_by_iuv_only_its_amount(hub, channel, ente, psp, amount, index, state):
    notice, _ = paid(channel, ente)
    identifier, _ = psp.deliver([payment(notice.iuv, "CRO-5", amount, index=index)])
    assert by(hub, identifier) == [(state, "IUV" if state == "MATCHED" else None)]


def test_by_iuv_of_two_payments_none(hub, channel, ente, psp):
    """Paid twice: which of the two is meant is for a person to say. [F57]"""
    notice, first, second = twice(hub, channel, ente)
    channel.outcome(second)
    channel.outcome(first)
    identifier, _ = psp.deliver([payment(notice.iuv, "CRO-6", "12.34")])
    assert by(hub, identifier) == [("UNKNOWN", None)]


def test_by_iuv_of_its_ente(hub, channel, ente, psp):
    notice, _ = paid(channel, ente)
    identifier, code = psp.deliver([payment(notice.iuv, "CRO-7", "12.34")], creditor=ASL)
    assert code == "OK" and by(hub, identifier) == [("UNKNOWN", None)]


def test_by_iuv_before_it_is_paid(hub, channel, ente, psp):
    notice = ente.position(amount="12.34")
    token = channel.activate(notice.creditor, notice.number, "12.34").paymentToken
    identifier, _ = psp.deliver([payment(notice.iuv, "CRO-8", "12.34")])
    assert by(hub, identifier) == [("UNKNOWN", None)]
    channel.outcome(token)
    wait_until(lambda: by(hub, identifier) == [("MATCHED", "IUV")], "it is paid by now")


def test_by_iuv_what_a_revision_lets_go(hub, channel, ente, psp):
    """What nothing was left for is looked at again when a flow gives it back."""
    notice, token = paid(channel, ente)
    first, _ = psp.deliver([payment(notice.iuv, token, "12.34")])
    second, _ = psp.deliver([payment(notice.iuv, "CRO-9", "12.34")])
    assert by(hub, first) == [("MATCHED", "IUR")] and by(hub, second) == [("UNKNOWN", None)]
    assert psp.deliver([payment("RF1", "y", "2.00")], first, later(NOW))[1] == "OK"
    wait_until(lambda: by(hub, second) == [("MATCHED", "IUV")], "it is free by now")
