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

/* A row of which no segment begins or ends shows as a point. */
static bool stands_alone(const curve_walk *walk, size_t row)
{
    const double *close = walk->columns.close;
    return (row == 0 || isnan(close[row - 1])) &&
           (row + 1 >= walk->columns.size || isnan(close[row + 1]));
}

static void draw_line_of_rows(draw_lines *lines, const pp_view *view, const curve_walk *walk)
{
    double x = 0, y = NAN;
    for (size_t i = walk->row; i < walk->end; i++) {
        double next_x = pp_view_x_px(view, walk->columns.time_s[i]);
        double next_y = pp_view_y_px(view, walk->columns.close[i]);
        if (!isnan(next_y) && !isnan(y))
            add_segment(lines, view->plot, x, y, next_x, next_y);
        else if (!isnan(next_y) && (walk->end - walk->row == 1 || stands_alone(walk, i)))
            add_segment(lines, view->plot, next_x, next_y, next_x, next_y);
        x = next_x;
        y = next_y;
    }
}

/* The upright line of a column, in pixels from the top. */
typedef struct upright {
    int x;
    double top, bottom;
} upright;

static inline void add_upright(draw_lines *lines, pp_rect plot, upright line)
{
    int top = plot.y - DRAW_MARGIN_PX, bottom = draw_bottom(plot) + DRAW_MARGIN_PX;
    draw_lines_add(lines, (pp_line){line.x, draw_pixel(line.top, top, bottom), line.x,
                                    draw_pixel(line.bottom, top, bottom)});
}

static inline void reach(upright *line, double y)
{
    line->top = y < line->top ? y : line->top;
    line->bottom = y > line->bottom ? y : line->bottom;
}

/* A segment in pixels, and how it falls. */
typedef struct falling {
    double x, y; /* its right end, which is in sight or next to it */
    double slope;
} falling;

static inline double segment_y(const falling *segment, int x)
{
    return segment->y - (segment->x - x) * segment->slope;
}

/* An upright line for each column that a segment passes between two others. */
static void add_passed(draw_lines *lines, pp_rect plot, const falling *segment, int x, int end)
{
    x = draw_max(x, plot.x - 1);
    end = draw_min(end, draw_right(plot) + 1);
    for (; x < end; x++) {
        double y = segment_y(segment, x), next_y = segment_y(segment, x + 1);
        add_upright(lines, plot, (upright){x, fmin(y, next_y), fmax(y, next_y)});
    }
}

/* What the segment from one column to the next adds to both: as far as it runs in them. */
static inline void add_crossing(draw_lines *lines, pp_rect plot, upright *from, upright *to,
                                falling segment)
{
    double edge_y = segment_y(&segment, from->x + 1);
    reach(from, edge_y);
    if (to->x == from->x + 1) {
        reach(to, edge_y);
    } else {
        add_passed(lines, plot, &segment, from->x + 1, to->x);
        reach(to, segment_y(&segment, to->x));
    }
}

/* One upright line per column: over all that the segments between its rows, and those from and to
 * its neighbours, cover there. */
static void draw_line_of_columns(draw_lines *lines, const pp_view *view, curve_walk *walk)
{
    const pp_rect plot = view->plot;
    double bottom_px = (double)plot.y + plot.h;
    double scale = plot.h / (view->y1 - view->y0), y0 = view->y0;
    const double *close = walk->columns.close;
    curve_column column;
    upright line = {0};
    size_t last = SIZE_MAX;
    while (curve_walk_next(walk, &column)) {
        upright next = {column.x, bottom_px - (column.range.high - y0) * scale,
                        bottom_px - (column.range.low - y0) * scale};
        if (last != SIZE_MAX && column.joined && column.x > line.x) {
            double x = curve_walk_px(walk, column.first), before_x = curve_walk_px(walk, last);
            double y = bottom_px - (close[column.first] - y0) * scale;
            double slope = (close[last] - close[column.first]) * scale / (x - before_x);
            /* Not finite: prices too far away for a double. */
            add_crossing(lines, plot, &line, &next, (falling){x, y, isfinite(slope) ? slope : 0});
        }
        if (last != SIZE_MAX)
            add_upright(lines, plot, line);
        line = next;
        last = column.last;
    }
    if (last != SIZE_MAX)
        add_upright(lines, plot, line);
}

