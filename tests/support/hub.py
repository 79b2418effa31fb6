# SPDX-License-Identifier: GPL-3.0-or-later
"""A real hub for tests: its own home, private database, server and worker, all stopped by their
own process ids. What a test asks for is asked as an operator or a client would: command line,
SOAP, metrics, files. Nothing here knows the hub's tables.
"""
import atexit
import contextlib
import csv
import dataclasses
import datetime
import glob
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import types
import urllib.request
import zoneinfo

from support.channel import PATH, ZeepChannel
from support.codes import COLUMNS, fiscal_code, notice_number
from support.ente import Ente
from support.recorded import FILE as RECORD, Recorder
from support.registry import PASSWORD, debt_types, prepare
from support.wait import SANITIZED, SLOWER, wait_until
from support.witness import ROOT, Lines, parse

COMUNE, ASL = "77777777777", "88888888888"
PSP, PSP_BROKER = "PSPPROVA", "66666666666"
ATM, CALL_CENTRE, DESK = (f"{PSP_BROKER}_{n:02d}" for n in (1, 2, 3))
FDR = "{http://www.digitpa.gov.it/schemas/2011/Pagamenti/}"
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}"
ROME = zoneinfo.ZoneInfo("Europe/Rome")
MEANT = {("flow", "run"), ("registry", "import"), ("payment", "reverse"),
         ("payment", "close-reversal")}  # ask first: a test means what it says
FOUND = ("Sanitizer", "runtime error:")  # what one says of a program
START_S = 25 * SLOWER  # for a daemon to say that it listens
STOP_S = 35 * SANITIZED  # its own limits are 30 s


def program():
    """The payer to test: $PAYER_BIN, $PAYER (tests/run sets it), else the one that make built."""
    given = os.environ.get("PAYER_BIN") or os.environ.get("PAYER")
    return pathlib.Path(given) if given else ROOT / "build" / "bin" / "payer"


def run_measured(process):
    """Wait for a process of ours; the most memory that it had, in MiB. What the kernel says of it
    after its end (ru_maxrss) begins with ours, from before its exec."""
    most = 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            most = max([most, *(int(kib) for kib in re.findall(r"VmHWM:\s+(\d+)", status))])
        time.sleep(0.01)
    return most / 1024


@dataclasses.dataclass(frozen=True)
class Notice:
    """A payment notice that was loaded: what a payer holds in hand."""
    creditor: str
    number: str
    amount: str
    own_id: str

    @property
    def iuv(self):
        return self.number[1:]


class Clock:
    """Moves server, worker and database together: a file that libfaketime reads on each call. It
    begins at noon in Rome, so that no test meets an end of a day that it did not ask for."""

    def __init__(self, home):
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not libraries:
            raise RuntimeError("libfaketime is not installed (package faketime)")
        self.file, self.offset_s = home / "clock", 0
        noon = self.now().astimezone(ROME).replace(hour=12, minute=0, second=0)
        self.to(noon + datetime.timedelta(days=noon < self.now()))
        self.environment = {
            "LD_PRELOAD": libraries[0], "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}

    def forward(self, days=0, hours=0, minutes=0, seconds=0):
        self.offset_s += ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        self._write()

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(
            seconds=self.offset_s)

    def to(self, instant):
        """Forward to an instant, with a second on top."""
        seconds = int((instant - self.now()).total_seconds()) + 1
        assert seconds > 0, f"{instant} is past"
        self.forward(seconds=seconds)

    @staticmethod
    def tidy():
        """Remove what libfaketime leaves in shared memory of processes that ended."""
        for path in glob.glob("/dev/shm/*faketime_s*_*"):
            if not os.path.exists(f"/proc/{path.rpartition('_')[2]}"):
                pathlib.Path(path).unlink(missing_ok=True)

    def _write(self):
        new = self.file.with_suffix(".new")
        new.write_text(f"+{self.offset_s}\n")
        new.rename(self.file)  # a reader sees the old or the new, never half


class Daemon:
    """A process of ours in the background, with its output in files."""

    def __init__(self, name, arguments, environment, folder):
        self.name = name
        self.out, self.log = folder / f"{name}.out", folder / f"{name}.log"
        with self.out.open("ab") as out, self.log.open("ab") as log:
            self._skip = out.tell()
            self.process = subprocess.Popen(arguments, env=environment, cwd=folder, stdout=out,
                                            stderr=log, stdin=subprocess.DEVNULL)

    def first_line(self):
        def whole_line():
            if self.process.poll() is not None:
                raise AssertionError(f"payer {self.name} ended with {self.process.returncode}:\n"
                                     + self.log.read_text(errors="replace")[-3000:])
            text = self.out.read_bytes()[self._skip:].decode()
            return text.partition("\n")[0] if "\n" in text else None

        return wait_until(whole_line, f"the first line of payer {self.name}", START_S)

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM, which must end it in time and cleanly."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"payer {self.name} did not end on SIGTERM") from None
        return self.process.returncode


class Made:
    """A private database as the first hub of a run has made it: tables and schema are not what most
    others are about, and making them is most of a start."""

    def __init__(self):
        self.folder = None

    def start(self, hub):
        data = hub.home / "var" / "db" / "data"
        if self.folder:
            data.parent.mkdir(parents=True, mode=0o700)
            self._copy(self.folder, data)
        hub.payer("db", "start")
        hub.payer("db", "migrate")
        if self.folder or hub.clock:  # what was made in its time is younger than others' today
            return
        hub.payer("db", "stop")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="payer-made-", dir="/tmp"))
        atexit.register(shutil.rmtree, self.folder)
        self._copy(data, self.folder)
        hub.payer("db", "start")

    @staticmethod
    def _copy(source, target):
        subprocess.run(["cp", "-a", "--sparse=always", f"{source}/.", target], check=True)
        (target / RECORD).unlink(missing_ok=True)


