# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that take and do not get on: slow ones, too many, too much at once. The others are
answered all the same. [I12]"""
import collections
import contextlib
import re
import resource
import socket
import threading
import urllib.parse

import pytest

from support.channel import PATH, RawChannel, fault_code
from support.connection import Connection
from support.hostile import CALLER
from support.hub import ATM, COMUNE, PSP, PSP_BROKER, wait_until
from support.registry import PASSWORD
from support.reports import PSP_PATH, FlowPsp, document, flow_id, payment
from support.slow import SlowClients

CONNECTIONS, BODIES, SPOOL, WORKERS = 300, 32 << 20, 24 << 20, 8
SETTINGS = {"serve.connections": CONNECTIONS, "serve.body_memory": BODIES,
            "serve.spool_size": SPOOL, "serve.workers": WORKERS}
OTHERS = "127.0.0.2", "127.0.0.3"  # each a peer of its own
NORMAL, ASKED = 32, 10
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n"


def connect(hub, address="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(hub.url).port), 30,
                                    (address, 0))


def unread(connection):
    """Bytes of a connection that its peer, on this machine, has not read yet."""
    name = f":{connection.getsockname()[1]:04X}"
    queues = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            _, local, remote, _, queue = line.split()[:5]
            sent, received = queue.split(":")
            queues += int(sent, 16) if local.endswith(name) else 0
            queues += int(received, 16) if remote.endswith(name) else 0
    return queues


@pytest.fixture
def connections(hub):
    """Open so many; they are closed at the end."""
    held = []

    def more(count, address="127.0.0.1"):
        held.extend(connect(hub, address) for _ in range(count))
        return held[-count:]
    yield more
    for one in held:
        one.close()
    wait_until(lambda: hub.metrics()["payer_connections"] == 0, "all connections gone")


def test_many_slow_clients_stop_nobody(hub, comune):
    """100 slow ones hold on while 32 normal ones ask; each slow one meets its one deadline, which
    no byte renews. [X11] [X12] [X13] [X16]"""
    notice, answers = comune.position(), collections.Counter()

    def ask():
        client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
        for _ in range(ASKED):
            answers[fault_code(client.verify(COMUNE, notice.number))] += 1
        client.close()

    slow = SlowClients(hub.url, PATH)
    try:
        wait_until(lambda: hub.metrics()["payer_connections"] >= 100, "the slow clients")
        normal = [threading.Thread(target=ask) for _ in range(NORMAL)]
        for thread in normal:
            thread.start()
        for thread in normal:
            thread.join()
        assert answers == {"OK": NORMAL * ASKED}
        assert len(slow) == 100
        wait_until(lambda: all(slow.ended.values()), "an end of each kind", 25)
    finally:
        slow.stop()
    for kind in ("head", "body"):
        assert {said[:13] for said in slow.ended[kind]} == {b"HTTP/1.1 408 "}
    assert set(slow.ended["silent"]) == {b""}


def test_connections_are_capped(hub, connections):
    """One more than the cap is told so and closed; a place that is free again is taken. [X15]"""
    held = connections(CONNECTIONS)
    wait_until(lambda: hub.metrics()["payer_connections"] == CONNECTIONS, "the cap")
    (late,) = connections(1)
    assert late.recv(4096).startswith(b"HTTP/1.1 503 ")
    held[0].close()
    wait_until(lambda: hub.metrics()["payer_connections"] < CONNECTIONS, "a free place")
    (next_one,) = connections(1)
    next_one.sendall(HEALTH)
    assert next_one.recv(4096).startswith(b"HTTP/1.1 200 ")


def head(path, length):
    return (f"POST {path} HTTP/1.1\r\nHost: hub\r\nContent-Type: text/xml\r\n"
            f"SOAPAction: nodoInviaFlussoRendicontazione\r\nContent-Length: {length}\r\n"
            f"Authorization: {CALLER['Authorization']}\r\n\r\n").encode()


def hold(connection, path, length):
    """All of a body but its last byte, which is read."""
    connection.sendall(head(path, length) + b" " * (length - 1))
    wait_until(lambda: unread(connection) == 0, "the body to be read")


def assert_full(connection, path, length):
    with contextlib.suppress(ConnectionError):  # refused while it writes
        connection.sendall(head(path, length) + b" " * (length - 1))
    assert connection.recv(4096).startswith(b"HTTP/1.1 503 ")


def end(connection):
    connection.sendall(b" ")
    assert connection.recv(4096).startswith(b"HTTP/1.1 500 ")  # whole, and no XML


def test_bodies_are_capped_together(hub, connections):
    """What does not fit beside the bodies that are being read is refused, and only that: half is for
    other peers, and a quarter is kept for small ones, of all and of a peer, as long as big ones are
    held back. [I12]"""
    path, big = "/debt-position/v1", BODIES // 8 - 1
    small = [RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD) for _ in range(2)]
    small[1].connection.source_address = (OTHERS[1], 0)

    def pay():
        for client in small:
            assert fault_code(client.verify(COMUNE, "302" + "0" * 15)) == "PPT_STAZIONE_INT_PA_SCONOSCIUTA"

    held = connections(3)
    for one in held:
        hold(one, path, big)
    assert_full(*connections(1), path, big)
    pay()
    held += connections(3, OTHERS[0])
    for one in held[3:]:
        hold(one, path, big)
    assert_full(*connections(1, OTHERS[1]), path, big)
    pay()
    for one in held:
        end(one)
    for client in small:
        client.close()


def test_one_peer_does_not_fill_the_spool(hub, connections):
    """Unfinished flows of one peer stop its own only: another's is taken meanwhile, of any size. [I12]"""
    path, length = PSP_PATH, SPOOL // 5
    held = connections(2)
    for one in held:
        hold(one, path, length)
    assert_full(*connections(1), path, length)
    psp, identifier = FlowPsp(hub.url), flow_id()
    psp.connection.source_address = (OTHERS[0], 0)
    flow = document((payment(f"{n:017d}", f"{n:032x}", "1.00", index=1) for n in range(12000)),
                    identifier)
    assert 4 * len(flow) // 3 > 4 << 20  # too big for memory
    assert psp.send(flow, identifier) == "OK"
    psp.connection.close()
    for one in held:
        end(one)


