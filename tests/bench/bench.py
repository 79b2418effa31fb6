#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures a hub against limits of the same machine, in interleaved rounds; prints all figures
and a table, writes them as JSON. What is measured, and why so: README.md beside this file.

    bench.py --bench DIR --out FILE --request FILE [--flows | --idle]
"""
import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

import idle
from load import Loading
from station import Stations
from support.channel import PATH, RawChannel, envelope
from support.hub import ASL, ATM, COMUNE, Hub, PASSWORD, PSP, PSP_BROKER, wait_until
from support.slow import SlowClients

HERE = pathlib.Path(__file__).resolve().parent
SHEETS = HERE.parents[1] / "xslt"
FORMAT = SHEETS / "flow" / "flusso-riversamento-1.0"
ROUNDS = 3
SECONDS = 3          # of each measure in a round
WORKERS = 16         # of the no-op; the hub has its own default
VERIFY_CONNECTIONS = 32, 256
PAY_CONNECTIONS = 64
ASKED = 64           # different notices that verify asks for
PAID = 2500          # notices that a round can pay at most
CHUNK = 2000         # positions a load
STATION_CONNECTIONS = 4  # as many as may wait for one station by default
SLOW = 100           # slow clients beside the smaller number of connections
FLOW = 1_000_000     # payments of a flow that is made from memory
FLOW_WHOLE = 100_000  # of one that xsltproc can hold: 600 MB
FLOW_TARGET, PUBLISH_TARGET, FLOW_MIB = 3, 1.2, 64
VERIFY_TARGET, PAY_TARGET, STATEMENTS_TARGET, SLOW_TARGET = 0.35, 0.2, 16, 4
STATION_TARGET, SLOW_STATION_TARGET = 0.3, 2
RECORDS = int(os.environ.get("BENCH_RECORDS", "1000000"))  # of a load
LOAD_TARGET, LOAD_MEMORY_MIB = 0.25, 64
IDLE_KIB = {"plain": 4, "TLS": 24}  # of a connection that waits after a request


def run(*arguments, timeout_s=60):
    """What a load program prints; its exit status must be 0."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True,
                          timeout=timeout_s, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {arguments[0]}: exit {done.returncode}: {done.stderr[-1500:]}")
    return done.stdout


