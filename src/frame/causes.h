/* frame/causes.h: adds up who was painted and why, what was asked for in vain and what ran long.
 *
 * Fed by a sink's callbacks, live or from a file. Sites and texts are told apart by their
 * addresses, since both live longer than this. Memory is bounded: what is beyond goes into sums. */
#ifndef PP_CAUSES_H
#define PP_CAUSES_H

#include <paintprof/session.h>
#include <stdbool.h>

/* What a row is found by; unused parts are 0. Every row begins with it. */
typedef struct pp_total_key {
    uintptr_t parts[4];
} pp_total_key;

/* Of what was painted, as far as it was sampled. */
typedef struct pp_waste_total {
    uint64_t sampled, unchanged, covered;
} pp_waste_total;

/* A painter: one site. */
typedef struct pp_painter_total {
    pp_total_key key;
    const pp_site_info *site;
    uint64_t count, self_ns, total_ns, pixels; /* in frames */
    uint64_t paints;                      /* of which more was noted than time, in frames or not, */
    uint64_t paint_self_ns, paint_pixels; /* their time and pixels, */
    uint64_t paints_asked;                /* and those of them that have a cause */
    uint64_t asked;                       /* updates that these answered */
    uint64_t unpainted;                   /* updates that led to no paint */
    uint64_t frames;                      /* in which it was painted, */
    uint64_t last_frame;                  /* of which the last had that number */
    uint64_t instances;                   /* counted one by one, */
    uint64_t other_paints;                /* and what all others did */
    uint64_t other_self_ns;
    pp_waste_total waste;
} pp_painter_total;

/* A painter and a cause. Time, pixels and samples of a paint with several causes are shared out by
 * how often each asked for it. */
typedef struct pp_cause_total {
    pp_total_key key;
    const pp_site_info *site;
    const char *event, *receiver, *caller;
    uint64_t paints, asked, unpainted, self_ns, pixels;
    uint64_t frames, last_frame; /* as a painter's */
    pp_waste_total waste;
} pp_cause_total;

/* One instance that a painter's site stands for. */
typedef struct pp_instance_total {
    pp_total_key key;
    const pp_site_info *site;
    uint32_t object;
    uint64_t count, self_ns, max_ns, pixels;
} pp_instance_total;

/* A kind of event of one receiver. */
typedef struct pp_event_total {
    pp_total_key key;
    const char *event, *receiver;
    uint64_t count, late, self_ns, total_ns, max_self_ns; /* late: longer than a frame may take */
} pp_event_total;

/* Rows of one of the above. */
typedef struct pp_total_table {
    void *rows;
    uint32_t count, capacity;
    uint32_t *places; /* 1 + index of a row, 0: free; a power of two of them */
    uint32_t place_count;
    uint64_t beyond; /* that came when it was full */
} pp_total_table;

typedef struct pp_causes {
    pp_total_table painters, causes, instances, events;
    uint64_t overhead_ns;
    uint64_t notes;     /* of any sort but pixels alone: 0 in what no probe recorded */
    uint64_t budget_ns; /* of the last frame */
    uint64_t frames;    /* that have ended */
    bool failed;        /* memory ran out */
} pp_causes;

enum {
    PP_CAUSES_PAINTERS_MAX = 16384,
    PP_CAUSES_ROWS_MAX = 32768,
    PP_CAUSES_INSTANCES_MAX = 16384,
    PP_CAUSES_EVENTS_MAX = 8192,
};

void pp_causes_free(pp_causes *causes);

/* What a sink gets. Zeroed memory is empty. */
void pp_causes_frame(pp_causes *causes, const pp_frame *frame);
void pp_causes_painted(pp_causes *causes, const pp_paint_record *paint);
void pp_causes_unpainted(pp_causes *causes, const pp_unpainted_record *updates);
void pp_causes_event(pp_causes *causes, const pp_event_record *event);
void pp_causes_overhead(pp_causes *causes, uint64_t ns);

static inline const pp_painter_total *pp_causes_painter_at(const pp_causes *causes, size_t index)
{
    return (const pp_painter_total *)causes->painters.rows + index;
}

static inline const pp_cause_total *pp_causes_row_at(const pp_causes *causes, size_t index)
{
    return (const pp_cause_total *)causes->causes.rows + index;
}

static inline const pp_instance_total *pp_causes_instance_at(const pp_causes *causes, size_t index)
{
    return (const pp_instance_total *)causes->instances.rows + index;
}

static inline const pp_event_total *pp_causes_event_at(const pp_causes *causes, size_t index)
{
    return (const pp_event_total *)causes->events.rows + index;
}

/* The row of a painter; NULL if there is none. */
const pp_painter_total *pp_causes_find_painter(const pp_causes *causes, const pp_site_info *site);

/* Whether a site stands for an object (pp_object_site()). */
bool pp_site_is_object(const pp_site_info *site);

#endif
