/* frame/session.c: the session of the process: drains capture into a builder, keeps the history
 * and feeds the sinks.
 *
 * Frames are built on the thread that ends them. The capture's helper thread drains only when
 * threads have filled a good part of the buffer and no frame ended. */
#include <paintprof/session.h>

#include "base/base.h"
#include "frame/build.h"
#include "frame/history.h"

#include <paintprof/phase.h>
#include <pthread.h>
#include <stdlib.h>

enum { DEFAULT_HISTORY_FRAMES = 4096, DEFAULT_BUFFER_BYTES = 16 << 20 };

typedef struct session_sink {
    pp_sink sink;
    int id;
    uint64_t since_ns; /* frames that ended earlier, and waited, are not for it */
} session_sink;

struct pp_session {
    pp_builder *builder;
    pp_history history;
    uint64_t frames_total;
    session_sink *sinks;
    size_t sink_count, sink_capacity;
    int last_sink_id;
};

/* There is one session at most, as there is one capture. The mutex outlives it, since the end of
 * a frame may wait here while another thread stops the session. It checks for errors: a sink that
 * calls the session is refused instead of hanging. */
static struct {
    pthread_mutex_t mutex;
    pthread_once_t once;
    pp_session *current;
    bool is_ready;
} process = {.mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP, .once = PTHREAD_ONCE_INIT};

/* Takes the lock if session is the running one; else, or from a sink's callback, false. */
static bool enter(const pp_session *session)
{
    if (!session || pthread_mutex_lock(&process.mutex) != 0)
        return false;
    if (process.current == session)
        return true;
    pthread_mutex_unlock(&process.mutex);
    return false;
}

static void leave(void)
{
    pthread_mutex_unlock(&process.mutex);
}

/* ---- What the builder asks and tells, under the lock --------------------------------------- */

static const pp_site_info *source_site(void *user, uint32_t id)
{
    (void)user;
    return pp_capture_site(id);
}

static const char *source_label(void *user, uint32_t id)
{
    (void)user;
    return pp_capture_label(id);
}

static uint64_t source_to_ns(void *user, uint64_t ticks)
{
    (void)user;
    return pp_ticks_to_ns(ticks);
}

static uint32_t source_phase_count(void *user)
{
    (void)user;
    return pp_phase_count();
}

static void tell_sink(void *user, const pp_frame *frame)
{
    const session_sink *to = user;
    if (to->sink.frame && frame->end_ns >= to->since_ns)
        to->sink.frame(to->sink.user, frame);
}

static void tell_frame(void *user, const pp_frame *frame)
{
    pp_session *session = user;
    session->frames_total++;
    pp_history_add(&session->history, frame);
    for (size_t i = 0; i < session->sink_count; i++)
        tell_sink(&session->sinks[i], frame);
}

static void tell_zone(void *user, const pp_zone_record *zone)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->zone)
            sink->zone(sink->user, zone);
    }
}

static void tell_mark(void *user, const pp_mark_record *mark)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->mark)
            sink->mark(sink->user, mark);
    }
}

static void tell_painted(void *user, const pp_paint_record *paint)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->painted)
            sink->painted(sink->user, paint);
    }
}

static void tell_unpainted(void *user, const pp_unpainted_record *updates)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->unpainted)
            sink->unpainted(sink->user, updates);
    }
}

static void tell_event(void *user, const pp_event_record *event)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->event)
            sink->event(sink->user, event);
    }
}

static void tell_overhead(void *user, uint32_t thread, uint64_t ns)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->overhead)
            sink->overhead(sink->user, thread, ns);
    }
}

static void tell_trace(void *user, const pp_trace_record *event)
{
    const pp_session *session = user;
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->trace)
            sink->trace(sink->user, event);
    }
}

