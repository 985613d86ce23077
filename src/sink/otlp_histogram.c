/* sink/otlp_histogram.c: an exponential histogram as OpenTelemetry's data model has it. */
#include "sink/otlp_histogram.h"

#include "base/base.h"

#include <math.h>
#include <string.h>

/* Beyond any clock's nanoseconds; so that no index overflows at any scale. */
static const int32_t SCALE_MIN = -10;

void pp_otlp_histogram_init(pp_otlp_histogram *histogram)
{
    *histogram = (pp_otlp_histogram){.scale = PP_OTLP_SCALE_MAX};
}

/* ---- Buckets -------------------------------------------------------------------------------- */

/* Multiplying by a power of two is exact: the index at a lower scale is this one shifted. */
static int32_t index_of(double seconds, int32_t scale)
{
    return (int32_t)ceil(ldexp(log2(seconds), scale)) - 1;
}

/* By how much the scale must go down for the buckets low to high to fit. */
static int32_t steps_to_fit(int64_t low, int64_t high)
{
    int32_t steps = 0;
    while ((high >> steps) - (low >> steps) >= PP_OTLP_BUCKETS)
        steps++;
    return steps;
}

static void scale_down(pp_otlp_histogram *histogram, int32_t steps)
{
    if (steps == 0)
        return;
    int32_t offset = histogram->offset >> steps;
    uint64_t joined[PP_OTLP_BUCKETS] = {0};
    uint32_t used = 0;
    for (uint32_t i = 0; i < histogram->used; i++) {
        uint32_t to = (uint32_t)(((histogram->offset + (int32_t)i) >> steps) - offset);
        joined[to] += histogram->buckets[i];
        used = to + 1;
    }
    memcpy(histogram->buckets, joined, sizeof joined);
    histogram->offset = offset;
    histogram->used = used;
    histogram->scale -= steps;
}

/* Makes room for the buckets low to high, at the present scale; they fit. */
static void reach(pp_otlp_histogram *histogram, int32_t low, int32_t high)
{
    if (histogram->used == 0) {
        histogram->offset = low;
    } else if (low < histogram->offset) {
        uint32_t shift = (uint32_t)(histogram->offset - low);
        memmove(histogram->buckets + shift, histogram->buckets,
                histogram->used * sizeof histogram->buckets[0]);
        memset(histogram->buckets, 0, shift * sizeof histogram->buckets[0]);
        histogram->used += shift;
        histogram->offset = low;
    }
    uint32_t needed = (uint32_t)(high - histogram->offset) + 1;
    if (needed > histogram->used)
        histogram->used = needed;
}

/* Lets the histogram take buckets low to high of scale; how much these must be shifted. */
static int32_t make_room(pp_otlp_histogram *histogram, int32_t low, int32_t high, int32_t scale)
{
    int32_t least = scale < histogram->scale ? scale : histogram->scale;
    int64_t first = (int64_t)low >> (scale - least), last = (int64_t)high >> (scale - least);
    if (histogram->used > 0) {
        int32_t shift = histogram->scale - least;
        int64_t own_first = (int64_t)histogram->offset >> shift;
        int64_t own_last = ((int64_t)histogram->offset + histogram->used - 1) >> shift;
        first = own_first < first ? own_first : first;
        last = own_last > last ? own_last : last;
    }
    int32_t target = least - steps_to_fit(first, last);
    if (target < SCALE_MIN)
        target = SCALE_MIN;
    scale_down(histogram, histogram->scale - target);
    int32_t shift = scale - target;
    reach(histogram, low >> shift, high >> shift);
    return shift;
}

/* ---- Values --------------------------------------------------------------------------------- */

static void note_extremes(pp_otlp_histogram *histogram, double min, double max)
{
    if (histogram->count == 0 || min < histogram->min)
        histogram->min = min;
    if (histogram->count == 0 || max > histogram->max)
        histogram->max = max;
}

void pp_otlp_histogram_add(pp_otlp_histogram *histogram, uint64_t value_ns)
{
    double seconds = (double)value_ns / 1e9;
    note_extremes(histogram, seconds, seconds);
    histogram->count++;
    histogram->sum += seconds;
    if (seconds <= PP_OTLP_ZERO_S) {
        histogram->zero_count++;
        return;
    }
    int32_t index = index_of(seconds, histogram->scale);
    int32_t shift = make_room(histogram, index, index, histogram->scale);
    histogram->buckets[(index >> shift) - histogram->offset]++;
}

void pp_otlp_histogram_merge(pp_otlp_histogram *histogram, const pp_otlp_histogram *from)
{
    if (from->count == 0)
        return;
    note_extremes(histogram, from->min, from->max);
    histogram->count += from->count;
    histogram->zero_count += from->zero_count;
    histogram->sum += from->sum;
    if (from->used == 0)
        return;
    int32_t last = from->offset + (int32_t)from->used - 1;
    int32_t shift = make_room(histogram, from->offset, last, from->scale);
    for (uint32_t i = 0; i < from->used; i++) {
        int32_t index = (from->offset + (int32_t)i) >> shift;
        histogram->buckets[index - histogram->offset] += from->buckets[i];
    }
}

double pp_otlp_histogram_quantile(const pp_otlp_histogram *histogram, double share)
{
    double rank = ceil(share * (double)histogram->count);
    double below = (double)histogram->zero_count;
    if (histogram->count == 0 || rank <= below)
        return 0;
    double base = exp2(ldexp(1, -histogram->scale));
    for (uint32_t i = 0; i < histogram->used; i++) {
        below += (double)histogram->buckets[i];
        if (below < rank)
            continue;
        double low = exp2(ldexp(histogram->offset + (double)i, -histogram->scale));
        /* As far, relatively, from the bucket's lower edge as from its upper one. */
        double middle = 2 * low * base / (base + 1);
        return middle < histogram->max ? middle : histogram->max;
    }
    return histogram->max;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

void pp_otlp_put_double(pp_buffer *json, double value)
{
    char digits[32];
    pp_format(digits, sizeof digits, "%.15g", isfinite(value) ? value : 0.0);
    pp_buffer_text(json, digits);
}

static void put_count(pp_buffer *json, const char *key, uint64_t count)
{
    pp_buffer_text(json, key);
    pp_buffer_u64(json, count);
    pp_buffer_text(json, "\"");
}

static void put_number(pp_buffer *json, const char *key, double value)
{
    pp_buffer_text(json, key);
    pp_otlp_put_double(json, value);
}

void pp_otlp_histogram_write(const pp_otlp_histogram *histogram, pp_buffer *json)
{
    put_count(json, ",\"count\":\"", histogram->count);
    put_number(json, ",\"sum\":", histogram->sum);
    if (histogram->count > 0) {
        put_number(json, ",\"min\":", histogram->min);
        put_number(json, ",\"max\":", histogram->max);
    }
    put_number(json, ",\"scale\":", histogram->scale);
    put_count(json, ",\"zeroCount\":\"", histogram->zero_count);
    put_number(json, ",\"zeroThreshold\":", PP_OTLP_ZERO_S);
    put_number(json, ",\"positive\":{\"offset\":", histogram->used > 0 ? histogram->offset : 0);
    pp_buffer_text(json, ",\"bucketCounts\":[");
    for (uint32_t i = 0; i < histogram->used; i++)
        put_count(json, i > 0 ? ",\"" : "\"", histogram->buckets[i]);
    pp_buffer_text(json, "]}");
}
