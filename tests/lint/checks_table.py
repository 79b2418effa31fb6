#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of checks in docs/channel-integrator.md is src/service/check.def's.

Fails when they differ; with --write it makes the table anew. The fault codes are those that
docs/rules.md names in the row of the same tag.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/channel-integrator.md"
BEGIN = "<!-- from src/service/check.def: tests/lint/checks_table.py --write -->\n"
END = "<!-- end -->\n"
ROW = re.compile(r'^CHECK\((\w+), (\w+), \w+, "([VAWOPF]+)", "([^"]*)"\)$', re.M)
WHO = {"V": "verify", "A": "activate", "W": "activateV2", "O": "outcome", "P": "outcomeV2", "F": "flow"}


def codes():
    """Rule tag -> its fault codes, from docs/rules.md."""
    rows = re.findall(r"^\| (W3\.\d+[a-z]?) \| (.*) \|$", (ROOT / "docs/rules.md").read_text(), re.M)
    return {tag: " ".join(f"`{c}`" for c in re.findall(r"PPT_\w+", text)) for tag, text in rows}


def table():
    faults = codes()
    lines = ["| # | must hold | asked of | else |", "|---|---|---|---|"]
    for row, _, letters, what in ROW.findall((ROOT / "src/service/check.def").read_text()):
        tag = row.replace("_", ".")
        asked = "all" if set(letters) == set(WHO) else ", ".join(WHO[c] for c in letters)
        lines.append(f"| {tag[3:]} | {what} | {asked} | {faults[tag]} |")
    return "\n".join(lines) + "\n"


def main():
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    new = table()
    if old == new:
        return 0
    if "--write" not in sys.argv:
        print(f"{PAGE.relative_to(ROOT)}: the table of checks is not that of check.def: "
              "run tests/lint/checks_table.py --write")
        return 1
    PAGE.write_text(before + BEGIN + new + END + after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
