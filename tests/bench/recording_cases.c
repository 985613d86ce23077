/* bench/recording_cases.c: what recording to a file costs in the long run: the tail of a zone, many
 * threads, the file's size, and reading it again. */
#include "bench.h"

#include <math.h>
#include <paintprof/paintprof.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TAIL_ZONES = 4000000, THREADS = 8, THREAD_BLOCKS = 400, BLOCK = 4096 };
enum { WRITE_ZONES = 8000000, READ_FRAMES = 20000, READ_ITEMS = 250 };

static char path[512];

static double ns_per_tick(void)
{
    uint64_t ticks = pp_counter(), ns = bench_now_ns();
    while (bench_now_ns() - ns < 20000000)
        ;
    return (double)(bench_now_ns() - ns) / (double)(pp_counter() - ticks);
}

/* ---- The tail -------------------------------------------------------------------------------- */

static uint32_t zone_ticks[TAIL_ZONES];

static int compare_ticks(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Every single zone between two reads of the counter of its own. */
static void time_zones(void)
{
    for (size_t i = 0; i < TAIL_ZONES; i++) {
        uint64_t before = pp_counter();
        BENCH_BARRIER();
        PP_ZONE(zone, "bench tail", PP_PHASE_REDRAW);
        BENCH_BARRIER();
        PP_END(zone);
        BENCH_BARRIER();
        uint64_t ticks = pp_counter() - before;
        zone_ticks[i] = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
    }
}

/* The same of the floor, which shows what of a tail is the machine's. */
static void time_floor(void)
{
    for (size_t i = 0; i < TAIL_ZONES; i++) {
        uint64_t before = pp_counter();
        BENCH_BARRIER();
        bench_floor_loop.run(1);
        BENCH_BARRIER();
        uint64_t ticks = pp_counter() - before;
        zone_ticks[i] = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
    }
    qsort(zone_ticks, TAIL_ZONES, sizeof zone_ticks[0], compare_ticks);
}

static double quantile_ticks(size_t of_10000)
{
    return (double)zone_ticks[TAIL_ZONES / 10000 * of_10000];
}

/* On any core: it is the disk that is to be kept busy, not ours. */
static pid_t start_syncing(void)
{
    pid_t child = fork();
    if (child == 0) {
        cpu_set_t all;
        memset(&all, 0xff, sizeof all);
        sched_setaffinity(0, sizeof all, &all);
        for (int i = 0; i < 100000; i++)
            sync();
        _exit(0);
    }
    return child;
}

static int measure_tail(const bench_case *self, bool syncs, bench_result *result)
{
    double tick_ns = ns_per_tick();
    pid_t syncing = syncs ? start_syncing() : -1;
    time_floor();
    double floor_p999_ns = quantile_ticks(9990) * tick_ns;
    pp_recording_status numbers = {0};
    int status = bench_start_recording(self->name, PP_RECORDING_UNBOUNDED, path, sizeof path);
    if (status == PP_OK) {
        time_zones();
        status = bench_stop_recording(self->name, path, &numbers);
    }
    if (syncing > 0) {
        kill(syncing, SIGKILL);
        waitpid(syncing, NULL, 0);
    }
    unlink(path);
    if (status != PP_OK)
        return status;
    bench_result floor;
    bench_measure_loops(&bench_floor_loop, NULL, &floor);
    qsort(zone_ticks, TAIL_ZONES, sizeof zone_ticks[0], compare_ticks);
    double p999_ns = quantile_ticks(9990) * tick_ns;
    *result = (bench_result){
        .name = self->name,
        .median_ns = quantile_ticks(5000) * tick_ns,
        .p99_ns = quantile_ticks(9900) * tick_ns,
        .iterations = TAIL_ZONES,
        .loop_ns = -1,
        .reference = "floor",
        .reference_ns = floor.median_ns,
        .extra_ns = NAN,
        .extras = {{"p999_ns", p999_ns},
                   {"p999_ratio", p999_ns / floor.median_ns},
                   {"p9999_ns", quantile_ticks(9999) * tick_ns},
                   {"floor_p999_ns", floor_p999_ns}},
    };
    return PP_OK;
}

static int measure_zone_tail(const bench_case *self, bench_result *result)
{
    return measure_tail(self, false, result);
}

static int measure_zone_tail_sync(const bench_case *self, bench_result *result)
{
    return measure_tail(self, true, result);
}

/* ---- Eight threads --------------------------------------------------------------------------- */

static double thread_ns[THREADS], thread_floor_ns[THREADS];

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Zones and floor in turn, medians of blocks. */
static void *run_thread(void *user)
{
    size_t index = (size_t)(uintptr_t)user;
    static double ours[THREADS][THREAD_BLOCKS], floor[THREADS][THREAD_BLOCKS];
    for (size_t i = 0; i < THREAD_BLOCKS; i++) {
        double start_ns = cpu_ns();
        bench_run_zone(BLOCK);
        double middle_ns = cpu_ns();
        bench_floor_loop.run(BLOCK);
        ours[index][i] = (middle_ns - start_ns) / BLOCK;
        floor[index][i] = (cpu_ns() - middle_ns) / BLOCK;
    }
    thread_ns[index] = bench_quantile(ours[index], THREAD_BLOCKS, 0.5);
    thread_floor_ns[index] = bench_quantile(floor[index], THREAD_BLOCKS, 0.5);
    return NULL;
}

static int measure_zone_threads(const bench_case *self, bench_result *result)
{
    pp_recording_status numbers = {0};
    int status = bench_start_recording(self->name, 0, path, sizeof path);
    if (status != PP_OK)
        return status;
    pthread_t threads[THREADS];
    size_t count = 0;
    while (count < THREADS &&
           pthread_create(&threads[count], NULL, run_thread, (void *)(uintptr_t)count) == 0)
        count++;
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    status = bench_stop_recording(self->name, path, &numbers);
    unlink(path);
    *result = (bench_result){.name = self->name,
                             .p99_ns = bench_quantile(thread_ns, count, 0.99),
                             .median_ns = bench_quantile(thread_ns, count, 0.5),
                             .iterations = count * THREAD_BLOCKS * BLOCK,
                             .loop_ns = -1,
                             .reference = "floor, in the same threads",
                             .reference_ns = bench_quantile(thread_floor_ns, count, 0.5),
                             .extra_ns = NAN};
    return status;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static uint64_t file_bytes(void)
{
    struct stat status;
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* From the start of the recording to the closed file, on the wall. */
static int measure_recording_write(const bench_case *self, bench_result *result)
{
    pp_recording_status numbers = {0};
    uint64_t start_ns = bench_now_ns();
    int status = bench_start_recording(self->name, PP_RECORDING_UNBOUNDED, path, sizeof path);
    if (status != PP_OK)
        return status;
    bench_run_zone(WRITE_ZONES);
    status = bench_stop_recording(self->name, path, &numbers);
    double wall_ns = (double)(bench_now_ns() - start_ns) / WRITE_ZONES;
    double bytes = (double)file_bytes() / WRITE_ZONES;
    unlink(path);
    bench_result floor;
    bench_measure_loops(&bench_floor_loop, NULL, &floor);
    *result =
        (bench_result){.name = self->name,
                       .median_ns = wall_ns,
                       .p99_ns = wall_ns,
                       .iterations = WRITE_ZONES,
                       .loop_ns = -1,
                       .reference = "floor",
                       .reference_ns = floor.median_ns,
                       .extra_ns = NAN,
                       .extras = {{"bytes_per_zone", bytes},
                                  {"helper_ns_per_zone", (double)numbers.helper_ns / WRITE_ZONES},
                                  {"stalls", numbers.stalls}}};
    return status;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* Frames as a chart leaves them: nested zones, a mark each. */
static int write_frames(const bench_case *self)
{
    pp_recording_status numbers = {0};
    pp_window *window = NULL;
    int status = pp_window_create(
        &window, &(pp_window_opts){.struct_size = sizeof(pp_window_opts), .title = "bench"});
    if (status == PP_OK)
        status = bench_start_recording(self->name, PP_RECORDING_UNBOUNDED, path, sizeof path);
    for (int frame = 0; status == PP_OK && frame < READ_FRAMES; frame++) {
        pp_frame_begin(window);
        PP_ZONE(paint, "bench paint", PP_PHASE_REDRAW);
        for (int item = 0; item < READ_ITEMS; item++) {
            PP_ZONE(zone, "bench item", PP_PHASE_BATCH);
            pp_mark(&zone, "half");
            PP_END(zone);
        }
        PP_END(paint);
        pp_frame_painted(window, 1);
        pp_frame_end(window);
    }
    if (status == PP_OK)
        status = bench_stop_recording(self->name, path, &numbers);
    pp_window_destroy(window);
    return status;
}

static void take_frame(void *user, const pp_frame *frame)
{
    *(uint64_t *)user += frame->work_ns;
}

static int read_once(uint64_t *records, double *read_ns)
{
    uint64_t work_ns = 0;
    const pp_sink sink = {.struct_size = sizeof sink, .user = &work_ns, .frame = take_frame};
    pp_reader *reader = NULL;
    uint64_t start_ns = bench_now_ns();
    int status = pp_reader_open(&reader, path);
    if (status == PP_OK)
        status = pp_reader_run(reader, &sink, NULL, NULL);
    *read_ns = (double)(bench_now_ns() - start_ns);
    if (status == PP_OK)
        *records = pp_reader_info(reader)->records;
    pp_reader_close(reader);
    return status;
}

static int measure_report_read(const bench_case *self, bench_result *result)
{
    static double ns[5];
    uint64_t records = 0;
    int status = write_frames(self);
    double bytes = (double)file_bytes();
    for (size_t i = 0; i < 5 && status == PP_OK; i++)
        status = read_once(&records, &ns[i]);
    unlink(path);
    if (status != PP_OK || records == 0)
        return status ? status : PP_EDATA;
    double median_ns = bench_quantile(ns, 5, 0.5);
    *result = (bench_result){.name = self->name,
                             .median_ns = median_ns / (double)records,
                             .p99_ns = bench_quantile(ns, 5, 0.99) / (double)records,
                             .iterations = records * 5,
                             .loop_ns = -1,
                             .extra_ns = NAN,
                             .extras = {{"records_per_s", (double)records / median_ns * 1e9},
                                        {"records", (double)records},
                                        {"bytes_per_s", bytes / median_ns * 1e9}}};
    return PP_OK;
}

const bench_case bench_recording_cases[] = {
    {"zone_tail", "single zones while recording: the slowest in a thousand", measure_zone_tail,
     NULL},
    {"zone_tail_sync", "the same while another process calls sync() in a loop",
     measure_zone_tail_sync, NULL},
    {"zone_threads", "zones of eight threads at once, CPU time of each", measure_zone_threads,
     NULL},
    {"recording_write", "zones into an unbounded file, from start to close",
     measure_recording_write, NULL},
    {"report_read", "a recording read into frames, from the page cache", measure_report_read, NULL},
};
const size_t bench_recording_case_count =
    sizeof bench_recording_cases / sizeof bench_recording_cases[0];
