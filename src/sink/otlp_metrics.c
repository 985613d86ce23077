/* sink/otlp_metrics.c: frames summed up as metrics, in the JSON of the OpenTelemetry protocol. */
#include "sink/otlp_metrics.h"

#include "base/base.h"

enum { CUMULATIVE = 2 }; /* AggregationTemporality */

typedef struct writer {
    pp_buffer *json;
    uint64_t start_unix_ns, now_unix_ns;
    bool has_metric, has_point;
} writer;

void pp_otlp_metrics_init(pp_otlp_metrics *metrics)
{
    *metrics = (pp_otlp_metrics){0};
    pp_otlp_histogram *const single[] = {&metrics->work, &metrics->interval, &metrics->flush,
                                         &metrics->gpu};
    for (size_t i = 0; i < PP_COUNT_OF(single); i++)
        pp_otlp_histogram_init(single[i]);
    for (size_t i = 0; i < PP_PHASE_MAX; i++)
        pp_otlp_histogram_init(&metrics->phases[i]);
}

static void add_measured(pp_otlp_histogram *histogram, int64_t value_ns)
{
    if (value_ns >= 0)
        pp_otlp_histogram_add(histogram, (uint64_t)value_ns);
}

void pp_otlp_metrics_add(pp_otlp_metrics *metrics, const pp_frame *frame)
{
    if (metrics->first_ns == 0 || frame->start_ns < metrics->first_ns)
        metrics->first_ns = frame->start_ns;
    if (frame->end_ns > metrics->last_ns)
        metrics->last_ns = frame->end_ns;
    metrics->frames++;
    if (frame->jank < PP_JANK_COUNT)
        metrics->late[frame->jank]++;
    pp_otlp_histogram_add(&metrics->work, frame->work_ns);
    add_measured(&metrics->interval, frame->interval_ns);
    add_measured(&metrics->flush, frame->flush_ns);
    add_measured(&metrics->gpu, frame->gpu_ns);
    uint32_t phases = frame->phase_count < PP_PHASE_MAX ? frame->phase_count : PP_PHASE_MAX;
    for (uint32_t phase = 0; phase < phases; phase++)
        pp_otlp_histogram_add(&metrics->phases[phase], frame->phase_ns[phase]);
}

