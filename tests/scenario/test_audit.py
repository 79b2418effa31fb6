# SPDX-License-Identifier: GPL-3.0-or-later
"""What `payer audit` is for: the database is edited behind the hub's back, once for each question
that it asks, and the audit names that row and no other. [F67]"""
import base64
import concurrent.futures
import re
import subprocess

import pytest

from scenario.test_pay import pay
from scenario.test_stamps import pay_stamped, stamped
from scenario.test_tokens import pay_together
from scenario.test_positions import caller, instalment, position, submit
from support.hub import ASL, COMUNE, DESK, wait_until
from support.node import Node
from support.reports import FlowPsp, payment
from support.witness import ROOT

OWN_HUB = True
QUESTION = re.compile(r'Q\("(\w+)",\s*"([^"]+)",\s*"(\w+)"', re.S)
QUESTIONS = {what: (rule, table) for rule, what, table in
             QUESTION.findall((ROOT / "src/db/audit.c").read_text(encoding="utf-8"))}
CHANGED, GONE = ("a published file's bytes are not those that were published",
                 "a published file is not there")
OTHER_BYTES = "bytes of a PSP's flow are not those that came"
ASKED = len(QUESTIONS)  # of the database alone
QUESTIONS |= {CHANGED: ("I8", "flow"), GONE: ("I8", "flow"), OTHER_BYTES: ("W5", "psp_flow")}
UNKNOWN_FILE = "a published file that the database does not know"  # seen in test_backup.py too
SEAL = re.compile(r'tell\(&?w, "(\w+)",[^"]+"([^"]+)"\)', re.S)
QUESTIONS |= {what: ("I10", table) for table, what in
              SEAL.findall((ROOT / "src/service/seal.c").read_text(encoding="utf-8"))}
EDITED, LINE_GONE, PLACE_GONE, CUT, SIGNED, OPEN, OTHER_CHAIN = (
    "the line is not what was sealed", "a sealed line is gone",
    "places of the chain before this one are gone", "the chain was made up to here, and ends before",
    "the chain was signed up to here, and ends before", "a line that no seal covers",
    "the chain is not the one that was signed")
AFTERWARDS = {UNKNOWN_FILE: ("F45", "flow")}  # named with another one
HEADS = {OTHER_CHAIN, "a line of journal.heads was not signed by this hub's key",
         "the lines of journal.heads are not in their order"}
QUESTIONS |= {what: ("I10", "journal_seal") for what in HEADS}

UNPAID = "an instalment and its payments do not agree on whether it is paid"
SETTLED = "a settlement's count or total is not its entries'"
FLOW_TOTAL = "a flow's total is not its settlements'"
ENTRIES = "a payment that took money has no or other entries"
DUE = "a paid entry that is neither settled nor due, or both"
NUMBER = "a receipt without a number for a day, or with one that was never given"
TOKEN = "a receipt's token is not its payment's"
FLOW_OF = "a flow's count, id or party is not its settlements'"
PUBLISHED = "a published flow is not the one that the journal says"
ENTRY_OF = "an entry of no known kind, or that is not its payment's"
CREATED, UNCREATED = ("a position that was created is gone",
                      "a position without the line of its creation in the journal")
CLAIM = "what a position asks for is not what its Ente sent"
OF_OPTION = "an option has not the instalments that it says"
OF_NOTICE = "a payment's Ente or notice is not the one that the journal says"
ENDED, OUTCOME = ("a payment that ended without the line of its outcome in the journal",
                  "a payment's state or money is not what the journal says of its outcome")
TOLD = "the journal says that an Ente was told, but there is no such notification"
REVERSAL_LINE = "a reversal without its line in the journal"
IMPORTED = "a version of the registry is not what was imported"
TELLING = "SELECT id FROM journal WHERE object_id = {paid} AND actor = 'worker'"
TOLD_OF = "SELECT flow_id FROM flow_settlement WHERE settlement_id = {settlement}"
CANCELLED = "UPDATE position SET state = 'CANCELLED' WHERE id = {open_position}"
PAID_ENTRY = "SELECT id FROM entry WHERE payment_id = {paid} AND kind = 'paid'"

