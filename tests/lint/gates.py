#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""House rules that a search can check. Prints path:line: what is wrong; exit status 1 if any.

Run from anywhere: tests/lint/gates.py. The tables at the top are the rules; see CONTRIBUTING.md.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BANNED = r"strcpy|strcat|strncpy|strncat|stpcpy|sprintf|vsprintf|strtok|gets|system|popen|atoi|atol|atoll|" \
         r"atof|alloca|gmtime|asctime|ctime|rand|srand|tmpnam|tempnam|mktemp|sleep|usleep"
# What means another thing on another machine: the account's language and time zone.
AMBIENT = r"setlocale|strcoll|strtod|strtof|localtime|localtime_r|mktime|strptime|tzset"
# (folders, not in these, pattern, what to say). Comments are taken away first; `code` rules do
# not look into string literals, `text` rules look only there.
CODE_RULES = [
    ("src", (), rf"(?<![\w.>])(?:{BANNED})\s*\(", "banned call: bounded, re-entrant ones only"),
    ("src", (), rf"(?<![\w.>])(?:{AMBIENT})\s*\(", "depends on the account's language or time zone"),
    ("src", (), r"\b(?:double|float)\b", "money and time are integers"),
    ("src", (), r"\btypedef\s+struct\b", "no typedef for structs"),
]
TEXT_RULES = [
    ("src", ("src/db/",), r"^\s*(?:SELECT\s|INSERT\s+(?:INTO|IGNORE)\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
     r"|CREATE\s+TABLE|START\s+TRANSACTION|COMMIT$|ROLLBACK$)", "SQL text lives in src/db/ alone"),
    ("src/db", (), r"GET_LOCK|LOCK TABLES|\bXA\s", "[R10] no advisory locks, table locks or XA"),
]
FILE_LINES, FUNCTION_LINES = 500, 70
TAG = re.compile(r"\[((?:[WIFRX]\d+)(?:\.\d+[a-z]?)?)\]")
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
ELSEWHERE = re.compile(r"\b(?:DESIGN|STYLE|UX|FAULTS|WIRE|FLOWS|LISTENER|MISSION)(?:\.md|,? (?:§|row|section))")
SPDX_KINDS = {".c", ".h", ".def", ".py", ".sh", ".mk", ".xsl", ".xsd", ".wsdl", ".xml"}
TAG_KINDS = SPDX_KINDS | {".sql", ""}
GOLDEN = re.compile(r"tests/(xslt|fuzz|contract)/.*\.(in|out)(\.|$)|/bad/")

problems = []


def wrong(path, line, what):
    problems.append(f"{path}:{line}: {what}")


def files():
    """Every file that git tracks or would: the ignored ones are nobody's source."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT,
                            check=True, capture_output=True, text=True).stdout
    for name in sorted(filter(None, listed.split("\0"))):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            yield name, path


def blank(text):
    """The same text with all but line ends blanked, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", text)


def split_c(source):
    """Return the source without comments and literals, and its literals as (line, text)."""
    literals = []

    def take(match):
        token = match.group()
        if token[0] == '"':
            literals.append((source.count("\n", 0, match.start()) + 1, token[1:-1]))
        return blank(token)
    return TOKEN.sub(take, source), literals


def applies(name, folder, but):
    return name.startswith(folder + "/") and not any(name.startswith(b) for b in but)


def check_c(name, source):
    code, literals = split_c(source)
    for number, line in enumerate(code.split("\n"), 1):
        for folder, but, pattern, what in CODE_RULES:
            if applies(name, folder, but) and re.search(pattern, line):
                wrong(name, number, f"{what}: {line.strip()}")
    for number, text in literals:
        for folder, but, pattern, what in TEXT_RULES:
            if applies(name, folder, but) and re.search(pattern, text):
                wrong(name, number, f"{what}: {text[:60]}")
    check_functions(name, code)
    if name.startswith("src/db/"):
        check_owned(name, source)


def check_owned(name, source):
    """[I13] A statement marked DB_OWNED binds the Ente whose rows it touches."""
    for match in re.finditer(r"struct db_stmt (\w+) = \{(.*?)\};", source, re.S):
        body = TOKEN.sub(lambda m: m.group() if m.group()[0] == '"' else "", match.group(2))
        sql = " ".join(re.findall(r'"((?:\\.|[^"\\])*)"', body))
        if "DB_OWNED" in body and not re.search(
                r"\bcreditor = \?|\bINSERT INTO \w+ \([^)]*\bcreditor\b", sql):
            wrong(name, source.count("\n", 0, match.start()) + 1,
                  f"[I13] {match.group(1)} is DB_OWNED and does not bind a creditor")


