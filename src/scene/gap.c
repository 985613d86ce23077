/* scene/gap.c: finding gaps in a series, and finding those of a stretch of time. */
#include <paintprof/gap.h>

#include "base/base.h"

#include <stdlib.h>

static int reserve(pp_gaps *gaps, size_t count)
{
    if (count <= gaps->capacity)
        return PP_OK;
    size_t capacity = gaps->capacity ? gaps->capacity : 64;
    while (capacity < count && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    if (capacity < count || capacity > SIZE_MAX / sizeof(pp_gap))
        return pp_fail(PP_ENOMEM, "no memory for %zu gaps", count);
    pp_gap *items = realloc(gaps->items, capacity * sizeof(pp_gap));
    if (!items)
        return pp_fail(PP_ENOMEM, "no memory for %zu gaps", count);
    gaps->items = items;
    gaps->capacity = capacity;
    return PP_OK;
}

static void add_reserved(pp_gaps *gaps, pp_gap gap)
{
    double length_s = gap.time1_s - gap.time0_s;
    gaps->items[gaps->size++] = gap;
    if (length_s > gaps->longest_s)
        gaps->longest_s = length_s;
}

/* From the close of a row to the open of the next. */
static pp_gap gap_after(const pp_columns *rows, size_t row)
{
    return (pp_gap){rows->time_s[row], rows->time_s[row + 1], rows->close[row],
                    rows->open[row + 1]};
}

static size_t count_wide(const pp_columns *rows, size_t first, double min_gap_s)
{
    size_t count = 0;
    for (size_t i = first; i + 1 < rows->size; i++)
        count += rows->time_s[i + 1] - rows->time_s[i] > min_gap_s;
    return count;
}

int pp_gaps_find(pp_gaps *gaps, const pp_series *series, size_t first, double min_gap_s)
{
    pp_columns rows = pp_series_columns(series);
    int status = reserve(gaps, gaps->size + count_wide(&rows, first, min_gap_s));
    if (status)
        return status;
    for (size_t i = first; i + 1 < rows.size; i++) {
        if (rows.time_s[i + 1] - rows.time_s[i] > min_gap_s)
            add_reserved(gaps, gap_after(&rows, i));
    }
    return PP_OK;
}

/* The slice number index of count equal slices of a gap, in time and in price. */
static pp_gap slice_of(pp_gap gap, size_t index, size_t count)
{
    if (count == 1)
        return gap;
    double start = (double)index / (double)count, end = (double)(index + 1) / (double)count;
    double length_s = gap.time1_s - gap.time0_s, rise = gap.price1 - gap.price0;
    return (pp_gap){gap.time0_s + length_s * start, gap.time0_s + length_s * end,
                    gap.price0 + rise * start, gap.price0 + rise * end};
}

int pp_gaps_spread(pp_gaps *gaps, const pp_series *series, size_t count)
{
    pp_columns rows = pp_series_columns(series);
    if (rows.size < 2)
        return pp_fail(PP_EINVAL, "gaps need at least two rows, the series has %zu", rows.size);
    size_t pairs = rows.size - 1;
    if (count > SIZE_MAX / pairs)
        return pp_fail(PP_ENOMEM, "no memory for %zu gaps", count);
    int status = reserve(gaps, count);
    if (status)
        return status;
    gaps->size = 0;
    gaps->longest_s = 0;
    for (size_t i = 0; i < count;) {
        /* More gaps than pairs of rows: those of one pair share its time. */
        size_t pair = i * pairs / count, slices = 1;
        while (i + slices < count && (i + slices) * pairs / count == pair)
            slices++;
        for (size_t slice = 0; slice < slices; slice++)
            add_reserved(gaps, slice_of(gap_after(&rows, pair), slice, slices));
        i += slices;
    }
    return PP_OK;
}

void pp_gaps_clear(pp_gaps *gaps)
{
    free(gaps->items);
    *gaps = (pp_gaps){0};
}

/* The first gap that begins at or after time_s, or after it. */
static size_t first_gap_from(const pp_gaps *gaps, double time_s, bool after)
{
    size_t first = 0, count = gaps->size;
    while (count > 0) {
        size_t half = count / 2;
        double start_s = gaps->items[first + half].time0_s;
        if (start_s < time_s || (after && start_s == time_s)) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

void pp_gaps_visible(const pp_gaps *gaps, double time0_s, double time1_s, size_t *first,
                     size_t *last)
{
    size_t start = first_gap_from(gaps, time0_s - gaps->longest_s, false);
    size_t end = first_gap_from(gaps, time1_s, true);
    while (start < end && gaps->items[start].time1_s < time0_s)
        start++;
    *first = start;
    *last = end > start ? end : start;
}
