# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ente whose station answers at once, and one whose station takes its time: station.c serves
both."""
import subprocess
import sys
import threading

from support.channel import RawChannel, envelope
from support.codes import notice_number
from support.hub import ATM, PASSWORD, PSP, PSP_BROKER, wait_until
from support.registry import with_stations
from support.station import PARCO, UNIONE

SLOW_MS = 5000
ASKERS = 16  # of the slow one, at once and again and again
CALLS = 'payer_station_calls_total{operation="paVerifyPaymentNotice",outcome="%s"}'


class Stations:
    """@param folder  where requests are kept, as wrk takes them"""

    def __init__(self, program, hub, folder):
        self.hub = hub
        self.process = subprocess.Popen([program, str(SLOW_MS)], stdout=subprocess.PIPE, text=True)
        url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        with_stations(hub, timeout="20s", UNIONE_url=f"{url}/fast", PARCO_url=f"{url}/slow")
        self.request = folder / "verify-station.xml"
        self.request.write_bytes(envelope("verifyPaymentNoticeReq", {
            "idPSP": PSP, "idBrokerPSP": PSP_BROKER, "idChannel": ATM, "password": PASSWORD,
            "qrCode": {"fiscalCode": UNIONE, "noticeNumber": notice_number(UNIONE, 1)}}))
        channel = self.channel()
        wait_until(lambda: channel.verify(UNIONE, notice_number(UNIONE, 1)).outcome == "OK",
                   "the fast station answers")
        channel.close()

    def channel(self):
        return RawChannel(self.hub.url, PSP, PSP_BROKER, ATM, PASSWORD)

    def calls(self):
        """(questions that were answered, all of them)"""
        metrics = self.hub.metrics()
        return metrics.get(CALLS % "OK", 0), sum(
            value for name, value in metrics.items()
            if name.startswith(CALLS.partition("{")[0] + "{"))

    def answered(self, before):
        """Since then every question was answered: else the figure says nothing."""
        good, every = (now - then for now, then in zip(self.calls(), before))
        if not good or good != every:
            sys.exit(f"bench: {good:.0f} of {every:.0f} questions to the station were answered")

    def slow(self):
        return SlowStation(self)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class SlowStation:
    """Channels that ask for notices of the slow station, until the end of a with."""

    def __init__(self, stations):
        self.stations, self.ended = stations, threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(ASKERS)]

    def _ask(self, n):
        channel = self.stations.channel()
        while not self.ended.wait(0.05):  # who is told at once asks again a moment later
            channel.verify(PARCO, notice_number(PARCO, n))
        channel.close()

    def __enter__(self):
        before = self.stations.calls()[1]
        for thread in self.threads:
            thread.start()
        wait_until(lambda: self.stations.calls()[1] > before, "the slow station is at its cap")
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(SLOW_MS / 1000 + 25)
