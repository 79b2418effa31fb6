# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzzing that ends in seconds and says the same each time: a fixed seed and a number of runs. For
longer, and with new inputs each time: make fuzz SECONDS=600."""
import os
import pathlib
import re
import subprocess

import pytest
from fuzz import CORPUS, ROOT, TARGETS, run

BUILD = pathlib.Path(os.environ.get("PAYER_BUILD", ROOT / "build"))
LEAST_PERCENT = 90
PLANTED_RUNS = 100_000  # at most: it is found in seconds
FOUND = ("Sanitizer:", "libFuzzer: ", "runtime error:")


def again(program, target, runs, folder):
    """The same run each time: its seed is fixed, and it looks at no clock (-reload does)."""
    return run(BUILD, program, "-seed=1", f"-runs={runs}", "-reload=0", folder, CORPUS / target,
               max_len=TARGETS[target].max_len)


@pytest.fixture(params=sorted(TARGETS))
def target(request):
    return request.param


def test_each_target_is_in_the_table():
    assert {path.stem for path in (ROOT / "tests" / "fuzz" / "target").glob("*.c")} == set(TARGETS)


def test_nothing_is_found(target, tmp_path):
    status, said = again(target, target, TARGETS[target].runs, tmp_path)
    assert status == 0, said[-3000:]


def test_a_planted_bug_is_found(target, tmp_path):
    """From the kept inputs on, each of which the right program takes."""
    status, said = again(f"{target}-planted", target, PLANTED_RUNS, tmp_path)
    assert status != 0 and any(sign in said for sign in FOUND), said[-3000:]


def lines_run(target):
    """{file: (percent of its lines that the kept inputs run, how many it has)}"""
    objects = BUILD / "fuzz" / "gcc"
    for path in objects.rglob("*.gcda"):
        path.unlink()
    inputs = sorted((CORPUS / target).iterdir())
    subprocess.run([BUILD / "fuzz" / f"{target}-replay", *inputs], cwd=ROOT, check=True, timeout=60,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    counted = [objects / "src" / name.replace(".c", ".gcda") for name in TARGETS[target].files]
    said = subprocess.run(["gcov", "-n", *counted], cwd=ROOT, check=True, capture_output=True,
                          text=True).stdout
    found = re.findall(r"File 'src/(.*)'\nLines executed:([0-9.]+)% of ([0-9]+)", said)
    return {name: (float(percent), int(lines)) for name, percent, lines in found}


def test_the_kept_inputs_run_the_code(capsys):
    table = {}
    for target in sorted(TARGETS):
        covered = lines_run(target)
        table.update({(target, name): covered.get(name, (0.0, 0)) for name in TARGETS[target].files})
    with capsys.disabled():
        print()
        for (target, name), (percent, lines) in table.items():
            print(f"  {target:13} {name:30} {percent:6.2f} % of {lines:3} lines")
    assert not {key: row for key, row in table.items() if row[0] < LEAST_PERCENT}
