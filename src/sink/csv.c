/* sink/csv.c: one row per frame, written while the program runs. docs/csv.md has the columns. */
#include "base/base.h"
#include "sink/csv_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 4096 };

#define COLUMN(name, unit) name,
static const char *const columns[] = {PP_CSV_COLUMNS(COLUMN)};
#undef COLUMN

_Static_assert((PP_CSV_NAME_BYTES + 1) * (PP_COUNT_OF(columns) + PP_PHASE_MAX) <= LINE_BYTES,
               "a header fits");
_Static_assert((PP_NUMBER_BYTES + 1) * (PP_COUNT_OF(columns) + PP_PHASE_MAX) <= LINE_BYTES,
               "a row fits");

/* ---- Rows ---------------------------------------------------------------------------------- */

uint32_t pp_csv_phase_count(const pp_csv *csv)
{
    return csv->phase_count ? csv->phase_count : pp_phase_count();
}

/* Whether NAME_ms is a column of every file. */
static bool is_taken(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < PP_COUNT_OF(columns); i++)
        if (strncmp(columns[i], name, length) == 0 && strcmp(columns[i] + length, "_ms") == 0)
            return true;
    return false;
}

char *pp_csv_put_phase_column(char *at, uint32_t phase)
{
    const char *name = pp_phase_name(phase);
    if (is_taken(name))
        at = pp_put_text(at, "user.");
    at = pp_put_text(at, name);
    return pp_put_text(at, "_ms");
}

static char *put_header(char *at, const pp_csv *csv)
{
    for (size_t i = 0; i < PP_COUNT_OF(columns); i++) {
        at = pp_put_text(at, columns[i]);
        *at++ = ',';
    }
    for (uint32_t phase = PP_PHASE_USER; phase < csv->phase_count; phase++) {
        at = pp_csv_put_phase_column(at, phase);
        *at++ = ',';
    }
    at[-1] = '\n';
    return at;
}

static char *put_time(char *at, uint64_t ns)
{
    at = pp_put_ms(at, ns);
    *at++ = ',';
    return at;
}

static char *put_measured_time(char *at, int64_t ns)
{
    if (ns >= 0)
        at = pp_put_ms(at, (uint64_t)ns);
    *at++ = ',';
    return at;
}

static char *put_number(char *at, uint64_t number)
{
    at = pp_put_u64(at, number);
    *at++ = ',';
    return at;
}

static char *put_measured_number(char *at, int64_t number)
{
    if (number >= 0)
        at = pp_put_u64(at, (uint64_t)number);
    *at++ = ',';
    return at;
}

/* The time of phases without a column, which goes to other so that a row adds up. */
static uint64_t take_late_ns(pp_csv *csv, const pp_frame *frame)
{
    uint64_t late_ns = 0;
    for (uint32_t phase = csv->phase_count; phase < PP_PHASE_MAX; phase++) {
        if (!frame->phase_ns[phase])
            continue;
        csv->late_phases |= UINT32_C(1) << phase;
        late_ns += frame->phase_ns[phase];
    }
    return late_ns;
}

static char *put_row(char *at, pp_csv *csv, const pp_frame *frame)
{
    at = put_number(at, frame->number);
    at = put_number(at, frame->window);
    at = put_number(at, frame->start_ns);
    at = put_measured_time(at, frame->interval_ns);
    at = put_time(at, frame->work_ns);
    at = put_time(at, frame->phase_ns[PP_PHASE_CREATE]);
    at = put_time(at, frame->phase_ns[PP_PHASE_BATCH]);
    at = put_time(at, frame->phase_ns[PP_PHASE_REDRAW]);
    at = put_time(at, frame->phase_ns[PP_PHASE_OTHER] + take_late_ns(csv, frame));
    at = put_time(at, frame->phase_ns[PP_PHASE_OVERLAY]);
    at = put_measured_time(at, frame->flush_ns);
    at = put_measured_time(at, frame->gpu_ns);
    at = put_measured_number(at, frame->items_created);
    at = put_measured_number(at, frame->items_painted);
    at = put_measured_number(at, frame->dirty_px);
    at = put_time(at, frame->budget_ns);
    at = pp_put_text(at, pp_jank_name(frame->jank));
    *at++ = ',';
    for (uint32_t phase = PP_PHASE_USER; phase < csv->phase_count; phase++)
        at = put_time(at, frame->phase_ns[phase]);
    at[-1] = '\n';
    return at;
}

