# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands between a hub and its MariaDB, on a unix socket of its own, and cuts connections at a
COMMIT: before the server hears of it, after it was carried out but before its answer, while it is
still on its way and arrives when the client already tries again, or without telling either side.
Reads of the protocol only what names a statement.
"""
import contextlib
import pathlib
import select
import socket
import threading

QUERY, PREPARE, EXECUTE = 0x03, 0x16, 0x17
REQUEST, ANSWER, LATE, SILENCE = "request", "answer", "late", "silence"


class Packets:
    """Whole packets out of a stream of bytes."""

    def __init__(self):
        self._bytes = b""

    def take(self, data):
        self._bytes += data
        packets = []
        while len(self._bytes) >= 4:
            end = 4 + int.from_bytes(self._bytes[:3], "little")
            if len(self._bytes) < end:
                break
            packets.append(self._bytes[:end])
            self._bytes = self._bytes[end:]
        return packets


class Cutter:
    """@param server  the database's socket
    @param path    the socket that hubs are told of"""

    def __init__(self, server, path):
        self.server, self.path = str(server), pathlib.Path(path)
        self.cuts = []  # statements at which a connection was cut
        self._lock = threading.Lock()
        self._plan = None
        self._silent = []
        self._late = []  # (server's side, packet): sent before the next COMMIT of another
        self._refusing = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()
        self.path.unlink()
        self._late_arrive()
        for one in self._silent:
            one.close()

    def _late_arrive(self):
        with self._lock:
            late, self._late = self._late, []
        for server, packet in late:
            with contextlib.suppress(OSError), server:  # the server may have given it up
                server.sendall(packet)
                server.recv(65536)

    @contextlib.contextmanager
    def cut(self, where, nth=1, holds="", then=None):
        """The nth COMMIT from now on whose statement holds a text is cut; `then` is called at it.
        What was cut is in `cuts` afterwards: nothing, when there were not so many."""
        self.cuts = []
        self._plan = {"where": where, "nth": nth, "holds": holds, "then": then}
        try:
            yield self
        finally:
            self._plan = None

    def refuse(self):
        """The database is away: nobody gets through any more."""
        self._refusing = True

    def accept(self):
        self._refusing = False

    def _due(self, sql):
        with self._lock:
            plan = self._plan
            if not plan or "COMMIT" not in sql or plan["holds"] not in sql:
                return None
            plan["nth"] -= 1
            if plan["nth"] != 0:
                return None
            self.cuts.append(sql)
        if plan["then"]:
            plan["then"]()
        return plan["where"]

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        cut = None
        try:
            server.connect(self.server)
            cut = self._relay(client, server)
        except OSError:
            pass
        finally:
            if cut == SILENCE:
                self._silent += [client, server]
                return
            client.close()
            if cut != LATE:
                server.close()

    def _relay(self, client, server):
        """Until one side ends, or a cut: where it was."""
        asked, told, statements, preparing = Packets(), Packets(), {}, None
        while True:
            ready, _, _ = select.select([client, server], [], [])
            if server in ready:
                data = server.recv(65536)
                if not data:
                    return None
                for packet in told.take(data):
                    if preparing is not None and packet[4] == 0:
                        statements[packet[5:9]] = preparing
                    preparing = None
                client.sendall(data)
            if client not in ready:
                continue
            data = client.recv(65536)
            if not data:
                return None
            for packet in asked.take(data):
                command, rest, sql = packet[4], packet[5:], ""
                if packet[3] == 0 and command in (QUERY, PREPARE):
                    sql = rest.decode(errors="replace")
                if packet[3] == 0 and command == EXECUTE:
                    sql = statements.get(rest[:4], "")
                preparing = sql if command == PREPARE and sql else None
                where = self._due(sql) if command != PREPARE else None
                if "COMMIT" in sql and command != PREPARE:
                    self._late_arrive()
                if where == LATE:
                    self._late.append((server, packet))
                if where in (REQUEST, LATE, SILENCE):
                    return where
                server.sendall(packet)
                if where == ANSWER:
                    server.recv(65536)
                    return where
