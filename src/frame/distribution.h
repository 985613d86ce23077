/* frame/distribution.h: the distribution of a quantity over any number of frames, in bounded
 * memory.
 *
 * Up to PP_DISTRIBUTION_EXACT values all are kept, and percentiles are exact. What comes then turns
 * them into a log-linear histogram as in Gil Tene's HdrHistogram (http://hdrhistogram.org): each
 * power of two is cut into PP_DISTRIBUTION_PARTS equal parts, so that the middle of a part is at
 * most 1/2048, 0.05 %, away from any value in it. Mean and maximum stay exact. */
#ifndef PP_DISTRIBUTION_H
#define PP_DISTRIBUTION_H

#include <paintprof/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PP_DISTRIBUTION_EXACT = 262144, PP_DISTRIBUTION_PARTS = 1024 };

/* Zeroed memory is an empty one. At most 2 MiB while exact, 440 KiB beyond. */
typedef struct pp_distribution {
    uint64_t count;
    uint64_t last_ns, max_ns;
    double sum_ns;
    uint64_t *values; /* in the order they came; NULL in a histogram */
    size_t capacity;
    uint64_t *parts; /* how many values lie in each; NULL while exact */
    bool failed;     /* memory ran out: no numbers */
} pp_distribution;

void pp_distribution_free(pp_distribution *distribution);

void pp_distribution_add(pp_distribution *distribution, uint64_t value_ns);

/* Whether every value is still known. */
bool pp_distribution_is_exact(const pp_distribution *distribution);

/* Sums up into *out; false without memory. */
bool pp_distribution_stat(const pp_distribution *distribution, pp_stat *out);

#endif
