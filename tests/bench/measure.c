/* bench/measure.c: timing in interleaved blocks, so that a drifting machine drifts for all. */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 4000, WARM_UP_ROUNDS = 20 };
static const uint64_t MEASURE_NS = 1200000000;

uint64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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

static double time_block(const bench_loop *loop)
{
    uint64_t start_ns = bench_now_ns();
    loop->run(loop->block);
    uint64_t end_ns = bench_now_ns();
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