def cpu_us(pids):
    """Processor time that processes took so far: what others on the machine hardly change."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1e6 / os.sysconf("SC_CLK_TCK")


def load_average():
    return " ".join(f"{load:.2f}" for load in os.getloadavg())


class Noop:
    """The prototype listener, which answers verify without a database."""

    def __init__(self, program, request):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self.requests = f"http://127.0.0.1:{port}{PATH}", [request]
        self.process = subprocess.Popen([program, "--port", str(port), "--workers", str(WORKERS)])
        wait_until(lambda: self._answers(port), "the prototype listener", 5)

    @staticmethod
    def _answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Bench:
    """A hub with notices, and its figures: name -> list of a figure a round."""

    def __init__(self, folder, hub):
        self.folder, self.hub, self.rows, self.raw = folder, hub, [], {}

    def note(self, name, value, more=""):
        """Keep a figure of this round and print it."""
        self.raw.setdefault(name, []).append(round(value, 1))
        print(f"  {name:<22} {value:10,.1f} {more}", flush=True)

    # --- what there is before the first round ---------------------------------------------------

    def load(self, paid):
        for i in range(ASKED + paid + 1):
            self.rows.append(self.hub.row(ASL if i % 6 == 5 else COMUNE))
        for i in range(0, len(self.rows), CHUNK):
            self.hub.load(self.rows[i:i + CHUNK])
        lines = [f"{r['creditor']} {r['notice_number']} {r['amount']}\n" for r in self.rows]
        (self.folder / "notices").write_text("".join(lines))
        self.requests = []
        for i, row in enumerate(self.rows[:ASKED]):
            path = self.folder / f"verify-{i:02d}.xml"
            path.write_bytes(envelope("verifyPaymentNoticeReq", {
                "idPSP": PSP, "idBrokerPSP": PSP_BROKER, "idChannel": ATM, "password": PASSWORD,
                "qrCode": {"fiscalCode": row["creditor"], "noticeNumber": row["notice_number"]}}))
            self.requests.append(path)

    def warm_up(self):
        """Each notice once, which also says that it is answered; the first password is slow."""
        channel = RawChannel(self.hub.url, PSP, PSP_BROKER, ATM, PASSWORD)
        for row in self.rows[:ASKED]:
            answer = channel.verify(row["creditor"], row["notice_number"])
            if answer.outcome != "OK":
                sys.exit(f"bench: verify answered {answer.fault}")
        channel.close()
        self.pay(len(self.rows) - 1, 1, connections=1)

    # --- measures -------------------------------------------------------------------------------

    def hub_pids(self):
        return self.hub.serve.process.pid, self.hub.json("db", "status")[0].pid

    def wrk(self, name, url, requests, connections, pids):
        before_us = cpu_us(pids)
        out = run("wrk", "-t", 2, "-c", connections, "-d", f"{SECONDS}s", "--timeout", "10s",
                  "-s", HERE / "load.lua", url, "--", "verifyPaymentNotice", *requests)
        line = next(line for line in out.splitlines() if line.startswith("RESULT "))
        count, us, errors, p99_us = map(int, line.split()[1:])
        if errors:
            sys.exit(f"bench: {name}: {errors} errors\n{out}")
        self.note(name, count * 1e6 / us, f"requests/s   p99 {p99_us / 1000:.1f} ms, "
                                          f"{(cpu_us(pids) - before_us) / count:.0f} us of CPU each")
        return p99_us

    def beside_slow(self):
        """The same verify, alone and beside slow clients."""
        measure = (self.hub.url + PATH, self.requests, VERIFY_CONNECTIONS[0], self.hub_pids())
        self.note("p99 alone", self.wrk("verify alone", *measure) / 1000, "ms")
        slow = SlowClients(self.hub.url, PATH, SLOW)
        self.note("p99 beside slow", self.wrk("verify beside slow", *measure) / 1000, "ms")
        if len(slow) != SLOW:
            sys.exit(f"bench: {len(slow)} slow clients are left")
        slow.stop()

    def through_station(self):
        """The same operation, answered from the database and by asking a station on this machine."""
        hosted = (self.hub.url + PATH, self.requests, STATION_CONNECTIONS, self.hub_pids())
        asked = (self.hub.url + PATH, [self.stations.request], STATION_CONNECTIONS,
                 [*self.hub_pids(), self.stations.process.pid])
        self.wrk("verify hosted", *hosted)
        before = self.stations.calls()
        self.wrk("verify through station", *asked)
        self.stations.answered(before)

    def beside_slow_station(self):
        """Hosted Enti alone, and beside a station that takes 5 s."""
        measure = (self.hub.url + PATH, self.requests, VERIFY_CONNECTIONS[0], self.hub_pids())
        self.note("p99 without station", self.wrk("verify without station", *measure) / 1000, "ms")
        with self.stations.slow():
            self.note("p99 beside station", self.wrk("verify beside station", *measure) / 1000,
                      "ms")

    def commit(self):
        count, us = map(int, run(self.folder / "commit", self.socket, "payer_migrate", "payer",
                                 PAY_CONNECTIONS, SECONDS).split())
        self.note("commit", count * 1e6 / us, "commits/s")

    def pay(self, start, count, connections=PAY_CONNECTIONS):
        port = self.hub.url.rpartition(":")[2]
        return list(map(int, run(self.folder / "pay", port, self.folder / "notices", start, count,
                                 connections, SECONDS).split()))

    def pay_round(self, nth):
        pids = self.hub_pids()
        before, before_us = self.statements(), cpu_us(pids)
        count, us, p50_us, p99_us = self.pay(ASKED + nth * PAID, PAID)
        used_us = cpu_us(pids) - before_us
        asked = self.statements() - before - 1  # without our own
        self.note("pay", count * 1e6 / us,
                  f"payments/s   p50 {p50_us / 1000:.1f} ms, p99 {p99_us / 1000:.1f} ms, "
                  f"{used_us / count:.0f} us of CPU each")
        self.note("statements", asked / count, "a payment")

    def statements(self):
        out = run("mariadb", "--no-defaults", "--socket", self.socket, "--user", "payer_audit",
                  "--skip-column-names", "--execute", "SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(out.split()[1])

    # --- flows: of ready records, without a hub -------------------------------------------------

    def flow_load(self):
        """What xsltproc reads: the same records as one document."""
        program = [self.folder / "flow", FORMAT, SHEETS / "lib", self.folder]
        with (self.folder / "flow.xml").open("wb") as file:
            subprocess.run([*program, str(FLOW_WHOLE), "document"], stdout=file, check=True)
        self.flow_program = program

    def flow_round(self):
        made = self.folder / "flow.out.xml"
        whole_us = self.timed("xsltproc", "--nonet", "-o", made, FORMAT / "sheet.xsl",
                              self.folder / "flow.xml")
        valid_us = self.timed("xmllint", "--stream", "--noout", "--schema", FORMAT / "output.xsd", made)
        made.unlink()
        count, us, check_us, kib = map(int, run(*self.flow_program, FLOW, timeout_s=300).split())
        self.note("xsltproc", FLOW_WHOLE * 1e6 / whole_us, "records/s")
        self.note("flow transformed", count * 1e6 / (us - check_us), "records/s")
        self.note("xsltproc + xmllint", FLOW_WHOLE * 1e6 / (whole_us + valid_us), "records/s")
        self.note("flow published", count * 1e6 / us, "records/s")
        self.note("flow memory", kib / 1024, "MiB at most")

    @staticmethod
    def timed(*command):
        before = time.monotonic()
        run(*command)
        return (time.monotonic() - before) * 1e6

    @property
    def socket(self):
        return next(self.hub.home.glob("var/db/**/*.sock"))


def load_once(bench, loading):
    """Once is enough: it is a hundred times as long as a measure of the others."""
    hub, data, memory = loading.round()
    bench.note("load", hub, f"positions/s   {memory:.0f} MiB")
    bench.note("LOAD DATA", data, "positions/s")
    bench.note("memory of a load", memory, "MiB")


def idle_once(bench):
    """Once, on a server that was just started: what others left free would hide the growth."""
    for kind, each in idle.idle(bench.hub, bench.requests[0].read_bytes()):
        bench.note(f"idle {kind}", each / 1024, f"KiB a connection, {idle.OPEN:,} of them")


def rounds(bench, noop):
    for nth in range(ROUNDS):
        print(f"round {nth + 1} of {ROUNDS}   load average {load_average()}")
        for connections in VERIFY_CONNECTIONS if noop else ():
            bench.wrk(f"no-op {connections}", noop.url, noop.requests, connections,
                      [noop.process.pid])
            bench.wrk(f"verify {connections}", bench.hub.url + PATH, bench.requests, connections,
                      bench.hub_pids())
        bench.beside_slow()
        bench.through_station()
        bench.beside_slow_station()
        bench.commit()
        bench.pay_round(nth)
        bench.flow_round()


def flow_rounds(bench):
    """The lines of flows alone: no hub is needed."""
    bench.flow_load()
    for nth in range(ROUNDS):
        print(f"round {nth + 1} of {ROUNDS}   load average {load_average()}")
        bench.flow_round()


def ratio(name, raw, above, below, target, share=1, at_most=False):
    """Median of the rounds' own ratios."""
    each = [a / (b * share) for a, b in zip(raw[above], raw[below])]
    return {"name": name, "ratio": round(statistics.median(each), 3), "target": target,
            "at_most": at_most, "unit": "ratio", "raw": {above: raw[above], below: raw[below]}}


