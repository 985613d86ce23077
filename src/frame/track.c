/* frame/track.c: one thread of a builder: its open zones, and where its time is charged. */
#include "frame/track.h"

#include "frame/trace.h"
#include "frame/waiting.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ZONES = 8, FIRST_IDS = 16, OTHERS = PP_TRACK_PENDING - 1 };

static const pp_site_info unknown_site = {"?", "", 0, PP_PHASE_OTHER};

_Static_assert(sizeof(pp_open_zone) == 64, "a cache line");

/* ---- Life ----------------------------------------------------------------------------------- */

static bool reserve_zones(pp_track *track, uint32_t capacity)
{
    pp_open_zone *zones = realloc(track->zones, capacity * sizeof *zones);
    if (!zones)
        return false;
    track->top = zones + (track->zones ? pp_track_depth(track) : 0);
    track->zones = zones;
    track->zones_end = zones + capacity;
    return true;
}

pp_track *pp_track_create(pp_build_shared *shared, uint32_t thread)
{
    pp_track *track = calloc(1, sizeof *track);
    if (!track)
        return NULL;
    track->shared = shared;
    track->thread = thread;
    track->any.used = true;
    track->tally = &track->any.tally;
    if (!pp_tally_init(&track->any.tally) || !reserve_zones(track, FIRST_ZONES)) {
        pp_tally_free(&track->any.tally);
        free(track);
        return NULL;
    }
    track->zones[0] = (pp_open_zone){.id = PP_NO_ZONE};
    return track;
}

/* What open zones have by themselves goes to the tally; their totals, too, unless they are lost. */
static void settle_zones(pp_track *track, bool with_totals)
{
    for (pp_open_zone *zone = track->zones + 1; zone <= track->top; zone++) {
        if (!with_totals)
            zone->total_from_ticks = track->now_ticks;
        pp_track_settle(track->tally, zone, track->now_ticks);
        zone->charged_ticks = zone->self_ticks;
        zone->total_from_ticks = track->now_ticks;
    }
}

static void keep_frames(pp_track *track)
{
    for (uint32_t i = 0; i < track->frame_depth; i++)
        pp_build_keep(track->shared, &track->frames[i]->tally);
    track->frame_depth = 0;
}

void pp_track_destroy(pp_track *track)
{
    if (!track)
        return;
    settle_zones(track, true);
    keep_frames(track);
    for (size_t i = 0; i < PP_FRAME_DEPTH_MAX && track->frames[i]; i++) {
        pp_tally_free(&track->frames[i]->tally);
        free(track->frames[i]);
    }
    pp_build_keep(track->shared, &track->any.tally);
    pp_tally_free(&track->any.tally);
    for (size_t i = 0; track->others && i < OTHERS; i++) {
        pp_build_keep(track->shared, &track->others[i].tally);
        pp_tally_free(&track->others[i].tally);
    }
    pp_waiting_free(track->waiting);
    free(track->others);
    free(track->traces);
    free(track->zones);
    free(track->notes);
    free(track->open_of_id);
    free(track);
}

size_t pp_track_bytes(const pp_track *track)
{
    size_t bytes = sizeof *track + pp_tally_bytes(&track->any.tally) +
                   (size_t)(track->zones_end - track->zones) * sizeof *track->zones +
                   track->note_capacity * sizeof *track->notes +
                   track->id_capacity * sizeof *track->open_of_id + pp_track_trace_bytes(track);
    for (size_t i = 0; i < PP_FRAME_DEPTH_MAX && track->frames[i]; i++)
        bytes += sizeof *track->frames[i] + pp_tally_bytes(&track->frames[i]->tally);
    for (size_t i = 0; track->others && i < OTHERS; i++)
        bytes += sizeof track->others[i] + pp_tally_bytes(&track->others[i].tally);
    return bytes + pp_waiting_bytes(track->waiting);
}

void pp_track_forget(pp_track *track)
{
    settle_zones(track, false);
    for (const pp_open_zone *zone = track->zones + 1; zone <= track->top; zone++)
        track->open_of_id[zone->id] = 0;
    track->top = track->zones;
    track->deep = 0;
    pp_track_forget_spans(track);
    keep_frames(track);
    track->tally = pp_track_pending(track, track->focus);
}

/* ---- What is charged ------------------------------------------------------------------------ */

void pp_track_advance(pp_track *track, uint64_t ticks)
{
    pp_track_charge(track, track->top, track->now_ticks, ticks);
    track->now_ticks = ticks;
}

void pp_track_charge_to(pp_track *track, pp_tally *tally)
{
    if (tally == track->tally)
        return;
    settle_zones(track, true);
    for (pp_open_zone *zone = track->zones + 1; zone <= track->top; zone++)
        zone->slot = pp_tally_slot(tally, zone->id, zone->info);
    track->tally = tally;
}

static bool make_others(pp_track *track)
{
    if (!track->others)
        track->others = calloc(OTHERS, sizeof *track->others);
    return track->others != NULL;
}

/* A place for one more window: a free one or, when all are in use, one whose content then counts
 * to the next frame of any window. */
static pp_pending *free_pending(pp_track *track)
{
    for (size_t i = 0; i < OTHERS; i++)
        if (!track->others[i].used)
            return &track->others[i];
    pp_pending *victim;
    do {
        victim = &track->others[track->next_victim];
        track->next_victim = (track->next_victim + 1) % OTHERS;
    } while (&victim->tally == track->tally);
    pp_tally_add(&track->any.tally, &victim->tally);
    pp_tally_clear(&victim->tally);
    return victim;
}

