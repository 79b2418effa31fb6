# SPDX-License-Identifier: GPL-3.0-or-later
"""Marca da bollo and metadata: from the Ente's file to the channel, and back to the Ente with the
stamp that the PSP sold. [W4]"""
import base64
import decimal

import pytest

from scenario.test_position_change import update
from scenario.test_positions import caller, instalment, position, submit
from support.channel import fault_code
from support.hub import ASL, COMUNE, FDR, wait_until
from support.witness import official, parse, schema_errors

POSTAL = "IT56Q0760199010000000000009"
COMUNE_ACCOUNT, ASL_ACCOUNT = "IT36N9900101000000000000001", "IT05W9900201000000000000005"
HASH = base64.b64encode(bytes(range(32))).decode()
ISSUED = base64.b64encode("<marcaDaBollo>contrassegno è</marcaDaBollo>".encode()).decode()
FACTS = "ufficio=Anagrafe|pratica=2027/17"


def stamped(amount="36.00", **more):
    """Of a row: an application to the Comune that wants a stamp of 16.00."""
    ours = f"{int(amount[:-3]) - 16}.00"
    return {"amount": amount, "t1_creditor": COMUNE, "t1_iban": COMUNE_ACCOUNT,
            "t1_amount": ours, "t1_taxonomy": "9/0101108TS/", "t1_reason": "Diritti",
            "t2_creditor": COMUNE, "t2_amount": "16.00", "t2_taxonomy": "9/0101109TS/",
            "t2_reason": "Bollo", "t2_stamp_hash": HASH, "t2_stamp_type": "01",
            "t2_stamp_province": "AO", **more}


def activate(channel, notice, **changes):
    return channel.activate(notice.creditor, notice.number, notice.amount, v2=True, **changes)


def pay_stamped(channel, notice):
    token = activate(channel, notice).paymentToken
    answer = channel.outcome(token, v2=True, stamps=[(token, 2, ISSUED)])
    assert fault_code(answer) == "OK"
    return token


def anomalies(hub, token):
    return hub.sql("SELECT a.kind FROM anomaly a JOIN payment y ON y.id = a.payment_id"
                   f" WHERE y.token = '{token}' ORDER BY a.kind")


def entries(hub, token):
    return hub.sql("SELECT CONCAT(e.kind, ' ', e.amount_cents) FROM entry e JOIN payment y"
                   f" ON y.id = e.fact_id WHERE y.token = '{token}' ORDER BY e.amount_cents")


def test_a_stamp_is_asked_for_sold_and_told(hub, channel, comune):
    """[I3] [I7] [I8]"""
    notice = comune.position(**stamped(metadata=FACTS, t1_metadata="quota=1"))
    seen = activate(channel, notice)
    ours, stamp = seen.transferList.transfer
    assert (stamp.IBAN, stamp.richiestaMarcaDaBollo.provinciaResidenza) == (None, "AO")
    assert ours.richiestaMarcaDaBollo is None and ours.metadata.mapEntry[0].value == "1"
    assert b"<hashDocumento>" + HASH.encode() in channel.received
    assert b"<allCCP>false</allCCP>" in channel.received
    assert [(e.key, e.value) for e in seen.metadata.mapEntry] == [
        ("ufficio", "Anagrafe"), ("pratica", "2027/17")]

    token = seen.paymentToken
    paid = channel.outcome(token, v2=True, fee="1.00", stamps=[(token, 2, ISSUED)])
    assert fault_code(paid) == "OK" and hub.position(notice).state == "PAID"
    assert entries(hub, token) == ["collected -3700", "fee 100", "stamp 1600", "paid 2000"]

    told = {m["operation"]: m["facts"] for m in comune.wait_told(notice)}
    assert set(told) == {"paSendRTV2", "notifyPayment"}  # paSendRT has no place for a stamp
    receipt = told["paSendRTV2"]
    assert receipt["transferList/transfer/MBDAttachment"] == [ISSUED]
    assert receipt["transferList/transfer/IBAN"] == [COMUNE_ACCOUNT]
    assert receipt["metadata/mapEntry/key"] == ["ufficio", "pratica"]
    assert receipt["transferList/transfer/metadata/mapEntry/key"] == ["quota"]
    assert told["notifyPayment"]["stamp/attachment"] == [ISSUED]
    assert told["notifyPayment"]["transfer/stamp/hash"] == [HASH]

    hub.payer("flow", "run")
    [(_, record)] = hub.fdr(notice.iuv)  # the stamp's money is the PSP's to turn over
    assert record.findtext(f"{FDR}singoloImportoPagato") == "20.00"


