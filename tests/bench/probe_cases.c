/* bench/probe_cases.c: what the probe costs a program that knows nothing of it.
 *
 * Two copies of one program run at once, one of them under `paintprof run`; each performs a block
 * of steps when it is told to, in turn, and says what CPU time that took. A probe cannot be taken
 * out of a process again, and so is compared to a process without one, pair by pair. */
#include "bench.h"

#include <inttypes.h>
#include <math.h>
#include <paintprof/error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS_MOST = 400, WARM_UP_PAIRS = 3 };

/* A case ends after that, whatever the machine. */
static const double MOST_NS = 4.5e9;

typedef struct program {
    pid_t pid;
    FILE *to, *from;
} program;

typedef struct probe_case {
    const char *mode; /* of the program */
    int steps;        /* a block */
    bool is_process;  /* the CPU time of all threads counts, not of the GUI's alone */
} probe_case;

static int failed(const char *what)
{
    fprintf(stderr, "paintprof-bench: probe: %s\n", what);
    return PP_EIO;
}

static void execute(const char *mode, const char *record)
{
    setenv("QT_QPA_PLATFORM", "offscreen", 1);
    if (record)
        execl(PP_BENCH_CLI, "paintprof", "run", "--record", record, "--", PP_BENCH_PROBE_PROGRAM,
              mode, (char *)NULL);
    else
        execl(PP_BENCH_PROBE_PROGRAM, PP_BENCH_PROBE_PROGRAM, mode, (char *)NULL);
    _exit(127);
}

static bool start(program *p, const char *mode, const char *record)
{
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0)
        return false;
    p->pid = fork();
    if (p->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        execute(mode, record);
    }
    close(in[0]);
    close(out[1]);
    p->to = fdopen(in[1], "w");
    p->from = fdopen(out[0], "r");
    return p->pid > 0 && p->to && p->from;
}

/* The end of its input ends it. */
static void stop(program *p)
{
    if (p->to)
        fclose(p->to);
    if (p->from)
        fclose(p->from);
    if (p->pid > 0)
        waitpid(p->pid, NULL, 0);
}

/* The CPU time of a block; negative when the program has gone. */
static double time_block(program *p, const probe_case *how)
{
    uint64_t thread_ns, process_ns;
    fprintf(p->to, "%d\n", how->steps);
    fflush(p->to);
    if (fscanf(p->from, "%" SCNu64 " %" SCNu64, &thread_ns, &process_ns) != 2)
        return -1;
    return (double)(how->is_process ? process_ns : thread_ns);
}

typedef struct pairs {
    double ratio[PAIRS_MOST], with_ns[PAIRS_MOST], without_ns[PAIRS_MOST];
    size_t count;
} pairs;

/* Each pair in the other order than the one before. */
static bool time_pairs(program *with, program *without, const probe_case *how, pairs *out)
{
    double start_ns = (double)bench_now_ns();
    for (int i = 0; i < PAIRS_MOST && (double)bench_now_ns() - start_ns < MOST_NS; i++) {
        double first = time_block(i % 2 ? with : without, how);
        double second = time_block(i % 2 ? without : with, how);
        if (first <= 0 || second <= 0)
            return false;
        if (i < WARM_UP_PAIRS)
            continue;
        out->with_ns[out->count] = i % 2 ? first : second;
        out->without_ns[out->count] = i % 2 ? second : first;
        out->ratio[out->count] = out->with_ns[out->count] / out->without_ns[out->count];
        out->count++;
    }
    return out->count > 0;
}

static int measure(const bench_case *self, const probe_case *how, bench_result *result)
{
    static pairs timed;
    char record[512];
    program with = {0}, without = {0};
    snprintf(record, sizeof record, "%s/paintprof-bench-%s-%d.pprec", bench_folder(), self->name,
             (int)getpid());
    signal(SIGPIPE, SIG_IGN);
    timed.count = 0;
    bool ok = start(&without, how->mode, NULL) && start(&with, how->mode, record) &&
              time_pairs(&with, &without, how, &timed);
    stop(&with);
    stop(&without);
    bool is_recorded = access(record, F_OK) == 0;
    unlink(record);
    if (!ok)
        return failed("a program did not answer");
    if (!is_recorded)
        return failed("the probe was not loaded: it left no recording");
    double p99 = bench_quantile(timed.with_ns, timed.count, 0.99) / how->steps;
    *result = (bench_result){
        .name = self->name,
        .median_ns = bench_quantile(timed.with_ns, timed.count, 0.5) / how->steps,
        .p99_ns = p99,
        .iterations = timed.count * (uint64_t)how->steps,
        .loop_ns = -1,
        .reference = "without the probe",
        .reference_ns = bench_quantile(timed.without_ns, timed.count, 0.5) / how->steps,
        .extra_ns = NAN,
        .pair_ratio = bench_quantile(timed.ratio, timed.count, 0.5),
        .extras = {{"pairs", (double)timed.count}},
    };
    return PP_OK;
}

static int measure_probe(const bench_case *self, bench_result *result)
{
    static const probe_case how = {.mode = "items", .steps = 5};
    return measure(self, &how, result);
}

static int measure_probe_idle(const bench_case *self, bench_result *result)
{
    static const probe_case how = {.mode = "idle", .steps = 500, .is_process = true};
    return measure(self, &how, result);
}

const bench_case bench_probe_cases[] = {
    {"probe", "the probe in a program that moves 1,000 graphics items each frame", measure_probe,
     NULL},
    {"probe_idle", "the probe in a program that paints little: CPU time of all threads",
     measure_probe_idle, NULL},
};
const size_t bench_probe_case_count = sizeof bench_probe_cases / sizeof bench_probe_cases[0];
