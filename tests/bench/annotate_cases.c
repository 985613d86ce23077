/* bench/annotate_cases.c: gaps from this process to the screen of a chart in another one, by the
 * code that is shipped; beside it a Python client that does the same. */
#include "annotate_client.h"
#include "bench.h"

#include <fcntl.h>
#include <paintprof/paintprof.h>
#include <paintprof/series.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 200000, ROUNDS_MAX = 1000, REFERENCE_ROUNDS_MAX = 50, WARM_UP_ROUNDS = 3 };
static const uint64_t MEASURE_NS = 1000000000;
static const double STEP_S = 60; /* of the chart's generated rows */

typedef struct setup {
    char folder[64], path[96];
    pid_t chart;
    annotate_client client;
    pp_gaps gaps;
    double start_s;
    FILE *ask, *answers; /* of the Python client; NULL: it is not here */
    pid_t python;
} setup;

/* ---- The two processes beside this one ------------------------------------------------------- */

static int start_chart(setup *s)
{
    static char program[] = PP_BENCH_CHART, size[] = "--size=1280x720", rows[] = "--points=200000";
    char listen[128];
    snprintf(s->folder, sizeof s->folder, "/tmp/paintprof-bench-XXXXXX");
    if (!mkdtemp(s->folder))
        return bench_fail(PP_EIO, "no folder for a socket");
    snprintf(s->path, sizeof s->path, "%s/socket", s->folder);
    snprintf(listen, sizeof listen, "--listen=%s", s->path);
    setenv("QT_QPA_PLATFORM", "offscreen", 1);
    setenv("QT_SCALE_FACTOR", "1", 1);
    char *const arguments[] = {program, listen, size, rows, NULL};
    if (posix_spawn(&s->chart, program, NULL, NULL, arguments, environ) != 0) {
        s->chart = 0;
        return bench_fail(PP_EIO, "%s cannot be started", program);
    }
    char error[WIRE_ERROR_BYTES] = "";
    for (int i = 0; i < 1000; i++) {
        if (annotate_client_open(&s->client, s->path, error) == 0)
            return PP_OK;
        nanosleep(&(const struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return bench_fail(PP_EIO, "%s", error);
}

static void start_python(setup *s, size_t count)
{
    char command[512];
    int in[2], out[2];
    snprintf(command, sizeof command, "exec /usr/bin/python3 '%s' '%s' %zu %.17g %.17g %.17g",
             PP_BENCH_ANNOTATE_SCRIPT, s->path, count, s->start_s, STEP_S,
             (double)(ROWS - 1) / (double)count);
    if (system("/usr/bin/python3 -c 'import msgpack' >/dev/null 2>&1") != 0 ||
        pipe2(in, O_CLOEXEC) != 0)
        return;
    if (pipe2(out, O_CLOEXEC) != 0)
        return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    char shell[] = "/bin/sh", flag[] = "-c";
    char *const arguments[] = {shell, flag, command, NULL};
    if (posix_spawn(&s->python, shell, &actions, NULL, arguments, environ) != 0)
        s->python = 0;
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    s->ask = fdopen(in[1], "w");
    s->answers = fdopen(out[0], "r");
}

static int start(setup *s, size_t count)
{
    pp_series *series = NULL;
    *s = (setup){.client = {.fd = -1}};
    signal(SIGPIPE, SIG_IGN);
    int status = pp_series_generate(&series, ROWS, STEP_S, 1);
    if (status == PP_OK)
        status = pp_gaps_spread(&s->gaps, series, count);
    if (status == PP_OK) {
        s->start_s = pp_series_columns(series).time_s[0];
        status = start_chart(s);
    }
    pp_series_destroy(series);
    if (status == PP_OK)
        start_python(s, count);
    return status;
}

static void end_process(pid_t pid, int signal)
{
    if (pid > 0) {
        kill(pid, signal);
        waitpid(pid, NULL, 0);
    }
}

static void end(setup *s)
{
    annotate_client_close(&s->client);
    pp_gaps_clear(&s->gaps);
    if (s->ask)
        fclose(s->ask);
    if (s->answers)
        fclose(s->answers);
    end_process(s->python, SIGTERM);
    end_process(s->chart, SIGTERM);
    if (s->folder[0])
        rmdir(s->folder);
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

/* Builds the columns, sends them and waits for the frame that shows them. */
static int our_round(setup *s, double *ns)
{
    static wire_reply reply;
    char error[WIRE_ERROR_BYTES] = "out of memory";
    wire_request batch = {.op = WIRE_REPLACE, .batch = "bench"}, redraw = {.op = WIRE_REDRAW};
    uint64_t begin_ns = bench_now_ns();
    pp_trace trace = pp_trace_new();
    int status = annotate_client_columns(&batch, &s->gaps) ? 0 : -1;
    if (status == 0)
        status = annotate_client_call(&s->client, &batch, &trace, &reply, error);
    bool all = reply.accepted == s->gaps.size;
    if (status == 0)
        status = annotate_client_call(&s->client, &redraw, &trace, &reply, error);
    *ns = (double)(bench_now_ns() - begin_ns);
    wire_request_free(&batch);
    if (status != 0)
        return bench_fail(PP_EIO, "%s", error);
    return all && reply.frame > 0 ? PP_OK : bench_fail(PP_EDATA, "the chart did not show all gaps");
}

static bool python_round(setup *s, double *ns)
{
    char line[64];
    if (!s->answers || fputs("\n", s->ask) < 0 || fflush(s->ask) != 0 ||
        !fgets(line, sizeof line, s->answers))
        return false;
    *ns = strtod(line, NULL);
    return *ns > 0;
}

/* The chart shows one batch at a time, so that both draw as much. */
static int remove_batch(setup *s, const char *name)
{
    static wire_reply reply;
    char error[WIRE_ERROR_BYTES];
    wire_request request = {.op = WIRE_REMOVE};
    snprintf(request.batch, sizeof request.batch, "%s", name);
    pp_trace trace = pp_trace_new();
    if (annotate_client_call(&s->client, &request, &trace, &reply, error) == 0)
        return PP_OK;
    return bench_fail(PP_EIO, "%s", error);
}

static int measure_rounds(setup *s, bench_result *result)
{
    static double ours[ROUNDS_MAX], theirs[REFERENCE_ROUNDS_MAX];
    size_t count = 0, their_count = 0;
    double ns;
    int status = PP_OK;
    for (int i = 0; i < WARM_UP_ROUNDS && status == PP_OK; i++)
        status = our_round(s, &ns);
    for (uint64_t from_ns = bench_now_ns();
         status == PP_OK && count < ROUNDS_MAX && bench_now_ns() - from_ns < MEASURE_NS; count++)
        status = our_round(s, &ours[count]);
    if (status == PP_OK)
        status = remove_batch(s, "bench");
    python_round(s, &ns);
    for (uint64_t from_ns = bench_now_ns(); status == PP_OK && their_count < REFERENCE_ROUNDS_MAX &&
                                            bench_now_ns() - from_ns < MEASURE_NS;
         their_count++)
        if (!python_round(s, &theirs[their_count]))
            break;
    result->median_ns = bench_quantile(ours, count, 0.5);
    result->p99_ns = bench_quantile(ours, count, 0.99);
    result->iterations = count;
    if (their_count > 0) {
        result->reference = "python";
        result->reference_ns = bench_quantile(theirs, their_count, 0.5);
    }
    return status;
}

static int measure(const bench_case *self, size_t count, bench_result *result)
{
    static setup s;
    result->name = self->name;
    int status = start(&s, count);
    if (status == PP_OK)
        status = measure_rounds(&s, result);
    end(&s);
    return status;
}

static int measure_1285(const bench_case *self, bench_result *result)
{
    return measure(self, 1285, result);
}

static int measure_1e5(const bench_case *self, bench_result *result)
{
    return measure(self, 100000, result);
}

const bench_case bench_annotate_cases[] = {
    {"annotate_e2e", "1,285 gaps from a client's arrays to a chart's finished frame", measure_1285,
     NULL},
    {"annotate_e2e_1e5", "the same with 100,000 gaps", measure_1e5, NULL},
};
const size_t bench_annotate_case_count =
    sizeof bench_annotate_cases / sizeof bench_annotate_cases[0];