static void note_disturbed(pp_csv *csv, const pp_frame *frame)
{
    bool goes_on = csv->was_disturbed;
    csv->was_disturbed = frame->is_disturbed;
    if (!frame->is_disturbed)
        return;
    if (!goes_on && csv->disturbed_count < PP_CSV_DISTURBED_MAX)
        csv->disturbed[csv->disturbed_count++].first = frame->number;
    csv->disturbed[csv->disturbed_count - 1].last = frame->number;
}

static void write_header(pp_csv *csv, uint32_t phase_count)
{
    char line[LINE_BYTES];
    csv->phase_count = phase_count;
    pp_output_write(&csv->output, line, (size_t)(put_header(line, csv) - line));
}

static void write_frame(void *user, const pp_frame *frame)
{
    pp_csv *csv = user;
    if (csv->output.error)
        return;
    bool is_first = csv->phase_count == 0;
    if (is_first)
        write_header(csv, frame->phase_count);
    if (frame->window != csv->last_window)
        pp_csv_note_window(csv, frame->window);
    note_disturbed(csv, frame);
    char line[LINE_BYTES];
    pp_output_write(&csv->output, line, (size_t)(put_row(line, csv, frame) - line));
    csv->rows += !csv->output.error;
    /* Now the columns are known for good. A failure shows again at close. */
    if (is_first)
        pp_csv_write_sidecar(csv, false);
}

static void note_dropped(void *user)
{
    pp_csv *csv = user;
    csv->dropped = csv->source.dropped(csv->source.user);
}

/* ---- The file ------------------------------------------------------------------------------ */

static void free_csv(pp_csv *csv)
{
    for (size_t i = 0; i < csv->window_count; i++) {
        free(csv->windows[i].title);
        free(csv->windows[i].renderer);
    }
    free(csv->windows);
    free(csv->sidecar_path);
    free(csv);
}

static char *join(const char *text, const char *suffix)
{
    size_t text_bytes = strlen(text), suffix_bytes = strlen(suffix) + 1;
    char *joined = malloc(text_bytes + suffix_bytes);
    if (joined) {
        memcpy(joined, text, text_bytes);
        memcpy(joined + text_bytes, suffix, suffix_bytes);
    }
    return joined;
}

/* Writes the sidecar before the file is emptied: if that fails, nothing was touched. */
static int begin_file(pp_csv *csv, const char *path)
{
    if (csv->output.is_owned && csv->output.is_regular) {
        csv->sidecar_path = join(path, ".meta.json");
        int status = csv->sidecar_path ? pp_csv_write_sidecar(csv, false)
                                       : pp_fail(PP_ENOMEM, "out of memory for a CSV");
        if (status != PP_OK) {
            pp_output_abandon(&csv->output, path);
            return status;
        }
    }
    pp_output_begin(&csv->output);
    return PP_OK;
}

int pp_csv_open(pp_csv **out, const char *path)
{
    return pp_csv_open_for(out, path, &pp_csv_live_source);
}

int pp_csv_open_for(pp_csv **out, const char *path, const pp_csv_source *source)
{
    if (!out || !path || !*path)
        return pp_fail(PP_EINVAL, "pp_csv_open: no place for it, or no path");
    pp_csv *csv = calloc(1, sizeof *csv);
    if (!csv)
        return pp_fail(PP_ENOMEM, "out of memory for a CSV");
    csv->owner = getpid();
    csv->source = *source;
    int status = pp_output_open(&csv->output, path);
    if (status == PP_OK)
        status = begin_file(csv, path);
    if (status != PP_OK) {
        free_csv(csv);
        return status;
    }
    *out = csv;
    return PP_OK;
}

pp_sink pp_csv_sink(pp_csv *csv)
{
    return (pp_sink){.struct_size = sizeof(pp_sink),
                     .user = csv,
                     .frame = write_frame,
                     .stop = note_dropped,
                     .destroy = note_dropped};
}

static int finish(pp_csv *csv)
{
    if (csv->phase_count == 0)
        write_header(csv, pp_phase_count());
    pp_output_close(&csv->output);
    int status = pp_csv_write_sidecar(csv, true);
    if (csv->output.error)
        status = pp_fail(PP_EIO, "frame CSV: writing failed after %llu rows: %s",
                         (unsigned long long)csv->rows, strerrordesc_np(csv->output.error));
    return status;
}

int pp_csv_close(pp_csv *csv)
{
    if (!csv)
        return PP_OK;
    int status = PP_OK;
    if (csv->owner == getpid())
        status = finish(csv);
    else
        pp_output_close(&csv->output);
    free_csv(csv);
    return status;
}
