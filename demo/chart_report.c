/* demo/chart_report.c: the numbers of a run as a table of plain text. */
#include "chart_app.h"

#include "base/whole_file.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_setting(FILE *out, const chart_state *chart)
{
    const chart_options *options = &chart->options;
    size_t rows = pp_series_columns(chart->series).size, gaps = chart->gaps.specs.size;
    fprintf(out, "data       %s, %zu row%s, %zu gap%s\n", chart->title, rows, rows == 1 ? "" : "s",
            gaps, gaps == 1 ? "" : "s");
    fprintf(out, "drawn      %s, %s, %dx%d device pixels, ratio %g, %s, Qt %s\n",
            chart_mode_name(options->mode),
            ppq_view_renderer(chart->canvas) == PPQ_OPENGL ? "OpenGL" : "raster", chart->width_px,
            chart->height_px, chart->ratio, ppq_platform_name(), ppq_qt_version());
}

static void print_stat(FILE *out, const char *name, const pp_stat *stat)
{
    if (stat->count == 0)
        fprintf(out, "%-10s not measured\n", name);
    else
        fprintf(out, "%-10s %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f\n", name, stat->mean, stat->p50,
                stat->p95, stat->p99, stat->worst, stat->max);
}

static void print_table(FILE *out, const pp_snapshot *snapshot)
{
    fprintf(out, "%-10s %9s %9s %9s %9s %9s %9s\n", "ms", "mean", "p50", "p95", "p99", "worst 1%",
            "max");
    print_stat(out, "work", &snapshot->work);
    for (unsigned phase = 0; phase < snapshot->phase_count; ++phase) {
        if (phase == PP_PHASE_OVERLAY)
            continue;
        char name[40];
        snprintf(name, sizeof name, "  %s", pp_phase_name(phase));
        print_stat(out, name, &snapshot->phase[phase]);
    }
    print_stat(out, "overlay", &snapshot->phase[PP_PHASE_OVERLAY]);
    print_stat(out, "flush", &snapshot->flush);
    print_stat(out, "gpu", &snapshot->gpu);
    print_stat(out, "interval", &snapshot->interval);
}

static void print_late(FILE *out, const pp_snapshot *snapshot)
{
    uint64_t late = 0;
    for (int jank = PP_JANK_NONE + 1; jank < PP_JANK_COUNT; ++jank)
        late += snapshot->jank[jank];
    fprintf(out, "late       %llu of %llu frames", (unsigned long long)late,
            (unsigned long long)snapshot->frames);
    for (int jank = PP_JANK_NONE + 1; jank < PP_JANK_COUNT; ++jank)
        fprintf(out, "%s %s %llu", jank == PP_JANK_NONE + 1 ? ":" : ",",
                pp_jank_name((pp_jank)jank), (unsigned long long)snapshot->jank[jank]);
    fputc('\n', out);
}

uint64_t chart_report_memory_bytes(void)
{
    unsigned long long pages = 0;
    FILE *in = fopen("/proc/self/statm", "r");
    if (in == NULL)
        return 0;
    if (fscanf(in, "%*u %llu", &pages) != 1)
        pages = 0;
    fclose(in);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void print_memory(FILE *out, const chart_state *chart)
{
    const double mib = 1 << 20;
    fprintf(out, "memory     %.1f MiB at the start, %.1f MiB now\n",
            (double)chart->run.start_bytes / mib, (double)chart_report_memory_bytes() / mib);
}

static void print_slowest(FILE *out, const pp_snapshot *snapshot)
{
    const pp_frame *slowest = &snapshot->slowest;
    uint64_t flush_ns = slowest->flush_ns > 0 ? (uint64_t)slowest->flush_ns : 0;
    fprintf(out, "slowest    frame %llu: %.3f ms", (unsigned long long)slowest->number,
            (double)(slowest->work_ns + flush_ns) / 1e6);
    if (snapshot->slowest_site != NULL)
        fprintf(out, ", of which %s itself %.3f ms", snapshot->slowest_site->name,
                (double)snapshot->slowest_site_self_ns / 1e6);
    fputc('\n', out);
}

static void print_report(FILE *out, chart_state *chart, const pp_snapshot *snapshot)
{
    fputs(CHART_PROGRAM " " PP_VERSION "\n", out);
    print_setting(out, chart);
    fprintf(out, "frames     %llu, the last %llu in the table; %llu records lost\n",
            (unsigned long long)snapshot->frames_total, (unsigned long long)snapshot->frames,
            (unsigned long long)snapshot->dropped);
    if (snapshot->frames == 0)
        return;
    fprintf(out, "budget     %.3f ms a frame\n\n", (double)snapshot->slowest.budget_ns / 1e6);
    print_table(out, snapshot);
    fputc('\n', out);
    print_late(out, snapshot);
    chart_late_print(out, &chart->late);
    print_slowest(out, snapshot);
    print_memory(out, chart);
}

char *chart_report_text(chart_state *chart)
{
    pp_snapshot snapshot;
    char *text = NULL;
    size_t size;
    if (pp_session_snapshot(chart->measure.session, 0, 0, &snapshot) != 0)
        return NULL;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    /* Qt has set the user's locale, whose decimals may be commas. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(c_locale);
    print_report(out, chart, &snapshot);
    uselocale(before);
    if (c_locale != (locale_t)0)
        freelocale(c_locale);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static bool replace_file(const char *path, const char *text)
{
    pp_whole_file file;
    errno = pp_whole_file_open(&file, path);
    if (errno != 0)
        return false;
    size_t size = strlen(text);
    int error = 0;
    while (size > 0 && error == 0) {
        ssize_t written = write(file.fd, text, size);
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            error = written == 0 ? ENOSPC : errno;
        }
    }
    int close_error = pp_whole_file_close(&file, error == 0);
    errno = error != 0 ? error : close_error;
    return errno == 0;
}

int chart_report_write(chart_state *chart, const char *path)
{
    char *text = chart_report_text(chart);
    bool to_stdout = strcmp(path, "-") == 0;
    bool written = text != NULL && (to_stdout ? fputs(text, stdout) >= 0 && fflush(stdout) == 0
                                              : replace_file(path, text));
    if (!written)
        fprintf(stderr, CHART_PROGRAM ": cannot write the report to %s: %s\n",
                to_stdout ? "standard output" : path,
                text == NULL ? pp_last_error() : strerror(errno));
    free(text);
    return written ? 0 : PP_EIO;
}
