/* demo/annotate_batches.h: the gaps that clients of a chart gave it, by the names of their batches.
 *
 * Each change makes the array of all gaps anew, sorted and indexed, so that whoever draws the one
 * before is not disturbed, and need do nothing for the new one but draw it. Thread of all
 * functions: one at a time per object. */
#ifndef ANNOTATE_BATCHES_H
#define ANNOTATE_BATCHES_H

#include "annotate_rows.h"
#include "annotate_server.h"

#include <paintprof/gap.h>

enum { ANNOTATE_BATCHES_MAX = 1000, ANNOTATE_GAPS_MAX = 5000000 };

/* Zeroed is empty. */
typedef struct annotate_batches {
    struct annotate_batch *first;
    size_t count; /* of batches */
    size_t total; /* gaps of all */
} annotate_batches;

/* Carries out an add, replace, remove or clear, fills the reply and marks the job's profiler.
 * *shown becomes all gaps there are then; the caller frees it with pp_gaps_clear(). False, with
 * reply.error: nothing was changed and *shown is empty. */
bool annotate_batches_apply(annotate_batches *batches, annotate_job *job, annotate_rows *rows,
                            pp_gaps *shown);

void annotate_batches_clear(annotate_batches *batches);

#endif
