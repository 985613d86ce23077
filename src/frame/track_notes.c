/* frame/track_notes.c: what threads note beside times: causes, waste, events, overhead. */
#include "capture/record.h"
#include "frame/track.h"

#include <stdlib.h>

static const pp_site_info unknown_painter = {"?", "", 0, PP_PHASE_OTHER};

/* ---- Of the innermost zone ------------------------------------------------------------------ */

static bool reserve_notes(pp_track *track, uint32_t count)
{
    if (count <= track->note_capacity)
        return true;
    uint32_t capacity = track->note_capacity ? track->note_capacity : 8;
    while (capacity < count)
        capacity *= 2;
    pp_zone_notes *notes = realloc(track->notes, capacity * sizeof *notes);
    if (!notes)
        return false;
    track->notes = notes;
    track->note_capacity = capacity;
    return true;
}

/* The notes of the innermost zone, empty when they are its first; NULL outside zones, in one that
 * is too deep to be kept, and without memory. */
static pp_zone_notes *notes_of_top(pp_track *track)
{
    uint32_t depth = pp_track_depth(track);
    if (depth == 0 || track->deep > 0)
        return NULL;
    if (!reserve_notes(track, depth)) {
        pp_build_lose(track->shared, 1);
        return NULL;
    }
    pp_zone_notes *notes = &track->notes[depth - 1];
    if (!track->top->has_notes)
        *notes = (pp_zone_notes){0};
    track->top->has_notes = true;
    return notes;
}

static bool is_same_cause(pp_cause a, pp_cause b)
{
    return a.event == b.event && a.receiver == b.receiver && a.caller == b.caller;
}

static void add_cause(pp_zone_notes *notes, pp_cause cause, uint64_t count)
{
    uint32_t i = 0;
    while (i < notes->cause_count && !is_same_cause(notes->causes[i].cause, cause))
        i++;
    if (i == PP_NOTE_CAUSES) {
        i--;
        notes->causes[i].cause = (pp_cause){0};
    } else if (i == notes->cause_count) {
        notes->causes[notes->cause_count++] = (pp_cause_note){.cause = cause};
    }
    notes->causes[i].count += count;
}

/* A sample cannot have more of a kind than it has pixels. */
static void add_waste(pp_zone_notes *notes, const uint64_t *payload)
{
    uint64_t sampled = (uint32_t)payload[0];
    uint64_t unchanged = payload[0] >> 32, covered = payload[1];
    notes->sampled += sampled;
    notes->unchanged += unchanged < sampled ? unchanged : sampled;
    notes->covered += covered < sampled ? covered : sampled;
}

void pp_track_note_pixels(pp_track *track, uint64_t pixels)
{
    pp_zone_notes *notes = notes_of_top(track);
    if (notes)
        notes->pixels += pixels;
}

static void note_zone(pp_track *track, unsigned type, const uint64_t *payload, size_t count)
{
    pp_zone_notes *notes = notes_of_top(track);
    if (!notes)
        return;
    if (type == PP_EXT_OBJECT || type == PP_EXT_PAINT)
        notes->object = (uint32_t)payload[0];
    if (type == PP_EXT_PAINT && count > 2)
        add_cause(notes, pp_word_cause(payload[2]), payload[0] >> 32);
    else if (type == PP_EXT_CAUSE)
        add_cause(notes, pp_word_cause(payload[0]), count > 1 ? (uint32_t)payload[1] : 1);
    else if (type == PP_EXT_WASTE)
        add_waste(notes, payload);
}

/* ---- Telling -------------------------------------------------------------------------------- */

static const char *text_of(const pp_build_source *source, uint16_t id)
{
    const char *text = id ? source->label(source->user, id) : NULL;
    return text ? text : "";
}

static pp_cause_record record_of(const pp_build_source *source, pp_cause cause, uint64_t count)
{
    return (pp_cause_record){text_of(source, cause.event), text_of(source, cause.receiver),
                             text_of(source, cause.caller), count};
}

/* How long ago that many ticks were, at the moment of the record. */
static uint64_t length_ns(const pp_track *track, uint64_t ticks)
{
    const pp_build_source *source = &track->shared->source;
    uint64_t known = ticks < track->now_ticks ? ticks : track->now_ticks;
    return source->to_ns(source->user, track->now_ticks) -
           source->to_ns(source->user, track->now_ticks - known);
}

void pp_track_tell_paint(const pp_track *track, const pp_open_zone *zone, uint64_t now_ticks)
{
    const pp_build_source *source = &track->shared->source;
    const pp_zone_notes *notes = &track->notes[zone - track->zones - 1];
    if (!track->shared->target.painted)
        return; /* whoever wanted it has gone meanwhile */
    pp_cause_record causes[PP_NOTE_CAUSES];
    for (uint32_t i = 0; i < notes->cause_count; i++)
        causes[i] = record_of(source, notes->causes[i].cause, notes->causes[i].count);
    uint64_t end_ns = source->to_ns(source->user, now_ticks);
    const pp_paint_record record = {
        .site = zone->info,
        .thread = track->thread,
        .object = notes->object,
        .start_ns = source->to_ns(source->user, zone->start_ticks),
        .end_ns = end_ns,
        .self_ns = end_ns - source->to_ns(source->user, now_ticks - zone->self_ticks),
        .pixels = notes->pixels,
        .sampled = notes->sampled,
        .unchanged = notes->unchanged,
        .covered = notes->covered,
        .cause_count = notes->cause_count,
        .causes = causes,
    };
    track->shared->target.painted(track->shared->target.user, &record);
}

static void tell_unpainted(const pp_track *track, const uint64_t *payload)
{
    const pp_build_source *source = &track->shared->source;
    uint32_t id = (uint32_t)payload[0] & ((1u << PP_RECORD_ID_BITS) - 1);
    const pp_site_info *site = source->site(source->user, id);
    const pp_unpainted_record record = {
        .site = site ? site : &unknown_painter,
        .thread = track->thread,
        .at_ns = source->to_ns(source->user, track->now_ticks),
        .cause = record_of(source, pp_word_cause(payload[1]), payload[0] >> 32),
    };
    track->shared->target.unpainted(track->shared->target.user, &record);
}

static void tell_event(const pp_track *track, const uint64_t *payload)
{
    const pp_build_source *source = &track->shared->source;
    const pp_event_record record = {
        .thread = track->thread,
        .end_ns = source->to_ns(source->user, track->now_ticks),
        .self_ns = length_ns(track, payload[1]),
        .total_ns = length_ns(track, payload[2]),
        .cause = record_of(source, pp_word_cause(payload[0]), 1),
    };
    track->shared->target.event(track->shared->target.user, &record);
}

void pp_track_note(pp_track *track, unsigned type, const uint64_t *payload, size_t count)
{
    const pp_build_target *target = &track->shared->target;
    if (type == PP_EXT_UNPAINTED && target->unpainted)
        tell_unpainted(track, payload);
    else if (type == PP_EXT_EVENT && target->event)
        tell_event(track, payload);
    else if (type == PP_EXT_OVERHEAD && target->overhead)
        target->overhead(target->user, track->thread, length_ns(track, payload[0]));
    else if (target->painted && pp_type_is_of_zone(type))
        note_zone(track, type, payload, count);
}
