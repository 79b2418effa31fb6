# SPDX-License-Identifier: GPL-3.0-or-later
"""The database freezes, has no room, has no connection left, is killed, changes its passwords: who
asks is told 503 and may ask again, nothing is invented, and the hub goes on by itself. [F38] [F39]
[F43] [F44]"""
import contextlib
import json
import secrets
import signal
import threading


from support.authority import Authority
from support.channel import PATH, RawChannel, SoapFault, fault_code, new_key
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, wait_until
from support.mariadb import Mariadb
from support.registry import PASSWORD

class Limited(Mariadb):
    """A server whose disk ends soon: all tables in one file that may not grow beyond its room."""
    room_mb = 48

    def start(self, *options, tls=True):
        super().start("--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M:autoextend:max:"
                      f"{self.room_mb}M", *options, tls=tls)


def SETTINGS(hub):
    hub.database = Limited(hub.home / "other", Authority(hub.home / "ca"))
    hub.secrets.update(path.read_text().strip() for path in hub.database.passwords.iterdir())
    return {**hub.database.settings(), "db.timeout": "1s", "work.lease": "2s"}


def activate(raw, notice, key):
    """(HTTP status, answer or None): what a channel that may ask again sees."""
    answer = None
    try:
        answer = raw.activate(COMUNE, notice.number, notice.amount, key)
    except SoapFault:
        assert raw.status != 200
    return raw.status, answer


def until_ok(raw, notice, key):
    """Ask again until it is answered; the answer."""
    def answered():
        status, answer = activate(raw, notice, key)
        return status == 200 and fault_code(answer) == "OK" and answer

    return wait_until(answered, "an activation", 20)


def goes_on(hub, raw, comune, notice, key):
    """The same request, then the whole payment, told to the Ente: by nobody's hand. One effect."""
    token = until_ok(raw, notice, key).paymentToken
    assert hub.position(notice).live_payments == 1
    assert fault_code(raw.outcome(token, "OK")) == "OK"
    comune.wait_told(notice, 20)
    assert comune.receipts(notice) == 1 and hub.position(notice).state == "PAID"
    assert hub.serve.alive() and hub.work.alive()


def test_frozen(hub, raw, comune):
    """The read's timeout fires, and what became of the request is found by its key. [F38]"""
    notice, key = comune.position(), new_key(PSP)
    hub.database.process.send_signal(signal.SIGSTOP)
    try:
        assert activate(raw, notice, key) == (503, None)
        assert not hub.json("db", "status", ok=(1,))[0].answers
    finally:
        hub.database.process.send_signal(signal.SIGCONT)
    goes_on(hub, raw, comune, notice, key)


def test_no_connection_left(hub, raw, comune):
    """[F43]"""
    notice, key = comune.position(), new_key(PSP)
    holders = [hub.database.hold("audit") for _ in range(12)]
    wait_until(lambda: hub.database.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE"
                                        " user = 'payer_audit'") == "12", "twelve connections")
    hub.database.sql("SET GLOBAL max_connections = 10; KILL USER payer_serve; KILL USER payer_work")
    try:
        assert activate(raw, notice, key) == (503, None)
        wait_until(lambda: "Too many connections" in hub.serve.log.read_text(), "the reason logged")
        assert "Too many connections" in hub.payer("position", "list", COMUNE, ok=(75,)).stderr
    finally:
        for holder in holders:
            holder.kill()
            holder.wait()
        wait_until(lambda: raise_limit(hub.database), "room for the administrator")
    goes_on(hub, raw, comune, notice, key)


def raise_limit(database):
    with contextlib.suppress(AssertionError):
        database.sql("SET GLOBAL max_connections = 151")
        return True


