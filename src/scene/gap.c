/* scene/gap.c: the array of gaps: found in a series, spread over it or given. */
#include <paintprof/gap.h>

#include "base/base.h"
#include "scene/gap_index.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static int reserve(pp_gaps *gaps, size_t count)
{
    if (count <= gaps->capacity)
        return PP_OK;
    if (count > SIZE_MAX / sizeof(pp_gap) / 2)
        return pp_fail(PP_ENOMEM, "no memory for %zu gaps", count);
    /* A first lot of many is all there will be, mostly; live ones come one by one. */
    size_t capacity = gaps->capacity > 0 ? 2 * gaps->capacity : 64;
    if (capacity < count)
        capacity = count;
    int status = gap_index_reserve(gaps, capacity);
    if (status)
        return status;
    pp_gap *items = realloc(gaps->items, capacity * sizeof(pp_gap));
    if (!items)
        return pp_fail(PP_ENOMEM, "no memory for %zu gaps", count);
    gaps->items = items;
    gaps->capacity = capacity;
    return PP_OK;
}

/* From the close of a row to the open of the next. Beside a break, which has no prices, a gap is
 * flat; between two of them it lies at 0. */
static pp_gap gap_after(const pp_columns *rows, size_t row)
{
    double close = rows->close[row], open = rows->open[row + 1];
    double price0 = isfinite(close) ? close : isfinite(open) ? open : 0;
    return (pp_gap){rows->time_s[row], rows->time_s[row + 1], price0,
                    isfinite(open) ? open : price0};
}

/* Whether a gap follows a row; a break is none, nor its neighbour's. */
static bool is_wide(const pp_columns *rows, size_t row, double min_gap_s)
{
    return rows->time_s[row + 1] - rows->time_s[row] > min_gap_s && isfinite(rows->close[row]) &&
           isfinite(rows->open[row + 1]);
}

static size_t count_wide(const pp_columns *rows, size_t first, double min_gap_s)
{
    size_t count = 0;
    for (size_t i = first; i + 1 < rows->size; i++)
        count += is_wide(rows, i, min_gap_s);
    return count;
}

/* There is room for it. */
static void push(pp_gaps *gaps, pp_gap gap)
{
    gaps->items[gaps->size++] = gap;
    gaps->longest_s = fmax(gaps->longest_s, gap.time1_s - gap.time0_s);
}

int pp_gaps_find(pp_gaps *gaps, const pp_series *series, size_t first, double min_gap_s)
{
    pp_columns rows = pp_series_columns(series);
    int status = reserve(gaps, gaps->size + count_wide(&rows, first, min_gap_s));
    if (status)
        return status;
    for (size_t i = first; i + 1 < rows.size; i++) {
        if (is_wide(&rows, i, min_gap_s))
            push(gaps, gap_after(&rows, i));
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
    gap_index_reset(gaps->index);
    for (size_t i = 0; i < count;) {
        /* More gaps than pairs of rows: those of one pair share its time. */
        size_t pair = i * pairs / count, slices = 1;
        while (i + slices < count && (i + slices) * pairs / count == pair)
            slices++;
        for (size_t slice = 0; slice < slices; slice++)
            push(gaps, slice_of(gap_after(&rows, pair), slice, slices));
        i += slices;
    }
    return PP_OK;
}

static int compare_gaps(const void *left, const void *right)
{
    const pp_gap *a = left, *b = right;
    if (a->time0_s != b->time0_s)
        return a->time0_s < b->time0_s ? -1 : 1;
    return a->time1_s < b->time1_s ? -1 : a->time1_s > b->time1_s;
}

/* The gaps are in the array, but not in order: sorts and indexes all anew. */
static void sort_all(pp_gaps *gaps)
{
    qsort(gaps->items, gaps->size, sizeof(pp_gap), compare_gaps);
    gap_index_reset(gaps->index);
}

/* What a pass over gaps finds out of them. */
typedef struct gap_survey {
    double sum; /* of all numbers: not finite if one of them is not */
    double shortest_s, longest_s;
    double
        least_step_s; /* from the beginning of one to that of the next; of the first from last_s */
} gap_survey;

/* Copies gaps. Without a branch a gap, which takes a third of the time. */
static gap_survey copy_gaps(pp_gap *to, const pp_gap *from, size_t count, double last_s)
{
    gap_survey survey = {0, INFINITY, 0, INFINITY};
    for (size_t i = 0; i < count; i++) {
        pp_gap gap = from[i];
        double length_s = gap.time1_s - gap.time0_s, step_s = gap.time0_s - last_s;
        to[i] = gap;
        survey.sum += gap.price0 + gap.price1 + length_s;
        survey.shortest_s = length_s < survey.shortest_s ? length_s : survey.shortest_s;
        survey.longest_s = length_s > survey.longest_s ? length_s : survey.longest_s;
        survey.least_step_s = step_s < survey.least_step_s ? step_s : survey.least_step_s;
        last_s = gap.time0_s;
    }
    return survey;
}

static bool is_valid(const pp_gap *gap)
{
    return isfinite(gap->time1_s - gap->time0_s) && gap->time0_s <= gap->time1_s &&
           isfinite(gap->price0) && isfinite(gap->price1);
}

static int refuse_invalid(const pp_gap *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_valid(&items[i]))
            return pp_fail(PP_EDATA, "gap %zu: not finite, or it ends before it begins", i);
    }
    return PP_OK;
}

int pp_gaps_add(pp_gaps *gaps, const pp_gap *items, size_t count)
{
    size_t before = gaps->size;
    if (count > SIZE_MAX - before)
        return pp_fail(PP_ENOMEM, "no memory for %zu gaps", count);
    int status = reserve(gaps, before + count);
    if (status || count == 0)
        return status;
    double last_s = before > 0 ? gaps->items[before - 1].time0_s : -DBL_MAX;
    gap_survey survey = copy_gaps(&gaps->items[before], items, count, last_s);
    /* A sum may also overflow; then only the gaps themselves tell. */
    if (!isfinite(survey.sum) || survey.shortest_s < 0)
        status = refuse_invalid(items, count);
    if (status)
        return status;
    gaps->size += count;
    gaps->longest_s = fmax(gaps->longest_s, survey.longest_s);
    if (survey.least_step_s < 0)
        sort_all(gaps);
    return PP_OK;
}

void pp_gaps_clear(pp_gaps *gaps)
{
    gap_index_free(gaps->index);
    free(gaps->items);
    *gaps = (pp_gaps){0};
}
