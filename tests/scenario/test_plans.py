# SPDX-License-Identifier: GPL-3.0-or-later
"""How the database carries out each statement of the program, in tables that have a year behind
them: no growing table is read whole, nothing is sorted aside, and no statement reads more than it
is asked for. Nothing is run but by the database itself: ANALYZE in a transaction that is undone."""
import datetime
import re
import subprocess

import pytest
from lxml import etree

from scenario.test_database import Database
from support.statements import statements

N = 20000          # positions; each other table follows
ENDED = N - 2000   # up to here all is paid, told and settled, but for what LATELY says
LATELY = 2000      # of the last ones that ended: not yet numbered, told, settled
LIMIT = 50         # what a batch asks for
BOUND = 8 * LIMIT  # rows that a statement may read: a batch with its joins
SAMPLE = 10007     # a position in the middle, of Ente 7

SMALL = {"channel_day", "outbox_lane", "registry_version", "registry_switch", "sequencer", "iuv_block", "flow_counter", "flow_period", "restoration",
         "schema_migration", "schema_grant", "information_schema.tables",
         "information_schema.table_privileges", "information_schema.schema_privileges",
         "information_schema.session_variables", "information_schema.processlist"}  # an operator's or a constant number of rows

# Statements that may read more, or sort aside, and why that harms nobody.
EXCEPTIONS = {
    "outbox_waiting": "counts what waits, for an operator",
    "outbox_list_state": "for an operator: sorts what waits or is parked; what is DONE comes by id",
    "position_get_instalments": "sorts the rows of one position",
    "position_payments": "sorts the rows of one position",
    "psp_flow_tallies": "for an operator: counts the lines of one flow",
    "flow_targets": "payer flow verify looks at every file that there is",
    "channel_sum": "a day of one channel, and only of one with a limit for the day",
    "reversal_wait_list": "for an operator: few are reversed, and fewer wait",
    "reversal_waiting": "counts what waits, for an operator: few are reversed",
    "outbox_age": "reads the keys of what waits, not the rows",
}

