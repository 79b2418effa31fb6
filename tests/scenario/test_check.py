# SPDX-License-Identifier: GPL-3.0-or-later
"""payer check on a running hub: each thing broken for real, one at a time, is named with its cure,
and nothing else is."""
import json
import pathlib
import shutil
import socket
import subprocess

import pytest

from support.authority import Authority
from support.hub import wait_until
from support.ports import free_port
from support.witness import ROOT

OWN_HUB = True
PORTS = ("--set", "work.metrics_port=0")


def check(hub, *options, status=0):
    """{check: row} of what `payer check` found."""
    done = hub.payer("check", "--json", *PORTS, *options, ok=(status,))
    return {row["check"]: row for row in json.loads(done.stdout)}


def only(hub, name, *options):
    """The row of the only check that fails."""
    rows = check(hub, *options, status=1)
    wrong = [row["check"] for row in rows.values() if not row["ok"]]
    assert wrong == [name], [rows[w] for w in wrong]
    assert rows[name]["cure"]
    return rows[name]


@pytest.fixture
def shared(hub):
    """A copy of the shipped files that a test may damage, and the option that names it."""
    folder = hub.home / "copy"
    for name in ("wsdl", "xslt", "conf", "db"):
        shutil.copytree(ROOT / name, folder / name)
    yield folder, ("--set", f"hub.share={folder}")
    shutil.rmtree(folder)


def test_a_hub_that_works_has_no_finding(hub):
    rows = check(hub, "--peers")
    assert all(row["ok"] and row["cure"] is None for row in rows.values())
    newest = hub.json("registry", "history")[0].version
    assert rows["registry"]["found"].startswith(f"version {newest}: 2 Enti, 3 channels")
    formats = len(list((ROOT / "xslt/flow").glob("*/flow.xml")))
    assert rows["flow formats"]["found"] == f"{formats} sheets compile"
    assert rows["delivery folders"]["found"].startswith("4,")
    assert rows["password files"]["found"].startswith("1,")
    assert rows["peers"]["found"] == "3 can be reached"
    assert "peers" not in check(hub)
    assert "WRONG" not in hub.payer("check", *PORTS).stdout


def test_a_sheet_and_a_contract_that_do_not_compile(hub, shared):
    folder, option = shared
    sheet = folder / "xslt" / "flow" / "pain.001.001.03" / "sheet.xsl"
    sheet.write_text(sheet.read_text().replace("</xsl:stylesheet>", ""))
    assert "pain.001.001.03" in only(hub, "flow formats", *option)["found"]
    shutil.copyfile(ROOT / "xslt/flow/pain.001.001.03/sheet.xsl", sheet)
    for name in sorted(path.relative_to(folder) for path in (folder / "wsdl").glob("*/*.[wx]s*")):
        away = (folder / name).rename(folder / "away")
        assert "install" in only(hub, "contracts", *option)["cure"], name
        away.rename(folder / name)


def test_a_subscription_whose_format_does_not_fit(hub, shared):
    """Refused by the import; taken where other files are installed, it is said now, not when its
    period ends."""
    folder, option = shared
    text = hub.registry.read_text(encoding="utf-8")
    fdr, csv, pain = "flusso-riversamento-1.0", "csv-rendicontazione", "pain.001.001.03"
    theirs = {name: folder / "xslt/flow" / name / "flow.xml" for name in (fdr, csv)}
    shutil.copytree(theirs[fdr].parent, folder / "xslt/flow/nobodys")
    changed = [(theirs[csv], 'audience="ente"', 'audience="bank"'),
               (theirs[fdr], 'encoding="UTF-8" file', 'empty="yes" encoding="UTF-8" file'),
               (folder / "xslt/flow/nobodys/flow.xml", f'"{fdr}"', '"nobodys"')]
    for path, was, now in changed:
        assert was in path.read_text()
        path.write_text(path.read_text().replace(was, now))
    path = hub.home / "misfit.xml"
    for to, says in ((text.replace(f'"{fdr}"', '"nobodys"'), "no such format is installed"),
                     (text.replace(f'"{pain}"', f'"{csv}"'), "no format for such a party"),
                     (text.replace(f'"{fdr}"', f'"{fdr}" empty="yes"').replace(
                         '"follow"', '"daily 06:00"'), "cannot be without records")):
        path.write_text(to, encoding="utf-8")
        refused = hub.payer("registry", "import", str(path), ok=(78,)).stderr
        assert "misfit.xml:" in refused and says in refused
        hub.payer("registry", "import", str(path), *option)
        assert says in only(hub, "delivery folders")["found"]
    hub.payer("registry", "import", str(hub.registry))


