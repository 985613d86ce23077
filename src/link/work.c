/* link/work.c: the steps of a span's zone or of a block. */
#include "link/model.h"

#include <stdlib.h>
#include <string.h>

bool pp_link_reserve(void *array, size_t *capacity, size_t count, size_t size, size_t most)
{
    if (count < *capacity)
        return true;
    size_t larger = *capacity ? *capacity * 2 : 64;
    if (larger > most)
        larger = most;
    if (count >= larger)
        return false;
    void *old;
    memcpy(&old, array, sizeof old);
    void *items = reallocarray(old, larger, size);
    if (!items)
        return false;
    memcpy(array, &items, sizeof items);
    *capacity = larger;
    return true;
}

void pp_link_sort(void *items, size_t count, size_t size,
                  int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(items, count, size, compare);
}

static pp_link_step *find_step(const pp_link_work *work, const char *label, bool is_mark)
{
    for (uint32_t i = work->step_count; i > 0; i--)
        if (work->steps[i - 1].label == label && work->steps[i - 1].is_mark == is_mark)
            return &work->steps[i - 1];
    return NULL;
}

static pp_link_step *add_step(pp_link_work *work, const char *label, bool is_mark)
{
    if (work->step_count == work->step_capacity) {
        uint32_t capacity = work->step_capacity ? work->step_capacity * 2 : 4;
        pp_link_step *steps = reallocarray(work->steps, capacity, sizeof *steps);
        if (!steps)
            return NULL;
        work->steps = steps;
        work->step_capacity = capacity;
    }
    work->steps[work->step_count] = (pp_link_step){.label = label, .is_mark = is_mark};
    return &work->steps[work->step_count++];
}

/* The step of that label, made when new; NULL without memory. */
static pp_link_step *step_of(pp_link_work *work, const char *label, bool is_mark)
{
    pp_link_step *step = find_step(work, label, is_mark);
    if (!step && work->step_count >= PP_WORK_STEPS - 2) { /* two more: other marks, other zones */
        work->is_cut = true;
        label = pp_link_other;
        step = find_step(work, label, is_mark);
    }
    return step ? step : add_step(work, label, is_mark);
}

bool pp_work_add(pp_link_work *work, const char *label, bool is_mark, uint64_t total_ns,
                 uint64_t own_ns)
{
    pp_link_step *step = step_of(work, label, is_mark);
    if (!step)
        return false;
    step->runs++;
    step->total_ns += total_ns;
    step->own_ns += own_ns;
    return true;
}

bool pp_work_merge(pp_link_work *into, const pp_link_work *work)
{
    into->total_ns += work->total_ns;
    into->is_cut |= work->is_cut;
    for (uint32_t i = 0; i < work->step_count; i++) {
        const pp_link_step *from = &work->steps[i];
        pp_link_step *step = step_of(into, from->label, from->is_mark);
        if (!step)
            return false;
        step->runs += from->runs;
        step->total_ns += from->total_ns;
        step->own_ns += from->own_ns;
        step->is_call |= from->is_call;
    }
    return true;
}

const char *pp_work_largest(const pp_link_work *work, uint64_t own_ns, uint64_t *largest_ns)
{
    uint64_t marks_ns = 0, zones_ns = 0;
    const pp_link_step *largest = NULL;
    for (uint32_t i = 0; i < work->step_count; i++) {
        const pp_link_step *step = &work->steps[i];
        *(step->is_mark ? &marks_ns : &zones_ns) += step->own_ns;
        bool is_larger = !largest || step->own_ns > largest->own_ns;
        if (step->own_ns > 0 && is_larger)
            largest = step;
    }
    uint64_t in_steps_ns = marks_ns > zones_ns ? marks_ns : zones_ns;
    uint64_t rest_ns = own_ns > in_steps_ns ? own_ns - in_steps_ns : 0;
    bool is_step = largest && largest->own_ns >= rest_ns;
    *largest_ns = is_step ? largest->own_ns : rest_ns;
    return is_step ? largest->label : work->name;
}

void pp_work_free(pp_link_work *work)
{
    free(work->steps);
    work->steps = NULL;
    work->step_count = work->step_capacity = 0;
}
