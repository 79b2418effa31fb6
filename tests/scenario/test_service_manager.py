# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd is told by its own protocol: ready when requests are answered, alive while the loop
turns, stopping when it drains."""
import os
import signal
import socket

import pytest

from support.hub import Daemon, program

OWN_HUB = True


@pytest.fixture
def told(hub, tmp_path):
    """A socket as systemd's, its place in the environment."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(20)
        yield manager, path


def start(hub, path, *arguments, **more):
    environment = {**hub.environment, "NOTIFY_SOCKET": str(path), **more}
    return Daemon("told-" + arguments[0], [program(), *arguments, "--set", "serve.port=0", "--set",
                                           "metrics.port=0"], environment, hub.home)


def test_serve_is_ready_alive_and_stopping(hub, told):
    manager, path = told
    serve = start(hub, path, "serve", WATCHDOG_USEC="300000")
    assert manager.recv(100) == b"READY=1"
    assert serve.out.read_text().startswith("listening ")
    assert manager.recv(100) == b"WATCHDOG=1"
    serve.process.send_signal(signal.SIGTERM)
    got = manager.recv(100)
    while got == b"WATCHDOG=1":
        got = manager.recv(100)
    assert got == b"STOPPING=1"
    assert serve.process.wait(30) == 0


def test_a_watchdog_of_another_process_is_not_fed(hub, told):
    manager, path = told
    serve = start(hub, path, "serve", WATCHDOG_USEC="1000", WATCHDOG_PID=str(os.getpid()))
    assert manager.recv(100) == b"READY=1"
    assert serve.stop() == 0
    assert manager.recv(100) == b"STOPPING=1"


def test_work_is_ready(hub, told):
    manager, path = told
    work = start(hub, path, "work", "--set", "work.metrics_port=0")
    assert manager.recv(100) == b"READY=1"
    assert work.stop() == 0
