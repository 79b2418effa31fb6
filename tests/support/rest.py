# SPDX-License-Identifier: GPL-3.0-or-later
"""When nothing is on its way any more: what a test has begun takes no answer that the next one plans
for its own, and writes no row that it counts."""
from support.wait import wait_until

ON_ITS_WAY = ("SELECT (SELECT COUNT(*) FROM outbox WHERE state IN ('READY', 'CLAIMED'))"
              " + (SELECT COUNT(*) FROM receipt WHERE seq IS NULL)"
              " + (SELECT COUNT(*) FROM psp_flow_line WHERE state = 'NEW')")


def at_rest(hub):
    wait_until(lambda: hub.sql(ON_ITS_WAY) == ["0"], "nothing is on its way")
