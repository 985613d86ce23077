/* demo/chart_view.c: what is in sight: fit, pan, zoom, and prices that follow the visible rows. */
#include "chart_app.h"

static const double LEAST_ROWS = 4;  /* as far as zooming in goes */
static const double MOST_OF_ALL = 4; /* as far as zooming out goes, in whole series */
static const double PRICE_MARGIN = 0.06;
static const double KEPT_IN_VIEW = 0.1; /* of the width, at the ends of the series */

static double clamp(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

static double series_length_s(const chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    double length_s = rows.time_s[rows.size - 1] - rows.time_s[0];
    return length_s > chart->feed.step_s ? length_s : chart->feed.step_s;
}

static void keep_in_reach(chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    pp_view *view = &chart->view;
    double width_s = clamp(view->x1 - view->x0, LEAST_ROWS * chart->feed.step_s,
                           MOST_OF_ALL * series_length_s(chart));
    double reach_s = width_s * (0.5 - KEPT_IN_VIEW);
    double middle_s = clamp((view->x0 + view->x1) / 2, rows.time_s[0] - reach_s,
                            rows.time_s[rows.size - 1] + reach_s);
    view->x0 = middle_s - width_s / 2;
    view->x1 = middle_s + width_s / 2;
}

/* The rows in sight and one more on each side, whose lines cross the edges. */
static void follow_prices(chart_state *chart)
{
    size_t size = pp_series_columns(chart->series).size;
    size_t first = pp_series_lower_bound(chart->series, chart->view.x0);
    size_t last = pp_series_lower_bound(chart->series, chart->view.x1);
    first -= first > 0;
    last += last < size;
    double low, high;
    if (!pp_series_range(chart->series, first, last, &low, &high))
        return;
    double margin = (high - low) * PRICE_MARGIN;
    if (!(margin > 0))
        margin = high > 0 ? high * 0.01 : 1;
    chart->view.y0 = low - margin;
    chart->view.y1 = high + margin;
}

void chart_view_moved(chart_state *chart)
{
    keep_in_reach(chart);
    if (!chart->free_y)
        follow_prices(chart);
    chart_gaps_place(chart);
    chart_crosshair_place(chart);
    ppq_view_update(chart->canvas);
}

void chart_view_fit(chart_state *chart, size_t first, size_t last)
{
    chart->free_y = false;
    chart->stream.own_width = false;
    pp_chart_fit(&chart->view, chart->series, first, last);
    chart_view_moved(chart);
}

void chart_view_pan(chart_state *chart, double dx_px, double dy_px)
{
    if (dy_px != 0)
        chart->free_y = true;
    chart->stream.own_width = false;
    pp_view_pan(&chart->view, dx_px, dy_px);
    chart_view_moved(chart);
}

void chart_view_zoom(chart_state *chart, double x_px, double y_px, double factor_x, double factor_y)
{
    /* Stopping at the limits here, not in keep_in_reach(), leaves the cursor where it is. */
    double width_s = chart->view.x1 - chart->view.x0;
    factor_x = clamp(factor_x, width_s / (MOST_OF_ALL * series_length_s(chart)),
                     width_s / (LEAST_ROWS * chart->feed.step_s));
    if (factor_y != 1)
        chart->free_y = true;
    chart->stream.own_width = false;
    pp_view_zoom(&chart->view, x_px, y_px, factor_x, factor_y);
    chart_view_moved(chart);
}

bool chart_view_shows_end(const chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    double end_s = rows.time_s[rows.size - 1];
    return end_s >= chart->view.x0 && end_s <= chart->view.x1;
}
