# SPDX-License-Identifier: GPL-3.0-or-later
"""Several `payer serve` over one database, and many clients that ask all at the same moment."""
import concurrent.futures
import contextlib
import re
import secrets
import threading

from support.channel import PATH, RawChannel, fault_code
from support.hub import COMUNE, PSP, PSP_BROKER, Daemon, program, wait_until
from support.registry import PASSWORD


@contextlib.contextmanager
def servers(hub, n):
    """The hub's own server and n - 1 more: their URLs."""
    more = []
    try:
        for i in range(1, n):
            more.append(Daemon(f"serve-{i}", [program(), "serve"], hub.environment, hub.home))
        urls = [hub.url]
        for daemon in more:
            port = re.search(r"http=(\d+)", daemon.first_line()).group(1)
            urls.append(f"http://127.0.0.1:{port}")
        yield urls
    finally:
        ended = [daemon.stop() for daemon in more]
    assert ended == [0] * (n - 1)


class Clients:
    """clients(n, channel…): n connections, URLs and channels in turn; each has spoken once before,
    so that no password is checked for the first time within a race."""

    def __init__(self, urls):
        self.urls, self.made = urls, []

    def __call__(self, n, *channels):
        made = [RawChannel(f"{self.urls[i % len(self.urls)]}{PATH}", PSP, PSP_BROKER,
                           channels[i // len(self.urls) % len(channels)], PASSWORD)
                for i in range(n)]
        self.made += made
        for client in made:
            client.outcome("0" * 32)
        return made

    def close(self):
        for client in self.made:
            client.close()


def at_once(clients, *asks):
    """asks[i](client) of each, in turn, at the same moment; [(answer, its bytes)] in their order."""
    gate = threading.Barrier(len(clients))

    def run(i):
        client = clients[i]
        gate.wait(60)
        answer = asks[i % len(asks)](client)
        return answer, client.received

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(run, range(len(clients))))


def wait_sealed(hub, clients):
    """Until each line of the journal has its seal: before the time is moved by days, for one that
    comes so late is a finding. What a client asks last is the last that its server writes. A new
    worker looks back a day first, once the lease of the one before is over."""
    notice = f"3{secrets.randbelow(10 ** 17):017}"
    for client in clients:
        client.verify(COMUNE, notice)
    wait_until(lambda: hub.sql("SELECT COUNT(*) FROM journal WHERE notice_number ="
                               f" '{notice}'") == [str(len(clients))], "the servers' lines")
    hub.work.stop()
    hub.clock.forward(seconds=11)
    hub.start_work()
    wait_until(lambda: hub.sql("SELECT COUNT(*) FROM journal j LEFT JOIN journal_seal s ON"
                               " s.journal_id = j.id WHERE s.journal_id IS NULL") == ["0"],
               "the journal is sealed", 20)


def codes(results):
    return sorted(fault_code(answer) for answer, _ in results)
