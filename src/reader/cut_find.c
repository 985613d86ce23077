/* reader/cut_find.c: the first pass of a cut: which frames are kept, and what else they need. */
#include "base/base.h"
#include "capture/record.h"
#include "frame/waiting.h"
#include "reader/cut.h"

#include <stdlib.h>

/* What a frame of one window needs. */
typedef struct window_needs {
    uint32_t number;      /* first: found by it */
    pp_cut_position from; /* the outermost frame in which it last had a frame or, without one, the
                             last before something was first charged to it */
    uint64_t tokens[PP_WAITING_FURTHER]; /* of its last kept frames: no older one waits */
    size_t next_token;
} window_needs;

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static bool add_position(pp_cut_position **items, size_t *count, size_t *capacity,
                         pp_cut_position position)
{
    if (*count == *capacity) {
        size_t larger = *capacity * 2 + 16;
        pp_cut_position *moved = realloc(*items, larger * sizeof *moved);
        if (!moved)
            return false;
        *items = moved;
        *capacity = larger;
    }
    (*items)[(*count)++] = position;
    return true;
}

/* Ranges come by their ends; one that reaches back into earlier ones swallows them. */
static bool add_range(pp_cut_thread *thread, pp_cut_range range)
{
    while (thread->range_count > 0 &&
           !pp_cut_is_before(thread->ranges[thread->range_count - 1].to, range.from)) {
        pp_cut_range *last = &thread->ranges[--thread->range_count];
        if (pp_cut_is_before(last->from, range.from))
            range.from = last->from;
    }
    if (thread->range_count == thread->range_capacity) {
        size_t capacity = thread->range_capacity * 2 + 16;
        pp_cut_range *ranges = realloc(thread->ranges, capacity * sizeof *ranges);
        if (!ranges)
            return false;
        thread->ranges = ranges;
        thread->range_capacity = capacity;
    }
    thread->ranges[thread->range_count++] = range;
    return true;
}

static bool add_span(pp_cut *cut, pp_cut_span span)
{
    if (cut->span_count == cut->span_capacity) {
        size_t capacity = cut->span_capacity * 2 + 16;
        pp_cut_span *spans = realloc(cut->spans, capacity * sizeof *spans);
        if (!spans)
            return false;
        cut->spans = spans;
        cut->span_capacity = capacity;
    }
    cut->spans[cut->span_count++] = span;
    return true;
}

/* ---- Outermost frames and their needs ---------------------------------------------------------
 */

static window_needs *needs_of(pp_cut *cut, pp_cut_thread *thread, uint32_t window)
{
    window_needs *needs = pp_table_find(&thread->windows, &window, by_number);
    if (needs)
        return needs;
    needs = malloc(sizeof *needs);
    if (needs)
        *needs = (window_needs){.number = window, .from = thread->last_unit};
    if (!needs || !pp_table_add(&thread->windows, needs, by_number)) {
        free(needs);
        pp_cut_out_of_memory(cut);
        return NULL;
    }
    return needs;
}

/* Ends the outermost frame: a range, if a frame in it is kept. */
static void end_unit(pp_cut *cut, pp_cut_thread *thread)
{
    bool ok = !thread->unit_is_kept || add_range(thread, thread->needed);
    if (ok && (thread->unit_is_kept || thread->unit_is_odd))
        ok =
            add_position(&thread->units, &thread->unit_count, &thread->unit_capacity, thread->unit);
    if (!ok)
        pp_cut_out_of_memory(cut);
    if (thread->unit_counts)
        thread->last_unit = thread->unit;
    thread->unit_counts = thread->unit_is_kept = thread->unit_is_odd = false;
}

/* From where on records count to the frame that ended; to the next one they do from here on. */
static pp_cut_position take_needs(pp_cut *cut, pp_cut_thread *thread, bool is_outermost)
{
    window_needs *needs = needs_of(cut, thread, cut->frame_window);
    pp_cut_position from = needs ? needs->from : thread->any;
    if (needs)
        needs->from = thread->unit;
    if (is_outermost || cut->frame_window == 0) {
        if (pp_cut_is_before(thread->any, from))
            from = thread->any;
        thread->any = thread->unit;
    }
    return from;
}

