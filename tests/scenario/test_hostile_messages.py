# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation that is served, with each thing wrong at each element: its own verdict, nothing
changed, and the connection goes on. [W1] [W3.1] [X38]"""
import re

import pytest
from lxml import etree

from support.channel import SOAP
from support.hostile import rows, verdict
from support.messages import envelope, served, wrong_messages

LONGER = 3  # ten thousand messages, more with each contract
# Where the hub asks more than the schema: no blanks around an amount [X39], no token named twice, no
# stamp for a token that the message does not name, nor two for one place [W4].
STRICTER = re.compile(r"/(amount|fee|\w+Amount|\w+Fee): a line end after it$"
                      r"|/(paymentTokens|marcaDaBollo)/paymentToken: a line end after it$"
                      r"|/paymentToken: twice$|/marcaDaBollo: (twice|six times)$")


@pytest.fixture(scope="module")
def contracts(module_hub, tmp_path_factory):
    return served(module_hub.url, tmp_path_factory.mktemp("contracts"))


def test_each_element_of_each_operation(hub, contracts, line, capsys):
    """What the schema refuses is refused as the contract says; what it takes (an optional element
    left out) reaches the operation, and is unknown there. Neither changes a row."""
    before, counts, wrong = rows(hub), {"refused": 0, "taken": 0}, []
    for contract in contracts.values():
        for operation in contract.operations:
            for what, root in wrong_messages(operation):
                right = operation.is_valid(root) and (operation.own or not STRICTER.search(what))
                want = "taken" if right else "refused"
                got = verdict(operation, *line.ask(operation.path, envelope(root), operation.name))
                counts[want] += 1
                if got != want:
                    wrong.append(f"{operation.path} {what}: {got}, not {want}")
    with capsys.disabled():
        print(f"\n  {sum(counts.values())} generated messages: {counts['refused']} wrong, "
              f"{counts['taken']} still right")
    assert not wrong, "\n".join(wrong[:40])
    assert rows(hub) == before


@pytest.mark.parametrize("action", [None, "", '""', "nessuna", '"urn:example:nessuna"'])
def test_without_an_action_that_is_known_the_body_decides(contracts, line, action):
    """[W1]"""
    for contract in contracts.values():
        for operation in contract.operations:
            data = envelope(operation.valid())
            assert verdict(operation, *line.ask(operation.path, data, action)) == "taken"


@pytest.mark.parametrize("form", [
    "{}", '"{}"', ' "{}" ', '"http://pagopa-api.pagopa.gov.it/nodeForPsp/{}"', '"urn:example#{}"',
    "urn:example:{}"])
def test_an_action_names_its_operation_in_each_form_that_clients_send(contracts, line, form):
    """That it was understood is seen by an empty Body, which names none. [W1]"""
    for contract in contracts.values():
        for operation in contract.operations:
            action = form.format(operation.name)
            got = verdict(operation, *line.ask(operation.path, letter("<s:Body/>"), action))
            assert got == "refused", (operation.name, action)
            data = envelope(operation.valid())
            assert verdict(operation, *line.ask(operation.path, data, action)) == "taken"


def test_an_action_goes_before_the_body(contracts, line):
    """Whatever other operation the Body holds, the one that the action names refuses. [W1] [X38]"""
    for contract in contracts.values():
        for operation in contract.operations:
            for other in contract.operations:
                if other is not operation:
                    answer = line.ask(operation.path, envelope(other.valid()), operation.name)
                    assert verdict(operation, *answer) == "refused", (operation.name, other.name)


WRONG = {
    "an empty Body before": "<s:Body/><s:Body>{}</s:Body>",
    "a Body after": "<s:Body>{}</s:Body><s:Body/>",
    "an unknown element before": "<s:Body><x/>{}</s:Body>",
    "an unknown element after": "<s:Body>{}<x/></s:Body>",
    "text beside it": "<s:Body>x{}</s:Body>",
    "a Body of another namespace": '<s:Body xmlns:s="urn:example">{}</s:Body>',
    "a Header after": "<s:Body>{}</s:Body><s:Header/>",
    "two Headers": "<s:Header/><s:Header/><s:Body>{}</s:Body>",
    "a Header that must be understood":
        '<s:Header><h xmlns="urn:example" s:mustUnderstand="1"/></s:Header><s:Body>{}</s:Body>',
    "another one": '<s:Header><h xmlns="urn:example"/><h xmlns="urn:example" '
                   's:mustUnderstand="true"/></s:Header><s:Body>{}</s:Body>',
}
RIGHT = {
    "a Header that may be passed over":
        '<s:Header><h xmlns="urn:example" s:mustUnderstand="0"/></s:Header><s:Body>{}</s:Body>',
    "an attribute of the Body": '<s:Body xmlns:x="urn:example" x:id="1">{}</s:Body>',
}


@pytest.mark.parametrize("action", [None, '""', "named"])
@pytest.mark.parametrize("shape, text, want", [
    *((shape, text, "refused") for shape, text in WRONG.items()),
    *((shape, text, "taken") for shape, text in RIGHT.items())])
def test_an_operation_that_can_be_told_answers_whatever_is_around_it(contracts, line, shape, text,
                                                                     want, action):
    """With its action, and without one by the root that a Body holds somewhere. [W1] [X38]"""
    for contract in contracts.values():
        for operation in contract.operations:
            data = letter(text.format(etree.tostring(operation.valid(), encoding="unicode")))
            named = operation.name if action == "named" else action
            got = verdict(operation, *line.ask(operation.path, data, named))
            assert got == want, (operation.name, shape)


@pytest.mark.parametrize("namespace", ["http://www.w3.org/2003/05/soap-envelope", "urn:example", ""])
def test_an_envelope_of_another_namespace(contracts, line, namespace):
    """[W1] [X38]"""
    for contract in contracts.values():
        for operation in contract.operations:
            root = etree.tostring(operation.valid(), encoding="unicode")
            data = (f'<Envelope xmlns="{namespace}"><Body>{root}</Body></Envelope>').encode()
            assert verdict(operation, *line.ask(operation.path, data, None)) == "refused"


@pytest.mark.parametrize("text", ["<s:Body/>", "<s:Body><x/></s:Body>", "<s:Header/>", ""])
def test_what_names_no_operation_is_a_fault(contracts, line, text):
    """[W1]"""
    for contract in contracts.values():
        for action in (None, "nessuna", '"urn:example/nessuna"'):
            operation = contract.operations[0]
            got = verdict(operation, *line.ask(operation.path, letter(text), action))
            assert got == ("refused" if operation.own else "fault")


def letter(text):
    return f'<s:Envelope xmlns:s="{SOAP}">{text}</s:Envelope>'.encode()
