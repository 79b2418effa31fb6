/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/audit.h"

/* rule, what is wrong with each row that comes, table of the row's id, the question */
#define Q(rule, what, table, sql)                                                                  \
    {                                                                                              \
        rule, what, table,                                                                         \
        {                                                                                          \
            "audit_" rule, sql, 0                                                                  \
        }                                                                                          \
    }

#define KIND_OF_LINE                                                                               \
    "CASE l.state WHEN 'DIFFERS' THEN 'reported-differs' WHEN 'UNKNOWN' THEN 'reported-not-paid'"  \
    " WHEN 'TWICE' THEN 'reported-twice' WHEN 'REVOKED' THEN 'reported-revoked' END"

#define CLAIMED "('position.created', 'position.updated')"

static const struct {
    const char *rule, *what, *table;
    struct db_stmt stmt;
} questions[] = {
    Q("I1", "the journal says OK, but there is no such payment", "journal",
      "SELECT j.id, CONCAT('payment ', j.object_id) FROM journal j LEFT JOIN payment y"
      " ON y.id = j.object_id WHERE (j.event LIKE '%Payment%' OR j.event LIKE 'paSendRT%')"
      " AND j.object_id IS NOT NULL AND y.id IS NULL"),
    Q("I1", "a payment without the line of its activation in the journal", "payment",
      "SELECT y.id, y.state FROM payment y LEFT JOIN journal j ON j.object_id = y.id"
      " AND j.event LIKE 'activate%' AND j.actor = CONCAT('channel/', y.channel)"
      " WHERE j.id IS NULL AND y.told_by IS NULL"),
    Q("I1", "a payment's token is not the one that the journal says", "payment",
      "SELECT y.id, j.event FROM payment y JOIN journal j ON j.object_id = y.id"
      " AND j.event LIKE 'sendPaymentOutcome%'"
      " WHERE j.token_hash <> CAST(LEFT(UNHEX(SHA2(y.token, 256)), 8) AS BINARY)"
      " GROUP BY y.id, j.event"),
    Q("I1", "a payment that ended without the line of its outcome in the journal", "payment",
      "SELECT y.id, y.state FROM payment y LEFT JOIN journal j ON j.object_id = y.id"
      " AND j.event LIKE 'sendPaymentOutcome%' AND j.actor LIKE 'channel/%' WHERE j.id IS NULL"
      " AND y.told_by IS NULL AND y.state NOT IN ('ACTIVE', 'EXPIRED')"),
    Q("I1", "a payment's state or money is not what the journal says of its outcome", "payment",
      "SELECT y.id, CONCAT(y.state, ', ', MIN(j.detail)) FROM payment y JOIN journal j"
      " ON j.object_id = y.id AND j.event LIKE 'sendPaymentOutcome%' AND j.detail LIKE '% cents'"
      " LEFT JOIN reversal r ON r.payment_id = y.id WHERE j.detail <> CONCAT(IF(y.state ="
      " 'REVERSED', COALESCE(r.was, ''), y.state), ' ', y.amount_cents, '+', y.fee_cents, ' cents')"
      " GROUP BY y.id, y.state"),
    Q("I1", "a payment made elsewhere without the line of its receipt in the journal", "payment",
      "SELECT y.id, y.state FROM payment y LEFT JOIN journal j ON j.object_id = y.id"
      " AND j.event LIKE 'paSendRT%' AND j.actor LIKE 'caller/%'"
      " WHERE j.id IS NULL AND y.told_by IS NOT NULL"),
    Q("F27", "a payment made elsewhere of which nobody knows who collected it", "payment",
      "SELECT y.id, y.told_by FROM payment y LEFT JOIN node_receipt r ON r.payment_id = y.id"
      " WHERE y.told_by IS NOT NULL AND r.payment_id IS NULL"),
    Q("F27", "a receipt of a payment that no node told of", "node_receipt",
      "SELECT r.payment_id, r.psp_name FROM node_receipt r LEFT JOIN payment y"
      " ON y.id = r.payment_id AND y.told_by IS NOT NULL WHERE y.id IS NULL"),
    Q("F27", "money that was collected elsewhere, taken for the hub's", "payment",
      "SELECT y.id, y.settles FROM payment y LEFT JOIN entry e ON e.payment_id = y.id"
      " AND e.settles <> 'ente' WHERE y.told_by IS NOT NULL AND (y.settles <> 'ente'"
      " OR e.id IS NOT NULL) GROUP BY y.id, y.settles"),
    Q("I2", "an Ente has not exactly one receipt of a payment", "payment",
      "SELECT x.payment_id, CONCAT(x.creditor, ': ', x.n) FROM (SELECT e.payment_id, e.creditor,"
      " (SELECT COUNT(*) FROM receipt r WHERE r.payment_id = e.payment_id"
      " AND r.creditor = e.creditor) n FROM entry e WHERE e.kind IN ('paid', 'stamp')"
      " GROUP BY e.payment_id, e.creditor) x WHERE x.n <> 1"),
    Q("I2", "a receipt of a payment on which nothing was paid to that Ente", "receipt",
      "SELECT r.id, r.creditor FROM receipt r LEFT JOIN entry e ON e.fact_id = r.payment_id"
      " AND e.kind IN ('paid', 'stamp') AND e.creditor = r.creditor WHERE e.id IS NULL"),
    Q("I2", "a receipt's token is not its payment's", "receipt",
      "SELECT r.id, r.creditor FROM receipt r JOIN payment y ON y.id = r.payment_id"
      " WHERE r.token <> y.token"),
    Q("I3", "the entries of a fact do not sum to 0", "entry",
      "SELECT MIN(id), CONCAT('fact ', fact_id, ': ', SUM(amount_cents), ' cents') FROM entry"
      " GROUP BY fact_id HAVING SUM(amount_cents) <> 0"),
    Q("I3", "what was collected is not what was owed and the fee", "payment",
      "SELECT y.id, CONCAT(y.amount_cents + y.fee_cents, ' owed, ', -e.amount_cents, ' collected')"
      " FROM payment y JOIN entry e ON e.fact_id = y.id AND e.kind = 'collected'"
      " WHERE e.amount_cents <> -(y.amount_cents + y.fee_cents)"),
    Q("I3", "a payment that took money has no or other entries", "payment",
      "SELECT id, CONCAT(state, ', ', amount_cents, ' cents: ', taken) FROM (SELECT y.id, y.state,"
      " y.amount_cents, (SELECT COALESCE(SUM(e.amount_cents), 0) FROM entry e WHERE e.fact_id = "
      "y.id"
      " AND e.kind IN ('paid', 'stamp', 'suspense')) taken FROM payment y) x WHERE taken <>"
      " IF(state IN ('PAID', 'PAID_LATE', 'DUPLICATE', 'REVERSED'), amount_cents, 0)"),
    Q("I3", "an entry is not its transfer", "entry",
      "SELECT e.id, CONCAT(e.amount_cents, ' cents') FROM entry e JOIN payment y"
      " ON y.id = e.payment_id LEFT JOIN transfer t FORCE INDEX (PRIMARY) ON t.instalment_id = "
      "y.instalment_id"
      " AND t.number = e.transfer_number AND t.creditor = e.creditor AND t.iban = e.account"
      " AND t.amount_cents = e.amount_cents AND (t.stamp_hash IS NULL) = (e.kind = 'paid')"
      " WHERE e.kind IN ('paid', 'stamp') AND t.number IS NULL AND y.state <> 'REVERSED'"),
    Q("I3", "a reversal's entries are not its payment's the other way round", "reversal",
      "SELECT r.id, CONCAT(r.amount_cents, ' cents') FROM reversal r LEFT JOIN entry e"
      " ON e.fact_id = r.payment_id AND e.kind <> 'fee' LEFT JOIN entry b ON b.fact_id = r.id"
      " AND b.payment_id = r.payment_id AND b.transfer_number = e.transfer_number"
      " AND b.creditor = e.creditor AND b.account = e.account AND b.settles = e.settles"
      " AND b.amount_cents = IF(e.kind = 'collected', r.amount_cents, -e.amount_cents)"
      " AND b.kind = CASE e.kind WHEN 'collected' THEN 'returned' WHEN 'paid' THEN 'reversed'"
      " WHEN 'stamp' THEN 'unstamped' ELSE 'refunded' END GROUP BY r.id, r.amount_cents"
      " HAVING COUNT(e.id) = 0 OR COUNT(e.id) <> COUNT(b.id)"
      " OR COUNT(b.id) <> (SELECT COUNT(*) FROM entry x WHERE x.fact_id = r.id)"),
    Q("I3", "an entry of no known kind, or that is not its payment's", "entry",
      "SELECT e.id, CONCAT(e.kind, ' of ', e.creditor) FROM entry e LEFT JOIN payment y"
      " ON y.id = e.payment_id LEFT JOIN reversal r ON r.id = e.fact_id"
      " AND r.payment_id = e.payment_id WHERE y.id IS NULL OR e.instrument <> y.channel"
      " OR (e.settles <> y.settles AND y.told_by IS NULL) OR CASE WHEN e.kind IN"
      " ('collected', 'fee', 'suspense', 'paid', 'stamp') THEN e.fact_id <> y.id ELSE r.id IS NULL"
      " OR e.kind NOT IN ('returned', 'refunded', 'reversed', 'unstamped') END OR (e.kind IN"
      " ('collected', 'fee', 'returned', 'suspense', 'refunded') AND (e.account <> ''"
      " OR e.transfer_number <> 0 OR e.creditor <> IF(e.kind IN ('suspense', 'refunded'),"
      " y.creditor, y.psp)))"),
    Q("I3", "an entry's day is not its payment's", "entry",
      "SELECT e.id, CONCAT(e.day, ', ', COALESCE(y.day, '-')) FROM entry e JOIN payment y"
      " ON y.id = e.fact_id WHERE NOT e.day <=> y.day"),
    Q("I3", "a transfer has an account and a stamp, or neither", "instalment",
      "SELECT instalment_id, CONCAT('transfer ', number) FROM transfer"
      " WHERE (iban = '') <> (stamp_hash IS NOT NULL)"),
    Q("I3", "the payments of one outcome do not agree, or the fee is not the first one's",
      "payment",
      "SELECT y.id, CONCAT(y.state, ', ', y.fee_cents, ' cents of fee') FROM payment y"
      " LEFT JOIN payment f ON f.id = y.collected_with WHERE y.collected_with IS NOT NULL"
      " AND (f.id IS NULL OR f.collected_with <> f.id OR y.psp <> f.psp"
      " OR y.closed_at <> f.closed_at OR NOT (y.method <=> f.method)"
      " OR (y.state = 'FAILED') <> (f.state = 'FAILED') OR (y.id <> f.id AND y.fee_cents <> 0))"),
    Q("I3", "a payment's stamps are not those that its transfers ask for", "payment",
      "SELECT x.id, CONCAT(asked, ' asked for, ', fit, ' of ', came, ' fit') FROM (SELECT y.id,"
      " (SELECT COUNT(*) FROM entry e WHERE e.fact_id = y.id AND e.kind = 'stamp') asked,"
      " (SELECT COUNT(*) FROM payment_stamp s WHERE s.payment_id = y.id) came, (SELECT COUNT(*)"
      " FROM payment_stamp s JOIN entry e ON e.fact_id = s.payment_id AND e.kind = 'stamp'"
      " AND e.transfer_number = s.transfer_number WHERE s.payment_id = y.id) fit FROM payment y"
      " WHERE y.state IN ('PAID', 'PAID_LATE')) x LEFT JOIN anomaly a ON a.payment_id = x.id"
      " AND a.kind = 'stamp-differs' WHERE (asked <> fit OR came <> fit) AND a.id IS NULL"),
    Q("I3", "the transfers of an instalment are not its amount", "instalment",
      "SELECT i.id, CONCAT(i.amount_cents, ' cents, ', COALESCE(SUM(t.amount_cents), 0))"
      " FROM instalment i LEFT JOIN transfer t FORCE INDEX (PRIMARY) ON t.instalment_id = i.id"
      " GROUP BY i.id, i.amount_cents HAVING COALESCE(SUM(t.amount_cents), 0) <> i.amount_cents"),
    Q("I3", "a payment's amount is not its instalment's", "payment",
      "SELECT y.id, CONCAT(y.amount_cents, ' cents, ', i.amount_cents) FROM payment y"
      " LEFT JOIN instalment i ON i.id = y.instalment_id"
      " WHERE i.id IS NULL OR (i.amount_cents <> y.amount_cents"
      " AND y.state IN ('ACTIVE', 'PAID', 'PAID_LATE'))"),
    Q("I4", "several payments live on one instalment", "instalment",
      "SELECT instalment_id, COUNT(*) FROM payment WHERE state = 'ACTIVE' GROUP BY instalment_id"
      " HAVING COUNT(*) > 1"),
    Q("I4", "a payment lives on what was paid before", "payment",
      "SELECT y.id, CONCAT('payment ', z.id) FROM payment y JOIN payment z"
      " ON z.paid_instalment = y.live_instalment WHERE (z.state = 'PAID' AND z.told_by IS NULL)"
      " OR z.closed_at <= y.activated_at"),
    Q("I4", "an instalment without its position or option", "instalment",
      "SELECT i.id, i.notice_number FROM instalment i LEFT JOIN position p ON p.id = i.position_id"
      " LEFT JOIN payment_option o ON o.id = i.option_id AND o.position_id = i.position_id"
      " WHERE p.id IS NULL OR o.id IS NULL"),
    Q("I4", "an instalment and its payments do not agree on whether it is paid", "instalment",
      "SELECT i.id, CONCAT(i.state, ', paid by ', COUNT(y.id)) FROM instalment i LEFT JOIN payment "
      "y"
      " ON y.instalment_id = i.id AND y.state IN ('PAID', 'PAID_LATE') GROUP BY i.id, i.state"
      " HAVING COUNT(y.id) <> IF(i.state = 'PAID', 1, 0)"),
    Q("I4", "instalments of two options of one position are paid", "position",
      "SELECT position_id, COUNT(DISTINCT option_id) FROM instalment WHERE state = 'PAID'"
      " GROUP BY position_id HAVING COUNT(DISTINCT option_id) > 1"),
    Q("I4", "a position's counters are not its payments", "position",
      "SELECT p.id, CONCAT(p.live_count, ' live, ', p.paid_count, ' paid') FROM position p"
      " JOIN instalment i ON i.position_id = p.id LEFT JOIN payment y ON y.live_instalment = i.id"
      " GROUP BY p.id, p.live_count, p.paid_count HAVING COUNT(y.id) <> p.live_count OR "
      "SUM(i.state = 'PAID') <> p.paid_count"),
    Q("I4", "a position is PAID with open instalments, or the other way round", "position",
      "SELECT p.id, p.state FROM position p JOIN payment_option o ON o.id = p.begun_option"
      " WHERE (p.state = 'PAID') <> (p.paid_count = o.instalment_count)"),
    Q("I4", "the option that was begun is not one of the position's", "position",
      "SELECT p.id, p.begun_option FROM position p LEFT JOIN payment_option o"
      " ON o.id = p.begun_option AND o.position_id = p.id"
      " WHERE p.begun_option IS NOT NULL AND o.id IS NULL"),
    Q("I4", "an option has not the instalments that it says", "position",
      "SELECT o.position_id, CONCAT('option ', o.number, ': ', COUNT(i.id)) FROM payment_option o"
      " LEFT JOIN instalment i ON i.option_id = o.id GROUP BY o.id, o.position_id, o.number,"
      " o.kind, o.instalment_count HAVING COUNT(i.id) <> o.instalment_count"
      " OR o.kind NOT IN ('single', 'plan')"),
    Q("I4", "an instalment's Ente or IUV is not its position's or its notice's", "instalment",
      "SELECT i.id, CONCAT(i.creditor, ', ', i.notice_number, ', ', i.iuv) FROM instalment i"
      " JOIN position p ON p.id = i.position_id WHERE i.creditor <> p.creditor"
      " OR i.iuv <> RIGHT(i.notice_number, CHAR_LENGTH(i.iuv))"),
    Q("I4", "a payment's Ente or notice is not the one that the journal says", "payment",
      "SELECT y.id, CONCAT(y.creditor, ', ', i.notice_number) FROM payment y JOIN instalment i"
      " ON i.id = y.instalment_id LEFT JOIN journal j ON j.object_id = y.id"
      " AND j.event LIKE 'activate%' WHERE y.creditor <> i.creditor"
      " OR j.creditor <> i.creditor OR j.notice_number <> i.notice_number"
      " GROUP BY y.id, y.creditor, i.notice_number"),
    Q("I5", "a position and its instalments do not agree on whether it is withdrawn", "position",
      "SELECT p.id, CONCAT(p.state, ', ', MIN(i.state)) FROM position p JOIN instalment i"
      " ON i.position_id = p.id WHERE (p.state = 'CANCELLED') <> (i.state = 'CANCELLED')"
      " OR p.state NOT IN ('OPEN', 'PAID', 'CANCELLED')"
      " OR i.state NOT IN ('OPEN', 'PAID', 'CANCELLED') GROUP BY p.id, p.state"),
    Q("I10", "a position that is withdrawn without a line in the journal, or the other way round",
      "position",
      "SELECT p.id, p.state FROM position p LEFT JOIN journal j ON j.object_id = p.id"
      " AND j.event = 'position.cancelled' WHERE (p.state = 'CANCELLED') <> (j.id IS NOT NULL)"
      " GROUP BY p.id, p.state"),
    Q("I10", "a position that was created is gone", "position",
      "SELECT j.object_id, j.notice_number FROM journal j LEFT JOIN position p"
      " ON p.id = j.object_id WHERE j.event = 'position.created' AND p.id IS NULL"),
    /* What its station says of a notice is another witness: hosted once, asked there since. */
    Q("I10", "what a position asks for is not what its Ente sent", "position",
      "SELECT x.id, x.own_id FROM (SELECT p.id, p.own_id, CAST(UNHEX(SHA2(CONCAT_WS('\t',"
      " p.creditor, p.own_id, p.debt_type, p.debtor_code, p.debtor_name, GROUP_CONCAT(CONCAT_WS("
      "'\t', i.notice_number, i.iuv, i.due_date, t.number, t.creditor, t.iban, t.amount_cents,"
      " t.stamp_hash) ORDER BY o.number, i.number, t.number SEPARATOR '\n')), 256)) AS BINARY) "
      "claim"
      " FROM position p JOIN payment_option o ON o.position_id = p.id JOIN instalment i"
      " ON i.option_id = o.id JOIN transfer t FORCE INDEX (PRIMARY) ON t.instalment_id = i.id"
      " GROUP BY p.id, p.own_id, p.creditor, p.debt_type, p.debtor_code, p.debtor_name) x LEFT "
      "JOIN journal j"
      " ON j.object_id = x.id AND j.event IN " CLAIMED " AND j.request_hash = x.claim"
      " WHERE j.id IS NULL AND EXISTS (SELECT 1 FROM journal k WHERE k.object_id = x.id"
      " AND k.event IN " CLAIMED " AND k.request_hash IS NOT NULL) AND NOT EXISTS"
      " (SELECT 1 FROM instalment i FORCE INDEX (position) JOIN journal k"
      " ON k.notice_number = i.notice_number AND k.event LIKE 'paGetPayment%' WHERE i.position_id "
      "= x.id)"),
    Q("I10", "a position without the line of its creation in the journal", "position",
      "SELECT p.id, p.created_by FROM position p LEFT JOIN journal j ON j.object_id = p.id"
      " AND j.event = 'position.created' WHERE p.created_by NOT LIKE 'station/%'"
      " AND j.id IS NULL"),
    Q("I5", "a state that no table of states has", "payment",
      "SELECT id, state FROM payment WHERE state NOT IN ('ACTIVE', 'PAID', 'PAID_LATE', 'FAILED',"
      " 'EXPIRED', 'UNKNOWN', 'DUPLICATE', 'REVERSED')"),
    Q("I5", "a payment that is REVERSED without its reversal, or the other way round", "payment",
      "SELECT y.id, y.state FROM payment y LEFT JOIN reversal r ON r.payment_id = y.id"
      " WHERE (y.state = 'REVERSED') <> (r.id IS NOT NULL) OR r.amount_cents <> y.amount_cents"),
    Q("I10", "a reversal without its line in the journal", "reversal",
      "SELECT r.id, r.reference FROM reversal r LEFT JOIN journal j ON j.object_id = r.payment_id"
      " AND j.event = 'payment.reversed' AND j.actor = r.made_by"
      " AND j.detail = CONCAT('reversal ', r.id, ', reference ', r.reference)"
      " WHERE j.id IS NULL"),
    Q("I5", "a payment that ended has no end, or one that lives has one", "payment",
      "SELECT id, state FROM payment WHERE (state = 'ACTIVE') <> (closed_at IS NULL)"),
    Q("I5", "a payment in time was closed after its end", "payment",
      "SELECT id, state FROM payment WHERE state IN ('PAID', 'FAILED') AND closed_at > expires_at"),
    Q("I5", "money late or double without its anomaly", "payment",
      "SELECT y.id, y.state FROM payment y LEFT JOIN anomaly a ON a.payment_id = y.id"
      " WHERE y.state IN ('PAID_LATE', 'DUPLICATE') AND a.id IS NULL"),
    Q("I7", "a receipt nobody was told of, though its Ente was told before", "receipt",
      "SELECT r.id, r.creditor FROM receipt r LEFT JOIN outbox o ON o.receipt_id = r.id"
      " JOIN (SELECT creditor, MIN(created_at) first FROM outbox GROUP BY creditor) b"
      " ON b.creditor = r.creditor WHERE o.id IS NULL AND r.created_at > b.first"),
    Q("I7", "a receipt without a number for a day, or with one that was never given", "receipt",
      "SELECT r.id, CONCAT(r.creditor, ': ', COALESCE(r.seq, '-')) FROM receipt r LEFT JOIN"
      " sequencer q ON q.name = 'receipt' WHERE r.seq > COALESCE(q.last, 0)"
      " OR (r.seq IS NULL AND r.created_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY)"),
    Q("I7", "a notification of no receipt", "outbox",
      "SELECT o.id, o.kind FROM outbox o LEFT JOIN receipt r ON r.id = o.receipt_id"
      " WHERE r.id IS NULL OR r.payment_id <> o.payment_id OR r.creditor <> o.creditor"),
    Q("I7", "a notification in no known state, or done without a time", "outbox",
      "SELECT id, state FROM outbox WHERE state NOT IN ('READY', 'CLAIMED', 'HELD', 'DONE', "
      "'PARKED')"
      " OR (state = 'DONE') <> (done_at IS NOT NULL)"),
    Q("I7", "a notification that is done, and was not sent as it is stored", "outbox",
      "SELECT o.id, o.destination FROM outbox o LEFT JOIN journal j ON j.object_id = o.payment_id"
      " AND j.event = o.kind AND j.outcome = 'OK'"
      " AND j.request_hash = CAST(UNHEX(SHA2(o.payload, 256)) AS BINARY)"
      " WHERE o.state = 'DONE' AND j.id IS NULL"),
    Q("I7", "the journal says that an Ente was told, but there is no such notification", "journal",
      "SELECT j.id, CONCAT(j.event, ' ', j.detail) FROM journal j WHERE j.actor = 'worker'"
      " AND j.outcome = 'OK' AND j.event IN ('paSendRT', 'paSendRTV2', 'notifyPayment')"
      " AND NOT EXISTS (SELECT 1 FROM receipt r JOIN outbox o ON o.receipt_id = r.id"
      " AND o.destination = SUBSTRING_INDEX(j.detail, ' ', 1) WHERE r.payment_id = j.object_id"
      " AND r.creditor = j.creditor)"),
    Q("I7", "a held notification that nothing lets out", "outbox",
      "SELECT o.id, o.destination FROM outbox o LEFT JOIN outbox_lane l ON l.creditor = o.creditor"
      " AND l.destination = o.destination WHERE o.state = 'HELD' AND COALESCE(l.turn, 0) = 0"),
    Q("I7", "a turn of a notification that is not to be sent", "outbox",
      "SELECT l.turn, l.destination FROM outbox_lane l LEFT JOIN outbox o ON o.id = l.turn"
      " WHERE l.turn <> 0 AND COALESCE(o.state, '') NOT IN ('READY', 'CLAIMED')"),
    Q("I8", "a settlement's count or total is not its entries'", "settlement",
      "SELECT s.id, CONCAT(s.entry_count, ' of ', s.total_cents, ' cents: ', COUNT(e.id), ' of ',"
      " COALESCE(SUM(e.amount_cents), 0)) FROM settlement s LEFT JOIN settlement_entry j"
      " ON j.settlement_id = s.id LEFT JOIN entry e ON e.id = j.entry_id"
      " GROUP BY s.id, s.entry_count, s.total_cents HAVING COUNT(e.id) <> s.entry_count"
      " OR COALESCE(SUM(e.amount_cents), 0) <> s.total_cents"),
    Q("I8", "an entry in a settlement of another account", "settlement",
      "SELECT s.id, CONCAT('entry ', e.id) FROM settlement_entry j JOIN entry e ON e.id = "
      "j.entry_id"
      " JOIN settlement s ON s.id = j.settlement_id WHERE e.kind NOT IN"
      " ('paid', 'reversed') OR e.creditor <> s.creditor OR e.account <> s.account OR e.settles <> "
      "s.settles"
      " OR j.kind <> s.kind"),
    Q("I8", "an entry in a settlement of a period that ended before it", "settlement",
      "SELECT s.id, CONCAT('entry ', e.id) FROM settlement s JOIN settlement_entry j"
      " ON j.settlement_id = s.id JOIN entry e ON e.id = j.entry_id WHERE e.created_at >= "
      "s.cut_off"),
    Q("I8", "a paid entry that is neither settled nor due, or both", "entry",
      "SELECT e.id, CONCAT(e.creditor, ': ', e.amount_cents, ' cents') FROM entry e"
      " LEFT JOIN settlement_entry j ON j.entry_id = e.id LEFT JOIN (SELECT creditor, account,"
      " settles, entry_id FROM entry_due UNION ALL SELECT creditor, account, settles, paid_entry"
      " FROM reversal_due WHERE paid_entry <> 0 UNION ALL SELECT creditor, account, settles,"
      " entry_id FROM reversal_due UNION ALL SELECT x.creditor, x.account, x.settles, x.id"
      " FROM reversal_closed c JOIN entry x ON x.id IN (c.entry_id, c.paid_entry)) d"
      " ON d.creditor = e.creditor AND d.account = e.account AND d.settles = e.settles AND "
      "d.entry_id = e.id WHERE e.kind IN ('paid', 'reversed')"
      " GROUP BY e.id, e.creditor, e.amount_cents, j.entry_id"
      " HAVING (j.entry_id IS NOT NULL) + COUNT(d.entry_id) <> 1"),
    Q("I8", "a settlement that credits nothing, or less", "settlement",
      "SELECT id, CONCAT(total_cents, ' cents') FROM settlement WHERE state = 'SEALED'"
      " AND entry_count > 0 AND total_cents <= 0"),
    Q("I8", "money of a settlement that its bank is neither told nor due to be, or both",
      "settlement",
      "SELECT s.id, s.subscription FROM settlement s LEFT JOIN flow_settlement f"
      " ON f.settlement_id = s.id AND f.subscription = s.subscription LEFT JOIN settlement_due d"
      " ON d.subscription = s.subscription AND d.settlement_id = s.id WHERE s.state = 'SEALED'"
      " AND s.entry_count > 0 AND s.settles = 'hub'"
      " AND (f.settlement_id IS NULL) = (d.settlement_id IS NULL)"),
    Q("I5", "a settlement in no known state", "settlement",
      "SELECT id, state FROM settlement WHERE state NOT IN ('OPEN', 'SEALED')"),
    Q("I8", "an entry in two settlements of a kind", "entry",
      "SELECT entry_id, kind FROM settlement_entry GROUP BY entry_id, kind HAVING COUNT(*) > 1"),
    Q("I8", "a flow's total is not its settlements'", "flow",
      "SELECT f.id, CONCAT(f.total_cents, ' cents: ', COALESCE(SUM(s.total_cents), 0)) FROM flow f"
      " LEFT JOIN flow_settlement j ON j.flow_id = f.id LEFT JOIN settlement s"
      " ON s.id = j.settlement_id GROUP BY f.id, f.total_cents"
      " HAVING COALESCE(SUM(s.total_cents), 0) <> f.total_cents"),
    Q("I8", "a flow's count, id or party is not its settlements'", "flow",
      "SELECT f.id, CONCAT(f.party, ', ', f.message_id, ', ', f.record_count, ' records')"
      " FROM flow f LEFT JOIN flow_settlement j ON j.flow_id = f.id LEFT JOIN settlement s"
      " ON s.id = j.settlement_id GROUP BY f.id, f.party, f.message_id, f.record_count"
      " HAVING f.record_count <> COALESCE(SUM(IF(f.party = s.creditor, s.entry_count,"
      " s.id IS NOT NULL)), 0) OR COALESCE(SUM(f.party = s.creditor"
      " AND f.message_id <> s.flow_id), 0) + COALESCE(SUM(f.party <> s.creditor"
      " AND j.subscription <> s.subscription), 0) > 0"),
    Q("I8", "a flow that tells a settlement for another subscription", "flow",
      "SELECT j.flow_id, j.subscription FROM flow_settlement j LEFT JOIN flow f ON f.id = j.flow_id"
      " WHERE NOT f.subscription <=> j.subscription"),
    Q("I10", "a published flow is not the one that the journal says", "flow",
      "SELECT f.id, f.name FROM flow f LEFT JOIN journal j ON j.object_id = f.id"
      " AND j.event = 'flow.published' WHERE f.state = 'PUBLISHED'"
      " AND (j.id IS NULL OR j.detail <> LOWER(HEX(f.sha256)))"),
    Q("I8", "a flow number is missing in a subscription", "flow",
      "SELECT MAX(f.id), CONCAT(f.subscription, ': ', COUNT(*), ' flows up to ', MAX(f.seq))"
      " FROM flow f GROUP BY f.subscription HAVING COUNT(*) + (SELECT COALESCE(SUM(g.last - g.first"
      " + 1), 0) FROM flow_gap g WHERE g.subscription = f.subscription AND g.last < MAX(f.seq))"
      " <> MAX(f.seq)"),
    Q("I8", "a flow's number that would be given again", "flow",
      "SELECT MAX(f.id), CONCAT(f.subscription, ': ', COALESCE(c.next, '-')) FROM flow f LEFT JOIN"
      " flow_counter c ON c.subscription = f.subscription GROUP BY f.subscription, c.next"
      " HAVING COALESCE(c.next, 0) <= MAX(f.seq)"),
    Q("I8", "a published flow that is nowhere, or a file of a flow that is not published", "flow",
      "SELECT DISTINCT f.id, f.name FROM flow f LEFT JOIN flow_delivery d ON d.flow_id = f.id"
      " WHERE (f.state = 'PUBLISHED') <> (d.flow_id IS NOT NULL)"),
    Q("I8", "a published flow without hash or size", "flow",
      "SELECT id, name FROM flow WHERE state = 'PUBLISHED' AND (sha256 IS NULL OR size IS NULL)"),
    Q("W5", "the lines of a PSP's flow are not what it says", "psp_flow",
      "SELECT f.id, CONCAT(f.line_count, ' of ', f.total_cents, ' cents: ', COUNT(l.n), ' of ',"
      " COALESCE(SUM(l.amount_cents), 0)) FROM psp_flow f LEFT JOIN psp_flow_line l"
      " ON l.flow_id = f.id WHERE f.state IN ('LIVE', 'REPLACED') GROUP BY f.id, f.line_count,"
      " f.total_cents HAVING COUNT(l.n) <> f.line_count OR COALESCE(SUM(l.amount_cents), 0)"
      " <> f.total_cents"),
    Q("W5", "a PSP's flow in no known state, or lines of one that is gone", "psp_flow",
      "SELECT id, state FROM psp_flow WHERE state NOT IN ('LOADING', 'LIVE', 'REPLACED', 'REFUSED')"
      " UNION SELECT l.flow_id, COUNT(*) FROM psp_flow_line l LEFT JOIN psp_flow f"
      " ON f.id = l.flow_id WHERE f.id IS NULL GROUP BY l.flow_id"),
    Q("W5", "several revisions of a PSP's flow are live", "psp_flow",
      "SELECT MAX(id), flow_id FROM psp_flow WHERE state = 'LIVE' GROUP BY psp, flow_id, year"
      " HAVING COUNT(*) > 1"),
    Q("W5", "a matched line is not what was paid", "psp_flow",
      "SELECT f.id, CONCAT('line ', l.n, ': ', l.amount_cents, ' cents, ',"
      " COALESCE(SUM(e.amount_cents), 0)) FROM psp_flow f JOIN psp_flow_line l ON l.flow_id = f.id"
      " AND l.state = 'MATCHED' LEFT JOIN psp_flow_claim c ON c.flow_id = f.id AND c.line = l.n"
      " LEFT JOIN entry e ON e.id = c.entry_id AND e.kind IN ('paid', 'suspense')"
      " AND e.creditor = f.creditor AND e.fact_id = l.payment_id WHERE f.state = 'LIVE'"
      " GROUP BY f.id, l.n, l.amount_cents"
      " HAVING COALESCE(SUM(e.amount_cents), 0) <> l.amount_cents"),
    Q("W5", "a line to be looked at without its anomaly, or the other way round", "psp_flow",
      "SELECT f.id, CONCAT('line ', l.n, ', ', l.state) FROM psp_flow f JOIN psp_flow_line l"
      " ON l.flow_id = f.id LEFT JOIN anomaly a ON a.flow_id = f.id AND a.line = l.n"
      " AND a.kind = " KIND_OF_LINE " LEFT JOIN anomaly o ON o.flow_id = f.id AND o.line = l.n"
      " AND o.state = 'OPEN' AND NOT o.kind <=> " KIND_OF_LINE " WHERE f.state = 'LIVE'"
      " AND l.state <> 'NEW' AND (o.id IS NOT NULL OR (l.state <> 'MATCHED'"
      " AND (a.id IS NULL OR (a.state = 'CLOSED' AND a.reason IS NULL))))"),
    Q("I5", "an anomaly of a state, a kind or a closing that no table has", "anomaly",
      "SELECT id, CONCAT_WS(', ', kind, state, reason) FROM anomaly WHERE state NOT IN ('OPEN',"
      " 'CLOSED') OR kind NOT IN ('late', 'duplicate', 'outcome-contradicts', 'outcome-refused',"
      " 'stamp-differs', 'receipt-differs', 'reported-differs', 'reported-not-paid',"
      " 'reported-twice', 'reported-revoked') OR reason NOT IN ('refunded', 'accepted',"
      " 'collector-error', 'ente-settled') OR (state = 'OPEN' AND (reason IS NOT NULL OR closed_at "
      "IS NOT NULL)) OR (reason IS NULL) <> (closed_by IS NULL)"
      " OR (reason IS NOT NULL AND closed_at IS NULL)"),
    Q("I10", "a version of the registry is not what was imported", "registry_version",
      "SELECT v.version, v.imported_by FROM registry_version v LEFT JOIN journal j"
      " ON j.object_id = v.version AND j.event = 'registry.import' AND j.detail <> ''"
      " WHERE v.sha256 <> CAST(UNHEX(SHA2(v.document, 256)) AS BINARY)"
      " OR j.detail <> LOWER(HEX(v.sha256))"),
    Q("I10", "a version of the registry that was imported is gone", "registry_version",
      "SELECT j.object_id, j.actor FROM journal j LEFT JOIN registry_version v"
      " ON v.version = j.object_id WHERE j.event = 'registry.import' AND j.object_id IS NOT NULL"
      " AND v.version IS NULL"),
    Q("I10", "a reversal that somebody settled without a line in the journal", "entry",
      "SELECT c.entry_id, CONCAT(c.closed_by, ': ', c.reason) FROM reversal_closed c"
      " LEFT JOIN entry e ON e.id = c.entry_id LEFT JOIN journal j ON j.object_id = e.payment_id"
      " AND j.event = 'reversal.closed' AND j.detail = CONCAT('entry ', c.entry_id)"
      " WHERE j.id IS NULL"),
    Q("I5", "an anomaly is not about what its payment is", "anomaly",
      "SELECT a.id, CONCAT(a.creditor, ': ', a.amount_cents, ' cents') FROM anomaly a"
      " LEFT JOIN payment y ON y.id = a.payment_id WHERE a.payment_id IS NOT NULL"
      " AND (y.id IS NULL OR a.creditor <> y.creditor OR (a.amount_cents <> y.amount_cents"
      " AND a.kind <> 'receipt-differs'))"),
    Q("I10", "a switch is not as the journal says", "registry_switch",
      "SELECT COALESCE(MAX(w.line), 0), w.what FROM (SELECT SUBSTRING_INDEX(detail, ' ', 2) what,"
      " id line, IF(event = 'registry.stop', 1, -1) n FROM journal WHERE event IN ('registry.stop',"
      " 'registry.start') UNION ALL SELECT CONCAT(kind, ' ', code), NULL, -1 FROM registry_switch) "
      "w"
      " GROUP BY w.what HAVING SUM(w.n) <> 0"),
    Q("I10", "an anomaly that somebody closed without a line in the journal", "anomaly",
      "SELECT a.id, CONCAT(a.closed_by, ': ', a.reason) FROM anomaly a LEFT JOIN journal j"
      " ON j.object_id = a.id AND j.event = 'anomaly.close' WHERE a.reason IS NOT NULL"
      " AND j.id IS NULL"),
    Q("I10", "a note about an anomaly without a line in the journal, or about none", "anomaly_note",
      "SELECT n.id, n.author FROM anomaly_note n LEFT JOIN anomaly a ON a.id = n.anomaly_id"
      " LEFT JOIN journal j ON j.object_id = n.anomaly_id AND j.event = 'anomaly.note'"
      " AND j.actor = n.author WHERE a.id IS NULL OR j.id IS NULL"),
};

enum err db_audit_run(struct db *db, struct db_audit_finding *finding, db_each_fn *each, void *cls,
                      int *out_questions)
{
    enum err rc = ERR_NONE;

    *out_questions = (int)ARRAY_LEN(questions);
    for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
        finding->rule = questions[i].rule;
        finding->what = questions[i].what;
        finding->table = questions[i].table;
        TRY(db_rows(db, &questions[i].stmt, DB_NONE_IN,
                    DB_OUT(DB_GET_I64(finding->id), DB_GET_TEXT(finding->detail)), each, cls));
    }
out:
    return rc;
}

static const struct db_stmt FLOW_NAMES = {
    "audit_flow_names",
    "SELECT name FROM flow",
    0,
};

enum err db_audit_flow_names(struct db *db, char *name, size_t cap, db_each_fn *each, void *cls)
{
    const struct db_field to = {DB_F_TEXT, name, cap};

    return db_rows(db, &FLOW_NAMES, DB_NONE_IN, &to, 1, each, cls);
}