static void keep_token(pp_cut *cut, pp_cut_thread *thread, uint64_t token)
{
    window_needs *needs = needs_of(cut, thread, cut->frame_window);
    if (!needs || token == 0)
        return;
    needs->tokens[needs->next_token] = token;
    needs->next_token = (needs->next_token + 1) % PP_COUNT_OF(needs->tokens);
}

/* Notes a GPU time, if it is that of a kept frame and came in time. */
static void note_gpu(pp_cut *cut, const pp_reader_chunk *chunk, size_t at)
{
    const uint64_t *payload = chunk->block.words + at + 1;
    const pp_track *track = pp_builder_track(cut->builder, chunk->block.thread);
    pp_cut_thread *thread = pp_cut_find_thread(cut, chunk->block.thread);
    if (!track || !thread || !pp_waiting_has(track, (uint32_t)payload[0], payload[1]))
        return;
    const window_needs *needs = needs_of(cut, thread, (uint32_t)payload[0]);
    bool is_kept = false;
    for (size_t i = 0; needs && i < PP_COUNT_OF(needs->tokens); i++)
        is_kept |= needs->tokens[i] == payload[1];
    if (is_kept && !add_position(&thread->gpus, &thread->gpu_count, &thread->gpu_capacity,
                                 (pp_cut_position){chunk->sequence, at}))
        pp_cut_out_of_memory(cut);
}

/* Notes a frame that ended at a record of that size; its GPU time follows under the token. */
static void note_frame(pp_cut *cut, pp_cut_thread *thread, pp_cut_position at, size_t size,
                       bool is_outermost, uint64_t token)
{
    pp_cut_position from = take_needs(cut, thread, is_outermost);
    thread->unit_counts = true;
    if (!cut->frame_is_kept)
        return;
    keep_token(cut, thread, token);
    if (!add_position(&thread->ends, &thread->end_count, &thread->end_capacity, at))
        pp_cut_out_of_memory(cut);
    if (!thread->unit_is_kept || pp_cut_is_before(from, thread->needed.from))
        thread->needed.from = from;
    thread->needed.to = (pp_cut_position){at.sequence, at.word + size};
    thread->unit_is_kept = true;
}

/* Notes what a record about frames did. */
static void note_record(pp_cut *cut, const pp_reader_chunk *chunk, size_t at, size_t size,
                        uint32_t depth_before)
{
    const uint64_t *words = chunk->block.words + at;
    const pp_track *track = pp_builder_track(cut->builder, chunk->block.thread);
    pp_cut_thread *thread = pp_cut_find_thread(cut, chunk->block.thread);
    if (!track || !thread)
        return;
    const pp_cut_position here = {chunk->sequence, at};
    switch (pp_word_type(words[0])) {
    case PP_EXT_FRAME_BEGIN:
        if (depth_before == 0) {
            end_unit(cut, thread);
            thread->unit = here;
        }
        thread->unit_is_odd |= track->frame_depth != depth_before + 1;
        break;
    case PP_EXT_FRAME_END:
        if (cut->has_frame)
            note_frame(cut, thread, here, size, track->frame_depth == 0, size > 5 ? words[5] : 0);
        else
            needs_of(cut, thread, (uint32_t)words[1]); /* if it was cancelled, its time counts */
        if (thread->unit_is_kept)
            thread->needed.to = (pp_cut_position){here.sequence, here.word + size};
        thread->unit_is_odd |= track->frame_depth + 1 < depth_before;
        if (track->frame_depth == 0)
            end_unit(cut, thread);
        break;
    default:
        if (track->focus)
            needs_of(cut, thread, track->focus);
    }
}

/* ---- The pass -------------------------------------------------------------------------------- */

static bool is_kept(const pp_cut *cut, const pp_frame *frame)
{
    if (frame->start_ns > cut->to_ns || frame->end_ns < cut->from_ns)
        return false;
    uint64_t flush_ns = frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0;
    return cut->opts.slow_frame_ns == 0 ||
           frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY] + flush_ns > cut->opts.slow_frame_ns;
}

/* The spans of all threads: those of slow frames, or one from the first to the last. */
static void keep_span(pp_cut *cut, const pp_frame *frame)
{
    const pp_cut_span span = {frame->start_ns, frame->end_ns};
    if (cut->opts.slow_frame_ns) {
        if (!add_span(cut, span))
            pp_cut_out_of_memory(cut);
        return;
    }
    if (span.from < cut->spans[0].from)
        cut->spans[0].from = span.from;
    if (span.to > cut->spans[0].to)
        cut->spans[0].to = span.to;
}

