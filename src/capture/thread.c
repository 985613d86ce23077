/* capture/thread.c: threads and the chunks they own.
 *
 * A thread writes into its current chunk without a lock. Under the capture's mutex it only takes
 * a fresh chunk, once in thousands of records, from those that the helper keeps ready. Chunks queue
 * per thread, oldest first, until the session has drained them; a recorded one is then saved. When
 * there is no chunk to be had, the longest queue's oldest is given up and its records counted as
 * lost: the newest are worth most. */
#include "base/base.h"
#include "capture/meta.h"
#include "capture/threads.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STALL_CHUNKS = 4 };

pp_capture_state pp_the_capture = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                   .work = PTHREAD_COND_INITIALIZER,
                                   .done = PTHREAD_COND_INITIALIZER};
#define capture pp_the_capture

static struct {
    pthread_once_t once;
    pthread_key_t exit_key;
    bool is_ready;
} setup = {.once = PTHREAD_ONCE_INIT};

__thread pp_cursor pp_thread_cursor __attribute__((tls_model("initial-exec")));
static __thread pp_thread *self __attribute__((tls_model("initial-exec")));

uint32_t pp_capture_generation(void)
{
    return __atomic_load_n(&capture.generation, __ATOMIC_RELAXED);
}

/* ---- Threads come and go ------------------------------------------------------------------ */

/* Somebody may be copying the chunk: it waits until that is over. Under the lock. */
static bool hold_back(pp_chunk *chunk)
{
    if (capture.holding && chunk->store->live)
        pp_chunk_push(&capture.held, chunk);
    return capture.holding && chunk->store->live;
}

/* For chunks that hold nothing anybody wants any more. Under the lock. */
static void give_back(pp_chunk *chunk)
{
    if (hold_back(chunk))
        return;
    if (!chunk->store->is_closed)
        pp_chunk_clear(chunk, PP_CHUNK_WORDS);
    pp_store_give(chunk);
}

void pp_chunk_release(pp_chunk *chunk)
{
    bool is_recorded = capture.recorder && chunk->store == capture.store && chunk->store->live;
    if (!is_recorded)
        give_back(chunk);
    else if (!hold_back(chunk))
        pp_chunk_push(&capture.to_save, chunk);
}

void pp_chunk_push(pp_chunk_list *list, pp_chunk *chunk)
{
    chunk->next = NULL;
    if (list->last)
        list->last->next = chunk;
    else
        list->first = chunk;
    list->last = chunk;
}

pp_chunk *pp_chunk_pop(pp_chunk_list *list)
{
    pp_chunk *chunk = list->first;
    if (chunk) {
        list->first = chunk->next;
        if (!list->first)
            list->last = NULL;
        chunk->next = NULL;
    }
    return chunk;
}

void pp_thread_drop_chunks(pp_thread *thread)
{
    while (thread->oldest) {
        pp_chunk *chunk = thread->oldest;
        thread->oldest = chunk->next;
        give_back(chunk);
    }
    thread->current = NULL;
    thread->end = NULL;
    thread->read = thread->lost = 0;
    thread->queued = 0;
}

static uint64_t lost_in_this_capture(const pp_thread *thread)
{
    return thread->generation == capture.generation ? thread->lost_total : 0;
}

uint64_t pp_threads_lost(void)
{
    uint64_t lost = __atomic_load_n(&capture.lost_total, __ATOMIC_RELAXED);
    for (const pp_thread *thread = capture.threads; thread; thread = thread->next)
        lost += lost_in_this_capture(thread);
    return lost;
}

static void add_lost(uint64_t count)
{
    __atomic_fetch_add(&capture.lost_total, count, __ATOMIC_RELAXED);
}

void pp_thread_free(pp_thread *thread)
{
    add_lost(lost_in_this_capture(thread));
    pp_thread **link = &capture.threads;
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
    free(thread);
}

/* Without a session nobody drains: a chunk that is full goes to the recorder at once. */
static void release_all(pp_thread *thread)
{
    while (thread->oldest) {
        pp_chunk *chunk = thread->oldest;
        thread->oldest = chunk->next;
        pp_chunk_release(chunk);
    }
    thread->current = NULL;
    thread->queued = 0;
}

static void thread_exits(void *value)
{
    pp_thread *thread = value;
    pp_meta_thread(thread->number, thread->tid); /* by now it may have got a name */
    pthread_mutex_lock(&capture.mutex);
    pp_thread_cursor = (pp_cursor){NULL, NULL};
    self = NULL;
    thread->cursor = NULL;
    /* What it recorded waits for the drain, which then frees it. */
    if (thread->generation != capture.generation || !capture.generation)
        pp_thread_drop_chunks(thread);
    else if (!capture.has_session)
        release_all(thread);
    if (!thread->oldest && !capture.draining)
        pp_thread_free(thread);
    pthread_mutex_unlock(&capture.mutex);
}