FILL = [
    """INSERT INTO position (id, creditor, own_id, content_hash, debt_type, debtor_kind, debtor_code,
       debtor_name, description, state, begun_option, paid_count, created_at, created_by)
       SELECT seq, {ente}, CONCAT('P', seq), REPEAT('h', 32), 'TARI', 'F', CONCAT('D', seq),
       'Nome', 'Debito', IF(seq % 1000 = 0, 'CANCELLED', IF({ended}, 'PAID', 'OPEN')),
       IF({ended}, seq, NULL), {ended}, {at}, 'load' FROM {seq}""",
    """INSERT INTO payment_option (id, position_id, number, kind, amount_cents, instalment_count)
       SELECT seq, seq, 1, 'single', 1000, 1 FROM {seq}""",
    """INSERT INTO instalment (id, option_id, position_id, creditor, number, notice_number, iuv,
       amount_cents, due_date, description, state) SELECT seq, seq, seq, {ente}, 1,
       CONCAT('3', LPAD(seq, 17, '0')), CONCAT('I', seq), 1000, '2099-12-31', 'Rata',
       IF({ended}, 'PAID', 'OPEN') FROM {seq}""",
    """INSERT INTO transfer (instalment_id, number, creditor, iban, amount_cents, taxonomy,
       remittance) SELECT seq, 1, {ente}, {iban}, 1000, 'T', 'R' FROM {seq}""",
    """INSERT INTO payment (id, instalment_id, creditor, psp, channel, token, amount_cents, settles,
       state, activated_at, expires_at, closed_at) SELECT seq, seq, {ente}, 'PSP',
       CONCAT('PSP_', seq % 3), CONCAT('T', seq), 1000, 'hub',
       IF({ended}, IF(seq % 20 = 0, 'FAILED', 'PAID'), 'ACTIVE'), {at},
       {at} + INTERVAL 30 MINUTE, IF({ended}, {at}, NULL) FROM {seq}
       WHERE {ended} OR seq > {n} - 100""",
    """INSERT INTO payment_stamp (payment_id, transfer_number, attachment) SELECT seq, 1, 'QQ=='
       FROM {seq} WHERE {ended} AND seq % 100 = 7""",
    """INSERT INTO node_receipt (payment_id, psp_name, channel_description, created_at)
       SELECT id, 'PSP', 'app', {at} FROM payment JOIN {seq} ON seq = id WHERE id % 7 = 0""",
    "UPDATE payment SET told_by = 'NODO', settles = 'ente' WHERE id % 7 = 0",
    """INSERT INTO receipt (id, payment_id, creditor, token, created_at, seq) SELECT seq, seq,
       {ente}, CONCAT('T', seq), {at}, IF({done}, seq, NULL) FROM {seq} WHERE {ended}""",
    """INSERT INTO entry (id, fact_id, payment_id, transfer_number, kind, creditor, account,
       instrument, settles, amount_cents, day, created_at) SELECT 3 * seq + k.n, seq, seq, k.n = 2,
       k.kind, IF(k.n = 2, {ente}, 'PSP'), IF(k.n = 2, {iban}, ''), 'PSP_1', 'hub', k.cents,
       DATE({at}), {at} FROM {seq} JOIN (SELECT 0 n, 'collected' kind, -1100 cents
       UNION SELECT 1, 'fee', 100 UNION SELECT 2, 'paid', 1000) k WHERE {ended}""",
    """INSERT INTO settlement (id, flow_id, kind, subscription, creditor, account, settles, state,
       day, cut_off, entry_count, total_cents, created_at) SELECT seq, CONCAT('F', seq),
       'riversamento', CONCAT('BANK', seq % 2), {ente}, {iban}, 'hub', 'SEALED',
       '2026-01-01', {at}, 9, 9000, {at} FROM {seq} WHERE seq < {ended_n} / 9""",
    """INSERT INTO settlement_entry (settlement_id, entry_id, kind) SELECT
       seq DIV 180 * 20 + seq % 20, 3 * seq + 2, 'riversamento' FROM {seq} WHERE {done}""",
    """INSERT INTO outbox (id, receipt_id, payment_id, creditor, destination, kind, dedup_id,
       payload, state, next_at, created_at, done_at) SELECT 2 * seq + d.n, seq, seq, {ente},
       CONCAT('DEST', d.n), 'paSendRT', CONCAT('T', seq), REPEAT('x', 200),
       CASE WHEN {done} THEN 'DONE' WHEN seq % 10 = 0 THEN 'PARKED' WHEN seq % 10 = 1 THEN 'CLAIMED' WHEN seq % 10 = 7 THEN 'HELD'
       ELSE 'READY' END, {at}, {at}, IF({done}, {at}, NULL)
       FROM {seq} JOIN (SELECT 0 n UNION SELECT 1) d WHERE {ended}""",
    """INSERT INTO journal (id, at, actor, event, creditor, notice_number, object_id, outcome)
       SELECT 3 * seq + d.n, {at}, 'channel/PSP_1', 'sendPaymentOutcome', {ente},
       CONCAT('3', LPAD(seq, 17, '0')), seq, 'OK' FROM {seq} JOIN (SELECT 0 n UNION SELECT 1 UNION SELECT 2) d
       WHERE {ended}""",
    """INSERT INTO journal_seal (journal_id, seq, hash) SELECT 3 * seq + d.n, 3 * seq + d.n,
       REPEAT('h', 32) FROM {seq} JOIN (SELECT 0 n UNION SELECT 1 UNION SELECT 2) d WHERE {done}""",
    """INSERT INTO message (id, at, keep_until, family, request, answer) SELECT 3 * seq, {at},
       {now} - INTERVAL 100 MINUTE + INTERVAL seq MINUTE, 'channels', REPEAT('x', 200), '' FROM {seq}""",
    """INSERT INTO idempotency (caller, operation, ikey, content_hash, answer, created_at,
       valid_until) SELECT 'PSP', 'activatePaymentNotice', CONCAT('K', seq), REPEAT('h', 32), 'x',
       {now}, {now} - INTERVAL 20 SECOND + INTERVAL seq SECOND FROM {seq}""",
    """INSERT INTO station_call (creditor, notice_number, id, until) SELECT {ente},
       CONCAT('3', LPAD(seq, 17, '0')), seq, {now} - INTERVAL 20 SECOND + INTERVAL seq SECOND
       FROM {seq}""",
    """INSERT INTO anomaly (id, kind, payment_id, creditor, amount_cents, state, created_at)
       SELECT seq, 'late', seq, {ente}, 1000, IF({done}, 'CLOSED', 'OPEN'), {at} FROM {seq}
       WHERE {ended} AND seq % 10 = 0""",
    """INSERT INTO anomaly_note (anomaly_id, id, at, author, text) SELECT id, id, created_at,
       'operator/a', 'seen' FROM anomaly""",
    """INSERT INTO flow (id, subscription, seq, message_id, format, party, name, state,
       record_count, total_cents, created_at, day, sha256, size, published_at) SELECT seq,
       CONCAT('BANK', seq % 40), seq DIV 40, CONCAT('M', seq), 'pain.001.001.03', {ente},
       CONCAT('f', seq), IF(seq > {ended_n} / 4, 'MADE', 'PUBLISHED'), 1, 9000, {at}, '2026-01-01',
       REPEAT('h', 32), 1, {at} FROM {seq} WHERE seq < {ended_n} / 4 + 3""",
    """INSERT INTO flow_settlement (flow_id, settlement_id, subscription) SELECT seq, seq,
       CONCAT('BANK', seq % 2) FROM {seq} WHERE seq < {ended_n} / 9 - 200""",
    """INSERT INTO flow_settlement (flow_id, settlement_id, subscription) SELECT {ended_n} / 9 + seq,
       seq, CONCAT('ENTE', seq % 20) FROM {seq} WHERE seq < {ended_n} / 9 - 200""",
    """INSERT INTO settlement_due (subscription, settlement_id) SELECT CONCAT('BANK', seq % 2), seq
       FROM {seq} WHERE seq BETWEEN {ended_n} / 9 - 200 AND {ended_n} / 9 - 1""",
    """INSERT INTO entry_due (creditor, account, settles, entry_id) SELECT {ente}, {iban}, 'hub',
       3 * seq + 2 FROM {seq} WHERE {ended} AND NOT {done}""",
    """INSERT INTO reversal (id, payment_id, amount_cents, was, reference, reason, made_by, ikey, day,
       created_at) SELECT 4 * {n} + seq, seq, 1000, 'PAID', 'R', 'r', 'operator/x', CONCAT('K', seq),
       '2026-01-01', {at} FROM {seq} WHERE {ended} AND seq % 20 = 7""",
    """INSERT INTO reversal_due (creditor, account, settles, entry_id, paid_entry) SELECT {ente}, {iban},
       'hub', 3 * seq + 1, 3 * seq + 2 FROM {seq} WHERE {ended} AND NOT {done} AND seq % 20 = 7""",
    """INSERT INTO reversal_closed (entry_id, paid_entry, reason, closed_by, closed_at)
       SELECT 3 * seq + 1, 0, 'r', 'operator/x', {at} FROM {seq} WHERE {done} AND seq % 20 = 7""",
    """INSERT INTO psp_flow (id, psp, channel, creditor, flow_id, flow_time, flow_at, year, state,
       matching, replaces, reference, settled_on, line_count, total_cents, size, received_at, sha256)
       SELECT seq, 'PSP', 'PSP_1', {ente}, CONCAT('R', seq), '2026-01-01T00:00:00', {at}, 2026,
       IF(seq % 100 = 0, 'REPLACED', IF(seq > {n} - 3, 'LOADING', IF(seq = 77, 'REFUSED', 'LIVE'))),
       IF(seq > {n} - 9, 'DUE', IF(seq = 100, 'RELEASE', 'DONE')), NULL, 'TRN', '2026-01-01', 1,
       1000, 1000, {at}, REPEAT('h', 32) FROM {seq}""",
    """INSERT INTO psp_flow_line (flow_id, n, iuv, iur, idx, amount_cents, outcome, paid_on, state,
       payment_id) SELECT IF(seq > {n} - 1000, {sample}, seq), IF(seq > {n} - 1000, seq + 1001 - {n}, 1),
       CONCAT('I', seq), CONCAT('T', seq), 0, 1000, '0', '2026-01-01',
       IF(seq % 50 = 0, 'TWICE', IF(seq > {n} - 1000, 'NEW', 'MATCHED')), seq FROM {seq}""",
    """INSERT INTO psp_flow_part (flow_id, n, bytes) SELECT seq, 0, COMPRESS(REPEAT('x', 1000))
       FROM {seq}""",
    """INSERT INTO psp_flow_claim (entry_id, flow_id, line) SELECT 3 * seq + 2, seq, 1 FROM {seq}
       WHERE seq <= {n} - 1000""",
    "INSERT INTO psp_flow_again (payment_id) SELECT seq FROM {seq} WHERE seq % 100 = 0",
    """INSERT INTO anomaly (id, kind, creditor, amount_cents, state, created_at, flow_id, line)
       SELECT {n} + seq, 'reported-twice', {ente}, 1000, IF({done}, 'CLOSED', 'OPEN'), {at}, seq, 1
       FROM {seq} WHERE seq % 50 = 0""",
    """INSERT INTO flow_delivery (flow_id, target, state, delivered_at) SELECT id, name,
       'DELIVERED', {now} FROM flow WHERE state = 'PUBLISHED'""",
    "INSERT INTO flow_counter (subscription, next) VALUES ('BANK1', 7)",
    "INSERT INTO restoration (id, made_at) SELECT seq, {at} FROM seq_1_to_9",
    "INSERT INTO flow_gap (subscription, first, last, made_at) SELECT 'BANK2', seq, seq, {at}"
    " FROM seq_1_to_9",
    """INSERT INTO flow_period (subscription, rule, ends_at, cut_off, state)
       SELECT CONCAT('BANK', seq), 'daily 06:00', {now}, {now}, 'CLOSED' FROM seq_1_to_40""",
    """INSERT INTO outbox_lane (creditor, destination, failures, turn, since)
       SELECT creditor, destination, 5, MIN(id), {now} FROM outbox WHERE state = 'HELD'
       GROUP BY creditor, destination""",
    "INSERT INTO sequencer (name, last) VALUES ('receipt', 7)",
    "INSERT INTO iuv_block (creditor, aux_digit, code, next) VALUES (LPAD(7, 11, '7'), 3, 1, 7)",
]
NOW = datetime.datetime.now(datetime.timezone.utc).strftime("'%Y-%m-%d %H:%M:%S'")
YEAR_S = 365 * 86400
WORDS = {
    "n": N, "sample": SAMPLE, "now": NOW, "seq": f"seq_1_to_{N}", "ended_n": ENDED, "ended": f"(seq <= {ENDED})",
    "done": f"(seq <= {ENDED - LATELY})", "ente": "LPAD(seq % 20, 11, '7')",
    "iban": "CONCAT('IT', LPAD(seq % 20, 25, '0'))",
    "at": f"({NOW} - INTERVAL ({N} - seq) * {YEAR_S // N} SECOND)",
}

