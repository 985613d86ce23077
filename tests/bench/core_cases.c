/* bench/core_cases.c: what capture and CSV cost, held against the floor. */
#include "bench.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <paintprof/paintprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ZONE_BLOCK = 4096, ROW_BLOCK = 64, RING_WORDS = 65536 / sizeof(uint64_t) };

/* ---- The floor ------------------------------------------------------------------------------ */

/* Not static: the compiler would see that nobody reads what is stored, and leave it out. */
extern __thread uint64_t bench_floor_ring[RING_WORDS];
__thread uint64_t bench_floor_ring[RING_WORDS];
static __thread uint64_t ring_index;

static void run_floor(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = ring_index;
        uint64_t begin = pp_counter();
        BENCH_BARRIER();
        uint64_t end = pp_counter();
        bench_floor_ring[at & (RING_WORDS - 1)] = begin;
        bench_floor_ring[(at + 1) & (RING_WORDS - 1)] = end;
        bench_floor_ring[(at + 2) & (RING_WORDS - 1)] = i;
        bench_floor_ring[(at + 3) & (RING_WORDS - 1)] = count;
        ring_index = at + 4;
        BENCH_BARRIER();
    }
}

const bench_loop bench_floor_loop = {run_floor, NULL, ZONE_BLOCK};

/* ---- Zones, marks, profilers ---------------------------------------------------------------- */

static void run_mark(uint64_t count)
{
    PP_ZONE(zone, "bench marks", PP_PHASE_REDRAW);
    for (uint64_t i = 0; i < count; i++) {
        pp_mark(&zone, "bench mark");
        BENCH_BARRIER();
    }
    PP_END(zone);
}

static void run_profiler_disabled(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        pp_profiler profiler = pp_profiler_begin("bench profiler", NULL);
        pp_profiler_mark(&profiler, "step");
        pp_profiler_end(&profiler);
        BENCH_BARRIER();
    }
}

static const bench_loop zone_loop = {bench_run_zone, NULL, ZONE_BLOCK};
static const bench_loop mark_loop = {run_mark, NULL, ZONE_BLOCK};
static const bench_loop profiler_off_loop = {run_profiler_disabled, NULL, ZONE_BLOCK};

/* Recording to a file. */
static int against_floor(const bench_case *self, const bench_loop *loop, bool open,
                         bench_result *result)
{
    char path[512];
    pp_recording_status recording = {0};
    int status = bench_start_recording(self->name, 0, path, sizeof path);
    if (status != PP_OK)
        return status;
    pg_set_profile_enabled(open);
    bench_measure_loops(loop, &bench_floor_loop, result);
    status = bench_stop_recording(self->name, path, &recording);
    unlink(path);
    result->name = self->name;
    result->reference = "floor";
    return status;
}

static int measure_zone(const bench_case *self, bench_result *result)
{
    return against_floor(self, &zone_loop, true, result);
}

static int measure_zone_disabled(const bench_case *self, bench_result *result)
{
    return against_floor(self, &zone_loop, false, result);
}

static int measure_mark(const bench_case *self, bench_result *result)
{
    return against_floor(self, &mark_loop, true, result);
}

static int measure_profiler_disabled(const bench_case *self, bench_result *result)
{
    return against_floor(self, &profiler_off_loop, false, result);
}

/* The library whose zones are measured stays loaded. */
static int against_floor_in(const bench_case *self, const char *path, bench_result *result)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void (*run)(uint64_t count) =
        library ? (void (*)(uint64_t))(uintptr_t)dlsym(library, "bench_run_zone") : NULL;
    if (!run) {
        fprintf(stderr, "%s: %s\n", self->name, dlerror());
        return PP_EIO;
    }
    const bench_loop loop = {run, NULL, ZONE_BLOCK};
    return against_floor(self, &loop, true, result);
}

static int measure_zone_so(const bench_case *self, bench_result *result)
{
    const bench_loop loop = {bench_run_zone_so, NULL, ZONE_BLOCK};
    return against_floor(self, &loop, true, result);
}

