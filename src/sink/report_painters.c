/* sink/report_painters.c: puts in order what is known of painters, causes, events and instances. */
#include "base/base.h"
#include "sink/report_data.h"

#include <stdlib.h>
#include <string.h>

bool pp_report_knows_causes(const pp_report *report, const pp_reader *reader)
{
    if (report->causes.notes > 0 || (reader && pp_reader_note(reader, "probe.version")))
        return true;
    for (size_t i = 0; i < report->causes.painters.count; i++)
        if (pp_site_is_object(pp_causes_painter_at(&report->causes, i)->site))
            return true;
    return false;
}

const char *pp_report_kind(const pp_site_info *site, char *room, size_t room_bytes)
{
    size_t size = pp_site_is_object(site) ? strlen(site->file) : 0;
    if (size < 3 || size - 2 >= room_bytes)
        return "zone";
    memcpy(room, site->file + 1, size - 2);
    room[size - 2] = '\0';
    return room;
}

bool pp_report_waste(const pp_waste_total *waste, double *share)
{
    uint64_t worst = waste->unchanged > waste->covered ? waste->unchanged : waste->covered;
    *share = pp_report_ratio(worst, waste->sampled);
    return waste->sampled > 0;
}

uint64_t pp_report_overhead(const pp_report *report, const pp_reader *reader)
{
    uint64_t ns = report->causes.overhead_ns;
    pp_site_total total;
    if (!reader)
        return ns + (uint64_t)report->phase[PP_PHASE_OVERLAY].sum_ns;
    for (size_t i = 0; pp_reader_site_at(reader, i, &total); i++)
        if (total.site->phase == PP_PHASE_OVERLAY)
            ns += total.self_ns;
    return ns;
}

/* ---- Painters -------------------------------------------------------------------------------- */

static bool is_told(const pp_site_info *site, const pp_painter_total *noted)
{
    return pp_site_is_object(site) || (noted && (noted->paints || noted->unpainted));
}

static bool add_painter(pp_report_painters *painters, size_t *capacity, pp_report_painter painter)
{
    if (painters->count == *capacity) {
        size_t larger = *capacity * 2 + 32;
        pp_report_painter *items = reallocarray(painters->items, larger, sizeof *items);
        if (!items) {
            painters->failed = true;
            return false;
        }
        painters->items = items;
        *capacity = larger;
    }
    painters->items[painters->count++] = painter;
    return true;
}

static size_t add_recorded(pp_report_painters *painters, const pp_report *report,
                           const pp_reader *reader)
{
    pp_site_total total;
    size_t capacity = 0;
    for (size_t i = 0; reader && pp_reader_site_at(reader, i, &total); i++) {
        const pp_painter_total *noted = pp_causes_find_painter(&report->causes, total.site);
        if (is_told(total.site, noted) &&
            !add_painter(painters, &capacity,
                         (pp_report_painter){.site = total.site,
                                             .noted = noted,
                                             .count = total.count,
                                             .self_ns = total.self_ns,
                                             .total_ns = total.total_ns,
                                             .pixels = total.pixels}))
            break;
    }
    return capacity;
}

static int by_site(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t)((const pp_report_painter *)left)->site;
    uintptr_t b = (uintptr_t)((const pp_report_painter *)right)->site;
    return (a > b) - (a < b);
}

static pp_report_painter *find_painter(const pp_report_painters *painters, size_t count,
                                       const pp_site_info *site)
{
    const pp_report_painter key = {.site = site};
    return count ? bsearch(&key, painters->items, count, sizeof key, by_site) : NULL;
}

/* Those of which frames or notes alone tell: all without a recording, else the ones never painted.
 */
static void add_noted(pp_report_painters *painters, const pp_report *report, size_t capacity)
{
    size_t recorded = painters->count;
    if (recorded > 0)
        qsort(painters->items, recorded, sizeof *painters->items, by_site);
    for (size_t i = 0; i < report->causes.painters.count; i++) {
        const pp_painter_total *noted = pp_causes_painter_at(&report->causes, i);
        if (!is_told(noted->site, noted) || find_painter(painters, recorded, noted->site))
            continue;
        bool outside = noted->count < noted->paints; /* in no frame, as those of a render thread */
        if (!add_painter(
                painters, &capacity,
                (pp_report_painter){.site = noted->site,
                                    .noted = noted,
                                    .count = outside ? noted->paints : noted->count,
                                    .self_ns = outside ? noted->paint_self_ns : noted->self_ns,
                                    .total_ns = outside ? noted->paint_self_ns : noted->total_ns,
                                    .pixels = outside ? noted->paint_pixels : noted->pixels}))
            return;
    }
}

