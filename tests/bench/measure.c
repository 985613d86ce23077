/* bench/measure.c: timing in interleaved blocks, so that a drifting machine drifts for all. */
#include "bench.h"

#include <math.h>
#include <paintprof/paintprof.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 4000, WARM_UP_ROUNDS = 20 };
static const uint64_t MEASURE_NS = 1200000000;

uint64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static char failure[512];

int bench_fail(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    return code;
}

const char *bench_failure(void)
{
    return failure;
}

int bench_need_memory(double size_bytes)
{
    char line[128];
    double available_kib = INFINITY; /* where nobody says */
    FILE *file = fopen("/proc/meminfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "MemAvailable:", 13) == 0)
            available_kib = strtod(line + 13, NULL);
    if (file)
        fclose(file);
    if (available_kib * 1024 >= size_bytes)
        return PP_OK;
    return bench_fail(BENCH_SKIPPED, "it needs %.1f GB of memory, %.1f are available",
                      size_bytes / 1e9, available_kib * 1024 / 1e9);
}

const char *bench_folder(void)
{
    const char *folder = getenv("PAINTPROF_BENCH_DIR");
    return folder && *folder ? folder : "/var/tmp";
}

int bench_start_recording(const char *name, uint64_t size_bytes, char *path, size_t capacity)
{
    cpu_set_t mine, all;
    memset(&all, 0xff, sizeof all);
    bool is_pinned = sched_getaffinity(0, sizeof mine, &mine) == 0 &&
                     sched_setaffinity(0, sizeof all, &all) == 0;
    snprintf(path, capacity, "%s/paintprof-bench-%s-%d.pprec", bench_folder(), name, (int)getpid());
    const pp_recording_opts opts = {.struct_size = sizeof opts, .size_bytes = size_bytes};
    int status = pp_recording_start(path, &opts);
    if (is_pinned)
        sched_setaffinity(0, sizeof mine, &mine);
    pg_set_profile_enabled(status == PP_OK);
    return status;
}

int bench_stop_recording(const char *name, const char *path, pp_recording_status *numbers)
{
    pg_set_profile_enabled(false);
    pp_recording_query(numbers);
    if (numbers->dropped)
        fprintf(stderr, "%s: %llu records were dropped\n", name,
                (unsigned long long)numbers->dropped);
    int status = pp_recording_stop();
    if (status != PP_OK)
        fprintf(stderr, "%s: %s\n", path, pp_last_error());
    return status;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

double bench_quantile(double *values, size_t count, double q)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof *values, compare_doubles);
    size_t rank = (size_t)ceil(q * (double)count);
    return values[rank ? rank - 1 : 0];
}

static void run_empty(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        BENCH_BARRIER();
}

uint64_t bench_thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double time_block(const bench_loop *loop)
{
    uint64_t start_ns = bench_thread_cpu_ns();
    loop->run(loop->block);
    uint64_t end_ns = bench_thread_cpu_ns();
    if (loop->between)
        loop->between();
    return (double)(end_ns - start_ns) / (double)loop->block;
}

void bench_measure_loops(const bench_loop *ours, const bench_loop *reference, bench_result *result)
{
    static double our_ns[ROUNDS_MAX], reference_ns[ROUNDS_MAX], loop_ns[ROUNDS_MAX];
    const bench_loop empty = {run_empty, NULL, ours->block};
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
        time_block(ours);
        if (reference)
            time_block(reference);
    }
    size_t rounds = 0;
    uint64_t start_ns = bench_now_ns();
    while (rounds < ROUNDS_MAX && bench_now_ns() - start_ns < MEASURE_NS) {
        loop_ns[rounds] = time_block(&empty);
        our_ns[rounds] = time_block(ours);
        reference_ns[rounds] = reference ? time_block(reference) : 0;
        rounds++;
    }
    double loop = bench_quantile(loop_ns, rounds, 0.5);
    result->loop_ns = loop;
    result->median_ns = bench_quantile(our_ns, rounds, 0.5) - loop;
    result->p99_ns = bench_quantile(our_ns, rounds, 0.99) - loop;
    result->iterations = rounds * ours->block;
    result->reference_ns = reference ? bench_quantile(reference_ns, rounds, 0.5) - loop : NAN;
    result->extra_ns = NAN;
}
