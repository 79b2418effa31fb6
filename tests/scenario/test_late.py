# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end of a token means. Time is moved for server, worker and database. [W4] [F28]"""
from support.channel import fault_code, new_key
from support.hub import FDR, PSP

CLOCK = True


def begin(channel, notice, **changes):
    return channel.activate(notice.creditor, notice.number, notice.amount, **changes)


def test_late_ok_is_money_once(hub, channel, ente, clock):
    """OK after the token's end: refused, yet the money is recorded, once. [W4] [F20]"""
    notice = ente.position(amount="12.34")
    token = begin(channel, notice).paymentToken
    clock.forward(minutes=31)

    faults = [fault_code(channel.outcome(token, "OK")) for _ in range(2)]

    assert faults == ["PPT_TOKEN_SCADUTO", "PPT_ESITO_GIA_ACQUISITO"]
    assert hub.position(notice).state == "PAID"
    ente.wait_told(notice)
    hub.payer("flow", "run")
    [(_, record)] = hub.fdr(notice.iuv)
    assert ente.receipts(notice) == 1
    assert record.findtext(f"{FDR}singoloImportoPagato") == "12.34"


def test_late_ok_for_an_amount_that_was_changed(hub, channel, ente, clock):
    """The Ente changed the amount after the token's end: the money that comes late is kept, and is
    no payment of what is owed now. [W4] [I3]"""
    row = hub.row(amount="12.34")
    hub.load([row])
    token = channel.activate(ente.code, row["notice_number"], "12.34").paymentToken
    clock.forward(minutes=31)
    assert "1 updated" in hub.load([{**row, "amount": "20.00"}], verb="update").stdout
    assert fault_code(channel.outcome(token, "OK")) == "PPT_TOKEN_SCADUTO"
    shown, = hub.json("position", "show", row["notice_number"])
    assert (shown.state, [p.state for p in shown.payments]) == ("OPEN", ["DUPLICATE"])
    again = channel.activate(ente.code, row["notice_number"], "20.00").paymentToken
    assert fault_code(channel.outcome(again)) == "OK"


def test_late_ko_changes_nothing(hub, channel, ente, clock):
    notice = ente.position()
    token = begin(channel, notice).paymentToken
    clock.forward(minutes=31)
    answer = channel.outcome(token, "KO")
    assert fault_code(answer) == "PPT_TOKEN_SCADUTO_KO"
    assert "Unacceptable outcome when token has expired" in answer.fault.description
    assert hub.position(notice).state == "OPEN"


def test_an_expired_token_frees_the_notice(channel, ente, clock):
    """[W3.13] [I4]"""
    notice = ente.position()
    first = begin(channel, notice).paymentToken
    clock.forward(minutes=29)
    assert fault_code(begin(channel, notice)) == "PPT_PAGAMENTO_IN_CORSO"
    clock.forward(minutes=2)
    second = begin(channel, notice).paymentToken
    assert second and second != first
    assert fault_code(channel.outcome(second)) == "OK"


def test_money_twice_is_not_lost(hub, channel, ente, clock):
    """The first token's OK comes after a second one was paid: kept as an anomaly. [F24] [I4]"""
    notice = ente.position()
    first = begin(channel, notice).paymentToken
    clock.forward(minutes=31)
    second = begin(channel, notice).paymentToken
    assert fault_code(channel.outcome(second)) == "OK"
    assert fault_code(channel.outcome(first, "OK")) == "PPT_TOKEN_SCADUTO"
    ente.wait_told(notice)
    hub.payer("flow", "run")
    [(_, record)] = hub.fdr(notice.iuv)  # once: the rest waits in suspense
    assert record.findtext(f"{FDR}identificativoUnivocoRiscossione") == second


def test_a_token_lives_as_long_as_was_asked(channel, ente, clock):
    notice = ente.position()
    begin(channel, notice, expiration_ms=60000)
    clock.forward(seconds=61)
    assert fault_code(begin(channel, notice)) == "OK"


def test_a_key_is_forgotten_after_its_validity(channel, ente, clock):
    notice, key = ente.position(), new_key(PSP)
    first = begin(channel, notice, key=key).paymentToken
    clock.forward(minutes=31)
    answer = begin(channel, notice, key=key)
    assert fault_code(answer) == "OK" and answer.paymentToken != first
