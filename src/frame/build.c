/* frame/build.c: turns the records of threads into zones, marks and frames: the threads. */
#include "frame/build.h"

#include "frame/waiting.h"
#include "frame/words.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* What the threads may hold: tens of thousands that record, and no more for a hostile recording
 * that names millions. */
static const size_t BYTES_MAX = (size_t)128 << 20;

struct pp_builder {
    pp_build_shared shared;
    pp_assembler assembler;
    void *tracks;              /* a tree (tsearch), by number of the thread */
    pp_track *newest, *oldest; /* by when they were fed; the newest is most often fed again */
    size_t bytes;
};

/* A key is the number of a thread, which a track begins with. */
_Static_assert(offsetof(pp_track, thread) == 0, "a track begins with its key");

static int compare_threads(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

pp_builder *pp_builder_create(const pp_build_source *source)
{
    pp_builder *builder = calloc(1, sizeof *builder);
    if (builder)
        builder->shared.source = *source;
    return builder;
}

void pp_builder_set_target(pp_builder *builder, const pp_build_target *target)
{
    builder->shared.target = *target;
}

bool pp_sink_take(pp_sink *out, const pp_sink *sink)
{
    if (!sink || sink->struct_size < offsetof(pp_sink, painted))
        return false;
    *out = (pp_sink){0};
    memcpy(out, sink, sink->struct_size < sizeof *out ? sink->struct_size : sizeof *out);
    return true;
}

uint64_t pp_builder_lost(const pp_builder *builder)
{
    return __atomic_load_n(&builder->shared.lost, __ATOMIC_RELAXED);
}

bool pp_builder_keep_totals(pp_builder *builder)
{
    builder->shared.keeps_totals = pp_tally_init(&builder->shared.totals);
    return builder->shared.keeps_totals;
}

/* ---- The threads ---------------------------------------------------------------------------- */

static void unlink_track(pp_builder *builder, pp_track *track)
{
    *(track->older ? &track->older->newer : &builder->oldest) = track->newer;
    *(track->newer ? &track->newer->older : &builder->newest) = track->older;
}

static void link_newest(pp_builder *builder, pp_track *track)
{
    track->newer = NULL;
    track->older = builder->newest;
    *(track->older ? &track->older->newer : &builder->oldest) = track;
    builder->newest = track;
}

static pp_track *find_track(const pp_builder *builder, uint32_t thread)
{
    if (builder->newest && builder->newest->thread == thread)
        return builder->newest;
    void *node = tfind(&thread, &builder->tracks, compare_threads);
    return node ? *(pp_track **)node : NULL;
}

static pp_track *add_track(pp_builder *builder, uint32_t thread)
{
    pp_track *track = pp_track_create(&builder->shared, thread);
    if (!track)
        return NULL;
    if (!tsearch(track, &builder->tracks, compare_threads)) {
        pp_track_destroy(track);
        return NULL;
    }
    link_newest(builder, track);
    return track;
}

static void remove_track(pp_builder *builder, pp_track *track)
{
    pp_waiting_give_up(&builder->assembler, track);
    tdelete(track, &builder->tracks, compare_threads);
    unlink_track(builder, track);
    builder->bytes -= track->bytes;
    pp_track_destroy(track);
}

static void note_bytes(pp_builder *builder, pp_track *track)
{
    size_t bytes = pp_track_bytes(track);
    builder->bytes += bytes - track->bytes;
    track->bytes = bytes;
    while (builder->bytes > BYTES_MAX && builder->oldest != builder->newest)
        remove_track(builder, builder->oldest);
}

static pp_track *take_track(pp_builder *builder, const pp_block *block)
{
    pp_track *track = find_track(builder, block->thread);
    if (!track && block->count > 0) {
        track = add_track(builder, block->thread);
        if (!track)
            pp_build_lose(&builder->shared, block->count);
    } else if (track && track != builder->newest) {
        unlink_track(builder, track);
        link_newest(builder, track);
    }
    return track;
}

void pp_builder_feed(void *builder_object, const pp_block *block)
{
    pp_builder *builder = builder_object;
    pp_track *track = take_track(builder, block);
    if (!track)
        return;
    if (block->lost > 0)
        pp_track_forget(track);
    if (block->fresh && block->base_ticks > track->now_ticks)
        pp_track_advance(track, block->base_ticks);
    pp_track_read(&builder->assembler, track, block->words, block->count);
    if (block->last)
        remove_track(builder, track);
    else if (block->fresh)
        note_bytes(builder, track);
}

const pp_track *pp_builder_track(const pp_builder *builder, uint32_t thread)
{
    return find_track(builder, thread);
}

void pp_builder_stop_waiting(pp_builder *builder)
{
    for (pp_track *track = builder->oldest; track; track = track->newer)
        pp_waiting_give_up(&builder->assembler, track);
}

void pp_builder_visit_waiting(const pp_builder *builder,
                              void (*visit)(void *user, const pp_frame *frame), void *user)
{
    uint64_t number = builder->assembler.frame_number;
    for (const pp_track *track = builder->oldest; track; track = track->newer)
        number = pp_waiting_visit(track, number, visit, user);
}

/* ---- The end -------------------------------------------------------------------------------- */

pp_build_totals pp_builder_finish(pp_builder *builder)
{
    while (builder->oldest)
        remove_track(builder, builder->oldest);
    return (pp_build_totals){
        .zones = builder->shared.zones,
        .marks = builder->shared.marks,
        .frames = builder->shared.frames,
        .sites = &builder->shared.totals,
    };
}

void pp_builder_destroy(pp_builder *builder)
{
    if (!builder)
        return;
    builder->shared.keeps_totals = false;
    builder->shared.target = (pp_build_target){0};
    pp_builder_finish(builder);
    pp_tally_free(&builder->shared.totals);
    pp_assembler_free(&builder->assembler);
    free(builder);
}