static int measure_zone_dlopen(const bench_case *self, bench_result *result)
{
    return against_floor_in(self, PP_BENCH_PLUGIN, result);
}

static int measure_floor(const bench_case *self, bench_result *result)
{
    bench_measure_loops(&bench_floor_loop, NULL, result);
    result->name = self->name;
    return PP_OK;
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static pp_sink csv_sink;
static pp_frame csv_frame;
static int plain_fd;
static char plain_row[512];
static size_t plain_row_bytes;

static void run_csv_row(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        csv_frame.number++;
        csv_frame.start_ns += 16666667;
        csv_sink.frame(csv_sink.user, &csv_frame);
    }
}

static void run_plain_write(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (write(plain_fd, plain_row, plain_row_bytes) < 0)
            return;
}

static void fill_frame(void)
{
    csv_frame = (pp_frame){.number = 1000,
                           .window = 1,
                           .phase_count = PP_PHASE_USER,
                           .start_ns = UINT64_C(123456789012345),
                           .interval_ns = 16666667,
                           .asked_ns = PP_NOT_MEASURED,
                           .work_ns = 4123456,
                           .phase_ns = {12345, 23456, 4000000, 87655, 45678},
                           .flush_ns = 312345,
                           .gpu_ns = PP_NOT_MEASURED,
                           .items_created = 1285,
                           .items_painted = 1285,
                           .dirty_px = 921600,
                           .budget_ns = 16666667};
}

/* The bytes of the last row in path, to write the same number plainly. */
static size_t last_row_bytes(const char *path)
{
    char text[4096];
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    while (size > 0 && text[size - 1] != '\n')
        size--;
    size_t start = size ? size - 1 : 0;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    return size - start;
}

static const bench_loop csv_loop = {run_csv_row, NULL, ROW_BLOCK};
static const bench_loop plain_loop = {run_plain_write, NULL, ROW_BLOCK};

static int measure_rows(const char *path, const char *plain_path, bench_result *result)
{
    pp_csv *csv = NULL;
    int status = pp_csv_open(&csv, path);
    if (status != PP_OK)
        return status;
    csv_sink = pp_csv_sink(csv);
    fill_frame();
    run_csv_row(1);
    memset(plain_row, 'x', sizeof plain_row);
    plain_row_bytes = last_row_bytes(path);
    plain_fd = open(plain_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (plain_fd >= 0) {
        bench_measure_loops(&csv_loop, &plain_loop, result);
        close(plain_fd);
    }
    return pp_csv_close(csv);
}

static int measure_csv_row(const bench_case *self, bench_result *result)
{
    char folder[] = "/tmp/paintprof-bench-XXXXXX";
    if (!mkdtemp(folder))
        return PP_EIO;
    char path[64], sidecar[80], plain_path[64];
    snprintf(path, sizeof path, "%s/frames.csv", folder);
    snprintf(sidecar, sizeof sidecar, "%s.meta.json", path);
    snprintf(plain_path, sizeof plain_path, "%s/plain", folder);
    int status = measure_rows(path, plain_path, result);
    unlink(path);
    unlink(sidecar);
    unlink(plain_path);
    rmdir(folder);
    result->name = self->name;
    result->reference = "write of as many bytes";
    return status;
}

const bench_case bench_core_cases[] = {
    {"floor", "two counter reads and four 8-byte stores", measure_floor, NULL},
    {"zone", "begin and end of a zone, gate open, recording to a file", measure_zone, NULL},
    {"zone_so", "the same in a shared library", measure_zone_so, NULL},
    {"zone_dlopen", "the same in a plugin loaded with dlopen", measure_zone_dlopen, NULL},
    {"zone_disabled", "the same, gate closed", measure_zone_disabled, NULL},
    {"mark", "a mark with a static label, gate open", measure_mark, NULL},
    {"profiler_disabled", "profiler begin, mark and end, gate closed", measure_profiler_disabled,
     NULL},
    {"csv_row", "one frame written as a CSV row to a file", measure_csv_row, NULL},
};
const size_t bench_core_case_count = sizeof bench_core_cases / sizeof bench_core_cases[0];
