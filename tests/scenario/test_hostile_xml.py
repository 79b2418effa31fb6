# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes that are XML in name only, or too much of it, sent to each operation that is served: what
cannot be read is a SOAP Fault, what can be read and is wrong is refused by its operation."""
import pytest

from support.channel import SOAP
from support.hostile import rows, verdict
from support.messages import envelope, served
from support.witness import parse

FAULT, REFUSED, TAKEN = "fault", "refused", "taken"
FIRST = b"<s:Envelope"      # of a message that envelope() makes
BODY, END = b"<s:Body>", b"</s:Body></s:Envelope>"


def before(text):
    """In place of the XML declaration."""
    return lambda m: text + m[m.index(FIRST):]


def swap(old, new):
    def change(message):
        assert old in message, old
        return message.replace(old, new, 1)
    return change


def inside(text):
    """In front of the text of the first element that has one."""
    def change(message):
        root = parse(message)
        first = next(e for e in root.iter() if e.text and e.text.strip())
        value = f">{first.text}<".encode()
        return message.replace(value, b">" + text + value[1:], 1)
    return change


def tag(attributes):
    """In the start tag of the Body's element."""
    def change(message):
        at = message.index(b">", message.index(BODY) + len(BODY))
        return message[:at] + attributes + message[at:]
    return change


def whole(make):
    return lambda message: make(message)


def header(text):
    return swap(BODY, b"<s:Header>" + text + b"</s:Header>" + BODY)


