/* reader/cut_write.c: the second pass of a cut: which records are written. */
#include "base/base.h"
#include "capture/record.h"
#include "frame/assemble.h"
#include "reader/cut.h"

#include <string.h>

/* A record on its way. */
typedef struct record {
    const uint64_t *words;
    size_t size;
    pp_cut_position at;
    uint64_t before_ticks, ticks; /* of the record before it, and its own */
    const pp_track *track;        /* before it; NULL: the first of its thread */
    bool in_frame;                /* it lies in an outermost frame */
    unsigned kind, type;
} record;

/* ---- Where the output begins and ends -------------------------------------------------------- */

/* Stops writing: what is open ends here. A frame that is open has no end: it must be forgotten. */
static void stop(pp_cut *cut, pp_cut_thread *thread, uint64_t ticks)
{
    pp_cut_close_zones(cut, thread, ticks);
    if (thread->frame_depth > 0)
        pp_cut_break(cut, thread, 0);
}

/* Spans begin and end between records, too. */
static void pass_spans(pp_cut *cut, pp_cut_thread *thread, const record *r)
{
    while (thread->span_at < cut->span_count) {
        const pp_cut_span *span = &cut->spans[thread->span_at];
        if (!thread->in_span) {
            if (span->from > r->ticks)
                return;
            thread->in_span = true;
            uint64_t ticks = span->from > r->before_ticks ? span->from : r->before_ticks;
            if (!thread->in_range && r->track && !r->in_frame && span->to > r->before_ticks)
                pp_cut_match_zones(cut, thread, r->track, ticks);
        }
        if (span->to >= r->ticks)
            return;
        thread->in_span = false;
        thread->span_at++;
        if (!thread->in_range)
            stop(cut, thread, span->to > r->before_ticks ? span->to : r->before_ticks);
    }
}

static void pass_ranges(pp_cut *cut, pp_cut_thread *thread, const record *r)
{
    while (thread->range_at < thread->range_count &&
           !pp_cut_is_before(r->at, thread->ranges[thread->range_at].to))
        thread->range_at++;
    bool in_range = thread->range_at < thread->range_count &&
                    !pp_cut_is_before(r->at, thread->ranges[thread->range_at].from);
    if (thread->in_range && !in_range && !thread->in_span)
        stop(cut, thread, r->before_ticks);
    thread->in_range = in_range;
}

/* Whether a position is the next of a list, which is then done with it. */
static bool is_next(const pp_cut_position *items, size_t count, size_t *next, pp_cut_position at)
{
    while (*next < count && pp_cut_is_before(items[*next], at))
        (*next)++;
    return *next < count && !pp_cut_is_before(at, items[*next]);
}

/* ---- One record ------------------------------------------------------------------------------ */

static bool is_wanted(const pp_cut_thread *thread, const record *r)
{
    if (r->kind == PP_RECORD_EXTENDED &&
        (r->type == PP_EXT_FRAME_BEGIN || r->type == PP_EXT_FRAME_END || r->type == PP_EXT_COUNT))
        return thread->in_range;
    if (r->kind == PP_RECORD_EXTENDED && r->type == PP_EXT_FOCUS)
        return thread->in_range || thread->in_span;
    if (r->track && (r->track->deep > 0 ||
                     (r->kind == PP_RECORD_BEGIN && pp_track_depth(r->track) >= PP_ZONE_DEPTH_MAX)))
        return false; /* too deep: its time belongs to what encloses it, also without it */
    return r->in_frame ? thread->in_whole_unit && thread->in_range
                       : thread->in_range || thread->in_span;
}

static bool is_gpu_of_kept(pp_cut_thread *thread, const record *r)
{
    return r->kind == PP_RECORD_EXTENDED && r->type == PP_EXT_GPU &&
           is_next(thread->gpus, thread->gpu_count, &thread->gpu_at, r->at);
}

/* A GPU time that no kept frame got; one that came too late could find its frame still waiting in
 * the output, where fewer frames follow it. */
static bool is_late_gpu(pp_cut_thread *thread, const record *r)
{
    return r->kind == PP_RECORD_EXTENDED && r->type == PP_EXT_GPU && r->size > 3 &&
           r->words[2] != 0 && !is_gpu_of_kept(thread, r);
}

static void write_record(pp_cut *cut, pp_cut_thread *thread, const record *r)
{
    bool is_frame = r->kind == PP_RECORD_EXTENDED && !pp_type_is_of_zone(r->type);
    if (r->track) {
        /* In a frame that is left out nobody sees which zones its time goes to. */
        if (!is_frame || !r->in_frame || thread->in_whole_unit)
            pp_cut_match_zones(cut, thread, r->track, r->before_ticks);
        pp_cut_match_focus(cut, thread, r->track, r->before_ticks);
    }
    bool is_end = r->kind == PP_RECORD_EXTENDED && r->type == PP_EXT_FRAME_END && r->size > 3;
    bool is_kept = is_end ? (r->words[1] & PP_FRAME_CANCELLED) ||
                                is_next(thread->ends, thread->end_count, &thread->end_at, r->at)
                          : !is_late_gpu(thread, r);
    if (is_kept) {
        pp_cut_put(cut, thread, r->words, r->size, r->before_ticks);
        return;
    }
    uint64_t copy[1 + 255];
    memcpy(copy, r->words, r->size * sizeof *copy);
    if (is_end)
        copy[1] |= PP_FRAME_LEFT_OUT;
    else
        copy[2] = UINT64_MAX; /* a token that no frame has */
    pp_cut_put(cut, thread, copy, r->size, r->before_ticks);
}

