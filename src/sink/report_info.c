/* sink/report_info.c: what a recording is: its process, how much it holds and what is missing. */
#include "base/base.h"
#include "sink/report_data.h"
#include "sink/report_table.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { NAME_CELLS = 40, TEXT_CELLS = 60, LONG_SECONDS = 120 };

/* ---- Lines ---------------------------------------------------------------------------------- */

static void put_label(pp_buffer *text, const char *label)
{
    pp_put_format(text, "%-13s", label);
}

static void put_size(pp_buffer *text, uint64_t bytes)
{
    if (bytes < 1024)
        pp_put_format(text, "%" PRIu64 " bytes", bytes);
    else if (bytes < 1024 * 1024)
        pp_put_format(text, "%.1f KiB", (double)bytes / 1024);
    else
        pp_put_format(text, "%.1f MiB", (double)bytes / (1024 * 1024));
}

static void put_counted(pp_buffer *text, uint64_t count, const char *one, const char *many)
{
    pp_put_format(text, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static const char *known_note(const pp_reader *reader, const char *key)
{
    const char *note = pp_reader_note(reader, key);
    return note && *note ? note : NULL;
}

static void put_program(pp_buffer *text, const pp_reader *reader)
{
    const char *program = known_note(reader, "process.command_line");
    if (!program)
        program = known_note(reader, "process.executable");
    put_label(text, "program");
    pp_put_readable(text, program ? program : "not noted");
    pp_buffer_text(text, "\n");
}

static void put_process(pp_buffer *text, const pp_reader *reader, const pp_recording_info *info)
{
    const char *host = known_note(reader, "host.name");
    time_t started = (time_t)(info->started_utc_ns / 1000000000);
    struct tm utc;
    char when[64] = "";
    if (info->started_utc_ns > 0 && gmtime_r(&started, &utc))
        strftime(when, sizeof when, ", recorded from %Y-%m-%d %H:%M:%S UTC on", &utc);
    put_label(text, "process");
    pp_put_format(text, "%" PRIu32, info->pid);
    if (host) {
        pp_buffer_text(text, " on ");
        pp_put_readable(text, host);
    }
    pp_buffer_text(text, when);
    pp_buffer_text(text, "\n");
}

static void put_duration(pp_buffer *text, const pp_recording_info *info)
{
    uint64_t seconds = info->duration_ns / 1000000000;
    put_label(text, "duration");
    if (seconds == 0)
        pp_put_format(text, "%.3f ms", (double)info->duration_ns / 1e6);
    else
        pp_put_format(text, "%.3f s", (double)info->duration_ns / 1e9);
    if (seconds >= LONG_SECONDS)
        pp_put_format(text, " (%" PRIu64 " h %02u min %02u s)", seconds / 3600,
                      (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
    pp_buffer_text(text, " between the first record and the last\n");
}

static void put_records(pp_buffer *text, const pp_recording_info *info)
{
    put_label(text, "records");
    pp_put_format(text, "%" PRIu64 ": ", info->records);
    put_counted(text, info->zones, "zone", "zones");
    pp_buffer_text(text, " and ");
    put_counted(text, info->marks, "mark", "marks");
    pp_buffer_text(text, ", of ");
    put_counted(text, info->threads, "thread", "threads");
    pp_buffer_text(text, "\n");
}

static void put_overwritten(pp_buffer *text, const pp_recording_info *info)
{
    if (!info->bounded && info->overwritten == 0)
        return;
    put_label(text, "overwritten");
    if (info->overwritten == 0)
        pp_buffer_text(text, "none; it keeps the newest ");
    else {
        put_counted(text, info->overwritten, "record", "records");
        pp_buffer_text(text, " made room for newer ones, as asked; it keeps the newest ");
    }
    put_size(text, info->capacity_bytes);
    pp_buffer_text(text, "\n");
}

static void put_lost(pp_buffer *text, const pp_recording_info *info)
{
    put_label(text, "lost");
    if (info->dropped == 0)
        pp_buffer_text(text, "none");
    else
        put_counted(text, info->dropped, "record: nothing could take it",
                    "records: nothing could take them");
    pp_buffer_text(text, "\n");
    put_overwritten(text, info);
    if (info->damaged > 0) {
        put_label(text, "damaged");
        put_counted(text, info->damaged, "chunk was", "chunks were");
        pp_put_format(text, " passed over, the first at byte %" PRIu64 " of the file\n",
                      info->damaged_offset);
    }
    if (info->error != 0) {
        const char *reason = strerrordesc_np(info->error);
        put_label(text, "ended early");
        pp_put_format(text, "error %d: %s\n", info->error, reason ? reason : "unknown");
    }
}

static void put_completeness(pp_buffer *text, const pp_recording_info *info)
{
    put_label(text, "complete");
    if (info->complete)
        pp_buffer_text(text, "yes\n");
    else if (info->has_live_part)
        pp_buffer_text(text, "no: its writer runs or was killed; its live part is included\n");
    else
        pp_buffer_text(text, "no: its writer was killed and its live part is gone, and so are "
                             "the last records\n             of each thread\n");
}

void pp_report_add_info_lines(pp_buffer *text, const pp_reader *reader)
{
    const pp_recording_info *info = pp_reader_info(reader);
    put_program(text, reader);
    put_process(text, reader, info);
    put_duration(text, info);
    put_records(text, info);
    put_lost(text, info);
    put_completeness(text, info);
}

/* ---- Tables --------------------------------------------------------------------------------- */

void pp_report_add_windows(pp_buffer *text, const pp_report *report, const pp_reader *reader)
{
    static const pp_table_column columns[] = {
        {"window", false, 0},        {"frames", false, 0},    {"late", false, 0},
        {"paint", false, 0},         {"flush", false, 0},     {"gpu", false, 0},
        {"event", false, 0},         {"budget ms", false, 0}, {"renderer", true, NAME_CELLS / 2},
        {"title", true, TEXT_CELLS},
    };
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    for (size_t i = 0; i < report->window_count; i++) {
        const pp_report_window *window = &report->windows[i];
        const char *title = "", *renderer = "";
        if (!reader || !pp_reader_window(reader, window->number, &title, &renderer))
            title = renderer = "?";
        pp_table_u64(&table, window->number);
        pp_table_u64(&table, window->frames);
        pp_table_u64(&table, pp_report_late(window->jank));
        for (int jank = PP_JANK_NONE + 1; jank < PP_JANK_COUNT; jank++)
            pp_table_u64(&table, window->jank[jank]);
        pp_table_format(&table, "%.3f", (double)window->budget_ns / 1e6);
        pp_table_text(&table, renderer);
        pp_table_text(&table, title);
    }
    pp_table_write(&table, text, "  ");
    if (report->frames_of_other_windows > 0)
        pp_put_format(text, "  and %" PRIu64 " frames of more windows\n",
                      report->frames_of_other_windows);
}

static void add_threads(pp_buffer *text, const pp_reader *reader)
{
    static const pp_table_column columns[] = {
        {"thread", false, 0}, {"tid", false, 0}, {"name", true, NAME_CELLS}};
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    uint32_t number, tid;
    const char *name;
    for (size_t i = 0; pp_reader_thread_at(reader, i, &number, &tid, &name); i++) {
        pp_table_u64(&table, number);
        pp_table_u64(&table, tid);
        pp_table_text(&table, *name ? name : "-");
    }
    pp_buffer_text(text, table.count > 0 ? "\nthreads\n" : "");
    if (table.count > 0)
        pp_table_write(&table, text, "  ");
}

static void add_notes(pp_buffer *text, const pp_reader *reader)
{
    static const pp_table_column columns[] = {{"note", true, NAME_CELLS}, {"value", true, 2048}};
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    const char *key, *value;
    for (size_t i = 0; pp_reader_note_at(reader, i, &key, &value); i++) {
        pp_table_text(&table, key);
        pp_table_text(&table, value);
    }
    pp_buffer_text(text, table.count > 0 ? "\nnotes\n" : "");
    if (table.count > 0)
        pp_table_write(&table, text, "  ");
}

static void add_frames(pp_buffer *text, const pp_report *report, const pp_reader *reader)
{
    put_label(text, "frames");
    if (report->frames == 0) {
        pp_buffer_text(text, "none\n");
        return;
    }
    pp_put_format(text, "%" PRIu64 ", of which %" PRIu64 " late\n", report->frames,
                  pp_report_late(report->jank));
    pp_buffer_text(text, "\nwindows\n");
    pp_report_add_windows(text, report, reader);
}

int pp_report_write_info_text(const pp_report *report, const pp_reader *reader, pp_text_fn write,
                              void *user)
{
    pp_buffer text = {.failed = report->failed};
    const pp_recording_info *info = pp_reader_info(reader);
    put_label(&text, "recording");
    put_size(&text, info->size_bytes);
    pp_put_format(&text, ", format version %" PRIu32 "%s\n", info->version,
                  info->bounded ? ", a flight recorder" : "");
    pp_report_add_info_lines(&text, reader);
    add_frames(&text, report, reader);
    add_threads(&text, reader);
    add_notes(&text, reader);
    return pp_report_deliver(&text, write, user);
}
