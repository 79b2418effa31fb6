# SPDX-License-Identifier: GPL-3.0-or-later
"""The node's contracts as we wrote them are wire-compatible with the official ones: a client made
from either can call the other. Compares what messages may hold, both ways, then tries it on the
official samples and on thousands of spoilt ones."""
import copy

import pytest
from lxml import etree

from schema_model import OURS, Schemas, contract
from support.witness import STANDARDS

OFFICIAL = STANDARDS / "pagopa"
SAMPLES = sorted(OFFICIAL.glob("samples/*.valid.xml"))
BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"
# our contract: the official schema behind it, and the operations that are left out for now
CONTRACTS = {
    "nodeForPsp": {"nodoChiediTemplateInformativaPSP", "nodoChiediInformativaPA",
                   "nodoChiediCatalogoServiziV2"},
    "nodeForPa": set(),
    "paForNode": set(),
}
SCHEMAS = {"nodeForPsp": ("nodeForPsp", "nodoPerPsp")}  # of a contract with more than its own


def schemas(name, folder):
    return Schemas(*(folder / f"{schema}.xsd" for schema in SCHEMAS.get(name, (name,))))


pytestmark = pytest.mark.skipif(not OFFICIAL.exists(),
                                reason=f"the official contracts are not at {OFFICIAL}")


def roots(operations):
    return {element for o in operations.values() for way in ("input", "output") for _, element in o[way]}


@pytest.mark.parametrize("name", CONTRACTS)
def test_operations(name):
    ours, our_operations = contract(OURS / "node" / f"{name}.wsdl")
    theirs, their_operations = contract(OFFICIAL / "wsdl" / f"{name}.wsdl")

    left_out = set(their_operations) - set(our_operations)
    print(f"{name}: left out: {', '.join(sorted(left_out))}")
    assert left_out == CONTRACTS[name]
    assert ours == theirs
    assert our_operations == {o: their_operations[o] for o in our_operations}


@pytest.mark.parametrize("name", CONTRACTS)
def test_components(name):
    """Elements, types, bases, facets, occurrences, order, attributes, nillable, defaults and what is
    blocked or final, of all that the operations reach, both ways."""
    elements = roots(contract(OURS / "node" / f"{name}.wsdl")[1])
    our_schemas = schemas(name, OURS / "node")
    ours = our_schemas.reached(elements)
    their_schemas = schemas(name, OFFICIAL / "wsdl" / "xsd")
    theirs = their_schemas.reached(elements)

    left_out = {n.rpartition("}")[2] for n in set(their_schemas.elements) - set(our_schemas.elements)}
    print(f"{name}: elements left out: {', '.join(sorted(left_out))}")
    assert set(ours) == set(theirs)
    for namespace, defaults in our_schemas.defaults.items():
        assert defaults == their_schemas.defaults[namespace], namespace
    for component, description in theirs.items():
        assert ours[component] == description, component
    assert set(our_schemas.elements) == elements, "an element that no operation uses"


def test_nothing_unreached():
    """Every type of ours is there because an operation needs it."""
    needed, there = set(), set()
    for name in CONTRACTS:
        ours = schemas(name, OURS / "node")
        needed |= {n for kind, n in ours.reached(ours.elements) if kind == "type"}
        there |= set(ours.types)
    assert there == needed


def schema_for(root, folder):
    name = "nodeForPsp" if "nodeForPsp" in root.tag else "paForNode"
    return etree.XMLSchema(file=str(folder / f"{name}.xsd"))


def body_of(sample):
    (root,) = etree.parse(str(sample)).getroot().find(BODY)
    return etree.fromstring(etree.tostring(root))


def test_samples_are_there():
    assert len(SAMPLES) >= 7


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_sample_is_valid(sample):
    root = body_of(sample)
    schema_for(root, OURS / "node").assertValid(root)


TEXTS = ["", " ", "1", "-1", "0.00", "1.0", "999999999.99", "1000000000.00", "1,00", "OK", "Z",
         "x" * 16, "x" * 36, "x" * 71, "x" * 141, "x" * 257, "12345678901", "2026-13-01",
         "2026-12-31", "2026-12-31+01:00", "2026-12-31T10:00:00", "true", "aGVsbG8=", "a@b", "IT",
         "٠١٢٣٤٥٦٧٨٩٠"]


def spoilt(root):
    """Copies of a message, each wrong, or right, in one more way."""
    for place in range(sum(1 for _ in root.iter(etree.Element))):
        def change(what):
            twin = copy.deepcopy(root)
            what(list(twin.iter(etree.Element))[place])
            return twin

        if place > 0:
            yield change(lambda e: e.getparent().remove(e))
            yield change(lambda e: e.addnext(copy.deepcopy(e)))
            yield change(lambda e: [e.addnext(copy.deepcopy(e)) for _ in range(5)])
            yield change(lambda e: e.addprevious(e.getnext()) if e.getnext() is not None else None)
            yield change(lambda e: setattr(e, "tag", "{urn:x}" + etree.QName(e).localname))
        yield change(lambda e: e.append(etree.Element("more")))
        yield change(lambda e: e.set("attribute", "1"))
        for text in TEXTS:
            yield change(lambda e, text=text: setattr(e, "text", text))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_same_verdict(sample):
    """On every spoilt copy of a sample both schemas say the same."""
    root = body_of(sample)
    ours = schema_for(root, OURS / "node")
    theirs = schema_for(root, OFFICIAL / "wsdl" / "xsd")
    verdicts = set()
    for twin in spoilt(root):
        verdict = theirs.validate(twin)
        verdicts.add(verdict)
        assert ours.validate(twin) == verdict, etree.tostring(twin, encoding="unicode")
    assert verdicts == {True, False}
