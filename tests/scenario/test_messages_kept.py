# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as they came and went, where an administrator asks for them: encrypted, without
passwords, for so many days. Time is moved for all. [I11]"""
import json
import re

import pytest
import requests
from lxml import etree

from scenario.test_pay import pay
from scenario.test_payments_pulled import pull  # noqa: F401
from support.channel import PATH, RawChannel
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, wait_until
from support.registry import PASSWORD
from support.reports import FlowPsp, Station, document, flow_id, payment
from support.servers import wait_sealed
from support.witness import ROOT

CLOCK = True
KEY = {"message.keep": "all", "message.key_file": "var/message.key", "message.days": 2}
SETTINGS = dict(KEY)
LONGER = 2


def restart(hub, **changes):
    """With other settings of [message]; None takes one away."""
    for name in [name for name in hub.settings if name.startswith("message.")]:
        del hub.settings[name]
    hub.settings.update({**KEY, **{f"message.{name}": value for name, value in changes.items()}})
    hub.settings = {name: value for name, value in hub.settings.items() if value is not None}
    hub.write_config()
    for stop, start in ((hub.serve.stop, hub.start_serve), (hub.work.stop, hub.start_work)):
        stop()
        start()


@pytest.fixture(autouse=True)
def as_before(hub):
    yield
    if {name: value for name, value in hub.settings.items() if name.startswith("message.")} != KEY:
        restart(hub)


def client(hub):
    return RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)


def line_of(hub, event, *options, **fits):
    def found():
        return [line for line in hub.json("journal", "grep", "--event", event, *options)
                if all(getattr(line, name, None) == value for name, value in fits.items())]
    return wait_until(found, f"a line of {event}")[0]


def kept(hub, line):
    return wait_until(lambda: hub.json("journal", "message", str(line.id), ok=(0, 65)),
                      f"the message of {line.event}")[0]


def stored(hub):
    """Every byte of the table."""
    rows = hub.sql("SELECT CONCAT(HEX(request), HEX(answer)) FROM message")
    return b"\n".join(bytes.fromhex(row) for row in rows)


def blanked(sent):
    return re.sub(r"<password>[^<]*</password>", "<password>***</password>", sent.decode())


def test_what_was_said_is_read_again(hub, pull, comune):  # noqa: F811
    """By a channel, in its transaction or not; by a back-office; to the Ente's systems."""
    raw, notice = client(hub), comune.position()
    raw.verify(COMUNE, notice.number)
    said = {"verifyPaymentNotice": (raw.sent, raw.received)}
    token = raw.activate(COMUNE, notice.number, notice.amount).paymentToken
    said["activatePaymentNotice"] = (raw.sent, raw.received)
    raw.outcome(token)
    said["sendPaymentOutcome"] = (raw.sent, raw.received)
    for event, (sent, received) in said.items():
        line = line_of(hub, event, notice_number=notice.number)
        message = kept(hub, line)
        assert message.request == blanked(sent) and message.answer == received.decode()
        assert PASSWORD not in message.request and "***" in message.request
        assert message.encrypted and message.family == "channels"
        shown, = [line for line in hub.json("journal", "show", str(line.object))
                  if line.event == event] if hasattr(line, "object") else [line]
        assert shown.message
    text = hub.payer("journal", "show", notice.number).stdout
    assert text.count("(message kept)") >= 3
    assert "paymentToken" in hub.payer("journal", "message", str(line.id)).stdout

    pull().getPayment(beneficiary=COMUNE, receiptId=token)
    message = kept(hub, line_of(hub, "getPayment", "--token", token))
    assert token in message.answer and message.family == "back-offices"

    comune.wait_told(notice)
    payment, = hub.position(notice).payments
    for event in ("paSendRT", "notifyPayment"):
        message = kept(hub, line_of(hub, event, object=payment.id))
        assert token in message.request and "OK" in message.answer
        assert message.family == "notifications"


