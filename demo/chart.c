/* demo/chart.c: paintprof-chart, a chart of market data that shows what each of its frames costs.
 *
 * The order matters: the command line, the data and the display are accepted first, and only
 * then is any output opened. */
#include "chart_annotate.h"
#include "chart_app.h"
#include "sample.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const double GENERATED_STEP_S = 60;

/* Says what failed last. Errors in data begin with FILE:LINE, as editors and people expect. */
static int fail(int code)
{
    const char *message = pp_last_error();
    if (*message == '\0')
        message = pp_error_name(code);
    fprintf(stderr, "%s%s\n", code == PP_EDATA ? "" : CHART_PROGRAM ": ", message);
    return 1;
}

/* ---- Input -------------------------------------------------------------------------------------
 */

static int load_file(chart_state *chart)
{
    char sample[PATH_MAX];
    const char *path = chart->options.data;
    const char *title = "S&P 500";
    if (path == NULL) {
        if (!sample_find(sample, sizeof sample)) {
            fputs(CHART_PROGRAM ": cannot find its own data: use --data FILE\n", stderr);
            return 1;
        }
        path = sample;
    } else {
        const char *slash = strrchr(path, '/');
        title = slash != NULL ? slash + 1 : path;
    }
    snprintf(chart->title, sizeof chart->title, "%s", title);
    int failure = pp_series_load_csv(&chart->series, path);
    if (failure != 0)
        return fail(failure);
    if (pp_series_columns(chart->series).size == 0) {
        fprintf(stderr, "%s:2: date: there are no rows\n", path);
        return 1;
    }
    return 0;
}

static int load(chart_state *chart)
{
    const chart_options *options = &chart->options;
    int status = 0;
    if (options->points > 0) {
        snprintf(chart->title, sizeof chart->title, "generated from seed %llu",
                 (unsigned long long)options->seed);
        int failure =
            pp_series_generate(&chart->series, options->points, GENERATED_STEP_S, options->seed);
        status = failure != 0 ? fail(failure) : 0;
    } else {
        status = load_file(chart);
    }
    if (status != 0)
        return status;
    chart->loaded_rows = pp_series_columns(chart->series).size;
    if (options->gaps_given && options->gaps > 0 && chart->loaded_rows < 2) {
        fputs(CHART_PROGRAM ": --gaps needs data with two rows or more\n", stderr);
        return 1;
    }
    chart_feed_init(chart);
    annotate_rows_init(&chart->rows, chart->series);
    return 0;
}

/* ---- Outputs ------------------------------------------------------------------------------------
 */

/* Files that are written at the end, by a rename: whether that could work is known at once. */
static bool could_write(const char *path)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    struct stat found;
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    /* "dir/." of "dir/file", "." of "file" */
    bool fits = snprintf(folder, sizeof folder, "%.*s.", (int)size, path) < (int)sizeof folder;
    errno = ENAMETOOLONG;
    if (fits && stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        errno = EISDIR;
    else if (fits && access(folder, W_OK | X_OK) == 0)
        return true;
    fprintf(stderr, CHART_PROGRAM ": cannot write %s: %s\n", path, strerror(errno));
    return false;
}

/* ---- The run
 * ------------------------------------------------------------------------------------- */

static int start(chart_state *chart)
{
    const chart_options *options = &chart->options;
    if (!could_write(options->screenshot) || !could_write(options->report))
        return 1;
    int failure = chart_app_create(chart);
    if (failure == 0)
        failure = chart_measure_open(chart);
    if (failure == 0)
        failure = chart_gaps_create(chart);
    if (failure != 0)
        return fail(failure);
    if (options->listens && chart_annotate_open(chart) != 0)
        return 1;
    if (options->renderer == PPQ_OPENGL && chart_set_renderer(chart, PPQ_OPENGL) != 0)
        fprintf(stderr, CHART_PROGRAM ": stays on raster: %s\n", pp_last_error());
    return 0;
}

static int run(chart_state *chart)
{
    chart_run_start(chart);
    ppq_window_show(chart->window);
    int status = ppq_app_exec(chart->app);
    if (chart->options.report != NULL && chart_report_write(chart, chart->options.report) != 0)
        status = 1;
    return status;
}

static int create_app(chart_state *chart, int *argc, char **argv)
{
    *argc = 1; /* Qt's own options are not ours to offer */
    argv[1] = NULL;
    int failure = ppq_app_create(&chart->app, argc, argv);
    return failure != 0 ? fail(failure) : 0;
}

int main(int argc, char **argv)
{
    chart_state chart = {0};
    int status = chart_options_parse(&chart.options, argc, argv);
    if (status >= 0)
        return status;
    status = load(&chart);
    if (status == 0)
        status = create_app(&chart, &argc, argv);
    if (status == 0) {
        status = start(&chart);
        if (status == 0)
            status = run(&chart);
        if (chart_measure_close(&chart) != 0)
            status = 1;
        chart_app_destroy(&chart);
        ppq_app_destroy(chart.app);
    }
    pp_series_destroy(chart.series);
    return status;
}
