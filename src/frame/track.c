/* frame/track.c: one thread of a builder: its open zones, and where its time is charged. */
#include "frame/track.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ZONES = 32, FIRST_IDS = 64 };

static const pp_site_info unknown_site = {"?", "", 0, PP_PHASE_OTHER};

pp_track *pp_track_create(pp_build_shared *shared, uint32_t thread)
{
    pp_track *track = calloc(1, sizeof *track);
    if (!track || !pp_tally_init(&track->pending[0].tally)) {
        free(track);
        return NULL;
    }
    track->shared = shared;
    track->thread = thread;
    track->pending[0].used = true;
    track->tally = &track->pending[0].tally;
    return track;
}

void pp_track_destroy(pp_track *track)
{
    if (!track)
        return;
    for (size_t i = 0; i < PP_FRAME_DEPTH_MAX && track->frames[i]; i++) {
        pp_tally_free(&track->frames[i]->tally);
        free(track->frames[i]);
    }
    for (size_t i = 0; i < PP_TRACK_PENDING; i++)
        pp_tally_free(&track->pending[i].tally);
    free(track->zones);
    free(track->open_of_id);
    free(track);
}

void pp_track_forget(pp_track *track)
{
    for (uint32_t i = 0; i < track->depth; i++)
        track->open_of_id[track->zones[i].id] = 0;
    track->depth = track->deep = 0;
    track->frame_depth = 0;
    track->tally = pp_track_pending(track, track->focus);
}

/* Notes time of the innermost frame outside zones; pieces that touch become one. */
static void note_gap(pp_open_frame *frame, uint64_t start_ticks, uint64_t end_ticks)
{
    pp_gap *last = &frame->gaps[(frame->gap_count - 1) % PP_TRACK_GAPS];
    if (frame->gap_count > 0 && last->end_ticks == start_ticks) {
        last->end_ticks = end_ticks;
        return;
    }
    frame->gaps[frame->gap_count++ % PP_TRACK_GAPS] = (pp_gap){start_ticks, end_ticks};
}

void pp_track_advance(pp_track *track, uint64_t ticks)
{
    uint64_t start_ticks = track->now_ticks;
    uint64_t passed = ticks - start_ticks;
    track->now_ticks = ticks;
    if (track->depth > 0) {
        pp_open_zone *zone = &track->zones[track->depth - 1];
        zone->self_ticks += passed;
        track->tally->phase_ticks[zone->phase] += passed;
        track->tally->sites[zone->slot].self_ticks += passed;
    } else if (track->frame_depth > 0 && passed > 0) {
        track->tally->phase_ticks[PP_PHASE_OTHER] += passed;
        note_gap(track->frames[track->frame_depth - 1], start_ticks, ticks);
    }
}

/* Adds the zone's time since it was last added to its site's total. */
static void add_total(pp_track *track, pp_open_zone *zone)
{
    if (zone->outermost)
        track->tally->sites[zone->slot].total_ticks += track->now_ticks - zone->total_from_ticks;
    zone->total_from_ticks = track->now_ticks;
}

void pp_track_charge_to(pp_track *track, pp_tally *tally)
{
    if (tally == track->tally)
        return;
    for (uint32_t i = 0; i < track->depth; i++) {
        pp_open_zone *zone = &track->zones[i];
        add_total(track, zone);
        zone->slot = pp_tally_slot(tally, zone->id, zone->info);
    }
    track->tally = tally;
}

/* A place for one more window: a free one or, when all are in use, one whose content then counts
 * to the next frame of any window. */
static pp_pending *free_pending(pp_track *track)
{
    for (size_t i = 1; i < PP_TRACK_PENDING; i++)
        if (!track->pending[i].used)
            return &track->pending[i];
    pp_pending *victim;
    do {
        track->next_victim = track->next_victim % (PP_TRACK_PENDING - 1) + 1;
        victim = &track->pending[track->next_victim];
    } while (&victim->tally == track->tally);
    pp_tally_add(&track->pending[0].tally, &victim->tally);
    pp_tally_clear(&victim->tally);
    return victim;
}

pp_tally *pp_track_pending(pp_track *track, uint32_t window)
{
    for (size_t i = 0; i < PP_TRACK_PENDING; i++)
        if (track->pending[i].used && track->pending[i].window == window)
            return &track->pending[i].tally;
    pp_pending *pending = free_pending(track);
    if (!pending->tally.sites && !pp_tally_init(&pending->tally))
        return &track->pending[0].tally;
    pending->window = window;
    pending->used = true;
    return &pending->tally;
}