static void before_fork(void)
{
    pp_sites_before_fork();
    pp_meta_before_fork();
    pthread_mutex_lock(&capture.mutex);
}

static void after_fork_in_parent(void)
{
    pthread_mutex_unlock(&capture.mutex);
    pp_meta_after_fork(false);
    pp_sites_after_fork(false);
}

/* The child has one thread, no session and no recording: it starts over, and never touches what
 * the parent's threads may be writing. */
static void after_fork_in_child(void)
{
    if (capture.generation)
        pp_clock_hold(-1);
    pp_recorder_forget();
    uint32_t last_number = capture.last_number, last_generation = capture.last_generation;
    memset(&capture, 0, sizeof capture);
    capture.last_number = last_number;
    capture.last_generation = last_generation;
    pthread_mutex_init(&capture.mutex, NULL);
    pthread_cond_init(&capture.work, NULL);
    pthread_cond_init(&capture.done, NULL);
    pp_thread_cursor = (pp_cursor){NULL, NULL};
    self = NULL;
    pthread_setspecific(setup.exit_key, NULL);
    pp_meta_after_fork(true);
    pp_sites_after_fork(true);
    pp_sites_refresh();
}

static void set_up(void)
{
    if (pthread_key_create(&setup.exit_key, thread_exits) != 0)
        return;
    setup.is_ready = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
}

int pp_threads_init(void)
{
    pthread_once(&setup.once, set_up);
    return setup.is_ready ? PP_OK
                          : pp_fail(PP_ENOMEM, "cannot set up thread exit and fork handlers");
}

/* The calling thread's record, made at its first record; NULL without memory. */
static pp_thread *this_thread(void)
{
    if (PP_LIKELY(self != NULL))
        return self;
    pp_thread *thread = calloc(1, sizeof *thread);
    if (!thread || pthread_setspecific(setup.exit_key, thread) != 0) {
        free(thread);
        return NULL;
    }
    thread->cursor = &pp_thread_cursor;
    thread->tid = (pid_t)syscall(SYS_gettid);
    pthread_mutex_lock(&capture.mutex);
    thread->number = ++capture.last_number;
    pp_thread **link = &capture.threads; /* in the order of their numbers */
    while (*link)
        link = &(*link)->next;
    *link = thread;
    pthread_mutex_unlock(&capture.mutex);
    self = thread;
    pp_meta_thread(thread->number, thread->tid);
    return thread;
}

void pp_threads_switch(pp_store *store)
{
    pp_store *old = capture.store;
    capture.store = store;
    __atomic_store_n(&capture.epoch, capture.epoch + 1, __ATOMIC_RELAXED);
    if (old)
        pp_store_close(old);
    pp_threads_retire();
}

void pp_threads_retire(void)
{
    for (pp_thread *thread = capture.threads; thread; thread = thread->next)
        if (thread->cursor)
            __atomic_store_n(&thread->cursor->limit, NULL, __ATOMIC_RELAXED);
}

/* ---- A fresh chunk ------------------------------------------------------------------------ */

/* The oldest chunk that may be given up: not the one being written, nor the one being drained. */
static pp_chunk **oldest_spare(pp_thread *thread)
{
    pp_chunk **link = thread->oldest_is_draining ? &thread->oldest->next : &thread->oldest;
    return *link && *link != thread->current && (*link)->store == capture.store ? link : NULL;
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
    pp_chunk_published(chunk, from, &records, &thread->lost_total);
    if (from == 0) /* else the drain has told of it already */
        records += chunk->header->lost_before;
    if (chunk == thread->oldest)
        thread->read = 0;
    *link = chunk->next;
    chunk->next->header->lost_before += records;
    thread->queued--;
    capture.queued_full--;
    return chunk;
}

/* Gives up the oldest chunk that waits to be saved. A reader sees the gap in the sequence of its
 * thread. Under the lock. */
static pp_chunk *take_unsaved(void)
{
    const pp_chunk *first = capture.to_save.first;
    if (!first || first->store != capture.store || first->header->kind != PP_REC_DATA)
        return NULL;
    uint64_t lost = 0;
    pp_chunk_published(first, 0, NULL, &lost);
    add_lost(lost);
    return pp_chunk_pop(&capture.to_save);
}

/* Makes chunks on the calling thread, since the helper has not come to it: that costs it some
 * microseconds, and loses nothing. The lock is let go meanwhile. */
