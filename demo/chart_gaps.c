/* demo/chart_gaps.c: the annotations in both modes that are compared.
 *
 * items: each gap is a graphics item of its own in a group, created one by one (phase create).
 * batch: all gaps are one array (phase batch) that one item draws. Drawing is redraw in both. */
#include "chart_app.h"

#include <math.h>
#include <stdlib.h>

static const double Z_GAPS = 1;
/* Logical pixels. */
static const double ARROW_PX = 12;
static const double MARGIN_PX = 32; /* arrow and label around the gap itself */

struct chart_gap_item {
    chart_gap_item *next;
    const chart_state *chart;
    size_t index; /* in the specs, which move as they grow */
    pp_paint_hook hook;
};

static const pp_profiler_opts create_opts = {
    .ms_threshold = PP_MS_SLOWER_THEN, .has_phase = true, .phase = PP_PHASE_CREATE};
static const pp_profiler_opts batch_opts = {
    .ms_threshold = PP_MS_SLOWER_THEN, .has_phase = true, .phase = PP_PHASE_BATCH};

/* ---- Painting -------------------------------------------------------------------------------- */

static void paint_batch(void *surface, void *user)
{
    const chart_state *chart = user;
    chart_charge_pixels(&chart->gaps.batch.hook, surface, chart->view.plot);
    pp_gaps_draw(surface, &chart->view, &chart->gaps.specs);
}

/* Where box and arrow are. */
static pp_rect area_of(const pp_view *view, const pp_gap *gap, double ratio)
{
    double x0 = pp_view_x_px(view, gap->time0_s), x1 = pp_view_x_px(view, gap->time1_s);
    double y0 = pp_view_y_px(view, gap->price0), y1 = pp_view_y_px(view, gap->price1);
    double arrow_px = ARROW_PX * ratio;
    return (pp_rect){(int)x0, (int)fmin(y0, y1), (int)fmax(x1 - x0, arrow_px),
                     (int)(fabs(y1 - y0) + arrow_px)};
}

static void paint_gap(void *surface, void *user)
{
    const chart_gap_item *item = user;
    const chart_state *chart = item->chart;
    const pp_gap *gap = &chart->gaps.specs.items[item->index];
    chart_charge_pixels(&item->hook, surface, area_of(&chart->view, gap, chart->ratio));
    pp_gap_draw(surface, &chart->view, gap);
}

/* ---- Specs: where gaps are ---------------------------------------------------------------------
 */

static int find_new_specs(chart_state *chart)
{
    chart_gaps *gaps = &chart->gaps;
    size_t first = gaps->searched > 0 ? gaps->searched - 1 : 0;
    gaps->searched = pp_series_columns(chart->series).size;
    return pp_gaps_find(&gaps->specs, chart->series, first, gaps->min_gap_s);
}

static int find_specs(chart_state *chart)
{
    chart_gaps *gaps = &chart->gaps;
    pp_gaps_clear(&gaps->specs);
    gaps->searched = 0;
    if (chart->options.gaps_given && chart->options.gaps > 0) {
        gaps->searched = pp_series_columns(chart->series).size;
        return pp_gaps_spread(&gaps->specs, chart->series, chart->options.gaps);
    }
    /* A series without gaps has only those of the rows that arrived since. */
    if (chart->options.gaps_given || chart->options.points > 0)
        gaps->searched = chart->loaded_rows;
    return find_new_specs(chart);
}

/* ---- Items --------------------------------------------------------------------------------------
 */

static int create_item(chart_state *chart, size_t index)
{
    chart_gaps *gaps = &chart->gaps;
    const pp_gap *gap = &gaps->specs.items[index];
    chart_gap_item *item = malloc(sizeof *item);
    if (item == NULL)
        return PP_ENOMEM;
    *item = (chart_gap_item){
        .next = gaps->items, .chart = chart, .index = index, .hook = gaps->item_hook};
    item->hook.user = item;
    ppq_bounds bounds = {.x = gap->time0_s,
                         .y = fmin(gap->price0, gap->price1),
                         .w = gap->time1_s - gap->time0_s,
                         .h = fabs(gap->price1 - gap->price0),
                         .margin_px = (int)ceil(MARGIN_PX * chart->ratio)};
    ppq_item *made;
    int failure = ppq_item_create(&made, chart->canvas, gaps->group, bounds, 0, pp_paint_hook_run,
                                  &item->hook);
    if (failure != 0) {
        free(item);
        return failure;
    }
    gaps->items = item; /* the scene owns what was made and deletes it with the group */
    return 0;
}

static int create_items(chart_state *chart, size_t first)
{
    PP_ZONE(zone, "Gap items", PP_PHASE_CREATE);
    int failure = 0;
    for (size_t i = first; i < chart->gaps.specs.size && failure == 0; ++i)
        failure = create_item(chart, i);
    PP_END(zone);
    return failure;
}