void pp_otlp_metrics_merge(pp_otlp_metrics *metrics, const pp_otlp_metrics *from)
{
    if (from->frames > 0 && (metrics->first_ns == 0 || from->first_ns < metrics->first_ns))
        metrics->first_ns = from->first_ns;
    if (from->last_ns > metrics->last_ns)
        metrics->last_ns = from->last_ns;
    metrics->frames += from->frames;
    for (size_t i = 0; i < PP_JANK_COUNT; i++)
        metrics->late[i] += from->late[i];
    metrics->dropped += from->dropped;
    metrics->spans_dropped += from->spans_dropped;
    pp_otlp_histogram_merge(&metrics->work, &from->work);
    pp_otlp_histogram_merge(&metrics->interval, &from->interval);
    pp_otlp_histogram_merge(&metrics->flush, &from->flush);
    pp_otlp_histogram_merge(&metrics->gpu, &from->gpu);
    for (size_t i = 0; i < PP_PHASE_MAX; i++)
        pp_otlp_histogram_merge(&metrics->phases[i], &from->phases[i]);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void begin_metric(writer *w, const char *name, const char *text, const char *unit)
{
    pp_buffer_text(w->json, w->has_metric ? ",{\"name\":\"" : "{\"name\":\"");
    pp_buffer_text(w->json, name);
    pp_buffer_text(w->json, "\",\"description\":\"");
    pp_buffer_text(w->json, text);
    pp_buffer_text(w->json, "\",\"unit\":\"");
    pp_buffer_text(w->json, unit);
    pp_buffer_text(w->json, "\"");
    w->has_metric = true;
    w->has_point = false;
}

static void begin_histogram(writer *w, const char *name, const char *text)
{
    begin_metric(w, name, text, "s");
    pp_buffer_text(w->json, ",\"exponentialHistogram\":{\"aggregationTemporality\":");
    pp_buffer_u64(w->json, CUMULATIVE);
    pp_buffer_text(w->json, ",\"dataPoints\":[");
}

static void begin_sum(writer *w, const char *name, const char *text, const char *unit)
{
    begin_metric(w, name, text, unit);
    pp_buffer_text(w->json, ",\"sum\":{\"isMonotonic\":true,\"aggregationTemporality\":");
    pp_buffer_u64(w->json, CUMULATIVE);
    pp_buffer_text(w->json, ",\"dataPoints\":[");
}

static void end_metric(writer *w)
{
    pp_buffer_text(w->json, "]}}");
}

/* Attributes, of which there is one or none, and the times. */
static void begin_point(writer *w, const char *key, const char *value)
{
    pp_buffer_text(w->json, w->has_point ? ",{\"attributes\":[" : "{\"attributes\":[");
    if (key)
        pp_otlp_put_text(w->json, "", key, value);
    pp_otlp_put_u64(w->json, "],\"startTimeUnixNano\":", w->start_unix_ns);
    pp_otlp_put_u64(w->json, ",\"timeUnixNano\":", w->now_unix_ns);
    w->has_point = true;
}

static void put_histogram_point(writer *w, const pp_otlp_histogram *histogram, const char *key,
                                const char *value)
{
    begin_point(w, key, value);
    pp_otlp_histogram_write(histogram, w->json);
    pp_buffer_text(w->json, "}");
}

static void put_count_point(writer *w, uint64_t count, const char *key, const char *value)
{
    begin_point(w, key, value);
    pp_otlp_put_u64(w->json, ",\"asInt\":", count < INT64_MAX ? count : INT64_MAX);
    pp_buffer_text(w->json, "}");
}

static void put_histogram(writer *w, const char *name, const char *text,
                          const pp_otlp_histogram *histogram)
{
    if (histogram->count == 0)
        return;
    begin_histogram(w, name, text);
    put_histogram_point(w, histogram, NULL, NULL);
    end_metric(w);
}

static void put_phases(writer *w, const pp_otlp_metrics *metrics)
{
    if (metrics->frames == 0)
        return;
    begin_histogram(w, "paintprof.frame.phase", "Self time of a phase per frame.");
    for (unsigned phase = 0; phase < PP_PHASE_MAX; phase++) {
        const char *name = metrics->phases[phase].count > 0 ? pp_phase_name(phase) : NULL;
        if (name)
            put_histogram_point(w, &metrics->phases[phase], "paintprof.phase", name);
    }
    end_metric(w);
}

static void put_late(writer *w, const pp_otlp_metrics *metrics)
{
    begin_sum(w, "paintprof.frames.late", "Frames beyond their budget, by what made them so.",
              "{frame}");
    for (unsigned jank = PP_JANK_NONE + 1; jank < PP_JANK_COUNT; jank++)
        put_count_point(w, metrics->late[jank], "paintprof.frame.late",
                        pp_jank_name((pp_jank)jank));
    end_metric(w);
}

static void put_count(writer *w, const char *name, const char *text, const char *unit,
                      uint64_t count)
{
    begin_sum(w, name, text, unit);
    put_count_point(w, count, NULL, NULL);
    end_metric(w);
}

void pp_otlp_metrics_write(const pp_otlp_metrics *metrics, const pp_otlp_origin *origin,
                           uint64_t start_ns, uint64_t now_ns, pp_buffer *json)
{
    writer w = {.json = json,
                .start_unix_ns = pp_otlp_unix_ns(origin, start_ns),
                .now_unix_ns = pp_otlp_unix_ns(origin, now_ns)};
    pp_buffer_text(json, "{\"resourceMetrics\":[{\"resource\":");
    pp_buffer_text(json, origin->resource);
    pp_buffer_text(json, ",\"scopeMetrics\":[{\"scope\":");
    pp_buffer_text(json, origin->scope);
    pp_buffer_text(json, ",\"metrics\":[");
    put_histogram(&w, "paintprof.frame.work", "Time spent on a frame, flush aside.",
                  &metrics->work);
    put_phases(&w, metrics);
    put_histogram(&w, "paintprof.frame.flush", "From the last paint to the end of the frame.",
                  &metrics->flush);
    put_histogram(&w, "paintprof.frame.gpu", "GPU time of a frame.", &metrics->gpu);
    put_histogram(&w, "paintprof.frame.interval", "From the begin of one frame to the next.",
                  &metrics->interval);
    put_count(&w, "paintprof.frames", "Frames.", "{frame}", metrics->frames);
    put_late(&w, metrics);
    put_count(&w, "paintprof.records.dropped", "Records that were lost before they were read.",
              "{record}", metrics->dropped);
    put_count(&w, "paintprof.spans.dropped", "Spans that were not sent.", "{span}",
              metrics->spans_dropped);
    pp_buffer_text(json, "]}]}]}");
}