static pp_chunk *make_chunk(void)
{
    pp_store *store = capture.store;
    uint32_t count = store->live ? STALL_CHUNKS : 1;
    if (store->count + count > store->limit)
        return NULL;
    store->making++;
    pthread_mutex_unlock(&capture.mutex);
    pp_batch *batch = pp_store_make(store, count);
    pthread_mutex_lock(&capture.mutex);
    bool is_current = store == capture.store;
    pp_store_add(store, batch);
    pp_recorder_stalled();
    return is_current ? pp_store_take(store) : NULL;
}

pp_chunk *pp_chunk_obtain(void)
{
    pp_chunk *chunk = pp_store_take(capture.store);
    if (!chunk)
        chunk = make_chunk();
    if (chunk || capture.holding || !capture.generation)
        return chunk;
    chunk = take_queued();
    if (!chunk)
        chunk = take_unsaved();
    if (chunk) {
        pp_chunk_clear(chunk, PP_CHUNK_WORDS);
        chunk->next = NULL;
    }
    return chunk;
}

static void begin_header(pp_thread *thread, pp_chunk *chunk)
{
    if (thread->serial != capture.recording_serial) {
        thread->serial = capture.recording_serial;
        thread->sequence = 0;
    }
    pp_rec_block *header = chunk->header;
    header->magic = PP_REC_BLOCK_MAGIC;
    header->thread = thread->number;
    header->sequence = ++thread->sequence;
    header->base_ticks = pp_ticks();
    header->lost_before = thread->lost;
    thread->lost = 0;
    __atomic_store_n(&header->kind, PP_REC_DATA, __ATOMIC_RELEASE);
}

/* The processor looks the pages up now, and not at the first zone in each of them; and fetches
 * their first lines, since it sees for itself only within a page that a thread writes one after the
 * other. */
static void warm_pages(const pp_chunk *chunk)
{
    for (size_t page = 0; page < PP_REC_SLOT_BYTES; page += 4096)
        for (size_t line = 0; line < 256; line += 64)
            __builtin_prefetch((const char *)chunk->header + page + line, 1);
}

static void append_chunk(pp_thread *thread, pp_chunk *chunk)
{
    warm_pages(chunk);
    begin_header(thread, chunk);
    if (thread->current && !capture.has_session)
        release_all(thread);
    if (thread->current) {
        thread->current->next = chunk;
        capture.queued_full++;
    } else {
        thread->oldest = chunk;
    }
    thread->current = chunk;
    thread->queued++;
    thread->epoch = capture.epoch;
    thread->end = chunk->words + PP_CHUNK_WORDS;
    thread->cursor->next = chunk->words;
}

static void begin_generation(pp_thread *thread)
{
    pp_thread_drop_chunks(thread);
    thread->generation = capture.generation;
    thread->lost_total = 0;
    thread->starts_afresh = false;
}

/* Gives the thread a fresh chunk; false when none runs or none is to be had, which is then counted
 * as the loss of a record. */
static bool take_chunk(pp_thread *thread, bool is_counted)
{
    pthread_mutex_lock(&capture.mutex);
    pp_chunk *chunk = capture.generation ? pp_chunk_obtain() : NULL;
    bool runs = capture.generation != 0; /* the lock may have been let go */
    if (runs && thread->generation != capture.generation)
        begin_generation(thread);
    if (chunk && runs && chunk->store == capture.store) {
        append_chunk(thread, chunk);
    } else if (chunk) {
        give_back(chunk);
        chunk = NULL;
    }
    if (runs && !chunk) {
        thread->lost++;
        thread->lost_total += is_counted;
    }
    if (runs)
        pp_helper_look();
    /* Without a counter every record comes here, to be stamped by the clock that there is. */
    uint64_t *limit = chunk && pp_clock_is_counter() ? thread->end : NULL;
    __atomic_store_n(&thread->cursor->limit, limit, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&capture.mutex);
    return chunk != NULL;
}

uint64_t *pp_words_reserve(size_t count, bool is_counted)
{
    if (!pp_capture_generation())
        return NULL;
    pp_thread *thread = this_thread();
    if (!thread) {
        add_lost(is_counted);
        return NULL;
    }
    bool retired =
        pp_clock_is_counter() && !__atomic_load_n(&pp_thread_cursor.limit, __ATOMIC_RELAXED);
    bool has_room = thread->generation == pp_capture_generation() && thread->end &&
                    thread->epoch == __atomic_load_n(&capture.epoch, __ATOMIC_RELAXED) &&
                    (size_t)(thread->end - pp_thread_cursor.next) >= count;
    if ((retired || !has_room) && !take_chunk(thread, is_counted))
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
    uint64_t *words = pp_words_reserve(1, pp_word_is_counted(word));
    if (words)
        pp_words_publish(words, pp_ticks() << PP_RECORD_TICK_SHIFT | word, 1);
}