def test_strangers_do_not_fill_the_log(hub):
    """Each is refused, some are told of. [F66]"""
    start, client = hub.serve.log.stat().st_size, Connection(hub.url, "/debt-position/v1")
    for _ in range(600):
        client.post("getPosition", b"<a/>")
        assert client.status == 401
    client.connection.close()
    seconds = re.findall(r"ts=(\S+?)\.\d+Z level=\S+ event=getPosition ",
                         hub.serve.log.read_bytes()[start:].decode())
    # Two of a worker in a second of its clock, which may lie in one of the log's with another.
    assert seconds and max(collections.Counter(seconds).values()) <= 2 * 2 * WORKERS


def test_no_descriptor_is_left(hub, connections):
    """Who finds none waits, is served when there is one, and the log is not flooded. [F66]"""
    pid = hub.serve.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    log = hub.serve.log
    start = log.stat().st_size
    # Well above what it has open by itself: nobody may count that of one that writes no core file.
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (128, before[1]))
    try:
        waiting = connections(160)
        for one in waiting:
            one.sendall(HEALTH)
        wait_until(lambda: b"event=listen.accept " in log.read_bytes()[start:], "the listener's rest")
        for one in waiting:  # each end makes room for another
            assert one.recv(4096).startswith(b"HTTP/1.1 200 ")
            one.close()
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    seconds = re.findall(r"ts=(\S+?)\.\d+Z \S+ event=listen.accept ",
                         log.read_bytes()[start:].decode())
    assert max(collections.Counter(seconds).values()) <= 2
