/* scene/curve_pen.c: thin and wide, crisp and smooth lines. */
#include "scene/curve_pen.h"

#include <paintprof/chart.h>

/* ---- Columns -------------------------------------------------------------------------------- */

/* How far a tip reaches up and down in the column at that offset, from the middle of the pixels in
 * whole ones; half a pixel more where it is counted from their edges. Of an even width both middle
 * columns are the middle. */
static double reach_of(const curve_pen *pen, curve_tip tip, int offset)
{
    double radius = (pen->smooth ? pen->stroke_px : pen->width_px) / 2,
           middle = (pen->after - pen->before) / 2.0;
    double aside = fmax(fabs(offset - middle) - fabs(middle), 0);
    double chord = tip == CURVE_TIP_SQUARE ? radius : sqrt(radius * radius - aside * aside);
    return pen->smooth ? chord : chord - 0.5;
}

void curve_pen_begin(curve_pen *pen, pp_canvas *canvas, pp_rect plot, double width, bool smooth,
                     curve_tip tip)
{
    pp_color color = pp_theme_dark.curve;
    pen->plot = plot;
    pen->stroke_px = fmin(fmax(width * canvas->ratio, 1), CURVE_PEN_MAX_PX);
    pen->width_px = draw_pixel(pen->stroke_px + 0.5, 1, CURVE_PEN_MAX_PX);
    /* A canvas may be older than segments. */
    pen->smooth = smooth && canvas->ops->struct_size > offsetof(pp_canvas_ops, segments);
    pen->before = (pen->width_px - 1) / 2;
    pen->after = pen->width_px / 2;
    pen->held = 0;
    for (int i = 0; i < pen->width_px; i++)
        pen->grown_px[i] = reach_of(pen, tip, i - pen->before);
    draw_lines_begin(&pen->lines, canvas, color, 1);
    draw_segments_begin(&pen->uprights, canvas, color, 1);
    draw_segments_begin(&pen->segments, canvas, color, pen->stroke_px);
}

static inline double clamped(double value, double least, double most)
{
    return value > least ? (value < most ? value : most) : least;
}

void curve_pen_add_smooth(curve_pen *pen, upright column)
{
    double least = pen->plot.y - DRAW_MARGIN_PX, most = draw_bottom(pen->plot) + DRAW_MARGIN_PX;
    float x = (float)column.x + 0.5F;
    /* A pixel and a half of what is far outside is none. */
    double top = clamped(column.top - 0.5, least, most - 1);
    double bottom = clamped(column.bottom + 0.5, least + 1, most);
    draw_segments_add(&pen->uprights, (pp_segment){x, (float)top, x, (float)bottom});
}

/* Draws the column x from the uprights in its reach. */
static void draw_column(curve_pen *pen, int x)
{
    int newest_x = pen->window[pen->newest].x;
    int first = draw_max(x - pen->after, newest_x - pen->held + 1);
    int last = draw_min(x + pen->before, newest_x);
    upright column = {x, INFINITY, -INFINITY};
    for (int at = first; at <= last; at++) {
        int slot = pen->newest - (newest_x - at);
        const upright *near = &pen->window[slot < 0 ? slot + pen->width_px : slot];
        double grown = pen->grown_px[x - at + pen->before];
        column.top = fmin(column.top, near->top - grown);
        column.bottom = fmax(column.bottom, near->bottom + grown);
    }
    if (pen->smooth) /* The half pixel is in what they have grown. */
        curve_pen_add_smooth(pen, (upright){x, column.top + 0.5, column.bottom - 0.5});
    else
        curve_pen_add_crisp(pen, column);
}

/* Draws the columns right of the last upright: none follows. */
static void end_run(curve_pen *pen)
{
    if (pen->held == 0)
        return;
    int newest_x = pen->window[pen->newest].x;
    for (int x = newest_x - pen->before + 1; x <= newest_x + pen->after; x++)
        draw_column(pen, x);
    pen->held = 0;
}

void curve_pen_add_wide(curve_pen *pen, upright column)
{
    if (pen->held > 0 && column.x != pen->window[pen->newest].x + 1)
        end_run(pen);
    pen->newest = pen->held > 0 && pen->newest + 1 < pen->width_px ? pen->newest + 1 : 0;
    pen->window[pen->newest] = column;
    pen->held = draw_min(pen->held + 1, pen->width_px);
    draw_column(pen, column.x - pen->before);
}

void curve_pen_end(curve_pen *pen)
{
    end_run(pen);
    draw_lines_flush(&pen->lines);
    draw_segments_flush(&pen->uprights);
    draw_segments_flush(&pen->segments);
}

/* ---- Segments ------------------------------------------------------------------------------- */

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

/* Lengthens a segment at both ends: where two meet at an angle, no corner stays open; and a point
 * becomes a dot. */
static pp_segment lengthened(const double s[4], double by)
{
    double dx = s[2] - s[0], dy = s[3] - s[1], length = sqrt(dx * dx + dy * dy);
    double x = length > 0 ? by * dx / length : by, y = length > 0 ? by * dy / length : 0;
    return (pp_segment){(float)(s[0] - x), (float)(s[1] - y), (float)(s[2] + x), (float)(s[3] + y)};
}

/* Cut, in doubles, to the surroundings of the plot: then it fits into integers and floats. */
void curve_pen_segment(curve_pen *pen, double x1, double y1, double x2, double y2)
{
    pp_rect plot = pen->plot;
    double left = plot.x - DRAW_MARGIN_PX, right = draw_right(plot) + DRAW_MARGIN_PX;
    double top = plot.y - DRAW_MARGIN_PX, bottom = draw_bottom(plot) + DRAW_MARGIN_PX;
    double s[4] = {x1, y1, x2, y2};
    if (!(cut_at_edge(s, s[0] - left, s[2] - left) && cut_at_edge(s, right - s[0], right - s[2]) &&
          cut_at_edge(s, s[1] - top, s[3] - top) && cut_at_edge(s, bottom - s[1], bottom - s[3])))
        return;
    bool is_point = s[0] == s[2] && s[1] == s[3];
    if (pen->smooth)
        draw_segments_add(&pen->segments,
                          lengthened(s, pen->stroke_px > 1 || is_point ? pen->stroke_px / 2 : 0));
    else
        draw_lines_add(&pen->lines, (pp_line){(int)floor(s[0]), (int)floor(s[1]), (int)floor(s[2]),
                                              (int)floor(s[3])});
}