@pytest.fixture
def postal(hub):
    """The Comune has a postal account, too."""
    path, text = hub.home / "postal.xml", hub.registry.read_text(encoding="utf-8")
    account = f'<account iban="{COMUNE_ACCOUNT}"/>'
    assert account in text
    path.write_text(text.replace(account, f'{account}<account iban="{POSTAL}"/>'),
                    encoding="utf-8")
    hub.payer("registry", "import", str(path))
    yield
    hub.payer("registry", "import", str(hub.registry))


def test_all_of_it_for_postal_accounts(hub, channel, comune, postal):
    """allCCP says that a postal slip would do."""
    notice = comune.position(t1_creditor=COMUNE, t1_iban=POSTAL, t1_amount="12.34",
                             t1_taxonomy="T", t1_reason="R")
    wait_until(lambda: fault_code(channel.verify(COMUNE, notice.number)) == "OK", "the account")
    assert fault_code(activate(channel, notice)) == "OK"
    assert b"<allCCP>true</allCCP>" in channel.received


def test_a_stamp_alone_is_paid_and_settles_nothing(hub, channel, asl):
    notice = asl.position(amount="16.00", t1_creditor=ASL, t1_amount="16.00", t1_taxonomy="X",
                          t1_reason="Bollo", t1_stamp_hash=HASH, t1_stamp_type="01",
                          t1_stamp_province="TN")
    token = activate(channel, notice).paymentToken
    assert fault_code(channel.outcome(token, v2=True, stamps=[(token, 1, ISSUED)])) == "OK"
    told, = asl.wait_told(notice)
    assert told["facts"]["transferList/transfer/MBDAttachment"] == [ISSUED]
    hub.payer("flow", "run")
    assert hub.fdr(notice.iuv) == []


def test_a_stamp_needs_the_second_version(channel, comune):
    """[W3.18]"""
    notice = comune.position(**stamped())
    answer = channel.activate(COMUNE, notice.number, notice.amount)
    assert fault_code(answer) == "PPT_MULTI_BENEFICIARIO"


@pytest.mark.parametrize("sent", [[], [(2, ISSUED), (1, ISSUED)]], ids=["none came", "one too many"])
def test_stamps_that_differ_refuse_no_money(hub, channel, comune, sent):
    """[W4]"""
    notice = comune.position(**stamped())
    token = activate(channel, notice).paymentToken
    paid = channel.outcome(token, v2=True, stamps=[(token, n, data) for n, data in sent])
    assert fault_code(paid) == "OK" and hub.position(notice).state == "PAID"
    assert anomalies(hub, token) == ["stamp-differs"]
    comune.wait_told(notice)


@pytest.mark.parametrize("wrong", [
    lambda token: [(token, 2, ISSUED), (token, 2, ISSUED)], lambda token: [("0" * 32, 2, ISSUED)]],
    ids=["twice", "for another token"])
def test_a_stamp_is_for_one_place(hub, channel, comune, wrong):
    """[W3.1]"""
    notice = comune.position(**stamped())
    token = activate(channel, notice).paymentToken
    assert fault_code(channel.outcome(token, v2=True, stamps=wrong(token))) == "PPT_SINTASSI_EXTRAXSD"
    assert [p.state for p in hub.position(notice).payments] == ["ACTIVE"]


