# SPDX-License-Identifier: GPL-3.0-or-later
"""sendPaymentOutcomeV2 with several tokens: all are recorded, or none. [W4] [R2]"""
import pytest

from scenario.test_races import at_once, clients, codes  # noqa: F401: a fixture
from scenario.test_stamps import anomalies, entries
from support.channel import fault_code, new_key
from support.hub import ATM, CALL_CENTRE, COMUNE, PSP, Notice, wait_until

ROUNDS = 6


def activate(channel, notice, v2=True, **changes):
    return channel.activate(notice.creditor, notice.number, notice.amount, v2=v2,
                            **changes).paymentToken


def pay_together(channel, notices, fee="0.00"):
    tokens = [activate(channel, notice) for notice in notices]
    assert fault_code(channel.outcome(tokens, fee=fee)) == "OK"
    return tokens


def states(hub, notices):
    return [hub.position(notice).state for notice in notices]


def payment_states(hub, notice):
    return [p.state for p in hub.position(notice).payments]


def late(channel, notice):
    """A token whose end has passed."""
    return activate(channel, notice, expiration_ms=1)


def test_five_of_several_enti_are_paid_at_once(hub, channel, comune, asl):
    """Each has its receipt, its entries and its line; the fee is one. [I2] [I3] [I7]"""
    notices = [comune.position(amount="10.00"), asl.position(amount="20.00"), comune.position(),
               comune.position(), asl.position()]
    tokens = [activate(channel, n, v2=i != 0) for i, n in enumerate(notices)]  # V1's, too
    payer = {"uniqueIdentifier": {"entityUniqueIdentifierType": "F",
                                  "entityUniqueIdentifierValue": "ANONIMO"},
             "fullName": "Chi Paga", "city": "Aosta", "e-mail": "chi@example.it"}

    assert fault_code(channel.outcome(tokens, fee="1.50", payer=payer)) == "OK"

    assert states(hub, notices) == ["PAID"] * 5
    assert entries(hub, tokens[0]) == ["collected -1150", "fee 150", "paid 1000"]
    assert entries(hub, tokens[1]) == ["collected -2000", "paid 2000"]
    for notice, token in zip(notices, tokens):
        ente = comune if notice.creditor == COMUNE else asl
        told = ente.wait_told(notice)
        assert {m["receipt"] for m in told} == {token} and ente.receipts(notice) == 1
        lines = hub.json("journal", "show", notice.number)
        assert [x.outcome for x in lines if x.event == "sendPaymentOutcomeV2"] == ["OK"]
    shown = [hub.position(notice).payments[0] for notice in notices]
    assert {p.collected_with for p in shown} == {shown[0].id}
    assert [p.fee_cents for p in shown] == [150, 0, 0, 0, 0]
    text = hub.payer("position", "show", notices[1].number).stdout
    assert f"fee with payment {shown[0].id}" in text and "method: cash" in text


def test_ko_frees_them_all(hub, channel, ente):
    notices = [ente.position(), ente.position()]
    tokens = [activate(channel, n) for n in notices]
    assert fault_code(channel.outcome(tokens, "KO", details=False)) == "OK"
    assert [payment_states(hub, n) for n in notices] == [["FAILED"], ["FAILED"]]
    pay_together(channel, notices)


def test_a_repeat_is_answered_the_same(hub, channel, ente):
    """[I6] With its key to the byte; without one that it was acquired."""
    notices, key = [ente.position(), ente.position()], new_key(PSP)
    tokens = [activate(channel, n) for n in notices]
    assert fault_code(channel.outcome(tokens, fee="1.00", key=key)) == "OK"
    first = channel.received
    assert fault_code(channel.outcome(tokens, fee="1.00", key=key)) == "OK"
    assert channel.received == first
    assert fault_code(channel.outcome(tokens[::-1], key=key)) == "PPT_ERRORE_IDEMPOTENZA"
    again = channel.outcome(tokens, fee="1.00")
    assert fault_code(again) == "PPT_ESITO_GIA_ACQUISITO"
    assert again.fault.description == "Outcome already acquired" and again.fault.serial == 1
    for notice in notices:
        ente.wait_told(notice)
        assert ente.receipts(notice) == 1


def test_an_unknown_token_stops_them_all(hub, channel, ente):
    """And says which; what was taken for the other has a name. [I4]"""
    notices = [ente.position(), ente.position()]
    tokens = [activate(channel, n) for n in notices]
    answer = channel.outcome([tokens[0], "0" * 32, tokens[1]])
    assert fault_code(answer) == "PPT_TOKEN_SCONOSCIUTO" and answer.fault.serial == 2
    assert [payment_states(hub, n) for n in notices] == [["ACTIVE"]] * 2
    assert [anomalies(hub, t) for t in tokens] == [["outcome-refused"]] * 2
    assert fault_code(channel.outcome(tokens)) == "OK"


