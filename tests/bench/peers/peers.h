/* peers/peers.h: one profiler of those that peers-bench measures side by side. */
#ifndef PP_PEERS_H
#define PP_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keeps the compiler from moving memory accesses over this point. */
#define PEER_BARRIER() __asm__ volatile("" ::: "memory")

typedef struct peer {
    const char *name;
    const char *version;
    const char *recorded_to;
    const char *background; /* what works beside the thread that records */
    const char *why_not;    /* NULL, or why nothing can be recorded: the row keeps it */
    uint64_t block;         /* zones timed at a time */

    /* Makes it ready; returns NULL, or why it cannot be measured. folder takes its files. */
    const char *(*setup)(const char *folder);
    /* Untimed, before each block: records from now on, or stands compiled in but off. May also
     * tidy up what the last block left. NULL: nothing to do. */
    void (*set_recording)(bool on);
    void (*run_recording)(uint64_t zones); /* NULL: cannot */
    void (*run_disabled)(uint64_t zones);  /* NULL: has no such state */
    /* Of one that runs and times in a process of its own, in place of both: CPU ns, its own empty
     * loop subtracted; negative when it has failed. */
    double (*block_ns)(bool recording, uint64_t zones);
    uint64_t (*background_ns)(void); /* CPU time of its helpers until now; NULL: it has none */
    /* Ends it; zones were recorded in all. */
    void (*teardown)(uint64_t zones);

    /* Filled by teardown. */
    double bytes_per_zone;
    uint64_t lost; /* zones or events that it did not keep */
} peer;

extern peer peer_floor, peer_ours, peer_microprofile, peer_lttng_ust, peer_sysprof, peer_usdt,
    peer_pyqtgraph;

/* Joins folder and name into a static buffer of the caller's, which is returned. */
#define PEER_PATH_BYTES 512
const char *peer_path(char path[PEER_PATH_BYTES], const char *folder, const char *name);

/* The size of a file; of a folder, the sum of all below it whose names do not start with except
 * (NULL: all). */
uint64_t peer_bytes_on_disk(const char *path, const char *except);

#endif
