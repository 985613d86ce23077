/* capture/thread.c: the capture: threads, the chunks they own, and the drain that empties them.
 *
 * A thread writes into its current chunk without a lock. Under the capture's mutex it only takes
 * a fresh chunk, once in thousands of records. Chunks queue per thread, oldest first, until the
 * drain has passed them on. When all memory is queued, the longest queue's oldest chunk is given
 * up and its records counted as lost: the newest are worth most. */
#include "base/base.h"
#include "capture/chunk.h"
#include "capture/state.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHUNKS_AT_START = 4, CHUNKS_AT_LEAST = 8 };
/* Ticks keep 46 bits in a word; a chunk is retired long before they could be mistaken. */
static const uint64_t RETIRE_NS = UINT64_C(1800) * 1000000000;

typedef struct pp_thread {
    struct pp_thread *next;
    pp_cursor *cursor; /* the thread's own; NULL when it is gone */
    uint32_t number;
    uint32_t generation; /* of the capture that the chunks below belong to */
    pp_chunk *oldest, *current;
    uint64_t read;           /* words of oldest already drained */
    uint32_t queued;         /* chunks from oldest to current */
    bool oldest_is_draining; /* so it may not be given up */
    uint64_t lost;           /* since current was taken; goes to the next chunk */
    uint64_t lost_total;
    uint64_t *end; /* of current; the cursor's limit but for fallback clocks */
} pp_thread;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    uint32_t generation; /* 0 while none runs */
    uint32_t last_generation;
    pp_thread *threads;
    uint32_t last_number;
    pp_chunk *free_chunks;
    uint64_t chunk_count, chunk_limit;
    uint64_t queued_full; /* chunks filled and not drained yet */
    uint64_t lost_total;  /* of threads that are gone, and without a thread record */
    bool wake;
    bool draining; /* the drain walks the list of threads */
    void (*frame_ended)(void *user);
    void *frame_user;
    pthread_key_t exit_key;
    pthread_once_t once;
    bool ready;
} capture = {.mutex = PTHREAD_MUTEX_INITIALIZER,
             .filled = PTHREAD_COND_INITIALIZER,
             .once = PTHREAD_ONCE_INIT};

__thread pp_cursor pp_thread_cursor __attribute__((tls_model("initial-exec")));
static __thread pp_thread *self __attribute__((tls_model("initial-exec")));

uint32_t pp_capture_generation(void)
{
    return __atomic_load_n(&capture.generation, __ATOMIC_RELAXED);
}

/* ---- Threads come and go ------------------------------------------------------------------ */

static void free_chain(pp_chunk *chunk)
{
    while (chunk) {
        pp_chunk *next = chunk->next;
        pp_chunk_free(chunk);
        chunk = next;
    }
}

/* Takes a thread's chunks of an older capture away. Under the lock, by the thread itself or when
 * it is gone. */
static void drop_chunks(pp_thread *thread)
{
    free_chain(thread->oldest);
    thread->oldest = thread->current = NULL;
    thread->end = NULL;
    thread->read = thread->lost = 0;
    thread->queued = 0;
}

static uint64_t lost_in_this_capture(const pp_thread *thread)
{
    return thread->generation == capture.generation ? thread->lost_total : 0;
}

static void unlink_thread(pp_thread *thread)
{
    pp_thread **link = &capture.threads;
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
}

static void thread_exits(void *value)
{
    pp_thread *thread = value;
    pthread_mutex_lock(&capture.mutex);
    pp_thread_cursor = (pp_cursor){NULL, NULL};
    self = NULL;
    thread->cursor = NULL;
    /* What it recorded waits for the drain, which then frees it. */
    if (thread->generation != capture.generation || !capture.generation)
        drop_chunks(thread);
    if (!thread->oldest && !capture.draining) {
        capture.lost_total += lost_in_this_capture(thread);
        unlink_thread(thread);
        free(thread);
    }
    pthread_mutex_unlock(&capture.mutex);
}

static void before_fork(void)
{
    pp_sites_before_fork();
    pthread_mutex_lock(&capture.mutex);
}

static void after_fork_in_parent(void)
{
    pthread_mutex_unlock(&capture.mutex);
    pp_sites_after_fork(false);
}

/* The child has one thread and no session: it starts over, and never touches what the parent's
 * other threads may have been writing. */