/* All but frames are told one by one only if a sink wants them. */
static void choose_target(pp_session *session)
{
    pp_build_target target = {.user = session, .frame = tell_frame};
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        target.zone = sink->zone ? tell_zone : target.zone;
        target.mark = sink->mark ? tell_mark : target.mark;
        target.painted = sink->painted ? tell_painted : target.painted;
        target.unpainted = sink->unpainted ? tell_unpainted : target.unpainted;
        target.event = sink->event ? tell_event : target.event;
        target.overhead = sink->overhead ? tell_overhead : target.overhead;
        target.trace = sink->trace ? tell_trace : target.trace;
    }
    pp_builder_set_target(session->builder, &target);
}

static void drain(pp_session *session)
{
    pp_capture_drain(pp_builder_feed, session->builder);
}

/* ---- Who drains ---------------------------------------------------------------------------- */

/* Called when a frame has ended, or by the helper; perhaps just after the session was stopped. */
static void drain_now(void *user)
{
    pp_session *session = user;
    if (!enter(session))
        return;
    drain(session);
    leave();
}

/* ---- Start and stop ------------------------------------------------------------------------ */

/* The child of a fork has no session: its copy may be half changed and is left alone. */
static void forget_in_child(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&process.mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    process.current = NULL;
}

static void make_ready(void)
{
    process.is_ready = pthread_atfork(NULL, NULL, forget_in_child) == 0;
}

static void free_session(pp_session *session)
{
    pp_builder_destroy(session->builder);
    pp_history_free(&session->history);
    free(session->sinks);
    free(session);
}

static pp_session *create_session(size_t history_frames)
{
    static const pp_build_source source = {
        .site = source_site,
        .label = source_label,
        .to_ns = source_to_ns,
        .phase_count = source_phase_count,
    };
    pp_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->builder = pp_builder_create(&source);
    if (!session->builder || !pp_history_init(&session->history, history_frames)) {
        free_session(session);
        return NULL;
    }
    choose_target(session);
    return session;
}

/* Under the lock. */
static int start_locked(pp_session **out, const pp_session_opts *opts)
{
    if (process.current)
        return pp_fail(PP_EBUSY, "a session is running already");
    pp_session *session = create_session(opts->history_frames);
    if (!session)
        return pp_fail(PP_ENOMEM, "out of memory for a session of %u frames", opts->history_frames);
    int status = pp_capture_start(&(pp_capture_session){.buffer_bytes = opts->buffer_bytes,
                                                        .frame_ended = drain_now,
                                                        .drain_wanted = drain_now,
                                                        .user = session});
    if (status != PP_OK) {
        free_session(session);
        return status;
    }
    __atomic_store_n(&process.current, session, __ATOMIC_RELEASE);
    *out = session;
    return PP_OK;
}

int pp_session_start(pp_session **out, const pp_session_opts *opts)
{
    pp_session_opts chosen = {.struct_size = sizeof chosen};
    if (!out || (opts && opts->struct_size < sizeof *opts))
        return pp_fail(PP_EINVAL,
                       "pp_session_start: no place for the session, or no valid options");
    if (opts)
        chosen = *opts;
    if (!chosen.history_frames)
        chosen.history_frames = DEFAULT_HISTORY_FRAMES;
    if (!chosen.buffer_bytes)
        chosen.buffer_bytes = DEFAULT_BUFFER_BYTES;
    pthread_once(&process.once, make_ready);
    if (!process.is_ready)
        return pp_fail(PP_ENOMEM, "cannot set up the session's fork handler");
    if (pthread_mutex_lock(&process.mutex) != 0)
        return pp_fail(PP_EBUSY, "a session cannot be started from a sink");
    int status = start_locked(out, &chosen);
    leave();
    return status;
}

static void destroy_sink(const pp_sink *sink)
{
    if (sink->destroy)
        sink->destroy(sink->user);
}

static void end_sinks(pp_session *session)
{
    for (size_t i = 0; i < session->sink_count; i++) {
        const pp_sink *sink = &session->sinks[i].sink;
        if (sink->stop)
            sink->stop(sink->user);
    }
    for (size_t i = 0; i < session->sink_count; i++)
        destroy_sink(&session->sinks[i].sink);
}

