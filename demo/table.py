#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's closing table: what was paid, as seven witnesses saw it who do not know one another.
It imports nothing of the project; each witness is read from its own files, or with the database's
own client on the read-only account. Exit status 1 when two witnesses differ by a cent anywhere.

    table.py --input CSV… --books DIR --ente DIR --flows DIR --socket PATH [--back-office CODE…]
             [--visitors]
"""
import argparse
import collections
import csv
import json
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

PAF = "{http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd}"
OWN = "{urn:payer:back-office:1}"
POS = "{urn:payer:position:1}"
FDR = "{http://www.digitpa.gov.it/schemas/2011/Pagamenti/}"
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"
ENTRIES = """
SELECT e.creditor, SUBSTR(i.notice_number, 2), SUM(e.amount_cents)
  FROM entry e JOIN payment p ON p.id = e.payment_id JOIN instalment i ON i.id = p.instalment_id
 WHERE e.kind = 'paid' GROUP BY 1, 2
 UNION ALL
SELECT 'fee', SUBSTR(i.notice_number, 2), SUM(e.amount_cents)
  FROM entry e JOIN payment p ON p.id = e.payment_id JOIN instalment i ON i.id = p.instalment_id
 WHERE e.kind = 'fee' GROUP BY 2"""
COLUMNS = [("input", "input", "files"), ("book", "channels'", "books"),
           ("office", "notify-", "Payment"), ("station", "paSendRT", "V1, V2"),
           ("fdr", "FdR", "flows"), ("pain", "pain.001", "orders"),
           ("entry", "hub's", "entries")]
LABEL = 16

# A witness's testimony is {(Ente that gets the money, IUV): cents}. The bank's orders alone are
# sums: {(Ente, account): cents}.


def cents(text):
    euros, _, rest = text.strip().partition(".")
    if len(rest) != 2:
        raise ValueError(f"not an amount: {text!r}")
    return int(euros) * 100 + int(rest)


def money(amount):
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{amount // 100:,}.{amount % 100:02d}"


def read_input(paths):
    """(testimony for every notice that was sent in, IUV -> debt type)."""
    said, kinds = {}, {}
    for path in paths:
        with open(path, newline="", encoding="utf-8", errors="replace") as file:
            for row in csv.DictReader(file):
                iuv = (row["notice_number"] or "")[1:]
                if len(iuv) != 17 or iuv in kinds:  # without a number of its own, or repeated
                    continue
                kinds[iuv] = row["debt_type"]
                for who, amount in shares(row):
                    said[who, iuv] = said.get((who, iuv), 0) + amount
    return said, kinds


def shares(row):
    """Who gets what of an input row; rows that are wrong on purpose give nothing."""
    try:
        found = [(row[f"t{n}_creditor"], cents(row[f"t{n}_amount"])) for n in range(1, 6)
                 if row[f"t{n}_creditor"]]
        return found or [(row["creditor"], cents(row["amount"]))]
    except (ValueError, TypeError):
        return []


def read_books(folder):
    """(testimony, fees): what the channels took, once a token."""
    said, fees, tokens = collections.Counter(), 0, set()
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(line)
            if line["event"] != "outcome" or not line["taken"] or line["token"] in tokens:
                continue
            tokens.add(line["token"])
            fees += line["fee_cents"]
            for share in line["transfers"]:
                said[share["creditor"], line["notice"][1:]] += share["cents"]
    return dict(said), fees, len(tokens)


def read_messages(folder):
    """(testimony of the stations, of the back-offices, names of the Enti)."""
    stations, offices, names = collections.Counter(), collections.Counter(), {}
    for path in sorted((folder / "received").glob("*.xml")):
        body = ElementTree.parse(path).getroot()[-1][0]
        if body.tag == f"{OWN}notifyPayment":
            who = body.findtext(f"{OWN}beneficiary")
            for transfer in body.iter(f"{OWN}transfer"):
                offices[who, body.findtext(f"{OWN}iuv")] += cents(transfer.findtext(f"{POS}amount"))
            continue
        who, receipt = body.findtext("idPA"), body.find("receipt")
        names[receipt.findtext("fiscalCode")] = receipt.findtext("companyName")
        for transfer in receipt.iter("transfer"):
            if transfer.findtext("fiscalCodePA") == who:
                stations[who, receipt.findtext("noticeNumber")[1:]] += cents(
                    transfer.findtext("transferAmount"))
    return dict(stations), dict(offices), names


def read_flows(folder):
    """(testimony of the FdR, flow id -> (Ente, IUVs, total), flow id -> (account, cents) of the
    orders); the same flow in two folders is one, if it is the same to the byte."""
    said, flows, orders, seen = collections.Counter(), {}, {}, {}
    for path in sorted(folder.rglob("*.xml")):
        data = path.read_bytes()
        root = ElementTree.fromstring(data)
        if root.tag == f"{FDR}FlussoRiversamento":
            flow_id = root.findtext(f"{FDR}identificativoFlusso")
            if once(seen, flow_id, data):
                who = root.findtext(
                    f"{FDR}istitutoRicevente//{FDR}codiceIdentificativoUnivoco")
                iuvs = []
                for record in root.iter(f"{FDR}datiSingoliPagamenti"):
                    iuvs.append(record.findtext(f"{FDR}identificativoUnivocoVersamento"))
                    said[who, iuvs[-1]] += cents(record.findtext(f"{FDR}singoloImportoPagato"))
                flows[flow_id] = who, iuvs, cents(root.findtext(f"{FDR}importoTotalePagamenti"))
        elif root.tag == f"{PAIN}Document" and once(seen, root.findtext(f".//{PAIN}MsgId"), data):
            for order in root.iter(f"{PAIN}CdtTrfTxInf"):
                flow_id = order.findtext(f".//{PAIN}Ustrd", "").rpartition("/URI/")[2]
                if flow_id in orders:
                    raise SystemExit(f"DOES NOT CLOSE: two orders for flow {flow_id}")
                orders[flow_id] = (order.findtext(f"{PAIN}CdtrAcct/{PAIN}Id/{PAIN}IBAN"),
                                   cents(order.findtext(f"{PAIN}Amt/{PAIN}InstdAmt")))
    return dict(said), flows, orders


def once(seen, name, data):
    if seen.setdefault(name, data) != data:
        raise SystemExit(f"DOES NOT CLOSE: two different files are both {name}")
    return seen[name] is data


def read_entries(socket):
    """(testimony, IUV -> fee) of the database's ledger, asked with MariaDB's own client."""
    done = subprocess.run(["mariadb", "--no-defaults", "--socket", socket, "--user", "payer_audit",
                           "--batch", "--skip-column-names", "--execute", ENTRIES, "payer"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"table.py: the database does not answer: {done.stderr.strip()}")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return ({(who, iuv): int(amount) for who, iuv, amount in rows if who != "fee"},
            {iuv: int(amount) for who, iuv, amount in rows if who == "fee"})


def visited(book, sent, kinds, entry):
    """Payments of people who tried the hub between two demos: no simulator knows of them, so the
    hub's word stands in for the channels' books. {IUV: cents}"""
    paid, found = {iuv for _, iuv in book}, collections.Counter()
    for key, amount in entry.items():
        if key[1] in paid:
            continue
        found[key[1]] += amount
        book[key] = amount
        sent.setdefault(key, amount)
        kinds.setdefault(key[1], "by hand")
    return dict(found)


class Table:
    """Sums the testimonies by Ente and debt type, prints them, and finds where they differ."""

    def __init__(self, said, flows, orders, kinds, names, offices):
        self.said, self.flows, self.orders = said, flows, orders
        self.kinds, self.names, self.offices = kinds, names, offices
        self.problems = []

    def row_of(self, who, iuv):
        return who, self.kinds.get(iuv, "?")

    def compare(self):
        """Every share of every payment, one by one."""
        reference = self.said["book"]
        for name, _, _ in COLUMNS:
            if name in ("book", "pain"):
                continue
            facts = self.said[name]
            wanted = reference if name != "office" else {
                key: value for key, value in reference.items() if key[0] in self.offices}
            for key in sorted(facts.keys() | wanted.keys()):
                if facts.get(key) != wanted.get(key):
                    self.problems.append(
                        f"Ente {key[0]}, IUV {key[1]}: {name} says {self.say(facts, key)}, "
                        f"the channels' books {self.say(wanted, key)}")
        for flow_id in sorted(self.flows.keys() | self.orders.keys()):
            total = self.flows.get(flow_id, (None, [], None))[2]
            ordered = self.orders.get(flow_id, (None, None))[1]
            if total != ordered:
                self.problems.append(f"flow {flow_id}: FdR {total}, pain.001 {ordered} cents")

    @staticmethod
    def say(facts, key):
        return money(facts[key]) if key in facts else "nothing"

    def accounts(self):
        """{Ente: {account: (debt types, cents ordered)}}, by way of the flow ids."""
        found = collections.defaultdict(dict)
        for flow_id, (iban, amount) in self.orders.items():
            who, iuvs, _ = self.flows.get(flow_id, ("?", [], 0))
            kinds, ordered = found[who].get(iban, (set(), 0))
            found[who][iban] = kinds | {self.kinds.get(iuv, "?") for iuv in iuvs}, ordered + amount
        return found

    def print(self):
        sums = {name: collections.Counter() for name, _, _ in COLUMNS}
        for name, facts in self.said.items():
            for (who, iuv), amount in facts.items():
                sums[name][self.row_of(who, iuv)] += amount
        accounts = self.accounts()
        rows = sorted({row for name in sums for row in sums[name]})
        width = 12
        rule = "-" * (LABEL + width * len(COLUMNS))
        for line in (1, 2):
            print(" " * LABEL + "".join(f"{column[line]:>{width}}" for column in COLUMNS))
        grand = collections.Counter()
        for who in sorted({who for who, _ in rows}):
            print(rule)
            print(f"{self.names.get(who, 'Ente')}, {who}")
            total = collections.Counter()
            for _, kind in (row for row in rows if row[0] == who):
                cells = {name: sums[name][who, kind] for name, _, _ in COLUMNS}
                alone = [amount for kinds, amount in accounts[who].values() if kinds == {kind}]
                shared = any(len(k) > 1 and kind in k for k, _ in accounts[who].values())
                cells["pain"] = None if shared else sum(alone)
                if who not in self.offices:
                    cells["office"] = None
                self.line(f"  {kind}", cells, width)
                total.update({name: value or 0 for name, value in cells.items()})
            for iban, (kinds, amount) in sorted(accounts[who].items()):
                if len(kinds) > 1:
                    cells = {name: sum(sums[name][who, kind] for kind in kinds)
                             for name, _, _ in COLUMNS}
                    cells["pain"] = amount
                    total["pain"] += amount
                    if who not in self.offices:
                        cells["office"] = None
                    both = "  " + "+".join(sorted(kinds))
                    self.line(both if len(both) < LABEL else f"  acct …{iban[-5:]}", cells, width)
            if who not in self.offices:
                total["office"] = None
            self.line("  total", total, width)
            grand.update({name: value or 0 for name, value in total.items() if name != "office"})
        print(rule)
        self.line("all Enti", {**grand, "office": None}, width)

    def line(self, label, cells, width):
        """Print a row; what its witnesses say must be one figure."""
        shown = {name: cells.get(name, 0) for name, _, _ in COLUMNS}
        figures = {value for value in shown.values() if value is not None}
        if len(figures) > 1:
            self.problems.append(f"{label.strip()}: {', '.join(map(money, sorted(figures)))}")
        print(f"{label:{LABEL}}" + "".join(
            f"{'·' if shown[name] is None else money(shown[name]):>{width}}"
            for name, _, _ in COLUMNS))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--input", required=True, nargs="+", type=pathlib.Path)
    parser.add_argument("--books", required=True, type=pathlib.Path)
    parser.add_argument("--ente", required=True, type=pathlib.Path)
    parser.add_argument("--flows", required=True, type=pathlib.Path)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--back-office", nargs="*", default=[], metavar="CODE",
                        help="Enti that are also told by notifyPayment")
    parser.add_argument("--visitors", action="store_true",
                        help="others may have paid at this hub, beside the simulated channels")
    options = parser.parse_args()

    sent, kinds = read_input(options.input)
    book, book_fees, payments = read_books(options.books)
    station, office, names = read_messages(options.ente)
    fdr, flows, orders = read_flows(options.flows)
    entry, entry_fees = read_entries(options.socket)
    by_hand = visited(book, sent, kinds, entry) if options.visitors else {}
    book_fees += sum(fee for iuv, fee in entry_fees.items() if iuv in by_hand)
    paid = {iuv for _, iuv in book}
    said = {"input": {key: amount for key, amount in sent.items() if key[1] in paid},
            "book": book, "office": office, "station": station, "fdr": fdr, "entry": entry}
    table = Table(said, flows, orders, kinds, names, options.back_office)
    table.compare()
    table.print()
    if book_fees != sum(entry_fees.values()):
        table.problems.append(f"fees: books {money(book_fees)}, "
                              f"entries {money(sum(entry_fees.values()))}")
    print(f"\nEuros of the notices that were paid, as each witness saw them. · = not told apart, or"
          f" not told.\n{payments + len(by_hand)} payments, {len(book)} shares of Enti, {len(flows)} flows, "
          f"{len(orders)} orders to banks; fees kept by the channels: {money(book_fees)}.")
    if by_hand:
        print(f"{len(by_hand)} of them by hand, {money(sum(by_hand.values()))}: in no channel's book,"
              " so the hub's word stands there.")
    if table.problems or not book:
        print(f"DOES NOT CLOSE: {len(table.problems)} differences")
        for problem in table.problems[:20]:
            print(f"  {problem}")
        sys.exit(1)
    print("It closes: every column agrees on every payment, to the cent.")


if __name__ == "__main__":
    main()
