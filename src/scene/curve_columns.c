/* scene/curve_columns.c: the rows of a series gathered per pixel column. */
#include "scene/curve_columns.h"

#include "scene/draw.h"

void curve_visible_rows(const pp_view *view, const pp_series *series, int left, int right,
                        size_t *first, size_t *last)
{
    size_t size = pp_series_columns(series).size;
    *first = pp_series_lower_bound(series, pp_view_x_at(view, left));
    *last = pp_series_lower_bound(series, pp_view_x_at(view, right));
    *first -= *first > 0;
    *last += *last < size;
}

/* The first row from walk->row + 1 on whose time is >= time_s: by doubling steps, as it is near,
 * and then by halving them. */
static size_t column_end(const curve_walk *walk, double time_s)
{
    const double *times = walk->columns.time_s;
    size_t before = walk->row, step = 1;
    while (step < walk->end - before && times[before + step] < time_s) {
        before += step;
        step *= 2;
    }
    size_t after = step < walk->end - before ? before + step : walk->end;
    while (after - before > 1) {
        size_t middle = before + (after - before) / 2;
        if (times[middle] < time_s)
            before = middle;
        else
            after = middle;
    }
    return after;
}

/* The lowest and highest of count > 0 values. */
static void low_and_high(const double *lows, const double *highs, size_t count, double *low,
                         double *high)
{
    double lowest = lows[0], highest = highs[0];
    for (size_t i = 1; i < count; i++) {
        lowest = lows[i] < lowest ? lows[i] : lowest;
        highest = highs[i] > highest ? highs[i] : highest;
    }
    *low = lowest;
    *high = highest;
}
bool curve_walk_next(curve_walk *walk, curve_column *column)
{
    if (walk->row >= walk->end)
        return false;
    const pp_columns *columns = &walk->columns;
    size_t first = walk->row;
    column->first_time_s = columns->time_s[first];
    column->x = draw_x(walk->view, column->first_time_s);
    size_t end = column_end(walk, pp_view_x_at(walk->view, column->x + 1.0));
    bool bars = walk->values == CURVE_BARS;
    column->first = bars ? columns->open[first] : columns->close[first];
    column->last = columns->close[end - 1];
    low_and_high((bars ? columns->low : columns->close) + first,
                 (bars ? columns->high : columns->close) + first, end - first, &column->low,
                 &column->high);
    walk->row = end;
    return true;
}