# What is changed, and which questions name which row. Names in braces are ids: {paid} a payment
# that is paid and in no settlement yet, {live}, {failed}, {late}, {double} others, {…_instalment}
# and {…_position} theirs, {plan} a position of which one of three instalments is paid, {single} the
# instalment of its other option, {open} an instalment nobody paid.
CORRUPTIONS = [
    ("UPDATE journal SET object_id = 4711 WHERE object_id = {paid} AND event LIKE 'send%'",
     {"the journal says OK, but there is no such payment":
      "SELECT id FROM journal WHERE object_id = 4711", ENDED: "{paid}",
      EDITED: "SELECT id FROM journal WHERE object_id = 4711"}),
    ("DELETE FROM journal WHERE object_id = {paid} AND event LIKE 'activate%'",
     {"a payment without the line of its activation in the journal": "{paid}", LINE_GONE:
      "SELECT id FROM kept.journal WHERE object_id = {paid} AND event LIKE 'activate%'"}),
    ("DELETE FROM journal WHERE object_id = {elsewhere} AND actor LIKE 'caller/%'",
     {"a payment made elsewhere without the line of its receipt in the journal": "{elsewhere}",
      LINE_GONE: "SELECT id FROM kept.journal WHERE object_id = {elsewhere}"
      " AND actor LIKE 'caller/%'"}),
    ("DELETE FROM node_receipt WHERE payment_id = {elsewhere}",
     {"a payment made elsewhere of which nobody knows who collected it": "{elsewhere}"}),
    ("INSERT INTO node_receipt (payment_id, psp_name, channel_description, created_at)"
     " VALUES ({paid}, 'X', 'X', '2020-01-01')",
     {"a receipt of a payment that no node told of": "{paid}"}),
    ("UPDATE payment SET settles = 'hub' WHERE id = {elsewhere}",
     {"money that was collected elsewhere, taken for the hub's": "{elsewhere}"}),
    ("UPDATE journal SET at = at + INTERVAL 1 MICROSECOND WHERE event = 'verifyPaymentNotice'"
     " OR object_id = {failed}",
     {EDITED: "SELECT id FROM journal WHERE event = 'verifyPaymentNotice' OR object_id = {failed}"}),
    ("DELETE FROM journal WHERE object_id = {failed} AND event LIKE 'send%'",
     {LINE_GONE: "SELECT id FROM kept.journal WHERE object_id = {failed} AND event LIKE 'send%'",
      ENDED: "{failed}"}),
    ("UPDATE journal_seal SET seq = -seq WHERE seq IN (3, 5);"
     " UPDATE journal_seal SET seq = 8 + seq WHERE seq < 0",
     {EDITED: "SELECT journal_id FROM journal_seal WHERE seq BETWEEN 3 AND 6"}),
    ("DELETE FROM journal_seal WHERE seq IN (4, 6)", {PLACE_GONE: "SELECT 5 UNION SELECT 7"}),
    ("DELETE FROM journal_seal WHERE seq >= {head}",
     {CUT: "SELECT last FROM sequencer WHERE name = 'seal'", SIGNED: "{head}"}),
    ("DELETE FROM journal_seal WHERE seq > 2; UPDATE sequencer SET last = 2 WHERE name = 'seal'",
     {SIGNED: "{head}"}),
    ("INSERT INTO journal (id, at, actor, event, outcome) VALUES (4711, '2020-01-01', 'x', 'x', 'OK')",
     {OPEN: "4711"}),
    ("UPDATE journal_seal SET hash = REPEAT('x', 32) WHERE seq = {head}",
     {OTHER_CHAIN: "{head}",
      EDITED: "SELECT journal_id FROM journal_seal WHERE seq IN ({head}, {head} + 1)"}),
    ("ALTER TABLE receipt DROP KEY payment; INSERT INTO receipt (id, payment_id, creditor, token,"
     " created_at) SELECT 4711, payment_id, creditor, token, '2020-01-01' FROM receipt"
     " WHERE payment_id = {paid}",
     {"an Ente has not exactly one receipt of a payment": "{paid}", NUMBER: "4711"}),
    ("DELETE FROM outbox WHERE payment_id = {paid}; DELETE FROM receipt WHERE payment_id = {paid}",
     {"an Ente has not exactly one receipt of a payment": "{paid}", TOLD: TELLING}),
    ("INSERT INTO receipt (id, payment_id, creditor, token, created_at)"
     " VALUES (4711, {paid}, 'X', 'X', '2020-01-01')",
     {"a receipt of a payment on which nothing was paid to that Ente": "4711", TOKEN: "4711",
      NUMBER: "4711"}),
    ("UPDATE outbox SET state = 'HELD', done_at = NULL WHERE payment_id = {paid}",
     {"a held notification that nothing lets out": "SELECT id FROM outbox WHERE payment_id = {paid}"}),
    ("INSERT INTO outbox_lane (creditor, destination, failures, turn, since)"
     " VALUES ('X', 'Y', 3, 4711, '2020-01-01')",
     {"a turn of a notification that is not to be sent": "4711"}),
    ("UPDATE entry SET amount_cents = amount_cents + 1 WHERE payment_id = {paid} AND kind = 'fee'",
     {"the entries of a fact do not sum to 0":
      "SELECT MIN(id) FROM entry WHERE fact_id = {paid}"}),
    ("UPDATE transfer SET stamp_hash = 'QQ==' WHERE instalment_id = {open}",
     {"a transfer has an account and a stamp, or neither": "{open}", CLAIM: "{open_position}"}),
    ("UPDATE payment SET method = 'other' WHERE id = {second}",
     {"the payments of one outcome do not agree, or the fee is not the first one's": "{second}"}),
    ("DELETE FROM payment_stamp WHERE payment_id = {stamped}",
     {"a payment's stamps are not those that its transfers ask for": "{stamped}"}),
    ("UPDATE payment SET fee_cents = fee_cents + 1 WHERE id = {paid}",
     {"what was collected is not what was owed and the fee": "{paid}", OUTCOME: "{paid}"}),
    ("UPDATE entry SET kind = 'fee' WHERE payment_id = {double} AND kind = 'suspense'",
     {ENTRIES: "{double}", ENTRY_OF:
      "SELECT id FROM entry WHERE payment_id = {double} AND kind = 'fee'"}),
    ("DELETE FROM entry WHERE payment_id = {paid}",
     {ENTRIES: "{paid}", "a receipt of a payment on which nothing was paid to that Ente":
      "SELECT id FROM receipt WHERE payment_id = {paid}"}),
    ("UPDATE entry SET account = 'IT00X' WHERE payment_id = {paid} AND kind = 'paid'",
     {"an entry is not its transfer": PAID_ENTRY, DUE: PAID_ENTRY}),
    ("UPDATE transfer SET amount_cents = amount_cents + 1 WHERE instalment_id = {open}",
     {"the transfers of an instalment are not its amount": "{open}", CLAIM: "{open_position}"}),
    ("UPDATE payment SET amount_cents = amount_cents + 1 WHERE id = {live}",
     {"a payment's amount is not its instalment's": "{live}"}),
    ("ALTER TABLE payment DROP KEY live_instalment; UPDATE payment SET state = 'ACTIVE',"
     " closed_at = NULL, instalment_id = {live_instalment} WHERE id = {failed};"
     " UPDATE position SET live_count = 2 WHERE id = {live_position}",
     {"several payments live on one instalment": "{live_instalment}", OF_NOTICE: "{failed}",
      OUTCOME: "{failed}"}),
    ("UPDATE instalment SET state = 'OPEN' WHERE id = {paid_instalment};"
     " UPDATE position SET state = 'OPEN', paid_count = 0 WHERE id = {paid_position}",
     {UNPAID: "{paid_instalment}"}),
    ("UPDATE instalment SET state = 'PAID' WHERE id = {single};"
     " UPDATE position SET paid_count = 2 WHERE id = {plan}",
     {"instalments of two options of one position are paid": "{plan}", UNPAID: "{single}"}),
    ("UPDATE position SET live_count = live_count + 1 WHERE id = {live_position}",
     {"a position's counters are not its payments": "{live_position}"}),
    ("UPDATE position SET state = 'PAID' WHERE id = {plan}",
     {"a position is PAID with open instalments, or the other way round": "{plan}"}),
    ("UPDATE payment SET state = 'GONE' WHERE id = {failed}",
     {"a state that no table of states has": "{failed}", OUTCOME: "{failed}"}),
    ("UPDATE payment SET closed_at = NULL WHERE id = {failed}",
     {"a payment that ended has no end, or one that lives has one": "{failed}"}),
    ("UPDATE payment SET closed_at = expires_at + INTERVAL 1 SECOND WHERE id = {paid}",
     {"a payment in time was closed after its end": "{paid}"}),
    ("DELETE FROM reversal WHERE id = {reversal}",
     {"a payment that is REVERSED without its reversal, or the other way round": "{reversed}",
      ENTRY_OF: "SELECT id FROM entry WHERE fact_id = {reversal}", OUTCOME: "{reversed}"}),
    ("UPDATE entry SET transfer_number = 2 WHERE fact_id = {reversal} AND kind = 'reversed'",
     {"a reversal's entries are not its payment's the other way round": "{reversal}"}),
    ("DELETE FROM journal WHERE object_id = {reversed} AND event = 'payment.reversed'",
     {REVERSAL_LINE: "{reversal}", LINE_GONE: "SELECT id FROM"
      " kept.journal WHERE object_id = {reversed} AND event = 'payment.reversed'"}),
    ("DELETE FROM reversal_due", {DUE: "SELECT id FROM entry WHERE payment_id = {reversed}"
                                  " AND kind IN ('paid', 'reversed')"}),
    ("INSERT INTO reversal_closed (entry_id, paid_entry, reason, closed_by, closed_at)"
     " SELECT entry_id, paid_entry, 'x', 'operator/x', '2026-01-01' FROM reversal_due;"
     " DELETE FROM reversal_due", {"a reversal that somebody settled without a line in the journal":
                                   "SELECT entry_id FROM reversal_closed"}),
    ("DELETE FROM anomaly WHERE payment_id = {late}",
     {"money late or double without its anomaly": "{late}"}),
    ("DELETE FROM outbox WHERE payment_id = {paid}",
     {"a receipt nobody was told of, though its Ente was told before":
      "SELECT id FROM receipt WHERE payment_id = {paid}", TOLD: TELLING}),
    ("UPDATE outbox SET receipt_id = 4711 WHERE payment_id = {paid} ORDER BY id LIMIT 1",
     {"a notification of no receipt": "SELECT id FROM outbox WHERE receipt_id = 4711",
      TOLD: TELLING + " AND detail LIKE (SELECT CONCAT(destination, ' %') FROM outbox"
      " WHERE receipt_id = 4711)"}),
    ("UPDATE outbox SET state = 'LOST' WHERE payment_id = {paid} ORDER BY id LIMIT 1",
     {"a notification in no known state, or done without a time":
      "SELECT id FROM outbox WHERE state = 'LOST'"}),
    ("UPDATE settlement SET entry_count = entry_count + 1 WHERE id = {settlement}",
     {SETTLED: "{settlement}", FLOW_OF: "SELECT j.flow_id FROM flow_settlement j JOIN flow f ON"
      " f.id = j.flow_id JOIN settlement s ON s.id = j.settlement_id AND s.creditor = f.party"
      " WHERE s.id = {settlement}"}),
    ("UPDATE settlement SET total_cents = total_cents + 1 WHERE id = {settlement}",
     {SETTLED: "{settlement}", FLOW_TOTAL:
      "SELECT flow_id FROM flow_settlement WHERE settlement_id = {settlement}"}),
    ("UPDATE settlement SET total_cents = 0 WHERE id = {settlement}",
     {"a settlement that credits nothing, or less": "{settlement}", SETTLED: "{settlement}",
      FLOW_TOTAL: "SELECT flow_id FROM flow_settlement WHERE settlement_id = {settlement}"}),
    ("DELETE FROM settlement_entry WHERE settlement_id = {settlement} LIMIT 1",
     {SETTLED: "{settlement}", DUE: "{settled_entry}"}),
    ("DELETE FROM entry_due WHERE entry_id = (" + PAID_ENTRY + ")", {DUE: PAID_ENTRY}),
    ("INSERT INTO settlement_due (subscription, settlement_id)"
     " SELECT subscription, id FROM settlement WHERE id = {settlement}",
     {"money of a settlement that its bank is neither told nor due to be, or both":
      "{settlement}"}),
    ("UPDATE settlement_entry SET kind = 'other' WHERE settlement_id = {settlement} LIMIT 1",
     {"an entry in a settlement of another account": "{settlement}"}),
    ("ALTER TABLE settlement_entry DROP KEY entry; INSERT INTO settlement_entry"
     " SELECT {next_settlement}, entry_id, kind FROM settlement_entry"
     " WHERE settlement_id = {settlement} ORDER BY entry_id LIMIT 1",
     {"an entry in two settlements of a kind": "SELECT MIN(entry_id) FROM settlement_entry"
      " WHERE settlement_id = {settlement}", SETTLED: "{next_settlement}"}),
    ("UPDATE flow SET total_cents = total_cents + 1 WHERE id = {flow}", {FLOW_TOTAL: "{flow}"}),
    ("DELETE FROM flow WHERE id = {flow}",
     {"a flow number is missing in a subscription": "{next_flow}", UNKNOWN_FILE: "0",
      "a flow that tells a settlement for another subscription": "{flow}"}),
    ("UPDATE flow SET size = NULL WHERE id = {flow}",
     {"a published flow without hash or size": "{flow}"}),
    ("UPDATE flow SET sha256 = REPEAT('x', 32) WHERE id = {flow}",
     {CHANGED: "{flow}", PUBLISHED: "{flow}"}),
    ("UPDATE psp_flow SET total_cents = total_cents + 1 WHERE id = {report}",
     {"the lines of a PSP's flow are not what it says": "{report}"}),
    ("DELETE FROM psp_flow_part WHERE flow_id = {report}",
     {OTHER_BYTES: "{report}"}),
    ("UPDATE psp_flow_part SET bytes = COMPRESS(REPLACE(UNCOMPRESS(bytes), 'RF1', 'RF2'))"
     " WHERE flow_id = {report}", {OTHER_BYTES: "{report}"}),
    ("ALTER TABLE psp_flow DROP KEY live_key; INSERT INTO psp_flow (id, psp, channel, creditor,"
     " flow_id, flow_time, flow_at, year, state, reference, settled_on, line_count, total_cents,"
     " size, received_at, sha256) SELECT 4711, psp, channel, creditor, flow_id, flow_time, flow_at,"
     " year, state, reference, settled_on, 0, 0, 0, received_at, sha256 FROM psp_flow"
     " WHERE id = {report}",
     {"several revisions of a PSP's flow are live": "{report}", OTHER_BYTES: "4711"}),
    ("UPDATE psp_flow_claim SET line = 9 WHERE flow_id = {report}",
     {"a matched line is not what was paid": "{report}"}),
    ("UPDATE anomaly SET state = 'CLOSED' WHERE flow_id = {report}",
     {"a line to be looked at without its anomaly, or the other way round": "{report}"}),
    ("UPDATE anomaly SET state = 'DONE' WHERE payment_id = {late}",
     {"an anomaly of a state, a kind or a closing that no table has":
      "SELECT id FROM anomaly WHERE payment_id = {late}"}),
    ("UPDATE anomaly SET state = 'CLOSED', reason = 'accepted', closed_by = 'operator/x',"
     " closed_at = '2026-01-01' WHERE payment_id = {late}",
     {"an anomaly that somebody closed without a line in the journal":
      "SELECT id FROM anomaly WHERE payment_id = {late}"}),
    ("INSERT INTO anomaly_note (anomaly_id, id, at, author, text) SELECT id, 4711, '2026-01-01',"
     " 'operator/x', 'x' FROM anomaly WHERE payment_id = {late}",
     {"a note about an anomaly without a line in the journal, or about none": "4711"}),
    ("UPDATE payment SET channel = '66666666666_02' WHERE id = {paid}",
     {"a payment without the line of its activation in the journal": "{paid}",
      ENTRY_OF: "SELECT id FROM entry WHERE payment_id = {paid}"}),
    ("UPDATE payment SET token = 'X' WHERE id = {paid}",
     {"a payment's token is not the one that the journal says": "{paid}",
      TOKEN: "SELECT id FROM receipt WHERE payment_id = {paid}"}),
    ("UPDATE receipt SET token = 'X' WHERE payment_id = {paid}",
     {TOKEN: "SELECT id FROM receipt WHERE payment_id = {paid}"}),
    ("UPDATE entry SET day = '2020-01-01' WHERE payment_id = {paid} AND kind = 'paid'",
     {"an entry's day is not its payment's": PAID_ENTRY}),
    ("UPDATE payment SET state = 'ACTIVE', closed_at = NULL, instalment_id = {paid_instalment}"
     " WHERE id = {failed}; UPDATE position SET live_count = 1 WHERE id = {paid_position}",
     {"a payment lives on what was paid before": "{failed}", OF_NOTICE: "{failed}",
      OUTCOME: "{failed}"}),
    ("DELETE FROM position WHERE id = {open_position}",
     {"an instalment without its position or option": "{open}", CREATED: "{open_position}"}),
    ("UPDATE receipt SET seq = seq + 1000 WHERE payment_id = {paid}",
     {NUMBER: "SELECT id FROM receipt WHERE payment_id = {paid}"}),
    ("UPDATE outbox SET payload = REPLACE(payload, '12.34', '99.34') WHERE payment_id = {paid}"
     " AND kind = 'notifyPayment'",
     {"a notification that is done, and was not sent as it is stored":
      "SELECT id FROM outbox WHERE payment_id = {paid} AND kind = 'notifyPayment'"}),
    ("UPDATE settlement SET cut_off = '2020-01-01' WHERE id = {settlement}",
     {"an entry in a settlement of a period that ended before it": "{settlement}"}),
    ("UPDATE flow_counter SET next = 2 WHERE subscription = (SELECT MIN(subscription) FROM flow)",
     {"a flow's number that would be given again": "SELECT MAX(id) FROM flow GROUP BY subscription"
      " ORDER BY subscription LIMIT 1"}),
    ("DELETE FROM flow_delivery WHERE flow_id = {flow}",
     {"a published flow that is nowhere, or a file of a flow that is not published": "{flow}"}),
    ("UPDATE registry_version SET document = REPLACE(document, 'Comune di Prova', 'X')",
     {IMPORTED: "SELECT 1"}),
    ("UPDATE registry_version SET document = REPLACE(document, 'Comune di Prova', 'X'),"
     " sha256 = CAST(UNHEX(SHA2(document, 256)) AS BINARY)", {IMPORTED: "SELECT 1"}),
    ("DELETE FROM registry_version",
     {"a version of the registry that was imported is gone": "SELECT 1"}),
    ("UPDATE flow_delivery SET target = '/nowhere' WHERE flow_id = {flow}", {GONE: "{flow}"}),
    # a friend's debt, and what an Ente never gets: each table agrees with the others
    ("UPDATE payment SET state = 'FAILED', closed_at = activated_at WHERE id = {live};"
     " UPDATE position SET live_count = 0 WHERE id = {live_position}", {ENDED: "{live}"}),
    ("UPDATE payment SET state = 'FAILED' WHERE id = {paid}; DELETE FROM entry_due WHERE entry_id = ("
     + PAID_ENTRY + "); DELETE FROM entry WHERE payment_id = {paid}; DELETE FROM receipt WHERE"
     " payment_id = {paid}; DELETE FROM outbox WHERE payment_id = {paid}; UPDATE instalment SET state ="
     " 'OPEN' WHERE id = {paid_instalment}; UPDATE position SET state = 'OPEN', paid_count = 0,"
     " begun_option = NULL WHERE id = {paid_position}", {OUTCOME: "{paid}", TOLD: TELLING}),
    ("UPDATE payment SET fee_cents = fee_cents + 1 WHERE id = {paid}; UPDATE entry SET amount_cents ="
     " amount_cents + IF(kind = 'fee', 1, -1) WHERE fact_id = {paid} AND kind IN ('fee', 'collected')",
     {OUTCOME: "{paid}"}),
    ("DELETE FROM outbox WHERE payment_id = {paid} AND kind = 'paSendRT'",
     {TOLD: TELLING + " AND event = 'paSendRT'"}),
    ("UPDATE entry SET kind = 'x' WHERE fact_id = {paid} AND kind = 'collected'",
     {ENTRY_OF: "SELECT id FROM entry WHERE kind = 'x'"}),
    # a cent of what the PSP owes becomes its fee: the sum stays 0
    ("UPDATE entry SET kind = 'x', amount_cents = amount_cents + 1 WHERE fact_id = {paid} AND kind ="
     " 'collected'; UPDATE entry SET amount_cents = amount_cents - 1 WHERE fact_id = {paid} AND"
     " kind = 'fee'", {ENTRY_OF: "SELECT id FROM entry WHERE kind = 'x'"}),
    ("UPDATE payment SET psp = 'OTHER' WHERE id = {paid}",
     {ENTRY_OF: "SELECT id FROM entry WHERE fact_id = {paid} AND kind IN ('collected', 'fee')"}),
    ("UPDATE entry SET creditor = 'OTHER' WHERE fact_id = {double} AND kind = 'suspense'",
     {ENTRY_OF: "SELECT id FROM entry WHERE fact_id = {double} AND kind = 'suspense'"}),
    ("UPDATE reversal SET reference = 'OTHER'", {REVERSAL_LINE: "{reversal}"}),
    ("UPDATE position SET begun_option = 4711 WHERE id = {paid_position}",
     {"the option that was begun is not one of the position's": "{paid_position}"}),
    ("DELETE FROM instalment WHERE id = {open}", {OF_OPTION: "{open_position}"}),
    # whoever pays it next pays somebody else
    ("UPDATE transfer SET iban = 'IT99X0000000000000000000001' WHERE instalment_id = {open}",
     {CLAIM: "{open_position}"}),
    ("UPDATE transfer SET amount_cents = amount_cents - 1 WHERE instalment_id = {open}; UPDATE"
     " instalment SET amount_cents = amount_cents - 1 WHERE id = {open}; UPDATE payment_option SET"
     " amount_cents = amount_cents - 1 WHERE position_id = {open_position}",
     {CLAIM: "{open_position}"}),
    ("UPDATE position SET debtor_code = 'X' WHERE id = {open_position}", {CLAIM: "{open_position}"}),
    ("UPDATE instalment SET due_date = '2020-01-01' WHERE id = {open}", {CLAIM: "{open_position}"}),
    ("UPDATE instalment SET creditor = 'X' WHERE id = {open}",
     {"an instalment's Ente or IUV is not its position's or its notice's": "{open}"}),
    ("UPDATE instalment SET notice_number = CONCAT('3', '{open}' MOD 100000000), iuv ="
     " SUBSTR(notice_number, 2) WHERE id = {paid_instalment}",
     {OF_NOTICE: "{paid}", CLAIM: "{paid_position}"}),
    ("UPDATE payment SET creditor = '" + ASL + "' WHERE id = {failed}", {OF_NOTICE: "{failed}"}),
    (CANCELLED, {"a position and its instalments do not agree on whether it is withdrawn":
                 "{open_position}",
                 "a position that is withdrawn without a line in the journal, or the other way round":
                 "{open_position}"}),
    (CANCELLED + "; UPDATE instalment SET state = 'CANCELLED' WHERE id = {open}",
     {"a position that is withdrawn without a line in the journal, or the other way round":
      "{open_position}"}),
    ("DELETE FROM position WHERE id = {open_position}; DELETE FROM payment_option WHERE position_id ="
     " {open_position}; DELETE FROM transfer WHERE instalment_id = {open};"
     " DELETE FROM instalment WHERE id = {open}", {CREATED: "{open_position}"}),
    ("UPDATE position SET id = 4711 WHERE id = {open_position}; UPDATE payment_option SET position_id"
     " = 4711 WHERE position_id = {open_position}; UPDATE instalment SET position_id = 4711"
     " WHERE id = {open}", {UNCREATED: "4711", CREATED: "{open_position}"}),
    ("UPDATE flow SET record_count = record_count + 1 WHERE id = {flow}", {FLOW_OF: "{flow}"}),
    ("UPDATE flow SET message_id = 'X' WHERE id = (" + TOLD_OF + " ORDER BY flow_id LIMIT 1)",
     {FLOW_OF: "SELECT id FROM flow WHERE message_id = 'X'"}),
    ("DELETE FROM journal WHERE object_id = {flow} AND event = 'flow.published'",
     {PUBLISHED: "{flow}", LINE_GONE: "SELECT id FROM kept.journal WHERE object_id = {flow}"
      " AND event = 'flow.published'"}),
    ("UPDATE flow_settlement SET subscription = 'X' WHERE flow_id = {flow}",
     {"a flow that tells a settlement for another subscription": "{flow}"}),
    ("UPDATE settlement SET state = 'OTHER' WHERE id = {settlement}",
     {"a settlement in no known state": "{settlement}"}),
    ("DELETE FROM psp_flow WHERE id = {report}",
     {"a PSP's flow in no known state, or lines of one that is gone": "{report}"}),
    ("UPDATE anomaly SET amount_cents = amount_cents - 1 WHERE payment_id = {late}",
     {"an anomaly is not about what its payment is":
      "SELECT id FROM anomaly WHERE payment_id = {late}"}),
    ("DELETE FROM registry_switch", {"a switch is not as the journal says":
     "SELECT id FROM journal WHERE event = 'registry.stop'"}),
    ("UPDATE outbox SET creditor = '" + ASL + "' WHERE payment_id = {paid} ORDER BY id LIMIT 1",
     {"a notification of no receipt": "SELECT o.id FROM outbox o JOIN receipt r ON"
      " r.id = o.receipt_id AND r.creditor <> o.creditor"}),
    ("INSERT INTO journal (id, at, actor, event, outcome) VALUES (-4711, '2020-01-01', 'x', 'x', 'OK')",
     {OPEN: "-4711"}),
]


