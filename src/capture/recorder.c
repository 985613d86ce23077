/* capture/recorder.c: the helper's side of the running recording: saves its chunks, and ends it.
 *
 * Everything that writes to the file is done here, on the helper thread. The store of a recording
 * is its live part: a chunk is in the file before it is cleared, so that one of the two has it at
 * every instant. */
#include "capture/recorder.h"

#include "base/base.h"
#include "capture/meta.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define capture pp_the_capture

/* ---- Saving --------------------------------------------------------------------------------- */

int pp_recorder_append(pp_rec_file *file, const pp_chunk *chunk, uint64_t *words)
{
    pp_rec_block block = *chunk->header;
    if (block.kind == PP_REC_META) {
        *words = pp_meta_published(chunk->words, PP_CHUNK_WORDS);
        block.records = 0;
    } else {
        block.records = 0;
        *words = pp_chunk_published(chunk, 0, NULL, &block.records);
    }
    block.words = (uint32_t)*words;
    return *words || block.lost_before ? pp_rec_file_append(file, &block, chunk->words) : PP_OK;
}

/* Names are no records: their words must not be counted as such. */
static void count_lost(const pp_chunk *chunk, uint64_t *lost)
{
    if (chunk->header->kind != PP_REC_META)
        pp_chunk_published(chunk, 0, NULL, lost);
}

/* Whoever asked by environment has nobody else to hear it from. */
static void tell_once(pp_recorder *recorder, const char *what)
{
    if (recorder->by_environment && !recorder->has_told)
        fprintf(stderr, "paintprof: %s\n", what);
    recorder->has_told = true;
}

/* A file that takes no more ends the writing, not the program. */
static void note_failure(pp_recorder *recorder)
{
    char text[PATH_MAX + 128];
    pp_format(text, sizeof text, "%s: recording stopped: %s; the program goes on",
              pp_rec_file_path(recorder->file), strerrordesc_np(pp_rec_file_error(recorder->file)));
    tell_once(recorder, text);
}

static void save(pp_recorder *recorder, pp_chunk *chunk)
{
    uint64_t words = 0;
    if (pp_recorder_append(recorder->file, chunk, &words) != PP_OK) {
        note_failure(recorder);
        count_lost(chunk, &recorder->unsaved);
    }
    pp_chunk_clear(chunk, words);
    pthread_mutex_lock(&capture.mutex);
    pp_store_give(chunk);
    pthread_mutex_unlock(&capture.mutex);
}

bool pp_recorder_save(pp_recorder *recorder)
{
    bool did = false;
    for (;;) {
        pthread_mutex_lock(&capture.mutex);
        pp_chunk *chunk = pp_chunk_pop(&capture.to_save);
        pthread_mutex_unlock(&capture.mutex);
        if (!chunk)
            return did;
        save(recorder, chunk);
        did = true;
    }
}

/* ---- Chunks that are still in use ------------------------------------------------------------ */

pp_held_chunks pp_recorder_hold(bool leaves)
{
    pp_held_chunks held = {0};
    pthread_mutex_lock(&capture.mutex);
    const pp_store *store = capture.store;
    capture.holding = true;
    size_t room = 0;
    for (const pp_thread *thread = capture.threads; thread; thread = thread->next)
        room += thread->queued;
    held.chunks = calloc(room + 1, sizeof(pp_chunk *));
    for (const pp_thread *thread = capture.threads; thread; thread = thread->next) {
        for (pp_chunk *chunk = thread->oldest; chunk; chunk = chunk->next) {
            if (chunk->store != store || thread->generation != capture.generation)
                continue;
            if (held.chunks)
                held.chunks[held.count++] = chunk;
            else
                count_lost(chunk, &held.lost);
        }
    }
    if (leaves)
        pp_capture_leave_recorder();
    pthread_mutex_unlock(&capture.mutex);
    return held;
}

void pp_recorder_let_go(pp_held_chunks *held)
{
    pthread_mutex_lock(&capture.mutex);
    capture.holding = false;
    pp_chunk *chunk;
    while ((chunk = pp_chunk_pop(&capture.held)))
        pp_chunk_release(chunk);
    pthread_mutex_unlock(&capture.mutex);
    free(held->chunks);
}

/* ---- Ending --------------------------------------------------------------------------------- */

static uint64_t dropped_so_far(const pp_recorder *recorder)
{
    pthread_mutex_lock(&capture.mutex);
    uint64_t lost = pp_threads_lost() - recorder->lost_base;
    pthread_mutex_unlock(&capture.mutex);
    return lost + recorder->unsaved;
}

static void answer(pp_recorder *recorder, int status)
{
    pthread_mutex_lock(&capture.mutex);
    recorder->status = status;
    if (status != PP_OK)
        pp_format(recorder->message, sizeof recorder->message, "%s", pp_last_error());
    recorder->is_answered = true;
    recorder->stop_asked = recorder->snapshot_asked = false;
    pthread_cond_broadcast(&capture.done);
    pthread_mutex_unlock(&capture.mutex);
}

