# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the scenarios. A test that uses `hub` is followed by what must always hold: audit
clean, no BUG counted, no planted secret in a log, no contract broken towards a simulator.

A module shares one hub with all others, unless it says CLOCK = True (its own hub, whose time the
fixture `clock` moves) or SETTINGS = {"section.key": value}, or a function of the hub that returns
them, or OWN_HUB = True (its own hub). Its tests may take LONGER times as long as others.
"""
import contextlib
import faulthandler
import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from support.channel import PATH, RawChannel  # noqa: E402
from support.foreign import NOT_MADE  # noqa: E402
from support.hostile import Line  # noqa: E402
from support.hub import ASL, ATM, COMUNE, PSP, PSP_BROKER, Creditor, Hub  # noqa: E402
from support.recorded import RAN, summary  # noqa: E402
from support.registry import PASSWORD  # noqa: E402
from support.wait import SANITIZER, SLOWER  # noqa: E402
from support.witness import STANDARDS  # noqa: E402

TEST_S = 30 * SLOWER  # a test that takes longer hangs
SETUP_S = 90 * SLOWER  # the first start of a database is in it
UNSANITIZED = "libfaketime and the sanitizers do not go together"


def within(seconds, item):
    """Fail a phase of a test that lasts longer, showing where each thread stands."""
    def late(*_):
        faulthandler.dump_traceback(file=sys.__stderr__)
        pytest.fail(f"{item.nodeid} took more than {seconds} s", pytrace=True)

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from within(SETUP_S, item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from within(TEST_S * getattr(item.module, "LONGER", 1), item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    yield from within(SETUP_S, item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """With the standards at hand nothing has a reason to be skipped: a skipped test fails."""
    report = (yield).get_result()
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    if UNSANITIZED in report.longrepr[2] or NOT_MADE in report.longrepr[2]:
        return
    if STANDARDS.exists():
        report.outcome, report.longrepr = "failed", f"skipped: {report.longrepr[2]}"


def pytest_collection_modifyitems(items):
    for item in items:
        if SANITIZER and getattr(item.module, "CLOCK", False):
            item.add_marker(pytest.mark.skip(reason=UNSANITIZED))


def pytest_terminal_summary(terminalreporter):
    """Which of the program's statements no server and no worker ran."""
    if RAN:
        terminalreporter.write_line(summary())


@pytest.fixture(scope="session")
def shared_hub():
    hub = Hub()
    yield from running(hub)


@pytest.fixture(scope="module")
def module_hub(request):
    module = request.module
    clock, settings = getattr(module, "CLOCK", False), getattr(module, "SETTINGS", None)
    if not (clock or settings or getattr(module, "OWN_HUB", False)):
        yield request.getfixturevalue("shared_hub")
        return
    yield from running(Hub(settings, clock))


def running(hub):
    """A started hub, stopped at the end; KEEP=1 leaves its folder for a look."""
    hub.record()
    try:
        hub.start()
    except BaseException:
        with contextlib.suppress(AssertionError):
            hub.stop(keep=True)
        raise
    yield hub
    hub.stop(keep=bool(os.environ.get("KEEP")))


@pytest.fixture
def hub(module_hub):
    """A running hub; what one test left wrong is not laid at the next one's door."""
    yield module_hub
    module_hub.peers.behave("ok")
    wrong = [finding for finding in module_hub.findings() if finding not in module_hub.known]
    module_hub.known.update(wrong)
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def clock(hub):
    """Moves time forward for server, worker and database; only in modules with CLOCK = True."""
    assert hub.clock, "this module does not say CLOCK = True"
    return hub.clock


@pytest.fixture
def channel(hub):
    """The ATM network's client, made by zeep from ?wsdl."""
    return hub.channel(ATM)


@pytest.fixture
def raw(hub, request):
    """The same with XML by hand; in modules with JUDGED = True the official schema judges it."""
    client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD,
                        judged=getattr(request.module, "JUDGED", False),
                        violations=hub.violations.path)
    yield client
    client.close()


@pytest.fixture
def line(hub):
    """A connection that must outlive every answer."""
    line = Line(hub)
    yield line
    line.connection.close()


@pytest.fixture
def comune(hub):
    return Creditor(hub, COMUNE)


@pytest.fixture
def book(hub):
    """What the stations of Enti know; no debtor's name of it may stand in a log."""
    hub.secrets.update(f"Debitore Canarino Stazione {n:04d}" for n in range(400))
    return hub.peers.book


@pytest.fixture
def ente(comune):
    """The Comune, where a test is about any Ente."""
    return comune


@pytest.fixture
def asl(hub):
    return Creditor(hub, ASL)
