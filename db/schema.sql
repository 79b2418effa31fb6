-- The schema as all migrations make it, for readers: `payer db schema`.
-- Made by `make generated`; the migrations are what is applied.
CREATE TABLE `anomaly` (
  `id` bigint(20) NOT NULL,
  `kind` varchar(32) NOT NULL COMMENT 'late, duplicate, amount-differs, outcome-contradicts, outcome-refused, stamp-differs, receipt-differs; reported-…: domain/psp_flow_line.def',
  `payment_id` bigint(20) DEFAULT NULL COMMENT 'NULL: about a line of a PSP''s flow',
  `creditor` varchar(35) NOT NULL,
  `amount_cents` bigint(20) NOT NULL COMMENT 'what is in question',
  `state` varchar(12) NOT NULL COMMENT 'OPEN or CLOSED',
  `ver` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL,
  `flow_id` bigint(20) DEFAULT NULL COMMENT 'psp_flow.id of a line that is in question',
  `line` int(11) DEFAULT NULL,
  `owner` varchar(70) DEFAULT NULL COMMENT 'who took it: operator/…',
  `taken_at` datetime(6) DEFAULT NULL COMMENT 'when its owner took it; NULL: nobody has it, or since before this was kept',
  `reason` varchar(16) DEFAULT NULL COMMENT 'domain/anomaly_reason.def, when a person closed it; NULL: the hub did, as later facts agree',
  `closed_by` varchar(70) DEFAULT NULL COMMENT 'a person; NULL: the hub',
  `closed_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `payment` (`payment_id`,`kind`),
  UNIQUE KEY `line` (`flow_id`,`line`,`kind`),
  KEY `state` (`state`,`id`),
  KEY `open` (`state`,`kind`,`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='money that needs a look: named, never dropped [I4]';
CREATE TABLE `anomaly_note` (
  `anomaly_id` bigint(20) NOT NULL COMMENT 'anomaly.id',
  `id` bigint(20) NOT NULL COMMENT 'time-ordered random',
  `at` datetime(6) NOT NULL,
  `author` varchar(70) NOT NULL COMMENT 'operator/…',
  `text` varchar(1000) NOT NULL,
  PRIMARY KEY (`anomaly_id`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what people wrote down about an anomaly';
CREATE TABLE `channel_day` (
  `channel` varchar(35) NOT NULL,
  `day` date DEFAULT NULL COMMENT 'Europe/Rome: of which cents are; NULL: to be summed anew',
  `registry_version` bigint(20) NOT NULL COMMENT 'in force when it was summed: the channel had a limit then',
  `cents` bigint(20) NOT NULL COMMENT 'activated on that day, what failed or expired since included',
  PRIMARY KEY (`channel`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what channels with a limit for the day have used of it [W3.6b]';
CREATE TABLE `entry` (
  `id` bigint(20) NOT NULL,
  `fact_id` bigint(20) NOT NULL COMMENT 'the payment or the reversal',
  `payment_id` bigint(20) NOT NULL,
  `transfer_number` tinyint(4) NOT NULL COMMENT '0: not of one transfer',
  `kind` varchar(10) NOT NULL COMMENT 'collected, paid, fee, suspense; stamp: for a marca da bollo, which whoever collected sold; of a reversal returned, reversed, refunded, unstamped',
  `creditor` varchar(35) NOT NULL COMMENT 'the Ente whose money it is; the PSP for collected and fee',
  `account` varchar(34) NOT NULL COMMENT 'IBAN to credit; empty where there is none',
  `instrument` varchar(35) NOT NULL COMMENT 'the channel that collected',
  `settles` varchar(4) NOT NULL,
  `amount_cents` bigint(20) NOT NULL COMMENT 'signed',
  `day` date NOT NULL COMMENT 'accounting day, Europe/Rome',
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `fact` (`fact_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='the ledger: append-only by grant; the entries of one fact sum to 0 [I3]';
CREATE TABLE `entry_due` (
  `creditor` varchar(35) NOT NULL,
  `account` varchar(34) NOT NULL,
  `settles` varchar(4) NOT NULL,
  `entry_id` bigint(20) NOT NULL,
  PRIMARY KEY (`creditor`,`account`,`settles`,`entry_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='paid entries that no settlement holds yet: gone with the row of settlement_entry';
CREATE TABLE `flow` (
  `id` bigint(20) NOT NULL,
  `subscription` varchar(35) NOT NULL,
  `seq` int(11) NOT NULL COMMENT 'without gaps: the receiver sees a lost one',
  `message_id` varchar(35) NOT NULL COMMENT 'identificativoFlusso or MsgId',
  `format` varchar(35) NOT NULL,
  `party` varchar(35) NOT NULL COMMENT 'the Ente or the bank',
  `name` varchar(200) NOT NULL COMMENT 'file name, generated',
  `state` varchar(12) NOT NULL COMMENT 'MADE, PUBLISHED',
  `ver` int(11) NOT NULL DEFAULT 0,
  `record_count` int(11) NOT NULL,
  `total_cents` bigint(20) NOT NULL,
  `created_at` datetime(6) NOT NULL COMMENT 'stands in the file: a rerun makes the same bytes [F13]',
  `cut_off` datetime(6) DEFAULT NULL COMMENT 'end of the period, of a flow without settlements',
  `day` date NOT NULL,
  `sha256` binary(32) DEFAULT NULL,
  `size` bigint(20) DEFAULT NULL,
  `registry` bigint(20) NOT NULL DEFAULT 0 COMMENT 'version that its file was made from: it makes the same bytes for ever; 0: of before this was kept',
  `published_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `seq` (`subscription`,`seq`),
  UNIQUE KEY `name` (`subscription`,`name`),
  KEY `state` (`state`,`id`),
  KEY `of_subscription` (`subscription`,`id`),
  KEY `of_party` (`party`,`state`,`format`,`id`),
  KEY `named` (`party`,`message_id`,`state`,`format`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='a file for an Ente or a bank: published bytes never change [I8]';
CREATE TABLE `flow_counter` (
  `subscription` varchar(35) NOT NULL,
  `next` int(11) NOT NULL,
  PRIMARY KEY (`subscription`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='the next sequence number of a subscription';
CREATE TABLE `flow_delivery` (
  `flow_id` bigint(20) NOT NULL,
  `target` varchar(500) NOT NULL COMMENT 'the path',
  `state` varchar(12) NOT NULL COMMENT 'DELIVERED',
  `delivered_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`flow_id`,`target`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='where a flow was put';
CREATE TABLE `flow_gap` (
  `subscription` varchar(35) NOT NULL,
  `first` int(11) NOT NULL,
  `last` int(11) NOT NULL,
  `made_at` datetime(6) NOT NULL,
  PRIMARY KEY (`subscription`,`first`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='sequence numbers left out after a restore: a receiver may hold flows with them [F45]';
CREATE TABLE `flow_period` (
  `subscription` varchar(35) NOT NULL,
  `rule` varchar(100) NOT NULL COMMENT 'as the registry said it: another one begins anew',
  `registry` bigint(20) NOT NULL DEFAULT 0 COMMENT 'version that said the rule: who still holds an older one changes nothing',
  `ends_at` datetime(6) NOT NULL COMMENT 'of the period that is being closed, or was last',
  `cut_off` datetime(6) NOT NULL COMMENT 'it holds entries before this instant',
  `state` varchar(12) NOT NULL COMMENT 'OPEN while it is settled, PLANNED when its flows are decided, CLOSED when they are published',
  `flows` int(11) NOT NULL DEFAULT 0 COMMENT 'of the subscription itself, in this period',
  `ver` int(11) NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]: of two that close a period one does [F49]',
  PRIMARY KEY (`subscription`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='where each scheduled subscription stands';
CREATE TABLE `flow_settlement` (
  `flow_id` bigint(20) NOT NULL,
  `settlement_id` bigint(20) NOT NULL,
  `subscription` varchar(35) NOT NULL,
  PRIMARY KEY (`flow_id`,`settlement_id`),
  UNIQUE KEY `settlement` (`settlement_id`,`subscription`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='which settlement is in which flow: once a subscription [I8]';
CREATE TABLE `idempotency` (
  `caller` varchar(35) NOT NULL,
  `operation` varchar(40) NOT NULL,
  `ikey` varchar(70) NOT NULL,
  `content_hash` binary(32) NOT NULL,
  `answer` mediumblob NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `valid_until` datetime(6) NOT NULL,
  PRIMARY KEY (`caller`,`operation`,`ikey`),
  KEY `valid_until` (`valid_until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what was answered to a key [I2] [I6]';
CREATE TABLE `instalment` (
  `id` bigint(20) NOT NULL,
  `option_id` bigint(20) NOT NULL,
  `position_id` bigint(20) NOT NULL,
  `creditor` varchar(35) NOT NULL,
  `number` smallint(6) NOT NULL COMMENT 'from 1 within its option',
  `notice_number` char(18) NOT NULL,
  `iuv` varchar(35) NOT NULL,
  `amount_cents` bigint(20) NOT NULL,
  `due_date` date NOT NULL COMMENT 'civil, Europe/Rome',
  `payable_until` date DEFAULT NULL COMMENT 'after this day the notice is refused as expired; NULL: never',
  `description` varchar(140) NOT NULL,
  `state` varchar(12) NOT NULL COMMENT 'domain/position_state.def',
  `ver` int(11) NOT NULL DEFAULT 0,
  `metadata` text DEFAULT NULL COMMENT 'of this notice, told after the position''s: key TAB value LF',
  PRIMARY KEY (`id`),
  UNIQUE KEY `notice_number` (`creditor`,`notice_number`),
  UNIQUE KEY `iuv` (`creditor`,`iuv`),
  UNIQUE KEY `number` (`option_id`,`number`),
  KEY `position` (`position_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what one payment notice asks for';
CREATE TABLE `iuv_block` (
  `creditor` varchar(35) NOT NULL,
  `aux_digit` tinyint(4) NOT NULL,
  `code` tinyint(4) NOT NULL COMMENT 'application or segregation code; -1: none',
  `next` bigint(20) NOT NULL,
  PRIMARY KEY (`creditor`,`aux_digit`,`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='from which number the next block of IUVs is reserved; gaps are allowed';
CREATE TABLE `journal` (
  `id` bigint(20) NOT NULL,
  `at` datetime(6) NOT NULL,
  `actor` varchar(70) NOT NULL COMMENT 'channel/…, caller/…, operator/…, worker',
  `event` varchar(40) NOT NULL COMMENT 'the operation or the fact',
  `creditor` varchar(35) DEFAULT NULL,
  `notice_number` varchar(18) DEFAULT NULL,
  `token_hash` binary(8) DEFAULT NULL COMMENT 'the first bytes of the token''s SHA-256: tokens are secrets while they live [I11]',
  `object_id` bigint(20) DEFAULT NULL COMMENT 'payment, position, settlement, …',
  `outcome` varchar(50) NOT NULL,
  `detail` varchar(200) DEFAULT NULL,
  `duration_us` bigint(20) DEFAULT NULL,
  `request_hash` binary(32) DEFAULT NULL,
  `answer_hash` binary(32) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `object` (`object_id`),
  KEY `notice` (`notice_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what happened: append-only by grant';
CREATE TABLE `journal_seal` (
  `journal_id` bigint(20) NOT NULL,
  `seq` bigint(20) NOT NULL COMMENT 'place in the chain, from 1',
  `hash` binary(32) NOT NULL COMMENT 'SHA-256 of the place before''s hash and the line''s content',
  PRIMARY KEY (`journal_id`),
  UNIQUE KEY `seq` (`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='the journal''s lines in the order in which the sequencer found them committed, chained';
CREATE TABLE `message` (
  `id` bigint(20) NOT NULL COMMENT 'of the exchange''s line in the journal',
  `at` datetime(6) NOT NULL,
  `keep_until` datetime(6) NOT NULL COMMENT 'message.days after at: no account of the program may delete it before',
  `family` varchar(15) NOT NULL COMMENT 'message.keep names it',
  `key_id` binary(8) DEFAULT NULL COMMENT 'the key that request and answer are encrypted with; NULL: they are not',
  `request` mediumblob NOT NULL COMMENT 'byte for byte, but for what passwords hold [I11]',
  `answer` mediumblob NOT NULL COMMENT 'the same; empty: none came',
  PRIMARY KEY (`id`),
  KEY `keep_until` (`keep_until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='messages as they came and went, where message.keep asks for it: append-only by grant';
CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW `message_outdated` AS select `message`.`id` AS `id`,`message`.`keep_until` AS `keep_until` from `message` where `message`.`keep_until` <= utc_timestamp(6);
CREATE TABLE `node_receipt` (
  `payment_id` bigint(20) NOT NULL,
  `psp_name` varchar(70) NOT NULL,
  `psp_fiscal_code` varchar(70) DEFAULT NULL,
  `psp_vat` varchar(20) DEFAULT NULL,
  `channel_description` varchar(35) NOT NULL,
  `paid_at` datetime(6) DEFAULT NULL COMMENT 'when the payer paid, as the receipt says',
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`payment_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='who collected a payment made elsewhere, as the node told it: the registry may not know them';
CREATE TABLE `outbox` (
  `id` bigint(20) NOT NULL,
  `receipt_id` bigint(20) NOT NULL,
  `payment_id` bigint(20) NOT NULL,
  `creditor` varchar(35) NOT NULL COMMENT 'the Ente that is told',
  `destination` varchar(35) NOT NULL COMMENT 'a registry code of the Ente',
  `kind` varchar(16) NOT NULL COMMENT 'paSendRT, paSendRTV2, notifyPayment',
  `dedup_id` varchar(70) NOT NULL COMMENT 'the same on each send [F11]',
  `payload` mediumblob NOT NULL,
  `state` varchar(12) NOT NULL COMMENT 'READY, CLAIMED, HELD (its destination fails), DONE, PARKED',
  `ver` int(11) NOT NULL DEFAULT 0,
  `fence` int(11) NOT NULL DEFAULT 0 COMMENT 'a worker whose lease was taken writes nothing [F50]',
  `owner` varchar(70) DEFAULT NULL,
  `attempts` int(11) NOT NULL DEFAULT 0,
  `next_at` datetime(6) NOT NULL COMMENT 'from when on a worker may take it: READY when it is due, CLAIMED when its lease has ended',
  `last_error` varchar(200) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `done_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `receipt` (`receipt_id`,`destination`),
  KEY `due` (`state`,`next_at`),
  KEY `held` (`creditor`,`destination`,`state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what must be sent: bytes and id are fixed with the fact [I7]';
CREATE TABLE `outbox_lane` (
  `creditor` varchar(35) NOT NULL,
  `destination` varchar(35) NOT NULL COMMENT 'a registry code of the Ente',
  `failures` int(11) NOT NULL COMMENT 'sends in a row that failed',
  `turn` bigint(20) NOT NULL DEFAULT 0 COMMENT 'the one notification that may be sent; the others are HELD; 0: all may',
  `ver` int(11) NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]; whoever holds a notification bumps it [R5]',
  `since` datetime(6) NOT NULL COMMENT 'the first of these failures',
  PRIMARY KEY (`creditor`,`destination`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='destinations that failed lately: their own queue [F59]';
CREATE TABLE `payment` (
  `id` bigint(20) NOT NULL COMMENT 'time-ordered random, made before the transaction [R12]',
  `instalment_id` bigint(20) NOT NULL,
  `creditor` varchar(35) NOT NULL COMMENT 'the Ente of the notice',
  `psp` varchar(35) NOT NULL,
  `channel` varchar(35) NOT NULL,
  `token` varchar(35) NOT NULL COMMENT 'also receiptId and IUR',
  `amount_cents` bigint(20) NOT NULL COMMENT 'owed at activation [I3]',
  `fee_cents` bigint(20) NOT NULL DEFAULT 0 COMMENT 'what the payer paid on top, kept by the PSP',
  `settles` varchar(4) NOT NULL COMMENT 'hub or ente: who holds the money',
  `state` varchar(12) NOT NULL COMMENT 'domain/payment_state.def',
  `ver` int(11) NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]',
  `activated_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL COMMENT 'decided on the database''s clock [F28]',
  `closed_at` datetime(6) DEFAULT NULL COMMENT 'when the outcome came, or the end was noted',
  `day` date DEFAULT NULL COMMENT 'accounting day, Europe/Rome [F47]',
  `method` varchar(35) DEFAULT NULL,
  `touch_point` varchar(35) DEFAULT NULL,
  `application_date` date DEFAULT NULL,
  `transfer_date` date DEFAULT NULL,
  `payer_kind` char(1) DEFAULT NULL,
  `payer_code` varchar(16) DEFAULT NULL,
  `payer_name` varchar(70) DEFAULT NULL,
  `live_instalment` bigint(20) GENERATED ALWAYS AS (if(`state` = 'ACTIVE',`instalment_id`,NULL)) STORED COMMENT 'at most one ACTIVE [I4] [R4]',
  `paid_instalment` bigint(20) GENERATED ALWAYS AS (if(`state` in ('PAID','PAID_LATE'),`instalment_id`,NULL)) STORED COMMENT 'at most one PAID [I4] [R4]',
  `note` varchar(210) DEFAULT NULL COMMENT 'paymentNote of its activation',
  `asked_method` varchar(4) DEFAULT NULL COMMENT 'paymentMethod of a V2 activation; method is the outcome''s',
  `payment_channel` varchar(35) DEFAULT NULL COMMENT 'paymentChannel of its outcome',
  `pa_fee_cents` bigint(20) NOT NULL DEFAULT 0 COMMENT 'what the Ente bears of the PSP''s fee: told, not collected',
  `bundle` varchar(70) DEFAULT NULL COMMENT 'under which the PSP set the fee',
  `ci_bundle` varchar(70) DEFAULT NULL COMMENT 'the same, as agreed with the Ente',
  `payer_street` varchar(70) DEFAULT NULL,
  `payer_civic` varchar(16) DEFAULT NULL,
  `payer_postal_code` varchar(16) DEFAULT NULL,
  `payer_city` varchar(35) DEFAULT NULL,
  `payer_province` varchar(35) DEFAULT NULL,
  `payer_country` char(2) DEFAULT NULL,
  `payer_email` varchar(256) DEFAULT NULL,
  `collected_with` bigint(20) DEFAULT NULL COMMENT 'the payment that bears the fee, of those that one outcome closed; NULL: it was alone',
  `told_by` varchar(35) DEFAULT NULL COMMENT 'the node whose receipt brought it, made elsewhere; NULL: activated here',
  `shares` binary(8) DEFAULT NULL COMMENT 'who was to have what when it began: the head of a SHA-256; NULL: begun before this was kept, or elsewhere',
  PRIMARY KEY (`id`),
  UNIQUE KEY `token` (`token`),
  UNIQUE KEY `live_instalment` (`live_instalment`),
  UNIQUE KEY `paid_instalment` (`paid_instalment`),
  KEY `instalment` (`instalment_id`),
  KEY `expiry` (`state`,`expires_at`),
  KEY `channel_day` (`channel`,`activated_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='one try to pay an instalment: one token, one channel';
CREATE TABLE `payment_option` (
  `id` bigint(20) NOT NULL,
  `position_id` bigint(20) NOT NULL,
  `number` tinyint(4) NOT NULL COMMENT 'from 1, as sent',
  `kind` varchar(8) NOT NULL COMMENT 'single or plan',
  `amount_cents` bigint(20) NOT NULL,
  `instalment_count` smallint(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `number` (`position_id`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='a way to pay a position: at once, or by a plan; options exclude one another';
CREATE TABLE `payment_stamp` (
  `payment_id` bigint(20) NOT NULL,
  `transfer_number` tinyint(4) NOT NULL,
  `attachment` mediumtext NOT NULL COMMENT 'MBDAttachment: base64, as it came',
  PRIMARY KEY (`payment_id`,`transfer_number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='marche da bollo that came with an outcome: append-only by grant';
CREATE TABLE `position` (
  `id` bigint(20) NOT NULL COMMENT 'time-ordered random, made before the transaction [R12]',
  `creditor` varchar(35) NOT NULL COMMENT 'the Ente, a registry code',
  `own_id` varchar(35) NOT NULL COMMENT 'the id that the Ente gave it',
  `content_hash` binary(32) NOT NULL COMMENT 'SHA-256 of all that was sent: same id, same content is a success',
  `debt_type` varchar(35) NOT NULL,
  `debtor_kind` char(1) NOT NULL COMMENT 'F person, G firm',
  `debtor_code` varchar(16) NOT NULL,
  `debtor_name` varchar(70) NOT NULL,
  `debtor_street` varchar(70) DEFAULT NULL,
  `debtor_civic` varchar(16) DEFAULT NULL,
  `debtor_postal_code` varchar(16) DEFAULT NULL,
  `debtor_city` varchar(35) DEFAULT NULL,
  `debtor_province` varchar(35) DEFAULT NULL,
  `debtor_country` char(2) DEFAULT NULL,
  `debtor_email` varchar(256) DEFAULT NULL,
  `description` varchar(140) NOT NULL,
  `office` varchar(140) DEFAULT NULL,
  `metadata` text DEFAULT NULL COMMENT 'entries as the contract has them: key TAB value LF',
  `state` varchar(12) NOT NULL COMMENT 'domain/position_state.def',
  `ver` int(11) NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]; an activation bumps it [R5]',
  `begun_option` bigint(20) DEFAULT NULL COMMENT 'the option that was begun; its siblings are closed [I4]',
  `live_count` int(11) NOT NULL DEFAULT 0 COMMENT 'payments ACTIVE on the begun option',
  `paid_count` int(11) NOT NULL DEFAULT 0 COMMENT 'instalments PAID of the begun option',
  `created_at` datetime(6) NOT NULL COMMENT 'UTC',
  `created_by` varchar(70) NOT NULL COMMENT 'actor',
  `reversed_count` int(11) NOT NULL DEFAULT 0 COMMENT 'payments of it that were reversed: their receipts tell what it says, so that stays',
  PRIMARY KEY (`id`),
  UNIQUE KEY `own_id` (`creditor`,`own_id`),
  KEY `listed` (`creditor`,`state`,`id`),
  KEY `of_creditor` (`creditor`,`id`),
  KEY `debtor` (`debtor_code`,`creditor`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='a debt of one person towards one Ente: what the Ente sent';
CREATE TABLE `psp_flow` (
  `id` bigint(20) NOT NULL COMMENT 'time-ordered random, made before the transaction [R12]',
  `psp` varchar(35) NOT NULL,
  `channel` varchar(35) NOT NULL COMMENT 'that delivered it',
  `creditor` varchar(35) NOT NULL COMMENT 'the Ente that it is for',
  `flow_id` varchar(35) NOT NULL COMMENT 'identificativoFlusso',
  `flow_time` varchar(63) NOT NULL COMMENT 'dataOraFlusso as it was sent',
  `flow_at` datetime(6) NOT NULL COMMENT 'the same as an instant: a revision is later',
  `year` smallint(6) NOT NULL COMMENT 'of flow_at in Rome: ids are unique within it',
  `state` varchar(12) NOT NULL COMMENT 'LOADING while it is written, then LIVE until REPLACED by a revision; or REFUSED',
  `matching` varchar(8) NOT NULL DEFAULT '' COMMENT 'DUE, DONE; RELEASE while a revision''s former matches are undone',
  `cursor_line` int(11) NOT NULL DEFAULT 0 COMMENT 'how far the matching came',
  `ver` int(11) NOT NULL DEFAULT 0 COMMENT 'compare-and-set [R3]',
  `replaces` bigint(20) DEFAULT NULL COMMENT 'the revision before',
  `reference` varchar(35) NOT NULL COMMENT 'identificativoUnivocoRegolamento: of the credit transfer',
  `settled_on` date NOT NULL COMMENT 'dataRegolamento',
  `line_count` int(11) NOT NULL,
  `total_cents` bigint(20) NOT NULL,
  `size` bigint(20) NOT NULL COMMENT 'bytes of the document',
  `received_at` datetime(6) NOT NULL,
  `sha256` binary(32) NOT NULL COMMENT 'of the document',
  `live_key` varchar(80) GENERATED ALWAYS AS (if(`state` = 'LIVE',concat_ws(' ',`psp`,`flow_id`,`year`),NULL)) STORED COMMENT 'one LIVE revision of an id and year [R4]',
  PRIMARY KEY (`id`),
  UNIQUE KEY `live_key` (`live_key`),
  KEY `of_creditor` (`creditor`,`state`,`id`),
  KEY `found` (`creditor`,`flow_id`,`state`,`flow_at`),
  KEY `listed` (`state`,`id`),
  KEY `work` (`matching`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='flows that PSPs delivered: each revision a row';
CREATE TABLE `psp_flow_again` (
  `payment_id` bigint(20) NOT NULL,
  PRIMARY KEY (`payment_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='payments whose money is in suspense: lines that PSPs'' flows had of them before are to be looked at again';
CREATE TABLE `psp_flow_claim` (
  `entry_id` bigint(20) NOT NULL,
  `flow_id` bigint(20) NOT NULL COMMENT 'psp_flow.id',
  `line` int(11) NOT NULL,
  PRIMARY KEY (`entry_id`),
  KEY `line` (`flow_id`,`line`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='which line reports a paid entry: one at most [R4]';
CREATE TABLE `psp_flow_line` (
  `flow_id` bigint(20) NOT NULL COMMENT 'psp_flow.id',
  `n` int(11) NOT NULL COMMENT 'place in the flow, from 1',
  `iuv` varchar(35) NOT NULL,
  `iur` varchar(35) NOT NULL COMMENT 'our token, where the payment is ours',
  `idx` tinyint(4) NOT NULL COMMENT 'of the transfer; 0: all of the Ente''s',
  `amount_cents` bigint(20) NOT NULL,
  `outcome` char(1) NOT NULL COMMENT '0 paid, 3 revoked, 9 paid without a request',
  `paid_on` date NOT NULL,
  `state` varchar(12) NOT NULL COMMENT 'domain/psp_flow_line.def; NEW until it is matched',
  `payment_id` bigint(20) DEFAULT NULL COMMENT 'the payment that it is about',
  `matched_by` char(3) DEFAULT NULL COMMENT 'the key that found the payment: IUR, or IUV where nobody knows the IUR',
  PRIMARY KEY (`flow_id`,`n`),
  KEY `iur` (`iur`),
  KEY `iuv` (`iuv`,`state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what a PSP''s flow reports, line by line';
CREATE TABLE `psp_flow_part` (
  `flow_id` bigint(20) NOT NULL COMMENT 'psp_flow.id',
  `n` int(11) NOT NULL COMMENT 'from 0',
  `bytes` mediumblob NOT NULL COMMENT '48 KiB of the document, COMPRESSed',
  PRIMARY KEY (`flow_id`,`n`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='a PSP''s flow byte for byte, as the Ente fetches it';
CREATE TABLE `receipt` (
  `id` bigint(20) NOT NULL,
  `payment_id` bigint(20) NOT NULL,
  `creditor` varchar(35) NOT NULL COMMENT 'the Ente that it is for',
  `token` varchar(35) NOT NULL COMMENT 'receiptId',
  `created_at` datetime(6) NOT NULL,
  `seq` bigint(20) DEFAULT NULL COMMENT 'given after commit by the sequencer: the pull cursor',
  PRIMARY KEY (`id`),
  UNIQUE KEY `payment` (`payment_id`,`creditor`),
  UNIQUE KEY `seq` (`seq`),
  KEY `pulled` (`creditor`,`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what an Ente among the transfers may claim: one each, its id is the token';
CREATE TABLE `registry_switch` (
  `kind` varchar(12) NOT NULL COMMENT 'ente, channel or gateway',
  `code` varchar(35) NOT NULL,
  `stopped_at` datetime(6) NOT NULL,
  `stopped_by` varchar(70) NOT NULL COMMENT 'operator/…',
  `reason` varchar(200) NOT NULL,
  PRIMARY KEY (`kind`,`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='kill switches: what an operator stopped; a row is there while it is stopped';
CREATE TABLE `registry_version` (
  `version` bigint(20) NOT NULL COMMENT '1, 2, 3, …: the highest is the one in force',
  `imported_at` datetime(6) NOT NULL,
  `imported_by` varchar(70) NOT NULL COMMENT 'operator/…',
  `base_version` bigint(20) NOT NULL COMMENT 'the version that was in force when this one was made; 0: none',
  `sha256` binary(32) NOT NULL COMMENT 'of document',
  `document` longtext NOT NULL COMMENT 'the merged document in canonical form, conf/registry.xsd; no password in it',
  PRIMARY KEY (`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='the registry, each import whole: rows are added, never changed';
CREATE TABLE `restoration` (
  `id` bigint(20) NOT NULL,
  `made_at` datetime(6) NOT NULL,
  `released_at` datetime(6) DEFAULT NULL COMMENT 'since when flows are made again; NULL: they wait for a person',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='restores from a backup: counters that begin later leave numbers out too [F45]';
CREATE TABLE `reversal` (
  `id` bigint(20) NOT NULL COMMENT 'time-ordered random, made before the transaction [R12]; the fact of its entries',
  `payment_id` bigint(20) NOT NULL,
  `amount_cents` bigint(20) NOT NULL COMMENT 'given back: all of the payment, without the fee, which the PSP keeps',
  `was` varchar(12) NOT NULL COMMENT 'state of the payment before it',
  `reference` varchar(35) NOT NULL COMMENT 'the collector''s id of the revocation',
  `reason` varchar(140) NOT NULL,
  `made_by` varchar(70) NOT NULL COMMENT 'operator/…',
  `ikey` varchar(80) NOT NULL COMMENT 'the operator''s: said again, it is the same reversal [I6]',
  `day` date NOT NULL COMMENT 'accounting day, Europe/Rome',
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `payment` (`payment_id`),
  UNIQUE KEY `ikey` (`made_by`,`ikey`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='payments whose money was given back: once each, append-only by grant [I5]';
CREATE TABLE `reversal_closed` (
  `entry_id` bigint(20) NOT NULL COMMENT 'what no settlement takes back any more',
  `paid_entry` bigint(20) NOT NULL COMMENT 'what was paid and joins none either; 0: it was settled, and the Ente gave it back otherwise',
  `reason` varchar(140) NOT NULL COMMENT 'how it was settled',
  `closed_by` varchar(70) NOT NULL COMMENT 'operator/…',
  `closed_at` datetime(6) NOT NULL,
  PRIMARY KEY (`entry_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='reversed entries that waited for money of their account, and that a person settled otherwise: append-only by grant';
CREATE TABLE `reversal_due` (
  `creditor` varchar(35) NOT NULL,
  `account` varchar(34) NOT NULL,
  `settles` varchar(4) NOT NULL,
  `entry_id` bigint(20) NOT NULL COMMENT 'what is taken back',
  `paid_entry` bigint(20) NOT NULL COMMENT 'what was paid, where no settlement held it yet: both join together; 0: one did',
  PRIMARY KEY (`creditor`,`account`,`settles`,`entry_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='reversed entries that no settlement holds yet: they wait until their account is credited more';
CREATE TABLE `schema_grant` (
  `role` varchar(8) NOT NULL,
  `checksum` char(64) NOT NULL COMMENT 'SHA-256 of the statements last given',
  `granted_at` datetime(6) NOT NULL,
  PRIMARY KEY (`role`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='which rights each account was given';
CREATE TABLE `schema_migration` (
  `version` int(11) NOT NULL,
  `name` varchar(100) NOT NULL COMMENT 'the file',
  `checksum` char(64) NOT NULL COMMENT 'SHA-256 of the file',
  `state` varchar(8) NOT NULL COMMENT 'applying, done',
  `claimed_by` varchar(120) NOT NULL COMMENT 'server and connection',
  `claimed_at` datetime(6) NOT NULL,
  `applied_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='steps of the schema: claimed by the row, then applied';
CREATE TABLE `sequencer` (
  `name` varchar(16) NOT NULL,
  `last` bigint(20) NOT NULL,
  `owner` varchar(70) DEFAULT NULL,
  `lease_until` datetime(6) DEFAULT NULL,
  `fence` int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='the lease and the last number of the one sequencer';
CREATE TABLE `settlement` (
  `id` bigint(20) NOT NULL,
  `flow_id` varchar(35) NOT NULL COMMENT 'identificativoFlusso, also in the transfer''s causale',
  `kind` varchar(16) NOT NULL COMMENT 'riversamento',
  `subscription` varchar(35) NOT NULL COMMENT 'whose period it is',
  `creditor` varchar(35) NOT NULL,
  `account` varchar(34) NOT NULL,
  `settles` varchar(4) NOT NULL,
  `state` varchar(12) NOT NULL COMMENT 'OPEN while entries join, then SEALED',
  `ver` int(11) NOT NULL DEFAULT 0,
  `day` date NOT NULL COMMENT 'accounting day of the closing, Europe/Rome',
  `cut_off` datetime(6) NOT NULL COMMENT 'entries before this instant',
  `entry_count` int(11) NOT NULL DEFAULT 0,
  `total_cents` bigint(20) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL,
  `open_key` varchar(160) GENERATED ALWAYS AS (if(`state` = 'OPEN',concat_ws(' ',`kind`,`creditor`,`account`,`settles`),NULL)) STORED COMMENT 'one OPEN each [R4]',
  PRIMARY KEY (`id`),
  UNIQUE KEY `flow_id` (`flow_id`),
  UNIQUE KEY `open_key` (`open_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='an Ente account''s money of one period: one FdR, one credit transfer';
CREATE TABLE `settlement_due` (
  `subscription` varchar(35) NOT NULL,
  `settlement_id` bigint(20) NOT NULL,
  PRIMARY KEY (`subscription`,`settlement_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='sealed settlements that a subscription is still to tell: gone with the row of flow_settlement';
CREATE TABLE `settlement_entry` (
  `settlement_id` bigint(20) NOT NULL,
  `entry_id` bigint(20) NOT NULL,
  `kind` varchar(16) NOT NULL,
  PRIMARY KEY (`settlement_id`,`entry_id`),
  UNIQUE KEY `entry` (`entry_id`,`kind`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='which entry is in which settlement: once a kind, for ever [I8]';
CREATE TABLE `station_call` (
  `creditor` varchar(35) NOT NULL,
  `notice_number` char(18) NOT NULL,
  `id` bigint(20) NOT NULL COMMENT 'of the activation that asks: who finds another one here changes nothing [F50]',
  `until` datetime(6) NOT NULL COMMENT 'its deadline: an answer that comes later changes nothing, and another may ask',
  PRIMARY KEY (`creditor`,`notice_number`),
  KEY `until` (`until`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='activations that ask an Ente''s station at this moment: gone when it answered [I4]';
CREATE TABLE `transfer` (
  `instalment_id` bigint(20) NOT NULL,
  `number` tinyint(4) NOT NULL COMMENT '1 to 5, idTransfer on the wire',
  `creditor` varchar(35) NOT NULL COMMENT 'the beneficiary',
  `iban` varchar(34) NOT NULL,
  `amount_cents` bigint(20) NOT NULL,
  `taxonomy` varchar(140) NOT NULL,
  `remittance` varchar(140) NOT NULL,
  `stamp_hash` varchar(72) DEFAULT NULL COMMENT 'of the document that wants a marca da bollo, base64; then there is no account',
  `stamp_type` char(2) DEFAULT NULL COMMENT 'tipoBollo',
  `stamp_province` char(2) DEFAULT NULL COMMENT 'where who asks for the stamp lives',
  `metadata` text DEFAULT NULL COMMENT 'entries as the contract has them: key TAB value LF',
  PRIMARY KEY (`instalment_id`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='one beneficiary''s share of an instalment, at most five';
