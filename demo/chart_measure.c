/* demo/chart_measure.c: session, gate, overlay and CSV files of the chart. */
#include "chart_app.h"

#include <stdio.h>
#include <unistd.h>

enum { LEAST_HISTORY = 4096, MOST_HISTORY = 65536 };

/* The gate is open while somebody wants the numbers, so that an unwatched chart costs nothing. */
static void set_gate(chart_state *chart)
{
    const chart_measure *measure = &chart->measure;
    pg_set_profile_enabled(
        measure->gate_by_environment || chart->options.profile || chart->options.report != NULL ||
        chart->options.listens || measure->records || measure->csv != NULL ||
        measure->frames_csv != NULL || pp_overlay_current_page(measure->overlay) != PP_OVERLAY_OFF);
}

static int need_session(chart_state *chart)
{
    if (chart->measure.session != NULL)
        return 0;
    uint64_t frames = chart->options.duration_s > 0 ? MOST_HISTORY : chart->options.frames;
    pp_session_opts opts = {.struct_size = sizeof opts,
                            .history_frames = frames < LEAST_HISTORY  ? LEAST_HISTORY
                                              : frames > MOST_HISTORY ? MOST_HISTORY
                                                                      : (uint32_t)frames};
    int failure = pp_session_start(&chart->measure.session, &opts);
    return failure != 0 ? failure : chart_late_open(chart);
}

static int add_sink(chart_state *chart, pp_sink sink, int *id)
{
    int failure = need_session(chart);
    if (failure != 0)
        return failure;
    int added = pp_session_add_sink(chart->measure.session, &sink);
    if (added < 0)
        return added;
    *id = added;
    return 0;
}

static int show_page(chart_state *chart, pp_overlay_page page)
{
    chart_measure *measure = &chart->measure;
    int failure = 0;
    pp_overlay_set_page(measure->overlay, page);
    if (page != PP_OVERLAY_OFF && !measure->overlay_shown) {
        failure = need_session(chart);
        if (failure == 0)
            failure = ppq_window_set_overlay(chart->window, measure->overlay);
        measure->overlay_shown = failure == 0;
    }
    set_gate(chart);
    ppq_window_overlay_changed(chart->window);
    return failure;
}

void chart_measure_set_page(chart_state *chart, pp_overlay_page page)
{
    if (show_page(chart, page) != 0)
        chart_say(chart, "overlay: %s", pp_last_error());
}

static void start_profile(const chart_options *options)
{
    pp_set_text_enabled(true);
    if (options->profile_ms >= 0)
        pg_set_ms_slower_then(options->profile_ms);
}

static int start_record(chart_state *chart)
{
    const chart_options *options = &chart->options;
    const pp_recording_opts opts = {
        .struct_size = sizeof opts,
        .size_bytes = options->record_mib > 0 ? options->record_mib << 20 : PP_RECORDING_UNBOUNDED,
        .slow_frame_ns = (uint64_t)(options->record_slow_ms * 1e6),
        .snapshot_ns = (uint64_t)(options->record_seconds * 1e9),
    };
    int failure = pp_recording_start(options->record, &opts);
    chart->measure.records = failure == 0;
    return failure;
}

/* A disk that filled up is known here at the latest. */
static int stop_record(chart_state *chart)
{
    if (!chart->measure.records)
        return 0;
    chart->measure.records = false;
    int failure = pp_recording_stop();
    if (failure != 0)
        fprintf(stderr, CHART_PROGRAM ": %s\n", pp_last_error());
    return failure;
}

int chart_measure_open(chart_state *chart)
{
    chart_measure *measure = &chart->measure;
    const chart_options *options = &chart->options;
    measure->gate_by_environment = pg_profile_enabled();
    if (options->profile)
        start_profile(options);

    int failure = 0;
    if (options->record != NULL)
        failure = start_record(chart);
    if (failure == 0)
        failure = pp_overlay_create(&measure->overlay,
                                    pp_window_number(ppq_window_measured(chart->window)));
    if (failure == 0 && options->csv != NULL) {
        failure = pp_csv_open(&measure->csv, options->csv);
        if (failure == 0)
            failure = add_sink(chart, pp_csv_sink(measure->csv), &measure->csv_sink);
    }
    if (failure == 0 &&
        (options->profile || options->report != NULL || measure->gate_by_environment))
        failure = need_session(chart);
    if (failure != 0)
        return failure;
    return show_page(chart, options->overlay >= 0 ? (pp_overlay_page)options->overlay
                                                  : pp_overlay_current_page(measure->overlay));
}

