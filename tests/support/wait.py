# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a test may wait for something, and how it does. No limit is one that a sound program comes
near, on a machine that is several times slower than ours: it ends what hangs."""
import os
import time

SANITIZER = os.environ.get("PAYER_SAN", "")  # that the program was built with
SANITIZED = 4 if SANITIZER else 1  # times as long
SLOWER = 4 * SANITIZED


def wait_until(true, what, timeout_s=10):
    """What `true` returns once it is true; fails naming what never came.
    @param timeout_s  of a machine like ours"""
    end = time.monotonic() + timeout_s * SLOWER
    while time.monotonic() < end:
        result = true()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"after {timeout_s * SLOWER} s still not: {what}")
