#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Citizens pay: an ATM network, a call centre and a manned desk, each over SOAP and each with its
own book. Most pay at once; some only look, some have no money, some press twice, some bring a
notice that is paid already. A second run goes on where the books end.

    channels.py --url URL --notices FILE --books DIR [--count N] [--visitors]
"""
import argparse
import collections
import csv
import itertools
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))
from support.channel import PATH, RawChannel, ZeepChannel, fault_code, new_key, taken
from support.witness import Lines, euros

PSP, BROKER, PASSWORD = "PSPPROVA", "66666666666", "prova-12345"
# code, what it is, its share of the payments, fee, how paid, where, second version of the messages
CHANNELS = [
    (f"{BROKER}_01", "ATM network", 0.50, "1.00", "bancomat", "atm", False),
    (f"{BROKER}_02", "call centre", 0.30, "1.50", "creditCard", "other", True),
    (f"{BROKER}_03", "manned desk", 0.20, "2.00", "cash", "frontOffice", False),
]


class Desk:
    """One channel at work on its notices; counts what happened."""

    def __init__(self, client, fee, method, place, v2, seed):
        self.client, self.fee, self.method, self.place, self.v2 = client, fee, method, place, v2
        self.random = random.Random(seed)
        self.counts = collections.Counter()
        self.unexpected = []

    def expect(self, answer, *codes):
        """An answer must have one of these codes; what is refused is counted by code."""
        code = fault_code(answer)
        if code != "OK":
            self.counts[code] += 1
        if code not in codes:
            self.unexpected.append(f"{self.client.channel}: {code}, expected {' or '.join(codes)}")
        return code

    def activate(self, notice, key):
        """Begin; a notice with several beneficiaries asks for the second version."""
        about = notice["creditor"], notice["notice_number"], notice["amount"]
        answer = self.client.activate(*about, key, v2=self.v2)
        if self.expect(answer, "OK", "PPT_MULTI_BENEFICIARIO") != "OK":
            answer = self.client.activate(*about, key, v2=True)
            self.expect(answer, "OK")
            return answer, True
        return answer, self.v2

    def outcome(self, token, outcome, key, v2):
        return self.client.outcome(token, outcome, self.fee if outcome == "OK" else "0.00", key,
                                   v2=v2, method=self.method, payment_channel=self.place)

    def look(self, notice):
        self.counts["looked up"] += 1
        self.expect(self.client.verify(notice["creditor"], notice["notice_number"]), "OK")

    def fail(self, notice):
        """The payer's card has no money: begun, then given up."""
        self.counts["given up (KO)"] += 1
        answer, v2 = self.activate(notice, new_key(PSP))
        if answer.outcome != "OK":
            return
        self.expect(self.outcome(answer.paymentToken, "KO", new_key(PSP), v2), "OK")

    def pay(self, notice):
        keys = new_key(PSP), new_key(PSP)
        twice = self.random.random() < 0.06
        answer, v2 = self.activate(notice, keys[0])
        if answer.outcome != "OK":
            return
        first = self.client.received
        if twice:  # the line broke, the machine asks again with the same key
            self.counts["repeated"] += 1
            self.client.activate(notice["creditor"], notice["notice_number"], notice["amount"],
                                 keys[0], v2=v2)
            self.same(first)
        self.expect(self.outcome(answer.paymentToken, "OK", keys[1], v2), "OK")
        first = self.client.received
        if twice:
            self.outcome(answer.paymentToken, "OK", keys[1], v2)
            self.same(first)
        self.counts["paid"] += 1
        if self.random.random() < 0.03:  # the citizen comes again with the same paper
            again = self.client.activate(notice["creditor"], notice["notice_number"],
                                         notice["amount"], v2=self.v2)
            self.expect(again, "PPT_PAGAMENTO_DUPLICATO")

    def same(self, first):
        if self.client.received != first:
            self.unexpected.append(f"{self.client.channel}: a repeat was answered otherwise")

    def sign_on(self, notice):
        """One at a time: the hub checks at most two new passwords at once and refuses a third."""
        self.client.verify(notice["creditor"], notice["notice_number"])

    def work(self, notices):
        wrong = self.client.verify(notices[0]["creditor"], notices[0]["notice_number"],
                                   password="sbagliata-1")
        self.expect(wrong, "PPT_AUTENTICAZIONE")
        for notice, how in ((n, n["how"]) for n in notices):
            if how == "look" or self.random.random() < 0.5:
                self.look(notice)
            if how != "look":
                getattr(self, how)(notice)


