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

/* A consumer of frames and zones. Every callback may be NULL. They run on the draining thread
 * under the session's lock: they must not call the session, and must not take long. */
typedef struct pp_sink {
    uint32_t struct_size; /* sizeof(pp_sink) */
    void *user;
    void (*frame)(void *user, const pp_frame *frame);
    void (*zone)(void *user, const pp_zone_record *zone);
    void (*mark)(void *user, const pp_mark_record *mark);
    void (*trace)(void *user, const pp_trace_record *event);
    void (*stop)(void *user);    /* the session ends; every frame was delivered */
    void (*destroy)(void *user); /* runs exactly once: at removal or at the session's end */
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
