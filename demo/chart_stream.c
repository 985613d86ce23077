/* demo/chart_stream.c: rows that arrive at a rate (--live-rate), in slices short enough for a
 * frame.
 *
 * Rows go on from the last one, as far apart as usual, with a break now and then; prices have two
 * decimals. What a slice leaves comes with the next one; a chart that cannot keep up falls back
 * behind the rate, and its status line says what it reaches. */
#include "chart_app.h"

#include <math.h>

enum { ROWS_AT_ONCE = 256 };

static const uint64_t SLICE_NS = 2000000;         /* of each frame, at most */
static const uint64_t MOST_BEHIND_NS = 500000000; /* what is older is not made up for */
static const uint64_t RATE_PERIOD_NS = 500000000;
static const double RUN_S = 4, BREAK_S = 0.25; /* of arrival, from break to break */
static const double IN_SIGHT_S = 10, AHEAD = 0.05;
static const double MOVE_A_SECOND = 0.002; /* of the price */

void chart_stream_begin(chart_state *chart)
{
    chart_stream *stream = &chart->stream;
    *stream = (chart_stream){.on = true,
                             .own_width = true,
                             .start_ns = pp_now_ns(),
                             .until_break = (uint64_t)(RUN_S * chart->options.live_rate)};
    stream->rate_from_ns = stream->start_ns;
}

void chart_stream_end(chart_state *chart)
{
    chart->stream.on = false;
    chart->stream.rows_per_s = 0;
}

static double next_time_s(chart_state *chart, double last_s)
{
    chart_stream *stream = &chart->stream;
    double rate = chart->options.live_rate;
    double time_s = last_s + chart->feed.step_s;
    if (stream->until_break-- > 0)
        return time_s;
    stream->until_break = (uint64_t)(RUN_S * rate);
    return time_s + fmax(2, BREAK_S * rate) * chart->feed.step_s;
}

static double cents(double price)
{
    return fmax(floor(price * 100 + 0.5), 1) / 100;
}

static int append(chart_state *chart, size_t count)
{
    pp_columns columns = pp_series_columns(chart->series);
    double time_s = columns.time_s[columns.size - 1], price = columns.close[columns.size - 1];
    double move = MOVE_A_SECOND / sqrt(chart->options.live_rate);
    pp_ohlc rows[ROWS_AT_ONCE];
    if (!isfinite(price))
        price = 100;
    for (size_t i = 0; i < count; ++i) {
        double open = price;
        price = cents(price * (1 + move * chart_random(&chart->feed.random)));
        time_s = next_time_s(chart, time_s);
        rows[i] = (pp_ohlc){time_s, open, fmax(open, price), fmin(open, price), price};
    }
    return chart_feed_append(chart, rows, count);
}

/* How many rows should be here by now and are not. */
static uint64_t rows_due(chart_state *chart, uint64_t now_ns)
{
    chart_stream *stream = &chart->stream;
    double rate = chart->options.live_rate;
    uint64_t expected = (uint64_t)((double)(now_ns - stream->start_ns) * rate / 1e9);
    uint64_t due = expected > stream->brought ? expected - stream->brought : 0;
    uint64_t most = (uint64_t)ceil((double)MOST_BEHIND_NS * rate / 1e9);
    if (due <= most)
        return due;
    stream->brought = expected - most;
    return most;
}

static int append_slice(chart_state *chart)
{
    uint64_t began_ns = pp_now_ns(), due = rows_due(chart, began_ns);
    int failure = 0;
    while (due > 0 && failure == 0 && pp_now_ns() - began_ns < SLICE_NS) {
        size_t count = due < ROWS_AT_ONCE ? (size_t)due : ROWS_AT_ONCE;
        failure = append(chart, count);
        if (failure != 0)
            break;
        due -= count;
        chart->stream.brought += count;
        chart->stream.rate_rows += count;
    }
    return failure;
}

static void measure_rate(chart_stream *stream)
{
    uint64_t now_ns = pp_now_ns(), past_ns = now_ns - stream->rate_from_ns;
    if (past_ns < RATE_PERIOD_NS)
        return;
    stream->rows_per_s = (double)stream->rate_rows * 1e9 / (double)past_ns;
    stream->rate_from_ns = now_ns;
    stream->rate_rows = 0;
}

static double end_s(const chart_state *chart)
{
    pp_columns rows = pp_series_columns(chart->series);
    return rows.time_s[rows.size - 1];
}

/* Keeps the newest row where it was; while nobody has zoomed, some seconds of arrival are shown. */
static void follow(chart_state *chart, double moved_s)
{
    pp_view *view = &chart->view;
    double width_s = view->x1 - view->x0;
    view->x1 += moved_s;
    if (chart->stream.own_width) {
        width_s = IN_SIGHT_S * chart->options.live_rate * chart->feed.step_s;
        view->x1 = end_s(chart) + AHEAD * width_s;
    }
    view->x0 = view->x1 - width_s;
    chart_view_moved(chart);
}

int chart_stream_bring(chart_state *chart)
{
    PP_ZONE(zone, "Feed.stream()", PP_PHASE_OTHER);
    bool follows = chart->stream.own_width || chart_view_shows_end(chart);
    double before_s = end_s(chart);
    int failure = append_slice(chart);
    if (failure == 0)
        failure = chart_gaps_extend(chart);
    measure_rate(&chart->stream);
    if (follows)
        follow(chart, end_s(chart) - before_s);
    else
        ppq_item_update(chart->status.item);
    PP_END(zone);
    return failure;
}
