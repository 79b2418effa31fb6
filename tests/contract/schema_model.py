# SPDX-License-Identifier: GPL-3.0-or-later
"""WSDL and XSD files as plain Python values that can be compared: what a message may hold, without
wording, prefixes or order of declarations."""
import pathlib

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ROOT / "wsdl"


def qname(node, text):
    """A prefixed name in an attribute as {namespace}local."""
    prefix, _, local = text.rpartition(":")
    namespace = node.nsmap.get(prefix or None)
    return f"{{{namespace}}}{local}" if namespace else local


def children(node):
    return [c for c in node if isinstance(c.tag, str) and c.tag != XS + "annotation"]


def rest(node, *told):
    """The attributes that were not looked at one by one: abstract, mixed, block, final, … Those of
    another namespace are hints to toolkits and say nothing of a message."""
    return {name: value for name, value in node.attrib.items()
            if name not in (*told, "id") and not name.startswith("{")}


class Schemas:
    """Global elements and types of schema files and of all that they import."""

    def __init__(self, *paths):
        self.elements, self.types, self.files = {}, {}, set()
        self.defaults = {}  # of a namespace: what is blocked and final in it
        for path in paths:
            self._load(pathlib.Path(path).resolve())

    def _load(self, path):
        if path in self.files:
            return
        self.files.add(path)
        schema = etree.parse(str(path)).getroot()
        target = schema.get("targetNamespace")
        self.defaults[target] = schema.get("blockDefault"), schema.get("finalDefault")
        for node in children(schema):
            if node.tag == XS + "import":
                self._load((path.parent / node.get("schemaLocation")).resolve())
            elif node.tag == XS + "element":
                self.elements[f"{{{target}}}{node.get('name')}"] = node
            else:
                assert node.tag in (XS + "simpleType", XS + "complexType"), node.tag
                self.types[f"{{{target}}}{node.get('name')}"] = node

    def reached(self, elements):
        """Everything that the given elements are made of: {kind and name: description}."""
        found, todo = {}, []
        for name in elements:
            found["element", name] = described = self._element(self.elements[name], todo)
            assert described
        while todo:
            name = todo.pop()
            if ("type", name) not in found and name in self.types:
                found["type", name] = self._type(self.types[name], todo)
            assert name in self.types or name.startswith(XS), f"{name} is nowhere"
        return found

    def _type(self, node, todo):
        if node.tag == XS + "simpleType":
            (restriction,) = children(node)
            assert restriction.tag == XS + "restriction"
            base = qname(restriction, restriction.get("base"))
            todo.append(base)
            facets = sorted((etree.QName(f).localname, f.get("value"), f.get("fixed"))
                            for f in children(restriction))
            return "simple", base, facets, rest(node, "name")
        content, base, derived = children(node), None, None
        if content and content[0].tag in (XS + "complexContent", XS + "simpleContent"):
            derived = etree.QName(content[0]).localname, rest(content[0])
            (extension,) = children(content[0])
            assert extension.tag == XS + "extension"
            base = qname(extension, extension.get("base"))
            todo.append(base)
            content = children(extension)
        attributes = [c for c in content if c.tag == XS + "attribute"]
        return ("complex", derived, base, rest(node, "name"),
                [self._particle(c, todo) for c in content if c not in attributes],
                sorted(self._attribute(a, todo) for a in attributes))

    def _attribute(self, node, todo):
        kind = qname(node, node.get("type"))
        todo.append(kind)
        return (node.get("name"), node.get("form", "unqualified"), kind, node.get("use", "optional"),
                node.get("default", ""), node.get("fixed", ""))

    def _particle(self, node, todo):
        occurs = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
        if node.tag == XS + "element":
            return occurs, self._element(node, todo)
        if node.tag == XS + "any":
            return occurs, "any", rest(node, "minOccurs", "maxOccurs")
        assert node.tag in (XS + "sequence", XS + "choice"), node.tag
        return occurs, node.tag, [self._particle(c, todo) for c in children(node)]

    def _element(self, node, todo):
        schema = node.getroottree().getroot()
        top = node.getparent() is schema
        if node.get("ref"):
            name = qname(node, node.get("ref"))
            return "ref", name, self._element(self.elements[name], todo)
        assert not children(node), "anonymous types are not expected"
        qualified = top or node.get("form", schema.get("elementFormDefault")) == "qualified"
        kind = qname(node, node.get("type"))
        todo.append(kind)
        return (node.get("name"), schema.get("targetNamespace") if qualified else None, kind,
                node.get("nillable", "false"), node.get("default"), node.get("fixed"),
                rest(node, "name", "type", "form", "nillable", "default", "fixed", "minOccurs",
                     "maxOccurs"))


def elements(node):
    return [c for c in node if isinstance(c.tag, str) and c.tag != WSDL + "documentation"]


def contract(path):
    """What a WSDL says besides its schemas: the names around its operations, and of each its
    action, its messages and how they are bound."""
    root = etree.parse(str(path)).getroot()
    messages = {m.get("name"): [(p.get("name"), qname(p, p.get("element")))
                                for p in m.iter(WSDL + "part")] for m in root.iter(WSDL + "message")}
    (port_type,), (binding,) = list(root.iter(WSDL + "portType")), list(root.iter(WSDL + "binding"))
    (service,), (port,) = list(root.iter(WSDL + "service")), list(root.iter(WSDL + "port"))
    soap = binding.find(SOAP + "binding")
    operations = {}
    for operation in port_type.iter(WSDL + "operation"):
        name = operation.get("name")
        bound = binding.find(f"{WSDL}operation[@name='{name}']")
        way = lambda tag: operation.find(WSDL + tag)
        operations[name] = {
            "action": bound.find(SOAP + "operation").get("soapAction"),
            "style": bound.find(SOAP + "operation").get("style", soap.get("style")),
            "use": [b.get("use") for b in bound.iter(SOAP + "body")],
            "bound": [(etree.QName(side).localname, rest(side), [
                (part.tag, rest(part)) for part in elements(side)])
                for side in elements(bound) if side.tag != SOAP + "operation"],
            "order": operation.get("parameterOrder"),
            "ways": [(etree.QName(side).localname, side.get("name"), qname(side, side.get("message")))
                     for side in elements(operation)],
            "input": messages[way("input").get("message").rpartition(":")[2]],
            "output": messages[way("output").get("message").rpartition(":")[2]],
        }
    names = {"namespace": root.get("targetNamespace"), "port type": port_type.get("name"),
             "binding": binding.get("name"), "bound to": qname(binding, binding.get("type")),
             "transport": soap.get("transport"), "service": service.get("name"),
             "port": port.get("name"), "port of": qname(port, port.get("binding"))}
    return names, operations
