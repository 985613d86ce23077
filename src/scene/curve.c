/* scene/curve.c: the series as a curve of any style, at most a few shapes a pixel column. */
#include "scene/curve_internal.h"
#include "scene/curve_mesh.h"

/* More rows per pixel column than that are gathered: a little earlier where columns are cheaper, as
 * a row of steps is two lines, and one of a wide smooth line has four corners. */
static const double ROWS_PER_COLUMN_MAX = 2, COSTLY_ROWS_PER_COLUMN_MAX = 0.5;
/* Fewer pixels per row than that leave no room for bars. */
static const double BAR_PX_MIN = 4;
/* Breaks that a column shows; more are not worth their lines. */
enum { PARTS_MAX = 8 };

/* The rows that may be seen in the whole view. How to draw is decided by these, or parts repainted
 * later would differ. */
typedef struct seen_rows {
    size_t first, last;
    double per_px;
} seen_rows;

static seen_rows seen_rows_of(const pp_view *view, const pp_series *series)
{
    seen_rows seen;
    curve_visible_rows(view, series, view->plot.x, draw_right(view->plot), &seen.first, &seen.last);
    seen.per_px = (double)(seen.last - seen.first) / view->plot.w;
    return seen;
}

static double narrowest_row_px(const pp_view *view, const pp_columns *columns,
                               const seen_rows *seen)
{
    double least_s = INFINITY;
    for (size_t i = seen->first + 1; i < seen->last; i++) {
        double step_s = columns->time_s[i] - columns->time_s[i - 1];
        least_s = step_s > 0 && step_s < least_s ? step_s : least_s;
    }
    return least_s * view->plot.w / (view->x1 - view->x0);
}

/* On canvases that keep what they draw. */
static bool draw_mesh(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                      const curve_mesh_look *look)
{
    return pp_canvas_keeps_meshes(canvas) && curve_mesh_draw(canvas, view, series, look);
}

static void draw_bars(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                      pp_curve_style style, const seen_rows *seen)
{
    pp_rect dirty = draw_dirty_plot(canvas, view);
    int reach_px = pp_canvas_px(canvas, CURVE_TICK_MAX);
    curve_walk walk;
    curve_walk_begin(&walk, view, series, PYRAMID_PRICES, dirty.x - reach_px,
                     draw_right(dirty) + reach_px);
    bool gathered = seen->per_px * BAR_PX_MIN > 1;
    curve_bar_sizes sizes = {0};
    if (!gathered)
        sizes = curve_bar_sizes_at(canvas, style, narrowest_row_px(view, &walk.columns, seen));
    const curve_mesh_look kept = {.style = style,
                                  .gathered = gathered,
                                  .least_px = pp_canvas_px(canvas, 1),
                                  .aside_px = sizes.aside_px,
                                  .stroke_px = sizes.stroke_px};
    if (draw_mesh(canvas, view, series, &kept))
        return;
    if (gathered)
        curve_draw_bar_columns(canvas, view, &walk);
    else
        curve_draw_bars(canvas, view, &walk, style, sizes);
}

static void draw_line(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                      const pp_curve_look *look, const seen_rows *seen)
{
    pp_rect dirty = draw_dirty_plot(canvas, view);
    bool steps = look->style == PP_CURVE_STEP;
    curve_pen pen;
    curve_pen_begin(&pen, canvas, view->plot, look->width, look->smooth,
                    steps ? CURVE_TIP_SQUARE : CURVE_TIP_ROUND);
    int reach_px = pp_canvas_px(canvas, CURVE_TICK_MAX) + pen.before + pen.after;
    curve_walk walk;
    curve_walk_begin(&walk, view, series, PYRAMID_CLOSES, dirty.x - reach_px,
                     draw_right(dirty) + reach_px);
    walk.parts_max = draw_max(PARTS_MAX / pen.width_px, 1);
    bool costly = steps || (pen.smooth && pen.width_px > 1);
    bool gathered = seen->per_px > (costly ? COSTLY_ROWS_PER_COLUMN_MAX : ROWS_PER_COLUMN_MAX);
    const curve_mesh_look kept = {
        .style = look->style,
        .gathered = gathered,
        .smooth = pen.smooth,
        .width_px = (float)(pen.smooth && !gathered ? pen.stroke_px : pen.width_px)};
    if (draw_mesh(canvas, view, series, &kept))
        return;
    if (steps)
        curve_draw_steps(&pen, view, &walk, gathered);
    else
        curve_draw_line(&pen, view, &walk, gathered);
    curve_pen_end(&pen);
}

void pp_chart_draw_curve(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                         const pp_curve_look *look)
{
    static const pp_curve_look thin_line = {PP_CURVE_LINE, 0, false};
    look = look ? look : &thin_line;
    pp_rect dirty = draw_dirty_plot(canvas, view);
    if (!draw_is_usable(view) || dirty.w <= 0 || dirty.h <= 0)
        return;
    seen_rows seen = seen_rows_of(view, series);
    if (seen.first >= seen.last)
        return;
    canvas->ops->push_clip(canvas, view->plot);
    if (look->style == PP_CURVE_OHLC || look->style == PP_CURVE_CANDLES)
        draw_bars(canvas, view, series, look->style, &seen);
    else
        draw_line(canvas, view, series, look, &seen);
    canvas->ops->pop_clip(canvas);
}
