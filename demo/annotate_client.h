/* demo/annotate_client.h: a client's end of the annotation socket: asks, and waits for the reply.
 */
#ifndef ANNOTATE_CLIENT_H
#define ANNOTATE_CLIENT_H

#include "annotate_wire.h"

#include <paintprof/gap.h>
#include <paintprof/trace.h>

/* A connection; zeroed but for fd. Thread of all functions: one at a time per object. */
typedef struct annotate_client {
    int fd; /* -1: none */
    uint64_t next_id;
    wire_bytes out;
    char *in;
    size_t in_capacity;
} annotate_client;

/* path NULL: the default. Returns 0 or -1 with the reason in error (WIRE_ERROR_BYTES). */
int annotate_client_open(annotate_client *client, const char *path, char *error);
void annotate_client_close(annotate_client *client);

/* The two halves of a request; its id is filled in. receive waits for as long as it takes, and
 * fails as well where the reply is to another request. Return 0 or -1 with the reason in error. */
int annotate_client_send(annotate_client *client, wire_request *request, char *error);
int annotate_client_receive(annotate_client *client, const wire_request *request, wire_reply *reply,
                            char *error);

/* Fills the columns of an add or replace: times only, since the chart has the prices. False without
 * memory. Free them with wire_request_free(). */
bool annotate_client_columns(wire_request *request, const pp_gaps *gaps);

/* A request and its reply as a span of trace, whose context travels with it. As the two halves. */
int annotate_client_call(annotate_client *client, wire_request *request, const pp_trace *trace,
                         wire_reply *reply, char *error);

#endif
