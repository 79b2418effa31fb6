# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that look right, in each element of each operation that has such a value: amounts, days,
notice numbers; and in a position that is right but for one: accounts, fiscal codes, texts."""
import re

import pytest

from support.codes import ODD
from support.hostile import rows, verdict
from support.hub import COMUNE, fiscal_code
from support.messages import envelope, served
from support.witness import local, parse

POSITION = "{urn:payer:position:1}"
ARABIC = "\u0661\u0662.\u0663\u0664"
# What an element is, by its name -> (tag, values refused in it, values taken in it)
KINDS = {
    r"amount|fee|\w+Amount|\w+Fee": (
        "X39", ["-1.00", "5", "5.0", "5.000", "+5.00", "1e3", "0x10", "1,00", "9" * 20, "9" * 20 + ".00",
                " 5.00", "5.00 ", "5. 00", ".50", ARABIC, "NaN", "INF", "1000000000.00", "1.00\u00a0"],
        ["007.00", "999999999.99", "0.01"]),
    "dueDate|applicationDate|transferDate|payableUntil": (
        "X40", ["2026-02-30", "2026-13-01", "2026-00-10", "2025-02-29", "0000-01-01",
                "292278994-01-01", "26-03-02", "2026-3-2", "02/03/2026", "2026-03-02+14:01",
                "2026-03-02T24:00:00", "oggi", "\u0662026-03-02"], ["2028-02-29", "2999-12-31"]),
    "noticeNumber": (
        "X41", ["1" * 17, "1" * 19, "30200010000001942x", " 02000100000019421", "30200010000001942 ",
                "3020 0010000019421", "\u0663" * 18, "-02000100000019421"], ["302000100000019421"]),
    "fiscalCode|creditor": (
        "X43", ["1" * 10, "1" * 12, "7777777777O", " 77777777777", "\uff17" * 11], ["12345678901"]),
    "iban": (
        "X42", ["it60X0542811101000000123456", "IT60 X054 2811 1010 0000 0123 456",
                "IT60\u0425" + "0542811101000000123456"], []),
}


@pytest.fixture(scope="module")
def operations(module_hub, tmp_path_factory):
    contracts = served(module_hub.url, tmp_path_factory.mktemp("contracts"))
    return {operation.name: operation for contract in contracts.values()
            for operation in contract.operations}


def test_values_that_only_look_right(hub, operations, line, capsys):
    """[X39] [X40] [X41] [X42] [X43]"""
    before, wrong, count = rows(hub), [], 0
    for operation in operations.values():
        for index, element in enumerate(operation.valid().iter()):
            for names, (tag, refused, taken) in KINDS.items():
                if len(element) or not re.fullmatch(names, local(element)):
                    continue
                for value, want in [(v, "refused") for v in refused] + [(v, "taken") for v in taken]:
                    root = operation.valid()
                    list(root.iter())[index].text = value
                    got = verdict(operation, *line.ask(operation.path, envelope(root), operation.name))
                    count += 1
                    # a contract of ours answers blanks by refusing the position: see below
                    if got != want and not (operation.own and value != value.strip(" ")):
                        wrong.append(f"{operation.name}: {tag} {local(element)} {value!r}: {got}")
    with capsys.disabled():
        print(f"\n  {count} values")
    assert count > 300 and not wrong, "\n".join(wrong[:60])
    assert rows(hub) == before


class Positions:
    """One position a message, right but for what a test changes."""

    def __init__(self, hub, line, operations):
        self.hub, self.line, self.operations = hub, line, operations

    def submit(self, **changes):
        """The result's element; `account`: of a transfer that takes the whole amount."""
        row = {**self.hub.row(COMUNE), "name": "Debitore di Prova", "account": None, **changes}
        account = "" if row["account"] is None else (
            "<transfer><number>1</number><creditor>{creditor}</creditor><iban>{account}</iban>"
            "<amount>{amount}</amount><taxonomy>0101101IM</taxonomy><remittance>Prova</remittance>"
            "</transfer>")
        text = ("<d:submitPositions xmlns:d='urn:payer:debt-position:1'>"
                "<position xmlns='urn:payer:position:1'><ownId>{own_id}</ownId>"
                "<creditor>{creditor}</creditor><debtType>{debt_type}</debtType><debtor>"
                "<kind>{debtor_kind}</kind><code>{debtor_code}</code><name>{name}</name></debtor>"
                "<description>{description}</description><option><kind>single</kind><instalment>"
                "<number>1</number><amount>{amount}</amount><dueDate>{due_date}</dueDate>"
                + account + "</instalment></option></position></d:submitPositions>")
        quoted = {name: escape(str(value)) for name, value in row.items()}
        self.own_id = row["own_id"]
        status, answer = self._ask("submitPositions", text.format(**quoted))
        return status, answer

    def get(self, own_id):
        return self._ask("getPosition", "<d:getPosition xmlns:d='urn:payer:debt-position:1'>"
                         f"<d:creditor>{COMUNE}</d:creditor><d:ownId>{escape(own_id)}</d:ownId>"
                         "</d:getPosition>")

    def _ask(self, name, body):
        return self.line.ask(self.operations[name].path, envelope(parse(body.encode())), name)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def outcome(status, answer):
    """"created", or why not."""
    if status != 200:
        return "invalid"
    return answer.findtext(".//{*}refusal/{*}code") or answer.findtext(".//{*}result/{*}outcome")