class Database:
    """The private database, as its owner sees it."""

    def __init__(self, hub):
        self.socket = hub.json("db", "status")[0].socket
        self.sql("CREATE DATABASE kept")

    def sql(self, text):
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--batch",
                               "--skip-column-names", "payer"],
                              input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ids(self, text):
        return [int(line) for line in self.sql(text).split()]

    def copy(self, table, to):
        """A table whole, with its keys; from `kept` to `payer` or the other way round."""
        columns = ", ".join(self.sql(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'payer'"
            f" AND table_name = '{table}' AND is_generated = 'NEVER'").split())
        other = {"kept": "payer", "payer": "kept"}[to]
        self.sql(f"CREATE OR REPLACE TABLE {to}.{table} LIKE {other}.{table};"
                 f" INSERT INTO {to}.{table} ({columns}) SELECT {columns} FROM {other}.{table}")


def plan_of_three(hub, channel):
    options = [{"kind": "single", "instalment": [instalment("30.00")]},
               {"kind": "plan", "instalment": [instalment("10.00", n) for n in (1, 2, 3)]}]
    single, first, _, _ = (n.noticeNumber for n in
                           submit(caller(hub), position("AUDIT-1", options=options))[0].notice)
    channel.outcome(channel.activate(COMUNE, first, "10.00").paymentToken)
    return single, first


