# SPDX-License-Identifier: GPL-3.0-or-later
"""payer db backup while everybody pays, and a restore of it: what was answered before is there, the
audit is clean, the hub goes on, and no number that was given in the lost time is given again.
[F45]"""
import collections
import shutil
import threading

from scenario.test_pay import pay
from support.channel import fault_code
from support.hub import ASL, COMUNE, Notice, wait_until

OWN_HUB = True


def number_given(hub):
    """A position without a notice number: the hub gives one, which the Ente prints."""
    row = hub.row(COMUNE, notice_number="")
    hub.load([row])
    position = hub.json("position", "show", row["own_id"], "--creditor", COMUNE)[0]
    return position.instalments[0].notice_number


def flows(hub):
    return {(flow.subscription, flow.seq): flow.message_id for flow in hub.json("flow", "list")}


def names(hub):
    return {flow.name for flow in hub.json("flow", "list")}


def put_aside(hub):
    """What a person does with files of the lost time, once they are understood."""
    for path in hub.flow_files():
        if path.name not in names(hub):
            path.unlink()


class Payers:
    """Channels that pay until they are stopped; notices paid so far."""

    def __init__(self, hub, notices):
        self.paid, self._left, self._stop = [], collections.deque(notices), threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(hub.channel(),)) for _ in range(2)]
        for thread in self._threads:
            thread.start()

    def _run(self, channel):
        while not self._stop.is_set() and self._left:
            notice = self._left.popleft()
            pay(channel, notice)
            self.paid.append(notice)

    def end(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()


def restore(hub, folder):
    """The old database is gone, and with it all since the backup."""
    for daemon in (hub.serve, hub.work):
        daemon.stop()
    hub.payer("work", "--once")  # signs how far the journal reached, which the backup does not
    hub.payer("db", "stop")
    shutil.rmtree(hub.home / "var" / "db")
    said = hub.payer("db", "restore", str(folder)).stderr
    assert "It is restored" in said and not (hub.home / "var/db/restoring").exists()
    hub.start_serve()
    hub.start_work()


def test_a_backup_under_load_and_its_restore(hub, comune):
    rows = [hub.row(COMUNE) for _ in range(1200)]
    hub.load(rows)
    notices = [Notice(COMUNE, row["notice_number"], row["amount"], row["own_id"]) for row in rows]
    early, unpaid = number_given(hub), comune.position()
    payers = Payers(hub, notices)
    hub.payer("flow", "run")
    folder = hub.home / "backup"
    before = list(wait_until(lambda: payers.paid, "the first payment"))
    hub.payer("db", "backup", str(folder))
    payers.end()
    assert len(payers.paid) > len(before), "nobody paid while it was made"

    late = number_given(hub)  # known to the Ente, lost to the hub
    hub.payer("flow", "run")
    published = {path: path.read_bytes() for path in hub.flow_files()}
    known = flows(hub)
    restore(hub, folder)

    lost = {f"F45 flow 0: a published file that the database does not know ({path})"
            for path in published if path.name not in names(hub)}
    assert lost and set(hub.payer("audit", ok=(1,)).stdout.splitlines()) == lost
    assert all(hub.position(notice).state == "PAID" for notice in before)
    assert number_given(hub) not in {early, late}
    channel = hub.channel()
    pay(channel, unpaid)
    comune.wait_told(unpaid)
    held = hub.payer("flow", "run", ok=(78,)).stderr
    assert "flows wait for a person" in held and "payer flow release" in held
    hub.payer("flow", "release", ok=(64,))  # nobody is there to be asked
    assert flows(hub) == {key: known[key] for key in flows(hub)}
    hub.payer("flow", "release", "--yes")
    hub.payer("flow", "release", "--yes", ok=(65,))
    assert hub.json("journal", "grep", "--event", "flow.release", "--since", "5m")
    hub.payer("flow", "run")
    new = {key: message for key, message in flows(hub).items() if message not in known.values()}
    assert new and not set(new) & set(known), "a flow number was given twice"
    assert all(path.read_bytes() == content for path, content in published.items())
    assert hub.fdr(unpaid.iuv)
    assert set(hub.payer("audit", ok=(1,)).stdout.splitlines()) == lost
    put_aside(hub)


def test_counters_that_did_not_exist_yet(hub, channel, asl):
    """The ASL's first notice, first receipt and first flow fall into the lost time."""
    folder = hub.home / "empty"
    hub.payer("db", "backup", str(folder))

    def first():
        row = hub.row(ASL, notice_number="")
        hub.load([row])
        position = hub.json("position", "show", row["own_id"], "--creditor", ASL)[0]
        number = position.instalments[0].notice_number
        pay(hub.channel(), Notice(ASL, number, row["amount"], row["own_id"]))
        hub.payer("flow", "run")
        return number, {key for key in flows(hub) if key[0].startswith("88888888888")}

    lost = first()
    restore(hub, folder)
    hub.payer("flow", "release", "--yes")
    again = first()
    assert lost[0] != again[0] and len(lost[1]) == len(again[1]) == 1
    assert not lost[1] & again[1], "a flow number was given twice"
    put_aside(hub)
    assert hub.payer("audit").stdout == ""


def test_a_payment_of_the_lost_time_is_told_to_be_unknown(hub, channel, comune):
    """Nothing is invented for it: the channel keeps its proof, a person decides. [F45]"""
    folder, notice = hub.home / "second", comune.position()
    hub.payer("db", "backup", str(folder))
    token = channel.activate(COMUNE, notice.number, notice.amount).paymentToken
    restore(hub, folder)
    assert fault_code(hub.channel().outcome(token, "OK")) == "PPT_TOKEN_SCONOSCIUTO"
    assert hub.position(notice).state == "OPEN" and hub.payer("audit").stdout == ""


def test_a_restore_that_was_cut_off_is_finished_by_the_next_start(hub):
    folder = hub.home / "third"
    hub.payer("db", "backup", str(folder))
    known = number_given(hub)
    for daemon in (hub.serve, hub.work):
        daemon.stop()
    hub.payer("db", "stop")
    database = hub.home / "var/db"
    shutil.rmtree(database / "data")
    shutil.copytree(folder, database / "data")  # all that it had done when it was cut off
    (database / "restoring").touch()
    assert "It is restored" in hub.payer("db", "start").stderr
    assert number_given(hub) != known
    hub.start_serve()
    hub.start_work()


def test_nothing_is_overwritten_and_half_a_backup_is_none(hub):
    folder = hub.home / "fourth"
    hub.payer("db", "backup", str(folder))
    assert "is there already" in hub.payer("db", "backup", str(folder), ok=(73,)).stderr
    assert "nothing is overwritten" in hub.payer("db", "restore", str(folder), ok=(73,)).stderr
    (folder / "xtrabackup_checkpoints").write_text("backup_type = full-backuped\n")
    elsewhere = ("--set", f"db.dir={hub.home}/other")
    assert "no whole backup" in hub.payer("db", "restore", str(folder), *elsewhere, ok=(65,)).stderr
    assert "is not running" in hub.payer("db", "backup", str(hub.home / "x"), *elsewhere,
                                         ok=(75,)).stderr
    assert "not ours" in hub.payer("db", "backup", str(hub.home / "x"), "--set", "db.host=db.example",
                                   ok=(64,)).stderr


def test_a_copy_that_lost_a_table_is_told_when_it_is_restored(hub):
    """Not by the first payment that needs it."""
    folder = hub.home / "fifth"
    hub.payer("db", "backup", str(folder))
    (folder / "payer" / "payment.ibd").unlink()
    elsewhere = ("--set", f"db.dir={hub.home}/lost", "--set", f"journal.heads={hub.home}/lost/heads")
    said = hub.payer("db", "restore", str(folder), *elsewhere, ok=(70, 75, 78)).stderr
    try:
        assert "The copy is not whole" in said and "It is restored" not in said, said
        assert "Tablespace is missing" in said
    finally:
        hub.payer("db", "stop", *elsewhere)
