# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ente is told of each payment once, whatever its systems do. [I7] [F9]–[F12] [F58]–[F60]"""
import pytest

from scenario.test_pay import pay
from support.hub import wait_until

# Own hub: few attempts and a short lease (a little over the peers' 5 s), so that giving up and
# taking over are seen within a test.
SETTINGS = {"work.attempts": 3, "work.backoff": "100ms", "work.lease": "6s"}


@pytest.mark.parametrize("mode", ["500", "html", "odd", "fault", "ko", "cut", "redirect"])
def test_told_again_after_a_failure(hub, channel, comune, mode):
    """One bad answer at each destination: told again, taken once. [F12]"""
    notice = comune.position()
    hub.peers.behave(mode, times=2)
    pay(channel, notice)
    comune.wait_told(notice)
    attempts = hub.peers.attempts(notice.number)
    assert len([a for a in attempts if a["mode"] == mode]) == 2
    assert comune.receipts(notice) == 1 and len(comune.told(notice)) == 2


def test_taken_but_not_heard(hub, channel, asl):
    """The Ente took it, its answer was lost: the same bytes come again. [F11]"""
    notice = asl.position()
    hub.peers.behave("lost")
    pay(channel, notice)
    attempts = wait_until(lambda: len(hub.peers.attempts(notice.number)) == 2
                          and hub.peers.attempts(notice.number), "a second send")
    assert [a["repeat"] for a in attempts] == [False, True]
    assert attempts[0]["sha256"] == attempts[1]["sha256"] and len(asl.told(notice)) == 1


@pytest.mark.parametrize("mode", ["slow", "flood", "drip"])
def test_a_bad_peer_holds_nobody_up(hub, channel, comune, asl, mode):
    """One Ente never answers: the other is told meanwhile. [F60] [I12]"""
    stuck, free = comune.position(), asl.position()
    hub.peers.behave(mode, times=2, path="/back-office", seconds=20)
    pay(channel, stuck)
    pay(channel, free)
    asl.wait_told(free)
    wait_until(lambda: len(comune.told(stuck)) == 2, "the Comune told in the end", 25)


@pytest.mark.parametrize("mode", ["500", "odd"])
def test_given_up_is_parked_until_an_operator_retries(hub, channel, asl, mode):
    """Whatever the answer says: `odd` is a name that is cut in a character. [F58]"""
    notice, next_one = asl.position(), asl.position()
    hub.peers.behave(mode, times=3)
    pay(channel, notice)
    parked = wait_until(lambda: [row for row in hub.json("outbox", "list", ok=(0, 1))
                                 if row.state == "PARKED"], "a parked notification")
    assert len(parked) == 1 and len(hub.peers.attempts(notice.number)) == 3
    pay(channel, next_one)
    asl.wait_told(next_one)
    assert asl.told(notice) == []
    hub.payer("outbox", "retry", str(parked[0].id))
    asl.wait_told(notice)


def test_a_killed_worker_forgets_nothing(hub, channel, comune):
    """Killed while the peer has the message and has not answered. [F10] [F11]"""
    notice = comune.position()
    hub.peers.behave("slow", times=2, seconds=20)
    pay(channel, notice)
    wait_until(lambda: hub.peers.attempts(notice.number), "the first send")
    hub.work.kill()
    hub.start_work()
    comune.wait_told(notice, 20)
    assert len({a["sha256"] for a in comune.told(notice)}) == 2 and comune.receipts(notice) == 1
