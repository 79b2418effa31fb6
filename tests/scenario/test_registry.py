# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry by the command line: import, base, parts, kill switch; what a running server does."""
import threading

import pytest
from lxml import etree

from support.channel import fault_code
from support.hub import ASL, ATM, COMUNE, PSP, program, wait_until
from support.terminal import Terminal

OWN_HUB = True  # its registry changes under everybody's feet
NS = "{urn:payer:registry:1}"


@pytest.fixture(autouse=True)
def restored(hub):
    """Each test begins with the registry that the hub was started with."""
    yield
    hub.payer("registry", "import", str(hub.registry))


@pytest.fixture
def document(hub):
    """The document in force, to be changed."""
    return etree.fromstring(hub.payer("registry", "export").stdout.encode())


def take(hub, root, *options, ok=(0,)):
    """Import a document."""
    path = hub.home / "changed.xml"
    path.write_bytes(etree.tostring(root, pretty_print=True))
    return hub.payer("registry", "import", str(path), *options, ok=ok)


def find(root, element, code):
    return root.find(f"{NS}{element}[@code='{code}']")


def version(hub):
    return hub.json("registry", "history")[0].version


def test_the_same_document_twice_is_one_version(hub, document):
    before = version(hub)
    assert "Nothing changed" in hub.payer("registry", "import", str(hub.registry)).stderr
    assert "Nothing changed" in take(hub, document).stderr
    assert version(hub) == before


def test_a_file_that_is_empty_is_called_so(hub):
    path = hub.home / "nothing.xml"
    path.write_bytes(b"")
    assert "nothing.xml: it is empty\n" in hub.payer("registry", "import", str(path), ok=(78,)).stderr


def test_dry_run_shows_and_stores_nothing(hub, document):
    before = version(hub)
    find(document, "psp", PSP).set("name", "Altro nome")
    shown = take(hub, document, "--dry-run")
    assert f"~ psp {PSP}" in shown.stdout and '-> "Altro nome"' in shown.stdout
    assert version(hub) == before


def test_what_is_left_out_is_disabled_and_dated(hub, document):
    for gone in document.findall(f"{NS}caller[@code='BACKOFFICE2']"):
        document.remove(gone)
    assert "- caller BACKOFFICE2: disabled" in take(hub, document).stdout
    caller = hub.json("registry", "show", "caller", "BACKOFFICE2")[0]
    assert (caller.state, caller.enabled) == ("disabled", False)
    assert caller.disabled_since.endswith("Z")
    assert "Nothing changed" in take(hub, document).stderr


def test_a_document_that_takes_entries_away_asks_first(hub, document):
    """An empty one would end all, and one word is missed easily: what goes is shown and counted."""
    before, name = version(hub), hub.home / "changed.xml"
    in_force = sum(entry.get("enabled") != "no" for entry in document.iter("*")) - 1
    name.write_text(f"<registry xmlns='{NS[1:-1]}'/>")
    said = hub.payer("registry", "import", str(name), "--dry-run", yes=False)
    assert "Nothing was stored" in said.stderr
    for option in ((), ("--no-input",)):
        refused = hub.payer("registry", "import", str(name), *option, ok=(64,), yes=False).stderr
        assert f"- creditor {COMUNE}: disabled\n" in refused and "say --yes" in refused
        gone = refused.count(": disabled\n")
        assert f"It takes away {gone} of the {in_force} entries in force" in refused, refused
    assert version(hub) == before and gone > 20
    original = etree.tostring(document)
    document.find(f"{NS}creditor[@code='{COMUNE}']/{NS}archive").set("code", "47")
    name.write_bytes(etree.tostring(document))
    assert "It takes away 1 of the" in hub.payer(
        "registry", "import", str(name), ok=(64,), yes=False).stderr  # a part counts, too
    document = etree.fromstring(original)
    find(document, "psp", PSP).set("name", "Altro nome")
    name.write_bytes(etree.tostring(document))
    hub.payer("registry", "import", str(name), yes=False)  # takes nothing away: asks nothing


