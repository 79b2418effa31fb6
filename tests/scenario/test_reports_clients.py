# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows by toolkits: zeep and PHP's SoapClient, from our `?wsdl` and from the official WSDL with only
the address changed; and the official flows themselves. [W1] [W5]"""
import json
import subprocess

import pytest
import zeep
from lxml import etree

from support.channel import PATH
from support.hub import wait_until
from support.registry import NS, PASSWORD
from support.reports import NOW, PA_PATH, PSP_PATH, FlowPsp, Station, document, flow_id, payment
from support.witness import ROOT, STANDARDS

OFFICIAL = STANDARDS / "pagopa"
OWN_HUB = True


def wsdls(hub, whose):
    """(WSDL, URL) for a PSP and for a station."""
    if whose == "ours":
        return [(f"{hub.url}{path}?wsdl", f"{hub.url}{path}") for path in (PSP_PATH, PA_PATH)]
    if not OFFICIAL.exists():
        pytest.skip(f"the official contracts are not at {OFFICIAL}")
    return [(str(OFFICIAL / "wsdl" / f"{name}.wsdl"), hub.url + path)
            for name, path in (("nodeForPsp", PATH), ("nodeForPa", PA_PATH))]


def service(wsdl, url):
    client = zeep.Client(wsdl)
    return client.create_service(next(iter(client.wsdl.bindings)), url)


@pytest.mark.parametrize("whose", ["ours", "official"])
def test_zeep(hub, whose):
    psp, pa = (service(*at) for at in wsdls(hub, whose))
    who = FlowPsp(hub.url).who
    station = {**Station(hub.url).who, "identificativoDominio": "77777777777"}
    identifier = flow_id()
    content = document([payment("RF1", "x", "1.00")], identifier)
    fields = {**who, "identificativoDominio": "77777777777", "identificativoFlusso": identifier,
              "dataOraFlusso": NOW, "xmlRendicontazione": content}
    assert psp.nodoInviaFlussoRendicontazione(**fields).esito == "OK"
    again = psp.nodoInviaFlussoRendicontazione(**fields)
    assert (again.esito, again.fault.faultCode) == ("KO", "PPT_SEMANTICA")
    listed = pa.nodoChiediElencoFlussiRendicontazione(**station).elencoFlussiRendicontazione
    assert identifier in [r.identificativoFlusso for r in listed.idRendicontazione]
    got = pa.nodoChiediFlussoRendicontazione(**station, identificativoFlusso=identifier)
    assert got.xmlRendicontazione == content
    got = pa.nodoChiediFlussoRendicontazione(**station, identificativoFlusso="ALTRO")
    assert got.fault.faultCode == "PPT_ID_FLUSSO_SCONOSCIUTO"


@pytest.mark.parametrize("whose", ["ours", "official"])
def test_php(hub, whose, tmp_path):
    (psp, psp_url), (pa, pa_url) = wsdls(hub, whose)
    identifier = flow_id()
    (tmp_path / "flow.xml").write_bytes(document([payment("RF1", "x", "1.00")], identifier))
    done = subprocess.run(
        ["php", str(ROOT / "tests/support/reports.php"), psp, pa, psp_url, pa_url, identifier, NOW,
         str(tmp_path / "flow.xml")],
        input=PASSWORD + "\n", capture_output=True, text=True, timeout=25, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert (said["esito"], said["fault"], said["listed"], said["same"]) == ("OK", None, True, True)
    assert said["total"] == said["names"]


FLOWS = sorted(OFFICIAL.glob("samples/FdR*.xml"))


def known(hub, code):
    """A registry in which a PSP of the official flows is, under its two names."""
    tree = etree.parse(str(hub.registry))
    if tree.getroot().find(f"{NS}psp[@code='{code}']") is not None:
        return
    link = tree.getroot().find(f"{NS}association[@psp='PSPPROVA']")
    tree.getroot().find(f"{NS}psp[@code='PSPPROVA']").addnext(etree.fromstring(
        f'<psp xmlns="{NS[1:-1]}" code="{code}" name="PSP degli esempi" vat="IDPSPFNZ"'
        ' fiscal-code="66666666666" bic="IDPSPFNZXXX"/>'))
    link.addnext(etree.fromstring(
        f'<association xmlns="{NS[1:-1]}" psp="{code}" channel="66666666666_01"/>'))
    tree.write(str(hub.registry))
    hub.payer("registry", "import", str(hub.registry))


@pytest.mark.parametrize("file", FLOWS or [None], ids=lambda f: f.name if f else "none")
def test_official_flows(hub, file):
    """As their PSP would send them, each a year later than the one before, for all have one id; the
    sender is the PSP's by code, fiscal code, VAT code, ABI or BIC, or else another's."""
    if file is None:
        pytest.skip(f"the official flows are not at {OFFICIAL}")
    content = file.read_bytes()
    root = etree.fromstring(content)
    text = lambda name: root.findtext(f".//{{*}}{name}")
    year = f"{2030 + FLOWS.index(file)}-03-15T10:30:00"
    content = content.replace(text("dataOraFlusso").encode(), year.encode())
    identifier = text("identificativoFlusso")
    code = identifier[10:].rpartition("-")[0]
    known(hub, code)
    sender = FlowPsp(hub.url, psp=code)
    wait_until(lambda: sender.send(b"", identifier) != "PPT_PSP_SCONOSCIUTO", "the server knows the PSP")
    names = (text("tipoIdentificativoUnivoco"), text("codiceIdentificativoUnivoco"))
    want = "PPT_SEMANTICA" if names == ("B", "IDPSPFNZ") else "OK"
    assert sender.send(content, identifier, time=year) == want, names
    if want == "OK":
        assert Station(hub.url).fetch(identifier) == content
