/* bench/peer_cases.c: a panned frame of ours against that of another chart, each in a process of
 * its own (charts/), asked in turn. Where the other is not here, the case says so. */
#include "bench.h"

#include <fcntl.h>
#include <paintprof/error.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_MAX = 64, FRAMES_A_ROUND_MAX = 16, FRAMES_MAX = 1024, ANSWER_BYTES = 65536 };
static const uint64_t MEASURE_NS = 2000000000;
static const uint64_t ROUND_NS = 100000000; /* of frames of one in one round */
static const int PATIENCE_MS = 60000;

typedef struct chart_process {
    pid_t pid;
    int requests, answers;
    size_t held; /* bytes of an answer that has not ended yet */
    char text[ANSWER_BYTES];
    double frames_ns[FRAMES_MAX];
    size_t frame_count;
    unsigned frames_a_round;
} chart_process;

typedef struct peer {
    const char *program, *variant, *name, *package;
} peer;

/* ---- One process ----------------------------------------------------------------------------- */

static bool is_script(const char *program)
{
    const char *dot = strrchr(program, '.');
    return dot && strcmp(dot, ".py") == 0;
}

/* PAINTPROF_BENCH_CHARTS names another folder for both. */
static void path_of(const char *program, char *path, size_t capacity)
{
    const char *folder = getenv("PAINTPROF_BENCH_CHARTS");
    if (!folder || !*folder)
        folder = is_script(program) ? PP_BENCH_CHART_SCRIPTS : PP_BENCH_CHART_PROGRAMS;
    snprintf(path, capacity, "%s/%s", folder, program);
}