# What each '?' stands for: by the column that it is compared with, or set to.
IDS = {"settlement": 1007, "flow": 1007, "outbox": 2 * SAMPLE}
DUE_ENTRY, DUE_SETTLEMENT = 3 * (ENDED - LATELY + 7) + 2, ENDED // 9 - 13  # not joined yet
VALUES = {
    "creditor": "'77777777777'", "own_id": f"'P{SAMPLE}'", "notice_number": f"'3{SAMPLE:017}'",
    "caller": "'PSP'", "operation": "'activatePaymentNotice'", "ikey": "'K100'", "psp": "'PSP'",
    "token": f"'T{SAMPLE}'", "channel": "'PSP_1'", "activated_at": f"{NOW} - INTERVAL 90 DAY",
    "position_id": SAMPLE, "payment_id": SAMPLE, "instalment_id": SAMPLE, "live_instalment": N - 7, "settlement_id": 1007, "flow_id": 1007,
    "entry_id": 0, "subscription": "'BANK1'", "account": f"'IT{7:025}'", "settles": "'hub'",
    "fact_id": SAMPLE, "iuv": f"'I{SAMPLE}'", "made_by": "'operator/x'", "kind": "'riversamento'", "name": "'receipt'", "last": 7, "aux_digit": 3, "code": 1, "next": 7,
    "version": 1, "ver": 0, "fence": 0, "owner": "'o'", "destination": "'DEST1'", "failures": 5, "turn": 1, "seq": 10 ** 6, "begun_option": SAMPLE,
    "live_count": 0, "paid_count": 0, "fee_cents": 0, "size": 1, "registry": 1, "sha256": "REPEAT('h', 32)",
    "last_error": "NULL", "method": "NULL", "payer_kind": "NULL", "payer_code": "NULL",
    "payer_name": "NULL", "application_date": "NULL", "transfer_date": "NULL",
    **dict.fromkeys(("payment_channel", "bundle", "ci_bundle", "payer_street", "payer_civic",
                     "payer_postal_code", "payer_city", "payer_province", "payer_country",
                     "payer_email", "collected_with"), "NULL"), "pa_fee_cents": 0,
    "payment_id": SAMPLE,
    "entry_count": 9, "total_cents": 9000, "day": "'2026-01-01'", "variable_name": "'log_bin'", "role": "'work'",
    "content_hash": "REPEAT('h', 32)", "amount_cents": 1000, "due_date": "'2030-01-01'",
    "payable_until": "NULL", "n": 1, "party": "'77777777777'", "message_id": "'M1007'",
    "format": "'pain.001.001.03'", "matching": "'DUE'", "replaces": "NULL", "line": 0,
    "received_at": NOW,
    **dict.fromkeys(("debt_type", "debtor_kind", "debtor_code", "debtor_name", "description"), "'F'"),
    **dict.fromkeys(("debtor_street", "debtor_civic", "debtor_postal_code", "debtor_city",
                     "debtor_province", "debtor_country", "debtor_email", "office", "metadata"),
                    "NULL"),
    **{column: NOW for column in ("created_at", "valid_until", "until", "expires_at", "next_at", "done_at",
                                  "lease_until", "closed_at", "published_at")},
}
DUE, ALL_IDS = ["'1000-01-01'", "'9999-12-31'"], [0, 2 ** 63 - 1]
NO_FILTERS = ["NULL"] * 10 + [LIMIT]
GIVEN = {  # where it is compared with nothing, or twice: all of a statement's values
    "anomaly_add": [1, "'late'", SAMPLE, "'77777777777'", 1, NOW, SAMPLE, "'late'"],
    "message_add": [3 * N + 7, 30, "'channels'", "NULL", "'x'", "''", 3 * N + 7],
    "message_get": [3 * SAMPLE],
    "lane_hold_all": ["'77777777777'", "'DEST1'", 0, LIMIT],
    "outbox_settle": ["'DONE'", "NULL", NOW, NOW, 0, 2 * SAMPLE, 0],
    "receipt_list": ["'77777777777'", SAMPLE, LIMIT],
    "position_find_many": ["'77777777777'", *(f"'P{SAMPLE + 20 * n}'" for n in range(64))],
    "position_find_notices": ["'77777777777'", *(f"'3{SAMPLE + 20 * n:017}'" for n in range(64))],
    "position_list": [*DUE, "'77777777777'", *ALL_IDS, LIMIT],
    "position_list_state": [*DUE, "'77777777777'", *ALL_IDS, "'OPEN'", LIMIT],
    "position_list_debtor": [*DUE, "'77777777777'", *ALL_IDS, f"'D{SAMPLE}'", LIMIT],
    "journal_search_notice": [*ALL_IDS, f"'3{SAMPLE:017}'", *NO_FILTERS],
    "journal_search_object": [*ALL_IDS, SAMPLE, *NO_FILTERS],
    "journal_search_time": [*ALL_IDS, *NO_FILTERS],
    "seal_find_open": [3 * (ENDED - LATELY) + 2, 2 ** 63 - 1, LIMIT],
    "settlement_find_open": ["'riversamento'", "'77777777777'", f"'IT{7:025}'", "'hub'"],
    "restore_flow_gaps_add": [1000], "restore_flow_skip": [1000], "restore_receipt_skip": [1000],
    "restore_notice_skip": [1000],
    "settlement_count": [1, 1, 1007, 0],
    "settlement_join": [1007, "'riversamento'", *[DUE_ENTRY] * 64],
    "settlement_joined": ["'77777777777'", f"'IT{7:025}'", "'hub'", *[DUE_ENTRY] * 64],
    "settlement_reversed": ["'77777777777'", f"'IT{7:025}'", "'hub'", 0, NOW, LIMIT],
    "settlement_taken_back": ["'77777777777'", f"'IT{7:025}'", "'hub'", *[0] * 64],
    "reversal_add": [4711, 4711, 1, "'PAID'", "'R'", "'r'", "'operator/x'", "'k'", "'2026-01-01'", NOW],
    "reversal_wait_list": [0, *["NULL"] * 4, LIMIT],
    "reversal_wait": ["'77777777777'", f"'IT{7:025}'", "'hub'", 4711, 0],
    "psp_flow_live": ["'PSP'", f"'R{SAMPLE}'", 2026],
    "psp_flow_names_of": ["'77777777777'", "'PSP'", LIMIT],
    "psp_flow_find": ["'77777777777'", f"'R{SAMPLE}'"],
    "psp_flow_find_of": ["'77777777777'", f"'R{SAMPLE}'", "'PSP'"],
    "psp_match_pairs": ["'PSP'", "'77777777777'", SAMPLE, 0, LIMIT],
    "psp_match_pairs_by_iuv": ["'77777777777'", "'PSP'", "'77777777777'", SAMPLE, 0, LIMIT],
    "psp_match_verdict": ["'MATCHED'", SAMPLE, "'IUR'", SAMPLE, 1],
    "psp_match_second_under_way": [SAMPLE, 0, LIMIT], "psp_match_paid_under_way": [0, LIMIT],
    "psp_match_suspended_under_way": [SAMPLE], "psp_match_suspended_again": [NOW, SAMPLE],
    "psp_match_advance": [LIMIT, LIMIT, SAMPLE, 0, "'DUE'"],
    "psp_match_second_close": [NOW, SAMPLE, 0, LIMIT], "psp_match_second_again": [SAMPLE, 0, LIMIT],
    "psp_match_paid_again": [NOW, 0, LIMIT],
    "psp_match_claims_drop": [SAMPLE, 0, LIMIT], "psp_match_anomalies_close": [NOW, SAMPLE, 0, LIMIT],
    "psp_match_anomaly": [4711, "'reported-twice'", "'77777777777'", 1, NOW, SAMPLE, 1],
    "anomaly_list": [*ALL_IDS, *["NULL"] * 6, LIMIT],
    "anomaly_list_state": ["'OPEN'", *ALL_IDS, *["NULL"] * 6, LIMIT],
    "anomaly_set": ["'CLOSED'", "NULL", "NULL", "'accepted'", "'operator/a'", NOW, SAMPLE, 0, "'OPEN'"],
    "anomaly_notes": [SAMPLE], "anomaly_note_last": [SAMPLE],
    "flow_join": [1007, "'BANK1'", *[DUE_SETTLEMENT] * 64],
    "flow_told": ["'BANK1'", *[DUE_SETTLEMENT] * 64],
}
STATES = {"payment": ("PAID",), "position": ("OPEN", "PAID"), "outbox": ("CLAIMED", "PARKED", "DONE"),
          "psp_flow": ("LIVE", "REFUSED"), "psp_flow_line": ("MATCHED", "TWICE"), "flow": ("MADE", "PUBLISHED"), "settlement": ("SEALED",)}