static void after_fork_in_child(void)
{
    pthread_mutex_init(&capture.mutex, NULL);
    pthread_cond_init(&capture.filled, NULL);
    if (capture.generation)
        pp_clock_hold(-1);
    capture.generation = 0;
    capture.threads = NULL;
    capture.free_chunks = NULL;
    capture.chunk_count = capture.queued_full = 0;
    capture.draining = false;
    pp_thread_cursor = (pp_cursor){NULL, NULL};
    self = NULL;
    pthread_setspecific(capture.exit_key, NULL);
    pp_sites_after_fork(true);
    pp_sites_refresh();
}

static void make_ready(void)
{
    if (pthread_key_create(&capture.exit_key, thread_exits) != 0)
        return;
    capture.ready = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
}

/* The calling thread's record, made at its first record; NULL without memory. */
static pp_thread *this_thread(void)
{
    if (PP_LIKELY(self != NULL))
        return self;
    pp_thread *thread = calloc(1, sizeof *thread);
    if (!thread || pthread_setspecific(capture.exit_key, thread) != 0) {
        free(thread);
        return NULL;
    }
    thread->cursor = &pp_thread_cursor;
    pthread_mutex_lock(&capture.mutex);
    thread->number = ++capture.last_number;
    pp_thread **link = &capture.threads; /* in the order of their numbers */
    while (*link)
        link = &(*link)->next;
    *link = thread;
    pthread_mutex_unlock(&capture.mutex);
    self = thread;
    return thread;
}

/* ---- A fresh chunk ------------------------------------------------------------------------ */

/* The oldest chunk that may be given up: not the one being written, nor the one being drained. */
static pp_chunk **oldest_spare(pp_thread *thread)
{
    pp_chunk **link = thread->oldest_is_draining ? &thread->oldest->next : &thread->oldest;
    return *link && *link != thread->current ? link : NULL;
}

static pp_thread *longest_queue(void)
{
    pp_thread *longest = NULL;
    for (pp_thread *thread = capture.threads; thread; thread = thread->next)
        if (thread->queued > 1 && thread->generation == capture.generation &&
            oldest_spare(thread) && (!longest || thread->queued > longest->queued))
            longest = thread;
    return longest;
}

/* Gives up the oldest spare chunk of the longest queue. Under the lock. */
static pp_chunk *take_queued(void)
{
    pp_thread *thread = longest_queue();
    if (!thread)
        return NULL;
    pp_chunk **link = oldest_spare(thread);
    pp_chunk *chunk = *link;
    uint64_t from = chunk == thread->oldest ? thread->read : 0;
    uint64_t records = 0;
    pp_chunk_published(chunk, from, &records);
    thread->lost_total += records;
    if (from == 0) /* else the drain has told of it already */
        records += chunk->lost_before;
    if (chunk == thread->oldest)
        thread->read = 0;
    *link = chunk->next;
    chunk->next->lost_before += records;
    thread->queued--;
    capture.queued_full--;
    pp_chunk_clear(chunk, PP_CHUNK_WORDS);
    return chunk;
}

/* A zeroed chunk; NULL when there is none to be had. Under the lock. */
static pp_chunk *obtain_chunk(void)
{
    pp_chunk *chunk = capture.free_chunks;
    if (chunk) {
        capture.free_chunks = chunk->next;
        chunk->next = NULL;
        return chunk;
    }
    if (capture.chunk_count < capture.chunk_limit && (chunk = pp_chunk_new())) {
        capture.chunk_count++;
        return chunk;
    }
    return take_queued();
}

static void append_chunk(pp_thread *thread, pp_chunk *chunk)
{
    chunk->base_ticks = pp_ticks();
    chunk->lost_before = thread->lost;
    thread->lost = 0;
    if (thread->current) {
        thread->current->next = chunk;
        capture.queued_full++;
    } else {
        thread->oldest = chunk;
    }
    thread->current = chunk;
    thread->queued++;
    thread->end = chunk->words + PP_CHUNK_WORDS;
    thread->cursor->next = chunk->words;
}

/* Gives the thread a fresh chunk; false when none runs or none is to be had. */
static bool take_chunk(pp_thread *thread)
{
    pthread_mutex_lock(&capture.mutex);
    bool ok = false;
    if (capture.generation) {
        if (thread->generation != capture.generation) {
            drop_chunks(thread);
            thread->generation = capture.generation;
            thread->lost_total = 0;
        }
        pp_chunk *chunk = obtain_chunk();
        if (chunk) {
            append_chunk(thread, chunk);
            ok = true;
        } else {
            thread->lost++;
            thread->lost_total++;
        }
        if (capture.queued_full * 4 >= capture.chunk_limit)
            pthread_cond_signal(&capture.filled);
    }
    /* Without a counter every record comes here, to be stamped by the clock that there is. */
    uint64_t *limit = ok && pp_clock_is_counter() ? thread->end : NULL;
    __atomic_store_n(&thread->cursor->limit, limit, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&capture.mutex);
    return ok;
}

