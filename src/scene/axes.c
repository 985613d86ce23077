/* scene/axes.c: background, grid, and the labels of time and price around the plot. */
#include <paintprof/chart.h>

#include "scene/axes_ticks.h"
#include "scene/calendar.h"
#include "scene/draw.h"

#include <float.h>

/* Logical pixels. */
enum { LABEL_SPACING = 14, PRICE_SPACING = 42, LABEL_PADDING = 6, ROW_HEIGHT = 16, ROW_TOP = 4 };
enum { LABEL_BYTES = 64, STEPS_TRIED_MAX = 64 };

typedef struct axes_painter {
    pp_canvas *canvas;
    const pp_view *view;
    pp_font font;
    draw_rects grid;
    draw_texts labels, contexts;
} axes_painter;

static int px(const axes_painter *axes, double logical_px)
{
    return pp_canvas_px(axes->canvas, logical_px);
}

static void fill_background(pp_canvas *canvas, pp_rect plot)
{
    int right = draw_right(plot), bottom = draw_bottom(plot);
    pp_rect around[] = {{0, 0, canvas->width_px, plot.y},
                        {0, bottom, canvas->width_px, canvas->height_px - bottom},
                        {0, plot.y, plot.x, plot.h},
                        {right, plot.y, canvas->width_px - right, plot.h}};
    pp_rect shown[4];
    size_t count = 0;
    for (size_t i = 0; i < 4; i++) {
        pp_rect part = draw_intersection(around[i], canvas->dirty);
        if (part.w > 0 && part.h > 0)
            shown[count++] = part;
    }
    if (count > 0)
        canvas->ops->fill_rects(canvas, shown, count, pp_theme_dark.background);
    pp_rect inside = draw_intersection(plot, canvas->dirty);
    if (inside.w > 0 && inside.h > 0)
        canvas->ops->fill_rects(canvas, &inside, 1, pp_theme_dark.plot);
}

/* Whether neighbouring marks are different doubles at this place of the axis. */
static bool can_tell_apart(double step, double start, double end)
{
    return step > 4 * DBL_EPSILON * fmax(fabs(start), fabs(end));
}

/* ---- Time ----------------------------------------------------------------------------------- */

static int widest_label_px(const axes_painter *axes, time_step step)
{
    const pp_view *view = axes->view;
    char text[LABEL_BYTES] = "00";
    size_t size = 2;
    if (step.unit == TICK_MONTHS)
        size = time_step_label(step, 0, text, sizeof(text));
    else if (step.unit == TICK_YEARS)
        size = time_step_label(step, fabs(view->x0) > fabs(view->x1) ? view->x0 : view->x1, text,
                               sizeof(text));
    else if (step.unit == TICK_SECONDS)
        size = calendar_format_clock(text, sizeof(text), 0, step.count);
    return draw_text_width(axes->canvas, axes->font, text, size);
}

/* The finest step whose labels stand apart. */
static time_step choose_time_step(const axes_painter *axes)
{
    double s_per_px = (axes->view->x1 - axes->view->x0) / axes->view->plot.w;
    time_step step = time_step_at_least(s_per_px * 2 * px(axes, LABEL_SPACING));
    for (int i = 0; i < STEPS_TRIED_MAX; i++) {
        double room_px = time_step_seconds(step) / s_per_px;
        if (room_px >= widest_label_px(axes, step) + px(axes, LABEL_SPACING))
            break;
        step = time_step_coarser(step);
    }
    return step;
}

static bool has_rows_below(const axes_painter *axes, int rows)
{
    int below = axes->canvas->height_px - draw_bottom(axes->view->plot);
    return below >= px(axes, ROW_HEIGHT * rows);
}

static int row_y(const axes_painter *axes, int row)
{
    return draw_bottom(axes->view->plot) + px(axes, ROW_TOP) + row * px(axes, ROW_HEIGHT);
}

/* The name of a mark, unless it would leave the canvas or touch the one before. */
static void add_time_label(axes_painter *axes, time_step step, double time_s, int x, int *free_x)
{
    char text[LABEL_BYTES];
    size_t size = time_step_label(step, time_s, text, sizeof(text));
    int width = draw_text_width(axes->canvas, axes->font, text, size);
    int left = x - width / 2;
    if (left < *free_x || left + width > axes->canvas->width_px)
        return;
    draw_texts_add(&axes->labels, left, row_y(axes, 0), PP_ALIGN_LEFT | PP_ALIGN_TOP, text, size,
                   pp_theme_dark.axis_text);
    *free_x = left + width + px(axes, LABEL_PADDING);
}

static void add_time_marks(axes_painter *axes, time_step step)
{
    const pp_view *view = axes->view;
    int free_x = 0;
    double index = time_step_index(step, view->x0);
    for (int i = 0; i <= view->plot.w + 1; i++, index++) {
        double time_s = time_step_time(step, index);
        if (time_s > view->x1)
            return;
        if (time_s < view->x0)
            continue;
        int x = draw_x(view, time_s);
        draw_rects_add(&axes->grid, (pp_rect){x, view->plot.y, 1, view->plot.h});
        if (has_rows_below(axes, 1))
            add_time_label(axes, step, time_s, x, &free_x);
    }
}