/* Nobody maps more of the live part any more. */
static void wait_for_makers(pp_store *store)
{
    pthread_mutex_lock(&capture.mutex);
    while (store->making > 1) { /* one is for us, so that the store stays */
        pthread_mutex_unlock(&capture.mutex);
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
        pthread_mutex_lock(&capture.mutex);
    }
    pp_store_add(store, NULL);
    pthread_mutex_unlock(&capture.mutex);
}

static pp_store *keep_store(void)
{
    pthread_mutex_lock(&capture.mutex);
    pp_store *store = capture.store;
    store->making++;
    pthread_mutex_unlock(&capture.mutex);
    return store;
}

static void append_held(pp_recorder *recorder, const pp_held_chunks *held)
{
    for (size_t i = 0; i < held->count; i++) {
        uint64_t words;
        if (pp_recorder_append(recorder->file, held->chunks[i], &words) == PP_OK)
            continue;
        note_failure(recorder);
        count_lost(held->chunks[i], &recorder->unsaved);
    }
}

void pp_recorder_end(pp_recorder *recorder)
{
    pp_store *store = keep_store();
    pp_meta_name_threads();
    pp_held_chunks held = pp_recorder_hold(true);
    pp_sites_refresh();
    pp_meta_close_log();
    pp_recorder_save(recorder); /* what was full before comes first */
    append_held(recorder, &held);
    recorder->unsaved += held.lost;
    uint64_t dropped = dropped_so_far(recorder);
    pthread_mutex_lock(&capture.mutex);
    capture.recorder = NULL;
    pthread_mutex_unlock(&capture.mutex);
    pp_recorder_let_go(&held);
    wait_for_makers(store);
    pp_rec_file *file = recorder->file;
    recorder->file = NULL;
    int status = pp_rec_file_finish(file, dropped);
    if (status != PP_OK)
        tell_once(recorder, pp_last_error());
    pp_rec_live_destroy(recorder->live, false);
    recorder->live = NULL;
    pp_clock_hold(-1);
    answer(recorder, status);
}

/* ---- What the helper does ---------------------------------------------------------------------
 */

static void publish_numbers(pp_recorder *recorder)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    pp_rec_header *live = pp_rec_live_header(recorder->live);
    uint64_t dropped = dropped_so_far(recorder);
    uint64_t overwritten = pp_rec_file_overwritten(recorder->file);
    __atomic_store_n(&live->dropped, dropped, __ATOMIC_RELAXED);
    __atomic_store_n(&live->overwritten, overwritten, __ATOMIC_RELAXED);
    pthread_mutex_lock(&capture.mutex);
    recorder->numbers.written_bytes = pp_rec_file_bytes(recorder->file);
    recorder->numbers.dropped = dropped;
    recorder->numbers.overwritten = overwritten;
    recorder->numbers.helper_ns = (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
    pthread_mutex_unlock(&capture.mutex);
}

/* FILE.pprec leaves FILE-slow-1.pprec and so on. */
static void slow_path(const pp_recorder *recorder, char *path, size_t capacity)
{
    const char *whole = pp_rec_file_path(recorder->file);
    size_t size = strlen(whole);
    if (size > 6 && strcmp(whole + size - 6, ".pprec") == 0)
        size -= 6;
    pp_format(path, capacity, "%.*s-slow-%u.pprec", (int)size, whole,
              recorder->numbers.snapshots + 1);
}

static void snapshot_slow_frame(pp_recorder *recorder)
{
    char path[PATH_MAX + 64];
    slow_path(recorder, path, sizeof path);
    int status = pp_recorder_snapshot(recorder, path, recorder->opts.snapshot_ns);
    if (status != PP_OK && recorder->by_environment)
        fprintf(stderr, "paintprof: %s\n", pp_last_error());
    pthread_mutex_lock(&capture.mutex);
    recorder->slow_frames = 0; /* those that came meanwhile are in it as well, or soon again */
    recorder->numbers.snapshots++;
    pthread_mutex_unlock(&capture.mutex);
}

bool pp_recorder_work(pp_recorder *recorder)
{
    bool did = pp_recorder_save(recorder);
    publish_numbers(recorder);
    pthread_mutex_lock(&capture.mutex);
    bool stops = recorder->stop_asked, wants_snapshot = recorder->snapshot_asked;
    bool was_slow =
        recorder->slow_frames > 0 && recorder->numbers.snapshots < recorder->opts.max_snapshots;
    pthread_mutex_unlock(&capture.mutex);
    if (was_slow)
        snapshot_slow_frame(recorder);
    if (wants_snapshot)
        answer(recorder,
               pp_recorder_snapshot(recorder, recorder->snapshot_path, recorder->snapshot_ns));
    if (stops)
        pp_recorder_end(recorder); /* it may be gone from here on */
    return did || was_slow || wants_snapshot || stops;
}

void pp_recorder_stalled(void)
{
    if (capture.recorder)
        capture.recorder->numbers.stalls++;
}

void pp_recorder_frame(uint64_t frame_ticks)
{
    pthread_mutex_lock(&capture.mutex);
    pp_recorder *recorder = capture.recorder;
    if (recorder && recorder->slow_frame_ticks && frame_ticks > recorder->slow_frame_ticks) {
        recorder->slow_frames++;
        pp_helper_ask();
    }
    pthread_mutex_unlock(&capture.mutex);
}