pp_tally *pp_track_pending(pp_track *track, uint32_t window)
{
    if (window == 0 || !make_others(track))
        return &track->any.tally;
    for (size_t i = 0; i < OTHERS; i++)
        if (track->others[i].used && track->others[i].window == window)
            return &track->others[i].tally;
    pp_pending *pending = free_pending(track);
    if (!pending->tally.sites && !pp_tally_init(&pending->tally))
        return &track->any.tally;
    pending->window = window;
    pending->used = true;
    return &pending->tally;
}

static void take(pp_pending *pending, pp_tally *tally)
{
    pp_tally_add(tally, &pending->tally);
    pp_tally_clear(&pending->tally);
}

void pp_track_take_pending(pp_track *track, uint32_t window, pp_tally *tally)
{
    if (window == 0)
        take(&track->any, tally);
    for (size_t i = 0; window != 0 && track->others && i < OTHERS; i++) {
        pp_pending *pending = &track->others[i];
        if (!pending->used || pending->window != window)
            continue;
        take(pending, tally);
        pending->used = false;
    }
}

void pp_track_focus(pp_track *track, uint32_t window)
{
    track->focus = window;
    if (track->frame_depth == 0)
        pp_track_charge_to(track, pp_track_pending(track, window));
}

/* ---- Zones and marks ------------------------------------------------------------------------ */

static bool grow_zones(pp_track *track)
{
    if (track->top + 1 < track->zones_end)
        return true;
    uint32_t capacity = (uint32_t)(track->zones_end - track->zones);
    return capacity <= PP_ZONE_DEPTH_MAX &&
           reserve_zones(track,
                         capacity * 2 <= PP_ZONE_DEPTH_MAX ? capacity * 2 : PP_ZONE_DEPTH_MAX + 1);
}

static bool grow_ids(pp_track *track, uint32_t id)
{
    if (id < track->id_capacity)
        return true;
    uint32_t capacity = track->id_capacity ? track->id_capacity : FIRST_IDS;
    while (capacity <= id)
        capacity *= 2;
    uint16_t *open = realloc(track->open_of_id, capacity * sizeof *open);
    if (!open)
        return false;
    memset(open + track->id_capacity, 0, (capacity - track->id_capacity) * sizeof *open);
    track->open_of_id = open;
    track->id_capacity = capacity;
    return true;
}

static const pp_site_info *site_info(const pp_track *track, uint32_t id)
{
    const pp_build_source *source = &track->shared->source;
    const pp_site_info *info = source->site(source->user, id);
    return info ? info : &unknown_site;
}

void pp_track_begin_new_zone(pp_track *track, uint32_t id)
{
    if (track->deep > 0 || !grow_zones(track) || !grow_ids(track, id)) {
        track->deep++;
        pp_build_lose(track->shared, 1);
        return;
    }
    uint32_t slot = pp_tally_find(track->tally, id);
    const pp_site_info *info = slot ? track->tally->sites[slot].info : site_info(track, id);
    if (!slot)
        slot = pp_tally_slot(track->tally, id, info);
    pp_open_zone *zone = ++track->top;
    pp_track_open(track, zone, id, slot, track->now_ticks);
    if (!slot) { /* no memory for it: the first place of the tally knows nothing of the site */
        zone->info = info;
        zone->phase = (uint16_t)(info->phase < PP_PHASE_MAX ? info->phase : PP_PHASE_OTHER);
    }
}

void pp_track_tell_zone(const pp_track *track, const pp_open_zone *zone, uint64_t now_ticks)
{
    const pp_build_source *source = &track->shared->source;
    uint64_t end_ns = source->to_ns(source->user, now_ticks);
    pp_zone_record record = {
        .site = zone->info,
        .thread = track->thread,
        .depth = pp_track_depth(track),
        .start_ns = source->to_ns(source->user, zone->start_ticks),
        .end_ns = end_ns,
        .self_ns = end_ns - source->to_ns(source->user, now_ticks - zone->self_ticks),
    };
    if (track->traces)
        record.span = pp_track_take_span(track->traces, zone->start_ticks, record.depth);
    track->shared->target.zone(track->shared->target.user, &record);
}

static void close_innermost(pp_track *track)
{
    pp_open_zone *zone = track->top--;
    pp_track_close(track, zone, track->now_ticks);
    if (track->shared->target.zone)
        pp_track_tell_zone(track, zone, track->now_ticks);
    if (zone->has_notes)
        pp_track_tell_paint(track, zone, track->now_ticks);
}

void pp_track_end_other_zone(pp_track *track, uint32_t id)
{
    if (track->deep > 0) {
        track->deep--;
        return;
    }
    /* Not open: it began before the session did, or in records that were lost. */
    if (id >= track->id_capacity || track->open_of_id[id] == 0)
        return;
    while (track->top->id != id)
        close_innermost(track);
    close_innermost(track);
}

void pp_track_mark(pp_track *track, const char *label)
{
    pp_open_zone *zone = track->top;
    if (track->shared->target.mark) {
        const pp_build_source *source = &track->shared->source;
        uint64_t at_ns = source->to_ns(source->user, track->now_ticks);
        pp_mark_record record = {.label = label, .thread = track->thread, .at_ns = at_ns};
        if (zone != track->zones) {
            record.site = zone->info;
            record.depth = pp_track_depth(track) - 1;
            record.since_mark_ns = at_ns - source->to_ns(source->user, zone->mark_ticks);
            record.since_begin_ns = at_ns - source->to_ns(source->user, zone->start_ticks);
        }
        track->shared->target.mark(track->shared->target.user, &record);
    }
    zone->mark_ticks = track->now_ticks;
}

void pp_track_pixels(pp_track *track, uint64_t pixels)
{
    if (track->top == track->zones)
        return;
    track->tally->sites[track->top->slot].pixels += pixels;
    if (track->shared->target.painted)
        pp_track_note_pixels(track, pixels);
}
