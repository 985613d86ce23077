/* scene/series_generate.c: a random walk that is the same on every machine.
 *
 * Only integer arithmetic and the exactly rounded + - * / are used, no libm; the build forbids
 * this file to fuse a product with a sum. */
#include "base/base.h"
#include "scene/series_internal.h"

#include <math.h>

/* 2000-01-03, where the sample data begin. */
static const double START_S = 946857600.0;
static const double START_PRICE = 1000.0;
static const double STEP_SIZE = 0.01; /* of the price, per row */

/* splitmix64: public domain, Sebastiano Vigna. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* In [0, 1): 53 bits, so that the conversion is exact. */
static double next_unit(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

/* In (-1, 1), bell-shaped enough: the mean of three. */
static double next_step(uint64_t *state)
{
    double a = next_unit(state), b = next_unit(state), c = next_unit(state);
    return (a + b + c) * (2.0 / 3.0) - 1.0;
}

static pp_ohlc next_row(uint64_t *state, double time_s, double previous_close)
{
    double open = previous_close * (1 + next_step(state) * (STEP_SIZE / 4));
    double close = open * (1 + next_step(state) * STEP_SIZE);
    double top = open > close ? open : close, bottom = open > close ? close : open;
    return (pp_ohlc){.time_s = time_s,
                     .open = open,
                     .high = top * (1 + next_unit(state) * (STEP_SIZE / 2)),
                     .low = bottom * (1 - next_unit(state) * (STEP_SIZE / 2)),
                     .close = close};
}

/* Reflects the walk where prices would become unreadable. */
static double kept_in_range(double close)
{
    return close < START_PRICE / 50   ? START_PRICE / 50
           : close > START_PRICE * 50 ? START_PRICE * 50
                                      : close;
}

int pp_series_generate(pp_series **out, size_t rows, double step_s, uint64_t seed)
{
    double last_s = START_S + (double)rows * step_s;
    /* Times must still rise after rounding. */
    if (!(step_s > 0) || !isfinite(last_s) || last_s + step_s <= last_s)
        return pp_fail(PP_EINVAL, "a series of %zu rows every %g s cannot be made", rows, step_s);
    pp_series *series = NULL;
    int status = pp_series_create(&series);
    if (status == PP_OK)
        status = pp_series_reserve(series, rows);
    uint64_t state = seed;
    double close = START_PRICE;
    for (size_t i = 0; i < rows && status == PP_OK; i++) {
        pp_ohlc row = next_row(&state, START_S + (double)i * step_s, kept_in_range(close));
        close = row.close;
        status = pp_series_append(series, &row, 1);
    }
    if (status) {
        pp_series_destroy(series);
        return status;
    }
    *out = series;
    return PP_OK;
}