def test_what_was_shown_at_the_question_is_what_is_taken(hub, document):
    """Another version came while the operator thought: not what they said yes to."""
    for gone in document.findall(f"{NS}caller[@code='BACKOFFICE2']"):
        document.remove(gone)
    del document.attrib["base"]
    name, other = hub.home / "asked.xml", hub.home / "meanwhile.xml"
    name.write_bytes(etree.tostring(document))
    find(document, "psp", PSP).set("name", "Nel frattempo")
    other.write_bytes(etree.tostring(document))
    terminal = Terminal([program(), "registry", "import", str(name)], hub)
    terminal.expect("entries in force")
    hub.payer("registry", "import", str(other))
    assert terminal.answer("y\n") == 65 and "the registry changed since" in terminal.said
    assert hub.json("registry", "show", "psp", PSP)[0].name == "Nel frattempo"
    hub.payer("registry", "import", str(hub.registry))
    terminal = Terminal([program(), "registry", "import", str(name)], hub)
    terminal.expect("entries in force")
    assert terminal.answer("n\n") == 64 and "nothing was done" in terminal.said
    terminal = Terminal([program(), "registry", "import", str(name)], hub)
    terminal.expect("entries in force")
    assert terminal.answer("y\n") == 0
    assert hub.json("registry", "show", "caller", "BACKOFFICE2")[0].state == "disabled"


def test_an_old_base_is_refused_with_what_changed_since(hub, document):
    find(document, "psp", PSP).set("name", "Primo")
    take(hub, document)
    find(document, "psp", PSP).set("name", "Secondo")
    refused = take(hub, document, ok=(65,))  # still says the first base
    assert f"~ psp {PSP}" in refused.stderr and '-> "Primo"' in refused.stderr
    assert hub.json("registry", "show", "psp", PSP)[0].name == "Primo"
    take(hub, document, "--base", str(version(hub)))
    assert hub.json("registry", "show", "psp", PSP)[0].name == "Secondo"


def test_all_problems_at_once_and_nothing_taken(hub, document):
    before = version(hub)
    find(document, "psp", PSP).set("name", "Mai preso")
    find(document, "creditor", COMUNE).set("bank", "NESSUNA")
    find(document, "channel", ATM).set("broker", "NESSUNO")
    find(document, "bank", "BANCA1").set("abi", "1")
    find(document, "subscription", "BANCA1-PAIN").set("period", "cron 0 6 30 2 *")
    said = take(hub, document, ok=(78,)).stderr
    assert 'bank="NESSUNA": there is no such bank' in said
    assert f'channel {ATM}: broker="NESSUNO"' in said
    assert ": bank: " in said and 'period="cron 0 6 30 2 *": never ends' in said
    lines = [line.split(":")[1] for line in said.splitlines() if "changed.xml:" in line]
    assert len(lines) >= 3 and all(line.isdigit() for line in lines)
    assert version(hub) == before


@pytest.mark.parametrize("text", [
    "<registry", "<!DOCTYPE x [<!ENTITY e 'x'>]><registry/>", "",
    "<registry xmlns='urn:payer:registry:2'/>"])
def test_what_is_no_document(hub, text):
    before = version(hub)
    said = hub.payer("registry", "import", "-", stdin=text, ok=(78,)).stderr
    assert "-:" in said
    assert version(hub) == before


def test_a_part_replaces_one_ente_only(hub, document):
    whole = {(e.tag, *map(e.get, ("code", "psp", "channel"))): etree.tostring(e, method="c14n")
             for e in document if e.get("code") != ASL}
    part = etree.Element(f"{NS}registry", scope=f"ente:{ASL}", nsmap={None: NS[1:-1]})
    ente = find(document, "creditor", ASL)
    ente.set("office", "Nuovo ufficio")
    part.append(ente)
    take(hub, part)
    after = etree.fromstring(hub.payer("registry", "export").stdout.encode())
    assert find(after, "creditor", ASL).get("office") == "Nuovo ufficio"
    assert whole == {(e.tag, *map(e.get, ("code", "psp", "channel"))):
                     etree.tostring(e, method="c14n") for e in after if e.get("code") != ASL}


