/* sink/csv_sidecar.c: FILE.meta.json: what a reader of a frame CSV cannot see in its rows. */
#include "base/base.h"
#include "capture/capture.h"
#include "sink/csv_file.h"

#include <paintprof/version.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 512, WINDOWS_MAX = 4096 };

/* ---- Windows ------------------------------------------------------------------------------- */

static void describe(const pp_csv *csv, pp_csv_window *window)
{
    char title[TEXT_BYTES], renderer[TEXT_BYTES];
    if (!csv->source.window(csv->source.user, window->number, title, sizeof title, renderer,
                            sizeof renderer))
        return;
    free(window->title);
    free(window->renderer);
    window->title = strdup(title);
    window->renderer = strdup(renderer);
}

static bool reserve_window(pp_csv *csv)
{
    if (csv->window_count < csv->window_capacity)
        return true;
    if (csv->window_count == WINDOWS_MAX)
        return false;
    size_t capacity = csv->window_capacity ? csv->window_capacity * 2 : 8;
    pp_csv_window *windows = realloc(csv->windows, capacity * sizeof *windows);
    if (!windows)
        return false;
    csv->windows = windows;
    csv->window_capacity = capacity;
    return true;
}

void pp_csv_note_window(pp_csv *csv, uint32_t number)
{
    csv->last_window = number;
    for (size_t i = csv->window_count; i-- > 0;)
        if (csv->windows[i].number == number)
            return;
    if (!reserve_window(csv)) {
        csv->windows_left_out++;
        return;
    }
    csv->windows[csv->window_count] = (pp_csv_window){.number = number};
    describe(csv, &csv->windows[csv->window_count++]);
}

/* ---- This process --------------------------------------------------------------------------- */

static bool live_window(void *user, uint32_t number, char *title, size_t title_capacity,
                        char *renderer, size_t renderer_capacity)
{
    (void)user;
    return pp_window_describe(number, title, title_capacity, renderer, renderer_capacity);
}

static uint64_t live_dropped(void *user)
{
    (void)user;
    return pp_session_dropped(pp_session_current());
}

static void live_host(void *user, pp_host *host)
{
    (void)user;
    pp_host_read(host);
}

const pp_csv_source pp_csv_live_source = {
    .window = live_window,
    .dropped = live_dropped,
    .host = live_host,
    .version = PP_VERSION,
};

/* ---- JSON ---------------------------------------------------------------------------------- */

static void add_key(pp_buffer *json, const char *indent, const char *key)
{
    pp_buffer_text(json, indent);
    pp_buffer_json(json, key);
    pp_buffer_text(json, ": ");
}

static void add_text_field(pp_buffer *json, const char *indent, const char *key, const char *text)
{
    add_key(json, indent, key);
    pp_buffer_json(json, text ? text : "");
}

static void add_number_field(pp_buffer *json, const char *indent, const char *key, uint64_t number)
{
    add_key(json, indent, key);
    pp_buffer_u64(json, number);
}

static void add_column(pp_buffer *json, const char *separator, const char *name, const char *unit)
{
    pp_buffer_text(json, separator);
    add_text_field(json, "\n    {", "name", name);
    add_text_field(json, ", ", "unit", unit);
    pp_buffer_text(json, "}");
}

static void add_columns(pp_buffer *json, const pp_csv *csv)
{
    static const char *const columns[][2] = {
#define COLUMN(name, unit) {name, unit},
        PP_CSV_COLUMNS(COLUMN)
#undef COLUMN
    };
    add_key(json, ",\n  ", "columns");
    for (size_t i = 0; i < PP_COUNT_OF(columns); i++)
        add_column(json, i ? "," : "[", columns[i][0], columns[i][1]);
    for (uint32_t phase = PP_PHASE_USER; phase < pp_csv_phase_count(csv); phase++) {
        char name[PP_CSV_NAME_BYTES + 1];
        *pp_csv_put_phase_column(name, phase) = '\0';
        add_column(json, ",", name, "ms");
    }
    pp_buffer_text(json, "\n  ]");
}

static void add_late_phases(pp_buffer *json, const pp_csv *csv)
{
    add_key(json, ",\n  ", "late_phases");
    const char *separator = "[";
    for (uint32_t phase = 0; phase < PP_PHASE_MAX; phase++) {
        const char *name = csv->late_phases >> phase & 1 ? pp_phase_name(phase) : NULL;
        if (!name)
            continue;
        pp_buffer_text(json, separator);
        pp_buffer_json(json, name);
        separator = ", ";
    }
    pp_buffer_text(json, csv->late_phases ? "]" : "[]");
}

static void add_disturbed(pp_buffer *json, const pp_csv *csv)
{
    add_key(json, ",\n  ", "disturbed_frames");
    pp_buffer_text(json, "[");
    for (size_t i = 0; i < csv->disturbed_count; i++) {
        pp_buffer_text(json, i ? ", [" : "[");
        pp_buffer_u64(json, csv->disturbed[i].first);
        pp_buffer_text(json, ", ");
        pp_buffer_u64(json, csv->disturbed[i].last);
        pp_buffer_text(json, "]");
    }
    pp_buffer_text(json, "]");
}

static void add_windows(pp_buffer *json, pp_csv *csv)
{
    add_key(json, ",\n  ", "windows");
    for (size_t i = 0; i < csv->window_count; i++) {
        pp_csv_window *window = &csv->windows[i];
        describe(csv, window); /* it may have got another title since */
        pp_buffer_text(json, i ? "," : "[");
        add_number_field(json, "\n    {", "number", window->number);
        add_text_field(json, ", ", "title", window->title);
        add_text_field(json, ", ", "renderer", window->renderer);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, csv->window_count ? "\n  ]" : "[]");
    if (csv->windows_left_out)
        add_number_field(json, ",\n  ", "windows_left_out", csv->windows_left_out);
}

static void add_host(pp_buffer *json, const pp_csv *csv)
{
    pp_host host;
    csv->source.host(csv->source.user, &host);
    add_key(json, ",\n  ", "host");
    add_text_field(json, "{", "name", host.name);
    add_text_field(json, ", ", "system", host.system);
    add_text_field(json, ", ", "release", host.release);
    add_text_field(json, ", ", "machine", host.machine);
    add_text_field(json, ", ", "cpu", host.cpu);
    add_number_field(json, ", ", "cpus", host.cpus);
    pp_buffer_text(json, "}");
}

int pp_csv_write_sidecar(pp_csv *csv, bool is_complete)
{
    if (!csv->sidecar_path)
        return PP_OK;
    pp_buffer json = {0};
    add_text_field(&json, "{\n  ", "format", "paintprof frames");
    add_number_field(&json, ",\n  ", "schema_version", PP_CSV_SCHEMA_VERSION);
    add_text_field(&json, ",\n  ", "paintprof_version", csv->source.version);
    add_key(&json, ",\n  ", "complete");
    pp_buffer_text(&json, is_complete ? "true" : "false");
    add_number_field(&json, ",\n  ", "rows", csv->rows);
    add_number_field(&json, ",\n  ", "dropped", csv->dropped);
    add_text_field(&json, ",\n  ", "clock", "CLOCK_MONOTONIC");
    add_columns(&json, csv);
    add_late_phases(&json, csv);
    add_disturbed(&json, csv);
    add_windows(&json, csv);
    add_host(&json, csv);
    pp_buffer_text(&json, "\n}\n");
    int status = json.failed ? pp_fail(PP_ENOMEM, "out of memory for %s", csv->sidecar_path)
                             : pp_output_replace(csv->sidecar_path, json.data, json.size_bytes);
    free(json.data);
    return status;
}
