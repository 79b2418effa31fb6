# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that hold connections without getting on: some write a head or a body at one byte a
second, some say nothing, some ask for much and read nothing. Who is put out comes again, so that
there are always as many."""
import contextlib
import itertools
import selectors
import socket
import threading
import time
import urllib.parse

HEAD = b"POST %s HTTP/1.1\r\nHost: hub\r\nContent-Type: text/xml\r\nContent-Length: 5000\r\n"
KINDS = {  # what is sent at once, what then comes byte by byte
    "head": (b"", HEAD + b"X: " + b"a" * 5000),
    "body": (HEAD + b"\r\n", b"x" * 4999),
    "silent": (b"", b""),
    "deaf": (b"GET %s?wsdl HTTP/1.1\r\nHost: hub\r\n\r\n" * 200, b""),
}


class Slow:
    """One of them."""

    def __init__(self, address, path, kind):
        self.kind, self.said = kind, b""
        first, rest = (text.replace(b"%s", path.encode()) for text in KINDS[kind])
        self.rest = iter(rest)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(30)
        self.socket.connect(address)
        self.socket.sendall(first)

    def trickle(self):
        with contextlib.suppress(OSError, StopIteration):
            self.socket.send(bytes([next(self.rest)]))


class SlowClients:
    """So many of them, a quarter of each kind, until stop().
    ended: {kind: what those that were put out had been told}, of the deaf nothing."""

    def __init__(self, url, path, count=100):
        address = urllib.parse.urlsplit(url)
        self.address, self.path = (address.hostname, address.port), path
        self.ended = {kind: [] for kind in KINDS}
        self._watch, self._done = selectors.DefaultSelector(), threading.Event()
        for kind in itertools.islice(itertools.cycle(KINDS), count):
            self._open(kind)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _open(self, kind):
        slow = Slow(self.address, self.path, kind)
        # Who reads nothing learns of its end by writing.
        event = selectors.EVENT_WRITE if kind == "deaf" else selectors.EVENT_READ
        self._watch.register(slow.socket, event, slow)

    def _run(self):
        second = time.monotonic()
        while not self._done.wait(0.1):
            for key, _ in self._watch.select(0):
                self._look(key.data)
            if time.monotonic() >= second + 1:
                second += 1
                for key in list(self._watch.get_map().values()):
                    key.data.trickle()

    def _look(self, slow):
        try:
            if slow.kind == "deaf":
                slow.socket.send(b"\r\n", socket.MSG_DONTWAIT)
                return
            piece = slow.socket.recv(4096)
            slow.said += piece
            if piece:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._watch.unregister(slow.socket)
        slow.socket.close()
        self.ended[slow.kind].append(slow.said)
        self._open(slow.kind)

    def __len__(self):
        return len(self._watch.get_map())

    def stop(self):
        self._done.set()
        self._thread.join()
        for key in list(self._watch.get_map().values()):
            key.data.socket.close()
        self._watch.close()
