# SPDX-License-Identifier: GPL-3.0-or-later
"""What is paid is settled once, however much it is, whoever settles, and whatever was there before;
and money that nobody settles is seen. [I8]"""
import concurrent.futures
import subprocess

import pytest
from lxml import etree

from scenario.test_database import Database
from scenario.test_pay import pay
from support.channel import PATH, RawChannel
from support.hub import ASL, ATM, COMUNE, FDR, PSP, PSP_BROKER, Notice, wait_until
from support.registry import NS, PASSWORD
from support.witness import parse

OWN_HUB = True  # its registry changes, and its payments are counted
MANY = 460      # more than one transaction joins


def pay_many(hub, creditor, count):
    rows = [hub.row(creditor, amount="1.00") for _ in range(count)]
    hub.load(rows)
    notices = [Notice(creditor, row["notice_number"], row["amount"], row["own_id"])
               for row in rows]

    def pay_each(mine):
        client = RawChannel(f"{hub.url}{PATH}", PSP, PSP_BROKER, ATM, PASSWORD)
        for notice in mine:
            pay(client, notice)
        client.close()

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(pay_each, [notices[k::8] for k in range(8)]))
    return notices


def told(files):
    """IUVs by Ente's flow, and the totals that banks are ordered to credit, by flow."""
    flows, orders = {}, {}
    for path in files:
        root = parse(path.read_bytes())
        if root.tag == f"{FDR}FlussoRiversamento":
            flow = root.findtext(f"{FDR}identificativoFlusso")
            flows[flow] = [e.text for e in root.iter(f"{FDR}identificativoUnivocoVersamento")]
            assert root.findtext(f"{FDR}numeroTotalePagamenti") == str(len(flows[flow]))
        else:
            for transfer in root.iter("{*}CdtTrfTxInf"):
                flow = transfer.findtext("{*}RmtInf/{*}Ustrd").rpartition("/URI/")[2]
                assert flow not in orders
                orders[flow] = transfer.findtext("{*}Amt/{*}InstdAmt")
    return flows, orders


def test_two_runs_at_once_settle_more_than_a_transaction_holds(hub):
    """Two machines over one database, each with its own folder."""
    notices = pay_many(hub, COMUNE, MANY)
    folders = [hub.home / "flow-a", hub.home / "flow-b"]
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda folder: hub.payer("flow", "run", "--set", f"flow.dir={folder}"),
                         folders))
    hub.payer("flow", "run")  # finishes what one of them left to the other
    files = {path.name: path for folder in (*folders, hub.home / "var/flow")
             for path in folder.glob("**/*.xml")}
    flows, orders = told(files.values())
    assert sorted(iuv for iuvs in flows.values() for iuv in iuvs) == sorted(
        notice.iuv for notice in notices)
    assert orders == {flow: f"{len(iuvs)}.00" for flow, iuvs in flows.items()}
    assert hub.json("flow", "run") == []


def test_more_than_a_transaction_holds_is_one_flow(hub):
    """Joined in pieces, sealed whole. [F42]"""
    hub.payer("flow", "run")
    before = set(hub.flow_files())
    notices = pay_many(hub, ASL, MANY)
    hub.payer("flow", "run")
    flows, orders = told(set(hub.flow_files()) - before)
    [(flow, iuvs)] = flows.items()
    assert sorted(iuvs) == sorted(notice.iuv for notice in notices)
    assert orders == {flow: f"{MANY}.00"}


