/* paintprof/session.h: one start-to-stop of profiling, its sinks and its numbers.
 *
 * Capture runs only while a session does. Frames are built where pp_frame_end() is called;
 * where no frames end, a helper thread drains what threads have filled. */
#ifndef PAINTPROF_SESSION_H
#define PAINTPROF_SESSION_H

#include <paintprof/export.h>
#include <paintprof/frame.h>
#include <paintprof/trace.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef struct pp_session pp_session;

typedef struct pp_session_opts {
    uint32_t struct_size;    /* sizeof(pp_session_opts) */
    uint32_t history_frames; /* frames kept for snapshots; 0: 4096 */
    uint64_t buffer_bytes;   /* most memory for undrained records; 0: 16 MiB */
} pp_session_opts;

/* A finished zone, of any thread. */
typedef struct pp_zone_record {
    const pp_site_info *site;
    uint32_t thread; /* 1 for the first thread that recorded */
    uint32_t depth;  /* 0 for the outermost */
    uint64_t start_ns, end_ns, self_ns;
    const pp_span *span; /* of a trace (paintprof/trace.h), during the call; NULL: none */
} pp_zone_record;

/* A mark, of any thread. label is valid during the call. */
typedef struct pp_mark_record {
    const pp_site_info *site; /* of the zone it belongs to; NULL outside any */
    const char *label;
    uint32_t thread;
    uint32_t depth; /* of that zone, 0 for the outermost */
    uint64_t at_ns, since_mark_ns, since_begin_ns;
} pp_mark_record;

/* Why updates were asked for, and how many (paintprof/cause.h); "" is not known. */
typedef struct pp_cause_record {
    const char *event, *receiver, *caller;
    uint64_t count;
} pp_cause_record;

/* A finished zone of which more is known than its time: pixels, instance, causes or waste. Of more
 * than a handful of causes, the rest is one that is not known. Valid during the call. */
typedef struct pp_paint_record {
    const pp_site_info *site;
    uint32_t thread;
    uint32_t object; /* 0: not told */
    uint64_t start_ns, end_ns, self_ns;
    uint64_t pixels;
    uint64_t sampled, unchanged, covered; /* as in pp_zone_waste() */
    uint32_t cause_count;
    const pp_cause_record *causes;
} pp_paint_record;

/* Updates of site that led to no paint. */
typedef struct pp_unpainted_record {
    const pp_site_info *site;
    uint32_t thread;
    uint64_t at_ns;
    pp_cause_record cause;
} pp_unpainted_record;

/* An event handler that ran long; cause.count is 1. */
typedef struct pp_event_record {
    uint32_t thread;
    uint64_t end_ns, self_ns, total_ns;
    pp_cause_record cause;
} pp_event_record;

/* A consumer of frames and zones. Every callback may be NULL. They run on the draining thread
 * under the session's lock: they must not call the session, and must not take long. Texts in what
 * they get live as long as the session or reader. */
typedef struct pp_sink {
    uint32_t struct_size; /* sizeof(pp_sink) */
    void *user;
    void (*frame)(void *user, const pp_frame *frame);
    void (*zone)(void *user, const pp_zone_record *zone);
    void (*mark)(void *user, const pp_mark_record *mark);
    void (*stop)(void *user);    /* the session ends; every frame was delivered */
    void (*destroy)(void *user); /* runs exactly once: at removal or at the session's end */
    /* Since 0.2; a struct_size that ends before them is accepted. */
    void (*painted)(void *user, const pp_paint_record *paint);
    void (*unpainted)(void *user, const pp_unpainted_record *updates);
    void (*event)(void *user, const pp_event_record *event);
    void (*overhead)(void *user, uint32_t thread, uint64_t ns); /* beside zones of overlay */
    void (*trace)(void *user, const pp_trace_record *event);
} pp_sink;

/* Starts the session of the process. opts may be NULL. PP_EBUSY while another runs; PP_ENOMEM.
 * Does not open the gate. Stop it with pp_session_stop(). Thread: any. Since: 0.1 */
PP_API int pp_session_start(pp_session **out, const pp_session_opts *opts);

/* Drains what is published, delivers it, stops and frees the session; NULL is allowed. Zones
 * that are open go on and are not recorded further.
 * Thread: any but a sink's callback. Since: 0.1 */
PP_API void pp_session_stop(pp_session *session);

/* The running session, or NULL. Lifetime: until it is stopped. Thread: any. Since: 0.1 */
PP_API pp_session *pp_session_current(void);

/* Adds a sink, copied; it sees frames and zones from now on. Returns a positive id for
 * pp_session_remove_sink(), PP_EINVAL, PP_ENOMEM. On failure destroy is not run.
 * Thread: any but a sink's callback. Since: 0.1 */
PP_API int pp_session_add_sink(pp_session *session, const pp_sink *sink);

/* Removes a sink and runs its destroy. PP_EINVAL for an unknown id. Thread: as above. Since: 0.1 */
PP_API int pp_session_remove_sink(pp_session *session, int sink_id);

/* Drains what every thread has published so far and delivers it. Thread: as above. Since: 0.1 */
PP_API void pp_session_drain(pp_session *session);

/* Forgets the history of frames; sinks and the numbering of frames go on. Since: 0.1 */
PP_API void pp_session_reset(pp_session *session);

/* Sums up the last last_n frames (0: all kept) of window (0: every window) into *out.
 * Thread: any but a sink's callback. Since: 0.1 */
PP_API int pp_session_snapshot(pp_session *session, uint32_t window, size_t last_n,
                               pp_snapshot *out);

/* Copies the last frames of window (0: every), oldest first, at most capacity, painters NULL.
 * Returns how many. Thread: any but a sink's callback. Since: 0.1 */
PP_API size_t pp_session_frames(pp_session *session, uint32_t window, pp_frame *out,
                                size_t capacity);

/* Records lost so far, of all threads: the buffer was full and nobody drained it.
 * Thread: any. Since: 0.1 */
PP_API uint64_t pp_session_dropped(pp_session *session);

PP_END_DECLS

#endif
