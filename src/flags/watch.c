/* flags/watch.c: gathers from frames the facts that rules ask for.
 *
 * Of each site the frame counts in which it took longest: what runs hundreds of times within one
 * frame runs once per item, what runs once in each frame does not. */
#include "flags/watch.h"

#include <stdlib.h>

enum { ONE_BY_ONE = 100 };
static const double whole_share = 0.9, small_share = 0.1, charged_share = 0.8;
static const int64_t painted_per_created = 20;

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

static void watch_painter(pp_flag_watch *watch, const pp_painter *painter)
{
    bool has_run = painter->site && painter->count > 0;
    pp_watch_site *place = has_run ? site_of(watch, painter->site) : NULL;
    if (!place)
        return;
    place->frames++;
    place->total += painter->self_ns;
    if (painter->total_ns > place->ns) {
        place->ns = painter->total_ns;
        place->runs = painter->count;
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
    if (most_px == 0 || (double)frame->dirty_px < whole_share * (double)most_px)
        return;
    watch->whole++;
    int64_t changed_px = changed_px_of(frame, asked_px);
    if (changed_px < 0 || (double)changed_px >= small_share * (double)frame->dirty_px)
        return;
    watch->whole_small++;
    watch->small_px += (uint64_t)changed_px;
    watch->whole_px += (uint64_t)frame->dirty_px;
    watch->whole_small_ns += frame->work_ns;
}

void pp_flag_watch_frame(pp_flag_watch *watch, const pp_frame *frame, int64_t changed_px)
{
    watch->frames++;
    watch->work_ns += frame->work_ns;
    for (uint32_t i = 0; i < frame->painter_count; i++)
        watch_painter(watch, &frame->painters[i]);
    watch_repaint(watch, frame, changed_px);
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
}

bool pp_flag_watch_find(const pp_flag_watch *watch, pp_flag_list *out)
{
    out->count = 0;
    pp_flag_step *steps = calloc(PP_WATCH_SITES + 1, sizeof *steps);
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