static void draw_line(pp_canvas *canvas, const pp_view *view, curve_walk *walk, bool gathered)
{
    draw_lines lines;
    draw_lines_begin(&lines, canvas, pp_theme_dark.curve, pp_canvas_px(canvas, 1));
    if (gathered)
        draw_line_of_columns(&lines, view, walk);
    else
        draw_line_of_rows(&lines, view, walk);
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
    for (size_t i = walk->row + 1; i < walk->end; i++) {
        double step_s = walk->columns.time_s[i] - walk->columns.time_s[i - 1];
        least_s = step_s > 0 && step_s < least_s ? step_s : least_s;
    }
    return least_s * walk->scale;
}

static void draw_bars_of_rows(pp_canvas *canvas, const pp_view *view, bar_batches *bars,
                              const curve_walk *walk)
{
    double row_px = narrowest_row_px(walk);
    int tick = draw_pixel(row_px * 0.4, 1, pp_canvas_px(canvas, TICK_MAX));
    int stroke = pp_canvas_px(canvas, row_px >= pp_canvas_px(canvas, WIDE_BAR) ? 2 : 1);
    for (size_t i = walk->row; i < walk->end; i++) {
        double open = walk->columns.open[i], close = walk->columns.close[i];
        if (isnan(close))
            continue;
        draw_rects *batch = close >= open ? &bars->up : &bars->down;
        int left = draw_x(view, walk->columns.time_s[i]) - stroke / 2;
        int top = draw_y(view, walk->columns.high[i]), low = draw_y(view, walk->columns.low[i]);
        int open_y = draw_y(view, open) - stroke / 2, close_y = draw_y(view, close) - stroke / 2;
        draw_rects_add(batch, (pp_rect){left, top, stroke, draw_max(low - top + 1, stroke)});
        draw_rects_add(batch, (pp_rect){left - tick, open_y, tick, stroke});
        draw_rects_add(batch, (pp_rect){left + stroke, close_y, tick, stroke});
    }
}

static void draw_bars_of_columns(pp_canvas *canvas, const pp_view *view, bar_batches *bars,
                                 curve_walk *walk)
{
    int least = pp_canvas_px(canvas, 1);
    curve_column column;
    while (curve_walk_next(walk, &column)) {
        int top = draw_y(view, column.range.high), low = draw_y(view, column.range.low);
        bool is_up = walk->columns.close[column.last] >= walk->columns.open[column.first];
        draw_rects_add(is_up ? &bars->up : &bars->down,
                       (pp_rect){column.x, top, 1, draw_max(low - top + 1, least)});
    }
}

static void draw_bars(pp_canvas *canvas, const pp_view *view, curve_walk *walk, bool gathered)
{
    bar_batches bars;
    draw_rects_begin(&bars.up, canvas, pp_theme_dark.bar_up);
    draw_rects_begin(&bars.down, canvas, pp_theme_dark.bar_down);
    if (gathered)
        draw_bars_of_columns(canvas, view, &bars, walk);
    else
        draw_bars_of_rows(canvas, view, &bars, walk);
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
    int reach_px = pp_canvas_px(canvas, TICK_MAX);
    bool bars = style == PP_CURVE_OHLC;
    curve_walk walk;
    curve_walk_begin(&walk, view, series, bars ? PYRAMID_PRICES : PYRAMID_CLOSES,
                     dirty.x - reach_px, draw_right(dirty) + reach_px);
    canvas->ops->push_clip(canvas, view->plot);
    if (bars)
        draw_bars(canvas, view, &walk, rows_per_px * BAR_PX_MIN > 1);
    else
        draw_line(canvas, view, &walk, rows_per_px > ROWS_PER_COLUMN_MAX);
    canvas->ops->pop_clip(canvas);
}
