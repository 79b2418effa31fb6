/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file message.h
 * SOAP messages from and to memory, one struct a thread. gSOAP parses and writes, it opens no
 * socket: listen/ and net/ carry the bytes. Besides wire/, soap/ is the only folder that sees
 * gSOAP's headers; it must not know a rule of the field, SQL or HTTP.
 *
 * Read:  TRY(soap_message_read(m, bytes, len));
 *        req = soap_get_nfp__verifyPaymentNoticeReq(soap_message_soap(m), NULL,
 *                                                   "nfp:verifyPaymentNoticeReq", NULL);
 *        TRY(soap_message_end_read(m));
 * Write: TRY(soap_message_begin_write(m, SOAP_MESSAGE_NODE_FOR_PSP, out));
 *        soap_put_nfp__verifyPaymentNoticeRes(soap_message_soap(m), &res,
 *                                             "nfp:verifyPaymentNoticeRes", NULL);
 *        TRY(soap_message_end_write(m));
 * Errors of gSOAP calls in between need no check: the end function tells them. Reading does not
 * replace the prefilter and the schema: gSOAP by itself also takes what they refuse. */
#ifndef SOAP_MESSAGE_H
#define SOAP_MESSAGE_H

#include "base/buf.h"

/** Uploads of positions are the biggest; how much a caller may send, its route says. */
#define SOAP_MESSAGE_BYTES_MAX ((size_t)4 << 20)

/** Which namespaces a message that we write declares: those of its contract alone. */
enum soap_message_contract {
    SOAP_MESSAGE_NODE_FOR_PSP,  /**< prefix nfp */
    SOAP_MESSAGE_PA_FOR_NODE,   /**< prefix pfn */
    SOAP_MESSAGE_DEBT_POSITION, /**< prefixes dpo, pos */
    SOAP_MESSAGE_BACK_OFFICE,   /**< prefixes bof, pos */
    SOAP_MESSAGE_PAYMENTS,      /**< prefixes pym, bof, dpo, pos */
    SOAP_MESSAGE_CONTRACT_COUNT
};

struct soap;
struct soap_message;

/** One a thread; about 160 KiB. @return ERR_NONE | ERR_MEMORY. */
MUST_USE enum err soap_message_open(struct soap_message **out);
void soap_message_close(struct soap_message **m);
/** What the generated soap_get_… and soap_put_… take. Borrowed. */
struct soap *soap_message_soap(struct soap_message *m);

/** Parse as far as the start of the Body's content.
 * @param bytes  borrowed until soap_message_end_read()
 * @return ERR_NONE | ERR_XML_SYNTAX | ERR_XML_INVALID | ERR_LIMIT | ERR_MEMORY. */
MUST_USE enum err soap_message_read(struct soap_message *m, const char *bytes, size_t len);
/** Parse the rest of the Envelope. What was read lives until soap_message_reset().
 * @return as soap_message_read(), also for what soap_get_… met: a Fault in place of the expected
 * element is ERR_XML_INVALID. */
MUST_USE enum err soap_message_end_read(struct soap_message *m);

/** Write Envelope and Body, ready for soap_put_….
 * @param out  borrowed until soap_message_end_write(); appended to
 * @return ERR_NONE | ERR_LIMIT (out's cap) | ERR_MEMORY | ERR_BUG. */
MUST_USE enum err soap_message_begin_write(struct soap_message *m,
                                           enum soap_message_contract contract, struct buf *out);
/** Close Body and Envelope. On an error out is emptied: half a message never leaves.
 * @return as begin_write. A required member that was NULL is no error: it is written as an empty
 * element, which no contract allows; a test per message validates what we write. */
MUST_USE enum err soap_message_end_write(struct soap_message *m);

/** Give back all that was read or made on the message's heap. After every request or job. */
void soap_message_reset(struct soap_message *m);

/** A SOAP 1.1 Fault, the whole envelope.
 * @param code  "Client" or "Server" · @param text  for a person; escaped here
 * @return ERR_NONE | ERR_LIMIT | ERR_MEMORY. */
MUST_USE enum err soap_message_fault(struct buf *out, const char *code, const char *text);

#endif