uint64_t *pp_words_reserve(size_t count)
{
    if (!pp_capture_generation())
        return NULL;
    pp_thread *thread = this_thread();
    if (!thread) {
        __atomic_fetch_add(&capture.lost_total, 1, __ATOMIC_RELAXED);
        return NULL;
    }
    bool retired =
        pp_clock_is_counter() && !__atomic_load_n(&pp_thread_cursor.limit, __ATOMIC_RELAXED);
    bool has_room = thread->generation == pp_capture_generation() && thread->end &&
                    (size_t)(thread->end - pp_thread_cursor.next) >= count;
    if ((retired || !has_room) && !take_chunk(thread))
        return NULL;
    return pp_thread_cursor.next;
}

void pp_words_publish(uint64_t *words, uint64_t header, size_t count)
{
    __atomic_store_n(words, header, __ATOMIC_RELEASE);
    pp_thread_cursor.next = words + count;
}

void pp_record_slow_(uint32_t word)
{
    uint64_t *words = pp_words_reserve(1);
    if (words)
        pp_words_publish(words, pp_ticks() << PP_RECORD_TICK_SHIFT | word, 1);
}

/* ---- Start and stop ------------------------------------------------------------------------ */

static bool prepare_chunks(uint64_t buffer_bytes)
{
    capture.chunk_limit = buffer_bytes / sizeof(pp_chunk);
    if (capture.chunk_limit < CHUNKS_AT_LEAST)
        capture.chunk_limit = CHUNKS_AT_LEAST;
    for (capture.chunk_count = 0; capture.chunk_count < CHUNKS_AT_START; capture.chunk_count++) {
        pp_chunk *chunk = pp_chunk_new();
        if (!chunk)
            return false;
        chunk->next = capture.free_chunks;
        capture.free_chunks = chunk;
    }
    return true;
}

int pp_capture_start(uint64_t buffer_bytes, void (*frame_ended)(void *user), void *user)
{
    pthread_once(&capture.once, make_ready);
    if (!capture.ready)
        return pp_fail(PP_ENOMEM, "cannot set up thread exit and fork handlers");
    pp_clock_init();
    pp_clock_hold(1);
    pthread_mutex_lock(&capture.mutex);
    int status = PP_OK;
    if (capture.generation) {
        status = PP_EBUSY;
    } else if (!prepare_chunks(buffer_bytes)) {
        free_chain(capture.free_chunks);
        capture.free_chunks = NULL;
        status = PP_ENOMEM;
    } else {
        capture.frame_ended = frame_ended;
        capture.frame_user = user;
        capture.lost_total = capture.queued_full = 0;
        capture.wake = false;
        if (++capture.last_generation == 0)
            capture.last_generation = 1;
        __atomic_store_n(&capture.generation, capture.last_generation, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&capture.mutex);
    if (status != PP_OK) {
        pp_clock_hold(-1);
        return pp_fail(status, status == PP_EBUSY ? "a session is running already"
                                                  : "out of memory for the first chunks");
    }
    pp_sites_refresh();
    return PP_OK;
}

/* A thread that writes at this moment goes on into its current chunk, which stays its own until
 * the thread itself comes by again or ends. */
static void retain_current_only(pp_thread *thread)
{
    while (thread->oldest != thread->current) {
        pp_chunk *chunk = thread->oldest;
        thread->oldest = chunk->next;
        pp_chunk_free(chunk);
    }
    thread->read = 0;
    thread->queued = thread->current ? 1 : 0;
    __atomic_store_n(&thread->cursor->limit, NULL, __ATOMIC_RELAXED);
}

void pp_capture_stop(void)
{
    pthread_mutex_lock(&capture.mutex);
    bool ran = capture.generation != 0;
    __atomic_store_n(&capture.generation, 0, __ATOMIC_RELAXED);
    pp_thread **link = &capture.threads;
    while (*link) {
        pp_thread *thread = *link;
        if (thread->cursor) {
            retain_current_only(thread);
            link = &thread->next;
        } else {
            drop_chunks(thread);
            *link = thread->next;
            free(thread);
        }
    }
    free_chain(capture.free_chunks);
    capture.free_chunks = NULL;
    capture.wake = true;
    pthread_cond_broadcast(&capture.filled);
    pthread_mutex_unlock(&capture.mutex);
    pp_sites_refresh();
    if (ran)
        pp_clock_hold(-1);
}

void pp_capture_frame_ended(void)
{
    pthread_mutex_lock(&capture.mutex);
    void (*frame_ended)(void *user) = capture.generation ? capture.frame_ended : NULL;
    void *user = capture.frame_user;
    pthread_mutex_unlock(&capture.mutex);
    if (!frame_ended)
        return;
    pp_zone zone = pp_overhead_begin();
    frame_ended(user);
    pp_zone_end(&zone);
}

/* ---- The drain ----------------------------------------------------------------------------- */

/* What the drain needs to know of a thread's oldest chunk, read under the lock. */
typedef struct drain_step {
    pp_chunk *chunk;
    uint64_t from;
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
                             .is_current = thread->oldest == thread->current,
                             .is_gone = !thread->cursor};
        thread->oldest_is_draining = true;
    }
    pthread_mutex_unlock(&capture.mutex);
    return ok;
}