def test_passwords_that_others_may_read_or_that_are_gone(hub):
    secret = next(pathlib.Path(hub.home / "secrets").iterdir())
    secret.chmod(0o644)
    row = only(hub, "password files")
    assert row["found"] == f"{secret}: other users may read it"
    assert row["cure"] == f"chmod 0440 {secret}"
    secret.chmod(0o640)
    assert check(hub)["password files"]["ok"]
    away = secret.rename(secret.with_suffix(".away"))
    assert "No such file" in only(hub, "password files")["found"]
    away.rename(secret)


def test_a_certificate_that_ends_soon_or_whose_key_others_may_read(hub):
    authority = Authority(hub.home / "authority")
    made = authority.server()
    option = ("--set", "serve.tls_port=0", "--set", f"serve.tls_certificate={made.pem}")
    assert check(hub, *option)["TLS certificate"]["ok"]
    made.pem.chmod(0o644)
    assert only(hub, "TLS certificate", *option)["cure"] == f"chmod 0440 {made.pem}"
    made = authority.server(days=10)
    row = only(hub, "TLS certificate", *option[:3],
               f"serve.tls_certificate={made.pem}")
    assert row["found"].startswith("ends in ") and "new certificate" in row["cure"]


def test_authorities_and_certificates_that_are_not_in_force(hub):
    """Each refuses somebody: the hub's clients, or the hub itself at its peers'."""
    authority, t = Authority(hub.home / "one"), hub.home / "times"
    t.mkdir()
    own, kept = authority.server(), {}
    for name, when, days in (("past", "2020-01-01", 30), ("soon", "", 5), ("later", "2090-01-01", 30)):
        subprocess.run([*(["faketime", when] if when else []), "openssl", "req", "-x509", "-nodes",
                        "-newkey", "rsa:2048", "-subj", f"/CN={name}", "-days", str(days),
                        "-keyout", t / f"{name}.key", "-out", t / f"{name}.crt"],
                       check=True, capture_output=True)
        kept[name] = t / f"{name}.pem"
        kept[name].write_bytes((t / f"{name}.crt").read_bytes() + (t / f"{name}.key").read_bytes())
        kept[name].chmod(0o400)

    def served(certificate, authorities=""):
        return ("--set", "serve.tls_port=0", "--set", f"serve.tls_certificate={certificate}",
                "--set", f"serve.tls_client_ca={authorities}")

    assert check(hub, *served(own.pem, authority.crt))["TLS certificate"]["ok"]
    assert "begins later" in only(hub, "TLS certificate", *served(kept["later"]))["found"]
    assert "ends in -" in only(hub, "TLS certificate", *served(kept["past"]))["found"]
    for name in ("past", "soon"):
        row = only(hub, "TLS certificate", *served(own.pem, t / f"{name}.crt"))
        assert "serve.tls_client_ca: the last authority ends in" in row["found"]
        peers = only(hub, "peers' authorities", "--set", f"work.peer_ca={t / name}.crt")
        assert "work.peer_ca: the last authority ends in" in peers["found"]
    both = t / "both.crt"
    both.write_bytes((t / "past.crt").read_bytes() + authority.crt.read_bytes())
    assert check(hub, *served(own.pem, both))["TLS certificate"]["ok"]  # its successor is there
    for n, (key, says) in enumerate(((t / "soon.key", "not the certificate's"),  # of another kind
                                     (authority.key, "mismatch"))):
        misfit = t / f"misfit-{n}.pem"
        misfit.write_bytes(own.crt.read_bytes() + key.read_bytes())
        misfit.chmod(0o400)
        assert says in only(hub, "TLS certificate", *served(misfit))["found"]
        assert says in hub.payer("serve", *served(misfit), ok=(78,)).stderr
    assert "No such file" in only(hub, "peers' authorities", "--set", "work.peer_ca=/nope")["found"]