def check_functions(name, code):
    """Linux braces: a function's body opens and closes in column one."""
    lines, begin = code.split("\n"), None
    if len(lines) > FILE_LINES + 1 and name.startswith("src/"):
        wrong(name, FILE_LINES, f"file of {len(lines) - 1} lines, {FILE_LINES} at most")
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            begin = number
        elif line.startswith("}") and begin:
            if number - begin - 1 > FUNCTION_LINES:
                wrong(name, begin, f"function of {number - begin - 1} lines, {FUNCTION_LINES} at most")
            begin = None


def check_any(name, path, source, known, used):
    kind = path.suffix
    if kind in SPDX_KINDS and not GOLDEN.search(name) and "SPDX-License-Identifier: GPL-3.0-or-later" \
            not in "\n".join(source.split("\n", 6)[:6]):
        wrong(name, 1, "no SPDX line at the top")
    if kind in (".c", ".h", ".def") and "\t" in source:
        wrong(name, source[:source.index("\t")].count("\n") + 1, "tab")
    for number, line in enumerate(source.split("\n"), 1):
        if ELSEWHERE.search(line) and not name.startswith("tests/lint/"):
            wrong(name, number, "names a page that the reader does not have")
    if name.startswith("tests/lint/") or name.startswith("docs/") or kind not in TAG_KINDS:
        return
    for number, line in enumerate(source.split("\n"), 1):
        if re.search(r"\b(?:TO" + r"DO|FIX" + r"ME)\b", line):
            wrong(name, number, "unfinished: finish it, or write it under README's known limits")
        for tag in TAG.findall(line):
            used.setdefault((tag, name.startswith("tests/")), (name, number))
            if tag not in known:
                wrong(name, number, f"tag [{tag}] is not in docs/rules.md")


def check_claims(used):
    """A rule that the code says it keeps has a test that says so."""
    for (tag, tested), (name, number) in used.items():
        if not tested and (tag, True) not in used:
            wrong(name, number, f"tag [{tag}] stands in no test")


def check_migrations():
    """A step's number is its own: two that were written side by side would refuse each other."""
    taken = {}
    for path in sorted((ROOT / "db/migrations").glob("*.sql")):
        other = taken.setdefault(path.name[:4], path)
        if other is not path:
            wrong(path.relative_to(ROOT), 1, f"its number is taken by {other.name}")


def check_notice():
    """Each package of deps/debian.txt has its line in NOTICE."""
    notice = (ROOT / "NOTICE").read_text()
    for number, line in enumerate((ROOT / "deps/debian.txt").read_text().split("\n"), 1):
        word = line.split()
        if word and word[0][0] != "#" and not re.search(
                rf"(?m)(?:^|[\s,]){re.escape(word[1])}(?:[\s,]|$)", notice):
            wrong("deps/debian.txt", number, f"{word[1]} is not in NOTICE")


def check_map():
    """docs/architecture.md names each folder and each table."""
    page = (ROOT / "docs/architecture.md").read_text()
    folders = {"/".join(name.split("/")[:2 if name.startswith("src/") else 1])
               for name, _ in files() if "/" in name and not name.startswith((".", "wsdl/", "xslt/"))}
    for folder in sorted(folders):
        if not re.search(rf"`{folder}[/`]", page):
            wrong("docs/architecture.md", 1, f"the folder {folder}/ is not in its table")
    for table in re.findall(r"CREATE TABLE `(\w+)`", (ROOT / "db/schema.sql").read_text()):
        if not re.search(rf"\b{table}\b", page):
            wrong("docs/architecture.md", 1, f"the table {table} is not in its picture of the data")


def check_paths():
    """What pages for readers name is there. Decisions (docs/adr) speak of their own day."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        for number, line in enumerate(page.read_text().split("\n"), 1):
            for path in re.findall(r"(?<![\w/])(?:src|tests|mk|deps|conf|db|demo|wsdl|xslt|docs)/[\w./-]*\w", line):
                if not (ROOT / path).exists() and not list(ROOT.glob(path + "-*")):
                    wrong(page.relative_to(ROOT), number, f"names {path}, which is not there")


def main():
    rules = (ROOT / "docs/rules.md").read_text()
    known = set(re.findall(r"(?m)^\| *([WIFRX]\d+(?:\.\d+[a-z]?)?) *\|", rules))
    used = {}
    for name, path in files():
        source = path.read_bytes().decode("utf-8", "replace")
        check_any(name, path, source, known, used)
        if path.suffix in (".c", ".h"):
            check_c(name, source)
    check_claims(used)
    check_migrations()
    check_notice()
    check_map()
    check_paths()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
