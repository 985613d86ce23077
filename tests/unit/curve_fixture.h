/* tests/unit/curve_fixture.h: random series of many kinds, views of them, and which pixels every
 * single segment between their rows covers. */
#ifndef PP_TESTS_CURVE_FIXTURE_H
#define PP_TESTS_CURVE_FIXTURE_H

#include "recording_canvas.h"

#include <paintprof/chart.h>
#include <paintprof/error.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Data ----------------------------------------------------------------------------------- */

static uint64_t random_state = 1;

/* splitmix64 */
static inline uint64_t random_bits(void)
{
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline double random_unit(void)
{
    return (double)(random_bits() >> 11) * 0x1p-53;
}

static inline size_t random_below(size_t count)
{
    return (size_t)(random_bits() % count);
}

enum { WALK, SPIKES, CONSTANT, FEW_BREAKS, BREAK_RUNS, MANY_BREAKS, ALL_BREAKS, KIND_COUNT };
/* Seconds apart, many at one time, in sessions with nights between. */
enum { EVEN_TIMES, RANDOM_TIMES, SESSIONS, TIME_KIND_COUNT };

static inline double next_time(int kind, size_t i, double time_s)
{
    if (kind == EVEN_TIMES)
        return time_s + 1;
    if (kind == RANDOM_TIMES)
        return time_s + (random_below(3) ? 0 : 3 * random_unit());
    return time_s + (i % 700 == 0 ? 3000 : 1);
}

static inline bool is_break(int kind, size_t i)
{
    return (kind == FEW_BREAKS && random_below(997) == 0) ||
           (kind == BREAK_RUNS && i / 300 % 5 == 1) || (kind == MANY_BREAKS && random_below(2)) ||
           kind == ALL_BREAKS;
}

static inline pp_ohlc *make_rows(size_t count, int kind, int time_kind)
{
    pp_ohlc *rows = calloc(count, sizeof *rows);
    assert_non_null(rows);
    double time_s = 1.7e9, close = 100;
    for (size_t i = 0; i < count; i++) {
        time_s = next_time(time_kind, i, time_s);
        double open = close;
        close = kind == CONSTANT ? close : close + random_unit() - 0.5;
        double spike = kind == SPIKES && random_below(500) == 0 ? 60 : 0;
        rows[i] =
            (pp_ohlc){time_s, open, fmax(open, close) + spike, fmin(open, close), close + spike};
        if (is_break(kind, i))
            *(i % 2 ? &rows[i].close : &rows[i].high) = i % 3 ? (double)NAN : -(double)INFINITY;
    }
    return rows;
}

static inline pp_series *make_series(const pp_ohlc *rows, size_t count)
{
    pp_series *series = NULL;
    assert_int_equal(pp_series_create(&series), PP_OK);
    assert_int_equal(pp_series_append(series, rows, count), PP_OK);
    return series;
}

static inline pp_series *random_series(size_t count, int kind, int time_kind)
{
    pp_ohlc *rows = make_rows(count, kind, time_kind);
    pp_series *series = make_series(rows, count);
    free(rows);
    return series;
}

/* ---- Pixels --------------------------------------------------------------------------------- */

enum { PLOT_W = 300, PLOT_H = 200, PLOT_X = 7, PLOT_Y = 5 };

/* Which pixels of the plot are covered. */
typedef struct coverage {
    bool pixels[PLOT_W][PLOT_H];
} coverage;

static coverage brute, drawn;

static inline int clamped(double value, int least, int most)
{
    return value < least ? least : value > most ? most : (int)floor(value);
}

/* Column x from y1 to y2, in pixels of the canvas. */
static inline void cover(coverage *c, int x, double y1, double y2)
{
    double top = floor(fmin(y1, y2)) - PLOT_Y, bottom = floor(fmax(y1, y2)) - PLOT_Y;
    if (x < PLOT_X || x >= PLOT_X + PLOT_W || bottom < 0 || top >= PLOT_H)
        return;
    for (int y = clamped(top, 0, PLOT_H - 1); y <= clamped(bottom, 0, PLOT_H - 1); y++)
        c->pixels[x - PLOT_X][y] = true;
}

/* All that a segment covers in the columns it passes. */
static inline void cover_segment(double x1, double y1, double x2, double y2)
{
    int first = clamped(x1, PLOT_X - 1, PLOT_X + PLOT_W);
    int last = clamped(x2, PLOT_X - 1, PLOT_X + PLOT_W);
    for (int x = first; x <= last; x++) {
        double from = fmax(x1, x), to = fmin(x2, x + 1.0);
        if (from > to)
            continue;
        double slope = x2 > x1 ? (y2 - y1) / (x2 - x1) : 0;
        double start = from == x1 ? y1 : y1 + (from - x1) * slope;
        cover(&brute, x, start, to == x2 ? y2 : y1 + (to - x1) * slope);
    }
}

static inline void cover_line_of_all_rows(const pp_view *view, const pp_columns *c)
{
    memset(&brute, 0, sizeof brute);
    for (size_t i = 0; i < c->size; i++) {
        double x = pp_view_x_px(view, c->time_s[i]), y = pp_view_y_px(view, c->close[i]);
        if (isnan(y))
            continue;
        cover(&brute, clamped(x, -10, PLOT_X + PLOT_W), y, y);
        if (i > 0 && !isnan(c->close[i - 1]))
            cover_segment(pp_view_x_px(view, c->time_s[i - 1]), pp_view_y_px(view, c->close[i - 1]),
                          x, y);
    }
}

/* Of the true pixels of a column; false: none. */
static inline bool extent(const bool *pixels, int *top, int *bottom)
{
    for (*top = 0; *top < PLOT_H && !pixels[*top];)
        ++*top;
    for (*bottom = PLOT_H - 1; *bottom >= 0 && !pixels[*bottom];)
        --*bottom;
    return *top <= *bottom;
}

static inline bool near(const bool *pixels, int y)
{
    return pixels[y] || (y > 0 && pixels[y - 1]) || (y + 1 < PLOT_H && pixels[y + 1]);
}

static inline bool shows_all_prices(const pp_view *view, const pp_series *series)
{
    double low, high;
    return pp_series_range(series, 0, SIZE_MAX, &low, &high) && low >= view->y0 && high <= view->y1;
}

/* From all of the data to a few rows, beyond either end too; prices in or partly out of sight. */
static inline pp_view random_view(const pp_series *series)
{
    pp_columns c = pp_series_columns(series);
    pp_view view = {.plot = {PLOT_X, PLOT_Y, PLOT_W, PLOT_H}};
    pp_chart_fit(&view, series, 0, c.size);
    double length = view.x1 - view.x0, width = length * pow(10, -4 * random_unit() + 0.3);
    view.x0 += (length - width) * (1.4 * random_unit() - 0.2);
    view.x1 = view.x0 + width;
    if (random_below(3) == 0)
        pp_view_zoom(&view, PLOT_X + 1, PLOT_Y + PLOT_H * random_unit(), 1, 1 + 3 * random_unit());
    return view;
}

#endif
