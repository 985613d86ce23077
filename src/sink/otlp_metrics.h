/* sink/otlp_metrics.h: frames summed up as metrics: how their times are distributed, how many there
 * were and were late. Everything is cumulative, so that a request that got lost costs nothing but
 * time: the next one says it again. */
#ifndef PP_OTLP_METRICS_H
#define PP_OTLP_METRICS_H

#include "sink/otlp_histogram.h"
#include "sink/otlp_json.h"

#include <paintprof/frame.h>

typedef struct pp_otlp_metrics {
    uint64_t first_ns, last_ns; /* of the frames; 0: none yet */
    uint64_t frames;
    uint64_t late[PP_JANK_COUNT];
    uint64_t dropped;       /* records */
    uint64_t spans_dropped; /* that were not sent */
    pp_otlp_histogram work, interval, flush, gpu;
    pp_otlp_histogram phases[PP_PHASE_MAX]; /* those without a frame are not told */
} pp_otlp_metrics;

void pp_otlp_metrics_init(pp_otlp_metrics *metrics);
void pp_otlp_metrics_add(pp_otlp_metrics *metrics, const pp_frame *frame);

/* Adds all of from. */
void pp_otlp_metrics_merge(pp_otlp_metrics *metrics, const pp_otlp_metrics *from);

/* An ExportMetricsServiceRequest of all of it; times on the process' clock. */
void pp_otlp_metrics_write(const pp_otlp_metrics *metrics, const pp_otlp_origin *origin,
                           uint64_t start_ns, uint64_t now_ns, pp_buffer *json);

#endif
