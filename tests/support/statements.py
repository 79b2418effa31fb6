# SPDX-License-Identifier: GPL-3.0-or-later
"""Every SQL statement of the program, read from src/db/ as the compiler sees it: a new one is in
the list by being there."""
import ast
import dataclasses
import re
import shlex
import subprocess

from support.witness import ROOT

TEXT = r'(?:"(?:\\.|[^"\\])*"\s*)+'
STATEMENT = re.compile(rf"\{{\s*({TEXT}),\s*({TEXT}),")
DECLARED = re.compile(r"\bstruct db_stmt (\w+)(?:\[[^]]*\])? =|\bstruct db_stmt stmt;")
SQL = re.compile(r"SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|\(")


@dataclasses.dataclass(frozen=True)
class Statement:
    name: str
    sql: str
    file: str


def literal(text):
    """C's adjacent string literals as one text."""
    return "".join(ast.literal_eval(f"b{part}").decode()
                   for part in re.findall(r'"(?:\\.|[^"\\])*"', text))


def statements():
    flags = shlex.split(subprocess.run(
        ["pkg-config", "--cflags", "libmariadb"], capture_output=True, text=True,
        check=True).stdout)
    found = []
    for path in sorted((ROOT / "src" / "db").glob("*.c")):
        source = subprocess.run(
            ["gcc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", f"-I{ROOT}/src", *flags, "-E", "-P",
             str(path)], capture_output=True, text=True, check=True).stdout
        here = [Statement(literal(name), literal(sql), path.name)
                for name, sql in STATEMENT.findall(source) if SQL.match(literal(sql))]
        declared = [match.group(1) or "stmt" for match in DECLARED.finditer(source)]
        assert len(here) >= len(declared), f"{path}: statements that this reader does not see"
        found += here
    return found
