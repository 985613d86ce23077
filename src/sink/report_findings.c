/* sink/report_findings.c: which painters and handlers are wasteful, by what was measured of them.
 *
 * A painter is judged by each of its own causes, so that who is only painted along with others, a
 * parent for instance, is not blamed for them; and one cause that wastes is found beside others
 * that do not. */
#include "base/base.h"
#include "sink/report_data.h"

#include <stdlib.h>
#include <string.h>

/* A busy machine makes any handler late now and then; slow is one that often is. */
enum { LATE_OF = 10 };

/* Less often is what happens when a program starts, is resized or moved over by the mouse. Frames,
 * not paints, since all objects of a class without a name are one painter. */
enum { FRAMES_LEAST = 20, UNPAINTED_LEAST = 20, LATE_LEAST = 3 };

/* A share of so many pixels is known to within 7 % at worst (two standard deviations). */
enum { SAMPLES_LEAST = 200 };

/* If none of so many has changed, less than one in a thousand does (95 % sure). A few digits of a
 * clock are more than that. */
enum { UNCHANGED_SAMPLES_LEAST = 3000 };

/* Beyond that, one painter that draws them all costs a fraction of what they do one by one. */
enum { INSTANCES_LEAST = 1000 };

/* To repaint less than that as a whole is no waste worth a smaller rectangle: 128 x 128. */
enum { PIXELS_LEAST = 16384 };

static const double WASTED_LEAST = 0.9, NOTHING_CHANGED = 0.999;

const char *pp_finding_key(pp_finding_kind kind)
{
#define PP_FINDING_KEY(name, key) key,
    static const char *const keys[] = {PP_FINDING_LIST(PP_FINDING_KEY)};
#undef PP_FINDING_KEY
    return keys[kind];
}

typedef struct findings {
    pp_finding *items;
    size_t count, capacity;
} findings;

static void add(findings *list, pp_finding finding)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity * 2 + 8;
        pp_finding *items = reallocarray(list->items, capacity, sizeof *items);
        if (!items)
            return;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = finding;
}

/* ---- Painters -------------------------------------------------------------------------------- */

/* What is wrong with what was painted in so many frames; COUNT: nothing. */
static pp_finding_kind judge(const pp_waste_total *waste, uint64_t frames, uint64_t paints,
                             uint64_t pixels)
{
    if (frames < FRAMES_LEAST || waste->sampled < SAMPLES_LEAST)
        return PP_FINDING_COUNT;
    double unchanged = pp_report_ratio(waste->unchanged, waste->sampled);
    if (pp_report_ratio(waste->covered, waste->sampled) >= WASTED_LEAST)
        return PP_FINDING_COVERED;
    if (unchanged >= NOTHING_CHANGED && waste->sampled >= UNCHANGED_SAMPLES_LEAST)
        return PP_FINDING_UNCHANGED;
    bool is_large = pixels / paints >= PIXELS_LEAST;
    return unchanged >= WASTED_LEAST && is_large ? PP_FINDING_SMALL_CHANGE : PP_FINDING_COUNT;
}

/* The costliest cause of a painter that wastes, and each sort of waste once. */
static void find_waste(findings *list, const pp_report_painter *painter)
{
    bool is_found[PP_FINDING_COUNT + 1] = {false};
    for (size_t i = 0; i < painter->row_count; i++) {
        const pp_cause_total *row = painter->rows[i];
        pp_finding_kind kind = judge(&row->waste, row->frames, row->paints, row->pixels);
        if (kind != PP_FINDING_COUNT && !is_found[kind])
            add(list, (pp_finding){
                          .kind = kind, .cost_ns = row->self_ns, .painter = painter, .cause = row});
        is_found[kind] = true;
    }
}

/* Where no causes were recorded at all. */
static void find_waste_at_large(findings *list, const pp_report_painter *painter)
{
    const pp_painter_total *noted = painter->noted;
    pp_finding_kind kind = judge(&noted->waste, noted->frames, noted->paints, painter->pixels);
    if (kind != PP_FINDING_COUNT)
        add(list, (pp_finding){.kind = kind, .cost_ns = painter->self_ns, .painter = painter});
}

static void find_unpainted(findings *list, const pp_report_painter *painter)
{
    const pp_cause_total *most = NULL;
    if (painter->noted->unpainted < UNPAINTED_LEAST ||
        painter->noted->unpainted < painter->noted->asked)
        return;
    for (size_t i = 0; i < painter->row_count; i++)
        if (!most || painter->rows[i]->unpainted > most->unpainted)
            most = painter->rows[i];
    if (most && most->unpainted >= UNPAINTED_LEAST)
        add(list, (pp_finding){.kind = PP_FINDING_UNPAINTED, .painter = painter, .cause = most});
}

static void find_many(findings *list, const pp_report_painter *painter)
{
    uint64_t instances = painter->noted->instances;
    if (instances < INSTANCES_LEAST || painter->count < 2 * instances)
        return;
    add(list, (pp_finding){.kind = PP_FINDING_MANY_ITEMS,
                           .cost_ns = painter->self_ns,
                           .painter = painter,
                           .cause = painter->row_count ? painter->rows[0] : NULL});
}

/* ---- Handlers -------------------------------------------------------------------------------- */

static void find_slow(findings *list, const pp_causes *causes)
{
    for (size_t i = 0; i < causes->events.count; i++) {
        const pp_event_total *event = pp_causes_event_at(causes, i);
        if (event->late >= LATE_LEAST && event->late >= event->count / LATE_OF)
            add(list, (pp_finding){.kind = PP_FINDING_SLOW_HANDLER,
                                   .cost_ns = event->self_ns,
                                   .event = event});
    }
}

/* ---- All ------------------------------------------------------------------------------------- */

static const char *name_of(const pp_finding *finding)
{
    return finding->painter ? finding->painter->site->name : finding->event->receiver;
}

static int by_cost(const void *left, const void *right)
{
    const pp_finding *a = left, *b = right;
    if (a->cost_ns != b->cost_ns)
        return a->cost_ns > b->cost_ns ? -1 : 1;
    int order = strcmp(name_of(a), name_of(b));
    return order ? order : (int)a->kind - (int)b->kind;
}

pp_finding *pp_report_find(const pp_report *report, const pp_report_painters *painters,
                           size_t *count)
{
    findings list = {0};
    bool has_causes = report->causes.causes.count > 0;
    for (size_t i = 0; i < painters->count; i++) {
        const pp_report_painter *painter = &painters->items[i];
        if (!painter->noted)
            continue;
        if (has_causes)
            find_waste(&list, painter);
        else
            find_waste_at_large(&list, painter);
        find_unpainted(&list, painter);
        find_many(&list, painter);
    }
    find_slow(&list, &report->causes);
    if (list.count > 0)
        qsort(list.items, list.count, sizeof *list.items, by_cost);
    *count = list.count;
    return list.items;
}
