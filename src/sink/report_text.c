/* sink/report_text.c: the report as text. */
#include "base/base.h"
#include "sink/report_data.h"
#include "sink/report_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CELLS = 40, PHASE_CELLS = 16, PLACE_CELLS = 48, ZONES_SHOWN = 12, STRETCHES_SHOWN = 4 };

static const char indent[] = "  ";

static double ms_of(uint64_t ns)
{
    return (double)ns / 1e6;
}

static double measured_ms(int64_t ns)
{
    return ns > 0 ? (double)ns / 1e6 : 0;
}

/* ---- Frames --------------------------------------------------------------------------------- */

/* ": paint 3, flush 1", only what occurs. */
static void put_reasons(pp_buffer *text, const uint64_t *jank)
{
    const char *separator = ": ";
    for (int reason = PP_JANK_NONE + 1; reason < PP_JANK_COUNT; reason++) {
        if (jank[reason] == 0)
            continue;
        pp_put_format(text, "%s%s %" PRIu64, separator, pp_jank_name((pp_jank)reason),
                      jank[reason]);
        separator = ", ";
    }
}

/* "disturbed    190 frames (120 to 309), 3.2 s in all: …" */
static void add_disturbed(pp_buffer *text, const pp_report *report)
{
    uint64_t length_ns = 0;
    if (report->disturbed_count == 0)
        return;
    uint64_t count = pp_report_disturbed(report);
    pp_put_format(text, "%-13s%" PRIu64 " %s (", "disturbed", count,
                  count == 1 ? "frame" : "frames");
    for (size_t i = 0; i < report->disturbed_count; i++) {
        const pp_report_stretch *stretch = &report->disturbed[i];
        length_ns += stretch->end_ns - stretch->start_ns;
        if (i < STRETCHES_SHOWN)
            pp_put_format(text, "%s%" PRIu64 " to %" PRIu64, i > 0 ? ", " : "", stretch->first,
                          stretch->last);
    }
    pp_put_format(text,
                  "%s), %.1f s in all: repaints were outlined (flash) meanwhile, which\n"
                  "             costs time, so that theirs are not the program's own\n",
                  report->disturbed_count > STRETCHES_SHOWN ? " …" : "", (double)length_ns / 1e9);
}

static void add_frames(pp_buffer *text, const pp_report *report, const pp_reader *reader)
{
    uint64_t late = pp_report_late(report->jank);
    pp_put_format(text, "%-13s%" PRIu64 ", of which %" PRIu64 " late (%.1f%%)", "frames",
                  report->frames, late, 100 * pp_report_ratio(late, report->frames));
    put_reasons(text, report->jank);
    pp_buffer_text(text, "\n");
    add_disturbed(text, report);
    pp_buffer_text(text, "\nwindows, and why their frames were late\n");
    pp_report_add_windows(text, report, reader);
}

/* Says what is missing and what to do about it. */
static void add_no_frames(pp_buffer *text, const pp_reader *reader)
{
    const pp_recording_info *info = reader ? pp_reader_info(reader) : NULL;
    pp_put_format(text, "%-13s", "frames");
    if (reader && pp_reader_note(reader, "probe.version"))
        pp_buffer_text(text, "no frames: no window of the program was painted\n");
    else if (info && info->records == 0)
        pp_buffer_text(text, "no frames, and no zones or marks either: none ran while the gate "
                             "was open. Set\n             PAINTPROF=1 for the program, or let it "
                             "call pg_set_profile_enabled(true).\n");
    else
        pp_buffer_text(text, "no frames: nothing said where one begins and ends, or none of them "
                             "is whole in here.\n             A QWidget is watched after "
                             "paintprof::attach(), a ppq_window by itself; other\n             "
                             "programs call pp_frame_begin() and pp_frame_end() "
                             "(paintprof/window.h).\n");
}

/* ---- Distributions -------------------------------------------------------------------------- */

static void add_stat(pp_table *table, pp_buffer *text, const pp_report_quantity *quantity)
{
    pp_stat stat;
    char name[64];
    if (!pp_distribution_stat(quantity->distribution, &stat)) {
        text->failed = true;
        return;
    }
    if (stat.count == 0)
        return;
    pp_format(name, sizeof name, "%s%s", quantity->is_phase ? "  " : "", quantity->name);
    pp_table_text(table, name);
    const double columns[] = {stat.mean, stat.p50, stat.p95, stat.p99, stat.worst, stat.max};
    for (size_t i = 0; i < PP_COUNT_OF(columns); i++)
        pp_table_format(table, "%.3f", columns[i]);
    pp_table_u64(table, stat.count);
}

