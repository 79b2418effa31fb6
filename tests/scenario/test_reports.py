# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows on the wire: a PSP delivers what it collected, it is matched with what was paid here, and
the Ente's station fetches it byte for byte, like the hub's own. [W5]"""
import base64
import concurrent.futures
import gzip

import pytest

from support.hub import ASL, COMUNE, wait_until
from support.reports import NOW, FlowPsp, Station, document, flow_id, later, lines, number, paid, payment

OWN_HUB = True  # its flows are big


@pytest.fixture
def psp(hub):
    return FlowPsp(hub.url)


@pytest.fixture
def station(hub):
    return Station(hub.url)


def test_flow_is_kept_matched_and_fetched(hub, channel, ente, psp, station):
    notice, token = paid(channel, ente)
    other, other_token = paid(channel, ente, "5.00")
    identifier = flow_id()
    content = document([payment(notice.iuv, token, "12.34"),
                        payment(other.iuv, other_token, "4.00", index=1),
                        payment("RF18999", "ALTRO", "1.00"),
                        payment(notice.iuv, token, "12.34")], identifier)

    assert psp.send(content, identifier) == "OK"
    assert lines(hub, identifier) == ["MATCHED", "DIFFERS", "UNKNOWN", "TWICE"]
    assert station.list()[identifier] == NOW
    assert station.fetch(identifier) == content
    assert station.fetch(identifier, psp="PSPPROVA") == content
    shown, *became = hub.json("psp-flow", "show", str(number(hub, identifier)))
    assert (shown.count, shown.total_cents, shown.psp, shown.creditor) == (4, 2968, "PSPPROVA", COMUNE)
    assert {t.lines: t.count for t in became} == {"MATCHED": 1, "DIFFERS": 1, "UNKNOWN": 1,
                                                       "TWICE": 1}
    assert hub.work_metrics()['payer_psp_flow_lines_total{state="DIFFERS"}'] >= 1
    kinds = hub.sql(f"SELECT kind FROM anomaly WHERE flow_id = {shown.id} AND state = 'OPEN'"
                    " ORDER BY line")
    assert kinds == ["reported-differs", "reported-not-paid", "reported-twice"]


def test_a_flow_that_is_not_there_is_named(hub):
    for verb in ("show", "lines"):
        said = hub.payer("psp-flow", verb, "4712", ok=(65,)).stderr
        assert "there is no such thing: flow 4712 of a PSP" in said


WHITE = base64.encodebytes


@pytest.mark.parametrize("path", ["/nodo-per-psp/v1", "/nodo-auth/nodo-per-psp/v1",
                                  "/node-for-psp/v1", "/nodo-auth/node-for-psp/v1"])
@pytest.mark.parametrize("action", [True, False])
def test_paths(psp, station, path, action):
    """With its action or without, on its own path and where the official WSDL has it. [W1]"""
    identifier = flow_id()
    content = document([payment("1", "x", "1.00")], identifier)
    assert psp.send(WHITE(content).decode(), identifier, path=path, action=action) == "OK"
    for alias in ("/nodo-per-pa/v1", "/nodo-auth/nodo-per-pa/v1", "/node-for-pa/v1",
                  "/nodo-auth/node-for-pa/v1"):
        assert station.fetch(identifier, path=alias) == content


@pytest.mark.parametrize("action", [None, '"verifyPaymentNotice"', '"xnodoInviaFlussoRendicontazione"'])
def test_what_may_not_be_big(psp, action):
    """Refused by its head. [X3]"""
    psp.connection.putrequest("POST", "/node-for-psp/v1")
    for name, value in (("Content-Type", "text/xml"), ("Content-Length", "70000"), ("SOAPAction", action)):
        if value:
            psp.connection.putheader(name, value)
    psp.connection.endheaders()
    assert psp.connection.getresponse().status == 413


WRONG = {
    "no base64": (lambda c: "=" + base64.b64encode(c).decode(), "PPT_SINTASSI_XSD"),
    "cut base64": (lambda c: base64.b64encode(c).decode()[:-5], "PPT_SINTASSI_XSD"),
    "padding within": (lambda c: base64.b64encode(c[:10]).decode() + base64.b64encode(c[10:]).decode(),
                       "PPT_SINTASSI_XSD"),
    "empty": (lambda c: "", "PPT_SINTASSI_XSD"),
    "no XML": (lambda c: b"x" * 100, "PPT_SINTASSI_XSD"),
    "gzip": (gzip.compress, "PPT_SINTASSI_XSD"),
    "cut XML": (lambda c: c[:-9], "PPT_SINTASSI_XSD"),
    "more XML": (lambda c: c + b"<a/>", "PPT_SINTASSI_XSD"),
    "another root": (lambda c: c.replace(b"FlussoRiversamento", b"Flusso"), "PPT_SINTASSI_XSD"),
    "another namespace": (lambda c: c.replace(b"digitpa", b"altra"), "PPT_SINTASSI_XSD"),
    "DOCTYPE": (lambda c: c.replace(b"?>\n", b"?>\n<!DOCTYPE a [<!ENTITY b 'c'>]>"), "PPT_SINTASSI_XSD"),
    "unknown element": (lambda c: c.replace(b"</p:FlussoR", b"<p:altro/></p:FlussoR"), "PPT_SINTASSI_XSD"),
    "no amount": (lambda c: c.replace(b"Pagato>1.00", b"Pagato>1,00"), "PPT_SINTASSI_XSD"),
    "a day that is none": (lambda c: c.replace(b"2026-03-01", b"2026-02-30"), "PPT_SINTASSI_XSD"),
    "an outcome that is none": (lambda c: c.replace(b"Pagamento>0<", b"Pagamento>1<"), "PPT_SINTASSI_XSD"),
    "another version": (lambda c: c.replace(b"Oggetto>1.0", b"Oggetto>2.0"), "PPT_SINTASSI_XSD"),
    "an endless text": (lambda c: c.replace(b"TRN-1", b"x" * 3000000), "PPT_SINTASSI_XSD"),
    "an endless tag": (lambda c: c.replace(b"<p:versione", b"<p:versioneOggetto " + b" ".join(
        b"a%d='1'" % i for i in range(200000)) + b"/><p:versione"), "PPT_SINTASSI_XSD"),
    "depth": (lambda c: c.replace(b"<p:versione", b"<a>" * 100000 + b"<p:versione"), "PPT_SINTASSI_XSD"),
    "count": (lambda c: c.replace(b"TotalePagamenti>1<", b"TotalePagamenti>2<"), "PPT_SEMANTICA"),
    "total": (lambda c: c.replace(b"TotalePagamenti>1.00", b"TotalePagamenti>1.01"), "PPT_SEMANTICA"),
    "id": (lambda c: c.replace(b"PSPPROVA-", b"PSPPROVA-9"), "PPT_SEMANTICA"),
    "time": (lambda c: c.replace(b"10:30:00", b"10:30:01"), "PPT_SEMANTICA"),
    "PSP": (lambda c: c.replace(b"66666666666", b"66666666667"), "PPT_SEMANTICA"),
    "another Ente of the hub": (lambda c: c.replace(b"77777777777", b"88888888888"), "PPT_SEMANTICA"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_flow(psp, station, what):
    """Refused with its fault, and nothing of it is kept."""
    spoil, fault = WRONG[what]
    identifier = flow_id()
    content = document([payment("1", "x", "1.00")], identifier)
    assert spoil(content) != content
    assert psp.send(spoil(content), identifier) == fault
    assert identifier not in station.list()
    assert psp.send(content, identifier) == "OK"


@pytest.mark.parametrize("identifier", ["2026-03-02PSPPROVA", "2026-03-02PSPPROVA-", "2026-02-30PSPPROVA-1",
                                        "20260302PSPPROVA-1", "2026-03-02ALTRO-1", "2026-03-02PSPPROVA-à",
                                        "2026-03-02PSPPROVA-" + "1" * 30, "x", ""])
def test_id_form(psp, identifier):
    content = document([payment("1", "x", "1.00")], identifier[:35] or "x")
    assert psp.send(content, identifier) in ("PPT_SEMANTICA", "PPT_SINTASSI_XSD")


@pytest.mark.parametrize("sender", [("G", "PSPPROVA"), ("B", "PSPPROVA"), ("A", "PSPPROVA"),
                                    ("G", "66666666666")])
def test_sender_and_version(psp, sender):
    assert psp.deliver([payment("1", "x", "1.00")], sender=sender, version="1.1")[1] == "OK"


def test_same_instant_written_otherwise(psp):
    identifier = flow_id()
    content = document([payment("1", "x", "1.00")], identifier, time=NOW)
    assert psp.send(content, identifier, time=NOW + ".000+01:00") == "OK"


def test_revisions(hub, channel, ente, psp, station):
    """Later for the same Ente replaces; equal, earlier or another's is refused; another year is
    another flow. What the former claimed is free again. [W5]"""
    notice, token = paid(channel, ente)
    mine = [payment(notice.iuv, token, "12.34")]
    identifier, code = psp.deliver(mine)
    assert code == "OK" and lines(hub, identifier) == ["MATCHED"]
    second, code = psp.deliver(mine)
    assert code == "OK" and lines(hub, second) == ["TWICE"]

    assert psp.deliver(mine, identifier)[1] == "PPT_SEMANTICA"
    assert psp.deliver(mine, identifier, later(NOW, -1))[1] == "PPT_SEMANTICA"
    assert psp.deliver(mine, identifier, later(NOW), creditor=ASL)[1] == "PPT_SEMANTICA"
    assert lines(hub, identifier) == ["MATCHED"]

    revised = [payment("RF1", "y", "2.00")]
    assert psp.deliver(revised, identifier, later(NOW))[1] == "OK"
    assert lines(hub, identifier) == ["UNKNOWN"]
    assert station.list()[identifier] == later(NOW)
    assert station.fetch(identifier) == document(revised, identifier, time=later(NOW))
    wait_until(lambda: lines(hub, second) == ["MATCHED"], "what came second is first now")

    year = "2025-03-02T10:30:00"
    assert psp.deliver(mine, identifier, year)[1] == "OK"
    assert psp.deliver(mine, identifier, year)[1] == "PPT_SEMANTICA"
    assert station.fetch(identifier) == document(revised, identifier, time=later(NOW))
    assert psp.deliver(mine, identifier, later(NOW))[1] == "PPT_SEMANTICA"


def test_races(hub, station):
    """The same flow many times at once is taken once; of revisions at once the latest stays."""
    identifier = flow_id()
    content = document([payment("1", "x", "1.00")] * 3, identifier)

    def at_once(what):
        with concurrent.futures.ThreadPoolExecutor(len(what)) as pool:
            return list(pool.map(lambda how: FlowPsp(hub.url).send(*how[:2], time=how[2]), what))

    assert sorted(at_once([(content, identifier, NOW)] * 6)) == ["OK"] + ["PPT_SEMANTICA"] * 5
    revisions = [later(NOW, n) for n in range(1, 7)]
    answers = at_once([(document([payment("1", "x", "2.00")], identifier, time=t), identifier, t)
                       for t in revisions])
    assert answers[-1] == "OK" and set(answers) <= {"OK", "PPT_SEMANTICA"}
    assert station.list()[identifier] == revisions[-1]
    wait_until(lambda: hub.sql("SELECT COUNT(*) FROM psp_flow WHERE state = 'REFUSED'") == ["0"],
               "what came second is swept away")


def test_what_was_cut_off_is_swept_away(hub):
    """A server that died left a flow that nobody sees: an hour later nothing of it is there."""
    hub.sql("INSERT INTO psp_flow (id, psp, channel, creditor, flow_id, flow_time, flow_at, year, state,"
            " reference, settled_on, line_count, total_cents, size, received_at, sha256) VALUES (4711,"
            " 'PSPPROVA', 'x', '77777777777', 'CUT', 'x', NOW(), 2026, 'LOADING', 'x', NOW(), 9, 9, 9,"
            " UTC_TIMESTAMP() - INTERVAL 59 MINUTE, REPEAT('x', 32));"
            " INSERT INTO psp_flow_line SELECT 4711, seq, 'x', 'x', 0, 1, '0', NOW(), 'NEW', NULL, NULL"
            " FROM seq_1_to_2000; INSERT INTO psp_flow_part SELECT 4711, seq, 'x' FROM seq_1_to_300")
    count = ("SELECT (SELECT COUNT(*) FROM psp_flow WHERE id = 4711), (SELECT COUNT(*) FROM psp_flow_line"
             " WHERE flow_id = 4711), (SELECT COUNT(*) FROM psp_flow_part WHERE flow_id = 4711)")
    assert hub.sql(count) == ["1\t2000\t300"]
    hub.sql("UPDATE psp_flow SET received_at = UTC_TIMESTAMP() - INTERVAL 61 MINUTE WHERE id = 4711")
    wait_until(lambda: hub.sql(count) == ["0\t0\t0"], "nothing of it is there")


STATION_CHECKS = [
    ({"password": "corta"}, "PPT_SINTASSI_EXTRAXSD"),
    ({"identificativoIntermediarioPA": "IGNOTO"}, "PPT_INTERMEDIARIO_PA_SCONOSCIUTO"),
    ({"identificativoStazioneIntermediarioPA": "IGNOTA"}, "PPT_STAZIONE_INT_PA_SCONOSCIUTA"),
    ({"password": "sbagliata-1"}, "PPT_AUTENTICAZIONE"),
    ({"identificativoIntermediarioPA": "88888888888"}, "PPT_AUTORIZZAZIONE"),
    ({"identificativoDominio": "IGNOTO"}, "PPT_DOMINIO_SCONOSCIUTO"),
    ({"identificativoDominio": ASL}, "PPT_AUTORIZZAZIONE"),
    ({"identificativoPSP": "IGNOTO"}, "PPT_PSP_SCONOSCIUTO"),
    ({"identificativoFlusso": "IGNOTO"}, "PPT_ID_FLUSSO_SCONOSCIUTO"),
]


def all_later(rows, at):
    """The changes of a row and of all after it; a field's own row comes before a later one's."""
    wrong = {}
    for changes, _ in rows[at:]:
        wrong = {**changes, **wrong}
    return wrong


@pytest.mark.parametrize("at", range(len(STATION_CHECKS)))
def test_station_precedence(station, at):
    changes = all_later(STATION_CHECKS, at)
    fields = {**station.who, "identificativoDominio": COMUNE, "identificativoPSP": "PSPPROVA",
              "identificativoFlusso": "IGNOTO", **changes}
    answer = station.call("nodoChiediFlussoRendicontazione", fields)
    assert answer.findtext("fault/faultCode") == STATION_CHECKS[at][1]
    del fields["identificativoFlusso"]
    answer = station.call("nodoChiediElencoFlussiRendicontazione", fields)
    assert answer.findtext("fault/faultCode") == (STATION_CHECKS[at][1] if at < 8 else None)


def test_whoever_asks_leaves_a_line(hub):
    """Names are cut between characters: the database takes no line with part of one. [I1]"""
    stranger = Station(hub.url, "€" * 35)
    assert stranger.fetch("IGNOTO", creditor="€" * 35) == "PPT_STAZIONE_INT_PA_SCONOSCIUTA"
    line = wait_until(lambda: hub.json("journal", "grep", "--creditor", "€" * 11),
                      "the line in the journal")[0]
    assert (line.actor, line.event) == ("station/" + "€" * 20, "nodoChiediFlussoRendicontazione")


def test_own_flows_are_in_the_list(hub, channel, ente, station):
    """One way to fetch, whoever collected: bytes equal to the published file."""
    paid(channel, ente)
    hub.payer("flow", "run", "--yes")
    published = [f for f in hub.json("flow", "list", "77777777777-FDR", "--state", "PUBLISHED")]
    assert published
    for flow in published:
        file = next(hub.home.glob(f"var/flow/*/{flow.name}"))
        assert station.fetch(flow.message_id) == file.read_bytes()
        assert station.fetch(flow.message_id, psp="PAYER") == file.read_bytes()
        assert station.fetch(flow.message_id, psp="PSPPROVA") == "PPT_ID_FLUSSO_SCONOSCIUTO"
        time = station.list(psp="PAYER")[flow.message_id]
        assert f"<pay_i:dataOraFlusso>{time}<".encode() in file.read_bytes()


def test_a_published_file_that_changed_is_not_told(hub, channel, ente, station):
    """[I8]"""
    paid(channel, ente)
    hub.payer("flow", "run", "--yes")
    flow = hub.json("flow", "list", "77777777777-FDR", "--state", "PUBLISHED")[-1]
    file = next(hub.home.glob(f"var/flow/*/{flow.name}"))
    good = file.read_bytes()
    file.write_bytes(good[:-1] + b" ")
    try:
        assert station.fetch(flow.message_id) == "PPT_SYSTEM_ERROR"
    finally:
        file.write_bytes(good)
    assert station.fetch(flow.message_id) == good


def test_another_entes_flow_is_unknown(hub, psp, station):
    """[I13] [X61]"""
    identifier, code = psp.deliver([payment("1", "x", "1.00")], creditor=ASL)
    assert code == "OK"
    assert station.fetch(identifier) == "PPT_ID_FLUSSO_SCONOSCIUTO"
    assert station.fetch(identifier, creditor=None) == "PPT_ID_FLUSSO_SCONOSCIUTO"
    asl = Station(hub.url, "88888888888_01", "88888888888")
    assert identifier in asl.list(creditor=None) and identifier not in asl.list(creditor=None, psp="PAYER")
    assert asl.fetch(identifier, creditor=None) == document([payment("1", "x", "1.00")], identifier,
                                                          receiver=ASL)


# --- last: each audit after them looks through all that they leave --------------------------------

@pytest.mark.parametrize("path, action", [
    ("/nodo-per-psp/v1", None), ("/nodo-per-psp/v1", "altro"),
    ("/node-for-psp/v1", "nodoInviaFlussoRendicontazione"),
    ("/node-for-psp/v1", "urn:x#nodoInviaFlussoRendicontazione")])
def test_a_big_one(psp, station, path, action):
    """On its own path always; on the other operations' where its action names it."""
    identifier = flow_id()
    content = document((payment(f"{n:017d}", "x", "1.00") for n in range(12000)), identifier)
    sent = psp.message("nodoInviaFlussoRendicontazione", psp.fields(content, identifier))
    got = psp.post(action, sent, path)
    assert psp.read(got, "nodoInviaFlussoRendicontazione").findtext("esito") == "OK"
    assert station.fetch(identifier) == content


def test_killed_while_it_matches(hub, psp):
    """A worker that dies in the middle leaves each line looked at once or not at all. [F18]"""
    identifier, code = psp.deliver([payment(f"RF{n}", "x", "1.00") for n in range(6000)])
    assert code == "OK"
    [[number_]] = [row.split() for row in hub.sql(f"SELECT id FROM psp_flow WHERE flow_id = '{identifier}'")]
    wait_until(lambda: hub.sql(f"SELECT 1 FROM psp_flow WHERE id = {number_} AND cursor_line > 0"),
               "it has begun")
    hub.work.kill()
    hub.start_work()
    assert str(number(hub, identifier)) == number_
    assert hub.sql(f"SELECT state, COUNT(*) FROM psp_flow_line WHERE flow_id = {number_} GROUP BY state"
                   ) == ["UNKNOWN\t6000"]
    assert hub.sql(f"SELECT COUNT(*) FROM anomaly WHERE flow_id = {number_} AND state = 'OPEN'") == ["6000"]
