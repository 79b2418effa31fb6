# SPDX-License-Identifier: GPL-3.0-or-later
"""A MariaDB on another machine: by TLS, with its certificate checked, or not at all."""
import json
import socket

import pytest

from scenario.test_pay import pay
from support.authority import Authority
from support.channel import SoapFault, fault_code
from support.mariadb import Mariadb


def SETTINGS(hub):
    hub.authority = Authority(hub.home / "ca")
    hub.stranger = Authority(hub.home / "stranger", "Altra Autorita")
    hub.database = Mariadb(hub.home / "other", hub.authority)
    hub.secrets.update(path.read_text().strip() for path in hub.database.passwords.iterdir())
    return hub.database.settings()


@pytest.fixture
def restored(hub):
    """The hub as the module began it, whatever server a test put in its place."""
    hub.serve.stop()
    hub.work.stop()
    yield hub
    hub.database.stop()
    hub.database.certificate = hub.authority.server()
    hub.database.start()
    hub.start_serve()
    hub.start_work()


def test_a_payment_over_tls(hub, channel, comune):
    """Migrated, served, paid, told: every connection of the hub is encrypted."""
    notice = comune.position()
    pay(channel, notice)
    comune.wait_told(notice)
    assert hub.position(notice).state == "PAID"
    assert hub.database.sql("SELECT @@require_secure_transport") == "1"
    found = {row["check"]: row for row in json.loads(hub.payer("check", "--json", ok=(0, 1)).stdout)}
    for name in ("database as serve", "database as work", "database as audit",
                 "database as migrate", "database settings"):
        assert found[name]["ok"], found[name]


def test_a_server_that_takes_no_writes_for_a_while(hub, channel, comune):
    """As after a failover: the channel is told to try again, nothing is invented. [F31] [F34]"""
    notice = comune.position()
    token = channel.activate(notice.creditor, notice.number, notice.amount).paymentToken
    hub.database.sql("SET GLOBAL read_only = 1")
    try:
        with pytest.raises(SoapFault, match="Not available now: try again"):
            channel.outcome(token, "OK")
    finally:
        hub.database.sql("SET GLOBAL read_only = 0")
    assert fault_code(channel.outcome(token, "OK")) == "OK"
    comune.wait_told(notice)
    assert comune.receipts(notice) == 1


def test_the_accounts_work_by_tls_only(hub):
    """Also where the server itself would take a plain connection."""
    made = hub.database.sql("SELECT user, ssl_type FROM mysql.user WHERE user LIKE 'payer_%'")
    assert dict(line.split("\t") for line in made.splitlines()) == {
        f"payer_{role}": "ANY" for role in ("serve", "work", "audit", "migrate")}
    again = hub.payer("db", "accounts").stdout
    hub.database.sql(again)  # run twice it does no harm
    assert not any(secret in again for secret in hub.secrets)


def test_by_name_it_is_still_tcp(hub):
    """To the client library "localhost" alone means a socket file of the machine's."""
    try:
        socket.gethostbyname("localhost")
    except OSError:
        pytest.skip("this machine knows no localhost")
    assert "socket" not in hub.payer("db", "status", "--set", "db.host=localhost").stdout


@pytest.mark.parametrize("server, says", [
    ("other authority", "unable to get local issuer certificate"),
    ("other name", "Validation of SSL server certificate failed"),
    ("expired", "certificate has expired"),
    ("self-signed", "self-signed certificate"),
    ("client's certificate", "unsuitable certificate purpose"),
    ("no TLS", "SSL is required, but the server does not support it"),
])
def test_what_cannot_be_checked_is_refused(restored, server, says):
    """With the hub's right passwords, which such a server must never see; no fall back to plain."""
    hub, database = restored, restored.database
    database.certificate = {
        "other authority": hub.stranger.server,
        "other name": lambda: hub.authority.server(names=("DNS:altro.example",)),
        "expired": lambda: hub.authority.server(expired=True),
        "self-signed": lambda: hub.authority.server(self_signed=True),
        "client's certificate": hub.authority.client,
        "no TLS": hub.authority.server,
    }[server]()
    database.stop()
    database.start("--require-secure-transport=OFF", tls=server != "no TLS")
    if server == "no TLS":  # the account, too, would let a plain connection in
        database.sql("ALTER USER 'payer_migrate'@'%' REQUIRE NONE")
    before = database.sql("SHOW GLOBAL STATUS LIKE 'Com_select'")

    for command in (("db", "migrate"), ("serve",), ("registry", "export")):
        refused = hub.payer(*command, ok=(75,)).stderr
        assert "cannot connect to the database" in refused and says in refused, refused
    assert "db.tls_ca" in hub.payer("db", "migrate", ok=(75,)).stderr
    wrong = [row for row in json.loads(hub.payer("check", "--json", ok=(1,)).stdout)
             if row["check"].startswith("database as ")]
    assert len(wrong) == 4 and all(says in row["found"] and row["cure"] for row in wrong)
    assert database.sql("SHOW GLOBAL STATUS LIKE 'Com_select'") == before
    if server == "no TLS":
        database.sql("ALTER USER 'payer_migrate'@'%' REQUIRE SSL")


def test_a_missing_file_of_authorities_is_named(hub):
    said = hub.payer("db", "migrate", "--set", "db.tls_ca=/nowhere/ca.crt", ok=(78,)).stderr
    assert "db.tls_ca: /nowhere/ca.crt: No such file" in said