def late(channel, notice):
    """A payment whose token ended before its outcome comes."""
    return channel.activate(notice.creditor, notice.number, notice.amount,
                            expiration_ms=1).paymentToken


@pytest.fixture(scope="module")
def filled(module_hub):
    """A hub in which each kind of thing is there, and at rest; ids by name."""
    hub, channel, ids = module_hub, module_hub.channel(), {}
    new = hub.position_new
    for _ in range(2):
        pay(channel, new())
        hub.payer("flow", "run")
    notices = {name: new() for name in ("late", "double", "failed", "live", "open", "elsewhere",
                                        "paid", "told", "reversed")}
    token = late(channel, notices["late"])
    channel.outcome(token)
    together = [new(), new()]
    notices["second"] = together[1]
    pay_together(channel, together, fee="1.00")
    notices["stamped"] = hub.position_new(**stamped())
    pay_stamped(channel, notices["stamped"])
    token = late(channel, notices["double"])
    pay(channel, notices["double"])
    channel.outcome(token)
    token = channel.activate(COMUNE, notices["failed"].number, "12.34").paymentToken
    channel.outcome(token, "KO")
    channel.activate(COMUNE, notices["live"].number, "12.34")
    node = Node(hub.url, violations=hub.violations.path)
    node.tell(node.receipt(notices["elsewhere"]))
    node.close()
    single, first = plan_of_three(hub, channel)
    hub.payer("stop", "channel", DESK, "--reason", "r")
    hub.payer("payment", "reverse", pay(channel, notices["reversed"]), "--reason", "r",
              "--reference", "R")
    hub.payer("work", "--once")
    pay(channel, notices["paid"], "1.00")
    token = channel.activate(COMUNE, notices["told"].number, "12.34").paymentToken
    channel.outcome(token)
    assert FlowPsp(hub.url).deliver([payment(notices["told"].iuv, token, "12.34"),
                                     payment("RF1", "x", "1.00")])[1] == "OK"
    hub.payer("work", "--once")
    wait_until(lambda: hub.sql("SELECT COUNT(*) FROM journal") ==
               hub.sql("SELECT COUNT(*) FROM journal_seal"), "the seal on each line")
    hub.work.stop()
    hub.payer("work", "--once")

    database = Database(hub)
    for name, notice in notices.items():
        of = f"FROM instalment i LEFT JOIN payment y ON y.instalment_id = i.id" \
             f" WHERE i.notice_number = '{notice.number}' ORDER BY y.state = 'DUPLICATE' DESC LIMIT 1"
        for suffix, column in (("", "y.id"), ("_instalment", "i.id"), ("_position", "position_id")):
            if name + suffix != "open":
                ids[name + suffix] = database.sql(f"SELECT {column} {of}").strip()
    ids["open"] = ids["open_instalment"]
    ids["reversal"], = database.ids("SELECT id FROM reversal")
    ids["single"], ids["plan"] = database.sql("SELECT id, position_id FROM instalment WHERE"
                                              f" notice_number = '{single}'").split()
    of = "FROM settlement WHERE subscription = (SELECT MIN(subscription) FROM settlement)"
    ids["settlement"], ids["next_settlement"] = database.ids(f"SELECT id {of} ORDER BY id LIMIT 2")
    [ids["settled_entry"]] = database.ids(
        f"SELECT entry_id FROM settlement_entry WHERE settlement_id = {ids['settlement']}")
    of = "FROM flow WHERE subscription = (SELECT MIN(subscription) FROM flow)"
    ids["flow"], ids["next_flow"] = database.ids(f"SELECT id {of} ORDER BY id LIMIT 2")
    ids["report"], = database.ids("SELECT id FROM psp_flow WHERE state = 'LIVE'")
    ids["head"] = heads(hub)[-1].split()[0]
    database.names = ids
    assert hub.payer("audit", "--json").stdout == ""
    return database


