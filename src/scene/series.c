/* scene/series.c: rows of open, high, low and close as one array per column, and the pyramid of
 * their lows and highs.
 *
 * The pyramid accounts for all rows but the last, so that a tick that moves the present bar costs
 * nothing there. */
#include "scene/series_internal.h"

#include "base/base.h"
#include "scene/curve_mesh.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { COLUMN_COUNT = 5, FIRST_CAPACITY = 64 };
enum { PAGE_ROW_BITS = 18 };                    /* of a column in a page of 2 MiB */
static const uint64_t FILE_PAGE_NS = 262144000; /* a million rows a second */

struct pp_series {
    size_t size, capacity;
    double *columns[COLUMN_COUNT];  /* in the order of pp_ohlc */
    big_array arrays[COLUMN_COUNT]; /* that hold them */
    price_pyramid pyramid;
    uint64_t page_begun_ns; /* when its rows came to their last large page */
    bool has_breaks;        /* there is a break, or was when the last row was another */
    uint64_t changes;
    curve_meshes **meshes; /* to one pointer of its own: drawing a const series may set it */
};

int pp_series_create(pp_series **out)
{
    pp_series *series = calloc(1, sizeof(*series));
    curve_meshes **meshes = calloc(1, sizeof(*meshes));
    if (!series || !meshes) {
        free(series);
        free(meshes);
        return pp_fail(PP_ENOMEM, "no memory for a series");
    }
    series->meshes = meshes;
    series->page_begun_ns = pp_now_ns();
    *out = series;
    return PP_OK;
}

void pp_series_destroy(pp_series *series)
{
    if (!series)
        return;
    for (int i = 0; i < COLUMN_COUNT; i++)
        big_array_free(&series->arrays[i]);
    pyramid_release(&series->pyramid);
    curve_meshes_destroy(*series->meshes);
    free(series->meshes);
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
        if (!big_array_grow(&series->arrays[i], capacity * sizeof(double)))
            return pp_fail(PP_ENOMEM, "no memory for %zu rows", rows);
        series->columns[i] = series->arrays[i].items;
    }
    int status = pyramid_reserve(&series->pyramid, capacity);
    if (status)
        return status;
    series->capacity = capacity;
    return PP_OK;
}

/* Called where the columns come to new large pages. Whoever brought the rows of the last ones at
 * the pace of a file does not wait for single rows. */
static void choose_pages(pp_series *series)
{
    uint64_t now_ns = pp_now_ns();
    bool at_once = now_ns - series->page_begun_ns < FILE_PAGE_NS;
    series->page_begun_ns = now_ns;
    for (int i = 0; i < COLUMN_COUNT; i++)
        big_array_fill_at_once(&series->arrays[i], at_once);
    pyramid_fill_at_once(&series->pyramid, at_once);
}

static inline pp_columns columns_of(const pp_series *series)
{
    return (pp_columns){series->size,       series->columns[0], series->columns[1],
                        series->columns[2], series->columns[3], series->columns[4]};
}

static void store_break(pp_series *series, size_t index)
{
    series->has_breaks = true;
    for (int i = 1; i < COLUMN_COUNT; i++)
        series->columns[i][index] = NAN;
}

/* A row without all of its prices becomes a break: all of them NaN, which compares false and so
 * keeps out of lows and highs by itself. 0 times a NaN or an infinity is a NaN. */
static inline void store_row(pp_series *series, size_t index, const pp_ohlc *row)
{
    series->columns[0][index] = row->time_s;
    series->columns[1][index] = row->open;
    series->columns[2][index] = row->high;
    series->columns[3][index] = row->low;
    series->columns[4][index] = row->close;
    if (isnan(0 * row->open + 0 * row->high + 0 * row->low + 0 * row->close))
        store_break(series, index);
}

static int refuse_row(size_t index, double time_s)
{
    if (!isfinite(time_s))
        return pp_fail(PP_EDATA, "row %zu: its time is not finite", index);
    return pp_fail(PP_EDATA, "row %zu: its time is before that of the row before", index);
}

int pp_series_append(pp_series *series, const pp_ohlc *rows, size_t count)
{
    if (count > SIZE_MAX - series->size)
        return pp_fail(PP_ENOMEM, "no memory for %zu more rows", count);
    size_t size = series->size, end = size + count;
    if ((end ^ size) >> PAGE_ROW_BITS)
        choose_pages(series);
    int status = end > series->capacity ? pp_series_reserve(series, end) : PP_OK;
    if (status)
        return status;
    /* Checked on the way: rows beyond the size are no part of the series yet. */
    double before = size ? series->columns[0][size - 1] : -DBL_MAX;
    for (size_t i = 0; i < count; i++) {
        if (!(rows[i].time_s >= before && rows[i].time_s <= DBL_MAX))
            return refuse_row(i, rows[i].time_s);
        before = rows[i].time_s;
        store_row(series, size + i, &rows[i]);
    }
    series->size = end;
    series->changes++;
    pp_columns columns = columns_of(series);
    pyramid_extend(&series->pyramid, &columns, end ? end - 1 : 0);
    return PP_OK;
}

int pp_series_update_last(pp_series *series, const pp_ohlc *row)
{
    if (series->size == 0)
        return pp_fail(PP_EINVAL, "the series has no last row to update");
    if (row->time_s != series->columns[0][series->size - 1])
        return pp_fail(PP_EINVAL, "the last row has another time");
    store_row(series, series->size - 1, row);
    series->changes++;
    return PP_OK;
}

pp_columns pp_series_columns(const pp_series *series)
{
    return columns_of(series);
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
    pp_columns columns = columns_of(series);
    pyramid_range range = pyramid_query(&series->pyramid, &columns, PYRAMID_PRICES, first, last);
    if (range.low > range.high)
        return false;
    *low = range.low;
    *high = range.high;
    return true;
}

const price_pyramid *pp_series_pyramid(const pp_series *series)
{
    return &series->pyramid;
}

uint64_t pp_series_changes(const pp_series *series)
{
    return series->changes;
}

curve_meshes **pp_series_meshes(const pp_series *series)
{
    return series->meshes;
}

bool pp_series_has_breaks(const pp_series *series)
{
    return series->has_breaks;
}