made = Made()


class Hub:
    """One hub with its simulated Enti.
    @param settings  {"section.key": value} for payer.conf, or a function of the hub that returns
                     them: for those that need its folder, or change its peers or its database"""

    def __init__(self, settings=None, clock=False):
        # Short: the database's socket lies below it, and its path may have 107 bytes.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="payer-", dir="/tmp"))
        self.clock = Clock(self.home) if clock else None
        self.secrets = {PASSWORD}  # never to be found in a log
        self.known = set()  # findings that a test was already told of
        self.violations = Lines(self.home / "channels.violations.jsonl")
        self.serve = self.work = self.recorder = None
        self.peers = Ente(self.home / "ente", peers=[])
        self._base = secrets.randbelow(10 ** 12)  # of notice numbers: unique in this hub
        self._own = 0
        # Names like PAYER_SERVE_PORT configure the hub: none of ours may reach it by chance.
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("PAYER")}
        self.environment["PAYER_CONFIG"] = str(self.home / "payer.conf")
        if self.clock:
            self.environment.update(self.clock.environment)
        self.database = None  # another MariaDB than the private one: start(), stop()
        self.settings = dict(settings(self) if callable(settings) else settings or {})

    # --- life ---------------------------------------------------------------------------------

    def record(self):
        """Keep what its private database is asked, for findings(); before it starts."""
        self.recorder = Recorder(self)

    def start(self):
        if not program().exists():
            raise AssertionError(f"{program()} is not built: run make")
        self.write_config()
        self.registry = self.home / "registry.xml"
        peers = prepare(ROOT / "conf" / "registry-example.xml", self.registry, self.peers.url,
                        self.home / "secrets")
        self.debt_types = debt_types(parse(self.registry.read_bytes()))
        self.peers.peers = peers
        self.secrets.update(peer.password for peer in peers if peer.password)
        self.peers.start()
        if self.database:
            self.database.start()
            self.database.sql(self.payer("db", "accounts").stdout)
            self.payer("db", "migrate")
        else:
            made.start(self)
        self.payer("registry", "import", str(self.registry))
        self.start_serve()
        self.start_work()
        return self

    def write_config(self):
        """payer.conf as self.settings say: read at a start, or on SIGHUP."""
        settings = {
            "hub.home": self.home, "hub.share": ROOT, "serve.port": 0, "serve.workers": 8,
            "metrics.port": 0, "db.buffer_pool": "64MiB", "db.log_size": "32MiB",
            "work.peer_loopback": "yes", "work.tick": "50ms", "work.backoff": "200ms",
            **self.settings,
        }
        sections = {}
        for name, value in settings.items():
            section, _, key = name.partition(".")
            sections.setdefault(section, []).append(f"{key} = {value}\n")
        (self.home / "payer.conf").write_text("".join(
            f"[{section}]\n{''.join(lines)}\n" for section, lines in sections.items()))

    def start_serve(self):
        self.serve = Daemon("serve", [program(), "serve"], self.environment, self.home)
        line = self.serve.first_line()
        ports = dict(re.findall(r"(http|tls|metrics)=(-?\d+)", line))
        if not line.startswith("listening ") or "http" not in ports:
            raise AssertionError(f"payer serve said {line!r}, expected: listening http=PORT …")
        self.url = f"http://127.0.0.1:{ports['http']}"
        self.tls_url = f"https://127.0.0.1:{ports['tls']}"
        self.metrics_url = f"http://127.0.0.1:{ports['metrics']}/metrics"

    def start_work(self, to_die=False):
        """@param to_die  it is not waited for: it may end before it says that it works"""
        self.work = Daemon("work", [program(), "work", "--set", "work.metrics_port=0"],
                           self.environment, self.home)
        if to_die:
            return
        line = self.work.first_line()
        if not line.startswith("working "):
            raise AssertionError(f"payer work said {line!r}, expected: working metrics=PORT")
        self.work_metrics_url = f"http://127.0.0.1:{line.rpartition('=')[2]}/metrics"

    def stop(self, keep=False):
        """End everything that was started; errors of one do not spare the next."""
        errors = []
        for end in (self.serve and self.serve.stop, self.work and self.work.stop,
                    self.database.stop if self.database else lambda: self.payer("db", "stop"),
                    self.peers.stop):
            try:
                status = end and end()
                if isinstance(status, int) and status not in (0, -signal.SIGKILL):
                    errors.append(f"{end.__self__.name} ended with {status}")
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                errors.append(str(error))
        if self.clock:
            self.clock.tidy()
        if not keep and not errors:
            shutil.rmtree(self.home, ignore_errors=True)
        if errors:
            raise AssertionError(f"{self.home}: " + "; ".join(errors))

    # --- the operator -------------------------------------------------------------------------

    def payer(self, *arguments, ok=(0,), stdin=None, yes=True):
        """Run a command; its exit status must be one of ok.
        @param yes  no: what it asks stays unanswered"""
        meant = ["--yes"] if yes and arguments[:2] in MEANT else []
        done = subprocess.run([program(), *arguments, *meant], env=self.environment, cwd=self.home,
                              input=stdin, capture_output=True, text=True, timeout=60 * SLOWER,
                              check=False)
        if done.returncode not in ok or any(sign in done.stderr for sign in FOUND):
            raise AssertionError(f"payer {' '.join(arguments)}: exit {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        if self.recorder and arguments[:2] == ("db", "start") and done.returncode == 0:
            self.recorder.begin()
        return done

    def json(self, *arguments, ok=(0,)):
        """A command's --json: an object, or a list where it prints one a line."""
        lines = self.payer(*arguments, "--json", ok=ok).stdout.splitlines()
        objects = [json.loads(line, object_hook=lambda d: types.SimpleNamespace(**d))
                   for line in lines if line.strip()]
        return objects

    def sql(self, text, timeout_s=10 * SLOWER, schema="payer"):
        """Ask the private database past the program: its lines, without a head."""
        socket = self.json("db", "status", ok=(0, 1))[0].socket  # 1: its schema is not the last
        done = subprocess.run(
            ["mariadb", f"--socket={socket}", "--default-character-set=utf8mb4",
             "--skip-column-names", "--batch", "-e", text, schema],
            capture_output=True, encoding="utf-8", timeout=timeout_s, check=True, env=self.environment)
        return done.stdout.splitlines()

    def load(self, rows, ok=(0,), verb="load", options=()):
        """`payer position load` (or another verb that takes a file) of rows (dicts of COLUMNS); what
        it printed, and the rejects."""
        path, rejects = self.home / "load.csv", self.home / "rejects.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(rows)
        rejects.unlink(missing_ok=True)
        done = self.payer("position", verb, str(path), "--rejects", str(rejects), *options, ok=ok)
        done.rejects = rejects.read_text(encoding="utf-8") if rejects.exists() else ""
        return done

    def row(self, creditor=COMUNE, debt_type=None, amount="12.34", **fields):
        """A row for load(): a new position with a notice of its own; its debtor is a canary."""
        self._own += 1
        n = self._base + self._own
        debtor = f"Debitore Canarino {n:013d}"
        code = fiscal_code(n)
        self.secrets.update((debtor, code))
        return {
            "creditor": creditor, "own_id": f"T-{n}",
            "debt_type": debt_type or {COMUNE: "TARI", ASL: "TICKET"}[creditor],
            "debtor_kind": "F", "debtor_code": code, "debtor_name": debtor,
            "description": f"Debito di prova {n}", "option": "single", "instalment": "1",
            "amount": amount, "due_date": "2099-12-31",
            "notice_number": notice_number(creditor, n), **fields}

    def position_new(self, creditor=COMUNE, **fields):
        row = self.row(creditor, **fields)
        self.load([row])
        return Notice(creditor, row["notice_number"], row["amount"], row["own_id"])

    def position(self, notice):
        """`payer position show` of a notice."""
        return self.json("position", "show", notice.number)[0]

    def metrics(self):
        """What the server counts: {name with labels: value}"""
        return self._metrics(self.metrics_url)

    def work_metrics(self):
        return self._metrics(self.work_metrics_url)

    @staticmethod
    def _metrics(url):
        with urllib.request.urlopen(url, timeout=10 * SLOWER) as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, _, value in
                (line.rpartition(" ") for line in lines if line and line[0] != "#")}

    # --- the flows ----------------------------------------------------------------------------

    def flow_files(self):
        return sorted(self.home.glob("var/flow/**/*.xml"))

    def fdr(self, iuv):
        """[(file's root, its record)] of each FlussoRiversamento that holds an IUV."""
        found = []
        for root in self._roots(f"{FDR}FlussoRiversamento"):
            for record in root.iter(f"{FDR}datiSingoliPagamenti"):
                if record.findtext(f"{FDR}identificativoUnivocoVersamento") == iuv:
                    found.append((root, record))
        return found

    def transfers(self, flow_id):
        """[(file's root, CdtTrfTxInf)] of each pain.001 whose causale names a flow."""
        return [(root, transfer) for root in self._roots(f"{PAIN}Document")
                for transfer in root.iter(f"{PAIN}CdtTrfTxInf")
                if transfer.findtext(f"{PAIN}RmtInf/{PAIN}Ustrd", "").endswith(f"/URI/{flow_id}")]

    def _roots(self, tag):
        different = {path.read_bytes() for path in self.flow_files()}
        return [root for root in map(parse, different) if root.tag == tag]

    # --- clients ------------------------------------------------------------------------------

    def channel(self, code=ATM, wsdl=None, **changes):
        """A zeep client of one of the example's channels."""
        who = {"psp": PSP, "broker": PSP_BROKER, "channel": code, "password": PASSWORD, **changes}
        client = ZeepChannel(wsdl or f"{self.url}{PATH}?wsdl", *who.values(),
                             address=f"{self.url}{PATH}", book=self.home / "book.jsonl",
                             violations=self.violations.path)
        client.hub = self
        return client

    # --- what must hold after each test -------------------------------------------------------

    def findings(self):
        """Everything that is wrong although no test asked: texts."""
        wrong = []
        audit = self.payer("audit", ok=range(256))
        if audit.returncode != 0:
            wrong.append(f"payer audit: exit {audit.returncode}\n{audit.stdout}{audit.stderr}")
        wrong += [f"violation: {v}" for v in self.violations.read() + self.peers.violations.read()]
        if self.serve.alive():
            bugs = self.metrics().get("payer_bugs_total", 0)
            if bugs:
                wrong.append(f"payer_bugs_total is {bugs:g}")
        wrong += self.recorder.strangers() if self.recorder else []
        tokens = {line["token"] for line in Lines(self.home / "book.jsonl").read()
                  if line.get("token")}
        for path in self.home.glob("**/*.log"):
            text = path.read_text(errors="replace")
            for sign in ("event=bug", *FOUND):
                if sign in text:
                    wrong.append(f"{path} says: {text[text.index(sign):][:3000]}")
            wrong += [f"{path.name} holds a secret: {secret[:4]}…"
                      for secret in self.secrets | tokens if secret in text]
        return wrong


class Creditor:
    """An Ente as a test sees it: its positions, what it was told."""

    def __init__(self, hub, code):
        self.hub, self.code = hub, code

    def position(self, **fields):
        return self.hub.position_new(self.code, **fields)

    def told(self, notice, operation=None):
        """Messages that this Ente took about a notice, each once."""
        return self.hub.peers.receipts(notice.number, self.code, operation)

    def receipts(self, notice):
        """How many receipts it holds for a notice: the same one at two destinations is one."""
        return len({message["receipt"] for message in self.told(notice)})

    def destinations(self):
        return [p for p in self.hub.peers.peers if p.creditor == self.code]

    def wait_told(self, notice, timeout_s=10):
        """Wait until each destination took its message; the messages."""
        return wait_until(lambda: len(self.told(notice)) >= len(self.destinations())
                          and self.told(notice), f"{self.code} told of {notice.number}", timeout_s)


__all__ = ["ASL", "ATM", "CALL_CENTRE", "COMUNE", "Clock", "Creditor", "DESK", "Hub", "Notice",
           "PSP", "PSP_BROKER", "fiscal_code", "notice_number", "wait_until"]
