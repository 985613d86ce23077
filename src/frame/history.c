/* frame/history.c: the last frames of a session, for snapshots. */
#include "frame/history.h"

#include "frame/stats.h"

#include <stdlib.h>

bool pp_history_init(pp_history *history, size_t capacity)
{
    /* reallocarray() and not calloc(): untouched pages cost nothing. */
    *history = (pp_history){.entries = reallocarray(NULL, capacity, sizeof(pp_history_entry)),
                            .capacity = capacity};
    return history->entries != NULL;
}

void pp_history_free(pp_history *history)
{
    free(history->entries);
    *history = (pp_history){0};
}

void pp_history_add(pp_history *history, const pp_frame *frame)
{
    pp_history_entry *entry = &history->entries[history->next];
    *entry = (pp_history_entry){.frame = *frame};
    entry->frame.painters = NULL;
    entry->frame.painter_count = 0;
    if (frame->painter_count > 0) {
        entry->slowest_site = frame->painters[0].site;
        entry->slowest_self_ns = frame->painters[0].self_ns;
    }
    history->next = (history->next + 1) % history->capacity;
    if (history->count < history->capacity)
        history->count++;
}

void pp_history_clear(pp_history *history)
{
    history->count = history->next = 0;
}

/* The entry that is age frames old: 0 for the last. */
static const pp_history_entry *entry_at(const pp_history *history, size_t age)
{
    return &history->entries[(history->next + history->capacity - 1 - age) % history->capacity];
}

static bool is_of(const pp_history_entry *entry, uint32_t window)
{
    return window == 0 || entry->frame.window == window;
}

/* How far back the last_n frames of window reach, and how many they are. */
static size_t find_last(const pp_history *history, uint32_t window, size_t last_n, size_t *found)
{
    size_t age = 0;
    for (*found = 0; age < history->count && *found < last_n; age++)
        *found += is_of(entry_at(history, age), window);
    return age;
}

size_t pp_history_frames(const pp_history *history, uint32_t window, pp_frame *out, size_t capacity)
{
    size_t found;
    size_t copied = 0;
    for (size_t age = find_last(history, window, capacity, &found); age-- > 0;) {
        const pp_history_entry *entry = entry_at(history, age);
        if (is_of(entry, window))
            out[copied++] = entry->frame;
    }
    return copied;
}

enum { WORK, INTERVAL, FLUSH, GPU, PHASES, QUANTITIES = PHASES + PP_PHASE_MAX };

/* The measured values of each quantity, oldest first: one pass over the frames, which are far
 * larger than what is read of them. */
typedef struct columns {
    uint64_t *values; /* capacity for each quantity */
    size_t capacity;
    size_t counts[QUANTITIES];
} columns;

static void add_value(columns *c, size_t quantity, int64_t value)
{
    if (value >= 0)
        c->values[quantity * c->capacity + c->counts[quantity]++] = (uint64_t)value;
}

static pp_stat stat_of(const columns *c, size_t quantity)
{
    return pp_stat_of(c->values + quantity * c->capacity, c->counts[quantity]);
}

/* A phase that did not exist yet was not measured. */
static void add_values(columns *c, const pp_frame *frame)
{
    add_value(c, WORK, (int64_t)frame->work_ns);
    add_value(c, INTERVAL, frame->interval_ns);
    add_value(c, FLUSH, frame->flush_ns);
    add_value(c, GPU, frame->gpu_ns);
    for (uint32_t phase = 0; phase < frame->phase_count; phase++)
        add_value(c, PHASES + phase, (int64_t)frame->phase_ns[phase]);
}

static uint64_t weight_of(const pp_frame *frame)
{
    return frame->work_ns + (frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0);
}

static void add_entry(pp_snapshot *out, const pp_history_entry *entry)
{
    out->jank[entry->frame.jank]++;
    if (out->slowest.number == 0 || weight_of(&entry->frame) > weight_of(&out->slowest)) {
        out->slowest = entry->frame;
        out->slowest_site = entry->slowest_site;
        out->slowest_site_self_ns = entry->slowest_self_ns;
    }
}

bool pp_history_snapshot(const pp_history *history, uint32_t window, size_t last_n,
                         pp_snapshot *out)
{
    *out = (pp_snapshot){.phase_count = pp_phase_count()};
    size_t found;
    size_t age = find_last(history, window, last_n ? last_n : SIZE_MAX, &found);
    out->frames = found;
    if (found == 0)
        return true;
    columns c = {.capacity = found};
    c.values = reallocarray(NULL, found, (PHASES + out->phase_count) * sizeof *c.values);
    if (!c.values)
        return false;
    while (age-- > 0) {
        const pp_history_entry *entry = entry_at(history, age);
        if (!is_of(entry, window))
            continue;
        add_values(&c, &entry->frame);
        add_entry(out, entry);
    }
    out->work = stat_of(&c, WORK);
    out->interval = stat_of(&c, INTERVAL);
    out->flush = stat_of(&c, FLUSH);
    out->gpu = stat_of(&c, GPU);
    for (uint32_t phase = 0; phase < out->phase_count; phase++)
        out->phase[phase] = stat_of(&c, PHASES + phase);
    free(c.values);
    return true;
}
