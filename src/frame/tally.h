/* frame/tally.h: where the time of one frame went: ticks per phase and per site.
 *
 * A thread charges one tally at a time: that of the frame it is in or, outside frames, one that
 * waits for the next frame. */
#ifndef PP_TALLY_H
#define PP_TALLY_H

#include <paintprof/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one site did. */
typedef struct pp_tally_site {
    const pp_site_info *info;
    uint64_t self_ticks, total_ticks, pixels;
    uint64_t max_ticks; /* its longest zone that ended here */
    uint64_t count;
    uint32_t id, phase;
} pp_tally_site;

typedef struct pp_tally {
    uint64_t phase_ticks[PP_PHASE_MAX];
    uint64_t records; /* zones begun and marks */
    uint64_t items_created, items_painted;
    pp_tally_site *sites; /* the first takes what found no memory and is never shown */
    uint32_t site_count, site_capacity;
    uint32_t *slot_of_id; /* a place in sites, 0 for none */
    uint32_t id_capacity;
} pp_tally;

/* Zeroed memory becomes an empty tally; false without memory. Free it with pp_tally_free(). */
bool pp_tally_init(pp_tally *tally);
void pp_tally_free(pp_tally *tally);

/* Empties it and keeps its memory: a frame like the one before allocates nothing. */
void pp_tally_clear(pp_tally *tally);

/* The place in sites of a site, added when new; 0 without memory. */
uint32_t pp_tally_slot(pp_tally *tally, uint32_t id, const pp_site_info *info);

/* As pp_tally_slot() for a site that may be there already; 0 when it is not. */
static inline uint32_t pp_tally_find(const pp_tally *tally, uint32_t id)
{
    return id < tally->id_capacity ? tally->slot_of_id[id] : 0;
}

/* Adds all of from to tally. A site for which there is no memory goes to the first place. */
void pp_tally_add(pp_tally *tally, const pp_tally *from);

/* The ticks of all phases. */
uint64_t pp_tally_ticks(const pp_tally *tally);

/* The memory that it holds. */
size_t pp_tally_bytes(const pp_tally *tally);

#endif
