/* scene/curve_line.c: the closes as a line from each to the next, or as steps. */
#include "scene/curve_internal.h"

/* ---- Of rows -------------------------------------------------------------------------------- */

/* A row of which no segment begins or ends shows as a point. */
static bool stands_alone(const curve_walk *walk, size_t row)
{
    const double *close = walk->columns.close;
    return (row == 0 || isnan(close[row - 1])) &&
           (row + 1 >= walk->columns.size || isnan(close[row + 1]));
}

typedef void (*connect_rows)(curve_pen *pen, double x1, double y1, double x2, double y2);

static void connect_by_step(curve_pen *pen, double x1, double y1, double x2, double y2)
{
    curve_pen_segment(pen, x1, y1, x2, y1);
    if (y1 != y2)
        curve_pen_segment(pen, x2, y1, x2, y2);
}

static void draw_rows(curve_pen *pen, const pp_view *view, const curve_walk *walk,
                      connect_rows connect)
{
    double x = 0, y = NAN;
    for (size_t i = walk->row; i < walk->end; i++) {
        double next_x = pp_view_x_px(view, walk->columns.time_s[i]);
        double next_y = pp_view_y_px(view, walk->columns.close[i]);
        if (!isnan(next_y) && !isnan(y))
            connect(pen, x, y, next_x, next_y);
        else if (!isnan(next_y) && (walk->end - walk->row == 1 || stands_alone(walk, i)))
            curve_pen_segment(pen, next_x, next_y, next_x, next_y);
        x = next_x;
        y = next_y;
    }
}

/* ---- Of columns ----------------------------------------------------------------------------- */

/* pp_view_y_px() with its quotient computed once. */
typedef struct price_axis {
    double bottom_px, y0, scale;
} price_axis;

static price_axis price_axis_of(const pp_view *view)
{
    return (price_axis){(double)view->plot.y + view->plot.h, view->y0,
                        view->plot.h / (view->y1 - view->y0)};
}

static inline double price_px(const price_axis *axis, double price)
{
    return axis->bottom_px - (price - axis->y0) * axis->scale;
}

static inline upright upright_of(const price_axis *axis, const curve_column *column)
{
    return (upright){column->x, price_px(axis, column->range.high),
                     price_px(axis, column->range.low)};
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

/* An upright for each column that a segment passes between two others. */
static void add_passed(curve_pen *pen, const falling *segment, int x, int end)
{
    x = draw_max(x, pen->plot.x - pen->width_px);
    end = draw_min(end, draw_right(pen->plot) + pen->width_px);
    for (; x < end; x++) {
        double y = segment_y(segment, x), next_y = segment_y(segment, x + 1);
        curve_pen_add(pen, (upright){x, fmin(y, next_y), fmax(y, next_y)});
    }
}

/* Adds a column, and as much of the segment to the next as runs in it, in the next and between. */
static inline void add_joined(curve_pen *pen, upright *from, upright *to, falling segment)
{
    reach(from, segment_y(&segment, from->x + 1));
    curve_pen_add(pen, *from);
    if (to->x > from->x + 1)
        add_passed(pen, &segment, from->x + 1, to->x);
    reach(to, segment_y(&segment, to->x));
}

/* One upright per column: over all that the segments between its rows, and those from and to its
 * neighbours, cover there. */
static void draw_line_of_columns(curve_pen *pen, const pp_view *view, curve_walk *walk)
{
    const price_axis axis = price_axis_of(view);
    const double *close = walk->columns.close;
    curve_column column;
    upright line = {0};
    size_t last = SIZE_MAX;
    while (curve_walk_next(walk, &column)) {
        upright next = upright_of(&axis, &column);
        if (last != SIZE_MAX && column.joined && column.x > line.x) {
            double x = curve_walk_px(walk, column.first), before_x = curve_walk_px(walk, last);
            double y = price_px(&axis, close[column.first]);
            double slope = (close[last] - close[column.first]) * axis.scale / (x - before_x);
            /* Not finite: prices too far away for a double. */
            add_joined(pen, &line, &next, (falling){x, y, isfinite(slope) ? slope : 0});
        } else if (last != SIZE_MAX) {
            curve_pen_add(pen, line);
        }
        line = next;
        last = column.last;
    }
    if (last != SIZE_MAX)
        curve_pen_add(pen, line);
}

/* The same for steps: what a row holds is level up to the column of the next. */
static void draw_steps_of_columns(curve_pen *pen, const pp_view *view, curve_walk *walk)
{
    const price_axis axis = price_axis_of(view);
    const double *close = walk->columns.close;
    curve_column column;
    int last_x = 0;
    size_t last = SIZE_MAX;
    while (curve_walk_next(walk, &column)) {
        upright next = upright_of(&axis, &column);
        if (last != SIZE_MAX && column.joined && column.x > last_x) {
            double held_y = price_px(&axis, close[last]);
            add_passed(pen, &(falling){column.x, held_y, 0}, last_x + 1, column.x);
            reach(&next, held_y);
        }
        curve_pen_add(pen, next);
        last_x = column.x;
        last = column.last;
    }
}

/* --------------------------------------------------------------------------------------------- */

void curve_draw_line(curve_pen *pen, const pp_view *view, curve_walk *walk, bool gathered)
{
    if (gathered || !curve_pen_has_segments(pen))
        draw_line_of_columns(pen, view, walk);
    else
        draw_rows(pen, view, walk, curve_pen_segment);
}

void curve_draw_steps(curve_pen *pen, const pp_view *view, curve_walk *walk, bool gathered)
{
    if (gathered || !curve_pen_has_segments(pen))
        draw_steps_of_columns(pen, view, walk);
    else
        draw_rows(pen, view, walk, connect_by_step);
}
