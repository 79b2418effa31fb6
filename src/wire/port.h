/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file port.h
 * A SOAP port: a path, its schema and its operations. From bytes to the right operation, with the
 * field's verdicts on wrong messages: what can be told to be an operation is answered by that
 * operation; a SOAP Fault is left for the rest. */
#ifndef WIRE_PORT_H
#define WIRE_PORT_H

#include "service/message.h"
#include "wire/caller.h"
#include "wire/worker.h"
#include "xml/lift.h"
#include "xml/schema.h"

/** What an operation's line in the journal says of its business; the port writes it. */
struct wire_line {
    char actor[71]; /* who calls, once it is known */
    char creditor[36], notice_number[19];
    unsigned char token_hash[8];
    int64_t object_id;
    bool written; /* by the use case, with what it changed */
};

/** A message as an operation sees it. */
struct wire_call {
    struct wire_worker *worker;
    const struct listen_request *request;
    const struct registry_caller *caller; /* a node that was admitted */
    struct wire_caller office;            /* one of our own contracts' callers that was admitted */
    const struct xml_node *root;          /* the operation's element; NULL: there was none */
    bool valid;                           /* against the contract's schema */
    struct xml_problem problem;           /* why not; line 0: of the envelope */
    struct exchange exchange;
    struct wire_line line;
};

/** Answer a call into answer->body. @param out_outcome  a name for the metrics, a literal
 * @return an error: the port answers with a Fault by its class. */
typedef enum err wire_operation_fn(struct wire_call *call, struct listen_answer *answer,
                                   int variant, const char **out_outcome);

struct wire_operation {
    const char *action; /* SOAPAction */
    const char *root;   /* the request's element */
    const char *ns;     /* its namespace */
    wire_operation_fn *answer;
    int variant; /* handed to answer: which of a family it is */
};

struct wire_port;
/** May this caller speak here at all? Asked before its bytes are read, so that a stranger costs no
 * parser's time [X33]. false: answered. */
typedef bool wire_admit_fn(const struct wire_port *port, struct wire_call *call,
                           struct listen_answer *answer);

struct wire_port {
    const char *schema_path; /* under share: the contract's XSD */
    enum message_family family;
    const struct wire_operation *operations;
    size_t n_operations;
    const struct wire_port *also; /* whose operations are taken here too; NULL: no other's */
    const struct xml_lift *lift;  /* a text that is kept out of its messages; NULL: none */
    const char *lifted_path;      /* under share: the schema of the document that text is */
    struct xml_schema *lifted;
    wire_admit_fn *admit;      /* NULL: each operation sees to its callers */
    struct xml_schema *schema; /* opened at start, shared read-only */
};

/** Compile the port's schema, once however many paths lead to it. */
MUST_USE enum err wire_port_open(struct wire_port *port, const char *share);
void wire_port_close(struct wire_port *port);
/** A listen_handler for POST: cls is the port. */
void wire_port_post(void *worker, const struct listen_request *request,
                    struct listen_answer *answer, void *cls);

/** Answer who is not admitted, and leave a line of it. */
void wire_port_refuse(const struct wire_port *port, struct wire_call *call,
                      struct listen_answer *answer, enum err rc);
/** A SOAP Fault in place of whatever was written. */
void wire_port_fault(struct listen_answer *answer, int status, const char *code, const char *text);

/** The ports: defined beside their operations. */
extern struct wire_port wire_node_for_psp;
extern struct wire_port wire_pa_for_node;
extern struct wire_port wire_debt_position;
extern struct wire_port wire_payments;
extern struct wire_port wire_nodo_per_psp;
extern struct wire_port wire_node_for_pa;

#endif
