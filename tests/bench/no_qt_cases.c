/* bench/no_qt_cases.c: a build without Qt has no frames of a window to time. */
#include "bench.h"

const bench_case bench_qt_cases[1] = {{0}};
const size_t bench_qt_case_count = 0;
const bench_case bench_curve_frame_cases[1] = {{0}};
const size_t bench_curve_frame_case_count = 0;
const bench_case bench_gap_frame_cases[1] = {{0}};
const size_t bench_gap_frame_case_count = 0;
const bench_case bench_annotate_cases[1] = {{0}};
const size_t bench_annotate_case_count = 0;
const bench_case bench_peer_cases[1] = {{0}};
const size_t bench_peer_case_count = 0;
const bench_case bench_probe_cases[1] = {{0}};
const size_t bench_probe_case_count = 0;
