# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulators write down, and the official schemas that they judge by.

A simulator is a witness: what it saw goes to files of JSON lines, which the tests and the demo's
table read. Nothing here comes from the hub: the schemas are the national node's own, found beside
the project in ../shared/standards (or $PAYER_STANDARDS); where they are absent a simulator checks
by hand what it can.
"""
import datetime
import json
import os
import pathlib
import threading

from lxml import etree

ROOT = pathlib.Path(__file__).resolve().parents[2]
STANDARDS = pathlib.Path(os.environ.get("PAYER_STANDARDS", ROOT.parent / "shared" / "standards"))
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_schemas = {}
_schemas_lock = threading.Lock()


def parse(data):
    """The root element of some bytes; raises etree.XMLSyntaxError."""
    return etree.fromstring(data, PARSER)


def local(element):
    """An element's name without its namespace."""
    return etree.QName(element).localname


def official(name):
    """The path of an official file, like "pagopa/wsdl/nodeForPsp.wsdl"; None where it is absent."""
    path = STANDARDS / name
    return path if path.exists() else None


def schema_errors(name, element):
    """What an official schema has against an element: texts, none when it is valid or when the
    schema is not at hand."""
    with _schemas_lock:  # an XMLSchema keeps its last errors: one thread at a time
        if name not in _schemas:
            path = official(name)
            _schemas[name] = etree.XMLSchema(file=str(path)) if path else None
        schema = _schemas[name]
        if schema is None:
            return []
        document = etree.ElementTree(parse(etree.tostring(element)))
        if schema.validate(document):
            return []
        return [f"{error.line}: {error.message}" for error in schema.error_log]


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def cents(text):
    """Euros like "12.30" as whole cents; never through a float."""
    euros, _, rest = str(text).partition(".")
    if not euros.isdigit() or len(rest) != 2 or not rest.isdigit():
        raise ValueError(f"not an amount: {text!r}")
    return int(euros) * 100 + int(rest)


def euros(amount_cents):
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02d}"


class Lines:
    """A file of JSON lines that only grows. Thread-safe."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def add(self, **fields):
        line = json.dumps({"when": now(), **fields}, ensure_ascii=False) + "\n"
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line)

    def read(self):
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]
