/* flags/watch.c: gathers from frames and marks the facts that rules ask for.
 *
 * Of each site the frame counts in which it took longest: what runs hundreds of times within one
 * frame runs once per item, what runs once in each frame does not. A mark counts likewise in its
 * zone. What a probe calls by a class is no step: of those the report's findings speak
 * (sink/report_findings.c). */
#include "flags/watch.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>

enum { ONE_BY_ONE = 100 };
static const double whole_share = 0.9, small_share = 0.1, charged_share = 0.8;
static const int64_t painted_per_created = 20;

/* What is smaller is no window worth a smaller repaint: 128 x 128. */
static const int64_t whole_least_px = 16384;

/* ---- Sites ---------------------------------------------------------------------------------- */

/* Its place, a free one if it is new; NULL when all are taken. */
static pp_watch_site *place_of(pp_flag_watch *watch, const pp_site_info *site)
{
    size_t at = ((uintptr_t)site >> 4) * 2654435761u % PP_WATCH_SITES;
    for (size_t i = 0; i < PP_WATCH_SITES; i++) {
        pp_watch_site *place = &watch->sites[(at + i) % PP_WATCH_SITES];
        if (place->site == site)
            return place;
        if (!place->site)
            return watch->site_count < PP_WATCH_SITES * 3 / 4 ? place : NULL;
    }
    return NULL;
}

static pp_watch_site *site_of(pp_flag_watch *watch, const pp_site_info *site)
{
    pp_watch_site *place = place_of(watch, site);
    if (place && !place->site) {
        *place = (pp_watch_site){.site = site,
                                 .kind = pp_step_kind_of(site->name),
                                 .builds_path = pp_label_builds_path(site->name),
                                 .items = pp_label_items(site->name)};
        watch->site_count++;
    }
    return place;
}

/* As pp_object_site() makes them. */
static bool is_object(const pp_site_info *site)
{
    return site->file && site->file[0] == '<' && site->line == 0;
}

static void watch_painter(pp_flag_watch *watch, const pp_painter *painter)
{
    bool is_step = painter->site && painter->count > 0 && !is_object(painter->site);
    pp_watch_site *place = is_step ? site_of(watch, painter->site) : NULL;
    if (!place)
        return;
    place->frames++;
    place->total += painter->self_ns;
    if (painter->total_ns > place->ns) {
        place->ns = painter->total_ns;
        place->runs = painter->count;
    }
}

/* ---- Marks ---------------------------------------------------------------------------------- */

static uint64_t hash_of(const pp_site_info *site, const char *label)
{
    uint64_t hash = (uintptr_t)site ^ UINT64_C(0xcbf29ce484222325);
    for (; *label; label++)
        hash = (hash ^ (unsigned char)*label) * UINT64_C(0x100000001b3);
    return hash | 1; /* 0 is none */
}

/* A step to judge has a kind or a number of items; what asks for a repaint within one is painting.
 */
static bool is_dull(const pp_watch_mark *mark)
{
    pp_step_kind kind = pp_step_kind_of(mark->label);
    bool says_nothing = kind == PP_STEP_OTHER && mark->items + mark->heading_items == 0;
    return says_nothing || kind == PP_STEP_REDRAW;
}

/* Its place, a free one if it is new and says something; else NULL. */
static pp_watch_mark *mark_of(pp_flag_watch *watch, const pp_site_info *site, const char *label)
{
    uint64_t hash = hash_of(site, label);
    uint64_t *dull = &watch->dull[(hash >> 32) % PP_WATCH_DULL];
    if (*dull == hash)
        return NULL;
    size_t at = (hash >> 8) % PP_WATCH_MARKS;
    while (watch->marks[at].site && watch->marks[at].hash != hash)
        at = (at + 1) % PP_WATCH_MARKS;
    pp_watch_mark *place = &watch->marks[at];
    if (place->site)
        return place;
    pp_watch_mark new_one = {.site = site,
                             .hash = hash,
                             .items = pp_label_items(label),
                             .heading_items = pp_label_items(site->name)};
    pp_format(new_one.label, sizeof new_one.label, "%s", label);
    if (is_dull(&new_one)) {
        *dull = hash;
        return NULL;
    }
    if (watch->mark_count == PP_WATCH_MARKS * 3 / 4)
        return NULL;
    watch->mark_count++;
    *place = new_one;
    return place;
}