void pp_session_stop(pp_session *session)
{
    if (!enter(session))
        return;
    drain(session);
    pp_builder_stop_waiting(session->builder);
    end_sinks(session);
    pp_capture_stop();
    __atomic_store_n(&process.current, NULL, __ATOMIC_RELEASE);
    leave();
    free_session(session);
    pp_helper_reap();
}

pp_session *pp_session_current(void)
{
    return __atomic_load_n(&process.current, __ATOMIC_ACQUIRE);
}

/* ---- Sinks --------------------------------------------------------------------------------- */

static bool reserve_sink(pp_session *session)
{
    if (session->sink_count < session->sink_capacity)
        return true;
    size_t capacity = session->sink_capacity * 2 + 4;
    session_sink *sinks = realloc(session->sinks, capacity * sizeof *sinks);
    if (!sinks)
        return false;
    session->sinks = sinks;
    session->sink_capacity = capacity;
    return true;
}

int pp_session_add_sink(pp_session *session, const pp_sink *sink)
{
    pp_sink taken;
    if (!pp_sink_take(&taken, sink))
        return pp_fail(PP_EINVAL, "pp_session_add_sink: no valid sink");
    if (!enter(session))
        return pp_fail(PP_EINVAL, "pp_session_add_sink: not the running session");
    int id = PP_ENOMEM;
    if (reserve_sink(session)) {
        uint64_t since_ns = pp_now_ns();
        drain(session); /* what is published by now is not for the new sink */
        id = ++session->last_sink_id;
        session->sinks[session->sink_count++] = (session_sink){taken, id, since_ns};
        choose_target(session);
    }
    leave();
    return id > 0 ? id : pp_fail(PP_ENOMEM, "out of memory for a sink");
}

int pp_session_remove_sink(pp_session *session, int sink_id)
{
    if (!enter(session))
        return pp_fail(PP_EINVAL, "pp_session_remove_sink: not the running session");
    size_t i = 0;
    while (i < session->sink_count && session->sinks[i].id != sink_id)
        i++;
    bool found = i < session->sink_count;
    if (found) {
        drain(session);
        /* The others wait on: for them nothing changes. */
        pp_builder_visit_waiting(session->builder, tell_sink, &session->sinks[i]);
        destroy_sink(&session->sinks[i].sink);
        for (session->sink_count--; i < session->sink_count; i++)
            session->sinks[i] = session->sinks[i + 1];
        choose_target(session);
    }
    leave();
    return found ? PP_OK : pp_fail(PP_EINVAL, "no sink has the id %d", sink_id);
}

/* ---- Numbers ------------------------------------------------------------------------------- */

void pp_session_drain(pp_session *session)
{
    if (!enter(session))
        return;
    drain(session);
    leave();
}

void pp_session_reset(pp_session *session)
{
    if (!enter(session))
        return;
    pp_history_clear(&session->history);
    leave();
}

int pp_session_snapshot(pp_session *session, uint32_t window, size_t last_n, pp_snapshot *out)
{
    if (!out || !enter(session))
        return pp_fail(PP_EINVAL,
                       "pp_session_snapshot: no place for it, or not the running session");
    bool ok = pp_history_snapshot(&session->history, window, last_n, out);
    out->frames_total = session->frames_total;
    out->dropped = pp_session_dropped(session);
    leave();
    return ok ? PP_OK
              : pp_fail(PP_ENOMEM, "out of memory for a snapshot of %llu frames",
                        (unsigned long long)out->frames);
}

size_t pp_session_frames(pp_session *session, uint32_t window, pp_frame *out, size_t capacity)
{
    if (!out || !enter(session))
        return 0;
    size_t count = pp_history_frames(&session->history, window, out, capacity);
    leave();
    return count;
}

uint64_t pp_session_dropped(pp_session *session)
{
    if (!session || session != pp_session_current())
        return 0;
    return pp_capture_dropped() + pp_builder_lost(session->builder);
}