def test_a_contradiction_stops_them_all(hub, channel, ente):
    """[F20]"""
    notices = [ente.position(), ente.position()]
    tokens = [activate(channel, n) for n in notices]
    assert fault_code(channel.outcome(tokens[1], "KO", v2=True)) == "OK"
    answer = channel.outcome(tokens)
    assert fault_code(answer) == "PPT_ESITO_GIA_ACQUISITO" and answer.fault.serial == 2
    assert "Esito discorde" in answer.fault.description
    assert [payment_states(hub, n) for n in notices] == [["ACTIVE"], ["FAILED"]]
    assert [anomalies(hub, t) for t in tokens] == [["outcome-refused"], ["outcome-contradicts"]]
    assert fault_code(channel.outcome(tokens[0], v2=True)) == "OK"


def test_money_of_the_others_is_not_lost_with_one_that_came_before(hub, channel, ente):
    """One was acquired, the other is new: afterwards all are acquired, and that is the answer.
    The fee is the new one's."""
    notices = [ente.position(amount="10.00"), ente.position(amount="20.00")]
    tokens = [activate(channel, n) for n in notices]
    assert fault_code(channel.outcome(tokens[0], fee="1.00", v2=True)) == "OK"
    answer = channel.outcome(tokens, fee="2.00")
    assert fault_code(answer) == "PPT_ESITO_GIA_ACQUISITO"
    assert states(hub, notices) == ["PAID", "PAID"]
    assert [entries(hub, t)[0] for t in tokens] == ["collected -1100", "collected -2200"]


def test_a_late_one_is_money_all_the_same(hub, channel, ente):
    """[F20] [F28] The answer is the late one's, everything is recorded."""
    notices = [ente.position(), ente.position()]
    tokens = [activate(channel, notices[0]), late(channel, notices[1])]
    answer = channel.outcome(tokens)
    assert fault_code(answer) == "PPT_TOKEN_SCADUTO" and answer.fault.serial == 2
    assert states(hub, notices) == ["PAID", "PAID"]
    assert [payment_states(hub, n) for n in notices] == [["PAID"], ["PAID_LATE"]]
    assert [anomalies(hub, t) for t in tokens] == [[], ["late"]]


def test_a_late_ko_frees_the_others(hub, channel, ente):
    notices = [ente.position(), ente.position()]
    tokens = [activate(channel, notices[0]), late(channel, notices[1])]
    assert fault_code(channel.outcome(tokens, "KO")) == "PPT_TOKEN_SCADUTO_KO"
    assert [payment_states(hub, n) for n in notices] == [["FAILED"], ["EXPIRED"]]


def test_two_tokens_of_one_notice(hub, channel, ente):
    """The first ended, the second lives: one pays, the other is money twice. [I4] [F24]"""
    notice = ente.position()
    tokens = [late(channel, notice), activate(channel, notice)]
    assert fault_code(channel.outcome(tokens)) == "PPT_TOKEN_SCADUTO"
    assert payment_states(hub, notice) == ["PAID_LATE", "DUPLICATE"]


def test_two_instalments_of_one_plan(hub, channel, ente):
    """Both write one position: its counters are right, the last one closes it. [I4] [R5]"""
    base = hub.row(amount="10.00")
    same = {name: base[name] for name in ("own_id", "debtor_code", "debtor_name", "description")}
    rows = [{**hub.row(amount="10.00"), **same, "option": "plan", "instalment": str(n)}
            for n in (1, 2, 3)]
    hub.load(rows)
    plan = [Notice(COMUNE, row["notice_number"], "10.00", row["own_id"]) for row in rows]
    pay_together(channel, plan[1:])
    assert hub.position(plan[0]).state == "OPEN" and hub.position(plan[0]).paid_instalments == 2
    pay_together(channel, plan[:1])
    assert hub.position(plan[0]).state == "PAID"


def test_a_token_twice_is_no_message(hub, channel, ente):
    """[W3.1]"""
    notice = ente.position()
    token = activate(channel, notice)
    assert fault_code(channel.outcome([token, token])) == "PPT_SINTASSI_EXTRAXSD"
    assert payment_states(hub, notice) == ["ACTIVE"]


def test_another_psps_token_is_unknown(hub, channel, ente):
    """[I13] As on its own: the test's registry has one PSP, so the token is looked for by another
    name."""
    notice = ente.position()
    tokens = [activate(channel, notice), "1" * 35]
    assert fault_code(channel.outcome(tokens)) == "PPT_TOKEN_SCONOSCIUTO"