def test_passwords_rotated(hub, raw, comune):
    """Told plainly, no end of the process; right again when the files are. [F44]"""
    notice, key = comune.position(), new_key(PSP)
    new = {role: secrets.token_hex(12) for role in ("serve", "work")}
    hub.secrets.update(new.values())
    for role, password in new.items():
        hub.database.sql(f"ALTER USER payer_{role}@'%' IDENTIFIED BY '{password}' REQUIRE SSL")
        hub.database.sql(f"KILL USER payer_{role}")

    assert activate(raw, notice, key) == (503, None)
    for daemon in (hub.serve, hub.work):
        wait_until(lambda: "Access denied" in daemon.log.read_text(), "the reason logged")
        assert daemon.alive()
    rows = {row["check"]: row for row in json.loads(hub.payer("check", "--json", ok=(1,)).stdout)}
    assert "Access denied" in rows["database as serve"]["found"]
    assert "db.password_dir" in rows["database as serve"]["cure"]
    assert rows["database as audit"]["ok"]

    folder = hub.home / "rotated"
    folder.mkdir(mode=0o700)
    for role in ("serve", "work", "audit", "migrate"):
        (folder / role).write_text(new.get(role) or (hub.database.passwords / role).read_text())
    hub.settings["db.password_dir"] = folder
    hub.write_config()
    for daemon in (hub.serve, hub.work):
        daemon.process.send_signal(signal.SIGHUP)
    goes_on(hub, raw, comune, notice, key)


def test_no_room(hub, raw, comune):
    """Not one token that is answered is lost, not one that was refused exists. [F39] [I1]"""
    notices = [comune.position() for _ in range(3)]
    rows = [hub.row(COMUNE) for _ in range(400)]
    hub.load(rows)
    notices += [type(notices[0])(COMUNE, r["notice_number"], r["amount"], r["own_id"]) for r in rows]
    fill(hub.database)
    answered, refused = {}, None
    try:
        for notice in notices:
            key = new_key(PSP)
            status, answer = activate(raw, notice, key)
            if status == 503:
                refused = notice, key
                break
            answered[notice] = answer.paymentToken
        assert refused, "there was room for all"
        assert hub.serve.alive() and hub.work.alive()
        said = hub.payer("position", "load", str(big_file(hub)), ok=(75,)).stderr
        assert "no room" in said, said
    finally:
        hub.database.stop()  # somebody gives it a bigger disk
        hub.database.room_mb *= 4
        hub.database.start()
    goes_on(hub, raw, comune, *refused)
    for notice, token in list(answered.items())[-20:]:
        assert fault_code(raw.outcome(token, "OK")) == "OK"
        comune.wait_told(notice, 20)


def fill(database):
    """Until nothing more goes in, in ever smaller pieces."""
    database.sql("CREATE DATABASE filler; CREATE TABLE filler.f (b LONGBLOB)")
    for size in (1 << 20, 1 << 17, 1 << 14, 1 << 12, 100):
        with contextlib.suppress(AssertionError):
            for _ in range(2000):
                database.sql(f"INSERT INTO filler.f VALUES (REPEAT('x', {size}))" if size > 9999 else
                             f"INSERT INTO filler.f SELECT REPEAT('x', {size}) FROM"
                             " information_schema.columns LIMIT 100")


def big_file(hub):
    path = hub.home / "big.csv"
    first = (hub.home / "load.csv").read_text().splitlines()[0]
    hub_rows = [hub.row(COMUNE) for _ in range(4000)]
    columns = first.split(",")
    path.write_text("\r\n".join([first] + [",".join(f'"{row.get(c, "")}"' for c in columns)
                                           for row in hub_rows]) + "\r\n")
    return path


def test_killed_under_load(hub, comune):
    """Each notice is paid once, whatever was cut off. [F31] [I2]"""
    notices, failed = [comune.position() for _ in range(60)], []

    def payer(mine):
        raw = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
        try:
            for notice in mine:
                token = until_ok(raw, notice, new_key(PSP)).paymentToken
                wait_until(lambda: outcome(raw, token), "an outcome", 20)
        except BaseException as error:
            failed.append(error)
        raw.close()

    threads = [threading.Thread(target=payer, args=(notices[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: hub.position(notices[3]).state == "PAID", "the first payments")
    hub.database.process.kill()
    hub.database.process.wait()
    hub.database.start()
    for thread in threads:
        thread.join()
    assert not failed
    for notice in notices:
        comune.wait_told(notice, 20)
        assert hub.position(notice).state == "PAID" and comune.receipts(notice) == 1
    assert hub.serve.alive() and hub.work.alive()


def outcome(raw, token):
    """OK, or done already: the answer to the first one was lost."""
    try:
        code = fault_code(raw.outcome(token, "OK"))
    except SoapFault:
        assert raw.status == 503
        return False
    return code in ("OK", "PPT_ESITO_GIA_ACQUISITO")