static int spawn_chart(chart_process *chart, char *const arguments[])
{
    int request[2], answer[2];
    if (pipe2(request, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0)
        return bench_fail(PP_EIO, "no pipe to a chart");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, request[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, answer[1], STDOUT_FILENO);
    int status = posix_spawn(&chart->pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(request[0]);
    close(answer[1]);
    chart->requests = request[1];
    chart->answers = answer[0];
    if (status == 0)
        return PP_OK;
    chart->pid = 0;
    return bench_fail(PP_EIO, "%s cannot be started: %s", arguments[0], strerror(status));
}

/* The next line into chart->text, without its end. */
static int read_answer(chart_process *chart)
{
    for (chart->held = 0; chart->held + 1 < ANSWER_BYTES;) {
        struct pollfd wait = {.fd = chart->answers, .events = POLLIN};
        if (poll(&wait, 1, PATIENCE_MS) <= 0)
            return bench_fail(PP_EIO, "a chart draws no frame within a minute");
        ssize_t size =
            read(chart->answers, chart->text + chart->held, ANSWER_BYTES - 1 - chart->held);
        if (size <= 0)
            return bench_fail(PP_EIO, "a chart's process has ended");
        chart->held += (size_t)size;
        chart->text[chart->held] = '\0';
        if (chart->text[chart->held - 1] != '\n')
            continue;
        chart->text[chart->held - 1] = '\0';
        return strstr(chart->text, "\"error\"") ? bench_fail(PP_EIO, "a chart says %s", chart->text)
                                                : PP_OK;
    }
    return bench_fail(PP_EIO, "a chart's answer is too long");
}

static int start_chart(chart_process *chart, const char *program, const char *variant,
                       const char *what, const char *count)
{
    /* What posix_spawn() wants may not be const. */
    static char python[] = "/usr/bin/python3";
    char path[1024], words[3][32];
    path_of(program, path, sizeof path);
    snprintf(words[0], sizeof words[0], "%s", variant);
    snprintf(words[1], sizeof words[1], "%s", what);
    snprintf(words[2], sizeof words[2], "%s", count);
    char *arguments[] = {python, path, words[0], words[1], words[2], NULL};
    int status = spawn_chart(chart, is_script(program) ? arguments : arguments + 1);
    chart->frames_a_round = 1;
    return status == PP_OK ? read_answer(chart) : status;
}

static void end_chart(chart_process *chart)
{
    if (!chart->pid)
        return;
    close(chart->requests);
    close(chart->answers);
    waitpid(chart->pid, NULL, 0);
    chart->pid = 0;
}

/* ---- In turn --------------------------------------------------------------------------------- */

/* The numbers of {"frame_ns":[1,2],...}. */
static void take_frames(chart_process *chart)
{
    char *next = strchr(chart->text, '[');
    while (next && *next != ']' && chart->frame_count < FRAMES_MAX) {
        char *end;
        double frame_ns = strtod(next + 1, &end);
        if (end == next + 1)
            return;
        chart->frames_ns[chart->frame_count++] = frame_ns;
        next = end;
    }
}

static int draw_frames(chart_process *chart)
{
    if (dprintf(chart->requests, "frames %u\n", chart->frames_a_round) < 0)
        return bench_fail(PP_EIO, "a chart's process has ended");
    int status = read_answer(chart);
    if (status == PP_OK)
        take_frames(chart);
    return status;
}

/* As many as fit, by the first that was drawn, which is forgotten unless it is very slow. */
static void choose_frames(chart_process *chart)
{
    double frame_ns = chart->frame_count ? chart->frames_ns[0] : 1;
    double fit = (double)ROUND_NS / frame_ns;
    chart->frames_a_round = fit < 1                    ? 1
                            : fit > FRAMES_A_ROUND_MAX ? FRAMES_A_ROUND_MAX
                                                       : (unsigned)fit;
    if (frame_ns < (double)MEASURE_NS)
        chart->frame_count = 0;
}

static int measure_in_turn(chart_process *ours, chart_process *theirs)
{
    int status = draw_frames(ours);
    if (status == PP_OK)
        status = draw_frames(theirs);
    choose_frames(ours);
    choose_frames(theirs);
    uint64_t start_ns = bench_now_ns();
    for (int round = 0; round < ROUNDS_MAX && status == PP_OK; round++) {
        if (ours->frame_count && theirs->frame_count && bench_now_ns() - start_ns > MEASURE_NS)
            break;
        status = draw_frames(ours);
        if (status == PP_OK && (round > 0 || theirs->frame_count == 0))
            status = draw_frames(theirs);
    }
    return status;
}

static void fill_result(chart_process *ours, chart_process *theirs, bench_result *result)
{
    result->median_ns = bench_quantile(ours->frames_ns, ours->frame_count, 0.5);
    result->p99_ns = bench_quantile(ours->frames_ns, ours->frame_count, 0.99);
    result->iterations = ours->frame_count;
    result->reference_ns = bench_quantile(theirs->frames_ns, theirs->frame_count, 0.5);
    result->extras[0].name = "times_faster";
    result->extras[0].value = result->reference_ns / result->median_ns;
}

static bool is_here(const peer *other)
{
    char path[1024];
    struct stat found;
    path_of(other->program, path, sizeof path);
    if (stat(path, &found) != 0)
        return false;
    return !is_script(other->program) ||
           system(
               "PYQTGRAPH_QT_LIB=PyQt6 /usr/bin/python3 -c 'import pyqtgraph' >/dev/null 2>&1") ==
               0;
}

static int measure(const bench_case *self, const peer *other, const char *what, const char *count,
                   bench_result *result)
{
    static chart_process ours, theirs;
    if (!is_here(other))
        return bench_fail(BENCH_SKIPPED, "%s is not here (Debian: %s)", other->name,
                          other->package);
    setenv("QT_QPA_PLATFORM", "offscreen", 1);
    setenv("QT_SCALE_FACTOR", "1", 1);
    setenv("PYQTGRAPH_QT_LIB", "PyQt6", 1);
    signal(SIGPIPE, SIG_IGN);
    ours = theirs = (chart_process){0};
    int status = start_chart(&ours, "charts-ours", "raster", what, count);
    if (status == PP_OK)
        status = start_chart(&theirs, other->program, other->variant, what, count);
    if (status == PP_OK)
        status = measure_in_turn(&ours, &theirs);
    fill_result(&ours, &theirs, result);
    end_chart(&ours);
    end_chart(&theirs);
    result->name = self->name;
    result->reference = other->name;
    return status;
}

/* ---- Cases ----------------------------------------------------------------------------------- */

static const peer qcustomplot = {"charts-qcustomplot", "curve", "QCustomPlot",
                                 "libqcustomplot-dev"};
static const peer qtcharts = {"charts-qtcharts", "painted", "Qt Charts", "qt6-charts-dev"};
static const peer pyqtgraph_peak = {"pyqtgraph_peer.py", "peak",
                                    "pyqtgraph, peak downsampling and clipToView",
                                    "python3-pyqtgraph, python3-pyqt6"};
static const peer pyqtgraph_items = {"pyqtgraph_peer.py", "items", "pyqtgraph, two items a gap",
                                     "python3-pyqtgraph, python3-pyqt6"};
static const peer polyline = {"charts-qpainter", "clip", "QPainter drawPolyline with a clip rect",
                              "qt6-base-dev"};
static const peer graphics_items = {"charts-items", "items", "two QGraphicsItems a gap",
                                    "qt6-base-dev"};

#define PEER_CASE(NAME, OTHER, WHAT, COUNT)                                                        \
    static int measure_##NAME(const bench_case *self, bench_result *result)                        \
    {                                                                                              \
        return measure(self, &(OTHER), WHAT, COUNT, result);                                       \
    }

PEER_CASE(qcustomplot_1e5, qcustomplot, "curve", "100000")
PEER_CASE(qcustomplot_1e7, qcustomplot, "curve", "10000000")
PEER_CASE(qtcharts_1e5, qtcharts, "curve", "100000")
PEER_CASE(pyqtgraph_1e5, pyqtgraph_peak, "curve", "100000")
PEER_CASE(pyqtgraph_1e7, pyqtgraph_peak, "curve", "10000000")
PEER_CASE(polyline_1e7, polyline, "curve", "10000000")
PEER_CASE(items_1285, graphics_items, "gaps", "1285")
PEER_CASE(pyqtgraph_gaps_1285, pyqtgraph_items, "gaps", "1285")

const bench_case bench_peer_cases[] = {
    {"peer_qcustomplot_1e5", "a panned curve of 10^5 points, ours against QCustomPlot",
     measure_qcustomplot_1e5, NULL},
    {"peer_qcustomplot_1e7", "the same of 10^7", measure_qcustomplot_1e7, NULL},
    {"peer_qtcharts_1e5", "a panned curve of 10^5 points, ours against Qt Charts",
     measure_qtcharts_1e5, NULL},
    {"peer_pyqtgraph_1e5", "a panned curve of 10^5 points, ours against pyqtgraph at its best",
     measure_pyqtgraph_1e5, NULL},
    {"peer_pyqtgraph_1e7", "the same of 10^7", measure_pyqtgraph_1e7, NULL},
    {"peer_polyline_1e7", "a panned curve of 10^7 points, ours against QPainter's drawPolyline",
     measure_polyline_1e7, NULL},
    {"peer_items_1285", "1,285 gaps panned, ours as a batch against two QGraphicsItems a gap",
     measure_items_1285, NULL},
    {"peer_pyqtgraph_gaps_1285", "1,285 gaps panned, ours as a batch against pyqtgraph's items",
     measure_pyqtgraph_gaps_1285, NULL},
};
const size_t bench_peer_case_count = sizeof bench_peer_cases / sizeof bench_peer_cases[0];
