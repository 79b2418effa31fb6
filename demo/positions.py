#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the demo's input, the same on every run: what the two Enti send to the hub (10,000 good
positions and a few dozen bad rows of every kind, one CSV file for each Ente) and the notices that
citizens hold in their hands (notices.csv). Every debtor is invented and looks it.

    positions.py --registry FILE --out DIR
"""
import argparse
import csv
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))
from support.codes import COLUMNS, fiscal_code, firm_code, notice_number
from support.registry import debt_types
from support.witness import euros, parse

COMUNE, ASL = "77777777777", "88888888888"
ASL_SHARE_ACCOUNT = "IT05W9900201000000000000005"  # where the ASL gets its part of fines
# creditor, debt type, how many, what it says, cents from, cents to
KINDS = [
    (COMUNE, "TARI", 4500, "TARI {year} - utenza {n}", 8000, 42000),
    (COMUNE, "MENSA", 2500, "Mensa scolastica - alunno {n}", 1350, 9000),
    (COMUNE, "MULTE", 1500, "Verbale {n}/{year}", 4200, 17300),
    (ASL, "TICKET", 1500, "Ticket sanitario - prestazione {n}", 1500, 7230),
]
YEAR = 2026


class Maker:
    """Writes down positions; numbers them so that nothing is used twice."""

    def __init__(self, kinds):
        self.random = random.Random("payer demo")
        self.kinds = kinds
        self.n = 0
        self.notices = []

    def position(self, creditor, kind, text, low, high, own_id=None):
        """The rows of one good position."""
        self.n += 1
        n = self.n
        firm = self.random.random() < 0.06
        base = {
            "creditor": creditor, "own_id": own_id or f"{kind}-{YEAR}-{n:06d}", "debt_type": kind,
            "debtor_kind": "G" if firm else "F",
            "debtor_code": firm_code(n) if firm else fiscal_code(n),
            "debtor_name": f"{'Impresa' if firm else 'Debitore'} Prova {n:06d}",
            "debtor_email": f"debitore{n:06d}@posta.example" if n % 3 == 0 else "",
            "description": text.format(n=n, year=YEAR),
        }
        total = self.random.randint(low, high)
        return [{**base, **row} for row in self.options(creditor, kind, n, total)]

    def options(self, creditor, kind, n, total):
        """At once; waste tax also by instalments, one in three; some by instalments only."""
        plan = kind == "TARI" and n % 3 == 0
        if not plan or n % 15:
            yield self.instalment(creditor, kind, n, "single", 1, total)
        if plan:
            parts = 3 if n % 15 else 2
            for i in range(parts):
                share = total // parts + (total % parts if i == parts - 1 else 0)
                yield self.instalment(creditor, kind, n, "plan", i + 1, share)

    def instalment(self, creditor, kind, n, option, number, cents):
        row = {"option": option, "instalment": number, "amount": euros(cents),
               "due_date": f"{YEAR + 1}-{(n + 2 * number) % 12 + 1:02d}-{n % 28 + 1:02d}"}
        if kind != "MENSA" or n % 5:  # a fifth of the meals: the hub is asked for a number
            row["notice_number"] = notice_number(
                creditor, 9026 * 10 ** 9 + n * 10 + number + (option == "plan"))
        if kind == "MULTE" and n % 5 == 0:
            row.update(self.two_transfers(cents))
        return row

    def two_transfers(self, cents):
        """A fine of which the ASL gets a third."""
        ours, taxonomy = self.kinds[COMUNE, "MULTE"], self.kinds[ASL, "TICKET"]["taxonomy"]
        share = cents // 3
        return {
            "t1_creditor": COMUNE, "t1_iban": ours["iban"], "t1_amount": euros(cents - share),
            "t1_taxonomy": ours["taxonomy"], "t1_reason": "Sanzione, quota del Comune",
            "t2_creditor": ASL, "t2_iban": ASL_SHARE_ACCOUNT, "t2_amount": euros(share),
            "t2_taxonomy": taxonomy, "t2_reason": "Sanzione, quota sanitaria",
        }

    def hand_out(self, rows):
        """Print the notices of a position: what its debtor can bring to a channel."""
        for row in rows:
            if row.get("notice_number"):
                self.notices.append({name: row[name] for name in (
                    "creditor", "notice_number", "amount", "option", "instalment")}
                    | {"position": f"{row['creditor']}/{row['own_id']}"})


def split_badly(row):
    """Two beneficiaries whose shares miss a cent."""
    row.update(t1_creditor=COMUNE, t1_iban="IT13O9900101000000000000002", t1_amount="1.00",
               t1_taxonomy="0101114SP", t1_reason="Sanzione", t2_creditor=ASL,
               t2_iban=ASL_SHARE_ACCOUNT, t2_taxonomy="0201102SP", t2_reason="Quota",
               t2_amount=euros(int(row["amount"].replace(".", "")) - 101))


def one_transfer(**fields):
    def change(row):
        row.update(t1_creditor=COMUNE, t1_iban="IT36N9900101000000000000001",
                   t1_amount=row["amount"], t1_taxonomy="0101101IM", t1_reason="Tassa")
        row.update(fields)
    return change


# What is wrong with a row, one kind a line: fields to put, or a function that spoils the row.
BAD = [
    {"amount": "12,3"}, {"amount": "0.00"}, {"amount": "-5.00"}, {"amount": "1e3"},
    {"amount": "10"}, {"amount": "1000000000.00"}, {"amount": ""},
    {"debt_type": "TASI"}, {"debt_type": ""}, {"creditor": "11111111111"},
    {"due_date": "2026-02-30"}, {"due_date": "31/12/2026"}, {"due_date": ""},
    {"notice_number": "30190260000000001"}, {"notice_number": "3019026000000O0123"},
    {"notice_number": "309902600000000112"},
    {"own_id": ""}, {"own_id": "X" * 36}, {"own_id": "con spazio"},
    {"debtor_kind": "X"}, {"debtor_code": "XXXBBB10A01Z999@"}, {"debtor_code": "XXXBBB10A01Z9990"},
    {"debtor_name": ""}, {"debtor_name": "N" * 71}, {"debtor_name": "Debitore\x07Prova"},
    {"debtor_email": "non e un indirizzo"}, {"description": ""}, {"description": "D" * 141},
    {"option": "forse"}, {"instalment": "zero"}, {"option": "single", "instalment": "2"},
    one_transfer(t1_iban="IT36N9900101000000000000002"),
    one_transfer(t1_iban="IT60X0542811101000000123456"),
    one_transfer(t1_creditor="99999999999"), one_transfer(t1_taxonomy=""),
    one_transfer(t1_amount="0.01"), split_badly,
]
# Lines that are no rows: too short, too long, not UTF-8. In the ASL's file.
BROKEN = [b"88888888888,ERRATA-91,TICKET\r\n", b"88888888888,ERRATA-92" + b"," * 60 + b"\r\n",
          b"88888888888,ERRATA-93,TICKET,F,XXXBBB10A01Z999C,Citt\xe0" + b"," * 32 + b"\r\n"]


def spoilt(maker):
    """The bad rows, and what is repeated with other content: lists of rows."""
    kind = KINDS[0]
    for n, wrong in enumerate(BAD, 1):
        row = maker.position(*kind[:2], *kind[3:], own_id=f"ERRATA-{n:02d}")[0]
        row.update(option="single", instalment=1)
        wrong(row) if callable(wrong) else row.update(wrong)
        yield [row]


def repeated(good, maker):
    """Mistakes that only two positions together make."""
    kind = KINDS[0]
    other = maker.position(*kind[:2], *kind[3:])[0]
    yield [{**other, "own_id": good[10][0]["own_id"], "option": "single", "instalment": 1}]
    other = maker.position(*kind[:2], *kind[3:], own_id="ERRATA-90")[0]
    yield [{**other, "notice_number": good[11][0]["notice_number"], "option": "single",
            "instalment": 1}]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--registry", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    maker = Maker(debt_types(parse(pathlib.Path(options.registry).read_bytes())))
    good = {COMUNE: [], ASL: []}
    for creditor, kind, count, *rest in KINDS:
        for _ in range(count):
            good[creditor].append(maker.position(creditor, kind, *rest))
            maker.hand_out(good[creditor][-1])
    bad = [*spoilt(maker), *repeated(good[COMUNE], maker)]
    for creditor, positions in good.items():
        mixed = list(positions)
        if creditor == COMUNE:  # the bad ones among the good, the repeated after their first
            step = len(mixed) // (len(bad) + 1)
            for i, rows in enumerate(bad, 1):
                mixed.insert(i * (step + 1), rows)
        write(options.out / f"{creditor}.csv", COLUMNS, [row for rows in mixed for row in rows])
    insert_lines(options.out / f"{ASL}.csv", BROKEN)
    write(options.out / "notices.csv", list(maker.notices[0]), maker.notices)
    print(f"{sum(map(len, good.values()))} good positions, {len(bad) + len(BROKEN)} bad ones, "
          f"{len(maker.notices)} notices in citizens' hands: {options.out}")


def write(path, columns, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def insert_lines(path, lines):
    """Put raw lines in the middle of a file, far from one another."""
    rows = path.read_bytes().splitlines(keepends=True)
    for i, line in enumerate(lines, 1):
        rows.insert(i * len(rows) // (len(lines) + 1), line)
    path.write_bytes(b"".join(rows))


if __name__ == "__main__":
    main()
