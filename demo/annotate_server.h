/* demo/annotate_server.h: the chart's end of the annotation socket, on a thread of its own.
 *
 * It accepts clients, reads and decodes their requests and sends the replies. What a request means
 * is somebody else's: each becomes a job, given to a handler, answered from any thread. A client
 * has one job at a time and is not read from meanwhile, so that none can fill the memory; one that
 * is slow, silent, malformed or gone delays nobody else. The arrival of a request and the departure
 * of its reply are noted in its trace. */
#ifndef ANNOTATE_SERVER_H
#define ANNOTATE_SERVER_H

#include "annotate_wire.h"

#include <paintprof/profiler.h>
#include <paintprof/trace.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct annotate_server annotate_server;

/* One request that waits for its answer. */
typedef struct annotate_job {
    wire_request request;
    pp_trace asked;        /* of the request; one of its own where that has no valid one */
    pp_profiler *profiler; /* open since before decoding, while the handler runs */
    uint64_t received_ns;  /* CLOCK_MONOTONIC, when its last byte had come */
    wire_reply reply; /* of the handler's making; id, replied_ns and received_ns are filled in */
    uint64_t client;  /* the server's */
    struct annotate_job *next;
} annotate_job;

/* Takes over a job, on the server's thread, which serves nobody else meanwhile.
 * annotate_server_answer() must be called for each job once, from any thread. */
typedef void (*annotate_handler)(void *user, annotate_job *job);

/* Listens at path (a socket of mode 0600; NULL: the default, see annotate_socket_path()). A path
 * where nobody listens any more is taken over. Returns 0 or -1 with the reason in error
 * (WIRE_ERROR_BYTES), *out NULL. *out is set before the handler is called first. Stop it by
 * annotate_server_stop(). */
int annotate_server_start(annotate_server **out, const char *path, annotate_handler handler,
                          void *user, char *error);

/* Sends job->reply to its client, if that is still there, and frees the job. Thread: any. */
void annotate_server_answer(annotate_server *server, annotate_job *job);

/* Frees a job without an answer; only after annotate_server_stop(). */
void annotate_job_free(annotate_job *job);

/* Ends the thread, closes all clients and removes the socket. Jobs that were not answered yet stay
 * their holders': they free them. NULL is allowed. */
void annotate_server_stop(annotate_server *server);

/* Where it listens. Lifetime: the server's. */
const char *annotate_server_path(const annotate_server *server);

/* Fills path with $XDG_RUNTIME_DIR/paintprof-chart.sock, or /tmp/paintprof-UID/chart.sock where
 * there is no such folder (made with mode 0700 if make is true). False if it does not fit or the
 * folder is not ours alone. */
bool annotate_socket_path(char *path, size_t capacity, bool make);

/* What has happened so far. Thread: any. */
typedef struct annotate_counts {
    uint64_t clients, requests, refused; /* refused: messages or peers that were turned away */
} annotate_counts;
annotate_counts annotate_server_counts(const annotate_server *server);

#endif
