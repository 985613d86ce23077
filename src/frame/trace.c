/* frame/trace.c: what one thread's records say of traces.
 *
 * A thread that has none of them has no memory for them either. */
#include "frame/trace.h"

#include "capture/record.h"

#include <stdlib.h>
#include <string.h>

enum {
    OPEN_SPANS = 64,   /* inside each other on one thread; a deeper one is lost */
    WAITING_SHOWN = 64 /* traces that wait for a frame of one thread; the oldest is given up */
};

typedef struct open_span {
    uint64_t start_ticks;
    uint32_t depth;
    pp_span span;
} open_span;

typedef struct waiting {
    pp_trace trace;
    uint32_t window; /* 0: any */
    uint64_t noted_ns;
} waiting;

struct pp_track_traces {
    uint32_t open_count, waiting_count;
    open_span open[OPEN_SPANS];
    waiting waiting[WAITING_SHOWN];
};

static pp_track_traces *traces_of(pp_track *track)
{
    if (!track->traces)
        track->traces = calloc(1, sizeof *track->traces);
    if (!track->traces)
        pp_build_lose(track->shared, 1);
    return track->traces;
}

size_t pp_track_trace_bytes(const pp_track *track)
{
    return track->traces ? sizeof *track->traces : 0;
}

void pp_track_forget_spans(pp_track *track)
{
    if (track->traces)
        track->traces->open_count = 0;
}

static pp_trace read_ids(const uint64_t *payload)
{
    pp_trace trace = {0};
    memcpy(trace.trace_id, payload, sizeof trace.trace_id);
    memcpy(trace.span_id, payload + 2, sizeof trace.span_id);
    return trace;
}

static void tell(const pp_track *track, pp_trace_record *record)
{
    const pp_build_target *target = &track->shared->target;
    record->thread = track->thread;
    if (target->trace)
        target->trace(target->user, record);
}

static uint64_t ns_of(const pp_track *track, uint64_t ticks)
{
    const pp_build_source *source = &track->shared->source;
    return source->to_ns(source->user, ticks);
}

/* ---- Spans ---------------------------------------------------------------------------------- */

/* Forgets spans whose zones have ended unseen: those at depth or inside it. */
static void drop_ended(pp_track_traces *traces, uint32_t depth)
{
    while (traces->open_count > 0 && traces->open[traces->open_count - 1].depth >= depth)
        traces->open_count--;
}

static void read_span(pp_track *track, const uint64_t *payload)
{
    pp_track_traces *traces = track->top != track->zones ? traces_of(track) : NULL;
    if (!traces)
        return;
    pp_span span = {.trace = read_ids(payload), .role = (pp_trace_role)(payload[4] & 0xff)};
    span.trace.flags = (uint8_t)(payload[4] >> 8);
    memcpy(span.parent_id, span.trace.span_id, sizeof span.parent_id);
    memcpy(span.trace.span_id, payload + 3, sizeof span.trace.span_id);
    uint32_t depth = pp_track_depth(track) - 1;
    drop_ended(traces, depth);
    if (traces->open_count == OPEN_SPANS) {
        pp_build_lose(track->shared, 1);
        return;
    }
    traces->open[traces->open_count++] = (open_span){track->top->start_ticks, depth, span};
    tell(track, &(pp_trace_record){.event = PP_TRACE_EVENT_SPAN,
                                   .span = span,
                                   .site = track->top->info,
                                   .depth = depth,
                                   .at_ns = ns_of(track, track->now_ticks),
                                   .zone_start_ns = ns_of(track, track->top->start_ticks)});
}

const pp_span *pp_track_take_span(pp_track_traces *traces, uint64_t start_ticks, uint32_t depth)
{
    drop_ended(traces, depth + 1);
    if (traces->open_count == 0)
        return NULL;
    const open_span *last = &traces->open[traces->open_count - 1];
    if (last->depth != depth)
        return NULL;
    traces->open_count--;
    return last->start_ticks == start_ticks ? &last->span : NULL;
}

/* ---- Moments and frames --------------------------------------------------------------------- */

static void read_point(pp_track *track, const uint64_t *payload)
{
    uint64_t at_ns = payload[4] ? payload[4] : ns_of(track, track->now_ticks);
    if (payload[3] <= PP_TRACE_REPLY_RECEIVED)
        tell(track, &(pp_trace_record){.event = PP_TRACE_EVENT_POINT,
                                       .point = (pp_trace_point)payload[3],
                                       .span = {.trace = read_ids(payload)},
                                       .at_ns = at_ns});
}

static void read_shown(pp_track *track, const uint64_t *payload)
{
    pp_track_traces *traces = traces_of(track);
    if (!traces)
        return;
    if (traces->waiting_count == WAITING_SHOWN) {
        traces->waiting_count--;
        memmove(traces->waiting, traces->waiting + 1,
                traces->waiting_count * sizeof *traces->waiting);
    }
    traces->waiting[traces->waiting_count++] =
        (waiting){read_ids(payload), (uint32_t)payload[3], ns_of(track, track->now_ticks)};
}

void pp_track_show_traces(pp_track *track, const pp_frame *frame)
{
    pp_track_traces *traces = track->traces;
    uint32_t kept = 0;
    for (uint32_t i = 0; traces && i < traces->waiting_count; i++) {
        const waiting w = traces->waiting[i];
        /* A frame whose GPU time came late may have ended before it was said. */
        bool is_other = w.window != 0 && w.window != frame->window;
        if (is_other || w.noted_ns > frame->end_ns) {
            traces->waiting[kept++] = w;
            continue;
        }
        tell(track, &(pp_trace_record){.event = PP_TRACE_EVENT_SHOWN,
                                       .span = {.trace = w.trace},
                                       .window = frame->window,
                                       .at_ns = frame->end_ns,
                                       .frame = frame->number,
                                       .frame_start_ns = frame->start_ns});
    }
    if (traces)
        traces->waiting_count = kept;
}

void pp_track_read_trace(pp_track *track, unsigned type, const uint64_t *payload, size_t count)
{
    if (type == PP_EXT_TRACE_SPAN && count >= 5)
        read_span(track, payload);
    else if (type == PP_EXT_TRACE_POINT && count >= 5)
        read_point(track, payload);
    else if (type == PP_EXT_TRACE_SHOWN && count >= 4)
        read_shown(track, payload);
}