void pp_flag_watch_mark(pp_flag_watch *watch, const pp_mark_record *mark)
{
    if (!mark->site || mark->since_begin_ns > mark->at_ns)
        return;
    pp_watch_mark *place = mark_of(watch, mark->site, mark->label);
    if (!place)
        return;
    uint64_t zone_start_ns = mark->at_ns - mark->since_begin_ns;
    if (place->thread != mark->thread || place->zone_start_ns != zone_start_ns) {
        place->thread = mark->thread;
        place->zone_start_ns = zone_start_ns;
        place->zone_ns = place->zone_runs = 0;
    }
    place->zone_ns += mark->since_mark_ns;
    place->zone_runs++;
    if (place->zone_ns >= place->ns) {
        place->ns = place->zone_ns;
        place->runs = place->zone_runs;
    }
}

/* ---- What was repainted --------------------------------------------------------------------- */

/* The largest repaint of a window so far, this one included; 0 for one too many. */
static int64_t most_px_of(pp_flag_watch *watch, uint32_t number, int64_t dirty_px)
{
    size_t i = 0;
    while (i < watch->window_count && watch->windows[i].number != number)
        i++;
    if (i == PP_WATCH_WINDOWS)
        return 0;
    if (i == watch->window_count) {
        watch->windows[i].number = number;
        watch->windows[i].most_px = 0;
        watch->window_count++;
    }
    if (dirty_px > watch->windows[i].most_px)
        watch->windows[i].most_px = dirty_px;
    return watch->windows[i].most_px;
}

/* Pixels that zones painted, where those zones took nearly all of the painting's time. */
static int64_t charged_px(const pp_frame *frame)
{
    uint64_t all_ns = 0, charged_ns = 0, pixels = 0;
    for (uint32_t i = 0; i < frame->painter_count; i++) {
        const pp_painter *painter = &frame->painters[i];
        all_ns += painter->self_ns;
        charged_ns += painter->pixels > 0 ? painter->self_ns : 0;
        pixels += painter->pixels;
    }
    bool is_known = pixels > 0 && (double)charged_ns >= charged_share * (double)all_ns;
    return is_known ? (int64_t)pixels : PP_NOT_MEASURED;
}

void pp_flag_watch_paint(pp_flag_watch *watch, const pp_paint_record *paint)
{
    if (paint->cause_count == 0 || paint->pixels == 0)
        return;
    if (watch->asked_count == PP_WATCH_ASKED) /* the last one stands for the rest as well */
        watch->asked[PP_WATCH_ASKED - 1].pixels += paint->pixels;
    else
        watch->asked[watch->asked_count++] = (pp_watch_asked){paint->start_ns, paint->pixels};
}

/* Takes out what was asked for in the frame, and what came before it; their pixels. */
static int64_t take_asked_px(pp_flag_watch *watch, const pp_frame *frame)
{
    uint64_t pixels = 0;
    size_t past = 0, count = 0;
    for (; past < watch->asked_count && watch->asked[past].start_ns <= frame->end_ns; past++) {
        bool is_inside = watch->asked[past].start_ns >= frame->start_ns;
        pixels += is_inside ? watch->asked[past].pixels : 0;
        count += is_inside;
    }
    watch->asked_count -= past;
    memmove(watch->asked, watch->asked + past, watch->asked_count * sizeof watch->asked[0]);
    return count > 0 ? (int64_t)pixels : PP_NOT_MEASURED;
}

/* What changed in the frame, by the best evidence that there is: what was asked for; what zones
 * painted; else, where a few of many items were new, their share. */
static int64_t changed_px_of(const pp_frame *frame, int64_t asked_px)
{
    if (asked_px >= 0)
        return asked_px;
    int64_t charged = charged_px(frame);
    if (charged >= 0)
        return charged;
    bool is_few = frame->items_created > 0 &&
                  frame->items_painted / painted_per_created >= frame->items_created;
    return is_few ? frame->dirty_px / frame->items_painted * frame->items_created : PP_NOT_MEASURED;
}

