/* frame/causes.c: adds up who was painted and why, what was asked for in vain and what ran long. */
#include "frame/causes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 16 };

/* Of a program without frames. */
static const uint64_t DEFAULT_BUDGET_NS = 16666667;

void pp_causes_free(pp_causes *causes)
{
    pp_total_table *const tables[] = {&causes->painters, &causes->causes, &causes->instances,
                                      &causes->events};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        free(tables[i]->rows);
        free(tables[i]->places);
    }
    memset(causes, 0, sizeof *causes);
}

bool pp_site_is_object(const pp_site_info *site)
{
    return site->file && site->file[0] == '<' && site->line == 0;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static uint64_t hash_of(const pp_total_key *key)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < 4; i++) {
        hash = (hash ^ key->parts[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    return hash;
}

static pp_total_key *row_at(const pp_total_table *table, size_t row_bytes, uint32_t index)
{
    return (pp_total_key *)(void *)((char *)table->rows + index * row_bytes);
}

/* The place of a key: that of its row, or the free one where it belongs. */
static uint32_t *place_of(const pp_total_table *table, size_t row_bytes, const pp_total_key *key)
{
    uint32_t mask = table->place_count - 1, i = (uint32_t)hash_of(key) & mask;
    while (table->places[i] &&
           memcmp(row_at(table, row_bytes, table->places[i] - 1), key, sizeof *key) != 0)
        i = (i + 1) & mask;
    return &table->places[i];
}

/* Twice the rows, and places for twice as many as these. False without memory. */
static bool grow(pp_total_table *table, size_t row_bytes)
{
    uint32_t capacity = table->capacity ? table->capacity * 2 : FIRST_ROWS;
    void *rows = realloc(table->rows, capacity * row_bytes);
    if (!rows)
        return false;
    table->rows = rows;
    uint32_t *places = calloc((size_t)capacity * 2, sizeof *places);
    if (!places)
        return false;
    free(table->places);
    table->places = places;
    table->place_count = capacity * 2;
    table->capacity = capacity;
    for (uint32_t i = 0; i < table->count; i++)
        *place_of(table, row_bytes, row_at(table, row_bytes, i)) = i + 1;
    return true;
}

/* The row of a key, zeroed but for it when it is new. NULL, counted, when the table has most rows,
 * and without memory. */
static void *take_row(pp_causes *causes, pp_total_table *table, size_t row_bytes, uint32_t most,
                      const pp_total_key *key)
{
    uint32_t found = table->place_count ? *place_of(table, row_bytes, key) : 0;
    if (found)
        return row_at(table, row_bytes, found - 1);
    if (table->count == most) {
        table->beyond++;
        return NULL;
    }
    if (table->count == table->capacity && !grow(table, row_bytes)) {
        causes->failed = true;
        return NULL;
    }
    pp_total_key *row = row_at(table, row_bytes, table->count);
    memset(row, 0, row_bytes);
    *row = *key;
    *place_of(table, row_bytes, key) = ++table->count;
    return row;
}

const pp_painter_total *pp_causes_find_painter(const pp_causes *causes, const pp_site_info *site)
{
    const pp_total_key key = {{(uintptr_t)site}};
    const pp_total_table *table = &causes->painters;
    uint32_t place = table->place_count ? *place_of(table, sizeof(pp_painter_total), &key) : 0;
    return place ? pp_causes_painter_at(causes, place - 1) : NULL;
}

static pp_painter_total *painter_of(pp_causes *causes, const pp_site_info *site)
{
    const pp_total_key key = {{(uintptr_t)site}};
    pp_painter_total *row =
        take_row(causes, &causes->painters, sizeof *row, PP_CAUSES_PAINTERS_MAX, &key);
    if (row)
        row->site = site;
    return row;
}

static pp_cause_total *cause_of(pp_causes *causes, const pp_site_info *site,
                                const pp_cause_record *cause)
{
    const pp_total_key key = {{(uintptr_t)site, (uintptr_t)cause->event, (uintptr_t)cause->receiver,
                               (uintptr_t)cause->caller}};
    pp_cause_total *row = take_row(causes, &causes->causes, sizeof *row, PP_CAUSES_ROWS_MAX, &key);
    if (row) {
        row->site = site;
        row->event = cause->event;
        row->receiver = cause->receiver;
        row->caller = cause->caller;
    }
    return row;
}

/* ---- What a sink gets ------------------------------------------------------------------------ */

void pp_causes_frame(pp_causes *causes, const pp_frame *frame)
{
    causes->budget_ns = frame->budget_ns;
    causes->frames++;
    for (uint32_t i = 0; i < frame->painter_count; i++) {
        const pp_painter *painter = &frame->painters[i];
        pp_painter_total *row =
            pp_site_is_object(painter->site) ? painter_of(causes, painter->site) : NULL;
        if (!row)
            continue;
        row->count += painter->count;
        row->self_ns += painter->self_ns;
        row->total_ns += painter->total_ns;
        row->pixels += painter->pixels;
    }
}

/* Counts the frame that goes on, once. */
static void add_frame(const pp_causes *causes, uint64_t *frames, uint64_t *last_frame)
{
    uint64_t number = causes->frames + 1;
    *frames += *last_frame != number;
    *last_frame = number;
}

static void add_instance(pp_causes *causes, pp_painter_total *painter, const pp_paint_record *paint)
{
    const pp_total_key key = {{(uintptr_t)paint->site, paint->object}};
    pp_instance_total *row =
        take_row(causes, &causes->instances, sizeof *row, PP_CAUSES_INSTANCES_MAX, &key);
    if (!row) {
        painter->other_paints++;
        painter->other_self_ns += paint->self_ns;
        return;
    }
    painter->instances += row->count == 0;
    row->site = paint->site;
    row->object = paint->object;
    row->count++;
    row->self_ns += paint->self_ns;
    row->pixels += paint->pixels;
    if (row->max_ns < paint->self_ns)
        row->max_ns = paint->self_ns;
}

/* The part of whole that goes to those from before to before + count of total, such that all parts
 * add up to whole. */
static uint64_t part_of(uint64_t whole, uint64_t before, uint64_t count, uint64_t total)
{
    __extension__ typedef unsigned __int128 wide; /* the products */
    uint64_t begin = (uint64_t)((wide)whole * before / total);
    return (uint64_t)((wide)whole * (before + count) / total) - begin;
}

static void add_causes(pp_causes *causes, pp_painter_total *painter, const pp_paint_record *paint)
{
    uint64_t total = 0, before = 0;
    for (uint32_t i = 0; i < paint->cause_count; i++)
        total += paint->causes[i].count;
    if (total == 0)
        return;
    painter->asked += total;
    painter->paints_asked++;
    for (uint32_t i = 0; i < paint->cause_count; i++) {
        const pp_cause_record *cause = &paint->causes[i];
        pp_cause_total *row = cause->count ? cause_of(causes, paint->site, cause) : NULL;
        if (row) {
            row->paints++;
            add_frame(causes, &row->frames, &row->last_frame);
            row->asked += cause->count;
            row->self_ns += part_of(paint->self_ns, before, cause->count, total);
            row->pixels += part_of(paint->pixels, before, cause->count, total);
            row->waste.sampled += part_of(paint->sampled, before, cause->count, total);
            row->waste.unchanged += part_of(paint->unchanged, before, cause->count, total);
            row->waste.covered += part_of(paint->covered, before, cause->count, total);
        }
        before += cause->count;
    }
}

void pp_causes_painted(pp_causes *causes, const pp_paint_record *paint)
{
    if (!paint->object && !paint->cause_count && !paint->sampled && !pp_site_is_object(paint->site))
        return;
    causes->notes++;
    pp_painter_total *painter = painter_of(causes, paint->site);
    if (!painter)
        return;
    painter->paints++;
    add_frame(causes, &painter->frames, &painter->last_frame);
    painter->paint_self_ns += paint->self_ns;
    painter->paint_pixels += paint->pixels;
    painter->waste.sampled += paint->sampled;
    painter->waste.unchanged += paint->unchanged;
    painter->waste.covered += paint->covered;
    if (paint->object)
        add_instance(causes, painter, paint);
    add_causes(causes, painter, paint);
}

void pp_causes_unpainted(pp_causes *causes, const pp_unpainted_record *updates)
{
    causes->notes++;
    pp_painter_total *painter = painter_of(causes, updates->site);
    pp_cause_total *row = cause_of(causes, updates->site, &updates->cause);
    if (painter)
        painter->unpainted += updates->cause.count;
    if (row)
        row->unpainted += updates->cause.count;
}

void pp_causes_event(pp_causes *causes, const pp_event_record *event)
{
    const pp_total_key key = {{(uintptr_t)event->cause.event, (uintptr_t)event->cause.receiver}};
    pp_event_total *row =
        take_row(causes, &causes->events, sizeof *row, PP_CAUSES_EVENTS_MAX, &key);
    causes->notes++;
    if (!row)
        return;
    row->event = event->cause.event;
    row->receiver = event->cause.receiver;
    row->count++;
    row->late += event->self_ns > (causes->budget_ns ? causes->budget_ns : DEFAULT_BUDGET_NS);
    row->self_ns += event->self_ns;
    row->total_ns += event->total_ns;
    if (row->max_self_ns < event->self_ns)
        row->max_self_ns = event->self_ns;
}

void pp_causes_overhead(pp_causes *causes, uint64_t ns)
{
    causes->notes++;
    causes->overhead_ns += ns;
}
