# SPDX-License-Identifier: GPL-3.0-or-later
"""A command at a terminal: what it asks is read, and answered by somebody who types."""
import os
import pty
import select
import subprocess

WAIT_S = 60


class Terminal:
    """@param command  its words · @param hub  whose environment and folder it has"""

    def __init__(self, command, hub):
        self.said, (self._fd, theirs) = "", pty.openpty()
        self._process = subprocess.Popen(command, env=hub.environment, cwd=hub.home, stdin=theirs,
                                         stdout=theirs, stderr=theirs)
        os.close(theirs)

    def expect(self, words):
        """Read on until it said so."""
        while words not in self.said:
            assert self._read(), f"{words!r} was not said, but: {self.said}"

    def answer(self, text):
        """Type it, read to the end; the exit status."""
        os.write(self._fd, text.encode())
        while self._read():
            pass
        os.close(self._fd)
        return self._process.wait(WAIT_S)

    def _read(self):
        """More of what it says; none: it ended."""
        if not select.select([self._fd], [], [], WAIT_S)[0]:
            self._process.kill()
            raise AssertionError(f"nothing more than: {self.said}")
        try:
            more = os.read(self._fd, 65536).decode(errors="replace")
        except OSError:  # how a terminal tells its end
            return ""
        self.said += more
        return more