def test_where_no_answer_came(hub, asl):
    notice = asl.position()
    hub.peers.behave("lost", times=2)  # one on a connection that stood open is sent anew at once
    token = pay(client(hub), notice)
    first = wait_until(lambda: [line for line in hub.json("journal", "show", token)
                                if line.event == "paSendRTV2" and line.outcome != "OK"],
                       "the first attempt's line")[0]
    assert not hasattr(first, "answer_sha256")
    message = kept(hub, first)
    assert notice.iuv in message.request and message.answer is None


def test_what_is_too_big_is_passed_over(hub):
    """A PSP's big flow is kept as a flow; it is no error that its message is not."""
    identifier = flow_id()
    content = document((payment(f"{n:017d}", "x", "1.00") for n in range(20000)), identifier)
    assert FlowPsp(hub.url).send(content, identifier) == "OK"
    line = line_of(hub, "nodoInviaFlussoRendicontazione", detail=identifier)
    assert hasattr(line, "request_sha256") and not hasattr(line, "message")
    assert Station(hub.url).fetch(identifier) == content
    log = hub.serve.log.read_text()
    assert "level=error" not in log and "event=message.big" in log


@pytest.mark.parametrize("key", ["encrypted", "clear"])
def test_no_secret_is_in_the_table(hub, comune, key):
    """A password in none of its writings, whatever is set; with a key, nobody's name either."""
    hub.sql("DELETE FROM message")
    if key == "clear":
        restart(hub, key_file=None)
    raw, notice = client(hub), comune.position()
    pay(raw, notice)
    comune.wait_told(notice)
    odd = raw.sent.replace(f"<password>{PASSWORD}</password>".encode(),
                           f"<password><![CDATA[{PASSWORD}]]></password>".encode())
    assert odd != raw.sent
    raw.post("sendPaymentOutcome", odd)
    requests.post(f"{hub.url}{PATH}", raw.sent.replace(b"n:", b"x:").replace(b":n=", b":x="),
                  headers={"Content-Type": "text/xml", "SOAPAction": '"sendPaymentOutcome"'},
                  timeout=20)
    wait_until(lambda: int(hub.sql("SELECT COUNT(*) FROM message")[0]) >= 6, "six messages")
    everything = stored(hub)
    assert PASSWORD.encode() not in everything
    assert (notice.number.encode() in everything) == (key == "clear")
    if key == "encrypted":
        assert not [secret for secret in hub.secrets if secret.encode() in everything]
        assert b"Envelope" not in everything
    else:
        assert b"***" in everything


def test_every_secret_of_the_contracts_is_known():
    """What message.c blanks: the elements of our contracts whose names say that they are secrets."""
    names = set()
    for path in (ROOT / "wsdl").glob("*/*.xsd"):
        for element in etree.parse(str(path)).iter("{http://www.w3.org/2001/XMLSchema}element"):
            if re.search("passw|secret|pin$|credential", element.get("name", ""), re.I):
                names.add(element.get("name"))
    assert names == {"password"}


def test_a_new_key(hub, comune):
    """What the one before encrypted is read while it is named; then no more."""
    raw, notice = client(hub), comune.position()
    raw.verify(COMUNE, notice.number)
    before = line_of(hub, "verifyPaymentNotice", notice_number=notice.number)
    text = kept(hub, before).request
    restart(hub, key_file="var/message-2.key", old_key_file="var/message.key")
    assert kept(hub, before).request == text
    raw, other = client(hub), comune.position()
    raw.verify(COMUNE, other.number)
    after = line_of(hub, "verifyPaymentNotice", notice_number=other.number)
    assert other.number in kept(hub, after).request
    restart(hub, key_file="var/message-2.key")
    assert kept(hub, after).request
    done = hub.payer("journal", "message", str(before.id), ok=(78,))
    assert "message.old_key_file" in done.stderr and not done.stdout


def checked(hub, *settings, status=0):
    """What `payer check` says of kept messages; of all else it finds nothing wrong."""
    options = [word for setting in ("work.metrics_port=0", *settings) for word in ("--set", setting)]
    rows = json.loads(hub.payer("check", "--json", *options, ok=(status,)).stdout)
    wrong = [row["check"] for row in rows if not row["ok"]]
    assert wrong == ["kept messages"] * status, rows
    return next(row for row in rows if row["check"] == "kept messages")