def flow_results(raw):
    return [
        ratio("transforming a flow / xsltproc", raw, "flow transformed", "xsltproc", FLOW_TARGET),
        ratio("publishing a flow / xsltproc + xmllint", raw, "flow published", "xsltproc + xmllint",
              PUBLISH_TARGET),
        {"name": f"memory of a flow of {FLOW:,}", "ratio": max(raw["flow memory"]),
         "target": FLOW_MIB, "at_most": True, "unit": "MiB",
         "raw": {"flow memory": raw["flow memory"]}}]


def idle_results(raw):
    return [{"name": f"memory of an idle connection, {kind}", "ratio": raw[f"idle {kind}"][0],
             "target": kib, "at_most": True, "unit": "KiB",
             "raw": {f"idle {kind}": raw[f"idle {kind}"]}} for kind, kib in IDLE_KIB.items()]


def results(raw):
    found = [ratio(f"verify at {n} connections / no-op", raw, f"verify {n}", f"no-op {n}",
                   VERIFY_TARGET) for n in VERIFY_CONNECTIONS if f"no-op {n}" in raw]
    found.append(ratio("pay / half the commit ceiling", raw, "pay", "commit", PAY_TARGET, 0.5))
    found.append(ratio(f"p99 beside {SLOW} slow clients / alone", raw, "p99 beside slow",
                       "p99 alone", SLOW_TARGET, at_most=True))
    found.append(ratio("verify through a station / hosted", raw, "verify through station",
                       "verify hosted", STATION_TARGET))
    found.append(ratio("p99 beside a station of 5 s / alone", raw, "p99 beside station",
                       "p99 without station", SLOW_STATION_TARGET, at_most=True))
    found.append(ratio("load / LOAD DATA", raw, "load", "LOAD DATA", LOAD_TARGET))
    found += idle_results(raw)
    found.append({"name": "memory of a load", "ratio": raw["memory of a load"][0],
                  "target": LOAD_MEMORY_MIB, "at_most": True, "unit": "MiB",
                  "raw": {"memory of a load": raw["memory of a load"]}})
    found.append({"name": "statements a payment", "ratio": statistics.median(raw["statements"]),
                  "target": STATEMENTS_TARGET, "at_most": True, "unit": "statements",
                  "raw": {"statements": raw["statements"]}})
    return found + flow_results(raw)