static void destroy_items(chart_gaps *gaps)
{
    ppq_group_destroy(gaps->group);
    gaps->group = NULL;
    while (gaps->items != NULL) {
        chart_gap_item *next = gaps->items->next;
        free(gaps->items);
        gaps->items = next;
    }
}

static int rebuild_items(chart_state *chart)
{
    pp_profiler profiler = pp_profiler_begin("Rebuild gap items", &create_opts);
    destroy_items(&chart->gaps);
    pp_profiler_mark(&profiler, "removed the old");
    int failure = find_specs(chart);
    pp_profiler_markf(&profiler, "built %zu specs", chart->gaps.specs.size);
    if (failure == 0)
        failure = ppq_group_create(&chart->gaps.group, chart->canvas, Z_GAPS);
    chart_gaps_place(chart);
    if (failure == 0)
        failure = create_items(chart, 0);
    pp_profiler_markf(&profiler, "created %zu items", chart->gaps.specs.size);
    pp_profiler_end(&profiler);
    return failure;
}

/* ---- Batch
 * --------------------------------------------------------------------------------------- */

static int rebuild_batch(chart_state *chart)
{
    pp_profiler profiler = pp_profiler_begin("Rebuild gap batch", &batch_opts);
    destroy_items(&chart->gaps);
    pp_profiler_mark(&profiler, "removed the old");
    PP_ZONE(zone, "Gap batch", PP_PHASE_BATCH);
    int failure = find_specs(chart);
    PP_END(zone);
    pp_profiler_markf(&profiler, "built %zu specs", chart->gaps.specs.size);
    pp_profiler_end(&profiler);
    return failure;
}

/* ---- Both
 * ---------------------------------------------------------------------------------------- */

int chart_gaps_create(chart_state *chart)
{
    chart_gaps *gaps = &chart->gaps;
    int failure =
        pp_paint_hook_init(&gaps->item_hook, "Gap.paint()", PP_PHASE_REDRAW, paint_gap, NULL);
    if (failure == 0)
        failure = pp_paint_hook_init(&gaps->batch.hook, "Gaps.paint()", PP_PHASE_REDRAW,
                                     paint_batch, chart);
    if (failure == 0)
        failure = ppq_item_create(&gaps->batch.item, chart->canvas, NULL, (ppq_bounds){0}, Z_GAPS,
                                  pp_paint_hook_run, &gaps->batch.hook);
    return failure != 0 ? failure : chart_gaps_rebuild(chart);
}

int chart_gaps_rebuild(chart_state *chart)
{
    bool items = chart->options.mode == CHART_ITEMS;
    int failure = items ? rebuild_items(chart) : rebuild_batch(chart);
    ppq_item_set_visible(chart->gaps.batch.item, !items);
    ppq_view_update(chart->canvas);
    return failure;
}

int chart_gaps_extend(chart_state *chart)
{
    size_t before = chart->gaps.specs.size;
    if (chart->options.mode == CHART_ITEMS) {
        pp_profiler profiler = pp_profiler_begin("Extend gap items", &create_opts);
        int failure = find_new_specs(chart);
        pp_profiler_mark(&profiler, "looked for gaps");
        if (failure == 0 && chart->gaps.specs.size > before)
            failure = create_items(chart, before);
        pp_profiler_end(&profiler);
        return failure;
    }
    PP_ZONE(zone, "Gap batch", PP_PHASE_BATCH);
    int failure = find_new_specs(chart);
    PP_END(zone);
    return failure;
}

void chart_gaps_destroy(chart_state *chart)
{
    destroy_items(&chart->gaps);
    ppq_item_destroy(chart->gaps.batch.item);
    chart->gaps.batch.item = NULL;
    pp_gaps_clear(&chart->gaps.specs);
}

void chart_gaps_place(chart_state *chart)
{
    const pp_view *view = &chart->view;
    if (chart->gaps.batch.item != NULL) {
        const pp_rect plot = view->plot;
        ppq_item_set_bounds(chart->gaps.batch.item,
                            (ppq_bounds){.x = plot.x, .y = plot.y, .w = plot.w, .h = plot.h});
    }
    if (chart->gaps.group == NULL)
        return;
    double scale_x = view->plot.w / (view->x1 - view->x0);
    double scale_y = -view->plot.h / (view->y1 - view->y0);
    ppq_group_set_clip(chart->gaps.group, view->plot);
    ppq_group_set_transform(chart->gaps.group, scale_x, scale_y, view->plot.x - view->x0 * scale_x,
                            view->plot.y + view->plot.h - view->y0 * scale_y);
}
