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


class Schemas:
    """Global elements and types of schema files and of all that they import."""

    def __init__(self, *paths):
        self.elements, self.types, self.files = {}, {}, set()
        for path in paths:
            self._load(pathlib.Path(path).resolve())

    def _load(self, path):
        if path in self.files:
            return
        self.files.add(path)
        schema = etree.parse(str(path)).getroot()
        target = schema.get("targetNamespace")
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
            return "simple", base, facets
        content, base = children(node), None
        if content and content[0].tag == XS + "complexContent":
            (extension,) = children(content[0])
            assert extension.tag == XS + "extension"
            base = qname(extension, extension.get("base"))
            todo.append(base)
            content = children(extension)
        return "complex", base, dict(node.attrib, name=None), [self._particle(c, todo) for c in content]

    def _particle(self, node, todo):
        occurs = node.get("minOccurs", "1"), node.get("maxOccurs", "1")
        if node.tag == XS + "element":
            return occurs, self._element(node, todo)
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
                node.get("nillable", "false"), node.get("default"), node.get("fixed"))


def contract(path):
    """What a WSDL says besides its schemas: {operation: what its binding and messages are}, and
    the names around them."""
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
        operations[name] = {
            "action": bound.find(SOAP + "operation").get("soapAction"),
            "style": bound.find(SOAP + "operation").get("style", soap.get("style")),
            "use": [b.get("use") for b in bound.iter(SOAP + "body")],
            "faults": len(list(bound.iter(WSDL + "fault"))),
            "input": messages[operation.find(WSDL + "input").get("message").rpartition(":")[2]],
            "output": messages[operation.find(WSDL + "output").get("message").rpartition(":")[2]],
        }
    names = {"namespace": root.get("targetNamespace"), "port type": port_type.get("name"),
             "binding": binding.get("name"), "bound to": qname(binding, binding.get("type")),
             "transport": soap.get("transport"), "service": service.get("name"),
             "port": port.get("name"), "port of": qname(port, port.get("binding"))}
    return names, operations
