/* demo/chart_live.c: ticks and bars as they arrive, a random walk that goes on from the last row.
 */
#include "chart_app.h"

#include <math.h>
#include <stdlib.h>

enum { TICKS_PER_BAR = 4, TICK_INTERVAL_MS = 50, SLICE_INTERVAL_MS = 16 };
enum { BARS_PER_RUN = 32, MISSING_BARS = 8 }; /* without a calendar: runs of bars and breaks */
enum { ROWS_IN_VIEW = 150, MOST_ROWS_IN_VIEW = 1500 };
enum { MOST_SAMPLES = 1023 };

static const double DAY_S = 86400;
static const double TICK_SIZE = 0.004; /* of the price, at most */
static const double OPENING_JUMP = 2;  /* in ticks, after a gap */
static const double GAP_STEPS = 1.5;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The usual distance of neighbouring rows: the median of some of them. */
static double usual_step_s(pp_columns rows)
{
    double steps_s[MOST_SAMPLES];
    size_t pairs = rows.size > 0 ? rows.size - 1 : 0;
    size_t samples = pairs < MOST_SAMPLES ? pairs : MOST_SAMPLES;
    if (samples == 0)
        return DAY_S;
    for (size_t i = 0; i < samples; ++i) {
        size_t pair = (size_t)((double)i / (double)samples * (double)pairs);
        steps_s[i] = rows.time_s[pair + 1] - rows.time_s[pair];
    }
    qsort(steps_s, samples, sizeof steps_s[0], by_value);
    return steps_s[samples / 2];
}

void chart_feed_init(chart_state *chart)
{
    chart->feed.random = chart->options.seed;
    chart->feed.step_s = usual_step_s(pp_series_columns(chart->series));
    chart->gaps.min_gap_s = GAP_STEPS * chart->feed.step_s;
}

/* By splitmix64. */
double chart_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-52 - 1;
}

static bool is_weekend(double time_s)
{
    double day = fmod(floor(time_s / DAY_S) + 4, 7); /* 1970-01-01 was a Thursday; 0: Sunday */
    return day == 0 || day == 6;
}

/* Daily rows skip weekends; others come in runs with a break after each. */
static double next_time_s(chart_feed *feed, double last_s)
{
    double next_s = last_s + feed->step_s;
    feed->bars++;
    if (feed->step_s == DAY_S) {
        while (is_weekend(next_s))
            next_s += DAY_S;
    } else if (feed->bars % BARS_PER_RUN == 0) {
        next_s += MISSING_BARS * feed->step_s;
    }
    return next_s;
}

static pp_ohlc last_row(const chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    size_t i = rows.size - 1;
    return (pp_ohlc){rows.time_s[i], rows.open[i], rows.high[i], rows.low[i], rows.close[i]};
}

int chart_feed_append(chart_state *chart, const pp_ohlc *rows, size_t count)
{
    annotate_rows_change_begin(&chart->rows);
    int failure = pp_series_append(chart->series, rows, count);
    annotate_rows_change_end(&chart->rows);
    return failure;
}

int chart_feed_update_last(chart_state *chart, const pp_ohlc *row)
{
    annotate_rows_change_begin(&chart->rows);
    int failure = pp_series_update_last(chart->series, row);
    annotate_rows_change_end(&chart->rows);
    return failure;
}

static int begin_bar(chart_state *chart)
{
    chart_feed *feed = &chart->feed;
    pp_ohlc last = last_row(chart);
    bool follow = chart_view_shows_end(chart);
    double time_s = next_time_s(feed, last.time_s);
    bool gap = time_s - last.time_s > chart->gaps.min_gap_s;
    double jump = (gap ? OPENING_JUMP : 1) * TICK_SIZE * chart_random(&feed->random);
    double open = last.close * (1 + jump);
    pp_ohlc row = {time_s, open, open, open, open};
    int failure = chart_feed_append(chart, &row, 1);
    if (failure == 0)
        failure = chart_gaps_extend(chart);
    if (failure == 0 && follow) {
        chart->view.x0 += time_s - last.time_s;
        chart->view.x1 += time_s - last.time_s;
    }
    return failure;
}

static int move_bar(chart_state *chart)
{
    pp_ohlc row = last_row(chart);
    row.close *= 1 + TICK_SIZE * chart_random(&chart->feed.random);
    row.high = fmax(row.high, row.close);
    row.low = fmin(row.low, row.close);
    return chart_feed_update_last(chart, &row);
}

int chart_feed_tick(chart_state *chart)
{
    PP_ZONE(zone, "Feed.tick()", PP_PHASE_OTHER);
    chart_feed *feed = &chart->feed;
    int failure = feed->ticks_in_bar == 0 ? begin_bar(chart) : move_bar(chart);
    feed->ticks_in_bar = (feed->ticks_in_bar + 1) % TICKS_PER_BAR;
    chart_view_moved(chart);
    PP_END(zone);
    return failure;
}

static void stop(chart_state *chart)
{
    ppq_timer_destroy(chart->feed.timer);
    chart->feed.timer = NULL;
    chart_stream_end(chart);
}

static void on_timer(void *user)
{
    chart_state *chart = user;
    if ((chart->stream.on ? chart_stream_bring(chart) : chart_feed_tick(chart)) == 0)
        return;
    stop(chart);
    chart_say(chart, "live mode stopped: %s", pp_last_error());
}

/* From further away, ticks could not be seen. */
static void show_newest_rows(chart_state *chart)
{
    size_t size = pp_series_columns(chart->series).size;
    double rows_in_view = (chart->view.x1 - chart->view.x0) / chart->feed.step_s;
    if (!chart_view_shows_end(chart) || rows_in_view > MOST_ROWS_IN_VIEW)
        chart_view_fit(chart, size > ROWS_IN_VIEW ? size - ROWS_IN_VIEW : 0, size);
}

static int start(chart_state *chart)
{
    bool streams = chart->options.live_rate > 0;
    if (streams)
        chart_stream_begin(chart);
    else
        show_newest_rows(chart);
    return ppq_timer_create(&chart->feed.timer, chart->window,
                            streams ? SLICE_INTERVAL_MS : TICK_INTERVAL_MS, true, on_timer, chart);
}

int chart_feed_toggle(chart_state *chart)
{
    if (chart->feed.timer == NULL)
        return start(chart);
    stop(chart);
    return 0;
}