/* One that stands where nothing else is written. It is stamped like what was written before it: in
 * the output, time stands still. */
static void write_gpu(pp_cut *cut, pp_cut_thread *thread, const record *r)
{
    const uint64_t low = (UINT64_C(1) << PP_RECORD_TICK_SHIFT) - 1;
    uint64_t copy[1 + 255];
    memcpy(copy, r->words, r->size * sizeof *copy);
    copy[0] = thread->ticks << PP_RECORD_TICK_SHIFT | (copy[0] & low);
    pp_cut_put(cut, thread, copy, r->size, thread->ticks);
}

/* What the record that was written has left open. */
static void note_written(pp_cut *cut, pp_cut_thread *thread, const pp_track *track, unsigned kind)
{
    thread->frame_depth = track->frame_depth;
    thread->focus = track->focus;
    if (kind == PP_RECORD_EXTENDED)
        return;
    uint32_t open = pp_track_depth(track);
    if (open < thread->depth)
        thread->depth = open;
    if (open == thread->depth + 1 && pp_cut_reserve_zones(cut, thread))
        thread->zones[thread->depth++] = track->top->id;
}

static void take_record(pp_cut *cut, pp_cut_thread *thread, const pp_reader_chunk *chunk, size_t at,
                        size_t size)
{
    const pp_track *track = pp_builder_track(cut->builder, thread->number);
    uint64_t before_ticks = track ? track->now_ticks : chunk->block.base_ticks;
    const uint64_t *words = chunk->block.words + at;
    const record r = {
        .words = words,
        .size = size,
        .at = {chunk->sequence, at},
        .before_ticks = before_ticks,
        .ticks = pp_word_ticks(before_ticks, words[0]),
        .track = track,
        .in_frame = track && track->frame_depth > 0,
        .kind = pp_word_kind(words[0]),
        .type = pp_word_type(words[0]),
    };
    if (!r.in_frame)
        thread->in_whole_unit = is_next(thread->units, thread->unit_count, &thread->unit_at, r.at);
    pass_ranges(cut, thread, &r);
    pass_spans(cut, thread, &r);
    bool is_written = is_wanted(thread, &r);
    if (!is_written && is_gpu_of_kept(thread, &r))
        write_gpu(cut, thread, &r);
    if (is_written)
        write_record(cut, thread, &r);
    pp_cut_feed(cut, chunk, at, size);
    track = pp_builder_track(cut->builder, thread->number);
    if (!is_written || !track)
        return;
    note_written(cut, thread, track, r.kind);
    /* From the end of a frame that was left out, it matters again to which zone time goes. */
    if (r.in_frame && track->frame_depth == 0)
        pp_cut_match_zones(cut, thread, track, track->now_ticks);
}

/* ---- Chunks ---------------------------------------------------------------------------------- */

/* Whether nothing of the chunk is written and nothing written before it ends in it. */
static bool is_outside(const pp_cut *cut, const pp_cut_thread *thread, const pp_reader_chunk *chunk)
{
    const pp_block *block = &chunk->block;
    if (thread->in_range || thread->in_span)
        return false;
    const pp_cut_position end = {chunk->sequence, block->count};
    if (thread->range_at < thread->range_count &&
        pp_cut_is_before(thread->ranges[thread->range_at].from, end))
        return false;
    if (thread->gpu_at < thread->gpu_count && pp_cut_is_before(thread->gpus[thread->gpu_at], end))
        return false;
    if (thread->span_at == cut->span_count)
        return true;
    const pp_track *track = pp_builder_track(cut->builder, thread->number);
    uint64_t ticks = track ? track->now_ticks : block->base_ticks;
    for (size_t at = 0; at < block->count; at += 1 + pp_word_payload(block->words[at]))
        ticks = pp_word_ticks(ticks, block->words[at]);
    return ticks < cut->spans[thread->span_at].from;
}

static int write_chunk(void *user, const pp_reader_chunk *chunk)
{
    pp_cut *cut = user;
    const pp_block *block = &chunk->block;
    pp_cut_thread *thread = pp_cut_find_thread(cut, block->thread);
    if (!thread)
        return cut->status;
    if (block->lost > 0 && (thread->in_range || thread->in_span))
        pp_cut_break(cut, thread, block->lost);
    pp_cut_feed(cut, chunk, 0, 0);
    if (is_outside(cut, thread, chunk)) {
        pp_cut_feed(cut, chunk, 0, block->count);
        return cut->status;
    }
    size_t size;
    for (size_t at = 0; at < block->count && cut->status == PP_OK; at += size) {
        size = 1 + pp_word_payload(block->words[at]);
        if (size > block->count - at)
            break;
        take_record(cut, thread, chunk, at, size);
    }
    pp_cut_flush(cut, thread);
    return cut->status;
}

/* Zones that go on beyond a span's end, though their threads recorded nothing more. */
static void end_threads(pp_cut *cut)
{
    for (size_t i = 0; i < cut->threads.count; i++) {
        pp_cut_thread *thread = cut->threads.items[i];
        if (!thread->in_span || thread->in_range)
            continue;
        uint64_t ticks = cut->spans[thread->span_at].to;
        if (ticks < cut->reader->last_ticks && ticks >= thread->ticks)
            pp_cut_close_zones(cut, thread, ticks);
        pp_cut_flush(cut, thread);
    }
}

int pp_cut_write(pp_cut *cut, pp_progress_fn progress, void *user)
{
    if (!pp_cut_begin_pass(cut))
        return cut->status;
    int status = pp_reader_visit(cut->reader, write_chunk, cut, progress, user);
    if (status == PP_OK)
        end_threads(cut);
    return status != PP_OK ? status : cut->status;
}
