/* link/model.h: what was read from recordings and logs, before and after it is joined. */
#ifndef PP_LINK_MODEL_H
#define PP_LINK_MODEL_H

#include "flags/flags.h"
#include "link/offset.h"
#include "link/pool.h"

#include <paintprof/link.h>
#include <paintprof/trace.h>

/* ---- Work ----------------------------------------------------------------------------------- */

enum { PP_WORK_STEPS = 256 }; /* different labels kept of one piece of work */

/* A step of some work: what ran under one label, in sum. */
typedef struct pp_link_step {
    const char *label;
    uint64_t runs, total_ns;
    uint64_t own_ns; /* of that, what was no waiting for a reply */
    bool is_mark;    /* else a zone */
    bool is_call;    /* it asked another process */
    bool says_call;  /* its label does */
} pp_link_step;

/* A span's zone or a block of a log. */
typedef struct pp_link_work {
    const char *name;
    uint64_t total_ns;
    pp_link_step *steps;
    uint32_t step_count, step_capacity;
    bool is_cut; /* more labels than are kept: they are in the step "other steps" */
} pp_link_work;

/* Adds one run of a step. False without memory. */
bool pp_work_add(pp_link_work *work, const char *label, bool is_mark, uint64_t total_ns,
                 uint64_t own_ns);

/* Adds the total and the steps of another one. False without memory. */
bool pp_work_merge(pp_link_work *into, const pp_link_work *work);

/* The step with the largest own time; the work itself where more than that is in no step. own_ns:
 * the work's own time. */
const char *pp_work_largest(const pp_link_work *work, uint64_t own_ns, uint64_t *largest_ns);

void pp_work_free(pp_link_work *work);

/* ---- Recordings ----------------------------------------------------------------------------- */

/* A span is known by the ids of its trace and of itself. */
typedef struct pp_link_key {
    uint8_t bytes[24];
} pp_link_key;

pp_link_key pp_link_key_of(const uint8_t trace_id[16], const uint8_t span_id[8]);

typedef struct pp_link_span {
    pp_link_key key;
    pp_link_key parent; /* its span id is 0 where there is none */
    uint32_t file, thread;
    pp_trace_role role;
    bool has_ended;
    uint64_t start_ns, end_ns;
    pp_link_work work;
} pp_link_span;

typedef struct pp_link_point {
    pp_link_key key; /* of the span that asks */
    uint32_t file;
    pp_trace_point point;
    uint64_t at_ns;
} pp_link_point;

typedef struct pp_link_shown {
    pp_link_key key;
    uint32_t file, window, thread; /* thread: the frame's */
    uint64_t frame, start_ns, end_ns;
} pp_link_shown;

/* ---- Logs ----------------------------------------------------------------------------------- */

typedef struct pp_link_block {
    pp_link_work work;
    bool has_ended;
} pp_link_block;

/* ---- Files ---------------------------------------------------------------------------------- */

typedef struct pp_link_file {
    char *path;
    bool is_log;
    const char *program, *host; /* of a recording; "" if unknown */
    char boot_id[41];
    uint64_t spans;        /* of a recording */
    uint64_t lost;         /* records that were lost, or for which there is no room here */
    pp_link_block *blocks; /* of a log, in the order of their headings */
    size_t block_count, block_capacity;
} pp_link_file;

/* ---- Results -------------------------------------------------------------------------------- */

/* A client's file, a server's, and what lies between their clocks. */
typedef struct pp_link_pairing {
    uint32_t client, server;
    bool is_one_boot; /* and the clocks agree: the offset is 0 */
    bool is_known;
    pp_link_clock clock;
} pp_link_pairing;

typedef struct pp_link_result {
    pp_link_call call;
    bool is_root; /* the client began the trace: counts in the sum */
    uint64_t begin_ns;
    bool has_overlap;                              /* requests were under way at the same time */
    uint32_t client_file, server_file;             /* UINT32_MAX: unknown */
    const pp_link_work *client_work, *server_work; /* the server's: of all requests together */
    pp_link_work *served;                          /* what server_work is, where it is owned */
    const char *asking; /* the zone or step whose request took longest; NULL: unknown */
    const char *shown;  /* from whose end to_screen counts; NULL: unknown */
} pp_link_result;

struct pp_link {
    pp_link_pool pool;
    char *call_label; /* NULL: found */
    pp_link_file *files;
    size_t file_count;
    pp_link_span *spans;
    size_t span_count, span_capacity;
    pp_link_point *points;
    size_t point_count, point_capacity;
    pp_link_shown *shown;
    size_t shown_count, shown_capacity;
    pp_link_pairing *pairings;
    size_t pairing_count;
    pp_link_result *results;
    size_t result_count, result_capacity;
    bool is_joined;
    /* What requests waited for, of all calls in the sum: handlings that had not begun, handlings
     * that had ended. */
    pp_link_work before_handling, before_reply;
    pp_link_times total;
    char *sentence;                                    /* names the bottleneck */
    const char *call_step, *call_reason, *role_reason; /* logs: which step is the call, and why */
    pp_flag_list flags;
};

/* Room for one more in an array of size-byte elements; false without memory or past most. */
bool pp_link_reserve(void *array, size_t *capacity, size_t count, size_t size, size_t most);

/* qsort() that takes no array for an empty one. */
void pp_link_sort(void *items, size_t count, size_t size,
                  int (*compare)(const void *, const void *));

/* Reads a recording into link->files[file]. As pp_reader_run(). */
int pp_link_collect(pp_link *link, uint32_t file, pp_progress_fn progress, void *user);

/* Join what was read: recordings by traces, logs by totals. */
int pp_link_join_traces(pp_link *link);
int pp_link_join_logs(pp_link *link);

/* From results to sum, bottleneck and flags. 0 or PP_ENOMEM. */
int pp_link_conclude(pp_link *link);

/* A result without times. */
pp_link_times pp_link_no_times(void);

/* The largest stage of known times. */
pp_link_stage pp_link_largest_stage(const pp_link_times *times);

#endif
