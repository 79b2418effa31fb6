# SPDX-License-Identifier: GPL-3.0-or-later
"""What we promise of every contract that we ship: its schemas compile, toolkits start from it, it
explains itself."""
import shutil
import subprocess

import pytest
import zeep
from lxml import etree

from schema_model import OURS, ROOT, XS, Schemas, contract

SCHEMAS = sorted(OURS.glob("*/*.xsd"))
WSDLS = sorted(OURS.glob("*/*.wsdl"))
OPERATIONS = {
    "nodeForPsp": 8,
    "nodoPerPsp": 1,
    "nodeForPa": 2,
    "paForNode": 6,
    "debt-position": 6,
    "back-office": 1,
    "payments": 2,
}
EXAMPLE = ROOT / "tests" / "contract" / "positions.xml"


def name(path):
    return path.stem + path.suffix


@pytest.mark.parametrize("path", SCHEMAS, ids=name)
def test_schema_compiles(path):
    """xmllint says 3 for a document that is not valid, 5 for a schema that does not compile."""
    done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", path, EXAMPLE],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode in (0, 3), done.stderr


def test_example_is_valid():
    etree.XMLSchema(file=str(OURS / "payer" / "position.xsd")).assertValid(etree.parse(str(EXAMPLE)))


@pytest.mark.parametrize("path", WSDLS, ids=name)
def test_zeep_starts(path):
    client = zeep.Client(str(path))
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    assert len(port.binding.all()) == OPERATIONS[path.stem]


@pytest.mark.parametrize("path", WSDLS, ids=name)
def test_php_starts(path):
    program = "echo count((new SoapClient($argv[1], ['cache_wsdl' => WSDL_CACHE_NONE]))->__getFunctions());"
    done = subprocess.run([shutil.which("php") or "php", "-r", program, "--", str(path)],
                          capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, str(OPERATIONS[path.stem])), done.stdout + done.stderr


@pytest.mark.parametrize("path", WSDLS, ids=name)
def test_document_literal(path):
    _, operations = contract(path)
    for operation, bound in operations.items():
        assert bound["action"] == operation
        assert (bound["style"], set(bound["use"])) == ("document", {"literal"})


def documented(node):
    return node is not None and bool("".join(
        node.xpath("xs:annotation/xs:documentation/text()", namespaces={"xs": XS[1:-1]})).strip())


@pytest.mark.parametrize("path", sorted(OURS.glob("payer/*.xsd")), ids=name)
def test_own_elements_are_documented(path):
    """Each element of our own contracts says what it is, itself or by its type."""
    types = {n.rpartition("}")[2]: node for n, node in Schemas(path).types.items()}
    bare = [e.get("name") for e in etree.parse(str(path)).iter(XS + "element")
            if e.get("name") and not documented(e)
            and not documented(types.get(e.get("type").rpartition(":")[2]))]
    assert bare == []


def test_type_names_are_unique():
    """Toolkits that flatten namespaces into one must not mix types up."""
    names = [n.rpartition("}")[2] for path in OURS.glob("payer/*.xsd")
             for n, node in Schemas(path).types.items()
             if node.getroottree().docinfo.URL.endswith(path.name)]
    assert sorted(names) == sorted(set(names))