/* What the overlay's red dot names. */
static void show_output(chart_state *chart)
{
    chart_measure *measure = &chart->measure;
    char path[128] = "";
    if (measure->records)
        pp_recording_path(path, sizeof path);
    else if (measure->frames_csv != NULL)
        snprintf(path, sizeof path, "%s", measure->frames_csv_path);
    pp_overlay_set_recording(measure->overlay, path[0] != '\0' ? path : NULL);
    set_gate(chart);
    ppq_window_overlay_changed(chart->window);
}

static int start_csv(chart_state *chart)
{
    chart_measure *measure = &chart->measure;
    snprintf(measure->frames_csv_path, sizeof measure->frames_csv_path,
             "paintprof-frames-%d-%u.csv", (int)getpid(), ++chart->recordings);
    int failure = pp_csv_open(&measure->frames_csv, measure->frames_csv_path);
    if (failure == 0)
        failure = add_sink(chart, pp_csv_sink(measure->frames_csv), &measure->frames_csv_sink);
    if (failure != 0) {
        pp_csv_close(measure->frames_csv);
        measure->frames_csv = NULL;
    }
    return failure;
}

static int stop_csv(chart_state *chart)
{
    chart_measure *measure = &chart->measure;
    pp_session_remove_sink(measure->session, measure->frames_csv_sink);
    measure->frames_csv_sink = 0;
    int failure = pp_csv_close(measure->frames_csv);
    measure->frames_csv = NULL;
    return failure;
}

void chart_measure_toggle_csv(chart_state *chart)
{
    bool starts = chart->measure.frames_csv == NULL;
    if ((starts ? start_csv(chart) : stop_csv(chart)) != 0)
        chart_say(chart, "CSV: %s", pp_last_error());
    else
        chart_say(chart, starts ? "writing frames to %s" : "wrote %s",
                  chart->measure.frames_csv_path);
    show_output(chart);
}

/* All of it, from this key to the next: no bound. */
static int start_key_recording(chart_state *chart)
{
    char path[64];
    const pp_recording_opts opts = {.struct_size = sizeof opts,
                                    .size_bytes = PP_RECORDING_UNBOUNDED};
    snprintf(path, sizeof path, "paintprof-chart-%d-%u.pprec", (int)getpid(), ++chart->recordings);
    int failure = pp_recording_start(path, &opts);
    chart->measure.records = failure == 0;
    return failure;
}

void chart_measure_toggle_recording(chart_state *chart)
{
    char path[128] = "";
    bool starts = !chart->measure.records;
    int failure = starts ? start_key_recording(chart) : 0;
    pp_recording_path(path, sizeof path);
    if (!starts) {
        chart->measure.records = false;
        failure = pp_recording_stop();
    }
    if (failure != 0)
        chart_say(chart, "recording: %s", pp_last_error());
    else
        chart_say(chart, starts ? "recording to %s" : "recorded %s", path);
    show_output(chart);
}

/* A write that failed earlier, on a full disk for example, is known at the latest here. */
static int close_csv(pp_csv **csv, const char *path)
{
    int failure = pp_csv_close(*csv);
    *csv = NULL;
    if (failure != 0)
        fprintf(stderr, CHART_PROGRAM ": %s: %s\n", path, pp_last_error());
    return failure;
}

int chart_measure_close(chart_state *chart)
{
    chart_measure *measure = &chart->measure;
    if (measure->overlay_shown)
        ppq_window_set_overlay(chart->window, NULL);
    pp_session_stop(measure->session);
    measure->session = NULL;
    int frames_csv_failure = close_csv(&measure->frames_csv, measure->frames_csv_path);
    int failure = close_csv(&measure->csv, chart->options.csv);
    int record_failure = stop_record(chart);
    pp_overlay_destroy(measure->overlay);
    measure->overlay = NULL;
    if (failure == 0)
        failure = frames_csv_failure;
    return failure != 0 ? failure : record_failure;
}
