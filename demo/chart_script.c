/* demo/chart_script.c: runs without hands: each finished frame arranges the next step. */
#include "chart_annotate.h"
#include "chart_app.h"

#include <math.h>

enum { ROWS_IN_SIGHT = 300, ROWS_ZOOMED_TO = 50 };
enum { STEPS_OF_A_SWEEP = 600, STEPS_OF_A_ZOOM = 240 }; /* there and back, without an end */

/* 0 at the beginning of a period, 1 in its middle, 0 at its end. */
static double there_and_back(uint64_t step, uint64_t period)
{
    double at = period > 1 ? (double)(step % period) / (double)(period - 1) : 0;
    return at < 0.5 ? 2 * at : 2 - 2 * at;
}

static double time_at_row(pp_columns rows, double row)
{
    size_t below = (size_t)row;
    if (below + 1 >= rows.size)
        return rows.time_s[rows.size - 1];
    return rows.time_s[below] +
           (row - (double)below) * (rows.time_s[below + 1] - rows.time_s[below]);
}

/* With an end, one sweep over everything; without, forth and back for ever. */
static void show_pan(chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    const chart_run *run = &chart->run;
    uint64_t frames = chart->options.frames;
    double at = frames > 1 ? fmin(1, (double)run->step / (double)(frames - 1))
                           : there_and_back(run->step, STEPS_OF_A_SWEEP);
    double sight = fmin(ROWS_IN_SIGHT, (double)rows.size) - 1;
    double first = at * ((double)rows.size - 1 - sight);
    chart->view.x0 = time_at_row(rows, first);
    chart->view.x1 = time_at_row(rows, first + sight);
    chart_view_moved(chart);
}

static void show_zoom(chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    uint64_t period = chart->options.frames > 1 ? chart->options.frames : STEPS_OF_A_ZOOM;
    double depth = there_and_back(chart->run.step, period);
    double start_s = rows.time_s[0], end_s = rows.time_s[rows.size - 1];
    double closest = fmin(1, ROWS_ZOOMED_TO / (double)rows.size);
    double half_s = (end_s - start_s) / 2 * pow(closest, depth);
    chart->view.x0 = (start_s + end_s) / 2 - half_s;
    chart->view.x1 = (start_s + end_s) / 2 + half_s;
    chart_view_moved(chart);
}

static void say_failure(chart_state *chart, int failure)
{
    if (failure != 0)
        chart_say(chart, "%s", pp_last_error());
}

static void take_step(void *user)
{
    chart_state *chart = user;
    if (chart->run.ending || chart->run.finished)
        return;
    ppq_timer_destroy(chart->run.timer);
    chart->run.timer = NULL;
    chart->run.step_pending = false;
    chart->run.step++;
    if (chart->stream.on && chart->feed.timer == NULL)
        say_failure(chart, chart_stream_bring(chart));
    switch (chart->options.script) {
    case CHART_SCRIPT_PAN:
        show_pan(chart);
        break;
    case CHART_SCRIPT_ZOOM:
        show_zoom(chart);
        break;
    case CHART_SCRIPT_APPEND:
        say_failure(chart, chart_feed_tick(chart));
        break;
    case CHART_SCRIPT_MIXED:
        say_failure(chart, chart_mixed_step(chart));
        break;
    case CHART_SCRIPT_NONE:
        ppq_view_update(chart->canvas);
        break;
    }
}

static void finish_now(void *user)
{
    chart_finish(user, 0);
}

/* The overlay's text follows a quarter of a second behind; a picture shows its last numbers. */
static void finish(void *user)
{
    chart_state *chart = user;
    uint64_t now_ns = pp_now_ns();
    uint64_t due_ns = pp_overlay_refresh_due_ns(chart->measure.overlay);
    ppq_timer_destroy(chart->run.timer); /* of a step that comes no more */
    chart->run.timer = NULL;
    if (chart->options.screenshot == NULL || due_ns <= now_ns)
        chart_finish(chart, 0);
    else if (ppq_timer_create(&chart->run.timer, NULL, (int)((due_ns - now_ns) / 1000000) + 50,
                              false, finish_now, chart) != 0)
        chart_finish(chart, 1);
}

/* Steps keep to a grid of times, so that their rate is exact although timers count whole
 * milliseconds; after a delay the grid begins anew. */
static int wait_for_step(chart_state *chart)
{
    chart_run *run = &chart->run;
    uint64_t now_ns = pp_now_ns(), period_ns = (uint64_t)(1e9 / chart->options.pace_hz);
    run->due_ns = run->due_ns + period_ns > now_ns ? run->due_ns + period_ns : now_ns;
    int wait_ms = (int)((run->due_ns - now_ns) / 1000000);
    return ppq_timer_create(&run->timer, chart->window, wait_ms, false, take_step, chart);
}

static int arrange_step(chart_state *chart)
{
    chart->run.step_pending = true;
    return chart->options.pace_hz > 0 ? wait_for_step(chart) : ppq_post(take_step, chart);
}

static bool goes_by_itself(const chart_options *options)
{
    return options->script != CHART_SCRIPT_NONE || options->frames > 0 || options->duration_s > 0;
}

static bool is_over(const chart_state *chart)
{
    const chart_options *options = &chart->options;
    const chart_run *run = &chart->run;
    double past_s = (double)(pp_now_ns() - run->start_ns) / 1e9;
    return run->ending || (options->frames > 0 && run->frames >= options->frames) ||
           (options->duration_s > 0 && past_s >= options->duration_s);
}

void chart_run_frame_end(chart_state *chart)
{
    chart_run *run = &chart->run;
    const chart_options *options = &chart->options;
    int failure = 0;
    run->frames++;
    chart_annotate_frame_end(chart->annotations);
    if (run->finished)
        return;
    if (is_over(chart))
        failure = run->ending ? 0 : ppq_post(finish, chart);
    else if (!run->step_pending && goes_by_itself(options))
        failure = arrange_step(chart);
    run->ending = is_over(chart);
    if (failure != 0)
        ppq_app_quit(chart->app, 1);
}

/* A script's own steps bring the rows, one slice each. */
static void start_stream(chart_state *chart)
{
    if (chart->options.script == CHART_SCRIPT_NONE)
        say_failure(chart, chart_feed_toggle(chart));
    else
        chart_stream_begin(chart);
    chart->stream.own_width = chart->options.script == CHART_SCRIPT_NONE;
}

void chart_run_start(chart_state *chart)
{
    size_t size = pp_series_columns(chart->series).size;
    chart->run.start_ns = chart->run.due_ns = pp_now_ns();
    chart->run.start_bytes = chart_report_memory_bytes();
    chart->run.random = chart->options.seed;
    switch (chart->options.script) {
    case CHART_SCRIPT_PAN:
        show_pan(chart);
        break;
    case CHART_SCRIPT_ZOOM:
        show_zoom(chart);
        break;
    case CHART_SCRIPT_APPEND:
        chart_view_fit(chart, size > ROWS_IN_SIGHT ? size - ROWS_IN_SIGHT : 0, size);
        break;
    case CHART_SCRIPT_MIXED:
    case CHART_SCRIPT_NONE:
        chart_view_fit(chart, 0, size);
        break;
    }
    if (chart->options.live_rate > 0)
        start_stream(chart);
}