@pytest.fixture
def positions(hub, line, operations):
    return Positions(hub, line, operations)


@pytest.mark.parametrize("account", [
    "IT37N9900101000000000000001",  # modulo 97
    "IT36O9900101000000000000001",  # CIN
    "IT36N990010100000000000000",   # length
    "DE89370400440532013001",       # another country's, modulo 97
])
def test_an_account_whose_check_digits_are_wrong(hub, positions, account):
    """[X42]"""
    before = rows(hub)
    assert outcome(*positions.submit(account=account)) not in ("created", "invalid")
    assert rows(hub) == before


@pytest.mark.parametrize("amount", [" 5.00", "5.00 ", "0.00"])
def test_an_amount_is_not_trimmed(hub, positions, amount):
    """[X39]"""
    before = rows(hub)
    assert outcome(*positions.submit(amount=amount)) != "created"
    assert rows(hub) == before


def test_an_account_that_is_right(positions):
    assert outcome(*positions.submit(account="IT36N9900101000000000000001")) == "created"


def omocodia(code):
    """The same person's code, with a letter in place of its last digit, and the check character."""
    body = code[:14] + "LMNPQRSTUV"[int(code[14])] if code[14].isdigit() else code[:15]
    total = 0
    for i, c in enumerate(body):
        value = int(c) if c.isdigit() else ord(c) - ord("A")
        total += ODD[value] if i % 2 == 0 else value
    return body + chr(ord("A") + total % 26)


def test_a_fiscal_code(hub, positions):
    """A wrong check character is refused, a letter in place of a digit is not. [X43]"""
    right = fiscal_code(4711)
    wrong = right[:15] + ("A" if right[15] != "A" else "B")
    before = rows(hub)
    assert outcome(*positions.submit(debtor_code=wrong)) not in ("created", "invalid")
    assert outcome(*positions.submit(debtor_code=right.lower())) != "created"
    assert rows(hub) == before
    assert outcome(*positions.submit(debtor_code=omocodia(right))) == "created"


TEXTS = ["O'Brien", "<script>alert(1)</script>", "]]>", "%s%n%p", "${jndi:ldap://x}", "=cmd|' /C calc'!A0",
         "destra\u200fsinistra", "\U0001f600 emoji", "Nicol\u00f2", "Nicolo\u0300", "' OR 1=1 -- ", "a;b\\c%_d",
         "&amp;", '"', "\u00e8" * 140]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_kept_byte_for_byte(positions, text):
    """Composed and decomposed letters stay as they came, and nothing in it becomes markup, a
    format or SQL. [X44] [X45]"""
    assert outcome(*positions.submit(description=text)) == "created"
    _, answer = positions.get(positions.own_id)
    assert answer.findtext(f".//{POSITION}description") == text


@pytest.mark.parametrize("text", ["", "\u00e8" * 141, "a\tb", "a\nb", "\x85"])
def test_a_text_that_is_none(hub, positions, text):
    """[X44]"""
    before = rows(hub)
    assert outcome(*positions.submit(description=text)) != "created"
    assert rows(hub) == before


@pytest.mark.parametrize("own_id", ["'OR'1'='1'--", "%", "_", "\\", "x';DROP/**/TABLE/**/position;#"])
def test_an_id_is_never_sql(hub, positions, own_id):
    """It finds itself and nothing else. [X45]"""
    other = positions.submit() and positions.own_id
    assert positions.get(own_id)[1].findtext(".//{*}code") == "POSITION_UNKNOWN"
    assert outcome(*positions.submit(own_id=own_id)) == "created"
    assert positions.get(own_id)[1].findtext(f".//{POSITION}ownId") == own_id
    assert positions.get(other)[1].findtext(f".//{POSITION}ownId") == other
