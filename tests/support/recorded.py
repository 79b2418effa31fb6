# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hub's server and worker really ask of its private database: read from the database's own
general log, which only a test's database keeps. Each text must be one of src/db's statements, by
itself or in a group that goes to the server as one: so test_plans plans all that runs."""
import functools
import pathlib
import re

from support.statements import statements

FILE = "asked.general"  # beside the database; not *.log: those are looked through for secrets
LINE = re.compile(r"^(?:\d{6} [ \d]\d:\d\d:\d\d)?\t+ *(\d+) (\w[\w ]*)\t(.*)$")
GROUP = re.compile(r"BEGIN NOT ATOMIC (.*)END", re.DOTALL)
NO_STATEMENT = re.compile(r"START TRANSACTION; |COMMIT; |IF ROW_COUNT\(\) <> \d+ THEN SIGNAL .*?; END IF; ")
# Sent as text: the transaction's own words, and how a connection is set up and looked at.
TEXT = re.compile(r"START TRANSACTION|COMMIT|ROLLBACK|SET (SESSION|NAMES) .*")
ROLES = ("payer_serve", "payer_work")

RAN = set()  # names of statements that a server or a worker prepared, in all hubs of this run


@functools.cache
def known():
    """text -> name"""
    return {statement.sql: statement.name for statement in statements()}


def parts(text):
    """The statements in what was prepared at once."""
    group = GROUP.fullmatch(text)
    if not group:
        return [text]
    return [part for part in NO_STATEMENT.sub("", group.group(1)).split("; ") if part]


def family(name):
    """An INSERT of n rows is one of a family: entry_add_1 to entry_add_8."""
    return re.sub(r"_\d$", "", name)


def summary():
    """How many there are, and those that no server and no worker ran."""
    there, ran = ({family(name) for name in names} for names in (known().values(), RAN))
    return f"{len(there)} statements; not run by any hub: {' '.join(sorted(there - ran)) or '-'}"


class Recorder:
    """The record of one hub's private database, as far as it was read."""

    def __init__(self, hub):
        self._hub, self._file, self._read, self._roles = hub, None, 0, {}
        self._asked = None  # [connection, kind, text], which may go on in the next line

    def begin(self):
        """After each start of the database."""
        self._hub.sql(f"SET GLOBAL general_log_file = '{FILE}', GLOBAL log_output = 'FILE',"
                      " GLOBAL general_log = ON", schema="mysql")
        self._file = pathlib.Path(self._hub.sql("SELECT @@datadir", schema="mysql")[0]) / FILE

    def strangers(self):
        """What was asked since the last look, and is no statement that the plans know."""
        if not self._file or not self._file.exists():
            return []
        with self._file.open("rb") as file:
            file.seek(self._read)
            text = file.read().rpartition(b"\n")[0]  # the last line may still be being written
        self._read += len(text) + 1 if text else 0
        return [f"not a statement that test_plans knows: {stranger}"
                for asked in self._entries(text.decode(errors="replace"))
                for stranger in self._strange(*asked)]

    def _entries(self, text):
        """Each is known to be whole when the next one begins."""
        for line in text.split("\n") if text else ():
            match = LINE.match(line)
            if match:
                if self._asked:
                    yield self._asked
                self._asked = list(match.groups())
            elif self._asked:
                self._asked[2] += f"\n{line}"

    def _strange(self, number, kind, text):
        if kind == "Connect":
            self._roles[number] = text.partition("@")[0]
        elif self._roles.get(number) in ROLES:
            if kind == "Query":
                yield from [] if TEXT.fullmatch(text) else [text]
            for part in parts(text) if kind == "Prepare" else ():
                if part in known():
                    RAN.add(known()[part])
                else:
                    yield part
