# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told to stop while a big flow is being made ends soon, publishes nothing of it, and leaves
all that the next run needs to publish it whole. [F62] [F13]"""
import shutil
import subprocess

import pytest

from support.channel import fault_code
from support.hub import ATM, COMUNE, Creditor, program, wait_until
from support.periods import instant, subscribe, wait_begun
from support.witness import ROOT

CLOCK = True
LONGER = 4
RECORDS = 20000
BANK = "BANCA1-PAIN"
SHEET = "xslt/flow/flusso-riversamento-1.0/sheet.xsl"
RECORD = '<xsl:template match="f:record">'
WASTE = '<xsl:if test="count(//f:record[@n = //f:record/@n]) &lt; 0">never</xsl:if>'


def SETTINGS(hub):
    """Sheets of its own, so that one can be slow."""
    share = hub.home / "share"
    share.mkdir()
    for name in ("wsdl", "db", "conf"):
        (share / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "xslt", share / "xslt")
    return {"hub.share": share}


@pytest.fixture
def big(module_hub):
    """A payment whose entry is there thousands of times, and a sheet that takes long for each. The
    audit would find them: the hub is not looked through."""
    hub, sheet = module_hub, module_hub.home / "share" / SHEET
    right = sheet.read_text()
    assert right.count(RECORD) == 1
    sheet.write_text(right.replace(RECORD, RECORD + WASTE))
    hub.work.stop()
    notice = Creditor(hub, COMUNE).position()
    channel = hub.channel(ATM)
    token = channel.activate(notice.creditor, notice.number, notice.amount).paymentToken
    assert fault_code(channel.outcome(token, "OK")) == "OK"
    entry = hub.sql(f"SELECT e.id FROM entry e JOIN payment y ON y.id = e.payment_id"
                    f" WHERE y.token = '{token}' AND e.kind = 'paid'")[0]
    rest = ("fact_id, payment_id, transfer_number, kind, creditor, account, instrument, settles,"
            " amount_cents, day, created_at")
    hub.sql(f"INSERT INTO entry (id, {rest}) SELECT id + seq, {rest}"
            f" FROM entry JOIN seq_1_to_{RECORDS - 1} WHERE id = {entry};"
            f" INSERT INTO entry_due (creditor, account, settles, entry_id) SELECT creditor, account,"
            f" settles, entry_id + seq FROM entry_due JOIN seq_1_to_{RECORDS - 1}"
            f" WHERE entry_id = {entry}")
    yield notice
    sheet.write_text(right)
    hub.start_work()


def unfinished(hub):
    return [path for path in hub.home.glob("var/flow/**/.*") if path.is_file() and path.stat().st_size]


def is_whole(hub, notice):
    """The sheet is quick again, and another run has made it."""
    assert len(hub.fdr(notice.iuv)) == RECORDS
    assert hub.json("flow", "list", "--state", "MADE") == []
    assert unfinished(hub) == [] and "0 wrong" in hub.payer("flow", "verify").stdout


def quick(hub):
    shutil.copy(ROOT / SHEET, hub.home / "share" / SHEET)


def test_a_run_that_is_told_to_stop(module_hub, big):
    hub = module_hub
    with subprocess.Popen([program(), "flow", "run", "--yes"], env=hub.environment, cwd=hub.home,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_until(lambda: unfinished(hub), "a file that is being made", 30)
        run.terminate()
        said = run.communicate()
    assert run.returncode == 75 and "goes on from there" in said[1], said
    assert hub.fdr(big.iuv) == [] and unfinished(hub) == []
    quick(hub)
    hub.payer("flow", "run")
    is_whole(hub, big)


def test_a_worker_that_is_told_to_stop(module_hub, big):
    hub = module_hub
    subscribe(hub, {BANK: {"period": "daily 06:00", "enabled": "yes", "cut-off": "06:00"}})
    hub.start_work()
    end = wait_begun(hub, BANK, "daily 06:00")
    hub.clock.to(instant(end))
    wait_until(lambda: unfinished(hub), "a file that is being made", 30)
    assert hub.work.stop() == 0
    assert hub.fdr(big.iuv) == [] and unfinished(hub) == []
    assert "event=period.close " not in hub.work.log.read_text()  # it is no failure
    quick(hub)
    hub.start_work()
    wait_until(lambda: hub.fdr(big.iuv), "the flow that was left", 30)
    hub.work.stop()
    is_whole(hub, big)
