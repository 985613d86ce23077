/* frame/stats.c: the distribution of a quantity over frames.
 *
 * Only a few ranks are asked for, so the values are partitioned around them from the top down,
 * each time within what is left below, instead of being sorted. */
#include "frame/stats.h"

static void swap(uint64_t *a, uint64_t *b)
{
    uint64_t kept = *a;
    *a = *b;
    *b = kept;
}

static uint64_t median_of_three(uint64_t a, uint64_t b, uint64_t c)
{
    if (a > b)
        swap(&a, &b);
    if (b > c)
        b = c;
    return a > b ? a : b;
}

/* Hoare's quickselect: puts at index what would be there in sorted order, nothing larger before it
 * and nothing smaller behind it. */
static uint64_t select_rank(uint64_t *values, size_t count, size_t index)
{
    ptrdiff_t wanted = (ptrdiff_t)index, first = 0, last = (ptrdiff_t)count - 1;
    while (first < last) {
        uint64_t pivot =
            median_of_three(values[first], values[first + (last - first) / 2], values[last]);
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j)
                swap(&values[i++], &values[j--]);
        }
        /* Up to j all are at most the pivot, from i on at least; what is between equals it. */
        if (wanted <= j)
            last = j;
        else if (wanted >= i)
            first = i;
        else
            break;
    }
    return values[index];
}

static double to_ms(double ns)
{
    return ns / 1e6;
}

static double mean_ms(const uint64_t *values, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return to_ms((double)sum / (double)count);
}

/* The index of a percentile by the nearest-rank method. */
static size_t rank_index(size_t count, unsigned percent)
{
    return (count * percent + 99) / 100 - 1;
}

pp_stat pp_stat_of(uint64_t *values_ns, size_t count)
{
    if (count == 0)
        return (pp_stat){0};
    pp_stat stat = {.count = count,
                    .last = to_ms((double)values_ns[count - 1]),
                    .mean = mean_ms(values_ns, count)};
    size_t worst_count = count < 100 ? 1 : count / 100;
    size_t worst_first = count - worst_count;
    select_rank(values_ns, count, worst_first);
    stat.worst = mean_ms(values_ns + worst_first, worst_count);
    uint64_t max_ns = 0;
    for (size_t i = worst_first; i < count; i++)
        max_ns = values_ns[i] > max_ns ? values_ns[i] : max_ns;
    stat.max = to_ms((double)max_ns);

    static const unsigned percents[] = {99, 95, 50};
    double *const results[] = {&stat.p99, &stat.p95, &stat.p50};
    size_t left = worst_first + 1;
    for (size_t i = 0; i < 3; i++) {
        size_t index = rank_index(count, percents[i]);
        *results[i] = to_ms((double)select_rank(values_ns, left, index));
        left = index + 1;
    }
    return stat;
}
