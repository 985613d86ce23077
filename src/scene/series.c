/* scene/series.c: rows of open, high, low and close as one array per column. */
#include "scene/series_internal.h"

#include "base/base.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMN_COUNT = 5, FIRST_CAPACITY = 64 };

struct pp_series {
    size_t size, capacity;
    double *columns[COLUMN_COUNT]; /* in the order of pp_ohlc */
};

int pp_series_create(pp_series **out)
{
    pp_series *series = calloc(1, sizeof(*series));
    if (!series)
        return pp_fail(PP_ENOMEM, "no memory for a series");
    *out = series;
    return PP_OK;
}

void pp_series_destroy(pp_series *series)
{
    if (!series)
        return;
    for (int i = 0; i < COLUMN_COUNT; i++)
        free(series->columns[i]);
    free(series);
}

int pp_series_reserve(pp_series *series, size_t rows)
{
    if (rows <= series->capacity)
        return PP_OK;
    size_t capacity = series->capacity ? series->capacity : FIRST_CAPACITY;
    while (capacity < rows && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    if (capacity < rows || capacity > SIZE_MAX / sizeof(double))
        return pp_fail(PP_ENOMEM, "no memory for %zu rows", rows);
    /* A column that grew before another failed is only larger than it has to be. */
    for (int i = 0; i < COLUMN_COUNT; i++) {
        double *column = realloc(series->columns[i], capacity * sizeof(double));
        if (!column)
            return pp_fail(PP_ENOMEM, "no memory for %zu rows", rows);
        series->columns[i] = column;
    }
    series->capacity = capacity;
    return PP_OK;
}

static void store_row(pp_series *series, size_t index, const pp_ohlc *row)
{
    series->columns[0][index] = row->time_s;
    series->columns[1][index] = row->open;
    series->columns[2][index] = row->high;
    series->columns[3][index] = row->low;
    series->columns[4][index] = row->close;
}

static bool is_finite_row(const pp_ohlc *row)
{
    return isfinite(row->time_s) && isfinite(row->open) && isfinite(row->high) &&
           isfinite(row->low) && isfinite(row->close);
}

static int check_rows(const pp_series *series, const pp_ohlc *rows, size_t count)
{
    double before = series->size ? series->columns[0][series->size - 1] : -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (!is_finite_row(&rows[i]))
            return pp_fail(PP_EDATA, "row %zu: a value is not finite", i);
        if (!(rows[i].time_s > before))
            return pp_fail(PP_EDATA, "row %zu: its time is not after the row before", i);
        before = rows[i].time_s;
    }
    return PP_OK;
}

int pp_series_append(pp_series *series, const pp_ohlc *rows, size_t count)
{
    int status = check_rows(series, rows, count);
    if (status)
        return status;
    if (count > SIZE_MAX - series->size)
        return pp_fail(PP_ENOMEM, "no memory for %zu more rows", count);
    status = pp_series_reserve(series, series->size + count);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        store_row(series, series->size + i, &rows[i]);
    series->size += count;
    return PP_OK;
}

int pp_series_update_last(pp_series *series, const pp_ohlc *row)
{
    if (series->size == 0)
        return pp_fail(PP_EINVAL, "the series has no last row to update");
    if (!is_finite_row(row))
        return pp_fail(PP_EDATA, "the last row: a value is not finite");
    if (row->time_s != series->columns[0][series->size - 1])
        return pp_fail(PP_EINVAL, "the last row has another time");
    store_row(series, series->size - 1, row);
    return PP_OK;
}

pp_columns pp_series_columns(const pp_series *series)
{
    return (pp_columns){series->size,       series->columns[0], series->columns[1],
                        series->columns[2], series->columns[3], series->columns[4]};
}

size_t pp_series_lower_bound(const pp_series *series, double time_s)
{
    const double *times = series->columns[0];
    size_t first = 0, count = series->size;
    while (count > 0) {
        size_t half = count / 2;
        if (times[first + half] < time_s) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

size_t pp_series_nearest(const pp_series *series, double time_s)
{
    if (series->size == 0)
        return SIZE_MAX;
    size_t after = pp_series_lower_bound(series, time_s);
    if (after == 0)
        return 0;
    if (after == series->size)
        return after - 1;
    const double *times = series->columns[0];
    return time_s - times[after - 1] <= times[after] - time_s ? after - 1 : after;
}

bool pp_series_range(const pp_series *series, size_t first, size_t last, double *low, double *high)
{
    last = last < series->size ? last : series->size;
    if (first >= last)
        return false;
    const double *highs = series->columns[2], *lows = series->columns[3];
    double lowest = lows[first], highest = highs[first];
    for (size_t i = first + 1; i < last; i++) {
        lowest = lows[i] < lowest ? lows[i] : lowest;
        highest = highs[i] > highest ? highs[i] : highest;
    }
    *low = lowest;
    *high = highest;
    return true;
}
