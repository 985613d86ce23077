/* scene/curve_columns.c: the rows of a series gathered per pixel column. */
#include "scene/curve_columns.h"

#include "scene/draw.h"
#include "scene/series_internal.h"

/* Rows a column, and columns. */
enum { FETCHED_FROM = 512, FETCHED_AHEAD = 6 };

void curve_visible_rows(const pp_view *view, const pp_series *series, int left, int right,
                        size_t *first, size_t *last)
{
    size_t size = pp_series_columns(series).size;
    *first = pp_series_lower_bound(series, pp_view_x_at(view, left));
    *last = pp_series_lower_bound(series, pp_view_x_at(view, right));
    *first -= *first > 0;
    *last += *last < size;
}

void curve_walk_begin(curve_walk *walk, const pp_view *view, const pp_series *series,
                      pyramid_values values, int left, int right)
{
    *walk = (curve_walk){.pyramid = pp_series_pyramid(series),
                         .columns = pp_series_columns(series),
                         .values = values,
                         .has_breaks = pp_series_has_breaks(series),
                         .x0 = view->x0,
                         .scale = view->plot.w / (view->x1 - view->x0),
                         .left_px = view->plot.x,
                         .x_min = view->plot.x - DRAW_MARGIN_PX,
                         .x_max = draw_right(view->plot) + DRAW_MARGIN_PX,
                         .usual_rows = 1,
                         .parts_max = 1};
    curve_visible_rows(view, series, left, right, &walk->row, &walk->end);
}

/* The first row from walk->row + 1 on that lies at edge_px or beyond. Columns mostly hold as many
 * rows as the one before, so that the search begins there, doubles its steps away from there
 * (Bentley and Yao 1976), and then halves what is left. It compares pixels, not times, so that no
 * rounding moves a row to a column that is not its own. */
static size_t column_end(const curve_walk *walk, double edge_px)
{
    size_t before = walk->row, after = walk->end, step = 1;
    if (after - before == 1)
        return after;
    size_t probe = walk->usual_rows < after - before ? before + walk->usual_rows : after - 1;
    if (curve_walk_px(walk, probe) < edge_px) {
        before = probe;
        for (; step < after - before && curve_walk_px(walk, before + step) < edge_px; step *= 2)
            before += step;
        after = step < after - before ? before + step : after;
    } else {
        after = probe;
        for (; step < after - before && !(curve_walk_px(walk, after - step) < edge_px); step *= 2)
            after -= step;
        before = step < after - before ? after - step : before;
    }
    while (after - before > 1) {
        size_t middle = before + (after - before) / 2;
        if (curve_walk_px(walk, middle) < edge_px)
            before = middle;
        else
            after = middle;
    }
    return after;
}

/* The end of the rows from walk->row to column_end that no break divides. */
static size_t part_end(curve_walk *walk, size_t end, int x)
{
    if (!walk->has_breaks || walk->values != PYRAMID_CLOSES)
        return end;
    walk->parts = x == walk->x ? walk->parts + 1 : 1;
    if (walk->parts >= walk->parts_max)
        return end;
    return pyramid_next_break(walk->pyramid, &walk->columns, walk->row, end);
}

/* Where a column some way ahead will probably end: of many rows none is in a cache, and what each
 * column reads would be waited for, one after the other. */
static void fetch_ahead(const curve_walk *walk)
{
    size_t rows = FETCHED_AHEAD * walk->usual_rows;
    if (walk->usual_rows < FETCHED_FROM || rows >= walk->end - walk->row)
        return;
    size_t row = walk->row + rows;
    bool closes = walk->values == PYRAMID_CLOSES;
    /* The guess may be some rows off, and a line of the cache holds 8. */
    for (size_t near = row - 5; near <= row + 3; near += 8) {
        __builtin_prefetch(&walk->columns.time_s[near]);
        if (closes)
            __builtin_prefetch(&walk->columns.close[near]);
    }
    pyramid_fetch(walk->pyramid, walk->values, row);
}

bool curve_walk_next(curve_walk *walk, curve_column *column)
{
    size_t start = walk->row;
    if (walk->has_breaks)
        walk->row = pyramid_next_price(walk->pyramid, &walk->columns, start, walk->end);
    if (walk->row >= walk->end)
        return false;
    size_t first = walk->row;
    int x = draw_pixel(curve_walk_px(walk, first), walk->x_min, walk->x_max);
    size_t whole_end = column_end(walk, x + 1.0);
    size_t end = part_end(walk, whole_end, x);
    column->x = x;
    column->joined = first == start && (first == 0 || !isnan(walk->columns.close[first - 1]));
    column->first = first;
    column->last = end - 1;
    if (walk->has_breaks)
        column->last = pyramid_last_price(walk->pyramid, &walk->columns, first, end);
    column->range = pyramid_query(walk->pyramid, &walk->columns, walk->values, first, end);
    walk->x = x;
    walk->usual_rows = whole_end - first;
    walk->row = end;
    fetch_ahead(walk);
    return true;
}
