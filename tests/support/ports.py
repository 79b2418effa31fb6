# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports for who must be told its own, or has the same one again after a pause."""
import contextlib
import pathlib
import secrets
import socket

LOWEST = 10000
RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port():
    """One that nobody has, and that no connection is given as its own while it is free: below those."""
    highest = min(int(RANGE.read_text().split()[0]), 32768)
    while True:
        port = LOWEST + secrets.randbelow(highest - LOWEST)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
