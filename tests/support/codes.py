# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes with right check digits that belong to nobody, and the columns of a position file."""

SEGREGATION = {"77777777777": "01", "88888888888": "02",  # of the example's Enti,
               "33333333333": "03", "22222222222": "04"}  # and of support/station.py's
ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

# Columns of a position file.
COLUMNS = ["creditor", "own_id", "debt_type", "debtor_kind", "debtor_code", "debtor_name",
           "debtor_email", "description", "option", "instalment", "amount", "due_date",
           "notice_number", "metadata", "instalment_metadata"] + [
               f"t{n}_{field}" for n in range(1, 6)
               for field in ("creditor", "iban", "amount", "taxonomy", "reason", "stamp_hash",
                             "stamp_type", "stamp_province", "metadata")]


def notice_number(creditor, base):
    """Aux digit 3: segregation code, 13 digits, check digits (the first 16 modulo 93)."""
    head = f"3{SEGREGATION[creditor]}{base:013d}"
    return f"{head}{int(head) % 93:02d}"


def fiscal_code(n):
    """A person's code: surname ZZZ, born in a town (Z999) that there is not."""
    letters = "BCDFGHJKLMNPQRSTVWXYZ"
    name = "".join(letters[n // 21 ** i % 21] for i in range(3))
    body = f"ZZZ{name}{n % 90 + 10:02d}{'ABCDEHLMPRST'[n % 12]}{n % 28 + 1:02d}Z999"
    total = 0
    for i, c in enumerate(body):
        value = int(c) if c.isdigit() else ord(c) - ord("A")
        total += ODD[value] if i % 2 == 0 else value
    return body + chr(ord("A") + total % 26)


def firm_code(n):
    """A firm's code of 11 digits: of an office (000) that there is not."""
    digits = [int(c) for c in f"{n % 10 ** 7:07d}000"]
    total = sum(digits[0::2]) + sum(d * 2 - 9 * (d > 4) for d in digits[1::2])
    return "".join(map(str, digits)) + str(-total % 10)
