/* frame/track_frame.c: the open frames of one thread. */
#include "frame/track.h"

#include <stdlib.h>

/* What is charged outside the frame at index: the frame around it, or what waits for the next. */
static pp_tally *outside(pp_track *track, uint32_t index)
{
    return index > 0 ? &track->frames[index - 1]->tally : pp_track_pending(track, track->focus);
}

void pp_track_leave_frame(pp_track *track)
{
    track->frame_depth--;
    pp_track_charge_to(track, outside(track, track->frame_depth));
}

/* Makes the innermost frame, whose end never came, part of what encloses it. */
static void dissolve_frame(pp_track *track)
{
    pp_tally *tally = &track->frames[track->frame_depth - 1]->tally;
    pp_track_leave_frame(track);
    pp_tally_add(track->tally, tally);
}

/* An unused frame at index, NULL without memory. */
static pp_open_frame *frame_at(pp_track *track, uint32_t index)
{
    pp_open_frame *frame = track->frames[index];
    if (frame) {
        pp_tally_clear(&frame->tally);
        return frame;
    }
    frame = calloc(1, sizeof *frame);
    if (!frame || !pp_tally_init(&frame->tally)) {
        free(frame);
        return NULL;
    }
    track->frames[index] = frame;
    return frame;
}

void pp_track_begin_frame(pp_track *track, uint32_t window, uint64_t asked_ticks,
                          uint64_t budget_ns)
{
    /* A window has one frame at a time: an older one will get no end of its own any more. */
    if (pp_track_find_frame(track, window))
        dissolve_frame(track);
    if (track->frame_depth == PP_FRAME_DEPTH_MAX)
        while (track->frame_depth > 0)
            dissolve_frame(track);
    pp_open_frame *frame = frame_at(track, track->frame_depth);
    if (!frame) {
        pp_build_lose(track->shared, 1);
        return;
    }
    frame->window = window;
    frame->start_ticks = track->now_ticks;
    frame->asked_ticks = asked_ticks;
    frame->budget_ns = budget_ns;
    frame->gap_count = 0;
    track->frame_depth++;
    pp_track_charge_to(track, &frame->tally);
}

pp_open_frame *pp_track_find_frame(pp_track *track, uint32_t window)
{
    uint32_t depth = track->frame_depth;
    while (depth > 0 && track->frames[depth - 1]->window != window)
        depth--;
    if (depth == 0)
        return NULL;
    while (track->frame_depth > depth)
        dissolve_frame(track);
    return track->frames[depth - 1];
}