static void receive_frame(void *user, const pp_frame *frame)
{
    pp_cut *cut = user;
    cut->has_frame = true;
    cut->frame_window = frame->window;
    cut->frame_is_kept = is_kept(cut, frame);
    if (!cut->frame_is_kept)
        return;
    cut->frames++;
    keep_span(cut, frame);
}

static bool is_about_frames(uint64_t word)
{
    if (pp_word_kind(word) != PP_RECORD_EXTENDED)
        return false;
    unsigned type = pp_word_type(word);
    return type == PP_EXT_FRAME_BEGIN || type == PP_EXT_FRAME_END || type == PP_EXT_FOCUS;
}

static bool is_gpu(uint64_t word)
{
    return pp_word_kind(word) == PP_RECORD_EXTENDED && pp_word_type(word) == PP_EXT_GPU &&
           pp_word_payload(word) >= 3;
}

static uint32_t frame_depth(const pp_cut *cut, uint32_t thread)
{
    const pp_track *track = pp_builder_track(cut->builder, thread);
    return track ? track->frame_depth : 0;
}

static int find_in_chunk(void *user, const pp_reader_chunk *chunk)
{
    pp_cut *cut = user;
    const pp_block *block = &chunk->block;
    size_t fed = 0, size;
    pp_cut_feed(cut, chunk, 0, 0);
    for (size_t at = 0; at < block->count && cut->status == PP_OK; at += size) {
        size = 1 + pp_word_payload(block->words[at]);
        if (size > block->count - at)
            break;
        if (!is_about_frames(block->words[at]) && !is_gpu(block->words[at]))
            continue;
        if (at > fed)
            pp_cut_feed(cut, chunk, fed, at - fed);
        fed = at;
        if (is_gpu(block->words[at])) {
            note_gpu(cut, chunk, at);
            continue;
        }
        uint32_t depth_before = frame_depth(cut, block->thread);
        cut->has_frame = false;
        pp_cut_feed(cut, chunk, at, size);
        note_record(cut, chunk, at, size, depth_before);
        fed = at + size;
    }
    if (block->count > fed)
        pp_cut_feed(cut, chunk, fed, block->count - fed);
    return cut->status;
}

/* ---- The spans ------------------------------------------------------------------------------- */

static int by_begin(const void *left, const void *right)
{
    const pp_cut_span *a = left, *b = right;
    return a->from < b->from ? -1 : a->from > b->from;
}

/* Sorts them, makes one of those that touch, and ticks of nanoseconds. */
static void finish_spans(pp_cut *cut)
{
    pp_times *times = &cut->reader->names.times;
    size_t kept = 0;
    if (cut->span_count > 0)
        qsort(cut->spans, cut->span_count, sizeof *cut->spans, by_begin);
    for (size_t i = 0; i < cut->span_count; i++) {
        pp_cut_span span = cut->spans[i];
        if (kept > 0 && span.from <= cut->spans[kept - 1].to) {
            if (span.to > cut->spans[kept - 1].to)
                cut->spans[kept - 1].to = span.to;
        } else {
            cut->spans[kept++] = span;
        }
    }
    cut->span_count = kept;
    uint64_t low = cut->reader->first_ticks, high = cut->reader->last_ticks;
    for (size_t i = 0; i < kept; i++) {
        pp_cut_span *span = &cut->spans[i];
        span->from = pp_times_ticks(times, span->from, low, high);
        span->to = span->to < UINT64_MAX ? pp_times_ticks(times, span->to, low, high) : high;
    }
}

int pp_cut_find(pp_cut *cut, pp_progress_fn progress, void *user)
{
    if (!pp_cut_begin_pass(cut))
        return cut->status;
    if (!cut->opts.slow_frame_ns && !add_span(cut, (pp_cut_span){cut->from_ns, cut->to_ns}))
        return pp_cut_out_of_memory(cut);
    pp_builder_set_target(cut->builder, &(pp_build_target){.user = cut, .ended = receive_frame});
    int status = pp_reader_visit(cut->reader, find_in_chunk, cut, progress, user);
    for (size_t i = 0; i < cut->threads.count; i++)
        end_unit(cut, cut->threads.items[i]);
    finish_spans(cut);
    return status != PP_OK ? status : cut->status;
}