def test_an_account_that_may_too_little_or_too_much(hub):
    """Seen before the first payment is refused, or the journal is not what it was."""
    hub.sql("REVOKE INSERT ON payer.payment FROM payer_serve@localhost")
    row = only(hub, "database as serve")
    assert "missing: INSERT on payment" in row["found"] and "payer db migrate" in row["cure"]
    hub.payer("db", "migrate")
    assert check(hub)["database as serve"]["found"] == "connects, has its rights, and writes"
    for role in ("work", "audit"):
        hub.sql(f"GRANT DELETE ON payer.journal TO payer_{role}@localhost")
        row = only(hub, f"database as {role}")
        assert "too much: DELETE on journal" in row["found"] and "REVOKE" in row["cure"]
        hub.sql(f"REVOKE DELETE ON payer.journal FROM payer_{role}@localhost")


def test_a_database_that_only_reads(hub):
    """A replica lets everybody in, and takes no payment. What is tried is taken back."""
    hub.sql("SET GLOBAL read_only = 1")
    try:
        rows = check(hub, status=1)
    finally:
        hub.sql("SET GLOBAL read_only = 0")
    assert {name for name, row in rows.items() if not row["ok"]} == {
        "database as serve", "database as work"}
    assert "read-only" in rows["database as work"]["found"]
    assert "read_only = 0" in rows["database as work"]["cure"]
    assert hub.sql("SELECT COUNT(*) FROM journal WHERE event = 'check'") == ["0"]


def test_files_of_the_journal_and_of_big_messages(hub):
    key = hub.home / "var/journal.key"
    wait_until(lambda: (hub.home / "var/journal.heads").exists(), "a signed end")
    key.chmod(0o644)
    assert "others may read it" in only(hub, "journal's files")["found"]
    key.chmod(0o600)
    away = key.rename(key.with_suffix(".away"))
    row = only(hub, "journal's files")
    assert "is signed with it" in row["found"] and "backup" in row["cure"] and not key.exists()
    away.rename(key)
    assert "journal.heads" in only(hub, "journal's files", "--set", "journal.heads=/proc/1/x")["cure"]
    assert "serve.spool_dir" in only(hub, "spool folder", "--set", "serve.spool_dir=/proc/1/x")["cure"]
    assert "no URL" in only(hub, "contracts", "--set", "serve.public_url=hub.example")["found"]


def test_fewer_open_files_than_connections(hub):
    row = only(hub, "open files", "--set", "serve.connections=1000000")
    assert "serve.connections asks for 1000096" in row["found"] and "LimitNOFILE" in row["cure"]


def test_a_folder_on_a_full_disk_that_cannot_be_written(hub):
    """/proc has no room, and not even root writes there. [F39]"""
    rows = check(hub, "--set", "flow.dir=/proc/1/flow", status=1)
    assert {name for name, row in rows.items() if not row["ok"]} == {
        "flow folder", "flow disk", "delivery folders"}
    assert "flow.dir" in rows["flow folder"]["cure"]
    assert rows["flow disk"]["found"] == "0 MiB free at /proc/1"
    assert "1 GiB" in rows["flow disk"]["cure"]


def test_a_port_of_somebody_else(hub):
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        row = only(hub, "work.metrics_port", "--set", f"work.metrics_port={number}")
    assert row["found"] == f"{number}: Address already in use"


def test_without_a_database_every_line_says_what_to_do(hub):
    rows = check(hub, "--set", "db.socket=/nonexistent/my.sock", status=1)
    wrong = {name for name, row in rows.items() if not row["ok"]}
    assert wrong >= {"database as serve", "database settings", "registry", "delivery folders"}
    assert all(rows[name]["cure"] for name in wrong)


def test_a_peer_that_is_not_there_or_not_allowed(hub):
    """Only connected to: a station must not get half a message from somebody who looks."""
    asked = len(hub.peers.attempts())
    assert check(hub, "--peers")["peers"]["ok"] and len(hub.peers.attempts()) == asked
    refused = only(hub, "peers", "--peers", "--set", "work.peer_loopback=no")
    assert "not allowed" in refused["found"] and "work.peer_loopback" in refused["cure"]
    nowhere = f"http://127.0.0.1:{free_port()}"
    moved = hub.home / "moved.xml"
    moved.write_text(hub.registry.read_text().replace(hub.peers.url, nowhere))
    hub.payer("registry", "import", str(moved))
    row = only(hub, "peers", "--peers")
    assert nowhere in row["found"] and "cannot be reached" in row["found"]