void pp_track_take_pending(pp_track *track, uint32_t window, pp_tally *tally)
{
    for (size_t i = 0; i < PP_TRACK_PENDING; i++) {
        pp_pending *pending = &track->pending[i];
        if (!pending->used || pending->window != window)
            continue;
        pp_tally_add(tally, &pending->tally);
        pp_tally_clear(&pending->tally);
        pending->used = i == 0;
    }
}

void pp_track_focus(pp_track *track, uint32_t window)
{
    track->focus = window;
    if (track->frame_depth == 0)
        pp_track_charge_to(track, pp_track_pending(track, window));
}

static bool grow_zones(pp_track *track)
{
    if (track->depth < track->zone_capacity)
        return true;
    uint32_t capacity = track->zone_capacity ? track->zone_capacity * 2 : FIRST_ZONES;
    if (capacity > PP_ZONE_DEPTH_MAX)
        return false;
    pp_open_zone *zones = realloc(track->zones, capacity * sizeof *zones);
    if (!zones)
        return false;
    track->zones = zones;
    track->zone_capacity = capacity;
    return true;
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

void pp_track_begin_zone(pp_track *track, uint32_t id)
{
    pp_tally *tally = track->tally;
    tally->records++;
    if (track->deep > 0 || !grow_zones(track) || !grow_ids(track, id)) {
        track->deep++;
        pp_build_lose(track->shared, 1);
        return;
    }
    uint32_t slot = pp_tally_find(tally, id);
    const pp_site_info *info = slot ? tally->sites[slot].info : site_info(track, id);
    if (!slot)
        slot = pp_tally_slot(tally, id, info);
    tally->sites[slot].count++;
    track->zones[track->depth++] = (pp_open_zone){
        .info = info,
        .start_ticks = track->now_ticks,
        .mark_ticks = track->now_ticks,
        .total_from_ticks = track->now_ticks,
        .id = id,
        .slot = slot,
        .phase = info->phase < PP_PHASE_MAX ? info->phase : PP_PHASE_OTHER,
        .outermost = track->open_of_id[id]++ == 0,
    };
}

static void tell_zone(const pp_track *track, const pp_open_zone *zone)
{
    const pp_build_source *source = &track->shared->source;
    uint64_t end_ns = source->to_ns(source->user, track->now_ticks);
    pp_zone_record record = {
        .site = zone->info,
        .thread = track->thread,
        .depth = track->depth,
        .start_ns = source->to_ns(source->user, zone->start_ticks),
        .end_ns = end_ns,
        .self_ns = end_ns - source->to_ns(source->user, track->now_ticks - zone->self_ticks),
    };
    track->shared->target.zone(track->shared->target.user, &record);
}

static void close_innermost(pp_track *track)
{
    pp_open_zone *zone = &track->zones[--track->depth];
    add_total(track, zone);
    track->open_of_id[zone->id]--;
    if (track->shared->target.zone)
        tell_zone(track, zone);
}

void pp_track_end_zone(pp_track *track, uint32_t id)
{
    if (track->deep > 0) {
        track->deep--;
        return;
    }
    /* Not open: it began before the session did, or in records that were lost. */
    if (id >= track->id_capacity || track->open_of_id[id] == 0)
        return;
    while (track->zones[track->depth - 1].id != id)
        close_innermost(track);
    close_innermost(track);
}

void pp_track_mark(pp_track *track, const char *label)
{
    track->tally->records++;
    pp_open_zone *zone = track->depth > 0 ? &track->zones[track->depth - 1] : NULL;
    if (track->shared->target.mark) {
        const pp_build_source *source = &track->shared->source;
        uint64_t at_ns = source->to_ns(source->user, track->now_ticks);
        pp_mark_record record = {.label = label, .thread = track->thread, .at_ns = at_ns};
        if (zone) {
            record.site = zone->info;
            record.since_mark_ns = at_ns - source->to_ns(source->user, zone->mark_ticks);
            record.since_begin_ns = at_ns - source->to_ns(source->user, zone->start_ticks);
        }
        track->shared->target.mark(track->shared->target.user, &record);
    }
    if (zone)
        zone->mark_ticks = track->now_ticks;
}

void pp_track_pixels(pp_track *track, uint64_t pixels)
{
    if (track->depth > 0)
        track->tally->sites[track->zones[track->depth - 1].slot].pixels += pixels;
}