static void recycle(pp_chunk *chunk, uint64_t used)
{
    pp_chunk_clear(chunk, used);
    pthread_mutex_lock(&capture.mutex);
    chunk->next = capture.free_chunks;
    capture.free_chunks = chunk;
    pthread_mutex_unlock(&capture.mutex);
}

/* Ends a step: the chunk leaves the queue once its thread has gone on to another. */
static void end_step(pp_thread *thread, const drain_step *step, uint64_t read)
{
    bool is_done = !step->is_current || step->is_gone;
    pthread_mutex_lock(&capture.mutex);
    thread->oldest_is_draining = false;
    thread->read = read;
    if (is_done) {
        thread->oldest = step->chunk->next;
        thread->read = 0;
        thread->queued--;
        if (step->is_current)
            thread->current = NULL;
        else
            capture.queued_full--;
    } else if (thread->cursor && pp_clock_is_counter() &&
               pp_ticks_to_ns(pp_ticks()) - pp_ticks_to_ns(step->chunk->base_ticks) > RETIRE_NS) {
        __atomic_store_n(&thread->cursor->limit, NULL, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&capture.mutex);
    if (is_done)
        recycle(step->chunk, read);
}

static void drain_thread(pp_thread *thread, pp_block_fn visit, void *user)
{
    drain_step step;
    while (begin_step(thread, &step)) {
        uint64_t records = 0;
        uint64_t read = pp_chunk_published(step.chunk, step.from, &records);
        bool fresh = step.from == 0;
        if (read > step.from || (fresh && step.chunk->lost_before))
            visit(user, &(pp_block){.thread = thread->number,
                                    .fresh = fresh,
                                    .lost = fresh ? step.chunk->lost_before : 0,
                                    .base_ticks = step.chunk->base_ticks,
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
    if (is_done) {
        capture.lost_total += lost_in_this_capture(thread);
        unlink_thread(thread);
    }
    pthread_mutex_unlock(&capture.mutex);
    if (is_done) {
        visit(user, &(pp_block){.thread = thread->number, .last = true, .lost = thread->lost});
        free(thread);
    }
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
}

bool pp_capture_wait(uint64_t timeout_ns)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    uint64_t ns = (uint64_t)until.tv_nsec + timeout_ns;
    until.tv_sec += (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&capture.mutex);
    int status = 0;
    while (!capture.wake && capture.queued_full * 4 < capture.chunk_limit && status != ETIMEDOUT)
        status = pthread_cond_timedwait(&capture.filled, &capture.mutex, &until);
    bool filled = !capture.wake && capture.queued_full * 4 >= capture.chunk_limit;
    capture.wake = false;
    pthread_mutex_unlock(&capture.mutex);
    return filled;
}

void pp_capture_wake(void)
{
    pthread_mutex_lock(&capture.mutex);
    capture.wake = true;
    pthread_cond_broadcast(&capture.filled);
    pthread_mutex_unlock(&capture.mutex);
}

uint64_t pp_capture_dropped(void)
{
    pthread_mutex_lock(&capture.mutex);
    uint64_t lost = capture.lost_total;
    for (const pp_thread *thread = capture.threads; thread; thread = thread->next)
        lost += lost_in_this_capture(thread);
    pthread_mutex_unlock(&capture.mutex);
    return lost;
}
