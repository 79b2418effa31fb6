# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a test may wait for something, and how it does."""
import os
import time

SANITIZER = os.environ.get("PAYER_SAN", "")  # that the program was built with
SLOWER = 4 if SANITIZER else 1


def wait_until(true, what, timeout_s=10):
    """What `true` returns once it is true; fails naming what never came."""
    end = time.monotonic() + timeout_s * SLOWER
    while time.monotonic() < end:
        result = true()
        if result:
            return result
        time.sleep(0.02)
    raise AssertionError(f"after {timeout_s} s still not: {what}")