/* In words, since an empty row of the table would not say whose fault it is. */
static void add_gpu_note(pp_buffer *text, const pp_reader *reader)
{
    const char *note = reader ? pp_reader_note(reader, "gpu.time") : NULL;
    pp_buffer_text(text, "  GPU time: ");
    pp_put_readable(text, note && *note ? note : "not measured");
    pp_buffer_text(text, "\n");
}

static void add_distributions(pp_buffer *text, const pp_report *report, const pp_reader *reader)
{
    static const pp_table_column columns[] = {
        {"ms", true, PHASE_CELLS}, {"mean", false, 0},     {"p50", false, 0}, {"p95", false, 0},
        {"p99", false, 0},         {"worst 1%", false, 0}, {"max", false, 0}, {"frames", false, 0},
    };
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    pp_report_quantity quantity;
    for (size_t i = 0; pp_report_quantity_at(report, i, &quantity); i++)
        add_stat(&table, text, &quantity);
    pp_buffer_text(text, "\ntimes per frame; work is the sum of the phases below it\n");
    pp_table_write(&table, text, indent);
    if (report->gpu.count == 0)
        add_gpu_note(text, reader);
    if (!pp_distribution_is_exact(&report->work))
        pp_put_format(text,
                      "  more than %d frames: percentiles and worst 1%% are within 0.1%%, "
                      "the rest is exact\n",
                      PP_DISTRIBUTION_EXACT);
}

/* ---- Sites ---------------------------------------------------------------------------------- */

/* A path is told by its end. */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void add_place(pp_table *table, const pp_site_info *site)
{
    pp_buffer place = {0};
    pp_buffer_text(&place, site->file ? file_name(site->file) : "");
    if (site->line > 0) {
        pp_buffer_text(&place, ":");
        pp_buffer_u64(&place, site->line);
    }
    pp_buffer_add(&place, "", 1);
    pp_table_text(table, place.failed ? "" : place.data);
    table->failed |= place.failed;
    free(place.data);
}

static bool any_pixels(const pp_report *report, const pp_reader *reader)
{
    pp_site_total total;
    for (size_t i = 0; i < report->top_sites && pp_reader_site_at(reader, i, &total); i++)
        if (total.pixels > 0)
            return true;
    return false;
}

static void add_site(pp_table *table, const pp_site_total *total, uint64_t all_ns, bool pixels)
{
    pp_table_text(table, total->site->name);
    pp_table_text(table, pp_report_phase(total->site->phase));
    pp_table_u64(table, total->count);
    pp_table_format(table, "%.3f", ms_of(total->self_ns));
    pp_table_format(table, "%.1f%%", 100 * pp_report_ratio(total->self_ns, all_ns));
    pp_table_format(table, "%.3f", pp_report_ratio(total->total_ns, total->count) / 1e6);
    pp_table_format(table, "%.3f", ms_of(total->max_ns));
    if (pixels)
        pp_table_u64(table, total->pixels);
    add_place(table, total->site);
}

static void add_sites(pp_buffer *text, const pp_report *report, const pp_reader *reader)
{
    static const pp_table_column with_pixels[] = {
        {"zone", true, NAME_CELLS}, {"phase", true, PHASE_CELLS}, {"count", false, 0},
        {"self ms", false, 0},      {"share", false, 0},          {"mean ms", false, 0},
        {"max ms", false, 0},       {"pixels", false, 0},         {"where", true, PLACE_CELLS},
    };
    static const pp_table_column without[] = {
        {"zone", true, NAME_CELLS}, {"phase", true, PHASE_CELLS}, {"count", false, 0},
        {"self ms", false, 0},      {"share", false, 0},          {"mean ms", false, 0},
        {"max ms", false, 0},       {"where", true, PLACE_CELLS},
    };
    bool pixels = any_pixels(report, reader);
    pp_table table = {.columns = pixels ? with_pixels : without,
                      .column_count = pixels ? PP_COUNT_OF(with_pixels) : PP_COUNT_OF(without)};
    uint64_t all_ns = pp_report_all_self(reader), listed = 0;
    pp_site_total total;
    for (; listed < report->top_sites && pp_reader_site_at(reader, listed, &total); listed++)
        add_site(&table, &total, all_ns, pixels);
    if (listed == 0)
        return;
    pp_buffer_text(text, "\nzones of all threads by self time; mean and max with what runs "
                         "inside them\n");
    pp_table_write(&table, text, indent);
    size_t all = listed;
    while (pp_reader_site_at(reader, all, &total))
        all++;
    if (all > listed)
        pp_put_format(text, "  and %zu more: --top %zu shows all\n", all - listed, all);
}

