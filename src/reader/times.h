/* reader/times.h: the clock of a recording: ticks to nanoseconds, as its process had them. */
#ifndef PP_READER_TIMES_H
#define PP_READER_TIMES_H

#include "base/base.h"

/* Lines in the order of ticks0. Without any, ticks are nanoseconds. */
typedef struct pp_times {
    pp_clock_line *lines;
    size_t count, capacity;
    size_t last; /* that was used: times are mostly asked for in order */
} pp_times;

bool pp_times_add(pp_times *times, const pp_clock_line *line);

/* After the last line was added: sorts them, and lifts those that would let time fall. */
void pp_times_finish(pp_times *times);

uint64_t pp_times_ns(pp_times *times, uint64_t ticks);

/* The first tick from low to high at which ns is reached, high if it is not. */
uint64_t pp_times_ticks(pp_times *times, uint64_t ns, uint64_t low, uint64_t high);

/* A length of time at the rate of the last line; it may be a sum that is longer than all of it. */
uint64_t pp_times_length_ns(const pp_times *times, uint64_t ticks);

void pp_times_free(pp_times *times);

#endif
