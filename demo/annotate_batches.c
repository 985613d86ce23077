/* demo/annotate_batches.c: finds the rows of gaps and keeps them by batch. */
#include "annotate_batches.h"

#include <math.h>
#include <paintprof/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Looked up in one turn of the rows, for which whoever changes them waits: some microseconds where
 * neighbours are neighbours, a few hundred where each is far from the one before. */
enum { TURN_GAPS = 128 };

typedef struct annotate_batch {
    struct annotate_batch *next;
    char name[WIRE_NAME_MAX + 1];
    pp_gap *items;
    size_t size;
} batch;

/* ---- Rows ------------------------------------------------------------------------------------ */

static size_t first_not_before(const double *time_s, size_t low, size_t high, double wanted_s)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (time_s[middle] < wanted_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first row whose time is not before wanted_s, searched in growing steps from near on: what are
 * neighbours in a batch are so among the rows. */
static size_t find_row(const pp_columns *rows, size_t near, double wanted_s)
{
    size_t step = 1;
    if (near >= rows->size)
        return first_not_before(rows->time_s, 0, rows->size, wanted_s);
    if (rows->time_s[near] < wanted_s) {
        size_t low = near + 1;
        while (step < rows->size - low && rows->time_s[low + step] < wanted_s) {
            low += step + 1;
            step *= 2;
        }
        size_t high = step < rows->size - low ? low + step : rows->size;
        return first_not_before(rows->time_s, low, high, wanted_s);
    }
    size_t high = near;
    while (step < high && rows->time_s[high - step] >= wanted_s) {
        high -= step;
        step *= 2;
    }
    return first_not_before(rows->time_s, step < high ? high - step : 0, high, wanted_s);
}

static bool is_row(const pp_columns *rows, size_t row, double time_s)
{
    return row < rows->size && rows->time_s[row] == time_s;
}

static void reject(wire_reply *reply, size_t index, const char *what, double value)
{
    reply->rejected++;
    if (reply->row_error_count == WIRE_ROW_ERRORS_MAX)
        return;
    wire_row_error *error = &reply->row_errors[reply->row_error_count++];
    error->index = index;
    snprintf(error->text, sizeof error->text, "%s: %.17g", what, value);
}

/* Makes one gap of the columns, or notes why not. *near: where to search, and for the next. */
static bool take_gap(annotate_job *job, const pp_columns *rows, size_t index, size_t *near,
                     pp_gap *out)
{
    const wire_request *request = &job->request;
    double time0_s = request->time0_s[index], time1_s = request->time1_s[index];
    size_t row0 = find_row(rows, *near, time0_s);
    if (!is_row(rows, row0, time0_s)) {
        reject(&job->reply, index, "time0: no row of that time", time0_s);
        return false;
    }
    *near = row0;
    size_t row1 = time1_s > time0_s ? find_row(rows, row0, time1_s) : rows->size;
    if (!is_row(rows, row1, time1_s)) {
        reject(&job->reply, index,
               time1_s <= time0_s ? "time1: not after time0" : "time1: no row of that time",
               time1_s);
        return false;
    }
    *out = (pp_gap){.time0_s = time0_s,
                    .time1_s = time1_s,
                    .price0 = request->price0 ? request->price0[index] : rows->close[row0],
                    .price1 = request->price1 ? request->price1[index] : rows->open[row1]};
    if (isfinite(out->price0) && isfinite(out->price1))
        return true;
    bool is_first = !isfinite(out->price0);
    reject(&job->reply, index, is_first ? "price0: not a number" : "price1: not a number",
           is_first ? out->price0 : out->price1);
    return false;
}

/* Appends the gaps of a request to items; returns how many there are then. */
static size_t take_gaps(annotate_job *job, annotate_rows *rows, pp_gap *items, size_t size)
{
    size_t near = 0, count = job->request.count;
    for (size_t done = 0; done < count;) {
        size_t end = count - done > TURN_GAPS ? done + TURN_GAPS : count;
        const pp_columns columns = annotate_rows_read_begin(rows);
        for (; done < end; done++)
            size += take_gap(job, &columns, done, &near, &items[size]);
        annotate_rows_read_end(rows);
    }
    return size;
}

/* ---- Batches --------------------------------------------------------------------------------- */

static batch *find_batch(const annotate_batches *batches, const char *name)
{
    batch *found = batches->first;
    while (found && strcmp(found->name, name) != 0)
        found = found->next;
    return found;
}

static void drop_batch(annotate_batches *batches, batch *dropped)
{
    batch **link = &batches->first;
    while (*link != dropped)
        link = &(*link)->next;
    *link = dropped->next;
    batches->count--;
    batches->total -= dropped->size;
    free(dropped->items);
    free(dropped);
}

void annotate_batches_clear(annotate_batches *batches)
{
    while (batches->first)
        drop_batch(batches, batches->first);
}

/* Gaps are indexed when they are searched first: here, so that whoever draws them need not. */
static int add_and_index(pp_gaps *shown, const pp_gap *items, size_t size)
{
    int status = pp_gaps_add(shown, items, size);
    if (status == PP_OK)
        pp_gaps_count(shown, 0, 0, NULL);
    return status;
}

/* All gaps, those of the batch without replaced by items. They are added at once, so that they are
 * sorted once. */
static int show(pp_gaps *shown, const annotate_batches *batches, const batch *without,
                const pp_gap *items, size_t size)
{
    size_t others = batches->total - (without ? without->size : 0), filled = 0;
    if (others == 0)
        return add_and_index(shown, items, size);
    pp_gap *all = malloc((others + size) * sizeof *all);
    if (!all)
        return PP_ENOMEM;
    for (const batch *b = batches->first; b; b = b->next) {
        if (b == without || b->size == 0)
            continue;
        memcpy(&all[filled], b->items, b->size * sizeof *all);
        filled += b->size;
    }
    if (size > 0)
        memcpy(&all[filled], items, size * sizeof *all);
    int status = add_and_index(shown, all, filled + size);
    free(all);
    return status;
}

/* ---- What is asked --------------------------------------------------------------------------- */

static bool fail(annotate_job *job, const char *why)
{
    snprintf(job->reply.error, sizeof job->reply.error, "%s", why);
    job->reply.accepted = job->reply.rejected = job->reply.removed = 0;
    job->reply.row_error_count = 0;
    return false;
}

/* Removes one batch, or all for NULL and is_all. */
static bool remove_batch(annotate_batches *batches, annotate_job *job, batch *removed, bool is_all,
                         pp_gaps *shown)
{
    size_t before = batches->total;
    if (!is_all && show(shown, batches, removed, NULL, 0) != PP_OK)
        return fail(job, "the chart is out of memory");
    if (is_all)
        annotate_batches_clear(batches);
    else if (removed)
        drop_batch(batches, removed);
    job->reply.removed = before - batches->total;
    pp_profiler_markf(job->profiler, "removed %zu gaps", before - batches->total);
    return true;
}

static const char *beyond_a_limit(const annotate_batches *batches, const annotate_job *job,
                                  const batch *old, size_t kept)
{
    if (!old && batches->count == ANNOTATE_BATCHES_MAX)
        return "batch: the chart has 1,000 already";
    if (batches->total - (old ? old->size : 0) + kept + job->request.count > ANNOTATE_GAPS_MAX)
        return "time0: the chart would have more than 5,000,000 gaps";
    return NULL;
}

/* The batch has items from now on, which are taken over. */
static void keep(annotate_batches *batches, batch *to, pp_gap *items, size_t size)
{
    batches->total += size - to->size;
    free(to->items);
    to->items = items;
    to->size = size;
}

static batch *open_batch(annotate_batches *batches, const char *name)
{
    batch *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    snprintf(made->name, sizeof made->name, "%s", name);
    made->next = batches->first;
    batches->count++;
    return batches->first = made;
}

static bool put_batch(annotate_batches *batches, annotate_job *job, annotate_rows *rows,
                      pp_gaps *shown)
{
    batch *old = find_batch(batches, job->request.batch), *to = old;
    size_t kept = old && job->request.op == WIRE_ADD ? old->size : 0;
    const char *limit = beyond_a_limit(batches, job, old, kept);
    if (limit)
        return fail(job, limit);
    pp_gap *items = malloc((kept + job->request.count + 1) * sizeof *items);
    if (!items)
        return fail(job, "the chart is out of memory");
    if (kept > 0)
        memcpy(items, old->items, kept * sizeof *items);
    size_t size = take_gaps(job, rows, items, kept);
    pp_profiler_markf(job->profiler, "looked up the rows of %zu gaps", job->request.count);
    if (show(shown, batches, old, items, size) != PP_OK ||
        (!to && !(to = open_batch(batches, job->request.batch)))) {
        free(items);
        return fail(job, "the chart is out of memory");
    }
    job->reply.removed = job->request.op == WIRE_REPLACE ? to->size : 0;
    job->reply.accepted = size - kept;
    keep(batches, to, items, size);
    pp_profiler_mark(job->profiler, "built the batch");
    return true;
}

bool annotate_batches_apply(annotate_batches *batches, annotate_job *job, annotate_rows *rows,
                            pp_gaps *shown)
{
    *shown = (pp_gaps){0};
    bool is_all = job->request.op == WIRE_CLEAR;
    if (is_all || job->request.op == WIRE_REMOVE)
        job->reply.ok =
            remove_batch(batches, job, find_batch(batches, job->request.batch), is_all, shown);
    else
        job->reply.ok = put_batch(batches, job, rows, shown);
    job->reply.total = batches->total;
    if (!job->reply.ok)
        pp_gaps_clear(shown); /* what was filled of it before memory ran out */
    return job->reply.ok;
}