@pytest.fixture
def rounds(hub):
    """Five notices for each round."""
    rows = [hub.row() for _ in range(5 * ROUNDS)]
    hub.load(rows)
    notices = [Notice(COMUNE, r["notice_number"], r["amount"], r["own_id"]) for r in rows]
    return [notices[5 * n:5 * n + 5] for n in range(ROUNDS)]


def test_one_message_many_times(hub, ente, rounds, clients):  # noqa: F811
    """[F19] [F32]"""
    racers = clients(8, ATM)
    for notices in rounds:
        tokens = [activate(racers[0], n) for n in notices]
        results = at_once(racers, lambda client: client.outcome(tokens, fee="1.00"))
        assert codes(results) == ["OK"] + ["PPT_ESITO_GIA_ACQUISITO"] * 7
        assert states(hub, notices) == ["PAID"] * 5


@pytest.fixture
def no_worker(hub):
    """Nobody else writes."""
    hub.work.stop()
    yield
    hub.start_work()


def test_sets_that_overlap(hub, no_worker, rounds, clients):  # noqa: F811
    """In opposite orders, from two channels: each token once, and nobody waits in a circle. [F32]"""
    racers = clients(4, ATM, CALL_CENTRE)
    deadlocks = lambda: hub.sql("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
    before = deadlocks()
    for notices in rounds:
        tokens = [activate(racers[0], n) for n in notices]
        sets = dict(zip(racers, (tokens[:4], tokens[:0:-1], tokens[::-1], tokens[1:3])))
        results = at_once(racers, lambda client: client.outcome(sets[client]))
        assert set(codes(results)) <= {"OK", "PPT_ESITO_GIA_ACQUISITO"}
        assert states(hub, notices) == ["PAID"] * 5
        for notice in notices:
            assert payment_states(hub, notice) == ["PAID"]
    assert deadlocks() == before


def test_an_outcome_against_the_clock(hub, ente, rounds, clients):  # noqa: F811
    """The worker expires tokens while their outcome comes: in time or late, once. [F28]"""
    racers = clients(2, ATM)
    for notices in rounds:
        tokens = [late(racers[0], n) for n in notices]
        results = at_once(racers, lambda client: client.outcome(tokens))
        assert codes(results) == ["PPT_ESITO_GIA_ACQUISITO", "PPT_TOKEN_SCADUTO"]
        assert [payment_states(hub, n) for n in notices] == [["PAID_LATE"]] * 5
    wait_until(lambda: ente.told(rounds[-1][-1]), "the last one told")


def test_all_that_is_told_of_a_payment(hub, channel, asl):
    """What both messages say that is a fact of the payment stands in the receipt."""
    notice = asl.position(amount="10.00", metadata="a=1", instalment_metadata="b=2")
    token = activate(channel, notice, note="per Mario, grazie", method="PO", touch_point="ATM")
    payer = {"uniqueIdentifier": {"entityUniqueIdentifierType": "G",
                                  "entityUniqueIdentifierValue": "77777777777"},
             "fullName": "Ditta", "streetName": "Via Roma", "civicNumber": "1",
             "postalCode": "11100", "city": "Aosta", "stateProvinceRegion": "AO",
             "country": "IT", "e-mail": "ditta@example.it"}
    paid = channel.outcome(token, v2=True, fee="2.00", pa_fee="0.50", bundles=("B1", "CI1"),
                           method="bancomat", payment_channel="atm", payer=payer, day="2026-03-02")
    assert fault_code(paid) == "OK"
    facts = asl.wait_told(notice)[0]["facts"]
    expected = {"paymentNote": "per Mario, grazie", "fee": "2.00", "primaryCiIncurredFee": "0.50",
                "idBundle": "B1", "idCiBundle": "CI1", "paymentMethod": "bancomat",
                "channelDescription": "atm", "applicationDate": "2026-03-02",
                "transferDate": "2026-03-02"}
    assert {name: facts[name][0] for name in expected} == expected
    assert facts["metadata/mapEntry/key"] == ["a", "b"]
    assert facts["transferList/transfer/companyName"][0]
    kept = hub.sql("SELECT CONCAT_WS('|', asked_method, method, touch_point, payment_channel, note,"
                   " pa_fee_cents, bundle, ci_bundle, payer_street, payer_civic,"
                   " payer_postal_code, payer_city, payer_province, payer_country, payer_email)"
                   f" FROM payment WHERE token = '{token}'")
    assert kept == ["PO|bancomat|ATM|atm|per Mario, grazie|50|B1|CI1|Via Roma|1|11100|Aosta|AO|IT"
                    "|ditta@example.it"]
