/* paintprof/trace.h: traces: work that one process asks of another, followed through both.
 *
 * A context names a trace and the span in it that asks. It travels with a request as a W3C
 * traceparent; a zone that adopts it becomes a span of that trace:
 *
 *   client    pp_trace trace = pp_trace_new();
 *             trace = pp_zone_trace(&zone, &trace, PP_TRACE_INTERNAL);
 *             pp_trace asked = pp_zone_trace(&call, &trace, PP_TRACE_CLIENT);
 *             pp_trace_format(&asked, header);
 *             pp_trace_note(&asked, PP_TRACE_REQUEST_SENT, 0);
 *             ...send, wait...
 *             pp_trace_note(&asked, PP_TRACE_REPLY_RECEIVED, 0);
 *
 *   server    pp_trace_parse(&asked, header, size);
 *             pp_trace_note(&asked, PP_TRACE_REQUEST_RECEIVED, 0);
 *             ...queue...
 *             pp_zone_trace(&handle, &asked, PP_TRACE_SERVER);
 *             ...work...
 *             pp_trace_note(&asked, PP_TRACE_REPLY_SENT, 0);
 *             pp_frame_shows_trace(window, &asked);
 *
 * `paintprof link` joins the recordings of both. While nothing is recorded, a context passes
 * through unchanged and nothing else happens. A zeroed context is no trace, and does nothing
 * anywhere. A server that was given none begins one of its own, so that its part is known at least.
 */
#ifndef PAINTPROF_TRACE_H
#define PAINTPROF_TRACE_H

#include <paintprof/frame.h>
#include <paintprof/window.h>
#include <paintprof/zone.h>
#include <stdbool.h>
#include <stddef.h>

PP_BEGIN_DECLS

/* A trace and the span that asks in it. Bytes in the order in which they are printed. */
typedef struct pp_trace {
    uint8_t trace_id[16]; /* all 0: no trace */
    uint8_t span_id[8];   /* W3C's parent-id; all 0 in a trace that has no span yet */
    uint8_t flags;        /* W3C's trace-flags; bit 0: sampled */
} pp_trace;

/* What a span is to its trace (as OpenTelemetry's span kinds). */
typedef enum pp_trace_role {
    PP_TRACE_INTERNAL, /* work within the process */
    PP_TRACE_CLIENT,   /* asks another process and waits: one request, one reply */
    PP_TRACE_SERVER,   /* handles a request */
    PP_TRACE_PRODUCER, /* hands work over without waiting */
    PP_TRACE_CONSUMER, /* takes such work */
} pp_trace_role;

/* Moments of a request, on either side. */
typedef enum pp_trace_point {
    PP_TRACE_REQUEST_SENT,     /* client: its first byte is about to leave */
    PP_TRACE_REQUEST_RECEIVED, /* server: its last byte has come */
    PP_TRACE_REPLY_SENT,       /* server: its first byte is about to leave */
    PP_TRACE_REPLY_RECEIVED,   /* client: its last byte has come */
} pp_trace_point;

/* The bytes of a traceparent, NUL included: 00-<32 hex>-<16 hex>-<2 hex>. */
#define PP_TRACE_TEXT_BYTES 56

/* A new trace, sampled, without a span: adopt it by pp_zone_trace(). Thread: any; wait-free but
 * for a system call once per thread. Since: 0.2 */
PP_API pp_trace pp_trace_new(void);

/* Whether it names a trace. Thread: any. Since: 0.2 */
PP_API bool pp_trace_is_valid(const pp_trace *trace);

/* Reads a traceparent of size_bytes bytes as W3C Trace Context level 1 says: lower case, no blanks,
 * no zero ids; a later version than 00 may have more behind a '-'. PP_EDATA, PP_EINVAL: *out is
 * then no trace, and a new one should be begun. Thread: any. Since: 0.2 */
PP_API int pp_trace_parse(pp_trace *out, const char *text, size_t size_bytes);

/* Prints trace as a traceparent of version 00. PP_EINVAL (buffer is then "") for no trace or one
 * without a span. Thread: any. Since: 0.2 */
PP_API int pp_trace_format(const pp_trace *trace, char buffer[PP_TRACE_TEXT_BYTES]);

/* Makes zone, the innermost open one, a span of context's trace, child of the span that context
 * names. Returns the context to pass on: the same trace, zone's span. Once per zone; returns
 * context unchanged when the zone is not recorded or context is no trace. Thread: that of the
 * zone's begin, wait-free. Since: 0.2 */
PP_API pp_trace pp_zone_trace(const pp_zone *zone, const pp_trace *context, pp_trace_role role);

/* Notes a moment of the request that asked describes: the context that the client's
 * pp_zone_trace() returned and the server received. at_ns: pp_now_ns() of that moment where it is
 * told later, or by another thread; 0: now. The first of each point of a request counts.
 * Thread: any, wait-free. Since: 0.2 */
PP_API void pp_trace_note(const pp_trace *asked, pp_trace_point point, uint64_t at_ns);

/* Says that the open frame of window, or else its next one, shows the result of context's trace.
 * window NULL: the next frame to end on this thread. Thread: that of the frames, wait-free.
 * Since: 0.2 */
PP_API void pp_frame_shows_trace(const pp_window *window, const pp_trace *context);

/* ---- What sinks and readers are told -------------------------------------------------------- */

/* A zone that is a span; trace.span_id is its own, parent_id that of the span which asked. */
typedef struct pp_span {
    pp_trace trace;
    uint8_t parent_id[8]; /* all 0: it has none */
    pp_trace_role role;
} pp_span;

typedef enum pp_trace_event {
    PP_TRACE_EVENT_SPAN,  /* a zone became a span: site, depth, zone_start_ns */
    PP_TRACE_EVENT_POINT, /* point, at_ns */
    PP_TRACE_EVENT_SHOWN, /* frame, window, frame_start_ns; at_ns is the frame's end */
} pp_trace_event;

/* One event of a trace, of any thread; times are CLOCK_MONOTONIC nanoseconds. The span of a zone
 * that ends is in its pp_zone_record. */
typedef struct pp_trace_record {
    pp_trace_event event;
    pp_trace_point point;
    pp_span span;             /* of a point or a frame: only trace, as it was given */
    const pp_site_info *site; /* of the zone; NULL: not of a zone */
    uint32_t thread;
    uint32_t depth; /* of the zone, 0 for the outermost */
    uint32_t window;
    uint64_t at_ns;
    uint64_t zone_start_ns;
    uint64_t frame, frame_start_ns;
} pp_trace_record;

PP_END_DECLS

#endif
