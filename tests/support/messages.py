# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages made from a contract as the hub itself tells it (?wsdl, ?xsd=NAME): one that is valid,
with every element there is, and all that can be wrong with each element of it. An operation that
the hub serves tomorrow is tried by being in its contract.
"""
import copy
import dataclasses
import http.client
import itertools
import re
import urllib.parse
import urllib.request

from lxml import etree

from contract.schema_model import XS, Schemas, children, contract, qname
from support.channel import SOAP
from support.witness import ROOT

try:
    from re import _constants as sre, _parser as sre_parser
except ImportError:  # before Python 3.11
    import sre_constants as sre
    import sre_parse as sre_parser

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
OWN = "urn:payer:"  # namespaces of our own contracts
WHOLE = ("integer long int short byte unsignedLong unsignedInt unsignedShort unsignedByte "
         "positiveInteger nonNegativeInteger").split()
VALUES = {"string": "x", "decimal": "1.00", "date": "2026-03-02", "dateTime": "2026-03-02T09:14:07",
          "boolean": "true", "base64Binary": "QQ==", **dict.fromkeys(WHOLE, "1")}


def paths(hub_url):
    """{path: the methods that it has} of the hub's contracts, as its sources name them."""
    rows = re.findall(r'^(NODE_)?ROUTE\("(.*?)"', (ROOT / "src/wire/route.def").read_text(), re.M)
    named = [prefix + path for node, path in rows for prefix in (["", "/nodo-auth"] if node else [""])]
    return {path: methods(hub_url, path) for path in named}


def methods(hub_url, path):
    """What a path's 405 says that it allows."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(hub_url).netloc, timeout=30)
    connection.request("PUT", path)
    answer = connection.getresponse()
    connection.close()
    assert answer.status == 405, f"PUT {path}: {answer.status}"
    return answer.headers["Allow"].split(", ")


def served(hub_url, folder):
    """{path: its contract}, of each path that takes messages."""
    return {path: Contract(hub_url, path, folder / path.strip("/").replace("/", "-"))
            for path, allowed in paths(hub_url).items() if "POST" in allowed}


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def download(hub_url, path, folder):
    """The contract of a path and all schemas that it names, in a folder; its WSDL's file."""
    folder.mkdir()
    todo, done = {"wsdl": folder / "contract.wsdl"}, set()
    while todo:
        query, file = todo.popitem()
        done.add(query)
        text = fetch(f"{hub_url}{path}?{query}").decode()
        for place, name in re.findall(r'schemaLocation="([^"]*xsd=([^"]+))"', text):
            text = text.replace(f'"{place}"', f'"{name}"')
            if f"xsd={name}" not in done:
                todo[f"xsd={name}"] = folder / name
        file.write_text(text)
    return folder / "contract.wsdl"


@dataclasses.dataclass(frozen=True)
class Operation:
    path: str
    name: str
    request: str   # {namespace}name
    answer: str
    contract: "Contract" = dataclasses.field(repr=False)

    @property
    def own(self):
        """Of a contract of ours: it refuses a message that is not valid by a SOAP Fault."""
        return self.request.startswith(f"{{{OWN}")

    def valid(self):
        """The request's element with everything that it may hold."""
        root = etree.Element(self.request, nsmap={"m": self.request[1:].partition("}")[0]})
        self.contract.fill(root, self.contract.schemas.elements[self.request])
        self.judge.assertValid(etree.ElementTree(root))
        return root

    @property
    def judge(self):
        """The schema that its messages are of: a contract may have several."""
        return self.contract.judges[self.request[1:].partition("}")[0]]

    def is_valid(self, root):
        return self.judge.validate(etree.ElementTree(copy.deepcopy(root)))