/* ---- The slowest frames --------------------------------------------------------------------- */

static void put_phases(pp_buffer *text, const pp_frame *frame)
{
    const char *separator = " (";
    for (size_t place = 0; place < PP_REPORT_WORK_PHASES; place++) {
        uint32_t phase = pp_report_phase_at(place);
        if (phase >= frame->phase_count || frame->phase_ns[phase] == 0)
            continue;
        pp_put_format(text, "%s%s %.3f", separator, pp_report_phase(phase),
                      ms_of(frame->phase_ns[phase]));
        separator = ", ";
    }
    pp_buffer_text(text, *separator == ',' ? ")" : "");
}

static void add_painters(pp_buffer *text, const pp_report_slow *slow)
{
    static const pp_table_column columns[] = {
        {"zone", true, NAME_CELLS}, {"phase", true, PHASE_CELLS}, {"count", false, 0},
        {"self ms", false, 0},      {"total ms", false, 0},
    };
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    uint32_t shown = slow->painter_count < ZONES_SHOWN ? slow->painter_count : ZONES_SHOWN;
    for (uint32_t i = 0; i < shown; i++) {
        const pp_painter *painter = &slow->painters[i];
        pp_table_text(&table, painter->site->name);
        pp_table_text(&table, pp_report_phase(painter->site->phase));
        pp_table_u64(&table, painter->count);
        pp_table_format(&table, "%.3f", ms_of(painter->self_ns));
        pp_table_format(&table, "%.3f", ms_of(painter->total_ns));
    }
    if (shown == 0)
        pp_buffer_text(text, "      no zones in it\n");
    else
        pp_table_write(&table, text, "      ");
    if (slow->frame.painter_count > shown)
        pp_put_format(text, "      and %" PRIu32 " more\n", slow->frame.painter_count - shown);
}

static void add_slow_frame(pp_buffer *text, const pp_report *report, const pp_reader *reader,
                           const pp_report_slow *slow)
{
    const pp_frame *frame = &slow->frame;
    uint64_t at_ns = pp_report_since_begin(report, reader, frame->start_ns);
    pp_put_format(text, "\n  frame %" PRIu64 ": %.3f ms at %.3f s in window %" PRIu32 ", ",
                  frame->number, ms_of(slow->taken_ns), (double)at_ns / 1e9, frame->window);
    if (frame->jank == PP_JANK_NONE)
        pp_buffer_text(text, "in time");
    else
        pp_put_format(text, "late (%s)", pp_jank_name(frame->jank));
    if (frame->is_disturbed)
        pp_buffer_text(text, ", disturbed");
    pp_put_format(text, "\n    work %.3f", ms_of(frame->work_ns));
    put_phases(text, frame);
    pp_put_format(text, ", overlay %.3f", ms_of(frame->phase_ns[PP_PHASE_OVERLAY]));
    if (frame->flush_ns >= 0)
        pp_put_format(text, ", flush %.3f", measured_ms(frame->flush_ns));
    if (frame->gpu_ns >= 0)
        pp_put_format(text, ", gpu %.3f", measured_ms(frame->gpu_ns));
    pp_buffer_text(text, "\n");
    add_painters(text, slow);
}

/* ---- All ------------------------------------------------------------------------------------ */

int pp_report_write_text(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                         void *user)
{
    pp_buffer text = {.failed = report->failed};
    if (reader)
        pp_report_add_info_lines(&text, reader);
    if (pp_report_knows_causes(report, reader))
        pp_report_add_causes(&text, report, reader);
    if (report->frames > 0) {
        add_frames(&text, report, reader);
        add_distributions(&text, report, reader);
    } else {
        add_no_frames(&text, reader);
    }
    if (reader)
        add_sites(&text, report, reader);
    if (report->slowest_count > 0)
        pp_buffer_text(&text, "\nslowest frames, by work + overlay + flush in ms\n");
    for (size_t i = 0; i < report->slowest_count; i++)
        add_slow_frame(&text, report, reader, &report->slowest[i]);
    pp_report_add_flags(&text, report);
    return pp_report_deliver(&text, write, user);
}