def test_check_tries_the_keys(hub, comune):
    """A key that is gone, another one, or another's to read would only be seen when a message is
    wanted, or when the hub starts and makes a new one. Nothing is made by looking."""
    hub.sql("DELETE FROM message")
    raw, notice = client(hub), comune.position()
    raw.verify(COMUNE, notice.number)
    kept(hub, line_of(hub, "verifyPaymentNotice", notice_number=notice.number))
    key, away = hub.home / "var/message.key", hub.home / "var/away.key"
    assert checked(hub)["found"] == "all: encrypted"
    for other in ("var/none.key", ""):
        row = checked(hub, f"message.key_file={other}", status=1)
        assert "neither message.key_file" in row["found"] and "message.old_key_file" in row["cure"]
    assert not (hub.home / "var/none.key").exists()
    key.chmod(0o640)
    assert "others may read it" in checked(hub, status=1)["found"]
    key.chmod(0o600)
    key.rename(away)
    assert "neither message.key_file" in checked(hub, status=1)["found"]
    assert checked(hub, "message.old_key_file=var/away.key")["found"].endswith("made at the start")
    key.write_bytes(away.read_bytes()[:31])
    key.chmod(0o600)
    assert "not a file of 32 bytes" in checked(hub, status=1)["found"]
    away.rename(key)
    assert "cannot be made" in checked(hub, "message.key_file=/proc/1/key", status=1)["found"]
    assert "back-offices" in checked(hub, "message.keep=channel", status=1)["found"]
    assert checked(hub, "message.keep=")["found"] == "none are kept"
    hub.sql("UPDATE message SET request = CONCAT(LEFT(request, 20), 'x', SUBSTRING(request, 22))")
    assert "backups" in checked(hub, status=1)["cure"]
    hub.sql("DELETE FROM message")


def test_only_what_is_asked_for(hub, pull, comune):  # noqa: F811
    restart(hub, keep="back-offices, notifications")
    raw, notice = client(hub), comune.position()
    token = pay(raw, notice)
    pull().getPayment(beneficiary=COMUNE, receiptId=token)
    assert kept(hub, line_of(hub, "getPayment", "--token", token))
    line = line_of(hub, "sendPaymentOutcome", notice_number=notice.number)
    assert not hasattr(line, "message")
    assert f"a message of line {line.id} that is kept" in hub.payer("journal", "message", str(line.id),
                                                 ok=(65,)).stderr
    restart(hub, keep=None)
    count = hub.sql("SELECT COUNT(*) FROM message")
    token = pay(client(hub), comune.position())
    line_of(hub, "sendPaymentOutcome", "--token", token)
    assert hub.sql("SELECT COUNT(*) FROM message") == count


def test_a_wrong_setting_is_named(hub):
    done = hub.payer("serve", "--set", "message.keep=channel", ok=(78,))
    assert "message.keep" in done.stderr and "back-offices" in done.stderr
    done = hub.payer("serve", "--set", "message.old_key_file=var/none.key", ok=(78,))
    assert "message.old_key_file" in done.stderr


def test_kept_for_so_many_days_and_no_longer(hub, comune, clock):
    """By the worker, which could delete nothing else: test_database.py."""
    raw, notice = client(hub), comune.position()
    raw.verify(COMUNE, notice.number)
    line = line_of(hub, "verifyPaymentNotice", notice_number=notice.number)
    assert kept(hub, line)
    wait_sealed(hub, [raw])
    clock.forward(days=1, hours=23)
    restart(hub)
    raw = client(hub)
    raw.verify(COMUNE, notice.number)
    assert kept(hub, line)
    wait_sealed(hub, [raw])
    clock.forward(hours=2)
    restart(hub)  # a worker looks when it starts, then each minute
    wait_until(lambda: hub.payer("journal", "message", str(line.id), ok=(0, 65)).returncode == 65,
               "the message is deleted")
    assert [found for found in hub.json("journal", "show", notice.number) if found.id == line.id]
