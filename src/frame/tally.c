/* frame/tally.c: where the time of one frame went: ticks per phase and per site. */
#include "frame/tally.h"

#include <stdlib.h>
#include <string.h>

/* Small, since a recording may have thousands of threads. */
enum { FIRST_SITES = 4, FIRST_IDS = 16 };

bool pp_tally_init(pp_tally *tally)
{
    tally->sites = calloc(FIRST_SITES, sizeof *tally->sites);
    if (!tally->sites)
        return false;
    tally->site_capacity = FIRST_SITES;
    tally->site_count = 1;
    return true;
}

void pp_tally_free(pp_tally *tally)
{
    free(tally->sites);
    free(tally->slot_of_id);
    memset(tally, 0, sizeof *tally);
}

void pp_tally_clear(pp_tally *tally)
{
    for (uint32_t i = 1; i < tally->site_count; i++)
        tally->slot_of_id[tally->sites[i].id] = 0;
    tally->site_count = 1;
    memset(tally->phase_ticks, 0, sizeof tally->phase_ticks);
    tally->records = tally->items_created = tally->items_painted = 0;
}

static bool grow_sites(pp_tally *tally)
{
    if (tally->site_count < tally->site_capacity)
        return true;
    uint32_t capacity = tally->site_capacity * 2;
    pp_tally_site *sites = realloc(tally->sites, capacity * sizeof *sites);
    if (!sites)
        return false;
    tally->sites = sites;
    tally->site_capacity = capacity;
    return true;
}

static bool grow_ids(pp_tally *tally, uint32_t id)
{
    if (id < tally->id_capacity)
        return true;
    uint32_t capacity = tally->id_capacity ? tally->id_capacity : FIRST_IDS;
    while (capacity <= id)
        capacity *= 2;
    uint32_t *slots = realloc(tally->slot_of_id, capacity * sizeof *slots);
    if (!slots)
        return false;
    memset(slots + tally->id_capacity, 0, (capacity - tally->id_capacity) * sizeof *slots);
    tally->slot_of_id = slots;
    tally->id_capacity = capacity;
    return true;
}

uint32_t pp_tally_slot(pp_tally *tally, uint32_t id, const pp_site_info *info)
{
    uint32_t slot = pp_tally_find(tally, id);
    if (slot)
        return slot;
    if (!grow_sites(tally) || !grow_ids(tally, id))
        return 0;
    slot = tally->site_count++;
    tally->sites[slot] = (pp_tally_site){
        .info = info, .id = id, .phase = info->phase < PP_PHASE_MAX ? info->phase : PP_PHASE_OTHER};
    tally->slot_of_id[id] = slot;
    return slot;
}

void pp_tally_add(pp_tally *tally, const pp_tally *from)
{
    for (size_t i = 0; i < PP_PHASE_MAX; i++)
        tally->phase_ticks[i] += from->phase_ticks[i];
    tally->records += from->records;
    tally->items_created += from->items_created;
    tally->items_painted += from->items_painted;
    for (uint32_t i = 1; i < from->site_count; i++) {
        const pp_tally_site *source = &from->sites[i];
        uint32_t slot = pp_tally_slot(tally, source->id, source->info); /* may move sites */
        pp_tally_site *site = &tally->sites[slot];
        site->self_ticks += source->self_ticks;
        site->total_ticks += source->total_ticks;
        site->pixels += source->pixels;
        site->count += source->count;
        if (site->max_ticks < source->max_ticks)
            site->max_ticks = source->max_ticks;
    }
}

uint64_t pp_tally_ticks(const pp_tally *tally)
{
    uint64_t ticks = 0;
    for (size_t i = 0; i < PP_PHASE_MAX; i++)
        ticks += tally->phase_ticks[i];
    return ticks;
}

size_t pp_tally_bytes(const pp_tally *tally)
{
    return tally->site_capacity * sizeof *tally->sites +
           tally->id_capacity * sizeof *tally->slot_of_id;
}
