/* frame/distribution.c: the distribution of a quantity over any number of frames. */
#include "frame/distribution.h"

#include "frame/stats.h"

#include <stdlib.h>
#include <string.h>

enum {
    PART_BITS = 10,
    FIRST_CAPACITY = 256,
    PART_COUNT = (64 - PART_BITS + 1) << PART_BITS,
};

_Static_assert(1 << PART_BITS == PP_DISTRIBUTION_PARTS, "one number, said twice");

void pp_distribution_free(pp_distribution *distribution)
{
    free(distribution->values);
    free(distribution->parts);
    *distribution = (pp_distribution){0};
}

/* ---- The histogram -------------------------------------------------------------------------- */

/* Row 0 holds the values below PP_DISTRIBUTION_PARTS, each by itself; row r those with r more
 * bits, of which the lowest r are let go. */
static size_t part_of(uint64_t value)
{
    if (value < PP_DISTRIBUTION_PARTS)
        return (size_t)value;
    unsigned shift = 63 - PART_BITS - (unsigned)__builtin_clzll(value);
    return ((size_t)(shift + 1) << PART_BITS) + (size_t)(value >> shift) - PP_DISTRIBUTION_PARTS;
}

static double middle_of(size_t part)
{
    if (part < PP_DISTRIBUTION_PARTS)
        return (double)part;
    unsigned shift = (unsigned)(part >> PART_BITS) - 1;
    uint64_t top = (part & (PP_DISTRIBUTION_PARTS - 1)) + PP_DISTRIBUTION_PARTS;
    double width = (double)(UINT64_C(1) << shift);
    return (double)top * width + (width - 1) / 2;
}

/* No part may tell of more than the largest value. */
static double value_of(const pp_distribution *distribution, size_t part)
{
    double middle = middle_of(part), max = (double)distribution->max_ns;
    return middle < max ? middle : max;
}

static bool turn_into_histogram(pp_distribution *distribution)
{
    distribution->parts = calloc(PART_COUNT, sizeof *distribution->parts);
    if (!distribution->parts)
        return false;
    for (size_t i = 0; i < distribution->count; i++)
        distribution->parts[part_of(distribution->values[i])]++;
    free(distribution->values);
    distribution->values = NULL;
    distribution->capacity = 0;
    return true;
}

/* The mean of the largest wanted values. */
static double mean_of_largest(const pp_distribution *distribution, uint64_t wanted)
{
    double sum = 0;
    uint64_t left = wanted;
    for (size_t part = part_of(distribution->max_ns) + 1; part-- > 0 && left > 0;) {
        uint64_t count = distribution->parts[part];
        uint64_t taken = count < left ? count : left;
        sum += (double)taken * value_of(distribution, part);
        left -= taken;
    }
    return sum / (double)wanted;
}

/* How many values lie at or below the percentile, by nearest rank; without count * percent, which
 * could overflow. */
static uint64_t rank_of(uint64_t count, unsigned percent)
{
    return count / 100 * percent + (count % 100 * percent + 99) / 100;
}

static pp_stat stat_of_histogram(const pp_distribution *distribution)
{
    static const unsigned percents[] = {50, 95, 99};
    pp_stat stat = {0};
    double *const results[] = {&stat.p50, &stat.p95, &stat.p99};
    uint64_t below = 0;
    for (size_t part = 0, next = 0; part < PART_COUNT && next < 3; part++) {
        below += distribution->parts[part];
        for (; next < 3 && below >= rank_of(distribution->count, percents[next]); next++)
            *results[next] = value_of(distribution, part) / 1e6;
    }
    stat.worst = mean_of_largest(distribution, distribution->count / 100) / 1e6;
    return stat;
}

/* ---- Exact ---------------------------------------------------------------------------------- */

static bool reserve_value(pp_distribution *distribution)
{
    if (distribution->count < distribution->capacity)
        return true;
    size_t capacity = distribution->capacity ? distribution->capacity * 2 : FIRST_CAPACITY;
    uint64_t *values = reallocarray(distribution->values, capacity, sizeof *values);
    if (!values)
        return false;
    distribution->values = values;
    distribution->capacity = capacity;
    return true;
}

/* Works on a copy: pp_stat_of() changes the order. */
static bool stat_of_values(const pp_distribution *distribution, pp_stat *out)
{
    size_t count = (size_t)distribution->count;
    uint64_t *copy = reallocarray(NULL, count + 1, sizeof *copy);
    if (!copy)
        return false;
    if (count > 0)
        memcpy(copy, distribution->values, count * sizeof *copy);
    *out = pp_stat_of(copy, count);
    free(copy);
    return true;
}

/* ---- Both ----------------------------------------------------------------------------------- */

bool pp_distribution_is_exact(const pp_distribution *distribution)
{
    return distribution->parts == NULL;
}

void pp_distribution_add(pp_distribution *distribution, uint64_t value_ns)
{
    if (!distribution->parts && !distribution->failed) {
        bool is_full = distribution->count == PP_DISTRIBUTION_EXACT;
        distribution->failed =
            is_full ? !turn_into_histogram(distribution) : !reserve_value(distribution);
    }
    if (distribution->failed)
        return;
    if (distribution->parts)
        distribution->parts[part_of(value_ns)]++;
    else
        distribution->values[distribution->count] = value_ns;
    distribution->count++;
    distribution->sum_ns += (double)value_ns;
    distribution->last_ns = value_ns;
    if (value_ns > distribution->max_ns)
        distribution->max_ns = value_ns;
}

bool pp_distribution_stat(const pp_distribution *distribution, pp_stat *out)
{
    *out = (pp_stat){0};
    if (distribution->failed)
        return false;
    if (distribution->count == 0)
        return true;
    if (distribution->parts)
        *out = stat_of_histogram(distribution);
    else if (!stat_of_values(distribution, out))
        return false;
    /* These are exact in either form, and the sum cannot overflow. */
    out->count = distribution->count;
    out->last = (double)distribution->last_ns / 1e6;
    out->max = (double)distribution->max_ns / 1e6;
    out->mean = distribution->sum_ns / (double)distribution->count / 1e6;
    return true;
}