/* The name of one context, such as a month, inside the part of the plot that it takes: in full, in
 * short, or not at all. */
static void add_context_label(axes_painter *axes, time_step context, double time_s, int left,
                              int right)
{
    for (int shorter = 0; shorter < 2; shorter++) {
        char text[LABEL_BYTES];
        size_t size = time_context_label(context, time_s, shorter, text, sizeof(text));
        pp_font font = axes->contexts.font;
        int at = left + px(axes, LABEL_PADDING);
        if (at + draw_text_width(axes->canvas, font, text, size) > right)
            continue;
        draw_texts_add(&axes->contexts, at, row_y(axes, 1), PP_ALIGN_LEFT | PP_ALIGN_TOP, text,
                       size, pp_theme_dark.axis_text);
        return;
    }
}

static void add_contexts(axes_painter *axes, time_step context)
{
    const pp_view *view = axes->view;
    int plot_right = draw_right(view->plot);
    double index = time_step_index(context, view->x0);
    for (int i = 0; i <= view->plot.w + 1; i++, index++) {
        double start_s = time_step_time(context, index);
        if (start_s > view->x1)
            return;
        int left = draw_max(draw_x(view, start_s), view->plot.x);
        int right = draw_min(draw_x(view, time_step_time(context, index + 1)), plot_right);
        if (left > view->plot.x)
            draw_rects_add(&axes->grid, (pp_rect){left, row_y(axes, 1), 1, px(axes, ROW_HEIGHT)});
        add_context_label(axes, context, start_s, left, right);
    }
}

static void draw_time_axis(axes_painter *axes)
{
    const pp_view *view = axes->view;
    if (!calendar_can_name(view->x0) || !calendar_can_name(view->x1))
        return;
    time_step step = choose_time_step(axes);
    time_step context;
    if (!can_tell_apart(time_step_seconds(step), view->x0, view->x1))
        return;
    add_time_marks(axes, step);
    if (has_rows_below(axes, 2) && time_step_context(step, &context))
        add_contexts(axes, context);
}

/* ---- Price ---------------------------------------------------------------------------------- */

static void add_price_label(axes_painter *axes, price_step step, double price, int y)
{
    pp_canvas *canvas = axes->canvas;
    int half = axes->font.size_px * 2 / 3;
    if (y - half < 0 || y + half > draw_bottom(axes->view->plot))
        return;
    char text[LABEL_BYTES];
    size_t size = price_step_label(step, price, text, sizeof(text));
    int x = draw_right(axes->view->plot) + px(axes, LABEL_PADDING);
    int width = draw_text_width(canvas, axes->font, text, size);
    /* Only extreme zooms have so many digits; they reach into the plot rather than be cut. */
    x = draw_min(x, canvas->width_px - width - 1);
    draw_texts_add(&axes->labels, x, y, PP_ALIGN_LEFT | PP_ALIGN_MIDDLE, text, size,
                   pp_theme_dark.axis_text);
}

static void draw_price_axis(axes_painter *axes)
{
    const pp_view *view = axes->view;
    double per_px = (view->y1 - view->y0) / view->plot.h;
    price_step step = price_step_at_least(per_px * px(axes, PRICE_SPACING));
    if (!can_tell_apart(step.size, view->y0, view->y1))
        return;
    bool has_labels =
        axes->canvas->width_px - draw_right(view->plot) >= px(axes, 4 * LABEL_PADDING);
    double index = ceil(view->y0 / step.size);
    for (int i = 0; i <= view->plot.h + 1; i++, index++) {
        double price = index * step.size;
        if (price > view->y1)
            return;
        int y = draw_min(draw_y(view, price), draw_bottom(view->plot) - 1);
        draw_rects_add(&axes->grid, (pp_rect){view->plot.x, y, view->plot.w, 1});
        if (has_labels)
            add_price_label(axes, step, price, y);
    }
}

/* ---- Both ----------------------------------------------------------------------------------- */

static void add_frame(axes_painter *axes)
{
    pp_rect plot = axes->view->plot;
    draw_rects_add(&axes->grid, (pp_rect){draw_right(plot), plot.y, 1, plot.h + 1});
    draw_rects_add(&axes->grid, (pp_rect){plot.x, draw_bottom(plot), plot.w, 1});
}

void pp_chart_draw_axes(pp_canvas *canvas, const pp_view *view)
{
    fill_background(canvas, view->plot);
    if (!draw_is_usable(view))
        return;
    axes_painter axes;
    axes.canvas = canvas;
    axes.view = view;
    axes.font = draw_font(canvas, DRAW_FONT_PX, false);
    draw_rects_begin(&axes.grid, canvas, pp_theme_dark.grid);
    draw_texts_begin(&axes.labels, canvas, axes.font);
    draw_texts_begin(&axes.contexts, canvas, draw_font(canvas, DRAW_FONT_PX, true));
    draw_time_axis(&axes);
    draw_price_axis(&axes);
    add_frame(&axes);
    draw_rects_flush(&axes.grid);
    draw_texts_flush(&axes.labels);
    draw_texts_flush(&axes.contexts);
}
