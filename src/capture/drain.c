/* capture/drain.c: passes what threads have published to the session, and chunks on. */
#include "base/base.h"
#include "capture/meta.h"
#include "capture/threads.h"

#include <stdlib.h>

#define capture pp_the_capture

/* Ticks keep 46 bits in a word; a chunk is retired long before they could be mistaken. */
static const uint64_t RETIRE_NS = UINT64_C(1800) * 1000000000;

/* What the drain needs to know of a thread's oldest chunk, read under the lock. */
typedef struct drain_step {
    pp_chunk *chunk;
    uint64_t from;
    bool is_fresh;   /* a track has to be told the ticks it starts from */
    bool is_current; /* the thread may still write to it */
    bool is_gone;    /* the thread is */
} drain_step;

static bool begin_step(pp_thread *thread, drain_step *step)
{
    pthread_mutex_lock(&capture.mutex);
    bool ok = thread->oldest && thread->generation == capture.generation;
    if (ok) {
        *step = (drain_step){.chunk = thread->oldest,
                             .from = thread->read,
                             .is_fresh = thread->read == 0 || thread->starts_afresh,
                             .is_current = thread->oldest == thread->current,
                             .is_gone = !thread->cursor};
        thread->oldest_is_draining = true;
    }
    pthread_mutex_unlock(&capture.mutex);
    return ok;
}

static bool is_old(const pp_chunk *chunk)
{
    return pp_clock_is_counter() &&
           pp_ticks_to_ns(pp_ticks()) - pp_ticks_to_ns(chunk->header->base_ticks) > RETIRE_NS;
}

void pp_threads_retire_old(void)
{
    for (pp_thread *thread = capture.threads; thread; thread = thread->next)
        if (thread->cursor && thread->current && is_old(thread->current))
            __atomic_store_n(&thread->cursor->limit, NULL, __ATOMIC_RELAXED);
}

/* Ends a step: the chunk leaves the queue once its thread has gone on to another. */
static void end_step(pp_thread *thread, const drain_step *step, uint64_t read)
{
    pthread_mutex_lock(&capture.mutex);
    thread->oldest_is_draining = false;
    if (read > step->from)
        thread->starts_afresh = false;
    thread->read = read;
    if (!step->is_current || step->is_gone) {
        thread->oldest = step->chunk->next;
        thread->read = 0;
        thread->queued--;
        if (step->is_current)
            thread->current = NULL;
        else
            capture.queued_full--;
        pp_chunk_release(step->chunk);
    } else if (thread->cursor && is_old(step->chunk)) {
        __atomic_store_n(&thread->cursor->limit, NULL, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&capture.mutex);
}

static void drain_thread(pp_thread *thread, pp_block_fn visit, void *user)
{
    drain_step step;
    while (begin_step(thread, &step)) {
        const pp_rec_block *header = step.chunk->header;
        uint64_t read = pp_chunk_published(step.chunk, step.from, NULL, NULL);
        uint64_t lost = step.from == 0 ? header->lost_before : 0;
        if (read > step.from || lost)
            visit(user, &(pp_block){.thread = thread->number,
                                    .fresh = step.is_fresh,
                                    .lost = lost,
                                    .base_ticks = header->base_ticks,
                                    .words = step.chunk->words + step.from,
                                    .count = (size_t)(read - step.from)});
        end_step(thread, &step, read);
        if (step.is_current)
            return;
    }
}

/* Frees a thread that is gone and drained. */
static void reap_thread(pp_thread *thread, pp_block_fn visit, void *user)
{
    pthread_mutex_lock(&capture.mutex);
    bool is_done = !thread->cursor && !thread->oldest;
    const pp_block last = {.thread = thread->number, .last = true, .lost = thread->lost};
    if (is_done)
        pp_thread_free(thread);
    pthread_mutex_unlock(&capture.mutex);
    if (is_done)
        visit(user, &last);
}

void pp_capture_drain(pp_block_fn visit, void *user)
{
    pthread_mutex_lock(&capture.mutex);
    pp_thread *thread = capture.generation ? capture.threads : NULL;
    capture.draining = true;
    pthread_mutex_unlock(&capture.mutex);
    while (thread) {
        drain_thread(thread, visit, user);
        pthread_mutex_lock(&capture.mutex);
        pp_thread *next = thread->next;
        pthread_mutex_unlock(&capture.mutex);
        reap_thread(thread, visit, user);
        thread = next;
    }
    pthread_mutex_lock(&capture.mutex);
    capture.draining = false;
    pthread_mutex_unlock(&capture.mutex);
    pp_meta_sync_clock();
}
