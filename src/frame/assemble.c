/* frame/assemble.c: makes a pp_frame of what a thread charged to it. */
#include "frame/assemble.h"

#include "capture/record.h"
#include "frame/jank.h"
#include "frame/trace.h"
#include "frame/waiting.h"

#include <stdlib.h>
#include <string.h>

void pp_assembler_free(pp_assembler *assembler)
{
    free(assembler->painters);
}

/* The window of that number, moved to the front. */
static pp_assembler_window *find_window(pp_assembler *assembler, uint32_t number)
{
    pp_assembler_window *windows = assembler->windows;
    uint32_t i = 0;
    while (i < assembler->window_count && windows[i].number != number)
        i++;
    pp_assembler_window found = {.number = number};
    if (i < assembler->window_count)
        found = windows[i];
    else if (assembler->window_count < PP_ASSEMBLER_WINDOWS)
        assembler->window_count++;
    else
        i--;
    memmove(windows + 1, windows, i * sizeof *windows);
    windows[0] = found;
    return windows;
}

/* Takes the time outside zones after the last paint out of other: it is the flush. */
static uint64_t take_flush_ticks(pp_open_frame *frame, uint64_t painted_ticks)
{
    uint64_t flush_ticks = 0;
    uint32_t kept = frame->gap_count < PP_TRACK_GAPS ? frame->gap_count : PP_TRACK_GAPS;
    for (uint32_t i = 1; i <= kept; i++) {
        const pp_gap *gap = &frame->gaps[(frame->gap_count - i) % PP_TRACK_GAPS];
        if (gap->end_ticks <= painted_ticks)
            break;
        flush_ticks += gap->start_ticks > painted_ticks ? gap->end_ticks - gap->start_ticks
                                                        : gap->end_ticks - painted_ticks;
    }
    frame->tally.phase_ticks[PP_PHASE_OTHER] -= flush_ticks;
    return flush_ticks;
}

/* Converts lengths of time as they are at one moment. */
typedef struct ruler {
    const pp_build_source *source;
    uint64_t at_ticks, at_ns;
} ruler;

static uint64_t length_ns(const ruler *r, uint64_t ticks)
{
    return ticks ? r->at_ns - r->source->to_ns(r->source->user, r->at_ticks - ticks) : 0;
}

/* By self time, largest first; sites of equal time in the order of their ids. */
static bool goes_before(const pp_tally_site *a, const pp_tally_site *b)
{
    return a->self_ticks != b->self_ticks ? a->self_ticks > b->self_ticks : a->id < b->id;
}

/* Shell's sort: qsort() may allocate, and a frame has few sites. The first place stays, as the
 * tally wants it; the places of the others are not looked up again before it is cleared. */
static void sort_sites(pp_tally *tally)
{
    static const uint32_t steps[] = {701, 301, 132, 57, 23, 10, 4, 1};
    pp_tally_site *sites = tally->sites + 1;
    uint32_t count = tally->site_count - 1;
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
        for (uint32_t i = steps[s]; i < count; i++) {
            pp_tally_site moved = sites[i];
            uint32_t to = i;
            for (; to >= steps[s] && goes_before(&moved, &sites[to - steps[s]]); to -= steps[s])
                sites[to] = sites[to - steps[s]];
            sites[to] = moved;
        }
    }
}

static bool reserve_painters(pp_assembler *assembler, uint32_t count)
{
    if (count <= assembler->painter_capacity)
        return true;
    pp_painter *painters = realloc(assembler->painters, count * 2 * sizeof *painters);
    if (!painters)
        return false;
    assembler->painters = painters;
    assembler->painter_capacity = count * 2;
    return true;
}

static void fill_painters(pp_assembler *assembler, pp_frame *frame, pp_tally *tally, const ruler *r)
{
    if (!reserve_painters(assembler, tally->site_count))
        return;
    sort_sites(tally);
    for (uint32_t i = 1; i < tally->site_count; i++) {
        const pp_tally_site *site = &tally->sites[i];
        if (!site->count && !site->total_ticks && !site->self_ticks)
            continue;
        assembler->painters[frame->painter_count++] = (pp_painter){
            .site = site->info,
            .self_ns = length_ns(r, site->self_ticks),
            .total_ns = length_ns(r, site->total_ticks),
            .pixels = site->pixels,
            .count = site->count < UINT32_MAX ? (uint32_t)site->count : UINT32_MAX,
        };
    }
    frame->painters = assembler->painters;
}

/* The phases that there were when the frame ended, as far as it says so. */
static uint32_t phase_count(const pp_build_source *source, uint64_t recorded)
{
    if (recorded == 0 || source->renumbers_phases)
        return source->phase_count(source->user);
    return recorded < PP_PHASE_USER  ? PP_PHASE_USER
           : recorded > PP_PHASE_MAX ? PP_PHASE_MAX
                                     : (uint32_t)recorded;
}