ADDS = re.compile(r"INSERT INTO \w+ \([\w, ]+\) VALUES ")
COMPARED = re.compile(r"(?:(\w+)\.)?(\w+)\s*(?:=|<=|>=|<|>)\s*(?:COALESCE\()?$")


TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+([a-z_.]+)")


def bound(statement):
    """The statement with values in place of each '?', once for each state that it may ask for."""
    table = TABLE.search(statement.sql).group(1)
    states = STATES.get(table, ("",)) if re.search(r"state = \?", statement.sql) else ("",)
    for state in states:
        parts = statement.sql.split("?")
        text = parts[0]
        given = iter(GIVEN.get(statement.name, ()))
        for part in parts[1:]:
            column = COMPARED.search(text)
            value = next(given, None)
            if value is not None:
                pass
            elif text.endswith("LIMIT "):
                value = LIMIT
            elif column and column.group(2) == "state":
                value = f"'{state}'"
            elif column and column.group(2) == "id":
                value = IDS.get(table, SAMPLE) if column.group(0).split()[-1] == "=" else 0
            else:
                assert column and column.group(2) in VALUES, \
                    f"{statement.file}: {statement.name}: give VALUES its '?' after …{text[-60:]}"
                value = VALUES[column.group(2)]
            text += str(value) + part
        yield text