class Contract:
    """What the hub serves at one of its paths."""

    def __init__(self, hub_url, path, folder):
        wsdl = download(hub_url, path, folder)
        root = etree.parse(str(wsdl)).getroot()
        mains = {node.get("namespace"): folder / node.get("schemaLocation")
                 for node in root.iter(XS + "import")}
        self.schemas = Schemas(*mains.values())
        self.judges = {namespace: etree.XMLSchema(file=str(file)) for namespace, file in mains.items()}
        _, operations = contract(wsdl)
        self.operations = [
            Operation(path, name, bound["input"][0][1], bound["output"][0][1], self)
            for name, bound in operations.items()]
        self.facets = {}  # element's path in a message -> Facets

    def fill(self, element, declared):
        """Children or text by the element's declaration."""
        name = qname(declared, declared.get("type"))
        node = self.schemas.types.get(name)
        if node is None or node.tag == XS + "simpleType":
            facets = Facets(self.schemas, name)
            self.facets[element.tag, element.getparent().tag] = facets
            element.text = facets.value()
            return
        for particle in self._particles(node):
            self._add(element, particle)

    def _particles(self, node):
        content = children(node)
        if content and content[0].tag == XS + "complexContent":
            (extension,) = children(content[0])
            base = self.schemas.types[qname(extension, extension.get("base"))]
            return self._particles(base) + children(extension)
        return content

    def _add(self, parent, particle):
        if particle.tag == XS + "sequence":
            for child in children(particle):
                self._add(parent, child)
        elif particle.tag == XS + "choice":
            self._add(parent, children(particle)[0])
        elif particle.tag == XS + "element":
            declared = particle
            if particle.get("ref"):
                declared = self.schemas.elements[qname(particle, particle.get("ref"))]
            schema = declared.getroottree().getroot()
            top = declared.getparent() is schema
            qualified = top or declared.get("form", schema.get("elementFormDefault")) == "qualified"
            namespace = f"{{{schema.get('targetNamespace')}}}" if qualified else ""
            self.fill(etree.SubElement(parent, namespace + declared.get("name")), declared)


class Facets:
    """What a simple type allows."""

    def __init__(self, schemas, name):
        self.patterns, self.enumeration, self.limits = [], [], {}
        while name in schemas.types:
            (restriction,) = children(schemas.types[name])
            for facet in children(restriction):
                kind, value = etree.QName(facet).localname, facet.get("value")
                if kind == "pattern":
                    self.patterns.append(value)
                elif kind == "enumeration":
                    self.enumeration.append(value)
                else:
                    self.limits.setdefault(kind, value)
            name = qname(restriction, restriction.get("base"))
        self.kind = name.rpartition("}")[2]
        self.shortest = int(self.limits.get("length", self.limits.get("minLength", 0)))
        self.longest = int(self.limits.get("length", self.limits.get("maxLength", 0)))

    def value(self):
        if self.enumeration:
            return self.enumeration[0]
        for more in range(200):
            text = match(self.patterns[0], more) if self.patterns else VALUES[self.kind] + "x" * more
            if len(text) >= self.shortest and all(re.fullmatch(p, text) for p in self.patterns):
                return text
        raise AssertionError(f"no value for {self.patterns}, {self.limits}")

    def wrong(self, value):
        """(what, value) of values that are not of the type, or at its edge."""
        yield "empty", ""
        if self.longest:
            yield "too long", value + value[-1] * (self.longest + 1 - len(value))
        if self.shortest:
            yield "too short", value[:self.shortest - 1]
        for limit, step in (("maxInclusive", "1"), ("minInclusive", "-1")):
            if limit in self.limits:
                yield f"past {limit}", over(self.limits[limit], int(step))
        if self.patterns:
            yield "pattern", value[:-1] + "\u00e8\u20ac"
            yield "pattern, a digit of another alphabet", value[:-1] + "\u0661"
        if self.enumeration:
            yield "enumeration", value.lower()
        if self.kind not in ("string", "boolean"):
            yield "another type", "vero"
        yield "a line end after it", value + "\n"