/* ---- Their causes ---------------------------------------------------------------------------- */

static int by_painter_and_cost(const void *left, const void *right)
{
    const pp_cause_total *a = *(const pp_cause_total *const *)left;
    const pp_cause_total *b = *(const pp_cause_total *const *)right;
    if (a->site != b->site)
        return (uintptr_t)a->site < (uintptr_t)b->site ? -1 : 1;
    if (a->self_ns != b->self_ns)
        return a->self_ns > b->self_ns ? -1 : 1;
    if (a->asked + a->unpainted != b->asked + b->unpainted)
        return a->asked + a->unpainted > b->asked + b->unpainted ? -1 : 1;
    int order = strcmp(a->event, b->event);
    order = order ? order : strcmp(a->receiver, b->receiver);
    return order ? order : strcmp(a->caller, b->caller);
}

static void add_rows(pp_report_painters *painters, const pp_causes *causes)
{
    size_t count = causes->causes.count;
    if (count == 0 || painters->count == 0)
        return;
    painters->rows = calloc(count, sizeof(const pp_cause_total *));
    if (!painters->rows) {
        painters->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        painters->rows[i] = pp_causes_row_at(causes, i);
    qsort(painters->rows, count, sizeof *painters->rows, by_painter_and_cost);
    for (size_t i = 0; i < count;) {
        pp_report_painter *painter =
            find_painter(painters, painters->count, painters->rows[i]->site);
        size_t end = i + 1;
        while (end < count && painters->rows[end]->site == painters->rows[i]->site)
            end++;
        if (painter) {
            painter->rows = painters->rows + i;
            painter->row_count = end - i;
        }
        i = end;
    }
}

static int by_self_time(const void *left, const void *right)
{
    const pp_report_painter *a = left, *b = right;
    if (a->self_ns != b->self_ns)
        return a->self_ns > b->self_ns ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    int order = strcmp(a->site->name, b->site->name);
    return order ? order : strcmp(a->site->file, b->site->file);
}

pp_report_painters pp_report_list_painters(const pp_report *report, const pp_reader *reader)
{
    pp_report_painters painters = {0};
    size_t capacity = add_recorded(&painters, report, reader);
    add_noted(&painters, report, capacity);
    if (painters.count > 0)
        qsort(painters.items, painters.count, sizeof *painters.items, by_site);
    add_rows(&painters, &report->causes);
    if (painters.count > 0)
        qsort(painters.items, painters.count, sizeof *painters.items, by_self_time);
    painters.failed |= report->causes.failed;
    return painters;
}

void pp_report_free_painters(pp_report_painters *painters)
{
    free(painters->items);
    free(painters->rows);
    *painters = (pp_report_painters){0};
}

/* ---- Events and instances -------------------------------------------------------------------- */

static int by_event_time(const void *left, const void *right)
{
    const pp_event_total *a = *(const pp_event_total *const *)left;
    const pp_event_total *b = *(const pp_event_total *const *)right;
    if (a->self_ns != b->self_ns)
        return a->self_ns > b->self_ns ? -1 : 1;
    int order = strcmp(a->receiver, b->receiver);
    return order ? order : strcmp(a->event, b->event);
}

const pp_event_total **pp_report_sort_events(const pp_report *report, size_t *count)
{
    size_t all = report->causes.events.count;
    const pp_event_total **events = all ? calloc(all, sizeof(const pp_event_total *)) : NULL;
    *count = events ? all : 0;
    for (size_t i = 0; i < *count; i++)
        events[i] = pp_causes_event_at(&report->causes, i);
    if (events)
        qsort(events, all, sizeof *events, by_event_time);
    return events;
}

static int by_instance_time(const void *left, const void *right)
{
    const pp_instance_total *a = *(const pp_instance_total *const *)left;
    const pp_instance_total *b = *(const pp_instance_total *const *)right;
    if (a->self_ns != b->self_ns)
        return a->self_ns > b->self_ns ? -1 : 1;
    return (a->object > b->object) - (a->object < b->object);
}

const pp_instance_total **pp_report_sort_instances(const pp_report *report, size_t *count)
{
    size_t all = report->causes.instances.count;
    const pp_instance_total **instances =
        all ? calloc(all, sizeof(const pp_instance_total *)) : NULL;
    *count = instances ? all : 0;
    for (size_t i = 0; i < *count; i++)
        instances[i] = pp_causes_instance_at(&report->causes, i);
    if (instances)
        qsort(instances, all, sizeof *instances, by_instance_time);
    return instances;
}