def test_a_running_server_follows_a_kill_switch(hub, raw, ente):
    notice = ente.position()
    assert fault_code(raw.verify(COMUNE, notice.number)) == "OK"
    for kind, code, fault in (("channel", ATM, "PPT_CANALE_DISABILITATO"),
                              ("ente", COMUNE, "PPT_DOMINIO_DISABILITATO")):
        hub.payer("stop", kind, code, "--reason", "prova")
        assert "already" in hub.payer("stop", kind, code).stderr
        wait_until(lambda want=fault: fault_code(raw.verify(COMUNE, notice.number)) == want, fault)
        assert hub.json("registry", "show", kind, code)[0].state == "stopped"
        hub.payer("start", kind, code)
        wait_until(lambda: fault_code(raw.verify(COMUNE, notice.number)) == "OK", f"{kind} again")


@pytest.mark.parametrize("kind, code, status, why", [
    ("channel", "NESSUNO", 65, "there is no such thing: channel NESSUNO in the registry"),
    ("gateway", "X", 65, "there is no such thing: gateway X in the registry"),
    ("psp", PSP, 64, '"psp": expected ente, channel or gateway')])
def test_only_what_there_is_can_be_stopped(hub, kind, code, status, why):
    assert why in hub.payer("stop", kind, code, ok=(status,)).stderr


def test_a_running_server_follows_an_import(hub, raw, ente, document):
    """A password that was taken away is refused, though it was right and remembered before."""
    notice = ente.position()
    assert fault_code(raw.verify(COMUNE, notice.number)) == "OK"
    other = hub.payer("registry", "hash-password", stdin="altra-12345\n").stdout.strip()
    find(document, "channel", ATM).set("password-hash", other)
    shown = take(hub, document)
    assert "password-hash: changed" in shown.stdout and other not in shown.stdout + shown.stderr
    wait_until(lambda: fault_code(raw.verify(COMUNE, notice.number)) == "PPT_AUTENTICAZIONE",
               "the old password refused")
    assert fault_code(raw.verify(COMUNE, notice.number, password="altra-12345")) == "OK"


def test_a_password_by_file_is_hashed_once(hub, document):
    secret = hub.home / "channel-password"
    secret.write_text("canarino-di-file\n")
    hub.secrets.add("canarino-di-file")
    channel = find(document, "channel", ATM)
    del channel.attrib["password-hash"]
    channel.set("password-file", str(secret))
    take(hub, document)
    stored = hub.payer("registry", "export").stdout
    assert str(secret) not in stored and "canarino-di-file" not in stored
    assert "Nothing changed" in take(hub, document).stderr
    secret.write_text("un-altro-canarino\n")
    hub.secrets.add("un-altro-canarino")
    assert "password-hash: changed" in take(hub, document, "--base", str(version(hub))).stdout


def test_two_imports_at_once_are_two_versions(hub, document):
    """Each adds a broker: whoever comes second sees the first one's version, none is lost."""
    del document.attrib["base"]
    before, done = version(hub), []

    def one(name):
        root = etree.fromstring(etree.tostring(document))
        find(root, "creditor", COMUNE).set("office", name)
        path = hub.home / f"{name}.xml"
        path.write_bytes(etree.tostring(root))
        done.append(hub.payer("registry", "import", str(path)))

    threads = [threading.Thread(target=one, args=(f"Ufficio-{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(threads) and version(hub) == before + len(threads)
    history = hub.json("registry", "history")
    assert [v.base for v in history[:4]] == [v.version - 1 for v in history[:4]]
