# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions that end by the clock, as an operator sees and changes them."""
import datetime

from lxml import etree

from support.hub import ROME, wait_until
from support.registry import NS


def subscribe(hub, changes, *options):
    """Import the registry in force with subscriptions changed, or added: {code: attributes}."""
    root = etree.fromstring(hub.payer("registry", "export").stdout.encode())
    for code, attributes in changes.items():
        found = root.find(f"{NS}subscription[@code='{code}']")
        if found is None:
            found = etree.SubElement(root, f"{NS}subscription", code=code)
        for name, value in attributes.items():
            found.set(name, value)
    path = hub.home / "subscriptions.xml"
    path.write_bytes(etree.tostring(root))
    hub.payer("registry", "import", str(path), *options)


def period(hub, code):
    [found] = [p for p in hub.json("flow", "periods") if p.subscription == code]
    return found


def wait_begun(hub, code, rule):
    """Until a worker has seen a subscription; the end of its first period."""
    def seen():
        p = period(hub, code)
        return p.period == rule and getattr(p, "next_end", None)
    return wait_until(seen, f"the first period of {code}")


def instant(text):
    """Of what the hub says, which is UTC, or of Rome's civil time."""
    if text.endswith("Z"):
        return datetime.datetime.fromisoformat(text[:-1]).replace(tzinfo=datetime.timezone.utc)
    local = datetime.datetime.fromisoformat(text).replace(tzinfo=ROME)
    return local.astimezone(datetime.timezone.utc)


def clocks_change(clock, month):
    """The next last Sunday of a month (March, October) that is some days ahead."""
    soon = clock.now().date() + datetime.timedelta(days=3)
    ends = (datetime.date(soon.year + n, month, 31) for n in (0, 1))
    sundays = (end - datetime.timedelta(days=end.isoweekday() % 7) for end in ends)
    return next(sunday for sunday in sundays if sunday > soon)


def rome(text):
    """What the clock in Rome shows at an instant that the hub says."""
    return instant(text).astimezone(ROME).strftime("%Y-%m-%d %H:%M")


def wait_closed(hub, code, end):
    """Until the period that ends then is closed, and none that ended before it is not."""
    def closed():
        p = period(hub, code)
        return p.state == "CLOSED" and getattr(p, "last_end", "") >= end
    wait_until(closed, f"the period of {code} until {end}", 20)


def flows(hub, code):
    """All of a subscription's, the oldest first, page by page."""
    found = more = hub.json("flow", "list", code)
    while more:
        more = hub.json("flow", "list", code, "--after", str(found[-1].id))
        found = found + more
    return found
