# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the example registry fit this machine: the simulators' real port, files with passwords,
and the list of addresses at which the simulated Enti listen."""
import pathlib
import urllib.parse

from lxml import etree

from support.channel import fault_code
from support.codes import notice_number
from support.ente import Peer
from support.station import ACCOUNTS, PARCO, UNIONE, VERSIONS
from support.wait import wait_until

NS = "{urn:payer:registry:1}"
EXAMPLE_PEERS = "http://127.0.0.1:9801"  # where the example says that the Enti listen
PASSWORD = "prova-12345"                 # of every channel and caller of the example
PEER_PASSWORD = "ente-di-prova-67890"    # that the hub shows to a back-office
PEER_USER = "payer"


def prepare(source, target, url, secrets):
    """Write a registry for simulators at a URL; the peers that it names."""
    tree = etree.parse(str(source))
    secrets = pathlib.Path(secrets).resolve()
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    for element in tree.iter(f"{NS}*"):
        for name, value in element.attrib.items():
            if value.startswith(EXAMPLE_PEERS):
                element.set(name, f"{url}{value[len(EXAMPLE_PEERS):]}")
        if element.get("kind") == "notify" and not element.get("user"):
            element.set("user", PEER_USER)
            element.set("password-file", "/")
        if element.get("password-file"):
            ours = element.tag in (f"{NS}channel", f"{NS}caller")
            element.set("password-file", secret(
                secrets, element.get("code"), PASSWORD if ours else PEER_PASSWORD))
    tree.write(str(target), encoding="utf-8", xml_declaration=True)
    return peers_of(tree)


def secret(folder, name, password):
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(password + "\n", encoding="utf-8")
    return str(path)


def peers_of(tree):
    """Where the Enti of a registry listen."""
    stations = {station.get("code"): station for station in tree.iter(f"{NS}station")}
    peers = []
    for creditor in tree.iter(f"{NS}creditor"):
        for destination in creditor.iter(f"{NS}destination"):
            station = stations.get(destination.get("station"))
            if station is None:
                peers.append(Peer(creditor.get("code"), path(destination), "notifyPayment",
                                  user=destination.get("user"), password=PEER_PASSWORD))
            else:
                peers.append(Peer(creditor.get("code"), path(station), destination.get("kind"),
                                  broker=station.get("broker"), station=station.get("code")))
    return peers


def path(element):
    return urllib.parse.urlsplit(element.get("url")).path


def debt_types(tree):
    """(creditor, debt type) -> {name, iban, taxonomy}, for data that fits a registry."""
    return {(creditor.get("code"), kind.get("code")): dict(kind.attrib)
            for creditor in tree.iter(f"{NS}creditor") for kind in creditor.iter(f"{NS}debt-type")}


def with_stations(hub, timeout="5s", **of_one):
    """Add two Enti with stations of their own to a running hub: its registry is imported anew.
    @param of_one  of one of them: UNIONE_url=, PARCO_timeout=, …"""
    tree = etree.parse(str(hub.registry))
    root = tree.getroot()
    for name, code in (("UNIONE", UNIONE), ("PARCO", PARCO)):
        root.extend(station_ente(code, of_one.get(f"{name}_url", f"{hub.peers.url}/station-{code}"),
                                 of_one.get(f"{name}_timeout", timeout)))
    tree.write(str(hub.registry), encoding="utf-8", xml_declaration=True)
    hub.payer("registry", "import", str(hub.registry))
    hub.peers.peers = hub.peers.peers + [peer for peer in peers_of(tree)
                                         if peer.creditor in VERSIONS]


def stations_known(hub):
    """Wait until the server knows those two: it looks at the registry once a second."""
    channel, debt = hub.channel(), hub.peers.book.debt(UNIONE)
    wait_until(lambda: fault_code(channel.verify(UNIONE, debt.number)) == "OK",
               "the server knows the new registry")


def rename(hub, creditor, name):
    """An Ente has another name from now on."""
    root = etree.fromstring(hub.payer("registry", "export").stdout.encode())
    root.find(f"{NS}creditor[@code='{creditor}']").set("name", name)
    path = hub.home / "renamed.xml"
    path.write_bytes(etree.tostring(root))
    hub.payer("registry", "import", str(path))


def station_ente(code, url, timeout):
    version, segregation = VERSIONS[code], notice_number(code, 0)[1:3]
    text = f"""<registry xmlns="{NS[1:-1]}">
      <broker code="{code}" name="Ente con stazione di Prova"/>
      <station code="{code}_01" broker="{code}" version="{version}" timeout="{timeout}" url="{url}"/>
      <creditor code="{code}" name="Ente {code} di Prova" bank="BANCA1">
        <account iban="{ACCOUNTS[code]}"/>
        <postal-account number="0{code}"/>
        <archive aux-digit="3" code="{segregation}" station="{code}_01"/>
        <destination code="{code}-RT" kind="paSendRT{'V2' if version == 2 else ''}"
                     station="{code}_01"/>
      </creditor>
      <service code="{code[:5]}" id-servizio="00042" creditor="{code}"/>
      <subscription code="{code}-FDR" party="{code}" audience="ente" holds="paid"
                    format="flusso-riversamento-1.0" delivery="ente-{code}"/>
    </registry>"""
    return list(etree.fromstring(text))
