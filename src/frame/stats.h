/* frame/stats.h: the distribution of a quantity over frames. */
#ifndef PP_STATS_H
#define PP_STATS_H

#include <paintprof/frame.h>
#include <stdint.h>

/* Sums up values in the order they were measured; changes their order. */
pp_stat pp_stat_of(uint64_t *values_ns, size_t count);

#endif