def test_a_payment_that_is_still_being_saved_waits_for_the_next(hub, channel, ente):
    """Nor does the run wait for it: it is not there yet. [F48]"""
    notice = ente.position()
    pay(channel, notice)
    socket = hub.json("db", "status")[0].socket
    with subprocess.Popen(["mariadb", "--no-defaults", "-N", "--unbuffered", f"--socket={socket}",
                           "payer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=hub.environment) as other:
        other.stdin.write("SELECT creditor, account, settles, entry_id FROM entry_due;\n")
        other.stdin.flush()
        creditor, account, settles, entry = other.stdout.readline().split()
        other.stdin.write(
            "START TRANSACTION;\n"
            f"INSERT INTO entry VALUES ({int(entry) - 1000}, 1, 1, 1, 'paid', '{creditor}', '{account}',"
            f" 'X', '{settles}', 1, '2026-01-01', '2026-01-01');\n"
            f"INSERT INTO entry_due VALUES ('{creditor}', '{account}', '{settles}',"
            f" {int(entry) - 1000});\nSELECT 'held';\n")
        other.stdin.flush()
        assert other.stdout.readline() == "held\n"
        hub.payer("flow", "run")
        [(flow, _)] = hub.fdr(notice.iuv)
        assert flow.findtext(f"{FDR}numeroTotalePagamenti") == "1"
        other.communicate("ROLLBACK;\n")


def test_no_settlement_is_more_than_one_transfer_may_carry(hub, channel, ente):
    """999999999.99 at most, in FlussoRiversamento 1.0 as in a SEPA transfer: the rest is another."""
    hub.payer("flow", "run")
    before = set(hub.flow_files())
    for amount in ("600000000.00", "600000000.00", "399999999.99", "0.01"):
        pay(channel, ente.position(amount=amount))
    said = hub.payer("flow", "run").stderr
    assert "3 settlements of 4 transfers, 1600000000.00; 4 flows published" in said
    flows, orders = told(set(hub.flow_files()) - before)
    assert sorted(map(len, flows.values())) == [1, 1, 2]
    assert sorted(orders.values()) == ["0.01", "600000000.00", "999999999.99"]


def test_a_transfer_names_the_holder_of_its_account(hub, channel, ente):
    """Where the registry has another than the Ente."""
    tree = etree.parse(str(hub.registry))
    tree.find(f"{NS}creditor[@code='{COMUNE}']/{NS}account").set("holder", "Tesoreria dei Tributi")
    named = hub.home / "named.xml"
    tree.write(str(named))
    hub.payer("registry", "import", str(named))
    hub.payer("flow", "run")
    before = set(hub.flow_files())
    pay(channel, ente.position())
    hub.payer("flow", "run")
    [order] = [path for path in set(hub.flow_files()) - before if path.name.startswith("pain")]
    assert parse(order.read_bytes()).findtext(".//{*}Cdtr/{*}Nm") == "Tesoreria dei Tributi"
    hub.payer("registry", "import", str(hub.registry))


def test_money_that_nobody_settles_is_told_until_somebody_does(hub, channel, asl):
    tree = etree.parse(str(hub.registry))
    for subscription in tree.findall(f"{NS}subscription"):
        if subscription.get("party") in (ASL, "BANCA2"):
            subscription.getparent().remove(subscription)
    without = hub.home / "without.xml"
    tree.write(str(without))
    hub.payer("registry", "import", str(without))
    notice = asl.position()
    pay(channel, notice)

    def unowned():
        return hub.work_metrics()["payer_settlement_unowned"]

    run = hub.payer("flow", "run", ok=(1,))
    assert "1 accounts have money but no subscription of their bank or Ente" in run.stderr
    assert f"event=settlement.unowned ente={ASL} account_end=0004" in run.stderr
    assert hub.fdr(notice.iuv) == []
    assert "no subscription" not in hub.payer("flow", "run", "BANCA1-PAIN").stderr  # none of its
    wait_until(lambda: unowned() == 1, "the account counted")

    hub.payer("registry", "import", str(hub.registry))
    hub.payer("flow", "run")
    [(flow, _)] = hub.fdr(notice.iuv)
    assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1
    wait_until(lambda: unowned() == 0, "the account counted no more")


@pytest.fixture(params=["subscription", "bank"])
def disabled(hub, request):
    """A registry in which nothing may be ordered from the bank of ASL."""
    tree = etree.parse(str(hub.registry))
    code = {"subscription": "BANCA2-PAIN", "bank": "BANCA2"}[request.param]
    tree.find(f"{NS}{request.param}[@code='{code}']").set("enabled", "no")
    path = hub.home / f"{request.param}.xml"
    tree.write(str(path))
    yield path
    hub.payer("registry", "import", str(hub.registry))


def test_nothing_is_ordered_of_a_bank_that_is_disabled(hub, channel, asl, disabled):
    """Nor is its Ente told of money as transferred that nobody ordered: it waits, and is told until
    both are enabled. [I8]"""
    hub.payer("flow", "run")
    before = set(hub.flow_files())
    hub.payer("registry", "import", str(disabled))
    notice = asl.position()
    pay(channel, notice)
    run = hub.payer("flow", "run", ok=(1,))
    assert "1 accounts have money but no subscription of their bank or Ente that is enabled" in run.stderr
    assert hub.fdr(notice.iuv) == [] and set(hub.flow_files()) == before
    said = hub.payer("flow", "run", "BANCA2-PAIN", ok=(65,)).stderr
    assert "subscription BANCA2-PAIN: it is disabled, or its bank is" in said
    wait_until(lambda: hub.work_metrics()["payer_settlement_unowned"] == 1, "the account counted")

    hub.payer("registry", "import", str(hub.registry))
    hub.payer("flow", "run")
    [(flow, _)] = hub.fdr(notice.iuv)
    assert len(hub.transfers(flow.findtext(f"{FDR}identificativoFlusso"))) == 1


def test_an_order_that_was_not_published_waits_too(hub, channel, asl, disabled):
    """A run was cut off before its file was in place, and then its bank was disabled."""
    pay(channel, asl.position())
    hub.payer("flow", "run")
    order = [f for f in hub.json("flow", "list", "BANCA2-PAIN", "--state", "PUBLISHED")][-1]
    [path] = [p for p in hub.flow_files() if p.name == order.name]
    content = path.read_bytes()
    path.unlink()
    hub.sql(f"DELETE FROM flow_delivery WHERE flow_id = {order.id}; UPDATE flow SET state = 'MADE',"
            f" sha256 = NULL, size = NULL, published_at = NULL WHERE id = {order.id}")
    hub.payer("registry", "import", str(disabled))
    hub.payer("flow", "run")
    assert not path.exists()
    assert [f.id for f in hub.json("flow", "list", "--state", "MADE")] == [order.id]
    hub.payer("registry", "import", str(hub.registry))
    hub.payer("flow", "run")
    assert path.read_bytes() == content


def test_money_that_a_subscription_holds_back_is_told_and_no_finding(hub, channel, asl):
    tree = etree.parse(str(hub.registry))
    [bank] = [s for s in tree.findall(f"{NS}subscription") if s.get("party") == "BANCA2"]
    bank.set("holds", "reconciled")
    holding = hub.home / "holding.xml"
    tree.write(str(holding))
    hub.payer("registry", "import", str(holding))
    notice = asl.position()
    pay(channel, notice)
    assert "1 accounts wait, as the registry says" in hub.payer("flow", "run").stderr
    assert hub.fdr(notice.iuv) == []
    hub.payer("registry", "import", str(hub.registry))
    hub.payer("flow", "run")


def test_a_bank_of_more_accounts_than_one_flow_holds(hub):
    """[R13]"""
    database = Database()
    try:
        database.payer("db", "start")
        database.payer("db", "migrate")
        (database.home / "var").mkdir()
        database.payer("registry", "import", str(hub.registry))
        database.sql(f"""
            INSERT INTO settlement (id, flow_id, kind, subscription, creditor, account, settles,
              state, day, cut_off, entry_count, total_cents, created_at)
              SELECT seq, CONCAT('2026-01-01PAYER-', seq), 'riversamento', 'BANCA1-PAIN',
              '{COMUNE}', 'IT36N9900101000000000000001', 'hub', 'SEALED', '2026-01-01',
              '2026-01-01', 1, 100, '2026-01-01' FROM payer.seq_1_to_{MANY};
            INSERT INTO settlement_due SELECT subscription, id FROM settlement""")
        database.payer("flow", "run", "--yes")
        _, orders = told((database.home / "var/flow").glob("**/*.xml"))
        assert sorted(orders) == sorted(f"2026-01-01PAYER-{n}" for n in range(1, MANY + 1))
        assert database.sql("SELECT GROUP_CONCAT(record_count ORDER BY seq) FROM flow") == "450,10"
        assert database.sql("SELECT COUNT(*) FROM settlement_due") == "0"
    finally:
        database.close()


def test_what_was_settled_before_stays_so(hub):
    """Migrations take over what an older version had: settled, told, begun and due."""
    database = Database()
    try:
        later = [path for path in (database.share / "db/migrations").glob("*.sql")
                 if 33 <= int(path.name[:4]) <= 38]
        kept = {path: path.read_text() for path in later}
        for path in later:
            path.unlink()
        for role in ("serve", "work"):
            path = database.share / f"db/grants/{role}.sql"
            path.write_text("\n".join(line for line in path.read_text().splitlines()
                                      if "_due" not in line) + "\n")
        database.payer("db", "start")
        database.payer("db", "migrate")
        database.sql("""
            INSERT INTO entry SELECT seq, 1, 1, 1, 'paid', 'E', 'IT1', 'C', 'hub', 100 * seq,
              '2026-01-01', '2026-01-01' FROM payer.seq_1_to_5;
            INSERT INTO settlement (id, flow_id, kind, subscription, creditor, account, settles,
              state, day, cut_off, entry_count, total_cents, created_at)
              SELECT seq, CONCAT('F', seq), 'riversamento', 'BANK', 'E', 'IT1', 'hub',
              IF(seq = 3, 'OPEN', 'SEALED'), '2026-01-01', '2026-01-01', IF(seq = 3, 0, 1),
              IF(seq = 3, 0, 100 * seq), '2026-01-01' FROM payer.seq_1_to_3;
            INSERT INTO settlement_entry SELECT seq, seq, 'riversamento' FROM payer.seq_1_to_3;
            INSERT INTO flow (id, subscription, seq, message_id, format, party,
              name, state, ver, record_count, total_cents, created_at, day, sha256, size, published_at)
              SELECT seq, ELT(seq, 'BANK', 'ENTE'), 1, 'M', 'x', ELT(seq, 'B', 'E'),
              'n', 'PUBLISHED', 0, 1, 100, '2026-01-01', '2026-01-01', NULL, NULL, NULL
              FROM payer.seq_1_to_2;
            INSERT INTO flow_settlement VALUES (1, 1, 'BANK'), (2, 1, 'ENTE')""")
        for path, text in kept.items():
            path.write_text(text)
        database.payer("db", "migrate")
        rows = "SELECT GROUP_CONCAT(CONCAT({}) ORDER BY 1) FROM {}"
        assert database.sql(rows.format("creditor, account, settles, entry_id", "entry_due")
                            ) == "EIT1hub4,EIT1hub5"
        assert sorted(database.sql(rows.format("subscription, settlement_id", "settlement_due")
                                   ).split(",")) == ["BANK2", "ENTE2"]
        assert database.sql("SELECT entry_count, total_cents FROM settlement WHERE id = 3"
                            ) == "1\t300"
    finally:
        database.close()
