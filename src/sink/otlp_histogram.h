/* sink/otlp_histogram.h: an exponential histogram as OpenTelemetry's data model has it: any number
 * of values in bounded memory, and two of them merge into what one of all values would be.
 *
 * At scale s bucket i holds the values in (base^i, base^(i+1)], base = 2^(2^-s). The scale begins
 * at the finest and goes down when the values no longer fit in the buckets: each step joins two
 * neighbours, so that no value is moved to a wrong bucket. A quantile read off the middle of a
 * bucket is at most (base - 1) / (base + 1) away: 2.2 % where the values span ten powers of two. */
#ifndef PP_OTLP_HISTOGRAM_H
#define PP_OTLP_HISTOGRAM_H

#include "base/text.h"

#include <stdint.h>

enum { PP_OTLP_BUCKETS = 160, PP_OTLP_SCALE_MAX = 20 };

/* Values up to here, in seconds, are counted as zero: no clock tells them apart. */
#define PP_OTLP_ZERO_S 1e-6

typedef struct pp_otlp_histogram {
    uint64_t count, zero_count;
    double sum, min, max; /* in seconds */
    int32_t scale;
    int32_t offset; /* of the first bucket */
    uint32_t used;  /* buckets from there on; 0: none */
    uint64_t buckets[PP_OTLP_BUCKETS];
} pp_otlp_histogram;

void pp_otlp_histogram_init(pp_otlp_histogram *histogram);

void pp_otlp_histogram_add(pp_otlp_histogram *histogram, uint64_t value_ns);

/* Adds all values of from. */
void pp_otlp_histogram_merge(pp_otlp_histogram *histogram, const pp_otlp_histogram *from);

/* The value in seconds below which that share of all lies, 0 without any. */
double pp_otlp_histogram_quantile(const pp_otlp_histogram *histogram, double share);

/* Appends the members of an ExponentialHistogramDataPoint, a ',' before the first. */
void pp_otlp_histogram_write(const pp_otlp_histogram *histogram, pp_buffer *json);

/* A finite number of JSON, the same in every locale. */
void pp_otlp_put_double(pp_buffer *json, double value);

#endif
