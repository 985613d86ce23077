/* scene/chart.c: the theme, the plot's place in the widget, and fitting the view to the data. */
#include <paintprof/chart.h>

#include "scene/draw.h"

/* Up and down differ by hue for every kind of colour vision: green-blue and orange of the palette
 * of Okabe and Ito. */
const pp_theme pp_theme_dark = {
    .background = 0xFF0D1117,
    .plot = 0xFF12171F,
    .grid = 0xFF222A35,
    .axis_text = 0xFFA9B4C2,
    .curve = 0xFF8CB4E8,
    .bar_up = 0xFF2EC4A0,
    .bar_down = 0xFFF0883E,
    .gap_up = 0xFF00B488,
    .gap_down = 0xFFE69F00,
    .gap_text = 0xFFE8EDF3,
    .crosshair = 0xFF7D8A9A,
    .tag = 0xFF3B4756,
    .tag_text = 0xFFFFFFFF,
};

/* Logical pixels. */
enum { MARGIN = 6, PRICE_AXIS_WIDTH = 70, TIME_AXIS_HEIGHT = 38, TIME_AXIS_ONE_ROW = 20 };
enum { WIDE_ENOUGH = 220, HIGH_ENOUGH = 160, HIGH_ENOUGH_FOR_ONE_ROW = 90 };

static int scaled(double logical_px, double ratio)
{
    return (int)(logical_px * ratio + 0.5);
}

pp_rect pp_chart_plot_rect(int width_px, int height_px, double ratio)
{
    int margin = scaled(MARGIN, ratio);
    int right = width_px >= scaled(WIDE_ENOUGH, ratio) ? scaled(PRICE_AXIS_WIDTH, ratio) : margin;
    int bottom = height_px >= scaled(HIGH_ENOUGH, ratio) ? scaled(TIME_AXIS_HEIGHT, ratio)
                 : height_px >= scaled(HIGH_ENOUGH_FOR_ONE_ROW, ratio)
                     ? scaled(TIME_AXIS_ONE_ROW, ratio)
                     : margin;
    return (pp_rect){margin, margin, draw_max(width_px - margin - right, 1),
                     draw_max(height_px - margin - bottom, 1)};
}

/* A range that is never empty. */
static void set_range(double *start, double *end, double low, double high, double margin,
                      double least_range)
{
    double range = high - low;
    if (!(range > 0))
        range = fmax(fabs(low) * 0.02, least_range);
    double middle = low + (high - low) / 2;
    double half = range / 2 + range * margin;
    *start = middle - half;
    *end = middle + half;
}

void pp_chart_fit(pp_view *view, const pp_series *series, size_t first, size_t last)
{
    pp_columns columns = pp_series_columns(series);
    last = last < columns.size ? last : columns.size;
    if (first >= last) {
        set_range(&view->x0, &view->x1, 0, 86400, 0, 1);
        set_range(&view->y0, &view->y1, 0, 1, 0, 1);
        return;
    }
    double low = 0, high = 1; /* where all rows are breaks */
    pp_series_range(series, first, last, &low, &high);
    double start_s = columns.time_s[first], end_s = columns.time_s[last - 1];
    if (start_s == end_s)
        set_range(&view->x0, &view->x1, start_s - 43200, end_s + 43200, 0, 1);
    else
        set_range(&view->x0, &view->x1, start_s, end_s, 0.015, 1);
    set_range(&view->y0, &view->y1, low, high, 0.06, 1e-3);
}
