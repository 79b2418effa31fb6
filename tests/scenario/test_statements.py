# SPDX-License-Identifier: GPL-3.0-or-later
"""What a payment costs the database: counted by the database itself."""
import pytest

from scenario.test_pay import pay
from support.channel import PATH, RawChannel, fault_code, new_key
from support.hub import ATM, PSP, PSP_BROKER
from support.registry import PASSWORD

SETTINGS = {"serve.workers": 1}  # one connection: its statements are prepared by the first payment
OWN_HUB = True
MAX = 4  # of one activate and one outcome, each with a key: a read, and the writes with COMMIT
ROUNDS = 5


@pytest.fixture
def alone(hub):
    """Nobody but the server speaks to the database."""
    hub.work.stop()
    yield
    hub.start_work()


def questions(hub):
    """Statements that clients sent so far, prepared ones too; the one that asks is one of them."""
    return int(hub.sql("SHOW GLOBAL STATUS LIKE 'Questions'")[0].split()[1])


def test_a_payment_costs_few_statements(hub, ente, alone):
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    pay(client, ente.position(), key=new_key(PSP))  # prepares
    notices = [ente.position() for _ in range(ROUNDS)]
    questions(hub)
    before = questions(hub)
    looking = questions(hub) - before  # what counting itself costs
    costs = []
    for notice in notices:
        before = questions(hub)
        token = client.activate(notice.creditor, notice.number, notice.amount,
                                new_key(PSP)).paymentToken
        assert fault_code(client.outcome(token, "OK", "1.00", key=new_key(PSP))) == "OK"
        costs.append(questions(hub) - before - looking)
    assert min(costs) <= MAX, costs  # the server looks at the registry now and then
    client.close()


def test_several_together_cost_two_each(hub, ente, alone):
    """Each token is read and written; nothing is read twice."""
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
    costs = []
    for _ in range(ROUNDS):
        notices = [ente.position() for _ in range(5)]
        tokens = [client.activate(n.creditor, n.number, n.amount, v2=True).paymentToken
                  for n in notices]
        before = questions(hub)
        looking = questions(hub) - before
        before = questions(hub)
        assert fault_code(client.outcome(tokens, "OK", "1.00", key=new_key(PSP))) == "OK"
        costs.append(questions(hub) - before - looking)
    assert min(costs) <= 2 * 5, costs
    client.close()
