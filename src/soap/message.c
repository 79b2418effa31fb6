/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/message.h"

#include "payH.h"

#include <stdlib.h>
#include <string.h>

#define ENVELOPE_NS "http://schemas.xmlsoap.org/soap/envelope/"

enum { DEPTH_MAX = 32, TEXT_MAX = 16384, OCCURS_MAX = 1000 };

struct soap_message {
    struct soap *soap;
    const char *in; /* borrowed while reading */
    size_t in_len;
    struct buf *out; /* borrowed while writing */
    enum err out_rc; /* of the first write that failed */
};

/* The library refers to this table by name although every message sets its own. */
__attribute__((visibility("default"))) struct Namespace namespaces[] = {{NULL, NULL, NULL, NULL}};

#define NS_ENVELOPE                                                                                \
    {                                                                                              \
        "SOAP-ENV", ENVELOPE_NS, NULL, NULL                                                        \
    }
#define NS(prefix)                                                                                 \
    {                                                                                              \
#prefix, SOAP_NAMESPACE_OF_##prefix, NULL, NULL                                            \
    }
#define NS_END                                                                                     \
    {                                                                                              \
        NULL, NULL, NULL, NULL                                                                     \
    }

/* Of what peers answer. The first four places are gSOAP's by convention. */
static const struct Namespace NAMESPACES_READ[] = {
    NS_ENVELOPE,
    {"SOAP-ENC", "http://schemas.xmlsoap.org/soap/encoding/", NULL, NULL},
    {"xsi", "http://www.w3.org/2001/XMLSchema-instance", NULL, NULL},
    {"xsd", "http://www.w3.org/2001/XMLSchema", NULL, NULL},
    NS(pfn),
    NS(bof),
    NS_END,
};

/* Everything in the table in use is declared on the Envelope: hence one table a contract. */
static const struct Namespace NAMESPACES_WRITE[SOAP_MESSAGE_CONTRACT_COUNT][6] = {
    [SOAP_MESSAGE_NODE_FOR_PSP] = {NS_ENVELOPE, NS(nfp), NS_END},
    [SOAP_MESSAGE_PA_FOR_NODE] = {NS_ENVELOPE, NS(pfn), NS_END},
    [SOAP_MESSAGE_DEBT_POSITION] = {NS_ENVELOPE, NS(dpo), NS(pos), NS_END},
    [SOAP_MESSAGE_BACK_OFFICE] = {NS_ENVELOPE, NS(bof), NS(pos), NS_END},
    [SOAP_MESSAGE_PAYMENTS] = {NS_ENVELOPE, NS(pym), NS(bof), NS(dpo), NS(pos), NS_END},
};

/* A line ends with one LF, however it was sent (XML 1.0 2.11). gSOAP leaves that out; libxml2,
 * which checks and hashes the same bytes, does not: both must see the same value [X37]. */
static size_t receive(struct soap *soap, char *to, size_t room)
{
    struct soap_message *m = soap->user;
    size_t n = 0;

    for (; n < room && m->in_len > 0; m->in++, m->in_len--) {
        if (*m->in != '\r')
            to[n++] = *m->in;
        else if (m->in_len == 1 || m->in[1] != '\n')
            to[n++] = '\n';
    }
    return n;
}

static int deliver(struct soap *soap, const char *bytes, size_t len)
{
    struct soap_message *m = soap->user;

    m->out_rc = buf_add(m->out, bytes, len);
    return m->out_rc == ERR_NONE ? SOAP_OK : SOAP_EOM;
}

static int nothing(struct soap *soap)
{
    (void)soap;
    return SOAP_OK;
}

enum err soap_message_open(struct soap_message **out)
{
    struct soap_message *m = calloc(1, sizeof *m);
    struct soap *soap;

    if (m == NULL) return err_set(ERR_MEMORY, "soap_message");
    /* PLAIN: no HTTP. TREE: no id and href, which cost quadratic time. BUFFER: not each tag by
     * itself.
     */
    soap = soap_new2(SOAP_ENC_PLAIN | SOAP_XML_STRICT | SOAP_XML_TREE | SOAP_C_UTFSTRING,
                     SOAP_IO_BUFFER | SOAP_ENC_PLAIN | SOAP_XML_TREE | SOAP_C_UTFSTRING);
    if (soap == NULL) {
        free(m);
        return err_set(ERR_MEMORY, "struct soap");
    }
    soap->recv_maxlength = SOAP_MESSAGE_BYTES_MAX;
    soap->maxlevel = DEPTH_MAX;
    soap->maxlength = TEXT_MAX;
    soap->maxoccurs = OCCURS_MAX;
    soap->user = m;
    soap->frecv = receive;
    soap->fsend = deliver;
    soap->fclose = nothing;
    soap->fpoll = nothing;
    m->soap = soap;
    *out = m;
    return ERR_NONE;
}

