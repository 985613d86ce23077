/* sink/otlp_live.h: the export of a running program: what its parts share.
 *
 * The draining thread only adds to histograms and hands over trees; it never waits for a lock
 * (otlp_live.c). The exporter's thread makes requests of them and posts (otlp_thread.c). */
#ifndef PP_OTLP_LIVE_H
#define PP_OTLP_LIVE_H

#include "sink/otlp_http.h"
#include "sink/otlp_metrics.h"

#include <paintprof/otlp.h>
#include <pthread.h>
#include <sys/types.h>

enum {
    PP_OTLP_LIVE_NODES = 8192,  /* zones that wait for their frame */
    PP_OTLP_QUEUE_SPANS = 8192, /* that wait for the thread */
    PP_OTLP_PERIOD_TREES = 60,  /* that are sent in a period; more would say the same */
};

struct pp_otlp {
    /* Set at the start. */
    pid_t owner;  /* in the child of a fork there is no thread */
    bool watches; /* takes any session that comes */
    char *endpoint;
    uint64_t slow_ns, period_ns, patience_ns, started_ns;
    pp_otlp_origin origin;
    pthread_t thread;

    /* Of the draining thread, under the session's lock. */
    pp_otlp_trees *trees;
    pp_otlp_metrics late;           /* frames that came while the mutex was taken */
    pp_otlp_tree *mine, **mine_end; /* trees likewise */

    /* Counted by anyone, atomically. */
    uint32_t period_trees;
    uint64_t waiting_spans, spans_dropped, lost;

    pthread_mutex_t mutex; /* of all below; held for moments only */
    pthread_cond_t work;
    pp_otlp_metrics metrics;
    pp_otlp_tree *queue, **queue_end;
    bool is_attached; /* the sink is in a session */
    pp_session *session;
    int sink_id;
    bool stops;
    uint64_t stop_by_ns; /* CLOCK_MONOTONIC */
    bool has_failed;     /* the last request was not taken */
    char failure[256];
    pp_otlp_status status;
};

/* Adds the sink to the running session, if there is one. False: there is none, or no memory. */
bool pp_otlp_attach(pp_otlp *otlp);

/* What the exporter's thread runs; its argument is a pp_otlp. */
void *pp_otlp_run(void *user);

/* Registers the end of the export that the environment asked for with the process' exit. */
void pp_otlp_end_at_exit(void);

/* The real clock, also where a test overrides the program's. */
uint64_t pp_otlp_now_ns(void);

#endif
