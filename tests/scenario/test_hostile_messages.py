# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation that is served, with each thing wrong at each element: its own verdict, nothing
changed, and the connection goes on. [W1] [W3.1] [X38]"""
import re

import pytest

from support.hostile import Line, rows, verdict
from support.messages import envelope, served, wrong_messages

# Where the hub asks more than the schema: no blanks around an amount [X39], no token named twice.
STRICTER = re.compile(r"/(amount|fee): a line end after it$|/paymentToken: twice$")


@pytest.fixture(scope="module")
def contracts(module_hub, tmp_path_factory):
    return served(module_hub.url, tmp_path_factory.mktemp("contracts"))


@pytest.fixture
def line(hub):
    line = Line(hub)
    yield line
    line.connection.close()


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
