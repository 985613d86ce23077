/* scene/curve.c: the series as a line of closes or as bars, at most a few shapes a pixel column. */
#include <paintprof/chart.h>

#include "scene/curve_columns.h"
#include "scene/draw.h"

/* More rows per pixel column than that are gathered. */
static const double ROWS_PER_COLUMN_MAX = 2;
/* Fewer pixels per row than that leave no room for open and close ticks. */
static const double BAR_PX_MIN = 4;
/* Logical pixels. */
enum { TICK_MAX = 6, WIDE_BAR = 14 };

/* ---- Line ----------------------------------------------------------------------------------- */

/* Shortens one end of a segment to the edge where the other's distance to it is inside >= 0 and
 * its own is outside < 0. */
static void cut_end(double *x, double *y, double other_x, double other_y, double outside,
                    double inside)
{
    double part = inside / (inside - outside);
    *x = other_x + (*x - other_x) * part;
    *y = other_y + (*y - other_y) * part;
}

/* Cuts a segment at one edge, given the distances of its ends inside of it. False: it is all
 * outside. */
static bool cut_at_edge(double line[4], double inside1, double inside2)
{
    if (inside1 < 0 && inside2 < 0)
        return false;
    if (inside1 < 0)
        cut_end(&line[0], &line[1], line[2], line[3], inside1, inside2);
    else if (inside2 < 0)
        cut_end(&line[2], &line[3], line[0], line[1], inside2, inside1);
    return true;
}

/* A segment between two rows. Neighbours may be millions of pixels apart when zoomed in, so that
 * it is cut, in doubles, to the surroundings of the plot. */
static void add_segment(draw_lines *lines, pp_rect plot, double x1, double y1, double x2, double y2)
{
    double left = plot.x - DRAW_MARGIN_PX, right = draw_right(plot) + DRAW_MARGIN_PX;
    double top = plot.y - DRAW_MARGIN_PX, bottom = draw_bottom(plot) + DRAW_MARGIN_PX;
    double s[4] = {x1, y1, x2, y2};
    if (cut_at_edge(s, s[0] - left, s[2] - left) && cut_at_edge(s, right - s[0], right - s[2]) &&
        cut_at_edge(s, s[1] - top, s[3] - top) && cut_at_edge(s, bottom - s[1], bottom - s[3]))
        draw_lines_add(lines, (pp_line){(int)floor(s[0]), (int)floor(s[1]), (int)floor(s[2]),
                                        (int)floor(s[3])});
}

static void draw_line_of_rows(draw_lines *lines, const pp_view *view, const pp_columns *columns,
                              size_t first, size_t last)
{
    double x = pp_view_x_px(view, columns->time_s[first]);
    double y = pp_view_y_px(view, columns->close[first]);
    if (last - first == 1)
        add_segment(lines, view->plot, x, y, x, y);
    for (size_t i = first + 1; i < last; i++) {
        double next_x = pp_view_x_px(view, columns->time_s[i]);
        double next_y = pp_view_y_px(view, columns->close[i]);
        add_segment(lines, view->plot, x, y, next_x, next_y);
        x = next_x;
        y = next_y;
    }
}

/* One upright line per column, reaching to where the column before ended; across empty columns a
 * line from there. */
static void draw_line_of_columns(draw_lines *lines, curve_walk *walk)
{
    const pp_view *view = walk->view;
    curve_column column, before = {0};
    for (bool is_first = true; curve_walk_next(walk, &column); is_first = false) {
        double low = column.low, high = column.high;
        if (!is_first && column.x - before.x <= 1) {
            low = fmin(low, before.last);
            high = fmax(high, before.last);
        } else if (!is_first) {
            add_segment(lines, view->plot, pp_view_x_px(view, before.first_time_s),
                        pp_view_y_px(view, before.last), pp_view_x_px(view, column.first_time_s),
                        pp_view_y_px(view, column.first));
        }
        draw_lines_add(lines, (pp_line){column.x, draw_y(view, high), column.x, draw_y(view, low)});
        before = column;
    }
}

static void draw_line(pp_canvas *canvas, curve_walk *walk, bool gathered)
{
    draw_lines lines;
    draw_lines_begin(&lines, canvas, pp_theme_dark.curve, pp_canvas_px(canvas, 1));
    if (gathered)
        draw_line_of_columns(&lines, walk);
    else
        draw_line_of_rows(&lines, walk->view, &walk->columns, walk->row, walk->end);
    draw_lines_flush(&lines);
}

