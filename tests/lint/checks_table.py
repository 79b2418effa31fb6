#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The orders of checks that pages of docs/ show are those of src/service/*check.def.

Fails when they differ; with --write it makes the tables anew. The fault codes are those that
docs/rules.md names in the row of the same tag.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
END = "<!-- end -->\n"
ROW = re.compile(r'^CHECK\((\w+), (\w+), \w+, "([A-Z]+)", "([^"]*)"\)$', re.M)
# the page, the table in the code, and who is meant by each letter
TABLES = [
    ("channel-integrator.md", "check.def",
     {"V": "verify", "A": "activate", "W": "activateV2", "O": "outcome", "P": "outcomeV2",
      "D": "demand", "F": "flow"}),
    ("node-integrator.md", "node_check.def",
     {"V": "verify", "G": "get", "H": "getV2", "R": "receipt", "S": "receiptV2", "D": "demand"}),
]


def codes():
    """Rule tag -> its fault codes, from docs/rules.md."""
    rows = re.findall(r"^\| (W\d+\.\d+[a-z]?) \| (.*) \|$", (ROOT / "docs/rules.md").read_text(), re.M)
    return {tag: " ".join(f"`{c}`" for c in re.findall(r"P(?:PT|AA)_\w+", text)) for tag, text in rows}


def table(source, who):
    faults = codes()
    lines = ["| # | must hold | asked of | else |", "|---|---|---|---|"]
    for row, _, letters, what in ROW.findall((ROOT / "src/service" / source).read_text()):
        tag = row.replace("_", ".")
        asked = "all" if set(letters) == set(who) else ", ".join(who[c] for c in letters)
        lines.append(f"| {tag.partition('.')[2]} | {what} | {asked} | {faults[tag]} |")
    return "\n".join(lines) + "\n"


def drifted(page, source, who):
    path = ROOT / "docs" / page
    before, rest = path.read_text().split(
        begin := f"<!-- from src/service/{source}: tests/lint/checks_table.py --write -->\n")
    old, after = rest.split(END)
    new = table(source, who)
    if old != new and "--write" in sys.argv:
        path.write_text(before + begin + new + END + after)
    elif old != new:
        print(f"docs/{page}: the table of checks is not that of {source}: "
              "run tests/lint/checks_table.py --write")
        return True
    return False


if __name__ == "__main__":
    sys.exit(any([drifted(*row) for row in TABLES]))