def over(limit, step):
    """A number one past a limit, in its own spelling."""
    whole, point, rest = limit.partition(".")
    return f"{int(whole + rest) + step}" if not point else \
        (lambda n: f"{n[:-len(rest)]}.{n[-len(rest):]}")(f"{int(whole + rest) + step:03d}")


def match(pattern, more):
    """A short text that a pattern matches; more: repetitions beyond the fewest, where allowed."""
    def one(items):
        wanted = [(value if kind is sre.RANGE else (value, value)) for kind, value in items
                  if kind in (sre.LITERAL, sre.RANGE)]
        if any(kind is sre.CATEGORY for kind, _ in items):
            return "1"
        if any(kind is sre.NEGATE for kind, _ in items):
            return "x"
        good = [c for c in "A1a" for low, high in wanted if low <= ord(c) <= high]
        return good[0] if good else chr(wanted[0][0])

    def made(parsed):
        out = []
        for kind, value in parsed:
            if kind is sre.LITERAL:
                out.append(chr(value))
            elif kind is sre.ANY:
                out.append("x")
            elif kind is sre.IN:
                out.append(one(value))
            elif kind is sre.MAX_REPEAT:
                low, high, inner = value
                out.append(made(inner) * min(high, low + more))
            elif kind is sre.SUBPATTERN:
                out.append(made(value[-1]))
            else:
                raise AssertionError(f"{pattern}: {kind} is not known here")
        return "".join(out)

    return made(sre_parser.parse(pattern))


def where(element):
    return "/".join(etree.QName(e).localname for e in [*reversed(list(element.iterancestors())), element])


def _shapes(e):
    """(what, change) of everything that can be wrong with an element's place."""
    parent, following = e.getparent(), e.getnext()
    other = etree.Element("{urn:example:other}" + etree.QName(e).localname)
    yield "missing", lambda: parent.remove(e)
    yield "twice", lambda: e.addnext(copy.deepcopy(e))
    yield "six times", lambda: [e.addnext(copy.deepcopy(e)) for _ in range(5)]
    yield "unknown beside it", lambda: e.addnext(etree.Element("sconosciuto"))
    yield "an element inside", lambda: e.insert(0, etree.Element("sconosciuto"))
    yield "an attribute", lambda: e.set("sconosciuto", "1")
    yield "another namespace", lambda: parent.replace(e, _moved(e, other))
    yield "nil", lambda: (_emptied(e), e.set(XSI + "nil", "true"))
    yield "nil with content", lambda: e.set(XSI + "nil", "true")
    yield "another type named", lambda: e.set(XSI + "type", "xs:anyType")
    if following is not None and following.tag != e.tag:
        yield "out of order", lambda: following.addnext(e)
    if len(e):
        yield "text inside", lambda: setattr(e, "text", "testo")
        yield "empty", lambda: _emptied(e)


def _emptied(e):
    for child in list(e):
        e.remove(child)
    e.text = None


def _moved(e, to):
    to.text = e.text
    to.extend(list(e))
    return to


def wrong_messages(operation):
    """(what, request's element) of each thing wrong with each element; also what is still right
    (an optional one missing): operation.is_valid() tells them apart."""
    count = len(list(operation.valid().iter()))
    for index in range(1, count):
        def fresh(index=index):
            root = operation.valid()
            return root, next(itertools.islice(root.iter(), index, None))

        root, element = fresh()
        name = where(element)
        for what in [what for what, _ in _shapes(element)]:
            root, element = fresh()
            dict(_shapes(element))[what]()
            yield f"{name}: {what}", root
        root, element = fresh()
        if len(element):
            continue
        facets = operation.contract.facets[element.tag, element.getparent().tag]
        for what, value in facets.wrong(element.text):
            root, element = fresh()
            element.text = value
            yield f"{name}: {what}", root


def envelope(root):
    """The bytes of a message."""
    outer = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    etree.SubElement(outer, f"{{{SOAP}}}Body").append(copy.deepcopy(root))
    return etree.tostring(outer, encoding="UTF-8", xml_declaration=True)