def heads(hub):
    return (hub.home / "var" / "journal.heads").read_text(encoding="ascii").splitlines()


@pytest.fixture
def corrupt(filled):
    """A function that edits the database; what it touched is as before afterwards."""
    tables = set()

    def edit(sql):
        tables.update(re.findall(r"(?:UPDATE|INTO|DELETE FROM|TABLE) (\w+)", sql))
        for table in tables:
            filled.copy(table, "kept")
        filled.sql(sql)

    yield edit
    for table in tables:
        filled.copy(table, "payer")


def case_id(corruption):
    return re.sub(r"\W+", " ", next(iter(corruption[1])))[:60]


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=case_id)
def test_the_audit_names_what_was_edited(hub, filled, corrupt, corruption):
    sql, named = corruption
    corrupt(sql.format(**filled.names))
    expected = []
    for what, row in named.items():
        row = row.format(**filled.names)
        for found in filled.ids(row if row.startswith("SELECT") else f"SELECT {row}"):
            expected.append((*(QUESTIONS | AFTERWARDS)[what], found, what))

    found = hub.json("audit", ok=(1,))

    assert sorted((f.rule, f.table, f.id, f.what) for f in found) == sorted(expected)
    assert all(f.detail for f in found)


def test_each_question_has_its_corruption():
    """A new question comes with the edit that it is there for."""
    assert len(QUESTIONS) > 25
    assert {next(iter(named)) for _, named in CORRUPTIONS} | HEADS == set(QUESTIONS)