@pytest.fixture(scope="module")
def filled():
    database = Database()
    database.payer("db", "start")
    database.payer("db", "migrate")
    tables = set(database.sql("SELECT table_name FROM information_schema.tables"
                              " WHERE table_schema = 'payer'").split())
    run(database, ["SET SESSION unique_checks = 0", "SET SESSION sql_log_bin = 0",
                   *(text.format(**WORDS) for text in FILL),
                   *(f"ANALYZE TABLE {table}" for table in sorted(tables))])
    yield database
    database.close()


def run(database, script):
    """Statements as the server's owner; the rows of each that returns some."""
    done = subprocess.run(
        ["mariadb", "--no-defaults", "--xml", f"--socket={database.folder}/my.sock", "payer"],
        input="".join(f"{text};\n" for text in script), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    roots = re.split(r"(?=<\?xml)", done.stdout)
    return [[{field.get("name"): field.text for field in row} for row in root.iter("row")]
            for root in (etree.fromstring(text.encode()) for text in roots if text.strip())]


@pytest.fixture(scope="module")
def looked_at(filled):
    return list(plans(filled))


def wrong_with(plan, rows):
    """What a plan does that none should."""
    for step in plan:
        if step["table"] in SMALL or step["table"] is None or step["table"].startswith("<"):
            continue
        if step["type"] in ("ALL", "index"):
            yield f"reads all of {step['table']} ({step['type']} {step['key']})"
        for word in ("filesort", "temporary"):
            if word in (step["Extra"] or ""):
                yield f"{step['table']}: Using {word}"
    if rows > BOUND:
        yield f"reads {rows} rows"


def described(plan):
    return "\n".join(f"    {s['table']}: {s['type']} by {s['key']}, {s['r_rows']} rows, {s['Extra']}"
                     for s in plan)


def plans(database):
    """[(statement, with its values, plan, rows read)]. Rows that are only added have no plan; of the
    audit, which reads everything, only its plans are looked at."""
    for statement in statements():
        if ADDS.match(statement.sql) or SMALL.issuperset(TABLE.findall(statement.sql)):
            continue
        if statement.name.startswith("audit_"):
            yield statement, statement.sql, run(database, [f"EXPLAIN {statement.sql}"])[0], 0
            continue
        for text in bound(statement):
            plan, counts = run(database, [
                "FLUSH STATUS", "START TRANSACTION", f"ANALYZE {text}",
                "SHOW SESSION STATUS LIKE 'Handler_read%'", "ROLLBACK"])
            yield statement, text, plan, sum(int(row["Value"]) for row in counts)


def test_each_statement_reads_what_it_is_asked_for(looked_at):
    wrong, excepted = [], set()
    for statement, text, plan, rows in looked_at:
        problems = list(wrong_with(plan, rows))
        if not problems or statement.name.startswith("audit_"):
            continue
        excepted.add(statement.name)
        if statement.name not in EXCEPTIONS:
            wrong.append(f"{statement.file}: {statement.name}: {'; '.join(problems)}\n"
                         f"{described(plan)}\n    {text}")
    assert not wrong, "\n".join(wrong)
    assert excepted == set(EXCEPTIONS), "some are exceptions no more"


def test_who_names_a_row_locks_no_other(looked_at):
    """Given a choice, the optimizer takes the index of states where few rows are in one, and locks
    the gap into which everybody else writes."""
    named = re.compile(r"(UPDATE|DELETE FROM) \w+ .*WHERE id = \?")
    steps = [(statement.name, step["possible_keys"]) for statement, _, plan, _ in looked_at
             if named.match(statement.sql) for step in plan]
    assert "payment_set_state" in dict(steps)
    assert [step for step in steps if step[1] != "PRIMARY"] == []


def test_each_key_is_used(filled, looked_at):
    """Unique ones keep rules; every other one costs each write, and must serve a statement."""
    used = {(step["table"], key) for _, _, plan, _ in looked_at for step in plan
            for key in re.split(r"[,()]+", (step["key"] or "").replace("Using ", ""))}
    names = {table: {table} for table in filled.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'payer'").split()}
    for statement, *_ in looked_at:  # plans say the alias
        for table, alias in re.findall(r"\b([a-z_]+) ([a-z])\b", statement.sql):
            if table in names:
                names[table].add(alias)
    keys = [line.split() for line in filled.sql(
        "SELECT DISTINCT table_name, index_name FROM information_schema.statistics"
        " WHERE table_schema = 'payer' AND non_unique = 1").splitlines()]
    assert keys
    assert [key for key in keys if not any((name, key[1]) in used for name in names[key[0]])] == []