def show(found):
    print(f"\n{'measure':<40} {'result':>8} {'target':>9}   median of {ROUNDS} rounds")
    for line in found:
        met = (line["ratio"] <= line["target"] if line["at_most"]
               else line["ratio"] >= line["target"])
        sign = "<=" if line["at_most"] else ">="
        print(f"{line['name']:<40} {line['ratio']:8.3f} {sign:>3} {line['target']:5g}   "
              f"{'met' if met else 'MISSED'}")
    print(f"load average {load_average()}, {os.cpu_count()} processors")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--bench", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--request", required=True, type=pathlib.Path)
    parser.add_argument("--flows", action="store_true", help="only the lines of flows")
    parser.add_argument("--idle", action="store_true", help="only the lines of idle connections")
    options = parser.parse_args()
    if options.flows:
        bench = Bench(options.bench, None)
        flow_rounds(bench)
        show(flow_results(bench.raw))
        return
    program, started, noop, stations = options.bench / "noop", time.monotonic(), None, None
    hub = Hub(lambda hub: {"db.buffer_pool": "256MiB", "db.log_size": "256MiB",
                           "log.level": "warn", **idle.settings(hub)})
    try:
        hub.start()
        hub.work.stop()  # what the worker sends is not part of a payment
        bench = Bench(options.bench, hub)
        bench.load(0 if options.idle else ROUNDS * PAID)
        bench.warm_up()
        idle_once(bench)
        if options.idle:
            show(idle_results(bench.raw))
            return
        bench.flow_load()
        bench.stations = stations = Stations(options.bench / "station", hub, options.bench)
        print(f"{len(bench.rows):,} positions loaded after {time.monotonic() - started:.0f} s")
        if program.exists() and options.request.exists():
            noop = Noop(program, options.request)
        rounds(bench, noop)
        hub.serve.stop()
        load_once(bench, Loading(hub, RECORDS))
    finally:
        for other in filter(None, (noop, stations)):
            other.stop()
        hub.stop()
    found = results(bench.raw)
    show(found)
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    print(f"{options.out}; all of it took {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
