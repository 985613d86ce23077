/* capture/control.c: the capture runs while a session or a recording wants it. */
#include "base/base.h"
#include "capture/meta.h"
#include "capture/threads.h"

#include <stdlib.h>

#define capture pp_the_capture

enum { CHUNKS_AT_START = 4, CHUNKS_AT_LEAST = 8 };

/* A store in memory of the process, with a few chunks ready; NULL without memory. */
static pp_store *create_session_store(uint64_t buffer_bytes)
{
    uint64_t limit = buffer_bytes / PP_REC_SLOT_BYTES;
    pp_store *store = pp_store_create(NULL, limit < CHUNKS_AT_LEAST ? CHUNKS_AT_LEAST : limit);
    if (!store)
        return NULL;
    store->making++;
    pp_batch *batch = pp_store_make(store, CHUNKS_AT_START);
    pp_store_add(store, batch);
    if (!batch) {
        pp_store_close(store);
        return NULL;
    }
    return store;
}

void pp_capture_begin(pp_store *store)
{
    pp_threads_switch(store);
    capture.lost_total = capture.queued_full = 0;
    if (++capture.last_generation == 0)
        capture.last_generation = 1;
    __atomic_store_n(&capture.generation, capture.last_generation, __ATOMIC_RELAXED);
}

/* All chunks that nobody writes to any more, and threads that are gone. Under the lock. */
static void release_queues(void)
{
    pp_thread *thread = capture.threads;
    while (thread) {
        pp_thread *next = thread->next;
        while (thread->oldest && (thread->oldest != thread->current || !thread->cursor)) {
            pp_chunk *chunk = thread->oldest;
            thread->oldest = chunk->next;
            pp_chunk_release(chunk);
        }
        thread->read = 0;
        thread->queued = thread->oldest ? 1 : 0;
        if (!thread->cursor)
            pp_thread_free(thread);
        thread = next;
    }
}

/* A thread that writes at this moment goes on into its current chunk, which stays its own until
 * the thread itself comes by again or ends. */
void pp_capture_end(void)
{
    __atomic_store_n(&capture.generation, 0, __ATOMIC_RELAXED);
    pp_threads_switch(NULL);
    release_queues();
}

/* What threads have recorded so far was not for the session that begins. */
static void skip_published(void)
{
    for (pp_thread *thread = capture.threads; thread; thread = thread->next) {
        if (thread->generation != capture.generation || !thread->oldest)
            continue;
        thread->read = pp_chunk_published(thread->oldest, 0, NULL, NULL);
        thread->starts_afresh = true;
    }
}

static int begin_session(const pp_capture_session *session)
{
    if (capture.has_session)
        return PP_EBUSY;
    if (capture.generation) {
        skip_published();
    } else {
        pp_store *store = create_session_store(session->buffer_bytes);
        if (!store)
            return PP_ENOMEM;
        pp_capture_begin(store);
    }
    capture.has_session = true;
    capture.session_bytes = session->buffer_bytes;
    capture.session_lost_base = pp_threads_lost();
    capture.frame_ended = session->frame_ended;
    capture.drain_wanted = session->drain_wanted;
    capture.session_user = session->user;
    return PP_OK;
}

int pp_capture_start(const pp_capture_session *session)
{
    int status = pp_threads_init();
    if (status != PP_OK)
        return status;
    pp_clock_init();
    pp_clock_hold(1);
    pthread_mutex_lock(&capture.mutex);
    status = begin_session(session);
    pthread_mutex_unlock(&capture.mutex);
    if (status != PP_OK) {
        pp_clock_hold(-1);
        return pp_fail(status, status == PP_EBUSY ? "a session is running already"
                                                  : "out of memory for the first chunks");
    }
    status = pp_helper_start();
    if (status != PP_OK) {
        pp_capture_stop();
        return status;
    }
    pp_sites_refresh();
    return PP_OK;
}

/* A recording goes on with what the session has drained. */
static void release_drained(void)
{
    release_queues();
    capture.queued_full = 0;
}

void pp_capture_stop(void)
{
    pthread_mutex_lock(&capture.mutex);
    bool ran = capture.has_session;
    capture.has_session = false;
    if (ran && capture.recorder)
        release_drained();
    else if (ran)
        pp_capture_end();
    pp_helper_ask();
    pthread_mutex_unlock(&capture.mutex);
    if (!ran)
        return;
    pp_sites_refresh();
    pp_clock_hold(-1);
}

int pp_capture_leave_recorder(void)
{
    pp_store *store = NULL;
    if (capture.has_session)
        store = create_session_store(capture.session_bytes);
    if (store)
        pp_threads_switch(store);
    else
        pp_capture_end();
    return store || !capture.has_session ? PP_OK : PP_ENOMEM;
}

void pp_capture_frame_ended(uint64_t frame_ticks)
{
    pthread_mutex_lock(&capture.mutex);
    void (*frame_ended)(void *user) = capture.has_session ? capture.frame_ended : NULL;
    void *user = capture.session_user;
    bool is_recorded = capture.recorder != NULL;
    pthread_mutex_unlock(&capture.mutex);
    if (is_recorded)
        pp_recorder_frame(frame_ticks);
    if (!frame_ended) {
        pp_meta_sync_clock();
        return;
    }
    pp_zone zone = pp_overhead_begin();
    frame_ended(user);
    pp_zone_end(&zone);
}

uint64_t pp_capture_dropped(void)
{
    pthread_mutex_lock(&capture.mutex);
    uint64_t lost = pp_threads_lost() - capture.session_lost_base;
    pthread_mutex_unlock(&capture.mutex);
    return lost;
}
