/* peers/floor.c: what any record of a begin and an end costs; the same as in bench/core_cases.c. */
#include "peers.h"

#include <paintprof/clock.h>

enum { RING_WORDS = 65536 / sizeof(uint64_t) };

static __thread uint64_t ring[RING_WORDS];
static __thread uint64_t ring_index;

static void run_floor(uint64_t zones)
{
    for (uint64_t i = 0; i < zones; i++) {
        uint64_t at = ring_index;
        uint64_t begin = pp_counter();
        PEER_BARRIER();
        uint64_t end = pp_counter();
        ring[at & (RING_WORDS - 1)] = begin;
        ring[(at + 1) & (RING_WORDS - 1)] = end;
        ring[(at + 2) & (RING_WORDS - 1)] = i;
        ring[(at + 3) & (RING_WORDS - 1)] = zones;
        ring_index = at + 4;
        PEER_BARRIER();
    }
}

peer peer_floor = {
    .name = "floor",
    .version = "",
    .recorded_to = "memory, overwritten",
    .background = "none",
    .block = 8192,
    .run_recording = run_floor,
    .bytes_per_zone = 32,
};
