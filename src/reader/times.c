/* reader/times.c: the clock of a recording. */
#include "reader/times.h"

#include <stdlib.h>

bool pp_times_add(pp_times *times, const pp_clock_line *line)
{
    if (times->count == times->capacity) {
        size_t capacity = times->capacity * 2 + 16;
        pp_clock_line *lines = realloc(times->lines, capacity * sizeof *lines);
        if (!lines)
            return false;
        times->lines = lines;
        times->capacity = capacity;
    }
    times->lines[times->count++] = *line;
    return true;
}

static int by_ticks(const void *left, const void *right)
{
    const pp_clock_line *a = left, *b = right;
    if (a->ticks0 != b->ticks0)
        return a->ticks0 < b->ticks0 ? -1 : 1;
    return a->ns0 < b->ns0 ? -1 : a->ns0 > b->ns0;
}

/* As the process did it (base/clock.c), to the last bit. */
static uint64_t line_at(const pp_clock_line *line, uint64_t ticks)
{
    int64_t delta = (int64_t)(ticks - line->ticks0);
    return line->ns0 + (uint64_t)(int64_t)(((__int128)delta * (__int128)line->rate) >> 32);
}

void pp_times_finish(pp_times *times)
{
    if (times->count == 0)
        return;
    qsort(times->lines, times->count, sizeof *times->lines, by_ticks);
    for (size_t i = 1; i < times->count; i++) {
        uint64_t before_ns = line_at(&times->lines[i - 1], times->lines[i].ticks0);
        if (times->lines[i].ns0 < before_ns)
            times->lines[i].ns0 = before_ns;
    }
    times->last = 0;
}

static bool is_on(const pp_times *times, size_t index, uint64_t ticks)
{
    return (index == 0 || times->lines[index].ticks0 <= ticks) &&
           (index + 1 == times->count || ticks < times->lines[index + 1].ticks0);
}

/* The last line that begins at or before ticks, or the first one. */
static size_t find_line(const pp_times *times, uint64_t ticks)
{
    size_t low = 0, high = times->count; /* the answer is in low to high - 1 */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (times->lines[middle].ticks0 <= ticks)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint64_t pp_times_ns(pp_times *times, uint64_t ticks)
{
    if (times->count == 0)
        return ticks;
    if (!is_on(times, times->last, ticks))
        times->last = find_line(times, ticks);
    return line_at(&times->lines[times->last], ticks);
}

uint64_t pp_times_ticks(pp_times *times, uint64_t ns, uint64_t low, uint64_t high)
{
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (pp_times_ns(times, middle) >= ns)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint64_t pp_times_length_ns(const pp_times *times, uint64_t ticks)
{
    if (times->count == 0)
        return ticks;
    return (uint64_t)(((unsigned __int128)ticks * times->lines[times->count - 1].rate) >> 32);
}

void pp_times_free(pp_times *times)
{
    free(times->lines);
}
