/* sink/report_json.c: the report and the description of a recording as one line of JSON. */
#include "base/base.h"
#include "sink/json.h"
#include "sink/report_data.h"

#include <paintprof/version.h>
#include <string.h>

enum { SCHEMA_VERSION = 1 };

/* ---- Parts ---------------------------------------------------------------------------------- */

static void put_jank(pp_buffer *json, const uint64_t *jank)
{
    pp_json_u64(json, "late", pp_report_late(jank));
    pp_json_open(json, "jank", "{");
    for (int reason = PP_JANK_NONE + 1; reason < PP_JANK_COUNT; reason++)
        pp_json_u64(json, pp_jank_name((pp_jank)reason), jank[reason]);
    pp_buffer_text(json, "}");
}

static void put_notes(pp_buffer *json, const pp_reader *reader)
{
    const char *key, *value;
    pp_json_open(json, "notes", "{");
    for (size_t i = 0; pp_reader_note_at(reader, i, &key, &value); i++)
        pp_json_text(json, key, value);
    pp_buffer_text(json, "}");
}

static void put_threads(pp_buffer *json, const pp_reader *reader)
{
    uint32_t number, tid;
    const char *name;
    pp_json_open(json, "thread_list", "[");
    for (size_t i = 0; pp_reader_thread_at(reader, i, &number, &tid, &name); i++) {
        pp_json_open(json, NULL, "{");
        pp_json_u64(json, "number", number);
        pp_json_u64(json, "tid", tid);
        pp_json_text(json, "name", name);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
}

static void put_windows(pp_buffer *json, const pp_report *report, const pp_reader *reader)
{
    pp_json_open(json, "windows", "[");
    for (size_t i = 0; i < report->window_count; i++) {
        const pp_report_window *window = &report->windows[i];
        const char *title = "", *renderer = "";
        if (!reader || !pp_reader_window(reader, window->number, &title, &renderer))
            title = renderer = "";
        pp_json_open(json, NULL, "{");
        pp_json_u64(json, "number", window->number);
        pp_json_text(json, "title", title);
        pp_json_text(json, "renderer", renderer);
        pp_json_u64(json, "frames", window->frames);
        pp_json_ms(json, "budget_ms", window->budget_ns);
        put_jank(json, window->jank);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
    if (report->frames_of_other_windows > 0)
        pp_json_u64(json, "frames_of_more_windows", report->frames_of_other_windows);
}

/* What the recording is, without brackets. */
static void put_info(pp_buffer *json, const pp_reader *reader)
{
    const pp_recording_info *info = pp_reader_info(reader);
    const char *reason = info->error ? strerrordesc_np(info->error) : NULL;
    pp_json_u64(json, "version", info->version);
    pp_json_bool(json, "complete", info->complete);
    pp_json_bool(json, "live_part", info->has_live_part);
    if (!info->complete)
        pp_json_text(json, "live_path", info->live_path);
    pp_json_bool(json, "bounded", info->bounded);
    pp_json_u64(json, "records", info->records);
    pp_json_u64(json, "zones", info->zones);
    pp_json_u64(json, "marks", info->marks);
    pp_json_u64(json, "frames", info->frames);
    pp_json_u64(json, "threads", info->threads);
    pp_json_u64(json, "dropped", info->dropped);
    pp_json_u64(json, "overwritten", info->overwritten);
    pp_json_u64(json, "damaged", info->damaged);
    if (info->damaged > 0)
        pp_json_u64(json, "damaged_offset_bytes", info->damaged_offset);
    pp_json_u64(json, "error", info->error > 0 ? (uint64_t)info->error : 0);
    if (reason)
        pp_json_text(json, "error_text", reason);
    pp_json_u64(json, "duration_ns", info->duration_ns);
    pp_json_u64(json, "first_ns", info->first_ns);
    pp_json_u64(json, "last_ns", info->last_ns);
    pp_json_u64(json, "started_ns", info->started_ns);
    pp_json_u64(json, "started_utc_ns", info->started_utc_ns);
    pp_json_u64(json, "pid", info->pid);
    pp_json_u64(json, "size_bytes", info->size_bytes);
    if (info->bounded)
        pp_json_u64(json, "capacity_bytes", info->capacity_bytes);
    put_notes(json, reader);
    put_threads(json, reader);
}

static void put_stat(pp_buffer *json, const char *key, const pp_distribution *distribution)
{
    pp_stat stat;
    if (!pp_distribution_stat(distribution, &stat)) {
        json->failed = true;
        return;
    }
    if (stat.count == 0) {
        pp_json_open(json, key, "null");
        return;
    }
    pp_json_open(json, key, "{");
    pp_json_u64(json, "count", stat.count);
    pp_json_double(json, "mean", stat.mean);
    pp_json_double(json, "p50", stat.p50);
    pp_json_double(json, "p95", stat.p95);
    pp_json_double(json, "p99", stat.p99);
    pp_json_double(json, "max", stat.max);
    pp_json_double(json, "worst_1_percent", stat.worst);
    pp_buffer_text(json, "}");
}

static void put_quantities(pp_buffer *json, const pp_report *report)
{
    pp_report_quantity quantity;
    pp_json_bool(json, "exact", pp_distribution_is_exact(&report->work));
    put_stat(json, "work_ms", &report->work);
    pp_json_open(json, "phases_ms", "{");
    for (size_t i = 0; pp_report_quantity_at(report, i, &quantity); i++)
        if (quantity.is_phase)
            put_stat(json, quantity.name, quantity.distribution);
    pp_buffer_text(json, "}");
    put_stat(json, "overlay_ms", &report->phase[PP_PHASE_OVERLAY]);
    put_stat(json, "flush_ms", &report->flush);
    put_stat(json, "gpu_ms", &report->gpu);
    put_stat(json, "interval_ms", &report->interval);
}

/* Only where there are any: they are rare. */
static void put_disturbed(pp_buffer *json, const pp_report *report)
{
    if (report->disturbed_count == 0)
        return;
    pp_json_u64(json, "disturbed_frames", pp_report_disturbed(report));
    pp_json_open(json, "disturbed", "[");
    for (size_t i = 0; i < report->disturbed_count; i++) {
        const pp_report_stretch *stretch = &report->disturbed[i];
        pp_json_open(json, NULL, "{");
        pp_json_u64(json, "first", stretch->first);
        pp_json_u64(json, "last", stretch->last);
        pp_json_u64(json, "frames", stretch->count);
        pp_json_ms(json, "ms", stretch->end_ns - stretch->start_ns);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
}

static void put_site(pp_buffer *json, const pp_site_info *site)
{
    pp_json_text(json, "name", site->name);
    pp_json_text(json, "phase", pp_report_phase(site->phase));
    pp_json_text(json, "file", site->file);
    pp_json_u64(json, "line", site->line);
}

static void put_sites(pp_buffer *json, const pp_report *report, const pp_reader *reader)
{
    uint64_t all_ns = pp_report_all_self(reader);
    pp_site_total total;
    pp_json_open(json, "sites", "[");
    for (size_t i = 0; i < report->top_sites && pp_reader_site_at(reader, i, &total); i++) {
        pp_json_open(json, NULL, "{");
        put_site(json, total.site);
        pp_json_u64(json, "count", total.count);
        pp_json_ms(json, "self_ms", total.self_ns);
        pp_json_double(json, "self_share", pp_report_ratio(total.self_ns, all_ns));
        pp_json_ms(json, "total_ms", total.total_ns);
        pp_json_double(json, "mean_ms", pp_report_ratio(total.total_ns, total.count) / 1e6);
        pp_json_ms(json, "max_ms", total.max_ns);
        pp_json_u64(json, "pixels", total.pixels);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
}

static void put_painters(pp_buffer *json, const pp_report_slow *slow)
{
    pp_json_open(json, "painters", "[");
    for (uint32_t i = 0; i < slow->painter_count; i++) {
        const pp_painter *painter = &slow->painters[i];
        pp_json_open(json, NULL, "{");
        put_site(json, painter->site);
        pp_json_u64(json, "count", painter->count);
        pp_json_ms(json, "self_ms", painter->self_ns);
        pp_json_ms(json, "total_ms", painter->total_ns);
        pp_json_u64(json, "pixels", painter->pixels);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
    if (slow->frame.painter_count > slow->painter_count)
        pp_json_u64(json, "more_painters", slow->frame.painter_count - slow->painter_count);
}

static void put_slow_frame(pp_buffer *json, const pp_report *report, const pp_reader *reader,
                           const pp_report_slow *slow)
{
    const pp_frame *frame = &slow->frame;
    pp_json_open(json, NULL, "{");
    pp_json_u64(json, "frame", frame->number);
    pp_json_u64(json, "window", frame->window);
    pp_json_u64(json, "start_ns", frame->start_ns);
    pp_json_ms(json, "since_begin_ms", pp_report_since_begin(report, reader, frame->start_ns));
    pp_json_ms(json, "taken_ms", slow->taken_ns);
    pp_json_ms(json, "work_ms", frame->work_ns);
    pp_json_open(json, "phases_ms", "{");
    for (size_t place = 0; place < PP_REPORT_WORK_PHASES; place++) {
        uint32_t phase = pp_report_phase_at(place);
        if (phase < frame->phase_count && frame->phase_ns[phase] > 0)
            pp_json_ms(json, pp_report_phase(phase), frame->phase_ns[phase]);
    }
    pp_buffer_text(json, "}");
    pp_json_ms(json, "overlay_ms", frame->phase_ns[PP_PHASE_OVERLAY]);
    pp_json_measured_ms(json, "flush_ms", frame->flush_ns);
    pp_json_measured_ms(json, "gpu_ms", frame->gpu_ns);
    pp_json_measured_ms(json, "interval_ms", frame->interval_ns);
    pp_json_ms(json, "budget_ms", frame->budget_ns);
    pp_json_text(json, "jank", pp_jank_name(frame->jank));
    if (frame->is_disturbed)
        pp_json_bool(json, "disturbed", true);
    put_painters(json, slow);
    pp_buffer_text(json, "}");
}

/* ---- Outputs -------------------------------------------------------------------------------- */

static void begin_object(pp_buffer *json, const char *format)
{
    pp_buffer_text(json, "{");
    pp_json_text(json, "format", format);
    pp_json_u64(json, "schema_version", SCHEMA_VERSION);
    pp_json_text(json, "paintprof_version", pp_version());
}

int pp_report_write_info_json(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                              void *user)
{
    pp_buffer json = {.failed = report->failed};
    begin_object(&json, "paintprof recording info");
    put_info(&json, reader);
    put_windows(&json, report, reader);
    pp_buffer_text(&json, "}\n");
    return pp_report_deliver(&json, write, user);
}

int pp_report_write_json(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                         void *user)
{
    pp_buffer json = {.failed = report->failed};
    begin_object(&json, "paintprof report");
    if (reader) {
        pp_json_open(&json, "recording", "{");
        put_info(&json, reader);
        pp_buffer_text(&json, "}");
    }
    pp_json_u64(&json, "frames", report->frames);
    put_jank(&json, report->jank);
    put_disturbed(&json, report);
    put_windows(&json, report, reader);
    put_quantities(&json, report);
    if (reader)
        put_sites(&json, report, reader);
    if (pp_report_knows_causes(report, reader))
        pp_report_json_causes(&json, report, reader);
    pp_json_open(&json, "slowest", "[");
    for (size_t i = 0; i < report->slowest_count; i++)
        put_slow_frame(&json, report, reader, &report->slowest[i]);
    pp_buffer_text(&json, "]");
    pp_json_open(&json, "red_flags", "");
    pp_report_add_flags_json(&json, report);
    pp_buffer_text(&json, "}\n");
    return pp_report_deliver(&json, write, user);
}