/* ---- Bars ----------------------------------------------------------------------------------- */

/* Up and down in a call each. */
typedef struct bar_batches {
    draw_rects up, down;
} bar_batches;

static double narrowest_row_px(const curve_walk *walk)
{
    double least_s = INFINITY;
    for (size_t i = walk->row + 1; i < walk->end; i++)
        least_s = fmin(least_s, walk->columns.time_s[i] - walk->columns.time_s[i - 1]);
    return least_s * (walk->view->plot.w / (walk->view->x1 - walk->view->x0));
}

static void draw_bars_of_rows(pp_canvas *canvas, bar_batches *bars, const curve_walk *walk)
{
    const pp_view *view = walk->view;
    double row_px = narrowest_row_px(walk);
    int tick = draw_pixel(row_px * 0.4, 1, pp_canvas_px(canvas, TICK_MAX));
    int stroke = pp_canvas_px(canvas, row_px >= pp_canvas_px(canvas, WIDE_BAR) ? 2 : 1);
    for (size_t i = walk->row; i < walk->end; i++) {
        double open = walk->columns.open[i], close = walk->columns.close[i];
        draw_rects *batch = close >= open ? &bars->up : &bars->down;
        int left = draw_x(view, walk->columns.time_s[i]) - stroke / 2;
        int top = draw_y(view, walk->columns.high[i]), low = draw_y(view, walk->columns.low[i]);
        int open_y = draw_y(view, open) - stroke / 2, close_y = draw_y(view, close) - stroke / 2;
        draw_rects_add(batch, (pp_rect){left, top, stroke, draw_max(low - top + 1, stroke)});
        draw_rects_add(batch, (pp_rect){left - tick, open_y, tick, stroke});
        draw_rects_add(batch, (pp_rect){left + stroke, close_y, tick, stroke});
    }
}

static void draw_bars_of_columns(pp_canvas *canvas, bar_batches *bars, curve_walk *walk)
{
    int least = pp_canvas_px(canvas, 1);
    curve_column column;
    while (curve_walk_next(walk, &column)) {
        int top = draw_y(walk->view, column.high), low = draw_y(walk->view, column.low);
        draw_rects_add(column.last >= column.first ? &bars->up : &bars->down,
                       (pp_rect){column.x, top, 1, draw_max(low - top + 1, least)});
    }
}

static void draw_bars(pp_canvas *canvas, curve_walk *walk, bool gathered)
{
    bar_batches bars;
    draw_rects_begin(&bars.up, canvas, pp_theme_dark.bar_up);
    draw_rects_begin(&bars.down, canvas, pp_theme_dark.bar_down);
    if (gathered)
        draw_bars_of_columns(canvas, &bars, walk);
    else
        draw_bars_of_rows(canvas, &bars, walk);
    draw_rects_flush(&bars.up);
    draw_rects_flush(&bars.down);
}

/* --------------------------------------------------------------------------------------------- */

void pp_chart_draw_curve(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                         pp_curve_style style)
{
    pp_rect dirty = draw_dirty_plot(canvas, view);
    if (!draw_is_usable(view) || dirty.w <= 0 || dirty.h <= 0)
        return;
    /* How to draw is decided by the whole view, or parts repainted later would differ. */
    size_t first, last;
    curve_visible_rows(view, series, view->plot.x, draw_right(view->plot), &first, &last);
    if (first >= last)
        return;
    double rows_per_px = (double)(last - first) / view->plot.w;
    curve_walk walk = {.view = view, .columns = pp_series_columns(series)};
    int reach = pp_canvas_px(canvas, TICK_MAX);
    curve_visible_rows(view, series, dirty.x - reach, draw_right(dirty) + reach, &walk.row,
                       &walk.end);
    canvas->ops->push_clip(canvas, view->plot);
    if (style == PP_CURVE_OHLC) {
        walk.values = CURVE_BARS;
        draw_bars(canvas, &walk, rows_per_px * BAR_PX_MIN > 1);
    } else {
        walk.values = CURVE_CLOSES;
        draw_line(canvas, &walk, rows_per_px > ROWS_PER_COLUMN_MAX);
    }
    canvas->ops->pop_clip(canvas);
}