static void watch_repaint(pp_flag_watch *watch, const pp_frame *frame, int64_t asked_px)
{
    if (frame->dirty_px <= 0)
        return;
    watch->painted++;
    int64_t most_px = most_px_of(watch, frame->window, frame->dirty_px);
    if (most_px < whole_least_px || (double)frame->dirty_px < whole_share * (double)most_px)
        return;
    watch->whole++;
    int64_t changed_px = changed_px_of(frame, asked_px);
    if (changed_px < 0 || (double)changed_px >= small_share * (double)frame->dirty_px)
        return;
    watch->whole_small++;
    watch->whole_asked += asked_px >= 0;
    watch->small_px += (uint64_t)changed_px;
    watch->whole_px += (uint64_t)frame->dirty_px;
    watch->whole_small_ns += frame->work_ns;
}

void pp_flag_watch_frame(pp_flag_watch *watch, const pp_frame *frame)
{
    watch->frames++;
    watch->work_ns += frame->work_ns;
    for (uint32_t i = 0; i < frame->painter_count; i++)
        watch_painter(watch, &frame->painters[i]);
    watch_repaint(watch, frame, take_asked_px(watch, frame));
}

/* ---- Facts ---------------------------------------------------------------------------------- */

/* A site that ran once per item, or whose name says how many items there were. */
static bool step_of(const pp_watch_site *place, pp_flag_step *out)
{
    bool is_per_item = place->runs >= ONE_BY_ONE;
    if (!place->site || place->kind == PP_STEP_REDRAW || (!is_per_item && place->items == 0))
        return false;
    *out = (pp_flag_step){.label = place->site->name,
                          .where = "frame",
                          .ns = place->ns,
                          .runs = place->runs,
                          .items = place->items * place->runs};
    return true;
}

static bool step_of_mark(const pp_watch_mark *place, pp_flag_step *out)
{
    uint64_t items = place->items > 0 ? place->items * place->runs : place->heading_items;
    if (!place->site || (place->runs < ONE_BY_ONE && items == 0))
        return false;
    *out = (pp_flag_step){.label = place->label,
                          .where = place->site->name,
                          .ns = place->ns,
                          .runs = place->runs,
                          .items = items};
    return true;
}

static void gather(const pp_flag_watch *watch, pp_flag_facts *facts, pp_flag_step *steps,
                   pp_flag_path *paths)
{
    facts->steps = steps;
    facts->frames = (pp_flag_frames){
        .frames = watch->frames,
        .painted = watch->painted > 0 ? watch->painted : watch->frames,
        .work_ns = watch->work_ns,
        .paths = paths,
        .whole = watch->whole,
        .whole_small = watch->whole_small,
        .whole_asked = watch->whole_asked,
        .small_px = watch->small_px,
        .whole_px = watch->whole_px,
        .whole_small_ns = watch->whole_small_ns,
    };
    for (size_t i = 0; i < PP_WATCH_SITES; i++) {
        const pp_watch_site *place = &watch->sites[i];
        facts->step_count += step_of(place, &steps[facts->step_count]);
        if (place->site && place->builds_path)
            paths[facts->frames.path_count++] =
                (pp_flag_path){place->site->name, place->frames, place->total};
    }
    for (size_t i = 0; i < PP_WATCH_MARKS; i++)
        facts->step_count += step_of_mark(&watch->marks[i], &steps[facts->step_count]);
}

bool pp_flag_watch_find(const pp_flag_watch *watch, pp_flag_list *out)
{
    out->count = 0;
    pp_flag_step *steps = calloc(PP_WATCH_SITES + PP_WATCH_MARKS + 1, sizeof *steps);
    pp_flag_path *paths = calloc(PP_WATCH_SITES + 1, sizeof *paths);
    pp_flag_facts facts = {0};
    bool ok = steps && paths;
    if (ok) {
        gather(watch, &facts, steps, paths);
        ok = pp_flags_find(&facts, out);
    }
    free(steps);
    free(paths);
    return ok;
}