def choose(path, touched, count, is_open):
    """Notices for `count` payments, and some more that end otherwise; one a position, so that
    nobody pays at once what somebody else pays by instalments."""
    positions = collections.defaultdict(list)
    with open(path, newline="", encoding="utf-8") as file:
        for notice in csv.DictReader(file):
            positions[notice["position"]].append(notice)
    draw = random.Random("payer channels")
    chosen = [draw.choice([n for n in notices if n["instalment"] == "1"])
              for notices in positions.values()]
    draw.shuffle(chosen)
    free = list(itertools.islice((n for n in chosen if n["notice_number"] not in touched
                                  and is_open(n)), count + count // 10))
    paid = free[:count]
    others = free[count:]
    for i, notice in enumerate(others):
        notice["how"] = "look" if i % 2 else "fail"
    for notice in paid:
        notice["how"] = "pay"
    mixed = paid + others
    draw.shuffle(mixed)
    return mixed


def client_of(code, what, url, book):
    who = PSP, BROKER, code, PASSWORD
    if what == "manned desk":  # a client as an integrator writes it, from the WSDL alone
        return ZeepChannel(f"{url}{PATH}?wsdl", *who, address=f"{url}{PATH}", book=book)
    return RawChannel(f"{url}{PATH}", *who, book=book)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--notices", required=True)
    parser.add_argument("--books", required=True, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--visitors", action="store_true",
                        help="others may have paid at this hub: take what is still open only")
    options = parser.parse_args()

    books = {code: options.books / f"{code}.jsonl" for code, *_ in CHANNELS}
    touched = {line["notice"] for book in books.values() for line in Lines(book).read()
               if "notice" in line}
    asking = client_of(*CHANNELS[0][:2], options.url, None)
    notices = choose(options.notices, touched, options.count, lambda n: not options.visitors or
                     asking.verify(n["creditor"], n["notice_number"]).outcome == "OK")
    payable = sum(n["how"] == "pay" for n in notices)
    if payable < options.count:
        print(f"Only {payable} notices are left to pay: remove var/ to begin anew.")
    if not payable:
        return
    before = {code: len(taken(Lines(book).read())) for code, book in books.items()}
    desks, threads, at = {}, [], 0
    start = time.monotonic()
    for i, (code, what, share, fee, method, place, v2) in enumerate(CHANNELS):
        end = len(notices) if i == len(CHANNELS) - 1 else at + round(share * len(notices))
        client = client_of(code, what, options.url, books[code])
        desks[code] = Desk(client, fee, method, place, v2, f"{code} {len(touched)}")
        if notices[at:end]:
            desks[code].sign_on(notices[at])
        threads.append(threading.Thread(target=guarded, args=(desks[code], notices[at:end])))
        at = end
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report(desks, books, before, time.monotonic() - start)
    wrong = [what for desk in desks.values() for what in desk.unexpected]
    for what in wrong[:10]:
        print(f"unexpected: {what}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


def guarded(desk, notices):
    try:
        if notices:
            desk.work(notices)
    except Exception as error:  # a thread must not end unseen
        desk.unexpected.append(f"{desk.client.channel}: {type(error).__name__}: {error}")


def report(desks, books, before, seconds):
    print(f"{'':14}{'paid':>7}{'euros':>13}{'fees':>10}{'looked up':>11}{'given up':>10}"
          f"{'repeated':>10}{'refused':>9}")
    paid = 0
    for code, what, *_ in CHANNELS:
        counts = desks[code].counts
        lines = list(taken(Lines(books[code]).read()).values())[before[code]:]
        refused = sum(n for name, n in counts.items() if name.startswith("PPT_"))
        paid += len(lines)
        print(f"  {what:12}{len(lines):7}{euros(sum(l['amount_cents'] for l in lines)):>13}"
              f"{euros(sum(l['fee_cents'] for l in lines)):>10}{counts['looked up']:11}"
              f"{counts['given up (KO)']:10}{counts['repeated']:10}{refused:9}")
    print(f"  {paid} payments in {seconds:.1f} s")
    codes = collections.Counter()
    for desk in desks.values():
        codes.update({name: n for name, n in desk.counts.items() if name.startswith("PPT_")})
    print("  refused, as they must be: "
          + ", ".join(f"{n} {name}" for name, n in sorted(codes.items())))


if __name__ == "__main__":
    main()
