/* demo/chart_mixed.c: the script of long runs: pans, zooms, jumps and new rows in turn, in an order
 * that follows from --seed alone. */
#include "chart_app.h"

#include <math.h>

typedef enum mixed_action {
    MIXED_PAN,
    MIXED_ZOOM,
    MIXED_JUMP,
    MIXED_FOLLOW,
    MIXED_HOVER,
    MIXED_ACTIONS
} mixed_action;

enum { LEAST_STEPS = 20, MOST_STEPS = 150 };

static const double MOST_PAN = 0.03; /* of the width, a step */
static const double MOST_ZOOM = 0.03;

/* In [0, 1). */
static double random_unit(chart_run *run)
{
    return (1 + chart_random(&run->random)) / 2;
}

/* From somewhere to somewhere, at a width from all rows to a few hundred. */
static void jump(chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    double first_s = rows.time_s[0], length_s = rows.time_s[rows.size - 1] - first_s;
    double closest = fmin(1, 300 / (double)rows.size);
    double width_s = length_s * pow(closest, random_unit(&chart->run));
    chart->view.x0 = first_s + random_unit(&chart->run) * (length_s - width_s);
    chart->view.x1 = chart->view.x0 + width_s;
    chart->free_y = false;
    chart_view_moved(chart);
}

static void show_newest(chart_state *chart)
{
    size_t size = pp_series_columns(chart->series).size;
    size_t shown = 200 + (size_t)(random_unit(&chart->run) * 20000);
    chart_view_fit(chart, size > shown ? size - shown : 0, size);
}

static void begin_action(chart_state *chart)
{
    chart_run *run = &chart->run;
    run->action = (unsigned)(random_unit(run) * MIXED_ACTIONS);
    run->action_steps = LEAST_STEPS + (unsigned)(random_unit(run) * (MOST_STEPS - LEAST_STEPS));
    run->speed = 2 * random_unit(run) - 1;
    run->at_x = random_unit(run);
    run->at_y = random_unit(run);
    if (run->action == MIXED_JUMP)
        jump(chart);
    else if (run->action == MIXED_FOLLOW)
        show_newest(chart);
}

/* The cursor goes along a figure around a point. */
static void hover(chart_state *chart)
{
    const chart_run *run = &chart->run;
    const pp_rect plot = chart->view.plot;
    double angle = 0.05 * run->action_steps;
    chart->pointer.inside = true;
    chart->pointer.x_px = plot.x + plot.w * (run->at_x * 0.8 + 0.1 * (1 + sin(angle)));
    chart->pointer.y_px = plot.y + plot.h * (run->at_y * 0.8 + 0.1 * (1 + cos(2 * angle)));
    chart_crosshair_place(chart);
}

static int new_rows(chart_state *chart)
{
    return chart->options.live_rate > 0 ? 0 : chart_feed_tick(chart); /* or they come anyway */
}

int chart_mixed_step(chart_state *chart)
{
    chart_run *run = &chart->run;
    if (run->action_steps == 0) {
        chart->pointer.inside = false;
        begin_action(chart);
    }
    run->action_steps--;
    const pp_rect plot = chart->view.plot;
    switch ((mixed_action)run->action) {
    case MIXED_PAN:
        chart_view_pan(chart, run->speed * MOST_PAN * plot.w, 0);
        return 0;
    case MIXED_ZOOM:
        chart_view_zoom(chart, plot.x + run->at_x * plot.w, plot.y + run->at_y * plot.h,
                        1 + run->speed * MOST_ZOOM, 1);
        return 0;
    case MIXED_HOVER:
        hover(chart);
        return 0;
    case MIXED_JUMP:
    case MIXED_FOLLOW:
    case MIXED_ACTIONS:
        break;
    }
    int failure = new_rows(chart);
    ppq_view_update(chart->canvas);
    return failure;
}
