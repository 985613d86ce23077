/* sink/otlp_requests.c: the moments of requests, and which zones they belong to. */
#include "sink/otlp_requests.h"

#include <string.h>

static bool is_same(const pp_trace *a, const pp_trace *b)
{
    return memcmp(a->trace_id, b->trace_id, sizeof a->trace_id) == 0 &&
           memcmp(a->span_id, b->span_id, sizeof a->span_id) == 0;
}

/* The newest first: that is mostly the one. */
static pp_otlp_request *find(const pp_otlp_requests *requests, const pp_trace *asked)
{
    for (uint32_t i = 1; i <= PP_OTLP_REQUESTS_MAX; i++) {
        uint32_t at = (requests->next + PP_OTLP_REQUESTS_MAX - i) % PP_OTLP_REQUESTS_MAX;
        const pp_otlp_request *request = &requests->items[at];
        if (!pp_trace_is_valid(&request->asked))
            return NULL; /* places are filled in turn */
        if (is_same(&request->asked, asked))
            return (pp_otlp_request *)request;
    }
    return NULL;
}

static pp_otlp_request *find_or_begin(pp_otlp_requests *requests, const pp_trace *asked)
{
    static const uint8_t no_span[8];
    bool is_asked = pp_trace_is_valid(asked) && memcmp(asked->span_id, no_span, 8) != 0;
    pp_otlp_request *request = is_asked ? find(requests, asked) : NULL;
    if (!is_asked || request)
        return request;
    request = &requests->items[requests->next];
    requests->next = (requests->next + 1) % PP_OTLP_REQUESTS_MAX;
    *request = (pp_otlp_request){.asked = *asked};
    return request;
}

pp_otlp_request *pp_otlp_requests_moment(pp_otlp_requests *requests, const pp_trace_record *event)
{
    pp_otlp_request *request = find_or_begin(requests, &event->span.trace);
    if (request && request->at_ns[event->point] == 0) /* the first of each counts */
        request->at_ns[event->point] = event->at_ns;
    return request;
}

pp_otlp_request *pp_otlp_requests_handled(pp_otlp_requests *requests, const pp_zone_record *zone)
{
    pp_trace_role role = zone->span->role;
    if (role != PP_TRACE_SERVER && role != PP_TRACE_CONSUMER)
        return NULL;
    pp_trace asked = zone->span->trace;
    memcpy(asked.span_id, zone->span->parent_id, sizeof asked.span_id);
    pp_otlp_request *request = find_or_begin(requests, &asked);
    if (!request || request->is_handled)
        return request;
    request->is_handled = true;
    request->site = zone->site;
    request->thread = zone->thread;
    request->begin_ns = zone->start_ns;
    request->end_ns = zone->end_ns;
    return request;
}

const pp_otlp_request *pp_otlp_requests_of(const pp_otlp_requests *requests, const pp_trace *asked)
{
    return find(requests, asked);
}

bool pp_otlp_next_wait(pp_otlp_request *request, pp_otlp_wait *out)
{
    const struct {
        uint64_t from_ns, to_ns;
    } waits[] = {{request->at_ns[PP_TRACE_REQUEST_RECEIVED], request->begin_ns},
                 {request->end_ns, request->at_ns[PP_TRACE_REPLY_SENT]}};
    for (size_t i = 0; i < 2 && request->is_handled; i++) {
        bool is_known = waits[i].from_ns != 0 && waits[i].to_ns != 0 && !request->is_wait_told[i];
        if (!is_known || waits[i].to_ns < waits[i].from_ns + PP_OTLP_WAIT_LEAST_NS)
            continue;
        request->is_wait_told[i] = true;
        *out = (pp_otlp_wait){.kind = i == 0 ? PP_OTLP_WAIT : PP_OTLP_REPLY_WAIT,
                              .site = request->site,
                              .asked = request->asked,
                              .thread = request->thread,
                              .from_ns = waits[i].from_ns,
                              .to_ns = waits[i].to_ns};
        return true;
    }
    return false;
}
