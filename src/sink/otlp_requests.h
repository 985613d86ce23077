/* sink/otlp_requests.h: the moments of requests, and which zones they belong to.
 *
 * A moment names the span that asked. On the client's side that is a zone of this process: its
 * moments become messages of its span. On the server's side it is the parent of the zone that
 * handles it: the time from the request's arrival to that zone, and from that zone to the reply,
 * become spans of their own, since neither lies in the zone. Moments and zones are told in any
 * order. Memory is fixed: the last PP_OTLP_REQUESTS_MAX requests are known. */
#ifndef PP_OTLP_REQUESTS_H
#define PP_OTLP_REQUESTS_H

#include <paintprof/session.h>

enum { PP_OTLP_REQUESTS_MAX = 512 };

/* A shorter wait is told by nothing but the distance of its neighbours. */
static const uint64_t PP_OTLP_WAIT_LEAST_NS = 50000;

typedef struct pp_otlp_request {
    pp_trace asked;    /* no trace: this place is free */
    uint64_t at_ns[4]; /* by pp_trace_point; 0: not told */
    bool is_handled;   /* by what follows */
    const pp_site_info *site;
    uint32_t thread;
    uint64_t begin_ns, end_ns;
    bool is_wait_told[2];
} pp_otlp_request;

/* Starts zeroed and needs no end. */
typedef struct pp_otlp_requests {
    uint32_t next; /* place for a new one */
    pp_otlp_request items[PP_OTLP_REQUESTS_MAX];
} pp_otlp_requests;

/* Where a request waited: for its handling, then for its reply to leave. */
typedef enum pp_otlp_wait_kind {
    PP_OTLP_NO_WAIT,
    PP_OTLP_WAIT,
    PP_OTLP_REPLY_WAIT
} pp_otlp_wait_kind;

typedef struct pp_otlp_wait {
    pp_otlp_wait_kind kind;
    const pp_site_info *site; /* of the zone that handled it */
    pp_trace asked;
    uint32_t thread;
    uint64_t from_ns, to_ns;
} pp_otlp_wait;

/* Takes a moment, or a zone that is a span and has ended; the request it belongs to, NULL: none. */
pp_otlp_request *pp_otlp_requests_moment(pp_otlp_requests *requests, const pp_trace_record *event);
pp_otlp_request *pp_otlp_requests_handled(pp_otlp_requests *requests, const pp_zone_record *zone);

/* The request that a span of this process asked; NULL: it noted no moment. */
const pp_otlp_request *pp_otlp_requests_of(const pp_otlp_requests *requests, const pp_trace *asked);

/* The next wait of a request that is known and has not been told; false: there is none. */
bool pp_otlp_next_wait(pp_otlp_request *request, pp_otlp_wait *out);

#endif