XML = [
    ("X26 DOCTYPE", before(b'<!DOCTYPE s [<!ENTITY e "x">]>'), FAULT),
    ("X26 DOCTYPE, its entity used", whole(lambda m: inside(b"&e;")(
        before(b'<!DOCTYPE s [<!ENTITY e "x">]>')(m))), FAULT),
    ("X26 an entity that nobody declared", inside(b"&e;"), FAULT),
    ("X27 an entity of a file", whole(lambda m: inside(b"&e;")(
        before(b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]>')(m))), FAULT),
    ("X27 an entity of a peer", whole(lambda m: inside(b"&e;")(
        before(b'<!DOCTYPE s [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>')(m))), FAULT),
    ("X28 entities that multiply", whole(lambda m: inside(b"&i;")(before(
        b"<!DOCTYPE s [<!ENTITY a 'x'>" + b"".join(
            b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
        + b"]>")(m))), FAULT),
    ("X29 a parameter entity", before(b'<!DOCTYPE s [<!ENTITY % p "x"> %p;]>'), FAULT),
    ("X29 an external subset", before(b'<!DOCTYPE s SYSTEM "http://127.0.0.1:9/x.dtd">'), FAULT),
    ("X30 a long entity many times", whole(lambda m: inside(b"&a;" * 3000)(
        before(b"<!DOCTYPE s [<!ENTITY a '" + b"x" * 10_000 + b"'>]>")(m))), FAULT),
    *[(f"X31 {raw!r}", inside(raw), FAULT) for raw in (
        b"\x00", b"\x01", b"\x1b", b"&#0;", b"&#1;", b"&#xD800;", b"&#xFFFF;", b"&#x7fffffff;",
        b"&#x110000;", b"&#;", b"&#x;", b"&#-1;", b"\xef\xbf\xbf", b"&", b"<")],
    *[(f"X32 {raw!r}", inside(raw), FAULT) for raw in (
        b"\xff\xfe", b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80")],
    ("X32 UTF-16", whole(lambda m: m.decode().encode("utf-16")), FAULT),
    ("X32 another encoding declared", before(b"<?xml version='1.0' encoding='ISO-8859-1'?>"), FAULT),
    ("X32 another one, and it is true", whole(lambda m: inside(b"\xe8")(
        before(b"<?xml version='1.0' encoding='ISO-8859-1'?>")(m))), FAULT),
    ("X33 65 attributes", tag(b"".join(b' a%d="1"' % n for n in range(65))), FAULT),
    ("X33 20,000 attributes", tag(b"".join(b' a%d="1"' % n for n in range(5000))), FAULT),
    ("X33 17 namespaces", tag(b"".join(b' xmlns:a%d="u"' % n for n in range(17))), FAULT),
    ("X34 ids that refer to one another", swap(BODY, BODY + b'<a id="a" href="#b"/><a id="b" href="#a"/>'),
     REFUSED),
    ("X34 many ids", inside(b"".join(b'<a id="n%d" href="#n%d"/>' % (n, n + 1) for n in range(1500))),
     REFUSED),
    ("X35 33 levels in the Body", inside(b"<a>" * 33 + b"</a>" * 33), FAULT),
    ("X35 8,000 levels", inside(b"<a>" * 8000), FAULT),
    ("X35 33 levels in a Header", header(b"<a>" * 33 + b"</a>" * 33), FAULT),
    ("X36 a tag of 60 KB", inside(b"<" + b"a" * 60_000 + b"/>"), FAULT),
    ("X36 a text of 60 KB", inside(b"x" * 60_000), REFUSED),
    ("X36 10,000 empty elements", inside(b"<a/>" * 10_000), REFUSED),
    ("X37 a comment in a value", inside(b"1<!-- -->"), REFUSED),
    ("X37 a comment between elements", swap(BODY, BODY + b"<!-- SoapUI -->"), TAKEN),
    ("X37 an instruction", inside(b"<?php x ?>"), FAULT),
    ("X37 an instruction before", before(b"<?xml-stylesheet href='x'?>"), FAULT),
    ("X38 not an Envelope", whole(lambda m: m[m.index(BODY) + len(BODY):m.index(END)]), REFUSED),
    ("X38 SOAP 1.2", swap(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope"), REFUSED),
    ("X38 no Body", whole(lambda m: m.replace(BODY, b"<s:B>").replace(b"</s:Body>", b"</s:B>")), REFUSED),
    ("X38 an empty Body", whole(lambda m: m[:m.index(BODY)] + BODY + END), REFUSED),
    ("X38 two Bodies", swap(END, b"</s:Body><s:Body/></s:Envelope>"), REFUSED),
    ("X38 two operations", whole(lambda m: m.replace(
        END, m[m.index(BODY) + len(BODY):m.index(END)] + END)), REFUSED),
    ("X38 an element after the Body", swap(END, b"</s:Body><a/></s:Envelope>"), REFUSED),
    ("X38 text between them", swap(BODY, b"x" + BODY), REFUSED),
    ("X38 junk after the Envelope", whole(lambda m: m + b"x"), FAULT),
    ("X38 a second Envelope", whole(lambda m: m + m[m.index(FIRST):]), FAULT),
    ("X38 an operation of nowhere", whole(lambda m: m[:m.index(BODY)] + BODY + b"<v/>" + END), REFUSED),
    ("X38 an array's type", tag(b' xmlns:e="http://schemas.xmlsoap.org/soap/encoding/"'
                                b' e:arrayType="e:string[999999999]"'), REFUSED),
    ("X38 a prefix of nowhere", tag(b' nowhere:a="1"'), FAULT),
    ("not closed", whole(lambda m: m[:-1]), FAULT),
    ("nothing but blanks", whole(lambda m: b"  \n"), FAULT),
    ("not XML", whole(lambda m: b"{}"), FAULT),
    ("an honest Header", header(b'<a xmlns="urn:example:a">1</a>'), TAKEN),
    ("an honest byte order mark", whole(lambda m: b"\xef\xbb\xbf" + m), TAKEN),
]


@pytest.fixture(scope="module")
def operations(module_hub, tmp_path_factory):
    contracts = served(module_hub.url, tmp_path_factory.mktemp("contracts"))
    return [operation for contract in contracts.values() for operation in contract.operations]


def test_what_no_parser_may_see(hub, operations, line, capsys):
    """[X26] [X27] [X28] [X29] [X30] [X31] [X32] [X33] [X34] [X35] [X36] [X37] [X38]"""
    rows_before, wrong, count = rows(hub), [], 0
    for operation in operations:
        message = envelope(operation.valid())
        for what, change, want in XML:
            got = verdict(operation, *line.ask(operation.path, change(message), operation.name))
            count += 1
            if got != want and not (operation.own and (got, want) == (REFUSED, FAULT)):
                wrong.append(f"{operation.path} {operation.name}: {what}: {got}, not {want}")
    with capsys.disabled():
        print(f"\n  {count} messages: {len(XML)} to each of {len(operations)} operations")
    assert not wrong, "\n".join(wrong[:40])
    assert rows(hub) == rows_before
