/* paintprof/series.h: open/high/low/close rows over time, as arrays. Part of the scene library. */
#ifndef PAINTPROF_SERIES_H
#define PAINTPROF_SERIES_H

#include <paintprof/export.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef struct pp_series pp_series;

/* One row: time in seconds since 1970 (UTC), then prices. A row one of whose prices is a NaN or
 * infinite is a break: all its prices become NaN, no curve is drawn through it. */
typedef struct pp_ohlc {
    double time_s, open, high, low, close;
} pp_ohlc;

/* The rows as arrays of size each. Lifetime: until the next change of the series. */
typedef struct pp_columns {
    size_t size;
    const double *time_s, *open, *high, *low, *close;
} pp_columns;

/* An empty series. Destroy with pp_series_destroy(). Returns 0 or PP_ENOMEM.
 * Thread of all functions here: one at a time per object. Since: 0.1 */
PP_API int pp_series_create(pp_series **out);
PP_API void pp_series_destroy(pp_series *series);

/* Reads a CSV whose header names at least date, open, high, low, close (any order, others are
 * ignored); dates as YYYY-MM-DD, optionally with [T ]HH:MM:SS[Z], strictly rising; prices finite,
 * low <= open, close <= high. In the C locale whatever the process has.
 * Returns 0, PP_EIO, PP_ENOMEM or PP_EDATA with "FILE:LINE: COLUMN: what is wrong" (lines from
 * 1, the header is line 1); *out is untouched on failure. Since: 0.1 */
PP_API int pp_series_load_csv(pp_series **out, const char *path);

/* A deterministic random walk of rows rows, step_s seconds apart: the same for the same seed on
 * every machine. Returns 0, PP_EINVAL, PP_ENOMEM. Since: 0.1 */
PP_API int pp_series_generate(pp_series **out, size_t rows, double step_s, uint64_t seed);

/* Appends rows; times must be finite and not fall (else PP_EDATA and nothing is appended); rows of
 * one time keep their order. PP_ENOMEM leaves it unchanged. O(1) amortised per row: 40 bytes for
 * its values and 2.2 for the lows and highs of blocks of rows. Since: 0.1 */
PP_API int pp_series_append(pp_series *series, const pp_ohlc *rows, size_t count);

/* Replaces the last row: a tick that moves the present bar. Same time required. O(1).
 * Since: 0.1 */
PP_API int pp_series_update_last(pp_series *series, const pp_ohlc *row);

PP_API pp_columns pp_series_columns(const pp_series *series);

/* The first row whose time is >= time_s, by binary search; size if none. Since: 0.1 */
PP_API size_t pp_series_lower_bound(const pp_series *series, double time_s);

/* The row nearest to time_s; SIZE_MAX when empty. Since: 0.1 */
PP_API size_t pp_series_nearest(const pp_series *series, double time_s);

/* Lowest low and highest high of rows [first, last); false when that holds no price. O(log rows).
 * Since: 0.1 */
PP_API bool pp_series_range(const pp_series *series, size_t first, size_t last, double *low,
                            double *high);

PP_END_DECLS

#endif