@pytest.mark.parametrize("change, field", [
    ({"t2_stamp_hash": "no base64"}, "t2_stamp_hash"), ({"t2_stamp_type": "02"}, "t2_stamp_type"),
    ({"t2_stamp_province": "Ao"}, "t2_stamp_province"), ({"t2_iban": COMUNE_ACCOUNT}, "t2_iban"),
    ({"metadata": "no value"}, "metadata"), ({"metadata": "a=1|a=2"}, "metadata"),
    ({"metadata": "a=1", "instalment_metadata": "a=2"}, "instalment_metadata"),
    ({"metadata": "|".join(f"k{n}=v" for n in range(10)),
      "instalment_metadata": "|".join(f"i{n}=v" for n in range(6))}, "instalment_metadata"),
    ({"t1_metadata": "a=" + "x" * 141}, "t1_metadata"), ({"t1_metadata": "=x"}, "t1_metadata"),
])
def test_what_is_wrong_with_one_is_named(hub, change, field):
    [_, line, *_] = hub.load([hub.row(**stamped(**change))], ok=(1,)).rejects.splitlines()
    assert f",{field}," in line, line


def test_by_soap_they_are_kept_shown_and_changed(hub):
    transfers = [
        {"number": 1, "creditor": COMUNE, "iban": COMUNE_ACCOUNT, "amount": decimal.Decimal("4.00"),
         "taxonomy": "T", "remittance": "R",
         "metadata": {"entry": [{"key": "quota", "value": "à"}]}},
        {"number": 2, "creditor": COMUNE, "stamp": {"hash": HASH, "type": "01", "province": "AO"},
         "amount": decimal.Decimal("16.00"), "taxonomy": "T", "remittance": "R"}]
    one = instalment("20.00", transfer=transfers, metadata={"entry": [{"key": "k", "value": "v"}]})
    sent = position("STAMP-1", options=[{"kind": "single", "instalment": [one]}],
                    metadata={"entry": [{"key": "p", "value": "w"}]})
    service = caller(hub)
    first, again = submit(service, sent)[0], submit(service, sent)[0]
    assert (first.outcome, again.outcome) == ("created", "unchanged")
    ask = lambda: service.getPosition(creditor=COMUNE, ownId="STAMP-1").position.option[0].instalment[0]
    read = ask()
    assert (read.metadata.entry[0].value, read.transfer[0].metadata.entry[0].value) == ("v", "à")
    assert (read.transfer[1].iban, read.transfer[1].stamp.hash) == (None, HASH)

    shown = hub.json("position", "show", first.notice[0].noticeNumber)[0].instalments[0]
    assert shown.transfers[1].stamp_hash == HASH and shown.metadata == "k\tv\n"
    text = hub.payer("position", "show", first.notice[0].noticeNumber).stdout
    assert "stamp of AO" in text and "quota = à" in text and "p = w" in text

    transfers[1]["stamp"]["province"] = "TO"
    one["metadata"]["entry"][0]["value"] = "other"
    changed, = update(service, sent)
    assert changed.outcome == "changed", changed
    read = ask()
    assert (read.metadata.entry[0].value, read.transfer[1].stamp.province) == ("other", "TO")
    transfers[1]["stamp"]["type"] = "07"
    refused, = update(service, sent)
    assert (refused.refusal.code, refused.refusal.field) == (
        "STAMP_SYNTAX", "option[1]/instalment[1]/transfer[2]/stamp/type")


@pytest.mark.skipif(not official("pagopa/wsdl/nodeForPsp.wsdl"), reason="no official WSDL here")
def test_from_the_official_contract(hub, comune):
    """A client made from the official WSDL sells the stamp; the receipt is valid by the official
    schema, which the station of the test asks for."""
    channel = hub.channel(wsdl=official("pagopa/wsdl/nodeForPsp.wsdl"))
    notice = comune.position(**stamped())
    pay_stamped(channel, notice)
    body = parse(channel.sent)[-1][0]
    assert schema_errors("pagopa/wsdl/xsd/nodeForPsp.xsd", body) == []
    told = wait_until(lambda: [m for m in comune.told(notice) if m["operation"] == "paSendRTV2"],
                      "the receipt")
    assert told[0]["facts"]["transferList/transfer/MBDAttachment"] == [ISSUED]
