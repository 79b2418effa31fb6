#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is fuzzed, and the ways to run it; mk/fuzz.mk builds the programs in BUILD/fuzz.

fuzz.py break TARGET                print the source with the target's planted bug
fuzz.py fuzz BUILD TARGET SECONDS   fuzz from the kept inputs; new ones go to BUILD/fuzz/found
fuzz.py keep BUILD TARGET           keep the least of kept and found inputs that reaches as much
"""
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"


@dataclasses.dataclass(frozen=True)
class Target:
    files: tuple         # below src/: its kept inputs run their lines
    broken: tuple        # a bug to plant: file, what stands there once, what then does
    runs: int = 20_000   # of a run that must find nothing: some seconds
    max_len: int = 2048  # of an input that is made


TARGETS = {
    "blank": Target(
        ("xml/blank.c",),
        ("xml/blank.c", " && after[-2] != '/'", "")),
    "config": Target(
        ("base/config_source.c", "base/config_value.c"),
        ("base/config_value.c", "number > INT64_MAX / unit->factor ||", ""),
        runs=2_000),
    "domain": Target(
        ("domain/amount.c", "domain/calendar.c", "domain/checksum.c", "domain/fiscal_code.c",
         "domain/iban.c", "domain/notice.c", "domain/text.c"),
        ("domain/text.c", "if (n >= cap) {", "if (n > cap) {"), max_len=100),
    "http_chunks": Target(
        ("listen/http_chunks.c",),
        ("listen/http_chunks.c", "c->state == SIZE_LF && c->left > room",
         "c->state == SIZE_LF && c->left > room + 1"), max_len=400),
    "http_head": Target(
        ("listen/http_head.c",),
        ("listen/http_head.c", "i < 3 || bytes[i - 2] != '\\n'", "i < seen + 3 || bytes[i - 2] != '\\n'"),
        max_len=9000),
    "node_message": Target(
        ("wire/field.c", "wire/node_read.c"),
        ("wire/node_read.c", "if (len > REGISTRY_CODE_MAX)", "if (len > 2 * REGISTRY_CODE_MAX)"), runs=5_000, max_len=4096),
    "period": Target(
        ("domain/network.c", "domain/period.c"),
        ("domain/period.c", "if (us > after_us && (!found", "if (us >= after_us && (!found"),
        runs=5_000, max_len=100),
    "position_csv": Target(
        ("base/csv.c", "service/position_csv.c", "service/position_row.c", "service/position_metadata.c"),
        ("service/position_row.c", "number[digits] != '\\0' || digits > 3", "digits > 3"), runs=5_000),
    "position_xml": Target(
        ("service/position_xml.c", "xml/reader.c"),
        ("service/position_xml.c", "option->first = p->n_instalments;",
         "option->first = 0;"), runs=5_000, max_len=4096),
    "prefilter": Target(
        ("listen/prefilter.c",),
        ("listen/prefilter.c", "if (s->depth == DEPTH_MAX)", "if (s->depth > DEPTH_MAX)")),
    "proxy_header": Target(
        ("listen/proxy_header.c",),
        ("listen/proxy_header.c", "number16(bytes + 1) <= len - 3", "number16(bytes + 1) <= len"),
        max_len=1100),
    "psp_flow": Target(
        ("service/psp_flow_read.c", "xml/lift.c"),
        ("xml/walk.c", "if (len > room) len = room;", "if (len > 2 * room) len = room;"), runs=2_000, max_len=4096),
    "psp_message": Target(
        ("wire/psp_read.c",),
        ("wire/psp_read.c", "if (token < 0 || ", "if ("), runs=5_000, max_len=4096),
    "registry": Target(
        ("service/registry_document.c", "service/registry_tree.c"),
        ("service/registry_document.c", "snprintf(out->scope, sizeof out->scope,",
         "snprintf(out->scope, 4 * sizeof out->scope,"), runs=1_000, max_len=16_384),
    "station_answer": Target(
        ("service/station_judge.c", "soap/pa_demand.c", "soap/pa_get_payment.c", "soap/pa_verify.c",
         "soap/take.c"),
        ("soap/take.c", "if (len >= cap ||", "if (len > cap ||"), runs=5_000, max_len=4096),
}


def broken(target):
    name, line, instead = TARGETS[target].broken
    source = (ROOT / "src" / name).read_text()
    if source.count(line) != 1:
        raise SystemExit(f"src/{name}, where {target}'s bug is planted: {source.count(line)} times {line}")
    return source.replace(line, instead)


def fixed_addresses():
    """What a command begins with so that a seed says all: libFuzzer looks at addresses too. Some
    containers do not allow it."""
    command = ["setarch", "-R"]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else []


def run(build, program, *options, max_len=None, log=None):
    """Run a program of libFuzzer in the project's folder; (exit status, what it said)."""
    log = log or build / "fuzz" / f"{program}.log"
    limits = ["-timeout=10", "-rss_limit_mb=1024", f"-artifact_prefix={build}/fuzz/{program}-"]
    if max_len:
        limits.append(f"-max_len={max_len}")
    with log.open("w") as out:
        done = subprocess.run([*fixed_addresses(), build / "fuzz" / program, *limits,
                               *map(str, options)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, check=False)
    return done.returncode, log.read_text(errors="replace")


def fuzz(build, target, seconds):
    found = build / "fuzz" / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    status, said = run(build, target, f"-max_total_time={seconds}", "-print_final_stats=1", found,
                       CORPUS / target, max_len=TARGETS[target].max_len)
    if status != 0:
        print(said[-6000:])
        raise SystemExit(f"{target}: FOUND something")
    print(f"{target}: {re.search(r'executed_units: *([0-9]+)', said).group(1)} inputs, nothing found")


def keep(build, target):
    found = build / "fuzz" / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    (CORPUS / target).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as least:
        status, said = run(build, target, "-merge=1", "-use_counters=0", least, CORPUS / target, found)
        if status != 0:
            raise SystemExit(said[-6000:])
        shutil.rmtree(CORPUS / target)
        kept = sorted(pathlib.Path(least).iterdir(), key=lambda path: path.stat().st_size)
        (CORPUS / target).mkdir()
        for path in kept:
            (CORPUS / target / path.name[:12]).write_bytes(path.read_bytes())
    print(f"{target}: {len(kept)} inputs")


if __name__ == "__main__":
    if sys.argv[1] == "break":
        sys.stdout.write(broken(sys.argv[2]))
    elif sys.argv[1] == "fuzz":
        fuzz(pathlib.Path(sys.argv[2]).resolve(), *sys.argv[3:])
    elif sys.argv[1] == "keep":
        keep(pathlib.Path(sys.argv[2]).resolve(), sys.argv[3])
    else:
        raise SystemExit(__doc__)