static void fill_phases(pp_frame *frame, const pp_tally *tally, const ruler *r)
{
    for (uint32_t phase = 0; phase < PP_PHASE_MAX; phase++) {
        frame->phase_ns[phase] = length_ns(r, tally->phase_ticks[phase]);
        if (phase != PP_PHASE_OVERLAY)
            frame->work_ns += frame->phase_ns[phase];
    }
}

static int64_t counted(uint64_t count, bool *counts)
{
    *counts = *counts || count > 0;
    return *counts ? (int64_t)count : PP_NOT_MEASURED;
}

static void fill_window(pp_frame *frame, pp_assembler_window *window, const pp_tally *tally,
                        bool counts_items)
{
    window->counts_created |= counts_items;
    window->counts_painted |= counts_items;
    frame->items_created = counted(tally->items_created, &window->counts_created);
    frame->items_painted = counted(tally->items_painted, &window->counts_painted);
    frame->interval_ns =
        window->has_started ? (int64_t)(frame->start_ns - window->start_ns) : PP_NOT_MEASURED;
    window->start_ns = frame->start_ns;
    window->has_started = true;
}

void pp_deliver(pp_assembler *assembler, pp_track *track, pp_frame *frame)
{
    const pp_build_target *target = &track->shared->target;
    frame->number = ++assembler->frame_number;
    frame->jank = pp_jank_of(frame);
    track->shared->frames++;
    if (target->frame)
        target->frame(target->user, frame);
    pp_track_show_traces(track, frame);
}

static void end_frame(pp_assembler *assembler, pp_track *track, pp_open_frame *open,
                      const pp_frame_end_record *end)
{
    const pp_build_source *source = &track->shared->source;
    const pp_build_target *target = &track->shared->target;
    bool has_painted = end->painted_ticks != 0;
    uint64_t flush_ticks = has_painted ? take_flush_ticks(open, end->painted_ticks) : 0;
    ruler r = {source, track->now_ticks, source->to_ns(source->user, track->now_ticks)};
    pp_frame frame = {
        .window = open->window,
        .start_ns = source->to_ns(source->user, open->start_ticks),
        .end_ns = r.at_ns,
        .asked_ns = open->asked_ticks ? (int64_t)source->to_ns(source->user, open->asked_ticks)
                                      : PP_NOT_MEASURED,
        .flush_ns = has_painted ? (int64_t)length_ns(&r, flush_ticks) : PP_NOT_MEASURED,
        .gpu_ns = PP_NOT_MEASURED,
        .dirty_px = has_painted ? (int64_t)end->dirty_px : PP_NOT_MEASURED,
        .budget_ns = open->budget_ns,
        .records = open->tally.records,
        .phase_count = phase_count(source, end->phase_count),
        .is_disturbed = end->window_and_flags & PP_FRAME_DISTURBED,
    };
    fill_phases(&frame, &open->tally, &r);
    fill_window(&frame, find_window(assembler, frame.window), &open->tally,
                end->window_and_flags & PP_FRAME_COUNTS_ITEMS);
    fill_painters(assembler, &frame, &open->tally, &r);
    pp_build_keep(track->shared, &open->tally);
    if (target->ended)
        target->ended(target->user, &frame);
    if (end->gpu_token || track->waiting)
        pp_waiting_add(assembler, track, &frame, end->gpu_token);
    else
        pp_deliver(assembler, track, &frame);
}

/* The interval of the window's next frame is measured from here all the same. */
static void leave_out(pp_assembler *assembler, pp_track *track, const pp_open_frame *open)
{
    const pp_build_source *source = &track->shared->source;
    pp_assembler_window *window = find_window(assembler, open->window);
    window->start_ns = source->to_ns(source->user, open->start_ticks);
    window->has_started = true;
    counted(open->tally.items_created, &window->counts_created);
    counted(open->tally.items_painted, &window->counts_painted);
    pp_build_keep(track->shared, &open->tally);
}

static void leave_to_next(pp_track *track, const pp_open_frame *open)
{
    pp_tally *pending = pp_track_pending(track, open->window);
    pending->phase_ticks[PP_PHASE_OVERLAY] += pp_tally_ticks(&open->tally);
    pending->items_created += open->tally.items_created;
    pending->items_painted += open->tally.items_painted;
    pp_build_keep(track->shared, &open->tally);
}

void pp_assemble(pp_assembler *assembler, pp_track *track, const pp_frame_end_record *end)
{
    pp_open_frame *open = pp_track_find_frame(track, (uint32_t)end->window_and_flags);
    if (!open)
        return;
    if (end->window_and_flags & PP_FRAME_CANCELLED) {
        pp_track_leave_frame(track);
        leave_to_next(track, open);
        return;
    }
    bool is_outermost = track->frame_depth == 1;
    pp_track_take_pending(track, open->window, &open->tally);
    if (is_outermost && open->window != 0)
        pp_track_take_pending(track, 0, &open->tally);
    pp_track_leave_frame(track);
    if (end->window_and_flags & PP_FRAME_LEFT_OUT)
        leave_out(assembler, track, open);
    else
        end_frame(assembler, track, open, end);
}
