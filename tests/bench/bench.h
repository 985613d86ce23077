/* bench/bench.h: cases of paintprof-bench, and how one is measured and reported. */
#ifndef PP_BENCH_H
#define PP_BENCH_H

#include <paintprof/recording.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What one case found. Times are nanoseconds of one operation, the empty loop subtracted. */
typedef struct bench_result {
    const char *name;
    double median_ns;
    double p99_ns; /* over the blocks that were timed */
    uint64_t iterations;
    double loop_ns;        /* of the empty loop; negative: none was needed */
    const char *reference; /* NULL: none */
    double reference_ns;
    double pair_ratio; /* median of the ratios of pairs; 0: the ratio is that of the medians */
    double extra_ns;   /* ours minus reference, where the difference is the figure; else NaN */
    struct bench_extra {
        const char *name; /* with its unit; NULL ends the list */
        double value;
    } extras[4]; /* figures of this case alone */
} bench_result;

/* A case whose operation is short: run(n) performs it n times. */
typedef struct bench_loop {
    void (*run)(uint64_t count);
    void (*between)(void); /* after each block, untimed; NULL: nothing */
    uint64_t block;        /* operations a block */
} bench_loop;

/* What a case measures or why not: 0, a negative PP_ code with bench_fail() or pp_last_error(), or
 * BENCH_SKIPPED where what it needs is not on this machine. */
enum { BENCH_SKIPPED = 1 };

typedef struct bench_case {
    const char *name;
    const char *what;
    int (*measure)(const struct bench_case *self, bench_result *result);
    const char *scale_factor; /* of a case that needs Qt: run in a process of its own */
} bench_case;

extern const bench_case bench_core_cases[];
extern const size_t bench_core_case_count;
extern const bench_case bench_gap_cases[];
extern const size_t bench_gap_case_count;
extern const bench_case bench_scene_cases[];
extern const size_t bench_scene_case_count;
extern const bench_case bench_recording_cases[];
extern const size_t bench_recording_case_count;
extern const bench_case bench_qt_cases[];
extern const size_t bench_qt_case_count;
extern const bench_case bench_curve_frame_cases[];
extern const size_t bench_curve_frame_case_count;
extern const bench_case bench_gap_frame_cases[];
extern const size_t bench_gap_frame_case_count;
extern const bench_case bench_annotate_cases[];
extern const size_t bench_annotate_case_count;
extern const bench_case bench_peer_cases[];
extern const size_t bench_peer_case_count;

/* Notes why a case has no result; returns code. bench_failure() is "" before. */
int bench_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *bench_failure(void);

/* Whether the machine has that much memory to give; else the case is to be skipped. */
int bench_need_memory(double size_bytes);

/* A case of bench_qt_cases in a file of its own. */
int bench_measure_crosshair_move(const bench_case *self, bench_result *result);
extern const bench_case bench_probe_cases[];
extern const size_t bench_probe_case_count;

/* The folder for files of the cases, on a disk unless PAINTPROF_BENCH_DIR says otherwise. */
const char *bench_folder(void);

/* Starts a recording to a new file, whose path is filled in, and opens the gate. The helper thread
 * may run on any core, as in a program, though the caller stays where it was pinned. */
int bench_start_recording(const char *name, uint64_t size_bytes, char *path, size_t capacity);
int bench_stop_recording(const char *name, const char *path, pp_recording_status *numbers);

/* CLOCK_MONOTONIC now, and the CPU time of this thread, independent of the library. */
uint64_t bench_now_ns(void);
uint64_t bench_thread_cpu_ns(void);

/* Times ours, reference (NULL: none) and the empty loop in turn, block by block, for about a
 * second, and fills result but for its names. Times are CPU times of the calling thread: on one
 * core the helper thread would be taken for a part of what it helps. */
void bench_measure_loops(const bench_loop *ours, const bench_loop *reference, bench_result *result);

/* The q-quantile (nearest rank) of values, which are sorted by it. */
double bench_quantile(double *values, size_t count, double q);

/* A loop of zones compiled into the program, and the same into a shared library. */
void bench_run_zone(uint64_t count);
void bench_run_zone_so(uint64_t count);

/* The floor: two counter reads and four 8-byte stores to a thread-local ring. */
extern const bench_loop bench_floor_loop;

/* Keeps the compiler from moving memory accesses over this point. */
#define BENCH_BARRIER() __asm__ volatile("" ::: "memory")

#ifdef __cplusplus
}
#endif

#endif