def test_nothing_wrong_is_nothing_said(hub, filled):
    done = hub.payer("audit")
    assert done.stdout == ""
    assert f"{ASKED} questions" in done.stderr and " 0 findings" in done.stderr


def test_an_answer_that_takes_long(hub, filled):
    """Of a year's rows a question takes longer than any payer may wait: it is no lost database."""
    with subprocess.Popen(["mariadb", "--no-defaults", "--unbuffered", "-N",
                           f"--socket={filled.socket}", "payer"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as holder, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        holder.stdin.write("LOCK TABLES payment WRITE; SELECT 'held';\n")
        holder.stdin.flush()
        assert holder.stdout.readline().strip() == "held"
        audit = pool.submit(hub.payer, "audit", "--set", "db.timeout=1s")
        wait_until(lambda: audit.done() or filled.ids(
            "SELECT COALESCE(MAX(FLOOR(time_ms)), 0) FROM information_schema.processlist"
            " WHERE user = 'payer_audit'")[0] > 5000, "a question that waits")
        holder.communicate("UNLOCK TABLES;\n", timeout=10)
        assert " 0 findings" in audit.result(30).stderr


def test_without_signed_heads_the_proof_is_missed(hub, filled):
    """No finding: a restore beside has none yet. But whoever reads is told what was not looked at."""
    path = hub.home / "var" / "journal.heads"
    assert "Nothing proves" not in hub.payer("audit").stderr
    away = path.rename(path.with_suffix(".away"))
    said = hub.payer("audit").stderr
    away.rename(path)
    assert "Nothing proves how far the journal went" in said and str(path) in said


@pytest.mark.parametrize("edit,what", [
    (lambda lines: [*lines[:-1], lines[-1].replace(" ", "1 ", 1)], "not signed by this hub's key"),
    (lambda lines: [lines[0][:-88] + lines[0][-88:].swapcase(), *lines[1:]], "not signed by this hub's key"),
    (lambda lines: [*lines, "nonsense"], "not signed by this hub's key"),
    (lambda lines: [*lines, lines[-1]], "not in their order"),
], ids=["another place", "another signature", "no head", "twice"])
def test_an_edited_file_of_heads_is_named(hub, filled, edit, what):
    path, kept = hub.home / "var" / "journal.heads", heads(hub)
    path.write_text("".join(f"{line}\n" for line in edit(kept)), encoding="ascii")
    try:
        finding, = hub.json("audit", ok=(1,))
        assert finding.rule == "I10" and what in finding.what
    finally:
        path.write_text("".join(f"{line}\n" for line in kept), encoding="ascii")


def test_a_head_can_be_checked_elsewhere(hub, filled, tmp_path):
    """With the public key and nothing of ours."""
    text, signature = heads(hub)[-1].rsplit(" ", 1)
    for name, content in (("key.pem", hub.payer("journal", "key").stdout.encode()),
                          ("text", text.encode()), ("sig", base64.b64decode(signature))):
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin",
                           "-in", "text", "-sigfile", "sig"], cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert "Signature Verified Successfully" in done.stdout
