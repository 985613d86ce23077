/* bench/zone_loop.c: a loop of zones, compiled three times: into the program, into a shared library
 * that it links, and into a plugin that it loads. */
#include "bench.h"

#include <paintprof/paintprof.h>

#if !defined(PP_BENCH_LOOP)
#define PP_BENCH_LOOP bench_run_zone
#endif

PP_API void PP_BENCH_LOOP(uint64_t count);

void PP_BENCH_LOOP(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        PP_ZONE(zone, "bench zone", PP_PHASE_REDRAW);
        BENCH_BARRIER();
        PP_END(zone);
        BENCH_BARRIER();
    }
}