void soap_message_close(struct soap_message **m)
{
    if (*m == NULL) return;
    soap_message_reset(*m);
    soap_free((*m)->soap);
    free(*m);
    *m = NULL;
}

struct soap *soap_message_soap(struct soap_message *m)
{
    return m->soap;
}

void soap_message_reset(struct soap_message *m)
{
    /* Not soap_end(): it also clears tables that soap_begin_recv() clears, 32 KiB of them. */
    soap_dealloc(m->soap, NULL);
}

static enum err read_result(const struct soap *soap)
{
    switch (soap->error) {
    case SOAP_OK:
        return ERR_NONE;
    case SOAP_EOM:
        return err_set(ERR_MEMORY, "message");
    case SOAP_SYNTAX_ERROR:
    case SOAP_UTF_ERROR:
    case SOAP_EOF:
        return err_set(ERR_XML_SYNTAX, soap->tag);
    default:
        return err_set(ERR_XML_INVALID, soap->tag);
    }
}

enum err soap_message_read(struct soap_message *m, const char *bytes, size_t len)
{
    struct soap *soap = m->soap;
    size_t skip = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    if (len > SOAP_MESSAGE_BYTES_MAX) return err_set(ERR_LIMIT, "message");
    while (skip < len && strchr(" \t\r\n", bytes[skip]) != NULL && bytes[skip] != '\0')
        skip++;
    /* gSOAP takes other first bytes for gzip, DIME or MIME. */
    if (skip == len || bytes[skip] != '<') return err_set(ERR_XML_SYNTAX, "first byte");
    m->in = bytes + skip;
    m->in_len = len - skip;
    soap->header = NULL;
    if (soap_set_namespaces(soap, NAMESPACES_READ) == SOAP_OK && soap_begin_recv(soap) == SOAP_OK &&
        soap_envelope_begin_in(soap) == SOAP_OK && soap_recv_header(soap) == SOAP_OK)
        (void)soap_body_begin_in(soap);
    return read_result(soap);
}

enum err soap_message_end_read(struct soap_message *m)
{
    struct soap *soap = m->soap;

    /* Not soap_end_recv(): it looks for attachments and references, which we do not take, at a
     * third of the cost of a small message. soap_begin_recv() forgets what was not read. */
    if (soap->error == SOAP_OK && soap_body_end_in(soap) == SOAP_OK)
        (void)soap_envelope_end_in(soap);
    m->in = NULL;
    m->in_len = 0;
    return read_result(soap);
}

static enum err write_result(struct soap_message *m)
{
    if (m->out_rc == ERR_NONE && m->soap->error == SOAP_OK) return ERR_NONE;
    buf_reset(m->out);
    if (m->out_rc != ERR_NONE) return m->out_rc;
    if (m->soap->error == SOAP_EOM) return err_set(ERR_MEMORY, "message");
    return BUG("message not written");
}

enum err soap_message_begin_write(struct soap_message *m, enum soap_message_contract contract,
                                  struct buf *out)
{
    struct soap *soap = m->soap;

    m->out = out;
    m->out_rc = ERR_NONE;
    soap->error = SOAP_OK;
    soap->encodingStyle = NULL; /* literal */
    if (soap_set_namespaces(soap, NAMESPACES_WRITE[contract]) == SOAP_OK &&
        soap_begin_send(soap) == SOAP_OK && soap_envelope_begin_out(soap) == SOAP_OK)
        (void)soap_body_begin_out(soap);
    return write_result(m);
}

enum err soap_message_end_write(struct soap_message *m)
{
    struct soap *soap = m->soap;

    if (soap->error == SOAP_OK && soap_body_end_out(soap) == SOAP_OK &&
        soap_envelope_end_out(soap) == SOAP_OK)
        (void)soap_end_send(soap);
    return write_result(m);
}

static enum err add_escaped(struct buf *out, const char *text)
{
    enum err rc = ERR_NONE;

    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            TRY(buf_text(out, "&lt;"));
            break;
        case '>':
            TRY(buf_text(out, "&gt;"));
            break;
        case '&':
            TRY(buf_text(out, "&amp;"));
            break;
        default:
            TRY(buf_add(out, text, 1));
        }
    }
out:
    return rc;
}

enum err soap_message_fault(struct buf *out, const char *code, const char *text)
{
    enum err rc;

    TRY(buf_printf(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"" ENVELOPE_NS "\"><SOAP-ENV:Body>"
                   "<SOAP-ENV:Fault><faultcode>SOAP-ENV:%s</faultcode><faultstring>",
                   code));
    TRY(add_escaped(out, text));
    TRY(buf_text(out, "</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"));
out:
    return rc;
}
